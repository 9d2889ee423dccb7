"""What the boxes and links of a picture say, and how they look.

The fill of a box shows its gradient: blue above zero, orange below, and stronger the nearer it comes to the picture's
largest.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

from autograd.formulas import Formula, ParameterName, derivative_symbol, equation_text, number_text
from autograd.neurons import Unit
from autograd.pictures.style import BLUE, FAINT, HIGHLIGHT, ORANGE, RED, Drawn, border
from autograd.value import Value

LONGEST_TITLE, LONGEST_LABEL = 28, 40  # characters that a box has room for, and of a label as it is shown
Box = Value | Unit


def is_layer(box: Box) -> bool:
    """Whether a box stands for several neurons."""
    return isinstance(box, Unit) and len(box.outputs) > 1


class Look:
    """The texts and the style of the boxes of one picture."""

    def __init__(
        self,
        outputs: Iterable[Value],
        names: Mapping[Value, Formula],
        parameters: Mapping[Value, ParameterName],
        digits: int,
        shown: set[str],
        highlighted: set[Value],
    ) -> None:
        self.outputs, self.names, self.parameters = set(outputs), names, parameters
        self.digits, self.shown, self.highlighted = digits, shown, highlighted
        self.swept = any(node.grad for node in names)
        self.largest = max((abs(g) for g in map(grad_of, names) if math.isfinite(g)), default=0.0)

    def box(self, box: Box, name: str) -> Drawn:
        """A box with its texts."""
        nodes = (box,) if isinstance(box, Value) else box.outputs
        style = self._border(box) | fill(max(map(grad_of, nodes), key=abs), self.largest)
        lines = [self.title(box), *self._lines(box)]
        reserved = self.digits + len("grad −0.e−05") if "grad" in self.shown else 0
        return Drawn(name, lines, self._tip(box), style, reserved)

    def title(self, box: Box) -> str:
        """The equation of a value or a neuron."""
        if isinstance(box, Value):
            return equation_text(box, self.names, LONGEST_TITLE)
        first, *_, last = (box.outputs[0], *box.outputs)
        name = self.names[first].text
        if is_layer(box):
            return f"{name} … {self.names[last].text}: {len(box.outputs)} {box.kind} neurons"
        return f"{name} = {box.equation}"

    def _lines(self, box: Box) -> Iterator[str]:
        nodes = (box,) if isinstance(box, Value) else box.outputs
        data, grads = [v.data for v in nodes], [*map(grad_of, nodes)]
        if isinstance(box, Unit) and is_layer(box):
            yield f"{len(box.weights)} parameters"
        if "data" in self.shown:
            yield f"data {' to '.join(map(self._number, sorted({min(data), max(data)})))}"
        if "grad" in self.shown and not self.swept:
            yield "grad –"
        elif "grad" in self.shown:
            yield (
                f"grad {self._number(grads[0])}" if len(grads) == 1 else f"grad norm {self._number(math.hypot(*grads))}"
            )

    def _number(self, x: float) -> str:
        return number_text(x, self.digits)

    def _border(self, box: Box) -> dict[str, str]:
        nodes = (box,) if isinstance(box, Value) else box.outputs
        is_output = not self.outputs.isdisjoint(nodes)
        style = border(nodes[-1], is_output, box in self.parameters) if isinstance(box, Value) or is_output else {}
        return style | ({"penwidth": "3", "color": HIGHLIGHT} if not self.highlighted.isdisjoint(nodes) else {})

    def _tip(self, box: Box) -> str:
        """What shows under the mouse: a parameter's full name or the whole equation, and all digits."""
        if isinstance(box, Unit):
            return f"{self.title(box)}, {len(box.inputs)} inputs, {len(box.weights)} parameters"
        full = self.parameters[box].full if box in self.parameters else ""
        name = full or (str(box.label) if len(str(box.label)) > LONGEST_LABEL else equation_text(box, self.names))
        return f"{name}: data {box.data!r}" + (f", grad {grad_of(box)!r}" if self.swept else "")

    def derivative(self, box: Box, parent: Value, d: float) -> str:
        """What an edge is: ∂y/∂x = 0.25."""
        child = box if isinstance(box, Value) else box.outputs[0]
        return f"{derivative_symbol(self.names[child], self.names[parent])} = {self._number(d)}"

    def note(self, boxes: Iterable[Box]) -> str:
        """Which output the gradients belong to, and what was drawn small."""
        units = [box for box in boxes if isinstance(box, Unit)]
        weights = {w for unit in units for w in unit.weights if w.operation is None}
        inside = f"in the neurons: {len(weights):,} parameters; " * bool(units)
        return inside + self._gradients()

    def _gradients(self) -> str:
        if not self.swept:
            return "no gradients yet: call backward()"
        if len(self.outputs) > 1:
            return "grad: summed over the outputs that were backpropagated"
        (output,) = self.outputs
        name = self.names[output].text
        if output.grad == 1.0:
            return f"grad: derivative of {name}"
        return f"grad: of a backward() that reached {name} with {self._number(grad_of(output))}"


def grad_of(node: Value) -> float:
    """The gradient that a node holds; None, as others clear it, is zero."""
    return node.grad or 0.0


def fill(grad: float, largest: float) -> dict[str, str]:
    """Nothing for no gradient, pale for a small one, and never so strong that black or white text cannot be read."""
    if grad == 0 or not math.isfinite(grad):
        return {} if grad == 0 else {"fillcolor": RED + "55"}
    share = 0.42 * max(0.2, 1 + math.log10(abs(grad) / largest) / 4)
    return {"fillcolor": f"{BLUE if grad > 0 else ORANGE}{round(255 * share):02x}"}


def thin(derivative: float) -> dict[str, str]:
    """The line of an edge among many: its colour is the derivative's sign."""
    color = BLUE if derivative > 0 else ORANGE if derivative < 0 else FAINT
    return {"color": color, "penwidth": "0.6", "arrowsize": "0.4"}
