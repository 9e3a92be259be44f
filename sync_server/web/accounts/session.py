"""Who is signed in: Flask-Login over named accounts, form tokens, and the access rules of pages."""

import hashlib
import hmac
import secrets
from typing import Any

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user

from shared.domain.errors import DomainError, ErrorCode
from shared.web.errors import wants_json
from sync_server.store.records import Account
from sync_server.web.desk import the_desk


class User(UserMixin):
    """An account signed in; its id ends when its password changes."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        """The name and a mark of the password's hash."""
        mark = hashlib.sha256(self.account.password.encode("utf-8")).hexdigest()[:16]
        return f"{mark} {self.account.name}"


def init_session(app: Flask) -> None:
    """Keep people signed in by a cookie; give templates the form token and the account."""
    manager = LoginManager(app)
    manager.user_loader(_load)
    app.context_processor(lambda: {"form_token": form_token, "account": g.get("account")})


def form_token() -> str:
    """The token that every form of this session carries."""
    if "form_token" not in session:
        session["form_token"] = secrets.token_urlsafe(16)
    return str(session["form_token"])


def account_rule() -> Any:
    """Let a signed-in account pass, and a POST only from our own form; send others to the log-in page."""
    if not current_user.is_authenticated:
        if wants_json():
            raise DomainError(ErrorCode.ACCOUNT_WRONG)
        return redirect(url_for("accounts.log_in", next=request.full_path if request.method == "GET" else None))
    g.account = current_user.account
    if request.method == "POST":
        check_form()
    return None


def program_rule() -> Any:
    """Let a signed-in account or HTTP basic of one pass; others are asked for a name and a password."""
    if current_user.is_authenticated:
        g.account = current_user.account
        return None
    given = request.authorization
    if given is None or given.type != "basic" or given.username is None:
        return Response("", 401, {"WWW-Authenticate": 'Basic realm="testday", charset="UTF-8"'})
    g.account = the_desk().accounts.enter(given.username, given.password or "")
    return None


def check_form() -> None:
    """Promise that this POST comes from our own form; raises FORM_EXPIRED."""
    if not hmac.compare_digest(request.form.get("form_token", "").encode(), form_token().encode()):
        raise DomainError(ErrorCode.FORM_EXPIRED)


def _load(user_id: str) -> User | None:
    _, _, name = user_id.partition(" ")
    account = the_desk().accounts.find(name)
    user = User(account) if account else None
    return user if user and hmac.compare_digest(user.get_id().encode(), user_id.encode()) else None
