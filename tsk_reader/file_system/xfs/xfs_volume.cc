#include "tsk_reader/file_system/xfs/xfs_volume.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pidometer {

void XfsVolume::start_operation() {
  reader_.start_operation();
  bytes_read_ = 0;
}

bool XfsVolume::read_at(std::uint64_t offset, std::span<std::byte> out) {
  if (reader_.reads() >= kMostXfsReads || out.size() > kMostXfsBytes - bytes_read_) {
    warn(WarningKind::damaged_image,
         "the filesystem's structures lead in circles; files may be missing");
    return false;
  }
  bytes_read_ += out.size();
  return reader_.read_at(offset, out);
}

bool XfsVolume::check(std::span<const std::byte> bytes, const XfsIdentity& identity,
                      std::uint64_t offset, std::uint64_t owner, const std::string& name) {
  const bool replaced =
      overlay_ != nullptr && !overlay_->replaced({offset, offset + bytes.size()}).empty();
  const std::string fault = xfs_identity_fault(super_, bytes, identity, offset, owner, replaced);
  if (fault.empty()) return true;
  warn(WarningKind::damaged_image,
       fmt::format("{} (byte {} of the volume): {}; what it says may be wrong", name, offset,
                   fault));
  return false;
}

void XfsVolume::warn(WarningKind kind, std::string message) {
  // A filesystem that is corrupt all over says so once or twice, not a million times.
  constexpr std::size_t kMostWarnings = 200;
  const bool known = std::any_of(warnings_.begin(), warnings_.end(),
                                 [&](const Warning& old) { return old.message == message; });
  if (known || warnings_.size() >= kMostWarnings) return;
  Warning warning;
  warning.kind = kind;
  warning.message = std::move(message);
  warnings_.push_back(std::move(warning));
}

}  // namespace pidometer
