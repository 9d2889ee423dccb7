"""Pictures of computation graphs: `draw`, and what you need for a picture of your own.

Read `drawing.py` first: which boxes and links a graph becomes. `captions.py` is what they say, `circuit.py` the
same as gates and wires, `style.py` has the colours, fonts and themes, `page.py` asks a browser to draw, `rendering.py`
has the Picture itself and the search for a program to lay it out with.
"""

from typing import TYPE_CHECKING

from autograd.pictures.captions import LONGEST_TITLE, Look
from autograd.pictures.drawing import circuit_of, draw, new_picture
from autograd.pictures.style import FONTS, Drawn, border

if TYPE_CHECKING:  # importing it loads graphviz, which `import autograd` must not
    from autograd.pictures.rendering import Picture

__all__ = ["FONTS", "LONGEST_TITLE", "Drawn", "Look", "Picture", "border", "circuit_of", "draw", "new_picture"]
