"""What programs that write out their loop share: a step by replay or eagerly, and the seconds of computing it took."""

import time

import numpy as np

FEW = 3  # steps of which the eager time is taken


def seconds(step, steps, replay):
    """Take the steps; eagerly only a few, whose time is multiplied: what a graph takes does not change."""
    count = steps if replay else FEW
    start = time.process_time()
    for i in range(count):
        step(i)
    return (time.process_time() - start) * steps / count


def mean(loss, *arrays, weights=None, replay=True):
    """The mean of a replayed function over samples, or the weighted sum; eagerly by a graph for each sample."""
    if replay:
        return loss.mean(*arrays, weights=weights)
    n = len(arrays[0])
    weights = np.full(n, 1 / n) if weights is None else weights
    samples = zip(*(array.tolist() for array in arrays), strict=True)
    return sum(w * loss.plain(*sample) for w, sample in zip(weights.tolist(), samples, strict=True))
