/* gst-resnet: the stack and the memo of the machine that reads a pickle
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle-value.h"

/* Functions here that return a gboolean or a pointer return FALSE or NULL when they have set the machine's error. */

/* Returns FALSE if @value is NULL; the function that should have made the value has set the error then. */
gboolean nn_pickle_push (NnPickleVm *vm, NnPickleValue *value);
gboolean nn_pickle_push_plain (NnPickleVm *vm, NnPickleType type, gint64 integer);
gboolean nn_pickle_push_float (NnPickleVm *vm, gdouble number);
/* Pushes a string if the bytes are UTF-8 without NUL; otherwise it pushes bytes, which are not copied from the file. */
gboolean nn_pickle_push_data (NnPickleVm *vm, const guint8 *bytes, gsize size, gboolean is_string);

/* Checks that the stack and its marks are below their limits, and draws what they take on the load's budget. */
gboolean nn_pickle_check_stack (NnPickleVm *vm);
/* The lowest index that instructions may touch: items below the topmost mark belong to a container that is still being
 * built. */
guint nn_pickle_floor (const NnPickleVm *vm);
NnPickleValue *nn_pickle_pop (NnPickleVm *vm);
NnPickleValue *nn_pickle_top (NnPickleVm *vm);
/* Removes the topmost mark; @height is set to the height that the stack had there. */
gboolean nn_pickle_pop_mark (NnPickleVm *vm, guint *height);

/* Makes a container of the stack's items from @height on. */
gboolean nn_pickle_collect (NnPickleVm *vm, NnPickleType type, guint height);
/* Moves the stack's items from @height on into the container below them. If that is an opaque object, they are
 * dropped. */
gboolean nn_pickle_extend (NnPickleVm *vm, NnPickleType type, guint height);

/* These store the top of the stack under a number, and push the value that is stored under a number. */
gboolean nn_pickle_memo_put (NnPickleVm *vm, guint64 index);
gboolean nn_pickle_memo_get (NnPickleVm *vm, guint64 index);
