#include "tsk_reader/container/lower_files.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "tsk_reader/container/content_sniffer.h"
#include "tsk_reader/container/image_chain.h"
#include "tsk_reader/container/qcow2/qcow2_header.h"
#include "tsk_reader/container/vmdk/vmdk_source.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// As image_chain.h has it: a chain of more is a loop or made to exhaust.
constexpr std::size_t kMostFiles = 200;

/// As they are written.
std::vector<std::string> names_below(const fs::path& disk) {
  Result<std::unique_ptr<OsFile>> file = OsFile::open(disk);
  if (!file) return {};
  switch (sniff_content(**file, disk).content) {
    case Content::qcow2: {
      ContainerFile container(std::move(*file), disk.filename().string());
      const Result<Qcow2Header> header = read_qcow2_header(container);
      if (!header) return {};
      return {qcow2_file_name(header->backing_file), header->data_file};
    }
    case Content::vmdk:
    case Content::vmdk_descriptor: {
      const std::optional<VmdkDescriptor> descriptor = read_vmdk_descriptor(**file);
      if (descriptor && descriptor->has_parent()) return {descriptor->parent};
      return {};
    }
    default:
      return {};
  }
}

}  // namespace

std::vector<fs::path> lower_files(const fs::path& disk) {
  std::vector<fs::path> files = {disk};
  for (std::size_t at = 0; at < files.size() && files.size() < kMostFiles; ++at)
    for (const std::string& name : names_below(files[at])) {
      const std::string_view base = base_name(name);
      if (base.empty()) continue;
      const fs::path below = files[at].parent_path() / base;
      std::error_code ignored;
      if (fs::is_regular_file(below, ignored) &&
          std::find(files.begin(), files.end(), below) == files.end())
        files.push_back(below);
    }
  files.erase(files.begin());
  return files;
}

}  // namespace pidometer
