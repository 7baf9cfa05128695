"""How is a job worked off without a queue? In this process, sitting by sitting."""

import time
from collections.abc import Callable

from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import LIVE
from advisor.adaptations.services.working import work

WAIT_S = 0.5


def work_inline(
    adaptation: Adaptation, *, tell: Callable[[Adaptation], None] | None = None
) -> Adaptation:
    """Do all the work of a job here and return it as it stands at its end.

    Other workers may take sittings of it meanwhile; then this one waits.
    """
    while True:
        worked = work(adaptation.pk)
        adaptation.refresh_from_db()
        if tell is not None:
            tell(adaptation)
        if adaptation.state not in LIVE:
            return adaptation
        if not worked:
            time.sleep(WAIT_S)
