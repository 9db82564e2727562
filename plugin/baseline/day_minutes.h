#pragma once

#include <bitset>
#include <cstddef>

namespace pidometer {

inline constexpr std::size_t kDayMinutes = 24 * 60;
using DayMinutes = std::bitset<kDayMinutes>;  ///< local minutes of the day

}  // namespace pidometer
