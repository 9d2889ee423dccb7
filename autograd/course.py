"""The course, which an installed package brings along, copied to where a learner works in it."""

import shutil
from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("*.ipynb", "*.md", "solutions/*.ipynb", "exercises/*.md", "exercises/source/*/*.ipynb")


def source() -> Path:
    """The folder of the notebooks: in a wheel within this package, where the build puts it, else beside it."""
    packed = HERE / "notebooks"
    return packed if packed.is_dir() else HERE.parent / "notebooks"


def copy_course(folder: Path) -> Path:
    """Copy the notebooks, their map and the exercises into a folder; returns the first notebook.

    Raises FileExistsError, and copies nothing, where a file is there already: it may hold a learner's answers.
    """
    files = {folder / file.relative_to(source()): file for part in PARTS for file in sorted(source().glob(part))}
    for copied in files:
        if copied.exists():
            raise FileExistsError(f"{copied} is there already, perhaps with answers in it: name another folder")
    for copied, file in files.items():
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)
    return next(iter(files))
