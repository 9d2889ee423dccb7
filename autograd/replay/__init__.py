"""Parts of `autograd.program`: from a recorded graph to instructions on arrays."""
