#include "cli/known_file.h"

#include "cli/small_file.h"
#include "cli/time_argument.h"

namespace pidometer {

Result<KnownWindows> read_known_file(const std::string& name, const TimeZone& zone,
                                     std::string& zoneless) {
  const Result<std::string> bytes =
      read_small_file(name, "--known", "give a CSV or JSON file of windows");
  if (!bytes) return tl::unexpected(bytes.error());
  return read_known_windows(*bytes, name, [&](const std::string& text) {
    Result<Timestamp> time = parse_time(text, zone);
    if (time && zoneless.empty() && !has_offset(text)) zoneless = text;
    return time;
  });
}

}  // namespace pidometer
