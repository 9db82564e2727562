// A ddrescue map of any bytes: what it marks is sorted, and the part that makes no sense is marked.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tsk_reader/container/ddrescue/ddrescue_map.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  constexpr std::uint64_t kImageSize = 1 << 20;
  const pidometer::DdrescueMap map = pidometer::parse_ddrescue_map(text, kImageSize);
  std::uint64_t before = 0;
  for (const pidometer::DamagedRange& one : map.unread.all()) {
    if (one.range.begin < before || one.range.end <= one.range.begin) __builtin_trap();
    before = one.range.end;
  }
  if (!map.problem.empty() && map.end < kImageSize && before < kImageSize) __builtin_trap();
  if (map.shifted() && map.command.empty()) __builtin_trap();
  return 0;
}
