"""What may train? The tuning split, and never what a model is judged by.

The only way from samples to training material. Whoever asks gets tuning samples alone,
and `check_apart` looks again, by a hash of what is asked without case and punctuation,
right before anything is trained: an evaluation sample is refused, whoever brought it.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from advisor.adaptations.services.errors import EvaluationSampleRefused
from advisor.projects.models import Sample, SampleSet
from advisor.projects.parsing.contents import canonical
from advisor.projects.selectors import evaluation_samples, tuning_samples
from advisor.projects.services.trained import text_key
from advisor.scoring.expected import accepted_texts

SLOT = "{input}"
NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One sample that trains: its key, its input, the whole prompt and the answer."""

    key: str
    input: str
    prompt: str
    answer: str


def lessons_of(
    sample_set: SampleSet, template: str, answers: Mapping[int, str] | None = None
) -> list[Lesson]:
    """Return the tuning samples with right answers, or with a teacher's.

    ``answers`` holds a teacher's answers by sample id; a sample without one, or without
    a usable expected answer, is left out.
    """
    found = []
    for sample in tuning_samples(sample_set):
        answer = answer_of(sample) if answers is None else answers.get(sample.pk, "")
        if answer.strip():
            found.append(lesson_of(sample, template, answer.strip()))
    return found


def unanswered(sample_set: SampleSet, template: str) -> list[Lesson]:
    """Return every tuning sample without an answer, for a teacher to give one."""
    found = tuning_samples(sample_set)
    return [lesson_of(sample, template, answer_of(sample)) for sample in found]


def lesson_of(sample: Sample, template: str, answer: str) -> Lesson:
    """Return a sample as it is trained on; braces in a prompt are text."""
    prompt = template.replace(SLOT, sample.input)
    return Lesson(key=sample.key, input=sample.input, prompt=prompt, answer=answer)


def answer_of(sample: Sample) -> str:
    """Return the expected answer as the model is to write it; empty where none is."""
    texts = accepted_texts(sample.expected)
    if texts:
        return texts[0]
    if isinstance(sample.expected, dict | list) and sample.expected:
        return json.dumps(sample.expected, ensure_ascii=False)
    return ""


def data_sha256(lessons: Iterable[Lesson]) -> str:
    """Name training material by the hash of keys, prompts and answers, in order."""
    listed = [[one.key, one.prompt, one.answer] for one in lessons]
    return hashlib.sha256(canonical(listed)).hexdigest()


def check_apart(inputs: Sequence[str], sample_sets: Collection[SampleSet]) -> None:
    """Refuse training material of which anything is an evaluation sample.

    Raises:
        EvaluationSampleRefused: Some of the inputs judge models; nothing may train.
    """
    trained = {text_key(text) for text in inputs}
    for sample_set in sample_sets:
        found = [
            sample.key
            for sample in evaluation_samples(sample_set)
            if text_key(sample.input) in trained
        ]
        if found:
            raise EvaluationSampleRefused([_refusal(sample_set, found)])


def _refusal(sample_set: SampleSet, found: Sequence[str]) -> str:
    named = ", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else "")
    return (
        f"{len(found)} of the samples to train on are evaluation samples of version"
        f" {sample_set.version} ({named}), by which models are judged. Train on the"
        " tuning split alone."
    )
