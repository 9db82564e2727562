#include "tsk_reader/evidence/device_names.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pidometer {
namespace {

/// btrfs' top level (btrfs_tree.h, BTRFS_FS_TREE_OBJECTID).
constexpr std::uint64_t kTopLevel = 5;

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_folded(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

/// udev writes what may not stand in a name of /dev/disk as \x and two hexadecimal digits
/// (systemd, encode_devnode_name()).
std::string decode_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* end = text.data() + std::min(i + 4, text.size());
    if (text.substr(i).starts_with("\\x") && i + 4 <= text.size() &&
        std::from_chars(text.data() + i + 2, end, value, 16).ptr == end) {
      out += static_cast<char>(value);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// A name of a volume, and which kind of name it is.
struct Name {
  enum class Kind { uuid, label, partition_uuid, partition_label, path } kind;
  std::string value;
};

Name name_of(std::string_view device) {
  struct Form {
    std::string_view tag;
    std::string_view folder;
    Name::Kind kind;
  };
  constexpr std::array<Form, 4> kForms = {{
      {"UUID=", "/dev/disk/by-uuid/", Name::Kind::uuid},
      {"LABEL=", "/dev/disk/by-label/", Name::Kind::label},
      {"PARTUUID=", "/dev/disk/by-partuuid/", Name::Kind::partition_uuid},
      {"PARTLABEL=", "/dev/disk/by-partlabel/", Name::Kind::partition_label},
  }};
  for (const Form& form : kForms) {
    if (device.starts_with(form.tag))
      return {form.kind, std::string(without_quotes(device.substr(form.tag.size())))};
    if (device.starts_with(form.folder))
      return {form.kind, decode_hex(device.substr(form.folder.size()))};
  }
  return {Name::Kind::path, std::string(device)};
}

/// As device-mapper joins them: dashes within a name are doubled (lvm2, libdm/libdm-string.c,
/// dm_build_dm_name()), so that a-b-c is no name of a logical volume.
std::string mapper_name(const TreeIdentity& tree) {
  const auto doubled = [](std::string_view name) {
    std::string out;
    for (const char c : name) out += c == '-' ? std::string("--") : std::string(1, c);
    return out;
  };
  return doubled(tree.volume_group) + "-" + doubled(tree.logical_volume);
}

struct NumberedDevice {
  std::string_view disk;
  std::uint32_t number;
};

/// sda and 2 of /dev/sda2, nvme0n1 and 2 of /dev/nvme0n1p2; the disk of
/// /dev/disk/by-id/ata-X-part2.
std::optional<NumberedDevice> numbered(std::string_view device) {
  constexpr std::string_view kDev = "/dev/";
  constexpr std::array<std::string_view, 2> kLinks = {"/dev/disk/by-id/", "/dev/disk/by-path/"};
  if (!device.starts_with(kDev)) return std::nullopt;
  const std::string_view name = device.substr(kDev.size());
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last == std::string_view::npos || last + 1 == name.size()) return std::nullopt;
  constexpr std::array<std::string_view, 4> kLetters = {"sd", "hd", "vd", "xvd"};
  constexpr std::array<std::string_view, 3> kNumbers = {"nvme", "mmcblk", "nbd"};
  const auto starts = [name](std::string_view prefix) { return name.starts_with(prefix); };
  const bool link = std::any_of(kLinks.begin(), kLinks.end(), [device](std::string_view folder) {
    return device.starts_with(folder);
  });
  std::string_view disk = name.substr(0, last + 1);
  if (link && disk.ends_with("-part"))
    disk.remove_suffix(5);
  else if (std::any_of(kNumbers.begin(), kNumbers.end(), starts) && name[last] == 'p')
    disk.remove_suffix(1);
  else if (!std::any_of(kLetters.begin(), kLetters.end(), starts))
    return std::nullopt;
  std::uint32_t number = 0;
  const auto end = std::from_chars(name.data() + last + 1, name.data() + name.size(), number);
  if (end.ec != std::errc{}) return std::nullopt;
  return NumberedDevice{disk, number};
}

bool is_logical_volume(std::string_view device, const TreeIdentity& tree) {
  return device == "/dev/mapper/" + mapper_name(tree) ||
         device == "/dev/disk/by-id/dm-name-" + mapper_name(tree) ||
         device == "/dev/" + tree.volume_group + "/" + tree.logical_volume;
}

DeviceMatch match_name(const Name& name, const TreeIdentity& tree) {
  const auto known = [](bool same) { return same ? DeviceMatch::by_name : DeviceMatch::none; };
  switch (name.kind) {
    case Name::Kind::uuid:
      return known(!tree.uuid.empty() && same_folded(name.value, tree.uuid));
    case Name::Kind::label:
      return known(!tree.label.empty() && name.value == tree.label);
    case Name::Kind::partition_uuid:
      return known(!tree.partition_uuid.empty() && same_folded(name.value, tree.partition_uuid));
    case Name::Kind::partition_label:
      return known(!tree.partition_label.empty() && name.value == tree.partition_label);
    case Name::Kind::path:
      break;
  }
  if (!tree.logical_volume.empty()) return known(is_logical_volume(name.value, tree));
  const auto device = numbered(name.value);
  return device && tree.partition == device->number ? DeviceMatch::by_number : DeviceMatch::none;
}

/// strtoull() with base 0, as the kernel reads it; 0 means the top level (fs/btrfs/super.c).
std::optional<std::uint64_t> subvolume_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  std::uint64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return number == 0 ? kTopLevel : number;
}

/// Where options name a subvolume by path and by number, the kernel mounts only one that is both.
bool is_subvolume(std::string_view options, const TreeIdentity& tree) {
  if (tree.subvolume_id == 0) return true;
  const auto id = mount_option(options, "subvolid=");
  const auto path = mount_option(options, "subvol=");
  if (!id && !path) return tree.default_subvolume;
  if (id && subvolume_number(*id) != tree.subvolume_id) return false;
  if (!path) return true;
  std::string_view name = without_quotes(*path);
  while (name.starts_with('/')) name.remove_prefix(1);
  while (name.ends_with('/')) name.remove_suffix(1);
  return name == tree.subvolume;
}

}  // namespace

DeviceMatch match_device(const MountEntry& entry, const TreeIdentity& tree) {
  if (entry.source() != MountSource::device) return DeviceMatch::none;
  const DeviceMatch match = match_name(name_of(entry.device), tree);
  return match != DeviceMatch::none && is_subvolume(entry.options, tree) ? match
                                                                         : DeviceMatch::none;
}

bool means_another(const MountEntry& entry, const TreeIdentity& tree) {
  if (entry.source() != MountSource::device || match_device(entry, tree) != DeviceMatch::none)
    return false;
  const Name name = name_of(entry.device);
  if (match_name(name, tree) != DeviceMatch::none) return true;  // another subvolume
  switch (name.kind) {
    case Name::Kind::uuid:
    case Name::Kind::label:
      return !tree.uuid.empty();  // both were read, and a label may be empty
    case Name::Kind::partition_uuid:
      return !tree.partition_uuid.empty();
    case Name::Kind::partition_label:
      return !tree.partition_label.empty();
    case Name::Kind::path:
      break;
  }
  // Any other path may lead to any volume: an encrypted one, an array, a disk of another name.
  return false;
}

std::string_view disk_of(std::string_view device) {
  const auto found = numbered(device);
  return found ? found->disk : std::string_view();
}

}  // namespace pidometer
