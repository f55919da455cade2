#include "gateway/commands/schema.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "config/company_accounts.h"
#include "config/schema.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {
namespace {

using config::FactSchema;
using config::SchemaKey;
using json = nlohmann::ordered_json;

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> out;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(by, begin);
    out.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return out;
    begin = end + 1;
  }
}

json ref(const char* name) {
  return {{"$ref", std::string("#/$defs/") + name}};
}

json matching(const char* pattern) {
  return {{"type", "string"}, {"pattern", pattern}};
}

json list_of(json item) {
  return {{"type", "array"}, {"items", std::move(item)}};
}

json map_of(json item) {
  return {{"type", "object"}, {"additionalProperties", std::move(item)}};
}

json either(json one, json other) {
  return {{"anyOf", json::array({std::move(one), std::move(other)})}};
}

json accounts() {
  json properties = json::object();
  for (const config::CompanyAccountsRow& row : config::company_accounts_rows()) {
    using Form = config::CompanyAccountsRow::Form;
    const std::string name(row.name);
    if (row.form == Form::kBlock)
      properties[name] = {{"const", "block"}};
    else
      properties[name] =
          row.form == Form::kOne ? ref("text") : either(ref("text"), list_of(ref("text")));
  }
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
}

// Plain numbers and booleans are read as text where text is wanted.
json definitions() {
  json d;
  d["text"] = {{"type", json::array({"string", "number", "boolean"})}, {"minLength", 1}};
  d["texts"] = {{"type", "array"}, {"items", ref("text")}, {"uniqueItems", true}};
  d["boolean"] = {{"type", "boolean"}};
  d["date"] = matching("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
  d["moment"] = matching("^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}");
  d["duration"] = matching("^[0-9]+(ms|s|m|h|d)$");
  d["size"] = matching("^[0-9]+(KiB|MiB|GiB)$");
  d["country"] = matching("^([A-Z]{2}|unknown)$");
  d["place"] = matching("^([A-Z_]{2,}|unknown|customer_selected)$");
  d["places"] = list_of(matching("^[A-Z_]{2,}$"));
  d["address"] = matching("^[0-9A-Fa-f:.]+$");
  d["network"] = matching("^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$");
  d["networks"] = list_of(ref("network"));
  d["socket"] = matching("^.+:[0-9]{1,5}$");
  json languages = {{"type", "object"}, {"additionalProperties", false}, {"minProperties", 1}};
  languages["properties"] = {{"ja", ref("text")}, {"en", ref("text")}};
  d["localized"] = either(ref("text"), std::move(languages));
  d["headers"] = either(map_of(ref("text")), list_of(ref("text")));
  const json scalar = {{"type", json::array({"string", "number", "boolean"})}};
  d["fields"] = map_of(either(either(scalar, list_of(scalar)), ref("fields")));
  json credential = {{"type", "object"}, {"additionalProperties", false}};
  credential["required"] = json::array({"use"});
  credential["properties"] = {{"use", ref("text")}, {"header", ref("text")}};
  d["credential"] = either({{"const", "strip"}}, std::move(credential));
  d["accounts"] = accounts();
  d["days"] = either({{"type", "integer"}, {"minimum", 0}}, {{"const", "unknown"}});
  d["certifications"] =
      either(map_of({{"enum", json::array({"yes", "no", "unknown"})}}), {{"const", "unknown"}});
  return d;
}

json form_of(std::string_view form);

// "1..3650", "0.05..1".
json range(std::string_view form) {
  const std::size_t dots = form.find("..");
  const std::string low(form.substr(0, dots)), high(form.substr(dots + 2));
  const bool decimal = low.find('.') != std::string::npos;
  json out = {{"type", decimal ? "number" : "integer"}};
  out["minimum"] = json::parse(low);
  out["maximum"] = json::parse(high);
  return out;
}

json words(std::string_view form) {
  std::vector<json> kinds;
  json values = json::array();
  for (const std::string& w : split(form, '|')) {
    if (w == "date") {
      kinds.push_back(ref("date"));
    } else if (w.find("..") != std::string::npos) {
      kinds.push_back(range(w));
    } else if (w == "true" || w == "false") {
      values.push_back(w == "true");
      values.push_back(w);
    } else {
      values.push_back(w);
    }
  }
  if (!values.empty()) kinds.push_back({{"enum", values}});
  return kinds.size() == 1 ? kinds[0] : either(kinds[0], kinds[1]);
}

json described(json schema, std::string_view ja, std::string_view en) {
  schema["description"] = std::string(ja) + "\n" + std::string(en);
  return schema;
}

json fact_object(bool requirements) {
  json properties = json::object();
  for (const FactSchema& f : config::fact_schema()) {
    json value = form_of(f.form);
    if (requirements && f.form == "certifications") value = ref("text");
    if (requirements && f.form == "days") value = {{"type", "integer"}, {"minimum", 0}};
    const bool list = requirements ? f.form != "days" : f.several;
    if (list) value = either(value, list_of(value));
    properties[std::string(f.name)] = described(std::move(value), f.ja, f.en);
  }
  if (requirements)
    properties["reviewed_within"] = described(ref("duration"), "規約の確認がこの期間内であること",
                                              "the terms were reviewed in this time");
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
}

json form_of(std::string_view form) {
  static const json kDefinitions = definitions();
  const std::string name(form);
  if (name == "1") return {{"const", 1}};
  if (name == "facts") return fact_object(false);
  if (name == "requirements") return fact_object(true);
  if (name.rfind("list:", 0) == 0) {
    json out = list_of(words(form.substr(5)));
    out["uniqueItems"] = true;
    return out;
  }
  if (name.rfind("map:", 0) == 0) return map_of(form_of(form.substr(4)));
  if (kDefinitions.contains(name)) return ref(name.c_str());
  return words(form);
}

json empty_map() {
  return {{"type", "object"}, {"additionalProperties", false}, {"properties", json::object()}};
}

json container(std::string_view form) {
  if (form == "map") return empty_map();
  if (form == "maps") return {{"type", "array"}, {"items", empty_map()}};
  if (form == "named") return {{"type", "object"}, {"additionalProperties", empty_map()}};
  return form_of(form);
}

// The map whose keys stand at `parent`: "", "regions", "destinations[]", "groups{}".
json& map_at(json& root, std::string_view parent) {
  json* at = &root;
  if (parent.empty()) return *at;
  for (std::string step : split(parent, '.')) {
    const bool list = step.ends_with("[]"), named = step.ends_with("{}");
    if (list || named) step.resize(step.size() - 2);
    at = &(*at)["properties"][step];
    if (list) at = &(*at)["items"];
    if (named) at = &(*at)["additionalProperties"];
  }
  return *at;
}

void add(json& root, const SchemaKey& key) {
  const std::size_t dot = key.path.rfind('.');
  const bool top = dot == std::string_view::npos;
  json& map = map_at(root, top ? std::string_view() : key.path.substr(0, dot));
  const std::string name(top ? key.path : key.path.substr(dot + 1));
  std::string ja(key.ja), en(key.en);
  if (!key.otherwise.empty()) {
    ja += " (既定 " + std::string(key.otherwise) + ")";
    en += " (default " + std::string(key.otherwise) + ")";
  }
  map["properties"][name] = described(container(key.form), ja, en);
  if (key.required) map["required"].push_back(name);
}

int print(const std::string& name) {
  const std::string text = schema_json(name);
  if (text.empty()) {
    tell("sekisho schema", "no schema '" + name + "'; there are policy and gateway");
    return 2;
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace

std::string schema_json(std::string_view name) {
  if (name != "policy" && name != "gateway") return "";
  const bool policy = name == "policy";
  json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
               {"$id", "urn:sekisho:" + std::string(name) + ":1"},
               {"title", "Sekisho " + std::string(name) + ".yaml"}};
  root = described(std::move(root),
                   policy ? "誰が、どこへ、何を送ってよいか" : "ゲートウェイの運用の設定",
                   policy ? "who may send what where" : "how the gateway is run");
  root["type"] = "object";
  root["additionalProperties"] = false;
  root["properties"] = json::object();
  for (const SchemaKey& key : policy ? config::policy_schema() : config::gateway_schema())
    add(root, key);
  root["$defs"] = definitions();
  return root.dump(2) + "\n";
}

void add_schema_command(CLI::App& app, int& exit_code) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "schema", "設定ファイルの JSON Schema / a JSON Schema of a configuration file, for editors");
  command->add_option("name", *name, "policy or gateway")->required();
  command->footer(
      "Example:\n  sekisho schema policy > policy.schema.json\n"
      "and as the first line of policy.yaml:\n"
      "  # yaml-language-server: $schema=policy.schema.json");
  command->callback([name, &exit_code] { exit_code = print(*name); });
}

}  // namespace sekisho::gateway
