"""marshmallow fields of a plan file: text in, typed values out; what they refuse, they refuse as findings."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Generic, NoReturn, TypeVar

from marshmallow import ValidationError, fields

from shared.domain.errors import ErrorCode
from shared.domain.words import Words
from shared.wire.plan_findings import Finding

UNKNOWN = frozenset({"", "待定", "未定", "tbd", "?"})
YES = frozenset({"yes", "true", "是"})
NO = frozenset({"no", "false", "否"})
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
V = TypeVar("V")
E = TypeVar("E", bound=StrEnum)


def refuse(code: ErrorCode, **values: object) -> NoReturn:
    """Refuses the field's value; its path is added by who walks marshmallow's messages."""
    raise ValidationError([Finding(code, (), values)])


def as_text(value: object, example: str) -> str:
    """The scalar with full-width digits, colons and letters made narrow; refused when it is a list or mapping."""
    if not isinstance(value, str):
        refuse(ErrorCode.PLAN_SHAPE_WRONG, example=example)
    return unicodedata.normalize("NFKC", value).strip()


class PlanField(fields.Field[V], Generic[V]):
    """A field that must be there unless it has a default."""

    default_error_messages = {"required": ErrorCode.PLAN_KEY_MISSING.value}  # noqa: RUF012 - marshmallow's own shape

    def __init__(self, **options: Any) -> None:
        super().__init__(required="load_default" not in options, **options)

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> V:
        return self.parse(value)

    def parse(self, value: object) -> V:
        """The typed value; ValidationError holding findings when it cannot be one."""
        raise NotImplementedError


class IdField(PlanField[str]):
    """A name for machines: at most 40 of a-z, 0-9, hyphen and underscore."""

    def parse(self, value: object) -> str:
        text = as_text(value, "chinese")
        if not _ID.fullmatch(text):
            refuse(ErrorCode.PLAN_VALUE_INVALID, value=text, allowed="a-z 0-9 - _ (≤ 40)")
        return text


class WordsField(PlanField[Words]):
    """Text in both languages, or plain Chinese text, which then stands for the English too."""

    example = "{zh: 语文测试, en: Chinese test}"

    def parse(self, value: object) -> Words:
        if isinstance(value, str) and value:
            return Words(value, value)
        if not isinstance(value, dict):
            refuse(ErrorCode.PLAN_SHAPE_WRONG, example=self.example)
        strange = [key for key in value if key not in ("zh", "en")]
        wrong = [key for key in ("zh", "en") if not isinstance(value.get(key, ""), str)]
        if strange or wrong:
            unknown = {
                key: [Finding(ErrorCode.PLAN_KEY_UNKNOWN, (), {"key": key, "allowed": "zh, en"})] for key in strange
            }
            shape = {key: [Finding(ErrorCode.PLAN_SHAPE_WRONG, (), {"example": f"{key}: …"})] for key in wrong}
            raise ValidationError(unknown | shape)
        if not value.get("zh"):
            raise ValidationError({"zh": [Finding(ErrorCode.PLAN_KEY_MISSING, (), {"key": "zh"})]})
        return Words(value["zh"], value.get("en") or value["zh"])


class NumberField(PlanField[int]):
    """A whole number within bounds."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def parse(self, value: object) -> int:
        text = as_text(value, str(self.least))
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.least <= int(text) <= self.most:
            refuse(ErrorCode.PLAN_VALUE_INVALID, value=text, allowed=f"{self.least}–{self.most}")
        return int(text)


class MinutesField(PlanField[int | None]):
    """A number of minutes up to a day, or None for 待定."""

    def parse(self, value: object) -> int | None:
        text = as_text(value, "30")
        if text.casefold() in UNKNOWN:
            return None
        if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 1440:
            refuse(ErrorCode.PLAN_VALUE_INVALID, value=text, allowed="1–1440, 待定")
        return int(text)


class FlagField(PlanField[bool]):
    """Yes or no, in either language."""

    def parse(self, value: object) -> bool:
        text = as_text(value, "yes").casefold()
        if text not in YES | NO:
            refuse(ErrorCode.PLAN_VALUE_INVALID, value=text, allowed="yes, no, 是, 否")
        return text in YES


class ChoiceField(PlanField[E], Generic[E]):
    """One word of a fixed list."""

    def __init__(self, choices: type[E], **options: Any) -> None:
        super().__init__(**options)
        self.choices = choices

    def parse(self, value: object) -> E:
        text = as_text(value, next(iter(self.choices)))
        if text not in list(self.choices):
            refuse(ErrorCode.PLAN_VALUE_INVALID, value=text, allowed=", ".join(self.choices))
        return self.choices(text)


class TimeField(PlanField[int | None]):
    """A time of day as minutes after midnight, or None for 待定."""

    def parse(self, value: object) -> int | None:
        text = as_text(value, "08:20")
        if text.casefold() in UNKNOWN:
            return None
        match = _TIME.fullmatch(text)
        if match is None:
            refuse(ErrorCode.PLAN_TIME_IMPOSSIBLE, value=text)
        return int(match[1]) * 60 + int(match[2])


class DateField(PlanField[str | None]):
    """An ISO date, or None for 待定."""

    def parse(self, value: object) -> str | None:
        text = as_text(value, "2022-05-25")
        if text.casefold() in UNKNOWN:
            return None
        try:
            return date.fromisoformat(text if _DATE.fullmatch(text) else "").isoformat()
        except ValueError:
            refuse(ErrorCode.PLAN_DATE_IMPOSSIBLE, value=text)


class PupilsField(PlanField[int | None]):
    """Who belongs to a group: `all` pupils (None), `none` (0: staff), or a number of them."""

    def parse(self, value: object) -> int | None:
        text = as_text(value, "all").casefold()
        if text in ("all", "全体"):
            return None
        if text == "none":
            return 0
        if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) == 0:
            refuse(ErrorCode.PLAN_VALUE_INVALID, value=text, allowed="all, none, 1–999")
        return int(text)


class NamesField(PlanField[tuple[str, ...]]):
    """A list of short names, each at most once."""

    def __init__(self, longest: int = 40, **options: Any) -> None:
        super().__init__(**options)
        self.longest = longest

    def parse(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            refuse(ErrorCode.PLAN_SHAPE_WRONG, example="[A, B]")
        problems: dict[int, list[Finding]] = {}
        names: list[str] = []
        for index, item in enumerate(value):
            name = unicodedata.normalize("NFKC", item) if isinstance(item, str) else ""
            if not 0 < len(name) <= self.longest:
                wrong = {"value": name, "allowed": f"A, B … (≤ {self.longest})"}
                problems[index] = [Finding(ErrorCode.PLAN_VALUE_INVALID, (), wrong)]
            elif name in names:
                problems[index] = [Finding(ErrorCode.PLAN_DUPLICATE_ID, (), {"id": name})]
            names.append(name)
        if problems:
            raise ValidationError(problems)
        return tuple(names)
