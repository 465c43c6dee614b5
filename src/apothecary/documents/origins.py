"""Where each source is published: the hosts a download may come from, how fast they may be asked, their checksums.

Rates are what the publishers ask for: NCBI 3 requests a second without a key, ClinicalTrials.gov 50 a minute, openFDA
240 a minute. Keys are optional and read from the environment.
"""

from __future__ import annotations

from collections.abc import Iterable

from apothecary.engine.fetch import Policy

NCBI = ("ftp.ncbi.nlm.nih.gov", "eutils.ncbi.nlm.nih.gov", "www.ncbi.nlm.nih.gov", "pmc.ncbi.nlm.nih.gov")
FDA = ("download.open.fda.gov", "api.fda.gov", "www.fda.gov", "dailymed-data.nlm.nih.gov", "dailymed.nlm.nih.gov")
KEYS = {
    "eutils.ncbi.nlm.nih.gov": ("NCBI_API_KEY", "api_key"),
    "api.fda.gov": ("OPENFDA_API_KEY", "api_key"),
}
HOSTS: dict[str, tuple[tuple[str, ...], float, str]] = {  # hosts, requests a second, checksum
    "pubmed": (NCBI, 3.0, ".md5"),
    "trials": (("clinicaltrials.gov", "classic.clinicaltrials.gov"), 0.8, ""),
    "papers": ((*NCBI, "pmc-oa-opendata.s3.amazonaws.com", "www.ebi.ac.uk", "journals.plos.org"), 3.0, ""),
    "labels": (FDA, 4.0, ""),
    "patents": (("bulkdata.uspto.gov", "data.uspto.gov", "api.uspto.gov"), 1.0, ""),
    "questions": (("raw.githubusercontent.com", "github.com", "codeload.github.com", "huggingface.co"), 2.0, ""),
}


def make_policy(source: str, allowed: Iterable[str] = ()) -> Policy:
    """A source, and hosts that the user allows besides, to how it is downloaded."""
    hosts, per_second, checksum = HOSTS[source]
    return Policy(frozenset({*hosts, *allowed}), checksum=checksum, per_second=per_second, keys=KEYS)
