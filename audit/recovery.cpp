#include "audit/recovery.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace sekisho::audit {
namespace {

constexpr std::uint64_t kSeqLimit = 1'000'000'000'000;

std::vector<std::uint64_t> segments_in(const std::vector<std::string>& names) {
  std::vector<std::uint64_t> firsts;
  for (const auto& name : names)
    if (const auto first = segment_first_seq(name)) firsts.push_back(*first);
  std::sort(firsts.begin(), firsts.end());
  return firsts;
}

bool fail(std::string& error, const std::string& what, int code) {
  error = what + ": " + std::strerror(code);
  return false;
}

std::string kept_name(const std::string& segment, std::size_t offset) {
  return "torn/" + segment.substr(0, segment.find('.')) + "-" + std::to_string(offset);
}

// Half a record that nobody was told of.
bool cut_tail(Store& store, const std::string& name, std::string_view bytes, const SegmentEnd& end,
              Recovery& found, std::string& error) {
  TornTail torn{name, kept_name(name, end.keep), end.torn, end.keep, bytes.size() - end.keep};
  if (const int code = store.write_file(torn.kept, bytes.substr(end.keep)))
    return fail(error, "the torn end of " + name + " cannot be kept", code);
  if (const int code = store.truncate(name, end.keep))
    return fail(error, "the torn end of " + name + " cannot be cut", code);
  found.torn.push_back(std::move(torn));
  return true;
}

// A segment that holds no record at all: the crash came right after it was made, or it is none.
bool put_aside(Store& store, const std::string& name, std::string_view bytes, const SegmentEnd& end,
               Recovery& found, std::string& error) {
  const std::string kept = kept_name(name, 0);
  if (const int code = store.rename(name, kept))
    return fail(error, name + " holds no record and cannot be put aside", code);
  if (end.records)
    found.damage.push_back(
        {name, "no line is a record; kept as " + kept, *segment_first_seq(name)});
  else if (!bytes.empty())
    found.torn.push_back({name, kept, end.torn, 0, bytes.size()});
  return true;
}

// What a killed gateway wrote may not be on disk yet, and the chain goes on from it. A closed
// segment, which the user may not write, was synced before it was closed.
bool make_durable(Store& store, const std::string& name, std::string& error) {
  const int opened = store.open(name);
  if (opened == EACCES) return true;
  if (opened) return fail(error, name + " cannot be opened", opened);
  if (const int code = store.sync()) return fail(error, name + " cannot be synced", code);
  store.seal(name);
  return true;
}

bool is_record(std::string_view line) {
  return parse_line_head(line) && nlohmann::json::accept(line);
}

bool is_stop(std::string_view line) {
  return line.find(R"(,"kind":"stop",)") != std::string_view::npos;
}

std::size_t begin_of_last_line(std::string_view bytes, std::size_t end) {
  const std::size_t lf = end < 2 ? std::string_view::npos : bytes.rfind('\n', end - 2);
  return lf == std::string_view::npos ? 0 : lf + 1;
}

// Where the torn tail begins: behind the last LF, or before a last line that is no record.
void find_tail(std::string_view bytes, SegmentEnd& end) {
  const std::size_t lf = bytes.rfind('\n');
  end.keep = lf == std::string_view::npos ? 0 : lf + 1;
  if (end.keep < bytes.size()) end.torn = "no line end";
  if (end.keep == 0) return;
  const std::size_t last = begin_of_last_line(bytes, end.keep);
  if (is_record(bytes.substr(last, end.keep - 1 - last))) return;
  if (last == 0) return;  // then nothing here is a record
  end.keep = last;
  end.torn = "no record";
}

}  // namespace

SegmentEnd read_segment_end(const std::string& name, std::string_view bytes, ChainHash& hash) {
  SegmentEnd end;
  find_tail(bytes, end);
  std::uint64_t expected = segment_first_seq(name).value_or(0);
  bool linked = expected == 0;  // the link into the segment before is for `verify`
  end.link = hash.beginning();
  const auto misfit = [&](std::string why) {
    if (!end.damage) end.damage = Damage{name, std::move(why), expected};
  };
  for (std::size_t at = 0; at < end.keep; ++end.records, ++expected, linked = true) {
    const std::size_t lf = bytes.find('\n', at);
    const std::string_view line = bytes.substr(at, lf - at);
    const auto head = parse_line_head(line);
    if (!head)
      misfit("the line is no record");
    else if (head->seq != expected)
      misfit("the record says it is " + std::to_string(head->seq));
    else if (linked && head->prev != text_of(end.link))
      misfit("its prev does not match the record before");
    // Never back: the numbers below are taken, and so may be the name of a segment.
    if (head && head->seq < kSeqLimit) expected = std::max(expected, head->seq);
    end.readable = end.readable || head;
    end.link = hash.after(line);
    end.stopped = is_stop(line);
    at = lf + 1;
  }
  end.next_seq = expected;
  return end;
}

bool recover(Store& store, ChainHash& hash, Recovery& found, std::string& error) {
  std::vector<std::string> names;
  if (const int code = store.list(names))
    return fail(error, "the audit log cannot be listed", code);
  std::vector<std::uint64_t> firsts = segments_in(names);
  found.link = hash.beginning();
  for (; !firsts.empty(); firsts.pop_back()) {
    const std::string name = segment_name(firsts.back());
    std::string bytes;
    if (const int code = store.read(name, bytes))
      return fail(error, name + " cannot be read", code);
    SegmentEnd end = read_segment_end(name, bytes, hash);
    if (!end.readable) {
      if (!put_aside(store, name, bytes, end, found, error)) return false;
      continue;
    }
    if (!end.torn.empty() && !cut_tail(store, name, bytes, end, found, error)) return false;
    if (end.damage) found.damage.push_back(std::move(*end.damage));
    found.next_seq = end.next_seq;
    found.link = end.link;
    found.stopped = end.stopped;
    found.last_segment = name;
    return make_durable(store, name, error);
  }
  return true;
}

}  // namespace sekisho::audit
