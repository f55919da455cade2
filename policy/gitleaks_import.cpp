#include "policy/gitleaks_import.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/toml_document.h"
#include "policy/detector_packs.h"

namespace sekisho::policy {
namespace {

using config::MarkedText;
using config::PackRowDef;
using config::YamlEntry;
using config::YamlNode;

constexpr std::size_t kShortestLiteral = 3;
constexpr double kSpecific = 0.85, kGeneric = 0.60;

const YamlNode* child(const YamlNode& map, std::string_view key) {
  for (const YamlEntry& e : map.entries)
    if (e.key == key) return &e.value;
  return nullptr;
}

std::string text_of(const YamlNode& map, std::string_view key) {
  const YamlNode* n = child(map, key);
  return n && n->is_scalar() ? n->text : "";
}

std::vector<MarkedText> texts_of(const YamlNode& map, std::string_view key) {
  std::vector<MarkedText> out;
  const YamlNode* n = child(map, key);
  if (!n || !n->is_list()) return out;
  for (const YamlNode& item : n->items)
    if (item.is_scalar() && !item.text.empty()) out.push_back({item.text, item.at});
  return out;
}

// "AWS Access-Token" is aws_access_token.
std::string type_of(std::string_view id) {
  std::string out;
  for (const char c : id) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c + 0x20);
    else
      out += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  }
  if (!out.empty() && out[0] >= '0' && out[0] <= '9') out.insert(0, "rule_");
  return out.substr(0, 64);
}

// What people write before a name: it only lengthens the match that gitleaks shows, and costs most
// of a rule's memory.
std::string without_lead(const std::string& regex) {
  std::string flags, rest = regex;
  if (rest.rfind("(?i)", 0) == 0) {
    flags = "(?i)";
    rest = rest.substr(flags.size());
  }
  for (const std::string_view lead : {"[\\w.-]{0,50}?", "[\\w.-]{0,50}?", "[a-z0-9_ .\\-,]{0,25}"})
    if (rest.rfind(lead, 0) == 0) return flags + rest.substr(lead.size());
  return regex;
}

// `(` of a group that captures: not escaped, not in a class, not "(?:".
bool captures(std::string_view regex, std::size_t pos) {
  if (pos + 1 >= regex.size() || regex[pos + 1] != '?') return true;
  return regex.substr(pos, 4) == "(?P<" ||
         (regex.substr(pos, 3) == "(?<" && pos + 3 < regex.size() && regex[pos + 3] != '=' &&
          regex[pos + 3] != '!');
}

// The regex with no capturing group but number `wanted`.
std::string keep_group(std::string_view regex, int wanted) {
  std::string out;
  int group = 0;
  bool in_class = false;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    const char c = regex[i];
    if (c == '\\' && i + 1 < regex.size()) {
      out.append(regex.substr(i++, 2));
      continue;
    }
    if (c == '[' && !in_class) {
      in_class = true;
      out += c;
      // A bracket that stands first in a class is a member of it.
      if (i + 1 < regex.size() && regex[i + 1] == '^') out += regex[++i];
      if (i + 1 < regex.size() && regex[i + 1] == ']') out += regex[++i];
      continue;
    }
    if (c == ']') in_class = false;
    out += c;
    if (c != '(' || in_class || !captures(regex, i)) continue;
    if (++group == wanted) continue;
    const std::size_t name = regex.substr(i, 2) == "(?" ? regex.find('>', i) : i;
    out += "?:";
    i = name;
  }
  return out;
}

class Importer {
 public:
  explicit Importer(GitleaksImport& out) : out_(out) {}

  void read(const YamlNode& root) {
    if (const YamlNode* extend = child(root, "extend"))
      note(extend->at, "", "`extend`: rules of other files are not read", false);
    read_global_allowlist(root);
    const YamlNode* rules = child(root, "rules");
    if (!rules || !rules->is_list()) return;
    out_.rules = rules->items.size();
    for (const YamlNode& rule : rules->items) read_rule(rule);
  }

 private:
  void note(config::Mark at, std::string rule, std::string message, bool lost) {
    out_.notes.push_back({at, std::move(rule), std::move(message), lost});
  }

  void read_global_allowlist(const YamlNode& root) {
    for (const std::string_view key : {"allowlist", "allowlists"}) {
      const YamlNode* n = child(root, key);
      if (!n) continue;
      if (n->is_map()) read_allowlist(*n, "", global_);
      for (const YamlNode& item : n->items) read_allowlist(item, "", global_);
    }
  }

  // Regular expressions and stop words over the value are kept; what looks at files, commits and
  // the line around is not: a prompt has none, and the words around a value never excuse it.
  void read_allowlist(const YamlNode& list, const std::string& rule,
                      std::vector<MarkedText>& allow) {
    for (const std::string_view key : {"paths", "commits"})
      if (const YamlNode* n = child(list, key))
        note(n->at, rule, "allowlist: `" + std::string(key) + "` does not apply to prompts", false);
    const std::string condition = text_of(list, "condition");
    const bool all = condition == "AND" || condition == "and";
    if (all && (child(list, "paths") || child(list, "commits")))
      return note(list.at, rule, "allowlist: left out, since all its conditions must hold", false);
    const std::string target = text_of(list, "regexTarget");
    auto regexes = texts_of(list, "regexes");
    if (!regexes.empty() && !target.empty() && target != "secret") {
      note(list.at, rule, "allowlist: `regexTarget = \"" + target + "\"` looks beside the value",
           false);
      regexes.clear();
    }
    const auto words = texts_of(list, "stopwords");
    if (all && !regexes.empty() && !words.empty())
      return note(list.at, rule, "allowlist: left out, since all its conditions must hold", false);
    allow.insert(allow.end(), regexes.begin(), regexes.end());
    if (!words.empty()) allow.push_back({any_of_words(words), words.front().at});
  }

  static std::string any_of_words(const std::vector<MarkedText>& words) {
    std::string out = "(?i)";
    for (const MarkedText& word : words) {
      if (out.size() > 4) out += '|';
      for (const char c : word.value) {
        if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
        out += c;
      }
    }
    return out;
  }

  void read_rule(const YamlNode& rule) {
    const std::string id = text_of(rule, "id");
    const std::string regex = text_of(rule, "regex");
    if (id.empty()) return note(rule.at, "", "a rule without `id`", true);
    if (regex.empty())
      return note(rule.at, id, "it has no `regex`: it looks at names of files only", true);
    if (child(rule, "path"))
      return note(rule.at, id, "`path`: it holds only in files of certain names", true);
    if (child(rule, "required"))
      return note(rule.at, id, "`required`: it needs matches of other rules near it", true);
    PackRowDef row;
    row.at = rule.at;
    row.type = {type_of(id), rule.at};
    row.category = "secret";
    row.about = text_of(rule, "description");
    row.left = row.right = "none";  // the expression says what stands beside it
    row.shape = id.find("generic") == std::string::npos ? kSpecific : kGeneric;
    row.specificity = id.find("generic") == std::string::npos ? 5 : 1;
    read_regex(rule, regex, id, row);
    read_keywords(rule, id, row);
    read_entropy(rule, id, row);
    row.allow = global_;
    for (const std::string_view key : {"allowlist", "allowlists"}) {
      const YamlNode* n = child(rule, key);
      if (n && n->is_map()) read_allowlist(*n, id, row.allow);
      if (n)
        for (const YamlNode& item : n->items) read_allowlist(item, id, row.allow);
    }
    take(std::move(row), id);
  }

  void read_regex(const YamlNode& rule, const std::string& regex, const std::string& id,
                  PackRowDef& row) {
    const std::string group = text_of(rule, "secretGroup");
    int wanted = 1;
    if (!group.empty() && group.size() == 1 && group[0] > '0' && group[0] <= '9')
      wanted = group[0] - '0';
    else if (!group.empty() && group != "0")
      note(rule.at, id, "`secretGroup = " + group + "`: the first group is taken", false);
    row.pattern = {keep_group(without_lead(regex), wanted), rule.at};
  }

  void read_keywords(const YamlNode& rule, const std::string& id, PackRowDef& row) {
    for (MarkedText& word : texts_of(rule, "keywords")) {
      const auto same = [&](const MarkedText& o) { return o.value == word.value; };
      if (std::any_of(row.literals.begin(), row.literals.end(), same)) continue;
      row.literals.push_back(std::move(word));
    }
    const bool too_short =
        std::any_of(row.literals.begin(), row.literals.end(),
                    [](const MarkedText& w) { return w.value.size() < kShortestLiteral; });
    if (!too_short) return;
    note(rule.at, id, "`keywords`: too short to be looked for first; the expression is instead",
         false);
    row.literals.clear();
  }

  void read_entropy(const YamlNode& rule, const std::string& id, PackRowDef& row) {
    const std::string entropy = text_of(rule, "entropy");
    if (entropy.empty()) return;
    double value = 0, scale = 0;
    for (const char c : entropy) {
      if (c == '.' && scale == 0) {
        scale = 1;
      } else if (c >= '0' && c <= '9') {
        value = value * 10 + (c - '0');
        scale *= 10;
      } else {
        return note(rule.at, id, "`entropy = " + entropy + "` is no number from 0 to 8", false);
      }
    }
    row.min_entropy = std::min(8.0, scale > 0 ? value / scale : value);
  }

  // Kept when it compiles.
  void take(PackRowDef row, const std::string& id) {
    config::DetectorPackFile alone;
    alone.rows.push_back(row);
    config::Problems problems;
    if (compile_pack(alone, problems)) {
      out_.pack.rows.push_back(std::move(row));
      return;
    }
    note(row.at, id, problems.empty() ? "it does not compile" : problems.front().message, true);
  }

  GitleaksImport& out_;
  std::vector<MarkedText> global_;
};

}  // namespace

GitleaksImport import_gitleaks(const std::string& path, std::string_view text,
                               const std::string& pack_name, config::Problems& problems) {
  GitleaksImport out;
  out.pack.name = pack_name;
  out.pack.path = path;
  out.pack.source = "rules of gitleaks: " + path.substr(path.rfind('/') + 1);
  const config::YamlDocument document = config::parse_toml(path, text, problems);
  if (!document.complete) return out;
  Importer(out).read(document.root);
  if (out.rules == 0)
    problems.push_back(
        {path, {}, "this file holds no [[rules]]", "name a file of gitleaks' rules"});
  return out;
}

}  // namespace sekisho::policy
