"""Parts of `autograd.formula` and `autograd.explain`: how formulas are simplified, written and read."""
