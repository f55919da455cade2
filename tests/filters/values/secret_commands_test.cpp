// Commands that put a secret into a store.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

TEST(Passwords, ThatACommandStoresAreFound) {
  for (const std::string command :
       {"gh secret set DB_PASSWORD --body \"⟦⟧\"",
        "gh secret set DB_PASSWORD --body=⟦⟧",
        "gh secret set DB_PASSWORD --body=\"⟦⟧\" --repo kaisha/app",
        "gh secret set DB_PASSWORD -b '⟦⟧'",
        "gh secret set DB_PASSWORD -b⟦⟧",
        "setx DB_PASSWORD \"⟦⟧\"",
        "git config user.password \"⟦⟧\"",
        "gh secret set DB_PASSWORD --env production \\\n  --body \"⟦⟧\"",
        "gh secret set DB_PASSWORD <<< \"⟦⟧\"",
        "heroku config:set DB_PASSWORD=⟦⟧ -a app",
        "echo \"⟦⟧\" | vercel env add DB_PASSWORD production",
        "kubectl create secret generic db --from-literal=password=⟦⟧",
        "kubectl create secret generic db --from-literal=db-password='⟦⟧'",
        "az keyvault secret set --vault-name kv --name db-password --value \"⟦⟧\"",
        "aws ssm put-parameter --name \"/prod/db/password\" --value \"⟦⟧\" --type SecureString",
        "aws ssm put-parameter --overwrite --value ⟦⟧ --name /prod/db_password",
        "aws secretsmanager create-secret --name prod/db-password --secret-string '⟦⟧'",
        "doppler secrets set DB_PASSWORD=\"⟦⟧\"",
        "doppler secrets set DB_PASSWORD ⟦⟧",
        "flyctl secrets set DB_PASSWORD=⟦⟧",
        "fly secrets set DB_PASSWORD='⟦⟧' -a app",
        "printf '⟦⟧' | docker secret create db_password -",
        "echo -n ⟦⟧ | gcloud secrets create db-password --data-file=-",
        "netlify env:set DB_PASSWORD ⟦⟧",
        "echo '⟦⟧' | npx wrangler secret put DB_PASSWORD"}) {
    for (const std::string value : {"otter8257@Ringo", "Kx9-vTq2Lm"}) {
      std::string whole = command;
      whole.replace(whole.find("⟦⟧"), std::string("⟦⟧").size(), value);
      EXPECT_EQ(shown(whole), "password_assignment[" + value + "]") << whole;
    }
  }
  for (const char* text : {"gh secret set DB_PASSWORD --body \"$DB_PASSWORD\"",
                           "gh secret set DB_PASSWORD < .env.local1",
                           "gh secret set DB_PASSWORD --repo kaisha/backend-api2",
                           "gh secret set DB_PASSWORD\nls v1.2-Rc3#x",
                           "aws ssm put-parameter --name /prod/db/host --value db1-Prod.internal#1",
                           "cat pw.txt | docker secret create db_password -",
                           "az keyvault secret set --name db-password --file ./Secrets/db1.txt"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(GenericSecrets, ThatACommandStoresAreFound) {
  const std::string value = "q7Zt2LxVb9Kd4RmWc1Hn8Ys5";
  EXPECT_EQ(shown("gh secret set HOOK --body \"" + value + "\""),
            "generic_secret_high_entropy[" + value + "]");
  EXPECT_EQ(shown("echo " + value + " | docker secret create app_key -"),
            "generic_secret_high_entropy[" + value + "]");
  for (const std::string& quoted : {"-b\"" + value + "\"", "-b" + value})
    EXPECT_EQ(shown("gh secret set HOOK " + quoted), "generic_secret_high_entropy[" + value + "]");
  const std::string parameter = "aws ssm put-parameter --value " + value + " --name /app/";
  EXPECT_EQ(shown(parameter + "x --type SecureString"),
            "generic_secret_high_entropy[" + value + "]");
  EXPECT_EQ(shown(parameter + "api_key"), "generic_secret_high_entropy[" + value + "]");
  EXPECT_EQ(shown(parameter + "commit --type String"), "") << "not every parameter is secret";
}

TEST(StoredSecrets, RepeatedTheyTakeLinearTime) {
  for (const std::string_view part :
       {"gh secret set ", "gh secret set A -b ", "| docker secret create "}) {
    std::string text;
    while (text.size() < 300000) text += part;
    Findings found;
    Scanner scanner(shipped_set());
    EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone) << part;
  }
}

}  // namespace
}  // namespace sekisho::filters
