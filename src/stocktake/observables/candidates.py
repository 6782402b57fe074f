"""Compiled search for what may be an observable: one pass over a block of bytes, many forms at once.

A block is looked at as runs of letters and digits. Almost every run is dismissed by its length and by which
classes of characters it holds; the few that remain, and the characters ``@ . : + -`` between the runs, are
looked at closely. What is found is a *candidate*: a place, a form, and a note on it. Checks that are cheap
(country and remainder of an IBAN, Luhn, octets of an address) are made here, all others in ``checks``.

A candidate depends on at most ``BEHIND`` bytes before its start and ``AHEAD`` bytes after it, so that a
stream cut into blocks gives the same candidates wherever the cuts fall. NUL ends everything: no candidate
and no context reaches across one. The caller puts ``PADDING`` NULs on both sides of a block, and the loops
below rely on it: a run of characters always ends there, so they need not look at the block's limits.

Everything compiled stands in this one file, with the constant tables that it freezes: a compiled function
in numba's cache is made anew when its own file changes, and only then.
"""

import functools
from enum import IntEnum
from importlib import resources

import numpy as np
import numpy.typing as npt
from mnemonic import Mnemonic
from numba import njit

PADDING = 64
BEHIND = 4096
AHEAD = 64 << 10

URL_BYTES = 2048
ARMOUR_BYTES = AHEAD - 4096
SEED_GAP = 8

Bytes = npt.NDArray[np.uint8]


class Form(IntEnum):
    """What a candidate looks like; ``checks`` decides what it is."""

    EMAIL = 1
    JABBER = 2
    HANDLE = 3
    URL = 4
    USERINFO = 5
    DOMAIN = 6
    ONION = 7
    IPV4 = 8
    IPV6 = 9
    TELEGRAM_LINK = 10
    SIGNAL_LINK = 11
    PHONE_INTERNATIONAL = 12
    PHONE_NATIONAL = 13
    POSTCODE = 14
    CARD = 15
    IBAN = 16
    S10 = 17
    UPS = 18
    DPD = 19
    DHL_WAYBILL = 20
    DHL_PIECE = 21
    SSCC = 22
    EVRI = 23
    BASE58 = 24
    WIF = 25
    MONERO = 26
    EXTENDED_KEY = 27
    BECH32 = 28
    CASHADDR = 29
    ETHEREUM = 30
    HEX40 = 31
    HEX64 = 32
    SESSION = 33
    FINGERPRINT = 34
    ARMOUR = 35
    ARMOUR_END = 36
    SEED = 37
    WICKR = 38
    BASE64 = 39
    HEXADECIMAL = 40
    UTF_16 = 41
    GZIP = 42
    ZLIB = 43
    ESCAPED = 44


# Places that hold other text once unwrapped; `unwrapping` looks into them.
WRAPPED_FORMS = (Form.BASE64, Form.HEXADECIMAL, Form.UTF_16, Form.GZIP, Form.ZLIB, Form.ESCAPED)


# Notes of forms that count only where the words around them, or the name of their column, say what they are.
NO_CONTEXT, IN_CONTEXT = 0, 1
CONTEXT_FORMS = (Form.HANDLE, Form.DPD, Form.DHL_WAYBILL, Form.EVRI, Form.HEX40, Form.HEX64)

# Notes of a domain or mail name, by what its last label is.
UNKNOWN, PUBLIC, FILE_LIKE, CODE_LIKE, RESERVED = 0, 1, 2, 3, 4

DIGIT, HEX_LETTER, LOWER, UPPER = 1, 2, 4, 8
NOT_BASE58, NOT_BECH32, NOT_HEX, NOT_BASE32 = 16, 32, 64, 128
ANCHOR, LOCAL, URL_CHARACTER = 256, 512, 1024
ESCAPING, BASE64_CHARACTER = 2048, 4096
LETTER = LOWER | UPPER
ALNUM = DIGIT | LETTER
_HEXADECIMAL = DIGIT | HEX_LETTER

# Last labels that are also endings of file names, or words of program text (object.name, this.id).
_FILE_ENDINGS = (
    "ac ad ai am app as bar bat bz cab cam cat cc cfd cl cpa cs css dev doc gdn gz in is java la lib "
    "map md media ml mm mo mov ms mt pl pm ps pub py rs sc sh skin so sql st study tc tf theme ts tt vi "
    "zip"
)
_CODE_WORDS = (
    "accountant actor am app as at audio auto be blog book box build by business buy call cards case "
    "catering center click clothing cloud codes coffee community company computer contact coupons "
    "credit data date day deals delivery design direct directory display do docs domains download email "
    "energy engineering equipment events exchange express fail fan farm final finance fish fit fm foo "
    "forum free fun fund gallery game gift global group guide help here host hosting how id in inc info "
    "ing is it kim land lat law lease life like limited link live loan ma map me media men menu meme "
    "mobile moe moi money my name net network new news no now one online open org page parts photo "
    "photos pics pictures pid pin place play plus poker post pro prod properties property pub read red "
    "rent repair report rest reviews run sale save school science search secure security select "
    "services show shop sites so social space store stream style support surf systems tab tables tax "
    "team tech theater tips to today tools top total town toys trade training trust tube us video view "
    "vote watch weather webcam website win wiki work works world you zero zone"
)
_RESERVED = "example test invalid local localhost internal"  # RFC 2606, RFC 6762, and ICANN for "internal"
# Words that stay common ends of real names although they are words: no sign of program text.
_TRUSTED = "at be by info net org shop us app blog cloud online store tech top it me pro email network live"

# Areas of Royal Mail's postcodes.
_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC "
    "EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS "
    "LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR "
    "SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)

# Length of an IBAN by country: SWIFT, IBAN Registry, release 99.
_IBAN_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 "
    "DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 "
    "IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 "
    "MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 "
    "SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)

# Two-letter codes of ISO 3166-1 that postal operators of the UPU use in S10 identifiers.
_COUNTRIES = (
    "AD AE AF AG AI AL AM AN AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ "
    "CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT "
    "JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MK ML "
    "MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW"
)

# Words that are looked for, by group, in lower case; \x01 stands for any byte that is no letter.
_NO_LETTER = 1
# Knuth's multiplier: spreads words over a hash table.
_SPREAD = 0x9E3779B97F4A7C15
_BECH32_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_WORD_GROUPS = (
    (b"tx\x01", b"txid", b"txhash", b"txn\x01", b"txs\x01", b"trx", b"transaction"),
    (b"pgp", b"gpg", b"openpgp", b"fingerprint", b"fpr"),
    (b"dpd", b"evri", b"hermes", b"dhl", b"track", b"waybill", b"awb\x01", b"consignment", b"parcel"),
    (b"telegram", b"telegr", b"tele\x01", b"tg\x01"),
    (b"jabber", b"xmpp", b"jid\x01", b"otr\x01"),
    (b"https", b"http", b"ftps", b"ftp", b"sftp", b"ssh", b"wss", b"ws"),
    (b"t.me", b"telegram.me", b"telegram.dog"),
    (b"signal.me", b"signal.group"),
    (b"onion",),
    (b"xn--",),
    (b"www.",),
    (b"wickr",),
    (b"me\x01", b"id\x01", b"pro\x01"),
    (b"00340434",),
    (b"jjd", b"jvgl", b"jd0"),
    (b"bc1", b"tb1", b"ltc1", b"bcrt1"),
    (b"pub", b"prv"),
    (b"ltub", b"ltpv", b"mtub", b"mtpv", b"dgub", b"dgpv"),
    (b"bitcoincash",),
    (b"-----end pgp ",),
    (b"-----begin pgp ",),
    (b"message-----",),
    (b"signed message-----",),
    (b"public key block-----",),
    (b"private key block-----",),
    (b"signature-----",),
    (b".0.0",),
    (b"commit", b"sha"),
)
(
    TRANSACTION, OPENPGP, TRACKING, TELEGRAM, JABBER, SCHEMES, TELEGRAM_HOSTS, SIGNAL_HOSTS, ONION,
    PUNYCODE, WWW, WICKR, WICKR_TAILS, DHL_GERMANY, DHL_PIECES, BECH32_HEADS,
    KEY_HEADS, KEY_HEADS_OTHER, BITCOINCASH,
    ARMOUR_ENDS, ARMOUR_BEGINS, _1, _2, _3, _4, _5, VERSION_END, DIGESTS,
) = range(28)  # fmt: skip


def _classes() -> npt.NDArray[np.int32]:
    table = np.zeros(256, np.int32)
    for code in range(128):
        letter = chr(code)
        bits = 0
        if letter.isdigit():
            bits |= DIGIT
        elif letter.isalpha():
            bits |= LOWER if letter.islower() else UPPER
            bits |= HEX_LETTER if letter.lower() in "abcdef" else NOT_HEX
        if bits:
            bits |= NOT_BASE58 if letter in "0OIl" else 0
            bits |= NOT_BECH32 if letter.lower() in "1bio" else 0
            bits |= NOT_BASE32 if letter in "0189" else 0
            bits |= LOCAL | URL_CHARACTER | BASE64_CHARACTER
        if letter in "+/-_":
            bits |= BASE64_CHARACTER
        if letter in "\\%#&=":
            bits |= ESCAPING
        if letter in "@.:+-\x1f":
            bits |= ANCHOR
        if letter in "._%+-":
            bits |= LOCAL
        if letter in "-._~:/?#[]@!$&()*+,;=%|":
            bits |= URL_CHARACTER
        table[code] = bits
    return table


def _pairs(listed: str) -> Bytes:
    """Table of two-letter codes: 1, or the number that follows the code."""
    table = np.zeros(26 * 26, np.uint8)
    for entry in listed.split():
        table[(ord(entry[0]) - 65) * 26 + ord(entry[1]) - 65] = int(entry[2:] or 1)
    return table


def _area_table() -> Bytes:
    """Areas of postcodes at first letter * 27, + second letter where there is one (A is 1)."""
    table = np.zeros(26 * 27, np.uint8)
    for area in _AREAS.split():
        table[(ord(area[0]) - 65) * 27 + (ord(area[1]) - 64 if len(area) > 1 else 0)] = 1
    return table


def base64_values() -> Bytes:
    """Six bits by character, of both alphabets of RFC 4648; 64 for all others."""
    table = np.full(256, 64, np.uint8)
    for alphabet in ("+/", "-_"):
        every = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + alphabet
        table[np.frombuffer(every.encode(), np.uint8)] = np.arange(64)
    return table


def hexadecimal_values() -> Bytes:
    """Four bits by digit; 16 for all others."""
    table = np.full(256, 16, np.uint8)
    for value, digits in enumerate("00 11 22 33 44 55 66 77 88 99 aA bB cC dD eE fF".split()):
        table[np.frombuffer(digits.encode(), np.uint8)] = value
    return table


def _letters(characters: str) -> Bytes:
    table = np.zeros(256, np.uint8)
    table[np.frombuffer(characters.encode(), np.uint8)] = 1
    return table


def _word_table() -> Bytes:
    table = np.zeros((len(_WORD_GROUPS), 10, 24), np.uint8)
    for group, words in enumerate(_WORD_GROUPS):
        for place, word in enumerate(words):
            table[group, place, : len(word)] = np.frombuffer(word, np.uint8)
    return table


_CLASS = _classes()
_FOLD = np.arange(256, dtype=np.uint8)
_FOLD[65:91] += 32
_WORDS = _word_table()
_AREA = _area_table()
_OUTER_ONE = _letters("ABCDEFGHJKPSTUW")
_OUTER_TWO = _letters("ABEHMNPRVWXY")
_NOT_INNER = _letters("CIKMOV")
_IBAN_LENGTH = _pairs(_IBAN_LENGTHS)
_COUNTRY = _pairs(_COUNTRIES)
# A byte of text begins a character of so many bytes of UTF-8; 0 for none that is printed or ends a line.
_CHARACTER_BYTES = np.zeros(256, np.uint8)
_CHARACTER_BYTES[32:127] = _CHARACTER_BYTES[9:11] = _CHARACTER_BYTES[13] = 1
_CHARACTER_BYTES[0xC2:0xE0] = 2
_CHARACTER_BYTES[0xE0:0xF0] = 3
_CHARACTER_BYTES[0xF0:0xF5] = 4
_BASE64_VALUE = base64_values()
_HEXADECIMAL_VALUE = hexadecimal_values()
_BECH32_VALUE = np.zeros(256, np.uint8)
_BECH32_VALUE[np.frombuffer(_BECH32_LETTERS.encode(), np.uint8)] = np.arange(32)


@functools.cache
def _seed_words() -> npt.NDArray[np.uint64]:
    """English words of BIP-39, none longer than 8 letters, each as one number: open addressing, 0 is free."""
    table = np.zeros(8192, np.uint64)
    for word in Mnemonic("english").wordlist:
        number = int.from_bytes(word.encode())
        slot = (number * _SPREAD & 0xFFFFFFFFFFFFFFFF) >> 51
        while table[slot]:
            slot = (slot + 1) & 8191
        table[slot] = number
    return table


@functools.cache
def label_kinds() -> dict[bytes, int]:
    """Last labels of public names (public suffix list, ICANN part) and reserved ones, with their kind."""
    text = resources.files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text(encoding="utf-8")
    text = text.split("===BEGIN ICANN DOMAINS===", 1)[-1].split("===END ICANN DOMAINS===", 1)[0]
    rules = (line.strip().split()[0] for line in text.splitlines() if line.strip() and line[:2] != "//")
    names = {rule.rsplit(".", 1)[-1].encode("idna").lower() for rule in rules}
    trusted = {word.encode() for word in _TRUSTED.split()}
    kinds = dict.fromkeys(names, PUBLIC)
    kinds |= dict.fromkeys((names & {word.encode() for word in _CODE_WORDS.split()}) - trusted, CODE_LIKE)
    kinds |= dict.fromkeys((names & {word.encode() for word in _FILE_ENDINGS.split()}) - trusted, FILE_LIKE)
    return kinds | {word.encode(): RESERVED for word in _RESERVED.split()}


@functools.cache
def _last_labels() -> tuple[npt.NDArray[np.int32], Bytes]:
    """Hash table of last labels: slots (row or -1, open addressing), rows (the label, NULs, its kind)."""
    kinds = label_kinds()
    names = sorted(kinds)
    rows = np.zeros((len(names), max(map(len, names)) + 2), np.uint8)
    slots = np.full(8192, -1, np.int32)
    for row, name in enumerate(names):
        rows[row, : len(name)] = np.frombuffer(name, np.uint8)
        rows[row, -1] = kinds[name]
        slot = _slot(name)
        while slots[slot] >= 0:
            slot = (slot + 1) & 8191
        slots[slot] = row
    return slots, rows


def _slot(name: bytes) -> int:
    """Slot of a last label: FNV-1a over its lower-case bytes, 13 bits of it."""
    value = 2166136261
    for byte in name:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return (value ^ (value >> 13)) & 8191


def find(data: Bytes, start: int, end: int) -> npt.NDArray[np.int32]:
    """Candidates in ``data[start:end]``: rows of start, end, form, note, in order of their ends.

    ``PADDING`` bytes on both sides of the range must be NUL.
    """
    slots, labels = _last_labels()
    seed_words = _seed_words()
    room = max(1024, (end - start) // 16)
    while True:
        out = np.empty((room, 4), np.int32)
        count = _find(data, start, end, out, slots, labels, seed_words)
        if count >= 0:
            return out[:count]
        room *= 4


@njit(nogil=True, cache=True)
def _find(data, start, end, out, slots, labels, seed_words):
    count = 0
    i = start
    chain_end = start  # the end of the last chain of labels that was looked at
    colons_end = start
    iban_end = start
    url_end = start
    wrapped_end = start
    run_start = run_count = 0
    run_end = -SEED_GAP - 1
    while i < end:
        c = _CLASS[data[i]]
        if not c & ALNUM:
            if c & ANCHOR:
                if count + 32 > out.shape[0]:
                    return -1
                b = data[i]
                if b == 46:  # .
                    if i >= chain_end and _CLASS[data[i - 1]] & ALNUM:
                        k = i + 1
                        c = _CLASS[data[k]]
                        if c & DIGIT:  # a decimal, unless more dots or letters follow
                            while c & DIGIT:
                                k += 1
                                c = _CLASS[data[k]]
                            if (data[k] == 46 and _CLASS[data[k + 1]] & ALNUM) or data[k] == 45:
                                c = ALNUM
                        if c & ALNUM:
                            count, chain_end = _chain(data, i, out, count, slots, labels)
                elif b == 58:  # :
                    if (data[i + 1] == 47 and data[i + 2] == 47) or (
                        data[i + 1] == 92 and data[i + 2] == 47 and data[i + 3] == 92 and data[i + 4] == 47
                    ):
                        if i >= url_end:
                            count, url_end = _url(data, i, out, count)
                            if count < 0:
                                return -1
                    elif i >= colons_end and (
                        data[i + 1] == 58
                        or (_CLASS[data[i - 1]] & _HEXADECIMAL and _CLASS[data[i + 1]] & _HEXADECIMAL)
                    ):
                        count, colons_end = _ipv6(data, i, out, count)
                elif b == 64:  # @
                    count = _at(data, i, out, count, slots, labels)
                    if data[i - 1] == 10 and (data[i - 2] == 61 or data[i - 3] == 61):
                        count = _put(out, count, i - 1, i, Form.ESCAPED, 0)
                elif b == 31:
                    if data[i + 1] == 139 and data[i + 2] == 8:  # RFC 1952, 2.3.1
                        count = _put(out, count, i, i + 3, Form.GZIP, 0)
                elif b == 43:  # +
                    d = data[i + 1]
                    if 48 < d <= 57 and not _CLASS[data[i - 1]] & ALNUM:
                        stop = _phone_end(data, i + 1, 15)
                        if stop >= i + 9:
                            count = _put(out, count, i, stop, Form.PHONE_INTERNATIONAL, 0)
                elif data[i + 1] == 45 and data[i + 2] == 45 and data[i + 3] == 45 and data[i + 4] == 45:
                    count = _armour(data, i, end, out, count)
            i += 1
            continue

        s = i
        seen = c
        at = np.uint64(i + 1)  # an unsigned index spares the look at whether it is negative
        c = _CLASS[data[at]]
        while c & ALNUM:
            seen |= c
            at += np.uint64(1)
            c = _CLASS[data[at]]
        i = np.int64(at)
        before = data[s - 1]
        if before == 10:
            if data[s - 2] == 61 or (data[s - 2] == 13 and data[s - 3] == 61):
                if count + 32 > out.shape[0]:
                    return -1
                count = _put(out, count, s - 1, s, Form.ESCAPED, 0)
        elif _CLASS[before] & ESCAPING:  # whether it matters, `unwrapping` looks
            if before == 38 or before == 35:
                mark = data[i] == 59
            elif before == 92:
                mark = data[s] == 117 or data[s] == 120
            else:
                mark = _CLASS[data[s]] & _HEXADECIMAL != 0 and _CLASS[data[s + 1]] & _HEXADECIMAL != 0
            if mark:
                if count + 32 > out.shape[0]:
                    return -1
                count = _put(out, count, s - 1, s, Form.ESCAPED, 0)
            if before == 92 or before == 37:
                s = _after_escape(data, s, i)
                seen = 0
                for k in range(s, i):
                    seen |= _CLASS[data[k]]
        length = i - s

        # Words as seed phrases have them are counted, and looked at where twelve follow one another.
        if not seen & DIGIT and 3 <= length <= 8:
            if s - run_end > SEED_GAP:
                if run_count >= 12:
                    count = _seed_run(data, run_start, run_end, out, count, seed_words)
                    if count < 0:
                        return -1
                run_start = s
                run_count = 0
            run_count += 1
            run_end = i
        elif run_count and (length > 2 or seen & LETTER):
            if run_count >= 12:
                count = _seed_run(data, run_start, run_end, out, count, seed_words)
                if count < 0:
                    return -1
            run_count = 0
            run_end = -SEED_GAP - 1

        if length < 2:
            if length and data[i + 1] != 0 and (data[i] == 0 or data[s] == 120):
                if count + 32 > out.shape[0]:
                    return -1
                if data[i] == 0:
                    if data[i + 2] == 0:
                        count = _put(out, count, s, i, Form.UTF_16, 0)
                elif (data[s - 1] == 0 or data[s - 1] == 39) and (data[i] == 0x9C or data[i] == 0xDA):
                    count = _put(out, count, s, i, Form.ZLIB, 0)  # RFC 1950, 2.2; at a value's beginning
            continue
        if length > 8 and i > wrapped_end:
            if count + 32 > out.shape[0]:
                return -1
            count, wrapped_end = _wrapped(data, s, i, end, seen, out, count)
        if length > 112:
            continue
        if length <= 8:  # most runs are; a call for each would cost as much as all the rest
            after = data[i]
            if not seen & LETTER:
                worth = (length == 4 and (after == 32 or after == 45)) or (
                    data[s] == 48
                    and length > 2
                    and (after == 32 or after == 45 or after == 41 or after == 46)
                )
            elif not seen & DIGIT:
                worth = (after == 32 and (length == 2 or (length == 4 and not seen & NOT_HEX))) or (
                    length > 4 and _FOLD[data[s]] == 119
                )
            elif length <= 4:
                worth = after == 32 or after == 43 or after == 37 or after == 0xC2
            else:
                worth = _CLASS[data[i - 3]] & DIGIT and _CLASS[data[i - 1]] & LETTER
            if not worth:
                continue
        if count + 32 > out.shape[0]:
            return -1
        if length <= 8:
            if s < iban_end:  # its groups are no card number
                continue
            had = count
            count = _short(data, s, i, seen, out, count)
            if count > had and out[count - 1, 2] == Form.IBAN:
                iban_end = out[count - 1, 1]
        elif length <= 24:
            count = _medium(data, s, i, seen, out, count)
        else:
            count = _long(data, s, i, seen, out, count)
    if run_count >= 12:
        count = _seed_run(data, run_start, run_end, out, count, seed_words)
    return count


@njit(nogil=True, cache=True)
def _put(out, count, start, end, form, note):
    out[count, 0] = start
    out[count, 1] = end
    out[count, 2] = form
    out[count, 3] = note
    return count + 1


@njit(nogil=True, cache=True)
def _after_escape(data, s, e):
    """Start of a run after ``\\n``, ``\\r``, ``\\t``, ``\\uXXXX`` (dumps, JSON) or ``%XX`` before it."""
    b = data[s]
    if data[s - 1] == 92:
        if b == 117 and _hexadecimals(data, s + 1, 4):
            return min(s + 5, e)
        return s + 1 if (b == 110 or b == 114 or b == 116) else s
    if e - s > 2 and _CLASS[b] & _HEXADECIMAL and _CLASS[data[s + 1]] & _HEXADECIMAL:
        return s + 2
    return s


@njit(nogil=True, cache=True)
def _hexadecimals(data, s, size):
    for k in range(s, s + size):
        if not _CLASS[data[k]] & _HEXADECIMAL:
            return False
    return True


@njit(nogil=True, cache=True)
def _wrapped(data, s, i, end, seen, out, count):
    """Look whether a run of 9 and more letters and digits is part of a value in base64 or hexadecimal.

    The value must begin, once decoded, with text or with what marks a compressed stream. Returns the number
    of candidates, and where the value, or what looked like one, ends.
    """
    if i - s >= 16:
        p = s
        if data[p] == 48 and _FOLD[data[p + 1]] == 120:
            p += 2
        elif data[p] == 120 and data[p - 1] == 92:
            p += 1
        even = (i - p) & 1 == 0 or i == end  # it may go on out of sight
        if even and (p > s or not seen & NOT_HEX) and _hexadecimal_text(data, p, i):
            return _put(out, count, p, i, Form.HEXADECIMAL, 0), i
    b = s
    while _CLASS[data[b - 1]] & BASE64_CHARACTER and b > s - 2048:
        b -= 1
    e = i
    while _CLASS[data[e]] & BASE64_CHARACTER:
        e += 1
    if data[b - 1] == 92 and (data[b] == 110 or data[b] == 114 or data[b] == 116):
        b += 1
    if e - b >= 16:
        if _base64_text(data, b):
            count = _put(out, count, b, e, Form.BASE64, 0)
        elif s != b and e - s >= 16 and _base64_text(data, s):
            count = _put(out, count, s, e, Form.BASE64, 0)
    return count, e


@njit(nogil=True, cache=True)
def _hexadecimal_text(data, s, e):
    if e - s < 24:
        return False
    first = _HEXADECIMAL_VALUE[data[s]] * 16 + _HEXADECIMAL_VALUE[data[s + 1]]
    second = _HEXADECIMAL_VALUE[data[s + 2]] * 16 + _HEXADECIMAL_VALUE[data[s + 3]]
    if _compressed(first, second):
        return True
    left = 0
    for k in range(s, s + 24, 2):
        high, low = _HEXADECIMAL_VALUE[data[k]], _HEXADECIMAL_VALUE[data[k + 1]]
        if high == 16 or low == 16:
            return False
        left = _text_goes_on(high * 16 + low, left)
        if left < 0:
            return False
    return True


@njit(nogil=True, cache=True)
def _text_goes_on(b, left):
    """Bytes that the UTF-8 character lacks after ``b``, where ``left`` were lacking before; -1 if wrong."""
    if left:
        return left - 1 if 0x80 <= b < 0xC0 else -1
    return np.int64(_CHARACTER_BYTES[b]) - 1


@njit(nogil=True, cache=True)
def _compressed(first, second):
    """Whether two bytes begin a gzip stream (RFC 1952) or, as mostly written, a zlib stream (RFC 1950)."""
    return (first == 0x1F and second == 0x8B) or (
        first == 0x78 and (second == 0x01 or second == 0x5E or second == 0x9C or second == 0xDA)
    )


@njit(nogil=True, cache=True)
def _base64_text(data, s):
    first = _BASE64_VALUE[data[s]] << 2 | _BASE64_VALUE[data[s + 1]] >> 4
    second = (_BASE64_VALUE[data[s + 1]] & 15) << 4 | _BASE64_VALUE[data[s + 2]] >> 2
    if _compressed(first, second):
        return True
    left = zeros = 0
    for k in range(s, s + 16, 4):
        group = (
            np.int64(_BASE64_VALUE[data[k]]) << 18
            | np.int64(_BASE64_VALUE[data[k + 1]]) << 12
            | np.int64(_BASE64_VALUE[data[k + 2]]) << 6
            | np.int64(_BASE64_VALUE[data[k + 3]])
        )
        for shift in (16, 8, 0):
            b = group >> shift & 255
            if b == 0 and not left and zeros < 6:
                zeros += 1  # UTF-16
                continue
            left = _text_goes_on(b, left)
            if left < 0:
                return False
    return zeros == 0 or zeros >= 5


@njit(nogil=True, cache=True)
def _is_seed_word(data, s, e, seed_words):
    number = np.uint64(0)
    for k in range(s, e):
        number = (number << np.uint64(8)) | np.uint64(_FOLD[data[k]])
    slot = (number * np.uint64(_SPREAD)) >> np.uint64(51)
    while seed_words[slot]:
        if seed_words[slot] == number:
            return True
        slot = (slot + np.uint64(1)) & np.uint64(8191)
    return False


@njit(nogil=True, cache=True)
def _seed_run(data, start, end, out, count, seed_words):
    """Runs of words of BIP-39 in ``data[start:end]``: 12 to 40 on one line, or 12 to 64 over lines.

    Returns -1 where ``out`` is full.
    """
    run_start = run_end = run_count = line_start = line_count = 0
    p = start
    while True:
        while p < end and not _CLASS[data[p]] & ALNUM:
            p += 1
        s = p
        while _CLASS[data[p]] & ALNUM:
            p += 1
        if s < p and data[s - 1] == 92:
            s = _after_escape(data, s, p)
        if s < p and p - s <= 2 and _CLASS[data[s]] & DIGIT:
            continue  # the number before a word
        known = 3 <= p - s <= 8 and _is_seed_word(data, s, p, seed_words)
        lines = _lines_between(data, run_end, s) if known and run_count else -1
        if lines != 0 and run_count >= 12:
            if count + 8 > out.shape[0]:
                return -1
            if 12 <= line_count <= 40:
                count = _put(out, count, line_start, run_end, Form.SEED, 0)
            if lines < 0 and line_count < run_count <= 64:
                count = _put(out, count, run_start, run_end, Form.SEED, 1)
        if s >= end:
            return count
        if lines < 0:
            run_start = s
            run_count = 0
        if lines != 0:
            line_start = s
            line_count = 0
        if known:
            run_count += 1
            line_count += 1
        run_end = p


@njit(nogil=True, cache=True)
def _lines_between(data, start, end):
    """Line ends between two words of a seed phrase; -1 where more than that parts them."""
    lines = 0
    k = start
    while k < end:
        b = data[k]
        if b == 0:
            return -1
        if b == 10 or (b == 92 and data[k + 1] == 110):
            lines += 1
        k += 1
    return lines if lines < 2 else -1


@njit(nogil=True, cache=True)
def _near(data, s, reach, group):
    """Whether a word of the group stands in the ``reach`` bytes before ``s``, no NUL between."""
    p = s
    while p > s - reach and data[p - 1] != 0:
        p -= 1
    before = _FOLD[data[p - 1]]
    while p < s:
        b = _FOLD[data[p]]
        if 97 <= b <= 122 and not 97 <= before <= 122 and _said(data, p, group):
            return True
        before = b
        p += 1
    return False


@njit(nogil=True, cache=True)
def _last_label(data, s, e, slots, labels):
    """Kind of the last label ``data[s:e]``."""
    if e - s >= labels.shape[1] - 1 or e - s < 2:
        return UNKNOWN
    value = np.uint32(2166136261)
    for k in range(s, e):
        value = np.uint32((value ^ np.uint32(_FOLD[data[k]])) * np.uint32(16777619))
    slot = np.int64((value ^ (value >> np.uint32(13))) & np.uint32(8191))
    while True:
        row = slots[slot]
        if row < 0:
            return UNKNOWN
        k = 0
        while k < e - s and labels[row, k] == _FOLD[data[s + k]]:
            k += 1
        if k == e - s and labels[row, k] == 0:
            return np.int64(labels[row, labels.shape[1] - 1])
        slot = (slot + 1) & 8191


@njit(nogil=True, cache=True)
def _said(data, s, group):
    """Length of the word of the group that stands at ``s`` in any case, or 0."""
    first = _FOLD[data[s]]
    for w in range(_WORDS.shape[1]):
        if _WORDS[group, w, 0] == 0:
            return 0
        if _WORDS[group, w, 0] == first:
            k = 1
            while True:
                want = _WORDS[group, w, k]
                if want == 0:
                    return k
                have = _FOLD[data[s + k]]
                if want == _NO_LETTER:
                    if 97 <= have <= 122:
                        break
                elif want != have:
                    break
                k += 1
    return 0


@njit(nogil=True, cache=True)
def _octets(data, s):
    """End of a dotted IPv4 address at ``s``, or 0."""
    p = s
    for part in range(4):
        value = 0
        digits = 0
        while _CLASS[data[p]] & DIGIT and digits < 4:
            value = value * 10 + data[p] - 48
            digits += 1
            p += 1
        if digits == 0 or digits > 3 or value > 255 or (digits > 1 and data[p - digits] == 48):
            return 0
        if part < 3:
            if data[p] != 46:
                return 0
            p += 1
    return p


@njit(nogil=True, cache=True)
def _chain(data, dot, out, count, slots, labels):
    """Look at the labels joined by dots around ``dot``: an IPv4 address, domain, .onion name, or nothing."""
    s = dot
    while _CLASS[data[s - 1]] & DIGIT and dot - s < 4:
        s -= 1
    if 0 < dot - s <= 3 and not _CLASS[data[s - 1]] & ALNUM and data[s - 1] != 46 and data[s - 1] != 95:
        stop = _octets(data, s)
        if stop:
            after = data[stop]
            joined = _CLASS[after] & ALNUM or after == 95
            if after == 46:
                joined = _CLASS[data[stop + 1]] & ALNUM
            if after == 45:
                joined = _CLASS[data[stop + 1]] & LETTER
            if after == 43 or after == 126:
                joined = 1  # a package's version: 6.9.11.60+dfsg
            if data[s - 1] == 47 and _CLASS[data[s - 2]] & LETTER and _said(data, stop - 4, VERSION_END):
                joined = 1  # a program's version: Chrome/120.0.0.0
            if not joined:
                return _put(out, count, s, stop, Form.IPV4, 0), stop

    # To the right first: most dots stand before a digit, or a word that ends no name.
    e = dot + 1
    last = dot + 1
    while True:
        b = data[e]
        if _CLASS[b] & ALNUM or b == 45 or b == 95:
            e += 1
        elif b == 46 and _CLASS[data[e - 1]] & ALNUM and _CLASS[data[e + 1]] & ALNUM:
            e += 1
            last = e
        else:
            break
        if e - dot > 254:
            break
    chain_end = e
    if e - dot > 252:
        return count, chain_end
    while data[e - 1] == 45 or data[e - 1] == 95:
        e -= 1
    letters = e - last
    if letters < 2:
        return count, chain_end
    for k in range(last, e):
        if not _CLASS[data[k]] & LETTER:
            if letters > 4 and _said(data, last, PUNYCODE):
                break  # the one last label that is no word
            return count, chain_end
    onion = letters == 5 and _said(data, last, ONION) > 0
    kind = _last_label(data, last, e, slots, labels)
    if kind == UNKNOWN and not onion:
        return count, chain_end

    s = dot
    while True:
        b = data[s - 1]
        if not (
            _CLASS[b] & ALNUM
            or b == 45
            or b == 95
            or (b == 46 and _CLASS[data[s - 2]] & ALNUM and data[s] != 45)
        ):
            break
        s -= 1
        if e - s > 253:
            return count, chain_end
    while s < dot and (data[s] == 45 or data[s] == 46 or data[s] == 95):
        s += 1
    if s < dot and (data[s - 1] == 92 or data[s - 1] == 37):
        s = _after_escape(data, s, e)
    if s >= dot or data[s] == 46:
        return count, chain_end

    if onion:
        p = last - 1
        plain = True
        while p > s and data[p - 1] != 46:
            if data[p - 1] == 45 or _CLASS[data[p - 1]] & NOT_BASE32:
                plain = False
            p -= 1
        size = last - 1 - p
        if plain and (size == 56 or size == 16):
            return _put(out, count, p, e, Form.ONION, 0), chain_end
        return count, chain_end

    before = data[s - 1]
    after = data[e]
    if before == 64 or after == 64 or after == 43:  # part of a mail address
        return count, chain_end
    if after == 47 or (after == 92 and data[e + 1] == 47):
        path = e + 1 if after == 47 else e + 2
        size = e - s
        if _said(data, s, TELEGRAM_HOSTS) == size:
            stop = path
            while True:
                b = data[stop]
                if b == 92 and data[stop + 1] == 47:
                    stop += 1
                elif not (_CLASS[b] & ALNUM or b == 95 or b == 43 or b == 47 or b == 45):
                    break
                stop += 1
                if stop - path > 80:
                    break
            while stop > path and not (_CLASS[data[stop - 1]] & ALNUM or data[stop - 1] == 95):
                stop -= 1
            if stop - path >= 4:
                return _put(out, count, s, stop, Form.TELEGRAM_LINK, 0), chain_end
        if data[path] == 35 and _said(data, s, SIGNAL_HOSTS) == size:
            stop = path + 1
            while (
                _CLASS[data[stop]] & ALNUM
                or data[stop] == 95
                or data[stop] == 43
                or data[stop] == 47
                or data[stop] == 45
                or data[stop] == 61
            ):
                stop += 1
                if stop - path > 200:
                    break
            if stop - path >= 8:
                return _put(out, count, s, stop, Form.SIGNAL_LINK, 0), chain_end

    k = e - 1
    dots = 0
    while k > s:
        if data[k] == 46:
            dots += 1
        elif data[k] == 95 and dots < 2:
            return count, chain_end  # no name that can be registered holds an underscore
        elif k - s > 0 and data[k] == 45 and data[k - 1] == 46:
            return count, chain_end
        k -= 1
    in_url = before == 47 and (data[s - 2] == 47 or (data[s - 2] == 92 and data[s - 3] == 47))
    www = dots >= 2 and _said(data, s, WWW)
    if not in_url and not www:
        if after == 40 or after == 91 or after == 61 or before == 36 or (before == 62 and data[s - 2] == 45):
            return count, chain_end  # program text: a call, an index, an assignment, a variable
        if kind == FILE_LIKE or (kind == CODE_LIKE and dots < 2):
            return count, chain_end
        if before == 47 or before == 92 or before == 126 or (after == 47 and data[e + 1] == 46):
            if dots < 2 and kind != PUBLIC:
                return count, chain_end
        first = _CLASS[data[last]]
        if first & UPPER and _CLASS[data[last + 1]] & LOWER and not _CLASS[data[s]] & UPPER:
            return count, chain_end  # "dogs.It was": a full stop without a space
        if letters == 2 and first & UPPER and _CLASS[data[s]] & LOWER:
            return count, chain_end
        if dots == 1 and last - 1 - s < 2:
            return count, chain_end  # "e.it", "i.am"
    return _put(out, count, s, e, Form.DOMAIN, kind), chain_end


@njit(nogil=True, cache=True)
def _at(data, at, out, count, slots, labels):
    """Look at an ``@``: a mail address, a Jabber address, a Telegram handle, or nothing."""
    s = at
    while _CLASS[data[s - 1]] & LOCAL and at - s < 65:
        s -= 1
    if at - s > 64:
        return count
    if s < at and data[s - 1] == 92:
        s = _after_escape(data, s, at)
    for k in range(s, at - 2):
        if data[k] == 37 and _CLASS[data[k + 1]] & _CLASS[data[k + 2]] & URL_CHARACTER:
            s = k + 3  # the address follows an escape of URLs, such as %3A
    while s < at and not _CLASS[data[s]] & ALNUM and data[s] != 95:
        s += 1

    if s == at:
        e = at + 1
        if not _CLASS[data[e]] & LETTER or _CLASS[data[at - 1]] & LOCAL:
            return count
        while _CLASS[data[e]] & ALNUM or data[e] == 95:
            e += 1
            if e - at > 33:
                return count
        if e - at < 6 or data[e] == 64 or (data[e] == 46 and _CLASS[data[e + 1]] & ALNUM):
            return count
        note = IN_CONTEXT if _near(data, at, 24, TELEGRAM) else NO_CONTEXT
        return _put(out, count, at, e, Form.HANDLE, note)

    if data[at - 1] == 46:
        return count
    for k in range(s, at - 1):
        if data[k] == 46 and data[k + 1] == 46:
            return count
    e = at + 1
    last = 0
    if not _CLASS[data[e]] & ALNUM:
        return count
    while True:
        b = data[e]
        if _CLASS[b] & ALNUM or b == 45:
            e += 1
        elif b == 46 and _CLASS[data[e - 1]] & ALNUM and _CLASS[data[e + 1]] & ALNUM:
            e += 1
            last = e
        else:
            break
        if e - at > 254:
            return count
    while data[e - 1] == 45:
        e -= 1
    if last == 0 or data[e] == 64 or data[e] == 95:
        return count
    kind = _last_label(data, last, e, slots, labels)
    if kind == UNKNOWN:
        if not (e - last == 5 and _said(data, last, ONION)):
            return count
        kind = PUBLIC
    form = Form.JABBER if _near(data, s, 24, JABBER) else Form.EMAIL
    return _put(out, count, s, e, form, RESERVED if kind == RESERVED else PUBLIC)


@njit(nogil=True, cache=True)
def _scheme_start(data, colon):
    """Start of the scheme that ends at ``colon``, one that leads somewhere; 0 where it is none."""
    s = colon
    while _CLASS[data[s - 1]] & LETTER and colon - s < 8:
        s -= 1
    if data[s - 1] == 92:
        s = _after_escape(data, s, colon)
    if colon - s < 2 or _said(data, s, SCHEMES) != colon - s or _CLASS[data[s - 1]] & ALNUM:
        return 0
    return s


@njit(nogil=True, cache=True)
def _url(data, colon, out, count):
    """Look at ``://``: a URL, and the passwords in it. Returns the count and where to look on.

    A URL within another (``?to=https://…``) is part of it. After a comma, semicolon or bar a new one begins.
    So that views of a stream that begin elsewhere agree, nothing begins within what has been going on for
    ``URL_BYTES`` without a break. Count -1 where ``out`` is full.
    """
    s = _scheme_start(data, colon)
    if s == 0:
        return count, colon
    p = s
    if data[p - 1] not in (44, 59, 124):
        while s - p < URL_BYTES and (
            _CLASS[data[p - 1]] & URL_CHARACTER or (data[p - 1] == 92 and data[p] == 47)
        ):
            p -= 1
    e = colon + 3 if data[colon + 1] == 47 else colon + 5
    host = e
    if not _CLASS[data[e]] & ALNUM and data[e] != 91:
        return count, colon
    brackets = 0
    authority = e  # where that of this URL, or of one within it, begins; 0 after its end
    userinfo = 0
    while True:
        b = data[e]
        ended = b == 47 or b == 63 or b == 35
        if b == 92:
            if data[e + 1] != 47:
                break
        elif not _CLASS[b] & URL_CHARACTER:
            break
        elif b in (44, 59, 124):
            k = e + 1
            while _CLASS[data[k]] & LETTER and k - e < 8:
                k += 1
            if data[k] == 58 and data[k + 1] in (47, 92) and _scheme_start(data, k):
                break
        elif e - s < URL_BYTES:
            brackets += (b == 40) - (b == 41)
        if ended and userinfo:
            count = _password(data, authority, userinfo, out, count)
            userinfo = 0
        if ended:
            authority = 0
            if data[e - 1] == 47 and data[e - 2] == 58:
                authority = e + 1
        elif b == 64 and authority:
            userinfo = e
        if count + 8 > out.shape[0]:
            return -1, e
        e += 1
    if userinfo:
        count = _password(data, authority, userinfo, out, count)
    end = e
    if s - p >= URL_BYTES:
        return count, end
    e = min(e, s + URL_BYTES)
    while e > host:
        b = data[e - 1]
        if b == 41 and brackets < 0:
            brackets += 1
        elif b == 40:
            brackets -= 1
        elif b not in (46, 44, 59, 58, 33, 63, 92, 42, 124, 91) and not (b == 93 and data[host] != 91):
            break  # it is neither . , ; : ! ? \ * | [ nor a ] that closes nothing
        e -= 1
    if e > host:
        count = _put(out, count, s, e, Form.URL, 0)
    return count, end


@njit(nogil=True, cache=True)
def _password(data, authority, at, out, count):
    """The password between the colon after ``authority`` and the ``@``."""
    p = authority
    while p < at and data[p] != 58:
        p += 1
    return _put(out, count, p + 1, at, Form.USERINFO, 0) if p + 1 < at else count


@njit(nogil=True, cache=True)
def _ipv6(data, colon, out, count):
    """Look at the hexadecimal groups joined by colons around ``colon``."""
    s = colon
    while (_CLASS[data[s - 1]] & _HEXADECIMAL or data[s - 1] == 58) and colon - s < 48:
        s -= 1
    e = colon + 1
    while (_CLASS[data[e]] & _HEXADECIMAL or data[e] == 58) and e - s < 64:
        e += 1
    stop = e
    if e - colon == 1 or e - s > 45 or _CLASS[data[s - 1]] & ALNUM or data[s - 1] == 46 or data[s - 1] == 95:
        return count, stop
    groups = 0
    size = 0
    double = False
    digits = False
    start_of_group = s
    p = s
    while p < e:
        b = data[p]
        if b == 58:
            if size:
                groups += 1
            if data[p + 1] == 58:
                if double or (p + 2 < e and data[p + 2] == 58):
                    return count, stop
                double = True
                p += 1
            elif p == s:
                return count, stop
            size = 0
            start_of_group = p + 1
        else:
            size += 1
            if size > 4:
                return count, stop
            if b <= 57:
                digits = True
        p += 1
    if data[e] == 46 and size:  # ::ffff:192.0.2.1
        tail = _octets(data, start_of_group)
        if not tail or _CLASS[data[tail]] & ALNUM:
            return count, stop
        e = stop = tail
        groups += 2
    elif size:
        groups += 1
    elif data[e - 1] == 58 and data[e - 2] != 58:
        e -= 1  # a colon that ends a sentence
    if _CLASS[data[e]] & ALNUM or data[e] == 95:
        return count, stop
    if ((double and 0 < groups < 8) or (not double and groups == 8)) and (groups > 3 or digits):
        count = _put(out, count, s, e, Form.IPV6, 0)
    return count, stop


@njit(nogil=True, cache=True)
def _phone_end(data, start, most):
    """End of the digits, in groups, that begin at ``start``: as many whole groups as ``most`` digits allow.

    Spaces, hyphens, dots and brackets part groups, at most three of them. 0 where a letter follows.
    """
    p = start
    digits = 0
    good = 0
    while True:
        group = p
        while _CLASS[data[p]] & DIGIT:
            p += 1
        if digits + p - group > most:
            return good
        digits += p - group
        if _CLASS[data[p]] & LETTER or data[p] == 95 or data[p] == 64:
            return good
        good = p
        parts = p
        while p - parts < 3:
            b = data[p]
            if b == 32 or b == 45 or b == 46 or b == 40 or b == 41:
                p += 1
            elif b == 0xC2 and data[p + 1] == 0xA0:
                p += 2
            else:
                break
        if p == parts or not _CLASS[data[p]] & DIGIT:
            return good


@njit(nogil=True, cache=True)
def _joined(byte):
    """Whether a digit run after this byte is part of something longer: a decimal, a path, a UUID."""
    return byte == 46 or byte == 45 or byte == 47 or byte == 95 or byte == 35 or byte == 43


@njit(nogil=True, cache=True)
def _short(data, s, e, seen, out, count):
    """Look at a run of at most eight letters and digits."""
    size = e - s
    after = data[e]
    if size == 4:
        if not seen & NOT_HEX and after == 32 and data[e + 5] == 32:
            count = _spaced_fingerprint(data, s, out, count)
        if after == 32 and seen & LETTER and seen & DIGIT:
            count = _spaced_iban(data, s, out, count)
        if not seen & LETTER and (after == 32 or after == 45):
            count = _spaced_card(data, s, out, count)
    if not seen & DIGIT:
        if size == 2:
            if after == 32 and not seen & LOWER and _CLASS[data[e + 1]] & DIGIT:
                count = _spaced_s10(data, s, out, count)
        elif (size == 5 or size == 7) and _said(data, s, WICKR):
            count = _wickr(data, s, e, out, count)
        return count
    if not seen & LETTER:
        if (
            data[s] == 48
            and 3 <= size <= 6
            and (after == 32 or after == 45 or after == 41 or after == 46)
            and not _joined(data[s - 1])
        ):
            stop = _phone_end(data, s, 11)
            if stop >= s + 11:
                count = _put(out, count, s - (data[s - 1] == 40), stop, Form.PHONE_NATIONAL, 0)
        return count
    if _CLASS[data[s]] & LETTER:
        count = _postcode(data, s, e, out, count)
    return count


@njit(nogil=True, cache=True)
def _inward(data, s):
    """Whether the last part of a postcode stands at ``s``: a digit and two letters, and nothing joined on."""
    if not _CLASS[data[s]] & DIGIT:
        return False
    for k in range(1, 3):
        if not _CLASS[data[s + k]] & LETTER or _NOT_INNER[data[s + k] & 0xDF]:
            return False
    return not _CLASS[data[s + 3]] & ALNUM


@njit(nogil=True, cache=True)
def _is_delimiter(byte):
    return byte in (0, 9, 10, 13, 34, 39, 44, 59, 60, 62, 124)


@njit(nogil=True, cache=True)
def _postcode(data, s, e, out, count):
    """A postcode of the form that Royal Mail publishes, in an area that exists."""
    size = e - s
    inner = 0
    outer_end = e
    if size <= 4:
        if data[e] == 32 or data[e] == 43:
            inner = e + 1
            if data[inner] == 32:
                inner += 1
        elif data[e] == 37 and data[e + 1] == 50 and data[e + 2] == 48:
            inner = e + 3
        elif data[e] == 0xC2 and data[e + 1] == 0xA0:
            inner = e + 2
        else:
            return count
    elif size <= 7:
        inner = outer_end = e - 3
    else:
        return count
    if not _inward(data, inner):
        return count
    first = data[s] & 0xDF
    area = (first - 65) * 27
    p = s + 1
    if _CLASS[data[p]] & LETTER:
        area += (data[p] & 0xDF) - 64
        p += 1
    if not _AREA[area] or not _CLASS[data[p]] & DIGIT:
        return count
    letters = p - s
    p += 1
    if p < outer_end:
        b = data[p] & 0xDF
        if _CLASS[data[p]] & LETTER:
            if (letters == 1 and not _OUTER_ONE[b]) or (letters == 2 and not _OUTER_TWO[b]):
                return count
        elif not _CLASS[data[p]] & DIGIT:
            return count
        p += 1
    if p != outer_end:
        return count
    before = data[s - 1]
    if before == 45 or before == 95 or before == 46 or before == 35 or data[inner + 3] == 95:
        return count
    upper = not _CLASS[data[s]] & LOWER
    for k in range(inner + 1, inner + 3):
        upper = upper and not _CLASS[data[k]] & LOWER
    joined = size > 4
    if not upper:
        a = data[inner + 1] | 32
        b = data[inner + 2] | 32
        if (
            (a == 110 and b == 100)
            or (a == 114 and b == 100)
            or (a == 115 and b == 116)
            or (a == 116 and b == 104)
        ):
            return count  # 2nd, 3rd, 1st, 4th
        if joined and not (_is_delimiter(before) and _is_delimiter(data[e])):
            return count
    return _put(out, count, s, inner + 3, Form.POSTCODE, (2 if upper else 0) + (0 if joined else 1))


@njit(nogil=True, cache=True)
def _card_brand(digits, size):
    """Brand of a card number by its first digits and its length, 0 where no brand has such numbers."""
    two = digits[0] * 10 + digits[1]
    three = two * 10 + digits[2]
    four = three * 10 + digits[3]
    if digits[0] == 4 and (size == 16 or size == 13 or size == 19):
        return 1  # Visa
    if (51 <= two <= 55 or 2221 <= four <= 2720) and size == 16:
        return 2  # Mastercard
    if (two == 34 or two == 37) and size == 15:
        return 3  # American Express
    if (four == 6011 or 644 <= three <= 649 or two == 65) and 16 <= size <= 19:
        return 4  # Discover
    if (two == 36 and 14 <= size <= 19) or (
        (300 <= three <= 305 or two == 38 or two == 39) and size in (14, 16, 19)
    ):
        return 5  # Diners Club
    if 3528 <= four <= 3589 and 16 <= size <= 19:
        return 6  # JCB
    if four in (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763) and 16 <= size <= 19:
        return 7  # Maestro
    if two == 62 and 16 <= size <= 19:
        return 8  # UnionPay
    return 0


@njit(nogil=True, cache=True)
def _luhn(digits, size):
    total = 0
    for k in range(size):
        d = digits[size - 1 - k]
        if k & 1:
            d = d * 2 - 9 if d > 4 else d * 2
        total += d
    return total % 10 == 0


@njit(nogil=True, cache=True)
def _card(data, s, e, out, count):
    digits = np.empty(20, np.int64)
    size = 0
    same = True
    for k in range(s, e):
        if 48 <= data[k] <= 57:
            digits[size] = data[k] - 48
            same = same and digits[size] == digits[0]
            size += 1
    brand = _card_brand(digits, size)
    if brand and not same and _luhn(digits, size):
        return _put(out, count, s, e, Form.CARD, brand)
    return count


@njit(nogil=True, cache=True)
def _groups_around(data, s, e, apart):
    """Groups of four digits, at most two on each side, that go on beside ``data[s:e]``: columns."""
    groups = 0
    for turn in range(2):
        p = s - 5 if turn == 0 else e
        for _ in range(2):
            gap = p + 4 if turn == 0 else p
            digits = p if turn == 0 else p + 1
            if data[gap] != apart:
                break
            whole = True
            for k in range(digits, digits + 4):
                whole = whole and _CLASS[data[k]] & DIGIT != 0
            beyond = data[digits - 1] if turn == 0 else data[digits + 4]
            if not whole or _CLASS[beyond] & ALNUM:
                break
            groups += 1
            p += -5 if turn == 0 else 5
    return groups


@njit(nogil=True, cache=True)
def _spaced_card(data, s, out, count):
    """A card number in groups: 4-4-4-4, or 4-6-5 as American Express prints it, one separator throughout."""
    apart = data[s + 4]
    if _joined(data[s - 1]):
        return count
    p = s + 4
    groups = 1
    second = 0
    while data[p] == apart and groups < 4:
        q = p + 1
        while _CLASS[data[q]] & DIGIT and q - p < 8:
            q += 1
        size = q - p - 1
        if groups == 1:
            second = size
        if not (
            (size == 4 and second == 4)
            or (size == 6 and groups == 1)
            or (size == 5 and second == 6 and groups == 2)
        ):
            break
        groups += 1
        p = q
    whole = groups == 4 if second == 4 else groups == 3 and second == 6
    if not whole or _CLASS[data[p]] & ALNUM or _groups_around(data, s, p, apart) > 1:
        return count
    return _card(data, s, p, out, count)


@njit(nogil=True, cache=True)
def _iban(data, s, e, out, count):
    """An account number by ISO 13616: the country's length and mod 97 = 1 (ISO 7064)."""
    country = (((data[s] & 0xDF) - 65) * 26) + (data[s + 1] & 0xDF) - 65
    size = 0
    for k in range(s, e):
        size += data[k] != 32
    if size != _IBAN_LENGTH[country]:
        return count
    rest = 0
    for turn in range(2):
        p = s
        place = 0
        while p < e:
            b = data[p]
            if b != 32:
                if (place >= 4) == (turn == 0):
                    if _CLASS[b] & DIGIT:
                        rest = (rest * 10 + b - 48) % 97
                    else:
                        rest = (rest * 100 + (b & 0xDF) - 55) % 97
                place += 1
            p += 1
    if rest != 1:
        return count
    return _put(out, count, s, e, Form.IBAN, 0)


@njit(nogil=True, cache=True)
def _spaced_iban(data, s, out, count):
    if not (
        _CLASS[data[s]] & LETTER
        and _CLASS[data[s + 1]] & LETTER
        and _CLASS[data[s + 2]] & DIGIT
        and _CLASS[data[s + 3]] & DIGIT
    ):
        return count
    size = _IBAN_LENGTH[(((data[s] & 0xDF) - 65) * 26) + (data[s + 1] & 0xDF) - 65]
    have = 4
    p = s + 4
    while have < size and data[p] == 32:
        q = p + 1
        while _CLASS[data[q]] & ALNUM and q - p < 6:
            q += 1
        if q - p - 1 != min(4, size - have):
            return count
        have += q - p - 1
        p = q
    if have != size or size == 0:
        return count
    return _iban(data, s, p, out, count)


@njit(nogil=True, cache=True)
def _s10(data, letters, digits, country):
    """Check digit and country of an S10 identifier: UPU S10, weights 8 6 4 2 3 5 9 7, modulo 11."""
    if not (_CLASS[data[letters]] & _CLASS[data[letters + 1]] & UPPER):
        return False
    if not (_CLASS[data[country]] & _CLASS[data[country + 1]] & UPPER):
        return False
    if not _COUNTRY[(data[country] - 65) * 26 + data[country + 1] - 65]:
        return False
    weights = (8, 6, 4, 2, 3, 5, 9, 7)
    total = 0
    p = digits
    for weight in weights:
        while data[p] == 32:
            p += 1
        if not _CLASS[data[p]] & DIGIT:
            return False
        total += weight * (data[p] - 48)
        p += 1
    while data[p] == 32:
        p += 1
    check = 11 - total % 11
    if check == 10:
        check = 0
    elif check == 11:
        check = 5
    return data[p] - 48 == check


@njit(nogil=True, cache=True)
def _spaced_s10(data, s, out, count):
    """``RK 123 456 785 GB``."""
    p = s + 3
    for group in range(3):
        for _ in range(3):
            if not _CLASS[data[p]] & DIGIT:
                return count
            p += 1
        if data[p] == 32:
            p += 1
        elif group == 2:
            return count
    if not (_CLASS[data[p]] & UPPER and _CLASS[data[p + 1]] & UPPER) or _CLASS[data[p + 2]] & ALNUM:
        return count
    if _s10(data, s, s + 3, p):
        count = _put(out, count, s, p + 2, Form.S10, 0)
    return count


@njit(nogil=True, cache=True)
def _mod_37_36(data, s, e):
    """ISO 7064 MOD 37,36 over ``data[s:e]``, whose last character is the check character."""
    p = 36
    for k in range(s, e):
        b = data[k]
        value = b - 48 if _CLASS[b] & DIGIT else b - 55
        p += value
        if k == e - 1:
            return p % 36 == 1
        p %= 36
        if p == 0:
            p = 36
        p = p * 2 % 37
    return False


@njit(nogil=True, cache=True)
def _medium(data, s, e, seen, out, count):
    """Look at a run of 9 to 24 letters and digits."""
    size = e - s
    before = data[s - 1]
    if not seen & LETTER:
        decimal = before == 46 or (data[e] == 46 and _CLASS[data[e + 1]] & DIGIT)
        if decimal or before == 95 or data[e] == 95:
            return count
        if data[s] == 48:
            if (size == 10 or size == 11) and not _joined(before):
                count = _put(out, count, s, e, Form.PHONE_NATIONAL, 0)
            elif data[s + 1] == 48 and 11 <= size <= 17 and data[s + 2] != 48 and not _joined(before):
                count = _put(out, count, s, e, Form.PHONE_INTERNATIONAL, 2)
        elif size == 12 and data[s] == 52 and data[s + 1] == 52 and data[s + 2] == 55 and not _joined(before):
            count = _put(out, count, s, e, Form.PHONE_INTERNATIONAL, 1)
        if 13 <= size <= 19 and not _joined(before):
            count = _card(data, s, e, out, count)
        if size == 10 or size == 11:
            value = 0
            for k in range(s, e - 1):
                value = value * 10 + data[k] - 48
            if value % 7 == data[e - 1] - 48:
                note = IN_CONTEXT if _near(data, s, 48, TRACKING) else NO_CONTEXT
                count = _put(out, count, s, e, Form.DHL_WAYBILL, note)
        elif size == 14 or (size == 15 and _mod_37_36(data, s, e)):
            note = IN_CONTEXT if _near(data, s, 48, TRACKING) else NO_CONTEXT
            count = _put(out, count, s, e, Form.DPD, note)
        elif size == 20 and _said(data, s, DHL_GERMANY):
            total = 0
            for k in range(19):
                total += (data[s + k] - 48) * (1 if k & 1 else 3)
            if (10 - total % 10) % 10 == data[e - 1] - 48:
                count = _put(out, count, s, e, Form.SSCC, 0)
        return count
    if not seen & DIGIT:
        return count
    if _CLASS[data[s]] & LETTER and _CLASS[data[s + 1]] & LETTER:
        if size == 13 and _s10(data, s, s + 2, e - 2):
            count = _put(out, count, s, e, Form.S10, 0)
        if size >= 15 and _CLASS[data[s + 2]] & DIGIT and _CLASS[data[s + 3]] & DIGIT:
            count = _iban(data, s, e, out, count)
        if size >= 12 and data[s] == 74 and _said(data, s, DHL_PIECES):
            digits = True
            for k in range(s + 4, e):
                digits = digits and _CLASS[data[k]] & DIGIT != 0
            if digits and not seen & LOWER:
                count = _put(out, count, s, e, Form.DHL_PIECE, 0)
    if (
        size == 18
        and data[s] == 49
        and data[s + 1] == 90
        and not seen & LOWER
        and _CLASS[data[e - 1]] & DIGIT
    ):
        total = 0
        for k in range(15):
            b = data[s + 2 + k]
            value = b - 48 if _CLASS[b] & DIGIT else (b - 63) % 10
            total += value * (2 if k & 1 else 1)
        if (10 - total % 10) % 10 == data[e - 1] - 48:
            count = _put(out, count, s, e, Form.UPS, 0)
    elif size == 15 and _CLASS[data[e - 1]] & UPPER:
        digits = True
        for k in range(s, e - 1):
            digits = digits and _CLASS[data[k]] & DIGIT != 0
        if digits and _mod_37_36(data, s, e):
            count = _put(out, count, s, e, Form.DPD, IN_CONTEXT)
    elif (
        size == 16
        and not seen & LOWER
        and _CLASS[data[s]] & UPPER
        and _CLASS[data[s + 1]] & DIGIT
        and _CLASS[data[s + 2]] & DIGIT
    ):
        digits = True
        for k in range(s + 6, e):
            digits = digits and _CLASS[data[k]] & DIGIT != 0
        if digits and (_CLASS[data[s + 3]] | _CLASS[data[s + 4]] | _CLASS[data[s + 5]]) & UPPER:
            note = IN_CONTEXT if _near(data, s, 48, TRACKING) else NO_CONTEXT
            count = _put(out, count, s, e, Form.EVRI, note)
    if size >= 14:
        count = _bech32(data, s, e, seen, out, count)
    return count


@njit(nogil=True, cache=True)
def _bech32(data, s, e, seen, out, count):
    """A run that begins as bech32 addresses do and holds only that alphabet, in one case.

    Notes: what its checksum is, 1 of bech32 (BIP-173), 2 of bech32m (BIP-350), 0 of neither.
    """
    if seen & LOWER and seen & UPPER:
        return count
    head = _said(data, s, BECH32_HEADS)
    if head == 0:
        return count
    for k in range(s + head, e):
        if _CLASS[data[k]] & NOT_BECH32:
            return count
    # The checksum of BIP-173 over the spread head, a zero, and the data.
    check = 1
    for turn in range(2):
        for k in range(s, s + head - 1):
            b = np.int64(_FOLD[data[k]])
            check = _bech32_step(check, b >> 5 if turn == 0 else b & 31)
        if turn == 0:
            check = _bech32_step(check, 0)
    for k in range(s + head, e):
        check = _bech32_step(check, np.int64(_BECH32_VALUE[_FOLD[data[k]]]))
    note = 1 if check == 1 else 2 if check == 0x2BC830A3 else 0
    return _put(out, count, s, e, Form.BECH32, note)


@njit(nogil=True, cache=True)
def _bech32_step(check, value):
    top = check >> 25
    check = ((check & 0x1FFFFFF) << 5) ^ value
    for bit in range(5):
        if (top >> bit) & 1:
            check ^= _BECH32_GENERATORS[bit]
    return check


@njit(nogil=True, cache=True)
def _long(data, s, e, seen, out, count):
    """Look at a run of 25 to 112 letters and digits."""
    size = e - s
    b = data[s]
    if not seen & NOT_HEX:
        if size == 40:
            note = (
                IN_CONTEXT if _near(data, s, 40, OPENPGP) and not _near(data, s, 10, DIGESTS) else NO_CONTEXT
            )
            count = _put(out, count, s, e, Form.HEX40, note)
        elif size == 64:
            note = IN_CONTEXT if _near(data, s, 40, TRANSACTION) else NO_CONTEXT
            count = _put(out, count, s, e, Form.HEX64, note)
        elif size == 66 and b == 48 and data[s + 1] == 53 and seen & LETTER:
            count = _put(out, count, s, e, Form.SESSION, 0)
    elif b == 48 and (data[s + 1] == 120 or data[s + 1] == 88):
        if size == 42 or size == 66:
            for k in range(s + 2, e):
                if not _CLASS[data[k]] & _HEXADECIMAL:
                    return count
            if size == 42:
                note = IN_CONTEXT if _near(data, s, 40, OPENPGP) else NO_CONTEXT
                return _put(out, count, s, e, Form.ETHEREUM, note)
            note = IN_CONTEXT if _near(data, s, 40, TRANSACTION) else NO_CONTEXT
            return _put(out, count, s, e, Form.HEX64, note)
    if not seen & NOT_BASE58 and size != 40 and size != 64:
        if size <= 35:
            # 1 3 m n 2 (Bitcoin), L M (Litecoin), D A 9 (Dogecoin), T (Tron)
            if b in (49, 51, 109, 110, 50, 76, 77, 68, 65, 57) or (b == 84 and size == 34):
                count = _put(out, count, s, e, Form.BASE58, 0)
        elif size == 51 or size == 52:
            if (size == 51 and b in (53, 57, 54)) or (size == 52 and b in (75, 76, 99, 84, 81)):
                count = _put(out, count, s, e, Form.WIF, 0)
        elif size == 95 or size == 106:
            if b == 52 or (b == 56 and size == 95):
                count = _put(out, count, s, e, Form.MONERO, 0)
        elif size == 111 or size == 112:
            if _said(data, s + 1, KEY_HEADS) or _said(data, s, KEY_HEADS_OTHER):
                count = _put(out, count, s, e, Form.EXTENDED_KEY, 0)
    if size <= 90:
        count = _bech32(data, s, e, seen, out, count)
        if (
            (size == 42 or size == 61)
            and not seen & NOT_BECH32
            and not (seen & LOWER and seen & UPPER)
            and _FOLD[b] in (113, 112, 122, 114)
        ):
            start = s
            if data[s - 1] == 58 and _said(data, s - 12, BITCOINCASH):
                start = s - 12
            count = _put(out, count, start, e, Form.CASHADDR, 0)
    if size == 56 and _FOLD[data[e - 1]] == 100 and not seen & NOT_BASE32 and data[e] != 46:
        count = _put(out, count, s, e, Form.ONION, 1)
    if (
        size <= 34
        and _CLASS[b] & LETTER
        and _CLASS[data[s + 1]] & LETTER
        and _CLASS[data[s + 2]] & DIGIT
        and _CLASS[data[s + 3]] & DIGIT
    ):
        count = _iban(data, s, e, out, count)
    if size == 28 and not seen & LOWER:
        digits = True
        for k in range(s, e - 1):
            digits = digits and _CLASS[data[k]] & DIGIT != 0
        if digits and _CLASS[data[e - 1]] & UPPER and _mod_37_36(data, s, e):
            count = _put(out, count, s, e, Form.DPD, IN_CONTEXT)
    return count


@njit(nogil=True, cache=True)
def _spaced_fingerprint(data, s, out, count):
    """Ten groups of four hexadecimal digits, as GnuPG prints a fingerprint, neither more nor fewer."""
    before = data[s - 1]
    if (
        before == 45
        or before == 58
        or (
            before == 32
            and _CLASS[data[s - 2]] & _HEXADECIMAL
            and _CLASS[data[s - 5]] & _HEXADECIMAL
            and data[s - 6] == 32
        )
    ):
        return count
    p = s
    seen = 0
    for group in range(10):
        for _ in range(4):
            if not _CLASS[data[p]] & _HEXADECIMAL:
                return count
            seen |= _CLASS[data[p]]
            p += 1
        if group < 9:
            if data[p] != 32:
                return count
            p += 1
            if group == 4 and data[p] == 32:
                p += 1
    if _CLASS[data[p]] & ALNUM or (
        data[p] == 32
        and _CLASS[data[p + 1]] & _HEXADECIMAL
        and _CLASS[data[p + 4]] & _HEXADECIMAL
        and not _CLASS[data[p + 5]] & ALNUM
    ):
        return count
    if not (seen & DIGIT and seen & LETTER) or (seen & LOWER and seen & UPPER):
        return count
    return _put(out, count, s, p, Form.FINGERPRINT, 0)


@njit(nogil=True, cache=True)
def _wickr(data, s, e, out, count):
    """The name after ``wickr``, ``wickr me``, ``wickr id`` and a colon, equals sign, dash or @."""
    if e - s == 7 and not _said(data, s + 5, WICKR_TAILS):
        return count
    p = e
    marked = False
    for _ in range(16):
        b = data[p]
        if b == 58 or b == 61 or b == 64 or b == 45:
            marked = True
        elif b == 32 or b == 9 or b == 34 or b == 39 or b == 40:
            pass
        elif not marked and _said(data, p, WICKR_TAILS):
            p += _said(data, p, WICKR_TAILS) - 2
        else:
            break
        p += 1
    start = p
    while _CLASS[data[p]] & ALNUM or data[p] == 95 or data[p] == 45 or data[p] == 46:
        p += 1
        if p - start > 64:
            return count
    while p > start and (data[p - 1] == 46 or data[p - 1] == 45):
        p -= 1
    if not marked or p - start < 3:
        return count
    return _put(out, count, start, p, Form.WICKR, 0)


@njit(nogil=True, cache=True)
def _armour(data, s, end, out, count):
    """ASCII armour (RFC 9580, 6.2): the place of the block, or of its head line where no end is near.

    Notes: 1 message, 2 signed message, 3 public key, 4 private key, 5 signature; + 8 where the end is there.
    """
    ending = data[s + 5] == 69
    head = _said(data, s, ARMOUR_ENDS if ending else ARMOUR_BEGINS)
    if head == 0 or data[s - 1] == 45:
        return count
    p = s + head
    what = 0
    size = 0
    for kind in range(1, 6):
        size = _said(data, p, ARMOUR_BEGINS + kind)
        if size:
            what = kind
            break
    if what == 0:
        return count
    p += size
    if ending:
        return _put(out, count, s, p, Form.ARMOUR_END, what)
    limit = min(end, s + ARMOUR_BYTES)
    q = p
    while q < limit and data[q] != 0:
        if data[q] == 45 and data[q + 1] == 45 and data[q + 5] in (66, 69):
            if _said(data, q, ARMOUR_ENDS):
                # A signed message ends where its signature ends.
                tail = q + _said(data, q, ARMOUR_ENDS)
                size = _said(data, tail, ARMOUR_BEGINS + (5 if what == 2 else what))
                if size:
                    return _put(out, count, s, tail + size, Form.ARMOUR, what + 8)
                break
            if what != 2 and _said(data, q, ARMOUR_BEGINS):
                break
        q += 1
    return _put(out, count, s, p, Form.ARMOUR, what)
