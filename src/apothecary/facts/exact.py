"""One row by the checker's own path: from entities, facts and given numbers to every text it must have, in Decimal.

This is the judgement; `batch.py` only says quickly for which rows it is a yes. A row that contradicts the knowledge
base is `Rejected`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apothecary.facts.arithmetic import UndefinedValueError, Value, evaluate, read_number
from apothecary.facts.draws import check_entities, read_field
from apothecary.facts.evidence import Evidence, Rejected
from apothecary.facts.numbers import Format, format_number, half_last_digit, round_derived
from apothecary.facts.phrasing import LETTERS, add_article, frame_options, join_words
from apothecary.facts.plan import OPTION, Pieces, Plan, Source, Template

Segments = list[tuple[str, Source | None]]


@dataclass(frozen=True)
class Expected:
    """What a row must say, in segments that know their slot."""

    prompt: Segments
    response: Segments
    history: list[Segments]
    answer: Segments
    tolerance: float | None
    choices: list[Segments]
    reasoning: list[Segments]


class Deriver:
    """Derives the texts of one row; `right` is the index of the right option."""

    def __init__(self, plan: Plan, evidence: Evidence, right: int = 0) -> None:
        self.plan = plan
        self.evidence = evidence
        self._values: dict[str, Value] = {}
        self.index = self._index_roles(right)
        self.options = [self._render(plan.option, n) for n in range(plan.count)] if plan.offers else []

    def derive(self, template: Template, numbers: list[int]) -> Expected:
        """Everything the row must say."""
        *before, ask, reply = numbers
        way = self.plan.judge_direction(template, ask, before[0] if before else None)
        if way != "agrees":
            raise Rejected("direction", f"template {template.id} asks {template.asks}, its wording {ask} {way}")
        self._check_options()
        check_entities(self.plan, self.evidence, self.index)
        try:
            answer = self._render(self.plan.answer)
            history = [template.before_ask[before[0]], template.before_reply[before[1]]] if before else []
            return Expected(
                prompt=self._render(template.ask[ask]),
                response=self._render(template.reply[reply]),
                history=[self._render(pieces) for pieces in history],
                answer=answer,
                tolerance=self._measure_tolerance(join_segments(answer)),
                choices=self.options,
                reasoning=[self._render(step) for step in self.plan.reasoning],
            )
        except UndefinedValueError as error:
            raise Rejected("number", str(error)) from error

    def derive_prompt(self, template: Template, numbers: list[int]) -> str:
        """The question alone."""
        return join_segments(self._render(template.ask[numbers[-2]]))

    def fits(self) -> bool:
        """Whether the entities are such as the draw asks for."""
        try:
            check_entities(self.plan, self.evidence, self.index)
        except Rejected:
            return False
        return True

    def derive_answer(self) -> str:
        """The answer alone."""
        return join_segments(self._render(self.plan.answer))

    def _measure_tolerance(self, answer: str) -> float | None:
        if not self.plan.half_digit:
            return self.plan.tolerance
        return half_last_digit(answer, find_answer_format(self.plan))

    def _check_options(self) -> None:
        texts = [join_segments(option) for option in self.options]
        for n, text in enumerate(texts):
            if text in texts[:n]:
                raise Rejected("option", f"{LETTERS[n]}) {text} is offered twice")

    def _render(self, pieces: Pieces, option: int | None = None) -> Segments:
        return [(p, None) if isinstance(p, str) else (self._write(p, option), p) for p in pieces]

    def _write(self, source: Source, option: int | None) -> str:
        evidence, how = self.evidence, source.format
        match source.kind:
            case "given":
                return evidence.given[source.name]
            case "letter":
                return LETTERS[self.index["a"]]
            case "right":
                return join_segments(self.options[self.index["a"]])
            case "options":
                marks = frame_options(len(self.options), how.kind)
                return "".join(m + join_segments(o) for m, o in zip(marks, self.options, strict=True))
            case "let":
                return _write_derived(self._evaluate_let(source.name), how)
        at = option if source.role == OPTION and option is not None else self.index[source.role]
        if source.kind == "name":
            return _write_text([evidence.names[at][source.name]], how)
        return _write_text(evidence.values[at][source.name], how)

    def _evaluate_let(self, name: str) -> Value:
        if name not in self._values:
            self._values[name] = evaluate(self.plan.let[name], self._find)
        return self._values[name]

    def _find(self, role: str | None, name: str) -> Value:
        kind, place = self.plan.locate(role, name)
        if kind == "given":
            return read_number(self.evidence.given[name])
        return self._evaluate_let(name) if kind == "let" else self._number(place, name)

    def _number(self, role: str, field: str) -> Decimal:
        return read_field(self.evidence, self.index[role], field)

    def _index_roles(self, right: int) -> dict[str, int]:
        """The place of each role among the entities."""
        plan = self.plan
        if plan.offers:
            return {"a": right, "m": int(right == 0)}
        index = {role: n for n, role in enumerate(plan.roles[: plan.count])}
        if plan.ranked and plan.field:
            numbers = [read_field(self.evidence, n, plan.field) for n in range(plan.count)]
            order = sorted(range(plan.count), key=lambda n: numbers[n])
            index |= {f"r{rank}": n for rank, n in enumerate(order, 1)} | {"hi": order[-1], "lo": order[0]}
        return index


def find_answer_format(plan: Plan) -> Format:
    """The format of the answer's first slot, which says what its last digit is."""
    return next((piece.format for piece in plan.answer if isinstance(piece, Source)), Format("raw"))


def join_segments(segments: Segments) -> str:
    """The text of segments."""
    return "".join(text for text, _ in segments)


def _write_text(texts: list[str], how: Format) -> str:
    match how.kind:
        case "raw":
            return texts[0]
        case "list":
            return join_words(texts)
        case "an":
            return add_article(texts[0])
    return format_number(read_number(texts[0]), how)


def _write_derived(value: Value, how: Format) -> str:
    if isinstance(value, str):
        return add_article(value) if how.kind == "an" else value
    if how.kind not in ("dp", "sig"):
        raise UndefinedValueError("a derived number needs a number format")
    return format_number(round_derived(value), how)
