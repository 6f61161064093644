"""Standard input and pipes, put on disk so that they can be read more than once without filling memory."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from typing import BinaryIO, cast

from wizard.errors import InputError
from wizard.maillog.stored import CHUNK, Stored

SPARE = 256 << 20


def spooled(stream: BinaryIO, path: str) -> Stored:
    """All of a stream in a temporary file that vanishes with the process.

    Raises InputError before the temporary folder is full, since a log that is read in part would mislead.
    """
    spool = cast(BinaryIO, tempfile.TemporaryFile(prefix="mailwhy-"))  # noqa: SIM115
    written = 0
    try:
        while chunk := stream.read(CHUNK):
            if written % (64 * CHUNK) < CHUNK and shutil.disk_usage(tempfile.gettempdir()).free < SPARE:
                raise InputError("no-room-for-input", path=path, folder=tempfile.gettempdir())
            spool.write(chunk)
            written += len(chunk)
        spool.flush()
    except OSError as error:
        raise InputError("unreadable-file", path=path, reason=error.strerror or "input/output error") from None
    stored = Stored(path, spool)
    weakref.finalize(stored, spool.close)
    return stored
