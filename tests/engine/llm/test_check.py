"""Examining endpoints: a fit one, one of each weakness, and those that are unfit, down to one that really dies."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from server import Server

from apothecary.engine.llm.check import Examiner, Finding, explain_crash
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.probe import Question, list_questions

pytestmark = pytest.mark.usefixtures("needs_aiohttp")
STEPS = ["models", "chat", "samples", "schema", "seed", "speed", "context", "wordings"]
MORTAL = """
import signal, sys, time
sys.path[:0] = [sys.argv[1]]
from server import Server
with Server() as server:
    server.reply = lambda body: signal.raise_signal(signal.SIGSEGV)
    print(server.url, flush=True)
    time.sleep(60)
"""


def reply_well(body: dict) -> str:
    question = body["messages"][-1]["content"]
    if "response_format" in body:
        return json.dumps({"capital": "Berlin", "continent": "Europe"})
    if "{compound}" in question:
        return "For {compound}, it is {value}."
    return f"words about {question} {body.get('seed')}"


@pytest.fixture
def good():
    with Server(delay_s=0.05) as server:
        server.reply = reply_well
        server.refuse = lambda body: "too long for the context" if len(str(body)) > 20_000 else ""
        yield server


def examine(server: Server, model: str = "", **options) -> dict[str, Finding]:
    dialect = options.pop("dialect", "openai")
    endpoint = Endpoint(server.url, model, dialect=dialect, answer_s=20)
    return {finding.name: finding for finding in Examiner(endpoint, **options).examine()}


def test_a_fit_endpoint_is_fit_in_every_step(good: Server) -> None:
    examiner = Examiner(Endpoint(good.url, ""))
    findings = list(examiner.examine())
    assert [finding.name for finding in findings] == STEPS
    assert {finding.grade for finding in findings} == {"fit"}, findings
    assert examiner.model == "m"
    assert examiner.bill.calls == good.calls
    assert "24 of 24 pass" in findings[-1].seen


def test_a_model_must_be_named_where_there_are_several(good: Server) -> None:
    good.models = [{"id": "one"}, {"id": "two"}]
    found = examine(good)
    assert list(found) == ["models"] and found["models"].grade == "unfit"
    assert "one, two" in found["models"].seen and "--model" in found["models"].hint
    assert examine(good, "two")["models"].grade == "fit"
    found = examine(good, "three")
    assert found["models"].grade == "weak" and found["chat"].grade == "fit"


def test_a_server_without_a_list_of_models_is_asked_all_the_same(good: Server) -> None:
    good.list_status = 404
    assert examine(good)["models"].grade == "unfit"
    found = examine(good, "m")
    assert found["models"].grade == "weak" and found["wordings"].grade == "fit"


def test_nobody_there() -> None:
    [finding] = Examiner(Endpoint("http://127.0.0.1:9/v1", "")).examine()
    assert finding.grade == "unfit" and "apothecary llm serve" in finding.hint


def test_wrong_key_is_told(good: Server) -> None:
    good.list_status = 401
    [finding] = Examiner(Endpoint(good.url, "m")).examine()
    assert finding.grade == "unfit" and "--key-variable" in finding.hint


def test_a_server_that_dies_at_its_first_answer_has_the_known_crash_named() -> None:
    command = [sys.executable, "-c", MORTAL, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        found = {finding.name: finding for finding in Examiner(Endpoint(url, "")).examine()}
        assert process.wait(10) < 0
    assert list(found) == ["models", "chat"]
    assert found["chat"].grade == "unfit" and "died at its first answer" in found["chat"].seen
    assert "AMX" in found["chat"].hint and "llama-cpp-python" in found["chat"].hint


def test_a_runner_that_dies_behind_its_server_is_told_too(good: Server) -> None:
    good.refuse = lambda body: "llama runner process has terminated: signal: segmentation fault"
    good._send = _answer_as_500(good._send)
    found = examine(good)
    assert "AMX" in found["chat"].hint and found["chat"].grade == "unfit"


def _answer_as_500(send):
    return lambda writer, content, status=200, *rest, **named: send(
        writer, content, 500 if status == 400 else status, *rest, **named
    )


@pytest.mark.parametrize(("flags", "said"), [("fpu amx_tile amx_int8", "has AMX"), ("fpu avx2", "has no AMX")])
def test_the_processor_is_asked_only_for_a_server_on_this_machine(tmp_path: Path, flags: str, said: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
    assert said in explain_crash(is_local=True, cpuinfo=tmp_path / "cpuinfo")
    assert "this processor" not in explain_crash(is_local=False, cpuinfo=tmp_path / "cpuinfo")
    assert "this processor" not in explain_crash(is_local=True, cpuinfo=tmp_path / "none")


def test_an_empty_answer_is_unfit(good: Server) -> None:
    good.reply = lambda body: " "
    found = examine(good)
    assert list(found) == ["models", "chat"] and found["chat"].grade == "unfit"


def test_a_model_that_thinks_first_is_given_more_room(good: Server) -> None:
    good.reply = lambda body: reply_well(body) if body["max_tokens"] > 48 or "Germany" not in str(body) else ""
    good._build = _end_with_length(good._build)
    assert examine(good)["chat"].grade == "fit"


def _end_with_length(build):
    return lambda path, body, text, ending: build(path, body, text, ending).replace('"stop"', '"length"')


def test_a_model_that_wants_the_newer_name_of_a_field_is_asked_with_it(good: Server) -> None:
    why = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    refuse = good.refuse
    good.refuse = lambda body: why if "max_tokens" in body else refuse(body)
    found = examine(good)
    assert found["chat"].grade == "weak" and "max_completion_tokens: N" in found["chat"].hint
    assert found["wordings"].grade == "fit"


def test_n_ignored_is_weak_and_the_probe_asks_one_by_one(good: Server) -> None:
    good.most_samples = 1
    found = examine(good)
    assert found["samples"].grade == "weak" and "--samples" in found["samples"].hint
    assert "24 of 24 pass" in found["wordings"].seen


def test_n_refused_is_weak(good: Server) -> None:
    refuse = good.refuse
    good.refuse = lambda body: "n must be 1" if body.get("n", 1) > 1 else refuse(body)
    found = examine(good)
    assert found["samples"].grade == "weak" and "n must be 1" in found["samples"].seen
    assert found["wordings"].grade == "fit"


def test_schema_ignored_or_refused_is_weak(good: Server) -> None:
    good.reply = lambda body: reply_well({name: body[name] for name in body if name != "response_format"})
    assert (examine(good)["schema"].grade, examine(good)["schema"].seen) == ("weak", "not kept")
    good.refuse = lambda body: "no such field" if "response_format" in body else ""
    assert "no such field" in examine(good)["schema"].seen


def test_a_seed_that_does_nothing_is_weak(good: Server) -> None:
    good.reply = lambda body: reply_well(body).replace(str(body.get("seed")), "")
    assert examine(good)["seed"].seen == "another seed, the same text"
    good.reply = lambda body: f"{reply_well(body)} {good.calls}"
    assert examine(good)["seed"].seen == "same seed, other text"


def test_a_server_that_answers_one_after_another_is_weak(good: Server) -> None:
    good.reply = lambda body: time.sleep(0.05 if "rain" in str(body) else 0) or reply_well(body)  # blocks its loop
    good.delay_s = 0
    found = examine(good)
    assert found["speed"].grade == "weak" and "one after another" in found["speed"].seen


def test_calls_lost_under_load_are_told(good: Server) -> None:
    good.refuse = lambda body: "busy" if "25 sentences" in str(body) else ""
    assert "1 of 8 ended as request refused: status 400 busy" in examine(good)["speed"].seen


def test_context_is_read_from_the_list_and_overstepped_by_a_quarter(good: Server) -> None:
    good.models = [{"id": "m", "max_model_len": 4000}]
    found = examine(good)
    assert found["context"].seen.startswith("4,000 tokens; a longer prompt is refused")
    longest = max(len(body["messages"][-1]["content"].split()) for _, body in good.bodies)
    assert longest == 5000


def test_a_prompt_cut_in_silence_is_weak(good: Server) -> None:
    good.refuse = None
    found = examine(good)
    assert found["context"].grade == "weak" and "of 10,240 tokens sent, 10 were read" in found["context"].seen


def test_a_huge_context_is_not_overstepped(good: Server) -> None:
    good.models = [{"id": "m", "context_length": 1_000_000}]
    found = examine(good)
    assert (found["context"].grade, found["context"].seen) == (
        "fit",
        "1,000,000 tokens; what comes beyond was not tried",
    )
    assert max(len(str(body)) for _, body in good.bodies) < 5000


def test_weak_wordings_are_unfit_with_their_reasons(good: Server) -> None:
    good.reply = lambda body: reply_well(body).replace("{value}", "12")
    found = examine(good)
    assert found["wordings"].grade == "unfit" and found["wordings"].seen == "0%: 0 of 24 pass (24 slot)"


def test_calls_of_the_probe_that_fail_are_told(good: Server) -> None:
    good.refuse = lambda body: "busy" if "half-life" in body["messages"][-1]["content"] else ""
    assert examine(good)["wordings"].seen == "95%: 20 of 21 pass (1 no answer: request refused: status 400 busy)"


def test_the_probe_may_be_another(good: Server) -> None:
    def list_probe(model: str) -> list[Question]:
        return [Question(list_questions(model)[0].request, lambda text: "not by these gates")]

    found = examine(good, list_probe=list_probe)
    assert found["wordings"].seen == "0%: 0 of 4 pass (4 not by these gates)"
    assert examine(good, list_probe=list_probe, least_pass_rate=0.0)["wordings"].grade == "fit"


def test_anthropic_dialect(good: Server) -> None:
    found = examine(good, dialect="anthropic")
    assert [name for name in STEPS if found[name].grade == "weak"] == ["samples", "schema", "seed"]
    assert {path for path, _ in good.bodies} == {"/v1/messages"}
    assert "24 of 24 pass" in found["wordings"].seen
