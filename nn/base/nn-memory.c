/* gst-resnet: aligned memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/nn-budget.h"

/* From this size on memory comes from the system itself: what is freed goes back at once, while malloc would keep it
 * between smaller pieces, and there are huge pages where the system has them: a fresh small page costs about as much as
 * copying it three times. */
#define LARGE ((gsize)1 << 20)
#define HUGE_PAGE ((gsize)2 << 20)

/* Before each piece of memory, a cache line. */
typedef struct {
  gpointer mapped;  /* NULL: malloc's */
  gsize size;       /* of the mapping */
  NnBudget *budget; /* that it draws on, or NULL */
  gsize charged;
} Header;

G_STATIC_ASSERT (sizeof (Header) <= NN_ALIGNMENT);

/* Zero-filled, as the system gives it. */
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
  /* What lies before a multiple of a huge page is never touched. */
  start = mapped + (HUGE_PAGE - (guintptr)mapped % HUGE_PAGE) % HUGE_PAGE;
#ifdef MADV_HUGEPAGE
  /* Advice: where it is not taken, small pages do as well. Whole ones only, so that none is more than asked for. */
  (void)madvise (start, size & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
  ((Header *)(gpointer)start)->mapped = mapped;
  ((Header *)(gpointer)start)->size = all;
  return start;
}

/* Of tests: so many more succeed; below 0: all do. */
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
