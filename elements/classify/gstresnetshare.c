/* gst-resnet: what the elements of one process share: models, and runs of a group's frames
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetshare.h"

#include <string.h>

/* A member that this many runs in a row have waited for in vain counts as stalled. */
#define MAX_MISSED 3

/* A request has the images of one frame that wait for their logits. It lies on the stack of the thread that waits. */
typedef struct _Request Request;
struct _Request
{
  Request *next;
  GstResnetMember *member;
  guint n;                      /* the number of images, at most a batch */
  const gfloat *tensor;
  gfloat *logits;
  gboolean done;
};

/* The group's mutex guards all of these fields. */
struct _GstResnetMember
{
  GstResnetGroup *group;
  gboolean active;
  guint n_missed;               /* the number of runs that waited for it in vain since it last had images */
  gboolean waits;               /* it has images that are not run yet */
};

struct _GstResnetPatience
{
  GMutex mutex;
  gint over;                    /* also read as an atomic */
  GstResnetGroup *group;        /* the group in which a frame waits, or NULL */
};

struct _GstResnetGroup
{
  gchar *key;
  GPtrArray *members;           /* guarded by both the registry's mutex and the group's */
  NnModel *model;
  NnSession *session;
  guint batch, n_outputs;
  gsize image;                  /* floats of one image */

  GMutex mutex;
  GCond cond;
  Request *first, **last;       /* the requests in order of arrival */
  guint n_waiting, n_requests;  /* the numbers of images and of threads that wait */
  gboolean led;                 /* whether one of the waiting threads gathers or runs a batch */
  gfloat *tensors, *logits;     /* memory for one batch, which the leader uses */
  guint64 runs, images;
};

typedef struct
{
  NnModel *model;
  guint n_users;
} SharedModel;

/* Both lists have only a few entries, so they are searched from the start. */
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
  g_ptr_array_unref (group->members);
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
  group->members = g_ptr_array_new ();
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

GstResnetMember *
gst_resnet_group_join (const gchar * name, NnModel * model,
    const NnSessionOptions * options, GError ** error)
{
  /* Equal models are shared and so have one address, which therefore stands for the content. */
  gchar *key = g_strdup_printf ("%p %ux%u threads %u precision %d batch %u %s",
      model, options->height, options->width, options->threads,
      options->precision, options->max_batch, name);
  GstResnetGroup *group = NULL;
  GstResnetMember *member = NULL;
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
    member = g_new0 (GstResnetMember, 1);
    member->group = group;
    g_mutex_lock (&group->mutex);
    g_ptr_array_add (group->members, member);
    g_mutex_unlock (&group->mutex);
  }
  g_mutex_unlock (&registry_mutex);
  g_free (key);
  return member;
}

void
gst_resnet_group_leave (GstResnetMember * member)
{
  GstResnetGroup *group = member->group;
  gboolean last;

  g_mutex_lock (&registry_mutex);
  g_mutex_lock (&group->mutex);
  g_ptr_array_remove_fast (group->members, member);
  last = group->members->len == 0;
  g_cond_broadcast (&group->cond);
  g_mutex_unlock (&group->mutex);
  if (last)
    groups = g_list_remove (groups, group);
  g_mutex_unlock (&registry_mutex);
  if (last)
    group_free (group);
  g_free (member);
}

void
gst_resnet_group_set_active (GstResnetMember * member, gboolean active)
{
  g_mutex_lock (&member->group->mutex);
  member->active = active;
  member->n_missed = 0;
  g_cond_broadcast (&member->group->cond);
  g_mutex_unlock (&member->group->mutex);
}

GstResnetPatience *
gst_resnet_patience_new (void)
{
  GstResnetPatience *patience = g_new0 (GstResnetPatience, 1);

  g_mutex_init (&patience->mutex);
  return patience;
}

void
gst_resnet_patience_free (GstResnetPatience * patience)
{
  g_mutex_clear (&patience->mutex);
  g_free (patience);
}

void
gst_resnet_patience_set_over (GstResnetPatience * patience, gboolean over)
{
  g_mutex_lock (&patience->mutex);
  g_atomic_int_set (&patience->over, over);
  /* The group exists as long as a frame waits in it. */
  if (over && patience->group) {
    g_mutex_lock (&patience->group->mutex);
    g_cond_broadcast (&patience->group->cond);
    g_mutex_unlock (&patience->group->mutex);
  }
  g_mutex_unlock (&patience->mutex);
}

static void
patience_set_group (GstResnetPatience * patience, GstResnetGroup * group)
{
  g_mutex_lock (&patience->mutex);
  patience->group = group;
  g_mutex_unlock (&patience->mutex);
}

/* Returns how many members a run waits for, including those that wait themselves. To be called with the mutex. */
static guint
get_n_awaited (const GstResnetGroup * group)
{
  guint i, n = 0;

  for (i = 0; i < group->members->len; i++) {
    const GstResnetMember *member = g_ptr_array_index (group->members, i);

    n += member->active && member->n_missed < MAX_MISSED;
  }
  return n;
}

/* Notes which members had no images when the time was over and a run began without them. To be called with the
 * mutex. */
static void
note_missed (GstResnetGroup * group)
{
  guint i;

  for (i = 0; i < group->members->len; i++) {
    GstResnetMember *member = g_ptr_array_index (group->members, i);

    if (member->active && !member->waits && member->n_missed < MAX_MISSED)
      member->n_missed++;
  }
}

/* Runs the batch that has gathered. To be called with the mutex, which is released while the network runs. */
static void
run_batch (GstResnetGroup * group)
{
  Request *first = group->first, *request, *next, *end;
  guint i, n = 0;

  for (end = first; end && n + end->n <= group->batch; end = end->next) {
    n += end->n;
    end->member->waits = FALSE;
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
    /* As soon as done is set, its thread may return, and the request no longer exists. */
    next = request->next;
    request->done = TRUE;
  }
  group->runs++;
  group->images += n;
}

/* Takes @request out of those that wait. Returns FALSE if a run already has it. To be called with the mutex. */
static gboolean
take_back (GstResnetGroup * group, Request * request)
{
  Request **place = &group->first;

  while (*place && *place != request)
    place = &(*place)->next;
  if (!*place)
    return FALSE;
  *place = request->next;
  if (group->last == &request->next)
    group->last = place;
  group->n_waiting -= request->n;
  group->n_requests--;
  request->member->waits = FALSE;
  return TRUE;
}

/* The value is read without the mutex of @patience. That mutex is always taken before the mutex of a group, never after
 * it. */
static gboolean
is_over (GstResnetPatience * patience)
{
  return patience && g_atomic_int_get (&patience->over);
}

/* The first thread that waits is the leader. It gathers a batch and runs it. Then another thread that still waits
 * becomes the leader. */
static gboolean
run_request (GstResnetMember * member, GstClockTime timeout, guint n,
    const gfloat * tensor, gfloat * outputs, GstResnetPatience * patience)
{
  GstResnetGroup *group = member->group;
  Request request = {.member = member,.n = n,.tensor = tensor,
    .logits = outputs
  };
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (timeout);
  gboolean in_time = TRUE;

  g_mutex_lock (&group->mutex);
  member->n_missed = 0;
  member->waits = TRUE;
  *group->last = &request;
  group->last = &request.next;
  group->n_waiting += n;
  group->n_requests++;
  g_cond_broadcast (&group->cond);
  while (!request.done) {
    if (is_over (patience) && take_back (group, &request)) {
      g_cond_broadcast (&group->cond);
      break;
    }
    if (group->led) {
      g_cond_wait (&group->cond, &group->mutex);
      continue;
    }
    group->led = TRUE;
    while (in_time && !is_over (patience) && group->n_waiting < group->batch
        && group->n_requests < get_n_awaited (group))
      in_time = g_cond_wait_until (&group->cond, &group->mutex, deadline);
    if (!is_over (patience)) {
      if (!in_time)
        note_missed (group);
      run_batch (group);
    }
    group->led = FALSE;
    g_cond_broadcast (&group->cond);
  }
  g_mutex_unlock (&group->mutex);
  return request.done;
}

gboolean
gst_resnet_group_run (GstResnetMember * member, GstClockTime timeout, guint n,
    const gfloat * tensor, gfloat * outputs, GstResnetPatience * patience)
{
  GstResnetGroup *group = member->group;
  gboolean done = TRUE;

  if (patience)
    patience_set_group (patience, group);
  while (done && n > 0) {
    guint now = MIN (n, group->batch);

    done = run_request (member, timeout, now, tensor, outputs, patience);
    tensor += now * group->image;
    outputs += (gsize) now *group->n_outputs;
    n -= now;
  }
  if (patience)
    patience_set_group (patience, NULL);
  return done;
}

const NnSession *
gst_resnet_group_get_session (GstResnetMember * member)
{
  return member->group->session;
}

void
gst_resnet_group_get_counts (GstResnetMember * member, guint64 * runs,
    guint64 * images)
{
  GstResnetGroup *group = member->group;

  g_mutex_lock (&group->mutex);
  *runs = group->runs;
  *images = group->images;
  g_mutex_unlock (&group->mutex);
}
