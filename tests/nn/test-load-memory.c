/* gst-resnet: how much memory a model takes while it is loaded and afterwards, in a process of its own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state-dict-maker.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED TRUE
#elif defined(__has_feature)
#define SANITIZED (__has_feature (address_sanitizer) || __has_feature (thread_sanitizer))
#else
#define SANITIZED FALSE
#endif

#define MEBIBYTE ((guint64)1 << 20)
/* The memory for stacks, labels, the graph and what malloc keeps, but not for the weights. */
#define REST (8 * MEBIBYTE)

static const gchar *program;

/* Returns a field of /proc/self/status ("VmHWM:" or "VmRSS:") in bytes, or 0 where there is none. */
static guint64
status (const gchar *field)
{
  g_autofree gchar *text = NULL;
  const gchar *at;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL) || !(at = strstr (text, field)))
    return 0;
  return g_ascii_strtoull (at + strlen (field), NULL, 10) * 1024;
}

/* Loads a model, makes a session and runs it. Prints by how much the peak grew, by how much the memory in use grew, and
 * how much the session says it takes. */
static int
child (const gchar *path)
{
  const guint64 before = status ("VmRSS:");
  /* The default precision would keep the weights for tiles beside those for float32, which may be wanted again. */
  const NnSessionOptions options = { .threads = 2, .height = 64, .width = 64, .precision = NN_PRECISION_HIGHEST };
  GError *error = NULL;
  NnModel *model = nn_model_load (path, &error);
  NnSession *session = model ? nn_session_new (model, &options, &error) : NULL;
  g_autofree gfloat *x = g_new0 (gfloat, 3 * 64 * 64);
  g_autofree gfloat *logits = NULL;

  if (!session) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  logits = g_new0 (gfloat, nn_model_get_n_outputs (model));
  nn_session_run (session, x, 1, logits);
  printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GSIZE_FORMAT "\n", status ("VmHWM:") - before,
          status ("VmRSS:") - before, nn_session_get_memory (session));
  nn_session_free (session);
  nn_model_unref (model);
  return 0;
}

/* The peak is at most 1.4 times the file, because folding gives the file's memory back. Afterwards the packed weights
 * are there, and the weights that they replace are gone. */
static void
test_bounds (void)
{
  static const TestResnet net = { .n_blocks = { 2, 2, 2, 2 },
                                  .stem = 64,
                                  .stem_kernel = 7,
                                  .bottleneck = TRUE,
                                  .inner = 64,
                                  .out = 256,
                                  .classes = 1000 };
  g_autofree gchar *folder = NULL, *path = NULL, *out = NULL, *err = NULL;
  const gchar *argv[4] = { program, "--child", NULL, NULL };
  guint64 peak, after, session, file;
  g_autoptr (GPtrArray) dict = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;
  gint wait_status;

  if (SANITIZED || status ("VmHWM:") == 0) {
    g_test_skip ("memory can be measured on Linux without sanitizers only");
    return;
  }
  dict = test_dict_new (&net);
  bytes = test_dict_to_safetensors (dict, NULL);
  file = g_bytes_get_size (bytes);
  g_assert_cmpuint (file, >, 40 * MEBIBYTE);
  folder = g_dir_make_tmp ("nn-load-memory-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "model.safetensors", NULL);
  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)file, &error);
  g_assert_no_error (error);

  argv[2] = path;
  g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &wait_status, &error);
  remove (path);
  remove (folder);
  g_assert_no_error (error);
  g_test_message ("file %" G_GUINT64_FORMAT ": peak, after, session: %s%s", file, out, err);
  g_assert_cmpint (wait_status, ==, 0);
  g_assert_cmpint (
      sscanf (out, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &peak, &after, &session), ==, 3);
  g_assert_cmpuint (session, >, file); /* it counts the packed weights */
  g_assert_cmpuint (peak, <=, file / 10 * 14 + REST);
  g_assert_cmpuint (after, <=, session + REST);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--child") == 0)
    return child (argv[2]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/load-memory/bounds", test_bounds);
  return g_test_run ();
}
