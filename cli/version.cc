#include "cli/version.h"

#include "tsk_reader/evidence.h"

namespace pidometer {

std::string version_text() {
  std::string text = "pidometer " PIDOMETER_VERSION "\n";
  for (const std::string& library : library_versions()) text += library + "\n";
  return text;
}

}  // namespace pidometer
