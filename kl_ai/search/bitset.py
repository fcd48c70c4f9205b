"""Sets of small whole numbers as one Python `int`: bit *i* is set when *i* is a member.

Intersection is `&`, union `|`, the count `int.bit_count()`; all three run at the speed of the
processor's words, which is what lets the portal count a whole market on every request.
"""

from collections.abc import Iterable, Iterator

CHUNK = 512
"""Bytes that `members` looks at in one step. A chunk that is empty, or before `start`, costs one `bit_count()`."""


def from_members(members: Iterable[int], size: int) -> int:
    """The set of `members`, each 0 ≤ member < `size`."""
    bits = bytearray((size + 7) // 8)
    for member in members:
        bits[member >> 3] |= 1 << (member & 7)
    return int.from_bytes(bits, "little")


def full(size: int) -> int:
    """The set of all numbers below `size`."""
    return (1 << size) - 1


def members(bits: int, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """The members in rising order, from the `start`-th up to but not including the `stop`-th."""
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    seen = 0
    for offset in range(0, len(data), CHUNK):
        chunk = int.from_bytes(data[offset : offset + CHUNK], "little")
        count = chunk.bit_count()
        if seen + count <= start:
            seen += count
            continue
        while chunk:
            lowest = chunk & -chunk
            if stop is not None and seen >= stop:
                return
            if seen >= start:
                yield offset * 8 + lowest.bit_length() - 1
            seen += 1
            chunk ^= lowest


def in_order(bits: int, order: Iterable[int]) -> Iterator[int]:
    """The members in the given `order` of all numbers."""
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    size = len(data)
    return (member for member in order if member >> 3 < size and data[member >> 3] >> (member & 7) & 1)
