"""What the boxes and links of a picture say, and how they look.

The fill of a box shows its gradient: blue above zero, orange below, and stronger the nearer it comes to the picture's
largest.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from autograd.formulas import (
    Formula,
    ParameterName,
    computed,
    derivative_symbol,
    equation_text,
    is_plain,
    number_text,
)
from autograd.neurons import Unit
from autograd.pictures.style import BLUE, FAINT, HIGHLIGHT, ORANGE, RED, Drawn, border
from autograd.value import Value

LONGEST_TITLE, LONGEST_GATE, LONGEST_LABEL = 28, 10, 40  # characters of a box, of a gate, of a label as it is shown
CROWDED = 3  # edges
Box = Value | Unit


class Use(NamedTuple):
    """One of the boxes that a box is computed from, its place among them, and the derivative toward it with its name.

    None, and no name, where a layer has many derivatives.
    """

    place: int
    source: Box
    derivative: float | None
    tip: str


def is_layer(box: Box) -> bool:
    """Whether a box stands for several neurons."""
    return isinstance(box, Unit) and len(box.outputs) > 1


def is_crowded(box: Box) -> bool:
    """Whether so many edges lead into a neuron that they carry no numbers."""
    return isinstance(box, Unit) and len(box.inputs) > CROWDED


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
        gradients: Mapping[Value, float] | None = None,
    ) -> None:
        self.outputs, self.names, self.parameters = set(outputs), names, parameters
        self.digits, self.shown, self.highlighted = digits, shown, highlighted
        held = {node: node.grad or 0.0 for node in names}  # None, as others clear it, is zero
        self.gradients = held if gradients is None else gradients
        self.swept = any(self.gradients.values())
        self.largest = max((abs(g) for g in self.gradients.values() if math.isfinite(g)), default=0.0)

    def box(self, box: Box, name: str) -> Drawn:
        """A box with its texts."""
        style = self._border(box) | fill(max(map(self.gradients.__getitem__, ends_of(box)), key=abs), self.largest)
        lines = [self.title(box), *self._lines(box)]
        reserved = self.digits + len("grad −0.e−05") if "grad" in self.shown else 0
        return Drawn(name, lines, self.tip(box), style, reserved)

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
        if isinstance(box, Unit) and is_layer(box):
            yield f"{len(box.weights)} parameters"
        if "data" in self.shown:
            yield f"data {self.value(box)}"
        if "grad" in self.shown:
            yield f"grad {self.gradient(box) or '–'}"

    def value(self, box: Box) -> str:
        """The number of a box, or the least and the largest of its numbers."""
        data = [v.data for v in ends_of(box)]
        return " to ".join(map(self._number, sorted({min(data), max(data)})))

    def gradient(self, box: Box) -> str:
        """The gradient of a box, or the norm of its gradients; nothing before `backward()`."""
        grads = [*map(self.gradients.__getitem__, ends_of(box))]
        if not self.swept:
            return ""
        return self._number(grads[0]) if len(grads) == 1 else f"norm {self._number(math.hypot(*grads))}"

    def local(self, d: float) -> str:
        """The number on an edge."""
        return self._number(d) if "local" in self.shown else ""

    def _number(self, x: float) -> str:
        return number_text(x, self.digits)

    def _border(self, box: Box) -> dict[str, str]:
        nodes = ends_of(box)
        is_output = not self.outputs.isdisjoint(nodes)
        style = border(nodes[-1], is_output, box in self.parameters) if isinstance(box, Value) or is_output else {}
        return style | self.mark(box)

    def mark(self, box: Box) -> dict[str, str]:
        """The border of a box that is highlighted."""
        return {"penwidth": "3", "color": HIGHLIGHT} if not self.highlighted.isdisjoint(ends_of(box)) else {}

    def tip(self, box: Box) -> str:
        """What shows under the mouse: a parameter's full name or the whole equation, and all digits."""
        if isinstance(box, Unit):
            return f"{self.title(box)}, {len(box.inputs)} inputs, {len(box.weights)} parameters"
        full = self.parameters[box].full if box in self.parameters else ""
        name = full or (str(box.label) if len(str(box.label)) > LONGEST_LABEL else equation_text(box, self.names))
        return f"{name}: data {box.data!r}" + (f", grad {self.gradients[box]!r}" if self.swept else "")

    def derivative(self, box: Box, parent: Value, d: float) -> str:
        """What an edge is: ∂y/∂x = 0.25."""
        child = box if isinstance(box, Value) else box.outputs[0]
        return f"{derivative_symbol(self.names[child], self.names[parent])} = {self._number(d)}"

    # ---- what gates and wires say

    @property
    def reserved(self) -> int:
        """The letters that a gradient at a wire takes: before `backward()` too, so that the layout stays."""
        return self.digits + len("−0.") if "grad" in self.shown else 0

    def wire(self, box: Box) -> tuple[str, str]:
        """What stands above the wire of a box, and below it."""
        return self.value(box) if "data" in self.shown else "", self.gradient(box) if "grad" in self.shown else ""

    def wire_of_leaf(self, box: Box) -> tuple[str, str, str]:
        """The name at the end of a wire, which a plain number has not, and what stands above and below."""
        return "" if isinstance(box, Value) and is_plain(box, self.names) else self.title(box), *self.wire(box)

    def wire_of_gate(self, box: Box) -> tuple[str, str, str]:
        """The same of what a gate gives: its name stands above if it has a label, is an output or a neuron."""
        value, gradient = self.wire(box)
        is_told = "names" in self.shown or isinstance(box, Unit) or box.label or box in self.outputs
        name = self.names[ends_of(box)[0]].text if is_told and not is_layer(box) else ""
        return "", " = ".join(part for part in (name, value) if part), gradient

    def share(self, box: Box, d: float | None) -> str:
        """The gradient that a box passes on along an edge with this derivative."""
        if d is None or not self.swept or "grad" not in self.shown:
            return ""
        return self._number(d * self.gradients[ends_of(box)[0]])

    def gate(self, box: Box) -> str:
        """What a gate does, and the plain numbers in it: *, exp, x², 1/x."""
        if isinstance(box, Unit):
            return f"{len(box.outputs)} {box.kind}" if is_layer(box) else box.equation.replace(" ", "")
        operation = box.operation
        assert operation is not None
        letters = iter(map(Formula, "xyz"))
        plain = [p for p in box.parents if is_plain(p, self.names) and "constants" not in self.shown]
        if len(box.parents) == 2 and not plain and operation.symbol in "+*-/<":
            return operation.symbol.replace("-", "−")
        if len(box.parents) <= 3 and (plain or operation.symbol != operation.name):
            text = computed(box, [self.names[p] if p in plain else next(letters) for p in box.parents])
            text = text.replace(" ", "").replace("·", "*").replace("maximum", "max").replace("minimum", "min")
            if len(text) <= LONGEST_GATE:
                return text
        return {"maximum": "max", "minimum": "min"}.get(operation.name, operation.name)

    def note(self, boxes: Iterable[Box], wires: str = "") -> str:
        """Which output the gradients belong to, what was drawn small, and how to read wires."""
        units = [box for box in boxes if isinstance(box, Unit)]
        weights = {w for unit in units for w in unit.weights if w.operation is None}
        inside = f"in the neurons: {len(weights):,} parameters; " * bool(units)
        return inside + wires + self._gradients()

    def _gradients(self) -> str:
        if not self.swept:
            return "no gradients yet: call backward()"
        if len(self.outputs) > 1:
            return "grad: summed over the outputs that were backpropagated"
        (output,) = self.outputs
        name = self.names[output].text
        if self.gradients[output] == 1.0:
            return f"grad: derivative of {name}"
        return f"grad: of a backward() that reached {name} with {self._number(self.gradients[output])}"


def ends_of(box: Box) -> tuple[Value, ...]:
    """The values that others use of a box."""
    return (box,) if isinstance(box, Value) else box.outputs


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
