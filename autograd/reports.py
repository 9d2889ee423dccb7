"""What a check or a diagnosis found: findings in words, and whose code a line is.

A report is printed as text and shown by notebooks as HTML.
"""

import linecache
import os
import sys
import sysconfig
from collections.abc import Iterable
from html import escape
from pathlib import Path
from textwrap import indent
from traceback import walk_tb
from types import CodeType, FrameType
from typing import NamedTuple

from autograd.tables import printable

MOST = 5  # findings that are printed in full


class Finding(NamedTuple):
    """One thing that was found: where, what exactly, and what it suggests where the facts allow only that.

    - where: the operation, argument or kind of trouble
    - text: the facts: expression, inputs, yours, expected
    - hint: the likely cause, "" where the facts leave it open
    - unwritten: what raised NotImplementedError, where that is all that was found
    """

    where: str
    text: str
    hint: str = ""
    unwritten: str = ""

    def __str__(self) -> str:
        return f"{self.text}\nhint: {self.hint}" if self.hint else self.text


class Report:
    """The outcome of a check: its verdict in a sentence, its findings, and notes that are no faults.

    - undecided: whether something could not be told, as a note says
    - error: what a check raises for it, if that is not its own AssertionError

    >>> print(Report("5 of 6 probes passed", [Finding("`mul`", "a * a   at a = 1.3", "use `+=`, not `=`")]))
    5 of 6 probes passed. First problem, in `mul`:
      a * a   at a = 1.3
      hint: use `+=`, not `=`
    """

    place = "in"  # before a finding's `where`, which is an operation or an argument

    def __init__(
        self,
        verdict: str,
        findings: Iterable[Finding] = (),
        notes: Iterable[str] = (),
        undecided: bool = False,
        error: Exception | None = None,
    ) -> None:
        self.verdict = verdict
        self.findings = list(findings)
        self.notes = list(notes)
        self.undecided = undecided
        self.error = error

    @property
    def ok(self) -> bool | None:
        """Whether nothing was found; None where nothing was found but something is undecided."""
        return False if self.findings else None if self.undecided else True

    def __str__(self) -> str:
        lines = [f"{self.verdict}."]
        for i, finding in enumerate(self.findings[:MOST]):
            lines[i and len(lines) :] = [
                f"Then, in {finding.where}:" if i else f"{self.verdict}. First problem, in {finding.where}:",
                indent(str(finding), "  "),
            ]
        if len(self.findings) > MOST:
            lines.append(
                f"And {len(self.findings) - MOST} more, in {', '.join(f.where for f in self.findings[MOST:])}."
            )
        return printable("\n".join([*lines, *(f"note: {note}" for note in self.notes)]))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.verdict}>"

    def _repr_html_(self) -> str:
        """A box, green where all is well, red where not and ochre where that is undecided, with every finding."""
        colour = {True: "#2e7d32", False: "#c62828", None: "#9a6700"}[self.ok]
        items = [
            f"<div style='margin-top:.6em'>{self.place} {_code(f.where)}"
            f"<pre style='margin:.2em 1em;white-space:pre-wrap'>{escape(f.text)}</pre>"
            f"{'hint: ' * bool(f.hint)}{_code(f.hint)}</div>"
            for f in self.findings
        ]
        items += [f"<div style='margin-top:.6em'>note: {_code(note)}</div>" for note in self.notes]
        return (
            f"<div style='border-left:4px solid {colour};padding:.2em .8em'>"
            f"<b style='color:{colour}'>{escape(self.verdict)}.</b>{''.join(items)}</div>"
        )


def _code(text: str) -> str:
    """Text as HTML, what stands between backquotes as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def shown(x: float) -> str:
    """A number in six digits, as messages show it: 2.6, not 2.6000000000000001."""
    return f"{x:.6g}"


def compared(yours: float, expected: float) -> str:
    """Two different numbers, in as many digits as it takes to see the difference.

    >>> compared(1.3, 2.6), compared(2.60000001, 2.6)
    ('yours 1.3, expected 2.6', 'yours 2.60000001, expected 2.60000000')
    """
    for digits in range(6, 18):
        texts = f"{yours:.{digits}g}", f"{expected:.{digits}g}"
        if texts[0] != texts[1] or yours == expected:
            break
    if digits > 6:
        texts = f"{yours:#.{digits}g}", f"{expected:#.{digits}g}"
    return f"yours {texts[0]}, expected {texts[1]}"


def tally(right: int, total: int, what: str) -> str:
    """How many are right, in words: "All 12 probes passed", "3 of 12 probes passed"."""
    return f"All {total} {what}" if right == total else f"{right} of {total} {what}"


# ---- whose code a line is

_HERE = Path(__file__).parent
OURS = tuple(f"{folder}{os.sep}" for folder in (_HERE, _HERE.parent / "nn"))
_LIBRARIES = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_GENERATED = "<string>", "<frozen"


def is_someone_elses(code: CodeType) -> bool:
    """Whether code is the user's: not `autograd`'s or `nn`'s, not a library's, not generated, as a dataclass's is."""
    return not (is_library(code) or code.co_filename.startswith(_GENERATED))


def is_library(code: CodeType) -> bool:
    """Whether code is `autograd`'s, `nn`'s or an installed library's."""
    return code.co_filename.startswith((*OURS, *_LIBRARIES))


class Line(NamedTuple):
    """A line of code for a message: "line 7 of loss: `return exp(x)`"."""

    filename: str
    number: int
    function: str

    @property
    def text(self) -> str:
        return linecache.getline(self.filename, self.number).strip()

    @property
    def in_file(self) -> str:
        """The same with its file: "net.py, line 7 of loss: `return exp(x)`"."""
        return f"{Path(self.filename).name}, {self}"

    def __str__(self) -> str:
        return f"line {self.number} of {self.function}" + (f": `{self.text}`" if self.text else "")


def frame_of_user() -> FrameType:
    """The innermost frame of the user's code that is running; where there is none, the outermost."""
    frame = sys._getframe(1)
    while frame.f_back and not is_someone_elses(frame.f_code):
        frame = frame.f_back
    return frame


def line_now() -> Line:
    """The innermost line of the user's code that is running."""
    frame = frame_of_user()
    return Line(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def line_of(error: BaseException, *, outermost: bool = False) -> Line | None:
    """The innermost line of the user's code behind an error, or the outermost; None where it has none."""
    codes = [(frame.f_code, number) for frame, number in walk_tb(error.__traceback__)]
    lines = [Line(code.co_filename, number, code.co_name) for code, number in codes if is_someone_elses(code)]
    return lines[0 if outermost else -1] if lines else None
