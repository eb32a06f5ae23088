/* gst-resnet: what the elements of one process share: models, and runs of a group's frames
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetshare.h"

#include <string.h>

/* Images of one frame that wait for their logits, on their thread's stack. */
typedef struct _Request Request;
struct _Request
{
  Request *next;
  guint n;                      /* images, at most a batch */
  const gfloat *tensor;
  gfloat *logits;
  gboolean done;
};

struct _GstResnetGroup
{
  gchar *key;
  guint n_members, n_active;    /* under the registry's mutex and the group's */
  NnModel *model;
  NnSession *session;
  guint batch, n_outputs;
  gsize image;                  /* floats */

  GMutex mutex;
  GCond cond;
  Request *first, **last;       /* in order of arrival */
  guint n_waiting, n_requests;  /* images; threads */
  gboolean led;                 /* one of the waiting threads gathers or runs */
  gfloat *tensors, *logits;     /* of one batch; the leader's */
  guint64 runs, images;
};

typedef struct
{
  NnModel *model;
  guint n_users;
} SharedModel;

/* Both tables are a handful of entries. */
static GMutex registry_mutex;
static GList *shared_models;    /* SharedModel */
static GList *groups;           /* GstResnetGroup */

static gboolean
same_labels (const gchar * const *a, const gchar * const *b)
{
  if (!a || !b)
    return a == b;
  return g_strv_equal (a, b);
}

static gboolean
same_model (const NnModel * a, const NnModel * b)
{
  return g_str_equal (nn_model_get_sha256 (a), nn_model_get_sha256 (b))
      && strcmp (nn_model_get_variant (a), nn_model_get_variant (b)) == 0
      && same_labels (nn_model_get_labels (a), nn_model_get_labels (b))
      && nn_model_has_preprocess (a) == nn_model_has_preprocess (b)
      && memcmp (nn_model_get_preprocess (a), nn_model_get_preprocess (b),
      sizeof (NnPreprocess)) == 0;
}

NnModel *
gst_resnet_share_model (NnModel * model)
{
  SharedModel *shared;
  GList *l;

  g_mutex_lock (&registry_mutex);
  for (l = shared_models; l; l = l->next) {
    shared = l->data;
    if (same_model (shared->model, model)) {
      shared->n_users++;
      g_mutex_unlock (&registry_mutex);
      nn_model_unref (model);
      return shared->model;
    }
  }
  shared = g_new (SharedModel, 1);
  shared->model = model;
  shared->n_users = 1;
  shared_models = g_list_prepend (shared_models, shared);
  g_mutex_unlock (&registry_mutex);
  return model;
}

void
gst_resnet_share_give_back (NnModel * model)
{
  GList *l;

  g_mutex_lock (&registry_mutex);
  for (l = shared_models; l; l = l->next) {
    SharedModel *shared = l->data;

    if (shared->model != model)
      continue;
    if (--shared->n_users == 0) {
      shared_models = g_list_delete_link (shared_models, l);
      g_free (shared);
    } else {
      model = NULL;
    }
    break;
  }
  g_mutex_unlock (&registry_mutex);
  if (model)
    nn_model_unref (model);
}

guint
gst_resnet_share_get_n_users (const NnModel * model)
{
  guint n = 0;
  GList *l;

  g_mutex_lock (&registry_mutex);
  for (l = shared_models; l; l = l->next) {
    SharedModel *shared = l->data;

    if (shared->model == model)
      n = shared->n_users;
  }
  g_mutex_unlock (&registry_mutex);
  return n;
}

static void
group_free (GstResnetGroup * group)
{
  g_clear_pointer (&group->session, nn_session_free);
  g_clear_pointer (&group->model, nn_model_unref);
  g_mutex_clear (&group->mutex);
  g_cond_clear (&group->cond);
  g_free (group->tensors);
  g_free (group->logits);
  g_free (group->key);
  g_free (group);
}

static GstResnetGroup *
group_new (const gchar * key, NnModel * model,
    const NnSessionOptions * options, GError ** error)
{
  GstResnetGroup *group = g_new0 (GstResnetGroup, 1);

  group->key = g_strdup (key);
  group->model = nn_model_ref (model);
  g_mutex_init (&group->mutex);
  g_cond_init (&group->cond);
  group->last = &group->first;
  group->session = nn_session_new (model, options, error);
  if (!group->session) {
    group_free (group);
    return NULL;
  }
  group->batch = MAX (options->max_batch, 1);
  group->n_outputs = nn_model_get_n_outputs (model);
  group->image = (gsize) nn_model_get_preprocess (model)->channels
      * nn_session_get_height (group->session)
      * nn_session_get_width (group->session);
  group->tensors = g_new (gfloat, group->batch * group->image);
  group->logits = g_new (gfloat, (gsize) group->batch * group->n_outputs);
  return group;
}

GstResnetGroup *
gst_resnet_group_join (const gchar * name, NnModel * model,
    const NnSessionOptions * options, GError ** error)
{
  /* The shared model's address stands for its content. */
  gchar *key = g_strdup_printf ("%p %ux%u threads %u precision %d batch %u %s",
      model, options->height, options->width, options->threads,
      options->precision, options->max_batch, name);
  GstResnetGroup *group = NULL;
  GList *l;

  g_mutex_lock (&registry_mutex);
  for (l = groups; l && !group; l = l->next) {
    if (g_str_equal (((GstResnetGroup *) l->data)->key, key))
      group = l->data;
  }
  if (!group) {
    group = group_new (key, model, options, error);
    if (group)
      groups = g_list_prepend (groups, group);
  }
  if (group) {
    g_mutex_lock (&group->mutex);
    group->n_members++;
    g_mutex_unlock (&group->mutex);
  }
  g_mutex_unlock (&registry_mutex);
  g_free (key);
  return group;
}

void
gst_resnet_group_leave (GstResnetGroup * group)
{
  gboolean last;

  g_mutex_lock (&registry_mutex);
  g_mutex_lock (&group->mutex);
  last = --group->n_members == 0;
  g_mutex_unlock (&group->mutex);
  if (last)
    groups = g_list_remove (groups, group);
  g_mutex_unlock (&registry_mutex);
  if (last)
    group_free (group);
}

void
gst_resnet_group_set_active (GstResnetGroup * group, gboolean active)
{
  g_mutex_lock (&group->mutex);
  if (active)
    group->n_active++;
  else
    group->n_active--;
  g_cond_broadcast (&group->cond);
  g_mutex_unlock (&group->mutex);
}

/* With the mutex held, which it lets go of while it runs. */
static void
run_batch (GstResnetGroup * group)
{
  Request *first = group->first, *request, *next, *end;
  guint i, n = 0;

  for (end = first; end && n + end->n <= group->batch; end = end->next) {
    n += end->n;
    group->n_requests--;
  }
  group->first = end;
  if (!end)
    group->last = &group->first;
  group->n_waiting -= n;
  g_mutex_unlock (&group->mutex);

  for (i = 0, request = first; request != end; request = request->next) {
    memcpy (group->tensors + i * group->image, request->tensor,
        request->n * group->image * sizeof (gfloat));
    i += request->n;
  }
  nn_session_run (group->session, group->tensors, n, group->logits);
  for (i = 0, request = first; request != end; request = request->next) {
    memcpy (request->logits, group->logits + (gsize) i * group->n_outputs,
        (gsize) request->n * group->n_outputs * sizeof (gfloat));
    i += request->n;
  }

  g_mutex_lock (&group->mutex);
  for (request = first; request != end; request = next) {
    /* Once done its thread may return, and the request is gone. */
    next = request->next;
    request->done = TRUE;
  }
  group->runs++;
  group->images += n;
}

/* The first thread that waits leads: it gathers, runs, and leaves the lead to one that still waits. */
static void
run_request (GstResnetGroup * group, GstClockTime timeout, guint n,
    const gfloat * tensor, gfloat * logits)
{
  Request request = {.n = n,.tensor = tensor,.logits = logits };
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (timeout);

  g_mutex_lock (&group->mutex);
  *group->last = &request;
  group->last = &request.next;
  group->n_waiting += n;
  group->n_requests++;
  g_cond_broadcast (&group->cond);
  while (!request.done) {
    if (group->led) {
      g_cond_wait (&group->cond, &group->mutex);
      continue;
    }
    group->led = TRUE;
    while (group->n_waiting < group->batch
        && group->n_requests < group->n_active
        && g_cond_wait_until (&group->cond, &group->mutex, deadline));
    run_batch (group);
    group->led = FALSE;
    g_cond_broadcast (&group->cond);
  }
  g_mutex_unlock (&group->mutex);
}

void
gst_resnet_group_run (GstResnetGroup * group, GstClockTime timeout, guint n,
    const gfloat * tensor, gfloat * logits)
{
  while (n > 0) {
    guint now = MIN (n, group->batch);

    run_request (group, timeout, now, tensor, logits);
    tensor += now * group->image;
    logits += (gsize) now *group->n_outputs;
    n -= now;
  }
}

const NnSession *
gst_resnet_group_get_session (GstResnetGroup * group)
{
  return group->session;
}

void
gst_resnet_group_get_counts (GstResnetGroup * group, guint64 * runs,
    guint64 * images)
{
  g_mutex_lock (&group->mutex);
  *runs = group->runs;
  *images = group->images;
  g_mutex_unlock (&group->mutex);
}
