/* gst-resnet: every body of the resize kernels against the portable C body, bit by bit, between guard bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * With -m perf each kernel is timed, too. */
#include "kernels/resize.h"

#include <string.h>

#define GUARD 64
#define GUARD_BYTE 0xA5

static guint32 random_state = 1;

static guint32
next_random (void)
{
  random_state = random_state * 1664525u + 1013904223u;
  return random_state >> 8;
}

/* Returns a buffer of @size random bytes between guards. */
static guint8 *
guarded_new (gsize size)
{
  guint8 *memory = g_malloc (size + 2 * GUARD);

  memset (memory, GUARD_BYTE, size + 2 * GUARD);
  for (gsize i = 0; i < size; i++)
    memory[GUARD + i] = (guint8)next_random ();
  return memory + GUARD;
}

static void
guarded_free (guint8 *buffer, gsize size)
{
  for (gsize i = 0; i < GUARD; i++) {
    g_assert_cmpuint (buffer[-1 - (gssize)i], ==, GUARD_BYTE);
    g_assert_cmpuint (buffer[size + i], ==, GUARD_BYTE);
  }
  g_free (buffer - GUARD);
}

/* Makes a filter with random windows in @width samples. Its coefficients are as large as they get with bicubic's
 * overshoot, and zeros follow behind count. */
static NnResizeFilter
filter_new (guint n, guint taps, guint width, gboolean fast)
{
  NnResizeFilter f = {
    n, taps, g_new0 (guint, n), g_new0 (guint, n), g_new0 (gint16, (gsize)n * taps), g_new0 (gint16, (gsize)n * taps)
  };

  for (guint i = 0; i < n; i++) {
    f.start[i] = next_random () % (width - taps + 1);
    f.count[i] = taps - next_random () % MIN (taps, 4);
    for (guint t = 0; t < f.count[i]; t++) {
      gint32 one = fast ? 1 << NN_RESIZE_FAST_BITS : 1 << NN_RESIZE_EXACT_BITS;
      /* A few taps may overshoot. Many taps add up to about 1.1 at most. */
      gint32 largest = t == 0 ? one : one / (gint32)(10 * taps) + 1;
      gint32 k = (gint32)(next_random () % (guint32)largest) - (t % 3 == 1 ? largest / 2 : 0);

      f.high[(gsize)i * taps + t] = (gint16)(fast ? k : k >> 15);
      f.low[(gsize)i * taps + t] = (gint16)(fast ? 0 : k & 0x7fff);
    }
  }
  return f;
}

static void
filter_free (NnResizeFilter *f)
{
  g_free (f->start);
  g_free (f->count);
  g_free (f->high);
  g_free (f->low);
}

/* Fills the tables of plain C and of @isa. Where the machine lacks @isa, skips the test and returns FALSE. */
static gboolean
tables (gconstpointer isa_name, NnResizeKernels *c, NnResizeKernels *k)
{
  g_autofree gchar *reason = g_strdup_printf ("this machine has no %s", (const gchar *)isa_name);
  NnIsa isa;

  g_assert_true (nn_isa_from_name (isa_name, &isa));
  if (nn_cpu_level (NULL) < isa) {
    g_test_skip (reason);
    return FALSE;
  }
  nn_resize_kernels_init (c, NN_ISA_C);
  nn_resize_kernels_init (k, isa);
  g_assert_true (c->row != k->row && c->packed != k->packed && c->column != k->column);
  g_assert_true (c->column_fast != k->column_fast && c->row_fast != k->row_fast);
  g_assert_true (c->unstride != k->unstride && c->upsample2 != k->upsample2 && c->yuv_to_rgb != k->yuv_to_rgb);
  return TRUE;
}

static const guint widths[] = { 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 224, 257 };

static void
test_row (gconstpointer isa)
{
  NnResizeKernels c, k;

  if (!tables (isa, &c, &k))
    return;
  for (guint taps = 8; taps <= 80; taps += 8) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      const guint n = widths[w], width = taps + n / 2;
      NnResizeFilter f = filter_new (n, taps, width, FALSE);
      guint8 *src = guarded_new (width), *expected = guarded_new (n), *found = guarded_new (n);

      c.row (expected, src, &f);
      k.row (found, src, &f);
      g_assert_cmpmem (found, n, expected, n);
      guarded_free (src, width);
      guarded_free (expected, n);
      guarded_free (found, n);
      filter_free (&f);
    }
  }
}

static void
test_packed (gconstpointer isa)
{
  static const guint8 orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 2, 3 }, { 3, 2, 1 }, { 0, 2, 3 } };
  NnResizeKernels c, k;

  if (!tables (isa, &c, &k))
    return;
  for (guint taps = 4; taps <= 40; taps += 4) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      for (guint stride = 3; stride <= 4; stride++) {
        for (guint o = 0; o < (stride == 3 ? 2 : G_N_ELEMENTS (orders)); o++) {
          const guint n = widths[w], width = taps + n / 2;
          const gsize size = (gsize)width * stride + (stride == 3 ? 4 : 0);
          NnResizeFilter f = filter_new (n, taps, width, FALSE);
          guint8 *src = guarded_new (size), *expected = guarded_new (4 * n), *found = guarded_new (4 * n);

          c.packed (expected, src, stride, orders[o], &f);
          k.packed (found, src, stride, orders[o], &f);
          for (guint i = 0; i < n; i++)
            g_assert_cmpmem (found + 4 * i, 3, expected + 4 * i, 3);
          guarded_free (src, size);
          guarded_free (expected, 4 * n);
          guarded_free (found, 4 * n);
          filter_free (&f);
        }
      }
    }
  }
}

static void
test_column (gconstpointer isa)
{
  NnResizeKernels c, k;

  if (!tables (isa, &c, &k))
    return;
  for (guint n = 2; n <= 24; n += 2) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      const guint width = widths[w];
      NnResizeFilter f = filter_new (1, n, n, FALSE), fast = filter_new (1, n, n, TRUE);
      guint8 *rows[24], *expected = guarded_new (2 * width), *found = guarded_new (2 * width);

      for (guint t = 0; t < n; t++)
        rows[t] = guarded_new (width);
      c.column (expected, (const guint8 *const *)rows, f.high, f.low, n, width);
      k.column (found, (const guint8 *const *)rows, f.high, f.low, n, width);
      g_assert_cmpmem (found, width, expected, width);
      c.column_fast ((gint16 *)(gpointer)expected, (const guint8 *const *)rows, fast.high, n, width);
      k.column_fast ((gint16 *)(gpointer)found, (const guint8 *const *)rows, fast.high, n, width);
      g_assert_cmpmem (found, 2 * width, expected, 2 * width);
      for (guint t = 0; t < n; t++)
        guarded_free (rows[t], width);
      guarded_free (expected, 2 * width);
      guarded_free (found, 2 * width);
      filter_free (&f);
      filter_free (&fast);
    }
  }
}

static void
test_row_fast (gconstpointer isa)
{
  NnResizeKernels c, k;

  if (!tables (isa, &c, &k))
    return;
  for (guint taps = 8; taps <= 80; taps += 8) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      const guint n = widths[w], width = taps + n / 2;
      NnResizeFilter f = filter_new (n, taps, width, TRUE);
      guint8 *src = guarded_new (2 * width), *expected = guarded_new (2 * n), *found = guarded_new (2 * n);

      c.row_fast ((gint16 *)(gpointer)expected, (const gint16 *)(gpointer)src, &f);
      k.row_fast ((gint16 *)(gpointer)found, (const gint16 *)(gpointer)src, &f);
      g_assert_cmpmem (found, 2 * n, expected, 2 * n);
      guarded_free (src, 2 * width);
      guarded_free (expected, 2 * n);
      guarded_free (found, 2 * n);
      filter_free (&f);
    }
  }
}

static void
test_unstride (gconstpointer isa)
{
  NnResizeKernels c, k;

  if (!tables (isa, &c, &k))
    return;
  for (guint step = 2; step <= 5; step++) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      const guint n = widths[w];
      const gsize size = 2 * ((gsize)(n - 1) * step + 1);
      guint8 *src = guarded_new (size), *expected = guarded_new (2 * n), *found = guarded_new (2 * n);

      c.unstride ((gint16 *)(gpointer)expected, (const gint16 *)(gpointer)src, step, n);
      k.unstride ((gint16 *)(gpointer)found, (const gint16 *)(gpointer)src, step, n);
      g_assert_cmpmem (found, 2 * n, expected, 2 * n);
      guarded_free (src, size);
      guarded_free (expected, 2 * n);
      guarded_free (found, 2 * n);
    }
  }
}

static void
test_upsample2 (gconstpointer isa)
{
  NnResizeKernels c, k;

  if (!tables (isa, &c, &k))
    return;
  for (guint cosited = 0; cosited < 2; cosited++) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      const guint n = widths[w];
      guint8 *src = guarded_new (2 * (n + 2)), *expected = guarded_new (4 * n), *found = guarded_new (4 * n);

      for (guint x = 0; x < n + 2; x++)
        ((gint16 *)(gpointer)src)[x] = (gint16)(next_random () % (255 * 8 + 1));
      c.upsample2 ((gint16 *)(gpointer)expected, (const gint16 *)(gpointer)src + 1, cosited, n);
      k.upsample2 ((gint16 *)(gpointer)found, (const gint16 *)(gpointer)src + 1, cosited, n);
      g_assert_cmpmem (found, 4 * n, expected, 4 * n);
      guarded_free (src, 2 * (n + 2));
      guarded_free (expected, 4 * n);
      guarded_free (found, 4 * n);
    }
  }
}

static void
test_yuv_to_rgb (gconstpointer isa)
{
  static const NnYuvMatrix matrices[] = {
    { 0, 1 / 64.0f, 1.402f / 64, -0.344136f / 64, -0.714136f / 64, 1.772f / 64 },
    { 16 << NN_YUV_BITS, 1.164384f / 64, 1.792741f / 64, -0.213249f / 64, -0.532909f / 64, 2.112402f / 64 },
  };
  NnResizeKernels c, k;

  if (!tables (isa, &c, &k))
    return;
  for (guint m = 0; m < G_N_ELEMENTS (matrices); m++) {
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++) {
      const guint n = widths[w];
      guint8 *planes[3], *expected = guarded_new (4 * n), *found = guarded_new (4 * n);

      for (guint p = 0; p < 3; p++) {
        planes[p] = guarded_new (2 * n);
        /* Most samples are in 0–255, and some are anything that 16 bits hold. */
        for (guint x = 0; x < n; x++) {
          if (x % 5)
            ((gint16 *)(gpointer)planes[p])[x] = (gint16)(next_random () % (256 << NN_YUV_BITS));
        }
      }
      c.yuv_to_rgb (expected, (gpointer)planes[0], (gpointer)planes[1], (gpointer)planes[2], &matrices[m], n);
      k.yuv_to_rgb (found, (gpointer)planes[0], (gpointer)planes[1], (gpointer)planes[2], &matrices[m], n);
      for (guint x = 0; x < n; x++)
        g_assert_cmpmem (found + 4 * x, 3, expected + 4 * x, 3);
      for (guint p = 0; p < 3; p++)
        guarded_free (planes[p], 2 * n);
      guarded_free (expected, 4 * n);
      guarded_free (found, 4 * n);
    }
  }
}

/* --- The benchmarks, which run with -m perf --- */

#define BENCH_WIDTH 960
#define BENCH_N 224

static void
bench (gconstpointer isa)
{
  NnResizeKernels k, c;
  NnResizeFilter f = filter_new (BENCH_N, 16, BENCH_WIDTH, FALSE), fast = filter_new (BENCH_N, 16, BENCH_WIDTH, TRUE);
  NnResizeFilter four = filter_new (BENCH_N, 12, BENCH_WIDTH, FALSE);
  guint8 *src = guarded_new (4 * BENCH_WIDTH + 4), *dst = guarded_new (4 * BENCH_WIDTH);
  const guint8 *rows[10];
  const guint8 order[3] = { 0, 1, 2 };
  NnIsa level;

  for (guint t = 0; t < G_N_ELEMENTS (rows); t++)
    rows[t] = src + t;
  g_assert_true (nn_isa_from_name (isa, &level));
  if (level == NN_ISA_C ? (nn_resize_kernels_init (&k, level), TRUE) : tables (isa, &c, &k)) {
    static const gchar *const names[]
        = { "row 224 of 16", "packed 224 of 12", "column 960 of 10", "column_fast 960 of 10", "row_fast 224 of 16" };

    for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
      gdouble seconds;
      const guint times = 2000;

      g_test_timer_start ();
      for (guint j = 0; j < times; j++) {
        if (i == 0)
          k.row (dst, src, &f);
        else if (i == 1)
          k.packed (dst, src, 3, order, &four);
        else if (i == 2)
          k.column (dst, rows, f.high, f.low, 10, BENCH_WIDTH);
        else if (i == 3)
          k.column_fast ((gint16 *)(gpointer)dst, rows, fast.high, 10, BENCH_WIDTH);
        else
          k.row_fast ((gint16 *)(gpointer)dst, (const gint16 *)(gpointer)src, &fast);
      }
      seconds = g_test_timer_elapsed ();
      g_test_minimized_result (seconds / times * 1e6, "%s %s: %.3f us", (const gchar *)isa, names[i],
                               seconds / times * 1e6);
    }
  }
  guarded_free (src, 4 * BENCH_WIDTH + 4);
  guarded_free (dst, 4 * BENCH_WIDTH);
  filter_free (&f);
  filter_free (&fast);
  filter_free (&four);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    GTestDataFunc function;
  } tests[] = {
    { "/kernels/resize/row/avx2", test_row },
    { "/kernels/resize/packed/avx2", test_packed },
    { "/kernels/resize/column/avx2", test_column },
    { "/kernels/resize/row-fast/avx2", test_row_fast },
    { "/kernels/resize/unstride/avx2", test_unstride },
    { "/kernels/resize/upsample2/avx2", test_upsample2 },
    { "/kernels/resize/yuv-to-rgb/avx2", test_yuv_to_rgb },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, "avx2", tests[i].function);
  if (g_test_perf ()) {
    g_test_add_data_func ("/kernels/resize/bench/c", "c", bench);
    g_test_add_data_func ("/kernels/resize/bench/avx2", "avx2", bench);
  }
  return g_test_run ();
}
