"""What the tests of saving share: data, and a model written to a file and read again."""

import numpy as np

from ondol.models import load_model

rng = np.random.default_rng(0)
X = rng.normal(size=(10, 4)).astype("float32")
Y = rng.normal(size=(10, 1)).astype("float32")


def again(model, path, **kwargs):
    model.save(path)
    return load_model(path, **kwargs)


def outputs_are_equal(a, b, x, paths=True):
    first, second = a.predict(x), b.predict(x)
    assert type(first) is type(second)
    first, second = (list(p.values()) if isinstance(p, dict) else p for p in (first, second))
    for p, q in zip(first, second, strict=True) if isinstance(first, list) else [(first, second)]:
        np.testing.assert_array_equal(p, q)
    if paths:
        assert [w.path for w in a.weights] == [w.path for w in b.weights]
