"""Reading what is not theirs, writing what is not theirs."""

from __future__ import annotations

from pathlib import Path

from tests.attacks.conftest import Attack
from tests.workers.runner.live import ROOT

_HIDDEN = [
    "/etc/shadow",
    "/etc/ssh",
    "/root/.bashrc",
    "/home",
    "/var",
    "/run",
    "/work",
    "/boot",
    "/sys/kernel",
    "/sys/fs",
    "/dev/kmsg",
    "/dev/mem",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/vda",
    str(ROOT / "manage.py"),
    str(ROOT / "workers"),
    str(ROOT / ".git"),
]


def test_files_of_the_machine_are_not_there(attack: Attack) -> None:
    """In a container they may be, and cannot be opened."""
    code = f"""
import os
for path in {_HIDDEN!r}:
    for look in ({"" if attack.machine.tier == "T2" else "os.lstat, "}os.listdir, open):
        try:
            look(path)
            print(path)
        except OSError:
            pass
"""
    assert attack(code).text() == ""


def test_our_code_is_not_there(attack: Attack) -> None:
    code = f"""
import os, sys
for place in ("/opt/kindling/workers", {str(ROOT)!r}, {str(ROOT / "workers")!r}):
    try: print(os.listdir(place))
    except OSError: pass
print([entry for entry in sys.path if entry in ("/opt/kindling", {str(ROOT)!r})])
"""
    assert attack(code).text() == "[]\n"


def test_nothing_outside_its_folders_can_be_written(attack: Attack) -> None:
    code = """
import os, sys, torch
places = ["/", "/usr", "/usr/bin", "/etc", "/dev", "/opt", "/opt/kindling", "/proc", "/proc/sys/kernel", sys.prefix,
          os.path.dirname(torch.__file__), os.path.dirname(os.path.dirname(torch.__file__)), os.path.dirname(os.__file__)]
for place in places:
    try:
        open(place + "/planted.pth", "w")
        print("wrote", place)
    except OSError:
        pass
for place in (os.__file__, torch.__file__, "/etc/passwd", "/etc/hosts", "/proc/sysrq-trigger", "/proc/1/oom_score_adj"):
    try:
        open(place, "r+b").write(b"x")
        print("wrote", place)
    except OSError:
        pass
"""
    assert attack(code).text() == ""


def test_what_an_owner_may_do_to_a_file_a_run_may_not(attack: Attack) -> None:
    """Rights and attributes need no more than to be the file's owner, and a run may have the uid of one. Where runs
    share the machine's files it cannot even do so to its own, by name or by descriptor."""
    code = """
import fcntl, os, torch
def look(file): return os.fstat(file).st_mode, os.listxattr(file)
for path in (os.__file__, torch.__file__, "/etc/passwd", "/usr/bin/env", "/dev/null", "/usr", "listing.py"):
    file = os.open(path, os.O_RDONLY)
    before = look(file)
    for attempt in (lambda: os.fchmod(file, 0o777), lambda: os.chmod(path, 0o777), lambda: os.chmod(f"/proc/self/fd/{file}", 0o777),
                    lambda: os.setxattr(file, "user.a", b"b"), lambda: os.setxattr(path, "user.a", b"b"),
                    lambda: os.fchown(file, os.getuid(), os.getgid()), lambda: os.chown(path, os.getuid(), os.getgid())):
        try: attempt()
        except OSError: pass
    if look(file) != before: print(path)
"""
    assert attack(code).text() == ("" if attack.flat else "listing.py\n")


def test_no_name_leads_out_of_its_folder(attack: Attack) -> None:
    """Up and across, through links, through /proc, and by a descriptor of a folder."""
    code = """
import os, shutil
os.symlink("/", "root"); os.symlink("../../../../etc", "etc"); os.symlink("/proc/self/root", "self")
names = ["../planted", "../../planted", "../../../../../../etc/planted", "root/planted", "root/etc/planted", "etc/planted",
         "self/etc/planted", "/proc/self/cwd/../../etc/planted", "/proc/self/root/usr/planted", "/proc/1/root/planted",
         "/proc/1/cwd/planted", "/proc/self/fd/0/planted", "/dev/fd/../planted", "x/../../../usr/planted"]
os.mkdir("x")
def create(name): os.close(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_EXCL))
for name in names:
    for attempt in (create, os.mkdir, os.mkfifo, lambda name: os.symlink("listing.py", name),
                    lambda name: os.link("listing.py", name), lambda name: shutil.copy("listing.py", name),
                    lambda name: os.rename("x", name)):
        try:
            attempt(name)
            print(attempt, name)
        except OSError:
            pass
for name in ("root/etc/shadow", "self/etc/shadow", "etc/shadow", "/proc/1/root/etc/shadow", "root/root/.bashrc"):
    try: print(name, len(open(name).read()))
    except OSError: pass
"""
    assert attack(code).text() == ""


def test_what_is_no_plain_file_is_left_for_nobody_to_open(attack: Attack) -> None:
    """A FIFO would hold up whoever opens it, a link lead him astray, a device be one: nobody outside opens any."""
    code = """
import os, stat
for number, kind in enumerate((stat.S_IFCHR, stat.S_IFBLK)):
    try:
        os.mknod(f"device{number}", kind | 0o666, os.makedev(1, 1))
        print("made", number)
    except OSError:
        pass
os.unlink("listing.py"); os.mkfifo("listing.py")
for name in ("result.pt", "figure.png", "events.out", "state", "exit"):
    os.symlink("/dev/zero", name)
"""
    told = attack(code)
    assert (told.outcome, told.text()) == ("succeeded", "")


def test_nothing_outside_its_folders_is_writable_by_its_mode(attack: Attack) -> None:
    """Of what bubblewrap lays out; a container's own files are another's business, and Landlock's."""
    if attack.machine.tier == "T2":
        return
    code = """
import os
for top in ("/etc", "/dev", "/opt/kindling", "/usr/local/bin"):
    for folder, _, names in os.walk(top):
        for name in [folder, *(os.path.join(folder, name) for name in names)]:
            if not name.startswith(("/dev/shm", "/dev/fd", "/dev/std")) and os.access(name, os.W_OK):
                print(name)
"""
    devices = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}
    assert set(attack(code).text().split()) <= devices


def test_the_environment_says_nothing_of_the_machine(attack: Attack) -> None:
    told = attack("import os\nprint(sorted(os.environ))\nprint(open('/proc/self/environ').read())")
    if attack.machine.tier != "T2":  # there the packages are where they are
        assert str(ROOT) not in told.text()
    for word in ("KINDLING", "DATABASE", "VALKEY", "SECRET"):
        assert word not in told.text()


def test_other_processes_are_not_to_be_seen(attack: Attack) -> None:
    told = attack("import os\nprint(sorted(name for name in os.listdir('/proc') if name.isdigit()))")
    assert told.message.startswith("PermissionError") if attack.flat else told.text() == "['1', '2']\n"


def test_descriptors_of_ours_are_not_left_open(attack: Attack) -> None:
    code = """
import os
for number in range(3000):
    try:
        print(number, os.readlink(f"/proc/self/fd/{number}").split(":")[0])
    except OSError:
        pass
"""
    assert attack(code).text() == "0 /dev/null\n1 pipe\n2 pipe\n3 socket\n"


def test_the_first_environment_and_root_are_closed(attack: Attack) -> None:
    code = """
for name in ("/proc/1/environ", "/proc/1/root/etc/shadow", "/proc/self/root/etc/shadow", "/proc/1/cwd/x", "/etc/shadow"):
    try: print(name, open(name, "rb").read(10))
    except OSError: pass
"""
    told = attack(code)
    assert "SECRET" not in told.text()
    assert "shadow" not in told.text()


def test_it_is_an_ordinary_user_inside_and_outside(attack: Attack) -> None:
    run = attack.runner.start(
        "import os, time\nprint(0 in os.getresuid() + os.getresgid(), flush=True)\ntime.sleep(60)"
    )
    run.until("stdout", "False")
    assert 0 not in {_real_uid(process) for process in attack.runner.family()}
    run.stop()
    run.rest()


def _real_uid(process: int) -> int | None:
    """None for a process that has ended meanwhile."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) for line in lines if line.startswith("Uid:"))
