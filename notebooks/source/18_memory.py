# %% [markdown]
# # 18. Memory
#
# **Goal.** Build a memory that adds where a plain recurrent network multiplies, and see the gradient arrive at the
# first of thirty steps.
#
# **You need** a recurrent network unrolled ([notebook 14](14_sequences.ipynb)), the slopes of sigmoid and tanh
# ([notebook 7](07_activations_and_saturation.ipynb)), `fit` ([notebook 9](09_xor_then_moons.ipynb)) and residual
# connections ([notebook 12](12_remedies.ipynb)). **Afterwards you can** write the cell of an LSTM, say what each of its
# gates does to a gradient, and choose the forget gate's bias.

# %% [markdown]
# ## Multiply, or add
#
# In notebook 14 a network kept a **state**, a note to itself. Each step made a new state from the old one and from the
# input:
#
# $$h_t = \tanh(w \cdot h_{t-1} + x_t)$$
#
# On its way back through one step the gradient is multiplied by $w$, and by the slope of tanh. Thirty steps are thirty
# such factors. Here is what arrives at the first input, and what arrives at the last:

# %%
import numpy as np

from autograd import Value, tanh


def read(step, xs):
    """The state after the last step, beginning with 0."""
    state = 0.0
    for x in xs:
        state = step(state, x)
    return state


numbers = np.random.default_rng(0).uniform(-1, 1, 30)
xs = [Value(x) for x in numbers]
read(lambda h, x: tanh(0.9 * h + x), xs).backward()
print(f"gradient toward x30: {xs[-1].grad:.3f}")
print(f"gradient toward x1:  {xs[0].grad:.0e}")
assert xs[0].grad < 1e-4 * xs[-1].grad

# %% [markdown]
# ("Toward x" is short for "with respect to x".) The first input has almost no say in the result, so no weight can
# learn what to do with it.
#
# Now another memory, a running sum: $c_t = c_{t-1} + x_t$. No weight, no tanh.
#
# **Guess first.** Thirty inputs again. What is $\partial c_{30} / \partial x_1$? Put your answer in the place of
# `None`, then press Shift+Enter twice: it runs your cell, then the folded one below it.

# %% guess="sum"
### BEGIN SOLUTION
my_guess = 1
### END SOLUTION

# %% reveal="sum"
from autograd.check import reveal

xs = [Value(x) for x in numbers]
read(lambda c, x: c + x, xs).backward()
reveal(
    my_guess,
    xs[0].grad,
    because="an addition passes the gradient back as it is. Thirty additions still pass it back as it is",
    replies={
        30: "Each of the thirty inputs gets a gradient of its own. Only a value that is used thirty times adds up "
        "thirty shares.",
        1 / 30: "That is how it would be for the mean. Nothing is divided here.",
        0: "Nudge x1 by a little: the sum changes by just as much, however many numbers follow.",
        29: "The inputs that follow do not multiply anything. They are added.",
    },
)

# %% wrong="sum" hint="Each of the thirty inputs gets"
my_guess = 30

# %% wrong="sum" hint="for the mean"
my_guess = 1 / 30

# %% wrong="sum" hint="Nudge x1 by a little"
my_guess = 0

# %% [markdown]
# An addition passes the whole gradient to each of its terms. So a sum remembers its first number as well as its last.
#
# But a sum is a poor memory all the same. It takes in everything, the noise too, and it never lets anything go. A
# useful memory decides, at each step, what to take in and what to keep.
#
# ## Gates
#
# A **gate** is a number between 0 and 1, and it multiplies what passes: 0 is shut, 1 is open. It is a sigmoid of a
# **score**, and the score comes from a neuron that looks at the input and the state. So the network learns when to open
# and when to shut. The **long short-term memory**, LSTM for short, keeps its sum in a **cell** $c$ and has three gates:
#
# | gate | asks | does |
# |---|---|---|
# | input gate $i$ | does this belong in the memory? | multiplies the **candidate** $g$, the new thing |
# | forget gate $f$ | do we still need the old? | multiplies the old cell |
# | output gate $o$ | should the network see it now? | multiplies what is shown |
#
# $$c_t = f \cdot c_{t-1} + i \cdot g \qquad\qquad h_t = o \cdot \tanh(c_t)$$
#
# Mind the name of $f$: it *keeps*. An open forget gate, $f = 1$, forgets nothing. Both $c$ and $h$ go on to the next
# step, and the rest of the network sees $h$. Here is one step. Its scores are called $z$, as in notebook 8. Each of
# them would come from a neuron.

# %%
from autograd import draw, explain, sigmoid

before = Value(0.8, "c before")
zi, zf, zg, zo = Value(0.5, "zi"), Value(1.0, "zf"), Value(-0.7, "zg"), Value(0.3, "zo")
i, f, g, o = sigmoid(zi), sigmoid(zf), tanh(zg), sigmoid(zo)
i.label, f.label, g.label, o.label = "i", "f", "g", "o"

c = f * before + i * g
h = o * tanh(c)
c.label, h.label = "c", "h"
way = explain(c, before).paths
assert way[0].product == f.data
print(f"from the old cell to the new one: {way[0].product:.3f}")
print(f"the forget gate:                  {f.data:.3f}")
draw(h, paths=way, direction="TB")

# %% [markdown]
# The coloured path leads from the old cell to the new one. It crosses one multiplication and one addition. On this way
# through time there is no weight and no tanh. The only factor is the gate.
#
# That is the whole trick. Over thirty steps, the plain network multiplies thirty times by a weight and a slope. The
# cell multiplies by thirty gates, and a gate can be close to 1. You know such a way from notebook 12: a residual
# connection adds, too, and its factor is exactly 1.
#
# ## How long is its memory?
#
# A gate *can* be close to 1. Is it? Before training the weights are small and random, and a score is near its bias.
#
# **Guess first.** Let the forget gate's bias be 0, so that its score is about 0 as well. Take only the path through the
# cell. After how many steps back is less than a thousandth of the gradient left?

# %% guess="half"
### BEGIN SOLUTION
my_guess = 10
### END SOLUTION

# %% reveal="half"
steps = next(n for n in range(100) if sigmoid(0.0) ** n < 1 / 1000)
reveal(
    my_guess,
    steps,
    because=f"sigmoid(0) is 1/2, and each step halves the gradient. Ten halvings leave one part in {2**10}",
    replies={
        500: "Each step takes half of what is left: it multiplies, it does not subtract.",
        1000: "The gate is sigmoid(0), which is not 0.999 but 1/2.",
        1: "A score of 0 is not a gate of 0: sigmoid(0) is 1/2. After one step half is left.",
        30: "That is the length of our sequence. The gradient is gone long before.",
        9: "Nine halvings leave one part in 512: one more.",
        7: "So it would be if each step left one part in e. The gate leaves one half.",
        11: "Ten are enough: 2 to the power of 10 is just above a thousand.",
    },
)

# %% wrong="half" hint="it does not subtract"
my_guess = 500

# %% wrong="half" hint="not a gate of 0"
my_guess = 1

# %% wrong="half" hint="one more"
my_guess = 9

# %% [markdown]
# Ten steps, and the memory is gone: a gate that is half open is a bad memory. The **bias** of the forget gate decides
# how long a new network remembers:

# %%
print("bias   gate    after 30 steps")
for bias in (-2.0, 0.0, 1.0, 3.0, 5.0):
    gate = sigmoid(bias)
    print(f"{bias:4.0f}   {gate:.3f}   {gate**30:.0e}")

# %% [markdown]
# **Exercise: choose the bias.** Our sequences will have thirty steps. A gate of 29/30 loses one part in thirty at each
# step, and that is about right for them. Which bias gives this gate, if the rest of the score is 0? (`np.log` is the
# natural logarithm.)
#
# <details><summary>Hint</summary>
#
# You want $\sigma(b) = 1 / (1 + e^{-b}) = 29/30$. So $1 + e^{-b} = 30/29$. What is $e^{-b}$?
#
# </details>

# %% exercise="bias"
### BEGIN SOLUTION
forget_bias = np.log(29)
### END SOLUTION

# %% check="bias"
from autograd.check import check_answer

check_answer(
    "forget_bias",
    forget_bias,
    np.log(29),
    {
        29 / 30: "that is the gate; the bias goes through a sigmoid first, and has to be larger",
        sigmoid(29 / 30): "you went forwards: which number does the sigmoid turn *into* 29/30?",
        np.log(30): "nearly: e^(-b) is 30/29 less 1, which is 1/29. Keep four digits",
        np.log(30 / 29): "that is log(30/29): subtract the 1 first, 30/29 - 1 = 1/29",
        -np.log(30 / 29): "that is the logarithm of the gate: undo the whole sigmoid, 1 / (1 + e^(-b))",
        -np.log(29): "the other sign: e^(-b) = 1/29, so b is positive, and the gate is open",
        -np.log(30): "an open gate has a bias above 0; and e^(-b) is 30/29 less 1, which is 1/29",
        np.exp(29 / 30): "e to the gate is no way back from the sigmoid: solve 1 + e^(-b) = 30/29 for b",
        29: "take the logarithm: e^b = 29",
        30: "that is the number of steps: a bias of 30 never forgets anything",
        np.log10(29): "that is the logarithm to base 10: e^b = 29 asks for the natural one, np.log",
        np.log2(29): "that is the logarithm to base 2: e^b = 29 asks for the natural one, np.log",
        1 / 29: "that is e^(-b): take the logarithm, and mind the sign",
        **{
            b: f"that bias gives a gate of {sigmoid(b):.3f}, and 29/30 is 0.967" for b in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
        },
    },
)

# %% wrong="bias" hint="that is the gate"
forget_bias = 29 / 30

# %% wrong="bias" hint="the other sign"
forget_bias = -np.log(29)

# %% wrong="bias" hint="you went forwards"
forget_bias = sigmoid(29 / 30)

# %% [markdown]
# ## Write the cell
#
# **Exercise: five lines.** The function gets four scores and the old cell, all of them Values. (So here `i` is not yet
# the gate, only its score.) It returns the pair `h, c`. Use `sigmoid` and `tanh` from above. The check also sends a
# gradient from `h` back to all five.
#
# From here on `the_cell` is your cell if it passes the check, and ours if not. It is what we train.
#
# <details><summary>Hint</summary>
#
# One line turns the scores of the three gates into gates, one turns the score `g` into the candidate (tanh, as it may
# be negative). Then come the two formulas from above, and `return h, c`.
#
# </details>


# %% exercise="cell"
def cell(i, f, g, o, c):
    """(h, c) after a step; i, f, g, o are scores, c is the cell before it."""
    ### BEGIN SOLUTION
    i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
    g = tanh(g)
    c = f * c + i * g
    h = o * tanh(c)
    return h, c
    ### END SOLUTION


# %% check="cell"
from functools import wraps
from itertools import combinations, product

from autograd.check import check_function, passed


def tried(function):
    """The cell on plain numbers: h and c, and how h answers to all that came in."""

    @wraps(function)
    def with_gradients(*numbers):
        values = [Value(x) for x in numbers]
        result = function(*values)
        if isinstance(result, tuple | list) and len(result) != 2:
            return f"{len(result)} things in the place of the two, h and c"
        if not (isinstance(result, tuple | list) and [*map(type, result)] == [Value, Value]):
            return result
        result[0].backward()
        return {"h": result[0], "c": result[1], "gradients of i, f, g, o, c": [v.grad for v in values]}

    return with_gradients


def made(
    kept=lambda i, f, g, o, c: f * c + i * g,
    shown=lambda i, f, g, o, c, old: o * tanh(c),
    returned=lambda h, c, old: (h, c),
    **functions,
):
    """A cell, right or with mistakes."""
    functions = {"i": sigmoid, "f": sigmoid, "g": tanh, "o": sigmoid} | functions

    def cell(*scores_and_cell):
        *scores, old = scores_and_cell
        parts = [function(score) for function, score in zip(functions.values(), scores, strict=True)]
        new = kept(*parts, old)
        return returned(shown(*parts, new, old), new, old)

    return cell


def cut(function):
    return lambda x: function(x.data)


def as_is(x):
    return x


CELL = {
    "input and forget gate are swapped: f multiplies the old cell": lambda i, f, g, o, c: i * c + f * g,
    "the output gate stands in the place of the input gate": lambda i, f, g, o, c: f * c + o * g,
    "the output gate stands in the place of the forget gate": lambda i, f, g, o, c: o * c + i * g,
    "the cell is not kept: f times the old cell is left out": lambda i, f, g, o, c: i * g,
    "nothing new comes in: i · g is left out": lambda i, f, g, o, c: f * c,
    "the forget gate is left out: nothing is ever let go": lambda i, f, g, o, c: c + i * g,
    "the input gate is left out: everything gets in": lambda i, f, g, o, c: f * c + g,
    "an open forget gate, f = 1, keeps: f times c, not 1 - f": lambda i, f, g, o, c: (1 - f) * c + i * g,
    "f is a gate of its own, not i": lambda i, f, g, o, c: i * c + i * g,
    "i is a gate of its own, not 1 - f": lambda i, f, g, o, c: f * c + (1 - f) * g,
    "the new is *added* to the old, not multiplied": lambda i, f, g, o, c: f * c * i * g,
    "the new is added, not subtracted": lambda i, f, g, o, c: f * c - i * g,
    "a gate multiplies: f times c, not f + c": lambda i, f, g, o, c: f + c + i * g,
    "the old cell is added twice: `=`, not `+=`": lambda i, f, g, o, c: c + f * c + i * g,
    "the forget gate is for the old cell alone: mind the brackets": lambda i, f, g, o, c: f * (c + i * g),
    "the old cell comes without a tanh": lambda i, f, g, o, c: f * tanh(c) + i * g,
    "c is not squashed: a tanh would multiply its gradient at each step": lambda i, f, g, o, c: tanh(f * c + i * g),
}
SHOWN = {
    "tanh is left out where the cell is shown, h = o · tanh(c)": lambda i, f, g, o, c, old: o * c,
    "the output gate is forgotten: h = o · tanh(c)": lambda i, f, g, o, c, old: tanh(c),
    "both the output gate and the tanh are forgotten: h = o · tanh(c)": lambda i, f, g, o, c, old: c,
    "the output gate multiplies the tanh: it stands before it": lambda i, f, g, o, c, old: tanh(o * c),
    "a gate multiplies: o times tanh(c), not plus": lambda i, f, g, o, c, old: o + tanh(c),
    "the input gate stands in the place of the output gate": lambda i, f, g, o, c, old: i * tanh(c),
    "the forget gate stands in the place of the output gate": lambda i, f, g, o, c, old: f * tanh(c),
    "h shows the *new* cell, yours the one before": lambda i, f, g, o, c, old: o * tanh(old),
    "h has a tanh, not a sigmoid: the cell can be negative": lambda i, f, g, o, c, old: o * sigmoid(c),
    "the tanh takes the cell alone: o is a factor before it": lambda i, f, g, o, c, old: sigmoid(o * tanh(c)),
}
GATES = {
    "the scores are no gates yet: sigmoid is left out": {"i": as_is, "f": as_is, "o": as_is},
    **{f"{gate} is a score still: sigmoid is left out": {gate: as_is} for gate in "ifo"},
    **{f"{gate} is a gate, between 0 and 1: sigmoid, not tanh": {gate: tanh} for gate in "ifo"},
    "a gate is between 0 and 1: sigmoid, not tanh": {"i": tanh, "f": tanh, "o": tanh},
    "tanh is left out of the candidate g": {"g": as_is},
    "the candidate may be negative: tanh, not sigmoid": {"g": sigmoid},
}
RETURNED = {
    "return the two side by side, without a dict: h, c": lambda h, c, old: {"h": h, "c": c},
    "h comes first: return h, c": lambda h, c, old: (c, h),
    "return both, h and the new cell c": lambda h, c, old: h,
    "return both, h and the new cell": lambda h, c, old: c,
    "return the two themselves, without lists around them: h, c": lambda h, c, old: ([h], [c]),
    "the cell is the memory: return the new one, not the one before": lambda h, c, old: (h, old),
    "the two are not the same: return h, and the new cell beside it": lambda h, c, old: (h, h),
    "the tanh is for h alone: c goes on without it, or it would multiply the gradient at each step": lambda h, c, old: (
        h,
        tanh(c),
    ),
}
CUTS = [
    *(
        {part: cut(tanh if part == "g" else sigmoid) for part in parts}
        for n in (1, 2, 3, 4)
        for parts in combinations("ifgo", n)
    ),
    {"kept": lambda i, f, g, o, c: f * c.data + i * g},
    {"shown": lambda i, f, g, o, c, old: o * tanh(c.data)},
    {"returned": lambda h, c, old: (h.data, c.data)},
    {"returned": lambda h, c, old: (h.data, c)},
    {"returned": lambda h, c, old: (h, c.data)},
    {"returned": lambda h, c, old: (h.detach(), c)},
]
groups = [
    [(hint, {"kept": kept}) for hint, kept in CELL.items()],
    [(hint, {"shown": shown}) for hint, shown in SHOWN.items()],
    [*GATES.items()],
    [(hint, {"returned": returned}) for hint, returned in RETURNED.items()],
]
mistakes = [mistake for group in groups for mistake in group]
mistakes += [
    (f"{one}. And {other}", changes | others)
    for first, second in combinations(groups, 2)
    for (one, changes), (other, others) in product(first, second)
]
late = {"g": as_is, "kept": lambda i, f, g, o, c: f * c + tanh(i * g)}
mistakes += [("the input gate multiplies the tanh: it stands before it", late)]
cut_off = "the way back is cut: `.data`, `float` and math make plain numbers. Use sigmoid and tanh from above"
mistakes += [(cut_off, changes) for changes in CUTS]
the_cell = made()
if passed(
    check_function,
    tried(cell),
    tried(made()),
    [(0.5, -0.3, 0.8, 1.2, 0.7), (-1.0, 2.0, -0.6, 0.3, -1.5), (1.5, 0.4, 0.2, -0.7, 2.0)],
    {tried(made(**changes)): hint for hint, changes in mistakes},
):
    the_cell = cell
    print("From here on your cell does the work: it is what we train.")


# %% wrong="cell" hint="input and forget gate are swapped"
def cell(i, f, g, o, c):
    c = sigmoid(i) * c + sigmoid(f) * tanh(g)
    return sigmoid(o) * tanh(c), c


# %% wrong="cell" hint="in the place of the input gate. And the input gate stands in the place of the output gate"
def cell(o, f, g, i, c):
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


# %% wrong="cell" hint="f times c, not 1 - f"
def cell(i, f, g, o, c):
    c = (1 - sigmoid(f)) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


# %% wrong="cell" hint="the tanh is for h alone"
def cell(i, f, g, o, c):
    c = tanh(sigmoid(f) * c + sigmoid(i) * tanh(g))
    return sigmoid(o) * c, c


# %% wrong="cell" hint="the scores are no gates yet"
def cell(i, f, g, o, c):
    c = f * c + i * tanh(g)
    return o * tanh(c), c


# %% wrong="cell" hint="return h, c"
def cell(i, f, g, o, c):
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return c, sigmoid(o) * tanh(c)


# %% wrong="cell" hint="the way back is cut"
def cell(i, f, g, o, c):
    c = sigmoid(f) * c.data + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


# %% wrong="cell" hint="the tanh is for h alone"
def cell(i, f, g, o, c):
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), tanh(c)


# %% wrong="cell" hint="`return` missing"
def cell(i, f, g, o, c):
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    sigmoid(o) * tanh(c), c


# %% [markdown]
# A cell with its three gates is one **unit**, and a layer has many units side by side. All gates look at the input and
# at all the $h$ of the step before. `nn.LSTM` has the weights and computes the scores, four for each unit. `Memory`
# leaves that to it and puts your cell in. (You need not read it closely.)

# %%
import nn


class Memory(nn.LSTM):
    """The LSTM of nn, with the cell of this notebook."""

    def step(self, x, state):
        h, cells = map(self.units, state)
        pairs = []
        for parts, c in zip(self.scores(x, h), cells, strict=True):
            scores = [from_input + from_state for from_input, from_state in parts]
            pairs.append(the_cell(*scores, c))
        return [h for h, _ in pairs], [c for _, c in pairs]


def remember(inputs, forget, rng=0):
    """Eight units, whose forget gates start with this bias."""
    memory = Memory(inputs, 8, rng=rng)
    for b in memory.bias_ih_l0[8:16]:  # eight biases for i, then for f, for g, for o
        b.data = float(forget)
    return memory


ours, theirs = remember(1, 1.0), nn.LSTM(1, 8, rng=0)
assert [v.data for v in ours(numbers)] == [v.data for v in theirs(numbers)]
print("the same as nn.LSTM, whose forget bias is", theirs.bias_ih_l0[8].data)

# %% [markdown]
# ## The gradient at step 1 of 30
#
# Now measure. Five sequences of thirty random numbers go through a memory of eight units, not trained. How strongly
# does its last state answer to each of the thirty inputs?

# %%
from autograd import mean

sequences = np.random.default_rng(0).uniform(-1, 1, (5, 30))


def reaching(memory):
    """The size of ∂state/∂input for each of the inputs, mean over the sequences."""
    sizes = []
    for sequence in sequences:
        inputs = [Value(x) for x in sequence]
        mean(memory(inputs)).backward()
        sizes.append([abs(x.grad) for x in inputs])
    return np.mean(sizes, axis=0)


# %% [markdown]
# Compare a plain network with an LSTM. The forget bias is 0 here: the biases of a layer start at 0, so why not this
# one?
#
# **Guess first.** Divide the gradient at step 1 by the gradient at step 30. For which network is more left, `"plain"`
# or `"LSTM"`?

# %% guess="which"
### BEGIN SOLUTION
my_guess = "plain"
### END SOLUTION

# %% reveal="which"
plain, half_open = reaching(nn.Recurrent(1, 8, rng=0)), reaching(remember(1, 0.0))
reveal(
    my_guess,
    "plain" if plain[0] / plain[-1] > half_open[0] / half_open[-1] else "LSTM",
    because=f"of the plain network's gradient {plain[0] / plain[-1]:.0e} is left at step 1, of the LSTM's "
    f"{half_open[0] / half_open[-1]:.0e}. Its gates are half open, and 1/2 is a smaller factor than most",
    replies={"LSTM": "It could, if its forget gates were open. You have seen how open they are with the bias 0."},
)

# %% wrong="which" hint="if its forget gates were open"
my_guess = "LSTM"

# %% [markdown]
# > **Misconception: "an LSTM has no vanishing gradients".** Adding opens a way back. But the forget gate stands on this
# > way, and its bias and weights decide how much passes. With a gate of 1/2 the LSTM forgets faster than the network
# > that it was meant to replace.
#
# Now open the gates, a little with the bias 1, and more with the bias for thirty steps.

# %%
curves = {
    "plain": reaching(nn.Recurrent(1, 8, rng=0)),
    "LSTM, forget bias 0": reaching(remember(1, 0.0)),
    "LSTM, forget bias 1": reaching(remember(1, 1.0)),
    "LSTM, forget bias 3.4": reaching(remember(1, np.log(29))),
}
for name, sizes in curves.items():
    print(f"{name:22} step 1 / step 30: {sizes[0] / sizes[-1]:.0e}")
assert curves["LSTM, forget bias 3.4"][0] > 0.1 * curves["LSTM, forget bias 3.4"][-1]

# %% plot=""
import matplotlib.pyplot as plt

plt.figure(figsize=(6.4, 4.2))
for name, sizes in curves.items():
    plt.semilogy(range(30), sizes[::-1], label=name)
plt.xlabel("steps back from the end")
plt.ylabel("|∂state / ∂input|")
plt.grid(alpha=0.4)
plt.legend()
plt.show()

# %% [markdown]
# A straight line on this scale is a power: the same factor at every step. The forget bias sets how steeply it falls.
# With 3.4 the first input is heard as well as the last.
#
# Does the bias matter, if it is learned anyway? Yes, and you know why. The gradient that could teach the gate to open
# has to come back through the gate.
#
# ## Learn to add two of thirty
#
# The inventors of the LSTM tested it on this task. A sequence has thirty steps, and each step has a number and a mark.
# Two of the marks are 1, the others are 0. The answer is the sum of the two marked numbers.


# %%
def marked_sums(n, rng):
    """Sequences of steps (number, mark), and the sum of the two marked numbers."""
    numbers = rng.uniform(0, 1, (n, 30))
    marks = np.array([rng.permutation(np.arange(30) < 2) for _ in range(n)])
    return np.stack([numbers, marks], axis=-1), (numbers * marks).sum(axis=1)


X, y = marked_sums(1000, np.random.default_rng(1))
X_new, y_new = marked_sums(300, np.random.default_rng(7))
for number, mark in X_new[0][:12]:
    print(f"{number:.2f}", "marked" if mark else "")
print(f"... and so on, to step 30. The answer: {y_new[0]:.2f}")

# %% [markdown]
# A network that has understood nothing does best if it always says 1, the mean of all sums. Its error is the line to
# beat. Three memories of eight units try, with the same data and the same settings: the plain network, an LSTM whose
# forget gates start almost shut (bias −2), and one with the bias for thirty steps. `fit` records the thirty steps once
# and replays them.


# %%
def train(memory):
    model = nn.Sequential(memory, nn.Layer(8, 1, "linear", rng=1))
    optimizer = nn.Adam(model.parameters())
    rate = nn.CosineDecay(0.02, 16)  # falls from 0.02 to 0 in 16 epochs
    nn.fit(model, X, y, loss=nn.mse, optimizer=optimizer, schedule=rate, epochs=16,
           batch_size=20, clip=1.0, rng=0, progress=False)  # fmt: skip
    return model


models = {
    "plain": train(nn.Recurrent(2, 8, rng=0)),
    "LSTM, forget bias -2": train(remember(2, -2)),
    "LSTM, forget bias 3.4": train(remember(2, np.log(29))),
}
errors = {}
for name, model in models.items():
    errors[name] = np.mean((model.predict(X_new)[:, 0] - y_new) ** 2)
    print(f"{name:22} error on new sequences: {errors[name]:.4f}")
nothing = np.mean((1 - y_new) ** 2)
print(f"{'always 1':22}                         {nothing:.4f}")
assert min(errors["plain"], errors["LSTM, forget bias -2"]) > 0.8 * nothing
assert errors["LSTM, forget bias 3.4"] < 0.1 * nothing

# %% plot=""
plt.figure(figsize=(6.4, 4.2))
for name, model in models.items():
    plt.semilogy(range(1, 17), model.history.loss, label=name)
plt.axhline(nothing, color="k", ls=":", label="always 1")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% [markdown]
# The plain network has not learned anything, and neither has the LSTM whose gates start almost shut. Yet both LSTMs
# start with the same weights. Only their forget biases differ.
#
# Look at the first epochs. For a while nothing seems to happen, and then the loss falls quickly: the gates have found
# the marks. (Luck plays a part. From another start an LSTM may need more epochs to find them.)
#
# What has it learned? Ask the gradient, as in notebook 14: how does the output answer to each of the thirty numbers?


# %%
def answers_to(model, sequence):
    """The derivative of the output toward each number of the sequence."""
    inputs = [Value(number) for number, _ in sequence]
    model([[x, mark] for x, mark in zip(inputs, sequence[:, 1], strict=True)]).backward()
    return [x.grad for x in inputs]


marked = X_new[0][:, 1] == 1
answers = {}
for name in ("plain", "LSTM, forget bias 3.4"):
    a = answers[name] = np.array(answers_to(models[name], X_new[0]))
    print(f"{name:22} marked {a[marked].mean():5.2f}, others {a[~marked].mean():5.2f}")
assert a[marked].min() > 0.7 > 0.2 > np.abs(a[~marked]).max()

# %% plot=""
t = np.arange(1, 31)
plt.figure(figsize=(6.4, 4.2))
for shift, name in zip((-0.2, 0.2), answers, strict=True):
    plt.bar(t + shift, answers[name], 0.4, label=name)
plt.scatter(t[marked], [1, 1], marker="_", color="k", s=200, label="right, at the marks")
plt.xlabel("step")
plt.ylabel("∂output / ∂number")
plt.legend()
plt.show()

# %% [markdown]
# The sum of two numbers has the derivative 1 toward each of them, and 0 toward all the others. The LSTM has come close
# to that: it lets the marked numbers in, and it is deaf to the rest.
#
# ## Break it on purpose
#
# Which of the two is the memory, $h$ or $c$? Read a sequence in two pieces. `run(xs, state)` returns all the $h$ and
# the state at the end, the pair `(h, c)`. The next call goes on from there:

# %%
memory, last_layer = models["LSTM, forget bias 3.4"].layers
sequence = X_new[0].tolist()
states, (h, c) = memory.run(sequence[:10])
more, _ = memory.run(sequence[10:], (h, c))
print("in one piece: ", memory(sequence)[0].data)
print("in two pieces:", more[-1][0].data)
assert memory(sequence)[0].data == more[-1][0].data

# %% [markdown]
# Now the mistake: between pieces of ten steps, one half of the state gets lost, and zeros take its place.
#
# **Guess first.** What does more harm, losing `"h"` or losing `"c"`?

# %% guess="halves"
### BEGIN SOLUTION
my_guess = "c"
### END SOLUTION

# %% reveal="halves"
ZEROS = [0.0] * 8


def error_in_pieces(handed_on):
    """The mean squared error on ten new sequences, read ten steps at a time."""
    squares = []
    for sequence, target in zip(X_new[:10].tolist(), y_new, strict=False):
        state = None
        for start in (0, 10, 20):
            states, state = memory.run(sequence[start : start + 10], state)
            state = handed_on(*state)
        squares.append((last_layer(states[-1]).data - target) ** 2)
    return np.mean(squares)


without_h = error_in_pieces(lambda h, c: (ZEROS, c))
without_c = error_in_pieces(lambda h, c: (h, ZEROS))
reveal(
    my_guess,
    "c" if without_c > without_h else "h",
    because=f"without h the error is {without_h:.3f}, without c it is {without_c:.3f}. The cell is the memory, and "
    "each step makes a new h from it",
    replies={"h": "The gates do miss it, for one step. Then the cell makes a new h."},
)

# %% wrong="halves" hint="for one step"
my_guess = "h"

# %%
intact = error_in_pieces(lambda h, c: (h, c))
print(f"both handed on:     {intact:.4f}")
print(f"h lost:             {without_h:.4f}")
print(f"c lost:             {without_c:.4f}")
print(f"always 1:           {np.mean((1 - y_new[:10]) ** 2):.4f}")
assert intact < without_h < 0.3 * without_c
assert without_c > 20 * intact

# %% [markdown]
# No error is raised, and every output has the right shape. The network has only lost its memory. This mistake is easy
# to make: `memory(piece)` in a loop starts from zeros each time.
#
# ## What you can now do
#
# You can write a cell, open its gates, and say how long it remembers. Show it:
#
# **Exercise 1: five gates.** One cell reads five steps. Its gates have these values (values, not scores):

# %%
forget = [0.9, 0.5, 0.8, 1.0, 0.5]
enter = [1.0, 0.2, 0.6, 0.3, 0.5]

# %% [markdown]
# So $c_1 = 0.9 \, c_0 + 1.0 \, g_1$, and so on to $c_5$. Take the way through the cell only. What is
# $\partial c_5 / \partial c_0$, and what is $\partial c_5 / \partial g_2$, toward the candidate of step 2?

# %% exercise="gates"
### BEGIN SOLUTION
dc5_dc0 = 0.18
dc5_dg2 = 0.08
### END SOLUTION

# %% check="gates"
start, candidates = Value(1.0), [Value(0.5) for _ in range(5)]
c5 = start
for f, i, g in zip(forget, enter, candidates, strict=True):
    c5 = f * c5 + i * g
c5.backward()
check_answer(
    "dc5_dc0",
    dc5_dc0,
    start.grad,
    {
        sum(forget): "along a path the factors are multiplied, not added",
        np.prod(forget[1:]): "the first forget gate stands on the way from c0, too",
        np.prod(forget) * np.prod(enter): "the input gates do not stand on the way from cell to cell",
        np.prod(np.subtract(1, forget)): "an open forget gate keeps: the factor is f, not 1 - f",
        np.mean(forget): "the factors are multiplied: there is no mean",
        forget[0]: "that is the first step alone: four more follow",
        np.prod(forget[:-1]): "the last forget gate is missing: five steps, five gates",
        forget[0] * forget[1]: "those are the first two steps: three more follow",
        forget[-1]: "that is the last step alone: the first four come before it",
    },
)
check_answer(
    "dc5_dg2",
    dc5_dg2,
    candidates[1].grad,
    {
        np.prod(forget[2:]): "to get into the cell, g2 passes the input gate of step 2",
        enter[1]: "that is how it gets in; then three forget gates follow, of the steps 3, 4 and 5",
        enter[1] * np.prod(forget): "the first two forget gates came before g2 was in: it meets the last three",
        enter[1] * np.prod(forget[1:]): "the forget gate of step 2 multiplies the *old* cell: g2 comes in after it",
        enter[1] * np.prod(forget[3:]): "the forget gate of step 3 is on the way, too",
        enter[2] * np.prod(forget[3:]): "that is the candidate of step 3: lists count from 0",
        np.prod(enter[1:]): "after step 2 it is in the cell, and meets forget gates only",
        start.grad: "that is the derivative toward c0",
    },
)

# %% wrong="gates" hint="multiplied, not added"
dc5_dc0, dc5_dg2 = 3.7, 0.08

# %% wrong="gates" hint="stands on the way from c0"
dc5_dc0, dc5_dg2 = 0.2, 0.08


# %% wrong="gates" hint="passes the input gate"
dc5_dc0, dc5_dg2 = 0.18, 0.4


# %% wrong="gates" hint="multiplies the *old* cell"
dc5_dc0, dc5_dg2 = 0.18, 0.04


# %% [markdown]
# **Exercise 2: the gated recurrent unit.** A smaller relative, the GRU, has no separate cell: its $h$ is the memory.
# An **update gate** $z$ mixes the old state with a candidate $n$, and a **reset gate** $r$ can hide the old state from
# the candidate:
#
# $$n = \tanh(a + r \cdot u) \qquad\qquad h_t = (1 - z) \cdot n + z \cdot h_{t-1}$$
#
# Here $a$ is what the input adds to the candidate's score, and $u$ is what the old state adds. Write it. The function
# gets the scores of the two gates, then $a$, $u$ and the old $h$.
#
# <details><summary>Hint</summary>
#
# Two sigmoids first. Then the two formulas, as they stand.
#
# </details>


# %% exercise="gru"
def gru(r, z, a, u, h):
    """The new h; r and z are scores."""
    ### BEGIN SOLUTION
    r, z = sigmoid(r), sigmoid(z)
    n = tanh(a + r * u)
    return (1 - z) * n + z * h
    ### END SOLUTION


# %% check="gru"
def unit(
    candidate=lambda r, a, u: tanh(a + r * u),
    mixed=lambda z, n, h: (1 - z) * n + z * h,
    gates=(sigmoid, sigmoid),
    swapped=False,
):
    """A GRU, right or with one mistake."""

    def gru(r, z, a, u, h):
        r, z = gates[0](r), gates[1](z)
        if swapped:
            r, z = z, r
        return mixed(z, candidate(r, a, u), h)

    return gru


check_function(
    gru,
    unit(),
    [(0.5, -0.3, 0.8, 1.2, 0.7), (-1.0, 2.0, -0.6, 0.3, -0.5), (1.5, 0.4, 0.2, -0.7, 0.9)],
    {
        unit(mixed=lambda z, n, h: z * n + (1 - z) * h): "z is the share of the *old* state: z and 1 - z are swapped",
        unit(swapped=True): "r and z are swapped: r belongs into the candidate",
        unit(candidate=lambda r, a, u: tanh(a + u)): "the reset gate is left out",
        unit(candidate=lambda r, a, u: tanh(r * a + u)): "r hides the old state, u, not the input",
        unit(candidate=lambda r, a, u: tanh(r * (a + u))): "r hides the old state, u, alone: not the input, a",
        lambda r, z, a, u, h: unit()(
            r, z, a, h, h
        ): "the candidate uses u, what the old state adds to the score, not h",
        unit(candidate=lambda r, a, u: a + r * u): "tanh is left out of the candidate",
        unit(candidate=lambda r, a, u: tanh(a + r + u)): "a gate multiplies: r times u, not r + u",
        unit(candidate=lambda r, a, u: sigmoid(a + r * u)): "the candidate may be negative: tanh, not sigmoid",
        unit(candidate=lambda r, a, u: tanh(a + (1 - r) * u)): "an open reset gate lets u in: r, not 1 - r",
        unit(mixed=lambda z, n, h: (1 - z) * n): "the old state is not kept: z times h is left out",
        unit(mixed=lambda z, n, h: n + z * h): "the new takes what the old leaves: 1 - z is left out",
        unit(mixed=lambda z, n, h: n): "that is the candidate alone: mix it with the old state",
        unit(mixed=lambda z, n, h: 1 - z * n + z * h): "mind the brackets: (1 - z) times the candidate",
        lambda r, z, a, u, h: unit()(r, z, a, u, h) + sigmoid(z) * (u - h): "z keeps the old state h, not u",
        lambda r, z, a, u, h: (unit()(r, z, a, u, h), h): "return the new state alone",
        unit(mixed=lambda z, n, h: z * n + z * h): "the shares add up to 1: the candidate's is 1 - z",
        unit(mixed=lambda z, n, h: tanh((1 - z) * n + z * h)): "the state is not squashed again: return the mix itself",
        unit(gates=(lambda r: r, lambda z: z)): "the scores are no gates yet: sigmoid is left out",
        unit(gates=(lambda r: r, sigmoid)): "r is a score still: sigmoid is left out",
        unit(gates=(sigmoid, lambda z: z)): "z is a score still: sigmoid is left out",
        unit(gates=(tanh, tanh)): "a gate is between 0 and 1: sigmoid, not tanh",
    },
)


# %% wrong="gru" hint="z is the share of the *old* state"
def gru(r, z, a, u, h):
    r, z = sigmoid(r), sigmoid(z)
    return z * tanh(a + r * u) + (1 - z) * h


# %% wrong="gru" hint="r and z are swapped"
def gru(z, r, a, u, h):
    r, z = sigmoid(r), sigmoid(z)
    return (1 - z) * tanh(a + r * u) + z * h


# %% wrong="gru" hint="alone: not the input"
def gru(r, z, a, u, h):
    r, z = sigmoid(r), sigmoid(z)
    return (1 - z) * tanh(r * (a + u)) + z * h


# %% wrong="gru" hint="sigmoid is left out"
def gru(r, z, a, u, h):
    return (1 - z) * tanh(a + r * u) + z * h


# %% [markdown]
# The more of the new comes in, the less of the old stays: one gate does the work of two. `nn.GRU` is a layer of such
# units.
#
# **Exercise 3: how long does it remember?** A forget gate has the bias `b`, and the rest of its score is 0. After how
# many steps is half of the gradient left? Take the way through the cell only. Return a number that need not be whole.
#
# <details><summary>Hint</summary>
#
# After $n$ steps $f^n$ is left, with $f = \sigma(b)$. So $f^n = \tfrac12$. Take the logarithm of both sides.
#
# </details>


# %% exercise="lasts"
def half_left(b):
    """The number of steps after which half of the gradient is left."""
    ### BEGIN SOLUTION
    return np.log(1 / 2) / np.log(sigmoid(b))
    ### END SOLUTION


# %% check="lasts"
def lasting(left=-np.log(2), gate=sigmoid):  # noqa: B008
    return lambda b: left / np.log(gate(b))


check_function(
    half_left,
    lasting(),
    [(0.5,), (3.4,), (5.0,)],
    {
        lambda b: sigmoid(b) * lasting()(b): "the gate is not needed twice: log(½) over the logarithm of the gate",
        lambda b: -np.log(2) / sigmoid(b): "the logarithm of the gate: n · log f is log(½)",
        lambda b: np.log(2) / np.log(sigmoid(b)): "the sign: log(½) and log f are both negative",
        lambda b: np.log(2) / b: "the gate is the sigmoid of the bias",
        lambda b: np.log(sigmoid(b)) / np.log(1 / 2): "the other way round: log(½) over the logarithm of the gate",
        lambda b: np.log2(sigmoid(b)): "that is how often one step halves: 1 over it, without the minus, is asked for",
        lasting(left=1 / 2): "take the logarithm of both sides: of ½ as well",
        lasting(left=-1.0): "take the logarithm of both sides: of ½ as well",
        lambda b: sigmoid(b) ** 0.5: "n is in the exponent: the gate to the power of n is ½. Take logarithms",
        lambda b: -np.log10(2) / np.log(sigmoid(b)): "two kinds of logarithms: take the same above and below the line",
        lasting(left=np.log(1 / 1000)): "half of the gradient is asked for, not a thousandth",
        lasting(gate=lambda b: 1 - sigmoid(b)): "an open forget gate keeps: the factor is the gate, not 1 - gate",
        **{lasting(gate=other): "the gate is the sigmoid of the bias" for other in (as_is, np.tanh)},
        lambda b: -np.log(2) - np.log(sigmoid(b)): "the logarithm of f to the power of n is n · log f: divide",
        lambda b: np.ceil(lasting()(b)): "do not round: the number of steps need not be whole here",
        lambda b: np.floor(lasting()(b)): "do not round: the number of steps need not be whole here",
        lambda b: (
            0.5 / (1 - sigmoid(b))
        ): "each step takes a share of what is left: it multiplies, it does not subtract",
        lambda b: 1 / (1 - sigmoid(b)): "each step takes a share of what is left: it multiplies, it does not subtract",
        lambda b: 1 / (2 * sigmoid(b)): "n steps multiply n times: the gate to the power of n is ½",
        lambda b: sigmoid(b) ** 30: "that is what is left after thirty steps: which number of steps leaves a half?",
    },
)


# %% wrong="lasts" hint="the other way round"
def half_left(b):
    return np.log(sigmoid(b)) / np.log(1 / 2)


# %% wrong="lasts" hint="of ½ as well"
def half_left(b):
    return 0.5 / np.log(sigmoid(b))


# %% wrong="lasts" hint="it multiplies, it does not subtract"
def half_left(b):
    return 0.5 / (1 - sigmoid(b))


# %% [markdown]
# **Your own memory.** Make up a task that needs one: the larger of the two marked numbers, their difference, the number
# of marks, a melody that comes back. Change `marked_sums` and train `nn.GRU(2, 8, rng=0)` on it, then an LSTM. Or make
# the sequences longer, and choose the forget bias for them.
#
# A state carries everything from step to step. The next lesson does without one, and looks back at every step directly.
# Before you go: how long may the sequences be until an LSTM with the forget bias 1 no longer beats the network that
# always says 1?
