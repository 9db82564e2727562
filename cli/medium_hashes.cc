#include "cli/medium_hashes.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/interrupt.h"
#include "plugin/timeline/summary_words.h"

namespace pidometer {
namespace {

/// `MD5 is d41d..., stored is 9e10...`; empty where they are the same or none is stored.
std::string difference(const char* name, const std::string& made, const std::string& stored) {
  if (stored.empty() || stored == made) return {};
  return fmt::format("{} of its bytes is {}, stored is {}", name, made, stored);
}

std::string stored_words(const SummaryInput& input) {
  if (input.stored_sha1.empty()) return "MD5";
  return input.stored_md5.empty() ? "SHA-1" : "MD5 and SHA-1";
}

std::uint64_t lost_bytes(const SummaryInput& input) {
  std::uint64_t lost = 0;
  for (const DamagedRange& damage : input.damage) lost += damage.range.end - damage.range.begin;
  return lost;
}

std::string zeros_words(std::uint64_t lost) {
  return counted_words(lost, "byte") + (lost == 1 ? " is lost and was" : " are lost and were") +
         " taken as zeros";
}

bool has_untold(const SummaryInput& input) {
  return std::ranges::any_of(input.damage, [&](const DamagedRange& damage) {
    return std::ranges::none_of(input.warnings, [&](const Warning& warning) {
      return warning.range && warning.range->begin < damage.range.end &&
             damage.range.begin < warning.range->end;
    });
  });
}

/// Damage that no log touches is met in hashing alone, and nothing else tells of it.
Warning taken_as_zeros(const SummaryInput& input, std::uint64_t lost) {
  Warning warning;
  warning.kind = WarningKind::damaged_image;
  warning.image = input.name;
  warning.message = "its hashes are not those of a whole medium: " + zeros_words(lost) +
                    ", the first at " + std::to_string(input.damage.front().range.begin) + ": " +
                    input.damage.front().reason;
  warning.range = input.damage.front().range;
  return warning;
}

Error mismatch(const SummaryInput& input) {
  std::string words = difference("MD5", input.hashes->md5, input.stored_md5);
  if (std::string sha1 = difference("SHA-1", input.hashes->sha1, input.stored_sha1); !sha1.empty())
    words += (words.empty() ? "" : "; ") + sha1;
  const std::uint64_t lost = lost_bytes(input);
  if (lost > 0) words += "; " + zeros_words(lost);
  return {ErrorKind::unreadable, input.name + " is not what it was when it was acquired", words,
          lost > 0 ? "find another copy of the image; what is damaged stands in the summary"
                   : "it was changed after that: compare it with other copies and with the "
                     "record of the acquisition"};
}

}  // namespace

Result<MediumHashing> hash_medium(Evidence& evidence, const std::string& name,
                                  const HashProgress& progress) {
  for (;;) {
    Result<MediumHashing> so_far = evidence.hash_on();
    if (!so_far || so_far->done) return so_far;
    if (interrupted())
      return fail(ErrorKind::unreadable, "hashing " + name + " was interrupted", {}, {});
    progress(fmt::format("{} MB of {} hashed", with_thousands(so_far->bytes / 1'000'000), name));
  }
}

void add_hashes(const Result<MediumHashing>& hashed, RunSummary& summary, ScanMediator& mediator,
                Diagnostics& diagnostics, RunOutcome& outcome) {
  const auto lost = [&](const Error& error) {
    outcome.damaged = true;
    diagnostics.error(error);
    summary.errors.push_back(error);
  };
  if (!hashed) {
    if (!interrupted()) lost(hashed.error());
    return;
  }
  if (hashed->sha256.empty()) return;
  SummaryInput& input = summary.inputs.back();
  input.hashes = SummaryHashes{hashed->md5, hashed->sha1, hashed->sha256, hashed->bytes};
  const std::optional<bool> agree = hashes_agree(input);
  if (agree && !*agree) return lost(mismatch(input));
  const std::uint64_t zeros = lost_bytes(input);
  if (has_untold(input)) {
    input.warnings.push_back(taken_as_zeros(input, zeros));
    mediator.produce_warning(input.warnings.back());
  }
  diagnostics.note(fmt::format("{}: SHA-256 {}{}{}", input.name, hashed->sha256,
                               agree ? fmt::format(", {} as stored", stored_words(input)) : "",
                               zeros > 0 ? "; " + zeros_words(zeros) : ""));
}

}  // namespace pidometer
