#pragma once

#include <string>

#include "gateway/http/message.h"

namespace sekisho::gateway {

// Beast's reading of a canonical head, compared with ours field by field. Beast alone takes several
// smuggling shapes; behind the gate it sees none of them, and if the two still differ in anything
// that matters (method, target, status, fields, length, chunking) the head is refused.
bool beast_agrees(const RequestHead& head, const std::string& canonical);
bool beast_agrees(const ResponseHead& head, const std::string& canonical, bool no_body);

}  // namespace sekisho::gateway
