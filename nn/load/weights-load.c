/* gst-resnet: a model file → named tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/weights-load.h"

#include <string.h>

#include "base/nn-budget.h"
#include "load/file-read.h"
#include "load/json-read.h"
#include "load/safetensors.h"
#include "load/sha256.h"
#include "load/sidecar.h"
#include "load/torch/pth.h"

/* These functions recognize a file by its first bytes; for files that are not supported they say what to do. */
static gboolean
starts_with (const guint8 *data, gsize size, const gchar *prefix, gsize n)
{
  return size >= n && memcmp (data, prefix, n) == 0;
}

#define STARTS_WITH(data, size, literal) starts_with (data, size, literal, sizeof literal - 1)

/* These are the names of the entries that torch.save's first form has. */
static gboolean
is_old_torch_tar (const guint8 *data)
{
  static const gchar *const entries[] = { "sys_info", "pickle", "storages", "tensors" };

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if (!memcmp (data, entries[i], strlen (entries[i]) + 1))
      return TRUE;
  return FALSE;
}

/* Field 1 is a small version number as in ONNX, but field 2 is a message, which begins with a field 1 again. ONNX has
 * the producer's name in field 2. */
static gboolean
is_foreign_protobuf (const guint8 *data, gsize size)
{
  gsize at = 3;

  if (size < 8 || data[0] != 0x08 || data[1] >= 0x20 || data[2] != 0x12)
    return FALSE;
  while (at < 8 && data[at] & 0x80)
    at++;
  return at + 1 < size && data[at + 1] == 0x0a;
}

static const gchar *
foreign_format (const guint8 *data, gsize size)
{
  const guint8 *text = data;
  gsize left = size;

  if (STARTS_WITH (data, size, "\x89HDF\r\n\x1a\n"))
    return "an HDF5 file (Keras weights), which does not say what its layers compute; export the model to ONNX with "
           "tf2onnx (python -m tf2onnx.convert --keras model.h5 --output model.onnx)";
  if (STARTS_WITH (data, size, "version https://git-lfs"))
    return "a Git LFS pointer, not the model itself; fetch the real file with `git lfs pull`";
  if (STARTS_WITH (data, size, "\x1f\x8b"))
    return "compressed with gzip; decompress it first";
  if (STARTS_WITH (data, size, "7z\xbc\xaf\x27\x1c") || STARTS_WITH (data, size, "Rar!"))
    return "a compressed archive; unpack the model from it first";
  if (STARTS_WITH (data, size, "GGUF"))
    return "a GGUF file; a ResNet's state dict (.pth) or safetensors is needed";
  if (size > 262 && memcmp (data + 257, "ustar", 5) == 0)
    return is_old_torch_tar (data)
               ? "a tar archive as torch.save wrote it before 0.1.10; load it with an old PyTorch and "
                 "save its state_dict() again"
               : "a tar archive around other files; unpack the model from it first (tar xf FILE)";
  if (size > 8 && !memcmp (data + 4, "TFL3", 4))
    return "a TensorFlow Lite model; convert it to ONNX with tf2onnx (python -m tf2onnx.convert --tflite model.tflite "
           "--output model.onnx)";
  if (STARTS_WITH (data, size, "7767517\n"))
    return "an ncnn model's graph; export the original model to ONNX";
  if (is_foreign_protobuf (data, size))
    return "a Core ML model (.mlmodel) or TensorFlow's saved_model.pb, not ONNX; export the original model to ONNX";
  while (left > 0 && g_ascii_isspace (*text)) {
    text++;
    left--;
  }
  if (left >= 5
      && (g_ascii_strncasecmp ((const gchar *)text, "<!doc", 5) == 0
          || g_ascii_strncasecmp ((const gchar *)text, "<html", 5) == 0))
    return "an HTML page, not a model: the download got a web page instead; download the file itself";
  if (left >= 5 && g_ascii_strncasecmp ((const gchar *)text, "<?xml", 5) == 0)
    return g_strstr_len ((const gchar *)text, (gssize)MIN (left, 4096), "<net ")
               ? "the graph of an OpenVINO model, whose weights are in a .bin file beside it; export the original "
                 "model "
                 "to ONNX"
               : "XML, not a model";
  if (left >= 2 && text[0] == '{' && (text[1] == '"' || g_ascii_isspace (text[1])))
    return g_strstr_len ((const gchar *)text, (gssize)MIN (left, 1 << 20), "weight_map")
               ? "the index of a model in several files (shards); its tensors have to be put into one file, as "
                 "save_pretrained(FOLDER, max_shard_size=\"100GB\") does it"
               : "JSON, not a model; the weights are in another file";
  /* A ModelProto begins with field 1 (ir_version, a small varint), and field 2 (producer_name, a string) nearly always
   * follows. */
  if (size > 4 && data[0] == 0x08 && data[1] < 0x20 && (data[2] == 0x12 || data[2] == 0x3a || data[2] == 0x42))
    return "an ONNX model, which holds a graph and not a state dict";
  return NULL;
}

typedef enum { KIND_FOREIGN, KIND_ZIP, KIND_SAFETENSORS, KIND_LEGACY } Kind;

static Kind
kind_of (const guint8 *data, gsize size)
{
  if (STARTS_WITH (data, size, "PK\x03\x04") || STARTS_WITH (data, size, "PK\x05\x06"))
    return KIND_ZIP;
  if (nn_safetensors_detect (data, size))
    return KIND_SAFETENSORS;
  /* torch.save writes protocol 2 unless it is told otherwise. Protocols from 2 on begin with PROTO; protocol 1 begins
   * with the magic number as decimal text. */
  if (!foreign_format (data, size)
      && (STARTS_WITH (data, size, "\x80") || STARTS_WITH (data, size, "L119547037146038801333356L\n")))
    return KIND_LEGACY;
  return KIND_FOREIGN;
}

gboolean
nn_weights_check_beginning (const guint8 *data, gsize size, const gchar *shown, GError **error)
{
  const gchar *foreign;

  if (size > 0 && kind_of (data, size) != KIND_FOREIGN)
    return TRUE;
  if (size == 0)
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: the file is empty; a model (.pth, .safetensors) is needed",
                 shown);
  else if ((foreign = foreign_format (data, size)))
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: this is %s", shown, foreign);
  else
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: not a model file: it begins with bytes %02x %02x, neither a PyTorch file (.pth, .pt), nor "
                 "safetensors, nor ONNX",
                 shown, data[0], size > 1 ? data[1] : 0);
  return FALSE;
}

static gboolean
load_any (NnWeights *weights, GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (!nn_weights_check_beginning (data, size, weights->name, error))
    return FALSE;
  switch (kind_of (data, size)) {
  case KIND_ZIP:
    weights->format = "PyTorch zip";
    return nn_pth_load_zip (weights, bytes, error);
  case KIND_SAFETENSORS:
    weights->format = "safetensors";
    return nn_safetensors_load (weights, bytes, error);
  default:
    weights->format = "PyTorch legacy pickle";
    return nn_pth_load_legacy (weights, bytes, error);
  }
}

/* Checks that the set that the user named is in the file. */
static gboolean
check_wanted (const NnWeights *weights, GError **error)
{
  const NnWeightSets *sets = &weights->sets;
  g_autoptr (GString) names = NULL;
  g_autofree gchar *wanted = NULL;

  if (!sets->wanted || sets->found)
    return TRUE;
  names = g_string_new (NULL);
  for (guint i = 0; sets->taken && i <= sets->others->len; i++) {
    g_autofree gchar *shown = nn_json_shown (i ? g_ptr_array_index (sets->others, i - 1) : sets->taken);

    g_string_append_printf (names, "%s\"%s\"", i ? ", " : "; there are ", shown);
  }
  wanted = nn_json_shown (sets->wanted);
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: has no weights that are called \"%s\"%s", weights->name, wanted,
               sets->taken ? names->str : "; it holds one network only, which is taken without the option");
  return FALSE;
}

NnWeights *
nn_weights_load_bytes (GBytes *bytes, const gchar *name, GError **error)
{
  return nn_weights_load_set (bytes, name, NULL, error);
}

NnWeights *
nn_weights_load_set (GBytes *bytes, const gchar *name, const gchar *wanted, GError **error)
{
  NnBudget *budget = nn_budget_begin (g_bytes_get_size (bytes));
  NnWeights *weights = nn_weights_new (NULL, name);
  NnSha256Job *sum = nn_sha256_start (bytes);
  gboolean loaded;

  weights->sets.wanted = wanted && *wanted ? g_strdup (wanted) : NULL;
  loaded = load_any (weights, bytes, error) && check_wanted (weights, error);
  nn_budget_end (budget);
  weights->sha256 = nn_sha256_finish (sum);
  if (!loaded) {
    /* The names of entries in an archive are bytes, but a message must be text. */
    if (error && !g_utf8_validate ((*error)->message, -1, NULL)) {
      gchar *valid = g_utf8_make_valid ((*error)->message, -1);

      g_free ((*error)->message);
      (*error)->message = valid;
    }
    nn_weights_free (weights);
    return NULL;
  }
  return weights;
}

void
nn_weights_look_beside (NnWeights *weights, const gchar *path)
{
  g_hash_table_unref (weights->beside);
  weights->beside = nn_sidecar_load (path, weights->warnings);
}

NnWeights *
nn_weights_load (const gchar *path, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_file_read_if (path, NN_LOAD_MAX_FILE_BYTES, nn_weights_check_beginning, error);

  NnWeights *weights = bytes ? nn_weights_load_bytes (bytes, shown, error) : NULL;

  if (weights)
    nn_weights_look_beside (weights, path);
  return weights;
}
