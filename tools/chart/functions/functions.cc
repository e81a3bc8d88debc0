#include "tools/chart/functions/functions.h"

namespace croft::chart {

void AddFunctions(Functions& functions, const Sources& sources) {
  AddStrings(functions);
  AddWords(functions);
  AddNumbers(functions);
  AddDates(functions, sources);
  AddDefaults(functions);
  AddCodecs(functions);
  AddEncoding(functions);
  AddLists(functions);
  AddDicts(functions);
  AddPaths(functions);
  AddRegex(functions);
  AddVersions(functions);
  AddUrls(functions);
  AddRandom(functions, sources);
  AddPasswords(functions, sources);
  AddCertificates(functions, sources);
  AddNetwork(functions, sources);
}

}  // namespace croft::chart
