#pragma once

// `audit.sinks` of gateway.yaml: where records are sent besides the log. docs/sinks.md

#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"

namespace sekisho::config {

class MapReader;

enum class SinkKind { kSyslog, kOtlp, kHttp, kClickHouse };
enum class SinkEnvelope { kLines, kArray, kHec, kBulk };

struct AuditSink {
  std::string name;  // also of its cursor's file and in metrics
  SinkKind kind = SinkKind::kHttp;
  Marked<std::string> target;                    // URL, of syslog host:port
  std::string format;                            // json | ocsf | ecs, of syslog rfc5424 | cef
  SinkEnvelope envelope = SinkEnvelope::kLines;  // how events stand in a body
  Marked<std::string> ca, client_certificate, client_key, headers_file, password_file;
  std::string user, database;
  bool cleartext = false;
};

// Of the map `audit`; paths are seen from the folder of `file`.
void read_audit_sinks(MapReader& audit, const std::string& file, std::vector<AuditSink>& out);

// The files that a sink names, with their keys.
struct SinkFile {
  const Marked<std::string>* file;
  std::string_view key;
  bool secret;  // for its owner only
};
std::vector<SinkFile> files_of(const AuditSink& sink);

// What is wrong with the address of a receiver, in words; "" = nothing. A password in an address
// lands in logs; http:// to others than this machine needs `cleartext`.
std::string receiver_url_fault(std::string_view url, bool cleartext);

}  // namespace sekisho::config
