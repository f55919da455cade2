#pragma once

// A closed log in several segments, signed, with verbs that change it, and both verifiers.

#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "audit/proof/prove.h"
#include "audit/proof/tombstone.h"
#include "audit/verify.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {

namespace fs = std::filesystem;

inline SigningKey key_of(char seed, const std::string& name = "log.example.jp/gw1") {
  return *SigningKey::from_seed(name, std::string(32, seed));
}

inline JournalSettings signing_settings(std::uint64_t segment_bytes = 4000, char seed = 'a') {
  JournalSettings settings = test_settings();
  settings.segment_bytes = segment_bytes;
  settings.checkpoints.keys.signing = {key_of(seed)};
  settings.checkpoints.records = 5;
  return settings;
}

// A closed log in several segments, changed by the verbs below.
struct SignedLog {
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

inline int run_python(const std::string& arguments, std::string& said) {
  const std::string command = SEKISHO_PYTHON " -B " SEKISHO_VERIFIER " " + arguments + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  char block[4096];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) said.append(block, n);
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

inline VerifyReport verify_both(const SignedLog& log) {
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

inline void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << text;
  text.replace(at, from.size(), to);
}

}  // namespace sekisho::audit
