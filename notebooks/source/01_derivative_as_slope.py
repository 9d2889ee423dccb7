# %% [markdown]
# # 1. Derivative as slope
#
# **Goal.** Ask any function how fast it changes, and get a number you can trust.
#
# **You need** functions in Python, and the idea of a slope. **Afterwards you can** estimate a derivative by nudging an
# input, choose the nudge, say how exact the estimate is, and let a slope lead you downhill.

# %% [markdown]
# ## A function, and its graph
#
# Here is a function. Give it the plain number 2, and a plain number comes back. Give it a `Value` instead, the kind of
# number that this course builds. A `Value` remembers how it was computed, so the computation can be drawn:


# %%
from autograd import Value, draw


def f(x):
    return x**3 - 3 * x


x = Value(2.0, "x")
y = f(x)
y.label = "y"
draw(y, show=("data",))

# %% [markdown]
# Read it from left to right: $x$ is 2, two boxes are computed from it, and their difference is $y$. This course is
# about one question: how fast does $y$ change when $x$ changes?
#
# ## Nudge the input
#
# You can find out by trying. Nudge the input by $h$, and see how the output answers.

# %%
h = 0.1
print("f(2)     =", f(2.0))
print(f"f(2 + h) = {f(2.0 + h):.3f}")
print(f"answer / nudge = {(f(2.0 + h) - f(2.0)) / h:.2f}")

# %% [markdown]
# The output moved 9.61 times as far as the input. That quotient is the slope of a *secant*, the straight line through
# two points of the curve. The closer the second point comes, the better the secant fits the curve at the first.

# %% plot=""
import matplotlib.pyplot as plt
import numpy as np

xs = np.linspace(0.5, 3.2, 200)
plt.figure(figsize=(6, 4))
plt.plot(xs, f(xs), "k", lw=2)
for h, colour in [(1.0, "tab:blue"), (0.5, "tab:orange"), (0.1, "tab:red")]:
    slope = (f(2.0 + h) - f(2.0)) / h
    secant = f(2.0) + slope * (xs - 2.0)
    plt.plot(xs, secant, colour, label=f"h = {h}: slope {slope:.2f}")
    plt.plot(2.0 + h, f(2.0 + h), "o", color=colour)
plt.plot(2.0, f(2.0), "ko")
plt.ylim(-5, 22)
plt.legend()
plt.show()

# %% [markdown]
# Let $h$ shrink further, to a hundredth, to a thousandth, and so on. The slopes settle on one number.
#
# **Guess first.** Which number? Write it in the place of `None`, and **press Shift+Enter twice**: the first runs your
# cell, the second the folded one below it, which compares.

# %% guess="limit"
### BEGIN SOLUTION
my_guess = 9
### END SOLUTION

# %% reveal="limit"
from autograd import grad
from autograd.check import reveal

reveal(
    my_guess,
    grad(f)(2.0),
    because="the secants turn into the tangent: at 0.001 the slope is "
    f"{(f(2.001) - f(2.0)) / 0.001:.4f}, at 0.00001 it is {(f(2.00001) - f(2.0)) / 0.00001:.4f}",
    replies={
        f(2.0): "That is f(2), the height of the curve. The slope is how fast the height changes.",
        (f(2.1) - f(2.0)) / 0.1: "That is the slope for h = 0.1, and it has not settled yet.",
    },
)

# %% wrong="limit" hint="the height of the curve"
my_guess = 2

# %% wrong="limit" hint="has not settled yet"
my_guess = 9.61

# %% [markdown]
# That number is the **derivative** of $f$ at 2:
#
# $$f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}$$
#
# The **engine**, the machinery behind `Value`, finds it without a nudge. `backward()` goes through the graph once, from
# right to left, and writes what it finds into every box. In the box of $x$ stands the slope. How it does that is the
# subject of the next three notebooks.

# %%
y.backward()
draw(y)

# %% [markdown]
# A slope belongs to one place. `grad(f)` gives the slope at every place, as a function, and `formula` writes down what
# that function computes:

# %%
from autograd import formula, grad

formula(grad(f)(Value(2.0, "x")))

# %% [markdown]
# ## Nudge to both sides
#
# The secant from $x$ to $x + h$ only looks ahead. Where the curve bends, that secant is too steep or too flat:


# %%
def forward_difference(f, x, h):
    return (f(x + h) - f(x)) / h


# %% [markdown]
# A secant from $x - h$ to $x + h$ has the point in its middle. Its slope is the **central difference**:
#
# $$\frac{f(x + h) - f(x - h)}{2h}$$
#
# **Exercise: write it.** Shift+Enter twice again: the folded cell checks what you wrote.


# %% exercise="central"
def my_slope(f, x, h):
    """The slope of the secant from x - h to x + h."""
    ### BEGIN SOLUTION
    return (f(x + h) - f(x - h)) / (2 * h)
    ### END SOLUTION


# %% check="central"
from autograd.check import check_answer, check_function, passed


def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def cube(x):
    return x**3


def recip(x):
    return 1 / x


if passed(
    check_function,
    my_slope,
    central_difference,
    [(cube, 2.0, 0.1), (cube, -0.5, 0.3), (recip, 0.7, 0.01)],
    {
        forward_difference: "that looks ahead only: nudge to both sides",
        lambda f, x, h: (f(x) - f(x - h)) / h: "that looks back only: nudge to both sides",
        lambda f, x, h: (f(x + 2 * h) - f(x)) / (2 * h): "that secant begins at x: put x in its middle",
        lambda f, x, h: f(x + h) - f(x - h): "that is how far the output moved: divide by how far the input moved, 2h",
        lambda f, x, h: (f(x + h) - f(x - h)) / 2: "the input moved by 2h, not by 2",
        lambda f, x, h: (f(x + h) - f(x - h)) / h: "from x - h to x + h it is 2h, not h",
        lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h: "`/ 2 * h` divides by 2 and multiplies by h: write `/ (2 * h)`",
        lambda f, x, h: (
            f(x + h) - f(x - h) / 2 * h
        ): "the whole difference is divided, by 2h: it needs two pairs of brackets",
        lambda f, x, h: (f(x + h / 2) - f(x - h / 2)) / (2 * h): "from x - h/2 to x + h/2 it is h, not 2h",
        lambda f, x, h: f(x + h) - f(x - h) / (2 * h): "the whole difference is divided: put it in brackets",
        lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h): "what is ahead minus what is behind",
        lambda f, x, h: 1.0: "nudge what goes in, `f(x + h)`: adding h to what comes out tells nothing of f",
        lambda f, x, h: (f(x * (1 + h)) - f(x * (1 - h))) / (2 * h): "the nudge is added to x, whatever x is: x + h",
    },
):
    central_difference = my_slope
    print("From here on your function does the work.")


# %% wrong="central" hint="looks ahead only"
def my_slope(f, x, h):
    return (f(x + h) - f(x)) / h


# %% wrong="central" hint="looks back only"
def my_slope(f, x, h):
    return (f(x) - f(x - h)) / h


# %% wrong="central" hint="right for h / 2 in the place of h"
def my_slope(f, x, h):
    return (f(x + h / 2) - f(x - h / 2)) / h


# %% wrong="central" hint="look at the operator in `f(x + h) + f(x - h)`"
def my_slope(f, x, h):
    return (f(x + h) + f(x - h)) / (2 * h)


# %% wrong="central" hint="it is 2h, not h"
def my_slope(f, x, h):
    return (f(x + h) - f(x - h)) / h


# %% wrong="central" hint="multiplies by h"
def my_slope(f, x, h):
    return (f(x + h) - f(x - h)) / 2 * h


# %% wrong="central" hint="put it in brackets"
def my_slope(f, x, h):
    return f(x + h) - f(x - h) / (2 * h)


# %% wrong="central" hint="what is ahead minus what is behind"
def my_slope(f, x, h):
    return (f(x - h) - f(x + h)) / (2 * h)


# %% wrong="central" hint="two pairs of brackets"
def my_slope(f, x, h):
    return f(x + h) - f(x - h) / 2 * h


# %% wrong="central" hint="`f` is never used"
def my_slope(f, x, h):
    return 3 * x**2 - 3


# %% wrong="central" hint="`return` missing"
def my_slope(f, x, h):
    (f(x + h) - f(x - h)) / (2 * h)


# %% wrong="central" hint="nudge what goes in"
def my_slope(f, x, h):
    return ((f(x) + h) - (f(x) - h)) / (2 * h)


# %% [markdown]
# From here on `central_difference` is your function if it passed the check, and one of ours if not. The forward and the
# central difference both have an error. Watch how fast each error shrinks:

# %%
print("     h    forward    central")
for h in (0.1, 0.01, 0.001):
    forward, central = forward_difference(f, 2.0, h), central_difference(f, 2.0, h)
    print(f"{h:6}  {forward:.7f}  {central:.7f}")

# %% [markdown]
# The slope is 9. Make $h$ ten times smaller, and the error of the forward difference is ten times smaller. That of the
# central difference is a hundred times smaller: it shrinks with $h^2$.
#
# **Guess first.** Take $\sin$ at 1, whose derivative is $\cos 1$, and the central difference. Go from $h = 10^{-5}$ to
# $h = 10^{-10}$. Does the error become `"smaller"`, stay `"the same"`, or become `"larger"`?

# %% guess="smaller_h"
### BEGIN SOLUTION
my_guess = "larger"
### END SOLUTION

# %% reveal="smaller_h"
from math import cos, sin


def error_of_sine(h):
    return abs(central_difference(sin, 1.0, h) - cos(1.0))


reveal(
    my_guess,
    "larger" if error_of_sine(1e-10) > error_of_sine(1e-5) else "smaller",
    because=f"it grows from {error_of_sine(1e-5):.1e} to {error_of_sine(1e-10):.1e}, "
    f"{error_of_sine(1e-10) / error_of_sine(1e-5):,.0f} times as much",
    replies={
        "smaller": "It would be, with exact numbers. A float has about 16 digits, and sin(1 + h) and sin(1 − h) share "
        "most of them: the difference keeps only the few that are left, and then it is divided by a tiny number.",
        "the same": "Errors of floats seldom stand still: the digits that cancel are gone, and dividing by 2h "
        "magnifies what is wrong in the others.",
    },
)

# %% wrong="smaller_h" hint="It would be, with exact numbers"
my_guess = "smaller"

# %% wrong="smaller_h" hint="magnifies"
my_guess = "the same"

# %% plot=""
from math import cos, sin

steps = np.logspace(-12, 0, 200)
sine = [abs(central_difference(sin, 1.0, h) - cos(1.0)) for h in steps]
parabola = [abs(central_difference(lambda x: x**2, 1.3, h) - 2.6) for h in steps]

plt.figure(figsize=(6, 4))
plt.loglog(steps, sine, ".", label="sin at 1")
plt.loglog(steps, parabola, ".", label="x² at 1.3")
plt.loglog(steps, steps**2 * cos(1.0) / 6, "k--", lw=1, label="|sin'''(1)| h² / 6")
plt.loglog(steps, np.finfo(float).eps / steps, "k:", lw=1, label="ε / h")
plt.xlabel("h")
plt.ylabel("error of the central difference")
plt.ylim(1e-16, 1)
plt.legend()
plt.show()
best = int(np.argmin(sine))
print(f"smallest error of the sine: {sine[best]:.0e}, at h = {steps[best]:.0e}")
largest = max(np.array(parabola)[steps > 0.01])
print(f"largest error of the parabola for h above 0.01: {largest:.0e}")

# %% [markdown]
# Two errors work against each other.
#
# - **The curve bends**, on one side of the point more than on the other. That costs about $\frac{f'''(x)}{6} h^2$ and
#   shrinks with $h$. ($f'''$, the third derivative, says how the bend changes. Take the sixth on trust: the dashed line
#   lies on the dots.)
# - **Floats are rounded.** That costs about $\varepsilon / h$ and grows as $h$ shrinks. ($\varepsilon \approx 2 \cdot
#   10^{-16}$ is the distance from 1 to the next float.)
#
# Together they draw the V. Its lowest point is the best that a central difference can do.
#
# The parabola has no right arm: its bend is the same everywhere, so its third derivative is 0. Its central difference
# is exact for any $h$, apart from rounding. **If you test a method only on parabolas, you will never see this error.**
#
# An engine like ours does not nudge at all. It applies the rules of calculus, and there is no $h$ to choose:

# %%
from autograd import sin as engine_sin

print("engine: ", grad(engine_sin)(1.0))
print("cos(1): ", cos(1.0))
assert grad(engine_sin)(1.0) == cos(1.0)

# %% [markdown]
# ## Walk downhill
#
# A positive slope says that the output grows with the input. So the way down is backwards: step against the slope, and
# take a longer step where it is steeper.
#
# $$x \leftarrow x - \text{rate} \cdot f'(x)$$
#
# The rate is a small number that you choose. It says how far a step goes where the slope is 1. This is **gradient
# descent**, in one variable. A neural network is trained by the same formula, with more variables.


# %%
def walk(slope, x, steps=40, rate=0.04):
    """Every place on the way down from x."""
    places = [x]
    for _ in range(steps):
        x = x - rate * slope(x)
        places.append(x)
    return places


places = walk(lambda x: central_difference(f, x, 1e-5), 2.5)
print(" ".join(f"{x:.3f}" for x in places[:6]), "...", f"{places[-1]:.6f}")

# %% plot=""
plt.figure(figsize=(6, 4))
xs = np.linspace(-2.2, 2.7, 200)
plt.plot(xs, f(xs), "k")
plt.plot(places, [f(x) for x in places], "o-", color="tab:red")
plt.show()

# %% [markdown]
# At 2.5 it is steep, so the first step is long. The flatter the ground, the shorter the steps. The walk settles at 1,
# where the slope is 0.
#
# ## Break it on purpose
#
# Two wrong walkers go beside the right one. The first uses a nudge of $10^{-17}$. The second has the wrong sign: its
# step goes along the slope instead of against it.


# %%
def too_small(x):
    return central_difference(f, x, 1e-17)


def uphill(x):
    return -central_difference(f, x, 1e-5)


print("right:      ", [round(x, 3) for x in places[:5]])
print("h too small:", walk(too_small, 2.5)[:5])
print("uphill:     ", [round(x, 1) for x in walk(uphill, 2.5, steps=4)])
assert 1.0 + 1e-17 == 1.0  # floats near 1 are 2e-16 apart: the nudge is rounded away

# %% [markdown]
# The first never moves: `x + h` *is* `x`, so its slope is 0. The second climbs faster and faster, because the hill gets
# steeper. Neither raises an error. **A wrong derivative is silent**, and so this course checks every one.

# %% [markdown]
# > **Misconception: "where the slope is 0, we have arrived".** Start at −1. The slope is 0 there too, and the walk
# > stays for ever on top of a hill. A slope of 0 says that the ground is level. It does not say that it is low.

# %%
for x in (-1.0, 1.0):
    print(f"at {x:2.0f}: slope {grad(f)(x):.1f}, height {f(x):.1f}")
print("a walk from -1 ends at", walk(grad(f), -1.0)[-1])

# %% [markdown]
# ## What you can now do
#
# You can measure a derivative by nudging, you know what it costs when $h$ is too large or too small, and you can walk
# downhill. Show it:
#
# **Exercise 1: a slope from two measurements.** A pan of water stands on the stove. Somebody measured its temperature
# twice.

# %%
minutes = 1.9, 2.1
degrees = 37.4, 38.2

# %% [markdown]
# How many degrees a minute does the water gain, at about 2 minutes? A number, in the place of `None`.

# %% exercise="pan"
### BEGIN SOLUTION
degrees_a_minute = (38.2 - 37.4) / (2.1 - 1.9)
### END SOLUTION

# %% check="pan"
check_answer(
    "degrees a minute",
    degrees_a_minute,
    (38.2 - 37.4) / (2.1 - 1.9),
    {
        38.2 - 37.4: "that is how much warmer it got: divide by the time that passed",
        (38.2 - 37.4) / 0.1: "from 1.9 to 2.1 it is 2h, not h",
        (2.1 - 1.9) / (38.2 - 37.4): "that is how many minutes a degree takes: degrees above the line, minutes below",
        37.8 / 2: "that is the temperature by the time: divide what was gained by the time in between",
        37.8: "that is the temperature in between: how much warmer did it get, in how much time?",
        (38.2 - 37.4) / 2: "there are two measurements, but no two minutes lie between them",
        38.2 / 37.4: "subtract first: how much warmer, in how much time?",
        38.2 / 2.1: "subtract first: how much warmer, in how much time?",
        (38.2 - 37.4) * (2.1 - 1.9): "divide by the time that passed: a slope is a quotient",
        (38.2 - 37.4) / (2.1 - 1.9) / 60: "that is how many degrees a second",
        (38.2 - 37.4) / (2.1 - 1.9) * 60: "that is how many degrees an hour",
        (37.4 - 38.2) / (2.1 - 1.9): "the water gets warmer: later minus earlier, above and below the line",
    },
)

# %% wrong="pan" hint="divide by the time"
degrees_a_minute = 0.8

# %% wrong="pan" hint="it is 2h, not h"
degrees_a_minute = 8

# %% wrong="pan" hint="later minus earlier"
degrees_a_minute = -4

# %% [markdown]
# **Exercise 2: count the steps.** Walk downhill from `x` until the size of the slope is below 0.001. How many steps
# does that take?
#
# <details><summary>Hint</summary>
#
# Use a `while` loop: as long as the slope is too large, take a step and count it. The slope changes with every step, so
# compute it inside the loop. `abs()` gives the size of a number.
#
# </details>


# %% exercise="count"
def steps_down(slope, x, rate):
    """How many steps of gradient descent it takes until abs(slope(x)) < 0.001."""
    ### BEGIN SOLUTION
    steps = 0
    while abs(slope(x)) >= 0.001:
        x = x - rate * slope(x)
        steps += 1
    return steps
    ### END SOLUTION


# %% check="count"
def descent_with(goes_on, sign=-1, count=0, result=lambda steps, x: steps):
    """Descent that goes on while this holds of the slope, at most 200 steps."""

    def steps_down(slope, x, rate):
        steps = count
        while goes_on(slope(x)) and steps < 200:
            x = x + sign * rate * slope(x)
            steps += 1
        return result(steps, x)

    return steps_down


def valley(x):
    return 2 * (x - 3)


check_function(
    steps_down,
    descent_with(lambda slope: abs(slope) >= 0.001),
    [(valley, 8.0, 0.1), (valley, -1.0, 0.2), (grad(f), 2.5, 0.05), (valley, 3.0, 0.1)],
    {
        descent_with(lambda slope: slope >= 0.001): "a slope below 0 is no level ground either: take its size, abs()",
        descent_with(lambda slope: abs(slope) >= 0.001, count=1): "one too many: count when a step is taken",
        descent_with(
            lambda slope: abs(slope) >= 0.001, result=lambda steps, x: 0
        ): "the count stays at 0: add 1 with every step",
        descent_with(
            lambda slope: abs(slope) >= 0.001, sign=1
        ): "that goes uphill: step against the slope, x - rate * slope",
        descent_with(
            lambda slope: abs(slope) >= 0.001, result=lambda steps, x: x
        ): "that is where the walk ends: return how many steps it took",
        lambda *call: max(
            1, descent_with(lambda slope: abs(slope) >= 0.001)(*call)
        ): "where it is level from the start no step is needed: ask for the slope before each step",
        **{
            descent_with(
                lambda slope, below=below: abs(slope) >= below
            ): "the walk ends where the size of the slope is below 0.001"
            for below in (0.1, 0.01, 0.0001)
        },
    },
)


# %% wrong="count" hint="take its size, abs()"
def steps_down(slope, x, rate):
    steps = 0
    while slope(x) >= 0.001:
        x = x - rate * slope(x)
        steps += 1
    return steps


# %% wrong="count" hint="one too many"
def steps_down(slope, x, rate):
    steps = 1
    while abs(slope(x)) >= 0.001:
        x = x - rate * slope(x)
        steps += 1
    return steps


# %% wrong="count" hint="before each step"
def steps_down(slope, x, rate):
    steps = 0
    while True:
        x = x - rate * slope(x)
        steps += 1
        if abs(slope(x)) < 0.001:
            return steps


# %% wrong="count" hint="below 0.001"
def steps_down(slope, x, rate):
    steps = 0
    while abs(slope(x)) >= 0.01:
        x = x - rate * slope(x)
        steps += 1
    return steps


# %% wrong="count" hint="how many steps it took"
def steps_down(slope, x, rate):
    while abs(slope(x)) >= 0.001:
        x = x - rate * slope(x)
    return x


# %% wrong="count" hint="nothing in the loop changes what `while abs(s) >= 0.001` asks for"
def steps_down(slope, x, rate):
    steps = 0
    s = slope(x)
    while abs(s) >= 0.001:
        x = x - rate * s
        steps += 1
    return steps


# %% wrong="count" hint="how far in stands `return steps`"
def steps_down(slope, x, rate):
    steps = 0
    while abs(slope(x)) >= 0.001:
        x = x - rate * slope(x)
        steps += 1
        return steps
    return steps


# %% wrong="count" hint="endless loop"
def steps_down(slope, x, rate):
    steps = 0
    while abs(slope(x)) >= 0.001:
        steps += 1
    return steps


# %% wrong="count" hint="the count stays at 0"
def steps_down(slope, x, rate):
    steps = 0
    while abs(slope(x)) >= 0.001:
        x = x - rate * slope(x)
    return steps


# %% [markdown]
# **Exercise 3: how the slope changes.** The derivative of the derivative says how a curve bends. Use the values of `f`
# at $x - h$, $x$ and $x + h$. Take the slope ahead of $x$ minus the slope behind it, and divide by the distance between
# the middles of the two secants.
#
# <details><summary>Hint</summary>
#
# The slope ahead is $(f(x+h) - f(x))/h$, the slope behind is $(f(x) - f(x-h))/h$. Their middles are $x + h/2$ and $x
# - h/2$.
#
# </details>


# %% exercise="bend"
def bend(f, x, h):
    """How fast the slope of f changes at x."""
    ### BEGIN SOLUTION
    ahead = (f(x + h) - f(x)) / h
    behind = (f(x) - f(x - h)) / h
    return (ahead - behind) / h
    ### END SOLUTION


# %% check="bend"
check_function(
    bend,
    lambda f, x, h: (f(x + h) - 2 * f(x) + f(x - h)) / h**2,
    [(cube, 2.0, 0.1), (cube, -0.5, 0.3), (sin, 0.7, 0.01), (recip, 0.9, 0.3)],
    {
        lambda f, x, h: (
            (f(x + 2 * h) - 2 * f(x) + f(x - 2 * h)) / (4 * h**2)
        ): "the values at x - h, x and x + h are asked for: that goes two steps of h to each side",
        lambda f, x, h: (f(x + h) - 2 * f(x) + f(x - h)) / 2 * h: "divide by h twice, `h**2`: and `/ 2 * h` multiplies "
        "by h",
        lambda f, x, h: (
            (f(x + h) - 2 * f(x) + f(x - h)) / h
        ): "that is the change of the slope: divide it by the distance",
        lambda f, x, h: (f(x + h) - 2 * f(x) + f(x - h)) / (2 * h**2): "from x - h/2 to x + h/2 it is h, not 2h",
        lambda f, x, h: -(f(x + h) - 2 * f(x) + f(x - h)) / h**2: "the slope ahead minus the slope behind",
        central_difference: "that is the slope itself: what is asked is how it changes",
        lambda f, x, h: (f(x + h) - f(x)) / h: "that is the slope ahead: subtract the slope behind, and divide by h",
        lambda f, x, h: (
            (f(x + 2 * h) - 2 * f(x + h) + f(x)) / h**2
        ): "that is the bend at x + h: x belongs in the middle",
        lambda f, x, h: central_difference(f, x, h) ** 2: "the slope is not squared: take the slope of the slope",
        lambda f, x, h: (central_difference(f, x + h, h) - central_difference(f, x, h)) / h: "that is the bend between "
        "x and x + h: x belongs in the middle",
    },
    rtol=1e-4,
)


# %% wrong="bend" hint="divide it by the distance"
def bend(f, x, h):
    return (f(x + h) - f(x)) / h - (f(x) - f(x - h)) / h


# %% wrong="bend" hint="it is h, not 2h"
def bend(f, x, h):
    return (f(x + h) - 2 * f(x) + f(x - h)) / (2 * h * h)


# %% wrong="bend" hint="ahead minus the slope behind"
def bend(f, x, h):
    return ((f(x) - f(x - h)) / h - (f(x + h) - f(x)) / h) / h


# %% wrong="bend" hint="look at the brackets"
def bend(f, x, h):
    return (f(x + h) - f(x)) / h - (f(x) - f(x - h)) / h / h


# %% wrong="bend" hint="the slope itself"
def bend(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


# %% wrong="bend" hint="two steps of h"
def bend(f, x, h):
    return (f(x + 2 * h) - 2 * f(x) + f(x - 2 * h)) / (2 * h) ** 2


# %% [markdown]
# ## Your own task
#
# `walk(grad(g), start)` goes downhill on a function `g` of your own. Write one with two valleys, such as
# $x^4 - 3x^2 + x$, and start on both sides of the hill between them.
#
# Where is the border? Find it to two digits: from just below it the walk ends in one valley, from just above in the
# other. What is the slope there?
