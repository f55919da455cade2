// Keys of Azure's storage accounts: 64 bytes in base64 that what stands near must tell.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string key(unsigned seed) {
  return chance(kBase64, 85, seed) + "Q==";
}

std::string with(std::string text, const std::string& value) {
  const std::string hole = "⟦⟧";
  text.replace(text.find(hole), hole.size(), value);
  return text;
}

TEST(AzureStorageKey, IsFoundBesideAWordForTheStore) {
  for (const std::string text :
       {"BlobServiceClient(\"https://st.blob.core.windows.net\", credential=\"⟦⟧\")",
        "<td>AccountKey</td><td>⟦⟧</td>", "この人のAccountKeyが ⟦⟧ になっている",
        "ストレージのキー -> ⟦⟧", "⟦⟧（Azure Storage key）", "The azure storage key is ⟦⟧.",
        " id | storage_account_key\n----+----------\n  3 | ⟦⟧\n(1 row)",
        "・⟦⟧ … AccountKey、確認済", "Q. AccountKeyは？\nA. ⟦⟧ になります"}) {
    const std::string value = key(7);
    const Findings found = scan_text(shipped_set(), with(text, value));
    ASSERT_EQ(found.size(), 1u) << text;
    EXPECT_EQ(found[0].type, "azure_storage_key") << text;
    EXPECT_GE(found[0].confidence, 0.85) << text;
    EXPECT_EQ(with(text, value).substr(found[0].range.begin, found[0].range.size()), value);
  }
}

TEST(AzureStorageKey, ByItselfIsMedium) {
  EXPECT_DOUBLE_EQ(confidence_in("見てください\n" + key(8) + "\n以上"), 0.60);
}

TEST(AzureStorageKey, IsNothingThatHasAnotherName) {
  for (const std::string text :
       {"\"integrity\": \"sha512-⟦⟧\"", "signature: ⟦⟧", "cosmos primary: ⟦⟧",
        "Ocp-Apim-Subscription: ⟦⟧", "certificate ⟦⟧", "public ed25519 ⟦⟧", "checksum  ⟦⟧"})
    EXPECT_EQ(shown(with(text, key(9))).find("azure_storage_key"), std::string::npos) << text;
  // The last line of a longer body.
  EXPECT_EQ(shown(chance(kBase64, 88, 1) + "\n" + key(9)), "");
  EXPECT_EQ(shown("AccountKey=" + std::string(86, 'A') + "=="), "");
}

TEST(AzureStorageKey, RepeatedEndsTakeLinearTime) {
  for (const std::string& part :
       {std::string("Q=="), key(1) + " ", "AccountKey " + key(2) + "\n"}) {
    std::string text;
    while (text.size() < 300000) text += part;
    Findings found;
    Scanner scanner(shipped_set());
    EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone) << part;
  }
}

}  // namespace
}  // namespace sekisho::filters
