"""Parts of `autograd.draw`: recognising neurons, and finding a program to draw with."""
