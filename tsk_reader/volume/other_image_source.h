#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tsk_reader/bytes/block_source.h"

namespace pidometer {

/// An image that is read on behalf of another one: its damage says whose it is.
class OtherImageSource final : public BlockSource {
 public:
  OtherImageSource(std::unique_ptr<BlockSource> source, std::string name)
      : source_(std::move(source)), name_(std::move(name)) {}

  std::uint64_t size() const override { return source_->size(); }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    return source_->read_at(offset, out);
  }
  std::vector<DamagedRange> damage(ByteRange range) const override {
    std::vector<DamagedRange> all = source_->damage(range);
    for (DamagedRange& one : all) one.reason = name_ + ": " + one.reason;
    return all;
  }
  PathSpec path_spec() const override { return source_->path_spec(); }
  /// In another image than the one that is asked about.
  std::optional<ImagePlace> image_place(std::uint64_t) const override { return std::nullopt; }

 private:
  std::unique_ptr<BlockSource> source_;
  std::string name_;
};

}  // namespace pidometer
