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
  Tail& told(const std::vector<Journal::Told>& all) {
    begin("told") += '[';
    for (const Journal::Told& t : all) {
      out_ += out_.back() == '[' ? "[" : ",[";
      append_json_string(out_, cut_text(t.witness));
      out_ += ',' + std::to_string(t.size) + ',';
      append_json_string(out_, cut_text(t.answer));
      out_ += ']';
    }
    out_ += ']';
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

std::string checkpoint_tail(const ControlFrame& frame, std::uint64_t size, const Hash& root,
                            const std::vector<Journal::Told>& told) {
  return Tail(frame, "checkpoint")
      .number("size", size)
      .text("root", text_of(link_of(root)))
      .told(told)
      .done();
}

std::string key_tail(const ControlFrame& frame, std::string_view old_vkey, std::string_view vkey,
                     std::string_view by, std::string_view rotation) {
  return Tail(frame, "admin")
      .text("what", "key")
      .maybe("old", old_vkey)
      .text("new", vkey)
      .maybe("by", by)
      .maybe("note", rotation)
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
