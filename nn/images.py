"""Networks that look at images: convolution, pooling, and the way from an image to a list.

An image is a sample in nested lists, [channel][row][column]; a grey one is a list of one channel. All here is made of
windows on it: a neuron looks at each, or the largest number or the mean is taken of each.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import chain
from typing import Any

import numpy as np

from autograd import Value, maximum, mean
from autograd.tables import short
from autograd.value import as_value, is_operand
from nn.arrays import flat
from nn.initializers import initial_weights
from nn.layers import Init, Neuron, as_sample, check_width
from nn.module import Index, Module
from nn.seeds import Rng

Channel = list[list[Value]]


class Conv2d(Module):
    """A linear neuron for each output channel, with the same weights at every window of size × size on the image.

    y[o][r][c] = b[o] + Σ w[o][i][j][k] · x[i][stride · r + j][stride · c + k], over the channels i of the image and the
    rows j and columns k of a window. Y. LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition,
    1989. `padding` puts as many rows and columns of zeros around the image. Of n rows then ⌊(n − size) / stride⌋ + 1
    come out; what is left over at the end no window covers. `init` is of width channels_in · size², or the weights
    themselves, of PyTorch's shape (channels_out, channels_in, size, size). Raises ValueError for what is no such image.

    >>> edges = Conv2d(1, 1, 2, init=[[[[-1.0, 1.0], [-1.0, 1.0]]]])
    >>> edges([[[0, 0, 5, 5], [0, 0, 5, 5]]])
    [[[Value(data=0, grad=0), Value(data=10, grad=0), Value(data=0, grad=0)]]]
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        size: int,
        *,
        stride: int = 1,
        padding: int = 0,
        init: Init = "xavier",
        rng: Rng = None,
    ) -> None:
        sizes = {"channels_in": channels_in, "channels_out": channels_out, "size": size, "stride": stride}
        for name, n in sizes.items():
            check_width(f"Conv2d needs a whole number as {name}", n)
        if not isinstance(padding, int | np.integer) or padding < 0:
            raise ValueError(f"Conv2d needs a whole number as padding, at least zero, not {padding!r}")
        self.channels_in, self.size, self.stride, self.padding = channels_in, size, stride, padding
        nin = channels_in * size * size
        if not (isinstance(init, str) or callable(init)):
            shape = (channels_out, channels_in, size, size)
            if np.shape(init) != shape:
                raise ValueError(f"the weights of this Conv2d are {shape}, not {np.shape(init)}")
            init = np.reshape(init, (channels_out, nin))
        self.neurons = [Neuron(nin, "linear", init=w) for w in initial_weights(init, nin, channels_out, rng)]

    def __call__(self, image: Any) -> list[Channel]:
        channels = as_image(image, self, self.size, self.padding, self.channels_in)
        seen = [windows(channel, self.size, self.stride) for channel in channels]
        patches = [[list(chain(*place)) for place in zip(*rows, strict=True)] for rows in zip(*seen, strict=True)]
        return [[[neuron.activate(patch) for patch in row] for row in patches] for neuron in self.neurons]

    def children(self) -> Iterator[tuple[str, Module]]:
        return iter(())  # the neurons are kernels of this module's array

    def own_parameters(self) -> Iterator[tuple[str, Index, Value]]:
        places = list(np.ndindex(self.channels_in, self.size, self.size))
        for o, neuron in enumerate(self.neurons):
            yield from (("weight", (o, *place), w) for place, w in zip(places, neuron.w, strict=True))
            yield "bias", (o,), neuron.b

    def title(self) -> str:
        more = f", stride {self.stride}" * (self.stride > 1) + f", padding {self.padding}" * (self.padding > 0)
        return f"Conv2d {self.channels_in} → {len(self.neurons)}, {self.size}×{self.size}{more}"

    def __repr__(self) -> str:
        more = f", stride={self.stride}" * (self.stride > 1) + f", padding={self.padding}" * (self.padding > 0)
        return f"Conv2d({self.channels_in}, {len(self.neurons)}, {self.size}{more})"


class _Pool(Module):
    """One number for every size × size block of each channel; rows and columns left over are dropped."""

    def __init__(self, size: int) -> None:
        check_width(f"{type(self).__name__} needs a whole number as size", size)
        self.size = size

    def __call__(self, image: Any) -> list[Channel]:
        seen = (windows(channel, self.size, self.size) for channel in as_image(image, self, self.size))
        return [[[self.of(block) for block in row] for row in channel] for channel in seen]

    def of(self, block: list[Value]) -> Value:
        """The number that stands for a block of numbers."""
        raise NotImplementedError

    def title(self) -> str:
        return f"{type(self).__name__} {self.size}×{self.size}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.size})"


class MaxPool2d(_Pool):
    """The largest number of every size × size block of each channel; rows and columns left over are dropped.

    The gradient goes to the largest. Equal ones share it by halves, as in `maximum`, where PyTorch takes the first.

    >>> MaxPool2d(2)([[[1, 2, 5], [4, 3, 6]]])
    [[[Value(data=4, grad=0)]]]
    """

    def of(self, block: list[Value]) -> Value:
        return reduce(maximum, block)


class AvgPool2d(_Pool):
    """The mean of every size × size block of each channel; rows and columns left over are dropped.

    >>> AvgPool2d(2)([[[1, 2, 5], [4, 3, 6]]])
    [[[Value(data=2.5, grad=0)]]]
    """

    def of(self, block: list[Value]) -> Value:
        return mean(block)


class Flatten(Module):
    """The numbers of an image, or of any nested lists, in one list: channel by channel, row by row.

    >>> Flatten()([[[1, 2], [3, 4]]])
    [Value(data=1, grad=0), Value(data=2, grad=0), Value(data=3, grad=0), Value(data=4, grad=0)]
    """

    def __call__(self, x: Any) -> Any:
        return as_sample([as_value(v) for v in flat(x)])


def windows(channel: Channel, size: int, stride: int) -> list[list[list[Value]]]:
    """The numbers in each window of size × size, row by row, by the window's row and column."""
    tops, lefts = (range(0, n - size + 1, stride) for n in (len(channel), len(channel[0])))
    return [[[v for row in channel[r : r + size] for v in row[c : c + size]] for c in lefts] for r in tops]


def as_image(image: Any, module: Module, size: int, padding: int = 0, channels: int | None = None) -> list[Channel]:
    """An image as lists of Values, with zeros around it.

    Raises ValueError, by channel, row and column, unless it has so many channels, all of one shape, and room for a
    window of size × size.
    """
    takes = f"{module!r} takes one image, [channel][row][column]"
    values: list[Channel] = _image_of(image, takes)
    height, width = len(values[0]), len(values[0][0])
    if channels not in (None, len(values)):
        raise ValueError(f"{takes}, of {channels} channels, got {len(values)}")
    for i, channel in enumerate(values):
        if len(channel) != height:
            raise ValueError(f"{takes}: channel {i} has {len(channel)} rows, channel 0 has {height}")
        for r, row in enumerate(channel):
            if len(row) != width:
                raise ValueError(f"{takes}: row {r} of channel {i} has {len(row)} columns, the first row has {width}")
    if min(height, width) + 2 * padding < size:
        raise ValueError(f"{takes}, of at least {size - 2 * padding} rows and columns, got {height} and {width}")
    zero = as_value(0.0)
    sides, rows = [zero] * padding, [[zero] * (width + 2 * padding)] * padding
    return [[*rows, *([*sides, *row, *sides] for row in channel), *rows] for channel in values]


def _image_of(x: Any, takes: str, place: str = "", axes: tuple[str, ...] = ("channel", "row", "column")) -> Any:
    """Values in lists as deep as there are axes. Raises ValueError, by place, for what is not as deep, or deeper."""
    x = x.tolist() if hasattr(x, "tolist") else x
    if not axes and is_operand(x):
        return as_value(x)
    if axes and isinstance(x, list | tuple) and x:
        of = f" of {place}" if place else ""
        return [_image_of(part, takes, f"{axes[0]} {i}{of}", axes[1:]) for i, part in enumerate(x)]
    remedy = "a list of at least one; a grey image is a list of one channel"
    if not axes:
        remedy = "a number; model.predict(X) takes several images" if isinstance(x, list | tuple) else "a number"
    raise ValueError(f"{takes}: {place or 'it'} is {short(x)}, not {remedy}")
