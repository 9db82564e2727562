#include "tsk_reader/container/vhdx/vhdx_source.h"

#include <string>
#include <utility>
#include <vector>

#include "tsk_reader/container/mapped/guest_source.h"
#include "tsk_reader/container/vhdx/vhdx_header.h"
#include "tsk_reader/container/vhdx/vhdx_log.h"
#include "tsk_reader/container/vhdx/vhdx_map.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

void check_parent(const VhdxLayout& layout, const std::string& name, const fs::path& parent,
                  ImageChain& chain) {
  Result<std::unique_ptr<OsFile>> file = OsFile::open(parent);
  if (!file) return;
  ContainerFile opened(std::move(*file), parent.filename().string());
  const Result<VhdxHeader> its = read_vhdx_header(opened);
  if (its && its->data_write_id == layout.parent_id) return;
  chain.warn(WarningKind::damaged_image,
             name + ": the parent " + opened.name() +
                 " is another, or was changed since (its identifier differs); what comes from it "
                 "may be of another time");
}

/// The parent under the first of its names that is in the folder.
std::unique_ptr<BlockSource> open_parent(const VhdxLayout& layout, const fs::path& path,
                                         ImageChain& chain, std::string& missing) {
  const std::string name = path.filename().string();
  std::string tried;
  for (const std::string& parent : layout.parents) {
    Result<std::unique_ptr<BlockSource>> below = chain.open_below(path, parent, false);
    if (below) {
      check_parent(layout, name, path.parent_path() / base_name(parent), chain);
      return std::move(*below);
    }
    const Error& error = below.error();
    tried += (tried.empty() ? "" : "; ") + error.message +
             (error.reason.empty() ? "" : ": " + error.reason);
  }
  missing = "the parent of " + name + " is missing";
  chain.warn(WarningKind::damaged_image,
             "the parent " + (layout.parents.empty() ? "" : layout.parents.front()) + " of " +
                 name + " cannot be read (" + (tried.empty() ? "it has no name" : tried) +
                 "); what only it holds is lost");
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<BlockSource>> open_vhdx_source(std::unique_ptr<OsFile> os_file,
                                                      const fs::path& path, ImageChain& chain) {
  const std::string name = path.filename().string();
  auto file = std::make_unique<ContainerFile>(std::move(os_file), name);
  const auto refuse = [&](Error error) {
    error.message = "cannot read " + path.string();
    return tl::unexpected(std::move(error));
  };
  const Result<VhdxHeader> header = read_vhdx_header(*file);
  if (!header) return refuse(header.error());
  if (header->has_log()) {
    const auto entries = replay_vhdx_log(*file, *header);
    if (!entries)
      chain.warn(WarningKind::damaged_image,
                 name +
                     " was not closed, and its log cannot be replayed: what was written last may "
                     "be missing or wrong");
  }
  Result<VhdxLayout> layout = read_vhdx_layout(*file);
  if (!layout) return refuse(layout.error());
  std::vector<std::string> problems = header->problems;
  problems.insert(problems.end(), layout->problems.begin(), layout->problems.end());
  for (const std::string& problem : problems)
    chain.warn(WarningKind::damaged_image, name + ": " + problem);
  GuestParts parts;
  parts.path_spec = container_path_spec("VHDI", path);
  if (layout->has_parent) parts.below = open_parent(*layout, path, chain, parts.below_missing);
  parts.map = std::make_unique<VhdxMap>(std::move(file), std::move(*layout));
  // Blocks lie at multiples of a MiB; runs of sectors within them.
  constexpr std::uint64_t kSector = 512;
  return chain.finish(std::move(parts), kSector, name);
}

}  // namespace pidometer
