#pragma once

#include <string_view>

namespace pidometer {

/// Whether the bytes hold a word that every block of a cron log has: `cron` in either case (the
/// tags of syslog's lines, scripts of run-parts), or `) CMD (` (vixie-cron's own file). Some
/// gigabytes a second: this decides what the dialects are asked about at all. A word that is cut by
/// either end is not seen.
bool may_hold_cron(std::string_view bytes);

}  // namespace pidometer
