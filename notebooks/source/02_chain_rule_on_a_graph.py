# %% [markdown]
# # 2. Chain rule on a graph
#
# **Goal.** See a computation as a graph, and read every derivative off its edges.
#
# **You need** the derivative as a slope ([notebook 1](01_derivative_as_slope.ipynb)).
# **Afterwards you can** take a derivative toward one of several inputs, multiply along the paths of a graph and add
# across them, and say why one sweep backwards gives all derivatives at once.

# %% [markdown]
# ## Several inputs, several derivatives
#
# A function of two inputs has two slopes: nudge one input and hold the other. Such a slope is a **partial derivative**,
# the derivative of the output *with respect to* that input. We say *toward* the input for short, and code says `wrt`.
# It is written $\partial c / \partial a$, with a round d.
#
# **Guess first.** Let $c = a \cdot b$, with $a = 2$ and $b = -3$. Toward which of the two is the derivative of $c$
# larger in size, `"a"` or `"b"`?

# %% guess="larger"
### BEGIN SOLUTION
my_guess = "a"
### END SOLUTION

# %% reveal="larger"
from autograd.check import reveal

h = 1e-6
toward_a = ((2.0 + h) * -3.0 - (2.0 - h) * -3.0) / (2 * h)
toward_b = (2.0 * (-3.0 + h) - 2.0 * (-3.0 - h)) / (2 * h)
reveal(
    my_guess,
    "a" if abs(toward_a) > abs(toward_b) else "b",
    because=f"a nudge of a is multiplied by b: ∂c/∂a = {toward_a:.0f}. A nudge of b is multiplied by a: "
    f"∂c/∂b = {toward_b:.0f}",
    replies={"b": "b is the larger number, but how large an input is does not say how much it is felt."},
)

# %% wrong="larger" hint="does not say how much it is felt"
my_guess = "b"

# %% [markdown]
# In a product each factor's derivative is the *other* factor:
#
# $$\frac{\partial c}{\partial a} = b \qquad \frac{\partial c}{\partial b} = a$$
#
# All partial derivatives together, here $(b, a) = (-3, 2)$, are the **gradient** of $c$ in mathematics. In code, and in
# this course, a single one is called so too: *the gradient of a* is $\partial c / \partial a$. The engine has them
# from the rule:

# %%
from autograd import explain, operations

explain(operations.multiply)

# %% [markdown]
# ## A computation is a graph
#
# Now a computation in three steps. A `Value` holds a number and remembers what it was computed from: its **parents**.

# %%
from autograd import Value, draw

a, b = Value(2.0, "a"), Value(-3.0, "b")
c = a * b
d = c + b
y = c * d
c.label, d.label, y.label = "c", "d", "y"
draw(y)

# %% [markdown]
# Read it from left to right: $a$ and $b$ make $c$, then $c$ and $b$ make $d$, then $c$ and $d$ make $y$. On each edge
# stands a **local derivative**: how fast the right end changes with the left end, if nothing else moves. A sum passes a
# nudge on as it is: its edges carry 1. An operation knows the numbers on its own edges, and it needs to know no more.
#
# How does a nudge of $b$ reach $y$? Along a path, each edge multiplies it. Where paths meet, what they bring adds up.
#
# > **Multiply along a path. Add across the paths.**
#
# **Guess first.** Find every path from $b$ to $y$ in the picture. What is $\partial y / \partial b$?

# %% guess="paths"
### BEGIN SOLUTION
my_guess = -36
### END SOLUTION

# %% reveal="paths"
products = {
    " → ".join([b.label, *(e.child.label for e in path.edges[::-1])]): path.product for path in explain(y, b).paths
}
reveal(
    my_guess,
    explain(y, b).total,
    because="three paths lead from b to y: " + ", ".join(f"{way} brings {p:.0f}" for way, p in products.items()),
    replies={
        products["b → d → y"]: "That is the path through d alone. b goes into c as well.",
        products["b → c → y"]: "That is one of the paths that begin with c. Another turns off to d.",
        products["b → c → y"] + products["b → d → y"]: "One path is missing: the long one, through c and d.",
        products["b → c → y"] * products["b → d → y"]: "Multiply along a path, but add across the paths.",
        products["b → c → d → y"]: "That is the long path alone. Two shorter ones add to it.",
        y.data: "That is y itself. How large it is says nothing on how fast it changes.",
    },
)

# %% wrong="paths" hint="through d alone"
my_guess = -6

# %% wrong="paths" hint="the long one"
my_guess = -24

# %% wrong="paths" hint="add across the paths"
my_guess = 108

# %% wrong="paths" hint="That is y itself"
my_guess = 54

# %% [markdown]
# Here they are, each in a colour of its own. The edge from $d$ to $y$ lies on two of them, the one from $b$ to $c$ too.

# %%
draw(y, paths=explain(y, b).paths)

# %% [markdown]
# The engine writes down the same, rule by rule and path by path:

# %%
explain(y, b)

# %% [markdown]
# Do not take its word for it. Nudge $b$:


# %%
def f(a, b):
    c = a * b
    d = c + b
    return c * d


h = 1e-6
nudged = (f(2.0, -3.0 + h) - f(2.0, -3.0 - h)) / (2 * h)
print(f"nudged {nudged:.4f}, by paths {explain(y, b).total:.4f}")

# %% [markdown]
# ## Break it on purpose
#
# What if it were the other way round: add along a path, multiply across? Here are both rules in one function.

# %%
from math import prod


def by_paths(output, wrt, along, across):
    paths = explain(output, wrt).paths
    edges = [[edge.local_derivative for edge in path.edges] for path in paths]
    return across([along(path) for path in edges])


print("    right  swapped   nudged")
for v, i, j in [(a, h, 0), (b, 0, h)]:
    right = by_paths(y, v, along=prod, across=sum)
    swapped = by_paths(y, v, along=sum, across=prod)
    nudged = (f(2 + i, -3 + j) - f(2 - i, -3 - j)) / (2 * h)
    print(f"{v.label}  {right:7.2f}  {swapped:7.2f}  {nudged:7.2f}")
    assert abs(right - nudged) < 1e-6
    assert abs(swapped - nudged) > 1

# %% [markdown]
# The swapped rule gives numbers that look no worse than the right ones. Only the nudge tells.
#
# ## Fill the edges
#
# **Exercise.** The same graph with other numbers: $a = 4$, $b = \tfrac12$, and again $c = a \cdot b$, $d = c + b$,
# $y = c \cdot d$. Write the local derivative of each edge in the place of `None`; `dc_da` is $\partial c / \partial a$.
#
# <details><summary>Hint</summary>
#
# You need the numbers first: what are $c$ and $d$? Then each edge asks about one operation only. For a product it is
# the other factor, for a sum it is 1.
#
# </details>

# %% exercise="edges"
### BEGIN SOLUTION
dc_da = 0.5
dc_db = 4
dd_dc = 1
dd_db = 1
dy_dc = 2.5
dy_dd = 2
### END SOLUTION

# %% check="edges"
from autograd.check import check_answer, check_function, passed

a4, b4 = Value(4.0, "a"), Value(0.5, "b")
c4 = a4 * b4
d4 = c4 + b4
y4 = c4 * d4
factor = "in a product the derivative toward one factor is the other factor"
term = dict.fromkeys((c4.data, b4.data, d4.data), "a sum grows exactly as fast as each of its terms")
term[0.0] = "each of its terms changes a sum"
other = "that goes on, all the way to y: only the edge itself is asked for, nothing else moves"
check_answer("dc_da", dc_da, c4.local_derivatives[0], {a4.data: factor, explain(y4, a4).total: other})
check_answer("dc_db", dc_db, c4.local_derivatives[1], {b4.data: factor})
check_answer("dd_dc", dd_dc, d4.local_derivatives[0], term)
term[0.0] = "d is a sum, and b is one of its terms"
check_answer("dd_db", dd_db, d4.local_derivatives[1], term | {explain(d4, b4).total: other})
check_answer("dy_dc", dy_dc, y4.local_derivatives[0], {c4.data: factor, explain(y4, c4).total: other})
check_answer("dy_dd", dy_dd, y4.local_derivatives[1], {d4.data: factor, y4.data: "that is y itself"})

# %% wrong="edges" hint="the other factor"
dc_da = 4
dc_db = 0.5
dd_dc = dd_db = dy_dc = dy_dd = 1

# %% wrong="edges" hint="exactly as fast as each of its terms"
dc_da = 0.5
dc_db = 4
dd_dc = 2
dd_db = 0.5
dy_dc = 2.5
dy_dd = 2

# %% wrong="edges" hint="only the edge itself is asked for"
dc_da, dc_db, dd_dc, dd_db = 0.5, 4, 1, 1
dy_dc = 4.5
dy_dd = 2

# %% [markdown]
# > **Misconception: "the number on an edge is the gradient".** A local derivative belongs to an edge: child toward
# > parent, nothing else moves. A gradient belongs to a value: the output toward it, along all paths. On an edge into
# > the output the two may agree, and that is where the confusion comes from.

# %%
print("∂y/∂c on the edge c → y:  ", y.local_derivatives[0])
print("gradient of c, all paths: ", explain(y, c).total)

# %% [markdown]
# ## Too many paths
#
# Double a number, double the result, and so on: each value is used twice by the next.


# %%
def doublings(n):
    x = y = Value(1.0, "x")
    for _ in range(n):
        y = y + y
    return x, y


x, y2 = doublings(2)
draw(y2, paths=explain(y2, x).paths)

# %% [markdown]
# Two doublings have four paths, and each further doubling doubles them. Thirty doublings have over a thousand million
# paths:

# %%
x, y30 = doublings(30)
explain(y30, x).count

# %% [markdown]
# You cannot go through these paths one by one. But they share almost everything. So go backwards from the output, work
# out each value's gradient **once**, and pass it back along each of its edges. An edge then costs one multiplication
# and one addition, together one *multiply-add*.
#
# **Guess first.** How many multiply-adds does that take for thirty doublings?

# %% guess="sweep"
### BEGIN SOLUTION
my_guess = 60
### END SOLUTION

# %% reveal="sweep"
from autograd import topological_order

edges = sum(len(v.parents) for v in topological_order(y30))
reveal(
    my_guess,
    edges,
    because=f"the graph has {edges} edges, two for each doubling, and each is used once. The shared ends of the paths "
    "are factored out, as in a·c + b·c = (a + b)·c",
    replies={
        2**30: "That is how many paths there are. The sweep walks no path twice, it walks each edge once.",
        30: "Each doubling adds two values, y + y, so it has two edges.",
        120: "A multiplication and an addition together count as one multiply-add.",
        61: "The output's own gradient, 1, is there from the start: it takes no multiply-add.",
        31: "That is how many values there are. The work is done on the edges.",
    },
)

# %% wrong="sweep" hint="walks each edge once"
my_guess = 2**30

# %% wrong="sweep" hint="two edges"
my_guess = 30

# %% wrong="sweep" hint="how many values there are"
my_guess = 31

# %% [markdown]
# This sweep is **backpropagation**, or reverse mode: `y.backward()`. Afterwards each value's `grad` is the derivative
# of the output toward it. In the small graph you can follow it from the right: 1, then 1 + 1, then 2 + 2.

# %%
y2.backward()
draw(y2)

# %%
y30.backward()
print(f"dy/dx after thirty doublings: {x.grad:,.0f}")
assert x.grad == explain(y30, x).count  # along each path the product is 1

# %% [markdown]
# ## One sweep, all derivatives
#
# There is a second gain. A nudge gives the derivative toward *one* input, and takes two evaluations for it. The sweep
# ends at all the inputs at once.

# %%
from itertools import pairwise

calls = 0


def cost(numbers):
    """How far neighbours are apart, squared and added up."""
    global calls
    calls += 1
    return sum((p - q) ** 2 for p, q in pairwise(numbers))


numbers = [((7 * i) % 13) / 13 for i in range(100)]


def moved(i, step):
    """The numbers, with a step added to number i."""
    return [x + step if j == i else x for j, x in enumerate(numbers)]


by_nudging = [(cost(moved(i, h)) - cost(moved(i, -h))) / (2 * h) for i in range(100)]
print(f"nudging: {calls} evaluations")

calls = 0
inputs = [Value(x) for x in numbers]
cost(inputs).backward()
print(f"sweep:   {calls} evaluation, and one sweep")
off = max(abs(v.grad - g) for v, g in zip(inputs, by_nudging, strict=True))
print(f"largest disagreement: {off:.0e}")

# %% [markdown]
# With a hundred inputs, nudging evaluates the function 200 times, the sweep once. A network may have a million inputs
# that learn. One sweep is enough for all of them: without that, no network could be trained.

# %% [markdown]
# ## What you can now do
#
# You can read a graph, multiply along its paths and add across them, and you know what the sweep saves. Show it, on
# paper first:
#
# **Exercise 1: one path.** Let $a = 2$, $u = 3 a$, $v = u + 1$ and $y = v^2$. What is $\partial y / \partial a$? (The
# square's derivative is $2 v$.)

# %% exercise="chain"
### BEGIN SOLUTION
dy_da = 42
### END SOLUTION

# %% check="chain"
p = Value(2.0, "a")
v = 3 * p + 1
check_answer(
    "dy_da",
    dy_da,
    explain(v**2, p).total,
    {
        2 * v.data: "that is ∂y/∂v: go on along the path, through the 3",
        2 * v.data + 3: "along a path the derivatives are multiplied, not added",
        2 * p.data: "the square is taken of v, not of a; and the path goes on, through the 3",
        2 * 3 * p.data: "the square's derivative is 2v, and v is u + 1",
        2 * v.data + 3 + 1: "along a path the derivatives are multiplied, not added",
        v.data**2: "that is y itself",
        2 * 3 * p.data * 3: "the square is taken of v, which is u + 1",
        3: "that is the first edge alone: go on, through the square",
        3 * v.data: "the square's derivative is 2v, not v",
        2 * 3: "the square's derivative is 2v, and v is a number too",
        2 * 3 * 2 * v.data: "a comes in by the 3 alone: the derivative of 3a is 3, not 3a",
        2 * 2 * v.data: "along the edge from a to u stands the 3, not a",
    },
)

# %% wrong="chain" hint="go on along the path"
dy_da = 14

# %% wrong="chain" hint="multiplied, not added"
dy_da = 18

# %% wrong="chain" hint="that is y itself"
dy_da = 49

# %% wrong="chain" hint="the first edge alone"
dy_da = 3

# %% wrong="chain" hint="2v, not v"
dy_da = 21

# %% [markdown]
# **Exercise 2: two paths.** Let $a = 2$, $b = a + 1$ and $y = a \cdot b$. What is $\partial y / \partial a$?
#
# <details><summary>Hint</summary>
#
# $a$ is used twice: by $y$ directly, and by $b$. What does each path bring?
#
# </details>

# %% exercise="fork"
### BEGIN SOLUTION
dy_da = 5
### END SOLUTION

# %% check="fork"
p = Value(2.0, "a")
q = p + 1
check_answer(
    "dy_da",
    dy_da,
    explain(p * q, p).total,
    {
        q.data: "that is the direct path alone; a also goes into b",
        p.data: "that is the path through b alone; a also goes into y directly",
        p.data * q.data: "multiply along a path, add across the paths",
        q.data + p.data * q.data: "the path through b is 1, times the other factor of y, which is a",
        1.0: "that is the edge from a to b",
        q.data + 1.0: "the path through b has two edges: 1, and then the one from b to y",
    },
)

# %% wrong="fork" hint="the direct path alone"
dy_da = 3

# %% wrong="fork" hint="through b alone"
dy_da = 2

# %% wrong="fork" hint="add across the paths"
dy_da = 6

# %% [markdown]
# **Exercise 3: all paths, by a function.** Write the rule as a function that calls itself. A value has `.parents` and
# `.local_derivatives`, in the same order.
#
# <details><summary>Hint</summary>
#
# If `output` is `wrt`, the answer is 1: a value changes as itself. Otherwise each path from `wrt` arrives through one
# of the output's parents. Add up over the parents: the edge's local derivative times the parent's own derivative
# toward `wrt`. A leaf has no parents, and the sum of nothing is 0.
#
# </details>


# %% exercise="recursion"
def derivative(output, wrt):
    """∂output/∂wrt: the sum over all paths of the product along each."""
    ### BEGIN SOLUTION
    if output is wrt:
        return 1.0
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return sum(local * derivative(parent, wrt) for parent, local in edges)
    ### END SOLUTION


# %% check="recursion"
def recursive(combine, at_end=1.0):
    """The derivative by a rule that combines (local, the parent's derivative) over the parents."""

    def derivative(output, wrt):
        if output is wrt:
            return at_end
        edges = zip(output.parents, output.local_derivatives, strict=True)
        return combine([(local, derivative(parent, wrt)) for parent, local in edges])

    return derivative


def direct(output, wrt):
    if output is wrt:
        return 1.0
    return sum(d for p, d in zip(output.parents, output.local_derivatives, strict=True) if p is wrt)


def merged(output, wrt):
    if output is wrt:
        return 1.0
    edges = dict(zip(output.parents, output.local_derivatives, strict=True))
    return sum(local * merged(parent, wrt) for parent, local in edges.items())


def each_leaf(output, wrt):
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return sum(local * each_leaf(parent, wrt) for parent, local in edges) if output.parents else 1.0


def by_data(output, wrt):
    if output.data == wrt.data:
        return 1.0
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return sum(local * by_data(parent, wrt) for parent, local in edges)


def by_label(output, wrt):
    if output.label == wrt.label:
        return 1.0
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return sum(local * by_label(parent, wrt) for parent, local in edges)


def for_local(output, wrt):
    return 1.0 if output is wrt else sum(parent.data * for_local(parent, wrt) for parent in output.parents)


def first_edge(output, wrt):
    edges = [*zip(output.parents, output.local_derivatives, strict=True)]
    straight = [local for parent, local in edges if parent is wrt]
    return 1.0 if output is wrt else sum(straight[:1] or [local * first_edge(parent, wrt) for parent, local in edges])


def times_data(output, wrt):
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return 1.0 if output is wrt else sum(local * parent.data for parent, local in edges)


along_paths = recursive(lambda pairs: sum(d * g for d, g in pairs))
returned_early = "only the first parent counts: `return` stands inside the loop"
if passed(
    check_function,
    derivative,
    lambda output, wrt: explain(output, wrt).total,
    [(y, b), (y, a), (d, b), (y2, y2.parents[0]), (c, Value(a.data, "stranger"))],
    {
        direct: "only edges from wrt straight to the output count: go on with derivative(parent, wrt) of every parent",
        each_leaf: "only wrt itself has the derivative 1: any other leaf has 0",
        by_data: "two values may hold the same number: ask `output is wrt`",
        by_label: "two values may have the same label, or none: ask `output is wrt`",
        for_local: "the local derivative of an edge is in `local_derivatives`: it is not the parent's data",
        first_edge: "wrt may be a parent and come by other parents too: add up all paths",
        recursive(lambda pairs: max((d * g for d, g in pairs), default=0)): "all paths count, not the largest alone",
        times_data: "each local derivative is multiplied by derivative(parent, wrt), not by the parent's data",
        merged: "a parent may have two edges, as in y + y: a dict or a set keeps one",
        recursive(lambda pairs: sum(g for _, g in pairs)): "the local derivatives are left out: each path counts as 1",
        recursive(lambda pairs: sum(d for d, _ in pairs)): "the parent's own derivative toward wrt is left out",
        recursive(lambda pairs: sum(d * g for d, g in pairs), 0.0): "where the path ends, at wrt, the derivative is 1",
        recursive(lambda pairs: pairs[0][0] * pairs[0][1] if pairs else 0): returned_early,
        recursive(lambda pairs: pairs[0][0] * pairs[0][1] if pairs else None): returned_early,
        recursive(lambda pairs: pairs[-1][0] * pairs[-1][1] if pairs else 0): "only the last parent counts: add up",
        recursive(lambda pairs: sum(d + g for d, g in pairs)): "along a path the derivatives are multiplied, not added",
        recursive(lambda pairs: prod(d * g for d, g in pairs)): "across the parents the products are added",
    },
):
    along_paths = derivative
    print("Below, your function does the work.")


# %% wrong="recursion" hint="any other leaf has 0"
def derivative(output, wrt):
    if not output.parents:
        return 1
    return sum(d * derivative(p, wrt) for p, d in zip(output.parents, output.local_derivatives, strict=True))


# %% wrong="recursion" hint="go through its items"
def derivative(output, wrt):
    if output is wrt:
        return 1
    return [d * derivative(p, wrt) for p, d in zip(output.parents, output.local_derivatives, strict=True)]


# %% wrong="recursion" hint="the derivative is 1"
def derivative(output, wrt):
    return sum(d * derivative(p, wrt) for p, d in zip(output.parents, output.local_derivatives, strict=True))


# %% wrong="recursion" hint="`return` stands inside the loop"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    for parent, local in zip(output.parents, output.local_derivatives, strict=True):
        return local * derivative(parent, wrt)
    return 0.0


# %% wrong="recursion" hint="`return` stands inside the loop"
def derivative(output, wrt):  # noqa: RET503
    if output is wrt:
        return 1.0
    for parent, local in zip(output.parents, output.local_derivatives, strict=True):
        return local * derivative(parent, wrt)


# %% wrong="recursion" hint="the products are added"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    product = 1.0
    for parent, local in zip(output.parents, output.local_derivatives, strict=True):
        product *= local * derivative(parent, wrt)
    return product


# %% wrong="recursion" hint="add up"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    total = 0.0
    for parent, local in zip(output.parents, output.local_derivatives, strict=True):
        total = local * derivative(parent, wrt)
    return total


# %% wrong="recursion" hint="only edges from wrt straight to the output count"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return sum(local * derivative(wrt, parent) for parent, local in edges)


# %% wrong="recursion" hint="it is not the parent's data"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return sum(parent.data * derivative(parent, wrt) for parent, local in edges)


# %% wrong="recursion" hint="ask `output is wrt`"
def derivative(output, wrt):
    if output.data == wrt.data:
        return 1.0
    edges = zip(output.parents, output.local_derivatives, strict=True)
    return sum(local * derivative(parent, wrt) for parent, local in edges)


# %% wrong="recursion" hint="multiplied, not added"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    return sum(d + derivative(p, wrt) for p, d in zip(output.parents, output.local_derivatives, strict=True))


# %% wrong="recursion" hint="`print(total)` is the last line"
def derivative(output, wrt):  # noqa: RET503
    if output is wrt:
        return 1.0
    total = 0.0
    for parent, local in zip(output.parents, output.local_derivatives, strict=True):
        total += local * derivative(parent, wrt)
    print(total)


# %% wrong="recursion" hint="have two names changed places?"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    pairs = zip(output.parents, output.local_derivatives, strict=True)
    return sum(parent * derivative(local, wrt) for parent, local in pairs)


# %% wrong="recursion" hint="add up all paths"
def derivative(output, wrt):
    if output is wrt:
        return 1.0
    pairs = [*zip(output.parents, output.local_derivatives, strict=True)]
    for parent, local in pairs:
        if parent is wrt:
            return local
    return sum(local * derivative(parent, wrt) for parent, local in pairs)


# %% [markdown]
# Here are three ways to the same number, for every value of the graph: along all paths (by your function, if it
# passed), by the sweep, and by the engine's explanation.

# %%
y.backward()
for v in (a, b, c, d):
    print(f"{v.label}: {along_paths(y, v):6.1f} {v.grad:6.1f} {explain(y, v).total:6.1f}")
    assert along_paths(y, v) == v.grad == explain(y, v).total

# %% [markdown]
# The function goes through every path, so do not try it on thirty doublings. The sweep, which uses each edge once, is
# the next notebook.
#
# ## Your own task
#
# Two paths lead from $a$ to $y$. They can cancel: then $y$ does not change with $a$, although no edge on them is 0.
# Keep $b = -3$ and look for such an $a$. `explain(y, a)` shows both paths, and `draw(y, paths=explain(y, a).paths)`
# paints them. Which $a$ is it?
