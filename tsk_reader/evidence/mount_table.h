#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pidometer {

/// What the first field of a line of fstab means.
enum class MountSource {
  device,  ///< a volume, by whatever name
  folder,  ///< of the host's own tree, shown in a second place (bind)
  other,   ///< memory, the network, an overlay, a file
};

/// A line of fstab(5) that puts something into the tree. Swap is left out.
struct MountEntry {
  std::string device;       ///< first field, `UUID=...`, `/dev/mapper/rhel-var`, `tmpfs`
  std::string mount_point;  ///< absolute, without a slash at its end; `/` is the root
  std::string options;
  std::string type = {};  ///< `ext4`, `none`

  MountSource source() const;
  /// Not mounted at boot: noauto, unless systemd mounts it when it is first looked into.
  bool on_demand() const;
  /// The host goes on without it: nofail.
  bool may_fail() const;

  friend bool operator==(const MountEntry&, const MountEntry&) = default;
};

/// The mounts of an fstab, in its order; \040 and its kin are decoded. Never fails: what is no
/// mount is left out.
std::vector<MountEntry> parse_fstab(std::string_view text);

/// What is mounted at boot, in its order: of two mounts that cover a path the later one is seen.
/// `mount -a` goes by the lines (mount(8)), so that a second line for a mount point lies over the
/// first. systemd mounts what is above first, and of two lines for one mount point takes the first
/// (fstab-generator.c: the second one's unit exists already).
std::vector<MountEntry> in_mount_order(const std::vector<MountEntry>& fstab, bool systemd);

/// The value of `key=` among comma-separated options; the last one wins, as in mount(8).
std::optional<std::string_view> mount_option(std::string_view options, std::string_view key);

/// Whether `path` is `folder` or lies below it; both absolute.
bool is_at_or_below(std::string_view path, std::string_view folder);

/// `path`, that is at or below `folder`, as seen from there: `/log` of /var/log and /var.
std::string seen_from(std::string_view path, std::string_view folder);

/// The way back.
std::string seen_above(std::string_view path, std::string_view folder);

}  // namespace pidometer
