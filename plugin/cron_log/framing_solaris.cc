#include "plugin/cron_log/framing_parts.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

constexpr std::size_t kCtime = 24;  // `Fri Oct  2 16:00:00 2026`

}  // namespace

// /var/cron/log. logit writes "%c  %s %u %c %s" with `>` at a job's start and `<` at its end: user,
// PID, queue, ctime(3)'s form in local time; then ` ts=%d` and ` rc=%d`. At a start the line before
// it is "%c  CMD: %s". msg writes "! ", its words and the time. `text` is the line from its mark
// on.
std::optional<FramedLine> parse_solaris(std::string_view line) {
  FramedLine framed;
  framed.framing = FramingKind::solaris;
  framed.text = line;
  if (line.starts_with("! ")) {
    if (line.size() < 2 + 1 + kCtime || line[line.size() - kCtime - 1] != ' ') return std::nullopt;
    std::string_view time = line.substr(line.size() - kCtime);
    if (!take_ctime(time, framed.time)) return std::nullopt;
    return framed;
  }
  std::string_view queue;
  if ((!take(line, ">  ") && !take(line, "<  ")) || !take_until(line, ' ', framed.user) ||
      framed.user.empty() || !take_number(line, framed.pid) || !take(line, ' ') ||
      !take_until(line, ' ', queue) || queue.size() != 1 || !take_ctime(line, framed.time))
    return std::nullopt;
  framed.has_pid = true;
  if (!line.empty() && line.front() != ' ') return std::nullopt;
  return framed;
}

}  // namespace pidometer
