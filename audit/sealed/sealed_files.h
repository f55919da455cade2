#pragma once

// Sealed copies on disk: sealed/<period>/<id>.cms in the directory of the log.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::audit {

struct SealedFile {
  std::string period, id, path;
  std::uint64_t size = 0;
  std::int64_t time_us = 0;  // written
};

// Durable when it returns. False and `error`: nothing may be sent.
bool keep_sealed(const std::string& directory, std::string_view period, std::string_view id,
                 std::string_view der, std::string& error);

std::vector<SealedFile> list_sealed(const std::string& directory);  // oldest first
// By the id of the exchange; nothing for what is no id.
std::optional<SealedFile> find_sealed(const std::string& directory, std::string_view id);
// Nothing and `error` if it cannot be read.
std::optional<std::string> read_sealed(const SealedFile& file, std::string& error);

class Holds;
struct SealedRemoval {
  std::uint64_t removed = 0, held = 0;
  std::string error;
};
// Copies written before `before_us` go, but for what a legal hold may be about: a copy does not say
// whose it is, so that a hold of a user keeps every copy of its time.
SealedRemoval remove_sealed(const std::string& directory, const Holds& holds,
                            std::int64_t before_us);

// Opening with four eyes: the first person asks, the second, within a day, is given it.
enum class OpenStep { kGranted, kAsked, kSamePerson, kFailed };
OpenStep ask_to_open(const std::string& directory, std::string_view id, const std::string& by,
                     const std::string& reason, std::int64_t now_us, std::string& first,
                     std::string& error);

}  // namespace sekisho::audit
