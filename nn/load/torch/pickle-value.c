/* gst-resnet: a pickle as data (its values)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <string.h>

#include "base/nn-budget.h"
#include "load/torch/pickle-value-private.h"
#include "load/torch/pickle-value.h"

#define NN_PICKLE_VALUES_PER_BLOCK 512
/* The bytes that a block of memory takes besides its content. */
#define PIECE_BYTES 32
#define TORCH_MAGIC_TEXT "119547037146038801333356" /* 0x1950a86a20f9469cfc6c */

gboolean
nn_pickle_fail (NnPickleVm *vm, NnError code, const gchar *format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (vm->error && !*vm->error)
    g_set_error (vm->error, NN_ERROR, code, "%s: pickle at byte %" G_GSIZE_FORMAT ": %s", vm->file, vm->at, text);
  g_free (text);
  return FALSE;
}

gboolean
nn_pickle_draw (NnPickleVm *vm, guint64 bytes)
{
  GError *why = NULL;

  if (nn_budget_take (bytes, NULL, "what it makes", &why)) {
    vm->pickle->drawn += bytes;
    return TRUE;
  }
  nn_pickle_fail (vm, NN_ERROR_TOO_LARGE, "%s", why->message);
  g_error_free (why);
  return FALSE;
}

NnPickleValue *
nn_pickle_value_new (NnPickleVm *vm, NnPickleType type)
{
  NnPickle *pickle = vm->pickle;
  gsize slot = pickle->n_values % NN_PICKLE_VALUES_PER_BLOCK;
  NnPickleValue *value;

  if (pickle->n_values >= NN_PICKLE_MAX_VALUES) {
    nn_pickle_fail (vm, NN_ERROR_TOO_LARGE, "more than %d values", NN_PICKLE_MAX_VALUES);
    return NULL;
  }
  if (slot == 0 && !nn_pickle_draw (vm, NN_PICKLE_VALUES_PER_BLOCK * sizeof (NnPickleValue)))
    return NULL;
  if (slot == 0)
    g_ptr_array_add (pickle->blocks, g_new0 (NnPickleValue, NN_PICKLE_VALUES_PER_BLOCK));
  value = (NnPickleValue *)g_ptr_array_index (pickle->blocks, pickle->blocks->len - 1) + slot;
  pickle->n_values++;
  value->type = type;
  return value;
}

gpointer
nn_pickle_alloc0 (NnPickleVm *vm, gsize size)
{
  gpointer memory;

  if (!nn_pickle_draw (vm, size + PIECE_BYTES))
    return NULL;
  memory = g_malloc0 (size);
  g_ptr_array_add (vm->pickle->extra, memory);
  return memory;
}

const gchar *
nn_pickle_intern (NnPickleVm *vm, const gchar *data, gsize size)
{
  if (!nn_pickle_draw (vm, size + 1))
    return NULL;
  return g_string_chunk_insert_len (vm->pickle->strings, data, (gssize)size);
}

gboolean
nn_pickle_append (NnPickleVm *vm, NnPickleValue *container, NnPickleValue *item)
{
  if (container->n_items == container->n_allocated) {
    /* This is drawn for both the old and the new array, since both exist while the items move. */
    if (!nn_pickle_draw (vm, 2 * sizeof *container->items * MAX (container->n_allocated, 4)))
      return FALSE;
    container->n_allocated = container->n_allocated ? 2 * container->n_allocated : 4;
    container->items = g_renew (NnPickleValue *, container->items, container->n_allocated);
  }
  container->items[container->n_items++] = item;
  return TRUE;
}

void
nn_pickle_free (NnPickle *pickle)
{
  if (!pickle)
    return;
  for (gsize i = 0; i < pickle->n_values; i++) {
    NnPickleValue *block = g_ptr_array_index (pickle->blocks, i / NN_PICKLE_VALUES_PER_BLOCK);

    if (nn_pickle_has_items (&block[i % NN_PICKLE_VALUES_PER_BLOCK]))
      g_free (block[i % NN_PICKLE_VALUES_PER_BLOCK].items);
  }
  g_ptr_array_unref (pickle->blocks);
  g_ptr_array_unref (pickle->extra);
  g_ptr_array_unref (pickle->storages);
  g_string_chunk_free (pickle->strings);
  nn_budget_give (pickle->drawn);
  g_free (pickle);
}

NnPickleValue *
nn_pickle_root (const NnPickle *pickle)
{
  return pickle->root;
}

const GPtrArray *
nn_pickle_storages (const NnPickle *pickle)
{
  return pickle->storages;
}

gboolean
nn_pickle_is_torch_magic (const NnPickleValue *value)
{
  static const guint8 magic[10] = { 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 };

  if (value->type != NN_PICKLE_BIG_INT)
    return FALSE;
  if (value->text) /* protocols 0 and 1 */
    return value->n_items == strlen (TORCH_MAGIC_TEXT) && memcmp (value->data, TORCH_MAGIC_TEXT, value->n_items) == 0;
  return value->n_items == sizeof magic && memcmp (value->data, magic, sizeof magic) == 0;
}

NnPickleValue *
nn_pickle_dict_get (const NnPickleValue *dict, const gchar *key)
{
  if (!dict || dict->type != NN_PICKLE_DICT)
    return NULL;
  for (gsize i = dict->n_items / 2; i-- > 0;) {
    const NnPickleValue *k = dict->items[2 * i];

    if (k->type == NN_PICKLE_STRING && strcmp (k->data, key) == 0)
      return dict->items[2 * i + 1];
  }
  return NULL;
}
