"""Chemistry of Italian wines, from scikit-learn: 178 wines, 13 measures, 3 growers."""

from __future__ import annotations

from ondol.datasets.split import Split, stratified_split

class_names = ("class_0", "class_1", "class_2")
feature_names = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280/od315_of_diluted_wines",
    "proline",
)


def load_data(test_split: float = 0.2, seed: int | None = 113) -> Split:
    """Load the wine measures; no network is needed.

    The measures have very different sizes (hue near 1, proline near 750): normalize them before training.

    Args:
        test_split: part of every class kept for the test.
        seed: seed of the shuffle.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: measures `(n, 13)` float32, classes 0 to 2 `(n,)` int64,
        named by `class_names` and `feature_names` of this module.

    Raises:
        DataError: `test_split` is not from 0 up to 1 (without 1).

    Example:
        >>> from ondol.datasets import wine
        >>> (x_train, y_train), (x_test, y_test) = wine.load_data()
        >>> x_train.shape, x_test.shape, wine.feature_names[12]
        ((142, 13), (36, 13), 'proline')

    Reference:
        Aeberhard and Forina, Wine, UCI repository (1991).
    """
    from sklearn.datasets import load_wine

    x, y = load_wine(return_X_y=True)
    return stratified_split(x.astype("float32"), y.astype("int64"), test_split, seed)
