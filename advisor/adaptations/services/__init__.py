"""What can be done with made models? Each service is one verb, in one file."""

from advisor.adaptations.services.candidates import (
    TeacherTerms,
    entry_of,
    parents_of,
    teachers_of,
    terms_of,
)
from advisor.adaptations.services.entering import enter_draft
from advisor.adaptations.services.errors import (
    AdaptationRefused,
    EvaluationSampleRefused,
)
from advisor.adaptations.services.inline import work_inline
from advisor.adaptations.services.paying import price_of_teacher
from advisor.adaptations.services.starting import (
    ENDINGS,
    FEWEST_LESSONS,
    Wish,
    free_key,
    start_adaptation,
)
from advisor.adaptations.services.stopping import cancel, clear_ended, end_with_team
from advisor.adaptations.services.working import work

__all__ = [
    "ENDINGS",
    "FEWEST_LESSONS",
    "AdaptationRefused",
    "EvaluationSampleRefused",
    "TeacherTerms",
    "Wish",
    "cancel",
    "clear_ended",
    "end_with_team",
    "enter_draft",
    "entry_of",
    "free_key",
    "parents_of",
    "price_of_teacher",
    "start_adaptation",
    "teachers_of",
    "terms_of",
    "work",
    "work_inline",
]
