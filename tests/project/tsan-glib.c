/* gst-resnet: tells ThreadSanitizer about GLib's locks, and those of GStreamer's memory.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GLib's GMutex and GCond stand on futexes, and the distribution's GLib is not instrumented: ThreadSanitizer does not
 * see them, and takes all that they protect for races. Loaded with LD_PRELOAD before GLib, these functions call GLib's
 * own and tell the sanitizer that whatever came before an unlock (or signal, or unref) happens before what follows the
 * next lock (or wait, or unref) of the same object. The same for a buffer's memory, whose readers and
 * writers are kept apart by atomic counts: what is mapped to write is a copy where another has the memory, too. In a
 * process without the sanitizer they only pass the call on.
 */
#include <dlfcn.h>
#include <glib-object.h>

/* Of the sanitizer's run time (sanitizer/tsan_interface.h). */
extern void __tsan_acquire (void *address) __attribute__ ((weak));
extern void __tsan_release (void *address) __attribute__ ((weak));

static void
acquire (gpointer address)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire (address);
}

static void
release (gpointer address)
{
  if (__tsan_release != NULL)
    __tsan_release (address);
}

/* The next definition of the calling function: GLib's. Looking it up twice in two threads gives the same answer. */
#define REAL(function)                                                                                                 \
  static typeof (&function) real;                                                                                      \
  if (__atomic_load_n (&real, __ATOMIC_ACQUIRE) == NULL)                                                               \
  __atomic_store_n (&real, (typeof (&function))dlsym (RTLD_NEXT, #function), __ATOMIC_RELEASE)

#define LOCKS(function, type)                                                                                          \
  __attribute__ ((visibility ("default"))) void function (type *lock)                                                  \
  {                                                                                                                    \
    REAL (function);                                                                                                   \
    real (lock);                                                                                                       \
    acquire (lock);                                                                                                    \
  }

#define UNLOCKS(function, type)                                                                                        \
  __attribute__ ((visibility ("default"))) void function (type *lock)                                                  \
  {                                                                                                                    \
    REAL (function);                                                                                                   \
    release (lock);                                                                                                    \
    real (lock);                                                                                                       \
  }

#define TRIES(function, type)                                                                                          \
  __attribute__ ((visibility ("default"))) gboolean function (type *lock)                                              \
  {                                                                                                                    \
    REAL (function);                                                                                                   \
    gboolean locked = real (lock);                                                                                     \
    if (locked)                                                                                                        \
      acquire (lock);                                                                                                  \
    return locked;                                                                                                     \
  }

/* Of the many that let go of an object, the last one destroys what the others wrote. */
#define UNREFS(function, type)                                                                                         \
  __attribute__ ((visibility ("default"))) void function (type *object)                                                \
  {                                                                                                                    \
    REAL (function);                                                                                                   \
    release (object);                                                                                                  \
    acquire (object);                                                                                                  \
    real (object);                                                                                                     \
  }

#undef g_once_init_enter
#undef g_once_init_leave

LOCKS (g_mutex_lock, GMutex)
UNLOCKS (g_mutex_unlock, GMutex)
TRIES (g_mutex_trylock, GMutex)
LOCKS (g_rec_mutex_lock, GRecMutex)
UNLOCKS (g_rec_mutex_unlock, GRecMutex)
TRIES (g_rec_mutex_trylock, GRecMutex)
LOCKS (g_rw_lock_reader_lock, GRWLock)
UNLOCKS (g_rw_lock_reader_unlock, GRWLock)
LOCKS (g_rw_lock_writer_lock, GRWLock)
UNLOCKS (g_rw_lock_writer_unlock, GRWLock)
UNLOCKS (g_cond_signal, GCond)
UNLOCKS (g_cond_broadcast, GCond)
UNREFS (g_object_unref, void)
UNREFS (g_bytes_unref, GBytes)

/* What a GstMapInfo begins with; GStreamer's own headers are not needed for more. */
typedef struct {
  gpointer memory;
} MapInfo;

gboolean gst_buffer_map (gpointer buffer, MapInfo *info, int flags);
gboolean gst_buffer_map_range (gpointer buffer, guint index, gint length, MapInfo *info, int flags);
void gst_buffer_unmap (gpointer buffer, MapInfo *info);

__attribute__ ((visibility ("default"))) gboolean
gst_buffer_map (gpointer buffer, MapInfo *info, int flags)
{
  REAL (gst_buffer_map);
  gboolean mapped = real (buffer, info, flags);
  if (mapped)
    acquire (info->memory);
  return mapped;
}

__attribute__ ((visibility ("default"))) gboolean
gst_buffer_map_range (gpointer buffer, guint index, gint length, MapInfo *info, int flags)
{
  REAL (gst_buffer_map_range);
  gboolean mapped = real (buffer, index, length, info, flags);
  if (mapped)
    acquire (info->memory);
  return mapped;
}

__attribute__ ((visibility ("default"))) void
gst_buffer_unmap (gpointer buffer, MapInfo *info)
{
  REAL (gst_buffer_unmap);
  release (info->memory);
  real (buffer, info);
}

__attribute__ ((visibility ("default"))) void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  release (mutex);
  real (cond, mutex);
  acquire (mutex);
  acquire (cond);
}

__attribute__ ((visibility ("default"))) gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL (g_cond_wait_until);
  release (mutex);
  gboolean signalled = real (cond, mutex, end_time);
  acquire (mutex);
  acquire (cond);
  return signalled;
}

__attribute__ ((visibility ("default"))) gboolean (g_once_init_enter) (volatile void *location)
{
  REAL (g_once_init_enter);
  gboolean first = real (location);
  if (!first)
    acquire ((gpointer)location);
  return first;
}

__attribute__ ((visibility ("default"))) void (g_once_init_leave) (volatile void *location, gsize result)
{
  REAL (g_once_init_leave);
  release ((gpointer)location);
  real (location, result);
}
