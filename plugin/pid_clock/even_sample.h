#pragma once

#include <cstddef>
#include <cstdint>

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
    return length <= 1 ? begin : begin + static_cast<std::size_t>(mixed(part) % length);
  }

 private:
  std::size_t start(std::size_t part) const {
    // n is a number of lines and size_ some thousands: the product fits
    return static_cast<std::size_t>(std::uint64_t{n_} * part / size_);
  }

  // splitmix64: every bit of the number in every bit of the result
  static std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }

  std::size_t n_;
  std::size_t size_;
};

}  // namespace pidometer
