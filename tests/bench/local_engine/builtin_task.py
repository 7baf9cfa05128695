"""The built-in tickets as both sides take them: text and labels, and their tokens."""

from transformers import AutoTokenizer

from advisor import builtin
from advisor.engines.prompt_tokens import PromptEncoder

LABELS = (
    "billing",
    "refund",
    "delivery",
    "login",
    "bug",
    "cancellation",
    "feature",
    "sales",
)


def task(count, name="tickets-large"):
    """Return the model's folder, and `count` samples with the eight labels."""
    folder = builtin.model_path(name)
    encoder = PromptEncoder(AutoTokenizer.from_pretrained(folder), chat=None)
    pack = builtin.sample_pack("tickets")
    items = []
    for sample in pack.samples[:count]:
        text = pack.prompt.replace("{input}", sample["input"])
        context = encoder.encode(text)
        choices = [
            encoder.encode(text, answer=label)[len(context) :] for label in LABELS
        ]
        items.append(
            {"text": text, "labels": LABELS, "context": context, "choices": choices}
        )
    return folder, items
