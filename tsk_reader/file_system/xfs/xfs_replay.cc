#include "tsk_reader/file_system/xfs/xfs_replay.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "tsk_reader/bytes/little_endian.h"
#include "tsk_reader/file_system/xfs/xfs_log_transactions.h"
#include "tsk_reader/file_system/xfs/xfs_replay_items.h"

namespace pidometer {
namespace {

// Item types (xfs_log_format.h).
constexpr std::uint16_t kExtentFreeIntent = 0x1236;
constexpr std::uint16_t kExtentFreeDone = 0x1237;
constexpr std::uint16_t kUnlinked = 0x1238;
constexpr std::uint16_t kInode = 0x123b;
constexpr std::uint16_t kBuffer = 0x123c;
constexpr std::uint16_t kQuota = 0x123d;
constexpr std::uint16_t kQuotaOff = 0x123e;
constexpr std::uint16_t kCreateInodes = 0x123f;
constexpr std::uint16_t kFirstIntent = 0x1240;  // reverse map
constexpr std::uint16_t kMapIntent = 0x1244;
constexpr std::uint16_t kMapDone = 0x1245;
constexpr std::uint16_t kExchangeIntent = 0x1248;
constexpr std::uint16_t kExchangeDone = 0x1249;
constexpr std::uint16_t kLastKnown = 0x124f;

class Replayer {
 public:
  Replayer(BlockSource& volume, const XfsSuperblock& super)
      : patch_(volume), target_(super, patch_) {}

  /// First pass: which buffers were freed, and how often.
  std::string find_cancelled(const XfsLogTransaction& transaction) {
    for (const XfsLogItem& item : transaction.items) {
      if (item.type() != kBuffer) continue;
      const auto buffer = parse_xfs_log_buffer(item);
      if (!buffer) return "a buffer in it is corrupt";
      if (buffer->cancel) ++cancelled_[{buffer->block, buffer->blocks}];
    }
    return {};
  }

  /// Second pass, in the order of xlog_recover_reorder_trans: buffers and new inodes, then inodes,
  /// then the freed. Buffers of inodes hold nothing but the list of unlinked ones.
  std::string replay(const XfsLogTransaction& transaction) {
    for (const XfsLogItem& item : transaction.items) {
      if (item.type() == kBuffer) {
        const auto buffer = parse_xfs_log_buffer(item);
        if (!buffer) return "a buffer in it is corrupt";
        if (buffer->cancel || buffer->of_inodes ||
            cancelled_.contains({buffer->block, buffer->blocks}))
          continue;
        if (auto fault = target_.replay_buffer(*buffer, item, transaction.lsn); !fault.empty())
          return fault;
      } else if (item.type() == kCreateInodes) {
        if (auto fault = create_inodes(item); !fault.empty()) return fault;
      }
    }
    for (const XfsLogItem& item : transaction.items)
      if (auto fault = replay_other(item, transaction.lsn); !fault.empty()) return fault;
    for (const XfsLogItem& item : transaction.items) {
      if (item.type() != kBuffer) continue;
      const auto buffer = parse_xfs_log_buffer(item);
      if (!buffer || !buffer->cancel) continue;
      const auto known = cancelled_.find({buffer->block, buffer->blocks});
      if (known != cancelled_.end() && --known->second == 0) cancelled_.erase(known);
    }
    return patch_.too_large() ? "it is too large" : "";
  }

  bool has_open_exchange() const { return !open_.empty(); }
  std::unique_ptr<OverlaySource> take_overlay() { return patch_.take(); }

 private:
  std::string create_inodes(const XfsLogItem& item) {
    const auto chunk = parse_xfs_log_new_inodes(item, target_.super());
    if (!chunk) return "a new group of inodes in it is corrupt";
    const std::uint64_t begin = chunk->offset / kXfsLogBlock;
    const std::uint64_t end = begin + chunk->bytes / kXfsLogBlock;
    for (const auto& [place, times] : cancelled_)
      if (place.first < end && place.first + place.second > begin) return {};
    target_.create_inodes(*chunk);
    return {};
  }

  std::string replay_other(const XfsLogItem& item, std::uint64_t lsn) {
    const std::uint16_t type = item.type();
    switch (type) {
      case kInode: {
        const auto inode = parse_xfs_log_inode(item);
        if (!inode) return "an inode in it is corrupt";
        if (cancelled_.contains({inode->block, inode->blocks})) return {};
        return target_.replay_inode(*inode, item, lsn);
      }
      case kMapIntent:
      case kExchangeIntent:
        open_.insert({type, le64(item.regions[0], 8)});
        return {};
      case kMapDone:
      case kExchangeDone:
        open_.erase({static_cast<std::uint16_t>(type - 1), le64(item.regions[0], 8)});
        return {};
      case kBuffer:
      case kCreateInodes:
      case kExtentFreeIntent:
      case kExtentFreeDone:
      case kUnlinked:
      case kQuota:
      case kQuotaOff:
        return {};
      default:
        if (type >= kFirstIntent && type <= kLastKnown) return {};
        return fmt::format("an item in it is of an unknown type ({:#x})", type);
    }
  }

  XfsPatch patch_;
  XfsReplayTarget target_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> cancelled_;
  std::set<std::pair<std::uint16_t, std::uint64_t>> open_;  ///< intents: type, identifier
};

constexpr const char* kMayBeMissing = "the newest records of its logs may be missing or stale";

/// Whether something waits is not known.
XfsReplay not_known(const char* why) {
  return {nullptr, fmt::format("{}; if the filesystem was in use when it was imaged, {}", why,
                               kMayBeMissing)};
}

XfsReplay not_replayed(const std::string& why) {
  return {nullptr, fmt::format("the filesystem was in use when it was imaged and its log was not "
                               "replayed ({}); {}",
                               why, kMayBeMissing)};
}

/// Bits of sb_features_log_incompat that change nothing here: attributes logged as intents.
constexpr std::uint32_t kKnownLogFeatures = 1;

}  // namespace

XfsReplay replay_xfs_log(BlockSource& volume, const XfsSuperblock& super) {
  if (super.log_start == 0)
    return not_known("the filesystem's log is on a device of its own and was not looked at");
  auto log = XfsLog::open(volume, super);
  if (!log) return not_known("the filesystem's log is not where it could be");
  const XfsLogState state = find_xfs_log_state(*log);
  if (state.kind == XfsLogState::Kind::clean) {
    if (!state.torn) return {};
    // All that was begun since the last unmount is in the record that does not count.
    return {nullptr, fmt::format("the filesystem was in use when it was imaged and nothing of its "
                                 "log could be replayed: what was written to it last is not "
                                 "whole; {}",
                                 kMayBeMissing)};
  }
  if (state.kind == XfsLogState::Kind::unknown)
    return not_known(
        "the end of the filesystem's log cannot be found and nothing of it was replayed");
  if (!super.v5) return not_replayed("that of XFS version 4 is not replayed by this version");
  if ((super.log_features & ~kKnownLogFeatures) != 0)
    return not_replayed(fmt::format("it has unknown features {:#x}", super.log_features));
  Replayer replayer(volume, super);
  const XfsLogWalk first = walk_xfs_log(*log, state, [&](const XfsLogTransaction& transaction) {
    return replayer.find_cancelled(transaction);
  });
  // All or nothing: a state between two would lead to blocks that were given to others since.
  if (!first.refusal.empty()) return not_replayed(first.refusal);
  if (!first.damage.empty()) return not_replayed(first.damage);
  const XfsLogWalk second = walk_xfs_log(*log, state, [&](const XfsLogTransaction& transaction) {
    return replayer.replay(transaction);
  });
  if (!second.refusal.empty()) return not_replayed(second.refusal);
  if (!second.damage.empty()) return not_replayed(second.damage);
  XfsReplay replay;
  replay.overlay = replayer.take_overlay();
  const char* const told = log->is_damaged() ? "the image is damaged where it lies"
                           : state.torn      ? "what was written to it last is not whole"
                           : replayer.has_open_exchange()
                               ? "a change of a file's blocks was begun and not ended"
                               : nullptr;
  if (told != nullptr)
    replay.warning = fmt::format(
        "the filesystem was in use when it was imaged and its log could be replayed in part only: "
        "{}; {}",
        told, kMayBeMissing);
  return replay;
}

}  // namespace pidometer
