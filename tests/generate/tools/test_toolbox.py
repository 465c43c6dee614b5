from __future__ import annotations

import inspect

from apothecary.generate.tools.bench import ToolBench
from apothecary.generate.tools.toolbox import check_arguments, load_schemas, write_json


def test_schemas_and_functions_agree(bench: ToolBench) -> None:
    tools = bench.toolbox._tools
    assert set(tools) == set(load_schemas()) and len(tools) >= 8
    for name, schema in load_schemas().items():
        parameters = schema["function"]["parameters"]
        assert list(inspect.signature(tools[name]).parameters) == list(parameters["properties"])
        assert parameters["required"] == list(parameters["properties"])
        assert schema["type"] == "function" and schema["function"]["description"].endswith(".")


def test_wrong_calls_come_back_as_errors(bench: ToolBench) -> None:
    call = bench.toolbox.call
    assert call("molecular_weight", {"smiles": "CCO"})["molecular_weight"] == 46.069
    assert call("molecular_weight", {"smiles": "C(C"}) == {"error": "this SMILES cannot be parsed"}
    assert call("molecular_weight", {}) == {"error": "molecular_weight needs smiles"}
    assert call("molecular_weight", {"smiles": 5}) == {"error": "smiles must be a string"}
    assert call("teleport", {}) == {"error": "there is no tool teleport"}
    assert "one of acid, base" in check_arguments("ionisation", {"pka": 4, "ph": 7, "kind": "salt"})
    assert "no argument mood" in check_arguments("molecular_weight", {"smiles": "C", "mood": "good"})


def test_json_keeps_signs() -> None:
    assert write_json({"unit": "Å²"}) == '{"unit": "Å²"}'
