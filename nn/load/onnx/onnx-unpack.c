/* gst-resnet: the ONNX loader: names, and small messages through protobuf-c
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/nn-budget.h"
#include "load/onnx/onnx-unpack.h"

/* For a message of n bytes protobuf-c may allocate UNPACK_BASE + 64 n bytes in all, but for a large message no more
 * than 4 n + 256 MiB. The large factor is for small messages, because small fields take much more memory than room in
 * the file (an empty string is two bytes of the file, and 40 + 8 + 32 bytes of memory). */
#define UNPACK_BASE (64 << 10)
#define UNPACK_FACTOR 64
#define UNPACK_LARGE_BASE (256 << 20)
#define UNPACK_LARGE_FACTOR 4
/* The bytes that malloc() takes for an allocation of one byte; a pointer to it is counted besides. */
#define SMALLEST 24

gchar *
nn_onnx_shown (const gchar *name)
{
  gsize n = strnlen (name, NN_ONNX_MAX_SHOWN + 1);
  g_autofree gchar *valid = g_utf8_make_valid (name, (gssize)MIN (n, NN_ONNX_MAX_SHOWN));
  GString *s = g_string_new ("\"");

  for (const gchar *p = valid; *p; p++) {
    if ((guchar)*p < 0x20 || *p == 0x7f)
      g_string_append_printf (s, "\\x%02x", (guchar)*p);
    else
      g_string_append_c (s, *p);
  }
  g_string_append (s, n > NN_ONNX_MAX_SHOWN ? "…\"" : "\"");
  return g_string_free (s, FALSE);
}

gboolean
nn_onnx_check_name (const NnOnnxReader *reader, const gchar *name, const gchar *what, GError **error)
{
  const gsize n = strlen (name);

  if (n > NN_ONNX_MAX_NAME) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                 "%s: %s has a name of %" G_GSIZE_FORMAT " bytes; up to %d are taken", reader->file, what, n,
                 NN_ONNX_MAX_NAME);
    return FALSE;
  }
  if (!g_utf8_validate (name, (gssize)n, NULL)) {
    g_autofree gchar *shown = nn_onnx_shown (name);

    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s has a name that is not UTF-8: %s", reader->file, what,
                 shown);
    return FALSE;
  }
  return TRUE;
}

gchar *
nn_onnx_take_name (const NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *what, GError **error)
{
  /* A name that is too long is not copied, since the check below refuses it anyway. */
  g_autofree gchar *name = size <= NN_ONNX_MAX_NAME ? g_strndup ((const gchar *)bytes, size) : NULL;

  if (!name) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                 "%s: %s has a name of %" G_GSIZE_FORMAT " bytes; up to %d are taken", reader->file, what, size,
                 NN_ONNX_MAX_NAME);
    return NULL;
  }
  if (size && memchr (bytes, '\0', size)) {
    g_autofree gchar *shown = nn_onnx_shown (name);

    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s has a name with a NUL in it, after %s; text is right",
                 reader->file, what, shown);
    return NULL;
  }
  return nn_onnx_check_name (reader, name, what, error) ? g_steal_pointer (&name) : NULL;
}

/* The bytes that may still be allocated for one message, and whether they were not enough. */
typedef struct {
  guint64 left;
  gboolean is_spent;
} Allowance;

static gpointer
allowance_alloc (gpointer data, size_t size)
{
  Allowance *allowance = data;

  const guint64 taken = (guint64)MAX (size, SMALLEST) + sizeof (gpointer);

  allowance->is_spent = allowance->is_spent || taken > allowance->left;
  if (allowance->is_spent)
    return NULL;
  allowance->left -= taken;
  return g_try_malloc (MAX (size, 1));
}

static void
allowance_free (gpointer data, gpointer memory)
{
  g_free (memory);
}

gpointer
nn_onnx_unpack (const NnOnnxReader *reader, const ProtobufCMessageDescriptor *descriptor, const guint8 *bytes,
                gsize size, const gchar *what, GError **error)
{
  const guint64 most
      = UNPACK_BASE + MIN ((guint64)size * UNPACK_FACTOR, UNPACK_LARGE_BASE + (guint64)size * UNPACK_LARGE_FACTOR);
  Allowance allowance = { MIN (most, nn_budget_get_left ()), FALSE };
  ProtobufCAllocator allocator = { allowance_alloc, allowance_free, &allowance };
  gpointer message = protobuf_c_message_unpack (descriptor, &allocator, size, bytes);

  if (message)
    return message;
  if (allowance.is_spent)
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                 "%s: %s needs more memory than is left of what a file of this size may take in all", reader->file,
                 what);
  else
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s is not a message of ONNX: its bytes are damaged",
                 reader->file, what);
  return NULL;
}
