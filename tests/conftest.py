"""How hypothesis tries examples, and what a test may ask for."""

import gc
import shutil

import pytest
from hypothesis import settings

from autograd.pictures import rendering  # before pytest imports a file of autograd for its doctests, and it twice

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

gc.disable()  # while tests are collected: all of it stays


def pytest_collection_finish():
    gc.enable()


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def no_dot(monkeypatch):
    """No program is found that draws."""
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering, "_bundled", lambda: None)
