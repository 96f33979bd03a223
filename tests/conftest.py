"""What all tests share: only generic things, the rest is in tests/support."""

import os

from hypothesis import HealthCheck, settings

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
