"""Finding a `dot` program, and pictures that use it: Graphviz need not be installed.

Tried in turn: the program named by the environment variable AUTOGRAD_DOT, the one of the package graphviz-pure, the
system's `dot`, which also makes the formats that the package's cannot (pdf, ps, gif).
"""

import os
import shutil
import sysconfig
import threading
from importlib import metadata
from pathlib import Path
from typing import Any

import graphviz
from graphviz.backend import dot_command

BUNDLED_FORMATS = {"svg", "png", "jpg", "json", "dot"}
_lock = threading.Lock()


class DotNotFound(graphviz.ExecutableNotFound):  # type: ignore[misc]
    """No program to render a graph with; says what was tried and each way to mend it."""

    def __init__(self, output_format: str, found: str = "") -> None:
        self.args = (
            f"{found or f'no program found that renders {output_format}'}: tried $AUTOGRAD_DOT, the package "
            "graphviz-pure and `dot` on the PATH. Install one (`pip install graphviz-pure` for svg and png, or "
            "Graphviz from your system's packages), or set AUTOGRAD_DOT to a `dot` program. "
            "The picture's .source works without",
        )

    def __str__(self) -> str:
        return str(self.args[0])


def find_dot(output_format: str) -> Path:
    """The program to render this format with. Raises DotNotFound."""
    named = os.environ.get("AUTOGRAD_DOT")
    if named:
        if shutil.which(named) is None:
            raise DotNotFound(output_format, f"AUTOGRAD_DOT names {named!r}, which is no program")
        return Path(named)
    bundled = _bundled() if output_format in BUNDLED_FORMATS else None
    system = shutil.which("dot")
    if bundled is None and system is None:
        raise DotNotFound(output_format)
    return bundled or Path(str(system))


def _bundled() -> Path | None:
    """The program of graphviz-pure beside this Python, whether or not its folder is on the PATH."""
    try:
        files = metadata.distribution("graphviz-pure").files or []
    except metadata.PackageNotFoundError:
        return None
    places = [Path(str(f.locate())) for f in files if f.stem == "graphviz-pure" and f.suffix in ("", ".exe")]
    places += [Path(sysconfig.get_path("scripts")) / name for name in ("graphviz-pure", "graphviz-pure.exe")]
    return next((place.resolve() for place in places if place.is_file()), None)


class Picture(graphviz.Digraph):  # type: ignore[misc]
    """A graphviz.Digraph that finds `dot` by itself; shown by notebooks as it is.

    `.source` is its text in Graphviz's language, `.render("file", format="png")` writes a picture, `.pipe(format="svg",
    encoding="utf-8")` returns one.
    """

    def pipe(self, format: str | None = None, *args: Any, **options: Any) -> Any:  # noqa: A002
        with _using_dot(format or self.format):
            return super().pipe(format, *args, **options)

    def render(self, *args: Any, **options: Any) -> Any:
        wanted = options.get("format") or Path(str(options.get("outfile") or "")).suffix[1:] or self.format
        with _using_dot(wanted):
            return super().render(*args, **options)


class _using_dot:  # noqa: N801
    """While active, the graphviz package runs the program that was found: it has no other way to be told."""

    def __init__(self, output_format: str) -> None:
        self.program = find_dot(output_format)

    def __enter__(self) -> None:
        _lock.acquire()
        self.before = dot_command.DOT_BINARY
        dot_command.DOT_BINARY = self.program

    def __exit__(self, *exception: object) -> None:
        dot_command.DOT_BINARY = self.before
        _lock.release()
