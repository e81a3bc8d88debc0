#pragma once

#include "api/base/result.h"
#include "api/http/message.h"
#include "api/server/authz.h"

namespace croft::server {

// Whom a request is to be carried out as: who sent it, or whom its headers Impersonate-User, -Group, -Uid and
// -Extra-KEY name. Each of them needs the verb `impersonate`: on users or serviceaccounts, groups, uids and
// userextras/KEY. kForbidden when `who` may not; kInternalError, as in Kubernetes, when the headers name no user.
Result<Identity> ImpersonatedBy(const Identity& who, const http::Headers& headers, const Authorizer& authorizer);

}  // namespace croft::server
