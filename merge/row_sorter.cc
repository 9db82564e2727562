#include "merge/row_sorter.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <queue>
#include <type_traits>
#include <utility>

namespace pidometer {
namespace {

/// What stands before each row of a run.
struct RowHeader {
  RowKey key;
  std::uint64_t length;
};
static_assert(std::is_trivially_copyable_v<RowHeader>);

/// Gathers small pieces for a temporary file.
class RunWriter {
 public:
  RunWriter(TemporaryFile& file, std::size_t limit) : file_(file), limit_(limit) {}

  Result<void> write(const RowKey& key, std::string_view row) {
    const RowHeader header{key, row.size()};
    char bytes[sizeof header];
    std::memcpy(bytes, &header, sizeof header);
    waiting_.append(bytes, sizeof bytes);
    waiting_ += row;
    return waiting_.size() > limit_ ? flush() : Result<void>{};
  }

  Result<void> flush() {
    Result<void> written = file_.append(waiting_);
    waiting_.clear();
    return written;
  }

 private:
  TemporaryFile& file_;
  std::size_t limit_;
  std::string waiting_;
};

}  // namespace

/// Walks one run. The key of its next row is known; the row is read when it is its turn.
class RowSorter::RunReader {
 public:
  RunReader(const TemporaryFile& file, Run run, std::size_t read_bytes)
      : file_(file), at_(run.begin), end_(run.end), buffer_(read_bytes, '\0') {}

  const RowKey& key() const { return header_.key; }

  /// Whether there is another row.
  Result<bool> next() {
    if (at_ == end_) return false;
    char bytes[sizeof header_];
    if (Result<void> got = take({bytes, sizeof bytes}); !got) return tl::unexpected(got.error());
    std::memcpy(static_cast<void*>(&header_), bytes, sizeof bytes);
    return true;
  }

  Result<void> row(std::string& out) {
    out.resize(header_.length);
    return take(out);
  }

 private:
  Result<void> take(std::span<char> out) {
    while (!out.empty()) {
      if (filled_ == used_) {
        filled_ = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end_ - at_));
        used_ = 0;
        if (Result<void> got = file_.read(at_, {buffer_.data(), filled_}); !got) return got;
      }
      const std::size_t part = std::min(out.size(), filled_ - used_);
      std::memcpy(out.data(), buffer_.data() + used_, part);
      out = out.subspan(part);
      used_ += part;
      at_ += part;
    }
    return {};
  }

  const TemporaryFile& file_;
  std::uint64_t at_;  ///< in the file, of what take() gives next
  std::uint64_t end_;
  std::string buffer_;
  std::size_t filled_ = 0;
  std::size_t used_ = 0;
  RowHeader header_{};
};

Result<void> RowSorter::add(const RowKey& key, std::string_view row) {
  const std::size_t needed = rows_.size() + row.size() + (entries_.size() + 1) * sizeof(Entry);
  if (needed > limits_.run_bytes && !entries_.empty())
    if (Result<void> spilled = spill(); !spilled) return spilled;
  if (entries_.empty()) rows_.reserve(limits_.run_bytes);  // grown by doubling it would take thrice
  entries_.push_back(Entry{key, rows_.size(), row.size()});
  rows_ += row;
  return {};
}

void RowSorter::sort_memory() {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
}

Result<void> RowSorter::spill() {
  sort_memory();
  const std::uint64_t begin = file_.size();
  RunWriter writer(file_, limits_.read_bytes);
  for (const Entry& entry : entries_)
    if (Result<void> written =
            writer.write(entry.key, std::string_view(rows_).substr(entry.offset, entry.length));
        !written)
      return written;
  if (Result<void> written = writer.flush(); !written) return written;
  runs_.push_back(Run{begin, file_.size()});
  entries_.clear();
  rows_.clear();
  return {};
}

Result<void> RowSorter::merge(const Run* first, std::size_t count, const Sink& sink) const {
  std::vector<std::unique_ptr<RunReader>> readers;
  const auto later = [&readers](std::size_t a, std::size_t b) {
    return std::make_pair(readers[b]->key(), b) < std::make_pair(readers[a]->key(), a);
  };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> queue(later);
  for (std::size_t i = 0; i < count; ++i) {
    readers.push_back(std::make_unique<RunReader>(file_, first[i], limits_.read_bytes));
    const Result<bool> more = readers.back()->next();
    if (!more) return tl::unexpected(more.error());
    if (*more) queue.push(i);
  }
  std::string row;
  while (!queue.empty()) {
    const std::size_t index = queue.top();
    queue.pop();
    RunReader& reader = *readers[index];
    if (Result<void> got = reader.row(row); !got) return got;
    if (Result<void> taken = sink(reader.key(), row); !taken) return taken;
    const Result<bool> more = reader.next();
    if (!more) return tl::unexpected(more.error());
    if (*more) queue.push(index);
  }
  return {};
}

/// Runs become fewer and longer; neighbours are merged, so that their order stays.
Result<void> RowSorter::merge_pass() {
  TemporaryFile file;
  std::vector<Run> runs;
  for (std::size_t i = 0; i < runs_.size(); i += limits_.fan_in) {
    const std::uint64_t begin = file.size();
    RunWriter writer(file, limits_.read_bytes);
    const std::size_t count = std::min(limits_.fan_in, runs_.size() - i);
    Result<void> merged = merge(&runs_[i], count, [&](const RowKey& key, std::string_view row) {
      return writer.write(key, row);
    });
    if (merged) merged = writer.flush();
    if (!merged) return merged;
    runs.push_back(Run{begin, file.size()});
  }
  file_ = std::move(file);
  runs_ = std::move(runs);
  return {};
}

Result<void> RowSorter::drain(const Sink& sink) {
  Result<void> done;
  if (runs_.empty()) {
    sort_memory();
    for (const Entry& entry : entries_) {
      done = sink(entry.key, std::string_view(rows_).substr(entry.offset, entry.length));
      if (!done) break;
    }
    entries_.clear();
    rows_.clear();
    return done;
  }
  if (!entries_.empty()) done = spill();
  // The buffers of the runs need the room.
  std::string().swap(rows_);
  std::vector<Entry>().swap(entries_);
  while (done && runs_.size() > limits_.fan_in) done = merge_pass();
  if (done) done = merge(runs_.data(), runs_.size(), sink);
  runs_.clear();
  file_ = TemporaryFile();
  return done;
}

}  // namespace pidometer
