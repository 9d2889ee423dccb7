"""What a training run leaves behind: its figures, epoch by epoch, and what it takes to go on where it stopped."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.module import State


@dataclass(frozen=True)
class EarlyStopping:
    """Stop after `patience` epochs in which the validation loss (or the loss, without validation) fell no lower.

    Lower means by more than `min_delta`. With `restore_best` the model ends with the parameters of its best epoch.
    Raises ValueError for a patience below one and a negative `min_delta`.
    """

    patience: int
    min_delta: float = 0.0
    restore_best: bool = True

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience is a number of epochs, at least one, not {self.patience}")
        if not self.min_delta >= 0:
            raise ValueError(f"min_delta cannot be negative, got {self.min_delta}")


@dataclass(frozen=True)
class StepFigures:
    """What one step gives: each sample's loss, output and target, the penalty, each layer's gradient norm, the time."""

    losses: NDArray[np.float64]
    penalty: float
    norms: list[float]
    outputs: NDArray[np.float64]
    targets: NDArray[Any]
    seconds: float


@dataclass
class Epoch:
    """An epoch that has begun: its seed, the number of samples and the batch size, its steps so far."""

    seed: int
    size: tuple[int, int]
    steps: list[StepFigures] = field(default_factory=list)


@dataclass
class History:
    """The figures of a run, one for each finished epoch.

    - loss: mean loss of the samples, as they were when their turn came, without the penalty
    - penalty: what the regularizer added, mean over the steps
    - metrics: name → figures on the same outputs as the loss
    - validation_loss: mean loss of the validation samples at the end of the epoch, in evaluation mode
    - validation_metrics: name → figures
    - gradient_norms: path of a layer → norm of its gradient before clipping, mean over the steps
    - learning_rate: the optimizer's
    - seconds: how long the epoch's steps took
    - best_epoch: the epoch of the lowest validation loss (or loss), from 0; −1 before the first
    - engine: "replay", or "eager" with the reason
    """

    loss: list[float] = field(default_factory=list)
    penalty: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    validation_loss: list[float] = field(default_factory=list)
    validation_metrics: dict[str, list[float]] = field(default_factory=dict)
    gradient_norms: dict[str, list[float]] = field(default_factory=dict)
    learning_rate: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    best_epoch: int = -1
    engine: str = ""
    best_state: State = field(default_factory=dict, repr=False)
    epoch: Epoch | None = field(default=None, repr=False)
    rng: np.random.Generator | None = field(default=None, repr=False)

    def __len__(self) -> int:
        """The number of finished epochs."""
        return len(self.loss)

    def __bool__(self) -> bool:
        return True  # an empty one is a history too

    def latest(self) -> dict[str, float]:
        """The figures of the last finished epoch by name, without the gradients."""
        if not self.loss:
            return {}
        figures = {"loss": self.loss[-1], **{name: column[-1] for name, column in self.metrics.items()}}
        if self.validation_loss:
            figures["validation loss"] = self.validation_loss[-1]
        return figures | {f"validation {name}": column[-1] for name, column in self.validation_metrics.items()}

    def __repr__(self) -> str:
        figures = "".join(f", {name} {x:.4g}" for name, x in self.latest().items())
        return f"<History of {len(self)} epoch{'s' * (len(self) != 1)}{figures}>"
