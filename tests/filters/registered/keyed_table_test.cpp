#include "filters/registered/keyed_table.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "filters/registered/record_sorter.h"
#include "filters/registered/table_layout.h"
#include "filters/registered/table_writer.h"
#include "tests/filters/registered/registered.h"

namespace sekisho::filters {
namespace {

TEST(KeyedHash, IsSipHashOfThePaper) {
  // Key 00 01 … 0f; the vectors published with the reference code.
  std::string message;
  for (char c = 0; c < 15; ++c) message.push_back(c);
  EXPECT_EQ(keyed_hash(kTestKey, message), 0xa129ca6149be45e5ull);
  EXPECT_EQ(keyed_hash(kTestKey, ""), 0x726fdb47dd0e0e31ull);
  EXPECT_EQ(keyed_hash(kTestKey, 0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull),
            keyed_hash(kTestKey, std::string_view("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16)));
}

TEST(KeyedHash, EqualStretchesHaveEqualHashes) {
  StretchHashes hashes(kTestKey, 20);
  std::mt19937 random(1);
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 300; ++i) values.push_back(random() % 3);
  for (const auto v : values) hashes.push(v);
  std::map<std::vector<std::uint64_t>, std::uint64_t> seen;
  std::set<std::uint64_t> distinct;
  for (std::size_t begin = 0; begin < values.size(); ++begin)
    for (std::size_t n = 1; n <= 20 && begin + n <= values.size(); ++n) {
      const std::vector<std::uint64_t> stretch(values.begin() + static_cast<long>(begin),
                                               values.begin() + static_cast<long>(begin + n));
      const auto [at, fresh] = seen.emplace(stretch, hashes.of(begin, begin + n));
      EXPECT_EQ(at->second, hashes.of(begin, begin + n));
      distinct.insert(at->second);
    }
  EXPECT_EQ(distinct.size(), seen.size());
}

TEST(KeyedHash, AnotherKeyGivesOtherHashes) {
  HashKey other = kTestKey;
  other.second ^= 1;
  StretchHashes a(kTestKey, 4), b(other, 4);
  for (const std::uint64_t v : {5, 6, 7}) a.push(v), b.push(v);
  EXPECT_NE(a.of(0, 3), b.of(0, 3));
}

std::vector<KeyedRecord> sorted_by(RecordSorter& sorter, std::vector<KeyedRecord> records) {
  for (const auto& r : records) EXPECT_TRUE(sorter.add(r));
  EXPECT_TRUE(sorter.finish());
  std::vector<KeyedRecord> out;
  for (KeyedRecord r; sorter.next(r);) out.push_back(r);
  return out;
}

TEST(RecordSorter, SortsMoreThanMemoryHoldsAndDropsEqualOnes) {
  const Place place;
  std::mt19937_64 random(3);
  std::vector<KeyedRecord> records;
  for (int i = 0; i < 50'000; ++i) records.push_back({random() % 20'000, random() % 3});
  std::set<KeyedRecord> expected(records.begin(), records.end());
  for (const std::size_t memory : {std::size_t{0}, std::size_t{100'000}, std::size_t{64} << 20}) {
    RecordSorter sorter(place.folder(), memory);
    const auto out = sorted_by(sorter, records);
    EXPECT_TRUE(std::equal(out.begin(), out.end(), expected.begin(), expected.end())) << memory;
    ASSERT_TRUE(sorter.rewind());
    KeyedRecord first;
    ASSERT_TRUE(sorter.next(first));
    EXPECT_EQ(first, *expected.begin());
  }
  EXPECT_TRUE(std::filesystem::is_empty(place.folder()));  // nothing with a name was left
}

TEST(RecordSorter, SaysWhenThereIsNoRoom) {
  RecordSorter sorter("/nonexistent", 0);
  bool ok = true;
  for (std::uint64_t i = 0; ok && i < 5000; ++i) ok = sorter.add({i, 0});
  EXPECT_FALSE(ok);
  EXPECT_NE(sorter.error().find("/nonexistent"), std::string::npos);
}

// A table of `count` values, each with one or a few payloads.
std::multimap<std::uint64_t, std::uint64_t> make_table(const Place& place, std::size_t count,
                                                       unsigned payload_bytes = 4) {
  std::mt19937_64 random(count);
  std::multimap<std::uint64_t, std::uint64_t> all;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t hash = random();
    for (std::size_t k = 0; k < 1 + i % 3; ++k) all.emplace(hash, i * 8 + k);
  }
  TableFacts facts{TableKind::kRows, 11, 22, 33, 44, all.size()};
  TableWriter writer(place.file(), kTestKey, facts, {1, 2, 3}, 2, payload_bytes);
  for (const auto& [hash, payload] : all) EXPECT_TRUE(writer.add({hash, payload}));
  EXPECT_TRUE(writer.commit()) << writer.error();
  return all;
}

TEST(KeyedTable, FindsEverythingAndNothingElse) {
  for (const std::size_t count : {0UL, 1UL, 100UL, 60'000UL}) {
    const Place place;
    const auto all = make_table(place, count, count == 100 ? 6 : 4);
    const auto table = open_table(place.file());
    ASSERT_TRUE(table);
    EXPECT_EQ(table->facts().settings, 11U);
    EXPECT_EQ(table->facts().built_at, 33);
    EXPECT_EQ(table->facts().entries, all.size());
    EXPECT_TRUE(table->whole());
    std::vector<std::uint64_t> found;
    for (auto at = all.begin(); at != all.end(); at = all.upper_bound(at->first)) {
      found.clear();
      ASSERT_TRUE(table->find(at->first, found));
      std::vector<std::uint64_t> expected;
      for (auto k = at; k != all.upper_bound(at->first); ++k) expected.push_back(k->second);
      ASSERT_EQ(found, expected);
    }
    std::mt19937_64 random(99);
    std::size_t false_hits = 0;
    for (int i = 0; i < 100'000; ++i) {
      found.clear();
      const std::uint64_t hash = random();
      ASSERT_TRUE(table->find(hash, found));
      if (all.count(hash) == 0) false_hits += found.size();
    }
    EXPECT_EQ(false_hits, 0U);
  }
}

TEST(KeyedTable, OnlyItsOwnerMayReadTheFile) {
  const Place place;
  make_table(place, 10);
  struct stat st {};
  ASSERT_EQ(stat(place.file().c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600U);
}

TEST(KeyedTable, EveryCutEndIsSeen) {
  const Place place;
  make_table(place, 2000);
  const std::string bytes = Place::bytes_of(place.file());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{8}, std::size_t{100}, std::size_t{4096}, bytes.size() / 2,
        bytes.size() - 8, bytes.size() - 1}) {
    Place::write(place.file("cut"), bytes.substr(0, size));
    TableFault fault{};
    std::string why;
    EXPECT_FALSE(KeyedTable::open(place.file("cut"), kTestKey, fault, why)) << size;
    EXPECT_FALSE(why.empty());
  }
}

TEST(KeyedTable, EveryChangedByteIsSeen) {
  const Place place;
  make_table(place, 500);
  const std::string bytes = Place::bytes_of(place.file());
  std::mt19937 random(5);
  for (int i = 0; i < 400; ++i) {
    // The room behind the head holds nothing.
    std::size_t at = random() % bytes.size();
    if (i < 152) at = static_cast<std::size_t>(i);
    if (at >= sizeof(TableHead) && at < kHeadRoom) continue;
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
    Place::write(place.file("changed"), changed);
    TableFault fault{};
    std::string why;
    EXPECT_FALSE(KeyedTable::open(place.file("changed"), kTestKey, fault, why)) << "byte " << at;
  }
}

TEST(KeyedTable, DamageInWhatWasNotVerifiedYetIsSeenWhereItIsLookedAt) {
  const Place place;
  const auto all = make_table(place, 200'000);  // entries of some MiB
  TableHead head;
  const std::string bytes = Place::bytes_of(place.file());
  std::memcpy(&head, bytes.data(), sizeof head);
  std::string changed = bytes;
  changed[head.sums_at - 4096] ^= 1;  // among the last entries
  Place::write(place.file(), changed);
  TableFault fault{};
  std::string why;
  EXPECT_FALSE(KeyedTable::open(place.file(), kTestKey, fault, why));
  EXPECT_EQ(fault, TableFault::kDamaged);
  const auto table = KeyedTable::open(place.file(), kTestKey, fault, why, 1u << 20);
  ASSERT_TRUE(table) << why;
  std::vector<std::uint64_t> found;
  EXPECT_TRUE(table->find(all.begin()->first, found));
  EXPECT_FALSE(table->find(all.rbegin()->first, found));
  EXPECT_FALSE(table->whole());
}

TEST(KeyedTable, AForeignKeyIsToldFromDamage) {
  const Place place;
  make_table(place, 50);
  HashKey other = kTestKey;
  other.first ^= 1;
  TableFault fault{};
  std::string why;
  EXPECT_FALSE(KeyedTable::open(place.file(), other, fault, why));
  EXPECT_EQ(fault, TableFault::kKey);
  EXPECT_FALSE(KeyedTable::open(place.file("none"), kTestKey, fault, why));
  EXPECT_EQ(fault, TableFault::kMissing);
}

TEST(KeyedTable, WhoHasTheOldOneOpenKeepsIt) {
  const Place place;
  const auto old_values = make_table(place, 100);
  const auto old_table = open_table(place.file());
  make_table(place, 300);
  const auto new_table = open_table(place.file());
  EXPECT_EQ(old_table->facts().entries, old_values.size());
  EXPECT_GT(new_table->facts().entries, old_values.size());
  std::vector<std::uint64_t> found;
  EXPECT_TRUE(old_table->find(old_values.begin()->first, found));
  EXPECT_FALSE(found.empty());
}

TEST(TableWriter, LeavesTheOldFileWhenItDoesNotCommit) {
  const Place place;
  make_table(place, 100);
  const std::string before = Place::bytes_of(place.file());
  {
    TableFacts facts;
    facts.entries = 5;
    TableWriter writer(place.file(), kTestKey, facts, {}, 8, 4);
    EXPECT_TRUE(writer.add({1, 1}));
    EXPECT_FALSE(writer.commit());  // four more were announced
  }
  EXPECT_EQ(Place::bytes_of(place.file()), before);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& f : std::filesystem::directory_iterator(place.folder()))
    ++files;
  EXPECT_EQ(files, 1U);
}

}  // namespace
}  // namespace sekisho::filters
