#include "policy/refusal.h"

#include "filters/bodies/json_scanner.h"

namespace sekisho::policy {
namespace {

using filters::JsonWriter;

constexpr std::string_view kCode = "sekisho_blocked";
constexpr std::string_view kType = "invalid_request_error";

std::string_view in_language(const config::Localized& text, std::string_view language) {
  return language == "ja" ? text.ja : text.en;
}

// Both languages in the policy's order: SDKs print this one string and nothing else.
std::string joined(const Refusal& r) {
  std::string out;
  for (const auto& language : r.languages) {
    const std::string_view text = in_language(r.message, language);
    if (text.empty()) continue;
    if (!out.empty()) out += '\n';
    out += text;
  }
  return out;
}

void text_or_null(JsonWriter& w, std::string_view key, const std::string& text) {
  w.key(key);
  if (text.empty())
    w.null();
  else
    w.value(text);
}

void write_members(JsonWriter& w, const Refusal& r) {
  w.key("request_id").value(r.request_id);
  w.key("verdict").value(r.verdict);
  w.key("reason").value(to_word(r.reason));
  text_or_null(w, "rule", r.rule);
  w.key("findings").begin_array();
  for (const auto& type : r.findings) w.value(type);
  w.end_array();
  text_or_null(w, "alternative", r.alternative);
  w.key("contact").value(r.contact);
}

void write_sekisho(JsonWriter& w, const Refusal& r) {
  w.key("sekisho").begin_object();
  write_members(w, r);
  w.end_object();
}

void write_openai(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("error").begin_object();
  w.key("message").value(joined(r)).key("type").value(kType).key("param").null();
  w.key("code").value(kCode);
  write_sekisho(w, r);
  w.end_object().end_object();
}

void write_azure(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("error").begin_object();
  w.key("message").value(joined(r)).key("type").value(kType).key("param").null();
  w.key("code").value(kCode).key("status").value(r.status);
  w.key("innererror").begin_object().key("code").value(kCode).end_object();
  write_sekisho(w, r);
  w.end_object().end_object();
}

void write_anthropic(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("type").value("error").key("error").begin_object();
  w.key("type").value(kType).key("message").value(joined(r));
  write_sekisho(w, r);
  w.end_object().key("request_id").value(r.request_id).end_object();
}

std::string_view google_status(int status) {
  switch (status) {
    case 400:
      return "INVALID_ARGUMENT";
    case 413:
      return "OUT_OF_RANGE";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return status >= 500 ? "UNAVAILABLE" : "INVALID_ARGUMENT";
  }
}

// The detail carries the members themselves, and once more under the name by which every other
// dialect has them, so that one look-up serves all.
void write_gemini(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("error").begin_object();
  w.key("code").value(r.status).key("message").value(joined(r));
  w.key("status").value(google_status(r.status)).key("details").begin_array().begin_object();
  write_members(w, r);
  write_sekisho(w, r);
  w.end_object().end_array().end_object().end_object();
}

void write_plain(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("error").begin_object();
  w.key("message").value(joined(r)).key("code").value(kCode).end_object();
  write_sekisho(w, r);
  w.end_object();
}

void write_message_only(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("message").value(joined(r));
  write_sekisho(w, r);
  w.end_object();
}

void write_mistral(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("object").value("error").key("message").value(joined(r));
  w.key("type").value(kType).key("param").null().key("code").value(kCode);
  // Many call the service by a client of OpenAI's, which reads nothing else.
  w.key("error").begin_object().key("message").value(joined(r));
  w.key("type").value(kType).key("param").null().key("code").value(kCode).end_object();
  write_sekisho(w, r);
  w.end_object();
}

void write_ollama(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("error").value(joined(r));
  write_sekisho(w, r);
  w.end_object();
}

void write_dashscope(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("code").value(kCode).key("message").value(joined(r));
  w.key("request_id").value(r.request_id);
  write_sekisho(w, r);
  w.end_object();
}

void write_openrouter(JsonWriter& w, const Refusal& r) {
  w.begin_object().key("error").begin_object();
  w.key("code").value(r.status).key("message").value(joined(r)).key("metadata").begin_object();
  write_sekisho(w, r);
  w.end_object();
  write_sekisho(w, r);
  w.end_object().end_object();
}

RefusalBody render_json(RefusalShape shape, const Refusal& r) {
  RefusalBody out;
  out.content_type = "application/json";
  JsonWriter w(out.body);
  switch (shape) {
    case RefusalShape::kOpenAi:
      write_openai(w, r);
      break;
    case RefusalShape::kAzure:
      write_azure(w, r);
      break;
    case RefusalShape::kAnthropic:
      write_anthropic(w, r);
      out.headers.emplace_back("request-id", r.request_id);
      break;
    case RefusalShape::kGemini:
      write_gemini(w, r);
      break;
    case RefusalShape::kBedrock:
      write_message_only(w, r);
      out.headers.emplace_back("x-amzn-errortype", "ValidationException");
      out.headers.emplace_back("x-amzn-requestid", r.request_id);
      break;
    case RefusalShape::kMistral:
      write_mistral(w, r);
      break;
    case RefusalShape::kCohere:
      write_message_only(w, r);
      break;
    case RefusalShape::kOllama:
      write_ollama(w, r);
      break;
    case RefusalShape::kDashScope:
      write_dashscope(w, r);
      break;
    case RefusalShape::kOpenRouter:
      write_openrouter(w, r);
      break;
    case RefusalShape::kPlain:
      write_plain(w, r);
      break;
  }
  return out;
}

constexpr std::string_view kPageHead = R"(<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>Sekisho</title>
<style>
body{font-family:system-ui,"Hiragino Sans","Noto Sans JP",Meiryo,sans-serif;max-width:42rem;margin:12vh auto 4rem;padding:0 1.5rem;line-height:1.7;color:#1c1c1c;background:#fafaf7}
h1{font-size:1.25rem;border-bottom:2px solid #b3402a;padding-bottom:.4rem}
p{margin:1rem 0}dl{font-size:.9rem;color:#444}dt{float:left;clear:left;width:9rem;color:#777}dd{margin:0 0 .3rem 9rem;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{background:#191917;color:#eee}dl{color:#ccc}}
</style></head><body>
)";

void add_row(std::string& page, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  page.append("<dt>").append(name).append("</dt><dd>");
  page.append(html_escaped(value)).append("</dd>\n");
}

RefusalBody render_html(const Refusal& r) {
  RefusalBody out;
  out.content_type = "text/html; charset=utf-8";
  std::string& page = out.body;
  page = kPageHead;
  page += r.status >= 500 ? "<h1>関所: ただいま接続できません / Sekisho: not available</h1>\n"
                          : "<h1>関所: 送信を止めました / Sekisho: stopped</h1>\n";
  for (const auto& language : r.languages) {
    const std::string_view text = in_language(r.message, language);
    if (!text.empty())
      page += "<p lang=\"" + html_escaped(language) + "\">" + html_escaped(text) + "</p>\n";
  }
  page += "<dl>\n";
  add_row(page, "受付番号 / request", r.request_id);
  add_row(page, "理由 / reason", to_word(r.reason));
  add_row(page, "規則 / rule", r.rule);
  add_row(page, "代わり / instead", r.alternative);
  add_row(page, "窓口 / contact", r.contact);
  page += "</dl>\n</body></html>\n";
  return out;
}

// Requests in OpenAI's format, errors in formats of their own.
RefusalShape shape_of(const Dialect& dialect, std::string_view provider) {
  if (dialect.refusal != RefusalShape::kOpenAi) return dialect.refusal;
  if (provider == "openrouter") return RefusalShape::kOpenRouter;
  if (provider.starts_with("mistral-")) return RefusalShape::kMistral;
  if (provider.starts_with("azure-")) return RefusalShape::kAzure;
  return RefusalShape::kOpenAi;
}

RefusalBody render_text(const Refusal& r) {
  RefusalBody out;
  out.content_type = "text/plain; charset=utf-8";
  out.body = joined(r) + "\n\n";
  const auto row = [&out](std::string_view name, std::string_view value) {
    if (!value.empty()) out.body.append(name).append(": ").append(value).append("\n");
  };
  row("request", r.request_id);
  row("reason", to_word(r.reason));
  row("rule", r.rule);
  row("alternative", r.alternative);
  row("contact", r.contact);
  return out;
}

}  // namespace

RefusalBody render_refusal(const Dialect& dialect, const Refusal& refusal, Reader reader) {
  const RefusalShape shape = shape_of(dialect, refusal.provider);
  if (reader == Reader::kBrowser) return render_html(refusal);
  if (reader == Reader::kTerminal && shape == RefusalShape::kPlain) return render_text(refusal);
  return render_json(shape, refusal);
}

Reader reader_of(std::string_view fetch_mode, std::string_view accept, std::string_view user_agent,
                 std::string_view content_type) {
  const auto has = [](std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  if (fetch_mode == "navigate") return Reader::kBrowser;
  if (has(accept, "text/html") && !has(accept, "json")) return Reader::kBrowser;
  const bool by_hand = user_agent.starts_with("curl/") || user_agent.starts_with("Wget/") ||
                       user_agent.starts_with("HTTPie/");
  return by_hand && !has(accept, "json") && !has(content_type, "json") ? Reader::kTerminal
                                                                       : Reader::kProgram;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace sekisho::policy
