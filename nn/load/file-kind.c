/* gst-resnet: what a file is, by its first bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/file-kind.h"

#include "load/nn-cursor.h"

#define TAKEN "PyTorch state dicts (.pth, .pt) and .safetensors are taken"

static gboolean
begins (const guint8 *data, gsize size, gsize at, const gchar *magic, gsize n)
{
  return size >= at + n && memcmp (data + at, magic, n) == 0;
}

#define BEGINS(at, magic) begins (data, size, at, magic, sizeof (magic) - 1)

NnFileKind
nn_file_kind (const guint8 *data, gsize size)
{
  NnCursor cursor;
  guint64 header;

  if (BEGINS (0, "PK\3\4") || BEGINS (0, "PK\5\6"))
    return NN_FILE_ZIP;
  nn_cursor_init (&cursor, data, size);
  /* A length that says "header" and JSON behind it. A length beyond the end is a file that was cut off. */
  if (nn_cursor_uint_le (&cursor, 8, &header) && header < (G_GUINT64_CONSTANT (1) << 40) && BEGINS (8, "{"))
    return NN_FILE_SAFETENSORS;
  /* PROTO 2 to 5; in protocols 0 and 1 the magic number is text. */
  if ((size >= 2 && data[0] == 0x80 && data[1] <= 5) || BEGINS (0, "L119547037146038801333356"))
    return NN_FILE_PICKLE;
  return NN_FILE_UNKNOWN;
}

/* ONNX has no magic: a protobuf whose field 1 (ir_version) is a small number and whose next field is one of
 * ModelProto's (2: producer_name, 7: graph, 8: opset_import, …). */
static gboolean
is_onnx (const guint8 *data, gsize size)
{
  return size > 4 && data[0] == 0x08 && data[1] >= 1 && data[1] <= 30
         && (data[2] == 0x12 || data[2] == 0x1a || data[2] == 0x22 || data[2] == 0x28 || data[2] == 0x32
             || data[2] == 0x3a || data[2] == 0x42);
}

static gboolean
is_html (const guint8 *data, gsize size)
{
  static const gchar *const starts[] = { "<!doctype html", "<html", "<?xml", "<head", "<!--" };
  gsize at = 0;

  if (BEGINS (0, "\357\273\277"))
    at = 3;
  while (at < size && g_ascii_isspace (data[at]))
    at++;
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++) {
    gsize n = strlen (starts[i]);

    if (size - at >= n && g_ascii_strncasecmp ((const gchar *)data + at, starts[i], n) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_text (const guint8 *data, gsize size)
{
  gsize n = MIN (size, 4096);

  for (gsize i = 0; i < n; i++)
    if (data[i] < 0x20 && !g_ascii_isspace (data[i]))
      return FALSE;
  return TRUE;
}

/* The tar archives that torch.save wrote before 0.1.10. */
static gboolean
is_torch_tar (const guint8 *data, gsize size)
{
  static const gchar *const members[] = { "sys_info", "pickle", "storages", "tensors" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (begins (data, size, 0, members[i], strlen (members[i]) + 1))
      return TRUE;
  return FALSE;
}

void
nn_file_kind_refuse (const guint8 *data, gsize size, const gchar *name, GError **error)
{
  static const struct {
    gsize at, n;
    const gchar *magic, *what;
  } magics[] = {
#define MAGIC(at, magic, what) { at, sizeof (magic) - 1, magic, what }
    MAGIC (0, "\211HDF\r\n\032\n", "an HDF5 file (Keras); its weights would have to be converted to PyTorch's names"),
    MAGIC (0, "version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself; run \"git lfs pull\""),
    MAGIC (0, "\037\213", "compressed with gzip; unpack it first"),
    MAGIC (0, "BZh", "compressed with bzip2; unpack it first"),
    MAGIC (0, "\375" "7zXZ", "compressed with xz; unpack it first"),
    MAGIC (0, "\050\265\057\375", "compressed with zstd; unpack it first"),
    MAGIC (0, "7z\274\257", "a 7z archive; unpack it first"),
    MAGIC (0, "\223NUMPY", "a NumPy array"),
    MAGIC (0, "GGUF", "a GGUF file"),
    MAGIC (4, "TFL3", "a TensorFlow Lite model"),
    MAGIC (0, "\211PNG", "a PNG image"),
    MAGIC (0, "\377\330\377", "a JPEG image"),
    MAGIC (0, "\177ELF", "a program"),
#undef MAGIC
  };
  gboolean zeros = TRUE;

  if (size == 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: is empty; " TAKEN, name);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (magics); i++)
    if (begins (data, size, magics[i].at, magics[i].magic, magics[i].n)) {
      g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: is %s; " TAKEN, name, magics[i].what);
      return;
    }
  for (gsize i = 0; i < size && zeros; i++)
    zeros = data[i] == 0;
  if (BEGINS (257, "ustar") || is_torch_tar (data, size))
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 is_torch_tar (data, size)
                     ? "%s: is of torch.save's form before PyTorch 0.1.10 (a tar archive); load it with PyTorch and save "
                       "it again; " TAKEN
                     : "%s: is a tar archive; unpack it first; " TAKEN,
                 name);
  else if (is_html (data, size))
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: is a web page (HTML or XML), probably a download's error message; " TAKEN, name);
  else if (is_onnx (data, size))
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: looks like an ONNX model; save model.state_dict(); " TAKEN,
                 name);
  else if (zeros)
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: holds nothing but zero bytes; is the download complete?", name);
  else if (is_text (data, size))
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: is a text file; " TAKEN, name);
  else
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: is of no known kind; " TAKEN, name);
}
