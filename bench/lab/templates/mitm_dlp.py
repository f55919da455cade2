"""What one would write to give mitmproxy a DLP: every pattern over the decoded request body. Event streams pass as they come."""
import os
import re

PATTERNS = []
with open(os.environ["LAB_PATTERNS"], encoding="utf-8") as lines:
    for line in lines:
        name, pattern = line.rstrip("\n").split("\t")
        PATTERNS.append((re.compile(pattern), f"[{name}]"))


def request(flow):
    text = flow.request.get_text(strict=False)
    if not text:
        return
    masked = text
    for pattern, mask in PATTERNS:
        masked = pattern.sub(mask, masked)
    if masked != text:
        flow.request.text = masked


def responseheaders(flow):
    if flow.response.headers.get("content-type", "").startswith("text/event-stream"):
        flow.response.stream = True
