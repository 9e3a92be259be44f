"""Taking over 接手: another laptop, or a new file on the same one, goes on with the day (design §3)."""

from shared.domain.catalogue import EventType, choice, number, text
from shared.domain.roles import LAPTOP_ONLY
from shared.domain.words import Words

FEATURE = "takeover"

DAY_TAKEN_OVER = EventType(
    name="day_taken_over",
    feature=FEATURE,
    title=Words("接手", "Taken over"),
    words=Words(
        "本机从{source}接手：接在日志 {log} 第 {line} 条之后。原因：{reason}",
        "This laptop took over from {source}, after line {line} of log {log}: {reason}",
    ),
    fields=(
        text("log", "原电脑的日志", "ancestor's log", most=26),
        number("line", "最后一条", "last line", least=1, most=10**9),
        choice(
            "source",
            "来源",
            "source",
            [
                ("black_box", "黑匣子", "the black box"),
                ("backup", "备份", "a backup"),
                ("file", "日志文件", "a log file"),
            ],
        ),
        choice(
            "reason",
            "原因",
            "reason",
            [
                ("broken", "原电脑坏了", "the laptop broke"),
                ("gone", "原电脑不见了", "the laptop is gone"),
                ("damaged", "数据文件损坏", "its file was damaged"),
                ("restored", "用回了旧数据", "an old copy was put back"),
                ("other", "其他", "another reason"),
            ],
        ),
    ),
    may=LAPTOP_ONLY,
    milestone=True,
)
"""The first line of a log that goes on from another: people come on duty again here, and this clock is not that one."""
TYPES = (DAY_TAKEN_OVER,)
REASONS = DAY_TAKEN_OVER.field("reason").choices
