"""The words and the HTTP status of every error code, in both languages: what is wrong, and what to do instead."""

from dataclasses import dataclass

from shared.domain.errors import DomainError
from shared.domain.errors import ErrorCode as C
from shared.wire.drill_problems import DRILL_WORDS
from shared.wire.keeping_problems import KEEPING_WORDS
from shared.wire.road_problems import ROAD_WORDS
from shared.wire.roster_problems import ROSTER_WORDS
from shared.wire.stick_problems import STICK_WORDS


@dataclass(frozen=True, slots=True)
class Problem:
    """One error code's HTTP status and its sentences; `{name}` in a sentence is filled from the error's values."""

    status: int
    zh: str
    en: str


_ELSEWHERE = (KEEPING_WORDS, ROSTER_WORDS, DRILL_WORDS, STICK_WORDS, ROAD_WORDS)

PROBLEMS: dict[C, Problem] = {
    C.NOT_A_LINE: Problem(
        422,
        "这一行不是本系统的记录（{reason}），已单独保留。",
        "This line is not a record ({reason}); it is kept apart.",
    ),
    C.LINE_TOO_LONG: Problem(
        422,
        "内容太长，最多 {limit} 字节，请缩短后再存。",
        "Too long: at most {limit} bytes; shorten it and save again.",
    ),
    C.CHAIN_BROKEN: Problem(
        422,
        "第 {seq} 条与前一条对不上：被改动、缺失、插入或换位。",
        "Line {seq} does not follow the one before it: changed, missing, inserted or moved.",
    ),
    C.HEAD_SIGNATURE_WRONG: Problem(
        422, "第 {seq} 条处的签名不对，请重新传送。", "The signature at line {seq} is wrong; send the log again."
    ),
    C.HEAD_NOT_FOUND: Problem(
        422,
        "日志中没有凭证 {head} 所指的那一条：末尾缺失或不是同一份日志。",
        "The log does not contain head {head}: its tail is missing, or it is another log.",
    ),
    C.NOT_A_LOG: Problem(
        422,
        "{path} 不是测试日日志（也不是它的备份）。请选择导出的 .log 文件或备份。",
        "{path} is not a test-day log or a backup of one. Choose an exported .log file or a backup.",
    ),
    C.LOG_KEY_MISMATCH: Problem(
        422, "日志编号与其公钥不符，不予接收。", "The log id does not match its public key; it is not accepted."
    ),
    C.NOT_RECORDED: Problem(
        503,
        "没能确认存上。请再点一次，不会重复登记；内容还在页面上。（{reason}）",
        "Not confirmed as recorded. Press again: it is never recorded twice, and your input is still here. ({reason})",
    ),
    C.DISK_FULL: Problem(
        507,
        "磁盘已满，这一条没有存上。请删除一些文件（如下载、回收站）后再点一次；内容还在页面上。",
        "The disk is full and this was not recorded. Free some space (downloads, recycle bin) and press again.",
    ),
    C.FILE_UNREADABLE: Problem(
        503,
        "没有读出文件 {path}。文件没有被改动；请再试一次，还不行就换一份拷贝，或重新启动电脑。",
        "The file {path} could not be read and was left untouched. Try again, then take another copy, or restart.",
    ),
    C.NOT_A_DATABASE: Problem(
        500,
        "{path} 不是数据库文件或已损坏。文件没有被改动；请把它移到别处保存，再用备份恢复。",
        "{path} is not a database or is damaged. It was left untouched: move it away and restore a backup.",
    ),
    C.DATABASE_IN_USE: Problem(
        409,
        "另一个程序正在使用 {path}。请回到已打开的窗口，或先把它关掉。",
        "Another program is using {path}. Go back to the open window, or close it first.",
    ),
    C.PORT_IN_USE: Problem(
        409,
        "端口 {port} 被别的程序占用。请加 --port 0 再启动，自动选一个空闲端口。",
        "Another program uses port {port}. Start again with --port 0, which takes any free one.",
    ),
    C.UNKNOWN_EVENT_TYPE: Problem(
        422, "不认识的记录类型“{type}”，已原样保留。", "Unknown event type “{type}”; it is kept as it is."
    ),
    C.EVENT_TYPE_NEWER: Problem(
        422,
        "“{type}”是新版程序的写法（第 {version} 版），已原样保留，请更新这里的程序。",
        "“{type}” is as a newer program writes it (version {version}); it is kept as it is: update the program here.",
    ),
    C.FIELD_MISSING: Problem(422, "缺少“{field}”，请填写。", "“{field}” is missing; fill it in."),
    C.FIELD_UNKNOWN: Problem(422, "多出了不认识的“{field}”，请去掉。", "“{field}” is not known here; remove it."),
    C.FIELD_INVALID: Problem(
        422, "“{field}”填得不对（{value}），应为：{expected}。", "“{field}” is not right ({value}); write {expected}."
    ),
    C.NOT_ALLOWED: Problem(
        403,
        "{role} 不能做这一步，请由 {allowed} 来做。",
        "{role} may not do this; ask one of: {allowed}.",
    ),
    C.NOT_ON_DUTY: Problem(
        403,
        "此人今天没有上岗登记，请先由主监或副主监登记上岗。",
        "This person is not on duty today; put them on duty first.",
    ),
    C.WITNESS_MISSING: Problem(
        422, "这一步要两个人：请见证人输入自己的口令。", "This step needs two people: let a witness enter their PIN."
    ),
    C.WITNESS_IS_ACTOR: Problem(
        422,
        "不能自己给自己作见证，请换一个人输入口令。",
        "Nobody can witness themselves; let another person enter a PIN.",
    ),
    C.WITNESS_NOT_ALLOWED: Problem(
        403, "{role} 不能见证这一步，请由 {allowed} 见证。", "{role} may not witness this; ask one of: {allowed}."
    ),
    C.PIN_WRONG: Problem(403, "口令不对，还可再试 {left} 次。", "Wrong PIN; {left} tries left."),
    C.PIN_LOCKED: Problem(
        403,
        "口令错误次数过多，请等 {seconds} 秒再试，或请主监重新登记上岗。",
        "Too many wrong PINs: wait {seconds} s, or let the principal put you on duty again.",
    ),
    C.PIN_TOO_SIMPLE: Problem(
        422,
        "口令要 6 位数字，不能是 123456 这样的连号，也不能只用一两个数字。",
        "A PIN is 6 digits, not a run such as 123456 and not made of one or two digits.",
    ),
    C.SIGN_IN_FIRST: Problem(403, "请先选人并输入口令。", "Choose who you are and enter your PIN first."),
    C.TYPED_DIFFERENTLY: Problem(
        422,
        "两次输入的不一样，请两格都重新输入。",
        "The two entries differ; type both again.",
    ),
    C.PASSPHRASE_WRONG: Problem(403, "开机口令不对，请再输一次。", "The site passphrase is wrong; type it again."),
    C.PASSPHRASE_TOO_SHORT: Problem(
        422, "开机口令至少 {least} 个字，请用一句好记的话。", "The site passphrase needs at least {least} characters."
    ),
    C.FORM_EXPIRED: Problem(
        403, "页面已过期，请刷新后再填；没有存上任何内容。", "This page has expired; reload it and fill it in again."
    ),
    C.PAGE_NOT_FOUND: Problem(404, "没有这一页，请回到“今日”。", "There is no such page; go back to Today."),
    C.REQUEST_REFUSED: Problem(
        400,
        "这个请求不能办理（{reason}）。请回到“今日”再试。",
        "The request was refused ({reason}). Go back to Today and try again.",
    ),
    C.ALREADY_OPEN: Problem(409, "今天已经开始，不必再开。", "The day is already open."),
    C.NOT_ENROLLED: Problem(
        409,
        "这台笔记本还没有登记，请先用县里给的登记码登记。",
        "This laptop is not enrolled; use the county's code first.",
    ),
    C.ALREADY_ENROLLED: Problem(
        409,
        "这台笔记本已登记到 {school}，不能换学校，也不能再接手。",
        "This laptop is enrolled for {school}: no other school, no takeover.",
    ),
    C.ENROLMENT_UNREADABLE: Problem(
        422,
        "登记文件读不出来。请用县里发的登记文件（.json），不要改动内容。",
        "The enrolment file cannot be read. Use the county's file (.json) as it is.",
    ),
    C.ENROLMENT_FOR_ANOTHER: Problem(
        409,
        "这份登记文件是给{school}另一台笔记本的。请用为本机办的那一份。",
        "This enrolment file was made for another laptop ({school}). Use the one made for this laptop.",
    ),
    C.ENTER_BY_LAUNCH: Problem(
        403,
        "请从测试日程序自己打开的窗口进入（桌面图标或程序窗口里的网址）。",
        "Come in through the window that the program itself opened (desktop icon, or the address it printed).",
    ),
    C.TIME_IMPOSSIBLE: Problem(
        422,
        "时间“{value}”不对，请写成 08:35 这样，且不晚于现在。",
        "“{value}” is not a time here: write 08:35, not later than now.",
    ),
    C.CLOCK_TIME_UNREADABLE: Problem(
        422,
        "标准时间“{value}”读不懂，请写成 08:15 或 08:15:00；日期写成 2022-05-25。",
        "“{value}” is not a time that can be read: write 08:15 or 08:15:00, and the date as 2022-05-25.",
    ),
    C.PRESS_TOO_OLD: Problem(
        409,
        "按下已超过 10 分钟，或其间程序重新开过，这次不算数，没有存上。请重新按一次。",
        "You pressed more than 10 minutes ago, or the program was restarted since; nothing was saved. Press again.",
    ),
    C.KIT_MISSING: Problem(
        422,
        "{path} 旁边没有这所学校的接手文件（testday-….kit），不知道学校和方案。请换用黑匣子 U 盘，或先在县里登记本机。",
        "Beside {path} there is no kit of this school (testday-….kit), so school and plan are unknown."
        " Use the black box's stick, or enrol this laptop at the county first.",
    ),
    C.PLAN_NOT_LOADED: Problem(409, "还没有载入方案，请先载入。", "No plan is loaded; load one first."),
    C.SIGNAL_UNKNOWN: Problem(422, "方案里没有“{signal}”这条报时指令。", "The plan has no signal “{signal}”."),
    C.SEAT_UNKNOWN: Problem(422, "名册里没有 {seat} 号。", "There is no seat {seat} in the roster."),
    C.BLOCK_UNKNOWN: Problem(422, "方案里没有“{block}”这一场。", "The plan has no block “{block}”."),
    C.REASON_MISSING: Problem(422, "请写明原因。", "Write the reason."),
    C.NOTHING_TO_CORRECT: Problem(422, "没有第 {seq} 条可以更正。", "There is no line {seq} to correct."),
    C.ALREADY_VOID: Problem(409, "第 {seq} 条已经作废过。", "Line {seq} is already void."),
    C.ALREADY_RECORDED: Problem(
        409,
        "第 {seq} 条已经登记过，不用再记；记错了请到“日志”里作废那一条。",
        "Line {seq} says so already. If that line is wrong, void it on the Log page.",
    ),
    C.NOTHING_CHANGED: Problem(
        422, "没有改动，不用保存；请先改好再存。", "Nothing was changed; change something, then save."
    ),
    C.SIGNAL_NOT_GIVEN: Problem(
        409, "这条指令还没有发出，请先发出再确认。", "This signal has not been given; give it before you confirm it."
    ),
    C.NOTHING_TO_MOVE: Problem(
        409,
        "这一场没有还可以移动的指令：都已发出，或时间待定。请换一场，或先让县里填好时间。",
        "No signal of this block can be moved: all are given or have no time. Choose another, or have times filled in.",
    ),
    C.TIMES_DIFFER: Problem(
        409,
        "看过以后情况变了（有指令已发，或时间又动过），没有记录。请再看一次新的时间，再记录。",
        "Things changed since you looked (a signal was given or moved); nothing was recorded. Look again, then record.",
    ),
    C.BELL_STANDS: Problem(
        409,
        "由哪台电脑响铃没有变：这个页面是旧的，请刷新再看。",
        "The bell is already where you want it: this page is old, reload it.",
    ),
    C.INCIDENT_UNKNOWN: Problem(
        404, "没有 {incident} 号事件，请回到“事件”。", "There is no incident {incident}; go back to Incidents."
    ),
    C.NAME_IN_TEXT: Problem(
        422,
        "文字里有学生姓名，没有存上。请改写座号（{seats} 号）；如果写的是同名的工作人员，请写职务。",
        "The text contains a pupil's name and was not saved. Write the seat number instead (seat {seats}); "
        "for a member of staff of the same name, write the role.",
    ),
    C.PLAN_INVALID: Problem(
        422,
        "方案有 {count} 处要改，没有载入；请照下面各条改好后再载入。",
        "The plan needs {count} changes and was not loaded. Make them as listed, then load it again.",
    ),
    C.PLAN_NOT_YAML: Problem(
        422,
        "这一行或上一行读不懂（第 {column} 列）：冒号用半角、后空一格，缩进用空格不用 Tab，引号括号成对，不用 & 和 *。",
        "This line or the one before it cannot be read (column {column}): write a plain colon then a space, "
        "indent with spaces (no tabs), close quotes and brackets, use no & or *.",
    ),
    C.PLAN_NOT_UTF8: Problem(
        422, "文件不是 UTF-8 文本，请在编辑器里另存为 UTF-8。", "The file is not UTF-8 text; save it again as UTF-8."
    ),
    C.PLAN_TOO_LARGE: Problem(
        422,
        "文件超过 {limit} KB，不像是方案；请选择方案文件。",
        "The file is over {limit} KB, too large for a plan; choose the plan file.",
    ),
    C.PLAN_KEY_DUPLICATE: Problem(
        422,
        "“{key}”写了两次（另一次在第 {first} 行），请只留一处。",
        "“{key}” stands twice (also on line {first}); keep one of them.",
    ),
    C.PLAN_KEY_UNKNOWN: Problem(
        422, "没有“{key}”这一项，这里可以写：{allowed}。", "There is no key “{key}”; here you may write: {allowed}."
    ),
    C.PLAN_KEY_MISSING: Problem(422, "缺少“{key}”，请补上这一项。", "“{key}” is missing; add it."),
    C.PLAN_SHAPE_WRONG: Problem(
        422, "这一项的写法不对，请照这样写：{example}", "This is not the right form; write it like this: {example}"
    ),
    C.PLAN_VALUE_INVALID: Problem(
        422, "不能写“{value}”，请写：{allowed}。", "“{value}” is not possible; write: {allowed}."
    ),
    C.PLAN_TIME_IMPOSSIBLE: Problem(
        422,
        "没有“{value}”这个时间，请写 00:00 到 23:59，如 08:20；还不知道就写 待定。",
        "“{value}” is no time of day; write 00:00 to 23:59, like 08:20, or 待定 while unknown.",
    ),
    C.PLAN_DATE_IMPOSSIBLE: Problem(
        422,
        "没有“{value}”这个日期，请写成 2022-05-25 的样子；还不知道就写 待定。",
        "“{value}” is no date; write it like 2022-05-25, or 待定 while unknown.",
    ),
    C.PLAN_END_BEFORE_START: Problem(
        422,
        "{end} 结束，却在 {start} 才开始；结束时间请写晚于 {start}。",
        "It ends at {end} but starts at {start}; write an end after {start}.",
    ),
    C.PLAN_PHASE_ORDER: Problem(
        422,
        "阶段次序不对：“{phase}”请移到“{before}”前面。",
        "The phases are out of order; move “{phase}” before “{before}”.",
    ),
    C.PLAN_PHASE_TOO_EARLY: Problem(
        422,
        "{start} 时“{before}”还没有完（到 {until}）；请写 {until} 或更晚。",
        "At {start} “{before}” is not over yet (it lasts until {until}); write {until} or later.",
    ),
    C.PLAN_DUPLICATE_ID: Problem(
        422, "“{id}”重复了，请改成别的，或删去一个。", "“{id}” is used twice; choose another or delete one."
    ),
    C.PLAN_NAME_UNKNOWN: Problem(
        422,
        "方案里没有“{value}”，请写已有的：{allowed}；或先在方案里加上它。",
        "The plan has no “{value}”; write one of: {allowed}, or add it to the plan first.",
    ),
    C.PLAN_OVERLAP: Problem(
        422,
        "同一批学生的时间冲突：“{other}”是 {start}–{end}；请改到 {end} 以后，或改用另一个组（group）。",
        "The same pupils are still busy: “{other}” is {start}–{end}; start at {end} or later, or use another group.",
    ),
    C.PLAN_SEAL_MISSING: Problem(
        422,
        "“{mode}”有纸质材料，答题之后必须封装；请在 phases 末尾加一行：{example}",
        "“{mode}” leaves paper that must be sealed after answering; add at the end of phases: {example}",
    ),
    C.ENROL_CODE_WRONG: Problem(
        403,
        "登记码不对或已过期。请照县里给的登记码再输一次，或向县里要一个新的。",
        "The enrolment code is wrong or too old. Type it again, or ask the county for a new one.",
    ),
    C.ENROL_CODE_USED: Problem(
        409,
        "这个登记码已经被另一台笔记本用过。请向县里要一个新的。",
        "This enrolment code was used by another laptop. Ask the county for a new one.",
    ),
    C.SESSION_EXPIRED: Problem(
        401,
        "与县里的会话已过期，会自动重新连接。",
        "The session with the office is over; the laptop connects again by itself.",
    ),
    C.DEVICE_UNKNOWN: Problem(
        403,
        "县里没有登记这台笔记本（或已停用）。请与县里联系，重新登记。",
        "The office does not know this laptop (or has barred it). Call the county and enrol again.",
    ),
    C.PROTOCOL_UNKNOWN: Problem(
        400,
        "两边的程序版本相差太远（本机 {asked}，县里 {known}）。请更新旧的一边；已有记录不受影响。",
        "The two programs are too far apart (asked {asked}, known {known}). "
        "Update the older one; no record is affected.",
    ),
    C.BODY_INVALID: Problem(
        422,
        "请求内容不合格式（{reason}），请更新程序后再试。",
        "The request is not well formed ({reason}); update the program.",
    ),
    C.BODY_TOO_LARGE: Problem(
        413,
        "一次传送太多，最多 {limit}，请分批传送。",
        "Too much at once: at most {limit}; send it in smaller batches.",
    ),
    C.BODY_DAMAGED: Problem(
        400, "传送的内容不完整或已损坏，请重新传送。", "What arrived is incomplete or damaged; send it again."
    ),
    C.HEAD_MISSING: Problem(
        422,
        "这一批的末尾没有与内容相符的签名凭证，未接收；请重新传送。",
        "This batch does not end with a signed head that fits it; it was not taken. Send it again.",
    ),
    C.HEAD_UNKNOWN: Problem(
        409,
        "县里没有第 {seq} 条处的这个凭证，请先比对再从相符处传送。",
        "The office does not hold this head at line {seq}; compare first, and send from where both agree.",
    ),
    C.LOG_UNKNOWN: Problem(
        409, "县里还没有这份日志，请从头传送。", "The office does not have this log yet; send it from its birth record."
    ),
    C.LOG_NOT_VOUCHED: Problem(
        403,
        "这份新日志没有本机的签名担保，不予接收；请更新程序或与县里联系。",
        "No enrolled laptop vouches for this new log; update the program or call the county.",
    ),
    C.SCHOOL_WRONG: Problem(
        403,
        "这份日志属于学校 {found}，不是 {expected}；已单独保留，请与县里联系。",
        "This log belongs to school {found}, not {expected}; it is kept apart. Call the county.",
    ),
    C.CAMPAIGN_WRONG: Problem(
        409,
        "这份日志属于批次 {found}，不是 {expected}；已单独保留，请与县里联系。",
        "This log belongs to campaign {found}, not {expected}; it is kept apart. Call the county.",
    ),
    C.MODE_WRONG: Problem(
        409,
        "演练与正式不能混在一起（日志：{found}，县里：{expected}）；已单独保留。",
        "Rehearsal and live do not mix (log: {found}, office: {expected}); it is kept apart.",
    ),
    C.CONTENT_UNKNOWN: Problem(
        404, "县里没有这份文件，请与县里联系。", "The office does not have this file; call the county."
    ),
    C.LOG_FORKED: Problem(
        409,
        "县里这份日志从第 {seq} 条起与本机不同；两份都已保留，请马上打电话告诉县里。",
        "From line {seq} on the office holds something else for this log; both are kept. Call the county now.",
    ),
    C.LOG_BEHIND: Problem(
        409,
        "县里比本机多 {count} 条，本机可能恢复了旧备份；请马上打电话告诉县里。",
        "The office holds {count} lines that this laptop has not; was an old backup restored? Call the county now.",
    ),
    C.SCHOOL_UNKNOWN: Problem(
        404, "没有学校 {school}，请先导入学校名单。", "There is no school {school}; import the list of schools."
    ),
    C.SCHOOL_LIST_INVALID: Problem(
        422,
        "学校名单有 {count} 处要改，没有导入；请照下面各条改好后再导入。",
        "The list of schools needs {count} changes and was not imported. Make them as listed, then import it again.",
    ),
    C.SCHOOL_COLUMN_MISSING: Problem(
        422,
        "没有找到“{column}”这一列；表头请写：学校代码、学校名称、学段。",
        "There is no column “{column}”; the headings are 学校代码, 学校名称, 学段.",
    ),
    C.SCHOOL_CELL_INVALID: Problem(
        422, "“{column}”不能是“{value}”，应为：{expected}。", "“{column}” cannot be “{value}”; write {expected}."
    ),
    C.SHEET_UNREADABLE: Problem(
        422,
        "{path} 不是能读的表格；请选择 .xlsx、.xls、.ods 或 .csv 文件。",
        "{path} is not a readable spreadsheet; choose an .xlsx, .xls, .ods or .csv file.",
    ),
    C.PLAN_UNKNOWN: Problem(
        404,
        "还没有“{plan}”这一学段或年级的方案，请先用 add-plan 加入。",
        "There is no plan for “{plan}” yet; add it with add-plan first.",
    ),
    C.OFFICE_ALREADY_MADE: Problem(
        409,
        "{path} 里已经有一个县级服务器，没有改动它。",
        "There is an office in {path} already; it was left as it is.",
    ),
    C.OFFICE_NOT_MADE: Problem(
        404,
        "{path} 里还没有县级服务器，请先运行 testday server init。",
        "There is no office in {path}; run testday server init first.",
    ),
    C.ACCOUNT_WRONG: Problem(403, "用户名或密码不对，请再试。", "The name or the password is wrong; try again."),
    C.ACTION_REFUSED: Problem(
        403,
        "账号“{account}”不能做这一步，请由县级人员或管理员来做。",
        "The account “{account}” may not do this; ask the county's staff or the administrator.",
    ),
    C.TOO_MANY_TRIES: Problem(429, "试得太多了，请等一分钟再试。", "Too many tries: wait a minute, then try again."),
    C.PASSWORD_TOO_SHORT: Problem(
        422, "密码至少 {least} 位，请用一句好记的话。", "A password has at least {least} characters; use a sentence."
    ),
    C.NAME_TAKEN: Problem(409, "已经有“{name}”，请换一个名字。", "“{name}” is taken; choose another name."),
    C.BACKUP_EXISTS: Problem(
        409,
        "{path} 已经存在，没有改动它；请换一个文件名。",
        "{path} exists already and was left as it is; choose another name.",
    ),
    C.KEY_DAMAGED: Problem(
        500,
        "密钥文件 {path} 读不出来，或者不是原来那一个。文件没有被改动；请放回备份里的同名文件。",
        "The key file {path} cannot be read, or is not the one it was. It was left untouched; put back its backup.",
    ),
    **{code: Problem(*words) for words_of in _ELSEWHERE for code, words in words_of.items()},
    C.RULE_BROKEN: Problem(422, "{reason}", "{reason}"),
    C.INTERNAL: Problem(
        500,
        "程序出错，这一步没有存上。请再试一次；若仍不行，用纸记录并稍后补录。",
        "The program failed; nothing was recorded. Try again, or write on paper and enter it later.",
    ),
}


def sentence(error: DomainError, language: str) -> str:
    """The sentence of `error` in `language` (`zh` or `en`), with its place in front when it has one."""
    problem = PROBLEMS[error.code]
    template = problem.zh if language.startswith("zh") else problem.en
    words = template.format_map(_Gaps(error.values))
    return f"{error.place}{'：' if language.startswith('zh') else ': '}{words}" if error.place else words


class _Gaps(dict[str, object]):
    """Fills a value that an error forgot with a question mark: a sentence must never fail to be written."""

    def __missing__(self, key: str) -> str:
        return "?"
