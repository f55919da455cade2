#include <algorithm>
#include <cstdint>

#include "policy/service_index.h"

namespace sekisho::policy {
namespace {

using Where = EndpointSignal::Where;

bool unreserved(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// %XX of letters that need no escape are undone, as every service reads them (RFC 3986 6.2.2.2);
// the rest stays as the patterns expect it.
std::string plain_path(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool triple = path[i] == '%' && i + 2 < path.size();
    const int high = triple ? hex(path[i + 1]) : -1, low = triple ? hex(path[i + 2]) : -1;
    if (high >= 0 && low >= 0 && unreserved(high * 16 + low)) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += path[i];
    }
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// How deep the value of a body pattern lies when its pointer is plain text ("/inference_geo = …" is
// 1); 0 = anywhere.
std::size_t pointer_depth(std::string_view pattern) {
  const std::string_view pointer = pattern.substr(0, pattern.find(" = "));
  if (pointer.size() == pattern.size()) return 0;
  const bool plain = std::all_of(pointer.begin(), pointer.end(),
                                 [](char c) { return c == '/' || c == '_' || unreserved(c); });
  const bool exact = plain && pointer.find('.') == std::string_view::npos;
  return exact ? static_cast<std::size_t>(std::count(pointer.begin(), pointer.end(), '/')) : 0;
}

class PieceFinder {
 public:
  PieceFinder(const Service& service, const AdmissionQuery& query, std::string_view host,
              const config::CloudRegions& regions)
      : service_(service), query_(query), host_(host), regions_(regions) {
    if (!query.method.empty()) path_ = plain_path(query.target.substr(0, query.target.find('?')));
  }

  std::vector<EndpointPiece> find() {
    for (const EndpointSignal& s : service_.endpoint) look(s);
    if (!query_.method.empty() && service_.provider->dialect == "bedrock") look_at_signature();
    return std::move(out_);
  }

 private:
  void look(const EndpointSignal& s) {
    if (s.where == Where::kHost) return search(s, host_, "host");
    if (query_.method.empty()) return;
    if (s.where == Where::kPath) return search(s, path_, "path");
    if (s.where == Where::kUrl) return search(s, std::string(host_) + path_, "url");
    if (s.where == Where::kHeader) {
      for (const auto& [name, value] : query_.headers)
        search(s, lower(name) + ": " + std::string(value), "header");
      return;
    }
    look_at_body(s);
  }

  void search(const EndpointSignal& s, std::string_view text, std::string_view source) {
    if (!s.has_group) {
      if (s.pattern.search(text)) out_.push_back({s.stated, source, s.overrides_host});
      return;
    }
    for (const std::string& region : s.pattern.groups(text, "region"))
      out_.push_back({places_of(*s.def, region), source, s.overrides_host});
  }

  Places places_of(const config::EndpointRegion& def, const std::string& region) const {
    if (!def.values.empty()) {
      const auto it = def.values.find(region);
      return resolve_places({it == def.values.end() ? "unknown" : it->second}, regions_);
    }
    std::string key = def.key.empty() ? region : def.key;
    if (const std::size_t at = key.find("{region}"); at != std::string::npos)
      key.replace(at, 8, region);
    return table_places(def.table, key);
  }

  Places table_places(const std::string& table, const std::string& key) const {
    static const std::vector<std::string> kNowhere;
    const auto t = regions_.tables.find(table);
    if (t == regions_.tables.end()) return resolve_places(kNowhere, regions_);
    const auto row = t->second.find(key);
    return resolve_places(row == t->second.end() ? kNowhere : row->second, regions_);
  }

  // Every text of a JSON body, outside of the conversation, as "POINTER = VALUE". A body that is no
  // JSON gives no evidence: it is refused as unreadable elsewhere.
  void look_at_body(const EndpointSignal& s) {
    if (!query_.fields) return;
    const std::size_t depth = pointer_depth(s.def->pattern);
    for (const BodyField& f : query_.fields->fields) {
      const auto levels =
          static_cast<std::size_t>(std::count(f.pointer.begin(), f.pointer.end(), '/'));
      if (f.text && (depth == 0 || levels == depth)) search(s, f.pointer + " = " + f.value, "body");
    }
  }

  // "Credential=AKID/20261124/us-east-1/bedrock/aws4_request": the signature holds in that region
  // only, so a host of another one is a contradiction.
  void look_at_signature() {
    for (const auto& [name, value] : query_.headers) {
      if (lower(name) != "authorization") continue;
      std::size_t at = value.find("Credential=");
      if (value.substr(0, 4) != "AWS4" || at == std::string_view::npos) continue;
      std::string_view scope = value.substr(at + 11);
      scope = scope.substr(0, scope.find_first_of(", "));
      for (int i = 0; i < 2 && !scope.empty(); ++i)
        scope.remove_prefix(std::min(scope.find('/'), scope.size() - 1) + 1);
      const std::string region(scope.substr(0, scope.find('/')));
      if (!region.empty()) out_.push_back({table_places("aws", region), "signature", false});
    }
  }

  const Service& service_;
  const AdmissionQuery& query_;
  std::string_view host_;
  const config::CloudRegions& regions_;
  std::string path_;
  std::vector<EndpointPiece> out_;
};

}  // namespace

std::vector<EndpointPiece> endpoint_pieces(const Service& service, const AdmissionQuery& query,
                                           std::string_view host,
                                           const config::CloudRegions& regions) {
  return PieceFinder(service, query, host, regions).find();
}

}  // namespace sekisho::policy
