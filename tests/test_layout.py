"""The package's order: what imports what, what importing loads, and the stub that is made from the table."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).parent.parent

# A file imports only from files above it. What stands in a folder is a part of the file that follows it; `elementary`
# and `pickling` are parts of `functions` and `value`.
ORDER = [
    "floats",
    "operations",
    "elementary",
    "backprop",
    "pickling",
    "value",
    "functions",
    "derivatives",
    "pictures.neurons",
    "formulas.notation",
    "formulas.simplify",
    "formulas.writing",
    "formula",
    "formulas.paths",
    "explain",
    "pictures.rendering",
    "draw",
    "steps.events",
    "steps.text",
    "steps.picture",
    "steps.view",
    "stepping",
    "formulas.parsing",
    "replay.symbols",
    "replay.readings",
    "replay.recording",
    "replay.layout",
    "replay.instructions",
    "replay.grouping",
    "replay.compiling",
    "replay.straight",
    "replay.comparing",
    "program",
    "checks.report",
    "checks.deadline",
    "anomaly",
    "diagnose",
    "exercise",
    "checks.probes",
    "checks.hints",
    "checks.mistakes",
    "checks.wrong_rules",
    "checks.observe",
    "checks.lesson",
    "checks.engine",
    "checks.gradients",
    "checks.functions",
    "checks.update_rules",
    "checks.steps",
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


def module_of(path):
    return ".".join(path.relative_to(ROOT / "autograd").with_suffix("").parts)


@pytest.mark.parametrize("path", sorted((ROOT / "autograd").rglob("*.py")), ids=module_of)
def test_a_file_imports_only_from_files_above_it(path):
    name = module_of(path)
    found = {f"{imported}." for imported in imports(path)}
    assert not any(imported.startswith("nn.") for imported in found)
    inside = {other for other in ORDER if any(imported.startswith(f"autograd.{other}.") for imported in found)}
    if name.endswith(".__init__"):
        assert not inside
    else:
        assert inside <= set(ORDER[: ORDER.index(name)])


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
    code = "import time, numpy; t = time.process_time(); import autograd; print(time.process_time() - t)"
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
