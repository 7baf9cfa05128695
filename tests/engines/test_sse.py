import pytest

from advisor.engines.safe_http import CallError, Limits
from advisor.engines.sse import EventReader

STREAM = (
    b": hello\r\ndata: one\r\n\r\nid: 7\ndata: two\ndata: lines\n\nevent: x\n\n"
    b"data:three\r\rdata: \xc3\xa9t\xc3\xa9\n\n"
)
EVENTS = ["one", "two\nlines", "three", "été"]


def read(*pieces, **limits):
    reader = EventReader(Limits(**limits))
    return [event for piece in pieces for event in reader.feed(piece)]


def test_it_reads_the_data_of_each_event():
    assert read(STREAM) == EVENTS


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_it_does_not_matter_how_the_bytes_are_cut(size):
    cut = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    assert read(*cut) == EVENTS


def test_an_unfinished_event_is_no_event():
    assert read(b"data: one\n\ndata: two\n") == ["one"]


@pytest.mark.parametrize("pieces", [[b"data: " + b"x" * 200], [b"x" * 10] * 20])
def test_a_long_line_is_cut_off(pieces):
    with pytest.raises(CallError, match="line of more than 100 bytes"):
        read(*pieces, line_bytes=100)


def test_endless_comments_are_cut_off():
    with pytest.raises(CallError, match="more than 10 events"):
        read(b": ping\n\n" * 20, events=10)


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_mark_of_byte_order_before_the_first_line_is_no_part_of_it(size):
    stream = b"\xef\xbb\xbfdata: one\n\ndata: \xef\xbb\xbftwo\n\n"
    cut = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert read(*cut) == ["one", "\ufefftwo"]
