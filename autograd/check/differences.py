"""The slope of a function of one number by differences, and what it can be off by.

A difference such as (f(x + h) − f(x − h)) / 2h is off by curvature where h is large, by rounding where it is small. So
it is taken with many steps, from small to large, and extrapolated to h = 0 as C. J. F. Ridders does (Advances in
Engineering Software 4, 1982), whose table tells the error too. A step that contradicts smaller ones is too large. At a
kink the slopes below and above go on to differ as h shrinks; where f is only steep they meet.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from math import frexp, inf, isfinite, nan, sqrt
from typing import NamedTuple

EPSILON = 2.0**-52
SETTLED = 5e-3  # how exact an estimate must be to be trusted: a rule that is wrong by a hundredth shows


class Slope(NamedTuple):
    """What the slope of a function is: `expected`, at a kink anything from `below` to `above`, each ± `error`."""

    expected: float
    below: float
    above: float
    error: float

    @property
    def is_kink(self) -> bool:
        return self.below != self.above

    @property
    def size(self) -> float:
        return max(abs(self.below), abs(self.above))

    def excludes(self, d: float, tolerance: float) -> bool:
        tolerance += self.error
        return not min(self.below, self.above) - tolerance <= d <= max(self.below, self.above) + tolerance


class _Sample(NamedTuple):
    h: float
    slope: float
    noise: float


class Judgement(NamedTuple):
    """Whether a number is the slope, None where differences cannot tell, and the slope."""

    is_right: bool | None
    slope: Slope


def judge(
    d: float,
    f: Callable[[float], float],
    x: float,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    step: float | None = None,
    epsilon: float = EPSILON,
) -> Judgement:
    """Compare d with the slope of f at x.

    Two looks must agree: one takes f for as exact as its value, the other as if it had rounded numbers of the size of 1
    and of x inside. The value of 1 + erf(−6) has no more digits than that, and small steps see no slope but stairs.
    """
    f = cache(f)

    def look(inside: float) -> tuple[Slope, bool]:
        slope = measure(f, x, within=rtol / 10, step=step, epsilon=epsilon, inside=inside)
        return slope, slope.excludes(d, atol + rtol * slope.size)

    fine, is_outside = look(0.0)
    coarse, is_denied = look(max(1.0, abs(x)))
    if is_denied and coarse.error <= max(SETTLED * coarse.size, rtol * abs(d) if isfinite(d) else 0.0):
        return Judgement(False if is_outside else None, coarse)
    is_zero = d == 0.0 and (fine.expected == 0.0 or fine.error <= sqrt(epsilon))
    is_exact = fine.error <= max(atol, SETTLED * fine.size)
    return Judgement(True if not is_outside and (is_zero or is_exact) else None, coarse if is_outside else fine)


def measure(
    f: Callable[[float], float],
    x: float,
    *,
    within: float = 1e-6,
    step: float | None = None,
    epsilon: float = EPSILON,
    inside: float = 0.0,
) -> Slope:
    """The slope of f at x, by as many steps as it takes to make the error a small part of it.

    - within: what part
    - step: the largest step, where the scale of f is known, rounded down to a power of two
    - epsilon: the rounding of the numbers that f computes with
    - inside: how large numbers are within f, where its value may be what is left of a cancellation; then the smallest
      change that is seen may be rounding too

    >>> from math import log
    >>> measure(log, 0.001)._replace(error=0.0)
    Slope(expected=1000.0, below=1000.0, above=1000.0, error=0.0)
    """
    y, slope, seen = f(x), Slope(nan, nan, nan, inf), []
    for h in _steps(x, step, epsilon):
        seen.append((h, _finite(f, x + h), _finite(f, x - h)))
        slope = _slope(y, seen, epsilon, inside)
        if slope.error <= within * slope.size:
            break
    return slope


def _steps(x: float, step: float | None, epsilon: float) -> Iterator[float]:
    """Powers of two, so that x ± h is exact: up to a step, or around 1 and the size of x, at which a domain may end."""
    if step:
        exponents = {frexp(step)[1] - 1 - k for k in range(0, 8, 2)}
    else:
        exponents = {2 * (base // 2) + k for base in (0, frexp(x)[1]) for k in range(-34, 12, 2)}
    return (2.0**k for k in sorted(exponents) if 2.0**k >= max(2 * epsilon * abs(x), 2.0**-1022))


def _finite(f: Callable[[float], float], x: float) -> float:
    """f(x); nan where f is not defined."""
    try:
        y = f(x)
        return y if isfinite(y) else nan
    except Exception:
        return nan


def _slope(y: float, seen: Sequence[tuple[float, float, float]], epsilon: float, inside: float) -> Slope:
    """The slope by the values above and below."""
    least = epsilon * max(abs(y), inside)
    if inside:
        changes = [abs(v - y) for _, *values in seen for v in values if v == v and v != y]
        smallest = min(changes, default=0.0)
        least = max(least, smallest if smallest < 1e-6 * max(abs(y), inside) else 0.0)

    def chord(h: float, low: float, high: float, width: float) -> _Sample:
        return _Sample(h, (high - low) / width, 4 * max(least, epsilon * abs(low), epsilon * abs(high)) / h)

    above = [chord(h, y, up, h) for h, up, _ in seen if up == up]
    below = [chord(h, down, y, h) for h, _, down in seen if down == down]
    central = [chord(h, down, up, 2 * h) for h, up, down in seen if up == up and down == down]
    (left, left_error), (right, right_error) = _limit(below, 1), _limit(above, 1)
    middle, error = _limit(central, 2) if central else (left, left_error) if below else (right, right_error)
    one_sided = left_error + right_error
    if one_sided <= SETTLED * max(abs(left), abs(right)) and abs(right - left) > 2 * one_sided:
        return Slope(middle, left, right, one_sided)
    return Slope(middle, middle, middle, error)


def _limit(samples: Sequence[_Sample], power: int) -> tuple[float, float]:
    """Where slopes go as h → 0, by Ridders' extrapolation in powers of h or of h², and how far that can be off."""
    best, least = nan, inf
    above: list[float] = []
    for i, sample in enumerate(samples):
        row = [sample.slope]
        found = []
        for j in range(1, min(i, 4) + 1):
            smallest = samples[i - j]
            ratio = (smallest.h / sample.h) ** power
            row.append(above[j - 1] + (above[j - 1] - row[j - 1]) * ratio / (1 - ratio))
            error = max(abs(row[j] - above[j - 1]), abs(row[j] - row[j - 1])) + smallest.noise
            found.append((error, row[j]))
        above = row
        error, estimate = min(found, default=(inf, nan))
        if abs(estimate - best) > error + least:
            break
        # Beyond 1 all differences of a bounded function are small, errors too: only what has settled counts there.
        if error < least and (sample.h <= 1 or error <= SETTLED * abs(estimate)):
            best, least = estimate, error
    return best, least
