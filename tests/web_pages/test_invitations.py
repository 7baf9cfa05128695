"""An invitation works once, for one address, for 72 hours, and only by POST."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from advisor.accounts import services
from advisor.accounts.models import AuditEvent, Invitation, Membership, Role, Team, User

from .conftest import Browser, membership, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(db: None) -> User:
    return person("dora")


@pytest.fixture
def link(team: Team, alice: User) -> str:
    _, link = services.invite(
        email="Dora@Example.com", role=Role.EDITOR, by=membership(team, alice)
    )
    return link.partition("8000")[2]


def token_of(link: str) -> str:
    return link.strip("/").rpartition("/")[2]


def test_only_the_hash_of_the_token_is_stored(link: str):
    row = Invitation.objects.get()
    assert row.token_sha256 == services.digest(token_of(link))
    assert token_of(link) not in str(Invitation.objects.values())


def test_opening_it_changes_nothing(link: str, dora: User, browser: Browser):
    assert browser(dora).get(link).status_code == 200
    assert browser(None).get(link).status_code == 200
    assert Invitation.objects.get().used_at is None
    assert not Membership.objects.filter(user=dora).exists()


def test_the_invited_address_joins_with_the_role_it_was_given(
    link: str, dora: User, team: Team, browser: Browser
):
    answer = browser(dora).post(link)
    assert answer.url == f"/t/{team.slug}/"
    assert membership(team, dora).role == Role.EDITOR
    assert AuditEvent.objects.filter(team=team, action="invitation.accepted").exists()


def test_it_works_once(
    link: str, dora: User, team: Team, alice: User, browser: Browser
):
    client = browser(dora)
    client.post(link)
    services.leave_or_remove(member=membership(team, dora), by=membership(team, alice))
    assert client.post(link).status_code == 404
    assert not Membership.objects.filter(user=dora).exists()


def test_another_address_is_refused_and_the_invitation_stays(
    link: str, charlie: User, team: Team, browser: Browser
):
    answer = browser(charlie).post(link)
    assert "This invitation is for dora@example.com" in answer.content.decode()
    assert not Membership.objects.filter(team=team, user=charlie).exists()
    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize(
    "ending",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"revoked_at": timezone.now()},
        {"used_at": timezone.now()},
    ],
    ids=["expired", "withdrawn", "used"],
)
def test_one_that_ended_reads_like_one_that_never_was(
    link: str, dora: User, ending: dict[str, object], browser: Browser
):
    Invitation.objects.update(**ending)
    ended = browser(dora).get(link)
    unknown = browser(dora).get("/invitations/never-was/")
    assert ended.status_code == unknown.status_code == 404
    assert b"does not exist or has ended" in ended.content
    assert browser(dora).post(link).status_code == 404
    assert not Membership.objects.filter(user=dora).exists()


def test_it_lives_for_72_hours(link: str):
    row = Invitation.objects.get()
    lifetime = row.expires_at - row.created_at
    assert abs(lifetime - timedelta(hours=72)) < timedelta(minutes=5)


def test_inviting_again_ends_the_older_link(
    link: str, team: Team, alice: User, dora: User, browser: Browser
):
    services.invite(
        email="dora@example.com", role=Role.VIEWER, by=membership(team, alice)
    )
    assert browser(dora).get(link).status_code == 404
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_nobody_invites_above_their_own_role(team: Team, bob: User):
    row = membership(team, bob)
    row.role = Role.ADMIN
    row.save()
    with pytest.raises(services.InvitationRefused, match="cannot invite as owner"):
        services.invite(email="x@example.com", role=Role.OWNER, by=row)


def test_a_form_cannot_smuggle_a_role_above_ones_own(
    team: Team, bob: User, browser: Browser
):
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    answer = browser(bob).post(
        f"/t/{team.slug}/settings/invitations/",
        {"emails": "x@example.com", "role": "owner"},
    )
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_a_member_is_not_invited_again(team: Team, alice: User, bob: User):
    with pytest.raises(services.InvitationRefused, match="already a member"):
        services.invite(email=bob.email, role=Role.EDITOR, by=membership(team, alice))


def test_invitations_end_with_the_power_of_who_sent_them(
    team: Team, alice: User, bob: User, dora: User
):
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    _, link = services.invite(
        email=dora.email, role=Role.VIEWER, by=membership(team, bob)
    )
    services.change_role(
        member=membership(team, bob), role=Role.VIEWER, by=membership(team, alice)
    )
    with pytest.raises(services.InvitationRefused):
        services.accept_invitation(token=token_of(link), user=dora, now=timezone.now())


def test_the_mail_carries_the_link_of_site_url_whatever_the_host_says(
    team: Team, alice: User, browser: Browser, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser(alice).post(
            f"/t/{team.slug}/settings/invitations/",
            {"emails": "eve@example.com, finn@example.com", "role": "viewer"},
            headers={"X-Forwarded-Host": "evil.example"},
        )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert [m.to for m in mail.outbox] == [["eve@example.com"], ["finn@example.com"]]
    for message in mail.outbox:
        links = [x for x in message.body.split() if "/invitations/" in x]
        assert len(links) == 1
        assert links[0].startswith("http://127.0.0.1:8000/invitations/")
        assert links[0] in page


def test_wrong_addresses_are_named_and_nobody_is_invited(
    team: Team, alice: User, browser: Browser
):
    answer = browser(alice).post(
        f"/t/{team.slug}/settings/invitations/",
        {"emails": "eve@example.com, nonsense", "role": "viewer"},
    )
    assert answer.status_code == 422
    assert "Not an e-mail address: nonsense." in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_address_longer_than_can_be_kept_is_named(
    team: Team, alice: User, browser: Browser
):
    answer = browser(alice).post(
        f"/t/{team.slug}/settings/invitations/",
        {"emails": f"{'a' * 250}@example.com", "role": "viewer"},
    )
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_somebody_new_signs_up_from_the_link_and_joins(
    link: str, team: Team, browser: Browser
):
    client = browser(None)
    page = client.get(link).content.decode()
    assert f"/sign-up/?next={link}&amp;email=dora%40example.com" in page
    answer = client.post(
        "/sign-up/",
        {
            "name": "Dora",
            "email": "dora@example.com",
            "password1": "wide open grey window",
            "next": link,
        },
    )
    assert answer.url == link
    assert client.post(link).url == f"/t/{team.slug}/"
    assert User.objects.get(email="dora@example.com").name == "Dora"
