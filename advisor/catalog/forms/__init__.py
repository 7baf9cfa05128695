"""What may be typed into the catalog, and what is answered to what may not?"""

from advisor.catalog.forms.endpoints import EndpointFields, EndpointForm
from advisor.catalog.forms.fit import FitForm
from advisor.catalog.forms.own import CardForm, HardwareForm
from advisor.catalog.forms.prices import PriceForm

__all__ = [
    "CardForm",
    "EndpointFields",
    "EndpointForm",
    "FitForm",
    "HardwareForm",
    "PriceForm",
]
