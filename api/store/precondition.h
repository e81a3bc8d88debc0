#pragma once

#include "api/store/store.h"

namespace croft::store {

// Whether `write` may be carried out on `current`, what is stored under its key now (nullptr: nothing). Pure.
Status CheckPrecondition(const Write& write, const Object* current);

}  // namespace croft::store
