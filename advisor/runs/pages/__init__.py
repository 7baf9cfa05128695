"""Of what are the pages of a run made? Frozen values of text."""

from advisor.runs.pages.ended import page_at
from advisor.runs.pages.listing import runs_page
from advisor.runs.pages.live import run_page

__all__ = ["page_at", "run_page", "runs_page"]
