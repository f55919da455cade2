#pragma once

// Reads one request: undoes codings, walks the text, runs the detectors, tells old turns from new.
// Works in steps of about 256 KiB so that the caller can yield; the whole body is there before it
// begins.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/text_chunk.h"
#include "filters/finding.h"
#include "policy/admission.h"
#include "policy/words.h"

namespace sekisho::policy {

class Snapshot;

struct RequestParts {
  std::string_view method;
  std::string_view target;          // origin-form
  std::vector<HeaderView> headers;  // end-to-end fields as they will leave, trailers appended
  std::string_view body;            // as received, dechunked; content-encoding not undone
};

struct InspectionLimits {
  std::size_t decoded_body = 128u << 20;
  // Asked before memory for `bytes` more of decoded body is taken; false = no budget (reason
  // limit). Empty = always.
  std::function<bool(std::size_t bytes)> reserve;
};

struct PlacedFinding {
  filters::Finding finding;  // range = in the chunk's text
  filters::Place place;
  filters::Coding coding;
  std::vector<filters::Coding> outer;  // of the layers around it (JSON in JSON, UTF-16, a data:
                                       // URL), innermost first
  std::string where;                   // JSON pointer, header name, query key
  filters::Range original;             // bytes in the decoded body / target / header value
  std::string text;                    // as it stands; kept only where a rule pseudonymises
  bool is_key = false;
  bool number = false;       // a JSON number; `original` is then the whole of it
  bool older_turn = false;   // stands in a turn up to the last answer
  bool fixed = false;        // stands where nothing can be written (base64, a part's header)
  bool untouchable = false;  // a field of the dialect that must not be edited
};

struct InspectionResult {
  std::vector<PlacedFinding> findings;
  Coverage coverage = Coverage::kNoBody;
  std::vector<std::string>
      skipped;  // what was not inspected and why: "body:content_type", "body:coding", …
  std::string unreadable;  // why the body could not be read at all ("json", "coding", "size", …),
                           // "" = it could
  bool unread_parts = false;      // the body was read, but not all that lies in it: see `skipped`
  bool could_not_decide = false;  // a detector gave up
  bool over_limit = false;        // decoded_body or the budget: reason limit
  bool own_credential =
      false;  // the client's own credential was seen in its documented place (and is no finding)
  bool signed_request = false;  // SigV4 and the like: must not be edited
  std::string charset_text;     // the JSON of a body that is not UTF-8, as UTF-8; else empty
  BodyFields fields;            // what admission reads of the body
  bool coded = false;           // had a content-encoding
  std::string decoded;  // the decoded body when `coded`, else empty (the body as received is the
                        // decoded one)
  std::size_t decoded_bytes = 0;
  std::string model;  // cut at 256 bytes
  bool stream = false;
};

class Inspection {
 public:
  // Everything referred to must outlive the inspection.
  Inspection(const Snapshot& snapshot, const Admission& admission, RequestParts parts,
             InspectionLimits limits);
  ~Inspection();
  // One step; true while there is more to do.
  bool step();
  InspectionResult take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::policy
