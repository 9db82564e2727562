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
  if (layout->has_parent) {
    fs::path parent;
    parts.below = chain.open_parent(path, layout->parents, parent, parts.below_missing);
    if (parts.below) check_parent(*layout, name, parent, chain);
  }
  parts.map = std::make_unique<VhdxMap>(std::move(file), std::move(*layout));
  // Blocks lie at multiples of a MiB; runs of sectors within them.
  constexpr std::uint64_t kSector = 512;
  return chain.finish(std::move(parts), kSector, name);
}

}  // namespace pidometer
