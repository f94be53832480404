"""Handwritten digits that come with scikit-learn: 1,797 images of 8x8 pixels, 10 classes."""

from __future__ import annotations

from ondol.datasets.split import Split, stratified_split

class_names = tuple("0123456789")


def load_data(test_split: float = 0.2, seed: int | None = 113, scale: bool = True) -> Split:
    """Load the digits; no network is needed.

    Args:
        test_split: part of every class kept for the test.
        seed: seed of the shuffle.
        scale: divide the pixels by 16, their largest value, so that they lie from 0 to 1; else they are whole
            numbers 0 to 16.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(n, 8, 8)` float32, classes 0 to 9 `(n,)` int64.

    Raises:
        DataError: `test_split` is not from 0 up to 1 (without 1).

    Example:
        >>> from ondol.datasets import digits
        >>> (x_train, y_train), (x_test, y_test) = digits.load_data()
        >>> x_train.shape, x_test.shape, float(x_train.max())
        ((1438, 8, 8), (359, 8, 8), 1.0)

    Reference:
        Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI repository (1998), its test part.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = digits.images.astype("float32")  # (1797, 8, 8)
    return stratified_split(images / 16 if scale else images, digits.target.astype("int64"), test_split, seed)
