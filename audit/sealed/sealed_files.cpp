#include "audit/sealed/sealed_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "audit/json_text.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/holds.h"

namespace sekisho::audit {
namespace {

namespace fs = std::filesystem;
constexpr const char *kEnding = ".cms", *kRequests = "/requests", *kLastLook = "/last_look";
// A gateway that looks every quarter of an hour and was off for longer than this asks first.
constexpr std::int64_t kLongestPause = 14ll * 24 * 3600 * 1'000'000;
constexpr std::uint64_t kLargest = 256ull << 20;

// It becomes the name of a file.
bool is_id(std::string_view id) {
  constexpr std::string_view kBegin = "sks_", kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  return id.size() == 20 && id.starts_with(kBegin) &&
         id.find_first_not_of(kLetters, kBegin.size()) == id.npos;
}

bool is_period(std::string_view text) {
  return text.size() == 6 && text[4] == 'q' && text[5] >= '1' && text[5] <= '4' &&
         text.substr(0, 4).find_first_not_of("0123456789") == text.npos;
}

std::optional<SealedFile> file_at(const fs::path& path) {
  struct stat status {};
  const std::string name = path.filename().string();
  if (!name.ends_with(kEnding) || ::stat(path.c_str(), &status) < 0) return std::nullopt;
  SealedFile file{path.parent_path().filename().string(),
                  name.substr(0, name.size() - std::string_view(kEnding).size()), path.string(),
                  static_cast<std::uint64_t>(status.st_size),
                  status.st_mtim.tv_sec * 1'000'000ll + status.st_mtim.tv_nsec / 1000};
  if (!is_id(file.id) || !is_period(file.period)) return std::nullopt;
  return file;
}

std::optional<std::string> read_text(const std::string& path, std::string& error) {
  const ByteSource source = open_file(path, error);
  if (!source.read_at || source.size > kLargest) return std::nullopt;
  std::string text(static_cast<std::size_t>(source.size), '\0');
  for (std::size_t got = 0; got < text.size();) {
    const long n = source.read_at(got, text.data() + got, text.size() - got);
    if (n <= 0) return error = path + ": it cannot be read", std::nullopt;
    got += static_cast<std::size_t>(n);
  }
  return text;
}

}  // namespace

bool keep_sealed(const std::string& folder, std::string_view period, std::string_view id,
                 std::string_view der, std::string& error) {
  const std::string of_period = folder + "/" + std::string(period);
  return make_folder(folder, error) && make_folder(of_period, error) &&
         write_durably(of_period + "/" + std::string(id) + kEnding, der, error, 0440);
}

void forget_sealed(const std::string& folder, std::string_view period, std::string_view id) {
  std::string ignored;
  remove_durably(folder + "/" + std::string(period) + "/" + std::string(id) + kEnding, ignored);
}

std::vector<SealedFile> list_sealed(const std::string& folder) {
  std::vector<SealedFile> out;
  std::error_code code;
  for (fs::recursive_directory_iterator i(folder, code), end; !code && i != end; i.increment(code))
    if (auto file = file_at(i->path())) out.push_back(std::move(*file));
  std::sort(out.begin(), out.end(), [](const SealedFile& a, const SealedFile& b) {
    return std::pair(a.time_us, a.id) < std::pair(b.time_us, b.id);
  });
  return out;
}

std::optional<SealedFile> find_sealed(const std::string& folder, std::string_view id) {
  if (!is_id(id)) return std::nullopt;
  std::error_code code;
  for (fs::directory_iterator i(folder, code), end; !code && i != end; i.increment(code))
    if (auto file = file_at(i->path() / (std::string(id) + kEnding))) return file;
  return std::nullopt;
}

std::optional<std::string> read_sealed(const SealedFile& file, std::string& error) {
  return read_text(file.path, error);
}

namespace {

bool may_be_held(const Holds& holds, const SealedFile& file) {
  const auto asks = [&](const Hold& h) {
    const bool in_time = (!h.scope.from_us || file.time_us >= *h.scope.from_us) &&
                         (!h.scope.to_us || file.time_us < *h.scope.to_us);
    return !h.over && in_time && (h.scope.id.empty() || h.scope.id == file.id);
  };
  return std::any_of(holds.all().begin(), holds.all().end(), asks);
}

bool clock_is_plausible(const std::string& folder, const SealedRemovalWork& work,
                        SealedRemoval& out) {
  std::string none;
  const auto text = read_text(folder + kLastLook, none);
  const std::int64_t last = text ? std::strtoll(text->c_str(), nullptr, 10) : work.now_us;
  if (work.now_us - last > kLongestPause && !work.trust_clock) {
    out.warning = "no sealed copy is removed: the clock says " + utc_text(work.now_us) +
                  ", the last look was at " + utc_text(last) +
                  "; if the clock is right, say so once: sekisho audit maintain --trust-clock";
    return false;
  }
  return write_durably(folder + kLastLook, std::to_string(work.now_us) + "\n", out.error);
}

}  // namespace

SealedRemoval remove_sealed(const std::string& folder, const Holds& holds,
                            const SealedRemovalWork& work) {
  SealedRemoval out;
  const std::vector<SealedFile> all = list_sealed(folder);
  if (all.empty() || !clock_is_plausible(folder, work, out)) return out;
  std::map<std::string, std::vector<const SealedFile*>> due;
  for (const SealedFile& file : all) {
    if (file.time_us >= work.before_us) break;
    if (may_be_held(holds, file))
      ++out.held;
    else
      due[file.period].push_back(&file);
  }
  for (const auto& [period, files] : due) {
    if (work.record && !work.record(period, files.size())) {
      out.error = "sealed copies: their removal cannot be recorded now";
      return out;
    }
    for (const SealedFile* file : files) {
      if (!remove_durably(file->path, out.error)) return out;
      ++out.removed;
    }
  }
  return out;
}

TwoStep ask_to_open(const std::string& folder, std::string_view id, const std::string& by,
                    const std::string& reason, std::int64_t now_us, std::string& first,
                    std::string& error) {
  const std::string requests = folder + kRequests;
  if (!make_folder(folder, error) || !make_folder(requests, error)) return TwoStep::kFailed;
  return ask_by_two(requests + "/" + std::string(id) + ".json", by, reason, now_us, first, error);
}

}  // namespace sekisho::audit
