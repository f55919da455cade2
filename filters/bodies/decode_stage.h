#pragma once

// One coding of a body: pull the next bytes through zlib, brotli or zstd; of what is packed within
// a text, also through bzip2 or xz.

#include <cstddef>
#include <memory>
#include <variant>

namespace sekisho::filters {

enum class CodingName { kGzip, kDeflate, kBrotli, kZstd, kBzip2, kXz };

// What a stage works on; both views move forward.
struct StageBuffers {
  const unsigned char* in = nullptr;
  std::size_t in_size = 0;
  bool in_final = false;  // nothing follows `in`
  unsigned char* out = nullptr;
  std::size_t out_size = 0;
};

enum class StageStatus {
  kGo,       // wants more input or more room
  kBetween,  // a member or frame ended: done if nothing follows
  kCorrupt,
  kTooBig,  // needs more than it is given: memory, a filter of a newer library
};

class InflateStage {
 public:
  explicit InflateStage(bool gzip);
  // Bytes that must be seen at once now (headers that are looked at), fewer only at the end of
  // input.
  std::size_t least() const { return begun_ ? 1 : 2; }
  StageStatus run(StageBuffers& io);

 private:
  struct State;
  struct Free {
    void operator()(State* s) const;
  };
  bool begin(const StageBuffers& io);
  std::unique_ptr<State, Free> state_;
  bool gzip_;
  bool begun_ = false, first_ = true;
};

class BrotliStage {
 public:
  BrotliStage();
  std::size_t least() const { return 1; }
  StageStatus run(StageBuffers& io);

 private:
  struct Free {
    void operator()(void* s) const;
  };
  std::unique_ptr<void, Free> state_;
  bool ended_ = false;
};

class ZstdStage {
 public:
  ZstdStage();
  std::size_t least() const { return begun_ ? 1 : 4; }
  StageStatus run(StageBuffers& io);

 private:
  struct Free {
    void operator()(void* s) const;
  };
  std::unique_ptr<void, Free> state_;
  bool begun_ = false;
};

class Bzip2Stage {
 public:
  Bzip2Stage();
  std::size_t least() const { return begun_ ? 1 : 4; }
  StageStatus run(StageBuffers& io);

 private:
  struct State;
  struct Free {
    void operator()(State* s) const;
  };
  std::unique_ptr<State, Free> state_;
  bool begun_ = false;
};

class XzStage {
 public:
  // A dictionary of 16 MiB and what goes with it: presets up to 7.
  static constexpr std::size_t kMemory = 20u << 20;

  XzStage();
  std::size_t least() const { return 1; }
  StageStatus run(StageBuffers& io);

 private:
  struct State;
  struct Free {
    void operator()(State* s) const;
  };
  std::unique_ptr<State, Free> state_;
};

using DecodeStage = std::variant<InflateStage, BrotliStage, ZstdStage, Bzip2Stage, XzStage>;
DecodeStage make_stage(CodingName name);

}  // namespace sekisho::filters
