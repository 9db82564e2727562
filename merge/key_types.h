#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "merge/json_text.h"

namespace pidometer {

/// A line of an input.
struct RowPlace {
  std::uint32_t input = 0;  ///< its number, from 0
  std::uint64_t line = 0;   ///< from 1
};

/// Which JSON types each key was seen with. OpenSearch fixes the type of a key by its first value,
/// over all rows of a sketch, and refuses later rows that do not fit.
class KeyTypes {
 public:
  /// Keys that are kept apart, nested ones too. Ten times what an index of OpenSearch takes
  /// (index.mapping.total_fields.limit); what comes after is not looked at.
  static constexpr std::size_t kMostKeys = 10000;
  /// A longer path of keys is not kept: keys are hostile input, too.
  static constexpr std::size_t kLongestKey = 256;
  /// Keys of rows, without nested ones, that Timesketch takes.
  static constexpr std::size_t kTimesketchKeys = 450;

  /// `path`: the key, or keys of nested objects joined by dots. A null has no type, nor has an
  /// array: its items have that of its key.
  void saw(std::string_view path, JsonType type, RowPlace place);

  struct Seen {
    JsonType type;
    RowPlace place;  ///< the first one
  };
  struct Conflict {
    std::string key;
    std::vector<Seen> types;  ///< two or more, in the order in which they were met
  };
  /// In the order of the keys.
  std::vector<Conflict> conflicts() const;

  /// Keys of rows, without nested ones.
  std::size_t keys() const { return top_level_; }
  /// There was a key that could not be looked at.
  void missed() { incomplete_ = true; }
  /// Whether there were keys that were not looked at.
  bool incomplete() const { return incomplete_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  /// A line of 0: not seen.
  using Places = std::array<RowPlace, kJsonTypes>;

  std::unordered_map<std::string, Places, Hash, std::equal_to<>> keys_;
  std::size_t top_level_ = 0;
  bool incomplete_ = false;
};

/// As a person calls it: `integer`, `text`.
std::string_view json_type_name(JsonType type);

}  // namespace pidometer
