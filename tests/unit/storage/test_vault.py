"""The vault: what it seals opens for the same resident and column only, with its own key only."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError, PermanentError
from domain.ids import ResidentId
from storage.register.vault import Vault, WrappedKey

HANA, KIYO = ResidentId("hana"), ResidentId("kiyo")
VAULT = Vault({"one": b"1" * 32}, newest="one")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens(text: str) -> None:
    """Any text comes back; sealing it twice gives different bytes."""
    key, _ = VAULT.new_key(HANA)

    one, two = key.seal("name", text), key.seal("name", text)

    assert key.open("name", one) == key.open("name", two) == text
    assert one != two


def test_a_field_opens_in_its_own_column_only() -> None:
    """A note cannot be moved into the name."""
    key, _ = VAULT.new_key(HANA)

    with pytest.raises(PermanentError, match="VLT-004"):
        key.open("name", key.seal("note", "x"))


def test_a_field_opens_for_its_own_resident_only() -> None:
    """A wrapped key that is moved to another resident's row opens nothing."""
    _, wrapped = VAULT.new_key(HANA)

    with pytest.raises(PermanentError, match="VLT-004"):
        VAULT.unwrap(KIYO, wrapped)


def test_a_changed_byte_is_noticed() -> None:
    """No byte of a sealed field can be changed."""
    key, _ = VAULT.new_key(HANA)
    sealed = key.seal("name", "山田 ハナ")

    for index in range(len(sealed)):
        changed = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        with pytest.raises(PermanentError, match="VLT-004"):
            key.open("name", changed)


@pytest.mark.parametrize("other", [{"two": b"1" * 32}, {"one": b"2" * 32}])
def test_another_vault_says_that_its_key_does_not_fit(other: dict[str, bytes]) -> None:
    """A wrong key or an unknown key id is a clear error, not noise."""
    _, wrapped = VAULT.new_key(HANA)

    with pytest.raises(PermanentError, match=r"VLT-004.*hana"):
        Vault(other, newest=next(iter(other))).unwrap(HANA, wrapped)


def test_an_old_key_still_opens_after_a_new_one_is_added() -> None:
    """Rotation: the newest wraps, all unwrap."""
    key, wrapped = VAULT.new_key(HANA)
    rotated = Vault({"one": b"1" * 32, "two": b"2" * 32}, newest="two")

    assert rotated.unwrap(HANA, wrapped).open("name", key.seal("name", "x")) == "x"
    assert rotated.new_key(HANA)[1].key_id == "two"


def test_the_file_is_made_for_its_owner_and_read_again(tmp_path: Path) -> None:
    """The first start makes it with mode 0600; the next one opens what the first sealed."""
    path = tmp_path / "vault.key"
    key, wrapped = Vault.open_or_create(path).new_key(HANA)

    again = Vault.open_or_create(path).unwrap(HANA, wrapped)

    assert path.stat().st_mode & 0o777 == 0o600
    assert again.open("name", key.seal("name", "x")) == "x"


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """Mode 0644 stops the start and says what to do."""
    path = tmp_path / "vault.key"
    Vault.open_or_create(path)
    path.chmod(0o644)

    with pytest.raises(InputError, match=r"VLT-002.*chmod 600"):
        Vault.open_or_create(path)


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "one", "one !!!!", "one QUJD", "ONE QUJD"]
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    """The line and the form are named, the key is not."""
    path = tmp_path / "vault.key"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(InputError, match="VLT-003") as caught:
        Vault.open(path)
    assert "QUJD" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Opening without making names the file that is missing."""
    with pytest.raises(InputError, match="VLT-001"):
        Vault.open(tmp_path / "vault.key")


def test_an_erased_key_opens_nothing() -> None:
    """Without the wrapped key the sealed bytes are noise: a new key does not open them."""
    key, _ = VAULT.new_key(HANA)
    sealed = key.seal("name", "x")
    other, wrapped = VAULT.new_key(HANA)

    with pytest.raises(PermanentError):
        other.open("name", sealed)
    with pytest.raises(PermanentError):
        VAULT.unwrap(HANA, WrappedKey(key_id="one", wrapped=wrapped.wrapped[:-1]))
