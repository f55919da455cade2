#!/usr/bin/env python3
"""Writes table.csv and policies.yaml beside it: what the gate must decide, row by row, for auditors.

The expected answers are reasoned here from the rules as docs/policy.md states them (a country that is
denied refuses, whatever else holds; a fact that nobody knows satisfies nothing; ...). None of them was
taken from a run of the program. Run it after a change, and read the difference:

    python3 make_table.py && git diff table.csv
"""
import csv
import pathlib

HERE = pathlib.Path(__file__).parent
CATALOGUE = HERE.parents[3] / "config" / "providers.yaml"

COLUMNS = ["id", "policy", "user", "from", "at", "to", "method", "path", "headers", "body", "address",
           "verdict", "would", "reason", "rule", "because"]
POLICIES: dict[str, str] = {}
ROWS: list[dict[str, str]] = []
GATEWAY: set[str] = set()  # ids of the rows that also run through the real gateway


def policy(name: str, text: str) -> str:
    assert name not in POLICIES, name
    POLICIES[name] = text.strip("\n") + "\n"
    return name


def row(policy: str, to: str, verdict: str, because: str, *, reason: str = "", rule: str = "", would: str = "", user: str = "alice",
        source: str = "10.0.0.1", at: str = "2026-12-01T12:00:00", method: str = "", path: str = "", headers: str = "", body: str = "",
        address: str = "", gateway: bool = False) -> None:
    number = f"D{len(ROWS) + 1:03}"
    method = method or ("POST" if body else "GET")
    path = path or ("" if body and not body.startswith("{") else "/")
    ROWS.append(dict(id=number, policy=policy, user=user, at=at, to=to, method=method, path=path, headers=headers, body=body, address=address,
                     verdict=verdict, would=would, reason=reason, rule=rule, because=because) | {"from": source})
    if gateway:
        GATEWAY.add(number)


# ---------------------------------------------------------------------------------------------------------------------------------
# 1. Every kind of evidence under every setting. A country is allowed (JP), denied (CN), neither (SG) or unknown.
#    deny: one piece is enough, whatever the setting. required: known and allowed. if_known: allowed when known. ignore: only deny counts.
def setting_says(setting: str, country: str) -> tuple[str, str]:
    if country == "CN":
        return "block", "a denied country refuses whatever the setting"
    if setting == "ignore":
        return "allow", "ignored evidence refuses only for a denied country"
    if country == "unknown":
        if setting == "required":
            return "block", "required: must be known, and unknown satisfies nothing"
        return "allow", "if_known: what is not known does not refuse"
    if country == "SG":
        return "block", f"{setting}: it is known and not in `allow`"
    return "allow", f"{setting}: known and allowed"


FACTS = {"operator": "operator_country", "parent": "parent_country", "storage": "storage_countries", "processing": "processing_countries"}
EVIDENCE = ["operator", "parent", "storage", "processing", "endpoint", "network", "address"]


def evidence_policy(kind: str, setting: str) -> str:
    others = ", ".join(f"{k}: {setting if k == kind else 'ignore'}" for k in EVIDENCE)
    entries = ""
    for country in ("JP", "CN", "SG", "unknown"):
        fact = FACTS.get(kind)
        facts = "{ operator_country: JP }" if fact is None else f"{{ {fact}: {'[' + country + ']' if fact.endswith('ies') else country} }}"
        entries += f"  - {{ id: in-{country.lower()}, hosts: [{country.lower()}.example.jp], facts: {facts} }}\n"
    return policy(f"{kind} {setting}", f"""
version: 1
regions:
  allow: [JP, US]
  deny: [CN, HK, MO]
  evidence: {{ {others} }}
destinations:
{entries}  - {{ id: api, providers: [openai-api, aws-bedrock] }}
""")


for kind in FACTS:
    for setting in ("required", "if_known", "ignore"):
        name = evidence_policy(kind, setting)
        for country in ("JP", "SG", "CN", "unknown"):
            verdict, why = setting_says(setting, country)
            refused = verdict == "block"
            row(name, f"{country.lower()}.example.jp", verdict, f"{kind} {country}: {why}", reason="region" if refused else "",
                rule="regions" if refused else f"in-{country.lower()}", address="JP", gateway=kind == "operator" and setting == "required")

# The address: the country of the very address connected to.
for setting in ("required", "if_known", "ignore"):
    name = evidence_policy("address", setting)
    for country in ("JP", "US", "SG", "CN", "HK", "MO", "unknown"):
        verdict, why = setting_says(setting, "CN" if country in ("CN", "HK", "MO") else "JP" if country in ("JP", "US") else country)
        refused = verdict == "block"
        row(name, "jp.example.jp", verdict, f"address in {country}: {why}", reason="region" if refused else "",
            rule="regions" if refused else "in-jp", address=country, gateway=setting == "required")
    # An edge proves nothing; the seat of its owner stands for it where an address is required. An edge in a denied country refuses.
    for owner in ("US", "CN", "SG", ""):
        denied = owner == "CN"
        refused = denied or (setting == "required" and owner == "SG")
        why = ("the owner sits in a denied country" if denied else "required: the owner's country is not allowed" if refused
               else "an address fact that is not stated is taken as allowed" if not owner
               else "required: satisfied by an allowed owner" if setting == "required" else "an edge network proves no place, and does not refuse")
        row(name, "jp.example.jp", "block" if refused else "allow", f"an edge address, owner {owner or 'not stated'}: {why}",
            reason="region" if refused else "", rule="regions" if refused else "in-jp", address=f"edge:{owner}")

# The owner of the network: evidence of ownership, not of place.
for setting in ("required", "if_known", "ignore"):
    name = evidence_policy("network", setting)
    for country in ("JP", "SG", "CN", "unknown"):
        verdict, why = setting_says(setting, country)
        refused = verdict == "block"
        row(name, "jp.example.jp", verdict, f"owner of the network in {country}: {why}", reason="region" if refused else "",
            rule="regions" if refused else "in-jp", address=f"JP owner:{country}")

# ---------------------------------------------------------------------------------------------------------------------------------
# 2. The region that a host, a path or a header names.
AWS = {"us-east-1": "US", "us-west-2": "US", "ap-northeast-1": "JP", "ap-northeast-3": "JP", "ap-northeast-2": "KR", "ap-southeast-1": "SG",
       "ap-east-1": "HK", "ap-south-1": "IN", "eu-central-1": "DE", "eu-west-2": "GB", "ca-central-1": "CA", "sa-east-1": "BR"}
AZURE = {"japaneast": "JP", "eastus": "US", "eastasia": "HK", "southeastasia": "SG", "swedencentral": "SE", "koreacentral": "KR"}
VERTEX = {"asia-northeast1": "JP", "us-central1": "US", "asia-east2": "HK", "asia-east1": "TW", "europe-west4": "NL", "asia-southeast1": "SG"}
ALLOWED = {"JP", "US", "DE", "SE", "NL"}  # JP, US and the countries of the EU among those above

for setting in ("required", "if_known"):
    policy(f"endpoints {setting}", f"""
version: 1
regions:
  allow: [JP, US, EU]
  deny: [CN, HK, MO]
  evidence: {{ operator: required, endpoint: {setting}, storage: ignore, processing: ignore, parent: ignore, network: ignore, address: ignore }}
destinations:
  - {{ id: clouds, providers: [aws-bedrock, azure-openai, google-vertex, openai-api, anthropic-api] }}
""")


def endpoint(host: str, country: str, service: str, gateway: bool = False) -> None:
    refused = country not in ALLOWED
    why = "denied" if country == "HK" else "not allowed" if refused else "allowed"
    row("endpoints if_known", host, "block" if refused else "allow", f"the host of {service} names a region in {country}: {why}",
        reason="region" if refused else "", rule="regions" if refused else "clouds", address="JP", gateway=gateway)


for code, country in AWS.items():
    endpoint(f"bedrock-runtime.{code}.amazonaws.com", country, "Bedrock", gateway=code in ("ap-northeast-1", "ap-east-1", "us-west-2"))
for code, country in AZURE.items():
    endpoint(f"{code}.api.cognitive.microsoft.com", country, "Azure", gateway=code == "eastasia")
for code, country in VERTEX.items():
    endpoint(f"{code}-aiplatform.googleapis.com", country, "Vertex AI", gateway=code == "asia-east2")
for setting in ("required", "if_known"):
    refused = setting == "required"
    row(f"endpoints {setting}", "api.openai.com", "block" if refused else "allow",
        "api.openai.com promises no place: `anywhere` counts as unknown, which " + ("satisfies no `required`" if refused else "passes `if_known`"),
        reason="region" if refused else "", rule="regions" if refused else "clouds", address="US")
    row(f"endpoints {setting}", "jp.api.openai.com", "allow", "a residency host names its country: known and allowed", rule="clouds", address="JP")
    row(f"endpoints {setting}", "us.api.openai.com", "allow", "a residency host names its country: known and allowed", rule="clouds", address="US")
    row(f"endpoints {setting}", "sg.api.openai.com", "block", "a residency host names its country: SG is not in `allow`", reason="region",
        rule="regions", address="US")

BEDROCK = "/model/{}/converse"
for model, host, verdict, why in (
        ("anthropic.claude-3-haiku-20240307-v1:0", "ap-northeast-1", "allow", "a model of the region itself: the host's region holds"),
        ("us.anthropic.claude-3-haiku-20240307-v1:0", "us-east-1", "allow", "a profile of several US regions lies inside `allow`"),
        ("eu.anthropic.claude-3-haiku-20240307-v1:0", "eu-central-1", "allow", "a profile of EU regions lies inside `allow`"),
        ("apac.anthropic.claude-3-haiku-20240307-v1:0", "ap-northeast-1", "block",
         "the apac profile spreads over regions that are not all in `allow`: a set must lie inside it"),
        ("jp.anthropic.claude-haiku-4-5-20251001-v1:0", "ap-northeast-1", "allow", "the jp profile stays in Japan"),
        ("au.anthropic.claude-haiku-4-5-20251001-v1:0", "ap-southeast-2", "block", "the au profile lies in AU, which is not in `allow`")):
    refused = verdict == "block"
    row("endpoints if_known", f"bedrock-runtime.{host}.amazonaws.com", verdict, why, body='{"messages":[]}', path=BEDROCK.format(model),
        reason="region" if refused else "", rule="regions" if refused else "clouds", address="JP")
for setting in ("required", "if_known"):
    refused = setting == "required"
    row(f"endpoints {setting}", "bedrock-runtime.ap-northeast-1.amazonaws.com", "block" if refused else "allow",
        "the global profile may run anywhere: unknown, which " + ("satisfies no `required`" if refused else "passes `if_known`"),
        body='{"messages":[]}', path=BEDROCK.format("global.anthropic.claude-sonnet-4-20250514-v1:0"), reason="region" if refused else "",
        rule="regions" if refused else "clouds", address="JP")
SIGNED = "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261201/{}/bedrock/aws4_request, SignedHeaders=host, Signature=00"
for host, scope, verdict, why in (("ap-northeast-1", "ap-northeast-1", "allow", "host and signature name the same region"),
                                  ("ap-northeast-1", "us-east-1", "block", "host and signature name different regions: a contradiction refuses"),
                                  ("us-east-1", "ap-east-1", "block", "the signature names Hong Kong, which is denied")):
    refused = verdict == "block"
    row("endpoints if_known", f"bedrock-runtime.{host}.amazonaws.com", verdict, why, body='{"messages":[]}',
        path=BEDROCK.format("anthropic.claude-3-haiku-20240307-v1:0"), headers=SIGNED.format(scope), reason="region" if refused else "",
        rule="regions" if refused else "clouds", address="JP")
VERTEX_PATH = "/v1/projects/p/locations/{}/publishers/google/models/gemini-2.0-flash:generateContent"
for host, location, verdict, why in (("asia-northeast1-aiplatform.googleapis.com", "asia-northeast1", "allow", "host and path agree on Tokyo"),
                                     ("asia-northeast1-aiplatform.googleapis.com", "us-central1", "block", "host says JP, path says US: a contradiction"),
                                     ("us-central1-aiplatform.googleapis.com", "asia-east2", "block", "the path names Hong Kong, which is denied")):
    refused = verdict == "block"
    row("endpoints if_known", host, verdict, why, body='{"contents":[]}', path=VERTEX_PATH.format(location), reason="region" if refused else "",
        rule="regions" if refused else "clouds", address="JP")
for setting in ("required", "if_known"):
    refused = setting == "required"
    row(f"endpoints {setting}", "aiplatform.googleapis.com", "block" if refused else "allow",
        "Vertex's global location promises no place: unknown, which " + ("satisfies no `required`" if refused else "passes `if_known`"),
        body='{"contents":[]}', path=VERTEX_PATH.format("global"), reason="region" if refused else "", rule="regions" if refused else "clouds",
        address="US")


# ---------------------------------------------------------------------------------------------------------------------------------
# 3. The shipped policy: every service operated from a denied country, by operator or by parent. Read from the catalogue's own seats.
def catalogue() -> list[dict[str, str]]:
    """The seats and the first host of each service; a reader of its own, in nine lines."""
    out, entry = [], {}
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines():
        if line.startswith("  - id: "):
            entry = {"id": line[8:].strip().strip('"')}
            out.append(entry)
        for key in ("operator_country", "parent_country", "hosts", "host_pattern", "paths"):
            if line.startswith(f"    {key}: ") and entry is not None:
                entry[key] = line.split(": ", 1)[1].split(" #")[0].strip().strip('"')
    return out


SEEN: set[str] = set()
for service in catalogue():
    seats = {service.get("operator_country"), service.get("parent_country")} & {"CN", "HK", "MO"}
    if not seats or "hosts" not in service or "host_pattern" in service or "paths" in service:
        continue
    host = service["hosts"].strip("[]").split(",")[0].strip().strip('"').replace("*.", "a.")
    if host in SEEN:
        continue
    SEEN.add(host)
    who = "operator" if service.get("operator_country") in seats else "parent"
    row("shipped", host, "block", f"{service['id']}: the seat of its {who} is {sorted(seats)[0]}, which is denied; nothing lifts it",
        reason="region", rule="regions", gateway=service["id"] in ("deepseek-api", "moonshot-intl", "qwen-chat"))

for host, entry in (("api.openai.com", "business-api"), ("api.anthropic.com", "business-api"), ("api.mistral.ai", "business-api"),
                    ("generativelanguage.googleapis.com", "gemini-api"), ("api.business.githubcopilot.com", "coding-tools")):
    row("shipped", host, "allow", "listed, seat and address in allowed countries, terms known", rule=entry, address="US", body="hello",
        gateway=host in ("api.openai.com", "api.anthropic.com"))
    row("shipped", host, "block", "the same service at an address in Hong Kong: denied", reason="region", rule="regions", address="HK", body="hello",
        gateway=host == "api.openai.com")
    row("shipped", host, "block", "the same service at an address whose country nobody knows: `address: required`", reason="region",
        rule="regions", address="unknown", body="hello")
for host in ("chatgpt.com", "claude.ai", "gemini.google.com", "api.x.ai", "api.groq.com", "api.perplexity.ai", "openrouter.ai"):
    row("shipped", host, "block", "a service of the catalogue that no entry of the policy allows", reason="destination", rule="destinations",
        address="US", gateway=host in ("claude.ai", "openrouter.ai"))
for host in ("unknown.example.com", "deepseek.example.com", "api-openai.com", "api.openai.com.example.net", "registry.example.org"):
    row("shipped", host, "block", "neither the catalogue nor the policy names this host; a name that looks alike is another name",
        reason="destination", rule="unlisted", address="US", gateway=host == "unknown.example.com")

# ---------------------------------------------------------------------------------------------------------------------------------
# 4. Hosts and ports: the longest match, wildcards, ports, literals, letters.
policy("hosts", """
version: 1
destinations:
  - { id: exact, hosts: [llm.example.jp] }
  - { id: below, hosts: ["*.llm.example.jp"] }
  - { id: deep, hosts: ["*.deep.llm.example.jp"] }
  - { id: port, hosts: ["llm.example.jp:8443"] }
  - { id: any-port, hosts: ["any.example.jp:*"] }
  - { id: literal, hosts: [192.0.2.7, "[2001:db8::7]:8443"] }
  - { id: idn, hosts: [社内.example.jp] }
  - { id: seldom, hosts: [only.below.example.jp], groups: [nobody] }
  - { id: often, hosts: ["*.below.example.jp"] }
  - { id: api, providers: [openai-api] }
groups:
  nobody: { users: [nobody] }
""")
for to, entry, why in (
        ("llm.example.jp", "exact", "an exact name"), ("LLM.Example.JP", "exact", "case does not matter"),
        ("llm.example.jp.", "exact", "a trailing dot does not matter"), ("a.llm.example.jp", "below", "a wildcard is every name below"),
        ("a.b.llm.example.jp", "below", "a wildcard is every name below, however deep"),
        ("x.deep.llm.example.jp", "deep", "the longest match picks the entry"),
        ("deep.llm.example.jp", "below", "a wildcard is not the name itself; the shorter wildcard holds"),
        ("llm.example.jp:8443", "port", "a port that is written"), ("any.example.jp:8443", "any-port", "`host:*` is every port"),
        ("any.example.jp", "any-port", "`host:*` is every port, the usual one too"), ("192.0.2.7", "literal", "an address that is listed as such"),
        ("[2001:db8::7]:8443", "literal", "an address that is listed as such"),
        ("[2001:DB8:0:0:0:0:0:7]:8443", "literal", "another spelling of the same address"),
        ("社内.example.jp", "idn", "a name of other letters is its xn-- form"), ("xn--v6q418g.example.jp", "idn", "and the other way round"),
        ("a.below.example.jp", "often", "only the wildcard names it"), ("api.openai.com", "api", "by the catalogue"),
        ("API.OpenAI.com.", "api", "case and a trailing dot do not matter to the catalogue either")):
    row("hosts", to, "allow", why, rule=entry)
for to, rule_id, why in (
        ("llm.example.jp:444", "destinations", "the name is listed, with other ports"),
        ("xllm.example.jp", "unlisted", "not below the name: a label is whole"),
        ("llm.example.jp.example.com", "unlisted", "the listed name stands at the wrong end"),
        ("only.below.example.jp", "destinations", "the longest match is for another group, and shorter ones are not tried"),
        ("192.0.2.8", "unlisted", "an address must be listed as such"), ("198.51.100.1:8443", "unlisted", "an address must be listed as such"),
        ("[2001:db8::8]:8443", "unlisted", "another address"), ("169.254.169.254", "unlisted", "a metadata address is an address like others here"),
        ("api.openai.com:8443", "destinations", "the catalogue speaks for its own port"),
        ("http://api.openai.com/", "destinations", "plain http only for `hosts` entries"), ("xn--api-openai.com", "unlisted", "another name")):
    row("hosts", to, "block", why, reason="destination", rule=rule_id)
row("hosts", "http://llm.example.jp/", "allow", "plain http is admitted for `hosts` entries", rule="exact")

policy("splice others", """
version: 1
unlisted: splice
regions: { allow: [JP, US], deny: [CN, HK], evidence: { address: required } }
destinations:
  - { id: api, providers: [openai-api], groups: [engineering] }
groups:
  engineering: { users: [alice] }
""")
for to, verdict, reason, rule_id, address, why in (
        ("registry.example.org", "allow", "", "unlisted", "US", "unlisted: splice passes other hosts unopened"),
        ("registry.example.org", "block", "region", "regions", "HK", "its address is judged all the same"),
        ("registry.example.org", "block", "region", "regions", "unknown", "`address: required` holds for it too"),
        ("192.0.2.1", "block", "destination", "unlisted", "US", "an address must be listed as such, also under `splice`"),
        ("http://registry.example.org/", "block", "destination", "unlisted", "US", "plain http cannot be passed unopened"),
        ("api.deepseek.com", "block", "region", "regions", "US", "a service of the catalogue is not `unlisted`, and is denied"),
        ("claude.ai", "block", "destination", "destinations", "US", "a service of the catalogue is not `unlisted`")):
    row("splice others", to, verdict, why, reason=reason, rule=rule_id, address=address)

# ---------------------------------------------------------------------------------------------------------------------------------
# 5. Side hosts by role.
for roles, text in (("usual", ""), ("none", "side_hosts: []"), ("telemetry", "side_hosts: [signin, telemetry]")):
    policy(f"roles {roles}", f"""
version: 1
destinations:
  - {{ id: chat, providers: [openai-chatgpt, anthropic-claude]{', ' + text if text else ''} }}
""")

SIDE = {"chatgpt.com": "", "a.oaiusercontent.com": "upload", "cdn.oaistatic.com": "cdn", "events.oaistatsig.com": "telemetry",
        "accounts.google.com": "signin", "www.claudeusercontent.com": "upload"}
for roles, admitted in (("usual", {"signin", "download", "upload"}), ("none", set()), ("telemetry", {"signin", "telemetry"})):
    for host, role in SIDE.items():
        ok = not role or role in admitted
        row(f"roles {roles}", host, "allow" if ok else "block",
            ("the service itself" if not role else f"a side host of the role {role}: " + ("admitted" if ok else "not admitted") +
             (" by the default roles" if roles == "usual" else " by `side_hosts`")),
            reason="" if ok else "destination", rule="chat" if ok else "destinations", gateway=host == "cdn.oaistatic.com" and roles == "usual")

# ---------------------------------------------------------------------------------------------------------------------------------
# 6. For whom: groups by user and by network.
policy("groups", """
version: 1
groups:
  engineering: { users: [alice, bob], networks: [10.20.0.0/16] }
  lab: { networks: [10.99.0.0/24, "2001:db8:99::/48"] }
  guests: { users: [guest] }
destinations:
  - { id: for-all, hosts: [all.example.jp] }
  - { id: for-engineers, hosts: [eng.example.jp], groups: [engineering] }
  - { id: for-lab, hosts: [lab.example.jp], groups: [lab] }
  - { id: two-groups, hosts: [two.example.jp], groups: [engineering, lab] }
  - { id: not-guests, hosts: [staff.example.jp], groups_not: [guests] }
  - { id: not-lab, hosts: [office.example.jp], groups: [engineering], groups_not: [lab] }
  - { id: everyone-named, hosts: [open.example.jp], groups: [everyone] }
""")
PEOPLE = {"alice at her desk": ("alice", "10.0.0.1", {"engineering"}), "alice in the lab": ("alice", "10.99.0.9", {"engineering", "lab"}),
          "sato on the engineers' network": ("sato", "10.20.255.255", {"engineering"}), "sato": ("sato", "10.21.0.0", set()),
          "a guest": ("guest", "10.0.0.1", {"guests"}), "a guest in the lab": ("guest", "2001:db8:99::1", {"guests", "lab"}),
          "Alice with a capital": ("Alice", "10.0.0.1", set())}
RULES = {"all": ("for-all", lambda g: True), "eng": ("for-engineers", lambda g: "engineering" in g), "lab": ("for-lab", lambda g: "lab" in g),
         "two": ("two-groups", lambda g: bool(g & {"engineering", "lab"})), "staff": ("not-guests", lambda g: "guests" not in g),
         "office": ("not-lab", lambda g: "engineering" in g and "lab" not in g), "open": ("everyone-named", lambda g: True)}
for who, (user, source, groups) in PEOPLE.items():
    for host, (entry, admits) in RULES.items():
        ok = admits(groups)
        member = ", ".join(sorted(groups)) or "no group but everyone"
        row("groups", f"{host}.example.jp", "allow" if ok else "block", f"{who} is in {member}: the entry {entry} is " + ("for them" if ok else "not for them"),
            user=user, source=source, reason="" if ok else "destination", rule=entry if ok else "destinations",
            gateway=who == "alice at her desk" and host in ("eng", "lab"))

# ---------------------------------------------------------------------------------------------------------------------------------
# 7. Until when: the end of the day in the policy's time zone.
for zone, offset in (("Asia/Tokyo", 9), ("UTC", 0)):
    policy(f"until {zone}", f"""
version: 1
timezone: {zone}
destinations:
  - {{ id: trial, hosts: [trial.example.jp], until: 2026-12-31, ticket: SEC-1, approved_by: [cto], reason: trial }}
""")
for zone, at, ok, why in (
        ("Asia/Tokyo", "2026-12-31T23:59:59", True, "the last second of the day in Tokyo"),
        ("Asia/Tokyo", "2027-01-01T00:00:00", False, "the day has ended in Tokyo"),
        ("Asia/Tokyo", "2026-12-31T14:59:59Z", True, "23:59:59 in Tokyo"), ("Asia/Tokyo", "2026-12-31T15:00:00Z", False, "midnight in Tokyo"),
        ("Asia/Tokyo", "2026-12-31T20:00:00-05:00", False, "the next morning in Tokyo"), ("Asia/Tokyo", "2026-01-01T00:00:00", True, "long before"),
        ("UTC", "2026-12-31T23:59:59", True, "the last second of the day in UTC"), ("UTC", "2027-01-01T00:00:00Z", False, "the day has ended in UTC"),
        ("UTC", "2027-01-01T08:59:59+09:00", True, "morning in Tokyo, still the old day in UTC"),
        ("UTC", "2027-01-01T09:00:00+09:00", False, "midnight in UTC")):
    row(f"until {zone}", "trial.example.jp", "allow" if ok else "block", why, at=at, reason="" if ok else "expired", rule="trial")

# `final`: what lifts the region rule, and what does not.
for final in ("true", "false"):
    policy(f"evaluation final {final}", f"""
version: 1
groups:
  lab: {{ networks: [10.99.0.0/24] }}
regions: {{ allow: [JP, US], deny: [CN, HK, MO], final: {final} }}
destinations:
  - {{ id: evaluation, providers: [deepseek-api], groups: [lab], until: 2026-12-31, ticket: SEC-4501, approved_by: [cto], reason: evaluation }}
  - {{ id: unbounded, providers: [moonshot-intl], groups: [lab] }}
""")
    lab = "10.99.0.5"
    lifted = final == "false"
    row(f"evaluation final {final}", "api.deepseek.com", "allow" if lifted else "block",
        "time-boxed, ticketed and approved: lifts the region rule" if lifted else "nothing lifts the region rule while `final`", source=lab,
        reason="" if lifted else "region", rule="evaluation" if lifted else "regions")
    row(f"evaluation final {final}", "api.deepseek.com", "block", "outside the laboratory the entry does not speak", source="10.0.0.1", reason="region",
        rule="regions")
    row(f"evaluation final {final}", "api.deepseek.com", "block", "the entry has ended, and lifts nothing: region is the first of the reasons", source=lab,
        at="2027-01-01T00:00:00", reason="region", rule="regions")
    row(f"evaluation final {final}", "api.moonshot.ai", "block", "an entry without an end lifts nothing", source=lab, reason="region", rule="regions")
    row(f"evaluation final {final}", "chat.deepseek.com", "block", "another service of the same company, which no entry names", source=lab,
        reason="region", rule="regions")

# ---------------------------------------------------------------------------------------------------------------------------------
# 8. On which terms: an unknown fact does not satisfy a requirement.
TERMS = {
    "trains-no": ('trains_on_inputs: "no"', [("\"no\"", True), ("opt_out", False), ("opt_in", False), ("\"yes\"", False), ("unknown", False)], "trains_on_inputs"),
    "trains-some": ('trains_on_inputs: ["no", opt_out]', [("\"no\"", True), ("opt_out", True), ("opt_in", False), ("\"yes\"", False), ("unknown", False)],
                    "trains_on_inputs"),
    "retention": ("retention_days: 30", [("0", True), ("30", True), ("31", False), ("unknown", False)], "retention_days"),
    "law": ("governing_law: [JP, US]", [("JP", True), ("US", True), ("CN", False), ("unknown", False)], "governing_law"),
    "zero": ('zero_retention: "yes"', [("\"yes\"", True), ("\"no\"", False), ("unknown", False)], "zero_retention"),
    "dpa": ('dpa: "yes"', [("\"yes\"", True), ("\"no\"", False), ("unknown", False)], "dpa"),
    "certificates": ("certifications: [iso27001, iso27018]",
                     [("{ iso27001: \"yes\", iso27018: \"yes\" }", True), ("{ iso27001: \"yes\", iso27018: \"no\" }", False), ("{ iso27001: \"yes\" }", False),
                      ("unknown", False)], "certifications"),
    "storage": ("storage_countries: [JP, EU]", [("[JP]", True), ("[JP, DE]", True), ("[JP, US]", False), ("[EU]", True), ("unknown", False)],
                "storage_countries"),
}
for name, (require, values, fact) in TERMS.items():
    entries = ""
    for i, (value, _) in enumerate(values):
        entries += f"  - {{ id: v{i}, hosts: [v{i}.example.jp], facts: {{ {fact}: {value} }}, require: {{ {require} }} }}\n"
    entries += f"  - {{ id: silent, hosts: [silent.example.jp], require: {{ {require} }} }}\n"
    policy(f"terms {name}", f"version: 1\ndestinations:\n{entries}")
    for i, (value, ok) in enumerate(values):
        row(f"terms {name}", f"v{i}.example.jp", "allow" if ok else "block", f"required: {require}; the fact is {value}".replace('"', "'"),
            reason="" if ok else "terms", rule=f"v{i}", gateway=name == "retention" and i in (1, 2))
    row(f"terms {name}", "silent.example.jp", "block", f"required: {require}; nobody stated the fact".replace('"', "'"), reason="terms", rule="silent")

policy("terms review", """
version: 1
destinations:
  - { id: fresh, hosts: [fresh.example.jp], facts: { reviewed_at: 2026-11-01 }, require: { reviewed_within: 60d } }
  - { id: never, hosts: [never.example.jp], require: { reviewed_within: 60d } }
""")
for at, ok, why in (("2026-11-01T00:00:00", True, "on the day of the review"), ("2026-12-31T23:59:59", True, "the last second of the sixtieth day"),
                    ("2027-01-01T00:00:00", False, "the sixty days are over"), ("2026-10-31T23:59:59", False, "before the day of the review")):
    row("terms review", "fresh.example.jp", "allow" if ok else "block", why, at=at, reason="" if ok else "terms", rule="fresh")
row("terms review", "never.example.jp", "block", "nobody has dated a review", reason="terms", rule="never")

# Several entries for one host: one that admits is enough; if all refuse, the first reason of the list stands.
policy("several entries", """
version: 1
regions: { allow: [JP, US], deny: [CN], evidence: { address: required } }
destinations:
  - { id: strict, hosts: [a.example.jp], require: { trains_on_inputs: "no" } }
  - { id: ended, hosts: [a.example.jp, b.example.jp], until: 2026-11-30, ticket: S, approved_by: [cto], reason: r }
  - { id: open, hosts: [c.example.jp] }
  - { id: strict-c, hosts: [c.example.jp], require: { trains_on_inputs: "no" } }
""")
row("several entries", "a.example.jp", "block", "both refuse: terms comes before expired", reason="terms", rule="strict", address="JP")
row("several entries", "b.example.jp", "block", "the only entry has ended", reason="expired", rule="ended", address="JP")
row("several entries", "c.example.jp", "allow", "one entry admits", rule="open", address="JP")
for host in ("a", "b", "c"):
    row("several entries", f"{host}.example.jp", "block", "region comes before terms and expired", reason="region", rule="regions", address="CN")

# ---------------------------------------------------------------------------------------------------------------------------------
# 9. What is in it: rules over data.
CARD, CARD_2, MAIL, LABEL, NUMBER = "4532 0151 1283 0366", "5425 2334 3010 9903", "taro.yamada@sekisho-rei.co.jp", "【社外秘】来期の計画", "4098 2613 5749"
policy("data", """
version: 1
groups:
  legal: { users: [sato] }
destinations:
  - { id: api, providers: [openai-api] }
  - { id: home, hosts: [llm.example.jp], facts: { operator_country: JP, storage_countries: [JP] } }
data:
  - { id: cards, findings: [credit_card], action: redact }
  - { id: cards-in-bulk, findings: [credit_card], at_least: 2, action: block }
  - { id: numbers, findings: [jp_my_number], action: block }
  - { id: labels, findings: [confidentiality_label], action: block, groups_not: [legal] }
  - { id: mails-abroad, findings: [email], action: pseudonymise, regions_not: [JP] }
  - { id: mails-shadow, findings: [email], action: block, mode: observe }
""")
for text, verdict, would, reason, rule_id, why in (
        ("hello", "allow", "", "", "", "nothing is found"),
        (f"card {CARD}", "redact", "", "data", "cards", "one card is masked"),
        (f"card {CARD} and {CARD}", "redact", "", "data", "cards", "the same card twice is one value"),
        (f"cards {CARD} and {CARD_2}", "block", "", "data", "cards-in-bulk", "two cards: the strictest rule wins"),
        (f"マイナンバーは {NUMBER} です", "block", "", "data", "numbers", "a My Number is blocked"),
        (f"card {CARD}、マイナンバーは {NUMBER} です", "block", "", "data", "numbers", "block is stricter than redact"),
        (LABEL, "block", "", "data", "labels", "a marked document is blocked"),
        (f"mail {MAIL}", "pseudonymise", "block", "data", "mails-shadow",
         "abroad: a token; the shadow rule would have blocked, and is told as `would`"),
        ("the word confidential alone", "allow", "", "", "", "a word is no marking")):
    row("data", "api.openai.com", verdict, why, body=text, would=would, reason=reason, rule=rule_id or "", address="US",
        gateway=verdict in ("block", "redact"))
row("data", "api.openai.com", "allow", "the rule is not for the legal department", body=LABEL, user="sato", address="US")
row("data", "llm.example.jp", "allow", "every known region of the destination is JP; only the shadow rule holds", body=f"mail {MAIL}", would="block",
    reason="data", rule="mails-shadow", address="JP", path="/v1/chat/completions")
row("data", "llm.example.jp", "redact", "a rule without regions holds everywhere", body=f"card {CARD}", reason="data", rule="cards", address="JP",
    path="/v1/chat/completions")

# Exceptions lift data rules, for whom and as long as they say.
policy("exceptions", """
version: 1
groups:
  legal: { users: [sato] }
regions: { allow: [US], deny: [CN] }
destinations:
  - { id: api, providers: [openai-api, anthropic-api] }
data:
  - { id: labels, findings: [confidentiality_label], action: block }
  - { id: cards, findings: [credit_card], action: redact }
exceptions:
  - { id: EX-1, lifts: [labels], groups: [legal], providers: [openai-api], until: 2026-12-31, ticket: S-1, approved_by: [cto], reason: r }
""")
for user, to, at, ok, why in (("sato", "api.openai.com", "2026-12-01T12:00:00", True, "the exception is for the group and the service"),
                              ("alice", "api.openai.com", "2026-12-01T12:00:00", False, "another group"),
                              ("sato", "api.anthropic.com", "2026-12-01T12:00:00", False, "another service"),
                              ("sato", "api.openai.com", "2026-12-31T23:59:59", True, "the last second"),
                              ("sato", "api.openai.com", "2027-01-01T00:00:00", False, "it has ended")):
    row("exceptions", to, "allow" if ok else "block", why, user=user, at=at, body=LABEL, reason="" if ok else "data", rule="" if ok else "labels",
        address="US")
row("exceptions", "api.openai.com", "redact", "the exception lifts one rule, not the other", user="sato", body=f"{LABEL} {CARD}", reason="data", rule="cards",
    address="US")
row("exceptions", "api.openai.com", "block", "an exception never lifts regions", user="sato", body=LABEL, reason="region", rule="regions", address="CN")

# Observe: decided and recorded, nothing stopped.
policy("observe", """
version: 1
mode: observe
regions: { allow: [JP, US], deny: [CN] }
destinations:
  - { id: api, providers: [openai-api] }
data:
  - { id: cards, findings: [credit_card], action: redact }
  - { id: labels, findings: [confidentiality_label], action: block, mode: enforce }
""")
row("observe", "api.deepseek.com", "allow", "observe: the region would refuse", would="block", reason="region", rule="regions")
row("observe", "claude.ai", "allow", "observe: no entry would allow it", would="block", reason="destination", rule="destinations")
row("observe", "unknown.example.com", "allow", "observe: nobody names it", would="block", reason="destination", rule="unlisted")
row("observe", "api.openai.com", "allow", "observe: the card would be masked", would="redact", reason="data", rule="cards", body=f"card {CARD}")
row("observe", "api.openai.com", "block", "a rule's own mode comes first", reason="data", rule="labels", body=LABEL)
row("observe", "api.openai.com", "allow", "nothing is found", body="hello")

# What cannot be read is not sent, unless a rule names that case.
for word in ("block", "allow"):
    policy(f"unread {word}", f"""
version: 1
uninspected: {word}
destinations:
  - {{ id: api, providers: [openai-api] }}
  - {{ id: loose, hosts: [loose.example.jp], uninspected: allow }}
  - {{ id: tight, hosts: [tight.example.jp], uninspected: block }}
""")
for word in ("block", "allow"):
    for to, allows in (("api.openai.com", word == "allow"), ("loose.example.jp", True), ("tight.example.jp", False)):
        row(f"unread {word}", to, "allow" if allows else "block",
            "a body in a coding that nobody knows: " + ("the destination or the policy lets it pass" if allows else "not sent"),
            body="{\"a\":1}", path="/v1/chat/completions", headers="content-encoding: x-unknown", reason="" if allows else "uninspected",
            rule="" if allows else "uninspected", gateway=True)


def main() -> None:
    with open(HERE / "table.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS + ["gateway"], lineterminator="\n")
        writer.writeheader()
        for r in ROWS:
            writer.writerow(r | {"gateway": "yes" if r["id"] in GATEWAY else ""})
    with open(HERE / "policies.txt", "w", encoding="utf-8") as out:
        out.write("The policies of table.csv, by name. `shipped` is config/policy.yaml.\n")
        for name, text in POLICIES.items():
            out.write(f"\n=== {name}\n{text}")
    print(len(ROWS), "rows,", len(POLICIES), "policies,", len(GATEWAY), "rows through the gateway")


if __name__ == "__main__":
    main()
