#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pidometer {

/// A number or a string of the metadata text.
struct LvmScalar {
  std::optional<std::int64_t> number;
  std::string text;  ///< of a string, escapes undone

  friend bool operator==(const LvmScalar&, const LvmScalar&) = default;
};

/// `name { ... }` of LVM2's text format: values and sections in the order of the text. A value that
/// is no array is one scalar.
struct LvmSection {
  std::string name;
  std::vector<std::pair<std::string, std::vector<LvmScalar>>> values;
  std::vector<LvmSection> sections;

  /// Null where there is none of the name.
  const LvmSection* section(std::string_view key) const;
  /// As above; of two values of one name the later one, as libdevmapper has it.
  const std::vector<LvmScalar>* value(std::string_view key) const;
  /// Absent where it is missing, no number, or negative.
  std::optional<std::uint64_t> number(std::string_view key) const;
  /// Empty where it is missing or no string.
  std::string_view text(std::string_view key) const;
  /// Whether an array (`status`, `flags`) holds the word.
  bool lists(std::string_view key, std::string_view word) const;
};

/// More values and sections than this are no metadata: a volume group of ten thousand logical
/// volumes has some 300,000. Bounds the memory at some 100 MB.
inline constexpr std::size_t kMostLvmValues = 1'000'000;

/// Parses the whole text up to its end or a zero byte; the sections and values of the top level are
/// those of the result. `error` says where it stops being metadata. Grammar as in libdevmapper
/// (LVM2, device_mapper/libdm-config.c): nested sections, integers, floats (read as no number),
/// strings in double or single quotes with backslash escapes, arrays, comments from # on.
std::optional<LvmSection> parse_lvm_text(std::string_view text, std::string& error);

}  // namespace pidometer
