#pragma once

// The readers of the sections of gateway.yaml that deal with addresses and limits.

#include "config/gateway_file.h"
#include "config/yaml_reader.h"

namespace sekisho::config {

// As parse_gateway(), with the keys that each map was asked for; nullptr = nobody wants them.
GatewayFile parse_gateway(const std::string& path, const std::string& text, Problems& problems,
                          KeyLog* log);

void read_listeners(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_geo(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_resolver(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_origin_tls(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_origin_health(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_origin_timeouts(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_origin_proxy(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_pac(YamlReader& reader, const YamlNode& node, GatewayFile& out);
void read_gateway_limits(YamlReader& reader, const YamlNode& node, Limits& out);
void read_audit_proof(MapReader& audit, GatewayFile& out);
void read_admin(YamlReader& reader, const YamlNode& node, GatewayFile& out);

// A path of the file, seen from the folder of `file`. Left out or wrong: `out` stays.
void read_path(MapReader& map, std::string_view key, const std::string& file,
               Marked<std::string>& out);

// "127.0.0.1:8080", "[::1]:8080"; nothing when it is not of that form.
struct AddressAndPort {
  IpAddress ip;
  std::uint16_t port = 0;
};
std::optional<AddressAndPort> parse_address_and_port(std::string_view text);

}  // namespace sekisho::config
