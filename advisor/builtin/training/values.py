"""How do people write dates, times, numbers and amounts, and what do they mean?

Every function draws a value and one of its many everyday forms, and returns the pair
(text, standard form). A date's form leaves no doubt about day and month.
"""

import datetime
import random

from advisor.builtin.training.spelled import ordinal, short_ordinal, words

Pair = tuple[str, str]

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SHORT = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sept",
    "Oct",
    "Nov",
    "Dec",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def date(rng: random.Random) -> Pair:
    """Draw a day of 2019 to 2030."""
    day = datetime.date(2019, 1, 1) + datetime.timedelta(rng.randrange(4380))
    return written_date(rng, day), day.isoformat()


def day_of(standard: str) -> datetime.date:
    """Read a standard date."""
    return datetime.date.fromisoformat(standard)


def written_date(rng: random.Random, day: datetime.date) -> str:
    """Write a day in one of its forms."""
    if rng.random() < 0.3:
        return _figures(rng, day)
    month = rng.choice((MONTHS[day.month - 1],) * 3 + (_SHORT[day.month - 1],))
    if month != MONTHS[day.month - 1]:
        month = rng.choice((month, f"{month}.", month[:3]))
    number = rng.choice((f"{day.day}", f"{day.day}", short_ordinal(day.day)))
    year = rng.choice((f"{day.year}",) * 14 + (f"'{day.year % 100}", _said_year(day)))
    said = rng.choice((short_ordinal(day.day), ordinal(day.day)))
    form = rng.choice(
        (
            f"{month} {number}, {year}",
            f"{month} {number} {year}",
            f"{number} {month} {year}",
            f"{number} {month} {year}",
            f"{day.day}. {month} {year}",
            f"{said} of {month} {year}",
            f"the {said} of {month}, {year}",
            f"the {said} of {month} {year}",
            f"{month} the {said}, {year}",
            f"{month} {said} {year}",
            f"{day.day}-{month[:3]}-{day.year}",
            f"{DAYS[day.weekday()]}, {number} {month} {year}",
            f"{DAYS[day.weekday()]} the {said} of {month} {year}",
            f"{DAYS[day.weekday()]}, {month} {number}, {year}",
            f"{DAYS[day.weekday()][:3]} {number} {month} {year}",
        )
    )
    tomorrow = day + datetime.timedelta(1)
    if tomorrow.day == 1 and rng.random() < 0.5:
        form = f"{rng.choice(('the ', ''))}last day of {month} {year}"
    return form if rng.random() < 0.85 else form.lower()


def _said_year(day: datetime.date) -> str:
    return f"twenty {words(day.year % 100)}"


def _figures(rng: random.Random, day: datetime.date) -> str:
    d, m, y = day.day, day.month, day.year
    first = rng.choice((f"{d:02}", f"{d}")), rng.choice((f"{m:02}", f"{m}"))
    mark = rng.choice("./.-")
    ours, theirs = f"{mark.join(first)}{mark}{y}", f"{mark.join(first[::-1])}{mark}{y}"
    iso = rng.choice((f"{y}/{m:02}/{d:02}", f"{y}-{m:02}-{d:02}", f"{y}.{m:02}.{d:02}"))
    if d > 12:
        return rng.choice((ours, ours, theirs, iso))
    return rng.choice(
        (
            f"{ours} ({rng.choice(_DAY_FIRST)})",
            f"{theirs} ({rng.choice(_MONTH_FIRST)})",
            iso,
        )
    )


_DAY_FIRST = (
    "day first",
    "British order",
    "German order",
    "day/month/year",
    "European format",
    "day before month",
    "UK style",
    "dd/mm/yyyy",
)
_MONTH_FIRST = (
    "month first",
    "US order",
    "American order",
    "month/day/year",
    "US format",
    "month before day",
    "American style",
    "mm/dd/yyyy",
)


def time(rng: random.Random) -> Pair:
    """Draw a time of day, mostly on five minutes."""
    hour = rng.randrange(24)
    minute = rng.choice(
        (0, 0, 15, 30, 30, 45, 5 * rng.randrange(12), rng.randrange(60))
    )
    return written_time(rng, hour, minute), f"{hour:02}:{minute:02}"


def written_time(rng: random.Random, hour: int, minute: int) -> str:
    """Write a time in one of its forms."""
    if hour in (0, 12) and rng.random() < 0.6:
        name = rng.choice(("noon", "midday", "12 noon") if hour else ("midnight",))
        if minute in (0, 30):
            return f"half past {name}" if minute else name
    if hour in (11, 23) and minute >= 30 and minute % 5 == 0 and rng.random() < 0.4:
        said = "quarter" if minute == 45 else words(60 - minute)
        link = rng.choice(("to", "before"))
        return f"{said} {link} {'noon' if hour == 11 else 'midnight'}"
    if rng.random() < 0.4:
        return _said_time(rng, hour, minute)
    twelve, half = (hour - 1) % 12 + 1, "am" if hour < 12 else "pm"
    half = rng.choice((half, half, half.upper(), f"{half[0]}.m.", f"{half[0]}. m."))
    mark = rng.choice("::.")
    forms = [
        f"{twelve}{mark}{minute:02} {half}",
        f"{twelve}{mark}{minute:02}{half}",
        f"{hour}{mark}{minute:02}",
        f"{hour:02}{mark}{minute:02}",
        f"{hour}h{minute:02}",
        f"{hour:02}{minute:02} hours",
        f"{hour:02}{mark}{minute:02} {rng.choice(('hrs', 'h', 'hours', 'oclock'))}",
        f"{twelve}{mark}{minute:02} {_when(rng, hour)}",
    ]
    if minute == 0:
        forms += [f"{twelve} {half}", f"{twelve}{half}", f"{twelve} {half} sharp"]
    return rng.choice(forms)


def _part(hour: int) -> str:
    if hour < 12:
        return "morning"
    return "afternoon" if hour < 18 else "evening"


def _when(rng: random.Random, hour: int) -> str:
    part = _part(hour)
    if hour >= 21 or hour < 5:
        return rng.choice(("at night", f"in the {part}"))
    return rng.choice((f"in the {part}",) * 5 + (f"this {part}", f", {part}"))


def _said_time(rng: random.Random, hour: int, minute: int) -> str:
    def name(of: int) -> str:
        twelve = (of - 1) % 12 + 1
        return rng.choice((words(twelve), words(twelve), str(twelve)))

    part = rng.choice((_when(rng, hour),) * 3 + (("am", "pm")[hour >= 12],))
    if minute == 0:
        clock = rng.choice((" o'clock", "", "")) if len(part) > 2 else ""
        return f"{name(hour)}{clock} {part}".replace(" ,", ",")
    if minute % 5 or rng.random() < 0.15:
        spoken = words(minute) if minute > 9 else f"oh {words(minute)}"
        return f"{name(hour)} {spoken} {part}".replace(" ,", ",")
    if minute == 30:
        return rng.choice(
            (f"half past {name(hour)} {part}", f"half {name(hour)} {part}")
        )
    past = f"{rng.choice(('past', 'past', 'past', 'after'))} {name(hour)} {part}"
    to = f"{rng.choice(('to', 'to', 'to', 'before'))} {name(hour + 1)} {part}"
    said = {15: "quarter", 45: "quarter"}.get(minute, words(min(minute, 60 - minute)))
    if said != "quarter" and rng.random() < 0.2:
        said += " minutes"
    article = rng.choice(("a ", "")) if said == "quarter" else ""
    return f"{article}{said} {past if minute < 30 else to}".replace(" ,", ",")
