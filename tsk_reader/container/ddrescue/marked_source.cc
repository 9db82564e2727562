#include "tsk_reader/container/ddrescue/marked_source.h"

#include <cstring>
#include <utility>

namespace pidometer {
namespace {

class MarkedSource final : public BlockSource {
 public:
  MarkedSource(std::unique_ptr<BlockSource> source, DamageList marked)
      : source_(std::move(source)), marked_(std::move(marked)) {}

  std::uint64_t size() const override { return source_->size(); }

  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    if (Result<void> done = source_->read_at(offset, out); !done) return done;
    for (const DamagedRange& bad : marked_.clipped({offset, offset + out.size()}))
      std::memset(out.data() + (bad.range.begin - offset), 0,
                  static_cast<std::size_t>(bad.range.end - bad.range.begin));
    return {};
  }

  std::vector<DamagedRange> damage(ByteRange range) const override {
    DamageList all;
    for (const DamagedRange& one : marked_.clipped(range)) all.add(one.range, one.reason);
    for (const DamagedRange& one : source_->damage(range)) all.add(one.range, one.reason);
    return all.all();
  }

  PathSpec path_spec() const override { return source_->path_spec(); }

 private:
  std::unique_ptr<BlockSource> source_;
  DamageList marked_;
};

}  // namespace

std::unique_ptr<BlockSource> mark_damage(std::unique_ptr<BlockSource> source, DamageList marked) {
  return std::make_unique<MarkedSource>(std::move(source), std::move(marked));
}

}  // namespace pidometer
