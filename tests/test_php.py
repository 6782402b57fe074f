"""PHP's serialize format."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktake.records.php import MAX_DEPTH, PhpError, looks_serialised, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("N;", None),
        ("b:1;", True),
        ("i:-5;", -5),
        ("d:0.5;", 0.5),
        ("d:1.0E+25;", 1e25),
        ("d:-INF;", float("-inf")),
        ('s:0:"";', ""),
        ('s:6:"Zoë£";', "Zoë£"),
        ('s:4:"\U0001f34b";', "\U0001f34b"),
        ('S:3:"a\\c3\\a9";', "aé"),
        ('s:5:"a";b:";', 'a";b:'),
        ('a:2:{i:0;s:1:"x";s:1:"k";a:1:{i:7;b:0;}}', {"0": "x", "k": {"7": False}}),
        ('O:8:"stdClass":1:{s:1:"a";i:1;}', {"a": 1}),
        ('O:3:"Foo":2:{s:6:"\0Foo\0p";i:1;s:4:"\0*\0q";i:2;}', {"p": 1, "q": 2}),
        ('C:3:"Foo":5:{hello}', "hello"),
        ('E:11:"Suit:Hearts";', "Suit:Hearts"),
        ('a:2:{i:0;a:1:{i:0;s:1:"x";}i:1;R:2;}', {"0": {"0": "x"}, "1": {"0": "x"}}),
        ('a:3:{i:0;O:1:"A":0:{}i:1;r:2;i:2;i:9;}', {"0": {}, "1": {}, "2": 9}),
        ("a:1:{i:0;R:1;}", {"0": None}),
    ],
)
def test_each_kind_is_read(text, value):
    assert parse(text.encode()) == value
    assert looks_serialised(text) or text == "N;"


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "i:5", "i:x;", "i:5;i:6;", 's:3:"ab";', 's:1:"ab";', "a:1:{i:0;}", "a:2:{i:0;i:1;}", "a:1:{b:1;i:1;",
        's:4:"Zoë£";', "a:999999999:{}", "a:-1:{}", "R:1;", "a:1:{i:0;R:9;}", "a:1:{N;i:1;}", "C:1:\"A\":9:{x}",
        "d:x;", 'S:3:"\\zz";', "a:1:{a:0:{}i:1;}", 's:99999999999999999999999:"";',
    ],
)  # fmt: skip
def test_what_is_damaged_is_told_and_not_guessed(text):
    with pytest.raises(PhpError):
        parse(text.encode())


def test_depth_and_unfolding_are_bounded():
    deep = "a:1:{i:0;" * (MAX_DEPTH + 2) + "N;" + "}" * (MAX_DEPTH + 2)
    with pytest.raises(PhpError, match="nested deeper"):
        parse(deep.encode())
    wide = "i:0;a:1000:{" + "".join(f"i:{n};i:{n};" for n in range(1000)) + "}"
    repeated = "".join(f"i:{n};R:2;" for n in range(1, 2000))
    with pytest.raises(PhpError, match="unfold"):
        parse(f"a:2000:{{{wide}{repeated}}}".encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    with contextlib.suppress(PhpError):
        parse(data)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8),
    lambda inner: st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def _serialised(value) -> bytes:
    match value:
        case None:
            return b"N;"
        case bool():
            return b"b:%d;" % value
        case int():
            return b"i:%d;" % value
        case str():
            data = value.encode()
            return b's:%d:"%s";' % (len(data), data)
    members = b"".join(_serialised(key) + _serialised(member) for key, member in value.items())
    return b"a:%d:{%s}" % (len(value), members)


@given(values)
def test_what_is_written_is_read_back(value):
    def plain(part):
        if isinstance(part, dict):
            return {key.rpartition("\0")[2]: plain(member) for key, member in part.items()}
        return part

    assert parse(_serialised(value)) == plain(value)


def test_lone_bytes_come_as_surrogates():
    assert parse(b's:2:"\xff\xfe";').encode("utf-8", "surrogateescape") == b"\xff\xfe"
