"""The words of what can be wrong with a roster, as (status, Chinese, English); never a pupil's name in them."""

from shared.domain.errors import ErrorCode as C

ROSTER_WORDS: dict[C, tuple[int, str, str]] = {
    C.ROSTER_NOT_A_SPREADSHEET: (
        422,
        (
            "这个文件（{kind}）不是能读的表格。请选 .xlsx、.xls、.ods 或 .csv；若是网页、Word 或图片，"
            "请用 Excel 或 WPS 另存为 .xlsx，或复制名单后粘贴。"
        ),
        (
            "This file ({kind}) is not a spreadsheet that can be read. Choose .xlsx, .xls, .ods or .csv; save a web "
            "page, Word file or picture as .xlsx first, or copy the list and paste it."
        ),
    ),
    C.ROSTER_ENCRYPTED: (
        422,
        "这个表格有打开密码，读不了。请先在 Excel 或 WPS 中打开并去掉密码另存，或复制名单后粘贴。",
        (
            "This workbook is locked with a password. Open it in Excel or WPS and save it without one, or copy the "
            "list and paste it."
        ),
    ),
    C.ROSTER_EMPTY_FILE: (
        422,
        "里面什么也没有。请另选一个文件，或重新复制名单后粘贴。",
        "There is nothing in it. Choose another file, or copy the list again and paste it.",
    ),
    C.ROSTER_TOO_LARGE: (
        413,
        "文件太大，最多 {limit} MB。名册通常不到 1 MB，请确认选对了文件；或只复制名单后粘贴。",
        (
            "Too large: at most {limit} MB. A roster is mostly below 1 MB: check that this is the right file, or copy "
            "only the list and paste it."
        ),
    ),
    C.ROSTER_STRAY_CELL: (
        422,
        "表格右下很远处还有内容（可能只是一个空格）。请删去它，或只把名单复制到新表格。",
        (
            "Something, perhaps only a space, stands far outside the list. Delete it, or copy only the list to a new "
            "sheet."
        ),
    ),
    C.ROSTER_NO_HEADER: (
        422,
        "没有找到表头。请在名单上方加一行“座号、姓名”，或复制名单后粘贴。",
        (
            "No header row was found. Put a row “座号, 姓名” (or “seat, name”) above the list, or copy the list and "
            "paste it."
        ),
    ),
    C.ROSTER_NO_PUPILS: (
        422,
        "没有找到学生。请确认选对了文件，名单在表头下面。",
        "No pupils were found. Check that this is the right file and that the list stands below its header.",
    ),
    C.ROSTER_NO_SEATS: (
        422,
        "名单里都没有座号。可以选“按顺序编座号”，或在表格中填好座号再导入。",
        "None of the pupils has a seat. Choose to number them in order, or fill in the seats and import again.",
    ),
    C.ROSTER_SEAT_MISSING: (
        422,
        "缺座号。请在表格中填上，再导入一次。",
        "The seat is missing. Fill it in and import again.",
    ),
    C.ROSTER_SEAT_NOT_A_NUMBER: (
        422,
        "座号不是整数。请改成 {least} 到 {most} 的数字。",
        "The seat is not a whole number. Write a number from {least} to {most}.",
    ),
    C.ROSTER_SEAT_OUT_OF_RANGE: (
        422,
        "座号 {seat} 超出范围。请改成 {least} 到 {most} 的数字。",
        "Seat {seat} is out of range. Write a number from {least} to {most}.",
    ),
    C.ROSTER_SEAT_TWICE: (
        422,
        "座号 {seat} 与第 {other} 行重复。请改正其中一个，再导入一次。",
        "Seat {seat} is already in row {other}. Correct one of them and import again.",
    ),
    C.ROSTER_ROW_TWICE: (
        422,
        "与第 {other} 行完全相同，只保留一个。",
        "The same as row {other}; it is kept once.",
    ),
    C.ROSTER_NAME_MISSING: (
        422,
        "缺姓名。请补上姓名；若此座无人，请删去这一行。",
        "The name is missing. Write it, or delete the row if nobody has this seat.",
    ),
    C.ROSTER_NO_NAMES: (
        422,
        "没有姓名列，只能按座号检录。需要姓名时，请加上“姓名”一列再导入。",
        "There is no column of names, so check-in goes by seat. Add a column “姓名” (or “name”) if you want names.",
    ),
    C.ROSTER_NAME_TWICE: (
        422,
        "与第 {other} 行同名。请核对是否两个人；若重复，请删去一行。",
        "The same name as row {other}. Check that they are two pupils; if not, delete one row.",
    ),
    C.ROSTER_CODE_TWICE: (
        422,
        "编码与第 {other} 行重复。请改正其中一个，再导入一次。",
        "The code is the same as in row {other}. Correct one of them and import again.",
    ),
    C.ROSTER_CODE_ROUNDED: (
        422,
        "编码存成了数字，超过 15 位的部分已丢失，扫码会找不到。请把这一列改为文本后重新填写。",
        (
            "The code was stored as a number and lost the digits after the 15th; scanning will not find it. Make the "
            "column text and enter it again."
        ),
    ),
    C.ROSTER_SEAT_GAP: (
        422,
        "座号不连续，缺 {seats}。若本来就没有人坐，不必改。",
        "Seats are not in an unbroken row: {seats} missing. Leave it if nobody sits there.",
    ),
    C.ROSTER_MANY: (
        422,
        "名单有 {pupils} 人，超过 {most} 人。请确认只含抽中的学生，不是全年级。",
        (
            "There are {pupils} pupils, more than {most}. Check that only the sampled pupils are in it, not the whole "
            "grade."
        ),
    ),
    C.ROSTER_OTHER_SHEETS: (
        422,
        "另有 {sheets} 张工作表也像名册，没有读。请确认读的是对的那一张。",
        "{sheets} more sheet(s) look like a roster and were not read. Check that the right one was.",
    ),
    C.ROSTER_LOCKED: (
        409,
        "名册已加密锁定，请输入开机口令打开；在此之前可按座号检录。",
        "The roster is locked. Give the site passphrase to open it; until then check in by seat.",
    ),
    C.ROSTER_MISSING: (
        409,
        "这台笔记本上没有名册。请先导入，或只用座号。",
        "There is no roster on this laptop. Import one, or use seat numbers only.",
    ),
    C.ROSTER_DAMAGED: (
        500,
        "名册文件已损坏，打不开。请重新导入名册；检录可按座号继续，已有记录不受影响。",
        "The roster file is damaged. Import the roster again; check-in goes on by seat and nothing recorded is lost.",
    ),
    C.ROSTER_EXISTS: (
        409,
        "名册已设过开机口令，不能重设。请用原口令打开后再更改。",
        "The roster already has a passphrase. Open it with that one, then change it.",
    ),
    C.ROSTER_SEATS_UNREADABLE: (
        422,
        "座号“{value}”读不懂，请写成 1-30 这样；分段写成 1-15, 31-45。座号为 {least} 到 {most}。",
        "“{value}” is not a range of seats: write 1-30, or 1-15, 31-45 for several. Seats go from {least} to {most}.",
    ),
    C.ROSTER_PREVIEW_GONE: (
        409,
        "这份预览已不在了（已经存过，或程序重启过），没有存上任何内容。请重新选文件或粘贴。",
        "This preview is gone (saved already, or the program was restarted); nothing was saved. Choose the file again.",
    ),
    C.ROSTER_INVALID: (
        422,
        "名册还有 {count} 处要改，没有存上。请照预览里各条改好表格，再选一次文件。",
        "The roster needs {count} changes and was not saved. Make them as the preview lists, then choose it again.",
    ),
    C.ROSTER_STILL_NEEDED: (
        409,
        "还没有上交，名册还要用，没有销毁。请先到“上交”办完。",
        "The day is not handed in and the roster is still needed; it was not destroyed. Hand the day in first.",
    ),
}


def describe_place(row: int, column: str, language: str) -> str:
    """A roster's row (from 1; 0 for none) and column ("B 座号") in words; empty for the whole sheet."""
    letter, _, header = column.partition(" ")
    if language.startswith("zh"):
        return " ".join([f"第 {row} 行"] * bool(row) + [f"{letter} 列（{header}）"] * bool(letter))
    place = ", ".join([f"row {row}"] * bool(row) + [f"column {letter} ({header})"] * bool(letter))
    return place[:1].upper() + place[1:]
