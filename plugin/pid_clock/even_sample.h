#pragma once

#include <cstddef>
#include <cstdint>

#include "plugin/pid_clock/mixed_bits.h"

namespace pidometer {

/// Some of the positions [0, n), evenly: all of them where they are no more than asked for; else
/// one of each of so many parts of equal length, at the place in it that a fixed hash of the part's
/// number says. Every k-th of a log would fall in step with its schedule: of two jobs that take
/// turns it would see but one.
class EvenSample {
 public:
  EvenSample(std::size_t n, std::size_t most) : n_(n), size_(n < most ? n : most) {}

  std::size_t size() const { return size_; }

  /// Positions that stand for one of the sample; 1 where all are in it.
  double each() const {
    return size_ == 0 ? 1 : static_cast<double>(n_) / static_cast<double>(size_);
  }

  /// Ascending with `part`, which is below size().
  std::size_t operator[](std::size_t part) const {
    const std::size_t begin = start(part);
    const std::size_t length = start(part + 1) - begin;
    return length <= 1 ? begin
                       : begin + static_cast<std::size_t>(mixed_bits(part + kGolden) % length);
  }

 private:
  std::size_t start(std::size_t part) const {
    // n is a number of lines and size_ some thousands: the product fits
    return static_cast<std::size_t>(std::uint64_t{n_} * part / size_);
  }

  static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;  // splitmix64's: 0 mixes to 0

  std::size_t n_;
  std::size_t size_;
};

}  // namespace pidometer
