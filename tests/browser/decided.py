"""A project whose run is decided, with everything that a comparison can show.

Seven models answered recorded support tickets: how often each was right, how long it
took and what it cost are drawn once from a seed.
"""

import random
from dataclasses import dataclass

from advisor.runs.models import Run
from advisor.runs.services import run_inline
from tests.wizard.walk import GOAL, Walk, lines

DESKS = ("billing", "delivery", "login", "refund", "sales")
TICKETS = (
    "The invoice of March lists a seat that nobody uses. Please take it off.",
    "My parcel has been in Hamburg for a week. Where is it going?",
    "The code by text message never arrives, so I cannot get in.",
    "I sent the shoes back and still wait for my money.",
    "How much would a plan for forty people cost a year?",
)


@dataclass(frozen=True)
class Model:
    """A model that was recorded: share right, median time in ms, price, size."""

    name: str
    right: float
    median_ms: float
    price: tuple[str, str]
    parameters: str


REFERENCE = Model("gpt-large", 0.96, 900, ("5", "15"), "175,000,000,000")
MODELS = (
    Model("maple-4b", 0.955, 420, ("0.12", "0.36"), "4,000,000,000"),
    Model("maple-8b", 0.958, 560, ("0.25", "0.75"), "8,000,000,000"),
    Model("birch-7b", 0.95, 1900, ("0.20", "0.60"), "7,000,000,000"),
    Model("maple-1b", 0.80, 210, ("0.04", "0.12"), "1,000,000,000"),
    Model("fir-3b", 0.90, 350, ("0.10", "0.30"), "3,000,000,000"),
    Model("oak-14b", 0.96, 800, ("0.6", "1.8"), "14,000,000,000"),
)


def tickets(number: int) -> bytes:
    return lines(
        {
            "id": f"t{index:03}",
            "input": f"{TICKETS[index % 5]} (Ticket {index})",
            "expected": DESKS[index % 5],
            "tags": ["vip", "english"] if index % 4 == 0 else ["english"],
        }
        for index in range(number)
    )


def answers(model: Model, number: int) -> bytes:
    chance = random.Random(model.name)
    rows = []
    for index in range(number):
        is_right = chance.random() < model.right
        desk = DESKS[(index if is_right else index + 1) % 5]
        rows.append(
            {
                "id": f"t{index:03}",
                "output": desk,
                "latency_ms": round(model.median_ms * chance.lognormvariate(0, 0.25)),
                "ttft_ms": round(model.median_ms * 0.3),
                "prompt_tokens": 180,
                "completion_tokens": 12,
            }
        )
    return lines(rows)


def set_up(walk: Walk, *, samples: int = 240, name: str = "Ticket routing") -> None:
    """Type the whole setup; what is left to do is the launch."""
    walk.begin(**{**GOAL, "name": name})
    walk.limit(
        margin="5",
        minimum="85",
        p95="1.5",
        volume="3,000,000",
        peak="6",
        budget="800",
        hosting=["own_server", "private_cloud", "public_api"],
        slices="vip 80",
        slices_level="prefer",
    )
    walk.upload(tickets(samples), "tickets.jsonl")
    walk.score(prompt="Name the desk.\n{input}\nDesk:", max_output_tokens="16")
    for model in (REFERENCE, *MODELS):
        dollars = dict(zip(("input_per_1m", "output_per_1m"), model.price, strict=True))
        walk.record(
            model.name,
            answers(model, samples),
            role="reference" if model is REFERENCE else "candidate",
            parameters=model.parameters,
            hosting="public_api" if model is REFERENCE else "private_cloud",
            **dollars,
        )
    walk.post("candidates")


def decide(walk: Walk, **launch: str) -> Run:
    """Launch what was typed and work the run off in this process."""
    answer = walk.launch(**{"promise": "samples", **launch})
    assert answer.status_code == 302, answer.content.decode()
    return run_inline(walk.run)
