"""Roles go up and down and people leave; an owner always stays."""

import pytest

from advisor.accounts import services
from advisor.accounts.models import ApiToken, AuditEvent, Membership, Role, Team, User

from .conftest import Browser, membership, person


def test_an_owner_gives_a_role_and_it_is_recorded(
    team: Team, alice: User, bob: User, browser: Browser
):
    row = membership(team, bob)
    answer = browser(alice).post(
        f"/t/{team.slug}/settings/members/{row.pk}/role/", {"role": "editor"}
    )
    assert answer.url == f"/t/{team.slug}/settings/members/"
    assert membership(team, bob).role == Role.EDITOR
    event = AuditEvent.objects.get(action="member.role_changed")
    assert (event.actor, event.target, event.detail) == (
        alice,
        bob.email,
        {"from": "viewer", "to": "editor"},
    )


def test_the_only_owner_stays_owner(team: Team, alice: User):
    row = membership(team, alice)
    for change in (
        lambda: services.change_role(member=row, role=Role.ADMIN, by=row),
        lambda: services.leave_or_remove(member=row, by=row),
    ):
        with pytest.raises(services.MembershipRefused, match="owner first"):
            change()
    assert membership(team, alice).role == Role.OWNER


def test_one_of_two_owners_may_leave(team: Team, alice: User, bob: User):
    row = membership(team, alice)
    services.change_role(member=membership(team, bob), role=Role.OWNER, by=row)
    services.leave_or_remove(member=row, by=row)
    assert not Membership.objects.filter(team=team, user=alice).exists()


def test_an_admin_cannot_touch_an_owner_or_make_one(team: Team, alice: User, bob: User):
    admin = membership(team, bob)
    admin.role = Role.ADMIN
    admin.save()
    carl = Membership.objects.create(team=team, user=person("carl"))
    owner = membership(team, alice)
    for change in (
        lambda: services.change_role(member=owner, role=Role.VIEWER, by=admin),
        lambda: services.leave_or_remove(member=owner, by=admin),
        lambda: services.change_role(member=carl, role=Role.OWNER, by=admin),
    ):
        with pytest.raises(services.MembershipRefused, match="Only an owner"):
            change()


def test_a_viewer_leaves_and_the_tokens_end(team: Team, bob: User, browser: Browser):
    row = membership(team, bob)
    services.create_api_token(member=row, name="b", scope=ApiToken.Scope.READ, days=1)
    answer = browser(bob).post(f"/t/{team.slug}/settings/members/{row.pk}/remove/")
    assert answer.url == "/"
    assert not ApiToken.objects.exists()


def test_a_viewer_sees_members_but_no_way_to_change_them(
    team: Team, bob: User, browser: Browser
):
    page = browser(bob).get(f"/t/{team.slug}/settings/members/").content.decode()
    assert "alice@example.com" in page
    assert "Send invitation" not in page
    assert "<select" not in page


def test_the_number_of_queries_does_not_grow_with_the_team(
    team: Team, alice: User, browser: Browser, django_assert_max_num_queries
):
    for n in range(30):
        Membership.objects.create(team=team, user=person(f"p{n}"))
    client = browser(alice)
    client.get(f"/t/{team.slug}/settings/members/")
    with django_assert_max_num_queries(9):
        client.get(f"/t/{team.slug}/settings/members/")
