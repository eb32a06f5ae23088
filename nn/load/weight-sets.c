/* gst-resnet: which of several sets of weights in one file is taken
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/weight-sets.h"

#include <string.h>

#include "load/json-read.h"

/* The most sets that a message names. */
#define MAX_TOLD 6

void
nn_weight_sets_init (NnWeightSets *sets, const gchar *wanted)
{
  memset (sets, 0, sizeof *sets);
  sets->wanted = wanted && *wanted ? g_strdup (wanted) : NULL;
  sets->others = g_ptr_array_new_with_free_func (g_free);
}

void
nn_weight_sets_clear (NnWeightSets *sets)
{
  g_free (sets->wanted);
  g_free (sets->taken);
  g_free (sets->root);
  g_ptr_array_unref (sets->others);
}

/* Whether @name has a word that is on the list; dots, underscores and hyphens separate words. */
static gboolean
has_word (const gchar *name, const gchar *const *words)
{
  g_auto (GStrv) parts = g_strsplit_set (name, "._- ", -1);

  for (guint i = 0; parts[i]; i++)
    for (guint k = 0; words[k]; k++)
      if (g_ascii_strcasecmp (parts[i], words[k]) == 0)
        return TRUE;
  return FALSE;
}

gboolean
nn_weight_set_is_averaged (const gchar *name)
{
  static const gchar *const words[] = { "ema", "swa", "avg", "averaged", "average", "shadow", "polyak", NULL };

  return has_word (name, words);
}

gboolean
nn_weight_set_is_helper (const gchar *name)
{
  static const gchar *const words[] = { "teacher", "target", "momentum", "k", "key", "old", "frozen", NULL };

  return has_word (name, words);
}

gboolean
nn_weight_set_is_called (const gchar *name, const gchar *wanted)
{
  gsize n = strlen (name), w = strlen (wanted);

  while (w && wanted[w - 1] == '.')
    w--;
  while (n && name[n - 1] == '.')
    n--;
  return w && n >= w && !strncmp (name + n - w, wanted, w) && (n == w || name[n - w - 1] == '.');
}

void
nn_weight_sets_tell (NnWeightSets *sets, const gchar *why, GPtrArray *warnings)
{
  g_autofree gchar *taken = nn_json_shown (sets->taken);
  g_autofree gchar *first = nn_json_shown (g_ptr_array_index (sets->others, 0));
  g_autoptr (GString) others = g_string_new (NULL);

  for (guint i = 0; i < sets->others->len; i++) {
    g_autofree gchar *shown = nn_json_shown (g_ptr_array_index (sets->others, i));

    if (i == MAX_TOLD) {
      g_string_append_printf (others, " and %u more", sets->others->len - i);
      break;
    }
    g_string_append_printf (others, "%s\"%s\"", !i ? "" : i + 1 == sets->others->len ? " and " : ", ", shown);
  }
  g_ptr_array_add (warnings, g_strdup_printf ("the file holds several sets of weights, of which \"%s\" is used%s%s; it "
                                              "also has %s; the option weights takes another (weights=%s)",
                                              taken, why ? ", " : "", why ? why : "", others->str, first));
}
