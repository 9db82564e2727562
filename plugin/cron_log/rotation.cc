#include "plugin/cron_log/rotation.h"

#include "plugin/cron_log/scan.h"

namespace pidometer {

Rotation parse_rotation(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 == 0: no folder
  for (const std::string_view packed : {".gz", ".xz", ".bz2", ".zst", ".Z", ".text"})
    if (name.ends_with(packed) && name.size() > packed.size()) name.remove_suffix(packed.size());
  for (const std::string_view packed : {".gz", ".xz", ".bz2", ".zst"})  // `cron.1.gz.text`
    if (name.ends_with(packed) && name.size() > packed.size()) name.remove_suffix(packed.size());

  Rotation rotation;
  const std::size_t mark = name.find_last_of(".-");
  if (mark != std::string_view::npos && mark > 0) {
    std::string_view digits = name.substr(mark + 1);
    const std::size_t count = digits.size();
    std::uint32_t value = 0;
    if (take_number(digits, value) && digits.empty()) {
      constexpr std::size_t kDateDigits = 8;       // logrotate's dateext
      constexpr std::size_t kMaxNumberDigits = 4;  // logrotate's counter
      if (count == kDateDigits && value >= 19700101 && value / 100 % 100 >= 1 &&
          value / 100 % 100 <= 12 && value % 100 >= 1 && value % 100 <= 31) {
        rotation.date = value;
        name = name.substr(0, mark);
      } else if (name[mark] == '.' && count <= kMaxNumberDigits) {
        // newsyslog starts at .0, which is older than the live log all the same
        rotation.number = value + 1;
        name = name.substr(0, mark);
      }
    }
  }
  rotation.family = name;
  return rotation;
}

bool is_newer(const Rotation& a, const Rotation& b) {
  const bool a_live = a.number == 0 && a.date == 0;
  const bool b_live = b.number == 0 && b.date == 0;
  if (a_live || b_live) return a_live && !b_live;
  if (a.date != b.date) return a.date > b.date;
  return a.number < b.number;
}

}  // namespace pidometer
