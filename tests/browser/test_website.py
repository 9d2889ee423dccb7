"""The course as a website: built from nothing, its map leads to every notebook, and JupyterLite opens them.

Running a notebook there needs Pyodide's server; that the library works in Pyodide is tests/test_pyodide.py's. The test
needs `pip install -e ".[test,browser,site]"`, npm and Chromium.
"""

import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from urllib.parse import parse_qs, urlparse

import pytest

from autograd import __version__
from tests.shared import ROOT

pytestmark = pytest.mark.browser


class Server(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("jupyterlite_core", reason='needs JupyterLite: pip install -e ".[site]"')
    if shutil.which("npm") is None:
        pytest.skip("needs npm, which fetches viz-js")
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "notebooks/build.py", "--site", folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture
def address(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_map_leads_to_every_notebook_and_to_the_reference(site):
    links = re.findall(r'href="([^"#]+)"', (site / "index.html").read_text(encoding="utf-8"))
    opened = {parse_qs(urlparse(link).query)["path"][0] for link in links if "?path=" in link}
    assert opened == {file.name for file in (ROOT / "notebooks").glob("*.ipynb")}
    assert [name for name in opened if not (site / "lite" / "files" / name).is_file()] == []
    assert [link for link in links if not (site / urlparse(link).path).is_file()] == []
    assert "check_value" in (site / "api" / "autograd" / "check.html").read_text(encoding="utf-8")


def test_the_sites_wheels_are_pure_and_this_version(site):
    wheels = sorted((site / "lite" / "pypi").glob("*.whl"))
    assert [wheel.name.split("-")[0] for wheel in wheels] == ["chaingrad", "comm", "graphviz"]
    assert wheels[0].name == f"chaingrad-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheels[0]) as wheel:
        assert "autograd/pictures/page.py" in wheel.namelist()


def test_the_page_has_a_viz_js_that_draws(address, chromium):
    page = chromium.new_page()
    page.goto(address)
    svg = page.evaluate("""async () => {
        const { instance } = await import("./lite/static/viz.js");
        return (await instance()).renderString("digraph { v0 [class=v0] }", { format: "svg" });
    }""")
    assert 'class="node v0"' in svg
    page.close()


def test_jupyterlite_opens_the_notebook_that_the_map_names(address, chromium):
    page = chromium.new_page()
    wanted = []
    page.route(re.compile(r"^https:"), lambda route: (wanted.append(route.request.url), route.abort()))
    page.goto(address)
    page.get_by_role("link", name="1. Derivative as slope").last.click()
    page.locator(".jp-Notebook h1", has_text="1. Derivative as slope").wait_for(timeout=120_000)
    assert {re.sub(r"/v[^/]+/", "/", url) for url in wanted} <= {"https://cdn.jsdelivr.net/pyodide/full/pyodide.mjs"}
    page.close()
