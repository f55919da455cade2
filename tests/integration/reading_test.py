"""What a client sends beside plain JSON: files, documents in documents, other charsets. The witness is what the origin received."""
import json
import re

from harness import chat
from proxy_test import CARD, TOKEN, ProxyCase

MASK = b"[REDACTED:credit_card]"
PDF = b"%PDF-1.7\n\x00\x01\x02 not for us"


def request(body: bytes, kind: str, method="POST", path="/v1/files", host="api.openai.com", headers="") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def form(*parts: tuple[str, bytes], boundary="----formdata-undici-0123456789") -> tuple[bytes, str]:
    """As the SDKs write it: (rest of the head after form-data, content)."""
    body = b"".join(f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Reading(ProxyCase):
    def sent(self, body: bytes, kind: str, **kw) -> bytes | None:
        """The body at the origin, or None when nothing arrived."""
        before = len(self.origin.requests)
        self.status = self.ask(request(body, kind, **kw)).status
        arrived = self.origin.requests[before:]
        self.assertEqual(len(arrived), 1 if self.status == 200 else 0)
        return arrived[0].body if arrived else None

    def test_upload_of_clean_text_arrives_byte_identical(self):
        body, kind = form(('name="purpose"', b"assistants"), ('name="file"; filename="一覧.csv"\r\nContent-Type: text/csv', "名前,数\r\n山田,1\r\n".encode()))
        self.assertEqual(self.sent(body, kind), body)
        self.assertEqual((self.newest()["verdict"], self.newest()["coverage"]), ("allow", "inspected"))

    def test_card_in_an_uploaded_file_is_masked_in_place(self):
        body, kind = form(('name="purpose"', b"assistants"), ('name="file"; filename="a.csv"\r\nContent-Type: text/csv', f"a,{CARD},b\r\n".encode()))
        self.assertEqual(self.sent(body, kind), body.replace(CARD.encode(), MASK))
        self.assertEqual((self.newest()["verdict"], self.newest()["findings"][0]["where"]), ("redact", ["file"]))

    def test_secret_in_an_uploaded_file_or_its_name_is_blocked(self):
        for parts in ([('name="file"; filename="a.txt"', TOKEN.encode())], [(f'name="file"; filename="{TOKEN}.txt"', b"x")],
                      [('name="file"; filename*=UTF-8\'\'' + "".join(f"%{c:02X}" for c in TOKEN.encode()), b"x")]):
            with self.subTest(parts[0][0]):
                body, kind = form(*parts)
                self.assertIsNone(self.sent(body, kind))
                self.assertEqual((self.newest()["reason"], self.newest()["rule"]), ("data", "secrets"))
                self.assertNotIn(TOKEN, json.dumps(self.newest()))

    def test_audio_for_transcription_is_not_called_read(self):
        body, kind = form(('name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg', b"ID3\x04\x00\x00\x01"), ('name="model"', b"whisper-1"))
        self.assertIsNone(self.sent(body, kind, path="/v1/audio/transcriptions"))
        newest = self.newest()
        self.assertEqual((newest["reason"], newest["coverage"], newest["skipped"]), ("uninspected", "partly", ["body:part:file:audio/mpeg"]))

    def test_pdf_is_not_called_read_whatever_it_is_called(self):
        for label in ("application/pdf", "text/plain", "application/json"):
            with self.subTest(label):
                body, kind = form((f'name="file"; filename="a"\r\nContent-Type: {label}', PDF))
                self.assertIsNone(self.sent(body, kind))
                self.assertEqual(self.newest()["reason"], "uninspected")
                self.assertIsNone(self.sent(PDF, label))
                self.assertEqual(self.newest()["reason"], "uninspected")

    def test_multipart_that_can_be_cut_in_two_ways_is_refused(self):
        body, kind = form(('name="a"', b"x"))
        for bad in (b"preamble\r\n" + body, body + b"epilogue", body.replace(b"\r\n", b"\n"), body[:-4], body.replace(b"form-data;", b"form-data; name=\"b\";")):
            with self.subTest(bad):
                self.assertIsNone(self.sent(bad, kind))
                self.assertEqual((self.newest()["reason"], self.newest()["skipped"]), ("uninspected", ["body:multipart"]))
        self.assertIsNone(self.sent(body, "multipart/form-data; boundary=other"))

    def test_arguments_of_a_tool_are_masked_and_stay_json(self):
        inner = json.dumps({"card": CARD, "note": "a\nb", "deep": json.dumps({"again": CARD})}, ensure_ascii=True)
        body = json.dumps({"messages": [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "pay", "arguments": inner}}]}, {"role": "user", "content": "go"}]}).encode()
        got = self.sent(body, "application/json", path="/v1/chat/completions")
        self.assertNotIn(CARD.encode(), got)
        arguments = json.loads(json.loads(got)["messages"][0]["tool_calls"][0]["function"]["arguments"])
        self.assertEqual(arguments, {"card": MASK.decode(), "note": "a\nb", "deep": json.dumps({"again": MASK.decode()})})

    def test_escapes_of_escapes_hide_nothing(self):
        hidden = "".join(f"\\u{ord(c):04x}" for c in CARD)
        body = chat('{"card":"' + hidden + '"}')
        got = self.sent(body, "application/json", path="/v1/chat/completions")
        self.assertIn(MASK, got)
        self.assertEqual(json.loads(json.loads(got)["messages"][0]["content"]), {"card": MASK.decode()})

    def test_shift_jis_is_read_and_edited_in_its_coding(self):
        text = f"ソース表示: カード {CARD} 予定"
        body = text.encode("cp932")
        for kind in ("text/plain; charset=Shift_JIS", "text/plain"):
            with self.subTest(kind):
                self.assertEqual(self.sent(body, kind).decode("cp932"), text.replace(CARD, MASK.decode()))
        self.assertIsNone(self.sent("【社外秘】計画".encode("cp932"), "text/plain; charset=Shift_JIS"))
        self.assertEqual(self.newest()["rule"], "labels")

    def test_other_japanese_charsets_are_read(self):
        for coding, charset in (("euc_jp", "euc-jp"), ("iso2022_jp", "iso-2022-jp"), ("utf_16", "utf-16"), ("utf_16_le", "utf-16le"), ("utf_32", "utf-32"), ("cp932", "cp932")):
            with self.subTest(coding):
                self.assertIsNone(self.sent("【社外秘】来期の計画".encode(coding), f"text/plain; charset={charset}"))
                self.assertEqual((self.newest()["reason"], self.newest()["rule"]), ("data", "labels"))

    def test_json_in_utf16_is_read_and_masked(self):
        text = json.dumps({"messages": [{"role": "user", "content": f"番号 {CARD}"}]}, ensure_ascii=False)
        got = self.sent(text.encode("utf-16"), "application/json", path="/v1/chat/completions")
        self.assertEqual(got.decode("utf-16"), text.replace(CARD, MASK.decode()))

    def test_data_urls_of_text_are_read_and_pictures_are_not_called_read(self):
        import base64
        part = {"type": "image_url", "image_url": {"url": "data:text/plain;base64," + base64.b64encode(TOKEN.encode()).decode()}}
        body = json.dumps({"messages": [{"role": "user", "content": [part]}]}).encode()
        self.assertIsNone(self.sent(body, "application/json", path="/v1/chat/completions"))
        self.assertEqual(self.newest()["rule"], "secrets")
        part["image_url"]["url"] = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(200)).decode()
        body = json.dumps({"messages": [{"role": "user", "content": [part]}]}).encode()
        self.assertIsNone(self.sent(body, "application/json", path="/v1/chat/completions"))
        self.assertEqual((self.newest()["reason"], self.newest()["coverage"], self.newest()["skipped"]),
                         ("uninspected", "partly", ["body:/messages/0/content/0/image_url/url:image/png"]))

    def test_bodies_on_any_method_are_read(self):
        for method in ("GET", "DELETE", "PUT", "PATCH"):
            with self.subTest(method):
                self.assertIsNone(self.sent(chat(TOKEN), "application/json", method=method, path="/v1/x"))
                self.assertEqual(self.newest()["rule"], "secrets")

    def test_empty_bodies_pass(self):
        for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain; charset=shift_jis"):
            self.assertEqual(self.sent(b"", kind), b"")
            self.assertEqual(self.newest()["coverage"], "no_body")

    def test_lone_surrogates_pass_untouched(self):
        body = rb'{"messages":[{"role":"user","content":"a \ud800 b \udc00 c"}]}'
        self.assertEqual(self.sent(body, "application/json", path="/v1/chat/completions"), body)

    def test_gemini_web_form_is_read_in_its_levels(self):
        from urllib.parse import quote
        inner = json.dumps([[f"番号 {CARD}"], ["ja"]], ensure_ascii=False)
        body = ("f.req=" + quote(json.dumps([None, inner])) + "&at=x").encode()
        got = self.sent(body, "application/x-www-form-urlencoded;charset=UTF-8", path="/x")
        self.assertNotIn(quote(CARD).encode(), got)
        from urllib.parse import parse_qs
        outer = json.loads(parse_qs(got.decode())["f.req"][0])
        self.assertEqual(json.loads(outer[1]), [[f"番号 {MASK.decode()}"], ["ja"]])


class ReadingAllowed(ProxyCase):
    """`uninspected: allow`: what was not read passes, what was read is judged."""

    @classmethod
    def setUpClass(cls):
        from harness import POLICY
        cls.GATEWAY = {"policy": re.sub(r"(?m)^uninspected:.*\n", "", POLICY.format(extra="")) + "uninspected: allow\n"}
        super().setUpClass()

    def test_picture_passes_and_is_recorded_as_not_read(self):
        body, kind = form(('name="file"; filename="a.png"\r\nContent-Type: image/png', b"\x89PNG\r\n\x1a\n\x00"), ('name="prompt"', b"a cat"))
        self.assertEqual(self.ask(request(body, kind)).status, 200)
        self.assertEqual(self.arrived()[0].body, body)
        self.assertEqual((self.newest()["verdict"], self.newest()["coverage"], self.newest()["skipped"]), ("allow", "partly", ["body:part:file:image/png"]))

    def test_text_beside_a_picture_is_still_judged(self):
        body, kind = form(('name="file"; filename="a.png"\r\nContent-Type: image/png', b"\x89PNG\r\n\x1a\n\x00"), ('name="prompt"', TOKEN.encode()))
        self.assertEqual(self.ask(request(body, kind)).status, 400)
        self.assertEqual(self.newest()["rule"], "secrets")

    def test_json_called_a_picture_is_judged(self):
        self.assertEqual(self.ask(request(chat(TOKEN), "image/png")).status, 400)
        self.assertEqual(self.newest()["rule"], "secrets")
