#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace pidometer::test {

/// The folder of evidence beside the repository that is not part of it; may be absent.
inline std::filesystem::path shared_folder() {
  const char* const named = std::getenv("PIDOMETER_SHARED");
  return named != nullptr ? named : "../shared";
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace pidometer::test
