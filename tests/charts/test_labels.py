"""Names of markers stand where they cover nothing and belong to one marker."""

from math import dist

from advisor.charts.labels import Name, spread

PLOT = (270.0, 306.0)
# Seven models on a phone: three of them within 80 pixels of each other.
MARKERS = (
    *((80.0, 47.0), (260.0, 56.0), (115.0, 47.0), (105.0, 66.0)),
    *((158.0, 37.0), (72.0, 132.0), (27.0, 222.0)),
)


def names() -> list[Name]:
    return [
        Name(x=x, y=y, text=f"model-{at}b", left=at < 2, whisker=(y - 14.0, y + 30.0))
        for at, (x, y) in enumerate(MARKERS)
    ]


def box_of(one: Name, spot) -> tuple[float, float, float, float]:
    wide = 6.7 * len(one.text)
    left = (
        one.x + spot.right - {"left": 0, "center": wide / 2, "right": wide}[spot.anchor]
    )
    middle = one.y + spot.down
    return (left, middle - 7.5, left + wide, middle + 7.5)


def shared(one, other) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


def gap(one: Name, box) -> float:
    """Pixels from a marker to the nearest edge of a box."""
    near = (min(max(one.x, box[0]), box[2]), min(max(one.y, box[1]), box[3]))
    return dist((one.x, one.y), near)


def test_no_name_covers_another_and_each_is_nearest_to_its_own_marker():
    listed = names()
    boxes = [box_of(*pair) for pair in zip(listed, spread(listed, *PLOT), strict=True)]
    for at, box in enumerate(boxes):
        assert not any(shared(box, other) for other in boxes[at + 1 :])
        assert gap(listed[at], box) == min(gap(one, box) for one in listed)


def test_a_name_keeps_out_of_what_other_words_take():
    alone = [Name(x=100.0, y=100.0, text="model")]
    spot = spread(alone, *PLOT)[0]
    taken = box_of(alone[0], spot)
    moved = spread(alone, *PLOT, blocked=[taken])[0]
    assert shared(box_of(alone[0], moved), taken) == 0
