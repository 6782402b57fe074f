"""Streams and tables: nothing is lost, doubled or shown between blocks and values, whatever the bytes are."""

import gzip
import io
import random
import re
import time
import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktake.errors import UserError
from stocktake.observables import KINDS, SCHEMA, TABLE_SCHEMA, scan, scan_batches, scan_table
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
