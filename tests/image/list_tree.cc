// Reads every file of the filesystem that fills an image and prints it as JSON lines, for
// tests/image/*_test.py:
//   list_tree IMAGE [PATH]
// Not only logs, and not through the volume scanner: what a backend says of all its files. With
// PATH the bytes of that file go to standard output and nothing else does.

#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tsk_reader/bytes/hashing.h"
#include "tsk_reader/container/raw_source.h"
#include "tsk_reader/file_system/file_system_sniffer.h"
#include "tsk_reader/file_system/path_resolver.h"

namespace pidometer {
namespace {

using Json = nlohmann::ordered_json;

void print(const Json& row) {
  std::cout << row.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

Json to_json(const std::vector<DamagedRange>& damage) {
  Json out = Json::array();
  for (const auto& one : damage) out.push_back({one.range.begin, one.range.end, one.reason});
  return out;
}

Json to_json(const std::vector<ByteRange>& ranges) {
  Json out = Json::array();
  for (const auto& one : ranges) out.push_back({one.begin, one.end});
  return out;
}

void read_file(FileSystem& file_system, std::uint64_t inode, Json& out) {
  auto stream = file_system.open(inode);
  if (!stream) {
    out["error"] = stream.error().message + ": " + stream.error().reason;
    return;
  }
  std::string hash;
  const auto hashed =
      hash_while_reading(std::move(*stream), [&](std::string sum) { hash = std::move(sum); });
  std::vector<std::byte> buffer(1 << 20);
  std::uint64_t bytes = 0;
  for (;;) {
    const auto got = hashed->read(buffer);
    if (!got || *got == 0) break;
    bytes += *got;
  }
  out["bytes"] = bytes;
  out["sha256"] = hash;
  out["damage"] = to_json(hashed->damage());
  if (const auto replayed = file_system.replayed(inode); replayed && !replayed->empty())
    out["replayed"] = to_json(*replayed);
}

constexpr const char* kKinds[] = {"file", "directory", "symlink", "other"};

/// A directory met twice (a hostile image's loop) is not entered again.
void walk(FileSystem& file_system, std::uint64_t directory, const std::string& path,
          std::set<std::uint64_t>& entered) {
  if (!entered.insert(directory).second) return;
  const auto entries = file_system.list(directory);
  if (!entries) {
    print({{"path", path}, {"error", entries.error().message + ": " + entries.error().reason}});
    return;
  }
  for (const DirectoryEntry& entry : *entries) {
    Json out{{"path", path + "/" + entry.name}, {"inode", entry.inode}};
    const auto node = file_system.stat(entry.inode);
    if (!node) {
      out["error"] = node.error().message + ": " + node.error().reason;
      print(out);
      continue;
    }
    out["kind"] = kKinds[static_cast<int>(node->kind)];
    out["size"] = node->size;
    if (node->modified) out["mtime_us"] = node->modified->time_since_epoch().count();
    if (node->created) out["crtime_us"] = node->created->time_since_epoch().count();
    if (node->changed) out["ctime_us"] = node->changed->time_since_epoch().count();
    if (node->kind == NodeKind::file) read_file(file_system, entry.inode, out);
    if (node->kind == NodeKind::symlink) {
      const auto target = file_system.read_link(entry.inode);
      out["target"] = target ? *target : "";
      if (!target) out["error"] = target.error().message + ": " + target.error().reason;
    }
    print(out);
    if (node->kind == NodeKind::directory)
      walk(file_system, entry.inode, path + "/" + entry.name, entered);
  }
}

/// As icat does it: no hash, no row.
int copy_out(FileSystem& file_system, std::string_view path) {
  const auto place = resolve_path(file_system, path);
  if (!place || !place->node) return 1;
  const auto stream = file_system.open(place->node->inode);
  if (!stream) return 1;
  std::vector<std::byte> buffer(65536);
  for (;;) {
    const auto got = (*stream)->read(buffer);
    if (!got) return 1;
    if (*got == 0) return std::cout.flush() && (*stream)->damage().empty() ? 0 : 1;
    std::cout.write(reinterpret_cast<const char*>(buffer.data()),
                    static_cast<std::streamsize>(*got));
  }
}

int run(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  std::vector<Warning> warnings;
  const auto source = open_raw_source({{argv[1]}}, warnings);
  if (!source) return 1;
  StructureReader reader(**source);
  const VolumeContent content = sniff_volume(reader);
  const auto opened = open_file_system(**source, content);
  if (!opened) {
    print({{"unsupported", opened.error().message + ": " + opened.error().reason}});
    return 0;
  }
  FileSystem& file_system = **opened;
  if (argc == 3) return copy_out(file_system, argv[2]);
  std::set<std::uint64_t> entered;
  walk(file_system, file_system.root(), "", entered);
  if (const auto free = file_system.unallocated()) print({{"unallocated", to_json(*free)}});
  for (const Warning& warning : file_system.warnings())
    print(
        {{"warning", warning.message}, {"unsupported", warning.kind == WarningKind::unsupported}});
  print({{"size", file_system.size()}, {"damage", to_json(file_system.structure_damage())}});
  return 0;
}

}  // namespace
}  // namespace pidometer

int main(int argc, char** argv) {
  return pidometer::run(argc, argv);
}
