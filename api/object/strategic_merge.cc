#include <algorithm>
#include <optional>

#include "api/object/patch.h"

namespace croft {
namespace {

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";
constexpr std::string_view kSetElementOrder = "$setElementOrder/";

bool IsDirective(std::string_view key) {
  return key == kDirective || key == kRetainKeys || key.starts_with(kDeleteFromList) ||
         key.starts_with(kSetElementOrder);
}

std::string Text(std::string_view text) {
  return std::string(text);
}

bool Contains(const Json& list, const Json& value) {
  return std::any_of(list.Begin(), list.End(), [&](const Json& item) { return Equal(item, value); });
}

// What tells the items of one merging list apart: the value of the merge key, or the item itself.
class Identity {
 public:
  explicit Identity(std::string key) : key_(std::move(key)) {}
  bool scalars() const { return key_.empty(); }
  const std::string& key() const { return key_; }

  // nullptr when the item lacks the merge key.
  const Json* Of(const Json& item) const { return scalars() ? &item : Find(item, key_); }
  bool Same(const Json& a, const Json& b) const {
    const Json* of_a = Of(a);
    const Json* of_b = Of(b);
    return of_a != nullptr && of_b != nullptr && Equal(*of_a, *of_b);
  }
  // The place of `item` in `list`; its size when absent.
  rapidjson::SizeType IndexIn(const Json& list, const Json& item) const {
    rapidjson::SizeType i = 0;
    while (i < list.Size() && !Same(list[i], item)) ++i;
    return i;
  }

 private:
  const std::string key_;
};

// One application of a patch. The methods recurse as deep as the patch, whose depth its parser has limited.
class Merger {
 public:
  explicit Merger(JsonAllocator& allocator) : allocator_(allocator) {}

  Status MergeObject(Json& target, const Json& patch, const MergeSchema* schema, const std::string& at) {
    if (const Json* directive = Find(patch, kDirective)) {
      if (!directive->IsString()) return Malformed(at, "$patch must be a string");
      const std::string_view name = AsView(*directive);
      if (name == "delete") {
        target.SetObject();
        return Status::Ok();
      }
      if (name == "replace") {
        target = WithoutDirectives(patch);
        return Status::Ok();
      }
      if (name != "merge") return UnknownDirective(at, name);
    }
    CROFT_RETURN_IF_ERROR(RetainKeys(target, patch, at));
    for (const auto& member : patch.GetObject()) {
      const std::string_view key = AsView(member.name);
      if (key.starts_with(kDeleteFromList)) {
        CROFT_RETURN_IF_ERROR(DeleteFromList(target, key.substr(kDeleteFromList.size()), member.value, at));
      }
    }
    for (const auto& member : patch.GetObject()) {
      const std::string_view key = AsView(member.name);
      if (IsDirective(key)) continue;
      if (member.value.IsNull()) {
        Erase(target, key);
        continue;
      }
      const MergeSchema* known = schema == nullptr ? nullptr : schema->Member(key);
      const Json* order = Find(patch, Text(kSetElementOrder) + Text(key));
      CROFT_RETURN_IF_ERROR(MergeMember(target, key, member.value, order, known, at + "." + Text(key)));
    }
    return OrderUntouchedLists(target, patch, schema, at);
  }

 private:
  static Status Malformed(const std::string& at, std::string_view what) {
    return Status::BadRequest("strategic merge patch at " + (at.empty() ? "the root" : at.substr(1)) + ": " +
                              Text(what));
  }
  static Status UnknownDirective(const std::string& at, std::string_view name) {
    return Malformed(at, "$patch: \"" + Text(name) + "\" is unknown: use replace, delete or merge");
  }

  Status MergeMember(Json& target, std::string_view key, const Json& value, const Json* order,
                     const MergeSchema* schema, const std::string& at) {
    Json* present = FindMutable(target, key);
    if (value.IsObject()) {
      if (present == nullptr) {
        // An object that is to be deleted where there is none must not come into being.
        if (FindString(value, {kDirective}) == "delete") return Status::Ok();
        present = &Ensure(target, key, allocator_);
      } else if (!present->IsObject() || (schema != nullptr && schema->ReplaceObject())) {
        present->SetObject();
      }
      return MergeObject(*present, value, schema, at);
    }
    if (!value.IsArray()) {
      Set(target, key, Copy(value, allocator_), allocator_);
      return Status::Ok();
    }
    if (present == nullptr) {
      Set(target, key, Json(rapidjson::kArrayType), allocator_);
      present = FindMutable(target, key);
    } else if (!present->IsArray()) {
      present->SetArray();
    }
    return MergeList(*present, value, order, schema, at);
  }

  Status MergeList(Json& target, const Json& patch, const Json* order, const MergeSchema* schema,
                   const std::string& at) {
    const ListMerge how = schema == nullptr ? ListMerge{} : schema->Merge();
    if (!how.merge) {
      target = WithoutDirectives(patch);
      return Status::Ok();
    }
    const Identity identity(how.key);
    const Json before = Copy(target, allocator_);
    Json changes(rapidjson::kArrayType);  // the patch's items but for directives
    bool replace = false;
    CROFT_RETURN_IF_ERROR(SplitItems(target, patch, identity, at, &changes, &replace));
    if (replace) target.SetArray();
    for (const Json& item : changes.GetArray()) {
      const rapidjson::SizeType index = identity.IndexIn(target, item);
      if (identity.scalars()) {
        if (index == target.Size()) target.PushBack(Copy(item, allocator_), allocator_);
        continue;
      }
      if (index == target.Size()) target.PushBack(Json(rapidjson::kObjectType), allocator_);
      const std::string place = at + "[" + how.key + "=" + Describe(*identity.Of(item)) + "]";
      CROFT_RETURN_IF_ERROR(MergeObject(target[index], item, schema->Items(), place));
    }
    if (order == nullptr) {
      if (!replace) Arrange(target, changes, before, identity);
      return Status::Ok();
    }
    CROFT_RETURN_IF_ERROR(CheckOrder(changes, *order, identity, at));
    Arrange(target, *order, before, identity);
    return Status::Ok();
  }

  // Carries out the directives among a list's items and collects the others.
  Status SplitItems(Json& target, const Json& patch, const Identity& identity, const std::string& at, Json* changes,
                    bool* replace) {
    for (const Json& item : patch.GetArray()) {
      if (identity.scalars()) {
        if (item.IsObject() || item.IsArray()) return Malformed(at, "the items must be scalars");
        changes->PushBack(Copy(item, allocator_), allocator_);
        continue;
      }
      if (!item.IsObject()) return Malformed(at, "the items must be objects");
      const Json* directive = Find(item, kDirective);
      const std::string_view name = directive != nullptr && directive->IsString() ? AsView(*directive) : "";
      if (directive != nullptr && name == "replace" && item.MemberCount() == 1) {
        *replace = true;
        continue;
      }
      if (identity.Of(item) == nullptr) {
        return Malformed(at, "an item lacks the merge key \"" + identity.key() + "\"");
      }
      if (directive == nullptr || name == "merge" || name == "replace") {
        changes->PushBack(Copy(item, allocator_), allocator_);
        continue;
      }
      if (name != "delete") return UnknownDirective(at, name);
      EraseIf(target, [&](const Json& present) { return identity.Same(present, item); });
    }
    return Status::Ok();
  }

  Status RetainKeys(Json& target, const Json& patch, const std::string& at) {
    const Json* keep = Find(patch, kRetainKeys);
    if (keep == nullptr) return Status::Ok();
    if (!keep->IsArray()) return Malformed(at, "$retainKeys must be a list of strings");
    for (const Json& key : keep->GetArray()) {
      if (!key.IsString()) return Malformed(at, "$retainKeys must be a list of strings");
    }
    for (const auto& member : patch.GetObject()) {
      if (IsDirective(AsView(member.name)) || member.value.IsNull() || Contains(*keep, member.name)) continue;
      return Malformed(at, "$retainKeys does not hold \"" + Text(AsView(member.name)) + "\", which the patch sets");
    }
    for (auto it = target.MemberBegin(); it != target.MemberEnd();) {
      it = Contains(*keep, it->name) ? it + 1 : target.EraseMember(it);
    }
    return Status::Ok();
  }

  Status DeleteFromList(Json& target, std::string_view key, const Json& values, const std::string& at) {
    if (!values.IsArray()) return Malformed(at, Text(kDeleteFromList) + Text(key) + " must be a list of scalars");
    Json* list = FindMutable(target, key);
    if (list == nullptr || list->IsNull()) return Status::Ok();
    if (!list->IsArray()) return Malformed(at, "\"" + Text(key) + "\" is not a list to delete from");
    EraseIf(*list, [&](const Json& item) { return Contains(values, item); });
    return Status::Ok();
  }

  // $setElementOrder of lists that the patch does not otherwise change.
  Status OrderUntouchedLists(Json& target, const Json& patch, const MergeSchema* schema, const std::string& at) {
    for (const auto& member : patch.GetObject()) {
      const std::string_view name = AsView(member.name);
      if (!name.starts_with(kSetElementOrder)) continue;
      const std::string_view key = name.substr(kSetElementOrder.size());
      if (!member.value.IsArray()) return Malformed(at, Text(name) + " must be a list");
      Json* list = FindMutable(target, key);
      if (Find(patch, key) != nullptr || list == nullptr || !list->IsArray()) continue;
      const MergeSchema* known = schema == nullptr ? nullptr : schema->Member(key);
      if (known == nullptr || !known->Merge().merge) continue;
      const Json before = Copy(*list, allocator_);
      Arrange(*list, member.value, before, Identity(known->Merge().key));
    }
    return Status::Ok();
  }

  // The items that a patch changes must stand in $setElementOrder in the same order.
  static Status CheckOrder(const Json& changes, const Json& order, const Identity& identity, const std::string& at) {
    if (!order.IsArray()) return Malformed(at, "$setElementOrder must be a list");
    rapidjson::SizeType from = 0;
    for (const Json& item : changes.GetArray()) {
      while (from < order.Size() && !identity.Same(order[from], item)) ++from;
      if (from == order.Size()) return Malformed(at, "the order of the list differs from that of $setElementOrder");
    }
    return Status::Ok();
  }

  // Puts the items that `order` names in its order. The others keep theirs and their place before the first named item
  // that they stood before in `before`; failing that they come last.
  void Arrange(Json& list, const Json& order, const Json& before, const Identity& identity) {
    Json named(rapidjson::kArrayType);
    for (const Json& item : order.GetArray()) {
      const rapidjson::SizeType index = identity.IndexIn(list, item);
      if (index == list.Size()) continue;
      named.PushBack(std::move(list[index]), allocator_);
      list.Erase(list.Begin() + index);
    }
    Json arranged(rapidjson::kArrayType);
    rapidjson::SizeType next = 0;
    for (Json& other : list.GetArray()) {
      const rapidjson::SizeType place = identity.IndexIn(before, other);
      const auto stood_before = [&](const Json& item) {
        const rapidjson::SizeType of_item = identity.IndexIn(before, item);
        return of_item < before.Size() && place < of_item;
      };
      while (next < named.Size() && !stood_before(named[next])) arranged.PushBack(std::move(named[next++]), allocator_);
      arranged.PushBack(std::move(other), allocator_);
    }
    while (next < named.Size()) arranged.PushBack(std::move(named[next++]), allocator_);
    list = std::move(arranged);
  }

  // A patch's value where nothing is merged with it: directives and nulls go.
  Json WithoutDirectives(const Json& value) {
    if (value.IsObject()) {
      Json clean(rapidjson::kObjectType);
      for (const auto& member : value.GetObject()) {
        if (IsDirective(AsView(member.name)) || member.value.IsNull()) continue;
        clean.AddMember(Copy(member.name, allocator_), WithoutDirectives(member.value), allocator_);
      }
      return clean;
    }
    if (!value.IsArray()) return Copy(value, allocator_);
    Json clean(rapidjson::kArrayType);
    for (const Json& item : value.GetArray()) {
      if (item.IsObject() && Find(item, kDirective) != nullptr &&
          (item.MemberCount() == 1 || FindString(item, {kDirective}) == "delete")) {
        continue;
      }
      clean.PushBack(WithoutDirectives(item), allocator_);
    }
    return clean;
  }

  static std::string Describe(const Json& value) { return value.IsString() ? Text(AsView(value)) : WriteJson(value); }

  template <class Predicate>
  static void EraseIf(Json& list, Predicate predicate) {
    for (auto it = list.Begin(); it != list.End();) it = predicate(*it) ? list.Erase(it) : it + 1;
  }

  JsonAllocator& allocator_;
};

}  // namespace

Status ApplyStrategicMergePatch(Json& target, const Json& patch, const MergeSchema* schema, JsonAllocator& allocator) {
  if (!patch.IsObject()) return Status::BadRequest("a strategic merge patch must be an object");
  if (!target.IsObject()) target.SetObject();
  return Merger(allocator).MergeObject(target, patch, schema, "");
}

}  // namespace croft
