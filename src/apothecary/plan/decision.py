"""Answers about a model in, the question that is still open or the advice out; questions and rules are data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apothecary.errors import RecipeError
from apothecary.packs.yaml import load_yaml
from apothecary.plan.tables import DATA, Tiers, load_tiers
from apothecary.recipe import Settings

Answers = Mapping[str, str]
SIZES = (1, 3, 7, 13, 34, 70, 180, 405)  # billions: what "a larger model" is
SIZE = re.compile(r"(\d+(?:\.\d+)?) *([mbt]?)", re.IGNORECASE)
BILLIONS = {"m": 0.001, "b": 1.0, "": 1.0, "t": 1000.0}


class Question(Settings):
    """What is asked, and the answers there are; none: a size."""

    text: str
    answers: tuple[str, ...] = ()


class Rule(Settings):
    """Advice and when it holds: answers, and `parameters` in billions as [from, below]."""

    rule: str
    when: dict[str, str | tuple[float, float]]
    advice: str
    why: str
    command: str
    tier: int | None = None
    steps: tuple[str, ...] = ()


class Decision(Settings):
    """What `decision.yaml` says."""

    questions: dict[str, Question]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Advice:
    """What to do: the rule it comes from, in words, with tier, rows and recipe where data is the answer."""

    rule: str
    advice: str
    why: str
    steps: tuple[str, ...]
    tier: int | None
    rows: int | None
    shares: dict[str, float] | None
    recipe: str | None
    command: str

    def describe(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"steps": list(self.steps)}


def load_decision() -> Decision:
    """The questions and rules of this version."""
    return Decision.model_validate(load_yaml(DATA / "decision.yaml", RecipeError))


def read_parameters(text: str) -> float:
    """A model's size (`7B`, `350M`, `1T`, `70`) to billions of parameters; RecipeError for anything else."""
    match = SIZE.fullmatch(text.strip())
    if not match or not float(match[1]):
        raise RecipeError(f"`{text}` is no model size", where="--model-size", hint="as 7B, 70B or 350M")
    return float(match[1]) * BILLIONS[match[2].lower()]


def check_answer(name: str, answer: str, decision: Decision) -> str:
    """An answer as the rules know it; RecipeError with the ones there are."""
    if name == "model_size":
        read_parameters(answer)
        return answer.strip()
    known = decision.questions[name].answers
    cleaned = {"true": "yes", "y": "yes", "false": "no", "n": "no"}.get(answer.strip().lower(), answer.strip().lower())
    if cleaned not in known:
        option = "--" + name.replace("_", "-")
        raise RecipeError(
            f"`{answer}` is no answer", where=option, expected=" or ".join(known), hint=f"{option} {known[0]}"
        )
    return cleaned


def settle(answers: Answers, decision: Decision | None = None) -> Advice | str:
    """Answers to the advice, or to the name of the question that the first rule in doubt still needs."""
    decision = decision or load_decision()
    given = {name: check_answer(name, answer, decision) for name, answer in answers.items()}
    for rule in decision.rules:
        open_question = ""
        for name, wanted in rule.when.items():
            question = "model_size" if name == "parameters" else name
            if question not in given:
                open_question = open_question or question
            elif not _holds(given[question], wanted):
                break
        else:
            return open_question or advise(rule, given)
    raise RecipeError(
        "no rule fits these answers", where=str(DATA / "decision.yaml"), hint="leave out one of the answers"
    )


def _holds(answer: str, wanted: str | tuple[float, float]) -> bool:
    if isinstance(wanted, str):
        return answer == wanted
    return wanted[0] <= read_parameters(answer) < wanted[1]


def advise(rule: Rule, answers: Answers, tiers: Tiers | None = None) -> Advice:
    """A rule that holds to its advice, the numbers of its tier filled in."""
    tiers = tiers or load_tiers()
    tier = tiers.find_tier(rule.tier) if rule.tier else None
    size = answers.get("model_size", "")
    larger = next((one for one in SIZES if size and one > read_parameters(size)), SIZES[-1])
    words = {
        "rows": f"{tier.rows:,}" if tier else "",
        "recipe": tier.recipe if tier else "",
        "model_size": size or "7B",
        "larger_size": f"{larger if size else 13}B",
    }
    return Advice(
        rule=rule.rule,
        advice=rule.advice.format(**words),
        why=rule.why,
        steps=rule.steps,
        tier=rule.tier,
        rows=tier.rows if tier else None,
        shares=dict(tier.shares) if tier else None,
        recipe=(tier.recipe or None) if tier else None,
        command=rule.command.format(**words),
    )
