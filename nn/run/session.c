/* gst-resnet: executes a plan
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>

#include <string.h>

#include "base/nn-clock.h"
#include "base/nn-memory.h"
#include "model/model-private.h"
#include "run/peak.h"
#include "run/pooled-rows.h"
#include "run/session-private.h"
#include "run/step-bf16.h"
#include "run/step-winograd.h"

/* Other buffers share the memory, so the border is made again where the last one to lie there was not alike. */
static void
zero_border (const NnSession *session, const NnBuffer *b, guint images)
{
  if (b->border == 0 || b->border_stays)
    return;
  for (guint i = 0; i < images; i++) {
    gfloat *image = nn_image_of (session, b, i);
    const gsize side = b->border * b->pixel;

    memset (image, 0, (b->border * b->row + side) * sizeof (gfloat));
    for (guint y = 0; y + 1 < b->height; y++)
      memset (image + (b->border + y + 1) * b->row - side, 0, 2 * side * sizeof (gfloat));
    memset (image + (b->border + b->height) * b->row - side, 0, (b->border * b->row + side) * sizeof (gfloat));
  }
}

/* NCHW planes → NHWC; a task is a row of an image. */
static void
input_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *b = run->session->plan->input;
  const guint image = task / b->height, y = task % b->height;
  const gsize plane = (gsize)b->height * b->width;
  const gfloat *in = run->input + (gsize)image * b->channels * plane + (gsize)y * b->width;
  gfloat *out = nn_image_of (run->session, b, image) + b->origin + y * b->row;

  if (b->channels == 3) { /* nearly always; compilers make vectors of it */
    const gfloat *restrict r = in, *restrict g = in + plane, *restrict blue = in + 2 * plane;

    for (guint x = 0; x < b->width; x++, out += b->pixel) {
      out[0] = r[x];
      out[1] = g[x];
      out[2] = blue[x];
    }
    return;
  }
  for (guint x = 0; x < b->width; x++) {
    for (guint c = 0; c < b->channels; c++)
      out[x * b->pixel + c] = in[c * plane + x];
  }
}

/* @out: image @image's, or where it would begin if the rows that are written were a part of it. */
static void
conv_block (const NnRun *run, guint thread, const NnConvBlock *block, guint image, gfloat *out, guint first, guint n)
{
  const NnSession *session = run->session;
  const NnStep *step = run->step;
  const NnConvArgs args = {
    .in = nn_image_of (session, step->in, image),
    .out = out + block->first_channel,
    .residual = step->residual ? nn_image_of (session, step->residual, image) + block->first_channel : NULL,
    .in_offset = step->in_offset,
    .out_offset = step->out_offset,
    .residual_offset = step->residual_offset,
    .weights = block->weights,
    .bias = block->bias,
    .next = step->all_blocks || block + 1 == step->blocks + step->n_blocks ? NULL : block[1].weights,
    .segment_offset = block->segment_offset,
    .n_segments = step->n_segments,
    .segment_length = step->segment_length,
    .n_adjoining = step->inputs_adjoin ? step->n_pixels : 0,
    .channels = block->channels,
    .relu = step->relu,
    .scratch = session->scratch ? session->scratch + thread * session->scratch_size : NULL,
  };

  block->variant->func (&args, first, n);
}

/* Tasks count pixels fastest, then images, then blocks: neighbours in time share their weights. */
static void
conv_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const guint pixels = step->batch_is_pixels ? run->images : step->n_pixels;
  const guint images = step->batch_is_pixels ? 1 : run->images;
  const guint first = task % step->n_chunks * step->chunk;
  const guint image = task / step->n_chunks % images;
  guint block = task / step->n_chunks / images;
  gfloat *out = nn_image_of (run->session, step->out, image);

  if (first >= pixels)
    return;
  if (!step->all_blocks) {
    conv_block (run, thread, &step->blocks[block], image, out, first, MIN (step->chunk, pixels - first));
    return;
  }
  for (block = 0; block < step->n_blocks; block++)
    conv_block (run, thread, &step->blocks[block], image, out, first, MIN (step->chunk, pixels - first));
}

/* @source: where pixel (0, 0) of @in is, or would be. */
static NnWindowArgs
window_args (const NnRun *run, const gfloat *source, const NnBuffer *in, const NnBuffer *out, const NnWindow *window,
             guint image)
{
  return (NnWindowArgs){
    .in = source,
    .out = nn_image_of (run->session, out, image) + out->origin,
    .in_row = in->row,
    .in_pixel = in->pixel,
    .out_row = out->row,
    .out_pixel = out->pixel,
    .out_width = out->width,
    .channels = (guint)out->lanes,
    .window = *window,
  };
}

/* A row of a pool's output. */
static void
window_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const guint image = task / step->out->height;
  const gfloat *source = nn_image_of (run->session, step->in, image) + step->in->origin;
  NnWindowArgs args = window_args (run, source, step->in, step->out, &step->window, image);

  args.count_pad = step->node->count_pad;
  if (step->kind == NN_STEP_AVG_POOL)
    run->session->plan->pool.avg_pool_row (&args, task % step->out->height);
  else
    run->session->plan->pool.max_pool_row (&args, task % step->out->height);
}

/* A band of the pool's rows, and before them those of the convolution that they read. */
static void
pooled_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnSession *session = run->session;
  const NnStep *step = run->step;
  const NnPooledConv *pooled = step->pooled;
  const NnBuffer *in = step->out;
  NnPooledRows rows;
  NnWindowArgs args;
  gfloat *image;

  nn_pooled_rows (step, task, session->scratch + thread * session->scratch_size, 1, in->row, &rows);
  image = rows.memory - rows.band.begin_in * in->row;
  for (guint block = 0; block < step->n_blocks && rows.missing < rows.band.end_in; block++)
    conv_block (run, thread, &step->blocks[block], rows.band.image, image, rows.missing * in->width,
                (rows.band.end_in - rows.missing) * in->width);
  args = window_args (run, image, in, pooled->out, &pooled->window, rows.band.image);
  for (guint y = rows.band.first; y < rows.band.end; y++)
    session->plan->pool.max_pool_row (&args, y);
}

static void
average_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *in = run->step->in, *out = run->step->out;

  run->session->plan->pool.global_avg_pool (nn_image_of (run->session, in, task) + in->origin, in->row, in->pixel,
                                            in->height, in->width, (guint)in->lanes,
                                            nn_image_of (run->session, out, task) + out->origin);
}

/* A row: each pixel times the factors, which are one pixel. */
static void
scale_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *in = step->in, *factors = step->residual, *out = step->out;
  const guint image = task / out->height, y = task % out->height;

  run->session->plan->pool.scale (nn_image_of (run->session, in, image) + in->origin + y * in->row,
                                  nn_image_of (run->session, factors, image) + factors->origin, out->width,
                                  (guint)out->pixel,
                                  nn_image_of (run->session, out, image) + out->origin + y * out->row);
}

static void
sigmoid_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *in = run->step->in, *out = run->step->out;
  const guint image = task / out->height, y = task % out->height;

  run->session->plan->pool.sigmoid (nn_image_of (run->session, in, image) + in->origin + y * in->row,
                                    out->width * out->pixel,
                                    nn_image_of (run->session, out, image) + out->origin + y * out->row);
}

static void
add_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *in = step->in, *residual = step->residual, *out = step->out;
  const guint image = task / out->height, y = task % out->height;

  run->session->plan->pool.add (
      nn_image_of (run->session, in, image) + in->origin + y * in->row,
      residual ? nn_image_of (run->session, residual, image) + residual->origin + y * residual->row : NULL,
      out->width * out->pixel, step->relu, nn_image_of (run->session, out, image) + out->origin + y * out->row);
}

static void
run_step (NnRun *run)
{
  NnSession *session = run->session;
  const NnStep *step = run->step;

  if (step->kind != NN_STEP_PLAIN && step->kind != NN_STEP_TO_PLAIN)
    zero_border (session, step->pooled ? step->pooled->out : step->out, run->images);
  switch (step->kind) {
  case NN_STEP_CONV: {
    const guint n
        = step->n_chunks * (step->batch_is_pixels ? 1 : run->images) * (step->all_blocks ? 1 : step->n_blocks);

    if (step->pooled)
      nn_pooled_run (step, session->workers, pooled_task, run, run->images, session->scratch, session->scratch_size);
    else
      nn_workers_run (session->workers, conv_task, run, n);
    break;
  }
  case NN_STEP_WINOGRAD:
    nn_winograd_step_run (session->workers, step, session->arena, session->scratch, session->scratch_size,
                          session->shared_scratch, session->first, run->images);
    break;
  case NN_STEP_MAX_POOL:
  case NN_STEP_AVG_POOL:
    nn_workers_run (session->workers, window_task, run, run->images * step->out->height);
    break;
  case NN_STEP_SIGMOID:
    nn_workers_run (session->workers, sigmoid_task, run, run->images * step->out->height);
    break;
  case NN_STEP_SCALE:
    nn_workers_run (session->workers, scale_task, run, run->images * step->out->height);
    break;
  case NN_STEP_GLOBAL_AVG_POOL:
    nn_workers_run (session->workers, average_task, run, run->images);
    break;
  case NN_STEP_ADD:
    nn_workers_run (session->workers, add_task, run, run->images * step->out->height);
    break;
  case NN_STEP_AFFINE:
    nn_workers_run (session->workers, nn_affine_task, run, run->images * step->out->height);
    break;
  case NN_STEP_CONCAT:
    nn_workers_run (session->workers, nn_concat_task, run, run->images * step->out->height);
    break;
  case NN_STEP_ELEMENTWISE:
    nn_workers_run (session->workers, nn_elementwise_task, run, run->images * step->out->height);
    break;
  case NN_STEP_PLAIN:
    nn_workers_run (session->workers, nn_plain_task, run, run->images);
    break;
  case NN_STEP_TO_PLAIN:
    nn_workers_run (session->workers, nn_to_plain_task, run, run->images * step->out->height);
    break;
  case NN_STEP_TO_IMAGE:
    nn_workers_run (session->workers, nn_to_image_task, run, run->images * step->out->height);
    break;
  }
}

/* Steps from @begin to before @end, on images of the batch from @first on; @batch_first: of the call's images. */
static void
run_steps (NnSession *session, NnRun *run, guint begin, guint end, guint batch_first)
{
  const NnPlan *plan = session->plan;
  NnBf16Run tile = {
    plan, session->workers, session->arena, session->scratch, session->scratch_size, run->input, run->images, NULL
  };

  for (guint i = begin; i < end; i++) {
    const gdouble start = session->profiling ? nn_seconds () : 0;

    run->step = &g_array_index (plan->steps, NnStep, i);
    if (plan->tile.conv)
      nn_bf16_run_step (&tile, run->step);
    else
      run_step (run);
    if (session->feature_map && run->step->kind == NN_STEP_GLOBAL_AVG_POOL && run->step->in == session->feature_buffer)
      nn_session_store_feature_map (session, batch_first + session->first, run->images);
    if (session->profiling)
      session->seconds[i] += nn_seconds () - start;
  }
}

static void
run_input (NnSession *session, NnRun *run)
{
  const NnPlan *plan = session->plan;
  NnBf16Run tile = {
    plan, session->workers, session->arena, session->scratch, session->scratch_size, run->input, run->images, NULL
  };

  if (plan->tile.conv) {
    nn_bf16_run_input (&tile);
    return;
  }
  zero_border (session, plan->input, run->images);
  nn_workers_run (session->workers, input_task, run, run->images * plan->input->height);
}

/* The first steps some images at a time, passes of about the same size; the others all. */
static void
run_images (NnSession *session, const gfloat *input, guint first, guint images, gfloat *logits)
{
  const NnPlan *plan = session->plan;
  const gsize image = (gsize)3 * session->height * session->width;
  const guint n_passes = plan->split > 0 ? (images + plan->inner - 1) / plan->inner : 1;
  NnRun run = { .session = session };

  for (guint pass = 0; pass < n_passes; pass++) {
    session->first = (guint)((guint64)images * pass / n_passes);
    run.images = (guint)((guint64)images * (pass + 1) / n_passes) - session->first;
    run.input = input + session->first * image;
    run_input (session, &run);
    run_steps (session, &run, 0, plan->n_inner_steps, first);
  }
  session->first = 0;
  run.images = images;
  run_steps (session, &run, plan->n_inner_steps, plan->steps->len, first);
  for (guint i = 0; i < images; i++)
    memcpy (logits + (gsize)i * session->n_classes,
            plan->output_is_plain ? nn_plain_of (session, plan->n_buffers - 1, i)
                                  : nn_image_of (session, plan->output, i) + plan->output->origin,
            session->n_classes * sizeof (gfloat));
}

void
nn_session_run (NnSession *session, const gfloat *input, guint batch, gfloat *logits)
{
  const gsize image = (gsize)3 * session->height * session->width;
  const guint n_parts = (batch + session->plan->batch - 1) / session->plan->batch;

  g_return_if_fail (batch >= 1 && batch <= session->max_batch);
  if (session->profiling)
    memset (session->seconds, 0, session->plan->steps->len * sizeof (gdouble));
  /* Parts of about the same size. */
  for (guint part = 0; part < n_parts; part++) {
    const guint first = (guint)((guint64)batch * part / n_parts), end = (guint)((guint64)batch * (part + 1) / n_parts);

    run_images (session, input + first * image, first, end - first, logits + (gsize)first * session->n_classes);
  }
}

void
nn_session_run_tasks (NnSession *session, NnSessionFunc func, gpointer data, guint n)
{
  nn_workers_run (session->workers, func, data, n);
}

/* One number a class, whatever the dimensions of 1 around it. */
static gboolean
check_output (const NnSession *session, GError **error)
{
  const NnPlan *plan = session->plan;
  const NnBuffer *out = plan->output;
  gsize n = (gsize)out->channels * out->height * out->width;

  if (plan->output_is_plain) {
    const NnValue *value = &g_array_index (plan->steps, NnStep, plan->steps->len - 1).operands.out[0];

    n = nn_dtype_is_float (value->dtype) ? value->n_elements : 0;
  }
  if (n == session->n_classes && (plan->output_is_plain || (out->height == 1 && out->width == 1)))
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "with an input of %u × %u the network's last layer gives %u × %u × %u (%" G_GSIZE_FORMAT
               " numbers), not %u logits",
               session->height, session->width, out->channels, out->height, out->width, n, session->n_classes);
  return FALSE;
}

/* The plan for what was asked for; float32 where this machine or this network has nothing faster. */
static const NnPlan *
get_plan (NnSession *session, NnPrecision asked, NnBf16Init init, gboolean direct, GError **error)
{
  NnPlanCache *plans = nn_model_get_plans (session->model);
  const NnGraph *graph = nn_model_get_graph (session->model);
  const guint threads = nn_workers_get_threads (session->workers), products = asked == NN_PRECISION_MEDIUM ? 1 : 3;
  NnBf16Kernels tile;

  if (asked != NN_PRECISION_HIGHEST && init (&tile, session->isa, products)) {
    GError *why = NULL;
    const NnPlan *plan = nn_plan_cache_get (plans, graph, session->height, session->width, session->max_batch, threads,
                                            session->isa, &tile, FALSE, session->workers, &why);

    if (plan) {
      session->precision = products == 1 ? NN_PRECISION_MEDIUM : NN_PRECISION_HIGH;
      return plan;
    }
    g_debug ("precision %s runs as highest: %s", nn_precision_to_string (asked), why->message);
    g_error_free (why);
  }
  session->precision = NN_PRECISION_HIGHEST;
  return nn_plan_cache_get (plans, graph, session->height, session->width, session->max_batch, threads, session->isa,
                            NULL, direct, session->workers, error);
}

NnSession *
nn_session_make (NnModel *model, const NnSessionOptions *options, NnBf16Init init, gboolean direct, GError **error)
{
  static const NnSessionOptions defaults = { 0 };
  const guint crop = nn_model_get_preprocess (model)->crop;
  NnSession *session = g_new0 (NnSession, 1);
  guint threads;

  if (!options)
    options = &defaults;
  threads = options->threads > 0 ? options->threads : nn_cpu_count ();
  session->model = nn_model_ref (model);
  session->max_batch = MAX (options->max_batch, 1);
  session->height = options->height > 0 ? options->height : crop;
  session->width = options->width > 0 ? options->width : crop;
  session->n_classes = nn_model_get_n_classes (model);
  session->isa = nn_cpu_level (options->max_isa);
  session->workers = nn_workers_new (threads);
  session->plan = get_plan (session, options->precision, init, direct, error);
  if (!session->plan)
    goto failed;
  if (!check_output (session, error))
    goto failed;
  session->seconds = g_new0 (gdouble, session->plan->steps->len);
  session->arena = nn_aligned_alloc0 (session->plan->arena_size * sizeof (gfloat));
  /* Per thread, each at its own cache lines. */
  session->scratch_size = (session->plan->scratch_size + NN_ALIGNMENT - 1) / NN_ALIGNMENT * NN_ALIGNMENT;
  if (session->scratch_size > 0)
    session->scratch
        = nn_aligned_alloc0 (session->scratch_size * nn_workers_get_threads (session->workers) * sizeof (gfloat));
  session->operands = g_new0 (NnValue, (gsize)session->plan->max_operands * nn_workers_get_threads (session->workers));
  session->operand_pointers
      = g_new0 (const NnValue *, (gsize)session->plan->max_operands *nn_workers_get_threads (session->workers));
  if (session->plan->shared_scratch_size > 0)
    session->shared_scratch = nn_aligned_alloc0 (session->plan->shared_scratch_size * sizeof (gfloat));
  if (!session->arena || (session->scratch_size > 0 && !session->scratch)
      || (session->plan->shared_scratch_size > 0 && !session->shared_scratch)) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory for the activations of %u images of %u × %u pixels",
                 session->max_batch, session->height, session->width);
    goto failed;
  }
  return session;

failed:
  nn_session_free (session);
  return NULL;
}

void
nn_session_free (NnSession *session)
{
  if (!session)
    return;
  nn_workers_free (session->workers);
  if (session->plan)
    nn_plan_cache_give_back (nn_model_get_plans (session->model), session->plan);
  nn_aligned_free (session->arena);
  g_free (session->feature_map);
  g_clear_pointer (&session->feature_weight, g_bytes_unref);
  nn_aligned_free (session->scratch);
  nn_aligned_free (session->shared_scratch);
  g_free (session->seconds);
  g_free (session->operands);
  g_free (session->operand_pointers);
  nn_model_unref (session->model);
  g_free (session);
}

guint
nn_session_get_threads (const NnSession *session)
{
  return nn_workers_get_threads (session->workers);
}

guint
nn_session_get_height (const NnSession *session)
{
  return session->height;
}

guint
nn_session_get_width (const NnSession *session)
{
  return session->width;
}

NnPrecision
nn_session_get_precision (const NnSession *session)
{
  return session->precision;
}

const gchar *
nn_session_get_isa (const NnSession *session)
{
  return nn_isa_name (session->isa);
}

gsize
nn_session_get_memory (const NnSession *session)
{
  return session->plan->packed_size + session->plan->arena_size * sizeof (gfloat);
}

guint
nn_session_get_n_sharing (const NnSession *session)
{
  return nn_plan_cache_get_n_users (nn_model_get_plans (session->model), session->plan) - 1;
}

gdouble
nn_session_measure_peak (const NnSession *session)
{
  return nn_measure_peak (&session->plan->conv);
}

void
nn_session_set_profiling (NnSession *session, gboolean on)
{
  session->profiling = on;
  if (on && session->peak <= 0)
    session->peak = nn_session_measure_peak (session);
}

GArray *
nn_session_get_profile (const NnSession *session)
{
  GArray *times = g_array_new (FALSE, TRUE, sizeof (NnLayerTime));

  for (guint i = 0; i < session->plan->steps->len; i++) {
    const NnStep *step = &g_array_index (session->plan->steps, NnStep, i);
    NnLayerTime t = { .name = step->pooled ? step->pooled->name : step->node->name,
                      .flops = step->flops,
                      .seconds = session->seconds[i] };

    if (session->peak > 0)
      t.predicted = step->cost * session->plan->batch / session->peak / nn_workers_get_threads (session->workers);

    switch (step->kind) {
    case NN_STEP_CONV:
      t.kernel = step->tile ? session->plan->tile.name : step->blocks[0].variant->name;
      break;
    case NN_STEP_WINOGRAD:
      t.kernel = step->winograd->name;
      break;
    case NN_STEP_MAX_POOL:
      t.kernel = "max pool";
      break;
    case NN_STEP_AVG_POOL:
    case NN_STEP_GLOBAL_AVG_POOL:
      t.kernel = "average";
      break;
    case NN_STEP_SIGMOID:
      t.kernel = "sigmoid";
      break;
    case NN_STEP_SCALE:
      t.kernel = "scale";
      break;
    case NN_STEP_ADD:
      t.kernel = "add";
      break;
    case NN_STEP_AFFINE:
      t.kernel = "affine";
      break;
    case NN_STEP_CONCAT:
      t.kernel = "concat";
      break;
    case NN_STEP_ELEMENTWISE:
    case NN_STEP_PLAIN:
      t.kernel = nn_operator_get_type (step->node->onnx);
      break;
    case NN_STEP_TO_PLAIN:
      t.kernel = "NHWC to NCHW";
      break;
    case NN_STEP_TO_IMAGE:
      t.kernel = "NCHW to NHWC";
      break;
    }
    g_array_append_val (times, t);
  }
  return times;
}
