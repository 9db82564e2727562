#include "tsk_reader/file_system/archive/zip_directory.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "tsk_reader/bytes/little_endian.h"

namespace pidometer {
namespace {

using namespace std::string_view_literals;
using Bytes = std::span<const std::byte>;

/// The end record is 22 bytes and a comment of 65,535 at most.
constexpr std::size_t kEndRecord = 22;
constexpr std::size_t kLongestTail = kEndRecord + 65535;
constexpr std::size_t kDirectoryHeader = 46;
constexpr std::size_t kBlock = std::size_t{1} << 20;

struct Place {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

bool starts_with(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

std::vector<std::byte> bytes_at(OsFile& file, std::uint64_t offset, std::size_t length) {
  std::vector<std::byte> bytes(length);
  DamageList damage;
  bytes.resize(file.read_at(offset, bytes, damage));
  if (!damage.empty()) bytes.clear();
  return bytes;
}

/// Where the directory lies by the last end record whose comment ends with the file or before it.
std::optional<Place> find_directory(OsFile& file) {
  const std::uint64_t size = file.size();
  if (size < kEndRecord) return std::nullopt;
  const std::size_t tail =
      static_cast<std::size_t>(std::min<std::uint64_t>(size, kLongestTail + 20));
  const std::uint64_t base = size - tail;
  const std::vector<std::byte> bytes = bytes_at(file, base, tail);
  if (bytes.size() < kEndRecord) return std::nullopt;
  for (std::size_t at = bytes.size() - kEndRecord + 1; at-- > 0;) {
    const Bytes record = Bytes(bytes).subspan(at);
    if (!starts_with(record, "PK\5\6"sv)) continue;
    Place place{le32(record, 16), le32(record, 12)};
    if (at >= 20 && starts_with(Bytes(bytes).subspan(at - 20), "PK\6\7"sv)) {
      const std::uint64_t end64 = le64(bytes, at - 20 + 8);
      const std::vector<std::byte> wide = bytes_at(file, end64, 56);
      if (wide.size() == 56 && starts_with(wide, "PK\6\6"sv))
        place = {le64(wide, 48), le64(wide, 40)};
    } else if (place.size <= base + at) {
      // Bytes put before the archive (a self-extracting one) shift the offset: the directory ends
      // where the end record begins.
      place.offset = base + at - place.size;
    }
    if (place.offset > size || place.size > size - place.offset) return std::nullopt;
    return place;
  }
  return std::nullopt;
}

Timestamp dos_time(std::uint32_t date, std::uint32_t time) {
  using namespace std::chrono;
  const year_month_day day(year(static_cast<int>(date >> 9U) + 1980), month((date >> 5U) & 15U),
                           std::chrono::day(date & 31U));
  const sys_days days = day.ok() ? sys_days(day) : sys_days(day.year() / 1 / 1);
  return Timestamp(days) + hours(time >> 11U) + minutes((time >> 5U) & 63U) +
         seconds((time & 31U) * 2);
}

/// The modification time of the extra fields, an instant.
std::optional<Timestamp> extra_time(Bytes extra) {
  std::optional<Timestamp> found;
  while (extra.size() >= 4) {
    const std::uint32_t id = le16(extra, 0);
    const std::size_t length = le16(extra, 2);
    if (length > extra.size() - 4) break;
    const Bytes data = extra.subspan(4, length);
    extra = extra.subspan(4 + length);
    if (id == 0x5455 && length >= 5 && (data[0] & std::byte{1}) != std::byte{0}) {
      found = Timestamp(std::chrono::seconds(static_cast<std::int32_t>(le32(data, 1))));
    } else if (id == 0x5855 && length >= 8 && !found) {
      found = Timestamp(std::chrono::seconds(static_cast<std::int32_t>(le32(data, 4))));
    } else if (id == 0x000a && length >= 32 && le16(data, 4) == 1 && !found) {
      // 100 ns since 1601 (FILETIME); 11,644,473,600 s before 1970.
      const std::uint64_t filetime = le64(data, 8);
      if (filetime >> 63U == 0)
        found = Timestamp(std::chrono::microseconds(filetime / 10) -
                          std::chrono::seconds(11'644'473'600));
    }
  }
  return found;
}

void set_time(ZipDirectoryEntry& entry, Bytes extra, std::uint32_t date, std::uint32_t time) {
  entry.modified = extra_time(extra);
  entry.local_time = !entry.modified && date != 0;
  if (entry.local_time) entry.modified = dos_time(date, time);
}

}  // namespace

std::string zip_directory_key(std::string name) {
  std::replace(name.begin(), name.end(), '\\', '/');
  return name;
}

std::optional<ZipDirectory> read_zip_directory(OsFile& file, std::size_t most_entries) {
  const std::optional<Place> place = find_directory(file);
  if (!place) return std::nullopt;
  ZipDirectory directory;
  std::vector<std::byte> buffer;
  std::uint64_t read = 0;
  std::size_t at = 0;  // in buffer
  const auto need = [&](std::size_t length) {
    if (buffer.size() - at >= length) return true;
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(at));
    at = 0;
    const std::size_t more = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max(kBlock, length), place->size - read));
    const std::vector<std::byte> next = bytes_at(file, place->offset + read, more);
    buffer.insert(buffer.end(), next.begin(), next.end());
    read += next.size();
    return buffer.size() >= length;
  };
  for (std::size_t entries = 0; entries < most_entries && need(kDirectoryHeader); ++entries) {
    const Bytes head = Bytes(buffer).subspan(at, kDirectoryHeader);
    if (!starts_with(head, "PK\1\2"sv)) break;
    const std::uint32_t time = le16(head, 12);
    const std::uint32_t date = le16(head, 14);
    const std::size_t name = le16(head, 28);
    const std::size_t extra = le16(head, 30);
    const std::size_t comment = le16(head, 32);
    if (!need(kDirectoryHeader + name + extra + comment)) return std::nullopt;
    const Bytes rest = Bytes(buffer).subspan(at + kDirectoryHeader);
    std::string words(name, '\0');
    std::memcpy(words.data(), rest.data(), name);
    ZipDirectoryEntry& entry = directory[zip_directory_key(std::move(words))];
    ++entry.count;
    set_time(entry, rest.subspan(name, extra), date, time);
    at += kDirectoryHeader + name + extra + comment;
  }
  return directory;
}

std::optional<ZipDirectoryEntry> read_zip_local_time(OsFile& file, std::uint64_t offset) {
  constexpr std::size_t kLocalHeader = 30;
  constexpr std::size_t kLongestDescriptor = 24;
  const std::vector<std::byte> bytes =
      bytes_at(file, offset, kLongestDescriptor + kLocalHeader + 2 * 65535);
  for (std::size_t at = 0; at <= kLongestDescriptor && at < bytes.size(); ++at) {
    const Bytes head = Bytes(bytes).subspan(at);
    if (!starts_with(head, "PK\3\4"sv)) continue;
    const std::size_t name = le16(head, 26);
    const std::size_t extra = le16(head, 28);
    if (head.size() < kLocalHeader + name + extra) return std::nullopt;
    ZipDirectoryEntry entry;
    set_time(entry, head.subspan(kLocalHeader + name, extra), le16(head, 12), le16(head, 10));
    return entry;
  }
  return std::nullopt;
}

}  // namespace pidometer
