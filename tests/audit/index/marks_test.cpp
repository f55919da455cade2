#include "audit/questions/marks.h"

#include "tests/audit/index/asked_log.h"

namespace sekisho::audit {
namespace {

TEST(Marks, AreReadAsTheyWereWritten) {
  for (const bool of_rule : {true, false})
    for (const bool wrong : {true, false}) {
      Mark m{"sks_a", 1'782'995'696'000'001, of_rule, "a rule of ours", "", "",
             wrong,   "why: (so)",           "sato"};
      if (of_rule) m.action = "redact";
      const OutsideEvent e = mark_event(m);
      const auto read = read_mark(e.old_value, e.new_value);
      ASSERT_TRUE(read) << e.old_value;
      EXPECT_EQ(read->id, m.id);
      EXPECT_EQ(read->time_us, m.time_us);
      EXPECT_EQ(read->of_rule, of_rule);
      EXPECT_EQ(read->name, m.name);
      EXPECT_EQ(read->action, m.action);
      EXPECT_EQ(read->mode, "");
      EXPECT_EQ(read->wrong, wrong);
      EXPECT_EQ(read->reason, m.reason);
    }
  for (const char* old : {"", "sks_a", "sks_a yesterday rule - - x",
                          "sks_a 2026-07-02T12:34:56.000000Z rule redact enforce",
                          "sks_a 2026-07-02T12:34:56.000000Z thing x"})
    EXPECT_FALSE(read_mark(old, "wrong: x")) << old;
  EXPECT_FALSE(read_mark("sks_a 2026-07-02T12:34:56.000000Z finding email", "maybe: x"));
}

TEST_F(Questions, RulesCountMarksOfDecisionsOfThePeriod) {
  const auto mark = [&](int of, bool wrong, bool of_rule = true) {
    log_.mark({id_of(of), log_.time_of(of), of_rule, of_rule ? "no-mail" : "email",
               of_rule ? "allow" : "", of_rule ? "enforce" : "", wrong, "why", "sato"});
  };
  for (int i = 0; i < 4; ++i)
    log_.exchange({.type = "email", .value = "a", .after_us = kDay, .rule = "no-mail"});
  const std::vector<std::string> shown{"rule", "matched", "wrong", "right", "precision"};
  EXPECT_EQ(rows(ask_rules(scope()), "rules", shown), "no-mail|4|0|0|\n");
  EXPECT_NE(text_of_notes(ask_rules(scope())).find("no precision can be told"), std::string::npos);
  reopen();
  mark(0, true);
  mark(1, false);
  mark(2, true);
  mark(3, false, false);
  log_.now_us += 100 * kDay;  // a mark of the next quarter, and of a decision of the next one
  mark(2, false);
  log_.exchange({.type = "email", .value = "a", .rule = "no-mail"});
  mark(4, true);
  EXPECT_EQ(rows(ask_rules(scope()), "rules", {"rule", "matched", "wrong", "right"}),
            "no-mail|4|1|2\n");
  EXPECT_NEAR(std::get<double>(ask_rules(scope()).answer.tables[0].rows[0].back()), 2 / 3., 1e-9);
  EXPECT_EQ(rows(ask_rules(scope()), "marked_types", {"type", "records", "wrong", "right"}),
            "email|4|0|1\n");
  no_scan_of_records();
  reopen();
  ::unlink(log_.index_file().c_str());
  EXPECT_EQ(rows(ask_rules(scope()), "rules", {"rule", "matched", "wrong", "right"}),
            "no-mail|4|1|2\n");
}

TEST_F(Questions, ARuleThatNoRecordListsIsShownForItsMark) {
  log_.exchange({});
  log_.mark({id_of(0), log_.time_of(0), true, "regions", "", "", true, "why", "sato"});
  EXPECT_EQ(rows(ask_rules(scope()), "rules", {"rule", "action", "matched", "wrong"}),
            "openai|allow|1|0\nregions|||1\n");
}

TEST_F(Questions, ShowHasEveryMarkAndSaysWhichIsInForce) {
  log_.exchange({});
  log_.exchange({});
  for (const bool wrong : {true, false})
    log_.mark(
        {id_of(1), log_.time_of(1), true, "openai", "allow", "enforce", wrong, "why", "sato"});
  EXPECT_EQ(rows(ask_show(scope(), id_of(1)), "marks", {"of", "name", "mark", "by", "in_force"}),
            "rule|openai|wrong|sato|no, a later one is\nrule|openai|right|sato|yes\n");
  EXPECT_EQ(rows(ask_show(scope(), id_of(0)), "marks", {}), "no table marks");
}

}  // namespace
}  // namespace sekisho::audit
