#include "cli/real_path.h"

#include <system_error>

namespace pidometer {

std::filesystem::path real_path(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path said = std::filesystem::absolute(path, error);
  std::filesystem::path real = std::filesystem::weakly_canonical(said, error);
  return error ? said.lexically_normal() : real;
}

}  // namespace pidometer
