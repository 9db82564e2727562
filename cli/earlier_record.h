#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace pidometer {

/// The names that a record of custody has in its folder.
inline constexpr const char* kCustodyJsonName = "CUSTODY.json";
inline constexpr const char* kCustodyTextName = "CUSTODY.txt";
inline constexpr const char* kSumsName = "SHA256SUMS";

/// What an earlier extraction left in the folder that this one writes to (--force).
class EarlierRecord {
 public:
  explicit EarlierRecord(std::string directory) : directory_(std::move(directory)) {}

  /// To be called before a file is written: the earlier record and its sums go, since they would
  /// speak of files that are not theirs any more, whatever ends this run. Which files they speak of
  /// is kept. Later calls do nothing.
  Result<void> retire();

  /// Those of its files that are still there and are none of `written` (paths below the folder).
  /// They are evidence that somebody copied, and are never removed.
  std::vector<std::string> left(const std::set<std::string>& written) const;

 private:
  std::string directory_;
  bool retired_ = false;
  std::set<std::string> files_;  ///< paths below the folder
};

}  // namespace pidometer
