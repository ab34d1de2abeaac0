#!/usr/bin/env python3
"""What readers notice while certificates or processes are exchanged under load.

    loadtest/upgrade.py              all rows
    loadtest/upgrade.py --seconds 30 --rate 400

Each row sends phones in an open loop, half on connections of their own, half on connections that
stay, and meanwhile exchanges something every three seconds: the certificate (files replaced, then
SIGHUP), or the process, with sockets that it is handed as systemd does it, or on a port that the old
and the new one share. A failure is a phone that came and got no page within ten seconds; a connection
was dropped if it ended between a question and the end of its answer. Ends with an error if there was
any of either, except on a shared port while the kernel does not move what waits in a closing queue
(net.ipv4.tcp_migrate_req = 0): what is lost there is printed.
BIN and LOADTEST are the programs (default: built here, optimised).
"""

import argparse
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

HOME = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
DEADLINE = 60
EVERY = 3
LAST = 2


def built(variable, arguments, name):
    """A program: the one that is named, or the one that is built here."""
    if os.environ.get(variable):
        return os.path.abspath(os.environ[variable])
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--release", *arguments], check=True, cwd=HOME)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(HOME, "target"))
    return os.path.join(target, "release", name)


def quiet(*command, folder):
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Folder:
    """A store, somebody who vouches, and certificates."""

    def __init__(self, program):
        self.path = tempfile.mkdtemp()
        self.runs = 0
        shutil.copy(os.path.join(HOME, "src/shell/demo/records.ndjson"), self.path)
        environment = {**os.environ, "SAOMA_STORE": "embedded:store"}
        subprocess.run([program, "import", "records.ndjson"], check=True, cwd=self.path, env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.key = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        quiet("openssl", "req", "-x509", *self.key, "-days", "2", "-subj", "/CN=upgrade test", "-keyout", "ca.key",
              "-out", "ca.pem", folder=self.path)
        with open(self.at("ext"), "w", encoding="ascii") as extensions:
            extensions.write("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
        self.issue()

    def at(self, name):
        return os.path.join(self.path, name)

    def issue(self):
        """A new certificate with a new key, renamed into the place of the old one."""
        quiet("openssl", "req", *self.key, "-subj", "/CN=localhost", "-keyout", "new.key", "-out", "new.csr",
              folder=self.path)
        quiet("openssl", "x509", "-req", "-days", "2", "-in", "new.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
              "-CAcreateserial", "-extfile", "ext", "-out", "new.pem", folder=self.path)
        os.rename(self.at("new.key"), self.at("leaf.key"))
        os.rename(self.at("new.pem"), self.at("leaf.pem"))


class Server:
    """One process. With sockets, it is handed them; without, it shares the port."""

    def __init__(self, program, folder, secure, sockets=(), port=0):
        folder.runs += 1
        self.log = folder.at(f"{folder.runs}.log")
        self.secure = secure
        environment = {
            **os.environ,
            "SAOMA_STORE": "embedded:store",
            "SAOMA_DRAIN_SECONDS": "20",
            "SAOMA_ADMIN_LISTEN": "",
            "SAOMA_LOG_FORMAT": "json",
            "SAOMA_TLS_CERTIFICATES": "leaf.pem",
            "SAOMA_TLS_KEYS": "leaf.key",
            "SAOMA_PUBLIC_LISTEN": "127.0.0.1:0",
        }
        command = [program, "serve"]
        if sockets:
            # The number of the process is known only there.
            environment.update(LISTEN_FDS="1", LISTEN_FDNAMES="https" if secure else "http")
            command = ["sh", "-c", f'export LISTEN_PID=$$; exec "$0" serve 3<&{sockets[0].fileno()}', program]
        else:
            variable = "SAOMA_PUBLIC_LISTEN_HTTPS" if secure else "SAOMA_PUBLIC_LISTEN"
            environment.update({variable: f"127.0.0.1:{port}", "SAOMA_PUBLIC_PORTS": "shared"})
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, cwd=folder.path, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=log,
                                            pass_fds=[one.fileno() for one in sockets])
        self.port = self.opened()

    def said(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def opened(self):
        """Waits for its door, and says at which port that is."""
        until = time.monotonic() + DEADLINE
        while time.monotonic() < until and self.process.poll() is None:
            for line in self.said().splitlines():
                try:
                    said = json.loads(line)
                except ValueError:
                    continue
                if said.get("message") == "door open" and said.get("tls") == self.secure:
                    return int(said["address"].rsplit(":", 1)[1])
            time.sleep(0.02)
        raise SystemExit(f"upgrade.py: the door did not open\n{self.said()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def shown(port, authority):
    """The certificate that is shown now."""
    context = ssl.create_default_context(cafile=authority)
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as stream:
            return ssl.DER_cert_to_PEM_cert(stream.getpeercert(binary_form=True))


def row(programs, folder, name, secure, handed=False, exchange="process", options=None):
    program, loadtest = programs
    sockets = []
    if handed:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(4096)
        sockets = [listener]
    server = Server(program, folder, secure, sockets)
    crowd = None
    try:
        way = ["--ca", folder.at("ca.pem")] if secure else []
        crowd = subprocess.Popen(
            [loadtest, "rush", "--at", f"127.0.0.1:{server.port}", *way, "--rate", str(options.rate), "--seconds",
             str(options.seconds), "--patience", "10000", "--path", "/vin/218622108311027", "--staying", "32"],
            stdout=subprocess.PIPE, text=True)
        exchanged = 0
        over = time.monotonic() + options.seconds - LAST
        while time.monotonic() + EVERY < over:
            time.sleep(EVERY)
            if exchange == "certificate":
                folder.issue()
                server.process.send_signal(signal.SIGHUP)
            else:
                new = Server(program, folder, secure, sockets, server.port)
                server.stop()
                server = new
            exchanged += 1
        figures = json.loads(crowd.communicate(timeout=options.seconds + DEADLINE)[0])
        if exchange == "certificate":
            with open(folder.at("leaf.pem"), encoding="ascii") as newest:
                if shown(server.port, folder.at("ca.pem")) != newest.read():
                    raise SystemExit("upgrade.py: the newest certificate is not the one that is shown")
    finally:
        if crowd and crowd.poll() is None:
            crowd.kill()
            crowd.wait()
        server.stop()
        for one in sockets:
            one.close()
    failed = figures["came"] - figures["pages"]
    print(f"{name:<44} {exchanged:>9} {figures['came']:>9} {failed:>9} {figures['dropped']:>9} "
          f"{figures['p99_ms']:>9.1f} {figures['longest_ms']:>11.1f}", flush=True)
    return failed + figures["dropped"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20, help="how long each row is")
    parser.add_argument("--rate", type=int, default=300, help="phones a second")
    options = parser.parse_args()
    programs = (built("BIN", ["--bin", "saoma"], "saoma"), built("LOADTEST", ["-p", "saoma-loadtest"], "saoma-loadtest"))
    folder = Folder(programs[0])
    try:
        with open("/proc/sys/net/ipv4/tcp_migrate_req", encoding="ascii") as setting:
            moves = setting.read().strip() == "1"
    except OSError:
        moves = False
    lost = 0
    try:
        print(f"{'exchanged under load':<44} {'exchanges':>9} {'phones':>9} {'failed':>9} {'dropped':>9} {'p99, ms':>9} "
              f"{'longest, ms':>11}")
        lost += row(programs, folder, "certificate, TLS", True, exchange="certificate", options=options)
        lost += row(programs, folder, "process, sockets handed over", False, handed=True, options=options)
        lost += row(programs, folder, "process, sockets handed over, TLS", True, handed=True, options=options)
        how = "moved" if moves else "not moved"
        shared = row(programs, folder, f"process, shared port (queue {how})", False, options=options)
        shared += row(programs, folder, f"process, shared port (queue {how}), TLS", True, options=options)
        lost += shared if moves else 0
    finally:
        shutil.rmtree(folder.path)
    if lost:
        sys.exit("upgrade.py: FAILED")


if __name__ == "__main__":
    main()
