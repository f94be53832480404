"""Cells of breast tumours, from scikit-learn: 569 tumours, 30 measures, malignant or benign."""

from __future__ import annotations

from ondol.datasets.split import Split, stratified_split

class_names = ("malignant", "benign")
_MEASURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
feature_names = (
    *(f"mean {measure}" for measure in _MEASURES),
    *(f"{measure} error" for measure in _MEASURES),
    *(f"worst {measure}" for measure in _MEASURES),
)


def load_data(test_split: float = 0.2, seed: int | None = 113) -> Split:
    """Load the tumour measures; no network is needed.

    The measures have very different sizes (smoothness near 0.1, area near 650): normalize them first.

    Args:
        test_split: part of every class kept for the test.
        seed: seed of the shuffle.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: measures `(n, 30)` float32, classes 0 (malignant) or 1
        (benign) `(n,)` int64, named by `class_names` and `feature_names` of this module.

    Raises:
        DataError: `test_split` is not from 0 up to 1 (without 1).

    Example:
        >>> from ondol.datasets import breast_cancer
        >>> (x_train, y_train), (x_test, y_test) = breast_cancer.load_data()
        >>> x_train.shape, x_test.shape, breast_cancer.class_names[0]
        ((456, 30), (113, 30), 'malignant')

    Reference:
        Street, Wolberg and Mangasarian, Nuclear feature extraction for breast tumor diagnosis (1993).
    """
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return stratified_split(x.astype("float32"), y.astype("int64"), test_split, seed)
