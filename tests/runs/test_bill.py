"""A server that bills a hundred times what it may (F41): does a cap hold?"""

from threading import Event

import pytest

from advisor.runs import services
from advisor.runs.models import Attempt, Run, RunEvent
from advisor.runs.pages.trouble import problems_of
from advisor.runs.selectors import progress_of
from advisor.runs.services.verifying import broken_invariants
from tests.engines.stub_server import Stub, chat, reply
from tests.runs.test_endpoint_faults_in_runs import calls, untimed

pytestmark = pytest.mark.django_db
# A prompt of a few words and ten tokens of output at most, at 100 and 1,000 USD per
# million: by far the most of the worst price is the output's 0.01 USD.
HONEST, LYING = (9, 1), (900, 1000)
WORST_USD, LIE_USD = 0.0115, 1.09


def server(lies_from: int, heard: Event | None = None) -> Stub:
    """A server whose usage is a hundredfold from its so-manieth call on.

    After the first lie it answers nothing until that is ``heard``.
    """
    plan = [0]

    def answer(request):
        if request.is_probe:
            yield reply({"data": [{"id": "m"}]})
            return
        plan[0] += 1
        number = plan[0]
        usage = LYING if number >= lies_from else HONEST
        yield 0.02
        while number > lies_from and heard is not None and not heard.is_set():
            yield 0.005
        yield reply(chat("yes", usage=usage))

    return Stub(answer)


def ended(stub: Stub, cap_usd: float, heard: Event | None = None) -> Run:
    run = untimed(stub, samples=60, budget_usd=cap_usd)

    def look() -> bool:
        """As a worker does after each answer: never stop, but say what is known."""
        if heard is not None and RunEvent.objects.filter(kind="money").exists():
            heard.set()
        return False

    return services.run_inline(run, stopping=look)


@pytest.mark.parametrize("cap_usd", [0.1, 3.4])
def test_at_most_one_call_starts_after_the_cap_is_passed(cap_usd):
    with server(lies_from=1) as stub:
        run = ended(stub, cap_usd)
    assert run.state == Run.State.BUDGET_STOPPED
    # The first one is not foretold; whatever follows it is paid for within the cap.
    assert calls(stub) == max(1, int(cap_usd / LIE_USD))
    assert broken_invariants(run) == []


def test_a_server_that_begins_to_lie_is_sent_nothing_more_than_is_under_way():
    # However long this process takes to hear of the first dear answer.
    heard = Event()
    with server(lies_from=12, heard=heard) as stub:
        run = ended(stub, cap_usd=0.9, heard=heard)
    assert heard.is_set()
    assert run.state == Run.State.BUDGET_STOPPED
    # Those under way when the first dear answer comes, and the one let in for it.
    assert calls(stub) <= 12 + 4
    assert broken_invariants(run) == []


def test_it_is_told_once_and_shown_on_the_page():
    with server(lies_from=1) as stub:
        run = ended(stub, cap_usd=3.4)
    (event,) = RunEvent.objects.filter(run=run, kind="money")
    assert event.level == "error"
    assert event.text.startswith("a: a call was billed $1.09, where $0.01")
    names = [one.verdict.text for one in problems_of(progress_of(run))]
    assert "Dearer than promised" in names


def test_an_honest_server_is_asked_as_much_as_the_cap_pays():
    with server(lies_from=999) as stub:
        run = ended(stub, cap_usd=5.0)
    assert run.state == Run.State.COMPLETED
    assert calls(stub) == 60
    assert not RunEvent.objects.filter(run=run, kind="money").exists()
    settled = Attempt.objects.filter(trial__run=run, state=Attempt.State.SETTLED)
    assert settled.count() == 60


def test_a_server_that_asks_nothing_is_stopped_by_no_cap():
    with server(lies_from=999) as stub:
        run = untimed(stub, samples=60, budget_usd=0.01)
        one = run.candidates.get()
        one.spec["price"] |= {"input_per_1m": 0.0, "output_per_1m": 0.0}
        one.save(update_fields=["spec"])
        run = services.run_inline(run)
    assert run.state == Run.State.COMPLETED
    assert (calls(stub), run.spent_micro) == (60, 0)
    assert broken_invariants(run) == []
