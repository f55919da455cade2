#include "policy/body_documents.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "filters/bodies/form_text.h"
#include "filters/bodies/multipart.h"

namespace sekisho::policy {
namespace {

using filters::BodyKind;
using filters::MultipartReader;
using filters::PartHeader;

constexpr std::size_t kMostFields = 4096;
constexpr std::size_t kMostUrls = 512;
constexpr std::size_t kFieldBytes = 512;
constexpr std::string_view kSpace = " \t\r\n";

bool looks_like_json(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto begin = text.find_first_not_of(kSpace);
  return begin != text.npos && (text[begin] == '{' || text[begin] == '[');
}

std::string form_decoded(std::string_view raw) {
  std::string storage;
  filters::OffsetMap map;
  return std::string(filters::decode_percent(raw, 0, true, storage, map));
}

bool is_plain_part(const PartHeader& part) {
  const auto same = [&](std::string_view charset) {
    return std::equal(
        part.charset.begin(), part.charset.end(), charset.begin(), charset.end(),
        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
  };
  const bool utf8 = part.charset.empty() || same("utf-8") || same("us-ascii");
  return utf8 && part.transfer == PartHeader::Transfer::kIdentity &&
         !part.content_type.starts_with("multipart/");
}

// One document after the other, each on its line; what is new in one of them counts.
class Lines {
 public:
  Lines(std::string_view text, std::string prefix) : text_(text), prefix_(std::move(prefix)) {}

  bool step(std::size_t bytes, BodyFields& out) {
    std::size_t left = bytes;
    while (reader_ || begin_line()) {
      const bool more = reader_->step(left);
      if (more) return true;
      end_line(out);
      const std::size_t done = std::min(left, line_bytes_ + 64);
      left -= done;
      if (left == 0) return true;
    }
    out.add_requests(stated_.requests(), stated_.everywhere());
    return false;
  }

 private:
  bool begin_line() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      const std::string_view line = text_.substr(at_, end - at_);
      at_ = end + 1;
      if (line.find_first_not_of(kSpace) == line.npos) continue;
      reader_.emplace(line);
      line_bytes_ = line.size();
      return true;
    }
    return false;
  }

  void end_line(BodyFields& out) {
    BodyFields line = reader_->take();
    reader_.reset();
    const std::string place = prefix_ + "/" + std::to_string(line_++);
    out.unread = out.unread || !line.json;
    out.cut = out.cut || line.cut;
    stated_.begin_request();
    for (const BodyField& f : line.fields)
      if (f.text && !stated_.add(request_pointer("/0" + f.pointer, false))) out.cut = true;
    for (BodyField& f : line.fields) {
      if (f.pointer == "/custom_id" || !seen_.insert(f.pointer + "\n" + f.value).second) continue;
      if (out.fields.size() >= kMostFields) {
        out.cut = true;
        return;
      }
      f.pointer.insert(0, place);
      out.fields.push_back(std::move(f));
    }
    for (BodyUrl& u : line.urls) {
      if (!seen_.insert((u.sends ? "s" : "f") + u.value).second) continue;
      if (out.urls.size() >= kMostUrls) {
        out.cut = true;
        return;
      }
      u.pointer.insert(0, place);
      out.urls.push_back(std::move(u));
    }
    if (!line.twice.empty() && out.twice.size() < kMostUrls)
      out.twice.push_back(place + line.twice.front());
  }

  std::string_view text_;
  std::string prefix_;
  std::size_t at_ = 0, line_ = 0, line_bytes_ = 0;
  std::optional<BodyFieldReader> reader_;
  std::unordered_set<std::string> seen_;
  StatedTexts stated_;
};

}  // namespace

struct BodyDocuments::Impl {
  std::string_view text;
  std::optional<BodyFieldReader> whole;  // one JSON document, in a part until it is known better
  std::optional<Lines> lines;
  std::optional<MultipartReader> parts;
  std::string_view document;  // of the part at hand
  std::string prefix;
  BodyFields out;

  void read_form();
  bool step_part(std::size_t bytes);
  void begin_part(const MultipartReader::Part& part);
  void end_whole();
};

BodyDocuments::BodyDocuments(const filters::BodyType& type, std::string_view text)
    : impl_(std::make_unique<Impl>()) {
  impl_->text = text;
  switch (type.kind) {
    case BodyKind::kJson:
      impl_->whole.emplace(text);
      break;
    case BodyKind::kNdjson:
      impl_->lines.emplace(text, "");
      break;
    case BodyKind::kForm:
      impl_->read_form();
      break;
    case BodyKind::kMultipart:
      impl_->out.form = true;
      impl_->parts.emplace(text, type.boundary);
      break;
    default:
      break;
  }
}
BodyDocuments::~BodyDocuments() = default;

// Long values are no settings.
void BodyDocuments::Impl::read_form() {
  out.form = true;
  std::string_view rest = text;
  while (!rest.empty() && !out.cut) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (pair.size() - equals > 16 * kFieldBytes) continue;
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    add_form_field(form_decoded(pair.substr(0, equals)), form_decoded(value), out);
  }
}

void BodyDocuments::Impl::begin_part(const MultipartReader::Part& part) {
  document = text.substr(part.body.begin, part.body.size());
  if (!is_plain_part(part.fields)) {
    out.unread = true;
    return;
  }
  // What has a file name is a file to every framework, and none of the form's settings.
  const bool field = document.size() <= 16 * kFieldBytes && document.find('\0') == document.npos;
  if (field && !part.fields.has_filename) {
    add_form_field(part.fields.name, document, out);
    for (const std::string& name : part.fields.decoded) add_form_field(name, document, out);
  }
  if (!looks_like_json(document)) return;
  prefix = "/" + part.fields.name;
  whole.emplace(document);
}

// A part is one document, or a batch.
void BodyDocuments::Impl::end_whole() {
  BodyFields read = whole->take();
  whole.reset();
  if (!read.json) {
    lines.emplace(document, prefix);
    return;
  }
  for (BodyField& f : read.fields) f.pointer.insert(0, prefix);
  for (BodyUrl& u : read.urls) u.pointer.insert(0, prefix);
  for (std::string& t : read.twice) t.insert(0, prefix);
  const auto move_to = [](auto& from, auto& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move_to(read.fields, out.fields);
  move_to(read.urls, out.urls);
  move_to(read.twice, out.twice);
  out.add_requests(read.requests, std::move(read.everywhere));
  out.cut = out.cut || read.cut || out.fields.size() > 2 * kMostFields;
}

bool BodyDocuments::Impl::step_part(std::size_t bytes) {
  MultipartReader::Part part;
  for (std::size_t from = parts->position(); parts->position() - from < bytes;) {
    switch (parts->next(part)) {
      case MultipartReader::Status::kPart:
        begin_part(part);
        if (whole) return true;
        break;
      case MultipartReader::Status::kMore:
        return true;
      case MultipartReader::Status::kMalformed:
        out.unread = true;
        return false;
      case MultipartReader::Status::kEnd:
        return false;
    }
  }
  return true;
}

bool BodyDocuments::step(std::size_t bytes) {
  Impl& i = *impl_;
  if (i.whole) {
    if (i.whole->step(bytes)) return true;
    if (!i.parts) {
      i.out = i.whole->take();
      i.whole.reset();
      return false;
    }
    i.end_whole();
    return true;
  }
  if (i.lines) {
    if (i.lines->step(bytes, i.out)) return true;
    i.lines.reset();
    return i.parts.has_value();
  }
  return i.parts && i.step_part(bytes);
}

BodyFields BodyDocuments::take() {
  return std::move(impl_->out);
}

// Pictures and the like name nothing; frames of protobuf may.
bool may_hold_fields(std::string_view unreadable) {
  return !unreadable.empty() && unreadable != "binary";
}

}  // namespace sekisho::policy
