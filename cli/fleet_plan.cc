#include "cli/fleet_plan.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include "base/sha256.h"
#include "cli/flags.h"
#include "cli/fleet_grouping.h"
#include "cli/input_reports.h"
#include "cli/real_path.h"
#include "cli/small_file.h"
#include "cli/time_argument.h"
#include "fleet/image_names.h"
#include "fleet/input_files.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/names.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

Result<void> check_options(const Options& options) {
  const auto refuse = [](const std::string& flag, const std::string& remedy) {
    return fail(ErrorKind::usage, flag + " does not go together with --output-dir",
                "each image has files of its own in that folder", remedy);
  };
  if (!options.output.empty()) return refuse("--output", "leave it out");
  if (!options.summary.empty()) return refuse("--summary", "leave it out");
  if (!options.report.empty()) return refuse("--report", "--reports writes one of each image");
  if (options.terminal_summary && options.format_given)
    return refuse("--format summary", "leave it out");
  if (options.format != &row_formats().front())
    return refuse("--format " + std::string(options.format->name),
                  "leave it out: the rows are JSON lines, of which the timeline is made");
  if (!options.case_file.empty() && (!options.inputs.empty() || !options.roots.empty()))
    return fail(ErrorKind::usage, "inputs are given beside --case", {},
                "name all images in the case file, or none");
  if (options.resume && options.force)
    return fail(ErrorKind::usage, "--resume and --force contradict one another",
                "one keeps what is there, the other begins anew", "give one of them");
  return {};
}

}  // namespace

Result<CaseList> listed_images(const Options& options) {
  if (Result<void> good = check_options(options); !good) return tl::unexpected(good.error());
  if (options.case_file.empty()) return CaseList();
  const std::string& name = options.case_file;
  const Result<std::string> bytes =
      read_small_file(name, "--case", "give a CSV or JSON list of images");
  if (!bytes) return tl::unexpected(bytes.error());
  Result<std::vector<FleetImage>> images =
      read_case_list(*bytes, name, fs::path(name).parent_path());
  if (!images) return tl::unexpected(images.error());
  for (const FleetImage& image : *images) {
    if (image.timezone.empty()) continue;
    if (const Result<TimeZone> zone = find_time_zone(image.timezone); !zone)
      return fail(ErrorKind::usage,
                  fmt::format("the time zone of {} in {} is none", image.segments.front(), name),
                  zone.error().message, zone.error().help);
  }
  Sha256 sum;
  sum.update(std::as_bytes(std::span(*bytes)));
  return CaseList{std::move(*images), sum.finish()};
}

namespace {

/// What is said of an image, and else of all.
void fill_in(const Options& options, FleetImage& image) {
  for (const auto& [own, common] : {std::pair(&image.case_id, &options.case_id),
                                    std::pair(&image.evidence_id, &options.evidence_id),
                                    std::pair(&image.hostname, &options.hostname),
                                    std::pair(&image.timezone, &options.timezone)})
    if (own->empty()) *own = *common;
  if (!image.year) image.year = options.year;
}

/// The options of a scan that concern what is found, as the program is to be given them.
std::vector<std::string> scan_arguments(const Options& options, const FleetImage& image) {
  std::vector<std::string> arguments = {"scan", "--color=never"};
  const auto add = [&arguments](const char* flag, const std::string& value) {
    if (!value.empty()) arguments.push_back(fmt::format("{}={}", flag, value));
  };
  const auto add_if = [&arguments](bool wanted, const char* flag) {
    if (wanted) arguments.emplace_back(flag);
  };
  add("--timezone", image.timezone);
  if (image.year) add("--year", std::to_string(*image.year));
  if (options.pid_max) add("--pid-max", std::to_string(*options.pid_max));
  add("--case-id", image.case_id);
  add("--evidence", image.evidence_id);
  add("--host", image.hostname);
  add("--since", options.since);
  add("--until", options.until);
  add("--known", options.known);
  // Which of its hosts are in no image is told at the end of all.
  add_if(!options.known.empty(), "--known-others");
  add("--min-level", std::string(level_name(options.min_level)));
  if (options.as != InputKind::automatic) add("--as", std::string(input_kind_name(options.as)));
  add("--step-limit", std::to_string(options.step_limit));
  add_if(options.records, "--records");
  if (options.witnesses)
    arguments.emplace_back(*options.witnesses ? "--witnesses" : "--no-witnesses");
  add_if(options.recover, "--recover");
  add_if(options.hash, "--hash");
  return arguments;
}

std::vector<std::string> input_arguments(const FleetImage& image) {
  if (image.root) return {"--root=" + image.segments.front()};
  std::vector<std::string> arguments = {"--"};
  arguments.insert(arguments.end(), image.segments.begin(), image.segments.end());
  return arguments;
}

/// False where it is no file.
bool look_at(const fs::path& path, std::vector<InputFile>& files) {
  std::optional<InputFile> file = look_at_file(path);
  if (file) files.push_back(std::move(*file));
  return file.has_value();
}

/// The files that an image is made of, those that were found beside the ones given too.
class FileFinder {
 public:
  explicit FileFinder(const std::vector<InputGroup>& groups) {
    for (const InputGroup& group : groups)
      for (const fs::path& file : files_of(group)) groups_[key_of(file.string())] = &group;
  }

  std::vector<fs::path> files(const FleetImage& image) const {
    std::vector<fs::path> all;
    std::set<const InputGroup*> taken;
    for (const std::string& segment : image.segments) {
      const InputGroup* const group = group_of(segment);
      if (group == nullptr) {
        all.emplace_back(segment);
      } else if (taken.insert(group).second) {
        for (fs::path& file : files_of(*group)) all.push_back(std::move(file));
      }
    }
    return all;
  }

  /// The input that a file is a part of; null where it is of none.
  const InputGroup* group_of(const std::string& file) const {
    const auto at = groups_.find(key_of(file));
    return at == groups_.end() ? nullptr : at->second;
  }

 private:
  std::map<std::string, const InputGroup*> groups_;
};

/// The disks of a host that are listed in one entry are no other than the images of two hosts.
void tell_several(const std::vector<FleetImage>& images, const FileFinder& finder,
                  const std::string& name, std::vector<std::string>& warnings) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    std::map<const InputGroup*, std::string> groups;
    std::string words;
    for (const std::string& segment : images[i].segments) {
      const InputGroup* const group = finder.group_of(segment);
      if (group != nullptr && groups.try_emplace(group, segment).second)
        words += (words.empty() ? "" : ", ") + segment;
    }
    if (groups.size() > 1)
      warnings.push_back(fmt::format(
          "entry {} of {} has {} images, which are read as those of one host{}{}: {}; where they "
          "are of several hosts, give each an entry",
          i + 1, name, groups.size(), images[i].hostname.empty() ? "" : ", ", images[i].hostname,
          words));
  }
}

/// Two entries of one image would be two hosts of which one is none. An entry of which a segment is
/// read elsewhere, or nowhere, is a copy or fails: it is told apart by its scan.
Result<void> check_distinct(const std::vector<FleetImage>& images, const FileFinder& finder,
                            const std::string& name) {
  const auto twice = [&](const std::string& what, std::size_t first, std::size_t second) {
    return fail(ErrorKind::usage, what + " stands in " + name + " more than once",
                fmt::format("entries {} and {} have it or a part of it", first + 1, second + 1),
                "give each image one entry, with its first segment or all of them");
  };
  std::map<std::string, std::size_t> seen;
  std::map<const InputGroup*, std::size_t> owners;
  for (std::size_t i = 0; i < images.size(); ++i) {
    std::set<const InputGroup*> groups;
    for (const std::string& segment : images[i].segments) {
      const auto [at, added] = seen.try_emplace(key_of(segment), i);
      if (!added) return twice(segment, at->second, i);
      groups.insert(finder.group_of(segment));
    }
    if (groups.contains(nullptr)) continue;
    for (const InputGroup* group : groups) {
      const auto [at, added] = owners.try_emplace(group, i);
      if (!added) return twice(group->name, at->second, i);
    }
  }
  return {};
}

void tell_shared_ids(const std::vector<FleetImage>& images, std::vector<std::string>& notes) {
  std::map<std::pair<std::string, std::string>, std::size_t> ids;
  for (const FleetImage& image : images)
    if (!image.evidence_id.empty()) ++ids[{image.case_id, image.evidence_id}];
  for (const auto& [id, count] : ids)
    if (count > 1)
      notes.push_back(fmt::format(
          "note: {} images have the evidence id {}: rows of different media have one id", count,
          id.second));
}

/// Images that would take the place of others of an earlier run, and do not.
void tell_apart(const std::vector<FleetImage>& images, const ImageNames& named,
                std::vector<std::string>& notes) {
  if (named.apart.empty()) return;
  constexpr std::size_t kNamed = 5;
  const std::size_t count = named.apart.size();
  std::string words;
  for (std::size_t i = 0; i < std::min(count, kNamed); ++i)
    words += fmt::format("{}{} ({})", i == 0 ? "" : ", ", named.names[named.apart[i]],
                         images[named.apart[i]].segments.front());
  notes.push_back(fmt::format(
      "note: {} {} called as another one elsewhere, of which an earlier run left results, and {} a "
      "name apart: {}{}; an image that was moved is known again by its evidence id",
      counted_words(count, "image"), count == 1 ? "is" : "are", count == 1 ? "gets" : "get", words,
      count > kNamed ? ", ..." : ""));
}

/// Fills in what is said of all. Names go by what the list says of each: an evidence id of all
/// tells none from another.
std::vector<std::string> name_and_fill_in(const Options& options,
                                          std::span<const NamedImage> earlier,
                                          std::vector<FleetImage>& images,
                                          std::vector<std::string>& notes) {
  std::vector<FleetImage> own = images;
  for (std::size_t i = 0; i < images.size(); ++i) {
    fill_in(options, images[i]);
    own[i].case_id = images[i].case_id;
  }
  ImageNames named = image_names(own, earlier);
  tell_apart(images, named, notes);
  return std::move(named.names);
}

}  // namespace

Result<FleetPlan> plan_fleet(const Options& options, std::vector<FleetImage> listed,
                             std::span<const NamedImage> earlier) {
  FleetPlan plan;
  std::vector<FleetImage> images = std::move(listed);
  if (options.case_file.empty()) {
    Result<std::vector<FleetImage>> given = given_images(options, plan);
    if (!given) return tl::unexpected(given.error());
    images = std::move(*given);
  } else {
    Options given = options;
    for (const FleetImage& image : images) {
      std::vector<std::string>& paths = image.root ? given.roots : given.inputs;
      paths.insert(paths.end(), image.segments.begin(), image.segments.end());
    }
    GroupedInputs grouped = group_given(given);
    plan.notes = std::move(grouped.notes);
    plan.groups = std::move(grouped.groups);
  }
  const FileFinder finder(plan.groups);
  if (!options.case_file.empty())
    if (Result<void> distinct = check_distinct(images, finder, options.case_file); !distinct)
      return tl::unexpected(distinct.error());
  if (!options.case_file.empty()) tell_several(images, finder, options.case_file, plan.warnings);
  tell_shared_ids(images, plan.notes);
  const std::vector<std::string> names = name_and_fill_in(options, earlier, images, plan.notes);
  for (std::size_t i = 0; i < images.size(); ++i) {
    FleetWork work{scan_arguments(options, images[i]), input_arguments(images[i]), 0};
    FleetEntry entry;
    entry.name = names[i];
    for (const std::vector<std::string>* part : {&work.arguments, &work.inputs})
      for (const std::string& word : *part) entry.arguments.push_back(escape_bytes(word));
    bool all = true;
    for (const fs::path& file : finder.files(images[i])) all = look_at(file, entry.files) && all;
    for (const InputFile& file : entry.files) work.bytes += file.size;
    // The list of known work is a part of what the rows are made of.
    if (!options.known.empty()) all = look_at(options.known, entry.files) && all;
    if (!all) entry.files.clear();
    entry.image = std::move(images[i]);
    plan.images.push_back(std::move(entry));
    plan.work.push_back(std::move(work));
  }
  return plan;
}

}  // namespace pidometer
