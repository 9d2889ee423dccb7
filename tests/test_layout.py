"""The package's order: what imports what, what importing loads, and the stub that is made from the table."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).parent.parent

# A file imports only from files above it. `elementary` and `pickling` are parts of `functions` and `value`; `notation`,
# `simplify` and `writing` are parts of `formula`, `paths` is one of `explain`, `parsing` of `__main__`,
# `events` and the files named after it are those of `stepping`.
ORDER = [
    "floats",
    "operations",
    "elementary",
    "backprop",
    "pickling",
    "value",
    "functions",
    "derivatives",
    "neurons",
    "notation",
    "simplify",
    "writing",
    "formula",
    "paths",
    "explain",
    "rendering",
    "draw",
    "events",
    "stepping_text",
    "stepping_picture",
    "stepping_view",
    "stepping",
    "parsing",
    "symbols",
    "readings",
    "recording",
    "layout",
    "instructions",
    "grouping",
    "compiling",
    "straight",
    "comparing",
    "program",
    "report",
    "deadline",
    "anomaly",
    "diagnose",
    "exercise",
    "probes",
    "hints",
    "mistakes",
    "wrong_rules",
    "observe",
    "check_engine",
    "check_gradients",
    "check_functions",
    "update_rules",
    "check_steps",
    "check",
    "__init__",
    "__main__",
]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", sorted((ROOT / "autograd").glob("*.py")), ids=lambda p: p.stem)
def test_a_file_imports_only_from_files_above_it(path):
    above = ORDER[: ORDER.index(path.stem)]
    parts = [name.split(".") for name in imports(path)]
    inside = {p[1] for p in parts if p[0] == "autograd" and len(p) > 1 and p[1] in ORDER}
    assert inside <= set(above)
    assert "nn" not in {p[0] for p in parts}


def run(code, **environment):
    call = [sys.executable, "-c", code]
    result = subprocess.run(
        call, capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, **environment}
    )
    return result.stdout


def test_importing_loads_neither_graphviz_nor_tqdm_nor_matplotlib():
    code = "import sys, autograd, nn; print({'graphviz', 'tqdm', 'matplotlib', 'IPython'} & set(sys.modules))"
    assert run(code).strip() == "set()"


def test_importing_adds_little_to_importing_numpy(tmp_path):
    """A generous bound, so that a busy machine does not fail: the benchmarks give the figure."""
    compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    code = "import time, numpy; t = time.perf_counter(); import autograd; print(time.perf_counter() - t)"
    assert min(float(run(code, **compiled)) for _ in range(4)) < 0.15


def test_the_stub_is_what_the_table_gives():
    scope = {"__file__": str(ROOT / "tests" / "write_stub.py"), "__name__": "write_stub"}
    exec(compile((ROOT / "tests" / "write_stub.py").read_text(encoding="utf-8"), "write_stub.py", "exec"), scope)
    assert scope["STUB"].read_text(encoding="utf-8") == scope["stub"](), "run `python tests/write_stub.py`"


def test_every_row_is_a_function_and_a_method():
    for name, row in autograd.OPERATIONS.items():
        if row.arity is not None:
            assert getattr(autograd, name) is row
            assert name in autograd.__all__
            assert hasattr(autograd.Value, name) == (row.symbol == name)
        assert row.doc


def test_a_mixture_with_the_other_package_named_autograd_is_refused(tmp_path):
    (tmp_path / "autograd").mkdir()
    for file in (ROOT / "autograd").glob("*.py"):
        (tmp_path / "autograd" / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "autograd" / "tracer.py").touch()
    result = subprocess.run([sys.executable, "-c", "import autograd"], capture_output=True, text=True, cwd=tmp_path)
    assert "ImportError: chaingrad and HIPS's autograd both install" in result.stderr
