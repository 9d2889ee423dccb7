"""The package's order: what imports what, what importing loads, and the stub that is made from the table."""

import ast
import shutil
from functools import cache

import pytest

import autograd
from tests import renew
from tests.golden import stub
from tests.shared import ROOT, loop, python, seconds_of

# In the order in which they are read. A file or a folder imports only from those above it, and of a folder only what
# its __init__ names; the files of one folder may use each other.
ORDER = {
    "autograd": [
        "tables",
        "floats",
        "operation",
        "operations",
        "elementary",
        "backprop",
        "pickling",
        "listening",
        "aliases",
        "cuts",
        "value",
        "functions",
        "graphs",
        "neurons",
        "differentiation",
        "reports",
        "spelling",
        "expressions",
        "formulas",
        "pictures",
        "replay",
        "stepping",
        "check",
        "diagnosis",
        "exercise",
        "course",
        "__init__",
        "__main__",
    ],
    "nn": [
        "peers",
        "arrays",
        "seeds",
        "initializers",
        "module",
        "layers",
        "images",
        "embedding",
        "attention",
        "gpt",
        "recurrent",
        "remedies",
        "losses",
        "metrics",
        "optimizers",
        "schedules",
        "data",
        "training",
        "__init__",
        "plots",
    ],
}
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ORDER
    for path in sorted((ROOT / package).rglob("*.py"))
}


@cache
def imports(module):
    """(module, name) of everything that a module imports from this project."""
    found = []
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        for source, name in names:
            if f"{source}.{name}" in MODULES:
                found.append((f"{source}.{name}", ""))
            elif source.split(".")[0] in ORDER:
                found.append((source, name))
    return found


def room(module):
    package, _, rest = module.partition(".")
    return package, rest.split(".")[0] or "__init__"


def place(module):
    package, name = room(module)
    return list(ORDER).index(package), ORDER[package].index(name)


@pytest.mark.parametrize("module", MODULES)
def test_a_file_imports_only_from_those_above_it(module):
    for source, _ in imports(module):
        same_room = room(source) == room(module) and room(source)[1] != "__init__"
        assert place(source) < place(module) or same_room, source


@pytest.mark.parametrize("module", MODULES)
def test_only_what_its_init_names_is_taken_from_a_folder(module):
    for source, name in imports(module):
        if room(source) != room(module):
            assert not name.startswith("_"), (source, name)
            assert source.count(".") < 2, source


def test_nothing_imports_in_a_circle():
    above = {module: {source for source, _ in imports(module) if source != module} for module in MODULES}
    while leaves := {module for module, sources in above.items() if not sources & above.keys()}:
        for module in leaves:
            del above[module]
    assert not above


def test_importing_loads_neither_graphviz_nor_tqdm_nor_matplotlib():
    code = "import sys, autograd, nn; print({'graphviz', 'tqdm', 'matplotlib', 'IPython'} & set(sys.modules))"
    assert python("-c", code).stdout.strip() == "set()"


def test_importing_adds_little_to_importing_numpy(tmp_path):
    """A generous bound, so that a busy machine does not fail: the benchmarks give the figure."""
    compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    code = "import time, numpy; t = time.process_time(); import autograd; print(time.process_time() - t)"
    assert any(float(python("-c", code, **compiled).stdout) < 1.5 * seconds_of(loop) for _ in range(4))


def test_the_stub_is_what_the_table_gives():
    assert renew.STUB.read_text(encoding="utf-8") == stub.text(), "run `python -m tests.renew`"


def test_every_row_is_a_function_and_a_method():
    for name, row in autograd.OPERATIONS.items():
        if row.arity is not None:
            assert getattr(autograd, name) is row
            assert name in autograd.__all__
            assert hasattr(autograd.Value, name) == (row.symbol == name)
        assert row.doc


@pytest.mark.parametrize("package", ["autograd", "nn"])
@pytest.mark.parametrize("last", ["chaingrad", "HIPS"])
def test_a_mixture_with_the_other_package_named_autograd_is_refused(package, last, tmp_path):
    """The files of the package that was installed last have taken the place of the other's."""
    for name in ("autograd", "nn"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "autograd" / "tracer.py").touch()
    if last == "HIPS":
        (tmp_path / "autograd" / "__init__.py").write_text("from .tracer import *\n", encoding="utf-8")
    result = python("-c", f"import {package}", cwd=tmp_path, check=False)
    told = "ImportError: chaingrad and HIPS's autograd both install" in result.stderr
    assert told == (package == "nn" or last == "chaingrad")


def test_checks_and_exercises_are_reachable_and_loaded_when_asked_for():
    code = "import sys, autograd; print('autograd.check' in sys.modules, 'autograd.exercise' in sys.modules)"
    assert python("-c", code).stdout.split() == ["False", "False"]
    code = "import autograd; print(autograd.check.check_value.__name__, autograd.exercise.exercise(1).level)"
    assert python("-c", code).stdout.split() == ["check_value", "1"]
    with pytest.raises(AttributeError, match="module 'autograd' has no attribute 'nonsense'"):
        autograd.nonsense  # noqa: B018
