// The schemas name what the loaders read, key by key, and nothing else.

#include "config/schema.h"

#include <map>
#include <set>

#include "config/gateway_sections.h"
#include "config/policy_sections.h"
#include "config/text_file.h"
#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

using Keys = std::set<std::string>;
using ByPath = std::map<std::string, Keys>;  // path of a map -> its keys

const std::string kData = SEKISHO_SOURCE_DIR "/tests/config/data/";

std::string parent_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? "" : std::string(path.substr(0, dot));
}

std::string name_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return std::string(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

ByPath keys_of(const std::vector<SchemaKey>& schema) {
  ByPath out;
  for (const SchemaKey& k : schema) out[parent_of(k.path)].insert(name_of(k.path));
  return out;
}

// Where the maps of a document stand in the schema, by their marks; and which keys it holds.
class Walk {
 public:
  explicit Walk(const std::vector<SchemaKey>& schema) {
    for (const SchemaKey& k : schema) forms_[std::string(k.path)] = k.form;
  }

  void map(const YamlNode& node, const std::string& path) {
    at_[{node.at.line, node.at.column}] = path;
    for (const YamlEntry& e : node.entries) {
      const std::string child = path.empty() ? e.key : path + "." + e.key;
      held_[path].insert(e.key);
      const std::string form = forms_[child];
      if (form == "map") map(e.value, child);
      if (form == "maps")
        for (const YamlNode& item : e.value.items) map(item, child + "[]");
      if (form == "named")
        for (const YamlEntry& item : e.value.entries) map(item.value, child + "{}");
    }
  }

  const std::string* path_of(Mark at) const {
    const auto it = at_.find({at.line, at.column});
    return it == at_.end() ? nullptr : &it->second;
  }
  const ByPath& held() const { return held_; }

 private:
  std::map<std::string, std::string> forms_;
  std::map<std::pair<int, int>, std::string> at_;
  ByPath held_;
};

std::string listed(const ByPath& keys) {
  std::string out;
  for (const auto& [path, names] : keys)
    for (const std::string& n : names) out += path + " > " + n + "\n";
  return out;
}

// What the loader asked each map of the file for.
template <class Parse>
ByPath asked_for(const std::string& file, const std::vector<SchemaKey>& schema, Parse parse,
                 ByPath& held) {
  const std::string path = kData + file;
  Problems problems;
  const auto text = read_text_file(path, problems);
  EXPECT_TRUE(text) << path;
  if (!text) return {};
  KeyLog log;
  parse(path, *text, problems, &log);
  EXPECT_TRUE(problems.empty()) << sekisho::config::listed(problems);
  Walk walk(schema);
  walk.map(parse_yaml(path, *text, problems).root, "");
  held = walk.held();
  ByPath out;
  for (const KeyLog::Map& map : log.maps)
    if (const std::string* at = walk.path_of(map.at))
      out[*at].insert(map.keys.begin(), map.keys.end());
  return out;
}

TEST(Schema, NamesTheKeysThatThePolicyLoaderReadsAndNoOthers) {
  ByPath held;
  const auto parse = [](const std::string& p, const std::string& t, Problems& problems,
                        KeyLog* log) { parse_policy(p, t, problems, log); };
  const ByPath asked = asked_for("every_key_policy.yaml", policy_schema(), parse, held);
  EXPECT_EQ(listed(asked), listed(keys_of(policy_schema())));
  EXPECT_EQ(listed(held), listed(keys_of(policy_schema()))) << "add it to every_key_policy.yaml";
}

TEST(Schema, NamesTheKeysThatTheGatewayLoaderReadsAndNoOthers) {
  ByPath held;
  const auto parse = [](const std::string& p, const std::string& t, Problems& problems,
                        KeyLog* log) { parse_gateway(p, t, problems, log); };
  const ByPath asked = asked_for("every_key_gateway.yaml", gateway_schema(), parse, held);
  EXPECT_EQ(listed(asked), listed(keys_of(gateway_schema())));
  EXPECT_EQ(listed(held), listed(keys_of(gateway_schema()))) << "add it to every_key_gateway.yaml";
}

TEST(Schema, DescribesEveryKeyAndFactInBothLanguages) {
  for (const auto* schema : {&policy_schema(), &gateway_schema()})
    for (const SchemaKey& k : *schema)
      EXPECT_TRUE(!k.ja.empty() && !k.en.empty() && !k.form.empty()) << k.path;
  for (const FactSchema& f : fact_schema())
    EXPECT_TRUE(!f.ja.empty() && !f.en.empty() && !f.form.empty()) << f.name;
}

TEST(Schema, RequiresWhatTheLoadersRequire) {
  for (const bool policy : {true, false}) {
    Problems problems;
    policy ? (void)parse_policy("p.yaml", "name: x\n", problems)
           : (void)parse_gateway("g.yaml", "laboratory: false\n", problems);
    std::string said;
    for (const Problem& p : problems) said += p.message;
    for (const SchemaKey& k : policy ? policy_schema() : gateway_schema())
      if (parent_of(k.path).empty())
        EXPECT_EQ(said.find("`" + std::string(k.path) + "`") != std::string::npos, k.required)
            << k.path << said;
  }
}

}  // namespace
}  // namespace sekisho::config
