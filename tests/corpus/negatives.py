"""Hard negatives: what looks like a finding and is none. Each kind is named after what it is taken for."""

import base64
import hashlib
import uuid

import carriers as c
import values_jp as jp
import values_secret as secret
import values_world as world
from carriers import Spec
from writing import Mark


def off_by_one(rng, number, place=-1):
    place %= len(number)
    return number[:place] + str((int(number[place]) + rng.randrange(1, 10)) % 10) + number[place + 1:]


def wrong_card(rng):
    n = off_by_one(rng, world.card(rng))
    return rng.choice((n, world.card_grouped(n, " "), world.card_grouped(n, "-")))


def wrong_my_number(rng):
    while True:
        n = off_by_one(rng, jp.my_number(rng))
        # Two of eleven remainders share the check digit 0; a licence's check may hold by chance.
        if jp.my_number_check(n[:11]) != int(n[11]) and not jp.license_checked(n):
            return rng.choice((n, jp.grouped(n, (4, 4, 4), "-"), jp.grouped(n, (4, 4, 4), " ")))


def wrong_license(rng):
    while True:
        n = off_by_one(rng, jp.driver_license(rng), 10)
        if not jp.license_checked(n) and jp.my_number_check(n[:11]) != int(n[11]):
            return n


def wrong_corporate(rng):
    n = jp.corporate_number(rng)
    return str(int(n[0]) % 9 + 1) + n[1:]


def wrong_insurer(rng):
    return off_by_one(rng, jp.insurer_number(rng))


def wrong_iban(rng):
    n = world.iban(rng)
    n = n[:2] + f"{(int(n[2:4]) + rng.randrange(1, 90)) % 97:02d}" + n[4:]
    return rng.choice((n, world.in_fours(n)))


def jan(rng):
    body = rng.choice(("45", "49")) + jp.digits(rng, 10)
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return body + str(-total % 10)


def imei(rng):
    body = "35" + jp.digits(rng, 12)
    return body + jp.luhn_digit(body)


def iccid(rng):
    body = "8981" + jp.digits(rng, 14)
    return body + jp.luhn_digit(body)


def hexes(rng, count):
    return secret.chars(rng, secret.HEX, count)


def a_uuid(rng):
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def stamp(rng):
    return f"2026{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}{rng.randrange(0, 24):02d}{rng.randrange(0, 60):02d}"


def order(rng):
    """A number of 12 or 16 digits that no check digit takes for a card or a My Number."""
    while True:
        n = jp.digits(rng, rng.choice((12, 16)), "123456789")
        if len(n) == 16 and jp.luhn_digit(n[:-1]) != n[-1]:
            return rng.choice((n, jp.grouped(n, (4, 4, 4, 4), "-")))
        if len(n) == 12 and jp.my_number_check(n[:11]) != int(n[11]) and not jp.license_checked(n):
            return rng.choice((n, jp.grouped(n, (4, 4, 4), "-")))


# kind -> (spec, maker): the value stands with these words in sentences, tables, data and logs.
LABELLED = {
    "credit_card/wrong_check": (Spec(["カード番号", "クレジットカード"], ["card number", "Card No."], "card_number"), wrong_card),
    "credit_card/member": (Spec(["会員番号", "ポイントカード会員番号", "お客様番号"], ["member number", "loyalty id"], "member_no"), order),
    "credit_card/jan": (Spec(["JANコード", "商品コード", "バーコード"], ["JAN", "barcode", "EAN"], "jan"), jan),
    "credit_card/imei": (Spec(["IMEI", "端末識別番号"], ["IMEI", "device imei"], "imei"), imei),
    "credit_card/iccid": (Spec(["SIMカードのICCID", "ICCID"], ["ICCID", "SIM id"], "iccid"), iccid),
    "my_number/wrong_check": (Spec(["マイナンバー", "個人番号"], ["My Number", "individual number"], "my_number"), wrong_my_number),
    "my_number/parcel": (Spec(["送り状番号", "お問い合わせ伝票番号", "追跡番号"], ["tracking number", "waybill"], "tracking_no"), order),
    "my_number/timestamp": (Spec(["受付日時", "処理日時"], ["timestamp", "created"], "created_at"), stamp),
    "my_number/aws_account": (Spec(["AWSアカウントID"], ["AWS account id", "AccountId"], "account_id"), lambda r: jp.my_number(r)),
    "corporate/wrong_check": (Spec(["法人番号"], ["corporate number"], "corporate_number"), wrong_corporate),
    "corporate/ms": (Spec(["ミリ秒時刻", "epoch"], ["epoch ms", "ts"], "ts"), lambda r: "17" + jp.digits(r, 11)),
    "license/wrong_check": (Spec(["運転免許証番号", "免許証番号"], ["driver's license number"], "driver_license"), wrong_license),
    "insurer/wrong_check": (Spec(["保険者番号"], ["insurer number"], "insurer_number"), wrong_insurer),
    "iban/wrong_check": (Spec(["IBAN"], ["IBAN", "iban number"], "iban"), wrong_iban),
    "pension/free_dial": (Spec(["フリーダイヤル", "お客様相談室"], ["toll free", "customer desk"], "free_dial"), lambda r: "0120-" + jp.digits(r, 6)),
    "pension/part": (Spec(["部品番号", "品番", "型式"], ["part number", "part no."], "part_no"), lambda r: jp.digits(r, 4, "12345") + "-" + jp.digits(r, 6)),
    "phone/order": (Spec(["注文番号", "受注番号"], ["order number", "order id"], "order_no"),
                    lambda r: "03-" + jp.digits(r, 4) + "-" + jp.digits(r, 6)),
    "phone/model": (Spec(["型番", "品番"], ["model no.", "part no."], "model"), lambda r: f"TX-0{jp.digits(r, 2)}-{jp.digits(r, 5)}B"),
    "phone/date": (Spec(["納品日", "更新日", "発行日"], ["delivery date", "released"], "delivered"),
                   lambda r: f"20{r.randrange(20, 27)}-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}"),
    "phone/isbn": (Spec(["ISBN"], ["ISBN"], "isbn"), lambda r: f"978-4-{jp.digits(r, 2)}-{jp.digits(r, 6)}-{jp.digits(r, 1)}"),
    "phone/offset": (Spec(["時刻", "開始時刻"], ["start", "time"], "start"), lambda r: f"2026-11-{r.randrange(10, 29)}T{r.randrange(10, 24)}:30:00+09:00"),
    "dob/other_date": (Spec(["契約日", "入社日", "有効期限", "締切", "発売日"], ["due date", "start date", "expires", "release date"], "due_date"), jp.birth_date),
    "passport/part": (Spec(["部品番号", "ロット番号", "管理番号"], ["lot number", "part number", "asset tag"], "lot"), lambda r: "TX" + jp.digits(r, 7)),
    "residence/part": (Spec(["シリアル番号", "製造番号"], ["serial number", "S/N"], "serial"),
                       lambda r: secret.chars(r, secret.UPPER, 3) + jp.digits(r, 8) + secret.chars(r, secret.UPPER, 3)),
    "ssn/part": (Spec(["品番", "部品コード"], ["part number", "SKU"], "sku"), lambda r: f"{r.choice(('000', '666', '912'))}-{jp.digits(r, 2)}-{jp.digits(r, 4)}"),
    "ssn/specimen": (Spec(["SSNの例"], ["SSN format", "sample SSN"], "ssn_sample"), lambda r: r.choice(("078-05-1120", "123-45-6789", "219-09-9999"))),
    "bank/postcode": (Spec(["郵便番号"], ["postal code", "zip"], "postal_code"), jp.postcode),
    "bank/order": (Spec(["注文番号", "受付番号", "問合せ番号"], ["order no.", "ticket"], "ticket_no"), lambda r: jp.digits(r, 7, "123456789")),
    "ip/version": (Spec(["バージョン", "ファームウェア"], ["version", "firmware version"], "version"), lambda r: f"10.{r.randrange(0, 20)}.{r.randrange(0, 9)}.{r.randrange(1, 99)}"),
    "ip/public": (Spec(["DNSサーバー", "公開アドレス"], ["public resolver", "documentation address"], "resolver"),
                  lambda r: r.choice(("8.8.8.8", "1.1.1.1", f"203.0.113.{r.randrange(1, 254)}", f"198.51.100.{r.randrange(1, 254)}", "127.0.0.1", "0.0.0.0"))),
    "email/reserved": (Spec(["メールの例", "サンプル"], ["sample address", "e.g."], "sample"),
                       lambda r: r.choice(("user", "taro", "info", "alice", "test")) + "@" + r.choice(("example.com", "example.org", "example.net", "mail.example", "host.test",
                                                                                                     "b.invalid"))),
    "email/noreply": (Spec(["送信元"], ["sender", "committer"], "sender"),
                      lambda r: r.choice(("noreply@", "no-reply@", "donotreply@")) + r.choice(world.COMPANIES) + ".co.jp"),
    "iban/specimen": (Spec(["IBANの例"], ["sample IBAN", "IBAN format"], "iban_sample"),
                      lambda r: r.choice(("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "GB82 WEST 1234 5698 7654 32"))),
    "my_number/specimen": (Spec(["個人番号の記入例"], ["sample My Number"], "sample_number"), lambda r: r.choice(("123456789018", "1234-5678-9012", "000000000000", "111111111111"))),
    "secret/commit": (Spec(["コミット", "リビジョン"], ["commit", "revision", "git sha"], "commit"), lambda r: hexes(r, 40)),
    "secret/digest": (Spec(["チェックサム", "ハッシュ値"], ["sha256", "checksum", "etag", "digest"], "sha256"), lambda r: hexes(r, 64)),
    "secret/md5": (Spec(["MD5", "ETag"], ["md5", "content hash"], "md5"), lambda r: hexes(r, 32)),
    "secret/uuid": (Spec(["リクエストID", "トレースID"], ["request id", "trace id", "correlation id"], "request_id"), a_uuid),
    "secret/public_key": (Spec(["公開鍵", "公開キー"], ["public key", "publishable key"], "public_key"), lambda r: secret.chars(r, secret.ALNUM, 43) + "="),
    "secret/stripe_publishable": (Spec(["公開可能キー"], ["publishable key"], "stripe_publishable"), lambda r: "pk" "_live_" + secret.chars(r, secret.ALNUM, 24)),
    "secret/key_name": (Spec(["キー名", "シークレット名"], ["secret name", "key name"], "secret_name"),
                        lambda r: r.choice(("prod/kaikei/db-password", "OPENAI_API_KEY", "github-actions-deploy-token", "NEXUS_SIGNING_KEY_V2", "my-app-client-secret-2026"))),
    "secret/aws_sample": (Spec(["アクセスキーの例"], ["sample access key"], "sample_key"), lambda r: "AKIA" "IOSFODNN7EXAMPLE"),
    "secret/cache_key": (Spec(["キャッシュキー"], ["cache key", "cache-key"], "cache_key"), lambda r: "v3-" + r.choice(("linux", "node", "gradle")) + "-" + hexes(r, 40)),
    "password/placeholder": (Spec(["パスワード", "初期パスワード"], ["password", "api key", "token"], "password"),
                             lambda r: r.choice(("********", "<your-password>", "${DB_PASSWORD}", "{{ password }}", "changeme", "xxxxxxxxxxxx", "YOUR_API_KEY", "your-token-here",
                                                 "$DB_PASSWORD", "%s", "•••••••••", "(非表示)", "[REDACTED]"))),
}


FORMS = [c.ja_sentence, c.en_sentence, c.csv_ja, c.csv_en, c.markdown, c.json_object, c.yaml, c.log, c.python]


def add_labelled(rng, corpus, each):
    for kind, (spec, make) in LABELLED.items():
        made = tries = 0
        while made < each and tries < 20 * each:
            form = FORMS[tries % len(FORMS)]
            tries += 1
            marks = [Mark(make(rng)) for _ in range(rng.randrange(2, 5) if form in c.MANY else 1)]
            text, _ = form(rng, spec, marks)
            made += corpus.add("negative", kind, text)


CODE = [
    "password = os.environ[\"DB_PASSWORD\"]", "const password = process.env.API_PASSWORD ?? '';", "secret: str = Field(default=None, description=\"client secret\")",
    "def login(user: str, password: str, otp: str | None = None) -> Session:", "String password = request.getParameter(\"password\");", "var token = await tokenProvider.GetTokenAsync(scope);",
    "if (password.length < 8) throw new Error('password too short');", "api_key = config.get('api_key')", "export TOKEN=$(vault kv get -field=token secret/app)",
    "<input type=\"password\" name=\"password\" autocomplete=\"current-password\">", "password: ${{ secrets.DB_PASSWORD }}", "  - name: API_TOKEN\n    valueFrom:\n      secretKeyRef:\n        name: app-secrets\n        key: api-token",
    "apiKey: getApiKey(user.id),", "ALTER USER app WITH PASSWORD :new_password;", "PasswordAuthentication no", "token = tokenizer.encode(text, add_special_tokens=False)",
    "max_tokens: 4096", "keyboard_shortcut = \"ctrl+shift+p\"", "primary_key = (\"tenant_id\", \"created_at\")", "foreign_key: orders.customer_reference_identifier",
    "monkeypatch.setenv(\"SECRET\", \"x\")", "authorization_endpoint: https://login.hanbai.jp/oauth2/authorize", "tokenizationId: '43345312e38ed92e91d813efba995530',",
    "secretName: tls-wildcard-certificate-2026", "<div class=\"sk-chasing-dot sk-fading-circle-container\">", "from tasks import risk_assessment_for_disk_encryption",
    "パスワードは12文字以上で、英大文字・小文字・数字・記号を含めてください。", "パスワードを忘れた場合は再設定画面へ進んでください。", "パスワード：半角英数字8文字以上を入力してください", "暗証番号は4桁の数字です。", "The password must contain a number and a symbol.",
    "Forgot your password? Reset it here.", "password: required, string, min 12 characters", "[mysqld]\npassword_history = 5\npassword_reuse_interval = 365",
    "@app.route('/x') def view(): return jsonify(token=None)", "npm i @types/node@20.11.5 react@18.2.0 @babel/core@7.24.0", "git clone git@github.com:aozora/widgets.git", "ssh deploy@build01.internal.example uptime",
    "<img src='logo@2x.png' srcset='logo@3x.png 3x'>", "const [user, setUser] = useState(null); // @deprecated use account@v2", "Co-authored-by: Bot <49699333+bot[bot]@users.noreply.github.com>",
    "curl https://login:password@api.vendor.example/v1", "postgres://user:password@localhost:5432/app", "mysql://root:${MYSQL_PASSWORD}@db:3306/app", "redis://localhost:6379/0", "amqp://guest:guest@localhost:5672/",
    "mongodb://<user>:<password>@cluster0.example.mongodb.net/test", "Server=localhost;Database=app;Integrated Security=true;", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAx4\n-----END PUBLIC KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\n(ここに鍵を貼り付け)\n-----END RSA PRIVATE KEY-----", "grep -r 'BEGIN RSA PRIVATE KEY' .", "hooks.slack" ".com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "ghp" "_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk" "-your-api-key-here", "Authorization: Bearer <token>", "Authorization: Bearer $ACCESS_TOKEN", "xox" "b-your-token", "AIza" "...",
]
SENTENCES = [
    "機密保持契約書のひな形を作ってください。", "秘密保持契約(NDA)の締結フローを説明して。", "社外秘とは何ですか。部外秘との違いも教えて。", "「社外秘」と記載する基準を社内規程にまとめたい。", "文書管理規程では、極秘・社外秘・一般の3区分を定める。",
    "A confidential client can keep a secret; a public client cannot.", "Azure confidential computing と通常のVMの違いを教えて", "\"Confidential Information\" means any information disclosed by either party.",
    "This e-mail may contain confidential information. If you are not the intended recipient, please delete it.", "※本メールには機密情報が含まれる場合があります。誤送信の際は破棄してください。", "Our proprietary blend of spices makes it unique.",
    "The restricted area opens at nine.", "#define DVD_CGMS_RESTRICTED 3", "if the _POSIX_CHOWN_RESTRICTED option is set, chown fails", "These callbacks are for internal use only and may change at any time.",
    "This package is for internal use only; do not import it from other modules.", "GNU software is not proprietary: you may share it.", "access: restricted | public", "visibility = \"confidential\"", "class RestrictedPython: pass",
    "Trade Secret Law for Engineers, second edition", "部外者秘密基地という絵本", "秘密の質問を設定してください。", "丸秘テクニックを教えて", "What does TLP:RED mean compared with TLP:GREEN?", "営業秘密の三要件を判例とともに説明してください。", "インサイダー情報の定義を教えてください。", "転載禁止の画像を使うとどんな問題がありますか。",
    "The document discusses how trade secret law differs between states.", "confidentiality and integrity are two of the three goals", "取扱注意の荷札の貼り方を教えて", "秘密鍵と公開鍵の違いを中学生にも分かるように説明して",
    "千葉県と長野県の観光地を比べて", "森さんぽのコースを教えて", "お客様各位\n\n平素より格別のお引き立てを賜り、厚く御礼申し上げます。", "皆様のご意見をお待ちしております。", "神様、仏様、稲尾様と呼ばれた由来は?", "奥様向けの企画と旦那様向けの企画を3つずつ",
    "店長さんと運転手さんに聞き取りをしました。", "同様の仕様で模様を変えたものを作りたい", "有様を見て、多様な意見が出た。", "ご担当者様\n\n突然のご連絡失礼いたします。", "関係者の皆さまへ 集合時刻の変更について", "社長、部長、先生、医者さんの呼び方の違い",
    "両氏の主張を比較して。摂氏と華氏の換算も。", "彼氏へのプレゼントは何がいい?", "お母さん、お父さん、おじいさんの呼び方", "佐藤錦の旬はいつですか", "本田技研工業と鈴木商店の歴史", "松本市から高山市までのバス", "山口県の人口と石川県の面積は?",
    "王様と私のあらすじ", "宮崎駅の近くで昼食", "氏名欄は空白にしないでください。", "氏名：　　　　　　　印", "名前: ____________", "お名前（必須）\nフリガナ（必須）", "担当者：未定", "担当：経理部", "氏名: ○○ ○○", "宛名：御中で良いですか",
    "東京都と大阪府の人口比を教えて", "東京都の天気", "〒マークの出し方は?", "住所：都道府県から入力してください", "京都府内の会議室を探して", "住所は省略します。", "1-2-3のステップで説明して", "3丁目の夕日という映画", "新宿区の保育園の数",
    "電話番号の正規表現を書いて。0から始まり10桁か11桁。", "TEL: 0120-000-000", "電話：03-0000-0000（記入例）", "090-0000-0000 のように入力", "生年月日の入力欄をカレンダーにしたい。", "生年月日: YYYY/MM/DD", "誕生日は毎年やってくる。2026年11月25日に発売。",
    "+1 for this proposal", "diff: +123 -45", "Call 555-0123 in the movie.", "+09:00 は日本の時差です", "The ratio is 0.4539148803436467 exactly.", "π = 3.14159265358979323846264338327950288", "https://shop.hanbai.jp/item/4901234567894?ref=1700000000000",
    "[4539, 1488, 343, 6467] を並べ替えて", "arn:aws:iam::217421809673:role/deploy", "OID 1.3.6.1.4.1.311.21.20", "pip install torch==10.0.2.1", "v10.12.3.4 をリリース", "fe80 という型番", "電話会議は10.30から", "在留カードの更新手続きを教えてください。", "在留カード番号の見本は AB12345678CD です。",
    "パスポートの申請に必要な書類は?", "基礎年金番号はどこで確認できますか", "保険者番号とは何の番号ですか", "口座番号を間違えた場合の組戻しの手順", "普通預金と当座預金の違い", "ゆうちょの記号と番号の調べ方", "免許証番号の12桁の意味は?",
]


# What the makers print in their own documents.
SPECIMENS = [
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" "EXAMPLEKEY", "aws_access_key_id = AKIA" "I44QH8DHBEXAMPLE",
    "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw" "==;",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9" ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ" ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "旅券番号の記入例 TK1234567", "在留カード番号（見本）AB12345678CD", "個人番号（記入例） 1234 5678 9012", "IBAN example: GB82 WEST 1234 5698 7654 32", "SSN 078-05-1120 was printed in a wallet advertisement.",
    "電話番号（例）：03-0000-0000", "携帯電話（記入例）090-0000-0000", "Telephone: +1 212-555-0123 (fictional)", "メール：user@example.co.jp（例）", "mailto:info@example.com", "2001:db8::1 and 192.0.2.10 are for documentation",
]


def add_fixed(rng, corpus):
    for text in SPECIMENS:
        corpus.add("negative", "specimen", text)
        corpus.add("negative", "specimen", "この書式で合っていますか: " + text)
    for text in CODE:
        corpus.add("negative", "code", text)
        corpus.add("negative", "code", f"このコードを説明して:\n```\n{text}\n```\n")
    for text in SENTENCES:
        corpus.add("negative", "sentence", text)
    for first, second in zip(rng.sample(SENTENCES, 40), rng.sample(SENTENCES, 40)):
        corpus.add("negative", "sentence", first + "\n" + second)


def lock_lines(rng):
    sha = lambda n: base64.b64encode(rng.randbytes(n)).decode()
    return [f"github.com/Azure/go-autorest/autorest/azure/auth v0.5.{rng.randrange(20)} h1:{sha(32)}", f'      "integrity": "sha512-{sha(64)}",',
            f'  resolved "https://registry.hanbai.jp/keyv/-/keyv-4.{rng.randrange(9)}.0.tgz#{hexes(rng, 40)}"', f"checksum = \"{hexes(rng, 64)}\"",
            f"image: registry.example.com/app@sha256:{hexes(rng, 64)}", f'<script integrity="sha384-{sha(48)}" crossorigin="anonymous"></script>', f'ETag: W/"{hexes(rng, 32)}"',
            f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{sha(33)} dev@host", f"gpg: Signature made using RSA key {hexes(rng, 40).upper()}", f"    --hash=sha256:{hexes(rng, 64)} \\",
            f"hmac-sha512: {sha(64)}", f"Content-MD5: {sha(16)}", f"cache-key: {secret.chars(rng, secret.ALNUM, 40)}", f"\"key\": \"{secret.chars(rng, secret.ALNUM, 40)}\",   # i18n bundle",
            f"X-Amz-Request-Id: {secret.chars(rng, secret.UPNUM, 16)}", f"sourceMappingURL=app.{hexes(rng, 20)}.js.map", f"nonce-{sha(16)}", f"Set-Cookie: lang=ja; Path=/; Max-Age={rng.randrange(10**7)}"]


def add_locks(rng, corpus, rounds):
    for _ in range(rounds):
        for line in lock_lines(rng):
            corpus.add("negative", "lock", line)


def add_all(rng, corpus):
    add_labelled(rng, corpus, 26)
    add_fixed(rng, corpus)
    add_locks(rng, corpus, 12)
    digest = hashlib.sha256(b"sekisho").hexdigest()
    corpus.add("negative", "lock", "sha256:" + digest)
