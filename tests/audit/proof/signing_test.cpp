// What is signed: keys that follow one another, proofs, and the checkpoints of a running log.

#include "tests/audit/proof/signed_log.h"

namespace sekisho::audit {
namespace {

TEST(KeyRotation, IsFollowedInBothDirections) {
  SignedLog log;
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
    SignedLog again;
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
  SignedLog log;
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
  SignedLog log;
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
  SignedLog log;
  write_log(log.folder, 20, signing_settings());
  const std::string old = read_all(log.checkpoint(log.checkpoints().at(1)));
  const Proven proven = prove_consistency(log.folder.log(), old);
  ASSERT_FALSE(proven.json.empty()) << proven.error;
  EXPECT_TRUE(check_proof(proven.json, {key_of('a').public_half()}).proven);
  const std::string file = log.folder.path() + "/proof.json";
  std::ofstream(file) << proven.json;
  std::string said;
  EXPECT_EQ(run_python("--proof " + file, said), 0) << said;
  SignedLog other;
  JournalSettings settings = signing_settings();  // the same key, another log
  settings.gateway = "gw2";
  write_log(other.folder, 20, settings);
  const std::string foreign = read_all(other.checkpoint(other.checkpoints().at(1)));
  EXPECT_TRUE(prove_consistency(log.folder.log(), foreign).broken);
}

TEST(Proof, SaysWhatItCannotProve) {
  SignedLog log;
  write_log(log.folder, 3, signing_settings());
  EXPECT_TRUE(prove_records(log.folder.log(), {"sks_nobodynobodynobo", 0}).absent);
  EXPECT_FALSE(check_proof("{}", {}).readable);
  EXPECT_FALSE(check_proof("no json", {}).readable);
  SignedLog unsigned_log;
  write_log(unsigned_log.folder, 3);
  EXPECT_NE(prove_records(unsigned_log.folder.log(), {id_of(1), 0}).error.find("no signed"),
            std::string::npos);
}

TEST(KeptElsewhere, MayBeALineOfASyslogReceiver) {
  SignedLog log;
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
  SignedLog log;
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
    SignedLog log;
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
  SignedLog log;
  disk.export_to(log.folder.log());
  EXPECT_TRUE(verify_both(log).whole);
}

TEST(Checkpoints, GoOnBehindARecordThatWasVouchedForAndCut) {
  SignedLog log;
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
