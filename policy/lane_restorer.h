#pragma once

// Turns tokens back into values in the messages of one answer, lane by lane. Of a text that comes
// in pieces only what may be the begin of a known token is held, until the next piece of its lane
// or the message that closes it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/bodies/edits.h"
#include "filters/bodies/text_chunk.h"
#include "policy/answer_lanes.h"
#include "policy/message_fields.h"
#include "policy/pseudonym.h"

namespace sekisho::policy {

struct RestoreCounts {
  std::uint64_t restored = 0;  // places
  std::uint64_t withheld = 0;  // known tokens where `restore` forbids
  std::uint64_t unknown = 0;   // words of a token's form that no request of this exchange holds
  std::uint64_t unread = 0;    // messages that could not be read: passed on as they came
};

// Counts words of a token's form in text that comes in pieces.
class UnknownTokens {
 public:
  void see(std::string_view text, std::uint64_t& count);
  void end(std::uint64_t& count);  // of the text, or of a stretch of it

 private:
  std::string word_;
};

// One text that may come in pieces.
class LaneText {
 public:
  // `allowed`: may any token be restored here?
  LaneText(const TokenMap& tokens, LaneKind kind, std::string tool);

  // Where known tokens stand in (what was held) + `piece`, and what is held from now on.
  struct Spot {
    std::size_t begin, end;
    const TokenMap::Entry* entry;
  };
  struct Reading {
    std::string text;         // held + piece
    std::size_t held = 0;     // bytes of it that were held
    std::size_t go = 0;       // what stands before may go
    std::vector<Spot> spots;  // to be replaced
  };
  Reading read(std::string_view piece, bool last, RestoreCounts& counts);
  void end(RestoreCounts& counts);
  // From now on nothing is restored.
  void forbid() { tool_.clear(); }
  const std::string& held() const { return held_; }
  bool shut() const { return shut_; }
  LaneKind kind() const { return kind_; }

 private:
  const TokenMap* tokens_;
  LaneKind kind_;
  std::string tool_;
  bool shut_;  // nothing is restored here: nothing is held back either
  std::string held_;
  UnknownTokens unknown_;
};

class LaneRestorer {
 public:
  LaneRestorer(std::shared_ptr<const TokenMap> tokens, std::span<const AnswerLanes* const> tables)
      : tokens_(std::move(tokens)), tables_(tables) {}

  // A message that goes out before the one at hand, with what was held of a lane that ends.
  struct Added {
    std::string_view event;  // its `/type`, "" = none
    std::string json;
  };
  // `whole`: no message follows that goes on with its texts. Edits count from json[0].
  void message(std::string_view json, bool whole, std::vector<filters::Edit>& edits,
               std::vector<Added>& added);
  // No message follows. Without `release`, what may be half a token is dropped.
  void end(bool release, std::vector<Added>& added);
  const RestoreCounts& counts() const { return counts_; }
  RestoreCounts& counts() { return counts_; }

 private:
  using Key = std::pair<const Lane*, std::string>;
  struct State {
    LaneText text;
    std::string head, tail;  // of the message that would carry what is held
  };

  void learn_name(const std::string& key, std::string name);
  void learn_names(const MessageFields& fields, std::string_view type);
  std::vector<std::string> closed(const MessageFields& fields, std::string_view type);
  bool pass_field(const MessageFields& fields, const MessageFields::Field& field,
                  std::string_view type, std::vector<filters::Edit>& edits);
  void restore(const Lane& lane, const MessageFields& fields, const MessageFields::Field& field,
               std::vector<filters::Edit>& edits);
  std::string tool_of(const Lane& lane, const MessageFields& fields, const std::string& key) const;
  State* state_of(const Lane& lane, const MessageFields& fields, const std::string& key);
  void close(const std::vector<std::string>& prefixes, std::vector<Added>& added);
  void release(const Lane& lane, State& state, std::vector<Added>& added);
  void frame(const Lane& lane, const MessageFields& fields, State& state) const;
  std::string members(const MessageFields& fields, std::string_view object,
                      std::string_view but) const;
  bool is_closed(const std::string& key) const;

  std::shared_ptr<const TokenMap> tokens_;
  std::span<const AnswerLanes* const> tables_;
  std::map<Key, State> states_;
  std::map<std::string, std::string> names_;
  RestoreCounts counts_;
  // Of the message at hand.
  std::string_view json_;
  bool whole_ = false;
  std::vector<std::string> closed_;
  std::vector<std::string_view> stars_;
};

// Half a token is never shown at the end of a stream that nothing closed; shorter than this it is
// no more than ordinary letters.
inline constexpr std::size_t kTellsToken = 4;

}  // namespace sekisho::policy
