// All that reads witnesses. Input: a byte that says of which source the file is, then its bytes;
// the windows and the clock are always the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/witness/gather_witnesses.h"
#include "plugin/witness/witness_sources.h"
#include "tests/support/memory_log_file.h"

using namespace pidometer;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Two boot sessions with a wrap in the first, so that every way through the matcher is open.
PidClock a_clock() {
  std::vector<Reading> readings;
  for (std::uint32_t i = 0; i < 48; ++i) {
    Reading reading;
    reading.time = test::utc(2026, 11, 2) + std::chrono::minutes(30 * i);
    reading.pid = i < 36 ? 300 + (i * 1000) % 32468 : 400 + 10 * i;
    reading.label = 1;
    reading.record = i;
    readings.push_back(reading);
  }
  return build_pid_clock(std::move(readings), {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > kMostBytes) return 0;
  const auto sources = witness_sources();
  const WitnessSource& source = sources[data[0] % sources.size()];
  std::string path =
      source.folder.empty() ? "/var/log/" : "/var/lib/" + std::string(source.folder) + "/";
  std::string_view stem = source.stem;
  if (stem.starts_with('*')) {
    path += 'x';
    stem.remove_prefix(1);
  }
  path += stem;
  require(witness_source_of(path) != nullptr);
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  test::MemoryLogFile file(path, bytes, test::utc(2026, 11, 3));
  file.block_size(1 + data[0] / 16U * 64U);
  const std::vector<const LogFile*> files = {&file};
  std::vector<WitnessWindow> windows;
  for (std::uint32_t i = 0; i + 1 < 48; ++i)
    windows.push_back({test::utc(2026, 11, 2) + std::chrono::minutes(30 * i),
                       test::utc(2026, 11, 2) + std::chrono::minutes(30 * i + 30), i, i + 1, 3});
  std::size_t warnings = 0;
  const GatheredWitnesses out = gather_witnesses(
      files, a_clock(), windows, {}, [&](const Warning&) { ++warnings; },
      [](std::uint64_t) { return true; });
  require(warnings <= 2);
  require(out.windows.size() == windows.size());
  // such a name says little: the first bytes may say that it is none
  if (source.by_content && out.reports.empty()) return 0;
  require(out.reports.size() == 1);
  const WitnessReport& report = out.reports[0];
  std::uint64_t not_taken = 0;
  for (const auto& [reason, count] : report.not_taken) not_taken += count;
  require(report.dated + not_taken == report.lines || !report.not_used.empty());
  require(report.matched <= report.dated && report.with_pid <= report.dated);
  for (std::size_t w = 0; w < windows.size(); ++w) {
    const WindowWitnesses& window = out.windows[w];
    require(window.witnesses.size() <= window.total);
    require(window.witnesses.size() <= WitnessMatcher::kMostEach);
    for (const Witness& one : window.witnesses) {
      require(one.line > 0 && one.text.size() <= kMostWitnessText && one.pid <= kMaxPid);
      require(!one.text.empty() && !one.text.starts_with("(cannot"));
      if (one.relation == WitnessRelation::seen_in_window)
        require(one.time >= windows[w].start && one.time < windows[w].end);
      else
        require(one.pid != 0 && one.time >= windows[w].start);
    }
  }
  return 0;
}
