#pragma once

// Several answers put together for people who print and file them.

#include <string>
#include <vector>

#include "audit/questions/answer.h"

namespace sekisho::audit {

// A number that stands out, with the weeks before it as a small line. The weeks are also a table of
// the same section.
struct Figure {
  LocalText label;
  ColumnKind kind = ColumnKind::kCount;
  Cell value, before;         // of the period, and of the one before it
  std::vector<double> weeks;  // oldest first; empty = no line
};

// Two texts line by line.
struct Difference {
  struct Line {
    char sign = ' ';  // '+', '-', ' ', or '@' for lines that are left out
    std::string text;
  };
  LocalText title;
  std::vector<Line> lines;
};

struct Section {
  std::string id;  // of its anchor
  LocalText title;
  std::vector<LocalText> text;  // paragraphs
  std::vector<Figure> figures;
  std::vector<Table> tables;
  std::vector<Difference> differences;
  std::string command;  // the line that makes it again; "" = none does
};

struct Report {
  std::string name;  // "crossborder"
  LocalText title;
  Period period;
  std::vector<LocalText> lead;  // paragraphs before the sections
  std::vector<Section> sections;
  Footer footer;
  std::vector<std::string> commands;  // of the whole, and of answers that have no section
  std::vector<std::string> files;  // beside the page: a cell that is one of these paths is a link
  bool sign_off = true;            // boxes for those who made, checked and approved it
  std::vector<std::string> sql;    // every statement that was run
  std::string error;               // the first that could not be; "" = it is whole
};

Section section_of(const Answer& answer);
// One section, for `--format html`.
Report report_of(const Answer& answer);
// What both rest on: the wider range, every gap and policy once.
void add_footer(Footer& all, const Footer& one);

}  // namespace sekisho::audit
