"""What PyTorch gives for losses, optimizers, modules and the rest of nn: the figures of nn.json."""

import json
import os

os.environ["ATEN_CPU_CAPABILITY"] = "default"  # nearly the same last digits on every processor

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)

STEPS = 10
START = [0.6, 0.3, 0.2]
RUNS = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.5, "weight_decay": 0.1}],
    "RMSprop": [{}, {"alpha": 0.9, "eps": 1e-4}, {"momentum": 0.9}, {"weight_decay": 0.1, "momentum": 0.5}],
    "Adagrad": [{}, {"weight_decay": 0.1}, {"eps": 1e-3}],
    "Adam": [{}, {"betas": [0.8, 0.9]}, {"weight_decay": 0.1}, {"eps": 1e-2}],
    "AdamW": [{}, {"weight_decay": 0.3}],
}
REGRESSION = {
    "mse": functional.mse_loss,
    "half_squared_error": lambda y, t: 0.5 * functional.mse_loss(y, t),
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "binary_cross_entropy": functional.binary_cross_entropy,
    "binary_cross_entropy_with_logits": functional.binary_cross_entropy_with_logits,
}
PAIRS = {
    "mse": [([0.5, -2.0], [1.0, 3.0]), ([0.0], [0.0])],
    "half_squared_error": [([0.5, -2.0], [1.0, 3.0])],
    "mae": [([0.5, -2.0, 1.0], [1.0, 3.0, 1.0])],
    "huber": [([0.5, -2.0, 1.0], [1.0, 3.0, 1.0]), ([1.0, -1.0], [0.0, 0.0])],
    "binary_cross_entropy": [([0.25, 0.9], [1.0, 0.3]), ([0.001], [0.0])],
    "binary_cross_entropy_with_logits": [
        ([0.3, -4.0], [1.0, 0.25]),
        ([1000.0, -1000.0], [0.0, 1.0]),
        ([1000.0, -1000.0], [1.0, 0.0]),
        ([30.0], [1.0]),
    ],
}
CLASSES = [
    ([0.2, -1.0, 3.0], 2),
    ([0.2, -1.0, 3.0], [0.5, 0.25, 0.25]),
    ([1000.0, -1000.0, 0.0], 1),
    ([1000.0, -1000.0, 0.0], 0),
    ([-1000.0, -1001.0], 1),
]


#: Modules by our arguments, which are torch's, and the shape of a sample, or tokens.
MODULES = [
    ("Conv2d", [1, 2, 3], {}, (1, 5, 4)),
    ("Conv2d", [2, 3, 2], {"stride": 2, "padding": 1}, (2, 4, 5)),
    ("Conv2d", [3, 1, 1], {"stride": 3}, (3, 4, 8)),
    ("Conv2d", [1, 1, 3], {"padding": 2}, (1, 1, 2)),
    ("MaxPool2d", [2], {}, (2, 5, 4)),
    ("AvgPool2d", [3], {}, (1, 3, 8)),
    ("Flatten", [], {}, (2, 3, 2)),
    ("LSTM", [2, 3], {}, (4, 2)),
    ("LSTM", [1, 2], {}, (1, 1)),
    ("GRU", [2, 3], {}, (4, 2)),
    ("GRU", [1, 2], {}, (1, 1)),
    ("LayerNorm", [4], {"eps": 1e-4}, (4,)),
    ("RMSNorm", [4], {}, (4,)),
    ("Embedding", [4, 3], {}, [2, 0, 2]),
]


def objective(p):
    """A curved valley; its gradient is stated again in the test."""
    return (1 - p[0]) ** 2 + 10 * (p[1] - p[0] ** 2) ** 2 + torch.sin(p[2]) * p[0]


def run(name, options):
    p = torch.tensor(START, requires_grad=True)
    optimizer = getattr(torch.optim, name)([p], lr=0.01, **options)
    trail = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        objective(p).backward()
        optimizer.step()
        trail.append(p.tolist())
    return trail


def differentiated(loss, outputs, target):
    y = torch.tensor(outputs, requires_grad=True)
    value = loss(y, torch.tensor(target))
    value.backward()
    return [outputs, target, value.item(), y.grad.tolist()]


def rates(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = make(optimizer)
    trail = []
    for _ in range(12):
        trail.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return trail


def clipped(gradients, how, limit):
    p = torch.zeros(len(gradients), requires_grad=True)
    p.grad = torch.tensor(gradients)
    how([p], limit)
    return [gradients, limit, p.grad.tolist()]


def numbers(*shape):
    """The same well-spread numbers on every machine."""
    count = torch.tensor(shape).prod().item()
    return torch.sin(torch.arange(1.0, count + 1) * 1.7).reshape(shape)


def batch_norm():
    """Two batches in training, gradients of Σ C · output on the second, then a sample in evaluation."""
    norm = torch.nn.BatchNorm1d(3, eps=1e-4, momentum=0.2)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.5, -0.5, 0.8]))
        norm.bias.copy_(torch.tensor([0.1, 0.0, -2.0]))
    first, second, c = 3 * numbers(4, 3), 1 + 2 * numbers(6, 3) ** 3, numbers(6, 3)
    second.requires_grad_()
    norm(first)
    outputs = norm(second)
    (c * outputs).sum().backward()
    state = {name: array.tolist() for name, array in norm.state_dict().items()}
    sample = torch.tensor([[0.3, -2.0, 5.0]])
    return {
        "first": first.tolist(),
        "second": second.tolist(),
        "c": c.tolist(),
        "outputs": outputs.tolist(),
        "gradients": [second.grad.tolist(), norm.weight.grad.tolist(), norm.bias.grad.tolist()],
        "state": state,
        "sample": sample[0].tolist(),
        "evaluated": norm.eval()(sample)[0].tolist(),
    }


def network(module, X):
    """Outputs of a module with its state, and the gradients of Σ C · output."""
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(numbers(*p.shape))
    given = module(X)
    outputs = given[0] if isinstance(given, tuple) else given
    c = numbers(*outputs.shape)
    (c * outputs).sum().backward()
    return {
        "X": X.tolist(),
        "c": c.tolist(),
        "state": {name: array.tolist() for name, array in module.state_dict().items()},
        "outputs": outputs.tolist(),
        "gradients": {name: p.grad.tolist() for name, p in module.named_parameters()},
        **({"toward X": X.grad.tolist()} if X.requires_grad else {}),
    }


def trained(name, arguments, options, shape):
    """One sample: the outputs, the gradients of Σ C · output, and the state after ten steps of Adam down it."""
    module = getattr(torch.nn, name)(*([0] if name == "Flatten" else arguments), **options)
    x = torch.tensor(shape) if isinstance(shape, list) else (2 * numbers(*shape)).requires_grad_()
    figures = network(module, x)
    optimizer = torch.optim.Adam(module.parameters(), lr=0.1) if figures["gradients"] else None
    for _ in range(STEPS if optimizer else 0):
        optimizer.zero_grad()
        given = module(x)
        (torch.tensor(figures["c"]) * (given[0] if isinstance(given, tuple) else given)).sum().backward()
        optimizer.step()
    after = {name: array.tolist() for name, array in module.state_dict().items()}
    return {"name": name, "arguments": arguments, "options": options, **figures, "trained": after}


def text():
    """The text of nn.json."""
    schedulers, utils = torch.optim.lr_scheduler, torch.nn.utils
    perceptron = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    figures = {
        "torch": torch.__version__.partition("+")[0],
        "optimizers": [[name, options, run(name, options)] for name, runs in RUNS.items() for options in runs],
        "losses": [[name, *differentiated(REGRESSION[name], *case)] for name in REGRESSION for case in PAIRS[name]],
        "cross_entropy": [differentiated(functional.cross_entropy, *case) for case in CLASSES],
        "schedules": {
            "step": rates(lambda o: schedulers.StepLR(o, 4, 0.5)),
            "exponential": rates(lambda o: schedulers.ExponentialLR(o, 0.9)),
            "cosine": rates(lambda o: schedulers.CosineAnnealingLR(o, 11, 0.01)),
            "inverse time": rates(lambda o: schedulers.LambdaLR(o, lambda epoch: 1 / (1 + 0.5 * epoch))),
        },
        "batch_norm": batch_norm(),
        "perceptron": network(perceptron, 2 * numbers(5, 3)),
        "modules": [trained(*case) for case in MODULES],
        "recurrent": network(torch.nn.RNN(2, 3, batch_first=True), numbers(1, 4, 2)),
        "clip_grad_norm": [clipped([3.0, -4.0, 12.0], utils.clip_grad_norm_, limit) for limit in (1.0, 13.0, 20.0)],
        "clip_grad_value": [clipped([3.0, -4.0, 0.5], utils.clip_grad_value_, limit) for limit in (1.0, 3.5)],
    }
    return json.dumps(figures, indent=1) + "\n"
