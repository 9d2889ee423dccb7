"""Pictures of computation graphs: `draw`, and what you need for a picture of your own.

Read `drawing.py` first: which boxes and links a graph becomes. `captions.py` is what they say, `style.py` has the
colours, fonts and themes, `page.py` asks a browser to draw, `rendering.py` has the Picture itself and the search for a
program to lay it out with.
"""

from typing import TYPE_CHECKING

from autograd.pictures.captions import LONGEST_TITLE
from autograd.pictures.drawing import draw, new_picture, ranks_of
from autograd.pictures.style import Drawn, border

if TYPE_CHECKING:  # importing it loads graphviz, which `import autograd` must not
    from autograd.pictures.rendering import Picture

__all__ = ["LONGEST_TITLE", "Drawn", "Picture", "border", "draw", "new_picture", "ranks_of"]
