/* gst-resnet: resnet-tool's guesses of what a wrong command line meant
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-hint.h"

#include <stdio.h>
#include <string.h>

#include "tool-image-load.h"
#include "tool-text.h"

/* Longer names are not compared. The names that people type are shorter. */
#define MAX_NAME 40

static gchar
folded (gchar c)
{
  return c == '_' ? '-' : g_ascii_tolower (c);
}

guint
tool_edit_distance (const gchar *a, const gchar *b)
{
  const gsize n = strlen (a), m = strlen (b);
  guint rows[3][MAX_NAME + 1];
  gsize i, j;

  if (n > MAX_NAME || m > MAX_NAME)
    return G_MAXUINT;
  for (j = 0; j <= m; j++)
    rows[0][j] = (guint)j;
  for (i = 1; i <= n; i++) {
    guint *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

    row[0] = (guint)i;
    for (j = 1; j <= m; j++) {
      const guint differs = folded (a[i - 1]) != folded (b[j - 1]);

      row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + differs);
      if (i > 1 && j > 1 && folded (a[i - 1]) == folded (b[j - 2]) && folded (a[i - 2]) == folded (b[j - 1]))
        row[j] = MIN (row[j], above2[j - 2] + 1);
    }
  }
  return rows[n % 3][m];
}

/* Returns how many letters of a name may be wrong: half of them in short names, a third in long ones. */
static guint
most_edits (gsize length)
{
  return length < 3 ? 0 : length < 8 ? (guint)length / 2 : (guint)length / 3;
}

const gchar *
tool_closest (const gchar *given, const gchar *const *known)
{
  const gchar *best = NULL, *inside = NULL;
  guint least = most_edits (strlen (given)) + 1;

  for (; *known; known++) {
    const guint distance = tool_edit_distance (given, *known);

    if (distance < least) {
      best = *known;
      least = distance;
    } else if (best && distance == least) {
      best = NULL;
    }
    /* This finds names inside longer ones, such as num-threads and top-k-classes. The longest of them wins. */
    if (strlen (*known) > 3 && strstr (given, *known) && (!inside || strlen (*known) > strlen (inside)))
      inside = *known;
  }
  return best ? best : inside;
}

/* Returns TRUE if the first bytes of the file are those of a picture and not of a model. */
static gboolean
is_picture (const gchar *path)
{
  guint8 head[16] = { 0 };
  FILE *file;
  gsize n;

  /* A pipe is not opened, because that could wait for ever. */
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  file = fopen (path, "rb");
  if (!file)
    return FALSE;
  n = fread (head, 1, sizeof head, file);
  fclose (file);
  /* The length of a safetensors header may look like the first bytes of a picture. The text of the header follows
   * it. */
  return n == sizeof head && head[8] != '{' && tool_image_is_known (head, n);
}

static gboolean
is_model_name (const gchar *path)
{
  static const gchar *const ends[] = { ".pth", ".pt", ".safetensors", ".onnx", ".bin", ".th", ".tar" };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (path, ends[i]))
      return TRUE;
  return g_str_equal (path, "embedded");
}

static void
append_name (GString *out, const gchar *path)
{
  g_autofree gchar *display = tool_display_name (path);
  g_autofree gchar *quoted = strpbrk (display, " \t\n'\"\\$`&|;<>()*?[#~!") ? g_shell_quote (display) : NULL;

  g_string_append_printf (out, " %s", quoted ? quoted : display);
}

gchar *
tool_hint_model (const gchar *command, gchar **arguments, guint max)
{
  const gboolean picture = is_picture (arguments[0]);
  const gboolean folder = !picture && g_str_equal (command, "eval") && g_file_test (arguments[0], G_FILE_TEST_IS_DIR);
  g_autofree gchar *display = tool_display_name (arguments[0]);
  const gchar *model = "embedded";
  GString *out;
  guint i, shown = 0;

  if (!picture && !folder)
    return NULL;
  out = g_string_new (NULL);
  g_string_append_printf (out,
                          "'%s' is a %s, but the first argument is the model: a .pth, .safetensors or .onnx file, or "
                          "'embedded'",
                          display, picture ? "picture" : "folder");
  if (max < 2 || g_str_equal (command, "convert") || (picture && g_str_equal (command, "eval")))
    return g_string_free (out, FALSE);
  for (i = 1; arguments[i]; i++)
    if (is_model_name (arguments[i])) {
      model = arguments[i];
      break;
    }
  g_string_append_printf (out, "; did you mean 'resnet-tool %s", command);
  append_name (out, model);
  for (i = 0; arguments[i] && shown < MIN (2, max - 1); i++)
    if (arguments[i] != model) {
      append_name (out, arguments[i]);
      shown++;
    }
  g_string_append_printf (out, "%s'?", max > 3 && arguments[i] && arguments[i] != model ? " ..." : "");
  return g_string_free (out, FALSE);
}
