"""Keys: real ones that GnuPG, OpenSSH and OpenSSL's library make here, and those of shared evidence."""

import base64
import os
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from artefact_case import every_value, evidence, read_and_mapped, take_in
from shop_case import mapped, new_case
from stocktake import artefacts
from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.keys import openpgp, pairs
from stocktake.artefacts.keys.tables import FAMILY, TABLES
from stocktake.commerce.tables import write_rows
from stocktake.engine import duck
from stocktake.records.raw import UnitWriter
from stocktake.shops.recipients import with_recipients


@pytest.fixture(scope="module")
def gnupg(tmp_path_factory):
    """Run gpg in a home of its own; its agent ends with the test."""
    home = tmp_path_factory.mktemp("g")
    home.chmod(0o700)
    environment = {**os.environ, "GNUPGHOME": str(home), "LC_ALL": "C"}

    def run(*arguments: str, text: bytes = b"") -> bytes:
        command = [
            "gpg",
            "--batch",
            "--yes",
            "--pinentry-mode",
            "loopback",
            "--trust-model",
            "always",
            *arguments,
        ]
        try:
            ended = subprocess.run(command, input=text, capture_output=True, env=environment, check=False)
        except FileNotFoundError:
            pytest.fail("gpg is missing: apt-get install gnupg")
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    run(
        "--passphrase",
        "",
        "--quick-gen-key",
        "Alice Open <alice@example.test>",
        "ed25519",
        "cert,sign",
        "never",
    )
    fingerprint = _fingerprints(run("--with-colons", "--list-keys", "alice@example.test"))[0]
    run("--passphrase", "", "--quick-add-key", fingerprint, "cv25519", "encr", "never")
    run(
        "--passphrase",
        "correct horse",
        "--quick-gen-key",
        "Bob Sealed <bob@example.test>",
        "rsa2048",
        "default",
        "never",
    )
    sealed = _fingerprints(run("--with-colons", "--list-keys", "bob@example.test"))[0]
    run("--passphrase", "correct horse", "--quick-add-key", sealed, "rsa2048", "encr", "never")
    yield run, home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def _fingerprints(listing: bytes) -> list[str]:
    return [line.split(b":")[9].decode() for line in listing.splitlines() if line.startswith(b"fpr:")]


def test_keys_and_messages_that_a_real_gnupg_wrote(gnupg, tmp_path):
    gpg, home = gnupg
    folder = tmp_path / "evidence"
    folder.mkdir()
    alice = _fingerprints(gpg("--with-colons", "--list-keys", "alice@example.test"))
    bob = _fingerprints(gpg("--with-colons", "--list-keys", "bob@example.test"))
    assert len(alice) == 2
    made = int(
        next(
            line.split(b":")[5]
            for line in gpg("--with-colons", "--list-keys", "alice@example.test").splitlines()
            if line.startswith(b"pub:")
        )
    )
    secret = gpg("--export-secret-keys", "--armor", "alice@example.test")
    (folder / "alice.asc").write_bytes(secret)
    (folder / "bob.gpg").write_bytes(
        gpg("--passphrase", "correct horse", "--export-secret-keys", "bob@example.test")
    )
    (folder / "ring.gpg").write_bytes(gpg("--export"))
    (folder / "subkeys").write_bytes(gpg("--export-secret-subkeys", "alice@example.test"))
    keybox = (home / "pubring.kbx").read_bytes()
    (folder / "pubring.kbx").write_bytes(keybox)
    agent = sorted((home / "private-keys-v1.d").glob("*.key"))
    for key in agent:
        (folder / key.name).write_bytes(key.read_bytes())
    to_both = gpg(
        "--armor", "--encrypt", "-r", "alice@example.test", "-r", "bob@example.test", text=b"meet at nine"
    )
    (folder / "to-both.asc").write_bytes(to_both)
    hidden = gpg("--encrypt", "--hidden-recipient", "alice@example.test", text=b"meet at ten")
    (folder / "hidden.gpg").write_bytes(hidden)
    (folder / "passphrase.asc").write_bytes(
        gpg("--passphrase", "tea", "--armor", "--symmetric", text=b"meet at tea")
    )
    (folder / "signed.asc").write_bytes(
        gpg("--armor", "--sign", "-u", "alice@example.test", text=b"I say so")
    )
    (folder / "clear.asc").write_bytes(gpg("--clear-sign", "-u", "alice@example.test", text=b"I say so\n"))
    (folder / "page.html").write_bytes(b"<html><pre>" + to_both + b"</pre></html>")

    case = new_case(tmp_path)
    kinds = take_in(case, folder)
    assert kinds["page.html"] == "unknown"  # a block in a page is the page's
    assert kinds["pubring.kbx"] == "keys:openpgp-keybox"
    assert [kinds[key.name] for key in agent] == ["keys:gnupg-private-key"] * 4
    result = mapped(case)

    def keys(name):
        return {
            (value, context.rpartition("secret part: ")[2])
            for value, context in result.all(
                f"SELECT value, context FROM observables WHERE kind = 'pgp_fingerprint' AND item_id = 'item:KC/1/{name}'"
            )
        }

    assert keys("alice.asc") == {(key, "in clear") for key in alice}
    assert keys("bob.gpg") == {(key, "encrypted") for key in bob}
    assert keys("ring.gpg") == keys("pubring.kbx") == {(key, "none") for key in alice + bob}
    assert keys("subkeys") == {(alice[0], "elsewhere"), (alice[1], "in clear")}
    context = result.one(
        f"SELECT context FROM observables WHERE value = '{alice[0]}' AND item_id LIKE '%alice.asc'"
    )
    moment = datetime.fromtimestamp(made, UTC).strftime("%Y-%m-%d %H:%M:%S")
    assert context.startswith(f"OpenPGP primary; Alice Open <alice@example.test>; EdDSA; made {moment} UTC")

    # the words of the library behind gpg itself: which keys it encrypted to
    listed = subprocess.run(
        ["gpg", "--list-packets", folder / "to-both.asc"], capture_output=True, check=False,
        env={**os.environ, "GNUPGHOME": str(tmp_path)},
    ).stdout  # fmt: skip
    told = [
        line.rpartition(b"keyid ")[2].decode()
        for line in listed.splitlines()
        if b":pubkey enc packet:" in line
    ]
    assert openpgp.recipients(to_both) == told
    assert set(told) == {alice[1][-16:], bob[-1][-16:]}
    assert openpgp.recipients("Hello,\n\n" + to_both.decode() + "\n-- \nA") == told
    assert openpgp.recipients(hidden) == ["0" * 16]
    assert openpgp.recipients(secret) == []
    assert openpgp.recipients("no message") == []

    # the same in a shop's own messages, whoever wrote them there
    note = f"please ship\n{to_both.decode()}"
    rows = [{"message_id": f"message:{n}", "body": body} for n, body in enumerate(("hello", note, None))]
    rows.append({"message_id": "message:3", "body": note, "encrypted_to": "said by the shop"})
    write_rows(tmp_path / "messages.parquet", "messages", rows)
    with duck.connect() as connection:
        sql = with_recipients(connection, tmp_path / "messages.parquet", tmp_path / "found.parquet")
        named = connection.execute(f"SELECT encrypted_to FROM ({sql}) ORDER BY message_id").fetchall()
    assert [key_ids for (key_ids,) in named] == [None, " ".join(told), None, "said by the shop"]

    ids = result.all("SELECT item_id, value, context FROM observables WHERE kind = 'pgp_key_id' ORDER BY ALL")
    by_item = {}
    for item, value, context in ids:
        by_item.setdefault(item.removeprefix("item:KC/1/"), []).append((value, context))
    assert {value for value, _ in by_item["to-both.asc"]} == set(told)
    assert by_item["signed.asc"][0][0] == alice[0][-16:]
    assert "signed by this key" in by_item["signed.asc"][0][1]
    assert by_item["clear.asc"][0][0] == alice[0][-16:]
    assert set(by_item) == {"to-both.asc", "signed.asc", "clear.asc"}

    written = every_value(tmp_path)
    for part in openpgp.packets(next(openpgp.dearmoured(secret))[1]):
        if part.tag in (5, 7):
            number = part.body[-34:-2]  # the secret number, before its checksum
            assert number.hex() not in written
            assert repr(number)[2:-1] not in written
    for key in agent:
        assert key.read_bytes()[-60:-30].hex() not in written


def test_the_keys_of_shared_evidence_pgpy(tmp_path):
    case = new_case(tmp_path)
    kinds = take_in(case, evidence("pgpy"))
    result = mapped(case)
    assert all(kind == "keys:openpgp" for path, kind in kinds.items() if path.endswith(".asc"))

    def observed(name, kind):
        return [v for (v,) in result.all(
            f"SELECT value FROM observables WHERE kind = '{kind}' AND item_id = 'item:KC/1/{name}' ORDER BY observable_id"
        )]  # fmt: skip

    expected = {
        "keys/rsa.1.pub.asc": "F4294BC8094A7E0585C85E8637473B3758C44F36",
        "keys/rsa.1.sec.asc": "F4294BC8094A7E0585C85E8637473B3758C44F36",
        "keys/dsa.1.pub.asc": "EBC88A94ACB110F1BE3FE3C12B474BB02084C712",
        "keys/ecc.1.pub.asc": "9CBF59CE40563202F085B399D01055FBCADD268E",
        "keys/ecc.2.sec.asc": "7F0F97AD539D51F74B018BD1062E6AC5205D871E",
        "keys/mixed.1.sec.asc": "368895CF0A422EAE736F3188FFBB34FB15B93AE2",
        "keys/targette.sec.rsa.asc": "D396FE3105C7676C74DE84760E79E47169AEC37A",
        "blocks/eccpubkey.asc": "502D1A5365D1C0CAA69945390BA52DF0BAA59D9C",
        "blocks/revochiio.asc": "AE159FF34C1A2426B7F80F1A560CF308EF60CFA3",
    }
    for name, print_ in expected.items():
        assert print_ in observed(name, "pgp_fingerprint"), name
    state = result.dict(
        "SELECT item_id, max(context) FROM observables WHERE kind = 'pgp_fingerprint' "
        "AND context LIKE '%primary%' GROUP BY 1"
    )
    assert state["item:KC/1/keys/rsa.1.enc.asc"].endswith("secret part: encrypted")
    assert state["item:KC/1/keys/rsa.1.sec.asc"].endswith("secret part: in clear")
    assert state["item:KC/1/keys/rsa.1.pub.asc"].endswith("secret part: none")
    assert observed("messages/message.ecdh.cv25519.asc", "pgp_key_id")
    assert len(observed("messages/message.rsa.dsa.3des.asc", "pgp_key_id")) == 2
    assert len(observed("messages/message.rsa.dsa.pass.aes.asc", "pgp_key_id")) == 2
    assert observed("messages/message.nomdc.pass.asc", "pgp_key_id") == []
    assert len(observed("messages/message.signed.asc", "pgp_key_id")) == 3
    written = every_value(tmp_path)
    for path in (evidence("pgpy") / "keys").glob("*.sec.asc"):
        for _, decoded, _, _ in openpgp.dearmoured(path.read_bytes()):
            for part in openpgp.packets(decoded):
                if part.tag in (5, 7):
                    assert part.body[-30:-2].hex() not in written
                    assert base64.b64encode(part.body)[-80:-20].decode() not in written


def test_keys_that_a_real_ssh_keygen_wrote(tmp_path):
    folder = tmp_path / "evidence" / ".ssh"
    folder.mkdir(parents=True)
    prints = {}
    for name, kind, passphrase in (
        ("id_ed25519", "ed25519", ""), ("id_rsa", "rsa", "tea"), ("old_rsa", "rsa", ""), ("id_ecdsa", "ecdsa", ""),
    ):  # fmt: skip
        form = ["-m", "PEM"] if name == "old_rsa" else []
        command = [
            "ssh-keygen",
            "-q",
            "-t",
            kind,
            "-N",
            passphrase,
            "-C",
            f"{name}@till",
            *form,
            "-f",
            folder / name,
        ]
        try:
            subprocess.run(command, check=True)
        except FileNotFoundError:
            pytest.fail("ssh-keygen is missing: apt-get install openssh-client")
        listed = subprocess.run(
            ["ssh-keygen", "-lf", folder / f"{name}.pub"], capture_output=True, check=True
        )
        prints[name] = listed.stdout.split()[1].decode()
    (folder / "authorized_keys").write_bytes((folder / "id_rsa.pub").read_bytes())
    case = new_case(tmp_path)
    kinds = take_in(case, tmp_path / "evidence")
    assert kinds[".ssh/id_rsa"] == "keys:pem"
    assert kinds[".ssh/id_rsa.pub"] == "keys:ssh-public-key"
    assert not kinds[".ssh/authorized_keys"].startswith("keys:")
    result = mapped(case)
    for name, print_ in prints.items():
        found = result.dict(
            f"SELECT item_id, context FROM observables WHERE kind = 'ssh_fingerprint' AND value = '{print_}'"
        )
        assert set(found) >= {f"item:KC/1/.ssh/{name}", f"item:KC/1/.ssh/{name}.pub"}, name
        state = found[f"item:KC/1/.ssh/{name}"]
        assert state.endswith("encrypted" if name == "id_rsa" else "in clear")
        assert f"{name}@till" in found[f"item:KC/1/.ssh/{name}.pub"]
        if name in ("id_ed25519", "id_ecdsa"):
            assert f"{name}@till" in state
    written = every_value(case.raw)
    for name in prints:
        inside = (folder / name).read_text().splitlines()
        behind = len(inside) // 2  # what comes before holds the public key too
        assert not [line for line in inside[behind:-1] if len(line) > 40 and line in written]
        body = base64.b64decode("".join(inside[1:-1]))
        assert body[-100:-60].hex() not in written


def certificate(names, authority=False):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(datetime(2025, 1, 2, tzinfo=UTC))
        .not_valid_after(datetime(2025, 1, 2, tzinfo=UTC) + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


def test_a_key_with_its_certificates_in_one_file_and_a_sealed_one(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    own, private = certificate(["shop.example.test", "www.shop.example.test"])
    root, _ = certificate(["Root of Example"], authority=True)
    (folder / "bundle.pem").write_bytes(b"# for the proxy\n" + own + root + private)
    sealed = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"tea"),
    )
    (folder / "sealed.pem").write_bytes(sealed)
    (folder / "broken.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    result = read_and_mapped(folder, tmp_path)
    assert result.dict("SELECT host, kind FROM site_names") == {
        "shop.example.test": "clearnet", "www.shop.example.test": "clearnet",
    }  # fmt: skip
    assert result.dict(
        "SELECT item_id, max(value) FROM observables WHERE kind = 'private_key' GROUP BY 1"
    ) == {
        "item:KC/1/bundle.pem": "[PEM private key, in clear]",
        "item:KC/1/sealed.pem": "[PEM private key, encrypted]",
    }
    assert any("damaged" in message for message in result.messages())
    assert base64.b64encode(base64.b64decode("".join(private.decode().splitlines()[1:-1])))[
        40:90
    ].decode() not in (every_value(tmp_path))


def test_a_key_file_of_putty(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    line = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    blob = line.split()[1].decode()
    (folder / "till.ppk").write_text(
        "PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\nEncryption: aes256-cbc\nComment: till at home\n"
        f"Public-Lines: 2\n{blob[:64]}\n{blob[64:]}\nKey-Derivation: Argon2id\nPrivate-Lines: 1\nc2VjcmV0LWtleS1ieXRlcw==\n"
        "Private-MAC: 00\n"
    )
    result = read_and_mapped(folder, tmp_path)
    value, context = result.one("SELECT value, context FROM observables WHERE kind = 'ssh_fingerprint'")
    assert value == pairs.ssh_fingerprint(base64.b64decode(blob))
    assert context == "PuTTY private key; ecdsa-sha2-nistp256; till at home; encrypted"
    assert "c2VjcmV0LWtleS1ieXRlcw" not in every_value(tmp_path)


def test_a_bomb_in_a_message_is_not_unpacked():
    import zlib

    bomb = b"\x02" + zlib.compress(b"\0" * (64 << 20), 9)
    packet = b"\xc8\xff" + len(bomb).to_bytes(4) + bomb
    message = {}
    for part in openpgp.packets(packet):
        openpgp._message(part, b"", message)
    assert message == {"kind": "compressed message"}


wild = settings(max_examples=80, deadline=None)
starts = st.sampled_from(
    [
        b"",
        b"\x84",
        b"\xc1",
        b"\xc6",
        b"\x99\x00",
        b"\x95\x01\x04",
        b"\xc2\xff",
        b"-----BEGIN PGP MESSAGE-----\n\n",
    ]
)


@wild
@given(starts, st.binary(max_size=300))
def test_no_bytes_make_the_readers_fail(tmp_path_factory, start, data):
    raw = start + data
    artefacts.recognise(raw, "a.pub")
    openpgp.recipients(raw)
    armoured = (
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
        + base64.b64encode(raw)
        + b"\n-----END PGP PUBLIC KEY BLOCK-----\n"
    )
    pem = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + base64.b64encode(b"openssh-key-v1\0" + raw)
    with UnitWriter(tmp_path_factory.mktemp("u") / "u") as unit:
        rows = Gathering(unit, FAMILY, TABLES)
        openpgp.read(raw, rows)
        openpgp.read(armoured, rows)
        openpgp.read_keybox(raw, rows)
        pairs.read(pem + b"\n-----END OPENSSH PRIVATE KEY-----\n", rows)
        pairs.read_putty(raw, rows)
        rows.finish()


@wild
@given(st.data())
def test_damage_to_a_key_of_shared_evidence_costs_problems_only(tmp_path_factory, data):
    place = evidence("pgpy") / "keys"
    name = data.draw(st.sampled_from(["rsa.1.enc.asc", "ecc.1.sec.asc", "mixed.1.sec.asc", "dsa.1.sec.asc"]))
    raw = bytearray(next(openpgp.dearmoured((place / name).read_bytes()))[1])
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with UnitWriter(tmp_path_factory.mktemp("u") / "u") as unit:
        rows = Gathering(unit, FAMILY, TABLES)
        openpgp.read(bytes(raw), rows)
        rows.finish()
    artefacts.recognise(bytes(raw), "x")
