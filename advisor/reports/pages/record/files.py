"""How is a file of a record made? By its kind, from the one value."""

from collections.abc import Callable

from advisor.reports.models import Export
from advisor.reports.pages.record.appendix import samples_of
from advisor.reports.pages.record.building import record_of
from advisor.reports.pages.record.document import json_of
from advisor.reports.pages.record.markdown import markdown_of
from advisor.reports.pages.record.paper import paper_of
from advisor.reports.pages.record.sheets import csv_of, xlsx_of
from advisor.reports.pages.record.value import Record
from advisor.reports.paper.rendering import ReportNotMade, render_pdf
from advisor.reports.selectors import Result, result_of
from advisor.reports.selectors.exports import APPENDIX, SHARED, left_out_of
from advisor.runs.models import Run

Kind = Export.Kind
WRITERS: dict[str, Callable[[Record], bytes]] = {
    Kind.MARKDOWN: lambda record: markdown_of(record).encode(),
    Kind.CSV: csv_of,
    Kind.XLSX: xlsx_of,
    Kind.JSON: json_of,
}
TYPES: dict[str, str] = {
    Kind.PDF: "application/pdf",
    Kind.MARKDOWN: "text/markdown; charset=utf-8",
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.JSON: "application/json",
}


def pdf_of(run: Run) -> bytes:
    """Return the decision record of a finished run as a PDF.

    Raises:
        ReportNotMade: The run has no recommendation, or the PDF could not be made.
    """
    return content_of(run, Kind.PDF)


def content_of(run: Run, kind: str, options: str = "a4") -> bytes:
    """Return a file of a finished run; ``options`` are those of an export.

    Raises:
        ReportNotMade: The run has no recommendation, or the file could not be made.
    """
    result = result_of(run)
    if result is None:
        raise ReportNotMade(
            f"Run {run.number} has no recommendation yet. Wait until it has finished."
        )
    return file_of(result, kind, options)


def file_of(result: Result, kind: str, options: str = "a4") -> bytes:
    """Return a file of a result.

    Raises:
        ReportNotMade: The PDF could not be made.
    """
    paper, *extras = options.split()
    asked = samples_of(result) if APPENDIX in extras else ()
    record = record_of(result, shared=SHARED in extras, samples=asked)
    if kind == Kind.PDF:
        return render_pdf(paper_of(record, paper, left_out_of(options)))
    return WRITERS[kind](record)
