#include "audit/reports/zip.h"

#include <zip.h>

#include <algorithm>
#include <memory>

namespace sekisho::audit {
namespace {

constexpr std::uint32_t kPlainFile = 0100644u << 16;  // -rw-r--r--, of Unix

struct SourceFree {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
struct ArchiveDiscard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Source = std::unique_ptr<zip_source_t, SourceFree>;
using Archive = std::unique_ptr<zip_t, ArchiveDiscard>;

std::string message_of(zip_error_t* error) {
  const char* text = zip_error_strerror(error);
  return text ? text : "zip";
}

// The date as the archive writes it: days since 1980, of no time zone.
std::uint16_t dos_date(config::Date day) {
  const int years = std::clamp(day.year - 1980, 0, 127);
  return static_cast<std::uint16_t>(years << 9 | day.month << 5 | day.day);
}

bool add(zip_t* archive, const PackedFile& file, config::Date dated) {
  // `file` outlives the archive: its bytes are read when that is closed.
  zip_source_t* source = zip_source_buffer(archive, file.bytes.data(), file.bytes.size(), 0);
  if (!source) return false;
  const zip_int64_t at = zip_file_add(archive, file.path.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (at < 0) {
    zip_source_free(source);
    return false;
  }
  const auto index = static_cast<zip_uint64_t>(at);
  return zip_set_file_compression(archive, index, ZIP_CM_DEFLATE, 9) == 0 &&
         zip_file_set_dostime(archive, index, 0, dos_date(dated), 0) == 0 &&
         zip_file_set_external_attributes(archive, index, 0, ZIP_OPSYS_UNIX, kPlainFile) == 0;
}

std::optional<std::string> bytes_of(zip_source_t* source) {
  zip_stat_t stat;
  if (zip_source_stat(source, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) ||
      zip_source_open(source) != 0)
    return std::nullopt;
  std::string out(stat.size, '\0');
  const zip_int64_t got = zip_source_read(source, out.data(), out.size());
  zip_source_close(source);
  if (got < 0 || static_cast<zip_uint64_t>(got) != stat.size) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> zip_of(const std::vector<PackedFile>& files, config::Date dated,
                                  std::string& error) {
  zip_error_t fault;
  zip_error_init(&fault);
  const Source buffer(zip_source_buffer_create(nullptr, 0, 0, &fault));
  if (!buffer) return error = message_of(&fault), std::nullopt;
  Archive archive(zip_open_from_source(buffer.get(), ZIP_TRUNCATE, &fault));
  if (!archive) return error = message_of(&fault), std::nullopt;
  zip_source_keep(buffer.get());  // the archive frees one of the two
  for (const PackedFile& file : files)
    if (!add(archive.get(), file, dated))
      return error = file.path + ": " + message_of(zip_get_error(archive.get())), std::nullopt;
  if (zip_close(archive.get()) != 0)
    return error = message_of(zip_get_error(archive.get())), std::nullopt;
  archive.release();  // closed
  auto out = bytes_of(buffer.get());
  if (!out) error = "the archive could not be read back";
  return out;
}

}  // namespace sekisho::audit
