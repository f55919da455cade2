"""A streamed and a plain question with urllib or httpx, and what was seen as one JSON line.

python_client.py urllib|httpx --proxy URL --ca FILE --control PORT [--body FILE]
"""
import argparse
import hashlib
import json
import ssl
import sys
import urllib.request

URL = "https://api.openai.com/v1/chat/completions"
HEADERS = {"content-type": "application/json", "authorization": "Bearer sk-local"}


def ack(port):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/ack", timeout=20) as answer:
        answer.read()


def stream_body():
    return json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "acked: one two three 日本語"}]}, ensure_ascii=False).encode()


def confirmed(lines, port):
    """The events of a stream; each is confirmed before the next can come."""
    events = []
    for line in lines:
        line = line.decode() if isinstance(line, bytes) else line
        if line.startswith("data: ") and not line.startswith("data: [DONE]"):
            events.append(json.loads(line[6:])["choices"][0]["delta"].get("content", ""))
            ack(port)
    return events


def with_urllib(a, body):
    context = ssl.create_default_context(cafile=a.ca)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"https": a.proxy}), urllib.request.HTTPSHandler(context=context))
    ask = lambda data: opener.open(urllib.request.Request(URL, data=data, headers=HEADERS), timeout=20)
    with ask(body) as answer:
        status, plain = answer.status, answer.read()
    with ask(stream_body()) as answer:
        events = confirmed(answer, a.control)
    return status, plain, events


def with_httpx(a, body):
    import httpx
    with httpx.Client(proxies=a.proxy, verify=ssl.create_default_context(cafile=a.ca), timeout=20) as client:
        answer = client.post(URL, content=body, headers=HEADERS)
        with client.stream("POST", URL, content=stream_body(), headers=HEADERS) as stream:
            events = confirmed(stream.iter_lines(), a.control)
        return answer.status_code, answer.content, events


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("library", choices=["urllib", "httpx"])
    for name in ("proxy", "ca", "control", "body"):
        parser.add_argument("--" + name)
    given = parser.parse_args()
    data = sys.stdin.buffer.read() if given.body is None else open(given.body, "rb").read()
    seen = {"urllib": with_urllib, "httpx": with_httpx}[given.library](given, data)
    print(json.dumps({"status": seen[0], "sha256": hashlib.sha256(seen[1]).hexdigest(), "events": seen[2]}))
