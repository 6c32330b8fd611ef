"""The Dockerfile's steps where there is no container engine: each stage a bare Debian tree, each step in a chroot.

    python3 tests/image/in_chroot.py FOLDER COMMAND…     (as root, with debootstrap; FOLDER outside the project)

builds what is missing in FOLDER and runs COMMAND in the last stage, by default what ENTRYPOINT and CMD say, as the
image's user and as process 1 of its own, with the EVENHAND_* variables of this shell. `healthcheck` as COMMAND is the
Dockerfile's own. Stands for the base image: Debian's Python of the same release.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGES = "ca-certificates,netbase,python-is-python3,python3,python3-venv,tzdata"
FROM_THE_HOST = ("etc/resolv.conf", "etc/pip.conf", "etc/ssl/certs/ca-certificates.crt")
INTO = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot --userspec="$1" "$0" "${@:2}"'


class Stage:
    """One FROM of the Dockerfile: a root folder, and what ENV, USER and WORKDIR said so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.user = "root"
        self.folder = "/"
        self.environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
        self.said: dict[str, list[str]] = {}

    def run(self, command: list[str], **environment: str) -> int:
        """The exit code of a command inside, in namespaces that leave no mount behind."""
        inside = [
            "env",
            "-i",
            f"--chdir={self.folder}",
            *(f"{k}={v}" for k, v in (self.environment | environment).items()),
        ]
        own = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", INTO, str(self.root), self.user]
        return subprocess.run([*own, *inside, *command], check=False).returncode

    def place(self, path: str) -> Path:
        """Where a path of the image lies here."""
        return self.root / os.path.join(self.folder, path).lstrip("/")  # noqa: PTH118 - an absolute path wins


def instructions() -> list[list[str]]:
    """The Dockerfile's lines: name and rest."""
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]


def build(folder: Path) -> Stage:
    """The last stage, its steps done where they are not yet."""
    stages: dict[str, Stage] = {}
    for name, rest in instructions():
        if name == "FROM":
            stage = Stage(folder / f"stage-{len(stages)}")
            stages[rest.partition(" AS ")[2]] = stage
            done = stage.root.exists()
            if not done:
                base(stage.root, rest)
        elif name == "WORKDIR":
            stage.folder = rest
            stage.place(".").mkdir(parents=True, exist_ok=True)
        elif name == "ENV":
            words = dict(word.split("=", 1) for word in shlex.split(rest))
            stage.environment |= {
                key: value.replace("$PATH", stage.environment["PATH"]) for key, value in words.items()
            }
        elif name == "USER":
            stage.user = f"{rest}:{rest}"
        elif name in {"HEALTHCHECK", "ENTRYPOINT", "CMD"}:
            stage.said[name] = json.loads(rest[rest.index("[") :])
        elif name in {"COPY", "RUN"} and not done:
            sys.stdout.write(f"{name} {rest}\n")
            copy(stage, rest, stages) if name == "COPY" else step(stage, rest)
    return stage


def base(root: Path, image: str) -> None:
    """A bare Debian of the release that the image's tag names, with the host's resolver and certificates."""
    release = image.split(maxsplit=1)[0].rpartition("-")[2]
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", release, str(root)]
    subprocess.run(command, check=True)
    for path in FROM_THE_HOST:
        if Path("/", path).exists():
            shutil.copyfile(Path("/", path), root / path)


def copy(stage: Stage, rest: str, stages: dict[str, Stage]) -> None:
    """COPY: from another stage, or the project's committed files, each to where it lies in the project too."""
    *sources, target = rest.split()
    into = stage.place(target)
    if sources[0].startswith("--from="):
        origin = stages[sources.pop(0).removeprefix("--from=")]
        subprocess.run(["cp", "-a", f"{origin.place(sources[0])}/.", into], check=True)
        return
    for source in sources:
        archive = subprocess.run(
            ["git", "archive", "HEAD", source], cwd=PROJECT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", stage.place(".")], input=archive, check=True)


def step(stage: Stage, rest: str) -> None:
    """RUN: a shell's command; the build ends where it fails."""
    if stage.run(["sh", "-c", rest], **{k: v for k, v in os.environ.items() if k.startswith("PIP_")}):
        sys.exit(f"failed: {rest}")


def main() -> int:
    """Builds, then runs what was asked for."""
    folder, *command = sys.argv[1:]
    stage = build(Path(folder).absolute())
    said = stage.said
    command = said["HEALTHCHECK"] if command == ["healthcheck"] else said["ENTRYPOINT"] + (command or said["CMD"])
    return stage.run(command, **{k: v for k, v in os.environ.items() if k.startswith("EVENHAND_")})


if __name__ == "__main__":
    sys.exit(main())
