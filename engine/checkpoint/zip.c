#include "checkpoint/zip.h"
#include <string.h>

/* Sizes and signatures of APPNOTE.TXT, sections 4.3 and 4.5. */
enum {
  LOCAL_SIZE = 30,
  CENTRAL_SIZE = 46,
  END_SIZE = 22,
  LOCATOR_SIZE = 20,
  END64_SIZE = 56,
  MAX_COMMENT = 65535,
  MAX_ENTRIES = 1 << 20,
  MAX_NAME = 512,
};

#define LOCAL_SIGNATURE 0x04034b50u
#define CENTRAL_SIGNATURE 0x02014b50u
#define END_SIGNATURE 0x06054b50u
#define LOCATOR_SIGNATURE 0x07064b50u
#define END64_SIGNATURE 0x06064b50u

typedef struct {
  guint64 begin; /* of its local header */
  Span data;
} Entry;

struct Zip {
  Span file;
  GHashTable *entries; /* name -> Entry, both owned */
  char *top;           /* "archive/" */
};

typedef struct {
  guint64 n, offset, size; /* of the central directory */
} Directory;

static gboolean
bad (GError **error, const char *sentence)
{
  g_set_error_literal (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, sentence);
  return FALSE;
}

static guint64
number (const guint8 *place, int size)
{
  guint64 value = 0;

  for (int i = size; i-- > 0;)
    value = value << 8 | place[i];
  return value;
}

/* The last end record whose comment reaches exactly to the end of the file. */
static gboolean
find_end (Span file, guint64 *place, GError **error)
{
  const guint64 last = file.size >= END_SIZE ? file.size - END_SIZE : 0;

  for (guint64 i = 0; i <= MIN (last, MAX_COMMENT) && file.size >= END_SIZE; i++)
    if (number (file.data + last - i, 4) == END_SIGNATURE
        && number (file.data + last - i + 20, 2) == i)
      {
        *place = last - i;
        return TRUE;
      }
  return bad (error, "it is cut off: the table of its parts, which stands at the end, is missing");
}

/* Files above 4 GB or 65535 entries have a second end record of wider numbers. */
static gboolean
read_directory (Span file, Directory *directory, GError **error)
{
  guint64 place, wide;

  if (!find_end (file, &place, error))
    return FALSE;
  directory->n = number (file.data + place + 10, 2);
  directory->size = number (file.data + place + 12, 4);
  directory->offset = number (file.data + place + 16, 4);
  if (number (file.data + place + 4, 2) != 0 && number (file.data + place + 4, 2) != 0xffff)
    return bad (error, "it is one part of a zip file in several parts");
  if (place < LOCATOR_SIZE || number (file.data + place - LOCATOR_SIZE, 4) != LOCATOR_SIGNATURE)
    return TRUE;
  wide = number (file.data + place - LOCATOR_SIZE + 8, 8);
  if (wide > file.size || file.size - wide < END64_SIZE
      || number (file.data + wide, 4) != END64_SIGNATURE)
    return bad (error, "the end of the zip file is damaged");
  directory->n = number (file.data + wide + 32, 8);
  directory->size = number (file.data + wide + 40, 8);
  directory->offset = number (file.data + wide + 48, 8);
  return TRUE;
}

/* Sizes and place of an entry that are all ones stand as 64-bit numbers in the extra field 1. */
static gboolean
read_wide (Span extra, guint64 *size, guint64 *packed, guint64 *offset)
{
  guint64 *const fields[] = { size, packed, offset };
  size_t at = 0, end;

  if (*size != 0xffffffff && *packed != 0xffffffff && *offset != 0xffffffff)
    return TRUE;
  while (extra.size - at >= 4
         && number (extra.data + at, 2) != 1) /* its kind; then how long it is */
    {
      at += 4 + (size_t) number (extra.data + at + 2, 2);
      if (at > extra.size)
        return FALSE;
    }
  if (extra.size - at < 4)
    return FALSE;
  end = at + 4 + (size_t) number (extra.data + at + 2, 2);
  at += 4;
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    if (*fields[i] == 0xffffffff)
      {
        if (end > extra.size || end - at < 8)
          return FALSE;
        *fields[i] = number (extra.data + at, 8);
        at += 8;
      }
  return TRUE;
}

/* Behind its local header, whose own sizes may be 0: they stand behind the data then. */
static gboolean
locate (Span file, const char *name, guint64 size, Entry *entry, GError **error)
{
  guint64 begin = entry->begin;

  if (begin > file.size || file.size - begin < LOCAL_SIZE
      || number (file.data + begin, 4) != LOCAL_SIGNATURE)
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s: it is not where the file says",
                   name);
      return FALSE;
    }
  begin += LOCAL_SIZE + number (file.data + begin + 26, 2) + number (file.data + begin + 28, 2);
  return span_part (file, begin, size > G_MAXUINT64 - begin ? G_MAXUINT64 : begin + size, name,
                    &entry->data, error);
}

static gboolean
check_kind (const guint8 *record, const char *name, guint64 size, guint64 packed, GError **error)
{
  const char *fault = NULL;

  if (number (record + 8, 2) & 1)
    fault = "encrypted";
  else if (number (record + 10, 2) != 0)
    fault = "compressed; PyTorch itself never does that";
  if (fault)
    g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_UNSUPPORTED, "%s: this part is %s", name,
                 fault);
  else if (size != packed)
    g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s: its two sizes differ", name);
  else
    return TRUE;
  return FALSE;
}

/* One record of the central directory; *at moves behind it. */
static gboolean
read_entry (Zip *zip, Span directory, size_t *at, GError **error)
{
  const guint8 *record = directory.data + *at;
  guint64 packed, size, offset;
  size_t n_name, n_extra, n_all;
  g_autofree char *name = NULL, *shown = NULL;
  g_autofree Entry *entry = g_new0 (Entry, 1);

  if (directory.size - *at < CENTRAL_SIZE || number (record, 4) != CENTRAL_SIGNATURE)
    return bad (error, "the table of its parts is damaged");
  packed = number (record + 20, 4);
  size = number (record + 24, 4);
  n_name = (size_t) number (record + 28, 2);
  n_extra = (size_t) number (record + 30, 2);
  n_all = CENTRAL_SIZE + n_name + n_extra + (size_t) number (record + 32, 2);
  offset = number (record + 42, 4);
  if (n_all > directory.size - *at || n_name > MAX_NAME || memchr (record + CENTRAL_SIZE, 0, n_name)
      || !read_wide ((Span){ record + CENTRAL_SIZE + n_name, n_extra }, &size, &packed, &offset))
    return bad (error, "the table of its parts is damaged");
  name = g_strndup ((const char *) record + CENTRAL_SIZE, n_name);
  shown = g_strescape (name, NULL);
  entry->begin = offset;
  if (!check_kind (record, shown, size, packed, error)
      || !locate (zip->file, shown, size, entry, error))
    return FALSE;
  if (!g_hash_table_insert (zip->entries, g_steal_pointer (&name), g_steal_pointer (&entry)))
    {
      g_set_error (error, TESSERA_ERROR, TESSERA_ERROR_FORMAT, "%s: it is there twice", shown);
      return FALSE;
    }
  *at += n_all;
  return TRUE;
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const Entry *one = a, *other = b;

  return (one->begin > other->begin) - (one->begin < other->begin);
}

static gboolean
disjoint (const Zip *zip, guint64 end, GError **error)
{
  g_autoptr (GList) all = g_list_sort (g_hash_table_get_values (zip->entries), by_place);

  for (GList *item = all; item; item = item->next)
    {
      const Entry *entry = item->data, *next = item->next ? item->next->data : NULL;
      const guint64 stop = (guint64) (entry->data.data - zip->file.data) + entry->data.size;

      if (stop > (next ? next->begin : end))
        return bad (error, "two of its parts overlap");
    }
  return TRUE;
}

/* The folder of data.pkl; a file has one. */
static gboolean
find_top (Zip *zip, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, zip->entries);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (g_str_has_suffix (name, "/data.pkl"))
      {
        if (zip->top)
          return bad (error, "it holds data.pkl twice");
        zip->top = g_strndup (name, strlen (name) - strlen ("data.pkl"));
      }
  return zip->top || bad (error, "it is a zip file, but none that PyTorch has made (no data.pkl)");
}

Zip *
zip_open (Span file, GError **error)
{
  g_autoptr (Zip) zip = g_new0 (Zip, 1);
  Directory directory;
  Span table;
  size_t at = 0;

  zip->file = file;
  zip->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!read_directory (file, &directory, error))
    return NULL;
  if (directory.offset > file.size || directory.size > file.size - directory.offset
      || directory.n > MAX_ENTRIES || directory.n > directory.size / CENTRAL_SIZE)
    {
      bad (error, "the table of its parts is damaged");
      return NULL;
    }
  table = (Span){ file.data + directory.offset, directory.size };
  for (guint64 i = 0; i < directory.n; i++)
    if (!read_entry (zip, table, &at, error))
      return NULL;
  if (!disjoint (zip, directory.offset, error) || !find_top (zip, error))
    return NULL;
  return g_steal_pointer (&zip);
}

void
zip_close (Zip *zip)
{
  if (!zip)
    return;
  g_clear_pointer (&zip->entries, g_hash_table_unref);
  g_free (zip->top);
  g_free (zip);
}

gboolean
zip_find (const Zip *zip, const char *name, Span *bytes)
{
  g_autofree char *full = g_strconcat (zip->top, name, NULL);
  const Entry *entry = g_hash_table_lookup (zip->entries, full);

  if (entry)
    *bytes = entry->data;
  return entry != NULL;
}
