#include "config/detector_pack.h"

#include <filesystem>

#include "config/gateway_file.h"
#include "config/toml_document.h"
#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

const std::string kHead = "version: 1\npack: ours\ndetectors:\n";

DetectorPackFile parsed(const std::string& rows) {
  Problems problems;
  auto pack = parse_detector_pack("ours.yaml", kHead + rows, problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  return pack;
}

std::string problems_of(const std::string& text) {
  Problems problems;
  (void)parse_detector_pack("ours.yaml", text, problems);
  return listed(problems);
}

TEST(DetectorPack, ReadsEveryKeyOfARow) {
  const auto pack = parsed(
      "  - type: member_code\n    category: pii\n    about: members of the club\n"
      "    second_type: member_code_test\n    gate: 'MEM-'\n    pattern: 'MEM-[0-9]{8}'\n"
      "    lead: 4\n    check: token\n"
      "    confidence: { shape: 0.30, grouped: 0.5, context: high, against: 0.25 }\n"
      "    context: { words: [会員, member], before: 60, after: 10 }\n"
      "    against: [order]\n    left: none\n    right: base64\n    max_span: 64\n"
      "    min_entropy: 2.5\n    specificity: 1\n    allow: ['^MEM-0']\n"
      "    match: [\"会員 MEM-12345678\"]\n    no_match: [\"MEM-1\"]\n    source: ours\n");
  ASSERT_EQ(pack.rows.size(), 1U);
  const PackRowDef& row = pack.rows[0];
  EXPECT_EQ(pack.name, "ours");
  EXPECT_EQ(row.type.value, "member_code");
  EXPECT_EQ(row.second_type.value, "member_code_test");
  EXPECT_EQ(row.category, "pii");
  EXPECT_EQ(row.about, "members of the club");
  EXPECT_EQ(row.gate.value, "MEM-");
  EXPECT_EQ(row.lead, 4U);
  EXPECT_EQ(row.check.value, "token");
  EXPECT_DOUBLE_EQ(row.shape, 0.30);
  EXPECT_DOUBLE_EQ(row.grouped, 0.50);
  EXPECT_DOUBLE_EQ(row.in_context, 0.85);
  EXPECT_DOUBLE_EQ(row.minus_against, 0.25);
  EXPECT_EQ(row.context.words.size(), 2U);
  EXPECT_EQ(row.context.before, 60U);
  EXPECT_EQ(row.context.after, 10U);
  EXPECT_EQ(row.against.words[0].value, "order");
  EXPECT_EQ(row.against.before, 120U);
  EXPECT_EQ(row.left, "none");
  EXPECT_EQ(row.right, "base64");
  EXPECT_EQ(row.max_span, 64U);
  EXPECT_DOUBLE_EQ(row.min_entropy, 2.5);
  EXPECT_EQ(row.specificity, 1);
  EXPECT_EQ(row.allow[0].value, "^MEM-0");
  EXPECT_EQ(row.match[0].at.line, 21);
}

TEST(DetectorPack, TellsWhatIsWrongWithItsPlace) {
  const std::string told = problems_of(
      kHead +
      "  - type: Member-Code\n    category: pii\n    patern: 'x'\n    confidence: 1.5\n"
      "  - type: b\n    category: pii\n    pattern: 'b'\n    gate: 'b'\n    literals: [ab]\n"
      "    confidence: 0.6\n    left: words\n");
  for (const char* line : {
           "ours.yaml:4:11: 'Member-Code' is not a name for a type",
           "ours.yaml:4:5: a detector needs `pattern` or `check`",
           "ours.yaml:6:5: unknown key 'patern' in a detector (did you mean 'pattern'?)",
           "ours.yaml:7:17: expected a number from 0 to 1, found '1.5'",
           "ours.yaml:11:11: `gate` and `literals` stand in one row",
           "ours.yaml:12:16: 'ab' is too short to be looked for first",
           "ours.yaml:14:11: expected none, word, token or base64, found 'words'",
       })
    EXPECT_NE(told.find(line), std::string::npos) << line << "\n---\n" << told;
}

TEST(DetectorPack, NeedsAConfidenceForAPattern) {
  EXPECT_NE(problems_of(kHead + "  - { type: a, category: pii, pattern: 'a+b' }\n")
                .find("has no confidence"),
            std::string::npos);
}

TEST(DetectorPack, WrittenOutIsReadBackEqual) {
  const auto pack = parsed(
      "  - type: a\n    category: secret\n    pattern: \"it's\\t[^\\\\s\\\"]{4}\"\n"
      "    literals: [\"it's\"]\n    confidence: { shape: 0.4, context: 0.9 }\n"
      "    context: [鍵]\n    min_entropy: 3.5\n    allow: ['x']\n    match: [\"it's\\tabcd\"]\n"
      "    no_match: ['a \\ b']\n");
  Problems problems;
  const auto again = parse_detector_pack("again.yaml", to_yaml(pack), problems);
  ASSERT_TRUE(problems.empty()) << listed(problems) << to_yaml(pack);
  EXPECT_EQ(to_yaml(again), to_yaml(pack));
  EXPECT_EQ(again.rows[0].pattern.value, pack.rows[0].pattern.value);
  EXPECT_EQ(again.rows[0].match[0].value, "it's\tabcd");
  EXPECT_EQ(again.rows[0].no_match[0].value, "a \\ b");
}

TEST(DetectorPack, ShippedOnesAreAllThereUnderTheirNames) {
  Problems problems;
  const auto packs = load_shipped_packs(problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  ASSERT_EQ(packs.size(), shipped_pack_names().size());
  for (const auto& pack : packs) EXPECT_FALSE(pack.rows.empty()) << pack.name;
}

TEST(DetectorPack, AMissingShippedOneIsAProblem) {
  const Folder folder;
  std::filesystem::copy(shipped_directory(), folder.path(),
                        std::filesystem::copy_options::recursive);
  std::filesystem::remove(folder.path() + "/detectors/labels.yaml");
  setenv("SEKISHO_SHARE", folder.path().c_str(), 1);
  Problems problems;
  (void)load_shipped_packs(problems);
  unsetenv("SEKISHO_SHARE");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].file.find("labels.yaml"), std::string::npos);
}

TEST(DetectorPack, PathsAreSeenFromThePolicy) {
  Problems problems;
  const PolicyFile policy = parse_policy(
      "/etc/sekisho/policy.yaml",
      "version: 1\nname: x\ndetectors:\n  packs: [secrets, packs/ours.yaml, /srv/theirs.yml]\n",
      problems);
  EXPECT_EQ(pack_paths(policy),
            (std::vector<std::string>{"/etc/sekisho/packs/ours.yaml", "/srv/theirs.yml"}));
}

std::string shown(const YamlNode& n) {
  if (n.is_scalar()) return n.plain ? n.text : "'" + n.text + "'";
  std::string out = n.is_list() ? "[" : "{";
  for (const YamlNode& item : n.items) out += (out.size() > 1 ? " " : "") + shown(item);
  for (const YamlEntry& e : n.entries)
    out += (out.size() > 1 ? " " : "") + e.key + "=" + shown(e.value);
  return out + (n.is_list() ? "]" : "}");
}

std::string toml(const std::string& text) {
  Problems problems;
  const YamlDocument document = parse_toml("a.toml", text, problems);
  EXPECT_EQ(document.complete, problems.empty());
  return problems.empty() ? shown(document.root) : listed(problems);
}

TEST(Toml, ReadsTablesListsAndTexts) {
  EXPECT_EQ(toml("a = 1\nb.c = 'x\\d' # d\n[t]\n\"k k\" = \"q\\\"\\u3042\\n\"\n"),
            "{a=1 b={c='x\\d'} t={k k='q\"あ\n'}}");
  EXPECT_EQ(
      toml("[[r]]\nid = 'a'\n[[r.l]]\nx = [1, 2,\n 3, # c\n]\n[[r]]\nid = 'b'\n[r.l]\ny = {z = "
           "true, w = 1.5}\n"),
      "{r=[{id='a' l=[{x=[1 2 3]}]} {id='b' l={y={z=true w=1.5}}}]}");
  EXPECT_EQ(toml("a = '''\n[\"']x'''\nb = \"\"\"\nx \\\n   y\"\"\"\"\n"), "{a='[\"']x' b='x y\"'}");
}

TEST(Toml, TellsMistakesWithTheirPlace) {
  EXPECT_EQ(toml("a = 1\na = 2\n"), "a.toml:2:1: the key 'a' stands twice\n");
  EXPECT_EQ(toml("[t]\n[t]\n"), "a.toml:2:1: the table 't' stands here a second time\n");
  EXPECT_EQ(toml("a = 1 b = 2\n"),
            "a.toml:1:7: expected the end of the line (write one key and its value a line)\n");
  EXPECT_EQ(
      toml("a = \"x\n"),
      "a.toml:1:5: this text has no end (close it with the quotation marks it begins with)\n");
  EXPECT_EQ(
      toml("a = \"\\d\"\n"),
      "a.toml:1:6: an escape that TOML does not have (write texts with backslashes in '…')\n");
  EXPECT_EQ(toml("a = 1\n[a]\n"), "a.toml:2:2: 'a' has a value already, so it is no table\n");
  EXPECT_NE(toml("a = 2026-01-01\n").find("is no value"), std::string::npos);
  EXPECT_NE(toml("a = [1, 2\n").find("this list has no end"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::config
