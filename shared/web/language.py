"""Two languages: Chinese as written in the source, English from `.po` files read at start, so nothing can be stale."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, after_this_request, has_request_context, request
from flask_babel import Babel, Domain

LANGUAGES = ("zh", "en")
_LOCALES = {"zh": Locale.parse("zh_CN"), "en": Locale.parse("en")}  # parsed once: a name costs 0.3 ms a request
_AS_WRITTEN = NullTranslations()
_COOKIE = "language"
_CHOSEN = "testday.language"
SHARED_LOCALE = Path(__file__).parent / "locale"


class PoDomain(Domain):
    """A gettext domain that reads the `.po` files of several folders directly."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        super().__init__()
        self._folders = folders

    def get_translations(self) -> Any:
        """The translations of the request's language; Chinese needs none."""
        return read_translations(self._folders) if language() == "en" else _AS_WRITTEN


@cache
def read_translations(folders: tuple[Path, ...]) -> NullTranslations:
    """The English catalogue merged from every folder's `en/LC_MESSAGES/messages.po`."""
    merged = NullTranslations()
    for folder in folders:
        with (folder / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
            catalogue = read_po(file)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        translations = Translations(compiled)
        merged = merged.merge(translations) if isinstance(merged, Translations) else translations
    return merged


def language() -> str:
    """The language of the request: `zh` or `en`; chosen once a request, since every sentence asks."""
    if not has_request_context():
        return "zh"
    environ = request.environ
    chosen = environ.get(_CHOSEN)
    if chosen is None:
        chosen = environ[_CHOSEN] = _choose()
    return str(chosen)


def init_language(app: Flask, *folders: Path) -> None:
    """Give an app both languages; `?lang=en` on any page switches and is remembered."""
    babel = Babel(app, default_locale="zh_CN", default_timezone="Asia/Shanghai", locale_selector=_locale)
    babel.domain_instance = PoDomain((SHARED_LOCALE, *folders))
    app.jinja_env.globals["language"] = language


def _locale() -> Locale:
    return _LOCALES[language()]


def _choose() -> str:
    # `in` first, here and at the entrance: what is missing costs an exception of its own
    if "lang" in request.args and (asked := request.args["lang"]) in LANGUAGES:
        after_this_request(_remember(asked))
        return asked
    cookies = request.cookies
    return "en" if _COOKIE in cookies and cookies[_COOKIE] == "en" else "zh"


def _remember(chosen: str) -> Callable[[Response], Response]:
    def remember(response: Response) -> Response:
        response.set_cookie(_COOKIE, chosen, max_age=31_536_000, samesite="Lax")
        return response

    return remember
