#include "tsk_reader/container/image_chain.h"

#include <algorithm>
#include <system_error>

#include "tsk_reader/container/qcow2/qcow2_source.h"
#include "tsk_reader/container/raw_source.h"
#include "tsk_reader/container/vhd/vhd_source.h"
#include "tsk_reader/container/vhdx/vhdx_source.h"
#include "tsk_reader/container/vmdk/vmdk_source.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

std::string looked_for(const fs::path& path) {
  return "it was looked for as " + path.string();
}

/// The way back out of one level of the chain.
class Level {
 public:
  Level(std::vector<std::string>& open, const fs::path& path) : open_(open) {
    std::error_code error;
    const fs::path canonical = fs::canonical(path, error);
    open_.push_back(error ? path.string() : canonical.string());
  }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  ~Level() { open_.pop_back(); }
  bool loops() const {
    return std::find(open_.begin(), open_.end() - 1, open_.back()) != open_.end() - 1;
  }

 private:
  std::vector<std::string>& open_;
};

}  // namespace

std::string_view base_name(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  if (name == "." || name == ".." || name.find('\0') != std::string_view::npos) return {};
  return name;
}

PathSpec container_path_spec(std::string_view type, const fs::path& path) {
  PathSpec spec(2);
  spec[0].type_indicator = std::string(type);
  spec[1].type_indicator = "OS";
  spec[1].location = os_location(path);
  return spec;
}

void ImageChain::warn(WarningKind kind, std::string message) {
  Warning warning;
  warning.kind = kind;
  warning.image = report_.name;
  warning.message = std::move(message);
  report_.warnings.push_back(std::move(warning));
}

std::unique_ptr<BlockSource> ImageChain::finish(GuestParts parts, std::uint64_t unit,
                                                const std::string& name) {
  parts.survey = MapSurvey::of(*parts.map, unit, parts.below ? "" : parts.below_missing);
  if (!parts.survey.complete())
    warn(WarningKind::damaged_image,
         "the tables of " + name +
             " are too large to be checked as a whole: places that are claimed twice or lie past "
             "the end may not be told");
  return make_guest_source(std::move(parts));
}

Result<std::unique_ptr<BlockSource>> ImageChain::open(Content content, std::unique_ptr<OsFile> file,
                                                      const fs::path& path) {
  const Level level(open_, path);
  if (level.loops())
    return fail(ErrorKind::unreadable, "cannot read " + path.string(),
                "it is, by way of its parents, its own parent", "give the images as they were");
  if (open_.size() > kMostImages)
    return fail(ErrorKind::unreadable, "cannot read " + path.string(),
                "it is the image below more than " + std::to_string(kMostImages) + " others");
  report_.segments.push_back(path.string());
  switch (content) {
    case Content::qcow2:
      return open_qcow2_source(std::move(file), path, *this);
    case Content::vmdk:
    case Content::vmdk_descriptor:
      return open_vmdk_source(std::move(file), path, *this);
    case Content::vhd:
      return open_vhd_source(std::move(file), path, *this);
    case Content::vhdx:
      return open_vhdx_source(std::move(file), path, *this);
    default:
      break;
  }
  return fail(ErrorKind::unsupported, "cannot read " + path.string());
}

std::unique_ptr<BlockSource> ImageChain::open_parent(const fs::path& beside,
                                                     const std::vector<std::string>& names,
                                                     fs::path& parent, std::string& missing) {
  const std::string disk = beside.filename().string();
  std::string tried;
  for (const std::string& name : names) {
    // Only what is not there makes room for the next name.
    Result<std::unique_ptr<BlockSource>> below = open_below(beside, name, false);
    if (below) {
      parent = beside.parent_path() / base_name(name);
      return std::move(*below);
    }
    const Error& error = below.error();
    tried += (tried.empty() ? "" : "; ") + error.message +
             (error.reason.empty() ? "" : ": " + error.reason);
  }
  missing = "the parent of " + disk + " is missing";
  warn(WarningKind::damaged_image,
       "the parent " + (names.empty() ? "" : names.front()) + " of " + disk + " cannot be read (" +
           (tried.empty() ? "it has no name" : tried) + "); what only it holds is lost");
  return nullptr;
}

Result<std::unique_ptr<OsFile>> ImageChain::open_part(const fs::path& beside,
                                                      std::string_view name) {
  const std::string_view base = base_name(name);
  if (base.empty())
    return fail(ErrorKind::not_found, "its name is not one of a file: " + std::string(name));
  const fs::path path = beside.parent_path() / base;
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return fail(file.error().kind, file.error().reason + "; " + looked_for(path));
  report_.segments.push_back(path.string());
  return file;
}

Result<std::unique_ptr<BlockSource>> ImageChain::open_below(const fs::path& beside,
                                                            std::string_view name, bool raw) {
  const std::string_view base = base_name(name);
  if (base.empty())
    return fail(ErrorKind::not_found, "its name is not one of a file: " + std::string(name));
  const fs::path path = beside.parent_path() / base;
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return fail(file.error().kind, file.error().reason + "; " + looked_for(path));
  Sniffed sniffed;
  if (!raw) sniffed = sniff_content(**file, path);
  if (is_virtual_disk(sniffed.content)) return open(sniffed.content, std::move(*file), path);
  if (sniffed.content == Content::ewf || sniffed.content == Content::other_container)
    return fail(ErrorKind::unsupported, "it is " + sniffed.what + "; " + looked_for(path));
  report_.segments.push_back(path.string());
  std::vector<Warning> warnings;
  const std::vector<fs::path> paths = {path};
  return open_raw_source(paths, warnings);
}

}  // namespace pidometer
