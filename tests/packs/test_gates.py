from pathlib import Path

import polars as pl
import pytest

from apothecary.engine.commit import read_json
from apothecary.gather.links import read_gates
from apothecary.packs.gates import count_gates, find_withheld, list_actions, list_gates, record_gates
from apothecary.packs.load import load_pack
from apothecary.packs.model import Intent, Pack

FRAME = pl.DataFrame(
    {
        "name": ["TNT", "Guanidine", "water", "morphine"],
        "gates": [["explosives"], ["explosives"], [], ["controlled substances", "psychotropics"]],
    }
)


@pytest.fixture(scope="module")
def pharma() -> Pack:
    return load_pack("pharma")


@pytest.mark.parametrize(
    ("actions", "withheld"),
    [
        pytest.param({"draw"}, [True, False, False, False], id="never drawn, but for what is spared"),
        pytest.param({"draw", "structure"}, [True, False, False, True], id="name and structure"),
        pytest.param({"draw", "edit"}, [True, False, False, True], id="structures that are changed"),
        pytest.param(set(), [False] * 4, id="nothing done"),
    ],
)
def test_find_withheld(pharma: Pack, actions: set[str], withheld: list[bool]) -> None:
    assert find_withheld(pharma, FRAME, frozenset(actions)).tolist() == withheld


def test_books_count_hits_spared_and_withheld(pharma: Pack) -> None:
    books = count_gates(pharma, FRAME)
    assert books["explosives"]["entities"] == 2
    assert books["explosives"]["spared"] == 1
    assert books["explosives"]["withheld"] == {"draw": 1, "structure": 1, "edit": 1}
    assert books["psychotropics"]["withheld"] == {}


def test_view_without_gates(pharma: Pack) -> None:
    frame = FRAME.drop("gates")
    assert count_gates(pharma, frame) == {}
    assert not find_withheld(pharma, frame, frozenset({"draw"})).any()


def test_refuse_is_a_gate_of_its_own(pharma: Pack) -> None:
    pack = pharma.model_copy(update={"safety": None, "refuse": ("psychotropics",)})
    assert list(list_gates(pack)) == ["psychotropics"]
    assert find_withheld(pack, FRAME, frozenset({"draw"})).tolist() == [False, False, False, True]


def make_intent(ask: str, reply: str, safety: str = "S0") -> Intent:
    return Intent.model_validate(
        {
            "intent": "one",
            "title": "one",
            "perspective": "basic facts",
            "topic": "structure",
            "tests": "skill",
            "safety": safety,
            "draw": {"kind": "one", "entity": "compound", "needs": ["smiles"]},
            "answer": {"type": "text", "value": "{smiles}"},
            "templates": [{"id": "t", "register": "terse", "ask": [ask], "reply": [reply]}],
        }
    )


@pytest.mark.parametrize(
    ("intent", "actions"),
    [
        pytest.param(make_intent("{smiles}?", "{smiles}"), {"draw"}, id="structure alone"),
        pytest.param(make_intent("[{name}|It]?", "{smiles}"), {"draw", "structure"}, id="name to structure"),
        pytest.param(make_intent("{smiles}?", "{smiles}", "S4"), {"draw", "edit"}, id="class S4"),
    ],
)
def test_list_actions(intent: Intent, actions: set[str]) -> None:
    assert list_actions(intent) == actions


def test_every_gate_of_the_knowledge_base_is_in_the_rules(pharma: Pack) -> None:
    assert pharma.safety is not None
    assert set(read_gates()) <= set(pharma.safety.gates)


def test_controlled_substances_of_the_table_are_gated() -> None:
    table = Path(__file__).parents[2] / "src/apothecary/packs/pharma/tables/controlled.csv"
    assert set(pl.read_csv(table)["name"]) <= set(read_gates()["controlled substances"])


def test_books_go_into_the_report(pharma: Pack, tmp_path: Path) -> None:
    FRAME.write_parquet(tmp_path / "compounds.parquet")
    (tmp_path / "report.json").write_text('{"entities": {}}', "utf-8")
    report = record_gates(tmp_path, pharma)
    assert report == read_json(tmp_path / "report.json")
    assert pharma.safety is not None
    assert report["safety"]["version"] == pharma.safety.version
    assert report["safety"]["gates"] == count_gates(pharma, FRAME)
