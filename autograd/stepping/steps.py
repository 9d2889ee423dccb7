"""step_through: backpropagation one event at a time, to loop over, to print, and to click through."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

from autograd.stepping.events import ForwardStep, Seed, Step
from autograd.stepping.wording import STALE, Wording, tables
from autograd.tables import printable, short
from autograd.value import Value


class Steps(Sequence[Step]):
    """The events of `output.backward()`, in its order: a sequence of `Step`.

    - seed: the start; the output's gradient toward itself is 1
    - forward: the pass before it, a `ForwardStep` for each value that was computed

    `print` shows a table of both passes, a notebook a view with buttons and keys.
    """

    def __init__(self, output: Value, parameters: Any = None) -> None:
        self._wording = Wording(output, parameters)
        self.seed = Seed(output, 1.0)

    @property
    def forward(self) -> tuple[ForwardStep, ...]:
        """The values that were computed, each after its parents."""
        return self._wording.forward

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        return self._wording.backward[index]

    def __iter__(self) -> Iterator[Step]:
        return iter(self._wording.backward)

    def __len__(self) -> int:
        return len(self._wording.backward)

    def __str__(self) -> str:
        notes = [STALE] if self._wording.is_stale else []
        return printable("\n\n".join([*notes, *map(str, tables(self._wording))]))

    def __repr__(self) -> str:
        return f"<{len(self)} steps of backpropagation from {self.seed.node!r}: print() shows them>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": str(self)}

    def _repr_html_(self) -> str:
        from autograd.stepping.view import fragment  # only here and below, so that importing autograd stays quick

        return fragment(self._wording)

    def save(self, path: str | os.PathLike[str], *, style: str = "boxes") -> Path:
        """Write the steps as the path ends, and return it: a page to click through, or pages for slides.

        - .html: the view, in one file that needs nothing else
        - .pdf: one step a page, 16:9, with the graph in a style: "boxes" or "circuit"; needs matplotlib
        - .svg: the same as files with numbers, steps-01.svg, steps-02.svg, …; returns the path of the first
        """
        file = Path(path)
        if style not in ("boxes", "circuit"):
            raise ValueError(f"style is one of 'boxes', 'circuit', not {style!r}")
        if file.suffix.lower() in (".pdf", ".svg"):
            from autograd.stepping.pages import save_pages

            return save_pages(self._wording, file, style)
        if file.suffix.lower() != ".html":
            raise ValueError(f"{file} ends in no format that steps have: use .html, or .pdf or .svg for slides")
        if style != "boxes":
            raise ValueError(f"style={style!r} is for .pdf and .svg: the page to click through has boxes")
        from autograd.stepping.view import document

        file.write_text(document(self._wording), encoding="utf-8")
        return file


def step_through(output: Value, parameters: Any = None) -> Steps:
    """Backpropagation from `output`, step by step: every event *parent.grad += local derivative × child.grad*.

    Loop over the result for the events, print it for a table, show it in a notebook for a view with buttons, keys
    and a slider for each leaf, or write that view to a file with `.save("steps.html")`, and slides with
    `.save("steps.pdf")`. No gradient changes: the sweep that you see starts every gradient at 0, whatever the
    leaves hold. The local derivatives are those recorded when the graph was built, as in `backward()`; if `.data`
    has changed since, a note says so. A view has at most 500 steps. Values are called as everywhere: see `names`,
    and `parameters` there. Tables and view leave out the steps to plain numbers, which nobody asks for. Raises
    TypeError for anything but a Value, and ValueError where a part of a gradient arrives by a replayed function, whose
    result is one box.

    >>> a, b = Value(2.0, "a"), Value(-3.0, "b")
    >>> steps = step_through(a * b + a)
    >>> for step in steps:
    ...     print(step.parent.data, step.before, step.contribution, step.after, step.is_final)
    -6.0 0.0 1.0 1.0 True
    2.0 0.0 1.0 1.0 False
    2.0 1.0 -3.0 -2.0 True
    -3.0 0.0 2.0 2.0 True
    >>> print(steps)
    Forward pass
    step  value       numbers
       1  v1 = a · b  2 · (−3) = −6
       2  y = v1 + a  (−6) + 2 = −4
    <BLANKLINE>
    Backward pass: dy/dy = 1, every other gradient starts at 0
    step  rule                      local derivative  numbers            arrived
       1  dy/dv1 += dy/dy · ∂y/∂v1  1                 0 + 1 · 1 = 1      1 of 1, final
       2  dy/da += dy/dy · ∂y/∂a    1                 0 + 1 · 1 = 1      1 of 2
       3  dy/da += dy/dv1 · ∂v1/∂a  b                 1 + 1 · (−3) = −2  2 of 2, final
       4  dy/db += dy/dv1 · ∂v1/∂b  a                 0 + 1 · 2 = 2      1 of 1, final
    """
    if not isinstance(output, Value):
        raise TypeError(f"step_through() needs the Value that a computation ended in, not {short(output)}")
    return Steps(output, parameters)
