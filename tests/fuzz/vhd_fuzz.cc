// A VHD of any bytes: opened, surveyed, and read here and there.

#include "tests/fuzz/container_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return pidometer::read_container(data, size, pidometer::Content::vhd);
}
