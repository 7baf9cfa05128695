"""What happens to a team's projects when the team is deleted? They go with it."""

from advisor.accounts.models import Team
from advisor.projects.models import Project, SampleSet, Setup, Upload


def end_with_team(*, team: Team) -> None:
    """Delete setups, samples, projects and uploads of a team whose runs are gone.

    In this order: a setup keeps its samples from being deleted.
    """
    Setup.objects.filter(project__team=team).delete()
    SampleSet.objects.filter(project__team=team).delete()
    Project.objects.filter(team=team).delete()
    Upload.objects.filter(team=team).delete()
