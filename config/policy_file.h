#pragma once

// policy.yaml as typed values, one struct a section; keys and defaults as in docs/policy.md.
// Loading checks form, types, units and dates; names that need the catalogue (providers, finding
// types, countries of groups) are resolved by policy::Snapshot::compile, which uses the marks kept
// here.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/ip.h"
#include "config/mark.h"

namespace sekisho::config {

using MarkedText = Marked<std::string>;

struct Localized {  // a plain string in the file fills both
  std::string ja, en;
  bool empty() const { return ja.empty() && en.empty(); }
};

enum class Mode { kEnforce, kObserve };
enum class Action { kAllow, kPseudonymise, kRedact, kBlock };  // in order of strictness
enum class TlsMode { kBump, kSplice };

// A calendar day without zone ("2026-12-31"); it ends in the policy's timezone.
struct Date {
  int year = 0, month = 0, day = 0;
  auto operator<=>(const Date&) const = default;
  std::string to_string() const;
};
std::optional<Date> parse_date(std::string_view text);  // strictly YYYY-MM-DD, a day that exists

struct Messages {
  std::vector<std::string> languages{"ja", "en"};  // ja and en only, the first one first
  std::string contact;
};

struct GroupDef {
  std::string name;
  Mark at;
  std::vector<std::string> users;
  std::vector<IpNetwork> networks;
};

enum class EvidenceKind {
  kOperator,
  kParent,
  kStorage,
  kProcessing,
  kEndpoint,
  kNetwork,
  kAddress
};
inline constexpr int kEvidenceKinds = 7;
enum class EvidenceSetting { kIfKnown, kRequired, kIgnore };
enum class Mixed { kRefuse, kDrop };

struct Regions {
  Mark at;
  std::vector<MarkedText> allow,
      deny;  // ISO 3166-1 alpha-2 in capitals, or a group of cloud-regions.yaml
  bool final = true;
  Mixed mixed = Mixed::kRefuse;
  EvidenceSetting evidence[kEvidenceKinds] = {};  // indexed by EvidenceKind; left out = if_known
};

// A fact value as written; everything is text ("no" is never a boolean), lists are kept as lists,
// certification maps as pairs.
struct FactValue {
  std::vector<std::string> items;                           // scalar = one item
  std::vector<std::pair<std::string, std::string>> fields;  // for maps (certifications)
  Mark at;
};
using Facts = std::map<std::string, FactValue>;

// Who answers for a time-boxed entry or exception.
struct Approval {
  std::optional<Date> until;
  std::string ticket;
  std::vector<std::string> approved_by;
  Localized reason;
};

struct DestinationDef {
  std::string id;
  Mark at;
  std::vector<MarkedText> providers;  // catalogue ids
  std::vector<MarkedText>
      hosts;  // as written: "llm.example.jp", "*.x", "host:8443", "host:*", "192.0.2.1"
  std::vector<MarkedText> groups;  // empty = everyone
  std::vector<MarkedText> groups_not;
  std::optional<std::vector<MarkedText>> side_hosts;  // roles; left out = signin, download, upload
  Facts facts;  // for hosts, or the customer's own review of a provider
  Facts require;
  TlsMode tls = TlsMode::kBump;
  std::optional<Mode> mode;
  std::optional<Action> uninspected;  // allow or block
  Approval approval;
};

// Models, whoever runs them.
struct ModelRules {
  std::vector<MarkedText> developers_deny;  // ids of the catalogue's developers, countries, groups
};

// Addresses in a body to which the service itself connects.
struct SecondDestinations {
  // listed: judged as if the client called them; denied: refused only for a denied country.
  enum class Judged { kListed, kDenied };
  Judged send = Judged::kListed;   // tool servers, webhooks: the service sends data there
  Judged fetch = Judged::kDenied;  // pictures, files: only the address itself gets there
};

struct Alternative {
  std::string provider;  // whose refusal it helps
  Mark at;
  MarkedText use;  // a catalogue id or destination id
  Localized note;
};

enum class Direction { kRequest, kResponse };

// Where tokens of a pseudonymise rule turn back into values. Tool names, exact or with a `*` at the
// end that stands for the rest; `never` wins over `tools`.
struct RestoreDef {
  bool text = true;                      // what people read
  std::vector<MarkedText> tools, never;  // arguments of tool calls; left out = none
};

struct DataRuleDef {
  std::string id;
  Mark at;
  std::vector<MarkedText> findings;  // category, type, "dataset:NAME"
  double confidence = 0.60;          // low 0.30, medium 0.60, high 0.85
  int at_least = 1;                  // distinct values in one request
  Action action = Action::kBlock;
  std::optional<Mode> mode;
  Localized message;
  std::vector<MarkedText> groups, groups_not, providers, destinations;
  std::vector<MarkedText> regions, regions_not;
  Direction direction = Direction::kRequest;
  RestoreDef restore;  // only with `action: pseudonymise`
};

struct ExceptionDef {
  std::string id;
  Mark at;
  std::vector<MarkedText> lifts;  // ids of data rules
  std::vector<MarkedText> groups, providers;
  Approval approval;  // all four required
};

// A value that `enforce` writes into a JSON body.
struct FieldValue {
  enum class Kind { kText, kNumber, kTrue, kFalse, kList };
  Kind kind = Kind::kText;
  std::string text;               // of a text or a number, as written
  std::vector<FieldValue> items;  // of a list
  bool operator==(const FieldValue&) const = default;
};

struct EnforcedField {
  MarkedText pointer;  // RFC 6901, "/provider/data_collection"
  FieldValue value;
};

struct EnforcedHeader {
  MarkedText name, value;
};

// The client's own credential goes; with `use` one of the gateway's `credentials` takes its place.
struct EnforcedCredential {
  Mark at;
  MarkedText use;     // "" = the client's is removed, none is put in
  MarkedText header;  // "" = where the service documents it
};

// A row of company_accounts.h and what the company's accounts are called there.
struct CompanyAccounts {
  MarkedText service;
  std::vector<MarkedText> values;
};

// A rule of `enforce`: what requests carry whatever the client wrote. docs/policy.md.
struct EnforceDef {
  std::string id;
  Mark at;
  std::vector<MarkedText> providers, destinations, hosts;  // all that are given must match
  std::vector<MarkedText> paths;                           // none = every path
  std::vector<MarkedText> groups, groups_not;
  std::optional<Mode> mode;
  std::vector<EnforcedHeader> headers;
  std::vector<MarkedText> remove_headers;
  std::vector<EnforcedField> body;
  std::optional<Mark> sub_providers;  // where `sub_providers: allowed` stands
  std::optional<EnforcedCredential> credential;
  std::vector<CompanyAccounts> company_accounts;
};

struct CustomDetector {
  MarkedText type;
  MarkedText pattern;     // RE2
  MarkedText dictionary;  // instead: a file of words, resolved against the policy's folder
  double confidence = 0.60;
  std::string category;
  std::vector<MarkedText> match, no_match;
};

struct DetectorSettings {
  std::optional<std::vector<MarkedText>> packs;  // nullopt = every shipped pack
  std::vector<CustomDetector> custom;
  std::vector<std::string> allow_values;
};

// A list of rows (`exact`) or a folder of texts (`documents`) that must not leave; paths are
// resolved against the policy's folder. docs/datasets.md.
struct DatasetDef {
  std::string name;
  Mark at;
  MarkedText exact, documents;  // one of them
  std::vector<MarkedText> columns;
  MarkedText key;  // a column that is enough by itself; "" = none
  int at_least_columns = 2;
  double similarity = 0.3;
  std::string category = "confidential";  // of its findings

  bool is_list() const { return !exact.value.empty(); }
  std::string type() const { return "dataset:" + name; }
};

// `given` and `expect` of one policy test. An absent optional was not written.
struct PolicyTest {
  std::string name;
  Mark at;
  std::string user;
  std::optional<std::vector<MarkedText>> groups;
  std::optional<IpAddress> from;
  MarkedText to;  // host[:port] or URL
  std::string method = "POST";
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> prompt, body;
  std::optional<std::string> body_file;  // resolved against the policy's folder
  Mark body_file_at;
  std::string model;
  std::optional<IpAddress> address;
  std::optional<std::string> address_country, address_network_country;
  bool edge = false;
  std::optional<std::string>
      at_time;  // RFC 3339 or local date-time in `timezone`, already checked for form

  std::optional<std::string> verdict, would, reason, rule, coverage, tls;
  std::optional<std::vector<std::string>> rules, findings;
};

struct PolicyFile {
  std::string path;  // as given
  std::string text;  // the bytes read, for the digest and the copy beside the journal
  std::string name;
  Mode mode = Mode::kEnforce;
  std::string timezone = "Asia/Tokyo";
  Messages messages;
  std::vector<GroupDef> groups;
  std::optional<Regions> regions;
  bool unlisted_splice = false;
  std::vector<DestinationDef> destinations;
  std::vector<Alternative> alternatives;
  ModelRules models;
  SecondDestinations second_destinations;
  std::vector<EnforceDef> enforce;
  std::vector<DataRuleDef> data;
  Action uninspected = Action::kBlock;  // allow or block
  std::vector<ExceptionDef> exceptions;
  int exception_days = 90;  // `limits.exception_days`
  DetectorSettings detectors;
  std::vector<DatasetDef> datasets;
  std::vector<PolicyTest> tests;
};

// Reads and checks policy.yaml. Every problem is appended, with file:line:col; the result is usable
// only if none was. Keys of POLICY that this version does not support
// (direction: response) are problems that say so.
PolicyFile load_policy(const std::string& path, Problems& problems);
PolicyFile parse_policy(const std::string& path, const std::string& text, Problems& problems);

}  // namespace sekisho::config
