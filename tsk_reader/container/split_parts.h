#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "tsk_reader/container/raw_source.h"

namespace pidometer {

/// Finds the parts of split raw images by their names. Each folder is listed once, for all images
/// in it.
class SplitParts {
 public:
  using Parts = std::map<std::uint32_t, std::filesystem::path>;

  /// The parts of the image that `part` is one of, `path` among them, by their numbers.
  const Parts& of(const std::filesystem::path& path, const SplitPart& part);

 private:
  std::map<std::string, std::map<std::string, Parts>> folders_;  ///< by folder and stem
};

}  // namespace pidometer
