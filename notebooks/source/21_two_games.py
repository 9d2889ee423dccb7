# %% [markdown]
# # 21. Two games
#
# **Goal.** Train one network against an opponent, and another with nothing but the score of its game.
#
# **You need** cross-entropy ([notebook 8](08_losses.ipynb)), Adam ([notebook 10](10_optimizers.ipynb)) and `detach`
# ([notebook 14](14_sequences.ipynb)). **Afterwards you can** write the two losses of an adversarial game, say whose
# gradient goes where, learn from a reward that has no slope, and show what a baseline does to the gradient's variance.

# %% [markdown]
# ## A forger and an expert
#
# So far every sample came with a target. In the first game there is none. The forger is a **generator**: a network that
# turns random numbers into points. The expert is a **discriminator**: a network that sees real points and made ones,
# and gives each a score, high for "real", low for "made". The sigmoid of a score is the probability of "real". The
# expert wants to tell the points apart. The forger wants its points to be taken for real.
#
# Here is the smallest such game. A point is one number. The generator is $g \cdot z$, the discriminator's score is
# $w \cdot x$. The expert pays $-\log \sigma(\text{score})$ for the real point and $-\log(1 - \sigma(\text{score}))$
# for the made one. You know both from cross-entropy. Without overflow they are `softplus(-score)` and
# `softplus(score)`.

# %%
from autograd import Value, draw, sigmoid, softplus

w, g = Value(2.0, "w"), Value(1.0, "g")
x, z = Value(3.0, "real x"), Value(1.0, "z")
made = g * z
made.label = "made"
loss = softplus(-(w * x)) + softplus(w * made)
loss.label = "expert's loss"
loss.backward()
draw(loss)

# %% [markdown]
# The real point is at 3, the made one at 1. Both $w$ and $g$ now have a gradient. Suppose that an optimizer goes a step
# down this loss and moves **both**.
#
# **Guess first.** Does the made point move `"toward"` the real one, `"away"` from it, or does it `"stay"`? Press
# Shift+Enter twice: the first runs your cell, the second the folded one below it.

# %% guess="sneaks"
### BEGIN SOLUTION
my_guess = "away"
### END SOLUTION

# %% reveal="sneaks"
from autograd.check import reveal

reveal(
    my_guess,
    "away" if g.grad > 0 else "toward",
    because=f"g has the gradient {g.grad:.2f}, and a step goes against it: g falls. The expert's loss is small when "
    "the forger is bad, so its gradient makes the forger worse",
    replies={
        "toward": "That is what the forger wants. But this is the expert's loss.",
        "stay": "It would if the graph ended at the made point. Here it goes on to g.",
    },
)

# %% wrong="sneaks" hint="what the forger wants"
my_guess = "toward"

# %% [markdown]
# The expert must not train the forger. `detach` cuts the graph at the made point: the number goes in, and no gradient
# comes out.

# %%
w.zero_grad()
g.zero_grad()
cut = made.detach()
cut.label = "made, detached"
loss = softplus(-(w * x)) + softplus(w * cut)
loss.label = "expert's loss"
loss.backward()
print(f"toward w: {w.grad:.3f}, toward g: {g.grad}")
assert g.grad == 0
draw(loss)

# %% [markdown]
# **Exercise: the expert's loss.** A point is a list of coordinates, from here on of two. `discriminator(point)` gives
# its score. Return the loss for a real and a made point, the sum of both terms. The check looks at the loss and at both
# gradients. The expert of the next section pays your loss if it passes, and ours if not.
#
# <details><summary>Hint</summary>
#
# Look at the cell above. There `w * x` is the score of a point, and here it is `discriminator(real)`. The list `made`
# holds Values: detach each of them.
#
# </details>


# %% exercise="told_apart"
def told_apart(discriminator, real, made):
    """What the discriminator pays; nothing of it reaches the generator."""
    ### BEGIN SOLUTION
    made = [v.detach() for v in made]
    return softplus(-discriminator(real)) + softplus(discriminator(made))
    ### END SOLUTION


# %% check="told_apart"
from functools import wraps

from autograd import ReplayError, log, replayed
from autograd.check import check_answer, check_function, passed


def on_parabola(v):
    return [v, v * v]


def judged_by(w):
    return lambda point: w * (point[0] - 0.25 * point[1]) + 0.5


def in_the_small_game(loss):
    """The loss of plain numbers w, g, x, z, with its gradients."""

    @wraps(loss)
    def told_apart(w, g, x, z):
        w, g = Value(w), Value(g)
        paid = loss(judged_by(w), on_parabola(Value(x)), on_parabola(g * z))
        if not isinstance(paid, Value):
            return "a plain number: no gradient comes back" if isinstance(paid, float) else paid
        paid.backward()
        return {"loss": paid.data, "gradient of w": w.grad, "gradient of g": g.grad}

    return told_apart


def can_be_trained(loss, remedy):
    """Whether @replayed can follow a learner's loss, of one or more inputs; it says so where it cannot."""
    try:
        replayed(loss).mean(*([[0.2 * i], [0.9], [0.3]] for i in range(loss.__code__.co_argcount)))
    except (ReplayError, TypeError, ValueError):
        print(f"But `@replayed` cannot follow it, so ours is trained. {remedy}, and yours is trained.")
        return False
    print("From here on your loss does the work: it is what we train.")
    return True


def cut_off(made):
    return [v.detach() for v in made]


def right_told_apart(D, real, made):
    return softplus(-D(real)) + softplus(D(cut_off(made)))


expert_pays = right_told_apart
swapped = "the signs are swapped: that expert learns to call the real points made"
mistakes = {
    lambda D, real, made: softplus(-D(real)) + softplus(D(made)): "the loss is right, but a gradient reaches g: detach "
    "the made point",
    lambda D, real, made: softplus(-D(real)) + softplus(D(made.detach())): "a point is a list: detach each number in "
    "it, `[v.detach() for v in made]`",
    lambda D, real, made: softplus(D(real)) + softplus(-D(cut_off(made))): swapped,
    lambda D, real, made: softplus(D(real)) + softplus(-D(made)): f"{swapped}. And a gradient reaches g",
    lambda D, real, made: softplus(-D(real)) + softplus(D(made).detach()): "that cuts off the discriminator as well: "
    "detach the point, before the discriminator sees it",
    lambda D, real, made: softplus(-D(real).detach()) + softplus(D(cut_off(made))): "the real point's score is "
    "detached: it has to teach the discriminator",
    lambda D, real, made: softplus(-D(real)) + softplus(-D(cut_off(made))): "the made point is paid for as if it were "
    "real: its score should be low",
    lambda D, real, made: softplus(-D(real)) - softplus(D(cut_off(made))): "the sign of the made point's term: both "
    "terms are costs, so add them",
    lambda D, real, made: softplus(-D(real)): "the made point is missing: an expert who says 'real' to everything "
    "would pay nothing",
    lambda D, real, made: softplus(D(cut_off(made))): "the real point is missing: an expert who says 'made' to "
    "everything would pay nothing",
    lambda D, real, made: D(cut_off(made)) - D(real): "those are the scores: each goes through softplus, or the loss "
    "has no lower end",
    lambda D, real, made: softplus(D(made) - D(real)): "each score goes through a softplus of its own",
    lambda D, real, made: softplus(D(cut_off(made)) - D(real)): "each score goes through a softplus of its own",
    lambda D, real, made: right_told_apart(
        D, [*real[:1], 0.0], [*made[:1], Value(0.0)]
    ): "a point has two coordinates: hand on the whole list",
    lambda D, real, made: softplus(-D(real)) * softplus(D(cut_off(made))): "the two are costs: add them",
    lambda D, real, made: -sigmoid(D(real)) - (1 - sigmoid(D(cut_off(made)))): "those are the probabilities: a cost is "
    "minus the logarithm of one, softplus",
    lambda D, real, made: (
        softplus(D(cut_off(made))) - softplus(D(real))
    ): "the sign belongs inside: softplus(-score) for the real point",
    lambda D, real, made: (D(real) - 1) ** 2 + D(cut_off(made)) ** 2: "those are squared errors of the scores: each "
    "score goes through a softplus",
    lambda D, real, made: (
        softplus(-D(real)) + softplus(D([made[0].detach(), *made[1:]]))
    ): "the second coordinate has a gradient too: detach each number of the point",
    lambda D, real, made: softplus(-D(real[:1])): "a point has two coordinates: hand on the whole list",
    lambda D, real, made: right_told_apart(lambda point: w * point[0], real, made): "those are `w` and the points from "
    "above: the score of a point is `discriminator(point)`",
    lambda D, real, made: softplus(-D(cut_off(made))) + softplus(D(cut_off(made))): "both terms judge the made point: "
    "the first one is for `real`",
    lambda D, real, made: D(made[0]): "a point stays a list: `[v.detach() for v in made]`",
    lambda D, real, made: sigmoid(-D(real)) + sigmoid(D(cut_off(made))): "those are probabilities: the loss is their "
    "-log, softplus",
    lambda D, real, made: float(right_told_apart(D, real, made)): "`float` and `.data` of the loss cut the graph: "
    "return the Value itself",
    lambda D, real, made: right_told_apart(lambda point: D(point).data, real, made) + Value(0.0): "no gradient reaches "
    "w: call the discriminator that is given, and use its score as it is",
}
if passed(
    check_function,
    in_the_small_game(told_apart),
    in_the_small_game(right_told_apart),
    [(2.0, 1.0, 3.0, 1.0), (0.5, -1.0, 2.0, 1.5), (-0.7, 0.4, 1.2, -2.0)],
    {in_the_small_game(wrong): hint for wrong, hint in mistakes.items()},
) and can_be_trained(
    lambda x, z: told_apart(judged_by(0.3), [*x, 1.0], on_parabola(Value(2.0) * z[0])), "Use `detach()`, not `.data`"
):
    expert_pays = told_apart


# %% wrong="told_apart" hint="a gradient reaches g: detach"
def told_apart(discriminator, real, made):
    return softplus(-discriminator(real)) + softplus(discriminator(made))


# %% wrong="told_apart" hint="a point is a list"
def told_apart(discriminator, real, made):
    return softplus(-discriminator(real)) + softplus(discriminator(made.detach()))


# %% wrong="told_apart" hint="learns to call the real points made"
def told_apart(discriminator, real, made):
    return softplus(discriminator(real)) + softplus(-discriminator([v.detach() for v in made]))


# %% wrong="told_apart" hint="a point has two coordinates"
def told_apart(discriminator, real, made):
    return softplus(-discriminator(real[:1])) + softplus(discriminator([made[0].detach()]))


# %% wrong="told_apart" hint="those are `w` and the points from above"
def told_apart(discriminator, real, made):
    return softplus(-(w * real[0])) + softplus(w * made[0].detach())


# %% wrong="told_apart" hint="cuts off the discriminator as well"
def told_apart(discriminator, real, made):
    return softplus(-discriminator(real)) + softplus(discriminator(made).detach())


# %% [markdown]
# **Exercise: the forger's loss.** The forger pays $-\log \sigma(\text{score})$ of its own point: little when the
# expert takes it for real. Its gradient has to pass *through* the discriminator to reach $g$.


# %% exercise="taken_for_real"
def taken_for_real(discriminator, made):
    """What the generator pays."""
    ### BEGIN SOLUTION
    return softplus(-discriminator(made))
    ### END SOLUTION


# %% check="taken_for_real"
def for_the_forger(loss):
    """The forger's loss of plain numbers w, g, z, with the gradient of g."""

    @wraps(loss)
    def taken_for_real(w, g, z):
        w, g = Value(w), Value(g)
        paid = loss(judged_by(w), on_parabola(g * z))
        if not isinstance(paid, Value):
            return paid
        paid.backward()
        return {"loss": paid.data, "gradient of g": g.grad}

    return taken_for_real


def right_taken(D, made):
    return softplus(-D(made))


forger_pays = right_taken
nothing = "nothing reaches g: here the gradient is for the generator, so leave detach out"
mistakes = {
    lambda D, made: softplus(D(made)): "the sign is swapped: that is the expert's share. The forger would learn to be "
    "caught",
    lambda D, made: softplus(-D(cut_off(made))): nothing,
    lambda D, made: softplus(-D(made)).detach(): nothing,
    lambda D, made: -softplus(D(made)): "the direction is right, and so the first paper had it, but that loss is flat "
    "where the expert is sure. Take -log σ(score)",
    lambda D, made: softplus(D([-v for v in made])): "the minus belongs to the score, not to the point",
    lambda D, made: softplus(-made[0]): "the point has to be judged: the discriminator gives its score",
    lambda D, made: softplus(-D([x])) + softplus(D(made)): "that is the expert's loss",
    lambda D, made: softplus(-D(made[0])): "a point is a list: hand on all of it, not its first number",
    lambda D, made: softplus(-D(made[:1])): "a point has two coordinates: hand on the whole list",
    lambda D, made: -softplus(-D(made)): "the sign: softplus(-score) is what it pays already",
    lambda D, made: -sigmoid(D(made)): "that is the probability: its logarithm is missing",
    lambda D, made: -D(made): "that is the score: it goes through softplus, as the expert's do",
    lambda D, made: -log(D(made)): "that is the logarithm of the score: a sigmoid makes a probability of it first",
    lambda D, made: sigmoid(-D(made)): "that is the probability of 'made': the loss is a logarithm",
}
if passed(
    check_function,
    for_the_forger(taken_for_real),
    for_the_forger(right_taken),
    [(2.0, 1.0, 1.0), (0.5, -1.0, 1.5), (-0.7, 0.4, -2.0)],
    {for_the_forger(wrong): hint for wrong, hint in mistakes.items()},
) and can_be_trained(lambda z: taken_for_real(judged_by(0.3), on_parabola(Value(2.0) * z[0])), "Use `softplus`"):
    forger_pays = taken_for_real


# %% wrong="taken_for_real" hint="learn to be caught"
def taken_for_real(discriminator, made):
    return softplus(discriminator(made))


# %% wrong="taken_for_real" hint="nothing reaches g"
def taken_for_real(discriminator, made):
    return softplus(-discriminator([v.detach() for v in made]))


# %% wrong="taken_for_real" hint="flat where the expert is sure"
def taken_for_real(discriminator, made):
    return -softplus(discriminator(made))


# %% [markdown]
# On its way to $g$ the forger's gradient also lands on $w$. The expert does not want that share. You need not cut
# anything: only the forger's optimizer steps, and the expert's gradients are set to 0 before its own turn.
#
# Sooner or later the made points may be so good that nobody can tell. Then the best expert gives every point the
# probability one half.
#
# **Guess first.** What does the expert then pay for one real and one made point together?

# %% guess="balance"
### BEGIN SOLUTION
from math import log

my_guess = 2 * log(2)
### END SOLUTION

# %% reveal="balance"
nobody_can_tell = 2 * softplus(Value(0.0)).data
reveal(
    my_guess,
    nobody_can_tell,
    because="the score is 0, and each of the two points costs -log ½ = ln 2",
    replies={
        nobody_can_tell / 2: "That is for one of the two points.",
        0: "It pays 0 when it is sure of both points and right. Here it can only toss a coin.",
        1: "One half and one half are the probabilities. What is paid is -log of each.",
        0.5: "That is the probability. What is paid is -log of it, for each point.",
    },
)

# %% wrong="balance" hint="one of the two points"
my_guess = 0.6931

# %% [markdown]
# ## The ring
#
# Now two networks, and eight real points on a circle, each a little blurred. The generator gets four random numbers
# and returns two coordinates.

# %%
import matplotlib.pyplot as plt
import numpy as np

import nn
from autograd import replayed

angles = 2 * np.pi * np.arange(8) / 8
RING = np.stack([np.cos(angles), np.sin(angles)], axis=1)
ROUNDS, BATCH = 700, 64


def real_points(n, rng):
    return RING[rng.integers(8, size=n)] + rng.normal(scale=0.05, size=(n, 2))


def found(points):
    """How many of the eight have at least a fiftieth of the points nearby."""
    distances = np.linalg.norm(points[:, None] - RING, axis=2)
    near = distances.argmin(axis=1)[distances.min(axis=1) < 0.2]
    return int((np.bincount(near, minlength=8) >= len(points) / 50).sum())


# %% [markdown]
# In each round the expert takes a step down its loss, then the forger takes one down its own. `expert_pays` and
# `forger_pays` are the two losses that you wrote (or ours, where a cell is a blank). Both are `@replayed`, so a batch
# is quick. At first the expert sees all points through a blur, so that real and made ones overlap.


# %%
def play(expert_pays, forger_pays):
    """The points made before and after, and what the expert paid in each round."""
    rng = np.random.default_rng(1)
    G = nn.MLP(4, [16, 16, 2], "relu", init="he", rng=rng)
    D = nn.MLP(2, [16, 16, 1], "leaky_relu", init="he", rng=rng)
    forger = nn.Adam(G.parameters(), lr=0.002, betas=(0.5, 0.99))
    expert = nn.Adam(D.parameters(), lr=0.005, betas=(0.5, 0.99))

    @replayed
    def expert_loss(real, z, blur):
        def blurred(point):
            return D([a + b for a, b in zip(point, blur, strict=True)])

        return expert_pays(blurred, real, G(z))

    @replayed
    def forger_loss(z):
        return forger_pays(D, G(z))

    def noise(n=BATCH):
        return rng.normal(size=(n, 4))

    before, paid = G.predict(noise(500)), []
    for i in range(ROUNDS):
        forger.zero_grad()
        expert.zero_grad()
        blur = rng.normal(scale=0.3 * (1 - i / ROUNDS), size=(BATCH, 2))
        loss = expert_loss.mean(real_points(BATCH, rng), noise(), blur)
        loss.backward()
        expert.step()
        forger_loss.mean(noise()).backward()
        forger.step()
        paid.append(loss.data)
    return before, G.predict(noise(500)), paid


# %%
before, after, paid = play(expert_pays, forger_pays)
print("points of the ring found: before", found(before), "and after", found(after))
late = np.mean(paid[-100:])
print(f"the expert's loss, last 100 rounds: {late:.2f} of {nobody_can_tell:.2f}")
assert found(before) <= 2 < 6 <= found(after)

# %% plot=""
RNG = np.random.default_rng(2)


def show_points(axes, points, title):
    axes.scatter(*real_points(300, RNG).T, s=8, color="0.75", label="real")
    axes.scatter(*points.T, s=5, color="tab:red", alpha=0.5, label="made")
    axes.set_title(title)
    axes.set_aspect("equal", "datalim")


_, (left, middle, right) = plt.subplots(1, 3, figsize=(10, 3.3), layout="constrained")
show_points(left, before, "before")
show_points(middle, after, f"after {ROUNDS} rounds")
left.legend()
right.plot(paid, lw=0.7)
right.axhline(nobody_can_tell, color="k", ls=":", label="nobody can tell")
right.set_xlabel("round")
right.set_title("what the expert pays")
right.legend()
plt.show()

# %% [markdown]
# Nobody showed the forger a real point. Everything it knows about the ring came to it as a gradient, through its
# opponent.
#
# ## Break it on purpose
#
# Two small changes: `detach` left out, and the sign in the forger's loss swapped. The rest is the same, down to the
# random numbers at the start.


# %%
def no_detach(discriminator, real, made):
    return softplus(-discriminator(real)) + softplus(discriminator(made))


def sign_swapped(discriminator, made):
    return softplus(discriminator(made))


_, uncut, paid_uncut = play(no_detach, forger_pays)
_, swapped, paid_swapped = play(expert_pays, sign_swapped)
pays = {"right": paid, "no detach": paid_uncut, "swapped": paid_swapped}
for name, losses in pays.items():
    print(f"{name:10} expert's loss at the end: {np.mean(losses[-100:]):.3f}")
away = np.linalg.norm(swapped, axis=1).mean()
print(f"swapped: {away:.1f} from the centre, on average; the ring has radius 1")
assert found(uncut) < found(after)
assert found(swapped) == 0
assert np.mean(paid_swapped[-100:]) < 0.05
assert away > 3

# %% plot=""
_, axes = plt.subplots(1, 3, figsize=(10, 3.3), layout="constrained")
show_points(axes[0], after, f"right: {found(after)} found")
show_points(axes[1], uncut, f"no detach: {found(uncut)} found")
show_points(axes[2], swapped, f"sign swapped: {found(swapped)} found")
plt.show()

# %% [markdown]
# Without `detach` the forger steps down the expert's loss as well, and that pulls its points to where the expert is
# surest of "made". It ends up in a part of the ring only. No error is raised, and nothing warns you.
#
# With the sign swapped the forger helps the expert. It runs far from the ring, where nobody takes its points for real.
#
# > **Misconception: "the expert's loss is near 0, so training goes well".** Look at the figures: it is nearest to 0
# > where everything went wrong. In a game, a loss tells who is winning, not how good the players are. Here the best
# > end is a draw, $2 \ln 2$. Judge the points, not the loss.
#
# ## A reward without a slope
#
# In the second game nobody hands you a gradient at all. You choose between two doors, and each pays a fixed sum:

# %%
PAYS = {True: 12, False: 10}  # right, left

# %% [markdown]
# You go right with the probability $\sigma(\theta)$. How should $\theta$ change? The payment depends on the door, the
# door depends on a coin, and a coin has no derivative.
#
# But the *probability* of what you did has one. Call what a game pays its **return** $R$. Door $d$ is taken with the
# probability $p_d$ and brings the return $R_d$. For the expected return, the mean over very many games,
#
# $$\frac{\partial}{\partial\theta} \sum_d p_d R_d = \sum_d p_d \cdot R_d \frac{\partial \log p_d}{\partial\theta},
# \qquad\text{since}\quad p'_d = p_d \cdot (\log p_d)'.$$
#
# (A prime marks a derivative toward $\theta$.) The right side is a mean over games as well. So play, and take the
# **return times the gradient of the log-probability** of what you did. On average, that is the slope.


# %%
def log_chance(score, right):
    """log p of what was done: log σ(score) for right = 1, log(1 − σ(score)) for 0."""
    return right * score - softplus(score)


def estimate(right, baseline=0.0):
    """The gradient that one game brings, at θ = 0."""
    theta = Value(0.0, "θ")
    ((PAYS[right] - baseline) * log_chance(theta, right)).backward()
    return theta.grad


theta = Value(0.0, "θ")
chance = sigmoid(theta)
(chance * PAYS[True] + (1 - chance) * PAYS[False]).backward()
games = [estimate(right) for right in np.random.default_rng(0).random(4000) < 0.5]
print("one game brings:", estimate(True), "or", estimate(False))
print("the slope of the expected return:", theta.grad)
print(f"mean over {len(games):,} games: {np.mean(games):.2f}")
print("variance of one game's gradient:", np.var([estimate(True), estimate(False)]))
assert abs(np.mean(games) - theta.grad) < 0.3

# %% [markdown]
# The slope is right, and it is buried in noise: one game says 6, the other −5, and the truth is 0.5. Every payment is
# positive, so every game shouts "more of that!", and only the difference counts. The **variance** measures the noise:
# it is the mean of the squared distances from the mean.
#
# So compare a return with what you expected. Subtract a **baseline**: the number halfway between the two payments.
#
# **Guess first.** The mean of one game's gradient was 0.5, and its variance 30.25. With the baseline, what is its
# variance?

# %% guess="baseline"
### BEGIN SOLUTION
my_guess = 0
### END SOLUTION

# %% reveal="baseline"
with_baseline = [estimate(right, baseline=11.0) for right in (True, False)]
reveal(
    my_guess,
    np.var(with_baseline),
    because=f"right brings (12 - 11) · ½ = {with_baseline[0]}, left brings (10 - 11) · (-½) = {with_baseline[1]}. "
    "Every game brings the slope itself",
    replies={
        np.var([estimate(True), estimate(False)]): "The variance does not change if you subtract a number from the "
        "gradient. Here it is subtracted from the return, which is then multiplied.",
        0.5: "That is the mean, and it is still right.",
        0.25: "That is the square of what each game brings. Variance is the spread about the mean.",
        1: "That is the variance of the return less its baseline. Now multiply by the gradient of log p.",
    },
)

# %% wrong="baseline" hint="which is then multiplied"
my_guess = 30.25

# %% [markdown]
# Does a baseline change the slope? No. It can be any number, as long as it does not depend on the door:
# $\sum_d p_d \cdot b \cdot (\log p_d)' = b \sum_d p'_d = 0$, since probabilities add up to 1.

# %%
baselines = np.linspace(0, 20, 41)
pairs = [[estimate(right, b) for right in (True, False)] for b in baselines]
assert np.allclose(np.mean(pairs, axis=1), 0.5)
print(f"variance, from {np.var(pairs, axis=1).min()} to {np.var(pairs, axis=1).max()}")

# %% plot=""
plt.figure(figsize=(6, 3), layout="constrained")
plt.plot(baselines, np.var(pairs, axis=1), label="variance")
plt.plot(baselines, np.mean(pairs, axis=1), label="mean")
plt.xlabel("baseline")
plt.title("The gradient of one game")
plt.legend()
plt.show()

# %% [markdown]
# **Exercise: the policy's loss.** A network that decides is called a **policy**. `score` is its output, `right` is what
# was done (1 or 0), and `ret` is the return that followed. `expected` is the baseline: a Value that another network has
# computed.
#
# An optimizer goes *down* a loss, and this descent should make good games *more* likely. And whose gradient goes where?
# This loss must not train the other network. The check looks at both gradients. Your loss trains the player of the next
# game, if it passes.
#
# <details><summary>Hint</summary>
#
# `log_chance(score, right)` is the log-probability of what was done. Multiply it by the return less its baseline. Which
# sign does a loss need? And which of the factors is to be detached?
#
# </details>


# %% exercise="policy_loss"
def policy_loss(score, right, ret, expected):
    """Descending it makes what went better than expected more likely."""
    ### BEGIN SOLUTION
    return -(ret - expected.detach()) * log_chance(score, right)
    ### END SOLUTION


# %% check="policy_loss"
from autograd import exp


def gradients_of_game(loss):
    """The gradients of a policy's loss, for plain numbers."""

    @wraps(loss)
    def policy_loss(score, right, ret, expected):
        score, expected = Value(score), Value(expected)
        paid = loss(score, right, ret, expected)
        if not isinstance(paid, Value):
            return paid
        paid.backward()
        return {"gradient of score": score.grad, "gradient of expected": expected.grad}

    return policy_loss


def less_baseline(ret, b):
    return ret - b.detach()


def changed(advantage=less_baseline, log_p=log_chance, sign=-1, plus=lambda ret, b: 0.0):
    return lambda s, right, ret, b: sign * advantage(ret, b) * log_p(s, right) + plus(ret, b)


sign = "the sign is wrong: descending that, the policy learns to lose"
own_side = "detached is the policy's side: detach the baseline"
mistakes = {
    changed(sign=1): sign,
    changed(lambda ret, b: ret - b, sign=1): f"{sign}. And detach the baseline",
    changed(lambda ret, b: ret - b): "toward the score it is right, but the baseline gets a gradient too: detach it",
    changed(lambda ret, b: ret): "that is the return alone: right on average, but noisy. Subtract the baseline",
    changed(lambda ret, b: ret + b.detach()): "the baseline is added: that makes the noise larger. Subtract it",
    lambda s, right, ret, b: (
        -ret - b.detach() * log_chance(s, right)
    ): "brackets: first the difference, then the product",
    changed(lambda ret, b: ret * b.detach()): "the baseline is subtracted, it does not multiply",
    changed(log_p=lambda s, right: sigmoid(s)): "that is the probability of going right: `log_chance` gives log p of "
    "what was done",
    changed(log_p=lambda s, right: log_chance(right, s)): "`log_chance` takes the score first, then what was done",
    changed(
        log_p=lambda s, right: log_chance(s, 1) * (1 if right else -1)
    ): "for left it is log(1 − σ), not minus log σ: `log_chance(score, right)` gives both",
    changed(lambda ret, b: ret.detach() - b): "`ret` is a plain number: it is `expected` that is to be detached",
    changed(lambda ret, b: ret / b.detach()): "subtract the baseline: a quotient never changes its sign",
    changed(lambda ret, b: abs(ret - b.detach())): "what went worse than expected has to become less likely: keep its "
    "sign",
    changed(lambda ret, b: (ret - b.detach()) ** 2): "the square makes bad games as good as good ones: leave it out",
    changed(lambda ret, b: (ret - b.detach()) ** 2, sign=1): "the square makes bad games as good as good ones: leave "
    "it out",
    changed(log_p=lambda s, right: exp(log_chance(s, right))): "that is the probability: its logarithm is missing",
    changed(log_p=lambda s, right: log_chance(s, 1)): "that is always the chance of going right: what was done counts",
    changed(log_p=lambda s, right: log_chance(s, 1 - right)): "that is the chance of what was *not* done",
    changed(log_p=lambda s, right: log_chance(s.detach(), right)): "the score is detached, or left out: nothing is "
    "left to learn from",
    changed(lambda ret, b: ret, plus=lambda ret, b: -b): "the baseline is subtracted from the loss: subtract it from "
    "the return, inside the product, and detach it",
    changed(plus=lambda ret, b: (ret - b) ** 2): "the other network has a loss of its own: leave it out here",
    changed(lambda ret, b: ret - b, lambda s, right: log_chance(s, right).detach()): own_side,
    changed(lambda ret, b: ret - b, lambda s, right: log_chance(s, right).detach(), 1): own_side,
    changed(lambda ret, b: 1.0): "every game counts the same: multiply by the return less its baseline",
    changed(log_p=lambda s, right: s): "that is the score: log_chance makes it the log-probability of what was done",
}
player_pays = changed()
if passed(
    check_function,
    gradients_of_game(policy_loss),
    gradients_of_game(changed()),
    [(0.3, 1, 12.0, 11.0), (-0.8, 0, 10.0, 11.5), (1.5, 1, 4.0, 7.0), (0.6, 0, 9.0, 5.0)],
    {gradients_of_game(wrong): hint for wrong, hint in mistakes.items()},
) and can_be_trained(
    lambda s, right, ret, b: policy_loss(Value(2.0) * s[0], right[0], ret[0], Value(3.0) * b[0]),
    "Use `log_chance` and `detach()`, no `if` and no `.data`",
):
    player_pays = policy_loss


# %% wrong="policy_loss" hint="learns to lose"
def policy_loss(score, right, ret, expected):
    return (ret - expected.detach()) * log_chance(score, right)


# %% wrong="policy_loss" hint="the baseline gets a gradient too"
def policy_loss(score, right, ret, expected):
    return -(ret - expected) * log_chance(score, right)


# %% wrong="policy_loss" hint="brackets: first the difference"
def policy_loss(score, right, ret, expected):
    return -ret - expected.detach() * log_chance(score, right)


# %% wrong="policy_loss" hint="takes the score first"
def policy_loss(score, right, ret, expected):
    return -(ret - expected.detach()) * log_chance(right, score)


# %% wrong="policy_loss" hint="Subtract the baseline"
def policy_loss(score, right, ret, expected):
    return -ret * log_chance(score, right)


# %% wrong="policy_loss" hint="subtract it from the return"
def policy_loss(score, right, ret, expected):
    return -ret * log_chance(score, right) - expected


# %% [markdown]
# ## A pole on a cart
#
# A cart carries a pole, and the pole falls over if nobody does anything. Fifty times a second you push the cart to the
# left or to the right. As long as the pole stands, each step pays 1. Nobody says which push was the good one.
#
# The next cell is the game: two equations of mechanics, and ten games played side by side. You need not read it
# closely. A step's **return** is what was paid from there to the end, and each further step counts a little less.

# %%
GAMES, LONGEST, DISCOUNT = 10, 200, 0.99


def pushed(state, right):
    """0.02 s later: the cart's place, its speed, the pole's angle, its speed."""
    _, speed, angle, turn = state.T
    sine, cosine = np.sin(angle), np.cos(angle)
    pull = (np.where(right, 10.0, -10.0) + 0.05 * turn**2 * sine) / 1.1
    turning = (9.8 * sine - cosine * pull) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
    speeding = pull - 0.05 * turning * cosine / 1.1
    return state + 0.02 * np.stack([speed, speeding, turn, turning], axis=1)


def games_played(score, rng):
    """For each step of each game: what was seen and done, the return, the game."""
    state, alive = rng.uniform(-0.05, 0.05, (GAMES, 4)), np.arange(GAMES)
    lengths, steps = np.zeros(GAMES, int), []
    while len(alive) and lengths.max() < LONGEST:
        seen = state / [2.4, 2.0, 0.2, 2.0]  # numbers of about one
        right = rng.random(len(alive)) < 1 / (1 + np.exp(-score.each(seen)))
        steps.append((seen, right * 1.0, alive, lengths[alive]))
        lengths[alive] += 1
        state = pushed(state, right)
        stands = (np.abs(state[:, 0]) < 2.4) & (np.abs(state[:, 2]) < np.radians(12))
        state, alive = state[stands], alive[stands]
    seen, right, game, t = map(np.concatenate, zip(*steps, strict=True))
    returns = 1 - DISCOUNT ** (lengths[game] - t)  # from 0 to 1
    return seen, right, returns, game


# %% [markdown]
# And here is the learning. The policy pays `player_pays`, which is your loss or ours. The baseline comes from a second
# network, the **critic**, which learns what return to expect in a state. In each update ten games are played. Then the
# policy takes one step, and the critic takes five.


# %%
def learn(seed, player_pays=player_pays, baseline=True, updates=30):
    """The games' mean length at each update; the policy, the critic, the rng."""
    rng = np.random.default_rng(seed)
    policy, critic = (nn.MLP(4, [16, 1], "tanh", rng=rng) for _ in range(2))
    acts, expects = (nn.Adam(m.parameters(), lr=0.02) for m in (policy, critic))

    score = replayed(policy)

    @replayed
    def policy_loss(seen, right, ret):
        expected = critic(seen) if baseline else Value(0.0)
        return player_pays(policy(seen), right, ret, expected)

    @replayed
    def critic_loss(seen, ret):
        return nn.mse(critic(seen), ret)

    lengths = []
    for _ in range(updates):
        seen, right, returns, _ = games_played(score, rng)
        lengths.append(len(seen) / GAMES)
        acts.zero_grad()
        policy_loss.mean(seen, right, returns).backward()
        acts.step()
        for _ in range(5):
            expects.zero_grad()
            critic_loss.mean(seen, returns).backward()
            expects.step()
    return lengths, policy, critic, rng


# %%
runs = [learn(seed) for seed in (0, 1)]
curves = [lengths for lengths, *_ in runs]
curves_without = [learn(seed, baseline=False)[0] for seed in (0, 1)]
first, last = np.mean(curves, axis=0)[[0, -1]]
print(f"steps the pole stood: {first:.0f} at first, {last:.0f} of {LONGEST} at the end")
assert first < 40
assert last > 120

# %% [markdown]
# What is the critic good for? Let the trained policy play ten games more. Each game alone gives a gradient. How far do
# the ten gradients scatter: without a baseline, with the mean of all returns, and with what the critic expects?


# %%
def scatter(policy, critic, rng):
    """The variance of one game's gradient, for three baselines."""

    @replayed
    def policy_loss(seen, right, above):  # the baseline is subtracted already
        return player_pays(policy(seen), right, above, Value(0.0))

    def gradient(*columns):
        policy.zero_grad()
        policy_loss.mean(*columns).backward()
        return [p.grad for p in policy.parameters()]

    seen, right, returns, game = games_played(replayed(policy), rng)
    expected = critic.predict(seen)[:, 0]
    baselines = {"none": 0.0, "mean": returns.mean(), "critic": expected}
    rows, found = [game == k for k in range(GAMES)], {}
    for name, baseline in baselines.items():
        above = returns - baseline
        each_game = [gradient(seen[k], right[k], above[k]) for k in rows]
        found[name] = np.var(each_game, axis=0).sum()
    return found


scatters = [scatter(*players) for _, *players in runs]
for name in scatters[0]:
    share = np.mean([s[name] / s["none"] for s in scatters])
    print(f"variance of the gradient, baseline {name + ':':7} {share:7.1%}")
assert all(s["critic"] < 0.5 * s["none"] for s in scatters)

# %% [markdown]
# A baseline leaves the slope as it is, and with the critic only a small part of the variance remains. Now the wrong
# sign: the same network, but it *descends* the expected return.
#
# **Guess first.** How long does the pole stand after 30 updates with the wrong sign: `"longer"` than at first, as long
# as at first (`"same"`), or `"shorter"`?

# %% guess="lose"
### BEGIN SOLUTION
my_guess = "shorter"
### END SOLUTION

# %% reveal="lose"
losing, *_ = learn(0, lambda *game: -player_pays(*game))
reveal(
    my_guess,
    "shorter" if losing[-1] < 0.7 * losing[0] else "same",
    because=f"it stands for {losing[-1]:.0f} steps in place of {losing[0]:.0f}. The network has learned to lose: it "
    "pushes to one side only, and no other way ends a game faster",
    replies={
        "same": "That would be a policy that learns nothing. This one learns, and well: the opposite.",
        "longer": "That is what the right sign does. This one makes what went badly more likely.",
    },
)

# %% wrong="lose" hint="what the right sign does"
my_guess = "longer"

# %% plot=""
plt.figure(figsize=(6.5, 3.6), layout="constrained")
for curve, plain in zip(curves, curves_without, strict=True):
    plt.plot(curve, color="tab:blue")
    plt.plot(plain, color="tab:orange")
plt.plot(losing, color="tab:red")
labels = {"tab:blue": "baseline", "tab:orange": "no baseline", "tab:red": "wrong sign"}
for colour, label in labels.items():
    plt.plot([], color=colour, label=label)
plt.xlabel("update")
plt.ylabel("steps that the pole stood")
plt.title("Ten games an update, two seeds")
plt.legend()
plt.show()

# %% [markdown]
# This game is easy: the policy learns without a baseline too, since every update averages over hundreds of steps. In a
# longer game, or with fewer games an update, the noise decides whether anything is learned.
#
# ## What you can now do
#
# You can play two losses against each other, keep their gradients apart, and climb a reward that has no slope. Show it:
#
# **Exercise 1: who is flat?** The expert is sure: the made point's score is −4. Give the slope toward the score of the
# forger's loss $-\log \sigma(s)$, and of $\log(1 - \sigma(s))$, the forger's loss in the first paper on this game. To
# three digits.
#
# <details><summary>Hint</summary>
#
# They are `softplus(-s)` and `-softplus(s)`. Let the engine differentiate: `s = Value(-4.0)`.
#
# </details>

# %% exercise="flat"
### BEGIN SOLUTION
slope_now = -0.982
slope_first = -0.01799
### END SOLUTION

# %% check="flat"
s_now, s_first = Value(-4.0), Value(-4.0)
softplus(-s_now).backward()
(-softplus(s_first)).backward()
check_answer(
    "slope_now",
    slope_now,
    s_now.grad,
    {
        -s_now.grad: "the sign: a higher score makes the forger's loss smaller",
        -4: "that is the score: the slope of softplus(-s) at s = −4 is asked for",
        -s_first.grad: "that is the other one, and the sign: where the expert is sure, this one is steep",
        0: "the forger's loss is not flat here: `softplus(-s)` at s = −4",
        s_first.grad: "that is the other one: where the expert is sure, this one is steep",
        softplus(Value(4.0)).data: "that is the loss itself, not its slope",
        -softplus(Value(4.0)).data: "that is minus the loss: its slope is asked for",
        s_now.grad * s_first.grad: "that is the slope of the sigmoid: the loss is its logarithm",
    },
    rtol=5e-3,
)
check_answer(
    "slope_first",
    slope_first,
    s_first.grad,
    {
        -s_first.grad: "the sign: a higher score makes this loss smaller too",
        -1: "that is where the other one is heading: this one is nearly flat here",
        -s_now.grad: "that is the other one, and the sign: this one is nearly flat here",
        **dict.fromkeys((0, -0.02), "nearly flat, but not quite: give three digits"),
        s_now.grad: "that is the other one: this one is nearly flat here",
        -softplus(Value(-4.0)).data: "that is the loss itself, not its slope",
    },
    rtol=5e-3,
)

# %% wrong="flat" hint="the sign: a higher score makes the forger"
slope_now, slope_first = 0.982, -0.018

# %% wrong="flat" hint="nearly flat here"
slope_now, slope_first = -0.982, -0.982

# %% [markdown]
# **Exercise 2: returns.** From the rewards of a game make the return of each step: its own reward, plus the discount
# times the return of the next step.


# %% exercise="returns"
def returns_of(rewards, discount):
    """A list as long as the rewards."""
    ### BEGIN SOLUTION
    total, returns = 0.0, []
    for reward in reversed(rewards):
        total = reward + discount * total
        returns.insert(0, total)
    return returns
    ### END SOLUTION


# %% check="returns"
def summed(weight, first=lambda t: t):
    """Rewards from step first(t) on, added up with weights."""
    return lambda rewards, discount: [
        sum(weight(discount, k, t) * rewards[k] for k in range(first(t), len(rewards))) for t in range(len(rewards))
    ]


def so_far(rewards, discount):
    total, returns = 0.0, []
    for reward in rewards:
        total = reward + discount * total
        returns.append(total)
    return returns


right_returns = summed(lambda d, k, t: d ** (k - t))
check_function(
    returns_of,
    right_returns,
    [([1.0, 2.0, 4.0], 0.5), ([3.0, 0.0, -1.0, 2.0], 0.9), ([1.0, 5.0], 0.8)],
    {
        so_far: "that looks back: what was paid before a step is no merit of the step. Begin at the end",
        lambda r, d: right_returns(r, d)[::-1]: "that is in the wrong order: the first step's return comes first",
        summed(lambda d, k, t: 1.0): "the discount is missing: each further step is worth less",
        summed(lambda d, k, t: d**k, lambda t: 0): "that is the return of the whole game for every step",
        summed(lambda d, k, t: d**k): "the discount counts from the start of the game: count from the step",
        summed(lambda d, k, t: d ** (k - t + 1)): "the step's own reward is not discounted",
        summed(lambda d, k, t: d ** (k - t - 1), lambda t: t + 1): "the step's own reward is missing",
        lambda r, d: right_returns(r, d)[0]: "that is the first step's return alone: every step has one",
        lambda r, d: [*right_returns(r, d), 0.0]: "one too many: nothing follows the last step, but it has no entry",
        lambda r, d: [1.0][len(r)]: "the last step has no next one: begin with a return of 0 behind it",
        lambda r, d: summed(lambda d, k, t: (d if k > t else 1) * (k < t + 2))(r, d): "only the next reward counts: "
        "take the next step's *return*, in which all later rewards are",
        summed(lambda d, k, t: d * (k - t)): "the discount counts once for each step further on: to the power of k",
        lambda r, d: [x * d for x in r]: "those are single rewards: a return adds up all that follow",
        summed(lambda d, k, t: d if k > t else 1.0): "the discount counts once for each step further on: to the power "
        "of k",
        lambda r, d: right_returns([*r[:-1], 0.0], d): "the last step is left out: its return is its own reward",
        lambda r, d: [x * d**t for t, x in enumerate(r)]: "those are single rewards: a return adds up all that follow",
        lambda r, d: [
            x * (1 - d) for x in right_returns(r, d)
        ]: "the step's own reward counts in full, without a factor",
        summed(lambda d, k, t: (1 - d) ** (k - t)): "the next return is worth the discount, not 1 - discount",
    },
)


# %% wrong="returns" hint="that looks back"
def returns_of(rewards, discount):
    total, returns = 0.0, []
    for reward in rewards:
        total = reward + discount * total
        returns.append(total)
    return returns


# %% wrong="returns" hint="in the wrong order"
def returns_of(rewards, discount):
    total, returns = 0.0, []
    for reward in reversed(rewards):
        total = reward + discount * total
        returns.append(total)
    return returns


# %% wrong="returns" hint="then return the list"
def returns_of(rewards, discount):
    total, returns = 0.0, []
    for reward in reversed(rewards):
        total = reward + discount * total
        returns.append(total)
    return returns.reverse()


# %% wrong="returns" hint="the discount is missing"
def returns_of(rewards, discount):
    return [sum(rewards[t:]) for t in range(len(rewards))]


# %% [markdown]
# **Exercise 3: the best baseline.** Two other doors. You go right with a probability of ¼. Right pays 8, left pays 4.
# The gradient of $\log p$ toward $\theta$ is ¾ for right and −¼ for left. What is the slope of the expected return, and
# which baseline leaves no variance at all?
#
# <details><summary>Hint</summary>
#
# Without a baseline one game brings $8 \cdot \tfrac34$ or $4 \cdot (-\tfrac14)$. Weigh each by how often it happens.
# With the baseline $b$ both have to bring the same.
#
# </details>

# %% exercise="best"
### BEGIN SOLUTION
slope = 0.75
best_baseline = 7
### END SOLUTION

# %% check="best"
score = Value(-np.log(3.0))
p_right = sigmoid(score)
(p_right * 8 + (1 - p_right) * 4).backward()
check_answer(
    "slope",
    slope,
    score.grad,
    {
        3 / 16: "that is p · (1 - p): times the difference of the payments",
        2.5: "the two are not equally often: right happens in one game of four",
        5: "that is the expected return, not its slope: each return goes with its gradient of log p",
        2.25: "the gradient of log p is −¼ for the left door: mind the sign",
        1: "two games in four would go to the right then: it is one in four",
        6: "that is one game to the right",
        -1: "that is one game to the left",
        4: "that is the difference of the payments: the slope has p · (1 - p) before it",
        7: "that is the difference of what two games bring, not their mean",
    },
)
check_answer(
    "best_baseline",
    best_baseline,
    7,
    {
        5: "that is the mean return: better than none, but (8 - 5) · ¾ and (4 - 5) · (-¼) differ",
        6: "halfway is best only where both doors are equally likely",
        0: "that is no baseline: 6 and -1 scatter",
        8: "then going right brings 0, and going left 1",
        12: "that is the sum of both payments: (8 - b) · ¾ and (4 - b) · (-¼) have to be equal",
        4: "then going left brings 0, and going right 3",
        10: "the gradient for left is −¼, with a minus: (8 - b) · ¾ = (4 - b) · (-¼)",
    },
)

# %% wrong="best" hint="the expected return, not its slope"
slope, best_baseline = 5, 7

# %% wrong="best" hint="that is the mean return"
slope, best_baseline = 0.75, 5

# %% [markdown]
# ## Your own game
#
# Change a rule and see who copes. Give the ring a ninth point in the centre, or let the forger play two turns for each
# turn of the expert. Or pay the cart only when it stands near the middle of its track, with a reward of
# `1 - abs(place) / 2.4`.
#
# A gradient needs a slope from somewhere: a target, an opponent, or the probability of your own moves. Which rule did
# you change, and what did your player reach: how many of the nine points, or how many of the 200 steps?
