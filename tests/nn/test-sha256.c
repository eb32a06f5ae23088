/* gst-resnet: SHA-256 with the processor's instructions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/sha256.h"

/* The example of FIPS 180-4. */
static void
test_example (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autofree gchar *sum = nn_sha256 (bytes);

  g_assert_cmpstr (sum, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Each length around the steps of the padding, at any alignment, gives the same sum as GLib. */
static void
test_lengths (void)
{
  g_autofree guint8 *data = g_malloc (100000);
  guint32 x = 1;

  for (gsize i = 0; i < 100000; i++)
    data[i] = (guint8)((x = x * 1664525 + 1013904223) >> 24);
  for (gsize n = 0; n <= 300; n++) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (data + n % 7, n == 300 ? 99990 : n);
    g_autofree gchar *sum = nn_sha256 (bytes);
    g_autofree gchar *expected = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

    g_assert_cmpstr (sum, ==, expected);
  }
}

/* The job runs beside the caller, and also takes data that is too small for a thread of its own. */
static void
test_job (void)
{
  static const gsize sizes[] = { 0, 1000, 3 << 20 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint8 *data = g_malloc (sizes[i] + 1);
    g_autoptr (GBytes) bytes = NULL;
    g_autofree gchar *here = NULL, *there = NULL;

    for (gsize k = 0; k < sizes[i]; k++)
      data[k] = (guint8)(k * 7 + k / 251);
    bytes = g_bytes_new_take (data, sizes[i]);
    there = nn_sha256_finish (nn_sha256_start (bytes));
    here = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
    g_assert_cmpstr (there, ==, here);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sha256/example", test_example);
  g_test_add_func ("/sha256/lengths", test_lengths);
  g_test_add_func ("/sha256/job", test_job);
  return g_test_run ();
}
