"""One web server for both apps: waitress, listening on one address, ended politely by Ctrl-C or SIGTERM."""

import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from waitress.server import create_server

from shared.domain.errors import DomainError, ErrorCode

LARGEST_BODY = 16 * 2**20
SPILL_ABOVE = 512 * 1024


def listen(app: Callable[..., Any], host: str, port: int, threads: int, *, in_memory: bool = False) -> Any:
    """A server that listens and does not answer yet; its `effective_port` says where; raises PORT_IN_USE.

    With `in_memory` no upload is ever spilled to a temporary file, as waitress does above 512 KiB.
    """
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=threads,
            asyncore_use_poll=True,
            connection_limit=1000,
            channel_timeout=60,
            cleanup_interval=10,
            max_request_body_size=LARGEST_BODY,
            inbuf_overflow=LARGEST_BODY if in_memory else SPILL_ABOVE,
            max_request_header_size=32 * 1024,
            ident=None,
        )
    except OSError as problem:
        raise DomainError(ErrorCode.PORT_IN_USE, port=port) from problem


def answer_until_stopped(server: Any) -> None:
    """Answer requests until Ctrl-C or SIGTERM, so that a shutdown of the machine closes files as people would."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    with suppress(KeyboardInterrupt):
        server.run()
    server.close()
