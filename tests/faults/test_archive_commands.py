"""The archive of a whole service and the `evenhand archive` commands beside it: in a folder, and in S3 with KMS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer
from PIL import Image

from service.domain.archives import Confidentiality
from service.domain.lending import Duty
from tests.adapters.reading_room.files import pdf
from tests.faults.running import RunningService, created

PASSWORD = "a long enough password"
TITLE = "并购意向书"
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}
BUCKET = "archive"


class InFolder:
    """Objects and keys in the state folder."""

    def __init__(self, service: RunningService) -> None:
        self.service = service

    def new_keys(self) -> None:
        """Nothing: the command makes them."""

    def damage(self) -> None:
        (stored,) = [path for path in (self.service.state / "files" / "archives").rglob("*") if path.is_file()]
        stored.write_bytes(flipped(stored.read_bytes()))


class InS3:
    """Objects in S3, their keys wrapped by KMS, both of an emulator."""

    def __init__(self, service: RunningService, address: str) -> None:
        self.environment, settings = service.environment, {"endpoint_url": address, "region_name": "eu-west-1"}
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.s3: Any = boto3.client("s3", **settings, **keys)
        self.kms: Any = boto3.client("kms", **settings, **keys)
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.environment |= AWS | {"AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true"}
        self.environment["EVENHAND_FILES"] = f"s3://{BUCKET}/evenhand"
        self.new_keys()

    def new_keys(self) -> None:
        made = {str(name): self.kms.create_key()["KeyMetadata"]["Arn"] for name in Confidentiality}
        self.environment["EVENHAND_ARCHIVE_KMS_KEYS"] = json.dumps(made)

    def damage(self) -> None:
        (stored,) = self.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
        content = self.s3.get_object(Bucket=BUCKET, Key=stored["Key"])["Body"].read()
        self.s3.put_object(Bucket=BUCKET, Key=stored["Key"], Body=flipped(content))


def flipped(content: bytes) -> bytes:
    """The bytes with one bit changed."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, service: RunningService) -> Iterator[InFolder | InS3]:
    if request.param == "folder":
        yield InFolder(service)
        return
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    emulated = InS3(service, f"http://127.0.0.1:{server.get_host_and_port()[1]}")
    yield emulated
    emulated.s3.close()
    emulated.kms.close()
    server.stop()


class Company:
    """A general manager, an archivist and a seller, each with a client."""

    def __init__(self, service: RunningService, manager: httpx.Client) -> None:
        self.service, self.manager = service, manager
        with service.client(service.token()) as admin:
            department = created(admin.post("/v1/departments", json={"name": "销售部"}))["id"]
            self.archivist = self.hired(admin, "AR001", "沈知秋", "archivist", department)
            self.seller = self.hired(admin, "SE001", "张伟", "sales_rep", department)

    @classmethod
    @contextmanager
    def of(cls, service: RunningService) -> Iterator[Self]:
        """The company of a service that is started for it."""
        told = service.command("appoint", "GM001", "林致远")
        assert told.returncode == 0, told.stderr
        service.start()
        with service.client(service.token("GM001", told.stderr.rsplit(" ", 1)[-1].strip())) as manager:
            company = cls(service, manager)
            with company.archivist, company.seller:
                yield company

    def hired(self, admin: httpx.Client, code: str, name: str, role: str, department: str) -> httpx.Client:
        """Somebody with a role, confirmed where that takes two, and a password."""
        person = created(admin.post("/v1/staff", json={"code": code, "name": name, "department_id": department}))
        grant = created(admin.post("/v1/role-grants", json={"staff_id": person["id"], "role": role}))
        host = admin
        if grant["state"] == "proposed":
            host = self.manager
            done(self.manager.post(f"/v1/role-grants/{grant['id']}/approve", json={"reason": "任命"}))
        link = created(host.post(f"/v1/staff/{person['id']}/invitation", json={}))
        body = {"token": link["token"], "new_password": PASSWORD}
        done(httpx.post(f"{self.service.address}/v1/auth/password", json=body, timeout=10))
        return self.service.client(self.service.token(code, PASSWORD))

    def filed(self) -> str:
        """The id of an accepted confidential item of the seller's with a PDF of two pages."""
        body = {"title": TITLE, "kind": "agreement", "confidentiality": "confidential"}
        path = f"/v1/archives/{created(self.seller.post('/v1/archives', json=body))['id']}"
        created(self.seller.post(f"{path}/versions", files={"file": ("意向书.pdf", pdf(2), "application/pdf")}))
        done(self.archivist.post(f"{path}/accept", json={"original_held": True, "place": "二号库"}))
        return path.rsplit("/", 1)[-1]

    def session(self, item_id: str) -> str:
        """The path of a reading session that was granted to the seller."""
        wanted = {"item_id": item_id, "purpose": "核对条款", "duration_seconds": 600, "acknowledged": list(Duty)}
        path = f"/v1/reading-sessions/{created(self.seller.post('/v1/reading-sessions', json=wanted))['id']}"
        done(self.manager.post(f"{path}/approve", json={}))
        done(self.archivist.post(f"{path}/grant", json={"place": "档案室", "networks": ["127.0.0.0/8"]}))
        return path


def done(answer: httpx.Response) -> None:
    assert answer.status_code in {200, 204}, answer.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the emulator leaves a socket open
def test_files_are_read_traced_verified_and_their_keys_rotated_beside_a_running_service(
    service: RunningService, store: InFolder | InS3
) -> None:
    with Company.of(service) as company:
        run_through(company, store)


def run_through(company: Company, store: InFolder | InS3) -> None:
    """A file's life, from its deposit to the day on which a bit of it is found changed."""
    service, item_id = company.service, company.filed()
    session = company.session(item_id)
    seen = company.seller.post(f"{session}/views", json={"page": 2})
    done(seen)
    if isinstance(store, InFolder):  # whose view a picture is has nothing to do with where files lie
        trace(service, seen)
    told = service.command("archive", "verify")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "Files verified: 1; not as deposited: 0.\n")
    store.new_keys()
    told = service.command("archive", "rotate-keys")
    assert (told.returncode, told.stderr) == (0, "Keys wrapped anew: 1.\n")
    done(company.seller.post(f"{session}/views", json={"page": 1}))
    store.damage()
    told = service.command("archive", "verify")
    assert (told.returncode, told.stderr) == (1, "Files verified: 1; not as deposited: 1.\n")
    assert told.stdout.startswith(f"item {item_id} version 1 (")
    assert TITLE not in told.stdout
    refused = company.seller.post(f"{session}/views", json={"page": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "damaged_pages")


def trace(service: RunningService, seen: httpx.Response) -> None:
    """The picture tells whose view it is; another tells nothing."""
    picture = service.state / "found.jpg"
    picture.write_bytes(seen.content)
    told = service.command("archive", "whose-view", str(picture))
    assert told.returncode == 0, told.stderr
    lines = dict(line.split(maxsplit=1) for line in told.stdout.splitlines())
    assert (lines["view"], lines["reader"]) == (seen.headers["view-id"], "张伟 (SE001)")
    assert lines["item"].endswith("page 2")
    told = service.command("archive", "whose-view", str(blank(service.state)))
    assert (told.returncode, told.stdout) == (1, "This picture carries no mark of ours.\n")


def blank(folder: Path) -> Path:
    """A picture without a mark."""
    path = folder / "blank.jpg"
    Image.new("RGB", (1240, 1754), "white").save(path)
    return path


def test_commands_on_a_folder_without_a_service_work_alone_and_say_what_is_wrong(service: RunningService) -> None:
    assert service.command("migrate").returncode == 0
    told = service.command("audit", "checkpoint")
    assert (told.returncode, told.stderr) == (1, "Nothing is sealed yet.\n")
    told = service.command("archive", "whose-view", "/nonexistent.jpg")
    assert told.returncode == 1
    assert "nonexistent.jpg" in told.stderr
