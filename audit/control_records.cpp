#include "audit/control_records.h"

#include "audit/json_text.h"

namespace sekisho::audit {
namespace {

class Tail {
 public:
  Tail(const ControlFrame& frame, std::string_view kind) {
    out_ = R"("id":null,"t":)";
    append_json_string(out_, utc_text(frame.time_us));
    text("kind", kind);
    text("gw", frame.gateway);
  }
  Tail& text(std::string_view key, std::string_view value) {
    append_json_string(begin(key), value);
    return *this;
  }
  Tail& maybe(std::string_view key, std::string_view value) {
    append_json_or_null(begin(key), value);
    return *this;
  }
  Tail& number(std::string_view key, std::uint64_t value) {
    begin(key) += std::to_string(value);
    return *this;
  }
  std::string done() { return std::move(out_ += '}'); }

 private:
  std::string& begin(std::string_view key) {
    ((out_ += ",\"") += key) += "\":";
    return out_;
  }
  std::string out_;
};

}  // namespace

std::string segment_tail(const ControlFrame& frame, std::string_view previous) {
  return Tail(frame, "segment")
      .text("format", "sekisho-journal/1")
      .text("hash", "sha256")
      .maybe("previous", previous)
      .done();
}

std::string boot_tail(const ControlFrame& frame, std::string_view after) {
  return Tail(frame, "boot").text("version", SEKISHO_VERSION).maybe("after", after).done();
}

std::string stop_tail(const ControlFrame& frame) {
  return Tail(frame, "stop").done();
}

std::string recovered_tail(const ControlFrame& frame, const TornTail& torn) {
  return Tail(frame, "recovered")
      .text("segment", torn.segment)
      .number("offset", torn.offset)
      .number("bytes", torn.bytes)
      .text("kept", torn.kept)
      .text("why", torn.why)
      .done();
}

std::string damage_tail(const ControlFrame& frame, const Damage& damage) {
  return Tail(frame, "damage")
      .text("segment", damage.segment)
      .number("first", damage.seq)
      .text("why", damage.why)
      .done();
}

std::string gap_tail(const ControlFrame& frame, const Gap& gap) {
  return Tail(frame, "gap")
      .text("what", gap.what)
      .text("error", gap.error)
      .maybe("segment", gap.segment)
      .number("after", gap.after)
      .number("unsure", gap.unsure)
      .number("refused", gap.refused)
      .number("lost", gap.lost)
      .done();
}

}  // namespace sekisho::audit
