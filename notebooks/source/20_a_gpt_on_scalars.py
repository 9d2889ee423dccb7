# %% [markdown]
# # 20. A GPT on scalars
#
# **Goal.** Put a GPT together from parts that you know, train it on first names, and let it make up new ones.
#
# **You need** softmax and cross-entropy ([notebook 8](08_losses.ipynb)), residual connections and normalisation
# ([notebook 12](12_remedies.ipynb)) and attention ([notebook 19](19_attention.ipynb)). **Afterwards you can** write the
# forward pass of a GPT, read its loss letter by letter, draw from it at a temperature, and notice when the positions
# are missing or the answer is being read.

# %% [markdown]
# ## One letter at a time
#
# A language model does one thing: it reads the beginning of a text and gives each possible next token a chance. Here
# the texts are first names and the tokens are letters. One more token, the **boundary**, stands before and after each
# name. In print it is a dot.

# %%
import numpy as np

import nn

names = nn.data.names()
X, y, vocabulary = nn.data.sequences(names)
X, X_test, y, y_test = nn.data.train_test_split(X, y, test=500, rng=0)
signs = vocabulary.letters + "."
print(len(names), "names,", len(vocabulary), "tokens:", signs)
print("\nThe network reads  and should say")
for a, b in zip(X[0], y[0], strict=True):
    print(f"{signs[a]:>10}  {signs[b] if b >= 0 else '(does not count)':>19}")

# %% [markdown]
# One name gives a question for each of its letters, and one for its end. The loss is the mean cross-entropy of the
# answers: $-\ln p$, where $p$ is the chance that the network gave to the token that really came.
#
# **Guess first.** A network that knows nothing gives all 27 tokens the same chance. What is its loss? (Press
# Shift+Enter twice: it runs your cell, then the folded one.)

# %% guess="uniform"
### BEGIN SOLUTION
my_guess = 3.296
### END SOLUTION

# %% reveal="uniform"
from autograd import log
from autograd.check import reveal

knows_nothing = log(27.0)
reveal(
    my_guess,
    knows_nothing,
    because="each token has the chance 1/27, and −ln(1/27) is ln 27, whatever token comes",
    replies={
        1 / 27: "That is the chance. The loss is minus its logarithm.",
        np.log2(27): "That is the same in bits. The loss has the natural logarithm.",
        27: "It chooses among that many. The loss is the logarithm.",
        np.log(26): "The boundary is a token too.",
        0: "Nothing is known, so every letter is a surprise. Loss 0 would mean that all chances were 1.",
    },
)

# %% wrong="uniform" hint="That is the chance"
my_guess = 1 / 27


# %% [markdown]
# Whatever the network learns will show as a loss below that.
#
# ## The parts
#
# You have met all of them. A position of the text is a list of numbers, `x`. Each part takes lists and returns lists.
# (`select(token, matrix)` is `matrix[token]`, but a recorded graph can choose another row for each name.)

# %%
from autograd import dot, relu, replayed, select, softmax


def row(matrix, token):  # the row of a table, here for a token
    return list(select(token, matrix))


def linear(matrix, x):  # notebook 6: weighted sums, here without a bias
    return [dot(weights, x) for weights in matrix]


def add(a, b):  # notebook 12: a residual connection adds
    return [p + q for p, q in zip(a, b, strict=True)]


def norm(x):  # notebook 12: the numbers of x get the size 1
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [v * scale for v in x]


def attend(query, keys, values, heads=4):  # notebook 19, with four heads side by side
    if not keys:
        raise LookupError("there is no key yet, so nothing to attend to")
    width, seen = len(query) // heads, []
    for start in range(0, len(query), width):
        part = slice(start, start + width)
        weights = softmax([dot(query[part], key[part]) / width**0.5 for key in keys])
        columns = zip(*(value[part] for value in values), strict=True)
        seen += [dot(weights, column) for column in columns]
    return seen


# %% [markdown]
# `nn.GPT` has the parameters. Here they are, each matrix by what it is for:


# %%
def weights_of(model):
    (layer,) = model.layers
    return {
        "token": model.wte,
        "position": model.wpe,
        "query": layer.attn_wq,
        "key": layer.attn_wk,
        "value": layer.attn_wv,
        "out": layer.attn_wo,
        "up": layer.mlp_fc1,
        "down": layer.mlp_fc2,
        "scores": model.lm_head,
    }


model = nn.GPT(vocabulary, 12, rng=0)
W = weights_of(model)
for name, matrix in W.items():
    print(f"{name:9} {len(matrix)} × {len(matrix[0])}")
print("numbers to learn:", len(model.parameters()))

# %% [markdown]
# **Exercise: put them together.** `step` takes one more token, at position `t`, and returns the scores of what comes
# after it. `W` holds the matrices: `W["token"]`, `W["position"]` and so on. `keys` and `values` are lists of what the
# earlier positions left there.
#
# 1. `x` is the row of the token plus the row of the position, then `norm`.
# 2. Attention: the query, the key and the value are `linear` in `norm(x)`. Append the key and the value to the lists,
#    then `attend`. What comes out goes through `"out"` and is added to `x`.
# 3. A small network: `norm(x)` goes through `"up"`, `relu` and `"down"`, and is added to `x`.
# 4. The scores are `linear` in `x`.
#
# From here on `one_step` is your step if it passes the check, and ours if not. It is what we train, and what writes.
#
# <details><summary>Hint</summary>
#
# Points 2 and 3 have the same form: `x = add(x, something(norm(x)))`. Compute `norm(x)` once for query, key and value,
# and again for the small network, since `x` has changed. `relu` takes one number: `[relu(h) for h in ...]`.
#
# </details>


# %% exercise="step"
def step(W, token, t, keys, values):
    """The scores of what comes after `token`, which stands at position t."""
    ### BEGIN SOLUTION
    x = norm(add(row(W["token"], token), W["position"][t]))
    seen_from = norm(x)
    keys.append(linear(W["key"], seen_from))
    values.append(linear(W["value"], seen_from))
    seen = attend(linear(W["query"], seen_from), keys, values)
    x = add(x, linear(W["out"], seen))
    hidden = [relu(h) for h in linear(W["up"], norm(x))]
    x = add(x, linear(W["down"], hidden))
    return linear(W["scores"], x)
    ### END SOLUTION


# %% check="step"
from functools import wraps

from autograd.check import check_answer, check_function, passed


def made_of(
    start=lambda W, token, t: norm(add(row(W["token"], token), W["position"][t])),
    before=norm,
    before_up=lambda n, x: norm(x),
    ask=lambda W, n: linear(W["query"], n),
    store=lambda W, name, n: linear(W[name], n),
    add_seen=add,
    add_hidden=add,
    bend=relu,
    back="out",
    stored=("key", "value"),
    end=lambda x: x,
    finish=lambda z: z,
    heads=4,
    through=("up", "down"),
    scores="scores",
):
    """A step, right unless a part is replaced."""

    def step(W, token, t, keys, values):
        x = start(W, token, t)
        n = before(x)
        keys.append(store(W, stored[0], n))
        values.append(store(W, stored[1], n))
        seen = attend(ask(W, n), keys, values, heads)
        x = add_seen(x, linear(W[back], seen) if back else seen)
        x = add_hidden(x, linear(W[through[1]], [bend(h) for h in linear(W[through[0]], before_up(n, x))]))
        return finish(linear(W[scores], end(x)))

    return step


def on_normed(x, change):
    return add(norm(x), change)


def forgets(W, token, t, keys, values):
    return made_of()(W, token, t, [], [])


def asks_first(W, token, t, keys, values):
    return attend([1.0] * 16, keys, values)


few = "token", "position", "scores"  # five rows of these are enough


def on_texts(step):
    """What a step says at all positions of a text, with weights of a test."""
    rng = np.random.default_rng(1)
    shapes = {name: (min(5, len(m)) if name in few else len(m), len(m[0])) for name, m in W.items()}
    test = {name: rng.normal(0, 0.4, shape).tolist() for name, shape in shapes.items()}

    @wraps(step)
    def asked(*tokens):
        keys, values = [], []
        return [step(test, token, t, keys, values) for t, token in enumerate(tokens)]

    return asked


def starting(join):
    return made_of(start=lambda W, token, t: join(row(W["token"], token), W["position"][t]))


def same(x):
    return x


def bent_last(x, change):
    return add(x, [relu(v) for v in change])


mistakes = {
    made_of(start=lambda W, token, t: norm(row(W["token"], token))): "the position is left out: add its row to the "
    "token's",
    starting(add): "the norm of point 1 is missing: it comes after the sum",
    starting(lambda a, b: add(norm(a), norm(b))): "add the two rows first, then norm",
    starting(lambda a, b: norm(a + b)): "`+` puts two lists one after the other: use `add`",
    made_of(start=lambda W, token, t: norm(add(row(W["token"], token), W["position"][0]))): "position t has row t of "
    "the table",
    made_of(
        start=lambda W, token, t: norm(add(row(W["token"], token), W["position"][t + 1]))
    ): "position t has row t of the table: both count from 0",
    made_of(start=lambda W, token, t: norm(add(row(W["token"], t), W["position"][token]))): "token and position are "
    "swapped",
    made_of(before=same): "the norm before attention is missing: query, key and value are linear in norm(x)",
    made_of(before_up=lambda n, x: x): "the norm before the small network is missing",
    made_of(before=same, before_up=lambda n, x: x): "two norms are missing: before attention, and before the small "
    "network",
    made_of(before_up=lambda n, x: n): "x has changed since: take norm(x) again for the small network",
    made_of(add_seen=lambda x, change: change): "what comes out of attention is *added* to x",
    made_of(add_hidden=lambda x, change: change): "what comes out of the small network is *added* to x",
    made_of(add_seen=lambda x, c: c, add_hidden=lambda x, c: c): "nothing is added to x: attention and the small "
    "network both change x, they do not replace it",
    made_of(add_seen=on_normed): "add to x itself, not to norm(x), after attention",
    made_of(add_hidden=on_normed): "add to x itself, not to norm(x), after the small network",
    made_of(add_seen=on_normed, add_hidden=on_normed): "add to x itself, not to norm(x), both times",
    made_of(add_seen=lambda x, change: x): "attention is left out",
    made_of(add_hidden=lambda x, change: x): "the small network is left out",
    made_of(bend=same): "the relu is missing: two linear maps in a row are one linear map",
    made_of(bend=same, add_hidden=bent_last): "relu comes between `up` and `down`",
    made_of(bend=lambda h: relu([h])): "relu takes one number: `[relu(h) for h in ...]`",
    made_of(back=None): "what the heads have seen goes through `out` first",
    made_of(stored=("value", "key")): "keys and values are swapped",
    made_of(stored=("query", "value")): "the key is linear by `key`: `query` is for the query alone",
    made_of(stored=("key", "key")): "the value is linear by `value`: `key` is for the key alone",
    made_of(ask=lambda W, n: linear(W["key"], n)): "the query is linear by `query`: `key` is for the key alone",
    made_of(heads=1): "that looks with one head: `attend` has four",
    made_of(through=("down", "up")): "`up` comes first, and then `down`",
    made_of(scores="token"): "the scores have a matrix of their own, `scores`",
    made_of(ask=lambda W, n: n): "the query is linear in norm(x), by `query`",
    made_of(store=lambda W, name, n: n): "key and value are linear in norm(x), by `key` and `value`",
    made_of(end=norm): "there is no norm before the scores: they are linear in x",
    made_of(finish=lambda z: None): "nothing comes back: the last line begins with `return`",
    made_of(finish=softmax): "those are chances: return the scores, the loss takes the softmax itself",
    made_of(finish=norm): "return the scores as they are, without a norm",
    forgets: "only the last position is seen: append to the lists that are given",
    lambda W, *_: linear(W["out"], []): "nothing stands in `values`: append the value as well as the key",
    made_of(
        start=lambda W, token, t: norm(add(row(W["token"], token), W["position"][token]))
    ): "position t has row t of the table, whatever token stands there",
    asks_first: "there was nothing to attend to: append key and value first, then attend",
}
one_step = right_step = made_of()
if passed(
    check_function,
    on_texts(step),
    on_texts(right_step),
    [(4,), (4, 0), (4, 2, 1, 2)],
    {on_texts(wrong): hint for wrong, hint in mistakes.items()},
):
    one_step = step
    print("From here on your step does the work: it is what we train.")


# %% wrong="step" hint="the position is left out"
def step(W, token, t, keys, values):
    x = norm(row(W["token"], token))
    n = norm(x)
    keys.append(linear(W["key"], n))
    values.append(linear(W["value"], n))
    x = add(x, linear(W["out"], attend(linear(W["query"], n), keys, values)))
    x = add(x, linear(W["down"], [relu(h) for h in linear(W["up"], norm(x))]))
    return linear(W["scores"], x)


# %% wrong="step" hint="append key and value first"
def step(W, token, t, keys, values):
    x = norm(add(row(W["token"], token), W["position"][t]))
    n = norm(x)
    x = add(x, linear(W["out"], attend(linear(W["query"], n), keys, values)))
    keys.append(linear(W["key"], n))
    values.append(linear(W["value"], n))
    x = add(x, linear(W["down"], [relu(h) for h in linear(W["up"], norm(x))]))
    return linear(W["scores"], x)


# %% wrong="step" hint="`up` comes first"
def step(W, token, t, keys, values):
    x = norm(add(row(W["token"], token), row(W["position"], t)))
    n = norm(x)
    keys.append(linear(W["key"], n))
    values.append(linear(W["value"], n))
    x = add(x, linear(W["out"], attend(linear(W["query"], n), keys, values)))
    x = add(x, linear(W["up"], [relu(h) for h in linear(W["down"], norm(x))]))
    return linear(W["scores"], x)


# %% wrong="step" hint="take norm(x) again"
def step(W, token, t, keys, values):
    x = norm(add(row(W["token"], token), W["position"][t]))
    n = norm(x)
    keys.append(linear(W["key"], n))
    values.append(linear(W["value"], n))
    x = add(x, linear(W["out"], attend(linear(W["query"], n), keys, values)))
    x = add(x, linear(W["down"], [relu(h) for h in linear(W["up"], n)]))
    return linear(W["scores"], x)


# %% wrong="step" hint="a matrix of their own"
def step(W, token, t, keys, values):
    x = norm(add(row(W["token"], token), row(W["position"], t)))
    n = norm(x)
    keys.append(linear(W["key"], n))
    values.append(linear(W["value"], n))
    x = add(x, linear(W["out"], attend(linear(W["query"], n), keys, values)))
    x = add(x, linear(W["down"], [relu(h) for h in linear(W["up"], norm(x))]))
    return linear(W["token"], x)


# %% [markdown]
# A whole text is one step after the other. Where is the mask? A position sees only what is already in the lists, and
# that *is* the mask.


# %%
def gpt(W, tokens):
    """The scores of what comes next, at each position."""
    keys, values = [], []
    return [one_step(W, token, t, keys, values) for t, token in enumerate(tokens)]


tokens = [vocabulary.boundary, *vocabulary.encode("anna")]
ours, library = gpt(W, tokens), model(tokens)
apart = max(
    abs(a.data - b.data)
    for our_row, its_row in zip(ours, library, strict=True)
    for a, b in zip(our_row, its_row, strict=True)
)
print(f"five positions, 27 scores each; at most {apart:.0e} away from nn.GPT")
assert apart < 1e-9

# %% [markdown]
# The same numbers as from `nn.GPT`. This is a whole GPT. The large ones have more layers and longer lists, but the same
# kinds of parts.
#
# ## From single numbers to instructions
#
# The loss of one name is a graph like all graphs of this course. How large is it? In notebook 3 the backward sweep
# took one multiply-add for each edge.

# %%
from autograd import topological_order


@replayed
def loss(tokens, targets):
    return nn.cross_entropy(gpt(W, tokens), targets)


graph = topological_order(loss.plain(X[0].tolist(), y[0].tolist()))
print("numbers in the graph of one name:", len(graph))
edges = sum(len(v.parents) for v in graph)
print("edges, each one multiply-add:    ", edges)
print("multiply-adds for 32 names:      ", 32 * edges)

# %% [markdown]
# That is the work of a single training step with 32 names, and training takes hundreds of steps. Done one by one, it is
# far too slow. `@replayed` records the graph once and sorts it. Numbers that are computed in the same way become one
# **instruction** on a whole array.
#
# **Guess first.** The program is recorded for one name. For a batch of 32 names, does it have `"as many"` instructions,
# or `"32 times as many"`?

# %% guess="batch"
### BEGIN SOLUTION
my_guess = "as many"
### END SOLUTION

# %% reveal="batch"
loss.mean(X[:1], y[:1])
(program_of_one,) = loss.programs.values()
of_one = len(str(program_of_one).splitlines()) - 1
start = loss.mean(X[:32], y[:32]).data
(program,) = loss.programs.values()
of_many = len(str(program).splitlines()) - 1
reveal(
    my_guess,
    "as many" if of_many == of_one else "more",
    because="all names take the same way through the same parts. Each array gets one more dimension, with a place "
    "for each name",
    replies={"32 times as many": "So it would be if each name had instructions of its own."},
)

# %% wrong="batch" hint="instructions of its own"
my_guess = "32 times as many"

# %%
listing = str(program).splitlines()
print(listing[0])
for line in listing[1:]:
    if "matmul" in line or "select" in line or "log_loss" in line:
        print(line)
print(f"the loss before training, mean of 32 names: {start:.2f}")
assert len(listing) < 300
assert abs(start - knows_nothing) < 0.2

# %% [markdown]
# Thousands of single numbers have become a few dozen instructions. The heavy ones are matrix products, as you would
# have written them in NumPy. (`print(program)` shows all.) The program counts no parameters as nodes, and it always has
# twelve positions, so its number of nodes is another than above. Before training the loss is near $\ln 27$: the network
# knows nothing yet.
#
# ## Write and train
#
# How does a network write a name? It turns the scores into chances by softmax and draws a letter with these chances.
# With that letter it goes on, until it draws the boundary. Before the softmax the scores are divided by a
# **temperature** $T$:
#
# $$p = \operatorname{softmax}(\text{scores} / T)$$
#
# A small $T$ makes the differences between scores larger, a large $T$ makes them smaller, and $T = 1$ leaves them
# alone.
#
# **Exercise: the temperature.** Return the chances, for scores that are a list of plain numbers. `softmax` is there.
# Your function draws the letters from here on, if it passes.


# %% exercise="chances"
def chances(scores, temperature):
    """softmax(scores / temperature), a list."""
    ### BEGIN SOLUTION
    return softmax([z / temperature for z in scores])
    ### END SOLUTION


# %% check="chances"
import math


def right_chances(scores, temperature):
    return softmax([z / temperature for z in scores])


def overflows(z):
    with np.errstate(all="ignore"):
        return np.exp(z)


def powers(scores, temperature):
    return [overflows(z / temperature) for z in scores]


def overflowing(exp):
    def chances(scores, temperature):
        with np.errstate(all="ignore"):
            return [exp(z / temperature) / sum(exp(s / temperature) for s in scores) for z in scores]

    return chances


draw_by = right_chances
if passed(
    check_function,
    chances,
    right_chances,
    [([2.0, 0.0], 0.5), ([1.0, -1.0, 0.5], 2.0), ([3.0, 3.5, -40.0], 0.05), ([800.0, 795.0], 1.0)],
    {
        **{
            overflowing(exp): "e to the 800 overflows: `softmax` subtracts the largest score first"
            for exp in (math.exp, overflows)
        },
        lambda z, T: [
            math.exp(s / T) for s in z
        ]: "those chances do not have the sum 1, and e to the 800 overflows: use `softmax`",
        lambda z, T: [
            p ** (1 / T) for p in softmax(z)
        ]: "those chances do not have the sum 1: divide the scores, before the softmax",
        lambda z, T: softmax([s // T for s in z]): "`//` drops what comes after the point: divide by `/`",
        lambda z, T: [float(s == max(z)) for s in z]: "that is the best letter every time: each one gets a chance",
        powers: "those chances do not have the sum 1: divide by their sum, or use `softmax`",
        lambda z, T: [s / sum(z) for s in z]: "that is a share of the scores: the softmax is missing",
        lambda z, T: softmax([-s / T for s in z]): "the sign: a higher score gets a higher chance",
        lambda z, T: softmax([s / T**0.5 for s in z]): "divide by the temperature itself, not by its root",
        lambda z, T: softmax(softmax([s / T for s in z])): "that takes the softmax twice",
        lambda z, T: [math.log(p or 1e-300) for p in softmax([s / T for s in z])]: "those are logarithms of chances",
        lambda z, T: softmax([s * T for s in z]): "that multiplies by the temperature: a hot model would be surer",
        lambda z, T: [
            p / T for p in softmax(z)
        ]: "divide the scores, before the softmax: these chances do not have the sum 1",
        lambda z, T: softmax(z): "the temperature is not used, or it changes nothing: divide each score by it",
        lambda z, T: [s / T for s in z]: "those are scores still: the softmax is missing",
        lambda z, T: softmax([p / T for p in softmax(z)]): "that takes the softmax twice: divide the scores themselves",
        lambda z, T: softmax(z / T): "`scores` is a list: divide each of its numbers",
    },
):
    draw_by = chances
    print("From here on your function draws the letters.")


# %% wrong="chances" hint="that multiplies by the temperature"
def chances(scores, temperature):
    return softmax([z * temperature for z in scores])


# %% wrong="chances" hint="do not have the sum 1"
def chances(scores, temperature):
    return [p / temperature for p in softmax(scores)]


# %% wrong="chances" hint="e to the 800 overflows"
def chances(scores, temperature):
    powers = [np.exp(z / temperature) for z in scores]
    return [p / sum(powers) for p in powers]


# %% [markdown]
# Now everything is there. First a function that writes, then one that trains, in the loop of notebook 10: draw 32 names
# from the list, take their mean loss by replay, step. On the way the network writes a few names, so that you can watch
# it learn. (A loss with the natural logarithm is counted in **nats**.)


# %%
def plain(W):
    """The numbers in the matrices: no gradient is needed for writing."""
    return {name: [[float(w) for w in row] for row in m] for name, m in W.items()}


def write(W, temperature, rng):
    """A name, drawn letter by letter, with the boundary at its end."""
    keys, values, tokens = [], [], [vocabulary.boundary]
    while len(tokens) <= 12:
        scores = one_step(W, tokens[-1], len(tokens) - 1, keys, values)
        p = draw_by(scores, temperature)
        tokens.append(int(rng.choice(len(p), p=p)))
        if tokens[-1] == vocabulary.boundary:
            break
    return "".join(signs[token] for token in tokens[1:])


# %%
def train(forward, steps=200, write_at=()):
    """A GPT that has been trained, its losses on the way, and its loss as a function."""
    rng, writing = np.random.default_rng(0), np.random.default_rng(1)
    model = nn.GPT(vocabulary, 12, rng=rng)
    W, losses = weights_of(model), []
    optimizer = nn.Adam(model.parameters(), betas=(0.85, 0.99))

    @replayed
    def loss(tokens, targets):
        return nn.cross_entropy(forward(W, tokens), targets)

    for i in range(steps):
        if i in write_at:
            W_now = plain(W)
            print(f"step {i:3}:", *(write(W_now, 0.7, writing) for _ in range(6)))
        drawn = rng.integers(len(X), size=32)
        optimizer.lr = 0.02 * (1 - i / steps)
        optimizer.zero_grad()
        batch = loss.mean(X[drawn], y[drawn])
        batch.backward()
        optimizer.step()
        losses.append(batch.data)
    return model, losses, loss


# %%
def held_out(loss):
    """The mean loss of a letter on names that were not trained on."""
    letters = (y_test >= 0).sum(axis=1)
    return loss.each(X_test, y_test) @ letters / letters.sum()


model, losses, loss = train(gpt, write_at=(0, 5, 20, 100))
W, rng = weights_of(model), np.random.default_rng(2)
print("the end: ", *(write(plain(W), 0.7, rng) for _ in range(6)))
honest = held_out(loss)
print(f"\n500 names that it has never seen: {honest:.2f} nats a letter")
print(f"e to the {honest:.2f} is {np.exp(honest):.1f}")
assert np.exp(honest) < 10

# %% plot=""
import matplotlib.pyplot as plt

plt.figure(figsize=(6, 3.5))
plt.plot(losses, label="batches of 32 names")
plt.axhline(knows_nothing, color="k", ls=":", label="27 equal chances")
plt.axhline(honest, color="tab:orange", ls="--", label="new names, at the end")
plt.xlabel("step")
plt.ylabel("loss of a letter, nats")
plt.legend()
plt.show()

# %% [markdown]
# First noise, then frequent letters, then vowels and consonants that take turns, and in the end names, or what could be
# names. You can read a loss as a number of choices: $e^{\text{loss}}$ equally likely letters would be just as hard to
# predict. At first there were 27, now there are fewer than 10.
#
# ## What the loss of a letter says
#
# That was a mean. Each letter of a name has a loss of its own: how surprised the network was.
#
# **Guess first.** A letter has the loss 3. What chance had the network given it? (Two digits are enough.)

# %% guess="surprise"
### BEGIN SOLUTION
my_guess = np.exp(-3)
### END SOLUTION

# %% reveal="surprise"
reveal(
    my_guess,
    np.exp(-3),
    because="the loss is −ln p, so p is e to the minus 3: about one in twenty",
    replies={
        **dict.fromkeys((20, np.exp(3)), "It is as hard as one letter among that many. The chance is 1 over it."),
        -3: "A chance lies between 0 and 1: e to the minus 3.",
        5: "In percent, yes. As a chance it is a hundredth of that.",
        3: "That is the loss. The chance is e to the minus loss.",
        -2: "The chance is not 1 minus the loss: here it would be below 0.",
        1 / 3: "Not one in 3, but one in e to the 3.",
        1e-3: "That would be with the logarithm to base ten. Here it is the natural one.",
    },
)

# %% wrong="surprise" hint="The chance is not 1 minus the loss"
my_guess = -2


# %% [markdown]
# Here are three words, letter by letter. The dotted line is the loss of 27 equal chances.


# %%
def surprises(name):
    """The loss of each letter of a name, and of its end."""
    tokens = [vocabulary.boundary, *vocabulary.encode(name), vocabulary.boundary]
    scores = gpt(W, tokens[:-1])
    pairs = zip(scores, tokens[1:], strict=True)
    return [nn.cross_entropy(z, token).data for z, token in pairs]


costs = surprises("jacqueline")
print(f"in jacqueline the j costs {costs[0]:.2f}, and the u after the q {costs[4]:.2f}")
assert costs[4] < 1 < costs[0]
assert np.mean(surprises("maria")) < np.mean(surprises("gradient"))

# %% plot=""
figure, axes = plt.subplots(3, 1, figsize=(6, 5), sharey=True, layout="constrained")
for ax, name in zip(axes, ("jacqueline", "maria", "gradient"), strict=True):
    by_letter = surprises(name)
    ax.bar(range(len(by_letter)), by_letter)
    ax.set_xticks(range(len(by_letter)), [*name, "."])
    ax.axhline(knows_nothing, color="k", ls=":")
    ax.set_ylabel("loss")
    ax.set_title(f"{name}: mean {np.mean(by_letter):.2f}", fontsize="medium")
plt.show()

# %% [markdown]
# After a q comes a u, and the network has noticed: that letter is cheap. The first letter is always expensive, because
# only the boundary comes before it. And a word that is no name costs more than names do.
#
# Where do the four heads look? Each row is a position of *jacqueline* that looks. Above the diagonal all is white: no
# position looks ahead.

# %%
from nn import plots

model([vocabulary.boundary, *vocabulary.encode("jacqueline")])
plots.attention(model.layers[0], [".", *"jacqueline"])
plt.show()

# %% [markdown]
# > **Misconception: "a good language model has a loss near 0".** Then the next letter would have to be certain, and it
# > is not: any letter can begin a name. The best that anybody can do for the first letter is to give each letter the
# > share of names that begin with it.

# %%
share = np.bincount(y[:, 0], minlength=27) / len(y)
share = share[share > 0]
floor = -(share @ np.log(share))
scores = gpt(plain(W), [vocabulary.boundary])[0]
first = -np.mean(np.log(softmax(scores))[y[:, 0]])
print(f"first letter: the network {first:.2f}, the shares themselves {floor:.2f}")
assert floor < first < floor + 0.3

# %% [markdown]
# The network is close to that floor, and the floor is nowhere near 0. A loss below what anybody can know is no success:
# there is a mistake somewhere. You will make one on purpose below.
#
# ## Temperature
#
# The same network at four temperatures, twenty names each:

# %%
known, W_plain = set(names), plain(W)
for temperature in (0.1, 0.5, 1.0, 2.0):
    rng = np.random.default_rng(3)
    drawn = [write(W_plain, temperature, rng).strip(".") for _ in range(20)]
    real = sum(name in known for name in drawn)
    print(f"T = {temperature}: {len(set(drawn))} different, {real} in the list")
    print("   ", *drawn[:8])

# %% [markdown]
# At a low temperature it writes the same few names again and again, and most of them exist. At a high one the scores
# hardly count. The network is the same each time: temperature changes how we draw, and nothing that was learned.
#
# ## Break it on purpose
#
# Two versions that are easily written by accident. The first leaves out the positions. The second lets the network
# read the whole name before it is asked: no mask.


# %%
def without_positions(W, tokens):
    nothing = [[0.0] * 16] * 12
    return gpt(W | {"position": nothing}, tokens)


def peeking(W, tokens):
    keys, values = [], []
    for t, token in enumerate(tokens):  # it reads, and the answers are thrown away
        one_step(W, token, t, keys, values)
    return [one_step(W, token, t, [*keys], [*values]) for t, token in enumerate(tokens)]


unordered, unordered_losses, unordered_loss = train(without_positions)
peeked, peeked_losses, peeked_loss = train(peeking, steps=150)

# %% plot=""
plt.figure(figsize=(6, 3.5))
for label, curve in {
    "without positions": unordered_losses,
    "right": losses,
    "without the mask": peeked_losses,
}.items():
    plt.plot(np.convolve(curve, np.ones(10) / 10, "valid"), label=label)
plt.xlabel("step")
plt.ylabel("loss of a letter, mean of 10 steps")
plt.legend()
plt.show()

# %% [markdown]
# Both broken versions run without an error. By the loss alone, the one without a mask is the best of the three.
#
# **Guess first.** Take the network without positions. It has read *mari* or *rami*: the same letters, the same last
# one. Are the chances of what comes next the `"same"` or `"different"`?

# %% guess="order"
### BEGIN SOLUTION
my_guess = "same"
### END SOLUTION


# %% reveal="order"
def told_apart(forward, W, *texts):
    """How far the chances of the next letter are apart after two texts."""
    begun = ([vocabulary.boundary, *vocabulary.encode(text)] for text in texts)
    p, q = (softmax(forward(W, tokens)[-1]) for tokens in begun)
    return max(abs(a.data - b.data) for a, b in zip(p, q, strict=True))


W_unordered = weights_of(unordered)
blind = told_apart(without_positions, W_unordered, "mari", "rami")
seeing = told_apart(gpt, W, "mari", "rami")
reveal(
    my_guess,
    "same" if blind < 1e-9 else "different",
    because="the last letter asks, and a weighted sum does not know in which order its terms came. Largest difference "
    f"of a chance: {blind:.0e} without positions, {seeing:.2f} with them",
    replies={"different": "The letters came in another order. But what in the network could tell?"},
)

# %% wrong="order" hint="what in the network could tell"
my_guess = "different"

# %%
nothing = [[0.0] * 16] * 12
for name, loss_k, W_k in (
    ("right", honest, W),
    ("without positions", held_out(unordered_loss), W_unordered | {"position": nothing}),
    ("without the mask", held_out(peeked_loss), weights_of(peeked)),
):
    rng, W_k = np.random.default_rng(4), plain(W_k)
    print(f"{name}, {loss_k:.2f} nats a letter:")
    print("   ", *(write(W_k, 0.7, rng) for _ in range(8)))
in_a_name = (y >= 0).sum(axis=1).mean()
print(f"\nif only the first letter cost anything: {floor / in_a_name:.2f} nats a letter")
assert abs(held_out(unordered_loss) - honest) < 0.1
assert held_out(peeked_loss) < floor / in_a_name

# %% [markdown]
# **Without positions** the loss is nearly the same: in names, the last letter says most about the next one. So do not
# trust the loss to find this mistake. Test for it: two texts, the same letters, another order.
#
# **Without the mask** the loss is lower than anybody can reach: the first letter alone costs more than that. The
# network copies the next letter, and has not learned to predict it. When it writes, there is nothing to copy yet, and
# it ends each name at once.
#
# ## What you can now do
#
# You can build a GPT from its parts, say what its loss means for a single letter, and draw from it. Show it:
#
# **Exercise 1: how many numbers.** Another GPT: thirty tokens, twenty positions, lists of eight numbers, two heads. It
# has the matrices from above, and again there are four times as many numbers between `"up"` and `"down"`. How many
# numbers are there to learn?

# %% exercise="count"
### BEGIN SOLUTION
how_many = 1408
### END SOLUTION

# %% check="count"
check_answer(
    "how_many",
    how_many,
    len(nn.GPT(30, 20, 8, 2).parameters()),
    {
        1408 - 160: "the positions have a table too",
        1408 - 240: "there are two matrices for tokens: one row for each as it comes in, one for its score",
        1408 + 256: "the heads share the four matrices: two heads do not need twice as many",
        1408 - 256: "256 are missing: attention has four matrices of 8 · 8, and `up` and `down` have 8 · 32 each",
        1408 - 64: "attention has four matrices: query, key, value and out",
        1408 - 128: "attention has four matrices: query, key, value and out",
        1408 - 192: "attention has four matrices: query, key, value and out",
        1408 - 448: "between up and down there are 32 numbers: `up` is 32 × 8, and `down` 8 × 32",
        1408 + 512: "between up and down there are four times eight numbers, 32",
        1408 - 2 * 3 * 8: "there are thirty tokens here, not 27",
        736: "a matrix of 8 × 8 has 64 numbers, and `up` and `down` have 8 · 32 each",
        4128: "that is the GPT from above: this one is smaller",
        1408 - 512: "the small network is missing: up and down",
        1408 - 480: "the tokens have two tables: a row for each as it comes in, and one for its score",
        1510: "there are no biases",
        1408 - 384: "between up and down there are 32 numbers, not 8",
    },
    rtol=1e-9,
)

# %% wrong="count" hint="the positions have a table too"
how_many = 1248

# %% wrong="count" hint="two matrices for tokens"
how_many = 1168

# %% wrong="count" hint="32 numbers, not 8"
how_many = 1024

# %% [markdown]
# **Exercise 2: the chance of a name.** `losses` are the losses of all letters of a name and of its end, as `surprises`
# gives them. Return the chance that the network writes exactly this name, at temperature 1.
#
# <details><summary>Hint</summary>
#
# A name is written letter by letter, so the chances of its letters are multiplied. And the chance of a letter is
# $e^{-\text{loss}}$.
#
# </details>


# %% exercise="name"
def chance(losses):
    ### BEGIN SOLUTION
    return np.exp(-sum(losses))
    ### END SOLUTION


# %% check="name"
check_function(
    chance,
    lambda losses: np.exp(-sum(losses)),
    [([0.5, 2.0],), ([3.0, 0.1, 1.0, 0.4],), ([0.693],)],
    {
        lambda losses: np.exp(
            -np.mean(losses)
        ): "that is the chance of an average letter: all have to come, so add the losses",
        lambda losses: np.exp(sum(losses)): "the sign is missing: a chance is at most 1",
        lambda losses: np.prod(losses): "multiply the chances, not the losses",
        lambda losses: sum(np.exp(-x) for x in losses): "letter after letter: the chances are multiplied",
        lambda losses: sum(losses): "that is the loss of the whole name: the chance is e to the minus that",
        lambda losses: -sum(losses): "that is the logarithm of the chance",
        lambda losses: -np.log(sum(losses)): "a loss is a logarithm already: undo it, e to the minus loss",
        lambda losses: np.exp(-losses[-1]): "that is the chance of the last letter alone: all have to come",
        lambda losses: 2 ** -sum(losses): "the loss has the natural logarithm: e to the minus loss, not 2",
        lambda losses: np.prod(1 - np.array(losses)): "the chance of a letter is e to the minus loss, not 1 − loss",
        lambda losses: 1 - np.exp(-sum(losses)): "that is the chance of any other name",
        lambda losses: np.exp(-sum(losses[:-1])): "the end counts too, or any name that begins so would do",
        lambda losses: np.exp(-sum(losses[1:])): "the first letter is left out: lists count from 0",
        lambda losses: np.exp(-losses[0]): "only the first letter counts: does `return` stand inside the loop?",
        lambda losses: 10 ** -sum(losses): "the loss has the natural logarithm: e to the minus loss, not 10",
        lambda losses: 0.0: "a product begins with 1: it begins with 0 here, and stays there",
        lambda losses: np.exp(-min(losses)): "that is the likeliest letter alone: all have to come, so multiply",
        lambda losses: 1 / sum(losses): "the chance is e to the minus sum, not 1 over it",
    },
)


# %% wrong="name" hint="all have to come"
def chance(losses):
    return np.exp(-np.mean(losses))


# %% wrong="name" hint="multiply the chances"
def chance(losses):
    return np.prod(losses)


# %% [markdown]
# **Exercise 3: only the best.** Another way to keep a network from talking nonsense: draw from the `k` likeliest
# tokens only. Return the new chances: 0 for all others, and the sum 1 again. (No two chances are equal.)
#
# <details><summary>Hint</summary>
#
# `sorted(p)[-k]` is the smallest chance that stays. Set all below it to 0, then divide by the sum of the rest.
#
# </details>


# %% exercise="best"
def only_best(p, k):
    ### BEGIN SOLUTION
    smallest = sorted(p)[-k]
    kept = [x if x >= smallest else 0.0 for x in p]
    return [x / sum(kept) for x in kept]
    ### END SOLUTION


# %% check="best"
def kept(stays, scale=lambda x, kept: x / sum(kept)):
    def only_best(p, k):
        left = [x if stays(x, sorted(p), k) else 0.0 for x in p]
        return [scale(x, left) for x in left]

    return only_best


def at_least(x, ordered, k):
    return x >= ordered[-k]


def shrinking(p, k):
    left = [x if at_least(x, sorted(p), k) else 0.0 for x in p]
    for i in range(len(left)):
        left[i] /= sum(left)
    return left


check_function(
    only_best,
    kept(at_least),
    [([0.5, 0.1, 0.3, 0.08, 0.02], 2), ([0.2, 0.45, 0.35], 1), ([0.05, 0.4, 0.25, 0.2, 0.1], 3)],
    {
        kept(at_least, lambda x, left: x): "the chances that are left do not have the sum 1: divide by their sum",
        kept(lambda x, ordered, k: x <= ordered[k - 1]): "those are the k least likely",
        lambda p, k: [
            x / sum(p[:k]) if i < k else 0.0 for i, x in enumerate(p)
        ]: "those are the first k of the list, not the likeliest",
        kept(lambda x, ordered, k: x >= ordered[k]): "`sorted` begins with the smallest: count from the end",
        kept(lambda x, ordered, k: x > ordered[-k]): "one too few is left: the k-th stays as well",
        kept(lambda x, ordered, k: x >= ordered[-k - 1] if k < len(ordered) else True): "one too many is left",
        kept(at_least, lambda x, left: (x > 0) / sum(v > 0 for v in left)): "they keep their shares: no equal chances",
        kept(at_least, lambda x, left: x / sum(v > 0 for v in left)): "divide by the sum of what is left, not by k",
        lambda p, k: [y or x for x, y in zip(p, kept(at_least)(p, k), strict=True)]: "the others get the chance 0",
        kept(at_least, lambda x, left: softmax(left)[left.index(x)]): "a softmax makes chances of scores, and of 0 a "
        "chance above 0: divide by the sum",
        lambda p, k: kept(at_least, lambda x, left: x / (sum(left) or 1))(p, k)[:k]: "the list must stay as long as it "
        "was",
        **{
            lambda p, k, down=down: sorted(
                kept(at_least)(p, k), reverse=down
            ): "each chance stays at its place: do not sort p itself"
            for down in (False, True)
        },
        **{
            lambda p, k, down=down: [
                x for x in sorted(kept(at_least)(p, k), reverse=down) if x
            ]: "the others stay in the list, with 0, and each at its place"
            for down in (False, True)
        },
        shrinking: "the sum shrinks while you divide: work it out once, before the loop",
        lambda p, k: [x for x in kept(at_least)(p, k) if x]: "the others stay in the list, with 0",
    },
)


# %% wrong="best" hint="divide by their sum"
def only_best(p, k):
    smallest = sorted(p)[-k]
    return [x if x >= smallest else 0.0 for x in p]


# %% wrong="best" hint="the others stay in the list"
def only_best(p, k):
    kept = [x for x in p if x in sorted(p)[-k:]]
    return [x / sum(kept) for x in kept]


# %% [markdown]
# ## Your own GPT
#
# Courses on large models ask for more than this lesson has. Each of the following is a few lines in a copy of `step`.
# Two need no new weights: write a copy of `gpt` that uses your step, and give it to `train`.
#
# - **GELU** instead of relu: a bend without a kink. `from autograd import gelu`.
# - **Rotary positions.** Leave out the table. Instead turn each pair of numbers in a query and in a key, at position
#   $t$, by the angle $t\theta$. A query at 5 then sees a key at 3 as a query at 2 sees a key at 0: only the distance
#   counts. Check exactly that before you train.
#
# Two have weights of their own. Make them with `Value`, and give them to the optimizer, in a copy of `train`.
#
# - **A low-rank adapter.** Train on all names, then keep every matrix as it is. In place of `linear(M, x)` compute
#   `add(linear(M, x), linear(B, linear(A, x)))`, where `A` has 2 rows and `B` starts at 0. Train only `A` and `B`, on
#   the names that end in *a*. How many numbers are that, and how many has `M`?
# - **Two experts.** Two small networks side by side, and two scores, linear in `norm(x)`. Their softmax says how much
#   of each is taken. (Take a share of both. `@replayed` refuses an `if` on a score: it would go one way for all names.)
#
# Or bring your own texts: `nn.data.sequences` takes any list of short strings.
#
# Change one thing, train 200 steps from the same seed, and compare on the 500 names held out. By how many nats is your
# GPT better than this one, and by how many does this one change if nothing but the seed is another?
