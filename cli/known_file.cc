#include "cli/known_file.h"

#include <span>
#include <utility>

#include "base/sha256.h"
#include "cli/small_file.h"
#include "cli/time_argument.h"

namespace pidometer {

Result<KnownFile> read_known_file(const std::string& name, const TimeZone& zone) {
  const Result<std::string> bytes =
      read_small_file(name, "--known", "give a CSV or JSON file of windows");
  if (!bytes) return tl::unexpected(bytes.error());
  KnownFile file;
  Result<KnownWindows> windows = read_known_windows(*bytes, name, [&](const std::string& text) {
    Result<Timestamp> time = parse_time(text, zone);
    if (time && file.zoneless.empty() && !has_offset(text)) file.zoneless = text;
    return time;
  });
  if (!windows) return tl::unexpected(windows.error());
  file.windows = std::move(*windows);
  Sha256 sum;
  sum.update(std::as_bytes(std::span(*bytes)));
  file.sha256 = sum.finish();
  return file;
}

}  // namespace pidometer
