/* fuzz: what both fuzz targets share. */
#pragma once
#include "tessera.h"

/* Puts the bytes into a file in memory; its path is the caller's (g_free). */
char *fuzz_file (const guint8 *bytes, gsize size);
