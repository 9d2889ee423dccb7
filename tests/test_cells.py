"""The cells of a notebook: whether a check passed, and a folded cell that judges what the cell above says now."""

import re
from base64 import b64encode

import pytest

from autograd import Value
from autograd.check import check_answer, check_value, passed, unfold
from autograd.check.cells import CheckFailed


@pytest.fixture(autouse=True)
def lenient(monkeypatch):
    monkeypatch.delenv("CHAINGRAD_STRICT", raising=False)


class Wrong(Value):
    def __add__(self, other):
        return self.data + other.data


class Unwritten(Value):
    def __add__(self, other):
        raise NotImplementedError


def test_passed_is_true_of_a_right_answer_false_of_a_blank_and_raises_at_a_wrong_one(monkeypatch):
    assert passed(check_value, Value, level="add") is True
    assert passed(check_value, Unwritten, level="add") is False
    assert passed(check_answer, "slope", 2, 2.0) is True
    assert passed(check_answer, "slope", None, 2.0) is False
    with pytest.raises(AssertionError, match="a plain float"):
        passed(check_value, Wrong, level="add")
    monkeypatch.setenv("CHAINGRAD_STRICT", "1")
    with pytest.raises(CheckFailed, match="not done yet"):
        passed(check_answer, "slope", None, 2.0)


def encoded(source):
    return b64encode(source.encode()).decode()


def test_a_folded_cell_runs_in_the_notebook():
    scope = {"unfold": unfold, "x": 3}
    exec(f'unfold("""\n{encoded("y = x * 2  # × ²")}\n""")', scope)
    assert scope["y"] == 6


def test_a_folded_cell_asks_for_names_that_are_not_there():
    with pytest.raises(CheckFailed, match=r"name 'my_slope' is not defined\. Run your cell first"):
        unfold(encoded("my_slope"))
    with pytest.raises(ZeroDivisionError):
        unfold(encoded("1 / 0"))


@pytest.fixture
def shell():
    shells = pytest.importorskip("IPython.core.interactiveshell")
    pytest.importorskip("IPython.core.history").HistoryAccessor.enabled = False
    yield shells.InteractiveShell.instance()
    shells.InteractiveShell.clear_instance()


CHECK = f"""from autograd.check import unfold
unfold("{encoded("from autograd.check import check_answer; check_answer('two', two(), 2.0)")}")"""


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("def two(:\n    return 2", "SyntaxError"),
        ("def two():\nreturn 2", "IndentationError"),
        ("def two():\n    return 2\ntow()", r"NameError: name 'tow' is not defined"),
    ],
)
def test_a_check_judges_no_function_left_over_from_an_earlier_run_of_the_cell(shell, cell, said, capsys):
    assert shell.run_cell("def two():\n    return 2").success
    assert shell.run_cell(CHECK).success
    shell.run_cell(cell)
    failed = shell.run_cell(CHECK).error_in_exec
    assert isinstance(failed, CheckFailed)
    assert re.search(f"has failed \\({said}.*\nNothing is checked", str(failed))
    assert shell.run_cell("def two():\n    return 2").success
    assert shell.run_cell(CHECK).success


def test_a_check_that_has_failed_may_be_run_again(shell):
    shell.run_cell("def two():\n    return 3")
    for _ in range(2):
        assert "two: 3 is not right" in str(shell.run_cell(CHECK).error_in_exec)
