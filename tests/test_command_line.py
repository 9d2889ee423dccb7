"""The command line and the expressions it reads: what is computed, what is printed, and all that is refused."""

import math
import re
import time
import tomllib
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, Value
from autograd.__main__ import main
from autograd.expressions import FUNCTIONS, ExpressionError, evaluate
from autograd.spelling import OTHER_NAMES
from tests.shared import ROOT, loop, python, seconds_of


def run(*arguments, **environment):
    """The command in a process of its own: exit status, standard output, standard error."""
    done = python("-m", "autograd", *arguments, check=False, **environment)
    return done.returncode, done.stdout, done.stderr


def printed(capsys, *arguments):
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


# ---- what is printed

NEURON = """\
y = tanh(a · b + c) = 0.4621

v1 = a · b = 2 · (−3) = −6
    ∂v1/∂a = b = −3
    ∂v1/∂b = a = 2

v2 = v1 + c = (−6) + 6.5 = 0.5
    ∂v2/∂v1 = 1
    ∂v2/∂c = 1

y = tanh(v2) = tanh(0.5) = 0.4621
    ∂y/∂v2 = 1 − tanh(v2)² = 1 − y² = 0.7864

dy/da = −2.359: one path leads from a to y
a → v1 → v2 → y
    ∂y/∂v2 · ∂v2/∂v1 · ∂v1/∂a = 0.7864 · 1 · (−3) = −2.359

dy/db = 1.573: one path leads from b to y
b → v1 → v2 → y
    ∂y/∂v2 · ∂v2/∂v1 · ∂v1/∂b = 0.7864 · 1 · 2 = 1.573

dy/dc = 0.7864: one path leads from c to y
c → v2 → y
    ∂y/∂v2 · ∂v2/∂c = 0.7864 · 1 = 0.7864
"""


def test_a_neuron_in_a_process_of_its_own():
    assert run("tanh(a*b + c)", "a=2", "b=-3", "c=6.5") == (0, NEURON, "")
    status, out, _ = run("--steps", "tanh(a*b + c)", "a=2", "b=-3", "c=6.5")
    assert status == 0
    assert out.startswith(NEURON + "\nForward pass\n")
    assert "\nBackward pass: dy/dy = 1, every other gradient starts at 0\n" in out


def test_the_steps_replayed_give_the_gradients(capsys):
    _, out, _ = printed(capsys, "a*b + sin(a)*b**2 - a/b", "a=0.5", "b=-1.5", "--steps")
    gradients = {}
    row = re.compile(r" *\d+  dy/d(\w+) \+= .*  \(?(\S+?)\)? \+ (\S+) · (\S+) = (\S+)  ")
    for line in out.partition("Backward pass")[2].splitlines()[2:]:
        node, *numbers = row.match(line).groups() if row.match(line) else ("constant", "0", "0", "0", "0")
        before, g, d, after = (float(text.strip("()").replace("−", "-")) for text in numbers)
        assert before == gradients.get(node, 0.0)
        assert after == pytest.approx(before + g * d, abs=2e-3)
        gradients[node] = after
    a, b = Value(0.5), Value(-1.5)
    (a * b + a.sin() * b**2 - a / b).backward()
    assert gradients["a"] == pytest.approx(a.grad, abs=1e-3)
    assert gradients["b"] == pytest.approx(b.grad, abs=1e-3)


def test_the_stepping_view_is_written(capsys, tmp_path):
    assert printed(capsys, "a*b", "a=2", "b=3", "--html", str(tmp_path / "steps.html"))[0] == 0
    page = (tmp_path / "steps.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "dy/da" in page
    assert printed(capsys, "a*b", "a=2", "b=3", "--html", str(tmp_path / "no" / "steps.html"))[0] == 2


def test_several_paths_and_uses(capsys):
    _, out, _ = printed(capsys, "a*a*a", "a=2")
    assert "dy/da = 12: 3 paths lead from a to y" in out
    assert out.endswith("dy/da = 4 + 4 + 4 = 12\n")
    _, out, _ = printed(capsys, "*".join(["(a + a)"] * 10), "a=0.5")
    assert "20 paths lead" in out
    _, out, _ = printed(capsys, "*".join(["(a + a)"] * 11), "a=0.5")
    assert "22 paths lead from a to y, too much to list, so the sum is over the uses of a" in out


def test_latex(capsys):
    status, out, _ = printed(capsys, "x_1/w", "x_1=1", "w=4", "--latex")
    lines = out.splitlines()
    assert (status, lines[0], len(lines)) == (0, r"y = \frac{x_{1}}{w} = 0.25", 3)
    assert r"\frac{\partial y}{\partial w} = -\frac" not in lines[1]
    assert r"& \quad \frac{\partial y}{\partial w} = -\frac{y}{w} = -0.0625" in lines[2]


def test_a_picture_is_written(capsys, tmp_path):
    path = tmp_path / "neuron.svg"
    status, _, err = printed(capsys, "tanh(w*x)", "w=2", "x=0.25", "--svg", str(path))
    assert (status, err) == (0, "")
    text = path.read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    for shown in ("tanh", "0.4621", "0.7864"):
        assert shown in text


@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG\r\n\x1a\n")])
def test_each_kind_of_picture(capsys, tmp_path, kind, begins):
    path = tmp_path / f"picture.{kind}"
    assert printed(capsys, "tanh(w*x)", "w=2", "x=0.25", f"--{kind}", str(path))[::2] == (0, "")
    assert path.read_bytes().startswith(begins)


@pytest.mark.system_dot
def test_a_pdf(capsys, tmp_path):
    path = tmp_path / "picture.pdf"
    assert printed(capsys, "tanh(w*x)", "w=2", "x=0.25", "--pdf", str(path))[::2] == (0, "")
    assert path.read_bytes().startswith(b"%PDF")


def test_digits_are_those_of_text_steps_picture_and_page(capsys, tmp_path):
    svg, html = tmp_path / "y.svg", tmp_path / "y.html"
    options = ["--digits", "8", "--steps", "--svg", str(svg), "--html", str(html)]
    status, out, _ = printed(capsys, "tanh(w*x)", "w=2", "x=0.25", *options)
    assert status == 0
    assert out.startswith("y = tanh(w · x) = 0.46211716\n")
    for text in (out, svg.read_text(encoding="utf-8"), html.read_text(encoding="utf-8")):
        assert "0.46211716" in text
        assert "0.78644773" in text
    assert printed(capsys, "tanh(w*x)", "w=2", "x=0.25")[1].startswith("y = tanh(w · x) = 0.4621\n")


def test_the_console_script_is_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["chaingrad"].partition(":")
    assert getattr(import_module(module), function) is main


def test_the_name_of_the_result_is_used_throughout(capsys):
    _, out, _ = printed(capsys, "loss = (a - 1)**2", "a=3", "--steps")
    assert "dloss/da = 4: one path leads from a to loss" in out
    assert "\ny" not in out


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["-a*b", "a=2", "b=3"], "y = −a · b = −6"),
        (["a", "a=2"], "a = 2"),
        (["1+1"], "1+1 = 2"),
        (["9**9**9**9"], "9**9**9**9 = ∞"),
        (["a**9**9**9", "a=2"], "y = a^∞ = ∞"),
        (["log(a)", "a=-1"], "y = log(a) = nan"),
        (["y + v1", "y=1", "v1=2"], "v2 = y + v1 = 3"),
        (["sin(pi*x)", "x=0.5"], "y = sin(π · x) = 1"),
        (["π*2", "π=3"], "y = π · 2 = 6"),
        (["a+b", "a = 1e3", "b=.5"], "y = a + b = 1000"),
        (["a\n+ 1", "a=1"], "y = a + 1 = 2"),
        (["y = a*b", "a=2", "b=3"], "y = a · b = 6"),
        (["loss=(a - 1)**2", "a=3"], "loss = (a − 1)² = 4"),
        (["f(a) = a + 1", "a=3"], "f = a + 1 = 4"),
        (["v1 = (a + 1)*2", "a=3"], "v1 = (a + 1) · 2 = 8"),
        (["y = a", "a=3"], "a = 3"),
        (["y == a", "a=3", "y=3"], "v1 = 1 if y = a else 0 = 1"),
        (["a*3", "a=1/3"], "y = a · 3 = 1"),
        (["sin(a)", "a=pi/2"], "y = sin(a) = 1"),
        (["a + 1", "a=-3/2*2"], "y = a + 1 = −2"),
        (["a/3", "a=1", "--digits", "9"], "y = a / 3 = 0.333333333"),
        (["1000*a", "a=1.23456", "--digits", "2"], "y = 1000 · a = 1235"),
    ],
    ids=lambda x: x[0] if isinstance(x, list) else "",
)
def test_the_first_line(capsys, arguments, first):
    status, out, err = printed(capsys, *arguments)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == first


def test_help_shows_examples_that_work(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    examples = re.findall(r'python -m autograd "(.*)" (.*)', out)
    assert len(examples) == 5
    for expression, rest in examples:
        arguments = rest.split()[:-2] if "--svg" in rest or "--html" in rest else rest.split()
        assert printed(capsys, expression, *arguments)[0] == 0
    for name in OPERATIONS:
        assert name in out


def test_a_terminal_without_these_letters_is_no_error():
    status, out, err = run("a*b", "a=1", "b=2", PYTHONIOENCODING="ascii")
    assert (status, err) == (0, "")
    assert out.startswith("y = a * b = 2")


# ---- expressions


@settings(max_examples=300)
@given(st.recursive(
    st.sampled_from(["a", "b", "2", "0.5", "1e1", "pi"]),
    lambda e: st.builds("({} {} {})".format, e, st.sampled_from(["+", "-", "*", "/"]), e)
    | st.builds("{}({})".format, st.sampled_from(["-", "+", "tanh", "abs", "sigmoid"]), e)
    | st.builds("sum([{}, {}])".format, e, e),
    max_leaves=15,
))  # fmt: skip
def test_expressions_are_what_python_computes(text):
    a, b = Value(0.75), Value(-1.25)
    expected = eval(text, {**vars(autograd), "a": a, "b": b, "pi": math.pi}) if "/" not in text else None
    actual = evaluate(text, {"a": a, "b": b})
    if expected is not None:
        assert float(actual) == pytest.approx(float(expected), rel=1e-12)
        if isinstance(actual, Value):
            wanted = [d.data for d in autograd.derivatives(expected, [a, b])]
            assert [d.data for d in autograd.derivatives(actual, [a, b])] == pytest.approx(wanted, rel=1e-9)


def test_functions_and_comparisons():
    a, b = Value(2.0), Value(-3.0)
    for text, expected in {
        "a < b": 0.0, "a > b": 1.0, "a <= 2": 1.0, "a >= 3": 0.0, "a == 2": 1.0, "where(a > b, a, b)": 2.0,
        "maximum(a, b)": 2.0, "leaky_relu(b)": -0.03, "leaky_relu(b, 0.5)": -1.5, "dot([a, b], [b, a])": -12.0,
        "mean([a, b, 4])": 1.0, "prod([a, a])": 4.0, "logsumexp([a])": 2.0, "b ** 2": 9.0, "-a ** 2": -4.0,
    }.items():  # fmt: skip
        assert evaluate(text, {"a": a, "b": b}).data == expected
    assert evaluate("where(0, 1, 2)", {}) == 2.0


REFUSED = {
    "__import__('os')": ("there is no function __import__", 1),
    "a.__class__": ("an attribute is not allowed", 2),
    "(a).data": ("an attribute is not allowed", 4),
    "().__class__.__bases__": ("an attribute is not allowed", 13),
    "a[0]": ("'subscript' is not allowed", 2),
    "[a][0]": ("'subscript' is not allowed", 4),
    "a + lambda: 1": ("this is no expression", 5),
    "(lambda: 1)()": ("such a call is not allowed", 1),
    "eval('1')": ("there is no function eval", 1),
    "sin('1')": ("a constant that is no real number is not allowed", 5),
    "1j": ("a constant that is no real number", 1),
    "True": ("a constant that is no real number", 1),
    "...": ("a constant that is no real number", 1),
    "f'{a}'": ("'joined str' is not allowed", 1),
    "a ^ 2": ("'^' is not allowed: a power is written **", 3),
    "a // 2": ("'//' is not allowed", 3),
    "a % 2": ("'%' is not allowed", 3),
    "a @ a": ("'mat mult' is not allowed", 3),
    "~a": ("'invert' is not allowed", 1),
    "not a": ("'not' is not allowed", 1),
    "a and a": ("'and' is not allowed", 1),
    "a if a else 2": ("'if' is not allowed: a choice is written where(condition, a, b)", 1),
    "a < a < a": ("a chain of comparisons is not allowed", 3),
    "a != a": ("'!=' is not allowed: it is written 1 - (a == b)", 3),
    "a is a": ("'is' is not allowed", 3),
    "(a := 2)": ("'named expr' is not allowed", 2),
    "[x for x in a]": ("'list comp' is not allowed", 1),
    "{a: 1}": ("'dict' is not allowed", 1),
    "a, a": ("a comma here is not allowed", 1),
    "[a]": ("a list here is not allowed: lists stand in sum([…])", 1),
    "await a": ("'await' is not allowed", 1),
    "sin(x=a)": ("such a call is not allowed", 1),
    "sin(*[a])": ("'starred' is not allowed", 5),
    "sum(a)": ("sum takes a list: sum([a, b])", 1),
    "sum([a], [a])": ("sum takes a list", 1),
    "dot([a])": ("dot takes two lists: dot([a, b], [c, d])", 1),
    "1 + dot([a], [a, a])": ("dot needs two sequences of one length, got 1 and 2", 5),
    "mean([])": ("mean of nothing", 1),
    "a + maximum(a)": ("maximum takes 2 inputs, got 1", 5),
    "sin + 1": ("sin is a function: write sin(…)", 1),
    "a + bb": ("bb has no value: give it one, as in bb=2", 5),
    "alpha2": ("alpha2 has no value: give it one, as in alpha2=2 (did you mean alpha?)", 1),
    "é + bb": ("bb has no value", 5),
    "max(a, a)": ("there is no function max (did you mean maximum?)", 1),
    "1 + sinn(a)": ("there is no function sinn (did you mean sin?)", 5),
    "a +": ("this is no expression", 4),
    "sin(a": ("this is no expression: '(' was never closed", 4),
    "a b": ("this is no expression: invalid syntax", 3),
    "a = 2": ("this is no expression", 3),
    "a; a": ("this is no expression", 2),
    "a # b": ("'#' is not allowed", 3),
    "": ("the expression is empty", 1),
    "   ": ("the expression is empty", 1),
    "a\0": ("this is no expression", None),
    "1" * 400: ("a number beyond 1.8e308", 1),
    "1" * 5000: ("this is no expression: Exceeds the limit (4300", None),
    "(" * 10_000 + "a" + ")" * 10_000: ("this is no expression: too many nested parentheses", None),
    "sin(" * 10_000 + "a" + ")" * 10_000: ("this is no expression: too many nested parentheses", None),
    "-" * 100_000 + "a": ("the expression is nested too deeply", 1),
    "a" + "**a" * 100_000: ("the expression is nested too deeply", 1),
    "a" + "+a" * 100_000: ("the expression is nested too deeply: write a long sum as sum([a, b, c])", 1),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30].replace("\0", "0"))
def test_all_else_is_refused_at_its_column(text):
    message, column = REFUSED[text]
    variables = {name: Value(2.0, name) for name in ("a", "alpha", "é")}
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, variables)
    first, shown, mark = str(caught.value).split("\n")
    assert message in first
    assert set(mark) <= {" ", "^"}
    assert len(mark) <= 4 + 51
    if column is not None:
        assert f"(column {column})" in first
        if column <= 50:
            assert mark.index("^") == 4 + column - 1
            assert shown[4:] == text.strip()[:70]


SAID = {
    "2a": ("a product is written 2*a", 1),
    "1 + 0.5 a": ("a product is written 0.5*a", 9),
    "2sin(a)": ("a product is written 2*sin", 1),
    "3a**2 + 2a + 1": ("a product is written 3*a", 1),
    "2(a + 1)": ("a product is written with *, as in 2*(a + b)", 1),
    "(a + 1)(a + 2)": ("a product is written with *, as in 2*(a + b)", 1),
    "(a + 1)a": ("a product is written (…)*a", 8),
    "a(a + 1)": ("a is a variable: a product is written a*(…)", 1),
    "sin a": ("the input of a function stands in brackets: sin(a)", 5),
    "1 + ln a": ("the input of a function stands in brackets: log(a)", 8),
    "ln(a)": ("there is no function ln (did you mean log?)", 1),
    "asin(a)": ("there is no function asin (did you mean arcsin?)", 1),
    "ln + 1": ("ln is a function: write log(…)", 1),
    "e**a": ("e has no value: write exp(x) for eˣ and exp(1) for e itself, or give it one, as in e=2", 1),
    "a*π": ("π has no value: write pi, or give it one, as in π=2", 3),
    "a²": ("a power is written x**2", 2),
    "a + 2⁻¹²": ("a power is written x**-12", 6),
    "2 · a": ("'·' is written *", 3),
    "−a": ("'−' is written -", 1),
    "√a": ("'√' is written sqrt(x)", 1),
    "1 + |a|": ("|a| is written abs(a)", 5),
    "0,5": ("a decimal number is written with a point: 0.5", 1),
    "0,5*a": ("a decimal number is written with a point: 0.5", 1),
    "1 + tanh(0,25*a)": ("tanh takes 1 input, got 2; a decimal number is written with a point: 0.25", 5),
}


@pytest.mark.parametrize("text", SAID)
def test_what_is_written_otherwise_here_is_told(text):
    message, column = SAID[text]
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, {"a": Value(2.0, "a")})
    first, *_ = str(caught.value).split("\n")
    assert message in first
    assert first.endswith(f"(column {column})")


@pytest.mark.parametrize("text", ["1" * 30_000 + "_", "|" * 30_000, "a" * 30_000 + "$", "a ." * 10_000, "1." * 10_000])
def test_advice_on_a_long_text_comes_soon(text):
    def asked():
        with pytest.raises(ExpressionError):
            evaluate(text, {})

    assert seconds_of(asked) < 20 * seconds_of(loop)


def test_other_names_are_of_functions_and_not_theirs():
    assert set(OTHER_NAMES.values()) <= set(FUNCTIONS)
    assert not OTHER_NAMES.keys() & FUNCTIONS.keys()


def test_long_sums_are_computed():
    a = Value(0.5, "a")
    assert evaluate(" + ".join(["a"] * 500), {"a": a}).data == 250.0
    y = evaluate(f"sum([{', '.join(['a'] * 100_000)}])", {"a": a})
    assert y.data == 50_000.0


# ---- what is wrong with the arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is no expression"),
        (["a*b", "a=1"], "b has no value: give it one, as in b=2"),
        (["a", "a=1", "a=2"], "a is given a value twice"),
        (["a", "a=1", "b=2"], "b is given a value and does not occur in the expression"),
        (["a", "a=x"], "'x' is no number: give a one, as in a=2"),
        (["a", "a"], "'a' gives no variable a value: write it as in a=2"),
        (["a", "2=a"], "'2=a' gives no variable a value"),
        (["a", "a=1", "--colour"], "unrecognized arguments: --colour"),
        (["a", "a=1", "--svg"], "expected one argument"),
        (["a", "a=1", "--digits", "0"], "--digits is a whole number from 1 to 17, not 0"),
        (["a", "a=1", "--digits", "two"], "invalid int value: 'two'"),
        (["a", "a=0,5"], "'0,5' is no number: a decimal number is written with a point: 0.5, as in a=2"),
        (["a", "a=b", "b=2"], "'b' is no number: give a one, as in a=2"),
        (["a=2", "b=3"], "there is no expression: a=2 only gives a a value"),
        (["a = a*2", "a=2"], "a is given a value, so the result needs another name than a"),
        (["a", "a=1", "--svg", "no/such/folder/x.svg"], "No such file or directory"),
        (["__import__('os')"], "there is no function __import__"),
        (["a.data", "a=1"], "an attribute is not allowed"),
        (["(" * 10_000 + "a" + ")" * 10_000, "a=1"], "too many nested parentheses"),
    ],
    ids=lambda x: " ".join(x)[:30] if isinstance(x, list) else "",
)
def test_errors_are_a_message_and_status_two(capsys, arguments, message):
    status, _, err = printed(capsys, *arguments)
    assert status == 2
    assert err.startswith("error: ")
    assert message in err.splitlines()[0]
    assert len(err.splitlines()) in (1, 3)


def test_errors_in_a_process_of_its_own():
    status, out, err = run("a*sinn(a)", "a=1")
    assert (status, out) == (2, "")
    assert err == "error: there is no function sinn (did you mean sin?) (column 3)\n    a*sinn(a)\n      ^\n"
    start = time.perf_counter()
    assert run("9**9**9**9**9")[0] == 0
    assert time.perf_counter() - start < 20


def test_without_a_program_to_draw_with(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_DOT", str(tmp_path / "none"))
    status, out, err = printed(capsys, "a*a", "a=2", "--svg", str(tmp_path / "a.svg"))
    assert status == 2
    assert out.startswith("y = a² = 4")
    assert "AUTOGRAD_DOT names" in err


def test_importing_the_command_line_runs_nothing(capsys):
    assert callable(main)
    assert capsys.readouterr().out == ""


# ---- the course


def test_course_copies_the_notebooks_and_writes_over_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, _ = printed(capsys, "course")
    assert (status, (tmp_path / "course" / "README.md").is_file()) == (0, True)
    first = Path(re.search(r"jupyter lab (.+)", out)[1])
    assert first.name == "01_derivative_as_slope.ipynb"
    first.write_text("my answers", encoding="utf-8")
    status, out, err = printed(capsys, "course")
    assert (status, out) == (2, "")
    assert re.match(r"error: .* is there already, perhaps with answers in it: name another folder", err)
    assert first.read_text(encoding="utf-8") == "my answers"
    assert printed(capsys, "course", "other/place")[0] == 0
    folders = tmp_path / "other" / "place", ROOT / "notebooks"
    copied, ours = ({path.relative_to(folder) for path in folder.rglob("*.ipynb")} for folder in folders)
    assert copied == {path for path in ours if ".ipynb_checkpoints" not in path.parts}


@pytest.mark.parametrize("arguments", [("a", "b"), ("--steps",)])
def test_course_takes_one_folder(arguments, capsys):
    assert "course takes the name of a folder" in printed(capsys, "course", *arguments)[2]


def test_a_variable_may_be_called_course(capsys):
    assert printed(capsys, "course", "course=2")[1].startswith("course = 2")
