#pragma once

// Raw messages and what must become of them, byte for byte. Replayed whole, cut at every byte and
// byte by byte, in memory and over sockets.

#include <string>
#include <vector>

#include "gateway/http/framing.h"

namespace sekisho::gateway {

struct MessageCase {
  std::string name;
  std::string
      obliges;  // the sections of the RFCs that decide; "(ours: …)" where they leave it open
  std::string bytes;     // what the peer sends before it ends its direction
  std::string rule;      // of the refusal; empty: the message passes
  int status = 0;        // of the refusal of a request
  std::string head;      // canonical bytes
  std::string body;      // decoded
  std::string rest;      // what stays for the next message
  std::string trailers;  // "Name: value\r\n" each
  RequestPlace place = RequestPlace::kTunnel;
  std::string method = "GET";  // of the request that an answer answers
};

const std::vector<MessageCase>& head_cases();  // inside a tunnel: start lines, hosts, lines
const std::vector<MessageCase>& body_cases();  // inside a tunnel: lengths, codings, trailers
const std::vector<MessageCase>&
proxy_cases();  // absolute-form, origin-form and CONNECT on the listener
const std::vector<MessageCase>& response_cases();

}  // namespace sekisho::gateway
