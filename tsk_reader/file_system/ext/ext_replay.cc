#include "tsk_reader/file_system/ext/ext_replay.h"

#include <fmt/format.h>

#include <utility>

#include "tsk_reader/bytes/overlay_source.h"
#include "tsk_reader/file_system/ext/file_system_ext2fs.h"
#include "tsk_reader/file_system/ext/jbd2_recovery.h"
#include "tsk_reader/file_system/ext/replayed_file_system.h"

namespace pidometer {
namespace {

constexpr const char* kMayBeMissing = "the newest records of its logs may be missing or stale";

/// The filesystem was in use and its journal, or a part of it, was not replayed.
void say_not_replayed(ExtFileSystem& file_system, const std::string& why) {
  file_system.add_warning(
      WarningKind::unsupported,
      fmt::format("the filesystem was in use when it was imaged and its journal was not replayed "
                  "({}); {}",
                  why, kMayBeMissing));
}

std::string text_of(const Error& error) {
  return error.reason.empty() ? error.message : error.message + ": " + error.reason;
}

std::unique_ptr<OverlaySource> make_overlay(BlockSource& volume, const Jbd2Log& log,
                                            const Jbd2Recovery& recovery) {
  const std::uint32_t block_size = log.super().block_size;
  auto overlay = std::make_unique<OverlaySource>(volume, block_size);
  std::array<std::byte, 4> magic{};
  for (std::size_t i = 0; i < magic.size(); ++i)
    magic[i] = static_cast<std::byte>(kJbd2Magic >> (24 - 8 * i) & 0xFF);
  std::vector<MovedBlock> moved;
  moved.reserve(recovery.blocks.size());
  for (const Jbd2LoggedBlock& one : recovery.blocks)
    if (const auto place = log.place(one.journal_block))
      moved.push_back({one.block, *place, magic, one.escaped});
  overlay->set_moved(std::move(moved));
  for (const Jbd2LoggedBlock& one : recovery.failed)
    overlay->mark_damaged({one.block * block_size, (one.block + 1) * block_size},
                          "its newest copy in the journal fails its checksum");
  return overlay;
}

}  // namespace

Result<std::unique_ptr<FileSystem>> open_ext(BlockSource& volume) {
  auto before = open_ext2fs(volume);
  if (!before) return tl::unexpected(before.error());
  const ExtJournalState state = (*before)->journal_state();
  // Without the flag a host would not replay either: ext4_load_journal() wipes the journal.
  if (!state.needs_recovery) return std::move(*before);
  if (state.is_external) {
    say_not_replayed(**before, "it is on a device of its own");
    return std::move(*before);
  }
  auto map = (*before)->journal_map();
  if (!map) {
    say_not_replayed(**before, text_of(map.error()));
    return std::move(*before);
  }
  const auto log = Jbd2Log::open(volume, std::move(*map), state.block_size);
  if (!log) {
    say_not_replayed(**before, text_of(log.error()));
    return std::move(*before);
  }
  const Jbd2Recovery recovery = recover_jbd2(*log, volume.size());
  std::unique_ptr<ExtFileSystem> after;
  auto overlay = make_overlay(volume, *log, recovery);
  if (!overlay->empty()) {
    auto opened = open_ext2fs(*overlay);
    if (!opened) {
      // What stands in the journal makes the filesystem worse: without it there are files at least.
      say_not_replayed(**before, "with it, " + text_of(opened.error()));
      return std::move(*before);
    }
    after = std::move(*opened);
  }
  ExtFileSystem& shown = after ? *after : **before;
  for (const std::string& problem : recovery.problems)
    shown.add_warning(
        WarningKind::unsupported,
        fmt::format(
            "the filesystem was in use when it was imaged and its journal could be replayed "
            "in part only: {}; {}",
            problem, kMayBeMissing));
  if (!after) return std::move(*before);
  for (const Warning& warning : (*before)->warnings())
    after->add_warning(warning.kind, warning.message);
  return make_replayed_file_system(std::move(*before), std::move(overlay), std::move(after));
}

}  // namespace pidometer
