/* gst-resnet: a pickle as data (the instructions of the machine)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The instruction set is described in Python's Lib/pickletools.py. Every instruction takes constant time or time linear
 * in the bytes that it reads, and makes at most one value; so the whole is linear in the file's size. Nothing
 * recurses. */
#include "load/torch/pickle-step.h"

#include <string.h>

#include "load/torch/pickle-globals.h"
#include "load/torch/pickle-stack.h"
#include "load/torch/pickle-value-private.h"

/* This counts keys and values, so the number of attributes is half of it. States with more are not looked at, because
 * one dictionary can be the state of many objects. */
#define MAX_ATTRIBUTES 512

static gboolean
truncated (NnPickleVm *vm)
{
  return nn_pickle_fail (vm, NN_ERROR_FORMAT, "the data ends inside an instruction; was the file cut off?");
}

static gboolean
op_proto (NnPickleVm *vm, guint a, guint b)
{
  guint64 version;

  if (!nn_cursor_uint_le (vm->cursor, 1, &version))
    return truncated (vm);
  return version <= 5 || nn_pickle_fail (vm, NN_ERROR_UNSUPPORTED, "protocol %u; 0 to 5 are known", (guint)version);
}

static gboolean
op_frame (NnPickleVm *vm, guint a, guint b)
{
  guint64 size;

  if (!nn_cursor_uint_le (vm->cursor, 8, &size))
    return truncated (vm);
  return size <= nn_cursor_left (vm->cursor) || truncated (vm);
}

static gboolean
op_stop (NnPickleVm *vm, guint a, guint b)
{
  vm->pickle->root = nn_pickle_pop (vm);
  return vm->pickle->root != NULL;
}

/* These instructions move items on the stack. */

static gboolean
op_mark (NnPickleVm *vm, guint a, guint b)
{
  guint height = vm->stack->len;

  g_array_append_val (vm->marks, height);
  return TRUE;
}

/* This removes the topmost mark if there is nothing above it. */
static gboolean
op_pop (NnPickleVm *vm, guint a, guint b)
{
  if (vm->marks->len && vm->stack->len == nn_pickle_floor (vm)) {
    g_array_set_size (vm->marks, vm->marks->len - 1);
    return TRUE;
  }
  return nn_pickle_pop (vm) != NULL;
}

static gboolean
op_pop_mark (NnPickleVm *vm, guint a, guint b)
{
  guint height = 0;

  if (!nn_pickle_pop_mark (vm, &height))
    return FALSE;
  g_ptr_array_set_size (vm->stack, (gint)height);
  return TRUE;
}

static gboolean
op_dup (NnPickleVm *vm, guint a, guint b)
{
  return nn_pickle_push (vm, nn_pickle_top (vm));
}

/* These instructions push plain values. */

static gboolean
op_constant (NnPickleVm *vm, guint type, guint integer)
{
  return nn_pickle_push_plain (vm, (NnPickleType)type, integer);
}

/* Integers of 4 bytes have a sign, shorter ones do not. */
static gboolean
op_int (NnPickleVm *vm, guint width, guint b)
{
  guint64 v;

  if (!nn_cursor_uint_le (vm->cursor, width, &v))
    return truncated (vm);
  return nn_pickle_push_plain (vm, NN_PICKLE_INT, width == 4 ? (gint32)(guint32)v : (gint64)v);
}

/* LONG1 and LONG4 are little-endian two's complement. */
static gboolean
op_long (NnPickleVm *vm, guint width, guint b)
{
  guint64 size, v = 0;
  const guint8 *bytes;
  NnPickleValue *value;

  if (!nn_cursor_uint_le (vm->cursor, width, &size) || !nn_cursor_bytes (vm->cursor, size, &bytes))
    return truncated (vm);
  if (size <= 8) {
    for (gsize i = size; i-- > 0;)
      v = v << 8 | bytes[i];
    if (size > 0 && size < 8 && (bytes[size - 1] & 0x80))
      v |= ~(guint64)0 << (8 * size);
    return nn_pickle_push_plain (vm, NN_PICKLE_INT, (gint64)v);
  }
  value = nn_pickle_value_new (vm, NN_PICKLE_BIG_INT);
  if (value) {
    value->n_items = (gsize)size;
    value->data = (const gchar *)bytes;
  }
  return nn_pickle_push (vm, value);
}

static gboolean
op_float (NnPickleVm *vm, guint a, guint b)
{
  const guint8 *bytes;
  guint64 bits = 0;
  gdouble number;

  if (!nn_cursor_bytes (vm->cursor, 8, &bytes))
    return truncated (vm);
  for (guint i = 0; i < 8; i++)
    bits = bits << 8 | bytes[i];
  memcpy (&number, &bits, sizeof number);
  return nn_pickle_push_float (vm, number);
}

/* Protocol 0 writes numbers and strings as lines of text. */
static gboolean
op_text (NnPickleVm *vm, guint op, guint b)
{
  const guint8 *line;
  gsize length;
  gchar buffer[64], *end;
  gint64 integer;
  NnPickleValue *value;

  if (!nn_cursor_line (vm->cursor, &line, &length))
    return truncated (vm);
  if (op == 'S') { /* a quoted string; if it has escapes, it is kept as plain bytes and they are not interpreted */
    if (length < 2 || (line[0] != '\'' && line[0] != '"') || line[length - 1] != line[0])
      return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a string without its quotes");
    return nn_pickle_push_data (vm, line + 1, length - 2, !memchr (line, '\\', length));
  }
  if (op == 'V')
    return nn_pickle_push_data (vm, line, length, !memchr (line, '\\', length));
  if (op == 'L' && length && line[length - 1] == 'L')
    length--;
  if (length == 0)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "an empty number");
  if (op == 'I' && length == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1'))
    return nn_pickle_push_plain (vm, NN_PICKLE_BOOL, line[1] == '1');
  if (length >= sizeof buffer || (op != 'F' && length > 18)) {
    if (op == 'F')
      return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a number of %" G_GSIZE_FORMAT " characters", length);
    value = nn_pickle_value_new (vm, NN_PICKLE_BIG_INT);
    if (value) {
      value->n_items = length;
      value->data = (const gchar *)line;
      value->text = TRUE;
    }
    return nn_pickle_push (vm, value);
  }
  memcpy (buffer, line, length);
  buffer[length] = 0;
  if (op == 'F') {
    gdouble number = g_ascii_strtod (buffer, &end);

    if (end != buffer + length)
      return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a float that is no number");
    return nn_pickle_push_float (vm, number);
  }
  integer = g_ascii_strtoll (buffer, &end, 10);
  if (end != buffer + length)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "an integer that is no number");
  return nn_pickle_push_plain (vm, NN_PICKLE_INT, integer);
}

/* Reads a counted string: @width bytes that give the length, then the bytes. */
static gboolean
op_counted (NnPickleVm *vm, guint width, guint is_string)
{
  guint64 size;
  const guint8 *bytes;

  if (!nn_cursor_uint_le (vm->cursor, width, &size) || !nn_cursor_bytes (vm->cursor, size, &bytes))
    return truncated (vm);
  return nn_pickle_push_data (vm, bytes, (gsize)size, is_string != 0);
}

/* These instructions make and fill containers. */

static gboolean
op_empty (NnPickleVm *vm, guint type, guint b)
{
  return nn_pickle_push (vm, nn_pickle_value_new (vm, (NnPickleType)type));
}

static gboolean
op_tuple (NnPickleVm *vm, guint n, guint b)
{
  if (vm->stack->len - nn_pickle_floor (vm) < n)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a tuple of %u, with fewer on the stack", n);
  return nn_pickle_collect (vm, NN_PICKLE_TUPLE, vm->stack->len - n);
}

static gboolean
op_collect (NnPickleVm *vm, guint type, guint b)
{
  guint height = 0;

  return nn_pickle_pop_mark (vm, &height) && nn_pickle_collect (vm, (NnPickleType)type, height);
}

static gboolean
op_append (NnPickleVm *vm, guint type, guint n)
{
  if (vm->stack->len - nn_pickle_floor (vm) < n + 1)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "the stack is empty");
  return nn_pickle_extend (vm, (NnPickleType)type, vm->stack->len - n);
}

static gboolean
op_extend (NnPickleVm *vm, guint type, guint b)
{
  guint height = 0;

  return nn_pickle_pop_mark (vm, &height) && nn_pickle_extend (vm, (NnPickleType)type, height);
}

/* These instructions store values in the memo and push them from it. */

static gboolean
op_memo (NnPickleVm *vm, guint width, guint put)
{
  guint64 index;

  if (!nn_cursor_uint_le (vm->cursor, width, &index))
    return truncated (vm);
  return put ? nn_pickle_memo_put (vm, index) : nn_pickle_memo_get (vm, index);
}

static gboolean
op_memo_text (NnPickleVm *vm, guint put, guint b)
{
  const guint8 *line;
  gsize length;
  guint64 index = 0;

  if (!nn_cursor_line (vm->cursor, &line, &length))
    return truncated (vm);
  if (length == 0 || length > 10)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a memo number that is none");
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isdigit (line[i]))
      return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a memo number that is none");
    index = 10 * index + (guint64)(line[i] - '0');
  }
  return put ? nn_pickle_memo_put (vm, index) : nn_pickle_memo_get (vm, index);
}

static gboolean
op_memoize (NnPickleVm *vm, guint a, guint b)
{
  return nn_pickle_memo_put (vm, vm->memo->len);
}

/* Names and calls: nothing is imported and nothing is called. */

static gboolean
op_global (NnPickleVm *vm, guint a, guint b)
{
  const guint8 *module, *name;
  gsize module_size, name_size;

  if (!nn_cursor_line (vm->cursor, &module, &module_size) || !nn_cursor_line (vm->cursor, &name, &name_size))
    return truncated (vm);
  return nn_pickle_push (vm, nn_pickle_global (vm, (const gchar *)module, module_size, (const gchar *)name, name_size));
}

static gboolean
op_stack_global (NnPickleVm *vm, guint a, guint b)
{
  NnPickleValue *name = nn_pickle_pop (vm);
  NnPickleValue *module = name ? nn_pickle_pop (vm) : NULL;

  if (!module)
    return FALSE;
  if (name->type != NN_PICKLE_STRING || module->type != NN_PICKLE_STRING)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a global whose name is no string");
  return nn_pickle_push (vm, nn_pickle_global (vm, module->data, module->n_items, name->data, name->n_items));
}

/* INST and OBJ of protocols 0 and 1 call a class. torch never writes them; the message names them so that a person sees
 * what was tried. */
static gboolean
op_inst (NnPickleVm *vm, guint a, guint b)
{
  if (!op_global (vm, a, b))
    return FALSE;
  return nn_pickle_fail (vm, NN_ERROR_UNSAFE, "refuses to make an instance; nothing of it was run");
}

static gboolean
op_reduce (NnPickleVm *vm, guint with_keywords, guint b)
{
  NnPickleValue *keywords = with_keywords ? nn_pickle_pop (vm) : NULL;
  NnPickleValue *args, *callable;

  if (with_keywords && !keywords)
    return FALSE;
  args = nn_pickle_pop (vm);
  callable = args ? nn_pickle_pop (vm) : NULL;
  if (!callable)
    return FALSE;
  if (with_keywords && (keywords->type != NN_PICKLE_DICT || keywords->n_items) && !nn_pickle_is_inert (callable))
    return nn_pickle_fail (vm, NN_ERROR_UNSUPPORTED, "a call with keyword arguments");
  return nn_pickle_push (vm, nn_pickle_reduce (vm, callable, args));
}

/* This is object.__setstate__ (state): OrderedDict's _metadata, or a tensor's Python attributes. Nothing of it is
 * needed except to recognize a module, which always has these two attributes. */
static gboolean
op_build (NnPickleVm *vm, guint a, guint b)
{
  NnPickleValue *state = nn_pickle_pop (vm);
  NnPickleValue *object = state ? nn_pickle_top (vm) : NULL;

  if (!object)
    return FALSE;
  if (object->type != NN_PICKLE_OPAQUE && object->type != NN_PICKLE_DICT && object->type != NN_PICKLE_TENSOR)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a state for something that has none");
  if (object->type == NN_PICKLE_OPAQUE && state->n_items <= MAX_ATTRIBUTES && nn_pickle_dict_get (state, "_parameters")
      && nn_pickle_dict_get (state, "_modules"))
    object->is_module = TRUE;
  return TRUE;
}

static gboolean
op_persistent (NnPickleVm *vm, guint a, guint b)
{
  NnPickleValue *id = nn_pickle_pop (vm);

  NnPickleValue *storage = id ? nn_pickle_persistent (vm, id) : NULL;

  if (storage && !nn_pickle_draw (vm, 4 * sizeof (gpointer)))
    return FALSE;
  if (storage && storage->type == NN_PICKLE_STORAGE)
    g_ptr_array_add (vm->pickle->storages, storage);
  return nn_pickle_push (vm, storage);
}

static gboolean
op_unsafe (NnPickleVm *vm, guint op, guint b)
{
  gchar shown[8];

  g_snprintf (shown, sizeof shown, g_ascii_isgraph ((gchar)op) ? "'%c'" : "0x%02x", op);
  return nn_pickle_fail (vm, NN_ERROR_UNSAFE, "refuses the instruction %s; nothing of it was run", shown);
}

/* The function that runs an instruction, and two numbers that tell it which of several similar instructions this is. */
typedef struct {
  gboolean (*run) (NnPickleVm *vm, guint a, guint b);
  guint a, b;
} Instruction;

static const Instruction instructions[256] = {
  [0x80] = { op_proto },
  [0x95] = { op_frame }, /* it is a hint for programs that read streams */
  ['.'] = { op_stop },
  ['('] = { op_mark },
  ['0'] = { op_pop },
  ['1'] = { op_pop_mark },
  ['2'] = { op_dup },
  /* values: a and b are the type and the number; or the width of a number; or the width of a length and whether it is a
   * string */
  ['N'] = { op_constant, NN_PICKLE_NONE, 0 },
  [0x88] = { op_constant, NN_PICKLE_BOOL, TRUE },
  [0x89] = { op_constant, NN_PICKLE_BOOL, FALSE },
  ['J'] = { op_int, 4 },
  ['K'] = { op_int, 1 },
  ['M'] = { op_int, 2 },
  [0x8a] = { op_long, 1 },
  [0x8b] = { op_long, 4 },
  ['G'] = { op_float },
  ['F'] = { op_text, 'F' },
  ['I'] = { op_text, 'I' },
  ['L'] = { op_text, 'L' },
  ['S'] = { op_text, 'S' },
  ['V'] = { op_text, 'V' },
  ['U'] = { op_counted, 1, TRUE }, /* SHORT_BINSTRING, BINSTRING: Python 2's str */
  ['T'] = { op_counted, 4, TRUE },
  [0x8c] = { op_counted, 1, TRUE },
  ['X'] = { op_counted, 4, TRUE },
  [0x8d] = { op_counted, 8, TRUE },
  ['C'] = { op_counted, 1, FALSE },
  ['B'] = { op_counted, 4, FALSE },
  [0x8e] = { op_counted, 8, FALSE },
  [0x96] = { op_counted, 8, FALSE }, /* BYTEARRAY8 */
  /* containers: a and b are the type and the number of items */
  [')'] = { op_empty, NN_PICKLE_TUPLE },
  [']'] = { op_empty, NN_PICKLE_LIST },
  ['}'] = { op_empty, NN_PICKLE_DICT },
  [0x8f] = { op_empty, NN_PICKLE_SET },
  [0x85] = { op_tuple, 1 },
  [0x86] = { op_tuple, 2 },
  [0x87] = { op_tuple, 3 },
  ['t'] = { op_collect, NN_PICKLE_TUPLE },
  ['l'] = { op_collect, NN_PICKLE_LIST },
  ['d'] = { op_collect, NN_PICKLE_DICT },
  [0x91] = { op_collect, NN_PICKLE_SET },
  ['a'] = { op_append, NN_PICKLE_LIST, 1 },
  ['s'] = { op_append, NN_PICKLE_DICT, 2 },
  ['e'] = { op_extend, NN_PICKLE_LIST },
  ['u'] = { op_extend, NN_PICKLE_DICT },
  [0x90] = { op_extend, NN_PICKLE_SET },
  /* the memo: a and b are the width of the number and whether a value is stored there */
  ['q'] = { op_memo, 1, TRUE },
  ['r'] = { op_memo, 4, TRUE },
  ['h'] = { op_memo, 1, FALSE },
  ['j'] = { op_memo, 4, FALSE },
  ['p'] = { op_memo_text, TRUE },
  ['g'] = { op_memo_text, FALSE },
  [0x94] = { op_memoize },
  /* Names and calls: nothing is imported and nothing is called. */
  ['c'] = { op_global },
  [0x93] = { op_stack_global },
  ['i'] = { op_inst },
  ['R'] = { op_reduce, FALSE },
  [0x81] = { op_reduce, FALSE }, /* NEWOBJ */
  [0x92] = { op_reduce, TRUE },  /* NEWOBJ_EX */
  ['b'] = { op_build },
  ['Q'] = { op_persistent },
  ['o'] = { op_unsafe, 'o' },
  ['P'] = { op_unsafe, 'P' },
  /* EXT1, EXT2, EXT4: these name entries of a registry in the process that reads. */
  [0x82] = { op_unsafe, 0x82 },
  [0x83] = { op_unsafe, 0x83 },
  [0x84] = { op_unsafe, 0x84 },
  /* NEXT_BUFFER, READONLY_BUFFER: these need data that is outside the file. */
  [0x97] = { op_unsafe, 0x97 },
  [0x98] = { op_unsafe, 0x98 },
};

gboolean
nn_pickle_step (NnPickleVm *vm)
{
  NnCursor *c = vm->cursor;
  guint8 op;

  vm->at = c->pos;
  if (!nn_pickle_check_stack (vm))
    return FALSE;
  if (!nn_cursor_u8 (c, &op))
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "the data ends before the pickle does; was the file cut off?");
  if (!instructions[op].run) {
    gchar shown[8];

    g_snprintf (shown, sizeof shown, g_ascii_isgraph (op) ? "'%c'" : "0x%02x", op);
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "%s is no pickle instruction", shown);
  }
  return instructions[op].run (vm, instructions[op].a, instructions[op].b);
}
