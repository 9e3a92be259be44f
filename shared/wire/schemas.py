"""The JSON bodies of the protocol as marshmallow schemas: checked when they arrive, shown in the OpenAPI document."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, fields, validate

from shared.wire.routes import PROBE_LOGS, PROBE_POINTS


def _exactly(pattern: str) -> validate.Regexp:
    """A pattern for the whole text: `$` by itself lets a newline through at the end."""
    return validate.Regexp(pattern + r"(?!\n)")


_HEX32 = _exactly(r"^[0-9a-f]{64}$")
_HEX64 = _exactly(r"^[0-9a-f]{128}$")
_LOG = _exactly(r"^[0-9A-HJKMNP-TV-Z]{26}$")
_CLOCK = validate.Range(-(2**53), 2**53)
"""What a clock may show in ms: anything that a database can hold and reckon with."""
_MODES = validate.OneOf(["live", "rehearsal"])


def _whole(**kwargs: Any) -> fields.Integer:
    return fields.Integer(strict=True, **kwargs)


class Body(Schema):
    """A body with exactly its declared keys."""

    class Meta:
        """Unknown keys are refused: an older side must not guess."""

        unknown = RAISE


class Part(Schema):
    """A part of an answer, of which a later office may say more."""

    class Meta:
        """Unknown keys are passed over."""

        unknown = EXCLUDE


class HelloAsked(Body):
    """A laptop's hello: the protocol it speaks and a nonce of its own."""

    protocol = _whole(required=True)
    nonce = fields.String(required=True, validate=_exactly(r"^[0-9a-f]{16,64}$"))


class HelloAnswer(Body):
    """The office's identity, proven by a signature over both nonces."""

    server = fields.String(required=True, validate=_HEX32)
    epoch = fields.String(required=True)
    protocol = fields.List(_whole(), required=True)
    encodings = fields.List(fields.String())
    time = _whole(required=True)
    nonce = fields.String(required=True)
    sig = fields.String(required=True, validate=_HEX64)


class EnrolAsked(Body):
    """A one-time code and the public key that the laptop made."""

    code = fields.String(required=True, validate=validate.Length(1, 40))
    key = fields.String(required=True, validate=_HEX32)
    software = fields.String(required=True, validate=validate.Length(1, 40))


class SchoolNamed(Part):
    """A school's code and name."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class RehearsalShape(Part):
    """How a rehearsal's clock runs; times in ms."""

    rate = _whole(required=True)
    real_start = _whole(required=True)
    shown_start = _whole(required=True)


class EnrolAnswer(Body):
    """What a laptop is told once (`shared/wire/enrolment.py`)."""

    school = fields.Nested(SchoolNamed, required=True)
    county = fields.String(required=True)
    campaign = fields.String(required=True)
    mode = fields.String(required=True, validate=_MODES)
    rehearsal = fields.Nested(RehearsalShape, required=True, allow_none=True)
    plan = fields.String(required=True)
    server_key = fields.String(required=True, validate=_HEX32)
    epoch = fields.String(required=True)
    device = fields.String(required=True)


class SessionAsked(Body):
    """The device's signature over the office's nonce; `wall` is the laptop's wall clock in ms, for display only."""

    device = fields.String(required=True, validate=validate.Length(1, 40))
    nonce = fields.String(required=True, validate=validate.Length(1, 80))
    sig = fields.String(required=True, validate=_HEX64)
    wall = _whole(required=True, validate=_CLOCK)


class SessionAnswer(Body):
    """A token for the `Authorization: Bearer` header, good until `until` (office ms)."""

    token = fields.String(required=True)
    until = _whole(required=True)


class ProbeLog(Body):
    """One log asked about: at which sequence numbers (none: just its heads), and the last line marked backed up."""

    log = fields.String(required=True, validate=_LOG)
    at = fields.List(_whole(validate=validate.Range(0)), validate=validate.Length(max=PROBE_POINTS))
    backed_up = _whole(validate=validate.Range(0))


class ProbeAsked(Body):
    """The logs a laptop holds."""

    logs = fields.List(fields.Nested(ProbeLog), required=True, validate=validate.Length(max=PROBE_LOGS))


class PointShape(Part):
    """A position and its hash."""

    seq = _whole(required=True)
    hash = fields.String(required=True, validate=_HEX32)


class ReceiptShape(Part):
    """A receipt's exact text and the office's signature over it."""

    receipt = fields.String(required=True)
    sig = fields.String(required=True, validate=_HEX64)


class ProbedLog(Part):
    """What the office holds of a log: one head a branch (none: unknown), hashes of the first branch."""

    log = fields.String(required=True)
    heads = fields.List(fields.Nested(PointShape), required=True)
    at = fields.List(fields.Nested(PointShape))
    backed_up = fields.Nested(ReceiptShape)


class ProbeAnswer(Body):
    """The laptop's logs as the office holds them, the county log's head, and receipts of further branches."""

    logs = fields.List(fields.Nested(ProbedLog), required=True)
    county = fields.Nested(PointShape, required=True, allow_none=True)
    backed_up_beside = fields.List(fields.Nested(ReceiptShape))


class Run(Part):
    """Neighbouring lines of a batch with the same result."""

    first = _whole(required=True)
    last = _whole(required=True)
    result = fields.String(required=True)
    code = fields.String()


class PushAnswer(Body):
    """One result for every line, in runs, and the receipt for the batch's head."""

    runs = fields.List(fields.Nested(Run), required=True)
    receipt = fields.Nested(ReceiptShape, required=True)


class ErrorAnswer(Body):
    """Every refusal: a stable code, where, and a sentence in both languages."""

    code = fields.String(required=True)
    place = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
