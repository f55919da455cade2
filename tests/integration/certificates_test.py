"""Certificates through the binary: the company's own CA, its CRL, what clients are shown, and what origins are refused for."""
import contextlib
import json
import pathlib
import socket
import ssl
import subprocess
import time
import unittest

from harness import POLICY, SEKISHO, TIMEOUT, Bench, Conn, Gateway, Message, sh

GOOD = ("basicConstraints=critical,CA:TRUE", "subjectKeyIdentifier=hash", "keyUsage=critical,keyCertSign,cRLSign")


def openssl(*arguments, text: str | None = None, check=True):
    return subprocess.run(["openssl", *map(str, arguments)], input=text, text=True, capture_output=True, check=check)


def extensions_file(path: pathlib.Path, extensions) -> pathlib.Path:
    path.write_text("[req]\ndistinguished_name=dn\n[dn]\n[v3]\n" + "\n".join(extensions) + "\n")
    return path


class Certificates:
    """A small PKI of the openssl command in one folder: <name>.crt and <name>.key."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def file(self, name: str) -> pathlib.Path:
        return self.folder / name

    def make(self, name: str, extensions=GOOD, days: int = 900, issuer: str | None = None, key: str = "EC", arguments=(), subject: str | None = None):
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "EC" else ["-newkey", key]
        config = extensions_file(self.file(name + ".cnf"), extensions)
        key_out = ["-nodes", "-keyout", self.file(name + ".key"), "-subj", subject or f"/O=Example/CN={name}", "-config", config]
        if issuer is None:
            openssl("req", "-x509", *kind, *key_out, "-out", self.file(name + ".crt"), "-days", days, "-extensions", "v3", *arguments)
            return
        openssl("req", "-new", *kind, *key_out, "-out", self.file(name + ".csr"))
        openssl("x509", "-req", "-in", self.file(name + ".csr"), "-CA", self.file(issuer + ".crt"), "-CAkey", self.file(issuer + ".key"), "-CAcreateserial",
                "-days", days, "-extfile", config, "-extensions", "v3", "-out", self.file(name + ".crt"), *arguments)

    def context(self, name: str, *chain: str) -> ssl.SSLContext:
        whole = self.file(name + ".chain")
        whole.write_text("".join(self.file(n + ".crt").read_text() for n in (name, *chain)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.load_cert_chain(whole, self.file(name + ".key"))
        return context


def use_ca(gateway: Gateway, pki: Certificates, name: str, *issuers: str):
    ca = gateway.folder / "ca"
    (ca / "ca.crt").write_text("".join(pki.file(n + ".crt").read_text() for n in (name, *issuers)))
    (ca / "ca.key").write_text(pki.file(name + ".key").read_text())


class CertificatesCase(unittest.TestCase):
    def bench(self) -> Bench:
        bench = Bench()
        self.addCleanup(bench.close)
        return bench

    def get(self, gateway: Gateway, target: str, host: str = "proxy.test", method: str = "GET") -> Message:
        if target.startswith("http://"):
            host = target.split("/")[2]
        conn = gateway.plain()
        conn.send(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = conn.message(head_only=method == "HEAD")
        conn.close()
        return answer

    def leaf(self, gateway: Gateway, host: str = "api.openai.com") -> str:
        """What a client is shown, as `openssl x509 -text` words it."""
        tunnel = gateway.tunnel(host)
        der = tunnel.sock.getpeercert(binary_form=True)
        tunnel.close()
        return openssl("x509", "-noout", "-text", "-ext", "crlDistributionPoints", "-startdate", "-enddate", text=ssl.DER_cert_to_PEM_cert(der)).stdout


class CompanyCa(CertificatesCase):
    def setUp(self):
        self.gateway = self.bench().gateway({})
        self.pki = Certificates(self.gateway.folder / "pki")

    def check(self):
        return sh(SEKISHO, "check", "-c", str(self.gateway.config), check=False)

    def show(self):
        done = sh(SEKISHO, "ca", "show", "-c", str(self.gateway.config), "--json", check=False)
        return done.returncode, json.loads(done.stdout)

    def ca_lines(self) -> list[str]:
        """The lines of `check` that are about the CA."""
        return [line for line in self.check().stderr.splitlines() if "ca.crt: " in line or "ca.key: " in line or "gateway.yaml:" in line]

    def test_each_omission_is_named_with_who_refuses_it(self):
        table = {"basicConstraints": ("basicConstraints=CA:TRUE", GOOD[1], GOOD[2]),
                 "subjectKeyIdentifier": (GOOD[0], "subjectKeyIdentifier=none", GOOD[2]),
                 "keyUsage": GOOD[:2]}
        for field, extensions in table.items():
            with self.subTest(field):
                self.pki.make(field, extensions)
                use_ca(self.gateway, self.pki, field)
                lines = self.ca_lines()
                self.assertEqual(len(lines), 1, lines)
                self.assertTrue(lines[0].startswith("warning: "), lines)
                self.assertIn(field, lines[0])
                self.assertIn("Python 3.13", lines[0])
                self.assertEqual(self.check().returncode, 0)
                code, shown = self.show()
                self.assertEqual((code, [(f["level"], f["field"]) for f in shown["findings"]]), (0, [("warning", field)]))

    def test_the_strict_verifier_agrees_with_every_warning_and_every_silence(self):
        for name, extensions, fine in (("good", GOOD, True), ("constraints", ("basicConstraints=CA:TRUE", *GOOD[1:]), False),
                                       ("identifier", (GOOD[0], "subjectKeyIdentifier=none", GOOD[2]), False), ("usage", GOOD[:2], False)):
            with self.subTest(name):
                self.pki.make(name, extensions)
                use_ca(self.gateway, self.pki, name)
                self.assertEqual(self.gateway.reload()[0], 200)
                tunnel = self.gateway.tunnel("api.openai.com")
                self.pki.file("leaf.crt").write_text(ssl.DER_cert_to_PEM_cert(tunnel.sock.getpeercert(binary_form=True)))
                tunnel.close()
                verified = openssl("verify", "-x509_strict", "-CAfile", self.pki.file(name + ".crt"), self.pki.file("leaf.crt"), check=False)
                self.assertEqual(verified.returncode == 0, fine, verified.stderr)
                self.assertEqual(self.ca_lines() == [], fine)

    def test_a_key_of_another_ca_is_an_error(self):
        self.pki.make("one")
        self.pki.make("other")
        use_ca(self.gateway, self.pki, "one")
        (self.gateway.folder / "ca" / "ca.key").write_text(self.pki.file("other.key").read_text())
        checked = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertIn("does not match", checked.stderr)
        code, shown = self.show()
        self.assertEqual((code, [f["level"] for f in shown["findings"]]), (1, ["error"]))

    def test_days_left_are_told_in_check_show_readiness_and_metrics(self):
        self.pki.make("ending", days=20)
        use_ca(self.gateway, self.pki, "ending")
        self.assertIn("expires in 19 days", self.ca_lines()[0].replace("20 days", "19 days"))
        self.assertIn(self.show()[1]["days_left"], (19, 20))
        self.assertEqual(self.gateway.reload()[0], 200)
        warnings = json.loads(self.gateway.ask("GET", "/readyz")[1])["warnings"]
        self.assertTrue([w for w in warnings if "expires in" in w], warnings)
        metrics = self.gateway.ask("GET", "/metrics")[1].decode()
        left = float(next(line.split()[1] for line in metrics.splitlines() if line.startswith("sekisho_ca_days_left ")))
        self.assertTrue(19 < left <= 20, left)

    def test_leaves_end_with_their_ca_and_begin_an_hour_ago_at_most(self):
        self.pki.make("ending", days=20)
        use_ca(self.gateway, self.pki, "ending")
        self.assertEqual(self.gateway.reload()[0], 200)
        ca = openssl("x509", "-in", self.pki.file("ending.crt"), "-noout", "-enddate").stdout.strip()
        self.assertIn(ca, self.leaf(self.gateway))

    def test_a_complete_ca_is_passed_in_silence(self):
        for name, arguments in (("ec", {}), ("rsa", {"key": "rsa:2048"})):
            with self.subTest(name):
                self.pki.make(name, days=3650, **arguments)
                use_ca(self.gateway, self.pki, name)
                self.assertEqual(self.ca_lines(), [])
                self.assertEqual(self.show()[1]["findings"], [])

    def test_an_intermediate_is_served_with_its_chain(self):
        aki = "authorityKeyIdentifier=keyid:always"
        self.pki.make("root")
        self.pki.make("middle", (*GOOD, aki), issuer="root")
        self.pki.make("issuing", (*GOOD, aki), issuer="middle")
        use_ca(self.gateway, self.pki, "issuing", "middle", "root")
        self.assertEqual(self.ca_lines(), [])
        self.assertEqual(self.gateway.reload()[0], 200)
        self.assertEqual(self.get(self.gateway, "/ca.crt").body.decode(), self.pki.file("root.crt").read_text())
        conn = self.gateway.connect("api.openai.com")
        conn.until(b"\r\n\r\n")
        trust = ssl.create_default_context(cafile=str(self.pki.file("root.crt")))
        trust.verify_flags |= ssl.VERIFY_X509_STRICT
        trust.wrap_socket(conn.sock, server_hostname="api.openai.com").close()

    def test_other_forms_are_told_with_the_command_that_converts_them(self):
        self.pki.make("good")
        use_ca(self.gateway, self.pki, "good")
        openssl("x509", "-in", self.pki.file("good.crt"), "-outform", "DER", "-out", self.gateway.folder / "ca" / "ca.crt")
        checked = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertIn("openssl x509 -inform DER", checked.stderr)
        self.assertRegex(checked.stderr, r"gateway\.yaml:\d+:\d+: ")

    def test_name_constraints_are_compared_with_the_admitted_hosts(self):
        self.pki.make("narrow", (*GOOD, "nameConstraints=critical,permitted;DNS:example.jp"))
        use_ca(self.gateway, self.pki, "narrow")
        lines = self.ca_lines()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("nameConstraints shut out", lines[0])
        self.assertIn("api.", lines[0])


class ReplacedCa(CertificatesCase):
    def test_new_handshakes_get_leaves_of_the_new_ca(self):
        gateway = self.bench().gateway({})
        old = self.leaf(gateway)
        self.assertEqual(self.leaf(gateway), old)  # from the cache
        self.get(gateway, "/ca.crl")
        pki = Certificates(gateway.folder / "pki")
        pki.make("next")
        use_ca(gateway, pki, "next")
        self.assertEqual(gateway.reload()[0], 200)
        self.assertIn("CN = next", self.leaf(gateway))
        verified = openssl("crl", "-inform", "DER", "-CAfile", pki.file("next.crt"), "-noout", "-in", self.crl(gateway), check=False)
        self.assertIn("verify OK", verified.stdout + verified.stderr)
        records = [r for r in gateway.journal() if r.get("what") == "ca"]
        self.assertEqual(len(records), 1)
        fingerprint = openssl("x509", "-in", pki.file("next.crt"), "-noout", "-fingerprint", "-sha256").stdout.split("=")[1].strip()
        self.assertEqual(records[0]["new"], fingerprint)
        self.assertNotEqual(records[0]["old"], fingerprint)

    def crl(self, gateway):
        path = gateway.folder / "list.crl"
        path.write_bytes(self.get(gateway, "/ca.crl").body)
        return path

    def test_a_pair_that_does_not_match_is_refused_and_the_old_one_stays(self):
        gateway = self.bench().gateway({})
        old = self.leaf(gateway)
        trusted = (gateway.folder / "ca" / "ca.crt").read_text()
        pki = Certificates(gateway.folder / "pki")
        pki.make("next")
        (gateway.folder / "ca" / "ca.crt").write_text(pki.file("next.crt").read_text())
        status, answer = gateway.reload()
        self.assertEqual(status, 422)
        self.assertIn("does not match", answer["problems"][0]["message"])
        self.assertEqual(self.get(gateway, "/ca.crt").body.decode(), trusted)
        (gateway.folder / "ca" / "ca.crt").write_text(trusted)  # which the client trusts
        self.assertEqual(self.leaf(gateway), old)
        gateway.stop()
        self.assertIn("reload_failed", [r.get("what") for r in gateway.journal()])


class RevocationList(CertificatesCase):
    URL = "http://proxy.example.jp:8080/ca.crl"

    def served(self, **kw) -> Gateway:
        gateway = self.bench().gateway({}, **kw)
        text = gateway.config.read_text().replace("key: ca/ca.key }", f'key: ca/ca.key, crl_url: "{self.URL}" }}')
        gateway.stop()
        gateway.config.write_text(text)
        gateway.start()
        return gateway

    def verified(self, gateway: Gateway, der: bytes) -> str:
        path = gateway.folder / "list.crl"
        path.write_bytes(der)
        done = openssl("crl", "-inform", "DER", "-CAfile", gateway.folder / "ca" / "ca.crt", "-in", path, "-noout", "-text", "-nextupdate")
        self.assertIn("verify OK", done.stdout + done.stderr)
        return done.stdout

    def test_leaves_name_it_and_it_is_der_signed_and_current(self):
        gateway = self.served()
        self.assertIn("URI:" + self.URL, self.leaf(gateway))
        answer = self.get(gateway, "/ca.crl")
        self.assertEqual((answer.status, answer.get("content-type")), (200, "application/pkix-crl"))
        text = self.verified(gateway, answer.body)
        for part in ("No Revoked Certificates", "X509v3 Authority Key Identifier", "X509v3 CRL Number", "nextUpdate="):
            self.assertIn(part, text)
        path = gateway.folder / "leaf.pem"
        tunnel = gateway.tunnel("api.openai.com")
        path.write_text(ssl.DER_cert_to_PEM_cert(tunnel.sock.getpeercert(binary_form=True)))
        crl = gateway.folder / "crl.pem"
        openssl("crl", "-inform", "DER", "-in", gateway.folder / "list.crl", "-out", crl)
        openssl("verify", "-crl_check", "-x509_strict", "-CAfile", gateway.folder / "ca" / "ca.crt", "-CRLfile", crl, path)

    def test_it_is_there_without_credentials_and_through_the_proxy_itself(self):
        gateway = self.bench().gateway({})
        (gateway.folder / "users").write_text("")
        gateway.stop()
        text = gateway.config.read_text().replace("clients: { authentication: none }", "clients: { authentication: basic, users_file: users }")
        gateway.config.write_text(text.replace("key: ca/ca.key }", f'key: ca/ca.key, crl_url: "{self.URL}" }}'))
        gateway.start()
        port = gateway.proxy[1]
        for target in ("/ca.crl", self.URL, f"http://127.0.0.1:{port}/ca.crl", f"http://localhost:{port}/ca.crl", f"http://LOCALHOST:{port}/ca.crl"):
            with self.subTest(target):
                answer = self.get(gateway, target)
                self.assertEqual((answer.status, answer.get("content-type")), (200, "application/pkix-crl"))
                self.verified(gateway, answer.body)
        self.assertEqual(self.get(gateway, f"http://127.0.0.1:{port}/ca.crt").body.decode(), (gateway.folder / "ca" / "ca.crt").read_text())
        for other in ("http://proxy.example.jp:8080/other", "http://proxy.example.jp/ca.crl", f"http://127.0.0.1:{port}/", "http://other.example.jp:8080/ca.crl"):
            with self.subTest(other):
                self.assertEqual(self.get(gateway, other).status, 407)
        self.assertEqual(gateway.decisions(), [])

    def test_only_reading_is_offered(self):
        gateway = self.bench().gateway({})
        self.assertEqual(self.get(gateway, "/ca.crl", method="DELETE").status, 405)
        head = self.get(gateway, "/ca.crl", method="HEAD")
        self.assertEqual(head.status, 200)
        self.assertGreater(int(head.get("content-length")), 100)

    def test_numbers_grow_over_a_restart(self):
        gateway = self.bench().gateway({})

        def number():
            text = self.verified(gateway, self.get(gateway, "/ca.crl").body)
            return int(text.split("X509v3 CRL Number:")[1].split()[0], 0)

        first = number()
        gateway.stop()
        gateway.start()
        self.assertGreaterEqual(number(), first)

    def test_a_ca_without_crl_sign_is_warned_of(self):
        gateway = self.bench().gateway({})
        pki = Certificates(gateway.folder / "pki")
        pki.make("unsigning", (*GOOD[:2], "keyUsage=critical,keyCertSign"))
        use_ca(gateway, pki, "unsigning")
        checked = sh(SEKISHO, "check", "-c", str(gateway.config), check=False)
        self.assertEqual(checked.returncode, 0)
        self.assertIn("cRLSign", checked.stderr)
        self.assertIn("schannel", checked.stderr)


class Alpn(CertificatesCase):
    """What is chosen, or why nothing is: gRPC behind a proxy that chose nothing fails without a word."""

    @classmethod
    def setUpClass(cls):
        bench = Bench()
        cls.addClassCleanup(bench.close)
        cls.gateway = bench.gateway({})

    def test_http11_or_nothing_offered_is_served(self):
        for offered, chosen in ((["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), (None, None)):
            tunnel = self.gateway.tunnel("api.openai.com", alpn=offered)
            self.assertEqual(tunnel.sock.selected_alpn_protocol(), chosen)
            tunnel.close()

    def test_anything_else_gets_the_alert_and_a_record_that_says_why(self):
        for offered in ("h2", "x-unknown", "h2,x-unknown"):
            with self.subTest(offered):
                before = len(self.gateway.decisions())
                done = openssl("s_client", "-proxy", "%s:%d" % self.gateway.proxy, "-connect", "api.openai.com:443", "-alpn", offered, text="", check=False)
                self.assertIn("no application protocol", done.stderr + done.stdout)
                self.assertNotIn("BEGIN CERTIFICATE", done.stdout)
                # The record rides with the next commit: the alert may be here before it.
                record = next(r for r in (self.gateway.decisions()[before:] for _ in range(5000)) if r)
                self.assertEqual([(r["verdict"], r["detail"], r["dst"]["host"]) for r in record], [("block", "no_application_protocol", "api.openai.com")])


class Origins(CertificatesCase):
    """A sample of the table in tests/gateway/tls_origin_test.cpp, as a client of the gateway sees it."""

    HOSTS = {"expired.example.jp": "expired", "self.example.jp": "self_signed", "named.example.jp": "name", "common.example.jp": "name", "stranger.example.jp": "incomplete_chain",
             "rooted.example.jp": "untrusted_root", "client.example.jp": "usage", "weak.example.jp": "key_strength", "sha1.example.jp": "signature_strength",
             "staple.example.jp": "must_staple", "bare.example.jp": "issuer", "narrow.example.jp": "constraints", "ca.example.jp": "usage", "good.example.jp": None, "shy.example.jp": None, "old.example.jp": None}

    @classmethod
    def setUpClass(cls):
        cls.bench_ = Bench()
        cls.addClassCleanup(cls.bench_.close)
        cls.pki = pki = Certificates(cls.bench_.folder / "pki")
        for name in ("root", "stranger root"):
            pki.make(name)
        pki.make("narrow CA", (*GOOD, "nameConstraints=critical,permitted;DNS:inside.example.jp"), issuer="root")
        pki.make("no CA", ("basicConstraints=critical,CA:FALSE",), issuer="root")
        contexts = {host: cls.served(host) for host in cls.HOSTS}
        cls.origins = {}
        ports = {}
        for host, context in contexts.items():
            origin = cls.bench_.origin()
            origin.context = context
            cls.origins[host] = origin
            ports[host] = origin.port
        hosts = ", ".join(cls.HOSTS)
        policy = POLICY.format(extra="").replace("[llm.example.jp,", f"[{hosts}, llm.example.jp,")
        cls.bench_.pki.ca = pki.file("root.crt")
        cls.gateway = cls.bench_.gateway(ports, policy=policy)

    @classmethod
    def served(cls, host: str) -> ssl.SSLContext:
        pki, kind = cls.pki, host.split(".")[0]
        san, eku, plain = f"subjectAltName=DNS:{host}", "extendedKeyUsage=serverAuth", "basicConstraints=CA:FALSE"
        extensions, options, chain = [san, eku, plain], {"issuer": "root"}, ()
        if kind == "expired":
            options.update(days=-1)
        elif kind == "self":
            options.update(issuer=None)
        elif kind == "named":
            extensions[0] = "subjectAltName=DNS:other.example.jp"
        elif kind == "common":
            extensions, options = extensions[1:], {"issuer": "root", "subject": f"/CN={host}"}
        elif kind == "stranger":
            options.update(issuer="stranger root")
        elif kind == "rooted":
            options.update(issuer="stranger root")
            chain = ("stranger root",)
        elif kind == "client":
            extensions[1] = "extendedKeyUsage=clientAuth"
        elif kind == "weak":
            options.update(key="rsa:1024")
        elif kind == "sha1":
            options.update(arguments=("-sha1",))
        elif kind == "staple":
            extensions.append("tlsfeature=status_request")
        elif kind == "bare":
            options.update(issuer="no CA")
            chain = ("no CA",)
        elif kind == "narrow":
            options.update(issuer="narrow CA")
            chain = ("narrow CA",)
        elif kind == "ca":
            extensions[2] = "basicConstraints=critical,CA:TRUE"
        pki.make(host, extensions, **options)
        context = pki.context(host, *chain)
        if kind == "old":
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        return context

    def ask(self, host: str, headers: str = "") -> Message:
        tunnel = self.gateway.tunnel(host)
        tunnel.send(f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
        answer = tunnel.message()
        tunnel.close()
        return answer

    def test_each_fault_is_named_recorded_and_lets_no_request_out(self):
        for host, word in self.HOSTS.items():
            if host in ("old.example.jp", "shy.example.jp"):
                continue
            with self.subTest(host):
                answer = self.ask(host)
                record = self.gateway.decisions()[-1]
                self.assertEqual(record["dst"]["host"], host)
                if word is None:
                    self.assertEqual((answer.status, len(self.origins[host].requests)), (200, 1))
                    continue
                self.assertEqual(answer.status, 502, answer.body)
                told = answer.json()["sekisho"]
                self.assertEqual((told["reason"], told["rule"]), ("certificate", word))
                self.assertEqual((record["verdict"], record["reason"], record["detail"]), ("block", "certificate", word))
                self.assertEqual(self.origins[host].requests, [])
                message = answer.json()["error"]["message"]
                self.assertIn(host, message)
                self.assertIn("接続先のサーバーの証明書", message)
                self.assertIn("the service's own certificate", message)

    def test_an_origin_of_outdated_tls_is_an_origin_fault_not_a_certificates(self):
        answer = self.ask("old.example.jp")
        told = answer.json()["sekisho"]
        self.assertEqual((answer.status, told["reason"], told["rule"]), (502, "origin", "tls"))
        self.assertIn("TLS 1.2", answer.json()["error"]["message"])
        self.assertEqual(self.origins["old.example.jp"].requests, [])

    def test_a_browser_is_told_in_html_and_nothing_out_of_the_certificate(self):
        answer = self.ask("expired.example.jp", "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\n")
        self.assertEqual(answer.status, 502)
        page = answer.body.decode()
        self.assertIn("有効期限が切れています", page)
        self.assertIn("it has expired", page)
        answer = self.ask("named.example.jp")
        self.assertNotIn(b"other.example.jp", answer.body)
        log = (self.gateway.folder / "gateway.log").read_text()
        self.assertIn("origin_certificate", log)
        self.assertIn("subject=", log)

    def test_a_client_that_distrusts_us_is_told_of_our_ca_not_of_theirs(self):
        stranger = ssl.create_default_context(cafile=str(self.pki.file("root.crt")))
        for _ in range(2):
            conn = self.gateway.connect("shy.example.jp")
            conn.until(b"\r\n\r\n")
            raw = conn.sock.dup()  # the other is closed when the handshake fails
            with self.assertRaises(ssl.SSLError):
                stranger.wrap_socket(conn.sock, server_hostname="shy.example.jp")
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_WR)
            Conn(raw).rest()  # until the gateway has read the alert
            raw.close()
        # The gateway closes the connection and remembers why, in this order.
        end = time.monotonic() + TIMEOUT
        while (answer := self.gateway.connect("shy.example.jp").message(head_only=True)).status == 200 and time.monotonic() < end:
            continue
        answer = self.gateway.connect("shy.example.jp").message()
        self.assertEqual(answer.status, 403)
        text = answer.body.decode()
        self.assertIn("client_distrusts_ca", text)
        self.assertIn("gateway's own CA", text)
        self.assertNotIn("the service's own certificate", text)
        self.gateway.stop()
        self.gateway.start()


if __name__ == "__main__":
    unittest.main()
