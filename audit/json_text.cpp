#include "audit/json_text.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace sekisho::audit {
namespace {

int sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

bool is_scalar(std::int32_t c, int length) {
  static constexpr std::int32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return c >= kLeast[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

void append_escape(std::string& out, std::int32_t c) {
  char buffer[16];
  const auto u = static_cast<unsigned>(c);
  if (u < 0x10000)
    std::snprintf(buffer, sizeof buffer, "\\u%04x", u);
  else
    std::snprintf(buffer, sizeof buffer, "\\u%04x\\u%04x", 0xD7C0 + (u >> 10),
                  0xDC00 | (u & 0x3FF));
  out += buffer;
}

constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

// `value` with leading zeros to `width` digits.
void put_digits(char* at, int width, std::int64_t value) {
  for (int i = width; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

void append_thousandths(std::string& out, std::int64_t thousandths) {
  if (thousandths < 0) out += '-';
  const std::int64_t size = std::abs(thousandths);
  out += std::to_string(size / 1000);
  const std::int64_t fraction = size % 1000;
  if (fraction == 0) return;
  char digits[] = ".000";
  put_digits(digits + 1, 3, fraction);
  out += std::string_view(digits, fraction % 100 == 0 ? 2 : fraction % 10 == 0 ? 3 : 4);
}

}  // namespace

std::int32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const int length = sequence_length(lead);
  if (length == 0 || at + length > text.size()) return ++at, -1;
  if (length == 1) return ++at, lead;
  std::int32_t c = lead & (0x7F >> length);
  for (int i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0) != 0x80) return ++at, -1;
    c = (c << 6) | (next & 0x3F);
  }
  if (!is_scalar(c, length)) return ++at, -1;
  at += length;
  return c;
}

bool is_deceptive(std::int32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C || c == 0x180E ||
         c == 0xFEFF || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

std::string_view cut_text(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && limit - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  if ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end = limit;  // no UTF-8 anyway
  return text.substr(0, end);
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t run = at;
    while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
    out.append(text.substr(run, at - run));
    if (at == text.size()) break;
    const std::size_t begin = at;
    const std::int32_t c = next_code_point(text, at);
    if (c < 0)
      out += "\xEF\xBF\xBD";
    else if (c == '"' || c == '\\')
      (out += '\\') += static_cast<char>(c);
    else if (is_deceptive(c))
      append_escape(out, c);
    else
      out.append(text.substr(begin, at - begin));
  }
  out += '"';
}

void append_json_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out += "null";
  else
    append_json_string(out, text);
}

void append_json_number(std::string& out, double value) {
  constexpr double kExact = 1e12;
  if (!std::isfinite(value)) value = 0;
  if (std::abs(value) < kExact)
    append_thousandths(out, std::llround(value * 1000));
  else
    out += std::to_string(value);
}

// Without gmtime and printf: this runs twice for every request.
std::string utc_text(std::int64_t us) {
  using namespace std::chrono;
  const sys_time<microseconds> time{microseconds(us)};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text = "0000-00-00T00:00:00.000000Z";
  put_digits(&text[0], 4, int{date.year()});
  put_digits(&text[5], 2, unsigned{date.month()});
  put_digits(&text[8], 2, unsigned{date.day()});
  put_digits(&text[11], 2, clock.hours().count());
  put_digits(&text[14], 2, clock.minutes().count());
  put_digits(&text[17], 2, clock.seconds().count());
  put_digits(&text[20], 6, clock.subseconds().count());
  return text;
}

}  // namespace sekisho::audit
