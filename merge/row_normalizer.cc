#include "merge/row_normalizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "merge/canonical_json.h"
#include "merge/row_time.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/time_text.h"

namespace pidometer {
namespace {

bool key_less(const JsonMember& a, const JsonMember& b) {
  return a.key < b.key;
}

std::string shown_key(std::string_view key) {
  constexpr std::size_t kShown = 60;
  return escape_bytes(key.substr(0, kShown)) + (key.size() > kShown ? "..." : "");
}

std::string too_long() {
  return fmt::format("it is longer than {} MiB in ASCII", kLongestRow >> 20U);
}

/// Whether every character of a key stands for itself.
bool is_plain_key(std::string_view key) {
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
}

/// `"a, b"` as Timesketch would split it: a list of labels, without empty ones.
std::string labels_of(std::string_view content) {
  std::string labels;
  append_canonical_string(labels, content);
  if (labels.size() > kLongestRow) return "[\"" + labels + "\"]";  // cut off: the row is too long
  std::string list;
  for (std::string_view rest = labels; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view label = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (label.starts_with(' ')) label.remove_prefix(1);
    while (label.ends_with(' ')) label.remove_suffix(1);
    if (label.empty() || label == "-") continue;
    list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", label);
  }
  return "[" + list + "]";
}

/// A list as Python shows it, `"['a', \"it's\"]"`: what Timesketch's own export to CSV makes of
/// tags, and what its importer fails at (json.loads(), timesketch/lib/utils.py). Labels with a
/// backslash are none of these. Empty: it is no such list.
std::string python_list(std::string_view content) {
  if (!content.starts_with('[') || !content.ends_with(']')) return {};
  content = content.substr(1, content.size() - 2);
  std::string list;
  const auto pass_blanks = [&content] {
    while (content.starts_with(' ')) content.remove_prefix(1);
  };
  while (true) {
    pass_blanks();
    // A double quote has a backslash in JSON.
    const std::string_view quote = content.starts_with('\'') ? "'" : "\\\"";
    if (!content.starts_with(quote)) return {};
    content.remove_prefix(quote.size());
    const std::size_t end = content.find(quote);
    if (end == std::string_view::npos) return {};
    const std::string_view label = content.substr(0, end);
    if (label.find('\\') != std::string_view::npos) return {};
    content.remove_prefix(end + quote.size());
    if (!label.empty()) {
      list += list.empty() ? "\"" : ",\"";
      append_canonical_string(list, label);
      list += '"';
    }
    pass_blanks();
    if (content.empty()) return "[" + list + "]";
    if (!content.starts_with(',')) return {};
    content.remove_prefix(1);
  }
}

/// Whether an array has strings and nothing else; `array` must be JSON.
bool is_list_of_strings(std::string_view array) {
  constexpr std::string_view kSpace = " \t\r\n";
  array.remove_prefix(1);
  while (true) {
    array.remove_prefix(std::min(array.find_first_not_of(kSpace), array.size()));
    if (array.starts_with(']')) return true;
    if (array.starts_with(',')) {
      array.remove_prefix(1);
      continue;
    }
    if (!array.starts_with('"')) return false;
    std::size_t end = 1;
    while (array[end] != '"') end += array[end] == '\\' ? 2 : 1;
    array.remove_prefix(end + 1);
  }
}

/// A list that somebody wrote into a string, as Timesketch reads it: `"[\"a\", \"b\"]"`. Empty:
/// it is no list of strings.
std::string list_in_string(std::string_view content) {
  if (!content.starts_with('[') || !content.ends_with(']')) return {};
  const std::string text = "{\"tag\":" + decoded_string(content) + "}";
  std::vector<JsonMember> members;
  if (split_json_object(text, members) || members.size() != 1 ||
      members.front().type != JsonType::array || !is_list_of_strings(members.front().value))
    return {};
  return std::string(members.front().value);
}

/// JSON of any type as a JSON string of its text.
std::string quoted(std::string_view json) {
  std::string text = "\"";
  for (const char c : json) {
    if (c == '\t') {
      text += "\\t";
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

}  // namespace

const JsonMember* RowNormalizer::find(std::string_view key) const {
  const auto at =
      std::lower_bound(members_.begin(), members_.end(), JsonMember{key, {}, {}}, key_less);
  return at != members_.end() && at->key == key ? &*at : nullptr;
}

std::string_view RowNormalizer::canonical_key(std::string_view key) {
  if (is_plain_key(key)) return key;
  std::string& made = made_.emplace_back();
  append_canonical_string(made, key);
  return made;
}

std::string RowNormalizer::missing_or_twice() const {
  const auto twice =
      std::adjacent_find(members_.begin(), members_.end(),
                         [](const JsonMember& a, const JsonMember& b) { return a.key == b.key; });
  if (twice != members_.end())
    return fmt::format("the key {} stands in it twice", shown_key(twice->key));
  if (verbatim_) return {};
  for (const char* key : {"message", "timestamp_desc"}) {
    const JsonMember* member = find(key);
    if (member == nullptr || member->type == JsonType::null)
      return fmt::format("it has no {}, which Timesketch asks for", key);
  }
  return {};
}

void RowNormalizer::set(std::string_view key, std::string value, JsonType type) {
  const std::string_view made = made_.emplace_back(std::move(value));
  const JsonMember member{key, made, type};
  const auto at = std::lower_bound(members_.begin(), members_.end(), member, key_less);
  if (at != members_.end() && at->key == key)
    *at = member;
  else
    members_.insert(at, member);
}

/// What Timesketch takes for text, as text.
void RowNormalizer::set_texts() {
  for (const char* key : {"message", "timestamp_desc"})
    if (const JsonMember* member = find(key); member->type != JsonType::string)
      set(key, quoted(member->value), JsonType::string);
}

/// Plaso's event_tag object, or a text, as a list of labels; a list stays, and of anything else its
/// text is the one label.
void RowNormalizer::set_tag() {
  const JsonMember* tag = find("tag");
  if (tag == nullptr || tag->type == JsonType::array) return;
  if (tag->type == JsonType::null) return set("tag", "[]", JsonType::array);
  if (tag->type == JsonType::object) {
    split_json_object(tag->value, inner_);
    for (const JsonMember& member : inner_)
      if (member.key == "labels" && member.type == JsonType::array)
        return set("tag", std::string(member.value), JsonType::array);
  }
  if (tag->type == JsonType::string) {
    const std::string_view content = tag->value.substr(1, tag->value.size() - 2);
    std::string list = list_in_string(content);
    if (list.empty()) list = python_list(content);
    return set("tag", list.empty() ? labels_of(content) : std::move(list), JsonType::array);
  }
  set("tag", fmt::format("[{}]", quoted(tag->value)), JsonType::array);
}

/// Whether a lone surrogate was met.
bool RowNormalizer::append_members(RowPlace place, bool record, std::string& out) {
  TypeRecorder recorder{types_, place, std::move(path_)};
  bool lone = false;
  out.clear();
  out += '{';
  bool first = true;
  for (const JsonMember& member : members_) {
    if (member.key.starts_with('_')) continue;
    if (verbatim_) out.clear();  // it is made for the types alone
    if (!std::exchange(first, false)) out += ',';
    out += '"';
    out += member.key;
    out += "\":";
    recorder.path = member.key;
    lone |= append_canonical(out, member.value, record ? &recorder : nullptr);
    if (out.size() > kLongestRow && !verbatim_) break;
  }
  out += '}';
  path_ = std::move(recorder.path);
  return lone;
}

tl::expected<NormalRow, std::string> RowNormalizer::normalize(std::string_view line, RowPlace place,
                                                              std::string& out) {
  out.clear();
  made_.clear();
  if (const auto fault = split_json_object(line, members_))
    return tl::unexpected(fmt::format("{} (byte {})", fault->reason, fault->at));
  std::size_t key_bytes = 0;
  for (JsonMember& member : members_) {
    member.key = canonical_key(member.key);
    key_bytes += member.key.size();
    if (key_bytes > kLongestRow) return tl::unexpected(too_long());
  }
  if (!std::is_sorted(members_.begin(), members_.end(), key_less))
    std::stable_sort(members_.begin(), members_.end(), key_less);
  if (std::string reason = missing_or_twice(); !reason.empty())
    return tl::unexpected(std::move(reason));
  std::string reason;
  const JsonMember* const date_time = find("date_time");
  const bool is_plaso = find("__container_type__") != nullptr || date_time != nullptr;
  const std::optional<RowTime> time =
      row_time({find("datetime"), find("timestamp"), date_time, is_plaso}, reason);
  if (!time) return tl::unexpected(std::move(reason));

  NormalRow row{time->time, 0};
  if (time->zone_assumed) row.remarks |= remark_zone_assumed;
  if (time->differs) row.remarks |= remark_times_differ;
  if (!verbatim_) {
    if (!time->datetime_stands)
      set("datetime", fmt::format("\"{}\"", iso8601(time->time)), JsonType::string);
    if (!time->timestamp)
      set("timestamp", std::to_string(posix_microseconds(time->time)), JsonType::integer);
    set_texts();
    set_tag();
  }
  // One that may be left out is looked at before its types are taken.
  constexpr std::size_t kMostGrowth = 8;  // six at most, and what is set
  if (!verbatim_ && line.size() > kLongestRow / kMostGrowth) {
    append_members(place, false, out);
    if (out.size() > kLongestRow) return tl::unexpected(too_long());
  }
  const bool escaped = append_members(place, true, out);
  if (verbatim_)
    out = line;
  else if (escaped)
    row.remarks |= remark_bytes_escaped;
  return row;
}

}  // namespace pidometer
