"""Tables of trials in (CSV with `nctid`, `status`, `phase`, `diseases`, `drugs`, `criteria`), trials out.

Such tables of clinical-trial prediction sets say less than the registry; of the same trial its own record stands.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from apothecary.documents.model import Failure, Item
from apothecary.documents.prose import tidy_lines
from apothecary.documents.question_rows import iter_rows
from apothecary.documents.trial import NCT, Intervention, Trial, describe_trial

FORMAT, LICENCE = "trial table", "table of others, licence not stated"
HEAD = re.compile(rb"(?:\xef\xbb\xbf)?nctid\s*[,\t]", re.IGNORECASE)
QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")


def read_trial_table(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """A stream of rows to their trials and failures."""
    for row in iter_rows(stream, file=file):
        if isinstance(row, Failure):
            yield row
            continue
        number, cells, notice = row
        trial = Trial(str(cells.get("nctid", "")).strip(), FORMAT)
        if not NCT.fullmatch(trial.nct):
            yield Failure(file, number, None, "no NCT number", repr(trial.nct)[:80])
            continue
        trial.status = str(cells.get("status", "")).strip().capitalize()
        trial.why_stopped = str(cells.get("why_stop", "")).strip()
        phase = str(cells.get("phase", "")).strip()
        trial.phases = [phase.capitalize()] if phase else []
        trial.conditions = list_quoted(str(cells.get("diseases", "")))
        trial.interventions = [Intervention("", name, "") for name in list_quoted(str(cells.get("drugs", "")))]
        trial.criteria = tidy_lines(str(cells.get("criteria", "")))
        document = describe_trial(trial, file=file, record=number)
        document.licence = LICENCE
        document.notices += [notice] if notice else []
        yield document


def list_quoted(text: str) -> list[str]:
    """A list as Python prints it to its texts."""
    return [one or other for one, other in QUOTED.findall(text)]
