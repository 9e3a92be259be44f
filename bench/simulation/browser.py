"""A browser window at a laptop: the launch address, a cookie, forms with their request ids; answers asked as JSON."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

_JSON = {"Accept": "application/json"}
_SECONDS = 60


class Refused(Exception):
    """A form was refused; `code` is the product's own."""

    def __init__(self, path: str, status: int, body: Mapping[str, Any]) -> None:
        self.code = str(body.get("code", ""))
        super().__init__(f"{path}: {status} {self.code} {body.get('zh', '')}")


@dataclass(slots=True)
class Browser:
    """One window; `Browser.enter` opens it as the program opened it."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def enter(cls, launch_url: str) -> "Browser":
        """A window that came in through the launch address."""
        browser = cls(launch_url.split("/?", 1)[0])
        browser.http.trust_env = False
        browser.http.get(launch_url, timeout=_SECONDS).raise_for_status()
        return browser

    def post(self, path: str, fields: Mapping[str, Any], files: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a form; a form without a `request_id` gets a fresh one. Raises Refused."""
        form = {"request_id": secrets.token_urlsafe(12), **fields}
        answer = self.http.post(
            self.url + path, data=form, files=files, headers=_JSON, timeout=_SECONDS, allow_redirects=False
        )
        if answer.status_code != 200:
            raise Refused(path, answer.status_code, _body(answer))
        content: dict[str, Any] = answer.json()
        return content

    def get(self, path: str) -> requests.Response:
        """A page or file; raises for any error."""
        answer = self.http.get(self.url + path, timeout=_SECONDS)
        answer.raise_for_status()
        return answer


def _body(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {"zh": answer.text[:200]}
    return body if isinstance(body, dict) else {}
