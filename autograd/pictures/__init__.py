"""Pictures of computation graphs: `draw`, and what you need for a picture of your own.

Read `drawing.py` first: which boxes and links a graph becomes. `neurons.py` finds the neurons and layers that are drawn
as one box, `style.py` has the colours and fonts, `rendering.py` the Picture itself and the search for a program to lay
it out with.
"""

from typing import TYPE_CHECKING

from autograd.pictures.drawing import draw, new_picture
from autograd.pictures.style import FONTS

if TYPE_CHECKING:  # importing it loads graphviz, which `import autograd` must not
    from autograd.pictures.rendering import Picture

__all__ = ["FONTS", "Picture", "draw", "new_picture"]
