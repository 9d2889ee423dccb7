"""The assignment under notebooks/exercises in nbgrader: the students' edition, what they hand in, marks and feedback.

nbgrader is run as a teacher runs it, by its commands, on a copy of the course folder.
"""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import ROOT

nbformat = pytest.importorskip("nbformat")

COURSE = ROOT / "notebooks" / "exercises"
NOTEBOOK = Path("backprop-1", "engine.ipynb")
POINTS = {"check-guess": 1, "check-add": 2, "check-mul": 4, "check-bell": 3}
WIDEST = 90  # of code, in characters: a narrow window shows that much

# What each student changes in the solution before handing it in.
STUDENTS = {
    "solution": {},
    "overwrites": {"guess = 3": "guess = 6", "parent.grad += ": "parent.grad = "},
    "swaps": {"(other.data, self.data)": "(self.data, other.data)", "-2 * x * y * y": "-2 * x * y"},
    "stops-at-mul": {"return Value(self.data * other.data": "raise NotImplementedError()\n        return Value(0.0"},
    "endless": {"    visit(self)\n": "    while True:\n            pass\n"},
}
MARKS = {
    "blank": (0, 0, 0, 0),
    "emptied": (0, 0, 0, 0),  # blank, without the checks
    "solution": (1, 2, 4, 3),
    "overwrites": (1, 0, 0, 3),
    "swaps": (1, 2, 0, 0),
    "stops-at-mul": (1, 2, 0, 3),
    "endless": (1, 0, 0, 3),
}
NOTHING_DONE = ["Guess first: put your answer in", "Not done yet: `__add__`.", "Not done yet: `bell_derivative`."]
FEEDBACK = {
    "blank": NOTHING_DONE,
    "emptied": NOTHING_DONE,
    "solution": ["Right: 3.", "Value is right at level 'mul'.", "All 2 gradients agree with central differences."],
    "overwrites": [
        "Your guess is 6, the answer is 3: 3 too high, 2 times as much. That is the derivative, 2a",
        "a + a at a = 1.3 d/da: yours 1, expected 2 hint: a value used twice must add up both contributions: use `+=`",
    ],
    "swaps": ["First problem, in `mul`: a * b at", "the operation's rule of derivatives is wrong"],
    "stops-at-mul": ["Value is right at level 'add'.", "Not done yet: `__mul__`."],
    "endless": ["still running after 1 s: an endless loop, or far too slow in line"],
}


def read(file):
    return nbformat.read(file, as_version=4)


def about(cell):
    """What nbgrader knows of a cell."""
    return cell.metadata.get("nbgrader", {})


SOURCE = read(COURSE / "source" / NOTEBOOK)
ANSWERS = {cell.id: cell.source for cell in SOURCE.cells if about(cell).get("solution")}


def test_the_source_is_whole():
    nbformat.validate(SOURCE)
    assert {cell.id: about(cell)["points"] for cell in SOURCE.cells if about(cell).get("grade")} == POINTS
    assert list(ANSWERS) == ["guess", "engine", "bell"]
    for cell in SOURCE.cells:
        assert about(cell).get("grade_id", cell.id) == cell.id
        assert about(cell).get("locked", True) == (cell.id not in ANSWERS)
        if cell.cell_type == "code":
            assert about(cell)["schema_version"] == 3
            assert ("### BEGIN SOLUTION" in cell.source) == (cell.id in ANSWERS)
            assert cell.outputs == []
            assert [line for line in cell.source.splitlines() if len(line) > WIDEST] == []
    first = next(cell for cell in SOURCE.cells if cell.cell_type == "code")
    assert 'os.environ["CHAINGRAD_STRICT"] = "1"' in first.source
    assert about(first)["locked"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder after all have handed in, and nbgrader has marked them."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    shutil.copytree(COURSE, folder)
    nbgrader("generate_assignment", folder)
    for student in MARKS:
        file = folder / "submitted" / student / NOTEBOOK
        file.parent.mkdir(parents=True)
        nbformat.write(handed_in(student, read(folder / "release" / NOTEBOOK)), file)
    nbgrader("autograde", folder)
    nbgrader("generate_feedback", folder)
    return folder


def nbgrader(command, folder, assignment=NOTEBOOK.parent.name, **settings):
    """Run a command on an assignment, without the settings of whoever runs the tests."""
    own = {name: str(folder.parent / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    path = {  # nbgrader calls `alembic` by name; the library is this one
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    environment = {name: text for name, text in os.environ.items() if name != "CHAINGRAD_STRICT"}
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", command, assignment],
        cwd=folder,
        env=environment | own | path | settings,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def handed_in(student, notebook):
    """The students' edition with a student's answers."""
    for cell in notebook.cells:
        if cell.id in ANSWERS and student in STUDENTS:
            cell.source = changed(ANSWERS[cell.id], STUDENTS[student])
        elif student == "emptied" and about(cell).get("grade"):
            cell.source = "pass"
    return notebook


def changed(source, changes):
    for right, wrong in changes.items():
        source = source.replace(right, wrong)
    return source


def feedback(course, student, notebook=NOTEBOOK):
    """The page a student gets: the marks by cell, and its text in one line."""
    page = (course / "feedback" / student / notebook).with_suffix(".html").read_text(encoding="utf-8")
    marks = re.findall(r'href="#([\w-]+)">Test cell</a> \(Score: ([\d.]+) / ([\d.]+)\)', page)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
    return {name: (float(score), float(of)) for name, score, of in marks}, text


def test_each_change_changes_the_solution():
    for changes in STUDENTS.values():
        for right in changes:
            assert sum(source.count(right) for source in ANSWERS.values()) == 1, right


@pytest.mark.nbgrader
def test_students_get_blanks_and_the_checks(course):
    release = read(course / "release" / NOTEBOOK)
    assert [cell.id for cell in release.cells] == [cell.id for cell in SOURCE.cells]
    for cell, source in zip(release.cells, SOURCE.cells, strict=True):
        if cell.id in ANSWERS:
            assert "SOLUTION" not in cell.source
            assert cell.source.count("raise NotImplementedError()") == source.source.count("BEGIN SOLUTION")
        else:
            assert cell.source == source.source


@pytest.mark.nbgrader
@pytest.mark.parametrize("student", MARKS)
def test_marks(course, student):
    marks, _ = feedback(course, student)
    assert marks == {name: (score, of) for (name, of), score in zip(POINTS.items(), MARKS[student], strict=True)}


@pytest.mark.nbgrader
@pytest.mark.parametrize("student", MARKS)
def test_feedback_holds_what_the_checks_say(course, student):
    _, text = feedback(course, student)
    assert [said for said in FEEDBACK[student] if said not in text] == []
