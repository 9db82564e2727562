#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/file_system/archive/archive_limits.h"

namespace pidometer {

/// The bytes of members that were kept, one after another: an archive can only be read from front
/// to end, and a log is read more than once. In memory first, then in a scratch file without a name
/// (O_TMPFILE), which is gone with the process whatever becomes of it.
class MemberStore final : public BlockSource {
 public:
  explicit MemberStore(const ArchiveLimits& limits) : limits_(limits) {}
  ~MemberStore() override;

  /// Appends and returns where the bytes begin. Errors: no room; nothing of `bytes` is kept then.
  Result<std::uint64_t> append(std::span<const std::byte> bytes);

  std::uint64_t size() const override { return spilled_ + memory_.size(); }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override;
  std::vector<DamagedRange> damage(ByteRange) const override { return {}; }
  PathSpec path_spec() const override { return {}; }

 private:
  Result<void> spill();

  ArchiveLimits limits_;
  std::vector<std::byte> memory_;  ///< the end of the store
  std::uint64_t spilled_ = 0;      ///< bytes in the scratch file
  int scratch_ = -1;
  std::string no_scratch_;  ///< why there is none
};

}  // namespace pidometer
