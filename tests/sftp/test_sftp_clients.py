"""The clients that districts use, as programs: each uploads more than a packet, renames, overwrites, lists and stats."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from homeroom.doors.sftp.algorithms import COMPATIBLE
from patience import SECONDS
from sftp_standing import BIG, PASSWORD, Standing
from tools import needs_file, needs_tool

RENAMED = [("closed", "/users.csv.part"), ("renamed", "/users.csv")]


def arrived(door: Standing, name: str = "users.csv") -> bool:
    return (door.inbox / name).read_bytes() == BIG and (door.inbox / name).stat().st_mode & 0o7777 == 0o600


def test_openssh_with_a_key(door: Standing, big: Path, tmp_path: Path) -> None:
    needs_tool("sftp")
    done = door.openssh(
        f"put {big} users.csv.part\nrename users.csv.part users.csv\nls -l\npwd\n"
        f"put -p {big} again.csv\nput {big} again.csv\nget again.csv {tmp_path}/back\n"
        "mkdir export\nrename again.csv export/again.csv\nls export\nrm export/again.csv\nrmdir export\n"
    )
    assert done.returncode == 0, done.stderr
    assert arrived(door)
    assert (tmp_path / "back").read_bytes() == BIG
    assert "3000003" in done.stdout
    assert "Remote working directory: /" in done.stdout
    assert "export/again.csv" in done.stdout
    assert door.told()[:2] == RENAMED
    assert [p.name for p in door.inbox.iterdir()] == ["users.csv"]


def test_openssh_with_a_password(door: Standing, big: Path, tmp_path: Path) -> None:
    needs_tool("sftp")
    ask = tmp_path / "ask"
    ask.write_text(f"#!/bin/sh\necho '{PASSWORD}'\n")
    ask.chmod(0o700)
    for method in ("password", "keyboard-interactive"):
        methods = ["-o", f"PreferredAuthentications={method}", "-o", "PubkeyAuthentication=no", "-o", "BatchMode=no"]
        batch = tmp_path / "batch"
        batch.write_text(f"put {big} {method}.csv\n")
        done = door.run(
            "sftp", *door.options(), *methods, "-P", str(door.port), "-b", str(batch), "pinewood@127.0.0.1",
            SSH_ASKPASS=str(ask), SSH_ASKPASS_REQUIRE="force",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert arrived(door, f"{method}.csv")


def test_openssh_resumes_a_cut_off_upload(door: Standing, big: Path) -> None:
    needs_tool("sftp")
    door.inbox.mkdir(parents=True, exist_ok=True)
    (door.inbox / "users.csv").write_bytes(BIG[:1_000_000])
    done = door.openssh(f"reput {big} users.csv\n")
    assert done.returncode == 0, done.stderr
    assert arrived(door)


def test_scp_goes_through_sftp(door: Standing, big: Path) -> None:
    needs_tool("sftp")
    done = door.run("scp", "-s", *door.options(), "-P", str(door.port), str(big), "pinewood@127.0.0.1:users.csv")
    assert done.returncode == 0, done.stderr
    assert arrived(door)


def test_paramiko(door: Standing, big: Path) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.put(str(big), "users.csv.part")
        sftp.posix_rename("users.csv.part", "users.csv")
        assert sftp.stat("users.csv").st_size == len(BIG)
        assert [(a.filename, a.st_size) for a in sftp.listdir_attr()] == [("users.csv", len(BIG))]
        sftp.utime("users.csv", (1_700_000_000, 1_700_000_000))
        assert sftp.stat("users.csv").st_mtime == 1_700_000_000
        sftp.chmod("users.csv", 0o777)
        with sftp.open("users.csv", "rb") as file:
            assert file.read() == BIG
    assert arrived(door)
    assert door.told() == RENAMED


def test_curl(door: Standing, big: Path) -> None:
    curl = needs_tool("curl")
    if "sftp" not in door.run(curl, "--version").stdout:
        pytest.fail("this curl was built without SFTP: apt-get install curl")
    url = f"sftp://127.0.0.1:{door.port}"
    told = [curl, "-sS", "-k", "-u", f"pinewood:{PASSWORD}"]
    rename = ["-Q", "-rename /users.csv.part /users.csv"]
    done = door.run(*told, "-T", str(big), f"{url}/users.csv.part", *rename)
    assert done.returncode == 0, done.stderr
    assert arrived(door)
    assert door.told() == RENAMED
    listed = door.run(*told, f"{url}/")
    assert "users.csv" in listed.stdout


def test_lftp(door: Standing, big: Path) -> None:
    lftp = needs_tool("lftp")
    program = "ssh -a -x -F /dev/null -o UserKnownHostsFile=/dev/null"
    said = [
        "set sftp:auto-confirm yes",
        "set net:max-retries 1",
        f"set sftp:connect-program '{program}'",
        f"open -u pinewood,{PASSWORD} -p {door.port} sftp://127.0.0.1",
        f"put {big} -o users.csv.part",
        "mv users.csv.part users.csv",
        f"put {big} -o users2.csv",
        f"put {big} -o users2.csv",
        "cls -l",
        "rm users2.csv",
    ]
    done = door.run(lftp, "-c", "; ".join(said))
    assert done.returncode == 0, done.stderr
    assert arrived(door)
    assert "users2.csv" in done.stdout
    assert ("renamed", "/users.csv") in door.told()


def test_rclone_that_pads_its_last_packet(door: Standing, big: Path) -> None:
    rclone = needs_tool("rclone")
    hidden = door.run(rclone, "obscure", PASSWORD).stdout.strip()
    remote = f":sftp,host=127.0.0.1,port={door.port},user=pinewood,pass={hidden}"
    once = ["--retries", "1", "--ignore-times", "--config", "/dev/null"]
    for _ in range(2):
        done = door.run(rclone, "copyto", str(big), f"{remote}:users.csv", *once)
        assert done.returncode == 0, done.stderr
        assert arrived(door)
    moved = door.run(rclone, "moveto", f"{remote}:users.csv", f"{remote}:staff.csv", *once)
    assert moved.returncode == 0, moved.stderr
    assert arrived(door, "staff.csv")
    checked = door.run(rclone, "lsl", f"{remote}:", *once)
    assert "3000003" in checked.stdout


JAVA = """
import com.jcraft.jsch.*;

public class Upload {
    public static void main(String[] a) throws Exception {
        Session session = new JSch().getSession("pinewood", "127.0.0.1", Integer.parseInt(a[0]));
        session.setPassword(a[1]);
        session.setConfig("StrictHostKeyChecking", "no");
        session.setConfig("PreferredAuthentications", a[3]);
        for (int i = 4; i + 1 < a.length; i += 2) session.setConfig(a[i], a[i + 1]);
        session.connect(20000);
        ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
        sftp.connect(20000);
        sftp.put(a[2], "users.csv.tmp");
        sftp.rename("users.csv.tmp", "users.csv");
        sftp.put(a[2], "over.csv");
        sftp.put(a[2], "over.csv", ChannelSftp.OVERWRITE);
        System.out.println(JSch.VERSION + " " + sftp.stat("users.csv").getSize() + " " + sftp.ls(".").size() + " " + sftp.pwd());
        sftp.rm("over.csv");
        sftp.put(a[2], "users.csv", ChannelSftp.RESUME);
        session.disconnect();
    }
}
"""
OLDEST = ["kex", "diffie-hellman-group14-sha1", "server_host_key", "ssh-rsa", "mac.c2s", "hmac-sha1", "mac.s2c", "hmac-sha1"]
OLDEST += ["cipher.c2s", "aes128-ctr", "cipher.s2c", "aes128-ctr"]


@pytest.fixture(scope="module")
def upload_class(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The Java program, compiled against Debian's JSch (0.1.54, of 2016)."""
    java, javac = needs_tool("java"), needs_tool("javac")
    jar = needs_file("/usr/share/java/jsch.jar", "libjsch-java")
    folder = tmp_path_factory.mktemp("java")
    (folder / "Upload.java").write_text(JAVA)
    subprocess.run([javac, "-cp", str(jar), "Upload.java"], cwd=folder, check=True, timeout=SECONDS)
    return [java, "-cp", f"{jar}:{folder}", "Upload"]


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
@pytest.mark.parametrize(
    ("method", "settings"),
    [("password", []), ("keyboard-interactive", []), ("password", OLDEST)],
    ids=["password", "interactive", "oldest-algorithms"],
)
def test_jsch_as_old_as_0_1_54(door: Standing, big: Path, upload_class: list[str], method: str, settings: list[str]) -> None:
    done = door.run(*upload_class, str(door.port), PASSWORD, str(big), method, *settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0.1.54", "3000003", "4", "/"]
    assert arrived(door)
    assert ("renamed", "/users.csv") in door.told()


def test_every_host_key_lets_a_client_in(door: Standing, big: Path) -> None:
    needs_tool("sftp")
    assert [f.kind for f in door.running.fingerprints] == ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"]
    for algorithm in ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256", "rsa-sha2-512", "ssh-rsa"):
        done = door.openssh(f"put {big} {algorithm}.csv\n", "-o", f"HostKeyAlgorithms={algorithm}")
        assert done.returncode == 0, (algorithm, done.stderr)
        assert arrived(door, f"{algorithm}.csv")


@pytest.mark.parametrize(
    "weak",
    [
        "Ciphers=aes128-cbc",
        "Ciphers=3des-cbc",
        "KexAlgorithms=diffie-hellman-group1-sha1",
        "MACs=hmac-md5",
        "HostKeyAlgorithms=ssh-dss",
    ],
)
def test_broken_algorithms_are_not_offered(door: Standing, weak: str) -> None:
    needs_tool("sftp")
    ours = " ".join(x for names in COMPATIBLE.options().values() for x in names)
    assert weak.partition("=")[2] not in ours
    options = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", weak]
    options += ["-o", "Ciphers=aes128-ctr"] if weak.startswith("MACs") else []
    done = door.run("sftp", *options, "-P", str(door.port), "-b", "-", "pinewood@127.0.0.1", text="ls\n")
    assert done.returncode != 0
    assert "no matching" in done.stderr, done.stderr


def test_fingerprints_are_those_that_clients_show(door: Standing, tmp_path: Path) -> None:
    keygen = needs_tool("ssh-keygen")
    for shown, file in zip(door.running.fingerprints, ("ed25519", "ecdsa", "rsa"), strict=True):
        key = door.keys / f"ssh_host_{file}_key"
        assert key.stat().st_mode & 0o777 == 0o600
        public = tmp_path / f"{file}.pub"
        public.write_text(door.run(keygen, "-y", "-f", str(key)).stdout)
        for form, value in (("sha256", shown.sha256), ("md5", shown.md5)):
            assert value in door.run(keygen, "-l", "-E", form, "-f", str(public)).stdout
    rsa = door.run(keygen, "-l", "-f", str(tmp_path / "rsa.pub")).stdout
    assert rsa.startswith("3072 ")
