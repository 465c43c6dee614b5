"""Compound tables of the `chemicals` wheel in; identifiers with names, and measured or listed properties, out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.gather.descriptors import write_decimal
from apothecary.gather.wheels import read_member

IDENTIFIER_FILES = (
    "chemicals/Identifiers/chemical identifiers example user db.tsv",
    "chemicals/Identifiers/chemical identifiers pubchem small.tsv",
    "chemicals/Identifiers/chemical identifiers pubchem large.tsv",
)
KELVIN = Decimal("273.15")
MELTING_RANGE_C = (-220.0, 1500.0)

# Wikidata column, field, unit, how it is written: kelvin, plain, or fraction to per cent
WIKIDATA_FIELDS = (
    ("Tm", "mp_c", "°C", "kelvin"),
    ("Tb", "bp_c", "°C", "kelvin"),
    ("T_flash", "flash_c", "°C", "kelvin"),
    ("T_autoignition", "autoignition_c", "°C", "kelvin"),
    ("logP", "logp_exp", None, "plain"),
    ("RI", "refractive_index", None, "plain"),
    ("LFL", "lfl_pct", "% by volume", "percent"),
    ("UFL", "ufl_pct", "% by volume", "percent"),
)


def read_identifiers(wheel: Path) -> pl.DataFrame:
    """The identifier tables as rows `cas, smiles, iupac, names` (most usual name first); no structure judged yet."""
    rows = []
    seen: set[str] = set()
    for member in IDENTIFIER_FILES:
        for line in read_member(wheel, member).decode("utf-8").splitlines():
            parts = line.split("\t")
            if len(parts) < 9 or not parts[4] or parts[1] in seen:
                continue
            seen.add(parts[1])
            rows.append((parts[1], parts[4], parts[7] or None, list(dict.fromkeys(p for p in parts[8:] if p))))
    schema: dict[str, Any] = {"cas": pl.String, "smiles": pl.String, "iupac": pl.String, "names": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def read_measurements(wheel: Path) -> pl.DataFrame:
    """Measured and listed values of the licence-clear tables: `cas, field, text, unit, conditions, kind, source`."""
    frames = [
        _read_open_melting_points(wheel),
        _read_wikidata(wheel),
        _read_ontario(wheel),
        _read_ntp(wheel),
        _read_ipcc(wheel),
    ]
    return pl.concat(frames).unique(["cas", "field", "source"], keep="first", maintain_order=True)


_MEASURED: dict[str, Any] = {
    "cas": pl.String,
    "field": pl.String,
    "text": pl.String,
    "unit": pl.String,
    "conditions": pl.String,
    "kind": pl.String,
    "source": pl.String,
}


def _frame(rows: list[tuple[str | None, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_MEASURED, orient="row")


def _read_table(wheel: Path, member: str) -> list[dict[str, str]]:
    lines = read_member(wheel, member).decode("utf-8").splitlines()
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=False)) for line in lines[1:] if line.strip()]


def to_celsius(kelvin: str) -> str:
    """A temperature in kelvin as °C with at most one decimal, computed in decimals so that 181.15 gives -92."""
    return write_decimal(float(round(Decimal(kelvin) - KELVIN, 1)), 1)


def _read_open_melting_points(wheel: Path) -> pl.DataFrame:
    rows: list[tuple[str | None, ...]] = []
    for row in _read_table(wheel, "chemicals/Phase Change/OpenNotebook Melting Points.tsv"):
        text = to_celsius(row["Tm"])
        if MELTING_RANGE_C[0] <= float(text) <= MELTING_RANGE_C[1]:
            rows.append((row["CAS"], "mp_c", text, "°C", None, "experimental", "open-melting-points"))
    return _frame(rows)


def _read_wikidata(wheel: Path) -> pl.DataFrame:
    rows: list[tuple[str | None, ...]] = []
    for row in _read_table(wheel, "chemicals/Misc/wikidata_properties.tsv"):
        cas = _write_registry_number(row["CAS"])
        for column, field, unit, how in WIKIDATA_FIELDS:
            value = row.get(column)
            if not value:
                continue
            if how == "kelvin":
                text = to_celsius(value)
            elif how == "percent":
                text = write_decimal(float(Decimal(value) * 100), 2)
            else:
                text = write_decimal(float(value), 4)
            conditions = None
            if field == "refractive_index" and row.get("RIT"):
                conditions = f"{to_celsius(row['RIT'])} °C"
            rows.append((cas, field, text, unit, conditions, "experimental", "wikidata"))
    return _frame(rows)


def _write_registry_number(digits: str) -> str:
    """`100005` as `100-00-5`; a number already written with hyphens stays."""
    return digits if "-" in digits else f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}"


def _read_ontario(wheel: Path) -> pl.DataFrame:
    table = json.loads(read_member(wheel, "chemicals/Safety/Ontario Exposure Limits.json"))
    fields = (
        ("TWA (ppm)", "twa_ppm", "ppm"),
        ("STEL (ppm)", "stel_ppm", "ppm"),
        ("Ceiling (ppm)", "ceiling_ppm", "ppm"),
    )
    rows: list[tuple[str | None, ...]] = []
    for cas, entry in table.items():
        for column, field, unit in fields:
            if entry.get(column):
                text = write_decimal(float(entry[column]), 4)
                rows.append((cas, field, text, unit, "Ontario, Canada", "registry", "ontario"))
    return _frame(rows)


def _read_ntp(wheel: Path) -> pl.DataFrame:
    listings = {"1": "known to be a human carcinogen", "2": "reasonably anticipated to be a human carcinogen"}
    rows: list[tuple[str | None, ...]] = []
    for row in _read_table(wheel, "chemicals/Safety/National Toxicology Program Carcinogens.tsv"):
        values = list(row.values())
        listing = listings.get(values[-1].strip())
        if listing:
            rows.append((row["CAS"], "ntp_listing", listing, None, None, "registry", "ntp"))
    return _frame(rows)


def _read_ipcc(wheel: Path) -> pl.DataFrame:
    rows: list[tuple[str | None, ...]] = []
    for row in _read_table(wheel, "chemicals/Environment/Official Global Warming Potentials 2021.tsv"):
        if row["CAS"] and row["100yr GWP"]:
            text = write_decimal(float(row["100yr GWP"]), 4)
            rows.append((row["CAS"], "gwp_100", text, None, "100 years, IPCC 2021", "registry", "ipcc"))
    return _frame(rows)
