"""How hypothesis tries examples, and what a test may ask for."""

import gc

import pytest
from hypothesis import settings

import autograd  # noqa: F401 (before pytest imports a file of it for its doctests, which would make its classes twice)

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()
