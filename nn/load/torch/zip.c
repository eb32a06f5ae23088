/* gst-resnet: reading zip archives (thin over libzip)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/torch/zip.h"

#include "base/nn-budget.h"
#include "base/nn-memory.h"
#include "load/torch/zip-directory.h"

#include <string.h>
#include <zip.h>

/* Deflate cannot compress better than 1032 to 1; a directory that claims more is wrong. */
#define MAX_DEFLATE_RATIO 1032

/* Stored entries are read through a buffer of this size only to compute their checksum. */
#define CHECK_BYTES (64 * 1024)

/**
 * Source: what libzip reads from
 * @at: the place of the next byte
 * @last_at, @last_n: the place and the number of bytes of the last read
 * @n_reads: the number of all reads
 */
typedef struct {
  const guint8 *data;
  gsize size, at;
  gsize last_at, last_n;
  guint64 n_reads;
  zip_error_t error;
} Source;

struct _NnZip {
  zip_t *archive;
  Source source;
  GBytes *bytes; /* the archive, which the source reads from */
  gchar *name;
};

/* This does what zip_source_buffer() does, and remembers what it gave; this is how a stored entry's bytes are found in
 * the file. */
static zip_int64_t
source_command (void *user_data, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
  Source *source = user_data;

  switch (command) {
  case ZIP_SOURCE_SUPPORTS:
    return zip_source_make_command_bitmap (ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                           ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, -1);
  case ZIP_SOURCE_OPEN:
    source->at = 0;
    return 0;
  case ZIP_SOURCE_READ:
    n = MIN (n, source->size - source->at);
    if (n)
      memcpy (data, source->data + source->at, n);
    source->last_at = source->at;
    source->last_n = n;
    source->n_reads++;
    source->at += n;
    return (zip_int64_t)n;
  case ZIP_SOURCE_SEEK: {
    const zip_int64_t at = zip_source_seek_compute_offset (source->at, source->size, data, n, &source->error);

    if (at < 0)
      return -1;
    source->at = (gsize)at; /* zip_source_seek_compute_offset() never returns a place past the end */
    return 0;
  }
  case ZIP_SOURCE_TELL:
    return (zip_int64_t)source->at;
  case ZIP_SOURCE_STAT: {
    zip_stat_t *st = data;

    zip_stat_init (st);
    st->size = source->size;
    st->valid = ZIP_STAT_SIZE;
    return sizeof *st;
  }
  case ZIP_SOURCE_ERROR:
    return zip_error_to_data (&source->error, data, n);
  case ZIP_SOURCE_CLOSE:
  case ZIP_SOURCE_FREE:
    return 0;
  default:
    zip_error_set (&source->error, ZIP_ER_OPNOTSUPP, 0);
    return -1;
  }
}

NnZip *
nn_zip_open (GBytes *bytes, const gchar *name, GError **error)
{
  zip_error_t ze;
  zip_source_t *source;
  NnZip *zip;

  if (!nn_zip_directory_check (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), name, error))
    return NULL;
  zip = g_new0 (NnZip, 1);
  zip->bytes = g_bytes_ref (bytes);
  zip->name = g_strdup (name);
  zip->source.data = g_bytes_get_data (bytes, &zip->source.size);
  zip_error_init (&zip->source.error);
  zip_error_init (&ze);
  source = zip_source_function_create (source_command, &zip->source, &ze);
  if (source)
    zip->archive = zip_open_from_source (source, ZIP_RDONLY, &ze);
  if (!zip->archive) {
    g_set_error (
        error, NN_ERROR, NN_ERROR_FORMAT,
        "%s: begins as a zip archive (torch.save's form since PyTorch 1.6) but its directory at the end cannot "
        "be read (%s); was the file cut off?",
        name, zip_error_strerror (&ze));
    if (source)
      zip_source_free (source);
    g_clear_pointer (&zip, nn_zip_close);
  }
  zip_error_fini (&ze);
  return zip;
}

void
nn_zip_close (NnZip *zip)
{
  if (!zip)
    return;
  if (zip->archive)
    zip_discard (zip->archive); /* it never writes */
  zip_error_fini (&zip->source.error);
  g_bytes_unref (zip->bytes);
  g_free (zip->name);
  g_free (zip);
}

gsize
nn_zip_n_entries (const NnZip *zip)
{
  return (gsize)MAX (zip_get_num_entries (zip->archive, 0), 0);
}

const gchar *
nn_zip_entry_name (NnZip *zip, gsize index)
{
  return zip_get_name (zip->archive, index, ZIP_FL_ENC_RAW);
}

/* Names are compared byte by byte, because torch's names are plain ASCII. */
static zip_int64_t
locate (NnZip *zip, const gchar *entry)
{
  return zip_name_locate (zip->archive, entry, ZIP_FL_ENC_RAW);
}

gboolean
nn_zip_has (NnZip *zip, const gchar *entry)
{
  return locate (zip, entry) >= 0;
}

gboolean
nn_zip_entry_size (NnZip *zip, const gchar *entry, guint64 *size)
{
  zip_int64_t index = locate (zip, entry);
  zip_stat_t st;

  if (index < 0 || zip_stat_index (zip->archive, (zip_uint64_t)index, 0, &st) < 0 || !(st.valid & ZIP_STAT_SIZE))
    return FALSE;
  *size = st.size;
  return TRUE;
}

/* Checks what the directory says about an entry, so that impossible sizes never lead to an allocation. */
static gboolean
check_stat (NnZip *zip, const gchar *entry, const zip_stat_t *st, GError **error)
{
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  guint64 archive_size = g_bytes_get_size (zip->bytes);

  if ((st->valid & needed) != needed) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: zip entry \"%s\" has no sizes in the archive's directory",
                 zip->name, entry);
    return FALSE;
  }
  if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) && st->encryption_method != ZIP_EM_NONE) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: zip entry \"%s\" is encrypted; save it without a password",
                 zip->name, entry);
    return FALSE;
  }
  if (st->comp_method != ZIP_CM_STORE && st->comp_method != ZIP_CM_DEFLATE) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: zip entry \"%s\" is compressed with method %u; stored and deflated entries are taken", zip->name,
                 entry, (guint)st->comp_method);
    return FALSE;
  }
  if (st->comp_size > archive_size || (st->comp_method == ZIP_CM_STORE && st->size != st->comp_size)
      || (st->comp_method == ZIP_CM_DEFLATE && st->size / MAX_DEFLATE_RATIO > st->comp_size)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: zip entry \"%s\" claims sizes that cannot be true (%" G_GUINT64_FORMAT
                 " bytes from %" G_GUINT64_FORMAT ")",
                 zip->name, entry, (guint64)st->size, (guint64)st->comp_size);
    return FALSE;
  }
  return TRUE;
}

/* What is read of an entry: its first @size bytes; @whole is set if that is all of it. @crc_wrong: see nn_zip_read() */
typedef struct {
  NnZip *zip;
  const gchar *name;
  zip_uint64_t index;
  guint64 size;
  gboolean whole;
  gboolean *crc_wrong;
} Entry;

static zip_file_t *
open_entry (const Entry *e, GError **error)
{
  zip_file_t *file = zip_fopen_index (e->zip->archive, e->index, 0);

  if (!file)
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: zip entry \"%s\" cannot be read (%s)", e->zip->name, e->name,
                 zip_strerror (e->zip->archive));
  return file;
}

/* Reads the next bytes, @want at most. Returns 0 and sets @error if there are none. */
static guint64
read_piece (const Entry *e, zip_file_t *file, guint8 *buffer, guint64 want, guint64 done, GError **error)
{
  const zip_int64_t n = zip_fread (file, buffer, want);

  if (n > 0)
    return (guint64)n;
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
               "%s: zip entry \"%s\" breaks off at byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " (%s)",
               e->zip->name, e->name, done, e->size, n < 0 ? zip_file_strerror (file) : "end of data");
  return 0;
}

/* Must be called after all bytes of a whole entry were read: libzip compares the checksum only when one byte more is
 * asked for. */
static gboolean
check_crc (const Entry *e, zip_file_t *file, GError **error)
{
  guint8 one;

  if (!e->whole || zip_fread (file, &one, 1) >= 0)
    return TRUE;
  if (zip_error_code_zip (zip_file_get_error (file)) != ZIP_ER_CRC) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: zip entry \"%s\" is damaged (%s)", e->zip->name, e->name,
                 zip_file_strerror (file));
    return FALSE;
  }
  if (e->crc_wrong)
    *e->crc_wrong = TRUE;
  return TRUE;
}

/* Reads an entry's bytes into @buffer. */
static gboolean
read_entry (const Entry *e, guint8 *buffer, GError **error)
{
  zip_file_t *file = open_entry (e, error);
  guint64 n = 1;
  gboolean good;

  if (!file)
    return FALSE;
  for (guint64 done = 0; done < e->size && n > 0; done += n)
    n = read_piece (e, file, buffer + done, e->size - done, done, error);
  good = n > 0 && check_crc (e, file, error);
  zip_fclose (file);
  return good;
}

/* Returns a stored entry's bytes where they are in the file. NULL without an error means that they are not in one
 * piece. */
static GBytes *
find_stored (const Entry *e, GError **error)
{
  const Source *source = &e->zip->source;
  g_autofree guint8 *buffer = g_malloc (CHECK_BYTES);
  zip_file_t *file = open_entry (e, error);
  gboolean in_file = TRUE, good;
  gsize place = 0;
  guint64 n = 1;

  if (!file)
    return NULL;
  for (guint64 done = 0; done < e->size && n > 0; done += n) {
    const guint64 n_reads = source->n_reads;

    n = read_piece (e, file, buffer, MIN (e->size - done, CHECK_BYTES), done, error);
    if (done == 0)
      place = source->last_at;
    in_file &= source->n_reads == n_reads + 1 && source->last_n == n && source->last_at == place + done;
  }
  good = n > 0 && check_crc (e, file, error);
  zip_fclose (file);
  return good && in_file ? g_bytes_new_from_bytes (e->zip->bytes, place, (gsize)e->size) : NULL;
}

GBytes *
nn_zip_read (NnZip *zip, const gchar *entry, guint64 size, gboolean *crc_wrong, GError **error)
{
  const zip_int64_t index = locate (zip, entry);
  Entry e = { .zip = zip, .name = entry, .index = (zip_uint64_t)index, .crc_wrong = crc_wrong };
  guint8 *data;
  zip_stat_t st;

  zip_stat_init (&st);
  if (index < 0 || zip_stat_index (zip->archive, (zip_uint64_t)index, 0, &st) < 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: the archive has no entry \"%s\"", zip->name, entry);
    return NULL;
  }
  if (!check_stat (zip, entry, &st, error))
    return NULL;
  if (size == G_MAXUINT64)
    size = st.size;
  if (size > st.size) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: zip entry \"%s\" has %" G_GUINT64_FORMAT " bytes, its tensors need %" G_GUINT64_FORMAT, zip->name,
                 entry, (guint64)st.size, size);
    return NULL;
  }
  e.size = size;
  e.whole = size == st.size;
  if (st.comp_method == ZIP_CM_STORE && size >= CHECK_BYTES) {
    GError *failed = NULL;
    GBytes *found;

    /* The budget counts this for the time and not for the memory: a directory may list the same bytes under many
     * names. */
    if (!nn_budget_take (size, zip->name, entry, error))
      return NULL;
    found = find_stored (&e, &failed);
    if (found)
      return found;
    if (failed) {
      g_propagate_error (error, failed);
      return NULL;
    }
  }
  data = nn_aligned_alloc ((gsize)size); /* all of it is filled, or the read fails */
  if (!data) {
    nn_budget_no_memory (size, zip->name, entry, error);
    return NULL;
  }
  if (read_entry (&e, data, error))
    return g_bytes_new_with_free_func (data, (gsize)size, nn_aligned_free, data);
  nn_aligned_free (data);
  return NULL;
}
