#include "tsk_reader/container/vmdk/vmdk_grouping.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "tsk_reader/container/vmdk/vmdk_source.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

bool starts_with(OsFile& file, std::string_view text) {
  std::string head(text.size(), '\0');
  DamageList damage;
  head.resize(file.read_at(0, std::as_writable_bytes(std::span(head)), damage));
  return head == text;
}

}  // namespace

std::vector<fs::path> vmdk_extent_paths(const fs::path& path) {
  std::vector<fs::path> paths;
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file || !starts_with(**file, "# Disk DescriptorFile")) return paths;
  const std::optional<VmdkDescriptor> descriptor = read_vmdk_descriptor(**file);
  if (!descriptor) return paths;
  for (const VmdkExtent& extent : descriptor->extents)
    if (const std::string_view name = base_name(extent.file); !name.empty())
      paths.push_back(path.parent_path() / name);
  return paths;
}

std::optional<fs::path> find_vmdk_descriptor(const fs::path& path) {
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file || read_vmdk_descriptor(**file)) return std::nullopt;
  const std::string stem = path.stem().string();
  const std::size_t dash = stem.rfind('-');
  if (dash == std::string::npos || dash == 0) return std::nullopt;
  const fs::path descriptor =
      path.parent_path() / (stem.substr(0, dash) + path.extension().string());
  const std::vector<fs::path> extents = vmdk_extent_paths(descriptor);
  const bool named = std::find(extents.begin(), extents.end(), path) != extents.end();
  return named ? std::optional(descriptor) : std::nullopt;
}

}  // namespace pidometer
