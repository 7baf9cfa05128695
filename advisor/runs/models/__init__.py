"""What was asked, what came back, who holds it now? Rows of runs, the only truth.

A queue message is a hint; whether work is due, held or done stands here. Money is in
millionths of a US dollar. Times of leases are the database's.
"""

from advisor.runs.models.answer import Answer, Score
from advisor.runs.models.candidate import Candidate, SpeedRecord
from advisor.runs.models.endpoint_standing import EndpointStanding, EndpointWait
from advisor.runs.models.event import RunEvent
from advisor.runs.models.recommendation import StoredRecommendation
from advisor.runs.models.run import Run
from advisor.runs.models.summary import RunSummary
from advisor.runs.models.trial import Attempt, Trial
from advisor.runs.models.worker import WorkerSeat

__all__ = [
    "Answer",
    "Attempt",
    "Candidate",
    "EndpointStanding",
    "EndpointWait",
    "Run",
    "RunEvent",
    "RunSummary",
    "Score",
    "SpeedRecord",
    "StoredRecommendation",
    "Trial",
    "WorkerSeat",
]
