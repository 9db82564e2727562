#include "plugin/cron_log/boot_ids.h"

#include <map>
#include <string_view>

namespace pidometer {

std::vector<std::uint32_t> number_boots(const LogSeries& series) {
  std::map<std::string_view, std::uint32_t> known;
  std::vector<std::uint32_t> numbers;
  numbers.reserve(series.sources.size());
  for (const RecordSource& source : series.sources) {
    if (source.boot_id.empty()) {
      numbers.push_back(0);
      continue;
    }
    const auto next = static_cast<std::uint32_t>(known.size() + 1);
    numbers.push_back(known.try_emplace(source.boot_id, next).first->second);
  }
  return numbers;
}

}  // namespace pidometer
