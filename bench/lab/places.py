"""Where the lab's files and programs are."""
import os
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parent
ROOT = SOURCE.parent.parent
TEMPLATES = SOURCE / "templates"
PATTERNS = SOURCE / "patterns.tsv"

# Everything generated. Inside the lab's namespaces it is mounted where other users can reach it (namespaces.py).
LAB = pathlib.Path(os.environ.get("SEKISHO_LAB_DIR", ROOT / "build" / "lab"))
PKI = LAB / "pki"
BODIES = LAB / "bodies"
RUN = LAB / "run"
HOSTS = LAB / "hosts"
RECORDS = LAB / "records.jsonl"
REPORT = LAB / "report.md"

COMPANY_CA = PKI / "company-ca.crt"
COMPANY_KEY = PKI / "company-ca.key"
ORIGIN_CA = PKI / "origin-ca.crt"
ORIGIN_CA_KEY = PKI / "origin-ca.key"

_TOOLS = pathlib.Path(os.environ.get("SEKISHO_LAB_TOOLS", ROOT / "build" / "release")).absolute()
LOAD_DRIVER = _TOOLS / "lab_load_driver"
LLM_SERVICE = _TOOLS / "lab_llm_service"
BOUND_PROXY = _TOOLS / "lab_bound_proxy"
SEKISHO = pathlib.Path(os.environ.get("SEKISHO_BIN", ROOT / "build" / "release" / "sekisho")).absolute()


def patterns() -> list[tuple[str, str]]:
    """(name, pattern) of patterns.tsv: the common subset of RE2, Hyperscan, PCRE and Python."""
    lines = PATTERNS.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t", 1)) for line in lines]
