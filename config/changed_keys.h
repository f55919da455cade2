#pragma once

// Which keys of gateway.yaml a running gateway cannot take over from a file that was changed.

#include <map>
#include <string>
#include <vector>

namespace sekisho::config {

struct GatewayFile;
struct YamlNode;

// Every value of a file by its path ("audit/sinks/0/name"), whatever its spelling and place. The
// text of plain and quoted scalars is the same.
using WrittenValues = std::map<std::string, std::string>;
WrittenValues written_values(const YamlNode& root);

// "audit.sinks", "limits.drain": those that differ and take a restart. What a reload takes by
// itself is left out: the policy and all that it needs, the CA, users, certificates of listeners,
// and how long records are kept.
std::vector<std::string> keys_for_restart(const GatewayFile& running, const GatewayFile& read);

// How long records are kept and in which form, as the file says it: for the record of a change.
std::string keeping_words(const GatewayFile& file);

}  // namespace sekisho::config
