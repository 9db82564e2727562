#include "tsk_reader/file_system/tsk/tsk_runs.h"

#include <algorithm>
#include <utility>

#include "tsk_reader/file_system/range_set.h"

namespace pidometer {
namespace {

/// More runs than this are corrupt or hostile.
constexpr std::size_t kMostRuns = 2'000'000;

std::uint64_t not_negative(TSK_OFF_T value) {
  return static_cast<std::uint64_t>(std::max<TSK_OFF_T>(value, 0));
}

}  // namespace

bool is_plain_tsk_data(const TSK_FS_INFO* fs, const TSK_FS_ATTR* attribute) {
  return (attribute->flags & TSK_FS_ATTR_COMP) == 0 && attribute->r == nullptr &&
         fs->block_pre_size == 0;
}

std::optional<std::uint64_t> map_tsk_runs(const TSK_FS_INFO* fs, const TSK_FS_ATTR* attribute,
                                          std::uint64_t volume_size, FileMap& map) {
  const std::uint64_t block = fs->block_size;
  const std::uint64_t skip = attribute->nrd.skiplen;
  const std::uint64_t valid = std::min(map.size, not_negative(attribute->nrd.initsize));
  std::size_t runs = 0;
  std::uint64_t mapped = 0;
  std::uint64_t told = 0;
  for (const auto* run = attribute->nrd.run; run != nullptr; run = run->next) {
    if (++runs > kMostRuns) return std::nullopt;
    if (block == 0 || run->offset > (map.size + skip) / block) break;
    const std::uint64_t run_begin = run->offset * block;
    const std::uint64_t length = std::min(run->len, (map.size + skip) / block + 1) * block;
    const std::uint64_t begin = std::max(run_begin, skip);
    if (run_begin + length > skip)
      told = std::max(told, std::min(run_begin + length - skip, map.size));
    const std::uint64_t end = std::min(run_begin + length, valid + skip);
    if (begin >= end) continue;
    const ByteRange in_file{begin - skip, end - skip};
    if ((run->flags & TSK_FS_ATTR_RUN_FLAG_SPARSE) != 0) continue;
    if ((run->flags & TSK_FS_ATTR_RUN_FLAG_FILLER) != 0) {
      map.lost.add(in_file, "the file's map has a gap");
      continue;
    }
    if (run->addr > volume_size / block) {
      map.lost.add(in_file, "the file points past the end of its filesystem");
      continue;
    }
    mapped += end - begin;
    if (mapped > volume_size + block) return std::nullopt;
    map.add({in_file.begin, end - begin,
             static_cast<std::uint64_t>(fs->offset) + run->addr * block + (begin - run_begin)});
  }
  return told;
}

std::vector<ByteRange> tsk_slack(const TSK_FS_INFO* fs, const TSK_FS_ATTR* attribute,
                                 std::uint64_t volume_size) {
  constexpr auto kNoPlace = TSK_FS_ATTR_RUN_FLAG_SPARSE | TSK_FS_ATTR_RUN_FLAG_FILLER;
  std::vector<ByteRange> slack;
  const std::uint64_t block = fs->block_size;
  if (block == 0 || (attribute->flags & TSK_FS_ATTR_NONRES) == 0 ||
      !is_plain_tsk_data(fs, attribute))
    return slack;
  const std::uint64_t blocks = volume_size / block;
  const std::uint64_t written =
      std::min(not_negative(attribute->size), not_negative(attribute->nrd.initsize)) +
      attribute->nrd.skiplen;
  for (const auto* run = attribute->nrd.run; run != nullptr && slack.size() < kMostRuns;
       run = run->next) {
    if ((run->flags & kNoPlace) != 0 || run->addr >= blocks || run->len > blocks - run->addr)
      continue;
    const std::uint64_t blocks_written =
        run->offset > written / block ? 0 : std::min(run->len, written / block - run->offset);
    const std::uint64_t begin =
        (run->addr + blocks_written) * block +
        (run->offset + blocks_written == written / block ? written % block : 0);
    slack.push_back({begin, (run->addr + run->len) * block});
  }
  return made_disjoint(std::move(slack));
}

}  // namespace pidometer
