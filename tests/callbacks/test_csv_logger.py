"""CSVLogger: what is in the file, read with Python's own csv."""

import csv

import numpy as np
import pytest
from made_up_logs import X, Y, fed, small

import ondol as od
from ondol.errors import SavedFileError

CSVLogger = od.callbacks.CSVLogger


def table(path, separator=","):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_table_is_the_history(tmp_path, separator):
    path = tmp_path / "runs" / "log.csv"
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 1)).astype("float32")
    history = small(0.01).fit(
        x, 2 * x, epochs=5, verbose=0, validation_data=(x, x), callbacks=[CSVLogger(path, separator)]
    )
    rows = table(path, separator)
    assert list(rows[0]) == ["epoch", "loss", "mae", "val_loss", "val_mae"]
    assert [int(row["epoch"]) for row in rows] == history.epoch
    for name, values in history.history.items():
        assert [float(row[name]) for row in rows] == values  # every digit


def test_epochs_that_share_a_call_of_the_program(tmp_path):
    """Tiny data: the file is complete, and the training as without it."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 1)).astype("float32")

    def train(*callbacks):
        od.random.seed(0)
        model = small(0.01)
        history = model.fit(x, 2 * x, epochs=300, verbose=0, callbacks=callbacks)
        return model.get_weights()[0], history.history["loss"]

    weights, losses = train(CSVLogger(tmp_path / "log.csv"))
    expected_weights, expected_losses = train()
    np.testing.assert_array_equal(weights, expected_weights)
    assert losses == expected_losses
    assert [float(row["loss"]) for row in table(tmp_path / "log.csv")] == expected_losses


def test_above_and_below_what_is_there(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("from yesterday\n")
    fed([1.0, 2.0], CSVLogger(path))
    assert [row["score"] for row in table(path)] == ["1.0", "2.0"]
    fed([3.0], CSVLogger(path, append=True))
    assert [row["score"] for row in table(path)] == ["1.0", "2.0", "3.0"]
    path.unlink()
    logger = CSVLogger(path, append=True)
    fed([4.0], logger)
    fed([5.0], logger)
    assert [row["score"] for row in table(path)] == ["4.0", "5.0"]


def test_validations_now_and_then(tmp_path):
    path = tmp_path / "log.csv"
    history = small().fit(
        X + 1, Y, epochs=4, verbose=0, validation_data=(X, Y), validation_freq=2, callbacks=[CSVLogger(path)]
    )
    assert [row["val_loss"] for row in table(path)] == [
        "NA",
        str(history.history["val_loss"][0]),
        "NA",
        str(history.history["val_loss"][1]),
    ]


def test_several_values_in_a_cell(tmp_path):
    fed([np.array([0.5, 0.25], "float32")], CSVLogger(tmp_path / "log.csv"))
    assert table(tmp_path / "log.csv")[0]["score"] == "[0.5, 0.25]"


def test_a_log_that_comes_later_has_no_column(tmp_path):
    late = od.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: epoch and logs.update(late=1.0))
    small().fit(X, Y, epochs=2, verbose=0, callbacks=[late, CSVLogger(tmp_path / "log.csv")])
    assert list(table(tmp_path / "log.csv")[1]) == ["epoch", "loss", "mae"]


def test_lines_are_there_while_the_training_goes_on(tmp_path):
    path, seen = tmp_path / "log.csv", []
    look = od.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(len(table(path))))
    small().fit(X, Y, epochs=3, verbose=0, callbacks=[CSVLogger(path), look])
    assert seen == [1, 2, 3]


def test_files_that_cannot_be_written_are_refused_before_the_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    model = small()
    before = model.get_weights()[0]
    for path in (tmp_path / "file" / "log.csv", tmp_path):
        with pytest.raises(SavedFileError, match="Expected a file that can be written"):
            model.fit(X + 1, Y, verbose=0, callbacks=[CSVLogger(path)])
    np.testing.assert_array_equal(model.get_weights()[0], before)
