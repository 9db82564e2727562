#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/damage_list.h"

namespace pidometer {

/// A BlockSource over bytes in memory, with damage that the test names. As the real ones do, it
/// tells damage only once it was read.
class MemorySource : public BlockSource {
 public:
  explicit MemorySource(std::string bytes, std::vector<DamagedRange> bad = {})
      : bytes_(std::move(bytes)), bad_(std::move(bad)) {}

  std::uint64_t size() const override { return bytes_.size(); }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    const std::size_t begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, size()));
    const std::size_t count = std::min(out.size(), bytes_.size() - begin);
    std::memcpy(out.data(), bytes_.data() + begin, count);
    std::memset(out.data() + count, 0, out.size() - count);
    met_.add({offset + count, offset + out.size()}, "image is truncated");
    for (const DamagedRange& bad : bad_) {
      const std::uint64_t from = std::max(bad.range.begin, offset);
      const std::uint64_t to = std::min<std::uint64_t>(bad.range.end, offset + out.size());
      if (from >= to) continue;
      std::memset(out.data() + (from - offset), 0, static_cast<std::size_t>(to - from));
      met_.add({from, to}, bad.reason);
    }
    return {};
  }

  std::vector<DamagedRange> damage(ByteRange range) const override { return met_.clipped(range); }

  PathSpec path_spec() const override {
    PathSpec spec(1);
    spec[0].type_indicator = "RAW";
    return spec;
  }

 private:
  std::string bytes_;
  std::vector<DamagedRange> bad_;
  DamageList met_;
};

/// A ByteStream over bytes in memory that gives `step` bytes at a time and fails, if told to, at an
/// offset.
class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string bytes, std::size_t step = 1000,
                        std::vector<DamagedRange> damage = {})
      : bytes_(std::move(bytes)), step_(step), bad_(std::move(damage)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t count = std::min({out.size(), step_, bytes_.size() - offset_});
    std::memcpy(out.data(), bytes_.data() + offset_, count);
    for (const DamagedRange& bad : bad_) {
      const std::uint64_t from = std::max<std::uint64_t>(bad.range.begin, offset_);
      const std::uint64_t to = std::min<std::uint64_t>(bad.range.end, offset_ + count);
      if (from >= to) continue;
      std::memset(out.data() + (from - offset_), 0, static_cast<std::size_t>(to - from));
      met_.add({from, to}, bad.reason);
    }
    offset_ += count;
    return count;
  }

  const std::vector<DamagedRange>& damage() const override { return met_.all(); }

 private:
  std::string bytes_;
  std::size_t step_;
  std::vector<DamagedRange> bad_;
  std::size_t offset_ = 0;
  DamageList met_;
};

/// All that a stream gives, read in pieces of `step`.
inline std::string read_all(ByteStream& stream, std::size_t step = 4096) {
  std::string all;
  std::vector<std::byte> buffer(step);
  while (true) {
    const Result<std::size_t> got = stream.read(buffer);
    if (!got || *got == 0) break;
    all.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  return all;
}

/// `length` bytes of a source.
inline std::string read_range(BlockSource& source, std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '?');
  if (!source.read_at(offset, std::as_writable_bytes(std::span(bytes)))) bytes.clear();
  return bytes;
}

}  // namespace pidometer
