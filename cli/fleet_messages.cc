#include "cli/fleet_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/exit_status.h"
#include "cli/fleet_grouping.h"
#include "fleet/summary_facts.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

/// Images of an earlier list that are named.
constexpr std::size_t kNamedImages = 5;

std::string some_of(const std::vector<std::string>& names) {
  std::string words;
  for (std::size_t i = 0; i < std::min(names.size(), kNamedImages); ++i)
    words += (i == 0 ? "" : ", ") + names[i];
  return words + (names.size() > kNamedImages ? ", ..." : "");
}

/// The names may come from a file that anyone may have written: only files of ours are read.
void add_facts(const FleetFolder& folder, const std::string& name,
               const std::vector<FleetOutput>& outputs, FactsOfImages& all) {
  if (name.find('/') != std::string::npos) return;
  for (const FleetOutput& output : outputs)
    if (output.file == FleetFolder::image_file(name, "summary") ||
        output.file == FleetFolder::set_aside_file(name, "summary"))
      if (std::optional<SummaryFacts> facts = read_summary_facts(folder.absolute(output.file)))
        all.emplace_back(name, std::move(*facts));
}

}  // namespace

/// What was written of images of other lists stays, and is no part of the timeline.
void say_what_is_left(const FleetFolder& folder, const FleetStatus& now, Diagnostics& diagnostics) {
  const std::vector<std::string> others = folder.other_images(now.images);
  if (others.empty()) return;
  diagnostics.note(fmt::format(
      "note: {} of an earlier fleet {} not in this one; what was written of them stays, and is in "
      "no timeline: {}",
      counted_words(others.size(), "image"), others.size() == 1 ? "is" : "are", some_of(others)));
}

void say_note(const std::string& text, FleetStatus& now, Diagnostics& diagnostics) {
  constexpr std::string_view kNote = "note: ";
  const std::string words = text.starts_with(kNote) ? text.substr(kNote.size()) : text;
  diagnostics.note(std::string(kNote) + words);
  now.notes.push_back(words);
}

void say_warning(const std::string& text, FleetStatus& now, Diagnostics& diagnostics) {
  diagnostics.warning(text);
  now.notes.push_back(text);
}

FactsOfImages facts_of_images(const FleetFolder& folder, const FleetStatus& now) {
  FactsOfImages all;
  for (const FleetEntry& entry : now.images) add_facts(folder, entry.name, entry.outputs, all);
  return all;
}

void say_copies(const FactsOfImages& facts, FleetStatus& now, Diagnostics& diagnostics) {
  for (const std::vector<std::string>& names : same_media(facts)) {
    say_note(fmt::format("{} are copies of one medium by its MD5: their findings stand in the "
                         "timeline once of each, with the same ids",
                         some_of(names)),
             now, diagnostics);
  }
}

void say_moved(const FleetFolder& folder, const FactsOfImages& facts, FleetStatus& now,
               Diagnostics& diagnostics) {
  FactsOfImages before;
  for (const FleetEntry& entry : now.unlisted)
    if (entry.earlier) add_facts(folder, entry.name, entry.earlier->outputs, before);
  std::map<std::string, std::string> by_hash;
  for (const auto& [name, image] : before)
    for (const std::string& hash : image.md5) by_hash.emplace(hash, name);
  for (const auto& [name, image] : facts) {
    std::set<std::string> same;
    for (const std::string& hash : image.md5)
      if (const auto at = by_hash.find(hash); at != by_hash.end()) same.insert(at->second);
    for (const std::string& other : same)
      say_note(
          fmt::format("{} is the medium of {} by its MD5, moved or copied: the results that an "
                      "earlier run left of that one stay, and are in no timeline",
                      name, other),
          now, diagnostics);
  }
}

void say_overlays(FleetStatus& now, Diagnostics& diagnostics) {
  std::map<std::string, const FleetEntry*> owners;
  for (const FleetEntry& entry : now.images)
    for (const std::string& segment : entry.image.segments) owners.emplace(key_of(segment), &entry);
  for (const FleetEntry& entry : now.images) {
    std::set<const FleetEntry*> below;
    for (const InputFile& file : entry.files)
      if (const auto at = owners.find(key_of(unescape_bytes(file.path)));
          at != owners.end() && at->second != &entry)
        below.insert(at->second);
    for (const FleetEntry* const lower : below)
      say_warning(fmt::format("{} is the image below {}: both are of one host, whose findings "
                              "stand in the timeline once of each",
                              lower->name, entry.name),
                  now, diagnostics);
  }
}

void say_unused_known(const FactsOfImages& facts, const KnownWindows& known, FleetStatus& now,
                      Diagnostics& diagnostics) {
  const bool some_failed = std::ranges::any_of(
      now.images, [](const FleetEntry& entry) { return entry.state == ImageState::failed; });
  // Which hosts an image has that could not be read is not known.
  if (known.empty() || some_failed) return;
  std::set<std::string> hosts;
  for (const auto& [name, image] : facts)
    hosts.insert(image.hostnames.begin(), image.hostnames.end());
  std::vector<std::string> unused;
  for (const auto& window : known)
    if (!window->hostname.empty() && !hosts.contains(window->hostname))
      unused.push_back(fmt::format("{} (host {})", window->entry, window->hostname));
  if (unused.empty()) return;
  say_warning(
      fmt::format(
          "{} of known work {} about hosts of which no image has a log, and {} nothing: {}; "
          "write the host as the lines of its log have it, or leave it out",
          counted_words(unused.size(), "window"), unused.size() == 1 ? "is" : "are",
          unused.size() == 1 ? "marks" : "mark", some_of(unused)),
      now, diagnostics);
}

void say_warnings(const FleetFolder& folder, const FleetStatus& now, Diagnostics& diagnostics) {
  struct OfKind {
    std::uint64_t warnings = 0;
    std::vector<std::string> images = {};
  };
  std::map<std::string, OfKind> kinds;
  for (const FleetEntry& entry : now.images)
    for (const auto& [kind, count] : entry.warning_counts) {
      kinds[kind].warnings += count;
      kinds[kind].images.push_back(entry.name);
    }
  for (const auto& [kind, found] : kinds)
    diagnostics.warning(fmt::format(
        "{} {} of kind {}: {}; {} says more", counted_words(found.images.size(), "image"),
        found.images.size() == 1 ? "has " + counted_words(found.warnings, "warning")
                                 : "have " + counted_words(found.warnings, "warning"),
        kind, some_of(found.images),
        folder.absolute(FleetFolder::image_file(
            found.images.size() == 1 ? found.images.front() : "NAME", "log"))));
}

void say_end(const FleetEntry& entry, Diagnostics& diagnostics) {
  std::string help = entry.help;
  if (entry.earlier) {
    if (!help.empty()) help += "; ";
    help += "what an earlier run wrote of it stays, is in no timeline, and does not hold: " +
            entry.earlier->why;
  }
  if (entry.state == ImageState::failed)
    diagnostics.error(Error{ErrorKind::unreadable, entry.name + " failed", entry.message, help});
  else if (entry.state == ImageState::unreachable)
    diagnostics.warning(entry.name + " is kept unverified: " + entry.message);
  else if (entry.state == ImageState::partial)
    diagnostics.warning(entry.name + " is partial: " + entry.message);
  else if (entry.exit_status == exit_complete && !entry.message.empty())
    diagnostics.warning(entry.name + " has less than before: " + entry.message);
}

std::string closing_line(const FleetStatus& status, std::size_t kept, double seconds) {
  const auto without_log =
      static_cast<std::size_t>(std::ranges::count_if(status.images, [](const FleetEntry& entry) {
        return entry.state == ImageState::complete && entry.exit_status == exit_no_log;
      }));
  const std::size_t unreachable = count_images(status, ImageState::unreachable);
  return fmt::format(
      "{}: {} complete ({} of them kept{}), {} partial, {} failed{} in {:.1f} s",
      counted_words(status.images.size(), "image"),
      with_thousands(count_images(status, ImageState::complete)), with_thousands(kept),
      without_log == 0 ? std::string()
                       : fmt::format(", {} without a cron log", with_thousands(without_log)),
      with_thousands(count_images(status, ImageState::partial)),
      with_thousands(count_images(status, ImageState::failed)),
      unreachable == 0 ? std::string()
                       : fmt::format(", {} unreachable (results of an earlier run)",
                                     with_thousands(unreachable)),
      seconds);
}

}  // namespace pidometer
