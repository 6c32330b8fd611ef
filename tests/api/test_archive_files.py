import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from service.database import keep_archive
from service.models import ArchiveItem, ArchiveVersion
from tests.archive import PDF, Archive
from tests.house import House


@pytest.fixture
async def archive(house: House) -> Archive:
    return await Archive.of(house)


def stored(archive: Archive) -> list[Path]:
    return [path for path in (archive.house.services.state / "files").rglob("*") if path.is_file()]


async def test_a_file_is_sent_as_the_body_itself_too(archive: Archive) -> None:
    item_id = await archive.deposit()
    async with archive.house.client(archive.seller) as client:
        sent = await client.post(
            f"/v1/archives/{item_id}/versions",
            params={"filename": "合同 2026.pdf"},
            content=PDF,
            headers={"Content-Type": "application/pdf"},
        )
    assert sent.status_code == 201, sent.text
    assert sent.json()["filename"] == "合同 2026.pdf"
    opened = await archive.content(archive.seller, item_id)
    assert (opened.content, opened.headers["content-length"]) == (PDF, str(len(PDF)))
    assert opened.headers["content-disposition"].startswith("attachment")
    assert opened.headers["cache-control"] == "no-store"


async def test_what_is_stored_is_not_what_was_sent(archive: Archive) -> None:
    item_id = await archive.deposit()
    await archive.send(item_id)
    (path,) = stored(archive)
    assert b"Catalog" not in path.read_bytes()


async def test_the_depositor_opens_until_it_is_accepted_and_then_as_everybody(archive: Archive) -> None:
    for confidentiality in ("secret", "confidential"):
        item_id = await archive.deposit(confidentiality)
        await archive.send(item_id)
        assert (await archive.content(archive.seller, item_id)).content == PDF
        for person in (archive.colleague, archive.archivist, archive.manager, archive.auditor):
            assert (await archive.content(person, item_id)).status_code == 403
        await archive.ask(archive.archivist, f"{item_id}/accept", {"original_held": True})
        for person in (archive.seller, archive.colleague, archive.archivist, archive.manager, archive.auditor):
            assert (await archive.content(person, item_id)).status_code == 403
        assert (await archive.content(archive.stranger, item_id)).status_code == 404


async def test_whoever_may_ask_for_the_content_is_told_how(archive: Archive) -> None:
    told = {
        "unclassified": {archive.director: "POST /v1/loans lends it to you.", archive.colleague: "department manager"},
        "secret": {archive.colleague: "Ask for a loan: POST /v1/loans", archive.archivist: "not do that"},
        "confidential": {archive.colleague: "POST /v1/reading-sessions", archive.auditor: "not do that"},
        "top_secret": {archive.manager: "not do that"},
    }
    for confidentiality, people in told.items():
        item_id = await archive.accepted(
            confidentiality, by=None if confidentiality != "top_secret" else archive.manager
        )
        for person, words in people.items():
            refused = (await archive.content(person, item_id)).json()
            assert refused["code"] == "forbidden"
            assert words in refused["detail"]
    deposit = await archive.deposit("secret")
    await archive.send(deposit)
    assert "POST" not in (await archive.content(archive.colleague, deposit)).json()["detail"]


async def test_the_accounts_team_opens_what_is_unclassified_while_the_setting_is_on(archive: Archive) -> None:
    item_id = await archive.accepted("unclassified", by=archive.colleague, account_id=None)
    assert (await archive.content(archive.seller, item_id)).status_code == 403
    of_account = await archive.deposit("unclassified", by=archive.manager, account_id=str(archive.account_id))
    await archive.send(of_account, by=archive.manager)
    assert (await archive.content(archive.seller, of_account)).status_code == 403
    await archive.ask(archive.archivist, f"{of_account}/accept", {"original_held": True})
    assert (await archive.content(archive.seller, of_account)).content == PDF
    for person in (archive.colleague, archive.stranger, archive.manager, archive.archivist, archive.auditor):
        assert (await archive.content(person, of_account)).status_code == 403
    async with archive.house.client(archive.admin) as client:
        headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
        changed = await client.patch("/v1/settings/archive_team_opens", json={"value": 0}, headers=headers)
        assert changed.status_code == 200, changed.text
    assert (await archive.content(archive.seller, of_account)).status_code == 403


async def test_a_further_version_waits_and_its_sender_alone_opens_it(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    second = PDF.replace(b"1.7", b"1.6")
    sent = (await archive.send(item_id, second, by=archive.colleague)).json()
    assert (sent["number"], sent["state"]) == (2, "deposited")
    assert (await archive.content(archive.colleague, item_id)).content == second
    assert (await archive.content(archive.seller, item_id)).status_code == 403
    await archive.ask(archive.colleague, f"{item_id}/versions/{sent['id']}/accept", {}, 403)
    told = await archive.ask(archive.archivist, f"{item_id}/versions/{sent['id']}/accept", {})
    assert told["state"] == "accepted"
    assert (await archive.content(archive.colleague, item_id)).status_code == 403
    assert (await archive.get(archive.colleague, item_id))["current_version"] == 2


async def test_a_version_that_is_turned_down_is_gone_but_for_its_record(archive: Archive) -> None:
    item_id = await archive.accepted("secret")
    sent = (await archive.send(item_id, by=archive.colleague)).json()
    path = f"{item_id}/versions/{sent['id']}"
    told = await archive.ask(archive.archivist, f"{path}/refuse", {"reason": "缺页"})
    assert (told["state"], told["is_kept"], told["sha256"]) == ("refused", False, sent["sha256"])
    assert (await archive.content(archive.colleague, item_id)).status_code == 403


async def test_only_the_own_department_adds_files(archive: Archive) -> None:
    item_id = await archive.accepted("unclassified")
    assert (await archive.send(item_id, by=archive.colleague)).status_code == 201
    for person in (archive.stranger, archive.manager, archive.auditor):
        assert (await archive.send(item_id, by=person)).status_code == 403
    assert len(stored(archive)) == 2


def docx(folder: str = "word", comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(f"{folder}/document.xml", "<w/>")
        packed.comment = comment
    return target.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
GOOD = {
    "合同.pdf": PDF,
    "照片.JPG": b"\xff\xd8\xff\xe0" + b"\0" * 100 + b"\xff\xd9",
    "扫描.png": PNG,
    "扫描.tif": b"II*\0" + b"\0" * 50,
    "记录.txt": "会议记录，二〇二六年。".encode(),
    "旧记录.txt": "会议记录，二〇二六年。".encode("gb18030"),
    "方案.docx": docx(),
    "台账.xlsx": docx("xl"),
    "电话.mp3": b"ID3\x04" + b"\0" * 50,
    "电话.wav": b"RIFF\0\0\0\0WAVE",
    "会议.mp4": b"\0\0\0\x18ftypmp42",
}
BAD = {
    "an unknown kind": ("木马.exe", b"MZ\x90", 415, "unknown_file_type"),
    "no kind": ("合同", PDF, 415, "unknown_file_type"),
    "a page that runs": ("页面.html", b"<script>", 415, "unknown_file_type"),
    "another kind than its name": ("合同.pdf", b"MZ\x90 not a contract", 415, "type_mismatch"),
    "a script called text": ("记录.txt", b"\x7fELF\x02\x01", 415, "type_mismatch"),
    "a spreadsheet called document": ("方案.docx", docx("xl"), 415, "type_mismatch"),
    "a zip behind a picture": ("照片.png", PNG + docx(), 415, "type_mismatch"),
    "a zip inside a contract": ("合同.pdf", PDF + docx() + b"\n%%EOF\n", 415, "polyglot"),
    "a contract inside a text": ("记录.txt", b"notes\n" + PDF, 415, "polyglot"),
    "something in a zip's comment": ("方案.docx", docx(comment=b"%PDF-1.7 %%EOF"), 415, "type_mismatch"),
    "a cut picture": ("照片.png", PNG[:-4], 415, "type_mismatch"),
    "nothing": ("合同.pdf", b"", 422, "empty_file"),
    "a way up": ("../../etc/合同.pdf", PDF, 422, "bad_filename"),
    "a way up as Windows writes it": ("..\\合同.pdf", PDF, 422, "bad_filename"),
    "a hidden file": (".合同.pdf", PDF, 422, "bad_filename"),
    "a name that reads backwards": ("合同\u202efdp.exe.pdf", PDF, 422, "bad_filename"),
    "a name with a letter of no width": ("合\u200b同.pdf", PDF, 422, "bad_filename"),
    "a name that begins with a mark of byte order": ("\ufeff合同.pdf", PDF, 422, "bad_filename"),
    "a name without end": ("合" * 250 + ".pdf", PDF, 422, "bad_filename"),
}


@pytest.mark.parametrize("filename", GOOD)
async def test_files_of_these_kinds_are_taken(archive: Archive, filename: str) -> None:
    item_id = await archive.deposit()
    async with archive.house.client(archive.seller) as client:
        files = {"file": (filename, GOOD[filename], "application/octet-stream")}
        sent = await client.post(f"/v1/archives/{item_id}/versions", files=files)
    assert sent.status_code == 201, sent.text


@pytest.mark.parametrize("case", BAD)
async def test_what_is_not_what_it_seems_is_refused_and_nothing_is_kept(archive: Archive, case: str) -> None:
    filename, content, status, code = BAD[case]
    item_id = await archive.deposit()
    async with archive.house.client(archive.seller) as client:
        sent = await client.post(f"/v1/archives/{item_id}/versions", params={"filename": filename}, content=content)
        formed = await client.post(f"/v1/archives/{item_id}/versions", files={"file": (filename, content)})
    told = sent.json()
    assert (sent.status_code, told["errors"][0]["code"]) == (status, code), sent.text
    if filename.isprintable():  # httpx escapes the others in a form
        assert (formed.status_code, formed.json()["errors"][0]["code"]) == (status, code), formed.text
    assert filename not in sent.text
    assert not stored(archive)


async def test_a_declared_type_that_differs_is_refused(archive: Archive) -> None:
    item_id = await archive.deposit()
    async with archive.house.client(archive.seller) as client:
        files = {"file": ("合同.pdf", PDF, "image/png")}
        assert (await client.post(f"/v1/archives/{item_id}/versions", files=files)).status_code == 415


async def endless(pieces: int) -> AsyncIterator[bytes]:
    yield PDF
    for _ in range(pieces):
        yield bytes(1 << 20)


async def test_what_is_too_large_is_refused_whether_it_says_so_or_not(archive: Archive) -> None:
    item_id = await archive.deposit()
    async with archive.house.client(archive.seller) as client:
        for content in (bytes(51 << 20), endless(60)):
            sent = await client.post(
                f"/v1/archives/{item_id}/versions", params={"filename": "合同.pdf"}, content=content
            )
            assert sent.status_code == 413, sent.text
    assert not stored(archive)


def part(disposition: str, content: str = "%PDF-1.7\n%%EOF") -> str:
    return f"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n"


FILE = part('name="file"; filename="a.pdf"')
BROKEN_FORMS = {
    "no end": FILE,
    "another field": part('name="other"; filename="a.pdf"') + "--b--\r\n",
    "no file": part('name="file"') + "--b--\r\n",
    "nothing": "",
    "no form at all": "\x00\x01 not a form",
    "two files": FILE + FILE + "--b--\r\n",
    "a header whose name has no end": "--b\r\n" + "a" * 5000,
    "a header without end": part('name="file"; filename="' + "a" * 5000 + '.pdf"') + "--b--\r\n",
}


@pytest.mark.parametrize("case", BROKEN_FORMS)
async def test_a_form_that_is_none_is_told_so(archive: Archive, case: str) -> None:
    item_id = await archive.deposit()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    async with archive.house.client(archive.seller) as client:
        path = f"/v1/archives/{item_id}/versions"
        sent = await client.post(path, content=BROKEN_FORMS[case].encode(), headers=headers)
        without = await client.post(path, content=FILE.encode(), headers={"Content-Type": "multipart/form-data"})
    assert without.json()["code"] == "malformed_form"
    assert (sent.status_code, sent.json()["code"]) == (400, "malformed_form"), sent.text
    assert not stored(archive)


async def test_the_same_upload_with_its_key_is_one_version_and_one_object(archive: Archive) -> None:
    item_id = await archive.deposit()
    answers = []
    for content in (PDF, PDF, PDF + b"\n"):
        async with archive.house.client(archive.seller, **{"Idempotency-Key": "one"}) as client:
            files = {"file": ("合同.pdf", content, "application/pdf")}
            answers.append(await client.post(f"/v1/archives/{item_id}/versions", files=files))
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert len(stored(archive)) == 1


async def test_a_version_never_changes_whoever_tries(archive: Archive) -> None:
    item_id = await archive.deposit()
    await archive.send(item_id)
    changes = ({"sha256": "0"}, {"size": 1}, {"filename": "别的.pdf"}, {"object_key": "archives/else"}, {"number": 9})
    for change in changes:
        with pytest.raises(DBAPIError, match="never changes"):
            await archive.meddle(update(ArchiveVersion).values(**change))
    with pytest.raises(DBAPIError, match="append-only"):
        await archive.meddle(text("DELETE FROM archive_versions"))


@pytest.mark.parametrize("damage", ["flipped", "cut", "swapped", "gone"])
async def test_damaged_content_is_never_shown(archive: Archive, damage: str) -> None:
    item_id = await archive.deposit()
    await archive.send(item_id)
    (path,) = stored(archive)
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        other = bytes([content[50] ^ 1])
        path.write_bytes(
            {"flipped": content[:50] + other + content[51:], "cut": content[:-3], "swapped": content[::-1]}[damage]
        )
    opened = await archive.content(archive.seller, item_id)
    assert (opened.status_code, opened.json()["code"]) == (500, "stored_content_damaged")


async def test_a_record_with_another_items_object_opens_nothing(archive: Archive) -> None:
    first, second = await archive.deposit(), await archive.deposit()
    await archive.send(first)
    await archive.send(second, PDF.replace(b"1.7", b"1.5"))
    paths = stored(archive)
    one, other = (path.read_bytes() for path in paths)
    paths[0].write_bytes(other)
    paths[1].write_bytes(one)
    for item_id in (first, second):
        assert (await archive.content(archive.seller, item_id)).json()["code"] == "stored_content_damaged"


async def test_opening_is_evidence(archive: Archive) -> None:
    item_id = await archive.accepted("unclassified", account_id=str(archive.account_id))
    await archive.content(archive.seller, item_id)
    async with archive.house.client(archive.auditor) as client:
        told = (await client.get("/v1/audit-entries", params={"subject_id": item_id})).json()["items"]
    assert "archive_item.opened" in [entry["action"] for entry in told]


async def test_a_class_that_is_raised_while_a_file_comes_in_refuses_it(archive: Archive) -> None:
    item_id = await archive.deposit("secret")

    async def slow() -> AsyncIterator[bytes]:
        yield PDF
        raised = update(ArchiveItem).where(ArchiveItem.id == item_id).values(confidentiality="confidential")
        await archive.meddle(raised)
        yield b"%%EOF"

    async with archive.house.client(archive.seller) as client:
        sent = await client.post(f"/v1/archives/{item_id}/versions", params={"filename": "合同.pdf"}, content=slow())
    assert (sent.status_code, sent.json()["code"]) == (409, "class_changed_meanwhile")
    assert not stored(archive)


async def test_file_names_go_out_whole_and_harmless(archive: Archive) -> None:
    item_id = await archive.deposit()
    async with archive.house.client(archive.seller) as client:
        params = {"filename": "合同; a=b, c.pdf"}
        await client.post(f"/v1/archives/{item_id}/versions", params=params, content=PDF)
    told = (await archive.content(archive.seller, item_id)).headers["content-disposition"]
    assert told == "attachment; filename=\"content\"; filename*=UTF-8''%E5%90%88%E5%90%8C%3B%20a%3Db%2C%20c.pdf"


async def test_the_key_of_a_file_is_wrapped_for_its_class(archive: Archive) -> None:
    item_id = await archive.deposit("confidential")
    await archive.send(item_id)
    async with archive.house.services.database.transaction() as session:
        await keep_archive(session)
        version = (await session.scalars(select(ArchiveVersion))).one()
    assert version.key_id.startswith("confidential/")
    assert (version.sealed_as, version.wrapped_as) == ("confidential", "confidential")
