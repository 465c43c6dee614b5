"""The tools by name: their OpenAI schemas (tools.yaml) and the functions behind them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from apothecary.errors import PackError
from apothecary.generate.tools import calculator, chemistry
from apothecary.generate.tools.calculator import ToolError
from apothecary.generate.tools.desk import Desk
from apothecary.packs.yaml import load_yaml

HERE = Path(__file__).parent
_TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float)}


@lru_cache(1)
def load_schemas() -> dict[str, dict[str, Any]]:
    """The tools by name, each as `{"type": "function", "function": {...}}`."""
    raw: Any = load_yaml(HERE / "tools.yaml", PackError)
    return {name: {"type": "function", "function": {"name": name, **body}} for name, body in raw["tools"].items()}


@dataclass
class Toolbox:
    """All tools over one knowledge base."""

    desk: Desk
    _tools: dict[str, Callable[..., dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        self._tools = {
            "molecular_weight": chemistry.weigh_molecule,
            "descriptors": chemistry.describe_structure,
            "canonical_smiles": chemistry.make_canonical,
            "count_substructure": chemistry.count_substructure,
            "rule_of_five": chemistry.judge_lipinski,
            "compare_structures": chemistry.compare_structures,
            "lookup": self.desk.look_up,
            "dilution": calculator.dilute,
            "mass_for_solution": calculator.weigh_in,
            "molarity": calculator.find_molarity,
            "ionisation": calculator.ionise,
            "convert_unit": calculator.convert_unit,
        }

    def call(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run a tool; what it cannot answer comes back as `{"error": ...}`, as a model would be shown it."""
        fault = check_arguments(name, arguments)
        if fault:
            return {"error": fault}
        try:
            return self._tools[name](**arguments)
        except ToolError as error:
            return {"error": str(error)}


def check_arguments(name: str, arguments: Mapping[str, Any]) -> str:
    """What is wrong with the arguments of a call by the tool's schema; empty when nothing is."""
    schema = load_schemas().get(name)
    if schema is None:
        return f"there is no tool {name}"
    parameters = schema["function"]["parameters"]
    known = parameters["properties"]
    for key, value in arguments.items():
        if key not in known:
            return f"{name} has no argument {key}"
        if not isinstance(value, _TYPES[known[key]["type"]]) or isinstance(value, bool):
            return f"{key} must be a {known[key]['type']}"
        if "enum" in known[key] and value not in known[key]["enum"]:
            return f"{key} must be one of {', '.join(known[key]['enum'])}"
    missing = [key for key in parameters["required"] if key not in arguments]
    return f"{name} needs {', '.join(missing)}" if missing else ""


def write_json(content: Any) -> str:
    """Compact JSON as it stands in rows; keys in the order given."""
    return json.dumps(content, ensure_ascii=False)
