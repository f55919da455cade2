#include "config/policy_file.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>

#include "config/nearest.h"
#include "config/policy_sections.h"
#include "config/text_file.h"
#include "config/transfers.h"
#include "config/units.h"

namespace sekisho::config {
namespace {

std::vector<std::string> values(const std::vector<MarkedText>& marked) {
  std::vector<std::string> out;
  for (const MarkedText& m : marked) out.push_back(m.value);
  return out;
}

void read_version(MapReader& policy) {
  const YamlNode* n = policy.require("version");
  if (n && !(n->is_scalar() && n->plain && n->text == "1"))
    policy.reader().wrong(*n, "version 1, the only one this program reads", "write version: 1");
}

// Only the form: whether the zone exists is known to the system's zone files, which are looked into
// when time is.
void read_timezone(MapReader& policy, std::string& out) {
  const YamlNode* n = policy.find("timezone");
  const auto zone = n ? policy.reader().text(*n) : std::nullopt;
  if (!zone) return;
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  const bool form = zone->find_first_not_of(kAllowed) == std::string::npos &&
                    zone->front() != '/' && zone->find("//") == std::string::npos;
  std::error_code error;
  const std::filesystem::path zones("/usr/share/zoneinfo");
  const bool known = !std::filesystem::is_directory(zones, error) ||
                     std::filesystem::is_regular_file(zones / *zone, error);
  if (form && (known || *zone == "UTC" || *zone == "Asia/Tokyo"))
    out = *zone;
  else
    policy.reader().wrong(*n, "a time zone such as Asia/Tokyo",
                          "write Area/City as in the tz database, or UTC");
}

void read_messages(YamlReader& reader, const YamlNode& node, Messages& out) {
  MapReader m(reader, node, "`messages`");
  if (const YamlNode* n = m.find("languages")) {
    std::vector<std::string> languages;
    for (const MarkedText& l : reader.texts(*n, "languages")) {
      if (l.value == "ja" || l.value == "en")
        languages.push_back(l.value);
      else
        reader.problem(l.at, "expected ja or en, found '" + l.value + "'",
                       suggestion(l.value, {"ja", "en"}));
    }
    if (n->is_list() && n->items.empty()) reader.wrong(*n, "at least one language", "[ja, en]");
    if (!languages.empty()) out.languages = std::move(languages);
  }
  m.text("contact", out.contact);
  m.finish();
}

GroupDef read_group(YamlReader& reader, const YamlEntry& e) {
  GroupDef g;
  g.name = e.key;
  g.at = e.at;
  if (g.name == "everyone")
    reader.problem(e.at, "the group 'everyone' always exists and cannot be defined",
                   "give this group another name");
  MapReader m(reader, e.value, "the group '" + e.key + "'");
  const YamlNode* users = m.find("users");
  const YamlNode* networks = m.find("networks");
  if (users) g.users = values(reader.texts(*users, "user names"));
  const auto* items = networks ? reader.list(*networks, "networks") : nullptr;
  if (items)
    for (const YamlNode& item : *items)
      if (const auto network = reader.network(item)) g.networks.push_back(*network);
  m.finish();
  if (m.valid() && !users && !networks)
    reader.problem(e.value.at, "the group '" + e.key + "' has neither `users` nor `networks`",
                   "write { users: [alice] } or { networks: [10.20.0.0/16] }");
  return g;
}

std::vector<GroupDef> read_groups(YamlReader& reader, const YamlNode& node) {
  std::vector<GroupDef> out;
  if (!node.is_map()) {
    reader.wrong(node, "a map of groups", "write `name: { users: [alice] }`");
    return out;
  }
  for (const YamlEntry& e : node.entries) out.push_back(read_group(reader, e));
  return out;
}

void read_limits(YamlReader& reader, const YamlNode& node, PolicyFile& out) {
  MapReader m(reader, node, "`limits`");
  if (const YamlNode* n = m.find("exception_days"))
    if (const auto days = reader.integer(*n, 1, 3650)) out.exception_days = static_cast<int>(*days);
  m.finish();
}

template <class Read>
void section(MapReader& policy, std::string_view key, Read read) {
  if (const YamlNode* n = policy.find(key)) read(*n);
}

void read_admission(YamlReader& reader, MapReader& policy, PolicyFile& out) {
  static constexpr Word<bool> kUnlisted[] = {{"block", false}, {"splice", true}};
  section(policy, "groups", [&](const YamlNode& n) { out.groups = read_groups(reader, n); });
  section(policy, "regions", [&](const YamlNode& n) { out.regions = read_regions(reader, n); });
  policy.word("unlisted", kUnlisted, out.unlisted_splice);
  section(policy, "destinations",
          [&](const YamlNode& n) { out.destinations = read_destinations(reader, n); });
  section(policy, "alternatives",
          [&](const YamlNode& n) { out.alternatives = read_alternatives(reader, n); });
  section(policy, "models", [&](const YamlNode& n) { out.models = read_models(reader, n); });
  section(policy, "second_destinations", [&](const YamlNode& n) {
    out.second_destinations = read_second_destinations(reader, n);
  });
  section(policy, "enforce",
          [&](const YamlNode& n) { out.enforce = read_enforce_rules(reader, n); });
}

void read_data(YamlReader& reader, MapReader& policy, PolicyFile& out) {
  static constexpr Word<Action> kUninspected[] = {{"block", Action::kBlock},
                                                  {"allow", Action::kAllow}};
  section(policy, "data", [&](const YamlNode& n) { out.data = read_data_rules(reader, n); });
  policy.word("uninspected", kUninspected, out.uninspected);
  section(policy, "exceptions",
          [&](const YamlNode& n) { out.exceptions = read_exceptions(reader, n); });
  section(policy, "transfers", [&](const YamlNode& n) { read_transfers(reader, n); });
  section(policy, "limits", [&](const YamlNode& n) { read_limits(reader, n, out); });
  section(policy, "detectors",
          [&](const YamlNode& n) { out.detectors = read_detectors(reader, n); });
  section(policy, "datasets", [&](const YamlNode& n) { out.datasets = read_datasets(reader, n); });
  section(policy, "tests", [&](const YamlNode& n) { out.tests = read_policy_tests(reader, n); });
}

void read_policy(const YamlDocument& document, YamlReader& reader, PolicyFile& out) {
  MapReader policy(reader, document.root, "the policy");
  if (!document.complete) policy.tolerate_missing();
  read_version(policy);
  policy.text("name", out.name);
  policy.word("mode", kModes, out.mode);
  read_timezone(policy, out.timezone);
  section(policy, "messages", [&](const YamlNode& n) { read_messages(reader, n, out.messages); });
  read_admission(reader, policy, out);
  read_data(reader, policy, out);
  for (std::string_view key : {"sealed_copies", "restore"}) policy.unsupported(key);
  policy.finish();
}

// `body_file` of a test is seen from the folder of the policy, and must be there for the test to
// run.
void resolve_body_files(YamlReader& reader, PolicyFile& policy) {
  for (PolicyTest& t : policy.tests) {
    if (!t.body_file) continue;
    t.body_file = resolve_path(policy.path, *t.body_file);
    const std::string why = unreadable(*t.body_file);
    if (!why.empty())
      reader.problem(t.body_file_at, "the file '" + *t.body_file + "' cannot be read: " + why,
                     "a relative path starts at the folder of this file");
  }
}

}  // namespace

std::string Date::to_string() const {
  const auto padded = [](int n, std::size_t width) {
    const std::string digits = std::to_string(n);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
  };
  return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t count) {
    int n = 0;
    for (char c : text.substr(from, count)) {
      if (c < '0' || c > '9') return -1;
      n = n * 10 + (c - '0');
    }
    return n;
  };
  const Date d{number(0, 4), number(5, 2), number(8, 2)};
  if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{d.year},
                                        std::chrono::month{static_cast<unsigned>(d.month)},
                                        std::chrono::day{static_cast<unsigned>(d.day)}};
  if (!day.ok()) return std::nullopt;
  return d;
}

PolicyFile parse_policy(const std::string& path, const std::string& text, Problems& problems) {
  return parse_policy(path, text, problems, nullptr);
}

PolicyFile parse_policy(const std::string& path, const std::string& text, Problems& problems,
                        KeyLog* log) {
  PolicyFile out;
  out.path = path;
  out.text = text;
  const std::size_t before = problems.size();
  const YamlDocument document = parse_yaml(path, text, problems);
  YamlReader reader(path, problems, log);
  if (document.complete || document.root.is_map()) {
    read_policy(document, reader, out);
    resolve_body_files(reader, out);
  }
  sort_by_place(problems, before);
  return out;
}

PolicyFile load_policy(const std::string& path, Problems& problems) {
  const auto text = read_text_file(path, problems);
  if (!text) {
    PolicyFile none;
    none.path = path;
    return none;
  }
  return parse_policy(path, *text, problems);
}

}  // namespace sekisho::config
