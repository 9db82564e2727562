// Rows of Plaso's: whatever the bytes are, line N stands for row N, and nothing in a row makes two
// lines of it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "plugin/cron_log/dialects.h"
#include "plugin/cron_log/log_series.h"
#include "plugin/cron_log/plaso_rows.h"
#include "tests/support/memory_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pidometer;
  if (size == 0 || size > (std::size_t{1} << 20)) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // In pieces: rows are cut anywhere.
  auto source = std::make_unique<MemoryStream>(bytes, data[0] + 1);
  const auto stream = plaso_rows_as_text(std::move(source));
  const std::string text = read_all(*stream, 1000);
  const auto rows = std::count(bytes.begin(), bytes.end(), '\n') +
                    (!bytes.empty() && bytes.back() != '\n' ? 1 : 0);
  if (std::count(text.begin(), text.end(), '\n') != rows) std::abort();
  if (!text.empty() && text.back() != '\n') std::abort();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    parse_line(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  looks_like_cron_log(bytes);
  return 0;
}
