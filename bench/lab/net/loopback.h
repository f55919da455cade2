#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <string>

namespace sekisho::lab {

// The lab's sockets. Everything stays on this machine: an address outside 127.0.0.0/8 is no address
// here.

// "127.0.0.1:8080", or nothing: not an IPv4 literal of 127.0.0.0/8, or no port.
std::optional<sockaddr_in> loopback_address(const std::string& text);

// All non-blocking, close-on-exec, without Nagle's delay. -1 and errno on failure.
int listen_on_loopback(std::uint16_t port);
int accept_from(int listener);
int connect_to(const sockaddr_in& address);  // in progress when it returns
int connect_error(int fd);                   // errno of a connect that has ended

// As many descriptors as the hard limit permits: thousands of tunnels are held open.
void raise_descriptor_limit();

}  // namespace sekisho::lab
