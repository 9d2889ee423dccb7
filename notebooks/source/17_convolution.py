# %% [markdown]
# # 17. Convolution
#
# **Goal.** See how nine weights read a whole image, and why such a network copes better with a digit that has moved.
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


# %% [markdown]
# Write what the neuron says at all places into rows, and you have a **feature map**, or simply a map. It is an image
# again, and it shows where the neuron found what it looks for. The nine weights are called a **filter** or a kernel.
# The whole operation is a **convolution**:
#
# $$m_{r,c} = \sum_{j=0}^{2} \sum_{k=0}^{2} w_{j,k} \cdot x_{r+j,\,c+k}$$
#
# **Exercise: write one map.** `image` is a list of rows, `weights` has three rows of three. Return the map, a list of
# rows. The window always lies within the image. The weights may be Values, so use them as they are.
#
# From here on `the_map` is your map if it passes the check, and ours if not. It is what will be trained.
#
# <details><summary>Hint</summary>
#
# How many places are there for a window of 3 in a row of 5 pixels? Columns 0, 1 and 2: that is `range(5 - 2)`. Rows
# have a range of their own, since an image need not be square. At each place, start a sum at 0 and run through all
# `j` and `k`.
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
from functools import wraps
from itertools import accumulate

import numpy as np

from autograd import Value
from autograd.check import check_answer, check_function, passed


def mapping(pixel=lambda r, c, j, k: (r + j, c + k), turn=lambda w: w, short=2, size=None, use=range(3), of=sum):
    """A map with one mistake: which pixel meets a weight, the weights, the range of windows, the rows that count."""

    def convolved(image, weights):
        weights = turn(weights)
        rows, columns = size(image) if size else (len(image) - short, len(image[0]) - short)

        def at(r, c):
            pairs = [(weights[j][k], pixel(r, c, j, k)) for j in use for k in range(3)]
            return of([w * image[y][x] for w, (y, x) in pairs])

        return [[at(r, c) for c in range(columns)] for r in range(rows)]

    return convolved


right_map = the_map = mapping()


def afterwards(change):
    return lambda image, weights: change(np.array(right_map(image, weights)))


CUT = "numbers by which no gradient comes back to the weights"


def with_slopes(function):
    """The map of numbers; where they are right, a gradient has to come back to the weights."""

    @wraps(function)
    def checked(image, weights):
        values = [[Value(w) for w in row] for row in weights]
        m = function(image, values)
        with suppress(TypeError, ValueError):
            if np.allclose([float(v) for row in m for v in row], np.ravel(right_map(image, weights))):
                sum((v for row in m for v in row), Value(0.0)).backward()
                return m if any(v.grad for row in values for v in row) else CUT
        return m

    return checked


def sticking_out(image, weights):
    windows = [[window(image, r, c) for c in range(len(image[0]))] for r in range(len(image))]
    nine = [w for row in weights for w in row]
    return [[sum(w * x for w, x in zip(nine, seen)) for seen in row] for row in windows]  # noqa: B905


not_square = "this image is not square: rows are counted by len(image), columns by len(image[0])"
out = "windows stick out of the image: three windows of 3 fit into 5 pixels"
exchanged = "r counts rows and c counts columns: image[r + j][c + k]"
all_nine = "each window has nine products: j and k both go through `range(3)`, which is 0, 1, 2"
wide = [[1.0, 5.0, 2.0, 7.0, 3.0], [4.0, 0.0, 6.0, 1.0, 8.0], [2.0, 9.0, 3.0, 5.0, 1.0], [7.0, 2.0, 8.0, 0.0, 4.0]]
square, tall = [row[:4] for row in wide], [list(column) for column in zip(*wide, strict=True)]
filters = [[1.0, -2.0, 3.0], [0.5, 4.0, -1.0], [2.0, 7.0, -3.0]], [[0.0, 1.0, 0.0], [2.0, 0.0, -5.0], [0.0, 3.0, 0.0]]
if passed(
    check_function,
    with_slopes(my_map),
    right_map,
    [(square, filters[0]), (wide, filters[1]), (tall, filters[0])],
    {
        **{
            mapping(turn=turn): "that turns the filter around. Here weight (j, k) meets pixel (r + j, c + k)"
            for turn in (lambda w: [row[::-1] for row in w[::-1]], lambda w: w[::-1], lambda w: [r[::-1] for r in w])
        },
        mapping(turn=lambda w: [*zip(*w, strict=True)]): "rows and columns of the filter are exchanged: weights[j][k] "
        "meets row r + j, column c + k",
        mapping(lambda r, c, j, k: (c + j, r + k)): exchanged,
        mapping(lambda r, c, j, k: (c + k, r + j)): exchanged,
        mapping(lambda r, c, j, k: (j, k)): "every window is the first one: it starts at row r and column c",
        mapping(short=3): "the last row and the last column of windows are missing: three windows of 3 fit into 5 "
        "pixels",
        mapping(short=0): out,
        sticking_out: out,
        mapping(size=lambda image: (len(image) - 2, len(image) - 2)): not_square,
        mapping(size=lambda image: (len(image[0]) - 2, len(image) - 2)): not_square,
        mapping(size=lambda image: (3, 3)): "the size is not always the same: count the image's rows and columns",
        mapping(use=[2]): "only the last row of each window counts: start the sum at 0 once for each window",
        mapping(use=[0]): "only the first row of each window counts: add up all three",
        mapping(use=[0, 1]): all_nine,
        mapping(turn=lambda w: [[w[j][k] * (j < 2 and k < 2) for k in range(3)] for j in range(3)]): all_nine,
        mapping(turn=lambda w: [[w[j][k] * (j == k) for k in range(3)] for j in range(3)]): all_nine,
        mapping(of=np.prod): "multiply each weight by its pixel, and add up the nine products",
        mapping(lambda r, c, j, k: (r - j, c - k)): "the window goes down and to the right: r + j, c + k",
        lambda image, weights: right_map(image, vertical): "use the argument `weights`, not the filter from above",
        mapping(of=max): "that is the largest of the nine products: add them up",
        mapping(turn=lambda w: [[1.0] * 3] * 3): "the weights are missing: multiply each pixel by its weight",
        lambda image, weights: np.add(mapping(turn=lambda w: [[1.0] * 3] * 3)(image, weights), np.sum(weights)): "a "
        "weight *times* its pixel: multiply",
        mapping(
            lambda r, c, j, k: (r + j - 1, c + k - 1)
        ): "one pixel too far up and to the left: the window begins at (r, c)",
        mapping(lambda r, c, j, k: (r, c)): "every weight meets the corner of its window: the pixel is image[r + j]"
        "[c + k]",
        mapping(turn=lambda w: w[0]): "weights[j] is a row of three: take one number of it, weights[j][k]",
        afterwards(lambda m: m[:1]): "only the first row of the map comes out: does `return` stand inside the loop?",
        **{
            afterwards(lambda m, n=n: m[::n, ::n]): "windows overlap: the next one begins one pixel further"
            for n in (2, 3)
        },
        afterwards(lambda m: [m.ravel()] * len(m)): "one list collects all rows: begin a new list for each r",
        afterwards(lambda m: m[1:, 1:]): "the first row and column of windows are missing: count from 0",
        afterwards(lambda m: m[[-1] * len(m)]): "all rows are one and the same list: `[row] * n` repeats it. Make a "
        "new list for each row",
        afterwards(lambda m: np.reshape([*accumulate(m.ravel())], m.shape)): "the sum goes on from window to window: "
        "start it at 0 for each",
        afterwards(lambda m: m.T): "the map lies on its side: the outer list has a row of the map for each r",
        afterwards(lambda m: np.maximum(m, 0)): "that is a relu of the map: leave it out here",
        lambda image, weights: CUT: "use the weights as they are: `float` and `.data` cut the graph",
    },
):
    the_map = my_map
    print("From here on your map does the work: it is what we train.")


# %% wrong="map" hint="turns the filter around"
def my_map(image, weights):
    rows, columns = range(len(image) - 2), range(len(image[0]) - 2)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [[sum(weights[2 - j][2 - k] * image[r + j][c + k] for j, k in nine) for c in columns] for r in rows]


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


# %% wrong="map" hint="`float` and `.data` cut the graph"
def my_map(image, weights):
    numbers = np.array(weights, dtype=float)
    places = range(len(image) - 2), range(len(image[0]) - 2)
    return [[np.sum(numbers * np.array(image)[r : r + 3, c : c + 3]) for c in places[1]] for r in places[0]]


# %% wrong="map" hint="but the lists that hold them are not"
def my_map(image, weights):
    rows, columns = range(len(image) - 2), range(len(image[0]) - 2)
    nine = [(j, k) for j in range(3) for k in range(3)]
    return [sum(weights[j][k] * image[r + j][c + k] for j, k in nine) for r in rows for c in columns]


# %% wrong="map" hint="the weights are missing"
def my_map(image, weights):
    return [[sum(window(image, r, c)) for c in range(len(image[0]) - 2)] for r in range(len(image) - 2)]


# %% wrong="map" hint="nine products"
def my_map(image, weights):
    return [
        [sum(weights[j][k] * image[r + j][c + k] for j in range(2) for k in range(2)) for c in range(len(image[0]) - 2)]
        for r in range(len(image) - 2)
    ]


# %% [markdown]
# Here the map reads a real digit, with three filters made by hand. In the picture blue is positive, orange is negative,
# and white is 0.

# %% plot=""
import matplotlib.pyplot as plt
import numpy as np

import nn
from nn import plots


def show(images, titles, down=1):
    """Small images in so many rows: blue positive, orange negative."""
    across = len(images) // down
    _, axes = plt.subplots(down, across, figsize=(1.4 * across, 1.6 * down))
    for ax, pixels, title in zip(np.ravel(axes), images, titles, strict=True):
        limit = np.abs(pixels).max() or 1
        ax.imshow(pixels, cmap=plots.canvas.DIVERGING, vmin=-limit, vmax=limit)
        ax.set_title(title, fontsize=9)
        ax.set(xticks=[], yticks=[])
    plt.show()


# %%
X, y = nn.data.digits()
zero = X[0].reshape(8, 8).tolist()
horizontal = [list(column) for column in zip(*vertical, strict=True)]
blur = [[1 / 9] * 3] * 3
maps = [the_map(zero, weights) for weights in (vertical, horizontal, blur)]
print(f"the digit: {len(zero)} × {len(zero[0])} pixels")
print(f"a map:     {len(maps[0])} × {len(maps[0][0])} numbers")
show([zero, *maps], ["the digit", "vertical", "horizontal", "blur"])

# %% [markdown]
# Each filter asks the same question at every place. The first one asks: does ink begin here, from left to right? Blue
# means that it begins, orange that it ends. Filters need not be made by hand: a network can learn them.
#
# ## Shared weights add up
#
# To learn, every weight needs a gradient. Take a very small convolution: a row of four pixels, a window of two pixels,
# two weights $a$ and $b$. There are three windows. Their answers are added up at the end, so that there is one output.

# %%
from autograd import Value, draw, explain

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

# %% wrong="shared" hint="it never meets the last pixel"
my_guess = 11

# %% [markdown]
# You know this rule from notebook 5, and from notebook 14, where the weights were shared over time: **the reports from
# all uses of a shared weight add up.** So a single digit teaches a filter many times, once in each window.
#
# ## One matrix product
#
# For a whole digit, the map is a graph of hundreds of small products. `record` writes it down as instructions on
# arrays. It needs one output, so take the mean of the map's squares.

# %%
from autograd import mean, record

inputs = [[Value(x) for x in row] for row in zero]
nine = [[Value(float(w)) for w in row] for row in vertical]
the_numbers = [v for row in the_map(inputs, nine) for v in row]
pixels_in = [x for row in inputs for x in row]
squares = mean([v * v for v in the_numbers])
print("numbers in the map:", len(the_numbers))
print(record(squares, inputs=pixels_in, parameters=[w for row in nine for w in row]))

# %% [markdown]
# The first line is the whole map, as *one* matrix product: `1×9 · 9×36·batch`. The filter is a row of nine weights.
# Each window is a column of nine pixels, and the 36 columns stand side by side, for every digit of the batch. (The
# other two lines are the mean of the squares.)
#
# Now a layer. `nn.Conv2d(1, 6, 3)` has 1 **channel** in, 6 filters, and windows of 3 × 3. A grey image has one channel.
# A colour image has three: red, green and blue. Each filter makes a map of its own and adds a bias to it, so 6 channels
# come out. `Flatten` puts the numbers of all maps into one list, for a dense layer. (A **dense** layer is the kind from
# notebook 15: every neuron has a weight for every number.)

# %%
conv = nn.Conv2d(1, 6, 3, rng=0)
network = nn.Sequential(conv, "relu", nn.Flatten(), nn.Layer(6 * 36, 10, "linear", rng=0))
loss = nn.cross_entropy(network([inputs]), 0)
print(record(loss, inputs=pixels_in, parameters=network.parameters()))
print("parameters of the convolution:        ", len(conv.parameters()))
print("of a dense layer with as many outputs:", len(nn.Layer(64, 216).parameters()))

# %% [markdown]
# Six filters are six rows: `6×9 · 9×36·batch → 216×batch`. It is still one matrix product, and it has very few weights.
#
# ## Move the digits
#
# Now two networks learn to read digits. Each digit gets a margin of paper, 10 × 10 pixels in all, so that it can move
# without losing anything. Some digits are kept for the test, and `X_moved` has these again, moved by one pixel: down,
# up, right and left.

# %%
X = np.pad(X.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
X = X[:, None]  # one channel: a sample is [channel][row][column]
X, X_test, y, y_test = nn.data.train_test_split(X, y, test=500, rng=0)
steps = [(1, 0), (-1, 0), (0, 1), (0, -1)]
X_moved = np.concatenate([np.roll(X_test, step, axis=(2, 3)) for step in steps])
print("training", X.shape, " test", X_test.shape, " moved", X_moved.shape)


def read(model):
    """The shares of the test digits that are read right: where they stand, and moved."""
    says = model.predict(np.concatenate([X_test, X_moved])).argmax(axis=1)
    right = says == np.tile(y_test, 5)
    return right[: len(y_test)].mean(), right[len(y_test) :].mean()


# %% [markdown]
# The first network is dense, with one hidden layer. The second one has 8 filters and then **pooling**: `MaxPool2d(2)`
# keeps the largest number of each block of 2 × 2 and drops the other three. If an edge moves within its block, the
# largest number is often the same. `Convolution` is the layer of `nn`, with your map in it. (The arguments `pool` and
# `wrap` are for experiments further down.)


# %%
class Convolution(nn.Conv2d):
    """The layer of nn for grey images, with the map of this notebook."""

    def __call__(self, image):
        (channel,) = image
        rows = [[n.w[0:3], n.w[3:6], n.w[6:9]] for n in self.neurons]
        maps = [the_map(channel, weights) for weights in rows]
        biased = zip(maps, self.neurons, strict=True)
        return [[[v + n.b for v in row] for row in m] for m, n in biased]


def dense(rng):
    hidden = nn.Layer(100, 32, "relu", init="he", rng=rng)
    return nn.Sequential(nn.Flatten(), hidden, nn.Layer(32, 10, "linear", rng=rng))


def convolutional(rng, pool=2, wrap=lambda layer: layer):
    first = wrap(Convolution(1, 8, 3, init="he", rng=rng))  # 8 maps of 8 × 8
    last = nn.Layer(8 * (8 // pool) ** 2, 10, "linear", rng=rng)
    return nn.Sequential(first, "relu", nn.MaxPool2d(pool), nn.Flatten(), last)


# %%
def train(kind, **settings):
    model = kind(np.random.default_rng(0), **settings)
    optimizer, schedule = nn.Adam(model.parameters()), nn.CosineDecay(0.02, 8)
    nn.fit(model, X, y, loss=nn.cross_entropy, optimizer=optimizer, schedule=schedule,
           epochs=8, rng=0, progress=False)  # fmt: skip
    return model


dense_model, conv_model = train(dense), train(convolutional)
dense_right, dense_moved = read(dense_model)
conv_right, conv_moved = read(conv_model)
for name, model, share in (
    ("dense", dense_model, dense_right),
    ("convolutional", conv_model, conv_right),
):
    print(f"{name:14} {len(model.parameters()):5,} parameters, {share:.0%} right")

# %% [markdown]
# Both read digits that they have not seen. Now show them the same digits, moved by *one* pixel. You would hardly
# notice.
#
# **Guess first.** How many of them does the dense network get right: `"nearly all"`, `"three in four"` or `"half"`?

# %% guess="moved"
### BEGIN SOLUTION
my_guess = "half"
### END SOLUTION

# %% reveal="moved"
shares_in_words = {"nearly all": 0.95, "three in four": 0.75, "half": 0.5}
reveal(
    my_guess,
    min(shares_in_words, key=lambda words: abs(shares_in_words[words] - dense_moved)),
    because=f"it gets {dense_moved:.0%} right. Each of its weights belongs to one pixel, and after a move every "
    "weight meets another pixel than the one that it was trained on",
    replies={
        "nearly all": "You see the same digit. The network sees other numbers at nearly every stroke.",
        "three in four": "It is worse: one pixel is as much as the width of a stroke.",
    },
)

# %% wrong="moved" hint="You see the same digit"
my_guess = "nearly all"


# %%
print(f"moved by a pixel: dense {dense_moved:.0%}, convolutional {conv_moved:.0%} right")
assert conv_right > 0.95
assert dense_moved + 0.08 < conv_moved < 0.8

# %% [markdown]
# The convolution falls too, but less, and it has fewer parameters.
#
# What has it learned? The first picture shows its eight filters, the second one the map that each of them makes of a
# digit. Below each map you see what the filter looks for: the mean of thirty windows, those to which it gives its
# largest answers.


# %%
def maps_of(image):
    """What the trained filters say of an image, after relu."""
    maps = conv_model.layers[0](image)
    return [np.maximum([[v.data for v in row] for row in m], 0) for m in maps]


digit = X_test[1]

# %% plot=""
plots.filters(conv_model.layers[0])
plt.show()

state = conv_model.layers[0].state_dict()
views = np.lib.stride_tricks.sliding_window_view(X_test[:, 0], (3, 3), axis=(1, 2))
views = views.reshape(-1, 9)  # a row for each window of each digit
answers = views @ state["weight"].reshape(8, 9).T + state["bias"]  # a column a filter
strongest = np.argsort(answers, axis=0)[-30:]
sees = views[strongest].mean(axis=0).reshape(8, 3, 3)
names = [f"{what} {i}" for what in ("map", "seeks") for i in range(8)]
show([*maps_of(digit), *sees], names, down=2)
print("0 everywhere after relu: filter", np.flatnonzero(answers.max(axis=0) <= 0))

# %% [markdown]
# Nobody told the network about edges. Some filters look for a stroke, some for its end or for a slant: whatever lowers
# the loss. A filter that answers 0 everywhere is a dead relu, as in notebook 7. Its map stays white.
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
    scores[pool] = read(model)
    print("blocks of {0} × {0}: {1:.0%} right, moved {2:.0%}".format(pool, *scores[pool]))
assert scores[1][1] < scores[2][1] < scores[4][1]
assert scores[8][0] < 0.8 < scores[4][0] < scores[2][0]

# %% [markdown]
# Blocks of 1 × 1 pool nothing. That network reads well where the digits stand, and falls about as far as the dense one.
# Larger blocks forgive more, and then the network knows less. In the last line one number is left of a whole map: the
# network knows *that* there is an edge, but not where, and that is not enough to read a digit.
#
# ## Break it on purpose
#
# Why does it fall less: because its windows are small, or because they share their weights? Untie the weights, and give
# every window a neuron of its own. All copies of a neuron start with the same nine weights, so at first both networks
# compute the same.

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


# %%
tied = convolutional(np.random.default_rng(0))
loose = convolutional(np.random.default_rng(0), wrap=Untied)
sample = [[[Value(x) for x in row] for row in digit[0].tolist()]]
for model in (tied, loose):
    nn.cross_entropy(model(sample), int(y_test[1])).backward()
shared = tied.layers[0].neurons[0].w[4].grad
of_copies = [n.w[4].grad for n in loose.layers[0].maps[0]]
print(f"gradient of the shared weight:        {shared:.6f}")
print(f"sum over its {len(of_copies)} copies:                {sum(of_copies):.6f}")
print(f"copies whose gradient is 0:           {of_copies.count(0.0)}")
assert np.isclose(shared, sum(of_copies))

# %% [markdown]
# The shared weight gets what all its copies get together. Most copies learn nothing from this digit. Some see only
# paper, some are below 0 at the relu, and in a block of four only the largest passes a gradient back. Now train the
# untied network.

# %%
loose_model = train(convolutional, wrap=Untied)
loose_right, loose_moved = read(loose_model)
n = len(loose_model.parameters())
print(f"untied: {n:,} parameters, {loose_right:.0%} right")
print(f"moved by a pixel: untied {loose_moved:.0%} right")
print(f"before: dense {dense_moved:.0%}, convolutional {conv_moved:.0%}")
assert loose_right > 0.95
assert dense_moved < loose_moved < conv_moved - 0.03

# %% [markdown]
# Where the digits stand, it reads as well as the others. When they move, small windows and pooling help it a little: it
# does better than the dense network. But it falls further than the convolution, since each copy has learned what occurs
# at *its* place. Sharing weights tells the network something before it learns: what is worth seeing here is worth
# seeing there.
#
# ## What you can now do
#
# You can write a convolution, and you know what it shares, what it forgives and what that costs. Show it:
#
# **Exercise 1: count.** Colour images of three channels and 9 × 9 pixels go through this network:
#
# `Conv2d(3, 8, 4)`, `"relu"`, `MaxPool2d(2)`, `Flatten()`, `Layer(..., 10)`
#
# That is 3 channels in, 8 filters, and windows of 4 × 4. A filter covers all three channels at once: it has weights for
# each of them, and one bias. How many rows does a map have? How many parameters does the convolution have? How many
# inputs does the last layer have?

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
        36: "that is how many numbers a map has: count its rows",
        8: "that is how many maps there are: count the rows of one",
        4: "that is the window: how many of them fit below each other?",
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
        8 * 48 + 3: "each filter has a bias, not each channel: there are 8",
        8 * 3 * 81: "a neuron of a convolution sees a window, not the whole image",
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
        8 * 6: "a map has rows *and* columns: count its numbers",
        10: "those are its outputs: what goes in?",
        36: "that is one map before pooling: pooling keeps one number of four, and there are 8 maps",
        8 * 9 * 10: "those are its weights: what goes in?",
        (8 * 9 + 1) * 10: "those are its parameters: what goes in?",
    },
)

# %% wrong="count" hint="at the last three places"
map_rows, conv_parameters, layer_inputs = 9, 392, 128


# %% wrong="count" hint="for each of the three channels"
map_rows, conv_parameters, layer_inputs = 6, 136, 72


# %% wrong="count" hint="not one for each channel"
map_rows, conv_parameters, layer_inputs = 6, 408, 72


# %% wrong="count" hint="before pooling"
map_rows, conv_parameters, layer_inputs = 6, 392, 288


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


check_function(
    my_pool,
    pooling(),
    [
        ([[-3.0, 1.0, 4.0, -9.0], [2.0, 7.0, 5.0, 6.0], [-1.0, -8.0, 0.5, 3.0], [-2.0, -4.0, 8.0, 9.0]],),
        ([[-5.0, -6.0], [-9.0, -7.0], [-2.0, -1.0], [-4.0, -3.0]],),
        ([[1.0, 2.0, 9.0, 4.0, 5.0], [6.0, -7.0, 8.0, 3.0, 11.0], [13.0, 10.0, 12.0, 0.0, 14.0]],),
    ],
    {
        pooling(np.argmax): "that is where the largest number stands: return the number itself",
        pooling(step=4): "between those blocks some are left out: the next one begins two further",
        pooling(step=1): "those blocks overlap: the next one begins two further",
        pooling(lambda b: sum(b) / len(b)): "that is the mean of a block: the largest is asked for",
        pooling(min): "that is the smallest of a block",
        pooling(lambda b: max(b, key=abs)): "the largest number, not the largest size: −8 is smaller than −1",
        pooling(lambda b: max([0.0, *b])): "a block may be negative throughout: begin with a number of the "
        "block, not 0",
        pooling(left_over=True): "a row or column that is left over is dropped",
        pooling(high=1): "only the first row of each block counts: a block has two",
        pooling(wide=1): "only the first column of each block counts: a block has two",
        **{
            pooling(lambda b: b[0], left_over=rest): "that is the corner of each block: the largest is asked for"
            for rest in (False, True)
        },
        lambda m: [[max(v) for v in zip(row[::2], row[1::2], strict=False)] for row in m]: "that goes along the rows "
        "only: of each two rows take the larger numbers",
        lambda m: [
            [max(a[c : c + 2], b[c : c + 2]) for c in range(0, len(a) - 1, 2)]
            for a, b in zip(m[::2], m[1::2], strict=False)
        ]: "`max` of two lists is one of the lists: put all four numbers into one, `max(*a, *b)`",
        pooling(high=3, wide=3): "those blocks have 3 × 3 numbers: a slice ends before its end, 2 * r : 2 * r + 2",
        pooling(lambda b: max(b[0], b[-1])): "only the corners on one diagonal count: a block has four numbers",
        lambda m: m[len(m)] if len(m) % 2 else pooling()(m): "a row or column that is left over is dropped",
        lambda m: pooling()(m) if len(m) == len(m[0]) else m[len(m)]: "rows are counted by len(m), columns by "
        "len(m[0])",
        lambda m: [r[: len(m[0]) // 2] for r in pooling(step=1)(m)[: len(m) // 2]]: "those blocks overlap: block "
        "number r begins at row 2 * r",
        lambda m: max(v for row in m for v in row): "that is the largest number of the whole map: one for each block",
        lambda m: [*zip(*pooling()(m), strict=True)]: "the rows are columns: a row of the result for each pair of rows",
    },
)


# %% wrong="pool" hint="those blocks overlap"
def my_pool(m):
    rows, columns = range(len(m) - 1), range(len(m[0]) - 1)
    return [[max(m[r][c], m[r][c + 1], m[r + 1][c], m[r + 1][c + 1]) for c in columns] for r in rows]


# %% wrong="pool" hint="left over is dropped"
def my_pool(m):
    rows, columns = range(0, len(m), 2), range(0, len(m[0]), 2)
    return [[max(v for row in m[r : r + 2] for v in row[c : c + 2]) for c in columns] for r in rows]


# %% wrong="pool" hint="that is the corner of each block"
def my_pool(m):
    return [row[::2] for row in m[::2]]


# %% wrong="pool" hint="put all four numbers into one"
def my_pool(m):
    return [
        [max(m[2 * r][2 * c : 2 * c + 2], m[2 * r + 1][2 * c : 2 * c + 2]) for c in range(len(m[0]) // 2)]
        for r in range(len(m) // 2)
    ]


# %% wrong="pool" hint="negative throughout"
def my_pool(m):
    pooled = [[0.0] * (len(m[0]) // 2) for _ in range(len(m) // 2)]
    for r in range(len(m) // 2 * 2):
        for c in range(len(m[0]) // 2 * 2):
            pooled[r // 2][c // 2] = max(pooled[r // 2][c // 2], m[r][c])
    return pooled


# %% [markdown]
# **Exercise 3: backwards, without an engine.** A map has been computed from `image` and nine weights, and a loss from
# the map. `G` holds the gradient of the loss toward each number of the map: `G[r][c]`, in rows as the map. Return the
# gradient toward the nine weights, three rows of three. All are plain numbers.
#
# <details><summary>Hint</summary>
#
# Take one weight, $w_{j,k}$. In the window at row $r$, column $c$ it meets the pixel $x_{r+j,\,c+k}$: that is the local
# derivative. Multiply it by the gradient that arrives there, `G[r][c]`. Then all windows add up.
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
crossed = "rows and columns are exchanged: weight (j, k) meets pixel (r + j, c + k)"


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
        lambda image, G: [[np.sum(G)] * 3] * 3: "the pixel is missing: each report is G[r][c] times the pixel that the "
        "weight meets",
        lambda image, G: right_backwards(
            image, [[g * (r < len(G) - 1 and c < len(G[0]) - 1) for c, g in enumerate(row)] for r, row in enumerate(G)]
        ): "the last row and the last column of windows are missing: `range(len(G))` has all rows",
        backwards(gradient=lambda g: g * g): "the incoming gradient counts once: G[r][c] times the pixel",
        lambda image, G: np.add(backwards(gradient=lambda g: 1.0)(image, G), np.sum(G)): "a report is G[r][c] *times* "
        "the pixel: multiply",
        lambda image, G: right_backwards(image, [row[:-1] for row in G]): "the last column of windows is missing: "
        "`range(len(G[0]))` has them all",
        lambda image, G: right_backwards(image, G[:1]): "only the first row of windows counts: r goes through all rows "
        "of `G`",
        backwards(pixel=lambda r, c, j, k: (r + k, c + j)): crossed,
        backwards(pixel=lambda r, c, j, k: (r, c)): "every weight gets the same: weight (j, k) meets pixel "
        "(r + j, c + k)",
        backwards(pixel=lambda r, c, j, k: (j, k)): "that is the first window's pixel in every window: r + j, c + k",
        backwards(pixel=lambda r, c, j, k: (r - j, c - k)): "the pixel lies further down and to the right, not up and "
        "to the left: (r + j, c + k)",
        lambda image, G: [np.sum(right_backwards(image, G), axis=0)] * 3: "all rows are one and the same list: "
        "`[[0.0] * 3] * 3` repeats it. Make three, `[[0.0] * 3 for _ in range(3)]`",
        lambda image, G: right_map(
            image, G
        ): "`G` has a number for each window, in as many rows and columns as the map: G[r][c]",
        by_rows: "the map is not square: count its rows by len(G), its columns by len(G[0])",
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


# %% wrong="backwards" hint="rows and columns are exchanged"
def gradient_of_weights(image, G):
    places = [(r, c) for r in range(len(G)) for c in range(len(G[0]))]
    return [[sum(G[r][c] * image[r + j][c + k] for r, c in places) for j in range(3)] for k in range(3)]


# %% [markdown]
# Look at what you wrote: it moves a window too. The gradient toward the weights is itself a convolution of the image,
# with `G` as the filter.
#
# **Open task: your own digit.** Draw it in the text: `#` is ink, `+` is grey, `.` is paper. The cell puts your digit at
# nine places, in the middle and up to a pixel away in each direction, and asks both networks.

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
models = {"dense": dense_model, "convolutional": conv_model}
for name, model in models.items():
    named = model.predict(drawn).argmax(axis=1).tolist()
    print(f"{name:14} says {named}: right at {named.count(it_is)} of {len(named)} places")

# %% [markdown]
# Now help the networks. `fit` has an argument `augment=`: a function that gets a batch of images and a random
# generator, and returns other images to train on. With `np.roll` it can move them. Or put a second convolution behind
# the first, `nn.Conv2d(8, 8, 3)`: one number of its map sees more of the image. Draw all ten digits. Of the 90 images
# that this gives, how many can you get right?
