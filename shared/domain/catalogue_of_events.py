"""The catalogue of every event type of this release."""

from shared.domain import attendance, closing, corrections, duties, incidents, materials, readiness, signals
from shared.domain.catalogue import Catalogue

FEATURES = (readiness, duties, attendance, signals, materials, incidents, closing, corrections)
CATALOGUE = Catalogue(event_type for feature in FEATURES for event_type in feature.TYPES)
