"""A graph recorded once, replayed in NumPy: `record` gives a `Program`.

Read `program.py` first: what a program is and how it is called. `searching.py` finds what outputs rest on,
`recording.py` reads that into `nodes.py`'s nodes and `sums.py` rewrites its sums. `alike.py` finds groups of like
nodes, `grouping.py` makes instructions of them, with the matrix products that `matrices.py` finds; these stand in
`instructions.py`, `folding.py` and, for `select`, in `selecting.py`. `layout.py` says where their numbers stand,
`source.py` writes what reads them there, `symbols.py` and `readings.py` say what the table's rules are on arrays.
`compiling.py` makes a function on arrays of it all, `straight.py` one on floats, and `comparing.py` compares both with
the rules.

`decorator.py` does all this to a function, as `replayed`: `tracing.py` finds what the function rests on,
`arguments.py` reads what it is given, `lookups.py` says what it looks up and whether that has changed, `recorded.py`
holds and compares its programs, `call.py` is the operation of its results. While any of this goes on, `collector.py`
lets the cycle collector rest.

A program is text for others too: `export` writes it in NumPy's or torch's words.

How `w1*x1 + w2*x2` becomes a matrix product: `Sums` in `sums.py` makes a dot of it, `matrices.py` puts the dots of the
same weights and the same inputs into a table, and `Product` in `instructions.py` computes that.
"""

from autograd.replay.collector import collector_paused
from autograd.replay.decorator import Replayed, replayed
from autograd.replay.lookups import Lookups
from autograd.replay.program import Program, record
from autograd.replay.symbols import Reading, Symbol, Writer, read
from autograd.replay.tracing import ReplayError, plain, trace

__all__ = [
    "Lookups",
    "Program",
    "Reading",
    "ReplayError",
    "Replayed",
    "Symbol",
    "Writer",
    "collector_paused",
    "plain",
    "read",
    "record",
    "replayed",
    "trace",
]
