#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/warning.h"
#include "tsk_reader/bytes/block_source.h"

namespace pidometer {

/// A part of a split raw image by its name: `disk.dd.002` is part 2 of `disk.dd`.
struct SplitPart {
  std::string stem;
  std::uint32_t number = 0;

  friend bool operator==(const SplitPart&, const SplitPart&) = default;
};

/// Absent where the name does not end in a dot and three or four digits.
std::optional<SplitPart> split_part(const std::filesystem::path& path);

/// One raw image, or the parts of a split one in order. A part that is missing between others
/// (known from the numbers) is zeros of a part's length and damage; so is what a part lacks that is
/// shorter than the largest, unless it is the last. `warnings` gets what the sizes cannot decide.
/// Errors: a part cannot be opened.
Result<std::unique_ptr<BlockSource>> open_raw_source(
    std::span<const std::filesystem::path> segments, std::vector<Warning>& warnings);

}  // namespace pidometer
