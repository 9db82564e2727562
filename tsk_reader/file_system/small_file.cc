#include "tsk_reader/file_system/small_file.h"

#include <span>

#include "tsk_reader/file_system/path_resolver.h"

namespace pidometer {

std::optional<SmallFile> read_small_file(FileSystem& file_system, std::string_view path) {
  const auto place = resolve_path(file_system, path);
  if (!place || !place->node || place->node->kind != NodeKind::file) return std::nullopt;
  if (place->node->size > kLargestSmallFile) return std::nullopt;
  const auto stream = file_system.open(place->node->inode);
  if (!stream) return std::nullopt;
  SmallFile file;
  file.real_path = place->real_path;
  file.text.resize(static_cast<std::size_t>(place->node->size));
  const auto bytes = std::as_writable_bytes(std::span(file.text));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = (*stream)->read(bytes.subspan(filled));
    if (!got) return std::nullopt;
    if (*got == 0) break;
    filled += *got;
  }
  file.text.resize(filled);
  file.damaged = !(*stream)->damage().empty();
  return file;
}

}  // namespace pidometer
