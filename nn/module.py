"""What every part of a network has in common: its parameters by name, its mode, its state saved and loaded.

The parts are found among a module's attributes: Values, modules, and lists or dictionaries of them. Parameters are
single numbers here and arrays in PyTorch, so each has a place in an array: `layers.0.weight` at index (3, 1).
"""

import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import ReplayError, Value
from autograd.replay import plain, trace
from autograd.tables import aligned, printable
from nn import peers
from nn.arrays import flat, leaves, numbers_in

Index = tuple[int, ...]
State = dict[str, NDArray[Any]]
MANY = 64  # samples that are worth a recording to predict
LONGEST = 40  # rows of a summary in a notebook


class Table(str):
    """Text that a prompt and a notebook show as it is."""

    __slots__ = ()

    def __str__(self) -> str:
        return printable(str.__str__(self))

    __repr__ = __str__


class Module:
    """A part of a network: something with parameters, called with one sample.

    Derive from it, keep Values and modules in attributes, and define `__call__`:

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = [Value(2.0), Value(-1.0)]
    ...         self.offset = Value(0.5)
    ...     def __call__(self, x):
    ...         return self.slope[0] * x[0] + self.slope[1] * x[1] + self.offset
    >>> line = Line()
    >>> line([1.0, 3.0]).data
    -0.5
    >>> [name for name, _ in line.named_parameters()]
    ['slope[0]', 'slope[1]', 'offset']
    >>> line.state_dict()
    {'slope': array([ 2., -1.]), 'offset': array(0.5)}
    """

    training = True
    #: The figures of its training, once `fit` has trained it.
    history: Any = None
    #: Attributes that are arrays which training changes without a gradient: saved with the parameters.
    buffer_names: tuple[str, ...] = ()
    #: Whether, in training, what one sample gives depends on the others of its batch.
    couples_samples = False

    def __call__(self, x: Any) -> Any:
        """The outputs for one sample."""
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(self, x)")

    def batch(self, X: Iterable[Any]) -> list[Any]:
        """The outputs for a batch of samples, as a list.

        A module that has batch normalisation among its parts must define it beside `__call__`, by the parts' `batch`:
        `return self.last.batch(self.norm.batch(self.first.batch(X)))`. Raises TypeError where it does not.
        """
        if self.training and any(module.couples_samples for path, module in self.named_modules() if path):
            raise TypeError(
                f"{type(self).__name__} is made with batch normalisation, which looks at a whole batch in training: "
                "define batch(self, X) beside __call__, calling .batch(X) of its parts"
            )
        return [self(x) for x in X]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Only asked for what is not there: the names that others have for what is here."""
            peers.refuse(type(self).__name__, name, peers.IN_MODULE)

    def children(self) -> Iterator[tuple[str, "Module"]]:
        """The modules that this one is directly made of, by name."""
        for name, part in vars(self).items():
            yield from _members(name, part, Module)

    def own_parameters(self) -> Iterator[tuple[str, Index, Value]]:
        """The parameters of this module without its children's: the name of an array, the index in it, the Value."""
        for name, part in vars(self).items():
            yield from _cells(name, part)

    def named_modules(self, *, repeated: bool = False) -> Iterator[tuple[str, "Module"]]:
        """The module itself, named "", and all that it is made of, by path: `layers.0`.

        Each comes once, even where it is a part in several places, unless `repeated`.
        """
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [("", self)]
        while stack:
            path, module = stack.pop()
            if repeated or id(module) not in seen:
                seen.add(id(module))
                yield path, module
                stack += [(f"{path}.{name}" if path else name, child) for name, child in module.children()][::-1]

    def placed_parameters(self) -> Iterator[tuple[str, Index, Value]]:
        """Every parameter once, in the order of `parameters()`: its array's name, its index there, the Value."""
        seen: set[Value] = set()
        for path, module in self.named_modules():
            for name, index, v in module.own_parameters():
                if v not in seen:
                    seen.add(v)
                    yield f"{path}.{name}" if path else name, index, v

    def parameters(self) -> list[Value]:
        """The Values that training changes, each once, even where parts share them."""
        return [v for _, _, v in self.placed_parameters()]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with their names, such as `layers.0.weight[3, 1]`."""
        return [(name + (str(list(index)) if index else ""), v) for name, index, v in self.placed_parameters()]

    def parameters_by_layer(self) -> dict[str, list[Value]]:
        """The parameters of each part that has some of its own, by the part's path: `layers.0`."""
        layers: dict[str, list[Value]] = {}
        for name, _, v in self.placed_parameters():
            layers.setdefault(name.rpartition(".")[0] or type(self).__name__, []).append(v)
        return layers

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for p in self.parameters():
            p.grad = 0.0

    def train(self, mode: bool = True) -> Self:
        """Set the whole network to training: dropout drops, batch normalisation looks at its batch. Returns it."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set the whole network to evaluation, where a sample's outputs depend on that sample only. Returns it."""
        return self.train(False)

    def predict(self, X: ArrayLike, *, replay: bool = True) -> NDArray[np.float64]:
        """The outputs for samples X as an array of shape (n, outputs), in evaluation mode; keeps no graph.

        For a single output the shape is (n, 1): take `[:, 0]` to compare with targets of shape (n,). Many samples are
        replayed, which gives the same up to rounding, if one can be recorded and a few others agree with what the model
        itself gives; `replay=False` calls the model for each. Raises ValueError if X holds no sample, or anything
        but numbers.
        """
        samples = numbers_in("X", X).astype(float, copy=False)
        if samples.ndim == 0 or not len(samples):
            raise ValueError(f"predict takes samples, one a row, not an array of shape {samples.shape}")
        with evaluating(self):
            try:
                replayed = self._replayed(samples) if replay and len(samples) >= MANY else None
                return rows([self(x) for x in samples.tolist()]) if replayed is None else replayed
            except ValueError as error:
                if samples.ndim == 1:
                    error.add_note("predict takes several samples: for one write predict([x])")
                raise

    def _replayed(self, samples: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The outputs by replay of the first sample; None where it cannot be recorded, or others go another way."""
        tried = slice(None, None, 1 + len(samples) // 8)
        outputs = rows([self(x) for x in samples[tried].tolist()])
        try:
            x = leaves(samples[0].tolist())
            program = trace(lambda: self(x), flat(x)).program(self.parameters())
        except ReplayError:
            return None
        replayed = program(samples.reshape(len(samples), -1)).reshape(len(samples), *outputs.shape[1:])
        agrees = np.allclose(replayed[tried], outputs, rtol=1e-9, atol=1e-9, equal_nan=True)
        return replayed if agrees else None

    def state_dict(self) -> State:
        """All parameters and buffers as arrays, with PyTorch's names and shapes: `layers.0.weight` is (nout, nin)."""
        state: State = {}
        for path, module in self.named_modules(repeated=True):
            prefix = f"{path}." if path else ""
            cells: dict[str, dict[Index, float]] = {}
            for name, index, v in module.own_parameters():
                cells.setdefault(name, {})[index] = v.data
            state.update((prefix + name, _array(prefix + name, numbers)) for name, numbers in cells.items())
            state.update((prefix + name, np.array(getattr(module, name))) for name in module.buffer_names)
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> Self:
        """Load a `state_dict()`, this engine's or PyTorch's. Returns the module.

        The keys `0.weight`, `2.weight` of a plain `torch.nn.Sequential` are taken in order if the shapes agree.
        Raises ValueError, and changes nothing, if names or shapes differ or an array does not hold numbers.
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"load_state_dict takes names and arrays, not {type(state).__name__}: pass .state_dict()")
        new = _matched(self, state)
        for path, module in self.named_modules(repeated=True):
            prefix = f"{path}." if path else ""
            for name, index, v in module.own_parameters():
                v.data = float(new[prefix + name][index])
            for name in module.buffer_names:
                setattr(module, name, new[prefix + name])
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to a file in NumPy's npz format. A file of that name is replaced once all is written."""
        target = Path(path)
        partial = target.with_name(f"{target.name}.partial")
        try:
            with partial.open("wb") as file:
                np.savez(file, **self.state_dict())  # type: ignore[arg-type]
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def load(self, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote, or any npz file with those names and shapes. Returns the module.

        Raises ValueError, and changes nothing, for a damaged file and for one of another network.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
                state = {name: arrays[name] for name in arrays.files}
                if any(name.endswith("data.pkl") for name in state):
                    raise ValueError(
                        "torch.save wrote it: load it with torch, and give load_state_dict its state_dict()"
                    )
        except FileNotFoundError:
            raise
        except (OSError, ValueError, EOFError, AttributeError, TypeError, KeyError, zipfile.BadZipFile) as error:
            raise ValueError(f"{os.fspath(path)!r} is no readable npz file, or damaged: {error}") from error
        try:
            return self.load_state_dict(state)
        except ValueError as error:
            raise ValueError(f"{os.fspath(path)!r} does not fit: {error}") from None

    def summary(self) -> Table:
        """The parts of the network as a table: path, kind, the shapes of its arrays, the number of parameters."""
        return Table("\n".join(aligned(self._summary(), "lllr")))

    def _summary(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [("", "module", "shapes", "parameters")]
        for path, module in self.named_modules():
            own = list(module.own_parameters())
            shapes: dict[str, Index] = {}
            for name, index, _ in own:
                shapes[name] = tuple(i + 1 for i in index)  # the last index is the largest
            if own or not any(True for _ in module.children()):
                text = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
                rows.append((path, module.title(), text, f"{len(own):,}"))
        rows.append(("", "", "total", f"{len(self.parameters()):,}"))
        return rows

    def _repr_html_(self) -> str:
        """What a notebook shows: the summary, of a long one the first and the last parts."""
        rows = self._summary()
        if len(rows) > LONGEST:
            left_out = f"… {len(rows) - LONGEST:,} more parts …"
            rows[LONGEST // 2 : -LONGEST // 2] = [("", left_out, "", "")]
        cells = ("".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in row) for row in rows)
        lines = "".join(f"<tr>{line}</tr>" for line in cells)
        return f"<div>{escape(type(self).__name__)}<table style='color:inherit'>{lines}</table></div>"

    def title(self) -> str:
        """What this module is, in a few words."""
        return type(self).__name__

    def __repr__(self) -> str:
        return f"{self.title()}()"


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Within it the model is in evaluation mode; afterwards each part is back in its own mode."""
    modes = [(module, module.training) for _, module in model.named_modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def rows(outputs: list[Any]) -> NDArray[np.float64]:
    """The outputs of several samples as an array (n, outputs)."""
    try:
        array = np.array([plain(output) for output in outputs], dtype=float)
    except ValueError as error:
        raise ValueError(f"the model gives outputs of different shapes for different samples: {error}") from None
    return array[:, None] if array.ndim == 1 else array


def _members(name: str, part: Any, kind: type) -> Iterator[tuple[str, Any]]:
    """What of this kind an attribute holds: itself, or in lists and dictionaries."""
    if isinstance(part, kind):
        yield name, part
    elif isinstance(part, list | tuple | dict):
        for key, member in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _members(f"{name}.{key}", member, kind)


def _cells(name: str, part: Any, index: Index = ()) -> Iterator[tuple[str, Index, Value]]:
    """The leaves that an attribute holds, in lists as cells of an array; results and constants are no parameters."""
    if isinstance(part, Value):
        if part.operation is None:
            yield name, index, part
    elif isinstance(part, dict):
        for key, member in part.items():
            yield from _cells(f"{name}.{key}", member)
    elif isinstance(part, list | tuple) or (isinstance(part, np.ndarray) and part.dtype.hasobject):
        for i, member in enumerate(part):
            yield from _cells(name, member, (*index, i))


def _array(name: str, cells: dict[Index, float]) -> NDArray[Any]:
    depths = {len(index) for index in cells}
    shape = tuple(max(column) + 1 for column in zip(*cells, strict=True)) if len(depths) == 1 else ()
    if len(depths) > 1 or len(cells) != np.prod(shape, dtype=int):
        raise ValueError(f"the parameters {name!r} form no array: make its rows of one length, or give them own names")
    array = np.empty(shape)
    for index, x in cells.items():
        array[index] = x
    return array


def _matched(module: Module, state: Mapping[str, Any]) -> State:
    """The state under this module's own names, as new arrays of their shapes and kinds."""
    current = module.state_dict()
    names = dict(zip(current, current, strict=True))
    if set(state) != set(current):
        names = _in_order(current, state) or names
    missing, unknown = set(current) - set(names), set(state) - set(names.values())
    missing |= {ours for ours, theirs in names.items() if theirs not in state}
    if missing or unknown:
        lacks = f"lacks {', '.join(sorted(missing))}" if missing else ""
        has = f"has {', '.join(map(str, sorted(unknown, key=str)))}, unknown here" if unknown else ""
        raise ValueError(f"this is another network's state: it {' and '.join(filter(None, (lacks, has)))}")
    new: State = {}
    for ours, theirs in names.items():
        try:
            new[ours] = np.asarray(state[theirs]).astype(current[ours].dtype, copy=True)
        except (TypeError, ValueError):
            raise ValueError(f"{theirs} must be an array of numbers, not {state[theirs]!r}") from None
        if new[ours].shape != current[ours].shape:
            raise ValueError(f"{theirs} has shape {new[ours].shape}, and {ours} needs {current[ours].shape}")
    return new


def _in_order(current: State, state: Mapping[str, Any]) -> dict[str, str] | None:
    """Our names with those of a plain `torch.nn.Sequential`, if arrays of the same kind and shape follow each other."""
    if not all(isinstance(name, str) and re.fullmatch(r"\d+\.[a-z_]+", name) for name in state):
        return None
    theirs = sorted(state, key=lambda name: int(name.split(".")[0]))
    ours = list(current)

    def kinds(names: list[str], arrays: Mapping[str, Any]) -> list[tuple[str, Index]]:
        return [(name.rsplit(".", 1)[-1], np.shape(arrays[name])) for name in names]

    return dict(zip(ours, theirs, strict=True)) if kinds(ours, current) == kinds(theirs, state) else None
