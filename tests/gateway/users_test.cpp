#include "gateway/users.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/gateway/pki.h"

namespace sekisho::gateway {
namespace {

class UsersTest : public testing::Test {
 protected:
  std::shared_ptr<const Users> load(const std::string& text) {
    error_.clear();
    return Users::load(folder_.write("users", text), error_);
  }
  std::string text() const {
    std::ostringstream out;
    out << std::ifstream(folder_.path("users")).rdbuf();
    return out.str();
  }
  Folder folder_;
  std::string error_;
  const std::string alice_ = "alice:" + hash_password("correct horse") + "\n";
};

TEST_F(UsersTest, KnowsPasswordsAndTokens) {
  const std::string token = new_token();
  const auto users = load("# people\n\n" + alice_ + "ci:" + hash_token(token) + "\n");
  ASSERT_TRUE(users) << error_;
  EXPECT_EQ(users->size(), 2u);
  EXPECT_TRUE(users->verify("alice", "correct horse", 0));
  EXPECT_FALSE(users->verify("alice", "Correct horse", 0));
  EXPECT_FALSE(users->verify("alice", "", 0));
  EXPECT_FALSE(users->verify("alice", std::string("correct horse\0x", 15), 0));
  EXPECT_TRUE(users->verify("ci", token, 0));
  EXPECT_FALSE(users->verify("ci", token + "x", 0));
  EXPECT_FALSE(users->verify("bob", "correct horse", 0));
  EXPECT_FALSE(users->verify("", "", 0));
}

TEST_F(UsersTest, RemembersSuccessesForTenMinutesAndNothingElse) {
  const auto users = load(alice_);
  EXPECT_FALSE(users->cached("alice", "correct horse", 1000));
  EXPECT_FALSE(users->verify("alice", "wrong", 1000));
  EXPECT_FALSE(users->cached("alice", "wrong", 1000));
  EXPECT_TRUE(users->verify("alice", "correct horse", 1000));
  EXPECT_TRUE(users->cached("alice", "correct horse", 1599));
  EXPECT_FALSE(users->cached("alice", "correct horse", 1600));
  EXPECT_FALSE(users->cached("alice", "wrong", 1001));
  EXPECT_FALSE(users->cached("alic", "ecorrect horse", 1001));
}

TEST_F(UsersTest, NamesTheLineThatIsWrong) {
  for (const char* bad : {"bob", "bob:secret", "bob:$1$abc$0123456789012345678901", ":x",
                          "bob:$sekisho-token$0011", "b\tb:x"}) {
    EXPECT_FALSE(load(alice_ + bad + "\n")) << bad;
    EXPECT_NE(error_.find("users:2: "), std::string::npos) << error_;
    EXPECT_EQ(error_.find("secret"), std::string::npos) << error_;
  }
  EXPECT_FALSE(load(alice_ + alice_));
  EXPECT_FALSE(Users::load(folder_.path("absent"), error_));
}

TEST_F(UsersTest, TokensAreLongRandomAndPlain) {
  const std::string one = new_token(), other = new_token();
  EXPECT_NE(one, other);
  EXPECT_EQ(one.size(), 47u);
  EXPECT_EQ(
      one.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST_F(UsersTest, NamesFitIntoBasicAndIntoALine) {
  EXPECT_TRUE(is_user_name("alice"));
  EXPECT_TRUE(is_user_name("佐藤 花子"));
  EXPECT_TRUE(is_user_name(std::string(64, 'a')));
  for (const std::string& bad :
       {std::string(), std::string(65, 'a'), std::string("a:b"), std::string("a\nb"),
        std::string(" a"), std::string("#a"), std::string("a\0b", 3), std::string("a\x7f")})
    EXPECT_FALSE(is_user_name(bad)) << bad;
}

TEST_F(UsersTest, EditsKeepCommentsAndOrder) {
  folder_.write("users", "# first\n" + alice_ + "bob:x\r\ncarol:y", 0644);
  auto file = UsersFile::open(folder_.path("users"), error_);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->contains("bob"));
  EXPECT_FALSE(file->contains("bo"));
  EXPECT_TRUE(file->remove("bob"));
  EXPECT_FALSE(file->remove("bob"));
  file->set("carol", "z");
  file->set("dave", hash_token("t"));
  ASSERT_TRUE(file->save(error_)) << error_;
  EXPECT_EQ(text(), "# first\n" + alice_ + "carol:z\ndave:" + hash_token("t") + "\n");
  struct stat info {};
  ::stat(folder_.path("users").c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(file->list().size(), 3u);
  EXPECT_FALSE(file->list()[0].token);
  EXPECT_TRUE(file->list()[2].token);
}

TEST_F(UsersTest, EditsBeginANewFile) {
  auto file = UsersFile::open(folder_.path("users"), error_);
  ASSERT_TRUE(file);
  file->set("alice", hash_token("t"));
  ASSERT_TRUE(file->save(error_));
  EXPECT_TRUE(Users::load(folder_.path("users"), error_)) << error_;
}

}  // namespace
}  // namespace sekisho::gateway
