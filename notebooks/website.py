"""The course as a website that any server of files can publish; notebooks run in the reader's browser (JupyterLite).

    index.html     the map of the course: each of its links opens a notebook
    lite/          JupyterLite with the notebooks, this package's wheel and viz-js, which draws there
    api/           the reference, made from the docstrings

At run time the browser takes Pyodide, with NumPy and matplotlib, from Pyodide's own server; all else is in the site.
"""

import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from jupyterlite_pyodide_kernel.constants import PYODIDE_KERNEL_PLUGIN_ID, PYODIDE_VERSION
from nbconvert.filters import markdown2html_mistune

from autograd.course import copy_course, source

PROJECT = Path(__file__).parent.parent
PYODIDE = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"
VIZ = "@viz-js/viz@3.31.0"
WHEELS = ("graphviz", "comm")  # what Pyodide has not: the package needs the one, JupyterLite's kernel the other
REFERENCE = ("autograd", "autograd.check", "autograd.exercise", "nn", "nn.plots")  # with nn come its public modules

# What the kernel loads as Pyodide: Pyodide, after the page has its viz-js, as `autograd.pictures` looks for it.
LOADER = f"""\
import {{ instance }} from "./viz.js";

globalThis.viz = await instance();
export * from "{PYODIDE}pyodide.mjs";
"""
SETTINGS = {
    "pyodideUrl": "./static/pyodide.mjs",
    "loadPyodideOptions": {"indexURL": PYODIDE, "packages": ["numpy", "matplotlib"]},
}

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>chaingrad: learn backpropagation</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid #8886; }}
td:last-child, th:last-child {{ text-align: right; padding-right: 0; }}
.anchor-link {{ display: none; }}
</style>
</head>
<body>
<p><a href="api/autograd.html">Reference of autograd</a> · <a href="api/nn.html">Reference of nn</a> ·
<a href="lite/pypi/{wheel}">The package as a wheel</a></p>
<p>The notebooks run here, in your browser: nothing is installed. The first picture takes about half a minute, while
Python itself is loaded. What you write stays in your browser.</p>
{course}</body>
</html>
"""


def write_site(folder: Path) -> None:
    """Write the site into a folder that is new or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder for the site")
    with TemporaryDirectory() as work:
        wheels = Path(work, "wheels")
        _call(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", wheels, PROJECT, *WHEELS)
        _lite(folder / "lite", Path(work, "lite"), wheels)
        (wheel,) = wheels.glob("chaingrad-*.whl")
    _call(sys.executable, "-m", "pdoc", "--docformat", "markdown", "-o", folder / "api", *REFERENCE)
    (folder / "index.html").write_text(landing_page(wheel.name), encoding="utf-8")


def landing_page(wheel: str) -> str:
    """The map of the course as a page; what tells how to run and to teach it otherwise is left out."""
    map_, _, _ = (source() / "README.md").read_text(encoding="utf-8").partition("\n## Run it")
    course = re.sub(r'href="(\w+\.ipynb)"', r'href="lite/lab/index.html?path=\1"', markdown2html_mistune(map_))
    return PAGE.format(wheel=wheel, course=course)


def _lite(output: Path, work: Path, wheels: Path) -> None:
    copy_course(work / "course")
    config = {"jupyter-config-data": {"litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: SETTINGS}}}
    (work / "jupyter-lite.json").write_text(json.dumps(config | {"jupyter-lite-schema-version": 0}), encoding="utf-8")
    given = ["--lite-dir", work, "--contents", work / "course", "--output-dir", output.absolute()]
    for wheel in wheels.iterdir():
        given += ["--piplite-wheels", wheel]
    _call(
        sys.executable, "-m", "jupyter", "lite", "build", "--no-sourcemaps", "--log-level", "WARN", *given, folder=work
    )
    (output / "static" / "pyodide.mjs").write_text(LOADER, encoding="utf-8")
    _fetch_viz(output / "static" / "viz.js")


def _fetch_viz(file: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError(f"npm is not found, which fetches {VIZ}: install Node.js")
    _call(npm, "pack", "--silent", VIZ, "--pack-destination", file.parent)
    (packed,) = file.parent.glob("*.tgz")
    with tarfile.open(packed) as package:
        file.write_bytes(package.extractfile("package/dist/viz.js").read())
    packed.unlink()


def _call(*command: object, folder: Path | None = None) -> None:
    subprocess.run([*map(str, command)], cwd=folder, check=True)
