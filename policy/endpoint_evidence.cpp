#include <algorithm>
#include <cstdint>

#include "policy/own_credential.h"
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
std::string unescaped(std::string_view path) {
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
  PieceFinder(const Service& service, const AdmissionQuery& query, std::string_view host)
      : service_(service), query_(query), host_(host) {
    if (query.method.empty()) return;
    path_ = query.target.substr(0, query.target.find('?'));
    if (path_.find('%') == path_.npos) return;
    unescaped_ = unescaped(path_);
    path_ = unescaped_;
  }

  std::vector<EndpointPiece> find() {
    for (const EndpointSignal& s : service_.endpoint) look(s);
    if (!query_.method.empty() && service_.signed_regions) look_at_signatures();
    return std::move(out_);
  }

 private:
  void look(const EndpointSignal& s) {
    if (s.where == Where::kHost) return search(s, host_, "host");
    if (query_.method.empty()) return;
    if (s.where == Where::kPath) return search(s, path_, "path");
    if (s.where == Where::kUrl) return search(s, std::string(host_).append(path_), "url");
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
    // Most expressions of a path, a header or a body fit nothing, and to say so costs little.
    const bool seldom = s.where != Where::kHost;
    if ((seldom || !s.has_group) && !s.pattern.search(text)) return;
    if (!s.has_group) return out_.push_back({s.stated, source, s.overrides_host});
    if (s.group < 0) return;
    std::size_t from = 0;
    for (std::size_t n = 0; n < kMostRegions; ++n) {
      const auto region = s.pattern.next(text, s.group, from);
      if (!region) return;
      if (region->data() == nullptr) continue;
      out_.push_back({places_of(s, *region), source, s.overrides_host, std::string(*region)});
    }
  }

  static const Places& places_of(const EndpointSignal& s, std::string_view region) {
    if (!s.values.empty()) {
      const auto value = s.values.find(region);
      return value == s.values.end() ? kUnknown : value->second;
    }
    if (s.def->key.empty()) return s.table->find(region);
    std::string key = s.def->key;
    if (const std::size_t at = key.find("{region}"); at != std::string::npos)
      key.replace(at, 8, region);
    return s.table->find(key);
  }

  // Every text of a JSON body, outside of the conversation, as "POINTER = VALUE"; of a request
  // inside of a batch as if it stood alone. A body that is no JSON gives no evidence: it is refused
  // as unreadable elsewhere.
  void look_at_body(const EndpointSignal& s) {
    if (!query_.fields) return;
    const BodyFields& body = *query_.fields;
    const std::size_t depth = pointer_depth(s.def->pattern), before = out_.size();
    bool doubt = false, alone = false, everywhere = false;
    for (const BodyField& f : body.fields) {
      if (!f.text) continue;
      const std::string_view inside = request_pointer(f.pointer, body.form);
      const bool in_batch = inside.size() < f.pointer.size();
      if (!search_field(s, depth, f.pointer, f.value) &&
          !(in_batch && search_field(s, depth, inside, f.value)))
        continue;
      doubt = doubt || body.doubtful(f.pointer);
      alone = alone || !in_batch;
      const bool by_all =
          std::binary_search(body.everywhere.begin(), body.everywhere.end(), inside);
      everywhere = everywhere || by_all || (!in_batch && body.requests == 0);
    }
    // What only some requests of a batch say does not hold for the others, nor for a request that
    // merely has a batch beside it.
    const bool beside = body.requests > 0 && !alone && body.at("/model") != nullptr;
    if (out_.size() > before && (doubt || !everywhere || beside))
      out_.push_back({kUnknown, "body", s.overrides_host});
  }

  bool search_field(const EndpointSignal& s, std::size_t depth, std::string_view pointer,
                    std::string_view value) {
    const auto levels = static_cast<std::size_t>(std::count(pointer.begin(), pointer.end(), '/'));
    if (depth != 0 && levels != depth) return false;
    const std::size_t before = out_.size();
    std::string line(pointer);
    search(s, line.append(" = ").append(value), "body");
    return out_.size() > before;
  }

  // A signature holds in the regions it names only, so that a host of another one is a
  // contradiction. It stands in a header, or in the query of a pre-signed address.
  void look_at_signatures() {
    for (const auto& [name, value] : query_.headers)
      if (equal_ignoring_case(name, "authorization")) look_at_authorization(value);
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
      if (equal_ignoring_case(name, "x-amz-region-set")) regions = set;
    look_at_scope(scope, regions);
  }

  // "AKID/20261124/us-east-1/bedrock/aws4_request". The scope of SigV4A names no region: its set of
  // them ("us-east-1,us-west-2", "*") is signed instead.
  void look_at_scope(std::string_view scope, std::string_view region_set) {
    std::string_view third;
    std::size_t parts = 0;
    while (!scope.empty()) {
      const std::string_view part = scope.substr(0, scope.find('/'));
      if (++parts == 3) third = part;
      scope.remove_prefix(std::min(scope.size(), part.size() + 1));
    }
    if (parts == 4) return add_region_set(region_set);
    if (!third.empty())
      out_.push_back(
          {service_.signed_regions->find(third), "signature", false, std::string(third)});
  }

  void add_region_set(std::string_view set) {
    Places places;
    bool whole = !set.empty();
    while (!set.empty()) {
      std::string_view region = set.substr(0, set.find(','));
      set.remove_prefix(std::min(set.size(), region.size() + 1));
      while (!region.empty() && region.front() == ' ') region.remove_prefix(1);
      const Places& p = service_.signed_regions->find(region);
      whole = whole && p.known();
      places.countries |= p.countries;
    }
    places.unknown = !whole;
    out_.push_back({places, "signature", false});
  }

  static constexpr std::size_t kMostRegions = 16;  // of one pattern in one text
  static const Places kUnknown;
  const Service& service_;
  const AdmissionQuery& query_;
  std::string_view host_, path_;
  std::string unescaped_;  // the path, where it holds escapes
  std::vector<EndpointPiece> out_;
};

const Places PieceFinder::kUnknown{{}, true, false, false};

}  // namespace

std::vector<EndpointPiece> endpoint_pieces(const Service& service, const AdmissionQuery& query,
                                           std::string_view host) {
  return PieceFinder(service, query, host).find();
}

}  // namespace sekisho::policy
