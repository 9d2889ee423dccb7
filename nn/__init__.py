"""A small neural network library on top of autograd's Value.

What networks are made of: Neuron, Layer, MLP, Sequential, Activation; for images Conv2d, MaxPool2d, AvgPool2d, Flatten;
for sequences Embedding, Recurrent, LSTM, GRU, MultiheadAttention, GPT; Residual, BatchNorm, LayerNorm, RMSNorm,
Dropout; and Module to derive from. Where weights start: uniform, xavier, he, normal, zeros. What is minimised: mse,
cross_entropy and the other losses of one sample, l1_penalty and l2_penalty. How: SGD, RMSprop, Adagrad, Adam, AdamW;
schedules of the learning rate; clip_grad_norm and clip_grad_value. fit trains, History holds the figures; accuracy and
confusion_matrix count. nn.data has data sets; nn.plots has pictures, needs matplotlib and is imported by its name.

Read in this order: `module.py`, what all parts have in common; `layers.py`, with its neighbours `images.py`,
`embedding.py`, `recurrent.py`, `attention.py`, `gpt.py` and `remedies.py`; `losses.py`; `optimizers.py`, an update rule
each; then `training/`. `README.md` in this folder is the manual.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import autograd

if (Path(autograd.__file__).parent / "tracer.py").exists():  # installed last, it has taken the place of our __init__
    raise ImportError(
        "chaingrad and HIPS's autograd both install a package named `autograd` and are mixed in this environment: "
        "run `pip uninstall autograd chaingrad`, then install one of them"
    )

from nn import data, peers
from nn.attention import MultiheadAttention
from nn.embedding import Embedding
from nn.gpt import GPT
from nn.images import AvgPool2d, Conv2d, Flatten, MaxPool2d
from nn.initializers import he, normal, uniform, xavier, zeros
from nn.layers import MLP, Activation, Layer, Neuron, Sequential
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    categorical_cross_entropy,
    cross_entropy,
    half_squared_error,
    hinge,
    huber,
    l1_penalty,
    l2_penalty,
    mae,
    mse,
)
from nn.metrics import accuracy, confusion_matrix
from nn.module import Module
from nn.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop, clip_grad_norm, clip_grad_value
from nn.recurrent import GRU, LSTM, Recurrent
from nn.remedies import BatchNorm, Dropout, LayerNorm, Residual, RMSNorm
from nn.schedules import CosineDecay, ExponentialDecay, InverseTimeDecay, StepDecay, WarmUp
from nn.training import EarlyStopping, History, fit

__all__ = [
    "GPT",
    "GRU",
    "LSTM",
    "MLP",
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "CosineDecay",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "ExponentialDecay",
    "Flatten",
    "History",
    "InverseTimeDecay",
    "Layer",
    "LayerNorm",
    "MaxPool2d",
    "Module",
    "MultiheadAttention",
    "Neuron",
    "Optimizer",
    "RMSNorm",
    "RMSprop",
    "Recurrent",
    "Residual",
    "Sequential",
    "StepDecay",
    "WarmUp",
    "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "categorical_cross_entropy",
    "clip_grad_norm",
    "clip_grad_value",
    "confusion_matrix",
    "cross_entropy",
    "data",
    "fit",
    "half_squared_error",
    "he",
    "hinge",
    "huber",
    "l1_penalty",
    "l2_penalty",
    "mae",
    "mse",
    "normal",
    "uniform",
    "xavier",
    "zeros",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> None:
        """Only asked for what is not there: the names that others have for what is here."""
        peers.refuse("nn", name, peers.IN_NN)
