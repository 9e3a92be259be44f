"""Every sentence for people stands in both languages, and no translation is left of a sentence that is gone."""

from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from shared.domain.errors import ErrorCode
from shared.wire.problems import PROBLEMS

CATALOGUES = {"shared": "shared/web/locale", "field_app": "field_app/locale", "sync_server": "sync_server/locale"}


def extract_messages(root: Path, package: str) -> Catalog:
    """The Chinese sentences in a package's code and templates."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for _, _, message, _, context in extract_from_dir(root / package, methods, options):
        found.add(message, context=context)
    return found


def read_catalogue(root: Path, package: str) -> Catalog:
    """The English that a package holds."""
    with (root / CATALOGUES[package] / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def texts(value: object) -> list[str]:
    """A message's id or translation as a list: one text, or one for each plural form."""
    return [str(part) for part in value] if isinstance(value, list | tuple) else [str(value or "")]


def is_complete(message: Message | None) -> bool:
    return message is not None and not message.fuzzy and all(texts(message.string))


def placeholders(template: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def gaps(template: str, language: str) -> set[str]:
    """The same, where a gap named for its own language passes on words that somebody else said in both."""
    return {"said" if name == language else name for name in placeholders(template)}


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("package", CATALOGUES)
def test_every_sentence_has_its_english(root: Path, package: str) -> None:
    english = read_catalogue(root, package)
    wanted = [message for message in extract_messages(root, package) if message.id]
    missing = [m.id for m in wanted if not is_complete(english.get(texts(m.id)[0], m.context))]
    assert missing == [], "run `make words` and fill in the msgstr"


@pytest.mark.parametrize("package", CATALOGUES)
def test_no_english_of_a_sentence_that_is_gone(root: Path, package: str) -> None:
    used = extract_messages(root, package)
    english = read_catalogue(root, package)
    stale = [m.id for m in english if m.id and used.get(texts(m.id)[0], m.context) is None]
    assert stale + list(english.obsolete) == [], "run `make words`"


@pytest.mark.parametrize("package", CATALOGUES)
def test_english_fills_the_same_gaps(root: Path, package: str) -> None:
    problems = [(m.id, str(e)) for m in read_catalogue(root, package) if m.id for e in m.check()]
    assert problems == []


@pytest.mark.parametrize("package", CATALOGUES)
def test_english_holds_no_chinese_sentence(root: Path, package: str) -> None:
    # the language switch shows each language in its own name
    wrong = [
        m.id
        for m in read_catalogue(root, package)
        if m.id and any(map(is_chinese, texts(m.string))) and texts(m.string) != ["中文"]
    ]
    assert wrong == []


def test_no_compiled_catalogue_is_kept(root: Path) -> None:
    assert [path for package in CATALOGUES for path in (root / package).rglob("*.mo")] == []


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_code_has_a_sentence_in_both_languages(code: ErrorCode) -> None:
    problem = PROBLEMS[code]
    assert gaps(problem.zh, "zh") == gaps(problem.en, "en")
    assert problem.zh.strip()
    assert problem.en.strip()
    assert 400 <= problem.status <= 599


def test_no_sentence_of_an_unknown_code() -> None:
    assert set(PROBLEMS) == set(ErrorCode)
