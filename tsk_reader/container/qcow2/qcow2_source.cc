#include "tsk_reader/container/qcow2/qcow2_source.h"

#include <string>
#include <string_view>
#include <utility>

#include "tsk_reader/container/mapped/guest_source.h"
#include "tsk_reader/container/qcow2/qcow2_header.h"
#include "tsk_reader/container/qcow2/qcow2_map.h"

namespace pidometer {
namespace {

void warn_of_state(ContainerFile& file, const Qcow2Header& header, ImageChain& chain) {
  if (header.dirty)
    chain.warn(WarningKind::damaged_image,
               file.name() +
                   " was not closed: the machine was running or its host crashed; what the host "
                   "had not written yet is missing");
  if (header.corrupt)
    chain.warn(WarningKind::damaged_image,
               file.name() + " is marked as corrupt by qemu: clusters may hold other bytes");
  if (header.snapshots == 0) return;
  std::string names;
  for (const std::string& name : qcow2_snapshot_names(file, header))
    names += (names.empty() ? "" : ", ") + name;
  // What was read is whole: the machine's disk as it was last.
  chain.warn(WarningKind::unread_state,
             file.name() + " holds " + std::to_string(header.snapshots) +
                 (header.snapshots == 1 ? " snapshot (" : " snapshots (") + names +
                 ") beside its active state, which alone is read; to read one give what 'qemu-img "
                 "convert -l NAME' makes of it");
}

}  // namespace

Result<std::unique_ptr<BlockSource>> open_qcow2_source(std::unique_ptr<OsFile> os_file,
                                                       const std::filesystem::path& path,
                                                       ImageChain& chain) {
  auto file = std::make_unique<ContainerFile>(std::move(os_file), path.filename().string());
  Result<Qcow2Header> header = read_qcow2_header(*file);
  if (!header) {
    header.error().message = "cannot read " + path.string();
    return tl::unexpected(header.error());
  }
  warn_of_state(*file, *header, chain);

  GuestParts parts;
  parts.path_spec = container_path_spec("QCOW", path);
  const bool has_backing = !header->backing_file.empty();
  if (has_backing) {
    Result<std::unique_ptr<BlockSource>> below = chain.open_below(
        path, qcow2_file_name(header->backing_file), header->backing_format == "raw");
    if (below) {
      parts.below = std::move(*below);
    } else {
      const Error& error = below.error();
      parts.below_missing = "the backing file of " + file->name() + " is missing";
      chain.warn(WarningKind::damaged_image, "the backing file " + header->backing_file + " of " +
                                                 file->name() + " cannot be read (" +
                                                 error.message +
                                                 (error.reason.empty() ? "" : ": " + error.reason) +
                                                 "); what only it holds is lost");
    }
  }
  std::unique_ptr<ContainerFile> data;
  std::string data_missing;
  if (header->external_data) {
    Result<std::unique_ptr<OsFile>> opened = chain.open_part(path, header->data_file);
    if (opened) {
      data = std::make_unique<ContainerFile>(std::move(*opened),
                                             std::string(base_name(header->data_file)));
    } else {
      data_missing = "its external data file is missing";
      chain.warn(WarningKind::damaged_image, "the external data file " + header->data_file +
                                                 " of " + file->name() + " cannot be read (" +
                                                 opened.error().message + ")");
    }
  }
  const std::string name = file->name();
  parts.map = std::make_unique<Qcow2Map>(std::move(file), std::move(data), data_missing, *header);
  return chain.finish(std::move(parts), header->subcluster(), name);
}

}  // namespace pidometer
