"""Boards and tickets: phpBB, MyBB and osTicket in a real MariaDB, dumped by mariadb-dump."""

import ipaddress
from datetime import datetime

import pytest

from shop_case import Shop

PHPBB = """
CREATE TABLE {p}config (config_name varchar(255) NOT NULL DEFAULT '', config_value varchar(255) NOT NULL DEFAULT '',
  is_dynamic tinyint(1) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (config_name)) CHARSET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE {p}users (user_id int(10) unsigned NOT NULL AUTO_INCREMENT, user_type tinyint(2) NOT NULL DEFAULT 0,
  group_id mediumint(8) unsigned NOT NULL DEFAULT 3, user_ip varchar(40) NOT NULL DEFAULT '',
  user_regdate int(11) unsigned NOT NULL DEFAULT 0, username varchar(255) NOT NULL DEFAULT '',
  username_clean varchar(255) NOT NULL DEFAULT '', user_password varchar(255) NOT NULL DEFAULT '',
  user_email varchar(100) NOT NULL DEFAULT '', user_lastvisit int(11) unsigned NOT NULL DEFAULT 0,
  user_actkey varchar(32) NOT NULL DEFAULT '', user_form_salt varchar(32) NOT NULL DEFAULT '',
  PRIMARY KEY (user_id), UNIQUE KEY username_clean (username_clean)) CHARSET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE {p}groups (group_id mediumint(8) unsigned NOT NULL AUTO_INCREMENT, group_name varchar(255) NOT NULL
  DEFAULT '', PRIMARY KEY (group_id)) CHARSET utf8mb4;
CREATE TABLE {p}user_group (group_id mediumint(8) unsigned NOT NULL DEFAULT 0, user_id int(10) unsigned NOT NULL
  DEFAULT 0, group_leader tinyint(1) unsigned NOT NULL DEFAULT 0, user_pending tinyint(1) unsigned NOT NULL DEFAULT 1,
  KEY group_id (group_id), KEY user_id (user_id)) CHARSET utf8mb4;
CREATE TABLE {p}forums (forum_id mediumint(8) unsigned NOT NULL AUTO_INCREMENT, forum_name varchar(255) NOT NULL
  DEFAULT '', PRIMARY KEY (forum_id)) CHARSET utf8mb4;
CREATE TABLE {p}topics (topic_id int(10) unsigned NOT NULL AUTO_INCREMENT, forum_id mediumint(8) unsigned NOT NULL
  DEFAULT 0, topic_title varchar(255) NOT NULL DEFAULT '', PRIMARY KEY (topic_id)) CHARSET utf8mb4;
CREATE TABLE {p}posts (post_id int(10) unsigned NOT NULL AUTO_INCREMENT, topic_id int(10) unsigned NOT NULL DEFAULT 0,
  forum_id mediumint(8) unsigned NOT NULL DEFAULT 0, poster_id int(10) unsigned NOT NULL DEFAULT 0,
  poster_ip varchar(40) NOT NULL DEFAULT '', post_time int(11) unsigned NOT NULL DEFAULT 0,
  post_visibility tinyint(3) NOT NULL DEFAULT 0, post_username varchar(255) NOT NULL DEFAULT '',
  post_subject varchar(255) NOT NULL DEFAULT '', post_text mediumtext NOT NULL, bbcode_uid varchar(8) NOT NULL
  DEFAULT '', PRIMARY KEY (post_id)) CHARSET utf8mb4;
CREATE TABLE {p}privmsgs (msg_id int(10) unsigned NOT NULL AUTO_INCREMENT, root_level mediumint(8) unsigned NOT NULL
  DEFAULT 0, author_id int(10) unsigned NOT NULL DEFAULT 0, author_ip varchar(40) NOT NULL DEFAULT '',
  message_time int(11) unsigned NOT NULL DEFAULT 0, message_subject varchar(255) NOT NULL DEFAULT '',
  message_text mediumtext NOT NULL, bbcode_uid varchar(8) NOT NULL DEFAULT '', to_address text NOT NULL,
  bcc_address text NOT NULL, PRIMARY KEY (msg_id)) CHARSET utf8mb4;
CREATE TABLE {p}privmsgs_to (msg_id int(10) unsigned NOT NULL DEFAULT 0, user_id int(10) unsigned NOT NULL DEFAULT 0,
  author_id int(10) unsigned NOT NULL DEFAULT 0, pm_deleted tinyint(1) unsigned NOT NULL DEFAULT 0,
  folder_id int(11) NOT NULL DEFAULT 0, KEY msg_id (msg_id)) CHARSET utf8mb4;
CREATE TABLE {p}sessions (session_id char(32) NOT NULL DEFAULT '', session_user_id int(10) unsigned NOT NULL DEFAULT 0,
  session_time int(11) unsigned NOT NULL DEFAULT 0, session_ip varchar(40) NOT NULL DEFAULT '', session_browser
  varchar(150) NOT NULL DEFAULT '', session_page varchar(255) NOT NULL DEFAULT '', PRIMARY KEY (session_id));
"""

MYBB = """
CREATE TABLE {p}settings (sid smallint unsigned NOT NULL AUTO_INCREMENT, name varchar(120) NOT NULL DEFAULT '',
  title varchar(120) NOT NULL DEFAULT '', value text NOT NULL, gid smallint unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (sid)) CHARSET utf8mb4;
CREATE TABLE {p}users (uid int unsigned NOT NULL AUTO_INCREMENT, username varchar(120) NOT NULL DEFAULT '',
  password varchar(120) NOT NULL DEFAULT '', salt varchar(10) NOT NULL DEFAULT '', loginkey varchar(50) NOT NULL
  DEFAULT '', email varchar(220) NOT NULL DEFAULT '', usergroup smallint unsigned NOT NULL DEFAULT 0,
  regdate int unsigned NOT NULL DEFAULT 0, lastactive int unsigned NOT NULL DEFAULT 0,
  regip varbinary(16) NOT NULL DEFAULT '', lastip varbinary(16) NOT NULL DEFAULT '', PRIMARY KEY (uid))
  CHARSET utf8mb4;
CREATE TABLE {p}forums (fid smallint unsigned NOT NULL AUTO_INCREMENT, name varchar(120) NOT NULL DEFAULT '',
  PRIMARY KEY (fid)) CHARSET utf8mb4;
CREATE TABLE {p}threads (tid int unsigned NOT NULL AUTO_INCREMENT, fid smallint unsigned NOT NULL DEFAULT 0,
  subject varchar(120) NOT NULL DEFAULT '', visible tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (tid)) CHARSET utf8mb4;
CREATE TABLE {p}posts (pid int unsigned NOT NULL AUTO_INCREMENT, tid int unsigned NOT NULL DEFAULT 0,
  fid smallint unsigned NOT NULL DEFAULT 0, subject varchar(120) NOT NULL DEFAULT '', uid int unsigned NOT NULL
  DEFAULT 0, username varchar(80) NOT NULL DEFAULT '', dateline int unsigned NOT NULL DEFAULT 0, message text NOT NULL,
  ipaddress varbinary(16) NOT NULL DEFAULT '', visible tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (pid))
  CHARSET utf8mb4;
CREATE TABLE {p}privatemessages (pmid int unsigned NOT NULL AUTO_INCREMENT, uid int unsigned NOT NULL DEFAULT 0,
  toid int unsigned NOT NULL DEFAULT 0, fromid int unsigned NOT NULL DEFAULT 0, recipients text NOT NULL,
  folder smallint unsigned NOT NULL DEFAULT 1, subject varchar(120) NOT NULL DEFAULT '', message text NOT NULL,
  dateline int unsigned NOT NULL DEFAULT 0, deletetime int unsigned NOT NULL DEFAULT 0,
  ipaddress varbinary(16) NOT NULL DEFAULT '', PRIMARY KEY (pmid)) CHARSET utf8mb4;
"""

OSTICKET = """
CREATE TABLE {p}config (id int(11) unsigned NOT NULL AUTO_INCREMENT, namespace varchar(64) NOT NULL,
  `key` varchar(64) NOT NULL, value text NOT NULL, updated timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id), UNIQUE KEY namespace (namespace, `key`)) CHARSET utf8;
CREATE TABLE {p}user (id int(10) unsigned NOT NULL AUTO_INCREMENT, org_id int(10) unsigned NOT NULL DEFAULT 0,
  default_email_id int(10) NOT NULL, status int(11) unsigned NOT NULL DEFAULT 0, name varchar(128) NOT NULL,
  created datetime NOT NULL, updated datetime NOT NULL, PRIMARY KEY (id)) CHARSET utf8;
CREATE TABLE {p}user_email (id int(10) unsigned NOT NULL AUTO_INCREMENT, user_id int(10) unsigned NOT NULL,
  flags int(10) unsigned NOT NULL DEFAULT 0, address varchar(128) NOT NULL, PRIMARY KEY (id)) CHARSET utf8;
CREATE TABLE {p}user_account (id int(11) unsigned NOT NULL AUTO_INCREMENT, user_id int(10) unsigned NOT NULL,
  username varchar(64), passwd varchar(128), registered timestamp NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id));
CREATE TABLE {p}staff (staff_id int(11) unsigned NOT NULL AUTO_INCREMENT, username varchar(32) NOT NULL DEFAULT '',
  firstname varchar(32), lastname varchar(32), passwd varchar(128), email varchar(128), phone varchar(24) NOT NULL
  DEFAULT '', mobile varchar(24) NOT NULL DEFAULT '', isadmin tinyint(1) NOT NULL DEFAULT 0, created datetime NOT NULL,
  lastlogin datetime, PRIMARY KEY (staff_id)) CHARSET utf8;
CREATE TABLE {p}ticket (ticket_id int(11) unsigned NOT NULL AUTO_INCREMENT, number varchar(20), user_id int(11)
  unsigned NOT NULL DEFAULT 0, ip_address varchar(64) NOT NULL DEFAULT '',
  source enum('Web','Email','Phone','API','Other') NOT NULL DEFAULT 'Other', created datetime NOT NULL,
  PRIMARY KEY (ticket_id)) CHARSET utf8;
CREATE TABLE {p}ticket__cdata (ticket_id int(11) unsigned NOT NULL, subject mediumtext, priority mediumtext,
  PRIMARY KEY (ticket_id)) CHARSET utf8;
CREATE TABLE {p}thread (id int(11) unsigned NOT NULL AUTO_INCREMENT, object_id int(11) unsigned NOT NULL,
  object_type char(1) NOT NULL, extra text, created datetime NOT NULL, PRIMARY KEY (id)) CHARSET utf8;
CREATE TABLE {p}thread_entry (id int(11) unsigned NOT NULL AUTO_INCREMENT, pid int(11) unsigned NOT NULL DEFAULT 0,
  thread_id int(11) unsigned NOT NULL DEFAULT 0, staff_id int(11) unsigned NOT NULL DEFAULT 0, user_id int(11) unsigned
  NOT NULL DEFAULT 0, type char(1) NOT NULL DEFAULT '', poster varchar(128) NOT NULL DEFAULT '', title varchar(255),
  body text NOT NULL, format varchar(16) NOT NULL DEFAULT 'html', ip_address varchar(64) NOT NULL DEFAULT '',
  created datetime NOT NULL, PRIMARY KEY (id)) CHARSET utf8;
CREATE TABLE {p}api_key (id int(10) unsigned NOT NULL AUTO_INCREMENT, ipaddr varchar(64) NOT NULL, apikey varchar(255)
  NOT NULL, PRIMARY KEY (id)) CHARSET utf8;
"""


def board(mariadb, database, prefix, schema) -> Shop:
    shop = Shop(mariadb, mariadb.fresh(database), prefix)
    mariadb.load(schema.replace("{p}", prefix).encode(), database)
    return shop


@pytest.fixture
def phpbb(mariadb):
    shop = board(mariadb, "boards_phpbb", "forum_", PHPBB)
    for name, value in {
        "sitename": "Salt &amp; Pepper",
        "site_desc": "a board",
        "server_name": "abcdefghijklmnop.onion",
        "cookie_domain": ".board.example.test",
        "board_contact": "boss@example.test",
        "version": "3.3.12",
        "smtp_password": "hunter2hunter2",
    }.items():
        shop.insert("config", config_name=name, config_value=value)
    for number, (name, kind) in enumerate(
        [("Anonymous", 2), ("boss", 3), ("ann", 0), ("bob", 0), ("Bot", 2)], 1
    ):
        shop.insert("users", user_id=number, username=name, username_clean=name.lower(), user_type=kind,
                    user_password=f"hash{number}", user_email=f"{name}@example.test", user_regdate=1700000000 + number,
                    user_lastvisit=1710000000, user_form_salt=f"saltsalt{number}")  # fmt: skip
    shop.insert("groups", group_id=4, group_name="GLOBAL_MODERATORS")
    shop.insert("user_group", group_id=4, user_id=4, user_pending=0)
    shop.insert("forums", forum_id=1, forum_name="Talk")
    shop.insert("topics", topic_id=7, forum_id=1, topic_title="Who&#039;s here")
    return shop


def test_phpbb_posts_private_messages_and_members(phpbb, tmp_path):
    new = '<r>Hi <B><s>[b]</s>all<e>[/b]</e></B><br/>\nsee <URL url="http://x.test/a?b">http://x.test/a?b</URL> &amp; more</r>'
    old = 'Hello [b:1a2b3c4d]you[/b:1a2b3c4d] &lt;3 <!-- m --><a class="postlink" href="http://y.test/long">y</a><!-- m -->'
    phpbb.insert("posts", post_id=1, topic_id=7, poster_id=3, poster_ip="203.0.113.9", post_time=1705000000,
                 post_subject="Who&#039;s here", post_text=new, post_visibility=1)  # fmt: skip
    phpbb.insert("posts", post_id=2, topic_id=7, poster_id=4, poster_ip="2001:db8::1", post_time=1705000100,
                 post_text=old, bbcode_uid="1a2b3c4d", post_visibility=2)  # fmt: skip
    phpbb.insert("posts", post_id=3, topic_id=7, poster_id=1, poster_ip="198.51.100.1", post_time=1705000200,
                 post_text="<t>plain</t>", post_username="passer-by")  # fmt: skip
    phpbb.insert("privmsgs", msg_id=1, author_id=3, author_ip="203.0.113.9", message_time=1705000300,
                 message_subject="Deal", message_text="<t>the usual?</t>", to_address="u_4", bcc_address="")  # fmt: skip
    phpbb.insert("privmsgs", msg_id=2, author_id=4, message_time=1705000400, message_subject="Re", message_text="yes",
                 to_address="u_2:u_3", bcc_address="")  # fmt: skip
    phpbb.insert("privmsgs", msg_id=3, author_id=4, message_time=1705000500, message_subject="gone", message_text="x",
                 to_address="u_99", bcc_address="")  # fmt: skip
    for message, holder, author, folder in (
        (1, 4, 3, 0),
        (1, 3, 3, -1),
        (2, 2, 4, 0),
        (2, 3, 4, 5),
        (2, 4, 4, -1),
    ):
        phpbb.insert("privmsgs_to", msg_id=message, user_id=holder, author_id=author, folder_id=folder)
    phpbb.insert("sessions", session_id="s" * 32, session_user_id=3, session_time=1705000600,
                 session_ip="203.0.113.9", session_browser="UA", session_page="viewtopic.php")  # fmt: skip
    result = phpbb.mapped(tmp_path)
    assert result.all("SELECT name, tagline, software, software_version, admin_email FROM sites") == [
        ("Salt & Pepper", "a board", "phpBB", "3.3.12", "boss@example.test")
    ]
    assert result.dict("SELECT host, kind FROM site_names") == {
        "abcdefghijklmnop.onion": "onion",
        "board.example.test": "clearnet",
    }
    assert result.all("SELECT username, kind, password_hash, created_at FROM accounts ORDER BY username") == [
        ("ann", "member", "hash3", datetime(2023, 11, 14, 22, 13, 23)),
        ("bob", "staff", "hash4", datetime(2023, 11, 14, 22, 13, 24)),
        ("boss", "admin", "hash2", datetime(2023, 11, 14, 22, 13, 22)),
    ]
    ann, bob = "account:KC/1/forum_users/3", "account:KC/1/forum_users/4"
    assert result.all(
        "SELECT thread, from_account_id, to_account_id, messages.at, subject, body FROM messages ORDER BY messages.at"
    ) == [
        ("Talk / Who's here", ann, None, datetime(2024, 1, 11, 19, 6, 40), "Who's here",
         "Hi all\nsee http://x.test/a?b & more"),
        ("Talk / Who's here", bob, None, datetime(2024, 1, 11, 19, 8, 20), None,
         "Hello [b]you[/b] <3 http://y.test/long"),
        ("Talk / Who's here", None, None, datetime(2024, 1, 11, 19, 10), None, "plain"),
        ("private", ann, bob, datetime(2024, 1, 11, 19, 11, 40), "Deal", "the usual?"),
        ("private", bob, None, datetime(2024, 1, 11, 19, 13, 20), "Re", "yes"),
        ("private", bob, "account:KC/1/forum_users/99", datetime(2024, 1, 11, 19, 15), "gone", "x"),
    ]  # fmt: skip
    asked = phpbb.sql("SELECT (SELECT count(*) FROM {p}posts) + (SELECT count(*) FROM {p}privmsgs)")
    assert result.one("SELECT count(*) FROM messages") == asked[0][0]
    assert result.all("SELECT ip, account_id, visits.at, user_agent FROM visits WHERE method = 'GET'") == [
        ("203.0.113.9", ann, datetime(2024, 1, 11, 19, 16, 40), "UA")
    ]
    assert result.one("SELECT count(*) FROM visits") == 5
    assert result.one("SELECT count(*) FROM orders") == 0


def test_mybb_posts_private_messages_and_members(mariadb, tmp_path):
    shop = board(mariadb, "boards_mybb", "mybb_", MYBB)
    for name, value in {"bbname": "Board", "bburl": "http://board.example.test/forum", "homeurl": "",
                        "adminemail": "boss@example.test"}.items():  # fmt: skip
        shop.insert("settings", name=name, value=value, gid=1)
    packed = {text: ipaddress.ip_address(text).packed for text in ("203.0.113.9", "2001:db8::1")}
    for number, (name, group) in enumerate([("boss", 4), ("ann", 2), ("bob", 2)], 1):
        shop.insert("users", uid=number, username=name, password="0" * 32, salt="salt", loginkey=f"loginkey{number}",
                    email=f"{name}@example.test", usergroup=group, regdate=1700000000, lastactive=1710000000,
                    lastip=packed["203.0.113.9"])  # fmt: skip
    shop.insert("forums", fid=1, name="Talk")
    shop.insert("threads", tid=5, fid=1, subject="Hello")
    shop.insert("posts", pid=1, tid=5, uid=2, message="[b]hi[/b] 'all'", dateline=1705000000,
                ipaddress=packed["2001:db8::1"], visible=1)  # fmt: skip
    shop.insert(
        "posts", pid=2, tid=5, uid=0, username="guest", message="spam", dateline=1705000001, visible=-1
    )
    message = {
        "subject": "Deal",
        "message": "the usual?",
        "dateline": 1705000300,
        "fromid": 2,
        "recipients": "",
    }
    shop.insert(
        "privatemessages", pmid=1, uid=3, toid=3, folder=1, ipaddress=packed["203.0.113.9"], **message
    )
    shop.insert(
        "privatemessages", pmid=2, uid=2, toid=3, folder=2, ipaddress=packed["203.0.113.9"], **message
    )
    many = {**message, "message": "to both", "dateline": 1705000400}
    shop.insert("privatemessages", pmid=3, uid=1, toid=0, folder=1, **many)
    shop.insert("privatemessages", pmid=4, uid=3, toid=0, folder=1, **many)
    shop.insert("privatemessages", pmid=5, uid=2, toid=0, folder=2, **many)
    shop.insert("privatemessages", pmid=6, uid=2, toid=3, folder=3, **{**message, "message": "never sent"})
    result = shop.mapped(tmp_path)
    ann, bob = "account:KC/1/mybb_users/2", "account:KC/1/mybb_users/3"
    assert result.all(
        "SELECT thread, from_account_id, to_account_id, body FROM messages ORDER BY messages.at, body"
    ) == [
        ("Talk / Hello", ann, None, "[b]hi[/b] 'all'"),
        ("Talk / Hello", None, None, "spam"),
        ("private, draft", ann, bob, "never sent"),
        ("private", ann, bob, "the usual?"),
        ("private", ann, None, "to both"),
    ]
    asked = shop.sql(
        "SELECT count(*) FROM (SELECT DISTINCT fromid, dateline, message FROM {p}privatemessages) x"
    )
    assert result.one("SELECT count(*) FROM messages WHERE thread LIKE 'private%'") == asked[0][0]
    ips = result.all("SELECT ip FROM visits")
    assert {ipaddress.ip_address(ip) for (ip,) in ips} == {ipaddress.ip_address(text) for text in packed}
    assert result.all("SELECT username, kind, password_hash, last_login_ip FROM accounts ORDER BY 1") == [
        ("ann", "member", "0" * 32 + ":salt", "203.0.113.9"),
        ("bob", "member", "0" * 32 + ":salt", "203.0.113.9"),
        ("boss", "admin", "0" * 32 + ":salt", "203.0.113.9"),
    ]
    assert result.all("SELECT name, software, admin_email FROM sites") == [
        ("Board", "MyBB", "boss@example.test")
    ]
    assert result.all("SELECT host, kind FROM site_names") == [("board.example.test", "clearnet")]
    assert result.one("SELECT count(*) FROM observables WHERE kind = 'session_secret'") == 3
    assert "loginkey1" not in repr(result.all("SELECT * FROM observables"))


def test_osticket_tickets_users_and_staff(mariadb, tmp_path):
    shop = board(mariadb, "boards_osticket", "ost_", OSTICKET)
    for key, value in {"helpdesk_title": "Help &amp; Care", "helpdesk_url": "http://help.example.test/",
                       "admin_email": "boss@example.test", "default_timezone": "Europe/London"}.items():  # fmt: skip
        shop.insert("config", namespace="core", key=key, value=value)
    at = {"created": "2024-07-01 12:00:00"}
    shop.insert("user", id=1, default_email_id=2, name="Ann Lee", updated="2024-07-01 12:00:00", **at)
    shop.insert("user_email", id=1, user_id=1, address="old@example.test")
    shop.insert("user_email", id=2, user_id=1, address="ann@example.test")
    shop.insert("user_account", id=1, user_id=1, username="ann", passwd="$2a$hash")
    shop.insert("staff", staff_id=1, username="sam", firstname="Sam", lastname="Roe", passwd="$2a$staff",
                email="sam@example.test", isadmin=1, lastlogin="2024-07-02 08:00:00", **at)  # fmt: skip
    shop.insert(
        "ticket", ticket_id=9, number="482911", user_id=1, ip_address="203.0.113.9", source="Web", **at
    )
    shop.insert("ticket__cdata", ticket_id=9, subject="Where is my parcel?")
    shop.insert("thread", id=4, object_id=9, object_type="T", **at)
    shop.insert("thread", id=5, object_id=1, object_type="A", **at)
    entry = {"thread_id": 4, **at}
    shop.insert("thread_entry", id=1, user_id=1, type="M", poster="Ann Lee", ip_address="203.0.113.9",
                body="<p>Hello,<br />order 12 &amp; 13?</p>", **entry)  # fmt: skip
    shop.insert(
        "thread_entry", id=2, staff_id=1, type="R", title="Re: parcel", body="sent <b>today</b>", **entry
    )
    shop.insert(
        "thread_entry", id=3, staff_id=1, type="N", format="text", body="2 < 3, ask the driver", **entry
    )
    shop.insert("api_key", id=1, ipaddr="203.0.113.1", apikey="APIKEYAPIKEY")
    result = shop.mapped(tmp_path)
    ann, sam = "account:KC/1/ost_user/1", "account:KC/1/ost_staff/1"
    assert result.all(
        "SELECT thread, from_account_id, to_account_id, messages.at, subject, body FROM messages ORDER BY source_id"
    ) == [
        (
            "ticket 482911",
            ann,
            None,
            datetime(2024, 7, 1, 11),
            "Where is my parcel?",
            "Hello,\norder 12 & 13?",
        ),
        ("ticket 482911", sam, ann, datetime(2024, 7, 1, 11), "Re: parcel", "sent today"),
        (
            "ticket 482911, note",
            sam,
            None,
            datetime(2024, 7, 1, 11),
            "Where is my parcel?",
            "2 < 3, ask the driver",
        ),
    ]
    assert result.all(
        "SELECT kind, username, email, display_name, password_hash FROM accounts ORDER BY 1"
    ) == [
        ("admin", "sam", "sam@example.test", "Sam Roe", "$2a$staff"),
        ("customer", "ann", "ann@example.test", "Ann Lee", "$2a$hash"),
    ]
    assert result.all("SELECT name, software FROM sites") == [("Help & Care", "osTicket")]
    assert result.all("SELECT host FROM site_names") == [("help.example.test",)]
    assert result.all("SELECT ip, account_id FROM visits") == [("203.0.113.9", ann)]
    assert any("3 messages have times" in message for message in result.messages("info"))
    assert result.one("SELECT count(*) FROM observables WHERE kind = 'api_key'") == 1
