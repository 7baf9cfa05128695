"""Each threat to people, teams and access has its tests, by number, and they exist.

T34 to T46 of the threat list: other teams, withdrawn rights, smuggled fields,
invitations, share links, guessing, passwords, forged hosts, sessions, forged forms,
API tokens, costs, races.
"""

import re

import pytest

from tests.services import ROOT

SWEEP = "security/test_doors.py"
TESTS = {
    "T34": [
        (SWEEP, "test_everybody_gets_through_the_doors_of_their_role_alone"),
        (SWEEP, "test_things_of_another_team_are_not_found_under_ones_own"),
        (SWEEP, "test_every_address_is_listed"),
    ],
    "T35": [("security/test_leaving.py", "test_what_runs_is_paused_with_the_reason")],
    "T36": [(SWEEP, "test_no_form_sets_what_it_does_not_show")],
    "T37": [
        ("web_pages/test_invitations.py", "test_it_works_once"),
        ("web_pages/test_invitations.py", "test_it_lives_for_72_hours"),
        ("security/on_postgres.py", "many_at_once"),
    ],
    "T38": [("reports/test_share_links.py", "test_")],
    "T39": [
        (
            "security/test_signing_in.py",
            "test_an_account_is_guessed_at_five_times_in_five_minutes",
        )
    ],
    "T40": [
        (
            "security/test_signing_in.py",
            "test_three_thousand_common_passwords_are_refused",
        ),
        ("security/test_signing_in.py", "test_a_code_of_the_app_opens_once"),
        ("security/test_two_step_demand.py", "test_the_others_are_led_to_set_it_up"),
    ],
    "T41": [("security/test_signing_in.py", "test_a_host_that_is_not_ours_is_refused")],
    "T42": [("security/test_sessions.py", "test_signing_in_changes_the_cookie")],
    "T43": [
        (SWEEP, "test_reading_writes_nothing_but_its_trace"),
        (SWEEP, "test_a_form_from_elsewhere_is_refused"),
    ],
    "T44": [
        ("security/test_api_tokens.py", "test_each_token_has_a_rate_of_its_own"),
        ("api/test_doors.py", "test_a_token_in_the_address_is_refused"),
    ],
    "T45": [("runs/test_caps.py", "test_no_interleaving_of_two_runs_passes_a_cap")],
    "T46": [("security/on_postgres.py", "many_launches")],
}


@pytest.mark.parametrize("threat", TESTS)
def test_its_tests_are_there(threat: str):
    for file, name in TESTS[threat]:
        text = (ROOT / "tests" / file).read_text()
        assert re.search(rf"^def {name}", text, re.MULTILINE), (file, name)
