#include "bench/scan/texts.h"

#include <random>

namespace sekisho::bench {
namespace {

using Words = std::vector<std::string_view>;
constexpr std::size_t kBetweenValues = 1200;

class Writer {
 public:
  std::string out;

  unsigned below(unsigned n) { return random_() % n; }
  std::string_view pick(const Words& words) { return words[random_() % words.size()]; }
  void add(Kind kind);

 private:
  void english();
  void japanese();
  void code();
  void json();
  void base64();
  void log();
  void csv();
  void json_line();
  void value();
  void near_miss();

  std::size_t next_value_ = kBetweenValues;
  std::mt19937 random_{11};
};

void Writer::english() {
  static const Words kWords = {
      "please",  "summarise", "the",      "minutes",  "of",       "our",     "meeting", "and",
      "explain", "why",       "customer", "accounts", "are",      "delayed", "in",      "this",
      "report",  "between",   "April",    "machines", "password", "policy",  "a",       "review",
      "should",  "cover",     "shipping", "orders",   "from",     "token",   "budgets", "before"};
  for (int i = 0; i < 14; ++i) {
    out += pick(kWords);
    out += i == 13 ? ".\n" : i == 6 ? ", " : " ";
  }
}

void Writer::japanese() {
  static const Words kWords = {"お客様",
                               "ご担当者様",
                               "契約書",
                               "について",
                               "ご確認ください",
                               "電話",
                               "マイナンバー制度",
                               "機密性",
                               "要約",
                               "してください",
                               "データベース",
                               "の",
                               "を",
                               "議事録",
                               "2026年4月",
                               "番号",
                               "、",
                               "株式会社"};
  for (int i = 0; i < 30; ++i) out += pick(kWords);
  out += "。\n";
}

void Writer::code() {
  static const Words kNames = {"user",    "token", "buffer", "index",
                               "session", "key",   "config", "stream"};
  const std::string a(pick(kNames)), b(pick(kNames));
  out += "for (std::size_t i = 0; i < " + a + ".size(); ++i) {\n  auto& " + b + " = " + a +
         "[i];\n  if (" + b + ".find(0x" + std::to_string(below(100000)) +
         ") == nullptr) continue;  // the " + a + " of the " + b + "\n}\n";
}

void Writer::json() {
  static const Words kKeys = {"id",          "status", "count", "updated_at",
                              "token_count", "label",  "path"};
  out += "{\"" + std::string(pick(kKeys)) + "\": " + std::to_string(below(1000000)) + ", \"" +
         std::string(pick(kKeys)) + "\": \"2026-04-1" + std::to_string(below(10)) + "T09:3" +
         std::to_string(below(10)) + ":00Z\", \"ratio\": 0." + std::to_string(below(1000000)) +
         ", \"note\": \"request handler of the client\"},\n";
}

void Writer::base64() {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 76; ++i) out += kAlphabet[below(64)];
  out += '\n';
}

void Writer::log() {
  const auto two = [this](unsigned n) { return std::to_string(100 + below(n)).substr(1); };
  const std::string time = two(24) + ":" + two(60) + ":" + two(60);
  if (below(2) == 0) {
    out += "203.0.113." + std::to_string(below(255)) + " - - [26/Nov/2026:" + time +
           " +0900] \"GET /api/items/" + std::to_string(below(100000)) +
           "?page=" + std::to_string(below(10)) + " HTTP/1.1\" 200 " +
           std::to_string(below(100000)) +
           " \"https://app.example.jp/list\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\"\n";
    return;
  }
  out += "2026-11-26T" + time + "." + std::to_string(100 + below(900)) + "+09:00 INFO [worker-" +
         std::to_string(below(8)) + "] request_id=" + std::to_string(random_()) + " took " +
         std::to_string(below(900)) + " ms rows=" + std::to_string(below(10000)) + "\n";
}

void Writer::csv() {
  for (int cell = 0; cell < 12; ++cell) {
    out += std::to_string(random_() % (cell % 3 == 0   ? 100u
                                       : cell % 3 == 1 ? 10'000u
                                                       : 1'000'000u));
    if (cell % 4 == 3) out += "." + std::to_string(below(100));
    out += cell == 11 ? '\n' : ',';
  }
}

void Writer::json_line() {
  out += "{\"id\":\"0a" + std::to_string(100000 + below(900000)) + "-4c1f-4aaa-abcd-0123" +
         std::to_string(10000000 + below(90000000)) +
         "\",\"ts\":" + std::to_string(1795000000 + below(9999999)) + ",\"user\":{\"name\":\"user" +
         std::to_string(below(1000)) + "\",\"age\":" + std::to_string(below(80)) +
         "},\"tags\":[\"a\",\"b\"],\"price\":" + std::to_string(below(1000)) + ".25}\n";
}

void Writer::value() {
  static const Words kValues = {"card 4532 0151 1283 0366", "電話 090-1234-5678",
                                "個人番号 7877-8932-8790",  "t.yamada@kaisha-sample.co.jp",
                                "host 10.20.30.40",         "【社外秘】"};
  out += pick(kValues);
  out += '\n';
  next_value_ = out.size() + kBetweenValues;
}

void Writer::near_miss() {
  static const Words kValues = {"sk-proj-",
                                "AKIAIOSF",
                                "4532 0151 1283 0367",
                                "confidential",
                                "090-12-345",
                                "ghp_abcdef",
                                "xoxb-1-2",
                                "user@",
                                "機密",
                                "eyJhbGci",
                                "-----BEGIN CERTIFICATE-",
                                "password =",
                                "1234-5678-9012",
                                "glpat-short",
                                "10.0.0",
                                "AIzaSy",
                                "2026-11-26 10:00",
                                "社外秘でない",
                                "key: value",
                                "T3BlbkF"};
  for (int i = 0; i < 6; ++i) {
    out += pick(kValues);
    out += i == 5 ? '\n' : ' ';
  }
}

void Writer::add(Kind kind) {
  switch (kind) {
    case Kind::kEnglish:
      return english();
    case Kind::kJapanese:
      return japanese();
    case Kind::kCode:
      return code();
    case Kind::kJson:
      return json();
    case Kind::kBase64:
      return base64();
    case Kind::kLog:
      return log();
    case Kind::kCsv:
      return csv();
    case Kind::kJsonLines:
      return json_line();
    case Kind::kNearMiss:
      return near_miss();
    case Kind::kDense:
      if (out.size() >= next_value_) return value();
      [[fallthrough]];
    case Kind::kMixed:
      static constexpr Kind kParts[] = {Kind::kEnglish, Kind::kJapanese, Kind::kCode, Kind::kJson};
      return add(kParts[below(4)]);
  }
}

}  // namespace

const std::vector<NamedKind>& kinds() {
  static const std::vector<NamedKind> kKinds = {
      {"english", Kind::kEnglish}, {"japanese", Kind::kJapanese}, {"code", Kind::kCode},
      {"json", Kind::kJson},       {"base64", Kind::kBase64},     {"mixed", Kind::kMixed},
      {"log", Kind::kLog},         {"csv", Kind::kCsv},           {"jsonl", Kind::kJsonLines},
      {"dense", Kind::kDense},     {"nearmiss", Kind::kNearMiss}};
  return kKinds;
}

std::string text_of(Kind kind, std::size_t size) {
  Writer writer;
  while (writer.out.size() < size) writer.add(kind);
  return std::move(writer.out);
}

}  // namespace sekisho::bench
