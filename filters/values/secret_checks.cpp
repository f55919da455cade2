#include "filters/values/secret_checks.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/table.h"
#include "filters/values/assignment.h"
#include "filters/values/random_value.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::filters {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_base64_char(char c) {
  return is_alnum(static_cast<unsigned char>(c)) || c == '+' || c == '/';
}
bool is_token_char(char c) {
  return is_word(static_cast<unsigned char>(c)) || c == '-';
}

bool mixes_letters_and_digits(std::string_view value) {
  const auto digits = std::count_if(value.begin(), value.end(),
                                    [](char c) { return is_digit(static_cast<unsigned char>(c)); });
  const auto letters = std::count_if(
      value.begin(), value.end(), [](char c) { return is_letter(static_cast<unsigned char>(c)); });
  return digits >= 2 && letters >= 2;
}

// 40 characters of the secret half's alphabet that chance made: no hash in hexadecimal, no path, no
// sample. Straight behind its name, `named`, it needs no digits.
bool is_aws_secret(std::string_view value, bool named) {
  if (ends_with(value, "EXAMPLEKEY") ||
      first_not_of<"0123456789abcdefABCDEF">(value) == std::string_view::npos)
    return false;
  if (std::count(value.begin(), value.end(), '/') > 3) return false;
  // One in a hundred holds a single digit; its signs tell it from a name.
  const bool signs = value.find('+') != std::string_view::npos && word_likeness(value, 4) < 0.40;
  if (!mixes_letters_and_digits(value) && !signs && !(named && looks_random(value))) return false;
  return shannon_entropy(value) >= 4.1;
}

// Forty characters of a token in base64url: a sign of that alphabet parts them from the rest.
bool within_url_token(std::string_view text, Range run) {
  const auto goes_on = [text](std::size_t sign, std::size_t beyond) {
    return sign < text.size() && beyond < text.size() &&
           (text[sign] == '-' || text[sign] == '_' || text[sign] == '.') &&
           is_alnum(static_cast<unsigned char>(text[beyond]));
  };
  return (run.begin >= 2 && goes_on(run.begin - 1, run.begin - 2)) || goes_on(run.end, run.end + 1);
}

#if defined(__SSE2__)
// Which of the sixteen bytes at `at` are characters of base64, the first one lowest.
unsigned base64_chars_at(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const auto within = [](__m128i c, char from, char to) {
    const __m128i above = _mm_sub_epi8(c, _mm_set1_epi8(from));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(char(to - from))), above);
  };
  const __m128i letters = within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
  const __m128i others =
      _mm_or_si128(within(bytes, '/', '9'), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letters, others)));
}
#endif

// The first place from `pos` on, before `end`, that is a character of base64 or, not `wanted`, is
// none; sixteen at a time. `end`: there is none.
std::size_t next_base64_char(std::string_view text, std::size_t pos, std::size_t end, bool wanted) {
#if defined(__SSE2__)
  constexpr std::size_t kAtOnce = 16;
  const unsigned turned = wanted ? 0 : 0xFFFF;
  for (; pos + kAtOnce <= end; pos += kAtOnce)
    if (const unsigned mask = base64_chars_at(text.data() + pos) ^ turned; mask != 0)
      return pos + static_cast<std::size_t>(std::countr_zero(mask));
#endif
  while (pos < end && is_base64_char(text[pos]) != wanted) ++pos;
  return pos;
}

// Where a run of base64 characters of exactly 40 begins in [from, to), or npos.
std::size_t next_run_of_40(std::string_view text, std::size_t from, std::size_t to) {
  constexpr std::size_t kSize = 40;
  // A run that begins before is none of them.
  if (from > 0 && from < to && is_base64_char(text[from - 1]))
    from = next_base64_char(text, from, to, false);
  while ((from = next_base64_char(text, from, to, true)) < to) {
    const std::size_t most = std::min(text.size(), from + kSize + 1);
    const std::size_t end = next_base64_char(text, from, most, false);
    if (end - from == kSize && !within_url_token(text, {from, end}) &&
        border_holds(text, {from, end}, Border::kNone, Border::kBase64))
      return from;
    from = end - from > kSize ? next_base64_char(text, end, to, false) : end;
  }
  return std::string_view::npos;
}

}  // namespace

double check_token(TokenMatch& match, double confidence) {
  return is_placeholder(match.value()) ? 0 : confidence;
}

double check_webhook(TokenMatch& match, double confidence) {
  if (check_token(match, confidence) <= 0) return 0;
  // "https://company." of webhook.office.com.
  constexpr std::size_t kLongestHost = 64;
  static constexpr CharSet kHost = kAsciiAlnum | CharSet(".-");
  std::size_t host = match.range.begin;
  while (host > 0 && match.range.begin - host < kLongestHost && kHost.has(match.text[host - 1]))
    --host;
  const std::string_view before = match.text.substr(0, host);
  for (const std::string_view scheme : {"https://", "http://", "https:\\/\\/"}) {
    if (!before.ends_with(scheme)) continue;
    match.range.begin = host - scheme.size();
    break;
  }
  return confidence;
}

namespace {

// A short token may hold one digit or none: then its letters must change case as chance changes
// it, or stand in no word.
bool mixed_without_digits(std::string_view value) {
  std::size_t digits = 0, changes = 0;
  bool upper = false, lower = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    digits += is_digit(c);
    upper = upper || is_upper(c);
    lower = lower || is_lower(c);
    if (i == 0) continue;
    const auto before = static_cast<unsigned char>(value[i - 1]);
    changes += (is_lower(c) && is_upper(before)) || (is_upper(c) && is_lower(before));
  }
  if (word_likeness(value) > 0.40) return false;
  return upper && lower ? changes >= value.size() / 4 : digits > 0;
}

// What follows the mark that names the issuer.
std::string_view body_of(std::string_view token) {
  const std::size_t mark =
      token.find_last_of("_-.", token.size() - std::min<std::size_t>(token.size(), 12));
  return mark == std::string_view::npos ? token : token.substr(mark + 1);
}

}  // namespace

double check_random(TokenMatch& match, double confidence) {
  const std::string_view value = match.value();
  if (is_placeholder(value)) return 0;
  if (!mixes_letters_and_digits(value) && !mixed_without_digits(body_of(value))) return 0;
  // Of so few characters the shape of the token says more than they do.
  const double floor = value.size() < 24 ? 3.0 : 3.3;
  return shannon_entropy(value) < floor ? 0 : confidence;
}

double check_trimmed(TokenMatch& match, double confidence) {
  while (match.range.size() > 1 && (match.value().back() == '.' || match.value().back() == '-'))
    --match.range.end;
  return check_token(match, confidence);
}

namespace {

// Base 62 of the CRC-32, the last six characters of the token, over the characters between the
// prefix and them.
bool crc_holds(std::string_view token) {
  constexpr std::size_t kCheck = 6;
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::size_t body = last_of(token, '_') + 1;
  if (token.size() < body + kCheck) return false;
  const std::string_view random = token.substr(body, token.size() - body - kCheck);
  auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(random.data()), static_cast<uInt>(random.size()));
  std::string check(kCheck, '0');
  for (auto c = check.rbegin(); c != check.rend(); ++c, sum /= 62) *c = kDigits[sum % 62];
  return check == token.substr(token.size() - kCheck);
}

double surer_by_crc(std::string_view token, double confidence) {
  return confidence > 0 && crc_holds(token) ? std::max(confidence, 0.99) : confidence;
}

}  // namespace

double check_crc_token(TokenMatch& match, double confidence) {
  return surer_by_crc(match.value(), check_token(match, confidence));
}
double check_crc_random(TokenMatch& match, double confidence) {
  return surer_by_crc(match.value(), check_random(match, confidence));
}

double check_aws_key_id(TokenMatch& match, double confidence) {
  constexpr std::size_t kNear = 300;
  if (ends_with(match.value(), "EXAMPLE") || distinct_characters(match.value().substr(4)) < 5)
    return 0;
  // A primer of DNA.
  if (match.value().find_first_not_of("ACGTN") == std::string_view::npos) return 0;
  const std::size_t to = std::min(match.text.size(), match.range.end + kNear);
  const std::size_t secret = next_run_of_40(match.text, match.range.end, to);
  return secret != std::string_view::npos && is_aws_secret(match.text.substr(secret, 40), false)
             ? 0.98
             : confidence;
}

double check_jwt(TokenMatch& match, double confidence) {
  const std::string_view value = match.value();
  const std::size_t first = value.find('.'), second = value.find('.', first + 1);
  std::string header, payload;
  if (!decode_base64(value.substr(0, first), header) ||
      !decode_base64(value.substr(first + 1, second - first - 1), payload))
    return 0;
  const auto without_spaces = [](std::string& s) {
    s.erase(std::remove(s.begin(), s.end(), ' '), s.end());
  };
  without_spaces(header);
  without_spaces(payload);
  if (header.empty() || header[0] != '{' || header.find("\"alg\":") == std::string::npos) return 0;
  // The sample of the format's home page.
  if (payload.find("\"sub\":\"1234567890\"") != std::string::npos &&
      payload.find("JohnDoe") != std::string::npos)
    return 0;
  const bool open = header.find("\"alg\":\"none\"") != std::string::npos ||
                    payload.find("\"role\":\"anon\"") != std::string::npos;
  return open ? 0.40 : confidence;
}

namespace {

// Behind `name` and a colon, at the value in quotation marks; 0: something else stands at `at`.
std::size_t member_value(std::string_view text, std::size_t at, std::string_view name) {
  if (!begins_at(text, at, name)) return 0;
  at += name.size();
  if (at_or_nul(text, at) == ' ') ++at;
  if (at_or_nul(text, at) != ':') return 0;
  ++at;
  if (at_or_nul(text, at) == ' ') ++at;
  return at_or_nul(text, at) == '"' ? at + 1 : 0;
}

bool is_private_half(std::string_view text, std::size_t at) {
  constexpr std::size_t kShortest = 32;
  const std::size_t begin = member_value(text, at, "\"d\"");
  if (begin == 0) return false;
  std::size_t end = begin;
  while (end < text.size() && is_token_char(text[end])) ++end;
  return end - begin >= kShortest && at_or_nul(text, end) == '"';
}

bool is_kind_of_key(std::string_view text, std::size_t at) {
  const std::size_t begin = member_value(text, at, "\"kty\"");
  return begin != 0 && (literal_at(text, begin, "RSA\"") || literal_at(text, begin, "EC\"") ||
                        literal_at(text, begin, "OKP\""));
}

}  // namespace

double check_jwk_key(TokenMatch& match, double confidence) {
  const std::size_t end = match.range.end + 1;
  const std::size_t from = end - std::min(end, kShippedSpan);
  std::size_t at = match.text.substr(0, match.range.begin).rfind("\"d\"");
  const std::string_view before = match.text.substr(0, at);
  // No farther than to the "d" before: many of them are walked over once.
  while (at > from) {
    const char c = before[--at];
    if (c == '{' || c == '}') return 0;
    if (c != '"') continue;
    if (is_kind_of_key(before, at)) return check_random(match, confidence);
    if (is_private_half(before, at)) return 0;
  }
  return 0;
}

void find_openai_key(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  constexpr std::size_t kLongestSide = 220, kShortestSide = 20;
  std::size_t begin = gate.begin, end = gate.end;
  while (begin > 0 && gate.begin - begin < kLongestSide && is_token_char(text[begin - 1])) --begin;
  while (end < text.size() && end - gate.end < kLongestSide && is_token_char(text[end])) ++end;
  if (end - gate.end < kShortestSide) return;
  const std::string_view before = text.substr(0, gate.begin);
  for (std::size_t sk = before.find("sk-", begin); sk != before.npos;
       sk = before.find("sk-", sk + 1)) {
    const Range range{sk, end};
    if (gate.begin - sk < kShortestSide + 3) return;
    if (!border_holds(text, range, Border::kWord, Border::kNone)) continue;
    const std::string value(text.substr(sk, end - sk));
    if (!is_placeholder(value))
      out.push_back(make_finding(row, row.confidence.shape, range, value));
    return;
  }
}

namespace {

// Reads base64 text over line ends, escapes, quotes and prefixes of quoted mail; what PEM looks
// like after copying.
struct KeyBody {
  std::size_t end = 0;          // after its last base64 character
  std::size_t characters = 0;   // base64 ones
  std::size_t longest_run = 0;  // without a break
  std::string_view run;

  void add(std::string_view text, Range part) {
    characters += part.size();
    if (part.size() > longest_run) {
      longest_run = part.size();
      run = text.substr(part.begin, part.size());
    }
    end = part.end;
  }
};

// "<br>", "</p><p>" between two lines; `at`: no tag.
std::size_t tag_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 40;
  const std::size_t end = text.substr(at, kLongest).find_first_of(">\n\"");
  return end == std::string_view::npos || text[at + end] != '>' ? at : at + end + 1;
}

KeyBody read_body(std::string_view text, std::size_t begin, std::size_t limit) {
  KeyBody body{begin, 0, 0, {}};
  std::size_t pos = begin;
  while (pos < limit) {
    if (const std::size_t end = text[pos] == '<' ? tag_end(text, pos) : pos; end != pos) {
      pos = end;
    } else if (text[pos] == '\\' && pos + 1 < limit &&
               (text[pos + 1] == 'n' || text[pos + 1] == 'r' || text[pos + 1] == '\\')) {
      pos += 2;
    } else if (std::string_view(" \t\r\n\"'`>,+=|#*;:().").find(text[pos]) !=
                   std::string_view::npos &&
               text[pos] != '+') {
      ++pos;
    } else if (is_base64_char(text[pos])) {
      const std::size_t run = pos;
      while (pos < limit && (is_base64_char(text[pos]) || text[pos] == '=')) ++pos;
      body.add(text, {run, pos});
    } else {
      break;
    }
  }
  return body;
}

}  // namespace

namespace {

constexpr std::size_t kFewestKeyCharacters = 64, kShortestKeyLine = 40;

// Of lines that a log put a time and a name before the last words are read. One that is too short
// is the last one, with the dashes at `limit` on the next line.
KeyBody read_last_words(std::string_view text, std::size_t begin, std::size_t limit) {
  KeyBody body{begin, 0, 0, {}};
  std::size_t line = text.find('\n', begin);
  while (line < limit) {
    const std::size_t end = std::min(limit, text.find('\n', ++line));
    const std::string_view shown = text.substr(line, end - line);
    const std::size_t last = shown.find_last_not_of(" \t\r");
    if (last == std::string_view::npos) return body;
    const std::size_t word = shown.substr(0, last + 1).find_last_of(" \t") + 1;
    const Range part{line + word, line + last + 1};
    const std::string_view run = text.substr(part.begin, part.size());
    const bool next_ends = end < limit && text.find('\n', end + 1) >= limit;
    const std::size_t padding = run.find_last_not_of('=') + 1;
    if (!std::all_of(run.begin(), run.begin() + static_cast<std::ptrdiff_t>(padding),
                     is_base64_char) ||
        (run.size() < kShortestKeyLine && !next_ends))
      return body;
    body.add(text, part);
    line = end;
  }
  return body;
}

bool stands_behind_words(std::string_view text, std::size_t at) {
  return at > 1 && text[at - 1] == ' ' && text[at - 2] != '\n' && text[at - 2] != ' ';
}

bool is_key_body(const KeyBody& body) {
  return body.characters >= kFewestKeyCharacters && body.longest_run >= kShortestKeyLine &&
         distinct_characters(body.run) >= 8;
}

// PuTTY's own file: the private half stands after a line that counts its lines.
KeyBody putty_body(std::string_view text, std::size_t begin, std::size_t limit) {
  text = text.substr(0, limit);
  limit = std::min(limit, text.find("PuTTY-User-Key-File", begin));
  const std::size_t mark = text.substr(begin, limit - begin).find("Private-Lines:");
  if (mark == std::string_view::npos) return {};
  limit = std::min(limit, text.find("Private-MAC", begin + mark));
  return read_body(text, begin + mark + std::string_view("Private-Lines:").size(), limit);
}

}  // namespace

void find_private_key(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const std::size_t limit = std::min(text.size(), gate.begin + kShippedSpan);
  const bool putty = text[gate.begin] == 'P';
  // No key holds five dashes: the next ones end it, or begin another.
  const std::size_t stop =
      putty ? limit : std::min(limit, text.substr(0, limit).find("-----", gate.end));
  const bool ended = text.substr(stop, 8) == "-----END";
  KeyBody body = putty ? putty_body(text, gate.end, limit) : read_body(text, gate.end, stop);
  if (!putty && body.end < stop && body.characters < kFewestKeyCharacters) {
    // Header lines such as "DEK-Info: AES-128-CBC,…" stand before the body.
    const std::string_view inside = text.substr(gate.end, stop - gate.end);
    const std::size_t blank =
        std::min(inside.find("\n\n"), std::min(inside.find("\\n\\n"), inside.find("\r\n\r\n")));
    if (blank != std::string_view::npos) body = read_body(text, gate.end + blank, stop);
  }
  if (!putty && !is_key_body(body) && stands_behind_words(text, gate.begin))
    body = read_last_words(text, gate.end, stop);
  if (!is_key_body(body)) return;
  Range range{gate.begin, body.end};
  if (ended) {
    constexpr std::size_t kLongestTail = 60;
    const std::size_t dashes = text.substr(stop + 8, kLongestTail).find("-----");
    range.end = dashes == std::string_view::npos ? stop : stop + 8 + dashes + 5;
  }
  const bool encrypted = text.substr(gate.begin, 200).find("ENCRYPTED") != std::string_view::npos;
  out.push_back(
      make_finding(row, encrypted ? 0.70 : row.confidence.shape, range, std::string(body.run)));
}

namespace {

// Whether nothing but signs, particles and blanks of one line stand between a name that ends at
// `name_end` and the value at `pos`.
bool stands_behind(std::string_view text, std::size_t name_end, std::size_t pos) {
  constexpr std::size_t kLongestJoint = 24;
  if (pos < name_end || pos - name_end > kLongestJoint) return false;
  const std::string_view joint = text.substr(name_end, pos - name_end);
  return std::all_of(joint.begin(), joint.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c != '\n' && c != '\r' && !is_alnum(byte);
  });
}

// The letters and digits of the name that is given the value at `pos`, "name = \"", in lower case;
// empty when none is.
std::string own_name(std::string_view text, std::size_t pos) {
  constexpr std::size_t kMostSigns = 4;
  static constexpr CharSet kAround{" \t\"'`\\"}, kName = kAsciiWord | CharSet("-.");
  const auto skip_back = [text](std::size_t at, const CharSet& chars, std::size_t most) {
    const std::size_t from = at;
    while (at > 0 && from - at < most && chars.has(text[at - 1])) --at;
    return at;
  };
  std::size_t at = skip_back(pos, kAround, kMostSigns);
  if (at == 0 || (text[at - 1] != '=' && text[at - 1] != ':')) return {};
  at = skip_back(skip_back(at, CharSet{":="}, 2), kAround, kMostSigns);
  constexpr std::size_t kLongestName = 48;
  std::size_t begin = skip_back(at, kName, kLongestName);
  // "API key": two words of one name.
  if (begin > 1 && text[begin - 1] == ' ') begin = skip_back(begin - 1, kName, kLongestName);
  std::string name;
  for_identifier_parts(text.substr(begin, at - begin),
                       [&name](std::string_view part) { name += part; });
  return name;
}

// "トークン …", "APIキーは …": the same in Japanese, straight before the value.
bool follows_another_name_ja(std::string_view text, std::size_t pos) {
  static constexpr std::string_view kJoints[] = {"は", "を", "が", "：", "」", "「", "　"};
  static constexpr std::string_view kNames[] = {
      "トークン",   "APIキー",  "署名キー", "署名鍵", "認証キー",        "認証鍵",
      "暗号化キー", "暗号化鍵", "共有鍵",   "暗号鍵", "共有シークレット"};
  constexpr std::size_t kLongestWord = 48;
  const std::size_t from = pos - std::min(pos, kLongestWord);
  std::string_view before = text.substr(from, pos - from);
  for (int joints = 0; joints < 4 && !before.empty(); ++joints) {
    if (std::string_view(" :=\"'`").find(before.back()) != std::string_view::npos)
      before.remove_suffix(1);
    for (const std::string_view joint : kJoints)
      if (before.ends_with(joint)) before.remove_suffix(joint.size());
  }
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [before](std::string_view name) { return before.ends_with(name); });
}

// "API_KEY", "webhookSecret": the key that a value has of its own tells that it is another one's.
// `taken`: the name of the secret half has its value already.
bool names_another_secret(std::string_view name, bool taken) {
  const auto holds = [name](std::string_view word) { return name.find(word) != name.npos; };
  for (const std::string_view word : {"aws", "accesskey", "secretaccess", "s3"})
    if (holds(word)) return false;
  if (taken && !name.empty()) return true;
  static constexpr std::string_view kOthers[] = {
      "apikey", "token",   "webhook", "client",   "auth",   "signing", "jwt",    "password",
      "passwd", "session", "encrypt", "checksum", "digest", "commit",  "github", "google"};
  return std::any_of(std::begin(kOthers), std::end(kOthers), holds);
}

// In the column of "encryption_key", in the row of the `gate`: each row has its own gate, and
// looking for the headings of its neighbours, too, would cost a walk each.
bool is_below_another_name(std::string_view text, Range gate, std::size_t pos) {
  const std::size_t from = std::min(gate.begin, pos), to = std::max(gate.begin, pos);
  if (text.substr(from, to - from).find('\n') != std::string_view::npos) return false;
  const auto heading = heading_above(text, {pos, pos + 40});
  if (!heading) return false;
  std::string name;
  for_identifier_parts(text.substr(heading->begin, heading->size()),
                       [&name](std::string_view part) { name += part; });
  return names_another_secret(name, false);
}

}  // namespace

void find_aws_secrets(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  constexpr std::size_t kNear = 200;
  const std::size_t from = gate.begin > kNear ? gate.begin - kNear : 0,
                    to = std::min(text.size(), gate.end + kNear);
  const std::string_view begins = text.substr(gate.begin, 4);
  const bool key_id = begins == "AKIA" || begins == "ASIA";
  const std::size_t name_end = identifier_around(text, gate).end;
  const std::size_t next = key_id ? text.npos : next_run_of_40(text, name_end, to);
  const std::size_t own =
      next != text.npos && stands_behind(text, name_end, next) ? next : text.npos;
  for (std::size_t pos = next_run_of_40(text, from, to); pos != std::string_view::npos;
       pos = next_run_of_40(text, pos + 40, to)) {
    const std::string_view value = text.substr(pos, 40);
    if (pos != own &&
        (names_another_secret(own_name(text, pos), own != text.npos) ||
         follows_another_name_ja(text, pos) || is_below_another_name(text, gate, pos)))
      continue;
    if (is_aws_secret(value, pos == own))
      out.push_back(make_finding(row, row.confidence.shape, {pos, pos + 40}, std::string(value)));
  }
}

double check_aws_secret_cell(TokenMatch& match, double confidence) {
  if (is_placeholder(match.value()) || !heading_above(match.text, match.range)) return 0;
  return is_aws_secret(match.value(), true) ? confidence : 0;
}

}  // namespace sekisho::filters
