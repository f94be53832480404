"""CIFAR-100: 60,000 colour photographs of 32x32 pixels, 100 classes in 20 groups; downloaded once (169 MB)."""

from __future__ import annotations

from ondol.datasets.cache import fetch
from ondol.datasets.cifar_records import read_records
from ondol.datasets.split import Split
from ondol.errors import unknown_name

# The binary version of the archive: the one for Python holds pickles, which could run any code.
URL = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"
SHA256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"
FOLDER = "cifar-100-binary"

coarse_class_names = (
    "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
    "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
    "large_man-made_outdoor_things", "large_natural_outdoor_scenes", "large_omnivores_and_herbivores",
    "medium_mammals", "non-insect_invertebrates", "people", "reptiles", "small_mammals", "trees",
    "vehicles_1", "vehicles_2",
)  # fmt: skip
class_names = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
    "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
    "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
    "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo",
    "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree",
    "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree",
    "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit",
    "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper",
    "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
    "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe",
    "whale", "willow_tree", "wolf", "woman", "worm",
)  # fmt: skip


def load_data(label_mode: str = "fine", path: str = "cifar-100-binary.tar.gz") -> Split:
    """Load CIFAR-100, downloading it the first time.

    Args:
        label_mode: "fine" for the 100 classes, "coarse" for the 20 groups that they belong to.
        path: name of the archive in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(50000, 32, 32, 3)` and `(10000, 32, 32, 3)` uint8; classes
        0 to 99 (or 0 to 19) `(50000, 1)` and `(10000, 1)` uint8, named by `class_names` (or `coarse_class_names`).

    Raises:
        DataError: the file cannot be downloaded.
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import cifar100
        >>> len(cifar100.class_names), len(cifar100.coarse_class_names)
        (100, 20)
        >>> (x_train, y_train), (x_test, y_test) = cifar100.load_data()  # doctest: +SKIP

    Reference:
        Krizhevsky, Learning multiple layers of features from tiny images (2009).
    """
    if label_mode not in ("fine", "coarse"):
        raise unknown_name("label_mode", label_mode, ("fine", "coarse"))
    file = fetch(path, URL, SHA256)
    which = slice(1, 2) if label_mode == "fine" else slice(0, 1)  # each record: the group, then the class
    x_train, y_train = read_records(file, FOLDER, ["train.bin"], labels=2)
    x_test, y_test = read_records(file, FOLDER, ["test.bin"], labels=2)
    return (x_train, y_train[:, which]), (x_test, y_test[:, which])
