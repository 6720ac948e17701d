"""The actuals that are kept: sums of every accepted import, and which of them count today.

Nothing is deleted by adding: each row knows its import, so the last import can be taken back and
what it had replaced counts again. Loads neither Ibis nor DuckDB.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from kpi_core.actuals.canonical import (
    COHORTS,
    CREDITS,
    FACT_KINDS,
    FACTS,
    LONGEST_NAME,
    NOT_SPLIT,
    Aggregated,
    empty,
)
from kpi_core.models.actuals import Grain, ImportRecord, Shape

VERSION = 1
SOURCE = "source"
"""Column of the kept tables that names the import a row came with."""
LARGEST_KEPT = 256 * 2**20
"""Bytes of a file of actuals, and of each part of it when unpacked."""
MOST_ROWS = 10_000_000

_MANIFEST = "actuals.json"
_TABLES = {"facts": FACTS, "cohorts": COHORTS, "credits": CREDITS}
_VALUES = (Shape.VALUES_LONG, Shape.VALUES_WIDE)
_MONTHS = {Grain.QUARTER.value: 3, Grain.YEAR.value: 12}
_DAMAGED = (
    pa.ArrowException, OSError, LookupError, TypeError, UnicodeError, OverflowError, MemoryError,
)  # fmt: skip
"""What pyarrow raises on bytes that are no Parquet, or no longer."""
_RECORDS = TypeAdapter(tuple[ImportRecord, ...])


@dataclass(frozen=True, eq=False)
class Actuals:
    """All imports' sums, oldest import first. The tables have a further column `source`: the import's id."""

    facts: pd.DataFrame
    cohorts: pd.DataFrame
    credits: pd.DataFrame
    imports: tuple[ImportRecord, ...]

    def to_bytes(self) -> bytes:
        """A ZIP of three Parquet tables and a list of imports; the same actuals give the same bytes."""
        buffer = io.BytesIO()
        records = [record.model_dump(mode="json") for record in self.imports]
        manifest = {"format": "kpi_actuals", "version": VERSION, "imports": records}
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            _write(archive, _MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            for name in _TABLES:
                _write(archive, f"{name}.parquet", _to_parquet(getattr(self, name), name))
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The actuals saved in `content`. Raises `ValueError` that says what is wrong with the file."""
        if len(content) > LARGEST_KEPT:
            raise ValueError(f"The file of actuals is larger than {LARGEST_KEPT >> 20} MB.")
        parts = _unpacked(content)
        imports = _imports(parts[_MANIFEST])
        known = [record.id for record in imports]
        tables = {name: _from_parquet(parts[f"{name}.parquet"], name, known) for name in _TABLES}
        return cls(**tables, imports=imports)


def add(actuals: Actuals | None, new: Aggregated, record: ImportRecord) -> Actuals:
    """The actuals with a further import, which is the newest. Raises `ValueError` when its id is taken."""
    imports = actuals.imports if actuals else ()
    if record.id in {earlier.id for earlier in imports}:
        raise ValueError(f"there already is an import with the id {record.id}")
    tables = {}
    for name, schema in _TABLES.items():
        fresh = getattr(new, name)[schema.names].assign(**{SOURCE: record.id})
        fresh[SOURCE] = fresh[SOURCE].astype("str")
        frames = [getattr(actuals, name), fresh] if actuals else [fresh]
        tables[name] = pd.concat(frames, ignore_index=True)
    return Actuals(**tables, imports=(*imports, record))


def remove(actuals: Actuals, import_id: str) -> Actuals | None:
    """The actuals as if the import had never been; `None` when none is left. `KeyError` for an unknown id."""
    if import_id not in {record.id for record in actuals.imports}:
        raise KeyError(import_id)
    left = tuple(record for record in actuals.imports if record.id != import_id)
    tables = {}
    for name in _TABLES:
        frame = getattr(actuals, name)
        tables[name] = frame[frame[SOURCE] != import_id].reset_index(drop=True)
    return Actuals(**tables, imports=left) if left else None


def current(actuals: Actuals) -> Aggregated:
    """The rows that count: of overlapping imports the newest, so that nothing counts twice.

    Facts: the newest import that has a value of an id in a calendar month gives all of that id in
    that month, whatever its channels; of uploaded values split by channel each channel for itself, so
    that spend may come from one file per platform. A quarter or year counts only while none of its months has a
    newer value; a week belongs to the month it starts in. Changes of a level only add up within one
    import, so the newest gives all of them. Cohorts: the newest for each base and month of entry.
    Credits: the newest for each model, what is credited, and month. Facts keep the column `source`,
    so that each upload is known to cover its own days only.
    """
    facts, cohorts, credits = actuals.facts, actuals.cohorts, actuals.credits
    changes = facts["kind"] == "change"
    months = _month(facts["day"]).where(~changes, -1)
    spans = facts["day"].dt.day * 0 + 1
    for grain, length in _MONTHS.items():
        spans = spans.mask((facts["grain"] == grain) & ~changes, length)
    valued = {record.id for record in actuals.imports if record.shape in _VALUES}
    alone = facts[SOURCE].isin(valued) & (facts["channel"] != NOT_SPLIT)
    parts = pd.Series(_codes(facts["channel"]) + 1, index=facts.index).where(alone, 0)
    return Aggregated(
        _newest(actuals, facts, ["id"], months, spans, parts)[[*FACTS.names, SOURCE]],
        _newest(actuals, cohorts, ["base"], _month(cohorts["month"]))[COHORTS.names],
        _newest(actuals, credits, ["model", "what"], _month(credits["day"]))[CREDITS.names],
    )


def _newest(
    actuals: Actuals,
    frame: pd.DataFrame,
    keys: list[str],
    months: pd.Series[int],
    spans: pd.Series[int] | None = None,
    parts: pd.Series[int] | None = None,
) -> pd.DataFrame:
    """Rows none of whose months has rows of a newer import under the same keys.

    Of numbered `parts` each gives way to a newer one of its own number, and to a newer whole, 0.
    """
    if len(actuals.imports) == 1:
        return frame
    ages = {record.id: age for age, record in enumerate(actuals.imports)}
    row = pd.DataFrame({key: _codes(frame[key]) for key in (*keys, SOURCE)})
    row = row.assign(month=months.to_numpy(), span=1 if spans is None else spans.to_numpy())
    row = row.assign(part=0 if parts is None else parts.to_numpy())
    code = row.groupby(list(row.columns), sort=False).ngroup().to_numpy()
    first = ~pd.Series(code).duplicated()
    kinds = row[first].reset_index(drop=True)
    kinds["age"] = frame[SOURCE].reset_index(drop=True)[first].map(ages).to_numpy()
    claims = kinds.loc[kinds.index.repeat(kinds["span"])].copy()
    claims["month"] += claims.groupby(level=0).cumcount()
    whole = claims["age"].where(claims["part"] == 0)
    month = claims.groupby([*keys, "month"])
    newest = (
        month["age"]
        .transform("max")
        .where(
            claims["part"] == 0, claims.groupby([*keys, "month", "part"])["age"].transform("max")
        )
    )
    replaced = whole.groupby([claims[key] for key in (*keys, "month")]).transform("max")
    kept = (claims["age"] >= newest) & ~(replaced > claims["age"])
    counts = kept.groupby(level=0).all().to_numpy(dtype=bool)
    return frame[counts[code]].reset_index(drop=True)


def _codes(texts: pd.Series[str]) -> Any:
    """A number for each different text; ten times as fast as grouping by the text."""
    encoded = pa.chunked_array(texts).combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy()


def _month(days: pd.Series[Any]) -> pd.Series[int]:
    months: pd.Series[int] = days.dt.year.astype("int64") * 12 + days.dt.month.astype("int64")
    return months


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _kept(name: str) -> pa.Schema:
    return _TABLES[name].append(pa.field(SOURCE, pa.string(), nullable=False))


def _to_parquet(frame: pd.DataFrame, name: str) -> bytes:
    table = pa.Table.from_pandas(frame, schema=_kept(name), preserve_index=False)
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    return sink.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of the ZIP, none of them compressed, so that none can be larger than the file."""
    wanted = [_MANIFEST, *(f"{name}.parquet" for name in _TABLES)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            if missing := [name for name in wanted if name not in entries]:
                raise ValueError(f"The file of actuals lacks its part {missing[0]}.")
            for name in wanted:
                if entries[name].compress_type != zipfile.ZIP_STORED:
                    raise ValueError(f"The part {name} is not as this tool writes it.")
            return {name: archive.read(name) for name in wanted}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ValueError("This is not a file of actuals: it does not open as a ZIP.") from error


def _imports(content: bytes) -> tuple[ImportRecord, ...]:
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The part {_MANIFEST} does not read as JSON.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != "kpi_actuals":
        raise ValueError("This ZIP is not a file of actuals.")
    if manifest.get("version") != VERSION:
        raise ValueError(
            f"The file of actuals has version {str(manifest.get('version'))[:20]}; "
            f"this tool reads version {VERSION}. Upload the exports again."
        )
    try:
        imports = _RECORDS.validate_json(json.dumps(manifest.get("imports")))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ValueError(f"The list of imports is damaged at {place or 'its start'}.") from error
    ids = [record.id for record in imports]
    if not ids or len(set(ids)) != len(ids):
        raise ValueError("The list of imports is empty or names an import twice.")
    return imports


def _from_parquet(content: bytes, name: str, known: list[str]) -> pd.DataFrame:
    schema = _kept(name)
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    try:
        file = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts)
        _check_size(file.metadata, name)
        plain = {field.name: field.type for field in file.schema_arrow}
        wanted = {field.name: field.type for field in schema}
        of_text = {text: pa.dictionary(pa.int32(), pa.string()) for text in texts}
        if plain != {**wanted, **of_text}:
            raise ValueError(f"The table {name} has other columns than this tool writes.")
        table = file.read(use_threads=False)
        _check_rows(table, name, texts, known)
        frame: pd.DataFrame = table.cast(schema).to_pandas()
    except _DAMAGED as error:
        raise ValueError(f"The table {name} is damaged.") from error
    return frame if len(frame) else empty(schema)


def _check_size(metadata: Any, name: str) -> None:
    """Before anything is unpacked."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    rows = max(metadata.num_rows, sum(group.num_rows for group in groups))
    size = sum(group.total_byte_size for group in groups)
    if not 0 <= rows <= MOST_ROWS or not 0 <= size <= LARGEST_KEPT:
        raise ValueError(f"The table {name} is too large: {rows:,} rows, at most {MOST_ROWS:,}.")


def _check_rows(table: pa.Table, name: str, texts: list[str], known: list[str]) -> None:
    table.validate(full=True)
    for column in table.column_names:
        values = table[column]
        if values.null_count:
            raise ValueError(f"The table {name} has rows without {column}.")
        if column in texts:
            lengths = [pc.max(pc.utf8_length(chunk.dictionary)).as_py() for chunk in values.chunks]
            if any((length or 0) > LONGEST_NAME for length in lengths):
                raise ValueError(f"The table {name} has an overlong {column}.")
    if not np.isfinite(table["value"].to_numpy()).all():
        raise ValueError(f"The table {name} has values that are not numbers.")
    for column, allowed in {SOURCE: known, "kind": FACT_KINDS, "grain": list(Grain)}.items():
        if column in table.column_names:
            found = set(pc.unique(table[column].cast(pa.string())).to_pylist())
            if odd := found - {str(value) for value in allowed}:
                raise ValueError(f"The table {name} has an unknown {column}: {min(odd)[:40]}.")
