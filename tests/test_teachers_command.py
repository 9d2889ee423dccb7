"""`python -m autograd.check` on students' files: what each is told, whatever it does to its process."""

import json
import os
import re
import sys
import time
from contextlib import redirect_stdout
from io import StringIO

import pytest

from autograd.check.__main__ import main
from tests.shared import ROOT, python

ENGINE = (ROOT / "tests" / "engines" / "styles" / "closures.py").read_text()


def instead_of_the_seed(line):
    return ENGINE.replace("        self.grad = 1.0\n", f"        {line}\n")


NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
SUBMISSIONS = {
    "alice.py": ENGINE,
    "bob.py": ENGINE.replace("other.grad += self.data", "other.grad = self.data"),
    "endless.py": instead_of_the_seed("while True: pass"),
    "memory.py": instead_of_the_seed("self.history = [0.0] * 10**11"),
    "syntax.py": ENGINE + "print('done'\n",
    "prints.py": instead_of_the_seed("self.grad = 1.0; print('x' * 1000, *topo)") + "print('training\\n' * 10**6)\n",
    "exits.py": ENGINE + "import os\nos._exit(0)\n",
    "renamed.py": ENGINE.replace("Value", "Number"),
    "imported.py": "from alice import Value\n",
    "notebook.ipynb": NOTEBOOK,
    "notebook_too.py": NOTEBOOK,
    "asks.py": ENGINE + "rate = float(input('rate? '))\n",
    "number.py": "Value = 3\n",
    "gr\u00f6\u00dfe 2.py": ENGINE,
    "forks.py": ENGINE + "import os\ngetattr(os, 'fork', int)()\n",
}
LOOP_IN_C = "import itertools\n" + instead_of_the_seed("sum(itertools.repeat(1))")
LIMITED = sys.platform == "linux"  # in memory too


@pytest.fixture(scope="module")
def submissions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("submissions")
    for name, text in SUBMISSIONS.items():
        (folder / name).write_text(text, encoding="utf-8")
    if not LIMITED:
        (folder / "memory.py").unlink()
    return folder


@pytest.fixture(scope="module")
def told(submissions):
    """What is told of each file, by its name, and the exit status under "". The time is for a busy machine."""
    out = StringIO()
    with redirect_stdout(out):
        status = main([str(submissions), "--json", "--seconds", "100"])
    reports = json.loads(out.getvalue())
    return {"": status} | {report["file"].rpartition("/")[2].rpartition("\\")[2]: report for report in reports}


def first(report):
    assert not report["ok"]
    return report["findings"][0]["where"], report["findings"][0]["text"] + report["findings"][0]["hint"]


def test_all_files_of_a_folder_are_checked_and_one_that_fails_makes_the_status_1(told):
    assert told[""] == 1
    assert [name for name in told if name] == sorted(p for p in SUBMISSIONS if LIMITED or p != "memory.py")
    assert [name for name, report in told.items() if name and report["ok"]] == [
        *("alice.py", "forks.py", "gr\u00f6\u00dfe 2.py", "imported.py", "prints.py")
    ]


def test_json_has_the_verdict_the_findings_and_the_notes(told):
    alice = told["alice.py"]
    assert list(alice) == ["file", "ok", "verdict", "findings", "notes"]
    assert re.fullmatch(r"All \d+ probes passed: Value is right at level 'all'", alice["verdict"])
    assert (alice["findings"], alice["notes"]) == ([], [])
    where, text = first(told["bob.py"])
    assert where == "`mul`"
    assert "use `+=`" in text


@pytest.mark.parametrize(
    ("file", "where", "words"),
    [
        ("endless.py", "`add`", "an endless loop, or far too slow"),
        ("endless.py", "`add`", "of backward: `while True: pass`"),
        ("syntax.py", "`syntax.py`", "SyntaxError: '(' was never closed (syntax.py, line "),
        ("exits.py", "`exits.py`", "Python ended, with status 0, before the check was done"),
        ("notebook.ipynb", "`notebook.ipynb`", "a notebook: make a .py file of it by `jupyter nbconvert --to script "),
        ("notebook_too.py", "`notebook_too.py`", "a notebook: make a .py file of it"),
        ("asks.py", "`asks.py`", "of <module>: `rate = float(input('rate? '))`there is nobody to answer `input()`"),
        ("number.py", "`number.py`", "Value is 3, not a class"),
        ("renamed.py", "`renamed.py`", "there is no class Value in it; `--class` names another: Number"),
        pytest.param(
            "memory.py",
            "`add`",
            "raised MemoryError",
            marks=pytest.mark.skipif(not LIMITED, reason="memory is not limited"),
        ),
    ],
)
def test_a_file_that_fails_is_told_why(told, file, where, words):
    seen, text = first(told[file])
    assert seen == where
    assert words in text


def test_a_loop_inside_c_is_ended_and_told_with_its_line(tmp_path, capsys):
    (tmp_path / "loop_in_c.py").write_text(LOOP_IN_C)
    assert main([str(tmp_path), "--seconds", "4"]) == 1
    told = capsys.readouterr().out
    assert "in `loop_in_c.py`:\n  loop_in_c.py\n  still running after 4 s\n  in line" in told
    assert "of backward: `sum(itertools.repeat(1))`" in told


def test_a_class_that_is_imported_is_noted(told):
    assert told["imported.py"]["notes"] == ["Value is imported from alice: it is not the file's own"]


def test_a_table_for_a_class_and_the_whole_report_for_one(submissions):
    done = python("-m", "autograd.check", "alice.py", "bob.py", cwd=submissions, PYTHONPATH=str(ROOT), check=False)
    assert done.returncode == 1
    assert re.sub(r"\d+", "N", done.stdout) == (
        "alice.py  right  All N probes passed\n"
        "bob.py    wrong  N of N probes passed  in `mul`: toward the second operand, a value used twice must add up "
        "both contributions: use `+=`, not `=`\n"
        "N of N are right.\n"
    )


def test_one_file_is_told_in_full(submissions, capsys):
    assert main([str(submissions / "renamed.py"), "--class", "Number", "--level", "mul"]) == 0
    assert re.fullmatch(r"All \d+ probes passed: Number is right at level 'mul'\.\n", capsys.readouterr().out)


def test_a_file_is_not_run_as_a_program_and_sees_its_own_folder_behind_the_library(tmp_path, capsys):
    (tmp_path / "random.py").write_text("raise OSError('not this one')\n")
    (tmp_path / "helper.py").write_text(ENGINE)
    (tmp_path / "engine.py").write_text(
        "import random\nfrom dataclasses import dataclass\nfrom helper import Value as Base\n\n"
        "class Value(Base):\n    pass\n\n@dataclass\nclass Settings:\n    rate: 'float' = 0.1\n\n"
        "random.seed(1)\nopen('log.txt', 'w').close()\n"
        "if __name__ == '__main__':\n    while True: pass\n"
    )
    assert main([str(tmp_path / "engine.py"), "--level", "add"]) == 0
    assert (tmp_path / "log.txt").is_file()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["engine.py", "helper.py", "log.txt", "random.py"]  # no cache
    assert "is right" in capsys.readouterr().out


def test_a_process_that_dies_is_told(tmp_path, capsys):
    (tmp_path / "dies.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n")
    assert main([str(tmp_path)]) == 1
    assert "dies.py\n  Python ended, with status " in capsys.readouterr().out


def test_a_process_whose_watchdog_is_called_off_is_ended_from_outside(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("autograd.check.__main__.GRACE", 2.0)
    (tmp_path / "off.py").write_text("import faulthandler\nfaulthandler.cancel_dump_traceback_later()\nwhile 1: pass\n")
    assert main([str(tmp_path), "--seconds", "0.5"]) == 1
    assert "off.py\n  still running after 0.5 s\n" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_processes_that_a_file_starts_are_ended_with_it(tmp_path):
    log = tmp_path / "log.txt"
    (tmp_path / "forks.py").write_text(
        f"{ENGINE}\nimport os, time\nwhile os.fork() == 0:\n    while True:\n        time.sleep(0.01)\n"
        "        print('here', file=open('log.txt', 'a'))\n"
        "while not os.path.exists('log.txt'): pass\n"
    )
    assert main([str(tmp_path), "--level", "add"]) == 0
    size = log.stat().st_size
    time.sleep(0.2)
    assert log.stat().st_size == size


def test_without_files_the_help_shows_examples(capsys):
    assert main([]) == 2
    out = capsys.readouterr().out
    assert "python -m autograd.check submissions --json > reports.json" in out
    assert "Exit status: 0 if all are right, 1 if not, 2 if none was checked." in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.py"], "there is no file {}none.py; a folder stands for the .py files in it"),
        (["empty"], "the folder {}empty has no .py file in it: name the files, as in {}empty"),
        (["right.py", "--seconds", "0"], "--seconds is a positive number, not 0"),
        (["right.py", "--seconds", "nan"], "--seconds is a positive number, not nan"),
        (["right.py", "--level", "most"], "invalid choice: 'most'"),
    ],
)
def test_wrong_arguments_are_told_before_anything_runs(arguments, message, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "right.py").write_text(ENGINE)
    folder = f"{tmp_path / 'x'}"[:-1]
    with pytest.raises(SystemExit) as end:
        main([folder + arguments[0], *arguments[1:]])
    assert end.value.code == 2
    assert message.replace("{}", folder) in capsys.readouterr().err
