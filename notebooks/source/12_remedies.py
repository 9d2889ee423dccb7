# %% [markdown]
# # 12. Remedies
#
# **Goal.** Let a gradient arrive at the first of twelve layers, in four ways, and know what each of them does and
# does not mend.
#
# **You need** vanishing and exploding gradients ([notebook 11](11_depth.ipynb)). **Afterwards you can** choose the
# spread of the weights for an activation, build a residual connection, say why batch normalisation behaves
# differently in training and in evaluation, and clip a gradient.

# %% [markdown]
# ## Where we stand
#
# The network of the last notebook: twelve hidden layers of sixteen sigmoids. It is put together from blocks here, one
# after the other in an `nn.Sequential`, so that the remedies can be put into them. `arriving` does what it did, for a
# whole model: it gives the size of the gradient at the outputs of each hidden layer.

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


def plain(activation, init):
    return lambda nin, rng: nn.Layer(nin, 16, activation, init=init, rng=rng)


def arriving(model):
    """The size of the gradient at the outputs of each hidden layer, first to last."""
    outputs = [X]
    for layer in model.layers:
        outputs.append(layer.batch(outputs[-1]))
    mean([loss(p, t) for p, t in zip(outputs[-1], y, strict=True)]).backward()
    grads = [[[v.grad for v in row] for row in layer] for layer in outputs[1:-1]]
    return [np.sqrt(np.sum(np.square(g))) for g in grads]


before = arriving(deep(plain("sigmoid", "xavier")))
print(f"first / last: {before[0] / before[-1]:.0e}")

# %% [markdown]
# ## Start well
#
# The first remedy costs nothing: let the weights start with a spread that keeps the size of what goes through them. A
# neuron adds up $n$ inputs, times weights of random sign, so typical sizes obey the law of the last notebook,
# forwards as well as backwards:
#
# $$\operatorname{rms}(z) = \sqrt n \cdot \text{spread} \cdot \operatorname{rms}(\text{inputs})$$
#
# With a spread of $1/\sqrt n$ nothing grows and nothing shrinks, as long as the activation does no harm. That is
# **Xavier's initialisation**: $n$ is the number of inputs, or its mean with the number of outputs where they differ.
# It suits tanh, which near 0 has a slope of 1.
#
# A relu does harm: it sets half of the numbers to 0, so the mean of the squares is halved in each layer.
#
# **Guess first.** Twelve relu layers with a spread of $1/\sqrt n$. Which share of the typical size, the rms, is left
# after the twelfth?

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
    },
)

# %% wrong="relu_shrinks" hint="So it is for the squares"
my_guess = 1 / 4096

# %% wrong="relu_shrinks" hint="if the layers had no relu"
my_guess = 1

# %% [markdown]
# Backwards it is the same: a relu that gave 0 hands nothing back, half of the terms are missing, and the gradient
# shrinks by the same share.
#
# **Exercise: make up for it.** Relu layers of neurons with fifty inputs each. Which spread keeps the mean of the
# squares as it is? A number.
#
# <details><summary>Hint</summary>
#
# The squares are multiplied by $n \cdot \text{spread}^2$ in the sum, and by $\tfrac12$ in the relu. Together that has
# to be 1.
#
# </details>

# %% exercise="he"
inputs = 50
### BEGIN SOLUTION
relu_spread = (2 / 50) ** 0.5
### END SOLUTION

# %% check="he"
from autograd.check import check_answer, check_function

check_answer(
    "relu_spread",
    relu_spread,
    np.sqrt(2 / 50),
    {
        1 / np.sqrt(50): "that is Xavier's, for activations that lose nothing: the squares must be doubled",
        2
        / np.sqrt(50): "that doubles the sizes, and makes their squares four times as large: the 2 goes under the root",
        2 / 50: "that is the square of the spread: the root is missing",
        1 / 50: "a sum of 50 terms of random sign grows like √50",
        np.sqrt(1 / 100): "half is lost, so the squares have to be doubled, not halved",
        np.sqrt(50 / 2): "more inputs need smaller weights: the other way up",
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

# %% [markdown]
# This is **He's initialisation**. `nn` has both, as `init="xavier"` and `init="he"`. In the picture, the size of the
# values on their way through relu layers of 400 neurons, for three spreads (`through_relus` is from the folded cell):

# %%
import matplotlib.pyplot as plt

plt.figure(figsize=(6, 4))
spreads = {"twice Xavier": 0.1, "He": np.sqrt(2) / 20, "Xavier": 0.05}  # √400 is 20
for label, spread in spreads.items():
    plt.semilogy(through_relus(spread), marker="o", label=label)
plt.xlabel("relu layer")
plt.ylabel("rms of the values")
plt.title("Forwards, by the spread of the weights")
plt.grid(alpha=0.4)
plt.legend()
plt.show()

# %% [markdown]
# Now back to the sixteen neurons, and to the gradient:

# %%
starts = {
    "sigmoid, Xavier": plain("sigmoid", "xavier"),
    "sigmoid, He": plain("sigmoid", "he"),
    "tanh, Xavier": plain("tanh", "xavier"),
    "relu, Xavier": plain("relu", "xavier"),
    "relu, He": plain("relu", "he"),
}
for name, block in starts.items():
    sizes = arriving(deep(block))
    print(f"{name:15}  first / last: {sizes[0] / sizes[-1]:.0e}")

# %% [markdown]
# A start that fits the activation brings a third of the gradient through tanh layers, and a tenth of it through these
# narrow relu layers. For sigmoids neither is any good: their slope is a quarter at most. That is one reason why hidden
# layers nowadays seldom have sigmoids.
#
# ## Leave a way past
#
# The second remedy changes the layer: let it compute a *change* of its input and add that. $h \leftarrow h + f(h)$ is a
# **residual connection**. Here are two of them, with a sigmoid for $f$:

# %%
from autograd import Value, draw, explain, sigmoid

x = Value(0.5, "x")
h = x + sigmoid(x)
a = h + sigmoid(h)
h.label, a.label = "h", "a"
draw(a, paths=explain(a, x).paths, direction="TB")

# %% [markdown]
# Two blocks, four paths: each block can be gone through or passed by. On the way that passes by all of them every
# local derivative is 1. And since paths add up, going back one block multiplies the gradient by $1 + f'$ in the place
# of $f'$.

# %%
for path in explain(a, x).paths:
    along = [round(edge.local_derivative, 3) for edge in path.edges]
    print(along, f"→ {path.product:.3f}")

# %% [markdown]
# **Guess first.** Twelve such blocks, and in each of them $f' = 0.2$. What is left, after all twelve, of a gradient
# of 1?

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
        f**12: "So it is without the way past the block.",
        1.0: "The way past all blocks brings 1, and the one through all of them next to nothing. But one can mix: "
        f"there are {2**12 - 2:,} ways besides.",
        1 + 12 * f: "Those are the ways that go through one block at most. One can go through several.",
        12 * (1 + f): "Each block multiplies what comes from the next: a power, not a multiple.",
    },
)

# %% wrong="residual" hint="without the way past"
my_guess = 0.2**12

# %% wrong="residual" hint="one can mix"
my_guess = 1 + 0.2**12

# %% wrong="residual" hint="through several"
my_guess = 3.4

# %% [markdown]
# The first layer takes two inputs to sixteen neurons, so nothing can be added there. From the second on there is a
# way past:


# %%
def residual(activation, init):
    make = plain(activation, init)
    return lambda nin, rng: nn.Residual(make(nin, rng)) if nin == 16 else make(nin, rng)


for activation, init in {"sigmoid": "xavier", "relu": "he"}.items():
    sizes = arriving(deep(residual(activation, init)))
    print(f"{activation:7} {init:6}  first / last: {sizes[0] / sizes[-1]:.1f}")

# %% [markdown]
# The sigmoids are mended at one stroke. But $1 + f'$ is a factor too: a relu layer hands back about as much as the
# way past it, and now the gradient grows. Deep residual networks start with smaller weights, or take the next remedy
# as well.
#
# ## Normalise
#
# The third remedy does not hope that sizes stay right: it sets them right in each layer. **Batch normalisation**
# takes one neuron's $z$ over all samples of the batch, subtracts the mean and divides by the standard deviation.
# (Then it multiplies by a weight and adds a bias, which are learned; they start as 1 and 0.) So no sigmoid starts out
# saturated, and none gets next to no signal.
#
# Going back, the gradient is divided by that standard deviation too. What sigmoids give differs little from sample to
# sample, so the deviation of the next layer's sums is small, a fifth or so, and dividing by it makes up for what
# $\sigma'$ takes.


# %%
def normalised(batch):
    z = np.array(batch)
    return (z - z.mean()) / np.sqrt(z.var() + 1e-5)


print(normalised([1.0, 2.0, 3.0]).round(3))
print(normalised([3.0, 4.0, 5.0]).round(3))

# %% [markdown]
# Look at the 3 in both lines: once it becomes 1.225, once $-1.225$. What happens to a sample **depends on its
# company**. The 1e-5 is there lest one divides by zero.
#
# **Guess first.** What becomes of a 3 that comes alone, `normalised([3.0])`?

# %% guess="alone"
### BEGIN SOLUTION
my_guess = 0
### END SOLUTION

# %% reveal="alone"
reveal(
    my_guess,
    normalised([3.0])[0],
    because="it is its own mean, and 3 − 3 = 0. So is every number that comes alone: nothing of it is left",
    replies={
        3.0: "There is a mean to be subtracted, that of the batch, and the batch is this one number.",
        1.0: "That would be 3 divided by its own size. But first the mean is subtracted.",
        normalised([1.0, 2.0, 3.0])[-1]: "So it was in the company of 1 and 2.",
    },
)

# %% wrong="alone" hint="the batch is this one number"
my_guess = 3

# %% wrong="alone" hint="first the mean is subtracted"
my_guess = 1

# %% [markdown]
# In training the company is a mini-batch, drawn anew each time, and all is well. But whoever *uses* the network wants
# the same answer to the same question, whoever else asks. So there are two modes. In training the layer uses the
# batch's mean and variance, and keeps **running statistics** of them: after each batch, nine tenths of the old and
# one tenth of the batch's.

# %%
layer = nn.BatchNorm(1)
for _ in range(3):
    layer.batch([[3.0], [4.0], [5.0]])
    print(f"running mean {layer.running_mean[0]:.3f}")
layer.eval()
print(f"3 in evaluation, alone: {layer([3.0]).data:.3f}")

# %% [markdown]
# The running mean starts at 0, and needs some dozens of batches to get where the data are, at 4. In evaluation the
# layer uses them and no longer moves them. `train()` and `eval()` switch, for a whole network.
#
# ## Break it on purpose
#
# Here is a network with batch normalisation, trained on sixty moons. A hundred others, which it has not seen, come
# sorted: first all of one moon, then all of the other, as they may stand in a file. The right one is in evaluation
# mode. The wrong one was left in training mode, and is asked about twenty at a time.

# %%
from copy import deepcopy

X60, y60 = nn.data.moons(60, noise=0.1, rng=0)
rng = np.random.default_rng(0)
small = nn.Sequential(
    nn.Layer(2, 6, "linear", init="xavier", rng=rng),
    nn.BatchNorm(6),
    "tanh",
    nn.Layer(6, 1, "linear", init="xavier", rng=rng),
)
optimizer = nn.Adam(small.parameters(), lr=0.05)
settings = {"loss": loss, "batch_size": 20, "rng": 0, "progress": False}
nn.fit(small, X60, y60, optimizer=optimizer, epochs=15, **settings)

X_test, y_test = nn.data.moons(100, noise=0.1, rng=1)
order = np.argsort(y_test, kind="stable")


def answers(model, X):
    batches = [X[k : k + 20] for k in range(0, 100, 20)]
    return np.array([p.data for batch in batches for p in model.batch(batch)])


right = small.eval()
wrong = deepcopy(small).train()
for name, model in {"evaluation mode": right, "training mode": wrong}.items():
    mixed = nn.accuracy(answers(model, X_test), y_test)
    in_order = nn.accuracy(answers(model, X_test[order]), y_test[order])
    print(f"{name:15}  mixed {mixed:.0%}, sorted {in_order:.0%} right")
    assert (mixed == in_order) == (model is right)

# %% [markdown]
# The same hundred points, the same weights. In training mode a batch of one moon only is moved to the middle, as if
# half of it were the other. No error is raised, and with mixed batches nobody notices. **Call `eval()` before you use
# a network.** (`predict` does it for you. A single sample in training mode, of which nothing would be left, is an
# error here.)
#
# ## Clip
#
# The last remedy is for gradients that are too large. **Clipping by norm**: put the gradients of all parameters
# together into one long vector; where its norm, its length, is above a limit, shorten it to the limit. That is one
# factor for all.
#
# Twelve tanh layers with weights of spread 1 have exploding gradients. Below is what the parameters of the first
# hidden layer get, and those of the last.


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
# **Guess first.** Clip it to a norm of 1. Does the ratio first / last become `"smaller"`, stay `"the same"`, or become
# `"larger"`?

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
        "smaller": "The large ones are cut most, one might think. That is clipping each for itself; by norm there is "
        "one factor for all.",
        "larger": "Nothing grows by clipping.",
    },
)

# %% wrong="clipped" hint="one factor for all"
my_guess = "smaller"

# %% wrong="clipped" hint="Nothing grows"
my_guess = "larger"

# %% [markdown]
# What it is good for shows in the first step of the relu network that exploded in the last notebook:


# %%
def loss_after_a_step(clip):
    model = deep(plain("relu", spread_1))
    arriving(model)
    if clip:
        nn.clip_grad_norm(model.parameters(), clip)
    nn.SGD(model.parameters(), lr=0.1).step()
    return mean([loss(model(x), t) for x, t in zip(X, y, strict=True)]).data


model = deep(plain("relu", spread_1))
at_start = mean([loss(model(x), t) for x, t in zip(X, y, strict=True)]).data
print(f"loss before the step:     {at_start:.0f}")
print(f"after it, not clipped:    {loss_after_a_step(None):.0e}")
print(f"after it, clipped to 1:   {loss_after_a_step(1.0):.0f}")

# %% [markdown]
# > **Misconception: "clipping mends depth".** It mends the *length of the step*: the direction stays, and no step
# > goes astray because a slope was steep. What is out of proportion between the layers stays so; and a gradient that
# > vanishes is below any limit, and is not touched.

# %%
model = deep(plain("sigmoid", "xavier"))
arriving(model)
print(f"before: {norm(model.layers[0].parameters()):.1e}")
nn.clip_grad_norm(model.parameters(), 1.0)
print(f"after:  {norm(model.layers[0].parameters()):.1e}")

# %% [markdown]
# ## The same plot, after
#
# All of them in the picture that the last notebook began with. The normalised layers are made of three parts: sums,
# batch normalisation, sigmoids.


# %%
def with_norm(nin, rng):
    sums = nn.Layer(nin, 16, "linear", init="xavier", rng=rng)
    return nn.Sequential(sums, nn.BatchNorm(16), "sigmoid")


remedies = {
    "relu, He": plain("relu", "he"),
    "sigmoid, residual": residual("sigmoid", "xavier"),
    "sigmoid, batch norm": with_norm,
    "sigmoid, as before": plain("sigmoid", "xavier"),
}
plt.figure(figsize=(6, 4))
for (name, block), marker in zip(remedies.items(), "s^Do", strict=True):
    sizes = arriving(deep(block))
    plt.semilogy(range(1, 13), sizes, marker=marker, label=name)
    print(f"{name:20} first / last: {sizes[0] / sizes[-1]:.0e}")
    assert (0.01 < sizes[0] / sizes[-1] < 100) == (name != "sigmoid, as before")
plt.xticks(range(1, 13))
plt.xlabel("hidden layer")
plt.ylabel("size of the gradient")
plt.title("What arrives at each layer")
plt.grid(alpha=0.4)
plt.legend()
plt.show()

# %% [markdown]
# The old network loses seven powers of ten on the way from the last layer to the first. None of the other three loses
# or gains as much as two; batch norm makes up for a little more than was lost.
#
# Do deep networks learn now, where the sigmoids stayed at half of the moons? Sixty epochs of plain descent on the sixty
# moons, with the rate 0.1, without clipping and with clipping to a norm of 1. Where a number becomes too large for a
# float, `fit` raises an error.


# %%
def trained(block, clip):
    model = deep(block)
    sgd = nn.SGD(model.parameters(), lr=0.1)
    try:
        nn.fit(model, X60, y60, optimizer=sgd, epochs=60, clip=clip, **settings)
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
# Remedies are combined: residual connections bring the gradient to the first layer, and clipping keeps the gradient
# from carrying the weights away. (Batch normalisation is not in the table. There a sample depends on its company, so
# `fit` cannot replay the graph of a single one, and twelve layers would take a minute.)
#
# ## What you can now do
#
# You know what brings a gradient through a deep network, and what keeps its size in bounds. Show it:
#
# **Exercise 1: past and through.** Five residual blocks, $h + f(h)$.

# %%
slopes = [0.5, -0.5, 0.2, 0.0, 1.0]

# %% [markdown]
# These are the derivatives $f'$ in the five blocks, each taken at what goes into its block. What is the derivative of
# the last output toward the first input?

# %% exercise="blocks"
### BEGIN SOLUTION
derivative = (1 + 0.5) * (1 - 0.5) * (1 + 0.2) * (1 + 0.0) * (1 + 1.0)
### END SOLUTION

# %% check="blocks"
past = np.add(1, slopes)
check_answer(
    "derivative",
    derivative,
    np.prod(past),
    {
        np.prod(slopes): "that goes through all blocks: each has a way past, too, 1 + f'",
        1 + np.prod(slopes): "there are more ways than past all and through all: each block gives a factor",
        sum(past): "along the blocks the factors are multiplied, not added",
        1 + sum(slopes): "those are the ways through one block at most: multiply the factors 1 + f'",
        np.prod(np.add(1, np.abs(slopes))): "a slope below 0 makes the factor smaller than 1",
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
# **Exercise 2: clip by norm.** Given a list of gradients, plain numbers, and a limit. Return a new list, clipped.
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


check_function(
    watched(clip_by_norm),
    clipping(lambda gs, limit: min(1.0, limit / length(gs))),
    [([3.0, -4.0], 1.0), ([0.3, 0.4], 1.0), ([6.0, 2.0, -3.0], 3.5), ([-0.1, 9.0], 2.0)],
    {
        watched(in_place): "make a new list, so that the gradients can still be looked at",
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
)


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


# %% [markdown]
# **Exercise 3: batch normalisation in both modes.** Of one number a sample, without the learned weight and bias.
# `train` gets a batch, a list of numbers; it returns them normalised, as `normalised` above does, and moves the
# running statistics. `evaluate` gets one number. The check, `trained_then_evaluated(batches, x)`, shows what `train`
# returned for each batch, then `evaluate(x)` twice.
#
# <details><summary>Hint</summary>
#
# `train` works out the batch's own `np.mean` and `np.var`, and normalises with these. Then each running statistic
# becomes nine tenths of itself and one tenth of the batch's. `evaluate` changes nothing. (`np.var` divides by $n$.
# For the running variance `nn` divides by $n - 1$; you need not.)
#
# </details>


# %% exercise="norm"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        """The batch, normalised by its own statistics; moves the running ones."""
        ### BEGIN SOLUTION
        z = np.array(batch)
        self.mean = 0.9 * self.mean + 0.1 * z.mean()
        self.var = 0.9 * self.var + 0.1 * z.var()
        return (z - z.mean()) / np.sqrt(z.var() + 1e-5)
        ### END SOLUTION

    def evaluate(self, x):
        """The number x, normalised by the running statistics."""
        ### BEGIN SOLUTION
        return (x - self.mean) / np.sqrt(self.var + 1e-5)
        ### END SOLUTION


# %% check="norm"
from contextlib import suppress


def use_of(kind):
    """A function that makes a normaliser of this kind, trains it on batches, and evaluates it at x, twice."""

    def trained_then_evaluated(batches, x):
        norm = kind()
        trained = [norm.train(list(batch)) for batch in batches]
        return [trained, norm.evaluate(x), norm.evaluate(x)]

    return trained_then_evaluated


def kind_of(keep=0.9, running=True, centre=True, root=np.sqrt, own=True, still=True, tiny=(1e-5, 1e-5), var=np.var):
    """A normaliser, right or with one mistake."""

    class Kind:
        def __init__(self):
            self.mean, self.var = 0.0, 1.0

        def scaled(self, x, mean, var, tiny=tiny[0]):
            return (x - mean) / root(var + tiny)

        def track(self, z):
            self.mean = keep * self.mean + (1 - keep) * (z.mean() if centre else 0.0)
            self.var = keep * self.var + (1 - keep) * var(z)

        def train(self, batch):
            z = np.array(batch)
            if running:
                self.track(z)
            return self.scaled(z, z.mean(), z.var()) if own else self.scaled(z, self.mean, self.var)

        def evaluate(self, x):
            if not still:
                self.track(np.array([x]))
            return self.scaled(x, self.mean, self.var, tiny[1])

    return Kind


def alone():
    class Kind(kind_of()):
        def evaluate(self, x):
            return self.train([x])[0]

    return Kind


trained_then_evaluated = use_of(Normaliser)
is_unbiased = False
unbiased = use_of(kind_of(var=lambda z: z.var(ddof=1)))  # as PyTorch keeps it, n - 1 below the line: right as well
spread = ([[1.0, 5.0]], 2.0)
with suppress(Exception):
    is_unbiased = np.allclose(trained_then_evaluated(*spread)[1], unbiased(*spread)[1])
check_function(
    trained_then_evaluated,
    unbiased if is_unbiased else use_of(kind_of()),
    [([[1.0, 2.0, 3.0]], 3.0), ([[3.0, 4.0, 5.0], [8.0, 2.0]], 0.5), ([[4.0, 4.5, 7.0]] * 20, 5.0)],
    {
        use_of(kind_of(running=False)): "the running statistics still are 0 and 1: train has to move them",
        use_of(kind_of(keep=0.0)): "each batch replaces the statistics: keep nine tenths of the old ones",
        use_of(kind_of(keep=0.1)): "nine tenths of the old, one tenth of the new: these are swapped",
        use_of(kind_of(own=False)): "in training a batch is normalised by its own mean and variance",
        use_of(kind_of(root=lambda v: v)): "divide by the standard deviation, the root of the variance",
        use_of(kind_of(centre=False)): "the running variance moves, the running mean does not",
        use_of(kind_of(still=False)): "evaluate must change nothing: the same question twice has two answers",
        use_of(alone()): "a number alone is its own mean, and becomes 0: evaluate uses the running statistics",
        use_of(kind_of(tiny=(0.0, 0.0))): "the 1e-5 under the root is missing, as in `normalised` above",
        use_of(kind_of(tiny=(1e-5, 0.0))): "the 1e-5 under the root is missing in evaluate",
        use_of(kind_of(var=np.std)): "that is a running standard deviation: keep the variance, and take the root when "
        "you divide",
    },
)


# %% wrong="norm" hint="train has to move them"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        return normalised(batch)

    def evaluate(self, x):
        return (x - self.mean) / np.sqrt(self.var + 1e-5)


# %% wrong="norm" hint="these are swapped"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        self.mean = 0.1 * self.mean + 0.9 * np.mean(batch)
        self.var = 0.1 * self.var + 0.9 * np.var(batch)
        return normalised(batch)

    def evaluate(self, x):
        return (x - self.mean) / np.sqrt(self.var + 1e-5)


# %% wrong="norm" hint="under the root is missing in evaluate"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        self.mean = 0.9 * self.mean + 0.1 * np.mean(batch)
        self.var = 0.9 * self.var + 0.1 * np.var(batch)
        return normalised(batch)

    def evaluate(self, x):
        return (x - self.mean) / np.sqrt(self.var)


# %% wrong="norm" hint="as in `normalised` above"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        self.mean = 0.9 * self.mean + 0.1 * np.mean(batch)
        self.var = 0.9 * self.var + 0.1 * np.var(batch)
        return (np.array(batch) - np.mean(batch)) / np.std(batch)

    def evaluate(self, x):
        return (x - self.mean) / np.sqrt(self.var)


# %% wrong="norm" hint="a running standard deviation"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        self.mean = 0.9 * self.mean + 0.1 * np.mean(batch)
        self.var = 0.9 * self.var + 0.1 * np.std(batch)
        return normalised(batch)

    def evaluate(self, x):
        return (x - self.mean) / np.sqrt(self.var + 1e-5)


# %% wrong="norm" hint="a number alone is its own mean"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        self.mean = 0.9 * self.mean + 0.1 * np.mean(batch)
        self.var = 0.9 * self.var + 0.1 * np.var(batch)
        return normalised(batch)

    def evaluate(self, x):
        return normalised([x])[0]


# %% wrong="norm" hint="the root of the variance"
class Normaliser:
    def __init__(self):
        self.mean = 0.0
        self.var = 1.0

    def train(self, batch):
        z = np.array(batch)
        self.mean = 0.9 * self.mean + 0.1 * z.mean()
        self.var = 0.9 * self.var + 0.1 * z.var()
        return (z - z.mean()) / (z.var() + 1e-5)

    def evaluate(self, x):
        return (x - self.mean) / (self.var + 1e-5)


# %% [markdown]
# A deep network can now be trained. Whether it has learned the moons, or only these sixty points, is another question,
# and the next.
