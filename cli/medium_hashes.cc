#include "cli/medium_hashes.h"

#include <fmt/format.h>

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

Error mismatch(const SummaryInput& input) {
  std::string words = difference("MD5", input.hashes->md5, input.stored_md5);
  if (std::string sha1 = difference("SHA-1", input.hashes->sha1, input.stored_sha1); !sha1.empty())
    words += (words.empty() ? "" : "; ") + sha1;
  std::uint64_t lost = 0;
  for (const DamagedRange& damage : input.damage) lost += damage.range.end - damage.range.begin;
  if (lost > 0)
    words += fmt::format("; {} bytes are lost and were taken as zeros", with_thousands(lost));
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

void add_hashes(const Result<MediumHashing>& hashed, RunSummary& summary, Diagnostics& diagnostics,
                RunOutcome& outcome) {
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
  if (agree && !*agree)
    lost(mismatch(input));
  else
    diagnostics.note(fmt::format("{}: SHA-256 {}{}", input.name, hashed->sha256,
                                 agree ? fmt::format(", {} as stored", stored_words(input)) : ""));
}

}  // namespace pidometer
