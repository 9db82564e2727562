#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log_file.h"

namespace pidometer {

/// What a reader of journals gives out: one line of text an entry, and in the place of what is lost
/// a line of one NUL that counts as damaged. So line N is the Nth entry of the file, and readers of
/// text know where lines are missing.
class JournalText {
 public:
  /// As much as is made at a time.
  static constexpr std::size_t kEnough = 64 * 1024;

  void line(std::string_view text) {
    text_ += text;
    text_ += '\n';
    ++lines_;
  }

  /// Lines are lost here. Losses beside one another for one reason are one range. A file made of
  /// nothing but losses may not fill the memory with them: from the last one that is kept on all
  /// that follows is doubtful.
  void lost(std::string_view reason) {
    const std::uint64_t begin = made();
    line(std::string_view("\0", 1));
    if (!damage_.empty()) {
      DamagedRange& last = damage_.back();
      if (last.range.end == begin && last.reason == reason) {
        last.range.end = made();
        return;
      }
      if (damage_.size() >= kMostRanges) {
        last.range.end = kUnknownEnd;
        return;
      }
    }
    damage_.push_back({{begin, made()}, std::string(reason)});
  }

  bool has_enough() const { return text_.size() - taken_ >= kEnough; }
  std::uint64_t lines() const { return lines_; }
  const std::vector<DamagedRange>& damage() const { return damage_; }

  /// Moves out what there is and fits.
  std::size_t take(std::span<std::byte> out) {
    const std::size_t count = std::min(out.size(), text_.size() - taken_);
    std::memcpy(out.data(), text_.data() + taken_, count);
    taken_ += count;
    if (taken_ == text_.size()) {
      given_ += taken_;
      taken_ = 0;
      text_.clear();
    }
    return count;
  }

 private:
  static constexpr std::size_t kMostRanges = 100'000;

  std::uint64_t made() const { return given_ + text_.size(); }

  std::string text_;
  std::size_t taken_ = 0;    ///< of `text_`
  std::uint64_t given_ = 0;  ///< bytes before `text_`
  std::uint64_t lines_ = 0;
  std::vector<DamagedRange> damage_;
};

}  // namespace pidometer
