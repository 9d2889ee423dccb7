# %% [markdown]
# # 16. Derivatives of derivatives
#
# **Goal.** Differentiate a derivative, and let what it says about the bend of a curve choose your step.
#
# **You need** graphs and paths ([notebook 2](02_chain_rule_on_a_graph.ipynb)), and descent into a long valley
# ([notebook 10](10_optimizers.ipynb)). **Afterwards you can** take a second derivative by hand and by the engine, take
# Newton's step and say when not to, and write an operation as one rule that is read in four ways.

# %% [markdown]
# ## A slope with a past
#
# After `y.backward()` the gradient of $x$ is a float. It tells how fast $y$ changes, and nothing else: ask how fast
# this float itself changes with $x$, and there are no parents to answer with. But every event of the sweep is one
# multiplication and one addition. Do them with Values in the place of floats, and the gradient remembers where it
# came from. `derivatives(y, x)` does that, and returns a list with one derivative for each value that was asked for.

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
# Above is $y = x^3$, below it the graph of its slope, $3 \cdot x^2$. Both start from the same $x$. On the edges stand
# local derivatives, as always. (Plain numbers such as the exponent are a part of the equations. Nobody asks how the
# result changes with them, so they have no boxes.)
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
# This is the **second derivative**, and since it is a graph too, there is a third, and so on until nothing changes any
# more. `grad` turns a function into its derivative, so `grad(grad(f))` is the second one.

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
# It hangs on $y$: the slope is $1 - y^2$, and $y$ had been computed anyway. A sweep backwards is cheap because it uses
# what the way forwards has left lying there.
#
# **Exercise: by hand.** Let $f(x) = (x^2 + 1)^2$. Work out $f'(x)$ and $f''(x)$ on paper, and write their values at
# $x = 2$.

# %% exercise="by_hand"
### BEGIN SOLUTION
first = 40
second = 52
### END SOLUTION

# %% check="by_hand"
from autograd.check import check_answer, check_function


def squared_twice(x):
    return (x**2 + 1) ** 2


check_answer(
    "first",
    first,
    grad(squared_twice)(2.0),
    {
        2 * (2.0**2 + 1): "what stands inside the outer square changes too: times 2x",
        squared_twice(2.0): "that is f itself",
        2 * 2 * 2.0: "that is 2 times 2x: the outer square's derivative is 2 (x² + 1)",
        (2.0**2 + 1) * 2 * 2.0: "the outer square's derivative brings a 2",
    },
)
check_answer(
    "second",
    second,
    grad(grad(squared_twice))(2.0),
    {
        4 * (2.0**2 + 1): "f' = 4x · (x² + 1) is a product: the second factor changes too",
        4 * 2.0 * 2 * 2.0: "f' = 4x · (x² + 1) is a product: the first factor changes too",
        4 * 2 * 2.0: "the derivative of a product is not the product of the derivatives",
        grad(squared_twice)(2.0): "that is the first derivative",
        grad(squared_twice)(2.0) ** 2: "that is the first derivative squared",
    },
)

# %% wrong="by_hand" hint="inside the outer square"
first, second = 10, 2

# %% wrong="by_hand" hint="brings a 2"
first, second = 20, 22

# %% wrong="by_hand" hint="the second factor changes too"
first, second = 40, 20

# %% wrong="by_hand" hint="the first factor changes too"
first, second = 40, 32

# %% wrong="by_hand" hint="not the product of the derivatives"
first, second = 40, 16

# %% [markdown]
# <details><summary>Hint</summary>
#
# The chain rule gives $f'(x) = 2\,(x^2 + 1) \cdot 2x = 4x\,(x^2 + 1)$. Both factors depend on $x$, so in the second
# derivative there are two paths: one through $4x$, one through $x^2 + 1$.
#
# </details>
#
# ## Newton's step
#
# The slope says which way is down. It does not say how far: for that descent needs a rate, chosen by hand. The second
# derivative says how quickly the slope changes, so it can tell when the slope will be 0. If the slope is 6 and falls by
# 2 for each unit to the left, it is used up after three units. That is **Newton's step**:
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
# No rate had to be chosen, and near the end each step doubles the number of right digits. The lowest point is at 1.
#
# The same curve has a top, at $-1$. Now start at $-2.5$, on the slope to the left of it, from where it goes down and
# down for ever.
#
# **Guess first.** Where does Newton's step lead from there: to the `"valley"` at 1, to the `"top"` at $-1$, or `"down"`
# to the left without end?

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

# %%
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
# > looks for *level* ground, by fitting a parabola to the curve and jumping to its vertex. Where the curve bends
# > downwards, $f'' < 0$, the vertex is a top. So one looks at the sign of $f''$ first.

# %%
for start in (2.5, -2.5):
    before, after = newton_path(f, start, 1)
    print(f"from {before:4}: f'' = {grad(grad(f))(start):5.1f}, ", end="")
    print(f"height {f(before):7.3f} before the step, {f(after):7.3f} after it")

# %% [markdown]
# ## Bends in two directions
#
# With two inputs there are four second derivatives: each of the two slopes can change with each of the two inputs. The
# table of them is the **Hessian**. Here is that of the long valley of notebook 10:

# %%
from autograd import hessian


def valley(p):
    return 0.5 * (p[0] ** 2 + 25 * p[1] ** 2)


H = np.array(hessian(valley)([9.0, 1.0]))
print(H)
print("2 / largest of its numbers:", 2 / H.max())

# %% [markdown]
# The valley bends by 1 along $x$ and by 25 along $y$: these are its **curvatures**. The zeros say that the slope
# along $x$ does not care about $y$. The curvatures explain what you measured in notebook 10. The rate must stay below
# $2 / 25$ for the sake of the steepest bend, and is then too small for the gentle one.
#
# Newton's step divides by the whole table, which means that it solves $H \cdot \text{step} = \text{gradient}$. So each
# direction gets a rate of its own.
#
# **Guess first.** Gradient descent at a good rate needs dozens of steps from $(9, 1)$. How many does Newton
# need to reach the bottom?

# %% guess="one_step"
### BEGIN SOLUTION
my_guess = 1
### END SOLUTION

# %% reveal="one_step"


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
# `newton_2d` and `descent_2d` are ours, from the folded cell. Beside the valley a harder one, bent like a banana: its
# floor is nearly flat, its walls are steep, and the bottom lies at $(1, 1)$. A star marks each bottom.


# %%
def banana(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def panel(axes, f, xs, ys, slow, fast, title):
    gx, gy = np.meshgrid(xs, ys)
    axes.contour(gx, gy, np.log10(f([gx, gy]) + 1e-3), 12, colors="0.8")
    axes.plot(*slow.T, ".-", color="tab:orange", lw=1, ms=3, label="gradient descent")
    axes.plot(*fast.T, "o-", color="tab:blue", ms=4, label="Newton")
    axes.set_title(title)
    axes.set_xlabel("x")
    axes.set_ylabel("y")


slow = descent_2d(valley, [9.0, 1.0], 100, 0.075)
fast = newton_2d(valley, [9.0, 1.0], 1)
slow_b = descent_2d(banana, [-1.2, 1.0], 1000, 0.001)
fast_b = newton_2d(banana, [-1.2, 1.0], 7)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
xs, ys = np.linspace(-2, 10, 80), np.linspace(-1.5, 1.5, 80)
panel(left, valley, xs, ys, slow, fast, "valley")
xs, ys = np.linspace(-2, 2, 80), np.linspace(-3.5, 3, 80)
panel(right, banana, xs, ys, slow_b, fast_b, "banana")
left.legend(fontsize="small")
left.plot(0, 0, "k*", ms=10, zorder=3)
right.plot(1, 1, "k*", ms=10, zorder=3)
plt.show()

for name, path in [("descent", slow), ("Newton", fast)]:
    arrived = next(k for k, p in enumerate(path) if valley(p) < 1e-4)
    print(f"valley, {name}: steps until the loss is below 1e-4: {arrived}")
for name, path in [("descent", slow_b), ("Newton", fast_b)]:
    steps, p = len(path) - 1, path[-1]
    print(f"banana, {name} after {steps} steps: {p.round(6)}, loss {banana(p):.2g}")
print("loss along Newton's way:", *(f"{banana(p):.2g}" for p in fast_b))

# %% [markdown]
# Newton is there after seven steps, descent still on its way after a thousand. But look at Newton's losses: one of its
# jumps leads far up a wall before the next one comes back down.
#
# Why then are networks not trained so? A gradient has as many numbers as there are parameters, a Hessian their square.

# %%
import nn

small = nn.MLP(2, [16, 16, 1], init="uniform", rng=0)
n = len(small.parameters())
print(f"{n} parameters: a gradient of {n} numbers, a Hessian of {n * n:,}")

# %% [markdown]
# And that is a network for a few moons. With a million parameters the table has a million times a million entries. What
# RMSprop and Adam keep, one number for each parameter to divide by, plays a part like that of the diagonal, at the
# price of a gradient.
#
# ## Break it on purpose
#
# An operation is a value and a rule for its local derivative. Here is a square, and beside it one whose rule takes the
# plain number of `x` in the place of `x`. Nothing else is different.


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
# The first derivative is right, so all that you have learned so far would run without a fault. Only the second one is
# wrong: a path from $x$ to the slope has been cut, as by `detach`. A rule must be arithmetic *on its inputs*, not on
# their numbers.
#
# ## At a kink
#
# `relu` has the slope 0 on the left and 1 on the right. In between there is a kink. Notebook 1 had an exercise that
# measures how a slope changes, with three calls of the function:


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
# is true everywhere but at the kink, and there it is a convention. But a convention can mislead: all the bending of a
# relu network sits in its kinks, where no second derivative sees it. Newton's step would divide by 0.

# %%
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
print("softplus at 0: engine  ", grad(grad(softplus))(0.0))
print("               measured", round(bend(softplus, 0.0, 0.001), 6))

# %% [markdown]
# On the right is `softplus`, a relu with its corner rounded off. Its second derivative is a hump, and the hump is where
# the bend is. (On the left the 0 that is drawn at the kink is the convention.) Where second derivatives matter, smooth
# activations are chosen.
#
# ## One rule, read four ways
#
# The idea under all of this is one line. An operation states its value and its local derivatives **once**, as plain
# arithmetic, and what you feed to that arithmetic decides what you get. Here is an operation that the engine does not
# have, a bump:

# %%
from autograd import exp

bump = Operation("bump", lambda x: exp(-x * x), lambda y, x: (-2 * x * y,))

at = Value(1.5, "x")
print("floats: ", bump(1.5), " slope", grad(bump)(1.5))
print("Values: ", grad(bump)(at), " and its slope", grad(grad(bump))(1.5))
print("names:  ", formula(grad(bump)(at)))
print("arrays: ", bump(np.array([0.0, 0.5, 1.0])).round(4))

# %% [markdown]
# Floats give numbers. Values give a graph, to be differentiated again. Names give the text that explanations are made
# of. Arrays give a whole batch, which is how `fit` replays a recorded graph. None of the four was written a second
# time, so none can say another thing than the others. The slope's own graph, recorded and replayed for three inputs:

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
# You can differentiate a derivative, step by curvature, and distrust it at a kink, and you know what an operation is.
# Show it, for the last time:
#
# **Exercise 1: one step of Newton.** On your way down you stand here:

# %%
x_here, slope_here, bend_here = 5.0, 6.0, 4.0

# %% [markdown]
# At which $x$ are you after one Newton step?

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
# **Exercise 2: a careful Newton.** Walk `steps` steps, and look at the sign first: where $f''(x) > 0$, take Newton's
# step. Where it is not, take a step of gradient descent with the given rate, which at least heads down.
#
# <details><summary>Hint</summary>
#
# `grad(f)(x)` is the slope and `grad(grad(f))(x)` the second derivative. Work both out anew in every step.
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


def two_valleys(x):
    return x**4 - 3 * x**2 + x


def one_bend(f, x, steps, rate):
    second = grad(grad(f))(x)
    for _ in range(steps):
        x = x - grad(f)(x) / second if second > 0 else x - rate * grad(f)(x)
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


# %% wrong="careful" hint="the other way round"
def careful(f, x, steps, rate):
    for _ in range(steps):
        slope, second = grad(f)(x), grad(grad(f))(x)
        x = x - slope / second if second < 0 else x - rate * slope
    return x


# %% [markdown]
# **Exercise 3: a row of your own.** The operation $y = \sqrt{1 + x^2}$ is a soft $|x|$, without the kink. Write its
# rule: given the output `y` and the input `x`, a tuple with the one local derivative. The check makes an `Operation` of
# it and differentiates twice.
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


check_function(
    read_twice(soft_abs_rule),
    read_twice(lambda y, x: (x / y,)),
    [(1.5,), (-2.0,), (0.4,)],
    {
        read_twice(lambda y, x: [x / y]): "a tuple has round brackets: `(z,)`",
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
)


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


# %% wrong="row" hint="loses the graph"
def soft_abs_rule(y, x):
    import math

    return (x / math.sqrt(1 + x * x),)


# %% [markdown]
# ## Where to go from here
#
# This is the end of the course, and you have met every part of the engine under it.
#
# - **Read it.** `autograd/operations.py` is the table of all rules, `value.py` the node, `backprop.py` the sweep. You
#   can now read the three in an evening, and judge them.
# - **Change it.** Add a row to the table: an activation that you have read about, with its derivative. Every reading
#   and every test has it at once, and the tests tell you whether the rule is right.
# - **Take it with you.** The large frameworks compute with arrays for numbers, on faster machines, and all else is what
#   you know: a graph, local derivatives, one sweep backwards, gradients that add up. When one of them does something
#   strange, ask what you asked here. Which path was cut? Who has not reported yet? What does a nudge say?
#
# You began by nudging an input and watching the output answer. However large the network, it is still that question.
