"""What may be typed into the wizard? One form a step, its fields and their rules.

Each form reads its part of a setup's document (``initial_from``) and writes it back
(``into``), so that form, API and command line hold the same values.
"""

from advisor.projects.forms.candidates import AddLocalForm, AddRecordedForm
from advisor.projects.forms.endpoints import AddEndpointForm, AddStoredEndpointForm
from advisor.projects.forms.files import (
    FileForm,
    MappingForm,
    SplitForm,
    UploadForm,
)
from advisor.projects.forms.goal import GoalForm
from advisor.projects.forms.limits import LimitsForm
from advisor.projects.forms.review import ReviewForm
from advisor.projects.forms.samples import ScoringForm

__all__ = [
    "AddEndpointForm",
    "AddLocalForm",
    "AddRecordedForm",
    "AddStoredEndpointForm",
    "FileForm",
    "GoalForm",
    "LimitsForm",
    "MappingForm",
    "ReviewForm",
    "ScoringForm",
    "SplitForm",
    "UploadForm",
]
