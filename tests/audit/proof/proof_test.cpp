#include <gtest/gtest.h>

#include "audit/proof/checkpoint.h"
#include "audit/proof/tombstone.h"

namespace sekisho::audit {
namespace {

// The eight leaves of the test vectors that Certificate Transparency published.
std::vector<std::string> known_leaves() {
  using namespace std::string_literals;
  return {""s,
          "\x00"s,
          "\x10"s,
          "\x20\x21"s,
          "\x30\x31"s,
          "\x40\x41\x42\x43"s,
          "\x50\x51\x52\x53\x54\x55\x56\x57"s,
          "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"s};
}

std::string hex(const Hash& hash) {
  std::string out;
  char digits[3];
  for (const unsigned char c : hash) {
    std::snprintf(digits, sizeof digits, "%02x", c);
    out += digits;
  }
  return out;
}

std::vector<Hash> leaves(ChainHash& hash, std::uint64_t n) {
  std::vector<Hash> out;
  for (std::uint64_t i = 0; i < n; ++i) out.push_back(hash.leaf("record " + std::to_string(i)));
  return out;
}

Hash root_of(ChainHash& hash, const std::vector<Hash>& leaves, std::uint64_t size) {
  LeafRange tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.add(hash, leaves[i]);
  return tree.root(hash);
}

std::vector<Hash> proof(ChainHash& hash, const std::vector<Hash>& leaves,
                        std::vector<ProofPart> parts) {
  ProofBuilder builder(std::move(parts));
  for (std::uint64_t i = 0; i < leaves.size(); ++i) builder.add(hash, i, {0, leaves[i]});
  return builder.hashes(hash).value();
}

SigningKey key_of(char seed, const std::string& name = "log.example.jp/gw1") {
  return *SigningKey::from_seed(name, std::string(32, seed));
}

TEST(Merkle, HasTheRootsOfThePublishedTestVectors) {
  ChainHash hash;
  LeafRange tree;
  EXPECT_EQ(hex(tree.root(hash)),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const std::string& leaf : known_leaves()) tree.add(hash, hash.leaf(leaf));
  EXPECT_EQ(hex(tree.root(hash)),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, ProvesEveryLeafInEveryTree) {
  ChainHash hash;
  const auto all = leaves(hash, 40);
  for (std::uint64_t size = 1; size <= all.size(); ++size) {
    const std::vector<Hash> some(all.begin(), all.begin() + static_cast<long>(size));
    const Hash root = root_of(hash, all, size);
    for (std::uint64_t i = 0; i < size; ++i) {
      auto path = proof(hash, some, inclusion_parts(i, size));
      EXPECT_TRUE(verify_inclusion(hash, i, size, all[i], path, root)) << i << " of " << size;
      EXPECT_FALSE(verify_inclusion(hash, i, size, hash.leaf("another"), path, root));
      EXPECT_FALSE(verify_inclusion(hash, i + 1, size, all[i], path, root));
      path.push_back(root);
      EXPECT_FALSE(verify_inclusion(hash, i, size, all[i], path, root));
    }
  }
}

TEST(Merkle, ProvesThatEveryTreeContainsEveryEarlierOne) {
  ChainHash hash;
  const auto all = leaves(hash, 40);
  for (std::uint64_t size = 1; size <= all.size(); ++size) {
    const std::vector<Hash> some(all.begin(), all.begin() + static_cast<long>(size));
    const Hash root = root_of(hash, all, size);
    for (std::uint64_t old = 1; old <= size; ++old) {
      const Hash old_root = root_of(hash, all, old);
      auto path = proof(hash, some, consistency_parts(old, size));
      EXPECT_TRUE(verify_consistency(hash, old, size, old_root, root, path)) << old << ' ' << size;
      EXPECT_FALSE(verify_consistency(hash, old, size, hash.nothing(), root, path));
      EXPECT_FALSE(verify_consistency(hash, old, size, old_root, hash.nothing(), path));
      path.push_back(root);
      EXPECT_FALSE(verify_consistency(hash, old, size, old_root, root, path));
    }
  }
}

TEST(Merkle, GoesOnFromTheSubtreesOfAnyRange) {
  ChainHash hash;
  const auto all = leaves(hash, 50);
  for (std::uint64_t first = 0; first < 50; ++first) {
    for (std::uint64_t end = first; end <= 50; ++end) {
      LeafRange tree, range(first);
      for (std::uint64_t i = 0; i < first; ++i) tree.add(hash, all[i]);
      for (std::uint64_t i = first; i < end; ++i) range.add(hash, all[i]);
      for (const Subtree& s : range.subtrees()) ASSERT_TRUE(tree.add(hash, s));
      for (std::uint64_t i = end; i < 50; ++i) tree.add(hash, all[i]);
      ASSERT_EQ(tree.root(hash), root_of(hash, all, 50)) << first << ' ' << end;
    }
  }
}

TEST(Merkle, RefusesASubtreeThatCannotStandThere) {
  ChainHash hash;
  LeafRange tree;
  tree.add(hash, hash.leaf("one"));
  EXPECT_FALSE(tree.add(hash, Subtree{1, hash.nothing()}));
  EXPECT_EQ(tree.end(), 1u);
}

TEST(Merkle, RefusesMoreLeavesThanAnyLogHas) {
  ChainHash hash;
  LeafRange tree;
  EXPECT_TRUE(tree.add(hash, Subtree{61, hash.nothing()}));
  EXPECT_TRUE(tree.add(hash, Subtree{61, hash.nothing()}));
  EXPECT_FALSE(tree.add(hash, Subtree{0, hash.nothing()}));
  LeafRange far(~std::uint64_t{0});
  EXPECT_FALSE(far.add(hash, Subtree{0, hash.nothing()}));
}

TEST(LogKey, ReadsAPublishedVkey) {
  const std::string vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const auto key = VerifyingKey::parse(vkey);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->name(), "PeterNeumann");
  EXPECT_EQ(key->vkey(), vkey);
}

TEST(LogKey, RefusesWhatIsNoVkey) {
  const std::string vkey = key_of('a').public_half().vkey();
  ASSERT_TRUE(VerifyingKey::parse(vkey));
  for (std::size_t i = 0; i < vkey.size(); ++i) {
    std::string other = vkey;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(VerifyingKey::parse(other)) << other;
    EXPECT_FALSE(VerifyingKey::parse(vkey.substr(0, i)));
  }
}

TEST(SignedNote, VerifiesAPublishedNote) {
  const auto note = parse_note(
      "If you think cryptography is the answer to your problem,\nthen you don't know what your "
      "problem is.\n\n\xE2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
      "\n");
  const auto key =
      VerifyingKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(note && key);
  EXPECT_EQ(check_signature(note->text, note->signatures, *key), SignatureCheck::kGood);
  EXPECT_EQ(check_signature(note->text + "x", note->signatures, *key), SignatureCheck::kBad);
}

TEST(SignedNote, IgnoresUnknownKeysAndRefusesABadSignatureOfAKnownOne) {
  const SigningKey ours = key_of('a'), foreign = key_of('b');
  const std::string text = "a text\n";
  const auto two = parse_note(sign_note(text, {foreign, ours}));
  ASSERT_TRUE(two);
  EXPECT_EQ(check_signature(text, two->signatures, ours.public_half()), SignatureCheck::kGood);
  const auto other = parse_note(sign_note(text, {foreign}));
  EXPECT_EQ(check_signature(text, other->signatures, ours.public_half()), SignatureCheck::kMissing);
  auto forged = two->signatures;
  forged.push_back({ours.public_half().name(), ours.public_half().id(), std::string(64, 'x')});
  EXPECT_EQ(check_signature(text, forged, ours.public_half()), SignatureCheck::kBad);
}

TEST(SignedNote, RefusesWhatIsNone) {
  const std::string note = sign_note("a text\n", {key_of('a')});
  ASSERT_TRUE(parse_note(note));
  EXPECT_FALSE(parse_note("a text\n"));
  EXPECT_FALSE(parse_note("a text\n\n"));
  EXPECT_FALSE(parse_note(note.substr(0, note.size() - 1)));
  EXPECT_FALSE(parse_note(note + "- log AAAA\n"));
}

TEST(Checkpoint, KeepsItsFormAndNoOther) {
  const Checkpoint c{"log.example.jp/gw1", 23, ChainHash().nothing()};
  const std::string text = checkpoint_text(c);
  EXPECT_EQ(text, "log.example.jp/gw1\n23\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
  const auto read = parse_checkpoint(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size, 23u);
  EXPECT_EQ(read->root, c.root);
  for (const char* other : {"", "o\n", "o\n023\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                            "o\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
                            "o\n23\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
                            "o\n23\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n",
                            "\n23\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"})
    EXPECT_FALSE(parse_checkpoint(other)) << other;
}

TEST(Checkpoint, KeepsWhereTheTreeStands) {
  ChainHash hash;
  TreeState state;
  const auto all = leaves(hash, 11);
  for (const Hash& leaf : all) state.tree.add(hash, leaf);
  state.link = link_of(all.back());
  const std::string text = tree_state_text(state);
  const auto read = parse_tree_state(hash, text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->tree.end(), 11u);
  EXPECT_EQ(read->tree.root(hash), state.tree.root(hash));
  EXPECT_EQ(read->link, state.link);
  EXPECT_FALSE(parse_tree_state(hash, "{}"));
  std::string other = text;
  other.replace(other.find(":11"), 3, ":12");
  EXPECT_FALSE(parse_tree_state(hash, other));
}

TEST(Tombstone, SaysHowTheTreeGoesOnAndWhoApproved) {
  ChainHash hash;
  LeafRange range(5);
  for (const Hash& leaf : leaves(hash, 9)) range.add(hash, leaf);
  const Tombstone t{5,
                    13,
                    "000000000005.jsonl",
                    link_of(hash.nothing()),
                    range.subtrees(),
                    1'782'995'696'123'456,
                    "older than 3 years \"x\"",
                    {"sato", "suzuki"}};
  const SigningKey key = key_of('a');
  const std::string line = tombstone_line(t, {key, key_of('b')});
  const auto read = parse_tombstone(hash, line);
  ASSERT_TRUE(read) << line;
  EXPECT_EQ(read->tombstone.first, 5u);
  EXPECT_EQ(read->tombstone.last, 13u);
  EXPECT_EQ(read->tombstone.time_us, t.time_us);
  EXPECT_EQ(read->tombstone.why, t.why);
  EXPECT_EQ(read->tombstone.approvers, t.approvers);
  EXPECT_EQ(read->tombstone.subtrees.size(), range.subtrees().size());
  EXPECT_EQ(check_signature(read->note.text, read->note.signatures, key.public_half()),
            SignatureCheck::kGood);
  std::string other = line;
  other.replace(other.find("sato"), 4, "kato");
  const auto forged = parse_tombstone(hash, other);
  ASSERT_TRUE(forged);
  EXPECT_EQ(check_signature(forged->note.text, forged->note.signatures, key.public_half()),
            SignatureCheck::kBad);
  other = line;
  other.replace(other.find(":13,"), 4, ":14,");
  EXPECT_FALSE(parse_tombstone(hash, other));
}

}  // namespace
}  // namespace sekisho::audit
