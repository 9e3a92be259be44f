"""One cell of a roster as clean text: full-width digits, stray spaces, and numbers that were meant as text."""

import re
import unicodedata

# Full-width digits and letters and the ideographic space; ideographs and Chinese brackets are never altered.
_WIDE = [code for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()]
_HALF_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in _WIDE} | {0x3000: " ", 0xA0: " "}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_IDEOGRAPH = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]"
_SPACE_BETWEEN_IDEOGRAPHS = re.compile(rf"(?<={_IDEOGRAPH})\s+(?={_IDEOGRAPH})")
_SEAT = re.compile(
    r"(?:第|座位号|座号|座位|no\.?|#)?\s*([+-]?\d{1,12})(?:\.0+)?\s*(?:号座位|号座|号|座)?", re.IGNORECASE
)
_SEXES = {"男": "男", "男生": "男", "m": "男", "male": "男", "女": "女", "女生": "女", "f": "女", "female": "女"}
EXACT_DIGITS = 15  # a spreadsheet number keeps 15 digits and turns the rest to zeros


def cell_text(value: object) -> str:
    """Any cell as text: 7.0 becomes "7", full width becomes half width, invisible characters and outer spaces go."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return _INVISIBLE.sub("", text).translate(_HALF_WIDTH).strip()


def clean_name(text: str) -> str:
    """A name with the spaces between its ideographs removed (张　三 → 张三) and other runs of spaces made one."""
    return " ".join(_SPACE_BETWEEN_IDEOGRAPHS.sub("", text).split())


def clean_code(text: str) -> str:
    """A pupil's code or barcode: no spaces, no apostrophe that forced it to be text, leading zeros kept."""
    return "".join(text.lstrip("'‘’`").split())


def clean_sex(text: str) -> str:
    """男 or 女 however it was written; anything else as it stands."""
    return _SEXES.get(text.casefold(), text)


def parse_seat(text: str) -> int | None:
    """The seat in `text` (7, ０７, 7号, 第7号, ⑦), in range or not; None when it is not a whole number."""
    match = _SEAT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return int(match.group(1)) if match else None


def is_rounded(value: object) -> bool:
    """Whether a code was stored as a number so long that the spreadsheet has lost its last digits."""
    return isinstance(value, int | float) and abs(value) >= 10**EXACT_DIGITS


def column_letter(index: int) -> str:
    """The letter a spreadsheet shows over column `index`, counted from 0: A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
