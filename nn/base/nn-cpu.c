/* gst-resnet: what this processor has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-cpu.h"

#include <nn/log.h>
#include <sched.h>
#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

const gchar *const nn_isa_names[] = { "c", "avx2", "avxvnni", "avx512", "avx512vnni", "avx512bf16", "amx", NULL };

const gchar *
nn_isa_name (NnIsa isa)
{
  return nn_isa_names[isa];
}

gboolean
nn_isa_from_name (const gchar *name, NnIsa *isa)
{
  for (guint i = 0; nn_isa_names[i]; i++) {
    if (g_ascii_strcasecmp (name, nn_isa_names[i]) == 0) {
      *isa = (NnIsa)i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
has (guint64 value, guint64 bits)
{
  return (value & bits) == bits;
}

#define BIT(n) (G_GUINT64_CONSTANT (1) << (n))

/* These are bits of CPUID.1:ECX. */
#define LEAF1_FMA BIT (12)
#define LEAF1_OSXSAVE BIT (27)
#define LEAF1_AVX BIT (28)
#define LEAF1_F16C BIT (29)
/* These are bits of CPUID.(7,0). */
#define LEAF7_EBX_AVX2 BIT (5)
#define LEAF7_EBX_AVX512 (BIT (16) | BIT (17) | BIT (30) | BIT (31)) /* F, DQ, BW, VL */
#define LEAF7_ECX_AVX512_VNNI BIT (11)
#define LEAF7_EDX_AMX (BIT (22) | BIT (24) | BIT (25)) /* AMX-BF16, AMX-TILE, AMX-INT8 */
/* These are bits of CPUID.(7,1):EAX. */
#define LEAF7_1_AVX_VNNI BIT (4)
#define LEAF7_1_AVX512_BF16 BIT (5)
/* These are bits of XCR0. */
#define XCR0_YMM (BIT (1) | BIT (2))
#define XCR0_ZMM (BIT (5) | BIT (6) | BIT (7)) /* opmasks, the upper halves of ZMM0 to 15, ZMM16 to 31 */
#define XCR0_TILES (BIT (17) | BIT (18))

NnIsa
nn_cpu_level_of (const NnCpuRegisters *r, const gchar **why)
{
  if (!has (r->leaf1_ecx, LEAF1_FMA | LEAF1_OSXSAVE | LEAF1_AVX | LEAF1_F16C) || !has (r->leaf7_ebx, LEAF7_EBX_AVX2)) {
    *why = "the processor has not all of AVX2, FMA and F16C";
    return NN_ISA_C;
  }
  if (!has (r->xcr0, XCR0_YMM)) {
    *why = "the operating system does not save YMM registers";
    return NN_ISA_C;
  }
  if (!has (r->leaf7_ebx, LEAF7_EBX_AVX512) || !has (r->xcr0, XCR0_ZMM)) {
    *why = has (r->leaf7_ebx, LEAF7_EBX_AVX512) ? "the operating system does not save ZMM registers"
                                                : "the processor has not all of AVX-512 F, BW, DQ and VL";
    return has (r->leaf7_1_eax, LEAF7_1_AVX_VNNI) ? NN_ISA_AVXVNNI : NN_ISA_AVX2;
  }
  if (!has (r->leaf7_ecx, LEAF7_ECX_AVX512_VNNI)) {
    *why = "the processor has no AVX-512 VNNI";
    return NN_ISA_AVX512;
  }
  if (!has (r->leaf7_1_eax, LEAF7_1_AVX512_BF16)) {
    *why = "the processor has no AVX-512 BF16";
    return NN_ISA_AVX512VNNI;
  }
  if (!has (r->leaf7_edx, LEAF7_EDX_AMX)) {
    *why = "the processor has not all of AMX-TILE, AMX-BF16 and AMX-INT8";
    return NN_ISA_AVX512BF16;
  }
  if (!has (r->xcr0, XCR0_TILES)) {
    *why = "the operating system does not save AMX tiles";
    return NN_ISA_AVX512BF16;
  }
  if (!r->tiles_permitted) {
    *why = "the kernel refused the use of AMX tiles";
    return NN_ISA_AVX512BF16;
  }
  *why = "the processor has all of it";
  return NN_ISA_AMX;
}

#if defined(__x86_64__)
static void
read_registers (NnCpuRegisters *r)
{
  guint eax, ebx, ecx, edx;

  if (__get_cpuid (1, &eax, &ebx, &ecx, &edx))
    r->leaf1_ecx = ecx;
  if (__get_cpuid_count (7, 0, &eax, &ebx, &ecx, &edx)) {
    const guint subleaves = eax;

    r->leaf7_ebx = ebx;
    r->leaf7_ecx = ecx;
    r->leaf7_edx = edx;
    if (subleaves >= 1 && __get_cpuid_count (7, 1, &eax, &ebx, &ecx, &edx))
      r->leaf7_1_eax = eax;
  }
  if (has (r->leaf1_ecx, LEAF1_OSXSAVE)) {
    guint32 low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    r->xcr0 = (guint64)high << 32 | low;
  }
}
#endif

/* Linux gives AMX's registers only to processes that ask for them (Documentation/arch/x86/xstate.rst). The answer holds
 * for all threads that this process has and will have. */
static gboolean
ask_for_tiles (void)
{
#if defined(__x86_64__) && defined(__linux__) && defined(SYS_arch_prctl)
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

  return syscall (SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
#else
  return FALSE;
#endif
}

/* This asks the kernel for tiles only where everything else is there and @limit allows it, because the permission makes
 * signal frames larger. */
static NnIsa
detect (NnIsa limit, const gchar **why)
{
  NnCpuRegisters r = { 0 };

#if defined(__x86_64__)
  read_registers (&r);
#endif
  r.tiles_permitted = TRUE;
  if (limit >= NN_ISA_AMX && nn_cpu_level_of (&r, why) == NN_ISA_AMX)
    r.tiles_permitted = ask_for_tiles ();
  return nn_cpu_level_of (&r, why);
}

static NnIsa
limit_of (const gchar *name, const gchar *what)
{
  NnIsa limit = NN_ISA_AMX;

  if (name && *name && !nn_isa_from_name (name, &limit)) {
    g_autofree gchar *known = g_strjoinv (", ", (gchar **)nn_isa_names);

    nn_log (G_LOG_LEVEL_WARNING, "%s=%s names no ISA level and is ignored; known are %s", what, name, known);
  }
  return limit;
}

NnIsa
nn_cpu_level (const gchar *max_isa)
{
  static gsize once = 0;
  NnIsa cap;

  if (g_once_init_enter (&once)) {
    const gchar *why, *name = g_getenv ("NN_MAX_ISA");
    const NnIsa limit = limit_of (name, "NN_MAX_ISA");
    const NnIsa found = detect (limit, &why);
    const NnIsa isa = MIN (found, limit);

    if (isa < found)
      nn_log (G_LOG_LEVEL_DEBUG, "ISA level %s: NN_MAX_ISA says so (the processor has %s)", nn_isa_name (isa),
              nn_isa_name (found));
    else
      nn_log (G_LOG_LEVEL_DEBUG, "ISA level %s: %s", nn_isa_name (isa), why);
    g_once_init_leave (&once, (gsize)isa + 1);
  }
  cap = limit_of (max_isa, "max_isa");
  return MIN ((NnIsa)(once - 1), cap);
}

guint
nn_cpu_count (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) != 0)
    return MAX (1, g_get_num_processors ());
  return MAX (1, CPU_COUNT (&set));
}
