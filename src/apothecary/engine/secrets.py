"""The only door between text and eyes: blots out secrets in anything that is logged, printed or reported.

Covered: values of environment variables named like a secret (plain, URL-encoded, base64, JSON-escaped), the known
shapes of keys, bearer headers, passwords in addresses and key parameters. Not covered: a secret that is split over two
calls, shorter than 8 characters, or that never was in the environment and has no known shape.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import urllib.parse
from collections.abc import Iterator

BLOT = "[secret]"
MIN_SECRET_CHARS = 8

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:\w*API_?KEY|KEYS?|\w*TOKENS?|SECRETS?|\w*PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIALS?|AUTH|COOKIE)(?:_|$)",
    re.IGNORECASE,
)
_NOT_SECRET_NAMES = frozenset({"PWD", "OLDPWD"})
_SHAPES = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}"),
    re.compile(r"\b(?:hf|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|pypi|nvapi)[_-][A-Za-z0-9_-]{16,}"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"\bAIza[A-Za-z0-9_-]{35}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
)
_MARKED = (
    re.compile(r"(?P<keep>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]{0,20}://)[^\s/@:]{0,200}:[^\s/@]{1,200}(?=@)", re.IGNORECASE),
    re.compile(
        r"(?P<keep>\b(?:api[_-]?key|access[_-]?token|auth[_-]?token|token|secret|password|passwd)"
        r"[\"']?\s{0,4}(?:=|:|%3D)\s{0,4}[\"']?)(?!\[secret\])[^\s\"'&,;}]{4,}",
        re.IGNORECASE,
    ),
)


def redact(text: str) -> str:
    """Text in, the same text with every secret blotted out."""
    for form in sorted(set(_list_known_forms()), key=len, reverse=True):
        text = text.replace(form, BLOT)
    for shape in _SHAPES:
        text = shape.sub(BLOT, text)
    for marked in _MARKED:
        text = marked.sub(rf"\g<keep>{BLOT}", text)
    return text


def _list_known_forms() -> Iterator[str]:
    """Every way a secret of the environment may stand in a text."""
    for name, value in os.environ.items():
        if name in _NOT_SECRET_NAMES or not _SECRET_NAME.search(name):
            continue
        secret = value.strip()
        if len(secret) < MIN_SECRET_CHARS:
            continue
        yield secret
        yield json.dumps(secret)[1:-1]
        yield urllib.parse.quote(secret, safe="")
        yield urllib.parse.quote(secret)
        yield urllib.parse.quote_plus(secret)
        yield from _list_base64_forms(secret.encode(errors="surrogateescape"))


def _list_base64_forms(secret: bytes) -> Iterator[str]:
    """The base64 letters that stand for the secret wherever it begins inside the encoded bytes."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret)
        # letters that also hold bits of the neighbours are left out at both ends
        first = -(-before * 8 // 6)
        last = (before + len(secret)) * 8 // 6
        letters = encoded[first:last].decode()
        yield letters
        yield letters.replace("+", "-").replace("/", "_")


class SecretFilter(logging.Filter):
    """A logging filter that blots out secrets in the message and in the traceback, whatever the format."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always lets it pass."""
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text, record.exc_info = redact(record.exc_text), None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True
