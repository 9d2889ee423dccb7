"""The notebooks as tests: solutions must answer every question, the students' notebooks must run without answers."""

import pytest

collect_ignore = ["source", "build.py", "website.py"]  # tests/test_course.py runs them


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAINGRAD_STRICT", str(int(item.path.parent.name == "solutions")))
        return (yield)
