#include "tsk_reader/process/step_page.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace pidometer {
namespace {

/// Layout: step (1 byte), lengths of volume and path (2 bytes each), then their bytes.
constexpr std::size_t kVolumeAt = 8;
constexpr std::size_t kMostVolume = 512;
constexpr std::size_t kPathAt = kVolumeAt + kMostVolume;
/// PATH_MAX of the kernel; a longer one is cut, and then names nothing.
constexpr std::size_t kMostPath = 4096;
static_assert(kPathAt + kMostPath <= StepPage::kBytes);

std::string text_at(const std::byte* page, std::size_t length_at, std::size_t at,
                    std::size_t most) {
  std::uint16_t length = 0;
  std::memcpy(&length, page + length_at, sizeof length);
  // A copy first: the child could still be writing.
  return std::string(reinterpret_cast<const char*>(page + at), std::min<std::size_t>(length, most));
}

void put_text(std::byte* page, std::size_t length_at, std::size_t at, std::size_t most,
              std::string_view text) {
  const auto length = static_cast<std::uint16_t>(std::min(text.size(), most));
  if (length > 0) std::memcpy(page + at, text.data(), length);
  std::memcpy(page + length_at, &length, sizeof length);
}

}  // namespace

StepPage::StepPage() : descriptor_(::memfd_create("step", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  // Of its size for ever: reading behind the end of a file that was cut is a SIGBUS.
  if (descriptor_ >= 0 &&
      (::ftruncate(descriptor_, kBytes) != 0 ||
       ::fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0))
    ::close(std::exchange(descriptor_, -1));
  const int kind = descriptor_ >= 0 ? MAP_SHARED : MAP_SHARED | MAP_ANONYMOUS;
  map(kind, descriptor_);
}

StepPage::StepPage(int descriptor) {
  map(MAP_SHARED, descriptor);
}

void StepPage::map(int kind, int descriptor) {
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, kind, descriptor, 0);
  if (memory != MAP_FAILED) page_ = static_cast<std::byte*>(memory);
}

StepPage::~StepPage() {
  if (page_ != nullptr) ::munmap(page_, kBytes);
  if (descriptor_ >= 0) ::close(descriptor_);
}

void StepPage::write(Step step, std::string_view volume, std::string_view path) {
  if (page_ == nullptr) return;
  page_[0] = static_cast<std::byte>(step);
  put_text(page_, 2, kVolumeAt, kMostVolume, volume);
  put_text(page_, 4, kPathAt, kMostPath, path);
}

StepSeen StepPage::seen() const {
  StepSeen seen;
  if (page_ == nullptr) return seen;
  const auto step = std::to_integer<std::uint8_t>(page_[0]);
  if (step > static_cast<std::uint8_t>(kLastStep)) return seen;
  seen.step = static_cast<Step>(step);
  seen.volume = text_at(page_, 2, kVolumeAt, kMostVolume);
  seen.path = text_at(page_, 4, kPathAt, kMostPath);
  return seen;
}

}  // namespace pidometer
