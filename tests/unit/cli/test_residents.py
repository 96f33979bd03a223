"""Residents and absences from the command line."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from domain.access import service
from domain.ids import ResidentId
from storage.register import residents, schema
from storage.register.residents import Person
from storage.register.sealed_notes import sealed
from storage.register.vault import Vault
from tests.unit.cli.conftest import Office

FIELDS = ("髙橋　きよ", "タカハシ　キヨ", "見本市本町１−２", "03-0000-0001")
TYPED = "".join(f"{text}\n" for text in FIELDS)
FROM, UNTIL = "2026-11-22T10:00", "2026-11-24T18:00"
STAY = ("--from", FROM, "--until", UNTIL, "--owner", "sato")


def person_in(office: Office, resident: str) -> Person | None:
    """Open a resident's fields with the vault of the installation."""
    vault = Vault.open(office.folder / "secrets" / "vault.keys")
    who = service("test")
    with office.register() as register:
        return register.read_now(lambda c: residents.person_of(c, who, vault, ResidentId(resident)))


def everything(folder: Path) -> bytes:
    """Return all bytes below a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_resident_is_sealed_and_opens(office: Office) -> None:
    """What was typed opens with the vault; empty answers are not known."""
    told = office.did("residents", "add", "K-01", typed="山田 ハナ\n\n \n0900\n")

    (lives,) = office.rows(schema.residency)
    assert person_in(office, lives.resident_id) == Person(name="山田 ハナ", phone="0900")
    assert told.endswith("a resident lives in K-01 now\n")
    assert office.booked()[-1] == "resident.add"


def test_who_lived_there_moves_out(office: Office) -> None:
    """The residency before ends when the new one begins."""
    office.did("residents", "add", "K-01", typed=TYPED)

    told = office.did("residents", "add", "K-01", typed=TYPED)

    old, new = sorted(office.rows(schema.residency), key=lambda row: row.valid_from)
    assert (old.valid_to, new.valid_to) == (new.valid_from, None)
    assert "has moved out" in told


def test_nothing_typed_is_found_anywhere(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """No file of the installation, no audit line, no log line holds a name or a number."""
    with caplog.at_level(logging.DEBUG):
        told = office.did("residents", "add", "K-01", typed=TYPED)

    kept, booked = everything(office.folder), str(office.rows(schema.audit))
    for text in FIELDS:
        assert text.encode() not in kept
        assert text not in booked
        assert text not in caplog.text
        assert text not in told.splitlines()[-1]


@pytest.mark.parametrize("option", ["--name", "--kana", "--address", "--phone"])
def test_personal_fields_are_no_arguments(office: Office, option: str) -> None:
    """Nothing of a resident may stand in the process list: there is no such option."""
    result = office.run("residents", "add", "K-01", option, "x", typed=TYPED)

    assert result.exit_code == 2
    assert office.rows(schema.resident) == []
    assert option not in office.run("residents", "add", "--help").output


@pytest.mark.parametrize("field", range(4))
def test_a_field_that_cannot_be_kept_is_told_without_its_text(office: Office, field: int) -> None:
    """A control character or too much text is refused; the error repeats nothing of it."""
    for text in ("佐\x07藤", "長" * 201):
        answers = [*FIELDS]
        answers[field] = text
        typed = "".join(f"{answer}\n" for answer in answers)

        told = office.refused("RES-001", "residents", "add", "K-01", typed=typed)

        assert "佐" not in told
        assert "長" not in told
    assert office.rows(schema.resident) == []


def test_a_resident_needs_a_name(office: Office) -> None:
    """Spaces are no name."""
    office.refused("RES-001", "residents", "add", "K-01", typed="　\n\n\n\n")


def test_an_unknown_home_is_told_before_anything_is_typed(office: Office) -> None:
    """Nobody types personal data for a home that is not there."""
    result = office.run("residents", "add", "K-99", typed=TYPED)

    assert result.exit_code == 2
    assert result.stderr.startswith("HOM-001 ")
    assert "Name" not in result.stdout


def test_a_municipality_that_is_not_there(office: Office) -> None:
    """A home is looked for in the municipality that was named."""
    office.refused("USR-004", "residents", "add", "K-01", "--municipality", "隣町", typed=TYPED)


def test_absence_is_local_time_of_the_home(office: Office) -> None:
    """Without a zone both ends are what a clock in the home shows."""
    with office.register() as register:
        register.write_now(
            lambda c: c.execute(schema.home.update().values(time_zone="Europe/Berlin"))
        )

    told = office.did("absence", "add", "K-01", *STAY)

    (row,) = office.rows(schema.absence)
    assert row.starts_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert "from 2026-11-22 10:00 to 2026-11-24 18:00 (CET)" in told
    assert office.booked()[-1] == "absence.add"


def test_a_zone_that_is_given_holds(office: Office) -> None:
    """An instant with a zone is that instant."""
    stay = ("--from", "2026-11-22T10:00Z", "--until", UNTIL, "--owner", "sato")

    office.did("absence", "add", "K-01", *stay)

    (row,) = office.rows(schema.absence)
    assert row.starts_at == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "home", "stay"),
    [
        ("ABS-001", "K-01", (UNTIL, FROM, "sato")),
        ("ABS-001", "K-01", (FROM, FROM, "sato")),
        ("ABS-001", "K-01", (FROM, "2026-12-06T10:01", "sato")),
        ("CLI-002", "K-01", ("0001-01-01T00:00", UNTIL, "sato")),
        ("CLI-002", "K-01", ("tomorrow", UNTIL, "sato")),
        ("CLI-002", "K-01", (FROM, "", "sato")),
        ("HOM-001", "K-99", (FROM, UNTIL, "sato")),
        ("USR-005", "K-01", (FROM, UNTIL, "nobody")),
    ],
)
def test_wrong_absence_is_refused(
    office: Office, code: str, home: str, stay: tuple[str, str, str]
) -> None:
    """An absence has an end after its beginning, not too far, and an owner who is there."""
    starts, ends, owner = stay
    given = ("--from", starts, "--until", ends, "--owner", owner)

    office.refused(code, "absence", "add", home, *given)

    assert office.rows(schema.absence) == []
    assert "absence.add" not in office.booked()


def test_the_longest_absence_is_taken(office: Office) -> None:
    """Fourteen days are allowed."""
    given = ("--from", FROM, "--until", "2026-12-06T10:00", "--owner", "sato")

    office.did("absence", "add", "K-01", *given)


def test_a_disabled_owner_answers_for_nothing(office: Office) -> None:
    """The owner has to be somebody who can still be asked."""
    office.did("users", "disable", "sato")

    office.refused("USR-005", "absence", "add", "K-01", *STAY)


def test_nobody_moves_in_while_a_case_is_open(office: Office) -> None:
    """A12: who lives there now is somebody's open task: it is closed first."""
    office.did("residents", "add", "K-01", typed=TYPED)
    (lives,) = office.rows(schema.residency)
    with office.register() as register:
        register.write_now(
            lambda c: c.execute(
                schema.case.insert().values(
                    id="case",
                    number=1,
                    municipality_id=lives.municipality_id,
                    home_id=lives.home_id,
                    resident_id=lives.resident_id,
                    kind="resident",
                    cause="inactivity",
                    matter="x",
                    state="triggered",
                    is_review=False,
                    opened_at=lives.valid_from,
                )
            )
        )

    office.refused("RES-002", "residents", "add", "K-01", typed=TYPED)

    (still,) = office.rows(schema.residency)
    assert still.valid_to is None


def a_past(office: Office, resident: str) -> None:
    """Let a resident have a closed case with notes, an attempt, a report, and a consent."""
    vault = Vault.open(office.folder / "secrets" / "vault.keys")
    (lives,) = [row for row in office.rows(schema.residency) if row.resident_id == resident]
    user = next(row.id for row in office.rows(schema.user))
    row = {"municipality_id": lives.municipality_id, "id": "past"}
    note = sealed(vault, "past", "髙橋さんの娘に電話")
    at = lives.valid_from
    care_case = {
        **row,
        "number": 1,
        "matter": f"{lives.home_id}|inactivity",
        "home_id": lives.home_id,
        "resident_id": resident,
        "kind": "resident",
        "cause": "inactivity",
        "is_review": False,
        "state": "resolved",
        "opened_at": at,
        "resolved_at": at,
        "outcome": "well",
        "note": "髙橋さんは旅行中",
    }
    attempt = {"case_id": "past", "kind": "call", "result": "spoke", "happened_at": at}
    report = {"home_id": lives.home_id, "source": "newspaper", "sighting": "well", "seen_at": at}
    of_consent = {"resident_id": resident, "user_id": user, "scope": "full", "valid_from": at}

    def work(connection: Connection) -> None:
        connection.execute(schema.case.insert().values(care_case))
        for table, values in ((schema.attempt, attempt), (schema.report, report)):
            written = {**row, **values, "user_id": user, "entered_at": at, **note}
            connection.execute(table.insert().values(written))
        connection.execute(schema.consent.insert().values({**row, **of_consent}))

    with office.register() as register:
        register.write_now(work)


def test_an_erased_resident_is_gone_and_what_happened_stays(office: Office) -> None:
    """A12: no key, name, note or consent is left, also in no byte; the case is, without a name."""
    office.did("residents", "add", "K-01", typed=TYPED)
    (lives,) = office.rows(schema.residency)
    a_past(office, lives.resident_id)
    (fields,) = office.rows(schema.personal)

    told = office.did("residents", "erase", "K-01", typed=f"{FIELDS[0]}\ny\n")

    assert "the resident is erased; nobody is registered in K-01 now" in told
    assert FIELDS[0] not in told.splitlines()[-1]
    assert office.rows(schema.personal) == office.rows(schema.consent) == []
    (case,), (attempt,), (report,) = map(office.rows, (schema.case, schema.attempt, schema.report))
    assert (case.state, case.outcome, case.note) == ("resolved", "well", None)
    for noted in (attempt, report):
        assert (noted.note, noted.wrapped_key, noted.key_id) == (None, None, None)
    (stay,) = office.rows(schema.residency)
    assert stay.valid_to is not None
    assert fields.wrapped_key not in everything(office.folder)
    assert office.booked()[-1] == "resident.erase"


def test_who_moved_out_is_erased_and_who_lives_there_stays(office: Office) -> None:
    """A12: the name says who is meant, whoever lives in the home now."""
    office.did("residents", "add", "K-01", typed=TYPED)
    office.did("residents", "add", "K-01", typed="山田 ハナ\n\n\n\n")

    told = office.did("residents", "erase", "K-01", typed="髙橋 きよ\ny\n")

    assert told.endswith("the resident is erased\n")
    (left,) = office.rows(schema.personal)
    assert person_in(office, left.resident_id) == Person(name="山田 ハナ")


def test_nobody_is_erased_by_code_alone(office: Office) -> None:
    """A12: another name, two of one name, and no confirmation erase nobody."""
    office.did("residents", "add", "K-01", typed=TYPED)

    office.refused("RES-003", "residents", "erase", "K-01", typed="山田 ハナ\ny\n")
    assert office.run("residents", "erase", "K-01", typed=f"{FIELDS[0]}\nn\n").exit_code == 1
    office.did("residents", "add", "K-01", typed=TYPED)
    office.refused("RES-003", "residents", "erase", "K-01", typed=f"{FIELDS[0]}\ny\n")

    assert len(office.rows(schema.personal)) == 2


def test_nobody_is_erased_with_an_open_case(office: Office) -> None:
    """A12: refused until the case is closed."""
    office.did("residents", "add", "K-01", typed=TYPED)
    (lives,) = office.rows(schema.residency)
    a_past(office, lives.resident_id)
    with office.register() as register:
        register.write_now(
            lambda c: (
                c.execute(
                    schema.case.update().values(state="triggered", outcome=None, resolved_at=None)
                ).rowcount
            )
        )

    office.refused("RES-004", "residents", "erase", "K-01", typed=f"{FIELDS[0]}\ny\n")

    assert person_in(office, lives.resident_id) is not None
