/* gst-resnet: the engine's messages reach whoever asked for them, and GLib's log as before
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/log.h>
#include <string.h>

typedef struct {
  guint n;
  GLogLevelFlags level;
  gchar *text;
} Seen;

static void
see (GLogLevelFlags level, const gchar *message, gpointer user_data)
{
  Seen *seen = user_data;

  seen->n++;
  seen->level = level;
  g_free (seen->text);
  seen->text = g_strdup (message);
}

/* The application has its own handler for the domain. */
static void
handle (const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer user_data)
{
  g_assert_cmpstr (domain, ==, "nn");
  see (level, message, user_data);
}

static void
test_nobody_asked (void)
{
  g_test_expect_message ("nn", G_LOG_LEVEL_WARNING, "a 100% plain sentence");
  nn_log (G_LOG_LEVEL_WARNING, "a %d%% plain sentence", 100);
  g_test_assert_expected_messages ();
}

static void
test_both (void)
{
  Seen ours = { 0 }, theirs = { 0 };
  guint id = g_log_set_handler ("nn", G_LOG_LEVEL_MASK, handle, &theirs);

  nn_log_set_func (see, &ours);
  nn_log (G_LOG_LEVEL_DEBUG, "%s", "100%s");
  g_assert_cmpuint (ours.n, ==, 1);
  g_assert_cmpuint (theirs.n, ==, 1);
  g_assert_cmpstr (ours.text, ==, "100%s");
  g_assert_cmpstr (theirs.text, ==, "100%s");
  g_assert_true (ours.level == G_LOG_LEVEL_DEBUG && theirs.level == G_LOG_LEVEL_DEBUG);

  nn_log_set_func (NULL, NULL);
  nn_log (G_LOG_LEVEL_DEBUG, "for GLib only");
  g_assert_cmpuint (ours.n, ==, 1);
  g_assert_cmpuint (theirs.n, ==, 2);
  g_log_remove_handler ("nn", id);
  g_free (ours.text);
  g_free (theirs.text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/nobody-asked", test_nobody_asked);
  g_test_add_func ("/log/both", test_both);
  return g_test_run ();
}
