"""Access markers: every route says who may reach it, or the app refuses to start."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Flask, request

View = TypeVar("View", bound=Callable[..., Any])
Rule = Callable[[], Any]
"""Looks at the request; returns None to let it pass, or a response; may raise a DomainError."""

_MARK = "access_rule"


def access(rule: str) -> Callable[[View], View]:
    """Mark a view with the name of the rule that guards it."""

    def mark(view: View) -> View:
        setattr(view, _MARK, rule)
        return view

    return mark


def guard(app: Flask, rules: Mapping[str, Rule]) -> None:
    """Check every request against its view's rule; raises RuntimeError when a route has no rule, or an unknown one."""
    marks: dict[str, str] = {}
    for endpoint, view in app.view_functions.items():
        rule = getattr(view, _MARK, "anyone" if endpoint.rpartition(".")[2] == "static" else None)
        if rule not in rules:
            raise RuntimeError(f"route {endpoint} has no access marker (or an unknown one: {rule})")
        marks[endpoint] = str(rule)

    @app.before_request
    def check() -> Any:
        if request.endpoint is None:
            return None  # no such page: the 404 handler answers
        return rules[marks[request.endpoint]]()
