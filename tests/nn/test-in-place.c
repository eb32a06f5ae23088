/* gst-resnet tests: images that are written where what is added to them was read
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/session.h>
#include <string.h>

#include "graph-reference.h"
#include "graph/fuse.h"
#include "model/model-private.h"
#include "model/model-struct.h"
#include "run/plan-session.h"

#define CLASSES 5
#define HEIGHT 13
#define WIDTH 11
#define IMAGES 3

/* Makes a graph up to the classifier and returns its last node. */
typedef guint (*Make) (NnGraph *graph, guint input);

/* @end: the node that is looked at; @over: the node whose place it takes, or NULL where it takes none */
typedef struct {
  const gchar *name;
  Make make;
  const gchar *end, *over;
} Case;

static guint
add (NnGraph *graph, const gchar *name, guint a, guint b)
{
  return test_add_simple (graph, NN_OP_RELU, "relu", test_add_simple (graph, NN_OP_ADD, name, a, b), NN_NO_NODE);
}

static guint
wide_node (NnGraph *graph, guint input)
{
  return test_add_conv (graph, "wide", input, 40, 1, 1, 1, TRUE);
}

/* Makes a block of the convolutions 1×1, @kernel and 1×1 beside a shortcut. */
static guint
block (NnGraph *graph, guint wide, guint kernel, guint groups)
{
  guint x = test_add_conv (graph, "reduce", wide, 16, 1, 1, 1, TRUE);

  x = test_add_conv (graph, "middle", x, 16, kernel, 1, groups, TRUE);
  x = test_add_conv (graph, "end", x, 40, 1, 1, 1, TRUE);
  return add (graph, "sum", x, wide);
}

static guint
make_block (NnGraph *graph, guint input)
{
  return block (graph, wide_node (graph, input), 3, 1);
}

static guint
make_grouped_block (NnGraph *graph, guint input)
{
  return block (graph, wide_node (graph, input), 3, 4);
}

/* Both images have a border, and the last convolution may be Winograd's. */
static guint
make_basic_block (NnGraph *graph, guint input)
{
  const guint wide = wide_node (graph, input);
  guint x = test_add_conv (graph, "middle", wide, 40, 3, 1, 1, TRUE);

  x = test_add_conv (graph, "end", x, 40, 3, 1, 1, TRUE);
  x = add (graph, "sum", x, wide);
  return test_add_conv (graph, "after", x, 16, 3, 1, 1, TRUE);
}

static guint
make_grouped_end (NnGraph *graph, guint input)
{
  const guint wide = wide_node (graph, input);
  guint x = test_add_conv (graph, "middle", wide, 40, 1, 1, 1, TRUE);

  x = test_add_conv (graph, "end", x, 40, 3, 1, 10, TRUE);
  return add (graph, "sum", x, wide);
}

/* The shortcut of the second block is the end of the first one. */
static guint
make_two_blocks (NnGraph *graph, guint input)
{
  guint x = block (graph, wide_node (graph, input), 3, 1);
  const guint first = x;

  x = test_add_conv (graph, "reduce too", x, 16, 1, 1, 1, TRUE);
  x = test_add_conv (graph, "last", x, 40, 1, 1, 1, TRUE);
  return add (graph, "sum too", first, x);
}

/* What was added is read again later. */
static guint
make_read_again (NnGraph *graph, guint input)
{
  const guint wide = wide_node (graph, input), sum = block (graph, wide, 3, 1);
  const guint after = test_add_conv (graph, "after", sum, 40, 1, 1, 1, TRUE);

  return add (graph, "sum again", after, wide);
}

/* One of the two images has a border for the node that reads it, and the other has none. */
static guint
make_other_border (NnGraph *graph, guint input)
{
  const guint wide = wide_node (graph, input);
  guint x = test_add_conv (graph, "middle", wide, 16, 3, 1, 1, TRUE);

  x = test_add_conv (graph, "end", x, 40, 1, 1, 1, TRUE);
  return add (graph, "sum", x, wide);
}

/* Every pixel is still read by its neighbours after it has been written. */
static guint
make_itself (NnGraph *graph, guint input)
{
  const guint wide = wide_node (graph, input), x = test_add_conv (graph, "end", wide, 40, 3, 1, 1, TRUE);

  return test_add_conv (graph, "after", add (graph, "sum", x, wide), 16, 3, 1, 1, TRUE);
}

/* The sum has no convolution to be fused with, because both sides are pools. */
static guint
make_sum (NnGraph *graph, guint input)
{
  const guint wide = wide_node (graph, input), a = test_add_max_pool (graph, "one", wide, 3, 1, 1);
  const guint b = test_add_max_pool (graph, "other", wide, 2, 1, 0), c = test_add_max_pool (graph, "third", b, 2, 1, 1);
  const guint sum = add (graph, "end", a, c);

  return add (graph, "twice", sum, sum);
}

static guint
make_sum_read_again (NnGraph *graph, guint input)
{
  const guint wide = wide_node (graph, input), a = test_add_max_pool (graph, "one", wide, 3, 1, 1);
  const guint b = test_add_max_pool (graph, "other", wide, 5, 1, 2);
  const guint sum = add (graph, "first", a, b), end = add (graph, "end", sum, b);

  return add (graph, "last", end, sum);
}

/* An image with a border lies where a wider one without a border was. */
static guint
make_other_form (NnGraph *graph, guint input)
{
  guint x = test_add_conv (graph, "reduce", wide_node (graph, input), 16, 1, 1, 1, TRUE);

  x = test_add_conv (graph, "end", x, 16, 1, 1, 1, TRUE);
  return test_add_conv (graph, "after", x, 16, 3, 1, 1, TRUE);
}

static const Case cases[] = {
  { "block", make_block, "end", "wide" },
  { "grouped block", make_grouped_block, "end", "wide" },
  { "basic block", make_basic_block, "end", "wide" },
  { "grouped end", make_grouped_end, "end", "wide" },
  { "two blocks", make_two_blocks, "last", "end" },
  { "read again", make_read_again, "end", NULL },
  { "other border", make_other_border, "end", NULL },
  { "itself", make_itself, "end", NULL },
  { "other form", make_other_form, "end", NULL },
  { "sum", make_sum, "end", "third" },
  { "sum, read again", make_sum_read_again, "end", "other" },
};

static const NnBuffer *
find (const NnModel *model, const NnPlan *plan, const gchar *name)
{
  const NnGraph *graph = nn_model_get_graph (model);

  for (guint i = 0; i < plan->n_buffers; i++) {
    if (g_str_equal (nn_graph_node (graph, i)->name, name))
      return &plan->buffers[i];
  }
  g_error ("no layer %s", name);
}

static gboolean
overlap (const NnPlan *plan, const NnBuffer *a, const NnBuffer *b)
{
  return a->offset < b->offset + b->size * plan->batch && b->offset < a->offset + a->size * plan->batch;
}

static void
check_places (const Case *c, const NnModel *model, const NnPlan *plan)
{
  const NnBuffer *end = find (model, plan, c->end);

  for (guint i = 0; i < plan->steps->len; i++) {
    const NnStep *step = &g_array_index (plan->steps, NnStep, i);

    if (step->kind != NN_STEP_ADD)
      g_assert_false (overlap (plan, step->out, step->in));
    if (step->out == end && !c->over)
      g_assert_false (step->residual && overlap (plan, step->out, step->residual));
  }
  if (c->over && end->offset != find (model, plan, c->over)->offset)
    g_error ("%s: %s does not lie where %s was", c->name, c->end, c->over);
}

static void
check (const Case *c, const gchar *isa)
{
  NnGraph *graph = nn_graph_new ();
  const guint last = c->make (graph, test_add_input (graph, 3));
  const guint pool = test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "pool", last, NN_NO_NODE);
  const gsize image = (gsize)3 * HEIGHT * WIDTH;
  g_autofree gdouble *expected = NULL;
  g_autoptr (NnModel) model = NULL;
  g_autoptr (GBytes) x = test_random_floats (4711, image, -1, 1);
  g_autofree gfloat *batch = g_new (gfloat, IMAGES * image);
  gdouble largest = 0;
  gsize n;

  test_add_linear (graph, "fc", pool, CLASSES);
  expected = test_run_graph (graph, HEIGHT, WIDTH, &n);
  g_assert_cmpuint (n, ==, CLASSES);
  for (guint k = 0; k < CLASSES; k++)
    largest = fmax (largest, fabs (expected[k]));
  for (guint i = 0; i < IMAGES; i++)
    memcpy (batch + i * image, g_bytes_get_data (x, NULL), image * sizeof (gfloat));
  nn_graph_fuse (graph);
  model = nn_model_new_from_graph (graph, CLASSES);

  for (guint threads = 1; threads <= 3; threads += 2) {
    const NnSessionOptions options = { .threads = threads,
                                       .max_batch = IMAGES,
                                       .height = HEIGHT,
                                       .width = WIDTH,
                                       .max_isa = isa,
                                       .precision = NN_PRECISION_HIGHEST };
    GError *error = NULL;
    g_autoptr (NnSession) session = nn_session_new (model, &options, &error);
    gfloat logits[IMAGES * CLASSES];

    g_assert_no_error (error);
    check_places (c, model, nn_plan_session (session)->run.plan);
    /* The second run finds NaN in the arena, also where borders will lie, and must not use it. */
    for (guint run = 0; run < 2; run++) {
      for (gsize i = 0; i < nn_plan_session (session)->run.plan->arena_size && run > 0; i++)
        nn_plan_session (session)->run.arena[i] = NAN;
      nn_session_run (session, batch, IMAGES, logits);
      for (guint k = 0; k < IMAGES * CLASSES; k++) {
        if (!(fabs (logits[k] - expected[k % CLASSES]) <= 4e-6 * largest))
          g_error ("%s, %u threads: logit %u is %g instead of %g", c->name, threads, k, (gdouble)logits[k],
                   expected[k % CLASSES]);
      }
    }
  }
}

static void
test_level (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (&cases[i], data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/in-place/c", "c", test_level);
  g_test_add_data_func ("/in-place/best", NULL, test_level);
  return g_test_run ();
}
