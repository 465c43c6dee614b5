"""Where the rows of a dataset lie, whoever made them: our own examples, or a user's files as they were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.curate.intake import fit_frame, unite_schemas
from apothecary.curate.rows import ROW_ID, STAGE_COLUMNS, Shape, read_shape
from apothecary.engine.run import Shard


@dataclass(frozen=True)
class Source:
    """The files of rows beneath a folder, how many rows each has, and the shape of a user's own (None: examples)."""

    folder: Path
    paths: tuple[str, ...]
    counts: tuple[int, ...]
    shape: Shape | None = None

    @classmethod
    def from_manifest(cls, folder: Path, manifest: dict[str, Any]) -> Source:
        """The generate room to its files of examples, in order."""
        return cls(
            folder,
            tuple(entry["path"] for entry in manifest["files"]),
            tuple(entry["rows"] for entry in manifest["files"]),
        )

    @classmethod
    def from_context(cls, context: dict[str, Any]) -> Source:
        """What `to_context` gave back to a source."""
        shape = Shape(**context["shape"]) if context["shape"] else None
        return cls(Path(context["folder"]), tuple(context["paths"]), tuple(context["counts"]), shape)

    def to_context(self) -> dict[str, Any]:
        """The source as JSON-able settings, for worker processes."""
        shape = self.shape.to_dict() if self.shape else None
        return {"folder": str(self.folder), "paths": list(self.paths), "counts": list(self.counts), "shape": shape}

    @property
    def id_column(self) -> str:
        """The column that names a row."""
        return ROW_ID if self.shape else "id"

    @property
    def files(self) -> list[Path]:
        """The files of rows, in order."""
        return [self.folder / path for path in self.paths]

    def list_shards(self) -> list[Shard]:
        """One shard for each file: its number and its rows."""
        return [
            Shard(Path(path).stem, {"file": file, "rows": rows})
            for file, (path, rows) in enumerate(zip(self.paths, self.counts, strict=True))
        ]

    def read_rows(self, file: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """One file's rows: `STAGE_COLUMNS` of a user's own, the examples as they are otherwise, or some columns."""
        if self.shape:
            rows = fit_frame(pl.read_parquet(self.files[file]), unite_files(self.folder, self.paths))
            return read_shape(rows, self.shape).select(columns or STAGE_COLUMNS)
        return pl.read_parquet(self.files[file], columns=list(columns) if columns else None)

    def read_places(self, places: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """Places (n lines of `file, row`) to the columns of their rows (n), in the same order; a file at a time."""
        numbered = places.select("file", "row").with_row_index("place")
        parts = []
        for (file,), group in numbered.group_by("file", maintain_order=True):
            rows = self.read_rows(int(str(file)), columns)
            parts.append(rows[group["row"]].with_columns(group["place"]))
        return (
            pl.concat(parts).sort("place").drop("place")
            if parts
            else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        )


@lru_cache(maxsize=2)
def unite_files(folder: Path, paths: tuple[str, ...]) -> pl.Schema:
    """The files of a user's rows to the columns that hold them all."""
    return unite_schemas(pl.Schema(pl.read_parquet_schema(folder / path)) for path in paths)
