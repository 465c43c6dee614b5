import json
import pickle
from pathlib import Path

import pytest

from apothecary.errors import PackError
from apothecary.packs.load import dump_pack, load_pack, pack_fingerprint, restore_pack

HEAD = """\
pack: tiny
version: 1
fields:
  mw: {label: molecular weight, unit: g/mol, kind: computed, type: number, format: dp2}
"""
INTENT = """\
intent: weight
title: molecular weight
perspective: basic facts
tests: recall
topic: facts
safety: S0
draw: {kind: one, entity: compound, needs: [mw]}
answer: {type: number, value: "{mw}", tolerance: 0.02}
templates:
  - id: plain
    register: student
    ask: ["What is the molecular weight of {name}?"]
    reply: ["{mw} g/mol."]
"""


def write_pack(folder: Path, intent: str = INTENT, head: str = HEAD, name: str = "weight.yaml") -> Path:
    (folder / "intents").mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(head, "utf-8")
    (folder / "intents" / name).write_text(intent, "utf-8")
    return folder


def test_load_from_folder(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path / "tiny"))
    assert (pack.name, pack.version, list(pack.fields)) == ("tiny", 1, ["mw"])
    template = pack.by_name["weight"].templates[0]
    assert (template.id, template.register, template.asks, template.before) == ("plain", "student", None, None)
    assert pack.by_name["weight"].answer.tolerance == 0.02


def test_load_built_in() -> None:
    pack = load_pack("pharma")
    assert pack.name == "pharma"
    assert [intent.intent for intent in pack.intents] == sorted(intent.intent for intent in pack.intents)


def test_dump_keeps_text_and_restores(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path))
    dump = json.loads(json.dumps(dump_pack(pack)))
    assert dump["intents"][0]["topic"] == "facts"
    assert "weight" not in dump["intents"][0]
    again = restore_pack(dump)
    assert again == pack
    assert pickle.loads(pickle.dumps(pack)) == pack
    assert pack_fingerprint(again) == pack_fingerprint(pack)


def test_fingerprint_follows_meaning(tmp_path: Path) -> None:
    plain = pack_fingerprint(load_pack(write_pack(tmp_path / "a")))
    commented = pack_fingerprint(load_pack(write_pack(tmp_path / "b", "# a comment\n" + INTENT)))
    changed = pack_fingerprint(load_pack(write_pack(tmp_path / "c", INTENT.replace("What is", "State"))))
    assert plain == commented != changed


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param("    register:", "    registre:", 11, "did you mean `register`?", id="unknown key"),
        pytest.param("student", "studnet", 11, "did you mean `student`?", id="unknown register"),
        pytest.param("safety: S0", "safety: S9", 6, "S0, S1, S2, S3, S4", id="unknown safety class"),
        pytest.param("tests: recall\n", "", 1, "`tests` is missing", id="missing key"),
        pytest.param("topic: facts", "topic: fact", 5, "did you mean `facts`", id="unknown topic"),
        pytest.param('value: "{mw}"', "value: {mw}", 8, "quote it", id="unquoted slot"),
        pytest.param('reply: ["{mw} g/mol."]', "reply: yes", 13, "write \\[x, y\\]", id="text for a list"),
        pytest.param(
            "    reply:", "    reply: []\n    replies:", 14, "did you mean `reply`", id="nearest of a template"
        ),
        pytest.param("needs: [mw]", "needs: [mw], gap: {min: 1}", 7, "no meaning for kind one", id="key of other kind"),
        pytest.param("kind: one", "kind: two", 7, "none, one, each, pair, options", id="unknown kind"),
        pytest.param("id: plain", "id: Plain one", 10, "is no name", id="id with a space"),
        pytest.param("intent: weight", "intent: heft", 1, "heft.yaml", id="name is not the file's"),
        pytest.param("safety: S0", "safety: S0\nsafety: S1", 7, "given twice", id="duplicate key"),
        pytest.param('    ask: ["What', "    ask: [What", 12, "quote", id="unquoted question mark and slot"),
    ],
)
def test_faults_name_line_and_nearest(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in INTENT
    write_pack(tmp_path, INTENT.replace(old, new))
    with pytest.raises(PackError, match=message) as caught:
        load_pack(tmp_path)
    assert f"{tmp_path / 'intents' / 'weight.yaml'}:{line}" in str(caught.value)


def test_all_faults_at_once(tmp_path: Path) -> None:
    write_pack(tmp_path, INTENT.replace("S0", "S9"), HEAD.replace("kind: computed", "kind: guessed"))
    with pytest.raises(PackError, match="2 faults") as caught:
        load_pack(tmp_path)
    assert "pack.yaml:4" in str(caught.value)
    assert "weight.yaml:6" in str(caught.value)


def test_same_template_id_twice(tmp_path: Path) -> None:
    second = INTENT[INTENT.index("  - id:") :]
    write_pack(tmp_path, INTENT + second)
    with pytest.raises(PackError, match="two templates have the id `plain`"):
        load_pack(tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("farma", "did you mean `pharma`", id="near a built-in"),
        pytest.param("nothing/here", "no pack", id="missing folder"),
    ],
)
def test_unknown_pack(name: str, message: str) -> None:
    with pytest.raises(PackError, match=message):
        load_pack(name)


def test_folder_without_pack_or_intents(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="is no pack"):
        load_pack(tmp_path)
    (tmp_path / "pack.yaml").write_text(HEAD)
    with pytest.raises(PackError, match="no intent"):
        load_pack(tmp_path)


def test_yml_suffix_is_told(tmp_path: Path) -> None:
    write_pack(tmp_path, name="weight.yml")
    with pytest.raises(PackError, match=r"rename it weight\.yaml"):
        load_pack(tmp_path)
