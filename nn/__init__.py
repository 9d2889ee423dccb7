"""A small neural network library on top of autograd's Value: modules, losses, optimizers, data."""

from nn import data
from nn.losses import hinge, mse
from nn.module import MLP, Layer, Module, Neuron
from nn.optimizers import SGD

__all__ = ["MLP", "SGD", "Layer", "Module", "Neuron", "data", "hinge", "mse"]
