/* element: the kinds of numbers that files hold, and the way between them and binary32. All are
 * little-endian in the file and aligned to nothing. */
#pragma once
#include <glib.h>
#include <stddef.h>

typedef enum {
  ELEMENT_F32,
  ELEMENT_F16,
  ELEMENT_BF16,
  ELEMENT_F64, /* up to here floating */
  ELEMENT_I64,
  ELEMENT_I32,
  ELEMENT_I16,
  ELEMENT_I8,
  ELEMENT_U8,
  ELEMENT_BOOL,
  ELEMENT_C64, /* complex numbers: their size is known, they cannot be read */
  ELEMENT_C128,
  ELEMENT_UNKNOWN,
} Element;

size_t element_size (Element element);      /* bytes; 0 = unknown */
const char *element_name (Element element); /* as safetensors calls it: "BF16" */
gboolean element_readable (Element element);

/* One number that is none of the complex ones. */
double element_read (Element element, const guint8 *place);

/* n numbers that lie side by side, as binary32. */
void element_widen (Element element, const guint8 *from, float *to, size_t n);

/* n numbers to F32, F16, BF16 (to nearest, ties to even; F16 beyond 65504 becomes infinite). */
void element_narrow (Element element, const float *from, guint8 *to, size_t n);

guint16 half_from_float (float number);
float float_from_half (guint16 half);
