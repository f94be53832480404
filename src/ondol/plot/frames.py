"""A training as a film: how the decision boundary moves."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from ondol.callbacks import Callback
from ondol.errors import DataError
from ondol.plot.boundary import decision_boundary
from ondol.utils.files import put_in_place


class BoundaryFrames(Callback):
    """A callback that draws the decision boundary while a model trains; `save` makes an animated GIF of it.

    Args:
        x: points `(n, 2)`.
        y: their classes, as for `decision_boundary`.
        every: epochs between two frames; one is also drawn before the first epoch.
        resolution: the plane is asked at so many places along each side.
        options: further arguments of `decision_boundary`.

    Attributes:
        figures: the frames so far.

    Example:
        >>> import ondol as od
        >>> x, y = od.datasets.truth_table("xor")
        >>> model = od.Sequential([od.Input((2,)), od.layers.Dense(4, "tanh"), od.layers.Dense(1, "sigmoid")])
        >>> model.compile("adam", "binary_crossentropy")
        >>> film = od.plot.BoundaryFrames(x, y, every=5)
        >>> history = model.fit(x, y, epochs=10, verbose=0, callbacks=[film])
        >>> len(film.figures)
        3
    """

    def __init__(self, x: Any, y: Any, every: int = 1, resolution: int = 100, **options: Any) -> None:
        if every < 1:
            raise ValueError(f"Expected every as a number of epochs from 1 on. Received: every={every!r}.")
        self.x, self.y, self.every = x, y, every
        self.options = {"resolution": resolution, **options}
        self.figures: list[Any] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._draw("before training")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if (epoch + 1) % self.every == 0:
            loss = (logs or {}).get("loss")
            self._draw(f"epoch {epoch + 1}" + ("" if loss is None else f", loss {loss:.3g}"))

    def _draw(self, title: str) -> None:
        self.figures.append(decision_boundary(self.model, self.x, self.y, title=title, **self.options))

    def save(self, path: str | os.PathLike, seconds: float = 0.15) -> Path:
        """Write the frames as an animated GIF; the last one stays longer.

        Args:
            path: ends in .gif.
            seconds: how long each frame is shown.

        Raises:
            DataError: before a training, or for another ending.
        """
        from PIL import Image

        path = Path(path)
        if path.suffix != ".gif" or not self.figures:
            raise DataError(
                f"Expected a path that ends in .gif, after a training. Received: path='{path}', "
                f"{len(self.figures)} frames."
            )
        images = []
        for figure in self.figures:
            file = io.BytesIO()
            figure.savefig(file, format="png", dpi=100)
            images.append(Image.open(file).convert("RGB").quantize(128))
        durations = [int(1000 * seconds)] * (len(images) - 1) + [1500]
        film = io.BytesIO()
        images[0].save(
            film, format="gif", save_all=True, append_images=images[1:], duration=durations, loop=0
        )
        put_in_place(path, film.getvalue())
        return path
