"""What it takes to go on where a run stopped, to the last bit."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.module import State


@dataclass(frozen=True)
class Update:
    """What one gives: each sample's loss, output and target, the penalty, each layer's gradient norm, the time."""

    losses: NDArray[np.float64]
    penalty: float
    norms: list[float]
    outputs: NDArray[np.float64]
    targets: NDArray[Any]
    seconds: float


@dataclass
class Epoch:
    """An epoch that has begun: its seed, the number of samples and the batch size, its updates so far."""

    seed: int
    size: tuple[int, int]
    updates: list[Update] = field(default_factory=list)


@dataclass
class Checkpoint:
    """The generator that epochs get their seeds from, an unfinished epoch, and the parameters of the best one."""

    rng: np.random.Generator | None = None
    epoch: Epoch | None = None
    best_state: State = field(default_factory=dict)
