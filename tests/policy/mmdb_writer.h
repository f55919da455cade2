#pragma once

// Writes small MaxMind DB files (format 2.0, IPv6 tree, 24-bit records), so that tests and the
// demonstration need no download.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/ip.h"

namespace sekisho::tests {

class MmdbWriter {
 public:
  enum class Schema {
    kNested,  // MaxMind, DB-IP: country.iso_code beside registered_country.iso_code
    kFlat     // ip-location-db: country_code
  };

  MmdbWriter(std::string type, std::int64_t build_epoch, Schema schema = Schema::kNested)
      : type_(std::move(type)), build_epoch_(build_epoch), schema_(schema) {}

  // False when `network` is no network. A longer prefix wins, whatever the order.
  bool country(std::string_view network, const std::string& code,
               const std::string& registered = "") {
    std::string record;
    if (schema_ == Schema::kFlat) {
      map(record, 1);
      text(record, "country_code");
      text(record, code);
    } else {
      map(record, registered.empty() ? 1 : 2);
      text(record, "country");
      map(record, 1);
      text(record, "iso_code");
      text(record, code);
      if (!registered.empty()) {
        text(record, "registered_country");
        map(record, 1);
        text(record, "iso_code");
        text(record, registered);
      }
    }
    return add(network, record);
  }

  bool asn(std::string_view network, std::uint32_t number, const std::string& holder = "Example") {
    std::string record;
    map(record, 2);
    text(record, "autonomous_system_number");
    unsigned32(record, number);
    text(record, "autonomous_system_organization");
    text(record, holder);
    return add(network, record);
  }

  std::string bytes() const {
    std::vector<std::array<std::int64_t, 2>> nodes(1, {kEmpty, kEmpty});
    std::string data;
    std::map<std::string, std::int64_t> offsets;
    auto entries = entries_;
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.prefix < b.prefix; });
    for (const Entry& e : entries) {
      const auto at = offsets.emplace(e.record, static_cast<std::int64_t>(data.size()));
      if (at.second) data += e.record;
      insert(nodes, e, -2 - at.first->second);
    }
    return tree(nodes) + std::string(16, '\0') + data + "\xAB\xCD\xEFMaxMind.com" +
           metadata(nodes.size());
  }

  bool write(const std::string& path) const {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    const std::string all = bytes();
    out.write(all.data(), static_cast<std::streamsize>(all.size()));
    return static_cast<bool>(out);
  }

 private:
  struct Entry {
    std::array<unsigned char, 16> base;
    int prefix;
    std::string record;
  };
  static constexpr std::int64_t kEmpty = -1;  // below it: data at offset -2 - value

  bool add(std::string_view network, std::string record) {
    const auto n = config::IpNetwork::parse(network);
    if (!n) return false;
    Entry e{n->base().bytes(), n->prefix(), std::move(record)};
    // IPv4 stands under ::/96 here, not under ::ffff:0:0/96.
    if (n->base().is_v4() && n->prefix() >= 96) e.base[10] = e.base[11] = 0;
    entries_.push_back(std::move(e));
    return true;
  }

  static void insert(std::vector<std::array<std::int64_t, 2>>& nodes, const Entry& e,
                     std::int64_t leaf) {
    std::size_t node = 0;
    for (int i = 0; i < e.prefix; ++i) {
      const std::size_t bit = (e.base[static_cast<std::size_t>(i / 8)] >> (7 - i % 8)) & 1;
      if (i + 1 == e.prefix) {
        nodes[node][bit] = leaf;
        return;
      }
      const std::int64_t next = nodes[node][bit];
      if (next < 0) {  // what stood here holds for both halves
        nodes.push_back({next, next});
        nodes[node][bit] = static_cast<std::int64_t>(nodes.size()) - 1;
      }
      node = static_cast<std::size_t>(nodes[node][bit]);
    }
  }

  static std::string tree(const std::vector<std::array<std::int64_t, 2>>& nodes) {
    std::string out;
    const auto count = static_cast<std::int64_t>(nodes.size());
    for (const auto& node : nodes)
      for (const std::int64_t v : node) {
        const std::int64_t value = v == kEmpty ? count : v < kEmpty ? count + 16 + (-2 - v) : v;
        for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
      }
    return out;
  }

  std::string metadata(std::size_t nodes) const {
    std::string out;
    map(out, 9);
    text(out, "binary_format_major_version");
    unsigned16(out, 2);
    text(out, "binary_format_minor_version");
    unsigned16(out, 0);
    text(out, "build_epoch");
    out += '\x08';  // extended type, 8 bytes: uint64
    out += '\x02';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(build_epoch_ >> shift);
    text(out, "database_type");
    text(out, type_);
    text(out, "description");
    map(out, 0);
    text(out, "ip_version");
    unsigned16(out, 6);
    text(out, "languages");
    out += '\x00';  // extended type, no element: array
    out += '\x04';
    text(out, "node_count");
    unsigned32(out, static_cast<std::uint32_t>(nodes));
    text(out, "record_size");
    unsigned16(out, 24);
    return out;
  }

  static void map(std::string& out, int size) { out += static_cast<char>(0xE0 | size); }
  static void text(std::string& out, const std::string& value) {
    if (value.size() < 29) {
      out += static_cast<char>(0x40 | value.size());
    } else {
      out += static_cast<char>(0x40 | 29);
      out += static_cast<char>(value.size() - 29);
    }
    out += value;
  }
  static void unsigned16(std::string& out, std::uint16_t v) {
    out += '\xA2';
    out += static_cast<char>(v >> 8);
    out += static_cast<char>(v);
  }
  static void unsigned32(std::string& out, std::uint32_t v) {
    out += '\xC4';
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift);
  }

  std::string type_;
  std::int64_t build_epoch_;
  Schema schema_;
  std::vector<Entry> entries_;
};

}  // namespace sekisho::tests
