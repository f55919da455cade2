#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sekisho::config {

// A place in a configuration file; line and column count from 1, 0 = the file as a whole.
struct Mark {
  int line = 0;
  int column = 0;
};

// A value that a later stage may still have to complain about (a name that must resolve).
template <class T>
struct Marked {
  T value{};
  Mark at;
};

// One thing that is wrong in a file. `hint` is what to do ("did you mean 'block'?"), may be empty.
struct Problem {
  std::string file;
  Mark at;
  std::string message;
  std::string hint;
};
using Problems = std::vector<Problem>;

// "file:line:col: message (hint)", the form of `sekisho check`.
std::string to_string(const Problem& p);

// Puts the problems from index `first` on into the order in which they stand in the file, so that
// people can work from top to bottom.
void sort_by_place(Problems& problems, std::size_t first);

}  // namespace sekisho::config
