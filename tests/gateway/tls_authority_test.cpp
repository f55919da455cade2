#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
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

// "warning keyUsage: keyUsage is missing: …" lines, of the fields and of the trial.
std::vector<std::string> complaints(const Authority& ca,
                                    const std::vector<std::string>& hosts = {}) {
  auto findings = ca.examine(std::time(nullptr), hosts);
  ca.try_out(std::time(nullptr), findings);
  std::vector<std::string> out;
  for (const auto& each : findings) {
    EXPECT_FALSE(each.message_ja.empty());
    out.push_back((each.error ? "error " : "warning ") + each.field + ": " + each.message_en);
  }
  return out;
}

CertSpec ca_of(Extensions extensions = kComplete) {
  CertSpec spec;
  spec.name = "company CA";
  spec.until = 900 * kDay;
  spec.extensions = std::move(extensions);
  return spec;
}

template <class Change>
CertSpec but(Change change) {
  CertSpec spec = ca_of();
  change(spec);
  return spec;
}

CertSpec with_serial(const std::string& hex) {
  return but([&](CertSpec& spec) {
    spec.change = [hex](X509* x) {
      BIGNUM* number = nullptr;
      BN_hex2bn(&number, hex.c_str());
      BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
      BN_free(number);
    };
  });
}

// The end of the CA as these very bytes.
CertSpec until(int type, const std::string& text) {
  return but([&](CertSpec& spec) {
    spec.change = [type, text](X509* x) {
      ASN1_STRING* end = ASN1_STRING_type_new(type);
      ASN1_STRING_set(end, text.data(), static_cast<int>(text.size()));
      X509_set1_notAfter(x, end);
      ASN1_STRING_free(end);
    };
  });
}

TEST(Authority, IsSilentAboutACompleteCa) {
  for (const char* key : {"P-256", "P-384", "P-521", "RSA-2048", "RSA-4096"}) {
    const Made ca = make(but([&](CertSpec& spec) { spec.key = key; }));
    EXPECT_EQ(complaints(*authority_of(ca)), std::vector<std::string>{}) << key;
  }
}

struct Row {
  CertSpec spec;
  std::string begin, mentions;
};

void expect_one_each(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.begin + row.mentions);
    const auto ca = authority_of(make(row.spec));
    ASSERT_TRUE(ca);
    const auto found = complaints(*ca);
    ASSERT_EQ(found.size(), 1u) << row.begin << " " << (found.empty() ? "" : found.back());
    EXPECT_TRUE(found[0].starts_with(row.begin)) << found[0];
    EXPECT_NE(found[0].find(row.mentions), std::string::npos) << found[0];
  }
}

TEST(Authority, NamesTheExtensionAndWhoRefusesIt) {
  const auto doubled = [] {
    Extensions out = kComplete;
    out.push_back(kComplete.back());
    return out;
  };
  expect_one_each({
      {ca_of(with(NID_basic_constraints, "CA:TRUE")), "warning basicConstraints: ", "Python 3.13"},
      {ca_of(with(NID_basic_constraints, "critical,CA:FALSE")),
       "error basicConstraints: ", "CA:TRUE"},
      {ca_of(without(NID_basic_constraints)), "error basicConstraints: ", "CA:TRUE"},
      {ca_of(without(NID_subject_key_identifier)), "warning subjectKeyIdentifier: ", "Python 3.13"},
      {ca_of(without(NID_key_usage)), "warning keyUsage: keyUsage is missing", "Python 3.13"},
      {ca_of(with(NID_key_usage, "keyCertSign,cRLSign")), "warning keyUsage: keyUsage is not cri",
       "linters"},
      {ca_of(with(NID_key_usage, "critical,cRLSign")), "error keyUsage: ", "keyCertSign"},
      {ca_of(with(NID_key_usage, "critical,keyCertSign")), "warning keyUsage: ", "schannel"},
      {ca_of(with(NID_ext_key_usage, "clientAuth")), "error extendedKeyUsage: ", "serverAuth"},
      {ca_of(with(NID_ext_key_usage, "anyExtendedKeyUsage")),
       "error extendedKeyUsage: ", "OpenSSL"},
      {ca_of(with(NID_name_constraints, "critical,permitted;DNS:a.test")),
       "warning nameConstraints: ", "splice"},
      {ca_of(with(NID_pbe_WithSHA1And40BitRC4, "critical,DER:0500")),
       "error extensions: ", "critical"},
      {ca_of(doubled()), "error extensions: ", "twice"},
      {ca_of([] {
         Extensions out = without(NID_subject_key_identifier);
         out.emplace_back(NID_subject_key_identifier, "critical,hash");
         return out;
       }()),
       "error extensions: ", "Subject Key Identifier"},
  });
}

TEST(Authority, NamesWeakKeysAndSignatures) {
  const auto key = [](const char* kind) { return but([&](CertSpec& s) { s.key = kind; }); };
  expect_one_each({
      {key("RSA-1024"), "error key: the key has 1024 bits", "2048"},
      {key("P-224"), "error key: ", "256"},
      {key("secp256k1"), "warning key: ", "Go"},
      {key("brainpoolP256r1"), "warning key: ", "browsers"},
      {key("ED25519"), "warning key: ", "schannel"},
      {but([](CertSpec& s) { s.digest = EVP_sha1(); }), "warning signature: ", "SHA1"},
      {but([](CertSpec& s) { s.digest = EVP_md5(), s.key = "RSA-2048"; }),
       "warning signature: ", "MD5"},
  });
}

TEST(Authority, NamesOddSerialsAndDates) {
  expect_one_each({
      {with_serial("00"), "warning serialNumber: ", "is 0"},
      {with_serial("-2A"), "warning serialNumber: ", "Go 1.23"},
      {with_serial("01" + std::string(40, '5')), "warning serialNumber: ", "20 octets"},
      {but([](CertSpec& s) { s.until = 20 * kDay + 60; }), "warning notAfter: expires in 20 days",
       "successor"},
      {but([](CertSpec& s) { s.until = kDay + 60; }),
       "warning notAfter: expires in 1 day:", "successor"},
      {but([](CertSpec& s) { s.until = 80 * kDay; }), "warning notAfter: expires in", "begin"},
      {but([](CertSpec& s) { s.until = -60; }), "error notAfter: expired", "new CA"},
      {but([](CertSpec& s) { s.from = kDay; }), "error notBefore: not valid yet", "clock"},
      {until(V_ASN1_GENERALIZEDTIME, "20491231235959Z"), "warning notAfter: ", "UTCTime"},
      {until(V_ASN1_UTCTIME, "4912312359Z"), "error notAfter: ", "form"},
      {until(V_ASN1_UTCTIME, "491231235959+0900"), "error notAfter: ", "form"},
      {until(V_ASN1_GENERALIZEDTIME, "20591231235959.5Z"), "error notAfter: ", "form"},
      {until(V_ASN1_GENERALIZEDTIME, "20591331235959Z"), "error notAfter: ", "form"},
  });
  EXPECT_TRUE(
      complaints(*authority_of(make(until(V_ASN1_GENERALIZEDTIME, "20591231235959Z")))).empty());
}

TEST(Authority, RefusesVersion1) {
  const auto found = complaints(*authority_of(make(but([](CertSpec& spec) {
    spec.version = X509_VERSION_1;
    spec.extensions.clear();
  }))));
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found[0].starts_with("error version: ")) << found[0];
}

class IntermediateAuthority : public testing::Test {
 protected:
  CertSpec below(const char* name, const Made& issuer) const {
    CertSpec spec = ca_of();
    spec.name = name;
    spec.issuer = &issuer;
    spec.extensions.emplace_back(NID_authority_key_identifier, "keyid:always");
    return spec;
  }
  Made root_ = make(but([](CertSpec& spec) { spec.name = "company root"; }));
  Made middle_ = make(below("middle", root_));
  Made issuing_ = make(below("issuing", middle_));
};

TEST_F(IntermediateAuthority, IsServedWithItsIssuersAndHandsOutTheRoot) {
  // In any order after the first.
  const auto ca = authority_of(issuing_, {root_, middle_});
  EXPECT_EQ(complaints(*ca), std::vector<std::string>{});
  EXPECT_FALSE(ca->self_signed());
  EXPECT_EQ(ca->issuers(), (std::vector<std::string>{"CN=middle", "CN=company root"}));
  ASSERT_EQ(ca->chain().size(), 2u);
  EXPECT_EQ(X509_cmp(ca->chain()[0].get(), issuing_.certificate.get()), 0);
  EXPECT_EQ(X509_cmp(ca->chain()[1].get(), middle_.certificate.get()), 0);
  EXPECT_EQ(X509_cmp(ca->anchor(), root_.certificate.get()), 0);
  EXPECT_EQ(ca->pem(), pem(root_.certificate.get()));
  EXPECT_NE(ca->anchor_fingerprint_sha256(), ca->fingerprint_sha256());
}

TEST_F(IntermediateAuthority, IsWelcomeWithoutItsRoot) {
  const auto ca = authority_of(issuing_, {middle_});
  EXPECT_EQ(complaints(*ca), std::vector<std::string>{});
  EXPECT_EQ(ca->chain().size(), 2u);
}

TEST_F(IntermediateAuthority, NeedsAnAuthorityKeyIdentifier) {
  CertSpec spec = below("issuing", root_);
  spec.extensions.pop_back();
  const auto found = complaints(*authority_of(make(spec), {root_}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("warning authorityKeyIdentifier: ")) << found[0];
}

TEST_F(IntermediateAuthority, NamesTheIssuerAtFault) {
  const Made shallow = make(but([](CertSpec& spec) {
    spec.name = "shallow root";
    spec.extensions = with(NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  }));
  const Made old = make(but([](CertSpec& spec) {
    spec.name = "old root";
    spec.until = -60;
  }));
  for (const auto& [root, mentions] :
       {std::pair(&shallow, "pathlen:0"), std::pair(&old, "expired")}) {
    const auto found = complaints(*authority_of(make(below("issuing", *root)), {*root}));
    ASSERT_EQ(found.size(), 1u) << mentions;
    EXPECT_TRUE(found[0].starts_with("error ")) << found[0];
    EXPECT_NE(found[0].find("issuer CN="), std::string::npos) << found[0];
    EXPECT_NE(found[0].find(mentions), std::string::npos) << found[0];
  }
}

TEST_F(IntermediateAuthority, MayNotBeSignedWithSha1) {
  CertSpec spec = below("issuing", root_);
  spec.digest = EVP_sha1();
  const auto found = complaints(*authority_of(make(spec), {root_}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("error signature: ")) << found[0];
}

TEST_F(IntermediateAuthority, WarnsOfCertificatesThatLeadNowhere) {
  const auto ca = authority_of(issuing_, {root_});  // middle is missing
  const auto found = complaints(*ca);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("warning chain: 1 ")) << found[0];
  EXPECT_EQ(ca->chain().size(), 1u);
}

TEST_F(IntermediateAuthority, IsTheSameOnlyWithTheSameIssuers) {
  const auto whole = authority_of(issuing_, {middle_, root_});
  EXPECT_TRUE(whole->same_as(*authority_of(issuing_, {middle_, root_})));
  EXPECT_FALSE(whole->same_as(*authority_of(issuing_, {middle_})));
  EXPECT_FALSE(whole->same_as(*authority_of(middle_, {root_})));
}

TEST(Authority, CountsTheAdmittedHostsThatNameConstraintsShutOut) {
  const auto ca =
      authority_of(make(ca_of(with(NID_name_constraints, "critical,permitted;DNS:example.test"))));
  EXPECT_TRUE(complaints(*ca, {"example.test", "api.example.test", "*.example.test"}).empty());
  const auto found =
      complaints(*ca, {"api.example.test", "a.test", "*.b.test", "c.test", "192.0.2.1", "d.test"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("4 of 6 hosts"), std::string::npos) << found[0];
  EXPECT_NE(found[0].find("a.test, *.b.test, c.test, …"), std::string::npos) << found[0];
  const auto addresses = authority_of(
      make(ca_of(with(NID_name_constraints,
                      "critical,permitted;DNS:test,permitted;IP:198.51.100.0/255.255.255.0"))));
  EXPECT_TRUE(complaints(*addresses, {"a.test", "198.51.100.7"}).empty());
  EXPECT_EQ(complaints(*addresses, {"a.test", "192.0.2.1"}).size(), 1u);
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
  EXPECT_NE(error_of(folder_.write("empty", ""), key_).find("is empty"), std::string::npos);
  EXPECT_NE(error_of(certificate_, folder_.write("y", "hello")).find("no private key"),
            std::string::npos);
}

TEST_F(AuthorityFiles, MustMatch) {
  const std::string other = folder_.write("other.key", pem(make_key("P-256").get()));
  EXPECT_NE(error_of(certificate_, other).find("does not match"), std::string::npos);
}

template <auto Write, class T>
std::string der_of(const T* object) {
  unsigned char* bytes = nullptr;
  const int size = Write(object, &bytes);
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

TEST_F(AuthorityFiles, OfOtherFormsAreNamedWithTheCommandThatConvertsThem) {
  PKCS12* bundle =
      PKCS12_create("x", "ca", ca_.key.get(), ca_.certificate.get(), nullptr, 0, 0, 0, 0, 0);
  PKCS7* letter = PKCS7_new();
  PKCS7_set_type(letter, NID_pkcs7_signed);
  PKCS7_content_new(letter, NID_pkcs7_data);
  PKCS7_add_certificate(letter, ca_.certificate.get());
  const std::string text = pem(ca_.certificate.get());
  const std::vector<std::pair<std::string, std::string>> forms = {
      {der_of<i2d_X509>(ca_.certificate.get()), "openssl x509 -inform DER"},
      {der_of<i2d_PKCS12>(bundle), "openssl pkcs12"},
      {der_of<i2d_PKCS7>(letter), "openssl pkcs7"},
      {"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "openssl pkcs7"},
      {"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "request"},
      {std::string("\xff\xfe-\0-\0", 6), "UTF-16"},
      {pem(ca_.key.get()), "exchanged"},
      {text + "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
       "certificate 2 of the file is damaged"},
  };
  PKCS12_free(bundle);
  PKCS7_free(letter);
  for (const auto& [bytes, says] : forms) {
    const std::string error = error_of(folder_.write("form.crt", bytes), key_);
    EXPECT_NE(error.find(says), std::string::npos) << error;
    EXPECT_NE(error.find("form.crt"), std::string::npos) << error;
  }
  const std::string key = der_of<i2d_PrivateKey>(ca_.key.get());
  EXPECT_NE(error_of(certificate_, folder_.write("k", key)).find("openssl pkey -inform DER"),
            std::string::npos);
  EXPECT_NE(error_of(certificate_, certificate_).find("exchanged"), std::string::npos);
}

TEST_F(AuthorityFiles, MayHaveWindowsLineEndsAMarkAndTextAround) {
  std::string text = "\xef\xbb\xbf" + pem(ca_.certificate.get()), dos;
  for (const char c : text) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  std::string key = "Bag Attributes\r\n  friendlyName: ca\r\n", error;
  for (const char c : pem(ca_.key.get()))
    key += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto ca =
      Authority::load(folder_.write("dos.crt", dos), folder_.write("dos.key", key), error);
  ASSERT_TRUE(ca) << error;
  EXPECT_EQ(ca->pem(), pem(ca_.certificate.get()));
}

TEST_F(AuthorityFiles, SayWhichOfTheirCertificatesTheKeyBelongsTo) {
  const Made issuing = make_ca("issuing", &ca_);
  const std::string both = pem(ca_.certificate.get()) + pem(issuing.certificate.get());
  const std::string error =
      error_of(folder_.write("both.crt", both), folder_.write("i.key", pem(issuing.key.get())));
  EXPECT_NE(error.find("certificate 2 of the file (CN=issuing)"), std::string::npos) << error;
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

TEST_F(AuthorityFiles, WarnOfKeysThatOthersCanReach) {
  for (const auto& [mode, warned] : {std::pair(0600, false),
                                     {0640, false},
                                     {0400, false},
                                     {0644, true},
                                     {0660, true},
                                     {0604, true}}) {
    std::string error;
    const std::string key = folder_.write("open.key", pem(ca_.key.get()), mode);
    const auto ca = Authority::load(certificate_, key, error);
    bool said = false;
    for (const auto& each : ca->examine(std::time(nullptr))) said |= each.field == "keyFile";
    EXPECT_EQ(said, warned) << std::oct << mode;
  }
}

}  // namespace
}  // namespace sekisho::gateway
