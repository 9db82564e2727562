#include "tsk_reader/container/ewf/ewf_grouping.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <system_error>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/ewf/ewf_copies.h"
#include "tsk_reader/container/ewf/ewf_numbering.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Files of a folder that are looked at for missing segments, 13 bytes of each: a lab's folder of
/// uuid names may be long, but a set has at most 14,295 segments by its names (E01 to ZZZ).
constexpr std::size_t kMaxSiblings = 20000;

/// Segments of one folder whose names differ in the extension only.
struct Cluster {
  std::string stem;
  std::vector<EwfSegment> segments;
  std::size_t first_given = 0;
};

std::string stem_of(const fs::path& path) {
  std::error_code error;
  const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
  const fs::path real = fs::canonical(folder, error);
  return ((error ? folder : real) / path.stem()).string();
}

bool has_identifier(const std::optional<EwfSet>& set) {
  return set && set->identifier.find_first_not_of('0') != std::string::npos;
}

/// Whether two files of one number may be copies of one segment.
bool may_be_copy(const EwfSegment& one, const EwfSegment& known) {
  return has_identifier(one.set) || same_file(known.path, one.path) || is_part_of_same(known, one);
}

const EwfSegment* find_number(const std::vector<EwfSegment>& segments, std::uint32_t number) {
  const auto at = std::find_if(segments.begin(), segments.end(),
                               [&](const EwfSegment& one) { return one.number == number; });
  return at == segments.end() ? nullptr : &*at;
}

Warning warn(WarningKind kind, const EwfSegment& segment, std::string message) {
  Warning warning;
  warning.kind = kind;
  warning.image = segment.path.string();
  warning.message = std::move(message);
  return warning;
}

std::string once_more(const EwfSegment& segment) {
  return segment.path.string() + " is segment " + std::to_string(segment.number) + " once more: ";
}

/// False where another file has that number already and is not the same.
bool add_segment(EwfGroup& group, const EwfSegment& segment, bool given) {
  const auto known =
      std::find_if(group.segments.begin(), group.segments.end(),
                   [&](const EwfSegment& one) { return one.number == segment.number; });
  if (known == group.segments.end()) {
    group.segments.push_back(segment);
    return true;
  }
  if (!may_be_copy(segment, *known)) return false;
  EwfSegment left = segment;
  const bool better = is_better(segment, *known);
  if (better) std::swap(left, *known);
  if (given || better) {
    std::string why = once_more(left) + known->path.string() + " is used";
    if (better) why += ", since the other is damaged: " + left.damage;
    group.warnings.push_back(warn(WarningKind::duplicate_input, left, std::move(why)));
  }
  return true;
}

std::optional<EwfSet> set_of(const std::vector<EwfSegment>& segments) {
  for (const EwfSegment& segment : segments) {
    if (segment.set) return segment.set;
  }
  return std::nullopt;
}

std::vector<Cluster> cluster_by_name(const std::vector<EwfSegment>& segments) {
  std::vector<Cluster> clusters;
  std::map<std::string, std::vector<std::size_t>> by_stem;  // of clusters; more than one is rare
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const EwfSegment& segment = segments[i];
    std::string stem = stem_of(segment.path);
    std::vector<std::size_t>& namesakes = by_stem[stem];
    const auto at = std::ranges::find_if(namesakes, [&](std::size_t cluster) {
      const std::optional<EwfSet> set = set_of(clusters[cluster].segments);
      return !set || !segment.set || *set == *segment.set;
    });
    if (at != namesakes.end()) {
      clusters[*at].segments.push_back(segment);
      continue;
    }
    namesakes.push_back(clusters.size());
    clusters.push_back({std::move(stem), {segment}, i});
  }
  return clusters;
}

bool is_complete(const EwfGroup& group) {
  std::uint32_t expected = 1;
  for (const EwfSegment& segment : group.segments) {
    // Of a segment that is cut short a whole copy may lie beside it.
    if (segment.number != expected++ || segment.is_cut) return false;
  }
  return group.segments.back().is_last;
}

void sort_by_number(EwfGroup& group) {
  std::stable_sort(group.segments.begin(), group.segments.end(),
                   [](const EwfSegment& a, const EwfSegment& b) { return a.number < b.number; });
}

struct Folder {
  std::vector<EwfSegment> segments;
  std::vector<Cluster> clusters;
};

Folder look_into(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator entries(folder.empty() ? fs::path(".") : folder, error);
  for (; !error && entries != fs::directory_iterator() && paths.size() < kMaxSiblings;
       entries.increment(error)) {
    std::error_code ignored;
    if (entries->is_regular_file(ignored)) paths.push_back(folder / entries->path().filename());
  }
  std::sort(paths.begin(), paths.end());
  Folder found;
  for (const fs::path& path : paths) {
    Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
    std::array<std::byte, 128> head{};
    DamageList ignored;
    if (!file || !looks_like_ewf(std::span(head).first((*file)->read_at(0, head, ignored)))) {
      continue;
    }
    if (Result<EwfSegment> segment = read_ewf_segment(path, EwfDepth::identity)) {
      found.segments.push_back(std::move(*segment));
    }
  }
  mend_segment_numbers(found.segments);
  found.clusters = cluster_by_name(found.segments);
  return found;
}

std::set<std::string> stems_of(const EwfGroup& group) {
  std::set<std::string> stems;
  for (const EwfSegment& segment : group.segments) stems.insert(stem_of(segment.path));
  return stems;
}

/// Adds what the folder holds of a set that is not complete: by name what may be of it, and by the
/// set's identifier, where it has one, what has any name.
void add_siblings(EwfGroup& group, const Folder& folder) {
  const std::set<std::string> stems = stems_of(group);
  const auto add = [&group](const Cluster& cluster) {
    for (const EwfSegment& segment : cluster.segments) add_segment(group, segment, false);
  };
  std::vector<const Cluster*> others;
  for (const Cluster& cluster : folder.clusters) {
    const std::optional<EwfSet> set = set_of(group.segments);
    const std::optional<EwfSet> theirs = set_of(cluster.segments);
    if (!stems.contains(cluster.stem))
      others.push_back(&cluster);
    else if (!set || !theirs || *set == *theirs)
      add(cluster);
  }
  // Of a stub alone only its namesakes know the set.
  const std::optional<EwfSet> set = set_of(group.segments);
  if (!has_identifier(set)) return;
  for (const Cluster* cluster : others)
    if (set_of(cluster->segments) == set) add(*cluster);
}

/// Names the first of files that are none of the group's, though they may look so.
void tell(EwfGroup& group, const std::vector<const EwfSegment*>& files, const std::string& why) {
  if (files.empty()) return;
  std::string words = files.front()->path.string() + why;
  if (files.size() > 1)
    words += ", nor are " + std::to_string(files.size() - 1) + " more such files";
  group.warnings.push_back(
      warn(WarningKind::damaged_image, group.segments.front(), std::move(words)));
}

/// Names a file that has the name of a segment which the set lacks, and is of another set: whoever
/// sees it lie there would take it for the missing one.
void tell_strangers(EwfGroup& group, const Folder& folder) {
  const std::optional<EwfSet> set = set_of(group.segments);
  const std::set<std::string> stems = stems_of(group);
  std::vector<const EwfSegment*> strangers;
  for (const Cluster& cluster : folder.clusters) {
    const std::optional<EwfSet> theirs = set_of(cluster.segments);
    if (!set || !theirs || *theirs == *set || !stems.contains(cluster.stem)) continue;
    for (const EwfSegment& segment : cluster.segments)
      if (find_number(group.segments, segment.number) == nullptr) strangers.push_back(&segment);
  }
  if (strangers.empty()) return;
  std::string words =
      " has the name of a segment of this image and is of another acquisition: it is no part of it";
  const std::optional<EwfSet>& theirs = strangers.front()->set;
  if (theirs && theirs->media_size != set->media_size)
    words += " (of a medium of " + std::to_string(theirs->media_size) + " bytes, not of " +
             std::to_string(set->media_size) + ")";
  tell(group, strangers, words);
}

/// What has no first segment of its own name, and would fill holes of this set.
bool may_serve(const EwfGroup& group, const Cluster& cluster) {
  return set_of(cluster.segments) == set_of(group.segments) &&
         find_number(cluster.segments, 1) == nullptr;
}

/// Names segments of another name that would fill a hole of a set without an identifier: number and
/// geometry are those of any disk of that make.
void tell_candidates(EwfGroup& group, const std::set<const Folder*>& folders) {
  const std::set<std::string> stems = stems_of(group);
  std::vector<const EwfSegment*> candidates;
  for (const Folder* const folder : folders) {
    for (const Cluster& cluster : folder->clusters) {
      if (stems.contains(cluster.stem) || !may_serve(group, cluster)) continue;
      for (const EwfSegment& segment : cluster.segments) {
        const EwfSegment* const known = find_number(group.segments, segment.number);
        if (known == nullptr || known->is_cut) candidates.push_back(&segment);
      }
    }
  }
  if (candidates.empty()) return;
  std::ranges::sort(candidates, {}, &EwfSegment::path);
  tell(group, candidates,
       " could be segment " + std::to_string(candidates.front()->number) +
           " of this image, whose acquisition has no identifier to know its segments by, and is "
           "not taken, for it has another name (give the segments of an image, in one folder, "
           "names that differ in the extension only; links will do)");
}

/// Without an identifier another name is another image, unless it is a copy: whole, of the same
/// stored hash, each segment of the same size and ends.
bool is_copy(const EwfGroup& one, const EwfGroup& other) {
  return one.segments.size() == other.segments.size() &&
         std::ranges::equal(
             one.segments, other.segments,
             [](const EwfSegment& a, const EwfSegment& b) { return same_file(a.path, b.path); });
}

void drop_copies(std::vector<EwfGroup>& groups) {
  std::map<std::string, std::vector<std::size_t>> by_hash;
  std::vector<EwfGroup> kept;
  for (EwfGroup& group : groups) {
    const std::string& hash = group.segments.back().md5;
    if (hash.empty() || !is_complete(group) || has_identifier(set_of(group.segments))) {
      kept.push_back(std::move(group));
      continue;
    }
    std::vector<std::size_t>& alike = by_hash[hash];
    const auto at =
        std::ranges::find_if(alike, [&](std::size_t known) { return is_copy(kept[known], group); });
    if (at == alike.end()) {
      alike.push_back(kept.size());
      kept.push_back(std::move(group));
      continue;
    }
    EwfGroup& known = kept[*at];
    for (std::size_t i = 0; i < group.segments.size(); ++i)
      known.warnings.push_back(
          warn(WarningKind::duplicate_input, group.segments[i],
               once_more(group.segments[i]) + known.segments[i].path.string() + " is used"));
    known.first_given = std::min(known.first_given, group.first_given);
  }
  groups = std::move(kept);
}

/// Segments whose own description of the set is damaged join the only group that lacks their
/// number. Without an identifier only names tell, and those of one name are together already.
void adopt_orphans(std::vector<EwfGroup>& groups) {
  for (std::size_t i = 0; i < groups.size();) {
    if (set_of(groups[i].segments)) {
      ++i;
      continue;
    }
    std::vector<std::size_t> homes;
    for (std::size_t home = 0; home < groups.size(); ++home) {
      if (home != i && has_identifier(set_of(groups[home].segments)) &&
          std::none_of(groups[i].segments.begin(), groups[i].segments.end(),
                       [&](const EwfSegment& one) {
                         return find_number(groups[home].segments, one.number) != nullptr;
                       })) {
        homes.push_back(home);
      }
    }
    if (homes.size() != 1) {
      ++i;
      continue;
    }
    EwfGroup& home = groups[homes.front()];
    for (const EwfSegment& segment : groups[i].segments) {
      home.warnings.push_back(warn(WarningKind::damaged_image, segment,
                                   segment.path.string() +
                                       " does not say to which set it belongs; taken as "
                                       "segment " +
                                       std::to_string(segment.number)));
      home.segments.push_back(segment);
    }
    home.first_given = std::min(home.first_given, groups[i].first_given);
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(i));
    i = 0;
  }
}

}  // namespace

std::vector<EwfGroup> group_ewf_segments(std::vector<EwfSegment> given) {
  std::map<std::string, Folder> folders;
  const auto folder_of = [&](const EwfSegment& segment) -> const Folder& {
    const fs::path folder = segment.path.parent_path();
    const auto [at, is_new] = folders.try_emplace(folder.string());
    if (is_new) at->second = look_into(folder);
    return at->second;
  };
  mend_segment_numbers(given);
  for (const EwfSegment& segment : std::vector<EwfSegment>(given)) {
    const std::optional<std::uint32_t> by_name = ewf_segment_name(segment.path);
    if (by_name && *by_name != segment.number)
      mend_segment_numbers(given, folder_of(segment).segments);
  }
  std::vector<EwfGroup> groups;
  std::map<std::string, std::vector<std::size_t>> by_identifier;  // of groups
  const std::vector<Cluster> clusters = cluster_by_name(given);
  for (const Cluster& cluster : clusters) {
    const std::optional<EwfSet> set = set_of(cluster.segments);
    std::size_t home = groups.size();
    if (has_identifier(set)) {
      std::vector<std::size_t>& alike = by_identifier[set->identifier];
      const auto at = std::ranges::find_if(
          alike, [&](std::size_t group) { return set_of(groups[group].segments) == set; });
      if (at != alike.end())
        home = *at;
      else
        alike.push_back(home);
    }
    if (home == groups.size()) groups.push_back({{}, cluster.first_given, {}});
    for (const EwfSegment& segment : cluster.segments) {
      if (add_segment(groups[home], segment, true)) continue;
      groups[home].warnings.push_back(warn(
          WarningKind::damaged_image, segment,
          segment.path.string() + " is left out: it says that it is segment " +
              std::to_string(segment.number) + ", which is another file of that name already"));
    }
  }
  adopt_orphans(groups);
  for (EwfGroup& group : groups) {
    sort_by_number(group);
    if (is_complete(group)) continue;
    const Folder& folder = folder_of(group.segments.front());
    add_siblings(group, folder);
    sort_by_number(group);
    if (is_complete(group)) continue;
    tell_strangers(group, folder);
    const std::optional<EwfSet> set = set_of(group.segments);
    if (!set || has_identifier(set)) continue;
    std::set<const Folder*> places = {&folder};
    for (const Cluster& cluster : clusters)
      if (may_serve(group, cluster)) places.insert(&folder_of(cluster.segments.front()));
    tell_candidates(group, places);
  }
  drop_copies(groups);
  std::stable_sort(groups.begin(), groups.end(), [](const EwfGroup& a, const EwfGroup& b) {
    return a.first_given < b.first_given;
  });
  return groups;
}

}  // namespace pidometer
