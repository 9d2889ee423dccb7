"""Engines as learners write them: ten right ones, in `engines/`, and what comes of each of the usual mistakes in them.

A wrong engine is the text of a right one with something else in the place of something, or with a method at its end
that takes the place of its own. Beside it stands what the check says after "First problem, in", as a doctest has it.
Where that is no hint, place, probe and numbers must be enough.
"""

import itertools
import linecache
import re
from pathlib import Path
from textwrap import dedent, indent


class Source(str):
    """An engine as text. It is not changed: `but` and `with_method` give other ones."""

    def but(self, old, new, *, within="", times=1):
        """The engine with `new` in the place of `old`, which must stand so many times in it, or in a part of it."""
        start, end = self._span(within) if within else (0, len(self))
        part = self[start:end]
        if part.count(old) != times:
            raise ValueError(f"{old!r} stands {part.count(old)} times in {within or 'the engine'}, not {times}")
        return Source(self[:start] + part.replace(old, new) + self[end:])

    def _span(self, name):
        """Where the text of a function or class is."""
        found = list(re.finditer(rf"^( *)(?:def|class) {name}\b.*\n(?:\1 .*\n|\n)*", self, re.MULTILINE))
        if len(found) != 1:
            raise ValueError(f"the engine has {len(found)} functions and classes named {name}")
        return found[0].span()

    def with_method(self, method):
        """The engine with one more method at the end of Value, its last class."""
        return Source(self + indent(dedent(method), "    "))


_count = itertools.count()


def engine(source):
    """The class that source text makes, its lines known to tracebacks, as a notebook's are."""
    filename = f"<engine {next(_count)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope = {"__name__": "engine"}
    exec(compile(source, filename, "exec"), scope)
    return scope["Value"]


RIGHT = {p.stem: Source(p.read_text("utf-8")) for p in sorted(Path(__file__).with_name("engines").glob("*.py"))}
RIGHT_IN_STRICT = ("classes", "heap", "registry", "stored", "tape")
CLOSURES, STORED, CLASSES, TAPE = (RIGHT[name] for name in ("closures", "stored", "classes", "tape"))
BRANCHES, PULLS, PUSHES, RECURSION = (RIGHT[name] for name in ("branches", "pulls", "pushes", "recursion"))
WEAK = STORED.but("import math", "import math, weakref").but(
    "self.parents = parents", "self.refs = [weakref.ref(p) for p in parents]"
)

WRAP = "        other = other if isinstance(other, Value) else Value(other)\n"
ADD_UP = "a value used twice must add up both contributions: use `+=`, not `=`"
UPSTREAM = "the upstream gradient is left out: a contribution is local derivative * `out.grad`"
NOTHING = "nothing arrives: one of: the result does not know its parents, or was made from `.data` alone;"
UNWRAPPED = "AttributeError: 'float' object has no attribute 'data' ... hint: a plain number must be made a Value first"
SWAPPED = "value: yours -1.2, expected 1.2 hint: one of: the sign is wrong; or the operands are swapped"
CHANGED = "a.data was 1.3 and is 4 after computing it hint: an operation must leave its inputs as they are"
ORDER = "a node passed its gradient on before all its uses had added to it: sweep in reversed topological order"
SHALLOW = "the gradient stops at the output's own parents: one of: `backward()` does not go on to their parents"
REVERSED = "`reversed` is missing: a node passes on before it has anything"
IDENTITY = "different nodes with equal data are taken for one: ... so do not define `__eq__` by data"
TWO_GRAPHS = "y = a + b; y.backward(); z = c + d; z.backward() at ... d/da: yours 2, expected 1"
KEPT = "an earlier graph is swept over again: a list outlives the call"
ONLY_ONCE = "a node takes part in the first `backward()` only: one of: the set of visited nodes outlives the call"

# fmt: off
WRONG_IN_ALL = [
    # ---- accumulation
    ("= in both of add", CLOSURES.but("+=", "=", within="__add__", times=2),
     f"`add`: a + a at a = 1.3 d/da: yours 1, expected 2 hint: {ADD_UP}"),
    ("= on one side of add", CLOSURES.but("other.grad +=", "other.grad =", within="__add__"),
     f"`add`: a + a at a = 1.3 d/da: yours 1, expected 2 hint: toward the second operand, {ADD_UP}"),
    ("= on the other side of add", CLOSURES.but("self.grad +=", "self.grad =", within="__add__"),
     f"`add`: ... hint: toward the first operand, {ADD_UP}"),
    ("= in mul", CLOSURES.but("+=", "=", within="__mul__", times=2),
     f"`mul`: a * b + a * c at ... expected 2 hint: {ADD_UP}"),
    ("= on one side of mul", CLOSURES.but("other.grad +=", "other.grad =", within="__mul__"),
     f"`mul`: a * a at ... hint: toward the second operand, {ADD_UP}"),
    ("= on one side of mul, branches", BRANCHES.but("other.grad +=", "other.grad =", within="__mul__"),
     f"`mul`: a * a at ... hint: toward the second operand, {ADD_UP}"),
    ("= in tanh", CLOSURES.but("+=", "=", within="tanh"), f"`tanh`: u.tanh() * d + u at ... hint: {ADD_UP}"),
    ("= in pow", CLOSURES.but("+=", "=", within="__pow__"), f"`pow`: (a ** 3) * e + a at ... hint: {ADD_UP}"),
    ("zero on the way",
     CLOSURES.but("v._backward()", "for child in v._prev: child.grad = 0.0\n            v._backward()"),
     "`add`: s = a + b; t = a + c; s + t at a = 1.3, b = 2.7, c = -0.7 d/da: yours 1, expected 2"),

    # ---- the upstream gradient
    ("no upstream in add", CLOSURES.but("out.grad", "1.0", within="__add__", times=2),
     f"`add`: ... hint: {UPSTREAM}"),
    ("no upstream in mul", CLOSURES.but(" * out.grad", "", within="__mul__", times=2),
     f"`mul`: a * b * c at ... hint: {UPSTREAM}"),
    ("no upstream in tanh", CLOSURES.but(" * out.grad", "", within="tanh"),
     f"`tanh`: u.tanh() * c at ... hint: {UPSTREAM}"),
    ("no upstream toward a denominator", CLASSES.but("-g * a / (b * b)", "-a / (b * b)"),
     f"`truediv`: (a * b) / (c + d) * e at ... hint: toward the second operand, {UPSTREAM}"),
    ("upstream added in mul", CLOSURES.but("* out.grad", "+ out.grad", within="__mul__", times=2),
     "`mul`: ... hint: the upstream gradient is added to the local derivative: multiply them"),
    (".grad for .data", CLOSURES.but("other.data * out.grad", "other.grad * out.grad"),
     "`mul`: ... hint: toward the first operand, `.grad` stands where `.data` belongs"),
    (".grad for .data on both sides",
     CLOSURES.but("other.data * out.grad", "other.grad * out.grad")
     .but("self.data * out.grad", "self.grad * out.grad"),
     "`mul`: ... hint: `.grad` stands where `.data` belongs"),
    ("= and no upstream in mul",
     CLOSURES.but("+=", "=", within="__mul__", times=2).but(" * out.grad", "", within="__mul__", times=2),
     "`mul`: ... hint: the upstream gradient is left out, and `=` overwrites: `+= local derivative * out.grad`"),
    ("= and upstream added in mul",
     CLOSURES.but("+=", "=", within="__mul__", times=2).but("* out.grad", "+ out.grad", within="__mul__", times=2),
     "`mul`: ... hint: the upstream gradient is added to the local derivative, and `=` overwrites"),
    ("out.data for out.grad", CLOSURES.but("out.grad", "out.data", within="__mul__", times=2),
     "`mul`: ... hint: `out.data` stands where `out.grad` belongs"),
    ("self.grad for out.grad",
     CLOSURES.but("other.data * out.grad", "other.data * self.grad")
     .but("self.data * out.grad", "self.data * other.grad"),
     "`mul`: ... d/da: yours 0, expected 2.7 ... hint: `self.grad` stands where `out.grad` belongs"),

    # ---- local derivatives
    ("mul's operands swapped",
     CLOSURES.but("self.grad += other.data", "self.grad += self.data")
     .but("other.grad += self.data", "other.grad += other.data"),
     "`mul`: a * b at a = 1.3, b = 2.7 d/da: yours 1.3, expected 2.7 ... hint: the operands are swapped"),
    ("mul passes on as add does",
     CLOSURES.but("+= other.data * out.grad", "+= out.grad").but("+= self.data * out.grad", "+= out.grad"),
     "`mul`: ... hint: the local derivative is left out"),
    ("derivatives that are Values",
     STORED.but("(other.data, self.data)", "(other, self)").but("__radd__", "no_radd"),
     "`mul`: ... raised TypeError: ... hint: a Value stands where a number should: is a `.data` missing"),
    ("pow without n", CLOSURES.but("+= other * ", "+= ", within="__pow__"),
     "`pow`: ... hint: the factor n is missing: the derivative is n * x**(n - 1)"),
    ("n * x**n", CLOSURES.but("(other - 1)", "other"),
     "`pow`: ... hint: the exponent must go down by one: the derivative is n * x**(n - 1)"),
    ("n * x**n-1", CLOSURES.but("other * self.data ** (other - 1)", "(other * self.data ** other - 1)"),
     "`pow`: ... hint: parentheses are missing: `n * x**n - 1` is (n * x**n) - 1"),
    ("n * y / x", CLOSURES.but("self.data ** (other - 1)", "out.data / self.data"),
     "`pow`: z ** 2 at z = 0 raised ZeroDivisionError: ...division by zero"
     " in line 34 of _backward: `self.grad += other * out.data / self.data * out.grad`"),
    ("x**n * log(x)", STORED.but("n * self.data ** (n - 1),)", "self.data ** n * math.log(self.data),)"),
     "`pow`: ... hint: that is toward the exponent; toward x the derivative is n * x**(n - 1)"),
    ("log of the exponent", STORED.but("math.log(self.data)", "math.log(n.data)"),
     "`**` of two Values: ... hint: the logarithm is the base's: toward the exponent it is y * log(a)"),
    ("no gradient to a Value exponent", STORED.but("y * math.log(self.data)", "0.0"),
     f"`**` of two Values: ... d/db: yours 0, ... hint: toward the second operand, {NOTHING}"),
    ("1 - y", CLOSURES.but("1 - out.data ** 2", "1 - out.data"),
     "`tanh`: ... hint: the square is missing: the derivative is 1 - y**2"),
    ("1 - x**2", CLOSURES.but("1 - out.data ** 2", "1 - self.data ** 2"),
     "`tanh`: ... hint: the derivative is taken at the input: it belongs at the output (`out.data`)"),
    ("exp's derivative at the input", CLOSURES.but("+= out.data", "+= self.data", within="exp"),
     "`exp`: ... hint: the derivative is taken at the input: it belongs at the output"),
    ("exp by the power rule", CLOSURES.but("+= out.data", "+= self.data * math.exp(self.data - 1)", within="exp"),
     "`exp`: ... hint: exp(x) is its own derivative: the power rule is for x**n"),
    ("exp of the output", CLOSURES.but("+= out.data", "+= math.exp(out.data)", within="exp"),
     "`exp`: ... hint: the derivative is taken at the output: it belongs at the input"),
    ("log's derivative at the output", CLOSURES.but("out.grad / self.data", "out.grad / out.data"),
     "`log`: ... hint: the derivative is taken at the output: it belongs at the input"),
    ("log's derivative upside down", CLOSURES.but("out.grad / self.data", "out.grad * self.data"),
     "`log`: ... hint: the input stands where the derivative belongs"),
    ("sigmoid by tanh's rule", CLOSURES.but("out.data * (1 - out.data)", "(1 - out.data ** 2)"),
     "`sigmoid`: ... hint: that is tanh's rule: the derivative of the sigmoid is y * (1 - y)"),
    ("relu passes everything", CLOSURES.but("(out.data > 0) * out.grad", "out.grad"),
     "`relu`: v.relu() at ... expected 0 hint: the gradient passes below zero too: one of: the gate is missing"),
    ("relu gated by the gradient too", CLOSURES.but("(out.data > 0)", "(self.data > 0) * (out.grad > 0)"),
     "`relu`: ... hint: the gradient is let through by its own sign"),
    ("relu gated by the gradient alone", CLOSURES.but("(out.data > 0)", "(out.grad > 0)"),
     "`relu`: v.relu() at v = -0.94 d/dv: yours 1, expected 0"),
    ("relu passes its value", CLOSURES.but("(out.data > 0)", "out.data"),
     "`relu`: ... hint: the derivative is 1 above zero, not the value"),
    ("relu upside down", CLOSURES.but("(out.data > 0)", "(self.data < 0)"),
     "`relu`: ... hint: the gate is the wrong way round"),
    ("cos with sin's sign", STORED.but("-math.sin(", "math.sin("), "`cos`: ... hint: the sign is wrong"),
    ("sqrt without a half", STORED.but("0.5 / y", "1 / y"),
     "`sqrt`: ... hint: twice what it should be: ... 1/2 missing"),
    ("-a/b", STORED.but("-self.data / other.data ** 2", "-self.data / other.data"),
     "`truediv`: ... hint: toward b the derivative is -a / b**2: the square is missing"),
    ("1/a", STORED.but("-self.data / other.data ** 2", "1 / self.data"),
     "`truediv`: ... hint: toward b the derivative is -a / b**2, not 1 / a"),
    ("-1/x**2 for any numerator", BRANCHES.but("-number / self.data ** 2", "-1 / self.data ** 2"),
     "`rtruediv`: 2.5 / a at ... hint: toward b the derivative is -a / b**2: the factor a is missing"),
    ("sub adds backwards", STORED.but("(1.0, -1.0)", "(1.0, 1.0)"),
     "`sub`: ... d/db: yours 1, expected -1 hint: toward the second operand, the sign is wrong"),
    ("neg forgets its sign", STORED.but("(-1.0,))", "(1.0,))"),
     "`neg`: -a at a = 1.3 d/da: yours 1, expected -1 hint: the sign is wrong"),
    ("a loop's variables read late", PUSHES.but("lambda parent=parent, slope=slope: ", "lambda: "),
     "`add`: a + b at a = 1.3, b = 2.7 d/da: yours 0, expected 1 d/db: yours 2, expected 1"),

    # ---- detached results, lost parents
    ("neg detached", CLOSURES.but("return self * -1", "return Value(-self.data)"),
     f"`neg`: ... d/da: yours 0, expected -1 hint: {NOTHING}"),
    ("1/o.data", CLOSURES.but("return self * other ** -1", "return self * (1 / other.data)"),
     f"`truediv`: a / b at ... d/db: yours 0, ... hint: toward the second operand, {NOTHING}"),
    ("rsub detached", CLOSURES.but("return other + (-self)", "return Value(other - self.data)"),
     f"`rsub`: 2.5 - a at a = 1.3 d/da: yours 0, expected -1 hint: {NOTHING}"),
    ("parents lost beside a number",
     CLOSURES.but(WRAP, "        if not isinstance(other, Value): return Value(self.data + other)\n", within="__add__"),
     f"`add`: a + 2.5 at a = 1.3 d/da: yours 0, expected 1 hint: {NOTHING}"),
    ("second operand no parent", CLOSURES.but("other.data, (self, other)", "other.data, (self,)", within="__add__"),
     "`add`: a + (b + c) at ... hint: what the second operand was computed from is not reached"),
    ("first operand no parent", CLOSURES.but("other.data, (self, other)", "other.data, (other,)", within="__add__"),
     "`add`: (a + b) + c at ... hint: what the first operand was computed from is not reached"),
    ("float returned", CLOSURES.but("return self * other", "return self.data * other", within="__rmul__"),
     "`rmul`: 2.5 * a at a = 1.3 the result is 3.25, a plain float, not a Value hint: wrap the number into a Value"),
    ("nothing returned", CLOSURES.but("        return out\n", "", within="__mul__"),
     "`mul`: ... the result is None, not a Value hint: the `return` of the result is missing"),
    ("a Value wrapped again", CLOSURES.but("return self + other", "return Value(self + other)", within="__radd__"),
     "`radd`: ... the result's .data is a Value, not a number hint: a Value was wrapped into a Value again"),
    ("no __rmul__", CLOSURES.but("    def __rmul__(self, other): return self * other\n", ""),
     "`rmul`: Value has no `__rmul__`: `2.5 * a` fails"),
    ("no wrapping of numbers", CLOSURES.but(WRAP, "", within="__add__"),
     f"`add`: a + 2.5 at a = 1.3 raised {UNWRAPPED}"),
    ("whole numbers wrapped only",
     CLOSURES.but(WRAP, "        if isinstance(other, int): other = Value(other)\n", times=2),
     f"`add`: a + 2.5 at a = 1.3 raised {UNWRAPPED}"),
    ("a tuple without its comma", STORED.but("(self,), (-1.0,)", "(self), (-1.0)"),
     "`neg`: ... is not iterable ... hint: is a comma missing? A tuple of one is `(self,)`"),
    ("local derivatives in a dict",
     STORED.but("= locals_", "= dict(zip(parents, locals_))").but("zip(v.parents, v.locals)", "v.locals.items()"),
     "`add`: a + a at ... hint: `a * a` counts one of its operands: parents in a set do so"),
    ("set of parents with a list of locals", STORED.but("self.parents = parents", "self.parents = set(parents)"),
     "`add`: a + a at ... hint: `a * a` counts one of its operands"),
    ("children=[] shared by all",
     CLOSURES.but("_children=()", "_children=[]").but("set(_children)", "_children")
     .but("if v not in visited", "if True")
     .but("other.data, (self, other))", "other.data); out._prev += [self, other]", within="__add__"),
     "`add`: ... raised RecursionError: ... hint: a recursion that does not end: ... `children=[]`"),
    ("weak references to parents", WEAK.with_method("""
        @property
        def parents(self): return [r() for r in self.refs]
        """),
     "`add`: ... AttributeError: 'NoneType' object has no attribute ... hint: ... held by a weak reference only"),
    ("weak references, guarded", WEAK.with_method("""
        @property
        def parents(self): return [r() for r in self.refs if r() is not None]
        """),
     "`add`: ... hint: a computed operand that has no name of its own is gone: ... not by weak references"),

    ("the function stored on self", CLOSURES.but("out._backward", "self._backward", within="tanh"),
     "`tanh`: (h * w).tanh() * e at ... hint: the gradient reaches the operands and goes no further: one of: the result"
     " does not know its parents; its function is stored on `self`, not on `out`, in the place of that one's own"),
    ("no parents at all", CLOSURES.but(", (self, other)", "", within="__mul__"),
     "`mul`: a * b * c at ... hint: the gradient reaches the operands and goes no further"),

    # ---- values
    ("mul adds", CLOSURES.but("self.data * other.data, (", "self.data + other.data, ("),
     "`mul`: a * b at a = 1.3, b = 2.7 value: yours 4, expected 3.51 hint: that is a + b"),
    ("rsub = sub", CLOSURES.but("return other + (-self)", "return self - other"),
     f"`rsub`: 2.5 - a at a = 1.3 {SWAPPED}"),
    ("rsub = sub, pulls", PULLS.but("def __rsub__(self, o): return self._wrap(o) - self", "__rsub__ = __sub__"),
     f"`rsub`: 2.5 - a at a = 1.3 {SWAPPED}"),
    ("rtruediv = truediv", CLOSURES.but("return other * self ** -1", "return self / other"),
     "`rtruediv`: ... value: ... hint: the operands are swapped"),
    ("2.5 / a as 1 / 2.5", CLOSURES.but("return other * self ** -1", "return self * 0 + other ** -1"),
     "`rtruediv`: ... value: ... hint: that is 1 / a: b has the exponent -1, and a multiplies it"),
    ("2.5 / a as 1 / 2.5a", CLOSURES.but("return other * self ** -1", "return (self * other) ** -1"),
     "`rtruediv`: ... value: ... hint: that is 1 / (a · b): b alone has the exponent -1"),
    ("cosh for tanh", CLOSURES.but("math.tanh(", "math.cosh("), "`tanh`: ... value: ... hint: that is cosh(x)"),
    ("int data", CLOSURES.but("self.data = data", "self.data = int(data)"),
     "`Value`: Value(1.3) its .data: yours 1, expected 1.3 hint: the number is cut or rounded"),
    ("rounded results", CLOSURES.but("self.data * other.data, (", "round(self.data * other.data, 1), ("),
     "`mul`: ... value: ... hint: the result is rounded to 1 decimals"),
    ("whole numbers in arrays of their kind",
     STORED.but("import math", "import math, numpy as np").but("self.data = data", "self.data = np.asarray(data)")
     .but("self.grad = 0.0", "self.grad = np.zeros_like(self.data)"),
     "`add`: a + 3 at ... hint: an array of whole numbers takes no fraction: make it one of floats"),
    ("a rounded input", CLOSURES.but("math.exp(self.data)", "math.exp(round(self.data, 3))", within="exp"),
     "`exp`: u.exp() at u = 0.913391 value: ... hint: what goes in is rounded to 3 decimals"),
    ("rounded gradients",
     CLOSURES.but("other.data * out.grad", "round(other.data * out.grad, 1)")
     .but("self.data * out.grad", "round(self.data * out.grad, 1)"),
     "`mul`: ... hint: the gradients are rounded to 1 decimals"),
    ("gradients rounded at the end",
     CLOSURES.but("v._backward()\n", "v._backward()\n        for v in topo: v.grad = round(v.grad, 1)\n"),
     "`mul`: ... hint: the gradients are rounded to 1 decimals"),
    ("gradients cut off", STORED.but("p.grad += d * v.grad", "p.grad = max(-1.0, min(1.0, p.grad + d * v.grad))"),
     "`add`: ... hint: the gradients are cut off at 1 and -1"),
    ("a forward difference", CLOSURES.but("(1 - out.data ** 2)", "(math.tanh(self.data + 1e-5) - out.data) / 1e-5"),
     "`tanh`: ... hint: nearly right: one of: a difference quotient"),
    ("+= changes data", CLOSURES.with_method("""
        def __iadd__(self, other):
            self.data += other.data
            return self
        """),
     f"`+=`: s = a; s += b; s at a = 1.3, b = 2.7 {CHANGED}"),
    ("a break leaves the parents' loop, stored",
     STORED.but("p.grad += d * v.grad", "p.grad += d * v.grad; break"),
     "`add`: ... hint: a loop over a node's parents gets to the first only: does a `break`,"),
    ("the last parent alone reports, stored",
     STORED.but("            for p, d in zip(v.parents, v.locals):\n                p.grad", "            for p, d in "
                "zip(v.parents[-1:], v.locals[-1:]):\n                p.grad"),
     "`add`: ... hint: a loop over a node's parents gets to the last only: does a `break`,"),
    ("each node passes on to the output's parents, stored",
     STORED.but("for p, d in zip(v.parents, v.locals):\n                p.grad",
                "for p, d in zip(self.parents, self.locals):\n                p.grad"),
     "`add`: ... hint: a node passes its gradient on to its own parents, `v.parents`, not to those of `self`"),
    ("each node passes on a 1, stored",
     STORED.but("self.grad = 1.0", "grad = 1.0").but("p.grad += d * v.grad", "p.grad += d * grad"),
     "`add`: s = a + a; ... hint: each node passes on a 1 of its own: it is the "
     "output's `self.grad` that starts at 1, and a node passes on its own `grad`"),
    ("+= changes data, stored", STORED.with_method("""
        def __iadd__(self, other):
            self.data += wrap(other).data
            return self
        """),
     f"`+=`: s = a; s += b; s at a = 1.3, b = 2.7 {CHANGED}"),
    ("a sum that changes its operand",
     CLOSURES.but("out = Value(self.data + other.data", "self.data += other.data; out = Value(self.data"),
     f"`add`: ... {CHANGED}"),

    # ---- the sweep
    ("seed not set", CLOSURES.but("        self.grad = 1\n", ""),
     "`add`: ... d/da: yours 0, expected 1 ... hint: nothing starts: one of:"
     " `backward()` does not begin by setting the output's own gradient to 1"),
    ("seed is data", CLOSURES.but("self.grad = 1", "self.grad = self.data"),
     "`add`: ... yours 4, expected 1 ... hint: `backward()` starts from the output's data"),
    ("no reversed", CLOSURES.but("reversed(topo)", "topo"), f"`add`: (a + b) + c at ... hint: {REVERSED}"),
    ("only the output's parents", CLOSURES.with_method("""
        def backward(self):
            self.grad = 1
            self._backward()
        """),
     f"`add`: ... hint: {SHALLOW}"),
    ("breadth first", CLOSURES.with_method("""
        def backward(self):
            self.grad = 1
            queue, visited = [self], {self}
            while queue:
                v = queue.pop(0)
                v._backward()
                for child in v._prev:
                    if child not in visited:
                        visited.add(child)
                        queue.append(child)
        """),
     f"`add`: ... hint: {ORDER}"),
    ("breadth first, stored", STORED.with_method("""
        def backward(self):
            self.grad = 1.0
            queue, seen = [self], {self}
            while queue:
                node = queue.pop(0)
                for parent, d in zip(node.parents, node.locals):
                    parent.grad += d * node.grad
                    if parent not in seen:
                        seen.add(parent)
                        queue.append(parent)
        """),
     f"`add`: s = a + a; t = s + s; s + t at ... hint: {ORDER}"),
    ("preorder",
     CLOSURES.but("visited.add(v)", "visited.add(v)\n                topo.append(v)")
     .but("                topo.append(v)\n        build", "        build").but("reversed(topo)", "topo"),
     f"`add`: ... hint: {ORDER}"),
    ("sorted by minimum depth", STORED.with_method("""
        def order(self):
            depth = {self: 0}
            queue = [self]
            for v in queue:
                for p in v.parents:
                    if p not in depth:
                        depth[p] = depth[v] + 1
                        queue.append(p)
            return sorted(depth, key=depth.get, reverse=True)
        """),
     f"`add`: ... hint: {ORDER}"),
    ("no visited set", CLOSURES.but("if v not in visited", "if True"),
     "`add`: ... hint: a node used twice is swept over twice: keep a set of the visited nodes"),
    ("recursion with all there is", STORED.with_method("""
        def backward(self):
            self.grad = 1.0
            self.push()

        def push(self):
            for p, d in zip(self.parents, self.locals):
                p.grad += d * self.grad
                p.push()
        """),
     "`add`: ... hint: a node passes on all it has each time it is reached"),
    ("p.backward() for each parent", CLOSURES.with_method("""
        def backward(self):
            self.grad = 1
            self._backward()
            for child in self._prev:
                child.backward()
        """),
     "`add`: ... hint: `backward()` is called on the parents too"),
    ("equality by data",
     CLOSURES.but("set(_children)", "_children").but("visited = set()", "visited = []")
     .but("visited.add", "visited.append").with_method("""
        def __eq__(self, other): return self.data == other.data
        """),
     f"`add`: s = a + b; t = a + b; s + t at ... hint: {IDENTITY}"),
    ("equality and hash by data", CLOSURES.but("set(_children)", "_children").with_method("""
        def __eq__(self, other): return self.data == (other.data if isinstance(other, Value) else other)
        def __hash__(self): return hash(self.data)
        """),
     f"`add`: s = a + b; t = a + b; s + t at ... hint: {IDENTITY}"),
    ("nodes in a dict by data",
     STORED.but("def order(self):\n        nodes, seen, stack = [], set(), [(self, False)]",
                "def order(self):\n        nodes, seen, stack = {}, set(), [(self, False)]")
     .but("nodes.append(v)", "nodes.setdefault(v.data, v)").but("return nodes\n", "return list(nodes.values())\n"),
     f"`add`: z + b at ... hint: {IDENTITY}"),
    ("a dataclass",
     CLOSURES.but("class Value:", "from dataclasses import dataclass\n\n@dataclass\nclass Value:\n    data: float\n")
     .but("set(_children)", "_children"),
     "`add`: ... raised TypeError: ...unhashable type: 'Value'... hint: ... `@dataclass(eq=False)`"),
    ("lists in the set", CLOSURES.but("visited.add(v)", "visited.add([v])"),
     "`add`: ... raised TypeError: ...unhashable type: 'list'... hint: a list cannot be put into a set, nor be a key"),
    ("out._backward = _backward()", CLOSURES.but("= _backward\n", "= _backward()\n", within="__add__"),
     "`add`: ... raised TypeError: 'NoneType' object is not callable ... hint: store the function, not its result:"
     " `out._backward = _backward`, without parentheses"),
    ("topo=[] outlives the call", CLOSURES.but("(self):\n        topo = []\n", "(self, topo=[]):\n", within="backward"),
     f"`backward`: {TWO_GRAPHS} ... hint: {KEPT}"),
    ("a tape never cleared",
     TAPE.but("class Value:", "tape = {}\n\nclass Value:").but("v.grad = 0.0", "pass")
     .but("tape, todo = {self.number: self}, [self]", "tape[self.number], todo = self, [self]"),
     f"`backward`: {TWO_GRAPHS} ... hint: {KEPT}"),
    ("gradients start at one", CLOSURES.but("self.grad = 0.0", "self.grad = 1.0"),
     "`Value`: ... its .grad is 1 before any `backward()`, ... hint: gradients are summed up, so they start at 0"),
    ("an endless loop", CLOSURES.with_method("""
        def backward(self):
            stack = [self]
            while stack:
                v = stack[-1]
                v._backward()
        """),
     "`add`: ... still running after 1 s: an endless loop, or far too slow in line ... of backward: `"),
    ("appended outside the if", CLOSURES.but("        topo.append(v)\n", "    topo.append(v)\n"),
     "`add`: ... hint: a node is appended each time it is met, ...: `topo.append(v)` belongs inside the `if`"),
    ("appended inside the loop",
     CLOSURES.but("                topo.append(v)", "                    topo.append(v)"),
     "`add`: a + b at a = 1.3, b = 2.7 d/da: yours 2, ... hint: a node is appended after each of its parents, and swept"
     " over as often: `topo.append(v)` belongs below the loop over the parents, not inside it"),
    ("the search ends after a node's first parent",
     STORED.but("for p in v.parents:\n", "for p in v.parents[:1]:\n"),
     "`add`: ... hint: a loop over a node's parents gets to the first only"),
    ("the loop leaves out the output", CLOSURES.but("reversed(topo)", "reversed(topo[:-1])"),
     "`add`: a + b at ... hint: nothing is passed on by any operation: does the loop of `backward()` go over the nodes,"
     " the output first, and does each of them add something (`+=`) to its parents' gradients?"),
    ("put on the stack twice",
     STORED.but("elif v not in seen:", "else:")
     .but("stack.append((p, False))", "stack.extend([(p, False)] if p not in seen else [])"),
     "`add`: ... hint: a node stands on the list twice before it is visited, and is swept over twice: ask"),
    ("a set that does not guard", CLOSURES.but("if v not in visited", "if v in visited or v not in visited"),
     "`add`: ... hint: a node used twice is swept over twice: keep a set ..., and ask it, `if v not in visited`"),
    ("a plain number among the parents", CLOSURES.but("(self,))", "(self, other))", within="__pow__"),
     "`pow`: a ** 3 at a = 1.3 raised AttributeError: 'int' object has no attribute '_prev' ... hint: a plain number"
     " is among the parents of a result, as `n` in `(self, n)`"),
    ("backward without self", CLOSURES.but("def backward(self):", "def backward():"),
     "`add`: ... hint: the first argument of a method is `self`: `def backward(self):`"),
    ("a function as the default of a dataclass",
     CLOSURES.but("class Value:\n", "class Value:\n    _backward = lambda: None\n\n")
     .but("        self._backward = lambda: None\n", ""),
     "`add`: ... takes 0 positional arguments but 1 was given ... hint: a function that is kept in the class is a"
     " method, and is given `self`: keep it on the object, in `__init__`"),
    ("_backward with self", CLOSURES.but("def _backward():", "def _backward(self):", within="__mul__"),
     "`mul`: ... hint: a function that `backward` calls takes nothing: `def _backward():` sees `self`"),
    ("grad is a method", CLOSURES.but("self.grad = 0.0", "self._grad = 0.0").with_method("""
        def grad(self): return self._grad
        """),
     "`Value`: Value(1.3) its .grad is a method, not a number hint: keep it as a number, `self.grad = 0.0`"),
    ("gradients start at None", STORED.but("self.grad = 0.0", "self.grad = None").but("v.grad = 0.0", "pass"),
     "`add`: ... hint: something is None that should be a number: one of: a gradient that does not start at 0"),
    ("not done yet", CLOSURES.but("out = ", "raise NotImplementedError; out = ", within="__mul__"),
     "`mul`: ... not done yet: NotImplementedError"),
]

WRONG_IN_STRICT = [
    ("micrograd's stale gradients", CLOSURES,
     "repeated `backward()`: s = a * b; y = s * c; y.backward(); y.backward() at ... hint:"
     " interior nodes still hold the gradients of the call before"),
    ("seed added", CLOSURES.but("self.grad = 1", "self.grad += 1"),
     "repeated `backward()`: ... hint: the output's gradient is added to: it is set, `self.grad = 1`, not `+=`"),
    ("seed added, interior cleared",
     STORED.but("if v.parents:", "if v.parents and v is not self:").but("self.grad = 1.0", "self.grad += 1.0"),
     "repeated `backward()`: ... hint: the output's gradient is added to: it is set, `self.grad = 1`, not `+=`"),
    ("leaves erased too", STORED.but("if v.parents:", "if True:"),
     "repeated `backward()`: ... hint: leaves lose the gradients of the call before"),
    ("visited=set() outlives the call",
     CLOSURES.but("def backward(self):", "def backward(self, visited=set()):").but("        visited = set()\n", ""),
     f"repeated `backward()`: ... hint: {ONLY_ONCE}"),
    ("a visited flag stays on the node",
     CLOSURES.but("self.grad = 0.0", "self.grad, self.visited = 0.0, False")
     .but("if v not in visited", "if not v.visited").but("visited.add(v)", "v.visited = True"),
     f"repeated `backward()`: ... hint: {ONLY_ONCE} (a default argument, a flag on the node);"
     " the sweep takes the graph apart"),
    ("recursion in the sort",
     CLOSURES.but("self.grad = 1", "for v in topo: v.grad = 0.0 if v._prev else v.grad\n        self.grad = 1"),
     "a chain of 3,000: ... raised RecursionError: ... hint: ... sort with a list as a stack of your own"),
    ("a walk along every path", RECURSION,
     "a chain of 3,000: ... hint: recursion goes one call deeper for each node"),
    ("tanh that overflows", STORED.with_method("""
        def tanh(self):
            e = math.exp(2 * self.data)
            y = (e - 1) / (e + 1)
            return Value(y, (self,), (1 - y * y,))
        """),
     "`tanh` of large numbers: p.tanh() at p = 800 raised OverflowError: ... hint: write it so that nothing overflows"),
    ("cycles", STORED.but("self.locals = locals_", "self.locals, self.me = locals_, self"),
     "a graph that is dropped: ... leaves ... objects that only the cycle collector can free"),
]
# fmt: on

WRONG = {"all": WRONG_IN_ALL, "strict": WRONG_IN_STRICT}
