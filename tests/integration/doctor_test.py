"""`sekisho doctor` on a client's machine: each thing that can be wrong is told, with the command that mends it, by really starting the runtimes found here."""
import base64
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import unittest

from harness import SEKISHO, TIMEOUT, Bench, sh

SYSTEM = next((p for p in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt") if os.path.exists(p)), None)
VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS",
             "NODE_OPTIONS", "AWS_CA_BUNDLE", "DENO_CERT", "NODE_TLS_REJECT_UNAUTHORIZED", "GIT_SSL_NO_VERIFY", "PYTHONHTTPSVERIFY", "auto_proxy", "SEKISHO_PASSWORD", "JAVA_TOOL_OPTIONS")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = Bench()
        cls.addClassCleanup(cls.bench.close)
        cls.gateway = cls.bench.gateway({})
        cls.address = "%s:%d" % cls.gateway.proxy
        cls.proxy = "http://" + cls.address
        cls.ca = str(cls.gateway.folder / "ca" / "ca.crt")
        # A machine where nothing is set; only some runtimes are found, so that each test is short.
        cls.path = cls.bench.folder / "bin"
        cls.path.mkdir()

    def doctor(self, *arguments, runtimes=(), environment=None, proxy=None, stdin=""):
        folder = self.path / "-".join(runtimes or ["none"])
        if not folder.exists():
            folder.mkdir()
            for name in runtimes:
                # Not a version manager's shim, which needs more than itself.
                (folder / name).symlink_to(os.path.realpath(sys.executable) if name == "python3" else shutil.which(name))
        clean = {k: v for k, v in os.environ.items() if k not in VARIABLES}
        home = self.bench.folder / "home"
        home.mkdir(exist_ok=True)
        done = subprocess.run([SEKISHO, "doctor", "--json", *(["--proxy", proxy or self.proxy] if proxy != "" else []), *arguments], input=stdin, capture_output=True, text=True, timeout=120,
                              env={**clean, "PATH": str(folder), "HOME": str(home), **(environment or {})})
        if done.returncode == 2:
            return 2, done.stderr
        said = json.loads(done.stdout)
        self.assertEqual(said["healthy"], done.returncode == 0)
        return done.returncode, {c["check"]: c for c in said["checks"]}

    def level(self, checks, name, level, words=""):
        self.assertIn(name, checks)
        self.assertEqual(checks[name]["level"], level, checks[name])
        self.assertIn(words, checks[name]["message"]["en"])
        self.assertTrue(checks[name]["message"]["ja"])
        if level == "fail":
            self.assertTrue(checks[name]["fix"])
        return checks[name]

    def good(self, **more):
        return {"HTTPS_PROXY": self.proxy, "https_proxy": self.proxy, **more}

    def bundle(self):
        path = self.bench.folder / "bundle.crt"
        path.write_text(pathlib.Path(SYSTEM).read_text() + pathlib.Path(self.ca).read_text())
        return str(path)


class Doctor(Case):
    def test_all_is_well(self):
        code, checks = self.doctor("--ca", self.ca, environment=self.good())
        for name in ("env.HTTPS_PROXY", "tcp", "gateway", "clock", "ca", "tunnel"):
            self.level(checks, name, "ok")
        self.assertEqual(code, 0, checks)

    def test_nothing_listens(self):
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        code, checks = self.doctor(proxy=f"http://127.0.0.1:{port}")
        self.level(checks, "tcp", "fail", "nothing listens")
        self.assertEqual(code, 1)
        self.assertNotIn("gateway", checks)

    def test_a_name_that_is_not_known(self):
        _, checks = self.doctor(proxy="http://no-such-host.invalid:8080")
        self.level(checks, "tcp", "fail", "is not known")

    def test_something_else_answers(self):
        other = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(other.close)

        def serve():
            try:
                while True:
                    conn, _ = other.accept()
                    conn.recv(4096)
                    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n")
                    conn.close()
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        _, checks = self.doctor(proxy="http://127.0.0.1:%d" % other.getsockname()[1])
        self.level(checks, "gateway", "fail", "not Sekisho")

    def test_another_ca_in_the_file(self):
        _, checks = self.doctor("--ca", str(self.bench.pki.ca))
        self.assertIn("/ca.crt", self.level(checks, "ca", "fail", "is not the CA of this gateway")["fix"])

    def test_a_clock_that_is_wrong(self):
        faketime = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
        if not faketime:
            self.skipTest("needs the package faketime")
        for offset, level in (("+10m", "warn"), ("-3h", "fail")):
            code, said = self.doctor(environment=self.good(LD_PRELOAD=str(faketime), FAKETIME=offset, FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1"))
            self.level(said, "clock", level)

    def test_credentials(self):
        gateway = self.bench.gateway({})
        sh(SEKISHO, "user", "add", "alice", "--password-stdin", "--file", str(gateway.folder / "users"), input="s3cret:@/\n")
        config = gateway.config.read_text(encoding="utf-8").replace("clients: { authentication: none }", "clients: { authentication: basic, users_file: users }")
        gateway.stop()
        gateway.config.write_text(config, encoding="utf-8")
        gateway.start()
        proxy = "http://%s:%d" % gateway.proxy
        self.level(self.doctor(proxy=proxy)[1], "login", "fail", "asks for a user name")
        self.level(self.doctor("--user", "alice", "--password-stdin", proxy=proxy, stdin="wrong\n")[1], "login", "fail", "is wrong")
        self.level(self.doctor("--user", "alice", "--password-stdin", proxy=proxy, stdin="s3cret:@/\n")[1], "login", "ok")
        code, checks = self.doctor(proxy=proxy.replace("//", "//alice:s3cret%3A%40%2F@"), runtimes=("curl",), environment={"CURL_CA_BUNDLE": str(gateway.folder / "ca" / "ca.crt")})
        self.level(checks, "tunnel", "ok")
        self.level(checks, "runtime.curl", "ok")  # through a gateway that asks for credentials
        self.assertNotIn("s3cret", json.dumps(checks))

    def runtime(self, name, check, variable, value, **more):
        """Without the CA it fails and says how to mend it; with it, it is well."""
        if not shutil.which(name):
            self.skipTest(f"needs {name}")
        code, checks = self.doctor("--ca", self.ca, runtimes=(name,), environment=self.good())
        failed = self.level(checks, check, "fail")
        self.assertEqual(code, 1)
        self.assertIn(variable, failed["fix"])
        code, checks = self.doctor("--ca", self.ca, runtimes=(name,), environment=self.good(**{variable: value, **more}))
        self.level(checks, check, "ok")
        self.level(checks, "env." + variable, "ok")
        self.assertEqual(code, 0, checks)
        # The machine is not held for one whose users lack the CA.
        self.assertEqual(self.gateway.connect("api.openai.com").until(b"\r\n\r\n"), b"HTTP/1.1 200 Connection established\r\n\r\n")

    def test_curl(self):
        self.runtime("curl", "runtime.curl", "CURL_CA_BUNDLE", self.bundle())

    def test_python(self):
        # `requests`, where it is installed, reads a variable of its own.
        self.runtime("python3", "runtime.python", "SSL_CERT_FILE", self.bundle(), REQUESTS_CA_BUNDLE=self.bundle())

    def test_node(self):
        self.runtime("node", "runtime.node", "NODE_EXTRA_CA_CERTS", self.ca)

    def test_git(self):
        self.runtime("git", "runtime.git", "GIT_SSL_CAINFO", self.bundle())

    def test_the_commands_mend_what_they_say(self):
        """The printed line is run as it stands."""
        if not shutil.which("node"):
            self.skipTest("needs node")
        _, checks = self.doctor("--ca", self.ca, runtimes=("node",), environment=self.good())
        fix = checks["runtime.node"]["fix"]
        value = sh("sh", "-c", f'{fix}; printf %s "$NODE_EXTRA_CA_CERTS"').stdout
        _, checks = self.doctor("--ca", self.ca, runtimes=("node",), environment=self.good(NODE_EXTRA_CA_CERTS=value))
        self.level(checks, "runtime.node", "ok")

    def test_java(self):
        if not shutil.which("java"):
            self.skipTest("needs java")
        _, checks = self.doctor("--ca", self.ca, runtimes=("java",), environment=self.good())
        self.assertIn("keytool -importcert", self.level(checks, "runtime.java", "fail")["fix"])
        store = self.bench.folder / "trust.p12"
        sh("keytool", "-importcert", "-noprompt", "-alias", "sekisho", "-file", self.ca, "-keystore", str(store), "-storepass", "changeit")
        _, checks = self.doctor("--ca", self.ca, runtimes=("java",), environment=self.good(JAVA_TOOL_OPTIONS=f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword=changeit"))
        self.level(checks, "runtime.java", "ok")

    def test_no_request_leaves(self):
        before = len(self.gateway.decisions())
        runtimes = tuple(n for n in ("curl", "git", "node", "python3") if shutil.which(n))
        self.doctor("--ca", self.ca, runtimes=runtimes, environment=self.good(CURL_CA_BUNDLE=self.bundle(), NODE_EXTRA_CA_CERTS=self.ca, SSL_CERT_FILE=self.bundle(), GIT_SSL_CAINFO=self.bundle()))
        self.assertEqual(len(self.gateway.decisions()), before)

    def test_a_splice_is_told(self):
        origin = self.bench.origin("splice.example.jp")
        gateway = self.bench.gateway({"splice.example.jp": origin.port})
        _, checks = self.doctor("--to", "splice.example.jp", proxy="http://%s:%d" % gateway.proxy, environment={"SSL_CERT_FILE": str(self.bench.pki.ca)})
        self.level(checks, "tunnel", "ok", "splice")

    def test_text_is_in_both_languages_with_commands(self):
        done = subprocess.run([SEKISHO, "doctor", "--proxy", self.proxy], capture_output=True, text=True, timeout=120, env={"PATH": "", "HOME": "/nonexistent"})
        self.assertRegex(done.stdout, r"(?m)^ok +tcp: .*接続できます\n.*accepts connections$")
        self.assertRegex(done.stdout, r"(?m)^warn +env\.HTTPS_PROXY: .*\n.*\n +-> export HTTPS_PROXY=" + re.escape(self.proxy))

    def test_usage(self):
        self.assertEqual(self.doctor(proxy="")[0], 2)
        self.assertEqual(self.doctor("--ca", "/nonexistent")[0], 2)
        self.assertEqual(self.doctor(proxy="http://:x")[0], 2)
        self.assertEqual(self.doctor("--user", "alice")[0], 2)


class Environment(Case):
    def test_the_value_of_the_variable(self):
        wrong = {self.proxy + " ": "white space", f'"{self.proxy}"': "quotation marks", self.address: "http:// is missing", "https://" + self.address: "spoken to by http://", "socks5://" + self.address: "scheme",
                 self.proxy + "/proxy.pac": "path", "http://127.0.0.1:1": "leads to 127.0.0.1:1", "http://a:p@ss@" + self.address: "%40", "http://a:p:w@" + self.address: "%3A"}
        for value, words in wrong.items():
            with self.subTest(value):
                _, checks = self.doctor(environment={"HTTPS_PROXY": value, "https_proxy": value})
                self.assertIn("export HTTPS_PROXY=", self.level(checks, "env.HTTPS_PROXY", "fail", words)["fix"])
        for value in (self.proxy, self.proxy + "/", "HTTP://" + self.address, "http://user:p%40ss@" + self.address):
            _, checks = self.doctor(environment={"HTTPS_PROXY": value, "https_proxy": value})
            self.level(checks, "env.HTTPS_PROXY", "ok")
        self.level(self.doctor()[1], "env.HTTPS_PROXY", "warn", "is not set")
        self.level(self.doctor(environment={"HTTPS_PROXY": self.proxy})[1], "env.HTTPS_PROXY", "warn", "only one spelling")

    def test_exceptions(self):
        for value in ("api.openai.com", ".openai.com", "*", "localhost, openai.com", "*.openai.com", "API.OPENAI.COM:443"):
            _, checks = self.doctor(environment=self.good(NO_PROXY=value))
            self.level(checks, "env.NO_PROXY", "fail", "past the gateway")
        for value in ("localhost,127.0.0.1", "penai.com", "openai.com.example.jp", ""):
            _, checks = self.doctor(environment=self.good(NO_PROXY=value))
            if value:
                self.level(checks, "env.NO_PROXY", "ok")

    def test_files_and_switches(self):
        nothing = self.bench.folder / "nothing.crt"
        nothing.write_text("nothing\n")
        _, checks = self.doctor("--ca", self.ca, environment=self.good(SSL_CERT_FILE=str(nothing), REQUESTS_CA_BUNDLE=SYSTEM, CURL_CA_BUNDLE=self.ca, NODE_TLS_REJECT_UNAUTHORIZED="0", auto_proxy="http://pac.example.jp/p.pac"))
        self.level(checks, "env.SSL_CERT_FILE", "fail", "no certificate")
        self.level(checks, "env.REQUESTS_CA_BUNDLE", "fail", "lacks this CA")
        self.level(checks, "env.CURL_CA_BUNDLE", "warn", "hardly any")
        self.level(checks, "env.NODE_TLS_REJECT_UNAUTHORIZED", "warn", "switches verification off")
        self.level(checks, "env.auto_proxy", "warn", "PAC")


if __name__ == "__main__":
    unittest.main()
