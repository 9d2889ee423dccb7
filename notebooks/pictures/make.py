"""Make the READMEs' pictures again: `python notebooks/pictures/make.py`, with the extra `browser` and Chromium."""

import shutil
import tempfile
from pathlib import Path

from autograd import Value, draw, step_through

HERE = Path(__file__).parent


def neuron() -> Value:
    """The README's first example."""
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.5, "b")
    y = (w * x + b).tanh()
    y.label = "y"
    y.backward()
    return y


def two_inputs() -> Value:
    """A neuron of two inputs whose output and derivatives are round numbers."""
    x1, x2, w1, w2 = Value(2.0, "x1"), Value(0.0, "x2"), Value(-3.0, "w1"), Value(1.0, "w2")
    n = x1 * w1 + x2 * w2 + Value(6.8813735870195432, "b")
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


def view() -> None:
    """A screenshot of the stepping view at its second step."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = step_through(two_inputs()).save(Path(folder) / "steps.html")
        browser = playwright.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox"])
        tab = browser.new_page(viewport={"width": 920, "height": 900})
        tab.goto(page.as_uri())
        tab.locator("[data-bp]").focus()
        for _ in range(2):
            tab.keyboard.press("ArrowRight")
        tab.locator("[data-bp]").screenshot(path=HERE / "stepping.png")
        browser.close()


if __name__ == "__main__":
    (HERE / "neuron.svg").write_text(draw(neuron()).pipe(format="svg", encoding="utf-8"), encoding="utf-8")
    view()
