"""Onion services: folders that a real Tor made, names from keys, and what disagrees."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from server_files import taken_in, write
from stocktake.artefacts import tor
from stocktake.artefacts.tor import names


def made_by_tor(folder, services=1):
    """Service folders as Tor makes them when it starts, without a network."""
    found = shutil.which("tor", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "tor is not installed; on Debian: apt-get install tor"
    data = folder / "data"
    data.mkdir(parents=True, mode=0o700)
    torrc = f"DataDirectory {data}\nDisableNetwork 1\nSocksPort 0\nLog notice file {folder}/log\n"
    for n in range(services):
        torrc += f"HiddenServiceDir {data}/shop{n}\nHiddenServicePort 80 unix:/run/shop{n}.sock\nHiddenServicePort 443 127.0.0.1:8443\n"
    (folder / "torrc").write_text(torrc)
    with subprocess.Popen(
        [found, "-f", str(folder / "torrc"), "--ignore-missing-torrc", "--defaults-torrc", "/dev/null"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            for _ in range(200):
                if all((data / f"shop{n}" / "hostname").is_file() for n in range(services)):
                    break
                if process.poll() is not None:
                    raise AssertionError(process.stdout.read().decode())
                time.sleep(0.05)
        finally:
            process.terminate()
            process.wait(10)
    return data, torrc


def seized_service(tmp_path):
    data, torrc = made_by_tor(tmp_path / "tor")
    seized = tmp_path / "seized"
    shutil.copytree(data / "shop0", seized / "var/lib/tor/shop0")
    write(seized, {"etc/tor/torrc": torrc.replace(str(data), "/var/lib/tor")})
    return seized, (data / "shop0" / "hostname").read_text().strip()


def test_a_folder_that_a_real_tor_made(tmp_path):
    seized, name = seized_service(tmp_path)
    key = base64.b32encode(bytes(range(32))).decode().rstrip("=")
    write(seized, {"var/lib/tor/shop0/authorized_clients/courier.auth": f"descriptor:x25519:{key}\n"})
    secret = (seized / "var/lib/tor/shop0/hs_ed25519_secret_key").read_bytes()
    server = taken_in(seized, tmp_path)
    assert server.kinds()["var/lib/tor/shop0/hostname"] == "tor:onion-service"
    assert server.kinds()["etc/tor/torrc"] == "tor:torrc"
    found = server.all("SELECT host, kind, evidence, basis FROM site_names ORDER BY evidence")
    leads = "; torrc leads port 443 to 127.0.0.1:8443, 80 to unix:/run/shop0.sock"
    assert found == [
        (
            name,
            "onion",
            f"computed from the public key var/lib/tor/shop0/hs_ed25519_public_key{leads}",
            "derived",
        ),
        (
            name,
            "onion",
            f"computed from the secret key var/lib/tor/shop0/hs_ed25519_secret_key{leads}",
            "derived",
        ),
        (name, "onion", f"recorded in var/lib/tor/shop0/hostname{leads}", "recorded"),
    ]
    events = server.dict("SELECT kind, text FROM host_events WHERE kind <> 'onion service port'")
    assert key in events["onion service client"]
    assert re.search(r"keyed fingerprint hmac-sha256:[0-9a-f]{64}$", events["onion service key"])
    assert not server.messages("error")
    assert not server.messages("warning")
    everything = b"".join(
        path.read_bytes()
        for path in (tmp_path / "test.case").rglob("*")
        if path.is_file() and path.suffix != ".toml"
    )
    rows = repr([server.raw_rows(table) for table in ("onion_services", "onion_clients", "onion_ports")])
    rows += repr(server.all("SELECT * FROM site_names")) + repr(server.all("SELECT * FROM host_events"))
    for form in (secret[32:], secret[32:64], secret[64:]):
        assert form not in everything
        assert form.hex() not in rows
        assert base64.b64encode(form).decode() not in rows


def test_names_that_disagree_are_told(tmp_path):
    data, _ = made_by_tor(tmp_path / "tor", services=2)
    seized = tmp_path / "seized"
    shutil.copytree(data / "shop0", seized / "srv/hs")
    shutil.copy(data / "shop1" / "hs_ed25519_secret_key", seized / "srv/hs/hs_ed25519_secret_key")
    server = taken_in(seized, tmp_path)
    (told,) = server.messages("error")
    assert told.startswith("the names of the onion service in srv/hs differ: ")
    for n in (0, 1):
        assert (data / f"shop{n}" / "hostname").read_text().strip() in told
    assert server.one("SELECT count(DISTINCT host) FROM site_names") == 2


def test_a_service_of_version_2(tmp_path):
    key = generate_private_key(65537, 1024)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    name = base64.b32encode(hashlib.sha1(der).digest()[:10]).decode().lower() + ".onion"
    seized = write(
        tmp_path / "seized",
        {"hs/private_key": pem, "hs/hostname": f"{name} abcdefghijklmnopqrstuv # client: x\n"},
    )
    server = taken_in(seized, tmp_path)
    assert server.dict("SELECT host, count(*) FROM site_names GROUP BY 1") == {name: 2}
    assert not server.messages("error")
    body = pem.decode().splitlines()[2]
    assert body not in repr(server.raw_rows("onion_services"))


def test_keys_that_lie_alone(tmp_path):
    seized, name = seized_service(tmp_path)
    folder = seized / "var/lib/tor/shop0"
    write(
        seized,
        {"backup/key.bak": (folder / "hs_ed25519_secret_key").read_bytes(), "notes/onion.txt": f"{name}\n"},
    )
    shutil.rmtree(folder)
    server = taken_in(seized, tmp_path)
    assert server.dict("SELECT evidence, host FROM site_names") == {
        "computed from the secret key backup/key.bak": name,
        "recorded in notes/onion.txt": name,
    }


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_the_public_key_of_an_expanded_secret_key(seed):
    """Against the cryptography library, which makes the same key from the seed."""
    digest = bytearray(hashlib.sha512(seed).digest())
    digest[0] &= 248
    digest[31] = digest[31] & 63 | 64
    raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert names.public_of_secret(names.SECRET_TAG + bytes(digest)) == raw
    assert names.public_key_of(names.PUBLIC_TAG + raw) == raw
    assert names.is_v3_name(names.v3_name(raw))


def test_the_names_of_known_services():
    """Of the Tor Project and of DuckDuckGo, as they publish them."""
    for known in (
        "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
        "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion",
    ):
        assert names.is_v3_name(known)
        assert not names.is_v3_name("a" + known[1:])


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"hs/hostname": "a" * 56 + ".onion\n"}, "its checksum is wrong"),
        ({"hs/hostname": "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion\n", "hs/hs_ed25519_public_key": names.PUBLIC_TAG + b"short"}, "is no key of an onion service"),
    ],
)  # fmt: skip
def test_damaged_folders_cost_a_problem(tmp_path, files, told):
    server = taken_in(write(tmp_path / "seized", files), tmp_path)
    assert any(told in message for message in server.messages("warning"))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(["etc/tor/torrc", "hostname", "x/hs_ed25519_secret_key", "private_key"]),
)
def test_any_bytes_are_taken_without_complaint(data, path):
    import io

    tor.recognise(data, path)
    names.public_key_of(data)
    names.public_of_secret(data)
    names.v2_name(data)
    list(tor._ports(io.BytesIO(data)))
