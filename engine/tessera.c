#include "tessera.h"

const char *
tessera_version (void)
{
  return TESSERA_VERSION;
}
