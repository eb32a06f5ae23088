/* gst-resnet: where buffers lie in the arena
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-place.h"

#include "plan/plan-stages.h"

/* After this many gaps a buffer is put behind all others: nobody runs a graph where so many buffers live at once, and
 * planning it should not take minutes. */
#define MAX_LOOKS 512
#define NONE G_MAXUINT

/* Item 2 i is the image of node i, and item 2 i + 1 is its plain buffer. The live items are a list in the order of
 * their offsets.
 * @overwritten: the node whose place node i's image takes, or NONE; @taken: whether a later node takes the place of
 * node i's image */
typedef struct {
  NnPlan *plan;
  guint *next, *previous, *overwritten;
  gboolean *taken;
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

/* Puts an item into the lowest gap that is large enough (first fit). Returns FALSE where its address would be beyond
 * what can be addressed. */
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

/* Puts @item where @old lies, which is no longer needed. */
static void
take_over (Placement *p, guint item, guint old)
{
  const guint before = p->previous[old];

  p->offset[item] = p->offset[old];
  p->end[item] = p->end[old];
  remove_item (p, old);
  insert_after (p, item, before);
}

/* Returns how many images a node's buffer has room for. */
static guint
room (const NnPlan *plan, guint node)
{
  return plan->buffers[node].whole ? plan->batch : nn_plan_images (plan, node);
}

/* Returns whether images of nodes @i and @j have the same size and lie in their buffers in the same way. */
static gboolean
alike (const NnPlan *plan, guint i, guint j)
{
  const NnBuffer *a = &plan->buffers[i], *b = &plan->buffers[j];

  return a->size > 0 && a->size == b->size && a->pixel == b->pixel && a->border == b->border && a->row == b->row
         && a->height == b->height && a->slack == b->slack && room (plan, i) == room (plan, j);
}

/* Returns whether node @i may write where it reads node @input: it works element by element, it is the last node to
 * read @input, and both images lie in their buffers in the same way. */
static gboolean
may_overwrite (const NnPlan *plan, const guint *last_use, guint i, guint input)
{
  return input != NN_NO_NODE && last_use[input] == i && alike (plan, input, i) && !plan->buffers[i].whole;
}

/* Returns the input whose place node @i's image takes, or NONE: it is what is added to a convolution's sums or to
 * another image. A block that ends with a sum so touches one wide image instead of two. */
static guint
find_overwritten (const NnPlan *plan, const NnGraph *graph, const guint *last_use, guint i)
{
  const NnNode *node = nn_graph_node (graph, i);

  /* The network's output may have a form of its own. */
  if ((node->op != NN_OP_CONV && node->op != NN_OP_ADD) || i + 1 == plan->n_buffers)
    return NONE;
  if (node->inputs[1] != node->inputs[0] && may_overwrite (plan, last_use, i, node->inputs[1]))
    return node->inputs[1];
  if (node->op == NN_OP_ADD && may_overwrite (plan, last_use, i, node->inputs[0]))
    return node->inputs[0];
  return NONE;
}

/* Places node @i's image and its plain buffer, with room for this many images. */
static gboolean
place_node (Placement *p, guint i, guint images)
{
  NnBuffer *b = &p->plan->buffers[i];
  NnPlainBuffer *plain = &p->plan->plain[i];

  if (p->overwritten[i] != NONE)
    take_over (p, 2 * i, 2 * p->overwritten[i]);
  else if (b->size && !place (p, 2 * i, b->size * images + b->slack))
    return FALSE;
  if (plain->size && !place (p, 2 * i + 1, plain->size * images))
    return FALSE;
  b->offset = p->offset[2 * i];
  plain->offset = p->offset[2 * i + 1];
  return TRUE;
}

/* Returns whether the last node that wrote where node @i's image lies, of those that run in the same pass, wrote an
 * image that lies there in the same way. */
static gboolean
border_stays (const NnPlan *plan, guint i)
{
  const NnBuffer *b = &plan->buffers[i];
  const guint begin = i < plan->split ? 0 : plan->split;
  const gsize end = b->offset + b->size * room (plan, i) + b->slack;

  if (b->border == 0 || b->whole)
    return FALSE;
  for (guint j = i, looks = 0; j-- > begin && looks < MAX_LOOKS; looks++) {
    const NnBuffer *a = &plan->buffers[j];
    const NnPlainBuffer *plain = &plan->plain[j];

    if (plain->size && plain->offset < end && plain->offset + plain->size * room (plan, j) > b->offset)
      return FALSE;
    if (a->size && a->offset < end && a->offset + a->size * room (plan, j) + a->slack > b->offset)
      return a->offset == b->offset && !a->whole && alike (plan, i, j);
  }
  return FALSE;
}

gboolean
nn_plan_place (NnPlan *plan, const NnGraph *graph, GError **error)
{
  const guint n = plan->n_buffers;
  Placement p = { .plan = plan, .first = NONE, .last = NONE };
  g_autofree guint *last_use = nn_plan_find_last_uses (plan, graph);
  /* The nodes whose buffers are last read by node i are a list that starts at ending[i]. */
  g_autofree guint *ending = g_new (guint, n + 1), *next_ending = g_new (guint, n);
  gboolean fits = TRUE;

  p.next = g_new (guint, 2 * (gsize)n);
  p.previous = g_new (guint, 2 * (gsize)n);
  p.offset = g_new0 (gsize, 2 * (gsize)n);
  p.end = g_new0 (gsize, 2 * (gsize)n);
  p.overwritten = g_new (guint, n);
  p.taken = g_new0 (gboolean, n);
  for (guint i = 0; i <= n; i++)
    ending[i] = NONE;
  for (guint i = 0; i < n; i++) {
    p.overwritten[i] = find_overwritten (plan, graph, last_use, i);
    if (p.overwritten[i] != NONE)
      p.taken[p.overwritten[i]] = TRUE;
    next_ending[i] = ending[last_use[i]];
    ending[last_use[i]] = i;
  }

  /* The first nodes run several times, and what they leave for the others must stay in the meantime. */
  for (guint i = 0; i < plan->split && fits; i++)
    fits = !plan->buffers[i].whole || place_node (&p, i, plan->batch);
  for (guint i = 0; i < n && fits; i++) {
    fits = (i < plan->split && plan->buffers[i].whole) || place_node (&p, i, nn_plan_images (plan, i));
    if (!fits)
      break;
    for (guint j = ending[i]; j != NONE; j = next_ending[j]) {
      if (plan->buffers[j].size && !p.taken[j])
        remove_item (&p, 2 * j);
      if (plan->plain[j].size)
        remove_item (&p, 2 * j + 1);
    }
  }
  for (guint i = 0; i < n && fits; i++)
    plan->buffers[i].border_stays = border_stays (plan, i);
  if (!fits)
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "the activations need more memory than can be addressed");
  g_free (p.next);
  g_free (p.previous);
  g_free (p.offset);
  g_free (p.end);
  g_free (p.overwritten);
  g_free (p.taken);
  return fits;
}
