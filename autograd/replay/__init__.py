"""A graph recorded once, replayed in NumPy: `record` gives a `Program`.

Read `program.py` first: what a program is and how it is called. `recording.py` reads the graph into `nodes.py`'s nodes
and `sums.py` rewrites its sums; `grouping.py` finds its instructions, which stand in `instructions.py` and, for
`select`, in `selecting.py`; `layout.py` says where their numbers stand, `source.py` writes what reads them there,
`symbols.py` and `readings.py` say what the table's rules are on arrays. `compiling.py` makes a function on arrays of it
all, `straight.py` one on floats, and `comparing.py` compares both with the rules.

How `w1*x1 + w2*x2` becomes a matrix product: `Sums` in `sums.py` makes a dot of it, `Grouping.dots` in `grouping.py`
puts the dots of the same weights and the same inputs into a table, and `Product` in `instructions.py` computes that.
"""

from autograd.replay.program import Program, record, without_warnings

__all__ = ["Program", "record", "without_warnings"]
