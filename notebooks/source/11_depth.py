# %% [markdown]
# # 11. Depth
#
# **Goal.** See what happens to a gradient on its way through many layers, and predict it from one of them.
#
# **You need** saturation ([notebook 7](07_activations_and_saturation.ipynb)), cross-entropy ([notebook
# 8](08_losses.ipynb)) and training ([notebook 9](09_xor_then_moons.ipynb)). **Afterwards you can** measure how much
# of a gradient arrives at each layer, say from one layer whether it will vanish or explode, and recognise a network
# that cannot learn because of it.

# %% [markdown]
# ## One neuron to a layer
#
# The simplest deep network: each layer is one neuron, and squashes what the layer before it gives. Here is one such
# layer. $h$ comes from the layer before, $a$ goes to the next, and $z = w \cdot h$ is what the sigmoid gets. Read the
# picture backwards, from $a$ to $h$.

# %%
from autograd import Value, draw, sigmoid

h, w = Value(0.5, "h"), Value(1.5, "w")
z = w * h
a = sigmoid(z)
z.label, a.label = "z", "a"
a.backward()
draw(a)

# %% [markdown]
# From $a$ back to $h$ lie two edges: $\sigma'(z)$ stands on the first, $w$ on the second. The next layer down is of
# the same kind, and so it goes on:
#
# > **Going back one layer multiplies the gradient by $w \cdot \sigma'(z)$.**
#
# The sigmoid's derivative is $a (1 - a)$, where $a$ is its output. That is at most a quarter, at $z = 0$, and less
# everywhere else.
#
# **Guess first.** Be generous: in every layer $w = 1$ and $\sigma' = \tfrac14$. How many layers must a gradient go back
# until less than a thousandth of it is left?

# %% guess="thousandth"
### BEGIN SOLUTION
my_guess = 5
### END SOLUTION

# %% reveal="thousandth"
from autograd.check import reveal

layers = next(n for n in range(100) if 0.25**n < 0.001)
reveal(
    my_guess,
    layers,
    because=f"each layer leaves a quarter of what is left: (1/4)^{layers - 1} is 1/{4 ** (layers - 1):,}, "
    f"(1/4)^{layers} is 1/{4**layers:,}",
    replies={
        250: "So it would be if each layer took away the same amount. Each takes the same share of what is left.",
        4: "Nearly: four quarters multiplied are 1/256.",
        10: "That would do for halves: a half to the power of ten is 1/1,024.",
    },
)

# %% wrong="thousandth" hint="the same share of what is left"
my_guess = 250

# %% wrong="thousandth" hint="1/256"
my_guess = 4

# %% wrong="thousandth" hint="That would do for halves"
my_guess = 10

# %% [markdown]
# Twelve of these neurons, one after the other. Interior values keep their gradient after `backward()`, so each layer
# can be asked for it:


# %%
def stack(x, weights, squash=sigmoid):
    """What each layer gives, one neuron a layer, the input first."""
    outputs = [x]
    for w in weights:
        outputs.append(squash(w * outputs[-1]))
    return outputs


outputs = stack(Value(0.5), [1.0] * 12)
outputs[-1].backward()
for k in (12, 11, 10, 9, 8, 7, 1):
    print(f"layer {k:2}: gradient {outputs[k].grad:.1e}")

# %% [markdown]
# No layer does anything strange. Each takes its share, and eleven shares multiplied are next to nothing. This is the
# **vanishing gradient**.
#
# ## Twelve layers of sixteen
#
# Now a network as one would build it: twelve hidden layers of sixteen sigmoid neurons, for six of the moons. `arriving`
# measures the gradient at the outputs of each hidden layer: the root of the sum of squares, over all neurons and all
# samples. (`layer.batch` gives a layer's outputs for several samples.)

# %%
import numpy as np

import nn
from autograd import mean

X, y = nn.data.moons(6, noise=0.1, rng=0)


def deep(activation, init, rng=0):
    return nn.MLP(2, [16] * 12 + [1], activation, init=init, rng=rng)


def forward(model):
    """What each layer gives for all samples, the inputs first."""
    outputs = [X]
    for layer in model.layers:
        outputs.append(layer.batch(outputs[-1]))
    return outputs


def arriving(outputs):
    """The size of the gradient at the outputs of each hidden layer, first to last."""
    loss = nn.binary_cross_entropy_with_logits
    mean([loss(p, t) for p, t in zip(outputs[-1], y, strict=True)]).backward()
    grads = [[[v.grad for v in row] for row in layer] for layer in outputs[1:-1]]
    return [np.sqrt(np.sum(np.square(g))) for g in grads]


model = deep("sigmoid", "xavier")
outputs = forward(model)
sizes = arriving(outputs)
print(f"at the last hidden layer {sizes[-1]:.1e}, at the first {sizes[0]:.1e}")
print(f"first / last: {sizes[0] / sizes[-1]:.1e}")

# %% [markdown]
# The weights start as `"xavier"` says: at random, about a quarter in size, since each neuron has sixteen inputs. In
# the picture a step down of one line is a factor of ten.

# %%
import matplotlib.pyplot as plt


def show(lines, title):
    """Gradient by layer, on a logarithmic scale."""
    plt.figure(figsize=(6, 4))
    for (label, sizes), marker in zip(lines.items(), "os^Dv", strict=False):
        plt.semilogy(range(1, 13), sizes, marker=marker, label=label)
    plt.xticks(range(1, 13))
    plt.xlabel("hidden layer")
    plt.ylabel("size of the gradient")
    plt.title(title)
    plt.grid(alpha=0.4)
    plt.legend()
    plt.show()


show({"sigmoid, xavier": sizes}, "What arrives at each layer")

# %% [markdown]
# A straight line on this scale: nearly the same factor at each layer. So one layer should be enough to predict it all.
#
# ## Predict it from one layer
#
# Between two layers of sixteen, each neuron below is used by all sixteen above, and their reports add up:
# $g_j = \sum_i w_{ij} \, \sigma'(z_i) \, g_i$. The weights have random signs, so the terms partly cancel: a sum of $n$
# terms of random sign grows like $\sqrt n$, not like $n$. With typical sizes in the place of the numbers,
#
# $$\text{factor of a layer} = \sqrt{n} \cdot \operatorname{rms}(w) \cdot \operatorname{rms}(\sigma')$$
#
# where $\operatorname{rms}$ is the **root mean square**, the root of the mean of the squares: a typical size that does
# not care about signs.
#
# **Exercise.** Write it. `weights` is an array with a row for each of the $n$ neurons, `outputs` holds what the
# sigmoids of that layer gave, one row a sample.
#
# <details><summary>Hint</summary>
#
# `np.mean(a)` takes the mean over a whole array, `a**2` squares every number of it. $\sigma'$ is not given, but it
# can be computed from the outputs: $a (1 - a)$.
#
# </details>


# %% exercise="factor"
def factor(weights, outputs):
    """How much a gradient grows when it goes back through a layer of sigmoids."""
    n = len(weights)
    ### BEGIN SOLUTION
    slopes = outputs * (1 - outputs)
    return np.sqrt(n) * np.sqrt(np.mean(weights**2)) * np.sqrt(np.mean(slopes**2))
    ### END SOLUTION


# %% check="factor"
from autograd.check import check_answer, check_function


def rms(numbers):
    return np.sqrt(np.mean(np.square(numbers)))


def layer_factor(weights, outputs):
    return np.sqrt(len(weights)) * rms(weights) * rms(outputs * (1 - outputs))


check_function(
    factor,
    layer_factor,
    [
        (np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[0.5, 0.9]])),
        (
            np.array([[0.3, -0.2, 0.1], [0.4, 0.7, -0.6], [0.2, -0.1, 0.8]]),
            np.array([[0.2, 0.6, 0.7], [0.1, 0.3, 0.4]]),
        ),
    ],
    {
        lambda w, a: rms(w) * rms(a * (1 - a)): "that is one term: n terms of random sign add up to √n times as much",
        lambda w, a: len(w) * rms(w) * rms(a * (1 - a)): "n terms of random sign partly cancel: √n, not n",
        lambda w, a: np.sqrt(len(w)) * rms(w) * rms(a): "the derivative of the sigmoid is a (1 − a), not a",
        lambda w, a: (
            np.sqrt(len(w)) * rms(w) * np.sqrt(np.mean(a * (1 - a)))
        ): "rms squares before it takes the mean, of σ' too",
        lambda w, a: (
            np.sqrt(len(w)) * np.sqrt(np.sum(w**2)) * np.sqrt(np.sum((a * (1 - a)) ** 2))
        ): "a root *mean* square: `np.mean`, not `np.sum`",
        lambda w, a: np.sqrt(len(w)) * np.mean(w) * np.mean(a * (1 - a)): "a mean lets signs cancel: square, take the "
        "mean, then the root",
        lambda w, a: len(w) * np.mean(w**2) * np.mean((a * (1 - a)) ** 2): "that is the square of the factor: the root "
        "is missing",
        lambda w, a: (
            np.sqrt(len(w)) * np.mean(w**2) * np.mean((a * (1 - a)) ** 2)
        ): "the mean of squares needs its root",
    },
)


# %% wrong="factor" hint="that is one term"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return np.sqrt(np.mean(weights**2)) * np.sqrt(np.mean(slopes**2))


# %% wrong="factor" hint="√n, not n"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return len(weights) * np.sqrt(np.mean(weights**2)) * np.sqrt(np.mean(slopes**2))


# %% wrong="factor" hint="a (1 − a), not a"
def factor(weights, outputs):
    return np.sqrt(len(weights)) * np.sqrt(np.mean(weights**2)) * np.sqrt(np.mean(outputs**2))


# %% wrong="factor" hint="of σ' too"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return np.sqrt(len(weights)) * np.sqrt(np.mean(weights**2)) * np.sqrt(np.mean(slopes))


# %% wrong="factor" hint="not `np.sum`"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return np.sqrt(len(weights) * np.sum(weights**2) * np.sum(slopes**2))


# %% wrong="factor" hint="a mean lets signs cancel"
def factor(weights, outputs):
    return np.sqrt(len(weights)) * np.mean(weights) * np.mean(outputs * (1 - outputs))


# %% wrong="factor" hint="needs its root"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return np.sqrt(len(weights)) * np.mean(weights**2) * np.mean(slopes**2)


# %% [markdown]
# From here on `rms` and `layer_factor` are ours, from the folded cell. The prediction looks at the seventh layer alone
# (`layers.6`, as they count from 0), and raises its factor to the power of eleven, for the eleven steps from the last
# hidden layer to the first.


# %%
def spread(size):
    """Weights drawn from a normal distribution of this standard deviation."""
    return lambda nin, nout, rng: rng.normal(0, size, (nout, nin))


def predicted_and_measured(init, rng=0):
    model = deep("sigmoid", init, rng)
    outputs = forward(model)
    seventh = np.array([[v.data for v in row] for row in outputs[7]])
    factor = layer_factor(model.state_dict()["layers.6.weight"], seventh)
    sizes = arriving(outputs)
    return factor, factor**11, sizes[0] / sizes[-1]


print("weights           one layer  predicted  measured")
starts = {"spread 0.1": spread(0.1), "xavier": "xavier", "uniform in ±1": "uniform"}
for name, init in starts.items():
    one, predicted, measured = predicted_and_measured(init)
    print(f"{name:16}  {one:9.2f}  {predicted:9.0e}  {measured:8.0e}")
    assert 0.1 < predicted / measured < 10

# %% [markdown]
# Off by a factor of a few at most, from a single layer of twelve, where the rows differ by factors of thousands. How
# much arrives is decided by how the weights start.
#
# ## Larger weights
#
# Xavier's weights have a spread of 0.25 here. Take a spread of 1, four times as much. You know from notebook 7 what
# large weights do to a sigmoid: it saturates, and its derivative shrinks.
#
# **Guess first.** Does the ratio, first layer to last, become `"smaller"`, stay `"the same"`, or become `"larger"`?

# %% guess="larger_weights"
### BEGIN SOLUTION
my_guess = "larger"
### END SOLUTION

# %% reveal="larger_weights"
small, large = predicted_and_measured(spread(0.25)), predicted_and_measured(spread(1.0))
reveal(
    my_guess,
    "larger" if large[2] > small[2] else "smaller",
    because=f"it goes from {small[2]:.0e} to {large[2]:.0e}. The factor of a layer is a product: w became 4 times as "
    f"large, σ' shrank only to {large[0] / small[0] / 4:.1f} of what it was",
    replies={
        "smaller": "σ' does shrink. But a gradient that goes back is multiplied by w · σ', and w has grown.",
        "the same": "It would be if σ' shrank exactly as much as w grew. It shrinks less, for now.",
    },
)

# %% wrong="larger_weights" hint="multiplied by w · σ'"
my_guess = "smaller"

# %% wrong="larger_weights" hint="It shrinks less"
my_guess = "the same"

# %% [markdown]
# Go on then, and make them larger still. Each point is a network of its own, three for each spread; the line goes
# through the middle ones.


# %%
def ratio(size, rng):
    return predicted_and_measured(spread(size), rng)[2]


spreads = np.logspace(-1, 1.5, 9)
ratios = np.array([[ratio(s, rng) for rng in range(3)] for s in spreads])
assert max(ratios.max(axis=1) / ratios.min(axis=1)) > 100

plt.figure(figsize=(6, 4))
plt.loglog(spreads, ratios, "o", color="tab:blue", alpha=0.5)
plt.loglog(spreads, np.median(ratios, axis=1), color="tab:blue")
plt.axhline(1, color="k", lw=1, ls="--")
plt.annotate("all layers get the same", (0.11, 2))
plt.xlabel("spread of the weights")
plt.ylabel("gradient, first layer / last")
plt.title("Twelve layers of sigmoids")
plt.show()

# %% [markdown]
# On the left the derivative is a quarter, as good as it gets, and the weights are too small. On the right the weights
# are large, and the sigmoids saturated: next to nothing is left of the derivative. Between the two, at a spread of
# about four, nearly as much arrives at the first layer as at the last, in some networks more. But that place is
# narrow, and networks of one spread differ by factors of a hundred and more.
#
# ## When it explodes
#
# Without a squash there is no $\sigma'$ to hold the weights back. Take sixteen *linear* neurons a layer, whose
# derivative is 1, and again weights of spread 1.
#
# **Guess first.** By which factor does a gradient grow, typically, when it goes back one such layer?

# %% guess="linear"
### BEGIN SOLUTION
my_guess = 4
### END SOLUTION

# %% reveal="linear"
sizes = arriving(forward(deep("linear", spread(1.0))))
reveal(
    my_guess,
    np.sqrt(16) * 1.0 * 1.0,
    because="sixteen terms of random sign add up to √16 times one of them. Measured: "
    f"{(sizes[0] / sizes[-1]) ** (1 / 11):.1f} a layer",
    replies={
        1: "The weights are about 1 in size, and the derivative is 1. But there are sixteen reports, and they add up.",
        16: "Sixteen reports of one sign would give that. These have random signs: √n, not n.",
    },
)

# %% wrong="linear" hint="there are sixteen reports"
my_guess = 1

# %% wrong="linear" hint="√n, not n"
my_guess = 16

# %%
kinds = ("linear", "relu", "tanh", "sigmoid")
lines = {kind: arriving(forward(deep(kind, spread(1.0)))) for kind in kinds}
show(lines, "Weights of spread 1")
for kind, sizes in lines.items():
    print(f"{kind:8} first / last: {sizes[0] / sizes[-1]:.0e}")

# %% [markdown]
# This is the **exploding gradient**: the same product, with a factor above 1. A relu stops about half of the sixteen
# terms, and half of them is still too much. The derivative of tanh is at most 1, and for weights of spread 1 that is
# not small enough either.
#
# What does training do with such a gradient? One step at a rate of 0.1, in the relu network:

# %%
model = deep("relu", spread(1.0))


def loss_now():
    loss = nn.binary_cross_entropy_with_logits
    return mean([loss(model(x), t) for x, t in zip(X, y, strict=True)]).data


print(f"loss before the step: {loss_now():.1e}")
model.zero_grad()
arriving(forward(model))  # calls backward()
nn.SGD(model.parameters(), lr=0.1).step()
print(f"loss after the step:  {loss_now():.1e}")

# %% [markdown]
# The direction was right, the length absurd. The slope holds for a small step only, and this one was not small.
#
# ## Break it on purpose
#
# It is $\sigma'$ that makes the gradient vanish. So leave it out. The engine takes operations of one's own: a name, a
# value, and the local derivatives. `bold` has the value of the sigmoid, and claims that its derivative is 1.

# %%
from autograd import Operation

bold = Operation("bold", sigmoid, lambda y, x: (1.0,))


def gradient_at_input(squash):
    x = Value(0.5)
    stack(x, [1.0] * 12, squash)[-1].backward()
    return x.grad


nudge = 0.1
ends = [stack(0.5 + h, [1.0] * 12)[-1] for h in (nudge, -nudge)]
nudged = (ends[0] - ends[1]) / (2 * nudge)
print(f"right:  {gradient_at_input(sigmoid):.2e}")
print(f"bold:   {gradient_at_input(bold):.2e}")
print(f"nudged: {nudged:.2e}")
assert abs(nudged / gradient_at_input(sigmoid) - 1) < 0.01

# %% [markdown]
# The bold engine looks healthy, and it is wrong. The tiny gradient is no fault of backpropagation: it is the truth.
# **The output hardly depends on what the first layers do.** Nudge the input, and the last layer does not feel it.
#
# For the whole network that means: whatever you put in, the same comes out.

# %%
untrained = deep("sigmoid", "xavier").predict(X)[:, 0]
print("two outputs:", untrained[:2])
print(f"largest minus smallest, of all: {np.ptp(untrained):.0e}")

# %% [markdown]
# ## What training makes of it
#
# Sixty moons, two networks: two hidden layers, and twelve. Both have sigmoids and Xavier's weights, and both get a
# hundred epochs of plain descent. `nn.fit` is the training loop of notebook 6, with a history.

# %%
X60, y60 = nn.data.moons(60, noise=0.1, rng=0)


def trained(depth, lr=1.0, rule=nn.SGD):
    model = nn.MLP(2, [16] * depth + [1], "sigmoid", init="xavier", rng=0)
    start = model.state_dict()
    history = nn.fit(
        model,
        X60,
        y60,
        loss=nn.binary_cross_entropy_with_logits,
        optimizer=rule(model.parameters(), lr=lr),
        epochs=100,
        batch_size=20,
        metrics=["accuracy"],
        rng=0,
        progress=False,
    )
    return model, start, history


shallow, _, shallow_history = trained(2)
sunk, start, history = trained(12)
print("two layers:   ", shallow_history)
print("twelve layers:", history)
print(f"ln 2 =         {np.log(2):.3f}")

# %% [markdown]
# The deep one stays where a network is that answers one half to everything: at a loss of $\ln 2$, with half of the
# moons right. Below is the size of each layer's gradient through all the epochs. `layers.0` is the first.

# %%
import nn.plots

ax = nn.plots.gradient_norms(history)
ax.set_title("Twelve layers of sigmoids in training")
plt.show()

# %% [markdown]
# Where all but the first dip, the errors of the batches happened to cancel. Otherwise the lines stay as far apart as
# they were at the start. Training does not mend it: to raise the gradient, the first layers would have to move, and
# they do not get the gradient to move by.
#
# **Guess first.** The steps are too small, one might think. Train the deep network with a rate ten times as large. Does
# it get more than 60 % of the moons right, where a coin gets half, `"yes"` or `"no"`?

# %% guess="rate"
### BEGIN SOLUTION
my_guess = "no"
### END SOLUTION

# %% reveal="rate"
faster = trained(12, lr=10.0)[2]
reveal(
    my_guess,
    "yes" if faster.metrics["accuracy"][-1] > 0.6 else "no",
    because=f"it gets {faster.metrics['accuracy'][-1]:.0%} right, at a loss of {faster.loss[-1]:.3f}. A rate "
    "multiplies the steps of all layers alike: ten times next to nothing for the first is already much for the last",
    replies={"yes": "Ten times more for every layer leaves the ratio as it is, and the ratio is what is wrong."},
)

# %% wrong="rate" hint="leaves the ratio as it is"
my_guess = "yes"

# %% [markdown]
# > **Misconception: "the first layers have small gradients, so they have learned already".** A gradient of nearly zero
# > says that the loss hardly answers when these weights move. In a good place that is so, and in a deep network of
# > sigmoids it is so everywhere. Look at how far the weights have come since the start, measured by their own size:


# %%
def moved(model, start, k):
    """How far the weights of a layer have come, as a share of their size at the start."""
    old, new = (state[f"layers.{k}.weight"] for state in (start, model.state_dict()))
    return rms(new - old) / rms(old)


for k in (0, 3, 6, 9, 12):
    print(f"layers.{k:<2}: moved by {moved(sunk, start, k):.0e} of its size")

# %% [markdown]
# Adam, from notebook 10, divides each parameter's step by the size of its own gradients, so it moves the first layers
# as fast as the last. Would that do?

# %%
for lr in (0.01, 0.03):
    model, start, history = trained(12, lr, nn.Adam)
    print(f"Adam at {lr}: ", history)
    way = (f"layers.{k} by {moved(model, start, k):.1f}" for k in (0, 6, 12))
    print("  moved:", ", ".join(way))

# %% [markdown]
# All layers move now, the first as well as the last, and the network with two layers is still far ahead. Where
# the output does not feel the input, the trouble is the network, not the rule for the step.
#
# ## What you can now do
#
# You can measure what arrives at each layer, and tell from one layer whether a gradient vanishes or explodes. Show it:
#
# **Exercise 1: sigmoids can explode.** Ten layers of one sigmoid neuron each. All have the same weight, and all give
# the same output (their biases see to it).

# %%
weight = 6.0
output = 0.75

# %% [markdown]
# By which factor does the gradient at the first layer's output differ from that at the tenth's? A number, first / last.

# %% exercise="ten"
### BEGIN SOLUTION
first_over_last = (6 * 0.75 * (1 - 0.75)) ** 9
### END SOLUTION

# %% check="ten"
slope = output * (1 - output)
check_answer(
    "first / last",
    first_over_last,
    (weight * slope) ** 9,
    {
        (weight * slope) ** 10: "from the tenth layer back to the first there are nine steps, not ten",
        weight * slope: "that is one step; nine lie between the first and the tenth",
        9 * weight * slope: "each step multiplies: the ninth power, not nine times",
        weight**9: "going back multiplies by w and by σ'",
        slope**9: "going back multiplies by σ' and by w",
        (weight * output) ** 9: "the derivative is a (1 − a), not the output a",
        (weight / 4) ** 9: "a quarter is the derivative where the output is 0.5; here it is 0.75",
        (weight * slope) ** -9: "that is last / first",
    },
    rtol=0.005,  # two digits will do
)

# %% wrong="ten" hint="nine steps, not ten"
first_over_last = (6 * 0.75 * 0.25) ** 10

# %% wrong="ten" hint="not the output a"
first_over_last = (6 * 0.75) ** 9

# %% wrong="ten" hint="where the output is 0.5"
first_over_last = (6 / 4) ** 9

# %% wrong="ten" hint="the ninth power"
first_over_last = 9 * 6 * 0.75 * 0.25

# %% [markdown]
# **Exercise 2: the spread that keeps the size.** A layer of $n$ neurons, whose activation has derivatives of the size
# `slope`. Which spread of the weights makes the factor of the layer exactly 1?
#
# <details><summary>Hint</summary>
#
# The factor is $\sqrt n \cdot \operatorname{rms}(w) \cdot \operatorname{rms}(\sigma')$, and the spread is
# $\operatorname{rms}(w)$. Set it to 1 and solve.
#
# </details>


# %% exercise="even"
def even_spread(n, slope):
    """The spread of the weights for which a gradient keeps its size."""
    ### BEGIN SOLUTION
    return 1 / (np.sqrt(n) * slope)
    ### END SOLUTION


# %% check="even"
check_function(
    even_spread,
    lambda n, slope: 1 / (np.sqrt(n) * slope),
    [(16, 1.0), (25, 0.5), (100, 0.25)],
    {
        lambda n, slope: 1 / (n * slope): "n reports of random sign grow like √n, not n",
        lambda n, slope: np.sqrt(n) * slope: "that is the factor for weights of size 1: the spread makes up for it",
        lambda n, slope: 1 / np.sqrt(n): "that keeps the size where the derivative is 1: where is the slope?",
        lambda n, slope: slope / np.sqrt(n): "a smaller slope needs larger weights: divide by it",
        lambda n, slope: 1 / np.sqrt(n * slope): "the slope stands outside the root",
    },
)


# %% wrong="even" hint="like √n, not n"
def even_spread(n, slope):
    return 1 / (n * slope)


# %% wrong="even" hint="where is the slope"
def even_spread(n, slope):
    return 1 / np.sqrt(n)


# %% wrong="even" hint="divide by it"
def even_spread(n, slope):
    return slope / np.sqrt(n)


# %% wrong="even" hint="the spread makes up for it"
def even_spread(n, slope):
    return np.sqrt(n) * slope


# %% [markdown]
# **Exercise 3: the whole way back.** A stack of sigmoid neurons, one a layer. Given are the weights and the outputs of
# the layers, first to last. Return the gradient at each layer's output, first to last; at the last it is 1. Plain
# numbers, no engine.
#
# <details><summary>Hint</summary>
#
# Begin with the list `[1.0]` and walk backwards. The gradient at layer $k$ is that at layer $k + 1$, times the
# derivative of the sigmoid *of layer $k + 1$*, times the weight *of layer $k + 1$*. `zip(weights[:0:-1],
# outputs[:0:-1])` goes through these from the last layer to the second.
#
# </details>


# %% exercise="back"
def gradients(weights, outputs):
    """∂(last output)/∂(output of each layer), first to last."""
    ### BEGIN SOLUTION
    found = [1.0]
    for w, a in zip(weights[:0:-1], outputs[:0:-1], strict=True):
        found.append(found[-1] * a * (1 - a) * w)
    return found[::-1]
    ### END SOLUTION


# %% check="back"
def by_the_engine(weights, outputs):
    logit = np.log(outputs[0] / (1 - outputs[0])) / weights[0]
    layers = stack(Value(logit), weights)[1:]
    layers[-1].backward()
    return [v.grad for v in layers]


def going_back(step, ws=slice(None, 0, -1), outs=slice(None, 0, -1), ends=slice(None, None, -1)):
    def gradients(weights, outputs):
        found = [1.0]
        for w, a in zip(weights[ws], outputs[outs], strict=True):
            found.append(step(found[-1], w, a))
        return found[ends]

    return gradients


def right_step(g, w, a):
    return g * a * (1 - a) * w


below, whole = slice(-2, None, -1), slice(None, None, -1)
given = [
    (ws, [v.data for v in stack(Value(0.3), ws)[1:]]) for ws in ([1.0, 2.0, -3.0], [4.0, 0.5], [2.0, -1.0, 5.0, 1.5])
]
check_function(
    gradients,
    by_the_engine,
    given,
    {
        going_back(lambda g, w, a: g * a * (1 - a)): "going back multiplies by σ' and by the weight",
        going_back(lambda g, w, a: g * w): "going back multiplies by the weight and by σ', a (1 − a)",
        going_back(lambda g, w, a: a * (1 - a) * w): "each step multiplies what has come so far",
        going_back(right_step, ends=slice(None)): "these run from the last layer to the first: turn the list round",
        going_back(right_step, outs=below): "a layer's weight goes with that layer's own output",
        going_back(right_step, ws=below): "a layer's output goes with that layer's own weight",
        going_back(right_step, below, below): "back to layer k the gradient passes the neuron of layer k + 1, not k",
        going_back(lambda g, w, a: g * a * w): "the derivative of the sigmoid is a (1 − a), not a",
        going_back(right_step, whole, whole): "one too many: the gradient at the first layer's output does not pass "
        "the first neuron",
    },
)


# %% wrong="back" hint="by σ' and by the weight"
def gradients(weights, outputs):
    found = [1.0]
    for a in outputs[:0:-1]:
        found.append(found[-1] * a * (1 - a))
    return found[::-1]


# %% wrong="back" hint="turn the list round"
def gradients(weights, outputs):
    found = [1.0]
    for w, a in zip(weights[:0:-1], outputs[:0:-1], strict=True):
        found.append(found[-1] * a * (1 - a) * w)
    return found


# %% wrong="back" hint="of layer k + 1, not k"
def gradients(weights, outputs):
    found = [1.0]
    for k in range(len(weights) - 2, -1, -1):
        found.insert(0, found[0] * outputs[k] * (1 - outputs[k]) * weights[k])
    return found


# %% wrong="back" hint="does not pass the first neuron"
def gradients(weights, outputs):
    found = [1.0]
    for w, a in zip(weights[::-1], outputs[::-1], strict=True):
        found.append(found[-1] * a * (1 - a) * w)
    return found[::-1]


# %% wrong="back" hint="what has come so far"
def gradients(weights, outputs):
    pairs = list(zip(weights, outputs, strict=True))[1:]
    return [a * (1 - a) * w for w, a in pairs] + [1.0]


# %% [markdown]
# The factor of a layer is a thing you can choose. How to choose it well, and what to do where that is not enough, is
# the next notebook.
