"""Request bodies as raw bytes: any content type, gzip inflated, never more than a cap in memory."""

import zlib

from fastapi import Request

from leadscore.domain.errors import DataError

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The whole body of a request, inflated if it says it is compressed by gzip.

    most_bytes   cap on the body as sent and as inflated; a small body that inflates without end stops there.
    Raises       DataError [LS-BODY-02] beyond the cap; [LS-BODY-01] if the compression is broken or unknown.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise DataError("LS-BODY-01", found=f"content-encoding is {encoding[:40]!r}", allowed="gzip, or none")
    if int_or_zero(request.headers.get("content-length")) > most_bytes:
        raise _too_large(most_bytes)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most_bytes:
            raise _too_large(most_bytes)
        parts.append(part)
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    return inflate(body, most_bytes) if "gzip" in encoding else body


def inflate(body: bytes, most_bytes: int) -> bytes:
    """Undo gzip.

    >>> import gzip
    >>> inflate(gzip.compress(b"{}"), 100)
    b'{}'
    """
    inflated: list[bytes] = []
    left = most_bytes
    while body:
        stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            part = stream.decompress(body, left + 1)
        except zlib.error as error:
            raise DataError("LS-BODY-01", found=f"the gzip body is damaged: {error}") from error
        left -= len(part)
        if left < 0:
            raise _too_large(most_bytes)
        if not stream.eof:
            raise DataError("LS-BODY-01", found="the gzip body is cut off")
        inflated.append(part)
        body = stream.unused_data
    return b"".join(inflated)


def int_or_zero(text: str | None) -> int:
    """A header's number, or 0 if it is absent or none.

    >>> int_or_zero("12"), int_or_zero("a dozen"), int_or_zero(None)
    (12, 0, 0)
    """
    return int(text) if text and text.isascii() and text.isdecimal() else 0


def _too_large(most_bytes: int) -> DataError:
    found = f"the body is larger than {most_bytes:,} bytes"
    return DataError("LS-BODY-02", found=found, fix="send less at a time, or raise max_body_bytes in service.yaml")
