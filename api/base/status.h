#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace croft {

// Why an operation failed, in the vocabulary of the Kubernetes API (meta/v1 Status.reason): one table from the wire to
// a controller. kOk is success.
enum class Reason {
  kOk,
  kBadRequest,             // 400
  kUnauthorized,           // 401
  kForbidden,              // 403
  kNotFound,               // 404
  kMethodNotAllowed,       // 405
  kNotAcceptable,          // 406
  kAlreadyExists,          // 409
  kConflict,               // 409
  kExpired,                // 410
  kRequestEntityTooLarge,  // 413
  kUnsupportedMediaType,   // 415
  kInvalid,                // 422
  kTooManyRequests,        // 429
  kInternalError,          // 500
  kUnknown,                // 500, without a name: what Kubernetes never gave a reason
  kServiceUnavailable,     // 503
  kTimeout,                // 504
};

// The reason's name on the wire ("NotFound"); empty for kOk and kUnknown.
std::string_view ReasonName(Reason reason);
// The HTTP status code that carries the reason.
int ReasonCode(Reason reason);
// The reason that a reply with this HTTP code and reason name stands for; an unknown name falls back on the code.
Reason ReasonFrom(int http_code, std::string_view name);

// One field that was refused (meta/v1 StatusCause). `type` is the field error's name on the wire: FieldValueRequired,
// FieldValueInvalid, FieldValueNotSupported, FieldValueForbidden, FieldValueDuplicate, FieldValueTypeInvalid,
// FieldValueTooLong, FieldValueNotFound.
struct Cause {
  std::string type;
  std::string message;  // "Required value", 'Invalid value: "x": must be ...'
  std::string field;    // "spec.template.spec.containers[0].image"
  bool operator==(const Cause&) const = default;
};

// What the failure is about (meta/v1 StatusDetails). `kind` is the plural resource or the kind, as Kubernetes has it.
struct StatusDetails {
  std::string group;
  std::string kind;
  std::string name;
  std::string uid;
  std::vector<Cause> causes;
  std::optional<std::chrono::seconds> retry_after;
};

// The outcome of an operation. The message is for people and never parsed; callers branch on the reason.
// Value type, cheap when ok.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Reason reason, std::string message) : reason_(reason), message_(std::move(message)) {}

  static Status Ok() { return {}; }
  static Status BadRequest(std::string m) { return {Reason::kBadRequest, std::move(m)}; }
  static Status Unauthorized(std::string m) { return {Reason::kUnauthorized, std::move(m)}; }
  static Status Forbidden(std::string m) { return {Reason::kForbidden, std::move(m)}; }
  static Status NotFound(std::string m) { return {Reason::kNotFound, std::move(m)}; }
  static Status AlreadyExists(std::string m) { return {Reason::kAlreadyExists, std::move(m)}; }
  static Status Conflict(std::string m) { return {Reason::kConflict, std::move(m)}; }
  static Status Expired(std::string m) { return {Reason::kExpired, std::move(m)}; }
  static Status Invalid(std::string m) { return {Reason::kInvalid, std::move(m)}; }
  static Status Unknown(std::string m) { return {Reason::kUnknown, std::move(m)}; }
  static Status Internal(std::string m) { return {Reason::kInternalError, std::move(m)}; }
  static Status Unavailable(std::string m) { return {Reason::kServiceUnavailable, std::move(m)}; }
  static Status Timeout(std::string m) { return {Reason::kTimeout, std::move(m)}; }

  // 'pods "web-1" not found', with details, as Kubernetes words it. `group` is empty for core.
  static Status ObjectNotFound(std::string_view group, std::string_view resource, std::string_view name);
  static Status ObjectExists(std::string_view group, std::string_view resource, std::string_view name);
  static Status ObjectConflict(std::string_view group, std::string_view resource, std::string_view name,
                               std::string_view why);
  // 'Pod "web-1" is invalid: spec.containers: Required value' and all further causes.
  static Status InvalidObject(std::string_view group, std::string_view kind, std::string_view name,
                              std::vector<Cause> causes);

  bool ok() const { return reason_ == Reason::kOk; }
  Reason reason() const { return reason_; }
  int code() const { return ReasonCode(reason_); }
  const std::string& message() const { return message_; }
  const StatusDetails& details() const { return details_; }
  Status& WithDetails(StatusDetails details) {
    details_ = std::move(details);
    return *this;
  }

  bool IsNotFound() const { return reason_ == Reason::kNotFound; }
  bool IsAlreadyExists() const { return reason_ == Reason::kAlreadyExists; }
  bool IsConflict() const { return reason_ == Reason::kConflict; }
  bool IsExpired() const { return reason_ == Reason::kExpired; }
  bool IsInvalid() const { return reason_ == Reason::kInvalid; }

  // The same failure, told from further out: "context: message".
  Status Annotate(std::string_view context) const;

 private:
  Reason reason_ = Reason::kOk;
  std::string message_;
  StatusDetails details_;
};

}  // namespace croft
