"""Build the course: of each source two notebooks, one to work in and one with the solutions.

    python notebooks/build.py          write notebooks/*.ipynb and notebooks/solutions/*.ipynb
    python notebooks/build.py --site DIR    make a website of them, `website.py`
    python notebooks/build.py --html   execute the solutions, and write them to notebooks/html/ to be read

A source is a Python file whose cells begin with `# %%`, prose with `# %% [markdown]`. Names tell what belongs together:

    # %% guess="a"      a question, answered before anything is computed      # %% exercise="b"
    # %% reveal="a"     its answer, folded away                               # %% check="b"
    # %% wrong="a" hint="…"    a usual wrong answer and what is said to it: for the tests, in neither notebook
    # %% plot=""        lines that only draw a picture, folded away and readable

What stands between the lines `### BEGIN SOLUTION` and `### END SOLUTION` is left out of the student's notebook, and its
reveals and checks are in base64 there: folding alone hides no answer. So what a learner should read, or prose calls by
name, belongs in a cell that is neither. Nothing here depends on time or chance: building again gives the same bytes.
"""

import ast
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import jupytext
import nbformat
from nbformat import v4

from autograd import __version__

NOTEBOOKS = Path(__file__).parent
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ROLES = ("guess", "reveal", "exercise", "check", "wrong", "plot")
TITLES = {  # Colab shows them
    "reveal": "# @title Run this cell to compare",
    "check": "# @title Run this cell to check",
    "plot": "# @title Run this cell to draw",
}
LETTERS = 100  # in a line of what is encoded
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
INSTALL = f"""# @title In Colab and in the browser this cell installs the library; elsewhere it does nothing
import sys
from importlib.util import find_spec
from pathlib import Path

if find_spec("nn") is None:
    wheels = sorted(Path().glob("chaingrad-*.whl"))
    in_colab = "google.colab" in sys.modules
    package = str(wheels[-1]) if wheels else "chaingrad=={__version__}"
    if sys.platform == "emscripten":
        import piplite

        try:
            await piplite.install([f"emfs:{{Path(package).absolute()}}" if wheels else package, "matplotlib"])
        except ValueError as error:
            print(error)
    elif wheels or in_colab:
        if in_colab:  # an older package brings a folder of the same name
            %pip uninstall -q -y autograd
        %pip install -q {{package}} "matplotlib>=3.8"
    if find_spec("nn") is None:
        print(
            "chaingrad is not installed here, and no package index has it yet. Where you have installed it, choose\\n"
            "that environment as the kernel. Or make a wheel in a clone of the project, `pip wheel --no-deps .`, put\\n"
            "the file chaingrad-….whl beside this notebook (in Colab: Files, Upload), and run this cell again."
        )"""


class Cell(NamedTuple):
    """A cell of a source: `role` is "prose", "code" or one of ROLES, `name` what it belongs to."""

    role: str
    name: str
    hint: str
    source: str


class Lesson(NamedTuple):
    """A source: its file's stem, and its cells."""

    stem: str
    cells: list[Cell]

    @property
    def title(self) -> str:
        return self.cells[0].source.splitlines()[0].removeprefix("# ")


def lessons() -> list[Lesson]:
    """All lessons in the order of the course."""
    return [Lesson(file.stem, [*_cells(file)]) for file in sorted((NOTEBOOKS / "source").glob("*.py"))]


def _cells(file: Path) -> Iterator[Cell]:
    for cell in jupytext.reads(file.read_text(encoding="utf-8"), fmt="py:percent").cells:
        roles = [role for role in ROLES if role in cell.metadata]
        if len(roles) > 1:
            raise ValueError(f"{file.name}: a cell is {' and '.join(roles)}; it can be one of them")
        role = roles[0] if roles else "prose" if cell.cell_type == "markdown" else "code"
        yield Cell(role, cell.metadata.get(role, ""), cell.metadata.get("hint", ""), cell.source)


# ---- without the solutions


def blank(source: str) -> str:
    """The source with blanks in the place of its solutions.

    At the left margin every name that is assigned becomes None; further in the blank raises NotImplementedError.

    >>> print(blank("### BEGIN SOLUTION\\na = 6\\n### END SOLUTION"))
    a = None
    """
    kept: list[str] = []
    solution: list[str] | None = None
    for line in source.splitlines():
        if line.strip() == BEGIN:
            solution = []
        elif line.strip() == END:
            kept += _blanks(solution or [])
            solution = None
        elif solution is None:
            kept.append(line)
        else:
            solution.append(line)
    if solution is not None:
        raise ValueError(f"`{BEGIN}` without `{END}`:\n{source}")
    return "\n".join(kept)


def _blanks(solution: list[str]) -> list[str]:
    margin = min(len(line) - len(line.lstrip()) for line in solution if line.strip())
    if margin:
        return [" " * margin + "raise NotImplementedError  # not done yet: your code goes here"]
    statements = ast.parse(dedent("\n".join(solution))).body
    names = [t.id for s in statements if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)]
    if not names:
        raise ValueError("a solution at the left margin gives names their answers:\n" + "\n".join(solution))
    return [f"{name} = None" for name in dict.fromkeys(names)]


# ---- notebooks


def editions(all_lessons: list[Lesson]) -> dict[Path, str]:
    """The text of every notebook by its path: the students', the solutions, and the quickstart with its first cell."""
    texts = {}
    for i, lesson in enumerate(all_lessons):
        for folder, solved in ((NOTEBOOKS, False), (NOTEBOOKS / "solutions", True)):
            cells = [*_built(lesson, solved), v4.new_markdown_cell(_links(all_lessons, i, solved))]
            cells.insert(1, v4.new_code_cell(INSTALL, metadata=_folded("install")))
            for number, cell in enumerate(cells):
                cell.id = f"{lesson.stem[:2]}-{number:02}"
            notebook = v4.new_notebook(cells=cells, metadata=METADATA)
            nbformat.validate(notebook)
            texts[folder / f"{lesson.stem}.ipynb"] = nbformat.writes(notebook) + "\n"
    quickstart = nbformat.read(NOTEBOOKS / "quickstart.ipynb", as_version=4)
    quickstart.cells = [cell for cell in quickstart.cells if "install" not in cell.metadata.get("tags", [])]
    quickstart.cells.insert(1, v4.new_code_cell(INSTALL, metadata=_folded("install"), id="install"))
    return texts | {NOTEBOOKS / "quickstart.ipynb": nbformat.writes(quickstart) + "\n"}


def _built(lesson: Lesson, solved: bool) -> Iterator[Any]:
    for cell in lesson.cells:
        source = cell.source if solved else blank(cell.source)
        if cell.role == "prose":
            yield v4.new_markdown_cell(source)
        elif cell.role in TITLES:
            text = source if solved or cell.role == "plot" else _encoded(cell, lesson.stem)
            yield v4.new_code_cell(f"{TITLES[cell.role]}\n{text}", metadata=_folded(cell.role) | _graded(cell, solved))
        elif cell.role != "wrong":
            tags = {"tags": [cell.role]} if cell.name else {}
            yield v4.new_code_cell(source, metadata=tags | _graded(cell, solved))


def _encoded(cell: Cell, stem: str) -> str:
    """A folded cell that nobody reads by accident. A reveal forgets its guess, or the next question would judge it."""
    source = cell.source + "\nmy_guess = None" * (cell.role == "reveal")
    letters = b64encode(source.encode()).decode()
    lines = [letters[i : i + LETTERS] for i in range(0, len(letters), LETTERS)]
    return "\n".join(
        [
            f"# Encoded, so that you guess before you read. In clear: solutions/{stem}.ipynb",
            "from autograd.check import unfold",
            "",
            'unfold("""',
            *lines,
            '""")',
        ]
    )


def _folded(tag: str) -> dict[str, Any]:
    """A cell whose source is folded away, in JupyterLab and in Colab."""
    return {"tags": [tag], "jupyter": {"source_hidden": True}, "cellView": "form"}


def _graded(cell: Cell, solved: bool) -> dict[str, Any]:
    """What nbgrader reads. It makes its own student edition from the solutions."""
    if not solved or cell.role not in ("guess", "exercise", "check"):
        return {}
    is_check = cell.role == "check"
    about = {"grade": is_check, "grade_id": f"{cell.role}-{cell.name}", "locked": is_check, "solution": not is_check}
    return {"nbgrader": about | {"schema_version": 3, "task": False} | ({"points": 1} if is_check else {})}


def _links(all_lessons: list[Lesson], i: int, solved: bool) -> str:
    """The way on: the next lesson, the one before, the map."""
    links = []
    if i + 1 < len(all_lessons):
        links.append(f"Next: [{all_lessons[i + 1].title}]({all_lessons[i + 1].stem}.ipynb)")
    if i:
        links.append(f"Before: [{all_lessons[i - 1].title}]({all_lessons[i - 1].stem}.ipynb)")
    return " · ".join([*links, f"[Map of the course]({'../' if solved else ''}README.md)"])


def write() -> None:
    """Write what differs, and remove notebooks whose source is gone."""
    texts = editions(lessons())
    for file in {*NOTEBOOKS.glob("[0-9]*.ipynb"), *(NOTEBOOKS / "solutions").glob("*.ipynb")} - texts.keys():
        file.unlink()
    for file, text in texts.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")


def write_html() -> None:
    """Execute the solutions, in which nothing may be left blank, and write each as a page of its own."""
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import ExecutePreprocessor

    os.environ["CHAINGRAD_STRICT"] = "1"
    folder = NOTEBOOKS / "html"
    folder.mkdir(exist_ok=True)
    for file in sorted((NOTEBOOKS / "solutions").glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        ExecutePreprocessor(timeout=120).preprocess(notebook, {"metadata": {"path": str(file.parent)}})
        page, _ = HTMLExporter().from_notebook_node(notebook)
        (folder / f"{file.stem}.html").write_text(page, encoding="utf-8")
        print(folder / f"{file.stem}.html")


if __name__ == "__main__":
    write()
    match sys.argv[1:]:
        case ["--html"]:
            write_html()
        case ["--site", folder]:
            from website import write_site

            write_site(Path(folder))
        case [_, *_]:
            sys.exit(__doc__)
