# %% [markdown]
# # 8. Losses
#
# **Goal.** Choose a loss for probabilities by how it pushes, and compute it without overflow.
#
# **You need** the training loop ([notebook 6](06_a_line_then_a_neuron.ipynb)) and saturation
# ([notebook 7](07_activations_and_saturation.ipynb)). **Afterwards you can** say which loss pushes where, write a
# softmax that survives any scores, read a gradient off a graph, and judge an update rule that you find in print.

# %% [markdown]
# ## One answer, two losses
#
# A neuron computes a **score** $z$, also called a *logit*, and the sigmoid makes a probability of it:
# $p = \sigma(z)$. Say the right answer, the target, is 1. How wrong is $p$? Two losses are in use:
#
# - the **squared error** $(p - 1)^2$; its mean over several samples is the **MSE**;
# - the **cross-entropy** $-\log p$, where $p$ is the probability that was given to what turned out to be true. Why the
#   logarithm? The probability of many independent answers is a product. Its logarithm is a sum, one term for each
#   sample, and that can be averaged like any loss. (If the target is 0, it is $-\log (1 - p)$.)
#
# Both are 0 where $p = 1$. Here they are, for a score that is far off, off, undecided, and close:

# %%
from autograd import Value, explain, grad, log, sigmoid


def squared_error(z):
    return (sigmoid(z) - 1) ** 2


def cross_entropy(z):
    return -log(sigmoid(z))


print("     z         p  squared error  cross-entropy")
for z in (-10.0, -1.0, 0.0, 4.0):
    print(f"{z:6} {sigmoid(z):9.6f} {squared_error(z):14.6f} {cross_entropy(z):14.6f}")

# %% [markdown]
# Training moves $z$ against the loss's gradient toward $z$. The larger the gradient, the stronger the push.
#
# **Guess first.** Take the squared error. Where does it push hardest: where the score is `"far off"`, at $-10$,
# `"off"`, at $-1$, or `"close"`, at 4?

# %% guess="hardest"
### BEGIN SOLUTION
my_guess = "off"
### END SOLUTION

# %% reveal="hardest"
from autograd.check import reveal

pushes = {z: abs(grad(squared_error)(z)) for z in (-10.0, -1.0, 4.0)}
reveal(
    my_guess,
    {-10.0: "far off", -1.0: "off", 4.0: "close"}[max(pushes, key=pushes.get)],
    because="the sizes of its gradients are " + ", ".join(f"{g:.2g} at {z:.0f}" for z, g in pushes.items()),
    replies={
        "far off": "There the error is largest. But its gradient must come back through the sigmoid, and "
        "what does a saturated sigmoid let through?",
        "close": "There the answer is nearly right: little error, and a flat sigmoid too.",
    },
)

# %% wrong="hardest" hint="come back through the sigmoid"
my_guess = "far off"

# %% wrong="hardest" hint="nearly right"
my_guess = "close"

# %% [markdown]
# On the left the two losses, on the right their gradients toward $z$. Look at the far left of each.

# %% plot=""
import matplotlib.pyplot as plt
import numpy as np

zs = np.linspace(-12, 6, 200).tolist()
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
for loss, style in ((squared_error, "tab:orange"), (cross_entropy, "tab:blue")):
    left.plot(zs, [loss(z) for z in zs], style)
    right.plot(zs, [grad(loss)(z) for z in zs], style)
left.set(title="losses, target 1", xlabel="score z")
right.set(title="their gradients toward z", xlabel="score z")
left.legend(["squared error", "cross-entropy"])
plt.show()

# %% [markdown]
# To the left the cross-entropy grows along a straight line, and its gradient stays near −1. The squared error levels
# off just below 1: **where all is wrong it is flat**. The chain rule says why:

# %%
z = Value(-10.0, "z")
p = sigmoid(z)
squared = (p - 1) ** 2
p.label, squared.label = "p", "squared"
explain(squared, z)

# %%
cross = -log(p)
cross.label = "cross"
explain(cross, z)

# %% [markdown]
# Both go through the sigmoid's slope $p\,(1 - p)$, which is almost 0. The squared error multiplies it by −2. The
# logarithm multiplies it by $-1/p$, and that cancels the small $p$. What is left is $-(1 - p)$, that is, **$p - 1$,
# probability minus target**.
#
# How much does it matter? Start both at −10 and let them walk, with rate 1, until $p$ reaches one half.


# %%
def walk(gradient, z=-10.0):
    """p after each step, until it has reached one half."""
    probabilities = [sigmoid(z)]
    while probabilities[-1] < 0.5:
        z = z - gradient(z)
        probabilities.append(sigmoid(z))
    return probabilities


slow = walk(lambda z: 2 * (sigmoid(z) - 1) * sigmoid(z) * (1 - sigmoid(z)))
quick = walk(lambda z: sigmoid(z) - 1)

ratio = grad(cross_entropy)(-10.0) / grad(squared_error)(-10.0)
print(f"gradient of the squared error at -10: {grad(squared_error)(-10.0):.1e}")
print(f"gradient of the cross-entropy at -10: {grad(cross_entropy)(-10.0):.1e}")
print(f"the second is {ratio:,.0f} times as large")
print(f"steps to one half: {len(slow) - 1:,} against {len(quick) - 1}")

# %% plot=""
plt.figure(figsize=(6, 4))
plt.semilogx(slow, "tab:orange", label="squared error")
plt.semilogx(quick, "o-", color="tab:blue", ms=4, label="cross-entropy")
plt.title("from z = −10 toward the target 1")
plt.xlabel("steps, on a logarithmic scale")
plt.ylabel("p")
plt.legend()
plt.show()

# %% [markdown]
# Eleven steps against 11,034. For most of the way the slow one does not look slow: it looks stuck.
#
# The squared error is not a bad loss. Where there is no sigmoid, as for the line of notebook 6, its gradient grows with
# the error, as it should. Take it for quantities, and cross-entropy for probabilities.
#
# > **Misconception: "the more wrong, the harder the push".** On a parabola that is true, and it should be. But the
# > gradient is not the size of the loss (notebook 6), and here is the case that hurts: high ground that is flat, where
# > training stands still although everything is wrong.

# %%
print("     z  squared error   gradient")
for z in (-10.0, -5.0, -1.0):
    print(f"{z:6}  {squared_error(z):13.4f}  {grad(squared_error)(z):9.5f}")

# %% [markdown]
# ## Several classes: softmax
#
# For three classes there are three scores. To make probabilities of them, make them positive and let them add up to 1:
#
# $$p_k = \frac{e^{z_k}}{e^{z_0} + e^{z_1} + \cdots + e^{z_{n-1}}}$$
#
# This is **softmax**. Written down as it stands:

# %%
from autograd import exp


def naive_softmax(scores):
    weights = [exp(z) for z in scores]
    return [weight / sum(weights) for weight in weights]


print([round(p, 3) for p in naive_softmax([log(1.0), log(2.0), log(5.0)])])
print([round(p, 3) for p in naive_softmax([1.0, 2.0, 3.0])])

# %% [markdown]
# The scores of the first line are logarithms, so that $e^z$ is 1, 2 and 5, and the probabilities are eighths. The
# scores of the second line lie one apart, so each probability is $e$ times the one before it.
#
# **Guess first.** Add a hundred to all three scores. Does the largest probability become `"smaller"`, stay `"the
# same"`, or become `"larger"`?

# %% guess="shift"
### BEGIN SOLUTION
my_guess = "the same"
### END SOLUTION

# %% reveal="shift"
top, shifted_top = naive_softmax([1.0, 2.0, 3.0])[2], naive_softmax([101.0, 102.0, 103.0])[2]
reveal(
    my_guess,
    "the same" if abs(top - shifted_top) < 1e-9 else "larger",
    because=f"it is {top:.4f} before and {shifted_top:.4f} after: e to the 100 is a factor of every term, above and "
    "below the line",
    replies={
        "larger": "All the exponentials become larger, the other two by the same factor as the first.",
        "smaller": "Beside 100 a lead of 1 looks smaller. But softmax compares by differences, not by ratios.",
    },
)

# %% wrong="shift" hint="by the same factor"
my_guess = "larger"

# %% wrong="shift" hint="by differences"
my_guess = "smaller"

# %%
for shift in (0.0, 100.0, -5.0):
    print([round(p, 3) for p in naive_softmax([1.0 + shift, 2.0 + shift, 3.0 + shift])])

# %% [markdown]
# **Adding a constant to all scores changes nothing.** Softmax sees only their differences.
#
# ## Break it on purpose
#
# So in each column below the three rows should be the same. On the right is the engine's own softmax.

# %%
from autograd import logsumexp, softmax

print("scores                      naive                   engine")
for shift in (0.0, 700.0, 1000.0):
    shifted = [1.0 + shift, 2.0 + shift, 3.0 + shift]
    naive = " ".join(f"{p:6.4f}" for p in naive_softmax(shifted))
    engine = " ".join(f"{p:6.4f}" for p in softmax(shifted))
    print(f"{shifted!s:26}  {naive:22}  {engine}")
print("exp(1003) =", exp(1003.0), " and inf / inf =", exp(1003.0) / exp(1003.0))
assert naive == "   nan    nan    nan"

# %% [markdown]
# A float ends near $10^{308}$, and $e^{1000}$ is far beyond: **overflow**, to infinity. (Python's own `math.exp` raises
# an error instead.) Infinity divided by infinity is no number, and one `nan` in a loss makes every parameter `nan`
# with the next step. Scores of a thousand are rarer than scores of three, but training needs only one of them.
#
# You know the cure already: adding a constant changes nothing. Which constant makes overflow impossible?
#
# **Exercise: a softmax for any scores.** Use `exp` from above, not `math.exp`. What you write computes all
# `probabilities` from here on.
#
# <details><summary>Hint</summary>
#
# If every exponent is 0 or less, each exponential lies between 0 and 1, and at least one should be 1, or the sum might
# come out as 0. What do you have to subtract from all scores?
#
# </details>


# %% exercise="softmax"
def my_softmax(scores):
    """The probabilities of a list of scores, however large."""
    ### BEGIN SOLUTION
    largest = max(scores)
    weights = [exp(z - largest) for z in scores]
    return [weight / sum(weights) for weight in weights]
    ### END SOLUTION


# %% check="softmax"
from autograd.check import check_answer, check_function, passed


def softmax_with(shifted, below=None):
    """Softmax of the scores after `shifted`; `below`, if given, shifts those in the sum below the line."""

    def my_softmax(scores):
        weights = [exp(z) for z in shifted(scores)]
        total = sum(exp(z) for z in (below or shifted)(scores))
        return [weight / total for weight in weights]

    return my_softmax


def from_largest(scores):
    return [z - max(scores) for z in scores]


def weighted(weight, divisor=sum):
    """Each score's weight, divided by the divisor of all weights."""

    def my_softmax(scores):
        weights = [weight(z, scores) for z in scores]
        return [w / divisor(weights) for w in weights]

    return my_softmax


def from_top(z, scores):
    return exp(z - max(scores))


too_many = "all exponentials came out as 0, and 0 / 0 is an error: subtract the largest score, and nothing else"
probabilities = softmax
if passed(
    check_function,
    my_softmax,
    softmax,
    [
        ([1.0, 2.0, 3.0],),
        ([4.0, 2.0],),
        ([1001.0, 1003.0, 1002.5],),
        ([2.0, -3000.0, 1.0],),
        ([-3000.0, 1.0, 2.0],),
        ([1.0, 2.0, -3000.0],),
        ([0.0, 3000.0, 1.0],),
        ([-1000.0, -1002.0],),
        ([-5.0, -3.0, -4.0],),
    ],
    {
        softmax_with(lambda scores: scores): "exp(1003) is inf, and exp(-1000) is 0: subtract the largest "
        "of the scores from all of them first, not a fixed number",
        lambda scores: [exp(z - max(scores)) for z in scores]: "they must add up to 1: divide by their sum",
        softmax_with(lambda scores: [z - min(scores) for z in scores]): "subtracting less than the largest leaves "
        "large exponents: none should be above 0",
        softmax_with(lambda scores: [z - scores[0] for z in scores]): "the first score may be the lowest: subtract the "
        "largest",
        softmax_with(lambda scores: [z - scores[-1] for z in scores]): "the last score may be the lowest: subtract the "
        "largest",
        softmax_with(
            lambda scores: [z - sorted(scores)[len(scores) // 2] for z in scores]
        ): "a score in the middle may be far below the largest: subtract the largest itself",
        softmax_with(lambda scores: [z - sum(scores) / len(scores) for z in scores]): "the mean may be far below "
        "the largest: subtract the largest itself",
        softmax_with(lambda scores: [z - max(map(abs, scores)) for z in scores]): "all exponentials came out as 0: "
        "subtract the largest score itself, not the one that is largest in size",
        softmax_with(lambda scores: [z - 1000.0 for z in scores]): "all exponentials came out as 0: subtract the "
        "largest of these scores, not a number fixed before",
        softmax_with(lambda scores: [z / max(scores) for z in scores]): "dividing changes the differences, and with "
        "them the probabilities: subtract",
        softmax_with(from_largest, lambda scores: scores): "the sum below the line needs the same shift",
        lambda scores: [z / sum(scores) for z in scores]: "take the exponentials: a score may be negative",
        softmax_with(lambda scores: scores, from_largest): "the same shift belongs above the line: exp(z - largest)",
        softmax_with(lambda scores: [-z for z in scores]): "the signs are turned: the largest score has the largest "
        "probability",
        softmax_with(lambda scores: [max(scores) - z for z in scores]): "the signs are turned: the largest score has "
        "the largest probability, exp(z - largest)",
        softmax_with(lambda scores: [z - sum(scores) for z in scores]): too_many,
        softmax_with(lambda scores: [z + max(scores) for z in scores]): too_many,
        softmax_with(lambda scores: [min(z, 700) for z in scores]): "where scores are cut off, their differences are "
        "lost: subtract the largest from all of them",
        softmax_with(lambda scores: [z / 1000 for z in scores]): "dividing changes the differences: subtract",
        softmax_with(lambda scores: [2 * z for z in from_largest(scores)]): "that is e to the power 2z",
        softmax_with(lambda scores: [z * log(2.0) for z in from_largest(scores)]): "the powers are those of e: exp",
        weighted(lambda z, scores: exp(z) - max(scores)): "subtract before the exponential: exp(z - largest)",
        weighted(from_top, len): "they must add up to 1: divide by their sum, not by their number",
        weighted(from_top, max): "they must add up to 1: divide by the sum, not by the largest",
        weighted(lambda z, scores: exp(z), max): "they must add up to 1: divide by the sum, not by the largest; and "
        "subtract before `exp`",
        lambda scores: [
            from_top(z, scores) / sum(scores) for z in scores
        ]: "divide by the sum of the exponentials, not of the scores",
        lambda scores: [
            from_top(z, scores) / sum(from_top(v, scores) for v in scores if v != z) for z in scores
        ]: "the sum below the line has all the exponentials, its own too",
        lambda scores: [w / (sum(ws) - w) for ws in [[from_top(z, scores) for z in scores]] for w in ws]: "the sum "
        "below the line has all the exponentials, its own too",
        weighted(lambda z, scores: exp(z) - exp(max(scores))): "subtract before the exponential: exp(z - largest)",
        lambda scores: [z - logsumexp(scores) for z in scores]: "those are the logarithms of the "
        "probabilities: one `exp` more",
        lambda scores: [round(p, 3) for p in softmax(scores)]: "do not round: the next step needs all digits",
        lambda scores: [sigmoid(z) for z in scores]: "those are separate probabilities: of several classes they must "
        "add up to 1",
        lambda scores: softmax(sorted(scores)): "the order is that of the scores: do not sort them",
        lambda scores: softmax(scores)[:1]: "only the first comes out: does `return` stand inside the loop?",
    },
):
    probabilities = my_softmax
    print("From here on `probabilities` is yours.")


# %% wrong="softmax" hint="subtract the largest of the scores"
my_softmax = naive_softmax


# %% wrong="softmax" hint="divide by their sum"
def my_softmax(scores):
    return [exp(z - max(scores)) for z in scores]


# %% wrong="softmax" hint="leaves large exponents"
def my_softmax(scores):
    weights = [exp(z - min(scores)) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="the first score may be the lowest"
def my_softmax(scores):
    weights = [exp(z - scores[0]) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="the last score may be the lowest"
def my_softmax(scores):
    weights = [exp(z - scores[-1]) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="a score in the middle"
def my_softmax(scores):
    middle = sorted(scores)[len(scores) // 2]
    weights = [exp(z - middle) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="dividing changes the differences"
def my_softmax(scores):
    weights = [exp(z / max(scores)) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="the signs are turned"
def my_softmax(scores):
    weights = [exp(max(scores) - z) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="not by their number"
def my_softmax(scores):
    return [exp(z - max(scores)) / len(scores) for z in scores]


# %% wrong="softmax" hint="0 / 0 is an error"
def my_softmax(scores):
    weights = [exp(z - sum(scores)) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="needs the same shift"
def my_softmax(scores):
    return [exp(z - max(scores)) / sum(exp(z) for z in scores) for z in scores]


# %% wrong="softmax" hint="a number fixed before"
def my_softmax(scores):
    weights = [exp(z - 1000) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="not the one that is largest in size"
def my_softmax(scores):
    weights = [exp(z - max(abs(z) for z in scores)) for z in scores]
    return [weight / sum(weights) for weight in weights]


# %% wrong="softmax" hint="OverflowError"
def my_softmax(scores):
    import math

    return [math.exp(z) / sum(math.exp(w) for w in scores) for z in scores]


# %% [markdown]
# ## Read the gradient off the graph
#
# The cross-entropy of several classes is again minus the logarithm of the right one's probability. With $c$ for the
# number of the right class, the logarithm of the quotient is a difference, and the logarithm of $e^{z_c}$ is $z_c$:
#
# $$-\log p_c = \log\left(e^{z_0} + \cdots + e^{z_{n-1}}\right) - z_c$$
#
# The first part is called `logsumexp`. What does it pass back to a score? The engine writes its rule for two inputs,
# which it calls $x_1$ and $x_2$:

# %%
from autograd import OPERATIONS

explain(OPERATIONS["logsumexp"])

# %% [markdown]
# $e^{x_1 - \log S}$ is $e^{x_1} / S$, with $S$ for the sum, and what it is divided by is 1, apart from rounding. So the
# derivative of `logsumexp` toward a score *is* that score's probability. Three scores again, the logarithms of 1, 2 and
# 5:

# %%
scores = [Value(log(1.0), "z0"), Value(log(2.0), "z1"), Value(log(5.0), "z2")]
s = logsumexp(scores)
loss = s - scores[0]  # the right class is the first
s.label, loss.label = "s", "loss"
print("p:   ", probabilities([z.data for z in scores]))
print(f"loss: {loss.data:.4f} = -log(1/8)")

# %% [markdown]
# **Guess first.** What is the gradient of the loss toward `z0`, the right class's score?

# %% guess="gradient"
### BEGIN SOLUTION
my_guess = -0.875
### END SOLUTION

# %% reveal="gradient"
through_s, direct = (path.product for path in explain(loss, scores[0]).paths)
reveal(
    my_guess,
    explain(loss, scores[0]).total,
    because=f"two paths lead from the right class's score to the loss: through logsumexp, which brings its "
    f"probability, {through_s:.3f}, and directly, which brings {direct:.0f}",
    replies={
        0.125: "That comes through logsumexp. The right class's score is also subtracted.",
        -1: "That is the direct path. The score goes into logsumexp as well.",
        0.875: "The size is right. Would a larger score of the right class make the loss larger?",
        -8: "That is −1/p, the derivative toward the probability. Asked is the one toward the score.",
    },
)

# %% wrong="gradient" hint="also subtracted"
my_guess = 0.125

# %% wrong="gradient" hint="goes into logsumexp as well"
my_guess = -1

# %% wrong="gradient" hint="The size is right"
my_guess = 0.875

# %% wrong="gradient" hint="toward the probability"
my_guess = -8

# %%
from autograd import draw

loss.backward()
draw(loss)

# %% [markdown]
# Every score has an edge into $s$, on which its probability stands. The right class has one edge more, with −1. With
# $t$ for the target written as a list, 1 for the right class and 0 for the others, the whole gradient is
#
# $$\frac{\partial\,\text{loss}}{\partial z_k} = p_k - t_k$$
#
# as it was for one sigmoid. It cannot saturate on a wrong answer: if the right class has probability 0, the gradient
# toward its score is −1. And the gradients add up to 0: as far as one score is pushed up, the others are pushed down.

# %%
import nn

ps = probabilities([z.data for z in scores])
print("p:                ", [round(p, 3) for p in ps])
print("gradients:        ", [round(z.grad, 3) for z in scores])
again = [Value(z.data) for z in scores]
nn.cross_entropy(again, 0).backward()  # the same loss, from scores and a class index
print("nn.cross_entropy: ", [round(z.grad, 3) for z in again])
assert abs(sum(z.grad for z in scores)) < 1e-12

# %% [markdown]
# ## Scores in, not probabilities
#
# `nn.cross_entropy` takes scores, though its formula speaks of probabilities. Here is why. A probability close
# to 0 or 1 has lost what the score knew:

# %%
print("target 0, scores [0, 1000]")
print("  from the probability:", -log(probabilities([0.0, 1000.0])[0]))
print("  from the scores:     ", logsumexp([0.0, 1000.0]) - 0.0)
print("target 0, one score of 40")
print("  from the probability:", -log(1 - sigmoid(40.0)))
score = Value(40.0)
loss = nn.binary_cross_entropy_with_logits(score, 0)
loss.backward()
print("  from the score:      ", loss.data, " gradient:", score.grad)

# %% [markdown]
# $\sigma(40)$ differs from 1 by less than a float can hold, so it *is* 1, and the loss becomes infinite. From the score
# it is 40, with a gradient of 1. So let a network end with scores, and leave softmax or sigmoid to the loss.
#
# ## An update from a book
#
# In print you often find a sigmoid neuron that is trained on the squared error $\tfrac12 (p - t)^2$, with this update:
#
# $$w \leftarrow w - \text{rate} \cdot (p - t) \cdot x$$
#
# The programs run, and they learn. One step of it:

# %%
w, b, x, t = 1.5, 1.0, 2.0, 0.0
p = sigmoid(w * x + b)
print(f"p = {p:.4f}, target {t:.0f}; the update follows (p - t) x = {(p - t) * x:.4f}")

# %% [markdown]
# **Guess first.** Which loss has that gradient toward $w$? Answer `"squared error"`, `"cross-entropy"` or
# `"neither"`.

# %% guess="published"
### BEGIN SOLUTION
my_guess = "cross-entropy"
### END SOLUTION


# %% reveal="published"
def half_squared(w):
    return 0.5 * (sigmoid(w * x + b) - t) ** 2


def entropy(w):
    return -log(1 - sigmoid(w * x + b))  # the target is 0


by_engine = {"squared error": grad(half_squared)(w), "cross-entropy": grad(entropy)(w)}
reveal(
    my_guess,
    next(name for name, g in by_engine.items() if abs(g - (p - t) * x) < 1e-9),
    because="the way back from the squared error leads through the sigmoid, which brings the factor "
    f"p (1 − p) = {p * (1 - p):.4f}. In the cross-entropy that factor cancels",
    replies={
        "squared error": "(p − t) is its derivative toward p. Between p and w stands the sigmoid.",
        "neither": "It is not the squared error's, that is true. But you have met p − t today.",
    },
)

# %% wrong="published" hint="Between p and w stands the sigmoid"
my_guess = "squared error"

# %% wrong="published" hint="you have met p − t today"
my_guess = "neither"


# %%
def nudged(loss, h=1e-6):
    return (loss(w + h) - loss(w - h)) / (2 * h)


by_nudge = {
    "squared error": nudged(lambda w: 0.5 * (sigmoid(w * x + b) - t) ** 2),
    "cross-entropy": nudged(lambda w: -log(1 - sigmoid(w * x + b))),
}
print(f"published rule          {(p - t) * x:.6f}")
for name, slope in by_nudge.items():
    print(f"{name}, nudged   {slope:.6f}")
print(f"factor left out         {p * (1 - p):.6f}")
assert abs(by_nudge["cross-entropy"] - (p - t) * x) < 1e-6

# %% [markdown]
# The sigmoid's derivative was forgotten, and what is left happens to be the gradient of a better loss. No wonder that
# nobody notices: with the mistake the neuron learns *faster*. But the loss that such a program prints is not the one
# whose slope it follows, and a hidden layer made by the same recipe has no such luck. A nudge tells them apart.

# %% [markdown]
# ## What you can now do
#
# You know what a loss pushes with, you can compute it at any score, and you recognise $p - t$ when you meet it. Show
# it, on paper first:
#
# **Exercise 1: two gradients.** This is what a neuron says, and the target:

# %%
p, t = 0.9, 0.0

# %% [markdown]
# What is the gradient toward the neuron's score $z$, of half the squared error $\tfrac12 (p - t)^2$, and of the
# cross-entropy $-\log(1 - p)$?

# %% exercise="paper"
### BEGIN SOLUTION
dz_squared = 0.081
dz_cross = 0.9
### END SOLUTION

# %% check="paper"
at = log(9.0)  # the score of which the sigmoid makes 0.9
forgotten = "that is the derivative toward p: go on through the sigmoid, which brings p (1 − p)"
sign = "a larger score makes this loss larger, so the gradient is positive"
check_answer(
    "dz_squared",
    dz_squared,
    grad(lambda z: 0.5 * sigmoid(z) ** 2)(at),
    {
        0.9: forgotten,
        0.09: "that is the sigmoid's derivative alone: times that of the error",
        -0.081: sign,
        0.162: "that is twice as much: the loss has a half before the square",
        0.405: "that is the loss: its gradient is asked for",
        0.0729: "the derivative of half the square is p − t, not its square",
        0.18: "p (1 − p) twice: multiply it by the error, p − t",
        0: "p is 0.9, so no factor is 0: p − t, and p (1 − p)",
        0.81: "that is p², the square: its derivative is p, and then the sigmoid's comes",
        0.009: "p − t is 0.9 here: the target is 0",
        -0.009: "p − t is 0.9 here: the target is 0",
    },
)
check_answer(
    "dz_cross",
    dz_cross,
    grad(lambda z: -log(1 - sigmoid(z)))(at),
    {
        10: forgotten,
        -0.1: "p − 1 is for the target 1; here the target is 0",
        -0.9: sign,
        0.081: "that is the squared error's: in the cross-entropy p (1 − p) cancels",
        -log(1 - p): "that is the loss: its gradient is asked for",
        9: "the 1/(1 − p) cancels only the 1 − p: p is left",
        1: "it is p − t, and p is 0.9",
        -10: "the derivative of −log(1 − p) toward p is +1/(1 − p); and then the sigmoid's comes",
        1 / p: "that is for the other target: −log(1 − p) has 1/(1 − p), and the sigmoid's derivative comes too",
        -1 / p: "that is for the other target: −log(1 − p) has 1/(1 − p), and the sigmoid's derivative comes too",
        1 - p: "that is 1 − p: it cancels, p is left",
        0.09: "that is the sigmoid's derivative alone: times 1/(1 − p)",
    },
)

# %% wrong="paper" hint="go on through the sigmoid"
dz_squared, dz_cross = 0.9, 0.9

# %% wrong="paper" hint="the sigmoid's derivative alone"
dz_squared, dz_cross = 0.09, 0.9

# %% wrong="paper" hint="the gradient is positive"
dz_squared, dz_cross = -0.081, -0.9

# %% wrong="paper" hint="toward p: go on"
dz_squared, dz_cross = 0.081, 10

# %% wrong="paper" hint="here the target is 0"
dz_squared, dz_cross = 0.081, -0.1

# %% [markdown]
# **Exercise 2: $p - t$.** Write the gradient of the cross-entropy toward all scores, without any graph. `target` is the
# index of the right class, from 0. Use `probabilities`, which is your softmax (ours until it has passed); the check
# compares with what `backward()` finds.


# %% exercise="scores"
def score_gradient(scores, target):
    """The list of ∂loss/∂z, for a list of scores and the right class's index."""
    ### BEGIN SOLUTION
    return [p - (1 if k == target else 0) for k, p in enumerate(probabilities(scores))]
    ### END SOLUTION


# %% check="scores"
def by_backward(scores, target):
    leaves = [Value(z) for z in scores]
    nn.cross_entropy(leaves, target).backward()
    return [z.grad for z in leaves]


def is_target(scores, target):
    return [1.0 if k == target else 0.0 for k in range(len(scores))]


def minus(target):
    """Probabilities minus a target, which is a function of the class and of the right one."""
    return lambda scores, t: [p - target(k, t) for k, p in enumerate(softmax(scores))]


check_function(
    score_gradient,
    by_backward,
    [([1.0, 2.0, 4.0], 0), ([0.5, -1.0, 0.3], 2), ([0.0, 1000.0], 0), ([2.0, 1.0], 1)],
    {
        lambda scores, t: softmax(scores): "that is p: where is the −1 of the right class?",
        lambda scores, t: [
            y - p for p, y in zip(softmax(scores), is_target(scores, t), strict=True)
        ]: "the sign is the other: a larger score of the right class makes the loss smaller",
        lambda scores, t: [p - 1 for p in softmax(scores)]: "only the right class has the −1",
        minus(lambda k, t: 1 if k == t - 1 else 0): "classes count from 0: the target is `k == target`",
        minus(lambda k, t: -1 if k == t else 0): "minus 1, not plus: a larger score of the right class makes the loss "
        "smaller",
        minus(lambda k, t: t): "the target's number is no target: subtract 1 at the right class, 0 elsewhere",
        minus(lambda k, t: 1 if k == 0 else 0): "the −1 belongs to the right class, not always to the first",
        minus(lambda k, t: 0 if k == t else 1): "the −1 belongs to the right class, and to no other",
        lambda scores, t: [p - 1 if k == t else 0.0 for k, p in enumerate(softmax(scores))]: "the other classes have a "
        "gradient too: their probability",
        lambda scores, t: [-g for g in by_backward(scores, t)]: "the sign is the other: a larger score of the right "
        "class makes the loss smaller",
        lambda scores, t: [
            g * p * (1 - p) for g, p in zip(by_backward(scores, t), softmax(scores), strict=True)
        ]: "p (1 − p) has cancelled: leave it out",
        lambda scores, t: [-1 / p if k == t else 0.0 for k, p in enumerate(softmax(scores))]: "that is the gradient "
        "toward the probabilities: asked is the one toward the scores",
        lambda scores, t: [
            1 - y for y in is_target(scores, t)
        ]: "softmax of one score is always 1: give it the whole list",
        lambda scores, t: [p * y for p, y in zip(softmax(scores), is_target(scores, t), strict=True)]: "subtract the "
        "target, do not multiply by it",
        lambda scores, t: [-log(p) for p in softmax(scores)]: "those are losses: their gradient is p − t",
        lambda scores, t: [
            sigmoid(z) - y for z, y in zip(scores, is_target(scores, t), strict=True)
        ]: "the probabilities of several classes come from softmax, not from a sigmoid each",
        lambda scores, t: softmax(
            [z - y for z, y in zip(scores, is_target(scores, t), strict=True)]
        ): "first the probabilities, then the −1",
        lambda scores, t: by_backward(scores, t)[:1]: "only the first comes out: does `return` stand inside the loop?",
        lambda scores, t: [
            p - y for p, y in zip(naive_softmax(scores), is_target(scores, t), strict=True)
        ]: "a score of 1000 is too large for the naive softmax: use `probabilities`",
        lambda scores, t: softmax(scores)[t] - 1: "that is the right class alone: return a list, a number for each",
        lambda scores, t: [
            z - y for z, y in zip(scores, is_target(scores, t), strict=True)
        ]: "those are the scores themselves: softmax makes probabilities of them",
    },
)


# %% wrong="scores" hint="`target` is never used"
def score_gradient(scores, target):
    ps = probabilities(scores)
    return [p - 1 if p == max(ps) else p for p in ps]


# %% wrong="scores" hint="where is the −1"
def score_gradient(scores, target):
    return softmax(scores)


# %% wrong="scores" hint="the sign is the other"
def score_gradient(scores, target):
    return [(k == target) - p for k, p in enumerate(softmax(scores))]


# %% wrong="scores" hint="too large for the naive softmax"
def score_gradient(scores, target):
    return [p - (k == target) for k, p in enumerate(naive_softmax(scores))]


# %% wrong="scores" hint="minus 1, not plus"
def score_gradient(scores, target):
    return [p + (k == target) for k, p in enumerate(softmax(scores))]


# %% wrong="scores" hint="the other classes have a gradient too"
def score_gradient(scores, target):
    return [p - 1 if k == target else 0.0 for k, p in enumerate(softmax(scores))]


# %% wrong="scores" hint="only the right class"
def score_gradient(scores, target):
    return [p - 1 for p in softmax(scores)]


# %% wrong="scores" hint="return a list"
def score_gradient(scores, target):
    return softmax(scores)[target] - 1


# %% wrong="scores" hint="softmax makes probabilities"
def score_gradient(scores, target):
    return [z - (k == target) for k, z in enumerate(scores)]


# %% [markdown]
# **Exercise 3: the loss itself, for any scores.** Write the cross-entropy from a list of scores and the index of the
# right class, with nothing but the engine's `exp` and `log`, `max` and `sum`. Scores of 1000 must do no harm. It will
# train a network, so the check hands Values to it.
#
# <details><summary>Hint</summary>
#
# Start from $\log(e^{z_0} + \cdots) - z_c$. Subtract the largest score $m$ from all of them, and the sum loses a factor
# $e^m$. The logarithm of a factor is a term: what must be added again?
#
# </details>


# %% exercise="loss"
def my_cross_entropy(scores, target):
    """−log softmax(scores)[target], without overflow."""
    ### BEGIN SOLUTION
    largest = max(scores)
    total = sum(exp(z - largest) for z in scores)
    return largest + log(total) - scores[target]
    ### END SOLUTION


# %% check="loss"
def of_values(my_cross_entropy):
    """The loss of Values, and its gradient toward each."""

    def run(scores, target):
        scores = [Value(z) for z in scores]
        loss = my_cross_entropy(scores, target)
        if not isinstance(loss, Value):
            return "several" if isinstance(loss, list | tuple) else loss and "a plain number"
        if not np.isfinite(loss.data):
            return {"loss": loss}
        loss.backward()
        return {"loss": loss, "gradient": [z.grad for z in scores]}

    run.__name__ = "my_cross_entropy"
    return run


def with_parts(loss):
    """A loss of the largest score m, the logarithm s of the sum that is left, the right score z, and all scores."""

    def my_cross_entropy(scores, target):
        m = max(scores)
        return loss(m, log(sum((exp(z - m) for z in scores), 0.0)), scores[target], scores)

    return of_values(my_cross_entropy)


stay = (
    "a logarithm has become infinite. One of: the probability has become 0, stay with the scores; what is "
    "subtracted is not the largest score"
)
again = "what was subtracted before the logarithm must be added again after it, once"
class_loss = nn.cross_entropy
if passed(
    check_function,
    of_values(my_cross_entropy),
    of_values(lambda scores, target: logsumexp(scores) - scores[target]),
    [([1.0, 2.0, 4.0], 0), ([0.5, -1.0, 0.3], 2), ([0.0, 1000.0], 0), ([1000.0, 998.0, 3.0], 1)],
    {
        lambda scores, t: "a plain number": "a plain number comes out, which remembers nothing: use the engine's `exp` "
        "and `log`, and no `.data`",
        of_values(lambda scores, t: np.logaddexp.reduce(scores) - scores[t]): "NumPy knows no Values: use the engine's "
        "`exp` and `log`, and `sum`",
        lambda scores, t: {
            "loss": logsumexp(scores) - scores[t],
            "gradient": [float(z == max(scores)) - (k == t) for k, z in enumerate(scores)],
        }: "functions of `math` forget how a number was computed: use the engine's `exp` and `log`",
        lambda scores, t: "several": "one number is asked for: the loss of the right class",
        of_values(lambda scores, t: -log(softmax(scores)[t])): stay,
        of_values(
            lambda scores, t: -log(softmax(scores)[t] + 1e-12)
        ): "a tiny number under the logarithm cuts the loss off: stay with the scores",
        of_values(lambda scores, t: -log(max(softmax(scores)[t], 1e-15))): "a tiny number under the logarithm "
        "cuts the loss off: stay with the scores",
        of_values(lambda scores, t: log(sum(exp(z) for z in scores)) - scores[t]): "exp(1000) is inf: subtract the "
        "largest score first",
        of_values(
            lambda scores, t: min(scores) + log(sum(exp(z - min(scores)) for z in scores)) - scores[t]
        ): "exp(1000) is inf: subtract the largest score, not the smallest",
        with_parts(lambda m, s, z, scores: s - z): again,
        with_parts(lambda m, s, z, scores: s - z - m): again,
        with_parts(lambda m, s, z, scores: m + s - (z - m)): again,
        with_parts(lambda m, s, z, scores: log(exp(s) + m) - z): "m is added after the logarithm, not under it",
        with_parts(lambda m, s, z, scores: s * exp(m) - z): "the logarithm of a factor is a term: add m",
        of_values(
            lambda scores, t: logsumexp(scores) - t
        ): "t is the number of a class: what is subtracted is its score, scores[target]",
        with_parts(lambda m, s, z, scores: m * s - z): "the logarithm of a factor is a term: add m, do not multiply",
        with_parts(lambda m, s, z, scores: z - m - s): "that is the logarithm of the probability: the loss is minus "
        "that",
        with_parts(lambda m, s, z, scores: m + s): "that is the first part: the score of the right class is subtracted",
        with_parts(lambda m, s, z, scores: s): "the score of the right class is missing: subtract z - m",
        with_parts(lambda m, s, z, scores: m + s - exp(z - m)): "the logarithm of e to the power z is z: subtract the "
        "score itself",
        with_parts(lambda m, s, z, scores: m + exp(s) - z): "the logarithm of the sum is missing",
        of_values(
            lambda scores, t: sum((p - (k == t)) ** 2 for k, p in enumerate(softmax(scores)))
        ): "that is a squared error: the cross-entropy is −log p of the right class",
        with_parts(lambda m, s, z, scores: m - z): "the logarithm of the sum is missing",
        with_parts(lambda m, s, z, scores: exp(z - m - s)): "that is the probability: the loss is −log of it",
        with_parts(lambda m, s, z, scores: -exp(z - m - s)): "that is minus the probability: its logarithm is missing",
        with_parts(lambda m, s, z, scores: -log(1 - exp(z - m - s))): "that is −log(1 − p): the right class has −log p",
        with_parts(lambda m, s, z, scores: (m + s - z) / len(scores)): "this is one sample: nothing is divided",
        with_parts(lambda m, s, z, scores: sum(m + s - v for v in scores)): "only the right class counts, not the sum "
        "over all",
        with_parts(
            lambda m, s, z, scores: m + sum(log(exp(v - m)) for v in scores) - z
        ): "the logarithm of a sum is not the sum of the logarithms: first add, then log",
        with_parts(
            lambda m, s, z, scores: m + s - scores[0]
        ): "the right class is scores[target], not always the first",
        of_values(lambda scores, t: logsumexp(scores) - scores[t - 1]): "classes count from 0: scores[target]",
        of_values(lambda scores, t: logsumexp(scores) - scores[t].data): "`.data` forgets the graph: the right class's "
        "score loses its −1",
    },
):
    class_loss = my_cross_entropy
    print("From here on `class_loss` is your function.")


# %% wrong="loss" hint="not the largest score"
def my_cross_entropy(scores, target):
    m = scores[target]
    return log(sum(exp(z - m) for z in scores))


# %% wrong="loss" hint="its score, scores[target]"
def my_cross_entropy(scores, target):
    m = max(scores)
    return log(sum(exp(z - m) for z in scores)) + m - target


# %% wrong="loss" hint="stay with the scores"
def my_cross_entropy(scores, target):
    return -log(softmax(scores)[target])


# %% wrong="loss" hint="subtract the largest score first"
def my_cross_entropy(scores, target):
    return log(sum(exp(z) for z in scores)) - scores[target]


# %% wrong="loss" hint="must be added again"
def my_cross_entropy(scores, target):
    largest = max(scores)
    return log(sum(exp(z - largest) for z in scores)) - scores[target]


# %% wrong="loss" hint="which remembers nothing"
def my_cross_entropy(scores, target):
    scores = [z.data for z in scores]
    largest = max(scores)
    return largest + log(sum(exp(z - largest) for z in scores)) - scores[target]


# %% wrong="loss" hint="cuts the loss off"
def my_cross_entropy(scores, target):
    return -log(softmax(scores)[target] + 1e-12)


# %% wrong="loss" hint="the loss is minus that"
def my_cross_entropy(scores, target):
    largest = max(scores)
    return scores[target] - largest - log(sum(exp(z - largest) for z in scores))


# %% [markdown]
# ## Your own data
#
# Three kinds of fruit, by weight in units of 100 g and by length in units of 10 cm. `class_loss`, your function if it
# passed, trains three neurons, one score for each kind. Put in three kinds of your own.

# %%
from autograd import mean

kinds = ["cherry", "apple", "banana"]
samples = [(0.1, 0.2, 0), (0.1, 0.3, 0), (1.8, 0.8, 1), (1.5, 0.7, 1), (1.2, 1.8, 2)]

model = nn.Layer(2, len(kinds), "linear", init="zeros")
for step in range(200):
    loss = mean([class_loss(model(xs), kind) for *xs, kind in samples])
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.5 * p.grad
    if step in (0, 199):
        print(f"step {step}: loss {loss.data:.3f}")
ps = probabilities([z.data for z in model([0.9, 0.9])])
print([f"{p:.2f}" for p in ps], "for", kinds)

# %% [markdown]
# The first loss is $\ln 3$, whatever the samples are: with equal scores each kind has one third. With a loss that
# pushes, one layer of neurons learns what one layer can. Which of your samples is the last to be right, and after how
# many steps?
