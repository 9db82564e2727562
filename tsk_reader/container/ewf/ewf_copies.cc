#include "tsk_reader/container/ewf/ewf_copies.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <system_error>
#include <vector>

#include "tsk_reader/bytes/os_file.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Compared of two files that claim to be the same segment, at both ends.
constexpr std::size_t kComparedBytes = 65536;

std::vector<std::byte> ends_of(const fs::path& path) {
  std::vector<std::byte> bytes(2 * kComparedBytes);
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return {};
  DamageList ignored;
  const auto half = std::span(bytes).first(kComparedBytes);
  const std::uint64_t size = (*file)->size();
  (*file)->read_at(0, half, ignored);
  (*file)->read_at(size - std::min<std::uint64_t>(size, kComparedBytes),
                   std::span(bytes).subspan(kComparedBytes), ignored);
  bytes.push_back(static_cast<std::byte>(size & 0xffU));
  return bytes;
}

}  // namespace

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  return fs::file_size(a, error) == fs::file_size(b, error) && ends_of(a) == ends_of(b);
}

bool is_part_of_same(const EwfSegment& a, const EwfSegment& b) {
  if (!a.is_cut && !b.is_cut) return false;
  Result<std::unique_ptr<OsFile>> first = OsFile::open(a.path);
  Result<std::unique_ptr<OsFile>> second = OsFile::open(b.path);
  if (!first || !second) return false;
  const auto length = static_cast<std::size_t>(
      std::min<std::uint64_t>({(*first)->size(), (*second)->size(), kComparedBytes}));
  std::vector<std::byte> one(length);
  std::vector<std::byte> other(length);
  DamageList ignored;
  return (*first)->read_at(0, one, ignored) == (*second)->read_at(0, other, ignored) &&
         one == other;
}

bool is_better(const EwfSegment& one, const EwfSegment& known) {
  if (one.is_cut != known.is_cut) return known.is_cut;
  std::error_code error;
  if (one.is_cut) return fs::file_size(one.path, error) > fs::file_size(known.path, error);
  return one.damage.empty() && !known.damage.empty();
}

}  // namespace pidometer
