#pragma once

#include "gateway/commands/doctor_certificates.h"
#include "gateway/commands/doctor_connection.h"
#include "gateway/commands/doctor_report.h"

namespace sekisho::gateway {

// Reaches the proxy: name, connection, whether it is Sekisho, its clock, its CA, the credentials,
// the tunnel and the certificate inside. `ca`: filled from the gateway's /ca.crt or the file of the
// target. False: the way through is closed, no use to look at programs.
bool examine_network(const DoctorTarget& target, std::vector<X509Ptr>& ca, DoctorReport& report);

}  // namespace sekisho::gateway
