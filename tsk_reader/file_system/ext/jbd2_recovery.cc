#include "tsk_reader/file_system/ext/jbd2_recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/ext/jbd2_blocks.h"
#include "tsk_reader/file_system/ext/jbd2_fast_commit.h"
#include "tsk_reader/file_system/ext/jbd2_scan.h"

namespace pidometer {
namespace {

/// The revoke pass: for each block that has a copy, up to which transaction its copies are void.
/// Only those blocks are kept in mind, so that memory is bounded by the copies.
class RevokeTable {
 public:
  /// `copies` sorted by block.
  explicit RevokeTable(const std::vector<Jbd2LoggedBlock>& copies) {
    for (const Jbd2LoggedBlock& copy : copies)
      if (rows_.empty() || rows_.back().block != copy.block)
        rows_.push_back({copy.block, 0, false});
  }

  /// As jbd2_journal_set_revoke().
  void revoke(std::uint64_t block, std::uint32_t sequence) {
    Row* row = find(block);
    if (row == nullptr) return;
    if (!row->revoked || is_later_transaction(sequence, row->sequence))
      *row = {block, sequence, true};
  }

  /// As jbd2_journal_test_revoke(): a copy of the transaction that revokes is void too.
  bool is_revoked(const Jbd2LoggedBlock& copy) {
    const Row* row = find(copy.block);
    return row != nullptr && row->revoked && !is_later_transaction(copy.sequence, row->sequence);
  }

 private:
  struct Row {
    std::uint64_t block;
    std::uint32_t sequence;
    bool revoked;
  };
  Row* find(std::uint64_t block) {
    const auto at = std::partition_point(rows_.begin(), rows_.end(),
                                         [block](const Row& row) { return row.block < block; });
    return at != rows_.end() && at->block == block ? &*at : nullptr;
  }

  std::vector<Row> rows_;
};

/// Of one block's copies, newest first, the one that a replay in order leaves behind.
void settle_block(const Jbd2Log& log, RevokeTable& revokes, std::span<Jbd2LoggedBlock> copies,
                  std::vector<std::byte>& buffer, Jbd2Recovery& out) {
  bool failed = false;
  for (const Jbd2LoggedBlock& copy : copies) {
    if (revokes.is_revoked(copy)) {
      ++out.revoked;
      continue;
    }
    // A copy that the image has lost in part stays: damage then shows in the file that is read
    // through it, where an older state would show as nothing at all.
    if (log.super().has_block_checksums()) {
      const Jbd2Log::Read read = log.read(copy.journal_block, buffer);
      if (!read.done ||
          (read.damage.empty() &&
           !jbd2_copy_checksum_holds(log.super(), copy.checksum, copy.sequence, buffer))) {
        if (!failed) out.failed.push_back(copy);
        failed = true;
        continue;
      }
    } else if (!log.place(copy.journal_block)) {
      if (!failed) out.failed.push_back(copy);
      failed = true;
      continue;
    }
    out.blocks.push_back(copy);
    return;
  }
}

}  // namespace

Jbd2Recovery recover_jbd2(const Jbd2Log& log, std::uint64_t volume_size) {
  Jbd2Recovery out;
  const Jbd2Superblock& super = log.super();
  out.first_transaction = out.end_transaction = super.sequence;
  if (super.start == 0) return out;
  Jbd2Scan scan = scan_jbd2(log);
  out.end_transaction = scan.end_transaction;
  out.problems = std::move(scan.problems);
  if (has_fast_commit(log, out.end_transaction))
    out.problems.push_back(
        fmt::format("its fast commits on top of transaction {} were not replayed, for pidometer "
                    "reads none",
                    out.end_transaction - 1));
  if (super.checksum_failed)
    out.problems.emplace_back("the checksum of the journal's superblock is wrong");

  std::vector<Jbd2LoggedBlock>& copies = scan.copies;
  const std::uint64_t blocks = volume_size / super.block_size;
  const std::size_t outside =
      std::erase_if(copies, [blocks](const Jbd2LoggedBlock& one) { return one.block >= blocks; });
  if (outside > 0)
    out.problems.push_back(
        fmt::format("{} copies in the journal belong past the end of the volume", outside));
  std::sort(copies.begin(), copies.end(), [](const Jbd2LoggedBlock& a, const Jbd2LoggedBlock& b) {
    return a.block != b.block ? a.block < b.block : a.order > b.order;
  });

  RevokeTable revokes(copies);
  std::vector<std::byte> buffer(super.block_size);
  for (const Jbd2RevokeBlock& one : scan.revokes) {
    std::vector<std::uint64_t> revoked;
    if (!log.read(one.journal_block, buffer).done) continue;
    parse_jbd2_revokes(super, buffer, revoked);
    for (const std::uint64_t block : revoked) revokes.revoke(block, one.sequence);
  }
  for (std::size_t begin = 0, end = 0; begin < copies.size(); begin = end) {
    while (end < copies.size() && copies[end].block == copies[begin].block) ++end;
    settle_block(log, revokes, std::span(copies).subspan(begin, end - begin), buffer, out);
  }
  if (!out.failed.empty())
    out.problems.push_back(fmt::format(
        "{} blocks of the filesystem ({}{}) have a copy in the journal that fails its checksum; "
        "they are as they were before it",
        out.failed.size(), out.failed.front().block, out.failed.size() > 1 ? ", ..." : ""));
  return out;
}

}  // namespace pidometer
