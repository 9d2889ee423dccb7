"""exp, tanh, maximum, …: every row of the table with a fixed number of inputs, as a function of the row's name.

A row added to the table is here, in `autograd` and among Value's methods by itself. For editors and type checkers the
names stand in `elementary.pyi`, which `python -m tests.renew` makes from the table.
"""

from autograd.operations import OPERATIONS

__all__ = [name for name, operation in OPERATIONS.items() if operation.arity is not None]
globals().update({name: OPERATIONS[name] for name in __all__})


class Methods:
    """The methods of a Value that are named after rows, such as `tanh`; `value.py` makes them."""

    __slots__ = ()
