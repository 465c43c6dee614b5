from __future__ import annotations

from apothecary.example import LICENCE_CLASSES
from apothecary.gather.sources import LEFT_OUT, SOURCE_INDEX, SOURCES, WHEELS


def test_sources_fit_a_bit_mask_and_name_their_package_and_licence() -> None:
    assert len(SOURCES) < 32
    packages = {wheel.package for wheel in WHEELS} | {"rdkit"}
    for index, source in enumerate(SOURCES):
        assert SOURCE_INDEX[source.id] == index
        assert source.package in packages
        assert source.licence and source.licence_class in LICENCE_CLASSES
    assert {source.licence_class for source in SOURCES} == {"permissive", "share-alike"}


def test_wheels_are_pinned() -> None:
    for wheel in WHEELS:
        assert len(wheel.sha256) == 64 and wheel.version in wheel.filename and wheel.filename.endswith(".whl")


def test_what_is_left_out_has_a_reason() -> None:
    assert all(entry.reason and entry.table for entry in LEFT_OUT)
