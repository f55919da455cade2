#include "config/policy_sections.h"

namespace sekisho::config {

ModelRules read_models(YamlReader& reader, const YamlNode& node) {
  ModelRules out;
  MapReader m(reader, node, "`models`");
  m.texts("developers_deny", "developers", out.developers_deny);
  m.finish();
  return out;
}

SecondDestinations read_second_destinations(YamlReader& reader, const YamlNode& node) {
  using Judged = SecondDestinations::Judged;
  static constexpr Word<Judged> kJudged[] = {{"listed", Judged::kListed},
                                             {"denied", Judged::kDenied}};
  SecondDestinations out;
  MapReader m(reader, node, "`second_destinations`");
  m.word("send", kJudged, out.send);
  m.word("fetch", kJudged, out.fetch);
  m.finish();
  return out;
}

}  // namespace sekisho::config
