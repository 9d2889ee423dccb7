"""The teacher's command: `python -m autograd.check FILE …` checks students' engines, each in a process of its own.

A loop inside C hears neither trace functions nor signals. So each process sets a watchdog, `faulthandler`, which tells
the line and ends the process when its time is over. A limit of memory makes Python raise MemoryError. The report comes
back as JSON.
"""

import argparse
import faulthandler
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib.machinery import SourceFileLoader
from math import inf
from pathlib import Path
from tempfile import TemporaryFile
from types import ModuleType
from typing import Any

from autograd.check.checks import check_value
from autograd.check.engine import LEVELS
from autograd.check.lesson import SECONDS
from autograd.check.trouble import Trouble, limited
from autograd.reports import Finding, Line, Report
from autograd.tables import aligned, short

EXAMPLES = """\
examples:
  python -m autograd.check alice.py                      the whole report on one file
  python -m autograd.check submissions                   a table of all .py files in a folder
  python -m autograd.check submissions/*/engine.py --class Number --level mul
  python -m autograd.check submissions --json > reports.json

Each file runs in a process of its own, in its folder, without input; what it prints is dropped. On Linux it is given
1 GiB of memory; macOS and Windows limit its time alone. That is for accidents: the code may still read and write what
you may, so check strangers' files in a container. Start this outside of their folder, or with `python -P -m`: Python
prefers modules of the folder where it starts, and a student may have a random.py.

Exit status: 0 if all are right, 1 if not, 2 if none was checked."""

MEMORY = 2**30
GRACE = 10.0  # seconds more, for Python to start; then a process is ended whose watchdog was called off
CHILD = "import sys; sys.path[:0] = sys.argv[1:2]; from autograd.check.__main__ import examine; examine(*sys.argv[2:])"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, or 1 where a file fails. Wrong arguments exit with status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd.check",
        description="Check the engines in students' files: a table of what is wrong first, or the report on one file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a .py file, or a folder of them")
    parser.add_argument("--class", default="Value", dest="name", metavar="NAME", help="the class to check (Value)")
    parser.add_argument("--level", choices=LEVELS, default="all", help="what it must be able to do (all)")
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S", help="the time that a file may take (20)")
    parser.add_argument("--json", action="store_true", help="print the reports as JSON, for a grader")
    options = parser.parse_args(arguments)
    if not options.files:
        parser.print_help()
        return 2
    if not 0 < options.seconds < inf:
        parser.error(f"--seconds is a positive number, not {options.seconds:g}")
    try:
        files = list(_files(options.files))
    except OSError as error:
        parser.error(str(error))
    check = partial(check_file, name=options.name, level=options.level, seconds=options.seconds)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = list(pool.map(check, files))
    right = sum(report.ok is True for report in reports)
    if options.json:
        told = [{"file": str(f), "ok": r.ok, **_as_dict(r)} for f, r in zip(files, reports, strict=True)]
        print(json.dumps(told, indent=2))
    elif len(reports) == 1:
        print(*reports)
    else:
        print(*aligned(map(_row, files, reports), "llll"), f"{right} of {len(files)} are right.", sep="\n")
    return 0 if right == len(files) else 1


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(p for p in path.iterdir() if p.suffix in (".py", ".ipynb"))
            if not found:
                raise OSError(
                    f"the folder {path} has no .py file in it: name the files, as in {path / '*' / 'engine.py'}"
                )
            yield from found
        elif path.is_file():
            yield path
        else:
            raise OSError(f"there is no file {path}; a folder stands for the .py files in it")


def _row(file: Path, report: Report) -> tuple[str, str, str, str]:
    why = "; ".join(report.notes)
    if report.findings:
        first = report.findings[0]
        title, *facts = first.text.splitlines()
        why = f"in {first.where}: {first.hint or ', '.join(facts) or title}"
    return str(file), "right" if report.ok else "wrong", report.verdict.partition(":")[0], why


def _as_dict(report: Report) -> dict[str, Any]:
    return {"verdict": report.verdict, "findings": [f._asdict() for f in report.findings], "notes": report.notes}


def check_file(file: Path, name: str, level: str, seconds: float) -> Report:
    """What `check_value` finds of the class of that name in a file, or what kept it from being checked."""
    file = file.absolute()
    if _is_notebook(file):
        problem = f"a notebook: make a .py file of it by `jupyter nbconvert --to script {file.name}`"
        return _unchecked(file, Trouble(problem))
    command = [sys.executable, "-BPc", CHILD, str(Path(__file__).parents[2]), str(file), name, level, str(seconds)]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}  # the same verdict always, and no windows
    status = None
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        with subprocess.Popen(
            command,
            cwd=file.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as child:
            with suppress(subprocess.TimeoutExpired):
                status = child.wait(seconds + GRACE)
            with suppress(AttributeError, OSError):  # Windows has no groups of processes; this one may be empty
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
        told.seek(0)
        text = told.read()
    with suppress(ValueError):
        found, _ = json.JSONDecoder().raw_decode(text)  # a fork may write another one behind it
        return Report(found["verdict"], [Finding(**finding) for finding in found["findings"]], found["notes"])
    problem = f"Python ended, with status {status}, before the check was done"
    if status is None or text.startswith("Timeout"):
        problem = f"still running after {seconds:g} s"
    innermost = re.search(rf'File "{re.escape(str(file))}", line (\d+) in (.*)', text)  # it tells the last call first
    if innermost:
        problem += f"\nin {Line(str(file), int(innermost[1]), innermost[2])}"
    return _unchecked(file, Trouble(problem))


def _is_notebook(file: Path) -> bool:
    """Whether it is one, by its name or, since files are renamed, by what is in it."""
    with suppress(OSError):
        text = file.read_bytes()
        return file.suffix == ".ipynb" or (text.lstrip()[:1] == b"{" and b'"nbformat"' in text)
    return False


def _unchecked(file: Path, trouble: Trouble) -> Report:
    return Report("Not checked", [trouble.finding(f"`{file.name}`", file.name)])


# ---- in the process of one file


def examine(file: str, name: str, level: str, seconds: str) -> None:
    """Check the class and write the report, and nothing else, to standard output."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # for as long as the process
    os.dup2(sys.stdout.fileno(), 1)  # what C code prints
    faulthandler.enable(told)
    faulthandler.dump_traceback_later(float(seconds), exit=True, file=told)
    _limit_memory(MEMORY)
    try:
        report = limited(lambda: _report(Path(file), name, level, float(seconds)), inf)
    except Trouble as trouble:
        report = _unchecked(Path(file), trouble)
    _limit_memory(None)
    told.write(json.dumps(_as_dict(report)))
    told.flush()
    os._exit(0)  # whatever threads the file has left


def _limit_memory(size: int | None) -> None:
    """Give this process so many bytes and no more, where the system can do that; None lifts the limit."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (most if size is None else size, most))


def _report(file: Path, name: str, level: str, seconds: float) -> Report:
    module = ModuleType("student")  # not "__main__": what a file does as a program is left undone
    module.__file__ = str(file)
    sys.modules[module.__name__] = module  # where dataclasses look
    sys.path.append(str(file.parent))
    SourceFileLoader(module.__name__, str(file)).exec_module(module)
    made = getattr(module, name, None)
    if made is not None and not callable(made):
        raise Trouble(f"{name} is {short(made)}, not a class")
    if made is None:
        own = [n for n, c in vars(module).items() if isinstance(c, type) and c.__module__ == module.__name__]
        others = f"; `--class` names another: {', '.join(own)}" if own else ", nor any other"
        raise Trouble(f"there is no class {name} in it{others}")
    report = check_value.report(made, level, seconds=min(SECONDS, seconds / 20))
    if made.__module__ != module.__name__:
        report.notes.append(f"{name} is imported from {made.__module__}: it is not the file's own")
    return report


if __name__ == "__main__":
    sys.exit(main())
