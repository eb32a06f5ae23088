/* gst-resnet: NumPy's .npy files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The format is described in NumPy's documentation of numpy.lib.format: a magic string, a version, the length of a
 * header, the header (a Python dictionary literal with 'descr', 'fortran_order' and 'shape'), and the elements. */
#include <nn/error.h>
#include <nn/npy.h>
#include <string.h>

#include "base/nn-memory.h"
#include "load/file-read.h"
#include "load/nn-cursor.h"
#include "load/tensor-data.h"

#define MAX_FILE_BYTES (G_GUINT64_CONSTANT (32) << 30)
#define MAX_HEADER_BYTES 65536

typedef struct {
  gchar descr[16];
  gboolean has_descr, has_order, has_shape, fortran_order;
  guint n_dims;
  gsize dims[NN_NPY_MAX_DIMS];
} Header;

static void
skip_spaces (NnCursor *c)
{
  while (c->pos < c->size && strchr (" \t\r\n", c->data[c->pos]) && c->data[c->pos])
    c->pos++;
}

/* Takes the next character that is not a space, if it is @expected. */
static gboolean
accept (NnCursor *c, gchar expected)
{
  skip_spaces (c);
  if (c->pos >= c->size || c->data[c->pos] != (guint8)expected)
    return FALSE;
  c->pos++;
  return TRUE;
}

/* Reads a Python string without escapes that is shorter than @size. */
static gboolean
parse_string (NnCursor *c, gchar *string, gsize size)
{
  gsize n = 0;
  guint8 quote;

  skip_spaces (c);
  if (!nn_cursor_u8 (c, &quote) || (quote != '\'' && quote != '"'))
    return FALSE;
  while (c->pos < c->size && c->data[c->pos] != quote) {
    if (n + 1 >= size || c->data[c->pos] == '\\' || c->data[c->pos] == '\0')
      return FALSE;
    string[n++] = (gchar)c->data[c->pos++];
  }
  string[n] = '\0';
  return nn_cursor_u8 (c, &quote);
}

static gboolean
parse_word (NnCursor *c, const gchar *word)
{
  const gsize n = strlen (word);

  skip_spaces (c);
  if (nn_cursor_left (c) < n || memcmp (c->data + c->pos, word, n) != 0)
    return FALSE;
  c->pos += n;
  return TRUE;
}

static gboolean
parse_shape (NnCursor *c, Header *header)
{
  if (!accept (c, '('))
    return FALSE;
  while (!accept (c, ')')) {
    gsize dim = 0;
    guint digits = 0;

    if (header->n_dims == NN_NPY_MAX_DIMS)
      return FALSE;
    skip_spaces (c);
    for (; c->pos < c->size && g_ascii_isdigit (c->data[c->pos]); c->pos++, digits++) {
      if (!nn_size_mul (dim, 10, &dim) || !nn_size_add (dim, c->data[c->pos] - '0', &dim))
        return FALSE;
    }
    if (digits == 0)
      return FALSE;
    header->dims[header->n_dims++] = dim;
    if (!accept (c, ',')) {
      /* "(5)" is a number in Python, but NumPy never writes it. */
      if (!accept (c, ')'))
        return FALSE;
      break;
    }
  }
  return TRUE;
}

static gboolean
parse_header (NnCursor *c, Header *header)
{
  if (!accept (c, '{'))
    return FALSE;
  while (!accept (c, '}')) {
    gchar key[16];

    if (!parse_string (c, key, sizeof key) || !accept (c, ':'))
      return FALSE;
    if (strcmp (key, "descr") == 0 && !header->has_descr) {
      header->has_descr = TRUE;
      if (!parse_string (c, header->descr, sizeof header->descr))
        return FALSE;
    } else if (strcmp (key, "fortran_order") == 0 && !header->has_order) {
      header->has_order = TRUE;
      header->fortran_order = parse_word (c, "True");
      if (!header->fortran_order && !parse_word (c, "False"))
        return FALSE;
    } else if (strcmp (key, "shape") == 0 && !header->has_shape) {
      header->has_shape = TRUE;
      if (!parse_shape (c, header))
        return FALSE;
    } else {
      return FALSE;
    }
    if (!accept (c, ',') && !(accept (c, '}') && (c->pos--, TRUE)))
      return FALSE;
  }
  skip_spaces (c);
  return header->has_descr && header->has_order && header->has_shape && nn_cursor_left (c) == 0;
}

static gboolean
read_header (NnCursor *cursor, Header *header, const gchar *name, GError **error)
{
  const guint8 *magic, *text;
  guint8 major = 0, minor = 0;
  guint64 length = 0;
  NnCursor inner;

  if (!nn_cursor_bytes (cursor, 6, &magic) || memcmp (magic, "\x93NUMPY", 6) != 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: not a NumPy .npy file; save the tensor with numpy.save()",
                 name);
    return FALSE;
  }
  if (!nn_cursor_u8 (cursor, &major) || !nn_cursor_u8 (cursor, &minor) || major < 1 || major > 3) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: .npy format version %u.%u; 1.0 to 3.0 are taken", name,
                 major, minor);
    return FALSE;
  }
  if (!nn_cursor_uint_le (cursor, major == 1 ? 2 : 4, &length) || length > MAX_HEADER_BYTES
      || !nn_cursor_bytes (cursor, length, &text)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: the file ends inside its .npy header", name);
    return FALSE;
  }
  nn_cursor_init (&inner, text, length);
  if (!parse_header (&inner, header)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: .npy header, byte %" G_GSIZE_FORMAT
                 ": expected {'descr': '<f4', 'fortran_order': False, 'shape': (…)} with at most %d dimensions",
                 name, inner.pos, NN_NPY_MAX_DIMS);
    return FALSE;
  }
  return TRUE;
}

gfloat *
nn_npy_parse (const guint8 *data, gsize size, const gchar *name, gsize dims[NN_NPY_MAX_DIMS], guint *n_dims,
              GError **error)
{
  static const struct {
    const gchar *descr;
    NnDType dtype;
  } types[] = { { "<f4", NN_DTYPE_F32 }, { "<f8", NN_DTYPE_F64 }, { "<f2", NN_DTYPE_F16 } };
  Header header = { .has_descr = FALSE };
  gsize n = 1, bytes;
  gint type = -1;
  NnCursor cursor;
  gfloat *values;

  nn_cursor_init (&cursor, data, size);
  if (!read_header (&cursor, &header, name, error))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    if (strcmp (header.descr, types[i].descr) == 0)
      type = (gint)i;
  }
  if (type < 0) {
    g_autofree gchar *shown = g_strescape (header.descr, NULL);

    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: elements of type '%s'; float32 ('<f4') is needed, float16 and float64 are converted", name,
                 shown);
    return NULL;
  }
  if (header.fortran_order) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: Fortran order; save numpy.ascontiguousarray() of it",
                 name);
    return NULL;
  }
  for (guint i = 0; i < header.n_dims; i++) {
    if (!nn_size_mul (n, header.dims[i], &n))
      n = G_MAXSIZE / 16;
  }
  if (!nn_size_mul (n, nn_dtype_size (types[type].dtype), &bytes) || bytes != nn_cursor_left (&cursor)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: %" G_GSIZE_FORMAT " bytes of elements, which is not what its shape needs", name,
                 nn_cursor_left (&cursor));
    return NULL;
  }
  values = g_try_new (gfloat, MAX (n, 1));
  if (!values) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: no memory for %" G_GSIZE_FORMAT " elements", name, n);
    return NULL;
  }
  nn_convert_to_float (values, data + cursor.pos, n, types[type].dtype, FALSE);
  memcpy (dims, header.dims, sizeof header.dims);
  *n_dims = header.n_dims;
  return values;
}

gfloat *
nn_npy_load (const gchar *path, gsize dims[NN_NPY_MAX_DIMS], guint *n_dims, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_file_read (path, MAX_FILE_BYTES, error);
  gconstpointer data;
  gsize size;

  if (!bytes)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return nn_npy_parse (data, size, shown, dims, n_dims, error);
}

gboolean
nn_npy_save (const gchar *path, const gfloat *data, const gsize *dims, guint n_dims, GError **error)
{
  g_autoptr (GString) header = g_string_new ("{'descr': '<f4', 'fortran_order': False, 'shape': (");
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) io_error = NULL;
  gsize n = 1, padded;
  guint8 prefix[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0 };

  if (n_dims > NN_NPY_MAX_DIMS) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: a tensor of %u dimensions; up to %d are written", path,
                 n_dims, NN_NPY_MAX_DIMS);
    return FALSE;
  }
  for (guint i = 0; i < n_dims; i++) {
    if (!nn_size_mul (n, dims[i], &n))
      n = G_MAXSIZE; /* it is refused below */
    g_string_append_printf (header, "%" G_GSIZE_FORMAT ",%s", dims[i], i + 1 < n_dims ? " " : "");
  }
  g_string_append (header, "), }");
  /* The prefix and the header together fill a multiple of 64 bytes and end with a newline. */
  padded = (sizeof prefix + header->len + 1 + 63) / 64 * 64 - sizeof prefix;
  while (header->len + 1 < padded)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');
  prefix[8] = (guint8)(header->len & 0xff);
  prefix[9] = (guint8)(header->len >> 8);
  if (n > (G_MAXUINT32 - 1024) / sizeof (gfloat)) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: a tensor of %" G_GSIZE_FORMAT " elements is not written",
                 path, n);
    return FALSE;
  }
  g_byte_array_append (file, prefix, sizeof prefix);
  g_byte_array_append (file, (const guint8 *)header->str, (guint)header->len);
  for (gsize i = 0; i < n; i++) {
    guint32 bits;

    memcpy (&bits, &data[i], sizeof bits);
    bits = GUINT32_TO_LE (bits);
    g_byte_array_append (file, (const guint8 *)&bits, sizeof bits);
  }
  if (!g_file_set_contents (path, (const gchar *)file->data, (gssize)file->len, &io_error)) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s", io_error->message);
    return FALSE;
  }
  return TRUE;
}
