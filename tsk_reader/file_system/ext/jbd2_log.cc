#include "tsk_reader/file_system/ext/jbd2_log.h"

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/ext/jbd2_blocks.h"

namespace pidometer {

Result<Jbd2Log> Jbd2Log::open(BlockSource& volume, FileMap map, std::uint32_t block_size) {
  Jbd2Log log(volume, std::move(map));
  log.super_.block_size = block_size;
  std::vector<std::byte> block(block_size);
  const Read read = log.read(0, block);
  if (!read.done) return fail(ErrorKind::unreadable, "the journal cannot be read");
  auto super = parse_jbd2_superblock(block, block_size, log.map_.size / block_size);
  if (!super) {
    if (!read.damage.empty())
      return fail(ErrorKind::unreadable, "the journal's superblock is damaged", read.damage);
    return tl::unexpected(super.error());
  }
  log.super_ = *super;
  return log;
}

std::optional<std::uint64_t> Jbd2Log::place(std::uint32_t block) const {
  const std::uint64_t at = std::uint64_t{block} * super_.block_size;
  const auto after =
      std::partition_point(map_.extents.begin(), map_.extents.end(),
                           [at](const FileExtent& extent) { return extent.begin <= at; });
  if (after == map_.extents.begin()) return std::nullopt;
  const FileExtent& extent = *std::prev(after);
  const std::uint64_t inside = at - extent.begin;
  if (inside >= extent.length || extent.length - inside < super_.block_size) return std::nullopt;
  return extent.source + inside;
}

Jbd2Log::Read Jbd2Log::read(std::uint32_t block, std::span<std::byte> out) const {
  const auto at = place(block);
  if (!at || !volume_->read_at(*at, out)) return {};
  Read read;
  read.done = true;
  const auto damage = volume_->damage({*at, *at + out.size()});
  if (!damage.empty()) read.damage = damage.front().reason;
  return read;
}

Jbd2Log::Read Jbd2Log::read_copy(const Jbd2LoggedBlock& logged, std::span<std::byte> out) const {
  Read got = read(logged.journal_block, out);
  if (got.done && logged.escaped)
    for (std::size_t i = 0; i < 4 && i < out.size(); ++i)
      out[i] = static_cast<std::byte>(kJbd2Magic >> (24 - 8 * i) & 0xFF);
  return got;
}

std::vector<Jbd2LoggedBlock> find_logged_blocks(const Jbd2Log& log) {
  const Jbd2Superblock& super = log.super();
  std::vector<Jbd2LoggedBlock> found;
  std::vector<bool> own(super.ring_end(), false);  // of jbd2 itself, hence no copy
  std::vector<std::byte> block(super.block_size);
  for (std::uint32_t at = super.first; at < super.ring_end(); ++at) {
    if (!log.read(at, block).done) continue;
    const Jbd2Header header = parse_jbd2_header(block);
    if (!header.valid) continue;
    own[at] = true;
    if (!header.is(Jbd2BlockType::descriptor)) continue;
    std::uint32_t distance = 0;
    for (const Jbd2Tag& tag : parse_jbd2_tags(super, block)) {
      // A descriptor names at most what the ring holds beside it. Stale ones may claim what newer
      // ones have overwritten, but not many times over.
      if (++distance >= super.ring_size() || found.size() / 4 >= super.ring_size()) break;
      found.push_back({tag.block, super.after(at, distance), header.sequence, tag.checksum,
                       static_cast<std::uint32_t>(found.size()), tag.escaped});
    }
  }
  std::erase_if(found, [&](const Jbd2LoggedBlock& one) { return own[one.journal_block]; });
  if (found.empty()) return found;
  // Numbers wrap; the ring holds far fewer transactions than half of them.
  std::uint32_t newest = found.front().sequence;
  for (const Jbd2LoggedBlock& one : found)
    if (is_later_transaction(one.sequence, newest)) newest = one.sequence;
  std::stable_sort(found.begin(), found.end(),
                   [newest](const Jbd2LoggedBlock& a, const Jbd2LoggedBlock& b) {
                     return newest - a.sequence > newest - b.sequence;
                   });
  return found;
}

bool logged_copy_holds(const Jbd2Log& log, const Jbd2LoggedBlock& logged) {
  if (!log.super().has_block_checksums()) return true;
  std::vector<std::byte> copy(log.super().block_size);
  return log.read(logged.journal_block, copy).done &&
         jbd2_copy_checksum_holds(log.super(), logged.checksum, logged.sequence, copy);
}

}  // namespace pidometer
