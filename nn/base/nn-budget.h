/* gst-resnet: how much memory the loading of a file may take
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A small file can ask for much memory: a deflated entry of zeros, a storage of one element that is expanded to a
 * billion, a function that calls functions, a constant that is computed. All of it draws on one budget, which grows
 * with the file: no load takes more than 16 bytes for each byte of the file and 64 MB, whatever is in it.
 *
 * The budget is the thread's that loads, from nn_budget_begin() to nn_budget_end(): nn_aligned_alloc() draws on it by
 * itself, and gives back what is freed; what is allocated in small pieces (names, nodes, values of a pickle) is drawn
 * with nn_budget_take() by who allocates it. Without a budget nothing is counted. */
#pragma once

#include <glib.h>
#include <nn/error.h>

typedef struct _NnBudget NnBudget;

/**
 * nn_budget_begin: the budget of a file that has been read into memory
 * @file_size: its bytes, which are drawn at once
 * Returns: to be given to nn_budget_end(); NULL where the thread has one already, which goes on
 */
NnBudget *nn_budget_begin (guint64 file_size);
/* Memory that is still there goes on giving back to it, and nothing draws on it any more. */
void nn_budget_end (NnBudget *budget);
/* Another file belongs to it, which is not read as a whole. */
void nn_budget_grow (guint64 file_size);

/* NN_ERROR_TOO_LARGE, "FILE: WHAT needs … bytes of memory", where @bytes are more than what is left. */
gboolean nn_budget_take (guint64 bytes, const gchar *file, const gchar *what, GError **error);
void nn_budget_give (guint64 bytes);
/* What is left; G_MAXUINT64 without a budget. */
guint64 nn_budget_get_left (void);

/* For nn-memory.c: as nn_budget_take(), with the budget, to be released with as many bytes, or NULL. */
gboolean nn_budget_charge (gsize bytes, NnBudget **budget);
void nn_budget_release (NnBudget *budget, gsize bytes);

/* Why nn_aligned_alloc() gave no @bytes for @what: the budget, or there are none. Always FALSE. @file: NULL: the
 * message begins with @what. */
gboolean nn_budget_no_memory (guint64 bytes, const gchar *file, const gchar *what, GError **error);
