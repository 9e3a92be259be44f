"""Today: right time, current phase, next signal, what to do now, what is open."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from field_app.services.county import hear_county
from field_app.services.today import look_at_today
from field_app.web.acting import acting, the_laptop, the_sync
from field_app.web.today.sentences import matter_button, matter_sentence
from shared.domain.naming import names_of
from shared.domain.progress import STATE_WORDS
from shared.web.access import access

bp = Blueprint("today", __name__, template_folder="templates")


@bp.get("/")
@access("acting")
def page() -> str:
    """The page everyone returns to."""
    laptop = the_laptop()
    names = names_of(laptop.plan, laptop.journal.day.duties)
    return render_template(
        "today/page.html",
        title=_("今日"),
        said=hear_county(laptop)[-3:],
        today=look_at_today(laptop, acting().role, the_sync().status()),
        names=names,
        sentence=lambda matter: matter_sentence(matter, names),
        button=matter_button,
        state_words=STATE_WORDS,
        levels={level.level: level.title for level in laptop.plan.incident_levels},
    )
