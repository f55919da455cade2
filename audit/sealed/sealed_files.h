#pragma once

// Sealed copies on disk: <folder>/<period>/<id>.cms. The folder is `audit.sealed.directory`, its
// parent is there.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/keeping/asked_by_two.h"

namespace sekisho::audit {

struct SealedFile {
  std::string period, id, path;
  std::uint64_t size = 0;
  std::int64_t time_us = 0;  // written
};

// Durable when it returns. False and `error`: nothing may be sent.
bool keep_sealed(const std::string& folder, std::string_view period, std::string_view id,
                 std::string_view der, std::string& error);
// Of a copy whose record could not be written: nothing was sent. Gone, if the disk lets it.
void forget_sealed(const std::string& folder, std::string_view period, std::string_view id);

std::vector<SealedFile> list_sealed(const std::string& folder);  // oldest first
// By the id of the exchange; nothing for what is no id.
std::optional<SealedFile> find_sealed(const std::string& folder, std::string_view id);
// Nothing and `error` if it cannot be read.
std::optional<std::string> read_sealed(const SealedFile& file, std::string& error);

class Holds;
struct SealedRemoval {
  std::uint64_t removed = 0, held = 0;
  std::string warning, error;
};
// Copies written before `before_us` go, but for what a legal hold may be about: a copy does not say
// whose it is, so that a hold of a user keeps every copy of its time. `record` writes down that the
// copies of a period go, and how many; only when that is on disk they do. Nothing goes when the
// clock leapt since the last look, unless somebody vouches for it.
struct SealedRemovalWork {
  std::int64_t before_us = 0, now_us = 0;
  bool trust_clock = false;
  std::function<bool(std::string_view period, std::uint64_t copies)> record;
};
SealedRemoval remove_sealed(const std::string& folder, const Holds& holds,
                            const SealedRemovalWork& work);

// Opening with four eyes.
TwoStep ask_to_open(const std::string& folder, std::string_view id, const std::string& by,
                    const std::string& reason, std::int64_t now_us, std::string& first,
                    std::string& error);

}  // namespace sekisho::audit
