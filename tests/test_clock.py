"""How a host's clock went: what time services said, what the journal shows, what mail of other hosts tells."""

import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from server_files import SHARED, needs_plaso_logs, taken_in, write
from stocktake.commerce.tables import open_case
from stocktake.findings.status import status, text
from stocktake.reports.clocks import in_short
from stocktake.reports.references import References

SYSLOG = {
    "chronyd": [
        "System clock wrong by 3.250000 seconds",
        "System clock was stepped by 3.250000 seconds",
        "System clock wrong by -0.500000 seconds, adjustment started",
        "Selected source 192.0.2.1",
    ],
    "ntpdate": [
        "step time server 192.0.2.1 offset -61.000001 sec",
        "adjust time server 192.0.2.1 offset 0.001000 sec",
    ],
    "ntpd": [
        "0.0.0.0 c61c 0c clock_step +1.500000 s",
        "time reset -2.000000 s",
        "adjusting local clock by 0.250000s",
        "set local clock to Tue Jul  1 12:00:00 UTC 2025 (offset 7.000000s)",
    ],
    "systemd-timesyncd": ["interval/delta/delay/jitter/drift 32s/+63.342s/0.061s/0.000s/+0ppm"],
    "sshd": ["System clock wrong by 99.0 seconds"],
}


def line(number: int, program: str, said: str) -> str:
    return f"2025-07-01T12:00:{number:02}.000000+00:00 shop {program}[7]: {said}\n"


def skews(server) -> dict[str, tuple[Decimal, ...]]:
    rows = server.all("SELECT method, seconds, least, most, pairs FROM clock_skew")
    return {method: tuple(rest) for method, *rest in rows}


def test_what_time_services_said(tmp_path):
    lines = [(program, said) for program, listed in SYSLOG.items() for said in listed]
    # chronyd says of one step twice in one second by how much it was wrong
    numbers = [1, 1, *range(3, 40)]
    log = "".join(line(number, *one) for number, one in zip(numbers, lines, strict=False))
    server = taken_in(write(tmp_path / "seized", {"var/log/syslog": log, "etc/hostname": "shop\n"}), tmp_path)
    assert skews(server) == {
        # what it corrects by is the opposite of how fast the clock was
        "statements of chronyd": (Decimal("-1.375"), Decimal("-3.25"), Decimal("0.5"), 2),
        "statements of ntpdate": (Decimal("30.4995"), Decimal("-0.001"), Decimal("61.000001"), 2),
        "statements of ntpd": (Decimal("-0.875"), Decimal(-7), Decimal(2), 4),
        "statements of systemd-timesyncd": (Decimal("-63.342"), Decimal("-63.342"), Decimal("-63.342"), 1),
    }
    assert server.one("SELECT DISTINCT host FROM clock_skew") == "shop"
    sources = server.one("SELECT source_ids FROM clock_skew WHERE method LIKE '%ntpd'")
    assert len(sources) == 4
    assert set(sources) <= {source for (source,) in server.all("SELECT source_id FROM sources")}
    said = text(status(server.case))
    assert "shop: +30.4995 (-0.001 to +61.000001), 2 by statements of ntpdate" in said
    with open_case(server.case) as held:
        (paragraph,) = in_short(held, References())
    whole = "".join(piece if isinstance(piece, str) else f"[{piece.text}]" for piece in paragraph.text)
    assert "The clock of shop was 1.375 s slow by statements of chronyd[F1]." in whole


def journal(entries: list[tuple[float, float, bytes]]) -> bytes:
    """A journal whose entries name no fields: seconds on the wall clock, seconds since the boot, boot."""
    body = b""
    for number, (wall, running, boot) in enumerate(entries, 1):
        body += struct.pack("<BB6xQ", 3, 0, 64)
        body += struct.pack("<QQQ", number, int(wall * 1e6), int(running * 1e6)) + boot * 16 + bytes(8)
    head = bytearray(240)
    head[:8] = b"LPKSHHRH"
    struct.pack_into("<QQ", head, 88, 240, len(body))
    struct.pack_into("<Q", head, 152, len(entries))
    return bytes(head) + body


def test_the_journal_shows_when_the_clock_was_set(tmp_path):
    start = datetime(2025, 7, 1, 12, tzinfo=UTC).timestamp()
    entries = [
        (start, 5, b"a"), (start + 1, 6.0004, b"a"), (start + 63.25, 8.25, b"a"), (start + 65, 10, b"a"),
        (start + 100, 3, b"b"), (start + 98, 4, b"b"),
    ]  # fmt: skip
    server = taken_in(
        write(tmp_path / "seized", {"var/log/journal/system.journal": journal(entries)}), tmp_path
    )
    found = server.all("SELECT \"at\", text FROM host_events WHERE kind = 'clock set' ORDER BY 1")
    assert [at for at, _ in found] == [
        (datetime(2025, 7, 1, 12) + timedelta(seconds=seconds)) for seconds in (63.25, 98)
    ]
    assert [said.partition(",")[0] for _, said in found] == [
        "the clock was set by +60.000400 s", "the clock was set by -3.000000 s",
    ]  # fmt: skip
    assert skews(server) == {
        "settings of the clock in the journal": (
            Decimal("-28.5002"), Decimal("-60.0004"), Decimal(3), 2,
        )
    }  # fmt: skip


@needs_plaso_logs
def test_shared_evidence_the_journal_of_plaso_shows_no_setting(tmp_path):
    packed = (SHARED / "systemd/journal/system.journal.xz").read_bytes()
    server = taken_in(write(tmp_path / "seized", {"system.journal.xz": packed}), tmp_path)
    assert server.one("SELECT count(*) FROM host_events") > 1000
    assert server.all("SELECT text FROM host_events WHERE kind = 'clock set'") == []


def mail(own_at: datetime, other: str, other_at: datetime, own: str = "mx.shop.example") -> str:
    stamp = "%a, %d %b %Y %H:%M:%S +0000"
    return (
        f"From a@b {own_at:%a %b %d %H:%M:%S %Y}\n"
        f"Received: from {other} ({other} [192.0.2.9]) by {own} (Postfix) with ESMTPS id 1; {own_at.strftime(stamp)}\n"
        f"Received: from localhost by {own}; {own_at.strftime(stamp)}\n"
        f"Received: from [10.0.0.1] by {other} with ESMTPSA id 2; {other_at.strftime(stamp)}\n"
        f"From: a@{other}\nTo: b@shop.example\nSubject: x\nDate: {other_at.strftime(stamp)}\n\nx\n\n"
    )


@pytest.mark.parametrize(
    ("own", "there"), [("mx.shop.example", True), ("mx", True), ("other.example", False)]
)
def test_mail_of_other_hosts_tells_how_fast_the_clock_was_at_most(own, there, tmp_path):
    at = datetime(2025, 7, 1, 12, tzinfo=UTC)
    box = "".join(
        mail(at + timedelta(minutes=n, seconds=300 + late), other, at + timedelta(minutes=n), own)
        for n, (other, late) in enumerate(
            [("a.example", 2), ("a.example", 900), ("b.example", 1), ("c.example", 40), ("c.example", 9)]
        )
    )
    server = taken_in(write(tmp_path / "seized", {"etc/hostname": "mx\n", "var/mail/b": box}), tmp_path)
    found = {"mail that other hosts handed on": (Decimal(302), Decimal(301), Decimal(309), 5)}
    assert skews(server) == (found if there else {})


def test_two_messages_tell_nothing(tmp_path):
    at = datetime(2025, 7, 1, 12, tzinfo=UTC)
    box = mail(at, "a.example", at) + mail(at, "b.example", at)
    server = taken_in(write(tmp_path / "seized", {"etc/hostname": "mx\n", "var/mail/b": box}), tmp_path)
    assert skews(server) == {}


@needs_plaso_logs
def test_shared_evidence_utmp_keeps_the_clock_before_and_after_it_was_set(tmp_path):
    records = (SHARED / "utmp/utmp_x86_64").read_bytes()
    server = taken_in(write(tmp_path / "seized", {"var/log/wtmp": records}), tmp_path)
    assert skews(server) == {
        "settings of the clock in utmp": (Decimal(-300), Decimal(-300), Decimal(-300), 1)
    }
