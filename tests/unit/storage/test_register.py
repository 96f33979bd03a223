"""The register: one writer, readers that cannot write, migrations that agree with the tables."""

import asyncio
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from domain.access import service
from domain.errors import PermanentError, TransientError
from storage.register import gateways
from storage.register.database import Register
from storage.register.migration import MIGRATIONS, migrate, newest
from storage.register.schema import METADATA, home, municipality
from tests.support.templates import REAL_OPEN

ACCESS = service("test")


@pytest.fixture(autouse=True)
def _opened_as_the_program_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy of a template here."""
    monkeypatch.setattr(Register, "open", REAL_OPEN)


def add(name: str, connection: Connection) -> None:
    """Add a municipality."""
    gateways.add_municipality(connection, ACCESS, name)


def names(connection: Connection) -> list[str]:
    """Return all names."""
    return [name for _, name in gateways.municipalities(connection, ACCESS)]


async def test_what_was_written_is_read(register: Register) -> None:
    """Each way in sees what the other committed."""
    await register.write(lambda c: add("A", c))
    register.write_now(lambda c: add("B", c))

    assert await register.read(names) == register.read_now(names) == ["A", "B"]


async def test_work_that_raises_leaves_nothing(register: Register) -> None:
    """And the error comes back to the caller; the writer goes on."""

    def half(connection: Connection) -> None:
        add("half", connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await register.write(half)
    await register.write(lambda c: add("whole", c))

    assert await register.read(names) == ["whole"]


async def test_writes_are_done_one_after_the_other(register: Register) -> None:
    """Each sees all before it: a hundred that count at once end at a hundred."""

    def count(connection: Connection) -> None:
        add(f"{len(names(connection)):03}", connection)

    await asyncio.gather(*(register.write(count) for _ in range(100)))

    assert await register.read(names) == [f"{number:03}" for number in range(100)]


async def test_a_reader_cannot_write(register: Register) -> None:
    """Or it would be a second writer of the file."""
    with pytest.raises(OperationalError, match="readonly"):
        await register.read(lambda c: add("never", c))
    assert await register.read(names) == []


async def test_a_full_disk_is_told_by_its_code(register: Register) -> None:
    """Who waits for room knows that it is that; what was begun is undone, reading goes on."""
    await register.write(lambda c: add("before", c))
    pages = await register.write(lambda c: c.execute(text("PRAGMA page_count")).scalar_one())
    await register.write(lambda c: c.execute(text(f"PRAGMA max_page_count={pages}")).scalar_one())

    def much(connection: Connection) -> None:
        for number in range(10_000):
            add(f"{number}", connection)

    with pytest.raises(TransientError, match="STO-001"):
        await register.write(much)
    assert await register.read(names) == ["before"]

    await register.write(lambda c: c.execute(text("PRAGMA max_page_count=100000")).scalar_one())
    await register.write(lambda c: add("with room", c))
    assert await register.read(names) == ["before", "with room"]


async def test_a_damaged_file_is_told_by_its_code(tmp_path: Path) -> None:
    """What is on the disk there is no register any more."""
    path = tmp_path / "register.db"
    with Register.open(path) as register:
        await register.write(lambda c: add("A", c))
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (path.stat().st_size - 100))
    engine = create_engine(f"sqlite:///{path}")
    with Register(path, engine, engine) as damaged, pytest.raises(PermanentError, match="STO-002"):
        await damaged.read(names)


async def test_errors_name_no_values(register: Register) -> None:
    """An error goes to the log, where residents' data have no place."""

    def twice(connection: Connection) -> None:
        for _ in range(2):
            values = {"id": "a" * 32, "name": "Hanako"}
            connection.execute(municipality.insert().values(values))

    with pytest.raises(IntegrityError) as caught:
        await register.write(twice)
    assert "Hanako" not in str(caught.value)


async def test_a_read_sees_one_moment(register: Register) -> None:
    """A write that is committed between two looks of one read is not seen."""

    def twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = names(connection)
        register.write_now(lambda c: add("between", c))
        return before, names(connection)

    assert await register.read(twice) == ([], [])


async def test_a_reference_to_nothing_is_refused(register: Register) -> None:
    """SQLite checks foreign keys only where it is told to."""
    orphan = home.insert().values(
        id="home-one",
        municipality_id="nowhere",
        code="K-07",
        time_zone="Asia/Tokyo",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )

    with pytest.raises(IntegrityError):
        await register.write(lambda c: c.execute(orphan))


def test_the_file_is_its_owners_and_survives_a_power_cut(
    register: Register, tmp_path: Path
) -> None:
    """Mode 0600, write-ahead log, synchronous FULL."""
    mode = stat.S_IMODE((tmp_path / "register.db").stat().st_mode)
    pragmas = register.write_now(
        lambda c: [
            c.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")
        ]
    )

    assert mode == 0o600
    assert pragmas == ["wal", 2]


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    """The second opening finds the newest schema and what was written."""
    path = tmp_path / "register.db"
    for _ in range(2):
        with Register.open(path) as register:
            register.write_now(lambda c: add("again", c))

    with Register.open(path) as register:
        assert register.read_now(names) == ["again", "again"]


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    """A table that was changed without a migration is found here."""
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, METADATA)
    engine.dispose()

    assert difference == []


def test_the_newest_schema_is_known_without_alembic() -> None:
    """A migration out of line would never be applied to a register that is there already."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [newest()]


def test_every_table_says_whose_row_it_is() -> None:
    """All have a municipality; the municipality is its own."""
    without = {name for name, table in METADATA.tables.items() if "municipality_id" not in table.c}

    assert without == {municipality.name}


def test_instants_come_back_aware_and_in_utc(register: Register) -> None:
    """Whole milliseconds; a naive time is refused."""
    at = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)

    def work(connection: Connection) -> object:
        town = gateways.add_municipality(connection, ACCESS, "A")
        gateways.add_home(
            connection, ACCESS, municipality_id=town, code="K", time_zone="Asia/Tokyo", now=at
        )
        return connection.execute(select(home.c.created_at)).scalar_one()

    assert register.write_now(work) == at
