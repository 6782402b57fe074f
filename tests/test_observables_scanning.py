"""Streams and tables: nothing is lost, doubled or shown between blocks and values, whatever the bytes are."""

import base64
import gzip
import io
import random
import re
import time
import tracemalloc
import zlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake.errors import UserError
from stocktake.observables import KINDS, SCHEMA, TABLE_SCHEMA, Depth, scan, scan_batches, scan_table
from stocktake.observables.candidates import AHEAD, BEHIND

KEY = b"a key of the case, for tests"
PARTS = [
    b"bob@example.com",
    b"+44 20 7946 0958",
    b"SW1A 1AA",
    b"192.0.2.17",
    b"2001:db8::1",
    b"https://shop.example.com/a/b?c=1",
    b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    b"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    b"txid 4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
    b"RB123456785GB",
    b"4111 1111 1111 1111",
    b"GB29 NWBK 6016 1331 9268 19",
    b"telegram @blue_vendor",
    b"legal winner thank year wave sausage worth useful legal winner thank yellow",
    b"5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
    b"duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion",
    b"-----BEGIN PGP MESSAGE-----\n\nyDgBO22WxBHv7O8X7O/jygAEzol56iUKiXmV+XmpCtmpqQUKiQrFqclFqUDBovzS\nvBSFjNSiVHsuAA==\n=njUN\n-----END PGP MESSAGE-----",
]  # fmt: skip
FILLERS = [
    b" ",
    b"\n",
    b", ",
    b"\0",
    b"\xe9\xff",
    "‐é€😀".encode(),
    b"the quick brown fox ",
    b"abc123 " * 40,
    b"A" * 5000,
    b"x.y." * 200,
    b"\\n",
]


def everything(data, **options):
    return list(scan([data], key=KEY, **options))


def in_blocks(data, size):
    return list(scan(io.BytesIO(data), key=KEY, block_bytes=size))


def wild(seed: int, size: int) -> bytes:
    chosen = random.Random(seed)
    text = bytearray()
    while len(text) < size:
        text += chosen.choice(PARTS) if chosen.random() < 0.4 else chosen.choice(FILLERS)
        if chosen.random() < 0.02:
            text += chosen.randbytes(chosen.randrange(3000))
        if chosen.random() < 0.01:
            text += b"text " * chosen.randrange(4000)
    return bytes(text)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1500, 120_000))
def test_the_size_of_blocks_changes_nothing(seed, size):
    data = wild(seed, 2 * AHEAD + 60_000)
    assert in_blocks(data, size) == everything(data)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part[:12].decode())
def test_a_hit_across_every_border_is_found_once(part):
    # The border runs through each byte of the hit, and through the bytes beside it.
    lead, tail = b"lorem " * 8000, b" ipsum" * 26_000
    data = lead + part + tail
    whole = everything(data)
    assert whole
    step = max(1, len(part) // 9)
    for cut in range(-3, len(part) + 3, step):
        size = len(lead) + cut + AHEAD  # hits are given up to size - AHEAD
        assert in_blocks(data, size) == whole


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_sizes_of_chunks_change_nothing(seed):
    chosen = random.Random(seed)
    data = wild(seed, 90_000)
    chunks, place = [], 0
    while place < len(data):
        size = chosen.choice((0, 1, 7, 4096, 50_000))
        chunks.append(data[place : place + size])
        place += size
    assert list(scan(chunks, key=KEY, block_bytes=10_000)) == everything(data)
    with gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data, 1))) as unpacked:
        assert list(scan(unpacked, key=KEY, block_bytes=10_000)) == everything(data)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=3000))
def test_any_bytes_are_taken(data):
    for hit in everything(data):
        assert 0 <= hit.offset <= hit.offset + hit.length <= len(data)


# Control characters, line separators, and marks that turn the direction of writing.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u200e\u200f\u2066-\u2069\ud800-\udfff]")
TOKENS = st.sampled_from(
    [part.decode() for part in PARTS]
    + list("@.:/\\+-_%#*()[]{}<>'\",;= \n\r\t\0")
    + ["://", "::", "..", "%20", "\\n", "&#39;", "http", "t.me/", "xn--", "www.", ".onion", "wickr me:", "telegram", "tx ", "gpg ", "0", "447", "+44", "1Z", "GB", "é", "\u202e", "\u2028", "\x85"]
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(tokens=st.lists(st.one_of(TOKENS, st.text(max_size=6)), max_size=60))
def test_what_is_given_is_fit_to_be_shown(tokens):
    data = "".join(tokens).encode("utf-8", "surrogatepass")
    found = everything(data)
    assert [hit.offset for hit in found] == sorted(hit.offset for hit in found)
    for hit in found:
        assert hit.kind in KINDS
        assert not UNFIT.search(hit.context), hit
        recorded = data[hit.offset : hit.offset + hit.length].decode()
        if hit.fingerprint is None and hit.kind not in ("pgp_block", "url") and "*" not in hit.value:
            assert hit.value == recorded
        assert (hit.fingerprint is not None) == (
            hit.kind in ("card", "wif_key", "extended_private_key", "seed_phrase")
            or hit.value == "[OpenPGP private key]"
        )


def test_contexts():
    text = "é" * 60 + " bob@example.com\u202e\x1b[0m\r\n\tnext\0beyond".encode().decode()
    hit = everything(text.encode())[0]
    assert hit.context == "é" * 20 + " bob@example.com\\xe2\\x80\\xae\\x1b[0m   next"
    assert everything(b"\xe9\xff bob@example.com \x80")[0].context == "\\xe9\\xff bob@example.com \\x80"
    assert everything(b"bob@example.com", context_bytes=0)[0].context is None


def test_secrets_do_not_show_in_what_stands_beside_them_across_borders():
    key, card = PARTS[14], b"4111 1111 1111 1111"
    beside = b"bob@example.com " + key + b" " + card + b" al@example.com https://u:hunter2@example.com/"
    for shift in (0, 1, 10, 40, 60, 90, 130):
        data = b"lorem " * 8000 + beside + b" ipsum" * 34_000
        found = in_blocks(data, 45_000 + shift + AHEAD)
        shown = " ".join(f"{hit.value} {hit.normalised} {hit.context}" for hit in found)
        for secret in (key.decode(), key.decode()[20:], "1111 1111", "11111111", "hunter2"):
            assert secret not in shown
        assert [hit.kind for hit in found][:2] == ["email", "wif_key"]


def test_urls_in_urls_and_lists_of_urls():
    def urls(text):
        return [hit.value for hit in everything(text) if hit.kind == "url"]

    assert urls(b"https://a.example.com/?to=https://b.example.com/x") == [
        "https://a.example.com/?to=https://b.example.com/x"
    ]
    listed = [f"https://{n}.example.com/x" for n in range(300)]
    for separator in (",", ";", "|", ", ", "\n"):
        assert urls(separator.join(listed).encode()) == listed
    inner = b"https://a.example.com/?to=https://user:hunter2@b.example.com/x"
    assert "hunter2" not in str(everything(inner))
    long = b"https://a.example.com/" + b"x" * 5000 + b"?to=http://user:hunter2@b.example.com/ bob@example.com"
    found = everything(long)
    assert [hit.length for hit in found if hit.kind == "url"] == [2048]
    assert "hunter2" not in str(found)


def test_only_wanted_kinds_are_given_and_secrets_stay_hidden():
    data = b" ".join(PARTS)
    assert {hit.kind for hit in everything(data, kinds=["email", "btc"])} == {"email", "btc"}
    beside = b"bob@example.com " + PARTS[14]
    assert PARTS[14].decode()[:10] not in everything(beside, kinds=["email"])[0].context


def test_the_same_key_gives_the_same_fingerprint_and_another_another():
    prints = {key: {hit.fingerprint for hit in scan([PARTS[14]], key=key)} for key in (b"a" * 16, b"b" * 16)}
    assert prints[b"a" * 16] != prints[b"b" * 16]
    assert prints[b"a" * 16] == {hit.fingerprint for hit in scan([b"x " + PARTS[14]], key=b"a" * 16)}


def test_wrong_use_is_told_in_a_sentence():
    with pytest.raises(UserError, match="no kind of observable called wallet"):
        everything(b"", kinds=["wallet"])
    with pytest.raises(UserError, match="16 bytes or more"):
        list(scan([b""], key=b"short"))
    with pytest.raises(UserError, match="no column colour"):
        scan_table(pa.record_batch({"a": ["x"]}), ["colour"], key=KEY)
    with pytest.raises(UserError, match="one byte or more"):
        everything(b"", block_bytes=0)


def test_nothing_in_gives_nothing_out():
    assert everything(b"") == []
    assert list(scan([], key=KEY)) == []
    assert scan_table(pa.record_batch({"a": pa.array([], pa.string())}), key=KEY).schema == TABLE_SCHEMA
    assert scan_table(pa.record_batch({"a": pa.array([None, ""], pa.string())}), key=KEY).num_rows == 0
    assert next(scan_batches([PARTS[0]], key=KEY)).schema == SCHEMA


def test_memory_does_not_grow_with_the_stream():
    block = b" ".join(PARTS) * 60
    list(scan_batches([block], key=KEY))
    peaks = []
    for blocks in (6, 24):
        tracemalloc.start()
        batches = scan_batches((block for _ in range(blocks)), key=KEY, block_bytes=1 << 17)
        found = sum(batch.num_rows for batch in batches)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found > blocks * 60
    assert peaks[1] < peaks[0] * 1.3


@pytest.mark.parametrize(
    "piece",
    [b"@", b"a@", b"a.", b".a", b"a.b@c.d ", b"::", b"1:", b"http://", b"http://a.b/", b"http://a:b@", b"http://a,", b"http:\\/\\/a", b"://", b"+1", b"0123 ", b"-----BEGIN PGP MESSAGE-----", b"-----END PGP PRIVATE KEY BLOCK-----", b"-", b"wickr:", b"%41", b"\\n", b"abandon ", b"abandon\n", b"AAAA ", b"GB29 ", b"4111 ", b"t.me/", b"A", b"\xc2\xa0", b"1.1.1.1.", b"0x" + b"a" * 40 + b" ", b"txid " * 8 + b"a" * 64],
)  # fmt: skip
def test_hostile_repetition_costs_no_more_than_its_length(piece):
    everything(piece * 10)
    data = piece * (2_000_000 // len(piece))
    start = time.thread_time()
    shown = sum(batch.nbytes for batch in scan_batches([data], key=KEY))
    assert shown < 60 * len(data)
    assert time.thread_time() - start < 6  # 2 MB; ordinary text takes a fiftieth of a second


# --- tables ---


def rows(table):
    return [
        (row["row"], row["column"], row["kind"], row["value"], row["offset"]) for row in table.to_pylist()
    ]


def test_hits_of_a_table_know_their_row_and_column_and_place_in_the_value():
    batch = pa.record_batch(
        {
            "id": pa.array([1, 2, 3]),
            "mail": pa.array(["bob@example.com", None, "x al@example.com"]),
            "note": pa.array([None, "at SW1A 1AA", ""], pa.large_string()),
            "blob": pa.array([b"\xff 192.0.2.7", b"", None], pa.binary()),
        }
    )
    assert rows(scan_table(batch, key=KEY, first_row=10)) == [
        (10, "mail", "email", "bob@example.com", 0),
        (10, "blob", "ipv4", "192.0.2.7", 2),
        (11, "note", "uk_postcode", "SW1A 1AA", 3),
        (12, "mail", "email", "al@example.com", 2),
    ]


def test_hits_do_not_span_two_values():
    letters = pa.record_batch({"a": list("my mail is bob@example.com")})
    assert scan_table(letters, key=KEY).num_rows == 0  # nor do they make text in UTF-16
    cut = pa.record_batch({"a": ["bob@exam", "ple.com", "SW1A", "1AA", "4111 1111", "1111 1111", "192.0", ".2.1", "telegram", "@blue_vendor"]})  # fmt: skip
    assert rows(scan_table(cut, key=KEY)) == [(1, "a", "domain", "ple.com", 0)]
    words = PARTS[13].decode().split()
    assert scan_table(pa.record_batch({"a": words}), key=KEY).num_rows == 0


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.none(), st.sampled_from(PARTS + FILLERS), st.binary(max_size=40)), max_size=40
    ),
    cut=st.integers(0, 5),
)
def test_a_table_gives_what_its_values_give_one_by_one(values, cut):
    array = pa.array(values, pa.binary())[cut:]
    found = scan_table(pa.record_batch({"v": array}), key=KEY)
    alone = [
        (row, hit.kind, hit.value, hit.offset, hit.length, hit.context)
        for row, value in enumerate(values[cut:])
        for hit in everything(value or b"")
    ]
    assert [
        (r["row"], r["kind"], r["value"], r["offset"], r["length"], r["context"]) for r in found.to_pylist()
    ] == alone


def test_the_name_of_a_column_or_a_label_gives_the_context_that_a_value_lacks():
    digest = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
    for name, kinds in (("checksum", []), ("transaction_id", ["txid"]), ("context", [])):
        assert [r[2] for r in rows(scan_table(pa.record_batch({name: [digest]}), key=KEY))] == kinds
    meta = pa.record_batch(
        {
            "meta_key": ["_sha", "_transaction_id", "_tracking_number", "order", "telegram", "x"],
            "meta_value": [
                digest,
                digest,
                "T00A1A0123456789",
                "T00A1A0123456789",
                "@blue_vendor",
                "@blue_vendor",
            ],
        }
    )
    found = scan_table(meta, ["meta_value"], key=KEY, labels={"meta_value": "meta_key"})
    assert [r[:3] for r in rows(found)] == [
        (1, "meta_value", "txid"),
        (2, "meta_value", "tracking_number"),
        (4, "meta_value", "telegram"),
    ]


def test_dictionaries_numbers_chunks_and_large_columns():
    dictionary = pa.array(["bob@example.com", "-", "bob@example.com"]).dictionary_encode()
    number = pa.array([447911123456, 5, None])
    table = pa.table({"d": pa.chunked_array([dictionary[:1], dictionary[1:]]), "n": number})
    assert rows(scan_table(table, key=KEY)) == [
        (0, "d", "email", "bob@example.com", 0),
        (0, "n", "phone", "447911123456", 0),
        (2, "d", "email", "bob@example.com", 0),
    ]
    many = pa.array(np.repeat(["x" * 4000 + " bob@example.com"], 6000))
    found = scan_table(pa.table({"v": many}), key=KEY)
    assert found.column("row").to_pylist() == list(range(6000))
    assert set(found.column("offset").to_pylist()) == {4001}


def test_view_of_the_stream_is_wide_enough():
    assert BEHIND > 2048 + 254 + 64 * 17
    assert AHEAD > BEHIND


# --- encoded text ---


def _sql_string(data: bytes) -> bytes:
    """As MySQL's dumps write bytes in a string."""
    for plain, escaped in (
        (b"\\", b"\\\\"), (b"\0", b"\\0"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"'", b"\\'"), (b'"', b'\\"'), (b"\x1a", b"\\Z"),
    ):  # fmt: skip
        data = data.replace(plain, escaped)
    return b"(17,_binary '" + data + b"',NULL)"


TOLD = b"order 17 of bob.smith@example.com, phone +44 20 7946 0958, to SW1A 1AA; see https://shop.example.com/a?b=1"
# How a value is encoded, and what `unwrapped` says of it.
VALUES = {
    "base64": (lambda data: b'"' + base64.b64encode(data) + b'"', "base64,"),
    "base64 for URLs": (lambda data: b"t=" + base64.urlsafe_b64encode(data).rstrip(b"="), "base64,"),
    "base64 of JSON": (lambda data: b"&" + base64.b64encode(b'{"a": "' + data + b'"}').replace(b"/", b"\\/"), "base64,"),
    "base64 in lines": (lambda data: b"\n\n" + base64.encodebytes(data + b" ") + b"\n--", "base64,"),
    "base64 in a dump": (lambda data: b"'" + base64.encodebytes(data * 3).replace(b"\n", b"\\n") + b"'", "base64,"),
    "base64 in CRLF": (lambda data: base64.encodebytes(data * 3).replace(b"\n", b"\r\n") + b"\r\n", "base64,"),
    "hex": (lambda data: b"(1,0x" + data.hex().encode() + b",2)", "hex,"),
    "hex of PostgreSQL": (lambda data: b"5\t\\\\x" + data.hex().encode() + b"\t6", "hex,"),
    "HEX": (lambda data: b"X'" + data.hex().upper().encode() + b"'", "hex,"),
    "utf-16": (lambda data: b"\xff\xfe\x01\x02" + data.decode().encode("utf-16-le") + b"\xff\xff", "utf-16,"),
    "gzip": (lambda data: b"\0\x01" + gzip.compress(data, mtime=0) + b"\x07", "gzip,"),
    "gzip in hex": (lambda data: b"0x" + gzip.compress(data, mtime=0).hex().encode(), "hex,gzip@0+"),
    "gzip in base64": (lambda data: base64.b64encode(gzip.compress(data, mtime=0)), "base64,gzip@0+"),
    "gzip in a dump": (lambda data: _sql_string(gzip.compress(data, mtime=0)), "sql,gzip,"),
    "zlib in a dump": (lambda data: _sql_string(zlib.compress(data)), "sql,zlib,"),
    "base64 in base64": (lambda data: base64.b64encode(b"a=" + base64.b64encode(data) + b";"), "base64,base64@2+"),
    "utf-16 in base64": (lambda data: base64.b64encode(data.decode().encode("utf-16-le")), "base64,utf-16@0+"),
}  # fmt: skip


def told_in(hits):
    return [(hit.kind, hit.value) for hit in hits]


def decoded(data: bytes, hit) -> bytes:
    """Go the way that `unwrapped` tells, from the encoded bytes to the hit."""
    content = data[hit.offset : hit.offset + hit.length]
    for step in hit.unwrapped.split(","):
        name, at, place = step.partition("@")
        if at:
            start, length = map(int, place.split("+"))
            content = content[start : start + length]
        if name == "base64":
            plain = re.sub(rb"\\[nr]|\s", b"", content).replace(b"\\/", b"/").translate(bytes.maketrans(b"-_", b"+/"))  # fmt: skip
            content = base64.b64decode(plain + b"=" * (-len(plain) % 4))
        elif name == "hex":
            content = bytes.fromhex(content.decode())
        elif name == "utf-16":
            content = content.decode("utf-16-le").encode()
        elif name == "sql":
            content = (
                re.sub(rb"\\(.)", lambda m: {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"Z": b"\x1a"}.get(m[1], m[1]), content, flags=re.DOTALL)
            )  # fmt: skip
        elif name == "gzip":
            content = gzip.decompress(content)
        elif name == "zlib":
            content = zlib.decompress(content)
        else:
            assert not name, name
    return content


@pytest.mark.parametrize("name", VALUES)
def test_encoded_values_are_searched_once_and_the_way_to_each_hit_is_told(name):
    encode, way = VALUES[name]
    data = b"lorem ipsum\n" * 20 + encode(TOLD) + b" dolor sit amet " * 20
    found = everything(data)
    wanted = told_in(everything(TOLD))
    assert len(wanted) == 5
    assert set(told_in(found)) >= set(wanted)
    times = 3 if "* 3" in name or name in ("base64 in a dump", "base64 in CRLF") else 1
    assert [hit.kind for hit in found].count("email") == times
    for hit in found:
        assert hit.unwrapped.startswith(way)
        if not hit.value.startswith("https"):
            assert decoded(data, hit).startswith(hit.value.encode())


ESCAPED = [
    (b"?mail=bob%40example.com&x=1", "email", "bob@example.com", "percent", b"bob%40example.com"),
    (b"?mail=bob%2540example.com", "email", "bob@example.com", "percent,percent", b"bob%2540example.com"),
    (b"?phone=07911%20123456&", "phone", "07911 123456", "percent", b"07911%20123456"),
    (b"?to=https%3A%2F%2Fshop.example.com%2Fa HTTP", "url", "https://shop.example.com/a", "percent", None),
    (b'{"mail":"bob\\u0040example.com"}', "email", "bob@example.com", "json", b"bob\\u0040example.com"),
    (b'{\\"mail\\":\\"bob\\\\u0040example.com\\"}', "email", "bob@example.com", "json", b"bob\\\\u0040example.com"),
    (b'"https:\\/\\/a.example.com\\/?x=1\\u0026y=2"', "url", "https:\\/\\/a.example.com\\/?x=1&y=2", "json", None),
    (b"mailto:bob&#64;example.com", "email", "bob@example.com", "html", b"bob&#64;example.com"),
    (b"b&#x6f;b&commat;example&period;com", "email", "bob@example.com", "html", None),
    (b'"https://a.example.com/?x=1&amp;y=2"', "url", "https://a.example.com/?x=1&y=2", "html", None),
    (b"caf=C3=A9 bob=40example.com now", "email", "bob@example.com", "quoted-printable", b"bob=40example.com"),
    (b"this line is as long as lines in mail get to be before bob@exam=\r\nple.com is cut in two, once and now =\nagain",
     "email", "bob@example.com", "quoted-printable", b"bob@exam=\r\nple.com"),
    (b"=?utf-8?Q?bob=40example.com?=", "email", "bob@example.com", "quoted-printable", b"bob=40example.com"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "value", "way", "recorded"), ESCAPED)
def test_escaped_characters(text, kind, value, way, recorded):
    text += b"\n" + b"once more this line is as long as lines in mail get to be before=\nit is cut" * (
        b"exam=" in text
    )
    found = [hit for hit in everything(text) if hit.kind == kind]
    assert [(hit.value, hit.unwrapped) for hit in found] == [(value, way)]
    if recorded:
        assert text[found[0].offset :][: found[0].length] == recorded
    assert not [hit for hit in everything(text) if hit.kind == "domain" and kind == "email"]


@pytest.mark.parametrize(
    "text",
    [
        b"GET /?p=40example.com&x=3D5 a=40example.com",
        b"https://shop.example.com/?q=%20a%20b",
        b"'\\u0022bob@example.com\\u0022'",
        b"wp-content/plugins/woocommerce/includes/class-wc-order-item-product.php",
        b"d41d8cd98f00b204e9800998ecf8427e 0x52908400098527886E0F7030069857D2E4169EE7",
        b"eNq" + b"A" * 60,
        b"\x1f\x8b\x08\0 bob@example.com",
        b"A" * 40_000,
    ],
)
def test_what_only_looks_encoded_gives_nothing(text):
    assert not [hit for hit in everything(text) if hit.unwrapped is not None]


def test_an_observable_is_given_once_where_its_text_stands_plain_as_well_as_escaped():
    assert [hit.unwrapped for hit in everything(b"mail=bob@example.com&next=%2Fa%3Ab&x=%41")] == [None]
    found = everything(b"postcode=LS1%204AB&")
    assert told_in(found) == [("uk_postcode", "LS1%204AB")]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(20_000, 120_000))
def test_the_size_of_blocks_changes_nothing_for_encoded_text(seed, size):
    chosen = random.Random(seed)
    text = bytearray()
    while len(text) < 2 * AHEAD + 60_000:
        part = chosen.choice([*PARTS[:14], TOLD])
        if chosen.random() < 0.5:
            encode, _ = chosen.choice(list(VALUES.values()))
            part = encode((part + b" ") * chosen.choice((1, 3, 300)))
        elif chosen.random() < 0.4:
            part = chosen.choice(ESCAPED)[0]
        text += part + chosen.choice(FILLERS[:4] + FILLERS[6:8])
    data = bytes(text)
    assert in_blocks(data, size) == everything(data)


@pytest.mark.parametrize("name", VALUES)
def test_an_encoded_hit_across_every_border_is_found_once(name):
    lead, tail = b"lorem " * 8000, b" ipsum" * 40_000
    value = VALUES[name][0](TOLD)
    data = lead + value + tail
    whole = everything(data)
    assert whole
    for cut in range(-3, len(value) + 3, max(1, len(value) // 7)):
        assert in_blocks(data, len(lead) + cut + AHEAD) == whole


def test_values_longer_than_the_view_are_found_whole():
    inner = b"lorem ipsum dolor " * 20_000 + TOLD + b" sit amet" * 20_000
    for encode in (
        base64.b64encode,
        base64.encodebytes,
        lambda data: b"0x" + data.hex().encode(),
        gzip.compress,
    ):
        data = b"before " + encode(inner) + b" after"
        found = everything(data)
        assert told_in(found) == told_in(everything(TOLD))
        assert in_blocks(data, 50_000) == found


def test_secrets_in_encoded_text_show_nowhere():
    key, card = PARTS[14], b"4111 1111 1111 1111"
    for secret in (key, card):
        for encode in (base64.b64encode, lambda data: data.hex().encode(), lambda data: data.replace(b" ", b"%20").replace(b"5", b"%35", 1)):  # fmt: skip
            encoded = encode(b"pay with " + secret + b" now")
            found = everything(b"al@example.com " + encoded + b" cy@example.com")
            assert {"wif_key", "card"} & {hit.kind for hit in found}
            assert all(hit.fingerprint for hit in found if hit.kind in ("wif_key", "card"))
            shown = " ".join(f"{hit.value} {hit.normalised} {hit.context}" for hit in found)
            for piece in (secret[8:].decode(), encoded[20:40].decode(), secret[5:15].decode()):
                assert piece not in shown


def test_bombs_and_nesting_are_bounded_and_told():
    bomb = gzip.compress(b"x" * 30_000_000 + TOLD)
    said = []
    batches = list(scan_batches([b"a " + bomb + b" bob@example.com"], key=KEY, told=said.append))
    assert sum(batch.num_rows for batch in batches) == 1
    assert len(said) == 1
    nested = TOLD
    for _ in range(4):
        nested = base64.b64encode(nested)
    assert told_in(everything(nested)) == told_in(everything(TOLD))
    assert everything(base64.b64encode(nested)) == []
    assert everything(nested, depth=Depth(levels=3)) == []


def test_values_longer_than_the_limit_are_taken_in_pieces():
    inner = b"".join(b"bob%d@example.com, lorem ipsum; " % n for n in range(2000))
    data = b"x=" + base64.b64encode(inner) + b" end"
    depth = Depth(value_bytes=1000)
    found = everything(data, depth=depth)
    assert 1900 < len(found) <= 2000
    assert {hit.length for hit in found} <= {1000, *range(1, 1004)}
    assert in_blocks_of(data, 3000, depth) == found


def in_blocks_of(data, size, depth):
    return list(scan(io.BytesIO(data), key=KEY, block_bytes=size, depth=depth))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=2000), name=st.sampled_from(sorted(VALUES)))
def test_any_damage_to_encoded_text_is_taken(data, name):
    value = bytearray(VALUES[name][0](TOLD))
    for place in data[:6]:
        value[place % len(value)] = data[-1]
    for hit in everything(bytes(value) + data):
        assert 0 <= hit.offset <= hit.offset + hit.length <= len(value) + len(data)


def test_encoded_cells_of_a_table():
    batch = pa.record_batch(
        {
            "blob": pa.array(
                [gzip.compress(TOLD, mtime=0), None, zlib.compress(TOLD), b"0x" + TOLD.hex().encode()]
            )
        }
    )
    found = scan_table(batch, key=KEY).to_pylist()
    assert [row["row"] for row in found] == [0] * 5 + [2] * 5 + [3] * 5
    assert {row["offset"] for row in found} == {0, 2}
