#include "policy/turns.h"

#include <algorithm>
#include <charconv>

namespace sekisho::policy {
namespace {

// Splits "/messages/12/content/0" after `array` into 12 and "/content/0".
struct Element {
  std::size_t index = 0;
  std::string_view rest;
};
std::optional<Element> element_of(std::string_view pointer, std::string_view array) {
  if (pointer.size() <= array.size() + 1 || !pointer.starts_with(array) ||
      pointer[array.size()] != '/')
    return std::nullopt;
  const std::string_view tail = pointer.substr(array.size() + 1);
  Element out;
  const auto [end, fault] = std::from_chars(tail.data(), tail.data() + tail.size(), out.index);
  out.rest = tail.substr(static_cast<std::size_t>(end - tail.data()));
  if (fault != std::errc() || (!out.rest.empty() && out.rest[0] != '/')) return std::nullopt;
  return out;
}

bool at_or_below(std::string_view pointer, std::string_view top) {
  return pointer.starts_with(top) && (pointer.size() == top.size() || pointer[top.size()] == '/');
}

}  // namespace

Turns::Turns(const Dialect& dialect) : dialect_(dialect) {
  for (const auto& turns : dialect.turns) {
    const bool known = std::any_of(arrays_.begin(), arrays_.end(),
                                   [&](const Array& a) { return a.pointer == turns.array; });
    if (!known) arrays_.emplace_back(turns.array);
  }
}

void Turns::see(const filters::TextChunk& chunk) {
  for (auto& array : arrays_) {
    if (chunk.is_key && chunk.where == array.pointer) {
      array.ambiguous |= ++array.keys > 1;
      return;
    }
    if (const auto element = element_of(chunk.where, array.pointer)) {
      see_element(array, element->index, element->rest, chunk);
      return;
    }
  }
}

void Turns::see_element(Array& array, std::size_t index, std::string_view rest,
                        const filters::TextChunk& chunk) {
  array.ambiguous |= array.last_index && index < *array.last_index;
  array.last_index = index;
  if (chunk.is_key) {
    const bool role = std::any_of(dialect_.turns.begin(), dialect_.turns.end(), [&](const auto& t) {
      return t.array == array.pointer && t.role == rest && t.role == "/role";
    });
    if (!role) return;
    array.ambiguous |= array.role_of == index;
    array.role_of = index;
  } else if (is_answer(array, rest, chunk.text)) {
    array.last_answer = index;
  }
}

bool Turns::is_answer(const Array& array, std::string_view rest, std::string_view text) const {
  return std::any_of(dialect_.turns.begin(), dialect_.turns.end(), [&](const auto& t) {
    return t.array == array.pointer && t.role == rest &&
           std::find(t.answers.begin(), t.answers.end(), text) != t.answers.end();
  });
}

bool Turns::older(std::string_view pointer) const {
  bool answered = false;
  for (const auto& array : arrays_) {
    if (array.ambiguous) return false;
    answered |= array.last_answer.has_value();
    if (const auto element = element_of(pointer, array.pointer))
      return array.last_answer && element->index <= *array.last_answer;
  }
  return answered && std::any_of(dialect_.context.begin(), dialect_.context.end(),
                                 [&](std::string_view top) { return at_or_below(pointer, top); });
}

}  // namespace sekisho::policy
