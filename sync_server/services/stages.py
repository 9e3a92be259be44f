"""Which grade a school is sampled for: what people write in spreadsheets, as a grade from 1 to 9."""

import re

_WORDS = {"小学": "4", "初中": "8", "中学": "8", "primary": "4", "junior": "8"}
_NUMERALS = "一二三四五六七八九"


def find_stage(text: str) -> str | None:
    """The grade that `text` means (`小学` → `4`, `八年级` → `8`, `4` → `4`), or None."""
    text = text.strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    found = re.fullmatch(rf"([1-9]|[{_NUMERALS}])(\.0)?(年级|级)?", text)
    if not found:
        return None
    sign = found.group(1)
    return sign if sign.isascii() else str(_NUMERALS.index(sign) + 1)
