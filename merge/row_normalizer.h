#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/timestamp.h"
#include "merge/json_text.h"
#include "merge/key_types.h"

namespace pidometer {

/// What a row had that a person has to know of, though it was taken; bits.
enum RowRemark : unsigned {
  remark_zone_assumed = 1,   ///< `datetime` without an offset was taken for UTC
  remark_times_differ = 2,   ///< `timestamp` is another instant than `datetime`
  remark_bytes_escaped = 4,  ///< a lone surrogate, which cannot be UTF-8, became text
};

/// A row that was taken.
struct NormalRow {
  Timestamp time;
  unsigned remarks = 0;
};

/// Makes of a row of any of the tools one that Timesketch imports: pidometer's pass unchanged,
/// Plaso's json_line rows get `datetime`, a list for `tag` and lose what starts with `_`. Keys are
/// sorted, nested ones too, and spelling is canonical, so that rows of the same content are the
/// same bytes.
class RowNormalizer {
 public:
  /// `verbatim`: the line stays as it is; what can be said of its time and of its types is said.
  /// `types` must outlive it.
  RowNormalizer(bool verbatim, KeyTypes& types) : verbatim_(verbatim), types_(types) {}

  /// Writes the row, without a newline, to `out`. `line` has none either. Or the reason why it is
  /// left out, as a phrase.
  tl::expected<NormalRow, std::string> normalize(std::string_view line, RowPlace place,
                                                 std::string& out);

 private:
  const JsonMember* find(std::string_view key) const;
  std::string_view canonical_key(std::string_view key);
  std::string missing_or_twice() const;
  void set(std::string_view key, std::string value, JsonType type);
  void set_texts();
  void set_tag();
  bool append_members(RowPlace place, bool record, std::string& out);

  bool verbatim_;
  KeyTypes& types_;
  // Scratch, kept for its memory.
  std::vector<JsonMember> members_;
  std::vector<JsonMember> inner_;
  std::deque<std::string> made_;  ///< what members_ has that is not of the line
  std::string path_;
};

}  // namespace pidometer
