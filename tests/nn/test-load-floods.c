/* gst-resnet tests: model files that ask for much more memory or time than they have bytes; each is one error, within a
 * second and 16 times the file and 64 MB
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "measured-load.h"
#include "onnx-maker.h"
#include "onnx-text.h"

static const gchar *program;

/* Loads a file of these bytes and frees @file. @says: a part of the error, or "good" */
static void
check_bytes (const gchar *suffix, GByteArray *file, const gchar *says)
{
  g_autofree gchar *folder = NULL, *path = NULL, *said = NULL, *name = g_strconcat ("m.", suffix, NULL);
  GError *error = NULL;

  folder = g_dir_make_tmp ("nn-load-floods-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, name, NULL);
  g_file_set_contents (path, (const gchar *)file->data, file->len, &error);
  g_assert_no_error (error);
  said = measured_load (program, "load", path, file->len);
  if (!strstr (said, says))
    g_error ("said \"%s\", should say \"%s\"", said, says);
  g_byte_array_unref (file);
  g_unlink (path);
  g_rmdir (folder);
}

/* --- ONNX files --- */

static GByteArray *
function_new (const gchar *name, const gchar *domain)
{
  GByteArray *function = g_byte_array_new ();

  nn_pb_string (function, 1, name);
  nn_pb_string (function, 10, domain);
  nn_pb_string (function, 4, "a");
  nn_pb_string (function, 5, "b");
  return function;
}

enum { LONG_DOMAIN, LONG_ATTRIBUTE, LONG_REFERENCE, LONG_STRING, LONG_NAME, N_INSIDE };

/* Makes functions that call each other ten times, @levels deep. The innermost one has a node that contains something
 * long. */
static GByteArray *
function_bomb (guint inside, guint levels)
{
  GByteArray *graph = maker_graph (), *model = maker_model_open (8, 17);
  g_autofree gchar *text = g_strnfill (4000, 'd');

  for (guint level = 0; level <= levels; level++) {
    g_autofree gchar *name = g_strdup_printf ("F%u", level), *next = g_strdup_printf ("F%u", level + 1);
    GByteArray *function = function_new (name, "own");

    for (guint i = 0; i < 10; i++) {
      g_autofree gchar *to = g_strdup_printf ("v%u", i);
      GByteArray *node
          = maker_node (level < levels ? next : "Relu", inside == LONG_NAME ? text : "n", "a", i ? to : "b");

      if (level < levels || inside == LONG_DOMAIN)
        nn_pb_string (node, 7, level < levels ? "own" : text);
      if (level == levels && (inside == LONG_ATTRIBUTE || inside == LONG_STRING || inside == LONG_REFERENCE)) {
        GByteArray *attribute = g_byte_array_new ();

        nn_pb_string (attribute, 1, inside == LONG_STRING ? "s" : text);
        if (inside == LONG_REFERENCE)
          nn_pb_string (attribute, 21, text);
        else
          nn_pb_string (attribute, 4, inside == LONG_STRING ? text : "s");
        nn_pb_int (attribute, 20, 3);
        nn_pb_message (node, 5, attribute);
      }
      nn_pb_message (function, 7, node);
    }
    nn_pb_message (model, MODEL_FUNCTIONS, function);
  }
  {
    GByteArray *call = maker_node ("F0", "n", "x", "y");

    nn_pb_string (call, 7, "own");
    if (inside == LONG_REFERENCE) {
      GByteArray *attribute = g_byte_array_new ();

      nn_pb_string (attribute, 1, text);
      nn_pb_string (attribute, 4, text);
      nn_pb_int (attribute, 20, 3);
      nn_pb_message (call, 5, attribute);
    }
    nn_pb_message (graph, GRAPH_NODE, call);
  }
  nn_pb_message (model, MODEL_GRAPH, graph);
  return model;
}

static void
test_functions (void)
{
  for (guint inside = 0; inside < N_INSIDE; inside++)
    for (guint levels = 1; levels < 12; levels += 2)
      check_bytes ("onnx", function_bomb (inside, levels), levels < 3 ? "" : "makes the graph too large");
}

/* A model, its graph, a node of it, or a function has very many empty fields of one number. */
static void
test_empty_fields (void)
{
  static const guint model_fields[] = { 1, 2, 7, 8, 14, 20, 25, 26 };
  static const guint graph_fields[] = { 1, 2, 5, 11, 12, 13, 14, 15 };
  static const guint node_fields[] = { 1, 2, 3, 4, 5, 6, 7, 9 };
  static const guint attribute_fields[] = { 4, 5, 6, 7, 8, 9, 10, 11, 14, 22 };
  static const guint tensor_fields[] = { 1, 4, 5, 6, 7, 9, 10, 11, 13, 16 };
  static const struct {
    const guint *fields;
    gsize n;
    guint depth;
  } kinds[] = {
    { model_fields, G_N_ELEMENTS (model_fields), 0 },   { graph_fields, G_N_ELEMENTS (graph_fields), 1 },
    { node_fields, G_N_ELEMENTS (node_fields), 2 },     { attribute_fields, G_N_ELEMENTS (attribute_fields), 3 },
    { tensor_fields, G_N_ELEMENTS (tensor_fields), 4 },
  };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (gsize f = 0; f < kinds[k].n; f++) {
      GByteArray *many = g_byte_array_new (), *graph = maker_graph (), *model = maker_model_open (8, 17);
      const guint8 field[2] = { (guint8)((kinds[k].fields[f] << 3 | 2) & 0x7f), 0 };
      const guint8 wide[3] = { (guint8)(kinds[k].fields[f] << 3 | 2 | 0x80), 1, 0 };

      for (guint i = 0; i < 1000000; i++)
        g_byte_array_append (many, kinds[k].fields[f] < 16 ? field : wide, kinds[k].fields[f] < 16 ? 2 : 3);
      if (kinds[k].depth == 0)
        g_byte_array_append (model, many->data, many->len);
      if (kinds[k].depth == 1)
        g_byte_array_append (graph, many->data, many->len);
      if (kinds[k].depth > 1) {
        GByteArray *node = maker_node ("Constant", "n", "", "y"), *attribute = g_byte_array_new ();

        nn_pb_string (attribute, 1, "value");
        if (kinds[k].depth == 2)
          g_byte_array_append (node, many->data, many->len);
        if (kinds[k].depth == 3)
          g_byte_array_append (attribute, many->data, many->len);
        if (kinds[k].depth == 4) {
          nn_pb_int (attribute, 20, 4);
          nn_pb_length (attribute, 5, many->len);
          g_byte_array_append (attribute, many->data, many->len);
        }
        nn_pb_message (node, 5, attribute);
        nn_pb_message (graph, GRAPH_NODE, node);
      }
      nn_pb_message (model, MODEL_GRAPH, graph);
      g_byte_array_unref (many);
      check_bytes ("onnx", model, "m.onnx: ");
    }
}

/* There are many small nodes in a row, or one node with many inputs or outputs. */
static void
test_many_nodes (void)
{
  for (guint way = 0; way < 4; way++) {
    GByteArray *graph = maker_graph (), *model = maker_model_open (8, 17);
    GString *names = g_string_new ("x");

    for (guint i = 0; i < (way < 2 ? 50000 : 300000); i++) {
      g_autofree gchar *from = i ? g_strdup_printf ("%u", i - 1) : g_strdup ("x"), *to = g_strdup_printf ("%u", i);

      if (way == 0)
        nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", from, i == 49999 ? "y" : to));
      else if (way == 1)
        nn_pb_message (graph, GRAPH_NODE, maker_node ("Add", "", "x,x", i == 49999 ? "y" : to));
      else
        g_string_append (names, way == 2 ? ",x" : ",");
    }
    if (way > 1)
      nn_pb_message (graph, GRAPH_NODE, maker_node ("Sum", "", names->str, "y"));
    g_string_free (names, TRUE);
    nn_pb_message (model, MODEL_GRAPH, graph);
    check_bytes ("onnx", model, "m.onnx: ");
  }
}

/* These graphs compute large constants, or grow large when a constant is lowered to the engine's own layers. */
static void
test_constants (void)
{
  static const gchar *const texts[] = {
    "in x N 3 8 8; out y; i s 2 = 11000 11000; c = ConstantOfShape s; z = ReduceSum c; y = Add x z",
    ("in x N 3 8 8; out y; i s 1 = 8000000; c = ConstantOfShape s; d = ConstantOfShape s; "
     "e = Add c d; z = ReduceSum e; y = Add x z"),
    "in x N 3 8 8; out y; f v 1 = 1; i s 2 = 9000 9000; c = Expand v s; z = ReduceSum c; y = Add x z",
    "in x N 3 8 8; out y; f v 1 1 = 1; i s 2 = 9000 9000; c = Tile v s; z = ReduceSum c; y = Add x z",
    "in x N 3 8 8; out y; i a 1 = 0; i b 1 = 90000000; i d 1 = 1; f q 0 = 0; r = Range a b d; y = Relu x",
    ("in x N 3 8 8; out y; i s 2 = 1 60000000; e = Expand g s; g = Constant, value_float 1.; "
     "h = GlobalAveragePool x; y = Flatten h"),
    ("in x N 3 8 8; out y; p = GlobalAveragePool x; q = Flatten p; f v 1 = 1; i s 2 = 1 100000000; "
     "e = Expand v s; k = ReduceMean q, axes [1], keepdims 1; m = Mul k e; y = Add m v"),
    ("in x N 3 8 8; out y; p = GlobalAveragePool x; i s 4 = 1 100000000 1 1; e = Expand p s; "
     "f v 1 = 1; y = Add e v"),
    "in x N 3 8192 8192; out y; f w 64 3 3 3; c = Conv x w; g = GlobalAveragePool c; y = Flatten g",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    GByteArray *file = g_bytes_unref_to_array (onnx_text (texts[i]));

    /* The first four are computed while the file is loaded. Some of the others are networks. */
    check_bytes ("onnx", file, i < 4 ? "too large for a file of this size" : "");
  }
}

/* --- Pickles --- */

static GByteArray *
repeated_pickle (const gchar *before, gsize n_before, const gchar *text, gsize n, guint times, const gchar *after,
                 gsize n_after)
{
  GByteArray *a = g_byte_array_new ();

  g_byte_array_append (a, (const guint8 *)before, (guint)n_before);
  for (guint i = 0; i < times; i++)
    g_byte_array_append (a, (const guint8 *)text, (guint)n);
  g_byte_array_append (a, (const guint8 *)after, (guint)n_after);
  return a;
}

/* Makes an archive as torch.save() would write it, with a deflated data.pkl and one storage of 8 bytes. */
static GByteArray *
archive_of (const GByteArray *pickle)
{
  g_autofree gchar *path = NULL, *contents = NULL;
  static const guint8 storage[8];
  GByteArray *file = g_byte_array_new ();
  zip_t *zip;
  gsize size;
  gint fd = g_file_open_tmp ("gst-resnet-XXXXXX.pth", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  zip = zip_open (path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  g_assert_nonnull (zip);
  g_assert_cmpint (zip_file_add (zip, "a/data.pkl", zip_source_buffer (zip, pickle->data, pickle->len, 0), 0), ==, 0);
  g_assert_cmpint (zip_file_add (zip, "a/data/0", zip_source_buffer (zip, storage, sizeof storage, 0), 0), ==, 1);
  g_assert_cmpint (zip_set_file_compression (zip, 0, ZIP_CM_DEFLATE, 1), ==, 0);
  g_assert_cmpint (zip_close (zip), ==, 0);
  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  g_unlink (path);
  g_byte_array_append (file, (const guint8 *)contents, (guint)size);
  return file;
}

#define P(literal) literal, sizeof literal - 1
#define STORAGE "(S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nK\2tQ"

static void
test_pickles (void)
{
  static const struct {
    const gchar *before;
    gsize n_before;
    const gchar *text;
    gsize n;
    const gchar *after;
    gsize n_after;
  } kinds[] = {
    { P ("\x80\2"), P ("N"), P (".") },
    { P ("\x80\2"), P ("("), P (".") },
    { P ("\x80\2"), P ("]"), P (".") },
    { P ("\x80\2"), P (")"), P (".") },
    { P ("\x80\2"), P ("}"), P (".") },
    { P ("\x80\4"), P ("]\x94"), P (".") },
    { P ("\x80\2N"), P ("2"), P (".") },
    { P ("\x80\2]q\0"), P ("h\0a"), P (".") },
    { P ("\x80\2]q\0N"), P ("h\0\x86"), P (".") },
    { P ("\x80\2N"), P ("\x85"), P (".") },
    { P ("\x80\2]"), P ("](NNNNe0"), P (".") },
    { P ("\x80\2]("), P ("X\0\0\0\0"), P ("e.") },
    { P ("\x80\2]("), P ("X\1\0\0\0a"), P ("e.") },
    { P ("\x80\2]("), P ("ctorch\nFloatStorage\n"), P ("e.") },
    { P ("\x80\2]("), P ("ccollections\nOrderedDict\n)R"), P ("e.") },
    { P ("\x80\2(ccollections\nOrderedDict\nq\0)q\1"), P ("h\0h\1R"), P ("e.") },
    { P ("\x80\2(ctorch._utils\n_rebuild_tensor_v2\nq\0(" STORAGE "K\0(K\2t(K\1t\x89}tq\1"), P ("h\0h\1R"), P ("l.") },
    { P ("\x80\2(ctorch._utils\n_rebuild_tensor_v2\nq\0(" STORAGE "K\0(K\2t(K\1t\x89}tq\1"), P ("h\0h\1R0"), P ("l.") },
    { P ("\x80\2(S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nK\2tq\0"), P ("h\0Q"), P ("l.") },
    { P ("\x80\2(ctorch\nSize\nq\0))\x85q\1"), P ("h\0h\1R"), P ("l.") },
    { P ("\x80\2}q\0"), P ("}b"), P (".") },
    { P ("\x80\2N"), P ("r\xff\xff\0\0"), P (".") },
  };
  static const guint times[] = { 2000000, 12000000 };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint t = 0; t < G_N_ELEMENTS (times); t++) {
      GByteArray *pickle = repeated_pickle (kinds[k].before, kinds[k].n_before, kinds[k].text, kinds[k].n,
                                            (guint)(times[t] / kinds[k].n), kinds[k].after, kinds[k].n_after);
      GByteArray *legacy = g_byte_array_new ();

      check_bytes ("pth", archive_of (pickle), "m.pth: ");
      /* the older form, which is not compressed */
      g_byte_array_append (legacy, (const guint8 *)P ("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."));
      g_byte_array_append (legacy, (const guint8 *)P ("\x80\x02M\xe9\x03.\x80\x02}."));
      g_byte_array_append (legacy, pickle->data, pickle->len);
      check_bytes ("pth", legacy, "m.pth: ");
      g_byte_array_unref (pickle);
    }
}

/* The state dict has very many tensors over one storage, or very many storages. */
static void
test_many_tensors (void)
{
  for (guint way = 0; way < 3; way++) {
    GByteArray *pickle = g_byte_array_new ();

    g_byte_array_append (pickle, (const guint8 *)P ("\x80\2ctorch._utils\n_rebuild_tensor_v2\nq\1(" STORAGE
                                                    "K\0(K\2t(K\1t\x89}tRq\2"
                                                    "0}("));
    for (guint i = 0; i < 99000; i++) {
      g_autofree gchar *text
          = way == 0   ? g_strdup_printf ("S'%u'\nh", i)
            : way == 1 ? g_strdup_printf ("S'%0500u'\nh", i)
                       : g_strdup_printf ("S'%u'\nh\1((S'storage'\nctorch\nFloatStorage\nS'%u'\nS'cpu'\nK\2tQ", i, i);

      g_byte_array_append (pickle, (const guint8 *)text, (guint)strlen (text));
      if (way < 2)
        g_byte_array_append (pickle, (const guint8 *)P ("\2"));
      else
        g_byte_array_append (pickle, (const guint8 *)P ("K\0(K\2t(K\1t\x89}tR"));
    }
    g_byte_array_append (pickle, (const guint8 *)P ("u."));
    check_bytes ("pth", archive_of (pickle), "m.pth: ");
    g_byte_array_unref (pickle);
  }
}

/* --- safetensors files --- */

static GByteArray *
safetensors_of (const gchar *header)
{
  GByteArray *file = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE ((guint64)strlen (header));

  g_byte_array_append (file, (const guint8 *)&length, sizeof length);
  g_byte_array_append (file, (const guint8 *)header, (guint)strlen (header));
  return file;
}

static void
test_headers (void)
{
  static const struct {
    const gchar *before, *text, *after;
    gsize size;
  } kinds[] = {
    { "{\"a\":[", "1,", "1]}", 15 << 20 },
    { "{\"a\":[", "[],", "1]}", 15 << 20 },
    { "{\"__metadata__\":[", "{},", "1]}", 15 << 20 },
    { "{", "\"a\":1,", "\"b\":1}", 15 << 20 },
    { "{\"a\":\"", "x", "\"}", 15 << 20 },
    { "{\"a\":", "[", "", 15 << 20 },
    { "{\"a\":[", "1,", "1]}", 40 << 20 },
    { "", "{//\"\n", "", 1 << 20 },
  };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++) {
    GString *header = g_string_new (kinds[k].before);

    while (header->len < kinds[k].size)
      g_string_append (header, kinds[k].text);
    g_string_append (header, kinds[k].after);
    check_bytes ("safetensors", safetensors_of (header->str), "m.safetensors: ");
    g_string_free (header, TRUE);
  }
  for (guint way = 0; way < 3; way++) {
    static const gchar *const formats[]
        = { "%s\"%u\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}", "%s\"%u\":1", "%s\"%u\":\"\"" };
    GString *header = g_string_new (way == 2 ? "{\"__metadata__\":{" : "{");

    for (guint i = 0; i < 99000; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_string_append_printf (header, formats[way], i ? "," : "", i);
#pragma GCC diagnostic pop
    }
    g_string_append (header, way == 2 ? "}}" : "}");
    check_bytes ("safetensors", safetensors_of (header->str), "m.safetensors: ");
    g_string_free (header, TRUE);
  }
}

/* The file has seven gigabytes that take no room on the disk. Its first bytes tell that it is no model. */
static void
test_sparse (void)
{
  static const gchar *const beginnings[] = { "", "\x1f\x8b\b", "GGUF", "not a model", "\x89HDF\r\n\x1a\n" };
  g_autofree gchar *path = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++) {
    gint fd = g_file_open_tmp ("gst-resnet-XXXXXX.pth", &path, NULL);
    g_autofree gchar *said = NULL;

    g_assert_cmpint (fd, >=, 0);
    g_assert_cmpint (write (fd, beginnings[i], strlen (beginnings[i])), ==, (gssize)strlen (beginnings[i]));
    if (ftruncate (fd, (off_t)7 << 30) < 0) {
      g_test_skip ("no file of 7 GB can be made here");
    } else {
      said = measured_load (program, "load", path, 0);
      g_assert_true (g_str_has_prefix (said, path));
    }
    close (fd);
    g_unlink (path);
    g_clear_pointer (&path, g_free);
  }
}

/* A small network runs on large images: a plan has a bound of its own. */
static void
test_large_images (void)
{
  static const gchar *const refused[] = { "run 12000", "run 16384" };
  static const gchar path[] = TEST_DATA_DIR "/family/hf-basic.safetensors";
  g_autofree gchar *good = measured_load (program, "run 128", path, 1 << 20);

  g_assert_true (g_str_has_prefix (good, "good"));
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree gchar *said = measured_load (program, refused[i], path, 0);

    if (!strstr (said, "ask for a smaller crop"))
      g_error ("said \"%s\"", said);
  }
}

int
main (int argc, char **argv)
{
  int status;

  if (measured_load_is_child (argc, argv, &status))
    return status;
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/load-floods/functions", test_functions);
  g_test_add_func ("/load-floods/empty-fields", test_empty_fields);
  g_test_add_func ("/load-floods/many-nodes", test_many_nodes);
  g_test_add_func ("/load-floods/constants", test_constants);
  g_test_add_func ("/load-floods/pickles", test_pickles);
  g_test_add_func ("/load-floods/many-tensors", test_many_tensors);
  g_test_add_func ("/load-floods/headers", test_headers);
  g_test_add_func ("/load-floods/sparse", test_sparse);
  g_test_add_func ("/load-floods/large-images", test_large_images);
  return g_test_run ();
}
