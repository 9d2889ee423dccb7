# %% [markdown]
# # 13. Overfitting
#
# **Goal.** Find out what a network has learned beyond the points it was shown, and make it learn more of that.
#
# **You need** a trained network on the moons ([notebook 9](09_xor_then_moons.ipynb)) and the optimizers ([notebook
# 10](10_optimizers.ipynb)). **Afterwards you can** hold samples out and read the two curves, stop in time, put a price
# on large weights, and write dropout so that it is right in evaluation too.

# %% [markdown]
# ## Thirty points, and two hundred others
#
# The two moons have so much noise that they overlap. The network is trained on thirty points. Two hundred others are
# held out: it never learns from them, they only **validate** what it has learned.

# %%
import numpy as np

import nn

seed = 3
points = nn.data.moons(230, noise=0.3, rng=seed)
X, X_val, y, y_val = nn.data.train_test_split(*points, test=200, rng=seed)


def train(dropout=0.0, **remedy):
    """A network 2-32-1 after 300 epochs, or fewer; its curves are in `.history`."""
    rng = np.random.default_rng(seed)
    model = nn.Sequential(
        nn.Layer(2, 32, "tanh", init="he", rng=rng),
        nn.Dropout(dropout, rng=rng),
        nn.Layer(32, 1, "linear", init="he", rng=rng),
    )
    nn.fit(
        model,
        X,
        y,
        loss=nn.binary_cross_entropy_with_logits,
        optimizer=nn.Adam(model.parameters(), lr=0.05),
        epochs=300,
        batch_size=None,
        validation=(X_val, y_val),
        metrics=["accuracy"],
        rng=seed,
        progress=False,
        **remedy,
    )
    return model


plain = train()
for epoch in (1, 50, 100, 200, 300):
    print(f"epoch {epoch:3}: loss on the 30 points {plain.history.loss[epoch - 1]:.4f}")

# %% [markdown]
# (`Dropout(0.0)` does nothing yet. `with_logits` means that the network gives scores, and the loss applies the
# sigmoid.) The loss falls and falls. After each epoch `fit` also measured it on the 200 held-out points.
#
# **Guess first.** What does *that* loss do from epoch 100 to epoch 300? It `"falls"`, `"stays level"`, or `"rises"`.

# %% guess="curves"
### BEGIN SOLUTION
my_guess = "rises"
### END SOLUTION

# %% reveal="curves"
from autograd.check import reveal

val = plain.history.validation_loss
reveal(
    my_guess,
    "rises" if val[299] > 1.1 * val[99] else "falls" if val[299] < 0.9 * val[99] else "stays level",
    because=f"it was lowest after epoch {np.argmin(val) + 1}, {min(val):.2f}; it is {val[99]:.2f} after epoch 100 and "
    f"{val[299]:.2f} after epoch 300",
    replies={
        "falls": "What the network still learns are these very points and their noise. Others have other noise.",
        "stays level": "To get single points right the boundary bends around them. Where it bends, other points lie.",
    },
)

# %% wrong="curves" hint="these very points"
my_guess = "falls"

# %% wrong="curves" hint="bends around them"
my_guess = "stays level"

# %% plot=""
import matplotlib.pyplot as plt

from nn import plots

plots.loss_curves(plain.history)
plt.show()

# %% [markdown]
# The gap between the two curves is what the network has learned by heart. This is **overfitting**. The lower panel
# looks odd: the loss on the 200 others rises, yet the share of right answers hardly falls. The next picture shows where
# the boundary bends (the thirty points are ringed). The table says how many of the others the network gets wrong, and
# how sure it is of these wrong answers, on average.

# %% plot=""
ax = plots.decision_boundary(plain, *points, threshold=0.0)
ax.scatter(*X.T, s=110, facecolor="none", edgecolor="black")
ax.set_title("ringed: the 30 points", pad=24)
plt.show()

# %%
runs = {}
rows = ["                epochs  loss: 30 points  200 others   wrong  sure of it"]


def losses_of(scores, y):
    """The losses: log(1 + exp(−z)) of a score z for class 1, with +z for 0."""
    return np.logaddexp(0, (1 - 2 * y) * scores)


def enter(name, model):
    """Keep a trained model, and print the table so far."""
    runs[name] = model
    known, others = model.predict(X)[:, 0], model.predict(X_val)[:, 0]
    wrong = others[(others > 0) != (y_val == 1)]
    sure = (1 / (1 + np.exp(-abs(wrong)))).mean()
    loss, loss_val = losses_of(known, y).mean(), losses_of(others, y_val).mean()
    row = f"{len(model.history):6}{loss:17.3f}{loss_val:12.3f}"
    rows.append(f"{name:16}" + row + f"{len(wrong):8}{sure:12.0%}")
    print("\n".join(rows))


enter("nothing", plain)

# %% [markdown]
# ## Stop in time
#
# The first remedy costs nothing. Watch the validation curve, and stop when it has not fallen for some epochs, the
# **patience**. Then go back to the weights of its lowest point. Here the patience is forty epochs:

# %%
enter("early stopping", train(early_stopping=40))

# %% [markdown]
# It stopped after epoch 99, and went back to the weights of epoch 59.
#
# ## A price on weights
#
# A network needs large weights to bend around a single point. So let them cost something. An **L2 penalty** adds
# $\text{strength} \cdot \sum w^2$ to what is minimised. Its gradient $2 \cdot \text{strength} \cdot w$ pulls every
# weight toward 0, and it pulls large weights harder.
#
# The penalty is added once, to the *mean* loss of the batch. And it counts weights only, no biases. To see why, take a
# linear neuron that has nothing to learn but its bias. `answer` trains it, and its argument says what is penalised.


# %%
def answer(penalised):
    """What a linear neuron says at 0 after training on targets 10."""
    inputs = np.linspace(-1, 1, 20)[:, None]
    neuron = nn.Layer(1, 1, "linear", init="zeros")
    nn.fit(
        neuron,
        inputs,
        np.full(20, 10.0),
        loss=nn.mse,
        optimizer=nn.SGD(neuron.parameters(), lr=0.1),
        epochs=200,
        batch_size=None,
        regularizer=lambda model: nn.l2_penalty(penalised(model), 1.0),
        progress=False,
    )
    return neuron.predict([[0.0]])[0, 0]


# %% [markdown]
# **Guess first.** All targets are 10, and the loss is the mean squared error. With an L2 penalty of strength 1 on
# *everything*, what does the neuron answer?

# %% guess="bias"
### BEGIN SOLUTION
my_guess = 5
### END SOLUTION


# %% reveal="bias"
on_all = answer(lambda model: model.parameters())
reveal(
    my_guess,
    on_all,
    because="(b − 10)² + b² is lowest half-way. The penalty pulls the bias down, and with it every answer",
    replies={
        10: "The loss alone would lead there. But the bias costs b², and at 10 that is a hundred.",
        0: "The penalty alone would lead there. It is the sum of both that is minimised.",
    },
)

# %% wrong="bias" hint="The loss alone"
my_guess = 10

# %% wrong="bias" hint="The penalty alone"
my_guess = 0

# %%
print(f"penalty on all parameters: {answer(lambda model: model.parameters()):.3f}")
print(f"penalty on weights only:   {answer(lambda model: model):.3f}")

# %% [markdown]
# A bias shifts all answers together, and bends nothing. So penalties spare biases, and `nn.l2_penalty(model, …)` leaves
# them out.
#
# **Exercise: what is minimised.** You get three lists of numbers: the losses of a batch, one for each sample, all
# weights, and all biases. Return the one number that training with an L2 penalty of this `strength` minimises.


# %% exercise="objective"
def my_objective(losses, weights, biases, strength):
    """The mean loss plus the L2 penalty."""
    ### BEGIN SOLUTION
    return sum(losses) / len(losses) + strength * sum(w**2 for w in weights)
    ### END SOLUTION


# %% check="objective"
from autograd.check import check_answer, check_function, passed


def mean_of(losses):
    return sum(losses) / len(losses)


def squares(weights):
    return sum(w**2 for w in weights)


def objective(losses, weights, biases, strength):
    return mean_of(losses) + strength * squares(weights)


if passed(
    check_function,
    my_objective,
    lambda losses, weights, biases, strength: mean_of(losses) + strength * squares(weights),
    [([1.0, 4.0, 2.5], [2.0, -3.0], [5.0], 0.1), ([0.5, 0.25, 3.0], [-1.5, 0.2, 0.3], [0.7, -2.0], 0.01)],
    {
        lambda losses, weights, biases, strength: (
            mean_of(losses) + strength * squares(weights + biases)
        ): "biases are spared: they bend nothing",
        lambda losses, weights, biases, strength: (
            (sum(losses) + strength * squares(weights)) / len(losses)
        ): "the penalty is added to the mean: divided by the batch size it would depend on it",
        lambda losses, weights, biases, strength: (
            mean_of(losses) + strength * squares(weights) / len(weights)
        ): "the squares are added up: their mean would make each weight cheaper, the more there are",
        lambda losses, weights, biases, strength: (
            sum(losses) + strength * squares(weights)
        ): "of the losses take the mean: their sum grows with the batch",
        lambda losses, weights, biases, strength: (
            mean_of(losses) + strength * sum(weights) ** 2
        ): "square each weight, then add: weights of both signs cancel in their sum",
        lambda losses, weights, biases, strength: (
            mean_of(losses) - strength * squares(weights)
        ): "a penalty is added: what is minimised must grow with the weights",
        lambda losses, weights, biases, strength: mean_of(losses): "the penalty is missing",
        lambda losses, weights, biases, strength: (
            losses[-1] + strength * squares(weights)
        ): "of the losses take the mean, not the last one",
        lambda losses, weights, biases, strength: (
            max(losses) + strength * squares(weights)
        ): "of the losses take the mean",
        lambda losses, weights, biases, strength: strength * squares(weights): "the mean loss is missing",
        lambda losses, weights, biases, strength: (
            mean_of(losses) * strength * squares(weights)
        ): "the penalty is added to the mean loss",
        lambda losses, weights, biases, strength: (
            mean_of(losses) + strength * 2 * sum(weights)
        ): "that is the gradient: the penalty itself has the squares",
        lambda losses, weights, biases, strength: (
            mean_of(losses) + strength * sum(weights)
        ): "square each weight: those below 0 would lower the cost",
        lambda losses, weights, biases, strength: (
            mean_of(losses) + strength * sum(map(abs, weights))
        ): "that is another penalty, L1: L2 takes the squares",
        lambda losses, weights, biases, strength: sum(
            x + strength * squares(weights) for x in losses
        ): "of the losses take the mean, and add the penalty once",
        lambda losses, weights, biases, strength: [
            x + strength * squares(weights) for x in losses
        ]: "one number is minimised: the mean of the losses, plus the penalty once",
    },
):
    objective = my_objective
    print("From here on `objective` is yours.")


# %% wrong="objective" hint="biases are spared"
def my_objective(losses, weights, biases, strength):
    return sum(losses) / len(losses) + strength * sum(w**2 for w in weights + biases)


# %% wrong="objective" hint="added to the mean"
def my_objective(losses, weights, biases, strength):
    return (sum(losses) + strength * sum(w**2 for w in weights)) / len(losses)


# %% wrong="objective" hint="the squares are added up"
def my_objective(losses, weights, biases, strength):
    return sum(losses) / len(losses) + strength * sum(w**2 for w in weights) / len(weights)


# %% wrong="objective" hint="their sum grows with the batch"
def my_objective(losses, weights, biases, strength):
    return sum(losses) + strength * sum(w**2 for w in weights)


# %% wrong="objective" hint="square each weight"
def my_objective(losses, weights, biases, strength):
    return sum(losses) / len(losses) + strength * sum(weights) ** 2


# %% [markdown]
# The penalty is a part of what is minimised, not of what is reported: curves and tables show the loss without it.
# `objective` is your function if it passed the check, and one of ours if not. It tells what each network costs with the
# penalty.


# %%
def weights_of(model, kind="weight"):
    state = model.state_dict()
    return np.concatenate([state[name].ravel() for name in state if kind in name])


enter("L2", train(regularizer=lambda model: nn.l2_penalty(model, 0.003)))
for name in ("nothing", "L2"):
    weights, biases = weights_of(runs[name]), weights_of(runs[name], "bias")
    losses = losses_of(runs[name].predict(X)[:, 0], y)
    cost = objective(losses.tolist(), weights.tolist(), biases.tolist(), 0.003)
    print(f"{name}: {len(weights)} weights, mean size {abs(weights).mean():.2f}")
    print(f"    loss {losses.mean():.3f}, with the penalty {cost:.3f}")

# %% [markdown]
# ## L1, a pull that does not fade
#
# An **L1 penalty** takes sizes instead of squares: $\text{strength} \cdot \sum |w|$. It pulls small weights as hard as
# large ones, so it does not let go before 0. People say that L1 switches weights off.
#
# **Guess first.** After training with L1, how many of the 96 weights are exactly 0: `"most"`, `"some"`, or `"none"`?

# %% guess="zeros"
### BEGIN SOLUTION
my_guess = "none"
### END SOLUTION

# %% reveal="zeros"
runs["L1"] = train(regularizer=lambda model: nn.l1_penalty(model, 0.005))
sizes = abs(weights_of(runs["L1"]))
zeros = int((sizes == 0).sum())
reveal(
    my_guess,
    "none" if zeros == 0 else "most" if zeros > 48 else "some",
    because=f"the smallest is {sizes.min():.0e} in size. The pull does not fade, so near 0 a step leads past it, and "
    "the next one back",
    replies={
        "most": "That is what L1 is praised for, and its minimum is indeed there. Descent gets near and hops.",
        "some": "A weight would have to land on 0 to the last digit, and then stay there.",
    },
)

# %% wrong="zeros" hint="gets near and hops"
my_guess = "most"

# %% wrong="zeros" hint="to the last digit"
my_guess = "some"

# %%
for name in ("nothing", "L2", "L1"):
    sizes = abs(weights_of(runs[name]))
    print(f"{name:8} exactly 0: {(sizes == 0).sum()}, below 0.01: {(sizes < 0.01).sum()}")

# %% plot=""
plt.figure(figsize=(6, 4))
for name in ("nothing", "L2", "L1"):
    sizes = abs(weights_of(runs[name]))
    plt.hist(sizes, np.geomspace(1e-5, 10, 31), histtype="step", lw=2, label=name)
plt.xscale("log")
plt.title("how large the weights are")
plt.xlabel("|w|")
plt.ylabel("weights")
plt.legend(loc="upper left")
plt.show()

# %%
enter("L1", runs["L1"])

# %% [markdown]
# L1 has made many weights small, but none is 0. If you read of "zeros" after such training, there was a threshold, and
# the text should say which. A **proximal** step makes real zeros: first step down the loss alone, then move each weight
# toward 0 by $\text{rate} \cdot \text{strength}$, *and stop at 0*.
#
# **Exercise: the second half.** Move `w` toward 0 by `amount`, but not past it.
#
# <details><summary>Hint</summary>
#
# Three cases: `w` is larger than `amount`, or smaller than `-amount`, or in between.
#
# </details>


# %% exercise="shrink"
def my_shrink(w, amount):
    """w, moved toward 0 by this amount, at most to 0."""
    ### BEGIN SOLUTION
    if w > amount:
        return w - amount
    if w < -amount:
        return w + amount
    return 0.0
    ### END SOLUTION


# %% check="shrink"
def sign(w):
    return (w > 0) - (w < 0)


def shrink(w, amount):
    return sign(w) * max(abs(w) - amount, 0.0)


PAST = "that leads past 0: a weight smaller than the amount becomes 0"
if passed(
    check_function,
    my_shrink,
    lambda w, amount: sign(w) * max(abs(w) - amount, 0.0),
    [(2.0, 0.5), (-2.0, 0.5), (0.3, 0.5), (-0.3, 0.5), (0.0, 0.5)],
    {
        lambda w, amount: w - amount: "a weight below 0 moves up toward 0: add the amount there",
        lambda w, amount: w + amount if w > 0 else w - amount: "that moves away from 0",
        lambda w, amount: w + amount * sign(w) if abs(w) > amount else 0.0: "that moves away from 0",
        lambda w, amount: w - amount * (w / abs(w)): "0 has no sign to divide by, and a weight smaller than the amount "
        "becomes 0",
        lambda w, amount: abs(w) - amount: "a weight below 0 stays below 0, and none moves past 0",
        lambda w, amount: w - amount * sign(w) if abs(w) > amount else w: "a weight that is smaller than the amount "
        "becomes 0",
        lambda w, amount: w - amount if w > amount else w + amount if w < amount else 0.0: "below 0 the limit is "
        "-amount",
        lambda w, amount: sign(w) * min(abs(w), amount): "that is how far it may move at most: where does it end?",
        lambda w, amount: max(abs(w) - amount, 0.0): "a weight below 0 stays below 0",
        lambda w, amount: 0.0: "a weight moves by the amount only, and not all the way to 0",
        lambda w, amount: w - amount * (w > 0) if abs(w) > amount else 0.0: "a weight below 0 moves up: add the amount",
        lambda w, amount: (
            min(0.0, w - amount) if w > 0 else max(0.0, w + amount)
        ): "min and max are swapped: a positive weight stays at 0 or above",
        lambda w, amount: w - amount * sign(w): PAST,
        lambda w, amount: w - amount if w > 0 else w + amount: PAST,
        lambda w, amount: w - amount if w >= 0 else w + amount: PAST,
        lambda w, amount: w * (1 - amount): "that is L2's pull, which fades with the weight: L1's is the same for all",
        lambda w, amount: max(w - amount, 0.0): "a weight below 0 moves up toward 0, it is not cut off",
        lambda w, amount: w if abs(w) > amount else 0.0: "that is a threshold: the large ones move as well",
        lambda w, amount: w - amount if abs(w) > amount else 0.0: "a weight below 0 moves up: add the amount",
    },
):
    shrink = my_shrink
    print("From here on your function does the work.")


# %% wrong="shrink" hint="that leads past 0"
def my_shrink(w, amount):
    return w - amount if w > 0 else w + amount if w < 0 else 0.0


# %% wrong="shrink" hint="that leads past 0"
def my_shrink(w, amount):
    return w - amount if w > 0 else w + amount


# %% wrong="shrink" hint="that leads past 0"
def my_shrink(w, amount):
    return w + amount if w < 0 else w - amount


# %% wrong="shrink" hint="L2's pull"
def my_shrink(w, amount):
    return w * (1 - amount)


# %% wrong="shrink" hint="not cut off"
def my_shrink(w, amount):
    return max(w - amount, 0.0)


# %% wrong="shrink" hint="add the amount"
def my_shrink(w, amount):
    return w - amount if abs(w) > amount else 0.0


# %% wrong="shrink" hint="that is a threshold"
def my_shrink(w, amount):
    return w if abs(w) > amount else 0.0


# %% wrong="shrink" hint="none moves past 0"
def my_shrink(w, amount):
    return abs(w) - amount


# %% [markdown]
# `shrink` is your function if it passed the check, and one of ours if not. Here are ten inputs, of which only the first
# two matter, and both kinds of step from the same start:

# %%
from autograd import Value, dot, mean

rng = np.random.default_rng(0)
inputs = rng.normal(size=(30, 10))
targets = 3 * inputs[:, 0] - 2 * inputs[:, 1] + rng.normal(scale=0.5, size=30)


def descend(move, strength=0.3, rate=0.1):
    weights = [Value(0.5) for _ in range(10)]
    for _ in range(80):
        for w in weights:
            w.grad = 0.0
        samples = zip(inputs, targets, strict=True)
        losses = [(dot(weights, x) - t) ** 2 for x, t in samples]
        mean(losses).backward()
        for w in weights:
            w.data = move(w.data, w.grad, strength, rate)
    return [w.data for w in weights]


by_gradient = descend(lambda w, g, s, rate: w - rate * (g + s * np.sign(w)))
proximal = descend(lambda w, g, s, rate: shrink(w - rate * g, rate * s))
print("by gradient:", " ".join(f"{w:6.3f}" for w in by_gradient))
print("proximal:   ", " ".join(f"{w:6.3f}" if w else "     0" for w in proximal))
print("exactly 0:", by_gradient.count(0), "by gradient,", proximal.count(0), "proximal")

# %% [markdown]
# Descent leaves crumbs, and the proximal step leaves zeros. L1 has its price: the two weights that matter are 3 and −2
# in the data, and come out smaller in both rows. One weight that does not matter has survived, the last. A larger
# strength would remove it, and take more from the two.
#
# ## Dropout
#
# In training, set each hidden output to 0 with probability $p$, drawn again for each sample. Then no neuron can rely on
# a single other one, and has to use many. In evaluation nothing is dropped.
#
# ## Break it on purpose
#
# Suppose that we do just that. Four hidden outputs are 1 each, the next neuron adds them up, and $p = \tfrac12$.
#
# **Guess first.** In evaluation the sum is 4. What is it in training, on average?

# %% guess="unscaled"
### BEGIN SOLUTION
my_guess = 2
### END SOLUTION

# %% reveal="unscaled"
from itertools import product

masks = list(product([0, 1], repeat=4))
reveal(
    my_guess,
    np.mean([sum(mask) for mask in masks]),
    because="half of them are dropped, on average. The next neuron learns to live with 2, and is given 4 in evaluation",
    replies={
        4: "So it should be. But what is dropped is 0, and nothing makes up for it yet.",
        0.5: "That is what is left of each, on average. There are four of them.",
    },
)

# %% wrong="unscaled" hint="nothing makes up for it"
my_guess = 4

# %% wrong="unscaled" hint="There are four of them"
my_guess = 0.5

# %% [markdown]
# So divide what is kept by $1 - p$, in training. Then the mean stays, and evaluation needs no change. The first line
# below shows both means. The last two lines show the loss in evaluation, with the division and without it: then the
# last layer gets twice what it is used to. (To see that, we double the hidden outputs by hand.)

# %%
unscaled = np.mean([sum(mask) for mask in masks])
scaled = np.mean([sum(m / (1 - 0.5) for m in mask) for mask in masks])
print(f"mean in training: unscaled {unscaled}, scaled {scaled}; in evaluation 4")

enter("dropout", train(dropout=0.5))
hidden = runs["dropout"][0].predict(X_val)
weights, bias = (runs["dropout"].state_dict()[name] for name in ("2.weight", "2.bias"))
losses = {}
for name, factor in (("scaled", 1), ("unscaled", 2)):  # 2: as if training had not divided
    scores = factor * hidden @ weights[0] + bias[0]
    losses[name] = losses_of(scores, y_val).mean()
    print(f"{name:9} loss on the 200 others {losses[name]:.3f}")
assert losses["scaled"] < losses["unscaled"]

# %% [markdown]
# > **Misconception: "dropout is part of the network, so it is on when we use it".** It is part of training. A network
# > that is left in training mode gives another answer each time it is asked.

# %%
network, x = runs["dropout"], X_val[0]
print("train():", [round(network.train()(x).data, 2) for _ in range(4)])
print("eval(): ", [round(network.eval()(x).data, 2) for _ in range(4)])

# %% [markdown]
# (`fit` switches to training and back by itself, and `predict` and the validation always evaluate.)
#
# ## More data from the data
#
# A point that is moved a little keeps its class. So move all 30 points in every epoch, and the network never sees the
# same point twice. This is **augmentation**, here by random noise. For images it would be shifts and small rotations.


# %%
def jittered(X, rng):
    return nn.data.jitter(X, scale=0.3, rng=rng)


enter("augmentation", train(augment=jittered))

# %% plot=""
fig, axes = plt.subplots(1, 2, figsize=(9, 3.5))
for name, model in runs.items():
    axes[0].semilogy(model.history.loss, lw=1)
    axes[1].plot(model.history.validation_loss, lw=1, label=name)
axes[0].set(title="loss in training", xlabel="epoch")
axes[1].set(title="loss on the 200 others", xlabel="epoch", ylim=(0.2, 0.9))
axes[1].legend()
fig.tight_layout()
plt.show()

# %% [markdown]
# Every remedy makes the training loss *worse*, and the loss on the others better. The network is less sure where it is
# wrong. But it need not be wrong less often: look down the column *wrong*. With dropout and augmentation the training
# curve is rough: it is the loss of a network with holes, or of moved points. Change the seed at the top and run
# everything again: without a remedy the gap is always there, but the order of the remedies changes.

# %% plot=""
fig, axes = plt.subplots(1, 2, figsize=(9, 4))
for ax, name in zip(axes, ("nothing", "L2"), strict=True):
    plots.decision_boundary(runs[name], X, y, threshold=0.0, ax=ax)
    ax.set_title(name, pad=24)
fig.tight_layout()
plt.show()

# %% [markdown]
# With L2 the boundary bends more gently.
#
# One warning. If you compare many networks on the same validation points and keep the best, you have learned from these
# points too. Here are 200 "networks" that toss a coin:

# %%
coins = np.random.default_rng(0).integers(2, size=(200, 1020))
truth = np.random.default_rng(1).integers(2, size=1020)
hits = coins == truth
best = hits[:, :20].mean(axis=1).argmax()
print(f"best of 200 on 20 validation points: {hits[best, :20].mean():.0%} right")
print(f"the same one on 1000 new points:     {hits[best, 20:].mean():.0%} right")

# %% [markdown]
# So keep another part of the data, the **test set**, for one single look at the end.
#
# ## What you can now do
#
# You can see overfitting in two curves and have five remedies for it. Show it:
#
# **Exercise 1: one step.** The loss itself has the gradient 0 here, so only the L2 penalty pulls at the weight. Where
# is the weight after one step of plain descent?

# %%
w_before, strength, rate = 3.0, 0.1, 0.4

# %% exercise="pull"
### BEGIN SOLUTION
w_after = 3.0 - 0.4 * 2 * 0.1 * 3.0
### END SOLUTION

# %% check="pull"
check_answer(
    "the weight",
    w_after,
    w_before - rate * 2 * strength * w_before,
    {
        w_before - rate * strength * w_before: "the derivative of w² is 2w",
        w_before - rate * strength: "that is L1's pull, the same for all weights: L2's grows with the weight",
        w_before - 2 * strength * w_before: "the step is the rate times the gradient",
        w_before + rate * 2 * strength * w_before: "a step goes against the gradient: the weight gets smaller",
        w_before - rate * strength * w_before**2: "that is the penalty itself: the step takes its derivative",
        w_before + strength * w_before: "a step goes against the gradient, and it is the rate times 2 strength w",
        strength * w_before: "that is half of the gradient: where does a step against the whole of it lead?",
        w_before - rate: "the step is the rate times the gradient: the gradient is missing",
        w_before: "the penalty has a gradient, though the loss has none",
        2 * strength * w_before: "that is the gradient: where does a step against it lead?",
        -2 * strength * w_before: "that is the gradient: where does a step against it lead?",
        rate * w_before: "the step is the rate times the gradient, 2 strength w",
        rate * 2 * strength * w_before: "that is the length of the step: where does it lead?",
        -rate * 2 * strength * w_before: "that is the step: where does it lead?",
        w_before - strength * w_before**2: "the step is the rate times the derivative of the penalty",
        w_before - rate * 2 * strength: "the derivative of w² is 2w: the weight is missing",
        w_before - rate * 2 * w_before: "the strength is missing",
        w_before - 2 * w_before: "the rate and the strength are missing",
        w_before - strength * w_before: "the derivative of w² is 2w, and the step is the rate times the gradient",
    },
)

# %% wrong="pull" hint="the derivative of w²"
w_after = 2.88

# %% wrong="pull" hint="L1's pull"
w_after = 2.96

# %% wrong="pull" hint="and the step is the rate times the gradient"
w_after = 2.7

# %% wrong="pull" hint="the step is the rate times the gradient"
w_after = 2.4

# %% [markdown]
# **Exercise 2: early stopping.** You get the validation losses epoch by epoch, from epoch 0. Return the epoch whose
# weights are kept. Training stops as soon as `patience` epochs in a row have brought no new lowest loss. It never sees
# what would have come later.
#
# <details><summary>Hint</summary>
#
# Go through the losses with `enumerate` and remember the best epoch so far. Stop when you are `patience` epochs after
# the best one.
#
# </details>


# %% exercise="stop"
def kept_epoch(losses, patience):
    """The epoch of the lowest loss that was seen."""
    ### BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best
    ### END SOLUTION


# %% check="stop"
def stopping(
    result=lambda best, last: best,
    is_new_lowest=lambda loss, before, lowest: loss < lowest,
    forgets=False,
):
    """Early stopping with rules: what to return, what is a new lowest, whether the count forgets to restart."""

    def kept_epoch(losses, patience):
        best = bad = epoch = 0
        for epoch, loss in enumerate(losses):
            if epoch and is_new_lowest(loss, losses[epoch - 1], losses[best]):
                best, bad = epoch, bad if forgets else 0
            elif epoch:
                bad += 1
            if bad >= patience:
                break
        return result(best, epoch)

    return kept_epoch


def lowest(losses, patience):
    return int(np.argmin(losses))


def first_rise(losses, patience):
    return next((e for e in range(len(losses) - 1) if losses[e + 1] > losses[e]), len(losses) - 1)


def first_calm(losses, patience):
    """The first epoch that is the best of `patience`, itself included."""
    calm = (e for e in range(len(losses) - patience) if losses[e] == min(losses[e : e + patience]))
    return next(calm, lowest(losses, patience))


if passed(
    check_function,
    kept_epoch,
    stopping(),
    [
        ([1.0, 0.5, 0.7, 0.6, 0.65, 0.64], 3),
        ([1.0, 0.8, 0.9, 0.7, 0.75, 0.8, 0.85, 0.6], 3),
        ([1.0, 0.8, 0.9, 0.7, 0.75, 0.65, 0.8, 0.85], 2),
        ([1.0, 0.5, 0.6, 0.4, 1.1], 1),
        ([0.9, 0.8, 0.7, 0.7], 5),
        ([1.0, 0.5, 0.6, 0.7, 0.8, 0.4], 2),
    ],
    {
        lowest: "the loss after the stop is never seen: leave the loop",
        lambda losses, patience: min(losses): "that is a loss: return the number of its epoch",
        lambda losses, patience: losses[stopping()(losses, patience)]: "that is a loss: return the number of its epoch",
        lambda losses, patience: stopping()(losses, patience) + 1: "epochs count from 0 here",
        lambda losses, patience: int(
            np.argmin(losses[:patience])
        ): "the patience starts again at every new lowest loss",
        lambda losses, patience: int(
            np.argmin(losses[: patience + 1])
        ): "the patience starts again at every new lowest loss",
        lambda losses, patience: stopping()(losses, 1): "one worse epoch does not end it: wait for `patience` in a row",
        lambda losses, patience: int(np.argmax(losses)): "the lowest loss is the best",
        first_rise: "one worse epoch does not end it: wait for `patience` in a row",
        first_calm: "look on: an epoch counts as best only until a lower loss comes within its patience",
        stopping(lambda best, last: last): "that is the epoch of the stop: the weights kept are the best ones'",
        stopping(
            is_new_lowest=lambda loss, before, lowest: loss < before
        ): "compare with the lowest loss so far, not with the one before",
        stopping(
            is_new_lowest=lambda loss, before, lowest: loss <= lowest
        ): "a loss that equals the lowest is no new lowest",
        lambda losses, patience: stopping()(losses, patience + 1): "that waits one epoch too long: stop as soon as "
        "`patience` epochs have brought nothing",
        lambda losses, patience: stopping()(losses, max(1, patience - 1)): "that stops one epoch too early",
        stopping(forgets=True): "in a row: a new lowest loss starts the count again",
    },
):
    kept = kept_epoch(plain.history.validation_loss, 40)
    print(f"On the first curve, with a patience of 40, you keep epoch {kept}: counted from 1, as above, {kept + 1}.")
    assert kept == stopping()(plain.history.validation_loss, 40)


# %% wrong="stop" hint="never seen"
def kept_epoch(losses, patience):
    return losses.index(min(losses))


# %% wrong="stop" hint="the epoch of the stop"
def kept_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return epoch


# %% wrong="stop" hint="one epoch too long"
def kept_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best > patience:
            break
    return best


# %% wrong="stop" hint="not with the one before"
def kept_epoch(losses, patience):
    best = count = 0
    for e, loss in enumerate(losses):
        if loss < losses[e - 1]:
            best = e
            count = 0
        else:
            count += 1
        if count == patience:
            break
    return best


# %% wrong="stop" hint="is no new lowest"
def kept_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best


# %% wrong="stop" hint="starts the count again"
def kept_epoch(losses, patience):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch > 0:
            waited += 1
        if waited >= patience:
            break
    return best


# %% [markdown]
# **Exercise 3: dropout.** Write it for a list of numbers `x`. `chances` has a random number between 0 and 1 for each of
# them. In training a number is dropped where its chance is below `p`. `training` is True or False.
#
# <details><summary>Hint</summary>
#
# In evaluation return the list as it is. In training go through `zip(x, chances)`: what is dropped becomes 0 and keeps
# its place, and what is kept is divided by the share that is kept on average.
#
# </details>


# %% exercise="dropout"
def my_dropout(x, p, training, chances):
    """The list after dropout, in training or in evaluation."""
    ### BEGIN SOLUTION
    if not training:
        return x
    return [0.0 if u < p else v / (1 - p) for v, u in zip(x, chances, strict=True)]
    ### END SOLUTION


# %% check="dropout"
def dropout_with(kept, evaluated=lambda v, p: v):
    """Dropout by two rules (number, p) → what is kept of it in training, what it is in evaluation."""

    def my_dropout(x, p, training, chances):
        if not training:
            return [evaluated(v, p) for v in x]
        return [0.0 if u < p else kept(v, p) for v, u in zip(x, chances, strict=True)]

    return my_dropout


right_dropout = dropout_with(lambda v, p: v / (1 - p))
if passed(
    check_function,
    my_dropout,
    right_dropout,
    [
        ([1.0, 2.0, 3.0], 0.25, True, [0.1, 0.9, 0.4]),
        ([1.0, 2.0, 3.0], 0.25, False, [0.1, 0.9, 0.4]),
        ([4.0, -5.0], 0.6, True, [0.7, 0.3]),
    ],
    {
        dropout_with(lambda v, p: v): "in training divide what is kept by 1 - p, so that the mean stays",
        lambda x, p, training, chances: right_dropout(x, 0.5, training, chances): "p is given, and not always one half",
        lambda x, p, training, chances: [
            0.0 if training and u < 0.5 else v / (1 - p) if training else v for v, u in zip(x, chances, strict=True)
        ]: "a number is dropped where its chance is below p, and p is not always one half",
        lambda x, p, training, chances: [
            None if training and u < p else v / (1 - p) if training else v for v, u in zip(x, chances, strict=True)
        ]: "what is dropped becomes the number 0, not None",
        lambda x, p, training, chances: [
            0.0 if training and u < p else u / (1 - p) if training else v for v, u in zip(x, chances, strict=True)
        ]: "what is kept is the number, not its chance",
        lambda x, p, training, chances: [
            v if not training or u < p else 0.0 for v, u in zip(x, chances, strict=True)
        ]: "dropped is what has a chance below p, and what is kept is divided by 1 - p",
        dropout_with(lambda v, p: v / (1 - p), lambda v, p: 0.0): "in evaluation the list stays as it is",
        dropout_with(lambda v, p: v / 1 - p): "1 - p needs brackets",
        dropout_with(
            lambda v, p: v / (1 - p), lambda v, p: v * (1 - p)
        ): "in evaluation the list stays as it is: training has made up for it already",
        dropout_with(lambda v, p: v / p): "p is dropped and 1 - p is kept: divide by 1 - p",
        dropout_with(lambda v, p: v * (1 - p)): "divide by 1 - p: what is kept has to grow",
        dropout_with(lambda v, p: v, lambda v, p: v * (1 - p)): "the mean is right that way too, but evaluation is to "
        "stay as it is: divide in training",
        dropout_with(
            lambda v, p: v / (1 - p), lambda v, p: v / (1 - p)
        ): "in evaluation nothing is dropped, so there is nothing to make up for",
        dropout_with(lambda v, p: v, lambda v, p: v / (1 - p)): "divide in training, where something is dropped",
        dropout_with(lambda v, p: v * (1 + p)): "on average 1 - p of all is kept: divide by that",
        dropout_with(lambda v, p: 1 / (1 - p)): "that is the factor: what is kept is multiplied by it",
        lambda x, p, training, chances: right_dropout(x, p, not training, chances): "the cases are swapped: nothing is "
        "dropped in evaluation",
        lambda x, p, training, chances: (
            [v * u / (1 - p) for v, u in zip(x, chances, strict=True)] if training else x
        ): "a chance decides, it is no factor: dropped below p, else kept",
        lambda x, p, training, chances: (
            [0.0 if v < p else v / (1 - p) for v in x] if training else x
        ): "the chance decides what is dropped, not the number itself",
        lambda x, p, training, chances: (
            [v * len(x) / max(1, sum(u >= p for u in chances)) * (u >= p) for v, u in zip(x, chances, strict=True)]
            if training
            else x
        ): "divide by 1 - p, the share that is kept on average, not by the share that happened to be kept",
        lambda x, p, training, chances: (
            [v / (1 - p) - (u < p) for v, u in zip(x, chances, strict=True)] if training else x
        ): "what is dropped becomes 0",
        lambda x, p, training, chances: right_dropout(x, p, True, chances): "in evaluation nothing is dropped",
        lambda x, p, training, chances: (
            [v / (1 - p) for v, u in zip(x, chances, strict=True) if u >= p] if training else x
        ): "what is dropped becomes 0 and keeps its place",
        lambda x, p, training, chances: (
            [0.0 if u >= p else v / (1 - p) for v, u in zip(x, chances, strict=True)] if training else x
        ): "dropped is what has a chance below p",
    },
):
    sizes, rng = abs(runs["dropout"][0].predict(X_val)[0]).tolist(), np.random.default_rng(0)
    draws = [sum(my_dropout(sizes, 0.5, True, rng.uniform(size=32).tolist())) for _ in range(2000)]
    print(f"The sizes of 32 hidden outputs add up to {sum(sizes):.1f}.")
    print(f"In 2000 draws of your dropout they add up to {np.mean(draws):.1f} on average.")
    assert abs(np.mean(draws) - sum(sizes)) < 0.5


# %% wrong="dropout" hint="so that the mean stays"
def my_dropout(x, p, training, chances):
    if not training:
        return x
    return [0.0 if u < p else v for v, u in zip(x, chances, strict=True)]


# %% wrong="dropout" hint="in evaluation nothing is dropped"
def my_dropout(x, p, training, chances):
    return [0.0 if u < p else v / (1 - p) for v, u in zip(x, chances, strict=True)]


# %% wrong="dropout" hint="1 - p is kept"
def my_dropout(x, p, training, chances):
    if not training:
        return x
    return [0.0 if u < p else v / p for v, u in zip(x, chances, strict=True)]


# %% wrong="dropout" hint="keeps its place"
def my_dropout(x, p, training, chances):
    if not training:
        return x
    return [v / (1 - p) for v, u in zip(x, chances, strict=True) if u >= p]


# %% wrong="dropout" hint="evaluation is to stay as it is"
def my_dropout(x, p, training, chances):
    if not training:
        return [v * (1 - p) for v in x]
    return [0.0 if u < p else v for v, u in zip(x, chances, strict=True)]


# %% wrong="dropout" hint="it is no factor"
def my_dropout(x, p, training, chances):
    if not training:
        return x
    return [v * u / (1 - p) for v, u in zip(x, chances, strict=True)]


# %% wrong="dropout" hint="not always one half"
def my_dropout(x, p, training, chances):
    if not training:
        return x
    return [0.0 if u < 0.5 else v / (1 - p) for v, u in zip(x, chances, strict=True)]


# %% [markdown]
# **Open task: your own points.** Put points of your own into `X` and `y`, or write moons with more noise, and find the
# remedy that suits them. Or break a friend's network: let `validation=` see the thirty points, too, and let your friend
# find out why every curve looks so good. Two remedies at once are one line:

# %%
enter("L2 and dropout", train(dropout=0.3, regularizer=lambda m: nn.l2_penalty(m, 0.003)))

# %% [markdown]
# Whatever you train from here on, hold something out first. How low can you bring the loss on the 200 others, with any
# mixture of remedies, and how much of that is left with the next seed?
