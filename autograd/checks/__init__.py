"""Parts of `autograd.check`: what is tried on a learner's code, and which mistake explains what is seen."""
