/* gst-resnet: what this processor has
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * NnIsa: levels of instruction sets in the order in which they are compared, and what each needs
 *
 * C           nothing: portable C and OpenBLAS
 * AVX2        AVX2, FMA, F16C; the system saves XMM and YMM
 * AVXVNNI     all of AVX2, and AVX-VNNI (the VEX form)
 * AVX512      all of AVX2, and AVX-512 F, BW, DQ, VL; the system saves opmasks and ZMM
 * AVX512VNNI  all of AVX512, and AVX-512 VNNI
 * AVX512BF16  all of AVX512VNNI, and AVX-512 BF16
 * AMX         all of AVX512BF16, and AMX-TILE, AMX-BF16, AMX-INT8; the system saves TILECFG and TILEDATA, and the
 *             kernel gave this process the permission to use the latter
 *
 * Each level contains the ones before it, so that `isa >= NN_ISA_…` is the test, with one exception: AVX-VNNI is in no
 * level but its own (Skylake-X has AVX-512 and not AVX-VNNI), so its test is `isa == NN_ISA_AVXVNNI`.
 */
typedef enum {
  NN_ISA_C,
  NN_ISA_AVX2,
  NN_ISA_AVXVNNI,
  NN_ISA_AVX512,
  NN_ISA_AVX512VNNI,
  NN_ISA_AVX512BF16,
  NN_ISA_AMX,
} NnIsa;

/* Decides which level is used; no other place does. It looks at the processor, the operating system (XCR0), the
 * environment's NN_MAX_ISA and @max_isa (NULL is no further cap). It ignores an unknown name in @max_isa or NN_MAX_ISA
 * with a warning that names the known ones; for NN_MAX_ISA it warns only once. */
NnIsa nn_cpu_level (const gchar *max_isa);
const gchar *nn_isa_name (NnIsa isa);
gboolean nn_isa_from_name (const gchar *name, NnIsa *isa);
/* Returns all names in the order of NnIsa, NULL-terminated. */
extern const gchar *const nn_isa_names[];

/**
 * NnCpuRegisters: what the decision is made from (Intel SDM volume 1, chapter 13 and 18; volume 2A, CPUID)
 * @leaf1_ecx: CPUID.1:ECX
 * @leaf7_ebx, @leaf7_ecx, @leaf7_edx: CPUID.(7,0); 0 where the processor has no leaf 7
 * @leaf7_1_eax: CPUID.(7,1):EAX; 0 where it has no such subleaf
 * @xcr0: XGETBV(0); 0 where OSXSAVE is not set
 * @tiles_permitted: the kernel lets this process use TILEDATA
 */
typedef struct {
  guint32 leaf1_ecx, leaf7_ebx, leaf7_ecx, leaf7_edx, leaf7_1_eax;
  guint64 xcr0;
  gboolean tiles_permitted;
} NnCpuRegisters;

/* Makes only the decision, so that tests can use the values of real processors. *why becomes a static string that says
 * why the next level is not used. */
NnIsa nn_cpu_level_of (const NnCpuRegisters *registers, const gchar **why);

/* Returns on how many CPUs this process may run (its affinity mask), at least 1. */
guint nn_cpu_count (void);
