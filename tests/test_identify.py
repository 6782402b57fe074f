"""Kinds of files, by content and not by name."""

import sqlite3
from contextlib import closing

import pytest

from stocktake.evidence import identify

MYSQL = {
    "mysqldump": b"-- MySQL dump 10.13  Distrib 5.7.44, for Linux\n--\n-- Host: localhost\n",
    "mariadb-dump with its first line": b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n",
    "mariadb-dump of old": b"/*!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n--\n",
    "phpMyAdmin": b'-- phpMyAdmin SQL Dump\n-- version 5.2.1\n--\n\nSET SQL_MODE = "NO";\n',
    "Adminer": b"-- Adminer 4.8.1 MySQL 5.5.5 dump\n\nSET NAMES utf8;\nSET time_zone = '+00:00';\n",
    "HeidiSQL": b"-- ------------------------\n-- Host: 127.0.0.1\n-- HeidiSQL Version: 12\n",
    "no header": b"INSERT INTO wp_posts VALUES (1,'x');\n",
    "create only": b"create table `a` (`id` int);\n",
    "byte order mark": b"\xef\xbb\xbfCREATE TABLE `t` (id int);\n",
    "set first": b"SET NAMES utf8mb4;\nSET FOREIGN_KEY_CHECKS=0;\nCREATE TABLE `x` (a int);",
    "comments first": b"# a comment\n/* licence\n INSERT */\n-- more\nCREATE TABLE `t` (a int);\n",
    "warning on the first line": b"mysqldump: [Warning] Using a password on the command line interface can be"
    b" insecure.\n-- MySQL dump 10.13\n\nCREATE TABLE `t` (a int);\n",
    "the middle of a dump": b",'tail of a row'),(5,'x');\nINSERT INTO `wp_postmeta` VALUES (1,2,'a','b');\n",
    "replace": b"REPLACE INTO `t` (`a`) VALUES (1);\n",
    "use": b"CREATE DATABASE `shop`;\nUSE `shop`;\nCREATE TABLE `t` (a int);",
    "only a conditional comment": b"/*!40101 SET NAMES utf8 */;\nINSERT INTO `t` VALUES (1);",
}
POSTGRESQL = {
    "pg_dump": b"--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n",
    "pg_dump with restrict": b"--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET row_security = 0;\n",
    "pg_dumpall": b"--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE shop;\n",
    "data only": b"COPY public.orders (id, total) FROM stdin;\n1\t2\n\\.\n",
    "schema": b"CREATE TABLE public.t (a character varying(10));\nALTER TABLE public.t OWNER TO shop;\n",
}
UNKNOWN = {
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR INSERT INTO `t` VALUES (1);",
    "PHP": b'<?php\n$sql = "INSERT INTO `t` VALUES (1)";\n',
    "PHP with lines of SQL": b"<?php\n$s = <<<SQL\nINSERT INTO `t` VALUES (1);\nSQL;\n",
    "log": b'10.0.0.1 - - [10/Oct/2024:13:55:36 +0000] "GET /?q=select HTTP/1.1" 200 5\n' * 20,
    "query log": b"2024-01-01T00:00:00Z 5 Query INSERT INTO `t` VALUES (1)\n",
    "prose": b"Create a table of the insert into which the values go; use it.\n",
    "prose about use": b"Set the values. Drop table reservations by Friday.\n",
    "shell": b"#!/bin/sh\nmysql <<EOF\nINSERT INTO `t` VALUES (1);\nEOF\n",
    "JSON": b'{"sql": "\nINSERT INTO `t` VALUES (1);"}',
    "HTML": b"<!DOCTYPE html>\n<pre>\nINSERT INTO `t` VALUES (1);\n</pre>",
    "CSV": b"id,name\n1,x\n",
    "zeros": bytes(70_000),
    "spaces": b" \n" * 100,
    "a comment": b"-- just a comment\n",
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(60),
    "markdown": b"# Title\n\nText about things.\n",
}


@pytest.mark.parametrize("name", MYSQL)
def test_mysql_dumps(name):
    assert identify(MYSQL[name], "picture.png") == "mysqldump"


@pytest.mark.parametrize("name", POSTGRESQL)
def test_postgresql_dumps(name):
    assert identify(POSTGRESQL[name], "dump.mysql") == "pgdump-text"


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_no_dump(name):
    assert identify(UNKNOWN[name], "dump.sql") == "unknown"


def test_binary_kinds(tmp_path):
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.commit()
    assert identify((tmp_path / "x.db").read_bytes(), "x.sql") == "sqlite"
    assert identify(b"PGDMP\x01\x0e\x00\x04\x08\x01" + bytes(50), "x.sql") == "pgdump-custom"
    assert identify(b"PGDMP", "x") == "pgdump-custom"
    assert identify(b"", "x.sql") == "empty"


def test_real_dumps_of_the_real_tools(mariadb, postgresql):
    database = mariadb.fresh("identified")
    mariadb.sql("CREATE TABLE t (a INT)", database)
    mariadb.sql("INSERT INTO t VALUES (1)", database)
    for options in (
        [],
        ["--compact"],
        ["--skip-comments"],
        ["--no-create-info", "--compact"],
        ["--databases"],
    ):
        assert identify(mariadb.dump(*options, database), "x") == "mysqldump", options
    database = postgresql.fresh("identified")
    postgresql.sql("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)", database)
    for options in ([], ["--inserts"], ["--data-only"], ["--create"], ["--schema-only"]):
        assert identify(postgresql.dump(database, *options), "x") == "pgdump-text", options
