/* gst-resnet: reading zip archives (thin over libzip)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/zip.h"

#include "base/nn-memory.h"

#include <zip.h>

#define MAX_ENTRIES 1000000
/* Deflate cannot do better than 1032 to 1; a directory that claims more lies. */
#define MAX_DEFLATE_RATIO 1032

struct _NnZip {
  zip_t *archive;
  GBytes *bytes; /* what the archive reads from */
  gchar *name;
};

NnZip *
nn_zip_open (GBytes *bytes, const gchar *name, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  zip_error_t ze;
  zip_source_t *source = NULL;
  zip_t *archive = NULL;
  NnZip *zip = NULL;

  zip_error_init (&ze);
  source = zip_source_buffer_create (data, size, 0, &ze);
  if (source)
    archive = zip_open_from_source (source, ZIP_RDONLY, &ze);
  if (!archive) {
    g_set_error (
        error, NN_ERROR, NN_ERROR_FORMAT,
        "%s: begins as a zip archive (torch.save's form since PyTorch 1.6) but its directory at the end cannot "
        "be read (%s); was the file cut off?",
        name, zip_error_strerror (&ze));
    if (source)
      zip_source_free (source);
    goto out;
  }
  if (zip_get_num_entries (archive, 0) > MAX_ENTRIES) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: %" G_GINT64_FORMAT " zip entries, more than the %d allowed",
                 name, (gint64)zip_get_num_entries (archive, 0), MAX_ENTRIES);
    zip_discard (archive);
    goto out;
  }
  zip = g_new0 (NnZip, 1);
  zip->archive = archive;
  zip->bytes = g_bytes_ref (bytes);
  zip->name = g_strdup (name);
out:
  zip_error_fini (&ze);
  return zip;
}

void
nn_zip_close (NnZip *zip)
{
  if (!zip)
    return;
  zip_discard (zip->archive); /* never writes */
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

/* Exact, byte by byte: torch's names are plain ASCII. */
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

/* What the directory says of an entry, checked: sizes that cannot be true never lead to an allocation. */
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

GBytes *
nn_zip_read (NnZip *zip, const gchar *entry, guint64 size, NnBudget *budget, gboolean *crc_wrong, GError **error)
{
  zip_int64_t index = locate (zip, entry);
  zip_file_t *file = NULL;
  guint8 *data = NULL;
  guint64 done = 0;
  gboolean whole;
  zip_stat_t st;
  guint8 one;

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
  whole = size == st.size;
  if (!nn_budget_take (budget, size, zip->name, entry, error))
    return NULL;

  data = nn_aligned_alloc ((gsize)size); /* all of it is read, or the read fails */
  if (!data) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: no memory for the %" G_GUINT64_FORMAT " bytes of \"%s\"",
                 zip->name, size, entry);
    return NULL;
  }
  file = zip_fopen_index (zip->archive, (zip_uint64_t)index, 0);
  if (!file) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: zip entry \"%s\" cannot be read (%s)", zip->name, entry,
                 zip_strerror (zip->archive));
    goto fail;
  }
  while (done < size) {
    zip_int64_t n = zip_fread (file, data + done, size - done);

    if (n <= 0) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                   "%s: zip entry \"%s\" breaks off at byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " (%s)",
                   zip->name, entry, done, size, n < 0 ? zip_file_strerror (file) : "end of data");
      goto fail;
    }
    done += (guint64)n;
  }
  /* Only the read after the last byte compares the checksum. */
  if (whole && zip_fread (file, &one, 1) < 0) {
    if (zip_error_code_zip (zip_file_get_error (file)) != ZIP_ER_CRC) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: zip entry \"%s\" is damaged (%s)", zip->name, entry,
                   zip_file_strerror (file));
      goto fail;
    }
    if (crc_wrong)
      *crc_wrong = TRUE;
  }
  zip_fclose (file);
  return g_bytes_new_with_free_func (data, (gsize)size, nn_aligned_free, data);

fail:
  if (file)
    zip_fclose (file);
  nn_aligned_free (data);
  return NULL;
}
