"""Which techniques are worth a test, which are not, and how sure is that?

Each line says what it could gain and on what that rests: replayed on the project's own
samples, a published range with its source, or a rule of thumb. Nothing here decides.
"""

from advisor.reports.pages.techniques.cascade import cascade
from advisor.reports.pages.techniques.shrinking import prune, quantize
from advisor.reports.pages.techniques.technique import Technique
from advisor.reports.pages.techniques.training import distil, tune
from advisor.reports.selectors import Result

__all__ = ["Technique", "techniques_of"]


def techniques_of(result: Result) -> tuple[Technique, ...]:
    """Return the techniques that are worth a test, then those that are not advised."""
    found = [make(result) for make in (cascade, tune, distil, quantize, prune)]
    return tuple(sorted(found, key=lambda one: not one.advised))
