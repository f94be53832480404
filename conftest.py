"""For all tests, doctests included: a home of their own, and settings as a fresh start finds them."""

import os
import tempfile

import pytest

# Before ondol is imported: no test reads or fills the user's cache.
os.environ["ONDOL_HOME"] = tempfile.mkdtemp(prefix="ondol-tests-")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")


@pytest.fixture(autouse=True)
def fresh_settings():
    """Undo what a test switched."""
    yield
    import ondol as od

    od.config.run_eagerly(False)
    od.config.set_floatx("float32")
    od.config.set_eager_backend("numpy")
