#include "tsk_reader/volume/lvm/lvm_grouping.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace pidometer {
namespace {

/// A group in the making.
struct Draft {
  std::vector<const LvmMember*> members;
  std::vector<const LvmMember*> copies;

  const LvmMetadataCopy& best() const {
    const LvmMetadataCopy* best = nullptr;
    for (const LvmMember* member : members)
      for (const LvmMetadataCopy& copy : member->pv.copies)
        if (best == nullptr ||
            std::pair(copy.sound, copy.group->seqno) > std::pair(best->sound, best->group->seqno))
          best = &copy;
    return *best;
  }

  bool has(const std::string& uuid) const {
    return std::any_of(members.begin(), members.end(),
                       [&](const LvmMember* one) { return one->pv.uuid == uuid; });
  }

  bool complete() const {
    std::set<std::string_view> there;
    for (const LvmMember* one : members) there.insert(one->pv.uuid);
    const auto& pvs = best().group->pvs;
    return std::all_of(pvs.begin(), pvs.end(),
                       [&](const LvmPvEntry& pv) { return there.contains(pv.uuid); });
  }

  bool shares(const Draft& other) const {
    return std::any_of(other.members.begin(), other.members.end(),
                       [&](const LvmMember* one) { return has(one->pv.uuid); });
  }

  void take(Draft other) {
    members.insert(members.end(), other.members.begin(), other.members.end());
    copies.insert(copies.end(), other.copies.begin(), other.copies.end());
  }
};

/// The members of one volume group in one image; of copies the newest stays.
Draft block_of(std::vector<const LvmMember*> members) {
  Draft block;
  std::stable_sort(members.begin(), members.end(), [](const LvmMember* a, const LvmMember* b) {
    const LvmMetadataCopy& left = a->pv.copies[0];
    const LvmMetadataCopy& right = b->pv.copies[0];
    return std::pair(left.sound, left.group->seqno) > std::pair(right.sound, right.group->seqno);
  });
  std::set<std::string_view> seen;
  for (const LvmMember* one : members)
    (seen.insert(one->pv.uuid).second ? block.members : block.copies).push_back(one);
  return block;
}

/// All blocks of one volume group, in image order, to groups.
std::vector<Draft> join_blocks(std::vector<Draft> blocks) {
  std::vector<Draft> drafts;
  for (Draft& block : blocks) {
    Draft* home = nullptr;
    if (!block.complete()) {
      const std::uint64_t seqno = block.best().group->seqno;
      const auto fits = [&](const Draft& draft, bool same) {
        return !draft.complete() && !draft.shares(block) &&
               (!same || draft.best().group->seqno == seqno);
      };
      for (const bool same : {true, false})
        for (Draft& draft : drafts)
          if (home == nullptr && fits(draft, same)) home = &draft;
    }
    if (home == nullptr)
      drafts.push_back(std::move(block));
    else
      home->take(std::move(block));
  }
  return drafts;
}

void tell_problems(const LvmGroup& group, const LvmMetadataCopy& best,
                   std::vector<std::string>& out) {
  for (const LvmMember* one : group.members) {
    const bool listed = std::find(group.pvs.begin(), group.pvs.end(), one) != group.pvs.end();
    for (const LvmMetadataCopy& copy : one->pv.copies) {
      if (!copy.sound && best.sound && copy.group->seqno > best.group->seqno)
        out.push_back(fmt::format(
            "{} holds newer metadata of the volume group {} (seqno {}) that is damaged; seqno {} "
            "is used",
            one->place, best.group->name, copy.group->seqno, best.group->seqno));
    }
    if (one->pv.copies.empty()) continue;
    const LvmMetadataCopy& own = one->pv.copies[0];
    if (!listed)
      out.push_back(fmt::format(
          "{} was once a physical volume of {} and is none in its newest metadata (seqno {}, "
          "here {}); it is not read",
          one->place, best.group->name, best.group->seqno, own.group->seqno));
    else if (own.sound && own.group->seqno < best.group->seqno)
      out.push_back(fmt::format(
          "{} holds older metadata of the volume group {} than the newest (seqno {} and {}); what "
          "lies on it may be older too",
          one->place, best.group->name, own.group->seqno, best.group->seqno));
  }
  if (!best.sound)
    out.push_back(fmt::format(
        "no copy of the metadata of the volume group {} is sound; its volumes may be wrong",
        best.group->name));
  for (const std::string& problem : best.group->problems)
    out.push_back(fmt::format("volume group {}: {}", best.group->name, problem));
}

LvmGroup finish(Draft draft, const std::vector<const LvmMember*>& without_areas,
                std::set<const LvmMember*>& taken) {
  LvmGroup group;
  const LvmMetadataCopy best = draft.best();
  group.metadata = best.group;
  group.members = std::move(draft.members);
  group.copies = std::move(draft.copies);
  const auto in_group = [&](const LvmMember* one) {
    return std::any_of(group.members.begin(), group.members.end(),
                       [&](const LvmMember* other) { return other->image == one->image; });
  };
  for (const LvmPvEntry& pv : group.metadata->pvs) {
    const LvmMember* found = nullptr;
    for (const LvmMember* one : group.members)
      if (one->pv.uuid == pv.uuid) found = one;
    // One that keeps no metadata is known by its UUID only; that of an image of the group first.
    for (const bool near : {true, false})
      for (const LvmMember* one : without_areas)
        if (found == nullptr && one->pv.uuid == pv.uuid && in_group(one) == near &&
            taken.insert(one).second) {
          found = one;
          group.members.push_back(one);
        }
    group.pvs.push_back(found);
  }
  std::stable_sort(group.members.begin(), group.members.end(),
                   [](const LvmMember* a, const LvmMember* b) { return a->image < b->image; });
  tell_problems(group, best, group.problems);
  return group;
}

}  // namespace

bool LvmGroup::complete() const {
  return std::find(pvs.begin(), pvs.end(), nullptr) == pvs.end();
}

std::vector<LvmGroup> group_physical_volumes(std::span<const LvmMember> members) {
  std::vector<std::string> order;  // of the groups, by first appearance
  std::vector<const LvmMember*> without_areas;
  for (const LvmMember& one : members) {
    const LvmVolumeGroup* group = one.pv.group();
    if (group == nullptr)
      without_areas.push_back(&one);
    else if (std::find(order.begin(), order.end(), group->uuid) == order.end())
      order.push_back(group->uuid);
  }
  std::vector<LvmGroup> groups;
  std::set<const LvmMember*> taken;
  for (const std::string& uuid : order) {
    std::vector<Draft> blocks;
    std::vector<const LvmMember*> of_image;
    const auto close = [&] {
      if (!of_image.empty()) blocks.push_back(block_of(std::move(of_image)));
      of_image.clear();
    };
    for (const LvmMember& one : members) {
      if (one.pv.group() == nullptr || one.pv.group()->uuid != uuid) continue;
      if (!of_image.empty() && of_image.front()->image != one.image) close();
      of_image.push_back(&one);
    }
    close();
    for (Draft& draft : join_blocks(std::move(blocks)))
      groups.push_back(finish(std::move(draft), without_areas, taken));
  }
  return groups;
}

}  // namespace pidometer
