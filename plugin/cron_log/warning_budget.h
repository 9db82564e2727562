#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/warning.h"

namespace pidometer {

/// Warnings of one file, bounded: of a reason the first kMostEach are told one by one, the rest in
/// one sentence.
class WarningBudget {
 public:
  static constexpr std::uint64_t kMostEach = 20;
  void add(const std::string& reason, Warning warning);
  std::vector<Warning> take();

 private:
  struct Entry {
    std::uint64_t count = 0;
    Warning last;
    std::uint32_t first_untold = 0;
  };
  std::map<std::string, Entry> reasons_;
  std::vector<Warning> told_;
};

}  // namespace pidometer
