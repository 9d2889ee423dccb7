"""How results are printed."""

from autograd.tables import aligned


def verdict(is_reached: bool) -> str:
    return "reached" if is_reached else "MISSED"


def print_table(header: list[str], rows: list[list[str]]) -> None:
    print(*aligned([header, *rows], "r" * len(header), gap="   "), "", sep="\n")
