"""TLS certificates (X.509, RFC 5280) in PEM or DER, to the raw table ``certificates``."""

import warnings
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtensionOID, NameOID

from stocktake.artefacts.lines import shown
from stocktake.artefacts.rows import write_rows
from stocktake.records.raw import Column, UnitWriter

COLUMNS = [
    Column("subject", "whose certificate, RFC 4514", pa.string()),
    Column("names", "host names: subject alternative names and common name", pa.string()),
    Column("issuer", "who issued it, RFC 4514", pa.string()),
    Column("serial", "serial number, hexadecimal", pa.string()),
    Column("not_before", "valid from, UTC", pa.timestamp("us")),
    Column("not_after", "valid to, UTC", pa.timestamp("us")),
    Column("sha256", "fingerprint of the certificate", pa.string()),
    Column("authority", "whether it may issue others", pa.bool_()),
]
LARGEST = 4 << 20
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def recognise(head: bytes, path: str) -> str | None:
    """``certificate`` for PEM with a certificate, or a DER file named as one."""
    if b"-----BEGIN CERTIFICATE-----" in head[:4096]:
        return "certificate"
    der = head[:2] == b"\x30\x82" and path.endswith((".der", ".cer", ".crt"))
    return "certificate" if der and len(head) == int.from_bytes(head[2:4], "big") + 4 else None


def read(stream: BinaryIO, unit: UnitWriter) -> None:
    """Write every certificate of the file; one that can't be read costs a problem."""
    data = stream.read(LARGEST)
    table = unit.table("host", "certificates", COLUMNS)
    write_rows(unit, table, each(data, unit))


def each(data: bytes, unit: UnitWriter) -> Iterator[dict[str, object]]:
    """Rows of every certificate in PEM, or of the one in DER."""
    for start, end in list(_pem_blocks(data)) or [(0, len(data))]:
        piece = data[start:end]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pem = piece.startswith(b"-----")
                one = x509.load_pem_x509_certificate(piece) if pem else x509.load_der_x509_certificate(piece)
                row = _row(one)
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            unit.problem(f"a certificate can't be read: {said}", offset=start, length=end - start)
            continue
        yield {**row, "_offset": start, "_length": end - start}


def _pem_blocks(data: bytes) -> Iterator[tuple[int, int]]:
    start = data.find(_BEGIN)
    while start >= 0 and (end := data.find(_END, start)) >= 0:
        yield start, end + len(_END)
        start = data.find(_BEGIN, end)


def _row(one: x509.Certificate) -> dict[str, object]:
    names: list[str] = []
    authority = False
    for extension in one.extensions:
        if extension.oid == ExtensionOID.SUBJECT_ALTERNATIVE_NAME:
            names += extension.value.get_values_for_type(x509.DNSName)
            names += [str(ip) for ip in extension.value.get_values_for_type(x509.IPAddress)]
        elif extension.oid == ExtensionOID.BASIC_CONSTRAINTS:
            authority = bool(extension.value.ca)
    names += [str(attribute.value) for attribute in one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return {
        "subject": _text(one.subject.rfc4514_string()),
        "names": _text(" ".join(dict.fromkeys(name for name in names if " " not in name))),
        "issuer": _text(one.issuer.rfc4514_string()),
        "serial": f"{one.serial_number:x}",
        "not_before": one.not_valid_before_utc.replace(tzinfo=None),
        "not_after": one.not_valid_after_utc.replace(tzinfo=None),
        "sha256": one.fingerprint(SHA256()).hex(),
        "authority": authority,
    }


def _text(text: str) -> str:
    return shown(text.encode("utf-8", "surrogatepass"))
