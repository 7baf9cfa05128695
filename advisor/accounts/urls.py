"""Which addresses belong to who works together, and to signing in?

Signing in is django-allauth's, at our addresses and under its own names, which its
views and mails look up.
"""

from allauth.account import views as account
from django.urls import include, path, re_path

from advisor.accounts.views import account as own_account
from advisor.accounts.views import books, entrance, settings

SETTINGS = "t/<slug:team>/settings/"
own_patterns = [
    path("teams/new/", entrance.team_new, name="team-new"),
    path("account/", own_account.profile, name="profile"),
    path("account/sessions/", own_account.sessions, name="sessions"),
    path("account/sessions/end/", own_account.end_others, name="end-others"),
    path(
        "account/sessions/<int:session>/end/",
        own_account.end_session,
        name="end-session",
    ),
    path("account/delete/", own_account.delete, name="account-delete"),
    path("invitations/<str:token>/", entrance.invitation, name="invitation"),
    path("sign-in/once/<str:token>/", entrance.sign_in_once, name="sign-in-once"),
    path(f"{SETTINGS}members/", settings.members, name="members"),
    path(f"{SETTINGS}members/<int:member>/role/", settings.change_role, name="role"),
    path(f"{SETTINGS}members/<int:member>/remove/", settings.remove, name="remove"),
    path(f"{SETTINGS}invitations/", settings.invite, name="invite"),
    path(
        f"{SETTINGS}invitations/<int:invitation>/withdraw/",
        settings.withdraw,
        name="withdraw",
    ),
    path(f"{SETTINGS}tokens/", books.tokens, name="tokens"),
    path(f"{SETTINGS}tokens/<int:token>/revoke/", books.revoke, name="revoke"),
    path(f"{SETTINGS}spending/", books.spending, name="spending"),
    path(f"{SETTINGS}spending/caps/", books.caps, name="caps"),
    path(f"{SETTINGS}audit/", books.audit, name="audit"),
    path(f"{SETTINGS}audit.csv", books.audit_csv, name="audit-csv"),
    path(f"{SETTINGS}two-step/", settings.two_step, name="two-step"),
    path(f"{SETTINGS}delete/", settings.delete, name="delete"),
]
sign_in_patterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-up/", account.signup, name="account_signup"),
    path("sign-out/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/email/", account.email, name="account_email"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path("account/two-step/", include("allauth.mfa.urls")),
    path(
        "confirm-email/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        account.confirm_email,
        name="account_confirm_email",
    ),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path(
        "password/reset/sent/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
urlpatterns = [
    path("", entrance.home, name="home"),
    path("", include((own_patterns, "accounts"))),
    path("", include(sign_in_patterns)),
]
