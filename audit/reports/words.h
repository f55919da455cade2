#pragma once

// Every sentence of the reports, by id, in both languages. Nothing is put together from parts of
// sentences: "{0}" stands for what is filled in.

#include <initializer_list>
#include <string>
#include <string_view>

#include "audit/questions/answer.h"

namespace sekisho::audit {

enum class Word {
  kPeriod,
  kMadeAt,
  kMadeBy,
  kContents,
  kCommand,
  kEvidence,
  kEvidenceText,
  kLog,
  kRange,
  kRangeText,
  kNoRecords,
  kLookedAt,
  kCheckpoint,
  kCheckpointText,
  kNoCheckpoint,
  kUncovered,
  kBehind,
  kGaps,
  kNoGaps,
  kPolicies,
  kScanned,
  kScannedText,
  kNothing,
  kMoreRows,
  kMoreItems,
  kOthers,
  kChart,
  kBefore,
  kNone,
  kYes,
  kNo,
  kToFill,
  kSignMade,
  kSignChecked,
  kSignApproved,
  kSignDate,
  kDiffLeftOut,
  kNoDifference,
  kCount_
};

const LocalText& words(Word word);
// The sentence with `values` in the places of {0}, {1}, …
std::string say(Word word, Language language, std::initializer_list<std::string_view> values = {});
LocalText say(Word word, std::initializer_list<std::string_view> values);

// The closed words of records as people say them: "block" -> 拒否. Nothing for what is none of the
// list (`column`: "verdict", "would", "reason", "coverage", "tls").
const LocalText* word_of_record(std::string_view column, std::string_view value);

}  // namespace sekisho::audit
