#include "tsk_reader/file_system/ext/jbd2_scan.h"

#include <ext2fs/ext2fs.h>
#include <fmt/format.h>

#include <utility>

#include "tsk_reader/file_system/ext/jbd2_blocks.h"

namespace pidometer {
namespace {

class Scanner {
 public:
  explicit Scanner(const Jbd2Log& log)
      : log_(log),
        super_(log.super()),
        next_(super_.start),
        sequence_(super_.sequence),
        block_(super_.block_size) {}

  Jbd2Scan run() {
    while (step()) {
    }
    out_.end_transaction = sequence_;
    // What belongs to a transaction without its end was never made to last.
    out_.copies.resize(whole_copies_);
    out_.revokes.resize(whole_revokes_);
    return std::move(out_);
  }

 private:
  /// One block of jbd2's own; false at the end of the log.
  bool step() {
    const std::uint32_t at = next_;
    // Each block of the ring is read once; a log that goes round bites its own tail.
    if (passed_ >= super_.ring_size()) return end("its transactions fill more than the journal");
    const Jbd2Log::Read read = log_.read(at, block_);
    if (!read.done) return end(fmt::format("its block {} cannot be read", at));
    pass(1);
    const Jbd2Header header = parse_jbd2_header(block_);
    if (!header.valid || header.sequence != sequence_) {
      if (!read.damage.empty())
        return end(fmt::format("its block {} is damaged ({})", at, read.damage));
      return end_of_log(at);
    }
    if (!read.damage.empty() && !super_.has_block_checksums())
      problem(fmt::format("its block {} is damaged ({})", at, read.damage));
    switch (static_cast<Jbd2BlockType>(header.type)) {
      case Jbd2BlockType::descriptor:
        return take_descriptor();
      case Jbd2BlockType::revoke:
        return take_revokes(at);
      case Jbd2BlockType::commit:
        return take_commit(at);
      default:
        return end(fmt::format("its block {} is of an unknown type", at));
    }
  }

  bool take_descriptor() {
    if (!jbd2_tail_checksum_holds(super_, block_)) suspect_ = true;
    const std::vector<Jbd2Tag> tags = parse_jbd2_tags(super_, block_);
    if (tags.size() > super_.ring_size() - passed_)
      return end("its transactions fill more than the journal");
    if (super_.has_commit_checksum()) add_to_transaction_checksum();
    for (const Jbd2Tag& tag : tags) {
      if (super_.has_commit_checksum()) {
        if (!log_.read(next_, block_).done)
          return end(fmt::format("its block {} cannot be read", next_));
        add_to_transaction_checksum();
      }
      out_.copies.push_back({tag.block, next_, sequence_, tag.checksum,
                             static_cast<std::uint32_t>(out_.copies.size()), tag.escaped});
      pass(1);
    }
    return true;
  }

  bool take_revokes(std::uint32_t at) {
    if (!jbd2_tail_checksum_holds(super_, block_)) suspect_ = true;
    std::vector<std::uint64_t> ignored;
    if (!suspect_ && !parse_jbd2_revokes(super_, block_, ignored))
      return end(fmt::format("its revoke block {} is corrupt", at));
    out_.revokes.push_back({at, sequence_});
    return true;
  }

  bool take_commit(std::uint32_t at) {
    const Jbd2Commit commit = parse_jbd2_commit(block_);
    const bool stale = commit.seconds < last_commit_;
    if (suspect_) {
      if (stale) return false;
      return end("a descriptor or revoke block fails its checksum");
    }
    const bool holds = super_.has_commit_checksum() ? transaction_checksum_holds(commit)
                                                    : jbd2_commit_checksum_holds(super_, block_);
    if (!holds) {
      if (stale) return false;
      if (super_.has_async_commit() && !commit_follows(at)) return false;
      return end(fmt::format("the commit block {} fails its checksum", at));
    }
    transaction_checksum_ = ~0U;
    last_commit_ = commit.seconds;
    whole_copies_ = out_.copies.size();
    whole_revokes_ = out_.revokes.size();
    ++sequence_;
    return true;
  }

  /// With async commit a commit block may reach the disk before what it commits: a failed checksum
  /// then only means damage where the next transaction has its commit block too.
  bool commit_follows(std::uint32_t at) {
    return newer_block_near(at, [this](const Jbd2Header& header) {
      return header.is(Jbd2BlockType::commit) && header.sequence == sequence_ + 1;
    });
  }

  void add_to_transaction_checksum() {
    transaction_checksum_ =
        ext2fs_crc32_be(transaction_checksum_,
                        reinterpret_cast<const unsigned char*>(block_.data()), block_.size());
  }

  /// Version 1. A commit block without any checksum is taken: the feature may be younger than it.
  bool transaction_checksum_holds(const Jbd2Commit& commit) const {
    if (commit.checksum_type == 0 && commit.checksum_size == 0 && commit.checksum == 0) return true;
    return commit.checksum_type == 1 && commit.checksum_size == 4 &&
           commit.checksum == transaction_checksum_;
  }

  /// No block of the transaction that should go on at `at`. The end, as a rule; but where a newer
  /// transaction lies close behind, what stood here is lost, or was overwritten while the image was
  /// taken. The kernel does not look.
  bool end_of_log(std::uint32_t at) {
    const bool newer = newer_block_near(at, [this](const Jbd2Header& header) {
      return is_later_transaction(header.sequence, sequence_);
    });
    if (!newer) return false;
    return end(
        fmt::format("its block {} is not of transaction {}, and newer transactions lie "
                    "behind it",
                    at, sequence_));
  }

  /// Looks at `at` and as many blocks behind it as one descriptor block can name.
  template <typename Predicate>
  bool newer_block_near(std::uint32_t at, Predicate wanted) {
    const std::uint32_t reach = super_.block_size / 8 + 2;
    std::vector<std::byte> block(super_.block_size);
    for (std::uint32_t i = 0; i < reach && i < super_.ring_size(); ++i) {
      if (!log_.read(super_.after(at, i), block).done) return false;
      const Jbd2Header header = parse_jbd2_header(block);
      if (!header.valid || !wanted(header)) continue;
      const bool holds = header.is(Jbd2BlockType::commit)
                             ? jbd2_commit_checksum_holds(super_, block)
                             : jbd2_tail_checksum_holds(super_, block);
      if (holds) return true;
    }
    return false;
  }

  void pass(std::uint32_t count) {
    next_ = super_.after(next_, count);
    passed_ += count;
  }

  void problem(std::string text) { out_.problems.push_back(std::move(text)); }
  bool end(std::string text) {
    problem(fmt::format("{}: transactions from {} on were not replayed", text, sequence_));
    return false;
  }

  const Jbd2Log& log_;
  const Jbd2Superblock& super_;
  Jbd2Scan out_;
  std::uint32_t next_;
  std::uint32_t sequence_;
  std::vector<std::byte> block_;
  std::uint32_t passed_ = 0;  ///< blocks of the ring
  std::size_t whole_copies_ = 0;
  std::size_t whole_revokes_ = 0;
  bool suspect_ = false;  ///< a block of this transaction failed its checksum
  std::uint32_t transaction_checksum_ = ~0U;
  std::uint64_t last_commit_ = 0;  ///< seconds
};

}  // namespace

Jbd2Scan scan_jbd2(const Jbd2Log& log) {
  return Scanner(log).run();
}

}  // namespace pidometer
