#include "plugin/cron_log/carving/cron_needles.h"

#include <algorithm>
#include <cstddef>

namespace pidometer {
namespace {

constexpr std::size_t kNeedle = 4;  ///< bytes that are compared

/// Without branches, so that compilers make vector instructions of it.
unsigned any_needle(const unsigned char* at, std::size_t count) {
  unsigned found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned cron = static_cast<unsigned>((at[i] | 0x20) == 'c') &
                          static_cast<unsigned>((at[i + 1] | 0x20) == 'r') &
                          static_cast<unsigned>((at[i + 2] | 0x20) == 'o') &
                          static_cast<unsigned>((at[i + 3] | 0x20) == 'n');
    const unsigned command =
        static_cast<unsigned>(at[i] == ' ') & static_cast<unsigned>(at[i + 1] == 'C') &
        static_cast<unsigned>(at[i + 2] == 'M') & static_cast<unsigned>(at[i + 3] == 'D');
    found |= cron | command;
  }
  return found;
}

}  // namespace

bool may_hold_cron(std::string_view bytes) {
  if (bytes.size() < kNeedle) return false;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size() - (kNeedle - 1);
  constexpr std::size_t kStretch = 1024;  // hits end the search soon
  while (left > 0) {
    const std::size_t count = std::min(left, kStretch);
    if (any_needle(at, count) != 0) return true;
    at += count;
    left -= count;
  }
  return false;
}

}  // namespace pidometer
