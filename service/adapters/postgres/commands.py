"""The command lines of PostgreSQL's programs, with the settings that suit a small machine."""

from service.adapters.postgres.home import PORT, Home
from service.adapters.postgres.programs import Programs

# The locale's data is PostgreSQL's or glibc's own; names and times mean the same on every machine.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"}

_SETTINGS = {
    "cluster_name": "evenhand",
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    # What users typed stays out of the log: neither the failing statement nor the DETAIL with its values.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_WITHOUT_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def initdb_command(programs: Programs, folder: str, *, durable: bool) -> list[str]:
    """A new data folder with checksums; UTF-8 with the same order of texts on every machine."""
    command = [str(programs.bin / "initdb"), "-D", folder, "--username=postgres", "--auth=peer", "--data-checksums"]
    # The character type is C.UTF-8 also under the builtin provider: with C, pg_trgm finds no Chinese.
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    if programs.major >= 17:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not durable:
        command += ["--no-sync"]
    return command


def server_command(programs: Programs, home: Home, *, durable: bool) -> list[str]:
    """The server in the foreground, on a unix socket only, its log in seven files, one a weekday."""
    settings = _SETTINGS | ({} if durable else _WITHOUT_DURABILITY)
    settings |= {
        "unix_socket_directories": str(home.socket),
        "log_directory": str(home.log),
        "hba_file": str(home.access),
        "ident_file": str(home.user_map),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(programs.bin / "postgres"), "-D", str(home.data), *options]


def psql_command(programs: Programs, home: Home, database: str) -> list[str]:
    """The shell as superuser, statements from its input, bare rows as its output, stopping at the first error."""
    command = [str(programs.bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
    return [*command, "-h", str(home.socket), "-p", str(PORT), "-U", "postgres", "-d", database]
