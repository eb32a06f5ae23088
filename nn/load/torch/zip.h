/* gst-resnet: reading zip archives (thin over libzip)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor-data.h"

typedef struct _NnZip NnZip;

/* Opens the archive in @bytes; @name is what messages call the file. Zip64 is supported, and up to NN_ZIP_MAX_ENTRIES
 * entries. */
NnZip *nn_zip_open (GBytes *bytes, const gchar *name, GError **error);
void nn_zip_close (NnZip *zip);

gsize nn_zip_n_entries (const NnZip *zip);
/* The raw bytes of the name in the directory, which need not be UTF-8; NULL beyond the end. */
const gchar *nn_zip_entry_name (NnZip *zip, gsize index);
gboolean nn_zip_has (NnZip *zip, const gchar *entry);

/* Gives the size that the directory promises; returns FALSE if there is no such entry. */
gboolean nn_zip_entry_size (NnZip *zip, const gchar *entry, guint64 *size);

/**
 * nn_zip_read: reads the first @size bytes of an entry (all of it if @size is G_MAXUINT64)
 * @crc_wrong: set if the checksum is wrong; it is checked only if the whole entry is read
 * Entries may be stored or deflated. All of them draw on the load's budget, also those that are read where they lie, so
 * that the budget bounds the number of bytes that are looked at in all. A wrong checksum does not make the reading
 * fail, because torch.serialization.set_crc32_options(False) writes archives without right checksums and torch.load()
 * accepts them.
 * Errors: NN_ERROR_FORMAT (no such entry, too short, damaged), NN_ERROR_UNSUPPORTED (encrypted, other methods),
 * NN_ERROR_TOO_LARGE
 * Returns: bytes aligned to NN_ALIGNMENT; for a large stored entry they may be bytes of the archive itself, where they
 * lie
 */
GBytes *nn_zip_read (NnZip *zip, const gchar *entry, guint64 size, gboolean *crc_wrong, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnZip, nn_zip_close)
