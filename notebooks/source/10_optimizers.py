# %% [markdown]
# # 10. Optimizers
#
# **Goal.** Turn gradients into steps in four ways, and know what each of them is good for.
#
# **You need** gradient descent ([notebook 1](01_derivative_as_slope.ipynb)) and a training loop with mini-batches
# ([notebook 6](06_a_line_then_a_neuron.ipynb)). **Afterwards you can** write momentum, RMSprop and Adam from their
# rules, say which rate is too large and why, and let a rate fall as training goes on.

# %% [markdown]
# ## A long valley
#
# Networks have thousands of parameters. Two are enough to see what makes descent slow: the loss `f` below is steep one
# way and flat the other.
#
# A step is a function: from a parameter and its gradient it makes the new parameter. It also gets `state`, a dict in
# which each parameter keeps what it wants to remember. Plain descent remembers nothing.

# %%
from autograd import Value
from autograd.check import check_step


def f(x, y):
    return (x**2 + 25 * y**2) / 2


def descent(p, g, state, lr):
    return p - lr * g


check_step("sgd", descent)

# %% [markdown]
# `check_step` compares each step with the rule. `lr` is the learning rate, and `"sgd"` the rule's usual name:
# *stochastic gradient descent*. Now the walk down, always from $(9, 1)$, until the loss is almost 0:


# %%
def walk(step, lr, steps=400, **settings):
    """The places from (9, 1) on, until the loss is below 0.0001 or beyond a million."""
    x, y = Value(9.0, "x"), Value(1.0, "y")
    states = {x: {}, y: {}}
    places = [(x.data, y.data)]
    while len(places) <= steps and 1e-4 <= f(*places[-1]) < 1e6:
        f(x, y).backward()
        for p in (x, y):
            p.data = step(p.data, p.grad, states[p], lr, **settings)
            p.grad = 0.0
        places.append((x.data, y.data))
    return places


trails = {f"rate {lr}": walk(descent, lr) for lr in (0.02, 0.075)}
for name, places in trails.items():
    x, y = places[1]
    print(f"{name:11} {len(places) - 1:3} steps, after one: x = {x:.3f}, y = {y:.3f}")

# %% [markdown]
# Look at how each trail leaves the white circle, and how it comes to the middle.

# %% plot=""
import matplotlib.pyplot as plt

from nn import plots

plots.optimizer_trails(f, trails, xlim=(-2.5, 10), ylim=(-2, 2))
plt.show()

# %% [markdown]
# The gradient is $(x, 25 y)$, so a step multiplies $x$ by $1 - \text{rate}$ and $y$ by $1 - 25 \cdot \text{rate}$:

# %%
for lr in (0.02, 0.075, 2 / 25):
    print(f"rate {lr:.3f}: x times {1 - lr:.3f}, y times {1 - 25 * lr:.3f}")
beyond = 0.081  # for the guess below

# %% [markdown]
# At a rate of 0.075, $y$ jumps from one wall of the valley to the other, and $x$ still creeps. At a rate of 0.02
# nothing jumps, and $x$ creeps even more. One rate has to serve both. Both factors must be smaller than 1 in size: for
# $y$ the rate must stay below $2/25$.
#
# **Guess first.** Take a rate just above that, 0.081. What does the loss do in the first steps: `"rises"` or `"falls"`?

# %% guess="beyond"
### BEGIN SOLUTION
my_guess = "falls"
### END SOLUTION

# %% reveal="beyond"
from autograd.check import reveal

losses = [f(*place) for place in walk(descent, beyond, steps=150)]
lowest = losses.index(min(losses))
back = next(t for t, loss in enumerate(losses) if t and loss > losses[0])
reveal(
    my_guess,
    "falls" if losses[1] < losses[0] else "rises",
    because=f"x still shrinks, by a factor {1 - beyond:.3f} a step, and at first that takes more off the loss than y, "
    f"by its factor {1 - 25 * beyond:.3f}, puts on. The loss falls from {losses[0]:.0f} to {losses[lowest]:.1f} by "
    f"step {lowest}, and passes its start again at step {back}",
    replies={"rises": "y does grow from the first step on, but only by a fortieth each time, and it starts small."},
)

# %% wrong="beyond" hint="only by a fortieth"
my_guess = "rises"

# %% plot=""
plt.figure(figsize=(6, 4))
plt.semilogy(losses, label="loss")
part_of_y = [25 * 1.025 ** (2 * t) / 2 for t in range(151)]
plt.semilogy(part_of_y, "k--", lw=1, label="the part of y, 25 y² / 2")
plt.title("plain descent, rate 0.081")
plt.xlabel("step")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% [markdown]
# So a loss that falls does not prove that the rate is right. The steepest direction decides, and when it begins to grow
# it may be a small part of the loss.
#
# ## Momentum
#
# Look at the first gradients on the trail that jumps:

# %%
for x, y in trails["rate 0.075"][:5]:
    print(f"toward x {x:5.2f}    toward y {25 * y:7.2f}")
momentum = 0.9  # for the guess below

# %% [markdown]
# Across the valley they change sign at each step. Along it they all point the same way. So let each parameter keep a
# **velocity** $v$: every gradient is added to it, and at each step it forgets a little.
#
# $$v \leftarrow \text{momentum} \cdot v + g \qquad p \leftarrow p - \text{lr} \cdot v$$
#
# **Guess first.** Momentum is 0.9 and $v$ starts at 0. The gradient is 1 at every step. Where does $v$ settle?

# %% guess="velocity"
### BEGIN SOLUTION
my_guess = 10
### END SOLUTION

# %% reveal="velocity"
v = 0.0
for _ in range(500):
    v = momentum * v + 1
reveal(
    my_guess,
    v,
    because="it settles where 0.9 v + 1 = v, which is at 1 / (1 − 0.9): the sum 1 + 0.9 + 0.81 + …",
    replies={
        1: "That would be an average, with 0.1 before the gradient. Here the gradient goes in whole.",
        0.9: "That is how much of the velocity stays. The gradient is added to it, again and again.",
        1.9: "That is v after two steps. It goes on.",
    },
)

# %% wrong="velocity" hint="goes in whole"
my_guess = 1

# %% wrong="velocity" hint="again and again"
my_guess = 0.9

# %% wrong="velocity" hint="after two steps"
my_guess = 1.9

# %%
same = turning = 0.0
for t in range(8):
    same = momentum * same + 1
    turning = momentum * turning + (-1) ** t
    print(f"step {t + 1}: always 1 → {same:5.2f}    1 and −1 in turn → {turning:5.2f}")

# %% [markdown]
# Gradients that keep pointing the same way add up, to ten times at most. Gradients that change sign cancel.
#
# **Exercise: write momentum's step.** Keep the velocity in `state["v"]`. At the first step there is none yet:
# `state.get("v", 0.0)` gives 0 then. The rest of this lesson walks with what you write.


# %% exercise="momentum"
def my_momentum(p, g, state, lr, momentum):
    """The new parameter, from the parameter p and its gradient g."""
    ### BEGIN SOLUTION
    state["v"] = momentum * state.get("v", 0.0) + g
    return p - lr * state["v"]
    ### END SOLUTION


# %% check="momentum"
from autograd.check import passed


def momentum_step(p, g, state, lr, momentum):
    state["v"] = momentum * state.get("v", 0.0) + g
    return p - lr * state["v"]


if passed(check_step, "momentum", my_momentum):
    momentum_step = my_momentum
    print("From here on `momentum_step` is yours.")


# %% wrong="momentum" hint="the velocity is missing"
def my_momentum(p, g, state, lr, momentum):
    v = momentum * state.get("v", 0.0) + g
    return p - lr * v


# %% wrong="momentum" hint="without a factor 1 - momentum"
def my_momentum(p, g, state, lr, momentum):
    state["v"] = momentum * state.get("v", 0.0) + (1 - momentum) * g
    return p - lr * state["v"]


# %% wrong="momentum" hint="goes against the gradient"
def my_momentum(p, g, state, lr, momentum):
    state["v"] = momentum * state.get("v", 0.0) + g
    return p + lr * state["v"]


# %% wrong="momentum" hint="KeyError: 'v'"
def my_momentum(p, g, state, lr, momentum):
    state["v"] = momentum * state["v"] + g
    return p - lr * state["v"]


# %% [markdown]
# `momentum_step` is yours, or ours until yours has passed. `heavy_ball` is momentum's other name. The second
# derivatives here are 1 and 25, and their roots 1 and 5. From these, theory gives the best pair: a rate of $4/(5+1)^2$,
# which is $1/9$, and a momentum of $((5-1)/(5+1))^2$, which is $4/9$.


# %%
def heavy_ball(p, g, state, lr, momentum=0.9):
    return momentum_step(p, g, state, lr, momentum)


trails = {
    "momentum 4/9, rate 1/9": walk(heavy_ball, 1 / 9, momentum=4 / 9),
    "plain descent, 0.075": walk(descent, 0.075),
}
plots.optimizer_trails(f, trails, xlim=(-2.5, 10), ylim=(-2, 2))
plt.show()
print("plain descent at 1/9, after ten steps: y =", round(walk(descent, 1 / 9)[10][1], 1))

# %% [markdown]
# At first momentum jumps wider, because its rate is larger by half. But at that rate plain descent flies apart, and
# momentum needs less than a third of the steps.
#
# ## RMSprop: each parameter at its own scale
#
# Another way out: divide each gradient by its own usual size, so that the steep and the flat direction count the same.
# The usual size is the root of a **running mean** of the squares: a share $\alpha$ of the old mean, and the rest from
# the new square.
#
# $$s \leftarrow \alpha s + (1 - \alpha) g^2 \qquad p \leftarrow p - \text{lr} \cdot \frac{g}{\sqrt{s} + \varepsilon}$$
#
# The tiny $\varepsilon$ only prevents 0/0.
#
# **Exercise: write it.** The names are `alpha` and `eps`; keep $s$ in `state`.


# %% exercise="rmsprop"
def my_rmsprop(p, g, state, lr, alpha, eps):
    """The new parameter, from the parameter p and its gradient g."""
    ### BEGIN SOLUTION
    state["s"] = alpha * state.get("s", 0.0) + (1 - alpha) * g * g
    return p - lr * g / (state["s"] ** 0.5 + eps)
    ### END SOLUTION


# %% check="rmsprop"
def rmsprop_step(p, g, state, lr, alpha, eps):
    state["s"] = alpha * state.get("s", 0.0) + (1 - alpha) * g * g
    return p - lr * g / (state["s"] ** 0.5 + eps)


if passed(check_step, "rmsprop", my_rmsprop):
    rmsprop_step = my_rmsprop
    print("From here on `rmsprop_step` is yours.")


# %% wrong="rmsprop" hint="the square root is missing"
def my_rmsprop(p, g, state, lr, alpha, eps):
    state["s"] = alpha * state.get("s", 0.0) + (1 - alpha) * g * g
    return p - lr * g / (state["s"] + eps)


# %% wrong="rmsprop" hint="of g * g, not of g"
def my_rmsprop(p, g, state, lr, alpha, eps):
    state["s"] = alpha * state.get("s", 0.0) + (1 - alpha) * g
    return p - lr * g / (abs(state["s"]) ** 0.5 + eps)


# %% wrong="rmsprop" hint="eps stands under the root"
def my_rmsprop(p, g, state, lr, alpha, eps):
    state["s"] = alpha * state.get("s", 0.0) + (1 - alpha) * g * g
    return p - lr * g / (state["s"] + eps) ** 0.5


# %% wrong="rmsprop" hint="the old mean keeps alpha"
def my_rmsprop(p, g, state, lr, alpha, eps):
    state["s"] = (1 - alpha) * state.get("s", 0.0) + alpha * g * g
    return p - lr * g / (state["s"] ** 0.5 + eps)


# %% [markdown]
# Now a long walk with `rmsprop_step`, with $\alpha = 0.9$ and a rate of 0.1.
#
# **Guess first.** After a thousand steps, how far is $y$ from the lowest place, 0?

# %% guess="hop"
### BEGIN SOLUTION
my_guess = 0.05
### END SOLUTION

# %% reveal="hop"
hopping = walk(rmsprop_step, 0.1, steps=1000, alpha=0.9, eps=1e-8)
ends = [y for _, y in hopping[-4:]]
reveal(
    my_guess,
    round(abs(ends[-1]), 6),
    because="near the bottom the gradient is small, and so is its usual size: the quotient stays at ±1, and every step "
    f"is {abs(ends[-1] - ends[-2]):.1f} long. y hops over the bottom and back: {', '.join(f'{y:.2f}' for y in ends)}",
    replies={
        0: "Plain descent comes to rest, because its steps shrink with the gradient. Here the gradient is divided by "
        "its own size.",
        0.1: "That is how long a step is. It leads from one side of the bottom to the other.",
    },
)

# %% wrong="hop" hint="divided by its own size"
my_guess = 0

# %% wrong="hop" hint="how long a step is"
my_guess = 0.1

# %%
trails = {"RMSprop, 0.1": hopping[:120], "plain descent, 0.075": walk(descent, 0.075)}
plots.optimizer_trails(f, trails, xlim=(-2.5, 10), ylim=(-2, 2))
plt.show()
print(f"RMSprop after 1000 steps: loss {f(*hopping[-1]):.4f}")

# %% [markdown]
# RMSprop's trail does not jump between the walls. At first both coordinates move by the same amount; $y$ is down soon,
# and $x$ goes on at a steady pace. At the bottom it hops from side to side for ever. The kick on the way there has the
# same cause: while $y$ is close to 0, its usual size fades, until a tiny gradient counts as a large one.
#
# ## Adam: both together
#
# Adam divides a running mean of the gradients, which is a momentum, by the root of a running mean of their squares:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2$$
#
# Both means start at 0 and are too small at first. After $t$ steps at a gradient that never changes, $m$ is $(1 -
# \beta_1^t) \, g$. So divide each by its factor. This is called **bias correction**:
#
# $$\hat m = \frac{m}{1 - \beta_1^t} \qquad \hat v = \frac{v}{1 - \beta_2^t} \qquad
# p \leftarrow p - \text{lr} \cdot \frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# **Exercise: write it.** `t` is given: 1 at the first step, 2 at the next. `state` must keep $m$ and $v$ as they were
# *before* the correction.
#
# <details><summary>Hint</summary>
#
# Two lines for the running means, kept in `state["m"]` and `state["v"]`. Two lines for the corrected ones, `m =
# state["m"] / (1 - beta1**t)` and likewise `v`. Then the step, as in RMSprop, with `m` for the gradient.
#
# </details>


# %% exercise="adam"
def my_adam(p, g, state, lr, t, beta1, beta2, eps):
    """The new parameter, from the parameter p and its gradient g."""
    ### BEGIN SOLUTION
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g * g
    m = state["m"] / (1 - beta1**t)
    v = state["v"] / (1 - beta2**t)
    return p - lr * m / (v**0.5 + eps)
    ### END SOLUTION


# %% check="adam"
def adam_step(p, g, state, lr, t, beta1, beta2, eps):
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g * g
    m, v = state["m"] / (1 - beta1**t), state["v"] / (1 - beta2**t)
    return p - lr * m / (v**0.5 + eps)


if passed(check_step, "adam", my_adam):
    adam_step = my_adam
    print("From here on `adam_step` is yours.")


# %% wrong="adam" hint="beta1 belongs to m"
def my_adam(p, g, state, lr, t, beta1, beta2, eps):
    state["m"] = beta2 * state.get("m", 0.0) + (1 - beta2) * g
    state["v"] = beta1 * state.get("v", 0.0) + (1 - beta1) * g * g
    m, v = state["m"] / (1 - beta2**t), state["v"] / (1 - beta1**t)
    return p - lr * m / (v**0.5 + eps)


# %% wrong="adam" hint="the bias correction of v is missing"
def my_adam(p, g, state, lr, t, beta1, beta2, eps):
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g * g
    return p - lr * state["m"] / (1 - beta1**t) / (state["v"] ** 0.5 + eps)


# %% wrong="adam" hint="the square root is missing"
def my_adam(p, g, state, lr, t, beta1, beta2, eps):
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g * g
    m, v = state["m"] / (1 - beta1**t), state["v"] / (1 - beta2**t)
    return p - lr * m / (v + eps)


# %% wrong="adam" hint="put it into `state`"
def my_adam(p, g, state, lr, t, beta1, beta2, eps):
    m = (1 - beta1) * g / (1 - beta1**t)
    v = (1 - beta2) * g * g / (1 - beta2**t)
    return p - lr * m / (v**0.5 + eps)


# %% [markdown]
# `adam` below counts the steps and takes the usual settings. The first step has the same length for $x$ and $y$,
# whatever their gradients are: the rate.


# %%
def adam(p, g, state, lr):
    state["t"] = state.get("t", 0) + 1
    means = state.setdefault("means", {})
    return adam_step(p, g, means, lr, state["t"], beta1=0.9, beta2=0.999, eps=1e-8)


for lr in (0.1, 0.5):
    places = walk(adam, lr)
    x, y = places[1]
    print(f"rate {lr}: {len(places) - 1} steps, after the first x = {x:.3f}, y = {y:.3f}")

# %% [markdown]
# ## Break it on purpose
#
# Is the correction worth two lines? Leave it out. At the first step $m$ is then only a tenth of the gradient.
#
# **Guess first.** Without the correction, is Adam's first step `"shorter"`, `"the same"`, or `"longer"`?

# %% guess="uncorrected"
### BEGIN SOLUTION
my_guess = "longer"
### END SOLUTION


# %% reveal="uncorrected"
first = (1 - 0.9) / (1 - 0.999) ** 0.5
reveal(
    my_guess,
    "longer" if first > 1.001 else "shorter",
    because=f"at a gradient of 1, m = 0.1 is divided by the root of v = 0.001: {first:.2f} times the rate",
    replies={
        "shorter": "It would be if only m were too small. But you divide by the root of v, and v lacks more.",
        "the same": "Both are too small, but not by the same factor: v remembers much longer than m.",
    },
)

# %% wrong="uncorrected" hint="divide by the root of v"
my_guess = "shorter"

# %% wrong="uncorrected" hint="remembers much longer"
my_guess = "the same"


# %%
from autograd.check import report


def adam_without(p, g, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g * g
    return p - lr * state["m"] / (state["v"] ** 0.5 + eps)


def lengths(step):
    """How long each step is, in rates, when the gradient is always 1."""
    state = {}
    return [-step(0.0, 1.0, state, 1.0) for _ in range(1000)]


right, wrong = lengths(adam), lengths(adam_without)
print("step       right  uncorrected")
for t in (1, 2, 10, 100, 1000):
    print(f"{t:4}  {right[t - 1]:10.2f}  {wrong[t - 1]:11.2f}")
for lr in (0.1, 0.5):
    for name, step in (("right", adam), ("uncorrected", adam_without)):
        places = walk(step, lr)
        farthest = min(x for x, _ in places)
        print(f"at {lr}, {name:11}: {len(places) - 1} steps, x down to {farthest:.1f}")
print(report(check_step, "adam", adam_without))
assert max(abs(length - 1) for length in right) < 1e-6 < max(wrong) - 6

# %% [markdown]
# While the gradient stays the same, the right one takes steps of one rate. The wrong one takes steps of up to six, long
# after the first. At 0.5 it shoots far past the lowest place. Yet at 0.1 the wrong one arrives *sooner*: that rate is
# too small here, and it silently takes a larger one. **A wrong optimizer may train well.** The loss does not tell you,
# but a check of the step does. With the correction, the rate means what it says.
#
# ## No ranking without a rate
#
# > **Misconception: "Adam is faster than momentum, and momentum faster than plain descent".** Each has been seen to
# > win somewhere, so it seems that there is an order. But a rate that suits one starves another, or blows it up.
#
# How many steps does each rule need, at each of a hundred rates?

# %%
import numpy as np


def steps_needed(step, lr, **settings):
    """The first step with a loss below 1e-4; nan if not within 1000."""
    x, y, of_x, of_y = 9.0, 1.0, {}, {}
    for t in range(1, 1001):
        x = step(x, x, of_x, lr, **settings)
        y = step(y, 25 * y, of_y, lr, **settings)
        if not 1e-4 <= f(x, y) < 1e12:
            return t if f(x, y) < 1e-4 else np.nan
    return np.nan


rules = {
    "plain descent": (descent, {}),
    "momentum 0.9": (heavy_ball, {}),
    "momentum 4/9": (heavy_ball, {"momentum": 4 / 9}),
    "Adam": (adam, {}),
}
rates, few = np.geomspace(0.001, 100, 100).tolist(), [0.01, 0.05, 0.1, 0.5, 50]
print("rate".ljust(15) + "".join(f"{lr:>8}" for lr in few))
for name, (step, settings) in rules.items():
    found = [steps_needed(step, lr, **settings) for lr in few]
    print(name.ljust(15) + "".join(f"{n:8.0f}".replace("nan", "  —") for n in found))

# %% plot=""
plt.figure(figsize=(6, 4))
for name, (step, settings) in rules.items():
    plt.loglog(rates, [steps_needed(step, lr, **settings) for lr in rates], label=name)
plt.title("steps to a loss of 0.0001")
plt.xlabel("rate")
plt.ylabel("steps")
plt.legend()
plt.show()

# %% [markdown]
# A dash, and the end of a line, means: not within 1000 steps, or never. The teeth are luck: a walk that swings around
# the lowest place may pass it early. Adam comes last at the small rates and is alone at the large ones. The fastest of
# all is a momentum that was made for this valley. If you compare two optimizers at one rate, you have measured the
# rate. Give each its own best rate, and say which it was.
#
# Momentum 0.9 has a level stretch too, but it ends in a cliff. Adam's goes on: many rates work, and one that is too
# large costs some steps, not the training. That, more than speed, is why people reach for it.
#
# ## Noise, and a rate that falls
#
# A mini-batch gives the gradient of a few samples, not of all. To see what that means, fit a line to a hundred noisy
# points. First find the best line exactly, by a formula. Each pair of numbers is the gradient toward the line's slope
# and its height.

# %%
import nn

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (100, 1))
y = 2 * X[:, 0] + 1 + rng.normal(scale=0.5, size=100)
columns = np.column_stack([X, np.ones(100)])
best = np.linalg.lstsq(columns, y, rcond=None)[0]  # least squares
errors = columns @ best - y
gradients = 2 * errors[:, None] * columns

print("gradient at the best line, of all:", abs(gradients.mean(axis=0)).round(4))
for i in (0, 20, 40):
    print(f"of samples {i} to {i + 3}:", gradients[i : i + 4].mean(axis=0).round(2))

# %% [markdown]
# At the best line the gradients of all samples cancel, but those of a batch do not. Each batch pulls somewhere else, so
# with a constant rate the line trembles and never rests. A small rate makes the trembling small, and the way long. A
# **schedule** starts with a large rate and lets it fall.
#
# `validation=` lets `nn.fit` measure the loss after each epoch, here over all samples. We look at how far it lies above
# the best one.


# %%
def train(schedule):
    model = nn.Layer(1, 1, "linear", init="zeros")
    history = nn.fit(
        model,
        X,
        y,
        loss=nn.mse,
        optimizer=nn.SGD(model.parameters(), lr=0.3),
        schedule=schedule,
        epochs=40,
        batch_size=4,
        validation=(X, y),
        rng=1,
        progress=False,
    )
    return np.array(history.validation_loss) - np.mean(errors**2)


runs = {
    "constant 0.3": train(lambda epoch: 0.3),
    "constant 0.005": train(lambda epoch: 0.005),
    "from 0.3, times 0.85 an epoch": train(nn.ExponentialDecay(0.3, 0.85)),
}
for name, above in runs.items():
    print(f"{name:30} after 10 epochs {above[9]:.0e}, after 40 {above[-1]:.0e}")

# %% plot=""
plt.figure(figsize=(6, 4))
for name, above in runs.items():
    plt.semilogy(range(1, 41), above, label=name)
plt.title("the loss of all samples, above the best line's")
plt.xlabel("epoch")
plt.ylabel("loss − lowest loss")
plt.legend()
plt.show()

# %% [markdown]
# With the large rate the line is close at once, and never gets closer. With the small one it is still on its way. The
# falling rate does both.

# %% [markdown]
# ## What you can now do
#
# You can write the step of every common optimizer, and you ask for the rate before you believe a ranking. Show it:
#
# **Exercise 1: the largest rate.** The loss is $2 x^2 + 5 y^2$. Below which rate does plain descent arrive at the
# lowest place?
#
# <details><summary>Hint</summary>
#
# What is the gradient toward $y$? By which factor does a step multiply $y$, and when is that factor −1?
#
# </details>

# %% exercise="limit"
### BEGIN SOLUTION
limit = 0.2
### END SOLUTION

# %% check="limit"
from autograd.check import check_answer, check_function

curvature_x, curvature_y = 4.0, 10.0
check_answer(
    "the limit",
    limit,
    2 / curvature_y,
    {
        2 / curvature_x: "that is where x begins to grow: y, which is steeper, has long done so",
        1 / curvature_y: "there y is 0 after one step: beyond, its factor is negative, but smaller than 1 in size",
        2 / 5: "the derivative of 5y² is 10y",
        2 / (curvature_x + curvature_y): "each parameter has a factor of its own: the two do not add up",
        2 / 25: "that is the limit of the other valley: what is the factor of y here?",
        1 / curvature_x: "there x is 0 after one step: look at y, which is steeper, and at a factor of −1",
        2 / 50: "that is the limit for 25 y²: here the gradient toward y is 10 y",
        0.05: "half of the rate at which y is 0 after one step: the limit is twice that rate",
        curvature_y: "that is the curvature: the limit is where 1 − 10 · rate becomes −1",
        5: "the gradient is 10 y, and the limit is where 1 − 10 · rate becomes −1",
        1: "there a step multiplies y by −9: it must stay above −1",
        2: "that is to be divided by the curvature toward y",
        -2 / curvature_y: "a rate is above 0: mind the sign in 1 − 10 · rate",
        2 / 7: "the two parameters do not add up: each has a factor of its own",
        0.35: "no mean: the steepest direction alone decides",
    },
)

# %% wrong="limit" hint="where x begins to grow"
limit = 0.5

# %% wrong="limit" hint="0 after one step"
limit = 0.1

# %% wrong="limit" hint="the derivative of 5y²"
limit = 0.4

# %% wrong="limit" hint="of the other valley"
limit = 0.08

# %% [markdown]
# **Exercise 2: step decay.** A schedule that stays at `lr` for `every` epochs, then multiplies by `factor`, and again
# after every so many epochs. Epochs count from 0.
#
# <details><summary>Hint</summary>
#
# `epoch // every` is how many times the rate has fallen already.
#
# </details>


# %% exercise="decay"
def rate_at(epoch, lr, every, factor):
    """The rate of this epoch."""
    ### BEGIN SOLUTION
    return lr * factor ** (epoch // every)
    ### END SOLUTION


# %% check="decay"
def falling(falls):
    """Step decay by a rule (epoch, every) → how often the rate has fallen."""
    return lambda epoch, lr, every, factor: lr * factor ** falls(epoch, every)


check_function(
    rate_at,
    falling(lambda epoch, every: epoch // every),
    [(0, 0.4, 10, 0.5), (9, 0.4, 10, 0.5), (10, 0.4, 10, 0.5), (35, 0.4, 10, 0.5), (7, 0.1, 3, 0.1)],
    {
        falling(lambda epoch, every: epoch / every): "it falls in every epoch: `//` counts whole ones",
        falling(lambda epoch, every: epoch % every): "`%` counts the epochs since it fell, `//` how often it fell",
        falling(lambda epoch, every: epoch): "it falls at every epoch: it stays for `every` of them",
        falling(lambda epoch, every: epoch % every == 0): "the falls add up: how many have there been by this epoch?",
        falling(lambda epoch, every: epoch > 0 and epoch % every == 0): "the falls add up: how many have there been by "
        "this epoch?",
        falling(lambda epoch, every: epoch >= every): "it falls once only: count the falls",
        falling(lambda epoch, every: (epoch + 1) // every): "it falls an epoch too early: epochs count from 0",
        lambda epoch, lr, every, factor: lr * factor * (epoch // every): "falls multiply: factor ** n, not factor * n",
        lambda epoch, lr, every, factor: (
            lr - factor * (epoch // every)
        ): "the rate is multiplied by factor at each fall",
        lambda epoch, lr, every, factor: (
            lr / factor ** (epoch // every)
        ): "that rises: multiply by factor, do not divide",
        lambda epoch, lr, every, factor: lr * (1 - factor) ** (epoch // every): "multiply by factor, not by 1 - factor",
        lambda epoch, lr, every, factor: factor ** (epoch // every): "that is the share that is left: times lr",
        lambda epoch, lr, every, factor: (lr * factor) ** (epoch // every): "the power belongs to factor alone",
        lambda epoch, lr, every, factor: [lr * factor ** (e // every) for e in range(epoch + 1)]: "one rate is asked "
        "for, that of this epoch",
        falling(lambda epoch, every: -(-epoch // every)): "it falls at once after the start: round down, `//`",
        falling(lambda epoch, every: round(epoch / every)): "`round` rounds up too: `//` counts whole ones",
        falling(lambda epoch, every: max(0, (epoch - 1) // every)): "it falls an epoch too late: epochs count from 0",
        falling(lambda epoch, every: (epoch - 1) // every): "it falls an epoch too late: epochs count from 0",
        falling(lambda epoch, every: epoch // every + 1): "that is one fall too many: at epoch 0 none has been",
        falling(lambda epoch, every: every // (epoch + 1)): "epoch // every, not every // epoch",
        falling(lambda epoch, every: every // max(epoch, 1)): "epoch // every, not every // epoch",
        falling(lambda epoch, every: epoch // 10): "use the `every` that is given",
        lambda epoch, lr, every, factor: lr * 0.5 ** (epoch // every): "use the factor that is given",
    },
)


# %% wrong="decay" hint="it falls in every epoch"
def rate_at(epoch, lr, every, factor):
    return lr * factor ** (epoch / every)


# %% wrong="decay" hint="it stays for `every` of them"
def rate_at(epoch, lr, every, factor):
    return lr * factor**epoch


# %% wrong="decay" hint="the falls add up"
def rate_at(epoch, lr, every, factor):
    if epoch % every == 0:
        lr *= factor
    return lr


# %% wrong="decay" hint="the falls add up"
def rate_at(epoch, lr, every, factor):
    return lr * factor if epoch and epoch % every == 0 else lr


# %% wrong="decay" hint="it falls once only"
def rate_at(epoch, lr, every, factor):
    return lr * factor if epoch >= every else lr


# %% wrong="decay" hint="the power belongs to factor alone"
def rate_at(epoch, lr, every, factor):
    return (lr * factor) ** (epoch // every)


# %% wrong="decay" hint="an epoch too late"
def rate_at(epoch, lr, every, factor):
    falls = 0
    while epoch > every:
        epoch -= every
        falls += 1
    return lr * factor**falls


# %% wrong="decay" hint="factor ** n"
def rate_at(epoch, lr, every, factor):
    return lr * factor * (epoch // every)


# %% wrong="decay" hint="an epoch too early"
def rate_at(epoch, lr, every, factor):
    return lr * factor ** ((epoch + 1) // every)


# %% [markdown]
# **Exercise 3: an optimizer.** Put momentum into a class with `step()`, for any number of parameters. Each parameter is
# a `Value` with `.data` and `.grad`; each needs a velocity of its own. The check, `three_steps(lr, momentum)`, shows
# where three steps in the valley lead from $(9, 1)$.
#
# <details><summary>Hint</summary>
#
# `self.velocities = [0.0] * len(parameters)`. In `step`, `enumerate(self.parameters)` gives the number `i` and the
# parameter `p`: renew `self.velocities[i]`, then change `p.data`.
#
# </details>


# %% exercise="class"
class MyOptimizer:
    def __init__(self, parameters, lr, momentum):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum
        ### BEGIN SOLUTION
        self.velocities = [0.0] * len(parameters)
        ### END SOLUTION

    def step(self):
        """Move every parameter, once its gradient is known."""
        ### BEGIN SOLUTION
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.momentum * self.velocities[i] + p.grad
            p.data -= self.lr * self.velocities[i]
        ### END SOLUTION


# %% check="class"
def three_steps(lr, momentum, kind=None):
    """Where three steps from (9, 1) lead."""
    x, y = Value(9.0), Value(1.0)
    optimizer = (kind or MyOptimizer)([x, y], lr, momentum)
    for _ in range(3):
        x.grad = y.grad = 0.0
        f(x, y).backward()
        optimizer.step()
    return [x.data, y.data]


def moved(change):
    """Three steps with a wrong rule: change(i, p, g, v, lr, momentum) gives a parameter's number and velocity anew."""

    class Changed:
        def __init__(self, parameters, lr, momentum):
            self.parameters, self.lr, self.momentum = parameters, lr, momentum
            self.v = [0.0] * len(parameters)

        def step(self):
            for i, p in enumerate(self.parameters):
                p.data, self.v[i] = change(i, p.data, p.grad, self.v[i], self.lr, self.momentum)

    return lambda lr, momentum: three_steps(lr, momentum, Changed)


def along(velocity, step=lambda v, g, lr, momentum: lr * v):
    """A wrong velocity from the old one and the gradient, or a wrong step from the new one."""

    def change(i, p, g, v, lr, momentum):
        v = velocity(v, g, lr, momentum)
        return p - step(v, g, lr, momentum), v

    return moved(change)


def right_velocity(v, g, lr, momentum):
    return momentum * v + g


class Shared(nn.SGD):
    def update(self, p, g):
        v = self.buffers["velocity"]
        for i in range(len(p)):
            v[0] = self.momentum * v[0] + g[i]
            p[i] -= self.lr * v[0]


Optimizer = nn.SGD
if passed(
    check_function,
    three_steps,
    lambda lr, momentum: three_steps(lr, momentum, nn.SGD),
    [(0.1, 0.5), (0.02, 0.9)],
    {
        lambda lr, momentum: three_steps(lr, momentum, Shared): "all parameters share one velocity: keep one for each",
        lambda lr, momentum: three_steps(lr, 0.0, nn.SGD): "that is plain descent: keep the velocity between steps",
        along(right_velocity, lambda v, g, lr, momentum: -lr * v): "the sign is wrong: step against the gradient",
        moved(
            lambda i, p, g, v, lr, momentum: (-lr * (momentum * v + g), momentum * v + g)
        ): "`=` forgets where p was: `p.data -= …`",
        moved(
            lambda i, p, g, v, lr, momentum: (p - lr * v, momentum * v + g)
        ): "the step is made with the old velocity: renew it first",
        moved(
            lambda i, p, g, v, lr, momentum: (p, v) if i else (p - lr * (momentum * v + g), momentum * v + g)
        ): "only the first parameter moves: loop over all of them",
        moved(lambda i, p, g, v, lr, momentum: (p - lr * (momentum * v + p), momentum * v + p)): "the velocity is made "
        "of gradients, `p.grad`, not of `p.data`",
        along(lambda v, g, lr, momentum: momentum + g): "momentum multiplies the old velocity",
        moved(
            lambda i, p, g, v, lr, momentum: (lr * (momentum * v + g), momentum * v + g)
        ): "`=` forgets where p was: `p.data -= …`",
        along(right_velocity, lambda v, g, lr, momentum: v): "the rate is missing: self.lr times the velocity",
        along(
            right_velocity, lambda v, g, lr, momentum: lr * (g + momentum * v)
        ): "that is Nesterov's step: move by the velocity alone",
        along(lambda v, g, lr, momentum: v + g): "nothing is forgotten: the old velocity is multiplied by momentum",
        along(lambda v, g, lr, momentum: momentum * v + lr * g): "the rate comes twice: into the velocity and the step",
        along(lambda v, g, lr, momentum: momentum * (v + g)): "only the old velocity is multiplied by momentum",
        lambda lr, momentum: object().velocities: "an attribute is missing: make the velocities in `__init__`",
        lambda lr, momentum: [][0]: "each parameter needs a velocity from the start: `[0.0] * len(parameters)`",
        lambda lr, momentum: three_steps(
            0.1, 0.5, nn.SGD
        ): "use the settings that are given, self.lr and self.momentum",
        lambda lr, momentum: [9.0, 1.0]: "no parameter moves: change p.data, not a name of your own, and do not "
        "clear the gradients before the step",
        lambda lr, momentum: three_steps(lr * (1 - momentum), momentum, nn.SGD): "the gradient comes whole into the "
        "velocity, without a factor 1 - momentum",
    },
):
    Optimizer = MyOptimizer
    print("From here on `Optimizer` is yours.")


# %% wrong="class" hint="share one velocity"
class MyOptimizer:
    def __init__(self, parameters, lr, momentum):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum
        self.velocity = 0.0

    def step(self):
        for p in self.parameters:
            self.velocity = self.momentum * self.velocity + p.grad
            p.data -= self.lr * self.velocity


# %% wrong="class" hint="no parameter moves"
class MyOptimizer:
    def __init__(self, parameters, lr, momentum):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum
        self.velocities = [0.0] * len(parameters)

    def step(self):
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.momentum * self.velocities[i] + p.grad
            p = p - self.lr * self.velocities[i]


# %% wrong="class" hint="make the velocities in `__init__`"
class MyOptimizer:
    def __init__(self, parameters, lr, momentum):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum

    def step(self):
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.momentum * self.velocities[i] + p.grad
            p.data -= self.lr * self.velocities[i]


# %% wrong="class" hint="`=` forgets where p was"
class MyOptimizer:
    def __init__(self, parameters, lr, momentum):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum
        self.velocities = [0.0] * len(parameters)

    def step(self):
        for i, p in enumerate(self.parameters):
            self.velocities[i] = self.momentum * self.velocities[i] + p.grad
            p.data = -self.lr * self.velocities[i]


# %% wrong="class" hint="plain descent"
class MyOptimizer:
    def __init__(self, parameters, lr, momentum):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum

    def step(self):
        for p in self.parameters:
            velocity = self.momentum * 0.0 + p.grad
            p.data -= self.lr * velocity


# %% [markdown]
# ## Your own valley
#
# With `zero_grad()` and a check of its settings, what you wrote is `nn.SGD`. Give it a valley of your own. This one is
# a classic, and bent, with its lowest place at $(1, 1)$.


# %%
def valley(x, y):
    return (1 - x) ** 2 + 10 * (y - x**2) ** 2


x, y = Value(-1.0, "x"), Value(1.0, "y")
optimizer = Optimizer([x, y], 0.002, 0.9)
places = [(x.data, y.data)]
while valley(*places[-1]) > 1e-4 and len(places) < 2000:
    x.grad = y.grad = 0.0
    valley(x, y).backward()
    optimizer.step()
    places.append((x.data, y.data))
print(f"{len(places) - 1} steps, to ({x.data:.3f}, {y.data:.3f})")
ends = {"xlim": (-1.5, 1.5), "ylim": (-0.5, 1.5)}
plots.optimizer_trails(valley, {"momentum": places}, **ends)
plt.show()

# %% [markdown]
# In a deep network the steep and the flat directions lie layers apart: the next notebook shows why. Until then: with
# its best rate, how many steps does your valley need without momentum, and how many with it?
