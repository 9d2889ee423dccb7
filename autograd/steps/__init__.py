"""Parts of `autograd.stepping`: the events, and how they are shown in words, as a picture and as a page."""
