"""Logging in and out, one's own password, and the administrator's list of accounts."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from shared.domain.errors import DomainError
from shared.web.access import access
from shared.web.errors import say
from shared.web.limits import GUESSES, failed, limiter
from shared.wire.problems import PROBLEMS
from sync_server.services.access import ROLE_WORDS, SCOPE_WORDS
from sync_server.services.account_desk import SHORTEST
from sync_server.web.accounts.session import User, check_form
from sync_server.web.desk import the_account, the_desk

bp = Blueprint("accounts", __name__, template_folder="templates")


@bp.get("/login")
@access("anyone")
def log_in() -> str:
    """The log-in form."""
    return render_template("accounts/login.html", title=_("登录"), next=request.args.get("next", ""))


@bp.post("/login")
@access("anyone")
@limiter.limit(GUESSES, deduct_when=failed)
def enter() -> Any:
    """Check name and password; a wrong one gets the form again with what was typed."""
    name, target = request.form.get("name", "").strip(), request.form.get("next", "")
    try:
        check_form()
        account = the_desk().accounts.enter(name, request.form.get("password", ""))
    except DomainError as problem:
        page = render_template("accounts/login.html", title=_("登录"), next=target, name=name, problem=say(problem))
        return page, PROBLEMS[problem.code].status
    session.clear()
    login_user(User(account))
    return redirect(_ours(target) or url_for("board.page"))


@bp.post("/logout")
@access("account")
def log_out() -> Any:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for("accounts.log_in"))


@bp.get("/password")
@access("account")
def password() -> str:
    """The form for another password."""
    return render_template("accounts/password.html", title=_("修改密码"), shortest=SHORTEST)


@bp.post("/password")
@access("account")
@limiter.limit(GUESSES, deduct_when=failed)
def change_password() -> Any:
    """Change one's own password and stay signed in here only."""
    desk, form = the_desk().accounts, request.form
    try:
        changed = desk.change_password(the_account(), form.get("old", ""), form.get("new", ""))
    except DomainError as problem:
        page = render_template("accounts/password.html", title=_("修改密码"), shortest=SHORTEST, problem=say(problem))
        return page, PROBLEMS[problem.code].status
    login_user(User(changed))
    flash(_("密码已修改；其他地方的登录已失效。"))
    return redirect(url_for("board.page"))


@bp.get("/accounts")
@access("account")
def page() -> str:
    """All accounts, and the form to add one."""
    return _page()


@bp.post("/accounts")
@access("account")
def add() -> Any:
    """Add an account and show its first password, once."""
    form = {key: request.form.get(key, "").strip() for key in ("name", "role", "scope_kind", "scope")}
    if not form["scope"]:
        form["scope"] = the_desk().office.row.county if form["scope_kind"] != "school" else ""
    try:
        made = the_desk().accounts.add(the_account(), form["name"], form["role"], form["scope_kind"], form["scope"])
    except DomainError as problem:
        return _page(form=form, problem=say(problem)), PROBLEMS[problem.code].status
    return _page(made=(form["name"], made))


def _page(**more: Any) -> str:
    accounts = the_desk().accounts.list(the_account())
    return render_template(
        "accounts/page.html",
        title=_("账号"),
        accounts=accounts,
        roles=ROLE_WORDS,
        scopes=SCOPE_WORDS,
        **{"form": {}, **more},
    )


def _ours(target: str) -> str:
    """The page asked for, when it is one of ours: a path, never another site."""
    parts = urlsplit(target)
    good = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if good else ""
