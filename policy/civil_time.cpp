#include "policy/civil_time.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "config/units.h"

namespace sekisho::policy {
namespace {

constexpr std::int64_t kDay = 86'400;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

// A day of the year in a POSIX rule, as tzfile(5) writes after the last transition:
// "Mm.w.d" (the w-th weekday d of a month), "Jn" (1-365 without 29 February) or "n" (0-365).
struct YearDay {
  char form = 'M';
  int month = 0, week = 0, day = 0;
  std::int64_t time = 7200;
};

std::int64_t second_of(const YearDay& rule, int year) {
  const std::int64_t january = days_from_civil({year, 1, 1});
  if (rule.form == 'n') return (january + rule.day) * kDay + rule.time;
  if (rule.form == 'J') {
    const bool leap = days_from_civil({year, 3, 1}) - january == 60;
    return (january + rule.day - 1 + (leap && rule.day >= 60)) * kDay + rule.time;
  }
  const std::int64_t first = days_from_civil({year, rule.month, 1});
  const int weekday = static_cast<int>(((first + 4) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
  std::int64_t day = first + (rule.day - weekday + 7) % 7 + 7 * (rule.week - 1);
  const config::Date next{rule.month == 12 ? year + 1 : year, rule.month % 12 + 1, 1};
  while (day >= days_from_civil(next)) day -= 7;
  return day * kDay + rule.time;
}

// The footer of a TZif file: "JST-9", "CET-1CEST,M3.5.0,M10.5.0/3".
class PosixZone {
 public:
  static std::optional<PosixZone> parse(std::string_view text) {
    PosixZone zone;
    Cursor c{text};
    if (!c.name() || !c.offset(zone.standard_)) return std::nullopt;
    zone.standard_ = -zone.standard_;
    if (c.done()) return zone;
    zone.summer_ = zone.standard_ + 3600;
    if (!c.name()) return std::nullopt;
    if (!c.done() && c.peek() != ',') {
      if (!c.offset(zone.summer_)) return std::nullopt;
      zone.summer_ = -zone.summer_;
    }
    zone.has_summer_ = true;
    if (!c.rule(zone.begin_) || !c.rule(zone.end_) || !c.done()) return std::nullopt;
    return zone;
  }

  std::int64_t offset_at(std::int64_t t) const {
    if (!has_summer_) return standard_;
    const int year = civil_from_days(floor_div(t + standard_, kDay)).year;
    const std::int64_t begin = second_of(begin_, year) - standard_;
    const std::int64_t end = second_of(end_, year) - summer_;
    const bool summer = begin < end ? t >= begin && t < end : t >= begin || t < end;
    return summer ? summer_ : standard_;
  }

 private:
  struct Cursor {
    std::string_view text;
    bool done() const { return text.empty(); }
    char peek() const { return text.empty() ? '\0' : text[0]; }
    bool take(char c) {
      if (peek() != c) return false;
      text.remove_prefix(1);
      return true;
    }
    bool name() {
      if (take('<')) {
        const std::size_t end = text.find('>');
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
        return true;
      }
      std::size_t n = 0;
      while (n < text.size() && ((text[n] | 0x20) >= 'a' && (text[n] | 0x20) <= 'z')) ++n;
      text.remove_prefix(n);
      return n >= 3;
    }
    bool number(std::int64_t& out) {
      std::size_t n = 0;
      out = 0;
      while (n < text.size() && n < 4 && text[n] >= '0' && text[n] <= '9')
        out = out * 10 + (text[n++] - '0');
      text.remove_prefix(n);
      return n > 0;
    }
    // [+-]h[h][:mm[:ss]], in seconds.
    bool offset(std::int64_t& out) {
      const bool negative = take('-');
      if (!negative) take('+');
      std::int64_t part = 0;
      if (!number(part)) return false;
      out = part * 3600;
      for (const std::int64_t unit : {60, 1})
        if (take(':')) {
          if (!number(part)) return false;
          out += part * unit;
        }
      if (negative) out = -out;
      return true;
    }
    bool rule(YearDay& out) {
      if (!take(',')) return false;
      std::int64_t a = 0, b = 0, c = 0;
      if (take('M')) {
        if (!number(a) || !take('.') || !number(b) || !take('.') || !number(c)) return false;
        if (a < 1 || a > 12 || b < 1 || b > 5 || c > 6) return false;
        out = {'M', static_cast<int>(a), static_cast<int>(b), static_cast<int>(c), 7200};
      } else {
        out.form = take('J') ? 'J' : 'n';
        if (!number(a) || a > 366) return false;
        out.day = static_cast<int>(a);
      }
      return !take('/') || offset(out.time);
    }
  };

  std::int64_t standard_ = 0, summer_ = 0;
  bool has_summer_ = false;
  YearDay begin_, end_;
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t v = 0;
  for (unsigned char c : bytes) v = v << 8 | c;
  return v;
}

std::optional<std::string> read_zone_file(const std::string& name) {
  const bool safe = !name.empty() && name[0] != '/' && name.find("..") == std::string::npos &&
                    name.find_first_not_of(
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_+-/") == std::string::npos;
  if (!safe) return std::nullopt;
  std::ifstream in("/usr/share/zoneinfo/" + name, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text == "UTC" || text == "Z" || text == "Etc/UTC") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto digits = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  for (std::size_t i : {1, 2, 4, 5})
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  if (digits(1) > 23 || digits(4) > 59) return std::nullopt;
  const std::int64_t seconds = digits(1) * 3600 + digits(4) * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

// A TZif file of version 2 or later (RFC 8536): transitions with the offset from each on, and the
// rule after the last.
struct TimeZone::Rules {
  std::vector<std::int64_t> at;
  std::vector<std::int64_t> offset;  // from at[i] on
  std::int64_t before = 0;
  std::optional<PosixZone> after;

  static std::shared_ptr<const Rules> parse(std::string_view file) {
    constexpr std::size_t kHeader = 44;
    if (file.size() < kHeader || file.substr(0, 4) != "TZif" || file[4] < '2') return nullptr;
    const auto count = [](std::string_view header, int i) {
      return static_cast<std::size_t>(big_endian(header.substr(20 + 4 * i, 4)));
    };
    // isutcnt isstdcnt leapcnt timecnt typecnt charcnt; the first block holds 32-bit times.
    const std::size_t first = kHeader + count(file, 0) + count(file, 1) + count(file, 2) * 8 +
                              count(file, 3) * 5 + count(file, 4) * 6 + count(file, 5);
    if (file.size() < first + kHeader) return nullptr;
    const std::string_view block = file.substr(first);
    const std::size_t times = count(block, 3), types = count(block, 4);
    const std::size_t type_table = kHeader + times * 9;
    const std::size_t footer = type_table + types * 6 + count(block, 5) + count(block, 2) * 12 +
                               count(block, 1) + count(block, 0);
    if (types == 0 || times > 10'000 || types > 256 || block.size() < footer + 2) return nullptr;
    auto rules = std::make_shared<Rules>();
    const auto type_offset = [&](std::size_t i) {
      return std::int64_t{
          static_cast<std::int32_t>(big_endian(block.substr(type_table + i * 6, 4)))};
    };
    rules->before = type_offset(0);
    for (std::size_t i = 0; i < times; ++i) {
      const auto type = static_cast<unsigned char>(block[kHeader + times * 8 + i]);
      if (type >= types) return nullptr;
      rules->at.push_back(static_cast<std::int64_t>(big_endian(block.substr(kHeader + i * 8, 8))));
      rules->offset.push_back(type_offset(type));
    }
    std::string_view tail = block.substr(footer + 1);
    tail = tail.substr(0, tail.find('\n'));
    if (!tail.empty() && !(rules->after = PosixZone::parse(tail))) return nullptr;
    return rules;
  }

  std::int64_t offset_at(std::int64_t t) const {
    if (at.empty() || t < at.front()) return at.empty() && after ? after->offset_at(t) : before;
    if (t >= at.back()) return after ? after->offset_at(t) : offset.back();
    const auto next = std::upper_bound(at.begin(), at.end(), t);
    return offset[static_cast<std::size_t>(next - at.begin()) - 1];
  }
};

TimeZone::TimeZone() = default;

std::optional<TimeZone> TimeZone::find(const std::string& name) {
  TimeZone zone;
  if (name == "Asia/Tokyo" || name == "Japan") return zone;
  if (const auto fixed = parse_offset(name)) {
    zone.fixed_ = *fixed;
    return zone;
  }
  const auto file = read_zone_file(name);
  if (!file) return std::nullopt;
  zone.rules_ = Rules::parse(*file);
  if (!zone.rules_) return std::nullopt;
  return zone;
}

std::int64_t TimeZone::offset_at(std::int64_t t) const {
  return rules_ ? rules_->offset_at(t) : fixed_;
}

std::int64_t TimeZone::from_local(std::int64_t local) const {
  if (!rules_) return local - fixed_;
  // The two offsets around the moment; of two valid answers the later stands.
  const std::int64_t early = offset_at(local - kDay), late = offset_at(local + kDay);
  const std::int64_t by_late = local - late, by_early = local - early;
  const bool late_holds = by_late + offset_at(by_late) == local;
  const bool early_holds = by_early + offset_at(by_early) == local;
  if (late_holds && early_holds) return std::max(by_late, by_early);
  if (late_holds) return by_late;
  return by_early;
}

config::Date TimeZone::day_of(std::int64_t t) const {
  return civil_from_days(floor_div(t + offset_at(t), kDay));
}

std::int64_t TimeZone::end_of(config::Date day) const {
  return from_local((days_from_civil(day) + 1) * kDay);
}

// Both by Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_from_civil(config::Date day) {
  const std::int64_t y = day.year - (day.month <= 2);
  const std::int64_t era = floor_div(y, 400);
  const std::int64_t of_era = y - era * 400;
  const std::int64_t of_year = (153 * (day.month + (day.month > 2 ? -3 : 9)) + 2) / 5 + day.day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

config::Date civil_from_days(std::int64_t days) {
  const std::int64_t z = days + 719'468;
  const std::int64_t era = floor_div(z, 146'097);
  const std::int64_t doe = z - era * 146'097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const auto day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const auto month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {static_cast<int>(yoe + era * 400 + (month <= 2)), month, day};
}

std::optional<std::int64_t> parse_time(std::string_view text, const std::string& timezone) {
  const auto zone = TimeZone::find(timezone);
  if (!zone) return std::nullopt;
  if (const auto day = config::parse_date(text))
    return zone->from_local(days_from_civil(*day) * kDay);
  const auto normal = config::normalise_date_time(text);
  if (!normal || normal->size() < 19) return std::nullopt;
  const auto day = config::parse_date(normal->substr(0, 10));
  if (!day) return std::nullopt;
  const auto two = [&](std::size_t i) {
    return ((*normal)[i] - '0') * 10 + ((*normal)[i + 1] - '0');
  };
  const std::int64_t local = days_from_civil(*day) * kDay + two(11) * 3600 + two(14) * 60 + two(17);
  const std::size_t tail = normal->find_first_of("Z+-", 19);
  if (tail == std::string::npos) return zone->from_local(local);
  const auto offset = parse_offset(std::string_view(*normal).substr(tail));
  if (!offset) return std::nullopt;
  return local - *offset;
}

std::int64_t end_of_day(config::Date day, const std::string& timezone) {
  const auto zone = TimeZone::find(timezone);
  return zone ? zone->end_of(day) : (days_from_civil(day) + 1) * kDay;
}

}  // namespace sekisho::policy
