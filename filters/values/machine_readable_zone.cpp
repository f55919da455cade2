#include "filters/values/machine_readable_zone.h"

#include <string>

namespace sekisho::filters {
namespace {

constexpr std::size_t kLineSize = 44;

int value_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return c == '<' ? 0 : -1;
}

bool holds(std::string_view line, std::size_t from, std::size_t size) {
  const int check = mrz_check_digit(line.substr(from, size));
  const char written = line[from + size];
  // An empty field may carry '<' for its zero.
  return check >= 0 && (written == '0' + check || (check == 0 && written == '<'));
}

}  // namespace

int mrz_check_digit(std::string_view field) {
  static constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const int value = value_of(field[i]);
    if (value < 0) return -1;
    sum += value * kWeights[i % 3];
  }
  return sum % 10;
}

bool passport_line_valid(std::string_view line) {
  if (line.size() != kLineSize) return false;
  // Number, date of birth, end of validity, personal number.
  if (!holds(line, 0, 9) || !holds(line, 13, 6) || !holds(line, 21, 6) || !holds(line, 28, 14))
    return false;
  const std::string all = std::string(line.substr(0, 10)) + std::string(line.substr(13, 7)) +
                          std::string(line.substr(21, 22));
  return mrz_check_digit(all) == value_of(line[43]);
}

}  // namespace sekisho::filters
