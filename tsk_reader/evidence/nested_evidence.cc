#include "tsk_reader/evidence/nested_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace pidometer {
namespace {

constexpr std::size_t kMostTold = 20;

constexpr std::array<std::string_view, 27> kEnds = {
    ".zip", ".tar",  ".tgz", ".tbz", ".tbz2", ".txz", ".tzst",   ".tar.gz",  ".tar.bz2",
    ".7z",  ".cpio", ".rar", ".e01", ".ex01", ".l01", ".aff4",   ".qcow2",   ".vmdk",
    ".vhd", ".vhdx", ".vdi", ".dd",  ".raw",  ".img", ".tar.xz", ".tar.zst", ".tar.lz4"};

bool is_evidence_by_name(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::any_of(kEnds.begin(), kEnds.end(),
                     [&](std::string_view end) { return lower.ends_with(end); });
}

}  // namespace

std::vector<Warning> nested_evidence(const ArchiveIndex& index,
                                     std::span<const ArchiveIndex::Node> trees) {
  std::vector<Warning> warnings;
  std::uint64_t more = 0;
  const auto in_a_tree = [&](ArchiveIndex::Node node) {
    for (;; node = index.parent(node)) {
      if (std::find(trees.begin(), trees.end(), node) != trees.end()) {
        // The archive itself as a tree: what lies beside its folders was put there by somebody.
        return node != ArchiveIndex::kRoot || index.child(node, "etc") || index.child(node, "var");
      }
      if (node == ArchiveIndex::kRoot) return false;
    }
  };
  for (ArchiveIndex::Node node = 1; node < index.size(); ++node) {
    if (index.facts(node).kind != NodeKind::file || !is_evidence_by_name(index.name(node)) ||
        in_a_tree(node))
      continue;
    if (warnings.size() == kMostTold) {
      ++more;
      continue;
    }
    Warning warning;
    warning.kind = WarningKind::unsupported;
    warning.path = index.path(node);
    warning.message =
        "is an archive or an image inside of the archive and is not opened; unpack it and give it "
        "as an input of its own";
    warnings.push_back(std::move(warning));
  }
  if (more > 0) {
    Warning warning;
    warning.kind = WarningKind::unsupported;
    warning.message =
        fmt::format("{} more archives or images lie in the archive and are not opened", more);
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

}  // namespace pidometer
