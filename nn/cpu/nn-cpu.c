/* gst-resnet: what this processor has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpu/nn-cpu.h"

#include <nn/session.h>
#include <sched.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const gchar *const isa_names[] = { "c", "avx2", "avx512" };

const gchar *
nn_isa_name (NnIsa isa)
{
  return isa_names[isa];
}

gboolean
nn_isa_from_name (const gchar *name, NnIsa *isa)
{
  for (guint i = 0; i < G_N_ELEMENTS (isa_names); i++) {
    if (g_ascii_strcasecmp (name, isa_names[i]) == 0) {
      *isa = (NnIsa)i;
      return TRUE;
    }
  }
  return FALSE;
}

/* __builtin_cpu_supports() looks at CPUID and at XCR0, so that registers the operating system does not save are not
 * counted. */
static NnIsa
detect (void)
{
#if defined(__x86_64__)
  guint eax, ebx, ecx, edx;

  __builtin_cpu_init ();
  /* clang 14's builtin does not know F16C by name; it uses AVX's registers, so that avx2 answers for XCR0. */
  if (!__builtin_cpu_supports ("avx2") || !__builtin_cpu_supports ("fma") || !__get_cpuid (1, &eax, &ebx, &ecx, &edx)
      || !(ecx & bit_F16C))
    return NN_ISA_C;
  if (!__builtin_cpu_supports ("avx512f") || !__builtin_cpu_supports ("avx512bw")
      || !__builtin_cpu_supports ("avx512dq") || !__builtin_cpu_supports ("avx512vl"))
    return NN_ISA_AVX2;
  return NN_ISA_AVX512;
#else
  return NN_ISA_C;
#endif
}

static NnIsa
cap (NnIsa isa, const gchar *name, const gchar *what)
{
  NnIsa limit;

  if (!name || !*name)
    return isa;
  if (!nn_isa_from_name (name, &limit)) {
    g_warning ("%s=%s names no ISA level; known are c, avx2, avx512", what, name);
    return isa;
  }
  return MIN (isa, limit);
}

NnIsa
nn_cpu_level (const gchar *max_isa)
{
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    NnIsa found = detect ();
    NnIsa isa = cap (found, g_getenv ("NN_MAX_ISA"), "NN_MAX_ISA");

    g_debug ("ISA level %s (processor: %s)", nn_isa_name (isa), nn_isa_name (found));
    g_once_init_leave (&once, (gsize)isa + 1);
  }
  return cap ((NnIsa)(once - 1), max_isa, "max_isa");
}

const gchar *
nn_cpu_get_isa (void)
{
  return nn_isa_name (nn_cpu_level (NULL));
}

guint
nn_cpu_count (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) != 0)
    return MAX (1, g_get_num_processors ());
  return MAX (1, CPU_COUNT (&set));
}
