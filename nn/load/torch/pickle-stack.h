/* gst-resnet: the stack and the memo of the machine that reads a pickle
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/torch/pickle-value.h"

/* Each of these that returns a gboolean or a pointer returns FALSE or NULL with the machine's error set. */

/* FALSE for a @value of NULL, whose maker has set the error. */
gboolean nn_pickle_push (NnPickleVm *vm, NnPickleValue *value);
gboolean nn_pickle_push_plain (NnPickleVm *vm, NnPickleType type, gint64 integer);
gboolean nn_pickle_push_float (NnPickleVm *vm, gdouble number);
/* Pushes a string where the bytes are UTF-8 without NUL, else bytes, which stay in the file. */
gboolean nn_pickle_push_data (NnPickleVm *vm, const guint8 *bytes, gsize size, gboolean is_string);

/* Whether the stack and its marks are below their caps; draws what they take on the load's budget. */
gboolean nn_pickle_check_stack (NnPickleVm *vm);
/* The lowest index that instructions may touch: what lies below the topmost mark belongs to somebody else. */
guint nn_pickle_floor (const NnPickleVm *vm);
NnPickleValue *nn_pickle_pop (NnPickleVm *vm);
NnPickleValue *nn_pickle_top (NnPickleVm *vm);
/* Takes the topmost mark off; @height: what the height of the stack was there. */
gboolean nn_pickle_pop_mark (NnPickleVm *vm, guint *height);

/* Makes a container of the stack's items from @height on. */
gboolean nn_pickle_collect (NnPickleVm *vm, NnPickleType type, guint height);
/* Moves the stack's items from @height on into the container below them. What an inert object is given is dropped. */
gboolean nn_pickle_extend (NnPickleVm *vm, NnPickleType type, guint height);

/* Stores the top of the stack under a number, and pushes what is stored there. */
gboolean nn_pickle_memo_put (NnPickleVm *vm, guint64 index);
gboolean nn_pickle_memo_get (NnPickleVm *vm, guint64 index);
