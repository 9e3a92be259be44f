"""The catalogue of every event type of this release."""

from shared.domain import (
    attendance,
    bell,
    closing,
    corrections,
    duties,
    incidents,
    materials,
    office,
    readiness,
    signals,
    takeover,
)
from shared.domain.catalogue import Catalogue
from shared.domain.words import Words

FEATURES = (readiness, duties, attendance, signals, bell, materials, incidents, closing, takeover, office, corrections)
CATALOGUE = Catalogue(event_type for feature in FEATURES for event_type in feature.TYPES)
FEATURE_WORDS = {
    "readiness": Words("准备", "Readiness"),
    "duties": Words("人员", "People"),
    "attendance": Words("检录", "Check-in"),
    "signals": Words("指令", "Signals"),
    "materials": Words("工具与封装", "Materials"),
    "incidents": Words("事件", "Incidents"),
    "closing": Words("上交", "Handing in"),
    "takeover": Words("接手", "Takeover"),
    "office": Words("县里", "The office"),
    "corrections": Words("更正", "Corrections"),
}
"""What pages call each feature, in the order in which they list them."""
