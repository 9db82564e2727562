#include "tsk_reader/container/vhdx/vhdx_log.h"

#include <algorithm>
#include <span>
#include <vector>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

constexpr std::uint64_t kSector = 4096;
constexpr std::size_t kEntryHeader = 64;
constexpr std::size_t kDescriptor = 32;
/// Windows and qemu make logs of 1 MiB; [MS-VHDX] lets them grow. A larger one is not held.
constexpr std::uint64_t kLargestLog = std::uint64_t{64} << 20;
/// Zeros that the log may lay over the file, held in memory: blocks of a new sector bitmap are 1
/// MiB.
constexpr std::uint64_t kMostZeros = std::uint64_t{64} << 20;

constexpr std::uint32_t kEntrySignature = 0x65676f6c;  // "loge"
constexpr std::uint32_t kZeroSignature = 0x6f72657a;   // "zero"
constexpr std::uint32_t kDescSignature = 0x63736564;   // "desc"
constexpr std::uint32_t kDataSignature = 0x61746164;   // "data"

struct Entry {
  std::vector<std::byte> bytes;
  std::uint64_t at = 0;  ///< in the log
  std::uint64_t sequence = 0;
  std::uint64_t tail = 0;
};

/// The log as a ring.
class Log {
 public:
  Log(std::vector<std::byte> bytes, const VhdxGuid& id)
      : bytes_(std::move(bytes)), id_(id), unchecked_(kMostChecks * bytes_.size()) {}

  std::uint64_t size() const { return bytes_.size(); }

  /// The entry at `at` with its checksum, its sectors and their sequence numbers right.
  std::optional<Entry> entry(std::uint64_t at) {
    Entry entry;
    entry.at = at;
    std::vector<std::byte> head = slice(at, kEntryHeader);
    const std::uint64_t length = le32(head, 8);
    entry.tail = le32(head, 12);
    entry.sequence = le64(head, 16);
    if (le32(head, 0) != kEntrySignature || length == 0 || length % kSector != 0 ||
        length > size() || entry.tail % kSector != 0 || entry.tail >= size() ||
        entry.sequence == 0 || !std::equal(id_.begin(), id_.end(), head.begin() + 32))
      return std::nullopt;
    if (length > unchecked_) return std::nullopt;
    unchecked_ -= length;
    entry.bytes = slice(at, length);
    if (!vhdx_checksum_holds(entry.bytes, 4) || !sectors_match(entry)) return std::nullopt;
    return entry;
  }

 private:
  std::vector<std::byte> slice(std::uint64_t at, std::uint64_t length) const {
    std::vector<std::byte> out(static_cast<std::size_t>(length));
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = bytes_[static_cast<std::size_t>((at + i) % size())];
    return out;
  }

  static bool sectors_match(const Entry& entry) {
    const std::uint64_t count = le32(entry.bytes, 24);
    const std::uint64_t table = kEntryHeader + count * kDescriptor;
    std::uint64_t data = (table + kSector - 1) / kSector * kSector;
    if (data > entry.bytes.size()) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(kEntryHeader + i * kDescriptor);
      const std::uint32_t kind = le32(entry.bytes, at);
      if (le64(entry.bytes, at + 24) != entry.sequence) return false;
      if (kind == kZeroSignature) continue;
      if (kind != kDescSignature || data + kSector > entry.bytes.size()) return false;
      const auto from = static_cast<std::size_t>(data);
      const std::uint64_t sequence =
          std::uint64_t{le32(entry.bytes, from + 4)} << 32 | le32(entry.bytes, from + kSector - 4);
      if (le32(entry.bytes, from) != kDataSignature || sequence != entry.sequence) return false;
      data += kSector;
    }
    return true;
  }

  /// Each byte of a real log is in one entry and is looked at twice: one made so that every sector
  /// begins an entry as long as the log would take hours.
  static constexpr std::uint64_t kMostChecks = 16;

  std::vector<std::byte> bytes_;
  VhdxGuid id_;
  std::uint64_t unchecked_;  ///< bytes of entries that may still be checked
};

/// The newest run of entries that follow one another and whose last one's tail is in it.
std::vector<Entry> active_sequence(Log& log) {
  std::vector<Entry> best;
  for (std::uint64_t start = 0; start < log.size(); start += kSector) {
    std::vector<Entry> run;
    std::uint64_t at = start;
    std::uint64_t used = 0;
    while (used < log.size()) {
      std::optional<Entry> entry = log.entry(at);
      if (!entry || (!run.empty() && entry->sequence != run.back().sequence + 1)) break;
      used += entry->bytes.size();
      if (used > log.size()) break;
      at = (at + entry->bytes.size()) % log.size();
      run.push_back(std::move(*entry));
    }
    if (run.empty()) continue;
    // What lies before the tail was flushed already.
    const auto tail = std::find_if(run.begin(), run.end(),
                                   [&](const Entry& entry) { return entry.at == run.back().tail; });
    if (tail != run.end()) {
      run.erase(run.begin(), tail);
      if (best.empty() || run.back().sequence > best.back().sequence) best = std::move(run);
    }
    // Runs that start within this one are its tails.
    if (used >= kSector) start += used - kSector;
  }
  return best;
}

bool replay(ContainerFile& file, const Entry& entry, std::uint64_t& zeros) {
  const std::span<const std::byte> bytes(entry.bytes);
  const std::uint64_t count = le32(bytes, 24);
  std::uint64_t data = (kEntryHeader + count * kDescriptor + kSector - 1) / kSector * kSector;
  constexpr std::uint64_t kLargestOffset = std::uint64_t{1} << 56;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(kEntryHeader + i * kDescriptor);
    const std::uint64_t offset = le64(bytes, at + 16);
    if (offset > kLargestOffset) return false;
    if (le32(bytes, at) == kZeroSignature) {
      const std::uint64_t length = le64(bytes, at + 8);
      if (length > kMostZeros - zeros) return false;
      zeros += length;
      const std::vector<std::byte> blank(static_cast<std::size_t>(length));
      file.overlay(offset, blank);
      continue;
    }
    // The first 8 and last 4 bytes of a sector stand in its descriptor.
    std::vector<std::byte> sector(bytes.begin() + static_cast<std::ptrdiff_t>(data),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(data + kSector));
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at + 8), 8, sector.begin());
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at + 4), 4, sector.end() - 4);
    file.overlay(offset, sector);
    data += kSector;
  }
  return true;
}

}  // namespace

std::optional<std::uint64_t> replay_vhdx_log(ContainerFile& file, const VhdxHeader& header) {
  if (header.log_bytes == 0 || header.log_bytes > kLargestLog || header.log_bytes % kSector != 0)
    return std::nullopt;
  std::vector<std::byte> bytes(static_cast<std::size_t>(header.log_bytes));
  if (file.read_table(header.log_offset, bytes)) return std::nullopt;
  Log log(std::move(bytes), header.log_id);
  const std::vector<Entry> entries = active_sequence(log);
  if (entries.empty()) return std::nullopt;
  std::uint64_t zeros = 0;
  for (const Entry& entry : entries)
    if (!replay(file, entry, zeros)) return std::nullopt;
  return entries.size();
}

}  // namespace pidometer
