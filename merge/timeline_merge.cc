#include "merge/timeline_merge.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <utility>

#include "base/sha256.h"
#include "merge/row_lines.h"
#include "plugin/timeline/json_fields.h"

namespace pidometer {
namespace {

/// Lines of one input that a sequence number has room for: 17 trillion.
constexpr unsigned kLineBits = 44;

/// 128 bits of SHA-256: rows are hostile input, and none must be made to pass for another.
void set_digest(RowKey& key, std::string_view row) {
  const Sha256Digest digest = sha256_of(row);
  std::memcpy(&key.high, digest.data(), sizeof key.high);
  std::memcpy(&key.low, digest.data() + sizeof key.high, sizeof key.low);
}

/// Blank lines hold no row; nothing is lost with them.
bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::string left_out_json(const LeftOutLine& line) {
  constexpr std::size_t kShown = 512;
  RowJson json;
  put_text(json, "input", line.input);
  json["line"] = line.line;
  put_text(json, "reason", line.reason);
  put_text(json, "text", line.text.substr(0, kShown));
  return dump_json(json) + "\n";
}

TimelineMerge::TimelineMerge(MergeOptions options)
    : options_(std::move(options)),
      normalizer_(options_.verbatim, types_),
      sorter_(options_.limits) {}

Result<void> TimelineMerge::leave_out(std::string_view line, std::uint64_t number,
                                      std::string_view reason) {
  ++inputs_.back().left_out;
  return options_.left_out(LeftOutLine{inputs_.back().name, number, reason, line});
}

Result<void> TimelineMerge::take_line(std::string_view line, std::uint64_t number) {
  if (is_blank(line)) return {};
  if (line.ends_with('\r')) line.remove_suffix(1);
  MergedInput& input = inputs_.back();
  const auto place = RowPlace{static_cast<std::uint32_t>(inputs_.size() - 1), number};
  const auto taken = normalizer_.normalize(line, place, row_);
  if (!taken) return leave_out(line, number, taken.error());
  ++input.rows;
  for (RemarkCount& count : input.remarks)
    if ((taken->remarks & count.remark) != 0 && ++count.rows == 1) count.first_line = number;
  RowKey key{taken->time, 0, 0, (std::uint64_t{place.input} << kLineBits) + number};
  if (options_.dedup) set_digest(key, row_);
  return sorter_.add(key, row_);
}

Result<void> TimelineMerge::add(const std::string& name) {
  Result<RowLines> lines = RowLines::open(
      name, [this](std::uint64_t bytes) { return options_.proceed(bytes_ + bytes); },
      options_.watch);
  if (!lines) return tl::unexpected(lines.error());
  inputs_.push_back(MergedInput{.name = name});
  for (std::string_view line;;) {
    const Result<RowLines::Next> next = lines->next(line);
    if (!next) return tl::unexpected(next.error());
    if (*next == RowLines::Next::end || *next == RowLines::Next::given_up) break;
    Result<void> taken =
        *next == RowLines::Next::line
            ? take_line(line, lines->number())
            : leave_out(line, lines->number(),
                        fmt::format("it is longer than {} MiB", RowLines::kLongest >> 20U));
    if (!taken) return taken;
  }
  bytes_ += lines->bytes();
  return {};
}

/// The first of the rows of the same bytes, in the order of time and sequence again. Rows of the
/// same bytes have the same time, so each instant is sorted by itself.
Result<void> TimelineMerge::write_distinct(const RowSorter::Sink& sink) {
  // Of an instant that holds more the rest goes to a temporary file.
  constexpr SorterLimits kInstant{std::size_t{8} << 20, 32, std::size_t{64} << 10};
  RowSorter instant(kInstant);
  std::optional<RowKey> last;
  Result<void> done = sorter_.drain([&](const RowKey& key, std::string_view row) -> Result<void> {
    if (last && last->time != key.time)
      if (Result<void> drained = instant.drain(sink); !drained) return drained;
    const bool same =
        last && last->time == key.time && last->high == key.high && last->low == key.low;
    last = key;
    if (same) {
      ++inputs_[key.sequence >> kLineBits].duplicates;
      return {};
    }
    return instant.add(RowKey{key.time, 0, 0, key.sequence}, row);
  });
  return done ? instant.drain(sink) : done;
}

Result<void> TimelineMerge::write(const std::function<Result<void>(std::string_view)>& sink) {
  std::string line;
  const RowSorter::Sink rows = [&](const RowKey&, std::string_view row) {
    line = row;
    line += '\n';
    return sink(line);
  };
  return options_.dedup ? write_distinct(rows) : sorter_.drain(rows);
}

}  // namespace pidometer
