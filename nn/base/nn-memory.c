/* gst-resnet: aligned memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/nn-budget.h"

/* From this size on memory comes from the system itself. What is freed then goes back at once, while malloc would keep
 * it between smaller pieces. The memory also has huge pages where the system has them, which saves time: a fresh small
 * page costs about as much as copying it three times. */
#define LARGE ((gsize)1 << 20)
#define HUGE_PAGE ((gsize)2 << 20)

/* It lies before each piece of memory and takes a cache line. */
typedef struct {
  gpointer mapped;  /* where the mapping begins; NULL: the memory is malloc's */
  gsize size;       /* the size of the mapping */
  NnBudget *budget; /* the budget that it draws on, or NULL */
  gsize charged;    /* how many bytes it draws */
} Header;

G_STATIC_ASSERT (sizeof (Header) <= NN_ALIGNMENT);

/* The memory is zero-filled, because the system gives it so. */
static gpointer
map (gsize size)
{
  gsize all;
  guint8 *mapped, *start;

  if (!nn_size_add (size, HUGE_PAGE, &all))
    return NULL;
  mapped = mmap (NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    return NULL;
  /* The memory begins at a multiple of a huge page. What lies before it is never touched, so it costs nothing. */
  start = mapped + (HUGE_PAGE - (guintptr)mapped % HUGE_PAGE) % HUGE_PAGE;
#ifdef MADV_HUGEPAGE
  /* This is only advice; where the system does not take it, small pages do as well. It is for whole huge pages only, so
   * that no more memory is used than was asked for. */
  (void)madvise (start, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
  ((Header *)(gpointer)start)->mapped = mapped;
  ((Header *)(gpointer)start)->size = all;
  return start;
}

/* This is for tests: how many more allocations succeed before one fails; below 0: all succeed. */
static gint fail_after = -1;

gboolean
nn_memory_fail_after (gint n)
{
  const gint old = g_atomic_int_get (&fail_after);

  g_atomic_int_set (&fail_after, n);
  return old < 0;
}

static gboolean
is_to_fail (void)
{
  if (G_LIKELY (g_atomic_int_get (&fail_after) < 0))
    return FALSE;
  return g_atomic_int_add (&fail_after, -1) == 0;
}

static gpointer
alloc (gsize size, gboolean zero)
{
  NnBudget *budget;
  gsize all;
  guint8 *start;

  if (is_to_fail () || !nn_size_add (size, 2 * NN_ALIGNMENT - 1, &all))
    return NULL;
  all &= ~(gsize)(NN_ALIGNMENT - 1);
  if (!nn_budget_charge (all, &budget))
    return NULL;
  start = all >= LARGE ? map (all) : aligned_alloc (NN_ALIGNMENT, all);
  if (!start) {
    nn_budget_release (budget, all);
    return NULL;
  }
  if (all < LARGE)
    memset (start, 0, zero ? all : sizeof (Header));
  ((Header *)(gpointer)start)->budget = budget;
  ((Header *)(gpointer)start)->charged = all;
  return start + NN_ALIGNMENT;
}

gpointer
nn_aligned_alloc0 (gsize size)
{
  return alloc (size, TRUE);
}

gpointer
nn_aligned_alloc (gsize size)
{
  return alloc (size, FALSE);
}

void
nn_memory_give_back (gpointer memory, gsize size)
{
#ifdef MADV_DONTNEED
  const gsize page = (gsize)sysconf (_SC_PAGESIZE), skipped = (page - (guintptr)memory % page) % page;

  if (size > skipped && size - skipped >= page)
    (void)madvise ((guint8 *)memory + skipped, (size - skipped) & ~(page - 1), MADV_DONTNEED);
#endif
}

void
nn_aligned_free (gpointer memory)
{
  Header *header = memory ? (Header *)(gpointer)((guint8 *)memory - NN_ALIGNMENT) : NULL;

  if (header)
    nn_budget_release (header->budget, header->charged);
  if (header && header->mapped)
    munmap (header->mapped, header->size);
  else
    free (header);
}

GBytes *
nn_floats_new (gsize n, gfloat **floats)
{
  gsize size;

  if (!nn_size_mul (n, sizeof (gfloat), &size) || !(*floats = nn_aligned_alloc (size)))
    return NULL;
  return g_bytes_new_with_free_func (*floats, size, nn_aligned_free, *floats);
}
