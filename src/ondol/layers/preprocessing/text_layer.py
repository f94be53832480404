"""TextLayer: a layer whose inputs are text, in two halves, of which one is compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Symbol
from ondol.autograd.symbolic import is_text, record
from ondol.backend import tree
from ondol.errors import DataError
from ondol.layers.base import Layer
from ondol.layers.preprocessing.strings import as_strings


class TextLayer(Layer):
    """Base of layers that take text.

    No accelerator knows text. So the first half of such a layer, `encode`, turns text into whole numbers in plain
    Python; the second, `call`, goes on from there with Tensor operations, and compiles. A model whose `od.Input` has
    dtype "string" does the first half for all samples before it trains, and uploads the numbers.
    """

    only_text = True  # whether numbers are no input for it
    encoded_dtype = "int32"
    encoding = "utf-8"

    # -- to be overridden

    def encode(self, strings: Any) -> np.ndarray:
        """The first half: whole numbers for text."""
        raise TypeError(f"{type(self).__name__} must define encode(self, strings)")

    def encoded_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """The shape of what `encode` gives for text of this shape."""
        return shape

    def parts(self, inputs: Any) -> list[Any]:
        """The inputs one by one; a layer of several has a tuple of them."""
        return [inputs]

    def joined(self, parts: list[Any]) -> Any:
        """The inputs again."""
        return parts[0]

    # -- calling

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        self._check_initialized()
        if "encoded" in kwargs:  # the second half alone, in a model
            return super().__call__(inputs, *args, **kwargs)
        parts = self.parts(inputs)
        if any(map(is_text, parts)):
            return self._call_on_text_symbols(inputs, parts)
        strings = [None if isinstance(x, Symbol) else as_strings(x, self.encoding) for x in parts]
        text = [found is not None for found in strings]
        if not any(text):
            if self.only_text:
                self._refuse_numbers(inputs)
            return super().__call__(inputs, *args, **kwargs)
        codes = [x if found is None else self.encode(found) for x, found in zip(parts, strings, strict=True)]
        return super().__call__(self.joined(codes), *args, encoded=text, **kwargs)

    def _call_on_text_symbols(self, inputs: Any, parts: list[Any]) -> Any:
        """Noted with the text itself as input, but evaluated for the numbers that will stand for it."""
        codes = self.joined([self.code_symbol(x) if is_text(x) else x for x in parts])
        if not self.built:
            self._build((codes,), {})
        y = record(self, (inputs,), {}, trial=((codes,), {"encoded": self.text_flags(inputs)}))
        self._call_number = -1
        self._output_shape = tree.map_tree(lambda t: t.shape, y)
        self._last_symbols = inputs, y
        return y

    def code_symbol(self, text: Symbol) -> Symbol:
        """A placeholder for what `encode` will give."""
        return Symbol(self.encoded_shape(text.shape), self.encoded_dtype, text.name)

    def text_flags(self, inputs: Any) -> list[bool]:
        """Which inputs are text; the argument `encoded` of `call`, once they are encoded."""
        return [is_text(x) for x in self.parts(inputs)]

    def compute_output_shape(self, input_shape: Any) -> Any:
        dtype = "str" if self.only_text else "int32"
        parts = [Symbol(shape, dtype) for shape in self.parts(input_shape)]
        return self(self.joined(parts)).shape

    def _refuse_numbers(self, inputs: Any) -> None:
        raise DataError(
            f"Layer '{self.name}' expected text: str, or an array or list of str. Received: {_short(inputs)}. "
            "Numbers of categories go into an IntegerLookup layer."
        )


def _short(x: Any) -> str:
    text = f"{type(x).__name__} {x!r}"
    return text if len(text) < 100 else text[:97] + "..."
