#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "audit/questions/answer.h"

namespace sekisho::audit {

inline Column text_column(const char* id, const char* ja, const char* en) {
  return {id, {ja, en}, ColumnKind::kText};
}
inline Column count_column(const char* id, const char* ja, const char* en) {
  return {id, {ja, en}, ColumnKind::kCount};
}

// Who was refused, with every kind of column.
inline Answer sample_answer() {
  Answer a;
  a.question = "refused";
  a.title = {"拒否した要求", "Refused requests"};
  a.period = {1'782'831'600'000'000,
              1'790'780'400'000'000,
              {"2026年度第2四半期 (2026-07-01 から 2026-09-30)",
               "fiscal 2026 Q2 (2026-07-01 to 2026-09-30)"}};
  Table t;
  t.id = "refused";
  t.title = {"利用者と宛先", "Users and destinations"};
  t.columns = {text_column("user", "利用者", "User"),
               text_column("host", "ホスト", "Host"),
               text_column("verdict", "判定", "Verdict"),
               text_column("reason", "理由", "Reason"),
               {"types", {"種類", "Types"}, ColumnKind::kList},
               {"last", {"最後", "Last"}, ColumnKind::kTime},
               count_column("n", "件数", "Requests"),
               {"bytes", {"量", "Bytes"}, ColumnKind::kBytes},
               {"share", {"割合", "Share"}, ColumnKind::kShare}};
  t.rows = {
      {std::string("hanako@example.co.jp"), std::string("api.deepseek.com"), std::string("block"),
       std::string("region"), std::string("email, jp_phone"), std::int64_t{1'782'995'696'123'456},
       std::int64_t{1'204'331}, std::int64_t{98'765'432}, 0.123},
      {Cell(), std::string("llm.example.com"), std::string("block"), std::string("destination"),
       Cell(), std::int64_t{1'782'995'600'000'000}, std::int64_t{2}, std::int64_t{0}, 0.0}};
  t.notes = {{"件数は要求の数です", "Counted are requests"}};
  a.tables.push_back(std::move(t));
  a.footer.log = "sekisho.example.co.jp/gw1";
  a.footer.first = 100;
  a.footer.last = 2'000'000;
  a.footer.looked_at = 1'999'901;
  a.footer.checkpoint = {1'999'000, "L0+k0S95+sWWPYsjk9P7D3+PI6mhCc/mVDkkoLTv95g="};
  a.footer.uncovered = 1001;
  a.footer.policies = {"sha256:c1e2"};
  a.command = "sekisho audit refused --quarter 2026Q2";
  return a;
}

inline std::size_t times(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++n;
  return n;
}

inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace sekisho::audit
