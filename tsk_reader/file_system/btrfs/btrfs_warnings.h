#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/warning.h"

namespace pidometer {

/// What a btrfs volume's reader has to say, each sentence once.
class BtrfsWarnings {
 public:
  void warn(WarningKind kind, std::string message) {
    for (const Warning& known : all_)
      if (known.message == message) return;
    // A filesystem that is corrupt all over says so once or twice, not a million times.
    if (all_.size() >= kMostWarnings) return;
    Warning warning;
    warning.kind = kind;
    warning.message = std::move(message);
    all_.push_back(std::move(warning));
  }
  void damaged(std::string message) { warn(WarningKind::damaged_image, std::move(message)); }

  const std::vector<Warning>& all() const { return all_; }

 private:
  static constexpr std::size_t kMostWarnings = 200;
  std::vector<Warning> all_;
};

}  // namespace pidometer
