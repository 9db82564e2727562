#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pidometer {

/// Counts lines by reason. Most reasons are constants, and a file has few.
class ReasonCounts {
 public:
  void add(const char* reason) {
    if (last_ >= counts_.size() || counts_[last_].first != reason) {
      last_ = 0;
      while (last_ < counts_.size() && counts_[last_].first != reason) ++last_;
      if (last_ == counts_.size()) counts_.emplace_back(reason, 0);
    }
    ++counts_[last_].second;
  }
  void add(const std::string& reason) { ++built_[reason]; }

  /// By their words: the same constant may stand at several addresses.
  std::map<std::string, std::uint64_t> take() {
    for (const auto& [reason, count] : counts_) built_[reason] += count;
    counts_.clear();
    return std::exchange(built_, {});
  }

 private:
  std::vector<std::pair<const char*, std::uint64_t>> counts_;
  std::map<std::string, std::uint64_t> built_;
  std::size_t last_ = 0;
};

/// Counts lines of crons whose form is not read.
class UnreadCrons {
 public:
  void add(std::string_view cron) { ++counts_[std::string(cron)]; }

  std::string words() const {
    std::string words;
    for (const auto& [cron, count] : counts_)
      words += (words.empty() ? "" : ", ") + std::to_string(count) +
               (count == 1 ? " line of " : " lines of ") + cron;
    return words + ": a form of log that this version does not read";
  }

 private:
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace pidometer
