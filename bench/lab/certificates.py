"""The lab's two authorities: the company's, which the proxies mint with, and the one of the service. Both RSA-2048, as most companies have."""
import subprocess

import places

AUTHORITY = """[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = {name}
[extensions]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""
LEAF = """subjectAltName = DNS:localhost,DNS:llm.test,DNS:*.llm.test,IP:127.0.0.1
extendedKeyUsage = serverAuth
basicConstraints = CA:FALSE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=places.PKI, check=True, capture_output=True)


def make_authority(file: str, name: str) -> None:
    (places.PKI / f"{file}.cnf").write_text(AUTHORITY.format(name=name))
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{file}.key", "-out", f"{file}.crt", "-days", "365", "-config", f"{file}.cnf")


def make_origin_leaf() -> None:
    (places.PKI / "origin.ext").write_text(LEAF)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "origin.key", "-out", "origin.csr", "-subj", "/CN=llm.test")
    openssl("x509", "-req", "-in", "origin.csr", "-CA", "origin-ca.crt", "-CAkey", "origin-ca.key", "-CAcreateserial", "-days", "180",
            "-extfile", "origin.ext", "-out", "origin.crt")


def make() -> None:
    done = places.PKI / "company-ca.pem"
    if done.exists():
        return
    places.PKI.mkdir(parents=True, exist_ok=True)
    make_authority("origin-ca", "Lab Origin CA")
    make_authority("company-ca", "Lab Company CA")
    make_origin_leaf()
    for key in places.PKI.glob("*.key"):
        key.chmod(0o644)  # test keys; squid's and c-icap's users read them
    places.COMPANY_KEY.chmod(0o600)
    done.write_text(places.COMPANY_CA.read_text() + places.COMPANY_KEY.read_text())
