#pragma once

// The fields that decide how a message is framed and routed, noted in one walk over the header
// lines.

#include <array>
#include <cstdint>
#include <string_view>

#include "gateway/http/head_lines.h"

namespace sekisho::gateway {

enum class Field : std::uint8_t {
  kOther,
  kHost,
  kConnection,
  kProxyConnection,
  kContentLength,
  kTransferEncoding,
  kExpect,
  kUpgrade,
  kContentType,
  kContentRange,
  kAuthorization,
  kProxyAuthorization,
  kCount,
};
Field field_of(std::string_view name);
std::string_view name_of(Field field);

struct HeadFields {
  explicit HeadFields(Headers& headers);

  Header* first(Field field) const { return first_[static_cast<std::size_t>(field)]; }
  int count(Field field) const { return count_[static_cast<std::size_t>(field)]; }

  // The connection options; Fault: an option that is no token. `proxy-connection: close` counts as
  // close.
  Fault read_options(const Headers& headers);
  bool close = false, keep_alive = false, upgrade = false;

 private:
  std::array<Header*, static_cast<std::size_t>(Field::kCount)> first_{};
  std::array<int, static_cast<std::size_t>(Field::kCount)> count_{};
};

// What content-length and transfer-encoding say, before the kind of message is looked at. The value
// of content-length is rewritten without leading zeros.
struct StatedLength {
  bool length_stated = false, chunked = false;
  std::uint64_t length = 0;
};
Fault read_length(const HeadFields& fields, int minor_version, StatedLength& out);

}  // namespace sekisho::gateway
