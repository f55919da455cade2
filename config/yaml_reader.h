#pragma once

// Typed access to a YamlNode. Every reader takes what it is asked for or reports a problem with
// place, expectation and what to do, so that one pass over a file finds everything that is wrong
// with it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"
#include "config/policy_file.h"
#include "config/yaml_document.h"

namespace sekisho::config {

template <class T>
struct Word {
  std::string_view text;
  T value;
};

// Which keys every map of a file was asked for: what a schema must name.
struct KeyLog {
  struct Map {
    Mark at;
    std::vector<std::string> keys;
  };
  std::vector<Map> maps;
};

class YamlReader {
 public:
  YamlReader(std::string file, Problems& problems, KeyLog* log = nullptr)
      : file_(std::move(file)), problems_(problems), log_(log) {}

  KeyLog* log() const { return log_; }

  const std::string& file() const { return file_; }
  void problem(Mark at, std::string message, std::string hint = "");
  // "expected X, found Y" at the node.
  void wrong(const YamlNode& n, std::string_view expected, std::string hint = "");
  void unsupported(Mark at, std::string_view what);

  std::optional<std::string> text(const YamlNode& n);  // not empty
  std::optional<MarkedText> marked_text(const YamlNode& n);
  std::optional<bool> boolean(const YamlNode& n);
  std::optional<std::uint64_t> integer(const YamlNode& n, std::uint64_t min, std::uint64_t max);
  // Plain decimals, "0.95": at most four digits after the point.
  std::optional<double> number(const YamlNode& n, double min, double max);
  std::optional<std::uint64_t> size(const YamlNode& n);
  std::optional<std::chrono::milliseconds> duration(const YamlNode& n);
  std::optional<Date> date(const YamlNode& n);
  std::optional<std::string> country(const YamlNode& n);
  std::optional<Localized> localized(const YamlNode& n);
  std::optional<IpNetwork> network(const YamlNode& n);
  std::optional<IpAddress> address(const YamlNode& n);

  // One of a closed list of words.
  std::optional<std::string> word(const YamlNode& n, const std::vector<std::string_view>& words);
  template <class T, std::size_t N>
  std::optional<T> word(const YamlNode& n, const Word<T> (&table)[N]) {
    std::vector<std::string_view> words;
    for (const auto& w : table) words.push_back(w.text);
    const auto found = word(n, words);
    if (!found) return std::nullopt;
    for (const auto& w : table)
      if (w.text == *found) return w.value;
    return std::nullopt;
  }

  // A list of texts, each once. `what` names one item in messages ("a group").
  std::vector<MarkedText> texts(const YamlNode& n, std::string_view what);
  const std::vector<YamlNode>* list(const YamlNode& n, std::string_view what);

 private:
  std::string file_;
  Problems& problems_;
  KeyLog* log_;
};

// One map: what is asked for is known, what nobody asked for is a problem when finish() is called.
class MapReader {
 public:
  // `what` names the map in messages: "the policy", "a destination". Reports when the node is no
  // map.
  MapReader(YamlReader& reader, const YamlNode& node, std::string what);

  bool valid() const { return node_ != nullptr; }
  YamlReader& reader() { return reader_; }
  Mark at() const { return at_; }

  const YamlNode* find(std::string_view key);
  const YamlEntry* entry(std::string_view key);
  const YamlNode* require(std::string_view key);
  void unsupported(std::string_view key);

  // Assigns when the key is there and its value has the right form.
  void text(std::string_view key, std::string& out);
  void marked_text(std::string_view key, MarkedText& out);
  void boolean(std::string_view key, bool& out);
  void texts(std::string_view key, std::string_view what, std::vector<MarkedText>& out);
  void localized(std::string_view key, Localized& out);
  template <class T, std::size_t N>
  bool word(std::string_view key, const Word<T> (&table)[N], T& out) {
    const YamlNode* n = find(key);
    const auto v = n ? reader_.word(*n, table) : std::nullopt;
    if (v) out = *v;
    return v.has_value();
  }
  template <class T, std::size_t N>
  void word(std::string_view key, const Word<T> (&table)[N], std::optional<T>& out) {
    if (const YamlNode* n = find(key)) out = reader_.word(*n, table);
  }

  // Reports the unknown keys, each with the nearest known one.
  void finish();
  // For a map that lacks keys only because reading stopped half way.
  void tolerate_missing() { tolerate_missing_ = true; }

 private:
  YamlReader& reader_;
  const YamlNode* node_ = nullptr;
  Mark at_;
  std::string what_;
  std::vector<std::string_view> known_, known_unsupported_;
  bool tolerate_missing_ = false;
};

// Reports every id that a second item of a list carries. T has `id` and `at`.
template <class T>
void check_unique_ids(YamlReader& reader, const std::vector<T>& items) {
  for (std::size_t i = 0; i < items.size(); ++i)
    for (std::size_t k = 0; k < i && !items[i].id.empty(); ++k)
      if (items[k].id == items[i].id) {
        reader.problem(items[i].at, "the id '" + items[i].id + "' is used twice",
                       "the first is in line " + std::to_string(items[k].at.line) +
                           "; give this one another id");
        break;
      }
}

}  // namespace sekisho::config
