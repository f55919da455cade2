#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::audit {

// The journal's only door to the disk, so that tests can fail any operation. Errors are errno
// values; 0 = done.
class Store {
 public:
  virtual ~Store() = default;
  virtual int list(std::vector<std::string>& names) = 0;
  virtual int list_folder(const std::string& folder, std::vector<std::string>& names) = 0;
  virtual int remove(const std::string& name) = 0;
  virtual int read(const std::string& name, std::string& bytes) = 0;
  virtual int create(
      const std::string& name) = 0;  // 0600, O_EXCL, the directory synced; becomes the open file
  virtual int append(std::string_view bytes, std::size_t& written) = 0;  // to the open file
  virtual int sync() = 0;                         // fdatasync of the open file
  virtual int open(const std::string& name) = 0;  // for appending
  virtual int truncate(const std::string& name, std::uint64_t size) = 0;  // of a torn tail
  virtual int seal(const std::string& name) = 0;                          // mode 0440
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual int write_file(
      const std::string& name,
      std::string_view bytes) = 0;  // whole file by temporary, sync, rename, directory sync
  virtual int free_bytes(std::uint64_t& bytes) = 0;
  // Holds so much room in a file of its own, for what must be written when the disk is full; 0 =
  // lets go of it.
  virtual int reserve(std::uint64_t bytes) = 0;
};

// Made 0700 when missing. One process at a time: `held` (may be null) is set when another has it.
std::unique_ptr<Store> open_directory(const std::string& path, std::string& error,
                                      bool* held = nullptr);

}  // namespace sekisho::audit
