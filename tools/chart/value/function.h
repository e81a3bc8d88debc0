#pragma once

#include <functional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "tools/chart/value/value.h"

namespace croft::chart {

using Arguments = std::span<const Value>;

// What a parameter takes. Go assigns no int to an int64 parameter, but templates convert between the integer types, and
// constants to what fits.
enum class Param : uint8_t { kAny, kBool, kInt, kInt64, kFloat64, kString, kList, kMap, kStrings };

// A function that templates call. `call` gets arguments of the types told by `params` (the executor has looked), the
// last of `params` any number of times when `variadic`. nil for a list or a map is taken for an empty one, as in Go.
struct Function {
  std::vector<Param> params;
  bool variadic = false;
  std::function<Result<Value>(Arguments)> call;
};
using Functions = std::map<std::string, Function, std::less<>>;

// The rest of the arguments, of one type each: `T` as below.
template <class T>
struct Rest {
  Arguments values;
};

// Go's int, a type of its own beside int64_t.
using GoInt = long long;  // NOLINT(google-runtime-int)

namespace internal {

template <class T>
struct ParamOf;
template <>
struct ParamOf<Value> {
  static constexpr Param kParam = Param::kAny;
  static const Value& Take(const Value& v) { return v; }
};
template <>
struct ParamOf<bool> {
  static constexpr Param kParam = Param::kBool;
  static bool Take(const Value& v) { return v.as_bool(); }
};
template <>
struct ParamOf<GoInt> {
  static constexpr Param kParam = Param::kInt;
  static int64_t Take(const Value& v) { return v.as_integer(); }
};
template <>
struct ParamOf<int64_t> {
  static constexpr Param kParam = Param::kInt64;
  static int64_t Take(const Value& v) { return v.as_integer(); }
};
template <>
struct ParamOf<double> {
  static constexpr Param kParam = Param::kFloat64;
  static double Take(const Value& v) { return v.as_float(); }
};
template <>
struct ParamOf<std::string_view> {
  static constexpr Param kParam = Param::kString;
  static std::string_view Take(const Value& v) { return v.as_string(); }
};
template <>
struct ParamOf<ListPtr> {
  static constexpr Param kParam = Param::kList;
  static ListPtr Take(const Value& v) { return v.is_nil() ? NilList().as_list() : v.as_list(); }
};
template <>
struct ParamOf<MapPtr> {
  static constexpr Param kParam = Param::kMap;
  static MapPtr Take(const Value& v) { return v.is_nil() ? NilMap().as_map() : v.as_map(); }
};

template <class T>
struct IsRest : std::false_type {};
template <class T>
struct IsRest<Rest<T>> : std::true_type {
  using Item = T;
};

inline Result<Value> ToValue(Result<Value> v) {
  return v;
}
inline Result<Value> ToValue(Value v) {
  return v;
}
inline Result<Value> ToValue(bool v) {
  return Value::Bool(v);
}
inline Result<Value> ToValue(std::string v) {
  return Value::String(std::move(v));
}
inline Result<Value> ToValue(Result<std::string> v) {
  if (!v.ok()) return v.status();
  return Value::String(std::move(*v));
}

template <class T>
constexpr Param ParamFor() {
  if constexpr (IsRest<T>::value) {
    return ParamOf<typename IsRest<T>::Item>::kParam;
  } else {
    return ParamOf<T>::kParam;
  }
}

template <class T, size_t I>
decltype(auto) TakeAt(Arguments arguments) {
  if constexpr (IsRest<T>::value) {
    return T{arguments.subspan(I)};
  } else {
    return ParamOf<T>::Take(arguments[I]);
  }
}

template <class R, class... A>
struct Signature {
  static constexpr bool kVariadic = (false || ... || IsRest<A>::value);
};

template <class F, class R, class... A, size_t... I>
Function BindAs(F f, std::index_sequence<I...>) {
  return {{ParamFor<std::remove_cvref_t<A>>()...},
          Signature<R, std::remove_cvref_t<A>...>::kVariadic,
          [f = std::move(f)]([[maybe_unused]] Arguments arguments) -> Result<Value> {
            return ToValue(f(TakeAt<std::remove_cvref_t<A>, I>(arguments)...));
          }};
}

template <class F, class R, class C, class... A>
Function BindMember(F f, R (C::*)(A...) const) {
  return BindAs<F, R, A...>(std::move(f), std::index_sequence_for<A...>{});
}

}  // namespace internal

// Makes a Function of a lambda, its parameters' types telling what it takes: `const Value&` anything, bool, GoInt,
// int64_t, double, std::string_view, `const ListPtr&`, `const MapPtr&`, at the end Rest<T>. It returns
// bool, std::string, Value, or a Result of these. A plain function will do as well.
//   functions["trimSuffix"] = Bind([](std::string_view suffix, std::string_view text) { ... });
template <class F>
Function Bind(F f) {
  return internal::BindMember(f, &F::operator());
}
template <class R, class... A>
Function Bind(R (*f)(A...)) {
  return internal::BindAs<R (*)(A...), R, A...>(f, std::index_sequence_for<A...>{});
}

}  // namespace croft::chart
