"""The keys of a plan file and of each of its sections, as marshmallow schemas."""

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from shared.domain.errors import ErrorCode
from shared.domain.plan import BlockKind, IncidentFamily, Mode, PhaseKind, SignalKind, Source
from shared.wire.plan_fields import (
    ChoiceField,
    DateField,
    FlagField,
    IdField,
    MinutesField,
    NamesField,
    NumberField,
    PupilsField,
    TimeField,
    WordsField,
)
from shared.wire.plan_findings import Finding

_SHAPE = ErrorCode.PLAN_SHAPE_WRONG.value


class PlanSchema(Schema):
    """Refuses unknown keys together with every other finding, and says which keys there are."""

    class Meta:
        """Unknown keys are left to `refuse_unknown`, whose finding names the known ones."""

        unknown = EXCLUDE

    error_messages = {"type": _SHAPE}  # noqa: RUF012 - marshmallow's own shape

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_unknown(self, _data: Any, original: Any, **_kwargs: Any) -> None:
        """A finding for each key that no field has."""
        keys = {declared.data_key or name: name for name, declared in self.fields.items()}
        strange = [key for key in original if key not in keys] if isinstance(original, dict) else []
        allowed = ", ".join(keys)
        if strange:
            raise ValidationError(
                {key: [Finding(ErrorCode.PLAN_KEY_UNKNOWN, (), {"key": key, "allowed": allowed})] for key in strange}
            )


class HeadSchema(PlanSchema):
    """The file itself: its own values here, its sections taken as they are."""

    id = IdField()
    revision = NumberField(1, 9999)
    year = NumberField(2015, 2099)
    grade = NumberField(1, 9)
    title = WordsField()
    roles = NamesField()
    days = fields.Raw()
    groups = fields.Raw()
    materials = fields.Raw()
    blocks = fields.Raw()
    signals = fields.Raw()
    incident_levels = fields.Raw()
    incident_types = fields.Raw()
    readiness = fields.Raw()


class DaySchema(PlanSchema):
    """One test day."""

    id = IdField()
    title = WordsField()
    date = DateField()


class GroupSchema(PlanSchema):
    """One group of people who sit a block."""

    id = IdField()
    title = WordsField()
    pupils = PupilsField()


class MaterialSchema(PlanSchema):
    """One kind of sheet."""

    id = IdField()
    title = WordsField()
    per_form = FlagField()


class PhaseSchema(PlanSchema):
    """One phase of a block."""

    phase = ChoiceField(PhaseKind)
    start = TimeField()
    end = TimeField()
    source = ChoiceField(Source, load_default=None)


class BlockSchema(PlanSchema):
    """One block, with its phases."""

    id = IdField()
    day = IdField()
    title = WordsField()
    kind = ChoiceField(BlockKind)
    mode = ChoiceField(Mode, load_default=None)
    group = IdField()
    forms = NamesField(longest=10, load_default=())
    materials = NamesField(load_default=())
    roles = NamesField(load_default=())
    signals = FlagField(load_default=None)
    phases = fields.Nested(
        PhaseSchema,
        many=True,
        required=True,
        error_messages={"required": ErrorCode.PLAN_KEY_MISSING.value, "type": _SHAPE},
    )


class SignalSchema(PlanSchema):
    """One row about a signal: a reminder, or other words."""

    block = IdField()
    kind = ChoiceField(SignalKind)
    minutes_before_end = NumberField(1, 600, load_default=None)
    enabled = FlagField(load_default=None)
    title = WordsField(load_default=None)
    script = WordsField(load_default=None)


class LevelSchema(PlanSchema):
    """One level of incidents."""

    level = NumberField(1, 3)
    title = WordsField()
    report_within = MinutesField()
    meaning = WordsField()


class TypeSchema(PlanSchema):
    """One kind of incident."""

    id = IdField()
    family = ChoiceField(IncidentFamily)
    title = WordsField()
    level = NumberField(1, 3)


class ReadinessSchema(PlanSchema):
    """One thing to be ready."""

    id = IdField()
    title = WordsField()


SECTIONS: dict[str, PlanSchema] = {
    "days": DaySchema(),
    "groups": GroupSchema(),
    "materials": MaterialSchema(),
    "blocks": BlockSchema(),
    "signals": SignalSchema(),
    "incident_levels": LevelSchema(),
    "incident_types": TypeSchema(),
    "readiness": ReadinessSchema(),
}
OPTIONAL = frozenset({"signals", "materials"})
