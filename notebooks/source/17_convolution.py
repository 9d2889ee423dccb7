# %% [markdown]
# # 17. Convolution
#
# **Goal.** See how nine weights read a whole image, and why a network made of them copes better with a digit that has
# moved.
#
# **You need** shared weights ([notebook 5](05_order_and_accumulation.ipynb)), `fit` and cross-entropy
# ([notebook 9](09_xor_then_moons.ipynb)), and digits and recorded graphs
# ([notebook 15](15_digits_and_from_scalars_to_arrays.ipynb)). **Afterwards you can** write a convolution and a pooling
# layer, count their parameters, derive the gradient of a shared weight, and say what a convolutional network knows
# about place and what it does not.

# %% [markdown]
# ## A neuron that moves
#
# In notebook 15 each neuron had a weight for every pixel. So a stroke on the left and the same stroke on the right were
# two different things, and the network had to learn both. But a stroke is a stroke, wherever it is.
#
# So take a small neuron. It has nine weights and sees a **window** of 3 × 3 pixels. Move it across the image, and write
# down at each place what it says. Here is an image with a vertical edge: paper (0) on the left, ink (1) on the right.
# The neuron subtracts the window's left column from its right one.

# %%
image = [
    [0, 0, 1, 1, 1],
    [0, 0, 1, 1, 1],
    [0, 0, 1, 1, 1],
    [0, 0, 1, 1, 1],
]
vertical = [
    [-1, 0, 1],
    [-1, 0, 1],
    [-1, 0, 1],
]


def window(image, r, c):
    """The nine pixels of the window whose upper left corner is at row r, column c."""
    return [pixel for row in image[r : r + 3] for pixel in row[c : c + 3]]


weights = [w for row in vertical for w in row]
print("window at row 0, column 0:", window(image, 0, 0))
print("the nine weights:         ", weights)
answer = sum(w * x for w, x in zip(weights, window(image, 0, 0), strict=True))
print("weights · window:         ", answer)

# %% [markdown]
# Three pixels of ink stand in the right column, so the neuron says 3.
#
# **Guess first.** What does the same neuron say at row 0, column 2, where all nine pixels are ink?

# %% guess="flat"
### BEGIN SOLUTION
my_guess = 0
### END SOLUTION

# %% reveal="flat"
from autograd.check import reveal

reveal(
    my_guess,
    sum(w * x for w, x in zip(weights, window(image, 0, 2), strict=True)),
    because="the right column brings 3 and the left column −3. The neuron does not care how dark it is, only whether "
    "left and right differ",
    replies={
        9: "There are nine pixels of ink, but the weights on the left are negative, and those in the middle are 0.",
        3: "The right column brings 3. What does the left one bring?",
        -3: "The left column brings −3. What does the right one bring?",
        6: "The left column counts as well, and its weights are negative.",
    },
)

# %% wrong="flat" hint="the weights on the left are negative"
my_guess = 9

# %% wrong="flat" hint="What does the left one bring?"
my_guess = 3

# %% wrong="flat" hint="What does the right one bring?"
my_guess = -3

# %% [markdown]
# Write what the neuron says at all places into rows, and you have a **feature map**, or simply a map. It is an image
# again, and it shows where the neuron found what it looks for. The nine weights are called a **filter** or a kernel.
# The whole operation is a **convolution**:
#
# $$m_{r,c} = \sum_{j=0}^{2} \sum_{k=0}^{2} w_{j,k} \cdot x_{r+j,\,c+k}$$
#
# **Exercise: write one map.** `image` is a list of rows, `weights` has three rows of three. Return the map, a list of
# rows. The window always lies within the image.
#
# <details><summary>Hint</summary>
#
# How many places are there for a window of 3 in a row of 5 pixels? Columns 0, 1 and 2: that is `range(5 - 2)`. Rows
# have a range of their own, since an image need not be square. For each place you need one sum over `j` and `k`, which
# starts at 0.
#
# </details>


# %% exercise="map"
def my_map(image, weights):
    """What nine weights say at each place of an image: a list of rows."""
    ### BEGIN SOLUTION
    rows, columns = range(len(image) - 2), range(len(image[0]) - 2)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [
        [sum(weights[j][k] * image[r + j][c + k] for j, k in nine) for c in columns]
        for r in rows
    ]  # fmt: skip
    ### END SOLUTION


# %% check="map"
from contextlib import suppress
from itertools import accumulate

import numpy as np

from autograd import Value
from autograd.check import check_answer, check_function


def mapping(pixel=lambda r, c, j, k: (r + j, c + k), turn=lambda w: w, short=2, size=None, use=range(3)):
    """A map with one mistake: which pixel meets a weight, the weights, the range of windows, the rows that count."""

    def convolved(image, weights):
        weights = turn(weights)
        rows, columns = size(image) if size else (len(image) - short, len(image[0]) - short)

        def at(r, c):
            pairs = [(weights[j][k], pixel(r, c, j, k)) for j in use for k in range(3)]
            return sum(w * image[y][x] for w, (y, x) in pairs)

        return [[at(r, c) for c in range(columns)] for r in range(rows)]

    return convolved


right_map = mapping()


def with_weights(change):
    return mapping(turn=lambda w: [[change(j, k) * w[j][k] for k in range(3)] for j in range(3)])


def sticking_out(image, weights):
    windows = [[window(image, r, c) for c in range(len(image[0]))] for r in range(len(image))]
    nine = [w for row in weights for w in row]
    return [[sum(w * x for w, x in zip(nine, seen)) for seen in row] for row in windows]  # noqa: B905


def never_reset(image, weights):
    m = np.array(right_map(image, weights))
    return np.reshape([*accumulate(m.ravel().tolist())], m.shape)


wide = [[1.0, 5.0, 2.0, 7.0, 3.0], [4.0, 0.0, 6.0, 1.0, 8.0], [2.0, 9.0, 3.0, 5.0, 1.0], [7.0, 2.0, 8.0, 0.0, 4.0]]
square, tall = [row[:4] for row in wide], [list(column) for column in zip(*wide, strict=True)]
filters = [[1.0, -2.0, 3.0], [0.5, 4.0, -1.0], [2.0, 7.0, -3.0]], [[0.0, 1.0, 0.0], [2.0, 0.0, -5.0], [0.0, 3.0, 0.0]]
check_function(
    my_map,
    right_map,
    [(square, filters[0]), (wide, filters[1]), (tall, filters[0])],
    {
        mapping(turn=lambda w: [row[::-1] for row in w[::-1]]): "that turns the filter around, as mathematicians do. "
        "Here weight (j, k) meets pixel (r + j, c + k)",
        mapping(turn=lambda w: [*zip(*w, strict=True)]): "rows and columns of the filter are exchanged: weights[j][k] "
        "meets row r + j, column c + k",
        mapping(lambda r, c, j, k: (c + j, r + k)): "r counts rows and c counts columns: image[r + j][c + k]",
        mapping(lambda r, c, j, k: (j, k)): "every window is the first one: it starts at row r and column c",
        mapping(short=3): "the last row and the last column of windows are missing: three windows of "
        "3 fit into 5 pixels",
        mapping(short=0): "windows stick out of the image: three windows of 3 fit into 5 pixels",
        mapping(size=lambda image: (len(image) - 2, len(image) - 2)): "this image is not square: columns are counted "
        "by len(image[0])",
        mapping(size=lambda image: (len(image[0]) - 2, len(image) - 2)): "rows are counted by len(image), columns by "
        "len(image[0])",
        mapping(size=lambda image: (3, 3)): "the size is not always the same: count the image's rows and columns",
        mapping(use=[2]): "only the last row of each window counts: start the sum at 0 once for each window",
        mapping(use=[0]): "only the first row of each window counts: add up all three",
        mapping(turn=lambda w: [[1.0] * 3] * 3): "the weights are missing: multiply each pixel by its weight",
        with_weights(lambda j, k: j < 2 and k < 2): "the last row and column of the window are missing: `range(3)` "
        "is 0, 1, 2",
        with_weights(lambda j, k: j == k): "only the diagonal of the window counts: each j goes with each k",
        lambda image, weights: np.add(mapping(turn=lambda w: [[1.0] * 3] * 3)(image, weights), np.sum(weights)): "each "
        "weight is multiplied by its pixel, not added to it",
        lambda image, weights: right_map(image, weights)[:1]: "only the first row of the map comes out: does `return` "
        "stand inside the loop?",
        lambda image, weights: [row[::3] for row in right_map(image, weights)[::3]]: "windows overlap: the next one "
        "begins one pixel further, not three",
        sticking_out: "windows stick out of the image: three windows of 3 fit into 5 pixels",
        never_reset: "the sum goes on from window to window: start it at 0 for each",
        lambda image, weights: [*zip(*right_map(image, weights), strict=True)]: "the map lies on its side: the outer "
        "list has a row of the map for each r",
        lambda image, weights: np.maximum(right_map(image, weights), 0): "that is a relu of the map: leave it out here",
        lambda image, weights: np.array(right_map(image, weights)) / 9: "the sum is not divided by anything",
    },
)


def slopes(function):
    """The gradient of each weight, where the map's numbers are added up."""
    values = [[Value(w) for w in row] for row in filters[0]]
    sum(v for row in function(wide, values) for v in row).backward()
    return [[v.grad for v in row] for row in values]


the_map = right_map
with suppress(Exception):
    if np.allclose(slopes(my_map), slopes(right_map)):
        the_map = my_map
        print("From here on, your map does the work.")


# %% wrong="map" hint="turns the filter around"
def my_map(image, weights):
    rows, columns = range(len(image) - 2), range(len(image[0]) - 2)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [[sum(weights[2 - j][2 - k] * image[r + j][c + k] for j, k in nine) for c in columns] for r in rows]


# %% wrong="map" hint="columns of the filter are exchanged"
def my_map(image, weights):
    rows, columns = range(len(image) - 2), range(len(image[0]) - 2)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [[sum(weights[k][j] * image[r + j][c + k] for j, k in nine) for c in columns] for r in rows]


# %% wrong="map" hint="the last column of windows are missing"
def my_map(image, weights):
    rows, columns = range(len(image) - 3), range(len(image[0]) - 3)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [[sum(weights[j][k] * image[r + j][c + k] for j, k in nine) for c in columns] for r in rows]


# %% wrong="map" hint="windows stick out of the image"
def my_map(image, weights):
    rows, columns = range(len(image)), range(len(image[0]))
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [[sum(weights[j][k] * image[r + j][c + k] for j, k in nine) for c in columns] for r in rows]


# %% wrong="map" hint="this image is not square"
def my_map(image, weights):
    places = range(len(image) - 2)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [[sum(weights[j][k] * image[r + j][c + k] for j, k in nine) for c in places] for r in places]


# %% wrong="map" hint="the sum goes on from window to window"
def my_map(image, weights):
    total, rows = 0.0, []
    for r in range(len(image) - 2):
        rows.append([])
        for c in range(len(image[0]) - 2):
            for j in range(3):
                for k in range(3):
                    total += weights[j][k] * image[r + j][c + k]
            rows[-1].append(total)
    return rows


# %% wrong="map" hint="start the sum at 0 once for each window"
def my_map(image, weights):
    rows = []
    for r in range(len(image) - 2):
        rows.append([])
        for c in range(len(image[0]) - 2):
            for j in range(3):
                total = 0.0
                for k in range(3):
                    total += weights[j][k] * image[r + j][c + k]
            rows[-1].append(total)
    return rows


# %% wrong="map" hint="but the lists that hold them are not"
def my_map(image, weights):
    rows, columns = range(len(image) - 2), range(len(image[0]) - 2)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [sum(weights[j][k] * image[r + j][c + k] for j, k in nine) for r in rows for c in columns]


# %% wrong="map" hint="the weights are missing"
def my_map(image, weights):
    return [[sum(window(image, r, c)) for c in range(len(image[0]) - 2)] for r in range(len(image) - 2)]


# %% [markdown]
# Now a real digit, and three filters made by hand. `the_map` is your map once its check has passed (and once it takes
# Values as weights, without `float` or `.data`), and ours until then. Blue is positive, orange is negative.

# %%
import matplotlib.pyplot as plt

import nn
from nn import plots

X, y = nn.data.digits()
zero = X[0].reshape(8, 8).tolist()
horizontal = [list(column) for column in zip(*vertical, strict=True)]
blur = [[1 / 9] * 3] * 3


def show(images, titles, down=1):
    """Small images in so many rows: blue positive, orange negative."""
    across = len(images) // down
    _, axes = plt.subplots(down, across, figsize=(1.4 * across, 1.6 * down))
    for ax, pixels, title in zip(np.ravel(axes), images, titles, strict=True):
        limit = np.abs(pixels).max() or 1
        ax.imshow(pixels, cmap=plots.canvas.DIVERGING, vmin=-limit, vmax=limit)
        ax.set_title(title, fontsize=9)
        ax.axis("off")
    plt.show()


maps = [the_map(zero, weights) for weights in (vertical, horizontal, blur)]
print(f"the digit: {len(zero)} × {len(zero[0])} pixels")
print(f"a map:     {len(maps[0])} × {len(maps[0][0])} numbers")
show([zero, *maps], ["the digit", "vertical", "horizontal", "blur"])

# %% [markdown]
# Each filter asks the same question at every place. The first one asks: does ink begin here, from left to right? Blue
# says that it begins, orange that it ends. From here on you make no filters by hand. The network will learn them.
#
# ## Shared weights add up
#
# To learn, every weight needs a gradient. Take a very small convolution: a row of four pixels, a window of two pixels,
# two weights $a$ and $b$. There are three windows. Their answers are added up at the end, so that there is one output.

# %%
from autograd import draw, explain

a, b = Value(0.5, "a"), Value(-1.0, "b")
pixels = [Value(x, f"x{i}") for i, x in enumerate([2.0, 5.0, 1.0, 3.0])]
row_map = [a * pixels[i] + b * pixels[i + 1] for i in range(3)]
total = sum(row_map[1:], row_map[0])
for i, m in enumerate(row_map):
    m.label = f"m{i}"
total.label = "total"
draw(total, direction="TB")

# %% [markdown]
# **Guess first.** What is $\partial\,\text{total} / \partial a$?

# %% guess="shared"
### BEGIN SOLUTION
my_guess = 8
### END SOLUTION

# %% reveal="shared"
shares = [path.product for path in explain(total, a).paths]
in_windows = [p.data for p in pixels[:-1]]
assert sorted(shares) == sorted(in_windows)
reveal(
    my_guess,
    explain(total, a).total,
    because="a is used in three windows. There it meets the pixels "
    + ", ".join(f"{x:g}" for x in in_windows)
    + ", and the three reports add up",
    replies={
        in_windows[0]: "That is the first window's report. There are three windows.",
        in_windows[-1]: "That is the last window's report, what an engine with `=` would keep.",
        sum(p.data for p in pixels): "That is the sum of all four pixels. But a is the left weight of each window: it "
        "never meets the last pixel.",
        explain(total, b).total: "That is the gradient of b, the right weight of each window.",
        sum(in_windows) / 3: "That is the mean over the windows. Reports add up.",
        3: "There are three windows, but the local derivative of a product is the other factor: the pixel.",
    },
)

# %% wrong="shared" hint="the first window's report"
my_guess = 2

# %% wrong="shared" hint="an engine with `=` would keep"
my_guess = 1

# %% wrong="shared" hint="it never meets the last pixel"
my_guess = 11

# %% wrong="shared" hint="the gradient of b"
my_guess = 9

# %% wrong="shared" hint="the local derivative of a product"
my_guess = 3

# %% [markdown]
# You know this rule from notebook 5, and from notebook 14, where the weights were shared over time: **the reports from
# all uses of a shared weight add up.** So a single digit teaches a filter many times, once in each window.
#
# ## One matrix product
#
# For a whole digit, your map builds a graph of hundreds of small products. What does `record` make of it?

# %%
from autograd import mean, record

inputs = [[Value(x) for x in row] for row in zero]
nine = [[Value(float(w)) for w in row] for row in vertical]
the_numbers = [v for row in the_map(inputs, nine) for v in row]
program = record(
    mean([v * v for v in the_numbers]),
    inputs=[x for row in inputs for x in row],
    parameters=[w for row in nine for w in row],
)
print("numbers in the map:", len(the_numbers))
print(program)

network = nn.Sequential(
    nn.Conv2d(1, 6, 3, rng=0),
    "relu",
    nn.Flatten(),
    nn.Layer(6 * 36, 10, "linear", rng=0),
)
loss = nn.cross_entropy(network([inputs]), 0)
pixels_in = [x for row in inputs for x in row]
print(record(loss, inputs=pixels_in, parameters=network.parameters()))

# %% [markdown]
# The first line is the whole map, as *one* matrix product: `1×9 · 9×36·batch`. The filter is a row of nine weights.
# Each window is a column of nine pixels, and the 36 columns stand side by side, for every digit of the batch. (The
# other two lines are the mean of squares. It is there because a loss is one number.)
#
# The second program is a network with the layer `nn.Conv2d(1, 6, 3)`: 1 **channel** in, 6 filters, windows of 3 × 3. A
# grey image has one channel. A colour image has three: red, green and blue. Each filter makes one channel of what comes
# out, its map, and adds a bias to it. `Flatten` puts the numbers of all maps into one list, for a dense layer. Six
# filters are six rows: `6×9 · 9×36·batch → 216×batch`. It is still one matrix product, and it has very few weights for
# what it does.
#
# **Guess first.** `Conv2d(1, 6, 3)` makes 216 numbers out of $8 \cdot 8$ pixels. It has $6 \cdot 9$ weights and 6
# biases. How many parameters would a dense layer have that makes 216 numbers out of the same pixels?

# %% guess="dense"
### BEGIN SOLUTION
my_guess = 216 * (64 + 1)
### END SOLUTION

# %% reveal="dense"
few = len(network.layers[0].parameters())
many = len(nn.Layer(64, 216).parameters())
reveal(
    my_guess,
    many,
    because=f"each of the 216 neurons has 64 weights and a bias. That is {many / few:.0f} times as many as the {few} "
    "of the convolution",
    replies={
        216 * 64: "Those are the weights. Each neuron has a bias as well.",
        few: "That is the convolution itself. A dense neuron has a weight for every pixel.",
        216 * 9 + 216: "That is what it takes if each window has weights of its own. A dense neuron sees all pixels.",
        216 * 10: "That is what it takes if each window has weights of its own. A dense neuron sees all pixels.",
        64 + 216: "Every number out is connected with every pixel in: multiply.",
        216: "Those are the numbers that come out, and the biases. And the weights?",
    },
)

# %% wrong="dense" hint="a bias as well"
my_guess = 13824

# %% wrong="dense" hint="That is the convolution itself"
my_guess = 60

# %% wrong="dense" hint="A dense neuron sees all pixels"
my_guess = 216 * 10

# %% wrong="dense" hint="connected with every pixel"
my_guess = 280

# %% [markdown]
# ## Move the digits
#
# Now train two networks. Each digit gets a margin of paper, 10 × 10 pixels in all, so that it can move without losing
# anything. The first network is dense, with one hidden layer. The second one has 8 filters and then **pooling**:
# `MaxPool2d(2)` keeps the largest number of each block of 2 × 2 and drops the other three. If an edge moves within its
# block, the largest number is often the same. Some of the digits are held back for the test.

# %%
X = np.pad(X.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
X = X[:, None]  # one channel: a sample is [channel][row][column]
X, X_test, y, y_test = nn.data.train_test_split(X, y, test=500, rng=0)
print("training", X.shape, " test", X_test.shape)


def dense(rng):
    hidden = nn.Layer(100, 32, "relu", init="he", rng=rng)
    return nn.Sequential(nn.Flatten(), hidden, nn.Layer(32, 10, "linear", rng=rng))


def behind(first, pool, rng):
    """A layer that makes 8 maps of 8 × 8, then pooling, and a dense layer."""
    last = nn.Layer(8 * (8 // pool) ** 2, 10, "linear", rng=rng)
    return nn.Sequential(first, "relu", nn.MaxPool2d(pool), nn.Flatten(), last)


def convolutional(rng, pool=2):
    return behind(nn.Conv2d(1, 8, 3, init="he", rng=rng), pool, rng)


def train(kind, **settings):
    model = kind(np.random.default_rng(0), **settings)
    optimizer, schedule = nn.Adam(model.parameters()), nn.CosineDecay(0.02, 8)
    nn.fit(model, X, y, loss=nn.cross_entropy, optimizer=optimizer, schedule=schedule,
           epochs=8, rng=0, progress=False)  # fmt: skip
    return model


steps = [(1, 0), (-1, 0), (0, 1), (0, -1)]
X_moved = np.concatenate([np.roll(X_test, step, axis=(2, 3)) for step in steps])
y_moved = np.tile(y_test, 4)


def right(model):
    return nn.accuracy(model.predict(X_test), y_test)


def right_moved(model):
    return nn.accuracy(model.predict(X_moved), y_moved)


dense_model, conv_model = train(dense), train(convolutional)
for name, model in {"dense": dense_model, "convolutional": conv_model}.items():
    print(f"{name:14} {len(model.parameters()):5,} parameters, {right(model):.0%} right")

# %% [markdown]
# Both read digits that they have not seen. Now move these digits by *one* pixel, up, down, left and right in turn: that
# is `X_moved`. You would hardly notice.
#
# **Guess first.** How many of them does the dense network name right: `"nearly all"`, `"three in four"` or `"half"`?

# %% guess="moved"
### BEGIN SOLUTION
my_guess = "half"
### END SOLUTION

# %% reveal="moved"
dense_moved = right_moved(dense_model)
shares_in_words = {"nearly all": 0.95, "three in four": 0.75, "half": 0.5}
reveal(
    my_guess,
    min(shares_in_words, key=lambda words: abs(shares_in_words[words] - dense_moved)),
    because=f"it names {dense_moved:.0%} right. Each of its weights belongs to one pixel, and after a move every "
    "weight meets another pixel than the one that it was trained on",
    replies={
        "nearly all": "You see the same digit. The network sees other numbers at nearly every stroke.",
        "three in four": "It is worse: one pixel is as much as the width of a stroke.",
    },
)

# %% wrong="moved" hint="You see the same digit"
my_guess = "nearly all"

# %% wrong="moved" hint="the width of a stroke"
my_guess = "three in four"

# %%
conv_moved = right_moved(conv_model)
print(f"moved by a pixel: dense {dense_moved:.0%}, convolutional {conv_moved:.0%} right")
assert right(conv_model) > 0.95
assert dense_moved + 0.08 < conv_moved < 0.8

# %% [markdown]
# The convolution falls too, but less, and it has fewer parameters.
#
# What has it learned? The first picture shows its filters. The second one shows the map that each filter makes of a
# digit, and below it what the filter sees: of all windows in the test digits, the mean of the thirty where it answers
# most strongly.

# %%
plots.filters(conv_model.layers[0])
plt.show()


def maps_of(image):
    """What the trained filters say of an image, after relu."""
    maps = conv_model.layers[0](image)
    return [np.maximum([[v.data for v in row] for row in m], 0) for m in maps]


state = conv_model.layers[0].state_dict()
views = [x[0, r : r + 3, c : c + 3] for x in X_test for r in range(8) for c in range(8)]
views = np.reshape(views, (-1, 9))
answers = views @ state["weight"].reshape(8, 9).T + state["bias"]  # a column a filter
strongest = np.argsort(answers, axis=0)[-30:]
sees = views[strongest].mean(axis=0).reshape(8, 3, 3)

digit = X_test[1]
names = [f"{what} {i}" for what in ("map", "sees") for i in range(8)]
show([*maps_of(digit), *sees], names, down=2)
print("0 everywhere after relu: filter", np.flatnonzero(answers.max(axis=0) <= 0))

# %% [markdown]
# Nobody told the network about edges. Some filters look for a stroke, some for its end or for a slant: whatever lowers
# the loss. A filter that is 0 everywhere is a dead relu, as in notebook 7. Its map stays white.
#
# > **Misconception: "a convolution does not care where things are".** It does care. If the digit moves, its map moves
# > along, and the dense layer behind has a weight for each *place* of the map. What forgives a small move is pooling.
# > And the more it forgives, the less the network knows where something is.

# %%
lower = np.roll(digit, 1, axis=1)  # a row further down
for m, m_lower in zip(maps_of(digit), maps_of(lower), strict=True):
    assert np.allclose(m_lower[1:], m[:-1])
print("the map of the moved digit is the moved map")

scores = {}
for pool in (1, 2, 4, 8):
    model = conv_model if pool == 2 else train(convolutional, pool=pool)
    scores[pool] = right(model), right_moved(model)
    print("blocks of {0} × {0}: {1:.0%} right, moved {2:.0%}".format(pool, *scores[pool]))
assert scores[1][1] < scores[2][1] < scores[4][1]
assert scores[8][0] < 0.8 < scores[4][0] < scores[2][0]

# %% [markdown]
# Blocks of 1 × 1 pool nothing. That network reads well where the digits stand, and falls about as far as the dense one.
# Larger blocks forgive more, and know less. In the last line one number is left of a whole map: the network knows
# *that* there is an edge, but not where, and that is not enough to read a digit.
#
# ## Break it on purpose
#
# What helps: that the windows are small, or that they share their weights? Untie the weights, and give every window a
# neuron of its own. All copies of a neuron start with the same nine weights, so at first both networks compute the
# same.

# %%
from copy import deepcopy


class Untied(nn.Module):
    """A convolution whose windows share nothing: a neuron for each place of each map."""

    def __init__(self, conv):
        self.maps = [[deepcopy(n) for _ in range(8 * 8)] for n in conv.neurons]

    def __call__(self, image):
        (channel,) = image
        seen = [window(channel, r, c) for r in range(8) for c in range(8)]
        maps = [[n(x) for n, x in zip(m, seen, strict=True)] for m in self.maps]
        return [[m[8 * r : 8 * r + 8] for r in range(8)] for m in maps]  # rows of 8


def untied(rng):
    return behind(Untied(nn.Conv2d(1, 8, 3, init="he", rng=rng)), 2, rng)


tied, loose = convolutional(np.random.default_rng(0)), untied(np.random.default_rng(0))
sample = [[[Value(x) for x in row] for row in digit[0].tolist()]]
for model in (tied, loose):
    nn.cross_entropy(model(sample), int(y_test[1])).backward()
shared = tied.layers[0].neurons[0].w[4].grad
of_copies = [n.w[4].grad for n in loose.layers[0].maps[0]]
print(f"gradient of the shared weight:        {shared:.6f}")
print(f"sum over its {len(of_copies)} copies:                {sum(of_copies):.6f}")
print(f"copies that heard nothing (gradient 0): {of_copies.count(0.0)}")
assert np.isclose(shared, sum(of_copies))

# %% [markdown]
# The shared weight gets what all its copies get together. From this digit most copies learn nothing: where there is
# only paper, or where a neighbour in the block was larger, nothing is reported to them. Now train the untied network.

# %%
loose_model = train(untied)
loose_moved = right_moved(loose_model)
n = len(loose_model.parameters())
print(f"untied: {n:,} parameters, {right(loose_model):.0%} right")
print(f"moved by a pixel: untied {loose_moved:.0%} right")
print(f"before: dense {dense_moved:.0%}, convolutional {conv_moved:.0%}")
assert right(loose_model) > 0.95
assert dense_moved < loose_moved < conv_moved - 0.03

# %% [markdown]
# Where the digits stand, it reads as well as the others. When they move, small windows and pooling help it a little: it
# does better than the dense network. But it falls further than the convolution, since each copy has learned what occurs
# at *its* place. Sharing weights tells the network something before it learns: what is worth seeing here is worth
# seeing there.
#
# ## Two in a row
#
# A convolution makes an image, so a second convolution can read it. The second one puts its windows on the maps of the
# first, where every number has already seen a window of the image.
#
# **Guess first.** Two convolutions of 3 × 3, one after the other. How many pixels of the image does one number of the
# second map depend on?

# %% guess="field"
### BEGIN SOLUTION
my_guess = 25
### END SOLUTION

# %% reveal="field"
deep = nn.Sequential(nn.Conv2d(1, 1, 3, rng=0), nn.Conv2d(1, 1, 3, rng=1))
sample = [[[Value(x) for x in row] for row in digit[0].tolist()]]
deep(sample)[0][2][2].backward()
field = sum(x.grad != 0 for row in sample[0] for x in row)
reveal(
    my_guess,
    field,
    because="neighbouring windows overlap: three of them side by side cover 5 pixels, so it is 5 × 5. The gradient "
    f"tells: {field} pixels have one, all others have 0",
    replies={
        81: "Nine windows of nine pixels, but they overlap. A pixel that lies in several of them is one pixel.",
        9: "It depends on nine numbers of the first map. Each of these has seen a window.",
        36: "That would be 6 × 6. Three windows side by side, each a pixel further: how wide is that?",
        18: "The windows of the first layer lie side by side, and overlap: how wide and how high is what they cover?",
    },
)

# %% wrong="field" hint="Nine windows of nine pixels"
my_guess = 81

# %% wrong="field" hint="nine numbers of the first map"
my_guess = 9

# %% wrong="field" hint="That would be 6 × 6"
my_guess = 36

# %% [markdown]
# That is the number's **receptive field**, and the gradient shows it. Deeper layers see more of the image, and build
# larger things from smaller ones. Train such a network, with 8 filters that read the 8 maps, and blocks of 3 × 3:


# %%
def two_convolutions(rng):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, init="he", rng=rng), "relu",
        nn.Conv2d(8, 8, 3, init="he", rng=rng), "relu",
        nn.MaxPool2d(3), nn.Flatten(), nn.Layer(8 * 2 * 2, 10, "linear", rng=rng),
    )  # fmt: skip


two = train(two_convolutions)
n = len(two.parameters())
print(f"{n} parameters, {right(two):.0%} right, moved {right_moved(two):.0%}")
assert n < len(conv_model.parameters())
assert right_moved(two) > conv_moved + 0.08

# %% [markdown]
# It has fewer parameters than the first convolution, and bears a move better.
#
# ## What you can now do
#
# You can write a convolution, and you know what it shares, what it forgives and what that costs. Show it:
#
# **Exercise 1: count.** Colour images of three channels and 9 × 9 pixels go through this network:
#
# `Conv2d(3, 8, 4)`, `"relu"`, `MaxPool2d(2)`, `Flatten()`, `Layer(..., 10)`
#
# A filter covers all three channels at once: it has weights for each of them, and one bias. How many rows does a map
# have? How many parameters does the convolution have? How many inputs does the last layer have?

# %% exercise="count"
### BEGIN SOLUTION
map_rows = 6
conv_parameters = 392
layer_inputs = 72
### END SOLUTION

# %% check="count"
colour = nn.Conv2d(3, 8, 4, rng=0)
colour_maps = colour(np.ones((3, 9, 9)))
pooled = nn.Flatten()(nn.MaxPool2d(2)(colour_maps))
check_answer(
    "map_rows",
    map_rows,
    len(colour_maps[0]),
    {
        9: "a window of 4 does not fit at the last three places",
        5: "9 − 4 leaves out one place: the first window is a window too",
        7: "that is for windows of 3: here they are of 4",
        3: "that is after pooling",
        2: "windows overlap: the next one begins one pixel further, not four",
    },
)
check_answer(
    "conv_parameters",
    conv_parameters,
    len(colour.parameters()),
    {
        8 * 16 + 8: "a filter has 4 · 4 weights for each of the three channels",
        8 * 16: "a filter has 4 · 4 weights for each of the three channels, and a bias",
        8 * 48: "the biases are missing",
        8 * 3 * 17: "a filter has one bias, not one for each channel",
        48 + 1: "that is one filter: there are 8",
        48: "that is one filter, without its bias: there are 8",
        8 * 49 * 36: "the windows share their weights: the number of places does not matter",
        8 * 48 + 1: "each filter has a bias of its own",
        8 * 12 + 8: "a window of 4 has 4 · 4 pixels",
    },
)
check_answer(
    "layer_inputs",
    layer_inputs,
    len(pooled),
    {
        8 * 36: "that is before pooling, which keeps one of four numbers",
        9: "that is one map after pooling: there are 8",
        8 * 18: "pooling halves rows and columns: one of four numbers is kept",
        8 * 9 * 3: "the three channels are added up in every map: they are gone",
        8 * 3: "a map after pooling has 3 rows and 3 columns",
        8 * 16: "that pools an image of 9 rows: the map is smaller",
    },
)

# %% wrong="count" hint="at the last three places"
map_rows, conv_parameters, layer_inputs = 9, 392, 128

# %% wrong="count" hint="leaves out one place"
map_rows, conv_parameters, layer_inputs = 5, 392, 32

# %% wrong="count" hint="for each of the three channels"
map_rows, conv_parameters, layer_inputs = 6, 136, 72

# %% wrong="count" hint="the biases are missing"
map_rows, conv_parameters, layer_inputs = 6, 384, 72

# %% wrong="count" hint="not one for each channel"
map_rows, conv_parameters, layer_inputs = 6, 408, 72

# %% wrong="count" hint="the number of places does not matter"
map_rows, conv_parameters, layer_inputs = 6, 392 * 36, 72

# %% wrong="count" hint="before pooling"
map_rows, conv_parameters, layer_inputs = 6, 392, 288

# %% wrong="count" hint="they are gone"
map_rows, conv_parameters, layer_inputs = 6, 392, 216

# %% [markdown]
# **Exercise 2: pool.** Return the largest number of each 2 × 2 block of a map, a list of rows. Blocks do not overlap. A
# row or column that is left over is dropped.
#
# <details><summary>Hint</summary>
#
# Block number `r` begins at row `2 * r`. Of five rows there are two blocks: `5 // 2`.
#
# </details>


# %% exercise="pool"
def my_pool(m):
    """The largest number of each 2 × 2 block: a list of rows."""
    ### BEGIN SOLUTION
    rows, columns = range(0, len(m) - 1, 2), range(0, len(m[0]) - 1, 2)
    return [[max(*m[r][c : c + 2], *m[r + 1][c : c + 2]) for c in columns] for r in rows]
    ### END SOLUTION


# %% check="pool"
def pooling(of=max, step=2, high=2, wide=2, left_over=False):
    """Pooling with one mistake: what stands for a block, where the next one begins, its size, what is left over."""

    def pooled(m):
        tops, lefts = (range(0, n if left_over else n - 1, step) for n in (len(m), len(m[0])))
        return [[of([v for row in m[r : r + high] for v in row[c : c + wide]]) for c in lefts] for r in tops]

    return pooled


def turned(m):
    return [*zip(*pooling()(m), strict=True)]


def by_index(rows, columns, step=2):
    """Pooling where the blocks are counted by functions of the map, and looked up without slices."""

    def pooled(m):
        def block(r, c):
            return max(m[r][c], m[r][c + 1], m[r + 1][c], m[r + 1][c + 1])

        return [[block(step * r, step * c) for c in range(columns(m))] for r in range(rows(m))]

    return pooled


check_function(
    my_pool,
    pooling(),
    [
        ([[-3.0, 1.0, 4.0, -9.0], [2.0, 7.0, 5.0, 6.0], [-1.0, -8.0, 0.5, 3.0], [-2.0, -4.0, 8.0, 9.0]],),
        ([[-5.0, -6.0], [-9.0, -7.0], [-2.0, -1.0], [-4.0, -3.0]],),
        ([[1.0, 2.0, 9.0, 4.0, 5.0], [6.0, -7.0, 8.0, 3.0, 11.0], [13.0, 10.0, 12.0, 0.0, 14.0]],),
    ],
    {
        pooling(step=1): "those blocks overlap: the next one begins two further",
        pooling(lambda b: sum(b) / len(b)): "that is the mean of a block: the largest is asked for",
        pooling(sum): "that is the sum of a block: the largest is asked for",
        pooling(min): "that is the smallest of a block",
        pooling(lambda b: max(map(abs, b))): "the largest number, not the largest size: −8 is smaller than −1",
        pooling(lambda b: max(b, key=abs)): "the largest number, not the largest size: −8 is smaller than −1",
        pooling(lambda b: max([0.0, *b])): "a block may be negative throughout: begin with a number of the "
        "block, not 0",
        pooling(left_over=True): "a row or column that is left over is dropped",
        pooling(high=1): "only the first row of each block counts: a block has two",
        pooling(wide=1): "only the first column of each block counts: a block has two",
        pooling(lambda b: b[0]): "that is the corner of each block: the largest is asked for",
        pooling(high=3, wide=3): "those blocks have 3 × 3 numbers: a slice ends before its end, 2 * r : 2 * r + 2",
        pooling(lambda b: max(b[0], b[-1])): "only the corners on one diagonal count: a block has four numbers",
        by_index(lambda m: (len(m) + 1) // 2, lambda m: (len(m[0]) + 1) // 2): "a row or column that is left over is "
        "dropped",
        by_index(lambda m: len(m[0]) // 2, lambda m: len(m) // 2): "rows are counted by len(m), columns by len(m[0])",
        by_index(lambda m: len(m) // 2, lambda m: len(m[0]) // 2, step=1): "those blocks overlap: block number r "
        "begins at row 2 * r",
        lambda m: max(v for row in m for v in row): "that is the largest number of the whole map: one for each block",
        turned: "the rows are columns: a row of the result for each pair of rows",
    },
)


# %% wrong="pool" hint="those blocks overlap"
def my_pool(m):
    rows, columns = range(len(m) - 1), range(len(m[0]) - 1)
    return [[max(m[r][c], m[r][c + 1], m[r + 1][c], m[r + 1][c + 1]) for c in columns] for r in rows]


# %% wrong="pool" hint="the mean of a block"
def my_pool(m):
    rows, columns = range(0, len(m) - 1, 2), range(0, len(m[0]) - 1, 2)
    return [[(m[r][c] + m[r][c + 1] + m[r + 1][c] + m[r + 1][c + 1]) / 4 for c in columns] for r in rows]


# %% wrong="pool" hint="left over is dropped"
def my_pool(m):
    rows, columns = range(0, len(m), 2), range(0, len(m[0]), 2)
    return [[max(v for row in m[r : r + 2] for v in row[c : c + 2]) for c in columns] for r in rows]


# %% wrong="pool" hint="negative throughout"
def my_pool(m):
    pooled = [[0.0] * (len(m[0]) // 2) for _ in range(len(m) // 2)]
    for r in range(len(m) // 2 * 2):
        for c in range(len(m[0]) // 2 * 2):
            pooled[r // 2][c // 2] = max(pooled[r // 2][c // 2], m[r][c])
    return pooled


# %% wrong="pool" hint="only the first row of each block"
def my_pool(m):
    rows, columns = range(0, len(m) - 1, 2), range(0, len(m[0]) - 1, 2)
    return [[max(m[r][c], m[r][c + 1]) for c in columns] for r in rows]


# %% [markdown]
# **Exercise 3: backwards, without an engine.** A map $m = $ `the_map(image, weights)` has been computed, and `G` has
# the gradient of the loss toward each of its numbers, in rows as the map. Return the gradient toward the nine weights,
# three rows of three. All are plain numbers.
#
# <details><summary>Hint</summary>
#
# Take one weight, $w_{j,k}$. In the window at row $r$, column $c$ it meets the pixel $x_{r+j,\,c+k}$: that is the local
# derivative. `G[r][c]` comes in. Then all windows add up.
#
# </details>


# %% exercise="backwards"
def gradient_of_weights(image, G):
    """The gradient toward the nine weights, from the gradient toward the map."""
    ### BEGIN SOLUTION
    grad = [[0.0] * 3 for _ in range(3)]
    for r in range(len(G)):
        for c in range(len(G[0])):
            for j in range(3):
                for k in range(3):
                    grad[j][k] += G[r][c] * image[r + j][c + k]
    return grad
    ### END SOLUTION


# %% check="backwards"
def backwards(combine=sum, gradient=lambda g: g, pixel=lambda r, c, j, k: (r + j, c + k), some=slice(None)):
    """The gradient with one mistake: how reports are joined, what comes in, which pixel, which windows."""

    def gradient_of_weights(image, G):
        places = [(r, c) for r in range(len(G)) for c in range(len(G[0]))][some]

        def report(r, c, j, k):
            y, x = pixel(r, c, j, k)
            return gradient(G[r][c]) * image[y][x]

        return [[combine([report(r, c, j, k) for r, c in places]) for k in range(3)] for j in range(3)]

    return gradient_of_weights


right_backwards = backwards()


def by_rows(image, G):
    """Rows and columns of the map both counted by the rows of the image."""
    n = range(len(image) - 2)
    return [[sum(G[r][c] * image[r + j][c + k] for r in n for c in n) for k in range(3)] for j in range(3)]


check_function(
    gradient_of_weights,
    right_backwards,
    [
        (wide, [[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]]),
        (tall, [[2.0, 7.0], [-3.0, 1.0], [5.0, -4.0]]),
        (wide[:3], [[2.0, 0.0, -1.0]]),
    ],
    {
        backwards(some=slice(-1, None)): "that is the last window's report alone: use +=, not =",
        backwards(some=slice(1)): "that is the first window's report alone: all windows add up",
        backwards(combine=lambda x: sum(x) / len(x)): "that is the mean over the windows: reports add up",
        backwards(gradient=lambda g: 1.0): "the incoming gradient is missing: each report is G[r][c] times the pixel",
        backwards(pixel=lambda r, c, j, k: (r + k, c + j)): "rows and columns are exchanged: weight (j, k) meets pixel "
        "(r + j, c + k)",
        backwards(pixel=lambda r, c, j, k: (r, c)): "every weight gets the same: weight (j, k) meets pixel "
        "(r + j, c + k)",
        backwards(pixel=lambda r, c, j, k: (j, k)): "that is the first window's pixel in every window: r + j, c + k",
        backwards(pixel=lambda r, c, j, k: (r + 2 - j, c + 2 - k)): "the nine are in the reverse order: weight (j, k) "
        "meets pixel (r + j, c + k)",
        lambda image, G: [*map(list, zip(*right_backwards(image, G), strict=True))]: "rows and columns are exchanged: "
        "weight (j, k) meets pixel (r + j, c + k)",
        backwards(pixel=lambda r, c, j, k: (r - j, c - k)): "the pixel lies further down and to the right, not up and "
        "to the left: (r + j, c + k)",
        lambda image, G: [np.sum(right_backwards(image, G), axis=0)] * 3: "all rows are one and the same list: "
        "`[[0.0] * 3] * 3` repeats it. Make three, `[[0.0] * 3 for _ in range(3)]`",
        lambda image, G: right_map(
            image, G
        ): "`G` has a number for each window, in as many rows and columns as the map: G[r][c]",
        by_rows: "the map is not square: count its rows by len(G), its columns by len(G[0])",
        lambda image, G: [-x for x in np.array(right_backwards(image, G))]: "the gradient itself is asked for: the "
        "minus belongs to the step of descent",
    },
)


# %% wrong="backwards" hint="use +=, not ="
def gradient_of_weights(image, G):
    grad = [[0.0] * 3 for _ in range(3)]
    for r in range(len(G)):
        for c in range(len(G[0])):
            for j in range(3):
                for k in range(3):
                    grad[j][k] = G[r][c] * image[r + j][c + k]
    return grad


# %% wrong="backwards" hint="the incoming gradient is missing"
def gradient_of_weights(image, G):
    places = [(r, c) for r in range(len(G)) for c in range(len(G[0]))]
    return [[sum(image[r + j][c + k] for r, c in places) for k in range(3)] for j in range(3)]


# %% wrong="backwards" hint="the mean over the windows"
def gradient_of_weights(image, G):
    places = [(r, c) for r in range(len(G)) for c in range(len(G[0]))]
    return [[sum(G[r][c] * image[r + j][c + k] for r, c in places) / len(places) for k in range(3)] for j in range(3)]


# %% wrong="backwards" hint="rows and columns are exchanged"
def gradient_of_weights(image, G):
    places = [(r, c) for r in range(len(G)) for c in range(len(G[0]))]
    return [[sum(G[r][c] * image[r + j][c + k] for r, c in places) for j in range(3)] for k in range(3)]


# %% wrong="backwards" hint="every weight gets the same"
def gradient_of_weights(image, G):
    places = [(r, c) for r in range(len(G)) for c in range(len(G[0]))]
    return [[sum(G[r][c] * image[r][c] for r, c in places) for k in range(3)] for j in range(3)]


# %% [markdown]
# Look at what you wrote: it moves a window too. The gradient toward the weights is itself a convolution of the image,
# with `G` as the filter.
#
# **Open task: your own digit.** Draw it in the text: `#` is ink, `+` is grey, `.` is paper. The cell puts your digit at
# nine places, the middle and one pixel away in each direction, and asks the networks.

# %%
it_is = 5
my_digit = """
.#####..
.#+.....
.#+.....
.####+..
....#+..
.....#+.
.#+.+#..
.+###+..
"""

ink = [[".+#".index(sign) / 2 for sign in line] for line in my_digit.split()]
places = [(d, s) for d in (-1, 0, 1) for s in (-1, 0, 1)]  # of ten digits: 90 images
drawn = np.array([[np.roll(np.pad(ink, 1), place, axis=(0, 1))] for place in places])
models = {"dense": dense_model, "convolutional": conv_model, "two in a row": two}
for name, model in models.items():
    named = model.predict(drawn).argmax(axis=1).tolist()
    print(f"{name:14} says {named}: right at {named.count(it_is)} of {len(named)} places")

# %% [markdown]
# Now help the networks. `fit` has an argument `augment=`: a function that gets a batch of images and a random
# generator, and returns other images to train on. With `np.roll` it can move them. Draw all ten digits: of the 90
# images that this gives, how many can you get right?
