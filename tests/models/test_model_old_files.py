"""Files that older versions of Ondol wrote are read, and trained on, as by the version that wrote them."""

import base64
import zlib

import numpy as np
import pytest

import ondol as od
from ondol.models import load_model

# A Sequential model, trained for two steps by the Ondol that wrote version 1; compressed by zlib, in base64.
VERSION_1 = """
eNqlVr+PG0UUvlCFKoiSIpy2SLU6767XF58j2YkUBUVCNIgU8Vmj8e6zPcrsjDM7e9FxmCJI9DRIFKGggf8AUCK7RRQ0iC4FitKkSwFl
lLyZWd95fXt3usTSSX5vvvne937MO/9yccN+DjxCMtA0pZoS4nUOvAnQFJTX8Q52vUymwHe9ziZ+TzjNcyJoBsax630O9wsQmlEE+Ggn
UozYuAQfwSRP3blWlAk65NavVQHGmer9aQkccUl1M3JgTvdB5eagXxP6JogcTo1K3yJmIZi2ISNj0USzPaqZFA6qqZjsejNzJIpsCMq4
A7Tr9Ck5lYU+VeHbVEVRbd3BVsuYOUBqzHBNVXiCqjOrNnyXqq2riGYD42BiaiphI+UT6jj6ouDc34wHpzEf6bIcxM4EtmAtTnPmMsqm
zCnGQHKqWca+dIC62f3k5qmFyMdlezhQJZgYk7XSPwA2nmiSQkL3jdvlYwKxqZAqW/ftUV7AqnPM5ZByUocvciCQUeMaUZ7b6qNNMpnh
eysyJ2NnZ+mXe6AeKKaBjJR9k0lFEpeYep5Qjuc41FJVZCiaMmQlNEmKrOB24EmuYZqvwtZC2wYAopTcO5Tp+mKiuRpmy2GzAlzBqqSg
FUvcI0eLInxwVFtIyQpgeUcVggAdg+L7lfrQQssyyaUCM7hW0uEwYF5lF5dDvTxKSxFu7TSCxj1QAvjqLkLnkNG84orqcFGJG8w835Mi
lZxgg3KsK+7UYCvcCtB/5AnRGuEEUI2GheOScYu3UYlsdrN9Koi71Yzwmn1OXqcfDXzP7m85GuWgEdkP/PbgOI1TezJR7NdQtf04OMYV
nSEpPM4TB34c1xCdJSry68hivxUZssPmNsKTKY7fb0V+a7t6PzpnXVrbfrtdpWieq0fttr+zpiE+Zxl2tv0wiKscrXN1Ba8jhc1DUZy+
bNmYsGH+vZAxCMDdJ8vHs8r9RYW7Wcfd9sMoqMoLVilun9EmvI0MmODst1s/zbu/fnz94cb7i5ePLvQml/5YfPZoMWcf3F50vnnY+/r/
F/MN/um1679f7X347Nv5v38/7eLPm97Frx7P/+n8N+8+fzX/4ef5k2tXNhfP4Gn3zt0bi8v9Ye/7H7cXhvfOd6+7f3G6+POj+70L7qfR
xnvl3xuFXv+9
"""
X = np.linspace(-1, 1, 12).reshape(3, 4).astype("float32")
# What that Ondol predicted for X, the loss and the metric of its next step, and two of the weights after it.
PREDICTED = [[0.8608933687210083], [1.201303243637085], [1.4087086915969849]]
LOSS, MAE = 1.4149885177612305, 1.029248595237732
BIAS = [-0.7740681171417236, 4.741562366485596]
LAST_KERNEL = [[0.34904181957244873], [-0.3612058162689209]]


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "old.ondol"
    path.write_bytes(zlib.decompress(base64.b64decode(VERSION_1)))
    return path


@pytest.mark.parametrize("eager", [False, True])
def test_version_1(old, eager):
    od.config.run_eagerly(eager)
    model = load_model(old)
    np.testing.assert_allclose(model.predict(X), PREDICTED, rtol=1e-6)
    np.testing.assert_allclose(model.train_on_batch(X, X[:, :1]), [LOSS, MAE], rtol=1e-6)
    np.testing.assert_allclose(model.layers[0].bias.numpy(), BIAS, rtol=1e-5)
    np.testing.assert_allclose(model.layers[2].kernel.numpy(), LAST_KERNEL, rtol=1e-5)


def test_weights_of_version_1(old):
    model = od.Sequential(
        [od.Input((4,)), od.layers.Dense(2, "tanh"), od.layers.Dropout(0.5), od.layers.Dense(1)]
    )
    assert model.load_weights(old).complete
    np.testing.assert_allclose(model.predict(X), PREDICTED, rtol=1e-6)


def test_version_1_becomes_a_file_of_today(old):
    load_model(old).save(old)
    np.testing.assert_allclose(load_model(old).predict(X), PREDICTED, rtol=1e-6)
