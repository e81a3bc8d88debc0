#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/object/object.h"
#include "api/store/store.h"

namespace croft::server {

// Where the next page of a list begins.
struct Continue {
  // Of the first page, whose state all pages show; none: of the present, for who goes on after that state was
  // forgotten.
  std::optional<uint64_t> revision;
  Key after;  // the last object of the page before
};

// Opaque to clients, and safe in a query as it is. A checksum binds it to the resource, so that what was damaged,
// or comes from another list, is refused instead of answered with some other page; it is no secret, since a token
// gives nothing that the same client may not list.
std::string EncodeContinue(const store::GroupResource& resource, const Continue& at);
// kBadRequest for everything that EncodeContinue did not make for this resource.
Result<Continue> DecodeContinue(const store::GroupResource& resource, std::string_view token);

}  // namespace croft::server
