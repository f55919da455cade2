#pragma once

#include "gateway/commands/doctor_certificates.h"
#include "gateway/commands/doctor_connection.h"
#include "gateway/commands/doctor_report.h"

namespace sekisho::gateway {

// The variables that programs read: the proxy's address, exceptions from it, CA files, switches
// that turn verification off. Also a desktop's automatic configuration, which command lines ignore.
void examine_environment(const DoctorTarget& target, DoctorReport& report);
// Files that variables name hold the CA (`ca[0]`) and, where they replace the system's roots, those
// too.
void examine_ca_variables(const std::vector<X509Ptr>& ca, const std::string& ca_file,
                          DoctorReport& report);

// Whether an entry of NO_PROXY takes `host` past the proxy, as curl, Python and Go read it.
bool no_proxy_covers(const std::string& list, const std::string& host);
// What is wrong with the value of HTTPS_PROXY, English; "" = nothing. The address is `host:port`.
std::string proxy_value_fault(const std::string& value, const std::string& host_port);

}  // namespace sekisho::gateway
