"""Figures of abstracts worked out again."""

from __future__ import annotations

import pytest
from tests.generate.makers.documents import draft_by

from apothecary.generate.makers.check_steps import check_step
from apothecary.generate.makers.findings import make_findings


def test_every_step_is_right() -> None:
    drafts = draft_by(make_findings)
    assert len({draft.maker for draft in drafts}) == 11
    for draft in drafts:
        assert draft.steps, draft.maker
        assert all(check_step(step) for step in draft.steps), draft.steps


@pytest.mark.parametrize(
    ("key", "maker", "answer", "form"),
    [
        ("pubmed:90000001", "share_check", "yes", ""),
        ("pubmed:90000009", "share_check", "no", "no"),
        ("pubmed:90000001", "share_difference", "12.9", ""),
        ("pubmed:90000001", "ratio_interval", "yes", "below"),
        ("pubmed:90000002", "groups_total", "810", ""),
        ("pubmed:90000003", "likelihood_ratios", "7.62", ""),
        ("pubmed:90000003", "relative_change", "76.3", ""),
        ("pubmed:90000004", "mean_difference", "93", ""),
        ("pubmed:90000009", "p_value", "no", "no"),
    ],
)
def test_figures(key: str, maker: str, answer: str, form: str) -> None:
    draft = draft_by(make_findings, key, maker)[0]
    assert (draft.answer, draft.form) == (answer, form)
    assert draft.slots["part"] in draft.quotes[0].text


def test_an_interval_around_one() -> None:
    forms = [draft.form for draft in draft_by(make_findings, "pubmed:90000002", "ratio_interval")]
    assert forms == ["below", "in"]
