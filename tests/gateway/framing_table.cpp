#include "tests/gateway/framing_table.h"

namespace sekisho::gateway {
namespace {

using std::string_literals::operator""s;

MessageCase passes(std::string name, std::string bytes, std::string head, std::string body = "",
                   std::string rest = "") {
  MessageCase c;
  c.name = std::move(name);
  c.bytes = std::move(bytes);
  c.head = std::move(head);
  c.body = std::move(body);
  c.rest = std::move(rest);
  return c;
}

// The head is canonical already.
MessageCase same(std::string name, std::string head, std::string body = "", std::string rest = "") {
  return passes(std::move(name), head + body + rest, head, body, rest);
}

MessageCase fails(std::string name, std::string bytes, std::string rule, int status = 400) {
  MessageCase c;
  c.name = std::move(name);
  c.bytes = std::move(bytes);
  c.rule = std::move(rule);
  c.status = status;
  return c;
}

MessageCase with_trailers(MessageCase c, std::string trailers) {
  c.trailers = std::move(trailers);
  return c;
}

MessageCase at_proxy(MessageCase c) {
  c.place = RequestPlace::kProxy;
  return c;
}

MessageCase answering(std::string method, MessageCase c) {
  c.method = std::move(method);
  return c;
}

std::vector<MessageCase> all_at_proxy(std::vector<MessageCase> cases) {
  for (MessageCase& c : cases) c = at_proxy(std::move(c));
  return cases;
}

const std::string kGet = "GET /v1/models HTTP/1.1\r\nHost: api.example\r\n";
const std::string kPost = "POST /v1/chat HTTP/1.1\r\nHost: api.example\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kNext = "GET /next HTTP/1.1\r\nHost: api.example\r\n\r\n";

std::string get_with(const std::string& lines) {
  return kGet + lines + "\r\n";
}
std::string post_with(const std::string& lines) {
  return kPost + lines + "\r\n";
}
std::string get_from(const std::string& host) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

}  // namespace

const std::vector<MessageCase>& request_cases() {
  static const std::vector<MessageCase> cases = {
      // What ordinary clients send.
      same("plain_get", get_with("")),
      same("pipelined", get_with(""), "", kNext),
      same("post_with_length", post_with("Content-Length: 5\r\n"), "hello"),
      same("post_then_next", post_with("Content-Length: 5\r\n"), "hello", kNext),
      same("post_without_length", post_with("")),
      same("post_with_length_zero", post_with("Content-Length: 0\r\n"), "", kNext),
      same("delete_without_body", "DELETE /v1/files/f HTTP/1.1\r\nHost: api.example\r\n\r\n"),
      same("get_with_body", get_with("Content-Length: 2\r\n"), "{}"),
      same("head_with_body", "HEAD / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n",
           "{}"),
      same("delete_with_body", "DELETE / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n",
           "{}"),
      same("options_star", "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("unknown_method", "PROPFIND / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("method_of_32", std::string(32, 'M') + " / HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("odd_but_legal_target",
           "GET /a?q={\"x\":[1|2]}&b=%00\\ HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("double_slash_target", "GET //other.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("absolute_form_same_host", "GET http://a.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("header_spelling_and_order",
           get_with("x-b: 2\r\nX-A: 1\r\nx-a: 3\r\nACCEPT: */*\r\nX_Under: score\r\n")),
      same("empty_value", get_with("X-Empty: \r\n")),
      passes("empty_value_without_space", get_with("X-Empty:\r\n"), get_with("X-Empty: \r\n")),
      passes("white_space_around_value", get_with("X-A: \t 1 2 \t\r\n"), get_with("X-A: 1 2\r\n")),
      same("obs_text_in_value", get_with("X-Name: caf\xe9 \xe6\x97\xa5\xe6\x9c\xac\r\n")),
      same("tab_inside_value", get_with("X-A: 1\t2\r\n")),
      same("colons_in_value", get_with("X-A: a:b::c\r\n")),
      same("several_content_encodings",
           post_with("Content-Encoding: gzip\r\nContent-Encoding: br\r\nContent-Length: 1\r\n"),
           "x"),
      same("several_cookies", get_with("Cookie: a=1\r\nCookie: b=2\r\n")),
      same("te_trailers", get_with("TE: trailers\r\nConnection: TE\r\n")),
      same("upgrade", get_with("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n")),
      same("connection_with_empty_elements", get_with("Connection: , close ,,\r\n")),
      same("expect_continue", post_with("Expect: 100-Continue\r\nContent-Length: 2\r\n"), "ok"),
      same("http10", "GET / HTTP/1.0\r\n\r\n"),
      same("http10_with_host", "GET / HTTP/1.0\r\nHost: a.example\r\n\r\n"),
      same("http10_with_length", "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n", "abc"),
      passes("one_empty_line_before", "\r\n" + get_with(""), get_with("")),
      passes("length_with_leading_zeros", post_with("Content-Length: 0003\r\n") + "abc",
             post_with("Content-Length: 3\r\n"), "abc"),
      // Hosts.
      same("host_with_port", get_from("a.example:8443")),
      same("host_uppercase", get_from("API.Example")),
      same("host_trailing_dot", get_from("api.example.")),
      same("host_underscore", get_from("my_bucket.s3.example")),
      same("host_a_label", get_from("xn--wgv71a.example")),
      same("host_ipv4", get_from("192.0.2.1:443")),
      same("host_ipv6", get_from("[2001:db8::1]:443")),
      same("host_single_label", get_from("localhost")),
      same("host_label_of_63", get_from(std::string(63, 'a') + ".example")),
      fails("no_host", "GET / HTTP/1.1\r\n\r\n", "no_host"),
      fails("two_hosts", "GET / HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n\r\n",
            "two_hosts"),
      fails("two_hosts_http10", "GET / HTTP/1.0\r\nHost: a.example\r\nhost: b.example\r\n\r\n",
            "two_hosts"),
      fails("empty_host", get_from(""), "bad_host"),
      fails("host_list", get_from("a.example, b.example"), "bad_host"),
      fails("host_userinfo", get_from("user@a.example"), "bad_host"),
      fails("host_path", get_from("a.example/x"), "bad_host"),
      fails("host_percent", get_from("a%2eexample"), "bad_host"),
      fails("host_u_label", get_from("\xe6\x97\xa5\xe6\x9c\xac.example"), "bad_host"),
      fails("host_empty_label", get_from("a..example"), "bad_host"),
      fails("host_only_dot", get_from("."), "bad_host"),
      fails("host_two_trailing_dots", get_from("a.example.."), "bad_host"),
      fails("host_label_of_64", get_from(std::string(64, 'a') + ".example"), "bad_host"),
      fails("host_leading_hyphen", get_from("-a.example"), "bad_host"),
      fails("host_empty_port", get_from("a.example:"), "bad_host"),
      fails("host_port_zero", get_from("a.example:0"), "bad_host"),
      fails("host_port_65536", get_from("a.example:65536"), "bad_host"),
      fails("host_port_leading_zero", get_from("a.example:0443"), "bad_host"),
      fails("host_port_sign", get_from("a.example:+443"), "bad_host"),
      fails("host_hex_address", get_from("0x7f.1"), "bad_host"),
      fails("host_decimal_address", get_from("2130706433"), "bad_host"),
      fails("host_short_address", get_from("127.1"), "bad_host"),
      fails("host_octal_address", get_from("0177.0.0.1"), "bad_host"),
      fails("host_hex_last_label", get_from("127.0.0.0x1"), "bad_host"),
      fails("host_address_of_five", get_from("1.2.3.4.5"), "bad_host"),
      fails("host_unbracketed_ipv6", get_from("2001:db8::1"), "bad_host"),
      fails("host_zone", get_from("[fe80::1%25eth0]"), "bad_host"),
      fails("host_bracketed_ipv4", get_from("[192.0.2.1]"), "bad_host"),
      // Start lines.
      fails("empty_lines_before", "\r\n\r\n" + get_with(""), "empty_line"),
      fails("http09", "GET /\r\n\r\n", "http09", 505),
      fails("http2", "GET / HTTP/2.0\r\nHost: a.example\r\n\r\n", "version", 505),
      fails("http12", "GET / HTTP/1.2\r\nHost: a.example\r\n\r\n", "version", 505),
      fails("http0", "GET / HTTP/0.9\r\nHost: a.example\r\n\r\n", "version", 505),
      fails("http2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http2_preface", 505),
      fails("version_lower_case", "GET / http/1.1\r\nHost: a.example\r\n\r\n", "bad_version"),
      fails("version_long", "GET / HTTP/1.10\r\nHost: a.example\r\n\r\n", "bad_version"),
      fails("version_short", "GET / HTTP/1\r\nHost: a.example\r\n\r\n", "bad_version"),
      fails("version_other", "GET / ICY/1.1\r\nHost: a.example\r\n\r\n", "bad_version"),
      fails("space_behind_version", "GET / HTTP/1.1 \r\nHost: a.example\r\n\r\n", "bad_version"),
      fails("two_spaces_before_target", "GET  / HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"),
      fails("two_spaces_before_version", "GET /  HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_version"),
      fails("space_in_target", "GET /a b HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_version"),
      fails("tab_in_start_line", "GET\t/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_method"),
      fails("leading_space", " GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_method"),
      fails("method_not_token", "GE(T / HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_method"),
      fails("method_of_33", std::string(33, 'M') + " / HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_method"),
      fails("one_word", "GET\r\n\r\n", "bad_start_line"),
      fails("tls_hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, "bad_method"),
      fails("fragment", "GET /a#b HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"),
      fails("raw_utf8_target", "GET /\xe6\x97\xa5 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_target"),
      fails("nul_in_target", "GET /a\0b HTTP/1.1\r\nHost: a.example\r\n\r\n"s, "bad_target"),
      fails("delete_char_in_target", "GET /a\x7f HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_target"),
      fails("relative_target", "GET a.html HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"),
      fails("star_of_get", "GET * HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"),
      fails("target_userinfo", "GET http://u:p@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_target"),
      fails("target_ftp", "GET ftp://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", "bad_target"),
      fails("absolute_form_other_host", "GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "host_differs"),
      fails("connect_in_tunnel", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
            "connect_in_tunnel"),
      // Lines.
      fails("bare_lf_everywhere", "GET / HTTP/1.1\nHost: a.example\n\n", "bare_lf"),
      fails("bare_lf_in_start_line", "GET / HTTP/1.1\nHost: a.example\r\n\r\n", "bare_lf"),
      fails("bare_lf_in_header", get_with("X-A: 1\nX-B: 2\r\n"), "bare_lf"),
      fails("bare_lf_at_end", kGet + "\n", "bare_lf"),
      fails("bare_cr_in_value", get_with("X-A: 1\rX-B: 2\r\n"), "bad_value"),
      fails("cr_before_crlf", get_with("X-A: 1\r\r\n"), "bad_value"),
      fails("bare_cr_in_start_line", "GET / HTTP/1.1\rX: y\r\nHost: a.example\r\n\r\n",
            "bad_version"),
      fails("nul_in_value", get_with("X-A: 1\0002\r\n"s), "bad_value"),
      fails("vertical_tab_in_value", get_with("X-A: 1\x0b\r\n"), "bad_value"),
      fails("delete_char_in_value", get_with("X-A: \x7f\r\n"), "bad_value"),
      fails("obs_fold", get_with("X-A: 1\r\n 2\r\n"), "obs_fold"),
      fails("obs_fold_tab", get_with("X-A: 1\r\n\t2\r\n"), "obs_fold"),
      fails("obs_fold_first", "GET / HTTP/1.1\r\n Host: a.example\r\n\r\n", "obs_fold"),
      fails("obs_fold_of_te", post_with("Transfer-Encoding:\r\n chunked\r\n"), "obs_fold"),
      fails("space_line", get_with(" \r\n"), "obs_fold"),
      fails("space_before_colon", get_with("X-A : 1\r\n"), "space_before_colon"),
      fails("tab_before_colon", post_with("Content-Length\t: 1\r\n"), "space_before_colon"),
      fails("empty_name", get_with(": 1\r\n"), "empty_name"),
      fails("name_not_token", get_with("X(A): 1\r\n"), "bad_name"),
      fails("name_with_space", get_with("X A: 1\r\n"), "bad_name"),
      fails("name_with_nul", get_with("X\0A: 1\r\n"s), "bad_name"),
      fails("name_obs_text", get_with("X\xe9: 1\r\n"), "bad_name"),
      fails("no_colon", get_with("X-A\r\n"), "no_colon"),
      // Lengths.
      fails("length_plus", post_with("Content-Length: +3\r\n") + "abc", "bad_length"),
      fails("length_minus", post_with("Content-Length: -1\r\n"), "bad_length"),
      fails("length_hex", post_with("Content-Length: 0x3\r\n") + "abc", "bad_length"),
      fails("length_list", post_with("Content-Length: 3, 3\r\n") + "abc", "bad_length"),
      fails("length_decimal_point", post_with("Content-Length: 3.0\r\n") + "abc", "bad_length"),
      fails("length_empty", post_with("Content-Length: \r\n"), "bad_length"),
      fails("length_two_words", post_with("Content-Length: 3 3\r\n") + "abc", "bad_length"),
      fails("length_20_digits", post_with("Content-Length: 00000000000000000003\r\n") + "abc",
            "bad_length"),
      fails("length_overflow", post_with("Content-Length: 18446744073709551617\r\n") + "a",
            "bad_length"),
      fails("two_equal_lengths", post_with("Content-Length: 3\r\nContent-Length: 3\r\n") + "abc",
            "two_lengths"),
      fails("two_lengths", post_with("Content-Length: 3\r\ncontent-length: 4\r\n") + "abcd",
            "two_lengths"),
      fails("body_cut", post_with("Content-Length: 5\r\n") + "abc", "truncated"),
      // Transfer codings.
      passes("chunked", kChunked + "5\r\nhello\r\n0\r\n\r\n", kChunked, "hello"),
      passes("chunked_empty", kChunked + "0\r\n\r\n", kChunked),
      passes("chunked_then_next", kChunked + "1\r\na\r\nA\r\n0123456789\r\n0\r\n\r\n" + kNext,
             kChunked, "a0123456789", kNext),
      passes("chunked_upper_case",
             post_with("Transfer-Encoding: CHUNKED\r\n") + "1\r\na\r\n0\r\n\r\n",
             post_with("Transfer-Encoding: CHUNKED\r\n"), "a"),
      passes("chunk_leading_zeros", kChunked + "0000000000000001\r\na\r\n00\r\n\r\n", kChunked,
             "a"),
      passes("chunk_extension", kChunked + "1;n=\"v;x\"\r\na\r\n0;end\r\n\r\n", kChunked, "a"),
      passes("chunk_extension_of_256",
             kChunked + "1;" + std::string(256, 'e') + "\r\na\r\n0\r\n\r\n", kChunked, "a"),
      with_trailers(passes("trailers", kChunked + "1\r\na\r\n0\r\nX-Sum: 1\r\nx-t:  2 \r\n\r\n",
                           kChunked, "a"),
                    "X-Sum: 1\r\nx-t: 2\r\n"),
      fails("te_gzip", post_with("Transfer-Encoding: gzip\r\n") + kNext, "te_not_chunked"),
      fails("te_xchunked", post_with("Transfer-Encoding: xchunked\r\n") + kNext, "te_not_chunked"),
      fails("te_chunked_identity", post_with("Transfer-Encoding: chunked, identity\r\n") + kNext,
            "te_not_chunked"),
      fails("te_identity", post_with("Transfer-Encoding: identity\r\n") + kNext, "te_not_chunked"),
      fails("te_gzip_chunked", post_with("Transfer-Encoding: gzip, chunked\r\n") + kNext,
            "te_not_chunked", 501),
      fails("te_chunked_chunked", post_with("Transfer-Encoding: chunked, chunked\r\n") + kNext,
            "te_not_chunked"),
      fails("te_chunked_comma", post_with("Transfer-Encoding: chunked,\r\n") + kNext,
            "te_not_chunked", 501),
      fails("te_empty", post_with("Transfer-Encoding: \r\n") + kNext, "te_not_chunked"),
      fails("te_quoted", post_with("Transfer-Encoding: \"chunked\"\r\n") + kNext, "te_not_chunked"),
      fails("te_parameter", post_with("Transfer-Encoding: chunked;a=b\r\n") + kNext,
            "te_not_chunked"),
      fails("te_control",
            post_with("Transfer-Encoding: \x0b"
                      "chunked\r\n") +
                kNext,
            "bad_value"),
      fails("te_two_lines",
            post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") + kNext,
            "two_te"),
      fails("te_and_length",
            post_with("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") + "0\r\n\r\n",
            "length_and_te"),
      fails("length_and_te",
            post_with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
            "length_and_te"),
      fails("length_and_bad_te",
            post_with("Content-Length: 4\r\nTransfer-Encoding: x\r\n") + "abcd", "length_and_te"),
      fails("te_in_http10",
            "POST / HTTP/1.0\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "te_in_http10"),
      // Chunks.
      fails("chunk_size_sign", kChunked + "+1\r\na\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_size_hex_prefix", kChunked + "0x1\r\na\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_size_space_before", kChunked + " 1\r\na\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_size_space_behind", kChunked + "1 \r\na\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_size_empty", kChunked + "\r\na\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_size_only_extension", kChunked + ";a\r\na\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_size_17_digits", kChunked + "00000000000000001\r\na\r\n0\r\n\r\n",
            "bad_chunk_size"),
      fails("chunk_size_bare_lf", kChunked + "1\na\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_size_bare_cr", kChunked + "1\ra\r\n0\r\n\r\n", "bad_chunk_size"),
      fails("chunk_extension_bare_lf", kChunked + "1;a\na\r\n0\r\n\r\n", "bad_chunk_extension"),
      fails("chunk_extension_of_257",
            kChunked + "1;" + std::string(257, 'e') + "\r\na\r\n0\r\n\r\n",
            "chunk_extension_limit"),
      fails("chunk_too_long", kChunked + "1\r\nab\r\n0\r\n\r\n", "bad_chunk_end"),
      fails("chunk_ends_in_lf", kChunked + "1\r\na\n0\r\n\r\n", "bad_chunk_end"),
      fails("chunk_cut", kChunked + "5\r\nhel", "truncated"),
      fails("last_chunk_missing", kChunked + "1\r\na\r\n", "truncated"),
      fails("trailers_cut", kChunked + "1\r\na\r\n0\r\nX: y\r\n", "truncated"),
      fails("trailer_length", kChunked + "0\r\nContent-Length: 3\r\n\r\n", "forbidden_trailer"),
      fails("trailer_te", kChunked + "0\r\ntransfer-encoding: chunked\r\n\r\n",
            "forbidden_trailer"),
      fails("trailer_host", kChunked + "0\r\nHost: b.example\r\n\r\n", "forbidden_trailer"),
      fails("trailer_authorization", kChunked + "0\r\nAuthorization: x\r\n\r\n",
            "forbidden_trailer"),
      fails("trailer_content_type", kChunked + "0\r\nContent-Type: text/plain\r\n\r\n",
            "forbidden_trailer"),
      fails("trailer_fold", kChunked + "0\r\nX: a\r\n b\r\n\r\n", "obs_fold"),
      fails("trailer_bare_lf", kChunked + "0\r\nX: a\n\r\n", "bare_lf"),
      fails("trailer_only_lf", kChunked + "0\r\n\n", "bare_lf"),
      // Fields that two readers may take differently.
      fails("two_content_types",
            post_with("Content-Type: application/json\r\nContent-Type: text/plain\r\n"),
            "repeated_header"),
      fails("two_authorizations",
            get_with("Authorization: Bearer a\r\nauthorization: Bearer b\r\n"), "repeated_header"),
      fails("expectation", post_with("Expect: 200-ok\r\nContent-Length: 1\r\n") + "a",
            "expectation", 417),
      fails("bad_connection", get_with("Connection: close; x\r\n"), "bad_connection"),
  };
  return cases;
}

const std::vector<MessageCase>& proxy_cases() {
  static const std::vector<MessageCase> cases = all_at_proxy({
      same("connect", "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n"),
      same("connect_host_without_port",
           "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example\r\n\r\n"),
      same("connect_host_case_and_dot",
           "CONNECT Api.Example.:443 HTTP/1.1\r\nHost: api.example\r\n\r\n"),
      same("connect_early_bytes",
           "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n", "",
           "\x16\x03\x01\x00\x05hello"s),
      same("connect_length_zero",
           "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n"),
      same("connect_http10", "CONNECT a.example:443 HTTP/1.0\r\n\r\n"),
      same("connect_proxy_fields",
           "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n"
           "Proxy-Connection: Keep-Alive\r\nProxy-Authorization: Basic eA==\r\n\r\n"),
      same("connect_ipv6", "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"),
      same("connect_ipv6_other_spelling",
           "CONNECT [2001:DB8:0:0:0:0:0:1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"),
      same("connect_ipv4", "CONNECT 192.0.2.7:443 HTTP/1.1\r\nHost: 192.0.2.7:443\r\n\r\n"),
      same("absolute_form", "GET http://a.example/v1?q=1 HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("absolute_form_port", "GET http://a.example:8080/ HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("absolute_form_host_port",
           "GET http://a.example/ HTTP/1.1\r\nHost: a.example:80\r\n\r\n"),
      same("absolute_form_without_path",
           "GET http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("absolute_form_query", "GET HTTP://A.example?x HTTP/1.1\r\nHost: a.example\r\n\r\n"),
      same("own_page", "GET /sekisho/ca.pem HTTP/1.1\r\nHost: proxy.example:8080\r\n\r\n"),
      fails("connect_without_port", "CONNECT a.example HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_connect_target"),
      fails("connect_unbracketed_ipv6",
            "CONNECT 2001:db8::1:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n",
            "bad_connect_target"),
      fails("connect_unbracketed_ipv6_twice",
            "CONNECT 2001:db8::1:443 HTTP/1.1\r\nHost: 2001:db8::1:443\r\n\r\n", "bad_host"),
      fails("connect_zone",
            "CONNECT [2001:db8::1%25eth0]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n",
            "bad_connect_target"),
      fails("connect_userinfo", "CONNECT u@a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_connect_target"),
      fails("connect_path", "CONNECT a.example:443/x HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_connect_target"),
      fails("connect_url", "CONNECT https://a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_connect_target"),
      fails("connect_port_zero", "CONNECT a.example:0 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_connect_target"),
      fails("connect_port_65536", "CONNECT a.example:65536 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_connect_target"),
      fails("connect_no_host", "CONNECT a.example:443 HTTP/1.1\r\n\r\n", "no_host"),
      fails("connect_other_host", "CONNECT a.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n",
            "host_differs"),
      fails("connect_other_port", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:80\r\n\r\n",
            "host_differs"),
      fails("connect_with_body",
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc",
            "connect_body"),
      fails("connect_chunked",
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\n",
            "connect_body"),
      fails("connect_hex_address", "CONNECT 0x7f000001:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_connect_target"),
      fails("absolute_form_other_host_at_proxy",
            "GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n", "host_differs"),
      fails("absolute_form_other_port",
            "GET http://a.example:80/ HTTP/1.1\r\nHost: a.example:8080\r\n\r\n", "host_differs"),
      fails("absolute_form_empty_host", "GET http:///x HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_target"),
      fails("absolute_form_userinfo",
            "GET http://a.example@b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n", "bad_target"),
      fails("authority_form_of_get", "GET a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "bad_target"),
      fails("socks5", "\x05\x01\x00"s, "bad_method"),
  });
  return cases;
}

const std::vector<MessageCase>& response_cases() {
  static const std::string ok = "HTTP/1.1 200 OK\r\n";
  static const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  static const std::vector<MessageCase> cases = {
      same("length", ok + "Content-Length: 2\r\n\r\n", "ok"),
      same("length_zero", ok + "Content-Length: 0\r\n\r\n"),
      same("until_close", ok + "Content-Type: text/html\r\n\r\n", "until the end"),
      same("until_close_empty", ok + "\r\n"),
      same("http10", "HTTP/1.0 200 OK\r\n\r\n", "old"),
      same("more_than_length", ok + "Content-Length: 2\r\n\r\n", "ok", "HTTP/1.1 200 OK\r\n\r\n"),
      same("empty_reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
      passes("no_reason_at_all", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
             "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
      same("long_reason", "HTTP/1.1 404 Not \xe9 Found\r\nContent-Length: 0\r\n\r\n"),
      same("set_cookie_lines",
           ok + "Content-Type: text/html\r\nSet-Cookie: csrf=a1; Path=/; SameSite=Lax\r\n"
                "set-cookie: __Secure-session=b2; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Path=/; "
                "Secure; HttpOnly\r\n"
                "SET-COOKIE: old=deleted; Expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; "
                "Path=/\r\n"
                "Set-Cookie: \r\nLink: </a.css>; rel=preload\r\nLink: </b.js>; "
                "rel=preload\r\nContent-Length: 2\r\n\r\n",
           "ok"),
      same("obs_text", ok + "X-File: r\xe9sum\xe9\r\nContent-Length: 0\r\n\r\n"),
      same("two_content_types",
           ok + "Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n\r\n"),
      passes("chunked", chunked + "5\r\nhello\r\n0\r\n\r\n", chunked, "hello"),
      passes("sse_chunks", chunked + "8\r\ndata: 1\n\r\n9\r\n\ndata: 2\n\r\n0\r\n\r\n", chunked,
             "data: 1\n\ndata: 2\n"),
      with_trailers(
          passes("trailers", chunked + "1\r\na\r\n0\r\nServer-Timing: db\r\n\r\n", chunked, "a"),
          "Server-Timing: db\r\n"),
      answering("HEAD", same("head_with_length", ok + "Content-Length: 10\r\n\r\n")),
      answering("HEAD", same("head_chunked", chunked)),
      answering("HEAD", same("head_without_length", ok + "\r\n")),
      same("not_modified_with_length",
           "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nETag: \"x\"\r\n\r\n"),
      same("no_content", "HTTP/1.1 204 No Content\r\n\r\n"),
      passes("no_content_length_zero",
             "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nX-A: 1\r\n\r\n",
             "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"),
      same("interim", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
      answering("CONNECT",
                same("connect_answer", "HTTP/1.1 200 Connection established\r\n\r\n", "", "tls")),
      answering("CONNECT", same("connect_refused",
                                "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n", "no")),
      same("keep_alive_http10",
           "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n", "x"),
      same("akamai_connection", ok + "Connection: Transfer-Encoding\r\nContent-Length: 1\r\n\r\n",
           "x"),
      fails("unasked_101",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
            "unasked_101"),
      fails("bad_length", ok + "Content-Length: 2x\r\n\r\nok", "bad_length"),
      fails("length_list", ok + "Content-Length: 2, 2\r\n\r\nok", "bad_length"),
      fails("two_lengths", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", "two_lengths"),
      fails("length_and_te",
            ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "length_and_te"),
      fails("te_gzip", ok + "Transfer-Encoding: gzip\r\n\r\nx", "te_not_chunked"),
      fails("te_gzip_chunked", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "te_not_chunked"),
      fails("te_two_lines",
            ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two_te"),
      fails("te_in_http10", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "te_in_http10"),
      fails("no_content_with_length", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
            "body_of_none"),
      fails("interim_with_te", "HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n",
            "body_of_none"),
      fails("status_of_two_digits", "HTTP/1.1 20 OK\r\n\r\n", "bad_status"),
      fails("status_of_four_digits", "HTTP/1.1 2000 OK\r\n\r\n", "bad_status"),
      fails("status_99", "HTTP/1.1 099 Low\r\n\r\n", "bad_status"),
      fails("status_600", "HTTP/1.1 600 High\r\n\r\n", "bad_status"),
      fails("status_letters", "HTTP/1.1 2xx OK\r\n\r\n", "bad_status"),
      fails("two_spaces_before_status", "HTTP/1.1  200 OK\r\n\r\n", "bad_status"),
      fails("http2", "HTTP/2.0 200 OK\r\n\r\n", "version"),
      fails("http12", "HTTP/1.2 200 OK\r\n\r\n", "version"),
      fails("lower_case_version", "http/1.1 200 OK\r\n\r\n", "bad_version"),
      fails("shoutcast", "ICY 200 OK\r\n\r\n", "bad_version"),
      fails("empty_line_before", "\r\nHTTP/1.1 200 OK\r\n\r\n", "bad_version"),
      fails("control_in_reason", "HTTP/1.1 200 O\x01K\r\n\r\n", "bad_reason"),
      fails("bare_lf", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "bare_lf"),
      fails("bare_lf_in_headers", ok + "X: 1\nContent-Length: 0\r\n\r\n", "bare_lf"),
      fails("obs_fold", ok + "X: 1\r\n 2\r\nContent-Length: 0\r\n\r\n", "obs_fold"),
      fails("space_before_colon", ok + "Content-Length : 0\r\n\r\n", "space_before_colon"),
      fails("nul", ok + "X: \0\r\nContent-Length: 0\r\n\r\n"s, "bad_value"),
      fails("empty_name", ok + ": x\r\nContent-Length: 0\r\n\r\n", "empty_name"),
      fails("length_cut", ok + "Content-Length: 5\r\n\r\nok", "truncated"),
      fails("chunk_cut", chunked + "5\r\nok", "truncated"),
      fails("chunked_without_end", chunked + "2\r\nok\r\n", "truncated"),
      fails("chunk_bare_lf", chunked + "2\nok\n0\n\n", "bad_chunk_size"),
      fails("trailer_set_cookie", chunked + "0\r\nSet-Cookie: a=b\r\n\r\n", "forbidden_trailer"),
      fails("head_cut", ok + "Content-Len", "truncated"),
  };
  return cases;
}

}  // namespace sekisho::gateway
