# %% [markdown]
# # 7. Activations and saturation
#
# **Goal.** See what an activation does to the gradient that passes through it, and tell a unit that rests from one that
# has stopped learning.
#
# **You need** the training loop and the neuron ([notebook 6](06_a_line_then_a_neuron.ipynb)).
# **Afterwards you can** choose between sigmoid, tanh and relu with reasons, recognise saturated and dead units by
# numbers, and write a sigmoid that never overflows.

# %% [markdown]
# ## Why bend at all
#
# Put neurons side by side, all with the same inputs, and you have a **layer**; its neurons are also called **units**.
# Put a layer behind a layer and you have a network, a multilayer perceptron, `nn.MLP`. Here are two networks of one
# input, two layers of eight units, and one output, in short 1-8-8-1. Their weights are random numbers from −1 to 1
# (`init="uniform"`), the same in both, since `rng=0` draws the same ones. One has no activation, which is called
# *linear*, the other has tanh. Look at their slopes at six places. (`model([x])`: a model takes the list of its
# inputs.)

# %%
import nn
from autograd import grad


def slope(model, x):
    return grad(lambda x: model([x]))(x)


for activation in ("linear", "tanh"):
    model = nn.MLP(1, [8, 8, 1], activation, init="uniform", rng=0)
    slopes = [slope(model, x) for x in (-3.0, -1.5, -0.5, 0.0, 1.0, 2.0)]
    print(f"{activation:6}", " ".join(f"{s:7.3f}" for s in slopes))

# %% [markdown]
# A line of a line is a line: $w_2 (w_1 x + b_1) + b_2$ has one slope everywhere, $w_2 w_1$, and a hundred layers of
# that kind are no more than one. The bend between the layers is what makes depth worth anything. But every gradient
# has to come back through that bend.
#
# ## Three bends
#
# A unit adds up its weighted inputs and its bias: that is $z$. Then it bends it, and says $y$. On its way back a
# gradient is multiplied by the derivative of the bend. That can be read off the *output* $y$, so nothing has to be
# computed twice:

# %%
from autograd import explain, operations, relu, sigmoid, tanh

print(explain(operations.sigmoid))
print(explain(operations.tanh))
print(explain(operations.relu))

# %% [markdown]
# **Guess first.** What is the largest value that the sigmoid's derivative, $y (1 - y)$, can have? Its output $y$ lies
# between 0 and 1.

# %% guess="steepest"
### BEGIN SOLUTION
my_guess = 0.25
### END SOLUTION

# %% reveal="steepest"
from autograd.check import reveal

reveal(
    my_guess,
    grad(sigmoid)(0.0),
    because=f"it is steepest in the middle, at z = 0, where y is {sigmoid(0.0)}. Of a gradient that passes a sigmoid "
    f"at most a quarter is left; of one that passes five of them, at most {grad(sigmoid)(0.0) ** 5:.5f}",
    replies={
        1: "That is tanh's, and relu's. The sigmoid rises by 1 only, and takes its time.",
        0.5: "That is its value in the middle. The slope there is y (1 − y).",
    },
)

# %% wrong="steepest" hint="and takes its time"
my_guess = 1

# %% wrong="steepest" hint="its value in the middle"
my_guess = 0.5

# %% [markdown]
# Here are the three. The blue curve is what a unit says, the dashed one is its derivative.

# %% plot=""
import matplotlib.pyplot as plt

from nn.plots import activation as show_activation

figure, panels = plt.subplots(1, 3, figsize=(9, 3.2))
for name, panel in zip(("sigmoid", "tanh", "relu"), panels, strict=True):
    show_activation(name, ax=panel)
    panel.set(xlabel="z", ylim=(-1.2, 2.2))
    panel.legend([f"{name}(z)", "derivative"], frameon=False)
plt.tight_layout()
plt.show()

# %% [markdown]
# A quarter is the best that a sigmoid can do. Far from the middle:

# %%
print("   z  sigmoid'     tanh'  relu'")
for z in (0.0, 1.0, 3.0, 6.0, 10.0, -10.0):
    slopes = (grad(f)(z) for f in (sigmoid, tanh, relu))
    print("{:4.0f}  {:8.6f}  {:8.6f}  {:5.0f}".format(z, *slopes))

# %% [markdown]
# ## Saturated
#
# Where a sigmoid or tanh is flat, the unit is **saturated**: it passes almost nothing back, whatever gradient arrives.
# That does no harm where its answer is right. But it may be wrong.
#
# A single neuron should say 0. It begins at some $z$ above 0, so it says nearly 1. Its squared error is $p^2$, the
# rate is 1. How many steps until it says less than ½?

# %%
import math

from autograd import Value


def answers_from(z):
    """What the neuron says before each step, until it says less than ½."""
    z = Value(z, "z")
    answers = []
    while z.data > 0:
        p = sigmoid(z)
        answers.append(p.data)
        (p**2).backward()
        z.data -= 1.0 * z.grad
        z.grad = 0.0
    return answers


for z in (2.0, 4.0):
    answers = answers_from(z)
    print(f"from z = {z:.0f}, p = {answers[0]:.3f}: {len(answers)} steps")

# %% [markdown]
# **Guess first.** How many times as many steps does it need from $z = 8$ as from $z = 4$: about two, ten or forty
# times? Write the number.

# %% guess="plateau"
### BEGIN SOLUTION
my_guess = 40
### END SOLUTION

# %% reveal="plateau"
long, short = len(answers_from(8.0)), len(answers_from(4.0))
reveal(
    my_guess,
    min((2, 10, 40), key=lambda times: abs(times - long / short)),
    because=f"it takes {long:,} steps, not {short}. At z = 8 the slope is {grad(sigmoid)(8.0):.6f}, at 4 it is "
    f"{grad(sigmoid)(4.0):.4f}: with each 1 that z is farther out the slope is nearly e times smaller, and e to the "
    f"power 4 is {math.exp(4):.0f}",
    replies={
        2: "It is twice as far out. But the slope does not shrink in proportion, it shrinks by a factor for "
        "each step outwards.",
        10: "More. Compare the slopes at 4 and at 8: y (1 − y) is nearly e to the power −z.",
    },
)

# %% wrong="plateau" hint="twice as far out"
my_guess = 2

# %% wrong="plateau" hint="Compare the slopes"
my_guess = 10

# %% plot=""
plt.figure(figsize=(6, 4))
for z in (2.0, 4.0, 6.0, 8.0):
    answers = answers_from(z)
    plt.semilogx(range(1, len(answers) + 1), answers, label=f"from z = {z:.0f}")
plt.xlabel("step")
plt.ylabel("what the neuron says; right is 0")
plt.legend(loc="lower left")
plt.show()

# %% [markdown]
# A plateau, then a sudden fall. The more wrong the neuron was at the start, the longer nothing seems to happen. If you
# look at the loss alone, you stop the training just before the edge. (Another loss can help: the next notebook.)
#
# How does a unit get so far out? Often by its inputs. Here is a layer of eight tanh units with fresh weights. It reads
# forty points of a plane, then the same points in smaller units of length, so that the numbers are larger:

# %%
import numpy as np

X, T = nn.data.moons(40, noise=0.1, rng=0)
X, T = X.tolist(), T.tolist()

layer = nn.Layer(2, 8, "tanh", init="uniform", rng=0)
for scale in (1, 10, 100):
    outputs = np.array([[unit.data for unit in layer([scale * p for p in x])] for x in X])
    flat = (1 - outputs**2 < 0.01).mean()
    print(f"inputs times {scale:3}: {flat:4.0%} of all slopes are below 0.01")

# %% [markdown]
# So bring inputs to a size of about 1 before training, whatever they measure.
#
# ## Break it on purpose
#
# Many programs have a function `sigmoid_derivative(x)` that returns `x * (1 - x)`. That is right if `x` is the
# sigmoid's *output*, and wrong if it is the input. You make an `Operation` from a name, a function for the value, and a
# function of output $y$ and input $z$ for the local derivative. These two differ in one letter:

# %%
from autograd import Operation, exp


def value(z):
    return 1 / (1 + exp(-z))


of_output = Operation("of_output", value, lambda y, z: (y * (1 - y),))
of_input = Operation("of_input", value, lambda y, z: (z * (1 - z),))

h = 1e-6
print("   z  of output  of input    nudged")
for z in (-2.0, 0.0, 0.5, 2.0):
    nudged = (value(z + h) - value(z - h)) / (2 * h)
    right, wrong = grad(of_output)(z), grad(of_input)(z)
    print(f"{z:4.1f}  {right:9.4f}  {wrong:8.4f}  {nudged:8.4f}")
    assert abs(right - nudged) < 1e-6 < abs(wrong - nudged)

# %% [markdown]
# The value is right everywhere, so a test of the outputs finds nothing. At 0.5 the wrong derivative even looks right.
# But it is negative for most numbers, and a sigmoid never falls. Training goes the wrong way:

# %%
for operation in (of_output, of_input):
    z = Value(1.5, "z")
    answers = []
    for _ in range(6):
        p = operation(z)
        answers.append(p.data)
        (p**2).backward()
        z.data -= 0.5 * z.grad
        z.grad = 0.0
    print(f"{operation.name:9} ", " ".join(f"{p:.3f}" for p in answers))

# %% [markdown]
# ## A stable sigmoid
#
# The formula $1 / (1 + e^{-z})$ has a weak side. A float reaches to about $10^{308}$, and $e^{710}$ is beyond. What
# happens at minus a thousand depends on who computes:

# %%
try:
    print(1 / (1 + math.exp(1000.0)))
except OverflowError as error:
    print("math.exp:", error)

e = exp(1000.0)  # the engine's, of plain floats: infinity
s = 1 / (1 + e)
print("with infinity: value", s)
print("chain rule, ∂s/∂e · ∂e/∂z =", -s * s, "·", -e, "=", (-s * s) * -e)

# %% [markdown]
# Either it stops, or, worse, the value is right and the gradient is nan: zero times infinity. With one nan in one
# gradient, every weight that it reaches is nan after the update.
#
# **Exercise: write a sigmoid that never overflows**, with `math.exp`. For $z \ge 0$ the formula is fine. Below 0,
# multiply above and below the line by $e^z$.
#
# <details><summary>Hint</summary>
#
# $\frac{1}{1 + e^{-z}} = \frac{e^z}{e^z + 1}$. Which of the two is safe depends on the sign of $z$, so ask with `if`.
# Neither branch may compute `math.exp` of a large positive number.
#
# </details>


# %% exercise="stable"
def my_sigmoid(z):
    """1 / (1 + e⁻ᶻ), for every float z."""
    ### BEGIN SOLUTION
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))
    ### END SOLUTION


# %% check="stable"
from functools import wraps

from autograd.check import check_answer, check_function, passed


def told(f):
    """The same function, but an overflow is a result, which can be answered."""

    @wraps(f)
    def sigmoid(z):
        try:
            return f(z)
        except OverflowError as error:
            return f"OverflowError: {error}"

    return sigmoid


def by_sign(above, below):
    return lambda z: above(z) if z >= 0 else below(z)


def plain(z):
    return 1 / (1 + exp(-z))


below = "far below 0 math.exp(-z) is too large for a float: ask for the sign of z, and use the other form there"
above = "far above 0 math.exp(z) is too large for a float: ask for the sign of z first, and use the first form there"
both = (
    "on both sides an exponential overflows: are both forms computed, or the two exchanged? Ask for the sign of z "
    "first, then compute one; its exponent is never above 0"
)
inverted = "for z below 0 that is the sigmoid of -z, and large: does e to the power z stand above the line too?"
halved = "below the line, times e to the power z: 1 becomes e to the power z, and e to the power -z becomes 1"
no_one = "e to the power z is close far out, but near 0 the 1 + e to the power z below the line counts"
mirrored = "above 0 that is the sigmoid of -z: there the exponent is -z"
stable_value = sigmoid
if passed(
    check_function,
    told(my_sigmoid),
    sigmoid,
    [(0.0,), (2.0,), (-2.0,), (-20.0,), (1000.0,), (-1000.0,)],
    {
        told(lambda z: 1 / (1 + math.exp(-z))): below,
        told(lambda z: math.exp(z) / (1 + math.exp(z))): above,
        told(lambda z: sigmoid(z) + 0 * math.exp(z) * math.exp(-z)): both,
        lambda z: plain(abs(z)): inverted,
        by_sign(plain, lambda z: exp(z) / (1 + exp(-z))): halved,
        by_sign(plain, exp): no_one,
        by_sign(plain, lambda z: sigmoid(-z)): "below 0 the exponent is z itself, which is below 0 already: no minus",
        by_sign(plain, lambda z: 0.0): f"small, but not 0 at once: at -2 it is {sigmoid(-2.0):.2f}",
        lambda z: plain(max(-10.0, min(10.0, z))): f"cut off at 10 it is wrong farther out: {sigmoid(-20.0):.0e} at "
        "-20",
        lambda z: (
            0.0 if z < -10 else 1.0 if z > 10 else plain(z)
        ): f"small, but not 0: at -20 it is {sigmoid(-20.0):.0e}",
        lambda z: 0.0 if z < -10 else plain(z): f"small, but not 0: at -20 it is {sigmoid(-20.0):.0e}",
        told(by_sign(lambda z: 1 / (1 + math.exp(z)), sigmoid)): mirrored,
        lambda z: sigmoid(-abs(z)): mirrored,
        lambda z: sigmoid(-z): "that is the sigmoid of -z: mind the sign of the exponent",
        by_sign(plain, lambda z: exp(z) / (1 - exp(z))): "below the line it is 1 + e to the power z",
        by_sign(plain, lambda z: exp(z) + 1): "divide by 1 + e to the power z",
        by_sign(lambda z: 1 + exp(-z), lambda z: 2 * exp(z)): "what stands below the line needs brackets, 1 / (1 + …)",
        lambda z: (
            plain(z) if z > -700 else 1.0
        ): "where the exponential overflows, far below 0, the sigmoid is 0, not 1",
        lambda z: grad(sigmoid)(z): "that is its derivative",
        lambda z: sigmoid(z) if z else 0.0: "at 0 it is ½: `>=`, or else `<=`, takes 0 in",
        lambda z: tanh(z): "that is tanh, which begins at -1",
        lambda z: (1 + tanh(z)) / 2: "nearly: tanh(z) is the sigmoid of 2z, stretched. So halve z",
    },
):
    stable_value = my_sigmoid
    print("From here on the engine can have your sigmoid.")


# %% wrong="stable" hint="use the other form there"
def my_sigmoid(z):
    return 1 / (1 + math.exp(-z))


# %% wrong="stable" hint="use the first form there"
def my_sigmoid(z):
    return math.exp(z) / (1 + math.exp(z))


# %% wrong="stable" hint="then compute one"
def my_sigmoid(z):
    above, below = 1 / (1 + math.exp(-z)), math.exp(z) / (1 + math.exp(z))
    return above if z >= 0 else below


# %% wrong="stable" hint="or the two exchanged"
def my_sigmoid(z):
    return math.exp(z) / (1 + math.exp(z)) if z >= 0 else 1 / (1 + math.exp(-z))


# %% wrong="stable" hint="stand above the line too"
def my_sigmoid(z):
    return 1 / (1 + math.exp(-abs(z)))


# %% wrong="stable" hint="the sigmoid of -z"
def my_sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else 1 / (1 + math.exp(z))


# %% wrong="stable" hint="not 0 at once"
def my_sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else 0.0


# %% wrong="stable" hint="above 0 that is the sigmoid of -z"
def my_sigmoid(z):
    e = math.exp(-abs(z))
    return e / (1 + e)


# %% wrong="stable" hint="So halve z"
def my_sigmoid(z):
    return 0.5 * math.tanh(z) + 0.5


# %% wrong="stable" hint="wrong farther out"
def my_sigmoid(z):
    return 1 / (1 + math.exp(-max(-10, min(10, z))))


# %% [markdown]
# `stable_value` is yours once it has passed, and ours until then. Make it an operation of the engine, and look at the
# gradients that were nan:

# %%
stable = Operation("stable", stable_value, lambda y, z: (y * (1 - y),))
for z in (-1000.0, -20.0, 0.0, 1000.0):
    print(f"z = {z:7.0f}: value {stable_value(z):.3g}, gradient {grad(stable)(z):.3g}")

# %% [markdown]
# ## Dead, or resting?
#
# A relu does not saturate above 0: its slope is 1, however far out. Below 0 its slope is exactly 0. Here is a network
# of eight relu units and one output, and the same forty points.

# %%
model = nn.MLP(2, [8, 1], "relu", init="uniform", rng=0)


def outputs_of(model):
    """What the eight units say, one row a sample."""
    return np.array([[unit.data for unit in model.layers[0](x)] for x in X])


first = outputs_of(model)[0]
print("on the first sample:", " ".join(f"{out:.2f}" for out in first))

# %% [markdown]
# **Guess first.** Five of the eight give 0 on this sample, and learn nothing from it. How many units of this fresh
# network, would you say, can learn nothing at all?

# %% guess="resting"
### BEGIN SOLUTION
my_guess = 0
### END SOLUTION

# %% reveal="resting"
on = (outputs_of(model) > 0).sum(axis=0)
reveal(
    my_guess,
    int((on == 0).sum()),
    because=f"each is above 0 on some sample: on {', '.join(map(str, on[:-1]))} and {on[-1]} of the forty",
    replies={
        int((first == 0).sum()): "Those rest on this sample. What about the other thirty-nine?",
        8: "Three of them are above 0 on this very sample.",
    },
)

# %% wrong="resting" hint="rest on this sample"
my_guess = 5

# %% wrong="resting" hint="on this very sample"
my_guess = 8

# %%
for j, out in enumerate(outputs_of(model).T):
    print(f"unit {j} is above 0 on {(out > 0).sum():2} of 40 samples")

# %% [markdown]
# > **Misconception: "a relu unit that gives 0 is dead".** Zero on one sample is how a relu works: it answers some
# > inputs and rests on the others, and that bends the network's line. A unit is **dead** when it
# > gives 0 on *every* sample. Then no gradient comes through it to its own weights. In a first layer, whose inputs stay
# > as they are, it can never come back by itself; farther in only if the layers before it move.
#
# `diagnose` of notebook 5 looks through a model as well. Of one sample it only notes who rests; of all forty it has
# nothing to say:

# %%
from autograd import diagnose, mean


def loss_of(model, n=40):
    """Mean squared error on the first n points."""
    return mean([(model(x) - t) ** 2 for x, t in zip(X[:n], T[:n], strict=True)])


def examined(model, n=40):
    loss = loss_of(model, n)
    model.zero_grad()
    loss.backward()
    return diagnose(loss, model)


examined(model, n=1)

# %%
examined(model)

# %% [markdown]
# ## How units die
#
# Often by one step that is too long. It throws a bias far below 0, and from there nothing leads back. Here is a single
# step with a rate that is thirty times too large:


# %%
from copy import deepcopy


def trained(model, rate, steps):
    """A copy of the model after so many steps."""
    model = deepcopy(model)
    for _ in range(steps):
        loss = loss_of(model)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= rate * p.grad
    return model


def dead(model):
    return int((outputs_of(model).max(axis=0) == 0).sum())


gentle, rash = 0.05, 1.5
hurt = trained(model, rash, steps=1)
print(f"dead: {dead(hurt)} of 8")

# %% plot=""
figure, panels = plt.subplots(2, 1, figsize=(9, 4.5), sharex=True)
for panel, shown in zip(panels, (model, hurt), strict=True):
    is_on = outputs_of(shown).T > 0
    panel.pcolormesh(is_on, cmap="Blues", vmin=0, vmax=1.6, edgecolors="0.8", lw=0.3)
    panel.set_yticks(np.arange(8) + 0.5, range(8))
    panel.invert_yaxis()
    panel.set_ylabel("unit")
panels[0].set_title("fresh: blue where a unit is above 0")
panels[1].set_title("after the step")
panels[1].set_xlabel("sample")
plt.tight_layout()
plt.show()

# %% [markdown]
# White rows are dead units. Now train on, carefully, for a hundred steps with the rate 0.05.
#
# **Guess first.** How many are dead afterwards: `"fewer"` than now, `"as many"`, or `"more"`?

# %% guess="later"
### BEGIN SOLUTION
my_guess = "more"
### END SOLUTION

# %% reveal="later"
at_once, afterwards = dead(hurt), trained(hurt, gentle, steps=100)
later = dead(afterwards)
pairs = list(zip(hurt.layers[0].parameters(), afterwards.layers[0].parameters(), strict=True))
unmoved = sum(p.data == q.data for p, q in pairs)
reveal(
    my_guess,
    "more" if later > at_once else "as many" if later == at_once else "fewer",
    because="after the bad step the outputs are far off, and correcting that kills others: "
    f"{at_once} have become {later}. "
    f"The first dead have not moved: {unmoved} of the layer's {len(pairs)} weights and biases are what they were, to "
    "the last digit",
    replies={
        "fewer": "What would bring one back? It gives 0 on every sample, so every gradient toward its weights is 0.",
        "as many": "The dead stay where they are, that is right. But the living may still follow them.",
    },
)

# %% wrong="later" hint="What would bring one back?"
my_guess = "fewer"

# %% wrong="later" hint="may still follow them"
my_guess = "as many"

# %%
afterwards = trained(hurt, gentle, steps=100)
careful = trained(model, gentle, steps=101)
print(f"with the bad step:  loss {loss_of(afterwards).data:.3f}, dead {dead(afterwards)}")
print(f"careful throughout: loss {loss_of(careful).data:.3f}, dead {dead(careful)}")
examined(afterwards)

# %% [markdown]
# Training does not fail, it settles for less: a network of eight has become a network of one. So nobody notices such
# deaths. Shorter steps, better first weights, or a relu that **leaks** below 0, with a small slope there
# instead of none, keep units alive. Here one unit begins below 0 on all of five samples that lie on a line:

# %%
from autograd import leaky_relu

samples = [(x, 2 * x - 1) for x in (0.5, 1.0, 1.5, 2.0, 2.5)]
print("loss           at first  30 steps  300 steps")
for name, bend in {
    "relu          ": relu,
    "leaks by 0.01 ": lambda z: leaky_relu(z, 0.01),
    "leaks by 0.1  ": lambda z: leaky_relu(z, 0.1),
}.items():
    w, b = Value(1.0, "w"), Value(-4.0, "b")
    losses = []
    for _ in range(300):
        loss = mean([(bend(w * x + b) - t) ** 2 for x, t in samples])
        loss.backward()
        losses.append(loss.data)
        for p in (w, b):
            p.data -= 0.1 * p.grad
            p.grad = 0.0
    print(f"{name} {losses[0]:8.2f} {losses[30]:9.2f} {losses[-1]:9.4f}")

# %% [markdown]
# ## What you can now do
#
# You can say what a bend lets through, and count the units that have stopped learning. Show it:
#
# **Exercise 1: through the bend.** A neuron $p = \sigma(w x + b)$ was given this input, and said this:

# %%
x, p = 2.0, 0.9

# %% [markdown]
# What is $\partial p / \partial w$?

# %% exercise="bend"
### BEGIN SOLUTION
dp_dw = 0.18
### END SOLUTION

# %% check="bend"
w1 = Value(math.log(p / (1 - p)) / x, "w")
p1 = sigmoid(w1 * x)
check_answer(
    "dp_dw",
    dp_dw,
    explain(p1, w1).total,
    {
        p * (1 - p): "that is ∂p/∂z: go on along the path, to w",
        p * x: "the sigmoid's derivative is p (1 − p)",
        x * p * p: "the sigmoid's derivative is p (1 − p), not p squared",
        x + p * (1 - p): "along a path the derivatives are multiplied, not added",
        x * grad(sigmoid)(p): "0.9 is the output: the derivative can be read off it at once",
        p: "that is p itself",
        x * (1 - p): "the factor p is missing: the sigmoid's derivative is p (1 − p)",
        1 - p: "that is a part of the sigmoid's derivative, p (1 − p)",
        -x * p * (1 - p): "the sigmoid rises: its derivative is p (1 − p), above 0",
        x * x * p * (1 - p): "x is a factor once: ∂z/∂w is x",
        p * (1 - p) / x: "multiply by ∂z/∂w, which is x",
        x * (1 - p**2): "that would be tanh's derivative, 1 − y²",
        1 - p**2: "that would be tanh's derivative, 1 − y²",
        0.25: "that is the slope in the middle, at p = ½: here p is 0.9",
        0.25 * x: "a quarter is the slope in the middle, at p = ½: here p is 0.9",
        math.log(p / (1 - p)): "that is z",
        p / x: "multiply by ∂z/∂w, which is x, and by 1 − p",
        x * (1 - x): "the derivative is read off the output, p, not off the input",
        x: "that is ∂z/∂w: the gradient has to come through the sigmoid first",
    },
)

# %% wrong="bend" hint="go on along the path"
dp_dw = 0.09

# %% wrong="bend" hint="not off the input"
dp_dw = -2

# %% wrong="bend" hint="is p (1 − p)"
dp_dw = 1.8

# %% wrong="bend" hint="0.9 is the output"
dp_dw = 0.411

# %% [markdown]
# **Exercise 2: a relu that leaks.** Return the value and the derivative at `z`: above 0 as relu has them, else a line
# through 0 with the slope `leak`.
#
# <details><summary>Hint</summary>
#
# Two cases, with `if z > 0`. In each, return two numbers.
#
# </details>


# %% exercise="leaky"
def my_leaky_relu(z, leak):
    """(value, derivative) at z."""
    ### BEGIN SOLUTION
    if z > 0:
        return z, 1.0
    return leak * z, leak
    ### END SOLUTION


# %% check="leaky"
def leaking(value, slope):
    return lambda z, leak: (z, 1.0) if z > 0 else (value(z, leak), slope(z, leak))


def with_slope(above, below=lambda z, leak: leak):
    return lambda z, leak: (z, above(z, leak)) if z > 0 else (leak * z, below(z, leak))


rising = "above 0 the slope is 1"


check_function(
    my_leaky_relu,
    leaking(lambda z, leak: leak * z, lambda z, leak: leak),
    [(3.0, 0.1), (-4.0, 0.1), (-2.0, 0.3), (0.5, 0.3), (0.05, 0.1), (0.0, 0.2)],
    {
        leaking(lambda z, leak: 0.0, lambda z, leak: 0.0): "that is relu itself: below 0 a little leaks through",
        leaking(
            lambda z, leak: 0.0, lambda z, leak: leak
        ): "the value leaks too: leak * z, or the slope would be wrong",
        leaking(
            lambda z, leak: leak, lambda z, leak: leak
        ): "below 0 the value is a line with the slope `leak`, leak * z",
        leaking(lambda z, leak: leak * z, lambda z, leak: 0.0): "the line below 0 has a slope",
        leaking(lambda z, leak: leak * z, lambda z, leak: leak * z): "the derivative of leak * z is leak",
        leaking(
            lambda z, leak: leak * z, lambda z, leak: -leak
        ): "the line rises below 0 as well: its slope is positive",
        leaking(lambda z, leak: -leak * z, lambda z, leak: -leak): "the line rises below 0 as well: leak * z",
        leaking(lambda z, leak: z / leak, lambda z, leak: 1 / leak): "below 0: times leak, not divided by it",
        leaking(lambda z, leak: z / leak, lambda z, leak: leak): "below 0 the value is leak times z, not divided by it",
        leaking(lambda z, leak: z - leak, lambda z, leak: leak): "below 0 the value is leak times z, not minus leak",
        lambda z, leak: (
            (z, 1.0) if z >= 0 else (leak * z, leak)
        ): "above 0 means `z > 0`: at 0 itself the slope is leak",
        lambda z, leak: (z, 1.0) if z > 0 else (leak * z, leak) if z else None: "what comes at 0 itself? `else` takes "
        "in all that is not above 0",
        leaking(lambda z, leak: z + leak, lambda z, leak: 1.0): "below 0: times leak, not plus leak",
        leaking(lambda z, leak: leak * z, lambda z, leak: 1 - leak): "the slope of leak * z is leak",
        lambda z, leak: max(z, leak * z): "two numbers are asked for: the value, then the derivative",
        lambda z, leak: (1.0, z) if z > 0 else (leak, leak * z): "the value comes first, then the derivative",
        lambda z, leak: (z, 1.0) if z < 0 else (leak * z, leak): "the two cases are exchanged",
        lambda z, leak: (leak * z, leak): "above 0 nothing changes: z, with the slope 1",
        lambda z, leak: (z, 1.0) if z > 0 else (0.1 * z, 0.1): "use the leak that is given",
        lambda z, leak: (z, 1.0) if z > leak else (leak * z, leak): "the bend is at 0, not at leak",
        lambda z, leak: (max(z, 0.0) + leak * z, leak + (z > 0)): "above 0 nothing is added: z, with the slope 1",
        lambda z, leak: (max(z, 0.0), leak): "the value below 0 is leak times z, and the slope above 0 is 1",
        with_slope(lambda z, leak: z): rising,
        with_slope(lambda z, leak: 0.0): rising,
        with_slope(lambda z, leak: leak): rising,
        with_slope(lambda z, leak: 1.0, lambda z, leak: 1.0): "below 0 the slope is leak",
    },
)


# %% wrong="leaky" hint="what comes at 0 itself"
def my_leaky_relu(z, leak):
    if z > 0:
        return z, 1.0
    if z < 0:
        return leak * z, leak
    return None


# %% wrong="leaky" hint="`leak` is never used"
def my_leaky_relu(z, leak):
    return (z, 1.0) if z > 0 else (0.01 * z, 0.01)


# %% wrong="leaky" hint="that is relu itself"
def my_leaky_relu(z, leak):
    return (z, 1.0) if z > 0 else (0.0, 0.0)


# %% wrong="leaky" hint="the value leaks too"
def my_leaky_relu(z, leak):
    return max(z, 0.0), 1.0 if z > 0 else leak


# %% wrong="leaky" hint="is leak"
def my_leaky_relu(z, leak):
    return (z, 1.0) if z > 0 else (leak * z, leak * z)


# %% wrong="leaky" hint="two numbers are asked for"
def my_leaky_relu(z, leak):
    return z if z > 0 else leak * z


# %% wrong="leaky" hint="the two cases are exchanged"
def my_leaky_relu(z, leak):
    return (z, 1.0) if z < 0 else (leak * z, leak)


# %% wrong="leaky" hint="has a slope"
def my_leaky_relu(z, leak):
    return (z, 1.0) if z > 0 else (leak * z, 0.0)


# %% [markdown]
# **Exercise 3: count the dead.** `outputs` is a list of rows, one a sample; each row has what the relu units say.
# Return a list with the numbers of the units that are dead, counted from 0.
#
# <details><summary>Hint</summary>
#
# For each unit `j` look at `row[j]` of *all* rows: `all(… for row in outputs)`. There are `len(outputs[0])` units.
#
# </details>


# %% exercise="dead"
def dead_units(outputs):
    """The list of the numbers of the units that give 0 on every sample."""
    ### BEGIN SOLUTION
    return [j for j in range(len(outputs[0])) if all(row[j] == 0 for row in outputs)]
    ### END SOLUTION


# %% check="dead"
def units_where(test):
    return lambda outputs: [j for j, column in enumerate(zip(*outputs, strict=True)) if test(column)]


def is_dead(column):
    return not any(column)


right_units = units_where(is_dead)
count_dead = right_units
if passed(
    check_function,
    dead_units,
    right_units,
    [
        ([[0.0, 1.2, 0.0], [0.0, 0.0, 0.01]],),
        ([[0.0, 0.0, 0.3, 0.0], [0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0]],),
        (outputs_of(hurt).tolist(),),
    ],
    {
        units_where(lambda column: 0 in column): "those rest on some sample: dead is who gives 0 on every one",
        units_where(lambda column: column[0] == 0): "that looks at the first sample only",
        units_where(lambda column: column[-1] == 0): "that looks at the last sample only",
        units_where(any): "those are alive: they are above 0 on some sample",
        units_where(all): "those are above 0 on every sample: dead is who gives 0 on every one",
        units_where(
            lambda column: sum(column) / len(column) < 0.1
        ): "a small mean is not 0: dead is who gives exactly 0",
        units_where(lambda column: sum(column) < 0.1): "a little above 0 is not 0: dead is who gives exactly 0",
        lambda outputs: len(right_units(outputs)): "that is how many: return a list of their numbers",
        lambda outputs: [is_dead(column) for column in zip(*outputs, strict=True)]: "that says of each unit whether it "
        "is dead: return the numbers of those that are",
        lambda outputs: {*right_units(outputs)}: "a list is asked for: a set has no order",
        lambda outputs: [column.count(0) for column in zip(*outputs, strict=True)]: "that is how often each gives 0",
        lambda outputs: [
            j for j, column in enumerate(zip(*outputs, strict=True)) if column.count(0) > len(column) / 2
        ]: "more than half is not enough: dead is who gives 0 on every one",
        lambda outputs: right_units(outputs)[0]: "that is the first of them: return a list of all",
        lambda outputs: right_units(outputs)[:1]: "only the first is found: does `return` stand inside the loop?",
        lambda outputs: right_units([row[:1] for row in outputs]): "only the first unit is looked "
        "at: does `return` stand inside the loop?",
        lambda outputs: right_units([row[:-1] for row in outputs]): "the last unit is not looked at: there are "
        "`len(outputs[0])`",
        lambda outputs: [j for j in range(len(outputs)) if is_dead([row[j] for row in outputs])]: "a unit is a column: "
        "there are `len(outputs[0])` of them",
        lambda outputs: [None for _ in right_units(outputs)]: "`append` gives None: build the list from the numbers",
        lambda outputs: [
            j for row in outputs for j, out in enumerate(row) if out == 0
        ]: "that is each 0 of each sample: dead is who gives 0 on every one, and stands in the list once",
        lambda outputs: [
            column for column in zip(*outputs, strict=True) if is_dead(column)
        ]: "those are their outputs: return the numbers of the units",
        lambda outputs: [j + 1 for j in right_units(outputs)]: "units count from 0",
        lambda outputs: []: "none is found: `row[j]` is one output, and it is to be 0 in all rows",
        lambda outputs: [
            i for i, row in enumerate(outputs) if not any(row)
        ]: "those are samples on which all units rest: a unit is a column",
    },
):
    count_dead = dead_units
    print("From here on `count_dead` is your function.")


# %% wrong="dead" hint="rest on some sample"
def dead_units(outputs):
    return [j for j in range(len(outputs[0])) if any(row[j] == 0 for row in outputs)]


# %% wrong="dead" hint="the first sample only"
def dead_units(outputs):
    return [j for j, out in enumerate(outputs[0]) if out == 0]


# %% wrong="dead" hint="that is how many"
def dead_units(outputs):
    return sum(not any(column) for column in zip(*outputs, strict=True))


# %% wrong="dead" hint="the numbers of those that are"
def dead_units(outputs):
    return [all(row[j] == 0 for row in outputs) for j in range(len(outputs[0]))]


# %% wrong="dead" hint="exactly 0"
def dead_units(outputs):
    return [j for j in range(len(outputs[0])) if sum(row[j] for row in outputs) < 0.5]


# %% wrong="dead" hint="a unit is a column"
def dead_units(outputs):
    return [i for i, row in enumerate(outputs) if all(out == 0 for out in row)]


# %% [markdown]
# ## Break a friend's network
#
# Make it as bad as you can without touching a weight: choose the rate and the number of steps. `count_dead` (your
# function, if it passed) tells who died.

# %%
rate, steps = 0.5, 1

fresh = nn.MLP(2, [8, 1], "relu", init="uniform", rng=1)
broken = trained(fresh, rate, steps)
print(f"loss {loss_of(broken).data:.3f}, dead:", count_dead(outputs_of(broken).tolist()))

# %% [markdown]
# Hand `broken` on. Your friend may train it with any rate, or change what it reads: does the loss come down again?
#
# A slope enters the gradient as a factor, so saturated and dead units learn slowly, or not at all. The next notebook
# finds a loss in which that factor cancels. Until then: what is the smallest rate at which a single step kills one of
# these eight?
