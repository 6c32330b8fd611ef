"""The vault on a folder, on S3 and with KMS: what is sealed opens, what is touched does not, rotation re-wraps only."""

import os
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws
from moto.server import ThreadedMotoServer

from service.adapters.files import Damaged, Place, Sealed, TooLarge, UnknownKey, Vault
from service.adapters.keys import FILE, rotate_archive
from service.domain.archives import Confidentiality
from service.settings import Settings

MOST = 50 << 20
BUCKET = "vault"
"""A name that no other test takes: servers of one process share what they hold."""


async def pieces(content: bytes, step: int = 65_536) -> AsyncIterator[bytes]:
    for at in range(0, len(content), step):
        yield content[at : at + step]


async def opened(vault: Vault, sealed: Sealed) -> bytes:
    return b"".join([segment async for segment in vault.open(sealed)])


def place(confidentiality: str = "secret") -> Place:
    return Place(uuid4(), uuid4(), confidentiality)


def configured(**values: object) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.of(configured(), tmp_path)


def objects(state: Path) -> list[Path]:
    return [path for path in (state / "files").rglob("*") if path.is_file()]


async def test_what_is_sealed_opens_to_the_same_bytes(vault: Vault, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    sealed = await vault.seal(place(), pieces(content), MOST)
    assert await opened(vault, sealed) == content
    assert await vault.verify(sealed)
    (stored,) = objects(tmp_path)
    assert content[:1000] not in stored.read_bytes()


async def test_the_key_file_is_its_owners_alone(vault: Vault, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


async def test_what_is_too_large_leaves_nothing_behind(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await vault.seal(place(), pieces(bytes(12_000_000)), 11_000_000)
    assert not objects(tmp_path)


async def test_a_stored_object_that_is_swapped_for_another_does_not_open(vault: Vault, tmp_path: Path) -> None:
    one = await vault.seal(place(), pieces(b"one" * 1000), MOST)
    other = await vault.seal(place(), pieces(b"two" * 1000), MOST)
    swapped = replace(one, object_key=other.object_key)
    assert not await vault.verify(swapped)
    with pytest.raises(Damaged):
        await opened(vault, swapped)


async def test_a_record_with_another_files_key_or_class_does_not_open(vault: Vault) -> None:
    one = await vault.seal(place("secret"), pieces(b"one"), MOST)
    other = await vault.seal(place("secret"), pieces(b"two"), MOST)
    forged = (
        replace(one, wrapped=other.wrapped),
        replace(one, wrapped_as="unclassified"),
        replace(one, place=replace(one.place, confidentiality="unclassified")),
        replace(one, place=replace(one.place, item_id=other.place.item_id)),
        replace(one, wrapped=replace(one.wrapped, key=one.wrapped.key[:-1])),
    )
    for record in forged:
        assert not await vault.verify(record)
    with pytest.raises(UnknownKey):
        await opened(vault, replace(one, wrapped=replace(one.wrapped, key_id="secret/another")))


async def test_a_record_whose_hash_is_not_the_stored_bytes_is_found(vault: Vault) -> None:
    sealed = await vault.seal(place(), pieces(b"contract"), MOST)
    assert not await vault.verify(replace(sealed, sha256="0" * 64))
    assert not await vault.verify(replace(sealed, size=7))


async def test_a_gone_object_is_told(vault: Vault, tmp_path: Path) -> None:
    sealed = await vault.seal(place(), pieces(b"contract"), MOST)
    await vault.discard(sealed.object_key)
    with pytest.raises(FileNotFoundError):
        await vault.verify(sealed)


async def test_rotation_wraps_keys_anew_and_touches_no_object(vault: Vault, tmp_path: Path) -> None:
    sealed = await vault.seal(place(), pieces(b"contract"), MOST)
    before = {path: path.read_bytes() for path in objects(tmp_path)}
    assert await vault.rewrapped(sealed, "secret") is None
    rotate_archive(configured(), tmp_path)
    fresh = Vault.of(configured(), tmp_path)
    anew = await fresh.rewrapped(sealed, "secret")
    assert anew is not None
    assert anew.wrapped.key_id != sealed.wrapped.key_id
    assert {path: path.read_bytes() for path in objects(tmp_path)} == before
    for one in (vault, fresh):  # the vault of before reads the key file again
        assert await opened(one, anew) == await opened(one, sealed) == b"contract"


async def test_a_rotation_in_the_middle_of_a_download_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    content = os.urandom(2_000_000)
    sealed = await vault.seal(place(), pieces(content), MOST)
    stream = vault.open(sealed)
    found = [await anext(stream)]
    rotate_archive(configured(), tmp_path)
    await Vault.of(configured(), tmp_path).rewrapped(sealed, "secret")
    found += [segment async for segment in stream]
    assert b"".join(found) == content


async def test_another_class_wraps_the_key_anew_and_the_old_record_opens_no_more_under_it(vault: Vault) -> None:
    sealed = await vault.seal(place("secret"), pieces(b"contract"), MOST)
    raised = await vault.rewrapped(sealed, "confidential")
    assert raised is not None
    assert raised.wrapped.key_id.startswith("confidential/")
    assert await opened(vault, raised) == b"contract"
    assert not await vault.verify(replace(raised, wrapped_as="secret"))


async def test_without_the_key_file_nothing_opens(vault: Vault, tmp_path: Path) -> None:
    sealed = await vault.seal(place(), pieces(b"contract"), MOST)
    (tmp_path / FILE).unlink()
    with pytest.raises(UnknownKey):
        await opened(Vault.of(configured(), tmp_path), sealed)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "eu-west-1")):
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.fixture
def bucket(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    place = {"LocationConstraint": "eu-west-1"}
    boto3.client("s3", endpoint_url=address).create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    yield address
    server.stop()


async def test_the_vault_keeps_its_objects_in_s3(bucket: str, tmp_path: Path) -> None:
    vault = Vault.of(configured(files=f"s3://{BUCKET}/sealed"), tmp_path)
    content = os.urandom(12_000_000)
    sealed = await vault.seal(place(), pieces(content), MOST)
    assert await opened(vault, sealed) == content
    listed = boto3.client("s3", endpoint_url=bucket).list_objects_v2(Bucket=BUCKET)
    assert [one["Key"] for one in listed["Contents"]] == [f"sealed/{sealed.object_key}"]
    with pytest.raises(TooLarge):
        await vault.seal(place(), pieces(bytes(12_000_000)), 11_000_000)
    assert boto3.client("s3", endpoint_url=bucket).list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
    await vault.discard(sealed.object_key)
    with pytest.raises(FileNotFoundError):
        await opened(vault, sealed)


@pytest.fixture
def kms(aws: None) -> Iterator[dict[str, str]]:
    with mock_aws():
        client = boto3.client("kms")
        yield {str(name): client.create_key()["KeyMetadata"]["Arn"] for name in Confidentiality}


async def test_kms_wraps_and_opens_keys_bound_to_their_place(kms: dict[str, str], tmp_path: Path) -> None:
    vault = Vault.of(configured(archive_kms_keys=kms), tmp_path)
    sealed = await vault.seal(place("secret"), pieces(b"contract"), MOST)
    other = await vault.seal(place("secret"), pieces(b"another"), MOST)
    assert sealed.wrapped.key_id == kms["secret"]
    assert await opened(vault, sealed) == b"contract"
    assert not await vault.verify(replace(sealed, wrapped=other.wrapped))
    assert not await vault.verify(replace(sealed, wrapped_as="confidential"))
    raised = await vault.rewrapped(sealed, "confidential")
    assert raised is not None
    assert raised.wrapped.key_id == kms["confidential"]
    assert await opened(vault, raised) == b"contract"
    assert await vault.rewrapped(raised, "confidential") is None


async def test_another_kms_key_for_a_class_is_a_rotation(kms: dict[str, str], tmp_path: Path) -> None:
    vault = Vault.of(configured(archive_kms_keys=kms), tmp_path)
    sealed = await vault.seal(place("secret"), pieces(b"contract"), MOST)
    replaced = kms | {"secret": boto3.client("kms").create_key()["KeyMetadata"]["Arn"]}
    after = Vault.of(configured(archive_kms_keys=replaced), tmp_path)
    anew = await after.rewrapped(sealed, "secret")
    assert anew is not None
    assert anew.wrapped.key_id == replaced["secret"]
    assert await opened(after, anew) == await opened(after, sealed) == b"contract"


def test_kms_needs_a_key_for_each_class() -> None:
    with pytest.raises(ValueError, match="one KMS key each"):
        configured(archive_kms_keys={"secret": "alias/secret"})
