"""Whether a request comes from the studio's own page: what other web sites make a browser send is not.

A browser says so itself (Sec-Fetch-Site) where it trusts the connection; else its Origin is compared with
the Host that it asked. Programs send neither, and have no cookie that another site could ride on. A studio
without accounts knows nobody by a cookie, so there the Host itself must be one of this computer's, or any
web site could have a browser ask for it under a name of its own (DNS rebinding).

Not covered: a proxy that changes Host in front of plain http; let it pass Host on.
"""

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import cookie_parser

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"http": 80, "https": 443}


def headers_of(request: Any) -> Mapping[str, str]:
    """Return a request's headers by their names in lower case: Gradio's, Starlette's, or none at all."""
    return {name.lower(): value for name, value in dict(getattr(request, "headers", None) or {}).items()}


def cookie(headers: Mapping[str, str], name: str) -> str | None:
    """Return a cookie's value, None where it was not sent."""
    return cookie_parser(headers.get("cookie", "")).get(name)


def is_https(headers: Mapping[str, str], scheme: str = "http") -> bool:
    """Return whether the browser's connection is encrypted; a proxy in front of the studio says so."""
    return headers.get("x-forwarded-proto", scheme).split(",")[0].strip().lower() == "https"


def from_our_page(headers: Mapping[str, str]) -> bool:
    """Return whether a request is one of our own page's, a program's, or one that a person typed."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    try:
        asked = urlsplit(f"//{headers.get('host', '')}")
        same_port = (parts.port or PORTS.get(parts.scheme)) == (asked.port or PORTS.get(parts.scheme))
    except ValueError:  # a port that is no number
        return False
    return parts.hostname is not None and parts.hostname == asked.hostname and same_port


def is_this_computer(headers: Mapping[str, str], names: Collection[str]) -> bool:
    """Return whether the Host that was asked for is loopback or one of `names`.

    A name "0.0.0.0" or "::" stands for every address of this computer written as a number: no web site can
    make a browser take its own pages for those. Requests without Host are not a browser's.
    """
    asked = headers.get("host")
    if asked is None:
        return True
    try:
        host = urlsplit(f"//{asked}").hostname or ""
    except ValueError:
        return False
    return host in LOOPBACK or host in names or (_is_number(host) and bool({"0.0.0.0", "::"} & set(names)))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
