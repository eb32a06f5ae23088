/* gst-resnet: safetensors headers that contradict themselves, the file, or the format
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cpu-limit.h"
#include "load/weights-load.h"
#include "load/weights.h"

static GBytes *
make (const gchar *header, gsize n_bytes)
{
  GByteArray *a = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE ((guint64)strlen (header));
  g_autofree guint8 *data = g_malloc0 (n_bytes + 1);

  g_byte_array_append (a, (const guint8 *)&length, sizeof length);
  g_byte_array_append (a, (const guint8 *)header, (guint)strlen (header));
  g_byte_array_append (a, data, (guint)n_bytes);
  return g_byte_array_free_to_bytes (a);
}

static void
expect_refused (const gchar *header, gsize n_bytes, const gchar *says)
{
  g_autoptr (GBytes) bytes = make (header, n_bytes);
  g_autoptr (NnWeights) weights = NULL;
  g_autoptr (GError) error = NULL;
  const gdouble start = cpu_seconds ();

  weights = nn_weights_load_bytes (bytes, "x.safetensors", &error);
  if (cpu_over_limit (start, 1))
    g_error ("%.60s: %g s", header, cpu_seconds () - start);
  if (weights)
    g_error ("%.200s was taken; expected \"%s\"", header, says);
  g_assert_true (error->domain == NN_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 2000);
  if (!g_str_has_prefix (error->message, "x.safetensors: ") || !strstr (error->message, says))
    g_error ("%.200s: \"%s\" does not say \"%s\"", header, error->message, says);
}

static void
test_bad (void)
{
#define W(dtype, shape, offsets) "{\"w\": {\"dtype\": " dtype ", \"shape\": " shape ", \"data_offsets\": " offsets "}}"
  static const struct {
    const gchar *header;
    gsize n_bytes;
    const gchar *says;
  } bad[] = {
    { "{}", 0, "tensors" },
    { "{\"w\": 7}", 0, "\"w\"" },
    { "{\"w\": {}}", 0, "\"w\"" },
    { "{\"w\": {\"dtype\": \"F32\", \"shape\": [1]}}", 4, "\"w\"" },
    { "{\"__metadata__\": {\"a\": 1}}", 0, "__metadata__" },
    { "{\"__metadata__\": []}", 0, "__metadata__" },
    { W ("\"F8_E4M3\"", "[4]", "[0, 4]"), 4, "F8_E4M3" },
    { W ("\"f32\"", "[1]", "[0, 4]"), 4, "f32" },
    { W ("7", "[1]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "1", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[-1]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[1.0]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[\"1\"]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[true]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[null]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[[1]]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[1,1,1,1,1,1,1,1,1]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[2]", "[0, 4]"), 4, "\"w\"" },
    { W ("\"F32\"", "[1]", "[0, 8]"), 8, "\"w\"" },
    { W ("\"F32\"", "[1]", "[4, 0]"), 4, "\"w\"" },
    { W ("\"F32\"", "[1]", "[0, 4]"), 3, "\"w\"" },
    { W ("\"F32\"", "[1]", "[0, 4]"), 5, "bytes" },
    { W ("\"F32\"", "[1]", "[4, 8]"), 8, "\"w\"" },
    { W ("\"F32\"", "[1]", "[-4, 0]"), 4, "\"w\"" },
    { W ("\"F32\"", "[1]", "[0]"), 4, "\"w\"" },
    { W ("\"F32\"", "[1]", "[0, 4, 8]"), 8, "\"w\"" },
    { W ("\"F32\"", "[4294967296, 4294967296]", "[0, 0]"), 0, "\"w\"" },
    { W ("\"F64\"", "[2305843009213693952]", "[0, 0]"), 0, "\"w\"" },
    { W ("\"F32\"", "[99999999999999999999999999]", "[0, 0]"), 0, "x.safetensors" },
    /* an overlap and a hole */
    { "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]},"
      " \"b\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}",
      4, "overlap" },
    { "{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]},"
      " \"b\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [8, 12]}}",
      12, "hole" },
    { "{\"\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}", 4, "0 bytes" },
    { "{\"a\\u001b[2J\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}", 4, "control character" },
    /* texts that are no JSON */
    { "{\"w\": ", 0, "x.safetensors" },
    { "{]", 0, "x.safetensors" },
    { "{\"w\": \xff}", 0, "x.safetensors" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    expect_refused (bad[i].header, bad[i].n_bytes, bad[i].says);
}

static void
test_hostile (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"w\": ");
  g_autoptr (GString) dots
      = g_string_new ("{\"layer1.0.w\": {\"dtype\": \"F32\", \"shape\": [0], \"data_offsets\": [0, 0]}, \"");

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  expect_refused (deep->str, 0, "nest");

  /* a name of half a million components */
  for (guint i = 0; i < 500000; i++)
    g_string_append (dots, "a.");
  g_string_append (dots, "\": {\"dtype\": \"F32\", \"shape\": [0], \"data_offsets\": [0, 0]}}");
  expect_refused (dots->str, 0, "1000000 bytes");
}

/* The header's length is more than the file has. */
static void
test_lengths (void)
{
  static const guint64 lengths[] = { 3, 1000, 100000000, 100000001, G_MAXINT64, G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    const guint64 length = GUINT64_TO_LE (lengths[i]);
    guint8 file[10] = { 0, 0, 0, 0, 0, 0, 0, 0, '{', '}' };
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (NnWeights) weights = NULL;
    g_autoptr (GError) error = NULL;

    memcpy (file, &length, sizeof length);
    bytes = g_bytes_new (file, sizeof file);
    weights = nn_weights_load_bytes (bytes, "x.safetensors", &error);
    g_assert_null (weights);
    g_assert_true (error && error->domain == NN_ERROR);
    g_assert_true (g_str_has_prefix (error->message, "x.safetensors: "));
  }
}

/* Tensors may come in any order, and empty ones and scalars have their place, too. */
static void
test_good (void)
{
  g_autoptr (GBytes) bytes = make ("{\"b\": {\"dtype\": \"U8\", \"shape\": [2], \"data_offsets\": [4, 6]},"
                                   " \"e\": {\"dtype\": \"F32\", \"shape\": [3, 0], \"data_offsets\": [4, 4]},"
                                   " \"a\": {\"data_offsets\": [0, 4], \"shape\": [], \"dtype\": \"F32\"}}   ",
                                   6);
  GError *error = NULL;
  g_autoptr (NnWeights) weights = nn_weights_load_bytes (bytes, "x.safetensors", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (weights->tensors->len, ==, 3);
  g_assert_cmpuint (nn_weights_get (weights, "a")->n_dims, ==, 0);
  g_assert_cmpuint (nn_weights_get (weights, "a")->n_elements, ==, 1);
  g_assert_cmpfloat (nn_weights_get (weights, "a")->f32[0], ==, 0);
  g_assert_cmpuint (nn_weights_get (weights, "e")->n_elements, ==, 0);
  g_assert_cmpint (nn_weights_get (weights, "b")->i64[1], ==, 0);
}

/* g_str_hash() gives one number to names of "Ez" and "FY" in any order. They are names like others. */
static void
test_colliding_names (void)
{
  enum { PAIRS = 14 };
  GString *header = g_string_new ("{");
  const gdouble start = cpu_seconds ();

  for (guint i = 0; i < 1 << PAIRS; i++) {
    g_string_append_printf (header, "%s\"", i ? "," : "");
    for (guint bit = 0; bit < PAIRS; bit++)
      g_string_append (header, i >> bit & 1 ? "Ez" : "FY");
    g_string_append (header, "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}");
  }
  g_string_append_c (header, '}');
  expect_refused (header->str, 1, "overlap");
  if (cpu_over_limit (start, 1))
    g_error ("%d names took %g s", 1 << PAIRS, cpu_seconds () - start);
  g_string_free (header, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/bad", test_bad);
  g_test_add_func ("/safetensors/hostile", test_hostile);
  g_test_add_func ("/safetensors/lengths", test_lengths);
  g_test_add_func ("/safetensors/good", test_good);
  g_test_add_func ("/safetensors/colliding-names", test_colliding_names);
  return g_test_run ();
}
