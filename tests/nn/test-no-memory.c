/* gst-resnet tests: each allocation of a load, of a session and of its first run fails in turn: there is an error that
 * says so, or the right answer, and nothing is left over or aborts
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/log.h>
#include <nn/session.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/nn-memory.h"
#include "base/nn-workers.h"
#include "cpu-limit.h"

/* Loads a model, makes a session and runs it once. Returns NULL where that works, and else the error, which the caller
 * frees. */
static GError *
use_model (const gchar *path, NnPrecision precision, gfloat *first)
{
  GError *error = NULL;
  NnModel *model = nn_model_load (path, &error);
  const NnSessionOptions options = { .threads = 2, .max_batch = 2, .precision = precision, .height = 64, .width = 64 };
  NnSession *session = model ? nn_session_new (model, &options, &error) : NULL;

  g_assert_true (model || error);
  g_assert_true (!model || session || error);
  if (session) {
    g_autofree gfloat *x = g_new0 (gfloat, 2 * 3 * 64 * 64), *logits = g_new0 (gfloat, 2 * 4096);

    g_assert_cmpuint (nn_model_get_n_outputs (model), <=, 4096);
    nn_session_run (session, x, 2, logits);
    *first = logits[0];
  }
  nn_session_free (session);
  if (model)
    nn_model_unref (model);
  return error;
}

static void
check (const gchar *path, NnPrecision precision)
{
  gfloat expected = 0, highest = 0, got;
  GError *error;
  guint n_failed = 0, n = 0;

  error = use_model (path, precision, &expected);
  if (error) { /* the fixture needs another size */
    g_error_free (error);
    return;
  }
  g_assert_null (use_model (path, NN_PRECISION_HIGHEST, &highest));
  for (;; n++) {
    gboolean was_reached;

    nn_memory_fail_after ((gint)n);
    error = use_model (path, precision, &got);
    was_reached = nn_memory_fail_after (-1);
    if (!was_reached) { /* there are no more allocations */
      g_assert_no_error (error);
      break;
    }
    if (!error) { /* it did without: the same answer, or that of highest precision */
      if (got != expected)
        g_assert_cmpfloat_with_epsilon (got, highest, 1e-4f * MAX (1, ABS (highest)));
      continue;
    }
    n_failed++;
    g_assert_true (error->domain == NN_ERROR);
    if (!strstr (error->message, "memory"))
      g_error ("%s: allocation %u failed: \"%s\" does not say so", path, n, error->message);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_error_free (error);
  }
  g_test_message ("%s: %u allocations, %u errors", path, n, n_failed);
  g_assert_cmpuint (n_failed, >, 0);
}

static void
check_folder (const gchar *folder)
{
  static const gchar *const suffixes[] = { ".pth", ".safetensors", ".onnx" };
  g_autofree gchar *whole = g_build_filename (TEST_DATA_DIR, folder, NULL);
  GError *error = NULL;
  GDir *dir = g_dir_open (whole, 0, &error);
  const gchar *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)))
    for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
      if (g_str_has_suffix (name, suffixes[i]) && !g_str_has_prefix (name, "bad")) {
        g_autofree gchar *path = g_build_filename (whole, name, NULL);

        check (path, NN_PRECISION_HIGHEST);
        check (path, NN_PRECISION_HIGH);
        check (path, NN_PRECISION_MEDIUM);
        n++;
      }
  g_dir_close (dir);
  g_assert_cmpuint (n, >, 0);
}

static void
test_folder (gconstpointer folder)
{
  check_folder (folder);
}

static void
count_warning (GLogLevelFlags level, const gchar *message, gpointer n)
{
  if (level == G_LOG_LEVEL_WARNING && strstr (message, "threads"))
    (*(guint *)n)++;
}

static GLogWriterOutput
drop_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  return G_LOG_WRITER_HANDLED;
}

static void
count_task (gpointer data, guint task, guint thread)
{
  g_atomic_int_inc ((gint *)data);
}

/* There is no memory for threads, or the system gives no more of them because their stacks find no place. */
static void
test_workers (void)
{
  NnWorkers *none = NULL, *some;
  struct rlimit limit, less;
  guint n_warnings = 0;
  gint n_done = 0;
  gulong pages = 0;
  g_autofree gchar *text = NULL;

  g_assert_cmpuint (nn_workers_get_threads (none), ==, 1);
  nn_workers_run (none, count_task, &n_done, 5);
  g_assert_cmpint (n_done, ==, 5);
  nn_workers_free (none);

  if (CPU_LIMIT_SLOWED != 1 || !g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      || sscanf (text, "%lu", &pages) != 1 || getrlimit (RLIMIT_AS, &limit) < 0) {
    g_test_skip ("addresses can be limited on Linux without sanitizers only");
    return;
  }
  less = limit;
  less.rlim_cur = (rlim_t)pages * (rlim_t)sysconf (_SC_PAGESIZE) + ((rlim_t)40 << 20);
  nn_log_set_func (count_warning, &n_warnings);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &less), ==, 0);
  some = nn_workers_new (200);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  nn_log_set_func (NULL, NULL);
  g_assert_nonnull (some);
  g_assert_cmpuint (nn_workers_get_threads (some), <, 200);
  g_assert_cmpuint (n_warnings, ==, 1);
  n_done = 0;
  nn_workers_run (some, count_task, &n_done, 1000);
  g_assert_cmpint (n_done, ==, 1000);
  nn_workers_free (some);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* g_test_init() makes warnings fatal, but one is expected here. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (drop_log, NULL, NULL);
  g_test_add_data_func ("/no-memory/family", "family", test_folder);
  g_test_add_data_func ("/no-memory/onnx", "onnx", test_folder);
  g_test_add_func ("/no-memory/workers", test_workers);
  return g_test_run ();
}
