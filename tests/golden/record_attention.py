"""What PyTorch gives for attention and a GPT: the figures of attention.json."""

import json

import torch
from torch.nn import functional

from tests.golden.record_nn import numbers

VOCABULARY, CONTEXT, DIM, HEADS, LAYERS = 5, 4, 4, 2, 2
TOKENS, TARGETS = [4, 0, 3], [0, 3, -1]


class Layer(torch.nn.Module):
    def __init__(self, dim):
        super().__init__()
        for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo"):
            setattr(self, name, torch.nn.Parameter(torch.zeros(dim, dim)))
        self.mlp_fc1 = torch.nn.Parameter(torch.zeros(4 * dim, dim))
        self.mlp_fc2 = torch.nn.Parameter(torch.zeros(dim, 4 * dim))

    def forward(self, x, heads):
        normed = norm(x)
        q, k, v = (normed @ w.T for w in (self.attn_wq, self.attn_wk, self.attn_wv))
        q, k, v = (z.unflatten(-1, (heads, -1)).transpose(0, 1) for z in (q, k, v))
        attended = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + attended.transpose(0, 1).flatten(1) @ self.attn_wo.T
        return x + torch.relu(norm(x) @ self.mlp_fc1.T) @ self.mlp_fc2.T


class GPT(torch.nn.Module):
    def __init__(self, vocabulary, context, dim, heads, layers):
        super().__init__()
        self.heads = heads
        self.wte = torch.nn.Parameter(torch.zeros(vocabulary, dim))
        self.wpe = torch.nn.Parameter(torch.zeros(context, dim))
        self.lm_head = torch.nn.Parameter(torch.zeros(vocabulary, dim))
        self.layers = torch.nn.ModuleList([Layer(dim) for _ in range(layers)])

    def forward(self, tokens):
        x = norm(self.wte[tokens] + self.wpe[: len(tokens)])
        for layer in self.layers:
            x = layer(x, self.heads)
        return x @ self.lm_head.T


def norm(x):
    return functional.rms_norm(x, x.shape[-1:], eps=1e-5)


def ten_steps(module, loss):
    # The loss does not depend on a key's bias: Adam would divide the rounding of its gradient by eps.
    optimizer = torch.optim.Adam(module.parameters(), lr=0.01, eps=1e-4)
    for _ in range(10):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    return {name: p.tolist() for name, p in module.named_parameters()}


def of_heads(*, causal):
    """Outputs, weights, the gradients of ½ Σ (output − c)², and the parameters after ten steps of Adam on it."""
    attention = torch.nn.MultiheadAttention(4, 2, batch_first=True)
    with torch.no_grad():
        for p in attention.parameters():
            p.copy_(numbers(*p.shape))
    state = {name: array.tolist() for name, array in attention.state_dict().items()}
    x = numbers(3, 4).requires_grad_()
    c = numbers(3, 4).flip(0)
    mask = torch.triu(torch.ones(3, 3, dtype=torch.bool), 1) if causal else None

    def call():
        y, weights = attention(x[None], x[None], x[None], attn_mask=mask, average_attn_weights=False)
        return y[0], weights[0]

    def loss():
        return 0.5 * ((call()[0] - c) ** 2).sum()

    outputs, weights = call()
    loss().backward()
    return {
        "X": x.tolist(),
        "c": c.tolist(),
        "state": state,
        "outputs": outputs.tolist(),
        "weights": weights.tolist(),
        "gradients": {name: p.grad.tolist() for name, p in attention.named_parameters()},
        "of X": x.grad.tolist(),
        "after ten steps": ten_steps(attention, loss),
    }


def of_a_gpt():
    """The state, scores of TOKENS, and of their loss the value, the gradients and ten steps of Adam."""
    gpt = GPT(VOCABULARY, CONTEXT, DIM, HEADS, LAYERS)
    with torch.no_grad():
        for p in gpt.parameters():
            p.copy_(numbers(*p.shape))
    state = {name: array.tolist() for name, array in gpt.state_dict().items()}
    scores = gpt(torch.tensor(TOKENS))

    def loss():
        return functional.cross_entropy(gpt(torch.tensor(TOKENS)), torch.tensor(TARGETS), ignore_index=-1)

    loss().backward()
    return {
        "state": state,
        "scores": scores.tolist(),
        "loss": loss().item(),
        "gradients": {name: p.grad.tolist() for name, p in gpt.named_parameters()},
        "after ten steps": ten_steps(gpt, loss),
    }


def text():
    """The text of attention.json."""
    figures = {"MultiheadAttention": [of_heads(causal=causal) for causal in (False, True)], "GPT": of_a_gpt()}
    return json.dumps(figures, indent=1) + "\n"
