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

// "name=value" of each part, percent signs and plus signs undone.
std::vector<std::string> query_pairs(std::string_view target) {
  std::vector<std::string> out;
  const auto mark = target.find('?');
  if (mark == target.npos) return out;
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    std::string& pair = out.emplace_back();
    for (std::size_t i = 0; i < part.size(); ++i) {
      const bool triple = part[i] == '%' && i + 2 < part.size();
      const int high = triple ? hex(part[i + 1]) : -1, low = triple ? hex(part[i + 2]) : -1;
      pair += high >= 0 && low >= 0 ? static_cast<char>(high * 16 + low)
              : part[i] == '+'      ? ' '
                                    : part[i];
      if (high >= 0 && low >= 0) i += 2;
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
    if (!query_.method.empty() && service_.signs_for_region) look_at_signatures();
    return std::move(out_);
  }

 private:
  void look(const EndpointSignal& s) {
    if (s.where == Where::kHost) return search(s, host_, "host");
    if (query_.method.empty()) return;
    if (s.where == Where::kPath) return search(s, path_, "path");
    if (s.where == Where::kUrl) return search(s, std::string(host_) + path_, "url");
    if (s.where == Where::kQuery) {
      for (const std::string& pair : query_pairs(query_.target)) search(s, pair, "query");
      return;
    }
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
      out_.push_back({places_of(*s.def, region), source, s.overrides_host, region});
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

  // A signature holds in the regions it names only, so that a host of another one is a
  // contradiction. It stands in a header, or in the query of a pre-signed address.
  void look_at_signatures() {
    for (const auto& [name, value] : query_.headers)
      if (lower(name) == "authorization") look_at_authorization(value);
    std::string_view scope, regions;
    const auto pairs = query_pairs(query_.target);
    for (const std::string& pair : pairs) {
      const std::string_view text = pair;
      if (text.starts_with("X-Amz-Credential=")) scope = text.substr(17);
      if (text.starts_with("X-Amz-Region-Set=")) regions = text.substr(17);
    }
    look_at_scope(scope, regions);
  }

  void look_at_authorization(std::string_view value) {
    const std::size_t at = value.find("Credential=");
    if (value.substr(0, 4) != "AWS4" || at == std::string_view::npos) return;
    std::string_view scope = value.substr(at + 11), regions;
    scope = scope.substr(0, scope.find_first_of(", "));
    for (const auto& [name, set] : query_.headers)
      if (lower(name) == "x-amz-region-set") regions = set;
    look_at_scope(scope, regions);
  }

  // "AKID/20261124/us-east-1/bedrock/aws4_request". The scope of SigV4A names no region: its set of
  // them ("us-east-1,us-west-2", "*") is signed instead.
  void look_at_scope(std::string_view scope, std::string_view region_set) {
    std::vector<std::string_view> parts;
    while (!scope.empty()) {
      parts.push_back(scope.substr(0, scope.find('/')));
      scope.remove_prefix(std::min(scope.size(), parts.back().size() + 1));
    }
    if (parts.size() == 4) return add_region_set(region_set);
    if (parts.size() > 2 && !parts[2].empty())
      out_.push_back(
          {table_places("aws", std::string(parts[2])), "signature", false, std::string(parts[2])});
  }

  void add_region_set(std::string_view set) {
    std::vector<std::string> countries;
    bool whole = !set.empty();
    while (!set.empty()) {
      std::string_view region = set.substr(0, set.find(','));
      set.remove_prefix(std::min(set.size(), region.size() + 1));
      while (!region.empty() && region.front() == ' ') region.remove_prefix(1);
      const Places p = table_places("aws", std::string(region));
      whole = whole && p.known();
      countries.insert(countries.end(), p.countries.begin(), p.countries.end());
    }
    if (!whole) countries.emplace_back("unknown");
    out_.push_back({resolve_places(countries, regions_), "signature", false});
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
