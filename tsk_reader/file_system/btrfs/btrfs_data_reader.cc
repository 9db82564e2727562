#include "tsk_reader/file_system/btrfs/btrfs_data_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace pidometer {
namespace {

constexpr std::string_view kMismatch = "btrfs checksum does not match";

}  // namespace

BtrfsDataReader::BtrfsDataReader(BtrfsVolume& volume)
    : volume_(volume),
      sector_(volume.super().sector_size),
      sum_size_(btrfs_checksum_size(volume.super().checksum)) {
  volume_.blocks().start_operation();
  tree_ = volume_.tree(btrfs_object::csum_tree);
}

void BtrfsDataReader::add_logged(std::uint64_t logical, std::span<const std::byte> checksum) {
  Logged one{logical, {}};
  std::copy_n(checksum.begin(), std::min(checksum.size(), one.checksum.size()),
              one.checksum.begin());
  logged_.push_back(one);
}

void BtrfsDataReader::finish_log() {
  std::stable_sort(logged_.begin(), logged_.end(),
                   [](const Logged& a, const Logged& b) { return a.logical < b.logical; });
}

BtrfsDataReader::Sums BtrfsDataReader::checksums(std::uint64_t logical, std::size_t sectors) {
  Sums sums{std::vector<std::byte>(sectors * sum_size_), std::vector<bool>(sectors)};
  const std::uint64_t end = logical + sectors * sector_;
  const auto put = [&](std::uint64_t address, std::span<const std::byte> sum) {
    const auto index = static_cast<std::size_t>((address - logical) / sector_);
    std::copy_n(sum.begin(), sum_size_,
                sums.bytes.begin() + static_cast<std::ptrdiff_t>(index * sum_size_));
    sums.known[index] = true;
  };
  if (tree_) {
    volume_.blocks().start_operation();
    // One item has the checksums of many sectors, from the address in its key on.
    const BtrfsKeyRange range{{btrfs_object::extent_csum, btrfs_item::extent_csum, logical},
                              {btrfs_object::extent_csum, btrfs_item::extent_csum, end}};
    volume_.trees().walk_from_floor(*tree_, range, [&](const BtrfsItem& item) {
      const std::uint64_t from = item.key.offset;
      if (item.key.objectid != btrfs_object::extent_csum ||
          item.key.type != btrfs_item::extent_csum || from % sector_ != 0)
        return true;
      const std::size_t count = item.data.size() / sum_size_;
      std::size_t i =
          from < logical
              ? static_cast<std::size_t>(std::min<std::uint64_t>((logical - from) / sector_, count))
              : 0;
      for (; i < count && from + i * sector_ < end; ++i)
        put(from + i * sector_, item.data.subspan(i * sum_size_, sum_size_));
      return true;
    });
  }
  auto one =
      std::lower_bound(logged_.begin(), logged_.end(), logical,
                       [](const Logged& a, std::uint64_t address) { return a.logical < address; });
  for (; one != logged_.end() && one->logical < end; ++one) put(one->logical, one->checksum);
  return sums;
}

Result<void> BtrfsDataReader::read(std::uint64_t logical, std::span<std::byte> out, bool checked,
                                   DamageList& damage) {
  for (std::size_t at = 0; at < out.size();) {
    const BtrfsPlace place = volume_.chunks().find(logical + at);
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(place.length, out.size() - at));
    const auto part = out.subspan(at, length);
    // A hostile chunk may begin or end in the middle of a sector: such a sector has no place.
    if (place.copies.empty() || (logical + at) % sector_ != 0 || length % sector_ != 0) {
      std::fill(part.begin(), part.end(), std::byte{0});
      damage.add({at, at + length},
                 place.why_none.empty() ? "crosses the end of its chunk" : place.why_none);
    } else if (const auto done = read_chunk(logical + at, part, checked, at, damage); !done) {
      return done;
    }
    at += length;
  }
  return {};
}

Result<void> BtrfsDataReader::read_chunk(std::uint64_t logical, std::span<std::byte> out,
                                         bool checked, std::uint64_t shift, DamageList& damage) {
  const BtrfsPlace place = volume_.chunks().find(logical);
  const std::uint64_t from = place.copies[0];
  BlockSource& source = volume_.source();
  if (const auto done = source.read_at(from, out); !done) return done;
  const std::size_t sectors = out.size() / sector_;
  Sums sums;
  if (checked) sums = checksums(logical, sectors);
  for (std::size_t i = 0; i < sectors; ++i) {
    const std::size_t at = i * sector_;
    const auto sector = out.subspan(at, sector_);
    std::span<const std::byte> sum;
    if (checked && sums.known[i])
      sum = std::span<const std::byte>(sums.bytes).subspan(i * sum_size_, sum_size_);
    else if (checked)
      volume_.warnings().damaged(
          "data without a checksum are met in files that should have them; they are read "
          "unchecked");
    if (!sum.empty() && btrfs_checksum_matches(volume_.super().checksum, sector, sum)) continue;
    const auto met = source.damage({from + at, from + at + sector_});
    if (sum.empty() && met.empty()) continue;
    const std::string_view fault = met.empty() ? kMismatch : std::string_view(met[0].reason);
    const auto other = read_other_copy(place, at, sector, sum, fault);
    if (!other) return tl::unexpected(other.error());
    if (*other) continue;
    const std::uint64_t begin = shift + at;
    for (const DamagedRange& one : met)
      damage.add({begin + (one.range.begin - from - at), begin + (one.range.end - from - at)},
                 one.reason);
    if (sum.empty()) continue;  // bytes around the damage are as they were
    damage.add({begin, begin + sector_}, kMismatch);
    std::fill(sector.begin(), sector.end(), std::byte{0});
  }
  return {};
}

/// Whether one of the other copies is right; `sector` then holds it, else it is as it was.
Result<bool> BtrfsDataReader::read_other_copy(const BtrfsPlace& place, std::uint64_t offset,
                                              std::span<std::byte> sector,
                                              std::span<const std::byte> sum,
                                              std::string_view fault) {
  std::vector<std::byte> copy(sector.size());
  for (std::size_t i = 1; i < place.copies.size(); ++i) {
    const std::uint64_t at = place.copies[i] + offset;
    if (const auto done = volume_.source().read_at(at, copy); !done)
      return tl::unexpected(done.error());
    const bool right = sum.empty() ? volume_.source().damage({at, at + copy.size()}).empty()
                                   : btrfs_checksum_matches(volume_.super().checksum, copy, sum);
    if (!right) continue;
    std::copy(copy.begin(), copy.end(), sector.begin());
    volume_.warnings().damaged(
        fmt::format("data at byte {} of the volume are damaged ({}); their other copy is read",
                    place.copies[0] + offset, fault));
    return true;
  }
  return false;
}

}  // namespace pidometer
