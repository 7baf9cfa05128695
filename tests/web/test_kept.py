"""What a process keeps is bounded, and parts of pages are kept by what they show."""

from dataclasses import dataclass

from django.utils.safestring import mark_safe

from advisor.web.kept import Kept
from advisor.web.parts import Verdict
from advisor.web.templatetags import fragments

PART = "components/verdict.html"


@dataclass(frozen=True)
class Holder:
    inside: object


def test_the_least_used_is_forgotten_first():
    kept: Kept[str] = Kept(2)
    for key in "ab":
        kept.get(key, lambda key=key: key)
    assert kept.find("a") == "a"
    kept.put("c", "c")
    assert [kept.find(key) for key in "abc"] == ["a", None, "c"]


def test_what_is_heavy_makes_room_and_the_newest_stays():
    kept: Kept[str] = Kept(10, weigh=len)
    kept.put("a", "x" * 6)
    kept.put("b", "x" * 4)
    kept.put("b", "x" * 3)
    assert kept.find("a") is not None
    kept.put("c", "x" * 40)
    assert [kept.find(key) is None for key in "abc"] == [True, True, False]


def test_a_part_is_the_same_object_for_the_same_values_alone():
    first = fragments.kept(PART, verdict=Verdict("pass", "pass", "Accepted"))
    again = fragments.kept(PART, verdict=Verdict("pass", "pass", "Accepted"))
    other = fragments.kept(PART, verdict=Verdict("pass", "pass", "Rejected"))
    assert first is again
    assert "Accepted" in first
    assert "Rejected" in other


def test_html_never_stands_for_the_text_that_equals_it():
    trusted = Verdict("pass", "pass", mark_safe("<b>x</b>"))
    typed = Verdict("pass", "pass", "<b>x</b>")
    assert trusted == typed
    assert "<b>x</b>" in fragments.kept(PART, verdict=trusted)
    assert "&lt;b&gt;x" in fragments.kept(PART, verdict=typed)


def test_what_may_change_is_rendered_each_time():
    told = {"text": "one", "tone": "pass", "icon": "pass"}
    assert "one" in fragments.kept(PART, verdict=told)
    told["text"] = "two"
    assert "two" in fragments.kept(PART, verdict=told)


def test_html_is_found_wherever_it_hides():
    assert fragments.holds_html(Holder(("plain", Holder(mark_safe("x")))))
    assert not fragments.holds_html(Holder(("plain", Holder("x"))))
