#pragma once

// Files beside the journal that must be on disk before anybody relies on them. What root makes
// belongs to the owner of the folder, or the gateway could not read it.

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::audit {

class DurableFile {
 public:
  enum class Mode { kNew, kAppend };
  // 0600; made new (what stood there goes) or appended to.
  explicit DurableFile(const std::string& path, Mode mode = Mode::kNew);
  ~DurableFile();
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  bool good() const { return error_ == 0; }
  int error() const { return error_; }  // errno of what failed first
  bool append(std::string_view bytes);
  bool close();  // synced

 private:
  bool fail();
  int fd_ = -1, error_ = 0;
};

// Renames, and syncs the folder.
bool put_in_place(const std::string& from, const std::string& to, unsigned mode,
                  std::string& error);
bool remove_durably(const std::string& path, std::string& error);
// The whole file at once: beside it, synced, renamed.
bool write_durably(const std::string& path, std::string_view bytes, std::string& error,
                   unsigned mode = 0600);
// One line more, synced; the file is made when it is not there.
bool append_durably(const std::string& path, std::string_view line, std::string& error);
// 0700, with the owner of the folder around it.
bool make_folder(const std::string& path, std::string& error);

}  // namespace sekisho::audit
