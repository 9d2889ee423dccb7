"""Make the READMEs' pictures again: `python notebooks/pictures/make.py`, with the extra `browser` and Chromium."""

import shutil
import tempfile
from pathlib import Path

from autograd import Value, draw, exp, step_through

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


def sigmoid_of_gates() -> Value:
    """The circuit of a well-known lecture slide."""
    numbers = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
    w0, x0, w1, x1, w2 = (Value(x, name) for name, x in numbers.items())
    f = 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))
    f.label = "f"
    f.backward()
    return f


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
    draw(neuron()).save(HERE / "neuron.svg")
    draw(sigmoid_of_gates(), style="circuit").save(HERE / "circuit.svg")
    view()
