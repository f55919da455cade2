#pragma once

#include <string>
#include <utility>

#include "audit/questions/answer.h"

namespace sekisho::audit {

inline Column make_column(ColumnKind kind, std::string id, std::string ja, std::string en) {
  return {std::move(id), {std::move(ja), std::move(en)}, kind};
}
inline Column text(std::string id, std::string ja, std::string en) {
  return make_column(ColumnKind::kText, std::move(id), std::move(ja), std::move(en));
}
inline Column list(std::string id, std::string ja, std::string en) {
  return make_column(ColumnKind::kList, std::move(id), std::move(ja), std::move(en));
}
inline Column count(std::string id, std::string ja, std::string en) {
  return make_column(ColumnKind::kCount, std::move(id), std::move(ja), std::move(en));
}
inline Column bytes(std::string id, std::string ja, std::string en) {
  return make_column(ColumnKind::kBytes, std::move(id), std::move(ja), std::move(en));
}
inline Column share(std::string id, std::string ja, std::string en) {
  return make_column(ColumnKind::kShare, std::move(id), std::move(ja), std::move(en));
}
inline Column time(std::string id, std::string ja, std::string en) {
  return make_column(ColumnKind::kTime, std::move(id), std::move(ja), std::move(en));
}
inline Column day(std::string id, std::string ja, std::string en) {
  return make_column(ColumnKind::kDay, std::move(id), std::move(ja), std::move(en));
}

inline Column of_verdict() {
  return text("verdict", "判定", "Verdict");
}
inline Column requests_column() {
  return count("requests", "要求", "Requests");
}
inline Column of_country() {
  return text("country", "国", "Country");
}
inline Column of_service() {
  return text("provider", "サービス", "Service");
}

}  // namespace sekisho::audit
