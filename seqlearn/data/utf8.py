"""Bytes of a file as text, whatever program saved it last, or a sentence that says where it is no text."""

from pathlib import Path

MARK = b"\xef\xbb\xbf"  # that some programs write in front of UTF-8
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes, name: str | Path) -> str:
    """The text of UTF-8 bytes, without the mark in front. Raises ValueError naming the file and the line otherwise."""
    refuse_utf_16(data, name)
    data = data.removeprefix(MARK)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{name} is not UTF-8: line {line:,} holds the byte 0x{data[error.start]:02x}. Save it as UTF-8 again"
        ) from None


def refuse_utf_16(data: bytes, name: str | Path) -> None:
    """Raise ValueError when the bytes begin as UTF-16 does, which some Windows programs write."""
    if data.startswith(UTF_16):
        raise ValueError(f"{name} is UTF-16 from its line 1 on, and not UTF-8. Save it as UTF-8 again")
