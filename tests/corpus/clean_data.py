"""Pasted data in which nothing is to be found: logs, tables of figures, identifiers, URLs, pictures and documents in base64, answers of APIs."""

import base64
import json
import uuid
import zlib

import values_secret as secret
from clean_code import ACTIONS, NOUNS, b64, hexes
from clean_prose import GOODS, PLACES, TEAMS


def a_uuid(r):
    return str(uuid.UUID(int=r.getrandbits(128), version=4))


def moment(r):
    return f"2026-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}T{r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}.{r.randrange(1000):03d}Z"


def app_log(r):
    return "このログの異常を探して\n" + "\n".join(f"{moment(r)} {r.choice(('INFO', 'WARN', 'DEBUG', 'ERROR'))} [{r.choice(NOUNS)}-{r.randrange(16)}] request_id={a_uuid(r)} path=/{r.choice(NOUNS)}s/{r.randrange(10**6)} status={r.choice((200, 204, 404, 500))} bytes={r.randrange(10**6)} ms={r.randrange(900)}.{r.randrange(10)}" for _ in range(r.randrange(4, 12)))


def access_log(r):
    return "Summarise the traffic\n" + "\n".join(f'203.0.113.{r.randrange(1, 254)} - - [{r.randrange(10, 28)}/Nov/2026:{r.randrange(10, 23)}:{r.randrange(10, 59)}:{r.randrange(10, 59)} +0900] "GET /{r.choice(NOUNS)}/{r.randrange(10**5)}?page={r.randrange(99)} HTTP/1.1" {r.choice((200, 301, 304, 404))} {r.randrange(10**6)} "-" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1{r.randrange(20, 45)}.0.0.0 Safari/537.36"' for _ in range(r.randrange(3, 9)))


def syslog(r):
    return "\n".join(f"Nov {r.randrange(10, 28)} {r.randrange(10, 23)}:{r.randrange(10, 59)}:{r.randrange(10, 59)} host{r.randrange(20)} systemd[{r.randrange(1, 99999)}]: {r.choice(NOUNS)}.service: Main process exited, code=exited, status={r.randrange(256)}" for _ in range(r.randrange(3, 9))) + "\n原因は?"


def kernel(r):
    return "What hardware is this?\n" + "\n".join(f"[{r.randrange(9999):5d}.{r.randrange(10**6):06d}] pci 0000:{hexes(r, 2)}:{hexes(r, 2)}.{r.randrange(8)}: BAR {r.randrange(6)}: [mem 0x{hexes(r, 16)}-0x{hexes(r, 16)} 64bit pref]" for _ in range(r.randrange(3, 9)))


def sales_csv(r):
    return "売上の傾向を分析して\n年月,商品,拠点,数量,単価,金額\n" + "\n".join(f"2026/{r.randrange(1, 13):02d},{r.choice(GOODS)},{r.choice(PLACES)},{(n := r.randrange(1, 9999))},{(p := r.randrange(100, 90000))},{n * p}" for _ in range(r.randrange(5, 25)))


def sales_tsv(r):
    return "Make a chart description\nmonth\tregion\tunits\trevenue\tmargin\n" + "\n".join(f"2026-{m:02d}\t{r.choice(('north', 'south', 'east', 'west'))}\t{r.randrange(10**5)}\t{r.randrange(10**8)}\t{r.random():.6f}" for m in range(1, r.randrange(5, 13)))


def stock_table(r):
    return f"表を見やすく\n| 商品コード | 商品名 | JAN | 在庫 | 棚 |\n|---|---|---|---|---|\n" + "\n".join(f"| G-{r.randrange(10**4, 10**5)} | {r.choice(GOODS)} | 49{r.randrange(10**10, 10**11)} | {r.randrange(9999)} | {r.choice('ABCDEF')}-{r.randrange(99):02d}-{r.randrange(9)} |" for _ in range(r.randrange(3, 10)))


def measurements(r):
    return "Fit a line to:\n" + "\n".join(f"{r.uniform(-180, 180):.8f}, {r.uniform(-90, 90):.8f}, {r.uniform(0, 1):.17f}" for _ in range(r.randrange(5, 25)))


def geo(r):
    return "距離を計算して\n" + "\n".join(f"緯度{r.uniform(24, 45):.6f} 経度{r.uniform(123, 145):.6f} 標高{r.randrange(3000)}m" for _ in range(r.randrange(2, 9)))


def uuids(r):
    return r.choice(("Deduplicate:\n", "重複を除いて:\n", "Sort these ids\n")) + "\n".join(a_uuid(r) for _ in range(r.randrange(4, 20)))


def hashes(r):
    n = r.choice((32, 40, 64, 128))
    return f"Which of these {n * 4}-bit digests repeat?\n" + "\n".join(f"{hexes(r, n)}  {r.choice(NOUNS)}-{r.randrange(99)}.tar.gz" for _ in range(r.randrange(3, 12)))


def urls(r):
    return r.choice(("リンク切れを調べる方法は?\n", "Which of these are product pages?\n")) + "\n".join(f"https://www.hanbai.jp/{r.choice(NOUNS)}/{r.randrange(10**7)}/{r.choice(ACTIONS)}-{r.choice(NOUNS)}?utm_source=mail&utm_campaign=2026_{r.choice(NOUNS)}&v={hexes(r, 12)}#s{r.randrange(99)}" for _ in range(r.randrange(2, 10)))


def urls_ja(r):
    return "このURLは何のページ?\nhttps://ja.wikipedia.org/wiki/" + "".join(f"%{b:02X}" for b in r.choice(("緑茶", "京都府", "数学", "新幹線", "日本語", "東京都", "冷凍食品")).encode()) + f"?oldid={r.randrange(10**7, 10**8)}"


def picture(r):
    pixels = bytes(r.randrange(256) for _ in range(r.randrange(300, 2000)))
    data = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(r.randrange(256) for _ in range(13)) + zlib.compress(pixels)
    return f"What is wrong with this image?\n<img alt=\"chart\" src=\"data:image/png;base64,{base64.b64encode(data).decode()}\">"


def font(r):
    return "@font-face { font-family: x; src: url(data:font/woff2;base64,d09GMgABAAAAA" + base64.b64encode(r.randbytes(r.randrange(200, 1200))).decode() + ") format('woff2'); }"


def jpeg_lines(r):
    data = base64.b64encode(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + r.randbytes(r.randrange(400, 1500))).decode()
    return "添付の中身です。種類は?\nContent-Transfer-Encoding: base64\n\n" + "\n".join(data[i:i + 76] for i in range(0, len(data), 76))


def certificate(r):
    data = base64.b64encode(b"\x30\x82\x03\x55\x30\x82\x02\x3d\xa0\x03\x02\x01\x02\x02\x14" + r.randbytes(r.randrange(500, 900))).decode()
    return "この証明書の読み方を教えて\n-----BEGIN CERTIFICATE-----\n" + "\n".join(data[i:i + 64] for i in range(0, len(data), 64)) + "\n-----END CERTIFICATE-----"


def public_key(r):
    return f"authorized_keys の書式は?\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ{b64(r, 380).rstrip('=')} build@host\nfingerprint SHA256:{b64(r, 32).rstrip('=')}"


def api_answer(r):
    return "Explain each field:\n" + json.dumps({"id": f"{r.choice(NOUNS)}_{hexes(r, 24)}", "object": r.choice(NOUNS), "created": 17 * 10**8 + r.randrange(10**8), "etag": hexes(r, 32), "amount": r.randrange(10**6), "currency": "jpy", "next_page_token": None,
                                                "usage": {"prompt_tokens": r.randrange(9999), "completion_tokens": r.randrange(9999)}, "trace_id": a_uuid(r), "version": f"{r.randrange(9)}.{r.randrange(99)}.{r.randrange(99)}"}, indent=2, ensure_ascii=False)


def geojson(r):
    return json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [r.uniform(123, 145), r.uniform(24, 45)]}, "properties": {"name": r.choice(PLACES), "pop": r.randrange(10**6)}} for _ in range(r.randrange(2, 6))]},
                      ensure_ascii=False)


def openapi(r):
    n = r.choice(NOUNS)
    return f"openapi: 3.1.0\ninfo: {{ title: {n} API, version: {r.randrange(9)}.{r.randrange(20)}.0 }}\npaths:\n  /{n}s/{{id}}:\n    get:\n      security: [{{ bearerAuth: [] }}]\n      parameters:\n        - {{ name: id, in: path, required: true, schema: {{ type: integer, maximum: {r.randrange(10**9)} }} }}\ncomponents:\n  securitySchemes:\n    bearerAuth: {{ type: http, scheme: bearer, bearerFormat: JWT }}\n# 説明文を書いて"


def metrics(r):
    return "Which alert would you write?\n" + "\n".join(f'http_requests_total{{code="{r.choice((200, 404, 500))}",path="/{r.choice(NOUNS)}"}} {r.randrange(10**12)}\nhttp_seconds_bucket{{le="0.{r.randrange(10, 99)}"}} {r.uniform(0, 10**6):.9e} {17 * 10**11 + r.randrange(10**10)}' for _ in range(r.randrange(3, 9)))


def hexdump(r):
    lines = []
    for at in range(0, r.randrange(4, 12) * 16, 16):
        row = r.randbytes(16)
        lines.append(f"{at:08x}: {row.hex(' ', -2)}  " + "".join(chr(b) if 32 <= b < 127 else "." for b in row))
    return "この形式は何?\n" + "\n".join(lines)


def ids_csv(r):
    return "件数を数えて\n注文番号,受注日,状態,配送業者\n" + "\n".join(f"H{r.randrange(10**9, 10**10)},2026/{r.randrange(1, 13):02d}/{r.randrange(1, 29):02d},{r.choice(('出荷済', '準備中', '返品'))},{r.choice(('宅配便', '路線便', '郵送'))}" for _ in range(r.randrange(4, 16)))


def accounting(r):
    return "仕訳の誤りを探して\n日付,借方科目,借方金額,貸方科目,貸方金額,摘要\n" + "\n".join(f"2026/{r.randrange(1, 13)}/{r.randrange(1, 29)},{r.choice(('消耗品費', '旅費交通費', '仕入高', '普通預金'))},{(n := r.randrange(100, 10**7))},{r.choice(('現金', '普通預金', '買掛金', '未払金'))},{n},{r.choice(GOODS)}" for _ in range(r.randrange(4, 14)))


def timetable(r):
    return "当番表を作り直して\n" + "\n".join(f"{r.randrange(1, 13)}/{d}（{'月火水木金'[d % 5]}） {r.randrange(8, 12)}:{r.choice(('00', '15', '30'))}-{r.randrange(13, 19)}:00 {r.choice(TEAMS)} {r.choice(PLACES)}" for d in range(1, r.randrange(5, 20)))


def survey(r):
    return "自由回答を分類して\n" + "\n".join(f"Q{r.randrange(1, 9)}-{i}: {r.choice(('配送が早くて助かりました', '箱が大きすぎる', '色の種類を増やしてほしい', '電話がつながりにくい', '説明書の字が小さい', '店員さんが親切', '値段が高い'))}（{r.randrange(10, 80)}代・{r.randrange(1, 6)}点）" for i in range(r.randrange(5, 20)))


def dates(r):
    return r.choice(("祝日を除いた営業日数は?\n", "Convert to ISO week numbers:\n")) + "\n".join(r.choice((f"20{r.randrange(20, 30)}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}", f"令和{r.randrange(2, 9)}年{r.randrange(1, 13)}月{r.randrange(1, 29)}日", f"{r.randrange(1, 13)}/{r.randrange(1, 29)}/20{r.randrange(20, 30)}",
                                                                                                           f"2026{r.randrange(1, 13):02d}{r.randrange(1, 29):02d}{r.randrange(24):02d}{r.randrange(60):02d}{r.randrange(60):02d}")) for _ in range(r.randrange(4, 14)))


def versions(r):
    return "互換性のある組み合わせは?\n" + "\n".join(f"{r.choice(NOUNS)} {r.randrange(30)}.{r.randrange(30)}.{r.randrange(300)}.{r.randrange(300, 99999)} (build {r.randrange(10**5)}, {hexes(r, 7)})" for _ in range(r.randrange(3, 9)))


def embeddings(r):
    return "vector = [" + ", ".join(f"{r.uniform(-1, 1):.16f}" for _ in range(r.randrange(20, 80))) + "]\nnormalise it"


def column_of_four(r):
    """Figures of four digits under or beside each other are no card and no My Number."""
    n = r.choice((2400, 2600, 3500, 4100, 5200, 6500))
    figures = sorted(r.randrange(n, n + 900) for _ in range(r.randrange(20, 120)))
    joiner = r.choice(("\n", " ", "\t", "\n", "  "))
    return r.choice(("欠番を探して\n", "Sum these:\n", "次の数列の規則は?\n")) + joiner.join(map(str, figures))


def matrix(r):
    return "行列の積を計算して\n" + "\n".join(" ".join(str(r.randrange(1000, 10000)) for _ in range(r.choice((3, 4, 5, 6)))) for _ in range(r.randrange(3, 9)))


def weights(r):
    return "What is this file?\n" + "\n".join(f"{r.randrange(256, 9999):04X} {r.randrange(256, 9999):04X} ; [.{r.randrange(1000, 9999)}.{r.randrange(10, 99):04d}.{r.randrange(1, 9):04d}] # LATIN LETTER" for _ in range(r.randrange(4, 14)))


def years(r):
    first = r.randrange(1950, 2000)
    return "グラフの横軸です\n" + r.choice((" ", ",", "\n", "\t")).join(str(y) for y in range(first, first + r.randrange(12, 40)))


def statistics(r):
    return "Interpret the table\n" + "\n".join("  ".join(f"{r.randrange(10**k):>{k + 1},}" for k in (3, 4, 6, 7, 4)) + f"  {r.uniform(0, 100):.2f}%" for _ in range(r.randrange(4, 15)))


KINDS = [column_of_four, matrix, weights, years, statistics, app_log, access_log, syslog, kernel, sales_csv, sales_tsv, stock_table, measurements, geo, uuids, hashes, urls, urls_ja, picture, font, jpeg_lines, certificate, public_key, api_answer, geojson, openapi, metrics, hexdump, ids_csv, accounting, timetable,
         survey, dates, versions, embeddings]
assert len({k.__name__ for k in KINDS}) == len(KINDS)
