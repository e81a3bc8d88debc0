#include <cmath>

#include "tools/chart/functions/convert.h"

namespace croft::chart {
namespace {

// The list of an argument that must be one; `verb` is for the message.
Result<ListPtr> TakeList(const Value& value, std::string_view verb) {
  if (value.is_nil()) return NilArgument();
  ListPtr list = ListOf(value);
  if (list) return list;
  return Wrong("Cannot " + std::string(verb) + " type " + std::string(value.GoKind()) +
               (verb == "concat" ? " as list" : ""));
}

// A function over a list, by its plain name and with "must" before it: both fail alike, the plain one by a panic.
template <class F>
void AddBoth(Functions& functions, const std::string& name, F f) {
  Function function = Bind(std::move(f));
  std::string must = "must" + name;
  must[4] = static_cast<char>(must[4] - 'a' + 'A');
  functions[must] = function;
  functions[name] = std::move(function);
}

bool Contains(std::span<const Value> items, const Value& wanted) {
  for (const Value& item : items) {
    if (DeepEqual(wanted, item)) return true;
  }
  return false;
}

Result<Value> Append(const Value& value, const Value& item) {
  const Result<ListPtr> list = TakeList(value, "push on");
  if (!list.ok()) return list.status();
  std::vector<Value> items;
  items.reserve((*list)->items.size() + 1);
  items = (*list)->items;
  items.push_back(item);
  return NewList(std::move(items));
}

Result<Value> Prepend(const Value& value, const Value& item) {
  const Result<ListPtr> list = TakeList(value, "prepend on");
  if (!list.ok()) return list.status();
  std::vector<Value> items;
  items.reserve((*list)->items.size() + 1);
  items.push_back(item);
  items.insert(items.end(), (*list)->items.begin(), (*list)->items.end());
  return NewList(std::move(items));
}

// The items from `skip_front` on without the last `skip_back`; an empty list has none and gives nil.
Result<Value> Without(const Value& value, std::string_view verb, size_t skip_front, size_t skip_back) {
  const Result<ListPtr> list = TakeList(value, verb);
  if (!list.ok()) return list.status();
  const std::vector<Value>& items = (*list)->items;
  if (items.empty()) return NilList();
  return NewList({items.begin() + static_cast<ptrdiff_t>(skip_front), items.end() - static_cast<ptrdiff_t>(skip_back)});
}

Result<Value> Slice(const Value& value, Rest<Value> indices) {
  if (value.is_nil()) return NilArgument();
  const ListPtr list = ListOf(value);
  if (!list) return Wrong("list should be type of slice or array but " + std::string(value.GoKind()));
  if (list->items.empty()) return Value();
  const std::span<const Value> given = indices.values;
  const auto size = static_cast<int64_t>(list->items.size());
  const int64_t start = given.empty() ? 0 : ToInteger(given[0]);
  const int64_t end = given.size() < 2 ? size : ToInteger(given[1]);
  if (start < 0 || end < start || end > size) {
    return Wrong("slice index out of bounds: [" + std::to_string(start) + ":" + std::to_string(end) + "] of " +
                 std::to_string(size) + " items");
  }
  return NewList({list->items.begin() + start, list->items.begin() + end}, list->go_type);
}

// Lists of `size` items each. Sizes below 1 fail where Go's arithmetic with them asks for a list of no possible length.
Result<Value> Chunk(GoInt size, const Value& value) {
  const Result<ListPtr> list = TakeList(value, "chunk");
  if (!list.ok()) return list.status();
  const std::vector<Value>& items = (*list)->items;
  const auto length = static_cast<double>(items.size());
  const auto width = static_cast<double>(size);
  const double count = std::floor((length - 1) / width) + 1;
  if (!(count >= 0 && count <= length + 1)) return Wrong("runtime error: makeslice: len out of range");
  std::vector<Value> out;
  for (int64_t i = 0; i < static_cast<int64_t>(count); ++i) {
    int64_t take = size;
    if (i == static_cast<int64_t>(count) - 1) {
      take = Truncated(std::floor(std::fmod(length, width)));
      if (take == 0) take = size;
    }
    const auto start = i * size;
    if (take < 0 || start < 0 || take > static_cast<int64_t>(items.size()) - start) {
      return Wrong("runtime error: makeslice: len out of range");
    }
    out.push_back(NewList({items.begin() + start, items.begin() + start + take}));
  }
  return NewList(std::move(out), kListList);
}

Result<Value> Concat(Rest<Value> lists) {
  std::vector<Value> items;
  for (const Value& value : lists.values) {
    const Result<ListPtr> list = TakeList(value, "concat");
    if (!list.ok()) return list.status();
    items.insert(items.end(), (*list)->items.begin(), (*list)->items.end());
    if (items.size() > kMaxItems) return TooLarge("items", kMaxItems);
  }
  return items.empty() ? NilList() : NewList(std::move(items));
}

// The items that `keep` wants, in a list of their own.
template <class F>
Result<Value> Filtered(const Value& value, std::string_view verb, F keep) {
  const Result<ListPtr> list = TakeList(value, verb);
  if (!list.ok()) return list.status();
  std::vector<Value> out;
  for (const Value& item : (*list)->items) {
    if (keep(item, out)) out.push_back(item);
  }
  return NewList(std::move(out));
}

Result<Value> Has(const Value& wanted, const Value& value) {
  if (value.is_nil()) return Value::Bool(false);
  const Result<ListPtr> list = TakeList(value, "find has on");
  if (!list.ok()) return list.status();
  return Value::Bool(Contains((*list)->items, wanted));
}

void AddEnds(Functions& functions) {
  AddBoth(functions, "first", [](const Value& value) -> Result<Value> {
    const Result<ListPtr> list = TakeList(value, "find first on");
    if (!list.ok()) return list.status();
    return (*list)->items.empty() ? Value() : (*list)->items.front();
  });
  AddBoth(functions, "last", [](const Value& value) -> Result<Value> {
    const Result<ListPtr> list = TakeList(value, "find last on");
    if (!list.ok()) return list.status();
    return (*list)->items.empty() ? Value() : (*list)->items.back();
  });
  AddBoth(functions, "rest", [](const Value& value) { return Without(value, "find rest on", 1, 0); });
  AddBoth(functions, "initial", [](const Value& value) { return Without(value, "find initial on", 0, 1); });
}

}  // namespace

void AddLists(Functions& functions) {
  functions["list"] = Bind([](Rest<Value> values) { return NewList({values.values.begin(), values.values.end()}); });
  functions["tuple"] = functions["list"];
  AddBoth(functions, "append", Append);
  AddBoth(functions, "push", Append);
  AddBoth(functions, "prepend", Prepend);
  AddEnds(functions);
  AddBoth(functions, "slice", Slice);
  AddBoth(functions, "chunk", Chunk);
  functions["concat"] = Bind(Concat);
  AddBoth(functions, "reverse", [](const Value& value) -> Result<Value> {
    const Result<ListPtr> list = TakeList(value, "find reverse on");
    if (!list.ok()) return list.status();
    return NewList({(*list)->items.rbegin(), (*list)->items.rend()});
  });
  AddBoth(functions, "compact", [](const Value& value) {
    return Filtered(value, "compact on", [](const Value& item, const std::vector<Value>&) { return !Empty(item); });
  });
  AddBoth(functions, "uniq", [](const Value& value) {
    return Filtered(value, "find uniq on",
                    [](const Value& item, const std::vector<Value>& kept) { return !Contains(kept, item); });
  });
  AddBoth(functions, "without", [](const Value& value, Rest<Value> omitted) {
    return Filtered(value, "find without on", [&omitted](const Value& item, const std::vector<Value>&) {
      return !Contains(omitted.values, item);
    });
  });
  AddBoth(functions, "has", Has);
}

}  // namespace croft::chart
