#include "tsk_reader/file_system/file_system_identity.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace pidometer {
namespace {

constexpr std::size_t kUuidBytes = 16;

/// Where a superblock has its uuid and its label, in bytes of the volume.
struct Places {
  FileSystemBackend backend;
  std::uint64_t uuid;
  std::uint64_t label;
  std::size_t label_bytes;
};
constexpr std::array kPlaces = {
    Places{FileSystemBackend::ext2fs, 1024 + 104, 1024 + 120, 16},
    Places{FileSystemBackend::xfs, 32, 108, 12},
    Places{FileSystemBackend::btrfs, 65536 + 32, 65536 + 299, 256},
};

std::string uuid_text(std::span<const std::byte> bytes) {
  if (std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; }))
    return {};
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto value = std::to_integer<std::size_t>(bytes[i]);
    text += kHex[value >> 4];
    text += kHex[value & 15];
  }
  return text;
}

}  // namespace

FileSystemIdentity read_identity(StructureReader& reader, const VolumeContent& content) {
  const auto places = std::find_if(kPlaces.begin(), kPlaces.end(), [&](const Places& one) {
    return one.backend == content.backend;
  });
  FileSystemIdentity identity;
  if (places == kPlaces.end()) return identity;
  std::array<std::byte, kUuidBytes> uuid{};
  if (reader.read_at(places->uuid, uuid)) identity.uuid = uuid_text(uuid);
  std::string label(places->label_bytes, '\0');
  if (reader.read_at(places->label, std::as_writable_bytes(std::span(label))))
    identity.label = label.substr(0, label.find('\0'));
  return identity;
}

}  // namespace pidometer
