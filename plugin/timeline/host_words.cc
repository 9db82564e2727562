#include "plugin/timeline/host_words.h"

#include "plugin/timeline/escape_bytes.h"

namespace pidometer {

std::string host_words(const std::string& input, const std::string& volume,
                       const std::string& folder, const std::string& hostname, bool recovered) {
  std::string words = input;
  if (!volume.empty()) words += ", " + volume + ":" + folder;
  if (!hostname.empty()) words += ", " + hostname;
  if (recovered) words += ", recovered";
  return escape_bytes(words);
}

}  // namespace pidometer
