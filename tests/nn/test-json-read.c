/* gst-resnet tests: the JSON reader: what is no JSON, or is too deep, is refused with its place; what is taken reads as
 * it was written
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "cpu-limit.h"
#include "load/json-read.h"
#include "load/json-write.h"

static void
expect_refused_n (const gchar *text, gsize size, const gchar *says)
{
  GError *error = NULL;
  const gdouble start = cpu_seconds ();
  /* The copy has exactly the text's size, so that a sanitizer sees what is read behind it. */
  g_autofree gchar *copy = g_memdup2 (size ? text : "x", MAX (size, 1));
  NnJsonDoc *doc = nn_json_parse (copy, size, "x.json", &error);

  if (cpu_over_limit (start, 1))
    g_error ("\"%s\" took %g s", says, cpu_seconds () - start);
  if (doc)
    g_error ("\"%.60s\" was taken", text);
  g_assert_true (error->domain == NN_ERROR);
  if (!g_str_has_prefix (error->message, "x.json") || !strstr (error->message, says))
    g_error ("\"%.60s\": \"%s\" does not say \"%s\"", text, error->message, says);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_error_free (error);
}

static void
expect_refused (const gchar *text, const gchar *says)
{
  expect_refused_n (text, strlen (text), says);
}

static void
test_bad (void)
{
  static const gchar *const bad[][2] = {
    { "", "the text is empty" },
    { " \n ", "line 2, column 2: the text is empty" },
    { "[", "ends where a value" },
    { "{", "double quotes" },
    { "]", "a value is right here" },
    { "[1,]", "line 1, column 4: a value" },
    { "[1 2]", "comma or a closing bracket" },
    { "[1}", "closing bracket" },
    { "{\"a\":1]", "closing brace" },
    { "{\"a\":1,}", "double quotes" },
    { "{\"a\"}", "colon" },
    { "{\"a\" 1}", "colon" },
    { "{a:1}", "double quotes" },
    { "{'a':1}", "double quotes" },
    { "['a']", "a value" },
    { "[1]x", "goes on" },
    { "1 2", "goes on" },
    { "{} {}", "goes on" },
    { "// x\n1", "a value" },
    { "/* x */1", "a value" },
    { "[1, // x\n2]", "a value" },
    { "[1 /* ] */, 2]", "comma" },
    { "# x\n1", "a value" },
    { "nul", "a value" },
    { "True", "a value" },
    { "NaN", "a value" },
    { "Infinity", "a value" },
    { "-", "digit" },
    { "+1", "a value" },
    { ".5", "a value" },
    { "1.", "digit" },
    { "1e", "digit" },
    { "01", "goes on" },
    { "0x10", "goes on" },
    { "\"a", "ends inside a string" },
    { "\"a\\", "no escape" },
    { "\"a\\x\"", "no escape" },
    { "\"a\nb\"", "control character" },
    { "\"\\u12\"", "hexadecimal" },
    { "\"\\u0000\"", "\\u0000" },
    { "\"\\ud800\"", "stands alone" },
    { "\"\\ud800\\u0041\"", "stands alone" },
    { "\"\\ud800\\", "stands alone" },
    { "\"\\udc00\"", "stands alone" },
    { "\"\xff\"", "UTF-8" },
    { "{\"a\":1,\"b\":2,\"a\":3}", "two members of the name \"a\"" },
    { "{\"a\":1,\"\\u0061\":2}", "two members of the name \"a\"" },
    { "[[{\"x\":[{\"b\":1,\"b\":1}]}]]", "two members of the name \"b\"" },
    { "{\"1\":1,\"2\":1,\"3\":1,\"4\":1,\"5\":1,\"6\":1,\"7\":1,\"8\":1,\"9\":1,\"10\":1,\"4\":1}", "name \"4\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    expect_refused (bad[i][0], bad[i][1]);
  expect_refused_n ("[1\0]", 4, "UTF-8");
  expect_refused_n ("\"\0\"", 3, "UTF-8");
}

/* The text is refused wherever it is cut off, and nothing behind its end is read. */
static void
test_cut (void)
{
  static const gchar text[] = "[{\"a\\u00e9\\ud83d\\ude00\":[true,false,null,-1.5e+10]},\"b\",{},[]]";

  for (gsize n = 0; n < sizeof text - 1; n++)
    expect_refused_n (text, n, "");
}

static gchar *
repeated (const gchar *text, guint n, const gchar *end)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (all, text);
  g_string_append (all, end);
  return g_string_free (all, FALSE);
}

/* The nesting is too deep, either plainly or behind something that another reader would pass over. */
static void
test_deep (void)
{
  static const gchar *const openings[]
      = { "[", "{\"a\":", "[{\"a\":", "// \"\n[", "/*\"*/[", "[/*]*/", "\\\"[", "[\"\\\"\"," };
  g_autofree gchar *just = NULL, *over = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++) {
    g_autofree gchar *deep = repeated (openings[i], 1000000, "1");

    expect_refused (deep, i < 3 || i == 7 ? "nested more than 16 deep" : "");
  }
  just = repeated ("[", NN_JSON_MAX_DEPTH, "]]]]]]]]]]]]]]]]");
  nn_json_free (nn_json_parse (just, strlen (just), "x", NULL));
  over = repeated ("[", NN_JSON_MAX_DEPTH + 1, "]]]]]]]]]]]]]]]]]");
  expect_refused (over, "nested");
}

/* g_str_hash() gives all these names one number. They are plain or have escapes, and there are as many as fit into 4
 * MB. */
static void
test_names (void)
{
  for (guint escaped = 0; escaped < 2; escaped++) {
    g_autoptr (GString) text = g_string_new ("{");
    g_autoptr (NnJsonDoc) doc = NULL;
    const gdouble start = cpu_seconds ();
    GError *error = NULL;
    guint n = 0;

    for (; text->len < 4 << 20; n++) {
      g_string_append (text, n ? ",\"" : "\"");
      for (guint bit = 0; bit < 17; bit++)
        g_string_append (text, n >> bit & 1 ? escaped ? "\\u0041a" : "Aa" : escaped ? "\\u0042@" : "B@");
      g_string_append (text, "\":1");
    }
    g_string_append_c (text, '}');
    doc = nn_json_parse (text->str, text->len, "x", &error);
    g_assert_no_error (error);
    g_assert_cmpuint (nn_json_count (nn_json_root (doc)), ==, n);
    if (cpu_over_limit (start, 1))
      g_error ("%u names took %g s", n, cpu_seconds () - start);
  }
}

static void
test_good (void)
{
  static const gchar text[]
      = "\xef\xbb\xbf {\"n\" : [0, -1, 9223372036854775806, 9223372036854775808, 1.0, 1e3, 1e999, -0.25E-1],\r\n"
        "\t\"s\": \"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\xc3\xbc\", \"\": {\"t\": true, \"f\": false}, "
        "\"z\": null}";
  static const struct {
    gboolean is_int;
    gint64 number;
    gdouble real;
  } numbers[] = {
    { TRUE, 0, 0 },  { TRUE, -1, -1 },   { TRUE, G_MAXINT64 - 1, 0x1p63 }, { FALSE, 0, 0x1p63 },
    { FALSE, 0, 1 }, { FALSE, 0, 1000 }, { FALSE, 0, (gdouble)INFINITY },  { FALSE, 0, -0.025 },
  };
  GError *error = NULL;
  g_autoptr (NnJsonDoc) doc = nn_json_parse (text, sizeof text - 1, "x", &error);
  NnJson root, n, value;
  guint i = 0;

  g_assert_no_error (error);
  root = nn_json_root (doc);
  g_assert_cmpuint (nn_json_count (root), ==, 4);
  n = nn_json_member (root, "n");
  g_assert_cmpuint (nn_json_count (n), ==, G_N_ELEMENTS (numbers));
  for (value = nn_json_first (n); nn_json_type (value); value = nn_json_next (n, value), i++) {
    gint64 number = 7;
    gdouble real;

    g_assert_cmpint (nn_json_int (value, &number), ==, numbers[i].is_int);
    g_assert_cmpint (number, ==, numbers[i].is_int ? numbers[i].number : 7);
    g_assert_true (nn_json_double (value, &real) && real == numbers[i].real);
    g_assert_null (nn_json_string (value));
    g_assert_cmpuint (nn_json_element (n, i).at, ==, value.at);
  }
  g_assert_cmpuint (i, ==, G_N_ELEMENTS (numbers));
  g_assert_cmpint (nn_json_type (nn_json_element (n, i)), ==, NN_JSON_ABSENT);
  g_assert_cmpstr (nn_json_string (nn_json_member (root, "s")), ==, "a\"\\/\b\f\n\r\té😀ü");
  value = nn_json_member (root, "");
  g_assert_cmpint (nn_json_type (nn_json_member (value, "t")), ==, NN_JSON_TRUE);
  g_assert_cmpint (nn_json_type (nn_json_member (value, "f")), ==, NN_JSON_FALSE);
  g_assert_cmpint (nn_json_type (nn_json_member (root, "z")), ==, NN_JSON_NULL);
  g_assert_cmpstr (nn_json_name (nn_json_first (root)), ==, "n");
  /* A member of an absent value is absent, too. */
  value = nn_json_member (nn_json_member (nn_json_element (nn_json_member (root, "s"), 3), "x"), "y");
  g_assert_cmpint (nn_json_type (value), ==, NN_JSON_ABSENT);
  g_assert_null (nn_json_string (value));
  g_assert_cmpuint (nn_json_count (value), ==, 0);
  g_assert_cmpint (nn_json_type (nn_json_first (value)), ==, NN_JSON_ABSENT);
}

/* What is written is read back unchanged. */
static void
test_written (void)
{
  g_autoptr (GString) text = g_string_new (NULL), json = g_string_new (NULL);
  g_autoptr (NnJsonDoc) doc = NULL;
  GError *error = NULL;

  for (gunichar c = 1; c < 0x10000; c += c < 0x800 ? 1 : 97)
    if (g_unichar_validate (c))
      g_string_append_unichar (text, c);
  nn_json_append_string (json, text->str);
  doc = nn_json_parse (json->str, json->len, "x", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (nn_json_string (nn_json_root (doc)), ==, text->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-read/bad", test_bad);
  g_test_add_func ("/json-read/cut", test_cut);
  g_test_add_func ("/json-read/deep", test_deep);
  g_test_add_func ("/json-read/names", test_names);
  g_test_add_func ("/json-read/good", test_good);
  g_test_add_func ("/json-read/written", test_written);
  return g_test_run ();
}
