/* gst-resnet: many image files through a session, read and preprocessed beside it
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pipeline is a ring of slots, whose number is a multiple of the batch. Readers take the next file in order and
 * fill its slot. The caller's thread waits until a batch is filled, runs it, reports it in order and gives its slots
 * back. The contents of a slot do not depend on the reader that filled it, so results and their order are the same for
 * any number of threads. */
#include "tool-pipeline.h"

#include <math.h>
#include <string.h>

#include "tool-text.h"

#define MAX_BATCH 16
#define BATCH_BYTES (64u << 20)
#define BATCHES_IN_RING 3

typedef struct {
  gboolean filled;
  GError *error;
} Slot;

typedef struct {
  const gchar *const *paths;
  guint n_paths;
  guint ring; /* number of slots */
  Slot *slots;
  gfloat *tensors;
  gsize tensor_size; /* in floats */
  const ToolImageOptions *image_options;
  GMutex lock;
  GCond filled, freed;
  guint next;     /* the next file that no reader has taken */
  guint reported; /* the slots of the files before this one were given back */
} Pipeline;

typedef struct {
  Pipeline *pipeline;
  NnPreprocessor *preprocessor;
} Reader;

guint
tool_pipeline_batch (const NnPreprocess *preprocess, guint n_images)
{
  gsize bytes = sizeof (gfloat) * nn_preprocess_get_tensor_size (preprocess);

  return (guint)CLAMP (BATCH_BYTES / bytes, 1, CLAMP (n_images, 1, MAX_BATCH));
}

static gpointer
read_images (gpointer data)
{
  Reader *reader = data;
  Pipeline *p = reader->pipeline;

  g_mutex_lock (&p->lock);
  while (p->next < p->n_paths) {
    guint i = p->next++;
    Slot *slot = &p->slots[i % p->ring];
    gfloat *tensor = p->tensors + (gsize)(i % p->ring) * p->tensor_size;
    ToolImage image;

    while (i >= p->reported + p->ring)
      g_cond_wait (&p->freed, &p->lock);
    g_mutex_unlock (&p->lock);

    if (tool_image_load (p->paths[i], p->image_options, &image, &slot->error)) {
      NnImage view;

      tool_image_view (&image, &view);
      if (!nn_preprocessor_run (reader->preprocessor, &view, tensor, &slot->error))
        g_prefix_error (&slot->error, "%s: ", p->paths[i]);
    }
    tool_image_clear (&image);
    /* The batch runs as a whole. What this slot gives is thrown away. */
    if (slot->error)
      memset (tensor, 0, p->tensor_size * sizeof (gfloat));

    g_mutex_lock (&p->lock);
    slot->filled = TRUE;
    g_cond_signal (&p->filled);
  }
  g_mutex_unlock (&p->lock);
  return NULL;
}

static void
report (Pipeline *p, guint i, const gfloat *logits, guint n_classes, ToolResultFunc func, gpointer data)
{
  Slot *slot = &p->slots[i % p->ring];
  guint c;

  for (c = 0; !slot->error && c < n_classes; c++)
    if (isnan (logits[c])) {
      g_autofree gchar *display = tool_display_name (p->paths[i]);

      g_set_error (&slot->error, NN_ERROR, NN_ERROR_UNFIT, "%s: the network's answer for class %u is not a number",
                   display, c);
    }
  func (i, slot->error ? NULL : logits, slot->error, data);
  g_clear_error (&slot->error);
  slot->filled = FALSE;
}

gboolean
tool_pipeline_run (NnSession *session, guint n_classes, const NnPreprocess *preprocess, const gchar *max_isa,
                   const ToolImageOptions *image_options, guint n_readers, const gchar *const *paths, guint n_paths,
                   ToolResultFunc func, gpointer data, GError **error)
{
  const guint batch = tool_pipeline_batch (preprocess, n_paths);
  const gsize tensor_size = nn_preprocess_get_tensor_size (preprocess);
  Pipeline p = { .paths = paths,
                 .n_paths = n_paths,
                 .ring = batch * BATCHES_IN_RING,
                 .tensor_size = tensor_size,
                 .image_options = image_options };
  g_autofree gfloat *logits = g_new (gfloat, (gsize)batch * n_classes);
  g_autofree GThread **threads = NULL;
  g_autofree Reader *readers = NULL;
  guint first, i, n_started = 0;
  gboolean ok = FALSE;

  if (!n_readers)
    n_readers = nn_session_get_threads (session);
  n_readers = CLAMP (n_readers, 1, p.ring);
  n_readers = MIN (n_readers, MAX (n_paths, 1));
  threads = g_new0 (GThread *, n_readers);
  readers = g_new0 (Reader, n_readers);
  g_mutex_init (&p.lock);
  g_cond_init (&p.filled);
  g_cond_init (&p.freed);
  p.slots = g_new0 (Slot, p.ring);
  p.tensors = g_try_new (gfloat, (gsize)p.ring * tensor_size);
  if (!p.tensors) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "there is no memory for %u images of %ux%u pixels", p.ring,
                 preprocess->crop_width, preprocess->crop_height);
    goto done;
  }
  for (i = 0; i < n_readers; i++) {
    readers[i].pipeline = &p;
    readers[i].preprocessor = nn_preprocessor_new (preprocess, max_isa, error);
    if (!readers[i].preprocessor)
      goto done;
  }
  for (i = 0; i < n_readers; i++) {
    threads[i] = g_thread_try_new ("reader", read_images, &readers[i], n_started ? NULL : error);
    if (!threads[i])
      break;
    n_started++;
  }
  if (!n_started)
    goto done;

  for (first = 0; first < n_paths; first += batch) {
    guint n = MIN (batch, n_paths - first);

    g_mutex_lock (&p.lock);
    for (i = 0; i < n; i++)
      while (!p.slots[(first + i) % p.ring].filled)
        g_cond_wait (&p.filled, &p.lock);
    g_mutex_unlock (&p.lock);
    nn_session_run (session, p.tensors + (gsize)(first % p.ring) * tensor_size, n, logits);
    for (i = 0; i < n; i++)
      report (&p, first + i, logits + (gsize)i * n_classes, n_classes, func, data);
    g_mutex_lock (&p.lock);
    p.reported += n;
    g_cond_broadcast (&p.freed);
    g_mutex_unlock (&p.lock);
  }
  ok = TRUE;

done:
  for (i = 0; i < n_started; i++)
    g_thread_join (threads[i]);
  for (i = 0; i < n_readers; i++)
    g_clear_pointer (&readers[i].preprocessor, nn_preprocessor_free);
  g_free (p.tensors);
  g_free (p.slots);
  g_mutex_clear (&p.lock);
  g_cond_clear (&p.filled);
  g_cond_clear (&p.freed);
  return ok;
}
