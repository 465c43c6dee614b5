import pytest
from pydantic import ValidationError

from apothecary.packs.load import load_pack
from apothecary.packs.policy import CLASSES, Gate, Safety

CLASS = {"means": "x", "rows": "y"}


def test_pharma_has_all_classes_and_topics() -> None:
    safety = load_pack("pharma").safety
    assert safety is not None
    assert tuple(safety.classes) == CLASSES
    assert safety.version >= 1
    assert len(safety.refusals) >= 14


def test_class_left_out() -> None:
    with pytest.raises(ValidationError, match="no class S4"):
        Safety.model_validate({"version": "1", "classes": dict.fromkeys(CLASSES[:-1], CLASS)})


def test_gate_forbids_only_what_there_is() -> None:
    with pytest.raises(ValidationError, match="draw"):
        Gate.model_validate({"source": "x", "forbids": ["sell"]})
