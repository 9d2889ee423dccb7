"""Scalar reverse-mode automatic differentiation, for learning and teaching backpropagation.

Build an expression from `Value`s, call `backward()` on the result, read `.grad`.

Read in this order: `operation.py`, what an operation is, with the glossary; `operations.py`, the table of them;
`value.py`, the node; `backprop.py`, the sweep. All else is built on these: `README.md` in this folder is the manual,
and says what stands where.

A smaller engine, in 50 lines, is the class `Value` of lesson 4, `notebooks/04_value_by_hand.ipynb`. This one has the
same node and the same sweep, and adds four things: one table in the place of a rule in each method, so that the same
rule gives numbers, graphs, batches and formulas; a sort without recursion; all nodes but the leaves start at zero at
each `backward()`; and NumPy's numbers, with inf and nan in the place of exceptions.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if (Path(__file__).parent / "tracer.py").exists():
    raise ImportError(
        "chaingrad and HIPS's autograd both install a package named `autograd` and are mixed in this environment: "
        "run `pip uninstall autograd chaingrad`, then install one of them"
    )

__version__ = "0.1.0"

# the table, the node, the sweep
from autograd.operation import Operation
from autograd.operations import OPERATIONS
from autograd.value import Value
from autograd.backprop import topological_order

# functions of floats, arrays and Values: one for each row, and those of many inputs
from autograd import elementary
from autograd.elementary import *  # noqa: F403
from autograd.functions import backward, detached_max, dot, mean, prod, select, sum
from autograd.functions import log_loss, log_softmax, logsumexp, softmax

# derivatives as functions and as graphs
from autograd.differentiation import derivatives, grad, hessian, jacobian, value_and_grad

# a recorded graph, replayed in NumPy
from autograd.replay import Program, Replayed, ReplayError, record, replayed

# formulas, explanations, pictures
from autograd.formulas import Formula, explain, formula, names
from autograd.pictures import draw
from autograd.stepping import ForwardStep, Seed, Step, Steps, step_through

# what is wrong with a graph
from autograd.diagnosis import detect_anomaly, diagnose

# the checks for learners' code and the exercises on paper: loaded when asked for, since they take as long as the rest
if TYPE_CHECKING:
    from autograd import check as check
    from autograd import exercise as exercise
else:

    def __getattr__(name: str) -> Any:
        if name in ("check", "exercise"):
            return import_module(f"autograd.{name}")
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")


__all__ = [
    "OPERATIONS",
    "Formula",
    "ForwardStep",
    "Operation",
    "Program",
    "ReplayError",
    "Replayed",
    "Seed",
    "Step",
    "Steps",
    "Value",
    "backward",
    "derivatives",
    "detached_max",
    "detect_anomaly",
    "diagnose",
    "dot",
    "draw",
    "explain",
    "formula",
    "grad",
    "hessian",
    "jacobian",
    "log_loss",
    "log_softmax",
    "logsumexp",
    "mean",
    "names",
    "prod",
    "record",
    "replayed",
    "select",
    "softmax",
    "step_through",
    "sum",
    "topological_order",
    "value_and_grad",
]
__all__ += elementary.__all__
