"""Backpropagation one event at a time: `step_through`, and the view that it is shown in.

Read `events.py` first: the events of both passes, as records that change nothing. `wording.py` puts them into names,
formulas and tables, `steps.py` is the sequence that `step_through` gives; `picture.py` and `view.py` make the page,
`pages.py` and `pdf.py` the slides.

In the page a leaf can be dragged: `javascript.py` writes the table's rules for it, `templates.py` the texts with slots
for the numbers, and `numbers.js` computes with the ones and fills the others. `start.js` says what is shown; the parts
that show it are in `parts.js` (equation and guess), `picture.js`, `tables.js` and `leaves.js` (the sliders).
"""

from autograd.stepping.events import ForwardStep, Seed, Step
from autograd.stepping.steps import Steps, step_through

__all__ = ["ForwardStep", "Seed", "Step", "Steps", "step_through"]
