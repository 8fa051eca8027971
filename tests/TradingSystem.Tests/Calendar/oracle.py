"""Writes oracle.json: when cron expressions fall due around clock changes, found by going through the minutes one by one.

    python3 oracle.py > oracle.json

Independent of what the product uses: this knows fields, the zone database of Python's zoneinfo, and the rules of services/calendar/README.md.
"""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# A zone with the days of its clock changes: forward, then back. Lord Howe moves by half an hour, Cairo and Beirut at midnight.
ZONES = {
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "America/Los_Angeles": ["2026-03-08", "2026-11-01"],
    "America/St_Johns": ["2026-03-08", "2026-11-01"],
    "America/Santiago": ["2026-09-06", "2026-04-05"],
    "Europe/London": ["2026-03-29", "2026-10-25"],
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "Europe/Kyiv": ["2026-03-29", "2026-10-25"],
    "Africa/Cairo": ["2026-04-24", "2026-10-30"],
    "Asia/Beirut": ["2026-03-29", "2026-10-25"],
    "Australia/Sydney": ["2026-10-04", "2026-04-05"],
    "Australia/Lord_Howe": ["2026-10-04", "2026-04-05"],
    "Pacific/Auckland": ["2026-09-27", "2026-04-05"],
}

EXPRESSIONS = [
    "30 2 * * *",      # a fixed time that a forward change may leave out
    "0 0 * * *",       # midnight, which some zones leave out
    "30 1 * * *",      # a fixed time that comes twice where the clocks go back
    "*/15 * * * *",    # an interval
    "0 * * * *",       # hourly
    "10,50 1-3 * * *", # a list within a range
    "45 2 * * 0",      # on Sundays, when most change
    "15 23 * * *",     # beside the change
]


def field(text, low, high):
    """The values of a field, and whether it is written as an interval."""
    values, interval = set(), False
    for part in text.split(","):
        part, _, step = part.partition("/")
        if part == "*":
            first, last, interval = low, high, True
        elif "-" in part:
            (first, last), interval = map(int, part.split("-")), True
        else:
            first = last = int(part)
        interval = interval or bool(step)
        values.update(range(first, last + 1, int(step or 1)))
    return values, interval


def matches(wall, fields):
    minute, hour, day, month, weekday = (f[0] for f in fields)
    return (wall.minute in minute and wall.hour in hour and wall.day in day and wall.month in month
            and (wall.weekday() + 1) % 7 in weekday)


def due(expression, zone, day):
    tz = ZoneInfo(zone)
    fields = [field(t, *b) for t, b in zip(expression.split(), [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)])]
    # What has no fixed time of the day goes by the clock on the wall also where that shows an hour twice.
    interval = fields[0][1] or fields[1][1]
    start = datetime.fromisoformat(day).replace(tzinfo=timezone.utc) - timedelta(days=1)
    found, seen, before = [], set(), start.astimezone(tz).replace(tzinfo=None)
    for i in range(1, 60 * 60):
        at = start + timedelta(minutes=i)
        wall = at.astimezone(tz).replace(tzinfo=None)
        fires = False
        if wall - before > timedelta(minutes=1):
            # The clocks went forward: what would have fallen due in between does so now, all of it once.
            skipped = before + timedelta(minutes=1)
            while skipped < wall:
                if matches(skipped, fields):
                    fires = True
                skipped += timedelta(minutes=1)
        if matches(wall, fields) and (interval or wall not in seen):
            fires = True
        seen.add(wall)
        if fires:
            found.append(at.strftime("%Y-%m-%dT%H:%MZ"))
        before = wall
    return found


cases = [{"zone": zone, "day": day, "cron": cron, "due": due(cron, zone, day)} for zone, days in ZONES.items() for day in days for cron in EXPRESSIONS]
print("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]")
