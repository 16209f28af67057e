"""Text of any encoding to UTF-8, or one line that names the first byte that does not belong to it."""

from __future__ import annotations

import codecs

from ...core.errors import DataError
from .content import Content, check_format, lines

__all__ = ["as_text", "as_utf8", "check_nul", "encoding_of", "undecodable"]

ORDER_MARKS = {  # the longer first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WIDE = ("utf-16", "utf-32")
MEND = "save the file as UTF-8, or name its encoding, such as --encoding latin-1"


def as_text(content: Content, encoding: str | None) -> Content:
    r"""The text of a file in UTF-8. A byte order mark goes before the encoding given; without either it must be UTF-8.

    Raises
    ------
    DataError
        If it is empty or no text, or a byte does not belong to the encoding: with its line.

    Examples
    --------
    >>> as_text(Content("a.csv", ".csv", b"na\xefve"), "latin-1").data.decode()
    'naïve'
    """
    text = as_utf8(content, encoding_of(content, encoding))
    check_nul(text)
    if not any(map(str.strip, lines(text.data))):
        raise DataError("empty file: give it a header and rows", file=content.name)
    return text


def encoding_of(content: Content, encoding: str | None) -> str:
    """The name of the encoding of a text, by its first bytes or as it is given; an error if they are no such text."""
    check_format(content)
    marked = next((name for mark, name in ORDER_MARKS.items() if content.data.startswith(mark)), None)
    name = marked or encoding or "utf-8"
    if not name.startswith(WIDE):
        check_nul(content)
    elif marked is None and b"\0" not in content.data:  # a digit or a line's end has one there
        raise DataError(f"not {name.upper()}: leave --encoding out, or name another", file=content.name)
    return name


def as_utf8(content: Content, name: str) -> Content:
    """The text in UTF-8; an error with the line of a byte that does not belong to its encoding."""
    data = content.data
    try:
        if name != "utf-8":
            return content._replace(data=data.decode(name).encode())
        data.isascii() or data.decode()
    except UnicodeDecodeError as error:
        raise undecodable(content.name, name, data, error.start) from None
    return content


def undecodable(file: str, name: str, data: bytes, at: int, lines: int = 0) -> DataError:
    """The error of a byte that does not belong to an encoding, in data after so many lines."""
    problem = f"byte 0x{data[at]:02x} is not {name.upper()}: {MEND}"
    return DataError(problem, file=file, line=lines + _line(data[:at], name))


def check_nul(content: Content) -> None:
    """Refuse a NUL byte, which no text has."""
    data = content.data
    if (at := data.find(b"\0")) >= 0:
        wide = at in (0, 1) and data[at + 2 : at + 3] == b"\0"  # letters or digits first
        named = (
            f"if this is UTF-16, say --encoding utf-16-{('be', 'le')[at]}"
            if wide
            else "the file is damaged or not text"
        )
        raise DataError(f"NUL byte: {named}", file=content.name, line=_line(data[:at], "latin-1"))


def _line(before: bytes, encoding: str) -> int:
    """The line where text ends."""
    text = before.decode(encoding, "replace")
    return text.count("\n") + text.count("\r") - text.count("\r\n") + 1
