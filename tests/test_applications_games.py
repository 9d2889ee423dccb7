"""Games: two networks against each other, and one against a falling pole, trained for real on single numbers.

A program is a function of a seed that gives figures by name, `seconds` among them; the test below it says what they
must come to. `python -m tests.benchmarks programs` runs all from ten seeds, and adds what each would take eagerly.
"""

import math

import numpy as np
import pytest

import nn
from autograd import replayed, softplus
from tests.loops import mean, seconds

# A ring of eight points: a generator makes up points, and a discriminator tells them from real ones.
# I. Goodfellow et al., Generative Adversarial Networks, 2014, with the generator's loss that does not saturate.

ANGLES = 2 * np.pi * np.arange(8) / 8
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
ROUNDS = 1500


def real(n, rng):
    return RING[rng.integers(8, size=n)] + rng.normal(scale=0.05, size=(n, 2))


def found(points):
    """How many of the eight have at least a fiftieth of the points nearer than 0.2, which is four deviations."""
    distances = np.linalg.norm(points[:, None] - RING, axis=2)
    near = distances.argmin(axis=1)[distances.min(axis=1) < 0.2]
    return int((np.bincount(near, minlength=8) >= len(points) / 50).sum())


def test_points_are_found_where_they_lie():
    rng = np.random.default_rng(0)
    assert found(real(1000, rng)) == 8
    assert found(RING[[0, 3] * 500] + 0.1) == 2
    assert found(np.zeros((1000, 2))) == 0


def ring(seed, replay=True):
    """How many of the eight points are found by 1,000 made up ones."""
    rng = np.random.default_rng(seed)
    generator = nn.MLP(4, [16, 16, 2], "relu", init="he", rng=rng)
    discriminator = nn.MLP(2, [16, 16, 1], "leaky_relu", init="he", rng=rng)
    makes = nn.Adam(generator.parameters(), lr=0.002, betas=(0.5, 0.99))
    tells = nn.Adam(discriminator.parameters(), lr=0.005, betas=(0.5, 0.99))

    @replayed
    def told_apart(x, z, blur):
        made = [v.detach() for v in generator(z)]  # what the discriminator learns is none of the generator's business
        x, made = ([a + b for a, b in zip(point, blur, strict=True)] for point in (x, made))
        return softplus(-discriminator(x)) + softplus(discriminator(made))

    @replayed
    def taken_for_real(z):
        return softplus(-discriminator(generator(z)))

    def step(i):
        noise = rng.normal(size=(64, 4))
        blur = rng.normal(scale=0.3 * (1 - i / ROUNDS), size=(64, 2))  # so that at first the two overlap
        tells.zero_grad()
        mean(told_apart, real(64, rng), noise, blur, replay=replay).backward()
        tells.step()
        makes.zero_grad()
        mean(taken_for_real, rng.normal(size=(64, 4)), replay=replay).backward()
        makes.step()

    took = seconds(step, ROUNDS, replay)
    return {"seconds": took, "found": found(generator.predict(rng.normal(size=(1000, 4)))) if replay else math.nan}


def test_a_generator_finds_at_least_six_of_eight_points():
    assert ring(0)["found"] >= 6


# A pole on a cart, to be kept upright by pushes to the left and to the right: learning from what comes of it.
# The policy's gradient is R. J. Williams, Simple Statistical Gradient-Following Algorithms (REINFORCE), 1992.

EPISODES, UPDATES, LONGEST, DISCOUNT = 10, 50, 200, 0.99


def pushed(state, right):
    """The states (n, 4) after 0.02 s of a push: where the cart is, its speed, the pole's angle, its speed.

    A. G. Barto, R. S. Sutton and C. W. Anderson, Neuronlike Adaptive Elements That Can Solve Difficult Learning Control
    Problems, 1983, without friction: a cart of 1 kg, a pole of 0.1 kg and 1 m, a push of 10 N, and Euler's method.
    """
    _, speed, angle, turn = state.T
    force = np.where(right, 10.0, -10.0)
    pole, total, half, g = 0.1, 1.1, 0.5, 9.8
    sine, cosine = np.sin(angle), np.cos(angle)
    pull = (force + pole * half * turn**2 * sine) / total
    turning = (g * sine - cosine * pull) / (half * (4 / 3 - pole * cosine**2 / total))
    speeding = pull - pole * half * turning * cosine / total
    return state + 0.02 * np.stack([speed, speeding, turn, turning], axis=1)


def is_over(state):
    """Whether the cart has left its track, 2.4 m to each side, or the pole leans more than 12 degrees."""
    return (np.abs(state[:, 0]) > 2.4) | (np.abs(state[:, 2]) > math.radians(12))


def played(chance, rng):
    """Episodes played side by side: at each step what is seen and done, the return from there, the episode."""
    state, alive = rng.uniform(-0.05, 0.05, (EPISODES, 4)), np.arange(EPISODES)
    lengths = np.zeros(EPISODES, int)
    steps = []
    while len(alive) and lengths.max() < LONGEST:
        seen = state / [2.4, 2.0, 0.2, 2.0]  # numbers of about one
        right = rng.random(len(alive)) < chance(seen)
        steps.append((seen, right * 1.0, alive, lengths[alive]))
        lengths[alive] += 1
        state = pushed(state, right)
        going_on = ~is_over(state)
        state, alive = state[going_on], alive[going_on]
    seen, right, episode, t = map(np.concatenate, zip(*steps, strict=True))
    returns = 1 - DISCOUNT ** (lengths[episode] - t)  # (1 − γ) Σ γᵏ, a number from 0 to 1
    return seen, right, returns, episode


def test_the_cart_moves_as_its_equations_say():
    """At rest 10 N speed up the cart by 9.76 m/s² and turn the pole the other way by 14.63 /s²."""
    (after,) = pushed(np.zeros((1, 4)), np.array([True]))
    assert after == pytest.approx([0.0, 0.02 * 9.756098, 0.0, -0.02 * 14.634146], rel=1e-6)
    (left,) = pushed(np.zeros((1, 4)), np.array([False]))
    assert left == pytest.approx(-after)
    assert is_over(np.array([[0, 0, 0.21, 0], [0, 0, 0.20, 0], [-2.5, 0, 0, 0]])).tolist() == [True, False, True]


def cart(baseline, seed, replay=True):
    """The mean length of the last 20 episodes, of at most 200 steps: each step that the pole stands has the reward 1.

    With the baseline, what is to be expected in a state is learned by a network and taken from the return. Then
    `scatter` says how the gradients of ten episodes scatter, by the variance, as a share of what it is without. The
    eager time is too low: it is of the first updates, whose episodes are short.
    """
    rng = np.random.default_rng(seed)
    policy, value = (nn.MLP(4, [16, 1], "tanh", rng=rng) for _ in range(2))
    acts, expects = nn.Adam(policy.parameters(), lr=0.02), nn.Adam(value.parameters(), lr=0.02)
    all_lengths = []

    score = replayed(policy)

    @replayed
    def surprise(seen, right):
        return nn.binary_cross_entropy_with_logits(policy(seen), right)  # −log of the probability of what was done

    @replayed
    def error(seen, expected):
        return nn.mse(value(seen), expected)

    def chance(seen):
        return 1 / (1 + np.exp(-score.each(seen)))

    def step(i):
        seen, right, returns, episode = played(chance, rng)
        all_lengths.extend(np.bincount(episode).tolist())
        advantage = returns - baseline * value.predict(seen)[:, 0]
        for _ in range(5 * baseline):
            expects.zero_grad()
            mean(error, seen, returns, replay=replay).backward()
            expects.step()
        acts.zero_grad()
        mean(surprise, seen, right, weights=advantage / EPISODES, replay=replay).backward()
        acts.step()

    def scatter(weights, seen, right, episode):
        gradients = []
        for rows in (episode == e for e in range(EPISODES)):
            acts.zero_grad()
            surprise.mean(seen[rows], right[rows], weights=weights[rows]).backward()
            gradients.append([p.grad for p in policy.parameters()])
        return np.var(gradients, axis=0).sum()

    figures = {"seconds": seconds(step, UPDATES, replay)}
    figures |= {"last 20": float(np.mean(all_lengths[-20:])), "first 20": float(np.mean(all_lengths[:20]))}
    if baseline and replay:
        seen, right, returns, episode = played(chance, rng)
        both = [scatter(w, seen, right, episode) for w in (returns - value.predict(seen)[:, 0], returns)]
        figures["scatter"] = float(both[0] / both[1])
    return figures


def test_a_policy_learns_to_keep_the_pole_upright():
    figures = cart(True, 0)
    assert figures["first 20"] < 40
    assert figures["last 20"] >= 150
    assert figures["scatter"] < 0.5


PROGRAMS = {
    "ring": ring,
    "cart, with a baseline": lambda *seed: cart(True, *seed),
    "cart, without": lambda *seed: cart(False, *seed),
}
