"""The view in a real JupyterLab: run, clicked, saved, opened again, not trusted, exported."""

import re
import subprocess
import sys

import pytest

from autograd import Value, step_through
from autograd.formulas.notation import number_text
from autograd.stepping.wording import Wording

nbformat = pytest.importorskip("nbformat")
pytestmark = pytest.mark.browser

CELLS = [
    "# the first cell",
    """
from autograd import Value, step_through
a, b = Value(2.0, "a"), Value(-3.0, "b")
y = (a * a + b).sigmoid() * a - a / b
step_through(y)""",
    """
import nn
model = nn.MLP(2, [2, 1], "tanh", rng=0)
step_through(model([a, b]) * 1.0, model)""",
    "# the last cell",
]


def steps(a=2.0):
    """What the second cell shows; with the leaf a moved, what it shall show then."""
    a, b = Value(a, "a"), Value(-3.0, "b")
    return step_through((a * a + b).sigmoid() * a - a / b)


def gradients(count, a=2.0):
    """The gradients after so many steps, by name, as the engine's events have them."""
    wording = Wording(steps(a).seed.node)
    found = {name.text: "0" for name in wording.names.values()} | {"y": "1"}
    return found | {wording.names[s.parent].text: number_text(s.after) for s in wording.shown[:count]}


@pytest.fixture(scope="module")
def notebook(lab):
    """The name of a notebook with these cells, none of them run."""
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": python}), lab.root / "steps.ipynb")
    return "steps.ipynb"


@pytest.fixture(scope="module")
def live(notebook, lab_page, run_all):
    """JupyterLab with the notebook, its cells run."""
    page = lab_page(notebook)
    run_all(page, page.locator(".cg-counter").nth(1))
    return page


@pytest.fixture(scope="module")
def saved(lab, notebook, live):
    """The notebook as JupyterLab saved it."""
    live.locator(".jp-Cell .cm-content").first.click()
    live.keyboard.press("Control+s")
    lab.wait_for(
        lambda: "data-bp" in (lab.root / notebook).read_text(encoding="utf-8"), 20, lambda: "the notebook was not saved"
    )
    return lab.root / notebook


def so_far(view):
    return {name: row[1] for name, row in view.rows().items()}


def assert_steps(view):
    """Whether the view follows a leaf, and goes through all the steps by button and by key."""
    total = len(steps())
    view.press("End")
    view.root.get_by_role("slider", name="a", exact=True).fill("0.5")
    assert so_far(view) == gradients(total, 0.5)
    view.button("Put a back").click()
    view.press("Home")
    for count in range(total + 1):
        assert so_far(view) == gradients(count)
        view.button("Next step").click() if count % 2 == 0 and count < total else view.press("ArrowRight")
    view.button("Previous step").click()
    assert so_far(view) == gradients(total - 1)


def test_a_cell_shows_a_view_that_steps(live, view_of):
    view = view_of(0, live)
    assert_steps(view)
    view.button("Play").click()
    live.wait_for_function("document.querySelector('.cg-counter').textContent.startsWith('step 11')")
    assert so_far(view) == gradients(11)


def test_two_outputs_go_their_own_way(live, view_of):
    one, other = view_of(0, live), view_of(1, live)
    one.press("Home", "ArrowRight", "ArrowRight")
    other.press("End", "ArrowLeft")
    assert [one.counter(), other.counter()] == ["step 2 of 11", "step 20 of 21"]
    titles = {box[0] for box in other.boxes()}
    assert {"a", "b", "w₁₂", "b⁽²⁾₁", "h₂ = tanh(v4)", "y = z₁ · 1"} <= titles


def test_typing_dd_on_the_view_deletes_no_cell(live, view_of):
    cells = live.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    view = view_of(0, live)
    view.equation.click()
    for focused in (
        view.root,
        view.button("Next step"),
        view.root.get_by_label("Value to nudge"),
        view.root.get_by_role("slider", name="a", exact=True),
        view.root.get_by_role("textbox", name="a ="),
    ):
        focused.focus()
        for key in "ddaax":
            live.keyboard.press(key)
    assert cells.count() == before
    # the same keys delete one where the notebook hears them, so that this test can fail
    live.locator(".jp-Cell .jp-InputPrompt").last.click()
    live.keyboard.press("d")
    live.keyboard.press("d")
    assert cells.count() == before - 1
    live.keyboard.press("z")
    assert cells.count() == before


def test_a_second_view_of_an_output_is_another_view(live, view_of):
    count = live.locator("[data-bp]").count()
    output = live.locator(".jp-OutputArea-output").filter(has=live.locator("[data-bp]")).first
    output.click(button="right", position={"x": 3, "y": 3})
    live.get_by_text("Create New View for Cell Output").click()
    second = view_of(count, live)
    first = view_of(0, live)
    first.press("Home", "ArrowRight")
    assert second.counter().startswith("the seed")
    second.press("End")
    assert so_far(second) == gradients(11)
    assert first.counter() == "step 1 of 11"
    live.locator(".lm-TabBar-tab").filter(has_text="Output View").locator(".lm-TabBar-tabCloseIcon").click()


def test_the_saved_notebook_still_steps(saved, lab_page, view_of):
    assert_steps(view_of(0, lab_page(saved.name)))


def test_an_untrusted_notebook_shows_the_picture_and_the_table(saved, lab, lab_page):
    notebook = nbformat.read(saved, as_version=4)
    notebook.cells[0].source = "# changed by someone else"  # so its signature is not this machine's
    nbformat.write(notebook, lab.root / "untrusted.ipynb")
    page = lab_page("untrusted.ipynb")
    output = page.locator(".jp-RenderedHTML").first
    assert output.locator("img").evaluate("image => image.complete && image.naturalWidth") > 300
    assert output.get_by_role("button").count() == 0
    assert "once the notebook is trusted" in output.inner_text()
    output.get_by_text("The steps as a table").click()
    wording = Wording(steps().seed.node)
    last = wording.shown[-1]
    for text in (wording.rule(last), wording.numbers(last)):
        assert output.get_by_role("cell", name=text, exact=True).first.is_visible()


def test_an_exported_notebook_steps(saved, lab, page, view_of):
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(saved), "--output-dir", str(lab.root / "html")]
    subprocess.run(command, env=lab.environment, check=True, capture_output=True)
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    page.goto((lab.root / "html" / "steps.html").as_uri())
    assert_steps(view_of())
    assert view_of(1).counter().startswith("the seed")


def test_the_view_takes_the_colours_of_a_dark_theme(live, view_of):
    live.get_by_role("menuitem", name="Settings").click()
    live.get_by_text("Theme", exact=True).hover()
    live.get_by_text("JupyterLab Dark", exact=True).click()
    live.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    colours = view_of(0, live).root.evaluate(
        "element => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]"
    )
    text, background = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
    assert text > 3 * 200
    assert background < 3 * 40
