"""Makers for the figures in abstracts: what they say, worked out again step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from apothecary.generate.makers.abstracts import is_english, list_body
from apothecary.generate.makers.figures import (
    ACCURACY,
    CHANGE,
    COUNT_SHARES,
    DIVIDES,
    GROUPS,
    MEANS,
    P_VALUE,
    RATIO,
    SHARES,
    Figure,
    count_places,
    find_figures,
    round_digits,
    round_to,
    write_number,
)
from apothecary.generate.makers.model import Draft, Quote, Record, Section, quote_all
from apothecary.generate.makers.sentences import split_sentences

LONGEST_SENTENCE = 420
HUNDRED = Decimal(100)


def make_findings(records: Sequence[Record]) -> Iterator[Draft]:
    """Records to questions about single figures of their abstracts, at most two of a kind each."""
    for record in records:
        if not is_english(record):
            continue
        body = list_body(record)
        taken: dict[str, int] = {}
        for section in body:
            for draft in _read_section(record, section):
                taken[draft.maker] = taken.get(draft.maker, 0) + 1
                if taken[draft.maker] <= 2:
                    yield draft


def _read_section(record: Record, section: Section) -> Iterator[Draft]:
    for start, end in split_sentences(section.text):
        if end - start > LONGEST_SENTENCE:
            continue
        sentence = section.text[start:end]
        for maker in (_share, _compare, _means, _change, _ratio, _p_value, _groups, _accuracy):
            for found in maker(sentence):
                name, figure, answer, slots, steps, form, tolerance = found
                quote = Quote(section, start, end)
                slots = {"sentence": sentence, "part": sentence[figure.start : figure.end], **slots}
                yield Draft(
                    name,
                    record,
                    answer,
                    (quote,),
                    (quote_all(section),),
                    slots,
                    form,
                    tuple(steps),
                    tolerance=tolerance,
                )


_Found = tuple[str, Figure, str, dict[str, str], list[str], str, "float | None"]


def _share(sentence: str) -> Iterator[_Found]:
    """Counts with a stated percentage: whether they agree, and what is left."""
    for pattern in COUNT_SHARES:
        for figure in find_figures(pattern, sentence):
            part, whole, share = figure.number("part"), figure.number("whole"), figure.parts["share"]
            if not 0 < part <= whole or whole < 5 or Decimal(share) > 100:
                continue
            places = count_places(share)
            exact = part / whole * HUNDRED
            got = round_to(exact, max(places, 1))
            agrees = abs(exact - Decimal(share)) <= Decimal(1).scaleb(-places)
            step = f"{part} / {whole} * 100 = {write_number(got)}"
            slots = {"count": f"{part}", "whole": f"{whole}", "stated": share, "got": write_number(got)}
            form = ("" if Decimal(share) == got else "rounded") if agrees else "no"
            yield "share_check", figure, "yes" if agrees else "no", slots, [step], form, None
            if agrees and part < whole:
                rest = whole - part
                left = round_to(rest / whole * HUNDRED, 1)
                steps = [f"{whole} - {part} = {rest}", f"{rest} / {whole} * 100 = {write_number(left)}"]
                more = slots | {"rest": f"{rest}", "left": write_number(left)}
                yield "share_left", figure, f"{rest}", more, steps, "", 0.0


def _compare(sentence: str) -> Iterator[_Found]:
    """Two percentages set against each other: difference and ratio."""
    for figure in find_figures(SHARES, sentence):
        a, b = figure.number("a"), figure.number("b")
        if max(a, b) > 100 or a == b or min(a, b) == 0:
            continue
        high, low = max(a, b), min(a, b)
        gap, ratio = high - low, round_digits(high / low)
        steps = [f"{high} - {low} = {write_number(gap)}", f"{high} / {low} = {write_number(ratio)}"]
        slots = {"high": f"{high}", "low": f"{low}", "gap": write_number(gap), "ratio": write_number(ratio)}
        yield "share_difference", figure, write_number(gap), slots, steps, "", 0.05


def _means(sentence: str) -> Iterator[_Found]:
    """Two means with their spreads: how far apart, and in how many spreads."""
    for figure in find_figures(MEANS, sentence):
        ua, ub = figure.parts["ua"], figure.parts["ub"]
        a, b, sa, sb = (figure.number(name) for name in ("a", "b", "sa", "sb"))
        if (ua and ua != ub) or a == b or not sa or not sb:
            continue
        high, low = max(a, b), min(a, b)
        gap = high - low
        unit = "" if not ub else ("%" if ub == "%" else f" {ub}")
        coefficients = [round_to(spread / mean * HUNDRED, 1) for spread, mean in ((sa, a), (sb, b)) if mean]
        if len(coefficients) < 2:
            continue
        slots = {
            "high": f"{high}",
            "low": f"{low}",
            "gap": write_number(gap),
            "unit": unit.replace("%", " percentage points"),
        }
        yield "mean_difference", figure, write_number(gap), slots, [f"{high} - {low} = {write_number(gap)}"], "", 0.0
        more = slots | {"a": f"{a}", "b": f"{b}", "cva": f"{coefficients[0]}", "cvb": f"{coefficients[1]}"}
        more |= {"wider": "first" if coefficients[0] > coefficients[1] else "second"}
        steps = [f"{sa} / {a} * 100 = {coefficients[0]}", f"{sb} / {b} * 100 = {coefficients[1]}"]
        if coefficients[0] != coefficients[1]:
            yield "relative_spread", figure, more["wider"], more, steps, "", None


def _change(sentence: str) -> Iterator[_Found]:
    """A change from one value to another: by how much, and by what share."""
    for figure in find_figures(CHANGE, sentence):
        ua, ub = figure.parts["ua"], figure.parts["ub"]
        a, b = figure.number("a"), figure.number("b")
        is_year = not ub and a == int(a) and 1900 <= a <= 2100
        if (ua and ua != ub) or a == b or not a or is_year:
            continue
        down = b < a
        if down == (figure.parts["verb"] in ("increas", "rose")) and figure.parts["verb"] != "improv":
            continue  # the verb and the figures disagree: something else is meant
        gap = abs(b - a)
        share = round_to(gap / a * HUNDRED, 1)
        high, low = max(a, b), min(a, b)
        steps = [f"{high} - {low} = {write_number(gap)}", f"{write_number(gap)} / {a} * 100 = {share}"]
        unit = "" if not ub else (" percentage points" if ub == "%" else f" {ub}")
        slots = {"from": f"{a}", "to": f"{b}", "gap": write_number(gap), "share": f"{share}", "unit": unit}
        slots |= {"way": "a fall" if down else "a rise"}
        yield "relative_change", figure, f"{share}", slots, steps, "", 0.1


def _ratio(sentence: str) -> Iterator[_Found]:
    """A ratio with its interval: whether 1 lies in it, and the standard error it implies."""
    for figure in find_figures(RATIO, sentence):
        low, value, high = figure.number("low"), figure.number("value"), figure.number("high")
        if not 0 < low <= value <= high or low == high:
            continue
        includes = low <= 1 <= high
        steps = [f"{low} <= 1", f"1 <= {high}"] if includes else ([f"{low} > 1"] if low > 1 else [f"{high} < 1"])
        name = RATIO_NAMES.get(figure.parts["name"].lower(), figure.parts["name"].lower().replace("hazards", "hazard"))
        slots = {"low": f"{low}", "high": f"{high}", "value": f"{value}", "name": name, "level": figure.parts["level"]}
        side = "above" if low > 1 else "below"
        form = "in" if includes else side
        yield "ratio_interval", figure, "no" if includes else "yes", slots, steps, form, None
        if figure.parts["level"] == "95" and high / low > Decimal("1.05"):
            error = round_digits((high.ln() - low.ln()) / Decimal("3.92"))
            step = f"(ln({high}) - ln({low})) / 3.92 = {write_number(error)}"
            yield (
                "ratio_error",
                figure,
                write_number(error),
                slots | {"error": write_number(error)},
                [step],
                "",
                float(error) * 0.01,
            )


RATIO_NAMES = {
    "hr": "hazard ratio",
    "ahr": "hazard ratio",
    "or": "odds ratio",
    "aor": "odds ratio",
    "rr": "relative risk",
    "arr": "relative risk",
}


def _p_value(sentence: str) -> Iterator[_Found]:
    """A sentence with one P value: whether the result is significant at 5 %."""
    found = list(find_figures(P_VALUE, sentence))
    if len(found) != 1:
        return
    figure = found[0]
    p, sign = figure.number("p"), figure.parts["sign"]
    limit = Decimal("0.05")
    if p == limit and sign not in "<≤":
        return
    if (sign in "<≤" and p > limit) or (sign == ">" and p < limit):
        return  # "P < 0.1" leaves it open
    significant = p < limit or (sign == "<" and p == limit)
    shown = f"P {'=' if sign == '=' else sign} {p}"
    step = f"{p} {'<=' if significant else '>='} 0.05"
    yield "p_value", figure, "yes" if significant else "no", {"p": shown}, [step], "" if significant else "no", None


def _groups(sentence: str) -> Iterator[_Found]:
    """The sizes of groups that people were divided into: how many in all, and the share of the largest."""
    found = list(find_figures(GROUPS, sentence))
    sizes = [int(figure.parts["n"]) for figure in found]
    if (
        not 2 <= len(sizes) <= 5
        or not DIVIDES.search(sentence)
        or re.search(r"\b(?:of (?:which|whom|these)|including|subgroup)\b", sentence)
    ):
        return
    total = sum(sizes)
    if total in sizes or (max(sizes) * 2 == total and len(sizes) > 2):
        return  # the whole stands among its parts
    if len(set(sizes)) == 1:
        return  # no group is the largest
    figure = Figure(found[0].start, found[-1].end, {})
    share = round_to(Decimal(max(sizes)) / Decimal(total) * HUNDRED, 1)
    steps = [f"{' + '.join(map(str, sizes))} = {total}", f"{max(sizes)} / {total} * 100 = {share}"]
    slots = {"total": f"{total}", "sum": " + ".join(map(str, sizes)), "largest": f"{max(sizes)}", "share": f"{share}"}
    yield "groups_total", figure, f"{total}", slots, steps, "", 0.0


def _accuracy(sentence: str) -> Iterator[_Found]:
    """Sensitivity and specificity: the two likelihood ratios."""
    for figure in find_figures(ACCURACY, sentence):
        sens, spec = figure.number("sens"), figure.number("spec")
        if not (0 < sens < 100 and 0 < spec < 100) or sens + spec <= 100:
            continue
        positive, negative = round_digits(sens / (HUNDRED - spec)), round_digits((HUNDRED - sens) / spec)
        steps = [f"100 - {spec} = {HUNDRED - spec}", f"100 - {sens} = {HUNDRED - sens}"]
        steps += [
            f"{sens} / (100 - {spec}) = {write_number(positive)}",
            f"(100 - {sens}) / {spec} = {write_number(negative)}",
        ]
        slots = {
            "sens": f"{sens}",
            "spec": f"{spec}",
            "positive": write_number(positive),
            "negative": write_number(negative),
        }
        slots |= {"miss": write_number(HUNDRED - sens), "false": write_number(HUNDRED - spec)}
        yield "likelihood_ratios", figure, write_number(positive), slots, steps, "", float(positive) * 0.01
