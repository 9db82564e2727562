#include "plugin/seen_crontabs.h"

#include <algorithm>
#include <string>

namespace pidometer {
namespace {

bool in_spool(const CrontabFolder& folder) {
  return std::ranges::any_of(crontab_places(), [&](const CrontabPlace& place) {
    return place.folder == folder.path && is_spool(place);
  });
}

void set(CrontabScope& scope, const CrontabPlace& place, bool known) {
  switch (place.form) {
    case CrontabForm::system:
      scope.system = known;
      break;
    case CrontabForm::user:
      scope.users = known;
      break;
    case CrontabForm::anacron:
      scope.anacron = known;
      break;
    case CrontabForm::scripts:
      if (known)
        scope.script_folders.emplace(place.folder);
      else
        scope.script_folders.erase(std::string(place.folder));
  }
}

}  // namespace

SeenCrontabs::SeenCrontabs(const HostSeries& series)
    : crontabs_(series.crontabs), volume_(series.volume), folders_(series.crontabs.folders) {
  own_spool_ = std::ranges::any_of(folders_, [&](const CrontabFolder& folder) {
    return folder.volume == volume_ && in_spool(folder);
  });
  if (own_spool_)
    std::erase_if(folders_, [&](const CrontabFolder& folder) {
      return folder.volume != volume_ && in_spool(folder);
    });
}

CrontabScope SeenCrontabs::scope(CronFamily family) const {
  CrontabScope scope;
  scope.family = family;
  for (const CrontabFolder& folder : folders_)
    for (const CrontabPlace& place : crontab_places())
      // Of the system's it is /etc itself that has to be there.
      if (place.folder == folder.path && (place.form != CrontabForm::system || !place.name.empty()))
        set(scope, place, true);
  for (const HostCrontabs::Unread& unread : crontabs_.unread)
    if (!lose(scope, unread))
      for (const CrontabPlace& place : crontab_places()) set(scope, place, false);
  for (const HostCrontabs::Unread& damage : crontabs_.damage) lose(scope, damage);
  return scope;
}

bool SeenCrontabs::lose(CrontabScope& scope, const HostCrontabs::Unread& lost) const {
  bool any = false;
  for (const CrontabPlace& place : crontab_places()) {
    if (!leads_to(lost.path, place)) continue;
    any = true;
    const bool hidden =
        own_spool_ && !lost.volume.empty() && lost.volume != volume_ && is_spool(place);
    if (!hidden) set(scope, place, false);
  }
  return any;
}

}  // namespace pidometer
