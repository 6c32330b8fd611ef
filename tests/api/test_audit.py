"""Checkpoints and proofs through the API; the program of docs/audit.md checks them, and finds what is not true."""

import asyncio
import base64
import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature

from service.adapters.keys import Keys
from service.domain.audit_checkpoints import Checkpoint
from tests.house import House
from tests.sealing import Log

PROGRAM = re.findall(r"```python\n(.*?)```", Path("docs/audit.md").read_text(encoding="utf-8"), re.DOTALL)[0]


@pytest.fixture
def log(committed_house: House, keys: Keys) -> Log:
    return Log(committed_house.services.database, keys)


@pytest.fixture
def check() -> Any:
    names: dict[str, Any] = {"__name__": "check"}
    exec(compile(PROGRAM, "docs/audit.md", "exec"), names)
    return names["check"]


async def ask(client: httpx.AsyncClient, path: str, status: int = 200, **params: Any) -> Any:
    answer = await client.get(f"/v1/audit/{path}", params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


async def grown(log: Log) -> None:
    for size in (1, 1, 3, 4, 6):
        await log.write(size)
        await log.seal()


async def test_checkpoints_are_listed_as_they_were_signed(committed_house: House, log: Log) -> None:
    await grown(log)
    auditor = await committed_house.person("auditor")
    async with committed_house.client(auditor) as client:
        first = await ask(client, "checkpoints", limit=2)
        rest = await ask(client, "checkpoints", limit=10, cursor=first["next_cursor"])
        oldest = await ask(client, "checkpoints", sort="at", limit=1)
        none = await ask(client, "checkpoints", at_to=rest["items"][-1]["at"])
    seen = first["items"] + rest["items"]
    assert [one["number"] for one in seen] == [5, 4, 3, 2, 1]
    assert [one["size"] for one in seen] == [15, 9, 5, 2, 1]
    assert (oldest["items"], none["items"]) == (seen[-1:], [])
    for one in seen:
        signed = Checkpoint.read(one["note"])
        assert (one["number"], one["size"], one["root"]) == (signed.number, signed.size, signed.root_text)
        assert str(log.notary.signer(signed.origin, one["note"])) == one["verifier_key"]


async def test_every_entry_is_proved_in_every_checkpoint_that_covers_it(
    committed_house: House, log: Log, check: Any
) -> None:
    await grown(log)
    manager = await committed_house.person("general_manager")
    async with committed_house.client(manager) as client:
        entries = (await client.get("/v1/audit-entries", params={"sort": "at"})).json()["items"]
        key = (await ask(client, "checkpoints"))["items"][0]["verifier_key"]
        assert len(entries) == 15
        for index, entry in enumerate(entries):
            for number, size in enumerate((1, 2, 5, 9, 15), 1):
                if index >= size:
                    refused = await ask(client, "proofs", 409, entry_id=entry["id"], checkpoint=number)
                    assert refused["code"] == "entry_not_sealed"
                    continue
                proof = await ask(client, "proofs", entry_id=entry["id"], checkpoint=number)
                assert (proof["canonical"], proof["leaf_index"]) == (entry["canonical"], index)
                assert check(proof, key) == f"entry {entry['id']} is one of the {size} in the checkpoint"


async def test_each_checkpoint_is_proved_to_add_to_those_before(committed_house: House, log: Log, check: Any) -> None:
    await grown(log)
    auditor = await committed_house.person("auditor")
    async with committed_house.client(auditor) as client:
        key = (await ask(client, "checkpoints"))["items"][0]["verifier_key"]
        for later in range(1, 6):
            for earlier in range(1, later + 1):
                proof = await ask(client, "proofs", from_checkpoint=earlier, checkpoint=later)
                assert "begin with" in check(proof, key)
        newest = await ask(client, "proofs", from_checkpoint=2)
        assert newest["checkpoint"]["number"] == 5
        refused = await ask(client, "proofs", 422, from_checkpoint=4, checkpoint=3)
        assert refused["errors"][0]["code"] == "out_of_order"


async def test_the_program_of_the_documentation_refuses_what_is_not_true(
    committed_house: House, log: Log, check: Any, tmp_path: Path
) -> None:
    await grown(log)
    auditor = await committed_house.person("auditor")
    async with committed_house.client(auditor) as client:
        entry = (await client.get("/v1/audit-entries", params={"limit": 1})).json()["items"][0]
        inclusion = await ask(client, "proofs", entry_id=entry["id"])
        consistency = await ask(client, "proofs", from_checkpoint=3)
        key = inclusion["checkpoint"]["verifier_key"]
    for proof in (inclusion, consistency):
        (tmp_path / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
        (tmp_path / "keys.txt").write_text(f"{key}\n", encoding="utf-8")
        (tmp_path / "check.py").write_text(PROGRAM, encoding="utf-8")
        command = [sys.executable, "check.py", "proof.json", "keys.txt"]
        told = await asyncio.to_thread(subprocess.check_output, command, cwd=tmp_path)
        assert b"15 " in told
        for index in range(len(proof["hashes"])):
            forged = copy.deepcopy(proof)
            octets = bytearray(base64.b64decode(forged["hashes"][index]))
            octets[0] ^= 1
            forged["hashes"][index] = base64.b64encode(octets).decode()
            with pytest.raises(AssertionError):
                check(forged, key)
    altered = inclusion | {"canonical": inclusion["canonical"].replace("account.changed", "account.deleted")}
    with pytest.raises(AssertionError):
        check(altered, key)
    note = inclusion["checkpoint"]["note"]
    with pytest.raises(InvalidSignature):
        check(inclusion | {"checkpoint": {"note": note.replace("\nnumber 5", "\nnumber 6")}}, key)


async def test_a_proof_is_asked_for_in_one_way(committed_house: House, log: Log) -> None:
    await log.write()
    auditor = await committed_house.person("auditor")
    async with committed_house.client(auditor) as client:
        entry = (await client.get("/v1/audit-entries")).json()["items"][0]["id"]
        assert (await ask(client, "proofs", 404, entry_id=entry))["code"] == "not_found"
        await log.seal()
        for params in ({}, {"entry_id": entry, "from_checkpoint": 1}):
            assert (await ask(client, "proofs", 422, **params))["errors"][0]["code"] == "one_of_two"
        await ask(client, "proofs", 404, entry_id=entry, checkpoint=9)
        await ask(client, "proofs", 404, entry_id="01980f3c-5a00-7c3e-9b1d-2f6a4c8e1b70")
        await ask(client, "proofs", 422, from_checkpoint=0)


@pytest.mark.parametrize("role", ["sales_rep", "director", "admin", "data_steward"])
async def test_checkpoints_and_proofs_are_for_auditors_and_the_general_manager(
    committed_house: House, log: Log, role: str
) -> None:
    await grown(log)
    person = await committed_house.person(role)
    async with committed_house.client(person) as client:
        assert (await client.get("/v1/audit/checkpoints")).status_code == 403
        assert (await client.get("/v1/audit/proofs", params={"from_checkpoint": 1})).status_code == 403
