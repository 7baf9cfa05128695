"""What is wrong on the command line is told before anything is stored."""

import pytest
from django.core.management import call_command

from advisor.adaptations.models import Adaptation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("amount", ["nan", "inf", "-5"])
def test_a_cap_that_is_no_amount_is_refused(amount: str, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("adapt", "setup.yaml", f"--teacher-usd={amount}")

    assert ended.value.code == 2
    assert "--teacher-usd" in capsys.readouterr().err
    assert not Adaptation.objects.exists()
