"""In a browser (Pyodide): what does not exist there is removed from a process, and all that a learner does is done."""

import json

import pytest

from autograd import draw, explain, step_through
from tests.shared import neuron, python

# Threads, processes, a clock of the thread, programs and modules. NumPy is there, in a build of its own.
BROWSER = """
import importlib.metadata, os, subprocess, sys, threading, time, types, warnings
import numpy
from autograd.pictures import rendering

draw_here = rendering._using_dot("svg").program  # stands for the page's viz-js, which is the same Graphviz
Popen = subprocess.Popen

class NoProcess:
    def __init__(self, *arguments, **options):
        raise OSError(138, "emscripten does not support processes.")

class Viz:
    def renderString(self, source, *, format):
        process = Popen([draw_here, "-T" + format], stdin=-1, stdout=-1, encoding="utf-8")
        return process.communicate(source)[0]

def no_thread(*arguments, **options):
    raise RuntimeError("can't start new thread")

def no_package(name):
    raise importlib.metadata.PackageNotFoundError(name)

for name in [name for name in sys.modules if name.split(".")[0] in ("autograd", "graphviz")]:
    del sys.modules[name]
missing = "_multiprocessing _posixsubprocess curses fcntl resource sqlite3 ssl termios tkinter"
for name in missing.split():
    sys.modules[name] = None
sys.platform = "emscripten"
sys.modules["js"] = js = types.ModuleType("js")
del time.thread_time
os.environ["PATH"] = ""
subprocess.Popen, threading.Thread.start, importlib.metadata.distribution = NoProcess, no_thread, no_package
warnings.simplefilter("error")

import json
from contextlib import redirect_stdout
from io import StringIO
import autograd, nn
from autograd import Value, check, draw, explain, step_through
from autograd.__main__ import main
from tests.shared import neuron

y = neuron()
y.backward()
seen = {"explained": str(explain(y)), "bundle": {}, "steps": {}}
for kind in ("text", "viz-js"):
    seen["bundle"][kind] = draw(y)._repr_mimebundle_()
    seen["steps"][kind] = step_through(y)._repr_html_()
    js.viz = Viz()
seen["bytes"] = str(draw(y).pipe())

def printed(function, *arguments):
    with redirect_stdout(StringIO()) as output:
        try:
            function(*arguments)
        except AssertionError as failed:
            return str(failed)
    return output.getvalue()

def endless(x):
    while True:
        x = x + 0

seen["command line"] = printed(main, ["a*b", "a=2", "b=3"])
seen["right engine"] = printed(check.check_value, Value)
seen["endless"] = printed(check.check_function, endless, abs, [(1.0,), (2.0,)])

X, t = nn.data.moons(40, noise=0.1, rng=0)
for replay in (True, False):
    model = nn.MLP(2, [8, 1], rng=0)
    optimizer = nn.SGD(model.parameters(), 0.1)
    history = nn.fit(model, X, 2 * t - 1, loss=nn.hinge, optimizer=optimizer, epochs=9, replay=replay)
    seen[f"losses {replay}"] = history.loss
seen["digits"] = len(nn.data.digits()[0])
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen():
    return json.loads(python("-c", BROWSER).stdout)


def test_values_are_computed_and_explained(seen):
    assert seen["explained"] == str(explain(neuron()))
    assert seen["command line"].startswith("y = a · b = 6\n")


def test_a_page_with_viz_js_draws_what_a_program_draws(seen):
    y = neuron()
    y.backward()
    svg = draw(y).pipe(encoding="utf-8")
    assert seen["bundle"]["viz-js"].keys() == {"image/svg+xml", "text/plain"}
    assert seen["bundle"]["viz-js"]["image/svg+xml"] == svg
    assert seen["bytes"] == str(svg.encode())
    assert seen["steps"]["viz-js"] == step_through(y)._repr_html_()


def test_a_page_without_viz_js_shows_text_and_says_what_it_needs(seen):
    assert seen["bundle"]["text"].keys() == {"text/plain"}
    assert "globalThis.viz = await Viz.instance()" in seen["bundle"]["text"]["text/plain"]
    assert "digraph {" in seen["bundle"]["text"]["text/plain"]
    assert "The steps are shown without a picture" in seen["steps"]["text"]
    assert "<script>" in seen["steps"]["text"]


def test_checks_run_and_stop_what_does_not_end(seen):
    assert seen["right engine"].startswith("All")
    assert "still running" in seen["endless"]


def test_a_network_learns(seen):
    for replay in (True, False):
        losses = seen[f"losses {replay}"]
        assert losses[-1] < losses[0] / 2
    assert seen["digits"] == 1797
