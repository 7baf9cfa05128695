"""T39 guessing, T40 weak passwords and codes used twice, T41 links by a forged Host."""

import gzip
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import password_validation
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from advisor.accounts.models import User
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105
FORGED = ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::2]", "a b")


def sign_in(client: Client, password: str, email: str = "alice@example.com") -> str:
    answer = client.post("/sign-in/", {"login": email, "password": password})
    return "in" if answer.status_code == 302 else answer.content.decode()


def test_an_account_is_guessed_at_five_times_in_five_minutes(alice: User):
    """The sixth guess is not even looked at: the right password fails as well."""
    for _ in range(5):
        assert "is not right" in sign_in(Client(REMOTE_ADDR="192.0.2.1"), "wrong")
    for number in range(10):
        elsewhere = Client(REMOTE_ADDR=f"198.51.100.{number}")
        assert "Too many attempts" in sign_in(elsewhere, PASSWORD)


def test_one_address_guesses_at_ten_accounts_a_minute(db: None):
    client = Client(REMOTE_ADDR="192.0.2.1")
    told = [sign_in(client, "wrong", f"p{n}@example.com") for n in range(12)]
    assert sum("is not right" in one for one in told) == 10


def test_a_forged_forwarding_header_is_no_new_address(db: None):
    told = [
        sign_in(
            Client(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}"),
            "wrong",
            f"p{n}@example.com",
        )
        for n in range(12)
    ]
    assert sum("is not right" in one for one in told) == 10


def test_known_and_unknown_addresses_are_answered_alike(alice: User):
    known = sign_in(Client(), "wrong").replace("alice", "x")
    unknown = sign_in(Client(), "wrong", "nobody@example.com").replace("nobody", "x")
    assert _without_token(known) == _without_token(unknown)


def test_a_reset_never_says_whether_somebody_is_known(alice: User):
    answers = [
        Client().post("/password/reset/", {"email": email})
        for email in ("alice@example.com", "nobody@example.com")
    ]
    assert {answer.url for answer in answers} == {"/password/reset/sent/"}


@pytest.mark.parametrize(
    ("path", "data", "most"),
    [
        ("/sign-up/", {"email": "x", "password1": "x", "name": "x"}, 20),
        ("/password/reset/", {"email": "x@example.com"}, 5),
    ],
)
def test_forms_that_send_mail_are_sent_so_often_and_no_more(path, data, most, db):
    client = Client(REMOTE_ADDR="192.0.2.9")
    told = [client.post(path, data).status_code for _ in range(most + 1)]
    assert 429 not in told[:most]
    assert told[most] == 429


def test_three_thousand_common_passwords_are_refused(alice: User):
    common = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    words = gzip.decompress(common.read_bytes()).decode().split()
    longer = [word for word in words if len(word) >= 12]
    assert len(longer) > 20
    for word in words[:3000] + longer:
        with pytest.raises(ValidationError):
            password_validation.validate_password(word, alice)


@pytest.mark.parametrize(
    "password",
    ["eleven-char", "alice@example.com", "x y z " * 22],
    ids=["short", "own address", "long"],
)
def test_a_password_that_is_none_is_refused(password: str, alice: User):
    with pytest.raises(ValidationError):
        password_validation.validate_password(password, alice)


def test_few_unrelated_words_of_any_alphabet_make_a_password(alice: User):
    for password in (PASSWORD, "дождь идёт весь вечер", "a" * 8 + " bc d ef"):
        password_validation.validate_password(password, alice)


def code_now(secret: str = SECRET) -> str:
    counter = list(totp.yield_hotp_counters_from_time())[0]
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def second_step(client: Client, code: str) -> bool:
    assert sign_in(client, PASSWORD) == "in"
    client.post("/account/two-step/authenticate/", {"code": code})
    return client.get("/account/").status_code == 200


def test_a_code_of_the_app_opens_once(alice: User):
    totp.TOTP.activate(alice, SECRET)
    # A code whose half minute ends before it is entered opens nothing; the next does.
    codes = (code_now() for _ in range(3))
    opened = next((code for code in codes if second_step(Client(), code)), None)
    assert opened is not None
    assert not second_step(Client(), opened)


def test_a_password_alone_opens_nothing_where_a_second_step_is_on(alice: User):
    totp.TOTP.activate(alice, SECRET)
    client = Client()
    assert sign_in(client, PASSWORD) == "in"
    assert client.get("/account/").status_code == 302


def test_a_recovery_code_opens_once(alice: User):
    totp.TOTP.activate(alice, SECRET)
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    assert second_step(Client(), code)
    assert not second_step(Client(), code)


@pytest.mark.parametrize("host", FORGED)
def test_a_host_that_is_not_ours_is_refused(host: str, alice: User):
    answer = Client(HTTP_HOST=host).post(
        "/password/reset/", {"email": "alice@example.com"}
    )
    assert answer.status_code == 400
    assert mail.outbox == []


@pytest.mark.parametrize("host", FORGED)
def test_mail_leads_to_the_address_of_the_installation(host: str, alice: User):
    client = Client(HTTP_X_FORWARDED_HOST=host, HTTP_X_FORWARDED_PROTO="gopher")
    client.post("/password/reset/", {"email": "alice@example.com"})
    assert "http://127.0.0.1:8000/password/reset/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def _without_token(html: str) -> str:
    """Leave out what differs in every answer: CSRF token and nonce."""
    lines = html.splitlines()
    return "\n".join(x for x in lines if "csrf" not in x.lower() and "nonce" not in x)
