#include "cli/cron_lines.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "cli/interrupt.h"

namespace pidometer {

Result<bool> holds_cron_lines(const LogFile& file, const Plugin& plugin, Unseen& unseen) {
  Result<std::unique_ptr<ByteStream>> stream = file.open(StreamForm::decoded);
  if (!stream) return tl::unexpected(stream.error());
  std::string text;
  std::vector<std::byte> block(65536);  // what check_required_format() takes at once
  std::uint64_t bytes = 0;
  while (!interrupted()) {
    const Result<std::size_t> got = (*stream)->read(block);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) {
      if (sound_bytes(bytes, (*stream)->damage()) == 0) unseen.lost = (*stream)->damage();
      return !text.empty() && plugin.check_required_format(text);
    }
    if (bytes == 0) {
      unseen.form = plugin.unreadable_form({reinterpret_cast<const char*>(block.data()), *got});
      if (unseen.form) return false;
    }
    bytes += *got;
    text.append(reinterpret_cast<const char*>(block.data()), *got);
    if (plugin.check_required_format(text)) return true;
    // The line cut by the end of the block is judged with the next one.
    const std::size_t last_line = text.rfind('\n');
    text.erase(0, last_line == std::string::npos ? text.size() : last_line + 1);
  }
  return false;
}

}  // namespace pidometer
