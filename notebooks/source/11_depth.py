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
# The simplest deep network has one neuron in each layer. The neuron multiplies what the layer before it gives by a
# weight, and squashes the product. (We leave out the bias: a sum passes the gradient back as it is.) Here is one such
# layer: $h$ comes from the layer before, $z = w \cdot h$ goes into the sigmoid, and $a$ goes to the next layer. Read
# the picture backwards, from $a$ to $h$.

# %%
from autograd import Value, draw, sigmoid

h, w = Value(0.5, "h"), Value(1.5, "w")
z = w * h
a = sigmoid(z)
z.label, a.label = "z", "a"
a.backward()
draw(a)

# %% [markdown]
# From $a$ back to $h$ there are two edges. $\sigma'(z)$, the slope of the sigmoid, stands on the first, and $w$ on the
# second. All layers are alike, so:
#
# > **Going back one layer multiplies the gradient by $w \cdot \sigma'(z)$.**
#
# The sigmoid's derivative is $a (1 - a)$, where $a$ is its output. That is at most a quarter, at $z = 0$, and less
# everywhere else.
#
# **Guess first.** Be generous: in every layer $w = 1$ and $\sigma' = \tfrac14$. After how many layers is less than a
# thousandth of the gradient left?

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
        1000: "Each layer leaves a quarter, and a quarter of a quarter is 1/16: it shrinks fast.",
    },
)

# %% wrong="thousandth" hint="the same share of what is left"
my_guess = 250

# %% wrong="thousandth" hint="1/256"
my_guess = 4

# %% wrong="thousandth" hint="That would do for halves"
my_guess = 10

# %% [markdown]
# Put twelve of these neurons one after the other. After `backward()` every value still has its gradient, so you can
# read it at each layer:


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
# No layer does anything strange. Each leaves a share, and the product of eleven shares is almost 0. This is the
# **vanishing gradient**.
#
# ## Twelve layers of sixteen
#
# Now a real network: twelve hidden layers of sixteen sigmoid neurons, and six of the moons as samples. `arriving`
# measures the gradient at the outputs of each hidden layer. It takes the root of the sum of squares, over all neurons
# and all samples. (`layer.batch` gives a layer's outputs for several samples.)

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
# `"xavier"` sets the **spread** of the random weights at the start, their standard deviation. With sixteen inputs it is
# $1/\sqrt{16}$, a quarter; the next notebook says why. In the picture each line down is a factor of ten.

# %% plot=""
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
# The line is almost straight, so each layer has almost the same factor. Then one layer should be enough to predict the
# whole picture.
#
# ## Predict it from one layer
#
# All sixteen neurons of a layer use each neuron below, so sixteen gradients come back to it and add up:
# $g_j = \sum_i w_{ij} \, \sigma'(z_i) \, g_i$. The weights have random signs, so the terms partly cancel. A sum of $n$
# terms of random sign grows like $\sqrt n$, not like $n$. Put typical sizes in place of the numbers:
#
# $$\text{factor of a layer} = \sqrt{n} \cdot \operatorname{rms}(w) \cdot \operatorname{rms}(\sigma')$$
#
# Here $\operatorname{rms}$ is the **root mean square**, the root of the mean of the squares. It is a typical size that
# ignores signs.
#
# **Exercise.** Write this factor. `weights` is an array with a row for each of the $n$ neurons. `outputs` holds what
# the sigmoids of that layer gave, with a row for each sample.
#
# <details><summary>Hint</summary>
#
# `np.mean(a)` is the mean of a whole array, and `a**2` squares every number in it. You can compute $\sigma'$ from the
# outputs: it is $a (1 - a)$.
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
from autograd.check import check_answer, check_function, passed


def rms(numbers):
    return np.sqrt(np.mean(np.square(numbers)))


def factor_of(terms=np.sqrt, w=rms, s=rms, slope=lambda a: a * (1 - a)):
    """The factor, right or with a mistake in a part: the number of terms, the size of the weights, of σ', σ' itself."""
    return lambda weights, outputs: terms(len(weights)) * w(weights) * s(slope(outputs))


SIGNS = "a mean lets signs cancel: square, take the mean, then the root"
SIZES = "rms squares, where you take sizes: large ones count more"
STD = "np.std takes the mean off first; rms does not"
layer_factor = factor_of()
if passed(
    check_function,
    factor,
    factor_of(),
    [
        (np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[0.5, 0.9]])),
        (np.array([[0.3, -0.2], [0.4, 0.7], [0.2, -0.1]]), np.array([[0.2, 0.6, 0.7], [0.1, 0.3, 0.4]])),
        (np.array([[0.3, -0.2, 0.6, 2.0]]), np.array([[0.2], [0.8], [0.4]])),
    ],
    {
        factor_of(lambda n: 1): "that is one term: n terms of random sign add up to √n times as much",
        factor_of(lambda n: n): "n terms of random sign partly cancel: √n, not n",
        factor_of(lambda n: 4.0): "n is not always 16: it is how many rows weights has, `len(weights)`",
        lambda w, a: np.sqrt(len(w)) * rms(w) * np.sqrt(np.mean(a) * (1 - np.mean(a))): "each output has a σ' of its "
        "own: take the mean at the end, of their squares",
        factor_of(s=np.max): "a typical σ', not the largest: their rms",
        factor_of(w=lambda w: rms(w.sum(axis=0))): "square each weight before anything is added: signs cancel",
        lambda w, a: np.sqrt(len(w)) * rms(w) * np.mean(a) * (1 - np.mean(a)): "each output has a σ' of its own: take "
        "the mean at the end, of their squares",
        factor_of(lambda n: n**2): "the root of n, not its square",
        factor_of(slope=lambda a: a): "the derivative of the sigmoid is a (1 − a), not a",
        factor_of(slope=lambda a: 1 - a**2): "that is the derivative of tanh: the sigmoid's is a (1 − a)",
        factor_of(
            slope=lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2
        ): "outputs are what the sigmoid gave already: σ' is a (1 − a), without another sigmoid",
        factor_of(s=lambda s: 1): "σ' is missing: going back multiplies by w and by σ'",
        factor_of(w=lambda w: 1): "the weights are missing: going back multiplies by w and by σ'",
        factor_of(s=lambda s: 1 / 4): "a quarter is the largest σ': take those of the outputs",
        factor_of(s=lambda s: np.sqrt(np.mean(s))): "rms squares before it takes the mean, of σ' too",
        factor_of(s=lambda s: -np.mean(s)): "σ' is a (1 − a), above 0, and rms squares before it takes the mean",
        factor_of(s=np.mean): "rms squares before it takes the mean, of σ' too",
        factor_of(
            w=lambda w: np.sqrt(np.sum(w**2)), s=lambda s: np.sqrt(np.sum(s**2))
        ): "a root *mean* square: `np.mean`, not `np.sum`",
        factor_of(w=lambda w: np.sqrt(np.sum(w**2))): "a root *mean* square: `np.mean`, not `np.sum`",
        factor_of(w=np.mean, s=np.mean): SIGNS,
        factor_of(w=np.mean): SIGNS,
        factor_of(w=lambda w: np.mean(abs(w)), s=np.mean): SIZES,
        factor_of(w=lambda w: np.mean(abs(w))): SIZES,
        factor_of(w=np.std, s=np.std): STD,
        factor_of(w=np.std): STD,
        factor_of(
            lambda n: n, lambda w: np.mean(w**2), lambda s: np.mean(s**2)
        ): "that is the square of the factor: the root is missing",
        factor_of(w=lambda w: np.mean(w**2)): "the mean of squares needs its root",
        factor_of(s=lambda s: np.mean(s**2)): "the mean of squares needs its root",
        factor_of(w=lambda w: np.mean(w**2), s=lambda s: np.mean(s**2)): "the mean of squares needs its root",
        lambda w, a: np.sqrt(w.shape[1]) * rms(w) * rms(a * (1 - a)): "n counts the neurons, the rows of weights",
        lambda w, a: np.sqrt(w.size) * rms(w) * rms(a * (1 - a)): "n counts the neurons, the rows of weights",
    },
):
    layer_factor = factor
    print("From here on your function does the work.")


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


# %% wrong="factor" hint="the rows of weights"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return np.sqrt(weights.shape[1]) * np.sqrt(np.mean(weights**2)) * np.sqrt(np.mean(slopes**2))


# %% wrong="factor" hint="takes the mean off first"
def factor(weights, outputs):
    return np.sqrt(len(weights)) * np.std(weights) * np.std(outputs * (1 - outputs))


# %% wrong="factor" hint="needs its root"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return np.sqrt(len(weights)) * np.mean(weights**2) * np.mean(slopes**2)


# %% wrong="factor" hint="it is how many rows"
def factor(weights, outputs):
    slopes = outputs * (1 - outputs)
    return np.sqrt(16 * np.mean(weights**2) * np.mean(slopes**2))


# %% [markdown]
# `layer_factor` is your function if it passed the check, and one of ours if not. The prediction looks at the seventh
# layer alone (`layers.6`, since they count from 0). It raises the factor to the power of eleven: there are eleven steps
# from the last hidden layer back to the first.


# %%
def spread(size):
    """Weights drawn from a normal distribution of this standard deviation."""
    return lambda nin, nout, rng: rng.normal(0, size, (nout, nin))


def predicted_and_measured(init, rng=0):
    model = deep("sigmoid", init, rng)
    outputs = forward(model)
    seventh = np.array([[v.data for v in row] for row in outputs[7]])
    one = layer_factor(model.state_dict()["layers.6.weight"], seventh)
    sizes = arriving(outputs)
    return one, one**11, sizes[0] / sizes[-1]


print("weights           one layer  predicted  measured")
starts = {"spread 0.1": spread(0.1), "xavier": "xavier", "uniform in ±1": "uniform"}
for name, init in starts.items():
    one, predicted, measured = predicted_and_measured(init)
    print(f"{name:16}  {one:9.2f}  {predicted:9.0e}  {measured:8.0e}")
    assert 0.1 < predicted / measured < 10

# %% [markdown]
# One layer of twelve predicts the ratio to within a factor of ten, while the rows differ by factors of thousands. The
# weights at the start decide how much arrives.
#
# ## Larger weights
#
# Xavier's weights have a spread of 0.25 here. Take a spread of 1, four times as much. You know from notebook 7 what
# large weights do to a sigmoid: it saturates, and its derivative shrinks.
#
# **Guess first.** Does the ratio first / last become `"smaller"`, stay `"the same"`, or become `"larger"`?

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
# Then make them larger still. Each point in the picture is one network, three for each spread. The line goes through
# the middle ones.


# %%
def ratio(size, rng):
    return predicted_and_measured(spread(size), rng)[2]


spreads = np.logspace(-1, 1.5, 9)
ratios = np.array([[ratio(s, rng) for rng in range(3)] for s in spreads])
assert max(ratios.max(axis=1) / ratios.min(axis=1)) > 100

# %% plot=""
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
# On the left the derivative is at its best, a quarter, but the weights are too small. On the right the weights are
# large and the sigmoids saturated, so the derivative is almost 0. Between the two, at a spread of about four, almost as
# much arrives at the first layer as at the last. In some networks it is more. But that place is narrow: even there,
# networks with the same spread differ by factors of a hundred.
#
# ## When it explodes
#
# Without a squash there is no $\sigma'$ to hold the weights back. Take layers of sixteen *linear* neurons, whose
# derivative is 1, and again weights with a spread of 1.
#
# **Guess first.** A gradient goes back one such layer. By which factor does it grow?

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
        0.25: "That is the sigmoid's slope. A linear neuron has the slope 1.",
    },
)

# %% wrong="linear" hint="there are sixteen reports"
my_guess = 1

# %% wrong="linear" hint="√n, not n"
my_guess = 16

# %%
kinds = ("linear", "relu", "tanh", "sigmoid")
lines = {kind: arriving(forward(deep(kind, spread(1.0)))) for kind in kinds}
for kind, sizes in lines.items():
    print(f"{kind:8} first / last: {sizes[0] / sizes[-1]:.0e}")

# %% plot=""
show(lines, "Weights of spread 1")

# %% [markdown]
# This is the **exploding gradient**: the same product, with a factor above 1. A relu stops about half of the sixteen
# terms, but the other half is still too much. The derivative of tanh is at most 1, and with a spread of 1 that is too
# much as well.
#
# What does training do with such a gradient? Take one step at a rate of 0.1 in the relu network:

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
# The direction was right, but the step was far too long. A slope is only true nearby.
#
# ## Break it on purpose
#
# $\sigma'$ makes the gradient vanish. So leave it out! You can give the engine an operation of your own: a name, a
# value, and the local derivatives. `bold` has the value of the sigmoid, and claims that its derivative is 1. (The nudge
# is large, since a small one would drown in rounding.)

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
# The bold engine looks healthy, and it is wrong. The tiny gradient is not a fault of backpropagation: it is the truth.
# **The output hardly depends on what the first layers do.** Nudge the input, and the output does not move.
#
# The whole network has the same trouble: it gives the same output for every input.

# %%
untrained = deep("sigmoid", "xavier").predict(X)[:, 0]
print("two outputs:", untrained[:2])
print(f"largest minus smallest, of all: {np.ptp(untrained):.0e}")

# %% [markdown]
# ## What training makes of it
#
# Train two networks on sixty moons, one with two hidden layers and one with twelve. Both have sigmoids and Xavier's
# weights, and both get a hundred epochs of plain descent. (`nn.fit` is the training loop of notebook 6, and returns
# the history.)

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
# The deep network stays at a loss of $\ln 2$, with half of the moons right. A network that answers one half to every
# question does as well. The picture shows the size of each layer's gradient in every epoch; `layers.0` is the first,
# and `layers.12` the output.

# %% plot=""
import nn.plots

ax = nn.plots.gradient_norms(history)
ax.set_title("Twelve layers of sigmoids in training")
plt.show()

# %% [markdown]
# The lines stay as far apart as they were at the start. (In the sharp dips the errors of a batch happened to cancel.)
# Training does not repair this. To raise the gradient the first layers would have to move, and without a gradient they
# do not move.
#
# **Guess first.** Perhaps the steps are just too small. Train the deep network with a rate ten times as large. Does the
# network get more than 60 %, `"yes"` or `"no"`?

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
    "multiplies the steps of all layers alike: what is still too little for the first is already too much for the last",
    replies={"yes": "Ten times more for every layer leaves the ratio as it is, and the ratio is what is wrong."},
)

# %% wrong="rate" hint="leaves the ratio as it is"
my_guess = "yes"

# %% [markdown]
# > **Misconception: "the first layers have small gradients, so they have learned already".** A gradient near 0 says
# > that the loss hardly changes when these weights move. That is so where training has finished. In a deep network of
# > sigmoids it is so everywhere. See how far the weights have moved since the start, compared with their own size:


# %%
def rms(numbers):
    return np.sqrt(np.mean(np.square(numbers)))


def moved(model, start, k):
    """How far the weights of a layer have come, as a share of their size at the start."""
    old, new = (state[f"layers.{k}.weight"] for state in (start, model.state_dict()))
    return rms(new - old) / rms(old)


for k in (0, 3, 6, 9, 12):
    print(f"layers.{k:<2}: moved by {moved(sunk, start, k):.0e} of its size")

# %% [markdown]
# ## What you can now do
#
# You can measure what arrives at each layer, and tell from one layer whether a gradient vanishes or explodes. Show it:
#
# **Exercise 1: sigmoids can explode.** Ten layers have one sigmoid neuron each. All have the same weight, and biases
# that make all of them give the same output.

# %%
weight = 6.0
output = 0.75

# %% [markdown]
# What is the gradient at the first layer's output, divided by that at the tenth's? Write the number first / last.

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
        (weight + slope) ** 9: "going back multiplies by w and by σ': they are not added",
        weight * slope: "that is one step; nine lie between the first and the tenth",
        weight**9: "going back multiplies by w and by σ'",
        slope**9: "going back multiplies by σ' and by w",
        weight * slope**9: "every step multiplies by w and by σ': both to the ninth power",
        weight**9 * slope: "every step multiplies by w and by σ': both to the ninth power",
        **{n * weight * slope: "each step multiplies: the ninth power, not nine times" for n in (9, 10)},
        **{(weight * slope) ** n: "from the tenth layer back to the first there are nine steps" for n in (8, 10, 11)},
        **{(weight * slope) ** -n: "that is last / first" for n in (9, 10)},
        **{(weight / 4) ** n: "a quarter is the derivative where the output is 0.5; here it is 0.75" for n in (9, 10)},
        **{(weight * output) ** n: "the derivative is a (1 − a), not the output a" for n in (9, 10)},
        **{(weight * (1 - output)) ** n * output: "each step multiplies by all three: w, a and 1 − a" for n in (9, 10)},
        **{(weight * output**2) ** n: "the derivative is a (1 − a), not a²" for n in (9, 10)},
        **{output**n: "the derivative is a (1 − a), and going back multiplies by w, too" for n in (9, 10)},
    },
    rtol=0.005,  # two digits will do
)

# %% wrong="ten" hint="there are nine steps"
first_over_last = (6 * 0.75 * 0.25) ** 10

# %% wrong="ten" hint="not the output a"
first_over_last = (6 * 0.75) ** 9

# %% wrong="ten" hint="where the output is 0.5"
first_over_last = (6 / 4) ** 9

# %% wrong="ten" hint="the ninth power"
first_over_last = 9 * 6 * 0.75 * 0.25

# %% [markdown]
# **Exercise 2: the spread that keeps the size.** A layer has $n$ neurons, and the derivatives of its activation have
# the size `slope`. Which spread of the weights makes the factor of the layer exactly 1?
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
def power(p, q):
    return lambda n, slope: n**p * slope**q


def said_to(p, q):
    """What is said of a spread of n to the power of p times the slope to the power of q."""
    if p >= 0:
        return "more neurons need smaller weights: divide by √n"
    if q > 0:
        return "a smaller slope needs larger weights: divide by it"
    if p == -1:
        return "n reports of random sign grow like √n, not n"
    if q == 0:
        return "that keeps the size where the derivative is 1: where is the slope?"
    return "the slope stands outside the root: divide by it once"


check_function(
    even_spread,
    lambda n, slope: 1 / (np.sqrt(n) * slope),
    [(16, 1.0), (25, 0.5), (100, 0.25)],
    {
        lambda n, slope: np.sqrt(n) * slope: "that is the factor for weights of size 1: the spread makes up for it",
        lambda n, slope: 1 / (n**2 * slope): "a sum of n terms of random sign grows like √n: the root, not the square",
        lambda n, slope: 1 / (np.sqrt(n) + slope): "√n and the slope are factors: they are multiplied, not added",
        lambda n, slope: 1 - np.sqrt(n) * slope: "the factor is a product: divide 1 by the rest",
        **{
            power(p, q): said_to(p, q)
            for p in (1, 0.5, 0, -0.5, -1)
            for q in (1, 0.5, 0, -0.5, -1, -2)
            if (p, q) not in {(-0.5, -1), (0.5, 1)}
        },
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
# **Exercise 3: the whole way back.** A stack has one sigmoid neuron in each layer. You get the weights and the outputs
# of the layers, first to last. Return a list of the gradients at each layer's output, first to last. At the last it is
# 1. Use plain numbers, no engine.
#
# <details><summary>Hint</summary>
#
# Begin with the list `[1.0]` and walk backwards. The gradient at layer $k$ is the gradient at layer $k + 1$, times the
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


below, whole, forwards = slice(-2, None, -1), slice(None, None, -1), slice(1, None)
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
        lambda weights, outputs: by_the_engine(weights, outputs)[0]: "that is the first layer's alone: keep each in a "
        "list",
        lambda weights, outputs: (
            [a * (1 - a) * w for w, a in zip(weights, outputs, strict=True)]
        ): "those are the factors of the layers, each for itself: going back multiplies all of them on the way",
        lambda weights, outputs: by_the_engine(weights, outputs)[:-1]: "at the last layer's output there is a "
        "gradient too: 1",
        going_back(right_step, ends=slice(None)): "these run from the last layer to the first: turn the list round",
        going_back(right_step, outs=below): "a layer's weight goes with that layer's own output",
        going_back(right_step, ws=below): "a layer's output goes with that layer's own weight",
        going_back(right_step, below, below): "back to layer k the gradient passes the neuron of layer k + 1, not k",
        going_back(lambda g, w, a: g * a * w): "the derivative of the sigmoid is a (1 − a), not a",
        going_back(lambda g, w, a: g * (1 - a**2) * w): "that is the derivative of tanh: the sigmoid's is a (1 − a)",
        going_back(right_step, forwards, forwards): "the walk begins at the last layer, where the gradient is 1",
        going_back(right_step, forwards, forwards, slice(None)): "the walk begins at the last layer, where the "
        "gradient is 1",
        lambda weights, outputs: (
            [*[a * (1 - a) * w for w, a in zip(weights[1:], outputs[1:], strict=True)][::-1], 1.0]
        ): "each step multiplies what has come so far",
        lambda weights, outputs: (
            [1.0] + [a * (1 - a) * w for w, a in zip(weights[:0:-1], outputs[:0:-1], strict=True)]
        ): "each step multiplies what has come so far, and the list runs from the first layer to the last",
        lambda weights, outputs: [outputs[-1] * g for g in by_the_engine(weights, outputs)]: "at the last layer's "
        "output the gradient is 1, not the output",
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


# %% wrong="back" hint="the walk begins at the last layer"
def gradients(weights, outputs):
    found = [1.0]
    for w, a in zip(weights[1:], outputs[1:], strict=True):
        found.append(found[-1] * a * (1 - a) * w)
    return found[::-1]


# %% [markdown]
# **Open task: your own network.** Choose an activation and a spread. Predict on paper, from one layer, what arrives at
# the first of twelve. Then run the cell. Or break a friend's network: give it a spread, say nothing, and let your
# friend find out from one layer what is wrong.

# %%
my_activation, my_spread = "tanh", 0.3
sizes = arriving(forward(deep(my_activation, spread(my_spread))))
print(f"first / last: {sizes[0] / sizes[-1]:.0e}")

# %% [markdown]
# You choose the factor of a layer when you choose the weights. The next notebook shows how to choose well. Try it now:
# for which spread does tanh bring at least a third of the gradient to the first layer, and at most three times as much?
