/* gst-resnet: another model while frames flow: loaded and tried in a thread of its own, taken at a frame's boundary
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetswap.h"

#include <sys/stat.h>

/* Files are looked at in this interval, which works on every file system and for renames as well as writes. */
#define POLL_INTERVAL (200 * G_TIME_SPAN_MILLISECOND)
/* A file that was written to within this time may not be complete. */
#define SETTLE_TIME (500 * G_TIME_SPAN_MILLISECOND)

/* The values that differ between two states of a file. If all are zero, there is no file. */
typedef struct
{
  guint64 device, inode, size;
  gint64 mtime[2], ctime[2];
} FileState;

typedef struct
{
  FileState model, labels;
} Files;

struct _GstResnetSwap
{
  GThread *thread;
  GstResnetSwapRejected rejected;
  gpointer user_data;

  GMutex lock;
  GCond changed;
  gboolean stop, watch;
  gboolean requested;
  GstResnetSettings wanted;     /* those of the last request */
  GstResnetRunner *ready;
  GstResnetSettings ready_settings;

  /* used by the thread only */
  Files loaded;                 /* as they were when they were loaded, or refused */
  Files seen;                   /* as they were when they were last looked at */
  gint64 seen_since;
};

static void
get_state (const gchar * path, FileState * state)
{
  struct stat st;

  memset (state, 0, sizeof (*state));
  if (!path || !*path || stat (path, &st) != 0)
    return;
  state->device = st.st_dev;
  state->inode = st.st_ino;
  state->size = st.st_size;
  state->mtime[0] = st.st_mtim.tv_sec;
  state->mtime[1] = st.st_mtim.tv_nsec;
  state->ctime[0] = st.st_ctim.tv_sec;
  state->ctime[1] = st.st_ctim.tv_nsec;
}

static void
get_files (const GstResnetSettings * settings, Files * files)
{
  get_state (settings->model, &files->model);
  get_state (settings->labels, &files->labels);
}

static gboolean
is_same (const Files * a, const Files * b)
{
  return memcmp (a, b, sizeof (*a)) == 0;
}

/* Loads the model and runs the network once. */
static GstResnetRunner *
load (const GstResnetSettings * settings, GError ** error)
{
  GstResnetRunner *runner = gst_resnet_runner_new (settings, error);

  if (runner && !gst_resnet_runner_try (runner, settings, error))
    g_clear_pointer (&runner, gst_resnet_runner_free);
  return runner;
}

/* To be called with the lock, which is released while the model is loaded. */
static void
serve_request (GstResnetSwap * swap)
{
  GstResnetSettings settings = { 0, };
  GstResnetRunner *runner, *unused = NULL;
  GError *error = NULL;
  Files before, after;

  swap->requested = FALSE;
  gst_resnet_settings_copy (&settings, &swap->wanted);
  g_mutex_unlock (&swap->lock);
  get_files (&settings, &before);
  runner = load (&settings, &error);
  get_files (&settings, &after);
  swap->loaded = swap->seen = before;
  g_mutex_lock (&swap->lock);

  /* Either somebody wants another model by now, or the file was written to while it was read and must be loaded
   * again. */
  if (swap->requested || (swap->watch && !is_same (&before, &after))) {
    if (!swap->requested)
      memset (&swap->loaded, 0xff, sizeof (swap->loaded));
    unused = runner;
  } else if (runner) {
    unused = swap->ready;
    swap->ready = runner;
    gst_resnet_settings_copy (&swap->ready_settings, &settings);
  }
  g_mutex_unlock (&swap->lock);
  if (unused)
    gst_resnet_runner_free (unused);
  else if (!runner)
    swap->rejected (swap->user_data, &settings, error);
  g_clear_error (&error);
  gst_resnet_settings_clear (&settings);
  g_mutex_lock (&swap->lock);
}

/* Requests the model again if its files have changed and are complete. To be called with the lock. */
static void
look_at_files (GstResnetSwap * swap)
{
  gint64 now = g_get_monotonic_time ();
  Files files;

  get_files (&swap->wanted, &files);
  if (!is_same (&files, &swap->seen)) {
    swap->seen = files;
    swap->seen_since = now;
  }
  /* A file that is missing is probably being replaced. */
  if (swap->wanted.model && *swap->wanted.model && files.model.inode == 0)
    return;
  if (swap->wanted.labels && *swap->wanted.labels && files.labels.inode == 0)
    return;
  if (!is_same (&files, &swap->loaded)
      && now - swap->seen_since >= SETTLE_TIME)
    swap->requested = TRUE;
}

static gpointer
run (gpointer data)
{
  GstResnetSwap *swap = data;

  g_mutex_lock (&swap->lock);
  while (!swap->stop) {
    if (swap->requested) {
      serve_request (swap);
    } else if (swap->watch) {
      g_cond_wait_until (&swap->changed, &swap->lock,
          g_get_monotonic_time () + POLL_INTERVAL);
      if (!swap->stop && !swap->requested)
        look_at_files (swap);
    } else {
      g_cond_wait (&swap->changed, &swap->lock);
    }
  }
  g_mutex_unlock (&swap->lock);
  return NULL;
}

static void
discard (GstResnetSwap * swap)
{
  g_clear_pointer (&swap->ready, gst_resnet_runner_free);
  gst_resnet_settings_clear (&swap->wanted);
  gst_resnet_settings_clear (&swap->ready_settings);
  g_cond_clear (&swap->changed);
  g_mutex_clear (&swap->lock);
  g_free (swap);
}

GstResnetSwap *
gst_resnet_swap_new (const GstResnetSettings * settings,
    GstResnetSwapRejected rejected, gpointer user_data, GError ** error)
{
  GstResnetSwap *swap = g_new0 (GstResnetSwap, 1);
  GError *reason = NULL;

  swap->rejected = rejected;
  swap->user_data = user_data;
  gst_resnet_settings_copy (&swap->wanted, settings);
  get_files (settings, &swap->loaded);
  swap->seen = swap->loaded;
  g_mutex_init (&swap->lock);
  g_cond_init (&swap->changed);
  swap->thread = g_thread_try_new ("resnetclassify-load", run, swap, &reason);
  if (swap->thread)
    return swap;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_THREAD,
      "The system gives no thread to load models in while the element runs "
      "(%s)", reason->message);
  g_error_free (reason);
  discard (swap);
  return NULL;
}

void
gst_resnet_swap_free (GstResnetSwap * swap)
{
  g_mutex_lock (&swap->lock);
  swap->stop = TRUE;
  g_cond_broadcast (&swap->changed);
  g_mutex_unlock (&swap->lock);
  g_thread_join (swap->thread);
  discard (swap);
}

void
gst_resnet_swap_request (GstResnetSwap * swap,
    const GstResnetSettings * settings)
{
  g_mutex_lock (&swap->lock);
  gst_resnet_settings_copy (&swap->wanted, settings);
  swap->requested = TRUE;
  g_cond_broadcast (&swap->changed);
  g_mutex_unlock (&swap->lock);
}

void
gst_resnet_swap_set_watch (GstResnetSwap * swap, gboolean watch)
{
  g_mutex_lock (&swap->lock);
  swap->watch = watch;
  g_cond_broadcast (&swap->changed);
  g_mutex_unlock (&swap->lock);
}

gboolean
gst_resnet_swap_is_ready (GstResnetSwap * swap)
{
  gboolean ready;

  g_mutex_lock (&swap->lock);
  ready = swap->ready != NULL;
  g_mutex_unlock (&swap->lock);
  return ready;
}

GstResnetRunner *
gst_resnet_swap_take (GstResnetSwap * swap, GstResnetSettings * settings)
{
  GstResnetRunner *runner;

  g_mutex_lock (&swap->lock);
  runner = swap->ready;
  swap->ready = NULL;
  if (runner)
    gst_resnet_settings_copy (settings, &swap->ready_settings);
  g_mutex_unlock (&swap->lock);
  return runner;
}
