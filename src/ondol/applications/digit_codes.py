"""Codes of ±1 for the classes of LeNet-5: pictures of the ten digits in 7x12 pixels, drawn for Ondol."""

from __future__ import annotations

import numpy as np

# Alike signs have alike codes, so that a sign between two digits lies between two codes.
_DRAWN = """
..###..  ...#...  .#####.  #######
.#...#.  ..##...  #.....#  .....#.
#.....#  .#.#...  ......#  ....#..
#.....#  ...#...  ......#  ...#...
#.....#  ...#...  .....#.  ..####.
#.....#  ...#...  ....#..  ......#
#.....#  ...#...  ...#...  ......#
#.....#  ...#...  ..#....  ......#
#.....#  ...#...  .#.....  ......#
#.....#  ...#...  #......  ......#
.#...#.  ...#...  #......  #.....#
..###..  .#####.  #######  .#####.

....##.  #######  ..####.  #######
...#.#.  #......  .#....#  ......#
...#.#.  #......  #......  .....#.
..#..#.  #......  #......  .....#.
..#..#.  ######.  #.###..  ....#..
.#...#.  ......#  ##...#.  ....#..
.#...#.  ......#  #.....#  ...#...
#######  ......#  #.....#  ...#...
.....#.  ......#  #.....#  ..#....
.....#.  ......#  #.....#  ..#....
.....#.  #.....#  .#...#.  .#.....
.....#.  .#####.  ..###..  .#.....

.#####.  ..###..
#.....#  .#...#.
#.....#  #.....#
#.....#  #.....#
.#...#.  #.....#
..###..  .#...##
.#...#.  ..###.#
#.....#  ......#
#.....#  ......#
#.....#  ......#
#.....#  #....#.
.#####.  .####..
"""


def codes_for(classes: int) -> list[list[int]]:
    """A code of 84 numbers -1 and 1 for each class: drawn digits for ten classes, else random ones.

    Example:
        >>> from ondol.applications.digit_codes import codes_for
        >>> len(codes_for(10)), codes_for(10)[1][:7]
        (10, [-1, -1, -1, 1, -1, -1, -1])
        >>> len(codes_for(26)[0])
        84
    """
    if classes != 10:
        return np.random.RandomState(classes).choice([-1, 1], (classes, 84)).tolist()
    codes = []
    for band in _DRAWN.strip("\n").split("\n\n"):
        rows = [line.split() for line in band.splitlines()]
        for digit in zip(*rows, strict=True):
            codes.append([1 if dot == "#" else -1 for dot in "".join(digit)])
    return codes
