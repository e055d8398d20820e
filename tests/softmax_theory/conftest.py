"""Let the tests import ``exact_cases``, whatever import mode pytest runs in."""

import sys
from pathlib import Path

import hypothesis

sys.path.insert(0, str(Path(__file__).parent))
# A loaded machine is no failure, and a failure has to come back on the next run.
hypothesis.settings.register_profile("softmax_theory", deadline=None, derandomize=True)
hypothesis.settings.load_profile("softmax_theory")
