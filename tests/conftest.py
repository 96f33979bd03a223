"""What all tests share: only generic things, the rest is in tests/support."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from storage.register.database import Register
from tests.support.templates import Template

# A shell lets what it starts in the background ignore Ctrl-C, and so would the programs under test.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A failing example must fail everywhere, and a slow machine is not a defect.
settings.register_profile(
    "mimamori",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", settings.get_profile("mimamori"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "mimamori"))


@pytest.fixture(scope="session", autouse=True)
def _registers_from_a_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let each new register begin as a copy of one that the migrations made."""
    template = Template(tmp_path_factory.mktemp("registers"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Register, "open", template.open)
        yield
