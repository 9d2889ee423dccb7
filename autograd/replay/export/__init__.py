"""A program as text that runs without this library, in the words of NumPy or torch: `text_of`.

Read `text.py` first: it makes functions of lines and names what they compute. `instructions.py` writes each instruction
as a line on the arrays of `arrays.py`, with `folding.py` for what makes one number of many, and `places.py` writes the
parts of arrays; `lines.py` leaves out what nobody needs. The words stand in `vocabularies.py`.
"""

from autograd.replay.export.arrays import Labels
from autograd.replay.export.text import text_of
from autograd.replay.export.vocabularies import NUMPY, TORCH, Vocabulary

__all__ = ["NUMPY", "TORCH", "Labels", "Vocabulary", "text_of"]
