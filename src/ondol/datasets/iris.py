"""Fisher's iris flowers, from scikit-learn: 150 flowers, 4 measures in cm, 3 species."""

from __future__ import annotations

from ondol.datasets.split import Split, stratified_split

class_names = ("setosa", "versicolor", "virginica")
feature_names = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")


def load_data(test_split: float = 0.2, seed: int | None = 113) -> Split:
    """Load the iris measures; no network is needed.

    Args:
        test_split: part of every class kept for the test.
        seed: seed of the shuffle.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: measures in cm `(n, 4)` float32, classes 0 to 2 `(n,)`
        int64, named by `class_names` and `feature_names` of this module.

    Raises:
        DataError: `test_split` is not from 0 up to 1 (without 1).

    Example:
        >>> from ondol.datasets import iris
        >>> (x_train, y_train), (x_test, y_test) = iris.load_data()
        >>> x_train.shape, x_test.shape, iris.class_names[2]
        ((120, 4), (30, 4), 'virginica')

    Reference:
        Fisher, The use of multiple measurements in taxonomic problems (1936).
    """
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    return stratified_split(x.astype("float32"), y.astype("int64"), test_split, seed)
