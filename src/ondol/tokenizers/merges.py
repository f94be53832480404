"""Byte-pair encoding: which neighbours to merge, and merging them."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise

Pair = tuple[int, int]
GONE = -1  # in place of a token that was merged into the one before


def learn_merges(words: Mapping[tuple[int, ...], int], most: int | None, first: int) -> list[Pair]:
    """The pairs of neighbours to merge, in their order: each time the most frequent one of all words.

    Counts are kept and only corrected where a merge changes them. Among equally frequent pairs the one with the
    smaller numbers is taken; a pair that occurs once is never merged.

    Args:
        words: sequences of tokens, and how often each occurs.
        most: merges at most; None for as long as a pair occurs twice.
        first: the number of the token that the first merge makes; the others follow.

    Example:
        >>> learn_merges({(1, 2, 3): 5, (2, 3): 1}, most=2, first=4)  # 2 3 -> 4, then 1 4 -> 5
        [(2, 3), (1, 4)]

    Reference: Sennrich, Haddow and Birch, "Neural machine translation of rare words with subword units" (2016).
    """
    sequences, times = [list(word) for word in words], list(words.values())
    counts: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)  # words in which a pair occurs, or did
    for i, sequence in enumerate(sequences):
        for pair in pairwise(sequence):
            counts[pair] += times[i]
            places[pair].add(i)
    queue = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(queue)
    merges: list[Pair] = []
    while queue and (most is None or len(merges) < most):
        count, pair = heapq.heappop(queue)
        if -count != counts[pair]:  # it has changed since
            if counts[pair]:
                heapq.heappush(queue, (-counts[pair], pair))
            continue
        if -count < 2:
            break
        new = first + len(merges)
        merges.append(pair)
        grown = set()
        for i in places.pop(pair):
            before = sequences[i]
            after = merged(before, pair, new)
            if len(after) == len(before):
                continue
            sequences[i] = after
            for old in pairwise(before):
                counts[old] -= times[i]
            for now in pairwise(after):
                counts[now] += times[i]
                if new in now:
                    places[now].add(i)
                    grown.add(now)
        for found in grown:
            heapq.heappush(queue, (-counts[found], found))
        del counts[pair]
    return merges


def merged(sequence: list[int], pair: Pair, new: int) -> list[int]:
    """The sequence with `new` in each place of the pair, from left to right.

    Example:
        >>> merged([1, 1, 1, 2], (1, 1), 7)
        [7, 1, 2]
    """
    left, right = pair
    result, i, last = [], 0, len(sequence) - 1
    while i <= last:
        if sequence[i] == left and i < last and sequence[i + 1] == right:
            result.append(new)
            i += 2
        else:
            result.append(sequence[i])
            i += 1
    return result


def apply_merges(tokens: list[int], ranks: Mapping[Pair, tuple[int, int]]) -> list[int]:
    """The tokens after all merges: always the earliest learned one that is possible, leftmost first.

    The neighbours wait in a queue, so that a word of n tokens takes n log n steps, however long it is.

    Args:
        tokens: the bytes of a word.
        ranks: for each pair, which merge it is and what it makes.

    Example:
        >>> apply_merges([1, 2, 3], {(2, 3): (0, 4), (1, 2): (1, 5), (1, 4): (2, 6)})
        [6]
    """
    left, right = list(range(-1, len(tokens) - 1)), list(range(1, len(tokens) + 1))
    tokens = list(tokens)
    queue: list[tuple[int, int, int]] = []

    def offer(i: int, j: int) -> None:
        """Let the pair at places i and j wait for its turn."""
        found = ranks.get((tokens[i], tokens[j])) if i >= 0 and j < len(tokens) else None
        if found is not None:
            heapq.heappush(queue, (found[0], i, found[1]))

    for i in range(len(tokens) - 1):
        offer(i, i + 1)
    while queue:
        rank, i, new = heapq.heappop(queue)
        j = right[i]
        if tokens[i] < 0 or j == len(tokens) or ranks.get((tokens[i], tokens[j])) != (rank, new):
            continue  # a merge before has taken one of the two
        tokens[i], tokens[j] = new, GONE
        right[i] = right[j]
        if right[j] < len(tokens):
            left[right[j]] = i
        offer(left[i], i)
        offer(i, right[i])
    return [token for token in tokens if token != GONE]
