#pragma once

// Closed segments in zstd: frames of 1 MiB with a seek table behind them (the published "seekable
// format": `zstd -d` reads the file like any other), so that a compressed segment is read at any
// offset with the memory of a frame.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "audit/segment_reader.h"

namespace sekisho::audit {

inline constexpr std::string_view kCompressedEnding = ".zst";

// The bytes of the file itself, compressed or not: open_source() gives those within.
ByteSource open_file(const std::string& path, std::string& error);

// The bytes within. A damaged or hostile file is `error` here, or -EBADMSG when it is read.
ByteSource compressed_source(ByteSource file, std::string& error);

// Compresses all of `plain` and hands the file over piece by piece. False and `error`: `plain`
// could not be read, or `take` returned false (then `error` stays).
bool compress(const ByteSource& plain, const std::function<bool(std::string_view)>& take,
              std::string& error);

}  // namespace sekisho::audit
