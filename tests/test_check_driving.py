"""Engines of strangers: other names, other numbers, whatever they raise or print, and what is judged of them."""

import math
import re

import numpy as np
import pytest

from autograd import Value
from autograd.check import check_function, check_op, check_topological_order, check_value, gradcheck, report
from tests.shared import python
from tests.wrong_engines import BRANCHES, CLASSES, CLOSURES, PULLS, RIGHT, STORED, TAPE, Source, engine


def found(source, level="all", seed=None, **names):
    return report(check_value, engine(source), level, seed, **names)


def wheres(source, level="all"):
    return [finding.where for finding in found(source, level).findings]


# ---- names, numbers, what is asked of the class

OTHER_NAMES = [
    ("value", "gradient", "backprop"),
    ("val", "_grad", "backpropagate"),
    ("x", "d", "run_backward"),
    ("_data", "adjoint", "compute_gradients"),
]


def renamed(source, data, grad, backward):
    for old, new in (("self.data", f"self.{data}"), ("v.data", f"v.{data}"), (".grad", f".{grad}")):
        source = Source(source.replace(old, new))
    source = Source(source.replace("other.data", f"other.{data}").replace("n.data", f"n.{data}"))
    return source.but("def backward(", f"def {backward}(")


@pytest.mark.parametrize(("data", "grad", "backward"), OTHER_NAMES)
def test_other_names_are_found_and_said_once_or_given(data, grad, backward):
    source = renamed(STORED, data, grad, backward)
    by_itself = found(source)
    assert by_itself.ok, str(by_itself)
    assert by_itself.notes == [f"taken: `{data}` for `data`, `{grad}` for `grad`, `{backward}` for `backward`"]
    given = found(source, data=data, grad=grad, backward=backward)
    assert given.ok
    assert given.notes == []
    assert found(source.but(f"p.{grad} +=", f"p.{grad} ="), "strict").findings[0].where == "`add`"


def test_a_name_that_is_not_there_is_told_with_the_way_to_give_it():
    text = str(found(STORED, data="number"))
    assert "the new Value has no `number`" in text
    assert 'hint: is `number` called otherwise? The names can be given: `check_value(…, data="value"' in text


def test_a_gradient_of_another_name_that_does_not_start_at_zero_is_told_so():
    source = renamed(STORED, "data", "gradient", "backward").but("self.gradient = 0.0", "self.gradient = 1.0")
    assert "its .gradient is 1 before any `backward()`, expected 0" in str(found(source))


@pytest.mark.parametrize(
    ("made", "facts"),
    [
        ("int(data) if abs(data) > 2 else data", "Value(-17.6372641).data: yours -17, expected -17.6373"),
        ("round(data, 4)", "Value(-17.6372641).data: yours -17.63730, expected -17.63726"),
    ],
)
def test_a_number_that_is_cut_when_a_value_is_made_is_not_called_changed(made, facts):
    (finding,) = found(STORED.but("self.data = data", f"self.data = {made}")).findings
    assert finding.where == "`Value`"
    assert finding.hint == "the number is cut or rounded: keep it as it is given"
    assert facts in finding.text


def test_arrays_of_gradients_that_two_nodes_share_are_told_of():
    source = FLOAT32.but("np.float32(data)", "np.array([data], float)").but("self.grad = 0.0", "self.grad = None")
    source = source.but("v.grad = 0.0", "v.grad = None").but("self.grad = 1.0", "self.grad = np.ones(1)")
    source = source.but("p.grad += d * v.grad", "d = v.grad if d == 1 else d * v.grad\n                {}")
    copied = Source(source.replace("{}", "p.grad = d if p.grad is None else p.grad + d"))
    assert found(copied, "mul").ok
    finding = found(copied.but("p.grad + d\n", "p.grad.__iadd__(d)\n"), "mul").findings[0]
    assert finding.where == "`add`"
    assert "two nodes hold one and the same array as their gradient, and `+=` changes it for both" in finding.hint


def test_names_that_are_ours_are_not_told():
    assert found(STORED).notes == []


FLOAT32 = STORED.but("import math", "import math\nimport numpy as np").but(
    "self.data = data", "self.data = np.float32(data)"
)
SINGLE = STORED.but("import math", "import math, struct").but(
    "self.data = data", "self.data = struct.unpack('f', struct.pack('f', data))[0]"
)


@pytest.mark.parametrize("source", [FLOAT32, SINGLE], ids=["numpy", "struct"])
def test_float32_is_compared_to_three_digits_and_that_is_said_once(source):
    for seed in (None, 1, 2, 3):
        right = found(source, "strict", seed)
        assert right.ok, str(right)
        assert right.notes == ["the numbers are float32 or less exact, so they are compared to 3 digits"]
    wrong = found(source.but("(n * self.data ** (n - 1),)", "(n * self.data ** n,)"))
    assert wrong.findings[0].where == "`pow`"
    assert "the exponent must go down by one" in wrong.findings[0].hint


REQUIRES = (
    CLOSURES.but("_children=()", "_children=(), requires_grad=False")
    .but("self._prev = set(_children)", "self._prev = set(_children); self.asks = requires_grad or bool(_children)")
    .but("v._backward()\n", "v._backward()\n        for v in topo:\n            if not v.asks: v.grad = None\n")
)  # what asks for no gradient has none at the end


def test_a_class_that_asks_for_no_gradient_by_itself_is_made_to_ask():
    right = found(REQUIRES)
    assert right.ok, str(right)
    assert right.notes[0] == "what is checked is `lambda x: Value(x, requires_grad=True)`"
    assert not any("requires_grad" in note for note in found(CLOSURES).notes)


def test_messages_name_the_class_where_a_function_makes_its_values():
    Number = engine(STORED.but("def __neg__(self):", "def negative(self):"))
    lacking = report(check_value, lambda x: Number(x))
    assert lacking.findings[0].text.startswith("Value has no `__neg__`: `-a` fails")
    Other = engine(STORED)
    assert report(check_value, lambda x: Other(x), "mul").verdict.endswith("Value is right at level 'mul'")


class Tensor:
    """A number as torch has it: its data and its gradient are tensors too, read by `.item()`."""

    dtype, shape = "float64", ()

    def __init__(self, number, parents=(), locals_=()):
        self.number, self.parents, self.locals, self.grad = number, parents, locals_, None

    def item(self):
        return self.number

    @property
    def data(self):
        return Tensor(self.number)

    def __add__(self, other):
        return Tensor(self.number + other.number, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Tensor(self.number * other.number, (self, other), (other.number, self.number))

    def backward(self):
        order = []

        def visit(v):
            if v not in order:
                for p in v.parents:
                    visit(p)
                order.append(v)

        visit(self)
        grads = dict.fromkeys(order, 0.0) | {self: 1.0}
        for v in reversed(order):
            for p, d in zip(v.parents, v.locals, strict=True):
                grads[p] += d * grads[v]
        for v in order:
            if not v.parents:
                v.grad = Tensor((v.grad.number if v.grad else 0.0) + grads[v])


def test_tensors_are_read_by_item():
    assert report(check_value, Tensor, "mul").ok


# ---- prints, warnings, exceptions


def test_what_is_printed_is_counted_and_not_shown(capsys):
    check_value(engine(CLOSURES.but("self.grad = 1\n", "self.grad = 1; print(self.data, '\\n')\n")), "add")
    out = capsys.readouterr().out
    assert re.fullmatch(
        "All 16 probes passed: Value is right at level 'add'.\nnote: your code printed [0-9]+ lines\n", out
    )
    check_function(lambda x: print("x") or x, lambda x: x, [(1.0,), (2.0,)])
    assert capsys.readouterr().out == "<lambda>: right in all 2 calls.\nyour code printed 2 lines\n"


def test_a_print_is_counted_where_a_check_fails_too():
    wrong = CLOSURES.but("self.grad = 1\n", "self.grad = 1; print(1)\n").but("reversed(topo)", "topo")
    assert any("your code printed" in note for note in found(wrong, "add").notes)


def test_warnings_of_numpy_are_not_shown_and_stop_nothing(recwarn):
    source = FLOAT32.but("np.float32(data)", "np.float64(data)").with_method("""
        def tanh(self):
            e = np.exp(2 * self.data)
            y = (e - 1) / (e + 1)
            return Value(y, (self,), (1 - y * y,))
        """)
    overflow = found(source)
    assert overflow.ok
    assert "`tanh` of large numbers: p.tanh() at p = 800 value: yours nan, expected 1" in overflow.notes
    assert len(recwarn) == 0


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        (STORED.with_method("def __getattr__(self, name): raise RuntimeError(name)"), "raised RuntimeError"),
        (STORED.with_method("@property\ndef relu(self): raise ValueError('relu')"), "raised ValueError: relu\nin line"),
        (STORED.with_method("def __hash__(self): raise ValueError('no hash')"), "raised ValueError: no hash\nin line"),
        (STORED.with_method("def __bool__(self): raise ValueError('no truth')").but("seen.add(v)", "v and seen.add(v)"),
         "raised ValueError: no truth\nin line"),
        (STORED.but("def __add__(self, other):", "def __add__(self, other):\n        exit()"), "raised SystemExit"),
        (STORED.with_method("def __repr__(self): 1 / 0\nbackward = 3"), "raised TypeError: 'int' object"),
        (STORED.but("self.grad = 0.0", "self.grad = []"), "its .grad is [], not a number"),
        (STORED.but("return Value(self.data + ", "assert False\n        return Value(self.data + "),
         "raised AssertionError\nin line"),
    ],
)  # fmt: skip
def test_every_exception_is_a_finding(source, fact):
    for level in ("all", "strict"):
        wrong = found(source, level)
        assert any(fact in finding.text for finding in wrong.findings), str(wrong)


def test_exceptions_of_a_graph_that_is_dropped_and_of_functions_are_findings():
    source = STORED.with_method("""
        def tanh(self):
            raise KeyError("tanh")
        def elu(self):
            raise KeyError("elu")
        """)
    wrong = found(source, "strict")
    assert [f.where for f in wrong.findings] == ["`tanh`"]
    assert "raised KeyError: 'tanh'\nin line" in wrong.findings[0].text
    assert wrong.notes == ["not tried: `elu`"]


# ---- what is judged

SIGMOID = """
    def sigmoid(self):
        y = 1 / (1 + math.exp(-self.data))
        return Value(y, (self,), (y * (1 + y),))
    """


def without(source, *methods):
    for method in methods:
        source = source.but(f"def {method}(", f"def no_{method.strip('_')}(")
    return source


def test_all_that_is_missing_is_one_finding_and_the_rest_is_judged():
    source = without(STORED, "__radd__", "__rsub__", "__rtruediv__", "__neg__").with_method(SIGMOID)
    wrong = found(source)
    assert [f.where for f in wrong.findings] == ["`radd`", "`sigmoid`"]
    assert wrong.findings[0].text.split("\n") == [
        "Value has no `__radd__`: `2.5 + a` fails",
        "Value has no `__neg__`: `-a` fails",
        "Value has no `__rsub__`: `2.5 - a` fails",
        "Value has no `__rtruediv__`: `2.5 / a` fails",
    ]
    remedies = [line.strip("`") for line in wrong.findings[0].hint.split("\n")]
    mended = source.but("y * (1 + y)", "y * (1 - y)").with_method("\n".join(remedies))
    assert found(mended).ok, str(found(mended))


def test_every_remedy_mends():
    methods = ("__neg__", "__radd__", "__rmul__", "__sub__", "__rsub__", "__truediv__", "__rtruediv__")
    hint = found(without(STORED, *methods)).findings[0].hint
    mended = without(STORED, *methods).with_method(hint.replace("`", ""))
    assert found(mended).ok, str(found(mended))


def test_at_the_level_own_nothing_is_missing():
    source = without(STORED, "__radd__", "__rsub__", "__rtruediv__", "__neg__", "__mul__", "__pow__", "relu")
    right = found(source, "own")
    assert right.ok, str(right)
    assert right.verdict.endswith("probes passed: Value is right in what it has")
    assert wheres(source.but("(1.0, -1.0)", "(1.0, 1.0)"), "own") == ["`sub`"]
    assert wheres(source.but("p.grad += d", "p.grad = d"), "own") == ["`add`"]


def test_at_strict_every_part_is_judged():
    assert wheres(CLOSURES, "strict") == [
        "repeated `backward()`",
        "a chain of 3,000",
        "`sigmoid` of large numbers",
        "a graph that is dropped",
    ]
    assert wheres(RIGHT["recursion"], "strict") == ["a chain of 3,000", "forty doublings"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"out.data * (1 - out.data)": "out.data", "1 - out.data ** 2": "1 - out.data"}, ["`tanh`", "`sigmoid`"]),
        ({"other * self.data ** (other": "self.data ** (other", "1 - out.data ** 2": "1"}, ["`pow`", "`tanh`"]),
        ({"math.tanh(": "math.cosh(", "math.log(": "math.sqrt("}, ["`tanh`", "`log`"]),
        ({"reversed(topo)": "topo", "math.tanh(": "math.cosh("}, ["`add`", "`tanh`"]),
        ({"other.data * out.grad": "self.data * out.grad", "1 - out.data ** 2": "1 - out.data"}, ["`mul`", "`tanh`"]),
        ({"+= other.data * out.grad": "= other.data * out.grad", "return self * -1": "return self * 1"},
         ["`mul`", "`neg`"]),
        ({"reversed(topo)": "topo"}, ["`add`"]),
        ({"self.grad = 1\n": "self.grad = 2\n"}, ["`add`"]),
    ],
)  # fmt: skip
def test_what_is_independent_is_told_and_what_follows_is_not(changes, expected):
    source = CLOSURES
    for old, new in changes.items():
        source = source.but(old, new)
    assert sorted(wheres(source)) == sorted(expected)
    assert wheres(source)[0] == expected[0]


def test_the_same_mistake_in_several_places_is_one_finding():
    told = found(Source(CLOSURES.replace("+=", "=")))
    (finding,) = told.findings
    assert "the same in `mul`" in told._repr_html_()
    assert finding.where == "`add`"
    assert "\nthe same in `mul`" in finding.text
    assert "the same in `mul`" in str(finding)


def test_findings_after_the_first_are_printed_too():
    source = CLOSURES.but("math.tanh(", "math.cosh(").but("math.log(", "math.sqrt(")
    text = str(found(source))
    assert "First problem, in `tanh`:\n" in text
    assert "\nThen, in `log`:\n" in text


@pytest.mark.parametrize(
    ("refusal", "where"),
    [
        ("raise ValueError('only numbers')", []),
        ("assert False, 'only numbers'", []),
        ("return NotImplemented", []),
        ("y = self.data ** n", []),
        ("y = math.log(-self.data)", ["`**` of two Values"]),
        ("y = 1 / self.grad", ["`**` of two Values"]),
    ],
)
def test_an_operator_may_be_refused_but_not_fail(refusal, where):
    source = without(STORED, "__rpow__").but("y = self.data ** n.data", refusal)
    assert wheres(source) == where


def test_what_is_there_for_one_operand_is_not_refused():
    assert wheres(STORED.but("abs(self.data)", "abs(None)")) == ["`abs`"]


def test_a_wrong_sum_that_products_are_made_with_is_told_once():
    right = STORED.but("other), (other.data, self.data)", "Value(0.0) + other), (other.data, self.data)")
    wrong = right.but("self.data + other.data", "self.data - other.data")
    assert found(right).ok
    assert wheres(wrong)[0] == "`add`"
    assert "`mul`" not in wheres(wrong)


# ---- rounding, large numbers, other functions


@pytest.mark.parametrize("digits", [2, 3, 4])
@pytest.mark.parametrize(
    ("old", "where"),
    [("math.exp(self.data)", "`exp`"), ("math.tanh(self.data)", "`tanh`"), ("self.data ** other,", "`pow`")],
)
def test_a_rounded_input_is_found(old, where, digits):
    source = CLOSURES.but(old, old.replace("self.data", f"round(self.data, {digits})"))
    for seed in (None, 1, 2):
        finding = found(source, seed=seed).findings[0]
        assert finding.where == where
        assert finding.hint in (f"what goes in is rounded to {digits} decimals", "")
    assert "rounded" in found(source).findings[0].hint or where == "`pow`"


def function(name, y, dy):
    return STORED.with_method(f"""
        def {name}(self):
            x = self.data
            y = {y}
            return Value(y, (self,), ({dy},))
        """)


OVERFLOWS = [
    ("tanh", "(math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)", "1 - y * y", "p.tanh() at p = 800"),
    ("sigmoid", "1 / (1 + math.exp(-x))", "y * (1 - y)", "n.sigmoid() at n = -800"),
    ("softplus", "math.log(1 + math.exp(x))", "1 / (1 + math.exp(-x))", "p.softplus() at p = 800"),
]
STABLE = [
    ("tanh", "math.tanh(x)", "1 - y * y"),
    ("sigmoid", "0.5 * (1 + math.tanh(x / 2))", "y * (1 - y)"),
    ("exp", "math.exp(x)", "y"),
    ("sinh", "math.sinh(x)", "math.cosh(x)"),
    ("softplus", "max(x, 0.0) + math.log1p(math.exp(-abs(x)))", "0.5 * (1 + math.tanh(x / 2))"),
]


@pytest.mark.parametrize(("name", "y", "dy", "at"), OVERFLOWS)
def test_overflow_at_large_numbers_is_a_note_and_at_strict_a_finding(name, y, dy, at):
    loose, strict = found(function(name, y, dy)), found(function(name, y, dy), "strict")
    assert loose.ok
    assert len(loose.notes) == 1
    assert loose.notes[0].startswith(f"`{name}` of large numbers: {at} raised OverflowError")
    assert [f.where for f in strict.findings] == [f"`{name}` of large numbers"]
    assert "let `exp` see numbers below zero only" in strict.findings[0].hint


def test_functions_that_overflow_alike_are_one_note():
    both = function(*OVERFLOWS[0][:3]) + function(*OVERFLOWS[1][:3])[len(STORED) :]
    (note,) = found(Source(both)).notes
    assert note.startswith("`tanh` of large numbers, `sigmoid` of large numbers: p.tanh() at p = 800 raised")
    assert wheres(Source(both), "strict") == ["`tanh` of large numbers"]


@pytest.mark.parametrize("level", ["all", "strict"])
def test_a_wrong_value_at_large_numbers_that_is_no_overflow_is_a_finding(level):
    (finding,) = found(function("relu", "min(max(x, 0.0), 6.0)", "float(0 < x < 6)"), level).findings
    assert finding == ("`relu` of large numbers", "p.relu()   at p = 800\nvalue: yours 6, expected 800", "", "")


BENT = [
    ("tanh", "max(-0.9, min(0.9, math.tanh(x)))", "1 - y * y", "value"),
    ("relu", "max(x, 0.0)", "float(x > 0.5)", "d/d"),
    ("exp", "math.exp(max(x, -2.0))", "y", "value"),
    ("sigmoid", "1 / (1 + math.exp(-x))", "y * (1 - y) * (x > -1.5)", "d/d"),
]


@pytest.mark.parametrize(("name", "y", "dy", "fact"), BENT)
@pytest.mark.parametrize("seed", [None, *range(10)])
def test_a_function_that_is_right_around_one_and_wrong_near_zero_or_far_out_is_found(name, y, dy, fact, seed):
    finding = found(function(name, y, dy), seed=seed).findings[0]
    assert finding.where == f"`{name}`"
    assert fact in finding.text


@pytest.mark.parametrize(("name", "y", "dy"), STABLE)
def test_what_is_stable_or_must_overflow_gets_no_note(name, y, dy):
    assert found(function(name, y, dy), "strict").ok
    assert found(function(name, y, dy)).notes == []


RECURSIVE = STORED.but(
    "nodes = self.order()\n",
    """nodes = []
        def visit(v):
            if v not in nodes:
                for p in v.parents:
                    visit(p)
                nodes.append(v)
        visit(self)
""",
)


def test_cycles_of_nodes_are_told_from_those_of_a_function_inside_backward():
    (nodes,) = (f for f in found(CLOSURES, "strict").findings if f.where == "a graph that is dropped")
    (inside,) = (f for f in found(RECURSIVE, "strict").findings if f.where == "a graph that is dropped")
    assert "a node refers to itself" in nodes.hint
    assert "a function inside `backward()` that calls itself refers to itself" in inside.hint


OTHERS = [
    ("gelu", "0.5 * x * (1 + math.erf(x / 2 ** 0.5))",
     "0.5 * (1 + math.erf(x / 2 ** 0.5)) + x * math.exp(-x * x / 2) / (2 * math.pi) ** 0.5"),
    ("elu", "x if x > 0 else math.exp(x) - 1", "1.0 if x > 0 else math.exp(x)"),
    ("leaky_relu", "x if x > 0 else 0.01 * x", "1.0 if x > 0 else 0.01"),
    ("ln", "math.log(x)", "1 / x"),
    ("swish", "x / (1 + math.exp(-x))", "1 / (1 + math.exp(-x)) + y * (1 - 1 / (1 + math.exp(-x)))"),
    ("ReLU", "max(x, 0.0)", "float(x > 0)"),
    ("cube", "x ** 3", "3 * x ** 2"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "y", "dy"), OTHERS)
def test_functions_off_the_list_are_tried_against_differences_of_their_values(name, y, dy):
    for seed in (None, 1, 2, 3, 4):
        right = found(function(name, y, dy), seed=seed)
        assert right.ok, str(right)
        assert right.notes == []
    (finding,) = found(function(name, y, f"2 * ({dy})")).findings
    assert finding.where == f"`{name}`"
    assert finding.hint.startswith("twice what it should be")
    assert wheres(function(name, y, f"({dy}) * 1.01")) == [f"`{name}`"]


def test_what_is_not_tried_is_said():
    source = STORED.with_method("""
        def __lt__(self, other): return self.data < other.data
        def __matmul__(self, other): return self * other
        def leaky_relu(self, slope): return self
        def log(self, base): return self
        def dropout(self):
            import random
            return self * random.random()
        def sign(self): return Value(1.0 if self.data > 0 else -1.0)
        def show(self): raise ValueError("is not called")
        def description(self): return "a number"
        def same(self): return self
        """)
    right = found(source)
    assert right.ok, str(right)
    assert right.notes == ["not tried: `<`, `@`, `dropout`, `leaky_relu`, `log`, `sign`"]


# ---- hints that right engines must not get

RIGHT_TOO = [
    CLOSURES.but("(self,))", "(self, Value(other)))", within="__pow__"),  # a Value among the parents
    CLOSURES.but("def _backward():", "def _backward(node=None):", within="__mul__"),
    CLOSURES.but("def backward(self):", "def backward(self, seed=1.0):"),
    CLOSURES.but("if v not in visited:\n", "if v in visited:\n                return\n            if True:\n"),
    STORED.but("elif v not in seen:", "elif not v in seen:").but("for p in v.parents:", "for p in v.parents[::-1]:"),
    STORED.but("self.grad = 0.0", "self.grad = None")
    .but("            if v.parents:", "            if v.parents or v.grad is None:"),
    STORED.with_method("def zero_grad(self): self.grad = 0.0"),
    BRANCHES.but("out.grad / other.data", "1 / other.data * out.grad"),
    CLASSES.but("return b * g, a * g", "return g * b, g * a"),
    PULLS.but("(g * o.data, g * self.data)", "(o.data * g, self.data * g)"),
    TAPE.but("np.float64(data)", "np.asarray(data, dtype=float).reshape(1)").but("math.tanh", "np.tanh"),
]  # fmt: skip


@pytest.mark.parametrize("source", RIGHT_TOO)
def test_right_engines_get_no_finding(source):
    for seed in (None, 1, 2, 3):
        right = found(source, seed=seed)
        assert right.ok, str(right)


def test_a_shortcut_for_zero_or_for_equal_numbers_is_found():
    zero = CLOSURES.but("out = ", "if self.data == 0: return Value(0.0)\n        out = ", within="__mul__")
    equal = CLOSURES.but("out = ", "if self.data == other.data: return self ** 2\n        out = ", within="__mul__")
    assert "`mul`" in wheres(zero)[0]
    assert "a * k   at a = 1.3, k = 1.3" in found(equal).findings[0].text


# ---- the same verdict every time

SETS = """
from tests.wrong_engines import CLOSURES, STORED, engine
from autograd.check import check_topological_order, check_value, report
sets = STORED.but("self.parents = parents", "self.parents = set(parents)")
slots = sets.but("class Value:", "class Value:\\n    __slots__ = ('data', 'grad', 'parents', 'locals')\\n")
preorder = CLOSURES.but("reversed(topo)", "topo").but("visited.add(v)", "visited.add(v); topo.insert(0, v)")
print([str(report(check_value, engine(source), "strict")) for source in (sets, slots, preorder)])
def by_set(output):
    nodes, ahead = set(), [output]
    while ahead:
        nodes.add(node := ahead.pop())
        ahead += [p for p in node.parents if p not in nodes]
    return list(nodes)
print(str(report(check_topological_order, by_set)), str(report(check_topological_order, by_set)))
"""


def test_verdicts_do_not_hang_on_the_order_of_sets():
    told = {python("-c", SETS, PYTHONHASHSEED=str(seed)).stdout for seed in range(4)}
    assert len(told) == 1
    first, second = report_of_sets(), report_of_sets()
    assert first == second
    assert "graphs are in order. First problem" in first


def by_set(output):
    nodes, ahead = set(), [output]
    while ahead:
        nodes.add(node := ahead.pop())
        ahead += [p for p in node.parents if p not in nodes]
    return list(nodes)


def report_of_sets():
    return str(report(check_topological_order, by_set))


def test_hashes_are_put_back():
    Number = engine(STORED)
    for kind in (Number, Value):
        before = vars(kind).get("__hash__")
        report(check_value, kind, "add")
        report(check_topological_order, by_set)
        assert vars(kind).get("__hash__") is before
        assert kind.__hash__ is object.__hash__


# ---- a sort at its levels


def recursive(output):
    order = []

    def visit(v):
        if v not in order:
            for p in v._children:
                visit(p)
            order.append(v)

    visit(output)
    return order


def test_a_recursive_sort_is_right_at_all_and_not_at_strict():
    assert str(report(check_topological_order, recursive)) == "All 7 graphs are in order."
    strict = report(check_topological_order, recursive, level="strict")
    assert strict.verdict == "8 of 9 graphs are in order"
    assert "stack of your own" in strict.findings[0].hint
    with pytest.raises(ValueError, match="level is one of 'add', 'mul', 'own', 'all', 'strict', not 'hard'"):
        check_topological_order(recursive, "hard")


def test_every_graph_is_judged_and_each_cause_told_once():
    def twice(output):
        return [v for p in output.parents for v in twice(p)] + [output]

    found = report(check_topological_order, twice, level="strict", seconds=0.2)
    assert found.verdict == "2 of 9 graphs are in order"
    assert len(found.findings) == len({f.hint for f in found.findings}) == 2


# ---- gradcheck, check_op, check_function


class Hidden:
    grad = 0.0

    def __init__(self, x):
        self.x = x

    @property
    def data(self):
        raise ValueError("no data yet")

    def backward(self):
        pass


@pytest.mark.parametrize("x", ["x", None, 1j, {"x": 1.0}, [1.0, "y"], Hidden(1.0)])
def test_what_gradcheck_cannot_read_is_reported_and_raised_when_called(x):
    found = report(gradcheck, lambda a: a, x)
    assert found.ok is False
    assert found.findings[0].where == "the arguments"
    with pytest.raises(TypeError, match="gradcheck takes numbers, Values and lists of them: "):
        gradcheck(lambda a: a, x)


def test_a_print_in_a_function_is_counted_by_every_check():
    assert "your code printed" in str(report(gradcheck, lambda a: print("!") or a * a, 2.0))
    assert "your code printed" in str(
        report(check_op, "exp", lambda x: print("!") or math.exp(x), lambda g, x: g * math.exp(x))
    )
    assert "your code printed 7 lines" in str(report(check_topological_order, lambda v: print("!") or recursive(v)))


def test_text_where_a_number_is_asked_for_is_called_text():
    with pytest.raises(
        AssertionError, match=r"f\(12.01\): yours '12.010000000000009', expected 12.01: that is text"
    ) as failed:
        check_function(f, lambda x: x, [(12.01,)])
    assert "yours 12.01" not in str(failed.value)
    with pytest.raises(AssertionError, match="yours 13.01, expected 12.01"):
        check_function(lambda x: x + 1, lambda x: x, [(12.01,)])


def f(x):
    return f"{x + 0.000000000000009}"


def test_of_long_lists_and_arrays_the_first_difference_is_told():
    wrong = np.arange(500.0)
    wrong[437] = 0.5
    with pytest.raises(AssertionError) as failed:
        check_function(lambda x: wrong, lambda x: np.arange(500.0), [(np.arange(500.0),)])
    assert "<lambda>([0, 1, 2, …, 499] (500 items)): item [437]: yours 0.5, expected 437" in str(failed.value)
    with pytest.raises(AssertionError, match=r"item \[1\]: item \[9\]: yours 0.5, expected 19") as failed:
        check_function(lambda x: [x[0], [*x[1][:9], 0.5]], lambda x: x, [([[*range(10)], [*range(10, 20)]],)])
    with pytest.raises(AssertionError, match=r"yours \[1, 2\], expected \[1, 3\]"):
        check_function(lambda x: [1, 2], lambda x: [1, 3], [(1,)])
    with pytest.raises(AssertionError, match=r"yours \[0, 1, 2, …, 8\] \(9 items\), expected 1"):
        check_function(lambda x: [*range(9)], lambda x: 1, [(1,)])


# ---- what an engine forbids

IN_PLACE = """
    def __iadd__(self, other):
        if not self._prev:
            raise RuntimeError("a leaf is not changed in place")
        return self + other
"""


def with_iadd(text=IN_PLACE):
    return CLOSURES.but("    def __mul__", f"{text}\n    def __mul__")


def test_an_engine_may_forbid_that_leaves_are_changed_in_place():
    assert found(with_iadd()).ok
    assert found(with_iadd(IN_PLACE.replace("if not self._prev", "if True"))).ok


@pytest.mark.parametrize(
    ("old", "new"), [("self + other", "self * other"), ("self._prev", "self._parents"), ("+ other", "+ othr")]
)
def test_a_mistake_in_place_is_none_that_is_forbidden(old, new):
    assert wheres(with_iadd(IN_PLACE.replace(old, new))) == ["`+=`"]


@pytest.mark.torch
@pytest.mark.parametrize("level", ["mul", "own", "all"])
def test_torch_is_right(level):
    import torch

    def make(x):
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    told = report(check_value, make, level)
    assert told.ok, str(told)
    assert level == "mul" or "`unique`" in told.notes[0]
