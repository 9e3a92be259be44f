"""The limiter of both web apps: slows down guessing of passwords and codes; what succeeds never counts."""

from flask import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True, strategy="fixed-window")
GUESSES = "30 per minute"
"""Most wrong tries from one address."""


def failed(response: Response) -> bool:
    """Whether an answer counts as a wrong try."""
    return response.status_code >= 400
