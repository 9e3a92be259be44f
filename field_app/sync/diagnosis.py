"""What went wrong on the road, told apart as far as the bytes and the system's errors allow; each has its own words."""

import http.client
import json
import re
import ssl
from collections.abc import Iterator
from typing import Any

import requests
import urllib3

from shared.domain.errors import ErrorCode

_LOG_IN = re.compile(rb"<(form|input)\b|http-equiv=.?refresh|location\.(href|replace)", re.IGNORECASE)
_HTML = re.compile(rb"\s*(<!doctype\s+html|<html\b|<head\b|<body\b|<title\b)", re.IGNORECASE)
_RESETS = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)


def code_of_break(problem: Exception) -> ErrorCode:
    """The code of an exception that a request ended with."""
    causes = list(_causes(problem))

    def met(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if met(urllib3.exceptions.NameResolutionError):
        return ErrorCode.OFFICE_ADDRESS_UNKNOWN
    if met(requests.ConnectTimeout, requests.exceptions.InvalidURL, urllib3.exceptions.NewConnectionError):
        return ErrorCode.OFFICE_UNREACHABLE
    if met(ssl.SSLError, requests.exceptions.SSLError):
        return ErrorCode.OFFICE_TLS_FAILED
    if met(TimeoutError, requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        return ErrorCode.OFFICE_SILENT
    if met(http.client.RemoteDisconnected):  # Python calls it a reset, but it was hung up in good order
        return ErrorCode.REPLY_CUT
    return ErrorCode.CONNECTION_RESET if met(*_RESETS) else ErrorCode.REPLY_CUT


def code_of_stranger(status: int, body: bytes) -> ErrorCode:
    """The code of an answer that is not our office's: a log-in page, a page of something between, or neither."""
    if status == 511 or status in (301, 302, 303, 307, 308) or (_HTML.match(body) and _LOG_IN.search(body)):
        return ErrorCode.LOG_IN_PAGE
    return ErrorCode.PROXY_ANSWERED if _HTML.match(body) else ErrorCode.OFFICE_NOT_OURS


def read_answer(response: requests.Response, most: int) -> tuple[bytes, bool]:
    """The body as far as it came, at most `most` bytes, and whether fewer bytes came than `Content-Length` said."""
    body = bytearray()
    try:
        while len(body) < most and (piece := response.raw.read1(65536, decode_content=True)):
            body += piece
    except urllib3.exceptions.ProtocolError as problem:
        if not any(isinstance(cause, http.client.IncompleteRead) for cause in _causes(problem)):
            raise
        return bytes(body), True
    return bytes(body), False


def load_json(body: bytes) -> tuple[Any, bool]:
    """The JSON of a body or None, and whether it is the torn beginning of an object."""
    try:
        return json.loads(body), False
    except (ValueError, RecursionError):
        return None, body.startswith(b"{") and body.count(b"{") > body.count(b"}")


def _causes(problem: BaseException) -> Iterator[BaseException]:
    """An exception and everything that it was made of: the libraries wrap in three ways."""
    seen: list[BaseException] = []
    todo: list[object] = [problem]
    while todo:
        one = todo.pop()
        if isinstance(one, BaseException) and not any(one is other for other in seen):
            seen.append(one)
            todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    yield from seen
