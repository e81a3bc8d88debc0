#include "api/store/precondition.h"

namespace croft::store {

Status CheckPrecondition(const Write& write, const Object* current) {
  const auto& [group, resource] = write.resource;
  if (write.draft && write.draft->meta().key() != write.key) {
    return Status::Internal("the object " + write.draft->meta().key().ToString() + " can't be stored under the name " +
                            write.key.ToString());
  }
  if (current == nullptr) {
    const bool may_be_absent = write.draft && write.expected.value_or(0) == 0;
    return may_be_absent ? Status::Ok() : Status::ObjectNotFound(group, resource, write.key.name);
  }
  if (!write.expected || *write.expected == current->meta().revision) return Status::Ok();
  if (*write.expected == 0 && write.draft) return Status::ObjectExists(group, resource, write.key.name);
  return Status::ObjectConflict(
      group, resource, write.key.name,
      "the object has been modified; please apply your changes to the latest version and try again");
}

}  // namespace croft::store
