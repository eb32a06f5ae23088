/* gst-resnet: a pickle as data (the stack and the memo of the machine)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/torch/pickle-stack.h"

#include <string.h>

#include "load/torch/pickle-value-private.h"

gboolean
nn_pickle_push (NnPickleVm *vm, NnPickleValue *value)
{
  if (!value)
    return FALSE;
  g_ptr_array_add (vm->stack, value);
  return TRUE;
}

guint
nn_pickle_floor (const NnPickleVm *vm)
{
  return vm->marks->len ? g_array_index (vm->marks, guint, vm->marks->len - 1) : 0;
}

NnPickleValue *
nn_pickle_pop (NnPickleVm *vm)
{
  NnPickleValue *value;

  if (vm->stack->len <= nn_pickle_floor (vm)) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "the stack is empty");
    return NULL;
  }
  value = g_ptr_array_index (vm->stack, vm->stack->len - 1);
  g_ptr_array_set_size (vm->stack, (gint)vm->stack->len - 1);
  return value;
}

NnPickleValue *
nn_pickle_top (NnPickleVm *vm)
{
  if (vm->stack->len <= nn_pickle_floor (vm)) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "the stack is empty");
    return NULL;
  }
  return g_ptr_array_index (vm->stack, vm->stack->len - 1);
}

gboolean
nn_pickle_pop_mark (NnPickleVm *vm, guint *height)
{
  if (vm->marks->len == 0)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "there is no mark on the stack");
  *height = g_array_index (vm->marks, guint, vm->marks->len - 1);
  g_array_set_size (vm->marks, vm->marks->len - 1);
  return TRUE;
}

gboolean
nn_pickle_push_plain (NnPickleVm *vm, NnPickleType type, gint64 integer)
{
  NnPickleValue *value = nn_pickle_value_new (vm, type);

  if (value)
    value->integer = integer;
  return nn_pickle_push (vm, value);
}

gboolean
nn_pickle_push_float (NnPickleVm *vm, gdouble number)
{
  NnPickleValue *value = nn_pickle_value_new (vm, NN_PICKLE_FLOAT);

  if (value)
    value->number = number;
  return nn_pickle_push (vm, value);
}

gboolean
nn_pickle_push_data (NnPickleVm *vm, const guint8 *bytes, gsize size, gboolean is_string)
{
  NnPickleValue *value = nn_pickle_value_new (vm, NN_PICKLE_BYTES);

  if (!value)
    return FALSE;
  value->n_items = size;
  if (is_string && g_utf8_validate ((const gchar *)bytes, (gssize)size, NULL) && !memchr (bytes, 0, size)) {
    value->type = NN_PICKLE_STRING;
    value->data = nn_pickle_intern (vm, (const gchar *)bytes, size);
    if (!value->data)
      return FALSE;
  } else {
    value->data = (const gchar *)bytes;
  }
  return nn_pickle_push (vm, value);
}

gboolean
nn_pickle_collect (NnPickleVm *vm, NnPickleType type, guint height)
{
  guint n = vm->stack->len - height;
  NnPickleValue *value;

  if (type == NN_PICKLE_DICT && n % 2)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a dictionary with a key that has no value");
  value = nn_pickle_value_new (vm, type);
  if (!value)
    return FALSE;
  if (n) {
    if (!nn_pickle_draw (vm, n * sizeof *value->items + 2 * sizeof (gpointer)))
      return FALSE;
    value->items = g_new (NnPickleValue *, n);
    memcpy (value->items, vm->stack->pdata + height, n * sizeof *value->items);
    value->n_items = value->n_allocated = n;
  }
  g_ptr_array_set_size (vm->stack, (gint)height);
  return nn_pickle_push (vm, value);
}

gboolean
nn_pickle_extend (NnPickleVm *vm, NnPickleType type, guint height)
{
  guint n = vm->stack->len - height;
  NnPickleValue *container;

  if (height <= nn_pickle_floor (vm))
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "nothing on the stack to add items to");
  container = g_ptr_array_index (vm->stack, height - 1);
  if (type == NN_PICKLE_DICT && n % 2)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a dictionary with a key that has no value");
  if (container->type == type) {
    for (guint i = 0; i < n; i++)
      if (!nn_pickle_append (vm, container, g_ptr_array_index (vm->stack, height + i)))
        return FALSE;
  } else if (container->type != NN_PICKLE_OPAQUE) {
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "items for something that takes none");
  }
  g_ptr_array_set_size (vm->stack, (gint)height);
  return TRUE;
}

/* Draws the memory of an array that has grown to @len elements, if it has grown beyond what was drawn for. The array
 * grows by doubling, and both the old and the new memory exist while it moves. */
static gboolean
pay (NnPickleVm *vm, guint len, gsize element, guint *paid)
{
  const guint to = MAX (2 * len, 256);

  if (len <= *paid)
    return TRUE;
  if (!nn_pickle_draw (vm, (guint64)(to - *paid) * element * 2))
    return FALSE;
  *paid = to;
  return TRUE;
}

gboolean
nn_pickle_memo_put (NnPickleVm *vm, guint64 index)
{
  NnPickleValue *value = nn_pickle_top (vm);

  if (!value)
    return FALSE;
  /* Picklers number values in order, and each number costs at least two bytes of the pickle. A higher number is an
   * attempt to make us allocate memory. */
  if (index > vm->cursor->pos || index >= NN_PICKLE_MAX_VALUES)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "memo number %" G_GUINT64_FORMAT " at a place where fewer fit", index);
  if (index >= vm->memo->len && !pay (vm, (guint)index + 1, sizeof (gpointer), &vm->paid_memo))
    return FALSE;
  if (index >= vm->memo->len)
    g_ptr_array_set_size (vm->memo, (gint)index + 1);
  g_ptr_array_index (vm->memo, index) = value;
  return TRUE;
}

gboolean
nn_pickle_memo_get (NnPickleVm *vm, guint64 index)
{
  NnPickleValue *value = index < vm->memo->len ? g_ptr_array_index (vm->memo, index) : NULL;

  if (!value)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "memo number %" G_GUINT64_FORMAT " was never stored", index);
  return nn_pickle_push (vm, value);
}

gboolean
nn_pickle_check_stack (NnPickleVm *vm)
{
  if (vm->stack->len > NN_PICKLE_MAX_VALUES || vm->marks->len > NN_PICKLE_MAX_VALUES)
    return nn_pickle_fail (vm, NN_ERROR_TOO_LARGE, "more than %d values on the stack", NN_PICKLE_MAX_VALUES);
  return pay (vm, vm->stack->len, sizeof (gpointer), &vm->paid_stack)
         && pay (vm, vm->marks->len, sizeof (guint), &vm->paid_marks);
}
