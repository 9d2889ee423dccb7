"""Training: `fit`, and the figures that it leaves in a `History`.

Read `loop.py` first: epochs of mini-batches. A step of it is one of two kinds: `step.py` has what they share and the
eager one, `replay.py` the one that records a sample once. `history.py` holds the figures, and `interrupts.py` lets an
interrupt wait until a step is done.
"""

from nn.training.history import EarlyStopping, History
from nn.training.loop import fit

__all__ = ["EarlyStopping", "History", "fit"]
