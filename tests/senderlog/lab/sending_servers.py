"""The three sending servers: a configuration that knows no network but loopback, and how a mail is handed in.

Each waits two or three seconds where an ordinary one waits five minutes.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from bad_gateways import hosts_of_domains
from private_namespace import HOST

SENDER = "bob@partner.test"

_POSTFIX_MASTER = """\
pickup    unix  n - n 1 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
smtp      unix  - - n - - smtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def postfix(folder: Path, log: Path) -> None:
    """Postfix as installed, with folders of its own."""
    settings = folder / "config"
    for name in ("config", "queue", "data"):
        (folder / name).mkdir(parents=True)
    (settings / "master.cf").write_text(_POSTFIX_MASTER)
    (settings / "transport").write_text(
        "".join(
            f"{domain} smtp:{', '.join(f'[{host}]:25' for host in hosts)}\n"
            for domain, hosts in hosts_of_domains().items()
        )
    )
    (settings / "tls").write_text("[tls-broken.gw.test]:25 encrypt\n")
    (settings / "main.cf").write_text(
        f"""\
compatibility_level = 3.6
myhostname = {HOST}
mydestination =
config_directory = {settings}
queue_directory = {folder / "queue"}
data_directory = {folder / "data"}
maillog_file = {log}
maillog_file_prefixes = {log.parent}
inet_protocols = ipv4
smtp_bind_address = 127.0.0.1
smtp_dns_support_level = disabled
smtp_host_lookup = native
transport_maps = texthash:{settings}/transport
smtp_tls_policy_maps = texthash:{settings}/tls
smtp_tls_security_level = none
smtp_connect_timeout = 2s
smtp_helo_timeout = 3s
smtp_rcpt_timeout = 3s
smtp_tls_loglevel = 1
"""
    )
    (folder / "data").chmod(0o777)
    subprocess.run(["chown", "postfix", str(folder / "data")], check=True)
    subprocess.run(["/usr/sbin/postfix", "-c", str(settings), "start"], check=True, capture_output=True)
    _submit_all(["/usr/sbin/sendmail", "-C", str(settings), "-i"])


def stop_postfix(folder: Path) -> None:
    subprocess.run(["/usr/sbin/postfix", "-c", str(folder / "config"), "stop"], check=False, capture_output=True)


def exim(folder: Path, log: Path, unpacked: Path) -> None:
    """Exim as unpacked; its main log is `log`."""
    program = unpacked / "usr/sbin/exim4"
    (folder / "spool").mkdir(parents=True)
    subprocess.run(["chown", "Debian-exim:Debian-exim", str(folder / "spool")], check=True)
    settings = folder / "exim.conf"
    settings.write_text(
        f"""\
exim_path = {program}
primary_hostname = {HOST}
spool_directory = {folder / "spool"}
log_file_path = {log.with_suffix("")}-%s
trusted_users = root
disable_ipv6
keep_environment =
begin routers
out:
  driver = manualroute
  transport = out
  route_data = ${{lookup{{$domain}}lsearch{{{folder}/routes}}}} byname
  host_find_failed = defer
  self = send
begin transports
out:
  driver = smtp
  connect_timeout = 2s
  command_timeout = 3s
  hosts_require_tls = tls-broken.gw.test
  hosts_try_fastopen = unreachable-fast.gw.test
begin retry
* * F,1h,15m
begin rewrite
"""
    )
    (folder / "routes").write_text(
        "".join(f"{domain}: {':'.join(hosts)}\n" for domain, hosts in hosts_of_domains().items())
    )
    _submit_all([str(program), "-C", str(settings), "-odf", "-i"])


def sendmail(folder: Path, unpacked: Path) -> None:
    """Sendmail as unpacked, with the smallest configuration that relays; it logs to syslog."""
    (folder / "queue").mkdir(parents=True)
    (folder / "switch").write_text("hosts files\naliases files\n")
    settings = folder / "sendmail.cf"
    settings.write_text((Path(__file__).parent / "sendmail.cf").read_text().replace("FOLDER", str(folder)))
    settings.chmod(0o644)
    _submit_all([str(unpacked / "usr/libexec/sendmail/sendmail"), "-C", str(settings), "-odb", "-i"])


def _submit_all(command: list[str]) -> None:
    """Hand in one mail for each domain, all at once: a server that delivers at once keeps its caller waiting."""
    processes = []
    for domain in hosts_of_domains():
        if domain == SENDER.partition("@")[2]:
            continue
        message = (
            f"From: <{SENDER}>\nTo: <alice@{domain}>\nMessage-ID: <{domain}.0815@partner.test>\n"
            "Subject: order 0815\n\nHello.\n"
        )
        process = subprocess.Popen([*command, "-f", SENDER, f"alice@{domain}"], stdin=subprocess.PIPE)
        assert process.stdin
        process.stdin.write(message.encode())
        process.stdin.close()
        processes.append(process)
    for process in processes:
        process.wait(timeout=30)
