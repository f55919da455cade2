#include "policy/body_fields.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sekisho::policy {
namespace {

using filters::JsonToken;

constexpr int kJsonDepth = 512;
constexpr std::size_t kFieldDepth = 6;
constexpr std::size_t kFieldBytes = 512;
constexpr std::size_t kUrlBytes = 8u << 10;  // the host stands in front
constexpr std::size_t kMostFields = 4096;
constexpr std::size_t kMostKeys = 8192;
constexpr std::size_t kMostUrls = 512;

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Where people and tools talk, and nobody says where a request goes.
constexpr std::array<std::string_view, 19> kTalk = {"messages",
                                                    "input",
                                                    "inputs",
                                                    "contents",
                                                    "content",
                                                    "system",
                                                    "prompt",
                                                    "tools",
                                                    "texts",
                                                    "systemInstruction",
                                                    "system_instruction",
                                                    "documents",
                                                    "toolConfig",
                                                    "text",
                                                    "instructions",
                                                    "query",
                                                    "functions",
                                                    "suffix",
                                                    "response_format"};

// The same where it is not on the highest level, but in one request of a batch or of a list of
// steps.
constexpr std::array<std::string_view, 8> kTalkInside = {
    "messages", "contents",          "system",      "tools", "input",
    "prompt",   "systemInstruction", "instructions"};

// What a model or a tool said, or how a tool is described: nobody connects to what stands there.
constexpr std::array<std::string_view, 20> kSaid = {
    "arguments",   "args",         "parameters",        "properties",        "output",
    "result",      "results",      "response",          "functionResponse",  "annotations",
    "citations",   "url_citation", "groundingMetadata", "search_results",    "input_schema",
    "inputSchema", "sources",      "toolResult",        "structuredContent", "reasoning_details"};

constexpr std::array<std::string_view, 26> kSendKeys = {
    "server_url",       "serverUrl",    "webhook",      "webhook_url",  "webhookUrl",
    "webhooks",         "callback",     "callback_url", "callbackUrl",  "notification_url",
    "notificationUrl",  "notify_url",   "notifyUrl",    "base_url",     "baseUrl",
    "baseURL",          "api_base",     "apiBase",      "target_url",   "targetUrl",
    "webhook_endpoint", "endpoint_url", "endpointUrl",  "postback_url", "mcp_server_url",
    "webhook_uri"};

constexpr std::array<std::string_view, 16> kSendParents = {
    "mcp_servers", "mcpServers", "mcp",          "webhook",       "webhooks",   "tools",
    "servers",     "callback",   "notification", "notifications", "connectors", "connector",
    "mcp_server",  "server",     "agents",       "remote_agents"};

constexpr std::array<std::string_view, 34> kFetchKeys = {
    "image_url",    "imageUrl",    "image_urls", "image",    "images",     "file_url",
    "fileUrl",      "file_urls",   "file",       "files",    "fileUri",    "file_uri",
    "document_url", "documentUrl", "video_url",  "videoUrl", "video",      "audio_url",
    "audioUrl",     "audio",       "gcsUri",     "gcs_uri",  "image_uri",  "imageUri",
    "source_url",   "sourceUrl",   "media_url",  "mediaUrl", "input_file", "data_url",
    "urls",         "uris",        "s3Uri",      "s3_uri"};

constexpr std::array<std::string_view, 22> kFetchParents = {
    "image_url",  "imageUrl",     "source",      "file",        "video_url",   "audio_url",
    "document",   "document_url", "image",       "video",       "audio",       "media",
    "fileData",   "file_data",    "input_audio", "input_image", "input_video", "s3Location",
    "gcs_source", "gcsSource",    "file_search", "attachments"};

bool is_index(std::string_view name) {
  return !name.empty() && name.find_first_not_of("0123456789") == name.npos;
}

struct Segments {
  std::vector<std::string_view> names;  // without the indices of arrays
};

Segments segments_of(std::string_view pointer) {
  Segments out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view name = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(name.size());
    if (!is_index(name)) out.names.push_back(name);
  }
  return out;
}

enum class Use { kNone, kFetch, kSend };

// What a service does with an address at `pointer`.
Use use_of(std::string_view pointer, bool talk) {
  const auto names = segments_of(pointer).names;
  if (names.empty()) return Use::kNone;
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    if (one_of(names[i], kSaid)) return Use::kNone;
    if (i > 0 && names[i] == "input") return Use::kNone;  // arguments of a tool
  }
  const std::string_view key = names.back();
  const std::string_view parent = names.size() > 1 ? names[names.size() - 2] : "";
  if (one_of(key, kSendKeys)) return Use::kSend;
  const bool bare = key == "url" || key == "uri";
  if (bare && std::any_of(names.begin(), names.end() - 1,
                          [](std::string_view n) { return one_of(n, kSendParents); }))
    return Use::kSend;
  if (one_of(key, kFetchKeys)) return Use::kFetch;
  return bare && (!talk || one_of(parent, kFetchParents)) ? Use::kFetch : Use::kNone;
}

// "/requests/7" of "/requests/7/params/model"; "" = stands in no batch.
std::string_view element_of(std::string_view pointer) {
  constexpr std::string_view kList = "/requests/";
  const auto at = pointer.find(kList);
  if (at == pointer.npos) return {};
  const auto end = pointer.find('/', at + kList.size());
  const std::string_view index = pointer.substr(at + kList.size(), end - at - kList.size());
  return is_index(index) && end != pointer.npos ? pointer.substr(0, end) : std::string_view();
}

bool is_below(std::string_view pointer, std::string_view of) {
  return pointer.size() > of.size() && pointer.starts_with(of) && pointer[of.size()] == '/';
}

// Numbers name nothing, and there may be a million of them.
bool may_name(JsonToken t) {
  return t == JsonToken::kString || t == JsonToken::kTrue || t == JsonToken::kFalse ||
         t == JsonToken::kNull;
}

// "https://host:port" of an address, so that a hundred pictures of one host count once.
std::string_view up_to_path(std::string_view url) {
  const auto slashes = url.find("//");
  return slashes == url.npos ? url : url.substr(0, url.find_first_of("/\\?#", slashes + 2));
}

}  // namespace

const BodyField* BodyFields::at(std::string_view pointer) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const BodyField& f) { return f.pointer == pointer; });
  return found == fields.end() ? nullptr : &*found;
}

std::vector<const BodyField*> BodyFields::texts(std::string_view pointer) const {
  std::vector<const BodyField*> out;
  for (const BodyField& f : fields) {
    const bool element = is_below(f.pointer, pointer) &&
                         f.pointer.find('/', pointer.size() + 1) == std::string::npos;
    if (f.text && (f.pointer == pointer || element)) out.push_back(&f);
  }
  return out;
}

bool BodyFields::is(std::string_view pointer, std::string_view value) const {
  const BodyField* f = at(pointer);
  return f != nullptr && f->value == value && !doubtful(pointer);
}

bool BodyFields::doubtful(std::string_view pointer) const {
  return cut || std::any_of(twice.begin(), twice.end(), [&](const std::string& t) {
           return t == pointer || is_below(t, pointer) || is_below(pointer, t);
         });
}

void BodyFields::add_requests(std::size_t count, std::vector<std::string> stated_everywhere) {
  if (count == 0) return;
  if (requests > 0)
    std::erase_if(stated_everywhere, [&](const std::string& pointer) {
      return !std::binary_search(everywhere.begin(), everywhere.end(), pointer);
    });
  requests += count;
  everywhere = std::move(stated_everywhere);
}

bool is_around_request(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kAround = {
      "requests", "body", "params", "request", "query", "batch", "input_config"};
  return one_of(name, kAround);
}

std::string_view request_pointer(std::string_view pointer, bool form) {
  std::string_view rest = pointer;
  bool first = form, in_batch = false;
  while (true) {
    const auto next = rest.find('/', 1);
    if (next == rest.npos) break;
    const std::string_view name = rest.substr(1, next - 1);
    if (!first && !is_index(name) && !is_around_request(name)) break;
    in_batch = in_batch || is_index(name);
    first = false;
    rest.remove_prefix(next);
  }
  return in_batch ? rest : pointer;
}

bool StatedTexts::add(std::string_view pointer) {
  const auto found = counts_.find(std::string(pointer));
  if (found == counts_.end() && counts_.size() >= kMostFields) return false;
  Count& count = found == counts_.end() ? counts_[std::string(pointer)] : found->second;
  if (count.last == requests_) return true;
  count.last = requests_;
  ++count.in;
  return true;
}

std::vector<std::string> StatedTexts::everywhere() const {
  std::vector<std::string> out;
  for (const auto& [pointer, count] : counts_)
    if (count.in == requests_) out.push_back(pointer);
  std::sort(out.begin(), out.end());
  return out;
}

void BodyFields::set(std::string_view pointer, const std::vector<std::string>& values) {
  const auto here = [&](std::string_view p) { return p == pointer || is_below(p, pointer); };
  std::erase_if(fields, [&](const BodyField& f) { return here(f.pointer); });
  std::erase_if(twice, [&](const std::string& t) { return here(t); });
  for (std::size_t i = 0; i < values.size(); ++i)
    fields.push_back({std::string(pointer) + "/" + std::to_string(i), values[i], true});
}

BodyFieldReader::BodyFieldReader(std::string_view json) : text_(json), json_(json, kJsonDepth) {}

bool BodyFieldReader::step(std::size_t bytes) {
  const std::size_t end = json_.position() + bytes;
  while (json_.position() < end) {
    const JsonToken token = json_.next();
    if (token == JsonToken::kEnd) out_.json = true;
    if (token == JsonToken::kEnd || token == JsonToken::kError) return false;
    see(token);
  }
  return true;
}

BodyFields BodyFieldReader::take() {
  out_.add_requests(stated_.requests(), stated_.everywhere());
  return std::move(out_);
}

void BodyFieldReader::see(JsonToken token) {
  if (token == JsonToken::kKey) return see_key();
  if (!may_name(token)) return;
  if (!in_talk() && json_.depth() <= kFieldDepth) see_value(token);
  if (token == JsonToken::kString) see_url();
}

// A conversation ends with the object in which it stands.
bool BodyFieldReader::in_talk() {
  if (json_.depth() < talk_) talk_ = 0;
  return talk_ != 0;
}

void BodyFieldReader::see_key() {
  const std::size_t depth = json_.depth();
  if (in_talk() && depth > talk_) return;
  if (depth > kFieldDepth) return;
  const std::string_view pointer = json_.path();
  const std::string_view name = pointer.substr(pointer.rfind('/') + 1);
  const bool talk = depth == 1 ? one_of(name, kTalk) : one_of(name, kTalkInside);
  talk_ = talk ? depth : 0;
  const std::string_view element = element_of(pointer);
  if (element != element_) {
    element_ = element;
    element_keys_.clear();
    if (!element.empty()) stated_.begin_request();
  }
  auto& keys = element.empty() ? keys_ : element_keys_;
  if (keys.size() >= kMostKeys) {
    out_.cut = true;
  } else if (!keys.emplace(pointer).second) {
    out_.twice.emplace_back(pointer);
  }
}

// A batch repeats one request a thousand times; what is new in one of them counts.
bool BodyFieldReader::is_known_in_batch(const std::string& pointer, std::string_view value) {
  const std::string_view element = element_of(pointer);
  if (element.empty()) return false;
  std::string once(std::string_view(pointer).substr(element.size()));
  if (once == "/custom_id" || once == "/metadata/key") return true;
  once.append(1, '\n').append(value);
  return !batch_fields_.insert(std::move(once)).second;
}

std::string_view BodyFieldReader::raw() const {
  return text_.substr(json_.range().begin, json_.range().size());
}

bool BodyFieldReader::decode(std::size_t most) {
  std::string_view text = raw();
  if (text.size() > most) {  // never half an escape
    text = text.substr(0, most);
    text = text.substr(0, std::min(text.find('\\', most - 12), text.size()));
  }
  return filters::unescape_json(text, 0, decoded_, map_);
}

void BodyFieldReader::see_value(JsonToken token) {
  const bool text = token == JsonToken::kString;
  if (raw().size() > kFieldBytes) return;
  if (text && !decode(kFieldBytes)) return;
  std::string pointer = json_.pointer();
  if (text && !element_of(pointer).empty() && !stated_.add(request_pointer(pointer, false)))
    out_.cut = true;
  if (is_known_in_batch(pointer, text ? std::string_view(decoded_) : raw())) return;
  if (out_.fields.size() >= kMostFields) {
    out_.cut = true;
    return;
  }
  out_.fields.push_back({std::move(pointer), text ? decoded_ : std::string(raw()), text});
}

bool BodyFieldReader::looks_like_url(std::string_view raw) const {
  const std::string_view head = raw.substr(0, 48);
  return head.find(':') != head.npos || (json_.escaped() && head.find('\\') != head.npos);
}

void BodyFieldReader::see_url() {
  const std::string_view value = raw();
  if (value.size() < 4) return;
  // Without a scheme an address is believed only where nothing else can stand.
  const bool schemed = looks_like_url(value);
  if (!schemed && (value.size() > kFieldBytes || value.find('.') == value.npos)) return;
  if (!schemed && value.find(' ') != value.npos) return;
  const Use use = use_of(json_.path(), talk_ != 0);
  if (use == Use::kNone || (!schemed && use != Use::kSend) || !decode(kUrlBytes)) return;
  const std::size_t first = decoded_.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return;
  decoded_.erase(0, first);
  if (decoded_.starts_with("data:")) return;
  const bool sends = use == Use::kSend;
  std::string once = sends ? "s" : "f";
  once += sends ? std::string_view(decoded_) : up_to_path(decoded_);
  if (!seen_urls_.insert(std::move(once)).second) return;
  if (out_.urls.size() >= kMostUrls)
    out_.cut = true;
  else
    out_.urls.push_back({json_.pointer(), decoded_, sends});
}

BodyFields read_body_fields(std::string_view body) {
  BodyFieldReader reader(body);
  while (reader.step(body.size() + 1)) {
  }
  return reader.take();
}

void add_form_field(std::string_view name, std::string_view value, BodyFields& out) {
  if (out.fields.size() >= kMostFields) {
    out.cut = true;
    return;
  }
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  const Use use = use_of(pointer, false);
  const bool address = value.find_first_of(" \t\r\n{[") == value.npos &&
                       (value.find(':') != value.npos || use == Use::kSend);
  if (use != Use::kNone && address && value.size() <= kUrlBytes)
    out.urls.push_back({pointer, std::string(value), use == Use::kSend});
  if (value.size() > kFieldBytes) return;
  if (out.at(pointer) != nullptr) out.twice.push_back(pointer);
  out.fields.push_back({std::move(pointer), std::string(value), true});
}

}  // namespace sekisho::policy
