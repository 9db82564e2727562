#include "base/temporary_name.h"

#include <algorithm>
#include <cstddef>

namespace pidometer {
namespace {

/// NAME_MAX of Linux.
constexpr std::size_t kLongestName = 255;

bool is_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string temporary_name(std::string_view path) {
  constexpr std::size_t kRoom = kLongestName - 1 - kTemporaryMark.size() - kTemporaryLetters.size();
  const std::size_t name = path.rfind('/') + 1;  // 0 where there is no folder
  std::string temporary(path.substr(0, name));
  temporary += '.';
  temporary += path.substr(name, kRoom);
  temporary += kTemporaryMark;
  temporary += kTemporaryLetters;
  return temporary;
}

std::string_view name_of_temporary(std::string_view file) {
  const std::size_t behind = kTemporaryMark.size() + kTemporaryLetters.size();
  if (file.size() <= 1 + behind || file.front() != '.') return {};
  const std::string_view letters = file.substr(file.size() - kTemporaryLetters.size());
  if (!std::ranges::all_of(letters, is_letter)) return {};
  file.remove_suffix(kTemporaryLetters.size());
  if (!file.ends_with(kTemporaryMark)) return {};
  file.remove_suffix(kTemporaryMark.size());
  return file.substr(1);
}

}  // namespace pidometer
