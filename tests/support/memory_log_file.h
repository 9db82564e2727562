#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log_file.h"

namespace pidometer::test {

/// A LogFile whose bytes are a string: both forms of the stream give the same bytes. Damaged
/// ranges, an error in mid-stream and a refusal to open are said beforehand.
class MemoryLogFile final : public LogFile {
 public:
  MemoryLogFile(std::string path, std::string bytes, std::optional<Timestamp> modified = {})
      : bytes_(std::move(bytes)) {
    entry_.path = std::move(path);
    entry_.display_name = "OS:" + entry_.path;
    entry_.path_spec = {PathSpecLayer{"OS", entry_.path, {}, {}, {}, {}, {}}};
    entry_.size = bytes_.size();
    entry_.modified = modified;
  }

  MemoryLogFile& packed(Timestamp time) {
    entry_.packed = time;
    return *this;
  }
  MemoryLogFile& damage(std::uint64_t begin, std::uint64_t end, std::string reason = "read error") {
    damage_.push_back({{begin, end}, std::move(reason)});
    return *this;
  }
  /// Bytes that a journal's replay brought.
  MemoryLogFile& replayed(std::uint64_t begin, std::uint64_t end) {
    entry_.replayed.push_back({begin, end});
    return *this;
  }
  /// Of an image, which keeps the file's own times.
  MemoryLogFile& in_image() {
    entry_.path_spec = {{"EXT", entry_.path, {}, {}, {}, {}, {}},
                        {"RAW", "", {}, {}, {}, {}, {}},
                        {"OS", "disk.raw", {}, {}, {}, {}, {}}};
    return *this;
  }
  MemoryLogFile& compressed() {
    entry_.path_spec.insert(entry_.path_spec.begin(), {"GZIP", "", {}, {}, {}, {}, {}});
    return *this;
  }
  /// The filesystem knows when the inode was made.
  MemoryLogFile& created(Timestamp time) {
    entry_.created = time;
    return *this;
  }
  /// Reads give at most so many bytes: shows what depends on block borders.
  MemoryLogFile& block_size(std::size_t bytes) {
    block_ = bytes;
    return *this;
  }
  /// The stream tells of its damage only once all is read, as that which a checksum finds.
  MemoryLogFile& tells_damage_at_its_end() {
    tells_late_ = true;
    return *this;
  }
  /// The stream gives an Error once `offset` bytes are read.
  MemoryLogFile& breaks_at(std::uint64_t offset) {
    breaks_at_ = offset;
    return *this;
  }
  MemoryLogFile& refuses_to_open() {
    refuses_ = true;
    return *this;
  }

  MemoryLogFile& recovered(Recovery recovery) {
    entry_.recovery = std::move(recovery);
    return *this;
  }

  const FileEntry& entry() const override { return entry_; }
  std::optional<std::string> sha256() const override { return std::string(64, '0'); }
  Result<std::unique_ptr<ByteStream>> open(StreamForm) const override {
    if (refuses_) return fail(ErrorKind::unreadable, entry_.path + " cannot be opened", "as told");
    return std::make_unique<Stream>(*this);
  }

 private:
  class Stream final : public ByteStream {
   public:
    explicit Stream(const MemoryLogFile& file) : file_(file) {}
    Result<std::size_t> read(std::span<std::byte> out) override {
      if (file_.breaks_at_ && at_ >= *file_.breaks_at_)
        return fail(ErrorKind::unreadable, file_.entry_.path + " breaks off", "as told");
      std::size_t count = std::min({out.size(), file_.bytes_.size() - at_, file_.block_});
      if (file_.breaks_at_)
        count = std::min(count, static_cast<std::size_t>(*file_.breaks_at_ - at_));
      std::memcpy(out.data(), file_.bytes_.data() + at_, count);
      at_ += count;
      return count;
    }
    const std::vector<DamagedRange>& damage() const override {
      static const std::vector<DamagedRange> none;
      return file_.tells_late_ && at_ < file_.bytes_.size() ? none : file_.damage_;
    }

   private:
    const MemoryLogFile& file_;
    std::size_t at_ = 0;
  };

  FileEntry entry_;
  std::string bytes_;
  std::vector<DamagedRange> damage_;
  std::size_t block_ = SIZE_MAX;
  std::optional<std::uint64_t> breaks_at_;
  bool refuses_ = false;
  bool tells_late_ = false;
};

/// A row of a table of logs: `2026-11-02 05:50:01` as an instant.
inline Timestamp utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                     int second = 0) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
         hours(hour) + minutes(minute) + seconds(second);
}

}  // namespace pidometer::test
