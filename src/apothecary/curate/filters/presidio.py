"""Texts to spans of personal data found by Presidio, a second opinion that also knows names of persons (extra `pii`).

Presidio takes one text at a time and runs a spaCy model over it: thousands of times slower than `pii`, so it is used
only when asked for. The model must be installed; nothing is downloaded here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.filters.pii import SPANS
from apothecary.errors import SourceError

# No EMAIL_ADDRESS: its recogniser fetches the list of public suffixes from the net, and `pii` finds addresses.
ENTITIES = ("PERSON", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS")
MODEL = "en_core_web_lg"
MIN_SCORE = 0.6


def find_pii_presidio(
    texts: pl.Series, *, entities: Sequence[str] = ENTITIES, model: str = MODEL, min_score: float = MIN_SCORE
) -> pl.DataFrame:
    """Texts (n) to SPANS, with Presidio's names of kinds in small letters, sorted by row and start.

    Raises SourceError when Presidio or the spaCy model is not installed.
    """
    analyzer = load_analyzer(model)
    found = []
    for row, text in enumerate(texts):
        results = analyzer.analyze(text=text, entities=list(entities), language="en") if text else []
        found += [(row, r.entity_type.lower(), r.start, r.end) for r in results if r.score >= min_score]
    return pl.DataFrame(found, schema=SPANS, orient="row").sort("row", "start", "end", "kind")


def load_analyzer(model: str = MODEL) -> Any:
    """Presidio's analyzer over a spaCy model: the name of one that is installed, or its folder."""
    try:
        import spacy  # type: ignore[import-not-found, unused-ignore]
        from presidio_analyzer import AnalyzerEngine  # type: ignore[import-not-found, unused-ignore]
        from presidio_analyzer.nlp_engine import NlpEngineProvider  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        what = f"the second finder of personal data needs Presidio ({error.name} is missing)"
        raise SourceError(what, hint='pip install "apothecary[pii]", or leave `presidio` out') from None
    if not spacy.util.is_package(model) and not Path(model).is_dir():
        what = f"the spaCy model {model} is not installed"
        raise SourceError(what, hint=f"python -m spacy download {model}, or name a model that is installed")
    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
    engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
