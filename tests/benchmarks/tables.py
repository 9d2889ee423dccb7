"""How results are printed."""


def verdict(is_reached: bool) -> str:
    return "reached" if is_reached else "MISSED"


def print_table(header: list[str], rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in header, *rows:
        print("   ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    print()
