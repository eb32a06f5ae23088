/* gst-resnet tests: the ISA level from the registers of real processors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bits that the decision does not read may differ between steppings of a processor. */
#include <nn/cpu.h>
#include <nn/session.h>
#include <signal.h>
#include <string.h>

#include "base/nn-cpu.h"

#define ZEN3                                                                                                           \
  {                                                                                                                    \
    .leaf1_ecx = 0x7ef8320b, .leaf7_ebx = 0x219c97a9, .leaf7_ecx = 0x0040068c, .leaf7_edx = 0x00000010, .xcr0 = 0x207, \
    .tiles_permitted = FALSE                                                                                           \
  }
#define ALDER_LAKE                                                                                                     \
  {                                                                                                                    \
    .leaf1_ecx = 0x7ffafbff, .leaf7_ebx = 0x239ca7eb, .leaf7_ecx = 0x984007bc, .leaf7_edx = 0xfc18c410,                \
    .leaf7_1_eax = 0x00400810, .xcr0 = 0x207                                                                           \
  }
#define SAPPHIRE_RAPIDS                                                                                                \
  {                                                                                                                    \
    .leaf1_ecx = 0x7ffefbff, .leaf7_ebx = 0xf3bfbffb, .leaf7_ecx = 0xfb417ffe, .leaf7_edx = 0xffdd4432,                \
    .leaf7_1_eax = 0x00001c30, .xcr0 = 0x602e7, .tiles_permitted = TRUE                                                \
  }

typedef struct {
  const gchar *name;
  NnCpuRegisters registers;
  NnIsa isa;
  const gchar *why; /* a part of the reason */
} Processor;

static const Processor processors[] = {
  { "nothing", { 0 }, NN_ISA_C, "AVX2" },
  { "Westmere", { .leaf1_ecx = 0x029ee3ff }, NN_ISA_C, "AVX2" },
  { "Sandy Bridge", { .leaf1_ecx = 0x1fbae3ff, .xcr0 = 0x7 }, NN_ISA_C, "AVX2" },
  { "Haswell", { .leaf1_ecx = 0x7ffafbff, .leaf7_ebx = 0x000027ab, .xcr0 = 0x7 }, NN_ISA_AVX2, "AVX-512" },
  { "Zen 3", ZEN3, NN_ISA_AVX2, "AVX-512" },
  { "Alder Lake", ALDER_LAKE, NN_ISA_AVXVNNI, "AVX-512" },
  { "Xeon Phi without BW, DQ, VL",
    { .leaf1_ecx = 0x7ff8f3bf, .leaf7_ebx = 0x1c0d23ab, .xcr0 = 0xe7 },
    NN_ISA_AVX2,
    "AVX-512" },
  { "Skylake-X",
    { .leaf1_ecx = 0x7ffefbff, .leaf7_ebx = 0xd39ffffb, .leaf7_edx = 0x9c000000, .xcr0 = 0x2ff },
    NN_ISA_AVX512,
    "VNNI" },
  { "Ice Lake-SP",
    { .leaf1_ecx = 0x7ffefbff,
      .leaf7_ebx = 0xf3bfbffb,
      .leaf7_ecx = 0x40417f5e,
      .leaf7_edx = 0xbc040412,
      .xcr0 = 0x2e7 },
    NN_ISA_AVX512VNNI,
    "BF16" },
  { "Zen 4",
    { .leaf1_ecx = 0x7ef8320b,
      .leaf7_ebx = 0xf1bf97a9,
      .leaf7_ecx = 0x00405fce,
      .leaf7_edx = 0x10000010,
      .leaf7_1_eax = 0x00000020,
      .xcr0 = 0x2e7 },
    NN_ISA_AVX512BF16,
    "AMX" },
  { "Sapphire Rapids", SAPPHIRE_RAPIDS, NN_ISA_AMX, "all" },
};

static void
check (const gchar *name, const NnCpuRegisters *registers, NnIsa isa, const gchar *part)
{
  const gchar *why = NULL;
  const NnIsa got = nn_cpu_level_of (registers, &why);

  if (got != isa)
    g_error ("%s: %s instead of %s", name, nn_isa_name (got), nn_isa_name (isa));
  g_assert_nonnull (why);
  if (!strstr (why, part))
    g_error ("%s: \"%s\" says nothing of %s", name, why, part);
}

static void
test_processors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (processors); i++)
    check (processors[i].name, &processors[i].registers, processors[i].isa, processors[i].why);
}

/* A hypervisor or an old kernel shows the processor's bits, but does not save the registers. */
static void
test_registers_not_saved (void)
{
  static const struct {
    guint64 xcr0;
    NnIsa isa;
    const gchar *why;
  } cases[] = {
    { 0x0, NN_ISA_C, "YMM" },
    { 0x3, NN_ISA_C, "YMM" },                /* x87 and SSE */
    { 0x7, NN_ISA_AVXVNNI, "ZMM" },          /* and AVX */
    { 0x67, NN_ISA_AVXVNNI, "ZMM" },         /* without ZMM16 to 31 */
    { 0xe7, NN_ISA_AVX512BF16, "tiles" },    /* and AVX-512 */
    { 0x200e7, NN_ISA_AVX512BF16, "tiles" }, /* TILECFG alone */
    { 0x600e7, NN_ISA_AMX, "all" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    NnCpuRegisters r = SAPPHIRE_RAPIDS;

    r.xcr0 = cases[i].xcr0;
    check ("Sapphire Rapids, registers not saved", &r, cases[i].isa, cases[i].why);
  }
}

static void
test_no_osxsave (void)
{
  NnCpuRegisters r = SAPPHIRE_RAPIDS;

  r.leaf1_ecx &= ~(1u << 27);
  check ("Sapphire Rapids without OSXSAVE", &r, NN_ISA_C, "AVX2");
}

static void
test_kernel_refuses (void)
{
  NnCpuRegisters r = SAPPHIRE_RAPIDS;

  r.tiles_permitted = FALSE;
  check ("Sapphire Rapids, kernel refusal", &r, NN_ISA_AVX512BF16, "refused");
}

/* The same happens with a real kernel: Linux gives no AMX to a process one of whose threads has an alternate signal
 * stack that is too small for AMX's registers (arch/x86/kernel/signal.c). A stack of 8 KB holds those of AVX-512. */
static void
test_small_signal_stack (void)
{
  static gchar memory[8192] __attribute__ ((aligned (64)));
  const stack_t stack = { .ss_sp = memory, .ss_size = sizeof memory };

  if (g_test_subprocess ()) {
    g_assert_no_errno (sigaltstack (&stack, NULL));
    g_assert_cmpint (nn_cpu_level (NULL), <, NN_ISA_AMX);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* Each bit of a bundle is needed: without any one of them the level is lower. */
static void
test_every_bit (void)
{
  static const struct {
    gsize offset;
    guint bit;
    NnIsa below;
  } bits[] = {
#define LEAF(member) G_STRUCT_OFFSET (NnCpuRegisters, member)
    { LEAF (leaf1_ecx), 12, NN_ISA_AVX2 },        { LEAF (leaf1_ecx), 29, NN_ISA_AVX2 },
    { LEAF (leaf7_ebx), 5, NN_ISA_AVX2 },         { LEAF (leaf7_ebx), 16, NN_ISA_AVX512 },
    { LEAF (leaf7_ebx), 17, NN_ISA_AVX512 },      { LEAF (leaf7_ebx), 30, NN_ISA_AVX512 },
    { LEAF (leaf7_ebx), 31, NN_ISA_AVX512 },      { LEAF (leaf7_ecx), 11, NN_ISA_AVX512VNNI },
    { LEAF (leaf7_1_eax), 5, NN_ISA_AVX512BF16 }, { LEAF (leaf7_edx), 22, NN_ISA_AMX },
    { LEAF (leaf7_edx), 24, NN_ISA_AMX },         { LEAF (leaf7_edx), 25, NN_ISA_AMX },
#undef LEAF
  };

  for (guint i = 0; i < G_N_ELEMENTS (bits); i++) {
    NnCpuRegisters r = SAPPHIRE_RAPIDS;
    const gchar *why;

    G_STRUCT_MEMBER (guint32, &r, bits[i].offset) &= ~(1u << bits[i].bit);
    g_assert_cmpint (nn_cpu_level_of (&r, &why), <, bits[i].below);
  }
}

static void
test_names (void)
{
  const gchar *const *names = nn_cpu_get_isa_names ();
  NnIsa isa;

  g_assert_false (nn_isa_from_name ("mmx", &isa));
  g_assert_false (nn_isa_from_name ("", &isa));
  for (guint i = 0; names[i]; i++) {
    g_assert_true (nn_isa_from_name (names[i], &isa));
    g_assert_cmpuint (isa, ==, i);
    g_assert_cmpstr (nn_isa_name (isa), ==, names[i]);
  }
  g_assert_cmpstr (names[NN_ISA_AMX], ==, "amx");
  g_assert_null (names[NN_ISA_AMX + 1]);
}

/* Each capped level is at most the cap and at most the machine's level. An unknown cap causes one message and caps
 * nothing. */
static void
test_caps (void)
{
  const NnIsa found = nn_cpu_level (NULL);
  const gchar *const *names = nn_cpu_get_isa_names ();

  for (guint i = 0; names[i]; i++)
    g_assert_cmpint (nn_cpu_level (names[i]), ==, MIN ((NnIsa)i, found));
  g_test_expect_message ("nn", G_LOG_LEVEL_WARNING, "*sse9*c, avx2, avxvnni, avx512, avx512vnni, avx512bf16, amx*");
  g_assert_cmpint (nn_cpu_level ("sse9"), ==, found);
  g_test_assert_expected_messages ();
}

static void
test_precision_names (void)
{
  static const gchar *const names[] = { "auto", "highest", "high", "medium" };
  NnPrecision precision = NN_PRECISION_HIGH;

  g_assert_false (nn_precision_from_string ("fp32", &precision));
  g_assert_false (nn_precision_from_string ("", &precision));
  g_assert_cmpint (precision, ==, NN_PRECISION_HIGH);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_true (nn_precision_from_string (names[i], &precision));
    g_assert_cmpstr (nn_precision_to_string (precision), ==, names[i]);
  }
  g_assert_cmpint (NN_PRECISION_AUTO, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpu/no-osxsave", test_no_osxsave);
  g_test_add_func ("/cpu/registers-not-saved", test_registers_not_saved);
  g_test_add_func ("/cpu/kernel-refuses", test_kernel_refuses);
  g_test_add_func ("/cpu/small-signal-stack", test_small_signal_stack);
  g_test_add_func ("/cpu/every-bit", test_every_bit);
  g_test_add_func ("/cpu/processors", test_processors);
  g_test_add_func ("/cpu/names", test_names);
  g_test_add_func ("/cpu/caps", test_caps);
  g_test_add_func ("/cpu/precision-names", test_precision_names);
  return g_test_run ();
}
