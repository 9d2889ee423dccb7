"""Backpropagation one event at a time: `step_through`, and the view that it is shown in.

Read `events.py` first: the events of both passes, as records that change nothing. `wording.py` puts them into names,
formulas and tables, `steps.py` is the sequence that `step_through` gives; `picture.py` and `view.py`, with the scripts
beside them, make the page, `pages.py` and `pdf.py` the slides.
"""

from autograd.stepping.events import ForwardStep, Seed, Step
from autograd.stepping.steps import Steps, step_through

__all__ = ["ForwardStep", "Seed", "Step", "Steps", "step_through"]
