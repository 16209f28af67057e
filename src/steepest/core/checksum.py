"""A checksum inside a file, whatever its format: 64 digits that stand for the SHA-256 of all other bytes."""

from __future__ import annotations

from hashlib import sha256

from .errors import DataError

__all__ = ["BLANK", "DAMAGED", "has_checksum", "sealed"]

MARK = b"steepest-sha256:"
BLANK = MARK.decode() + "0" * 64  # what a writer puts where the checksum goes, after all text of the user's
DAMAGED = "damaged or edited: its checksum does not match: write it again, or use a copy"


def sealed(data: bytes) -> bytes:
    """The content with its checksum in the last ``BLANK``.

    Examples
    --------
    >>> data = sealed(b"content " + BLANK.encode())
    >>> data[:24], len(data), has_checksum(data, "a.txt")
    (b'content steepest-sha256:', 88, True)
    """
    place = _place(data)
    return data[:place] + _digits(data) + data[place + 64 :]


def has_checksum(data: bytes, file: str) -> bool:
    """Whether there is a checksum in the content of a file.

    Raises
    ------
    DataError
        If it is that of another content.

    Examples
    --------
    >>> has_checksum(b"content", "a.txt")
    False
    """
    if MARK not in data:
        return False
    place = _place(data)
    if data[place : place + 64] != _digits(data):
        raise DataError(DAMAGED, file=file)
    return True


def _place(data: bytes) -> int:
    return data.rindex(MARK) + len(MARK)


def _digits(data: bytes) -> bytes:
    """The checksum of the content, whatever stands in its place."""
    place, view = _place(data), memoryview(data)
    found = sha256(view[:place])
    found.update(b"0" * 64)
    found.update(view[place + 64 :])
    return found.hexdigest().encode()
