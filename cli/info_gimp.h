/* info_gimp: where GIMP looks for plug-ins, and whether it finds Tessera there. */
#pragma once

/* Writes to standard output. */
void info_gimp_print (void);
