"""A text in chunks of whole rows, in UTF-8, never in memory as a whole; each is checked as it is read."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple

from ...core.errors import DataError
from ...data.readers.content import Content
from ...data.readers.encoding import as_utf8, check_nul, undecodable
from ...data.readers.quoting import new_lines
from .numbering import BEGIN, Mark
from .text_file import BLOCK, TextFile, blocks

__all__ = ["Chunk", "chunks", "head", "last_line_end", "line_ends", "placed"]

LONGEST = 1 << 26  # bytes of a row, beyond which a quote was surely not closed
FIRST = 400  # lines of the head of a file, if it has so many


class Chunk(NamedTuple):
    """Consecutive rows of a file."""

    mark: Mark
    data: bytes


def chunks(text: TextFile, start: Mark = BEGIN, ends: Callable[[bytes], int] | None = None) -> Iterator[Chunk]:
    """The text from a mark on, in chunks of about 4 MB, or of one row.

    They end where ``ends`` says that the last whole row of some bytes ends, 0 if none does.
    """
    mark, rest, ends = start, b"", ends or last_line_end
    for block in _texts(text, start.at):
        rest += block
        if cut := ends(rest):
            data, rest = rest[:cut], rest[cut:]
            yield _checked(text, mark, data)
            mark = Mark(mark.at + cut, mark.line + line_ends(data))
        elif len(rest) > LONGEST:
            problem = f"no row ends within {LONGEST:,} bytes: close the quote that opens here, or end the row"
            raise DataError(problem, file=text.name, line=mark.line + 1)
    if rest:
        yield _checked(text, mark, rest)


def head(text: TextFile) -> Content:
    """The first lines of a text, by which its format is judged: 4 MB and 400 lines, or all of it."""
    found = b""
    for block in _texts(text, 0):
        found += block
        if len(found) >= BLOCK and (line_ends(found) >= FIRST or len(found) >= LONGEST):
            found = found[: last_line_end(found) or len(found)]
            break
    if not found.strip():
        raise DataError("empty file: give it a header and rows", file=text.name)
    return Content(text.name, text.suffix, _checked(text, BEGIN, found).data)


def last_line_end(data: bytes) -> int:
    r"""Where the last line ends that is surely complete; 0 if none is.

    Examples
    --------
    >>> last_line_end(b"a\nb\nc"), last_line_end(b"a\rb\r"), last_line_end(b"a")
    (4, 2, 0)
    """
    return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, max(0, len(data) - 1)) + 1


def line_ends(data: bytes) -> int:
    r"""How many lines end, in "\n", "\r\n" or "\r".

    Examples
    --------
    >>> line_ends(b"a\r\nb\nc\rd")
    3
    """
    count = new_lines(data)
    return count + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else count


@contextmanager
def placed(lines: int) -> Iterator[None]:
    """Errors of a chunk that stands after so many lines of its file."""
    try:
        yield
    except DataError as error:
        line = None if error.line is None else lines + error.line
        whole = DataError(error.problem, file=error.file, line=line, column=error.column, answer=error.answer)
        raise whole from None


def _checked(text: TextFile, mark: Mark, data: bytes) -> Chunk:
    with placed(mark.line):
        content = Content(text.name, text.suffix, data)
        check_nul(content)
        return Chunk(mark, as_utf8(content, "utf-8").data)


def _texts(text: TextFile, at: int) -> Iterator[bytes]:
    """The text in UTF-8 from byte ``at`` on, in blocks that end anywhere."""
    if text.encoding == "utf-8":
        yield from blocks(text, at)
        return
    decoder, lines = codecs.getincrementaldecoder(text.encoding)(), 0
    for block in chain(blocks(text), (b"",)):
        try:
            found = decoder.decode(block, final=not block).encode()
        except UnicodeDecodeError as error:
            raise undecodable(text.name, text.encoding, error.object, error.start, lines) from None
        lines += line_ends(found)
        skip = min(at, len(found))
        at -= skip
        yield found[skip:]
