# %% [markdown]
# # 15. Digits, and from scalars to arrays
#
# **Goal.** Train a network that reads handwritten digits, first number by number, then as arrays, and see that both
# compute the same gradients.
#
# **You need** softmax and cross-entropy ([notebook 8](08_losses.ipynb)), training with a validation set
# ([notebook 13](13_overfitting.ipynb)), NumPy's arrays, and the product of two matrices: each row times each column.
# **Afterwards you can** read a recorded graph as matrix products, write the forward and the backward pass of a layer in
# NumPy, and test what you wrote against the engine.

# %% [markdown]
# ## Real digits
#
# The package ships real digits, written by thirteen people and scanned at 8 × 8 pixels. A sample is one image, row
# after row: a number for each pixel, from 0 for paper to 1 for ink.

# %%
import matplotlib.pyplot as plt
import numpy as np

import nn

X, y = nn.data.digits()
print("images", X.shape, " labels", y.shape)

fig, axes = plt.subplots(2, 10, figsize=(9, 2.2))
for ax, image, label in zip(axes.flat, X[:20], y[:20], strict=True):
    ax.imshow(image.reshape(8, 8), cmap="gray_r")
    ax.set_title(label, fontsize=9)
    ax.axis("off")
plt.show()

# %% [markdown]
# We hold a part of them back for the test, and take the mean image off all, so that the inputs lie around 0. The labels
# become rows of `T`: 1 in the column of the right class, 0 elsewhere.

# %%
X, X_test, y, y_test = nn.data.train_test_split(X, y, test=500, rng=0)
mean_image = X.mean(axis=0)
X, X_test = X - mean_image, X_test - mean_image
T = nn.data.one_hot(y)
print("X", X.shape, " T", T.shape, " held back", X_test.shape)

# %% [markdown]
# ## One number at a time
#
# A small network: 64 inputs, 10 hidden neurons with relu, 10 scores. `expand=True` writes each neuron out as
# $w_1 x_1 + w_2 x_2 + \dots + b$, a `Value` for each product and each sum, as you would write it yourself. The loss of
# one digit is the cross-entropy of notebook 8: $-\log$ of the softmax at the right class, which is logsumexp of the
# scores minus the right one. `dot(scores, t)` picks that one, since `t` is 0 elsewhere.

# %%
from autograd import Value, dot, logsumexp, topological_order

model = nn.MLP(64, [10, 10], init="he", expand=True, rng=0)


def digit_loss(x, t):
    scores = model(x)
    return logsumexp(scores) - dot(scores, t)


x, t = [Value(v) for v in X[0].tolist()], [Value(v) for v in T[0].tolist()]
loss = digit_loss(x, t)
values = topological_order(loss)
print("loss of the first digit:", f"{loss.data:.3f}")
print("values in its graph:    ", f"{len(values):,}")
print("computed, no leaves:    ", f"{sum(bool(v.parents) for v in values):,}")
print("parameters:             ", len(model.parameters()))

# %% [markdown]
# Every digit of a batch builds such a graph anew, sweeps it, and drops it. In `eager` the reports of all digits of a
# batch add up in the parameters' gradients. The numbers of all parameters are kept in one flat array, from which
# everything below will start. `train` works with any function `gradient_of(flat, xs, ts)` that returns the loss and
# the gradient: there will be three of them.

# %%
from time import perf_counter

start = np.array([p.data for p in model.parameters()])
batches = [b for epoch in range(20) for b in nn.data.batches(X, T, 32, rng=epoch)]


def eager(flat, xs, ts):
    """The mean loss of a batch and its gradient, digit by digit, number by number."""
    for p, number in zip(model.parameters(), flat.tolist(), strict=True):
        p.data, p.grad = number, 0.0
    total = 0.0
    for x, t in zip(xs.tolist(), ts.tolist(), strict=True):
        loss = digit_loss(x, t) / len(xs)
        loss.backward()
        total += loss.data
    return total, np.array([p.grad for p in model.parameters()])


def train(gradient_of, batches, rate=0.5):
    """Gradient descent: the numbers it ends with, and (seconds, loss) of each step."""
    flat, curve, begin = start.copy(), [], perf_counter()
    for xs, ts in batches:
        loss, gradient = gradient_of(flat, xs, ts)
        flat -= rate * gradient
        curve.append((perf_counter() - begin, loss))
    return flat, np.array(curve)


_, eager_curve = train(eager, batches[:5])
for seconds, loss_of_batch in eager_curve:
    print(f"after {seconds:.2f} s: loss {loss_of_batch:.6f}")
one_step = eager_curve[-1, 0] / 5
print(f"twenty epochs are {len(batches)} steps: about {one_step * len(batches):.0f} s")

# %% [markdown]
# The last line is an extrapolation: five steps were measured, and nobody wants to wait for the others.
#
# ## Record it
#
# The graph of each digit has the same shape. Only the numbers differ. Here is something small enough to be looked at:
# two neurons, still without a bias, with the same two inputs. Which of the multiplications could be done together?

# %%
from autograd import draw

x1, x2 = Value(3.0, "x₁"), Value(1.0, "x₂")
u1, u2, v1, v2 = weights = [Value(0.5), Value(-1.0), Value(2.0), Value(1.5)]
z1 = u1 * x1 + u2 * x2
z2 = v1 * x1 + v2 * x2
u1.label, u2.label, v1.label, v2.label = "u₁", "u₂", "v₁", "v₂"
z1.label, z2.label = "z₁", "z₂"
draw([z1, z2], collapse=False)

# %% [markdown]
# Both neurons do the same with the same inputs, and so would a thousand. Write the weights as a matrix, a row for each
# neuron. Then all the products, and the sums that join them, are one matrix product:
#
# $$\begin{pmatrix} z_1 \\ z_2 \end{pmatrix} = \begin{pmatrix} u_1 & u_2 \\ v_1 & v_2 \end{pmatrix}
# \begin{pmatrix} x_1 \\ x_2 \end{pmatrix}$$
#
# A second sample is a second column beside the $x$. `record` looks for such groups: it takes the graph of one sample,
# built once, and writes it down as a list of instructions on whole batches. The graph should end in one value, so $z_1$
# and $z_2$ are multiplied at the end.

# %%
from autograd import record

print(record(z1 * z2, inputs=[x1, x2], parameters=weights))

# %% [markdown]
# The first instruction stands for six of the seven nodes: four products and two sums.
#
# **Guess first.** The graph of one digit has 1,493 computed values: two layers, relu between them, and the loss. How
# many instructions does the recorded program have?

# %% guess="instructions"
### BEGIN SOLUTION
my_guess = 8
### END SOLUTION

# %% reveal="instructions"
from autograd.check import check_answer, check_function, reveal

loss = digit_loss(x, t)
program = record(loss, inputs=[*x, *t], parameters=model.parameters())
instructions = str(program).splitlines()[1:]
assert sum(bool(v.parents) for v in values) == 1493
reveal(
    my_guess,
    len(instructions),
    because="each layer is a product and a sum, relu stands between them, and the loss takes three",
    replies={
        1493: "So it would be without grouping. What all neurons of a layer do alike is one instruction.",
        20: "The neurons of one layer do the same thing, and do it together.",
        2: "Those are the matrix products. The biases, relu and the loss take instructions of their own.",
        4: "That is a product and a sum for each layer. relu and the loss are missing.",
        5: "That is the network: a product, a sum, relu, a product, a sum. The loss is missing.",
    },
)

# %% wrong="instructions" hint="without grouping"
my_guess = 1493

# %% wrong="instructions" hint="do it together"
my_guess = 20

# %% wrong="instructions" hint="The loss is missing"
my_guess = 5

# %%
print(program)

# %% [markdown]
# Read it line by line. Here $X$ holds a batch with a digit in each column. (In the arrays of the code each digit is a
# row; more of that below.)
#
# | line | for one digit, in single numbers | for the batch |
# |---|---|---|
# | 1 | for each of 10 neurons 64 products, added up | $W_1 X$ |
# | 2, 3 | plus the neuron's bias; relu | $H = \mathrm{relu}(W_1 X + b_1)$ |
# | 4, 5 | the second layer: 10 products a neuron, and a bias | $Z = W_2 H + b_2$ |
# | 6, 7, 8 | the right score; logsumexp; their difference | a loss for each column |
#
# The first line alone stands for 1,270 of the graph's values. Nobody told `record` that there is a layer. It found the
# sums of products that share their inputs.
#
# ## The same gradients, at another speed
#
# `value_and_grad` runs the list forwards for the loss and backwards for the gradient. Does it find what the graph
# found?


# %%
def replay(flat, xs, ts):
    """The same by the recorded program, all digits of the batch at once."""
    program.parameters[:] = flat
    return program.value_and_grad(np.c_[xs, ts])


xs, ts = batches[0]
by_graph, by_program = eager(start, xs, ts)[1], replay(start, xs, ts)[1]
print("gradient by the graph:  ", by_graph[20:24])
print("gradient by the program:", by_program[20:24])
apart = abs(by_graph - by_program).max()
print(f"largest difference among all {len(start)}: {apart:.0e}")
assert np.allclose(by_graph, by_program, rtol=0, atol=1e-12)

# %% [markdown]
# They differ by what rounding does: sums of floats in another order end in other last digits. Now the whole training,
# with the five eager steps beside it.

# %%
trained, curve = train(replay, batches)
print(f"replay: {curve[-1, 0]:.2f} s for {len(batches)} steps, measured")
print(f"eager:  about {one_step * len(batches):.0f} s, extrapolated from five")
assert np.allclose(curve[:5, 1], eager_curve[:, 1])

plt.figure(figsize=(6, 4))
plt.loglog(*curve.T, ".", color="tab:blue", ms=3, label=f"replay, {len(curve)} steps")
plt.loglog(*eager_curve.T, "o", color="tab:orange", label="eager, 5 steps")
plt.xlabel("seconds")
plt.ylabel("loss of the batch")
plt.title("the same training, number by number and by arrays")
plt.legend()
plt.show()

# %% [markdown]
# The five large points lie at the same heights as the first five small ones. Only the clock differs.
#
# > **Misconception: "arrays are fast because they leave something out".** One would think so, seeing the factor. But
# > the multiplications are the same, one by one.

# %%
from autograd import operations

one_digit = sum(v.operation is operations.multiply for v in values)
print("multiplications in the graph of a digit:", one_digit)
print("entries of the two weight matrices:     ", 10 * 64 + 10 * 10)
assert one_digit == 10 * 64 + 10 * 10

tick = perf_counter()
for pixels in xs.tolist():
    model(pixels)
eager_time = perf_counter() - tick
W = start[:650].reshape(10, 65)[:, :-1]  # the first layer's weights
tick = perf_counter()
for _ in range(100):
    xs @ W.T
array_time = (perf_counter() - tick) / 100
print(f"one multiplication, eager:    {eager_time / len(xs) / one_digit * 1e9:8.1f} ns")
print(f"one multiplication, in array: {array_time / len(xs) / W.size * 1e9:8.1f} ns")

# %% [markdown]
# The last two lines differ by a factor of thousands. What takes the time is not the arithmetic. For every single
# number the engine makes an object, notes its parents and visits it in the sweep. An array pays for that once, and
# then multiplies.
#
# ## Write the layer
#
# In NumPy, and in PyTorch, a batch usually has a sample in each **row**, and the layer is turned accordingly:
#
# $$Z = X W^\top + b$$
#
# $X$ is (samples, inputs), $W$ is (neurons, inputs), $Z$ is (samples, neurons). On the way back the layer is given $G$,
# the gradient of the loss toward each entry of $Z$, so $G$ has the shape of $Z$.
#
# What reaches a single weight $w_{ij}$, of neuron $i$ toward input $j$? For each sample there is an edge from it to
# $z_i$, and its local derivative is $x_j$. Across it goes $g_i \, x_j$, and what the samples bring adds up, because
# they share the weight.
#
# **Guess first.** All these sums at once are one matrix product. Is it `"X.T @ G"`, `"G.T @ X"` or `"G @ X"`?

# %% guess="product"
### BEGIN SOLUTION
my_guess = "G.T @ X"
### END SOLUTION

# %% reveal="product"
G = np.arange(64.0).reshape(32, 2)
entry = sum(G[s, 1] * xs[s, 40] for s in range(32))
candidates = {"X.T @ G": xs.T @ G, "G.T @ X": G.T @ xs}
reveal(
    my_guess,
    next(name for name, product in candidates.items() if product.shape == (2, 64)),
    because="row i, column j of it is the sum over the samples of G[s, i] · X[s, j]. With 32 samples, 2 neurons and 64 "
    f"inputs it has the shape {(G.T @ xs).shape}, as W has",
    replies={
        "X.T @ G": "The sums are right, but they stand transposed: this has a row for each input, and W has one "
        "for each neuron.",
        "G @ X": "It does not fit: the columns of G are neurons, the rows of X are samples. What is added up are the "
        "samples, so they must meet.",
    },
)
assert np.isclose((G.T @ xs)[1, 40], entry)

# %% wrong="product" hint="they stand transposed"
my_guess = "X.T@G"

# %% wrong="product" hint="so they must meet"
my_guess = "G @ X"

# %% [markdown]
# The shapes almost find it by themselves: a gradient has the shape of what it belongs to.
#
# **Exercise: port the layer to NumPy.** Write both directions. The second returns three gradients: toward $W$, toward
# $b$, and toward $X$, for the layer before.
#
# <details><summary>Hint</summary>
#
# $b_i$ is added to $z_i$ in every sample: the local derivative is 1, and the samples' reports add up, so one axis of
# $G$ is summed away. $x_j$ of a sample goes into all its $z_i$, with the local derivative $w_{ij}$: the sum runs over
# the neurons, so the neurons' axis of $G$ and that of $W$ must meet. There is nothing to average: if the loss is a
# mean, $G$ brings the division with it.
#
# </details>


# %% exercise="layer"
def my_layer(X, W, b):
    """Z, of shape (samples, neurons)."""
    ### BEGIN SOLUTION
    return X @ W.T + b
    ### END SOLUTION


def my_backward(G, X, W):
    """The gradients toward W, b and X, in this order, each in the shape of its array."""
    ### BEGIN SOLUTION
    return G.T @ X, G.sum(axis=0), G @ W
    ### END SOLUTION


# %% check="layer"
def layer(X, W, b):
    return X @ W.T + b


def layer_backward(G, X, W):
    return G.T @ X, G.sum(axis=0), G @ W


# Everything is 2 × 2 here, so that a wrong product fits too, and is found by its numbers.
X2, W2, b2, G2 = (
    np.array(rows) for rows in ([[1.0, 2.0], [4.0, -3.0]], [[0.5, 3.0], [-2.0, 1.5]], [5.0, 7.0], [[1.0, -2.0], [3, 8]])
)
check_function(
    my_layer,
    layer,
    [(X2, W2, b2), (G2, X2, b2)],
    {
        lambda X, W, b: X @ W + b: "that adds up over the neurons: a neuron is a row of W, so it takes W.T",
        lambda X, W, b: W @ X.T + b: "that has the samples in the columns: here they are the rows",
        lambda X, W, b: W @ X + b: "a sample is a row of X: X comes first, and W is turned",
        lambda X, W, b: X @ W.T: "the bias is missing",
        lambda X, W, b: X * W + b: "`*` multiplies entry by entry: the matrix product is `@`",
        lambda X, W, b: X @ W.T + b[:, None]: "a bias belongs to a neuron, and a neuron is a column of Z",
    },
)
check_function(
    my_backward,
    layer_backward,
    [(G2, X2, W2), (X2, W2, G2)],
    {
        lambda G, X, W: (G.T @ X, G.sum(axis=0), G @ W.T): "toward X: the sum runs over the neurons, which are the "
        "rows of W, so it takes W as it is",
        lambda G, X, W: (G.T @ X, G.sum(axis=0), W.T @ G): "toward X: a row for each sample, so G comes first",
        lambda G, X, W: (G.T @ X, G.sum(axis=0), W @ G): "toward X: a row for each sample, so G comes first",
        lambda G, X, W: (X.T @ G, G.sum(axis=0), G @ W): "toward W: the transpose of what is asked for. A row is a "
        "neuron",
        lambda G, X, W: (G.T @ X, G.mean(axis=0), G @ W): "toward b: reports add up. Whether the loss is a mean is "
        "for G to say",
        lambda G, X, W: (
            G.T @ X / len(X),
            G.sum(axis=0) / len(X),
            G @ W,
        ): "reports add up. Whether the loss is a mean is for G to say",
        lambda G, X, W: (G.T @ X, G.sum(axis=1), G @ W): "toward b: the sum runs over the samples, axis 0",
        lambda G, X, W: (G.T @ X, G.sum(), G @ W): "toward b: one number for each neuron, so only the samples' axis "
        "is summed away",
        lambda G, X, W: (G.T @ X, G, G @ W): "toward b: all samples share it, so their reports add up",
        lambda G, X, W: (G @ W, G.T @ X, G.sum(axis=0)): "in this order: toward W, b and X",
        lambda G, X, W: (G.T @ X, G @ W, G.sum(axis=0)): "in this order: toward W, b and X",
    },
)


# %% wrong="layer" hint="it takes W.T"
def my_layer(X, W, b):
    return X @ W + b


# %% wrong="layer" hint="X comes first"
def my_layer(X, W, b):
    return W @ X + b


# %% wrong="layer" hint="so G comes first"
def my_layer(X, W, b):
    return X @ W.T + b


def my_backward(G, X, W):
    return G.T @ X, G.sum(axis=0), W.T @ G


# %% wrong="layer" hint="entry by entry"
def my_layer(X, W, b):
    return X * W + b


# %% wrong="layer" hint="the sum runs over the neurons"
def my_layer(X, W, b):
    return X @ W.T + b


def my_backward(G, X, W):
    return G.T @ X, G.sum(axis=0), G @ W.T


# %% wrong="layer" hint="A row is a neuron"
def my_layer(X, W, b):
    return X @ W.T + b


def my_backward(G, X, W):
    return X.T @ G, G.sum(axis=0), G @ W


# %% wrong="layer" hint="for G to say"
def my_layer(X, W, b):
    return X @ W.T + b


def my_backward(G, X, W):
    return G.T @ X, G.mean(axis=0), G @ W


# %% wrong="layer" hint="their reports add up"
def my_layer(X, W, b):
    return X @ W.T + b


def my_backward(G, X, W):
    return G.T @ X, G, G @ W


# %% [markdown]
# From here on `layer` and `layer_backward` are ours, from the folded cell. With them the whole network is written by
# hand: forward, then backward in the opposite order. relu hands on where its input was positive. The gradient toward
# the scores is $p - t$, divided by the number of samples, since the loss is their mean.


# %%
def arrays(flat):
    """W1, b1, W2, b2 as views: the flat array has a neuron's weights, then its bias."""
    hidden, output = flat[:650].reshape(10, 65), flat[650:].reshape(10, 11)
    return hidden[:, :-1], hidden[:, -1], output[:, :-1], output[:, -1]


def softmax_rows(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def logsumexp_rows(scores):
    largest = scores.max(axis=1)
    return largest + np.log(np.exp(scores - largest[:, None]).sum(axis=1))


def by_hand(flat, X, T, backward=layer_backward, average=True):
    """The mean loss and the gradient, by NumPy alone."""
    W1, b1, W2, b2 = arrays(flat)
    Z = layer(X, W1, b1)
    H = np.maximum(Z, 0)
    scores = layer(H, W2, b2)
    P = softmax_rows(scores)

    G = (P - T) / (len(X) if average else 1)
    gW2, gb2, gH = backward(G, H, W2)
    gW1, gb1, _ = layer_backward(gH * (Z > 0), X, W1)

    gradient = np.empty_like(flat)
    for place, part in zip(arrays(gradient), (gW1, gb1, gW2, gb2), strict=True):
        place[:] = part
    return (logsumexp_rows(scores) - (scores * T).sum(axis=1)).mean(), gradient


own = by_hand(start, xs, ts)[1]
print(f"by hand and by the graph:   {abs(own - by_graph).max():.0e} apart")
print(f"by hand and by the program: {abs(own - by_program).max():.0e} apart")
assert np.allclose(own, by_graph, rtol=0, atol=1e-12)

_, by_hand_curve = train(by_hand, batches)
print(f"{len(batches)} steps by hand: {by_hand_curve[-1, 0]:.2f} s")
print(f"{len(batches)} steps by replay: {curve[-1, 0]:.2f} s")

# %% [markdown]
# Three ways to one gradient. Yours needed the chain rule on paper, and each new layer needs it again; the graph needed
# none, and it is what tells you whether the paper is right.
#
# ## Break it on purpose
#
# Two mistakes that are often met in hand-written networks. The first hands on `G @ W.T` for `G @ W`. Our second layer
# is 10 × 10, so the wrong product fits and raises no error. The second forgets to divide by the number of samples.


# %%
def transposed(G, X, W):
    return G.T @ X, G.sum(axis=0), G @ W.T


def with_transposed(flat, X, T):
    return by_hand(flat, X, T, backward=transposed)


def not_averaged(flat, X, T):
    return by_hand(flat, X, T, average=False)


def correct(flat):
    """The share of the test digits that the network names right."""
    W1, b1, W2, b2 = arrays(flat)
    scores = layer(np.maximum(layer(X_test, W1, b1), 0), W2, b2)
    return (scores.argmax(axis=1) == y_test).mean()


print(f"right, twenty epochs: {correct(trained):.1%} of the test digits")

# %% [markdown]
# **Guess first.** After the same twenty epochs, how many of the test digits does the network with the *transposed*
# product name right: about `"one in ten"`, as by chance, about `"half"`, or `"nine in ten"` and more?

# %% guess="transposed"
### BEGIN SOLUTION
my_guess = "nine in ten"
### END SOLUTION

# %% reveal="transposed"
ends = {f.__name__: train(f, batches)[0] for f in (by_hand, with_transposed, not_averaged)}
share = correct(ends["with_transposed"])
reveal(
    my_guess,
    "nine in ten" if share > 0.9 else "half" if share > 0.3 else "one in ten",
    because=f"it names {share:.1%} right. The last layer's gradient is right, and it learns to read whatever the "
    "first layer happens to hand it",
    replies={
        "one in ten": "A wrong gradient ought to do harm. But only the first layer's is wrong; the last one learns.",
        "half": "One would think so: half of the layers get a wrong gradient. The other one makes up for it.",
    },
)

# %% wrong="transposed" hint="ought to do harm"
my_guess = "one in ten"

# %% wrong="transposed" hint="makes up for it"
my_guess = "half"

# %%
# `ends`, from the folded cell, has the three networks after twenty epochs.
i, h = 30, 1e-6  # a weight of the first layer
up, down = start.copy(), start.copy()
up[i] += h
down[i] -= h
nudged = (by_hand(up, xs, ts)[0] - by_hand(down, xs, ts)[0]) / (2 * h)

print("                 digits right   gradient of one weight")
for f in (by_hand, with_transposed, not_averaged):
    slope = f(start, xs, ts)[1][i]
    print(f"{f.__name__:16} {correct(ends[f.__name__]):12.1%}   {slope:22.6f}")
print(f"{'nudged':16} {'':12}   {nudged:22.6f}")
assert abs(nudged - by_hand(start, xs, ts)[1][i]) < 1e-6

# %% [markdown]
# See what each mistake did. The transposed product points in a wrong direction, and training hides it: the loss falls,
# the digits are read. The forgotten average points in the right direction, thirty-two times too far, and training
# breaks down. **That a network learns does not show that its gradient is right.** A nudge shows it, or a comparison
# with an engine that you trust.
#
# ## What has it learned?
#
# In daily work `fit` does all of this: it shuffles, records, replays, steps, and keeps the figures. Sixteen hidden
# neurons, Adam, and a small L2 penalty. (The digits held back are only looked at: nothing is chosen by them. Whoever
# chooses by them needs a third part.)

# %%
model = nn.MLP(64, [16, 10], init="he", rng=0)
optimizer = nn.Adam(model.parameters(), lr=0.01)
history = nn.fit(
    model,
    X,
    y,
    loss=nn.cross_entropy,
    optimizer=optimizer,
    epochs=20,
    regularizer=lambda model: nn.l2_penalty(model, 0.001),
    validation=(X_test, y_test),
    metrics=["accuracy"],
    rng=0,
    progress=False,
)
print(f"loss at the end: {history.loss[-1]:.3f}, by {history.engine}")
right_at_last = history.validation_metrics["accuracy"][-1]
print(f"of the digits held back: {right_at_last:.1%} right")

# %% [markdown]
# Which digits does it mistake for which? Each row of the **confusion matrix** is a true class, each column what the
# network said. What is right stands on the diagonal.

# %%
import nn.plots

scores = model.predict(X_test)
nn.plots.confusion_matrix(scores, y_test)
plt.show()

# %% [markdown]
# Off the diagonal stand hardly more than ones and noughts: no two digits are mixed up as a rule, though several were
# taken for a 1. The first ten of them:

# %%
said = scores.argmax(axis=1)
missed = np.flatnonzero(said != y_test)[:10]
fig, axes = plt.subplots(1, 10, figsize=(9, 1.4))
for ax in axes:
    ax.axis("off")
for ax, k in zip(axes[: len(missed)], missed, strict=True):
    ax.imshow((X_test[k] + mean_image).reshape(8, 8), cmap="gray_r")
    ax.set_title(f"{y_test[k]}, said {said[k]}", fontsize=8)
plt.show()

# %% [markdown]
# A hidden neuron has a weight for each pixel, so its weights are an image too. Where it is blue, ink raises the
# neuron's score; where it is orange, ink lowers it.

# %%
nn.plots.weights_as_images(model.layers[0])
plt.show()

# %% [markdown]
# The left and right margins are almost white: where nobody writes, a weight is of no use, and the penalty lets it fade.
# No image is that of a digit. They are spots of ink and gaps, and each score is a mixture of them.
#
# ## The same in PyTorch
#
# There a tensor is what a `Value` is here, but holds an array: it remembers what it was computed from, and `backward()`
# sweeps. This cell runs where PyTorch is installed, with the numbers of our first network.

# %%
from importlib.util import find_spec

if find_spec("torch") is None:
    print("PyTorch is not installed here: no comparison with its gradients.")
else:
    import torch

    net = torch.nn.Sequential(
        torch.nn.Linear(64, 10, dtype=torch.float64),
        torch.nn.ReLU(),
        torch.nn.Linear(10, 10, dtype=torch.float64),
    )
    with torch.no_grad():
        for p, array in zip(net.parameters(), arrays(start), strict=True):
            p.copy_(torch.tensor(array))

    labels = torch.tensor(ts.argmax(axis=1))
    torch.nn.functional.cross_entropy(net(torch.tensor(xs)), labels).backward()

    for p, ours in zip(net.parameters(), arrays(by_graph), strict=True):
        assert np.allclose(p.grad.numpy(), ours, rtol=0, atol=1e-12)
    print("PyTorch's four gradients are those of our graph.")

# %% [markdown]
# ## MNIST, if you have it
#
# MNIST is the larger relative of these digits, with more pixels and more than forty times as many images to train
# with. If you have its files, write their folder, or the path of an .npz or .csv file, in the place of `"mnist"`. An
# epoch takes seconds, or a minute.

# %%
from pathlib import Path

mnist = Path("mnist")
if not mnist.exists():
    print(f"No {mnist} here: with MNIST's 60,000 images of 28 × 28 = {28 * 28} pixels,")
    print("this cell would train 784-10-10 and 784-128-10.")
else:
    images, names = nn.data.mnist(mnist)
    images, rest, names, rest_names = nn.data.train_test_split(images, names, rng=0)
    for hidden in (10, 128):
        reader = nn.MLP(784, [hidden, 10], init="he", rng=0)
        record_of = nn.fit(
            reader,
            images,
            names,
            loss=nn.cross_entropy,
            optimizer=nn.Adam(reader.parameters(), lr=0.002),
            epochs=2,
            validation=(rest, rest_names),
            metrics=["accuracy"],
            rng=0,
        )
        right = record_of.validation_metrics["accuracy"][-1]
        print(f"784-{hidden}-10: {right:.1%} right of those held back")

# %% [markdown]
# ## What you can now do
#
# You can read a graph of single numbers as a few matrix products, write both directions of a layer in NumPy, and you
# know why a network that learns is no proof. Show it:
#
# **Exercise 1: a layer on paper.** One neuron with two inputs, and a batch of two samples. `G` is the gradient toward
# its output, for each sample. What are the gradients of its two weights, as a list, and of its bias?

# %%
X_paper = [[1.0, 2.0], [3.0, -1.0]]
G_paper = [[0.5], [-2.0]]

# %% exercise="paper"
### BEGIN SOLUTION
grad_w = [-5.5, 3.0]
grad_b = -1.5
### END SOLUTION

# %% check="paper"
(right_w,), (right_b,), _ = layer_backward(np.array(G_paper), np.array(X_paper), np.zeros((1, 2)))


def flat_list(answer):
    """[[1, 2]] and an array as [1, 2], [3] as 3; a blank as it is."""
    if answer is None or answer is ...:
        return answer
    numbers = np.array(answer, dtype=object).ravel().tolist()
    return numbers[0] if len(numbers) == 1 else numbers


check_answer(
    "grad_w",
    flat_list(grad_w),
    right_w,
    {
        (-2.75, 1.5): "add the samples up: if the loss is a mean, G has been divided already",
        (0.5, 1.0): "that is the first sample alone: the second uses the same weights",
        (-6.0, 2.0): "that is the second sample alone: the first uses the same weights",
        (2.0, -2.0): "the columns of X are the inputs: each row is multiplied by its own number of G",
        (-3.5, 3.5): "the rows of X are the samples: each row is multiplied by its own number of G",
        (-0.5, -4.5): "each sample goes with its own number of G: these are swapped",
        (4.0, 1.0): "those are the sums of the columns of X: each row is first multiplied by its number of G",
    },
)
check_answer(
    "grad_b",
    flat_list(grad_b),
    right_b,
    {
        -0.75: "add the samples up: if the loss is a mean, G has been divided already",
        -1.0: "add the samples' reports up",
        0.5: "the second sample uses the bias too",
        -2.0: "that is the second sample alone: the first uses the bias too",
        2.5: "the signs of the reports count",
    },
)

# %% wrong="paper" hint="G has been divided already"
grad_w, grad_b = [-2.75, 1.5], -0.75

# %% wrong="paper" hint="the second sample uses the bias too"
grad_w, grad_b = [[-5.5, 3.0]], [0.5]

# %% wrong="paper" hint="these are swapped"
grad_w, grad_b = [-0.5, -4.5], -1.5

# %% wrong="paper" hint="the first sample alone"
grad_w, grad_b = [0.5, 1.0], 0.5

# %% wrong="paper" hint="each row is multiplied by its own number of G"
grad_w, grad_b = [-3.5, 3.5], -1.5

# %% wrong="paper" hint="the columns of X are the inputs"
grad_w, grad_b = [2.0, -2.0], -1.5

# %% wrong="paper" hint="that is the second sample alone"
grad_w, grad_b = [-5.5, 3.0], -2.0

# %% wrong="paper" hint="the signs of the reports count"
grad_w, grad_b = [-5.5, 3.0], 2.5

# %% [markdown]
# **Exercise 2: where the backward pass begins.** Write the gradient of the *mean* cross-entropy toward the scores of a
# batch. `scores` and `T` have the shape (samples, classes). It must survive scores of a thousand.
#
# <details><summary>Hint</summary>
#
# For one sample it is $p - t$, with the softmax $p$ of its row. Take the largest score of a row off first; it changes
# no softmax. `axis=1, keepdims=True` goes along the rows and keeps a column, from which a row can be subtracted.
#
# </details>


# %% exercise="start"
def my_output_gradient(scores, T):
    """The gradient of the mean cross-entropy toward the scores, in their shape."""
    ### BEGIN SOLUTION
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True) - T) / len(T)
    ### END SOLUTION


# %% check="start"
def output_gradient(scores, T):
    return (softmax_rows(scores) - T) / len(T)


def softmax_of_all(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


scores_few, T_few = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]), np.eye(3)[[1, 0]]
check_function(
    my_output_gradient,
    output_gradient,
    [(scores_few, T_few), (scores_few[:, ::-1] / 2, T_few)],
    {
        lambda scores, T: softmax_rows(scores) - T: "the loss is the mean over the samples: divide by their number",
        lambda scores, T: (
            (T - softmax_rows(scores)) / len(T)
        ): "the other sign: p − t points uphill, as a gradient does",
        lambda scores, T: (
            (softmax_rows(scores) - T) / T.size
        ): "divide by the number of samples, not by that of entries",
        lambda scores, T: (
            (softmax_of_all(scores) - T) / len(T)
        ): "each row is a distribution of its own: add up along the rows, axis=1, keepdims=True",
        lambda scores, T: (scores - T) / len(T): "p is the softmax of the scores",
    },
)
large = np.array([[1000.0, 0.0], [-1000.0, 1000.0]])
others = np.array([[2000.0, 1.0], [3.0, 4.0]])


def naive_softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


with np.errstate(all="ignore"):
    assert np.isnan(naive_softmax(large)).any()
    check_function(
        my_output_gradient,
        output_gradient,
        [(large, np.eye(2)), (others, np.eye(2))],
        {
            lambda scores, T: (
                (naive_softmax(scores) - T) / len(T)
            ): "exp overflows: take the largest score of each row off first",
            lambda scores, T: (
                (naive_softmax(scores - scores.max()) - T) / len(T)
            ): "take off each row's own largest: another row may lie far below it",
        },
    )


# %% wrong="start" hint="divide by their number"
def my_output_gradient(scores, T):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) - T


# %% wrong="start" hint="the other sign"
def my_output_gradient(scores, T):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (T - powers / powers.sum(axis=1, keepdims=True)) / len(T)


# %% wrong="start" hint="a distribution of its own"
def my_output_gradient(scores, T):
    powers = np.exp(scores - scores.max())
    return (powers / powers.sum() - T) / len(T)


# %% wrong="start" hint="each row's own largest"
def my_output_gradient(scores, T):
    powers = np.exp(scores - scores.max())
    return (powers / powers.sum(axis=1, keepdims=True) - T) / len(T)


# %% wrong="start" hint="exp overflows"
def my_output_gradient(scores, T):
    powers = np.exp(scores)
    return (powers / powers.sum(axis=1, keepdims=True) - T) / len(T)


# %% [markdown]
# **Exercise 3: any number of layers.** `layers` is a list of pairs `(W, b)`, with relu between the layers and none
# after the last. Return the gradients in the same form, a list of pairs `(gW, gb)`. `layer(X, W, b)`,
# `layer_backward(G, X, W)` and `output_gradient(scores, T)` are there to be called.
#
# <details><summary>Hint</summary>
#
# On the way forward keep what goes into each layer. The next layer's input is `np.maximum(Z, 0)`, so an input is
# positive exactly where its $Z$ was: the mask for relu can be read from it. On the way back go through the layers in
# reverse, and put each pair at the front of the list.
#
# </details>


# %% exercise="deep"
def my_gradients(X, T, layers):
    """The gradients of the mean cross-entropy, [(gW, gb), …], first layer first."""
    ### BEGIN SOLUTION
    inputs = [X]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(layer(inputs[-1], W, b), 0))
    G = output_gradient(layer(inputs[-1], *layers[-1]), T)
    found = []
    for (W, _), A in zip(reversed(layers), reversed(inputs), strict=True):
        gW, gb, gA = layer_backward(G, A, W)
        found.insert(0, (gW, gb))
        G = gA * (A > 0)
    return found
    ### END SOLUTION


# %% check="deep"
from itertools import pairwise


def gradients_with(mask, last_relu=False, order=1, backward=layer_backward, early=False):
    """The gradients, where `mask` is what relu does to (the gradient, the layer's input), after `backward` or early."""

    def gradients(X, T, layers):
        inputs = [X]
        for W, b in layers[:-1]:
            inputs.append(np.maximum(layer(inputs[-1], W, b), 0))
        scores = layer(inputs[-1], *layers[-1])
        G = output_gradient(np.maximum(scores, 0) if last_relu else scores, T)
        found = []
        for (W, _), A in zip(reversed(layers), reversed(inputs), strict=True):
            gW, gb, gA = backward(mask(G, A) if early else G, A, W)
            found.insert(0, (gW, gb))
            G = gA if early else mask(gA, A)
        return found[::order]

    return gradients


def masked(G, A):
    return G * (A > 0)


rng_deep = np.random.default_rng(3)


def random_layers(*sizes):
    return [(rng_deep.normal(size=(m, n)).round(1), rng_deep.normal(size=m).round(1)) for n, m in pairwise(sizes)]


check_function(
    my_gradients,
    gradients_with(masked),
    [
        (rng_deep.normal(size=(n, sizes[0])).round(1), np.eye(sizes[-1])[rng_deep.integers(sizes[-1], size=n)], layers)
        for n, sizes in ((2, (2, 2, 2)), (3, (2, 2, 2, 2)))
        for layers in [random_layers(*sizes)]
    ],
    {
        gradients_with(lambda G, A: G): "relu lets a gradient through only where its input was positive",
        gradients_with(lambda G, A: G * A): "relu's local derivative is 1 or 0, not its output: multiply by (A > 0)",
        gradients_with(lambda G, A: np.maximum(G, 0)): "what counts is the sign of relu's input, not of the gradient",
        gradients_with(masked, early=True): "relu's mask belongs to the gradient toward a layer's input, after "
        "layer_backward",
        gradients_with(masked, last_relu=True): "after the last layer there is no relu",
        gradients_with(masked, order=-1): "the first layer's pair comes first",
        gradients_with(masked, backward=transposed): "toward a layer's input it is G @ W",
    },
)


# %% wrong="deep" hint="only where its input was positive"
def my_gradients(X, T, layers):
    inputs = [X]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(layer(inputs[-1], W, b), 0))
    G = output_gradient(layer(inputs[-1], *layers[-1]), T)
    found = []
    for (W, _), A in zip(reversed(layers), reversed(inputs), strict=True):
        gW, gb, G = layer_backward(G, A, W)
        found.insert(0, (gW, gb))
    return found


# %% wrong="deep" hint="toward a layer's input, after"
def my_gradients(X, T, layers):
    inputs = [X]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(layer(inputs[-1], W, b), 0))
    G = output_gradient(layer(inputs[-1], *layers[-1]), T)
    found = []
    for (W, _), A in zip(reversed(layers), reversed(inputs), strict=True):
        gW, gb, G = layer_backward(G * (A > 0), A, W)
        found.insert(0, (gW, gb))
    return found


# %% wrong="deep" hint="the first layer's pair comes first"
def my_gradients(X, T, layers):
    inputs = [X]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(layer(inputs[-1], W, b), 0))
    G = output_gradient(layer(inputs[-1], *layers[-1]), T)
    found = []
    for (W, _), A in zip(reversed(layers), reversed(inputs), strict=True):
        gW, gb, gA = layer_backward(G, A, W)
        found.append((gW, gb))
        G = gA * (A > 0)
    return found


# %% [markdown]
# What remains is a question about the gradient itself: it was computed, so it has a graph too.
