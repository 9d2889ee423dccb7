"""The course: its notebooks are what its sources give, and each question replies to blanks and wrong answers.

A lesson is run cell by cell, once, as it is for a learner who answers nothing. At each question the wrong answers come
first, then the blank where all must be answered, and the solution; at each prose cell its figures are looked for above.
"""

import ast
import importlib.util
import linecache
import re
import warnings
from base64 import b64decode
from collections import defaultdict
from contextlib import contextmanager, nullcontext, redirect_stdout
from io import StringIO
from time import process_time

import pytest

from autograd.diagnosis.anomaly import detect_anomaly
from tests.shared import ROOT, loop, seconds_of

pytest.importorskip("jupytext")
nbformat = pytest.importorskip("nbformat")
plt = pytest.importorskip("matplotlib.pyplot")

NOTEBOOKS = ROOT / "notebooks"
spec = importlib.util.spec_from_file_location("build", NOTEBOOKS / "build.py")
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)

LESSONS = build.lessons()
EDITIONS = build.editions(LESSONS)
JUDGES = {"guess": "reveal", "exercise": "check"}
WIDEST = 90  # of code that is not folded, in characters: a narrow window shows that much
MOST = 100  # loops of tests.shared, 10 s on a quick machine: with its kernel a notebook takes 15

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)


@pytest.fixture(autouse=True)
def no_windows(monkeypatch):
    before = plt.get_backend()
    plt.switch_backend("Agg")
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    yield
    plt.close("all")
    plt.switch_backend(before)


class Run:
    """A lesson's cells, executed one after the other in one namespace."""

    def __init__(self, lesson):
        self.lesson = lesson
        self.scope = {"__name__": "__main__"}

    def execute(self, source):
        """What a cell prints; its last expression is shown as a notebook would show its text."""
        tree, name = ast.parse(source), f"{self.lesson.stem}.py, {hash(source)}"
        linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name  # as notebooks do
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        output = StringIO()
        with redirect_stdout(output):
            exec(compile(tree, name, "exec"), self.scope)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), name, "eval"), self.scope)
                if value is not None:
                    print(repr(value))
        return output.getvalue()

    @contextmanager
    def undone(self):
        """Afterwards the namespace is as before."""
        before = dict(self.scope)
        try:
            yield
        finally:
            self.scope.clear()
            self.scope.update(before)

    def attempt(self, answer, judge):
        """What a learner reads who gives this answer, failed or not; afterwards the namespace is as before."""
        try:
            with self.undone(), warnings.catch_warnings(record=True):
                warnings.simplefilter("default", RuntimeWarning)  # as a notebook has it: math.sqrt(v) only warns
                self.execute(answer)
                return self.execute(judge)
        except AssertionError as failure:
            return f"{type(failure).__name__}: {failure}"


def questions(lesson):
    """Name → {role: cells}, for guesses and exercises."""
    found = defaultdict(lambda: defaultdict(list))
    for cell in lesson.cells:
        if cell.name:
            found[cell.name][cell.role].append(cell)
    return found


def test_there_is_a_course():
    assert LESSONS
    assert [lesson.stem[:2] for lesson in LESSONS] == [f"{i + 1:02}" for i in range(len(LESSONS))]


def test_the_notebooks_are_what_the_sources_give():
    """Otherwise run `python notebooks/build.py`."""
    present = {*NOTEBOOKS.glob("*.ipynb"), *(NOTEBOOKS / "solutions").glob("*.ipynb")}
    assert present == EDITIONS.keys()
    assert [file for file, text in EDITIONS.items() if file.read_bytes() != text.encode()] == []


def test_the_map_links_to_every_notebook():
    text = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    assert [lesson.stem for lesson in LESSONS if f"[{lesson.title}]({lesson.stem}.ipynb)" not in text] == []
    assert [link for link in re.findall(r"\]\(([^)]*)\)", text) if not (NOTEBOOKS / link).exists()] == []


@each_lesson
def test_the_map_tells_which_notebooks_a_lesson_needs(lesson):
    needs = re.search(r"\*\*You need\*\*(.*)\*\*Afterwards", lesson.cells[0].source, re.DOTALL)[1]
    linked = sorted({int(number) for number in re.findall(r"\[notebook\s+(\d+)\]", needs)})
    (row,) = re.findall(rf"\]\({lesson.stem}\.ipynb\) \|.*", (NOTEBOOKS / "README.md").read_text(encoding="utf-8"))
    assert row.split("|")[2].strip() == ", ".join(map(str, linked))


def test_students_notebooks_hold_neither_solutions_nor_wrong_answers():
    for file, text in EDITIONS.items():
        assert ("BEGIN SOLUTION" in text) == (file.parent.name == "solutions")
    for lesson in LESSONS:
        student = EDITIONS[NOTEBOOKS / f"{lesson.stem}.ipynb"]
        assert [c.hint for c in lesson.cells if c.role == "wrong" and f"hint={c.hint!r}" in student] == []


@each_lesson
def test_students_read_no_folded_answer_by_accident_and_teachers_read_all(lesson):
    student, solved = (
        nbformat.reads(EDITIONS[folder / f"{lesson.stem}.ipynb"], as_version=4).cells
        for folder in (NOTEBOOKS, NOTEBOOKS / "solutions")
    )
    folded = [cell.source for cell in lesson.cells if cell.role in JUDGES.values()]
    tagged = [
        [c.source for c in cells if c.metadata.get("tags", [""])[0] in JUDGES.values()] for cells in (student, solved)
    ]
    for source, hidden, clear in zip(folded, *tagged, strict=True):
        assert clear == f"{clear.splitlines()[0]}\n{source}"
        shown, encoded = hidden.split('unfold("""')
        assert [line for line in shown.splitlines() if line not in ("", "from autograd.check import unfold")] == [
            clear.splitlines()[0],
            f"# Encoded, so that you guess before you read. In clear: solutions/{lesson.stem}.ipynb",
        ]
        assert b64decode(encoded).decode().startswith(source)


def test_a_solution_is_replaced_by_a_blank():
    source = "def f(x):\n    ### BEGIN SOLUTION\n    y = x\n    return y\n    ### END SOLUTION\n"
    assert "raise NotImplementedError" in build.blank(source)
    assert "return" not in build.blank(source)
    assert (
        build.blank("### BEGIN SOLUTION\na = 1\nb = {\n    2: 3}\n### END SOLUTION\nc = 4")
        == "a = None\nb = None\nc = 4"
    )
    with pytest.raises(ValueError, match="gives names their answers"):
        build.blank("### BEGIN SOLUTION\nprint(1)\n### END SOLUTION")
    with pytest.raises(ValueError, match="without"):
        build.blank("### BEGIN SOLUTION\na = 1")


@each_lesson
def test_a_lesson_follows_the_template(lesson):
    prose = [cell.source for cell in lesson.cells if cell.role == "prose"]
    assert re.match(rf"# {int(lesson.stem[:2])}\. .+\n\n\*\*Goal\.\*\* ", prose[0])
    for part in ("**You need**", "**Afterwards you can**"):
        assert part in prose[0]
    for part in ("Break it", "Misconception", "<details>", "## What you can now do"):
        assert any(part in text for text in prose), f"nothing says {part!r}"
    end = next(i for i, cell in enumerate(lesson.cells) if "## What you can now do" in cell.source)
    assert sum(cell.role == "exercise" for cell in lesson.cells[end:]) == 3
    assert any(cell.role == "guess" for cell in lesson.cells[:end])


@each_lesson
def test_code_fits_into_a_narrow_window(lesson):
    shown = [cell.source for cell in lesson.cells if cell.role in ("code", *JUDGES)]
    assert [line for source in shown for line in source.splitlines() if len(line) > WIDEST] == []


@each_lesson
def test_each_question_is_whole(lesson):
    for name, cells in questions(lesson).items():
        (kind,) = cells.keys() & JUDGES.keys()
        assert set(cells) == {kind, JUDGES[kind], "wrong"}, name
        assert len(cells[kind]) == len(cells[JUDGES[kind]]) == 1, name
        assert len(cells["wrong"]) >= {"guess": 1, "exercise": 2}[kind], name
        assert build.BEGIN in cells[kind][0].source, name
        assert all(cell.hint for cell in cells["wrong"]), name


@each_lesson
def test_each_question_replies_and_each_figure_in_the_prose_is_computed_or_asserted_above_it(lesson, monkeypatch):
    """A figure: a number of two digits or more, unless it is ten. It stands in the code or in the output above it."""
    run, asked, above, spent, loops = Run(lesson), questions(lesson), "", 0.0, [seconds_of(loop)]
    watched = detect_anomaly if int(lesson.stem[:2]) <= 8 else nullcontext
    for cell in lesson.cells:
        if cell.role == "prose":
            loose = figures(cell.source) - figures(above)
            assert not loose, f"{loose} in\n{cell.source}"
        elif cell.role in JUDGES:
            blank, judge = build.blank(cell.source), asked[cell.name][JUDGES[cell.role]][0].source
            for wrong in asked[cell.name]["wrong"]:
                said = run.attempt(wrong.source, judge)
                assert wrong.hint in " ".join(said.split()), f"{cell.name} says {said!r} to\n{wrong.source}"
                assert said.startswith("CheckFailed" if cell.role == "exercise" else "Your guess"), said
            monkeypatch.setenv("CHAINGRAD_STRICT", "1")
            assert re.match(r"CheckFailed: (Guess first|.*[nN]ot done yet)", run.attempt(blank, judge)), cell.name
            start = process_time()
            with watched(), run.undone():
                shown, said = run.execute(cell.source), run.execute(judge)
            spent += process_time() - start
            assert said.startswith("Right") or cell.role == "exercise", said
            monkeypatch.delenv("CHAINGRAD_STRICT")
            above += f"{cell.source}\n{shown}\n{judge}\n{said}"
            run.execute(blank)
        elif cell.role != "wrong":
            start = process_time()
            with watched():
                said = run.execute(cell.source)
            spent += process_time() - start
            assert re.match("Guess first|.*[nN]ot done yet", said) or cell.role not in JUDGES.values(), said
            above += cell.source + "\n" + said
    loops.append(seconds_of(loop))
    assert spent < MOST * sum(loops) / 2


def test_in_lesson_4_the_learners_class_goes_on_and_one_left_over_is_not_judged():
    run = Run(LESSONS[3])
    cells = [cell for cell in LESSONS[3].cells if cell.role not in ("prose", "wrong")]
    exercise = next(i for i, cell in enumerate(cells) if (cell.role, cell.name) == ("exercise", "all"))
    check = exercise + 1
    for cell in cells[:exercise]:
        run.execute(cell.source)
    assert "Run your own cell first" in run.attempt("", cells[check].source)
    run.execute(build.blank(cells[exercise].source))
    run.execute(cells[check].source)
    assert run.scope["Value"] is run.scope["Ours"]
    run.execute(cells[exercise].source)
    mine = run.scope["Value"]
    assert "From here on your Value does the work." in run.execute(cells[check].source)
    assert run.scope["Value"] is mine


def test_the_engine_that_is_written_in_lesson_4_learns_xor_in_lesson_9():
    """The cell with the import is the place to paste the class over; the cell after it trains."""
    (written,) = [cell.source for cell in LESSONS[3].cells if (cell.role, cell.name) == ("exercise", "all")]
    sources = [cell.source for cell in LESSONS[8].cells]
    at = next(i for i, source in enumerate(sources) if "paste your class over this line" in source)
    run = Run(LESSONS[8])
    run.execute("import numpy as np\nimport nn\nX, y = nn.data.xor()")
    run.execute(written)
    said = run.execute(sources[at + 1])
    assert "engine:  yours" in said
    answers = ast.literal_eval(re.search(r"answers: (\[.*?\])", said)[1])
    assert answers == pytest.approx([0, 1, 1, 0], abs=0.01)


def figures(text):
    # addresses of links, exponents, the numbers of notebooks
    text = re.sub(r"\]\([^)]*\)|\^\{[^}]*\}|\^\d+|^# \d+\.|notebooks?\s\d+", "", text)
    found = re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-−+]?\d+)?", text.replace("{,}", ","))
    return {x for x in (x.replace(",", "").replace("−", "-") for x in found) if len(x) > 1} - {"10"}
