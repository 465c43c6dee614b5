"""A recipe to the pack its rows are drawn from: read, varied by its manners and its bank, and held to the recipe."""

from __future__ import annotations

from pathlib import Path

from apothecary.errors import RecipeError
from apothecary.example import ORIGIN_CLASSES, PERSPECTIVES
from apothecary.packs.bank import add_bank, read_bank
from apothecary.packs.load import dump_pack, find_pack, load_pack, restore_pack
from apothecary.packs.model import Pack
from apothecary.packs.variation import read_variation
from apothecary.packs.vary import allow_phrasings, vary_pack
from apothecary.recipe import Recipe, suggest_key


def load_recipe_pack(recipe: Recipe) -> Pack:
    """A recipe to its pack; weights for intents, topics or origins that there are none of are refused."""
    pack = load_pack(recipe.pack)
    refuse_unknown(recipe, pack)
    if recipe.variation.phrasings > 1:
        pack = allow_phrasings(pack, recipe.variation.phrasings)
    if recipe.variation.grammar:
        pack = vary_pack(pack, read_variation(find_pack(recipe.pack)))
    if recipe.variation.bank:
        wordings = read_bank(Path(recipe.variation.bank))
        allowed = recipe.variation.generators or sorted({wording.licence for wording in wordings})
        pack = restore_pack(add_bank(dump_pack(pack), wordings, allowed))
    return pack


def refuse_unknown(recipe: Recipe, pack: Pack) -> None:
    """Raise RecipeError for weights of intents, topics or origins that there are none of, with the nearest one."""
    known = [intent.intent for intent in pack.intents]
    for intent in recipe.weights:
        if intent not in known:
            what = f"`weights.{intent}`: the pack {pack.name} has no such intent"
            raise RecipeError(what, where="the recipe's weights", hint=suggest_key(intent, known))
    valid = {"origins": sorted(set(ORIGIN_CLASSES.values())), "perspectives": list(PERSPECTIVES)}
    for key, names in valid.items():
        for name in getattr(recipe, key):
            if name not in names:
                what = f"`{key}.{name}`: there is none of that name"
                raise RecipeError(what, where=f"the recipe's {key}", hint=suggest_key(name, names))
    topics = sorted({intent.topic for intent in pack.intents})
    for topic in recipe.topics:
        if topic not in topics:
            what = f"`topics.{topic}`: the pack {pack.name} has no intent of such a topic"
            raise RecipeError(what, where="the recipe's topics", hint=suggest_key(topic, topics))
