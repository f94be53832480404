"""A printable character for each of the 256 bytes, so that tokens of bytes can be shown and written down.

The printable characters of Latin-1 stand for themselves, the others for those from Ā on: a space is Ġ. As in GPT-2.
"""

from __future__ import annotations

_SHOWN = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
_OTHERS = [byte for byte in range(256) if byte not in _SHOWN]

CHARACTER_OF = {byte: chr(byte) for byte in _SHOWN} | {byte: chr(256 + i) for i, byte in enumerate(_OTHERS)}
BYTE_OF = {character: byte for byte, character in CHARACTER_OF.items()}
ALPHABET = sorted(BYTE_OF)  # the first 256 tokens


def printable(content: bytes) -> str:
    """Bytes as printable text.

    Example:
        >>> printable(" 온".encode())
        'Ġìĺ¨'
    """
    return "".join(map(CHARACTER_OF.__getitem__, content))


def bytes_of(token: str) -> bytes:
    """The bytes of printable text; a KeyError for other characters.

    Example:
        >>> bytes_of("Ġìĺ¨").decode()
        ' 온'
    """
    return bytes(map(BYTE_OF.__getitem__, token))
