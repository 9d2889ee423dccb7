"""The numbers behind the lines, bars, images, colours and texts of the pictures."""

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

import autograd
import nn
from autograd import Value
from nn import plots
from nn.plots import canvas
from tests.shared import python


@pytest.fixture(autouse=True, scope="module")
def no_windows():
    """Figures are drawn without a window here; afterwards the backend is again what it was."""
    before = plt.get_backend()
    plt.switch_backend("Agg")
    yield
    plt.switch_backend(before)


@pytest.fixture(autouse=True)
def closed():
    """No figure is left open, and no setting changed."""
    before = matplotlib.rcParams.copy()
    yield
    plt.close("all")
    assert matplotlib.rcParams == before


def line(ax, label):
    (found,) = [one for one in ax.lines if one.get_label() == label]
    return found


def points(ax, label):
    return np.asarray(line(ax, label).get_data(), dtype=float).T.tolist()


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def contours(ax):
    return [one for one in ax.get_children() if isinstance(one, ContourSet)]


def pixel(ax, x, y):
    """The row and column of the first image's pixel that covers the point."""
    (image, *_) = ax.images
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape[:2]
    return int((y - bottom) / (top - bottom) * rows), int((x - left) / (right - left) * columns)


def colour_at(ax, x, y):
    """The colour there without its transparency."""
    image = ax.images[0]
    return to_hex(image.cmap(image.norm(image.get_array()[pixel(ax, x, y)])))


def history(**figures):
    return nn.History(
        **{
            "loss": [0.8, 0.4, 0.3],
            "metrics": {"accuracy": [0.5, 0.75, 1.0]},
            "validation_loss": [0.9, 0.5, 0.6],
            "validation_metrics": {"accuracy": [0.4, 0.8, 0.7]},
            "gradient_norms": {"layers.0": [0.5, 0.05, 0.0], "layers.1": [2.0, 1.0, 0.5], "layers.2": [0.0, 0.0, 0.0]},
            "best_epoch": 1,
        }
        | figures
    )


def trained():
    """Moons learned by a small network: its history, with a validation loss and a metric."""
    X, y = nn.data.moons(40, rng=0)
    model = nn.MLP(2, [4, 1], "tanh", output="sigmoid", init="xavier", rng=0)
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    options = {"loss": nn.binary_cross_entropy, "optimizer": optimizer, "validation": nn.data.moons(10, rng=1)}
    return model, nn.fit(model, X, y, **options, epochs=5, metrics=["accuracy"], rng=0, progress=False), X, y


# loss curves


def test_loss_curves_show_a_history():
    loss, accuracy = plots.loss_curves(history())
    assert points(loss, "training") == [[1, 0.8], [2, 0.4], [3, 0.3]]
    assert points(loss, "validation") == [[1, 0.9], [2, 0.5], [3, 0.6]]
    assert points(accuracy, "training") == [[1, 0.5], [2, 0.75], [3, 1.0]]
    assert points(accuracy, "validation") == [[1, 0.4], [2, 0.8], [3, 0.7]]
    assert (loss.get_ylabel(), accuracy.get_ylabel(), accuracy.get_xlabel()) == ("loss", "accuracy", "epoch")
    assert legend(loss) == ["training", "validation", "best epoch: 2"]
    for panel in (loss, accuracy):
        assert line(panel, "best epoch: 2").get_xdata() == [2, 2]
    assert loss.figure.get_size_inches()[0] * 100 == 640


def test_loss_curves_of_a_real_run():
    _, run, _, _ = trained()
    loss, accuracy = plots.loss_curves(run)
    assert list(line(loss, "training").get_ydata()) == run.loss
    assert list(line(loss, "validation").get_ydata()) == run.validation_loss
    assert list(line(accuracy, "training").get_ydata()) == run.metrics["accuracy"]
    assert legend(loss)[-1] == f"best epoch: {1 + int(np.argmin(run.validation_loss))}"


def test_a_history_plots_itself():
    run = history(loss=[3.0, 2.0, 1.0], metrics={"accuracy": [0.1, 0.5, 0.9]})
    assert [ax.get_ylabel() for ax in run.plot()] == ["loss", "accuracy"]
    ax = Figure().subplots()
    (panel,) = run.plot(ax=ax)
    assert panel is ax
    assert points(ax, "training") == points(plots.loss_curves(run)[0], "training")
    with pytest.raises(ValueError, match="at least one finished epoch"):
        nn.History().plot()


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        ([1.0, 0.011], "linear"),
        ([1.0, 0.009], "log"),
        ([1.0, 0.0], "linear"),  # zero has no logarithm
        ([1.0, -0.5], "linear"),
        ([1.0, float("inf"), 0.5], "linear"),
    ],
)
def test_a_loss_that_spans_more_than_two_decades_has_a_log_scale(losses, scale):
    (ax,) = plots.loss_curves(nn.History(loss=losses))
    assert ax.get_yscale() == scale
    assert legend(ax) == ["training"]  # no validation, and no best epoch known


def test_a_single_epoch_is_a_dot_at_a_whole_number():
    (ax,) = plots.loss_curves(nn.History(loss=[0.5]))
    assert line(ax, "training").get_marker() == "o"
    assert [tick for tick in ax.get_xticks() if 0.9 < tick < 1.1] == [1.0]


def test_loss_curves_take_as_many_axes_as_panels_or_one_for_the_loss():
    ax = Figure().subplots()
    assert list(plots.loss_curves(history(), ax=ax)) == [ax]
    assert points(ax, "training")[0] == [1, 0.8]
    axes = Figure().subplots(1, 2)
    assert list(plots.loss_curves(history(), ax=axes)) == list(axes)
    with pytest.raises(ValueError, match="2 panels, and ax has 3"):
        plots.loss_curves(history(), ax=Figure().subplots(3))


# decision boundary


def half_plane(weights, bias, output="linear"):
    """A layer with weights written down: one row for each output."""
    layer = nn.Layer(2, len(weights), output, init=weights)
    for neuron, b in zip(layer.neurons, bias, strict=True):
        neuron.b.data = b
    return layer


CORNERS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def test_a_probability_is_coloured_around_its_threshold():
    ax = plots.decision_boundary(half_plane([[4.0, 0.0]], [-1.0], "sigmoid"), CORNERS, [0, 0, 1, 1])
    image = ax.images[0]
    assert (image.norm.vmin, image.norm.vcenter, image.norm.vmax) == (0.0, 0.5, 1.0)
    half = 2.4 / 59 / 2  # of a pixel, whose centre is where the model was asked
    assert image.get_extent() == pytest.approx((-1.2 - half, 1.2 + half, -1.2 - half, 1.2 + half))
    assert image.get_array()[pixel(ax, 0.75, 0.0)] == pytest.approx(1 / (1 + np.exp(-2.0)), abs=0.02)
    red, _, blue = to_rgb(colour_at(ax, 1.1, 0.0))
    assert blue > red + 0.5
    red, _, blue = to_rgb(colour_at(ax, -1.1, 0.0))
    assert red > blue + 0.5
    (boundary,) = contours(ax)
    assert boundary.levels.tolist() == [0.5]
    assert boundary.get_paths()[0].vertices[:, 0] == pytest.approx(0.25, abs=1e-3)  # 4x − 1 = 0
    assert ax.get_xlim() == pytest.approx((-1.2, 1.2))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x₁", "x₂")
    assert "0.5" in ax.figure.axes[1].get_ylabel()  # the colour bar's


def test_a_score_is_coloured_evenly_on_both_sides_of_its_threshold():
    ax = plots.decision_boundary(half_plane([[0.0, 3.0]], [1.5]), CORNERS, [-1, 1, -1, 1], threshold=0.0)
    norm = ax.images[0].norm
    assert (norm.vmin, norm.vcenter, norm.vmax) == pytest.approx((-5.1, 0.0, 5.1))  # 3 · 1.2 + 1.5
    assert contours(ax)[0].get_paths()[0].vertices[:, 1] == pytest.approx(-0.5)
    at_threshold, above, below = (to_rgb(colour_at(ax, 0.0, y)) for y in (-0.5, 1.2, -1.2))
    assert min(at_threshold) > 0.95
    assert above == pytest.approx(to_rgb(canvas.BLUE), abs=0.03)
    assert below[0] > below[2] > 0.3


@pytest.mark.parametrize("targets", [[-1, 1, 1, -1], [0, 1, 1, 0], [[0], [1], [1], [0]], [False, True, True, False]])
def test_samples_lie_on_top_with_a_mark_for_each_class(targets):
    ax = plots.decision_boundary(half_plane([[1.0, 0.0]], [0.0]), CORNERS, targets, threshold=0.0, resolution=5)
    assert [sorted(map(tuple, c.get_offsets().tolist())) for c in ax.collections if c.get_label() == "class 0"] == [
        [(-1.0, -1.0), (1.0, 1.0)]
    ]
    assert legend(ax) == ["class 0", "class 1"]
    marks = [c.get_paths()[0].vertices.shape for c in ax.collections if c.get_label().startswith("class")]
    assert marks[0] != marks[1]


@pytest.mark.parametrize("targets", [[0, 1, 2, 0], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.3, 0.2]]])
def test_of_several_outputs_the_largest_gives_the_region(targets):
    model = half_plane([[-2.0, 0.0], [1.0, 1.0], [1.0, -1.0]], [0.0, 0.0, 0.0])
    ax = plots.decision_boundary(model, CORNERS, targets, resolution=20)
    for x, y in [(-1.0, 0.5), (-0.02, 0.9), (0.9, 0.05), (0.9, -0.05), (0.02, -0.2), (-0.1, -0.2)]:
        winner = int(np.argmax([-2 * x, x + y, x - y]))
        assert ax.images[0].get_array()[pixel(ax, x, y)] == winner
        assert colour_at(ax, x, y) == canvas.PALETTE[winner].lower()
    assert legend(ax) == ["class 0", "class 1", "class 2"]
    assert [len(c.get_offsets()) for c in ax.collections] == [2, 1, 1]


def test_a_model_that_says_the_same_everywhere_has_no_boundary():
    ax = plots.decision_boundary(
        nn.Layer(2, 1, "linear", init="zeros"), CORNERS, [0, 1, 0, 1], threshold=0, resolution=5
    )
    assert contours(ax) == []
    assert ax.images[0].norm.vmax == 1.0


def test_many_classes_have_colours_of_their_own():
    assert len(set(canvas.class_colours(7))) == 7
    assert len(set(canvas.class_colours(12))) == 12


def test_the_boundary_leaves_the_model_as_it_was():
    model = nn.Sequential(nn.Layer(2, 3, rng=0), nn.BatchNorm(3), nn.Layer(3, 1, rng=1)).train()
    before = model.state_dict()
    plots.decision_boundary(model, CORNERS, [0, 1, 0, 1], resolution=5)
    assert model.training
    assert all(np.array_equal(array, before[name]) for name, array in model.state_dict().items())


@pytest.mark.parametrize(
    ("nout", "X", "y", "options", "message"),
    [
        (1, np.ones((4, 3)), [0, 1, 0, 1], {}, r"X must have shape \(n, 2\), not \(4, 3\)"),
        (1, CORNERS, [0, 1, 0], {}, "X has 4 samples and y has 3 targets"),
        (1, CORNERS, [0, 1, 2, 1], {}, "1 output: the targets are 0 and 1, or -1 and \\+1, not 2"),
        (3, CORNERS, [0, 1, 3, 1], {}, "3 outputs: the targets are 0 to 2, not 3"),
        (3, CORNERS, [0, 1, 0.5, 1], {}, "not 0.5"),
        (3, CORNERS, np.ones((4, 2)), {}, r"targets of shape \(4, 2\) do not go with 3 outputs"),
        (1, [[0.0, np.nan]], [1], {}, "X has nan or infinity in row 0"),
        (1, CORNERS, [0, 1, 0, 1], {"resolution": 1}, "resolution is the number of points along each axis"),
    ],
)
def test_data_that_cannot_lie_on_the_plane_is_refused(nout, X, y, options, message):
    with pytest.raises(ValueError, match=message):
        plots.decision_boundary(nn.Layer(2, nout, rng=0), X, y, **{"resolution": 5} | options)
    assert plt.get_fignums() == []  # no empty figure is left


# gradient norms


def test_gradient_norms_of_a_history_are_lines_on_a_log_scale():
    ax = plots.gradient_norms(history())
    assert ax.get_yscale() == "log"
    assert points(ax, "layers.1") == [[1, 2.0], [2, 1.0], [3, 0.5]]
    first = points(ax, "layers.0")
    assert first[:2] == [[1, 0.5], [2, 0.05]]
    assert np.isnan(first[2][1])  # zero is no place on the scale
    assert np.isnan(points(ax, "layers.2: 0")).any(axis=1).all()
    assert legend(ax) == ["layers.0", "layers.1", "layers.2: 0"]
    brightness = [sum(to_rgb(one.get_color())) for one in ax.lines]
    assert brightness == sorted(brightness)


def test_gradient_norms_of_a_model_are_bars():
    model = nn.MLP(3, [4, 2], "tanh", rng=0)
    nn.cross_entropy(model([0.5, -1.0, 2.0]), 1).backward()
    ax = plots.gradient_norms(model)
    expected = [np.sqrt(sum(p.grad**2 for p in layer.parameters())) for layer in model.layers]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(expected)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["layers.0", "layers.1"]
    assert texts(ax) == [f"{x:.2g}" for x in expected]
    assert ax.get_xscale() == "log"
    low, high = ax.get_xlim()
    assert low < min(expected) <= max(expected) < high
    assert ax.yaxis_inverted()  # the first layer is on top


def test_bars_and_lines_name_the_layers_alike():
    model, run, X, y = trained()
    nn.binary_cross_entropy(model(X[0]), y[0]).backward()
    bars = plots.gradient_norms(model)
    assert [label.get_text() for label in bars.get_yticklabels()] == list(run.gradient_norms)
    alone = nn.Layer(2, 1, "tanh", rng=0)
    alone([1.0, 2.0]).backward()
    assert [label.get_text() for label in plots.gradient_norms(alone).get_yticklabels()] == ["Layer"]


def test_gradients_that_have_no_place_on_the_scale_are_written():
    model = nn.MLP(1, [1, 1, 1, 1], rng=0)
    for layer, g in zip(model.layers, (0.0, 3.0, float("inf"), float("nan")), strict=True):
        layer.neurons[0].b.grad = g
    ax = plots.gradient_norms(model)
    assert texts(ax) == ["0", "3", "inf", "nan"]
    zero, three, infinite, nan = ax.patches
    left, right = ax.get_xlim()
    assert three.get_width() == 3.0
    assert zero.get_width() == nan.get_width() == left
    assert infinite.get_width() == right
    assert to_hex(infinite.get_facecolor()) == canvas.ORANGE.lower() != to_hex(three.get_facecolor())


def test_gradients_of_which_none_has_a_place_on_the_scale():
    layer = nn.Layer(1, 1, rng=0)
    layer.neurons[0].b.grad = float("nan")
    assert texts(plots.gradient_norms(layer)) == ["nan"]


def test_where_all_gradients_are_zero_the_picture_asks_for_backward():
    ax = plots.gradient_norms(nn.MLP(2, [2, 1]))
    assert texts(ax) == ["0", "0"]
    assert ax.get_title() == "every gradient is 0: has backward() been called?"
    with pytest.raises(ValueError, match="gradient_norms found no parameters in Dropout 0.5"):
        plots.gradient_norms(nn.Dropout(0.5))


@pytest.mark.parametrize("draw", [plots.loss_curves, plots.gradient_norms])
def test_what_is_no_history_is_refused(draw):
    with pytest.raises(ValueError, match="needs a history of at least one finished epoch"):
        draw(nn.History())
    with pytest.raises(TypeError, match=r"takes the History that nn.fit returns.*, not \[1.0, 0.5\]"):
        draw([1.0, 0.5])
    assert plt.get_fignums() == []


# confusion matrix


def test_confusion_matrix_shows_the_counts():
    ax = plots.confusion_matrix([0, 1, 1, 2, 0, 0], [0, 1, 2, 2, 0, 1])
    assert ax.images[0].get_array().tolist() == [[2, 0, 0], [1, 1, 0], [0, 1, 1]]
    assert {text.get_position(): text.get_text() for text in ax.texts}[(0, 1)] == "1"  # column 0, row 1
    assert texts(ax) == ["2", "0", "0", "1", "1", "0", "0", "1", "1"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "2"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")
    assert ax.get_title() == "4 of 6 right"


def test_labels_name_the_classes_also_those_that_do_not_occur():
    ax = plots.confusion_matrix([[0.9, 0.1], [0.2, 0.8]], [[1, 0], [1, 0]], labels=["cat", "dog", "long-eared owl"])
    assert ax.images[0].get_array().tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "dog", "long-eared owl"]
    assert [label.get_rotation() for label in ax.get_xticklabels()] == [0, 0, 0]
    crowded = plots.confusion_matrix([0], [0], labels=[f"species {i}" for i in range(10)])
    assert crowded.get_xticklabels()[0].get_rotation() == 45


def luminance(colour):
    """WCAG 2's relative luminance, for arrays."""
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def test_every_count_can_be_read_on_its_colour():
    predicted = np.repeat(np.arange(10), np.arange(0, 100, 10))
    ax = plots.confusion_matrix(predicted, predicted)
    colours = ax.images[0].to_rgba(ax.images[0].get_array())
    written = {text.get_position(): text.get_color() for text in ax.texts}
    for (column, row), colour in written.items():
        light, dark = sorted([luminance(colours[row, column, :3]), luminance(colour)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG's least for text
    assert {written[9, 9], written[1, 1]} == {"black", "white"}


@pytest.mark.parametrize(
    ("predicted", "targets", "labels", "message"),
    [
        ([0, 1, 2], [0, 1, 1], ["a", "b"], "needs a label for each of 3 classes, got 2"),
        ([], [], None, "got no predictions"),
        ([0, 1], [0], None, "got 2 and 1"),
    ],
)
def test_what_cannot_be_counted_is_refused(predicted, targets, labels, message):
    with pytest.raises(ValueError, match=message):
        plots.confusion_matrix(predicted, targets, labels)
    assert plt.get_fignums() == []


# weights as images


def test_each_neuron_is_an_image_on_one_symmetric_scale():
    weights = np.arange(18.0).reshape(3, 6) - 4
    ax = plots.weights_as_images(weights, (2, 3))
    assert [image.get_array().tolist() for image in ax.images] == weights.reshape(3, 2, 3).tolist()
    assert {image.get_clim() for image in ax.images} == {(-13.0, 13.0)}
    assert texts(ax) == ["neuron 0", "neuron 1", "neuron 2"]
    extents = [image.get_extent() for image in ax.images]
    left, right, bottom, top = np.array(extents).T
    assert (right - left == 3).all()
    assert (bottom - top == 2).all()  # rows go down, as on paper
    assert (left[1:] > right[:-1]).all()  # side by side without touching
    (x0, x1), (y1, y0) = ax.get_xlim(), ax.get_ylim()
    assert x0 < left.min()
    assert right.max() < x1
    assert y0 < top.min()
    assert bottom.max() < y1
    image = ax.images[0]
    assert min(to_rgb(image.cmap(image.norm(0.0)))) > 0.99
    assert to_hex(image.cmap(image.norm(13.0))) == canvas.BLUE.lower()
    assert to_hex(image.cmap(image.norm(-13.0))) == canvas.ORANGE.lower()
    assert ax.figure.axes[1].get_ylabel() == "weight"


def test_layers_neurons_and_values_give_their_weights():
    layer = nn.Layer(64, 10, rng=0)
    assert len(plots.weights_as_images(layer).images) == 10
    (image,) = plots.weights_as_images(layer.neurons[3]).images
    assert image.get_array().ravel().tolist() == [w.data for w in layer.neurons[3].w]
    (image,) = plots.weights_as_images([Value(1.0), Value(-2.0)], (1, 2)).images
    assert image.get_array().tolist() == [[1.0, -2.0]]
    assert plots.weights_as_images(np.zeros((40, 4)), (2, 2)).images[39].get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        (nn.Conv2d(1, 2, 3, rng=0), ValueError, r"a matrix \(neurons, inputs\), not an array of shape \(2, 1, 3, 3\)"),
        (nn.Layer(6, 2, rng=0), ValueError, "6 weights a neuron do not fill 8×8 pixels: pass shape=.rows, columns."),
        (nn.MLP(64, [2, 1], rng=0), TypeError, r"takes one layer, such as model.layers\[0\], not MLP"),
        (np.zeros((2, 8, 8)), ValueError, r"a matrix \(neurons, inputs\), not an array of shape \(2, 8, 8\)"),
        (np.zeros((0, 64)), ValueError, r"not an array of shape \(0, 64\)"),
        (np.array([[0.0] * 64, [np.nan] * 64]), ValueError, "neuron 1 has a weight that is nan or infinite"),
    ],
)
def test_what_is_no_matrix_of_weights_is_refused(layer, error, message):
    with pytest.raises(error, match=message):
        plots.weights_as_images(layer)
    assert plt.get_fignums() == []


def test_a_filter_is_an_image_for_each_input_channel_of_each_output_channel():
    conv = nn.Conv2d(2, 3, 2, rng=0)
    weights = conv.state_dict()["weight"]
    for layer in conv, weights, weights.tolist():
        ax = plots.filters(layer)
        assert [image.get_array().tolist() for image in ax.images] == weights.reshape(6, 2, 2).tolist()
        assert {image.get_clim() for image in ax.images} == {(-np.abs(weights).max(), np.abs(weights).max())}
        assert texts(ax) == ["0 → 0", "1 → 0", "0 → 1", "1 → 1", "0 → 2", "1 → 2"]
    lefts, _, _, tops = np.array([image.get_extent() for image in ax.images]).T
    assert len(set(lefts)) == 2  # columns are input channels, rows are output channels
    assert (np.diff(tops) >= 0).all()
    assert len(set(tops)) == 3
    assert texts(plots.filters(nn.Conv2d(1, 4, 3, rng=0))) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        (nn.MaxPool2d(2), TypeError, r"filters takes one Conv2d, such as model\[0\], not MaxPool2d 2×2"),
        (nn.Layer(6, 2, rng=0), ValueError, r"takes an array \(channels_out, .*\), not an array of shape \(2, 6\)"),
        (np.zeros((0, 1, 3, 3)), ValueError, r"not an array of shape \(0, 1, 3, 3\)"),
        (np.array([[[[0.0]]], [[[np.inf]]]]), ValueError, "filter 1 has a weight that is nan or infinite"),
    ],
)
def test_what_has_no_filters_is_refused(layer, error, message):
    with pytest.raises(error, match=message):
        plots.filters(layer)
    assert plt.get_fignums() == []


# optimizer trails


def bowl(x, y):
    return 0.5 * (x * x + 25 * y * y)


TRAILS = {"SGD": [(9.0, 1.0), (8.3, -0.9), (7.7, 0.8)], "Adam": [(9.0, 1.0), (8.5, 0.5)]}


def test_trails_are_drawn_from_start_to_end():
    ax = plots.optimizer_trails(bowl, TRAILS)
    assert points(ax, "SGD, 2 steps") == [[9.0, 1.0], [8.3, -0.9], [7.7, 0.8]]
    assert legend(ax) == ["SGD, 2 steps", "Adam, 1 step"]
    assert line(ax, "SGD, 2 steps").get_color() != line(ax, "Adam, 1 step").get_color()
    single = [tuple(map(float, np.ravel(one.get_data()))) for one in ax.lines if len(one.get_xdata()) == 1]
    assert single == [(7.7, 0.8), (9.0, 1.0), (8.5, 0.5), (9.0, 1.0)]
    assert ax.get_xlim() == pytest.approx((7.7 - 0.15 * 1.3, 9.0 + 0.15 * 1.3))
    assert ax.get_ylim() == pytest.approx((-0.9 - 0.15 * 1.9, 1.0 + 0.15 * 1.9))


def test_contours_rise_by_equal_factors_from_the_lowest_point():
    ax = plots.optimizer_trails(lambda x, y: bowl(x, y) + 7, TRAILS, (-10, 10), (-3, 3))
    xs, ys = np.meshgrid(np.linspace(-10, 10, 150), np.linspace(-3, 3, 150))
    low, high = bowl(xs, ys).min() + 7, bowl(xs, ys).max() + 7
    filled, lines = contours(ax)
    above = lines.levels - low
    assert above[1:] / above[:-1] == pytest.approx(np.full(12, 10 ** (1 / 3)))
    assert lines.levels[-1] == pytest.approx(high)
    assert filled.levels[0] == pytest.approx(low)
    for level, path in zip(lines.levels[5:11], lines.get_paths()[5:11], strict=True):
        assert bowl(*path.vertices.T) + 7 == pytest.approx(np.full(len(path.vertices), level), rel=0.01)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: (x * x + y * y).tanh(),  # Values only
        lambda x, y: np.tanh(np.float64(x * x + y * y)) if isinstance(x, float) else None,  # floats only
        lambda x, y: np.tanh(np.array([x, y]) @ np.array([x, y])),  # arrays
        lambda x, y: autograd.tanh(x**2 + y**2),
    ],
)
def test_the_function_may_take_floats_or_values(f):
    ax = plots.optimizer_trails(f, {}, (-1, 1), (-1, 1))
    assert contours(ax)[1].levels[-1] == pytest.approx(np.tanh(2.0))
    assert ax.get_legend() is None


def test_points_where_the_function_is_undefined_are_left_out():
    ax = plots.optimizer_trails(lambda x, y: 1 / x + y, {}, (0, 1), (0, 1))  # 1 / 0.0 raises, for Values it is inf
    assert contours(ax)[1].levels[-1] == pytest.approx(150.0)
    flat = plots.optimizer_trails(lambda x, y: 3.0, {"a": [(1, 1)]})
    assert contours(flat) == []
    assert contours(plots.optimizer_trails(lambda x, y: np.nan, {"a": [(1, 1)]})) == []


def test_trails_that_diverge_are_drawn_within_the_limits_given():
    diverging = [(9 * 1.1**k, (-1.8) ** k) for k in range(1200)]
    ax = plots.optimizer_trails(bowl, {"up": diverging, "nan": [(1, 1), (2, float("nan"))]}, (-10, 10), (-3, 3))
    assert ax.get_xlim() == (-10, 10)
    assert len(line(ax, "up, 1199 steps").get_markevery()) == 1  # 1,200 marks would be a smear
    assert np.isfinite(plots.optimizer_trails(bowl, {"nan": [(1, 1), (2, float("nan"))]}).get_ylim()).all()


@pytest.mark.parametrize(
    ("trails", "message"),
    [
        ({}, r"needs trails, \{name: \[\(x, y\), …\]\}, or both xlim and ylim"),
        ({"SGD": []}, "the trail 'SGD' must be a list of at least one point"),
        ({"SGD": [(1, 2, 3)]}, "the trail 'SGD' must be"),
        ({"SGD": [1.0, 2.0]}, r"not \[1.0, 2.0\]"),
    ],
)
def test_what_is_no_trail_is_refused(trails, message):
    with pytest.raises(ValueError, match=message):
        plots.optimizer_trails(bowl, trails)
    assert plt.get_fignums() == []


# activations


def test_activation_shows_the_function_and_its_derivative():
    ax = plots.activation("tanh", (-3, 3))
    x, y = line(ax, "tanh(x)").get_data()
    assert y == pytest.approx(np.tanh(x), abs=1e-15)
    x, y = line(ax, "tanh′(x)").get_data()
    assert y == pytest.approx(1 / np.cosh(x) ** 2, abs=1e-14)
    assert ax.get_xlim() == (-3, 3)
    assert legend(ax) == ["tanh(x)", "tanh′(x)"]


@pytest.mark.parametrize(
    ("function", "name", "derivative"),
    [
        ("linear", "linear", np.ones_like),
        ("relu", "relu", lambda x: np.where(x > 0, 1.0, 0.0)),
        (autograd.sin, "sin", np.cos),
        (lambda x: x * x, "f", lambda x: 2 * x),
        (lambda x: 2.0, "f", np.zeros_like),
    ],
)
def test_names_operations_and_functions_are_taken(function, name, derivative):
    ax = plots.activation(function)
    x, y = line(ax, f"{name}′(x)").get_data()
    assert y == pytest.approx(derivative(x), abs=1e-15)


def test_where_a_function_is_undefined_so_is_its_derivative():
    ax = plots.activation("log")
    x, y = line(ax, "log′(x)").get_data()
    assert np.isnan(y[x < 0]).all()
    assert y[x > 0] == pytest.approx(1 / x[x > 0])


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="unknown activation 'rleu': use 'relu'"):
        plots.activation("rleu")
    assert plt.get_fignums() == []


# attention


def called():
    model = nn.GPT(5, 6, 8, 4, rng=0)
    model([4, 0, 1])
    return model


def test_attention_shows_where_each_position_of_the_last_call_looks():
    layer = called().layers[0]
    ax = plots.attention(layer, "^ab")
    assert [image.get_array().tolist() for image in ax.images] == layer.weights
    assert {(*image.get_clim(), image.origin) for image in ax.images} == {(0.0, 1.0, "upper")}
    assert [name for name in texts(ax) if name.startswith("head")] == ["head 0", "head 1", "head 2", "head 3"]
    assert texts(ax).count("^") == texts(ax).count("b") == 8  # a row and a column of each head
    boxes = [image.get_extent() for image in ax.images]
    assert len({(left, bottom) for left, _, bottom, _ in boxes}) == 4
    for left, right, bottom, top in boxes:
        assert (right - left, bottom - top) == pytest.approx((3, 3))
        assert sum(left < text.get_position()[0] < right and top < text.get_position()[1] < bottom
                   for text in ax.texts) == 0  # fmt: skip


def test_attention_takes_a_module_and_arrays():
    attention = nn.MultiheadAttention(4, 2, rng=0)
    attention(np.eye(3, 4).tolist())
    for given in (attention, attention.weights, np.array(attention.weights)):
        assert [image.get_array().tolist() for image in plots.attention(given).images] == attention.weights
    (image,) = plots.attention(np.eye(2)).images
    assert image.get_array().tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("given", "labels", "error", "message"),
    [
        (nn.MultiheadAttention(4, 2), None, ValueError, "this module has not been called"),
        (nn.Layer(2, 3), None, TypeError, "takes a MultiheadAttention or a layer of a GPT, not Layer 2 → 3"),
        (nn.GPT(5, 3), None, TypeError, "takes a MultiheadAttention or a layer of a GPT, not GPT"),
        (np.ones((2, 3)), None, ValueError, r"\(heads, T, T\) or \(T, T\), not \(1, 2, 3\)"),
        (np.ones(3), None, ValueError, r"\(heads, T, T\) or \(T, T\), not \(3,\)"),
        (np.eye(3), "ab", ValueError, "a label for each of 3 positions, got 2"),
    ],
)
def test_what_is_no_attention_is_refused(given, labels, error, message):
    with pytest.raises(error, match=message):
        plots.attention(given, labels)


# all of them


def test_in_axes_of_ones_own_nothing_else_is_touched():
    """No figure of pyplot's is made, and pyplot is not even imported."""
    code = """
import sys
from matplotlib.figure import Figure
import nn
from nn import plots
from nn.plots import canvas
from nn.plots.canvas import own_axes
axes = list(Figure(figsize=(9, 15)).subplots(5, 2).flat)
history = nn.History(loss=[1.0, 0.5], gradient_norms={"layers.0": [1.0, 0.5]})
X, y = nn.data.xor()
model = nn.MLP(2, [2, 1], rng=0)
model([1.0, 2.0]).backward()
given = [
    plots.loss_curves(history, ax=axes[0])[0],
    plots.decision_boundary(model, X, y, resolution=5, ax=axes[1]),
    plots.gradient_norms(history, ax=axes[2]),
    plots.gradient_norms(model, ax=axes[3]),
    plots.confusion_matrix([0, 1], [0, 1], ax=axes[4]),
    plots.weights_as_images(model.layers[0], (1, 2), ax=axes[5]),
    plots.optimizer_trails(lambda x, y: x * x + y * y, {"a": [(1, 1), (0, 0)]}, ax=axes[6]),
    plots.activation("relu", ax=axes[7]),
    plots.filters(nn.Conv2d(1, 2, 3, rng=0), ax=axes[8]),
    plots.attention([[1.0]], ax=axes[9]),
]
assert given == axes and all(ax.has_data() for ax in axes)
assert "matplotlib.pyplot" not in sys.modules
"""
    python("-W", "error", "-W", "default::DeprecationWarning", "-c", code)


LONG = {f"momentum {k / 10}": [(k, k), (k + 1, 0)] for k in range(6)}

PICTURES = {
    "loss curves": lambda: plots.loss_curves(history())[0],
    "boundary": lambda: plots.decision_boundary(half_plane([[1.0, 0.0]], [0.0]), CORNERS, [0, 0, 1, 1], resolution=5),
    "regions": lambda: plots.decision_boundary(nn.Layer(2, 9, rng=0), CORNERS, [0, 3, 5, 8], resolution=5),
    "gradients of a run": lambda: plots.gradient_norms(history()),
    "gradients": lambda: plots.gradient_norms(nn.MLP(2, [2] * 12)),
    "confusion": lambda: plots.confusion_matrix([0], [0], labels=[f"species number {i}" for i in range(10)]),
    "weights": lambda: plots.weights_as_images(np.eye(10, 64)),
    "filters": lambda: plots.filters(nn.Conv2d(1, 16, 3, rng=0)),
    "filters of many channels": lambda: plots.filters(np.eye(36, 18).reshape(18, 2, 3, 6)),
    "wide weights": lambda: plots.weights_as_images(np.eye(3, 60), (3, 20)),
    "trails": lambda: plots.optimizer_trails(bowl, LONG),
    "attention": lambda: plots.attention(called().layers[0], "^ab"),
    "attention of many": lambda: plots.attention(np.ones((8, 12, 12)) / 12),
    "attention of one": lambda: plots.attention([[1.0]]),
    "activation": lambda: plots.activation("sigmoid"),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_nothing_is_cut_off_and_drawing_gives_no_warning(picture):
    figure = PICTURES[picture]().figure
    figure.canvas.draw()
    assert figure.bbox.width <= 640
    for ax in figure.axes:
        box = ax.get_tightbbox()
        assert box.x0 >= -1
        assert box.y0 >= -1
        assert box.x1 <= figure.bbox.x1 + 1
        assert box.y1 <= figure.bbox.y1 + 1
        assert ax.get_window_extent().width > 0.6 * figure.bbox.width or ax.get_label() == "<colorbar>" or ax.images


def test_an_ax_that_is_none_is_refused():
    with pytest.raises(TypeError, match="ax is an Axes of matplotlib, as in `figure, ax = plt.subplots.*, not 'left'"):
        plots.activation("relu", ax="left")
    with pytest.raises(ValueError, match="1 panel, and ax has 2"):
        plots.activation("relu", ax=Figure().subplots(1, 2))


def test_without_matplotlib_the_import_says_what_to_install():
    code = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
import nn
try:
    import nn.plots
except ImportError as error:
    print(error)
"""
    assert python("-c", code).stdout.strip() == (
        'nn.plots draws with matplotlib, which cannot be imported: pip install "chaingrad[notebooks]", or matplotlib'
    )
