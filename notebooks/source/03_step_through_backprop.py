# %% [markdown]
# # 3. Step through backprop
#
# **Goal.** Follow backpropagation one addition at a time, until you can say what comes next.
#
# **You need** graphs and local derivatives ([notebook 2](02_chain_rule_on_a_graph.ipynb)).
# **Afterwards you can** do a backward pass by hand, say when a gradient is complete, and write the sweep in four lines.

# %% [markdown]
# ## One event, again and again
#
# Here is the graph of the last notebook: $c = a \cdot b$, $d = c + b$, $y = c \cdot d$. The **forward pass**, which
# computes the numbers, is done. The gradients are still dashes.

# %%
from autograd import Value, draw, step_through

a, b = Value(2.0, "a"), Value(-3.0, "b")
c = a * b
d = c + b
y = c * d
c.label, d.label, y.label = "c", "d", "y"
draw(y)

# %% [markdown]
# The backward pass starts at the output. Its gradient is 1, because it changes exactly as fast as itself. That 1 is
# called the **seed**. From then on there is **one kind of event**. A value, the **child**, was computed from its
# **parents**. Across one edge it passes a share of its gradient back to one of them:
#
# $$\text{parent.grad} \mathrel{+}= \text{local derivative} \times \text{child.grad}$$
#
# `step_through` lists the events. Here is the first, from $y$ to $c$:

# %%
steps = step_through(y)
first = steps[0]
print("from", first.child.label, "to", first.parent.label)
print("local derivative ∂y/∂c:   ", first.local_derivative)
print("gradient of y:            ", first.upstream)
print("their product:            ", first.contribution)
print("gradient of c, before:    ", first.before)
print("gradient of c, afterwards:", first.after)

# %% [markdown]
# After this event the gradient of $c$ reads $-9$.
#
# **Guess first.** What will it read when the whole backward pass is done?

# %% guess="partial"
### BEGIN SOLUTION
my_guess = -15
### END SOLUTION

# %% reveal="partial"
from autograd.check import reveal

at_c = [step for step in steps if step.parent is c]
reveal(
    my_guess,
    at_c[-1].after,
    because="c is used twice, by y and by d. "
    + ", ".join(f"{step.child.label} reports {step.contribution:.0f}" for step in at_c)
    + f", and together that is {at_c[-1].after:.0f}",
    replies={
        at_c[0].after: "That is what y reports. c is also used by d, which has yet to report.",
        at_c[1].contribution: "That is what d reports. What y reported before stays: it adds up.",
    },
)

# %% wrong="partial" hint="has yet to report"
my_guess = -9

# %% wrong="partial" hint="That is what d reports"
my_guess = -6

# %% [markdown]
# **A gradient is partial until every place that uses the value has reported**, that is, every edge to a child. Only
# then is it the derivative of the output, and only then may the value pass it back.
#
# ## Step yourself
#
# Below is the whole pass. Go through it with the buttons, or click into the view and use the keys ← and →. The forward
# pass has its own buttons. Beside each gradient you read how many uses have reported. Tick *hide the next number*, and
# say or type each number before you look.

# %%
steps

# %% [markdown]
# In the box *Nudge a value* change $a$ or $b$ a little: the output moves by about the gradient times the nudge. In *The
# steps as a table* find the two reports to $b$. After step 4 one of two has arrived. After step 6 the gradient is
# final. Or drag a leaf: move the slider of $a$ and watch which numbers follow, and which do not.
#
# ## Break it on purpose
#
# Here is the pass as a function, a **sweep** over the values. It visits them in a given order, and each passes its
# gradient back. Only the order is left open.


# %%
def sweep(order):
    """Gradients by label, when the values pass their gradients back in this order."""
    gradients = dict.fromkeys([a, b, c, d, y], 0.0)
    gradients[y] = 1.0
    for child in order:
        for parent, local in zip(child.parents, child.local_derivatives, strict=True):
            gradients[parent] += local * gradients[child]
    return {v.label: g for v, g in gradients.items()}


right = sweep([y, d, c])
right

# %% [markdown]
# In this order $c$ comes after $d$, when all of its uses have reported. An impatient engine takes what is nearest to
# the output first: $y$, then its parents $c$ and $d$.
#
# **Guess first.** What does the impatient engine find for $\partial y / \partial a$, where the right one finds 45.0?

# %% guess="impatient"
### BEGIN SOLUTION
my_guess = 27
### END SOLUTION

# %% reveal="impatient"
early = sweep([y, c, d])
reveal(
    my_guess,
    early["a"],
    because=f"c passes back {at_c[0].after:.0f} before d has reported, and a gets {at_c[0].after:.0f} · {b.data:.0f}. "
    f"Afterwards c reads {early['c']:.0f}, which is right, but nobody asks it again",
    replies={
        right["a"]: "So it would be if c waited for d. Which gradient does c hold when its turn comes?",
        at_c[1].contribution * b.data: "That is the share that comes too late: d's, times b.",
        0.0: "c has something to pass back: what y reported to it.",
        at_c[0].after: "That is what c holds. What reaches a is that times the local derivative, b.",
    },
)

# %% wrong="impatient" hint="if c waited for d"
my_guess = 45

# %% wrong="impatient" hint="comes too late"
my_guess = 18


# %%
def f(a, b):
    return a * b * (a * b + b)


h = 1e-6
nudged = (f(2 + h, -3) - f(2 - h, -3)) / (2 * h), (f(2, -3 + h) - f(2, -3 - h)) / (2 * h)
print("           " + "".join(f"{name:>7}" for name in right))
print("right:     " + "".join(f"{g:7.0f}" for g in right.values()))
print("impatient: " + "".join(f"{g:7.0f}" for g in early.values()))
print("nudged:    " + "".join(f"{g:7.0f}" for g in nudged))
assert abs(nudged[0] - right["a"]) < 1e-6
assert abs(nudged[1] - right["b"]) < 1e-6

# %% [markdown]
# Near the output, at $c$, $d$ and $y$, all is right in the end. Farther away, at $a$ and $b$, nothing is. In a long
# computation such a bug leaves the gradients near the output right and spoils those behind them. An order in which each
# value waits for all of its uses is a **topological order**, read backwards. In notebook 5 you write a function that
# finds it.
#
# ## Predict the pass
#
# **Exercise.** A new graph: $p = 3$, $q = 2$, then $r = p \cdot q$, $s = r + p$, $z = s \cdot r$. Do the backward
# pass on paper, in the order $z$, $s$, $r$. Write the gradient of $r$ after each of the two reports that reach it, and
# the gradients of $s$, $p$ and $q$ at the end.
#
# <details><summary>Hint</summary>
#
# First the numbers: $r$, $s$, $z$. Then $z$ reports to $s$ and to $r$; $s$ reports to $r$ and to $p$; last, $r$
# reports to $p$ and to $q$. Every report is local derivative times the reporter's gradient, and is added to what is
# there.
#
# </details>

# %% exercise="predict"
### BEGIN SOLUTION
grad_s = 6
grad_r_first = 9
grad_r = 15
grad_p = 36
grad_q = 45
### END SOLUTION

# %% check="predict"
from autograd.check import check_answer, check_function, passed

p, q = Value(3.0, "p"), Value(2.0, "q")
r = p * q
s = r + p
z = s * r
found = {}
for step in step_through(z):
    found.setdefault(step.parent, []).append(step)
final = {v: at[-1].after for v, at in found.items()}
from_r, from_s = final[r] * q.data, final[s]
check_answer(
    "grad_s",
    grad_s,
    final[s],
    {
        s.data: "that is ∂z/∂r on the edge: toward s it is the other factor, r",
        1: "that is the seed, the gradient of z",
        r.data + 1: "s is used once, by z: one report, the other factor times 1",
    },
)
check_answer(
    "grad_r_first",
    grad_r_first,
    found[r][0].after,
    {r.data: "that is ∂z/∂s on the edge: toward r it is the other factor, s", final[r]: "only z has reported so far"},
)
check_answer(
    "grad_r",
    grad_r,
    final[r],
    {
        found[r][0].after: "z has reported, s not yet: its gradient, times 1, is added",
        found[r][1].contribution: "that is the second report alone: add it to the first",
        found[r][0].after + 1: "the second report is the local derivative 1 times the gradient of s",
        found[r][0].after - found[r][1].contribution: "the second report is added, not subtracted",
        found[r][0].after * found[r][1].contribution: "reports are added, not multiplied",
        r.data + 1: "that adds up local derivatives: a report is local derivative times gradient",
    },
)
check_answer(
    "grad_p",
    grad_p,
    final[p],
    {
        from_r: "that comes through r; s uses p too",
        from_s: "that comes from s; r uses p too",
        found[r][0].after * q.data + from_s: "r passed its gradient back before s had reported to it",
        final[q]: "that is the gradient of q: toward p the other factor is q",
        final[q] + from_s: "toward p the other factor is q, not p",
        from_r + 1: "the report from s is the local derivative 1 times the gradient of s",
        final[r] + from_s: "the report from r is the local derivative q times the gradient of r",
        from_r * from_s: "reports are added, not multiplied",
    },
)
check_answer(
    "grad_q",
    grad_q,
    final[q],
    {
        found[r][0].after * p.data: "r passed its gradient back before s had reported to it",
        from_r: "toward q the other factor is p, not q",
        final[p]: "that is the gradient of p: s does not use q",
        p.data: "that is the local derivative: times the gradient of r",
        final[r]: "that is the gradient of r: times the local derivative, the other factor p",
        final[q] + from_s: "s does not use q: only r reports to it",
    },
)

# %% wrong="predict" hint="s not yet"
grad_s, grad_r_first, grad_r, grad_p, grad_q = 6, 9, 9, 24, 27

# %% wrong="predict" hint="before s had reported"
grad_s, grad_r_first, grad_r, grad_p, grad_q = 6, 9, 15, 24, 27

# %% wrong="predict" hint="s uses p too"
grad_s, grad_r_first, grad_r, grad_p, grad_q = 6, 9, 15, 30, 45

# %% wrong="predict" hint="the other factor, r"
grad_s, grad_r_first, grad_r, grad_p, grad_q = 9, 6, 15, 36, 45

# %% wrong="predict" hint="times the gradient of r"
grad_s, grad_r_first, grad_r, grad_p, grad_q = 6, 9, 15, 36, 3

# %% [markdown]
# > **Misconception: "`backward()` updates the values".** It measures. It writes gradients and changes no number of the
# > computation; moving a parameter against its gradient is a step of its own, and you have to take it.

# %%
before = [v.data for v in (a, b, c, d, y)]
y.backward()
assert [v.data for v in (a, b, c, d, y)] == before
print("data:     ", before)
print("gradients:", [v.grad for v in (a, b, c, d, y)])

# %% [markdown]
# ## What you can now do
#
# You can do a backward pass by hand, and you know when a value may pass its gradient back. Show it:
#
# **Exercise 1: count the steps.** How many events does the backward pass of $y = (a + b) \cdot (a + b) \cdot a$ have,
# if $a + b$ is computed once and used twice?

# %% exercise="count"
### BEGIN SOLUTION
events = 6
### END SOLUTION

# %% check="count"
total = a + b
check_answer(
    "events",
    events,
    len(step_through(total * total * a)),
    {
        3: "that is how many operations there are: each has two inputs, and reports to both",
        5: "that is how many values there are: an event is an edge, and a value used twice has two",
        8: "a + b is computed once: its own two edges count once",
        4: "a value that is used twice has two edges",
        7: "the seed is where the pass begins: it is no event",
        2: "that is how many inputs there are: an event is an edge",
        10: "five values, but not two edges for each: an operation has two, a leaf none",
        9: "three operations with two inputs each",
    },
)

# %% wrong="count" hint="how many operations there are"
events = 3

# %% wrong="count" hint="how many values there are"
events = 5

# %% wrong="count" hint="computed once"
events = 8

# %% wrong="count" hint="it is no event"
events = 7

# %% [markdown]
# **Exercise 2: three reports.** Let $x = 5$, $u = x \cdot x$ and $w = u \cdot x$, so that $x$ is used three times.
# What does the gradient of $x$ read after one report, after two, after all three? The first report comes from $w$.
#
# <details><summary>Hint</summary>
#
# $w$ reports to $u$ and to $x$. Then $u$ has its whole gradient, and reports to $x$ twice: `x * x` has two edges.
#
# </details>

# %% exercise="three"
### BEGIN SOLUTION
after_one = 25
after_two = 50
after_three = 75
### END SOLUTION

# %% check="three"
x = Value(5.0, "x")
u = x * x
reports = [step for step in step_through(u * x) if step.parent is x]
local = "the report is the local derivative 5 times the gradient of u, which is 5 as well"
sums = "reports add up: this one alone is not what x reads"
check_answer(
    "after_one",
    after_one,
    reports[0].after,
    {
        5: "toward x, the other factor of w is u",
        125: "that is w itself: the report is a local derivative",
        10: "that is the derivative of u toward x: the first report comes from w, along the edge to x",
    },
)
check_answer(
    "after_two",
    after_two,
    reports[1].after,
    {30: local, 35: local, 25: sums, 75: "u has two edges to x, and one has reported", 125: "reports add up"},
)
check_answer(
    "after_three",
    after_three,
    reports[2].after,
    {
        50: "x * x has two edges, and both report",
        25: sums,
        55: local,
        125: "three equal reports: three times 25",
        100: "both edges of x * x bring the same",
    },
)

# %% wrong="three" hint="two edges, and both report"
after_one, after_two, after_three = 25, 50, 50

# %% wrong="three" hint="5 times the gradient of u"
after_one, after_two, after_three = 25, 30, 35

# %% wrong="three" hint="reports add up"
after_one, after_two, after_three = 25, 25, 25

# %% [markdown]
# **Exercise 3: the sweep.** A graph is given as a list of edges `(child, parent, local_derivative)`, in an order in
# which every value's uses come before its own edges. Return the gradients of all values, in a dict by name.
#
# <details><summary>Hint</summary>
#
# Start with `{output: 1.0}`. For every edge add to the parent's entry, `gradients.get(parent, 0.0)`, the local
# derivative times the child's entry.
#
# </details>


# %% exercise="sweep"
def backpropagate(edges, output):
    """Name → gradient, for every value that the edges name."""
    ### BEGIN SOLUTION
    gradients = {output: 1.0}
    for child, parent, local in edges:
        gradients[parent] = gradients.get(parent, 0.0) + local * gradients[child]
    return gradients
    ### END SOLUTION


# %% check="sweep"
def edges_of(output):
    return [(step.child.label, step.parent.label, step.local_derivative) for step in step_through(output)]


def sweep_with(event, seed=1.0):
    """The sweep by an event (parent's gradient, local derivative, child's gradient) → the parent's new one."""

    def backpropagate(edges, output):
        gradients = {output: seed}
        for child, parent, local in edges:
            gradients[parent] = event(gradients.get(parent, 0.0), local, gradients[child])
        return gradients

    return backpropagate


z.label, r.label, s.label = "z", "r", "s"
by_edges = sweep_with(lambda old, local, g: old + local * g)
if passed(
    check_function,
    backpropagate,
    sweep_with(lambda old, local, g: old + local * g),
    [(edges_of(y), "y"), (edges_of(z), "z"), ([("y", "x", 3.0), ("y", "x", 4.0)], "y")],
    {
        sweep_with(lambda old, local, g: local * g): "the last report alone is kept: add them up",
        sweep_with(
            lambda old, local, upstream: old + local
        ): "the local derivative is multiplied by the gradient of the child",
        sweep_with(lambda old, local, g: old + local * g, 0.0): "all is 0: the output's own gradient is 1",
        sweep_with(
            lambda old, local, g: old + local + g
        ): "multiply along an edge: local derivative times the child's gradient",
        lambda edges, output: {}[
            output
        ]: "an entry is read that is not there. One of: the output's own, `{output: 1.0}`, "
        "is not put in first; at its first report a value has no entry yet, `gradients.get(parent, 0.0)`; an edge is "
        "child, parent, local derivative, in this order",
        lambda edges, output: {output: 1.0} | {child: 0.0 for child, _, _ in edges if child != output}: "child and "
        "parent have changed places: an edge is (child, parent, local_derivative)",
        lambda edges, output: {
            name: g for name, g in by_edges(edges, output).items() if name != output
        }: "the output's own gradient, 1, belongs to the result too",
    },
):
    by_edges = backpropagate
    print("Below, your function does the work.")


# %% wrong="sweep" hint="the output's own, `{output: 1.0}`"
def backpropagate(edges, output):
    gradients = {}
    for child, parent, local in edges:
        gradients[parent] = gradients.get(parent, 0.0) + local * gradients[child]
    return gradients


# %% wrong="sweep" hint="have changed places"
def backpropagate(edges, output):
    gradients = {output: 1.0}
    for parent, child, local in edges:
        gradients[parent] = gradients.get(parent, 0.0) + local * gradients.get(child, 0.0)
    return gradients


# %% wrong="sweep" hint="the last report alone"
def backpropagate(edges, output):
    gradients = {output: 1.0}
    for child, parent, local in edges:
        gradients[parent] = local * gradients[child]
    return gradients


# %% wrong="sweep" hint="is multiplied by the gradient of the child"
def backpropagate(edges, output):
    gradients = {output: 1.0}
    for _, parent, local in edges:
        gradients[parent] = gradients.get(parent, 0.0) + local
    return gradients


# %% wrong="sweep" hint="a value has no entry yet"
def backpropagate(edges, output):
    gradients = {output: 1.0}
    for child, parent, local in edges:
        gradients[parent] += local * gradients[child]
    return gradients


# %% wrong="sweep" hint="an edge is child, parent, local derivative"
def backpropagate(edges, output):
    gradients = {output: 1.0}
    for parent, child, local in edges:
        gradients[parent] = gradients.get(parent, 0.0) + local * gradients[child]
    return gradients


# %% wrong="sweep" hint="the output's own gradient is 1"
def backpropagate(edges, output):
    gradients = {output: 0.0}
    for child, parent, local in edges:
        gradients[parent] = gradients.get(parent, 0.0) + local * gradients[child]
    return gradients


# %% [markdown]
# You have just written backpropagation. Here is a whole network, with a graph that nobody would draw by hand. Your
# function, if it passed, finds all of its gradients:

# %%
import nn

network = nn.MLP(3, [8, 8, 1], "tanh", rng=1)
score = network([0.5, -1.0, 2.0])
events = step_through(score)
gradients = by_edges([(e.child, e.parent, e.local_derivative) for e in events], score)
score.backward()
weights = network.parameters()
print(len(events), "events,", len(weights), "weights")
off = max(abs(gradients[w] - w.grad) for w in weights)
print(f"largest difference to the library's backward(): {off:.0e}")
assert off < 1e-12

# %% [markdown]
# What is missing is the object that builds the list of edges while you compute. You write it in the next notebook.
#
# ## Your own task
#
# Make a graph of your own, with five operations and one value that is used three times. Step through it with *hide the
# next number* ticked, and type every number. How many events does it have, and how many of them did you get right the
# first time?
