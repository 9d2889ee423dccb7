"""Two notebooks of the course in a real JupyterLab: the cells run, the pictures are there, the questions answer."""

import re
import shutil
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
pytestmark = pytest.mark.browser

COURSE = Path(__file__).parent.parent.parent / "notebooks"
COMPARE, CHECK = "Run this cell to compare", "Run this cell to check"


def errors_on(page):
    """JupyterLab shows an exception as it does any text on stderr."""
    return page.locator("[data-mime-type='application/vnd.jupyter.stderr']").filter(has_text="Traceback")


class Opened:
    """A student's notebook in a window of JupyterLab, and its cells as they are in the file."""

    def __init__(self, name, page):
        self.name, self.page = name, page
        self.cells = nbformat.read(COURSE / name, as_version=4).cells
        self.errors = errors_on(page)

    def places(self, text):
        """The numbers of the cells with this text in their source."""
        return [i for i, cell in enumerate(self.cells) if text in cell.source]

    def __getitem__(self, i):
        return self.page.locator(".jp-Notebook .jp-Cell").nth(i)

    def output(self, i):
        return self[i].locator(".jp-OutputArea-output").first


@pytest.fixture(scope="module")
def run(lab, lab_page, run_all):
    """Open a notebook as a student gets it, and run all its cells."""

    def opened(name):
        shutil.copy(COURSE / name, lab.root)
        page = lab_page(name)
        last = page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")
        run_all(page, last.or_(errors_on(page)).first)  # no cell runs after one with an error
        return Opened(name, page)

    return opened


@pytest.fixture(scope="module")
def slope(run):
    return run("01_derivative_as_slope.ipynb")


@pytest.fixture(scope="module")
def stepping(run):
    return run("03_step_through_backprop.ipynb")


@pytest.fixture(params=["slope", "stepping"])
def opened(request):
    return request.getfixturevalue(request.param)


def size(picture):
    """The width and height that a picture has on the page, once it is loaded."""
    picture.scroll_into_view_if_needed()
    picture.evaluate("element => element.decode && element.decode()")  # fails where it cannot be shown
    box = picture.bounding_box()
    return box["width"], box["height"]


def test_all_cells_run_and_none_ends_in_an_error(opened):
    assert opened.errors.all_inner_texts() == []
    prompts = opened.page.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    shown = [cell for cell in opened.cells if cell.cell_type == "code" and not cell.source.startswith("# @title")]
    assert [re.sub(r"\d+", "n", prompt) for prompt in prompts if prompt] == ["[n]:"] * len(shown)


def test_unanswered_questions_say_so_and_nothing_else(opened):
    for title, said in ((COMPARE, r"Guess first: .*\."), (CHECK, r"[\w /]+: not done yet\.")):
        assert opened.places(title)
        for i in opened.places(title):
            lines = opened.output(i).inner_text().strip().splitlines()
            assert [line for line in lines if not re.fullmatch(said, line)] == []


def test_plots_and_formulas_are_on_the_page(slope):
    plots = slope.page.locator(".jp-RenderedImage img").all()
    assert len(plots) == len(slope.places("plt.show()"))
    for plot in plots:
        width, height = size(plot)
        assert width > height > 200
    (place,) = slope.places("formula(grad(f)")
    width, height = size(slope[place].locator(".jp-RenderedLatex mjx-container"))
    assert width > 2 * height > 20


def test_a_graph_is_on_the_page(stepping):
    (place,) = stepping.places("draw(y)")
    width, height = size(stepping[place].locator(".jp-RenderedSVG").locator("img, svg").first)
    assert width > 400
    assert height > 100


def test_the_stepping_view_goes_on_when_it_is_clicked(stepping, view_of):
    view = view_of(0, stepping.page)
    so_far = lambda: {name: row[1] for name, row in view.rows().items()}  # noqa: E731
    assert view.counter().startswith("the seed")
    assert so_far() == {"a": "0", "b": "0", "c": "0", "d": "0", "y": "1"}
    view.button("Next step").click()
    assert view.counter() == "step 1 of 6"
    assert so_far() == {"a": "0", "b": "0", "c": "−9", "d": "0", "y": "1"}
    view.press("End")
    assert so_far() == {"a": "45", "b": "−36", "c": "−15", "d": "−6", "y": "1"}


def test_a_right_guess_is_told_to_be_right(opened):
    guess = opened.places("my_guess = None")[0]
    solution = nbformat.read(COURSE / "solutions" / opened.name, as_version=4).cells[guess].source
    (answer,) = (line for line in solution.splitlines() if line.startswith("my_guess"))
    reveal = opened.output(guess + 1)
    assert reveal.inner_text().startswith("Guess first")
    opened[guess].locator(".cm-content").click()
    keyboard = opened.page.keyboard
    keyboard.press("Control+a")
    keyboard.type(answer)
    keyboard.press("Shift+Enter")  # runs it and goes on to the folded cell below
    keyboard.press("Shift+Enter")
    reveal.filter(has_text="Right: ").wait_for()
    assert "Guess first" not in reveal.inner_text()
