"""A browser without a window, driven by playwright, and a JupyterLab for it to open.

The tests need `pip install -e ".[test,browser]"` and Chromium.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

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

# JupyterLab's settings here: no question about news, and every cell on the page, not only those in view.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


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


class Lab:
    """A JupyterLab that runs: the folder it shows, and the environment of its processes."""

    def __init__(self, root, environment, address, token):
        self.root, self.environment, self.address, self.token = root, environment, address, token

    def url(self, name):
        return f"{self.address}/lab/tree/{name}?token={self.token}&reset"

    def answers(self):
        try:
            with urlopen(f"{self.address}/api?token={self.token}", timeout=5) as response:
                return response.status == 200
        except (URLError, ConnectionError):
            return False

    @staticmethod
    def wait_for(condition, seconds, explanation):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, explanation()
            time.sleep(0.1)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab on this machine alone, with settings of its own."""
    pytest.importorskip("playwright", reason='needs playwright: pip install -e ".[test,browser]"')
    root = tmp_path_factory.mktemp("notebooks")
    home = tmp_path_factory.mktemp("home")
    token = secrets.token_hex()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = os.environ | dict.fromkeys(folders, str(home))
    options = [
        f"--ServerApp.{name}" for name in (f"port={port}", f"root_dir={root}", "ip=127.0.0.1", "allow_root=True")
    ]
    for name, settings in SETTINGS.items():
        file = home / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--IdentityProvider.token={token}", *options]
    with open(home / "log", "wb") as log:
        server = subprocess.Popen(command, env=environment, cwd=root, stdout=log, stderr=log)
    lab = Lab(root, environment, f"http://127.0.0.1:{port}", token)
    try:
        lab.wait_for(lab.answers, 120, lambda: (home / "log").read_text())
        yield lab
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def lab_page(lab, chromium):
    """Open a notebook of the lab's folder in a window of its own."""
    contexts = []

    def open_notebook(name):
        contexts.append(chromium.new_context(viewport={"width": 1400, "height": 1000}))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.goto(lab.url(name), wait_until="domcontentloaded")
        cells = json.loads((lab.root / name).read_text(encoding="utf-8"))["cells"]
        page.locator(".jp-Notebook .jp-Cell").nth(len(cells) - 1).wait_for()
        # Before there is a kernel, "Run All Cells" runs none. The notebook's own indicator is idle even then.
        page.locator("#jp-main-statusbar").get_by_text(re.compile(r"\| Idle$")).wait_for()
        return page

    yield open_notebook
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def run_all(chromium):
    """Run all cells of a notebook that was just opened, until an element is there that shows that they have run."""
    from playwright.sync_api import TimeoutError as TookTooLong

    def run(page, element):
        begun = page.locator(".jp-InputPrompt").filter(has_text=re.compile(r"\[[*\d]+\]")).first
        for _ in range(6):
            page.get_by_role("menuitem", name="Run").click()
            page.get_by_text("Run All Cells", exact=True).click()
            try:
                begun.wait_for(timeout=10_000)
                break
            except (
                TookTooLong
            ):  # a JupyterLab that still starts loses the click, or goes through the cells and runs none
                page.keyboard.press("Escape")
        element.wait_for()

    return run
