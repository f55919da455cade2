#include "audit/questions/questions.h"
#include "gateway/commands/telling.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "audit/index/categories.h"
#include "audit/keeping/holds.h"
#include "audit/keeping/retention.h"
#include "audit/query.h"
#include "config/audit_keeping.h"
#include "gateway/commands/audit_commands.h"
#include "gateway/commands/audit_reading.h"
#include "gateway/commands/audit_value.h"

namespace sekisho::gateway {
namespace {

struct QuestionOptions {
  ReadingOptions reading;
  bool raw = false, conflicts = false, only_new = false, expired_but_open = false;
  std::string by, unused, user, type, step = "week", rule, day, time, refusal, id;
};
using Shared = std::shared_ptr<QuestionOptions>;
using Ask = std::function<audit::Asked(const audit::QuestionScope&, const QuestionOptions&)>;

int could_not(const std::string& why) {
  tell("sekisho audit", why);
  return 2;
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    if (comma > at) out.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

void add_place(CLI::App* command, ReadingOptions& o) {
  command->add_option("-c,--config", o.config, "gateway.yaml, which names the log");
  command->add_option("--directory", o.directory, "a copy of a log, instead");
}

void add_period(CLI::App* command, ReadingOptions& o) {
  command->add_option("--quarter", o.quarter,
                      "2026Q2 (July to September: Japanese fiscal year), 2026, this, last; without "
                      "--from and --to: this");
  command->add_option("--from", o.from,
                      "a date, RFC 3339, or -30d: from the beginning of that day");
  command->add_option("--to", o.to, "the same: to the end of that day");
}

void add_look(CLI::App* command, ReadingOptions& o) {
  command->add_option("--lang", o.lang, "ja or en")->capture_default_str();
  command->add_option("--format", o.format, "table, csv, json or html")->capture_default_str();
  command->add_flag("--json", o.json);
  command->add_flag("--csv", o.csv);
  command->add_flag("--html", o.html);
  command->add_flag("--table", o.table);
  command->add_option("--part", o.part, "id of the table that CSV shows");
  command->add_option("--limit", o.limit, "rows of a table, 0 = all (100 on a terminal)");
  command->add_option("--store", o.store,
                      "clickhouse://user@host:port/database: ask there, not the index");
  command->add_option("--password-file", o.password_file, "of --store");
  command->add_option("--store-ca", o.store_ca, "certificates that --store is verified by");
  command->add_flag("--explain", o.explain, "the SQL too, and what SQLite does for it");
}

std::string line_of(const CLI::App* command) {
  std::vector<std::string> words;
  for (const CLI::App* app = command; app && app->get_parent(); app = app->get_parent())
    words.insert(words.begin(), app->get_name());
  if (!words.empty()) words.erase(words.begin());  // "audit"
  for (const CLI::Option* option : command->get_options()) {
    if (option->count() == 0 || option->check_name("--help")) continue;
    const std::string name = option->get_positional() ? "" : option->get_name();
    if (option->get_expected_min() == 0) {
      words.push_back(name);
      continue;
    }
    for (const auto& value : option->results()) {
      if (!name.empty()) words.push_back(name.starts_with("--config") ? "-c" : name);
      words.push_back(value);
    }
  }
  return command_line(words);
}

CLI::App* add(CLI::App& parent, int& exit_code, const char* name, const char* what, const Shared& o,
              Ask ask) {
  CLI::App* command = parent.add_subcommand(name, what);
  add_place(command, o->reading);
  add_period(command, o->reading);
  add_look(command, o->reading);
  command->callback([command, o, ask = std::move(ask), &exit_code] {
    const auto reading = Reading::open(o->reading, line_of(command));
    exit_code = reading ? reading->answer(ask(reading->asking(), *o)) : 2;
  });
  return command;
}

void add_transfers(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<QuestionOptions>();
  CLI::App* command = add(audit, exit_code, "transfers",
                          "個人データを誰がどの国へ / who sent personal data to which country", o,
                          [](const audit::QuestionScope& a, const QuestionOptions& q) {
                            return q.raw ? audit::ask_raw_transfers(a) : audit::ask_transfers(a);
                          });
  command->add_flag("--raw", o->raw, "what left unmasked, and why");
}

void add_destinations(CLI::App& audit, int& exit_code) {
  const auto regions = std::make_shared<QuestionOptions>();
  add(audit, exit_code, "regions", "国とその根拠 / countries and their evidence", regions,
      [](const audit::QuestionScope& a, const QuestionOptions& q) {
        return q.conflicts ? audit::ask_region_conflicts(a) : audit::ask_regions(a);
      })
      ->add_flag("--conflicts", regions->conflicts, "where pieces of evidence disagree");
  const auto dests = std::make_shared<QuestionOptions>();
  add(audit, exit_code, "dests", "宛先 / destinations", dests,
      [](const audit::QuestionScope& a, const QuestionOptions& q) {
        return audit::ask_destinations(a, q.only_new);
      })
      ->add_flag("--new", dests->only_new, "first seen in the period");
  add(audit, exit_code, "coverage", "検査されなかったもの / what was not inspected",
      std::make_shared<QuestionOptions>(),
      [](const audit::QuestionScope& a, const QuestionOptions&) { return audit::ask_coverage(a); });
}

void add_refusals(CLI::App& audit, int& exit_code) {
  const auto refused = std::make_shared<QuestionOptions>();
  refused->by = "user,host,reason";
  CLI::App* command =
      add(audit, exit_code, "refused", "拒否: 誰が、どこへ / refusals: who, where to", refused,
          [](const audit::QuestionScope& a, const QuestionOptions& q) {
            const audit::RefusedOptions r{words_of(q.by), q.refusal};
            const std::string unknown = audit::unknown_group(r);
            if (!unknown.empty() || r.by.empty())
              return audit::Asked{{},
                                  "--by: '" + unknown +
                                      "' is none of user, "
                                      "host, country, countries, reason, rule, "
                                      "client"};
            audit::QueryFilter filter;
            filter.reason = q.refusal;
            if (std::string why = audit::wrong_word(filter); !why.empty())
              return audit::Asked{{}, std::move(why)};
            return audit::ask_refused(a, r);
          });
  command->add_option("--by", refused->by, "user,host,country,reason,rule,client")
      ->capture_default_str();
  command->add_option("--reason", refused->refusal, "only these: region, data, …");
  add(audit, exit_code, "rules", "どの規則が当たるか / which rules match",
      std::make_shared<QuestionOptions>(),
      [](const audit::QuestionScope& a, const QuestionOptions&) { return audit::ask_rules(a); });
  const auto trend = std::make_shared<QuestionOptions>();
  trend->by = "type,verdict";
  command = add(audit, exit_code, "trend", "推移 / trend", trend,
                [](const audit::QuestionScope& a, const QuestionOptions& q) {
                  const audit::TrendOptions t{words_of(q.by), q.step};
                  const std::string unknown = audit::unknown_group(t);
                  if (!unknown.empty() || t.by.empty())
                    return audit::Asked{{}, "--by: '" + unknown + "' is nothing to count by here"};
                  if (q.step != "day" && q.step != "week" && q.step != "month")
                    return audit::Asked{{}, "--step: '" + q.step + "' is none of day, week, month"};
                  return audit::ask_trend(a, t);
                });
  command
      ->add_option("--by", trend->by,
                   "type,category,verdict,provider,country,host; without a "
                   "type also reason,rule,model,coverage,would")
      ->capture_default_str();
  command->add_option("--step", trend->step, "day, week or month")->capture_default_str();
}

std::optional<int> days_of(const std::string& text) {
  int days = 0;
  if (text.empty()) return 0;
  if (std::sscanf(text.c_str(), "%5dd", &days) != 1 || days <= 0 || text.back() != 'd')
    return std::nullopt;
  return days;
}

void add_exceptions(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<QuestionOptions>();
  CLI::App* command =
      add(audit, exit_code, "exceptions", "例外とその使用 / exceptions and their use", o,
          [](const audit::QuestionScope& a, const QuestionOptions& q) {
            const auto days = days_of(q.unused);
            if (!days) return audit::Asked{{}, "--unused: '" + q.unused + "' is no span like 30d"};
            return audit::ask_exceptions(a, {*days, q.expired_but_open});
          });
  command->add_option("--unused", o->unused, "not used for so long: 30d");
  command->add_flag("--expired-but-open", o->expired_but_open, "ended and still listed");
}

void add_persons(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<QuestionOptions>();
  CLI::App* command =
      add(audit, exit_code, "subject", "一人の記録の全体 / everything recorded of one person", o,
          [](const audit::QuestionScope& a, const QuestionOptions& q) {
            return audit::ask_subject(a, q.user);
          });
  command->add_option("--user", o->user, "as the records name the person")->required();
  command->add_option("--reason", o->reading.reason, "why; it is recorded")->required();

  const auto v = std::make_shared<QuestionOptions>();
  command = audit.add_subcommand(
      "value", "同じ値を送った人 / who sent the same value (the value from standard input)");
  add_place(command, v->reading);
  add_look(command, v->reading);
  command->add_option("--type", v->type, "of the finding: email, jp_my_number, …")->required();
  command->add_option("--reason", v->reading.reason, "why; it is recorded");
  command->callback([command, v, &exit_code] {
    exit_code = 2;
    v->reading.whole = true;
    const auto reading = Reading::open(v->reading, line_of(command));
    if (!reading) return;
    std::string error;
    const auto hashes = hashes_of_value(reading->gateway(), v->type, error);
    exit_code = hashes ? reading->answer(audit::ask_value(reading->asking(), v->type, *hashes))
                       : could_not(error);
  });
}

void add_policy(CLI::App& audit, int& exit_code) {
  CLI::App* policy = audit.add_subcommand("policy", "ポリシーの履歴 / the policy over time");
  policy->require_subcommand(1);
  add(*policy, exit_code, "log", "変更 / changes", std::make_shared<QuestionOptions>(),
      [](const audit::QuestionScope& a, const QuestionOptions&) {
        return audit::ask_policy_log(a);
      });
  const auto at = std::make_shared<QuestionOptions>();
  at->reading.limit = 0;
  add(*policy, exit_code, "at", "その時の本文 / the text at a time", at,
      [](const audit::QuestionScope& a, const QuestionOptions& q) {
        const auto time = policy::parse_time(q.time, "Asia/Tokyo");
        if (!time) return audit::Asked{{}, "'" + q.time + "' is no date or time"};
        return audit::ask_policy_at(a, *time * 1'000'000);
      })
      ->add_option("time", at->time, "2026-07-02T12:00")
      ->required();
  const auto coverage = std::make_shared<QuestionOptions>();
  CLI::App* command = policy->add_subcommand(
      "coverage", "ある日、規則は有効だったか / was a rule in force on a day");
  add_place(command, coverage->reading);
  add_look(command, coverage->reading);
  command->add_option("rule", coverage->rule, "its id")->required();
  command->add_option("--day", coverage->day, "2026-07-02")->required();
  command->callback([command, coverage, &exit_code] {
    coverage->reading.from = coverage->reading.to = coverage->day;
    const auto reading = Reading::open(coverage->reading, line_of(command));
    exit_code = reading
                    ? reading->answer(audit::ask_policy_coverage(reading->asking(), coverage->rule))
                    : 2;
  });
}

// Another file may have made it: the words behind it are no questions.
CLI::App* group_named(CLI::App& parent, const char* name, const char* what) {
  for (CLI::App* one : parent.get_subcommands({}))
    if (one->get_name() == name) return one;
  CLI::App* made = parent.add_subcommand(name, what);
  made->require_subcommand(1);
  return made;
}

CLI::App* add_whole(CLI::App& parent, int& exit_code, const char* name, const char* what,
                    const Shared& o, std::function<int(Reading&, const QuestionOptions&)> answer) {
  CLI::App* command = parent.add_subcommand(name, what);
  add_place(command, o->reading);
  add_look(command, o->reading);
  o->reading.whole = true;
  command->callback([command, o, answer = std::move(answer), &exit_code] {
    const auto reading = Reading::open(o->reading, line_of(command));
    exit_code = reading ? answer(*reading, *o) : 2;
  });
  return command;
}

int answer_retention(Reading& reading) {
  std::optional<audit::Retention> retention;
  if (const config::GatewayFile* gateway = reading.gateway())
    retention = audit::retention_of(gateway->audit_keeping);
  const audit::Categories categories = audit::read_categories(reading.directory());
  const auto category_of = [&](std::string_view type) {
    const auto found = categories.find(type);
    return found == categories.end() ? std::string() : found->second;
  };
  const auto rows =
      audit::retention_rows(reading.directory(), retention, category_of, reading.asking().now_us);
  audit::Asked asked = audit::ask_retention(reading.asking(), rows);
  if (!reading.gateway() && asked.error.empty())
    asked.answer.tables.front().notes.push_back(
        {"期間は gateway.yaml に書かれています: -c gateway.yaml で示されます。",
         "Periods stand in gateway.yaml: -c gateway.yaml shows them."});
  return reading.answer(std::move(asked));
}

void add_keeping(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<QuestionOptions>();
  CLI::App* command =
      audit.add_subcommand("retention", "保存期間と削除 / retention, and whether it is kept to");
  add_place(command, o->reading);
  add_period(command, o->reading);
  add_look(command, o->reading);
  command->callback([command, o, &exit_code] {
    const auto reading = Reading::open(o->reading, line_of(command));
    exit_code = reading ? answer_retention(*reading) : 2;
  });
  add_whole(*group_named(audit, "hold", "訴訟などのための保全 / legal holds"), exit_code, "list",
            "一覧 / what is held", std::make_shared<QuestionOptions>(),
            [](Reading& reading, const QuestionOptions&) {
              std::string error;
              const auto holds = audit::Holds::read(reading.directory(), error);
              return holds ? reading.answer(audit::ask_holds(reading.asking(), *holds))
                           : could_not(error);
            });
  add(*group_named(audit, "evidence", "封印した写し / sealed copies"), exit_code, "list",
      "誰が開封したか / who opened them", std::make_shared<QuestionOptions>(),
      [](const audit::QuestionScope& a, const QuestionOptions&) { return audit::ask_evidence(a); });
}

void add_show(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<QuestionOptions>();
  o->reading.limit = 0;
  CLI::App* command =
      add_whole(audit, exit_code, "show", "一件を詳しく / one exchange in full", o,
                [](Reading& reading, const QuestionOptions& q) {
                  const auto known =
                      reading.asking().run({"SELECT count(*) FROM exchange WHERE id=?", {q.id}});
                  if (known.error.empty() && audit::number_in(known.rows.at(0).at(0)) == 0) {
                    could_not("no record has the id " + q.id);
                    return 1;
                  }
                  return reading.answer(audit::ask_show(reading.asking(), q.id));
                });
  command->add_option("id", o->id, "sks_…")->required();
  command->footer("Example:\n  sekisho audit show sks_abcdefghijklmnop -c gateway.yaml");
}

void add_operation(CLI::App& audit, int& exit_code) {
  add(audit, exit_code, "gaps", "記録や検査のない時間 / times without recording or inspection",
      std::make_shared<QuestionOptions>(),
      [](const audit::QuestionScope& a, const QuestionOptions&) { return audit::ask_gaps(a); });
  add(audit, exit_code, "access", "誰がログを読んだか / who read the log",
      std::make_shared<QuestionOptions>(),
      [](const audit::QuestionScope& a, const QuestionOptions&) { return audit::ask_access(a); });
  add(audit, exit_code, "crossborder", "外国への提供 / provision abroad (APPI article 28)",
      std::make_shared<QuestionOptions>(),
      [](const audit::QuestionScope& a, const QuestionOptions&) {
        return audit::ask_crossborder(a);
      });
}

}  // namespace

void add_question_commands(CLI::App& audit, int& exit_code) {
  add_transfers(audit, exit_code);
  add_destinations(audit, exit_code);
  add_refusals(audit, exit_code);
  add_exceptions(audit, exit_code);
  add_persons(audit, exit_code);
  add_policy(audit, exit_code);
  add_keeping(audit, exit_code);
  add_show(audit, exit_code);
  add_operation(audit, exit_code);
}

}  // namespace sekisho::gateway
