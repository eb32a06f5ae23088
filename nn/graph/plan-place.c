/* gst-resnet: where buffers lie in the arena
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/plan.h"

/* Gaps that are looked at before a buffer goes behind all others: a graph where so many live at once is none that
 * anybody runs, and planning it should not take minutes. */
#define MAX_LOOKS 512
#define NONE G_MAXUINT

/* What is placed: item 2 i is node i's image, 2 i + 1 its plain buffer. The live ones are a list in order of offset. */
typedef struct {
  NnPlan *plan;
  guint *next, *previous;
  gsize *offset, *end;
  guint first, last;
} Placement;

static void
insert_after (Placement *p, guint item, guint before)
{
  guint after = before == NONE ? p->first : p->next[before];

  p->previous[item] = before;
  p->next[item] = after;
  if (before == NONE)
    p->first = item;
  else
    p->next[before] = item;
  if (after == NONE)
    p->last = item;
  else
    p->previous[after] = item;
}

static void
remove_item (Placement *p, guint item)
{
  if (p->previous[item] == NONE)
    p->first = p->next[item];
  else
    p->next[p->previous[item]] = p->next[item];
  if (p->next[item] == NONE)
    p->last = p->previous[item];
  else
    p->previous[p->next[item]] = p->previous[item];
}

/* First fit: the lowest gap that is large enough. FALSE: an address over what there is. */
static gboolean
place (Placement *p, guint item, gsize size)
{
  guint before = NONE, after = p->first, looks = 0;
  gsize offset = 0;

  while (after != NONE && p->offset[after] - offset < size) {
    if (++looks == MAX_LOOKS) {
      before = p->last;
      offset = p->end[before];
      break;
    }
    before = after;
    offset = p->end[after];
    after = p->next[after];
  }
  if (offset > G_MAXSIZE / 4 / sizeof (gfloat) || size > G_MAXSIZE / 4 / sizeof (gfloat))
    return FALSE;
  p->offset[item] = offset;
  p->end[item] = offset + size;
  p->plan->arena_size = MAX (p->plan->arena_size, offset + size);
  insert_after (p, item, before);
  return TRUE;
}

/* Node @i's image and plain buffer, with room for so many images. */
static gboolean
place_node (Placement *p, guint i, guint images)
{
  NnBuffer *b = &p->plan->buffers[i];
  NnPlainBuffer *plain = &p->plan->plain[i];

  if ((b->size && !place (p, 2 * i, b->size * images + b->slack))
      || (plain->size && !place (p, 2 * i + 1, plain->size * images)))
    return FALSE;
  b->offset = p->offset[2 * i];
  plain->offset = p->offset[2 * i + 1];
  return TRUE;
}

gboolean
nn_plan_place (NnPlan *plan, const NnGraph *graph, GError **error)
{
  const guint n = plan->n_buffers;
  Placement p = { .plan = plan, .first = NONE, .last = NONE };
  g_autofree guint *last_use = nn_plan_find_last_uses (plan, graph);
  /* Nodes whose buffers are read last by node i: a list that starts at ending[i]. */
  g_autofree guint *ending = g_new (guint, n + 1), *next_ending = g_new (guint, n);
  gboolean fits = TRUE;

  p.next = g_new (guint, 2 * (gsize)n);
  p.previous = g_new (guint, 2 * (gsize)n);
  p.offset = g_new0 (gsize, 2 * (gsize)n);
  p.end = g_new0 (gsize, 2 * (gsize)n);
  for (guint i = 0; i <= n; i++)
    ending[i] = NONE;
  for (guint i = 0; i < n; i++) {
    next_ending[i] = ending[last_use[i]];
    ending[last_use[i]] = i;
  }

  /* The first nodes run several times, and what they leave for the others stays meanwhile. */
  for (guint i = 0; i < plan->split && fits; i++)
    fits = !plan->buffers[i].whole || place_node (&p, i, plan->batch);
  for (guint i = 0; i < n && fits; i++) {
    fits = (i < plan->split && plan->buffers[i].whole) || place_node (&p, i, nn_plan_images (plan, i));
    if (!fits)
      break;
    for (guint j = ending[i]; j != NONE; j = next_ending[j]) {
      if (plan->buffers[j].size)
        remove_item (&p, 2 * j);
      if (plan->plain[j].size)
        remove_item (&p, 2 * j + 1);
    }
  }
  if (!fits)
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "the activations need more memory than can be addressed");
  g_free (p.next);
  g_free (p.previous);
  g_free (p.offset);
  g_free (p.end);
  return fits;
}
