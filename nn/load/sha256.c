/* gst-resnet: SHA-256 of a model file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The algorithm is defined in FIPS 180-4, "Secure Hash Standard", section 6.2. */
#include "load/sha256.h"

#include <string.h>

#include "base/nn-cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define BLOCK 64

/* The constants are those of section 4.2.2. */
static const guint32 round_constants[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static gboolean
has_instructions (void)
{
  guint eax, ebx, ecx, edx;

  /* NN_MAX_ISA=c asks for portable code everywhere, so also here. */
  return nn_cpu_level (NULL) > NN_ISA_C && __get_cpuid_count (7, 0, &eax, &ebx, &ecx, &edx) && (ebx & 1u << 29);
}

/* The eight words of the state are in the order that the instructions need: A B E F, and C D G H. */
__attribute__ ((target ("sha,sse4.1,ssse3"))) static void
compress (__m128i state[2], const guint8 *data, gsize n_blocks)
{
  const __m128i swap = _mm_set_epi64x (0x0c0d0e0f08090a0b, 0x0405060700010203); /* big-endian words */
  __m128i abef = state[0], cdgh = state[1];

  for (; n_blocks > 0; n_blocks--, data += BLOCK) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4]; /* the last sixteen words of the message schedule */

    for (guint i = 0; i < 4; i++)
      w[i] = _mm_shuffle_epi8 (_mm_loadu_si128 ((const __m128i *)(gconstpointer)(data + 16 * i)), swap);
#pragma GCC unroll 16
    for (guint i = 0; i < 16; i++) {
      const __m128i w0 = w[i % 4], w1 = w[(i + 1) % 4], w2 = w[(i + 2) % 4], w3 = w[(i + 3) % 4];
      const __m128i k = _mm_loadu_si128 ((const __m128i *)(gconstpointer)(round_constants + 4 * i));
      const __m128i sum = _mm_add_epi32 (w0, k);

      cdgh = _mm_sha256rnds2_epu32 (cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32 (abef, cdgh, _mm_shuffle_epi32 (sum, 0x0e));
      if (i < 12)
        w[i % 4]
            = _mm_sha256msg2_epu32 (_mm_add_epi32 (_mm_sha256msg1_epu32 (w0, w1), _mm_alignr_epi8 (w3, w2, 4)), w3);
    }
    abef = _mm_add_epi32 (abef, abef_before);
    cdgh = _mm_add_epi32 (cdgh, cdgh_before);
  }
  state[0] = abef;
  state[1] = cdgh;
}

static gchar *
sha256_x86 (const guint8 *data, gsize size)
{
  /* These are the initial values of section 5.3.3; the lowest lane has the last letter. */
  __m128i state[2] = { _mm_set_epi32 (0x6a09e667, (gint)0xbb67ae85, 0x510e527f, (gint)0x9b05688c),
                       _mm_set_epi32 (0x3c6ef372, (gint)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19) };
  const gsize whole = size / BLOCK, rest = size % BLOCK, n_last = rest + 9 > BLOCK ? 2 : 1;
  guint8 last[2 * BLOCK] = { 0 };
  const guint64 n_bits = GUINT64_TO_BE ((guint64)size * 8);
  guint32 words[2][4];

  compress (state, data, whole);
  if (rest)
    memcpy (last, data + whole * BLOCK, rest);
  last[rest] = 0x80;
  memcpy (last + n_last * BLOCK - 8, &n_bits, 8);
  compress (state, last, n_last);
  memcpy (words, state, sizeof words);
  return g_strdup_printf ("%08x%08x%08x%08x%08x%08x%08x%08x", words[0][3], words[0][2], words[1][3], words[1][2],
                          words[0][1], words[0][0], words[1][1], words[1][0]);
}
#endif

gchar *
nn_sha256 (GBytes *bytes)
{
#if defined(__x86_64__)
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (has_instructions ())
    return sha256_x86 (data, size);
#endif
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
}

/* For this many bytes and more, a thread costs less than computing the sum. */
#define WORTH_A_THREAD (1 << 20)

struct _NnSha256Job {
  GBytes *bytes;
  GThread *thread; /* NULL if no thread computes the sum */
};

static gpointer
sum (gpointer data)
{
  const NnSha256Job *job = data;

  return nn_sha256 (job->bytes);
}

NnSha256Job *
nn_sha256_start (GBytes *bytes)
{
  NnSha256Job *job = g_new0 (NnSha256Job, 1);

  job->bytes = g_bytes_ref (bytes);
  if (g_bytes_get_size (bytes) >= WORTH_A_THREAD)
    job->thread = g_thread_try_new ("sha256", sum, job, NULL);
  return job;
}

gchar *
nn_sha256_finish (NnSha256Job *job)
{
  gchar *digits = job->thread ? g_thread_join (job->thread) : nn_sha256 (job->bytes);

  g_bytes_unref (job->bytes);
  g_free (job);
  return digits;
}
