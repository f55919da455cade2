#pragma once

// What admission reads of a JSON body, taken out in one pass: the short values outside of the
// conversation (which model, which provider, which region) and the addresses that the service is
// told to call.

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "filters/bodies/json_scanner.h"

namespace sekisho::policy {

struct BodyField {
  std::string pointer;
  std::string value;  // of a string decoded, else as written: "true", "null"
  bool text = false;  // a JSON string
};

// An address that the service itself will connect to.
struct BodyUrl {
  std::string pointer;
  std::string value;
  // The service sends data there (a tool server, a webhook, another model's address); else it only
  // fetches (an image, a file).
  bool sends = false;
};

struct BodyFields {
  bool json = false;    // the body is one well-formed JSON document
  bool cut = false;     // it holds more than is looked at: what is not here may still be there
  bool form = false;    // multipart or form fields: the first name of a pointer is the field's
  bool unread = false;  // it may name a model or a provider, and could not be read
  std::vector<BodyField> fields;
  std::vector<BodyUrl> urls;       // each once
  std::vector<std::string> twice;  // pointers of keys that stand twice in their object
  // Of a batch: how many requests it holds, and the texts that each of them states, as
  // request_pointer() names them, sorted. What only some state is not here.
  std::size_t requests = 0;
  std::vector<std::string> everywhere;

  const BodyField* at(std::string_view pointer) const;
  // The strings of a list, or the one string that stands in its place.
  std::vector<const BodyField*> texts(std::string_view pointer) const;
  bool is(std::string_view pointer, std::string_view value) const;
  // Two keys claim to say what stands at `pointer` or below, and services differ in which one they
  // read; or not all was looked at.
  bool doubtful(std::string_view pointer) const;
  // Joins the requests of another part of the body.
  void add_requests(std::size_t count, std::vector<std::string> stated_everywhere);
  // What a gateway that rewrites the body will have written there instead.
  void set(std::string_view pointer, const std::vector<std::string>& texts);
};

// Where it would stand in a request of its own: "/inference_geo" of
// "/requests/7/params/inference_geo", "/3/body/inference_geo" (a line), and in a form
// "/file/3/body/inference_geo". What stands in no batch keeps its pointer.
std::string_view request_pointer(std::string_view pointer, bool form);
// A name that only leads to the request inside: "params", "body".
bool is_around_request(std::string_view name);

// Which texts do all requests of a batch state?
class StatedTexts {
 public:
  void begin_request() { ++requests_; }
  // `pointer` as in request_pointer(). False: too many of them.
  bool add(std::string_view pointer);
  std::size_t requests() const { return requests_; }
  std::vector<std::string> everywhere() const;

 private:
  struct Count {
    std::size_t in = 0, last = 0;  // requests that state it, the last of them
  };
  std::size_t requests_ = 0;
  std::unordered_map<std::string, Count> counts_;
};

// Reads step by step, so that the caller can yield. `json` must outlive the reader.
class BodyFieldReader {
 public:
  explicit BodyFieldReader(std::string_view json);
  bool step(std::size_t bytes);  // true while there is more to read
  BodyFields take();

 private:
  void see(filters::JsonToken token);
  void see_key();
  void see_value(filters::JsonToken token);
  void see_url();
  bool in_talk();
  bool is_known_in_batch(const std::string& pointer, std::string_view value);
  bool looks_like_url(std::string_view raw) const;
  std::string_view raw() const;
  bool decode(std::size_t most);

  std::string_view text_;
  filters::JsonScanner json_;
  filters::OffsetMap map_;
  std::string decoded_;
  // Depth of the key that begins a conversation, where only addresses are looked for; 0 = outside.
  std::size_t talk_ = 0;
  std::string element_;  // of a batch: "/requests/7"
  std::unordered_set<std::string> keys_, element_keys_, batch_fields_, seen_urls_;
  StatedTexts stated_;
  BodyFields out_;
};

BodyFields read_body_fields(std::string_view body);

// One field of a form, as if it stood in an object.
void add_form_field(std::string_view name, std::string_view value, BodyFields& out);

}  // namespace sekisho::policy
