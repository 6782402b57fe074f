"""The raw tables of the family."""

from stocktake.artefacts.gathering import TEXT, TIME, WHOLE, columns

FAMILY = "mail"
TABLES = {
    # `at` is the Date header in UTC, `zone_minutes` its zone; `received_at` is of the newest Received header
    # or of the spool; `received_by` wrote it, and `handed_on_at` is of the newest that another host wrote.
    # `file` is the message's file where the unit is a folder or a pair of files.
    "mail_messages": columns(
        message_id=TEXT, date_recorded=TEXT, at=TIME, zone_minutes=WHOLE, received_at=TIME, received_by=TEXT,
        handed_on_by=TEXT, handed_on_at=TIME, from_=TEXT,
        to_=TEXT, cc=TEXT, bcc=TEXT, reply_to=TEXT, envelope_from=TEXT, envelope_to=TEXT, subject=TEXT,
        in_reply_to=TEXT, references_=TEXT, received_ips=TEXT, software=TEXT, body=TEXT, body_type=TEXT,
        encrypted_to=TEXT, attachments=WHOLE, file=TEXT,
    ),
    # `message` is the ordinal of the message in mail_messages of the same unit, from 1.
    "mail_participants": columns(message=WHOLE, role=TEXT, address=TEXT, name=TEXT),
    "mail_attachments": columns(message=WHOLE, name=TEXT, type=TEXT, size=WHOLE, sha256=TEXT, file=TEXT),
}  # fmt: skip
