"""What does a price file say? CSV or JSON, read whole, with every problem at once.

Columns or keys: ``model`` (slug or alias of a card), ``vendor``, ``input_per_1m``,
``output_per_1m``, and optionally ``cached_input_per_1m``, ``currency`` (USD),
``source`` and ``as_of`` (YYYY-MM-DD). A file gives `source` and `as_of` for all rows
once, or each row its own.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

AMOUNTS = ("input_per_1m", "output_per_1m", "cached_input_per_1m")
NEEDED = ("model", "vendor", "input_per_1m", "output_per_1m")
KEYS = (*NEEDED, "cached_input_per_1m", "currency", "source", "as_of")
DEAREST = Decimal(1_000_000)
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """One price of a file, checked; ``row`` counts from 1 without the head."""

    row: int
    model: str
    vendor: str
    input_per_1m: Decimal
    output_per_1m: Decimal
    cached_input_per_1m: Decimal | None
    currency: str
    source: str
    as_of: date


class PriceFileError(Exception):
    """A price file that cannot be used; `problems` lists everything that is wrong."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def read_prices(content: bytes, name: str, today: date) -> list[PriceRow]:
    """Return the prices of a ``.csv`` or ``.json`` file.

    Raises:
        PriceFileError: Whatever is wrong, row by row, at once.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PriceFileError([f"{name} is not UTF-8 text. Save it as UTF-8."]) from None
    rows = (
        _json_rows(text, name)
        if name.lower().endswith(".json")
        else _csv_rows(text, name)
    )
    if not rows or len(rows) > MOST_ROWS:
        told = f"{name} has {len(rows):,} prices; give 1 to {MOST_ROWS:,}."
        raise PriceFileError([told])
    problems: list[str] = []
    found = [_row(values, at, today, problems) for at, values in enumerate(rows, 1)]
    if problems:
        raise PriceFileError(problems)
    return [one for one in found if one is not None]


def _csv_rows(text: str, name: str) -> list[Mapping[str, Any]]:
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        head, rows = reader.fieldnames or (), list(reader)
    except csv.Error as error:
        raise PriceFileError([f"{name} is no CSV: {error}."]) from None
    lacking = [key for key in NEEDED if key not in head]
    if lacking:
        told = f"{name} lacks the column {', '.join(lacking)}. Its head must name it."
        raise PriceFileError([told])
    return list(rows)


def _json_rows(text: str, name: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise PriceFileError([f"{name} is no JSON: {error}."]) from None
    whole = found if isinstance(found, Mapping) else {"prices": found}
    rows = whole.get("prices")
    if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
        told = f'{name} must hold a list of prices, or {{"prices": [...]}}.'
        raise PriceFileError([told])
    shared = {key: whole[key] for key in ("source", "as_of") if key in whole}
    return [{**shared, **one} for one in rows]


def _row(
    values: Mapping[Any, Any], at: int, today: date, problems: list[str]
) -> PriceRow | None:
    known = len(problems)
    for key in values:
        if key not in KEYS:
            near = get_close_matches(str(key), KEYS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            problems.append(f"Row {at}: {str(key)[:40]!r} is not known.{hint}")
    told = {key: str(values.get(key) or "").strip() for key in KEYS}
    told |= {key: _written(values.get(key)) for key in AMOUNTS}
    problems += [f"Row {at}: {key} is empty." for key in NEEDED if not told[key]]
    amounts = {key: _amount(told[key], key, at, problems) for key in AMOUNTS}
    as_of = _date(told["as_of"], at, today, problems)
    currency = told["currency"] or "USD"
    if currency != "USD":
        problems.append(f"Row {at}: the currency is {currency[:12]!r}; give USD.")
    if not told["source"]:
        problems.append(f"Row {at}: source is empty. Say who states the price.")
    tokens_in, tokens_out = amounts["input_per_1m"], amounts["output_per_1m"]
    if len(problems) > known or as_of is None or tokens_in is None:
        return None
    return PriceRow(
        row=at,
        model=told["model"],
        vendor=told["vendor"][:60],
        input_per_1m=tokens_in,
        output_per_1m=tokens_out or Decimal(0),
        cached_input_per_1m=amounts["cached_input_per_1m"],
        currency=currency,
        source=told["source"][:300],
        as_of=as_of,
    )


def _written(value: object) -> str:
    return "" if value is None else str(value).strip()


def _amount(text: str, key: str, at: int, problems: list[str]) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or not 0 <= amount <= DEAREST:
        told = f"Row {at}: {key} is {text[:40]!r}; give dollars per million tokens, "
        problems.append(f"{told}0 to {DEAREST:,}.")
        return None
    return round(amount, 6)


def _date(text: str, at: int, today: date, problems: list[str]) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found > today:
        told = f"Row {at}: as_of is {text[:20]!r}; give a day as YYYY-MM-DD, "
        problems.append(f"{told}today or earlier.")
        return None
    return found
