import pytest
from pydantic import ValidationError

from apothecary.export.order import Order
from apothecary.recipe_mix import FORMATS


def test_formats_are_taken_once_in_one_order() -> None:
    assert Order(formats=("text", "chat", "text")).formats == ("chat", "text")


def test_a_trainer_brings_the_format_it_reads() -> None:
    assert Order(formats=("text",), trainers=("unsloth", "trl")).formats == ("chat", "text")
    assert Order(trainers=("unsloth", "trl")).trainers == ("trl", "unsloth")


@pytest.mark.parametrize(
    "wrong",
    [
        {"formats": ("xml",)},
        {"formats": ("chat", "hf")},
        {"formats": ("hf",), "trainers": ("trl",)},
        {"formats": ()},
        {"reasoning": "loud"},
        {"shout": 1},
    ],
)
def test_what_there_is_not_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate(wrong)


def test_every_format_has_a_file_of_its_own() -> None:
    order = Order(compress="gzip")
    names = {order.name_file(form, "train-00001", "train-00001-of-00002") for form in FORMATS}
    assert len(names) == len(FORMATS)
    assert "chat/train-00001.jsonl.gz" in names
    assert "data/train-00001-of-00002.parquet" in names
