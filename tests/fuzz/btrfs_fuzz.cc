// A btrfs volume: the input is a sparse image (pieces of 4 KiB with their places), all of whose
// files are read. Checksums do not stop a changed byte: a block whose checksum is wrong is used
// where there is no better one.
//
// Form of an input: records of a 32-bit place (little-endian, in units of 4 KiB) and 4,096 bytes.
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/btrfs/file_system_btrfs.h"

namespace {

using namespace pidometer;

constexpr std::size_t kPiece = 4096;
constexpr std::uint64_t kVolume = std::uint64_t{160} << 20;

class SparseSource final : public BlockSource {
 public:
  explicit SparseSource(std::span<const std::byte> input) {
    for (; input.size() >= 4 + kPiece; input = input.subspan(4 + kPiece))
      pieces_.insert_or_assign(le32(input, 0), input.subspan(4, kPiece));
  }
  std::uint64_t size() const override { return kVolume; }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    for (std::size_t at = 0; at < out.size();) {
      const std::uint64_t place = offset + at;
      const auto within = static_cast<std::size_t>(place % kPiece);
      const std::size_t count = std::min(out.size() - at, kPiece - within);
      const auto piece = pieces_.find(place / kPiece);
      if (piece == pieces_.end())
        std::memset(out.data() + at, 0, count);
      else
        std::memcpy(out.data() + at, piece->second.data() + within, count);
      at += count;
    }
    return {};
  }
  std::vector<DamagedRange> damage(ByteRange) const override { return {}; }
  PathSpec path_spec() const override { return {}; }

 private:
  std::map<std::uint64_t, std::span<const std::byte>> pieces_;
};

/// Bounds what one input costs: the reader's own bounds are for real volumes.
struct Budget {
  std::size_t names = 300;
  std::size_t reads = 300;
};

void walk(FileSystem& fs, std::uint64_t directory, std::set<std::uint64_t>& entered,
          Budget& budget) {
  if (!entered.insert(directory).second) return;
  const auto entries = fs.list(directory);
  if (!entries) return;
  for (const DirectoryEntry& entry : *entries) {
    if (budget.names == 0) return;
    --budget.names;
    static_cast<void>(fs.lookup(directory, entry.name));
    const auto node = fs.stat(entry.inode);
    if (!node) continue;
    static_cast<void>(fs.read_link(entry.inode));
    static_cast<void>(fs.replayed(entry.inode));
    const auto stream = fs.open(entry.inode);
    std::vector<std::byte> buffer(65536);
    while (stream && budget.reads > 0) {
      --budget.reads;
      const auto got = (*stream)->read(buffer);
      if (!got || *got == 0) break;
    }
    if (node->kind == NodeKind::directory) walk(fs, entry.inode, entered, budget);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SparseSource source(std::as_bytes(std::span(data, size)));
  const auto opened = open_btrfs(source);
  if (!opened) return 0;
  std::set<std::uint64_t> entered;
  Budget budget;
  for (const TreeRoot& root : (*opened)->roots()) walk(**opened, root.inode, entered, budget);
  return 0;
}
