"""Where a model is asked: address, model, dialect, and the name of the environment variable that holds the key.

The key itself is read when a connection is opened and stays in that connection: it is in no setting, file, key of the
cache, log or error.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from apothecary.engine.llm.dialects import DIALECTS
from apothecary.errors import RecipeError

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Endpoint:
    """One model behind one address, such as http://127.0.0.1:8000/v1. Checked when made; raises RecipeError."""

    url: str
    model: str
    key_variable: str = ""
    dialect: str = "openai"
    samples_per_call: int = 8
    connect_s: float = 10.0
    answer_s: float = 600.0  # a call in all
    stall_s: float = 60.0  # silence, once the usual time of an answer is known; never less than several of those

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RecipeError("an endpoint's address is wrong", expected="such as http://127.0.0.1:8000/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise RecipeError(
                "an endpoint's address holds more than an address",
                expected="no user, password, or anything after a ? or #",
                hint="put the key into an environment variable and name that in key_variable",
            )
        if self.dialect not in DIALECTS:
            raise RecipeError(f"there is no dialect {self.dialect}", expected=" or ".join(DIALECTS))
        if self.key_variable and not _VARIABLE.fullmatch(self.key_variable):
            # what stands there may be the key itself, so it is not repeated
            raise RecipeError("key_variable is no name of an environment variable", expected="such as MY_API_KEY")

    @property
    def is_local(self) -> bool:
        """Whether the address is this machine's own, where nothing is paid."""
        host = urlsplit(self.url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def read_key(self) -> str:
        """The key from the environment; raises RecipeError when the variable is not set."""
        if not self.key_variable:
            return ""
        if key := os.environ.get(self.key_variable, "").strip():
            return key
        raise RecipeError(
            f"the environment variable {self.key_variable} is not set",
            where=self.url,
            expected="the key of the endpoint in it",
            hint=f"export {self.key_variable}=...",
        )
