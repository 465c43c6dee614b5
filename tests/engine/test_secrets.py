from __future__ import annotations

import base64
import json
import logging
import urllib.parse

import pytest

from apothecary.engine.secrets import BLOT, SecretFilter, redact

CANARY = 'c4nary/"+Ü key&9'


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "MY_TOKEN", "APP_SECRET", "DB_PASSWORD", "KEY", "APIKEY", "X_CREDENTIALS", "my_api_key"]
)
@pytest.mark.parametrize(
    "encode",
    [
        str,
        urllib.parse.quote,
        urllib.parse.quote_plus,
        lambda text: urllib.parse.quote(text, safe=""),
        lambda text: json.dumps(text)[1:-1],
    ],
    ids=["plain", "quote", "quote-plus", "quote-all", "json"],
)
def test_values_of_secret_variables_are_blotted_out(monkeypatch, name, encode):
    monkeypatch.setenv(name, CANARY)
    assert redact(f"before {encode(CANARY)} after") == f"before {BLOT} after"


@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["standard", "urlsafe"])
def test_base64_is_found_at_every_offset(monkeypatch, before, encode):
    monkeypatch.setenv("MY_TOKEN", CANARY)
    text = redact("x " + encode((before + CANARY + "~").encode()).decode() + " y")
    assert BLOT in text
    inner = encode(CANARY.encode()).decode()
    assert not any(inner[at : at + 8] in text for at in range(len(inner) - 12))


@pytest.mark.parametrize("name", ["PATH", "KEYBOARD", "MONKEY", "PWD", "LANGUAGE"])
def test_other_variables_stay(monkeypatch, name):
    monkeypatch.setenv(name, "harmless value")
    assert redact("a harmless value") == "a harmless value"


def test_short_values_stay(monkeypatch):
    monkeypatch.setenv("SOME_KEY", "1")
    assert redact("1 of 10") == "1 of 10"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("sk-proj-abcdefghijklmnop1234", "abcdefgh"),
        ("hf_AbCdEfGhIjKlMnOpQr", "AbCdEf"),
        ("ghp_0123456789abcdefABCD", "0123456789"),
        ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN"),
        ("Authorization: Bearer abc.def-ghi_jkl", "abc.def"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWI"),
        ("https://user:hunter22@example.org/x", "hunter22"),
        ("https://example.org/?api_key=abcdef123&page=2", "abcdef123"),
        ('{"password": "hunter2222"}', "hunter2222"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
    ],
    ids=["openai", "hf", "github", "aws", "bearer", "jwt", "address", "parameter", "json", "private-key"],
)
def test_known_shapes_are_blotted_out(text, hidden):
    assert hidden not in redact(f"see {text} .") and BLOT in redact(text)


@pytest.mark.parametrize(
    "text",
    ["C1=CC=C(C=C1)O", "RYYVLZVUVIJVGH-UHFFFAOYSA-N", "the token bucket", "10 mg at 12:30", "https://a.org/b:c@d"],
)
def test_chemistry_and_prose_stay(text):
    assert redact(text) == text


def test_filter_covers_message_arguments_and_traceback(monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "very-secret-value")
    try:
        raise ValueError("very-secret-value")
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.INFO, "f", 1, "got %s", ("very-secret-value",), sys.exc_info())
    record.stack_info = "very-secret-value"
    assert SecretFilter().filter(record)
    assert "very-secret" not in logging.Formatter().format(record)
    assert record.getMessage() == f"got {BLOT}"
