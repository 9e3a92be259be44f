"""What is uploaded stays in memory: nothing of a pupils' list is ever spilled to a temporary file in the clear."""

import io
from typing import IO, cast

from flask import Blueprint, Flask, Request, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge

from field_app.roster.reading import SIZE_LIMIT
from shared.domain.errors import DomainError, ErrorCode


class MemoryRequest(Request):
    """A request whose files are kept in memory, however large within the app's limit."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def keep_in_memory(bp: Blueprint) -> None:
    """Let the app that takes up `bp` read every upload this way."""

    @bp.record_once
    def take_up(state: BlueprintSetupState) -> None:
        cast(Flask, state.app).request_class = MemoryRequest


def read_upload(field: str) -> tuple[bytes, str]:
    """The bytes and the name of an uploaded file, empty without one; raises ROSTER_TOO_LARGE."""
    request.max_form_memory_size = SIZE_LIMIT  # a long list may be pasted into a field beside it
    try:
        file = request.files.get(field)
    except RequestEntityTooLarge as error:
        raise DomainError(ErrorCode.ROSTER_TOO_LARGE, limit=SIZE_LIMIT // 2**20) from error
    return (file.read(), file.filename or "") if file else (b"", "")
