/* gst-resnet: reading zip archives (thin over libzip)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor-data.h"

typedef struct _NnZip NnZip;

/* @bytes are the archive; @name stands for the file in messages. Zip64 and any number of entries up to
 * NN_ZIP_MAX_ENTRIES. */
NnZip *nn_zip_open (GBytes *bytes, const gchar *name, GError **error);
void nn_zip_close (NnZip *zip);

gsize nn_zip_n_entries (const NnZip *zip);
/* Raw bytes of the name in the directory, not necessarily UTF-8; NULL beyond the end. */
const gchar *nn_zip_entry_name (NnZip *zip, gsize index);
gboolean nn_zip_has (NnZip *zip, const gchar *entry);

/* Size that the directory promises; FALSE when there is no such entry. */
gboolean nn_zip_entry_size (NnZip *zip, const gchar *entry, guint64 *size);

/**
 * nn_zip_read: the first @size bytes of an entry (all of it: G_MAXUINT64)
 * Stored and deflated entries; they draw on the load's budget, those too
 * that are read where they lie: as many bytes as that are looked at in all. A checksum that is wrong does not fail the
 * reading, since torch.serialization.set_crc32_options(False) writes archives without right ones and torch.load() takes
 * them; it sets
 * @crc_wrong (checked only when the whole entry is read).
 * Errors: NN_ERROR_FORMAT (no such entry, too short, damaged), NN_ERROR_UNSUPPORTED (encrypted, other methods),
 * NN_ERROR_TOO_LARGE
 * Returns: bytes aligned to NN_ALIGNMENT, or of a large stored entry those of the archive, where they lie
 */
GBytes *nn_zip_read (NnZip *zip, const gchar *entry, guint64 size, gboolean *crc_wrong, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnZip, nn_zip_close)
