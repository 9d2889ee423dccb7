"""A lesson as an assignment in nbgrader, as notebooks/README.md says: its solutions edition, with a blank an error."""

import pytest

from tests.shared import ROOT

nbformat = pytest.importorskip("nbformat")

from tests.test_nbgrader import about, changed, feedback, nbgrader, read

NOTEBOOK = "attention/19_attention.ipynb"
CHECKS = ["check-head", "check-mask", "check-by_hand", "check-find", "check-honest"]
SOURCE = read(ROOT / "notebooks" / "solutions" / "19_attention.ipynb")
ANSWERS = {about(cell)["grade_id"]: cell.source for cell in SOURCE.cells if about(cell).get("solution")}

# What each student changes in the solution before handing it in, the marks, and what the feedback says.
STUDENTS = {
    "solution": {},
    "unscaled": {" / len(q) ** 0.5": ""},
    "looks-ahead": {"K[: t + 1], V[: t + 1]": "K[t:], V[t:]"},
    "in-bits": {"np.log(letters)": "np.log2(letters)", "= 50.0": "= 1.0"},
}
MARKS = {
    "blank": (0, 0, 0, 0, 0),
    "solution": (1, 1, 1, 1, 1),
    "unscaled": (0, 1, 1, 1, 1),
    "looks-ahead": (1, 0, 1, 1, 1),
    "in-bits": (1, 1, 1, 0, 0),
}
FEEDBACK = {
    "blank": ["head: not done yet.", "masked: not done yet.", "lowest_honest: not done yet."],
    "solution": ["From here on your head does the work.", "lowest_honest: right in all 3 calls."],
    "unscaled": ["hint: the scale is forgotten: divide each score by √d"],
    "looks-ahead": ["hint: the mask is on the wrong side"],
    "in-bits": ["hint: the right places, but too softly", "hint: that is in bits"],
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder after all have handed in, and nbgrader has marked them."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    write(SOURCE, folder / "source" / NOTEBOOK)
    nbgrader("generate_assignment", folder, "attention")
    for student in MARKS:
        handed_in = read(folder / "release" / NOTEBOOK)
        for cell in handed_in.cells:
            if about(cell).get("solution") and student in STUDENTS:
                cell.source = changed(ANSWERS[about(cell)["grade_id"]], STUDENTS[student])
        write(handed_in, folder / "submitted" / student / NOTEBOOK)
    nbgrader("autograde", folder, "attention", CHAINGRAD_STRICT="1")
    nbgrader("generate_feedback", folder, "attention")
    return folder


def write(notebook, file):
    file.parent.mkdir(parents=True)
    nbformat.write(notebook, file)


def test_each_change_changes_the_solution():
    for changes in STUDENTS.values():
        for right in changes:
            assert sum(answer.count(right) for answer in ANSWERS.values()) == 1, right


@pytest.mark.nbgrader
@pytest.mark.parametrize("student", MARKS)
def test_marks_and_feedback(course, student):
    marks, text = feedback(course, student, NOTEBOOK)
    assert marks == {name: (score, 1) for name, score in zip(CHECKS, MARKS[student], strict=True)}
    assert [said for said in FEEDBACK[student] if said not in text] == []
