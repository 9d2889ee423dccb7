# %% [markdown]
# # 16. Derivatives of derivatives
#
# **Goal.** Differentiate a derivative, and let the bend of a curve choose your step.
#
# **You need** graphs and paths ([notebook 2](02_chain_rule_on_a_graph.ipynb)), and descent into a long valley
# ([notebook 10](10_optimizers.ipynb)). **Afterwards you can** take a second derivative by hand and by the engine, take
# Newton's step and say when not to, and write an operation as one rule that is read in four ways.

# %% [markdown]
# ## A slope with a past
#
# After `y.backward()` the gradient of $x$ is a float. It tells how fast $y$ changes, and nothing else. You cannot ask
# how fast this float itself changes with $x$, because it has no parents. But every event of the sweep is one
# multiplication and one addition. Do them with Values instead of floats, and the gradient remembers how it was
# computed. `derivatives(y, x)` does that. It returns a list, with one derivative for each value that you ask for.

# %%
from autograd import Value, derivatives, draw, explain, formula

x = Value(3.0, "x")
y = x**3
y.backward()
(slope,) = derivatives(y, x)
y.label, slope.label = "y", "slope"
print("x.grad:", x.grad, "  a", type(x.grad).__name__)
print("slope: ", slope.data, "  a", type(slope).__name__)
y.zero_grad()
draw([y, slope])

# %% [markdown]
# Above is $y = x^3$, and below it the graph of its slope, $3 \cdot x^2$. Both start from the same $x$. The edges show
# local derivatives, as always. (Plain numbers such as the exponent are a part of the equations and have no boxes.)
#
# **Guess first.** How fast does the slope change with $x$? Write $\partial\,\text{slope} / \partial x$ at 3.

# %% guess="second"
### BEGIN SOLUTION
my_guess = 18
### END SOLUTION

# %% reveal="second"
from autograd.check import reveal

along = [edge.local_derivative for edge in explain(slope, x).paths[0].edges]
reveal(
    my_guess,
    derivatives(slope, x)[0],
    because=f"one path leads from x to slope, and along it the derivatives multiply: {along[1]:g} · {along[0]:g}. "
    "The constants do not change with x",
    replies={
        0: "The number 27 changes with nothing. But slope is a Value: it was computed from x, and it is 27 only at 3.",
        slope.data: "That is the slope itself. What is asked is how it changes when x does.",
        slope.data**2: "That is the slope squared. Differentiating twice is not multiplying twice.",
        6: "That is the first edge of the path. The second one multiplies it by 3.",
    },
)

# %% wrong="second" hint="it is 27 only at 3"
my_guess = 0

# %% wrong="second" hint="the slope itself"
my_guess = 27

# %% wrong="second" hint="the slope squared"
my_guess = 729

# %% wrong="second" hint="the first edge"
my_guess = 6

# %% [markdown]
# This is the **second derivative**. It is a graph too, so there is a third, and so on until nothing changes any more.
# `grad` turns a function into its derivative, so `grad(grad(f))` is the second one.

# %%
from autograd import grad, sin


def cube(x):
    return x**3


d = cube
for name in ("first ", "second", "third ", "fourth"):
    d = grad(d)
    print(f"{name} at 3: {d(3.0):4}   for every x: {formula(d(Value(3.0, 'x')))}")
fourth = grad(grad(grad(grad(sin))))
print("sin, four times differentiated:", formula(fourth(Value(1.0, "x"))))

# %% [markdown]
# Often the slope's graph does not begin at $x$. Here is $y = \tanh x$ with its slope. Look where it hangs.

# %%
u = Value(0.5, "x")
v = u.tanh()
(v_slope,) = derivatives(v, u)
v.label, v_slope.label = "y", "slope"
draw([v, v_slope], direction="TB")

# %% [markdown]
# It hangs on $y$: the slope is $1 - y^2$, and $y$ is there already. A sweep backwards is cheap because it uses what the
# way forwards has computed.
#
# **Exercise: by hand.** Let $f(x) = (x^2 + 1)^2$. Work out $f'(x)$ and $f''(x)$ on paper, and write their values at
# $x = 3$.
#
# <details><summary>Hint</summary>
#
# The chain rule gives $f'(x) = 2\,(x^2 + 1) \cdot 2x = 4x\,(x^2 + 1)$. Both factors depend on $x$, so in the second
# derivative there are two paths: one through $4x$, one through $x^2 + 1$.
#
# </details>

# %% exercise="by_hand"
### BEGIN SOLUTION
first = 120
second = 112
### END SOLUTION

# %% check="by_hand"
from autograd.check import check_answer, check_function, passed

place = 3.0


def squared_twice(x):
    return (x**2 + 1) ** 2


check_answer(
    "first",
    first,
    grad(squared_twice)(place),
    {
        2 * (place**2 + 1): "what stands inside the outer square changes too: times 2x",
        squared_twice(place): "that is f itself",
        2 * 2 * place: "that is 2 times 2x: the outer square's derivative is 2 (x² + 1)",
        (place**2 + 1) * 2 * place: "the outer square's derivative brings a 2",
        2 * (place**2 + 1) * place**2: "the derivative of x² is 2x, not x²",
        2 * grad(squared_twice)(place): "2 (x² + 1) times 2x, and no other 2",
        2 * (place**2 + 1) ** 2: "the derivative of (…)² is 2 (…): without a square",
        2 * (place**2 + 1) ** 2 * 2 * place: "the derivative of (…)² is 2 (…): without a square",
        grad(squared_twice)(1.0): "that is f' at x = 1: here x is 3",
        grad(squared_twice)(2.0): "that is f' at x = 2: here x is 3",
        4 * place**3: "that leaves out the 1: f' = 4x · (x² + 1)",
        4 * place**3 + 2 * place: "f = x⁴ + 2x² + 1, and the derivative of 2x² is 4x",
        4 * place**3 + 4: "f = x⁴ + 2x² + 1, and the derivative of 2x² is 4x",
    },
)
check_answer(
    "second",
    second,
    grad(grad(squared_twice))(place),
    {
        grad(grad(squared_twice))(1.0): "that is f'' at x = 1: here x is 3",
        4 * (place**2 + 1): "f' = 4x · (x² + 1) is a product: the second factor changes too",
        4 * place * 2 * place: "f' = 4x · (x² + 1) is a product: the first factor changes too",
        4 * 2 * place: "the derivative of a product is not the product of the derivatives",
        grad(squared_twice)(place): "that is the first derivative",
        grad(squared_twice)(place) ** 2: "that is the first derivative squared",
        12 * place**2: "f' = 4x³ + 4x: the second term changes too",
        4 * (place**2 + 1) + 4 * 2 * place: "for a product add: the second factor's derivative is times the first, 4x",
        12 * place**2 - 4: "f' = 4x³ + 4x: the second term changes too, and it grows",
        12 * place**2 + 4 * place: "f' = 4x³ + 4x, and the derivative of 4x is 4",
        12 * place**2 + 2: "f' = 4x³ + 4x, and the derivative of 4x is 4",
        12 * place: "that is 4x³ without its square: the derivative of x³ is 3x²",
        12.0: "that is how 4x³ begins: its derivative is 12x²",
        8.0: "2x² is one factor's way: f' = 4x · (x² + 1), and both factors change",
        place * 48: "for a product add: one factor changes, then the other",
        6 * place * (place**2 + 1): "for a product add: 4 (x² + 1), and 4x times 2x",
        12 * place**2 + 8: "f' = 4x³ + 4x, and the derivative of 4x is 4",
        2.0: "both squares bring a 2, and x changes both: f' = 4x · (x² + 1) is a product",
        4 * (place**2 + 1) + 4 * place: "f' = 4x · (x² + 1): the second factor changes by 2x",
        4 * (place**2 + 1) * 4 * place * 2: "for a product add: one factor changes, then the other",
    },
)

# %% wrong="by_hand" hint="inside the outer square"
first, second = 20, 2

# %% wrong="by_hand" hint="brings a 2"
first, second = 60, 22

# %% wrong="by_hand" hint="the second factor changes too"
first, second = 120, 40

# %% wrong="by_hand" hint="the first factor changes too"
first, second = 120, 72

# %% wrong="by_hand" hint="not the product of the derivatives"
first, second = 120, 24

# %% wrong="by_hand" hint="the second term changes too"
first, second = 120, 108

# %% wrong="by_hand" hint="not x²"
first, second = 180, 112

# %% [markdown]
# ## Newton's step
#
# The slope says which way is down. It does not say how far, so descent needs a rate, and you choose it. The second
# derivative says how quickly the slope changes, so it can tell where the slope will be 0. If the slope is 6, and falls
# by 2 with each unit to the left, then it is 0 after three units. That is **Newton's step**:
#
# $$x \leftarrow x - \frac{f'(x)}{f''(x)}$$
#
# Here it is beside gradient descent, on the curve of notebook 1.


# %%
def f(x):
    return x**3 - 3 * x


def newton_path(f, x, steps):
    path = [x]
    for _ in range(steps):
        x = x - grad(f)(x) / grad(grad(f))(x)
        path.append(x)
    return path


def descent_path(f, x, steps, rate):
    path = [x]
    for _ in range(steps):
        x = x - rate * grad(f)(x)
        path.append(x)
    return path


ways = descent_path(f, 2.5, 6, 0.04), newton_path(f, 2.5, 6)
print("step   descent          Newton")
for k, (p, q) in enumerate(zip(*ways, strict=True)):
    print(f"{k:4} {p:9.6f} {q:15.12f}")

# %% [markdown]
# Nobody had to choose a rate, and near the end each step doubles the number of right digits. The valley is at 1.
#
# The same curve has a top, at $-1$. To the left of the top it goes down and down for ever. Start there, at $-2.5$.
#
# **Guess first.** Where do Newton's steps lead: to the `"valley"` at 1, to the `"top"` at $-1$, or `"down"` to the left
# without end?

# %% guess="top"
### BEGIN SOLUTION
my_guess = "top"
### END SOLUTION

# %% reveal="top"
end = newton_path(f, -2.5, 8)[-1]
reveal(
    my_guess,
    {-1: "top", 1: "valley"}.get(round(end), "down"),
    because=f"it ends at {end:.6f}. At the start the slope is {grad(f)(-2.5):.2f} and the second derivative "
    f"{grad(grad(f))(-2.5):.0f}, so minus their quotient points to the right, uphill",
    replies={
        "down": "So would gradient descent go. Newton's step asks where the slope becomes 0, and to the left it only "
        "gets steeper.",
        "valley": "There the slope is 0, but another place where it is 0 lies nearer.",
    },
)

# %% wrong="top" hint="it only gets steeper"
my_guess = "down"

# %% wrong="top" hint="lies nearer"
my_guess = "valley"

# %% plot=""
import matplotlib.pyplot as plt
import numpy as np

xs = np.linspace(-3.2, 3.2, 200)
plt.figure(figsize=(6, 4))
plt.plot(xs, f(xs), "k", lw=2)
for start, colour in [(2.5, "tab:blue"), (-2.5, "tab:red")]:
    g, b = grad(f)(start), grad(grad(f))(start)
    parabola = f(start) + g * (xs - start) + 0.5 * b * (xs - start) ** 2
    step_to = start - g / b
    plt.plot(xs, parabola, "--", color=colour, label=f"from {start}: to {step_to:.2f}")
    vertex = f(start) + g * (step_to - start) / 2
    plt.plot([start, step_to], [f(start), vertex], "o", color=colour)
plt.ylim(-12, 12)
plt.xlabel("x")
plt.title("Newton's step: to the vertex of the parabola that fits best")
plt.legend()
plt.show()

# %% [markdown]
# > **Misconception: "Newton's method is gradient descent with a perfect rate".** It does not look for low ground. It
# > looks for *level* ground: it fits a parabola to the curve and jumps to the vertex. Where the curve bends downwards,
# > $f'' < 0$, the vertex is a top. So look at the sign of $f''$ first.

# %%
for start in (2.5, -2.5):
    before, after = newton_path(f, start, 1)
    print(f"from {before:4}: f'' = {grad(grad(f))(start):5.1f}, ", end="")
    print(f"height {f(before):7.3f} before the step, {f(after):7.3f} after it")

# %% [markdown]
# ## Bends in two directions
#
# Two inputs have four second derivatives: each of the two slopes can change with each of the two inputs. The table of
# them is the **Hessian**. Here is the Hessian of the long valley of notebook 10:

# %%
import numpy as np

from autograd import hessian


def valley(p):
    return 0.5 * (p[0] ** 2 + 25 * p[1] ** 2)


H = np.array(hessian(valley)([9.0, 1.0]))
print(H)
print("2 / largest of its numbers:", 2 / H.max())

# %% [markdown]
# The valley bends by 1 along $x$ and by 25 along $y$: these are its **curvatures**. The zeros say that the slope along
# $x$ does not change with $y$. The curvatures explain what you measured in notebook 10: the steepest bend needs a rate
# below $2 / 25$, and that is too small for the gentle one.
#
# Newton's step divides by the whole table: it solves $H \cdot \text{step} = \text{gradient}$. So each direction gets a
# rate of its own.


# %%
def newton_2d(f, p, steps):
    path = [np.array(p)]
    for _ in range(steps):
        p = path[-1]
        path.append(p - np.linalg.solve(hessian(f)(p), grad(f)(p)))
    return np.array(path)


def descent_2d(f, p, steps, rate):
    path = [np.array(p)]
    for _ in range(steps):
        path.append(path[-1] - rate * grad(f)(path[-1]))
    return np.array(path)


# %% [markdown]
# **Guess first.** Gradient descent at a good rate needs dozens of steps from $(9, 1)$. How many does Newton need to
# reach the bottom?

# %% guess="one_step"
### BEGIN SOLUTION
my_guess = 1
### END SOLUTION

# %% reveal="one_step"
losses = [valley(p) for p in newton_2d(valley, [9.0, 1.0], 2)]
reveal(
    my_guess,
    next(k for k, loss in enumerate(losses) if loss < 1e-20),
    because="the valley is a parabola in every direction, so the parabola that fits best is the valley itself, "
    "and one jump leads to its vertex",
    replies={
        2: "One for each direction would be two. The Hessian has both, and they are served at once.",
        25: "That is the curvature along y. Dividing by it is what makes the step right.",
    },
)

# %% wrong="one_step" hint="served at once"
my_guess = 2

# %% wrong="one_step" hint="Dividing by it"
my_guess = 25

# %% [markdown]
# Here is a harder valley, bent like a banana. Its floor is nearly flat, its walls are steep, and its lowest point is at
# $(1, 1)$.


# %%
def banana(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


slow = descent_2d(valley, [9.0, 1.0], 100, 0.075)
fast = newton_2d(valley, [9.0, 1.0], 1)
slow_b = descent_2d(banana, [-1.2, 1.0], 1000, 0.001)
fast_b = newton_2d(banana, [-1.2, 1.0], 7)

for name, path in [("descent", slow), ("Newton", fast)]:
    arrived = next(k for k, p in enumerate(path) if valley(p) < 1e-4)
    print(f"valley, {name}: steps until the loss is below 1e-4: {arrived}")
for name, path in [("descent", slow_b), ("Newton", fast_b)]:
    steps, p = len(path) - 1, path[-1]
    print(f"banana, {name} after {steps} steps: {p.round(6)}, loss {banana(p):.2g}")
print("loss along Newton's way:", *(f"{banana(p):.2g}" for p in fast_b))

# %% plot=""
import nn.plots

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
trails = {"gradient descent": slow, "Newton": fast}
nn.plots.optimizer_trails(lambda x, y: valley((x, y)), trails, (-2, 10), (-1.5, 1.5), ax=left)
trails = {"gradient descent": slow_b, "Newton": fast_b}
nn.plots.optimizer_trails(lambda x, y: banana((x, y)), trails, (-2, 2), (-3.5, 3), ax=right)
figure.tight_layout()
plt.show()

# %% [markdown]
# Newton is there after seven steps, while descent is still on its way after a thousand. But look at Newton's losses:
# one jump leads far up a wall before the next one comes back down.
#
# Then why does nobody train networks like this? A gradient has as many numbers as there are parameters. A Hessian has
# their square.

# %%
import nn

small = nn.MLP(2, [16, 16, 1], init="uniform", rng=0)
n = len(small.parameters())
print(f"{n} parameters: a gradient of {n} numbers, a Hessian of {n * n:,}")

# %% [markdown]
# And that is a network for a few moons. With a million parameters the table has a million times a million entries.
# RMSprop and Adam keep one number for each parameter and divide by it. That number plays a part like the diagonal of
# the table, for the price of a gradient.
#
# ## Break it on purpose
#
# An operation is a value and a rule for its local derivative. Here is a square, and beside it one whose rule uses the
# plain number of `x` instead of `x`. Nothing else is different.


# %%
from autograd import Operation


def number(x):
    return x.data if isinstance(x, Value) else x


right_square = Operation("right_square", lambda x: x * x, lambda y, x: (2 * x,))
frozen_square = Operation("frozen_square", lambda x: x * x, lambda y, x: (2 * number(x),))


def nudged(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def times(square):
    return lambda x: x * square(x)


right, frozen = times(right_square), times(frozen_square)
firsts = grad(right)(2.0), grad(frozen)(2.0), nudged(cube, 2.0)
seconds = grad(grad(right))(2.0), grad(grad(frozen))(2.0), nudged(grad(cube), 2.0)
print("x · square(x) at 2     right  frozen   nudged")
print("first derivative     {:7.1f} {:7.1f} {:8.4f}".format(*firsts))
print("second derivative    {:7.1f} {:7.1f} {:8.4f}".format(*seconds))
assert firsts[0] == firsts[1]
assert abs(seconds[0] - seconds[2]) < 1e-6 < abs(seconds[1] - seconds[2])

# %% [markdown]
# The first derivative is right, so everything up to this lesson would work. Only the second one is wrong: a path from
# $x$ to the slope is cut, as by `detach`. A rule must be arithmetic *on its inputs*, not on their numbers.
#
# ## At a kink
#
# `relu` has the slope 0 on the left and 1 on the right, and a kink in between. Notebook 1 measured how a slope changes,
# with three calls of the function:


# %%
from autograd import relu, softplus


def bend(f, x, h):
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2


print("second derivative of relu at -1, 0 and 1, by the engine:")
print([grad(grad(relu))(x) for x in (-1.0, 0.0, 1.0)])
print("measured at -1 and 1:")
print([round(bend(relu, x, 0.001), 6) + 0.0 for x in (-1.0, 1.0)])

# %% [markdown]
# **Guess first.** And measured at 0, with $h = 0.001$? Put the numbers into `bend` and write what comes out.

# %% guess="kink"
### BEGIN SOLUTION
my_guess = 1000
### END SOLUTION

# %% reveal="kink"
reveal(
    my_guess,
    bend(relu, 0.0, 0.001),
    because="relu(h) / h² is 1 / h. With h = 0.0001 it is "
    f"{bend(relu, 0.0, 0.0001):,.0f}, and it grows without end: no number is the second derivative there",
    replies={
        0: "That is what the engine says, by the rule for either side. The three calls straddle the kink.",
        1: "That is how much the slope changes. It does so between two secants whose middles are h apart: divide by h.",
        0.001: "That is relu(h). It is divided by h².",
        500: "The distance between the middles of the two secants is h, not 2h.",
    },
)

# %% wrong="kink" hint="straddle the kink"
my_guess = 0

# %% wrong="kink" hint="h apart: divide by h"
my_guess = 1

# %% [markdown]
# Neither the engine nor the measurement is wrong. The slope jumps, and a jump has no slope of its own. The engine's 0
# is true everywhere except at the kink, and there it is a convention. But a convention can mislead: a relu network
# bends only at its kinks, where no second derivative sees it. Newton's step would divide by 0.

# %%
print("softplus at 0: engine  ", grad(grad(softplus))(0.0))
print("               measured", round(bend(softplus, 0.0, 0.001), 6))

# %% plot=""
xs = np.linspace(-3, 3, 241)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True)
for axes, act in [(left, relu), (right, softplus)]:
    for d, name in [(act, "f"), (grad(act), "f'"), (grad(grad(act)), "f''")]:
        axes.plot(xs, [d(x) for x in xs], label=name)
    axes.set_title(act.name)
    axes.set_xlabel("x")
left.set_ylim(-0.2, 2)
left.legend()
plt.show()

# %% [markdown]
# On the right is `softplus`, a relu with a rounded corner. Its second derivative is a hump, and the hump is where the
# bend is. (On the left the 0 at the kink is the convention.) Where second derivatives matter, people choose smooth
# activations.
#
# ## One rule, read four ways
#
# One idea is behind all of this. An operation states its value and its local derivatives **once**, as plain arithmetic.
# What you feed to that arithmetic decides what you get. Here is an operation that the engine does not have, a bump:

# %%
from autograd import exp

bump = Operation("bump", lambda x: exp(-x * x), lambda y, x: (-2 * x * y,))

at = Value(1.5, "x")
print("floats: ", bump(1.5), " slope", grad(bump)(1.5))
print("Values: ", grad(bump)(at), " and its slope", grad(grad(bump))(1.5))
print("names:  ", formula(grad(bump)(at)))
print("arrays: ", bump(np.array([0.0, 0.5, 1.0])).round(4))

# %% [markdown]
# Floats give numbers. Values give a graph, which you can differentiate again. Names give the text of explanations.
# Arrays give a whole batch, and so `fit` replays a recorded graph. The rule is written once, so the four readings
# cannot disagree. Here is the slope's own graph, recorded and replayed for three inputs:

# %%
from autograd import record

start = Value(0.5, "x")
(bump_slope,) = derivatives(bump(start), start)
program = record(bump_slope, inputs=[start])
batch = np.array([[0.0], [0.5], [1.0]])
print(program)
print("replayed:", (program(batch).ravel() + 0.0).round(4))
print("by hand: ", (-2 * batch * np.exp(-(batch**2)) + 0.0).ravel().round(4))
assert np.allclose(program(batch), -2 * batch * np.exp(-(batch**2)))
explain(bump)

# %% [markdown]
# ## What you can now do
#
# You can differentiate a derivative, let the bend choose your step, and distrust it at a kink, and you know what an
# operation is. Show it:
#
# **Exercise 1: one step of Newton.** On your way down you stand here:

# %%
x_here, slope_here, bend_here = 5.0, 6.0, 4.0

# %% [markdown]
# At which $x$ are you after one of Newton's steps?

# %% exercise="step"
### BEGIN SOLUTION
x_next = 3.5
### END SOLUTION

# %% check="step"
check_answer(
    "x_next",
    x_next,
    x_here - slope_here / bend_here,
    {
        x_here + slope_here / bend_here: "against the slope: a minus",
        x_here - slope_here: "that is gradient descent with the rate 1: divide by the second derivative",
        x_here - slope_here * bend_here: "the second derivative divides: the stronger the bend, the shorter the step",
        x_here - bend_here / slope_here: "upside down: the slope is divided by the second derivative",
        slope_here / bend_here: "that is the length of the step: where does it lead?",
        -slope_here / bend_here: "that is the step: where does it lead?",
        slope_here / bend_here - x_here: "the step is subtracted from x, not x from the step",
        x_here - bend_here: "the step is the slope divided by the second derivative",
        x_here - (slope_here - bend_here): "the step is the slope divided by the second derivative",
        x_here - slope_here / bend_here**2: "the second derivative divides once",
        x_here - slope_here / (2 * bend_here): "without a 2: the step is f' / f''",
        x_here - 2 * slope_here / bend_here: "without a 2: the step is f' / f''",
        x_here - x_here / bend_here: "the slope is divided by the second derivative, not x",
        x_here - x_here / slope_here: "that looks for a place where f is 0: here f' is to become 0",
        x_here * slope_here / bend_here: "the step is subtracted from x, it does not multiply it",
    },
)

# %% wrong="step" hint="a minus"
x_next = 6.5

# %% wrong="step" hint="divide by the second derivative"
x_next = -1

# %% wrong="step" hint="the stronger the bend"
x_next = -19

# %% wrong="step" hint="where does it lead"
x_next = 1.5

# %% [markdown]
# **Exercise 2: a careful Newton.** Walk `steps` steps, and look at the sign first. Where $f''(x) > 0$, take Newton's
# step. Elsewhere take a step of gradient descent with the given rate, which at least heads down. Return the last $x$.
#
# <details><summary>Hint</summary>
#
# `grad(f)(x)` is the slope and `grad(grad(f))(x)` the second derivative. Compute both again in every step.
#
# </details>


# %% exercise="careful"
def careful(f, x, steps, rate):
    """The place after this many steps: Newton's where f bends upwards, else downhill."""
    ### BEGIN SOLUTION
    for _ in range(steps):
        slope, second = grad(f)(x), grad(grad(f))(x)
        x = x - slope / second if second > 0 else x - rate * slope
    return x
    ### END SOLUTION


# %% check="careful"
def walker(step):
    """steps times step(f, slope, second derivative, x, rate)."""

    def careful(f, x, steps, rate):
        for _ in range(steps):
            x = step(f, grad(f)(x), grad(grad(f))(x), x, rate)
        return x

    return careful


def walked_by_third(f, g, x, rate):
    third = grad(grad(grad(f)))(x)
    return x - g / third if third > 0 else x - rate * g


def two_valleys(x):
    return x**4 - 3 * x**2 + x


def one_bend(f, x, steps, rate):
    second = grad(grad(f))(x)
    for _ in range(steps):
        x = x - grad(f)(x) / second if second > 0 else x - rate * grad(f)(x)
    return x


def path_of(f, x, steps, rate):
    path = [x]
    for _ in range(steps):
        x = path[-1]
        slope, second = grad(f)(x), grad(grad(f))(x)
        path.append(x - slope / second if second > 0 else x - rate * slope)
    return path


def one_slope(f, x, steps, rate):
    slope = grad(f)(x)
    for _ in range(steps):
        second = grad(grad(f))(x)
        x = x - slope / second if second > 0 else x - rate * slope
    return x


def one_start(f, x, steps, rate):
    slope, second = grad(f)(x), grad(grad(f))(x)
    return x - steps * (slope / second if second > 0 else rate * slope)


check_function(
    careful,
    walker(lambda f, g, b, x, rate: x - g / b if b > 0 else x - rate * g),
    [
        (f, 2.5, 3, 0.05),
        (f, -0.5, 3, 0.05),
        (two_valleys, 0.5, 4, 0.1),
        (two_valleys, 2.0, 2, 0.1),
        (f, 0.0, 1, 0.05),
    ],
    {
        walker(lambda f, g, b, x, rate: x - g / b if b >= 0 else x - rate * g): "at f'' = 0 Newton would divide by 0: "
        "that is a place for descent",
        walker(lambda f, g, b, x, rate: x - g / b if b > 0 else x - rate * g if b < 0 else x): "at f'' = 0 nobody "
        "moves: `else`, not a second `if`",
        walker(
            lambda f, g, b, x, rate: x - g / b if g > 0 else x - rate * g
        ): "it is the sign of f'' that decides, not that of the slope",
        walker(lambda f, g, b, x, rate: x - rate * g / b if b > 0 else x - rate * g): "Newton's step has no rate: the "
        "second derivative is there in its place",
        lambda f, x, steps, rate: path_of(f, x, steps - 1, rate)[-1]: "that is one step less than asked for",
        walker(
            lambda f, g, b, x, rate: x - g / b if b > 0 else x - rate
        ): "a step of descent is the rate times the slope",
        walker(lambda f, g, b, x, rate: walked_by_third(f, g, x, rate)): "that is the third derivative: `grad` twice",
        one_start: "the slope and the bend are those of the start: work both out anew in every step",
        walker(lambda f, g, b, x, rate: x - g / abs(b)): "that is Newton's length, downhill: asked for is rate times "
        "the slope",
        walker(lambda f, g, b, x, rate: x - g / b if b > 0 else x - g / abs(b)): "that is Newton's length, downhill: "
        "asked for is rate times the slope",
        walker(lambda f, g, b, x, rate: x - g / b if b > 0 else x + rate * g): "that heads uphill where f'' is "
        "negative: a minus before the rate",
        walker(lambda f, g, b, x, rate: x - g / b if b < 0 else x - rate * g): "the other way round: Newton's step is "
        "for f'' > 0",
        walker(lambda f, g, b, x, rate: x - g / b): "where f'' is negative that goes uphill: look at its sign first",
        walker(lambda f, g, b, x, rate: x - rate * g): "that is gradient descent: where f'' > 0 take Newton's step",
        walker(lambda f, g, b, x, rate: x - rate * g if b > 0 else x - g / b): "the other way round: Newton's step is "
        "for f'' > 0",
        walker(lambda f, g, b, x, rate: x - f(x) / g if b > 0 else x - rate * g): "f / f' looks for a place where f is "
        "0; here f' shall become 0: f' / f''",
        walker(lambda f, g, b, x, rate: x + g / b if b > 0 else x + rate * g): "that goes uphill: a minus",
        walker(lambda f, g, b, x, rate: x - g / b if b < 0 else x + rate * g): "the other way round: Newton's step is "
        "for f'' > 0, and descent has a minus",
        walker(
            lambda f, g, b, x, rate: (x - g / b if b > 0 else x) - rate * g
        ): "where f'' > 0 take Newton's step only: `else`",
        walker(lambda f, g, b, x, rate: x - g / g**2 if g else x): "the second derivative is grad(grad(f)), not the "
        "slope squared",
        walker(
            lambda f, g, b, x, rate: x - g / b if b > 0 else rate * g
        ): "that is the length of the step: subtract it from x",
        walker(
            lambda f, g, b, x, rate: g / b if b > 0 else rate * g
        ): "that is the length of the step: subtract it from x",
        one_slope: "the slope changes with x: compute it again in every step",
        walker(lambda f, g, b, x, rate: x - g / b if b > 0 else x): "where f'' is not above 0, take a step of descent",
        lambda f, x, steps, rate: [*path_of(f, x, steps, rate)]: "the last place alone is asked for",
        lambda f, x, steps, rate: path_of(f, x, steps + 1, rate)[-1]: "that is one step more than asked for",
        lambda f, x, steps, rate: path_of(f, x, 1, rate)[-1]: "that is one step: take `steps` of them",
        one_bend: "the curve bends differently at each place: work out f'' anew in every step",
    },
)


# %% wrong="careful" hint="look at its sign first"
def careful(f, x, steps, rate):
    for _ in range(steps):
        x = x - grad(f)(x) / grad(grad(f))(x)
    return x


# %% wrong="careful" hint="looks for a place where f is 0"
def careful(f, x, steps, rate):
    for _ in range(steps):
        slope = grad(f)(x)
        x = x - f(x) / slope if grad(grad(f))(x) > 0 else x - rate * slope
    return x


# %% wrong="careful" hint="anew in every step"
def careful(f, x, steps, rate):
    second = grad(grad(f))(x)
    for _ in range(steps):
        slope = grad(f)(x)
        x = x - slope / second if second > 0 else x - rate * slope
    return x


# %% wrong="careful" hint="that is a place for descent"
def careful(f, x, steps, rate):
    for _ in range(steps):
        slope, second = grad(f)(x), grad(grad(f))(x)
        x = x - slope / second if second >= 0 else x - rate * slope
    return x


# %% wrong="careful" hint="not a second `if`"
def careful(f, x, steps, rate):
    for _ in range(steps):
        slope, second = grad(f)(x), grad(grad(f))(x)
        if second > 0:
            x = x - slope / second
        if second < 0:
            x = x - rate * slope
    return x


# %% wrong="careful" hint="those of the start"
def careful(f, x, steps, rate):
    slope, second = grad(f)(x), grad(grad(f))(x)
    for _ in range(steps):
        x = x - slope / second if second > 0 else x - rate * slope
    return x


# %% wrong="careful" hint="rate times the slope"
def careful(f, x, steps, rate):
    for _ in range(steps):
        x = x - grad(f)(x) / abs(grad(grad(f))(x))
    return x


# %% wrong="careful" hint="that heads uphill"
def careful(f, x, steps, rate):
    for _ in range(steps):
        slope, second = grad(f)(x), grad(grad(f))(x)
        x = x - slope / second if second > 0 else x + rate * slope
    return x


# %% wrong="careful" hint="not that of the slope"
def careful(f, x, steps, rate):
    for _ in range(steps):
        slope, second = grad(f)(x), grad(grad(f))(x)
        x = x - slope / second if slope > 0 else x - rate * slope
    return x


# %% wrong="careful" hint="the other way round"
def careful(f, x, steps, rate):
    for _ in range(steps):
        slope, second = grad(f)(x), grad(grad(f))(x)
        x = x - slope / second if second < 0 else x - rate * slope
    return x


# %% [markdown]
# **Exercise 3: a row of your own.** The operation $y = \sqrt{1 + x^2}$ is a soft $|x|$, without the kink. Write its
# rule. It gets the output `y` and the input `x`, and returns a tuple with the one local derivative. The check makes an
# `Operation` of it and differentiates twice.
#
# <details><summary>Hint</summary>
#
# The chain rule gives $\frac{1}{2 \sqrt{1 + x^2}} \cdot 2x$, and the root is `y`, which is there already. A tuple with
# one entry needs a comma: `(z,)`. Use plain arithmetic, no `math` and no `.data`: `x` may be a Value or an array.
#
# </details>


# %% exercise="row"
def soft_abs_rule(y, x):
    """The local derivative of y = sqrt(1 + x²), as a tuple of one."""
    ### BEGIN SOLUTION
    return (x / y,)
    ### END SOLUTION


# %% check="row"
from functools import wraps

from autograd import sqrt


def read_twice(rule):
    """What an operation with this rule has as slope and as second derivative."""

    @wraps(rule)
    def slopes(x):
        result = rule(sqrt(1 + x * x), x)
        if not isinstance(result, tuple):
            return None if result is None else f"a {type(result).__name__}, not a tuple"
        soft_abs = Operation("soft_abs", lambda x: sqrt(1 + x * x), rule)
        return {"first": grad(soft_abs)(x), "second": grad(grad(soft_abs))(x)}

    return slopes


rule = lambda y, x: (x / y,)  # noqa: E731
if passed(
    check_function,
    read_twice(soft_abs_rule),
    read_twice(lambda y, x: (x / y,)),
    [(1.5,), (-2.0,), (0.4,)],
    {
        read_twice(lambda y, x: [x / y]): "a tuple has round brackets: `(z,)`",
        read_twice(lambda y, x: {x / y}): "a tuple has round brackets: `(z,)`",
        read_twice(lambda y, x: (x.data / y.data,)): "no .data in a rule: its inputs may be floats, Values or arrays",
        read_twice(lambda y, x: ((x / y).data,)): "no .data in a rule: its inputs may be floats, Values or arrays",
        read_twice(lambda y, x: (2 * x,)): "that is the derivative of 1 + x²: times that of the root, 1 / (2y)",
        read_twice(lambda y, x: (x * y / 2,)): "the root stands below the line, and its 2 cancels the other one",
        read_twice(lambda y, x: (x,)): "the root stands below the line: divide by y",
        read_twice(lambda y, x: (-x / y,)): "the sign: on the right the root grows with x",
        read_twice(lambda y, x: (x * sqrt(1 + x * x),)): "the root stands below the line: divide by y",
        read_twice(lambda y, x: (y / x,)): "the other way up: x over y",
        read_twice(lambda y, x: (x / (y * y),)): "the root is y: divide by it once",
        read_twice(lambda y, x: (x / y**3,)): "the root is y: divide by it once",
        read_twice(lambda y, x: (x / (1 + x * x),)): "the root stands below the line, and it is y: divide by y",
        read_twice(lambda y, x: (sqrt(1 + x * x),)): "that is the value; the rule gives the local derivative",
        read_twice(lambda y, x: (2 * x * x / (2 * y),)): "the derivative of 1 + x² is 2x: one x is too much",
        read_twice(lambda y, x: (1 / (2 * y) + 2 * x,)): "along a path the derivatives multiply",
        read_twice(lambda y, x: (1 + x / y,)): "the 1 in 1 + x² does not change",
        read_twice(lambda y, x: (x / y, 0.0)): "one input has one local derivative: `(z,)`",
        read_twice(lambda y, x: (float(x) / y,)): "`math` and `float` make plain numbers: the root is there already, "
        "it is y",
        read_twice(lambda y, x: x / y): "a tuple of one entry needs its comma: `(z,)`",
        read_twice(lambda y, x: (2 * x / y,)): "the root's derivative is 1 / (2y): its 2 cancels the other one",
        read_twice(lambda y, x: (2 * x * y,)): "the root's derivative is 1 / (2y), not y",
        read_twice(lambda y, x: (0.5 / y,)): "that is the root alone: times the derivative of 1 + x², which is 2x",
        read_twice(lambda y, x: (1 / y,)): "that is without the x: the derivative of 1 + x² is 2x",
        read_twice(lambda y, x: (x * y,)): "the root stands below the line: divide by y",
        read_twice(lambda y, x: (y,)): "that is the value; the rule gives the local derivative",
        read_twice(lambda y, x: (number(x) / number(y),)): "the first derivative is right, the second is cut off: no "
        ".data in a rule",
        read_twice(lambda y, x: (x / number(y),)): "y depends on x too: no .data in a rule",
        read_twice(lambda y, x: (number(x) / y,)): "the path through x is cut off: no .data in a rule",
    },
):
    rule = soft_abs_rule
    print("From here on your rule does the work.")


# %% wrong="row" hint="its 2 cancels"
def soft_abs_rule(y, x):
    return (2 * x / y,)


# %% wrong="row" hint="that is the root alone"
def soft_abs_rule(y, x):
    return (1 / (2 * y),)


# %% wrong="row" hint="no .data in a rule"
def soft_abs_rule(y, x):
    return (getattr(x, "data", x) / getattr(y, "data", y),)


# %% wrong="row" hint="round brackets"
def soft_abs_rule(y, x):
    return [x / y]


# %% wrong="row" hint="is the `return` missing"
def soft_abs_rule(y, x):
    (x / y,)


# %% wrong="row" hint="needs its comma"
def soft_abs_rule(y, x):
    return x / y


# %% wrong="row" hint="not y"
def soft_abs_rule(y, x):
    return (2 * x * y,)


# %% wrong="row" hint="one input has one local derivative"
def soft_abs_rule(y, x):
    return (x / y, 1.0)


# %% wrong="row" hint="the root is there already"
def soft_abs_rule(y, x):
    import math

    return (x / math.sqrt(1 + x * x),)


# %% [markdown]
# **Open task: a row of your own, in a network.** You have now met every part of the engine. `autograd/operations.py` is
# the table of all rules, `value.py` the node, `backprop.py` the sweep. You can read the three in an evening. The cell
# trains the moons with the soft $|x|$ and your `rule` (ours while yours is blank). Put another row there: an activation
# that you have read about. Or break a friend's row: hide a `.data` in its rule, and let your friend find out what it
# breaks, and what it does not.

# %%
import nn

my_row = Operation("soft_abs", lambda x: sqrt(1 + x * x), rule)


class Network(nn.Module):
    def __init__(self):
        self.hidden = nn.Layer(2, 8, "linear", rng=0)
        self.output = nn.Layer(8, 1, "linear", rng=1)

    def __call__(self, x):
        return self.output([my_row(z) for z in self.hidden(x)])


X, y = nn.data.moons(60, noise=0.1, rng=0)
model = Network()
settings = {"loss": nn.binary_cross_entropy_with_logits, "rng": 0, "progress": False}
nn.fit(model, X, y, optimizer=nn.Adam(model.parameters(), lr=0.05), epochs=60, **settings)
print(f"{nn.accuracy(model.predict(X), y):.0%} of the moons right")

# %% [markdown]
# The next lessons put this engine to work, on images, on texts and in games. When something strange happens there, ask
# what you have asked here. Which path was cut? Who has not reported yet? What does a nudge say? And now: with a row of
# your own, how many of the sixty moons does your network get right?
