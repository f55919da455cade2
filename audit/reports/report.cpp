#include "audit/reports/report.h"

#include <algorithm>

namespace sekisho::audit {
namespace {

template <class T, class Same>
void add_once(std::vector<T>& all, const std::vector<T>& more, Same same) {
  for (const T& item : more)
    if (std::none_of(all.begin(), all.end(), [&](const T& known) { return same(known, item); }))
      all.push_back(item);
}

}  // namespace

Section section_of(const Answer& answer) {
  Section out;
  out.id = answer.question;
  out.title = answer.title;
  out.tables = answer.tables;
  out.command = answer.command;
  return out;
}

Report report_of(const Answer& answer) {
  Report out;
  out.name = answer.question;
  out.title = answer.title;
  out.period = answer.period;
  out.sections.push_back(section_of(answer));
  out.sections.front().title = {};
  out.sections.front().command.clear();
  out.footer = answer.footer;
  if (!answer.command.empty()) out.commands.push_back(answer.command);
  out.sign_off = false;
  return out;
}

void add_footer(Footer& all, const Footer& one) {
  if (all.log.empty()) all.log = one.log;
  if (one.first && (!all.first || *one.first < *all.first)) all.first = one.first;
  if (one.last && (!all.last || *one.last > *all.last)) all.last = one.last;
  all.looked_at = std::max(all.looked_at, one.looked_at);
  if (one.checkpoint && (!all.checkpoint || one.checkpoint->size > all.checkpoint->size))
    all.checkpoint = one.checkpoint;
  all.uncovered = std::max(all.uncovered, one.uncovered);
  all.behind = std::max(all.behind, one.behind);
  add_once(all.gaps, one.gaps,
           [](const LocalText& a, const LocalText& b) { return a.ja == b.ja && a.en == b.en; });
  add_once(all.policies, one.policies, std::equal_to<std::string>());
  all.scanned = all.scanned || one.scanned;
}

}  // namespace sekisho::audit
