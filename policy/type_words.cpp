#include "policy/type_words.h"

#include <algorithm>
#include <iterator>

namespace sekisho::policy {
namespace {

struct Row {
  std::string_view type, ja, en;
};

constexpr Row kTypes[] = {
    {"credit_card", "クレジットカード番号", "Payment card number"},
    {"credit_card_test", "テスト用に公開されたカード番号", "Published test card number"},
    {"iban", "IBAN(国際銀行口座番号)", "IBAN bank account"},
    {"jp_my_number", "マイナンバー(個人番号)", "My Number (Japanese individual number)"},
    {"jp_corporate_number", "法人番号", "Japanese corporate number"},
    {"jp_phone", "日本の電話番号", "Japanese telephone number"},
    {"jp_postal_address", "日本の住所", "Japanese postal address"},
    {"jp_passport", "日本の旅券番号", "Japanese passport number"},
    {"jp_driver_license", "運転免許証番号", "Japanese driver's licence number"},
    {"jp_residence_card", "在留カード番号", "Japanese residence card number"},
    {"jp_bank_account", "日本の銀行口座", "Japanese bank account"},
    {"jp_pension_number", "基礎年金番号", "Japanese basic pension number"},
    {"jp_health_insurance", "健康保険の保険者番号・記号番号", "Japanese health insurance number"},
    {"email", "メールアドレス", "E-mail address"},
    {"phone_international", "国際電話番号", "International telephone number"},
    {"ip_address_private", "社内ネットワークのアドレス", "Private network address"},
    {"us_ssn", "米国社会保障番号", "US social security number"},
    {"date_of_birth", "生年月日", "Date of birth"},
    {"person_name_ja", "日本人の氏名", "Japanese personal name"},
    {"aws_access_key_id", "AWS アクセスキー ID", "AWS access key id"},
    {"aws_secret_access_key", "AWS シークレットアクセスキー", "AWS secret access key"},
    {"gcp_service_account_key", "Google Cloud サービスアカウントの鍵",
     "Google Cloud service account key"},
    {"gcp_api_key", "Google API キー", "Google API key"},
    {"azure_storage_key", "Azure ストレージのキー", "Azure storage key"},
    {"presigned_url", "署名付き URL", "Pre-signed address"},
    {"azure_client_secret", "Azure クライアントシークレット", "Azure client secret"},
    {"openai_api_key", "OpenAI API キー", "OpenAI API key"},
    {"anthropic_api_key", "Anthropic API キー", "Anthropic API key"},
    {"github_token", "GitHub のトークン", "GitHub token"},
    {"gitlab_token", "GitLab のトークン", "GitLab token"},
    {"slack_token", "Slack のトークン", "Slack token"},
    {"slack_webhook", "Slack の Webhook", "Slack webhook"},
    {"stripe_key", "Stripe の秘密鍵", "Stripe secret key"},
    {"npm_token", "npm のトークン", "npm token"},
    {"private_key_pem", "秘密鍵", "Private key"},
    {"jwt", "JWT(署名つきトークン)", "JSON web token"},
    {"database_url_with_password", "パスワードの入ったデータベースの接続文字列",
     "Database URL with a password"},
    {"password_assignment", "パスワード", "Password"},
    {"generic_secret_high_entropy", "鍵と呼ばれている乱雑な文字列", "Random value called a key"},
    {"confidentiality_label", "機密区分の表示", "Confidentiality marking"},
    {"hidden_text", "目に見えない文字", "Hidden characters"},
};

struct CategoryRow {
  std::string_view category, ja, en;
};
constexpr CategoryRow kCategories[] = {{"secret", "認証情報", "Credential"},
                                       {"pii", "個人情報", "Personal data"},
                                       {"financial", "金融情報", "Financial data"},
                                       {"confidential", "機密情報", "Confidential"}};

}  // namespace

TypeWords words_of(std::string_view type, std::string_view category) {
  const auto* row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const Row& r) { return r.type == type; });
  if (row != std::end(kTypes)) return {std::string(row->ja), std::string(row->en)};
  const auto* kind = std::find_if(std::begin(kCategories), std::end(kCategories),
                                  [&](const CategoryRow& r) { return r.category == category; });
  const bool known = kind != std::end(kCategories);
  const std::string name = " (" + std::string(type) + ")";
  return {std::string(known ? kind->ja : category) + name,
          std::string(known ? kind->en : category) + name};
}

}  // namespace sekisho::policy
