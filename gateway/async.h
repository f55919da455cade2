#pragma once

// The few Asio names everything in gateway/ is written with: one executor type, tuples instead of
// exceptions.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace sekisho::gateway {

namespace net = boost::asio;

using Executor = net::io_context::executor_type;
template <class T>
using Awaitable = net::awaitable<T, Executor>;
inline constexpr auto kAsTuple = net::as_tuple(net::use_awaitable_t<Executor>{});

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Millis = std::chrono::milliseconds;

}  // namespace sekisho::gateway
