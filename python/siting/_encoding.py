"""Which encoding a text is in: UTF-8, or GBK as Chinese offices often write it."""

from __future__ import annotations

import codecs
from pathlib import Path

from siting.errors import InputError

# GB18030 contains GBK, which contains GB2312.
GUESSES = ("utf-8", "gb18030")


def decoded(data: bytes, encoding: str | None, source: str) -> tuple[str, str]:
    """The text and the encoding it was read with; without `encoding`, UTF-8 if it fits, else GBK."""
    if encoding is not None:
        try:
            return data.decode(known(encoding)).removeprefix("\ufeff"), encoding
        except UnicodeDecodeError as error:
            raise InputError(
                f"{source} is not in {encoding}: {error.reason} at byte {error.start}"
            ) from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), "utf-16"
    for guess in GUESSES:
        try:
            return data.decode(guess).removeprefix("\ufeff"), guess
        except UnicodeDecodeError:
            continue
    raise InputError(f"{source} is neither in UTF-8 nor in GBK: name its encoding with --encoding")


def known(encoding: str) -> str:
    """The encoding, if Python knows it."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise InputError(
            f"encoding is {encoding!r}, which is not known: utf-8 and gbk are"
        ) from None


def of_shapefile(path: Path) -> str | None:
    """The encoding of a shapefile's table, where the file does not say; `None` where it does."""
    siblings = {
        entry.suffix.lower(): entry for entry in path.parent.glob(f"{_literal(path.stem)}.*")
    }
    if ".cpg" in siblings or ".dbf" not in siblings:
        return None
    data = siblings[".dbf"].read_bytes()
    # Byte 29 names a code page; 0 and 0x57 mean none in particular.
    if len(data) < 32 or data[29] not in (0x00, 0x57):
        return None
    texts = _dbf_texts(data)
    for guess in GUESSES:
        if all(_fits(text, guess) for text in texts):
            return guess
    raise InputError(
        f"{siblings['.dbf']} is neither in UTF-8 nor in GBK: name its encoding with --encoding"
    )


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _dbf_texts(data: bytes) -> list[bytes]:
    """Names of the fields and texts of the records that are not plain ASCII."""
    n_records = int.from_bytes(data[4:8], "little")
    start, length = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    texts, fields, offset = [], [], 1
    for at in range(32, start - 1, 32):
        if data[at : at + 1] in (b"\r", b""):
            break
        texts.append(data[at : at + 11].split(b"\0")[0])
        width = data[at + 16]
        if data[at + 11 : at + 12] == b"C":
            fields.append((offset, offset + width))
        offset += width
    for record in range(n_records):
        row = data[start + record * length : start + (record + 1) * length]
        texts.extend(row[first:last].rstrip(b" \0") for first, last in fields)
    return [text for text in texts if not text.isascii()]


def _fits(text: bytes, encoding: str) -> bool:
    # A long text may be cut inside its last letter.
    for cut in range(4):
        try:
            text[: len(text) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
