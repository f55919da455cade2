"""What clients pass before their first request: TLS to the gateway itself, certificates of their own, a load balancer in front."""
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import unittest

import harness
from harness import OK, SEKISHO, TIMEOUT, Bench, Conn, Message, chat, sh

REFUSED = b"GET http://api.deepseek.com/ HTTP/1.1\r\nHost: api.deepseek.com\r\n\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def proxy2(source: str, command: int = 0x21) -> bytes:
    block = socket.inet_aton(source) + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 40000, 8080)
    return SIGNATURE + bytes([command, 0x11]) + struct.pack("!H", len(block)) + block


class Authority:
    """A CA for the certificates of clients, by openssl."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.folder, self.name = folder, name
        self.path = folder / f"{name}.crt"
        self.key = folder / f"{name}.key"
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(self.key), "-out", str(self.path),
           "-days", "30", "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def client(self, file: str, subject: str, extensions: str = "extendedKeyUsage=clientAuth\n", days: int = 20) -> tuple[str, str]:
        path = self.folder / file
        sh("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{path}.key", "-out", f"{path}.csr", "-subj", subject)
        pathlib.Path(f"{path}.ext").write_text("basicConstraints=CA:FALSE\n" + extensions)
        sh("openssl", "x509", "-req", "-in", f"{path}.csr", "-CA", str(self.path), "-CAkey", str(self.key), "-CAcreateserial", "-days", str(days),
           "-out", f"{path}.crt", "-extfile", f"{path}.ext")
        return f"{path}.crt", f"{path}.key"

    def revocation_list(self, *certificates: str) -> str:
        """A CRL of this CA that names these certificates."""
        (self.folder / "index.txt").write_text("")
        (self.folder / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index.txt\ndefault_md=sha256\ndefault_crl_days=20\n"
                                            f"certificate={self.path}\nprivate_key={self.key}\n")
        common = ("-config", str(self.folder / "ca.cnf"))
        for certificate in certificates:
            sh("openssl", "ca", *common, "-revoke", certificate)
        return sh("openssl", "ca", *common, "-gencrl").stdout


class Fixture(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.addCleanup(self.bench.close)
        self.origin = self.bench.origin("api.openai.com", script=lambda conn, request: conn.send(OK))

    def start(self, listen: str, **more):
        return self.bench.gateway({"api.openai.com": self.origin.port}, listen=listen, **more)

    def server_certificate(self, name: str = "front") -> str:
        """`tls` of a listener, without its brace."""
        self.bench.pki.leaf("127.0.0.1", name=name)
        folder = self.bench.folder
        return f'{{ certificate: "{folder}/{name}.crt", key: "{folder}/{name}.key"'

    def curl(self, gateway, *arguments: str, user: str = "", proxy_ca=None) -> subprocess.CompletedProcess:
        proxy = f"https://{user}127.0.0.1:{gateway.proxy[1]}"
        return sh("curl", "-sS", "--max-time", str(TIMEOUT), "--proxy", proxy, "--proxy-cacert", str(proxy_ca or self.bench.pki.ca),
                  "--cacert", str(gateway.folder / "ca" / "ca.crt"), "-H", "content-type: application/json", "-d", chat("hello").decode(), *arguments,
                  "https://api.openai.com/v1/chat/completions", check=False)


class HttpsProxy(Fixture):
    def test_a_request_goes_through_tls_inside_tls(self):
        gateway = self.start('{ address: "127.0.0.1:0", tls: ' + self.server_certificate() + " } }")
        done = self.curl(gateway)
        self.assertEqual((done.returncode, done.stdout), (0, "{}"), done.stderr)
        record = gateway.decisions()[0]
        self.assertEqual((record["verdict"], record["who"]["ip"], record["who"]["by"]), ("allow", "127.0.0.1", "network"))

    def test_names_and_passwords_go_through_it(self):
        gateway_tls = self.server_certificate()
        users = self.bench.folder / "users"
        sh(SEKISHO, "user", "add", "hanako", "--file", str(users), "--password-stdin", input="correct horse battery\n")
        gateway = self.start('{ address: "127.0.0.1:0", tls: ' + gateway_tls + " } }", clients=f'{{ authentication: basic, users_file: "{users}" }}')
        done = self.curl(gateway, user="hanako:correct%20horse%20battery@")
        self.assertEqual((done.returncode, done.stdout), (0, "{}"), done.stderr)
        self.assertEqual(gateway.decisions()[0]["who"]["user"], "hanako")
        self.assertIn("407", self.curl(gateway).stderr)

    def test_plain_text_at_a_tls_listener_is_no_request(self):
        gateway = self.start('{ address: "127.0.0.1:0", tls: ' + self.server_certificate() + " } }")
        conn = gateway.plain()
        conn.send(b"GET http://api.openai.com/ HTTP/1.1\r\nHost: api.openai.com\r\n\r\n")
        answer = conn.rest()
        self.assertFalse(answer.startswith(b"HTTP/"), answer)
        self.assertEqual(self.origin.requests, [])

    def test_its_own_pages_speak_of_https(self):
        gateway = self.start('{ address: "127.0.0.1:0", tls: ' + self.server_certificate() + " } }")
        base = f"https://127.0.0.1:{gateway.proxy[1]}"
        page = sh("curl", "-sS", "--noproxy", "*", "--cacert", str(self.bench.pki.ca), base + "/").stdout
        self.assertIn(f"HTTPS_PROXY=https://127.0.0.1:{gateway.proxy[1]}", page)
        pac = sh("curl", "-sS", "--noproxy", "*", "--cacert", str(self.bench.pki.ca), base + "/proxy.pac").stdout
        self.assertIn(f'"HTTPS 127.0.0.1:{gateway.proxy[1]}"', pac)

    def test_a_new_certificate_is_shown_after_a_reload(self):
        gateway = self.start('{ address: "127.0.0.1:0", tls: ' + self.server_certificate() + " } }")
        other = Bench()
        self.addCleanup(other.close)
        other.pki.leaf("127.0.0.1", name="front")
        self.assertNotEqual(self.curl(gateway, proxy_ca=other.pki.ca).returncode, 0)
        for end in ("crt", "key"):
            shutil.copy(other.folder / f"front.{end}", self.bench.folder / f"front.{end}")
        self.assertEqual(gateway.reload()[0], 200)
        self.assertEqual(self.curl(gateway, proxy_ca=other.pki.ca).returncode, 0)

    def test_a_key_of_another_certificate_is_a_problem_and_the_old_pair_stays(self):
        gateway = self.start('{ address: "127.0.0.1:0", tls: ' + self.server_certificate() + " } }")
        self.bench.pki.leaf("127.0.0.1", name="stranger")
        shutil.copy(self.bench.folder / "stranger.key", self.bench.folder / "front.key")
        status, said = gateway.reload()
        self.assertEqual(status, 422)
        self.assertIn("is not the key of", said["problems"][0]["message"])
        self.assertEqual(self.curl(gateway).returncode, 0)


class ClientCertificates(Fixture):
    POLICY = harness.POLICY.format(extra="groups:\n  staff: { users: [\"hanako@example.co.jp\"] }\n")

    def setUp(self):
        super().setUp()
        self.staff = Authority(self.bench.folder, "staff-ca")
        self.bundle = self.bench.folder / "clients.crt"
        shutil.copy(self.staff.path, self.bundle)
        listen = '{ address: "127.0.0.1:0", tls: ' + self.server_certificate() + f', client_ca: "{self.bundle}" }} }}'
        self.gateway = self.start(listen, clients="{ authentication: certificate }", policy=self.POLICY)

    def ask(self, pair: tuple[str, str] | None) -> subprocess.CompletedProcess:
        return self.curl(self.gateway, *(["--proxy-cert", pair[0], "--proxy-key", pair[1]] if pair else []))

    def mail(self, name: str = "hanako", **more) -> tuple[str, str]:
        return self.staff.client(name, "/CN=Hanako", f"extendedKeyUsage=clientAuth\nsubjectAltName=email:{name}@example.co.jp\n", **more)

    def test_the_mail_address_of_the_certificate_is_the_user(self):
        done = self.ask(self.mail())
        self.assertEqual((done.returncode, done.stdout), (0, "{}"), done.stderr)
        who = self.gateway.decisions()[0]["who"]
        self.assertEqual((who["user"], who["by"]), ("hanako@example.co.jp", "certificate"))
        self.assertIn("staff", who["groups"])

    def test_a_principal_name_and_a_common_name_stand_in_for_it(self):
        upn = self.staff.client("upn", "/CN=x", "extendedKeyUsage=clientAuth\nsubjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:jiro@corp.example.jp\n")
        name = self.staff.client("name", "/CN=saburo")
        for pair in (upn, name):
            self.assertEqual(self.ask(pair).returncode, 0)
        self.assertEqual([d["who"]["user"] for d in self.gateway.decisions()], ["jiro@corp.example.jp", "saburo"])

    def test_nobody_else_gets_in(self):
        stranger = Authority(self.bench.folder, "stranger-ca").client("stranger", "/CN=stranger")
        server = self.staff.client("server", "/CN=server", "extendedKeyUsage=serverAuth\n")
        nameless = self.staff.client("nameless", "/O=Example")
        for pair in (None, stranger, server, nameless):
            done = self.ask(pair)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stdout, "")
        self.assertEqual(self.origin.requests, [])
        self.gateway.wait_metric("sekisho_logins_failed_total 4")
        self.gateway.decision_after(0)
        refused = self.gateway.decisions()
        self.assertEqual([(d["verdict"], d["reason"], d["detail"]) for d in refused], [("block", "identity", "client_certificate")])

    def test_a_revoked_certificate_is_refused_after_a_reload(self):
        hanako, jiro = self.mail(), self.mail("jiro")
        self.assertEqual(self.ask(hanako).returncode, 0)
        self.bundle.write_text(self.staff.path.read_text() + self.staff.revocation_list(hanako[0]))
        self.assertEqual(self.gateway.reload()[0], 200)
        self.assertNotEqual(self.ask(hanako).returncode, 0)
        self.assertEqual(self.ask(jiro).returncode, 0)


class Balancers(Fixture):
    def through(self, gateway, prefix: bytes) -> Message | None:
        """A blocked destination tells whom the gateway took the client for."""
        conn = gateway.plain()
        self.addCleanup(conn.close)
        conn.send(prefix + REFUSED)
        try:
            return conn.message()
        except EOFError:
            return None

    def test_a_listed_balancer_names_the_client(self):
        gateway = self.start('{ address: "127.0.0.1:0", proxy_protocol_from: [127.0.0.0/8] }')
        self.assertGreaterEqual(self.through(gateway, b"PROXY TCP4 10.9.8.7 127.0.0.1 40000 8080\r\n").status, 200)
        self.assertGreaterEqual(self.through(gateway, proxy2("10.9.8.6")).status, 200)
        self.assertEqual([d["who"]["ip"] for d in gateway.decisions()], ["10.9.8.7", "10.9.8.6"])

    def test_a_health_check_is_the_balancer_itself(self):
        gateway = self.start('{ address: "127.0.0.1:0", proxy_protocol_from: [127.0.0.0/8] }')
        self.assertGreaterEqual(self.through(gateway, proxy2("10.9.8.6", command=0x20)).status, 200)
        self.assertEqual(gateway.decisions()[0]["who"]["ip"], "127.0.0.1")
        gateway.plain().close()

    def test_a_listed_balancer_must_say_so(self):
        gateway = self.start('{ address: "127.0.0.1:0", proxy_protocol_from: [127.0.0.0/8] }')
        for prefix in (b"", b"PROXY UNKNOWN\r\n", b"PROXY TCP4 x y 1 2\r\n"):
            self.assertIsNone(self.through(gateway, prefix))
        self.assertEqual(gateway.decisions(), [])

    def test_nobody_else_is_believed(self):
        gateway = self.start('{ address: "127.0.0.1:0", proxy_protocol_from: [10.0.0.0/8] }')
        answer = self.through(gateway, b"PROXY TCP4 10.9.8.7 127.0.0.1 40000 8080\r\n")
        self.assertIn(b"sekisho_blocked", answer.body)
        self.assertGreaterEqual(self.through(gateway, b"").status, 200)
        self.assertEqual({d["who"]["ip"] for d in gateway.decisions()}, {"127.0.0.1"})

    def test_the_header_stands_before_tls(self):
        gateway = self.start('{ address: "127.0.0.1:0", proxy_protocol_from: [127.0.0.0/8], tls: ' + self.server_certificate() + " } }")
        conn = gateway.plain()
        conn.send(b"PROXY TCP4 10.9.8.7 127.0.0.1 40000 8080\r\n")
        context = ssl.create_default_context(cafile=str(self.bench.pki.ca))
        inside = Conn(context.wrap_socket(conn.sock, server_hostname="127.0.0.1"))
        self.addCleanup(inside.close)
        inside.send(REFUSED)
        self.assertGreaterEqual(inside.message().status, 200)
        self.assertEqual(gateway.decisions()[0]["who"]["ip"], "10.9.8.7")

if __name__ == "__main__":
    unittest.main()
