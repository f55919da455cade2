#pragma once

// What a refused client reads: the words in both languages, and the body in the dialect of the
// service that was called.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/policy_file.h"
#include "policy/dialect.h"
#include "policy/verdict.h"

namespace sekisho::policy {

struct Refusal {
  int status = 400;
  std::string request_id;
  Reason reason = Reason::kNone;
  std::string rule;
  std::vector<std::string> findings;  // types
  std::string verdict = "block";
  std::string provider;  // catalogue id: services that share a dialect word their errors each
  std::string alternative, contact;
  config::Localized
      message;  // complete sentences, each at most 300 characters; see refusal_message
  std::vector<std::string> languages{"ja", "en"};
};

// What, why, what to do next, the alternative, whom to ask. Never the matched text. `detail` names
// the fault for reasons that carry one (framing, certificate, limit, origin: one English clause),
// `detail_ja` the same in Japanese ("" = the English one); `host` is the destination.
config::Localized refusal_message(const Verdict& verdict, const Admission& admission,
                                  std::string_view host, std::string_view detail,
                                  std::string_view contact, std::string_view request_id,
                                  std::string_view detail_ja = {});

struct RefusalBody {
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>>
      headers;  // further ones of the dialect (x-amzn-errortype, request-id)
};
enum class Reader { kProgram, kBrowser, kTerminal };
// INTERFACES section 3. A browser that navigates gets HTML, and a person at a terminal (curl) text
// where the service's own format is not known.
RefusalBody render_refusal(const Dialect& dialect, const Refusal& refusal, Reader reader);

// Who reads the answer, by what the request says of itself ("" = the field is not there).
Reader reader_of(std::string_view fetch_mode, std::string_view accept, std::string_view user_agent,
                 std::string_view content_type);

// Text as the content of an HTML element or of a quoted attribute.
std::string html_escaped(std::string_view text);

}  // namespace sekisho::policy
