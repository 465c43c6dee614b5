from __future__ import annotations

import pytest

from apothecary.documents.origins import HOSTS, make_policy
from apothecary.documents.readers import READERS
from apothecary.engine.fetch import check_address
from apothecary.errors import SourceError


def test_every_source_has_its_hosts() -> None:
    assert set(HOSTS) == set(READERS)


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("pubmed", "https://ftp.ncbi.nlm.nih.gov/pubmed/baseline/pubmed25n0001.xml.gz"),
        ("pubmed", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed&id=7&retmode=xml"),
        ("trials", "https://clinicaltrials.gov/api/v2/studies?pageSize=100"),
        ("labels", "https://api.fda.gov/drug/label.json?limit=100"),
    ],
)
def test_the_public_addresses_are_allowed(source: str, address: str) -> None:
    policy = make_policy(source)
    check_address(address, policy)
    assert policy.per_second <= 4


def test_a_host_of_ones_own_is_allowed_when_named() -> None:
    with pytest.raises(SourceError):
        check_address("https://mirror.invalid/x", make_policy("pubmed"))
    check_address("https://mirror.invalid/x", make_policy("pubmed", ["mirror.invalid"]))
