#include "audit/recovery.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "audit/keeping/compressed_source.h"
#include "audit/questions/access.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

constexpr std::uint64_t kSeqLimit = 1'000'000'000'000;

bool fail(std::string& error, const std::string& what, int code) {
  error = what + ": " + std::strerror(code);
  return false;
}

// All that a compressed segment holds.
bool unpack(const std::string& packed, std::string& bytes, std::string& error) {
  const ByteSource source = compressed_source(memory_source(packed), error);
  if (!source.read_at) return false;
  bytes.resize(static_cast<std::size_t>(source.size));
  for (std::size_t got = 0; got < bytes.size();) {
    const long n = source.read_at(got, bytes.data() + got, bytes.size() - got);
    if (n <= 0) return fail(error, "it cannot be unpacked", static_cast<int>(-n));
    got += static_cast<std::size_t>(n);
  }
  return true;
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

// What is left of it when a torn tail is cut: the same before and after.
FoundDamage found_damage(Damage damage, std::string_view bytes, const SegmentEnd& end) {
  return {std::move(damage), sha256_hex(bytes.substr(0, end.keep)), {}};
}

// A segment that holds no record at all: the crash came right after it was made, or it is none.
bool put_aside(Store& store, const std::string& name, std::string_view bytes, const SegmentEnd& end,
               Recovery& found, std::string& error) {
  const std::string kept = kept_name(name, 0);
  if (end.records) {
    Damage damage{name, "no line is a record; to be kept as " + kept, *segment_first_seq(name)};
    found.damage.push_back(found_damage(std::move(damage), bytes, end));
    if (!DamageAcceptance(store).covers(found.damage.back())) {
      error = DamageAcceptance::refuse(store, found.damage);
      return false;
    }
  } else if (!bytes.empty()) {
    found.torn.push_back({name, kept, end.torn, 0, bytes.size()});
  }
  const int code = store.rename(name, kept);
  return !code || fail(error, name + " holds no record and cannot be put aside", code);
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

// A command that recorded its reading after a crash: how the gateway before it ended is still to be
// said, by the next one that starts.
bool is_between_crash_and_start(std::string_view line) {
  static const std::string kGateway = R"("gw":")" + std::string(kCommandGateway) + R"(",)";
  return line.find(R"(,"kind":"boot",)") != line.npos && line.find(kGateway) != line.npos &&
         line.find(R"("after":"crash")") != line.npos;
}

std::size_t begin_of_last_line(std::string_view bytes, std::size_t end) {
  const std::size_t lf = end < 2 ? std::string_view::npos : bytes.rfind('\n', end - 2);
  return lf == std::string_view::npos ? 0 : lf + 1;
}

// Where the torn tail begins: behind the last LF, or before a last line that is no record. Two such
// lines are damage: cut one by one, start after start, nobody would have to accept it.
void find_tail(std::string_view bytes, SegmentEnd& end) {
  const std::size_t lf = bytes.rfind('\n');
  end.keep = lf == std::string_view::npos ? 0 : lf + 1;
  if (end.keep < bytes.size()) end.torn = "no line end";
  if (end.keep == 0) return;
  const std::size_t last = begin_of_last_line(bytes, end.keep);
  if (is_record(bytes.substr(last, end.keep - 1 - last))) return;
  if (last == 0) return;  // then nothing here is a record
  const std::size_t before = begin_of_last_line(bytes, last);
  if (!is_record(bytes.substr(before, last - 1 - before))) return;
  end.keep = last;
  end.torn = "no record";
}

}  // namespace

std::vector<std::uint64_t> segments_in(const std::vector<std::string>& names) {
  std::vector<std::uint64_t> firsts;
  for (std::string_view name : names) {
    if (name.ends_with(kCompressedEnding)) name.remove_suffix(kCompressedEnding.size());
    if (const auto first = segment_first_seq(name)) firsts.push_back(*first);
  }
  std::sort(firsts.begin(), firsts.end());
  firsts.erase(std::unique(firsts.begin(), firsts.end()), firsts.end());
  return firsts;
}

bool read_segment(Store& store, const std::string& name, std::string& bytes, bool& closed,
                  std::string& error) {
  const int code = store.read(name, bytes);
  closed = code == ENOENT;
  if (!code) return true;
  std::string packed;
  if (!closed || store.read(name + std::string(kCompressedEnding), packed))
    return fail(error, name + " cannot be read", code);
  if (unpack(packed, bytes, error)) return true;
  error = name + std::string(kCompressedEnding) + ": " + error;
  return false;
}

SegmentEnd read_segment_end(const std::string& name, std::string_view bytes, ChainHash& hash) {
  SegmentEnd end;
  find_tail(bytes, end);
  std::uint64_t expected = segment_first_seq(name).value_or(0);
  bool linked = expected == 0;  // the link into the segment before is for `verify`
  end.link = hash.beginning();
  bool between = false;
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
    between = between || is_between_crash_and_start(line);
    end.stopped = is_stop(line) && !between;
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
    bool closed = false;
    if (!read_segment(store, name, bytes, closed, error)) return false;
    SegmentEnd end = read_segment_end(name, bytes, hash);
    if (!end.readable && !closed) {
      if (!put_aside(store, name, bytes, end, found, error)) return false;
      continue;
    }
    if (!end.torn.empty() && !closed && !cut_tail(store, name, bytes, end, found, error))
      return false;
    if (end.damage) found.damage.push_back(found_damage(std::move(*end.damage), bytes, end));
    found.next_seq = end.next_seq;
    found.link = end.link;
    found.stopped = end.stopped;
    found.last_segment = name;
    return closed || make_durable(store, name, error);
  }
  return true;
}

}  // namespace sekisho::audit
