"""The server's folders: who owns them, who may enter, where the socket is."""

import os
import pwd
import re
import shutil
import tempfile
from pathlib import Path

from service.adapters.postgres.failure import PostgresFailed

# sun_path holds 108 bytes with its closing zero (unix(7)); the list of socket folders gives "," and "@" a meaning.
_SOCKET_PATH_BYTES = 107
_PLAIN_PATH = re.compile(r"[\w/.+-]+")
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
ROLES = ("postgres", "evenhand_owner", "evenhand_app")


class Home:
    """The folder `postgres` inside a state folder, laid out for the account that the server runs as.

    PostgreSQL refuses to run as root. A root service therefore gives the folders that the server writes to the
    account `postgres`, or `nobody`, and lets that account pass (not list) the folders above them.

    Peer authentication: the kernel tells the server which account opened the socket, and the map lets in only the
    account that runs the service. No password has to be kept, sent or rotated, and other users of the machine stay
    out, also those that share `nobody`. The socket's folder is closed to them as well.
    """

    def __init__(self, state: Path) -> None:
        """The layout in the state folder `state`; nothing is touched before `prepare()`."""
        self.state = state
        self.root = state / "postgres"
        self.data = self.root / "data"
        self.draft = self.root / "data.new"
        self.log = self.root / "log"
        # Outside `log`: root never writes into a folder where the server's account could have laid a link.
        self.start_log = self.root / "start.log"
        self.programs = self.root / "programs"
        self.lock = self.root / "lock"
        self.access = self.root / "pg_hba.conf"
        self.user_map = self.root / "pg_ident.conf"
        self.socket = self.root / "run"
        self.user: str | None = None

    def prepare(self) -> None:
        """Every folder in place, with its owner and rights; the caller holds `lock`."""
        self.user = _server_user(self.data)
        if self.user:
            account = pwd.getpwnam(self.user)
            _admit(account, self.root)
        self._own_folder(self.log)
        self.socket = self._socket_folder()
        self._write(self.access, "local all all peer map=evenhand\nlocal replication postgres peer map=evenhand\n")
        self._write(self.user_map, "".join(f'evenhand "{_own_name()}" {role}\n' for role in ROLES))

    def new_data(self) -> Path:
        """An empty folder for initdb, in the place of what a broken-off start may have left."""
        shutil.rmtree(self.draft, ignore_errors=True)
        self._own_folder(self.draft)
        return self.draft

    def adopt_data(self) -> None:
        """The new data folder under its final name: a folder of that name is always complete."""
        self.draft.rename(self.data)
        root = os.open(self.root, os.O_RDONLY)
        os.fsync(root)
        os.close(root)

    def data_version(self) -> int | None:
        """The major version of PostgreSQL that the data belongs to; None before the first start."""
        return int((self.data / "PG_VERSION").read_text()) if self.data.exists() else None

    def clear_socket(self) -> None:
        """The socket of an earlier server removed, with its lock file, whose number may be in use again as well."""
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self.socket / name).unlink(missing_ok=True)

    def forget_socket(self) -> None:
        """The socket's folder outside the state folder removed, if there is one and no server uses it."""
        link = self.root / "run"
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
            link.unlink()

    def _socket_folder(self) -> Path:
        """`run`, or where that path is too long for a socket, a short private folder that `run` then links to."""
        place = self.root / "run"
        path = str(place / SOCKET_NAME)
        if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(path):
            self._own_folder(place)
            return place
        if not (place.is_symlink() and self._is_private(place.resolve())):
            place.unlink(missing_ok=True)
            place.symlink_to(tempfile.mkdtemp(prefix="evenhand-", dir="/tmp"))
        self._own_folder(place.resolve())
        return place.resolve()

    def _is_private(self, folder: Path) -> bool:
        """Whether a remembered folder under /tmp is still the server's own, not a stranger's of the same name."""
        owner = pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()
        return folder.is_dir() and folder.stat().st_uid == owner and folder.stat().st_mode & 0o077 == 0

    def _own_folder(self, folder: Path) -> None:
        """A folder that only the server's account may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(folder, account.pw_uid, account.pw_gid)

    def _write(self, path: Path, text: str) -> None:
        """A file that the server's account may read and not write."""
        path.write_text(text, encoding="utf-8")
        path.chmod(0o640)
        if self.user:
            os.chown(path, -1, pwd.getpwnam(self.user).pw_gid)


def _own_name() -> str:
    """The name of the account that runs the service, which PostgreSQL asks the system for."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise PostgresFailed(f"User id {os.geteuid()} has no entry in /etc/passwd; PostgreSQL needs one.") from None


def _server_user(data: Path) -> str | None:
    """The account to run the server as; None for this process's own."""
    if os.geteuid() != 0:
        return None
    if data.exists():
        return _owner(data)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresFailed("PostgreSQL does not run as root, and neither the account postgres nor nobody exists.")


def _owner(data: Path) -> str:
    """The account that existing data belongs to, which alone can serve it."""
    uid = data.stat().st_uid
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = ""
    if name in ("", "root"):
        raise PostgresFailed(f"{data} belongs to user id {uid}, as whom PostgreSQL cannot run; chown -R it to another.")
    return name


def _admit(account: pwd.struct_passwd, root: Path) -> None:
    """The way down to `root` open to the server's account.

    Only private folders of ours are opened, and only to its group: never a folder above the state folder.
    """
    for folder in (root.parent, root):
        if not _may_pass(account, folder) and folder.stat().st_mode & 0o077 == 0:
            os.chown(folder, -1, account.pw_gid)
            folder.chmod(0o710)
    for folder in (root, *root.parents):
        if not _may_pass(account, folder):
            raise PostgresFailed(
                f"PostgreSQL runs as {account.pw_name}, who may not enter {folder}. Choose an EVENHAND_STATE outside "
                "of it, or run the service as a user other than root."
            )


def _may_pass(account: pwd.struct_passwd, folder: Path) -> bool:
    """Whether the mode bits let the account through a folder."""
    facts = folder.stat()
    if facts.st_uid == account.pw_uid:
        return bool(facts.st_mode & 0o100)
    if facts.st_gid in os.getgrouplist(account.pw_name, account.pw_gid):
        return bool(facts.st_mode & 0o010)
    return bool(facts.st_mode & 0o001)
