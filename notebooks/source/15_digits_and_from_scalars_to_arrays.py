# %% [markdown]
# # 15. From scalars to arrays
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
# The package ships real digits. Thirteen people wrote them. A sample is one image of 8 × 8 pixels, row after row, with
# a number for each pixel: 0 is paper, and 1 is ink.

# %%
import numpy as np

import nn

X, y = nn.data.digits()
print("images", X.shape, " labels", y.shape)

# %% plot=""
import matplotlib.pyplot as plt

fig, axes = plt.subplots(2, 10, figsize=(9, 2.2))
for ax, image, label in zip(axes.flat, X[:20], y[:20], strict=True):
    ax.imshow(image.reshape(8, 8), cmap="gray_r")
    ax.set_title(label, fontsize=9)
    ax.axis("off")
plt.show()

# %% [markdown]
# Some of the digits are held back for the test. The mean image is subtracted from all, so that the inputs lie around 0.
# The labels become rows of `T`, with a 1 in the column of the right class and 0 elsewhere.

# %%
X, X_test, y, y_test = nn.data.train_test_split(X, y, test=500, rng=0)
mean_image = X.mean(axis=0)
X, X_test = X - mean_image, X_test - mean_image
T = nn.data.one_hot(y)
print("X", X.shape, " T", T.shape, " held back", X_test.shape)

# %% [markdown]
# ## One number at a time
#
# The network is small: 64 inputs, 10 hidden neurons with relu, 10 scores. `expand=True` writes each neuron out as $w_1
# x_1 + w_2 x_2 + \dots + b$, with a `Value` for each product and each sum, as you would write it yourself. The loss of
# one digit is the cross-entropy of notebook 8, $-\log$ of the softmax at the right class. That is the logsumexp of the
# scores minus the right score, and `dot(scores, t)` picks the right one, since `t` is 0 elsewhere.

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
# **Eager** means: each operation is computed as soon as it is written. `eager` builds such a graph for every digit of a
# batch, sweeps it, and drops it. The gradients of all digits add up in the parameters. One flat array keeps the numbers
# of all parameters, so that every training below can start from the same numbers. `train` works with any function
# `gradient_of(flat, xs, ts)` that returns the loss and the gradient. There will be three such functions.

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
# The last line is an estimate: five steps were measured, and nobody wants to wait for the others.
#
# ## Record it
#
# The graph of each digit has the same shape, and only the numbers differ. Here is a graph that is small enough to look
# at: two neurons without a bias, with the same two inputs. Which of the multiplications could be done together?

# %%
from autograd import draw

x1, x2 = Value(3.0, "x₁"), Value(1.0, "x₂")
u1, u2, w1, w2 = weights = [Value(0.5), Value(-1.0), Value(2.0), Value(1.5)]
z1 = u1 * x1 + u2 * x2
z2 = w1 * x1 + w2 * x2
u1.label, u2.label, w1.label, w2.label = "u₁", "u₂", "w₁", "w₂"
z1.label, z2.label = "z₁", "z₂"
draw([z1, z2], collapse=False)

# %% [markdown]
# Both neurons do the same with the same inputs, and so would a thousand neurons. Write the weights as a matrix, with a
# row for each neuron. Then all the products, and the sums that join them, are one matrix product:
#
# $$\begin{pmatrix} z_1 \\ z_2 \end{pmatrix} = \begin{pmatrix} u_1 & u_2 \\ w_1 & w_2 \end{pmatrix}
# \begin{pmatrix} x_1 \\ x_2 \end{pmatrix}$$
#
# A second sample is a second column beside the $x$. `record` takes the graph of one sample, looks for what can be done
# together, and writes it down as a list of instructions for whole batches. The graph should end in one value, so $z_1$
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
from autograd.check import check_answer, check_function, passed, reveal

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
        6: "The network takes five, and the loss more than one.",
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
# Read it line by line. Here $X$ holds a batch with a digit in each column. (In the arrays of our code each digit is a
# row. More about that below.)
#
# | line | for one digit, in single numbers | for the batch |
# |---|---|---|
# | 1 | for each of 10 neurons 64 products, added up | $W_1 X$ |
# | 2, 3 | plus the neuron's bias; relu | $H = \mathrm{relu}(W_1 X + b_1)$ |
# | 4, 5 | the second layer: 10 products a neuron, and a bias | $Z = W_2 H + b_2$ |
# | 6, 7, 8 | the right score; logsumexp; their difference | a loss for each column |
#
# The first line alone stands for 1,270 values of the graph. Nobody told `record` that there is a layer. It looked for
# sums of products with the same inputs.
#
# ## The same gradients, at another speed
#
# `value_and_grad` runs the list forwards for the loss and backwards for the gradient. Does it find what the graph
# found?


# %%
def replay(flat, xs, ts):
    """The same by the recorded program, all digits of the batch at once."""
    program.parameters[:] = flat
    return program.value_and_grad(np.c_[xs, ts])  # side by side


xs, ts = batches[0]
by_graph, by_program = eager(start, xs, ts)[1], replay(start, xs, ts)[1]
print("gradient by the graph:  ", by_graph[20:24])
print("gradient by the program:", by_program[20:24])
apart = abs(by_graph - by_program).max()
print(f"largest difference among all {len(start)}: {apart:.0e}")
assert np.allclose(by_graph, by_program, rtol=0, atol=1e-12)

# %% [markdown]
# They differ by rounding: sums of floats in another order end in other last digits. Now run the whole training, with
# the five eager steps beside it.

# %%
trained, curve = train(replay, batches)
print(f"replay: {curve[-1, 0]:.2f} s for {len(batches)} steps, measured")
print(f"eager:  about {one_step * len(batches):.0f} s, extrapolated from five")
assert np.allclose(curve[:5, 1], eager_curve[:, 1])

# %% plot=""
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
# > **Misconception: "arrays are fast because they leave something out".** The factor is so large that you might think
# > so. But the multiplications are the same, one by one.

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
# The last two lines differ by a factor of thousands. The arithmetic is not what takes the time. For every single number
# the engine makes an object, notes its parents and visits it in the sweep. An array pays for that once, and then
# multiplies.
#
# ## Write the layer
#
# In NumPy and in PyTorch a batch usually has a sample in each **row**, so the layer is turned, that is, transposed:
#
# $$Z = X W^\top + b$$
#
# $X$ is (samples, inputs), $W$ is (neurons, inputs), $Z$ is (samples, neurons). On the way back the layer gets $G$, the
# gradient of the loss toward each entry of $Z$. So $G$ has the shape of $Z$.
#
# What reaches a single weight $w_{ij}$, of neuron $i$ for input $j$? For each sample an edge leads from it to $z_i$,
# and its local derivative is $x_j$. So each sample brings $g_i \, x_j$. The samples share the weight, so this adds up.
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
# The shapes almost find it for you: a gradient has the shape of what it belongs to.
#
# **Exercise: port the layer to NumPy.** Write both directions. The second returns three gradients: toward $W$, toward
# $b$, and toward $X$, for the layer before.
#
# <details><summary>Hint</summary>
#
# $b_i$ is added to $z_i$ in every sample. The local derivative is 1, and the samples add up, so one axis of $G$ is
# summed away. $x_j$ of a sample goes into all its $z_i$, with the local derivative $w_{ij}$. That sum runs over the
# neurons, so the neurons' axis of $G$ must meet that of $W$. There is nothing to average: if the loss is a mean, $G$
# brings the division with it.
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
def right_layer(X, W, b):
    return X @ W.T + b


def right_backward(G, X, W):
    return G.T @ X, G.sum(axis=0), G @ W


def three(w=lambda G, X, W: G.T @ X, b=lambda G, X, W: G.sum(axis=0), x=lambda G, X, W: G @ W):
    """The backward pass, right or with a mistake in one of the three."""
    return lambda G, X, W: (w(G, X, W), b(G, X, W), x(G, X, W))


layer, layer_backward = right_layer, right_backward
# Everything is 2 × 2 here, so that a wrong product fits too, and is found by its numbers.
X2, W2, b2, G2 = (
    np.array(rows) for rows in ([[1.0, 2.0], [4.0, -3.0]], [[0.5, 3.0], [-2.0, 1.5]], [5.0, 7.0], [[1.0, -2.0], [3, 8]])
)
ROWS = "a sample is a row of X: X comes first, and W is turned"
is_forward_right = passed(
    check_function,
    my_layer,
    right_layer,
    [(X2, W2, b2), (G2, X2, b2)],
    {
        lambda X, W, b: X.T @ W + b: ROWS,
        lambda X, W, b: W.T @ X + b: ROWS,
        lambda X, W, b: X.T @ W.T + b: ROWS,
        lambda X, W, b: W @ X.T + b[:, None]: "that has the samples in the columns: here they are the rows",
        lambda X, W, b: X @ (W.T + b): "the bias is added to the product: brackets",
        lambda X, W, b: X @ W.T + b.sum(): "each neuron has its own bias: b as it is, not its sum",
        lambda X, W, b: np.maximum(X @ W.T + b, 0): "the layer is linear: relu comes after it",
        lambda X, W, b: (X @ W.T + b) / len(X): "nothing is averaged here: each sample keeps its own row",
        lambda X, W, b: X @ W + b: "that adds up over the neurons: a neuron is a row of W, so it takes W.T",
        lambda X, W, b: W @ X.T + b: "that has the samples in the columns: here they are the rows",
        lambda X, W, b: W @ X + b: "a sample is a row of X: X comes first, and W is turned",
        lambda X, W, b: X @ W.T: "the bias is missing",
        lambda X, W, b: X * W.T + b: "`*` multiplies entry by entry: the matrix product is `@`",
        lambda X, W, b: X @ W.T - b: "the bias is added",
        lambda X, W, b: X * W + b: "`*` multiplies entry by entry: the matrix product is `@`",
        lambda X, W, b: X @ W.T + b[:, None]: "a bias belongs to a neuron, and a neuron is a column of Z",
    },
)
OWN_SHAPE = "the sum over the samples is a matrix product: `@`, and not `*`"
is_backward_right = passed(
    check_function,
    my_backward,
    right_backward,
    [(G2, X2, W2), (X2, W2, G2)],
    {
        three(w=lambda G, X, W: G @ X): "toward W: the samples, the rows of G and of X, must meet: G is turned",
        three(w=lambda G, X, W: G @ X.T): "toward W: the samples, the rows of G and of X, must meet: turn G, not X",
        three(w=lambda G, X, W: G * X): OWN_SHAPE,
        three(w=lambda G, X, W: G.T * X): OWN_SHAPE,
        three(x=lambda G, X, W: X @ W): "toward X: G goes back through the layer, not X",
        three(b=lambda G, X, W: G.sum(axis=0, keepdims=True)): "toward b: in the shape of b, so without `keepdims`",
        three(w=lambda G, X, W: X @ G): "toward W: the samples, the rows of G and of X, must meet: G.T comes first",
        three(w=lambda G, X, W: X.T @ X): "toward W: G is missing, what comes back from the layer after",
        three(w=lambda G, X, W: X.sum(axis=0)): "toward W: each sample's inputs are multiplied by its G, then added up",
        three(x=lambda G, X, W: G * W): OWN_SHAPE,
        three(w=lambda G, X, W: G * X, x=lambda G, X, W: G * W): OWN_SHAPE,
        three(w=lambda G, X, W: X): "toward W: G is missing, what comes back from the layer after",
        three(x=lambda G, X, W: W): "toward X: G is missing, what comes back from the layer after",
        three(b=lambda G, X, W: np.ones(len(W))): "toward b: 1 is the local derivative: G multiplies it",
        three(
            w=lambda G, X, W: X.T @ G, x=lambda G, X, W: G @ W.T
        ): "toward W a row is a neuron, and toward X the sum runs over the neurons: both are turned",
        three(x=lambda G, X, W: G.T @ W): "toward X: a row for each sample, so G is not turned",
        three(x=lambda G, X, W: W.T @ G.T): "toward X: a row for each sample, so G comes first, and nothing is turned",
        three(x=lambda G, X, W: G @ W / len(X)): "reports add up. Whether the loss is a mean is for G to say",
        three(w=lambda G, X, W: G.T @ X / len(X)): "reports add up. Whether the loss is a mean is for G to say",
        three(
            lambda G, X, W: G.T @ X / len(X), lambda G, X, W: G.mean(axis=0), lambda G, X, W: G @ W / len(X)
        ): "reports add up. Whether the loss is a mean is for G to say",
        lambda G, X, W: (G @ W, G.sum(axis=0), G.T @ X): "in this order: toward W, b and X",
        lambda G, X, W: (G.T @ X, G.sum(axis=0)): "the third is missing: the gradient toward X",
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
if is_forward_right and is_backward_right:
    layer, layer_backward = my_layer, my_backward
    print("From here on your layer does the work.")


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
# `layer` and `layer_backward` are your functions if both passed the check, and ours if not. `by_hand` writes the whole
# network with them: forward, then backward in the opposite order. relu passes a gradient back where its input was
# positive. The gradient toward the scores is $p - t$, divided by the number of samples, since the loss is their mean.


# %%
def arrays(flat):
    """W1, b1, W2, b2, not copied: in the flat array a bias follows its weights."""
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
# Three ways lead to one gradient. By hand you need the chain rule on paper, and again for each new layer. The graph
# needs no paper, and it tells you whether your paper is right. (PyTorch's tensors do both: a tensor is a `Value` that
# holds an array. `print(program.to_torch())` writes our list in PyTorch's words.)
#
# ## Break it on purpose
#
# Here are two mistakes that people make when they write networks by hand. The first passes back `G @ W.T` instead of
# `G @ W`. Our second layer is 10 × 10, so the wrong product fits and raises no error. The second forgets to divide by
# the number of samples.


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


networks = by_hand, with_transposed, not_averaged
print(f"right, twenty epochs: {correct(trained):.1%} of the test digits")

# %% [markdown]
# **Guess first.** Train the network with the *transposed* product for the same twenty epochs. How many of the test
# digits does it read: `"one in ten"`, as by chance, about `"half"`, or `"nine in ten"` and more?

# %% guess="transposed"
### BEGIN SOLUTION
my_guess = "nine in ten"
### END SOLUTION

# %% reveal="transposed"
share = correct(train(with_transposed, batches)[0])
reveal(
    my_guess,
    "nine in ten" if share > 0.9 else "half" if share > 0.3 else "one in ten",
    because=f"it reads {share:.1%} of them. The last layer's gradient is right, and this layer learns to read whatever "
    "the first layer happens to give it",
    replies={
        "one in ten": "A wrong gradient ought to do harm. But only the first layer's is wrong: the last learns.",
        "half": "Half of the layers get a wrong gradient. But the other one makes up for it.",
    },
)

# %% wrong="transposed" hint="ought to do harm"
my_guess = "one in ten"

# %% wrong="transposed" hint="makes up for it"
my_guess = "half"

# %%
i, h = 30, 1e-6  # a weight of the first layer
up, down = start.copy(), start.copy()
up[i] += h
down[i] -= h
nudged = (by_hand(up, xs, ts)[0] - by_hand(down, xs, ts)[0]) / (2 * h)

print("                 digits right   gradient of one weight")
for f in networks:
    slope = f(start, xs, ts)[1][i]
    print(f"{f.__name__:16} {correct(train(f, batches)[0]):12.1%}   {slope:22.6f}")
print(f"{'nudged':16} {'':12}   {nudged:22.6f}")
assert abs(nudged - by_hand(start, xs, ts)[1][i]) < 1e-6

# %% [markdown]
# See what each mistake did. The transposed product points in a wrong direction, and training hides it: the loss falls,
# and the network reads the digits. The forgotten average points in the right direction, thirty-two times too far, and
# training breaks down. **That a network learns does not show that its gradient is right.** A nudge shows it, or a
# comparison with an engine that you trust.
#
# ## What you can now do
#
# You can read a graph of single numbers as a few matrix products and write both directions of a layer in NumPy, and you
# know why a network that learns is no proof. Show it:
#
# **Exercise 1: a layer on paper.** One neuron has two inputs, and the batch has two samples. `G_paper` is the gradient
# toward its output, for each sample. What are the gradients of its two weights, as a list, and of its bias?

# %%
X_paper = [[1.0, 2.0], [3.0, -1.0]]
G_paper = [[0.5], [-2.0]]

# %% exercise="paper"
### BEGIN SOLUTION
grad_w = [-5.5, 3.0]
grad_b = -1.5
### END SOLUTION

# %% check="paper"
(right_w,), (right_b,), _ = right_backward(np.array(G_paper), np.array(X_paper), np.zeros((1, 2)))


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
        (6.5, 3.0): "the signs of the reports count",
        (0.5, -2.0): "that is G itself: each number of it multiplies its row of X, and the rows add up",
        (0.5, 1.0, -6.0, 2.0): "those are the samples' reports: they add up",
        -2.5: "each weight has its own gradient: do not add up over the inputs",
        (-5.5, -1.0): "in the second column, too, each row is multiplied by its number of G",
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
        2.0: "the inputs do not reach the bias: add up G over the samples",
        -2.0: "that is the second sample alone: the first uses the bias too",
        2.5: "the signs of the reports count",
        0.0: "the local derivative toward the bias is 1: what comes back reaches it",
        1.0: "1 is the local derivative toward the bias: G multiplies it",
        (0.5, -2.0): "those are the samples' reports: they add up",
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
# For one sample it is $p - t$, with the softmax $p$ of its row. First subtract the largest score of each row, which
# changes no softmax. `scores.max(axis=1, keepdims=True)` is a column of these.
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
def right_output(scores, T):
    return (softmax_rows(scores) - T) / len(T)


def shifted(scores):
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def softmax_of_all(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


scores_few, T_few = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]), np.eye(3)[[1, 0]]
output_gradient = right_output
is_output_right = passed(
    check_function,
    my_output_gradient,
    right_output,
    [(scores_few, T_few), (np.vstack([scores_few, scores_few[:1, ::-1] / 2]), np.vstack([T_few, T_few[:1]]))],
    {
        lambda scores, T: (
            (np.exp(scores - scores.max(axis=1, keepdims=True)) - T) / len(T)
        ): "a row of a softmax adds up to 1: divide by the sum of the row",
        lambda scores, T: softmax_rows(scores): "that is p: subtract t",
        lambda scores, T: (
            (shifted(scores) / shifted(scores).sum() - T) / len(T)
        ): "each row is a distribution of its own: add up along the rows, axis=1, keepdims=True",
        lambda scores, T: (
            (shifted(scores) / shifted(scores).sum(axis=0) - T) / len(T)
        ): "each row is a distribution of its own: add up along the rows, axis=1, keepdims=True",
        lambda scores, T: T / len(T): "that is t: p is missing, the softmax of the scores",
        lambda scores, T: (softmax_rows(scores) - T) / 10: "divide by the number of samples, `len(T)`, whatever it is",
        lambda scores, T: (softmax_rows(scores) - T) / 32: "divide by the number of samples, `len(T)`, whatever it is",
        lambda scores, T: (softmax_rows(scores) - T) / T.shape[1]: "divide by the number of samples, not of classes",
        lambda scores, T: (
            (np.log(shifted(scores)) / np.log(shifted(scores)).sum(axis=1, keepdims=True) - T) / len(T)
        ): "exp is missing: a softmax is made of powers",
        lambda scores, T: (
            -np.log(softmax_rows(scores)) * T / len(T)
        ): "that is the loss: its gradient toward the scores is p − t",
        lambda scores, T: (
            softmax_rows(scores) * (1 - softmax_rows(scores)) / len(T)
        ): "that is the softmax's own derivative: with the cross-entropy after it, it becomes p − t",
        lambda scores, T: (
            softmax_rows(scores) * (1 - softmax_rows(scores))
        ): "that is the softmax's own derivative: with the cross-entropy after it, it becomes p − t",
        lambda scores, T: softmax_rows(scores) - T / len(T): "p is divided, too: put p − t in brackets",
        lambda scores, T: (softmax_rows(scores) - T) ** 2 / len(T): "that is another loss: the gradient is p − t",
        lambda scores, T: softmax_rows(scores) / len(T): "t is to be subtracted from p",
        lambda scores, T: (
            -np.log(softmax_rows(scores)) * T
        ): "that is the loss: its gradient toward the scores is p − t",
        lambda scores, T: -T / softmax_rows(scores) / len(T): "that is the gradient toward p: toward the scores it is "
        "p − t",
        lambda scores, T: (
            (softmax_rows(scores.T).T - T) / len(T)
        ): "the softmax goes along the rows, one row for each sample: axis=1",
        lambda scores, T: (softmax_rows(scores) - T) * T / len(T): "the wrong classes have a gradient as well: p − 0",
        lambda scores, T: (softmax_rows(scores) - T).mean(axis=0): "each sample keeps its row: nothing is added up",
        lambda scores, T: (
            (softmax_rows(scores) - T).sum(axis=0) / len(T)
        ): "each sample keeps its row: nothing is added up",
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
    is_stable = passed(
        check_function,
        my_output_gradient,
        right_output,
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
if is_output_right and is_stable:
    output_gradient = my_output_gradient
    print("From here on your function does the work.")


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


# %% wrong="start" hint="exp is missing"
def my_output_gradient(scores, T):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return (shifted / shifted.sum(axis=1, keepdims=True) - T) / len(T)


# %% wrong="start" hint="with `keepdims=True`"
def my_output_gradient(scores, T):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1) - T) / len(T)


# %% [markdown]
# **Exercise 3: any number of layers.** `layers` is a list of pairs `(W, b)`, with relu between the layers and none
# after the last. Return the gradients in the same form, a list of pairs `(gW, gb)`. Call `layer(X, W, b)`,
# `layer_backward(G, X, W)` and `output_gradient(scores, T)`: they are yours, if they passed.
#
# <details><summary>Hint</summary>
#
# On the way forward keep what goes into each layer. The next layer's input is `np.maximum(Z, 0)`, so it is positive
# exactly where its $Z$ was, and tells you where relu lets the gradient through. On the way back go through the layers
# in reverse, and put each pair at the front of the list.
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


def relu_of(Z):
    return np.maximum(Z, 0)


def gradients_with(
    mask, last_relu=False, order=1, backward=right_backward, early=False, relu=relu_of, at_end=right_output
):
    """The gradients, where `mask` is what relu does to (the gradient, the layer's input), after `backward` or early."""

    def gradients(X, T, layers):
        inputs = [X]
        for W, b in layers[:-1]:
            inputs.append(relu(right_layer(inputs[-1], W, b)))
        scores = right_layer(inputs[-1], *layers[-1])
        G = at_end(np.maximum(scores, 0) if last_relu else scores, T)
        found = []
        for (W, _), A in zip(reversed(layers), reversed(inputs), strict=True):
            gW, gb, gA = backward(mask(G, A) if early else G, A, W)
            found.insert(0, (gW, gb))
            G = gA if early else mask(gA, A)
        return found[::order]

    return gradients


def gradients_paired(by_layers, by_inputs):
    """The gradients, walked through the layers and through their inputs in directions of their own."""

    def gradients(X, T, layers):
        inputs = [X]
        for W, b in layers[:-1]:
            inputs.append(relu_of(right_layer(inputs[-1], W, b)))
        G, found = right_output(right_layer(inputs[-1], *layers[-1]), T), []
        for (W, _), A in zip(layers[::by_layers], inputs[::by_inputs], strict=True):
            gW, gb, gA = right_backward(G, A, W)
            found.insert(0, (gW, gb))
            G = masked(gA, A)
        return found

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
        **{
            gradients_paired(*pairing): "a layer goes with what went into it: walk through layers and inputs from the "
            "last to the first, both"
            for pairing in ((1, -1), (-1, 1), (1, 1))
        },
        gradients_with(masked, order=-1): "the first layer's pair comes first",
        gradients_with(masked, backward=transposed): "toward a layer's input it is G @ W",
        gradients_with(lambda G, A: G * (A < 0)): "relu lets a gradient through where its input was positive",
        gradients_with(lambda G, A: G * (A <= 0)): "relu lets a gradient through where its input was positive",
        gradients_with(lambda G, A: G * (A >= 0)): "relu lets nothing through where its input was 0 or less, and there "
        "the next layer's input is 0: `A > 0`",
        gradients_with(masked, relu=lambda Z: Z): "on the way forward, too, relu stands between the layers",
        gradients_with(masked, relu=np.tanh): "relu stands between the layers",
        gradients_with(masked, at_end=lambda scores, T: scores - T): "begin with output_gradient(scores, T)",
        gradients_with(
            masked, at_end=lambda scores, T: softmax_rows(scores) - T
        ): "begin with output_gradient(scores, T): it divides by the number of samples",
        gradients_with(
            masked, at_end=lambda scores, T: right_output(scores, T) / len(T)
        ): "output_gradient has divided by the number of samples already",
        lambda X, T, layers: [
            (gW, gb / len(X)) for gW, gb in gradients_with(masked)(X, T, layers)
        ]: "output_gradient has divided by the number of samples already: the gradients of the biases too",
        lambda X, T, layers: gradients_with(masked)(X, T, layers)[
            0
        ]: "a list of all pairs is asked for: that is the first layer's alone",
        lambda X, T, layers: gradients_with(masked)(X, T, layers)[-1]: "a list of all pairs is asked for: that is the "
        "last layer's alone",
        lambda X, T, layers: [gW for gW, _ in gradients_with(masked)(X, T, layers)]: "a pair for each layer: the bias "
        "has a gradient, too",
        lambda X, T, layers: [(gb, gW) for gW, gb in gradients_with(masked)(X, T, layers)]: "in this order: (gW, gb)",
        gradients_with(
            masked, at_end=lambda scores, T: 0 * scores
        ): "the gradient begins at the scores, with output_gradient(scores, T)",
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


# %% wrong="deep" hint="a layer goes with what went into it"
def my_gradients(X, T, layers):
    inputs = [X]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(layer(inputs[-1], W, b), 0))
    G, found = output_gradient(layer(inputs[-1], *layers[-1]), T), []
    for (W, _), A in zip(reversed(layers), inputs, strict=True):
        gW, gb, gA = layer_backward(G, A, W)
        found.insert(0, (gW, gb))
        G = gA * (A > 0)
    return found


# %% [markdown]
# **Open task: your own digits.** `fit` does all of this in daily work: it shuffles, records, replays and steps. Train a
# network, look at what it confuses, and write those digits yourself. (`nn.plots.weights_as_images(reader.layers[0])`
# shows what each hidden neuron looks for. `nn.data.mnist(path)` reads the larger MNIST, if you have its files.) Or
# break a friend's network: change one thing in `by_hand`, and let your friend find it with a nudge.

# %%
import nn.plots

reader = nn.MLP(64, [16, 10], init="he", rng=0)
adam = nn.Adam(reader.parameters(), lr=0.01)
settings = {"loss": nn.cross_entropy, "optimizer": adam, "epochs": 20, "rng": 0}
nn.fit(reader, X, y, **settings, progress=False)
nn.plots.confusion_matrix(reader.predict(X_test), y_test)
plt.show()

# %% [markdown]
# The diagonal counts what is right. Which two digits are confused most? And how few hidden neurons still read nine in
# ten of the digits held back?
