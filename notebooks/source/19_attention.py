# %% [markdown]
# # 19. Attention
#
# **Goal.** Write the part of a network that looks things up in a text, train it to copy, and catch it when it cheats.
#
# **You need** softmax and cross-entropy ([notebook 8](08_losses.ipynb)) and a network unrolled in time
# ([notebook 14](14_sequences.ipynb)). **Afterwards you can** write a head of attention and its mask, read a picture of
# its weights, say why it needs positions, and tell a loss that is too good to be true.

# %% [markdown]
# ## A dictionary that is asked softly
#
# A Python dictionary has keys and values. You ask it with a query, and the query must equal a key. If it is close to a
# key but not equal, you get an error. And there is nothing to learn from an error: it has no slope.
#
# A soft dictionary answers every query. Keys and queries are now lists of numbers:
#
# 1. compare the query with each key by a dot product: that is the key's **score**;
# 2. turn the scores into **weights** by softmax: positive, with the sum 1;
# 3. answer with the mean of all values, each taken by its weight.

# %%
import numpy as np

from autograd import Value, dot, draw, softmax

keys = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]
values = [10.0, 20.0, 60.0]


def ask(query):
    scores = [dot(query, key) for key in keys]
    weights = softmax(scores)
    return dot(weights, values)


for query in ([1.0, 0.0], [4.0, 0.0], [20.0, 0.0], [0.0, 4.0]):
    print(query, "→", round(ask(query), 2))

# %% [markdown]
# The query `[1, 0]` is exactly the first key, but the other two keys have a say as well. A longer query in the same
# direction asks louder. The longest one gets what a Python dictionary would say: 10.
#
# **Guess first.** What does the query `[0, 0]` get?

# %% guess="nothing"
### BEGIN SOLUTION
my_guess = 30
### END SOLUTION

# %% reveal="nothing"
from autograd.check import reveal

reveal(
    my_guess,
    ask([0.0, 0.0]),
    because="all scores are 0, and softmax makes equal weights of equal scores: a third each. The answer is the mean",
    replies={
        0.0: "The scores are 0, but the weights are not: softmax makes them positive, with the sum 1.",
        90.0: "That is the sum of the values. The weights add up to 1, so the answer is a mean.",
        10.0: "That is the first key's value. The query [0, 0] fits no key better than another.",
        20.0: "That is the value in the middle. With equal weights it is the mean that counts.",
    },
)

# %% wrong="nothing" hint="The scores are 0, but the weights are not"
my_guess = 0


# %% [markdown]
# Every step is a smooth function, so the answer has a gradient. Here is one question as a graph. The numbers of the
# keys stand in the equations of the scores. Softmax first subtracts the largest score, as in notebook 8: that is
# `detached_max`.

# %%
query = [Value(1.0, "q1"), Value(0.5, "q2")]
stored = [Value(v, f"v{i}") for i, v in enumerate(values, 1)]
scores = [dot(query, key) for key in keys]
weights = softmax(scores)
for i, (score, weight) in enumerate(zip(scores, weights, strict=True), 1):
    score.label, weight.label = f"score {i}", f"a{i}"
answer = dot(weights, stored)
answer.label = "answer"
answer.backward()
assert np.allclose([v.grad for v in stored], [a.data for a in weights])
draw(answer, direction="TB")

# %% [markdown]
# Compare the three weights `a1`, `a2`, `a3` with the gradients of the values `v1`, `v2`, `v3`: they are the same
# numbers. A value that is read with a large weight gets a large gradient. A value whose weight is almost 0 learns
# almost nothing.
#
# ## Not too loud
#
# So a network must not begin with loud questions. If it does, one weight is almost 1 and all others are almost 0: the
# softmax is saturated, like the sigmoid in notebook 7.
#
# How loud is it at first? Let each query and each key have $d$ random numbers, of the typical size 1. A score is a
# sum of $d$ products of random sign, so its typical size is $\sqrt d$: the law of notebook 11. The remedy is the
# one of notebook 12, a factor: divide each score by $\sqrt d$.
#
# Compare both, with the factor and without it, for ten keys and $d = 8 \cdot 8$, whose root is 8. How large is the
# largest weight $a_i$? And how large is the slope $\partial a_i / \partial s_i = a_i (1 - a_i)$ of a weight toward its
# score, on average?


# %%
def of_ten(scale, d=64, tries=200):
    """The size of a score, the largest of ten weights, the slope: means of many tries."""
    rng = np.random.default_rng(1)
    q, K = rng.normal(size=(tries, d, 1)), rng.normal(size=(tries, 10, d))
    scores = (K @ q * scale)[:, :, 0]
    a = np.array([softmax(row) for row in scores.tolist()])
    return np.mean(scores**2) ** 0.5, a.max(axis=1).mean(), (a * (1 - a)).mean()


for name, scale in {"not scaled": 1.0, "by 1/√d": 64**-0.5}.items():
    size, largest, slope = of_ten(scale)
    print(f"{name:10}  score {size:.1f}, largest weight {largest:.2f}, slope {slope:.3f}")

# %% [markdown]
# Without the factor, the network is sure of itself before it has learned anything, and most of its gradient is gone.
#
# ## One head
#
# Now let a whole sequence ask. Each position has a query, a key and a value of its own: $q_t$, $k_t$, $v_t$. Position
# $t$ gets
#
# $$y_t = \sum_s a_{ts} \, v_s \qquad a_t = \operatorname{softmax}\left(\frac{q_t \cdot k_1}{\sqrt d}, \;
# \frac{q_t \cdot k_2}{\sqrt d}, \; \dots \right)$$
#
# That is a **head** of attention. The values are now lists of numbers too. The weights are called $a$, so that nobody
# takes them for the weights of a layer.
#
# **Exercise: write one head.** `Q`, `K` and `V` are lists of queries, keys and values, one for each position, and each
# of them is a list of numbers. Return the list of the $y_t$. It must work with Values inside, so use `dot` and
# `softmax` from above.
#
# From here on `look` is your head if it passes the check, and ours if not.
#
# <details><summary>Hint</summary>
#
# Begin with one query `q`: its scores are a list with one number for each key. `zip(*V)` gives the columns of `V`: all
# first numbers of the values, all second numbers, and so on. One number of $y_t$ is the `dot` of the weights with one
# column.
#
# </details>


# %% exercise="head"
def head(Q, K, V):
    """For each query the mean of the values, weighted by softmax(q · k / √d)."""
    ### BEGIN SOLUTION
    outputs = []
    for q in Q:
        weights = softmax([dot(q, k) / len(q) ** 0.5 for k in K])
        outputs.append([dot(weights, column) for column in zip(*V, strict=True)])
    return outputs
    ### END SOLUTION


# %% check="head"
from functools import wraps

from autograd.check import check_answer, check_function, passed

BARE = "numbers by which no gradient comes back to Q"
TAKEN = "lists that are shorter than before"


def weighted(rows, V):
    return [[dot(row, column) for column in zip(*V, strict=True)] for row in rows]


def scored(Q, K, scale=lambda d: d**-0.5):
    return [[dot(q, k) * scale(len(q)) for k in K] for q in Q]


def by_head(scale=lambda d: d**-0.5, shares=softmax):
    return lambda Q, K, V: weighted([shares(row) for row in scored(Q, K, scale)], V)


def by_number_of(rows):
    """A head whose scale is taken from the number of keys, or of numbers in a value."""
    return lambda Q, K, V: by_head(lambda d: len(rows(K, V)) ** -0.5)(Q, K, V)


def scaled_afterwards(Q, K, V):
    return [[y / len(Q[0]) ** 0.5 for y in row] for row in by_head(lambda d: 1.0)(Q, K, V)]


def over_queries(Q, K, V):
    columns = [softmax(column) for column in zip(*scored(Q, K), strict=True)]
    return weighted(zip(*columns, strict=True), V)


def over_all(Q, K, V):
    a = iter(softmax([score for row in scored(Q, K) for score in row]))
    return weighted([[next(a) for _ in K] for _ in Q], V)


def by_values(Q, K, V):
    return [[dot(softmax(row), value) for value in V] for row in scored(Q, K)]


def on_values(function):
    """The same function, asked with Values; it says so where no gradient comes back to the queries."""

    @wraps(function)
    def asked(*matrices):
        Q, K, V = ([[*map(Value, row)] for row in matrix] for matrix in matrices)
        answers = function(Q, K, V)
        if [*map(len, (Q, K, V))] != [*map(len, matrices)]:
            return TAKEN
        try:
            rows = [[*row] for row in answers]
        except TypeError:
            return answers
        flat = [y for row in rows for y in row]
        if not flat or any(isinstance(y, list) or not np.isfinite(float(y)) for y in flat):
            return rows
        total = sum(i * y for i, y in enumerate(flat, 1))
        if isinstance(total, Value):
            total.backward()
        return rows if any(q.grad for row in Q for q in row) else BARE

    return asked


def hints(mistakes, bare):
    return {on_values(f): hint for f, hint in mistakes.items()} | {
        lambda *_: BARE: bare,
        lambda *_: TAKEN: "`Q`, `K` and `V` belong to the caller: leave them as they are, and take slices",
    }


def in_lists(head):
    return lambda Q, K, V: [[*row] for row in head(Q, K, V)]


right_head = look = by_head()
mistakes = {
    by_head(lambda d: 1.0): "the scale is forgotten: divide each score by √d, d numbers in a key",
    by_head(lambda d: 1 / d): "that divides by d: it is the root of d",
    by_head(lambda d: d**0.5): "that multiplies by √d: divide, or it gets louder still",
    by_number_of(lambda K, V: K): "that scales by the number of keys: d is the number of numbers in one key",
    by_number_of(lambda K, V: V[0]): "d is the number of numbers in a key: a value may have more or fewer",
    by_head(lambda d: d**-2): "the root of d is `d ** 0.5`, and the score is divided by it",
    by_head(shares=lambda row: [score.exp() for score in row]): "divide by the sum of all: the weights have the sum 1",
    by_head(lambda d: -(d**-0.5)): "the sign: the better a key fits, the larger its weight",
    lambda Q, K, V: [right_head([q], K[: t + 1], V[: t + 1])[0] for t, q in enumerate(Q)]: "nothing is hidden here: "
    "each query is compared with all keys",
    lambda Q, K, V: right_head(Q, K, K): "the answer is a mean of the values `V`, yours of the keys",
    scaled_afterwards: "scale the scores, before the softmax, and not what comes after",
    over_queries: "the softmax runs over the wrong axis: the weights of one query, over all keys, have the sum 1",
    over_all: "the softmax runs over all scores at once: each query has weights of its own, with the sum 1",
    lambda Q, K, V: right_head(Q, V, K): "keys and values are swapped: compare the query with the keys; what it gets "
    "are the values",
    lambda Q, K, V: right_head(K, Q, V): "queries and keys are swapped: each query gets an answer",
    by_head(shares=lambda row: row): "those are sums weighted by the scores: the softmax is missing",
    lambda Q, K, V: [softmax(row) for row in scored(Q, K)]: "those are the weights: now take the mean of the values",
    lambda Q, K, V: right_head(Q, K, V)[0]: "that is the answer to the first query alone: make a list of all answers",
    lambda Q, K, V: [
        [sum(row)] for row in right_head(Q, K, V)
    ]: "the numbers of a value are added up: an answer has as many numbers as a value",
    lambda Q, K, V: zip(*right_head(Q, K, V), strict=True): "the answers are columns there: each y is a list of its "
    "own, a row",
    by_head(shares=lambda row: [score / sum(row) for score in row]): "that is a share of the scores: the softmax is "
    "missing",
    lambda Q, K, V: right_head(Q, K, V)[-1:]: "that is the last answer alone: does `append` stand inside the loop?",
    by_values: "for one number of the answer take one number of each value: `zip(*V)`",
}
if passed(
    check_function,
    on_values(head),
    on_values(right_head),
    [
        ([[2.0, 0.0], [0.5, 1.0]], [[1.0, 0.5], [-1.0, 2.0]], [[4.0, 1.0], [0.0, 7.0]]),
        ([[1.5, 0.5], [0.0, -1.0]], [[1.0, 2.0], [3.0, 0.0], [0.5, -1.0]], [[3.0], [5.0], [-2.0]]),
    ],
    hints(mistakes, "use `dot` and `softmax` on the Values as they are: `.data` and `math.exp` cut the graph"),
):
    look = in_lists(head)
    print("From here on your head does the work.")


# %% wrong="head" hint="the scale is forgotten"
def head(Q, K, V):
    rows = [softmax([dot(q, k) for k in K]) for q in Q]
    return weighted(rows, V)


# %% wrong="head" hint="over the wrong axis"
def head(Q, K, V):
    columns = [softmax([dot(q, k) / len(k) ** 0.5 for q in Q]) for k in K]
    return weighted(zip(*columns, strict=True), V)


# %% wrong="head" hint="the softmax is missing"
def head(Q, K, V):
    rows = [[dot(q, k) / len(q) ** 0.5 for k in K] for q in Q]
    return weighted(rows, V)


# %% wrong="head" hint="cut the graph"
def head(Q, K, V):
    rows = [softmax([dot(q, k).data / len(q) ** 0.5 for k in K]) for q in Q]
    return weighted(rows, [[v.data for v in row] for row in V])


# %% [markdown]
# How do you see the weights of a head? Ask for them: give it unit vectors as values. The weighted mean of unit vectors
# *is* the list of weights.

# %%
import matplotlib.pyplot as plt

import nn
from nn import plots


def weights_of(look, Q, K):
    rows = ([[Value(float(x)) for x in row] for row in m] for m in (Q, K, np.eye(len(K))))
    return np.array([[a.data for a in row] for row in look(*rows)])


Q = [[4.0, 0.0], [0.0, 4.0], [3.0, 3.0]]
K = [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]
plots.attention(weights_of(look, Q, K), ["a", "b", "c"])
plt.show()

# %% [markdown]
# Read it by rows: each row is a position that looks, each column a position that is seen. Position c looks at a and b
# alike, and not at itself.
#
# ## Every position is one step away
#
# Where do queries, keys and values come from? From the sequence itself. A position has a row of numbers $x_t$, and
# three linear layers make a query, a key and a value of it. The layers are the same for all positions: shared weights
# again.


# %%
class SelfAttention(nn.Module):
    """Each position looks at all others, by the head `look`."""

    def __init__(self, look, d, rng):
        self.look = look
        linear = {"activation": "linear", "init": "xavier", "rng": rng}
        self.query, self.key, self.value = (nn.Layer(d, d, **linear) for _ in range(3))

    def asked(self, x):
        return ([f(row) for row in x] for f in (self.query, self.key, self.value))

    def __call__(self, x):
        return self.look(*self.asked(x))


# %% [markdown]
# In the unrolled network of notebook 14 a gradient goes back one position at a time. How far is it here? Count the
# operations on the shortest path from a number at the first position to a number of the last output.


# %%
def shortest(output, inputs):
    """The number of operations on the shortest path in the graph."""
    level, count = {output}, 0
    while not level & set(inputs):
        level = {parent for value in level for parent in value.parents}
        count += 1
    return count


def first_and_last(network, T):
    """The first input of a random sequence and the last output, for T positions."""
    x = [[Value(v) for v in row] for row in np.random.default_rng(0).normal(size=(T, 8))]
    return x[0], network(x)[-1]


rng = np.random.default_rng(0)
attending = SelfAttention(look, 8, rng)
recurrent = nn.Recurrent(8, 8, return_sequences=True, rng=rng)
for T in (2, 5):
    start, end = first_and_last(recurrent, T)
    print(f"recurrent, {T} positions: {shortest(end[0], start)} operations")
start, end = first_and_last(attending, 2)
print(f"attention, 2 positions: {shortest(end[0], start)} operations")

# %% [markdown]
# **Guess first.** How many operations will it be for attention with 30 positions?

# %% guess="one_step"
### BEGIN SOLUTION
my_guess = 3
### END SOLUTION

# %% reveal="one_step"
start, end = first_and_last(attending, 30)
start_r, end_r = first_and_last(recurrent, 30)
across = shortest(end_r[0], start_r)
reveal(
    my_guess,
    shortest(end[0], start),
    because="it is one look, however far away. First the number goes into a value, then the value goes into the mean. "
    f"In the recurrent network it is {across} operations",
    replies={
        across: "So it is in the recurrent network, which hands the note on from position to position.",
        30: "It does not walk there: the last position compares its query with all keys at once.",
        29: "It does not walk there: the last position compares its query with all keys at once.",
        45: "So it would be if it took three operations for every two positions. It does not walk there.",
    },
)

# %% wrong="one_step" hint="It does not walk there"
my_guess = 30

# %% [markdown]
# Short paths have few factors, and a product of few factors neither vanishes nor explodes.
#
# ## The mask
#
# A network that writes text is trained to predict: at each position it sees what has come so far, and says which letter
# comes next. In training the whole text is there at once, and the answer to position $t$ stands at position $t + 1$. So
# the network must not look there. A **mask** forbids it: position $t$ sees only itself and the positions before it,
# $s \le t$.
#
# **Exercise: write the mask.** The same head, but position $t$ sees the positions $s \le t$ only. From here on
# `look_back` is your masked head if it passes, and ours if not. It is what we train.
#
# <details><summary>Hint</summary>
#
# What is not in the lists gets no weight. For position `t`, hand `look` one query, and only the first keys and values:
# a slice. How many? Position 0 sees one position, itself. (Large programs compute all scores and set the hidden ones to
# $-\infty$ *before* the softmax. That is the same.)
#
# </details>


# %% exercise="mask"
def masked(Q, K, V):
    """A head whose position t sees only the positions 0 … t."""
    ### BEGIN SOLUTION
    return [look([q], K[: t + 1], V[: t + 1])[0] for t, q in enumerate(Q)]
    ### END SOLUTION


# %% check="mask"
def seeing(visible):
    """A head whose position t of n sees the positions of the slice visible(t, n)."""

    def masked(Q, K, V):
        slices = [visible(t, len(K)) for t in range(len(Q))]
        return [right_head([q], K[part], V[part])[0] for q, part in zip(Q, slices, strict=True)]

    return masked


def hiding(hidden, first=1):
    """A head that puts the number `hidden` in the place of the scores from position t + first on."""

    def masked(Q, K, V):
        rows = [row[: t + first] + [hidden] * (len(K) - t - first) for t, row in enumerate(scored(Q, K))]
        return weighted([softmax(row) for row in rows], V)

    return masked


def hidden_afterwards(Q, K, V):
    rows = [softmax(row) for row in scored(Q, K)]
    return weighted([row[: t + 1] + [0.0] * (len(K) - t - 1) for t, row in enumerate(rows)], V)


def padded(Q, K, V):
    zeros = [[[0.0] * len(M[0])] * len(M) for M in (K, V)]
    pairs = [[M[: t + 1] + Z[t + 1 :] for M, Z in zip((K, V), zeros, strict=True)] for t in range(len(K))]
    return [right_head([q], *pair)[0] for q, pair in zip(Q, pairs, strict=True)]


def unscaled(Q, K, V):
    return [by_head(lambda d: 1.0)([q], K[: t + 1], V[: t + 1])[0] for t, q in enumerate(Q)]


right_mask = look_back = seeing(lambda t, n: slice(0, t + 1))
mistakes = {
    unscaled: "the scale is lost: call `look`, or divide each score by √d",
    seeing(lambda t, n: slice(t, n)): "the mask is on the wrong side: that position sees itself and what comes *after* "
    "it",
    seeing(lambda t, n: slice(max(t - 1, 0), t + 1)): "all positions before t are seen, not the last one only",
    seeing(lambda t, n: slice(0, max(t, 1))): "position t sees itself too, not only what came before: t + 1 of each",
    lambda Q, K, V: [right_head([q], K[: t + 1], V)[0] for t, q in enumerate(Q)]: "as many values as keys: cut `V` as "
    "well",
    lambda Q, K, V: right_mask(Q, K, V)[-1:]: "that is the last answer alone: collect one for each position",
    hiding(1e9): "the sign: −∞ hides a score, +∞ takes all",
    seeing(lambda t, n: slice(0, n - 1)): "how much is seen grows with t: position t sees the first t + 1",
    seeing(lambda t, n: slice(0, n)): "nothing is hidden: the first position sees the last",
    seeing(lambda t, n: slice(0, t)): "position t may see itself too: it sees t + 1 keys, and as many values",
    hiding(-np.inf, 0): "position t may see itself too: position 0 has nothing else to look at",
    seeing(lambda t, n: slice(0, t + 2)): "one position too many: t + 1 is the answer",
    hiding(-1.0): "a score of −1 is not hidden: softmax gives it a weight. Hide it by −∞, or leave it out",
    hiding(0.0): "a score of 0 is not hidden: softmax gives it a weight. Hide it by −∞, or leave it out",
    padded: "a key of zeros is not hidden: its score is 0, and softmax gives it a weight",
    hidden_afterwards: "the weights that are left no longer have the sum 1: hide *before* the softmax",
    lambda Q, K, V: right_mask([Q[-1]] * len(Q), K, V): "that is the last query each time: position t has its own",
    lambda Q, K, V: right_mask([Q[0], *Q[:-1]], K, V): "that is the query of the position before: t has its own",
    lambda Q, K, V: right_mask([Q[0]] * len(Q), K, V): "that is the first query each time: position t has its own",
    lambda Q, K, V: right_head(Q[0], K, V): "the head wants a *list* of queries, even of one: `[q]`",
    lambda Q, K, V: [[row] for row in right_mask(Q, K, V)]: "one list too many: the head returns a list of answers, "
    "here of one: take `[0]`",
}
pair = [[1.0], [2.0]], [[1.0], [0.5]], [[2.0], [5.0]]
three = (
    [[1.0, 0.5], [0.0, 2.0], [1.0, -1.0]],
    [[2.0, 0.0], [1.0, 1.0], [0.5, -2.0]],
    [[1.0, 4.0], [3.0, 0.0], [7.0, -1.0]],
)
bare = "no gradient comes back to the queries: let a position see all before it, and take the Values as they are"
if passed(check_function, on_values(masked), on_values(right_mask), [pair, three], hints(mistakes, bare)):
    look_back = in_lists(masked)
    print("From here on your mask does the work: it is what we train.")


# %% wrong="mask" hint="on the wrong side"
def masked(Q, K, V):
    return [look([q], K[t:], V[t:])[0] for t, q in enumerate(Q)]


# %% wrong="mask" hint="nothing is hidden"
def masked(Q, K, V):
    return look(Q, K, V)


# %% wrong="mask" hint="may see itself too"
def masked(Q, K, V):
    return [look([q], K[:t], V[:t])[0] for t, q in enumerate(Q)]


# %% wrong="mask" hint="cut `V` as well"
def masked(Q, K, V):
    return [look([q], K[: t + 1], V)[0] for t, q in enumerate(Q)]


# %% wrong="mask" hint="belong to the caller"
def masked(Q, K, V):
    answers = []
    for q in reversed(Q):
        answers.insert(0, look([q], K, V)[0])
        K.pop()
        V.pop()
    return answers


# %% wrong="mask" hint="hide *before* the softmax"
def masked(Q, K, V):
    rows = [softmax([dot(q, k) / len(q) ** 0.5 for k in K]) for q in Q]
    return weighted([[a if s <= t else 0 for s, a in enumerate(row)] for t, row in enumerate(rows)], V)


# %% [markdown]
# ## Learn to copy
#
# Each text has ten random letters from a to h, then a mark, then the same ten letters again. At each position the
# network is asked what comes next. That takes a memory: between a letter and its copy stand nine others and the mark.

# %%
LETTERS, TEN, MARK = "abcdefgh|", 10, 8


def texts(n, rng):
    """Texts as tokens, numbers from 0 to 8, and what comes next at each position."""
    text = rng.integers(8, size=(n, TEN))
    whole = np.hstack([text, np.full((n, 1), MARK), text])
    return whole[:, :-1], whole[:, 1:]


def spelled(tokens):
    return "".join(LETTERS[t] for t in tokens)


X, y = texts(1, np.random.default_rng(5))
print("it sees:      ", spelled(X[0]))
print("it should say:", spelled(y[0]))

# %% [markdown]
# Can a network be right everywhere? No. Each text has twenty targets, and nine of them are letters that were drawn at
# random. Nobody can predict those. The best that an honest network can say is "one in eight, each", and that costs
# $\ln 8$. The mark and the copy can be predicted with certainty, and cost nothing. So this is the lowest honest loss:

# %%
floor = 9 / 20 * np.log(8)
print(f"the lowest honest loss: 9/20 · ln 8 = {floor:.3f}")

# %% [markdown]
# The network is called `Copier` and has four parts: a row of numbers for each **token** (a letter or the mark), one
# more for each position, one head, and a layer that gives a score to each of the nine tokens. (`nn.Embedding` is a
# table with a row for each token. The rows are parameters.) One text is a graph of thousands of values. `@replayed`
# records it once and computes it again for sixteen texts at a time, at the speed of arrays.


# %%
from autograd import replayed


class Copier(nn.Module):
    def __init__(self, look, places=True):
        rng = np.random.default_rng(0)
        self.tokens = nn.Embedding(9, 16, rng=rng)
        self.places = nn.Embedding(20, 16, rng=rng) if places else None
        self.attention = SelfAttention(look, 16, rng)
        self.scores = nn.Layer(16, 9, "linear", init="xavier", rng=rng)

    def rows(self, tokens):
        rows = [self.tokens(token) for token in tokens]
        if self.places is None:
            return rows
        return (np.array(rows) + [self.places(t) for t in range(len(rows))]).tolist()

    def __call__(self, tokens):
        return [self.scores(row) for row in self.attention(self.rows(tokens))]


# %%
def train(model, steps=120, rate=0.03):
    """The loss of every step."""

    @replayed
    def loss(tokens, targets):
        return nn.cross_entropy(model(tokens), targets)

    rng = np.random.default_rng(1)
    optimizer = nn.Adam(model.parameters())
    losses = []
    for step in range(steps):
        optimizer.lr = rate * (1 - step / steps)
        optimizer.zero_grad()
        batch = loss.mean(*texts(16, rng))
        batch.backward()
        optimizer.step()
        losses.append(batch.data)
    return losses


honest = Copier(look_back)
honest_loss = train(honest)
print(f"loss: {honest_loss[0]:.2f} at first, {np.mean(honest_loss[-20:]):.2f} at the end")

# %% [markdown]
# The loss ends a little above the lowest honest one: the network still guesses at random letters. What counts is
# whether it can copy. So let it **write**. It gets ten letters and the mark, and says the next letter. That letter is
# appended to the text, and the network says the one after it.


# %%
def write(model, starts):
    """Ten letters after each start, one by one: always the one with the largest score."""
    scores = replayed(model)
    tokens = np.full((len(starts), 2 * TEN), MARK)  # a mark where nothing is written yet
    tokens[:, : TEN + 1] = starts
    said = []
    for t in range(TEN, 2 * TEN):
        said.append(scores.each(tokens)[:, t].argmax(axis=1))
        tokens[:, t + 1 : t + 2] = said[-1][:, None]
    return np.transpose(said)


def copied(model, n=100):
    """The share of letters that are copied right, and the first text with its copy."""
    X, y = texts(n, np.random.default_rng(2))
    said = write(model, X[:, : TEN + 1])
    return (said == y[:, TEN:]).mean(), f"{spelled(X[0, : TEN + 1])}{spelled(said[0])}"


share, example = copied(honest)
print(example)
print(f"of 1,000 letters, {share:.1%} are right")
assert share > 0.99

# %% [markdown]
# Every letter is right. Where does the network look? Here are the weights for one text. Each row is a position that
# looks, labelled with the letter that stands there.

# %%
text = X[0].tolist()
Q, K, V = honest.attention.asked(honest.rows(text))
seen = weights_of(look_back, Q, K)
plots.attention(seen, spelled(text))
plt.show()
print(f"at the mark, the weight of the first letter is {seen[TEN, 0]:.2f}")
assert (seen[TEN:].argmax(axis=1) == np.arange(TEN)).all()
assert (np.triu(seen, 1) == 0).all()

# %% [markdown]
# In the lower half there is a stripe: every position looks ten places back, at the letter that comes next. Nobody told
# it to. And right of the diagonal all is white: that is your mask.
#
# ## Break it on purpose
#
# Now the same network with `look` instead of `look_back`: no mask. It is trained on the same texts, for as many steps.

# %%
unmasked = Copier(look)
unmasked_loss = train(unmasked)

# %% [markdown]
# **Guess first.** The lowest honest loss was 0.936. Where does the loss without the mask end, to two digits after the
# point?

# %% guess="unmasked"
### BEGIN SOLUTION
my_guess = 0.0
### END SOLUTION

# %% reveal="unmasked"
reveal(
    my_guess,
    round(np.mean(unmasked_loss[-20:]), 2),
    because="without a mask the next letter is in sight, one position to the right. The network learns to read it off, "
    f"and 'predicts' letters that were drawn at random. Its loss is {np.mean(unmasked_loss[-20:]):.4f}",
    replies={
        round(floor, 3): "That is the best that an honest network can do. This one need not be honest.",
        round(floor, 2): "That is the best that an honest network can do. This one need not be honest.",
        round(np.log(8), 2): "That is what it costs to know nothing at all. It sees more than that.",
    },
)

# %% wrong="unmasked" hint="This one need not be honest"
my_guess = 0.94


# %% [markdown]
# Is that good news? Look at the loss, at the weights of the new network, and at what both of them write.

# %% plot=""
plt.figure(figsize=(6, 3.5))
plt.plot(honest_loss, label="with the mask")
plt.plot(unmasked_loss, label="without the mask")
plt.axhline(floor, color="k", ls=":", label="the lowest honest loss")
plt.xlabel("step")
plt.ylabel("loss")
plt.legend()
plt.show()

# %%
Q, K, V = unmasked.attention.asked(unmasked.rows(text))
seen = weights_of(look, Q, K)
plots.attention(seen, spelled(text))
plt.show()
ahead = np.triu(seen, 1)[:9].sum(axis=1)  # right of the diagonal, in the first nine rows
print(f"of what the first nine positions look at, {ahead.mean():.1%} lies ahead of them")

shares = {}
for name, network in {"with the mask": honest, "without": unmasked}.items():
    shares[name], example = copied(network)
    print(f"{name:14}  {example}  {shares[name]:.0%} right")
assert shares["without"] < 0.75 < 0.99 < shares["with the mask"]
assert ahead.mean() > 0.95
assert np.mean(unmasked_loss[-20:]) < 0.01 < floor < np.mean(honest_loss[-20:])

# %% [markdown]
# Its loss is almost 0, and about half of what it writes is wrong. In training it looked ahead: one position to the
# right, or into the copy, where the same letter stands. When it writes, there is nothing ahead: the next letter does
# not exist yet. It never learned to copy, because it never had to.
#
# > **Misconception: "the lower the loss, the better the model".** Among models that get the same inputs, yes. But a
# > loss that is lower than an honest model can reach is a sign of a leak: the answer is among the inputs. No error is
# > raised. So work out beforehand what an honest model can reach, here 9/20 · ln 8. And test a model the way it will
# > be used.
#
# ## What positions are for
#
# The `Copier` adds a row for the position to the row of the token. Why? Take positions away, and give a head the same
# letters in two orders.

# %%
model = Copier(look_back, places=False)
forwards, backwards = [0, 3, 5, 1, 8], [1, 5, 3, 0, 8]
last = [[float(score) for score in model(order)[-1]] for order in (forwards, backwards)]
for order, scores in zip((forwards, backwards), last, strict=True):
    print(spelled(order), "→", np.round(scores[:4], 4))
assert np.allclose(*last, atol=1e-12)
placeless_loss = train(model)

# %% [markdown]
# The last position gets the same numbers: a weighted mean does not know in which order its values stood. To a head, a
# text is a bag of letters.
#
# **Guess first.** The cell above has also trained this network to copy, without positions. What share of the letters
# does it copy right? One in eight is chance. Is it `"all"`, `"chance"`, or `"a little more than chance"`?

# %% guess="places"
### BEGIN SOLUTION
my_guess = "a little more than chance"
### END SOLUTION

# %% reveal="places"
share, example = copied(model)
assert 1 / 8 + 0.02 < share < 0.4
reveal(
    my_guess,
    "a little more than chance",
    because=f"it copies {share:.1%} of the letters: {example}. It sees which letters are in the bag, and says one that "
    "is in there often, but it cannot know whose turn it is",
    replies={
        "all": "How would it know which letter is due? It cannot tell the first from the last.",
        "chance": "It does know something: which letters the text has, and how often.",
    },
)

# %% wrong="places" hint="cannot tell the first from the last"
my_guess = "all"


# %% [markdown]
# A program that forgets the positions raises no error either. It learns something, and then it gets stuck.
#
# ## What you can now do
#
# You can write a head and its mask, read its weights, and say what it can know. Show it:
#
# **Exercise 1: one look, on paper.** A query and two keys of four numbers each, and the values of the two keys:

# %%
q1 = [2.0, 0.0, 1.0, 1.0]
k1, k2 = [2.0, 5.0, 1.0, 1.0], [1.0, 1.0, -1.0, 1.0]
v1, v2 = 10.0, 20.0

# %% [markdown]
# What is the weight of the first key, and what does the head answer? (With the scale. A pocket calculator or `exp` is
# allowed, three digits are enough.)

# %% exercise="by_hand"
### BEGIN SOLUTION
first_weight = 1 / (1 + 2.718281828**-2)
answer = 10 * first_weight + 20 * (1 - first_weight)
### END SOLUTION

# %% check="by_hand"
s1, s2 = dot(q1, k1), dot(q1, k2)
mistakes = {
    softmax([s1, s2])[0]: "the scale is forgotten: four numbers, so divide each score by 2",
    softmax([s1 / 4, s2 / 4])[0]: "that divides by d = 4: it is its root, 2",
    s1 / (s1 + s2): "that is a share of the scores: the softmax is missing",
    s1 / 2: "that is the score: softmax makes a weight of it",
    softmax([s1, s2])[0] / 2: "scale the scores, before the softmax, and not the weight",
    s1: "that is the score, before the scale and the softmax",
    softmax([s1 / 2, s2 / 2])[1]: "that is the weight of the second key",
    np.exp(s1 / 2): "divide by the sum of both: a weight is at most 1",
}
a1, a2 = softmax([s1 / 2, s2 / 2])
check_answer("first_weight", first_weight, a1, mistakes, rtol=2e-3)
check_answer(
    "answer",
    answer,
    a1 * v1 + a2 * v2,
    {
        v1: "that is what a hard dictionary says: the second value counts a little",
        (v1 + v2) / 2: "that is the plain mean: weight the values",
        a2 * v1 + a1 * v2: "the weights are swapped",
        a1 * v1: "the second value is missing",
        v1 + v2: "that is the sum: weight the values",
    },
    rtol=2e-3,
)

# %% wrong="by_hand" hint="the scale is forgotten"
first_weight, answer = 0.982, 10.18


# %% wrong="by_hand" hint="the softmax is missing"
first_weight, answer = 0.75, 12.5


# %% wrong="by_hand" hint="what a hard dictionary says"
first_weight, answer = 0.881, 10


# %% [markdown]
# **Exercise 2: find a place.** Training found queries that look ten places back. Find some by hand. The keys are unit
# vectors, one for each of `T` positions: `K[s]` has a 1 in place `s`. Return the queries, `T` lists of `T` numbers.
# Position `t` is to look at position `t - back` with a weight of at least 0.99, or at position 0 where there is no such
# position. There are at most twelve positions.
#
# <details><summary>Hint</summary>
#
# Which query has a dot product above 0 with `K[s]`, and 0 with all other keys? The scores are still divided by
# $\sqrt T$. Ask loudly enough.
#
# </details>


# %% exercise="find"
def queries(T, back):
    """Position t looks at position t - back, or at 0."""
    ### BEGIN SOLUTION
    Q = [[0.0] * T for _ in range(T)]
    for t in range(T):
        Q[t][max(t - back, 0)] = 50.0
    return Q
    ### END SOLUTION


# %% check="find"
def found(queries):
    """For each position, the one that it looks at, or how much it sees at most."""

    @wraps(queries)
    def looked_at(T, back):
        Q = queries(T, back)
        if Q is None or isinstance(Q, int | float):
            return Q
        try:
            rows = [[float(x) for x in row] for row in Q]
        except TypeError:
            return f"queries of the shape {(len(Q),)}"
        if [*map(len, rows)] != [T] * T:
            return f"queries of the lengths {[*map(len, rows)]}"
        Q = np.array(rows)
        if ((Q < 0).sum(axis=1) == 1).all():
            return "queries that push one key away"
        if np.ptp(Q, axis=0).max() == 0:
            return "the same query at all positions"
        rows = weights_of(right_head, Q.tolist(), np.eye(T).tolist())
        return [int(a.argmax()) if a.max() >= 0.99 else "nowhere for sure" for a in rows]

    return looked_at


def pointing(where, size=50.0):
    def queries(T, back):
        Q = np.zeros((T, T))
        for t in range(T):
            if where(t, back, T) is not None:
                Q[t, where(t, back, T)] = size
        return Q

    return found(queries)


def swapped(T, back):
    Q = np.zeros((T, T))
    Q[[max(t - back, 0) for t in range(T)], range(T)] = 50.0
    return Q


check_function(
    found(queries),
    pointing(lambda t, back, T: max(t - back, 0)),
    [(4, 1), (6, 2), (12, 10)],
    {
        pointing(lambda t, back, T: max(t - back, 0), 1.0): "the right places, but too softly: make the query longer",
        lambda T, back: "queries that push one key away": "a score below 0 pushes away: the query has the sign of the "
        "key",
        lambda T, back: "the same query at all positions": "all rows are one and the same list: `[row] * T` repeats "
        "it. Make `T` lists",
        lambda T, back: f"queries of the shape {(T,)}": "a query is a list of `T` numbers, not the number of a "
        "position",
        pointing(lambda t, back, T: max(t - back - 1, 0)): "one place too far to the left: the place is t - back",
        lambda T, back: f"queries of the lengths {[T] * (T - back)}": "every position has a query, the first ones too: "
        "they look at position 0",
        pointing(lambda t, back, T: max(t - back + 1, 0)): "one place too far to the right: the place is t - back",
        pointing(lambda t, back, T: t - back if t >= back else t): "where there is no position t - back, look at "
        "position 0, not at itself",
        pointing(lambda t, back, T: min(t + back, T - 1)): "that looks ahead: the place is t - back",
        pointing(lambda t, back, T: t): "each position looks at itself: the place is t - back",
        pointing(lambda t, back, T: (t - back) % T): "a place below 0 counts from the end in Python: take 0 there",
        pointing(lambda t, back, T: t - back if t >= back else None): "where there is no position t - back, look at 0: "
        "those queries are all 0 and look nowhere",
        found(swapped): "rows and columns are swapped: `Q[t]` is the query of position t",
    },
)


# %% wrong="find" hint="too softly"
def queries(T, back):
    return [[1.0 if s == max(t - back, 0) else 0.0 for s in range(T)] for t in range(T)]


# %% wrong="find" hint="look nowhere"
def queries(T, back):
    return [[50.0 if s == t - back else 0.0 for s in range(T)] for t in range(T)]


# %% [markdown]
# **Exercise 3: too good to be true.** Before you train, work out what is honest. Texts of another kind: `n` random
# letters from an alphabet of `letters`, a mark, and the same letters again. The network sees all but the last token,
# and has a target at each position. Return the lowest honest loss, the mean over all targets, with the natural
# logarithm.
#
# <details><summary>Hint</summary>
#
# How many tokens has a text, and how many targets? Which targets are random? The first letter is an input, but never a
# target. A letter that nobody can predict costs the logarithm of the number of letters. `np.log` is the natural one.
#
# </details>


# %% exercise="honest"
def lowest_honest(n, letters):
    ### BEGIN SOLUTION
    return (n - 1) / (2 * n) * np.log(letters)
    ### END SOLUTION


# %% check="honest"
check_function(
    lowest_honest,
    lambda n, letters: (n - 1) / (2 * n) * np.log(letters),
    [(10, 8), (3, 2), (20, 26)],
    {
        lambda n, letters: np.log(letters): "so it would be if every target were random: the copy costs nothing",
        lambda n, letters: n / (2 * n) * np.log(letters): "the first letter is never a target: one random target fewer",
        lambda n, letters: n / (2 * n + 1) * np.log(letters): "a text has 2n + 1 tokens, and one target fewer; and the "
        "first letter is no target",
        lambda n, letters: (n - 1) / (2 * n + 1) * np.log(letters): "a text has 2n + 1 tokens, but 2n targets: nothing "
        "comes before the first",
        lambda n, letters: (n - 1) / (2 * n - 1) * np.log(letters): "the mark is a target too: there are 2n",
        lambda n, letters: (n - 1) * np.log(letters): "that is the sum over the targets: the loss is their mean",
        lambda n, letters: (
            (n - 1) / (2 * n) * np.log2(letters)
        ): "that is in bits: the loss here has the natural logarithm",
        lambda n, letters: (n - 1) / (2 * n) * np.log(1 / letters): "the sign: the loss is −ln of the probability 1 / "
        "letters",
        lambda n, letters: (n - 1) / (2 * n) / letters: "one in so many is the probability: the loss is −ln of it",
        lambda n, letters: (n - 1) / (2 * n) * np.log(letters + 1): "the mark is never drawn: a random target is one "
        "of `letters`",
        lambda n, letters: (n - 1) / (2 * n) * np.log(n): "it is the number of different letters that counts, not n",
        lambda n, letters: (n - 1) / (2 * n) * letters: "the logarithm is missing: a letter costs ln of the number of "
        "letters",
        lambda n, letters: 9 / 20 * np.log(8): "those are the texts from above: use `n` and `letters`",
        lambda n, letters: (n - 1) / n * np.log(letters): "the copy and the mark are targets too: there are 2n",
        lambda n, letters: 0.0: "that can only be reached by reading the answer",
        lambda n, letters: (n + 1) / (2 * n) * np.log(letters): "the mark and the copy are the targets that cost "
        "nothing: take the others",
    },
)


# %% wrong="honest" hint="if every target were random"
def lowest_honest(n, letters):
    return np.log(letters)


# %% wrong="honest" hint="one random target fewer"
def lowest_honest(n, letters):
    return np.log(letters) / 2


# %% wrong="honest" hint="but 2n targets"
def lowest_honest(n, letters):
    return (n - 1) / (2 * n + 1) * np.log(letters)


# %% [markdown]
# ## Your own task
#
# Change what comes after the mark: the text backwards, or the next letter of the alphabet for each letter, or the
# letters sorted. Only `texts` has to change.
#
# Before you train, draw the picture of the weights that you expect. Then train, and look.
#
# Copying needs one look for each letter. Which of the three tasks can one head do by looking once? And with the text
# backwards: after how many steps are all 1,000 letters right?
