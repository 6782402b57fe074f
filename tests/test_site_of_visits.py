"""Which shop a visit, a name, a mail or a host's record is of: told by what a server's settings lead to."""

from importlib.resources import files
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from server_files import write
from shop_case import OpenCart, WooCommerce, new_case
from stocktake.case import Case
from stocktake.commerce.statements import read_statements
from stocktake.commerce.tables import open_case
from stocktake.custody import ledger
from stocktake.custody.exhibit import add
from stocktake.process import process
from stocktake.shops.folders import artefact_families

ONION = "blt4av5klpaxsu256i3guci7m5ctrdbqtthxnzvs2x3l4mdxdxve7xad.onion"
HERBS, SPICES = "site:KC/1/wp_options", "site:KC/1/oc_store/0"

NGINX = """
events {}
http {
  access_log /var/log/nginx/access.log;
  include /etc/nginx/sites-enabled/*;
}
"""
HERBS_HOST = """
server { listen 80; server_name herbs.example www.herbs.example; return 301 https://herbs.example$request_uri; }
server {
  listen 443 ssl; server_name herbs.example www.herbs.example; root /var/www/herbs;
  access_log /var/log/nginx/herbs.log;
}
"""
SPICES_HOST = """
server { listen 127.0.0.1:8081; server_name _; root /srv/spices; access_log /var/log/nginx/hidden.log; }
server { listen 443; server_name stats.example; root /srv/stats; access_log /var/log/nginx/stats.log; }
"""
TORRC = "HiddenServiceDir /var/lib/tor/spices/\nHiddenServicePort 80 127.0.0.1:8081\n"


def wp_config(database: str, prefix: str = "wp_") -> str:
    return f"<?php\ndefine( 'DB_NAME', '{database}' );\n$table_prefix = '{prefix}';\n"


def opencart_config(database: str, address: str, prefix: str = "oc_") -> str:
    return (
        f"<?php\ndefine('HTTP_SERVER', 'http://{address}/');\ndefine('DB_DATABASE', '{database}');\n"
        f"define('DB_PREFIX', '{prefix}');\n"
    )


def log(*paths: str) -> str:
    return "".join(
        f'203.0.113.{number} - - [01/Jul/2025:13:55:36 +0000] "GET {path} HTTP/1.1" 200 2326 "-" "Mozilla"\n'
        for number, path in enumerate(paths, 1)
    )


@pytest.fixture
def herbs(mariadb) -> WooCommerce:
    address = "https://herbs.example"
    return WooCommerce.fresh(
        mariadb, "herbs", siteurl=address, home=address, admin_email="sage@herbs.example"
    )


@pytest.fixture
def spices(mariadb) -> OpenCart:
    shop = OpenCart.fresh(mariadb, "spices")
    shop.order(1, 5, "12.00", store_url=f"http://{ONION}/")
    return shop


def server(herbs: WooCommerce, spices: OpenCart) -> dict[str, str | bytes]:
    """The settings and logs of a machine that runs both."""
    return {
        "etc/nginx/nginx.conf": NGINX,
        "etc/nginx/sites-enabled/herbs": HERBS_HOST,
        "etc/nginx/sites-enabled/spices": SPICES_HOST,
        "etc/tor/torrc": TORRC,
        "var/lib/tor/spices/hostname": f"{ONION}\n",
        "var/www/herbs/wp-config.php": wp_config(herbs.database),
        "srv/spices/config.php": opencart_config(spices.database, "127.0.0.1"),
        "var/log/nginx/access.log": log("/scan"),
        "var/log/nginx/herbs.log": log("/shop", "/basket"),
        "var/log/nginx/hidden.log.1": log("/index.php"),
        "var/log/nginx/stats.log": log("/count"),
    }


def processed(case: Case, *folders: Any) -> duckdb.DuckDBPyConnection:
    for number, folder in enumerate(folders, 1):
        add(case, folder, reference=f"KC/{number}")
    assert process(case, jobs=2).errors == 0
    return open_case(case)


def visits(held: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    return dict(held.execute("SELECT path, site_id FROM visits").fetchall())


def test_logs_names_and_settings_lead_to_the_shops_of_their_databases(herbs, spices, tmp_path):
    seized = write(
        tmp_path / "seized",
        {
            **server(herbs, spices),
            "backup/herbs.sql": herbs.dump(),
            "backup/spices.sql": spices.dump(),
            "var/mail/root": "From a@b Tue Jul  1 13:55:36 2025\nFrom: Ann <ann@buyers.example>\n"
            "To: sage@herbs.example\nSubject: late\nDate: Tue, 01 Jul 2025 13:55:36 +0000\n"
            "Message-ID: <1@buyers.example>\n\nWhere is it?\n",
        },
    )
    held = processed(new_case(tmp_path), seized)
    # The first log is also that of a host which only sends visitors on, but under the shop's own name.
    assert visits(held) == {
        "/scan": HERBS, "/shop": HERBS, "/basket": HERBS, "/index.php": SPICES, "/count": None,
    }  # fmt: skip
    names = held.execute(
        "SELECT DISTINCT host, site_id FROM site_names WHERE rule LIKE 'artefacts/%'"
    ).fetchall()
    assert dict(names) == {
        "herbs.example": HERBS, "www.herbs.example": HERBS, ONION: SPICES, "stats.example": None,
    }  # fmt: skip
    told = held.execute(
        "SELECT kind, site_id FROM host_events WHERE site_id IS NOT NULL ORDER BY ALL"
    ).fetchall()
    assert told == [
        ("application setting", SPICES), ("application setting", HERBS), ("onion service port", SPICES),
    ]  # fmt: skip
    assert held.execute("SELECT site_id FROM messages WHERE subject = 'late'").fetchall() == [(HERBS,)]
    how = held.execute(
        "SELECT how, l.basis, l.rule, s.path FROM site_links l JOIN sources s USING (source_id) "
        "WHERE host = ? AND how LIKE 'Tor %' ORDER BY ALL",
        [ONION],
    ).fetchall()
    led = (
        "Tor passes port 80 on to 127.0.0.1:8081, where nginx in etc/nginx/sites-enabled/spices listens with the "
        f"files in /srv/spices, where srv/spices/config.php names the database {spices.database}"
    )
    assert {(text, basis) for text, basis, _, _ in how} == {(led, "derived")}
    assert {path for *_, path in how} == {"etc/tor/torrc", "var/lib/tor/spices"}
    assert all(rule.startswith("artefacts/serving/site_links.sql:") for _, _, rule, _ in how)


def test_a_dump_and_its_server_are_different_exhibits(herbs, spices, tmp_path):
    dumps = write(tmp_path / "dumps", {"herbs.sql": herbs.dump(), "spices.sql": spices.dump()})
    seized = write(tmp_path / "seized", server(herbs, spices))
    case = new_case(tmp_path)
    held = processed(case, dumps, seized)
    assert visits(held) == {
        "/scan": HERBS, "/shop": HERBS, "/basket": HERBS, "/index.php": SPICES, "/count": None,
    }  # fmt: skip
    held.close()
    before = len(list(ledger.entries(case)))
    assert process(case, jobs=2).exhibits == []
    assert len(list(ledger.entries(case))) == before


def test_the_order_of_exhibits_does_not_matter(herbs, spices, tmp_path):
    dumps = write(tmp_path / "dumps", {"herbs.sql": herbs.dump(), "spices.sql": spices.dump()})
    seized = write(tmp_path / "seized", server(herbs, spices))
    case = new_case(tmp_path)
    add(case, seized, reference="KC/2")
    process(case, jobs=2)
    with open_case(case) as held:
        assert set(visits(held).values()) == {None}
    add(case, dumps, reference="KC/1")
    process(case, jobs=2)
    with open_case(case) as held:
        assert visits(held)["/index.php"] == SPICES
        assert visits(held)["/count"] is None


def test_a_name_of_a_database_that_everybody_uses_leads_to_no_other_machines_shop(herbs, tmp_path):
    dumps = write(tmp_path / "dumps", {"herbs.sql": herbs.dump()})
    other = write(
        tmp_path / "other",
        {
            "etc/nginx/sites-enabled/x": "server { listen 80; server_name teas.example; root /var/www/teas; "
            "access_log /var/log/nginx/teas.log; }",
            "var/www/teas/wp-config.php": wp_config(herbs.database),
            "var/log/nginx/teas.log": log("/teapot"),
        },
    )
    held = processed(new_case(tmp_path), dumps, other)
    assert visits(held) == {"/teapot": None}
    assert held.execute("SELECT count(*) FROM site_links WHERE site_id IS NULL").fetchone() != (0,)


def test_a_root_with_two_applications_below_leads_to_neither(herbs, spices, tmp_path):
    seized = write(
        tmp_path / "seized",
        {
            "etc/nginx/sites-enabled/all": "server { listen 80; root /var/www; access_log /var/log/nginx/all.log; }",
            "var/www/a/wp-config.php": wp_config(herbs.database),
            "var/www/b/config.php": opencart_config(spices.database, "127.0.0.1"),
            "var/log/nginx/all.log": log("/a/shop"),
            "herbs.sql": herbs.dump(),
            "spices.sql": spices.dump(),
        },
    )
    assert visits(processed(new_case(tmp_path), seized)) == {"/a/shop": None}


def test_a_host_in_front_of_another(herbs, spices, tmp_path):
    seized = write(
        tmp_path / "seized",
        {
            "etc/nginx/conf.d/front.conf": "server { listen 443; server_name herbs.example; "
            "access_log /var/log/nginx/front.log; location / { proxy_pass http://127.0.0.1:8080; } }",
            "etc/apache2/sites-enabled/herbs.conf": "<VirtualHost 127.0.0.1:8080>\nServerName herbs.example\n"
            "DocumentRoot /var/www/herbs/public\nCustomLog /var/log/apache2/back.log combined\n</VirtualHost>\n"
            "<VirtualHost 127.0.0.1:8080>\nServerName spices.example\nDocumentRoot /var/www/spices\n</VirtualHost>\n",
            "var/www/herbs/.env": f"APP_URL=https://herbs.example\nDB_DATABASE={herbs.database}\nDB_PREFIX=wp_\n",
            "var/www/spices/config.php": opencart_config(spices.database, "spices.example"),
            "var/log/nginx/front.log": log("/front"),
            "var/log/apache2/back.log": log("/back"),
            "herbs.sql": herbs.dump(),
            "spices.sql": spices.dump(),
        },
    )
    held = processed(new_case(tmp_path), seized)
    assert visits(held) == {"/front": HERBS, "/back": HERBS}
    through = held.execute("SELECT how FROM site_links WHERE how LIKE '%through Apache%'").fetchall()
    assert len(through) == 1


SETTINGS = {
    "srv/ps/app/config/parameters.php": "<?php return array (\n 'parameters' => \n array (\n'database_host' => '127.0.0.1',\n"
    "'database_name' => 'pshop', 'database_user' => 'root',\n 'database_password' => 'not to be kept',\n"
    "'database_prefix' => 'ps_',\n'cookie_key' => 'not to be kept',\n), );\n",
    "srv/ps16/config/settings.inc.php": "<?php\ndefine('_DB_NAME_', 'old');\ndefine('_DB_PREFIX_', 'ps6_');\n"
    "define('_DB_PASSWD_', 'not to be kept');\n",
    "srv/mage/app/etc/env.php": "<?php\nreturn [\n 'crypt' => ['key' => 'not to be kept'],\n 'db' => [\n"
    "  'table_prefix' => 'm2_',\n  'connection' => ['default' => ['host' => 'localhost', 'dbname' => 'mage',\n"
    "  'username' => 'mage', 'password' => 'not to be kept']]]];\n",
    "srv/mage1/app/etc/local.xml": "<config><global><resources><db><table_prefix><![CDATA[]]></table_prefix></db>"
    "<default_setup><connection><password><![CDATA[not to be kept]]></password><dbname><![CDATA[mage1]]></dbname>"
    "</connection></default_setup></resources></global></config>",
    "srv/drupal/sites/default/settings.php": "<?php\n$databases['default']['default'] = array (\n  'database' => 'drupal',\n"
    "  'username' => 'd',\n  'password' => 'not to be kept',\n  'prefix' => 'd8_',\n);\n",
    "srv/sw6/.env": "APP_SECRET=not to be kept\nDATABASE_URL=mysql://sw:not%20kept@localhost:3306/shopware?x=1\n",
    "root/.my.cnf": "[client]\nuser = pedlar\npassword = not to be kept\n",
}


def test_settings_of_other_applications_name_their_databases(tmp_path):
    hosts = "".join(
        f"server {{ listen 80; server_name {name}.example; root /srv/{folder}; }}\n"
        for name, folder in {
            "ps": "ps", "ps16": "ps16", "mage": "mage/pub", "mage1": "mage1", "drupal": "drupal", "sw6": "sw6/public",
        }.items()
    )  # fmt: skip
    seized = write(tmp_path / "seized", {"etc/nginx/conf.d/all.conf": hosts, **SETTINGS})
    case = new_case(tmp_path)
    held = processed(case, seized)
    found = held.execute(
        "SELECT host, database_name, table_prefix FROM site_links WHERE how LIKE 'nginx%' ORDER BY 1"
    ).fetchall()
    assert found == [
        ("drupal.example", "drupal", "d8_"), ("mage.example", "mage", "m2_"), ("mage1.example", "mage1", ""),
        ("ps.example", "pshop", "ps_"), ("ps16.example", "old", "ps6_"), ("sw6.example", "shopware", ""),
    ]  # fmt: skip
    told = dict(held.execute("SELECT text, 1 FROM host_events WHERE kind = 'application setting'").fetchall())
    assert "MySQL user = pedlar" in told
    assert sum("is a secret, keyed fingerprint" in text for text in told) == 8
    assert not [text for text in told if "not to be kept" in text or "not%20kept" in text]


def _statements():
    for family in artefact_families():
        yield from (statement for _, statement in family.prepare)
        yield from (s for listed in family.canonical.values() for s in listed)
        yield from family.coverage
    home = files("stocktake.commerce") / "site_links"
    for file in sorted(home.iterdir(), key=lambda file: file.name):
        yield from read_statements(file, f"commerce/site_links/{file.name}")


@pytest.mark.parametrize("statement", list(_statements()), ids=lambda statement: statement.rule)
def test_every_statement_of_artefacts_has_a_spark_form(statement):
    (spark,) = sqlglot.transpile(
        statement.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
    )
    assert sqlglot.parse_one(spark, read="spark")
