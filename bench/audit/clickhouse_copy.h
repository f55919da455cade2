#pragma once

// Fills a ClickHouse with a log as the sink does, but for the waiting.

#include <cstdint>
#include <string>

#include "audit/index/indexed_record.h"
#include "gateway/sinks/clickhouse.h"

namespace sekisho::bench {

// How many exchanges it holds then; 0 and `error` if it refused. What is there already stays.
std::uint64_t copy_log(gateway::ClickHouse& to, const std::string& directory,
                       const audit::Categories& categories, std::string& error);

}  // namespace sekisho::bench
