"""The words of why a drill cannot begin or go on, as (status, Chinese, English)."""

from shared.domain.errors import ErrorCode as C

DRILL_WORDS: dict[C, tuple[int, str, str]] = {
    C.DRILL_TOO_NEAR: (
        409,
        "{time} 有正式指令，离现在不到 {minutes} 分钟，不能练习；请打开报时台准备正式报时。",
        "A real signal is due at {time}, in less than {minutes} minutes: no drill now. Open the console for it.",
    ),
    C.DRILL_SIGNAL_OPEN: (
        409,
        "{time} 的正式指令还没有办完，请先在“指令”页发出并确认，再来练习。",
        "The real signal of {time} is still open: give and confirm it on the Signals page, then practise.",
    ),
    C.DRILL_WITHOUT_SIGNALS: (
        409,
        "今天的指令都还没有定时间，没有可练习的；请先采用县里定了时间的方案。",
        "No signal of today has a time yet, so there is nothing to practise; adopt the county's timed plan first.",
    ),
    C.DRILL_OVER: (
        409,
        "这次练习已经结束，请看练习记录；要再练请到“指令”页重新开始。",
        "This drill has ended: see its record. To practise again, start one on the Signals page.",
    ),
}
