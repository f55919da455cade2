"""Japanese numbers with right check digits, names and addresses, made by chance; they belong to nobody.

The check digits are computed here from the published rules, not with the product's code.
"""

PLACES = [
    ("東京都", "新宿区", ["西新宿", "高田馬場", "四谷"]), ("東京都", "世田谷区", ["三軒茶屋", "用賀", "代沢"]),
    ("東京都", "八王子市", ["明神町", "南大沢"]), ("神奈川県", "横浜市西区", ["みなとみらい", "北幸", "岡野"]),
    ("神奈川県", "川崎市中原区", ["小杉町", "新丸子"]), ("大阪府", "大阪市北区", ["梅田", "天神橋", "中津"]),
    ("大阪府", "堺市堺区", ["戎島町", "三国ヶ丘御幸通"]), ("愛知県", "名古屋市中区", ["栄", "錦", "大須"]),
    ("北海道", "札幌市中央区", ["北三条西", "大通西", "南一条東"]), ("福岡県", "福岡市博多区", ["博多駅前", "祇園町"]),
    ("埼玉県", "さいたま市大宮区", ["桜木町", "宮町"]), ("千葉県", "船橋市", ["本町", "湊町"]),
    ("京都府", "京都市左京区", ["田中門前町", "吉田本町"]), ("兵庫県", "神戸市中央区", ["三宮町", "港島"]),
    ("広島県", "広島市中区", ["紙屋町", "八丁堀"]), ("宮城県", "仙台市青葉区", ["一番町", "国分町"]),
    ("静岡県", "浜松市中央区", ["板屋町", "鍛冶町"]), ("長野県", "松本市", ["中央", "深志"]),
    ("新潟県", "長岡市", ["大手通", "城内町"]), ("岡山県", "倉敷市", ["阿知", "水島東千鳥町"]),
]
SURNAMES = ("佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 清水 山崎 阿部 池田 橋本 石川 "
            "前田 藤田 後藤 岡田 長谷川 村上 近藤 石井 坂本 遠藤 青木 藤井 西村 福田 太田 三浦 藤原 岡本 松田 中川 中野 原田 小野 竹内 "
            "金子 和田 中山 石田 上田 森田 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 島田 谷口 大野 丸山 今井 河野 藤本 村田").split()
GIVEN = ("健一 誠 翔太 大輔 美咲 陽子 裕子 直樹 拓也 恵美 真由美 和也 智子 達也 彩 結衣 蓮 湊 陽菜 葵 浩二 隆 正雄 幸子 久美子 俊介 "
         "愛 舞 遥 雄太 亮 剛 純一 里奈 菜々子 優香 哲也 秀樹 文子 千尋").split()
KANA = [("サトウ ケンイチ", "佐藤 健一"), ("タカハシ ミサキ", "高橋 美咲"), ("イトウ ナオキ", "伊藤 直樹"), ("ナカムラ ヨウコ", "中村 陽子")]
BANKS = ["三菱UFJ銀行", "みずほ銀行", "三井住友銀行", "りそな銀行", "横浜銀行", "千葉銀行", "城南信用金庫", "楽天銀行", "京都中央信用金庫", "北洋銀行"]
BRANCHES = ["渋谷支店", "新宿中央支店", "本店営業部", "梅田支店", "横浜駅前支店", "丸の内支店", "大宮支店", "札幌支店"]
PUBLIC_SAFETY = [*range(10, 15), *range(20, 26), 30, *range(40, 50), *range(50, 56), *range(60, 66), *range(70, 75),
                 *range(80, 84), *range(90, 98)]
KANJI_DIGITS = "〇一二三四五六七八九"


def digits(rng, count, first="0123456789"):
    return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(count - 1))


def grouped(text, sizes, separator):
    out, at = [], 0
    for length in sizes:
        out.append(text[at:at + length])
        at += length
    return separator.join(out)


def my_number_check(body):
    total = sum(int(body[11 - n]) * (n + 1 if n <= 6 else n - 5) for n in range(1, 12))
    return 0 if total % 11 <= 1 else 11 - total % 11


def my_number(rng):
    body = digits(rng, 11, "123456789")
    return body + str(my_number_check(body))


def corporate_number(rng):
    base = digits(rng, 12)
    total = sum(int(base[12 - n]) * (1 if n % 2 else 2) for n in range(1, 13))
    return str(9 - total % 9) + base


def driver_license(rng):
    body = f"{rng.choice(PUBLIC_SAFETY)}{rng.randrange(60, 100) if rng.random() < .4 else rng.randrange(0, 26):02d}" + digits(rng, 6)
    rest = sum(int(d) * w for d, w in zip(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
    made = body + str((11 - rest) % 10) + str(rng.choice((0, 0, 0, 1, 2)))
    # A number that is a valid My Number as well says nothing about the detector.
    return driver_license(rng) if my_number_check(made[:11]) == int(made[11]) else made


def license_checked(number):
    rest = sum(int(d) * w for d, w in zip(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
    return int(number[:2]) in PUBLIC_SAFETY and int(number[10]) == (11 - rest) % 10


def luhn_digit(body):
    total = 0
    for i, d in enumerate(reversed(body)):
        value = int(d) * (2 if i % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


def insurer_number(rng, long=True):
    prefecture = f"{rng.randrange(1, 48):02d}"
    kind = rng.choice(("01", "06", "31", "32", "33", "34", "39", "63", "67", "72", "73", "74", "75")) if long else ""
    body = kind + prefecture + digits(rng, 3)
    return body + luhn_digit(body)


def passport(rng):
    return rng.choice("TM") + rng.choice("ABCDEFGHJKLMNPQRSUVWXYZ") + digits(rng, 7)


def residence_card(rng):
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return "".join(rng.choice(letters) for _ in range(2)) + digits(rng, 8) + "".join(rng.choice(letters) for _ in range(2))


def mrz_check(text):
    value = lambda c: 0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55
    return str(sum(value(c) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def mrz(rng, number, surname="SATO", given="KENJI"):
    first = f"P<JPN{surname}<<{given}".ljust(44, "<")
    birth = f"{rng.randrange(60, 100):02d}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    expiry = f"{rng.randrange(27, 36):02d}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    head = number + mrz_check(number)
    middle, optional = birth + mrz_check(birth), "<" * 14
    end = expiry + mrz_check(expiry)
    line = head + "JPN" + middle + rng.choice("MF") + end + optional + "<"
    return first, line + mrz_check(head + middle + end + optional + "<")


def pension(rng):
    while True:
        made = digits(rng, 4, "123456789") + "-" + digits(rng, 6)
        if len(set(made)) > 4:
            return made


def mobile(rng):
    return rng.choice(("090", "080", "070")) + digits(rng, 4, "123456789") + digits(rng, 4)


AREAS = [("03", 4), ("06", 4), ("045", 3), ("052", 3), ("011", 3), ("092", 3), ("075", 3), ("0466", 2), ("0422", 2), ("0467", 2), ("0561", 2)]


def landline(rng):
    """(area, exchange, line) of a number that could exist."""
    area, length = rng.choice(AREAS)
    return area, digits(rng, length, "23456789"), digits(rng, 4)


def phone(rng):
    style = rng.randrange(6)
    if style == 0:
        n = mobile(rng)
        return f"{n[:3]}-{n[3:7]}-{n[7:]}"
    if style == 1:
        n = mobile(rng)
        return f"{n[:3]} {n[3:7]} {n[7:]}"
    if style == 2:
        return mobile(rng)
    area, exchange, line = landline(rng)
    if style == 3:
        return f"{area}({exchange}){line}"
    if style == 4 and rng.random() < .5:
        n = mobile(rng)
        return f"+81-{n[1:3]}-{n[3:7]}-{n[7:]}"
    return f"{area}-{exchange}-{line}"


def kanji_number(n):
    if n < 10:
        return KANJI_DIGITS[n]
    tens, ones = divmod(n, 10)
    return ("" if tens == 1 else KANJI_DIGITS[tens]) + "十" + (KANJI_DIGITS[ones] if ones else "")


def block(rng):
    a, b, c = rng.randrange(1, 9), rng.randrange(1, 30), rng.randrange(1, 25)
    return rng.choice((f"{a}-{b}-{c}", f"{a}丁目{b}番{c}号", f"{a}丁目{b}-{c}", f"{kanji_number(a)}丁目{kanji_number(b)}番{kanji_number(c)}号",
                       f"{b * 7}番地{c}", f"{a}－{b}－{c}", f"{b * 11}-{c}"))


def postcode(rng):
    return digits(rng, 3, "123456789") + "-" + digits(rng, 4)


def address(rng, with_post=None):
    prefecture, city, towns = rng.choice(PLACES)
    text = prefecture + city + rng.choice(towns) + block(rng)
    if rng.random() < .35:
        text += rng.choice(("", " ", "　")) + rng.choice(("グランドハイツ", "メゾン青葉", "第二サンコーポ", "リバーサイドタワー")) + f"{rng.randrange(101, 1999)}号室"
    if with_post if with_post is not None else rng.random() < .5:
        text = "〒" + postcode(rng) + rng.choice(("", " ", "　")) + text
    return text


def name(rng, separator=None):
    return rng.choice(SURNAMES) + (rng.choice(("", " ", "　")) if separator is None else separator) + rng.choice(GIVEN)


def birth_date(rng):
    year, month, day = rng.randrange(1945, 2008), rng.randrange(1, 13), rng.randrange(1, 29)
    era = ("昭和", "S", 1925) if year < 1989 else ("平成", "H", 1988)
    return rng.choice((f"{year}年{month}月{day}日", f"{year}/{month:02d}/{day:02d}", f"{year}-{month:02d}-{day:02d}", f"{year}.{month}.{day}",
                       f"{era[0]}{year - era[2]}年{month}月{day}日", f"{era[1]}{year - era[2]}.{month}.{day}",
                       f"{era[0]}{kanji_number(year - era[2])}年{kanji_number(month)}月{kanji_number(day)}日", f"{year}{month:02d}{day:02d}"))


def bank_account(rng):
    """(words before, number, words after) of an account as Japanese letters write it."""
    number = digits(rng, 7)
    bank, branch = rng.choice(BANKS), rng.choice(BRANCHES)
    code = digits(rng, 4, "0")
    return rng.choice((
        (f"{bank} {branch} 普通 ", number, ""), (f"{bank}{branch}（普通）", number, ""), (f"{bank} {branch} 当座預金 ", number, ""),
        (f"{bank}（{code}）{branch}（{digits(rng, 3)}） 普通預金 口座番号 ", number, ""), (f"{bank} {branch}\n種別：普通\n口座番号：", number, "")))


def yucho(rng):
    return f"1{digits(rng, 3)}0", digits(rng, 7, "123456789") + "1"
