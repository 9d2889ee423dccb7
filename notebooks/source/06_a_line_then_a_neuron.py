# %% [markdown]
# # 6. A line, then a neuron
#
# **Goal.** Let a computation improve its own numbers: fit a line, then a neuron, with the loop that trains every
# network.
#
# **You need** gradient descent ([notebook 1](01_derivative_as_slope.ipynb)), and what `backward()` does with the
# gradients of leaves ([notebook 5](05_order_and_accumulation.ipynb)). **Afterwards you can** write a training loop,
# say what each of its parts is for and what happens without it, and tell what a gradient of 0 means and what it does
# not.

# %% [markdown]
# ## A line with two knobs
#
# Here are twenty measurements: **inputs** $x$, and what belongs to each, the **targets** $t$. They lie along a line,
# more or less: there is much **noise**, random error.

# %%
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(3)
X = rng.uniform(-1, 3, 20).tolist()
T = [0.8 * x + 1 + 0.4 * noise for x, noise in zip(X, rng.normal(size=20), strict=True)]


# %% plot=""
def show_line(w, b, **style):
    ends = np.array([-1.2, 3.2])
    plt.plot(ends, w * ends + b, **style)


plt.figure(figsize=(6, 4))
plt.plot(X, T, "ko", label="measured")
show_line(0, 0, color="tab:red", label="w = 0, b = 0")
for x, t in zip(X, T, strict=True):
    plt.plot([x, x], [0, t], color="tab:red", lw=0.7)
plt.xlabel("x")
plt.legend()
plt.show()

# %% [markdown]
# A line $y = w x + b$ has two knobs to turn, its **parameters** $w$ and $b$. The red one is where we begin. The thin
# strokes are its errors. One number says how bad they are together: the mean of their squares, the **loss**.
#
# $$L(w, b) = \frac{1}{n} \sum_i (w x_i + b - t_i)^2$$

# %%
from autograd import Value, mean


def loss_of(w, b, xs=X, ts=T):
    """Mean squared error of the line on these samples."""
    return mean([(w * x + b - t) ** 2 for x, t in zip(xs, ts, strict=True)])


print(f"w = 0, b = 0: {loss_of(0.0, 0.0):.3f}")
print(f"w = 1, b = 0: {loss_of(1.0, 0.0):.3f}")

# %% [markdown]
# ## One step has four parts
#
# The loss is a computation like any other, so the engine can tell how it changes with each knob. **Forward**: compute
# the loss. **Backward**: its gradient. **Update**: turn each parameter a little against its gradient. **Zero**: clear
# the gradients, because the next `backward()` would add to them.

# %%
w, b = Value(0.0, "w"), Value(0.0, "b")
rate = 0.1

loss = loss_of(w, b)  # forward
loss.backward()  # backward
print(f"loss {loss.data:.3f}, gradient ({w.grad:.3f}, {b.grad:.3f})")

for p in (w, b):
    p.data -= rate * p.grad  # update
for p in (w, b):
    p.grad = 0.0  # zero

print(f"now w = {w.data:.3f}, b = {b.data:.3f}, and the loss {loss_of(w, b).data:.3f}")

# %% [markdown]
# One step, and two thirds of the loss are gone. A training loop is these four parts, again and again. The forward pass
# belongs inside it: a graph records the numbers it was built with, and after an update they are old.
#
# **Exercise: write the loop**, for any loss and any parameters. `loss_of(*parameters)` computes the loss, as
# `loss_of(w, b)` did. Keep each loss, as a number, in `losses`. What you write trains everything in this lesson.
#
# <details><summary>Hint</summary>
#
# All you need stands in the cell above, under `for _ in range(steps):`. The loops over `(w, b)` become loops over
# `parameters`, and after `backward()` comes `losses.append(loss.data)`.
#
# </details>


# %% exercise="loop"
def my_descend(loss_of, parameters, rate, steps):
    """Take the steps, and return the losses, each from before its step."""
    losses = []
    ### BEGIN SOLUTION
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
        for p in parameters:
            p.data -= rate * p.grad
            p.grad = 0.0
    ### END SOLUTION
    return losses


# %% check="loop"
from autograd.check import check_answer, check_function, passed


def loop(step=lambda p, g, rate, i: p - rate * g, cleared=slice(None), again=True, once=False, late=False, count=0):
    """The loop with one thing wrong; i is a parameter's number, count what is added to the number of steps."""

    def descend(loss_of, parameters, rate, steps):
        losses = []
        for k in range(max(1, steps + count)):
            if again or not k:
                loss = loss_of(*parameters)
            loss.backward()
            if not late:
                losses.append(loss.data)
            for i, p in enumerate(parameters if not once or k == steps - 1 else ()):
                p.data = step(p.data, p.grad, rate, i)
            for p in parameters[cleared]:
                p.grad = 0.0
            if late:
                losses.append(loss_of(*parameters).data)
        return losses

    return descend


def bowl(*parameters):
    """A loss with its lowest place at 1, 2, 3, ..., steeper for each parameter."""
    return sum((i * (p - i) ** 2 for i, p in enumerate(parameters, 1)), Value(0.0))


def watched(descend):
    """Where a loop leads from these starts, and the losses that it returns."""

    def run(starts, rate, steps):
        parameters, strange, built = [Value(x) for x in starts], [], []

        def loss_of(*given):
            if not isinstance(given[0], Value):
                raise TypeError("loss_of takes the parameters one by one: loss_of(*parameters)")
            strange.extend(p for p in given if not any(p is q for q in parameters))
            built.append(bowl(*given))
            return built[-1]

        losses = descend(loss_of, parameters[:], rate, steps)
        if strange:
            return "Values with a history" if strange[-1].parents else "other Values"
        if isinstance(losses, list) and len(built) == 1 < len(losses):
            return "one graph for all steps"
        if isinstance(losses, list) and any(isinstance(loss, Value) for loss in losses):
            return "losses that are Values"
        return {"losses": losses, "parameters": parameters}

    run.__name__ = "my_descend"
    return run


def keeping(kept):
    """The right loop, which returns other losses."""

    def run(*call):
        ended = watched(loop())(*call)
        return ended | {"losses": kept(ended["losses"])}

    return run


grown = (
    "`p = p - rate * p.grad` makes a new Value that remembers the old one: the graph grows with each step, and the "
    "parameters stay where they were. Change the number, `p.data -= rate * p.grad`"
)
descend = loop()
if passed(
    check_function,
    watched(my_descend),
    watched(loop()),
    [([0.0, 0.0], 0.1, 2), ([0.5, -1.0], 0.1, 4), ([2.0, 0.0, 1.0], 0.02, 6)],
    {
        lambda *call: "Values with a history": grown,
        lambda *call: "other Values": "the loss is of the parameters that are given, the same Values in each "
        "step: `loss_of(*parameters)`, and then change their numbers, `p.data -= rate * p.grad`",
        lambda *call: "losses that are Values": "keep the number, `losses.append(loss.data)`: a Value keeps its whole "
        "graph alive",
        watched(loop(cleared=slice(0))): "the gradients are never cleared: each backward() adds to the last",
        watched(loop(cleared=slice(-1, None))): "only the last parameter's gradient is cleared: does `p.grad = 0.0` "
        "stand inside the loop over the parameters?",
        watched(loop(cleared=slice(1))): "only the first parameter's gradient is cleared",
        watched(loop(again=False)): "the loss is computed once, before the loop: build it anew in each step",
        watched(loop(lambda p, g, rate, i: p + rate * g)): "that climbs: subtract rate times the gradient",
        watched(loop(lambda p, g, rate, i: p)): "the parameters have not moved. Is there a `backward()`? Are the "
        "gradients cleared only after the update? Does the update change `p.data`? (`p -= …` makes a new Value and "
        "leaves the old one)",
        watched(loop(lambda p, g, rate, i: p if i else p - rate * g)): "only the first parameter moves",
        watched(loop(lambda p, g, rate, i: -rate * g)): "`=` forgets where p was: `p.data -= …`",
        watched(loop(lambda p, g, rate, i: rate * g)): "`=` forgets where p was: `p.data -= …`",
        watched(
            loop(lambda p, g, rate, i: p - 2 * rate * g)
        ): "each step is twice as long: is backward() called twice, or the update made twice?",
        watched(loop(lambda p, g, rate, i: p - 0.1 * g)): "use the rate that is given",
        watched(loop(lambda p, g, rate, i: p - g)): "the gradient is multiplied by the rate",
        watched(loop(lambda p, g, rate, i: p - rate * p)): "multiply the rate by the gradient, `p.grad`",
        watched(loop(once=True, cleared=slice(0))): "there is one update, after all steps: it belongs inside the loop",
        watched(loop(once=True)): "there is one update, after all steps: it belongs inside the loop",
        watched(loop(late=True)): "each loss is from before its step: keep it before the update",
        watched(loop(count=1)): "that is one step too many",
        watched(loop(count=-1)): "that is one step too few",
        watched(loop(count=-100)): "that is a single step: does a `return` stand inside the loop?",
        lambda starts, *rest: (
            watched(loop())(starts, *rest)
            | {"losses": [x for x in watched(loop())(starts, *rest)["losses"] for _ in starts]}
        ): "each loss is kept once for every parameter: keep it before the inner loop",
        lambda *call: (
            1.0
        ).backward(): "backward() belongs to the loss, a Value, not to its number `.data`; and `grad` "
        "to each parameter, not to their list",
        keeping(lambda losses: []): "the parameters are right: now keep the losses, `losses.append(loss.data)`",
        keeping(lambda losses: losses[-1:]): "only the last loss is kept: `losses.append(…)`, not `losses = […]`",
        keeping(lambda losses: losses[-1]): "return the list of all losses",
        keeping(lambda losses: None): "the parameters are right, but `return losses` is missing",
    },
):
    descend = my_descend
    print("From here on `descend` is your loop.")


# %% wrong="loop" hint="there is one update, after all steps"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
    for p in parameters:
        p.data -= rate * p.grad
        p.grad = 0.0
    return losses


# %% wrong="loop" hint="never cleared"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
        for p in parameters:
            p.data -= rate * p.grad
    return losses


# %% wrong="loop" hint="build it anew in each step"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    loss = loss_of(*parameters)
    for _ in range(steps):
        loss.backward()
        losses.append(loss.data)
        for p in parameters:
            p.data -= rate * p.grad
            p.grad = 0.0
    return losses


# %% wrong="loop" hint="that climbs"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
        for p in parameters:
            p.data += rate * p.grad
            p.grad = 0.0
    return losses


# %% wrong="loop" hint="leaves the old one"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
        for p in parameters:
            p.grad = 0.0
            p.data -= rate * p.grad
    return losses


# %% wrong="loop" hint="the graph grows with each step"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
        parameters = [p - rate * p.grad for p in parameters]
    return losses


# %% wrong="loop" hint="a Value keeps its whole graph"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss)
        for p in parameters:
            p.data -= rate * p.grad
            p.grad = 0.0
    return losses


# %% wrong="loop" hint="only the last parameter's gradient is cleared"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
        for p in parameters:
            p.data -= rate * p.grad
        p.grad = 0.0
    return losses


# %% wrong="loop" hint="use the rate that is given"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.data)
        for p in parameters:
            p.data -= 0.1 * p.grad
            p.grad = 0.0
    return losses


# %% wrong="loop" hint="before the update"
def my_descend(loss_of, parameters, rate, steps):
    losses = []
    for _ in range(steps):
        loss_of(*parameters).backward()
        for p in parameters:
            p.data -= rate * p.grad
            p.grad = 0.0
        losses.append(loss_of(*parameters).data)
    return losses


# %% [markdown]
# From here on `descend` does the work. It is your loop once the check has passed it; until then it is ours. Look at how
# the line turns, and how the loss falls:

# %%
w, b = Value(0.0, "w"), Value(0.0, "b")
losses, stages = [], []
for steps in (0, 1, 2, 5, 52):
    losses += descend(loss_of, (w, b), rate, steps)
    stages.append((len(losses), w.data, b.data))
print(f"descent: w = {w.data:.3f}, b = {b.data:.3f}, loss {losses[-1]:.3f}")
print("formula: w = {:.3f}, b = {:.3f}".format(*np.polyfit(X, T, 1)))

# %% plot=""
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
plt.sca(left)
plt.plot(X, T, "ko")
for (step, *place), shade in zip(stages, (0.25, 0.4, 0.55, 0.7, 1.0), strict=True):
    show_line(*place, color="tab:red", alpha=shade, label=f"after {step}")
left.set_xlabel("x")
left.legend(fontsize=8)
right.plot(losses)
right.set(xlabel="step", ylabel="loss", ylim=(0, None))
plt.show()

# %% [markdown]
# For a line there is a formula, and the descent finds the same. The loss does not go to 0: the noise is in the
# measurements, and no line goes through them all. For a network there is no formula, but the loop stays as it is.
#
# ## Break it on purpose
#
# Now forget the fourth part. Each `backward()` then adds to the gradients of all steps before. The right loop and the
# wrong one are one function here:


# %%
def run(zero):
    """Sixty steps: the loss, the gradient that w holds, the place (w, b)."""
    w, b = Value(0.0, "w"), Value(0.0, "b")
    found = []
    for _ in range(60):
        loss = loss_of(w, b)
        loss.backward()
        found.append((loss.data, w.grad, (w.data, b.data)))
        for p in (w, b):
            p.data -= rate * p.grad
            if zero:
                p.grad = 0.0
    return found


def nudged(w, b, h=1e-5):
    """∂loss/∂w without an engine."""
    return (loss_of(w + h, b) - loss_of(w - h, b)) / (2 * h)


# %% [markdown]
# **Guess first.** The first step is the same in both. What does the loss of the forgetful loop do over sixty steps:
# `"fall faster"` than the right one, `"swing"` up and down, or `"grow"` without end?

# %% guess="forget"
### BEGIN SOLUTION
my_guess = "swing"
### END SOLUTION

# %% reveal="forget"
from autograd.check import reveal

curve = [loss for loss, *_ in run(zero=False)]
turns = sum((y - x) * (z - y) < 0 for x, y, z in zip(curve, curve[1:], curve[2:], strict=False))
reveal(
    my_guess,
    "swing" if turns > 10 and max(curve) < 2 * curve[0] else "grow",
    because="the slopes of the way down are still in the sum when the bottom is reached, and carry the line past it. "
    f"The loss turns {turns} times between {min(curve):.2f} and {max(curve):.2f}",
    replies={
        "fall faster": "For a step or two it does: gradients that agree make a longer step. But the old ones do not "
        "leave when they no longer agree.",
        "grow": "The steps do get longer, as long as it goes down. Uphill the new gradients work against the old "
        "ones, and turn the line round.",
    },
)

# %% wrong="forget" hint="For a step or two it does"
my_guess = "fall faster"

# %% wrong="forget" hint="turn the line round"
my_guess = "grow"

# %%
right, forgetful = run(zero=True), run(zero=False)
print("            with zero              forgotten")
print("step   loss  w.grad  nudged    loss  w.grad  nudged")
for step in (0, 1, 2, 3, 4, 59):
    cells = []
    for loss, g, place in (right[step], forgetful[step]):
        cells.append(f"{loss:5.2f} {g:7.2f} {nudged(*place):7.2f}")
    print(f"{step:4}  " + "   ".join(cells))
    assert abs(right[step][1] - nudged(*right[step][2])) < 1e-6

# %% plot=""
plt.figure(figsize=(6, 4))
plt.plot([loss for loss, *_ in right], label="with zero")
plt.plot([loss for loss, *_ in forgetful], label="forgotten")
plt.ylim(0, 5)
plt.xlabel("step")
plt.ylabel("loss")
plt.legend(loc="upper right", ncols=2)
plt.show()

# %% [markdown]
# The nudge agrees with the right loop at every step. In the wrong one `w.grad` is not the slope at any place: it is the
# sum of all slopes so far. And yet at step 2 the wrong loop is *ahead*: a bug that begins by looking like progress.
# (The library's networks have a method for this part, `zero_grad()`, which clears all their parameters.)
#
# ## A hundred more
#
# **Guess first.** Add a hundred to the loss, so that it is very large. The gradient toward $w$ at $w = b = 0$: is it
# then `"larger"` in size, `"smaller"` or `"the same"`?

# %% guess="plus"
### BEGIN SOLUTION
my_guess = "the same"
### END SOLUTION

# %% reveal="plus"
u, v = Value(0.0), Value(0.0)
(loss_of(u, v) + 100).backward()
reveal(
    my_guess,
    "the same" if u.grad == right[0][1] else "larger",
    because=f"each term of a sum adds its slope, and a constant has none: {u.grad:.3f} with it and "
    f"{right[0][1]:.3f} without it",
    replies={
        "larger": "A large loss feels urgent. But the gradient says how the loss changes when a knob is turned, and "
        "the 100 does not change with any knob.",
        "smaller": "The 100 drowns the rest in what you see of the loss, not in how it changes.",
    },
)

# %% wrong="plus" hint="A large loss feels urgent"
my_guess = "larger"

# %% wrong="plus" hint="drowns the rest"
my_guess = "smaller"

# %%
for lift in (0, 100, -100):
    w, b = Value(0.0, "w"), Value(0.0, "b")
    lifted = descend(lambda w, b, lift=lift: loss_of(w, b) + lift, (w, b), rate, 60)
    print(f"loss {lifted[0]:7.2f} → {lifted[-1]:6.2f}  at ({w.data:.6f}, {b.data:.6f})")

# %% [markdown]
# > **Misconception: "the gradient is the size of the loss".** They often shrink together, as in the curves above, so
# > they are easy to confuse. The loss is a height, the gradient a slope. Lift the whole landscape, and
# > every path through it stays as it is. A low place can be steep, and a high one nearly level:

# %%
for height in (lambda w: 100 * (w - 0.01) ** 2, lambda w: 100 + (w - 0.01) ** 2):
    w = Value(0.0, "w")
    loss = height(w)
    loss.backward()
    print(f"loss {loss.data:6.2f}, gradient {w.grad:5.2f}")

# %% [markdown]
# ## A derivative from a book
#
# Many texts write the error of one output as $\frac12 (t - y)^2$; the ½ is there so that the derivative has no factor.
#
# **Guess first.** Let $t = 1$ and $y = 3$. What is the derivative of $\frac12 (t - y)^2$ toward $y$?

# %% guess="sign"
### BEGIN SOLUTION
my_guess = 2
### END SOLUTION

# %% reveal="sign"
from autograd import explain

t, y = Value(1.0, "t"), Value(3.0, "y")
error = t - y
error.label = "e"
reveal(
    my_guess,
    explain(0.5 * error**2, y).total,
    because=f"y is too large, so a larger y makes it worse. The outer derivative is t − y = {error.data:.0f}, the "
    f"inner one, of t − y toward y, is {error.local_derivatives[1]:.0f}",
    replies={
        error.data: "That is t − y, the outer derivative. Inside stands −y, and its −1 belongs to the path.",
        4: "The ½ takes the 2 away.",
    },
)

# %% wrong="sign" hint="its −1 belongs to the path"
my_guess = -2

# %% wrong="sign" hint="takes the 2 away"
my_guess = 4

# %% [markdown]
# In print you can find this derivative given as $(t - y)$, and then *subtracted*. Elsewhere $(y - t)$ is subtracted,
# and elsewhere again $(t - y)$ is *added*. On the page all three look alike. On our data, from $w = b = 0$ (the ½
# makes each step half as long as before):

# %%
rules = {
    "subtract (y - t)": lambda y, t: -rate * (y - t),
    "add      (t - y)": lambda y, t: +rate * (t - y),
    "subtract (t - y)": lambda y, t: -rate * (t - y),
}
print(f"{'':18}loss after 0, 1, 2, 3, 4 steps")
for name, change in rules.items():
    p, q, seen = 0.0, 0.0, []
    for _ in range(5):
        seen.append(loss_of(p, q))
        changes = [(change(p * x + q, t), x) for x, t in zip(X, T, strict=True)]
        p += mean([c * x for c, x in changes])
        q += mean([c for c, _ in changes])
    print(f"{name}: " + " ".join(f"{loss:7.3f}" for loss in seen))

# %% [markdown]
# The first two are one rule: two signs cancel. The third has lost a sign on the way. If you copy it, you see the loss
# rise, and you look for the bug everywhere but in the book.
#
# ## Epochs and mini-batches
#
# So far each step looked at all samples. With a million of them that is a long look for one small turn of the knobs. A
# **mini-batch** of a few samples has a gradient as well, and costs a fraction:

# %%
w, b = Value(0.0, "w"), Value(0.0, "b")
slopes = []
for k in range(0, 20, 4):
    loss_of(w, b, X[k : k + 4], T[k : k + 4]).backward()
    slopes.append(w.grad)
    w.grad = b.grad = 0.0
print("toward w, five mini-batches:", " ".join(f"{g:.2f}" for g in slopes))
print(f"their mean {mean(slopes):.3f}, of all twenty samples {right[0][1]:.3f}")

# %% [markdown]
# Each is off, all point downhill, and on average they are right. So take a step after each mini-batch. When all
# samples have had their turn an **epoch** is over; the samples are shuffled, and the next begins. What is left at the
# end of an epoch makes a smaller batch.
#
# **Guess first.** Twenty samples, mini-batches of 8, five epochs: how many steps is that?

# %% guess="steps"
### BEGIN SOLUTION
my_guess = 15
### END SOLUTION

# %% reveal="steps"
reveal(
    my_guess,
    5 * len(range(0, 20, 8)),
    because="an epoch has batches of " + ", ".join(str(len(X[k : k + 8])) for k in range(0, 20, 8)),
    replies={
        12.5: "Mini-batches end with their epoch: the last one of each is smaller, but it is a step too.",
        13: "Mini-batches end with their epoch, so each epoch has a smaller one, not only the last.",
        10: "The last four samples of an epoch have their turn too, in a smaller batch.",
        3: "That is one epoch. There are five.",
        12: "A part of a batch is a step too, and each epoch has one.",
        40: "A batch of 8 samples makes one step: how many batches has an epoch?",
        5: "That would be one step an epoch, with all samples in one batch.",
        100: "That is how often a sample is looked at. A step is taken once a mini-batch.",
    },
)

# %% wrong="steps" hint="end with their epoch"
my_guess = 12.5

# %% wrong="steps" hint="have their turn too"
my_guess = 10

# %% wrong="steps" hint="how often a sample is looked at"
my_guess = 100

# %% [markdown]
# Below are 25 steps of each kind on a map of the loss, with $w$ to the right and $b$ upwards. Look at how they walk.
# (Both come from $(0, 0)$, at the lower left outside the map; a large mark is an end.)


# %%
def trail(batch_size, epochs):
    """The places (w, b) before and after each step."""
    w, b = Value(0.0, "w"), Value(0.0, "b")
    rng = np.random.default_rng(0)
    places = [(w.data, b.data)]
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for k in range(0, len(X), batch_size):
            batch = order[k : k + batch_size]
            loss = loss_of(w, b, [X[i] for i in batch], [T[i] for i in batch])
            loss.backward()
            for p in (w, b):
                p.data -= rate * p.grad
                p.grad = 0.0
            places.append((w.data, b.data))
    return places


# %% plot=""
from nn.plots import optimizer_trails

xs, ts = np.array(X), np.array(T)
ax = optimizer_trails(
    lambda w, b: ((w * xs + b - ts) ** 2).mean(),
    {"all samples": trail(20, epochs=25), "mini-batches of 4": trail(4, epochs=5)},
    xlim=(0.35, 1.05),
    ylim=(0.3, 1.1),
)
ax.set(xlabel="w", ylabel="b")
plt.show()

# %% [markdown]
# Both come down. The mini-batches stagger, and near the bottom they never come to rest, because each batch has a lowest
# point of its own. But they looked at a fifth as many samples on the way. Almost every network is trained this way.
#
# ## A neuron is a line and a squash
#
# Now another kind of target. Twelve pots stood in the light, each for its own number of hours a day. The target is 1 if
# the seed in it sprouted, else 0. A line goes past 1, which is no answer here. So bend it: send the line through the
# **sigmoid**, which squashes all numbers into the range from 0 to 1.
#
# $$p = \sigma(w x + b) \qquad \sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# That is a **neuron**: a weight for its input, a bias $b$, and a squash, its **activation**.

# %%
from autograd import draw, sigmoid

hours = [1, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 12, 14]
light = [h - 4 for h in hours]  # more or less than 4 hours: the input x
sprouted = [0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1]
pots = list(zip(light, sprouted, strict=True))

w, x, b = Value(0.5, "w"), Value(3.0, "x"), Value(-1.0, "b")
z = w * x + b
p = sigmoid(z)
z.label, p.label = "z", "p"
draw(p, direction="TB")

# %% [markdown]
# Your loop trains both, the line and the neuron, each at a rate that suits it: the line's loss is steeper. Only the
# forward pass differs.


# %%
def line_loss(w, b):
    return mean([(w * x + b - t) ** 2 for x, t in pots])


def neuron_loss(w, b):
    return mean([(sigmoid(w * x + b) - t) ** 2 for x, t in pots])


line, neuron = (Value(0.0), Value(0.0)), (Value(0.0), Value(0.0))
line_losses = descend(line_loss, line, 0.03, 300)
neuron_losses = descend(neuron_loss, neuron, 1.0, 300)
print(f"line:   loss {line_losses[-1]:.3f}")
print(f"neuron: loss {neuron_losses[-1]:.3f}")

line_w, line_b = (p.data for p in line)
neuron_w, neuron_b = (p.data for p in neuron)
print(f"at 14 hours the line says {line_w * 10 + line_b:.1f}")

# %% plot=""
at = np.linspace(0, 15, 200)
plt.figure(figsize=(6, 4))
plt.plot(hours, sprouted, "ko")
plt.plot(at, line_w * (at - 4) + line_b, "--", color="tab:orange", label="line")
plt.plot(at, sigmoid(neuron_w * (at - 4) + neuron_b), color="tab:blue", label="neuron")
plt.xlabel("hours of light")
plt.ylabel("sprouted")
plt.legend()
plt.show()

# %% [markdown]
# The line pays for saying 1.3 where 1 is right. To say less there, it lies too flat everywhere else. The neuron can say
# "surely" and stay at 1, so the far pots leave it alone.

# %% [markdown]
# ## A neuron with a kink
#
# Another activation keeps what is above zero and puts 0 for the rest: **relu**, $\max(z, 0)$. At $z = 0$ it has a kink:
# to the left its slope is 0, to the right 1. Which slope *at* 0? Mathematics leaves it open, so every engine chooses.
#
# Five samples now, a neuron with relu, and again $w = b = 0$, which puts every sample on the kink.

# %%
from autograd import maximum, relu

ramp = [(x, 2 * x - 1) for x in (0.5, 1.0, 1.5, 2.0, 2.5)]


def kinked_loss(squash):
    """Loss of a neuron with this squash, as a function of w and b."""
    return lambda w, b: mean([(squash(w * x + b) - t) ** 2 for x, t in ramp])


# %% [markdown]
# **Guess first.** A hundred steps from $w = b = 0$, with `relu`. Does the loss become `"smaller"`, or stay `"the
# same"`?

# %% guess="kink"
### BEGIN SOLUTION
my_guess = "the same"
### END SOLUTION

# %% reveal="kink"
w, b = Value(0.0, "w"), Value(0.0, "b")
stuck = descend(kinked_loss(relu), (w, b), rate, 100)
reveal(
    my_guess,
    "the same" if stuck[-1] == stuck[0] else "smaller",
    because=f"this engine, like most, takes relu'(0) = 0. All five samples pass nothing back, and the loss stays at "
    f"{stuck[-1]:.0f}",
    replies={
        "smaller": "There is much to gain, a little to the right of the kink. But which slope does a sample "
        "that sits on it report?"
    },
)

# %% wrong="kink" hint="to the right of the kink"
my_guess = "smaller"

# %% [markdown]
# The same function can be written in other ways, and each has its own opinion about the kink:

# %%
for name, squash in {
    "relu(z)         ": relu,
    "maximum(z, 0)   ": lambda z: maximum(z, 0.0),
    "Python max(z, 0)": lambda z: max(z, 0.0),
    "Python max(0, z)": lambda z: max(0.0, z),
}.items():
    z = Value(0.0, "z")
    out = squash(z)
    if isinstance(out, Value):
        out.backward()
        losses = descend(kinked_loss(squash), (Value(0.0), Value(0.0)), rate, 100)
        print(f"{name}  slope at 0: {z.grad:3}   loss {losses[0]:.0f} → {losses[-1]:.3f}")
    else:
        print(f"{name}  gives {out!r}, a plain number: no graph, no gradient")

# %% [markdown]
# `maximum` shares the slope between two equals, ½ for each. Python's `max` returns its *first* argument where the two
# are equal: written one way round, that is $z$ itself, with slope 1; the other way round it is the number 0, and the
# graph ends there without a word.
#
# > **Misconception: "zero gradient means finished".** At the bottom of a valley the gradient is 0, so it is tempting
# > to turn this round. But it is 0 on every level place: on a plain, on a summit, at a kink that reports 0. It tells
# > you that this loop takes no step from here. It does not tell you that nothing better is near.

# %%
w, b = Value(0.0, "w"), Value(0.0, "b")
kinked_loss(relu)(w, b).backward()
print(f"gradient at (0.0, 0.0): ({w.grad}, {b.grad})")
for place in ((0.0, 0.0), (0.1, -0.05), (1.0, -0.5), (2.0, -1.0)):
    print(f"loss at {place}: {kinked_loss(relu)(*place):.3f}")

# %% [markdown]
# ## What you can now do
#
# You can write the loop that trains every network in this course, and look at it with suspicion. Show it:
#
# **Exercise 1: one step on paper.** A line with $w = 1$, $b = 0$; one sample, $x = 3$ with target $t = 5$; the loss
# $(w x + b - t)^2$, the rate 0.1. Where are $w$ and $b$ after one step?

# %% exercise="paper"
### BEGIN SOLUTION
new_w = 2.2
new_b = 0.4
### END SOLUTION

# %% check="paper"
w, b = Value(1.0, "w"), Value(0.0, "b")
loss_of(w, b, [3.0], [5.0]).backward()
off = w.data * 3 - 5
check_answer(
    "new_w",
    new_w,
    w.data - 0.1 * w.grad,
    {
        w.data + 0.1 * w.grad: "that climbs: subtract rate times the gradient",
        w.data - 0.1 * off * 3: "the square's derivative has a factor 2",
        w.data - 0.1 * 2 * off: "w is multiplied by x: its slope has a factor x",
        w.data - w.grad: "the gradient is multiplied by the rate",
        w.grad: "that is the gradient: take the step",
        -0.1 * w.grad: "that is the step alone: w was 1 before it",
        -0.1 * b.grad: "w and b are exchanged",
        1.12: "the rate is 0.1",
        0.6: "that is rate times the loss: multiply by the gradient",
        5 / 3: "there the loss would be 0. One step leads somewhere else: rate times the gradient",
    },
)
check_answer(
    "new_b",
    new_b,
    b.data - 0.1 * b.grad,
    {
        b.data + 0.1 * b.grad: "that climbs: subtract rate times the gradient",
        b.data - 0.1 * off: "the square's derivative has a factor 2",
        b.data - 0.1 * w.grad: "b is not multiplied by x: its slope has no factor x",
        0: "b has a gradient too",
        b.grad: "that is the gradient: take the step",
        1 - 0.1 * b.grad: "b was 0 before the step",
        -b.grad: "the gradient is multiplied by the rate",
    },
)

# %% wrong="paper" hint="that climbs"
new_w, new_b = -0.2, -0.4

# %% wrong="paper" hint="w was 1 before it"
new_w, new_b = 1.2, 0.4

# %% wrong="paper" hint="has a factor 2"
new_w, new_b = 1.6, 0.2

# %% wrong="paper" hint="its slope has a factor x"
new_w, new_b = 1.4, 0.4

# %% wrong="paper" hint="has no factor x"
new_w, new_b = 2.2, 1.2

# %% wrong="paper" hint="b has a gradient too"
new_w, new_b = 2.2, 0

# %% [markdown]
# **Exercise 2: the gradient by hand.** Return $\partial L / \partial w$ and $\partial L / \partial b$ of the mean
# squared error of a line, from plain numbers, without the engine.
#
# <details><summary>Hint</summary>
#
# For one sample the path leads from the square, $2 (y - t)$, through the line: times $x$ toward $w$, times 1 toward
# $b$. The mean of the losses has the mean of the slopes.
#
# </details>


# %% exercise="slopes"
def slopes_of(w, b, xs, ts):
    """(∂L/∂w, ∂L/∂b), as plain numbers."""
    ### BEGIN SOLUTION
    errors = [w * x + b - t for x, t in zip(xs, ts, strict=True)]
    toward_w = sum(2 * e * x for e, x in zip(errors, xs, strict=True)) / len(xs)
    toward_b = sum(2 * e for e in errors) / len(xs)
    return toward_w, toward_b
    ### END SOLUTION


# %% check="slopes"
def by_hand(factor=2, times_x=True, total=sum, share=True):
    def slopes_of(w, b, xs, ts):
        errors = [factor * (w * x + b - t) for x, t in zip(xs, ts, strict=True)]
        n = len(xs) if share else 1
        return total([e * x if times_x else e for e, x in zip(errors, xs, strict=True)]) / n, total(errors) / n

    return slopes_of


def centred(w, b, xs, ts):
    mean_error = mean([w * x + b - t for x, t in zip(xs, ts, strict=True)])
    return 2 * mean_error * mean(xs), 2 * mean_error


def shares(share_w, share_b=lambda e, x, t, w: 2 * e, bias=1):
    """Slopes as means of shares of each sample, from its error e."""

    def slopes_of(w, b, xs, ts):
        each = [(w * x + bias * b - t, x, t, w) for x, t in zip(xs, ts, strict=True)]
        return mean([share_w(*one) for one in each]), mean([share_b(*one) for one in each])

    return slopes_of


def right_share(e, x, t, w):
    return 2 * e * x


check_function(
    slopes_of,
    by_hand(),
    [(0.5, -1.0, [3.0], [2.0]), (1.0, 0.25, [0.0, 1.0, 3.0], [1.0, 0.0, 3.5]), (0.0, 0.0, X, T)],
    {
        by_hand(factor=-2): "the sign is the other: the derivative of (y - t)² has y - t, not t - y",
        by_hand(factor=1): "the square's derivative has a factor 2",
        centred: "each sample's error times its own x, and then the mean",
        lambda w, b, xs, ts: loss_of(w, b, xs, ts): "that is the loss: its two slopes are asked for",
        lambda *call: by_hand()(*call)[::-1]: "the slope toward w comes first",
        lambda *call: by_hand()(*call)[0]: "two numbers are asked for, `return toward_w, toward_b`",
        shares(right_share, bias=0): "the error is w x + b − t: b is missing",
        shares(lambda e, x, t, w: 2 * e * w): "the path toward w has the factor x, not w",
        shares(lambda e, x, t, w: 2 * e * t): "the path toward w has the factor x, not t",
        shares(right_share, right_share): "b is not multiplied by x: its path has a factor 1",
        shares(right_share, lambda e, x, t, w: e): "toward b the factor 2 is missing",
        shares(lambda e, x, t, w: e * x): "toward w the factor 2 is missing",
        shares(lambda e, x, t, w: e * e * x, lambda e, x, t, w: e * e): "the derivative of e² is 2 e, not the square",
        shares(lambda e, x, t, w: 2 * e * e * x, lambda e, x, t, w: 2 * e * e): "the derivative of e² is 2 e: the "
        "square is gone",
        lambda *call: (by_hand()(*call)[0], by_hand(share=False)(*call)[1]): "toward b it is a mean as well: divide",
        by_hand(times_x=False): "w is multiplied by x: each sample's share toward w has its x",
        by_hand(share=False): "that is the sum over the samples: the loss is their mean",
        shares(lambda e, x, t, w: 2 * e * w, lambda e, x, t, w: 2 * e * (e + t - w * x)): "toward w the path has the "
        "factor x, toward b the factor 1: not w and b themselves",
        lambda w, b, xs, ts: (
            centred(w, b, xs, ts)[0] * len(xs),
            centred(w, b, xs, ts)[1],
        ): "each sample's error times its own x: a sum of products is not the product of the sums",
        by_hand(total=lambda terms: terms[-1], share=False): "that is the last sample alone: add up",
        by_hand(
            total=lambda terms: terms[0], share=False
        ): "that is the first sample alone: `return` stands inside the loop",
    },
)


# %% wrong="slopes" hint="the sign is the other"
def slopes_of(w, b, xs, ts):
    e = [t - (w * x + b) for x, t in zip(xs, ts, strict=True)]
    return sum(2 * d * x for d, x in zip(e, xs, strict=True)) / len(xs), sum(2 * d for d in e) / len(xs)


# %% wrong="slopes" hint="has a factor 2"
def slopes_of(w, b, xs, ts):
    e = [w * x + b - t for x, t in zip(xs, ts, strict=True)]
    return sum(d * x for d, x in zip(e, xs, strict=True)) / len(xs), sum(e) / len(xs)


# %% wrong="slopes" hint="has its x"
def slopes_of(w, b, xs, ts):
    e = [w * x + b - t for x, t in zip(xs, ts, strict=True)]
    return sum(2 * d for d in e) / len(xs), sum(2 * d for d in e) / len(xs)


# %% wrong="slopes" hint="b is missing"
def slopes_of(w, b, xs, ts):
    e = [w * x - t for x, t in zip(xs, ts, strict=True)]
    return sum(2 * d * x for d, x in zip(e, xs, strict=True)) / len(xs), sum(2 * d for d in e) / len(xs)


# %% wrong="slopes" hint="the factor 2 is missing"
def slopes_of(w, b, xs, ts):
    e = [w * x + b - t for x, t in zip(xs, ts, strict=True)]
    return sum(2 * d * x for d, x in zip(e, xs, strict=True)) / len(xs), sum(e) / len(xs)


# %% wrong="slopes" hint="its own x, and then the mean"
def slopes_of(w, b, xs, ts):
    e = sum(w * x + b - t for x, t in zip(xs, ts, strict=True)) / len(xs)
    return 2 * e * sum(xs) / len(xs), 2 * e


# %% wrong="slopes" hint="the loss is their mean"
def slopes_of(w, b, xs, ts):
    e = [w * x + b - t for x, t in zip(xs, ts, strict=True)]
    return sum(2 * d * x for d, x in zip(e, xs, strict=True)), sum(2 * d for d in e)


# %% [markdown]
# **Exercise 3: a neuron with any number of inputs.** Called with the list `xs` it gives $\sigma(w_1 x_1 + \dots + w_n
# x_n + b)$, a Value (`neuron(xs)` is a call of `__call__`). `parameters()` is the list of all Values that training
# changes, the weights first, the bias last. The library's `nn.Neuron` is no more than this.
#
# <details><summary>Hint</summary>
#
# `sum(…, self.b)` begins with the bias and adds the products `w * x`. One squash at the end. The list of the weights
# and a list with the bias can be added: `self.w + […]`.
#
# </details>


# %% exercise="neuron"
class MyNeuron:
    def __init__(self, nin):
        self.w = [Value(0.1 * (i + 1)) for i in range(nin)]
        self.b = Value(0.0)

    def __call__(self, xs):
        ### BEGIN SOLUTION
        return sigmoid(sum((w * x for w, x in zip(self.w, xs, strict=True)), self.b))
        ### END SOLUTION

    def parameters(self):
        ### BEGIN SOLUTION
        return [*self.w, self.b]
        ### END SOLUTION


# %% check="neuron"
from autograd import tanh, topological_order


def used(make):
    """What a neuron says, and the gradients that its parameters then hold, for weights w and bias b."""

    def neuron(w, b, xs):
        made = make(len(w))
        for p, number in zip([*made.w, made.b], [*w, b], strict=True):
            p.data = number
        output = made(xs)
        if not isinstance(output, Value):
            return f"output: {type(output).__name__}"
        if not output.parents:
            return "output: a leaf"
        if not {*made.w} & {*topological_order(output)}:
            return "output: not from self.w"
        output.backward()
        parameters = [*(made.parameters() or [None])]
        kinds = {type(p).__name__ for p in parameters} - {"Value"}
        if kinds:
            return f"parameters: {min(kinds)}"
        if len(parameters) != len([*made.parameters()]):
            return "parameters: one more each time"
        return {"output": output, "gradients of parameters()": [p.grad for p in made.parameters()]}

    neuron.__name__, neuron.kind = "MyNeuron", make
    return neuron


def neuron_with(output, parameters=lambda w, b: [*w, b]):
    class Made:
        def __init__(self, nin):
            self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

        def __call__(self, xs):
            return output([w * x for w, x in zip(self.w, xs, strict=True)], self.b)

        def parameters(self):
            return parameters(self.w, self.b)

    return used(Made)


def appended(w, b):
    w.append(b)
    return w


def whole(products, b):
    return sigmoid(sum(products, b))


def whole_of(change):
    return neuron_with(lambda products, b: sigmoid(change(products, b)))


Neuron = neuron_with(whole).kind
squash = "the squash is the sigmoid, as above"
if passed(
    check_function,
    used(MyNeuron),
    neuron_with(whole),
    [([0.5, -1.0], 0.3, [2.0, 1.5]), ([1.5], -2.0, [1.0]), ([0.2, 0.4, -0.6], 0.0, [1.0, -1.0, 2.0])],
    {
        neuron_with(lambda products, b: sigmoid(sum(products))): "the bias is missing",
        neuron_with(lambda products, b: sum(products, b)): "that is the line: the squash is missing",
        neuron_with(lambda products, b: sum(map(sigmoid, products), b)): "one squash, of the whole sum",
        neuron_with(
            lambda products, b: sum((sigmoid(p + b) for p in products), Value(0.0))
        ): "one squash, of the whole sum, and the bias is added once",
        lambda *call: (
            "output: a leaf"
        ): "your output remembers nothing: functions of `math` and `.data` forget how it was "
        "computed, and a new Value does not know it",
        neuron_with(lambda products, b: sigmoid(sum(products)) + b): "the bias belongs under the squash",
        lambda *call: "output: float": "your output is a plain number, which remembers nothing: functions of `math` "
        "and `.data` forget how it was computed",
        lambda *call: "output: float64": "your output is a plain number, which remembers nothing: functions of NumPy "
        "and `.data` forget how it was computed",
        lambda *call: "output: NoneType": "the neuron says None: is the `return` missing in `__call__`?",
        lambda *call: "output: list": "a list comes out: return the one number, without brackets",
        lambda *call: "parameters: NoneType": "parameters() gives None: is its `return` missing?",
        lambda *call: "parameters: list": "parameters() gives a list inside a list: the weights are to be its members, "
        "`[*self.w, self.b]`",
        lambda *call: "parameters: float": "parameters() gives numbers: training changes the Values themselves",
        neuron_with(lambda products, b: tanh(sum(products, b))): squash,
        neuron_with(lambda products, b: relu(sum(products, b))): squash,
        whole_of(lambda products, b: sigmoid(sum(products, b))): "it is squashed twice",
        whole_of(lambda products, b: sum(products, b * len(products))): "the bias is added once, not with each product",
        whole_of(lambda products, b: sum(products, -b)): "the bias is added, not subtracted",
        whole_of(lambda products, b: mean(products) + b): "the products are added up: no mean",
        whole_of(lambda products, b: products[0] + b): "only the first input is read: does `return` stand inside the "
        "loop?",
        whole_of(lambda products, b: products[-1] + b): "only the last input is read: add up, `+=`",
        neuron_with(whole, lambda w, b: [b, *w]): "parameters() gives the weights first, the bias last",
        lambda *call: sum(5): "is it `self.w` and `self.b`, with `self.`?",
        lambda *call: (
            "output: not from self.w"
        ): "the output does not come from self.w: use those weights, make no others",
        neuron_with(whole, lambda w, b: [*w, b, b]): "the bias stands in the list twice",
        neuron_with(whole, appended): "parameters() changes self.w, so that each call appends the bias once more: "
        "make a new list",
        neuron_with(whole, lambda w, b: w): "parameters() lacks the bias: it would never learn",
        neuron_with(whole, lambda w, b: [Value(p.data) for p in [*w, b]]): "parameters() makes new Values: training "
        "would turn knobs that are connected to nothing",
    },
):
    Neuron = MyNeuron
    print("From here on `Neuron` is yours.")


# %% wrong="neuron" hint="the bias is missing"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        return sigmoid(sum(w * x for w, x in zip(self.w, xs, strict=True)))

    def parameters(self):
        return [*self.w, self.b]


# %% wrong="neuron" hint="the squash is missing"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        return sum((w * x for w, x in zip(self.w, xs, strict=True)), self.b)

    def parameters(self):
        return [*self.w, self.b]


# %% wrong="neuron" hint="of the whole sum"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        return sum((sigmoid(w * x) for w, x in zip(self.w, xs, strict=True)), self.b)

    def parameters(self):
        return [*self.w, self.b]


# %% wrong="neuron" hint="a plain number, which remembers nothing"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        z = sum(w.data * x for w, x in zip(self.w, xs, strict=True)) + self.b.data
        return 1 / (1 + np.exp(-z))

    def parameters(self):
        return [*self.w, self.b]


# %% wrong="neuron" hint="a list inside a list"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        return sigmoid(sum((w * x for w, x in zip(self.w, xs, strict=True)), self.b))

    def parameters(self):
        return [self.w, self.b]


# %% wrong="neuron" hint="once, not with each product"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        return sigmoid(sum(w * x + self.b for w, x in zip(self.w, xs, strict=True)))

    def parameters(self):
        return [*self.w, self.b]


# %% wrong="neuron" hint="each call appends the bias once more"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        return sigmoid(sum((w * x for w, x in zip(self.w, xs, strict=False)), self.b))

    def parameters(self):
        self.w.append(self.b)
        return self.w


# %% wrong="neuron" hint="lacks the bias"
class MyNeuron:
    def __init__(self, nin):
        self.w, self.b = [Value(0.0) for _ in range(nin)], Value(0.0)

    def __call__(self, xs):
        return sigmoid(sum((w * x for w, x in zip(self.w, xs, strict=True)), self.b))

    def parameters(self):
        return self.w


# %% [markdown]
# ## Your own data
#
# Here your loop trains your neuron (if both passed; ours otherwise). Put in samples of your own: two numbers, then 1 or
# 0 for what came of it. The ones below are made up: hours of sleep, cups of coffee, and whether the alarm was heard.

# %%
samples = [(4, 0, 0), (5, 1, 0), (5, 3, 1), (6, 0, 0), (7, 1, 1), (7, 0, 1), (9, 0, 1)]

columns = np.array([numbers for *numbers, _ in samples])
inputs = (columns - columns.mean(axis=0)) / columns.std(axis=0)  # of about the size of 1
pairs = [(xs, t) for xs, (*_, t) in zip(inputs.tolist(), samples, strict=True)]
neuron = Neuron(len(inputs[0]))
knobs = [*neuron.parameters()]


def own_loss(*parameters):
    return mean([(neuron(xs) - t) ** 2 for xs, t in pairs])


losses = descend(own_loss, knobs, 1.0, 200)
good = sum((neuron(xs).data > 0.5) == t for xs, t in pairs)
print(f"loss {losses[0]:.3f} → {losses[-1]:.3f}, right for {good} of {len(samples)}")
print("weights:", [round(w.data, 2) for w in knobs[:-1]])

# %% [markdown]
# Which of the two numbers has the larger weight? Take the other one out of all samples. By how much does the loss at
# the end rise?
