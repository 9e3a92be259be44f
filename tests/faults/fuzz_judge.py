"""What an answer to malformed input must be: a value as its types say, or a code with sentences in both languages."""

import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from string import Formatter
from typing import Any

from shared.domain.errors import DomainError, ErrorCode
from shared.wire.problems import PROBLEMS, sentence

LONGEST = 1500
"""Most characters of a sentence: what somebody sent is never given back at length."""

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def judge_call(read: Callable[[], Any]) -> tuple[list[str], str]:
    """What was wrong with the way a reader answered, and the outcome in a word; other errors than ours pass through."""
    try:
        value = read()
    except DomainError as problem:
        return judge_refusal(problem), problem.code.value
    return [f"a value of other types: {why}" for why in ill_typed(value)], "read"


def judge_refusal(problem: DomainError) -> list[str]:
    """What is wrong with a refusal's words."""
    words = PROBLEMS.get(problem.code)
    if words is None:
        return [f"{problem.code} has no sentence"]
    wrong = judge_words(problem.code, sentence(problem, "zh"), sentence(problem, "en"))
    wanted = {name for text in (words.zh, words.en) for _, name, _, _ in Formatter().parse(text) if name}
    return wrong + [f"{problem.code} does not say its {name}" for name in sorted(wanted - problem.values.keys())]


def judge_words(code: str, zh: object, en: object) -> list[str]:
    """What is wrong with the two sentences of a code."""
    wrong = []
    for language, text in (("zh", zh), ("en", en)):
        if not isinstance(text, str) or len(text.strip()) < 4:
            wrong.append(f"{code} has no sentence in {language}")
        elif len(text) > LONGEST:
            wrong.append(f"{code} has a sentence of {len(text)} characters")
    if isinstance(zh, str) and not _CHINESE.search(zh):
        wrong.append(f"{code} has no Chinese in its Chinese sentence")
    return wrong


def judge_answer(status: int, body: Any, declared: Mapping[int, set[str]]) -> tuple[list[str], str]:
    """What is wrong with an HTTP answer of the API, and its code or status; `declared` are the route's refusals."""
    if status < 400:
        return [], str(status)
    code = body.get("code") if isinstance(body, dict) else None
    if status >= 500 or code not in set(ErrorCode):
        return [f"answered {status} {code}"], str(code or status)
    wrong = judge_words(code, body.get("zh"), body.get("en"))
    if code not in declared.get(status, set()) | _ANYWHERE.get(status, {ErrorCode.REQUEST_REFUSED.value}):
        wrong.append(f"{status} {code} is not among the refusals that the document names")
    return wrong, code


_ANYWHERE: Mapping[int, set[str]] = {404: {ErrorCode.PAGE_NOT_FOUND.value}}


def ill_typed(value: Any, where: str = "value") -> list[str]:
    """Where a dataclass or named tuple holds something else than it declares."""
    if not (is_dataclass(value) or hasattr(value, "_fields")):
        return []
    names = [field.name for field in fields(value)] if is_dataclass(value) else list(value._fields)
    declared = _hints(type(value))
    return [wrong for name in names for wrong in _mismatch(getattr(value, name), declared[name], f"{where}.{name}")]


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _KNOWN:
        _KNOWN[kind] = typing.get_type_hints(kind)
    return _KNOWN[kind]


def _mismatch(value: Any, declared: Any, where: str) -> list[str]:
    origin, inside = typing.get_origin(declared), typing.get_args(declared)
    if declared is Any:
        return []
    if origin in (typing.Union, types.UnionType):
        tried = [_mismatch(value, one, where) for one in inside]
        return [] if [] in tried else tried[0]
    if origin is not None:
        if not isinstance(value, origin):
            return [f"{where} is {type(value).__name__}"]
        items = value if isinstance(value, list | tuple) else ()
        return [wrong for item in items for wrong in _mismatch(item, inside[0], f"{where}[]")]
    if type(value) is not declared and not (isinstance(value, declared) and declared not in (int, str)):
        return [f"{where} is {type(value).__name__}"]
    return ill_typed(value, where)


_KNOWN: dict[type, dict[str, Any]] = {}
