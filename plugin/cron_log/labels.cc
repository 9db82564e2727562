#include "plugin/cron_log/labels.h"

#include <utility>

namespace pidometer {

LabelTable::LabelTable() {
  labels_.emplace_back();
}

std::uint32_t LabelTable::intern(std::string_view username, std::string_view command) {
  if (username.empty() && command.empty()) return 0;
  key_.assign(username);
  key_ += '\0';
  key_ += command;
  const auto [at, is_new] = index_.try_emplace(key_, static_cast<std::uint32_t>(labels_.size()));
  if (is_new) labels_.push_back({std::string(username), std::string(command)});
  return at->second;
}

std::vector<JobLabel> LabelTable::take() {
  index_.clear();
  return std::exchange(labels_, {});
}

SourceTable::SourceTable() {
  sources_.emplace_back();
}

std::uint16_t SourceTable::intern(std::string_view hostname, std::string_view reporter,
                                  std::uint8_t dialect, std::string_view boot_id) {
  key_.assign(hostname);
  key_ += '\0';
  key_ += reporter;
  key_ += '\0';
  key_ += static_cast<char>(dialect);
  key_ += boot_id;
  const auto known = index_.find(key_);
  if (known != index_.end()) return known->second;
  if (sources_.size() >= kMost) return 0;
  const auto number = static_cast<std::uint16_t>(sources_.size());
  index_.emplace(key_, number);
  sources_.push_back({std::string(hostname), std::string(reporter), dialect, std::string(boot_id)});
  return number;
}

}  // namespace pidometer
