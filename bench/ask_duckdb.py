"""Loads a city's visits into DuckDB, each table in its own best order, and asks the questions.

The only argument is a folder with the columns of the visits and questions.json; the answers go
into told.json in the same folder.
"""

import json
import pathlib
import statistics
import sys
import time

import duckdb
import numpy

THREADS = 2
MEMORY = "12GB"
ROWS_AT_ONCE = 5_000_000
TOGETHER_TIMES = 2

# What the question needs comes first; the table by checkpoint has only that.
COLUMNS = {
    "person": "i8",
    "entered": "i8",
    "checkpoint": "i4",
    "recorded": "i8",
    "method": "u1",
    "operator": "i4",
    "verdict": "u1",
    "status": "u1",
    "flags": "u2",
}

NEAR = """
    from by_person p join by_checkpoint c
    on c.checkpoint = p.checkpoint and c.entered between p.entered - {near} and p.entered + {near}
    where p.person {persons} and p.entered >= {from_ms} and p.entered < {to_ms}
"""
# Several ways to write the same question and to hand it in; the fastest counts.
FORMS = {
    "grouped, then counted": "select coalesce(sum(entries), 0)::bigint, count(*) from"
    " (select c.person, count(*) as entries {near} group by c.person)",
    "distinct persons counted": "select count(*), count(distinct c.person) {near}",
}


def load(folder, connection):
    """Makes both tables, sorted, and leaves nothing else."""
    paths = {name: folder / f"{name}.{kind}" for name, kind in COLUMNS.items()}
    columns = {name: numpy.memmap(paths[name], dtype=f"<{COLUMNS[name]}", mode="r") for name in COLUMNS}
    rows = len(columns["person"])
    for start in range(0, rows, ROWS_AT_ONCE):
        part = {name: numpy.asarray(column[start : start + ROWS_AT_ONCE]) for name, column in columns.items()}
        connection.register("part", part)
        if start == 0:
            connection.execute("create table loaded as select * from part limit 0")
        connection.execute("insert into loaded select * from part")
        connection.unregister("part")
    for path in paths.values():
        path.unlink()
    connection.execute("create table by_person as select * from loaded order by person, entered")
    connection.execute(
        "create table by_checkpoint as select checkpoint, entered, person from loaded"
        " order by checkpoint, entered, person"
    )
    connection.execute("drop table loaded")
    connection.execute("checkpoint")
    return rows


def ways(questions, persons):
    """Name, preparation and, for some persons, the statement of every way to ask."""
    days = {"from_ms": questions["from_ms"], "to_ms": questions["to_ms"], "near": questions["near_ms"]}
    one = len(persons) == 1
    for name, form in FORMS.items():
        written = "= {}" if one else "in ({})"
        plain = form.format(near=NEAR.format(persons=written, **days))
        yield (f"{name}, planned each time", None, plain.format)
        if one:
            prepared = form.format(near=NEAR.format(persons="= $1", **days))
            yield (f"{name}, prepared", f"prepare one as {prepared}", "execute one({})".format)


def ask(connection, statement):
    started = time.perf_counter()
    rows, persons = connection.execute(statement).fetchone()
    return {"answer": {"rows": rows, "persons": persons}, "client_s": time.perf_counter() - started}


def server_s(folder, connection, statement):
    """What the engine itself says it took."""
    profile = folder / "profile.json"
    connection.execute("pragma enable_profiling = 'json'")
    connection.execute(f"pragma profiling_output = '{profile}'")
    connection.execute(statement).fetchall()
    connection.execute("pragma disable_profiling")
    return json.loads(profile.read_text())["query"]["total_time"]


def each(folder, connection, questions):
    """Every person by itself, warm, in the fastest way."""
    best = None
    for name, preparation, statement in ways(questions, [0]):
        if preparation:
            connection.execute(preparation)
        for person in questions["persons"]:
            ask(connection, statement(person))
        found = [ask(connection, statement(person)) for person in questions["persons"]]
        median = statistics.median(one["client_s"] for one in found)
        if best is None or median < best[0]:
            for one, person in zip(found, questions["persons"]):
                one["server_s"] = server_s(folder, connection, statement(person))
            best = (median, name, found)
        if preparation:
            connection.execute("deallocate one")
    return best[1], best[2]


def together(folder, connection, questions):
    """All persons in one statement, in the fastest way."""
    persons = ", ".join(str(person) for person in questions["together"])
    best = None
    for name, _, statement in ways(questions, questions["together"]):
        for _ in range(TOGETHER_TIMES):
            found = ask(connection, statement(persons))
            if best is None or found["client_s"] < best[1]["client_s"]:
                best = (name, found, statement(persons))
    best[1]["server_s"] = server_s(folder, connection, best[2])
    return best[0], best[1]


def main():
    folder = pathlib.Path(sys.argv[1])
    questions = json.loads((folder / "questions.json").read_text())
    database = folder / "visits.duckdb"
    connection = duckdb.connect(str(database))
    connection.execute(f"set threads = {THREADS}")
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute("set enable_progress_bar = false")
    started = time.perf_counter()
    rows = load(folder, connection)
    assert rows == questions["visits"], f"{rows} visits were loaded"
    told = {
        "version": f"DuckDB {duckdb.__version__}",
        "load_s": time.perf_counter() - started,
        "together": None,
    }
    way, told["found"] = each(folder, connection, questions)
    told["ways"] = [f"one person, {way}"]
    if questions["together"]:
        way, told["together"] = together(folder, connection, questions)
        told["ways"].append(f"{len(questions['together'])} persons at once, {way}")
    blocks = connection.execute("select used_blocks * block_size from pragma_database_size()").fetchone()
    told["bytes"] = int(blocks[0])
    connection.close()
    (folder / "told.json").write_text(json.dumps(told))


main()
