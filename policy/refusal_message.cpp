#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "policy/refusal.h"
#include "policy/type_words.h"

namespace sekisho::policy {
namespace {

constexpr std::size_t kMost = 300;  // characters of one language

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

// The first `most` characters, with an ellipsis when something was cut.
std::string cut(std::string_view text, std::size_t most) {
  if (characters(text) <= most) return std::string(text);
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && ++n == most) break;
  return std::string(text.substr(0, at)) + "…";
}

// Sentences of one language; when they are too long together, the least important ones go first.
// What was refused, whom to ask and the number to tell them stay: then the first is shortened.
class Sentences {
 public:
  static constexpr int kAlternative = 7, kStays = 8, kWhat = 9;

  explicit Sentences(std::string_view space) : space_(space) {}
  void add(int importance, std::string text) {
    if (!text.empty()) all_.emplace_back(importance, std::move(text));
  }
  // Can all of this importance and more be told?
  bool fits(int importance) const { return length(importance) <= kMost; }

  std::string join() {
    while (!fits(0) && length(kStays) < length(0)) drop_least();
    for (auto& [importance, text] : all_)
      if (importance == kWhat && !fits(0)) {
        const std::size_t others = length(0) - characters(text);
        text = cut(text, others < kMost ? kMost - others : 1);
      }
    std::string out;
    for (const auto& [importance, text] : all_) {
      if (!out.empty()) out += space_;
      out += text;
    }
    return out;
  }

 private:
  std::size_t length(int importance) const {
    std::size_t n = 0;
    for (const auto& [how, text] : all_)
      if (how >= importance) n += characters(text) + (n > 0 ? space_.size() : 0);
    return n;
  }
  void drop_least() {
    all_.erase(std::min_element(all_.begin(), all_.end(),
                                [](const auto& a, const auto& b) { return a.first < b.first; }));
  }
  std::string_view space_;
  std::vector<std::pair<int, std::string>> all_;
};

struct Words {
  std::string_view ja, en;
};

constexpr std::array<Words, config::kEvidenceKinds> kKinds = {{{"運営会社", "operator"},
                                                               {"親会社", "parent company"},
                                                               {"保存場所", "storage"},
                                                               {"処理場所", "processing"},
                                                               {"エンドポイント", "endpoint"},
                                                               {"ネットワーク", "network"},
                                                               {"接続先アドレス", "address"}}};

bool refuses(const Evidence& e) {
  switch (e.result) {
    case EvidenceResult::kDenied:
    case EvidenceResult::kNotAllowed:
      return true;
    case EvidenceResult::kUnknown:
    case EvidenceResult::kStale:
      return e.setting == EvidenceSetting::kRequired;
    default:
      return false;
  }
}

struct Country {
  std::string_view code;
  Words name;
};
// Those that refusals name most; others stay a code.
constexpr Country kCountries[] = {{"CN", {"中国", "China"}},
                                  {"HK", {"香港", "Hong Kong"}},
                                  {"MO", {"マカオ", "Macao"}},
                                  {"TW", {"台湾", "Taiwan"}},
                                  {"RU", {"ロシア", "Russia"}},
                                  {"KP", {"北朝鮮", "North Korea"}},
                                  {"SG", {"シンガポール", "Singapore"}},
                                  {"US", {"米国", "United States"}},
                                  {"JP", {"日本", "Japan"}},
                                  {"KR", {"韓国", "South Korea"}},
                                  {"IN", {"インド", "India"}},
                                  {"GB", {"英国", "United Kingdom"}},
                                  {"DE", {"ドイツ", "Germany"}},
                                  {"FR", {"フランス", "France"}},
                                  {"IE", {"アイルランド", "Ireland"}},
                                  {"NL", {"オランダ", "Netherlands"}},
                                  {"CA", {"カナダ", "Canada"}},
                                  {"AU", {"オーストラリア", "Australia"}},
                                  {"IL", {"イスラエル", "Israel"}},
                                  {"AE", {"アラブ首長国連邦", "UAE"}}};

std::string value_word(const Evidence& e, bool ja) {
  if (e.result != EvidenceResult::kDenied && !e.names_country()) return ja ? "不明" : "unknown";
  for (const Country& c : kCountries)
    if (c.code == e.value)
      return ja ? e.value.str() + "・" + std::string(c.name.ja)
                : e.value.str() + " (" + std::string(c.name.en) + ")";
  return cut(e.value, 24);
}

// Evidence of somebody or something that the request names: " (deepseek-api, /provider/only/0)".
std::string named_by(const Evidence& e, bool ja) {
  const std::string_view source = e.source;
  if (const auto at = source.find("for want of "); at != source.npos) {
    std::string_view what = source.substr(at + 12);
    if (what.starts_with("body:")) what.remove_prefix(5);
    return ja ? " (転送先が " + cut(what, 40) + " で限定されていません)"
              : " (" + cut(what, 40) + " does not say who may answer)";
  }
  const std::string_view where = source.substr(0, source.find(' '));
  const bool named = where.starts_with("body:") || where.starts_with("header:") ||
                     (where == "path" && where.size() < source.size());
  if (!named || e.kind == EvidenceKind::kEndpoint) return {};
  const auto id = source.rfind(':');
  std::string out = " (";
  if (source.size() > where.size()) out += cut(source.substr(id + 1), 32) + ", ";
  return out + cut(where.starts_with("body:") ? where.substr(5) : where, 40) + ")";
}

// "運営会社 CN、保存場所 CN": what the refusal rests on, the first `most` of it.
std::string evidence_list(const Admission& admission, std::size_t most, bool ja) {
  std::string out;
  std::size_t count = 0;
  for (const auto& e : admission.evidence) {
    if (!refuses(e) || ++count > most) continue;
    if (!out.empty()) out += ja ? "、" : ", ";
    const Words& kind = kKinds[static_cast<std::size_t>(e.kind)];
    out += std::string(ja ? kind.ja : kind.en) + " " + value_word(e, ja) + named_by(e, ja);
  }
  return out;
}

std::string_view category_of(const Verdict& verdict, const std::string& type) {
  for (const FindingSummary& f : verdict.findings)
    if (f.type == type) return f.category;
  return {};
}

// In words: an employee has never heard of jp_my_number.
std::string type_list(const Verdict& verdict, bool ja) {
  const std::vector<std::string>& types = verdict.causes;
  std::string out;
  for (std::size_t i = 0; i < types.size() && i < 3; ++i) {
    if (i > 0) out += ja ? "、" : ", ";
    const TypeWords words = words_of(types[i], category_of(verdict, types[i]));
    out += cut(ja ? words.ja : words.en, 32);
  }
  return types.size() > 3 ? out + (ja ? "ほか" : ", …") : out;
}

// The gateway's word for a client that refuses our leaves.
constexpr std::string_view kDistrust = "client_distrusts_ca";

struct Facts {
  std::string host, regions, types, detail;
  bool model = false;  // who made the model is what is refused
  bool ours = false;   // the certificate that is not accepted is the gateway's, by the client
};

std::string what_ja(Reason reason, const Facts& f) {
  switch (reason) {
    case Reason::kRegion:
      return f.host + " への送信を止めました。許可されていない国・地域に関わるためです" +
             (f.regions.empty() ? "。" : "（" + f.regions + "）。");
    case Reason::kDestination:
      if (f.model)
        return f.host + " への送信を止めました。このモデルの開発元は許可されていません。";
      return f.host + " への送信を止めました。社内で承認された接続先ではありません。";
    case Reason::kTerms:
      return f.host + " への送信を止めました。利用条件が社内の要件を満たしていません。";
    case Reason::kExpired:
      return f.host + " への送信を止めました。利用の承認期限が過ぎています。";
    case Reason::kAddress:
      return f.host + " への送信を止めました。接続が許されない種類のアドレスを指しています。";
    case Reason::kData:
      return "送信を止めました。社外に送れない情報が含まれています" +
             (f.types.empty() ? "。" : "（" + f.types + "）。");
    case Reason::kUninspected:
      return "送信を止めました。内容を検査できませんでした。";
    case Reason::kLimit:
      return "送信を止めました。大きさの上限を超えています。";
    case Reason::kCertificate:
      if (f.ours)
        return f.host +
               " に接続できません。お使いの端末かアプリに、社内ゲートウェイの CA "
               "証明書が入っていません。";
      return f.host + " に接続できません。接続先のサーバーの証明書に問題があります。";
    case Reason::kOrigin:
      return f.host + " に接続できません。";
    case Reason::kJournal:
      return "ただいま送信できません。監査記録を書き込めません。";
    case Reason::kIdentity:
      return "プロキシの利用者認証が必要です。";
    case Reason::kHostMismatch:
      return "送信を止めました。接続先と Host が一致していません。";
    case Reason::kFraming:
      return "送信を止めました。リクエストの形式が正しくありません。";
    case Reason::kNone:
      break;
  }
  return "送信を止めました。";
}

std::string what_en(Reason reason, const Facts& f) {
  switch (reason) {
    case Reason::kRegion:
      return "Not sent to " + f.host + ": a country or region is not allowed" +
             (f.regions.empty() ? "." : " (" + f.regions + ").");
    case Reason::kDestination:
      if (f.model) return "Not sent to " + f.host + ": models of this developer are not allowed.";
      return "Not sent: " + f.host + " is not an approved destination.";
    case Reason::kTerms:
      return "Not sent: the terms of " + f.host + " do not meet the policy.";
    case Reason::kExpired:
      return "Not sent: the approval for " + f.host + " has expired.";
    case Reason::kAddress:
      return "Not sent: " + f.host + " points to an address that must not be connected to.";
    case Reason::kData:
      return "Not sent: the request holds data that may not leave" +
             (f.types.empty() ? "." : " (" + f.types + ").");
    case Reason::kUninspected:
      return "Not sent: the content could not be inspected.";
    case Reason::kLimit:
      return "Not sent: the request is larger than the limits allow.";
    case Reason::kCertificate:
      if (f.ours)
        return "Cannot connect to " + f.host +
               ": your client or machine does not trust this gateway's own CA.";
      return "Cannot connect to " + f.host + ": the service's own certificate is not acceptable.";
    case Reason::kOrigin:
      return "Cannot reach " + f.host + ".";
    case Reason::kJournal:
      return "Cannot send right now: the audit record cannot be written.";
    case Reason::kIdentity:
      return "Proxy authentication is required.";
    case Reason::kHostMismatch:
      return "Not sent: the destination and the Host field differ.";
    case Reason::kFraming:
      return "Not sent: the request is malformed.";
    case Reason::kNone:
      break;
  }
  return "Not sent.";
}

Words next_step(Reason reason, bool ours) {
  if (ours)
    return {"プロキシの /ca.crt から CA を入れて、もう一度お試しください。",
            "Install the CA (/ca.crt on the proxy's own address) and try again."};
  switch (reason) {
    case Reason::kData:
      return {
          "該当箇所を取り除いて再送してください。履歴に残る場合は新しい会話を始めてください "
          "(/clear)。",
          "Remove it and send again; if it stays in the chat's history, start a new one (/clear)."};
    case Reason::kUninspected:
      return {"暗号化や未対応の形式を避け、テキストで送ってください。",
              "Send it as plain text, without encryption or unusual codings."};
    case Reason::kLimit:
      return {"内容を分けて送ってください。", "Send it in smaller parts."};
    case Reason::kJournal:
      return {"しばらくしてから再試行してください。", "Please try again later."};
    case Reason::kCertificate:
      return {"端末の設定では直りません。続く場合は窓口に連絡してください。",
              "Nothing on your machine mends it; if it persists, tell the contact below."};
    case Reason::kOrigin:
      return {"続く場合は窓口に連絡してください。", "If it persists, tell the contact below."};
    case Reason::kRegion:
    case Reason::kDestination:
    case Reason::kTerms:
    case Reason::kExpired:
      return {"承認された別のサービスを利用してください。再試行しても結果は変わりません。",
              "Use an approved service; trying again will not help."};
    default:
      return {};
  }
}

std::string alternative_sentence(const Admission& admission, bool ja, bool with_note) {
  if (admission.alternative.empty()) return {};
  const std::string& note = ja ? admission.alternative_note.ja : admission.alternative_note.en;
  const std::string name = cut(admission.alternative, 40);
  const std::string tail =
      note.empty() || !with_note ? "" : (ja ? "（" : " (") + cut(note, 80) + (ja ? "）" : ")");
  return ja ? "代わりに " + name + " を利用できます" + tail + "。"
            : "Use " + name + " instead" + tail + ".";
}

Facts facts_of(const Verdict& verdict, const Admission& admission, std::string_view host,
               std::string_view detail, std::size_t reasons, bool ja) {
  Facts f;
  f.host = cut(host, 64);
  if (!admission.second_host.empty() && verdict.reason == admission.reason)
    f.host = cut(admission.second_host, 96);
  f.model = verdict.rule == "models";
  f.regions = evidence_list(admission, reasons, ja);
  f.types = type_list(verdict, ja);
  f.ours = verdict.reason == Reason::kCertificate && verdict.rule == kDistrust;
  if (!f.ours) f.detail = cut(detail, 90);
  return f;
}

bool is_of_a_rule(Reason reason) {
  return reason == Reason::kRegion || reason == Reason::kDestination || reason == Reason::kTerms ||
         reason == Reason::kExpired || reason == Reason::kData || reason == Reason::kUninspected;
}

// "受付番号 sks_…（規則 secrets）。": what the desk asks for.
std::string reference(const Verdict& verdict, std::string_view request_id, bool ja) {
  if (request_id.empty()) return {};
  const bool named = is_of_a_rule(verdict.reason) && !verdict.rule.empty();
  const std::string rule = named ? cut(verdict.rule, 40) : "";
  std::string out = (ja ? "受付番号 " : "Request ") + std::string(request_id);
  if (named) out += ja ? "（規則 " + rule + "）" : " (rule " + rule + ")";
  return out + (ja ? "。" : ".");
}

// The Japanese and the English message differ in words only.
Sentences sentences(const Verdict& verdict, const Admission& admission, const Facts& f, bool ja,
                    std::string_view contact, std::string_view request_id, bool with_note) {
  const bool data = verdict.reason == Reason::kData;
  const std::string& own = ja ? verdict.message.ja : verdict.message.en;
  const Words next = next_step(verdict.reason, f.ours);
  Sentences out(ja ? "" : " ");
  out.add(Sentences::kWhat, ja ? what_ja(verdict.reason, f) : what_en(verdict.reason, f));
  if (!f.detail.empty()) out.add(6, (ja ? "詳細: " : "Detail: ") + f.detail + (ja ? "。" : "."));
  if (data && !own.empty()) out.add(5, cut(own, 100) + (ja ? "。" : "."));
  out.add(4, std::string(ja ? next.ja : next.en));
  out.add(Sentences::kAlternative, alternative_sentence(admission, ja, with_note));
  if (!contact.empty())
    out.add(Sentences::kStays,
            (ja ? "問い合わせ: " : "Contact: ") + cut(contact, 70) + (ja ? "。" : "."));
  out.add(Sentences::kStays, reference(verdict, request_id, ja));
  return out;
}

struct Told {
  std::string_view host, detail, contact, request_id;
};

// Fewer reasons are given, and no note to the alternative, before the alternative is left out.
std::string message(const Verdict& verdict, const Admission& admission, const Told& told, bool ja) {
  constexpr std::pair<std::size_t, bool> kTries[] = {{3, true}, {2, true}, {1, true}, {1, false}};
  for (const auto& [reasons, with_note] : kTries) {
    const Facts f = facts_of(verdict, admission, told.host, told.detail, reasons, ja);
    Sentences out = sentences(verdict, admission, f, ja, told.contact, told.request_id, with_note);
    const bool last = reasons == 1 && !with_note;
    if (last || out.fits(Sentences::kAlternative)) return out.join();
  }
  return {};
}

// A sentence that ends in its own full stop gets no second one.
void mend_stops(std::string& text) {
  for (const std::string_view twice : {std::string_view("。。"), std::string_view("..")}) {
    for (auto at = text.find(twice); at != std::string::npos; at = text.find(twice, at))
      text.erase(at, twice.size() / 2);
  }
}

}  // namespace

config::Localized refusal_message(const Verdict& verdict, const Admission& admission,
                                  std::string_view host, std::string_view detail,
                                  std::string_view contact, std::string_view request_id,
                                  std::string_view detail_ja) {
  config::Localized out;
  if (detail_ja.empty()) detail_ja = detail;
  out.ja = message(verdict, admission, {host, detail_ja, contact, request_id}, true);
  out.en = message(verdict, admission, {host, detail, contact, request_id}, false);
  mend_stops(out.ja);
  mend_stops(out.en);
  return out;
}

}  // namespace sekisho::policy
