"""What worker processes import: functions at the top level of a module."""

import os

import numpy as np

import ondol as od


def with_process(i):
    return i * i, os.getpid()


def noisy(i):
    """A draw from od.random: which one must not depend on who makes it."""
    return od.random.uniform((2,)).numpy() + np.float32(i)


def third_fails(i):
    if i == 3:
        raise RuntimeError(f"no {i}")
    return i


def leaves_no_word(i):
    os._exit(3)
