#pragma once

// Every question that is asked of the index, each with every choice it has: for tests that hold for
// all of them.

#include <functional>
#include <string>
#include <vector>

#include "audit/keeping/holds.h"
#include "audit/keeping/retention.h"
#include "audit/questions/questions.h"

namespace sekisho::audit {

struct EveryQuestion {
  std::string name;
  std::function<Asked(const QuestionScope&)> ask;
};

// `id`: of an exchange that is there; `hash`: of a value of type email.
inline std::vector<EveryQuestion> every_question(const std::string& user, const std::string& id,
                                                 const std::string& hash, const Holds& holds) {
  std::vector<EveryQuestion> out = {
      {"transfers", ask_transfers},
      {"transfers --raw", ask_raw_transfers},
      {"regions", ask_regions},
      {"regions --conflicts", ask_region_conflicts},
      {"exceptions", [](const QuestionScope& s) { return ask_exceptions(s, {}); }},
      {"exceptions --unused",
       [](const QuestionScope& s) {
         return ask_exceptions(s, {30, false});
       }},
      {"gaps", ask_gaps},
      {"coverage", ask_coverage},
      {"rules", ask_rules},
      {"dests", [](const QuestionScope& s) { return ask_destinations(s, false); }},
      {"dests --new", [](const QuestionScope& s) { return ask_destinations(s, true); }},
      {"subject", [user](const QuestionScope& s) { return ask_subject(s, user); }},
      {"value", [hash](const QuestionScope& s) { return ask_value(s, "email", {hash}); }},
      {"policy log", ask_policy_log},
      {"policy at", [](const QuestionScope& s) { return ask_policy_at(s, s.now_us); }},
      {"policy coverage", [](const QuestionScope& s) { return ask_policy_coverage(s, "openai"); }},
      {"access", ask_access},
      {"evidence list", ask_evidence},
      {"retention", [](const QuestionScope& s) { return ask_retention(s, {}); }},
      {"hold list", [holds](const QuestionScope& s) { return ask_holds(s, holds); }},
      {"show", [id](const QuestionScope& s) { return ask_show(s, id); }},
      {"crossborder", ask_crossborder}};
  for (const char* by : {"user", "host", "country", "countries", "reason", "rule", "client"})
    out.push_back({std::string("refused --by ") + by, [by](const QuestionScope& s) {
                     return ask_refused(s, {{by}, ""});
                   }});
  out.push_back({"refused --by user,host --reason data", [](const QuestionScope& s) {
                   return ask_refused(s, {{"user", "host"}, "data"});
                 }});
  for (const char* by :
       {"verdict", "provider", "country", "host", "reason", "rule", "model", "coverage", "would"})
    out.push_back({std::string("trend --by ") + by, [by](const QuestionScope& s) {
                     return ask_trend(s, {{by}, "month"});
                   }});
  for (const char* step : {"day", "week", "month"})
    out.push_back({std::string("trend --by type,category,verdict --step ") + step,
                   [step](const QuestionScope& s) {
                     return ask_trend(s, {{"type", "category", "verdict"}, step});
                   }});
  return out;
}

}  // namespace sekisho::audit
