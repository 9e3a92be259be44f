"""The words of what can go wrong on the road by stick: HTTP status, Chinese, English."""

from shared.domain.errors import ErrorCode as C

STICK_WORDS: dict[C, tuple[int, str, str]] = {
    C.STICK_MISSING: (
        404,
        "找不到“{path}”。请插好 U 盘，等它出现后从列表里选，或核对路径；没有写任何东西。",
        (
            "“{path}” is not there. Plug in the stick, wait until it appears and choose it, or check the path; "
            "nothing was written."
        ),
    ),
    C.STICK_FULL: (
        507,
        "“{path}”装不下了，没有写成，U 盘上原有的文件没有动。请换一个 U 盘，或删去上面不要的文件，再写一次。",
        (
            "“{path}” is full and nothing was written; the files on the stick are as they were. "
            "Take another stick, or free some space on it, and write again."
        ),
    ),
    C.STICK_FAILED: (
        503,
        (
            "没能写到“{path}”：U 盘被拔出、有写保护或坏了（{reason}）。"
            "电脑里的记录完好，一条不少；请重新插好或换一个 U 盘，再写一次。"
        ),
        (
            "Writing to “{path}” failed: the stick was pulled out, is write-protected or broken ({reason}). "
            "All records are safe on this computer; plug it in again or take another stick, and write again."
        ),
    ),
    C.STICK_DIFFERS: (
        503,
        "写到“{path}”的内容读回来不一样，这个 U 盘可能坏了，已删去这份。请换一个 U 盘再写一次。",
        (
            "What was written to “{path}” reads back differently; the stick may be broken and the copy was removed. "
            "Take another stick and write again."
        ),
    ),
    C.NOT_A_BUNDLE: (
        422,
        "{path} 不是学校送交的文件。请选学校 U 盘上以 .bundle 结尾的文件；什么也没有存。",
        "{path} is no bundle. Choose the file on the school's stick that ends in .bundle; nothing was stored.",
    ),
    C.BUNDLE_CUT: (
        422,
        "{path} 不完整，多半是没有写完就拔了 U 盘，或没有拷全；什么也没有存。请学校重新写一次。",
        (
            "{path} is incomplete: most likely the stick was pulled out too early, or the copy was cut. Nothing was "
            "stored. Let the school write it again."
        ),
    ),
    C.BUNDLE_DAMAGED: (
        422,
        "{path} 已损坏，什么也没有存。请重新拷一次；还不行，请学校换一个 U 盘重写。",
        "{path} is damaged and nothing was stored. Copy it again, or let the school write it to another stick.",
    ),
    C.BUNDLE_FOR_ANOTHER: (
        403,
        "{path} 是封给另一个县级服务器的，这里打不开；什么也没有存。请交给学校登记时的那个县办公室。",
        (
            "{path} is sealed to another office and cannot be opened here; nothing was stored. "
            "Give it to the office at which the school is enrolled."
        ),
    ),
    C.BUNDLE_UNREADABLE: (
        422,
        "{path} 打开了，但里面不是测试日程序写的内容（{reason}），什么也没有存。请与学校联系，用本程序重新写一次。",
        (
            "{path} was opened, but what is inside was not written by this program ({reason}); nothing was stored. "
            "Let the school write it again with this program."
        ),
    ),
    C.BUNDLE_SIGNATURE_WRONG: (
        422,
        "{path} 里的笔记本签名不对，内容可能被换过；什么也没有存。请与学校联系，重新写一次。",
        (
            "The laptop's signature in {path} is wrong, so it may have been exchanged; nothing was stored. "
            "Call the school and let it be written again."
        ),
    ),
    C.BUNDLE_SEALED: (
        403,
        "{path} 是封给县办公室的，只有县里能打开。要自己核验，请用导出的 .log 文件；县里请加 --office-key。",
        (
            "{path} is sealed to the office, and only the office can open it. To check a log yourself, use an exported "
            ".log file; at the office, add --office-key."
        ),
    ),
    C.RECEIPT_UNREADABLE: (
        422,
        "{path} 不是县里的回执文件，或已损坏；没有改动任何东西。请选县里写回的 .receipt 文件。",
        (
            "{path} is no receipt file of the office, or is damaged; nothing was changed. "
            "Choose the .receipt file that the office wrote."
        ),
    ),
    C.RECEIPT_FOR_ANOTHER: (
        409,
        "这份回执是给学校 {found} 的，或里面没有本机的日志；没有改动任何东西。请选县里给本机的那一份。",
        (
            "This receipt file is for school {found}, or does not speak of this laptop's log; nothing was changed. "
            "Choose the one that the office wrote for this laptop."
        ),
    ),
}
