"""What is handed out: the source package, the wheel, and the first cell of a notebook, which finds the library."""

import ast
import importlib.util
import inspect
import subprocess
import sys
import tarfile
import zipfile
from asyncio import run
from types import ModuleType

import pytest

from autograd.course import PARTS, source
from tests.shared import ROOT, python
from tests.test_course import build

pytest.importorskip("hatchling")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The folder of a source package, and of what was built from that: a wheel, unpacked."""
    folder = tmp_path_factory.mktemp("packages")
    hatchling(ROOT, "sdist", folder)
    with tarfile.open(*folder.glob("*.tar.gz")) as file:
        file.extractall(folder, filter="data")
    (sdist,) = (path for path in folder.iterdir() if path.is_dir())
    hatchling(sdist, "wheel", folder)
    with zipfile.ZipFile(*folder.glob("*.whl")) as file:
        file.extractall(folder / "wheel")
    return sdist, folder / "wheel"


def hatchling(project, target, folder):
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder], cwd=project, check=True)


def files(folder, *parts):
    return {
        str(file.relative_to(folder))
        for part in parts
        for file in folder.glob(part)
        if file.is_file() and file.suffix != ".pyc"
    }


def test_the_source_package_holds_what_its_tests_need(packages):
    kept = ("autograd/**/*.*", "nn/**/*.*", "tests/**/*.*", "notebooks/**/*.*", ".ci/*", ".github/**/*.*", "*.*")
    ignored = ("**/__pycache__/*", "**/.*_c*/**/*", "**/.ipynb_checkpoints/*", "*.egg-info/*", "notebooks/html/*")
    missing = files(ROOT, *kept) - files(ROOT, *ignored) - files(packages[0], *kept)
    assert missing <= {".git"}  # of a worktree it is a file


def test_the_wheel_holds_both_packages_and_the_course(packages):
    _, wheel = packages
    kept = [
        f"{name}/**/*{suffix}" for name in ("autograd", "nn") for suffix in (".py", ".pyi", ".js", ".css", ".typed")
    ]
    kept += ["autograd/README.md", "nn/README.md", "nn/data/*/*.*"]
    assert files(wheel, *kept) == files(ROOT, *kept)
    assert files(wheel / "autograd" / "notebooks", "**/*") == files(source(), *PARTS)
    assert {file.name.split("-")[0] for file in wheel.iterdir()} == {"autograd", "nn", "chaingrad"}


def test_the_wheel_alone_answers_and_copies_the_course(packages, tmp_path):
    environment = {"PYTHONPATH": str(packages[1])}
    answer = python("-m", "autograd", "a*b", "a=2", "b=3", cwd=tmp_path, **environment).stdout
    assert answer.startswith("y = a · b = 6\n")
    python("-m", "autograd", "course", cwd=tmp_path, **environment)
    assert files(tmp_path / "course", "**/*") == files(source(), *PARTS)


# ---- the first cell


class Kernel:
    """A kernel without the library, which notes what it is asked to install; an index has it or not."""

    def __init__(self, monkeypatch, folder, is_on_an_index):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: self.found)
        self.found, self.is_on_an_index, self.asked = None, is_on_an_index, []

    def run_line_magic(self, name, line):
        scope = inspect.currentframe().f_back.f_globals
        self.install(line.replace("{package}", scope["package"]))

    async def piplite(self, requirements):
        self.install(" ".join(requirements))
        if not self.found:
            raise ValueError("Can't find a pure Python 3 wheel for 'chaingrad'")

    def install(self, what):
        self.asked.append(what)
        if " uninstall " not in f" {what}" and (self.is_on_an_index or ".whl" in what):
            self.found = "found"

    def run_first_cell(self):
        transformed = (
            pytest.importorskip("IPython.core.inputtransformer2").TransformerManager().transform_cell(build.INSTALL)
        )
        code = compile(transformed, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        waiting = eval(code, {"get_ipython": lambda: self})
        if waiting is not None:
            run(waiting)


@pytest.fixture(params=[True, False], ids=["indexed", "not indexed"])
def kernel(request, monkeypatch, tmp_path):
    return Kernel(monkeypatch, tmp_path, request.param)


def test_the_first_cell_does_nothing_where_the_library_is(kernel, capsys):
    kernel.found = "found"
    kernel.run_first_cell()
    assert (kernel.asked, capsys.readouterr().out) == ([], "")


def test_the_first_cell_on_a_computer_without_the_library_says_what_to_do(kernel, capsys):
    kernel.run_first_cell()
    assert kernel.asked == []
    assert "choose\nthat environment as the kernel" in capsys.readouterr().out


def test_the_first_cell_in_colab(kernel, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    kernel.run_first_cell()
    package = f"chaingrad=={build.__version__}"
    assert kernel.asked == ["uninstall -q -y autograd", f'install -q {package} "matplotlib>=3.8"']
    assert ("no package index has it yet" in capsys.readouterr().out) == (not kernel.is_on_an_index)


def test_the_first_cell_in_a_browser(kernel, monkeypatch, capsys):
    piplite = ModuleType("piplite")
    piplite.install = kernel.piplite
    monkeypatch.setitem(sys.modules, "piplite", piplite)
    monkeypatch.setattr(sys, "platform", "emscripten")
    kernel.run_first_cell()
    assert kernel.asked == [f"chaingrad=={build.__version__} matplotlib"]
    assert ("put\nthe file chaingrad-….whl beside" in capsys.readouterr().out) == (not kernel.is_on_an_index)


def test_the_first_cell_installs_the_wheel_that_lies_beside_the_notebook(kernel, tmp_path, capsys):
    (tmp_path / "chaingrad-0.0.9-py3-none-any.whl").touch()
    (tmp_path / "chaingrad-0.1.0-py3-none-any.whl").touch()
    kernel.run_first_cell()
    assert kernel.asked == ['install -q chaingrad-0.1.0-py3-none-any.whl "matplotlib>=3.8"']
    assert capsys.readouterr().out == ""
