#pragma once

namespace pidometer {

/// Seconds of CPU time that the program gives one step of reading evidence where nobody says
/// otherwise; ReaderOptions says what a step is, and why so many.
inline constexpr int kUsualStepLimit = 300;

}  // namespace pidometer
