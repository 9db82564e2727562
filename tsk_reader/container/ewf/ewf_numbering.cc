#include "tsk_reader/container/ewf/ewf_numbering.h"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace pidometer {
namespace {

/// One other segment may be of another set, renamed; two that agree with their names are a rule.
constexpr std::size_t kLeastAgreeing = 2;

/// Segments whose names differ in the extension only.
struct Namesakes {
  std::set<std::uint32_t> numbers;
  std::size_t agree = 0;
  std::size_t contradict = 0;
};

std::string stem_of(const std::filesystem::path& path) {
  return (path.parent_path() / path.stem()).lexically_normal().string();
}

bool contradicts(const EwfSegment& segment) {
  const std::optional<std::uint32_t> by_name = ewf_segment_name(segment.path);
  return by_name && *by_name > 0 && *by_name != segment.number;
}

}  // namespace

void mend_segment_numbers(std::vector<EwfSegment>& segments, std::span<const EwfSegment> others) {
  std::map<std::string, Namesakes> all;
  std::set<std::string> seen;
  const auto count = [&](const EwfSegment& segment) {
    const std::string stem = stem_of(segment.path);
    if (!seen.insert(stem + segment.path.extension().string()).second) return;
    Namesakes& namesakes = all[stem];
    namesakes.numbers.insert(segment.number);
    if (contradicts(segment)) {
      ++namesakes.contradict;
    } else if (ewf_segment_name(segment.path)) {
      ++namesakes.agree;
    }
  };
  for (const EwfSegment& segment : segments) count(segment);
  for (const EwfSegment& segment : others) count(segment);
  for (EwfSegment& segment : segments) {
    if (!contradicts(segment)) continue;
    Namesakes& namesakes = all[stem_of(segment.path)];
    const std::uint32_t by_name = *ewf_segment_name(segment.path);
    if (namesakes.agree < kLeastAgreeing || namesakes.agree <= 2 * (namesakes.contradict - 1))
      continue;
    // Two names exchanged contradict each other's numbers and leave none free.
    if (!namesakes.numbers.insert(by_name).second) continue;
    if (segment.damage.empty())
      segment.damage = "its header says that it is segment " + std::to_string(segment.number) +
                       "; taken by its name and the order of the others";
    segment.number = by_name;
  }
}

}  // namespace pidometer
