"""Names that are clearly nobody's: a surname with a plant, a bird or the weather; now and then an unusual shape."""

import random

_SURNAMES = "安白蔡邓方高韩黄江孔李梁林罗马孟倪潘钱秦任沈石唐万吴夏杨叶袁曾张赵郑周朱"
_TWO_SURNAMES = ("欧阳", "上官", "司徒", "诸葛", "慕容", "皇甫")
_NATURE = "松竹梅兰菊荷桂枫柳桐杉橘杏桃梨莲蕉茶禾麦粟谷云雪霜露虹霞岚星月川溪湖泉岩鹭鹤鹊燕雁鸥雀莺鹂"
_MINORITY = ("阿普·松岭", "扎西·云杉", "岩罕·茶山", "尼玛·雪川")
_POSTS = {
    "principal": "校长",
    "deputy": "副校",
    "inspector": "督学",
    "chief_proctor": "主监",
    "proctor": "监测",
    "oral_proctor": "口语",
    "info_officer": "信息",
    "timekeeper": "司时",
    "secrecy_officer": "保密",
    "security": "安保",
    "medical": "校医",
}


def pupil_names(chance: random.Random, count: int) -> list[str]:
    """`count` different names: most of two or three characters, some with a double surname or a dot."""
    names: dict[str, None] = {}
    while len(names) < count:
        kind = chance.random()
        if kind < 0.03:
            name = chance.choice(_MINORITY)
        elif kind < 0.10:
            name = chance.choice(_TWO_SURNAMES) + "".join(chance.sample(_NATURE, 2))
        else:
            name = chance.choice(_SURNAMES) + "".join(chance.sample(_NATURE, chance.choice((1, 2, 2, 2))))
        names[name] = None
    return list(names)


def staff_name(chance: random.Random, role: str) -> str:
    """A person on duty, named after the post: `林司时` gives the signals, so that a watcher knows who is who."""
    return chance.choice(_SURNAMES) + _POSTS.get(role, "老师")
