"""Made-up values for the side panels."""

from advisor.web.panels import EffectPanel, Excluded, Gain, RankRow, Slider
from advisor.web.parts import Fact, Link, Verdict

PANEL = EffectPanel(
    title="Still in the running",
    left=9,
    total=24,
    excluded=(
        Excluded(count=4, reason="licence excludes commercial use"),
        Excluded(count=11, reason="do not fit 48 GB at 8-bit"),
    ),
    note="Nothing is removed without a stated reason.",
    link=Link("See the 9 models", "#panels"),
    facts_title="At your volume",
    facts=(
        Fact(term="Average load", value="1.2 requests/s"),
        Fact(term="Reference would cost", value=None),
    ),
)
SLIDERS = (
    Slider(
        name="specimen-p95",
        label="p95 latency",
        value=2.5,
        shown="2.5",
        unit="s",
        least=0.5,
        most=5.0,
        step=0.1,
        ends=("0.5 s", "5 s"),
    ),
)
RANK = (
    RankRow(
        name="small",
        value="$662",
        verdict=Verdict("pass", "pass", "Cheapest that was certified"),
        recommended=True,
    ),
    RankRow(
        name="tiny", value="$365", verdict=Verdict("fail", "fail", "0.81 s too slow")
    ),
)
GAINS = (
    Gain(
        made=Link("small-tuned", "#tables"),
        parent="small",
        technique="Fine-tune",
        before="61.2%",
        after="88.4%",
        difference="+27.2",
        interval="+18.9 to +35.1",
        samples="125 samples",
        verdict=Verdict("pass", "pass", "Better"),
        size=("124 M", "124 M"),
        file=("248 MB", "248 MB"),
        p95=("310 ms", "312 ms"),
        cost="11.4 min",
        cost_note="1,302 s of processor time",
    ),
    Gain(
        made=Link("small-pruned", "#tables"),
        parent="small",
        technique="Prune",
        before="61.2%",
        after="60.4%",
        difference="\N{MINUS SIGN}0.8",
        interval="\N{MINUS SIGN}6.0 to +4.3",
        samples="125 samples",
        verdict=Verdict("warn", "unsure", "No difference shown"),
        size=("124 M", "93 M"),
        file=("248 MB", "186 MB"),
        p95=("310 ms", "–"),
        cost="4.0 min",
        cost_note="466 s of processor time",
    ),
)
