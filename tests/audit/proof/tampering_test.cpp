// Every way in which somebody could change a log, each found by both verifiers at the same record.

#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "audit/proof/prove.h"
#include "audit/proof/tombstone.h"
#include "audit/verify.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {
namespace {

namespace fs = std::filesystem;

SigningKey key_of(char seed, const std::string& name = "log.example.jp/gw1") {
  return *SigningKey::from_seed(name, std::string(32, seed));
}

JournalSettings signing_settings(std::uint64_t segment_bytes = 4000, char seed = 'a') {
  JournalSettings settings = test_settings();
  settings.segment_bytes = segment_bytes;
  settings.checkpoints.keys.signing = {key_of(seed)};
  settings.checkpoints.records = 5;
  return settings;
}

// A closed log in several segments, changed by the verbs below.
struct Log {
  Folder folder;
  std::vector<std::string> extra;  // arguments of the Python verifier
  VerifyAgainst against;

  std::string path(const std::string& name) const { return folder.log() + "/" + name; }
  std::vector<std::uint64_t> segments() const {
    std::vector<std::uint64_t> firsts;
    for (const auto& e : fs::directory_iterator(folder.log()))
      if (const auto first = segment_first_seq(e.path().filename().string()))
        firsts.push_back(*first);
    std::sort(firsts.begin(), firsts.end());
    return firsts;
  }
  std::vector<std::uint64_t> checkpoints() const {
    std::vector<std::uint64_t> sizes;
    for (const auto& e : fs::directory_iterator(path("checkpoints")))
      if (const auto size = checkpoint_size(e.path().filename().string())) sizes.push_back(*size);
    std::sort(sizes.begin(), sizes.end());
    return sizes;
  }
  std::string checkpoint(std::uint64_t size) const {
    return path("checkpoints/" + checkpoint_name(size));
  }
  std::uint64_t size() const { return checkpoints().back(); }
  // All lines of all segments, and back.
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (const std::uint64_t first : segments())
      for (auto& line : lines_of(path(segment_name(first)))) all.push_back(std::move(line));
    return all;
  }
  template <class Change>
  void change_segment(std::size_t index, Change change) {
    const std::string name = path(segment_name(segments().at(index)));
    auto lines = lines_of(name);
    change(lines);
    write_all(name, joined(lines));
  }
  // The lines of record `seq` and all behind it with links that fit again.
  void relink_from(std::uint64_t seq) {
    ChainHash hash;
    std::string before;
    for (const std::uint64_t first : segments()) {
      const std::string name = path(segment_name(first));
      auto lines = lines_of(name);
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (first + i > seq && !before.empty())
          lines[i].replace(lines[i].find("\"prev\":\"") + 8, 44, text_of(hash.after(before)));
        before = lines[i];
      }
      write_all(name, joined(lines));
    }
  }
  void keep_elsewhere(std::uint64_t checkpoint_of) {
    const std::string kept = folder.path() + "/kept.ckpt";
    fs::copy_file(checkpoint(checkpoint_of), kept, fs::copy_options::overwrite_existing);
    std::string why;
    against.statements.push_back(*read_statement(kept, read_all(kept), why));
    extra.push_back(kept);
  }
  void hold_key(char seed = 'a') {
    against.keys.push_back(key_of(seed).public_half());
    extra.push_back("--key");
    extra.push_back(against.keys.back().vkey());
  }
  void drop_segments_from(std::uint64_t seq, bool checkpoints_too) {
    for (const std::uint64_t first : segments())
      if (first >= seq) fs::remove(path(segment_name(first)));
    if (!checkpoints_too) return;
    std::uint64_t newest = 0;
    for (const std::uint64_t size : checkpoints())
      size > seq ? fs::remove(checkpoint(size)) : (newest = size, false);
    fs::copy_file(checkpoint(newest), path("checkpoints/latest.ckpt"),
                  fs::copy_options::overwrite_existing);
  }
};

int run_python(const std::string& arguments, std::string& said) {
  const std::string command = SEKISHO_PYTHON " -B " SEKISHO_VERIFIER " " + arguments + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  char block[4096];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) said.append(block, n);
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

VerifyReport verify_both(const Log& log) {
  std::string said, arguments = log.folder.log();
  for (const std::string& a : log.extra) arguments += " '" + a + "'";
  VerifyReport report = verify_log(log.folder.log(), log.against);
  const int code = run_python(arguments, said);
  EXPECT_EQ(code, !report.checked ? 2
                  : report.whole  ? 0
                                  : 1)
      << said << report.what << report.error;
  if (report.first_bad) {
    EXPECT_NE(said.find("seq " + std::to_string(*report.first_bad) + ":"), std::string::npos)
        << "ours: " << *report.first_bad << " " << report.what << "\ntheirs: " << said;
  }
  return report;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << text;
  text.replace(at, from.size(), to);
}

struct Case {
  const char* name;
  // Changes the log; the record at which it must be found.
  std::uint64_t (*tamper)(Log& log);
};

// Of the second segment.
std::uint64_t second(const Log& log) {
  return log.segments().at(1);
}

const Case kCases[] = {
    {"FlippedByte",
     [](Log& log) {
       log.change_segment(1, [](auto& l) { l[2][l[2].size() / 2] ^= 1; });
       return second(log) + 2;
     }},
    {"FlippedByteOfACheckpoint",
     [](Log& log) {
       const std::uint64_t size = log.checkpoints().at(1);
       std::string note = read_all(log.checkpoint(size));
       note[note.find('\n', note.find('\n') + 1) + 3] ^= 1;
       write_all(log.checkpoint(size), note);
       return size - 1;
     }},
    {"FlippedByteOfASignature",
     [](Log& log) {
       const std::uint64_t size = log.checkpoints().at(1);
       std::string note = read_all(log.checkpoint(size));
       char& c = note[note.size() - 20];
       c = c == 'A' ? 'B' : 'A';
       write_all(log.checkpoint(size), note);
       return size - 1;
     }},
    {"DeletedFirstLine",
     [](Log& log) {
       log.change_segment(0, [](auto& l) { l.erase(l.begin()); });
       return std::uint64_t{0};
     }},
    {"DeletedMiddleLine",
     [](Log& log) {
       log.change_segment(1, [](auto& l) { l.erase(l.begin() + 2); });
       return second(log) + 2;
     }},
    {"DeletedLastLine",
     [](Log& log) {
       const std::uint64_t last = log.size() - 1;
       log.change_segment(log.segments().size() - 1, [](auto& l) { l.pop_back(); });
       return last;
     }},
    {"InsertedLine",
     [](Log& log) {
       log.change_segment(1, [](auto& l) {
         std::string added = l[2];
         replace(added, "gw1", "gw9");
         l.insert(l.begin() + 2, added);
       });
       return second(log) + 3;  // the one that it pushed away comes out of turn
     }},
    {"DuplicatedLine",
     [](Log& log) {
       log.change_segment(1, [](auto& l) { l.insert(l.begin() + 3, l[2]); });
       return second(log) + 3;
     }},
    {"SwappedLines",
     [](Log& log) {
       log.change_segment(1, [](auto& l) { std::swap(l[2], l[3]); });
       return second(log) + 2;
     }},
    {"EditWithTheNextLinkRepaired",
     [](Log& log) {
       log.change_segment(1, [](auto& l) {
         replace(l[2], "gw1", "gw9");
         ChainHash hash;
         l[3].replace(l[3].find("\"prev\":\"") + 8, 44, text_of(hash.after(l[2])));
       });
       return second(log) + 3;
     }},
    {"EditWithEverythingComputedAnew",
     [](Log& log) {
       const std::uint64_t edited = second(log) + 2;
       log.change_segment(1, [](auto& l) { replace(l[2], "gw1", "gw9"); });
       log.relink_from(edited);
       // The first thing that speaks against it: a checkpoint, or the record that states its root.
       const auto sizes = log.checkpoints();
       return *std::upper_bound(sizes.begin(), sizes.end(), edited) - 1;
     }},
    {"EditOfTheVeryLastRecord",
     [](Log& log) {
       log.change_segment(log.segments().size() - 1,
                          [](auto& l) { replace(l.back(), "gw1", "gw9"); });
       return log.size() - 1;
     }},
    {"DroppedLastSegment",
     [](Log& log) {
       const std::uint64_t last = log.segments().back();
       log.drop_segments_from(last, false);
       return last;
     }},
    {"DroppedLastSegmentWithItsCheckpoints",
     [](Log& log) {
       const std::uint64_t last = log.segments().back();
       log.keep_elsewhere(log.size());
       log.drop_segments_from(last, true);
       return last;
     }},
    {"DroppedEverythingBehindAnExportedCheckpoint",
     [](Log& log) {
       const std::uint64_t from = log.segments().at(2);
       for (const std::uint64_t size : log.checkpoints())
         if (size > from && log.extra.empty()) log.keep_elsewhere(size);
       log.drop_segments_from(from, true);
       return from;
     }},
    {"SwappedSegments",
     [](Log& log) {
       const std::string one = log.path(segment_name(log.segments().at(1))),
                         two = log.path(segment_name(log.segments().at(2)));
       const std::string bytes = read_all(one);
       write_all(one, read_all(two));
       write_all(two, bytes);
       return second(log);
     }},
    {"RenamedSegment",
     [](Log& log) {
       const std::uint64_t first = second(log);
       fs::rename(log.path(segment_name(first)), log.path(segment_name(first + 1)));
       return first;
     }},
    {"RemovedMiddleSegment",
     [](Log& log) {
       const std::uint64_t first = second(log);
       fs::remove(log.path(segment_name(first)));
       return first;
     }},
    {"SegmentOfAnotherGateway",
     [](Log& log) {
       Log other;
       JournalSettings settings = signing_settings(4000, 'b');
       settings.gateway = "gw2";
       write_log(other.folder, 20, settings);
       const std::string name = segment_name(second(log));
       EXPECT_TRUE(fs::exists(other.path(name)));
       write_all(log.path(name), read_all(other.path(name)));
       return second(log) - 1;
     }},
    {"OldLatestCheckpoint",
     [](Log& log) {
       fs::copy_file(log.checkpoint(log.checkpoints().front()), log.path("checkpoints/latest.ckpt"),
                     fs::copy_options::overwrite_existing);
       return log.size() - 1;
     }},
    {"MissingLatestCheckpoint",
     [](Log& log) {
       fs::remove(log.path("checkpoints/latest.ckpt"));
       return log.size() - 1;
     }},
    {"EveryCheckpointRemoved",
     [](Log& log) {
       const auto sizes = log.checkpoints();
       fs::remove_all(log.path("checkpoints"));
       // What the last `checkpoint` record speaks of: the last of all follows `stop`.
       return sizes.at(sizes.size() - 2) - 1;
     }},
    {"CheckpointOfAForeignKey",
     [](Log& log) {
       const std::uint64_t size = log.checkpoints().at(1);
       const auto note = parse_note(read_all(log.checkpoint(size)));
       write_all(log.checkpoint(size), sign_note(note->text, {key_of('b')}));
       return size - 1;
     }},
    {"SecondSignatureWithTheSameKeyName",
     [](Log& log) {
       const std::uint64_t size = log.checkpoints().at(1);
       const std::string note = read_all(log.checkpoint(size));
       const auto parsed = parse_note(note);
       std::string bytes(parsed->signatures[0].id.begin(), parsed->signatures[0].id.end());
       bytes += key_of('b').sign(parsed->text);  // under the id of the log's own key
       write_all(log.checkpoint(size),
                 note + "\xE2\x80\x94 log.example.jp/gw1 " + encode_base64(bytes) + "\n");
       return size - 1;
     }},
    {"WholeLogOfAnotherKey",
     [](Log& log) {
       fs::remove_all(log.folder.log());
       write_log(log.folder, 20, signing_settings(4000, 'b'));
       log.hold_key('a');
       return log.checkpoints().front() - 1;
     }},
    {"TornTailBelowACheckpoint",
     [](Log& log) {
       const std::string name = log.path(segment_name(log.segments().back()));
       std::string bytes = read_all(name);
       bytes.resize(bytes.size() - 9);
       write_all(name, bytes);
       return log.size() - 1;
     }},
    {"ConvertedLineEnds",
     [](Log& log) {
       log.change_segment(1, [](auto& l) {
         for (auto& line : l) line += '\r';
       });
       return second(log);
     }},
    {"ForgedKeyRecord",
     [](Log& log) {
       // The log goes on under a key that nobody vouched for.
       const std::uint64_t before = log.size();
       write_log(log.folder, 2, signing_settings(4000, 'b'));
       return before + 2;  // behind `segment` and `boot`
     }},
    {"EditedTombstone",
     [](Log& log) {
       ChainHash hash;
       const std::string name = segment_name(0);
       LeafRange range;
       for (const auto& line : lines_of(log.path(name))) range.add(hash, hash.leaf(line));
       const Tombstone stone{0,
                             range.end() - 1,
                             name,
                             hash.after(lines_of(log.path(name)).back()),
                             range.subtrees(),
                             1'782'995'696'000'000,
                             "three years",
                             {"sato", "suzuki"}};
       std::string line = tombstone_line(stone, {key_of('a')});
       replace(line, "sato", "kato");
       std::ofstream(log.path("pruned.jsonl")) << line << "\n";
       fs::remove(log.path(name));
       log.hold_key();
       return std::uint64_t{0};
     }},
};

class EveryTampering : public ::testing::TestWithParam<Case> {};

TEST_P(EveryTampering, IsFoundAtTheRightRecordByBoth) {
  Log log;
  write_log(log.folder, 20, signing_settings());
  ASSERT_GT(log.segments().size(), 3u);
  ASSERT_GT(log.checkpoints().size(), 4u);
  const VerifyReport before = verify_log(log.folder.log(), VerifyAgainst());
  ASSERT_TRUE(before.whole) << before.what;
  EXPECT_EQ(before.checkpoint, log.size());
  const std::uint64_t expected = GetParam().tamper(log);
  const VerifyReport report = verify_both(log);
  EXPECT_TRUE(report.checked) << report.error;
  EXPECT_FALSE(report.whole);
  EXPECT_EQ(report.first_bad, expected) << report.segment << ": " << report.what;
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryTampering, ::testing::ValuesIn(kCases),
                         [](const auto& of) { return of.param.name; });

TEST(ClockSetBack, IsToldWithItsRecord) {
  Log log;
  write_log(log.folder, 3, signing_settings());
  const std::uint64_t size = log.size();
  JournalSettings settings = signing_settings();
  settings.clock = [] { return std::int64_t{1'782'000'000'000'000}; };
  std::string error;
  auto journal = Journal::open(open_directory(log.folder.log(), error), settings,
                               1'782'000'000'000'000, error);
  ASSERT_TRUE(journal) << error;
  journal.reset();
  const VerifyReport report = verify_both(log);
  EXPECT_TRUE(report.whole) << report.what;
  const std::string wanted = "record " + std::to_string(size) + ": the clock was set back";
  const auto tells = [&](const std::string& note) { return note.starts_with(wanted); };
  EXPECT_TRUE(std::any_of(report.notes.begin(), report.notes.end(), tells));
}

TEST(TornTail, BehindTheNewestCheckpointIsANote) {
  Log log;
  write_log(log.folder, 3, signing_settings(1u << 20));
  const std::string name = log.path(segment_name(0));
  write_all(name, read_all(name) + R"({"v":1,"seq":)");
  const VerifyReport report = verify_both(log);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_EQ(report.notes.size(), 1u);
}

TEST(Tombstone, StandsForASegmentInBothVerifiers) {
  Log log;
  write_log(log.folder, 20, signing_settings());
  ChainHash hash;
  std::string lines;
  for (const std::size_t i : {0, 1}) {
    const std::uint64_t first = log.segments().at(i);
    LeafRange range(first);
    const auto all = lines_of(log.path(segment_name(first)));
    for (const auto& line : all) range.add(hash, hash.leaf(line));
    lines += tombstone_line({first,
                             range.end() - 1,
                             segment_name(first),
                             hash.after(all.back()),
                             range.subtrees(),
                             1'782'995'696'000'000,
                             "three years",
                             {"sato", "suzuki"}},
                            {key_of('a')}) +
             "\n";
  }
  std::ofstream(log.path("pruned.jsonl")) << lines;
  const auto firsts = log.segments();
  fs::remove(log.path(segment_name(firsts[0])));
  fs::remove(log.path(segment_name(firsts[1])));
  log.hold_key();
  const VerifyReport report = verify_both(log);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_EQ(report.checkpoint, log.size());
  // Proofs of what is left go on.
  const Proven proven = prove_records(log.folder.log(), {"", log.size() - 2});
  EXPECT_FALSE(proven.json.empty()) << proven.error;
  // And the gateway does.
  write_log(log.folder, 2, signing_settings());
  EXPECT_TRUE(verify_both(log).whole);
}

TEST(KeyRotation, IsFollowedInBothDirections) {
  Log log;
  write_log(log.folder, 5, signing_settings());
  const SigningKey old = key_of('a'), young = key_of('b');
  JournalSettings settings = signing_settings();
  auto journal = open_log(log.folder, settings);
  const std::string note = rotation_note(
      {old.public_half().vkey(), young.public_half().vkey(), "2026-08-01T00:00:00.000000Z", "sato"},
      old, young);
  journal->set_keys({{young, old}, note});
  Sample sample;
  record_and_wait(*journal, sample);
  journal.reset();
  settings.checkpoints.keys = {{young}, note};
  write_log(log.folder, 5, settings);
  for (const char held : {'a', 'b'}) {
    Log again;
    fs::copy(log.folder.log(), again.folder.log(), fs::copy_options::recursive);
    again.hold_key(held);
    const VerifyReport report = verify_both(again);
    EXPECT_TRUE(report.whole) << held << report.what;
    EXPECT_EQ(report.keys.size(), 2u);
    EXPECT_EQ(report.checkpoint, again.size());
  }
  log.hold_key('c');
  EXPECT_FALSE(verify_both(log).whole);
}

TEST(KeyRotation, TheOldKeyAloneDoesNotSufficeAfterIt) {
  Log log;
  const SigningKey old = key_of('a'), young = key_of('b');
  JournalSettings settings = signing_settings();
  write_log(log.folder, 5, settings);
  settings.checkpoints.keys = {
      {young, old},
      rotation_note({old.public_half().vkey(), young.public_half().vkey(), "2026", "sato"}, old,
                    young)};
  write_log(log.folder, 5, settings);
  const std::uint64_t size = log.size();
  const auto note = parse_note(read_all(log.checkpoint(size)));
  write_all(log.checkpoint(size), sign_note(note->text, {old}));
  const VerifyReport report = verify_both(log);
  EXPECT_FALSE(report.whole);
  EXPECT_EQ(report.first_bad, size - 1) << report.what;
}

TEST(Proof, IsAcceptedByBothAndOnlyAsItStands) {
  Log log;
  write_log(log.folder, 20, signing_settings());
  const Proven proven = prove_records(log.folder.log(), {id_of(7), 0});
  ASSERT_FALSE(proven.json.empty()) << proven.error;
  const std::string file = log.folder.path() + "/proof.json",
                    vkey = key_of('a').public_half().vkey();
  std::ofstream(file) << proven.json;
  const ProofCheck check = check_proof(proven.json, {key_of('a').public_half()});
  EXPECT_TRUE(check.proven) << check.what;
  EXPECT_EQ(check.records.size(), 2u);  // decision and outcome
  std::string said;
  EXPECT_EQ(run_python("--proof " + file + " --key '" + vkey + "'", said), 0) << said;
  EXPECT_FALSE(check_proof(proven.json, {key_of('b').public_half()}).proven);
  std::string forged = proven.json;
  replace(forged, "hanako", "hanaku");
  std::ofstream(file) << forged;
  EXPECT_FALSE(check_proof(forged, {}).proven);
  EXPECT_EQ(run_python("--proof " + file, said), 1) << said;
}

TEST(Proof, OfConsistencyIsAcceptedByBothAndOnlyForThatLog) {
  Log log;
  write_log(log.folder, 20, signing_settings());
  const std::string old = read_all(log.checkpoint(log.checkpoints().at(1)));
  const Proven proven = prove_consistency(log.folder.log(), old);
  ASSERT_FALSE(proven.json.empty()) << proven.error;
  EXPECT_TRUE(check_proof(proven.json, {key_of('a').public_half()}).proven);
  const std::string file = log.folder.path() + "/proof.json";
  std::ofstream(file) << proven.json;
  std::string said;
  EXPECT_EQ(run_python("--proof " + file, said), 0) << said;
  Log other;
  JournalSettings settings = signing_settings();  // the same key, another log
  settings.gateway = "gw2";
  write_log(other.folder, 20, settings);
  const std::string foreign = read_all(other.checkpoint(other.checkpoints().at(1)));
  EXPECT_TRUE(prove_consistency(log.folder.log(), foreign).broken);
}

TEST(Proof, SaysWhatItCannotProve) {
  Log log;
  write_log(log.folder, 3, signing_settings());
  EXPECT_TRUE(prove_records(log.folder.log(), {"sks_nobodynobodynobo", 0}).absent);
  EXPECT_FALSE(check_proof("{}", {}).readable);
  EXPECT_FALSE(check_proof("no json", {}).readable);
  Log unsigned_log;
  write_log(unsigned_log.folder, 3);
  EXPECT_NE(prove_records(unsigned_log.folder.log(), {id_of(1), 0}).error.find("no signed"),
            std::string::npos);
}

TEST(KeptElsewhere, MayBeALineOfASyslogReceiver) {
  Log log;
  write_log(log.folder, 8, signing_settings());
  const std::string note = read_all(log.checkpoint(log.size())), kept = log.folder.path() + "/line";
  std::ofstream(kept)
      << "<110>1 2026-07-02T12:34:56.123456Z log.example.jp/gw1 sekisho - checkpoint - size="
      << log.size() << " note=" << encode_base64(note) << "\n";
  std::string why;
  const auto read = read_statement(kept, read_all(kept), why);
  ASSERT_TRUE(read) << why;
  log.against.statements.push_back(*read);
  log.extra.push_back(kept);
  EXPECT_TRUE(verify_both(log).whole);
  log.drop_segments_from(log.segments().back(), true);
  EXPECT_FALSE(verify_both(log).whole);
}

TEST(Checkpoints, LeaveNoWorkForTheNextStart) {
  Log log;
  write_log(log.folder, 20, signing_settings());
  std::string error;
  auto store = open_directory(log.folder.log(), error);
  ChainHash hash;
  const auto state = parse_tree_state(hash, lines_of(log.path("checkpoints/latest.tree")).front());
  ASSERT_TRUE(state);
  EXPECT_EQ(state->tree.end(), log.size());
}

TEST(Checkpoints, GoOnWhereACrashLeftThem) {
  for (const std::size_t torn : {0, 7}) {
    FaultDisk disk;
    JournalSettings settings = signing_settings();
    auto journal = open_disk(disk, settings);
    for (int i = 0; i < 12; ++i) {
      Sample sample(id_of(i));
      ASSERT_NE(record_and_wait(*journal, sample), 0u);
    }
    disk.crash(torn);
    journal.reset();
    open_disk(disk, settings).reset();
    Log log;
    disk.export_to(log.folder.log());
    const VerifyReport report = verify_both(log);
    EXPECT_TRUE(report.whole) << report.what;
    EXPECT_EQ(report.checkpoint, log.size());
  }
}

TEST(Checkpoints, StandStillWhenNothingHappens) {
  Folder folder;
  JournalSettings settings = signing_settings();
  settings.checkpoints.every = std::chrono::milliseconds(1);
  std::atomic<int> written{0};
  settings.checkpoints.written = [&](std::uint64_t, const std::string&) { ++written; };
  auto journal = open_log(folder, settings);
  Sample sample;
  const std::uint64_t seq = record_and_wait(*journal, sample);
  // The next one is due after a millisecond and speaks of the record; then there is nothing new.
  while (journal->checkpoint().size <= seq) std::this_thread::yield();
  const std::uint64_t size = journal->head().size;
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  EXPECT_EQ(journal->head().size, size);
}

TEST(Checkpoints, SayWhoWasTold) {
  Folder folder;
  JournalSettings settings = signing_settings();
  auto journal = open_log(folder, settings);
  journal->told({"nas", 4, "ok"});
  for (int i = 0; i < 6; ++i) {
    Sample sample(id_of(i));
    record_and_wait(*journal, sample);
  }
  journal.reset();
  const std::string log = read_all(folder.log() + "/" + segment_name(0));
  EXPECT_NE(log.find(R"("told":[["nas",4,"ok"]])"), std::string::npos) << log;
}

TEST(Checkpoints, ThatCannotBeWrittenDoNotHoldUpTheLog) {
  FaultDisk disk;
  auto journal = open_disk(disk, signing_settings());
  disk.fail(FaultDisk::Op::kWriteFile, 1, ENOSPC, 0, 1000);
  for (int i = 0; i < 12; ++i) {
    Sample sample(id_of(i));
    EXPECT_NE(record_and_wait(*journal, sample), 0u);
  }
  while (journal->checkpoint().error.empty()) std::this_thread::yield();
  disk.heal();
  journal.reset();
  Log log;
  disk.export_to(log.folder.log());
  EXPECT_TRUE(verify_both(log).whole);
}

TEST(Checkpoints, GoOnBehindARecordThatWasVouchedForAndCut) {
  Log log;
  write_log(log.folder, 8, signing_settings(1u << 20));
  const std::uint64_t size = log.size();
  log.change_segment(0, [](auto& l) { l.resize(l.size() - 3); });
  accept_by_two(log.folder, signing_settings(1u << 20));
  write_log(log.folder, 2, signing_settings(1u << 20));
  EXPECT_TRUE(fs::exists(log.path(segment_name(size))));
  const VerifyReport report = verify_both(log);
  EXPECT_FALSE(report.whole);
  EXPECT_EQ(report.first_bad, size - 3) << report.what;
}

}  // namespace
}  // namespace sekisho::audit
