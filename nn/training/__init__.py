"""Training: `fit`, and the figures that it leaves in a `History`.

Read `loop.py` first: epochs of mini-batches, and what is done with each. The gradients come from `eager.py`, or from
`replay.py`, which records a sample once. `settings.py` says what was asked for and refuses what cannot be done,
`history.py` holds the figures, `checkpoint.py` what it takes to go on, and `interrupts.py` lets an interrupt wait until
an update is done.
"""

from nn.training.history import EarlyStopping, History
from nn.training.loop import fit

__all__ = ["EarlyStopping", "History", "fit"]
