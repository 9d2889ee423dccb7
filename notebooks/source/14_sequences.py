# %% [markdown]
# # 14. Sequences
#
# **Goal.** See a network that reads one number after another as one long graph, and follow its gradient back in time.
#
# **You need** shared weights ([notebook 5](05_order_and_accumulation.ipynb)), vanishing gradients
# ([notebook 11](11_depth.ipynb)) and `fit` ([notebook 9](09_xor_then_moons.ipynb)). **Afterwards you can** unroll a
# recurrent network, say what each moment contributes to a weight's gradient, tell how far back a gradient reaches, and
# cut it off on purpose.

# %% [markdown]
# ## A step, again and again
#
# A sentence, a melody, a fever curve: sequences have no fixed length, and their order matters. A **recurrent** network
# reads one item at a time and keeps a **state** $h$, a note to itself about what it has read. Each step makes a new
# state from the old one and from what comes in. The smallest such network has one weight:
#
# $$h_t = w \cdot h_{t-1} + x_t$$
#
# Every step uses the same $w$. Here are three steps:

# %%
from autograd import Value, draw, explain


def unrolled(w, h, xs):
    """All states, the first one included."""
    states = [h]
    for x in xs:
        states.append(w * states[-1] + x)
    return states


w, h0 = Value(0.5, "w"), Value(4.0, "h0")
xs = [Value(1.0, "x1"), Value(-2.0, "x2"), Value(3.0, "x3")]
states = unrolled(w, h0, xs)
for t, h in enumerate(states[1:], 1):
    h.label = f"h{t}"
draw(states[-1], direction="TB")

# %% [markdown]
# This is the network **unrolled**. Time runs downwards, and there is no loop: $h_3$ is made from $h_2$, never from
# itself. It is a graph like all the others, only longer, and $w$ is used three times.
#
# **Guess first.** On each edge stands the local derivative. What is $\partial h_3 / \partial w$?

# %% guess="shared"
### BEGIN SOLUTION
my_guess = 2
### END SOLUTION

# %% reveal="shared"
from autograd.check import reveal

h3 = states[-1]
paths = explain(h3, w).paths
last, middle, first = (path.product for path in paths)
reveal(
    my_guess,
    explain(h3, w).total,
    because=f"three paths lead from w to h3, one for each step. The use in step 3 brings {last:g}, the one in step 2 "
    f"brings {middle:g}, the one in step 1 brings {first:g}, and they add up",
    replies={
        last: "That is the last step's use of w alone. The two earlier uses reach h3 through the states.",
        first: "That is the longest path, from the first step. The two later steps use w as well.",
        middle: "That is the path through the second step alone.",
        sum(h.data for h in states[:-1]): "Those are the three local derivatives at w. Each has yet to travel on to "
        "h3, and every step on the way multiplies it by w.",
        w.data**3: "That is the derivative toward h0, which passes through w three times. Here w itself is nudged.",
    },
)

# %% wrong="shared" hint="the last step's use of w alone"
my_guess = -0.5

# %% wrong="shared" hint="the longest path"
my_guess = 1

# %% wrong="shared" hint="has yet to travel on"
my_guess = 6.5

# %% wrong="shared" hint="the derivative toward h0"
my_guess = 0.125

# %% [markdown]
# Now each path has a colour, and each colour is a moment: red leaves $w$ in step 3, blue in step 2, green in step 1.
# The earlier the use, the longer its way.

# %%
h3.backward()
draw(h3, paths=paths, direction="TB")

# %% [markdown]
# To see the three contributions as gradients, give every step a weight **of its own**, all with the same number in it.

# %%
copies = [Value(0.5, f"w in step {t}") for t in (1, 2, 3)]
h = Value(4.0)
for copy, x in zip(copies, (1.0, -2.0, 3.0), strict=True):
    h = copy * h + x
h.backward()
for copy in copies:
    print(f"{copy.label}: gradient {copy.grad:4}")
print("their sum:  ", sum(copy.grad for copy in copies))
print("w, shared:  ", w.grad)
assert sum(copy.grad for copy in copies) == w.grad

# %% [markdown]
# The gradient of the shared weight is the sum over its copies. You know that from notebook 5, as accumulation.
# **Backpropagation through time** is just a name for backpropagation on an unrolled graph.
#
# **Exercise: unroll by hand.** Other numbers:

# %%
w_now, h_start, inputs = 2.0, 3.0, [-1.0, 4.0, 5.0]

# %% [markdown]
# Unroll the three steps $h_t = w \cdot h_{t-1} + x_t$ on paper. What does each step's use of $w$ contribute to
# $\partial h_3 / \partial w$, and what is the sum?
#
# <details><summary>Hint</summary>
#
# First compute the states $h_1$, $h_2$, $h_3$. The use of $w$ in step $t$ has the local derivative $h_{t-1}$, the other
# factor. From there to $h_3$ every later step multiplies by $w$ once.
#
# </details>

# %% exercise="by_hand"
### BEGIN SOLUTION
from_step_1 = 12
from_step_2 = 10
from_step_3 = 14
in_all = 36
### END SOLUTION

# %% check="by_hand"
from autograd.check import check_answer, check_function, passed

weight = Value(w_now, "w")
s0, s1, s2, s3 = unrolled(weight, Value(h_start), inputs)
product3, product2, product1 = (path.product for path in explain(s3, weight).paths)
check_answer(
    "from_step_1",
    from_step_1,
    product1,
    {
        s0.data: "that is the local derivative: on the way to h3 two more steps multiply it by w",
        s0.data * w_now: "that is what reaches h2: one more step, times w",
        s0.data * w_now**3: "after step 1 only two steps are left, so w is a factor twice",
        product3: "that is the use in step 3: step 1 comes first in time, and its path is the longest",
        s1.data * w_now**2: "toward w, the other factor of w · h0 is h0: the state before the step",
        s1.data: "toward w, the other factor of w · h0 is h0: the state before the step",
        w_now**3: "that is the derivative toward h0. Toward w the local derivative is h0, and two steps follow",
        w_now**2: "those are the two steps that follow: the local derivative, h0, is missing",
        **dict.fromkeys((inputs[0], inputs[0] * w_now**2), "x1 is added: toward w the other factor is h0"),
        product2: "that is the use in step 2",
    },
)
check_answer(
    "from_step_2",
    from_step_2,
    product2,
    {
        s1.data: "that is the local derivative: step 3 multiplies it by w",
        s1.data * w_now**2: "after step 2 only one step is left",
        s2.data * w_now: "toward w, the other factor of w · h1 is h1: the state before the step",
        product3: "that is the use in step 3",
        product1: "that is the use in step 1",
        w_now: "that is the step that follows: the local derivative, h1, is missing",
        inputs[1]: "x2 is added: toward w the other factor is h1",
    },
)
check_answer(
    "from_step_3",
    from_step_3,
    product3,
    {
        s3.data: "that is h3 itself: toward w, the other factor is the state before, h2",
        s2.data * w_now: "step 3 is the last: nothing multiplies what it contributes",
        product1: "that is the use in step 1: step 3 comes last in time, and its path is the shortest",
        product2: "that is the use in step 2",
        1.0: "h2 is the other factor of w · h2: that is the local derivative toward w",
        w_now: "h2 is the other factor of w · h2: that is the local derivative toward w",
        inputs[2]: "x3 is added: toward w the other factor is h2",
    },
)
check_answer(
    "in_all",
    in_all,
    explain(s3, weight).total,
    {
        product3: "that is the last step alone: add the others",
        product2: "that is the second step alone: add the others",
        product1: "that is the first step alone: add the others",
        s0.data + s1.data + s2.data: "those are the local derivatives: the earlier ones have a way to go",
        product1 * product2 * product3: "along a path multiply, but across the paths add",
        w_now**3: "that is the derivative toward h0",
        s3.data: "that is h3 itself",
        sum(inputs): "those are the inputs: add up what the three uses of w contribute",
        **dict.fromkeys(
            (product1 + product2, product1 + product3, product2 + product3),
            "three uses of w contribute: one is left out",
        ),
    },
)

# %% wrong="by_hand" hint="two more steps multiply it"
from_step_1, from_step_2, from_step_3, in_all = 3, 5, 14, 22

# %% wrong="by_hand" hint="only one step is left"
from_step_1, from_step_2, from_step_3, in_all = 12, 20, 28, 60

# %% wrong="by_hand" hint="step 1 comes first in time"
from_step_1, from_step_2, from_step_3, in_all = 14, 10, 12, 36

# %% wrong="by_hand" hint="step 3 comes last in time"
from_step_1, from_step_2, from_step_3, in_all = 12, 10, 12, 34

# %% wrong="by_hand" hint="that is h3 itself"
from_step_1, from_step_2, from_step_3, in_all = 12, 10, 33, 55

# %% wrong="by_hand" hint="the last step alone"
from_step_1, from_step_2, from_step_3, in_all = 12, 10, 14, 14

# %% wrong="by_hand" hint="across the paths add"
from_step_1, from_step_2, from_step_3, in_all = 12, 10, 14, 1680

# %% wrong="by_hand" hint="x1 is added"
from_step_1, from_step_2, from_step_3, in_all = -1, 4, 5, 8

# %% [markdown]
# ## How far back
#
# The longest path has a factor $w$ for every step. So the start of a sequence speaks to its end through a power of
# $w$.
#
# **Guess first.** Let $w = 0.5$, and let there be ten steps. Nudge $h_0$ a little. Which share of the nudge reaches
# $h_{10}$: one part in how many? (For an eighth, write 8.)

# %% guess="power"
### BEGIN SOLUTION
my_guess = 1024
### END SOLUTION

# %% reveal="power"
start = Value(1.0)
unrolled(0.5, start, [0.0] * 10)[-1].backward()
reveal(
    my_guess,
    1 / start.grad,
    because="each of the ten steps halves what is left, and ten halvings leave one part in 2 to the power of ten",
    replies={
        20: "That would be ten steps that each add 2. Along a path the factors multiply.",
        512: "One step is missing: from h0 to h10 there are ten.",
        5: "Ten times one half is not what happens: each step halves what the last one left.",
        2: "That is what reaches h1. There are nine more steps.",
        start.grad: "That is the part itself, and right. It is one in so many.",
    },
)

# %% wrong="power" hint="Along a path the factors multiply"
my_guess = 20

# %% wrong="power" hint="One step is missing"
my_guess = 512

# %% wrong="power" hint="what reaches h1"
my_guess = 2

# %% wrong="power" hint="the part itself, and right"
my_guess = 1 / 1024

# %% [markdown]
# Now take longer sequences and other weights, with nothing coming in. In the picture, the left half shows the network
# from above. On the right each step squashes the state, $h_t = \tanh(w \cdot h_{t-1})$, as most networks do. Watch the
# two largest weights.

# %%
from autograd import tanh


def memory(step, steps=50):
    """How far the nudge of the first state reaches: ∂hₜ/∂h₀ for each t."""
    reached = [1.0]
    h = start = Value(0.5)
    for _ in range(steps):
        h = step(h)
        start.zero_grad()
        h.backward()
        reached.append(start.grad)
    return reached


print(f"w = 0.9, after 50 steps: {memory(lambda h: 0.9 * h)[-1]:.4f}")
print(f"w = 1.1, after 50 steps: {memory(lambda h: 1.1 * h)[-1]:.0f}")

# %% plot=""
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True)
for w_k in (0.5, 0.9, 1.0, 1.1, 1.5):
    left.semilogy(memory(lambda h, w_k=w_k: w_k * h), label=f"w = {w_k}")
    right.semilogy(memory(lambda h, w_k=w_k: tanh(w_k * h)), label=f"w = {w_k}")
left.set_title("w · h: vanishes or explodes")
right.set_title("tanh(w · h): fades")
left.set_ylabel("∂h(t) / ∂h(0)")
for axes in (left, right):
    axes.set_xlabel("step t")
    axes.set_ylim(1e-15, 1e10)
right.legend(loc="lower left", fontsize="small")
plt.show()

# %% [markdown]
# This is notebook 11 again, with time in place of depth: a product of many factors vanishes below 1 and explodes above.
# With $w = 0.9$ a two-hundredth of the nudge is left after 50 steps. With $w = 1.1$ it has become a hundred times as
# large.
#
# The squash stops the explosion, but not the fading. With $w = 1.5$ the state runs into one of the two saturated ends
# of the tanh, and only its sign remembers the start. Where every start near by leads to the same end, the derivative
# toward the start *has* to be small.

# %% [markdown]
# > **Misconception: "backpropagation does not suit recurrent networks".** You can find this in print, with two reasons
# > that sound good: such a network has a loop, while backpropagation needs an order; and its gradients vanish. But the
# > loop is in the drawing of the network, not in what it computes. And a small derivative is not a wrong one: any right
# > method finds the same number. The next cell tests both. (`nn.Recurrent` is the layer of the next section.)

# %%
import numpy as np

import nn
from autograd import topological_order

network = nn.Sequential(
    nn.Recurrent(1, 3, rng=0),
    nn.Layer(3, 1, "linear", init="uniform", rng=0),
)
sequence = [0.5, -1.0, 0.3, 0.8]
order = topological_order(network(sequence))
print("an order exists:", len(order), "values, parents before children")

network(sequence).backward()
tiny = 1e-6
off = []
for p in network.parameters():
    p.data += tiny
    up = network(sequence).data
    p.data -= 2 * tiny
    down = network(sequence).data
    p.data += tiny
    off.append(abs((up - down) / (2 * tiny) - p.grad))
print(f"gradients of {len(off)} parameters: sweep and nudge {max(off):.0e} apart at most")
assert max(off) < 1e-8


def after_twenty(h):
    for _ in range(20):
        h = tanh(0.5 * h)
    return h


start = Value(0.5)
after_twenty(start).backward()
nudged = (after_twenty(0.5 + tiny) - after_twenty(0.5 - tiny)) / (2 * tiny)
print(f"twenty steps, w = 0.5: sweep {start.grad:.6e}, nudge {nudged:.6e}")
assert abs(nudged / start.grad - 1) < 1e-6

# %% [markdown]
# After twenty steps the derivative is small, and right to all the digits shown. One thing in the claim is true: a
# *long* memory is hard to learn where the function itself forgets. The remedies change the function, as in notebook 12:
# a way past the step carries the old state over with a factor near 1.
#
# ## A layer for the state
#
# One number holds little. `nn.Recurrent(1, 3)` has a state of three numbers. Each of its three units reads the input
# and all three old states:
#
# $$h_t = \tanh(W x_t + U h_{t-1} + b)$$
#
# Here are four steps of it, drawn by layers, and a linear layer that reads the last state. The constant 0 is the state
# before anything has come in. (All three units begin with this one 0.)

# %%
network.zero_grad()
answer = network([Value(x, f"x{t}") for t, x in enumerate(sequence, 1)])
answer.backward()
print("parameters of the recurrent layer:", len(network.layers[0].parameters()))
draw(answer, collapse="layer", direction="TB")

# %% [markdown]
# It is a deep network, with an input at every layer. All four boxes of three units have the *same* 15 parameters, so
# the layer can read a sequence of any length.
#
# ## Learn to remember
#
# This task is nothing but memory: read ten random numbers, and say what the **first** one was. Nine others come in
# after it and must not wash it away.


# %%
def first_of(n, steps, rng):
    """Sequences of random numbers, and the first of each."""
    X = rng.uniform(-1.0, 1.0, (n, steps))
    return X, X[:, 0]


def new_model(recurrent):
    rng = np.random.default_rng(3)
    memory = recurrent(1, 8, rng=rng)
    return nn.Sequential(memory, nn.Layer(8, 1, "linear", init="xavier", rng=rng))


def sensitivity(model, X):
    """How strongly the output answers to each input: its derivative, mean size."""
    sizes = []
    for sequence in X:
        inputs = [Value(x) for x in sequence]
        model(inputs).backward()
        sizes.append([abs(x.grad) for x in inputs])
    return np.mean(sizes, axis=0)


X, y = first_of(200, 10, np.random.default_rng(1))
X_new, y_new = first_of(200, 10, np.random.default_rng(2))
print("a sequence:", X[1].round(2))
print("its target:", y[1].round(2))

# %% [markdown]
# The model has random weights, and is not trained yet. Change the first input a little, or the last.
#
# **Guess first.** Which one moves the output more, the `"first"` or the `"last"`?

# %% guess="untrained"
### BEGIN SOLUTION
my_guess = "last"
### END SOLUTION

# %% reveal="untrained"
model = new_model(nn.Recurrent)
before = sensitivity(model, X_new[:50])
reveal(
    my_guess,
    "last" if before[-1] > before[0] else "first",
    because=f"the derivative toward the last input is {before[-1] / before[0]:.0f} times as large: the first has nine "
    "more steps to go, and each takes something away",
    replies={"first": "That is what it has to learn. It has not seen a single target yet."},
)

# %% wrong="untrained" hint="not seen a single target yet"
my_guess = "first"

# %% [markdown]
# Now train it with `fit`. It records the unrolled graph of one sequence and replays it for whole batches. That is
# backpropagation through time. `clip` shortens a gradient that explodes. For comparison: the best constant answer is
# the mean of the targets, and its loss is their variance.


# %%
def train(model):
    optimizer = nn.Adam(model.parameters(), lr=0.02)
    return nn.fit(model, X, y, loss=nn.mse, optimizer=optimizer, epochs=15, batch_size=8,
                  clip=1.0, rng=0, progress=False)  # fmt: skip


remembers = train(model)
error = np.mean((model.predict(X_new)[:, 0] - y_new) ** 2)
print(remembers)
print(f"on new sequences: {error:.3f}; the best constant answer: {y_new.var():.3f}")
assert error < 0.2 * y_new.var()
after = sensitivity(model, X_new[:50])

# %% plot=""
t = np.arange(1, 11)
plt.figure(figsize=(6, 4))
plt.bar(t - 0.2, before, 0.4, label="before training")
plt.bar(t + 0.2, after, 0.4, label="after training")
plt.xticks(t)
plt.xlabel("which input")
plt.ylabel("mean |∂output / ∂input|")
plt.title("What the output answers to")
plt.legend()
plt.show()

# %% [markdown]
# Before, the output listened to what came last. Now it listens to the first input, and is almost deaf to the other
# nine. The gradient has trained the network, and here it also shows you what the network has learned.
#
# ## Break it on purpose
#
# This network forgets to look back. `h.detach()` gives a value with the same number and **no parents**, so a gradient
# that comes back from later stops there. This is easily written by accident: a program keeps the state as a plain
# number between two steps.


# %%
def forgetful(w, h, xs):
    for x in xs:
        h = w * h.detach() + x
    return h


def nudged_by(h):
    up, down = (unrolled(0.5 + s, 4.0, [1.0, -2.0, 3.0])[-1] for s in (h, -h))
    return (up - down) / (2 * h)


w_right, w_wrong = Value(0.5, "w"), Value(0.5, "w")
right = unrolled(w_right, Value(4.0, "h0"), [1.0, -2.0, 3.0])[-1]
wrong = forgetful(w_wrong, Value(4.0, "h0"), [1.0, -2.0, 3.0])
right.backward()
wrong.backward()
print("            right  forgetful  nudged")
print(f"h3        {right.data:7.2f} {wrong.data:10.2f}")
print(f"∂h3/∂w    {w_right.grad:7.2f} {w_wrong.grad:10.2f} {nudged_by(1e-6):7.2f}")
assert right.data == wrong.data
assert abs(nudged_by(1e-6) - w_right.grad) < 1e-6 < abs(nudged_by(1e-6) - w_wrong.grad)
draw(wrong)

# %% [markdown]
# Forwards everything is the same. Backwards only the red path is left. Does it matter? Train both from the same
# weights. Here the cut is an operation of its own, whose rule says 0 where 1 is right. `fit` can replay that. (With
# `detach` it would have to build a new graph for each sample.)

# %%
from autograd import Operation

cut = Operation("cut", lambda x: x, lambda y, x: (0.0,))


class Forgetful(nn.Recurrent):
    def step(self, x, h):
        return super().step(x, [cut(v) for v in h])


model_cut = new_model(Forgetful)
assert np.allclose(model_cut.predict(X), new_model(nn.Recurrent).predict(X))
forgets = train(model_cut)
print(f"last epoch: right {remembers.loss[-1]:.3f}, cut {forgets.loss[-1]:.3f}")
assert remembers.loss[-1] < 0.1 * y.var() < 0.6 * y.var() < forgets.loss[-1]

# %% plot=""
plt.figure(figsize=(6, 4))
plt.plot(range(1, 16), remembers.loss, label="gradient through time")
plt.plot(range(1, 16), forgets.loss, label="cut at every step")
plt.axhline(y.var(), color="k", ls=":", label="the best constant answer, training data")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.ylim(0, 0.45)
plt.legend()
plt.show()

# %% [markdown]
# The cut network could do it, for it computes the same functions. But no gradient ever tells its weights that step 1
# matters in step 10. It can only use the echo of the first number that its weights happen to leave.
#
# People cut on purpose too, because the graph of a long text does not fit into memory. **Truncation** lets the gradient
# back through the last $k$ steps only, and ignores what lies further back. The mistake is to cut without knowing it.
#
# ## What you can now do
#
# You can unroll a recurrent network, add up a shared weight's contributions, and say what a cut in the graph costs.
# Show it:
#
# **Exercise 1: nothing comes in.** Let $h_0 = 1$ and $h_t = w \cdot h_{t-1}$, with $w = 0.5$. What is
# $\partial h_4 / \partial w$, after four steps?

# %% exercise="powers"
### BEGIN SOLUTION
dh4_dw = 0.5
### END SOLUTION

# %% check="powers"
q = Value(0.5)
chain = unrolled(q, Value(1.0), [0.0] * 4)
check_answer(
    "dh4_dw",
    dh4_dw,
    explain(chain[-1], q).total,
    {
        **{
            n * 0.5**k: "four uses of w, and each path has three other factors"
            for n in (1, 2, 3, 4, 5)
            for k in (0, 1, 2, 3, 4)
            if n * 0.5**k != 0.5
        },
        0.5**3: "that is one step's use of w; w is used in four",
        0.5**4: "that is h4 itself, and the derivative toward h0",
        4 * 0.5**4: "each path goes through three of the four factors: the fourth is the one that is nudged",
        sum(h.data for h in chain[:-1]): "those are the local derivatives, not yet taken to h4",
        sum(h.data for h in chain[1:]): "those are the states: each use of w has a derivative, and a way to h4",
    },
)

# %% wrong="powers" hint="w is used in four"
dh4_dw = 0.125

# %% wrong="powers" hint="that is h4 itself"
dh4_dw = 0.0625

# %% wrong="powers" hint="the one that is nudged"
dh4_dw = 0.25

# %% wrong="powers" hint="not yet taken to h4"
dh4_dw = 1.875

# %% [markdown]
# **Exercise 2: through time without an engine.** This time all numbers are plain. `states` is the list
# $h_0, h_1, \dots, h_T$ of $h_t = w \cdot h_{t-1} + x_t$. Return $\partial h_T / \partial w$, by one walk backwards.
#
# <details><summary>Hint</summary>
#
# Carry a gradient `g` along. It is 1 at $h_T$. Go through the steps from the last to the first. What does this use of
# $w$ contribute, with `g` as it is now? Then take `g` one state back. A list without its last item is `states[:-1]`,
# and `reversed(...)` walks through it backwards.
#
# </details>


# %% exercise="through_time"
def gradient_of_w(w, states):
    """∂h_T/∂w, from the states h_0 … h_T."""
    ### BEGIN SOLUTION
    g, total = 1.0, 0.0
    for before in reversed(states[:-1]):
        total += g * before
        g *= w
    return total
    ### END SOLUTION


# %% check="through_time"
def walk(choose, back=lambda g, w: g * w, combine=lambda total, share: total + share):
    """The walk over chosen states; how the gradient goes back; how a share is entered."""

    def gradient_of_w(w, states):
        g, total = 1.0, 0.0
        for h in choose(states):
            total = combine(total, g * h)
            g = back(g, w)
        return total

    return gradient_of_w


def backwards(states):
    return states[-2::-1]


if passed(
    check_function,
    gradient_of_w,
    walk(backwards),
    [(0.5, [4.0, 3.0, -0.5, 2.75]), (2.0, [3.0, 5.0, 14.0, 33.0]), (-1.5, [1.0, 2.0, -1.0]), (3.0, [5.0, 7.0])],
    {
        walk(lambda states: states[:0:-1]): "the use of w in a step has the state *before* it as its derivative",
        walk(lambda states: states[::-1]): "h_T itself is not multiplied by w any more: begin with the state before",
        walk(lambda states: states[:-1]): "the walk begins at the end: the last step's share has the fewest factors w",
        lambda w, states: w * walk(backwards)(w, states): "the last step's use of w reaches h_T with the gradient 1: "
        "add its share first, then multiply by w",
        lambda w, states: w**2 * walk(backwards)(w, states): "the last step's use of w reaches h_T with the gradient "
        "1: two factors w are too many",
        walk(lambda states: sorted(states[:-1])): "the walk goes backwards in time: `reversed(…)`, not `sorted(…)`",
        lambda w, states: 0.0: "the total stays 0: add the contributions to it, with a gradient that begins as 1",
        walk(backwards, back=lambda g, w: g): "on its way back the gradient is multiplied by w at every step",
        walk(backwards, combine=lambda total, share: share): "only one step's share is returned: add them up",
        walk(lambda states: states[-2:-1]): "that is the last step alone: the earlier uses of w count too",
        walk(lambda states: states[-2:0:-1]): "h_0 is the state before the first step: it counts too",
        walk(backwards, combine=lambda total, share: total or share): "only the last step counts: add its share up "
        "in a loop that goes on",
        walk(lambda states: [states[-1], *states[:-2]]): "the walk goes backwards: from the state before h_T to h_0",
        walk(lambda states: states): "the walk begins at the end, with the state before h_T",
        lambda w, states: sum(w * h for h in states[:-1]): "the earlier the use, the more factors w lie on its way",
        lambda w, states: w ** (len(states) - 1): "that is the derivative toward h_0",
        lambda w, states: (
            (len(states) - 1) * w ** (len(states) - 2)
        ): "inputs come in as well: the other factor of each use of w is the state before it",
        lambda w, states: states[-1] * walk(backwards)(w, states): "at h_T the gradient is 1, not h_T",
        walk(backwards, back=lambda g, w: g + w): "on its way back the gradient is multiplied by w at every step",
        lambda w, states: np.prod([w * h for h in states[:-1]]): "along a path multiply by w; what the uses of w "
        "contribute adds up",
        lambda w, states: [w**k * h for k, h in enumerate(backwards(states))][::-1]: "those are the contributions: add "
        "them up",
        walk(lambda states: states[-2::-1], combine=lambda total, share: total - share): "the contributions add up",
        lambda w, states: sum(w**k + h for k, h in enumerate(backwards(states))): "a contribution is the gradient "
        "times the state, not their sum",
    },
):
    numbers = [h.data for h in states]
    print(f"For the first graph above your walk gives {gradient_of_w(0.5, numbers):g}, and the engine gave {w.grad:g}.")


# %% wrong="through_time" hint="the state *before* it"
def gradient_of_w(w, states):
    g, total = 1.0, 0.0
    for h in reversed(states[1:]):
        total += g * h
        g *= w
    return total


# %% wrong="through_time" hint="multiplied by w at every step"
def gradient_of_w(w, states):
    return sum(states[:-1])


# %% wrong="through_time" hint="begins at the end"
def gradient_of_w(w, states):
    g, total = 1.0, 0.0
    for before in states[:-1]:
        total += g * before
        g *= w
    return total


# %% wrong="through_time" hint="add its share first"
def gradient_of_w(w, states):
    g, total = 1.0, 0.0
    for before in reversed(states[:-1]):
        g *= w
        total += g * before
    return total


# %% wrong="through_time" hint="add them up"
def gradient_of_w(w, states):
    g = 1.0
    for before in reversed(states[:-1]):
        share = g * before
        g *= w
    return share


# %% wrong="through_time" hint="the last step alone"
def gradient_of_w(w, states):
    return states[-2]


# %% [markdown]
# **Exercise 3: truncation.** Now `w` and `h` are Values: unroll $h_t = w \cdot h_{t-1} + x_t$ over all the inputs `xs`,
# which are plain numbers, and return the last state. But `backward()` from there must reach the last `k` steps only.
# The check looks at the state and at the gradient of `w`.
#
# <details><summary>Hint</summary>
#
# One `h = h.detach()` is enough, at the right moment: when `k` steps are left. `enumerate(xs)` gives the number of the
# step, from 0, with each input.
#
# </details>


# %% exercise="truncated"
def truncated(w, h, xs, k):
    """The last state; its gradient goes back through the last k steps only."""
    ### BEGIN SOLUTION
    for t, x in enumerate(xs):
        if t == len(xs) - k:
            h = h.detach()
        h = w * h + x
    return h
    ### END SOLUTION


# %% check="truncated"
from functools import wraps


def with_gradient(function):
    """The same function of plain numbers: what it returns, and the gradient of w."""

    @wraps(function)
    def state_and_gradient(w, h, xs, k):
        weight = Value(w)
        state = function(weight, Value(h), xs, k)
        if not isinstance(state, Value):
            return state
        state.backward()
        return {"state": state.data, "gradient of w": weight.grad}

    return state_and_gradient


def cut_where(is_cut, after=False):
    """Detach the state where is_cut(t, steps, k), before or after step t."""

    @with_gradient
    def truncated(w, h, xs, k):
        for t, x in enumerate(xs):
            if is_cut(t, len(xs), k) and not after:
                h = h.detach()
            h = w * h + x
            if is_cut(t, len(xs), k) and after:
                h = h.detach()
        return h

    return truncated


if passed(
    check_function,
    with_gradient(truncated),
    cut_where(lambda t, n, k: t == n - k),
    [(0.5, 4.0, [1.0, -2.0, 3.0], 2), (2.0, 3.0, [-1.0, 4.0, 5.0, 7.0], 1), (1.5, 1.0, [2.0, 3.0, -4.0, 1.0, 5.0], 4)],
    {
        cut_where(lambda t, n, k: False): "nothing is cut: `h.detach()` returns a new value, so keep it, "
        "`h = h.detach()`, when k steps are left",
        cut_where(lambda t, n, k: True): "that cuts before every step: only the last one is left. Cut once",
        cut_where(lambda t, n, k: t == k): "that cuts after the first k steps: count from the end, len(xs) - k",
        cut_where(lambda t, n, k: t == n - k, after=True): "k - 1 steps are left: cut before the step, not after it",
        cut_where(lambda t, n, k: t < k): "that cuts before each of the first k steps: count from the end, len(xs) - k",
        cut_where(lambda t, n, k: t == n - k + 1): "k - 1 steps are left: cut one step earlier",
        cut_where(lambda t, n, k: t > n - k): "that cuts before every step: only the last one is left. Cut once",
        with_gradient(
            lambda w, h, xs, k: unrolled(w, unrolled(w, h, xs[:-k])[-1], [Value(x).detach() for x in xs[-k:]])[-1]
        ): "nothing is cut: it is the state to detach, not the input",
        with_gradient(lambda w, h, xs, k: unrolled(w, h, [x.detach() for x in xs])[-1]): "the inputs are plain "
        "numbers: it is the state to detach",
        with_gradient(
            lambda w, h, xs, k: unrolled(w.detach(), unrolled(w, h, xs[:-k])[-1], xs[-k:])[-1]
        ): "that stops the last k steps, which are to be reached: detach the state, not the weight",
        with_gradient(lambda w, h, xs, k: unrolled(w, h, [0.0] * len(xs))[-1]): "the inputs are missing: h = w * h + x",
        cut_where(lambda t, n, k: t == n - k - 1): "k + 1 steps are left: cut one step later",
        with_gradient(lambda w, h, xs, k: unrolled(w, h, xs[-k:])[-1]): "the state is to be that of all the inputs: "
        "compute all steps, and cut the way back",
        with_gradient(
            lambda w, h, xs, k: unrolled(w, h, xs[:k])[-1]
        ): "those are the first k inputs alone: compute all steps, and cut the way back",
        with_gradient(lambda w, h, xs, k: unrolled(w, h, xs)[-1].data): "that is a plain number: return the Value",
        with_gradient(lambda w, h, xs, k: unrolled(w, h, xs)[-1].detach()): "nothing of the graph is left: detach the "
        "state before the last k steps, not after them",
        with_gradient(lambda w, h, xs, k: unrolled(w, h.detach(), xs)[-1]): "that cuts off h alone, at the start: cut "
        "when k steps are left",
        with_gradient(lambda w, h, xs, k: unrolled(w, Value(0.0), xs[-k:])[-1]): "the state keeps its number: only the "
        "way back is cut",
        with_gradient(
            lambda w, h, xs, k: unrolled(w, 0.0, xs[-k:])[-1]
        ): "the state keeps its number: only the way back is cut",
    },
):
    reached = []
    for k in (1, 2, 3):
        shared = Value(0.5)
        truncated(shared, Value(4.0), [1.0, -2.0, 3.0], k).backward()
        reached.append(f"{shared.grad:g}")
    print(f"In the first graph your cuts leave w the gradients {', '.join(reached)}, after 1, 2 and all 3 steps.")


# %% wrong="truncated" hint="returns a new value"
def truncated(w, h, xs, k):
    for t, x in enumerate(xs):
        if t == len(xs) - k:
            h.detach()
        h = w * h + x
    return h


# %% wrong="truncated" hint="cuts before every step"
def truncated(w, h, xs, k):
    for x in xs:
        h = w * h.detach() + x
    return h


# %% wrong="truncated" hint="count from the end"
def truncated(w, h, xs, k):
    for t, x in enumerate(xs):
        if t == k:
            h = h.detach()
        h = w * h + x
    return h


# %% wrong="truncated" hint="before the step, not after it"
def truncated(w, h, xs, k):
    for t, x in enumerate(xs):
        h = w * h + x
        if t == len(xs) - k:
            h = h.detach()
    return h


# %% wrong="truncated" hint="cut the way back"
def truncated(w, h, xs, k):
    for x in xs[-k:]:
        h = w * h + x
    return h


# %% wrong="truncated" hint="`return` missing"
def truncated(w, h, xs, k):
    for t, x in enumerate(xs):
        if t == len(xs) - k:
            h = h.detach()
        h = w * h + x


# %% wrong="truncated" hint="those are the first k inputs alone"
def truncated(w, h, xs, k):
    for x in xs[:k]:
        h = w * h + x
    return h


# %% wrong="truncated" hint="not the weight"
def truncated(w, h, xs, k):
    for t, x in enumerate(xs):
        if t == len(xs) - k:
            w = w.detach()
        h = w * h + x
    return h


# %% wrong="truncated" hint="of the first k steps"
def truncated(w, h, xs, k):
    for t, x in enumerate(xs):
        if t < k:
            h = h.detach()
        h = w * h + x
    return h


# %% [markdown]
# **Open task: your own memory.** Change `first_of`: ask for the third number, or the largest, or how many were above 0.
# Or break a friend's network: put `cut` into its step, and let your friend find out why it learns so little.


# %%
def third_of(n, steps, rng):
    X = rng.uniform(-1.0, 1.0, (n, steps))
    return X, X[:, 2]


X, y = third_of(200, 10, np.random.default_rng(1))
print(train(new_model(nn.Recurrent)))

# %% [markdown]
# A network that reads a sequence is a deep network whose layers share their weights. The next notebook turns to images,
# and goes from single numbers to arrays. Before you go: from how many steps on does this network, after 15 epochs, have
# more than half of the variance left as its loss?
