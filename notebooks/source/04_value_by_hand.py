# %% [markdown]
# # 4. Value by hand
#
# **Goal.** Write a number that remembers how it was computed, and let it backpropagate by itself.
#
# **You need** local derivatives ([notebook 2](02_chain_rule_on_a_graph.ipynb)) and the sweep
# ([notebook 3](03_step_through_backprop.ipynb)). **Afterwards you can** write an engine of your own: a class whose
# operators record a graph and whose `backward()` sweeps over it, and give it any operation you like.

# %% [markdown]
# ## A number forgets
#
# A plain number has no past.

# %%
a = 2.0
b = -3.0
c = a * b
c

# %% [markdown]
# Was that $2 \cdot (-3)$, or $-4 - 2$? The number cannot tell. So it cannot say how fast it changes with $a$ either.
#
# What would it have to remember? In the backward pass there is only one kind of event. It goes across an edge:
#
# $$\text{parent.grad} \mathrel{+}= \text{local derivative} \times \text{child.grad}$$
#
# So a child needs to know **who its parents are**, and **the local derivative** toward each of them. It needs nothing
# else, neither the formula nor the rest of the graph. Here is an object with room for that.


# %%
class Value:
    """A number that remembers what it was computed from."""

    def __init__(self, data, parents=(), local_derivatives=(), operation="", label=""):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local_derivatives = local_derivatives  # one for each parent, same order
        self.operation = operation  # the last two are for pictures only
        self.label = label


a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = Value(a.data * b.data, (a, b), (b.data, a.data), "·", label="c")

# %% [markdown]
# $a$ and $b$ are **leaves**: numbers that you put in, without parents. $c$ is a product, written down by hand. Its
# local derivatives are numbers too: toward $a$ it is $b$, toward $b$ it is $a$. (Some programs call the parents
# *children*, because they look from the output. They mean the inputs.)
#
# That is enough for the two events of this one operation:

# %%
c.grad = 1.0
a.grad += c.local_derivatives[0] * c.grad
b.grad += c.local_derivatives[1] * c.grad
print("dc/da =", a.grad)
print("dc/db =", b.grad)

# %% [markdown]
# Two things are missing. The operators should write such records, so that you do not have to. And the events should run
# over a whole graph by themselves.
#
# ## Let `+` write the record
#
# Where Python reads `a + b`, it calls `a.__add__(b)` and takes what comes back as the sum. So you decide what that is.
#
# **Exercise.** Let `__add__` return a new `Value` with four entries: the sum, the parents, a local derivative for each
# parent, and the sign `"+"`. Leave the label empty.
#
# <details><summary>Hint</summary>
#
# The hand-written $c$ above is a product. What are the first three entries for a sum? A sum grows exactly as fast as
# each of its terms.
#
# </details>


# %% exercise="add"
class Value:
    def __init__(self, data, parents=(), local_derivatives=(), operation="", label=""):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local_derivatives = local_derivatives
        self.operation = operation
        self.label = label

    def __add__(self, other):
        ### BEGIN SOLUTION
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")
        ### END SOLUTION


# %% check="add"
from autograd import topological_order
from autograd.check import check_answer, check_function, check_value, passed, reveal
from autograd.check.cells import not_done


def remembered(result):
    """What a Value remembers, in numbers; anything else as it is."""
    if isinstance(result, tuple | list):
        return "a tuple"
    if not isinstance(result, Value):
        return result
    if not all(isinstance(entry, tuple | list) for entry in (result.parents, result.local_derivatives)):
        return "its parents and its local derivatives are not both tuples"
    if isinstance(result.data, Value):
        return "its data is a Value"
    if any(isinstance(d, Value) for d in result.local_derivatives):
        return "its local derivatives are Values"
    return {
        "data": result.data,
        "parents": [getattr(p, "data", "a plain number") for p in result.parents],
        "local derivatives": [*result.local_derivatives],
    }


def sum_of(a, b):
    terms = Value(a), Value(b)
    result = sum(terms[1:], start=terms[0])
    if any(result is term for term in terms):
        return "one of the terms"
    kept = remembered(result)
    if isinstance(kept, dict) and kept["parents"] == [b, a]:
        kept["parents"] = [a, b]  # for a sum, either order is right
    if isinstance(kept, dict) and kept["parents"] and not result.operation:
        return "it has no sign"
    return kept


sum_of.__name__ = "__add__"  # what the check calls it
sum_of.__wrapped__ = Value.__add__  # and where it looks for a slip


def sum_with(a, b, parents, local_derivatives):
    return {"data": a + b, "parents": parents, "local derivatives": local_derivatives}


def judged(*checks):
    """Whether the class above passes; a class of ours, left over from an earlier cell, is not judged."""
    if Value is Ours:
        not_done("Run your own cell first: this class came with the notebook.")
        return False
    return all(passed(*check) for check in checks)


try:
    check_function(
        sum_of,
        lambda a, b: sum_with(a, b, [a, b], [1, 1]),
        [(2.5, -3.0), (0.5, 4.0)],
        {
            lambda a, b: a + b: "a plain number forgets: put it into a new Value",
            lambda a, b: "a tuple": "those belong into a Value: `return Value(…)`",
            lambda a, b: "one of the terms": "self and other stay as they are: put the sum into a new Value",
            lambda a, b: "it has no sign": "the fourth entry is the sign, which pictures show",
            lambda a, b: "its data is a Value": "the data are numbers: self.data + other.data",
            lambda a, b: "its local derivatives are Values": "a local derivative is a number",
            lambda a, b: (
                a + None
            ): "a number and a Value are no sum: is a `.data` missing, as in self.data + other.data?",
            lambda a, b: sum_with(a, b, [a], [1]): "a sum has two parents, self and other",
            lambda a, b: sum_with(a, b, [], []): "the sum does not know what it was computed from: (self, other)",
            lambda a, b: sum_with(a, b, [a, b], []): "no local derivatives: one for each parent",
            lambda a, b: sum_with(
                a, b, ["a plain number"] * 2, [1, 1]
            ): "the parents are the Values themselves, self and other: a number has no gradient to add to",
            lambda a, b: (
                "its parents and its local derivatives are not both tuples"
            ): "tuples, in round brackets, with an entry for each parent: a set "
            "forgets which local derivative belongs to whom, and of `a + a` it keeps one parent",
            lambda a, b: sum_with(a, b, [a, b], [0, 0]): "a sum grows with each of its terms: how fast?",
            lambda a, b: sum_with(a, b, [a, b], [b, a]): "that is the product's rule: a sum grows exactly as fast as "
            "each of its terms",
            lambda a, b: sum_with(a, b, [a, b], [a, b]): "the terms themselves are no derivatives: how fast does the "
            "sum grow with each of them?",
        },
    )
finally:

    class Value:
        """The whole class, as it stands at the end of this notebook."""

        def __init__(self, data, parents=(), local_derivatives=(), operation="", label=""):
            self.data = data
            self.grad = 0.0
            self.parents = parents
            self.local_derivatives = local_derivatives
            self.operation = operation
            self.label = label

        def backward(self):
            self.grad = 1.0
            for child in reversed(topological_order(self)):
                for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                    parent.grad += local * child.grad

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            return Value(self.data * other.data, (self, other), (other.data, self.data), "·")

        def __pow__(self, n):
            return Value(self.data**n, (self,), (n * self.data ** (n - 1),), f"**{n}")

        def relu(self):
            return Value(max(0.0, self.data), (self,), (float(self.data > 0),), "relu")

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + -other

        def __truediv__(self, other):
            return self * other**-1

        def __radd__(self, other):
            return self + other

        def __rmul__(self, other):
            return self * other

        def __rsub__(self, other):
            return -self + other

        def __rtruediv__(self, other):
            return self**-1 * other

    Ours = Value


# %% wrong="add" hint="a plain number forgets"
class Value(Value):
    def __add__(self, other):
        return self.data + other.data


# %% wrong="add" hint="what it was computed from"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, (), (), "+")


# %% wrong="add" hint="one for each parent"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (), "+")


# %% wrong="add" hint="is a `.data` missing"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other, (self, other), (1.0, 1.0), "+")


# %% wrong="add" hint="look at `self`"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, (self, self), (1.0, 1.0), "+")


# %% wrong="add" hint="the fourth entry is the sign"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))


# %% wrong="add" hint="the Values themselves"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, (self.data, other.data), (1.0, 1.0), "+")


# %% wrong="add" hint="a set forgets"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, {self, other}, (1.0, 1.0), "+")


# %% wrong="add" hint="an entry for each parent"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, (self, other), 1.0, "+")


# %% wrong="add" hint="that is the product's rule"
class Value(Value):
    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (other.data, self.data), "+")


# %% wrong="add" hint="`return` missing"
class Value(Value):
    def __add__(self, other):
        Value(self.data + other.data, (self, other), (1.0, 1.0), "+")


# %% [markdown]
# Until your class is complete, the notebook goes on with ours, so that everything below runs. Now a sum of sums writes
# its graph by itself:

# %%
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
s = a + b
y = s + a
s.label, y.label = "s", "y"

# %% plot=""
import autograd
from autograd.operations import own

ROWS = {(row.symbol, row.arity): row for row in autograd.OPERATIONS.values()}


def draw(output):
    """The library draws its own Values: here, a copy of the graph in them."""
    twins = {}
    for v in topological_order(output):
        twin = twins[v] = autograd.Value(v.data, v.label)
        twin.grad = v.grad
        if v.parents:
            twin.parents, twin.local_derivatives = tuple(twins[p] for p in v.parents), v.local_derivatives
            twin.operation = ROWS.get((v.operation, len(v.parents)), own)
    return autograd.draw(twins[output])


draw(y)

# %% [markdown]
# ## `backward()`
#
# Now the sweep. It needs an order in which each value comes after its parents. Go through that order from its end, and
# every value has its whole gradient when its turn comes. The library's `topological_order` finds one. It reads nothing
# but `.parents`, so it takes your objects as well:

# %%
from autograd import topological_order

[v.label for v in topological_order(y)]

# %% [markdown]
# **Exercise.** Write `backward()`. It begins at `self`, whose gradient is 1, and goes on until the events of all edges
# are done. The check tries a dozen graphs of sums and names the mistake if there is one. (Where a hint says `out`, it
# means the child.)
#
# <details><summary>Hint</summary>
#
# `for child in reversed(topological_order(self)):` begins it. A child may have any number of parents, so a second loop
# goes inside, over pairs: `zip(child.parents, child.local_derivatives)`. For each pair do what was done to `a` and to
# `b` above.
#
# </details>


# %% exercise="backward"
class Value:
    def __init__(self, data, parents=(), local_derivatives=(), operation="", label=""):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local_derivatives = local_derivatives
        self.operation = operation
        self.label = label

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def backward(self):
        """Write ∂self/∂v into v.grad, for every v that self was computed from."""
        ### BEGIN SOLUTION
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * child.grad
        ### END SOLUTION


# %% check="backward"
def swept_by(backward):
    """The gradients of (a · b) · a, written down by hand, after this `backward`."""

    def swept(a, b):
        x, y = Value(a), Value(b)
        product = Value(a * b, (x, y), (b, a), "·")
        output = Value(a * b * a, (product, x), (a, a * b), "·")
        backward(output)
        return {"∂/∂a": x.grad, "∂/∂b": y.grad}

    swept.__name__ = "the sweep of (a · b) · a at"
    return swept


def with_local(derivative):
    """The sweep with this in the place of the local derivative."""

    def backward(output):
        output.grad = 1.0
        for child in reversed(topological_order(output)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += derivative(child, local) * child.grad

    return swept_by(backward)


mistakes = {
    with_local(lambda child, local: 1.0): "the local derivative is left out: it happens to be 1 in a sum",
    with_local(lambda child, local: local * local): "the local derivative comes in once, not squared",
    with_local(lambda child, local: child.local_derivatives[0]): "each parent has its own local derivative",
}
swept = swept_by(lambda output: output.backward()), with_local(lambda child, local: local)
try:
    judged((check_value, Value, "add"), (check_function, *swept, [(3.0, -2.0), (0.5, 4.0)], mistakes))
finally:
    Value = Ours


# %% wrong="backward" hint="`reversed` is missing"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for child in topological_order(self):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * child.grad


# %% wrong="backward" hint="use `+=`, not `=`"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad = local * child.grad


# %% wrong="backward" hint="setting the output's own gradient to 1"
class Value(Ours):
    def backward(self):
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * child.grad


# %% wrong="backward" hint="does not go on to their parents"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for parent, local in zip(self.parents, self.local_derivatives, strict=True):
            parent.grad += local * self.grad


# %% wrong="backward" hint="it happens to be 1 in a sum"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent in child.parents:
                parent.grad += child.grad


# %% wrong="backward" hint="not squared"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * local * child.grad


# %% wrong="backward" hint="its own local derivative"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent in child.parents:
                parent.grad += child.local_derivatives[0] * child.grad


# %% wrong="backward" hint="the upstream gradient is left out"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local


# %% wrong="backward" hint="the upstream gradient is left out: a contribution"
class Value(Ours):
    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * self.grad


# %% [markdown]
# Here is the same graph after the sweep. $a$ is used twice, by $s$ and by $y$, and both have reported:

# %%
y.backward()
draw(y)

# %% [markdown]
# ## Let `*` write the record
#
# **Exercise.** `*` is `__mul__`. All it needs to know about backpropagation is two numbers.


# %% exercise="mul"
class Value:
    def __init__(self, data, parents=(), local_derivatives=(), operation="", label=""):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local_derivatives = local_derivatives
        self.operation = operation
        self.label = label

    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * child.grad

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        ### BEGIN SOLUTION
        return Value(self.data * other.data, (self, other), (other.data, self.data), "·")
        ### END SOLUTION


# %% check="mul"
from contextlib import suppress


def kind_of_locals():
    """What a product's local derivatives are; numbers, too, where there is no product yet."""
    with suppress(Exception):
        if any(isinstance(d, Value) for d in (Value(2.0) * Value(3.0)).local_derivatives):
            return "Values"
    return "numbers"


try:
    if kind_of_locals() == "Values":
        hint = "local derivatives are numbers, other.data and self.data: the parents are there already"
        check_answer("local derivatives", "Values", "numbers", {"Values": hint})
    judged((check_value, Value, "mul"))
finally:
    Value = Ours


# %% wrong="mul" hint="the operands are swapped"
class Value(Ours):
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (self.data, other.data), "·")


# %% wrong="mul" hint="the upstream gradient is passed on as it is"
class Value(Ours):
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (1.0, 1.0), "·")


# %% wrong="mul" hint="nothing arrives"
class Value(Ours):
    def __mul__(self, other):
        return Value(self.data * other.data)


# %% wrong="mul" hint="local derivatives are numbers"
class Value(Ours):
    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other, self), "·")


# %% wrong="mul" hint="the value stands where the local derivative belongs"
class Value(Ours):
    def __mul__(self, other):
        product = self.data * other.data
        return Value(product, (self, other), (product, product), "·")


# %% wrong="mul" hint="that is a + b"
class Value(Ours):
    def __mul__(self, other):
        return Value(self.data + other.data, (self, other), (other.data, self.data), "·")


# %% [markdown]
# ## Break it on purpose
#
# Here is the most common slip beside the right rule. It takes each factor itself for the local derivative, not the
# other factor.


# %%
def product(a, b):
    return Value(a.data * b.data, (a, b), (b.data, a.data), "·")


def swapped(a, b):
    return Value(a.data * b.data, (a, b), (a.data, b.data), "·")


# %% [markdown]
# **Guess first.** Let $y = a \cdot a$, with $a = 3$. What does the engine with `swapped` find for
# $\partial y / \partial a$?

# %% guess="square"
### BEGIN SOLUTION
my_guess = 6
### END SOLUTION

# %% reveal="square"
v = Value(3.0)
square = swapped(v, v)
square.backward()
reveal(
    my_guess,
    v.grad,
    because=f"the factors are equal, and swapping equal numbers changes nothing: {v.data:.0f} + {v.data:.0f} is right",
    replies={
        9: "That is the value of y. An edge carries a local derivative, and that is one of the factors.",
        3: "a is used twice: the two edges add up.",
    },
)

# %% wrong="square" hint="That is the value of y"
my_guess = 9

# %% wrong="square" hint="a is used twice"
my_guess = 3

# %%
forms = {
    "a · a": lambda a, b, times: times(a, a),
    "a · b": lambda a, b, times: times(a, b),
    "(a · a) · b": lambda a, b, times: times(times(a, a), b),
}
h = 1e-6
print("dy/da at a = 3, b = 4\n              right  swapped   nudged")
for text, f in forms.items():
    found = []
    for times in (product, swapped):
        a, b = Value(3.0), Value(4.0)
        f(a, b, times).backward()
        found.append(a.grad)
    up, down = (f(Value(3.0 + s), Value(4.0), product).data for s in (h, -h))
    nudged = (up - down) / (2 * h)
    print(f"{text:12} {found[0]:6.0f}  {found[1]:7.0f}  {nudged:7.1f}")
    assert abs(found[0] - nudged) < 1e-6

# %% [markdown]
# A wrong engine can pass a test. If you test this one only on squares, you will never notice, and $a \cdot b$ with two
# equal numbers is no better. **A test must be able to fail.** So the checks here use unequal numbers, none of them 0, 1
# or 2, and values that are used more than once.
#
# ## Numbers beside Values
#
# People write `a * 2 + 1`. Then `other` is a plain number, without `.data` and without a gradient. One line in
# `__add__` and in `__mul__` turns it into a leaf. Here is a class with that line, and with nothing else:


# %%
class OneSided:
    def __init__(self, data):
        self.data = data

    def __mul__(self, other):
        other = other if isinstance(other, OneSided) else OneSided(other)
        return OneSided(self.data * other.data)


five = OneSided(5.0)
print("five * 2:", (five * 2).data)

# %% [markdown]
# **Guess first.** What about `2 * five`? Write `"works"` or `"TypeError"`.

# %% guess="reflected"
### BEGIN SOLUTION
my_guess = "TypeError"
### END SOLUTION

# %% reveal="reflected"

try:
    happens = "works" if 2 * five else ""
except TypeError:
    happens = "TypeError"
reveal(
    my_guess,
    happens,
    because="`2 * five` asks the 2 first, and a plain number knows nothing about this class. Then Python asks five for "
    "`__rmul__`, and the class has none",
    replies={"works": "For numbers the order does not matter. But it is the left one that is asked first."},
)

# %% wrong="reflected" hint="the left one that is asked first"
my_guess = "works"

# %% [markdown]
# `__rmul__` is the **reflected** form: `2 * a` ends up as `a.__rmul__(2)`. For `+` and `*` it may return the same as
# the plain form. For `2 - a` and `2 / a` it may not: there `self` stands on the *right* of the sign.
#
# ## Three rules, the rest for free
#
# How many rules does an engine need? You have two. A third is that of the power, with a plain number $n$ as exponent:
#
# $$\frac{\partial\, a^n}{\partial a} = n \cdot a^{n-1}$$
#
# And then
#
# $$-a = a \cdot (-1) \qquad a - b = a + (-b) \qquad a / b = a \cdot b^{-1}$$
#
# can be written with what you have. They need no rules of their own: their parts record themselves.
#
# **Exercise.** Write the power, and then everything else without a single derivative. You may run the check after each
# of them: it goes from top to bottom. It also wants one function that networks use, so `relu` is given: $x$ where
# $x > 0$, else 0.
#
# <details><summary>Hint</summary>
#
# The power has one parent, and a tuple of one needs its comma: `(self,)`. In `__rsub__` and `__rtruediv__`, `other`
# stands on the left, and it may be a plain number. Write $3 - x$ as a sum that begins with $-x$, and $3 / x$ as a
# product that begins with a power of $x$.
#
# </details>


# %% exercise="all"
from autograd import topological_order


class Value:
    def __init__(self, data, parents=(), local_derivatives=(), operation="", label=""):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.local_derivatives = local_derivatives
        self.operation = operation
        self.label = label

    def backward(self):
        self.grad = 1.0
        for child in reversed(topological_order(self)):
            for parent, local in zip(child.parents, child.local_derivatives, strict=True):
                parent.grad += local * child.grad

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "·")

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),), "relu")

    def __radd__(self, other):  # other + self
        ### BEGIN SOLUTION
        return self + other
        ### END SOLUTION

    def __rmul__(self, other):  # other * self
        ### BEGIN SOLUTION
        return self * other
        ### END SOLUTION

    def __neg__(self):  # -self
        ### BEGIN SOLUTION
        return self * -1
        ### END SOLUTION

    def __sub__(self, other):  # self - other
        ### BEGIN SOLUTION
        return self + -other
        ### END SOLUTION

    def __rsub__(self, other):  # other - self
        ### BEGIN SOLUTION
        return -self + other
        ### END SOLUTION

    def __pow__(self, n):  # self ** n, where n is a plain number
        ### BEGIN SOLUTION
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),), f"**{n}")
        ### END SOLUTION

    def __truediv__(self, other):  # self / other
        ### BEGIN SOLUTION
        return self * other**-1
        ### END SOLUTION

    def __rtruediv__(self, other):  # other / self
        ### BEGIN SOLUTION
        return self**-1 * other
        ### END SOLUTION


# %% check="all"
is_right = False
try:
    is_right = judged((check_value, Value))
finally:
    Value = Value if is_right else Ours
if is_right:
    print("From here on your Value does the work.")


# %% wrong="all" hint="the factor n is missing"
class Value(Ours):
    def __pow__(self, n):
        return Value(self.data**n, (self,), (self.data ** (n - 1),), "**")


# %% wrong="all" hint="parentheses are missing"
class Value(Ours):
    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data**n - 1,), "**")


# %% wrong="all" hint="that is the derivative"
class Value(Ours):
    def __pow__(self, n):
        return Value(n * self.data ** (n - 1), (self,), (n * self.data ** (n - 1),), "**")


# %% wrong="all" hint="n goes down by one in the derivative alone"
class Value(Ours):
    def __pow__(self, n):
        return Value(self.data ** (n - 1), (self,), (n * self.data ** (n - 1),), "**")


# %% wrong="all" hint="one factor too many"
class Value(Ours):
    def __pow__(self, n):
        product = self
        for _ in range(n):
            product = product * self
        return product


# %% wrong="all" hint="the exponent is n, not always 2"
class Value(Ours):
    def __pow__(self, n):
        return self * self


# %% wrong="all" hint="that is 1 / b"
class Value(Ours):
    def __truediv__(self, other):
        return other**-1


# %% wrong="all" hint="that is 1 / a"
class Value(Ours):
    def __truediv__(self, other):
        return self**-1


# %% wrong="all" hint="b alone has the exponent -1"
class Value(Ours):
    def __truediv__(self, other):
        return (self * other) ** -1


# %% wrong="all" hint="the exponent of b is -1, once"
class Value(Ours):
    def __truediv__(self, other):
        return self * other**-2


# %% wrong="all" hint="that is 1 / b"
class Value(Ours):
    def __rtruediv__(self, other):
        return self**-1


# %% wrong="all" hint="b alone has the exponent -1"
class Value(Ours):
    def __rtruediv__(self, other):
        return self**-1 * other**-1


# %% wrong="all" hint="one of: the sign is wrong"
class Value(Ours):
    def __rsub__(self, other):
        return self - other


# %% wrong="all" hint="the operands are swapped"
class Value(Ours):
    def __rtruediv__(self, other):
        return self / other


# %% wrong="all" hint="nothing arrives"
class Value(Ours):
    def __neg__(self):
        return Value(-self.data)


# %% wrong="all" hint="recursion that does not end"
class Value(Ours):
    def __radd__(self, other):
        return other + self


# %% [markdown]
# ## The engine
#
# That class is a whole engine. If yours passed the check, it does the work from here on. Keep the cell: in notebook 9
# you paste it over one line, and your engine trains a network.
#
# Here is a square of a difference, with its graph. `3 - x` became $-x + 3$, and $-x$ became $x \cdot (-1)$. The
# plain numbers 3 and −1 became leaves, the exponent did not.

# %%
x = Value(1.0, label="x")
y = (3 - x) ** 2
y.label = "y"
y.backward()
draw(y)

# %% [markdown]
# The library's `Value` is the same idea: a node keeps its parents and its local derivatives, and one sweep adds up.
# Both find the same gradient. Then `backward()` is called once more:

# %%
for engine, name in ((Value, "this engine"), (autograd.Value, "the library")):
    x = engine(3.0)
    y = x * x
    z = y * y
    z.backward()
    once = x.grad
    z.backward()
    twice = f"after a second call {x.grad}, {x.grad / once:.0f} times as much"
    print(f"{name}: dz/dx = {once}, {twice}")

# %% [markdown]
# Four things make the library's class longer:
#
# - **It may be swept again.** A leaf adds up what every call brings, so a second call should give twice the gradient.
#   This engine gives three times as much. You will repair that in notebook 5.
# - **It finds the order itself**, in a graph of any depth. You borrowed that here. You will write it in notebook 5.
# - **Every rule stands once, in a table.** It takes plain numbers, as here. It takes arrays, for a thousand samples at
#   once (notebook 15). It takes Values, and then a derivative has a graph of its own (notebook 16). And it takes names,
#   for `formula` and `explain`.
# - **It copes with extremes.** 1 / 0 is infinite, as in NumPy. And its errors say what to do.
#
# ## It records the run
#
# What does the class know about loops? You pay money in once, and it earns interest until it has doubled.


# %%
def doubled(rate):
    """The balance when it has at least doubled, and after how many years that is."""
    balance, years = Value(1.0), 0
    while balance.data < 2:
        balance = balance * (1 + rate)
        years += 1
    return balance, years


for r in (0.07, 0.08):
    rate = Value(r)
    balance, years = doubled(rate)
    balance.backward()
    nudged = (doubled(Value(r + h))[0].data - doubled(Value(r - h))[0].data) / (2 * h)
    print(f"rate {r}: {years} years, balance {balance.data:.4f},", end=" ")
    print(f"d balance / d rate: {rate.grad:.4f}, nudged {nudged:.4f}")
    assert abs(rate.grad - years * (1 + r) ** (years - 1)) < 1e-9  # the rule of a power

# %% [markdown]
# > **Misconception: "an engine differentiates the program".** It never sees the program. The loop and its condition
# > leave no trace. It records the run, here one product after the other, and another rate may leave another graph. So
# > you may use any Python, `if` and `while` and recursion included. And so the gradient says nothing about the jump
# > where one more year is needed.

# %%
from collections import Counter

for r in (0.07, 0.08):
    graph = topological_order(doubled(Value(r))[0])
    kinds = Counter(v.operation or "leaf" for v in graph)
    print(f"rate {r}: {len(graph)} Values,", dict(kinds))

# %% [markdown]
# ## What you can now do
#
# You can write an engine: operators that record parents and local derivatives, and a sweep. Show it:
#
# **Exercise 1: count the Values.** With $-a$ as $a \cdot (-1)$, $a - b$ as $a + (-b)$, and $a / b$ as
# $a \cdot b^{-1}$: how many new Values does `(a - b) / c` make, if $a$, $b$ and $c$ are there already? Remember what
# happens to plain numbers.

# %% exercise="count"
### BEGIN SOLUTION
new_values = 5
### END SOLUTION

# %% check="count"
a, b, c = Value(7.0), Value(3.0), Value(2.0)
check_answer(
    "new_values",
    new_values,
    len(topological_order((a + b * -1) * c**-1)) - 3,
    {
        2: "so many signs are written, but `-` and `/` are made of others",
        1: "one for the whole would be one operation: `-` and `/` are made of others",
        7: "one too many for each sign: a plain exponent is no Value, and a power makes one",
        3: "either a - b alone, or the constant and the power are not counted",
        4: "the -1 that b is multiplied by becomes a leaf: a Value too",
        6: "the exponent stays a plain number, it is no Value",
        8: "a, b and c were there before",
    },
)

# %% wrong="count" hint="made of others"
new_values = 2

# %% wrong="count" hint="a Value too"
new_values = 4

# %% wrong="count" hint="stays a plain number"
new_values = 6

# %% [markdown]
# **Exercise 2: an operation of your own.** The hyperbolic tangent squashes every number into the range from −1 to 1,
# and networks use it for that. With $y = \tanh x$ its derivative is $1 - y^2$. Write it as a function that returns
# **one** new Value.
#
# <details><summary>Hint</summary>
#
# `math.tanh(x.data)` first, since both entries need it. One parent and one local derivative: `(x,)` with a comma.
#
# </details>

# %% exercise="tanh"
import math


def tanh(x):
    """The hyperbolic tangent of a Value."""
    ### BEGIN SOLUTION
    y = math.tanh(x.data)
    return Value(y, (x,), (1 - y * y,), "tanh")
    ### END SOLUTION


# %% check="tanh"
def tanh_of(x):
    x = Value(x)
    result = tanh(x)
    return "x itself" if result is x else remembered(result)


def tanh_with(derivative, parents=1):
    """What a tanh remembers that has this derivative, a function of the output and the input."""

    def recorded(x):
        y = math.tanh(x)
        return {"data": y, "parents": [x] * parents, "local derivatives": [derivative(y, x)] * parents}

    return recorded


tanh_of.__name__ = "tanh"
check_function(
    tanh_of,
    tanh_with(lambda y, x: 1 - y * y),
    [(0.5,), (-1.2,), (2.5,)],
    {
        tanh_with(lambda y, x: 1 - x * x): "the derivative is 1 - y², with y the output, not the input",
        tanh_with(lambda y, x: 1 - y): "the square is missing: 1 - y²",
        lambda x: "x itself": "x stays as it is: put the result into a new Value",
        tanh_with(lambda y, x: y * (1 - y)): "that is the sigmoid's derivative: of tanh it is 1 - y²",
        tanh_with(lambda y, x: 1 + y * y): "that is the derivative of tan: of tanh it is 1 - y²",
        lambda x: {"data": math.tan(x), "parents": [x], "local derivatives": [1 - math.tan(x) ** 2]}: "tan is another "
        "function: the hyperbolic tangent is math.tanh",
        tanh_with(lambda y, x: y): "that is the value: the local derivative is 1 - y²",
        lambda x: {"data": math.sinh(x), "parents": [x], "local derivatives": [1 - math.sinh(x) ** 2]}: "sinh is the "
        "hyperbolic sine: the tangent is math.tanh",
        lambda x: {"data": math.tanh(x), "parents": ["a plain number"], "local derivatives": [1 - math.tanh(x) ** 2]}: (
            "the parent is the Value itself, x: a number has no gradient to add to"
        ),
        tanh_with(lambda y, x: 0, parents=0): "the result does not know its parent, nor the derivative toward it",
        math.tanh: "a plain number forgets: put it into a new Value",
        lambda x: 1 - math.tanh(x) ** 2: "that is the local derivative: it goes into a new Value, beside the value and "
        "the parent",
        lambda x: "its parents and its local derivatives are not both tuples": "`(x)` is just x: a tuple of one has a "
        "comma, `(x,)`, the parents and the local derivatives alike",
        lambda x: "its local derivatives are Values": "a local derivative is a number: take `.data`",
        lambda x: "its data is a Value": "the data of a Value is a number: take `.data`",
    },
)


# %% wrong="tanh" hint="y the output, not the input"
import math


def tanh(x):
    return Value(math.tanh(x.data), (x,), (1 - x.data**2,))


# %% wrong="tanh" hint="a local derivative is a number"
import math


def tanh(x):
    y = Value(math.tanh(x.data))
    return Value(y.data, (x,), (1 + y * y * -1,))


# %% wrong="tanh" hint="the data of a Value is a number"
import math


def tanh(x):
    y = Value(math.tanh(x.data))
    return Value(y, (x,), (1 - y.data**2,))


# %% wrong="tanh" hint="does not know its parent"
import math


def tanh(x):
    return Value(math.tanh(x.data))


# %% wrong="tanh" hint="that is the local derivative"
import math


def tanh(x):
    y = math.tanh(x.data)
    return 1 - y * y


# %% wrong="tanh" hint="the local derivatives alike"
import math


def tanh(x):
    y = math.tanh(x.data)
    return Value(y, (x,), 1 - y * y)


# %% wrong="tanh" hint="a tuple of one has a comma"
import math


def tanh(x):
    y = math.tanh(x.data)
    return Value(y, (x), (1 - y * y))


# %% wrong="tanh" hint="a plain number forgets"
import math


def tanh(x):
    return math.tanh(x.data)


# %% [markdown]
# **Exercise 3: many parents at once.** A neuron begins with $x_1 w_1 + x_2 w_2 + \dots$, the **dot product** of two
# lists. With `*` and `+`, a hundred inputs make two hundred Values. But an operation may have more than two parents.
# Return one single Value whose parents are all the inputs and all the weights.
#
# <details><summary>Hint</summary>
#
# How fast does the sum change with $x_1$, if nothing else moves? And with $w_1$? Two lists can be joined into one
# tuple by `(*xs, *ws)`; the local derivatives stand in the same order as the parents.
#
# </details>


# %% exercise="dot"
def dot(xs, ws):
    """The sum of the products x * w, as one Value; xs and ws are lists of Values."""
    ### BEGIN SOLUTION
    total = sum(x.data * w.data for x, w in zip(xs, ws, strict=True))
    local_derivatives = (*[w.data for w in ws], *[x.data for x in xs])
    return Value(total, (*xs, *ws), local_derivatives, "dot")
    ### END SOLUTION


# %% check="dot"
def swept(dot):
    """What comes of a dot product of these numbers: its value, the gradients, how many Values were made."""

    def dot_of(xs, ws):
        xs, ws = [*map(Value, xs)], [*map(Value, ws)]
        y = dot(xs, ws)
        if not isinstance(y, Value):
            return y
        if isinstance(y.data, Value):
            return "its data is a Value"
        if any(isinstance(d, Value) for d in y.local_derivatives):
            return "its local derivatives are Values"
        if not all(isinstance(p, Value) for p in y.parents):
            return "its parents are not Values"
        y.backward()
        made = sum(v not in xs + ws for v in topological_order(y))
        gradients = {"gradients of xs": [x.grad for x in xs], "of ws": [w.grad for w in ws]}
        return {"value": y.data} | gradients | {"new Values": made}

    dot_of.__name__ = "dot"
    return dot_of


def dot_with(parents, local_derivatives):
    def dot(xs, ws):
        data = [x.data for x in xs], [w.data for w in ws]
        return Value(sum(map(float.__mul__, *data)), parents(xs, ws), tuple(local_derivatives(*data)))

    return swept(dot)


check_function(
    swept(dot),
    dot_with(lambda xs, ws: (*xs, *ws), lambda x, w: w + x),
    [([2.5, -3.0], [0.5, 4.0]), ([1.5, 3.0, -2.5], [7.0, -0.5, 6.0])],
    {
        dot_with(
            lambda xs, ws: (*xs, *ws), lambda x, w: x + w
        ): "the local derivatives are swapped: toward an input it is its weight",
        dot_with(lambda xs, ws: (), lambda x, w: ()): "the result does not know its parents",
        dot_with(
            lambda xs, ws: tuple(xs), lambda x, w: w
        ): "the weights are parents as well: they are what a network learns",
        dot_with(lambda xs, ws: tuple(ws), lambda x, w: x): "the inputs are parents as well",
        swept(
            lambda xs, ws: sum((x * w for x, w in zip(xs, ws, strict=True)), start=Value(0.0))
        ): "the numbers are right, but `*` and `+` make a Value each: one single Value is asked for",
        swept(
            lambda xs, ws: sum(x * w for x, w in zip(xs, ws, strict=True))
        ): "the numbers are right, but `*` and `+` make a Value each: one single Value is asked for",
        lambda xs, ws: {"value": sum(xs) * sum(ws), "gradients of xs": ws, "of ws": xs, "new Values": 1}: "each input "
        "has its own weight: multiply first, then add up",
        swept(lambda xs, ws: xs[-1] * ws[-1]): "that is the last product alone: add up",
        swept(lambda xs, ws: xs[0] * ws[0]): "that is the first product alone: add up",
        lambda xs, ws: sum(map(float.__mul__, xs, ws)): "a plain number forgets: put it into a new Value",
        lambda xs, ws: "its local derivatives are Values": "a local derivative is a number: `.data`",
        lambda xs, ws: (
            "its parents are not Values"
        ): "the parents are the Values themselves, in one flat tuple: (*xs, *ws)",
        dot_with(lambda xs, ws: (*xs, *ws), lambda x, w: [1.0] * len(x + w)): "that is the rule of a sum: toward an "
        "input it is its weight, toward a weight its input",
        dot_with(lambda xs, ws: (*xs, *ws), lambda x, w: [*map(float.__mul__, x, w)] * 2): "those are the products: "
        "toward an input it is its weight alone",
        lambda xs, ws: "its data is a Value": "the data of a Value is a number: take `.data` of what you add up",
    },
)


# %% wrong="dot" hint="toward an input it is its weight"
def dot(xs, ws):
    pairs = zip(xs, ws, strict=True)
    data = (*[x.data for x in xs], *[w.data for w in ws])
    return Value(sum(x.data * w.data for x, w in pairs), (*xs, *ws), data, "dot")


# %% wrong="dot" hint="a local derivative is a number"
def dot(xs, ws):
    total = sum(x.data * w.data for x, w in zip(xs, ws, strict=True))
    return Value(total, (*xs, *ws), (*ws, *xs), "dot")


# %% wrong="dot" hint="the data of a Value is a number"
def dot(xs, ws):
    total = sum(x * w for x, w in zip(xs, ws, strict=True))
    return Value(total, (*xs, *ws), (*[w.data for w in ws], *[x.data for x in xs]), "dot")


# %% wrong="dot" hint="in one flat tuple"
def dot(xs, ws):
    total = sum(x.data * w.data for x, w in zip(xs, ws, strict=True))
    return Value(total, (xs, ws), ([w.data for w in ws], [x.data for x in xs]), "dot")


# %% wrong="dot" hint="one single Value is asked for"
def dot(xs, ws):
    return sum(x * w for x, w in zip(xs, ws, strict=True))


# %% wrong="dot" hint="what a network learns"
def dot(xs, ws):
    pairs = zip(xs, ws, strict=True)
    return Value(sum(x.data * w.data for x, w in pairs), tuple(xs), tuple(w.data for w in ws))


# %% wrong="dot" hint="a plain number forgets"
def dot(xs, ws):
    return sum(x.data * w.data for x, w in zip(xs, ws, strict=True))


# %% [markdown]
# ## Your own task
#
# At which interest rate does money double in exactly ten years? Let your engine find it. The balance is
# $(1 + \text{rate})^{10}$, and $(\text{balance} - 2)^2$ says how far off it is. Ask for its gradient, and walk downhill
# as in notebook 1, with a new `Value` for the rate at every step.
#
# When you have the rate to four digits, you have found a rule of thumb: what is ten times the rate, in percent? And how
# large may a step be before the walk no longer arrives?
