"""Numbers of banks, cards and parcels. ``candidates`` computed their check digits.

IBAN: ISO 13616 and SWIFT's IBAN Registry. Cards: ISO/IEC 7812 (Luhn). S10: UPU standard S10. UPS: the
check digit of 1Z numbers. DPD: ISO 7064 MOD 37,36, parcel label specification of DPD. DHL Express: waybill
modulo 7; DHL in Germany: SSCC of GS1, modulo 10. Evri publishes no check, and Royal Mail none for its
two-dimensional barcode; the former is known by its form only, the latter not looked for.
"""

from stocktake.observables.finding import LOW, MEDIUM, NO_CHECKSUM, PASSED, Finding

BRANDS = (
    "",
    "Visa",
    "Mastercard",
    "American Express",
    "Discover",
    "Diners Club",
    "JCB",
    "Maestro",
    "UnionPay",
)


def card(text: bytes, note: int) -> Finding:
    """A card number: masked, the whole number for the keyed fingerprint only. Note: its brand."""
    digits = bytes(b for b in text if 48 <= b <= 57)
    masked = f"{digits[:6].decode()}{'*' * (len(digits) - 10)}{digits[-4:].decode()}"
    confidence = {13: LOW, 14: MEDIUM, 15: "high", 16: "high"}.get(len(digits), LOW)
    return Finding(
        "card", masked, masked, True, BRANDS[note], f"{len(digits)} digits", PASSED, confidence, secret=digits
    )


def iban(text: bytes, _note: int) -> Finding:
    """An account number by its country's length and remainder 1 modulo 97."""
    value = text.decode()
    plain = value.replace(" ", "").upper()
    return Finding("iban", value, plain, True, plain[:2], "ISO 13616", PASSED)


def _parcel(text: bytes, carrier: str, encoding: str, *, checked: bool, confidence: str) -> Finding:
    value = text.decode()
    plain = value.replace(" ", "").upper()
    return Finding(
        "tracking_number",
        value,
        plain,
        True if checked else None,
        carrier,
        encoding,
        PASSED if checked else NO_CHECKSUM,
        confidence,
    )


def s10(text: bytes, _note: int) -> Finding:
    """An identifier of a designated post: its check digit and country; GB is Royal Mail and Parcelforce."""
    country = text[-2:].decode()
    carrier = "Royal Mail" if country == "GB" else f"post of {country}"
    return _parcel(text, carrier, "UPU S10", checked=True, confidence="high")


def ups(text: bytes, _note: int) -> Finding:
    """A 1Z number with its check digit."""
    return _parcel(text, "UPS", "1Z", checked=True, confidence="high")


def dpd(text: bytes, _note: int) -> Finding:
    """14 digits, alone or with a check character, or the 28 characters of the label."""
    return _parcel(
        text,
        "DPD",
        f"{len(text)} characters",
        checked=len(text) != 14,
        confidence=LOW if len(text) == 14 else MEDIUM,
    )


def dhl_waybill(text: bytes, _note: int) -> Finding:
    """10 or 11 digits that a word of carriage stands before; their check digit passes one number in seven."""
    return _parcel(text, "DHL", "waybill", checked=True, confidence=LOW)


def dhl_piece(text: bytes, _note: int) -> Finding:
    """JJD…, JVGL… or JD0…: known by its form."""
    return _parcel(text, "DHL", "piece identifier", checked=False, confidence=MEDIUM)


def sscc(text: bytes, _note: int) -> Finding:
    """20 digits from 00340434: a serial shipping container code of DHL in Germany."""
    return _parcel(text, "DHL", "SSCC", checked=True, confidence="high")


def evri(text: bytes, _note: int) -> Finding:
    """16 characters of Evri's form after a word of carriage: nothing published can be checked."""
    return _parcel(text, "Evri", "16 characters", checked=False, confidence=MEDIUM)
