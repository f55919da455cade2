#pragma once

#include "gateway/commands/doctor_certificates.h"
#include "gateway/commands/doctor_connection.h"
#include "gateway/commands/doctor_report.h"

namespace sekisho::gateway {

// Starts each runtime that is found on this machine and lets it open a TLS connection through the
// gateway, with a time limit: trust is seen, not guessed. `ca_file`: for the commands that mend it.
void examine_runtimes(const DoctorTarget& target, const std::vector<X509Ptr>& ca,
                      const std::string& ca_file, DoctorReport& report);

}  // namespace sekisho::gateway
