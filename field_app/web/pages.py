"""All pages of the laptop, feature by feature."""

from flask import Flask

from field_app.web.attendance.views import bp as attendance
from field_app.web.clock.views import bp as clock
from field_app.web.enrol.views import bp as enrol
from field_app.web.frame.views import bp as frame
from field_app.web.frame.views import init_strip
from field_app.web.hand_in.views import bp as hand_in
from field_app.web.incidents.views import bp as incidents
from field_app.web.log.views import bp as log
from field_app.web.materials.views import bp as materials
from field_app.web.people.views import bp as people
from field_app.web.readiness.views import bp as readiness
from field_app.web.roster.views import bp as roster
from field_app.web.safekeeping.views import bp as safekeeping
from field_app.web.signals.views import bp as signals
from field_app.web.takeover.views import bp as takeover
from field_app.web.today.views import bp as today

FEATURES = (
    frame,
    enrol,
    takeover,
    today,
    people,
    readiness,
    safekeeping,
    roster,
    clock,
    attendance,
    signals,
    incidents,
    materials,
    log,
    hand_in,
)


def register_pages(app: Flask) -> None:
    """Give the app every feature's blueprint and the frame's context."""
    for blueprint in FEATURES:
        app.register_blueprint(blueprint)
    init_strip(app)
