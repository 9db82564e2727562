#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/host_facts.h"
#include "base/log_file.h"
#include "base/path_spec.h"
#include "base/result.h"
#include "base/warning.h"
#include "tsk_reader/evidence.h"
#include "tsk_reader/process/step_page.h"
#include "tsk_reader/process/wire.h"

namespace pidometer {

// The last enumerator of each enum that goes over the wire: what is beyond is refused.
constexpr ErrorKind last_of(ErrorKind) {
  return ErrorKind::output;
}
constexpr WarningKind last_of(WarningKind) {
  return WarningKind::reader_died;
}
constexpr InputKind last_of(InputKind) {
  return InputKind::archive;
}
constexpr LogCopy last_of(LogCopy) {
  return LogCopy::snapshot;
}
constexpr RecoveryMethod last_of(RecoveryMethod) {
  return RecoveryMethod::deleted_name;
}
constexpr StreamForm last_of(StreamForm) {
  return StreamForm::decoded;
}
constexpr Step last_of(Step) {
  return kLastStep;
}

// One function a type. A structured binding names every member, so that a new one cannot be
// forgotten.

template <typename Wire>
void transfer(Wire& wire, std::filesystem::path& path) {
  std::string text = path.string();
  wire(text);
  if constexpr (is_reading<Wire>) path = std::move(text);
}

template <typename Wire>
void transfer(Wire& wire, ByteRange& value) {
  auto& [begin, end] = value;
  wire(begin, end);
}

template <typename Wire>
void transfer(Wire& wire, DamagedRange& value) {
  auto& [range, reason] = value;
  wire(range, reason);
}

template <typename Wire>
void transfer(Wire& wire, Error& value) {
  auto& [kind, message, reason, help] = value;
  wire(kind, message, reason, help);
}

template <typename Wire>
void transfer(Wire& wire, Warning& value) {
  auto& [kind, message, image, volume, path, range, line] = value;
  wire(kind, message, image, volume, path, range, line);
}

template <typename Wire>
void transfer(Wire& wire, PathSpecLayer& value) {
  auto& [type, location, inode, part_index, start_offset, volume_index, method] = value;
  wire(type, location, inode, part_index, start_offset, volume_index, method);
}

template <typename Wire>
void transfer(Wire& wire, ImageExtent& value) {
  auto& [begin, length, image] = value;
  wire(begin, length, image);
}

template <typename Wire>
void transfer(Wire& wire, Recovery& value) {
  auto& [method, is_area, block_size, of_volume, extents, newest, newest_words] = value;
  wire(method, is_area, block_size, of_volume, extents, newest, newest_words);
  if constexpr (is_reading<Wire>) {
    // Offsets of rows are looked up in them by halving: what is out of order would give a wrong
    // one.
    std::uint64_t end = 0;
    for (const ImageExtent& extent : extents) {
      const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - extent.length;
      if (extent.begin < end || extent.begin > most || extent.image > most) return wire.fail();
      end = extent.begin + extent.length;
    }
  }
}

template <typename Wire>
void transfer(Wire& wire, FileEntry& value) {
  auto& [path, display_name, path_spec, size, modified, packed, inode, replayed, recovery, created,
         changed, other_paths] = value;
  wire(path, display_name, path_spec, size, modified, packed, inode, replayed, recovery, created,
       changed, other_paths);
}

/// A zone goes over as the bytes it was made of: what reads them checks them again.
template <typename Wire>
void transfer(Wire& wire, TimeZone& zone) {
  std::string name = zone.name();
  std::string tzif(reinterpret_cast<const char*>(zone.tzif().data()), zone.tzif().size());
  auto offset = static_cast<std::int32_t>(zone.constant_offset().count());
  wire(name, tzif, offset);
  if constexpr (is_reading<Wire>) {
    constexpr std::int32_t kDay = 24 * 3600;
    if (offset < -2 * kDay || offset > 2 * kDay) return wire.fail();
    if (tzif.empty()) {
      zone = TimeZone::fixed(std::chrono::minutes(offset / 60), std::move(name));
      return;
    }
    auto made = TimeZone::from_tzif(std::as_bytes(std::span(tzif)), std::move(name));
    if (!made) return wire.fail();
    zone = std::move(*made);
  }
}

template <typename Wire>
void transfer(Wire& wire, HostFacts& value) {
  auto& [zone, zone_source, hostname, os_name, pid_max, guessed_from] = value;
  wire(zone, zone_source, hostname, os_name, pid_max, guessed_from);
}

template <typename Wire>
void transfer(Wire& wire, InputGroup& value) {
  auto& [kind, name, segments, warnings, maps] = value;
  wire(kind, name, segments, warnings, maps);
}

template <typename Wire>
void transfer(Wire& wire, LowerFile& value) {
  auto& [file, disk] = value;
  wire(file, disk);
}

template <typename Wire>
void transfer(Wire& wire, GroupedInputs& value) {
  auto& [groups, errors, notes, parts, lower] = value;
  wire(groups, errors, notes, parts, lower);
}

template <typename Wire>
void transfer(Wire& wire, InputReport& value) {
  auto& [name, kind, segments, size, md5, sha1, damage, warnings, isolation] = value;
  wire(name, kind, segments, size, md5, sha1, damage, warnings, isolation);
}

template <typename Wire>
void transfer(Wire& wire, LogPlace& value) {
  auto& [copy, path, words] = value;
  wire(copy, path, words);
}

template <typename Wire>
void transfer(Wire& wire, TreeRoot& value) {
  auto& [name, inode, id, is_default, read_only, uuid, parent_uuid, snapshot_of, created] = value;
  wire(name, inode, id, is_default, read_only, uuid, parent_uuid, snapshot_of, created);
}

template <typename Wire>
void transfer(Wire& wire, VolumeReport& value) {
  auto& [name, start, size, description, file_system, reader, unsupported, tree] = value;
  wire(name, start, size, description, file_system, reader, unsupported, tree);
}

/// The folder without its files: those are named by number, see ListedFolder.
template <typename Wire>
void transfer(Wire& wire, LogFolder& value) {
  auto& [volume, path, facts, place, files] = value;
  wire(volume, path, facts, place);
  (void)files;
}

template <typename Wire>
void transfer(Wire& wire, StepSeen& value) {
  auto& [step, volume, path] = value;
  wire(step, volume, path);
}

template <typename Wire>
void transfer(Wire& wire, LeftOut& value) {
  auto& [what, reason] = value;
  wire(what, reason);
}

}  // namespace pidometer
