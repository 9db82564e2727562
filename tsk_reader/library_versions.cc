#include <archive.h>
#include <libewf.h>
#include <tsk/libtsk.h>

#include "tsk_reader/evidence.h"

namespace pidometer {

std::vector<std::string> library_versions() {
  return {std::string("libtsk ") + tsk_version_get_str(),
          std::string("libewf ") + libewf_get_version(), archive_version_string()};
}

}  // namespace pidometer
