/* gst-resnet tests: what loading a file costs, in a process of its own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "measured-load.h"

#include <nn/labels.h>
#include <nn/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu-limit.h"

/* A sanitizer takes memory of its own that goes beyond any bound. */
#define MEMORY_IS_MEASURED (CPU_LIMIT_SLOWED == 1)

static GError *
run_session (NnModel *model, guint crop)
{
  const NnSessionOptions options = { .threads = 1, .height = crop, .width = crop };
  GError *error = NULL;
  NnSession *session = nn_session_new (model, &options, &error);
  g_autofree gfloat *x = NULL, *logits = NULL;

  if (!session)
    return error;
  x = g_new0 (gfloat, 3 * (gsize)crop * crop);
  logits = g_new0 (gfloat, nn_model_get_n_outputs (model));
  nn_session_run (session, x, 1, logits);
  nn_session_free (session);
  return NULL;
}

static void
child (const gchar *action, const gchar *path)
{
  GError *error = NULL;
  NnModel *model = NULL;

  if (strcmp (action, "labels") == 0) {
    g_strfreev (nn_labels_load (path, 3, NULL, &error));
  } else {
    model = nn_model_load (path, &error);
    if (model && g_str_has_prefix (action, "run "))
      error = run_session (model, (guint)atoi (action + 4));
  }
  printf ("%s\n", error ? error->message : "good");
  for (const gchar *const *w = model ? nn_model_get_warnings (model) : NULL; w && *w; w++)
    printf ("%s\n", *w);
  if (model)
    nn_model_unref (model);
  g_clear_error (&error);
}

/* Returns the most memory that this process ever had, in kilobytes, or 0 where the system is not Linux. getrusage()
 * would count what the parent process had, too. */
static glong
peak_kilobytes (void)
{
  g_autofree gchar *text = NULL;
  const gchar *at = NULL;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    at = strstr (text, "VmHWM:");
  return at ? (glong)g_ascii_strtoll (at + 6, NULL, 10) : 0;
}

gboolean
measured_load_is_child (int argc, char **argv, int *status)
{
  gdouble seconds;
  glong peak;

  if (argc != 4 || strcmp (argv[1], "--measured") != 0)
    return FALSE;
  child (argv[2], argv[3]);
  /* The peak is read first, because measuring the machine's speed takes memory, too. */
  peak = peak_kilobytes ();
  seconds = cpu_seconds ();
  fprintf (stderr, "%g %g %ld\n", seconds, cpu_slowness (), peak);
  *status = 0;
  return TRUE;
}

gchar *
measured_load (const gchar *program, const gchar *action, const gchar *path, guint64 file_size)
{
  const gchar *argv[] = { program, "--measured", action, path, NULL };
  g_autofree gchar *err = NULL;
  gchar *out = NULL;
  GError *error = NULL;
  gdouble seconds, slowness;
  glong kilobytes;
  gint status;

  g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s %s: ended with status %d: %s%s", action, path, status, out, err);
  if (sscanf (err, "%lg %lg %ld", &seconds, &slowness, &kilobytes) != 3)
    g_error ("%s %s: said \"%s\"", action, path, err);
  g_strdelimit (out, "\n", ' ');
  g_strchomp (out);
  g_test_message ("%s %s: %.2f s, %ld kB: %.200s", action, path, seconds, kilobytes, out);
  if (seconds > CPU_LIMIT_SLOWED && seconds > CPU_LIMIT_SLOWED * slowness)
    g_error ("%s %s (%.300s): took %g s", action, path, out, seconds);
  if (MEMORY_IS_MEASURED && (guint64)kilobytes * 1024 > MEASURED_FACTOR * file_size + MEASURED_FLOOR)
    g_error ("%s %s (%.300s): %" G_GUINT64_FORMAT " bytes took %ld kB", action, path, out, file_size, kilobytes);
  return out;
}
