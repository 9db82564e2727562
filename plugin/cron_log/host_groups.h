#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"

namespace pidometer {

/// The host name of most records of a file; empty where the framing has none.
std::string main_hostname(const FileLog& log, const SourceTable& sources);

/// What a host logs as that has not been told its name.
inline constexpr std::string_view kNoHostName = "localhost";

/// Up to the first dot, in lower case.
std::string short_name(std::string_view name);

/// Whether the lines name hosts and none of them is `host`. Names are alike up to the first dot,
/// whatever the case; `localhost` and no name contradict nothing.
bool names_another_host(const SourceTable& sources, std::string_view host);

/// The host of each source, as a number from 0 in the order of the hosts' first records; 0 for all
/// where there is one host. `records` are those of `logs`, dated.
///
/// A host is a host name, wherever its lines lie. Two names are one host where one PID counter goes
/// on from the lines of one to those of the other, at every change of name (a host that was
/// renamed, or that logs as localhost until the network has told it its name). Lines without a host
/// name are of the only host there is, or else of a nameless one.
struct HostGroups {
  std::vector<std::uint16_t> of_source;  ///< parallel to the sources
  std::size_t count = 1;
};
HostGroups group_by_host(std::span<const FileLog> logs, const SourceTable& sources,
                         const std::vector<StoredRecord>& records);

}  // namespace pidometer
