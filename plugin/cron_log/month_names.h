#pragma once

#include <cstdint>
#include <string_view>

namespace pidometer {

/// 1 to 12, or 0. `name` without the blank behind it: `Nov`, `November`, `11月`, `nov.`.
///
/// syslogd writes English whatever the host speaks; journalctl(1) writes in the language of whoever
/// called it, which is how such names come into a log. The languages are a choice, and no name of
/// one means another month in another of them.
std::uint8_t month_of_name(std::string_view name);

}  // namespace pidometer
