"""A small neural network library on top of autograd's Value: modules, losses, optimizers, schedules, data."""

from nn import data
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    categorical_cross_entropy,
    cross_entropy,
    half_squared_error,
    hinge,
    huber,
    mae,
    mse,
)
from nn.module import MLP, Layer, Module, Neuron
from nn.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop, clip_grad_norm, clip_grad_value
from nn.schedules import CosineDecay, ExponentialDecay, InverseTimeDecay, StepDecay, WarmUp

__all__ = [
    "MLP",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "Layer",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSprop",
    "StepDecay",
    "WarmUp",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "categorical_cross_entropy",
    "clip_grad_norm",
    "clip_grad_value",
    "cross_entropy",
    "data",
    "half_squared_error",
    "hinge",
    "huber",
    "mae",
    "mse",
]
