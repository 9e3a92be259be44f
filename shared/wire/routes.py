"""The protocol's names and limits: paths, headers, versions; docs/sync-protocol.md says what they mean."""

PROTOCOL = 1
"""The version both sides must share; the office lists those it speaks."""

PREFIX = "/api/v1"
HELLO = f"{PREFIX}/hello"
ENROL = f"{PREFIX}/enrol"
SESSION = f"{PREFIX}/session"
PROBE = f"{PREFIX}/probe"
PUSH = f"{PREFIX}/push"
COUNTY_LOG = f"{PREFIX}/county-log"
CONTENT = f"{PREFIX}/content"

LOG_TYPE = "application/x-testday-log"
CONTENT_TYPE = "application/octet-stream"
DUPLICATE = "duplicate"
"""The result of lines in a push that the office held already."""
VOUCH_HEADER = "Testday-Vouch"
"""The device's signature over a new log's hash(0): which laptop the log comes from."""

BATCH_LINES = 500
BATCH_BYTES = 256 * 1024
"""Most bytes of a push body as it travels."""

UNPACKED_BYTES = 10 * 1024 * 1024
"""Most bytes of a push body unpacked: 500 lines of 16 KiB, a birth record and heads."""

PROBE_LOGS = 32
PROBE_POINTS = 64
"""Most logs in a probe, and most sequence numbers asked of each."""

NONCE_MS = 120_000
SESSION_MS = 3_600_000
"""How long the office's nonce and session token are good, on the office's clock."""

CONTEXT_HELLO = "hello"
CONTEXT_SESSION = "session"
CONTEXT_VOUCH = "vouch"


def hello_message(client_nonce: str, server_nonce: str, epoch: str) -> str:
    """What the office signs in its hello, in the context `hello`."""
    return f"{client_nonce}\n{server_nonce}\n{epoch}\n"


def session_message(server_nonce: str, server_key: str, device: str) -> str:
    """What a laptop signs to open a session, in the context `session`: good at this office only."""
    return f"{server_nonce}\n{server_key}\n{device}\n"


def vouch_message(log: str, birth_hash: bytes) -> str:
    """What a laptop signs to vouch for a new log, in the context `vouch`."""
    return f"{log}\n{birth_hash.hex()}\n"
