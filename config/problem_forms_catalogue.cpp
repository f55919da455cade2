// What is wrong with the catalogue, its overlay, the tables of regions and networks, and with
// names of hosts.

#include "config/problem_forms.h"

namespace sekisho::config {
namespace {

constexpr ProblemForm kForms[] = {
    {"the catalogue", "カタログ"},
    {"the overlay", "カタログの上書き"},
    {"a service", "サービス"},
    {"a developer of models", "モデルの開発元"},
    {"the fact '{}'", "事実 '{0}'"},
    {"a map from a name to an id", "名前から id へのマップ"},
    {"the service '{}' stands here a second time", "サービス '{0}' が重複している"},
    {"the first is in line {}", "最初は {0} 行目"},
    {"an `endpoint_region`", "`endpoint_region`"},
    {"endpoint regions", "`endpoint_region`"},
    {"a map from a region to a country or group", "地域から国かグループへのマップ"},
    {"an `endpoint_region` needs one of `table`, `country`, `group`, `values`",
     "`endpoint_region` に `table`、`country`、`group`、`values` のどれかが必要"},
    {"say where the region leads", "その地域がどこかを書く"},
    {"a map from a role to hosts", "役割からホストへのマップ"},
    {"unknown role '{}' of side hosts", "付随ホストの役割 '{0}' を知らない"},
    {"the table of cloud regions", "クラウドの地域の表"},
    {"a country code, a group or unknown", "国コード、グループ、unknown のどれか"},
    {"the group '{}' is not defined above", "グループ '{0}' が上で定義されていない"},
    {"groups stand under `groups`", "グループは `groups` に書く"},
    {"a map from a group to countries", "グループから国へのマップ"},
    {"a map of clouds", "クラウドのマップ"},
    {"the cloud '{}'", "クラウド '{0}'"},
    {"a map from a region code to a country", "地域コードから国へのマップ"},
    {"region codes", "地域コード"},
    {"an edge network", "エッジのネットワーク"},
    {"edge networks", "エッジのネットワーク"},
    {"AS numbers", "AS 番号"},
    {"a map from a country to AS numbers", "国から AS 番号へのマップ"},
    {"AS number {} stands here a second time", "AS 番号 {0} が重複している"},
    {"a map from a country to names", "国から名前へのマップ"},
    {"the list of networks", "ネットワークの一覧"},
    {"a pattern of the developer '{}' does not compile: {}",
     "開発元 '{0}' のパターンを解釈できない: {1}"},
    {"the pattern '{}' of '{}' does not compile: {}", "'{1}' のパターン '{0}' を解釈できない: {2}"},
    {"developers", "開発元"},
    {"values", "値"},
    {"providers", "サービス"},
    {"clouds", "クラウド"},

    // Facts.
    {"a country code, a group such as EU, customer_selected or unknown",
     "国コード、EU のようなグループ、customer_selected、unknown のどれか"},
    {"a country code of two capital letters, or unknown", "大文字 2 字の国コードか unknown"},
    {"a number of days, or unknown", "日数か unknown"},
    {"write plain digits, as in 30", "30 のように数字で書く"},
    {"a map such as { iso27001: yes }, or unknown", "{ iso27001: yes } のようなマップか unknown"},
    {"unknown fact '{}' in {w}", "{1} に知らない事実 '{0}' がある"},
    {"an empty list can never be satisfied", "空のリストは決して満たされない"},
    {"a list such as [JP, US]", "[JP, US] のようなリスト"},
    {"one value", "一つの値"},
    {"a map of facts", "事実のマップ"},

    // Names of hosts.
    {"this host name is longer than 253 characters", "ホスト名が 253 文字を超えている"},
    {"'{}' is not a host name", "'{0}' はホスト名ではない"},
    {"two dots, or a dot too many", "点が続いているか、余分にある"},
    {"a part of this host name is longer than 63 characters",
     "ホスト名の一部が 63 文字を超えている"},
    {"write letters, digits, '-' and '.', as in llm.example.jp",
     "llm.example.jp のように英数字、'-'、'.' で書く"},
    {"the host is missing", "ホストがない"},
    {"'{}' is neither a host name nor an address", "'{0}' はホスト名でもアドレスでもない"},
    {"write an IPv6 address with port as [2001:db8::1]:8443",
     "ポート付きの IPv6 アドレスは [2001:db8::1]:8443 のように書く"},
    {"'{}' is not an address", "'{0}' はアドレスではない"},
    {"write it decimal with four numbers and no leading zeros, as in 192.0.2.1",
     "192.0.2.1 のように、十進の四つの数で、先頭の 0 なしに書く"},
    {"a '*' may stand only at the beginning, as the whole first part",
     "'*' は先頭の部分全体としてだけ使える"},
    {"a '*' cannot stand before an address", "アドレスの前に '*' は書けない"},
    {"'*.{}' would admit hosts of strangers: anybody can register a name under {}",
     "'*.{0}' では他人のホストも通る: {1} の下の名前は誰でも取れる"},
    {"name the hosts, or a domain that belongs to one company",
     "ホストを一つずつか、一つの会社のドメインを書く"},
    {"a '*' cannot stand here", "ここに '*' は書けない"},
    {"write every host by its name", "ホストを一つずつ名前で書く"},
    {"'{}' is an address of a page, not a host", "'{0}' はホストではなくページのアドレス"},
    {"write the host alone, without https:// and path", "https:// とパスを除き、ホストだけを書く"},
    {"'*' would admit every host of the world", "'*' では世界中のホストが通る"},
    {"name the hosts; for unlisted hosts see `unlisted`",
     "ホストを書く。一覧にないホストの扱いは `unlisted`"},
    {"'{}' has no valid port", "'{0}' のポートが正しくない"},
    {"write a port from 1 to 65535, or :* for every port",
     "1 から 65535 までのポートか、全ポートなら :* と書く"},
};

}  // namespace

std::span<const ProblemForm> catalogue_forms() {
  return kForms;
}

}  // namespace sekisho::config
