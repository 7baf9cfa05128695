"""One of each thing whose id stands in an address.

A new parameter gets a line in `things`; where two addresses call different things by
one name, the one gets a line in `places`; what only its author may touch, in `own`.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from advisor.accounts.models import Membership, User
from advisor.adaptations.models import Adaptation
from advisor.catalog.models import Endpoint, HardwareProfile, ModelCard, Price
from advisor.projects.models import Intake, Upload
from advisor.projects.services import open_draft
from advisor.reports.models import Export
from advisor.reports.selectors.exports import state_of
from advisor.reports.services.commenting import write_comment
from advisor.reports.services.numbering import open_record
from advisor.reports.services.sharing import share
from advisor.tuning.order import Order
from tests.wizard.walk import Walk

Ids = dict[str, object]
ARCHIVE = r"^t/(?P<team>[-\w]+)/p/(?P<project>[-\w]+)/(?P<verb>archive"


def things(walk: Walk) -> Ids:
    """Return ids of the team's things by the name of the parameter."""
    samples = Upload.objects.filter(team=walk.team, kind=Upload.Kind.SAMPLES)
    upload = samples.order_by("pk").first()
    open_record(run=walk.run)
    endpoint = Endpoint.objects.create(
        team=walk.team,
        slug="own",
        name="Own server",
        base_url="https://models.example.com/v1",
        model="small-1",
    )
    price = Price.objects.create(
        team=walk.team, slug="own", vendor="Vendor", source="https://example.com/prices"
    )
    assert upload is not None
    draft = open_draft(project=walk.project, opened_by=None)
    Intake.objects.create(
        setup=draft, upload=upload, name="tickets.jsonl", state=Intake.State.REFUSED
    )
    export = Export.objects.create(
        run=walk.run,
        kind="pdf",
        state=Export.State.READY,
        content=b"%PDF-1.7",
        made_of=state_of(walk.run),
    )
    return {
        "endpoint": endpoint.pk,
        "price": price.pk,
        "step": "goal",
        "upload": upload.pk,
        "export": export.pk,
        "kind": "local",
        "verb": "pause",
        "key": "t003",
        "uidb36": "1",
        "object_id": 1,
        "content_type_id": 1,
        "app_label": "accounts",
        "url": "x",
        "name": "trade-off",
        "slug:kind": "md",
        "int:version": 1,
    }


def places(walk: Walk, owner: Membership) -> dict[str, Ids]:
    """Return ids that differ under addresses that begin so."""
    link, address = share(run=walk.run, label="Board", days=3, by=owner)
    token = address.strip("/").rpartition("/")[2]
    project = "t/<slug:team>/p/<slug:project>/"
    run = f"{project}runs/<int:number>/"
    made = Adaptation.objects.create(
        project=walk.project,
        number=7,
        setup=walk.run.setup,
        key="small-tuned",
        parent_key="small",
        parent={"id": "small", "engine": "transformers", "model": "builtin/small"},
        technique="fine_tune",
        recipe=Order(technique="fine_tune").document(),
        budget_s=60,
    )
    for team, slug in ((walk.team, "own"), (None, "for-all")):
        ModelCard.objects.create(team=team, slug=slug, name=f"Model {slug}")
        HardwareProfile.objects.create(team=team, slug=slug, name=slug, kind="gpu")
    return {
        "shared/": {"token": token},
        f"{run}share/": {"link": link.pk},
        f"{project}adaptations/": {"number": made.number},
        ARCHIVE: {"verb": "restore"},
        "t/<slug:team>/catalog/": {"slug": "own"},
        "catalog/": {"slug": "for-all"},
    }


# What an address asks for behind its question mark.
QUERIES = {"t/<slug:team>/p/<slug:project>/runs/<int:number>/sample/": "?sample=t003"}


def settle_in(user: User) -> None:
    """Confirm somebody's address and turn on two-step sign-in, as people do."""
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )


def own(walk: Walk, member: Membership) -> Ids:
    """Return ids of what this member made."""
    said = write_comment(run=walk.run, sample=None, text="Agreed.", by=member)
    return {"comment": said.pk}
