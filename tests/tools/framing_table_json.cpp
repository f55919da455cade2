// Prints the framing table, a JSON object a line, for the test that drives it through the real
// gateway. Bytes are written in hexadecimal.

#include <cstdio>
#include <string>
#include <string_view>

#include "tests/gateway/framing_table.h"

namespace {

using sekisho::gateway::MessageCase;

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

void print(const char* list, const std::vector<MessageCase>& cases) {
  for (const MessageCase& c : cases) {
    std::printf(R"({"list":"%s","name":"%s","obliges":"%s","bytes":"%s","rule":"%s","status":%d,)"
                R"("head":"%s","body":"%s","rest":"%s","method":"%s"})"
                "\n",
                list, c.name.c_str(), c.obliges.c_str(), hex(c.bytes).c_str(), c.rule.c_str(),
                c.status, hex(c.head).c_str(), hex(c.body).c_str(), hex(c.rest).c_str(),
                c.method.c_str());
  }
}

}  // namespace

int main() {
  print("head", sekisho::gateway::head_cases());
  print("body", sekisho::gateway::body_cases());
  print("proxy", sekisho::gateway::proxy_cases());
  print("answer", sekisho::gateway::response_cases());
}
