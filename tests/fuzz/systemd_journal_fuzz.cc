// A binary journal, whatever its bytes say: lines come out, and what is lost lies within them.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/support/memory_source.h"
#include "tsk_reader/systemd_journal/journal_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pidometer;
  if (size > (std::size_t{1} << 20)) return 0;
  const auto stream = journal_as_text(std::make_unique<MemoryStream>(
      std::string(reinterpret_cast<const char*>(data), size), std::size_t{65536}));
  const std::string text = read_all(*stream);
  if (!text.empty() && text.back() != '\n') std::abort();
  for (const DamagedRange& damaged : stream->damage())
    if (damaged.range.begin >= text.size()) std::abort();
  return 0;
}
