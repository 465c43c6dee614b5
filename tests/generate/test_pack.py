"""The pack of a recipe: varied as it says, and refused where it names what there is not."""

from __future__ import annotations

import pytest

from apothecary.errors import PackError, RecipeError
from apothecary.generate.pack import load_recipe_pack
from apothecary.recipe import Recipe, Variation


def test_a_plain_recipe_has_the_pack_as_written(tiny_recipe: Recipe) -> None:
    pack = load_recipe_pack(tiny_recipe)
    assert {template.origin for intent in pack.intents for template in intent.templates} == {"template"}


def test_a_recipe_varies_its_pack(tiny_recipe: Recipe) -> None:
    varied = tiny_recipe.model_copy(update={"variation": Variation(grammar=True, phrasings=2)})
    pack = load_recipe_pack(varied)
    assert {template.origin for intent in pack.intents for template in intent.templates} == {
        "template",
        "variation",
        "context",
    }
    assert pack.by_name["melts"].draw.cap == 2 * load_recipe_pack(tiny_recipe).by_name["melts"].draw.cap


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"weights": {"melt": 1.0}}, "melts"),
        ({"topics": {"fact": 1.0}}, "facts"),
        ({"origins": {"augment": 1.0}}, "augmented"),
        ({"perspectives": {"facts": 1.0}}, "basic facts"),
    ],
    ids=["weights", "topics", "origins", "perspectives"],
)
def test_unknown_names_are_refused_with_the_nearest(tiny_recipe: Recipe, change: dict[str, object], part: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe_pack(tiny_recipe.model_copy(update=change))
    assert part in caught.value.hint


def test_a_pack_without_manners_is_refused(tiny_recipe: Recipe) -> None:
    bare = tiny_recipe.model_copy(update={"variation": Variation(grammar=True), "pack": "starter"})
    with pytest.raises(PackError):
        load_recipe_pack(bare)
