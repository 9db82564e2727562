// A whole archive: its members through the index, the trees found in it, all logs read.

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tsk_reader/evidence/archive_evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pidometer;
  const int fd = ::memfd_create("archive", MFD_CLOEXEC);
  if (fd < 0) return 0;
  if (::write(fd, data, size) == static_cast<ssize_t>(size)) {
    ArchiveLimits limits;
    limits.most_members = 10'000;
    limits.most_indexed = 10'000;
    limits.most_kept = std::uint64_t{4} << 20;
    limits.ratio_floor = std::uint64_t{1} << 20;
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    const auto evidence =
        open_archive_evidence({InputKind::archive, path, {path}, {}}, no_step_note(), limits);
    if (evidence) {
      constexpr std::array<std::string_view, 2> kGlobs = {"cron*", "messages*"};
      std::vector<std::byte> buffer(65536);
      for (const LogFolder& folder : (*evidence)->find_logs(kLogFolders, kGlobs)) {
        for (const auto& file : folder.files) {
          const auto stream = file->open(StreamForm::stored);
          while (stream) {
            const auto got = (*stream)->read(buffer);
            if (!got || *got == 0) break;
          }
        }
      }
      (*evidence)->report();
    }
  }
  ::close(fd);
  return 0;
}
