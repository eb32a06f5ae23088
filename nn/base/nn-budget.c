/* gst-resnet: how much memory the loading of a file may take
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-budget.h"

/* A load may take 16 bytes for each byte of the file and 64 MB in all. Of these, two bytes and half of the 64 MB are
 * kept for the process, for what the allocator adds, and for what is too small to be counted. */
#define BYTES_OF_FILE 14
#define FLOOR ((gsize)32 << 20)
/* The budget is never more than the file and this. */
#define MOST ((guint64)16 << 30)

struct _NnBudget {
  gint ref_count;
  guint64 total;
  gsize used; /* atomic, because another thread may free memory, which gives bytes back */
};

static void
budget_unref (NnBudget *budget)
{
  if (g_atomic_int_dec_and_test (&budget->ref_count))
    g_free (budget);
}

static GPrivate current = G_PRIVATE_INIT (NULL);

static guint64
limit_of (guint64 file_size)
{
  return MIN (file_size, G_MAXINT64 / BYTES_OF_FILE) * BYTES_OF_FILE;
}

NnBudget *
nn_budget_begin (guint64 file_size)
{
  NnBudget *budget;

  if (g_private_get (&current))
    return NULL;
  budget = g_new0 (NnBudget, 1);
  budget->ref_count = 1;
  budget->total = MIN (FLOOR + limit_of (file_size), file_size + MOST);
  budget->used = (gsize)file_size;
  g_private_set (&current, budget);
  return budget;
}

void
nn_budget_end (NnBudget *budget)
{
  if (!budget)
    return;
  g_private_set (&current, NULL);
  budget_unref (budget);
}

void
nn_budget_grow (guint64 file_size)
{
  NnBudget *budget = g_private_get (&current);

  if (budget)
    budget->total = MIN (budget->total + limit_of (file_size), 2 * MOST);
}

/* Only one thread draws on a budget, so no other draw can come between the check and the addition. */
static gboolean
draw (NnBudget *budget, guint64 bytes)
{
  const gsize used = (gsize)g_atomic_pointer_get (&budget->used);

  if (bytes > budget->total || used > budget->total - bytes)
    return FALSE;
  g_atomic_pointer_add (&budget->used, (gssize)bytes);
  return TRUE;
}

static gboolean
too_large (const NnBudget *budget, guint64 bytes, const gchar *file, const gchar *what, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
               "%s%s%s needs %" G_GUINT64_FORMAT " bytes of memory, more than is left of the %" G_GUINT64_FORMAT
               " that a file of this size may take in all",
               file ? file : "", file ? ": " : "", what, bytes, budget->total);
  return FALSE;
}

gboolean
nn_budget_take (guint64 bytes, const gchar *file, const gchar *what, GError **error)
{
  NnBudget *budget = g_private_get (&current);

  return !budget || draw (budget, bytes) || too_large (budget, bytes, file, what, error);
}

void
nn_budget_give (guint64 bytes)
{
  NnBudget *budget = g_private_get (&current);

  if (budget)
    g_atomic_pointer_add (&budget->used, -(gssize)bytes);
}

guint64
nn_budget_get_left (void)
{
  NnBudget *budget = g_private_get (&current);
  gsize used;

  if (!budget)
    return G_MAXUINT64;
  used = (gsize)g_atomic_pointer_get (&budget->used);
  return budget->total > used ? budget->total - used : 0;
}

gboolean
nn_budget_charge (gsize bytes, NnBudget **budget)
{
  *budget = g_private_get (&current);
  if (!*budget)
    return TRUE;
  if (!draw (*budget, bytes))
    return FALSE;
  g_atomic_int_inc (&(*budget)->ref_count);
  return TRUE;
}

void
nn_budget_release (NnBudget *budget, gsize bytes)
{
  if (!budget)
    return;
  g_atomic_pointer_add (&budget->used, -(gssize)bytes);
  budget_unref (budget);
}

gboolean
nn_budget_no_memory (guint64 bytes, const gchar *file, const gchar *what, GError **error)
{
  NnBudget *budget = g_private_get (&current);

  if (budget && bytes > nn_budget_get_left ())
    return too_large (budget, bytes, file, what, error);
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s%sthere is no memory for the %" G_GUINT64_FORMAT " bytes of %s",
               file ? file : "", file ? ": " : "", bytes, what);
  return FALSE;
}
