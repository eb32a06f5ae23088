/* gst-resnet: the layers of a classifier out of tensors of any name
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-chain.h"

#include <nn/error.h>
#include <string.h>

#include "base/nn-hash.h"

/* This is more than any classifier has. */
#define MAX_LAYERS 64

static void
layer_clear (gpointer data)
{
  g_free (((NnHeadLayer *)data)->name);
}

static GArray *
layers_new (void)
{
  GArray *layers = g_array_new (FALSE, TRUE, sizeof (NnHeadLayer));

  g_array_set_clear_func (layers, layer_clear);
  return layers;
}

/* Puts a tensor into its place in the layer. FALSE means that a layer has no tensor with the name @part. */
static gboolean
put (NnHeadLayer *layer, const gchar *part, const NnTensor *tensor)
{
  const struct {
    const gchar *name;
    const NnTensor **slot;
  } slots[]
      = { { "weight", &layer->weight },        { "bias", &layer->bias }, { "running_mean", &layer->mean },
          { "running_var", &layer->variance }, { "p", &layer->weight },  { "num_batches_tracked", &layer->counter } };

  for (guint i = 0; i < G_N_ELEMENTS (slots); i++)
    if (!strcmp (part, slots[i].name)) {
      *slots[i].slot = tensor;
      if (!strcmp (part, "p"))
        layer->kind = NN_HEAD_GEM;
      return TRUE;
    }
  return FALSE;
}

static void
set_unexpected (const NnTensor *tensor, const gchar *why, GError **error)
{
  g_autofree gchar *shape = nn_tensor_shape_string (tensor);

  g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s %s: unexpected, %s", tensor->name, shape, why);
}

/* Puts the tensors together to layers, in the file's order. */
static GArray *
group (const GPtrArray *outside, GError **error)
{
  g_autoptr (GArray) layers = layers_new ();
  g_autoptr (GHashTable) by_name = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < outside->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (outside, i);
    const gchar *dot = strrchr (tensor->name, '.');
    g_autofree gchar *name = dot ? g_strndup (tensor->name, (gsize)(dot - tensor->name)) : g_strdup ("");
    gpointer place = g_hash_table_lookup (by_name, name);
    NnHeadLayer layer = { 0 };

    if (!place) {
      if (layers->len == MAX_LAYERS) {
        set_unexpected (tensor, "no part of a ResNet: there are more layers outside of it than a classifier has",
                        error);
        return NULL;
      }
      layer.name = g_strdup (name);
      g_array_append_val (layers, layer);
      place = GUINT_TO_POINTER (layers->len);
      g_hash_table_insert (by_name, g_steal_pointer (&name), place);
    }
    if (!put (&g_array_index (layers, NnHeadLayer, GPOINTER_TO_UINT (place) - 1), dot ? dot + 1 : tensor->name,
              tensor)) {
      set_unexpected (tensor, "no part of a ResNet or of its classifier", error);
      return NULL;
    }
  }
  return g_steal_pointer (&layers);
}

static const NnTensor *
any_tensor (const NnHeadLayer *layer)
{
  return layer->weight ? layer->weight
         : layer->mean ? layer->mean
         : layer->bias ? layer->bias
                       : (layer->variance ? layer->variance : layer->counter);
}

static gboolean
is_matrix (const NnTensor *tensor)
{
  return tensor->n_dims == 2 || (tensor->n_dims == 4 && tensor->dims[2] == 1 && tensor->dims[3] == 1);
}

/* Finds out the kind of each layer. */
static gboolean
name_kinds (GArray *layers, guint channels, GError **error)
{
  for (guint i = 0; i < layers->len; i++) {
    NnHeadLayer *layer = &g_array_index (layers, NnHeadLayer, i);
    const NnTensor *w = layer->weight;

    if (layer->kind == NN_HEAD_GEM) {
      if (w->f32 && w->n_elements == 1 && w->f32[0] > 0)
        continue;
      set_unexpected (w, "a power of pooling should be one number over 0", error);
      return FALSE;
    }
    if (!w && !layer->mean && !layer->variance) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                   "%s.weight: missing, expected [*, %u]; a network without its classifier cannot classify",
                   layer->name, channels);
      return FALSE;
    }
    if (w && is_matrix (w) && !layer->mean && !layer->variance) {
      layer->kind = NN_HEAD_LINEAR;
    } else if (layer->mean || layer->variance) {
      layer->kind = NN_HEAD_NORM;
    } else if (w && !layer->bias && w->n_dims <= 1) {
      layer->kind = NN_HEAD_PRELU;
    } else {
      set_unexpected (any_tensor (layer),
                      w && layer->bias && w->n_dims == 1
                          ? "a normalization without running statistics, as LayerNorm is, which is not known here; "
                            "export the model to ONNX"
                          : "no layer that a classifier is known to have",
                      error);
      return FALSE;
    }
  }
  return TRUE;
}

/* Reads a number in a name, so that "fc.10" comes after "fc.3". */
static gboolean
parse_part (const gchar *part, guint *number)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (part, 10, 0, 9999, &value, NULL))
    return FALSE;
  *number = (guint)value;
  return TRUE;
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  const gchar *x = strrchr (((const NnHeadLayer *)a)->name, '.'), *y = strrchr (((const NnHeadLayer *)b)->name, '.');
  guint m = 0, n = 0;

  parse_part (x ? x + 1 : ((const NnHeadLayer *)a)->name, &m);
  parse_part (y ? y + 1 : ((const NnHeadLayer *)b)->name, &n);
  return m < n ? -1 : m > n;
}

/* Layers of one Sequential are sorted by their numbers, whatever order the file has. */
static void
sort_siblings (GArray *layers)
{
  const gchar *first = layers->len ? g_array_index (layers, NnHeadLayer, 0).name : "";
  const gchar *dot = strrchr (first, '.');
  gsize n = dot ? (gsize)(dot + 1 - first) : 0;
  guint number;

  for (guint i = 0; i < layers->len; i++) {
    const gchar *name = g_array_index (layers, NnHeadLayer, i).name;

    if (strncmp (name, first, n) || !parse_part (name + n, &number))
      return;
  }
  g_array_sort (layers, compare_numbers);
}

/* The number of values that a layer takes and gives; 0 stands for any number. */
static void
widths (const NnHeadLayer *layer, guint64 *in, guint64 *out)
{
  const NnTensor *any = any_tensor (layer);

  if (layer->kind == NN_HEAD_LINEAR) {
    *out = layer->weight->dims[0];
    *in = layer->weight->dims[1];
  } else {
    *in = *out = layer->kind == NN_HEAD_PRELU && any->n_elements == 1 ? 0 : any->n_elements;
  }
}

/* The index of the first layer that does not follow the one before, beginning with @width values; layers->len if all
 * do. @now: (out): the width at that place */
static guint
follow (const GArray *layers, guint64 width, guint64 *now)
{
  guint i;

  for (i = 0; i < layers->len; i++) {
    guint64 in, out;

    widths (&g_array_index (layers, NnHeadLayer, i), &in, &out);
    if (in && in != width)
      break;
    width = out ? out : width;
  }
  *now = width;
  return i;
}

/* The only layer from @i on that can stand behind @width numbers; G_MAXUINT if the widths do not tell. */
static guint
next_layer (const GArray *layers, guint i, guint64 width)
{
  guint matrix = G_MAXUINT, vector = G_MAXUINT, n_matrices = 0, n_vectors = 0, k;

  for (k = i; k < layers->len; k++) {
    const NnHeadLayer *layer = &g_array_index (layers, NnHeadLayer, k);
    guint64 in, out;

    widths (layer, &in, &out);
    if (in != width)
      continue;
    if (layer->kind == NN_HEAD_LINEAR) {
      matrix = k;
      n_matrices++;
    } else {
      vector = k;
      n_vectors++;
    }
  }
  if (n_vectors == 0)
    return n_matrices == 1 ? matrix : G_MAXUINT;
  /* A normalization goes before the matrix that takes as many numbers, unless it could go behind it as well. */
  if (n_vectors > 1 || n_matrices > 1
      || (n_matrices && g_array_index (layers, NnHeadLayer, matrix).weight->dims[0] == width))
    return G_MAXUINT;
  return vector;
}

/* Sorts layers that the file has in another order than the network, provided that each width leads to one of them
 * only. */
static void
sort_by_widths (GArray *layers, guint64 width)
{
  g_autofree NnHeadLayer *before = g_memdup2 (layers->data, layers->len * sizeof (NnHeadLayer));
  guint64 now, in, out;

  if (follow (layers, width, &now) == layers->len)
    return;
  for (guint i = 0; i < layers->len; i++) {
    guint found = next_layer (layers, i, width);
    NnHeadLayer other;

    if (found == G_MAXUINT) {
      memcpy (layers->data, before, layers->len * sizeof (NnHeadLayer));
      return;
    }
    other = g_array_index (layers, NnHeadLayer, i);
    g_array_index (layers, NnHeadLayer, i) = g_array_index (layers, NnHeadLayer, found);
    g_array_index (layers, NnHeadLayer, found) = other;
    widths (&g_array_index (layers, NnHeadLayer, i), &in, &out);
    width = out;
  }
}

/* The number of modules without tensors between two layers, or −1 if the names do not tell. Of the names "fc" and
 * "2", the first was "0.fc" in the file. */
static gint
gap (const gchar *a, const gchar *b, const gchar *root)
{
  g_autofree gchar *whole = g_strconcat (root && g_ascii_isdigit (*b) && !g_ascii_isdigit (*a) ? root : "", a, NULL);
  g_auto (GStrv) x = g_strsplit (whole, ".", -1), y = g_strsplit (b, ".", -1);
  guint i, m, n, more = 0;

  for (i = 0; x[i] && y[i] && !strcmp (x[i], y[i]); i++)
    ;
  if (!x[i] || !y[i] || !parse_part (x[i], &m) || !parse_part (y[i], &n) || n <= m)
    return -1;
  for (guint k = i + 1; x[k]; k++) /* how a module of its own ends is not known */
    if (parse_part (x[k], &more))
      return -1;
  more = 0;
  for (guint k = i + 1; y[k]; k++)
    if (parse_part (y[k], &more) && more)
      return (gint)(n - m - 1 + more);
  return (gint)(n - m - 1);
}

/* One activation stands between two matrices if there is room for it. It is in the first gap of a Sequential, and
 * behind the normalization if the names have no numbers. */
static void
place_activations (GArray *layers, const gchar *root)
{
  guint from = 0, to;

  while (from < layers->len && g_array_index (layers, NnHeadLayer, from).kind != NN_HEAD_LINEAR)
    from++;
  for (; from < layers->len; from = to) {
    gint place = -1;
    gboolean known = FALSE;

    for (to = from + 1; to < layers->len && g_array_index (layers, NnHeadLayer, to).kind != NN_HEAD_LINEAR; to++)
      known |= g_array_index (layers, NnHeadLayer, to).kind == NN_HEAD_PRELU;
    if (to >= layers->len || known)
      continue;
    for (guint i = from; i < to; i++) {
      gint n = gap (g_array_index (layers, NnHeadLayer, i).name, g_array_index (layers, NnHeadLayer, i + 1).name, root);

      if (n < 0)
        place = (gint)i;
      else if (n > 0 && place < 0) {
        place = (gint)i;
        break;
      }
    }
    if (place >= 0)
      g_array_index (layers, NnHeadLayer, place).activates = TRUE;
  }
}

/* Whether @name is @group_name itself or a module inside it. */
static gboolean
is_of (const gchar *name, const gchar *group_name)
{
  gsize n = strlen (group_name);

  return !strncmp (name, group_name, n) && (!name[n] || name[n] == '.');
}

/* Removes the layers that are not in the group, except for the power of the pool. */
static void
keep (GArray *layers, const gchar *group_name)
{
  for (guint i = layers->len; i-- > 0;)
    if (!is_of (g_array_index (layers, NnHeadLayer, i).name, group_name)
        && g_array_index (layers, NnHeadLayer, i).kind != NN_HEAD_GEM)
      g_array_remove_index (layers, i);
}

/* Takes the power of the pool out of the layers, because it is no link of the chain. */
static gboolean
take_gem (GArray *layers, NnResnetChain *chain, GError **error)
{
  for (guint i = layers->len; i-- > 0;) {
    const NnHeadLayer *layer = &g_array_index (layers, NnHeadLayer, i);

    if (layer->kind != NN_HEAD_GEM)
      continue;
    if (chain->gem) {
      set_unexpected (layer->weight, "the file has two powers of pooling", error);
      return FALSE;
    }
    chain->gem = layer->weight;
    g_array_remove_index (layers, i);
  }
  return TRUE;
}

/* Puts the layers in order. FALSE means that they don't chain. */
static gboolean
link_up (GArray *layers, guint channels, NnResnetChain *chain)
{
  guint64 now;

  sort_siblings (layers);
  sort_by_widths (layers, channels);
  chain->width = channels;
  if (follow (layers, channels, &now) == layers->len)
    return TRUE;
  chain->width = 2 * (guint64)channels;
  return !chain->gem && follow (layers, chain->width, &now) == layers->len;
}

static void
set_broken (const GArray *layers, guint channels, GError **error)
{
  const NnHeadLayer *layer;
  g_autofree gchar *shape = NULL;
  guint64 now, in, out;
  guint i = follow (layers, channels, &now);

  layer = &g_array_index (layers, NnHeadLayer, i);
  widths (layer, &in, &out);
  shape = nn_tensor_shape_string (any_tensor (layer));
  if (i == 0)
    g_set_error (
        error, NN_ERROR, NN_ERROR_ARCHITECTURE,
        layer->kind == NN_HEAD_LINEAR ? "%s: expected [%" G_GUINT64_FORMAT ", %u], found %s"
                                      : "%s: expected a vector for %" G_GUINT64_FORMAT " or %u channels, found %s",
        any_tensor (layer)->name, layer->kind == NN_HEAD_LINEAR ? out : 2 * (guint64)channels, channels, shape);
  else
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s %s: unexpected behind %s, which gives %" G_GUINT64_FORMAT
                 " numbers: the layers outside of the backbone do not make one classifier; of several, "
                 "architecture=classifier=NAME takes one",
                 any_tensor (layer)->name, shape, g_array_index (layers, NnHeadLayer, i - 1).name, now);
}

/* The name of the layer's Sequential ("fc" for "fc.3"), or the layer's own name. */
static gchar *
group_of (const gchar *layer)
{
  const gchar *dot = strrchr (layer, '.');
  guint number;

  return dot && parse_part (dot + 1, &number) ? g_strndup (layer, (gsize)(dot - layer)) : g_strdup (layer);
}

/* If the layers do not chain, the error names the first one that is not in the group with a classifier's usual name. */
static void
explain (GArray *layers, guint channels, const gchar *head, GError **error)
{
  g_autofree gchar *group_name = head ? group_of (head) : NULL;
  const NnHeadLayer *stranger = NULL;
  g_autofree gchar *why = NULL;

  for (guint i = 0; group_name && i < layers->len && !stranger; i++)
    if (!is_of (g_array_index (layers, NnHeadLayer, i).name, group_name))
      stranger = &g_array_index (layers, NnHeadLayer, i);
  if (!stranger) {
    set_broken (layers, channels, error);
    return;
  }
  why = g_strdup_printf ("for %s is the classifier; where another should be, architecture=classifier=NAME takes it",
                         group_name);
  set_unexpected (any_tensor (stranger), why, error);
}

gboolean
nn_resnet_chain_find (const GPtrArray *outside, guint channels, const gchar *classifier, const gchar *root,
                      const gchar *head, NnResnetChain *chain, GError **error)
{
  gboolean has_matrix = FALSE;
  guint i;

  memset (chain, 0, sizeof *chain);
  chain->layers = group (outside, error);
  if (!chain->layers || !name_kinds (chain->layers, channels, error))
    return FALSE;
  if (classifier)
    keep (chain->layers, classifier);
  if (!take_gem (chain->layers, chain, error))
    return FALSE;
  if (classifier && !chain->layers->len) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "architecture: the file has no layer that is called \"%.60s\"",
                 classifier);
    return FALSE;
  }
  for (i = 0; i < chain->layers->len; i++)
    has_matrix |= g_array_index (chain->layers, NnHeadLayer, i).kind == NN_HEAD_LINEAR;
  if (chain->layers->len && !has_matrix) {
    set_unexpected (any_tensor (&g_array_index (chain->layers, NnHeadLayer, 0)), "for the file has no classifier",
                    error);
    return FALSE;
  }
  if (!link_up (chain->layers, channels, chain)) {
    explain (chain->layers, channels, head, error);
    return FALSE;
  }
  place_activations (chain->layers, root);
  return TRUE;
}

void
nn_resnet_chain_clear (NnResnetChain *chain)
{
  g_clear_pointer (&chain->layers, g_array_unref);
}

gchar *
nn_resnet_chain_layer_name (const NnResnetChain *chain, guint i)
{
  return chain->layers->len == 1 ? g_strdup ("fc") : g_strdup_printf ("head.%u", i);
}

void
nn_resnet_chain_name_tensors (const NnResnetChain *chain, GHashTable *tensors)
{
  for (guint i = 0; i < chain->layers->len; i++) {
    const NnHeadLayer *layer = &g_array_index (chain->layers, NnHeadLayer, i);
    const struct {
      const gchar *suffix;
      const NnTensor *tensor;
    } parts[] = { { ".weight", layer->weight },
                  { ".bias", layer->bias },
                  { ".running_mean", layer->mean },
                  { ".running_var", layer->variance },
                  { ".num_batches_tracked", layer->counter } };
    g_autofree gchar *name = nn_resnet_chain_layer_name (chain, i);

    for (guint k = 0; k < G_N_ELEMENTS (parts); k++)
      if (parts[k].tensor)
        g_hash_table_insert (tensors, g_strconcat (name, parts[k].suffix, NULL), (gpointer)parts[k].tensor);
  }
}
