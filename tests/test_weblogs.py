"""Logs of web servers: real ones written by real servers, real material, and whatever bytes there may be."""

import gzip
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_files import SHARED, every_byte_is_in_a_row, needs_plaso_logs, running, sent, taken_in, write
from stocktake.artefacts import weblogs
from stocktake.artefacts.lines import LONGEST
from stocktake.artefacts.weblogs import access, configuration, errors, json_lines
from stocktake.artefacts.weblogs.formats import FormatError, apache, nginx
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
COMBINED = '203.0.113.9 - - [31/Mar/2024:01:59:59 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"\n'


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed; on Debian: apt-get install {package}"
    return found


def read(data: bytes, folder, path="access.log", kind="access-log", **facts):
    """One log's rows, without what is NULL."""
    import pyarrow.parquet as pq

    with UnitWriter(folder / "unit") as unit:
        unit.facts |= facts
        weblogs.read(kind, io.BytesIO(data), Item("KC/1", path, "", len(data), lambda: None, None), unit)
        unit.finish(
            exhibit="KC/1", path=path, container="", sha256="", bytes=len(data), kind=f"weblogs:{kind}"
        )
    found = {}
    for (_, name), table in unit.tables.items():
        found[name] = [
            row for part in table.parts for row in pq.read_table(unit.folder / part["file"]).to_pylist()
        ]
    return found, [problem.message for problem in unit.problems]


@needs_plaso_logs
def test_shared_evidence_apache_access_log(tmp_path):
    """Three formats in one file, a line that was cut, quotes inside of requests, two zones."""
    write(tmp_path / "seized", {"var/log/apache2/access.log": (SHARED / "apache_access.log").read_bytes()})
    server = taken_in(tmp_path / "seized", tmp_path)
    assert server.kinds() == {"var/log/apache2/access.log": "weblogs:access-log"}
    rows = server.all(
        'SELECT "at", ip, method, path, status, referrer, host FROM visits ORDER BY length(visit_id), visit_id'
    )
    assert [str(row[0]) for row in rows] == [
        "2016-01-13 19:31:16", "2016-01-13 19:31:17", "2016-01-13 19:31:17", "2016-01-13 19:31:19",
        "2016-01-13 17:31:20", "2015-05-17 10:05:14", "2015-05-17 16:05:39", "2015-05-20 12:05:17",
        "2018-01-13 19:31:17", "2018-01-13 19:31:17", "2018-01-13 19:31:19", "2018-01-13 17:31:20",
        "2021-04-25 06:15:33", "2021-04-25 06:15:33", "2019-11-16 07:46:42",
    ]  # fmt: skip
    assert [row[1] for row in rows] == [
        "10.0.0.1", "10.1.1.2", "192.168.0.2", "192.168.0.2", "192.168.0.2", "192.168.0.3", "120.202.255.147",
        "46.118.127.106", "10.1.1.2", "192.168.0.2", "192.168.0.2", "192.168.0.2", "1.2.3.4", "1.2.3.4",
        "192.168.0.64",
    ]  # fmt: skip
    assert {row[2] for row in rows} == {"GET"}
    assert [row[4] for row in rows] == [200] * 6 + [304] + [200] * 5 + [404, 404, 200]
    assert rows[12][3] == '/aaaa.xxxx/SomeText?action=edit&template=<script>alert("text")</script>'
    assert rows[13][3] == '/$%7B("TextString"+"123456")%7D/actionChain1.action'
    assert [row[6] for row in rows[8:12]] == ["plaso.log2timeline.net"] * 2 + ["plaso-2.log2timeline.net"] * 2
    raw = server.raw("access_log")
    assert [row["format"] for row in raw] == (
        ["common"] + ["combined"] * 6 + ["combined, cut"] + ["vhost_combined"] * 4 + ["common"] * 3
    )
    assert raw[14]["user"] == "pyllyukko@EXAMPLE.COM"
    assert raw[7]["user_agent"] == "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html"
    every_byte_is_in_a_row(
        server, "var/log/apache2/access.log", (SHARED / "apache_access.log").stat().st_size
    )
    assert not server.messages("error")
    assert not server.messages("warning")


NGINX = """
pid {run}/pid; daemon off; error_log {run}/error.log notice; {user}
events {{}}
http {{
  client_body_temp_path {run}/b; proxy_temp_path {run}/p; fastcgi_temp_path {run}/f; uwsgi_temp_path {run}/u;
  scgi_temp_path {run}/s;
  log_format shop '$server_name|$remote_addr|$time_iso8601|$request_method $request_uri|$status|$bytes_sent|'
                  '"$http_user_agent"|$request_time';
  log_format asjson escape=json '{{"time":"$msec","client":"127.0.0.2","request":"$request","status":"$status",'
      '"body_bytes_sent":"$body_bytes_sent","http_user_agent":"$http_user_agent"}}';
  access_log {run}/var/log/nginx/access.log;
  server {{
    listen unix:{run}/plain; server_name teas.example www.teas.example; root {run}/www;
  }}
  server {{
    listen unix:{run}/custom; server_name market.example marketabcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrs.onion;
    access_log {run}/var/log/nginx/shop.log shop; location / {{ return 204; }}
  }}
  server {{ listen unix:{run}/json; access_log {run}/var/log/nginx/json.log asjson; location / {{ return 200 "ok"; }} }}
}}
"""

HOSTILE = [
    b'GET /tea?q=1 HTTP/1.1\r\nHost: teas.example\r\nUser-Agent: a"b\\c\x01 \xd0\x96\r\nConnection: close\r\n\r\n',
    b"GET /" + b"x" * 3000 + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
    b"HELP\r\n\r\n",
    b'GET /missing HTTP/1.0\r\nReferer: http://forum.example/?a="x"\r\n\r\n',
]


def test_logs_that_a_real_nginx_wrote(tmp_path):
    run = tmp_path / "run"
    write(run, {"www/index.html": "hello", "var/log/nginx/.keep": ""})
    config = NGINX.format(run=run, user="user root;" if os.getuid() == 0 else "")
    write(run, {"nginx.conf": config})
    environment = {**os.environ, "TZ": "Europe/Berlin"}
    started = time.time()
    with running(
        [program("nginx", "nginx-light"), "-e", str(run / "error.log"), "-c", str(run / "nginx.conf")],
        run / "custom", env=environment,
    ):  # fmt: skip
        for request in HOSTILE:
            sent(run / "plain", request)
        for path in (b"/one", b"/two?x=%20y"):
            sent(
                run / "custom",
                b"GET " + path + b" HTTP/1.1\r\nHost: h\r\nUser-Agent: cli|ent\r\nConnection: close\r\n\r\n",
            )
        sent(
            run / "json", b'POST /pay HTTP/1.1\r\nHost: h\r\nUser-Agent: "q" \\\r\nConnection: close\r\n\r\n'
        )
    seized = tmp_path / "seized"
    (run / "var/log/nginx/.keep").unlink()
    shutil.copytree(run / "var", seized / "var")
    shutil.copy(run / "error.log", seized / "var/log/nginx/error.log")
    # the paths in the configuration are those of the running system, the exhibit holds its root
    write(seized, {"etc/nginx/nginx.conf": config.replace(f"{run}/", "/"), "etc/timezone": "Europe/Berlin\n"})
    rotated = (seized / "var/log/nginx/shop.log").read_bytes()
    write(seized, {"var/log/nginx/shop.log.2.gz": gzip.compress(rotated)})
    server = taken_in(seized, tmp_path)
    kinds = server.kinds()
    assert kinds["var/log/nginx/access.log"] == "weblogs:access-log"
    assert kinds["var/log/nginx/json.log"] == "weblogs:access-log-json"
    assert kinds["var/log/nginx/error.log"] == "weblogs:nginx-error-log"
    assert kinds["etc/nginx/nginx.conf"] == "weblogs:nginx-configuration"

    plain = server.raw("access_log", "var/log/nginx/access.log")
    assert [row["status"] for row in plain] == [404, 404, 400, 400, 404]
    assert plain[0]["path"] == "/tea?q=1"
    assert plain[0]["user_agent"] == 'a"b\\c\\x01 Ж'
    assert plain[1]["path"] == "/" + "x" * 3000
    assert plain[2]["request"].startswith("\\x16\\x03\\x01\\x02\\x00\\x01")
    assert "method" not in plain[2]
    assert plain[4]["referrer"] == 'http://forum.example/?a="x"'
    assert {row["ip"] for row in plain} == {"unix:"}

    custom = server.raw("access_log", "var/log/nginx/shop.log")
    assert [(row["vhost"], row["method"], row["path"], row["status"]) for row in custom] == [
        ("market.example", "GET", "/one", 204),
        ("market.example", "GET", "/two?x=%20y", 204),
    ]
    assert custom[0]["user_agent"] == "cli|ent"
    assert re.fullmatch(r"request_time=\d\.\d{3}", custom[0]["extra"])
    assert custom[0]["format"] == "shop, as etc/nginx/nginx.conf states it"
    assert server.raw("access_log", "var/log/nginx/shop.log.2.gz") == custom

    (pay,) = server.raw("access_log", "var/log/nginx/json.log")
    assert (pay["method"], pay["path"], pay["status"], pay["bytes"], pay["ip"]) == (
        "POST",
        "/pay",
        200,
        2,
        "127.0.0.2",
    )
    assert pay["user_agent"] == '"q" \\'

    for (at,) in server.all("SELECT v.at FROM visits AS v"):
        assert abs((at - datetime(1970, 1, 1)).total_seconds() - started) < 60
    for path in kinds:
        if path.startswith("var/") and path.endswith(".log"):
            every_byte_is_in_a_row(server, path, (seized / path).stat().st_size)
    names = server.dict("SELECT host, kind FROM site_names")
    onion = "marketabcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrs.onion"
    assert names == {
        "teas.example": "clearnet",
        "www.teas.example": "clearnet",
        "market.example": "clearnet",
        onion: "onion",
    }
    assert server.one("SELECT count(*) FROM host_events WHERE kind = 'web server notice'") > 0
    event = server.one("SELECT max(e.at) FROM host_events AS e")
    assert abs((event - datetime(1970, 1, 1)).total_seconds() - started) < 60, (
        "the zone of etc/timezone was used"
    )
    assert not server.messages("error")
    assert not server.messages("warning")


APACHE = """
ServerRoot {modules}
{loads}
PidFile {run}/pid
DefaultRuntimeDir {run}
Mutex file:{run}
Listen 127.0.0.1:{port}
{user}
ServerName default.example
ErrorLog {run}/var/log/apache2/error.log
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" vhost_combined
LogFormat "%a [%{{%Y-%m-%d %H:%M:%S}}t] %D \\"%m %U%q %H\\" %>s %{{X-Forwarded-For}}i \\"%{{User-agent}}i\\"" odd
CustomLog {run}/var/log/apache2/other_vhosts_access.log vhost_combined
CustomLog {run}/var/log/apache2/odd.log odd
<VirtualHost *:{port}>
  ServerName seeds.example
  ServerAlias www.seeds.example \\
    old.seeds.example
  DocumentRoot {run}/www
</VirtualHost>
"""


def test_logs_that_a_real_apache_wrote(tmp_path):
    import socket

    run = tmp_path / "run"
    apache2 = program("apache2", "apache2-bin")
    write(run, {"www/index.html": "hello", "var/log/apache2/.keep": ""})
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    loads = "\n".join(
        f"LoadModule {name}_module modules/mod_{name}.so" for name in ("mpm_event", "authz_core", "unixd", "logio")
        if Path(f"/usr/lib/apache2/modules/mod_{name}.so").exists()
    )  # fmt: skip
    user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
    config = APACHE.format(run=run, modules="/usr/lib/apache2", loads=loads, port=port, user=user)
    write(run, {"apache2.conf": config})
    with subprocess.Popen(
        [apache2, "-X", "-f", str(run / "apache2.conf")], env={**os.environ, "TZ": "America/New_York"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            for request in (
                b'GET /index.html?a=b HTTP/1.1\r\nHost: seeds.example\r\nUser-Agent: "quoted\\" \xe9\r\nConnection: close\r\n\r\n',
                b"GET / HTTP/1.1\r\nHost: seeds.example\r\nX-Forwarded-For: 198.51.100.7, 10.0.0.1\r\nConnection: close\r\n\r\n",
                b"\x16\x03\x01\x00\xee\r\n\r\n",
            ):
                for _ in range(100):
                    try:
                        with socket.create_connection(("127.0.0.1", port), 5) as connection:
                            connection.sendall(request)
                            while connection.recv(4096):
                                pass
                        break
                    except ConnectionRefusedError:
                        assert process.poll() is None, process.stderr.read().decode()
                        time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    seized = tmp_path / "seized"
    (run / "var/log/apache2/.keep").unlink()
    shutil.copytree(run / "var", seized / "var")
    write(
        seized,
        {
            "etc/apache2/apache2.conf": config.replace(f"{run}/", "${APACHE_RUN}/").replace(
                "${APACHE_RUN}/var/log/apache2", "${APACHE_LOG_DIR}"
            )
        },
    )
    server = taken_in(seized, tmp_path, "America/New_York")
    rows = server.raw("access_log", "var/log/apache2/other_vhosts_access.log")
    assert [(row["vhost"], row["port"], row["ip"]) for row in rows] == [
        ("seeds.example", 80, "127.0.0.1")
    ] * 3
    assert [row["status"] for row in rows][2] == 400
    assert rows[0]["user_agent"] == '"quoted\\" \\xe9'
    assert rows[2]["request"].startswith("\\x16\\x03\\x01")
    odd = server.raw("access_log", "var/log/apache2/odd.log")
    assert [row["path"] for row in odd[:2]] == ["/index.html?a=b", "/"]
    assert odd[1]["forwarded_for"] == "198.51.100.7, 10.0.0.1"
    assert "zone_minutes" not in odd[0]
    seen = server.all(
        "SELECT DISTINCT v.at, basis FROM visits AS v WHERE path = '/index.html?a=b' ORDER BY basis"
    )
    assert seen[0][0].replace(microsecond=0) == seen[1][0].replace(microsecond=0), "the case's zone was taken"
    assert [basis for _, basis in seen] == ["derived", "recorded"]
    assert any("case's zone, America/New_York" in message for message in server.messages("info"))
    assert {"seeds.example", "www.seeds.example", "old.seeds.example"} == set(
        server.dict("SELECT host, kind FROM site_names")
    )
    assert server.raw("error_log")[0]["software"] == "Apache"
    for path in ("other_vhosts_access.log", "odd.log", "error.log"):
        whole = f"var/log/apache2/{path}"
        every_byte_is_in_a_row(server, whole, (seized / whole).stat().st_size)
    assert not server.messages("error")
    assert not server.messages("warning")


def test_logs_that_a_real_lighttpd_wrote(tmp_path):
    run = tmp_path / "run"
    write(run, {"www/index.html": "hello", "lighttpd.conf": ""})
    config = f"""
server.modules = ("mod_accesslog")
server.document-root = "{run}/www"
server.bind = "{run}/socket"
accesslog.filename = "{run}/lighttpd-access.log"
$HTTP["host"] == "herbs.example" {{ server.document-root = "{run}/www" }}
"""
    write(run, {"lighttpd.conf": config})
    with running([program("lighttpd", "lighttpd"), "-D", "-f", str(run / "lighttpd.conf")], run / "socket"):
        sent(
            run / "socket",
            b'GET /index.html HTTP/1.1\r\nHost: herbs.example\r\nUser-Agent: a "b" \xff\r\nConnection: close\r\n\r\n',
        )
    seized = write(tmp_path / "seized", {"etc/lighttpd/lighttpd.conf": config.replace(str(run), "")})
    shutil.copy(run / "lighttpd-access.log", seized)
    server = taken_in(seized, tmp_path)
    (row,) = server.raw("access_log")
    assert (row["vhost"], row["method"], row["path"], row["status"]) == (
        "herbs.example",
        "GET",
        "/index.html",
        200,
    )
    assert row["user_agent"] == 'a "b" \\xff'
    assert server.dict("SELECT host, kind FROM site_names") == {"herbs.example": "clearnet"}


def test_a_log_that_a_real_caddy_wrote(tmp_path):
    run = tmp_path / "run"
    config = f"""{{
  admin off
  auto_https off
}}
http://spices.example {{
  bind unix/{run}/socket
  respond "ok"
  log {{
    output file {run}/access.log
  }}
}}
"""
    write(run, {"Caddyfile": config})
    home = {**os.environ, "HOME": str(run), "XDG_DATA_HOME": str(run), "XDG_CONFIG_HOME": str(run)}
    with running(
        [program("caddy", "caddy"), "run", "--config", str(run / "Caddyfile")], run / "socket", env=home
    ):
        sent(
            run / "socket",
            f"GET /a?b=c HTTP/1.1\r\nHost: spices.example\r\nReferer: http://x.example/\r\nUser-Agent: {AGENT}\r\nConnection: close\r\n\r\n".encode(),
        )
    seized = write(tmp_path / "seized", {"etc/caddy/Caddyfile": config.replace(str(run), "/var/log/caddy")})
    log = (run / "access.log").read_bytes()
    write(seized, {"var/log/caddy/access.log": log + b'{"level":"info","msg":"no request"}\n{broken\n'})
    server = taken_in(seized, tmp_path)
    (visit,) = server.all("SELECT method, path, status, user_agent, referrer, host, v.at FROM visits AS v")
    assert visit[:6] == ("GET", "/a?b=c", 200, AGENT, "http://x.example/", "spices.example")
    recorded = json.loads(log.splitlines()[-1])["ts"]
    assert abs((visit[6] - datetime(1970, 1, 1)).total_seconds() - recorded) < 0.001
    assert [row["text"] for row in server.raw("unparsed_lines")] == [
        '{"level":"info","msg":"no request"}',
        "{broken",
    ]
    assert server.dict("SELECT host, kind FROM site_names") == {"spices.example": "clearnet"}
    every_byte_is_in_a_row(
        server, "var/log/caddy/access.log", (seized / "var/log/caddy/access.log").stat().st_size
    )


def test_lines_of_no_format_are_kept_and_told_once(tmp_path):
    odd = b"no log line\n\xff\xfe\x00 more\n\n"
    long = b"y" * (LONGEST + 5) + b"\n"
    data = COMBINED.encode() * 3 + odd + long + COMBINED.encode()[:-20]
    seized = write(tmp_path / "seized", {"access.log": data})
    server = taken_in(seized, tmp_path)
    rows = server.raw("unparsed_lines")
    assert [row["reason"] for row in rows] == [
        "can't be read as lines of an access log whose format is known", "can't be read as lines of an access log whose format is known",
        "an empty line", "a piece of a line that is too long", "can't be read as lines of an access log whose format is known",
        "can't be read as lines of an access log whose format is known",
    ]  # fmt: skip
    assert rows[1]["text"] == "\\xff\\xfe\\x00 more"
    assert len(server.messages("warning")) == 1
    every_byte_is_in_a_row(server, "access.log", len(data))
    assert server.one("SELECT count(*) FROM visits") == 3


def test_addresses_zones_and_what_is_missing(tmp_path):
    lines = [
        '2001:db8::1 - ann [31/Mar/2024:03:00:00 +0200] "GET / HTTP/1.1" 200 - "-" "-"',
        '::1 - - [31/Oct/2024:23:59:60 -0930] "" 400 0 "-" "-"',
        'crawl.bots.example - - [01/Jan/2024:00:00:00 +0545] "GET /\\x22q\\x22 HTTP/1.1" 304 - "" "a\\"b"',
        '198.51.100.2 - - [29/Feb/2023:00:00:00 +0000] "GET /no-such-day HTTP/1.1" 200 1 "-" "-"',
        '198.51.100.2 - - [29/Feb/2024:00:00:00 +0000] "GET /day HTTP/1.1" 200 99999999999999999999 "-" "-"',
    ]
    found, problems = read("\n".join(lines).encode(), tmp_path)
    rows = found["access_log"]
    assert [row["ip"] for row in rows] == ["2001:db8::1", "::1", "crawl.bots.example"]
    assert [row["zone_minutes"] for row in rows] == [120, -570, 345]
    assert rows[0]["local_time"] == datetime(2024, 3, 31, 3)
    assert rows[1]["local_time"] == datetime(2024, 11, 1), "a leap second is the second after"
    assert (rows[0]["bytes"], rows[0]["referrer"], rows[0]["user_agent"]) == (None, None, None)
    assert (rows[2]["path"], rows[2]["referrer"], rows[2]["user_agent"]) == ('/"q"', "", 'a"b')
    assert rows[1]["request"] == ""
    assert len(found["unparsed_lines"]) == 2
    assert len(problems) == 1


def test_a_format_that_the_lines_show(tmp_path):
    line = '[2024-05-01T10:00:00+01:00] 203.0.113.5 "GET /x HTTP/2.0" 200 17 "https://a.example/" "curl/8.0" rt=0.002\n'
    assert weblogs.recognise(line.encode() * 3, "x.log") == "access-log"
    found, problems = read(line.encode() * 3, tmp_path)
    assert not problems
    row = found["access_log"][0]
    assert (row["ip"], row["path"], row["status"], row["bytes"]) == ("203.0.113.5", "/x", 200, 17)
    assert (row["referrer"], row["user_agent"]) == ("https://a.example/", "curl/8.0")
    assert (row["local_time"], row["zone_minutes"]) == (datetime(2024, 5, 1, 10), 60)
    assert row["format"] == "inferred from the lines"


@pytest.mark.parametrize(
    ("make", "stated", "complaint"),
    [(nginx, "$remote_addr$request $time_local", "nothing between"), (apache, "%h %l %u", "no time"), (nginx, " ".join(f"$v{n}" for n in range(40)) + " $msec", "too many")],
)  # fmt: skip
def test_formats_that_cannot_be_read_back(make, stated, complaint):
    with pytest.raises(FormatError, match=complaint):
        make("x", stated)


def test_the_nearest_configuration_says_which_log_it_is():
    text = (
        b"""log_format one '$msec $remote_addr "$request"'; server { access_log /var/log/nginx/a.log one; }"""
    )
    logs = []
    for root in ("host-a/", "host-b/"):
        found = configuration.parse("nginx-configuration", text)
        logs += [
            configuration.StatedLog(
                f"{root}etc/nginx/nginx.conf", "nginx", path, name, found.formats[name], ()
            )
            for path, name in found.hosts[0].logs
        ]
    for name in (
        "var/log/nginx/a.log",
        "var/log/nginx/a.log.1",
        "var/log/nginx/a.log-20240101.gz",
        "var/log/nginx/a.log.12.gz",
    ):
        assert configuration.log_of(f"host-b/{name}", logs).config == "host-b/etc/nginx/nginx.conf"
    assert configuration.log_of("host-b/var/log/nginx/a.log.bak", logs) is None
    assert configuration.log_of("host-b/var/log/nginx/ba.log", logs) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 500, b"# a shell script\necho GET / HTTP/1.1\n", b"<html><body>[10/Oct/2000:13:55:36 +0000]</body></html>", b"a,b,c\n1,2,3\n", b'{"name": "x", "status": "ok"}\n', b"%PDF-1.7\n"],
)  # fmt: skip
def test_what_is_no_log_is_not_taken_for_one(data):
    assert weblogs.recognise(data, "some/file") is None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.just(COMBINED.encode().strip()),
            st.text('[]" -\\x:/0', max_size=60).map(str.encode),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_any_bytes_give_rows_or_unparsed_lines(tmp_path_factory, pieces, as_json):
    data = b"\n".join(pieces)
    found, _ = read(data, tmp_path_factory.mktemp("any"), kind="access-log-json" if as_json else "access-log")
    ranges = sorted((row["_offset"], row["_length"]) for rows in found.values() for row in rows)
    assert [offset for offset, _ in ranges] == [
        sum(length for _, length in ranges[:n]) for n in range(len(ranges))
    ]
    assert sum(length for _, length in ranges) == len(data)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_recognised_without_complaint(data):
    for path in ("etc/nginx/x.conf", "etc/apache2/x.conf", "var/log/x.log", "Caddyfile"):
        kind = weblogs.recognise(data, path)
        if kind and kind.endswith("-configuration"):
            configuration.parse(kind, data)
    for kind in ("nginx", "apache", "lighttpd", "caddy"):
        configuration.parse(f"{kind}-configuration", data)
    errors.nginx(data)
    errors.apache(data)


def test_rows_are_the_same_however_the_stream_is_cut(tmp_path, monkeypatch):
    chance = random.Random(5)
    start = datetime(2024, 1, 1)
    lines = [
        f'10.0.0.{n % 250} - - [{(start + timedelta(seconds=n)):%d/%b/%Y:%H:%M:%S} +0000] "GET /{chance.random()} HTTP/1.1" 200 {n} "-" "{AGENT}"\n'
        for n in range(3000)
    ]
    data = "".join(lines).encode()
    whole, _ = read(data, tmp_path)
    from functools import partial

    from stocktake.artefacts.lines import blocks

    monkeypatch.setattr(access, "blocks", partial(blocks, size=777))
    assert read(data, tmp_path)[0] == whole
    assert len(whole["access_log"]) == 3000


def test_caddy_lines_read_at_once_are_the_same_as_one_by_one(tmp_path, monkeypatch):
    chance = random.Random(3)
    entries = [
        {
            "ts": 1700000000 + number * 0.123457, "status": chance.choice((200, 404)), "size": number,
            "user_id": chance.choice(("", "ann", "-")), "extra": {"deep": [1, {"x": "}"}]},
            "request": {
                "remote_ip": "203.0.113.9", "client_ip": "10.0.0.1", "proto": "HTTP/2.0", "method": "GET",
                "host": chance.choice(("a.example", "b.example")),
                "uri": chance.choice(("/", "/caf\u00e9", '/"quoted"', "/tab\t", "/zero\u200bwidth", "/\x00")),
                "headers": chance.choice(({}, {"User-Agent": ["x", "y"]}, {"Referer": [""], "User-Agent": [AGENT]})),
            },
        }
        for number in range(500)
    ]  # fmt: skip
    data = "\n".join(map(json.dumps, entries)).encode()
    at_once = json_lines._caddy(0, data)
    assert at_once is not None
    quick, _ = read(data, tmp_path, kind="access-log-json")
    monkeypatch.setattr(json_lines, "_caddy", lambda *_: None)
    assert read(data, tmp_path, kind="access-log-json")[0] == quick
    assert len(quick["access_log"]) == 500


@pytest.mark.parametrize(
    "odd", [b"", b"{}", b'{"ts": "x"}', b"[1]", b'{"ts":1,"request":{"uri":"\xff"}}', b"{"]
)
def test_blocks_with_an_odd_line_are_read_one_by_one(odd):
    whole = b'{"ts":1.5,"status":200,"size":1,"request":{"remote_ip":"1.2.3.4","proto":"x","method":"GET","host":"h","uri":"/","headers":{}}}\n'
    assert json_lines._caddy(0, whole * 3) is not None
    assert json_lines._caddy(0, whole + odd + b"\n" + whole) is None
