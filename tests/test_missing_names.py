"""A name that Ondol does not have is answered with the nearest one that it has."""

import pytest

import ondol as od


@pytest.mark.parametrize(
    ("room", "name", "message"),
    [
        (od, "tanhh", "module 'ondol' has no attribute 'tanhh'. Did you mean tanh"),
        (od.layers, "Dens", "module 'ondol.layers' has no attribute 'Dens'. Did you mean Dense?"),
        (od.optimizers, "Adamm", "module 'ondol.optimizers' has no attribute 'Adamm'. Did you mean Adam"),
        (od.datasets, "mnis", "module 'ondol.datasets' has no attribute 'mnis'. Did you mean mnist"),
        (od.losses, "Zebra", "module 'ondol.losses' has no attribute 'Zebra'."),
    ],
)
def test_the_nearest_name_is_shown(room, name, message):
    with pytest.raises(AttributeError) as caught:
        getattr(room, name)
    assert str(caught.value).startswith(message)


def test_a_name_can_be_asked_for():
    assert hasattr(od.layers, "Dense")
    assert not hasattr(od.layers, "NoSuchLayer")
