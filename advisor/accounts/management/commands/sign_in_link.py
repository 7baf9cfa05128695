"""How does the person at the console get in? By a link that works once."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from advisor.accounts import services
from advisor.accounts.models import User


class Command(BaseCommand):
    """Print a one-time sign-in link."""

    help = (
        "Prints a link that signs one person in, once, within ten minutes. Without an"
        " address it is the local owner of the team, who is made when missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an address, a team and where the link leads."""
        parser.add_argument("email", nargs="?", help="who; default: the local owner")
        parser.add_argument("--team", default="local", help="slug of the team")
        parser.add_argument("--next", default="", help="path to show afterwards")

    def handle(
        self, *, email: str | None, team: str, next: str, **options: object
    ) -> None:
        """Find or make the person and print the link."""
        if email:
            user = User.objects.filter(email=email.lower(), is_active=True).first()
            if user is None:
                raise CommandError(f"Nobody here has the address {email}.")
        else:
            user = services.local_owner(team=services.team_for_command_line(slug=team))
        try:
            link = services.one_time_sign_in_link(user, next or "/")
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(link)
