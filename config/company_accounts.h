#pragma once

// What services read to let the accounts of a company in and nobody else's: the field of the head,
// the hosts it is meant for, and how its value is written. Each row is documented by its service;
// docs/policy.md lists them with their sources.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::config {

struct CompanyAccountsRow {
  enum class Form {
    kList,   // ids, joined by commas without a space
    kOne,    // one id
    kBlock,  // the word `block`: the service is told `fixed`
  };
  std::string_view name;  // key of `company_accounts`
  std::string_view header;
  std::span<const std::string_view> hosts;  // exact, or "*.x"
  Form form = Form::kList;
  std::string_view fixed;
  std::size_t most = 0;     // ids at most; 0 = no limit is known
  std::string_view needs;   // another row without which this one means nothing; "" = none
  std::string_view sample;  // for messages
};

std::span<const CompanyAccountsRow> company_accounts_rows();
const CompanyAccountsRow* find_company_accounts(std::string_view name);

}  // namespace sekisho::config
