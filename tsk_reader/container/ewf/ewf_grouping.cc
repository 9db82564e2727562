#include "tsk_reader/container/ewf/ewf_grouping.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <system_error>

#include "tsk_reader/bytes/os_file.h"
#include "tsk_reader/container/ewf/ewf_numbering.h"

namespace pidometer {
namespace {

namespace fs = std::filesystem;

/// Files of a folder that are looked at for missing segments, 13 bytes of each: a lab's folder of
/// uuid names may be long, but a set has at most 14,295 segments by its names (E01 to ZZZ).
constexpr std::size_t kMaxSiblings = 20000;

/// Compared of two files that claim to be the same segment, at both ends.
constexpr std::size_t kComparedBytes = 65536;

/// Segments of one folder whose names differ in the extension only.
struct Cluster {
  std::vector<EwfSegment> segments;
  std::size_t first_given = 0;
};

std::string stem_of(const fs::path& path) {
  return (path.parent_path() / path.stem()).lexically_normal().string();
}

std::vector<std::byte> ends_of(const fs::path& path) {
  std::vector<std::byte> bytes(2 * kComparedBytes);
  Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
  if (!file) return {};
  DamageList ignored;
  const auto half = std::span(bytes).first(kComparedBytes);
  const std::uint64_t size = (*file)->size();
  (*file)->read_at(0, half, ignored);
  (*file)->read_at(size - std::min<std::uint64_t>(size, kComparedBytes),
                   std::span(bytes).subspan(kComparedBytes), ignored);
  bytes.push_back(static_cast<std::byte>(size & 0xffU));
  return bytes;
}

bool same_file(const EwfSegment& a, const EwfSegment& b) {
  std::error_code error;
  if (fs::equivalent(a.path, b.path, error)) return true;
  return fs::file_size(a.path, error) == fs::file_size(b.path, error) &&
         ends_of(a.path) == ends_of(b.path);
}

/// Whether one of the two is the beginning of the other, as a copy that was cut short is.
bool is_part_of_same(const EwfSegment& a, const EwfSegment& b) {
  if (!a.is_cut && !b.is_cut) return false;
  Result<std::unique_ptr<OsFile>> first = OsFile::open(a.path);
  Result<std::unique_ptr<OsFile>> second = OsFile::open(b.path);
  if (!first || !second) return false;
  const auto length = static_cast<std::size_t>(
      std::min<std::uint64_t>({(*first)->size(), (*second)->size(), kComparedBytes}));
  std::vector<std::byte> one(length);
  std::vector<std::byte> other(length);
  DamageList ignored;
  return (*first)->read_at(0, one, ignored) == (*second)->read_at(0, other, ignored) &&
         one == other;
}

/// Which of two copies of a segment serves: the one that is whole, of two cut ones the longer.
bool is_better(const EwfSegment& one, const EwfSegment& known) {
  if (one.is_cut != known.is_cut) return known.is_cut;
  std::error_code error;
  if (one.is_cut) return fs::file_size(one.path, error) > fs::file_size(known.path, error);
  return one.damage.empty() && !known.damage.empty();
}

bool has_identifier(const EwfSegment& segment) {
  return segment.set && segment.set->identifier.find_first_not_of('0') != std::string::npos;
}

/// Whether two files of one number may be copies of one segment.
bool may_be_copy(const EwfSegment& one, const EwfSegment& known) {
  return has_identifier(one) || same_file(known, one) || is_part_of_same(known, one);
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
    std::string why = left.path.string() + " is segment " + std::to_string(left.number) +
                      " once more: " + known->path.string() + " is used";
    if (better) why += ", since the other is damaged: " + left.damage;
    group.warnings.push_back(warn(WarningKind::duplicate_input, left, std::move(why)));
  }
  return true;
}

bool fits(const EwfGroup& group, const Cluster& cluster) {
  return std::all_of(cluster.segments.begin(), cluster.segments.end(), [&](const EwfSegment& one) {
    const EwfSegment* const known = find_number(group.segments, one.number);
    return known == nullptr || may_be_copy(one, *known);
  });
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
    std::vector<std::size_t>& namesakes = by_stem[stem_of(segment.path)];
    const auto at = std::ranges::find_if(namesakes, [&](std::size_t cluster) {
      const std::optional<EwfSet> set = set_of(clusters[cluster].segments);
      return !set || !segment.set || *set == *segment.set;
    });
    if (at != namesakes.end()) {
      clusters[*at].segments.push_back(segment);
      continue;
    }
    namesakes.push_back(clusters.size());
    clusters.push_back({{segment}, i});
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

std::vector<EwfSegment> segments_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator entries(folder.empty() ? fs::path(".") : folder, error);
  for (; !error && entries != fs::directory_iterator() && paths.size() < kMaxSiblings;
       entries.increment(error)) {
    std::error_code ignored;
    if (entries->is_regular_file(ignored)) paths.push_back(folder / entries->path().filename());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<EwfSegment> found;
  for (const fs::path& path : paths) {
    Result<std::unique_ptr<OsFile>> file = OsFile::open(path);
    std::array<std::byte, 128> head{};
    DamageList ignored;
    if (!file || !looks_like_ewf(std::span(head).first((*file)->read_at(0, head, ignored)))) {
      continue;
    }
    if (Result<EwfSegment> segment = read_ewf_segment(path, EwfDepth::identity)) {
      found.push_back(std::move(*segment));
    }
  }
  mend_segment_numbers(found);
  return found;
}

/// Adds what the folder holds of a set that is not complete. A cluster with a number that the group
/// has already from another file is another disk of the same geometry; two clusters that contradict
/// one another are left alone and named.
void add_siblings(EwfGroup& group, const std::vector<EwfSegment>& folder) {
  std::set<std::string> stems;
  for (const EwfSegment& segment : group.segments) stems.insert(stem_of(segment.path));
  std::vector<Cluster> candidates;
  for (Cluster& cluster : cluster_by_name(folder)) {
    const std::optional<EwfSet> set = set_of(group.segments);
    const std::optional<EwfSet> theirs = set_of(cluster.segments);
    if (stems.contains(stem_of(cluster.segments.front().path)) &&
        (!set || !theirs || *set == *theirs)) {
      for (const EwfSegment& segment : cluster.segments) add_segment(group, segment, false);
    } else {
      candidates.push_back(std::move(cluster));
    }
  }
  // Of a stub alone only its namesakes know the set.
  const std::optional<EwfSet> set = set_of(group.segments);
  std::erase_if(candidates, [&](const Cluster& cluster) {
    return !set || set_of(cluster.segments) != set || !fits(group, cluster);
  });
  std::map<std::uint32_t, const EwfSegment*> chosen;
  std::set<std::uint32_t> ambiguous;
  for (const Cluster& cluster : candidates) {
    for (const EwfSegment& segment : cluster.segments) {
      const EwfSegment* const known = find_number(group.segments, segment.number);
      if (known != nullptr && !is_better(segment, *known)) continue;
      const auto [at, is_new] = chosen.emplace(segment.number, &segment);
      if (!is_new && !has_identifier(segment) && !same_file(*at->second, segment)) {
        ambiguous.insert(segment.number);
      }
    }
  }
  if (!ambiguous.empty()) {
    group.warnings.push_back(
        warn(WarningKind::damaged_image, group.segments.front(),
             "several files could be segment " + std::to_string(*ambiguous.begin()) +
                 " of this image, and none is taken: give the right ones by name"));
    return;
  }
  for (const auto& [number, segment] : chosen) add_segment(group, *segment, false);
}

/// Names a file that has the name of a segment which the set lacks, and is of another set: whoever
/// sees it lie there would take it for the missing one.
void tell_strangers(EwfGroup& group, const std::vector<EwfSegment>& folder) {
  const std::optional<EwfSet> set = set_of(group.segments);
  std::set<std::string> stems;
  for (const EwfSegment& segment : group.segments) stems.insert(stem_of(segment.path));
  const EwfSegment* first = nullptr;
  std::size_t more = 0;
  for (const EwfSegment& segment : folder) {
    if (!set || !segment.set || *segment.set == *set || !stems.contains(stem_of(segment.path)) ||
        find_number(group.segments, segment.number) != nullptr)
      continue;
    if (first == nullptr)
      first = &segment;
    else
      ++more;
  }
  if (first == nullptr) return;
  std::string words = first->path.string() +
                      " has the name of a segment of this image and is of another acquisition: "
                      "it is no part of it";
  if (first->set->media_size != set->media_size)
    words += " (of a medium of " + std::to_string(first->set->media_size) + " bytes, not of " +
             std::to_string(set->media_size) + ")";
  if (more > 0) words += ", nor are " + std::to_string(more) + " more such files";
  group.warnings.push_back(
      warn(WarningKind::damaged_image, group.segments.front(), std::move(words)));
}

/// Segments whose own description of the set is damaged join the only group that lacks their
/// number.
void adopt_orphans(std::vector<EwfGroup>& groups) {
  for (std::size_t i = 0; i < groups.size();) {
    if (set_of(groups[i].segments)) {
      ++i;
      continue;
    }
    std::vector<std::size_t> homes;
    for (std::size_t home = 0; home < groups.size(); ++home) {
      if (home != i && set_of(groups[home].segments) &&
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
  std::map<std::string, std::vector<EwfSegment>> folders;
  const auto folder_of = [&](const EwfSegment& segment) -> const std::vector<EwfSegment>& {
    const fs::path folder = segment.path.parent_path();
    const auto [at, is_new] = folders.try_emplace(folder.string());
    if (is_new) at->second = segments_in(folder);
    return at->second;
  };
  mend_segment_numbers(given);
  for (const EwfSegment& segment : std::vector<EwfSegment>(given)) {
    const std::optional<std::uint32_t> by_name = ewf_segment_name(segment.path);
    if (by_name && *by_name != segment.number) mend_segment_numbers(given, folder_of(segment));
  }
  std::vector<EwfGroup> groups;
  std::map<std::string, std::vector<std::size_t>> by_identifier;  // of groups
  for (const Cluster& cluster : cluster_by_name(given)) {
    const std::optional<EwfSet> set = set_of(cluster.segments);
    std::size_t home = groups.size();
    if (set) {
      std::vector<std::size_t>& alike = by_identifier[set->identifier];
      const auto at = std::ranges::find_if(alike, [&](std::size_t group) {
        return set_of(groups[group].segments) == set && fits(groups[group], cluster);
      });
      if (at != alike.end())
        home = *at;
      else
        alike.push_back(home);
    }
    if (home == groups.size()) groups.push_back({{}, cluster.first_given, {}});
    for (const EwfSegment& segment : cluster.segments) add_segment(groups[home], segment, true);
  }
  adopt_orphans(groups);
  for (EwfGroup& group : groups) {
    sort_by_number(group);
    if (is_complete(group)) continue;
    const std::vector<EwfSegment>& folder = folder_of(group.segments.front());
    add_siblings(group, folder);
    sort_by_number(group);
    if (!is_complete(group)) tell_strangers(group, folder);
  }
  std::stable_sort(groups.begin(), groups.end(), [](const EwfGroup& a, const EwfGroup& b) {
    return a.first_given < b.first_given;
  });
  return groups;
}

}  // namespace pidometer
