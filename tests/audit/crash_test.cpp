// A gateway that is killed at any moment: what it confirmed is there.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

// Writes records for ever and tells the number of each confirmed one through `out`.
[[noreturn]] void write_until_killed(const std::string& log, int out, int from) {
  std::string error;
  auto store = open_directory(log, error);
  JournalSettings settings = test_settings();
  settings.segment_bytes = 40'000;
  auto journal = store ? Journal::open(std::move(store), settings, 0, error) : nullptr;
  if (!journal) ::_exit(1);
  for (int n = from;; ++n) {
    Sample sample(id_of(n));
    journal->record(sample.get(), [out, n](std::uint64_t seq) {
      if (seq && ::write(out, &n, sizeof n) != sizeof n) ::_exit(1);
    });
    while (journal->records() + 20 < static_cast<std::uint64_t>(n - from)) ::usleep(10);
  }
}

// The highest number that was confirmed before the writer was killed after `confirmed` of them.
int run_and_kill(const std::string& log, int confirmed, int from) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) write_until_killed(log, ends[1], from);
  ::close(ends[1]);
  int last = from - 1, count = 0;
  for (int n; ::read(ends[0], &n, sizeof n) == sizeof n;) {
    last = n;
    if (++count == confirmed) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
  return last;
}

TEST(Crash, LosesNothingThatWasConfirmed) {
  Folder folder;
  int next = 0;
  for (const int confirmed : {1, 2, 17, 40, 3, 90, 25, 61}) {
    const int last = run_and_kill(folder.log(), confirmed, next);
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder.log()))
      if (entry.is_regular_file()) all += read_all(entry.path());
    for (int n = next; n <= last; ++n)
      EXPECT_NE(all.find("\"" + id_of(n) + "\""), std::string::npos) << n;
    next = last + 1000;
  }
  open_log(folder).reset();
  const VerifyReport report = verify_twice(folder);
  EXPECT_TRUE(report.whole) << report.what;
}

}  // namespace
}  // namespace sekisho::audit
