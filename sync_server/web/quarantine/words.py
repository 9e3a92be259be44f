"""Words of the quarantine pages: why a piece was held back, and what mends the cause."""

from shared.domain.errors import DomainError, ErrorCode
from shared.domain.words import Words
from sync_server.services.quarantine import Held

_CAME_DAMAGED = Words(
    "数据在路上损坏或被改过。请学校再送一次（联网会自动重送，也可用 U 盘重新送交）",
    "it was damaged or changed on its way. Have the school send it again (by itself over a network, or by stick)",
)
_OTHER_OFFICE = Words(
    "不属于这里办的监测。请存下原始数据，交给办那一次监测的县级服务器",
    "it does not belong here. Save the data and give it to the office that it belongs to",
)
_EARLIER_MISSING = Words(
    "这份日志前面的记录还没有到县里：请先放行同一日志更早的一份，或等学校送到",
    "earlier lines of this log are not here yet: release the earlier piece of the same log first, or wait for it",
)

WHY: dict[str, Words] = {
    ErrorCode.SCHOOL_WRONG: Words(
        "送来的电脑登记在一所学校，日志却写的是另一所", "The laptop is enrolled for one school, its log names another"
    ),
    ErrorCode.SCHOOL_UNKNOWN: Words(
        "日志所写的学校不在名单里", "The school that the log names is not on the list of schools"
    ),
    ErrorCode.LOG_NOT_VOUCHED: Words(
        "送来的电脑没有为这份新日志担保", "The laptop that sent it did not vouch for this new log"
    ),
    ErrorCode.CAMPAIGN_WRONG: Words("日志属于另一个批次", "The log belongs to another campaign"),
    ErrorCode.MODE_WRONG: Words("演练与正式混在一起", "A rehearsal and the live day are mixed up"),
    ErrorCode.HEAD_MISSING: Words(
        "末尾没有签名凭证，证明不了是这台电脑写的", "No signed head at its end proves that this laptop wrote it"
    ),
    ErrorCode.HEAD_SIGNATURE_WRONG: Words("签名不是这份日志的", "The signature is not this log's"),
    ErrorCode.CHAIN_BROKEN: Words("记录前后接不上", "The lines do not follow one another"),
    ErrorCode.LOG_KEY_MISMATCH: Words("日志编号与它的公钥不符", "The log's id does not match its key"),
    ErrorCode.NOT_A_LINE: Words("其中有读不出来的部分", "Part of it cannot be read"),
    ErrorCode.NOT_A_LOG: Words("不是测试日的日志", "It is not a test-day log"),
}
"""By the code for which a piece was held back."""

CURE: dict[str, Words] = {
    ErrorCode.SCHOOL_WRONG: Words(
        "先打电话问清是谁的电脑、谁的记录；属实就放行，记录归入日志所写的学校。那台电脑要换登记码重新登记",
        "First ask by telephone whose laptop and whose lines they are; if they are true, release them into the log of "
        "the school that they name. The laptop has to be enrolled again with a code of its own school",
    ),
    ErrorCode.LOG_NOT_VOUCHED: Words(
        "先打电话问清学校为什么换了电脑或重新登记；属实就放行，由您担保",
        "First ask the school by telephone why it changed the laptop or enrolled again; if that is true, release it: "
        "you vouch for it",
    ),
    ErrorCode.SCHOOL_UNKNOWN: Words(
        "日志所写的学校不在名单里。先把它加进名单（testday server import-schools），再回到这里放行",
        "its school is not on the list. Add it (testday server import-schools), then come back and release it",
    ),
    ErrorCode.CAMPAIGN_WRONG: _OTHER_OFFICE,
    ErrorCode.MODE_WRONG: _OTHER_OFFICE,
    ErrorCode.HEAD_MISSING: Words(
        "没有凭证。请学校把这份日志再送一次；送到以后，这里会写“已从别的路送到”",
        "it has no signed head. Have the school send the log again; once it has come, this page "
        "says that it came by another road",
    ),
    ErrorCode.HEAD_SIGNATURE_WRONG: _CAME_DAMAGED,
    ErrorCode.CHAIN_BROKEN: _CAME_DAMAGED,
    ErrorCode.LOG_KEY_MISMATCH: _CAME_DAMAGED,
    ErrorCode.NOT_A_LINE: _CAME_DAMAGED,
    ErrorCode.NOT_A_LOG: _CAME_DAMAGED,
    ErrorCode.LOG_UNKNOWN: _EARLIER_MISSING,
    ErrorCode.HEAD_UNKNOWN: _EARLIER_MISSING,
}
"""What mends the cause, by the code that stands in the way now, else by the one for which it was held back."""


def why(held: Held) -> Words:
    """Why the piece was held back."""
    return WHY.get(held.item.code, Words(held.item.code, held.item.code))


def cure(held: Held) -> Words:
    """What somebody has to do now."""
    code = held.problem.code if isinstance(held.problem, DomainError) else held.item.code
    return CURE.get(code, why(held))
