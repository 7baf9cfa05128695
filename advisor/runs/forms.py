"""What may be typed on a run's page?"""

from typing import ClassVar

from advisor.web.forms import HouseForm
from advisor.web.number_field import NumberField


class CapForm(HouseForm):
    """A new cap for a run that stopped at its old one."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {"cap_usd": ("$", "")}

    cap_usd = NumberField(
        label="New cap",
        low=0,
        high=1e6,
        message="Enter an amount of 0 or more",
        help_text="Finished answers are kept; only what is missing is asked",
    )
