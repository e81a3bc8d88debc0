#pragma once

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "api/base/status.h"

namespace croft {

// A value, or the Status that says why there is none. Dereferencing a failed Result is a programming error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}         // NOLINT: conversions are the point
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Ok when there is a value.
  Status status() const { return ok() ? Status::Ok() : *std::get_if<1>(&state_); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace croft

// Returns from the enclosing function with the failure of `expr` (a Status).
#define CROFT_RETURN_IF_ERROR(expr)                                                        \
  do {                                                                                     \
    if (::croft::Status croft_status_ = (expr); !croft_status_.ok()) return croft_status_; \
  } while (false)
