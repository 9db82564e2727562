// Journals in their text forms: the first byte says which one. What comes out is lines, and what is
// lost lies within them.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugin/cron_log/journal_text_stream.h"
#include "plugin/cron_log/log_series.h"
#include "tests/support/memory_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pidometer;
  if (size == 0 || size > (std::size_t{1} << 20)) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // In pieces: fields and lines are cut anywhere.
  const std::size_t step = data[0] / 2 + 1;
  auto source = std::make_unique<MemoryStream>(bytes, step);
  const auto stream = data[0] % 2 == 0 ? journal_export_as_text(std::move(source))
                                       : journal_json_as_text(std::move(source));
  const std::string text = read_all(*stream, 1000);
  if (!text.empty() && text.back() != '\n') std::abort();
  for (const DamagedRange& damaged : stream->damage())
    if (damaged.range.begin >= text.size()) std::abort();
  looks_like_cron_log(bytes);
  return 0;
}
