#include "tsk_reader/container/mapped/container_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pidometer {

ContainerFile::ContainerFile(std::unique_ptr<OsFile> file, std::string name)
    : file_(std::move(file)), name_(std::move(name)) {}

ContainerFile::Page& ContainerFile::page(std::uint64_t number) {
  if (const auto known = pages_.find(number); known != pages_.end()) return known->second;
  if (pages_.size() >= kPages) pages_.clear();
  Page& slot = pages_[number];
  slot.bytes.assign(kPageBytes, std::byte{0});
  read_data(number * kPageBytes, slot.bytes, slot.damage);
  return slot;
}

std::optional<std::string> ContainerFile::read_table(std::uint64_t offset,
                                                     std::span<std::byte> out) {
  std::fill(out.begin(), out.end(), std::byte{0});
  if (offset > size() || out.size() > size() - offset) return std::string(kPastTheEnd);
  std::size_t filled = 0;
  while (filled < out.size()) {
    const std::uint64_t at = offset + filled;
    Page& from = page(at / kPageBytes);
    const auto within = static_cast<std::size_t>(at % kPageBytes);
    const std::size_t count = std::min(out.size() - filled, kPageBytes - within);
    const auto bad = from.damage.clipped({at, at + count});
    if (!bad.empty()) {
      std::fill(out.begin(), out.end(), std::byte{0});
      return bad.front().reason;
    }
    std::memcpy(out.data() + filled, from.bytes.data() + within, count);
    filled += count;
  }
  return std::nullopt;
}

void ContainerFile::read_data(std::uint64_t offset, std::span<std::byte> out, DamageList& damage) {
  const std::uint64_t end = size();
  const std::size_t want =
      offset >= end ? 0
                    : static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), end - offset));
  const std::size_t got = want == 0 ? 0 : file_->read_at(offset, out.first(want), damage);
  const auto rest = out.subspan(got);
  std::fill(rest.begin(), rest.end(), std::byte{0});
  damage.add({offset + got, offset + out.size()}, kPastTheEnd);
  if (overlay_.empty()) return;
  for (std::uint64_t number = offset / kPageBytes; number * kPageBytes < offset + out.size();
       ++number) {
    const auto over = overlay_.find(number);
    if (over == overlay_.end()) continue;
    const std::uint64_t begin = std::max(offset, number * kPageBytes);
    const std::uint64_t stop = std::min(offset + out.size(), (number + 1) * kPageBytes);
    std::memcpy(out.data() + (begin - offset), over->second.data() + begin % kPageBytes,
                static_cast<std::size_t>(stop - begin));
  }
}

void ContainerFile::overlay(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t number = offset / kPageBytes;
    const auto within = static_cast<std::size_t>(offset % kPageBytes);
    const std::size_t count = std::min(bytes.size(), kPageBytes - within);
    auto over = overlay_.find(number);
    if (over == overlay_.end()) {
      std::vector<std::byte> below(kPageBytes);
      DamageList ignored;
      read_data(number * kPageBytes, below, ignored);
      over = overlay_.emplace(number, std::move(below)).first;
    }
    std::memcpy(over->second.data() + within, bytes.data(), count);
    pages_.erase(number);
    bytes = bytes.subspan(count);
    offset += count;
  }
}

}  // namespace pidometer
