// What is wrong with an origin's certificate, in words for the person who asked.

#include <algorithm>
#include <array>

#include "gateway/tls/origin_certificate.h"

namespace sekisho::gateway {
namespace {

struct Row {
  std::string_view check, ja, en;
};

constexpr std::array kWords = {
    Row{"untrusted_root", "信頼していない認証局が発行した証明書です",
        "its CA is not one that is trusted here"},
    Row{"incomplete_chain", "発行元が不明か、サーバーが中間証明書を送っていません",
        "its issuer is unknown, or the server does not send its intermediate certificate"},
    Row{"chain_length", "証明書のつながりが長すぎます", "its chain of certificates is too long"},
    Row{"self_signed", "認証局でなく自分自身が署名した証明書です",
        "it is signed by itself, not by a CA"},
    Row{"signature", "証明書の署名が合いません", "a signature in its chain does not fit"},
    Row{"issuer", "認証局でない証明書が発行した証明書です",
        "it was issued by a certificate that is not a CA's"},
    Row{"name", "別のホスト名の証明書です", "it is for another host name"},
    Row{"expired", "証明書の有効期限が切れています", "it has expired"},
    Row{"not_yet_valid", "証明書の有効期間がまだ始まっていません", "it is not valid yet"},
    Row{"key_strength", "証明書の鍵が弱いか、使えない種類です",
        "a key in its chain is weak or of a kind that browsers refuse"},
    Row{"signature_strength", "証明書の署名方式 (SHA-1、MD5 など) が弱すぎます",
        "a signature in its chain is of a broken kind (SHA-1, MD5)"},
    Row{"usage", "サーバー用の証明書ではありません", "it is not a server's certificate"},
    Row{"revoked", "認証局が失効させた証明書です", "its CA has revoked it"},
    Row{"staple", "サーバーが添えた失効情報が正しくありません",
        "the revocation status that the server sent with it is not valid"},
    Row{"must_staple", "証明書が求める失効情報をサーバーが送っていません",
        "it demands a current revocation status, which the server does not send"},
    Row{"constraints", "発行元の認証局に許されていない名前か段数です",
        "its CA may not issue for this name or at this depth"},
    Row{"version", "古い形式 (X.509 v1) の証明書です", "it is of an outdated form (X.509 v1)"},
    Row{"malformed", "証明書の形式が壊れています", "it is malformed"},
    Row{"critical_extension", "必須とされた未知の拡張がある証明書です",
        "it holds a critical extension that is unknown"},
};

}  // namespace

config::Localized certificate_words(const std::string& check) {
  const auto* row = std::find_if(kWords.begin(), kWords.end(),
                                 [&](const Row& each) { return each.check == check; });
  config::Localized out;
  out.ja = row == kWords.end() ? "証明書のつながりを確かめられません" : std::string(row->ja);
  out.en = row == kWords.end() ? "its chain could not be verified" : std::string(row->en);
  return out;
}

}  // namespace sekisho::gateway
