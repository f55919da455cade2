#include <algorithm>

#include "config/catalogue.h"
#include "config/country.h"
#include "config/text_file.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

using Places = std::vector<std::string>;

// "JP", a group, "*" (anywhere), "!CN" (except), "unknown".
bool place_form(std::string_view text) {
  if (text == "*" || text == "unknown" || is_country(text)) return true;
  if (!text.empty() && text[0] == '!') return is_country(text.substr(1));
  return text.size() >= 2 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
}

class RegionsLoader {
 public:
  RegionsLoader(YamlReader& reader, CloudRegions& out) : reader_(reader), out_(out) {}

  void read(const YamlNode& root) {
    MapReader m(reader_, root, "the table of cloud regions");
    (void)m.find("version");
    (void)m.find("as_of");
    if (const YamlNode* n = m.find("groups")) read_groups(*n);
    const YamlNode* open = m.find("not_a_region");
    if (const YamlNode* n = m.require("providers")) read_clouds(*n);
    if (open) read_not_a_region(*open);
    m.finish();
  }

 private:
  Places places(const YamlNode& n) {
    Places out;
    if (n.is_list()) {
      for (const YamlNode& item : n.items) add(item, out);
    } else {
      add(n, out);
    }
    return out;
  }

  void add(const YamlNode& n, Places& out) {
    if (!n.is_scalar() || !place_form(n.text))
      return reader_.wrong(n, "a country code, a group or unknown");
    const auto group = out_.groups.find(n.text);
    if (group != out_.groups.end())
      out.insert(out.end(), group->second.begin(), group->second.end());
    else if (is_country(n.text) || n.text == "*" || n.text == "unknown" || n.text[0] == '!')
      out.push_back(n.text);
    else
      reader_.problem(n.at, "the group '" + n.text + "' is not defined above",
                      "groups stand under `groups`");
  }

  void read_groups(const YamlNode& node) {
    if (!node.is_map()) return reader_.wrong(node, "a map from a group to countries");
    for (const YamlEntry& e : node.entries) {
      Places members = places(e.value);
      out_.groups[e.key] = std::move(members);
    }
  }

  void read_clouds(const YamlNode& node) {
    if (!node.is_map()) return reader_.wrong(node, "a map of clouds");
    for (const YamlEntry& e : node.entries) {
      MapReader m(reader_, e.value, "the cloud '" + e.key + "'");
      for (std::string_view key : {"name", "confidence", "source", "note"}) (void)m.find(key);
      auto& table = out_.tables[e.key];
      if (const YamlNode* regions = m.find("regions")) read_table(*regions, table);
      m.finish();
    }
  }

  void read_table(const YamlNode& node, std::map<std::string, Places>& table) {
    if (!node.is_map()) return reader_.wrong(node, "a map from a region code to a country");
    for (const YamlEntry& e : node.entries) {
      Places found = places(e.value);
      table[e.key] = std::move(found);
    }
  }

  // Codes that promise no country join the table of their cloud as "anywhere"; `<cloud>_multi`
  // holds codes of several countries.
  void read_not_a_region(const YamlNode& node) {
    if (!node.is_map()) return reader_.wrong(node, "a map of clouds");
    for (const YamlEntry& e : node.entries) {
      std::string cloud = e.key;
      if (cloud.size() > 6 && cloud.substr(cloud.size() - 6) == "_multi")
        cloud.resize(cloud.size() - 6);
      auto& table = out_.tables[cloud];
      if (e.value.is_map()) {
        read_table(e.value, table);
        continue;
      }
      for (const MarkedText& code : reader_.texts(e.value, "region codes"))
        table[code.value] = {"*"};
    }
  }

  YamlReader& reader_;
  CloudRegions& out_;
};

}  // namespace

CloudRegions load_cloud_regions(const std::string& path, Problems& problems) {
  CloudRegions out;
  const auto text = read_text_file(path, problems);
  if (!text) return out;
  const std::size_t before = problems.size();
  const YamlDocument document = parse_yaml(path, *text, problems);
  YamlReader reader(path, problems);
  if (document.complete) RegionsLoader(reader, out).read(document.root);
  sort_by_place(problems, before);
  return out;
}

}  // namespace sekisho::config
