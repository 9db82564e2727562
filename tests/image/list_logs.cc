// Reads every log of an image and prints what came out as JSON lines, for tests/image/*_test.py:
//   list_logs IMAGE [FOLDER...] [-OTHER...] [+OTHER...] GLOB...
//   list_logs IMAGE --dump FILE
// IMAGE is raw, a virtual disk by its extension, or an E01 with its segments' names separated by
// commas. OTHERs are images given together with it on the command line, before (-) and after (+)
// it. `read_bytes` and `reads` are what the volumes and filesystems asked of the image.

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tsk_reader/bytes/hashing.h"
#include "tsk_reader/container/block_source_open.h"
#include "tsk_reader/container/ewf/ewf_source.h"
#include "tsk_reader/container/raw_source.h"
#include "tsk_reader/evidence/image_evidence.h"

namespace pidometer {
namespace {

using Json = nlohmann::ordered_json;

/// Counts what is asked of the image.
class CountingSource final : public BlockSource {
 public:
  struct Count {
    std::uint64_t reads = 0;
    std::uint64_t bytes = 0;
  };
  CountingSource(std::unique_ptr<BlockSource> source, Count& count)
      : source_(std::move(source)), count_(count) {}
  std::uint64_t size() const override { return source_->size(); }
  Result<void> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    ++count_.reads;
    count_.bytes += out.size();
    return source_->read_at(offset, out);
  }
  std::vector<DamagedRange> damage(ByteRange range) const override {
    return source_->damage(range);
  }
  PathSpec path_spec() const override { return source_->path_spec(); }
  std::optional<ImagePlace> image_place(std::uint64_t offset) const override {
    return source_->image_place(offset);
  }

 private:
  std::unique_ptr<BlockSource> source_;
  Count& count_;
};

Json to_json(const std::vector<DamagedRange>& damage) {
  Json out = Json::array();
  for (const auto& one : damage) out.push_back({one.range.begin, one.range.end, one.reason});
  return out;
}

Json to_json(const PathSpec& spec) {
  Json out = Json::array();
  for (const auto& layer : spec) {
    Json one{{"type", layer.type_indicator}, {"location", layer.location}};
    if (layer.inode) one["inode"] = *layer.inode;
    if (layer.part_index) one["part_index"] = *layer.part_index;
    if (layer.start_offset) one["start_offset"] = *layer.start_offset;
    if (layer.volume_index) one["volume_index"] = *layer.volume_index;
    out.push_back(one);
  }
  return out;
}

/// Of the unpacked text; empty where the file is not packed (it would be the same).
std::string decoded_hash(const LogFile& file) {
  if (file.entry().path_spec.size() < 2 || !file.entry().path_spec[0].location.empty()) return {};
  auto stream = file.open(StreamForm::decoded);
  if (!stream) return {};
  std::string hash;
  const auto hashed =
      hash_while_reading(std::move(*stream), [&](std::string sum) { hash = std::move(sum); });
  std::vector<std::byte> buffer(65536);
  for (;;) {
    const auto got = hashed->read(buffer);
    if (!got || *got == 0) return hash;
  }
}

Json read_file(const LogFile& file) {
  Json out{{"path", file.entry().path},
           {"display_name", file.entry().display_name},
           {"size", file.entry().size},
           {"path_spec", to_json(file.entry().path_spec)}};
  if (file.entry().inode) out["inode"] = *file.entry().inode;
  out["replayed"] = Json::array();
  for (const ByteRange& range : file.entry().replayed)
    out["replayed"].push_back({range.begin, range.end});
  const auto put_time = [&](const char* key, const std::optional<Timestamp>& time) {
    if (time) out[key] = time->time_since_epoch().count();
  };
  put_time("mtime_us", file.entry().modified);
  put_time("crtime_us", file.entry().created);
  put_time("ctime_us", file.entry().changed);
  const auto stream = file.open(StreamForm::stored);
  if (!stream) {
    out["error"] = stream.error().message + ": " + stream.error().reason;
    return out;
  }
  std::vector<std::byte> buffer(65536);
  std::uint64_t bytes = 0;
  for (;;) {
    const auto got = (*stream)->read(buffer);
    if (!got || *got == 0) break;
    bytes += *got;
  }
  out["bytes"] = bytes;
  out["sha256"] = file.sha256().value_or("");
  out["damage"] = to_json((*stream)->damage());
  out["text_sha256"] = decoded_hash(file);
  return out;
}

std::vector<std::filesystem::path> split(const std::string& names) {
  std::vector<std::filesystem::path> paths;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t comma = std::min(names.find(',', at), names.size());
    paths.emplace_back(names.substr(at, comma - at));
    at = comma + 1;
  }
  return paths;
}

/// Raw and E01 without a look at the content; everything else as the program opens it.
Result<std::unique_ptr<BlockSource>> open_image(const std::vector<std::filesystem::path>& segments,
                                                InputReport& report) {
  const std::string extension = segments[0].extension().string();
  if (extension == ".E01") return open_ewf_source(segments, report);
  constexpr std::array kContainers = {".qcow2", ".vmdk", ".vhd", ".vhdx"};
  if (std::find(kContainers.begin(), kContainers.end(), extension) == kContainers.end())
    return open_raw_source(segments, report.warnings);
  InputGroup group;
  group.kind = InputKind::image;
  group.name = report.name;
  group.segments = segments;
  return open_block_source(group, report);
}

/// Every byte of the disk into a file, and what is said of it.
int dump(const std::string& name, const std::string& target) {
  InputReport report;
  report.name = name;
  const auto source = open_image(split(name), report);
  Json row{{"row", "image"}, {"kind", report.kind}, {"segments", report.segments}};
  if (source) {
    std::ofstream out(target, std::ios::binary);
    std::vector<char> buffer(std::size_t{1} << 20U);
    for (std::uint64_t at = 0; at < (*source)->size(); at += buffer.size()) {
      const auto bytes = std::as_writable_bytes(std::span(buffer))
                             .first(static_cast<std::size_t>(
                                 std::min<std::uint64_t>(buffer.size(), (*source)->size() - at)));
      if (!(*source)->read_at(at, bytes)) return 1;
      out.write(buffer.data(), static_cast<std::streamsize>(bytes.size()));
    }
    row["size"] = (*source)->size();
    row["known_damage"] = to_json(report.damage);
    row["damage"] = to_json((*source)->damage({0, kUnknownEnd}));
    row["path_spec"] = to_json((*source)->path_spec());
  } else {
    row["error"] = source.error().message + ": " + source.error().reason;
  }
  row["warnings"] = Json::array();
  for (const Warning& warning : report.warnings) row["warnings"].push_back(warning.message);
  std::cout << row.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  return 0;
}

int run(int argc, char** argv) {
  if (argc < 3) return 2;
  if (argc == 4 && std::string_view(argv[2]) == "--dump") return dump(argv[1], argv[3]);
  const auto segments = split(argv[1]);
  // What begins with a slash is a folder to look into, the rest are globs.
  std::vector<std::string_view> globs;
  std::vector<std::string_view> folders;
  GivenImages given;
  std::vector<GivenImage> behind;
  for (const char* word : std::span(argv + 2, argv + argc)) {
    if (word[0] == '-' || word[0] == '+')
      (word[0] == '-' ? given.images : behind).push_back({word + 1, [word] {
                                                            InputReport ignored;
                                                            return open_image(split(word + 1),
                                                                              ignored);
                                                          }});
    else
      (word[0] == '/' ? folders : globs).emplace_back(word);
  }
  given.own = given.images.size();
  given.images.push_back({argv[1], nullptr});
  given.images.insert(given.images.end(), behind.begin(), behind.end());
  if (folders.empty()) folders.assign(kLogFolders.begin(), kLogFolders.end());
  InputReport report;
  report.name = argv[1];
  auto source = open_image(segments, report);
  if (!source) {
    std::cerr << source.error().message << ": " << source.error().reason << "\n";
    return 1;
  }
  CountingSource::Count count;
  const std::clock_t start = std::clock();
  auto evidence = open_image_evidence(std::make_unique<CountingSource>(std::move(*source), count),
                                      std::move(report), given);
  if (!evidence) return 1;
  for (const LogFolder& folder : (*evidence)->find_logs(folders, globs)) {
    Json out{{"row", "folder"}, {"volume", folder.volume}, {"path", folder.path}};
    out["zone"] = folder.facts.zone ? folder.facts.zone->name() : "";
    out["zone_source"] = folder.facts.zone_source;
    out["hostname"] = folder.facts.hostname;
    out["os_name"] = folder.facts.os_name;
    out["pid_max"] = folder.facts.pid_max.value_or(0);
    out["files"] = Json::array();
    for (const auto& file : folder.files) out["files"].push_back(read_file(*file));
    std::cout << out.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
  }
  const auto microseconds = (std::clock() - start) * 1'000'000 / CLOCKS_PER_SEC;
  for (const VolumeReport& volume : (*evidence)->volumes())
    std::cout << Json{{"row", "volume"},
                      {"name", volume.name},
                      {"start", volume.start},
                      {"size", volume.size},
                      {"description", volume.description},
                      {"file_system", volume.file_system},
                      {"reader", volume.reader},
                      {"unsupported", volume.unsupported}}
                     .dump()
              << "\n";
  const InputReport after = (*evidence)->report();
  for (const Warning& warning : after.warnings)
    std::cout << Json{{"row", "warning"},
                      {"volume", warning.volume},
                      {"path", warning.path},
                      {"range",
                       warning.range ? Json{warning.range->begin, warning.range->end} : Json()},
                      {"message", warning.message}}
                     .dump(-1, ' ', false, Json::error_handler_t::replace)
              << "\n";
  std::cout << Json{{"row", "cost"},
                    {"reads", count.reads},
                    {"read_bytes", count.bytes},
                    {"cpu_us", microseconds},
                    {"damage", to_json(after.damage)}}
                   .dump()
            << "\n";
  return 0;
}

}  // namespace
}  // namespace pidometer

int main(int argc, char** argv) {
  return pidometer::run(argc, argv);
}
