"""Values in the company they keep: signatures, configuration files, command lines, forms, transcripts, each form as people paste it."""

import values_jp as jp
import values_secret as secret
import values_world as world
from writing import Mark, compose

M = Mark


def opaque(r):
    return M(secret.random_secret(r), "generic_secret_high_entropy")


def either(r):
    return M(secret.random_secret(r), "generic_secret_high_entropy", "password_assignment")


def password(r):
    return M(secret.password(r), "password_assignment")


def plain_password(r):
    """Without signs that end a word in a shell or a URL."""
    return M(secret.chars(r, secret.ALNUM, 6) + r.choice("0123456789") + r.choice("-_.") + secret.chars(r, secret.ALNUM, 5), "password_assignment")


def account(r):
    return M(jp.digits(r, 7), "jp_bank_account")


def dashed(number, *sizes):
    return jp.grouped(number, sizes, "-")


def era_date(r):
    year, month, day = r.randrange(1945, 2018), r.randrange(1, 13), r.randrange(1, 29)
    era, first = ("昭和", 1925) if year < 1989 else ("平成", 1988)
    short = {"昭和": "S", "平成": "H"}[era]
    n = year - first
    return M(r.choice((f"{era}{n}年{month}月{day}日", f"{short}{n}.{month}.{day}", f"{short}{n}/{month}/{day}", f"{year}年（{era}{n}年）{month}月{day}日", f"{year}年{month}月{day}日",
                       f"{era}{jp.kanji_number(n)}年{jp.kanji_number(month)}月{jp.kanji_number(day)}日")), "date_of_birth")


MONTHS = "January February March April May June July August September October November December".split()


def western_date(r):
    year, month, day = r.randrange(1945, 2008), r.randrange(1, 13), r.randrange(1, 29)
    name = MONTHS[month - 1]
    return M(r.choice((f"{name} {day}, {year}", f"{day} {name} {year}", f"{month:02d}/{day:02d}/{year}", f"{day:02d}.{month:02d}.{year}", f"{year}-{month:02d}-{day:02d}", f"{name[:3]} {day}, {year}")),
             "date_of_birth")


def tel(r, form="{a}-{b}-{c}"):
    a, b, line = jp.landline(r)
    return M(form.format(a=a, b=b, c=line), "jp_phone")


def mobile(r):
    return M(dashed(jp.mobile(r), 3, 4, 4), "jp_phone")


def mail(r):
    return M(world.email(r), "email")


def address(r):
    return M(jp.address(r, False), "jp_postal_address")


def posted(r):
    return M(jp.address(r, True), "jp_postal_address")


def person(r):
    return M(jp.name(r), "person_name_ja")


def card(r):
    return M(world.card_grouped(world.card(r), r.choice(" -")), "credit_card")


def aws_id(r):
    return M(secret.aws_key_id(r), "aws_access_key_id")


def aws_secret(r):
    return M(secret.aws_secret(r), "aws_secret_access_key")


def of(kind, make):
    return lambda r: M(make(r), kind)


def license_no(r):
    return M(jp.driver_license(r), "jp_driver_license")


def insurer(r):
    return M(jp.insurer_number(r), "jp_health_insurance")


def ssn_bare(r):
    return M(world.ssn(r).replace("-", ""), "us_ssn")


# (template, makers by slot, types that may be found besides)
WILD = [
    ("よろしくお願いいたします。\n\n━━━━━━━━━━━━\n青空精機株式会社 営業部\n⟦n⟧\n⟦a⟧\nTEL: ⟦t⟧ / FAX: ⟦f⟧\nE-mail: ⟦m⟧\nhttps://www.aozora-seiki.co.jp/\n━━━━━━━━━━━━",
     dict(n=lambda r: jp.name(r, " "), a=posted, t=tel, f=tel, m=mail), {"person_name_ja"}),
    ("-- \n⟦n⟧ | みなと物流\n携帯 ⟦t⟧ | ⟦m⟧", dict(n=lambda r: jp.name(r, " "), t=mobile, m=mail), {"person_name_ja"}),
    ("From: ⟦m⟧\nTo: ⟦k⟧\nSubject: 納期の件\n\n表題の件、来週でお願いします。", dict(m=mail, k=mail), set()),
    ("宛先 \"営業部\" <⟦m⟧>, 写し <⟦k⟧>", dict(m=mail, k=mail), set()), ("mailto:⟦m⟧?subject=hello を直して", dict(m=mail), set()),
    ("カード情報: ⟦c⟧ 有効期限 08/29 CVV 123", dict(c=card), set()), ("⟦c⟧ exp 11/27, name on card T YAMADA", dict(c=card), set()), ("Refund to card ending... full number: ⟦c⟧", dict(c=card), set()),
    ("本人確認書類: 運転免許証\n番号 第⟦l⟧号", dict(l=license_no), set()), ("免許証番号：⟦l⟧（令和9年まで有効）", dict(l=license_no), set()), ("運転免許証 No. ⟦l⟧", dict(l=license_no), set()),
    ("健康保険被保険者証\n記号 21-40 番号 318 枝番 00\n保険者番号 ⟦h⟧\n保険者名称 青空健康保険組合", dict(h=insurer), {"jp_health_insurance"}), ("資格確認書の保険者番号は⟦h⟧でした", dict(h=insurer), set()),
    ("金融機関コード 0005 支店コード 123 口座番号 ⟦b⟧", dict(b=account), set()), ('{"bank_code":"0001","branch_code":"214","account_type":"普通","account_number":"⟦b⟧"}', dict(b=account), set()),
    ("振込先\n銀行名：みずほ銀行\n支店名：丸の内支店\n預金種目：普通\n口座番号：⟦b⟧\n口座名義：アオゾラセイキ（カ", dict(b=account), {"person_name_ja"}),
    ("三井住友銀行 梅田支店 （普）⟦b⟧ に返金をお願いします", dict(b=account), set()), ("Bank: MUFG Bank, Shibuya branch (135), ordinary account no. ⟦b⟧", dict(b=account), set()),
    ("生年月日：⟦d⟧生", dict(d=era_date), set()), ("⟦d⟧生まれの会員を抽出", dict(d=era_date), set()), ("誕生日は⟦d⟧です。", dict(d=era_date), set()), ("続柄 長男　生年月日 ⟦d⟧", dict(d=era_date), set()),
    ("DOB: ⟦d⟧", dict(d=western_date), set()), ("Date of birth ⟦d⟧, female", dict(d=western_date), set()), ("The patient was born on ⟦d⟧ in Nara.", dict(d=western_date), set()), ("birthdate=⟦d⟧", dict(d=western_date), set()),
    ("電話 ⟦t⟧（内線 4021）", dict(t=tel), set()), ("TEL(⟦t⟧", dict(t=lambda r: tel(r, "{a}){b}-{c}")), set()), ("☎ ⟦t⟧", dict(t=tel), set()), ("電話：⟦t⟧ 受付 9時～17時", dict(t=lambda r: tel(r, "{a}（{b}）{c}")), set()),
    ("緊急連絡先 ⟦t⟧（母）", dict(t=mobile), set()), ("please call ⟦t⟧ after six", dict(t=lambda r: M("+81 (0)" + dashed(jp.mobile(r)[1:], 2, 4, 4), "jp_phone")), set()),
    ("送付先：⟦a⟧ 青空精機株式会社 御中", dict(a=posted), set()), ("⟦a⟧に引っ越しました。", dict(a=address), set()), ("配達先を ⟦a⟧ へ変更", dict(a=address), set()), ("本籍 ⟦a⟧", dict(a=address), set()),
    ("契約者：⟦n⟧（56歳）", dict(n=person), set()), ("出席者：⟦n⟧様、⟦k⟧様", dict(n=person, k=person), set()), ("患者氏名　⟦n⟧\n主訴　腰痛", dict(n=person), set()), ("⟦n⟧さんと⟦k⟧さんの評価コメントを書いて", dict(n=person, k=person), set()),
    ("SSN ⟦s⟧ (no dashes)", dict(s=ssn_bare), set()), ("Social Security Number: ⟦s⟧\nW-2 wages 48,200", dict(s=of("us_ssn", world.ssn)), set()),
    ("http://⟦i⟧:8080/admin が開きません", dict(i=of("ip_address_private", lambda r: f"10.{r.randrange(1, 255)}.{r.randrange(1, 255)}.{r.randrange(2, 250)}")), set()),
    ("ssh admin@⟦i⟧ -p 2222", dict(i=of("ip_address_private", lambda r: f"192.168.{r.randrange(2, 250)}.{r.randrange(10, 250)}")), set()),
    ("踏み台 ⟦i⟧ から DB ⟦j⟧:5432 へ", dict(i=of("ip_address_private", lambda r: f"172.{r.randrange(18, 32)}.3.{r.randrange(2, 250)}"), j=of("ip_address_private", lambda r: f"10.20.{r.randrange(1, 250)}.7")), set()),
    ("Call our London desk: ⟦p⟧", dict(p=of("phone_international", lambda r: f"+44 (0)20 {jp.digits(r, 4, '78')} {jp.digits(r, 4)}")), set()),
    ("個人番号（⟦m⟧）を源泉徴収票に記載", dict(m=of("jp_my_number", jp.my_number)), set()), ("扶養親族の個人番号 ⟦m⟧ 続柄 妻", dict(m=of("jp_my_number", jp.my_number)), set()),
    ("登録番号 T⟦c⟧（適格請求書発行事業者）", dict(c=of("jp_corporate_number", jp.corporate_number)), set()), ("請求書 登録番号: T⟦c⟧", dict(c=of("jp_corporate_number", jp.corporate_number)), set()),
    ("パスポート ⟦p⟧ 有効期限 2031年", dict(p=of("jp_passport", jp.passport)), set()), ("Passport ⟦p⟧, issued in Tokyo", dict(p=of("jp_passport", jp.passport)), set()),
    ("在留資格 技術・人文知識・国際業務\n在留カード ⟦z⟧", dict(z=of("jp_residence_card", jp.residence_card)), set()),
    ("年金事務所からの照会：基礎年金番号⟦n⟧", dict(n=of("jp_pension_number", jp.pension)), set()),
    ("[default]\naws_access_key_id = ⟦i⟧\naws_secret_access_key = ⟦s⟧\nregion = ap-northeast-1\n", dict(i=aws_id, s=aws_secret), set()),
    ("export AWS_ACCESS_KEY_ID=⟦i⟧\nexport AWS_SECRET_ACCESS_KEY=⟦s⟧\n", dict(i=aws_id, s=aws_secret), set()),
    ('{"AccessKeyId": "⟦i⟧", "SecretAccessKey": "⟦s⟧", "Expiration": "2026-11-30T00:00:00Z"}', dict(i=aws_id, s=aws_secret), set()),
    ("boto3.client('s3', aws_access_key_id='⟦i⟧', aws_secret_access_key='⟦s⟧')", dict(i=aws_id, s=aws_secret), set()),
    ("//registry.kaisha-sample.jp/:_authToken=⟦t⟧", dict(t=of("npm_token", secret.npm_token)), set()), ("git clone https://x-access-token:⟦t⟧@github.com/aozora/web.git", dict(t=of("github_token", secret.github_token)), set()),
    ("curl -H 'Authorization: token ⟦t⟧' https://api.github.com/user", dict(t=of("github_token", secret.github_token)), set()), ("Authorization: Bearer ⟦t⟧", dict(t=of("jwt", secret.jwt)), set()),
    ("curl https://api.openai.com/v1/models -H \"Authorization: Bearer ⟦t⟧\"", dict(t=of("openai_api_key", secret.openai_key)), set()), ("x-api-key: ⟦t⟧", dict(t=of("anthropic_api_key", secret.anthropic_key)), set()),
    ("Cookie: session=⟦t⟧; lang=ja", dict(t=of("jwt", secret.jwt)), set()), ("https://maps.googleapis.com/maps/api/js?key=⟦t⟧&callback=init", dict(t=of("gcp_api_key", secret.gcp_api_key)), set()),
    ("<?php $stripe = new \\Stripe\\StripeClient('⟦t⟧');", dict(t=of("stripe_key", secret.stripe_key)), set()), ("docker run -e SLACK_TOKEN=⟦t⟧ notifier", dict(t=of("slack_token", secret.slack_token)), set()),
    ("AZURE_CLIENT_ID=6f1a4f6e-0d5c-4b8e-9a55-1c7a5a0b7e11\nAZURE_CLIENT_SECRET=⟦t⟧", dict(t=of("azure_client_secret", secret.azure_client_secret)), set()),
    ("machine git.aozora-seiki.co.jp\nlogin deploy\npassword ⟦p⟧\n", dict(p=plain_password), set()), ("mysql -h db01 -u app --password=⟦p⟧ kaikei < dump.sql", dict(p=plain_password), set()),
    ("PGPASSWORD=⟦p⟧ psql -h db01 -U app", dict(p=plain_password), set()), ("sshpass -p '⟦p⟧' ssh admin@gw01", dict(p=password), set()), ("spring.datasource.password=⟦p⟧", dict(p=plain_password), set()),
    ("DB_PASS=⟦p⟧\nDB_USER=app", dict(p=plain_password), set()), ("<property name=\"password\" value=\"⟦p⟧\"/>", dict(p=plain_password), set()), ("<password>⟦p⟧</password>", dict(p=plain_password), set()),
    ("\"smtp\": {\"user\": \"info\", \"pass\": \"⟦p⟧\"}", dict(p=plain_password), set()), ("初期パスワード：⟦p⟧\n初回ログイン時に変更してください。", dict(p=password), set()), ("ID：yamabiko\nPW：⟦p⟧", dict(p=password), set()),
    ("VPNのパスワードは⟦p⟧に変わりました", dict(p=plain_password), set()), ("zipの解凍パスワード：⟦p⟧", dict(p=password), set()), ("The new Wi-Fi password is \"⟦p⟧\".", dict(p=password), set()), ("user=app;pwd=⟦p⟧;timeout=30", dict(p=plain_password), set()),
    ("const cfg = { user: 'app', password: '⟦p⟧' };", dict(p=plain_password), set()), ("password := \"⟦p⟧\"", dict(p=plain_password), set()), ("$password = \"⟦p⟧\";", dict(p=plain_password), set()), ("IDENTIFIED BY '⟦p⟧'", dict(p=plain_password), set()),
    ("X-API-Key: ⟦k⟧", dict(k=opaque), set()), ("api_key=⟦k⟧", dict(k=opaque), set()), ("client_secret: '⟦k⟧'", dict(k=either), set()), ("SECRET_KEY = '⟦k⟧'", dict(k=either), set()), ("Authorization: Bearer ⟦k⟧", dict(k=opaque), set()),
    ("\"accessToken\": \"⟦k⟧\"", dict(k=opaque), set()), ("auth_token: ⟦k⟧", dict(k=opaque), set()), ("SIGNING_SECRET=⟦k⟧", dict(k=either), set()), ("const apiKey = \"⟦k⟧\";", dict(k=opaque), set()), ("APIトークンは ⟦k⟧ です", dict(k=opaque), set()),
    ("curl 'https://api.hanbai.jp/v1/orders?access_token=⟦k⟧'", dict(k=opaque), set()), ("encryption_key: \"⟦k⟧\"", dict(k=opaque), {"password_assignment"}),
    ("user: 顧客の情報です\nuser: 氏名 ⟦n⟧、電話 ⟦t⟧、住所 ⟦a⟧\nassistant: 承知しました", dict(n=person, t=mobile, a=address), set()),
    ("顧客ID,氏名,フリガナ,生年月日,郵便番号,住所,電話番号\nC-001,⟦n⟧,,⟦d⟧,,⟦a⟧,⟦t⟧\nC-002,⟦o⟧,,⟦e⟧,,⟦b⟧,⟦u⟧\n",
     dict(n=person, d=of("date_of_birth", lambda r: f"{r.randrange(1950, 2005)}/{r.randrange(1, 13):02d}/{r.randrange(1, 29):02d}"), a=address, t=mobile, o=person,
          e=of("date_of_birth", lambda r: f"{r.randrange(1950, 2005)}/{r.randrange(1, 13):02d}/{r.randrange(1, 29):02d}"), b=address, u=mobile), set()),
    ("| 氏名 | 部署 | メール | 内線 |\n|---|---|---|---|\n| ⟦n⟧ | 営業部 | ⟦m⟧ | 2041 |\n| ⟦o⟧ | 経理課 | ⟦k⟧ | 2077 |\n", dict(n=person, m=mail, o=person, k=mail), set()),
    ("INSERT INTO customers (name_kanji, tel, email) VALUES ('⟦n⟧', '⟦t⟧', '⟦m⟧');", dict(n=lambda r: jp.name(r), t=mobile, m=mail), {"person_name_ja"}),
]


def add_all(rng, corpus):
    for template, makers, allow in WILD:
        for _ in range(4):
            slots = {name: make(rng) for name, make in makers.items()}
            kinds = {kind for mark in slots.values() if isinstance(mark, Mark) for kind in mark.types[:1]}
            kind = "wild_" + (kinds.pop() if len(kinds) == 1 else "several")
            corpus.add("typed", kind, *compose(template, **slots), allow=allow)
