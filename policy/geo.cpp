#include "policy/geo.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "config/country.h"
#include "policy/civil_time.h"

namespace sekisho::policy {
namespace {

using config::IpAddress;
using config::IpNetwork;

constexpr std::int64_t kDay = 86'400;

IpAddress from_v4_bytes(const std::array<unsigned char, 16>& b, std::size_t at,
                        unsigned char flip) {
  unsigned char v4[4];
  for (std::size_t i = 0; i < 4; ++i) v4[i] = b[at + i] ^ flip;
  return IpAddress::from_bytes(v4, 4);
}

// A private copy of the file, so that whoever overwrites it in place cannot pull the pages from
// under a look-up (the library knows files only, and maps them).
class FileCopy {
 public:
  explicit FileCopy(const std::string& path) {
    const int in = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (in < 0) return;
    fd_ = ::memfd_create("geo", MFD_CLOEXEC);
    if (fd_ >= 0 && !copy(in)) {
      ::close(fd_);
      fd_ = -1;
    }
    ::close(in);
  }
  ~FileCopy() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileCopy(const FileCopy&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
  bool ok() const { return fd_ >= 0; }

 private:
  bool copy(int in) {
    char buffer[64 * 1024];
    for (;;) {
      const ssize_t n = ::read(in, buffer, sizeof buffer);
      if (n <= 0) return n == 0;
      for (ssize_t done = 0; done < n;) {
        const ssize_t w = ::write(fd_, buffer + done, static_cast<std::size_t>(n - done));
        if (w <= 0) return false;
        done += w;
      }
    }
  }
  int fd_ = -1;
};

class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  ~Database() {
    if (open_) MMDB_close(&db_);
  }

  // "" or what is wrong.
  std::string open(const std::string& path) {
    const FileCopy copy(path);
    const int code =
        MMDB_open(copy.ok() ? copy.path().c_str() : path.c_str(), MMDB_MODE_MMAP, &db_);
    if (code != MMDB_SUCCESS) return MMDB_strerror(code);
    open_ = true;
    return "";
  }

  std::string type() const { return db_.metadata.database_type ? db_.metadata.database_type : ""; }
  std::int64_t built() const { return static_cast<std::int64_t>(db_.metadata.build_epoch); }
  std::string source() const { return type() + " " + civil_from_days(built() / kDay).to_string(); }
  int age_days(std::int64_t now) const {
    return static_cast<int>(std::max<std::int64_t>(0, now - built()) / kDay);
  }

  std::string country(const IpAddress& ip) const {
    std::string code = text(ip, {"country", "iso_code", nullptr});
    if (code.empty()) code = text(ip, {"country_code", nullptr, nullptr});
    for (char& c : code)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return config::is_country(code) ? code : "";
  }

  std::uint32_t asn(const IpAddress& ip) const {
    MMDB_entry_data_s data;
    if (!find(ip, {"autonomous_system_number", nullptr, nullptr}, data)) return 0;
    return data.type == MMDB_DATA_TYPE_UINT32 ? data.uint32 : 0;
  }

 private:
  using Path = std::array<const char*, 3>;

  bool find(const IpAddress& ip, const Path& path, MMDB_entry_data_s& data) const {
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    const auto& bytes = ip.bytes();
    sockaddr* address = nullptr;
    if (ip.is_v4()) {
      v4.sin_family = AF_INET;
      std::memcpy(&v4.sin_addr, bytes.data() + 12, 4);
      address = reinterpret_cast<sockaddr*>(&v4);
    } else {
      if (db_.metadata.ip_version == 4) return false;
      v6.sin6_family = AF_INET6;
      std::memcpy(&v6.sin6_addr, bytes.data(), 16);
      address = reinterpret_cast<sockaddr*>(&v6);
    }
    int error = 0;
    MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&db_, address, &error);
    if (error != MMDB_SUCCESS || !found.found_entry) return false;
    const int code = MMDB_aget_value(&found.entry, &data, path.data());
    return code == MMDB_SUCCESS && data.has_data;
  }

  std::string text(const IpAddress& ip, const Path& path) const {
    MMDB_entry_data_s data;
    if (!find(ip, path, data) || data.type != MMDB_DATA_TYPE_UTF8_STRING) return "";
    return std::string(data.utf8_string, data.data_size);
  }

  MMDB_s db_{};
  bool open_ = false;
};

std::unique_ptr<Database> open_database(const config::GatewayFile& settings,
                                        const config::Marked<std::string>& path,
                                        config::Problems& problems) {
  auto db = std::make_unique<Database>();
  const std::string fault = db->open(path.value);
  if (fault.empty()) return db;
  problems.push_back({settings.path, path.at,
                      "the database '" + path.value + "' cannot be read: " + fault,
                      "give a MaxMind DB file (.mmdb), or delete the line"});
  return nullptr;
}

bool asn_alone(const std::string& type) {
  return type.find("ASN") != std::string::npos && type.find("ountry") == std::string::npos;
}

}  // namespace

struct Geo::Impl {
  std::vector<std::unique_ptr<Database>> country;
  std::unique_ptr<Database> asn;
  std::vector<config::CountryNetwork> stated;  // longest prefix first
  config::Networks networks;
  std::chrono::hours warn_after{}, max_age{};

  bool stale(const Database& db, std::int64_t now) const {
    return now - db.built() > std::chrono::seconds(max_age).count();
  }

  const config::EdgeNetwork* edge_of(const IpAddress& ip, std::uint32_t number) const {
    for (const auto& edge : networks.edges) {
      const bool listed = std::any_of(edge.networks.begin(), edge.networks.end(),
                                      [&](const IpNetwork& n) { return n.contains(ip); });
      const bool owned =
          number != 0 && std::find(edge.asns.begin(), edge.asns.end(), number) != edge.asns.end();
      if (listed || owned) return &edge;
    }
    return nullptr;
  }

  void add_owner(const IpAddress& ip, std::uint32_t number, std::int64_t now,
                 AddressFacts& facts) const {
    if (!asn) return;
    const auto known = networks.asn_country.find(number);
    if (number != 0 && known != networks.asn_country.end()) {
      facts.network_country = known->second;
      facts.network_source = "networks:AS" + std::to_string(number);
    } else {
      facts.network_country = asn->country(ip);  // lists of holders' seats carry a country
      facts.network_source = asn->source();
    }
    if (facts.network_country.empty()) facts.network_source.clear();
    facts.network_age_days = asn->age_days(now);
    facts.network_stale = stale(*asn, now);
  }

  void add_countries(const IpAddress& ip, std::int64_t now, AddressFacts& facts) const {
    for (const auto& s : stated)
      if (s.network.contains(ip)) {
        facts.countries.push_back({s.country, "geo.networks", 0, false});
        return;
      }
    for (const auto& db : country)
      facts.countries.push_back(
          {db->country(ip), db->source(), db->age_days(now), stale(*db, now)});
  }
};

namespace {

// RFC 8215 leaves the length of the prefix to the operator: /96 and /48 are in use (RFC 6052, 2.2;
// the octet in the middle stays zero).
IpAddress local_nat64(const std::array<unsigned char, 16>& b) {
  const bool last = std::all_of(b.begin() + 6, b.begin() + 12, [](auto c) { return c == 0; });
  if (last) return from_v4_bytes(b, 12, 0);
  const unsigned char v4[] = {b[6], b[7], b[9], b[10]};
  return IpAddress::from_bytes(v4, 4);
}

}  // namespace

IpAddress embedded_v4(const IpAddress& ip) {
  const auto& b = ip.bytes();
  static constexpr unsigned char kNat64[12] = {0x00, 0x64, 0xff, 0x9b};
  static constexpr unsigned char kLocalNat64[6] = {0x00, 0x64, 0xff, 0x9b, 0x00, 0x01};
  static constexpr unsigned char kTeredo[4] = {0x20, 0x01, 0x00, 0x00};
  if (ip.is_v4()) return ip;
  if (std::memcmp(b.data(), kNat64, 12) == 0) return from_v4_bytes(b, 12, 0);
  if (std::memcmp(b.data(), kLocalNat64, 6) == 0) return local_nat64(b);
  if (b[0] == 0x20 && b[1] == 0x02) return from_v4_bytes(b, 2, 0);
  if (std::memcmp(b.data(), kTeredo, 4) == 0) return from_v4_bytes(b, 12, 0xff);
  return ip;
}

Geo::Geo() : impl_(std::make_unique<Impl>()) {}
Geo::~Geo() = default;

std::shared_ptr<const Geo> Geo::open(const config::GatewayFile& settings, config::Networks networks,
                                     config::Problems& problems) {
  const std::size_t before = problems.size();
  std::shared_ptr<Geo> geo(new Geo);
  Impl& impl = *geo->impl_;
  for (const auto& path : settings.geo_country) {
    auto db = open_database(settings, path, problems);
    if (db && asn_alone(db->type()))
      problems.push_back({settings.path, path.at,
                          "'" + path.value + "' is a database of networks, not of countries",
                          "give it as `asn`"});
    impl.country.push_back(std::move(db));
  }
  if (!settings.geo_asn.value.empty())
    impl.asn = open_database(settings, settings.geo_asn, problems);
  impl.stated = settings.geo_networks;
  std::stable_sort(impl.stated.begin(), impl.stated.end(), [](const auto& a, const auto& b) {
    return a.network.prefix() > b.network.prefix();
  });
  impl.networks = std::move(networks);
  impl.warn_after = settings.geo_warn_after;
  impl.max_age = settings.geo_max_age;
  if (problems.size() != before) return nullptr;
  return geo;
}

std::string Geo::country_of_name(std::string_view name) const {
  for (const auto& [suffix, country] : impl_->networks.name_country) {
    const bool below = name.size() > suffix.size() && name.ends_with(suffix) &&
                       name[name.size() - suffix.size() - 1] == '.';
    if (below) return country;
  }
  return {};
}

AddressFacts Geo::look_up(const IpAddress& address, std::int64_t now) const {
  AddressFacts facts;
  facts.ip = address;
  const IpAddress ip = embedded_v4(address);
  impl_->add_countries(ip, now, facts);
  const bool stated = !facts.countries.empty() && facts.countries[0].source == "geo.networks";
  const std::uint32_t number = impl_->asn ? impl_->asn->asn(ip) : 0;
  impl_->add_owner(ip, number, now, facts);
  const config::EdgeNetwork* edge = stated ? nullptr : impl_->edge_of(ip, number);
  if (!edge) return facts;
  facts.edge = edge->name;
  // A network listed as operated from a country stays so, wherever the edge's company sits.
  const bool listed = facts.network_source.rfind("networks:AS", 0) == 0;
  if (!edge->country.empty() && !listed) {
    facts.network_country = edge->country;
    facts.network_source = "networks:" + edge->name;
    facts.network_age_days = 0;
    facts.network_stale = false;
  }
  return facts;
}

std::vector<std::string> Geo::warnings(std::int64_t now) const {
  std::vector<std::string> out;
  if (impl_->country.empty())
    out.push_back(
        "geo: no country database is configured: every address outside `geo.networks` is unknown");
  const auto judge = [&](const Database& db) {
    const std::int64_t age = now - db.built();
    if (age > std::chrono::seconds(impl_->max_age).count())
      out.push_back("geo: " + db.source() +
                    " is older than `max_age`: its answers count as unknown");
    else if (age > std::chrono::seconds(impl_->warn_after).count())
      out.push_back("geo: " + db.source() + " is " + std::to_string(db.age_days(now)) +
                    " days old: fetch a newer one");
  };
  for (const auto& db : impl_->country) judge(*db);
  if (impl_->asn) judge(*impl_->asn);
  return out;
}

}  // namespace sekisho::policy
