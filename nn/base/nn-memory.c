/* gst-resnet: aligned memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* From this size on memory comes from the system itself: what is freed goes back at once, while malloc would keep it
 * between smaller pieces, and there are huge pages where the system has them: a fresh small page costs about as much as
 * copying it three times. */
#define LARGE ((gsize)1 << 20)
#define HUGE_PAGE ((gsize)2 << 20)

/* Before each piece of memory, a cache line. */
typedef struct {
  gpointer mapped; /* NULL: malloc's */
  gsize size;      /* of the mapping */
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

static gpointer
alloc (gsize size, gboolean zero)
{
  gsize all;
  guint8 *start;

  if (!nn_size_add (size, 2 * NN_ALIGNMENT - 1, &all))
    return NULL;
  all &= ~(gsize)(NN_ALIGNMENT - 1);
  if (all >= LARGE) {
    start = map (all);
    if (!start)
      return NULL;
  } else {
    start = aligned_alloc (NN_ALIGNMENT, all);
    if (!start)
      return NULL;
    memset (start, 0, zero ? all : sizeof (Header));
  }
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

  if (header && header->mapped)
    munmap (header->mapped, header->size);
  else
    free (header);
}
