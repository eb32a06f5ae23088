/* gst-resnet sample: other models while a video plays
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This application plays a file, a URI or a camera through resnetclassify and asks for the next of several models every
 * few seconds. The element loads and tries each model beside the stream and takes it between two frames. It rejects a
 * model that cannot be used, and the stream goes on with the one before. Both are printed, and so is each new answer.
 *
 *   swap-model [--every=SECONDS] [--swaps=N] [--show] SOURCE MODEL MODEL...
 *
 * A model is a file, or "embedded". The exit status is 0 at the end of the source, after N swaps and after Ctrl-C. It
 * is 1 when the source or the first model cannot be used.
 */
#include <glib-unix.h>
#include <locale.h>

#include "meta/gstclassificationmeta.h"

typedef struct {
  gdouble every;
  gint swaps;
  gboolean show;
  gchar **arguments;

  gchar **models; /* the arguments after the source */
  guint n_models, next;
  gint n_answers; /* how often the element has answered a request for a model */
  GMainLoop *loop;
  GstElement *pipeline, *classifier;
  gboolean failed;
} App;

static const gchar *
get_name (const gchar *model)
{
  return model && *model ? model : "embedded";
}

static void
fail (App *app, const gchar *reason)
{
  if (!app->failed)
    g_printerr ("swap-model: %s: %s\n", app->arguments[0], reason);
  app->failed = TRUE;
  g_main_loop_quit (app->loop);
}

/* The embedded model is the one that is used when no file is named. */
static void
ask_for_model (App *app, guint n)
{
  const gchar *model = app->models[n % app->n_models];

  g_object_set (app->classifier, "model", g_str_equal (model, "embedded") ? NULL : model, NULL);
}

static gboolean
on_time (gpointer user_data)
{
  App *app = user_data;

  ask_for_model (app, app->next++);
  return G_SOURCE_CONTINUE;
}

static void
print_time (const GstStructure *structure)
{
  guint64 time = GST_CLOCK_TIME_NONE;

  gst_structure_get_uint64 (structure, "stream-time", &time);
  if (GST_CLOCK_TIME_IS_VALID (time))
    g_print ("%.3f  ", (gdouble)time / GST_SECOND);
  else
    g_print ("-  ");
}

static void
on_element_message (App *app, const GstStructure *structure)
{
  gdouble confidence = 0;

  if (gst_structure_has_name (structure, "model-updated")) {
    g_print ("model-updated  %s  %.8s -> %.8s\n", get_name (gst_structure_get_string (structure, "model")),
             gst_structure_get_string (structure, "from-sha256"), gst_structure_get_string (structure, "sha256"));
  } else if (gst_structure_has_name (structure, "model-rejected")) {
    g_print ("model-rejected  %s  %s\n", get_name (gst_structure_get_string (structure, "model")),
             gst_structure_get_string (structure, "reason"));
  } else {
    if (gst_structure_has_name (structure, GST_CLASSIFICATION_LABEL_CHANGED_NAME)) {
      gst_structure_get_double (structure, "confidence", &confidence);
      print_time (structure);
      g_print ("%s %.3f  %.8s\n", gst_structure_get_string (structure, "to"), confidence,
               gst_structure_get_string (structure, "model-sha256"));
    }
    return;
  }
  if (++app->n_answers == app->swaps)
    g_main_loop_quit (app->loop);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  App *app = user_data;
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_ELEMENT:
    if (GST_MESSAGE_SRC (message) == GST_OBJECT (app->classifier))
      on_element_message (app, gst_message_get_structure (message));
    break;
  case GST_MESSAGE_WARNING:
    gst_message_parse_warning (message, &error, NULL);
    g_printerr ("swap-model: warning: %s\n", error->message);
    break;
  case GST_MESSAGE_ERROR:
    gst_message_parse_error (message, &error, NULL);
    fail (app, error->message);
    break;
  case GST_MESSAGE_LATENCY:
    gst_bin_recalculate_latency (GST_BIN (app->pipeline));
    break;
  case GST_MESSAGE_EOS:
    g_main_loop_quit (app->loop);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  App *app = user_data;

  g_main_loop_quit (app->loop);
  return G_SOURCE_CONTINUE;
}

/* Returns the source as gst_parse_launch() takes it, or NULL after it has printed why there is none. */
static gchar *
describe_source (const gchar *source)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *uri = NULL;

  if (g_str_has_prefix (source, "/dev/video"))
    return g_strdup_printf ("v4l2src device=\"%s\"", source);
  if (g_file_test (source, G_FILE_TEST_IS_REGULAR))
    uri = gst_filename_to_uri (source, &error);
  else if (gst_uri_is_valid (source))
    uri = g_strdup (source);
  if (uri)
    return g_strdup_printf ("uridecodebin caps=\"video/x-raw(ANY)\" expose-all-streams=false uri=\"%s\"", uri);
  g_printerr ("swap-model: %s: %s\n", source, error ? error->message : "there is no such file");
  return NULL;
}

static gboolean
make_pipeline (App *app)
{
  g_autofree gchar *source = describe_source (app->arguments[0]);
  g_autofree gchar *description = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  if (!source)
    return FALSE;
  /* It plays at the source's own speed, as a camera does. Late frames go on with the last answer. */
  description
      = g_strdup_printf ("%s ! resnetclassify name=classifier post-messages=false qos=true ! %s", source,
                         app->show ? "classoverlay ! videoconvert ! autovideosink" : "fakesink sync=true qos=true");
  app->pipeline = gst_parse_launch (description, &error);
  if (!app->pipeline || error) {
    g_printerr ("swap-model: %s (GST_PLUGIN_PATH must name the folder of libgstresnet.so)\n", error->message);
    return FALSE;
  }
  app->classifier = gst_bin_get_by_name (GST_BIN (app->pipeline), "classifier");
  bus = gst_element_get_bus (app->pipeline);
  gst_bus_add_watch (bus, on_message, app);
  return TRUE;
}

static gboolean
parse_options (App *app, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "every", 'e', 0, G_OPTION_ARG_DOUBLE, &app->every, "Time between two swaps (default: 2)", "SECONDS" },
    { "swaps", 'n', 0, G_OPTION_ARG_INT, &app->swaps, "End after so many (default: 0, at the source's end)", "N" },
    { "show", 's', 0, G_OPTION_ARG_NONE, &app->show, "A window with the picture and its classes", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &app->arguments, NULL, "SOURCE MODEL MODEL..." },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Plays a source and swaps between models meanwhile.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("swap-model: %s\n", error->message);
    return FALSE;
  }
  if (!app->arguments || g_strv_length (app->arguments) < 3) {
    g_printerr ("swap-model: name a source and at least two models; --help lists the options\n");
    return FALSE;
  }
  /* (This refuses a NaN, too.) */
  if (!(app->every >= 0.001 && app->every <= 86400)) {
    g_printerr ("swap-model: --every is %g, it must be from 0.001 to 86400 seconds\n", app->every);
    return FALSE;
  }
  if (app->swaps < 0) {
    g_printerr ("swap-model: --swaps is %d, it must be 0 or more\n", app->swaps);
    return FALSE;
  }
  app->models = app->arguments + 1;
  app->n_models = g_strv_length (app->models);
  return TRUE;
}

static void
app_clear (App *app)
{
  if (app->pipeline) {
    g_autoptr (GstBus) bus = gst_element_get_bus (app->pipeline);

    gst_element_set_state (app->pipeline, GST_STATE_NULL);
    gst_bus_remove_watch (bus);
    g_clear_object (&app->classifier);
    gst_object_unref (app->pipeline);
  }
  g_main_loop_unref (app->loop);
  g_strfreev (app->arguments);
}

int
main (int argc, char **argv)
{
  App app = { .every = 2 };

  /* File names are in the user's encoding; numbers are printed with a point. */
  setlocale (LC_CTYPE, "");
  app.loop = g_main_loop_new (NULL, FALSE);
  if (parse_options (&app, &argc, &argv) && make_pipeline (&app)) {
    g_unix_signal_add (SIGINT, on_interrupt, &app);
    g_unix_signal_add (SIGTERM, on_interrupt, &app);
    ask_for_model (&app, app.next++);
    g_timeout_add ((guint)(app.every * 1000), on_time, &app);
    /* A failure posts its error on the bus, where it is handled like any other. */
    gst_element_set_state (app.pipeline, GST_STATE_PLAYING);
    g_main_loop_run (app.loop);
  } else {
    app.failed = TRUE;
  }
  app_clear (&app);
  return app.failed ? 1 : 0;
}
