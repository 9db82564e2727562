#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "tsk_reader/bytes/damage_list.h"
#include "tsk_reader/bytes/os_file.h"

namespace pidometer {

/// A file that a container is made of. Its tables are read through a cache of pages, its data
/// directly; both see what a log replayed in memory put over it.
class ContainerFile {
 public:
  /// `name` for messages.
  ContainerFile(std::unique_ptr<OsFile> file, std::string name);

  /// Of the file as it lies on the examiner's system.
  std::uint64_t size() const { return file_->size(); }
  const std::string& name() const { return name_; }

  /// Fills `out` from the tables. Where a byte of them cannot be had `out` is zeros, and the
  /// reason comes back: "lies past the end of the file", "read error: ...".
  std::optional<std::string> read_table(std::uint64_t offset, std::span<std::byte> out);

  /// As OsFile::read_at, what is past the end (or shrank away) zeros and damage as well.
  void read_data(std::uint64_t offset, std::span<std::byte> out, DamageList& damage);

  /// Lays `bytes` over the file from `offset` on.
  void overlay(std::uint64_t offset, std::span<const std::byte> bytes);

 private:
  /// Tables are small pieces far apart: pages of the size the system reads anyway.
  static constexpr std::size_t kPageBytes = 4096;
  /// 4 MiB of tables: those of 32 GiB of a qcow2 with clusters of 64 KiB. When they are full all
  /// are dropped: tables are walked from front to back.
  static constexpr std::size_t kPages = 1024;
  struct Page {
    std::vector<std::byte> bytes;
    DamageList damage;  ///< in offsets of the file
  };
  Page& page(std::uint64_t number);

  std::unique_ptr<OsFile> file_;
  std::string name_;
  std::unordered_map<std::uint64_t, Page> pages_;            ///< by number
  std::map<std::uint64_t, std::vector<std::byte>> overlay_;  ///< by page number
};

/// What a table lacks when it lies behind the file's last byte.
inline constexpr std::string_view kPastTheEnd = "lies past the end of the file";

}  // namespace pidometer
