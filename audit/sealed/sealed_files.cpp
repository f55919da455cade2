#include "audit/sealed/sealed_files.h"

#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "audit/json_text.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/holds.h"
#include "audit/keeping/two_persons.h"

namespace sekisho::audit {
namespace {

namespace fs = std::filesystem;
constexpr const char *kFolder = "/sealed", *kEnding = ".cms", *kRequests = "/sealed/requests";
constexpr std::int64_t kRequestLasts = 24ll * 3600 * 1'000'000;
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

bool keep_sealed(const std::string& directory, std::string_view period, std::string_view id,
                 std::string_view der, std::string& error) {
  const std::string folder = directory + kFolder + "/" + std::string(period);
  return make_folder(directory + kFolder, error) && make_folder(folder, error) &&
         write_durably(folder + "/" + std::string(id) + kEnding, der, error, 0440);
}

std::vector<SealedFile> list_sealed(const std::string& directory) {
  std::vector<SealedFile> out;
  std::error_code code;
  for (fs::recursive_directory_iterator i(directory + kFolder, code), end; !code && i != end;
       i.increment(code))
    if (auto file = file_at(i->path())) out.push_back(std::move(*file));
  std::sort(out.begin(), out.end(), [](const SealedFile& a, const SealedFile& b) {
    return std::pair(a.time_us, a.id) < std::pair(b.time_us, b.id);
  });
  return out;
}

std::optional<SealedFile> find_sealed(const std::string& directory, std::string_view id) {
  if (!is_id(id)) return std::nullopt;
  std::error_code code;
  for (fs::directory_iterator i(directory + kFolder, code), end; !code && i != end;
       i.increment(code))
    if (auto file = file_at(i->path() / (std::string(id) + kEnding))) return file;
  return std::nullopt;
}

std::optional<std::string> read_sealed(const SealedFile& file, std::string& error) {
  return read_text(file.path, error);
}

SealedRemoval remove_sealed(const std::string& directory, const Holds& holds,
                            std::int64_t before_us) {
  SealedRemoval out;
  for (const SealedFile& file : list_sealed(directory)) {
    if (file.time_us >= before_us) break;
    const auto may_hold = [&](const Hold& h) {
      const bool in_time = (!h.scope.from_us || file.time_us >= *h.scope.from_us) &&
                           (!h.scope.to_us || file.time_us < *h.scope.to_us);
      return !h.over && in_time && (h.scope.id.empty() || h.scope.id == file.id);
    };
    if (std::any_of(holds.all().begin(), holds.all().end(), may_hold)) {
      ++out.held;
      continue;
    }
    if (!remove_durably(file.path, out.error)) return out;
    ++out.removed;
  }
  return out;
}

OpenStep ask_to_open(const std::string& directory, std::string_view id, const std::string& by,
                     const std::string& reason, std::int64_t now_us, std::string& first,
                     std::string& error) {
  const std::string path = directory + kRequests + "/" + std::string(id) + ".json";
  std::string missing;
  std::int64_t asked = 0;
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  std::string_view name;
  if (const auto text = read_text(path, missing);
      text && !parser.parse(*text).get(request) && !request["by"].get(name) &&
      !request["t"].get(asked) && now_us - asked < kRequestLasts) {
    first = name;
    if (same_person(first, by)) return OpenStep::kSamePerson;
    return remove_durably(path, error) ? OpenStep::kGranted : OpenStep::kFailed;
  }
  std::string line = R"({"t":)" + std::to_string(now_us) + R"(,"by":)";
  append_json_string(line, by);
  append_json_string(line += R"(,"reason":)", reason);
  const bool kept = make_folder(directory + kFolder, error) &&
                    make_folder(directory + kRequests, error) &&
                    write_durably(path, line + "}\n", error);
  return kept ? OpenStep::kAsked : OpenStep::kFailed;
}

}  // namespace sekisho::audit
