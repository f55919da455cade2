// Every way in which somebody could change a log, each found by both verifiers at the same record.

#include "tests/audit/proof/signed_log.h"

namespace sekisho::audit {
namespace {

struct Case {
  const char* name;
  // Changes the log; the record at which it must be found.
  std::uint64_t (*tamper)(SignedLog& log);
};

// Of the second segment.
std::uint64_t second(const SignedLog& log) {
  return log.segments().at(1);
}

const Case kCases[] = {
    {"FlippedByte",
     [](SignedLog& log) {
       log.change_segment(1, [](auto& l) { l[2][l[2].size() / 2] ^= 1; });
       return second(log) + 2;
     }},
    {"FlippedByteOfACheckpoint",
     [](SignedLog& log) {
       const std::uint64_t size = log.checkpoints().at(1);
       std::string note = read_all(log.checkpoint(size));
       note[note.find('\n', note.find('\n') + 1) + 3] ^= 1;
       write_all(log.checkpoint(size), note);
       return size - 1;
     }},
    {"FlippedByteOfASignature",
     [](SignedLog& log) {
       const std::uint64_t size = log.checkpoints().at(1);
       std::string note = read_all(log.checkpoint(size));
       char& c = note[note.size() - 20];
       c = c == 'A' ? 'B' : 'A';
       write_all(log.checkpoint(size), note);
       return size - 1;
     }},
    {"DeletedFirstLine",
     [](SignedLog& log) {
       log.change_segment(0, [](auto& l) { l.erase(l.begin()); });
       return std::uint64_t{0};
     }},
    {"DeletedMiddleLine",
     [](SignedLog& log) {
       log.change_segment(1, [](auto& l) { l.erase(l.begin() + 2); });
       return second(log) + 2;
     }},
    {"DeletedLastLine",
     [](SignedLog& log) {
       const std::uint64_t last = log.size() - 1;
       log.change_segment(log.segments().size() - 1, [](auto& l) { l.pop_back(); });
       return last;
     }},
    {"InsertedLine",
     [](SignedLog& log) {
       log.change_segment(1, [](auto& l) {
         std::string added = l[2];
         replace(added, "gw1", "gw9");
         l.insert(l.begin() + 2, added);
       });
       return second(log) + 3;  // the one that it pushed away comes out of turn
     }},
    {"DuplicatedLine",
     [](SignedLog& log) {
       log.change_segment(1, [](auto& l) { l.insert(l.begin() + 3, l[2]); });
       return second(log) + 3;
     }},
    {"SwappedLines",
     [](SignedLog& log) {
       log.change_segment(1, [](auto& l) { std::swap(l[2], l[3]); });
       return second(log) + 2;
     }},
    {"EditWithTheNextLinkRepaired",
     [](SignedLog& log) {
       log.change_segment(1, [](auto& l) {
         replace(l[2], "gw1", "gw9");
         ChainHash hash;
         l[3].replace(l[3].find("\"prev\":\"") + 8, 44, text_of(hash.after(l[2])));
       });
       return second(log) + 3;
     }},
    {"EditWithEverythingComputedAnew",
     [](SignedLog& log) {
       const std::uint64_t edited = second(log) + 2;
       log.change_segment(1, [](auto& l) { replace(l[2], "gw1", "gw9"); });
       log.relink_from(edited);
       // The first thing that speaks against it: a checkpoint, or the record that states its root.
       const auto sizes = log.checkpoints();
       return *std::upper_bound(sizes.begin(), sizes.end(), edited) - 1;
     }},
    {"EditOfTheVeryLastRecord",
     [](SignedLog& log) {
       log.change_segment(log.segments().size() - 1,
                          [](auto& l) { replace(l.back(), "gw1", "gw9"); });
       return log.size() - 1;
     }},
    {"DroppedLastSegment",
     [](SignedLog& log) {
       const std::uint64_t last = log.segments().back();
       log.drop_segments_from(last, false);
       return last;
     }},
    {"DroppedLastSegmentWithItsCheckpoints",
     [](SignedLog& log) {
       const std::uint64_t last = log.segments().back();
       log.keep_elsewhere(log.size());
       log.drop_segments_from(last, true);
       return last;
     }},
    {"DroppedEverythingBehindAnExportedCheckpoint",
     [](SignedLog& log) {
       const std::uint64_t from = log.segments().at(2);
       for (const std::uint64_t size : log.checkpoints())
         if (size > from && log.extra.empty()) log.keep_elsewhere(size);
       log.drop_segments_from(from, true);
       return from;
     }},
    {"SwappedSegments",
     [](SignedLog& log) {
       const std::string one = log.path(segment_name(log.segments().at(1))),
                         two = log.path(segment_name(log.segments().at(2)));
       const std::string bytes = read_all(one);
       write_all(one, read_all(two));
       write_all(two, bytes);
       return second(log);
     }},
    {"RenamedSegment",
     [](SignedLog& log) {
       const std::uint64_t first = second(log);
       fs::rename(log.path(segment_name(first)), log.path(segment_name(first + 1)));
       return first;
     }},
    {"RemovedMiddleSegment",
     [](SignedLog& log) {
       const std::uint64_t first = second(log);
       fs::remove(log.path(segment_name(first)));
       return first;
     }},
    {"SegmentOfAnotherGateway",
     [](SignedLog& log) {
       SignedLog other;
       JournalSettings settings = signing_settings(4000, 'b');
       settings.gateway = "gw2";
       write_log(other.folder, 20, settings);
       const std::string name = segment_name(second(log));
       EXPECT_TRUE(fs::exists(other.path(name)));
       write_all(log.path(name), read_all(other.path(name)));
       return second(log) - 1;
     }},
    {"OldLatestCheckpoint",
     [](SignedLog& log) {
       fs::copy_file(log.checkpoint(log.checkpoints().front()), log.path("checkpoints/latest.ckpt"),
                     fs::copy_options::overwrite_existing);
       return log.size() - 1;
     }},
    {"MissingLatestCheckpoint",
     [](SignedLog& log) {
       fs::remove(log.path("checkpoints/latest.ckpt"));
       return log.size() - 1;
     }},
    {"EveryCheckpointRemoved",
     [](SignedLog& log) {
       const auto sizes = log.checkpoints();
       fs::remove_all(log.path("checkpoints"));
       // What the last `checkpoint` record speaks of: the last of all follows `stop`.
       return sizes.at(sizes.size() - 2) - 1;
     }},
    {"CheckpointOfAForeignKey",
     [](SignedLog& log) {
       const std::uint64_t size = log.checkpoints().at(1);
       const auto note = parse_note(read_all(log.checkpoint(size)));
       write_all(log.checkpoint(size), sign_note(note->text, {key_of('b')}));
       return size - 1;
     }},
    {"SecondSignatureWithTheSameKeyName",
     [](SignedLog& log) {
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
     [](SignedLog& log) {
       fs::remove_all(log.folder.log());
       write_log(log.folder, 20, signing_settings(4000, 'b'));
       log.hold_key('a');
       return log.checkpoints().front() - 1;
     }},
    {"TornTailBelowACheckpoint",
     [](SignedLog& log) {
       const std::string name = log.path(segment_name(log.segments().back()));
       std::string bytes = read_all(name);
       bytes.resize(bytes.size() - 9);
       write_all(name, bytes);
       return log.size() - 1;
     }},
    {"ConvertedLineEnds",
     [](SignedLog& log) {
       log.change_segment(1, [](auto& l) {
         for (auto& line : l) line += '\r';
       });
       return second(log);
     }},
    {"ForgedKeyRecord",
     [](SignedLog& log) {
       // The log goes on under a key that nobody vouched for.
       const std::uint64_t before = log.size();
       write_log(log.folder, 2, signing_settings(4000, 'b'));
       return before + 2;  // behind `segment` and `boot`
     }},
    {"EditedTombstone",
     [](SignedLog& log) {
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
  SignedLog log;
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
  SignedLog log;
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
  SignedLog log;
  write_log(log.folder, 3, signing_settings(1u << 20));
  const std::string name = log.path(segment_name(0));
  write_all(name, read_all(name) + R"({"v":1,"seq":)");
  const VerifyReport report = verify_both(log);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_EQ(report.notes.size(), 1u);
}

TEST(Tombstone, StandsForASegmentInBothVerifiers) {
  SignedLog log;
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

}  // namespace
}  // namespace sekisho::audit
