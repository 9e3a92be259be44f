"""What counts say: one set of sentences, filled here on the page and by the browser while somebody types."""

from flask_babel import gettext as _

from field_app.services.materials import Counting, Row
from shared.domain.materials import Difference, Gap
from shared.web.language import language


def templates() -> dict[str, str]:
    """The sentences by what they say; `{name}`, `{n}`, `{a}` and `{b}` are filled in."""
    return {
        "ok": _("✓ 对上"),
        "open": _("– 未数完"),
        "not_number": _("✕ 只写数字，0–9999"),
        "join": _("；"),
        "issue_short": _("少 {n}：领到 {a}，发出＋未用＋破损 {b}"),
        "issue_over": _("多 {n}：领到 {a}，发出＋未用＋破损 {b}"),
        "return_short": _("少 {n}：发出 {a}，收回＋作废＋缺少 {b}"),
        "return_over": _("多 {n}：发出 {a}，收回＋作废＋缺少 {b}"),
        "missing_short": _("缺 {n}，请登记事件"),
        "present_ok": _("✓ {name}收回 {b}，到场 {a} 人"),
        "present_open": _("– 到场 {a} 人，{name}还没有收回"),
        "present_unknown": _("– 还没有检录，到场人数不明"),
        "present_short": _("{name}少 {n}：收回 {b}，到场 {a} 人"),
        "present_over": _("{name}多 {n}：收回 {b}，到场 {a} 人"),
    }


def row_name(row: Row) -> str:
    """`答题卡 C`: the material's title and the form."""
    return f"{row.material.title.text(language())} {row.form}".strip()


def row_text(row: Row) -> str:
    """What one row's counts say, with a shape."""
    words = templates()
    if row.count.differences():
        return f"✕ {_row_trouble(words, row)}"
    return words["ok"] if row.count.is_complete else words["open"]


def total_text(counting: Counting) -> str:
    """Answer sheets collected against pupils present, with a shape; empty for a block without materials."""
    words = templates()
    if counting.answer is None:
        return ""
    name = counting.answer.title.text(language())
    if counting.present is None:
        return words["present_unknown"]
    if counting.against_present is not None:
        return f"✕ {_fill(words, counting.against_present, name)}"
    key = "present_open" if counting.collected is None else "present_ok"
    return words[key].format(name=name, a=counting.present, b=counting.collected)


def bags_text(counting: Counting) -> str:
    """The sheets in bags against the sheets counted for them, with a shape; empty until there is a bag."""
    if not counting.bags:
        return ""
    a, b = counting.all_to_bag, counting.bagged
    if not a:
        return str(_("– 袋内 %(b)d 份，工具还没有清点", b=b))
    return str(_("✓ 袋内 %(b)d 份，与清点相符", b=b) if a == b else _("▲ 袋内 %(b)d 份，清点应装 %(a)d 份", a=a, b=b))


def trouble_text(counting: Counting) -> str:
    """Everything that does not add up in a block, in one line, to begin an incident with; empty when all does."""
    words = templates()
    parts = [f"{row_name(row)} {_row_trouble(words, row)}" for row in counting.rows if row.count.differences()]
    if counting.against_present is not None and counting.answer is not None:
        parts.append(_fill(words, counting.against_present, counting.answer.title.text(language())))
    return words["join"].join(parts)


def _row_trouble(words: dict[str, str], row: Row) -> str:
    return words["join"].join(_fill(words, difference) for difference in row.count.differences())


def _fill(words: dict[str, str], difference: Difference, name: str = "") -> str:
    side = "short" if difference.number > 0 or difference.gap is Gap.MISSING else "over"
    return words[f"{difference.gap}_{side}"].format(
        name=name, n=abs(difference.number), a=difference.wanted, b=difference.found
    )
