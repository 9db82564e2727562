#include "tsk_reader/process/step_page.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

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

StepPage::StepPage() {
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) page_ = static_cast<std::byte*>(memory);
}

StepPage::~StepPage() {
  if (page_ != nullptr) ::munmap(page_, kBytes);
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
