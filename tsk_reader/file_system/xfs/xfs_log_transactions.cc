#include "tsk_reader/file_system/xfs/xfs_log_transactions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using Bytes = std::span<const std::byte>;

// Of struct xlog_op_header (xfs_log_format.h).
constexpr std::size_t kOperationHeader = 12;
constexpr std::uint8_t kStart = 0x01;
constexpr std::uint8_t kCommit = 0x02;
constexpr std::uint8_t kContinues = 0x04;
constexpr std::uint8_t kContinued = 0x08;
constexpr std::uint8_t kEnd = 0x10;
constexpr std::uint8_t kUnmount = 0x20;
constexpr std::uint8_t kClientTransaction = 0x69;
constexpr std::uint8_t kClientLog = 0xaa;
/// struct xfs_trans_header.
constexpr std::size_t kTransactionHeader = 16;
constexpr std::uint32_t kTransactionMagic = 0x5452414e;
constexpr std::uint32_t kLittleEndian = 1;
/// A buffer of 64 KiB in pieces of 128 bytes has 512 (XLOG_MAX_REGIONS_IN_ITEM, rounded up).
constexpr std::size_t kMostRegions = 1024;
/// A transaction may take up a good part of a log of 2 GiB; more than this at once no sound one
/// has.
constexpr std::size_t kMostPending = std::size_t{256} << 20U;
/// How far the tail may have been overwritten: the records on their way (xlog_verify_tail).
constexpr std::uint32_t kInFlightBlocks = 8 * 512;

class Assembler {
 public:
  explicit Assembler(const XfsTransactionVisitor& visit) : visit_(visit) {}

  /// False where the payload makes no sense or the visitor refuses.
  bool take(const XfsLogRecord& record, Bytes payload) {
    std::size_t at = 0;
    for (std::uint32_t i = 0; i < record.operations; ++i) {
      if (payload.size() - at < kOperationHeader) return false;
      const std::uint32_t id = be32(payload, at);
      const std::size_t length = be32(payload, at + 4);
      const auto client = std::to_integer<std::uint8_t>(payload[at + 8]);
      const auto flags = std::to_integer<std::uint8_t>(payload[at + 9]);
      at += kOperationHeader;
      if (length > payload.size() - at || (client != kClientTransaction && client != kClientLog))
        return false;
      if (!take_operation(record, id, flags, payload.subspan(at, length))) return false;
      at += length;
    }
    return true;
  }

  const std::string& refusal() const { return refusal_; }

 private:
  struct Pending {
    XfsLogTransaction transaction;
    std::size_t header = 0;  ///< bytes of the transaction's header so far
    std::size_t bytes = 0;
  };

  bool take_operation(const XfsLogRecord& record, std::uint32_t id, std::uint8_t flags,
                      Bytes bytes) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) {
      // The rest of a transaction that began before the tail is passed over.
      if ((flags & kStart) != 0) pending_[id].transaction.lsn = record.lsn();
      return true;
    }
    flags = static_cast<std::uint8_t>(flags & ~kEnd);
    if ((flags & kContinued) != 0) flags = static_cast<std::uint8_t>(flags & ~kContinues);
    Pending& pending = found->second;
    switch (flags) {
      case 0:
      case kContinues:
        return add(pending, bytes);
      case kContinued:
        return add_to_last(pending, bytes);
      case kCommit:
        refusal_ = visit_(pending.transaction);
        drop(id);
        return refusal_.empty();
      case kUnmount:
        drop(id);
        return true;
      default:
        return false;
    }
  }

  void drop(std::uint32_t id) {
    bytes_ -= pending_[id].bytes;
    pending_.erase(id);
  }

  bool count(Pending& pending, std::size_t bytes) {
    pending.bytes += bytes;
    bytes_ += bytes;
    return bytes_ <= kMostPending;
  }

  bool add(Pending& pending, Bytes bytes) {
    if (bytes.empty()) return true;
    if (pending.header < kTransactionHeader) {
      // It may be split between two records.
      if (pending.header != 0 || bytes.size() > kTransactionHeader ||
          le32(bytes, 0) != kTransactionMagic)
        return false;
      pending.header = bytes.size();
      return true;
    }
    auto& items = pending.transaction.items;
    if (items.empty() || items.back().regions.size() == wanted(items.back())) {
      const std::size_t regions = le16(bytes, 2);
      if (regions == 0 || regions > kMostRegions) return false;
      items.emplace_back();
    }
    items.back().regions.emplace_back(bytes.begin(), bytes.end());
    return count(pending, bytes.size() + sizeof(std::vector<std::byte>));
  }

  bool add_to_last(Pending& pending, Bytes bytes) {
    if (pending.header < kTransactionHeader) {
      pending.header = kTransactionHeader;
      return bytes.size() <= kTransactionHeader;
    }
    if (pending.transaction.items.empty()) return bytes.empty();
    auto& region = pending.transaction.items.back().regions.back();
    region.insert(region.end(), bytes.begin(), bytes.end());
    return count(pending, bytes.size());
  }

  static std::size_t wanted(const XfsLogItem& item) { return le16(item.regions[0], 2); }

  const XfsTransactionVisitor& visit_;
  std::map<std::uint32_t, Pending> pending_;
  std::size_t bytes_ = 0;  ///< of all pending
  std::string refusal_;
};

/// The first record from the tail on. Where the log ran full just before all stopped, the head may
/// have overwritten the oldest records in part: then they had been written home. Any other record
/// that fails is corrupt (xlog_verify_tail).
std::optional<XfsLogRecord> first_record(XfsLog& log, const XfsLogState& state) {
  const std::uint32_t length = log.distance(state.tail, state.head);
  for (std::uint32_t i = 0; i < length; ++i) {
    const std::uint32_t block = log.wrap(std::uint64_t{state.tail} + i);
    const auto record = log.record(block);
    if (record && log.payload(*record)) return record;
    if (log.distance(state.head, block) > kInFlightBlocks) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::uint16_t XfsLogItem::type() const {
  return regions.empty() ? std::uint16_t{0} : le16(regions[0], 0);
}

XfsLogWalk walk_xfs_log(XfsLog& log, const XfsLogState& state, const XfsTransactionVisitor& visit) {
  XfsLogWalk walk;
  Assembler assembler(visit);
  const std::uint32_t length = log.distance(state.tail, state.head);
  std::uint32_t passed = 0;
  auto record = first_record(log, state);
  if (record) passed = log.distance(state.tail, record->block);
  std::uint32_t cycle = record ? record->cycle : 0;
  std::uint32_t last_block = record ? record->block : 0;
  while (passed < length) {
    const std::uint32_t block = log.wrap(std::uint64_t{state.tail} + passed);
    record = log.record(block);
    if (block < last_block) ++cycle;  // round the ring
    last_block = block;
    const auto payload = record ? log.payload(*record) : std::nullopt;
    if (!record || !payload || record->cycle != cycle || record->blocks() > length - passed) {
      walk.damage = fmt::format("its record at block {} is corrupt", block);
      return walk;
    }
    if (record->format != kLittleEndian) {
      walk.damage = "it was written by a big-endian machine";
      return walk;
    }
    if (!assembler.take(*record, *payload)) {
      walk.refusal = assembler.refusal();
      if (walk.refusal.empty())
        walk.damage = fmt::format("what its record at block {} holds is corrupt", block);
      return walk;
    }
    passed += record->blocks();
  }
  return walk;
}

}  // namespace pidometer
