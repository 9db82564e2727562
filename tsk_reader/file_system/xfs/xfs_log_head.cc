#include "tsk_reader/file_system/xfs/xfs_log_head.h"

#include <algorithm>
#include <array>
#include <optional>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

/// XLOG_MAX_ICLOGS records of XLOG_MAX_RECORD_BSIZE may have been on their way at once.
constexpr std::uint32_t kInFlightRecords = 8;
constexpr std::uint32_t kInFlightBlocks = kInFlightRecords * 512;
/// Behind it all there must be one whole record with its headers.
constexpr std::uint32_t kScanBlocks = kInFlightBlocks + 2 * 528;
constexpr std::uint8_t kUnmount = 0x20;

class HeadFinder {
 public:
  explicit HeadFinder(XfsLog& log) : log_(log) {}

  XfsLogState find() {
    const auto first = cycle_at(0);
    const auto last = cycle_at(log_.blocks() - 1);
    if (!first || !last) return {};
    if (*first == 0) return {XfsLogState::Kind::clean, 0, 0, false};  // as mkfs of old leaves it
    if (*first != *last && *first != *last + 1) return {};
    const auto turn = *first == *last ? log_.blocks() : find_turn(*last);
    if (!turn) return {};
    // An unmount is written when all else is: nothing before it can be missing.
    constexpr std::uint32_t kNear = 16;
    read_window(*turn, *first, kNear);
    if (window_read_ && last_record() && ends_unmounted(log_.wrap(*turn)))
      return {XfsLogState::Kind::clean, log_.wrap(*turn), log_.wrap(*turn), false};
    read_window(*turn, *first, std::min(kScanBlocks, log_.blocks()));
    return window_read_ ? examine() : XfsLogState{};
  }

 private:
  std::optional<std::uint32_t> cycle_at(std::uint32_t block) {
    std::array<std::byte, kXfsLogBlock> bytes{};
    if (!log_.read(block, bytes)) return std::nullopt;
    return xfs_log_cycle(bytes);
  }

  /// The first block of the older cycle, by halves.
  std::optional<std::uint32_t> find_turn(std::uint32_t older) {
    std::uint32_t newer_block = 0;
    std::uint32_t older_block = log_.blocks() - 1;
    while (newer_block + 1 < older_block) {
      const std::uint32_t middle = newer_block + (older_block - newer_block) / 2;
      const auto cycle = cycle_at(middle);
      if (!cycle) return std::nullopt;
      (*cycle == older ? older_block : newer_block) = middle;
    }
    return older_block;
  }

  /// The `count` blocks before `turn`, around the ring, and the cycle that each should have.
  void read_window(std::uint32_t turn, std::uint32_t cycle, std::uint32_t count) {
    count = std::min(count, log_.blocks());
    begin_ = log_.wrap(std::uint64_t{turn} + log_.blocks() - count);
    bytes_.assign(std::size_t{count} * kXfsLogBlock, std::byte{0});
    window_read_ = log_.read(begin_, bytes_);
    turn_ = turn;
    cycle_ = cycle;
    end_ = count;
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(bytes_.size() / kXfsLogBlock); }
  std::span<const std::byte> window_block(std::uint32_t i) const {
    return std::span(bytes_).subspan(std::size_t{i} * kXfsLogBlock, kXfsLogBlock);
  }

  /// Index in the window of the last record that begins before `end_`, kept in last_.
  bool last_record() {
    for (std::uint32_t i = end_; i-- > 0;) {
      if (!is_xfs_log_record(window_block(i))) continue;
      last_index_ = i;
      last_ = log_.record(log_.wrap(std::uint64_t{begin_} + i));
      return last_.has_value();
    }
    return false;
  }

  bool ends_unmounted(std::uint32_t head) {
    if (!last_ || last_->operations != 1 ||
        log_.wrap(std::uint64_t{last_->block} + last_->blocks()) != head)
      return false;
    std::array<std::byte, kXfsLogBlock> first{};
    if (!log_.read(log_.wrap(std::uint64_t{last_->block} + last_->header_blocks), first))
      return false;
    return (std::to_integer<std::uint8_t>(first[9]) & kUnmount) != 0;
  }

  /// As far as the search for the head asks: mkfs.xfs and xfs_repair write a record without a
  /// checksum, on v5 too (xlog_recover_process, XLOG_RECOVER_CRCPASS). A replay still wants one.
  bool is_whole(std::uint32_t block) {
    const auto record = log_.record(block);
    return record && (record->checksum == 0 || log_.payload(*record));
  }

  XfsLogState examine() {
    // A hole, that is a block of one cycle before, was to be written when all stopped.
    for (std::uint32_t i = 0; i < count(); ++i) {
      const std::uint32_t block = log_.wrap(std::uint64_t{begin_} + i);
      const std::uint32_t cycle = block < turn_ ? cycle_ : cycle_ - 1;
      if (xfs_log_cycle(window_block(i)) == cycle - 1) {
        end_ = i;
        break;
      }
    }
    XfsLogState state;
    if (!last_record()) return state;
    // Half a record does not count.
    if (last_index_ + last_->blocks() != end_) {
      state.torn = true;
      end_ = last_index_;
      if (!last_record()) return state;
    }
    const auto place = [&](std::uint32_t i) { return log_.wrap(std::uint64_t{begin_} + i); };
    if (ends_unmounted(place(end_)))
      return {XfsLogState::Kind::clean, place(end_), place(end_), state.torn};
    // Of the records that may have been on their way, the first that fails ends the log. Those
    // before the tail were home already and do not count (xlog_verify_head, which looks no further
    // back; xlog_rseek_logrec_hdr, which goes round where tail and head are one).
    const std::uint32_t waiting = log_.distance(last_->tail_block, place(end_));
    const std::uint32_t oldest = waiting != 0 && waiting < end_ ? end_ - waiting : 0;
    std::vector<std::uint32_t> starts;
    for (std::uint32_t i = end_; i-- > oldest && starts.size() < kInFlightRecords;)
      if (is_xfs_log_record(window_block(i))) starts.push_back(i);
    std::reverse(starts.begin(), starts.end());
    for (const std::uint32_t i : starts) {
      if (is_whole(place(i))) continue;
      end_ = i;
      state.torn = true;
      break;
    }
    // The last one that counts may lie before those that were checked, as mkfs's does.
    if (!last_record() || last_index_ + last_->blocks() != end_) return state;
    state.head = place(end_);
    state.tail = last_->tail_block;
    const bool nothing_waits = state.tail == state.head || ends_unmounted(state.head);
    state.kind = nothing_waits ? XfsLogState::Kind::clean : XfsLogState::Kind::dirty;
    return state;
  }

  XfsLog& log_;
  std::vector<std::byte> bytes_;  ///< the window
  std::uint32_t begin_ = 0;       ///< its first block
  std::uint32_t end_ = 0;         ///< index of the head as far as it is known
  std::uint32_t turn_ = 0;
  std::uint32_t cycle_ = 0;  ///< of the blocks before turn_
  bool window_read_ = false;
  std::uint32_t last_index_ = 0;
  std::optional<XfsLogRecord> last_;
};

}  // namespace

XfsLogState find_xfs_log_state(XfsLog& log) {
  return HeadFinder(log).find();
}

}  // namespace pidometer
