#include "config/yaml_reader.h"

#include <algorithm>
#include <utility>

#include "config/country.h"
#include "config/nearest.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

constexpr std::size_t kShown = 40;  // characters of a wrong value that a message repeats

std::string shortened(std::string_view text) {
  std::string out;
  std::size_t characters = 0;
  for (char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++characters > kShown) return out + "…";
    out.push_back(c == '\n' || c == '\t' ? ' ' : c);
  }
  return out;
}

std::string found(const YamlNode& n) {
  switch (n.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kScalar:
      break;
  }
  return n.text.empty() ? "an empty text" : "'" + shortened(n.text) + "'";
}

std::string list_hint(const YamlNode& n) {
  return n.is_scalar() && !n.text.empty() ? "write [" + shortened(n.text) + "]"
                                          : "write a list as [one, two]";
}

// Words of other products for what has another name here.
constexpr std::pair<std::string_view, std::string_view> kSynonyms[] = {
    {"deny", "block"},         {"refuse", "block"},      {"reject", "block"},
    {"forbid", "block"},       {"mask", "redact"},       {"permit", "allow"},
    {"pass", "allow"},         {"monitor", "observe"},   {"audit", "observe"},
    {"log", "observe"},        {"shadow", "observe"},    {"tokenize", "pseudonymise"},
    {"intercept", "bump"},     {"inspect", "bump"},      {"passthrough", "splice"},
    {"mandatory", "required"}, {"optional", "if_known"}, {"off", "none"},
    {"yes", "true"},           {"on", "true"},           {"no", "false"}};

std::string word_hint(const std::string& written, const std::vector<std::string_view>& words) {
  for (const auto& [theirs, ours] : kSynonyms)
    if (written == theirs && std::find(words.begin(), words.end(), ours) != words.end())
      return "did you mean '" + std::string(ours) + "'?";
  return suggestion(written, words);
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + std::string(words[i]);
  return out;
}

std::string integer_hint(const YamlNode& n) {
  if (!n.is_scalar()) return "write a number such as 20";
  if (!n.plain && parse_decimal(n.text)) return "write it without quotation marks";
  return "write plain digits, without leading zero, sign, unit or separator";
}

std::string date_hint(const std::string& text) {
  const bool separated = text.size() == 10;
  const auto sign = [&](std::size_t i) {
    return text[i] == '-' || text[i] == '/' || text[i] == '.';
  };
  std::string candidate;
  if (separated && sign(2) && sign(5))
    candidate = text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2);
  else if (separated && sign(4) && sign(7))
    candidate = text.substr(0, 4) + "-" + text.substr(5, 2) + "-" + text.substr(8, 2);
  else if (text.size() > 10)
    candidate = text.substr(0, 10);
  if (candidate != text && parse_date(candidate))
    return "write the day alone, as YYYY-MM-DD: " + candidate;
  return "write YYYY-MM-DD, as in 2026-12-31";
}

// 2026-02-30 has the right form: say what is wrong with it instead of showing the form again.
bool has_date_form(const std::string& t) {
  if (t.size() != 10 || t[4] != '-' || t[7] != '-') return false;
  for (std::size_t i = 0; i < t.size(); ++i)
    if (i != 4 && i != 7 && (t[i] < '0' || t[i] > '9')) return false;
  return true;
}

std::string address_hint(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return "a single address, without /length";
  return "write 10.1.2.3 or 2001:db8::1: decimal, without leading zeros";
}

}  // namespace

void YamlReader::problem(Mark at, std::string message, std::string hint) {
  problems_.push_back({file_, at, std::move(message), std::move(hint)});
}

void YamlReader::wrong(const YamlNode& n, std::string_view expected, std::string hint) {
  if (n.reported) return;
  if (n.is_null() && hint.empty()) hint = "write a value, or delete the key";
  problem(n.at, "expected " + std::string(expected) + ", found " + found(n), std::move(hint));
}

void YamlReader::unsupported(Mark at, std::string_view what) {
  problem(at, std::string(what) + " is not supported by this version",
          "remove it, or wait for a version that supports it");
}

std::optional<std::string> YamlReader::text(const YamlNode& n) {
  if (n.is_scalar() && !n.text.empty()) return n.text;
  wrong(n, "a text");
  return std::nullopt;
}

std::optional<MarkedText> YamlReader::marked_text(const YamlNode& n) {
  auto t = text(n);
  if (!t) return std::nullopt;
  return MarkedText{std::move(*t), n.at};
}

std::optional<bool> YamlReader::boolean(const YamlNode& n) {
  if (n.is_scalar() && n.plain && n.text == "true") return true;
  if (n.is_scalar() && n.plain && n.text == "false") return false;
  wrong(n, "true or false",
        n.is_scalar() && !n.plain ? "write it without quotation marks"
                                  : word_hint(n.text, {"true", "false"}));
  return std::nullopt;
}

std::optional<std::uint64_t> YamlReader::integer(const YamlNode& n, std::uint64_t min,
                                                 std::uint64_t max) {
  const auto v = n.is_scalar() && n.plain ? parse_decimal(n.text) : std::nullopt;
  if (v && *v >= min && *v <= max) return v;
  wrong(n, "a whole number from " + std::to_string(min) + " to " + std::to_string(max),
        v ? "" : integer_hint(n));
  return std::nullopt;
}

std::optional<double> YamlReader::number(const YamlNode& n, double min, double max) {
  const std::optional<double> v = n.is_scalar() && n.plain ? parse_fraction(n.text) : std::nullopt;
  if (v && *v >= min && *v <= max) return v;
  const auto plain = [](double d) { return std::to_string(static_cast<int>(d)); };
  wrong(n, "a number from " + plain(min) + " to " + plain(max), "write it as 0.95");
  return std::nullopt;
}

std::optional<std::uint64_t> YamlReader::size(const YamlNode& n) {
  const auto v = n.is_scalar() ? parse_size(n.text) : std::nullopt;
  if (v && *v > 0) return v;
  const bool bare = n.is_scalar() && parse_decimal(n.text);
  wrong(n, "a size with its unit KiB, MiB or GiB",
        v      ? "it must be more than zero"
        : bare ? "the unit is missing; write " + n.text + "MiB or another unit"
               : "write it as 32MiB");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> YamlReader::duration(const YamlNode& n) {
  const auto v = n.is_scalar() ? parse_duration(n.text) : std::nullopt;
  if (v && v->count() > 0) return v;
  const bool bare = n.is_scalar() && parse_decimal(n.text);
  wrong(n, "a duration with its unit ms, s, m, h or d",
        v      ? "it must be more than zero"
        : bare ? "the unit is missing; write " + n.text + "s or another unit"
               : "write it as 10s or 180d");
  return std::nullopt;
}

std::optional<Date> YamlReader::date(const YamlNode& n) {
  const auto d = n.is_scalar() ? parse_date(n.text) : std::nullopt;
  if (d) return d;
  if (n.is_scalar() && has_date_form(n.text))
    problem(n.at, "the day " + n.text + " does not exist",
            "write a day of the calendar, YYYY-MM-DD");
  else
    wrong(n, "a date as YYYY-MM-DD", date_hint(n.text));
  return std::nullopt;
}

std::optional<std::string> YamlReader::country(const YamlNode& n) {
  if (n.is_scalar() && is_country(n.text)) return n.text;
  const std::string meant = nearest_country(n.text);
  wrong(n, "a country code of two capital letters (ISO 3166-1)",
        meant.empty() ? "as in JP, US or DE" : "did you mean '" + meant + "'?");
  return std::nullopt;
}

std::optional<Localized> YamlReader::localized(const YamlNode& n) {
  if (n.is_scalar() && !n.text.empty()) return Localized{n.text, n.text};
  if (!n.is_map()) {
    wrong(n, "a text, or { ja: …, en: … }");
    return std::nullopt;
  }
  Localized l;
  MapReader m(*this, n, "a text in two languages");
  m.text("ja", l.ja);
  m.text("en", l.en);
  m.finish();
  if (l.ja.empty()) l.ja = l.en;
  if (l.en.empty()) l.en = l.ja;
  if (l.empty()) return std::nullopt;
  return l;
}

std::optional<IpNetwork> YamlReader::network(const YamlNode& n) {
  const auto v = n.is_scalar() ? IpNetwork::parse(n.text) : std::nullopt;
  if (v) return v;
  std::string hint = "write it as 10.20.0.0/16 or 2001:db8::/32";
  const std::size_t slash = n.text.find('/');
  if (slash != std::string::npos && IpAddress::parse(n.text.substr(0, slash)))
    hint = "the address must be the first of the network, and the length fit; " + hint;
  wrong(n, "a network (address/length)", hint);
  return std::nullopt;
}

std::optional<IpAddress> YamlReader::address(const YamlNode& n) {
  const auto v = n.is_scalar() ? IpAddress::parse(n.text) : std::nullopt;
  if (!v) wrong(n, "an IP address", address_hint(n.text));
  return v;
}

std::optional<std::string> YamlReader::word(const YamlNode& n,
                                            const std::vector<std::string_view>& words) {
  if (n.is_scalar() && std::find(words.begin(), words.end(), n.text) != words.end()) return n.text;
  wrong(n, words.size() > 6 ? "one of " + joined(words) : joined(words), word_hint(n.text, words));
  return std::nullopt;
}

const std::vector<YamlNode>* YamlReader::list(const YamlNode& n, std::string_view what) {
  if (n.is_list()) return &n.items;
  wrong(n, "a list of " + std::string(what), list_hint(n));
  return nullptr;
}

std::vector<MarkedText> YamlReader::texts(const YamlNode& n, std::string_view what) {
  std::vector<MarkedText> out;
  const auto* items = list(n, what);
  if (!items) return out;
  for (const YamlNode& item : *items) {
    auto t = marked_text(item);
    if (!t) continue;
    const auto same = [&](const MarkedText& o) { return o.value == t->value; };
    if (std::any_of(out.begin(), out.end(), same))
      problem(item.at, "'" + shortened(t->value) + "' stands twice in this list", "delete one");
    else
      out.push_back(std::move(*t));
  }
  return out;
}

MapReader::MapReader(YamlReader& reader, const YamlNode& node, std::string what)
    : reader_(reader), at_(node.at), what_(std::move(what)) {
  if (node.is_map())
    node_ = &node;
  else
    reader_.wrong(node, "a map of `key: value` for " + what_);
}

const YamlEntry* MapReader::entry(std::string_view key) {
  known_.push_back(key);
  if (!node_) return nullptr;
  for (const YamlEntry& e : node_->entries)
    if (e.key == key) return &e;
  return nullptr;
}

const YamlNode* MapReader::find(std::string_view key) {
  const YamlEntry* e = entry(key);
  return e ? &e->value : nullptr;
}

const YamlNode* MapReader::require(std::string_view key) {
  const YamlNode* n = find(key);
  if (!n && node_ && !tolerate_missing_)
    reader_.problem(at_, what_ + " needs `" + std::string(key) + "`",
                    "add `" + std::string(key) + ": …`");
  return n;
}

void MapReader::unsupported(std::string_view key) {
  const YamlEntry* e = entry(key);
  known_.pop_back();  // never suggested
  if (!e) return;
  reader_.unsupported(e->at, "`" + std::string(key) + "`");
  known_unsupported_.push_back(key);
}

void MapReader::text(std::string_view key, std::string& out) {
  const YamlNode* n = find(key);
  if (!n) return;
  if (auto v = reader_.text(*n)) out = std::move(*v);
}

void MapReader::marked_text(std::string_view key, MarkedText& out) {
  const YamlNode* n = find(key);
  if (!n) return;
  if (auto v = reader_.marked_text(*n)) out = std::move(*v);
}

void MapReader::boolean(std::string_view key, bool& out) {
  const YamlNode* n = find(key);
  if (!n) return;
  if (auto v = reader_.boolean(*n)) out = *v;
}

void MapReader::texts(std::string_view key, std::string_view what, std::vector<MarkedText>& out) {
  if (const YamlNode* n = find(key)) out = reader_.texts(*n, what);
}

void MapReader::localized(std::string_view key, Localized& out) {
  const YamlNode* n = find(key);
  if (!n) return;
  if (auto v = reader_.localized(*n)) out = std::move(*v);
}

void MapReader::finish() {
  if (!node_) return;
  if (reader_.log()) reader_.log()->maps.push_back({at_, {known_.begin(), known_.end()}});
  for (const YamlEntry& e : node_->entries) {
    const auto is = [&](std::string_view k) { return k == e.key; };
    if (std::any_of(known_.begin(), known_.end(), is)) continue;
    if (std::any_of(known_unsupported_.begin(), known_unsupported_.end(), is)) continue;
    const bool wide =
        e.key.find("\u3000") != std::string::npos || e.key.find("：") != std::string::npos;
    reader_.problem(e.at, "unknown key '" + shortened(e.key) + "' in " + what_,
                    wide ? "a full-width space or colon is part of it; write it half-width"
                         : suggestion(e.key, known_));
  }
}

}  // namespace sekisho::config
