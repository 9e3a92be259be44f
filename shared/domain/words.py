"""A text in the product's two languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One meaning, said in Chinese and in English."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """The Chinese text for any `zh…` language, else the English one."""
        return self.zh if language.startswith("zh") else self.en

    def fill(self, values: dict[str, str]) -> "Words":
        """The same words with each `{name}` replaced; a name without a value becomes a dash."""
        known = _Dashes(values)
        return Words(self.zh.format_map(known), self.en.format_map(known))


class _Dashes(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"
