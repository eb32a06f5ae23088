/* gst-resnet: which pixels an imported graph expects, seen from what it does to them first
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-beginning.h"

#include <math.h>
#include <string.h>

#include "import/onnx/onnx-evaluate.h"
#include "ops/op-quantize.h"
#include "ops/operator-attributes.h"

/* This is more nodes than a normalization needs. Each of them is a pass over an image. */
#define MAX_NODES 64
/* An image has no more channels than this. A convolution with more outputs is the network's first layer. */
#define MAX_CHANNELS 4
/* The limit of the elements that all the nodes give. Larger images are not looked at. */
#define MAX_ELEMENTS ((gsize)1 << 24)
/* The distance from a straight line that values may have, relative to the largest value. */
#define TOLERANCE 1e-3

/* The line y = gain · x + shift that a channel goes through. Where the channel becomes several values, these are
 * means. */
typedef struct {
  gdouble gain, shift;
} Line;

/* Whether the convolution is one of 1×1 whose outputs each read one input, so that it scales channels and changes
 * their places. */
static gboolean
is_channelwise_conv (const NnNode *node)
{
  const NnConstant *weight = nn_node_n_slots (node) > 1 ? node->constants[1] : NULL;
  guint n_strides, n_pads;
  const gint64 *strides = nn_operator_get_ints (node->onnx, "strides", &n_strides);
  const gint64 *pads = nn_operator_get_ints (node->onnx, "pads", &n_pads);
  gsize inputs;

  if (!weight || !weight->value.f32 || weight->value.n_dims != 4 || weight->value.dims[0] > MAX_CHANNELS
      || weight->value.dims[1] > MAX_CHANNELS || weight->value.dims[2] != 1 || weight->value.dims[3] != 1)
    return FALSE;
  for (guint i = 0; strides && i < n_strides; i++)
    if (strides[i] != 1)
      return FALSE;
  for (guint i = 0; pads && i < n_pads; i++)
    if (pads[i] != 0)
      return FALSE;
  inputs = (gsize)weight->value.dims[1];
  for (gsize o = 0; o < (gsize)weight->value.dims[0]; o++) {
    guint n = 0;

    for (gsize i = 0; i < inputs; i++)
      n += weight->value.f32[o * inputs + i] != 0;
    if (n > 1)
      return FALSE;
  }
  return TRUE;
}

/* Whether the result for a pixel is independent of the other pixels' colours, or cannot be told from such a result
 * in images of one colour. */
static gboolean
is_pixelwise (const NnNode *node)
{
  static const gchar *const types[] = { "Add",
                                        "Sub",
                                        "Mul",
                                        "Div",
                                        "Neg",
                                        "Sum",
                                        "Min",
                                        "Max",
                                        "Clip",
                                        "Cast",
                                        "Identity",
                                        "Floor",
                                        "Ceil",
                                        "Round",
                                        "BatchNormalization",
                                        "QuantizeLinear",
                                        "DequantizeLinear",
                                        NN_OP_TYPE_QUANTIZED,
                                        "Gather",
                                        "Slice",
                                        "Split",
                                        "Concat",
                                        "Unsqueeze",
                                        "Squeeze",
                                        "Reshape",
                                        "Flatten",
                                        "Transpose",
                                        "Expand",
                                        "Tile",
                                        "Pad",
                                        NULL };
  const gchar *type = nn_operator_get_type (node->onnx);

  if (strcmp (type, "Conv") == 0)
    return is_channelwise_conv (node);
  if (strcmp (type, "BatchNormalization") == 0 && node->constants[1])
    return node->constants[1]->value.n_elements <= MAX_CHANNELS;
  return g_strv_contains (types, type);
}

/* Whether the node may change the values of pixels, not only their places. */
static gboolean
changes_values (const NnNode *node)
{
  static const gchar *const types[]
      = { "Add", "Sub", "Mul", "Div", "Neg", "Sum", "Min", "Max", "BatchNormalization", "Conv", NULL };

  return g_strv_contains (types, nn_operator_get_type (node->onnx));
}

/* Finds the nodes before the first spatial operators, in their order. @ends are those of them that other nodes read. */
static void
find_beginning (const NnGraph *graph, GArray *nodes, GArray *ends, gboolean *changes)
{
  const guint n = graph->nodes->len;
  g_autofree gboolean *inside = g_new0 (gboolean, n), *is_end = g_new0 (gboolean, n);

  inside[0] = TRUE;
  *changes = FALSE;
  for (guint i = 1; i < n; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    gboolean all = node->op == NN_OP_PLAIN && nodes->len < MAX_NODES && is_pixelwise (node), any = FALSE;

    for (guint s = 0; s < nn_node_n_slots (node); s++) {
      const guint input = nn_node_get_input (node, s);

      if (input == NN_NO_NODE)
        continue;
      any |= inside[input];
      all &= inside[input];
    }
    if (any && all) {
      inside[i] = TRUE;
      *changes |= changes_values (node);
      g_array_append_val (nodes, i);
      continue;
    }
    for (guint s = 0; any && s < nn_node_n_slots (node); s++) {
      const guint input = nn_node_get_input (node, s);

      if (input != NN_NO_NODE && inside[input])
        is_end[input] = TRUE;
    }
  }
  for (guint i = 1; i < n; i++)
    if (is_end[i] || (i == n - 1 && inside[i]))
      g_array_append_val (ends, i);
}

typedef struct {
  NnOnnxValues *values;
  const GArray *nodes, *ends;
  guint n_channels;
  gsize n_outputs; /* the number of elements of all ends */
} Beginning;

/* Evaluates an image of one colour and returns the values of all ends, one end after the other. NULL means that they
 * cannot be computed. Free the result with g_free(). */
static gfloat *
evaluate (const Beginning *b, const gdouble *colour)
{
  NnValue *input = nn_onnx_values_give (b->values, 0);
  gfloat *outputs;
  gsize plane, at = 0;

  if (!input)
    return NULL;
  plane = input->n_elements / b->n_channels;
  for (gsize i = 0; i < input->n_elements; i++)
    input->f32[i] = (gfloat)colour[i / plane];
  for (guint i = 0; i < b->nodes->len; i++)
    if (!nn_onnx_values_compute (b->values, g_array_index (b->nodes, guint, i)))
      return NULL;
  outputs = g_try_new (gfloat, b->n_outputs);
  for (guint i = 0; outputs && i < b->ends->len; i++) {
    const NnValue *end = nn_onnx_values_get (b->values, g_array_index (b->ends, guint, i));

    memcpy (outputs + at, end->f32, end->n_elements * sizeof (gfloat));
    at += end->n_elements;
  }
  return outputs;
}

/* Whether pixels from 0 to @largest go through straight lines. If they do, @lines has the line of each channel. */
static gboolean
find_lines (const Beginning *b, gdouble largest, Line *lines)
{
  static const gdouble mixed[MAX_CHANNELS] = { 0.2, 0.75, 0.4, 0.6 };
  gdouble colour[MAX_CHANNELS] = { 0 }, scale = 0;
  gfloat *black, *test, *pure[MAX_CHANNELS] = { NULL };
  gsize counts[MAX_CHANNELS] = { 0 };
  gboolean ok;

  memset (lines, 0, MAX_CHANNELS * sizeof *lines);
  black = evaluate (b, colour);
  for (guint c = 0; c < b->n_channels; c++) {
    colour[c] = largest;
    pure[c] = evaluate (b, colour);
    colour[c] = 0;
  }
  for (guint c = 0; c < b->n_channels; c++)
    colour[c] = mixed[c] * largest;
  test = evaluate (b, colour);
  ok = black && test;
  for (guint c = 0; c < b->n_channels; c++)
    ok = ok && pure[c];
  for (gsize i = 0; ok && i < b->n_outputs; i++)
    for (guint c = 0; c < b->n_channels; c++)
      scale = fmax (scale, fabs ((gdouble)pure[c][i] - black[i]));
  ok = ok && isfinite (scale);
  for (gsize i = 0; ok && i < b->n_outputs; i++) {
    gdouble expected = black[i], gains[MAX_CHANNELS] = { 0 };
    guint strongest = 0;

    for (guint c = 0; c < b->n_channels; c++) {
      gains[c] = ((gdouble)pure[c][i] - black[i]) / largest;
      expected += gains[c] * mixed[c] * largest;
      if (fabs (gains[c]) > fabs (gains[strongest]))
        strongest = c;
    }
    ok = fabs (test[i] - expected) <= TOLERANCE * scale; /* a NaN makes this FALSE */
    if (fabs (gains[strongest]) * largest <= TOLERANCE * scale)
      continue; /* it is a border, or a channel that is made up */
    lines[strongest].gain += gains[strongest];
    lines[strongest].shift += black[i];
    counts[strongest]++;
  }
  for (guint c = 0; c < b->n_channels; c++) {
    ok = ok && counts[c];
    if (ok) {
      lines[c].gain /= (gdouble)counts[c];
      lines[c].shift /= (gdouble)counts[c];
    }
    g_free (pure[c]);
  }
  g_free (black);
  g_free (test);
  return ok;
}

/* Tells the range from the line of one channel. Either the pixels are centred, and the value that becomes zero lies
 * well inside their range, or they are only scaled, and the gain brings their range to the one that networks take. */
static NnInputRange
judge (const Line *line)
{
  const gdouble gain = fabs (line->gain), zero = -line->shift / line->gain;

  if (zero >= 45 && zero <= 210)
    return NN_INPUT_TO_255;
  if (gain >= 1.9 && zero >= 0.15 && zero <= 0.85)
    return NN_INPUT_TO_1;
  if (gain >= 0.9 && zero >= 0.3 && zero <= 0.6)
    return NN_INPUT_TO_1;
  if (gain > 100 && fabs (zero + 1) <= 0.02)
    return NN_INPUT_AROUND_0;
  if (fabs (zero) * gain <= 0.02 || fabs (zero) <= 0.05) {
    if (gain >= 1. / 400 && gain <= 1. / 40)
      return NN_INPUT_TO_255;
    if (gain >= 100 && gain <= 300)
      return NN_INPUT_TO_1;
  }
  if (gain >= 0.3 && gain <= 3 && fabs (line->shift) <= 0.4)
    return NN_INPUT_STANDARDIZED; /* these are statistics of standardized pixels, or torchvision's transform_input */
  return NN_INPUT_UNKNOWN;
}

/* Whether the means are those of ImageNet from blue to red, in pixels of 0 to 255, as everybody rounds them. */
static gboolean
are_bgr_means (const Line *lines, gdouble to_255)
{
  static const gdouble means[] = { 103.9, 116.7, 123.5 };

  for (guint c = 0; c < 3; c++)
    if (!(fabs (-lines[c].shift / lines[c].gain * to_255 - means[c]) <= 1))
      return FALSE;
  return TRUE;
}

void
nn_onnx_find_input_pixels (const NnGraph *graph, NnInputPixels *pixels)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (NnOnnxValues) values = NULL;
  Beginning b = { .nodes = nodes, .ends = ends };
  Line lines[MAX_CHANNELS];
  gsize n_elements = 0;
  gboolean changes;

  memset (pixels, 0, sizeof *pixels);
  find_beginning (graph, nodes, ends, &changes);
  if (!changes)
    return;
  values = b.values = nn_onnx_values_new (graph);
  if (!values)
    return;
  pixels->range = NN_INPUT_UNKNOWN;
  b.n_channels = nn_onnx_values_get_shapes (values)[0].channels;
  if (b.n_channels < 1 || b.n_channels > MAX_CHANNELS)
    return;
  for (guint i = 0; i < nodes->len; i++)
    n_elements += nn_onnx_values_count_elements (values, g_array_index (nodes, guint, i));
  if (n_elements > MAX_ELEMENTS)
    return;
  for (guint i = 0; i < ends->len; i++) {
    const NnValue *end = nn_onnx_values_give (values, g_array_index (ends, guint, i));

    if (!end || !end->f32)
      return;
    b.n_outputs += end->n_elements;
  }
  /* A graph that clips to 0 to 1 has straight lines only there, and one that rounds to whole numbers has them only
   * beyond. */
  if (!find_lines (&b, 255, lines) && !find_lines (&b, 1, lines))
    return;
  pixels->range = judge (&lines[0]);
  for (guint c = 1; c < b.n_channels; c++)
    if (judge (&lines[c]) != pixels->range)
      pixels->range = NN_INPUT_UNKNOWN;
  if (b.n_channels == 3 && (pixels->range == NN_INPUT_TO_255 || pixels->range == NN_INPUT_TO_1))
    pixels->is_bgr = are_bgr_means (lines, pixels->range == NN_INPUT_TO_1 ? 255 : 1);
}
