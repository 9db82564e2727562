#pragma once

namespace pidometer {

/// What never happened in n may still happen: half an event in n (Jeffreys' prior).
inline constexpr double kUnseenEvents = 0.5;

}  // namespace pidometer
