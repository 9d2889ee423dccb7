"""The documents: links that lead somewhere, a README on few pages, manuals that name everything public."""

import os
import re
import shlex
from pathlib import Path

import pytest

import autograd
import nn
from autograd import OPERATIONS, check
from autograd.__main__ import main
from nn import data, plots

ROOT = Path(__file__).parent.parent
FOLDERS = (".github", "autograd", "nn", "notebooks", "tests")
DOCUMENTS = {
    str(file.relative_to(ROOT)): file.read_text(encoding="utf-8")
    for file in (*ROOT.glob("*.md"), *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.md")))
}
PUBLIC = {  # the manual, and what it names
    "autograd/README.md": (autograd, check),
    "nn/README.md": (nn, data, plots),
}
COMMANDS = re.findall(r"^\$ python -m autograd (.+)\n((?:.*\n)+?)```$", DOCUMENTS["autograd/README.md"], re.MULTILINE)

each_document = pytest.mark.parametrize("document", DOCUMENTS)
each_manual = pytest.mark.parametrize("manual", PUBLIC)


def outside_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text):
    """What GitHub calls the headings of a document: small letters and digits, with hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", outside_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_every_link_inside_the_project_leads_somewhere(document):
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", outside_code(DOCUMENTS[document]))
    for path, anchor in links:
        target = (ROOT / document).parent / path if path else ROOT / document
        assert target.exists(), path
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), f"{path}#{anchor}"


def test_the_readme_is_short():
    assert len(DOCUMENTS["README.md"].splitlines()) <= 150


@each_manual
def test_a_manual_lists_its_chapters(manual):
    contents, _, text = DOCUMENTS[manual].partition("\n## ")
    assert set(re.findall(r"\]\(#([^)]*)\)", contents)) == anchors("## " + text)


@each_manual
def test_a_manual_names_everything_public(manual):
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", outside_code(DOCUMENTS[manual])))))
    for module in PUBLIC[manual]:
        assert set(module.__all__) - OPERATIONS.keys() <= words  # a row is listed by OPERATIONS and told by explain


@each_manual
def test_a_manual_says_what_stands_in_every_file_and_folder(manual):
    package = (ROOT / manual).parent
    names = [f"{folder.parent.name}/" for folder in package.glob("*/__init__.py")]
    names += [file.name for file in package.glob("*.py") if file.name != "__init__.py"]
    assert [name for name in names if f"`{name}`" not in DOCUMENTS[manual]] == []


@pytest.mark.parametrize(("command", "answer"), COMMANDS)
def test_the_command_line_answers_as_the_manual_says(command, answer, capsys):
    main(shlex.split(command))
    assert capsys.readouterr().out == answer


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem)
def test_each_step_of_a_workflow_is_a_line_that_anyone_can_run(workflow):
    yaml = pytest.importorskip("yaml")
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
    lines = [step["run"].split(' "${{')[0] for job in jobs for step in job["steps"] if "run" in step]
    assert lines
    assert [line for line in lines if f"`{line}" not in DOCUMENTS[".github/CONTRIBUTING.md"]] == []
    assert [line for line in lines if line.startswith(".ci/") and not os.access(ROOT / line, os.X_OK)] == []
