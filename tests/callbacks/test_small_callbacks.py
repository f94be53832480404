"""TerminateOnNaN, LambdaCallback, SwapEMAWeights, RemoteMonitor, and names."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import numpy as np
import pytest
from made_up_logs import X, Y, fed, small

import ondol as od
from ondol.errors import NotFiniteError, UnknownNameError

C = od.callbacks


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


# -- TerminateOnNaN


def exploding(eager):
    """The weight is multiplied by about -2e6 in each step, until float32 holds it no longer."""
    model = small(1e6, run_eagerly=eager)
    model.set_weights([np.ones((1, 1)), np.zeros(1)])
    return model


def test_a_loss_that_is_not_finite_ends_the_training_quietly(eager, capsys):
    model, nan, ends = exploding(eager), C.TerminateOnNaN(), []
    note = C.LambdaCallback(on_train_end=lambda logs: ends.append(logs))
    history = model.fit(np.ones((4, 1)), Y, epochs=50, verbose=0, callbacks=[nan, note])
    assert 0 < len(history.epoch) < 50
    assert len(ends) == 1
    assert isinstance(nan.error, NotFiniteError)
    assert f"epoch {len(history.epoch) + 1}" in str(nan.error)
    assert str(nan.error) in capsys.readouterr().err
    assert np.isfinite(history.history["loss"]).all()
    assert all(np.isfinite(w).all() for w in model.get_weights())
    model.optimizer.learning_rate = 0.0
    model.set_weights([np.ones((1, 1)), np.zeros(1)])
    assert model.fit(X, Y, verbose=0, callbacks=[nan]).epoch == [0]  # and it can be trained on
    assert nan.error is None


def test_or_raises_as_fit_does_without_it(eager):
    with pytest.raises(NotFiniteError, match="The loss became"):
        exploding(eager).fit(
            np.ones((4, 1)), Y, epochs=50, verbose=0, callbacks=[C.TerminateOnNaN(raise_error=True)]
        )


def test_the_best_weights_come_back_after_it(eager):
    model = exploding(eager)
    stop = C.EarlyStopping("loss", patience=50, restore_best_weights=True)
    note = []
    seen = C.LambdaCallback(on_epoch_end=lambda epoch, logs: note.append(model.get_weights()))
    model.fit(np.ones((4, 1)), Y, epochs=50, verbose=0, callbacks=[seen, stop, C.TerminateOnNaN()])
    np.testing.assert_array_equal(model.get_weights()[0], note[0][0])


# -- LambdaCallback


def test_functions_in_place_of_hooks(eager):
    seen = []
    note = C.LambdaCallback(
        on_train_begin=lambda logs: seen.append("begin"),
        on_epoch_begin=lambda epoch, logs: seen.append(("epoch", epoch)),
        on_train_batch_end=lambda batch, logs: seen.append(("batch", batch, *logs)),
        on_test_end=lambda logs: seen.append("validated"),
        on_train_end=lambda logs: seen.append("end"),
        on_epoch_end=None,
    )
    small(run_eagerly=eager).fit(X, Y, batch_size=2, verbose=0, validation_data=(X, Y), callbacks=[note])
    batches = [("batch", 0, "loss", "mae"), ("batch", 1, "loss", "mae")]
    assert seen == ["begin", ("epoch", 0), *batches, "validated", "end"]


def test_hooks_that_do_not_exist():
    with pytest.raises(UnknownNameError, match="Did you mean 'on_epoch_end'"):
        C.LambdaCallback(on_epoch_ends=print)


# -- SwapEMAWeights


def with_averages(eager=False):
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile(od.optimizers.SGD(0.25, use_ema=True, ema_momentum=0.5), "mse", run_eagerly=eager)
    return model


# For x = 1, y = 0 a step halves the weight: 1/2, 1/4, 1/8, ...; the averages begin with 1/2 and are
# 3/8, 1/4, 5/32 after two, three and four steps.
WEIGHTS, AVERAGES = [1 / 2, 1 / 4, 1 / 8, 1 / 16], [1 / 2, 3 / 8, 1 / 4, 5 / 32]
ONE, ZERO = np.ones((1, 1)), np.zeros((1, 1))


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_validation_with_the_averages(eager, swap_on_epoch):
    seen = []
    note = C.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0].item()))
    model = with_averages(eager)
    history = model.fit(
        ONE,
        ZERO,
        epochs=4,
        verbose=0,
        validation_data=(ONE, ZERO),
        track="exact",
        callbacks=[C.SwapEMAWeights(swap_on_epoch), note],
    ).history
    np.testing.assert_allclose(history["loss"], [1.0, *np.square(WEIGHTS[:-1])], rtol=1e-6)
    np.testing.assert_allclose(history["val_loss"], np.square(AVERAGES), rtol=1e-6)
    np.testing.assert_allclose(history["exact_loss"], np.square(AVERAGES), rtol=1e-6)
    np.testing.assert_allclose(seen, AVERAGES if swap_on_epoch else WEIGHTS, rtol=1e-6)
    np.testing.assert_allclose(model.get_weights()[0].item(), AVERAGES[-1], rtol=1e-6)


def test_the_averages_stay_when_the_training_is_stopped():
    model = with_averages()
    stop = C.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", epoch == 1))
    model.fit(ONE, ZERO, epochs=9, verbose=0, callbacks=[C.SwapEMAWeights(swap_on_epoch=True), stop])
    assert model.get_weights()[0].item() == pytest.approx(AVERAGES[1])


def test_a_checkpoint_with_the_averages(tmp_path):
    save = C.ModelCheckpoint(tmp_path / "{epoch}.ondol")
    with_averages().fit(
        ONE, ZERO, epochs=3, verbose=0, callbacks=[C.SwapEMAWeights(swap_on_epoch=True), save]
    )
    saved = [od.models.load_model(tmp_path / f"{i}.ondol").get_weights()[0].item() for i in (1, 2, 3)]
    np.testing.assert_allclose(saved, AVERAGES[:3], rtol=1e-6)


def test_evaluating_with_the_averages():
    model, swap = with_averages(), C.SwapEMAWeights()
    stay = C.LambdaCallback(on_epoch_end=lambda epoch, logs: None)
    model.fit(ONE, ZERO, epochs=2, verbose=0, callbacks=[stay])
    model.set_weights([np.full((1, 1), 3.0)])
    assert model.evaluate(ONE, ZERO, verbose=0, callbacks=[swap]) == pytest.approx(AVERAGES[1] ** 2)
    assert model.predict(ONE, callbacks=[swap]).item() == pytest.approx(AVERAGES[1])
    assert model.get_weights()[0].item() == 3.0


def test_an_optimizer_without_averages_is_refused_before_the_training():
    with pytest.raises(ValueError, match="use_ema=True"):
        fed([1.0], C.SwapEMAWeights())


# -- RemoteMonitor


@pytest.fixture
def server():
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append((self.path, self.headers["Content-Type"], self.headers["X-Key"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args): ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_logs_sent_to_a_server(server):
    root, received = server
    fed([1.5], C.RemoteMonitor(root, headers={"X-Key": "secret"}))
    fed([np.array([1.0, 2.0])], C.RemoteMonitor(root, "/here", send_as_json=True))
    (path, kind, key, form), (path2, kind2, _, text) = received
    assert (path, kind, key) == ("/publish/epoch/end/", "application/x-www-form-urlencoded", "secret")
    assert json.loads(parse_qs(form)["data"][0])["score"] == 1.5
    assert (path2, kind2) == ("/here", "application/json")
    assert json.loads(text)["score"] == [1.0, 2.0]
    assert json.loads(text)["epoch"] == 0


def test_no_server(server):
    with pytest.warns(UserWarning, match="No answer from http://127.0.0.1:1/"):
        _, history = fed([1.0], C.RemoteMonitor("http://127.0.0.1:1"))
    assert history.epoch == [0]
    with pytest.raises(ValueError, match="root"):
        C.RemoteMonitor("file:///etc")


def test_the_names_of_keras():
    assert C.ProgbarLogger is C.ProgressBar
    with pytest.raises(AttributeError, match="Did you mean EarlyStopping"):
        _ = C.EarlyStoping
