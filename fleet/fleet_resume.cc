#include "fleet/fleet_resume.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/exit_status.h"
#include "fleet/input_files.h"
#include "plugin/timeline/escape_bytes.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// Of the arguments of an image's process those that say what is found. Inputs are compared by
/// their files, and so is the list of known work: one file has many names.
std::vector<std::string> options_in(const std::vector<std::string>& arguments) {
  std::vector<std::string> options;
  for (const std::string& word : arguments) {
    if (word == "--") break;
    if (word.starts_with("--root=")) continue;
    options.push_back(word.starts_with("--known=") ? "--known" : word);
  }
  return options;
}

/// The flags in which the two differ, in order. An image that was hashed beside is done as well.
std::string changed_flags(const std::vector<std::string>& before,
                          const std::vector<std::string>& now) {
  std::vector<std::string> was = options_in(before);
  const std::vector<std::string> is = options_in(now);
  if (was == is) return {};
  std::erase(was, "--hash");
  if (was == is) return {};
  std::set<std::string> flags;
  const auto add_missing = [&flags](const auto& words, const auto& others) {
    for (const std::string& word : words)
      if (std::ranges::find(others, word) == others.end())
        flags.insert(word.substr(0, word.find('=')));
  };
  add_missing(was, is);
  add_missing(is, was);
  return joined({flags.begin(), flags.end()}, ", ");
}

bool is_gone(const InputFile& file) {
  struct stat info {};
  return ::stat(unescape_bytes(file.path).c_str(), &info) != 0;
}

bool has(const std::vector<InputFile>& files, const InputFile& file) {
  return std::ranges::find(files, file) != files.end();
}

/// The first input that the earlier process was given, from the root on, and that is no part of the
/// image now: the second disk of a host whose entry has one. Empty where there is none.
std::string dropped_input(const std::vector<std::string>& arguments,
                          const std::vector<InputFile>& now) {
  const auto given = std::ranges::find(arguments, "--");
  if (given == arguments.end()) return {};
  const auto dropped = std::find_if(given + 1, arguments.end(), [&now](const std::string& word) {
    return std::ranges::find(now, word, &InputFile::path) == now.end();
  });
  return dropped == arguments.end() ? std::string() : *dropped;
}

/// Which of the files that were read is not what it was; empty where all are. Beside those of the
/// list there are those that the scan met: extents, a backing file.
std::string changed_file(const std::vector<InputFile>& before, const std::vector<InputFile>& now) {
  for (const InputFile& file : now)
    if (!has(before, file)) return file.path;
  for (const InputFile& file : before)
    if (!has(now, file) && look_at_file(unescape_bytes(file.path)) != file) return file.path;
  return {};
}

/// The first of the files that were read that is not there, where all that are there are what they
/// were, and the inputs are the same; empty else.
std::string gone_file(const std::vector<InputFile>& before, const FleetEntry& now) {
  for (const std::string& segment : now.image.segments)
    if (std::ranges::find(before, input_path(segment), &InputFile::path) == before.end()) return {};
  for (const InputFile& file : now.files)
    if (!has(before, file)) return {};
  std::string gone;
  for (const InputFile& file : before) {
    if (is_gone(file)) {
      if (gone.empty()) gone = file.path;
    } else if (look_at_file(unescape_bytes(file.path)) != file) {
      return {};
    }
  }
  return gone;
}

bool has_output(const EarlierResult& before, std::string_view kind) {
  return std::ranges::find(before.outputs, kind, &FleetOutput::kind) != before.outputs.end();
}

/// What is not there any more of what was written, or is not what it was: `its log`. What a killed
/// fleet left aside is put back. Nothing where rows and summary are not whole: these are the
/// result. Errors: nobody knows, for one cannot be read; `before` is as it was then.
Result<std::optional<std::string>> take_back_all(const FleetEntry& entry, EarlierResult& before,
                                                 const FleetFolder& folder, const FileHash& hash) {
  std::vector<FleetOutput> outputs;
  std::vector<std::string> changed;
  for (const FleetOutput& output : before.outputs) {
    const Result<bool> back = folder.take_back(entry.name, output, hash);
    if (!back) return tl::unexpected(back.error());
    if (*back) {
      outputs.push_back(output);
      outputs.back().file = FleetFolder::image_file(entry.name, output.kind);
    } else {
      changed.push_back("its " + output.kind);
    }
  }
  before.outputs = std::move(outputs);
  if (!has_output(before, "rows") || !has_output(before, "summary"))
    return std::optional<std::string>();
  if (!has_output(before, "log") && changed.empty()) changed.emplace_back("its log");
  return std::optional(joined(changed, ", "));
}

EarlierResult result_of(const FleetEntry& entry, const FleetStatus& status) {
  return {entry, {}, status.tool_version, status.tool_sha256};
}

void keep(EarlierResult& before, FleetEntry& entry) {
  before.arguments = std::move(entry.arguments);  // those of this run, which mean the same
  static_cast<ImageResult&>(entry) = std::move(before);
  entry.kept = true;
}

/// Of a state that was given up because files could not be reached, that which the scan had.
void recall_state(EarlierResult& before) {
  if (before.state != ImageState::unreachable) return;
  before.state = before.exit_status == exit_partial ? ImageState::partial : ImageState::complete;
  before.message.clear();
}

/// What is written of an image holds for this run, or says in `why` why it does not. `changed`:
/// what beside rows and summary is not what it was.
void keep_or_say_why(EarlierResult& before, const std::string& changed, const FleetStatus& now,
                     FleetEntry& entry, bool reports) {
  if (before.tool_version != now.tool_version || before.tool_sha256 != now.tool_sha256) {
    before.why = "the program is another";
  } else if (const std::string flags = changed_flags(before.arguments, entry.arguments);
             !flags.empty()) {
    before.why = "the arguments changed (" + flags + ")";
  } else if (const std::string gone = gone_file(before.files, entry); !gone.empty()) {
    const std::string words = gone + " cannot be reached; the results are those of " + before.ended;
    before.message = before.message.empty() ? words : words + ": " + before.message;
    if (!changed.empty()) before.message += "; what was written changed: " + changed;
    before.state = ImageState::unreachable;
    keep(before, entry);
  } else if (!changed.empty()) {
    before.why = "what was written of it changed: " + changed;
  } else if (before.state == ImageState::partial) {
    before.why = "it was partial";
  } else if (entry.files.empty() || before.files.empty()) {
    before.why = "of a folder nobody knows whether it is the same";
  } else if (const std::string file = changed_file(before.files, entry.files); !file.empty()) {
    before.why = "its input changed: " + file;
  } else if (const std::string input = dropped_input(before.arguments, entry.files);
             !input.empty()) {
    before.why = "its inputs are others: " + input + " was one";
  } else if (reports && !has_output(before, "report")) {
    before.why = "it has no report";
  } else {
    keep(before, entry);
  }
}

/// What there may be of an image, the best first.
std::vector<EarlierResult> results_of(const FleetEntry& before, const FleetStatus& earlier) {
  std::vector<EarlierResult> results;
  if (before.state != ImageState::waiting && before.state != ImageState::failed)
    results.push_back(result_of(before, earlier));
  if (before.earlier) results.push_back(*before.earlier);
  return results;
}

constexpr const char* kUndecided = "whether it holds was not looked at yet";

/// The first result of an image, as it was.
std::optional<EarlierResult> first_result(const FleetEntry& before, const FleetStatus& earlier,
                                          const char* why) {
  std::vector<EarlierResult> results = results_of(before, earlier);
  if (results.empty()) return std::nullopt;
  recall_state(results.front());
  results.front().why = why;
  return std::move(results.front());
}

/// How an image goes on, and by what.
struct Resuming {
  const FleetStatus& earlier;
  FleetStatus& now;
  bool reports;
  const FleetFolder& folder;
  const FileHash& hash;
  const std::function<bool()>& interrupted;
};

/// Of what cannot be read nobody knows whether it holds: it is left as it is, and not scanned, for
/// that would write to its place.
void leave(EarlierResult before, const Error& error, FleetEntry& entry) {
  recall_state(before);
  before.why = "what was written of it cannot be read";
  entry.earlier = std::move(before);
  entry.state = ImageState::failed;
  entry.message = escape_bytes(error.message + ": " + error.reason);
  entry.help =
      "see that it can be read, and run the fleet again with --resume; where it is lost, remove it";
}

void resume_image(const Resuming& run, const FleetEntry& before, FleetEntry& entry) {
  for (EarlierResult& result : results_of(before, run.earlier)) {
    const Result<std::optional<std::string>> changed =
        take_back_all(entry, result, run.folder, run.hash);
    if (run.interrupted()) break;  // what the hashes say is not what the files are
    if (!changed) return leave(std::move(result), changed.error(), entry);
    if (!*changed) continue;
    recall_state(result);
    keep_or_say_why(result, **changed, run.now, entry, run.reports);
    run.folder.drop_aside(entry.name);
    if (!entry.kept) entry.earlier = std::move(result);
    return;
  }
  if (run.interrupted())
    entry.earlier = first_result(before, run.earlier, kUndecided);
  else
    run.folder.remove_outputs(entry.name);
}

FleetEntry with_earlier_result(const FleetEntry& before, const FleetStatus& earlier,
                               const char* why) {
  FleetEntry entry;
  entry.name = before.name;
  entry.image = before.image;
  entry.earlier = first_result(before, earlier, why);
  return entry;
}

using EntriesByName = std::map<std::string, const FleetEntry*>;

EntriesByName entries_of(const FleetStatus& status) {
  EntriesByName entries;
  for (const auto* const images : {&status.unlisted, &status.images})
    for (const FleetEntry& entry : *images) entries[entry.name] = &entry;
  return entries;
}

}  // namespace

void resume_fleet(const FleetStatus& earlier, FleetStatus& now, bool reports,
                  const FleetFolder& folder, const FileHash& hash,
                  const std::function<bool()>& interrupted) {
  const EntriesByName known = entries_of(earlier);
  const Resuming run{earlier, now, reports, folder, hash, interrupted};
  for (FleetEntry& entry : now.images)
    if (const auto at = known.find(entry.name); at != known.end())
      resume_image(run, *at->second, entry);
    else if (!interrupted())
      folder.remove_outputs(entry.name);
}

std::vector<FleetEntry> undecided_images(const FleetStatus& earlier) {
  std::vector<FleetEntry> images;
  for (const FleetEntry& before : earlier.images) {
    // What the file does not tell completely can be verified by no run.
    if (before.name.empty() || before.image.segments.empty() || before.arguments.empty()) continue;
    images.push_back(with_earlier_result(before, earlier, kUndecided));
    images.back().arguments = before.arguments;
  }
  return images;
}

std::vector<NamedImage> images_with_results(const FleetStatus& earlier, const FleetFolder& folder) {
  std::vector<NamedImage> images;
  for (const auto& [name, entry] : entries_of(earlier))
    if (!name.empty() && (!results_of(*entry, earlier).empty() || folder.has_rows(name)))
      images.push_back({name, entry->image});
  return images;
}

std::vector<FleetEntry> unlisted_images(const FleetStatus& earlier,
                                        const std::vector<FleetEntry>& images,
                                        const FleetFolder& folder) {
  std::set<std::string_view> listed;
  for (const FleetEntry& entry : images) listed.insert(entry.name);
  std::vector<FleetEntry> unlisted;
  for (const auto& [name, before] : entries_of(earlier)) {
    if (name.empty() || before->image.segments.empty() || listed.contains(name)) continue;
    FleetEntry entry = with_earlier_result(*before, earlier, "it is not in the list of this run");
    if (entry.earlier || folder.has_rows(name)) unlisted.push_back(std::move(entry));
  }
  return unlisted;
}

std::string untold_image(const FleetStatus& earlier, const std::vector<FleetEntry>& images,
                         const FleetFolder& folder) {
  const EntriesByName known = entries_of(earlier);
  for (const FleetEntry& entry : images)
    if (!known.contains(entry.name) && folder.has_rows(entry.name)) return entry.name;
  return {};
}

std::string kept_words(const FleetStatus& earlier, const FleetStatus& now) {
  const EntriesByName known = entries_of(earlier);
  std::size_t kept = 0;
  std::map<std::string, std::size_t> reasons;
  for (const FleetEntry& entry : now.images) {
    if (entry.kept) {
      ++kept;
    } else if (entry.earlier) {
      // One file is named by its image; of many their number is enough.
      ++reasons[entry.earlier->why.substr(0, entry.earlier->why.find(':'))];
    } else if (const auto at = known.find(entry.name); at == known.end()) {
      ++reasons["it is new in the list"];
    } else if (at->second->state == ImageState::waiting && !at->second->earlier) {
      ++reasons["it was not finished"];
    } else {
      ++reasons[at->second->state == ImageState::failed ? "it had failed"
                                                        : "what was written of it changed"];
    }
  }
  if (reasons.empty()) return {};
  std::vector<std::string> words;
  for (const auto& [why, count] : reasons)
    words.push_back(reasons.size() == 1 && kept == 0 ? why : with_thousands(count) + ": " + why);
  return with_thousands(kept) + " of " + counted_words(now.images.size(), "image") + " kept; " +
         joined(words, "; ");
}

}  // namespace pidometer
