"""The proof: a foreign small model, tuned through the product, answers more rightly."""

import json
import os
from pathlib import Path

import pytest
from django.core.management import call_command

from advisor.accounts.models import Membership, Role, Team
from advisor.adaptations.models import Adaptation
from advisor.adaptations.pages.gain import gains_of
from advisor.projects.models import Setup
from advisor.runs.selectors import candidates_of
from advisor.runs.services import freeze_and_launch, run_inline
from advisor.runs.services.summarising import summary_of
from tests.house.source import ROOT
from tests.people import person

SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
FILE = SHARED / "banking77" / "banking77_test.jsonl"
INTENTS = (
    *("card_arrival", "exchange_rate"),
    *("lost_or_stolen_card", "verify_my_identity"),
)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.shared_data,
    pytest.mark.models,
    pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there"),
]


def questions() -> list[dict[str, str]]:
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    return [row for row in rows if row["expected"] in INTENTS]


def foreign_model(folder: Path, texts: list[str]) -> Path:
    """A random GPT-NeoX of another house's making: own tokenizer, no chat template."""
    import torch
    import transformers

    from advisor.tuning.shapes import train_tokenizer

    tokenizer = train_tokenizer([*texts, *INTENTS * 5], 800)
    tokenizer.chat_template = None
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.GPTNeoXConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=128,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        tie_word_embeddings=True,
    )
    model = transformers.AutoModelForCausalLM.from_config(config)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    return folder


def write_setup(folder: Path, rows: list[dict[str, str]]) -> Path:
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    (folder / "questions.jsonl").write_text(lines)
    parent = {"id": "neox", "engine": "transformers", "model": "model"}
    document = {
        "project": "Bank questions",
        "samples": "questions.jsonl",
        "tuning_share": 0.5,
        "prompt": "{input}\nIntent:",
        "max_output_tokens": 12,
        "candidates": [parent],
        "constraints": {"min_quality": 0.5},
        "stop": "exhausted",
        "objective": "size",
    }
    path = folder / "setup.json"
    path.write_text(json.dumps(document))
    return path


def test_tuning_on_the_tuning_split_raises_the_score_on_the_evaluation_split(
    tmp_path: Path, settings, browser, capsys
):
    settings.MODEL_ROOTS = [str(tmp_path)]
    rows = questions()
    foreign_model(tmp_path / "model", [row["input"] for row in rows])
    path = write_setup(tmp_path, rows)
    order = ("--steps=80", "--learning-rate=0.003", "--longest=96")
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        call_command("adapt", str(path), *order, f"--out={out}")
    told = capsys.readouterr()
    assert ended.value.code == 0, told.err
    assert "neox-tuned: fine-tune of neox" in told.out
    assert (out / "model.safetensors").is_file()
    made = Adaptation.objects.get()
    assert made.data_count + 66 == len(rows)
    draft = Setup.objects.get(state=Setup.State.DRAFT)
    run = run_inline(freeze_and_launch(setup=draft, started_by=None))
    (gain,) = gains_of(run, candidates_of(run), summary_of(run))
    assert gain.before == "0.0%"
    assert gain.verdict.text == "Better"
    low = float(gain.interval.partition(" to ")[0].removeprefix("+"))
    assert low > 40
    team, alice = Team.objects.get(), person("alice")
    Membership.objects.create(team=team, user=alice, role=Role.EDITOR)
    base = f"/t/{team.slug}/p/{run.project.slug}/"
    page = browser(alice).get(f"{base}runs/{run.number}/compare/").content.decode()
    assert gain.interval in page
    assert "fine_tune&amp;candidate=neox" in page
    job = browser(alice).get(f"{base}adaptations/{made.number}/").content.decode()
    assert gain.interval in job


def test_what_is_wrong_is_told_at_once_and_nothing_is_stored(tmp_path: Path, capsys):
    rows = questions()[:20]
    foreign_model(tmp_path / "model", [row["input"] for row in rows])
    path = write_setup(tmp_path, rows)
    capsys.readouterr()
    words = ("--technique=distil", "--steps=0", "--budget=0", "--candidate=other")
    with pytest.raises(SystemExit) as ended:
        call_command("adapt", str(path), *words)
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert [line.partition(" ")[0] for line in lines] == [
        *("steps", "candidate:", "budget:"),
    ]
    assert not Team.objects.exists()
    assert not Setup.objects.exists()
