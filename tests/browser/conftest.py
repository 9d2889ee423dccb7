"""A browser without a window, driven by playwright. The tests need `pip install -e ".[test,browser]"` and Chromium."""

import os
import shutil

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class View:
    """The element of one stepping view, and its parts."""

    def __init__(self, page, root):
        self.page, self.root = page, root
        self.equation = root.locator("[aria-live]")

    def button(self, name):
        return self.root.get_by_role("button", name=name)

    def press(self, *keys):
        self.root.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def counter(self):
        return self.root.locator(".cg-counter").inner_text()

    def lines(self):
        """The equation in names, and in numbers."""
        return [" ".join(self.equation.locator(kind).inner_text().split()) for kind in (".cg-names", ".cg-numbers")]

    def rows(self):
        """The table of gradients: name → (data, gradient so far, arrived)."""
        script = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        cells = self.root.locator(".cg-gradients tbody tr").evaluate_all(script)
        return {name: (data, so_far, arrived) for name, data, _, so_far, arrived in cells}

    def boxes(self):
        """The boxes of the picture, in the order of their classes: [title, data …, grad …]."""
        script = """svg => {
            const texts = i => [...svg.querySelectorAll(`g.v${i} > text`)].map(text => text.textContent);
            return Array.from({ length: svg.querySelectorAll("g.node").length }, (_, i) => texts(i));
        }"""
        return self.root.locator("svg").evaluate(script)

    def marked(self, kind):
        """The classes of the nodes or edges that are marked as `cg-child`, `cg-parent` or `cg-edge`."""
        script = f"svg => [...svg.querySelectorAll('g.{kind}')].map(group => group.classList[1])"
        return self.root.locator("svg").evaluate(script)


@pytest.fixture(scope="session")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason='needs playwright: pip install -e ".[test,browser]"')
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    program = next((path for name in names if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("needs a Chromium: install the system's package chromium, or set CHROMIUM to a program")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page whose scripts must not fail and that may not open dialogs."""
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: (troubles.append(f"dialog {dialog.message}"), dialog.dismiss()))
    yield page
    context.close()
    assert not troubles


@pytest.fixture
def view_of(page):
    """The n-th view of the page, once it has its buttons."""

    def view(n=0, window=None):
        root = (window or page).locator("[data-bp]").nth(n)
        root.locator(".cg-counter").wait_for()
        return View(window or page, root)

    return view
