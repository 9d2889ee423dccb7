# %% [markdown]
# # 12. Remedies
#
# **Goal.** Ask four remedies one question: how much of the gradient do you bring to the first of twelve layers?
#
# **You need** vanishing and exploding gradients ([notebook 11](11_depth.ipynb)). **Afterwards you can** choose the
# spread of the weights for an activation, build a residual connection, normalise a layer, clip a gradient, and say
# what each of them does to the factor of a layer.

# %% [markdown]
# ## One question
#
# Going back one layer multiplies a gradient by a factor. Twelve layers make a power of it, and that is what vanishes
# or explodes. So there is one question to ask of every remedy: **what does it do to the factor?** And one measurement
# answers it: the gradient at the first layer, divided by that at the last.
#
# The network is that of the last notebook, twelve hidden layers of sixteen. Here it is built from blocks, and each
# remedy changes the block. `measure` prints the ratio, and keeps the sizes for the picture.

# %%
import numpy as np

import nn
from autograd import mean

X, y = nn.data.moons(8, noise=0.1, rng=0)
loss = nn.binary_cross_entropy_with_logits


def deep(block, rng=0):
    """Twelve hidden layers, each made by block(inputs, rng), and one output."""
    rng = np.random.default_rng(rng)
    hidden = [block(nin, rng) for nin in [2] + [16] * 11]
    return nn.Sequential(*hidden, nn.Layer(16, 1, "linear", init="xavier", rng=rng))


def loss_of(model):
    """The mean loss of the moons, and what each layer gives for all of them."""
    outputs = [X]
    for layer in model.layers:
        outputs.append(layer.batch(outputs[-1]))
    return mean([loss(p, t) for p, t in zip(outputs[-1], y, strict=True)]), outputs


def arriving(model):
    """The size of the gradient at the outputs of each hidden layer, first to last."""
    total, outputs = loss_of(model)
    total.backward()
    grads = [[[v.grad for v in row] for row in layer] for layer in outputs[1:-1]]
    return [np.sqrt(np.sum(np.square(g))) for g in grads]


lines = {}


def measure(name, block):
    lines[name] = sizes = arriving(deep(block))
    print(f"{name:22} first / last: {sizes[0] / sizes[-1]:.2g}")


def plain(activation, init):
    return lambda nin, rng: nn.Layer(nin, 16, activation, init=init, rng=rng)


measure("sigmoid, xavier", plain("sigmoid", "xavier"))
factor = (lines["sigmoid, xavier"][0] / lines["sigmoid, xavier"][-1]) ** (1 / 11)
print(f"so a layer multiplies by about {factor:.2f}")

# %% [markdown]
# ## Start well
#
# The first remedy costs nothing: let the weights start with a spread that keeps the size of what goes through them. A
# neuron adds up $n$ inputs, times weights of random sign. You know how such a sum grows:
#
# $$\operatorname{rms}(z) = \sqrt n \cdot \text{spread} \cdot \operatorname{rms}(\text{inputs})$$
#
# With a spread of $1/\sqrt n$ the size stays, forwards and backwards, as long as the activation keeps it too. That is
# **Xavier's initialisation**. (Where a layer has more inputs than outputs, or fewer, $n$ is the mean of both numbers.)
# It suits tanh, whose slope near 0 is 1.
#
# It does not suit relu. A relu sets half of the numbers to 0, so it halves the mean of the squares.
#
# **Guess first.** Twelve relu layers have a spread of $1/\sqrt n$. Which share of the rms is left after the twelfth?

# %% guess="relu_shrinks"
### BEGIN SOLUTION
my_guess = 1 / 64
### END SOLUTION

# %% reveal="relu_shrinks"
from autograd.check import reveal


def through_relus(spread, n=400, depth=12, rng=1):
    """The rms of what goes in and of what each of the relu layers gives, in NumPy, for fifty samples."""
    rng = np.random.default_rng(rng)
    x = rng.normal(size=(50, n))
    sizes = [np.sqrt(np.mean(x**2))]
    for _ in range(depth):
        x = np.maximum(x @ rng.normal(0, spread, (n, n)), 0)
        sizes.append(np.sqrt(np.mean(x**2)))
    return sizes


narrow = through_relus(1 / np.sqrt(400))
reveal(
    my_guess,
    0.5 ** (12 / 2),
    because="half of the squares go in each layer, and the rms is a root: (√½)^12 = 1/64. Measured in layers of 400 "
    f"neurons: {narrow[-1] / narrow[0]:.4f}",
    replies={
        0.5**12: "So it is for the squares. The rms is the root of their mean.",
        0.5: "That would be one layer, and of the squares. There are twelve.",
        1.0: "So it would be if the layers had no relu.",
        0.5**0.5: "That is one layer. There are twelve.",
    },
)

# %% wrong="relu_shrinks" hint="So it is for the squares"
my_guess = 1 / 4096

# %% wrong="relu_shrinks" hint="if the layers had no relu"
my_guess = 1

# %% [markdown]
# Backwards it is the same. A relu that gave 0 passes nothing back, so half of the terms are missing, and the gradient
# shrinks by the same share.
#
# **Exercise: make up for it.** Relu layers have neurons with fifty inputs each. Which spread keeps the mean of the
# squares as it is? Write a number.
#
# <details><summary>Hint</summary>
#
# The sum multiplies the mean of the squares by $n \cdot \text{spread}^2$, and the relu by $\tfrac12$. Together that
# has to be 1.
#
# </details>

# %% exercise="he"
inputs = 50
### BEGIN SOLUTION
relu_spread = (2 / 50) ** 0.5
### END SOLUTION

# %% check="he"
from autograd.check import check_answer, check_function, passed

HALF = "the relu halves the squares: n · spread² · ½ is to be 1, so the 2 goes under the root"
check_answer(
    "relu_spread",
    relu_spread,
    np.sqrt(2 / 50),
    {
        1 / np.sqrt(50): "that is Xavier's, for activations that lose nothing: the squares must be doubled",
        2
        / np.sqrt(50): "that doubles the sizes, and makes their squares four times as large: the 2 goes under the root",
        **dict.fromkeys((4 / np.sqrt(50), 0.5 / np.sqrt(50), 1.5 / np.sqrt(50), 1 / (2 * 50)), HALF),
        **dict.fromkeys((2 / 50, 2 / 50**2, 4 / 50), "the spread of a sum goes with the root: the root is missing"),
        1 / 50: "a sum of 50 terms of random sign grows like √50",
        np.sqrt(1 / 100): "half is lost, so the squares have to be doubled, not halved",
        **dict.fromkeys((5.0, 25.0, 10.0, 50.0, 100.0, 50**0.5), "more inputs need smaller weights: the other way up"),
        1.0: "with weights of size 1 the sum of 50 inputs is √50 times as large as one",
        0.5: "where is the 50? More inputs need smaller weights",
        2.0: "where is the 50? More inputs need smaller weights",
    },
)

# %% wrong="he" hint="the squares must be doubled"
relu_spread = 50**-0.5

# %% wrong="he" hint="goes under the root"
relu_spread = 2 * 50**-0.5

# %% wrong="he" hint="the root is missing"
relu_spread = 2 / 50

# %% wrong="he" hint="not halved"
relu_spread = 0.1

# %% wrong="he" hint="the other way up"
relu_spread = 50**0.5

# %% [markdown]
# This is **He's initialisation**. `nn` has both, as `init="xavier"` and `init="he"`. Ask the question of them:

# %%
for activation in ("tanh", "relu", "sigmoid"):
    for init in ("xavier", "he"):
        measure(f"{activation}, {init}", plain(activation, init))

# %% [markdown]
# A spread that suits the activation keeps the factor near 1. A quarter of the gradient arrives through tanh layers with
# Xavier's weights, and about a tenth through these narrow relu layers with He's. Sigmoids are not helped: their slope
# is a quarter at most. That is one reason why few hidden layers have sigmoids today.
#
# ## Leave a way past
#
# The second remedy changes the layer: let it compute a *change* of its input, and add that. $h \leftarrow h + f(h)$ is
# a **residual connection**. Here are two of them, with a sigmoid for $f$:

# %%
from autograd import Value, draw, explain, sigmoid

x = Value(0.5, "x")
h = x + sigmoid(x)
a = h + sigmoid(h)
h.label, a.label = "h", "a"
draw(a, paths=explain(a, x).paths, direction="TB")

# %% [markdown]
# Two blocks make four paths: a path can go through a block or past it. On the way past, every local derivative is 1.
# Paths add up, so going back one block multiplies the gradient by $1 + f'$ instead of $f'$.
#
# **Guess first.** In each of twelve such blocks $f' = 0.2$. What is left of a gradient of 1 after all twelve?

# %% guess="residual"
### BEGIN SOLUTION
my_guess = 1.2**12
### END SOLUTION

# %% reveal="residual"
f = 0.2
reveal(
    my_guess,
    (1 + f) ** 12,
    because=f"it is multiplied by 1 + 0.2 twelve times. Without the way past it would be 0.2^12 = {f**12:.0e}",
    replies={
        f**12: "So it is without the way past the block: its factor is 1 + f'.",
        1.0: "The way past all blocks brings 1, and the one through all of them almost 0. But paths can mix: there are "
        f"{2**12 - 2:,} others.",
        1 + 12 * f: "Those are the paths that go through one block at most. Others go through several.",
        12 * (1 + f): "Each block multiplies what comes from the next: a power, not a multiple.",
    },
)

# %% wrong="residual" hint="without the way past"
my_guess = 0.2**12

# %% wrong="residual" hint="paths can mix"
my_guess = 1 + 0.2**12

# %% wrong="residual" hint="go through several"
my_guess = 3.4

# %% [markdown]
# The first layer makes sixteen numbers of two, so its input cannot be added to them. From the second layer on there is
# a way past:


# %%
def residual(activation, init):
    make = plain(activation, init)
    return lambda nin, rng: nn.Residual(make(nin, rng)) if nin == 16 else make(nin, rng)


measure("sigmoid, residual", residual("sigmoid", "xavier"))
measure("relu, residual", residual("relu", "he"))
# %% [markdown]
# The sigmoids now bring the whole gradient to the first layer, and half as much again. But $1 + f'$ is a factor too. A
# relu layer alone keeps most of the gradient, the way past brings all of it once more, and so it grows. Deep residual
# networks start with smaller weights, or take the next remedy as well.
#
# ## Normalise
#
# The third remedy does not hope that sizes stay right. It sets them right in every layer. **Batch normalisation**
# takes one neuron's $z$ for all samples of the batch, subtracts their mean, and divides by their standard deviation.
# (Then it multiplies by a weight and adds a bias, which are learned. They start as 1 and 0.)

# %%
numbers = nn.BatchNorm(1).batch([[3.0], [4.0], [5.0]])
print("3, 4, 5 become", [round(v.data, 3) for v in numbers])


def with_norm(norm):
    def block(nin, rng):
        sums = nn.Layer(nin, 16, "linear", init="xavier", rng=rng)
        return nn.Sequential(sums, norm(16), "sigmoid")

    return block


network = deep(with_norm(nn.BatchNorm))
outputs = loss_of(network)[1]
sums = network.layers[5].layers[0].batch(outputs[5])
deviation = np.std([[v.data for v in row] for row in sums], axis=0)
print(f"the sums of layer 6 deviate from their mean by {np.mean(deviation):.1f}")

# %% [markdown]
# The outputs of sigmoids differ little from sample to sample, so the sums deviate little, by 0.2. Dividing by 0.2 makes
# differences larger, forwards and backwards: **the gradient that goes back is divided by the deviation too**.
#
# **Guess first.** A plain sigmoid layer multiplies the gradient by 0.21, as measured above. By what does a layer with
# normalisation multiply it?

# %% guess="divided"
### BEGIN SOLUTION
my_guess = 0.21 / 0.2
### END SOLUTION

# %% reveal="divided"
normal = arriving(network)
reveal(
    my_guess,
    0.21 / 0.2,
    because="the deviation makes up for what σ' takes. Measured it is "
    f"{(normal[0] / normal[-1]) ** (1 / 11):.1f}: some deviate by less than 0.2, and count more",
    replies={
        0.21: "That is the layer without normalisation. What comes back is divided by 0.2 as well.",
        0.21 * 0.2: "It is divided by the deviation, not multiplied.",
        0.2: "That is the deviation. It divides the 0.21.",
        5.0: "That is what the division alone does. The layer multiplies by 0.21 as before.",
    },
)

# %% wrong="divided" hint="not multiplied"
my_guess = 0.042

# %% wrong="divided" hint="The layer multiplies by 0.21 as before"
my_guess = 5

# %% wrong="divided" hint="without normalisation"
my_guess = 0.21

# %%
measure("sigmoid, batch norm", with_norm(nn.BatchNorm))

# %% [markdown]
# Each layer gives back a little more than its sigmoids take, and twelve layers make fifty of it. (One warning. In
# training, what becomes of a sample depends on the rest of its batch. So `BatchNorm` also keeps a running mean and
# variance, and uses those once you call `model.eval()`. `predict` calls it for you.)
#
# ## Break it on purpose
#
# The mean and the deviation are computed from $z$, so the gradient goes through them too. If you write the
# normalisation by hand, this is easily forgotten. `Frozen` takes both as plain numbers.


# %%
class Frozen(nn.BatchNorm):
    def batch(self, rows):
        z = np.array([[v.data for v in row] for row in rows])
        middle, deviation = z.mean(axis=0), np.sqrt(z.var(axis=0) + 1e-5)
        return [list((np.array(row) - middle) / deviation) for row in rows]


def nudged(model, p, h=1e-5):
    """The slope of the loss toward a weight, by nudging it."""
    ends = []
    for move in (h, -h):
        p.data += move
        ends.append(loss_of(model)[0].data)
        p.data -= move
    return (ends[0] - ends[1]) / (2 * h)


print("             first / last   a weight's gradient   nudged")
for kind in (nn.BatchNorm, Frozen):
    model = deep(with_norm(kind))
    sizes = arriving(model)
    weight = model.parameters()[0]
    found, slope = weight.grad, nudged(model, weight)
    print(f"{kind.__name__:12} {sizes[0] / sizes[-1]:12.0f} {found:21.3f} {slope:8.3f}")
    assert (abs(found - slope) < 1e-5) == (kind is nn.BatchNorm)

# %% [markdown]
# Both compute the same outputs, and the ratio of the wrong one looks just as healthy. Its gradient has the wrong sign.
# **A healthy ratio says that a gradient arrives. It does not say that the gradient is right.** Only the nudge says
# that.
#
# ## Clip
#
# The last remedy is for gradients that are too large. **Clipping by norm** puts the gradients of all parameters
# together into one long vector. Where the norm of the vector, its length, is above a limit, clipping shortens it to
# the limit: it multiplies all gradients by one factor.
#
# Twelve tanh layers with weights of spread 1 have exploding gradients. Here is what the parameters of the first hidden
# layer get, and those of the last.


# %%
def norm(parameters):
    return np.sqrt(sum(p.grad**2 for p in parameters))


def spread_1(nin, nout, rng):
    return rng.normal(0, 1, (nout, nin))


wild = deep(plain("tanh", spread_1))
arriving(wild)
first, last = wild.layers[0].parameters(), wild.layers[11].parameters()  # of 0 to 11
unclipped = norm(first), norm(last)
print(f"all parameters {norm(wild.parameters()):.2f}")
print(f"first {norm(first):.2f}, last {norm(last):.2f}")
print(f"first / last: {norm(first) / norm(last):.0f}")

# %% [markdown]
# **Guess first.** Clip this gradient to a norm of 1. Does the ratio first / last become `"smaller"`, stay `"the same"`,
# or become `"larger"`?

# %% guess="clipped"
### BEGIN SOLUTION
my_guess = "the same"
### END SOLUTION

# %% reveal="clipped"
nn.clip_grad_norm(wild.parameters(), 1.0)
ratios = norm(first) / norm(last), unclipped[0] / unclipped[1]
reveal(
    my_guess,
    "the same" if np.isclose(*ratios) else "smaller",
    because="all gradients are multiplied by one factor: now the whole norm is "
    f"{norm(wild.parameters()):.2f}, the first layer's {norm(first):.3f}, the last's {norm(last):.3f}, and their ratio "
    f"is {ratios[0]:.0f}",
    replies={
        "smaller": "You may think that the large ones are cut most. That is clipping each for itself; by norm there "
        "is one factor for all.",
        "larger": "Nothing grows by clipping.",
    },
)

# %% wrong="clipped" hint="one factor for all"
my_guess = "smaller"

# %% wrong="clipped" hint="Nothing grows"
my_guess = "larger"

# %% [markdown]
# Clipping is the remedy that leaves the ratio alone. It is good for something else. Take the first step of the relu
# network that exploded in the last notebook:


# %%
def loss_after_a_step(clip):
    model = deep(plain("relu", spread_1))
    arriving(model)
    if clip:
        nn.clip_grad_norm(model.parameters(), clip)
    nn.SGD(model.parameters(), lr=0.1).step()
    return loss_of(model)[0].data


print(f"loss before the step:     {loss_of(deep(plain('relu', spread_1)))[0].data:.0f}")
print(f"after it, not clipped:    {loss_after_a_step(None):.0e}")
print(f"after it, clipped to 1:   {loss_after_a_step(1.0):.0f}")

# %% [markdown]
# > **Misconception: "clipping repairs depth".** It repairs the *length of the step*. The direction stays, and no step
# > runs off because a slope was steep. But a layer that gets too little of the gradient still gets too little, and a
# > gradient that vanishes is below any limit: clipping does not touch it.
#
# ## The picture
#
# The answers to the one question, side by side:

# %% plot=""
import matplotlib.pyplot as plt

plt.figure(figsize=(6, 4))
shown = ("relu, he", "sigmoid, residual", "sigmoid, batch norm", "sigmoid, xavier")
for name, marker in zip(shown, "s^Do", strict=True):
    plt.semilogy(range(1, 13), lines[name], marker=marker, label=name)
    assert (0.01 < lines[name][0] / lines[name][-1] < 100) == (name != "sigmoid, xavier")
plt.xticks(range(1, 13))
plt.xlabel("hidden layer")
plt.ylabel("size of the gradient")
plt.title("What arrives at each layer")
plt.grid(alpha=0.4)
plt.legend()
plt.show()

# %% [markdown]
# The old network loses seven powers of ten on the way from the last layer to the first. None of the other three loses
# or gains as much as two.
#
# Do deep networks learn now? In the last notebook the sigmoids got only half of the moons right. Here are sixty epochs
# of plain descent on sixty moons, at the rate 0.1, without clipping and with clipping to a norm of 1. (`fit` raises an
# error where a number becomes too large for a float.)

# %%
X60, y60 = nn.data.moons(60, noise=0.1, rng=0)
settings = {"loss": loss, "batch_size": 20, "epochs": 60, "rng": 0, "progress": False}


def trained(block, clip):
    model = deep(block)
    sgd = nn.SGD(model.parameters(), lr=0.1)
    try:
        nn.fit(model, X60, y60, optimizer=sgd, clip=clip, **settings)
    except FloatingPointError:
        return "exploded"
    return f"{nn.accuracy(model.predict(X60), y60):.0%} right"


print(f"{'':20} {'not clipped':12} clipped")
for name, block in {
    "relu, He": plain("relu", "he"),
    "tanh, residual": residual("tanh", "xavier"),
    "relu, residual, He": residual("relu", "he"),
}.items():
    print(f"{name:20} {trained(block, None):12} {trained(block, 1.0)}")

# %% [markdown]
# Remedies are combined. Residual connections bring the gradient to the first layer, and clipping keeps a large gradient
# from throwing the weights away. (Batch normalisation is not in the table. There a sample depends on its batch, so
# `fit` cannot record one sample and replay it, and twelve layers would take a minute.)
#
# ## What you can now do
#
# You know what brings a gradient through a deep network, and what keeps its size in bounds. Show it:
#
# **Exercise 1: past and through.** Here are five residual blocks, $h + f(h)$.

# %%
slopes = [0.5, -0.5, 0.2, 0.0, 1.0]

# %% [markdown]
# These are the derivatives $f'$ in the five blocks, each taken at what goes into its block. What is the derivative of
# the last output with respect to the first input?

# %% exercise="blocks"
### BEGIN SOLUTION
derivative = (1 + 0.5) * (1 - 0.5) * (1 + 0.2) * (1 + 0.0) * (1 + 1.0)
### END SOLUTION

# %% check="blocks"
past = np.add(1, slopes)
THROUGH = "that goes through all blocks: each has a way past, too, 1 + f'"
check_answer(
    "derivative",
    derivative,
    np.prod(past),
    {
        np.prod(slopes): THROUGH,
        np.prod(slopes[:3]): THROUGH,
        np.prod(np.abs(slopes)[:3]): THROUGH,
        1 + np.prod(slopes): "there are more ways than past all and through all: each block gives a factor",
        1 + np.prod(slopes[:3]): "there are more ways than past all and through all: each block gives a factor",
        sum(past): "along the blocks the factors are multiplied, not added",
        1 + sum(slopes): "those are the ways through one block at most: multiply the factors 1 + f'",
        sum(slopes): "those are the ways through one block alone: multiply the factors 1 + f'",
        np.prod(np.add(1, np.abs(slopes))): "a slope below 0 makes the factor smaller than 1",
        -np.prod(np.add(1, np.abs(slopes))): "1 − 0.5 is the factor of that block: it is above 0",
        np.prod(past[:4]): "the last block counts too: its factor is 2",
        2 * np.prod(past): "five blocks give five factors: one is there twice",
        np.prod(past) - 1: "the way past all blocks counts too",
    },
)

# %% wrong="blocks" hint="each has a way past"
derivative = 0

# %% wrong="blocks" hint="multiplied, not added"
derivative = 1.5 + 0.5 + 1.2 + 1.0 + 2.0

# %% wrong="blocks" hint="through one block at most"
derivative = 1 + 0.5 - 0.5 + 0.2 + 0.0 + 1.0

# %% wrong="blocks" hint="smaller than 1"
derivative = 1.5 * 1.5 * 1.2 * 1.0 * 2.0

# %% [markdown]
# **Exercise 2: clip by norm.** You get a list of gradients, plain numbers, and a limit. Return a new list, clipped.
#
# <details><summary>Hint</summary>
#
# The norm is the root of the sum of the squares. If it is above the limit, multiply each gradient by limit / norm. If
# not, they stay as they are.
#
# </details>


# %% exercise="clip"
def clip_by_norm(gradients, limit):
    """The gradients, shortened to the limit where their norm is above it."""
    ### BEGIN SOLUTION
    norm = sum(g**2 for g in gradients) ** 0.5
    if norm <= limit:
        return gradients
    return [g * limit / norm for g in gradients]
    ### END SOLUTION


# %% check="clip"
from functools import wraps


def clipping(scale, each=lambda g, factor: g * factor):
    """Clipping with a factor from (gradients, limit)."""
    return lambda gradients, limit: [each(g, scale(gradients, limit)) for g in gradients]


def length(gradients):
    return np.sqrt(np.sum(np.square(gradients)))


def watched(clip):
    """A clipping that must leave the list that it is given as it is."""

    @wraps(clip)
    def clipped(gradients, limit):
        before = [*gradients]
        result = clip(gradients, limit)
        return result if gradients == before else "the list given is changed"

    return clipped


def in_place(gradients, limit):
    gradients[:] = [g * min(1.0, limit / length(gradients)) for g in gradients]
    return gradients


if passed(
    check_function,
    watched(clip_by_norm),
    clipping(lambda gs, limit: min(1.0, limit / length(gs))),
    [([3.0, -4.0], 1.0), ([0.3, 0.4], 1.0), ([6.0, 2.0, -3.0], 3.5), ([-0.1, 9.0], 2.0), ([1.2, -1.6], 3.0)],
    {
        watched(in_place): "make a new list, so that the gradients can still be looked at",
        clipping(
            lambda gs, limit: limit, lambda g, limit: limit * g / abs(g)
        ): "that makes each gradient as large as the limit: the norm is that of all together",
        clipping(
            lambda gs, limit: 1 / limit if length(gs) > limit else 1.0
        ): "the factor is limit / norm: the norm is missing",
        clipping(
            lambda gs, limit: limit / max(gs) if max(gs) > limit else 1.0
        ): "that looks at the largest alone: the norm is √Σg²",
        clipping(lambda gs, limit: max(1.0, length(gs) / limit)): "upside down: the longer, the smaller the factor",
        clipping(
            lambda gs, limit: limit if length(gs) > limit else None, lambda g, a: g if a is None else g - a
        ): "clipping multiplies: to subtract from each turns the direction",
        clipping(
            lambda gs, limit: limit if length(gs) > limit else None, lambda g, a: g if a is None else a
        ): "all become alike: multiply each gradient by limit / norm",
        clipping(
            lambda gs, limit: float(length(gs) <= limit)
        ): "above the limit the gradients are shortened, not thrown away",
        clipping(
            lambda gs, limit: limit, lambda g, limit: min(limit, g)
        ): "that clips each gradient for itself, and only above: one factor for all",
        clipping(
            lambda gs, limit: limit / length(gs) if length(gs) > limit else None, lambda g, a: g if a is None else g - a
        ): "clipping multiplies: to subtract from each turns the direction",
        clipping(
            lambda gs, limit: limit / length(gs) if length(gs) > limit else None, lambda g, a: g if a is None else a
        ): "that is the factor itself: multiply each gradient by it",
        clipping(
            lambda gs, limit: limit / length(gs) if length(gs) > 1 else 1.0
        ): "the limit is given: compare the norm with it, not with 1",
        clipping(
            lambda gs, limit: length(gs) - limit if length(gs) > limit else 1.0
        ): "the factor is limit / norm, not how much the norm is above the limit",
        clipping(
            lambda gs, limit: limit if length(gs) > limit else 1.0
        ): "the factor is limit / norm: the norm is missing",
        clipping(lambda gs, limit: min(1.0, limit / length(gs) * len(gs) ** 0.5)): "the squares are added up: nothing "
        "is divided by how many there are",
        clipping(lambda gs, limit: min(1.0, limit / abs(gs[-1]))): "that is the norm of the last one alone: add up "
        "all the squares before the root",
        clipping(
            lambda gs, limit: limit / length(gs) if length(gs) < limit else 1.0
        ): "the wrong ones are shortened: those whose norm is above the limit",
        lambda gs, limit: length(gs): "that is the norm: return the list, with each gradient times one factor",
        clipping(lambda gs, limit: limit, lambda g, limit: max(-limit, min(limit, g))): "that clips each gradient for "
        "itself, and turns the direction: one factor for all",
        clipping(lambda gs, limit: limit / length(gs)): "a gradient below the limit stays as it is: clipping makes "
        "nothing longer",
        clipping(lambda gs, limit: 1 / length(gs) if length(gs) > limit else 1): "that shortens to 1, not to the limit",
        clipping(
            lambda gs, limit: min(1.0, limit / np.sum(np.abs(gs)))
        ): "the norm is the root of the sum of the squares, not the sum of the sizes",
        clipping(lambda gs, limit: min(1.0, limit / np.sum(np.square(gs)))): "the root is missing: the norm is √Σg²",
        clipping(lambda gs, limit: min(1.0, limit / np.max(np.abs(gs)))): "that looks at the largest alone: the norm "
        "is √Σg²",
        clipping(lambda gs, limit: min(1.0, limit / np.sum(gs))): "gradients of opposite signs do not cancel in the "
        "norm: square them",
    },
):
    model = deep(plain("relu", spread_1))
    arriving(model)
    parameters = model.parameters()
    for p, g in zip(parameters, clip_by_norm([p.grad for p in parameters], 1.0), strict=True):
        p.grad = float(g)
    nn.SGD(parameters, lr=0.1).step()
    print(f"With your clipping the relu network above makes its step: loss {loss_of(model)[0].data:.0f}.")


# %% wrong="clip" hint="each gradient for itself"
def clip_by_norm(gradients, limit):
    return [max(-limit, min(limit, g)) for g in gradients]


# %% wrong="clip" hint="make a new list"
def clip_by_norm(gradients, limit):
    norm = sum(g**2 for g in gradients) ** 0.5
    for i, g in enumerate(gradients):
        gradients[i] = g * min(1.0, limit / norm)
    return gradients


# %% wrong="clip" hint="makes nothing longer"
def clip_by_norm(gradients, limit):
    norm = sum(g**2 for g in gradients) ** 0.5
    return [g * limit / norm for g in gradients]


# %% wrong="clip" hint="not to the limit"
def clip_by_norm(gradients, limit):
    norm = sum(g**2 for g in gradients) ** 0.5
    return [g / norm for g in gradients] if norm > limit else gradients


# %% wrong="clip" hint="the root is missing"
def clip_by_norm(gradients, limit):
    norm = sum(g**2 for g in gradients)
    return [g * limit / norm for g in gradients] if norm > limit else gradients


# %% wrong="clip" hint="to subtract from each turns the direction"
def clip_by_norm(gradients, limit):
    norm = sum(g**2 for g in gradients) ** 0.5
    return [g - limit / norm for g in gradients] if norm > limit else gradients


# %% wrong="clip" hint="the last one alone"
def clip_by_norm(gradients, limit):
    for g in gradients:
        norm = (g**2) ** 0.5
    return [g * limit / norm for g in gradients] if norm > limit else gradients


# %% [markdown]
# **Exercise 3: normalise.** `batch` has one neuron's number for each sample. Return the list after batch
# normalisation: subtract the mean, divide by $\sqrt{\text{variance} + 10^{-5}}$, then multiply by `weight` and add
# `bias`. (The $10^{-5}$ prevents a division by zero.)
#
# <details><summary>Hint</summary>
#
# The variance is the mean of the squares of the distances from the mean, `np.var(batch)`.
#
# </details>


# %% exercise="norm"
def normalised(batch, weight, bias):
    """One neuron's numbers after batch normalisation."""
    ### BEGIN SOLUTION
    z = np.array(batch)
    return weight * (z - z.mean()) / np.sqrt(z.var() + 1e-5) + bias
    ### END SOLUTION


# %% check="norm"
def norm_of(middle=np.mean, spread=lambda z: np.sqrt(np.var(z) + 1e-5), last=lambda x, weight, bias: weight * x + bias):
    """Normalisation, right or with a mistake in a part."""

    @np.errstate(all="ignore")
    def normalised(batch, weight, bias):
        return [last((x - middle(batch)) / spread(batch), weight, bias) for x in batch]

    return normalised


if passed(
    check_function,
    normalised,
    norm_of(),
    [([3.0, 4.0, 5.0], 1.0, 0.0), ([8.0, 2.0], 2.0, -1.0), ([4.0, 4.5, 7.0, -1.0], 0.5, 3.0), ([3.0], 2.0, 0.5)],
    {
        norm_of(middle=lambda z: 0.0): "the mean is to be subtracted first",
        norm_of(middle=np.median): "the mean, not the middle one",
        norm_of(middle=max): "the mean is to be subtracted, not the largest",
        norm_of(middle=sum): "the mean is to be subtracted, not the sum",
        norm_of(spread=lambda z: 1.0): "divide by the standard deviation",
        norm_of(spread=lambda z: np.var(z) + 1e-5): "divide by the standard deviation, the root of the variance",
        norm_of(spread=np.var): "divide by the standard deviation, the root of the variance",
        norm_of(spread=lambda z: np.std(z) + 1e-5): "the 1e-5 goes under the root",
        norm_of(spread=lambda z: np.sqrt(np.var(z)) + 1e-5): "the 1e-5 goes under the root",
        norm_of(spread=np.std): "the 1e-5 under the root is missing: a number that comes alone would be divided by 0",
        lambda batch, weight, bias: (
            norm_of()(batch, weight, bias) if np.var(batch) else 1.0 / 0.0
        ): "the 1e-5 under the root is missing: a number that comes alone would be divided by 0",
        norm_of(spread=lambda z: np.sqrt(np.var(z) + 1e5)): "10⁻⁵ is 0.00001: write 1e-5",
        norm_of(spread=lambda z: np.sqrt(np.var(z) + 1e-3)): "10⁻⁵ is 0.00001: write 1e-5",
        norm_of(middle=lambda z: 0.0, spread=lambda z: 1.0): "nothing is normalised yet: subtract the mean and divide "
        "by the standard deviation first",
        norm_of(middle=lambda z: 0.0, spread=lambda z: 1.0, last=lambda x, weight, bias: x): "nothing is normalised "
        "yet: subtract the mean and divide by the standard deviation",
        lambda batch, weight, bias: [
            x - np.mean(batch) / np.sqrt(np.var(batch) + 1e-5) * weight + bias for x in batch
        ]: "the whole difference is divided: put it in brackets",
        norm_of(spread=lambda z: -np.sqrt(np.var(z) + 1e-5)): "from each number the mean is subtracted, not the other "
        "way round",
        norm_of(spread=lambda z: np.sqrt(1e-5)): "the differences from the mean cancel: square each, then take their "
        "mean",
        norm_of(spread=lambda z: max(z) - min(z)): "divide by the standard deviation, not by the range",
        norm_of(spread=lambda z: (np.var(z) + 1e-5) ** 2): "take the root of the variance, not its square",
        norm_of(middle=sum, spread=lambda z: np.sqrt(np.mean((z - np.sum(z)) ** 2) + 1e-5)): "the mean is the sum "
        "divided by how many there are",
        norm_of(spread=max): "divide by the standard deviation, not by the largest",
        norm_of(spread=lambda z: np.sqrt(np.sum((z - np.mean(z)) ** 2) + 1e-5)): "the variance is the mean of the "
        "squares, not their sum",
        norm_of(spread=lambda z: np.sqrt(np.mean(np.square(z)) + 1e-5)): "the variance is taken around the mean",
        norm_of(
            spread=lambda z: np.sqrt(np.var(z, ddof=len(z) > 1) + 1e-5)
        ): "the variance is a mean: divide by n here, not by n - 1",
        norm_of(last=lambda x, weight, bias: x): "multiply by the weight and add the bias at the end",
        norm_of(last=lambda x, weight, bias: weight * x): "the bias is missing",
        norm_of(last=lambda x, weight, bias: x + bias): "the weight is missing",
        norm_of(last=lambda x, weight, bias: bias * x + weight): "the weight multiplies, the bias is added",
        lambda batch, weight, bias: [
            weight * x - np.mean(batch) / np.sqrt(np.var(batch) + 1e-5) + bias for x in batch
        ]: "the whole difference is divided: put it in brackets",
        norm_of(spread=np.std, last=lambda x, weight, bias: weight * x + 1e-5 + bias): "the 1e-5 goes under the root",
        norm_of(last=lambda x, weight, bias: weight * (x + bias)): "multiply first, then add the bias",
    },
):
    columns = np.array([[v.data for v in row] for row in sums]).T.tolist()
    yours = [np.std(normalised(column, 1.0, 0.0)) for column in columns]
    print(f"The sums of layer 6 deviated by {np.mean(deviation):.1f}: yours now deviate by {np.mean(yours):.1f}.")


# %% wrong="norm" hint="the root of the variance"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return weight * (z - z.mean()) / (z.var() + 1e-5) + bias


# %% wrong="norm" hint="goes under the root"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return weight * (z - z.mean()) / (z.std() + 1e-5) + bias


# %% wrong="norm" hint="under the root is missing"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return weight * (z - z.mean()) / z.std() + bias


# %% wrong="norm" hint="to be subtracted first"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return weight * z / np.sqrt(z.var() + 1e-5) + bias


# %% wrong="norm" hint="multiply first"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return weight * ((z - z.mean()) / np.sqrt(z.var() + 1e-5) + bias)


# %% wrong="norm" hint="the bias is missing"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return weight * (z - z.mean()) / np.sqrt(z.var() + 1e-5)


# %% wrong="norm" hint="put it in brackets"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return z - z.mean() / np.sqrt(z.var() + 1e-5) * weight + bias


# %% wrong="norm" hint="write 1e-5"
def normalised(batch, weight, bias):
    z = np.array(batch)
    return weight * (z - z.mean()) / np.sqrt(z.var() + 1e5) + bias


# %% [markdown]
# **Open task: a remedy of your own.** Put something into the block, ask the one question, and say beforehand what it
# does to the factor. Half a way past, $\tfrac12 h + f(h)$? Residual connections with small weights? Normalisation
# *and* a way past? Or break a friend's network: leave `nn.BatchNorm` in training mode, ask it about one sample at a
# time, and let your friend find out what is wrong.


# %%
def small(nin, nout, rng):
    return rng.normal(0, 0.1, (nout, nin))


measure("mine", residual("relu", small))

# %% [markdown]
# A deep network can now be trained. The next notebook asks whether it has learned the moons, or only these sixty
# points. Before you go: up to which spread do residual relu layers bring as much to the first layer as to the last, to
# within 10 %?
