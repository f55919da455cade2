"""Credentials in the shapes their makers publish, from random characters: none of them was ever valid.

Prefixes are written in two halves so that scanners of source code leave this file alone.
"""

import base64
import binascii
import json
import string

LOWER, UPPER, NUMBERS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM, HEX, BASE32 = string.ascii_letters + NUMBERS, NUMBERS + "abcdef", UPPER + "234567"
URL64, STD64 = ALNUM + "-_", ALNUM + "+/"
LOWNUM, UPNUM = LOWER + NUMBERS, UPPER + NUMBERS


def chars(rng, alphabet, count):
    return "".join(rng.choice(alphabet) for _ in range(count))


def word64(rng, alphabet, count):
    """Like `chars`, neither end a sign."""
    ends = [c for c in alphabet if c.isalnum()]
    return rng.choice(ends) + chars(rng, alphabet, count - 2) + rng.choice(ends)


def base62_crc(text):
    """The last six characters of a checksummed token."""
    value, out = binascii.crc32(text.encode()), ""
    while value:
        value, digit = divmod(value, 62)
        out = (NUMBERS + UPPER + LOWER)[digit] + out
    return out.rjust(6, "0")


def aws_key_id(rng):
    return rng.choice(("AK" "IA", "AK" "IA", "AS" "IA")) + chars(rng, BASE32, 16)


def aws_secret(rng):
    while True:
        made = chars(rng, STD64, 40)
        if sum(c.isdigit() for c in made) >= 4 and made.count("/") <= 2 and len(set(made)) >= 24:
            return made


def openai_key(rng):
    mark = "T3Blbk" "FJ"
    style = rng.randrange(4)
    if style == 0:
        return "sk" "-" + chars(rng, ALNUM, 20) + mark + chars(rng, ALNUM, 20)
    kind = rng.choice(("proj", "svcacct", "admin"))
    length = 74 if style < 3 else 58
    return "sk" f"-{kind}-" + word64(rng, URL64, length) + mark + word64(rng, URL64, length)


def anthropic_key(rng):
    return "sk" "-ant-" + rng.choice(("api03-", "api03-", "admin01-", "oat01-", "ort01-")) + word64(rng, URL64, 93) + "AA"


def github_token(rng):
    style = rng.randrange(5)
    if style == 0:
        return "github" "_pat_" + chars(rng, ALNUM, 22) + "_" + chars(rng, ALNUM, 59)
    if style == 1:
        return "gh" "s_" + str(rng.randrange(10**5, 10**7)) + "_" + jwt(rng, longer=True)
    body = chars(rng, ALNUM, 30)
    return "gh" + rng.choice("pour") + "_" + body + (base62_crc(body) if rng.random() < .7 else chars(rng, "01234", 1) + chars(rng, ALNUM, 5))


def gitlab_token(rng):
    style = rng.randrange(5)
    if style == 0:
        body = word64(rng, URL64, 27)
        return "gl" "pat-" + body + "." + chars(rng, "0", 1) + chars(rng, LOWNUM, 8)
    if style == 1:
        return "gl" "pat-" + word64(rng, URL64, 44) + ".01." + "0" + chars(rng, LOWNUM, 8)
    kind = rng.choice(("pat", "dt", "ft", "rt", "soat"))
    return "gl" + kind + "-" + word64(rng, URL64, 20)


def slack_token(rng):
    style = rng.randrange(4)
    number = lambda: rng.choice("123456789") + chars(rng, NUMBERS, 11)
    if style == 0:
        return "xox" "b-" + number() + "-" + number() + "-" + chars(rng, ALNUM, 24)
    if style == 1:
        return "xox" "p-" + "-".join(number() for _ in range(3)) + "-" + chars(rng, HEX, 32)
    if style == 2:
        return "xapp" "-1-A0" + chars(rng, UPNUM, 9) + "-" + number() + "-" + chars(rng, HEX, 64)
    return "xoxe" ".xox" "p-1-" + chars(rng, UPNUM, 163)


def slack_webhook(rng):
    return "https://hooks.slack" ".com/services/T" + chars(rng, UPNUM, 10) + "/B" + chars(rng, UPNUM, 10) + "/" + chars(rng, ALNUM, 24)


def stripe_key(rng):
    style = rng.randrange(4)
    if style == 3:
        return "whs" "ec_" + chars(rng, ALNUM, 32)
    return rng.choice(("sk", "sk", "rk")) + "_li" "ve_" + ("51" + chars(rng, ALNUM, 97) if style else chars(rng, ALNUM, 24))


def npm_token(rng):
    body = chars(rng, ALNUM, 30)
    return "np" "m_" + body + base62_crc(body)


def gcp_api_key(rng):
    return "AI" "za" + rng.choice(("Sy", "Sy", chars(rng, ALNUM, 2))) + word64(rng, URL64, 33)


def gcp_service_account(rng, indent=2):
    project = rng.choice(("kakaku-batch", "hanbai-prod", "etl-nightly")) + f"-{rng.randrange(1000, 9999)}"
    key = private_key(rng, "PRIVATE KEY", 1200)
    return json.dumps({"type": "service_account", "project_id": project, "private_key_id": chars(rng, HEX, 40), "private_key": key + "\n",
                       "client_email": f"batch@{project}.iam.gserviceaccount.com", "client_id": "1" + chars(rng, NUMBERS, 20),
                       "token_uri": "https://oauth2.googleapis.com/token"}, indent=indent)


def azure_storage_key(rng):
    """(text before, key): bare, in a connection string, or with Microsoft's mark."""
    style = rng.randrange(3)
    if style == 0:
        return "", chars(rng, STD64, 76) + "+AS" "t" + chars(rng, STD64, 5) + rng.choice("AQgw") + "=="
    key = chars(rng, STD64, 85) + rng.choice("AQgw") + "=="
    account = rng.choice(("hanbaidata", "logsprod01", "backupjpeast"))
    return f"DefaultEndpointsProtocol=https;AccountName={account};AccountKey=", key


def azure_client_secret(rng):
    return chars(rng, ALNUM, 3) + "8Q" "~" + word64(rng, ALNUM + "_~.-", 34)


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt(rng, longer=False, **claims):
    header = {"alg": rng.choice(("HS256", "RS256", "ES256")), "typ": "JWT"}
    if longer:
        header["kid"] = chars(rng, HEX, 24)
    payload = claims or {"sub": f"u-{rng.randrange(10**6, 10**8)}", "iss": "https://login.aozora-seiki.co.jp", "iat": 1790000000, "exp": 2100000000,
                         "scope": rng.choice(("read", "read write", "admin"))}
    packed = [b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload)]
    return ".".join(packed) + "." + b64url(rng.randbytes(32 if header["alg"] == "HS256" else 64 if header["alg"] == "ES256" else 256))


def private_key(rng, kind=None, size=None, end=True):
    kind = kind or rng.choice(("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"))
    size = size or (118 if kind.startswith("EC") else 1190 if "RSA" in kind else 1216)
    start = {"EC": b"\x30\x77\x02\x01\x01\x04\x20", "RS": b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00", "OP": b"openssh-key-v1\x00"}.get(
        kind[:2], b"\x30\x82\x04\xbe\x02\x01\x00\x30\x0d")
    body = base64.b64encode(start + rng.randbytes(size - len(start))).decode()
    width = 70 if kind.startswith("OP") else 64
    lines = [body[i:i + width] for i in range(0, len(body), width)]
    made = ["-----BE" f"GIN {kind}-----", *lines]
    if end:
        made.append("-----E" f"ND {kind}-----")
    return "\n".join(made)


def password(rng):
    word = rng.choice(("Sakura", "Tanuki", "Fujisan", "Kawasemi", "Hotaru", "Winter", "Orange", "Momiji"))
    return rng.choice((f"{word}{rng.randrange(100, 9999)}!", f"{word.lower()}#{rng.randrange(10, 99)}{chars(rng, UPPER, 2)}",
                       chars(rng, ALNUM, 6) + rng.choice("!#%&*?@") + chars(rng, ALNUM, 5), chars(rng, ALNUM, 12) + rng.choice("!$#"),
                       f"{chars(rng, LOWER, 4)}-{chars(rng, UPNUM, 4)}-{chars(rng, ALNUM, 4)}9z", f"P@{word.lower()}{rng.randrange(2019, 2027)}"))


def url_password(rng):
    return chars(rng, ALNUM, rng.randrange(10, 20)) + str(rng.randrange(10))


def random_secret(rng):
    """20 to 64 characters of one alphabet that chance made."""
    alphabet, lengths = rng.choice(((ALNUM, (24, 32, 40)), (ALNUM, (32, 48)), (HEX, (32, 64)), (URL64, (32, 43)), (LOWNUM, (32, 40))))
    while True:
        made = word64(rng, alphabet, rng.choice(lengths))
        if sum(c.isdigit() for c in made) >= 4 and sum(c.isalpha() for c in made) >= 4:
            return made


# Tokens of other makers: name -> value. Formats: the makers' documents and the MIT-licensed rules of gitleaks.
VENDORS = {
    "adobe": lambda r: "p8" "e-" + chars(r, LOWNUM, 32),
    "age": lambda r: "AGE-SECRET-" "KEY-1" + chars(r, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
    "airtable": lambda r: "pa" "t" + chars(r, ALNUM, 14) + "." + chars(r, HEX, 64),
    "alibaba": lambda r: "LT" "AI" + chars(r, LOWNUM, 20),
    "atlassian": lambda r: "ATA" "TT3" + word64(r, URL64, 186),
    "brevo": lambda r: "xkey" "sib-" + chars(r, HEX, 64) + "-" + chars(r, LOWNUM, 16),
    "clojars": lambda r: "CLO" "JARS_" + chars(r, LOWNUM, 60),
    "databricks": lambda r: "da" "pi" + chars(r, HEX, 32),
    "digitalocean": lambda r: "dop" "_v1_" + chars(r, HEX, 64),
    "docker": lambda r: "dckr" "_pat_" + word64(r, URL64, 27),
    "doppler": lambda r: "dp" ".pt." + chars(r, LOWNUM, 43),
    "duffel": lambda r: "duf" "fel_live_" + word64(r, LOWNUM + "-_", 43),
    "dynatrace": lambda r: "dt0" "c01." + chars(r, UPNUM, 24) + "." + chars(r, UPNUM, 64),
    "easypost": lambda r: "EZ" "AK" + chars(r, ALNUM, 54),
    "figma": lambda r: "fi" "gd_" + word64(r, URL64, 40),
    "fly": lambda r: "fo" "1_" + word64(r, URL64, 43),
    "frameio": lambda r: "fi" "o-u-" + word64(r, LOWNUM + "-_", 64),
    "grafana": lambda r: "gl" "sa_" + chars(r, ALNUM, 32) + "_" + chars(r, HEX, 8),
    "groq": lambda r: "gs" "k_" + chars(r, ALNUM, 52),
    "heroku": lambda r: "HRK" "U-AA" + word64(r, URL64, 58),
    "huggingface": lambda r: "h" "f_" + chars(r, string.ascii_letters, 34),
    "infracost": lambda r: "ic" "o-" + chars(r, ALNUM, 32),
    "langsmith": lambda r: "lsv" "2_pt_" + chars(r, HEX, 32) + "_" + chars(r, HEX, 10),
    "linear": lambda r: "lin" "_api_" + chars(r, ALNUM, 40),
    "mailchimp": lambda r: chars(r, HEX, 32) + "-us" + str(r.randrange(1, 22)),
    "mailgun": lambda r: "ke" "y-" + chars(r, HEX, 32),
    "netlify": lambda r: "nf" "p_" + chars(r, ALNUM, 36),
    "newrelic": lambda r: "NR" "AK-" + chars(r, UPNUM, 27),
    "notion": lambda r: "nt" "n_" + chars(r, NUMBERS, 11) + chars(r, ALNUM, 35),
    "nvidia": lambda r: "nv" "api-" + word64(r, URL64, 64),
    "openrouter": lambda r: "sk" "-or-v1-" + chars(r, HEX, 64),
    "openshift": lambda r: "sha" "256~" + word64(r, URL64, 43),
    "perplexity": lambda r: "pp" "lx-" + chars(r, ALNUM, 48),
    "planetscale": lambda r: "psc" "ale_tkn_" + word64(r, URL64, 43),
    "postman": lambda r: "PM" "AK-" + chars(r, HEX, 24) + "-" + chars(r, HEX, 34),
    "prefect": lambda r: "pn" "u_" + chars(r, ALNUM, 36),
    "pulumi": lambda r: "pu" "l-" + chars(r, HEX, 40),
    "pypi": lambda r: "py" "pi-AgEIcHlwaS5vcmc" + word64(r, URL64, 120),
    "readme": lambda r: "rd" "me_" + chars(r, LOWNUM, 70),
    "replicate": lambda r: "r8" "_" + chars(r, ALNUM, 37),
    "rubygems": lambda r: "ruby" "gems_" + chars(r, HEX, 48),
    "sendgrid": lambda r: "S" "G." + word64(r, URL64, 22) + "." + word64(r, URL64, 43),
    "sentry": lambda r: "snt" "ryu_" + chars(r, HEX, 64),
    "shippo": lambda r: "ship" "po_live_" + chars(r, HEX, 40),
    "shopify": lambda r: "shp" "at_" + chars(r, HEX, 32),
    "supabase": lambda r: "sb" "p_" + chars(r, HEX, 40),
    "tailscale": lambda r: "ts" "key-auth-" + chars(r, ALNUM, 13) + "CNTRL-" + chars(r, ALNUM, 32),
    "telegram": lambda r: chars(r, "123456789", 10) + ":A" "A" + word64(r, URL64, 33),
    "terraform": lambda r: chars(r, ALNUM, 14) + ".atlas" "v1." + word64(r, URL64, 67),
    "twilio": lambda r: "S" "K" + chars(r, HEX, 32),
    "typeform": lambda r: "tf" "p_" + word64(r, LOWNUM + "-_", 59),
    "vault": lambda r: "hv" "s." + word64(r, URL64, 95),
    "xai": lambda r: "xa" "i-" + chars(r, ALNUM, 80),
}
# Shapes that say nothing without a name beside them.
VENDOR_NAMES = {"mailchimp": "MAILCHIMP_API_KEY", "telegram": "TELEGRAM_BOT_TOKEN", "twilio": "TWILIO_API_KEY", "adobe": "ADOBE_CLIENT_SECRET",
                "alibaba": "ALIBABA_ACCESS_KEY_ID", "airtable": "AIRTABLE_TOKEN"}
