#include "gateway/commands/catalogue_changes.h"

#include <algorithm>
#include <map>

#include "filters/bodies/json_scanner.h"

namespace sekisho::gateway {
namespace {

using config::Catalogue;
using config::Provider;
using Fields = std::map<std::string, std::string>;

std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

std::string endpoints_text(const Provider& p) {
  std::string out;
  for (const config::EndpointRegion& e : p.endpoint_region) {
    out += (out.empty() ? "" : "; ") + e.where + " " + e.pattern + " -> " + e.table + e.country +
           e.group + (e.key.empty() ? "" : " key " + e.key);
    for (const auto& [region, place] : e.values) out += " " + region + "=" + place;
  }
  return out;
}

// Everything that an entry states, by its key.
Fields fields_of(const Provider& p) {
  Fields out = {{"name", p.name},
                {"operator", p.operator_name},
                {"operator_country", p.operator_country},
                {"parent_country", p.parent_country},
                {"kind", p.kind},
                {"aggregator", p.aggregator ? "true" : ""},
                {"hosts", join(p.hosts)},
                {"paths", join(p.paths)},
                {"host_pattern", p.host_pattern},
                {"dialect", p.dialect},
                {"endpoint_region", endpoints_text(p)},
                {"confidence", p.confidence}};
  for (const auto& side : p.side_hosts) out["side_hosts." + side.role] = join(side.hosts);
  for (const auto& [key, fact] : p.facts) out[key] = fact_text(fact);
  return out;
}

std::vector<FactChange> differences(const Fields& older, const Fields& newer) {
  Fields all = older;
  all.insert(newer.begin(), newer.end());
  std::vector<FactChange> out;
  const auto value = [](const Fields& fields, const std::string& key) {
    const auto it = fields.find(key);
    return it == fields.end() ? std::string() : it->second;
  };
  for (const auto& [key, ignored] : all) {
    FactChange change{key, value(older, key), value(newer, key)};
    if (change.from != change.to) out.push_back(std::move(change));
  }
  return out;
}

Fields others_of(const Catalogue& c) {
  Fields out;
  for (const auto& side : c.shared_side_hosts)
    out["shared_side_hosts." + side.role] = join(side.hosts);
  for (const auto& d : c.model_developers)
    out["model_developers." + d.id] = d.country + " " + d.pattern + " " + d.service_only;
  for (const auto& [name, id] : c.openrouter_providers) out["openrouter_providers." + name] = id;
  for (const auto& [name, id] : c.huggingface_router_providers)
    out["huggingface_router_providers." + name] = id;
  for (const auto& [name, id] : c.vercel_gateway_providers)
    out["vercel_gateway_providers." + name] = id;
  return out;
}

void sort(std::vector<ServiceChange>& changes) {
  std::sort(changes.begin(), changes.end(),
            [](const ServiceChange& a, const ServiceChange& b) { return a.id < b.id; });
}

std::string or_none(const std::string& value) {
  return value.empty() ? "-" : value;
}

void add_facts(std::string& out, const std::vector<FactChange>& facts) {
  for (const FactChange& f : facts)
    out += "    " + f.key + ": " + or_none(f.from) + " -> " + or_none(f.to) + "\n";
}

void write_facts(filters::JsonWriter& w, const std::vector<FactChange>& facts) {
  w.begin_array();
  for (const FactChange& f : facts) {
    w.begin_object().key("key").value(f.key).key("from");
    f.from.empty() ? w.null() : w.value(f.from);
    w.key("to");
    f.to.empty() ? w.null() : w.value(f.to);
    w.end_object();
  }
  w.end_array();
}

void write_services(filters::JsonWriter& w, const char* key,
                    const std::vector<ServiceChange>& services, bool facts) {
  w.key(key).begin_array();
  for (const ServiceChange& s : services) {
    w.begin_object().key("id").value(s.id).key("name").value(s.name);
    if (facts) write_facts(w.key("facts"), s.facts);
    w.end_object();
  }
  w.end_array();
}

}  // namespace

std::string fact_text(const config::FactValue& fact) {
  std::string out = join(fact.items);
  for (const auto& [name, value] : fact.fields)
    out += (out.empty() ? "" : ", ") + name + " " + value;
  return out;
}

CatalogueChanges changes_between(const Catalogue& older, const Catalogue& newer) {
  CatalogueChanges out;
  out.old_as_of = older.as_of;
  out.new_as_of = newer.as_of;
  std::map<std::string, const Provider*> before;
  for (const Provider& p : older.providers) before[p.id] = &p;
  for (const Provider& p : newer.providers) {
    const auto was = before.find(p.id);
    if (was == before.end()) {
      out.added.push_back({p.id, p.name, {}});
      continue;
    }
    auto facts = differences(fields_of(*was->second), fields_of(p));
    if (!facts.empty()) out.changed.push_back({p.id, p.name, std::move(facts)});
    before.erase(was);
  }
  for (const auto& [id, p] : before) out.removed.push_back({id, p->name, {}});
  for (auto* list : {&out.added, &out.removed, &out.changed}) sort(*list);
  out.others = differences(others_of(older), others_of(newer));
  return out;
}

std::string changes_text(const CatalogueChanges& c, bool japanese) {
  std::string out = or_none(c.old_as_of) + " -> " + or_none(c.new_as_of) + "\n";
  if (c.empty()) return out + (japanese ? "違いはありません\n" : "nothing differs\n");
  for (const ServiceChange& s : c.added) out += "+ " + s.id + "  " + s.name + "\n";
  for (const ServiceChange& s : c.removed) out += "- " + s.id + "  " + s.name + "\n";
  for (const ServiceChange& s : c.changed) {
    out += "~ " + s.id + "  " + s.name + "\n";
    add_facts(out, s.facts);
  }
  if (!c.others.empty()) out += japanese ? "~ サービス以外\n" : "~ beside the services\n";
  add_facts(out, c.others);
  const auto n = [](std::size_t v) { return std::to_string(v); };
  return out + (japanese ? "追加 " + n(c.added.size()) + "、削除 " + n(c.removed.size()) +
                               "、変更 " + n(c.changed.size()) + "\n"
                         : n(c.added.size()) + " added, " + n(c.removed.size()) + " removed, " +
                               n(c.changed.size()) + " changed\n");
}

std::string changes_json(const CatalogueChanges& c) {
  std::string out;
  filters::JsonWriter w(out);
  w.begin_object().key("v").value(1).key("old").begin_object().key("as_of").value(c.old_as_of);
  w.end_object().key("new").begin_object().key("as_of").value(c.new_as_of).end_object();
  write_services(w, "added", c.added, false);
  write_services(w, "removed", c.removed, false);
  write_services(w, "changed", c.changed, true);
  write_facts(w.key("others"), c.others);
  w.end_object();
  return out + "\n";
}

}  // namespace sekisho::gateway
