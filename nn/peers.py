"""The names that PyTorch and Keras have for what is here: who types them is told ours."""

from collections.abc import Iterable
from typing import NoReturn

LAYER = "a layer is nn.Layer(nin, nout, activation), a whole network nn.MLP(nin, nouts)"
ACTIVATION = "an activation is the name of a function, as in nn.Layer(2, 8, 'relu') or nn.Sequential(layer, 'relu')"
FIT = "nn.fit(model, X, y, loss=nn.mse, optimizer=nn.Adam(model.parameters()), epochs=10)"

# Of the module nn.
IN_NN = {
    **dict.fromkeys(("Linear", "Dense"), LAYER),
    **dict.fromkeys(("ReLU", "Tanh", "Sigmoid", "Softmax", "LeakyReLU", "ELU", "GELU", "SiLU", "Softplus"), ACTIVATION),
    "MSELoss": "the loss is the function nn.mse(outputs, targets) of one sample",
    "L1Loss": "the loss is the function nn.mae(outputs, targets) of one sample",
    "HuberLoss": "the loss is the function nn.huber(outputs, targets) of one sample",
    "BCELoss": "the loss is the function nn.binary_cross_entropy(output, target) of one sample",
    "BCEWithLogitsLoss": "the loss is the function nn.binary_cross_entropy_with_logits(score, target) of one sample",
    "CrossEntropyLoss": "the loss is the function nn.cross_entropy(scores, target) of one sample",
    "functional": "losses are functions of nn, such as nn.mse, and activations of autograd, such as autograd.relu",
    "optim": "optimizers are nn.SGD, nn.RMSprop, nn.Adagrad, nn.Adam and nn.AdamW",
    "Parameter": "a parameter is a Value in an attribute of a module: autograd.Value(0.5)",
    "Conv2D": "it is nn.Conv2d(channels_in, channels_out, size)",
    "MaxPooling2D": "it is nn.MaxPool2d(size)",
    "AveragePooling2D": "it is nn.AvgPool2d(size)",
    "LayerNormalization": "it is nn.LayerNorm(n)",
    "RNN": "a recurrent network is nn.Recurrent(nin, nhidden)",
    "BatchNorm1d": "it is nn.BatchNorm(n)",
}

# Of a module such as a model.
IN_MODULE = {
    **dict.fromkeys(("fit", "compile"), f"a model is trained by {FIT}"),
    "forward": "a model is called with one sample, model(x), and model.predict(X) takes many; yours defines __call__",
    "evaluate": "nn.accuracy(model.predict(X), y) and its like count",
    "weights": "the parameters are model.parameters(), and model.state_dict() has them as arrays",
    "get_weights": "the parameters are model.parameters(), and model.state_dict() has them as arrays",
}


# Arguments, by the name that others give them.
ARGUMENTS = {"learning_rate": "lr", "verbose": "progress", "validation_data": "validation"}


def refuse_arguments(owner: str, given: Iterable[str]) -> None:
    """Raise TypeError for an argument that is not there, with our name for it if it is known."""
    for name in given:
        ours = f": it is called {ARGUMENTS[name]} here" if name in ARGUMENTS else ""
        raise TypeError(f"{owner} takes no argument {name!r}{ours}")


def refuse(owner: str, name: str, names: dict[str, str]) -> NoReturn:
    """Raise AttributeError for a name that is not there, with ours if it is known."""
    ours = f": {names[name]}" if name in names else ""
    raise AttributeError(f"{owner} has no attribute {name!r}{ours}")
