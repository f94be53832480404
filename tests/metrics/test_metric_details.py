"""Metrics where it matters how: ties, thresholds, columns, pixels, constants, NaN, and mistakes in their data."""

import numpy as np
import pytest
from sklearn import metrics as sk

import ondol as od
from ondol.errors import DataError, ShapeError
from ondol.metrics.direction import direction
from ondol.utils.naming import to_snake_case

M = od.metrics
rng = np.random.default_rng(8)


def test_a_prediction_at_the_threshold_is_a_no():
    y, p = np.ones(3), np.array([0.25, 0.5, 0.75], "float32")
    for thresholds in ([0.5], [0.0, 0.5, 1.0], [0.5, 0.6, 0.7]):  # alone, evenly spread, and not
        found = M.TruePositives(thresholds)(y, p).numpy().reshape(-1)
        assert found[thresholds.index(0.5)] == 1
    assert float(M.BinaryIoU(target_class_ids=[1])(y, p)) == pytest.approx(2 / 3)  # but not for IoU


def test_of_equal_predictions_the_first_are_among_the_best():
    recall = M.Recall(top_k=2)
    assert float(recall([[1, 1, 1, 0]], [[0.5, 0.5, 0.5, 0.5]])) == pytest.approx(2 / 3)


def test_predictions_beyond_0_and_1_count_as_0_and_1_in_curves():
    y, p = np.array([0, 1, 1, 0]), np.array([-3.0, 7.0, 0.6, 0.4])
    assert float(M.AUC()(y, p)) == float(M.AUC()(y, p.clip(0, 1))) == 1.0


def test_summations_enclose_the_area():
    y, p = rng.integers(0, 2, 50), rng.random(50)
    for curve in ("ROC", "PR"):
        low, middle, high = (
            float(M.AUC(7, curve, method)(y, p)) for method in ("minoring", "interpolation", "majoring")
        )
        assert low < middle < high
    # By hand, of the points (FPR, TPR) = (1, 1), (1/2, 1/2), (0, 0).
    for method, area in (("minoring", 0.25), ("majoring", 0.75), ("interpolation", 0.5)):
        value = float(M.AUC(3, summation_method=method)([0, 0, 1, 1], [0.0, 0.9, 0.2, 0.8]))
        assert value == pytest.approx(area)


def test_label_weights_without_columns_weigh_each_number():
    y, p = rng.integers(0, 2, (40, 3)), (rng.integers(0, 199, (40, 3)) + 0.5) / 199
    w = np.array([1.0, 2.0, 5.0])
    expected = sk.roc_auc_score(y.ravel(), p.ravel(), sample_weight=np.tile(w, 40))
    assert float(M.AUC(label_weights=w)(y, p)) == pytest.approx(expected, rel=1e-5)


def test_images_pixels_and_weights_of_both():
    y, p = rng.integers(0, 2, (4, 5, 5, 1)), rng.random((4, 5, 5, 1))
    each = np.array([1.0, 0.0, 2.0, 0.5])
    pixels = rng.random((4, 5, 5, 1))
    for w, flat in ((each, np.repeat(each, 25)), (pixels, pixels.ravel()), (pixels[..., 0], pixels.ravel())):
        expected = sk.precision_score(y.ravel(), p.ravel() > 0.5, sample_weight=flat)
        assert float(M.Precision()(y, p, sample_weight=w)) == pytest.approx(expected, rel=1e-5)
        expected = sk.jaccard_score(y.ravel(), p.ravel() >= 0.5, average="macro", sample_weight=flat)
        assert float(M.BinaryIoU()(y, p, sample_weight=w)) == pytest.approx(expected, rel=1e-5)
    classes, scores = rng.integers(0, 3, (4, 5, 5)), rng.random((4, 5, 5, 3))
    expected = sk.jaccard_score(classes.ravel(), scores.argmax(-1).ravel(), average="macro")
    metric = M.MeanIoU(3, sparse_y_pred=False)
    assert float(metric(classes[..., None], scores)) == pytest.approx(expected, rel=1e-5)
    first = M.OneHotMeanIoU(3, axis=1)  # classes before the pixels
    value = first(np.moveaxis(np.eye(3)[classes], -1, 1), np.moveaxis(scores, -1, 1))
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_classes_that_do_not_occur_do_not_count():
    assert float(M.MeanIoU(5)([0, 1, 1], [0, 1, 0])) == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert float(M.IoU(5, [4])([0, 1, 1], [0, 1, 0])) == 0.0
    np.testing.assert_allclose(M.F1Score()([[1, 0, 0]], [[0.9, 0.1, 0.0]]), [1.0, 0.0, 0.0])


def test_f_scores_of_steps():
    labels, p = rng.integers(0, 3, (6, 4)), rng.random((6, 4, 3))
    expected = sk.f1_score(labels.ravel(), p.argmax(-1).ravel(), average=None)
    np.testing.assert_allclose(M.F1Score()(np.eye(3)[labels], p), expected, rtol=1e-6)
    w = rng.integers(0, 2, (6, 4)).astype(float)  # a mask for each step
    expected = sk.f1_score(labels.ravel(), p.argmax(-1).ravel(), average=None, sample_weight=w.ravel())
    np.testing.assert_allclose(M.F1Score()(np.eye(3)[labels], p, sample_weight=w), expected, rtol=1e-6)


def test_r2_far_from_zero_keeps_its_digits():
    y = rng.normal(size=(1000, 1)) + 1e4
    z = y + 0.5 * rng.normal(size=(1000, 1))
    metric = M.R2Score()
    for part in np.split(np.arange(1000), 10):
        metric.update_state(y[part].astype("float32"), z[part].astype("float32"))
    expected = sk.r2_score(y.astype("float32").astype(float), z.astype("float32").astype(float))
    assert float(metric.result()) == pytest.approx(
        expected, abs=1e-4
    )  # Σy² - nȳ² in float32 is off by far more


def test_r2_of_constant_targets():
    ones = np.ones((3, 1))
    assert float(M.R2Score()(ones, ones)) == sk.r2_score(ones, ones) == 1.0
    assert float(M.R2Score()(ones, 2 * ones)) == sk.r2_score(ones, 2 * ones) == 0.0
    # Adjusted for more inputs than there are samples, the score is R² itself.
    y, z = np.arange(3.0)[:, None], np.array([[0.1], [1.2], [1.8]])
    assert float(M.R2Score(num_regressors=2)(y, z)) == pytest.approx(sk.r2_score(y, z))


def test_correlation_of_a_constant_is_none_and_over_the_batch():
    assert M.pearson_correlation([[1.0, 1.0]], [[0.0, 3.0]]).tolist() == [0.0]
    y, z = rng.normal(size=(2, 30, 1))
    expected = np.corrcoef(y[:, 0], z[:, 0])[0, 1]
    assert float(M.pearson_correlation(y, z, axis=0)) == pytest.approx(expected)
    with pytest.raises(ShapeError, match=r"at least 2 numbers along axis -1.*axis=0"):
        M.PearsonCorrelation()(y, z)
    with pytest.raises(ShapeError, match="at least 2 numbers"):
        M.ConcordanceCorrelation()(y, z)


NAN = np.array([[0.9, 0.1], [0.6, np.nan], [0.2, 0.8]])


@pytest.mark.parametrize(
    "metric",
    [
        M.Precision(),
        M.Recall(thresholds=[0.2, 0.9]),
        M.AUC(),
        M.AUC(curve="PR"),
        M.PrecisionAtRecall(0.5),
        M.F1Score(average="macro"),
        M.F1Score(threshold=0.5, average="micro"),
        M.R2Score(),
        M.PearsonCorrelation(),
    ],
    ids=lambda m: type(m).__name__,
)
def test_predictions_that_are_nan_show_in_the_value(metric):
    assert np.isnan(metric(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), NAN).numpy()).any()


def test_targets_are_looked_at_when_they_come():
    with pytest.raises(
        DataError, match=r"from 0 to 2 as targets of mean_io_u. Received: y\[1, 0\]=255.*ignore_class=255"
    ):
        M.MeanIoU(3)([[0], [255]], [[0], [1]])
    with pytest.raises(
        DataError, match=r"from 0 to 1 for precision. Received: y from -1 to 1.*\(y \+ 1\) / 2"
    ):
        M.Precision()([-1, 1], [0.2, 0.7])
    with pytest.raises(
        DataError, match=r"one-hot rows of 3 classes as targets of f1_score.*to_categorical\(y, 3\)"
    ):
        M.F1Score()([0, 2], rng.random((2, 3)))
    with pytest.raises(DataError, match=r"output's shape for auc"):
        M.AUC()(np.ones((2, 4)), rng.random((2, 3)))
    with pytest.raises(DataError, match="Expected numbers as targets of r2_score"):
        M.R2Score().check_data(np.array(["a", "b"]), (None, 1))


def test_a_class_that_is_not_there():
    y = np.eye(3)
    with pytest.raises(ShapeError, match=r"class_id=3. Received: predictions of shape \(3, 3\)"):
        M.Precision(class_id=3)(y, y)
    with pytest.raises(ShapeError, match=r"class_id=1. Received: predictions of shape \(3,\)"):
        od.function(lambda y: M.PrecisionAtRecall(0.5, class_id=1)(y, y))(y[0])


def test_shapes_that_a_program_finds_wrong():
    step = od.function(lambda y, p: M.Precision()(y, p))
    with pytest.raises(ShapeError, match=r"targets of shape \(2,\), predictions of shape \(2, 3\)"):
        step(np.ones(2), np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"column: y_pred\[:, None\]"):
        M.F1Score()(np.ones(3), np.ones(3))
    with pytest.raises(ShapeError, match=r"\(batch, 3\) of auc with multi_label=True"):
        M.AUC(multi_label=True, num_labels=3)(np.ones((2, 4)), np.ones((2, 4)))
    with pytest.raises(ShapeError, match="Flatten all axes"):
        M.R2Score()(np.ones((2, 3, 4)), np.ones((2, 3, 4)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: M.Precision(thresholds=1.5), r"from 0 to 1. Received: thresholds=1.5"),
        (lambda: M.AUC(curve="XY"), "curve to be one of ROC, PR, PRGAIN. Received: curve='XY'"),
        (lambda: M.AUC(summation_method="sum"), "summation_method='sum'"),
        (lambda: M.AUC(num_thresholds=1), "at least 2 thresholds"),
        (lambda: M.AUC(num_labels=3), "multi_label=True"),
        (lambda: M.F1Score(average="mean"), "average='mean'"),
        (lambda: M.F1Score(threshold=0.0), "threshold=0.0"),
        (lambda: M.FBetaScore(beta=-1.0), "beta=-1.0"),
        (lambda: M.SensitivityAtSpecificity(2.0), "specificity from 0 to 1. Received: specificity=2.0"),
        (lambda: M.RecallAtPrecision(0.5, num_thresholds=0), "num_thresholds=0"),
        (lambda: M.IoU(2, [2]), r"from 0 to 1, because num_classes=2. Received: target_class_ids=\[2\]"),
        (lambda: M.R2Score("mean"), "class_aggregation='mean'"),
        (lambda: M.R2Score(num_regressors=-1), "num_regressors=-1"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_counts_behind_a_curve_can_be_seen():
    auc = M.AUC(num_thresholds=3)
    auc.update_state([0, 0, 1, 1], [0.0, 0.6, 0.3, 0.9])
    assert auc.true_positives.tolist() == [2, 1, 0]
    assert auc.false_positives.tolist() == [2, 1, 0]
    assert auc.false_negatives.tolist() == [0, 1, 2]
    assert auc.true_negatives.tolist() == [0, 1, 2]


@pytest.mark.parametrize("curve", ["ROC", "PR"])
def test_many_thresholds_come_near_the_exact_area(curve):
    y = rng.integers(0, 2, 2000)
    p = np.clip(rng.normal(0.4 + 0.2 * y, 0.15), 0, 1)
    exact = {"ROC": sk.roc_auc_score, "PR": sk.average_precision_score}[curve](y, p)
    assert float(M.AUC(1000, curve)(y, p)) == pytest.approx(exact, abs=2e-3)


LESS = "mse false_positives val_focal_crossentropy hinge logcosh poisson huber dice_loss kl_divergence"
MORE = "f1_score fbeta_score mean_io_u binary_iou r2_score pearson_correlation auc val_recall top_k_accuracy"
MORE += " sensitivity_at_specificity precision_at_recall concordance_correlation true_negatives dice"


def test_direction_of_every_name():
    assert {direction(name) for name in LESS.split()} == {-1}
    assert {direction(name) for name in MORE.split()} == {1}
    assert direction("sum") == 0
    without = {"Metric", "Mean", "Sum", "MeanMetricWrapper"}
    for name in (name for name in M.__all__ if name[0].isupper() and name not in without):
        assert direction(to_snake_case(name)) != 0, name
