"""Settings for the tests of the package."""

import matplotlib
from hypothesis import settings

matplotlib.use("agg")  # no windows on a desktop
# The same cases on every machine and no limit of time per case: a slow laptop must not fail.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
