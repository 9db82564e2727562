#pragma once

#include <string>

namespace pidometer {

/// Where the logs of a host lie, for people: `disk.E01, p2:/var/log, web01, recovered`. What is
/// empty is left out; printable.
std::string host_words(const std::string& input, const std::string& volume,
                       const std::string& folder, const std::string& hostname, bool recovered);

}  // namespace pidometer
