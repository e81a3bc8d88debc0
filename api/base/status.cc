#include "api/base/status.h"

#include <array>

namespace croft {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  int code;
};

// Order follows the enumeration, so that a row is found by its index.
constexpr std::array<Row, 18> kTable{{
    {Reason::kOk, "", 200},
    {Reason::kBadRequest, "BadRequest", 400},
    {Reason::kUnauthorized, "Unauthorized", 401},
    {Reason::kForbidden, "Forbidden", 403},
    {Reason::kNotFound, "NotFound", 404},
    {Reason::kMethodNotAllowed, "MethodNotAllowed", 405},
    {Reason::kNotAcceptable, "NotAcceptable", 406},
    {Reason::kAlreadyExists, "AlreadyExists", 409},
    {Reason::kConflict, "Conflict", 409},
    {Reason::kExpired, "Expired", 410},
    {Reason::kRequestEntityTooLarge, "RequestEntityTooLarge", 413},
    {Reason::kUnsupportedMediaType, "UnsupportedMediaType", 415},
    {Reason::kInvalid, "Invalid", 422},
    {Reason::kTooManyRequests, "TooManyRequests", 429},
    {Reason::kInternalError, "InternalError", 500},
    {Reason::kUnknown, "", 500},
    {Reason::kServiceUnavailable, "ServiceUnavailable", 503},
    {Reason::kTimeout, "Timeout", 504},
}};

std::string Qualified(std::string_view resource, std::string_view group) {
  std::string text(resource);
  if (!group.empty()) text.append(".").append(group);
  return text;
}

StatusDetails About(std::string_view group, std::string_view kind, std::string_view name) {
  StatusDetails details;
  details.group = group;
  details.kind = kind;
  details.name = name;
  return details;
}

}  // namespace

std::string_view ReasonName(Reason reason) {
  return kTable[static_cast<size_t>(reason)].name;
}

int ReasonCode(Reason reason) {
  return kTable[static_cast<size_t>(reason)].code;
}

Reason ReasonFrom(int http_code, std::string_view name) {
  for (const Row& row : kTable) {
    if (!name.empty() && row.name == name) return row.reason;
  }
  if (http_code < 400) return Reason::kOk;
  for (const Row& row : kTable) {
    if (row.code == http_code) return row.reason;
  }
  return http_code < 500 ? Reason::kBadRequest : Reason::kInternalError;
}

Status Status::ObjectNotFound(std::string_view group, std::string_view resource, std::string_view name) {
  Status status = NotFound(Qualified(resource, group) + " \"" + std::string(name) + "\" not found");
  return status.WithDetails(About(group, resource, name));
}

Status Status::ObjectExists(std::string_view group, std::string_view resource, std::string_view name) {
  Status status = AlreadyExists(Qualified(resource, group) + " \"" + std::string(name) + "\" already exists");
  return status.WithDetails(About(group, resource, name));
}

Status Status::ObjectConflict(std::string_view group, std::string_view resource, std::string_view name,
                              std::string_view why) {
  Status status = Conflict("Operation cannot be fulfilled on " + Qualified(resource, group) + " \"" +
                           std::string(name) + "\": " + std::string(why));
  return status.WithDetails(About(group, resource, name));
}

Status Status::InvalidObject(std::string_view group, std::string_view kind, std::string_view name,
                             std::vector<Cause> causes) {
  std::string message = Qualified(kind, group) + " \"" + std::string(name) + "\" is invalid: ";
  if (causes.size() > 1) message += "[";
  for (size_t i = 0; i < causes.size(); ++i) {
    if (i > 0) message += ", ";
    message += causes[i].field + ": " + causes[i].message;
  }
  if (causes.size() > 1) message += "]";
  StatusDetails details = About(group, kind, name);
  details.causes = std::move(causes);
  Status status = Invalid(std::move(message));
  return status.WithDetails(std::move(details));
}

Status Status::Annotate(std::string_view context) const {
  Status status = *this;
  status.message_ = std::string(context) + ": " + message_;
  return status;
}

}  // namespace croft
