"""The command line. Every command is one question or one act; facts are there as JSON with ``--json``."""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

import stocktake
from stocktake.case import Case, Settings
from stocktake.errors import UserError
from stocktake.evidence.names import text as name_text
from stocktake.findings.answer import visible

if TYPE_CHECKING:
    from stocktake.custody.exhibit import Exhibit
    from stocktake.shops.recognition import Recognition

app = typer.Typer(
    name="stocktake",
    help="From a seized shop's servers to figures that can go to court, each with its source.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

CasePath = Annotated[Path, typer.Argument(metavar="CASE", help="The case folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]
Reason = Annotated[str, typer.Option("--reason", help="Why you look; it goes into the ledger.")]


class Format(StrEnum):
    """How ``ask`` gives its answer."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


class Engine(StrEnum):
    """Where relational work runs."""

    duckdb = "duckdb"
    spark = "spark"


@app.command()
def new(
    case: CasePath,
    ref: Annotated[str, typer.Option("--ref", help="The case's reference.")],
    name: Annotated[str, typer.Option("--name", help="The operation's name.")],
    force: Annotated[str, typer.Option("--force", help="The lead force.")] = "",
    authority: Annotated[str, typer.Option("--authority", help="The warrant or order acted under.")] = "",
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="Zone in which times are shown.")
    ] = "Europe/London",
    as_json: AsJson = False,
) -> None:
    """Make a new case folder."""
    from stocktake.custody import ledger

    settings = Settings(ref, name, force, authority, time_zone, datetime.now(UTC).replace(microsecond=0))
    made = Case.create(case, settings)
    stated = {
        "reference": ref,
        "name": name,
        "lead_force": force,
        "authority": authority,
        "time_zone": time_zone,
        "settings_sha256": hashlib.sha256((made.path / "case.toml").read_bytes()).hexdigest(),
    }
    ledger.record(made, "new", stated)
    _print(as_json, {"case": str(made.path), "reference": ref}, f"Case {ref} is at {case}.")


@app.command()
def add(
    case: CasePath,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders, an exhibit each.")],
    ref: Annotated[
        str | None, typer.Option("--ref", help="Exhibit reference such as KC/1; more paths count on.")
    ] = None,
    seized_at: Annotated[
        str | None, typer.Option("--seized-at", help="When, as 2026-11-24T09:30+00:00.")
    ] = None,
    seized_by: Annotated[str | None, typer.Option("--seized-by", help="By whom.")] = None,
    seized_from: Annotated[str | None, typer.Option("--seized-from", help="Where, or from whom.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="Description of the exhibit.")] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy the bytes into the case.")] = False,
    parcels: Annotated[bool, typer.Option("--parcels", help="The file lists intercepted parcels.")] = False,
    passphrase_file: Annotated[
        Path | None, typer.Option("--passphrase-file", help="Passphrases of sealed volumes, one a line.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in what was seized: hash it, record where, when and by whom."""
    from stocktake.custody import exhibit as custody

    opened = Case.open(case)
    taken = []
    for number, path in enumerate(paths):
        with _progress(f"Hashing {path.name}", as_json) as advance:
            taken.append(
                custody.add(
                    opened,
                    path,
                    reference=ref if number == 0 else None,
                    seized_at=seized_at,
                    seized_by=seized_by,
                    seized_from=seized_from,
                    note=note,
                    copy=copy,
                    parcels=parcels,
                    passphrase_file=passphrase_file,
                    progress=advance,
                )
            )
        if not as_json:
            print(_taken_in(taken[-1]))
    if as_json:
        _json([_facts(exhibit) for exhibit in taken])


@app.command()
def process(
    case: CasePath,
    engine: Annotated[Engine, typer.Option("--engine", help="Where relational work runs.")] = Engine.duckdb,
    jobs: Annotated[
        int | None, typer.Option("--jobs", help="Items read at once; default one a core.")
    ] = None,
    max_problems: Annotated[
        int, typer.Option("--max-problems", help="Problems of severity error that are let pass.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Read every exhibit that is not read yet, and map it to the canonical tables."""
    from stocktake.process import process as run

    opened = Case.open(case)
    tell: Callable[[str], None] = (
        (lambda _: None) if as_json else (lambda line: print(visible(line), flush=True))
    )
    done = run(opened, engine=engine.value, jobs=jobs, tell=tell)
    ended = "nothing was left to do" if not done.exhibits else f"processed {', '.join(done.exhibits)}"
    _print(
        as_json,
        _facts(done),
        f"Done: {ended}. The case's problems: {done.errors} errors, {done.warnings} warnings.",
    )
    if done.errors > max_problems:
        raise typer.Exit(1)


@app.command()
def status(case: CasePath, as_json: AsJson = False) -> None:
    """Say what the case holds: exhibits, tables, completeness, problems."""
    from stocktake.findings.status import status as look
    from stocktake.findings.status import text

    facts = look(Case.open(case))
    _print(as_json, _facts(facts), text(facts))


@app.command()
def ask(
    case: CasePath,
    question: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT over the case's tables.")],
    format: Annotated[Format, typer.Option("--format", help="How to print the answer.")] = Format.table,  # noqa: A002
    out: Annotated[Path | None, typer.Option("--out", help="Write the answer to this file.")] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Ask a question in SQL (read-only)."""
    from stocktake.commerce.tables import read_manifest
    from stocktake.custody import ledger
    from stocktake.custody.exhibit import exhibits
    from stocktake.findings import answer
    from stocktake.findings.ask import ask as run

    opened = Case.open(case)
    form = Format.json if as_json else format
    if form is Format.parquet and out is None:
        raise UserError("Parquet goes to a file: name one with --out.")
    if out is not None:
        out = _out(opened, out)
    ledger.record(opened, "consultation", {"by": "ask", "question": question}, reason=reason)
    waiting = [
        exhibit.reference for exhibit in exhibits(opened) if read_manifest(opened, exhibit.reference) is None
    ]
    if waiting:
        print(
            f"stocktake: not processed yet, and so not in the answer: {', '.join(waiting)}", file=sys.stderr
        )
    with run(opened, question) as connection:
        if out is None:
            answer.WRITERS[form](connection, sys.stdout)
        else:
            with _whole(out) as beside:
                if form is Format.parquet:
                    answer.write_parquet(connection, beside)
                else:
                    with beside.open("w", encoding="utf-8", newline="") as file:
                        answer.WRITERS[form](connection, file)


@app.command()
def why(
    case: CasePath,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of a row, a source or a figure.")],
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Show where a row or figure comes from, down to the bytes."""
    from stocktake.custody import ledger
    from stocktake.findings.why import text
    from stocktake.findings.why import why as walk

    opened = Case.open(case)
    found = walk(opened, identifier)
    ledger.record(opened, "consultation", {"by": "why", "id": identifier}, reason=reason)
    _print(as_json, _facts(found), text(found))


@app.command()
def privilege(
    case: Annotated[Path | None, typer.Argument(metavar="[CASE]", help="The case folder.")] = None,
    act: Annotated[
        str | None, typer.Argument(metavar="[release ID…]", help="“release”, to let ids be seen.")
    ] = None,
    ids: Annotated[list[str] | None, typer.Argument(metavar="", help="Ids of what is released.")] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="Take in this list of what may be privileged.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who decides it.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it is released.")] = "",
    print_template: Annotated[
        bool, typer.Option("--print-template", help="Print a list to begin with.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold back what may be privileged: say what is held, take in a list, or release."""
    from stocktake.findings import holding
    from stocktake.review import decisions, held, privilege_list

    if print_template:
        print(privilege_list.template(), end="")
        return
    if case is None:
        raise UserError("Name the case, or print a list to begin with by --print-template.")
    opened = Case.open(case)
    if listed is not None:
        decided = decisions.take_in_list(opened, listed, by)
        facts = {"list": decided.list_file, "sha256": decided.list_sha256, "by": decided.list_by}
        _print(
            as_json,
            facts,
            f"The list is taken in as {decided.list_file}, SHA-256 {decided.list_sha256}.\n"
            "Nothing of the case is shown until stocktake process CASE has applied it.",
        )
    elif act == "release" and ids:
        from stocktake.process import hold_back

        with opened.locked("release"):
            released = [(one, held.roots_of(opened, one)) for one in ids]
            for one, roots in released:
                if not roots:
                    raise UserError(f"Nothing is held back as {one}; stocktake privilege CASE lists what is.")
            for one, roots in released:
                decisions.record_release(opened, one, roots, by, reason)
            hold_back(opened)
        told = [{"id": one, "roots": roots} for one, roots in released]
        _print(as_json, told, "\n".join(f"Released: {visible(one)}" for one, _ in released))
    elif act is not None:
        raise UserError("The acts are: --list FILE, and release ID --by NAME --reason TEXT.")
    else:
        found = holding.privilege(opened)
        _print(as_json, _facts(found), holding.text(found))


@app.command()
def scope(
    case: CasePath,
    authority: Annotated[str, typer.Option("--authority", help="The authority's own words.")] = "",
    first: Annotated[str | None, typer.Option("--from", help="First day within it, as 2024-01-31.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day within it.")] = None,
    site: Annotated[
        list[str] | None, typer.Option("--site", help="A site within it: id, name or host; may be repeated.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="A table that is not within it; may be repeated."),
    ] = None,
    with_undated: Annotated[
        bool, typer.Option("--with-undated", help="Rows of unknown date are within it.")
    ] = False,
    with_siteless: Annotated[
        bool, typer.Option("--with-siteless", help="Rows that state no site are within it.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Who records it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record what the case's authority allows to be looked at; without options, say what is recorded."""
    from stocktake.findings import holding
    from stocktake.process import hold_back
    from stocktake.review import decisions
    from stocktake.review.scope import Scope, day
    from stocktake.withholding.scope_rules import check_kinds

    opened = Case.open(case)
    limits = (first, last, site, without, with_undated, with_siteless)
    if authority or by or any(limits):
        recorded = Scope(
            authority=authority,
            first=day(first),
            last=day(last),
            sites=tuple(site or ()),
            without=tuple(without or ()),
            undated=with_undated,
            siteless=with_siteless,
        )
        check_kinds(recorded)
        with opened.locked("scope"):
            decisions.record_scope(opened, recorded, by)
            hold_back(opened)
    found = holding.scope(opened)
    _print(as_json, _facts(found), holding.scope_text(found))


@app.command()
def known(
    case: CasePath,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A list of digests, NSRL's, or a program's archive."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What it is, such as “WordPress 6.5.2”.")] = "",
    drop: Annotated[str, typer.Option("--drop", help="Take the hash set of this name out again.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say which hash sets of known software the case has, take one in, or take one out."""
    from stocktake import known as sets

    opened = Case.open(case)
    if file is not None and drop:
        raise UserError("Take a hash set in or take one out, not both at once.")
    with opened.locked("process"):
        if file is not None:
            found = [sets.take_in_set(opened, file, name or file.name)]
        elif drop:
            found = [sets.drop_set(opened, drop)]
        else:
            found = sets.hash_sets(opened)
    lines = [
        f"{visible(one.name)}: {one.entries:,} files, {one.kind}, from {visible(one.file)}" for one in found
    ]
    if file is not None or drop:
        lines.append("Run stocktake process CASE to mark files by it." if file else "It is taken out.")
    _print(as_json, [asdict(one) for one in found], "\n".join(lines) or "The case has no hash set.")


@app.command()
def verify(case: CasePath, as_json: AsJson = False) -> None:
    """Re-hash every exhibit and derived part, walk the ledger, check its signatures."""
    from stocktake.custody import ledger
    from stocktake.custody.verification import verify as check

    opened = Case.open(case)
    with _progress("Verifying", as_json) as advance:
        found = check(opened, progress=advance)
    _print(as_json, found.as_dict(), "\n".join(found.lines()))
    with suppress(ledger.BrokenLedgerError):  # that is what was found and told, and nothing goes behind it
        ledger.record(opened, "verify", {"failures": len(found.failures), "unchecked": len(found.unchecked)})
    raise typer.Exit(found.exit_code)


@app.command()
def report(
    case: CasePath,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="summary")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the report to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a typeset report (PDF)."""
    if kind != "summary":
        raise UserError(f"There is no report {kind!r}; the kinds are: summary.")
    made, digest = _make_report(Case.open(case), out)
    _print(as_json, {"file": str(made), "sha256": digest}, f"The report is {made}, SHA-256 {digest}")


@app.command()
def serve(
    case: CasePath,
    port: Annotated[int | None, typer.Option("--port", help="Port on loopback; default a free one.")] = None,
) -> None:
    """Open the case's pages on this machine, behind a one-time login link."""
    from stocktake.web.serve import serve as run

    run(Case.open(case), port, lambda line: print(line, flush=True))


@app.command()
def captures(
    case: CasePath,
    selectors: Annotated[
        Path | None, typer.Option("--selectors", help="Take in this TOML of CSS selectors for a market.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Who takes it in.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say by which selectors captured pages are read, or take in an examiner's own."""
    from stocktake.artefacts.captures import taken_in
    from stocktake.artefacts.captures.selectors import shipped

    opened = Case.open(case)
    if selectors is not None:
        taken = taken_in.take_in(opened, selectors, by)
        facts = {"name": taken.name, "file": taken.file, "sha256": taken.sha256, "by": taken.by}
        told = f"The selectors {taken.name} are taken in as {taken.file}, SHA-256 {taken.sha256}."
        _print(as_json, facts, f"{told}\nstocktake process CASE reads the captures by them.")
        return
    own = [
        {"name": one.name, "file": one.file, "sha256": one.sha256, "by": one.by}
        for one in taken_in.in_force(opened)
    ]
    known = [{"name": one.name, "file": "", "sha256": "", "by": "stocktake"} for one in shipped()]
    lines = [f"{one['name']}: taken in by {visible(one['by'])} as {one['file']}" for one in own]
    lines += [f"{one['name']}: comes with stocktake" for one in known]
    _print(as_json, [*own, *known], "\n".join(lines))


@app.command()
def shops(
    case: Annotated[
        Path | None, typer.Argument(metavar="[CASE]", help="Say what was recognised in this case.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which shop software is supported, or was recognised in a case."""
    from stocktake.custody.exhibit import exhibits
    from stocktake.shops import unrecognised
    from stocktake.shops.folders import supported
    from stocktake.shops.recognition import recognise

    if case is None:
        known = [{"name": one.name, "title": one.title, "versions": one.versions} for one in supported()]
        _print(as_json, known, "\n".join(f"{one['title']}: {one['versions']}" for one in known))
        return
    opened = Case.open(case)
    found = [one for exhibit in exhibits(opened) for one in recognise(opened, exhibit.reference)]
    facts: list[dict[str, Any]] = [
        {
            "exhibit": one.exhibit,
            "path": one.path,
            "database": one.database,
            "prefix": one.prefix,
            "software": one.software,
            "version": one.version,
            "sure": one.sure,
            "reasons": one.reasons,
            "covered": {name: table.label for name, table in one.tables.items()},
            "uncovered": one.uncovered,
        }
        for one in found
    ]
    shown = list(map(_recognition_text, found)) or ["No shop was recognised."]
    named = {(one.exhibit, one.path, one.database) for one in found}
    others = [
        f"  {visible(f'{one.exhibit}/{one.name}')} (tables: {len(one.tables)})"
        for exhibit in exhibits(opened)
        for one in unrecognised.databases_of(opened, exhibit.reference)
        if (one.exhibit, one.path, one.database) not in named
    ]
    if others:
        shown.append("\n".join(["No shop was recognised here (stocktake map CASE DATABASE):", *others]))
    _print(as_json, facts, "\n\n".join(shown))


def _recognition_text(one: "Recognition") -> str:
    lines = [
        f"{one.exhibit}  {visible(one.path)}  database {visible(one.database) or '(unnamed)'}",
        f"  {one.title} {one.version or '(version unknown)'}, prefix {visible(one.prefix)!r}",
        f"  sure to {one.sure:.0%}, because",
        *(f"  - {visible(reason)}" for reason in one.reasons),
    ]
    if one.uncovered:
        lines.append(f"  no mapping covers: {', '.join(map(visible, one.uncovered))}")
    return "\n".join(lines)


@app.command("map")
def map_database(
    case: CasePath,
    database: Annotated[
        str, typer.Argument(metavar="DATABASE", help="The database, as stocktake shops CASE names it.")
    ],
    accept: Annotated[
        Path | None,
        typer.Option("--accept", metavar="FILE", help="Confirm this mapping: its folder or shop.toml."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the proposal to this folder.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who confirms it; default the user of the system.")] = "",
    as_json: AsJson = False,
) -> None:
    """Propose how an unknown database maps to the canonical tables, or confirm a mapping."""
    from stocktake.shops import unrecognised

    opened = Case.open(case)
    if accept is None:
        drafted = unrecognised.draft(opened, database, out and _out(opened, out, folder=True))
        stated = unrecognised.facts(drafted.proposal)
        facts = {
            "exhibit": drafted.database.exhibit,
            "path": drafted.database.path,
            "database": drafted.database.database,
            "folder": str(drafted.folder),
            "file": str(drafted.folder / "shop.toml"),
            "mappings": stated,
        }
        lines = [
            *unrecognised.lines(stated),
            f"The proposal is {drafted.folder}. Read it, change what is wrong,",
        ]
        lines.append(f"and confirm it with: stocktake map {case} {database} --accept {drafted.folder}")
        _print(as_json, facts, "\n".join(visible(line) for line in lines))
        return
    from stocktake.process import process as run

    with opened.locked("confirm the mapping"):
        kept = unrecognised.accept(opened, database, accept, by)
    done = run(opened, tell=(lambda _: None) if as_json else _tell)
    told = f"The mapping of {database} is confirmed and kept as {kept['folder']}, SHA-256 {kept['sha256']}."
    told += f" The case's problems: {done.errors} errors, {done.warnings} warnings."
    counts = {"processed": done.exhibits, "errors": done.errors, "warnings": done.warnings}
    _print(as_json, {**kept, **counts}, visible(told))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where the case folder is made.")] = Path(),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End when the report is there.")] = False,
    server: Annotated[
        bool,
        typer.Option(
            "--server", help="Take in the second server's disk too, and unite its shop with the backup."
        ),
    ] = False,
) -> None:
    """Take in a made-up seizure, process it, report on it, and open its pages."""
    from stocktake import demo as seizure
    from stocktake.custody import exhibit as custody
    from stocktake.process import process as run

    path = folder / f"{seizure.CASE_FOLDER}.case"
    if (path / "case.toml").is_file():
        print(f"The demo case is at {path} already; going on with it.")
    else:
        new(
            path,
            ref=seizure.CASE_REFERENCE,
            name=seizure.OPERATION,
            force=seizure.LEAD_FORCE,
            authority=seizure.AUTHORITY,
        )
    opened = Case.open(path)
    there = {exhibit.reference for exhibit in custody.exhibits(opened)}
    with TemporaryDirectory(prefix="stocktake-demo-") as laid_out:
        for one in seizure.lay_out(Path(laid_out)):
            if one.reference in there or (one.reference == seizure.SERVER and not server):
                continue
            taken = custody.add(
                opened,
                one.path,
                reference=one.reference,
                seized_at=one.seized_at,
                seized_by=one.seized_by,
                seized_from=one.seized_from,
                note=one.description,
                copy=True,
                parcels=one.parcels,
            )
            print(_taken_in(taken))
    run(opened, tell=_tell)
    status(path)
    made, _ = _make_report(opened, None)
    print(f"\nThe report is {made}")
    if not no_serve:
        serve(path)


def _tell(line: str) -> None:
    print(visible(line), flush=True)


def _taken_in(exhibit: "Exhibit") -> str:
    name = name_text(exhibit.name)
    return f"{exhibit.reference}: {name}, {exhibit.size:,} bytes, SHA-256 {exhibit.sha256}"


def _make_report(case: Case, out: Path | None) -> tuple[Path, str]:
    """Make the summary, record it in the ledger; returns the file and its SHA-256."""
    from stocktake.custody import ledger
    from stocktake.reports.summary import summary

    made = summary(case, out and _out(case, out))
    with made.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    where = os.path.relpath(made.resolve(), case.path)
    ledger.record(case, "report", {"kind": "summary", "file": where, "sha256": digest})
    return made, digest


def _out(case: Case, out: Path, *, folder: bool = False) -> Path:
    """Where a result goes: never into the case but for reports/, never onto an exhibit."""
    from stocktake.custody.exhibit import exhibits

    place = case.writable(out / "shop.toml").parent if folder and out.is_dir() else case.writable(out)
    for exhibit in exhibits(case):
        for seized in (exhibit.location(case).resolve(), Path(exhibit.source).resolve()):
            if place == seized or seized in place.parents:
                raise UserError(f"{out} is exhibit {exhibit.reference}, which is never written.")
    return place


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A file beside ``out`` that takes its place when it is whole, and else is gone."""
    beside = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        yield beside
        beside.replace(out)
    except OSError as error:
        raise UserError(f"{out} can't be written: {error.strerror or error}.") from error
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _progress(title: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal; nothing where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(as_json: bool, facts: Any, text: str) -> None:
    if as_json:
        _json(facts)
    else:
        print(text)


def _json(facts: Any) -> None:
    print(json.dumps(facts, ensure_ascii=False, indent=1, default=_jsonable))


def _facts(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _jsonable(value: Any) -> Any:
    from stocktake.findings.answer import plain

    return plain(value)


def main() -> None:
    """Entry point: one sentence and exit code 2 for wrong use, never a traceback."""
    try:
        code = app(standalone_mode=False)
    except UserError as error:
        code = _refuse(str(error))
    except typer.TyperException as error:
        code = _refuse(error.format_message())
    except (typer.Abort, KeyboardInterrupt):
        print("Interrupted; the same command run again goes on from here.", file=sys.stderr)
        sys.stderr.flush()
        os._exit(130)  # reading threads are in the middle of blocks; what they leave is made anew
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if os.environ.get("STOCKTAKE_TRACEBACK"):
            raise
        code = _refuse(
            f"This is a fault of stocktake {stocktake.__version__}, not of your input: "
            f"{type(error).__name__}: {' '.join(str(error).split())[:500]} "
            "(STOCKTAKE_TRACEBACK=1 shows where)."
        )
    sys.exit(code or 0)


def _refuse(sentence: str) -> int:
    print(f"stocktake: {sentence}", file=sys.stderr)
    return 2
