"""Endpoints: no key in an address or a setting, and no key in the error that says so."""

from __future__ import annotations

import pytest

from apothecary.engine.llm.endpoint import Endpoint
from apothecary.errors import RecipeError

KEY = "zz-canary-0123456789"


@pytest.mark.parametrize(
    "url", ["ftp://x/v1", "x/v1", f"https://u:{KEY}@x/v1", f"https://x/v1?key={KEY}", f"https://x/v1#{KEY}"]
)
def test_wrong_addresses_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Endpoint(url, "m")
    assert KEY not in str(caught.value)


def test_a_key_in_place_of_a_name_is_refused_without_repeating_it() -> None:
    with pytest.raises(RecipeError) as caught:
        Endpoint("https://x/v1", "m", key_variable=KEY)
    assert KEY not in str(caught.value)


def test_dialect_must_be_known() -> None:
    with pytest.raises(RecipeError, match="no dialect"):
        Endpoint("https://x/v1", "m", dialect="klingon")


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]/v1", True),
        ("https://a.org", False),
    ],
)
def test_local_addresses(url: str, is_local: bool) -> None:
    assert Endpoint(url, "m").is_local is is_local


def test_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = Endpoint("https://x/v1", "m", key_variable="ZZ_NAME")
    monkeypatch.delenv("ZZ_NAME", raising=False)
    with pytest.raises(RecipeError, match="ZZ_NAME is not set"):
        endpoint.read_key()
    monkeypatch.setenv("ZZ_NAME", KEY)
    assert endpoint.read_key() == KEY
    assert KEY not in repr(endpoint)
    assert Endpoint("https://x/v1", "m").read_key() == ""
