"""What a training run leaves behind: its figures, epoch by epoch; and when it is to stop early."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from nn.training.checkpoint import Checkpoint


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

    def is_due(self, history: "History") -> bool:
        """Whether training has gone on for long enough without getting better."""
        return 0 < len(history) > history.best_epoch + self.patience


@dataclass
class History:
    """The figures of a run, one for each finished epoch.

    - loss: mean loss of the samples, as they were when their turn came, without the penalty
    - penalty: what the regularizer added, mean over the updates
    - metrics: name → figures on the same outputs as the loss
    - validation_loss: mean loss of the validation samples at the end of the epoch, in evaluation mode
    - validation_metrics: name → figures
    - gradient_norms: path of a layer → norm of its gradient before clipping, mean over the updates
    - learning_rate: the optimizer's
    - seconds: how long the epoch's updates took
    - best_epoch: the epoch of the lowest validation loss (or loss), from 0; −1 before the first
    - engine: "replay", or "eager" with the reason
    - checkpoint: what it takes to go on from here
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
    checkpoint: Checkpoint = field(default_factory=Checkpoint, repr=False)

    def __len__(self) -> int:
        """The number of finished epochs."""
        return len(self.loss)

    def __bool__(self) -> bool:
        return True  # an empty one is a history too

    def is_best(self, by: float = 0.0) -> bool:
        """Whether no epoch before was as good as the last one, which has a loss lower by more than this."""
        losses = self.validation_loss or self.loss
        return self.best_epoch < 0 or losses[-1] < losses[self.best_epoch] - by

    def latest(self) -> dict[str, float]:
        """The figures of the last finished epoch by name, without the gradients."""
        if not self.loss:
            return {}
        figures = {"loss": self.loss[-1], **{name: column[-1] for name, column in self.metrics.items()}}
        if self.validation_loss:
            figures["validation loss"] = self.validation_loss[-1]
        return figures | {f"validation {name}": column[-1] for name, column in self.validation_metrics.items()}

    def plot(self, **options: Any) -> Any:
        """Its curves, as `nn.plots.loss_curves` draws them and with its options. Needs matplotlib."""
        return import_module("nn.plots").loss_curves(self, **options)

    def __repr__(self) -> str:
        figures = "".join(f", {name} {x:.4g}" for name, x in self.latest().items())
        return f"<History of {len(self)} epoch{'s' * (len(self) != 1)}{figures}>"
