"""The words of what can be wrong with black box, backups and the log itself, as (status, Chinese, English)."""

from shared.domain.errors import ErrorCode as C

KEEPING_WORDS: dict[C, tuple[int, str, str]] = {
    C.BOX_PLACE_MISSING: (
        422,
        "没有“{path}”这个文件夹。请插好 U 盘再选；自己填时写全，如 E:\\ 或 /media/USB。",
        "There is no folder “{path}”. Plug the stick in and choose again; typed, it is whole: E:\\ or /media/USB.",
    ),
    C.BOX_NOT_WRITTEN: (
        503,
        "U 盘还没有写完，先不要拔。请等一会儿再点；U 盘已经拔下就不用再点。",
        "The stick is not finished: leave it in, wait a little and press again. If it is out already, never mind.",
    ),
    C.BACKUP_DAMAGED: (
        500,
        "备份写好后核对不上（{reason}），已放在一边，稍后自动再做。磁盘可能有毛病：请插上黑匣子 U 盘。",
        "The backup did not verify ({reason}); it is set aside and made again soon. Plug in a black box stick.",
    ),
    C.OFFICE_COPY_DAMAGED: (
        500,
        "{path} 核对不上（{reason}），没有用它，也没有改动它。请换一份备份；磁盘可能有毛病，请把备份放到另一块磁盘。",
        (
            "{path} does not verify ({reason}); it was not used and left as it is. Take another backup; the disk may be"
            " failing: keep backups on another one."
        ),
    ),
    C.NO_ROOM_FOR_BACKUP: (
        507,
        "磁盘只剩 {free} MiB，备份先不做，留给登记用。请删除一些文件（如下载、回收站）。",
        "Only {free} MiB are free: no backup now, the room is for recording. Free some space (downloads, recycle bin).",
    ),
    C.LOG_DAMAGED: (
        500,
        "本机的记录文件坏了，或少了记录（{reason}）。没有改动它；请照常启动程序，按页面提示重建。",
        "This laptop's log is damaged or lacks lines ({reason}). It was left as it is: start the program to mend it.",
    ),
    C.NOTHING_TO_REBUILD: (
        404,
        "没有找到这份日志的任何副本。请插上黑匣子 U 盘再试；没有 U 盘就打电话给县级联络员。",
        "No copy of this log was found. Plug the black box stick in and try again; without one, call the county.",
    ),
    C.LOG_MUST_BEGIN_ANEW: (
        409,
        (
            "找回了 {lines} 条，可是有凭证说记到过第 {proven} 条，或各份副本互相矛盾：这份日志不能接着写。"
            "请插上黑匣子 U 盘再试；还是不行就打电话给县级联络员，先用纸笔登记。"
        ),
        (
            "{lines} lines were found, but there is proof of line {proven}, or the copies contradict each other:"
            " this log must not be written on. Plug the black box in and try again; else call the county, and record on"
            " paper."
        ),
    ),
}
