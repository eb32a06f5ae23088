/* gst-resnet: how much memory the loading of a file may take
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A small file can ask for much memory: a deflated entry of zeros, a storage of one element that is expanded to a
 * billion, a function that calls functions, a constant that is computed. All of it draws on one budget, which grows
 * with the file: no load takes more than 16 bytes for each byte of the file and 64 MB, whatever is in it.
 *
 * The budget belongs to the thread that loads, from nn_budget_begin() to nn_budget_end(). nn_aligned_alloc() draws on
 * it by itself, and nn_aligned_free() gives back what is freed. Code that allocates small pieces (names, nodes, values
 * of a pickle) draws with nn_budget_take(). Without a budget nothing is counted. */
#pragma once

#include <glib.h>
#include <nn/error.h>

typedef struct _NnBudget NnBudget;

/**
 * nn_budget_begin: begins the budget of a file that has been read into memory
 * @file_size: the file's size in bytes, which are drawn at once
 *
 * Returns: the budget, to be given to nn_budget_end(); NULL where the thread has a budget already, which then goes on
 */
NnBudget *nn_budget_begin (guint64 file_size);
/* Ends the budget: nothing draws on it any more. Memory that is still allocated may be given back to it later. */
void nn_budget_end (NnBudget *budget);
/* Adds another file to the budget, one that is not read as a whole. */
void nn_budget_grow (guint64 file_size);

/* Draws @bytes. Fails with NN_ERROR_TOO_LARGE, "FILE: WHAT needs … bytes of memory", where less than that is left. */
gboolean nn_budget_take (guint64 bytes, const gchar *file, const gchar *what, GError **error);
void nn_budget_give (guint64 bytes);
/* Returns how many bytes are left; G_MAXUINT64 without a budget. */
guint64 nn_budget_get_left (void);

/* These are for nn-memory.c. The first works as nn_budget_take() does, and sets *budget to the budget that it drew on
 * (NULL without one). The same number of bytes must be released to that budget later. */
gboolean nn_budget_charge (gsize bytes, NnBudget **budget);
void nn_budget_release (NnBudget *budget, gsize bytes);

/* Sets the error for a failed nn_aligned_alloc() of @bytes for @what: either the budget does not allow them or the
 * system has no memory. Always returns FALSE. Where @file is NULL the message begins with @what. */
gboolean nn_budget_no_memory (guint64 bytes, const gchar *file, const gchar *what, GError **error);
