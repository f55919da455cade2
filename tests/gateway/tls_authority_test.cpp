#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

#include "gateway/tls/authority.h"
#include "tests/gateway/pki.h"

namespace sekisho::gateway {
namespace {

constexpr long kDay = 86400;
using Extensions = std::vector<std::pair<int, std::string>>;

const Extensions kComplete = {{NID_basic_constraints, "critical,CA:TRUE"},
                              {NID_key_usage, "critical,keyCertSign,cRLSign"},
                              {NID_subject_key_identifier, "hash"}};

Extensions without(int nid) {
  Extensions out = kComplete;
  std::erase_if(out, [nid](const auto& each) { return each.first == nid; });
  return out;
}

Extensions with(int nid, const std::string& value) {
  Extensions out = without(nid);
  out.emplace_back(nid, value);
  return out;
}

// "warning keyUsage is missing: …" lines.
std::vector<std::string> complaints(const CertSpec& spec) {
  std::vector<std::string> out;
  for (const auto& each : authority_of(make(spec))->examine(std::time(nullptr))) {
    EXPECT_FALSE(each.message_ja.empty());
    out.push_back((each.error ? "error " : "warning ") + each.message_en);
  }
  return out;
}

CertSpec ca_of(Extensions extensions) {
  CertSpec spec;
  spec.name = "company CA";
  spec.until = 900 * kDay;
  spec.extensions = std::move(extensions);
  return spec;
}

TEST(Authority, IsSilentAboutACompleteCa) {
  EXPECT_EQ(complaints(ca_of(kComplete)), std::vector<std::string>{});
}

TEST(Authority, NamesTheFieldAndWhoRefusesIt) {
  struct Row {
    CertSpec spec;
    std::string begin, mentions;
  };
  CertSpec few_days = ca_of(kComplete), expired = ca_of(kComplete), early = ca_of(kComplete),
           weak = ca_of(kComplete), sha1 = ca_of(kComplete);
  few_days.until = 20 * kDay + 60;
  expired.until = -60;
  early.from = kDay;
  weak.key = "RSA-1024";
  sha1.digest = EVP_sha1();
  const std::vector<Row> rows = {
      {ca_of(with(NID_basic_constraints, "CA:TRUE")), "warning basicConstraints", "Python 3.13"},
      {ca_of(with(NID_basic_constraints, "critical,CA:FALSE")), "error basicConstraints",
       "CA:TRUE"},
      {ca_of(without(NID_basic_constraints)), "error basicConstraints", "CA:TRUE"},
      {ca_of(without(NID_subject_key_identifier)), "warning subjectKeyIdentifier", "Python 3.13"},
      {ca_of(without(NID_key_usage)), "warning keyUsage", "Python 3.13"},
      {ca_of(with(NID_key_usage, "critical,cRLSign")), "error keyUsage", "keyCertSign"},
      {ca_of(with(NID_ext_key_usage, "clientAuth")), "error extendedKeyUsage", "serverAuth"},
      {ca_of(with(NID_name_constraints, "critical,permitted;DNS:a.test")),
       "warning nameConstraints", "splice"},
      {few_days, "warning expires in 20 days", "successor"},
      {expired, "error expired", "new CA"},
      {early, "error not valid yet", "clock"},
      {weak, "error the key has 1024 bits", "2048"},
      {sha1, "warning the signature uses SHA1", "refuse"},
  };
  for (const Row& row : rows) {
    const auto found = complaints(row.spec);
    ASSERT_EQ(found.size(), 1u) << row.begin;
    EXPECT_TRUE(found[0].starts_with(row.begin)) << found[0];
    EXPECT_NE(found[0].find(row.mentions), std::string::npos) << found[0];
  }
}

TEST(Authority, MakesACaThatItHasNothingToSayAbout) {
  const Folder folder;
  std::string error;
  NewAuthority options;
  options.organisation = "株式会社例";
  ASSERT_TRUE(Authority::create(options, folder.path("ca.crt"), folder.path("ca.key"), error))
      << error;
  const auto ca = Authority::load(folder.path("ca.crt"), folder.path("ca.key"), error);
  ASSERT_TRUE(ca) << error;
  EXPECT_TRUE(ca->examine(std::time(nullptr)).empty());
  EXPECT_EQ(ca->subject(), "CN=Sekisho Inspection CA,O=株式会社例");
  EXPECT_TRUE(ca->self_signed());
  EXPECT_EQ(ca->key_words(), "EC P-256");
  EXPECT_EQ(ca->fingerprint_sha256().size(), 95u);
  X509* x = ca->certificate();
  EXPECT_EQ(extension_text(x, NID_basic_constraints), "critical: CA:TRUE, pathlen:0");
  EXPECT_EQ(extension_text(x, NID_key_usage), "critical: Certificate Sign, CRL Sign");
  struct stat info {};
  ::stat(folder.path("ca.key").c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ::stat(folder.path("ca.crt").c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST(Authority, NeverOverwrites) {
  const Folder folder;
  std::string error;
  folder.write("ca.key", "precious");
  EXPECT_FALSE(Authority::create({}, folder.path("ca.crt"), folder.path("ca.key"), error));
  EXPECT_NE(error.find("exists already"), std::string::npos);
  folder.write("b.crt", "precious");
  EXPECT_FALSE(Authority::create({}, folder.path("b.crt"), folder.path("b.key"), error));
  EXPECT_NE(::access(folder.path("b.key").c_str(), F_OK), 0);
}

class AuthorityFiles : public testing::Test {
 protected:
  std::string error_of(const std::string& certificate, const std::string& key) {
    std::string error;
    EXPECT_FALSE(Authority::load(certificate, key, error));
    return error;
  }
  Folder folder_;
  Made ca_ = make_ca("files");
  std::string certificate_ = folder_.write("ca.crt", pem(ca_.certificate.get()));
  std::string key_ = folder_.write("ca.key", pem(ca_.key.get()));
};

TEST_F(AuthorityFiles, MustExistAndBePem) {
  EXPECT_NE(error_of(folder_.path("no"), key_).find("cannot be read"), std::string::npos);
  EXPECT_NE(error_of(folder_.write("x", "hello"), key_).find("no certificate"), std::string::npos);
  EXPECT_NE(error_of(certificate_, folder_.write("y", "hello")).find("no private key"),
            std::string::npos);
}

TEST_F(AuthorityFiles, MustMatch) {
  const std::string other = folder_.write("other.key", pem(make_key("P-256").get()));
  EXPECT_NE(error_of(certificate_, other).find("does not match"), std::string::npos);
}

TEST_F(AuthorityFiles, WithAnEncryptedKeyAreRefusedInSoManyWords) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  char phrase[] = "phrase";
  PEM_write_bio_PKCS8PrivateKey(out.get(), ca_.key.get(), EVP_aes_128_cbc(), phrase, 6, nullptr,
                                nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  const std::string text(data, static_cast<std::size_t>(size));
  EXPECT_NE(error_of(certificate_, folder_.write("e.key", text)).find("encrypted"),
            std::string::npos);
}

TEST_F(AuthorityFiles, TakeTraditionalKeys) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey_traditional(out.get(), ca_.key.get(), nullptr, nullptr, 0, nullptr,
                                       nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  const std::string text(data, static_cast<std::size_t>(size));
  ASSERT_NE(text.find("EC PRIVATE KEY"), std::string::npos);
  std::string error;
  EXPECT_TRUE(Authority::load(certificate_, folder_.write("t.key", text), error)) << error;
}

TEST_F(AuthorityFiles, WarnOfKeysThatOthersCanRead) {
  std::string error;
  const auto ca =
      Authority::load(certificate_, folder_.write("open.key", pem(ca_.key.get()), 0640), error);
  const auto found = ca->examine(std::time(nullptr) - kDay / 48);
  bool warned = false;
  for (const auto& each : found) warned |= each.message_en.find("chmod 600") != std::string::npos;
  EXPECT_TRUE(warned);
}

}  // namespace
}  // namespace sekisho::gateway
