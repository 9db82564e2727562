#include "plugin/cron_log/carving/carved_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/sha256.h"

namespace pidometer {
namespace {

using SharedHash = std::shared_ptr<std::optional<std::string>>;
constexpr std::size_t kBlockBytes = std::size_t{1} << 16;

/// A part of another stream. What is skipped leaves no hash.
class PartStream final : public ByteStream {
 public:
  PartStream(std::unique_ptr<ByteStream> whole, ByteRange range, SharedHash hash)
      : whole_(std::move(whole)), range_(range), hash_(std::move(hash)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::uint64_t left = range_.end - range_.begin - at_;
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left));
    if (want == 0) return std::size_t{0};
    const Result<std::size_t> got = whole_->read(out.first(want));
    if (!got) return got;
    at_ += *got;
    if (hashing_) digest_.update(out.first(*got));
    if (hashing_ && at_ == range_.end - range_.begin) finish();
    take_damage();
    return got;
  }

  Result<std::uint64_t> skip(std::uint64_t count) override {
    const Result<std::uint64_t> passed =
        whole_->skip(std::min(count, range_.end - range_.begin - at_));
    if (!passed) return passed;
    if (*passed > 0) hashing_ = false;
    at_ += *passed;
    take_damage();
    return passed;
  }

  const std::vector<DamagedRange>& damage() const override { return damage_; }

 private:
  void finish() {
    *hash_ = digest_.finish();
    hashing_ = false;
  }

  void take_damage() {
    damage_.clear();
    for (const DamagedRange& damaged : whole_->damage()) {
      const std::uint64_t begin = std::max(damaged.range.begin, range_.begin);
      const std::uint64_t end = std::min(damaged.range.end, range_.end);
      if (begin < end)
        damage_.push_back({{begin - range_.begin, end - range_.begin}, damaged.reason});
    }
  }

  std::unique_ptr<ByteStream> whole_;
  ByteRange range_;
  SharedHash hash_;
  Sha256 digest_;
  bool hashing_ = true;
  std::uint64_t at_ = 0;
  std::vector<DamagedRange> damage_;
};

class CarvedLog final : public LogFile {
 public:
  CarvedLog(const LogFile& area, FileEntry entry, ByteRange range, bool is_journal)
      : area_(area), entry_(std::move(entry)), range_(range), is_journal_(is_journal) {}

  const FileEntry& entry() const override { return entry_; }

  Result<std::unique_ptr<ByteStream>> open(StreamForm form) const override {
    if (is_journal_ && form == StreamForm::decoded) return area_.open_part(range_, form);
    auto whole = area_.open(StreamForm::stored);
    if (!whole) return whole;
    const Result<std::uint64_t> passed = (*whole)->skip(range_.begin);
    if (!passed) return tl::unexpected(passed.error());
    if (*passed < range_.begin)
      return fail(ErrorKind::unreadable, entry_.display_name + " cannot be read again",
                  "the image has become shorter");
    return std::make_unique<PartStream>(std::move(*whole), range_, hash_);
  }

  std::optional<std::string> sha256() const override {
    // a journal is decoded elsewhere, by a reader that sees its bytes
    if (is_journal_ && !*hash_) read_through();
    return *hash_;
  }

 private:
  void read_through() const {
    const auto stream = open(StreamForm::stored);
    if (!stream) return;
    std::vector<std::byte> block(kBlockBytes);
    for (Result<std::size_t> got = 1; got && *got > 0;) got = (*stream)->read(block);
  }

  const LogFile& area_;
  FileEntry entry_;
  ByteRange range_;
  bool is_journal_;
  SharedHash hash_ = std::make_shared<std::optional<std::string>>();
};

std::unique_ptr<LogFile> make_part(const LogFile& area, ByteRange range, bool is_journal) {
  FileEntry entry = {};
  const FileEntry& from = area.entry();
  Recovery recovery;
  std::uint64_t begin = range.begin;
  if (from.recovery) {
    recovery.method = from.recovery->method;
    recovery.block_size = from.recovery->block_size;
    recovery.of_volume = from.recovery->of_volume;
    recovery.newest = from.recovery->newest;
    recovery.newest_words = from.recovery->newest_words;
    begin = image_offset(*from.recovery, range.begin).value_or(range.begin);
  }
  const std::uint64_t size = range.end - range.begin;
  recovery.extents = {{0, size, begin}};
  const std::string place = std::string(recovery.of_volume ? "volume bytes " : "bytes ") +
                            std::to_string(begin) + " to " + std::to_string(begin + size);
  if (recovery.method == RecoveryMethod::deleted_name) {
    entry.path = from.path + " (" + place + ")";
    entry.inode = from.inode;
  } else {
    entry.path = std::string("(") +
                 (recovery.method == RecoveryMethod::carved_slack ? "slack " : "unallocated ") +
                 place + ")";
  }
  const std::size_t colon = from.display_name.find(':');
  entry.display_name =
      (colon == std::string::npos ? "" : from.display_name.substr(0, colon + 1)) + entry.path;
  entry.path_spec = from.path_spec;
  PathSpecLayer layer;
  layer.type_indicator = "DATA_RANGE";
  layer.start_offset = begin;
  entry.path_spec.insert(entry.path_spec.begin(), std::move(layer));
  entry.size = size;
  if (is_journal) {
    // It may go on behind the extent that it begins in.
    recovery.extents.clear();
    for (const ImageExtent& extent : from.recovery->extents) {
      const std::uint64_t first = std::max(range.begin, extent.begin);
      const std::uint64_t last = std::min(range.end, extent.begin + extent.length);
      if (first < last)
        recovery.extents.push_back(
            {first - range.begin, last - first, extent.image + (first - extent.begin)});
    }
  }
  entry.recovery = std::move(recovery);
  return std::make_unique<CarvedLog>(area, std::move(entry), range, is_journal);
}

}  // namespace

std::unique_ptr<LogFile> make_carved_log(const LogFile& area, ByteRange range) {
  return make_part(area, range, false);
}

std::unique_ptr<LogFile> make_carved_journal(const LogFile& area, ByteRange range) {
  return make_part(area, range, true);
}

}  // namespace pidometer
