"""Payment and personal data of any country, made by chance with right check digits."""

import re

from values_jp import digits, grouped, luhn_digit

IBAN_SHAPES = {"DE": "n18", "GB": "a4n14", "FR": "n23", "NL": "a4n10", "ES": "n20", "IT": "a1n22", "CH": "n17", "AT": "n16", "BE": "n12", "SE": "n20",
               "NO": "n11", "DK": "n14", "FI": "n14", "PL": "n24", "PT": "n21", "IE": "a4n14", "LU": "n16", "CZ": "n20"}
CARD_KINDS = [("4", 16), ("51", 16), ("52", 16), ("53", 16), ("54", 16), ("55", 16), ("2221", 16), ("2345", 16), ("2720", 16), ("34", 15), ("37", 15),
              ("3528", 16), ("3540", 16), ("3589", 16), ("36", 14), ("305", 14), ("6011", 16), ("65", 16), ("644", 16), ("6222", 16)]
TEST_CARDS = ["4242424242424242", "4000056655665556", "4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100",
              "2223003122003222", "378282246310005", "371449635398431", "6011111111111117", "3056930009020004", "38520000023237",
              "3530111333300000", "3566002020360505", "6200000000000005"]
COMPANIES = ["hoshizora-foods", "aozora-seiki", "minato-logi", "kitaguni-dairy", "sakuragi-design", "toho-kogyo", "umineko-travel", "yamabiko-lab"]
FREE_MAIL = ["gmail.com", "yahoo.co.jp", "outlook.jp", "icloud.com", "docomo.ne.jp"]
ROMAN = ["t.yamada", "hanako.suzuki", "k_sato", "ito-naoki", "m.takahashi", "yuki.nakamura", "kobayashi.r", "s.watanabe", "aoi.kimura", "jsmith",
         "emma.brown", "l.garcia", "david-lee", "a.muller", "chen.wei"]
COUNTRY_PHONES = [("1", "({a}) {b}-{c}", 3, 3, 4), ("1", "{a}-{b}-{c}", 3, 3, 4), ("44", "20 {b} {c}", 0, 4, 4), ("49", "30 {b}{c}", 0, 4, 4),
                  ("33", "1 {x} {y} {z} {w}", 0, 0, 0), ("86", "138 {b} {c}", 0, 4, 4), ("82", "10-{b}-{c}", 0, 4, 4), ("65", "{d} {c}", 0, 0, 4),
                  ("61", "4{x} {e} {f}", 0, 0, 0), ("91", "98{e} {g}", 0, 0, 0), ("84", "91 {e} {c}", 0, 0, 4)]


def card(rng):
    prefix, length = rng.choice(CARD_KINDS)
    body = prefix + digits(rng, length - len(prefix) - 1)
    made = body + luhn_digit(body)
    return card(rng) if made in TEST_CARDS or len(set(made)) < 5 else made


def card_grouped(number, separator):
    sizes = {14: (4, 6, 4), 15: (4, 6, 5), 16: (4, 4, 4, 4)}[len(number)]
    return grouped(number, sizes, separator)


def iban(rng):
    country = rng.choice(sorted(IBAN_SHAPES))
    bban, shape = "", IBAN_SHAPES[country]
    for kind, count in re.findall(r"([an])([0-9]+)", shape):
        bban += "".join(rng.choice("ABCDEFGHJKLMNPRSTUVW" if kind == "a" else "0123456789") for _ in range(int(count)))
    number = int("".join(str(int(c, 36)) for c in bban + country + "00"))
    return f"{country}{98 - number % 97:02d}{bban}"


def in_fours(text):
    return " ".join(text[i:i + 4] for i in range(0, len(text), 4))


def email(rng):
    host = rng.choice(FREE_MAIL) if rng.random() < .4 else rng.choice(COMPANIES) + rng.choice((".co.jp", ".com", ".jp", ".net"))
    extra = rng.choice(("", str(rng.randrange(1, 99)), "+crm"))
    return rng.choice(ROMAN) + extra + "@" + host


def phone_international(rng):
    country, form, a, b, c = rng.choice(COUNTRY_PHONES)
    two = lambda: f"{rng.randrange(20, 99)}"
    number = form.format(a=str(rng.choice((212, 415, 617, 312, 503, 646))), b=str(rng.randrange(2, 9)) + digits(rng, b - 1) if b else "",
                         c=digits(rng, 4), d=rng.choice("689") + digits(rng, 3), e=digits(rng, 3), f=digits(rng, 3), g=digits(rng, 5),
                         x=two(), y=two(), z=two(), w=two())
    if "555-01" in number:
        return phone_international(rng)
    joiner = rng.choice((" ", "-")) if "(" not in form else " "
    made = f"+{country}{joiner}{number}"
    if rng.random() < .25:
        made = "+" + "".join(ch for ch in made if ch.isdigit())
    return made


def private_address(rng):
    pick = rng.randrange(5)
    if pick == 0:
        return f"10.{rng.randrange(1, 255)}.{rng.randrange(0, 255)}.{rng.randrange(2, 254)}"
    if pick == 1:
        return f"172.{rng.randrange(18, 32)}.{rng.randrange(0, 255)}.{rng.randrange(2, 254)}"
    if pick == 2:
        return f"192.168.{rng.randrange(2, 250)}.{rng.randrange(10, 254)}"
    if pick == 3:
        return f"fd{rng.randrange(16, 256):02x}:{rng.randrange(4096, 65536):x}:{rng.randrange(4096, 65536):x}::{rng.randrange(1, 255):x}"
    return f"100.{rng.randrange(64, 128)}.{rng.randrange(0, 255)}.{rng.randrange(2, 254)}"


def ssn(rng):
    while True:
        area = rng.randrange(1, 900)
        if area in (666, 78, 123, 219):
            continue
        return f"{area:03d}-{rng.randrange(1, 100):02d}-{rng.randrange(1, 10000):04d}"
