/* gst-resnet: a pickle as data (the machine)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Instruction set: Python's Lib/pickletools.py. Every instruction is constant time or linear in the bytes it reads, and
 * makes at most one value, so the whole is linear in the file. Nothing recurses. */
#include "load/torch/pickle.h"

#include "load/torch/pickle-private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 1000
/* Twice as many attributes as are looked at: one dictionary can be the state of many objects. */
#define MAX_ATTRIBUTES 512

/* stack */

static gboolean
push (NnPickleVm *vm, NnPickleValue *value)
{
  if (!value)
    return FALSE;
  g_ptr_array_add (vm->stack, value);
  return TRUE;
}

/* The lowest index that instructions may touch: what lies below the topmost mark belongs to somebody else. */
static guint
floor_of (const NnPickleVm *vm)
{
  return vm->marks->len ? g_array_index (vm->marks, guint, vm->marks->len - 1) : 0;
}

static NnPickleValue *
pop (NnPickleVm *vm)
{
  NnPickleValue *value;

  if (vm->stack->len <= floor_of (vm)) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "the stack is empty");
    return NULL;
  }
  value = g_ptr_array_index (vm->stack, vm->stack->len - 1);
  g_ptr_array_set_size (vm->stack, (gint)vm->stack->len - 1);
  return value;
}

static NnPickleValue *
top (NnPickleVm *vm)
{
  if (vm->stack->len <= floor_of (vm)) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "the stack is empty");
    return NULL;
  }
  return g_ptr_array_index (vm->stack, vm->stack->len - 1);
}

/* The stack's height at the topmost mark, which is taken off. */
static gboolean
pop_mark (NnPickleVm *vm, guint *height)
{
  if (vm->marks->len == 0)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "there is no mark on the stack");
  *height = g_array_index (vm->marks, guint, vm->marks->len - 1);
  g_array_set_size (vm->marks, vm->marks->len - 1);
  return TRUE;
}

/* values */

static gboolean
push_plain (NnPickleVm *vm, NnPickleType type, gint64 integer)
{
  NnPickleValue *value = nn_pickle_value_new (vm, type);

  if (value)
    value->integer = integer;
  return push (vm, value);
}

static gboolean
push_float (NnPickleVm *vm, gdouble number)
{
  NnPickleValue *value = nn_pickle_value_new (vm, NN_PICKLE_FLOAT);

  if (value)
    value->number = number;
  return push (vm, value);
}

/* A string where the bytes are UTF-8 without NUL, else bytes, which stay in the file. */
static gboolean
push_data (NnPickleVm *vm, const guint8 *bytes, gsize size, gboolean is_string)
{
  NnPickleValue *value = nn_pickle_value_new (vm, NN_PICKLE_BYTES);

  if (!value)
    return FALSE;
  value->n_items = size;
  if (is_string && g_utf8_validate ((const gchar *)bytes, (gssize)size, NULL) && !memchr (bytes, 0, size)) {
    value->type = NN_PICKLE_STRING;
    value->data = nn_pickle_intern (vm, (const gchar *)bytes, size);
    if (!value->data)
      return FALSE;
  } else {
    value->data = (const gchar *)bytes;
  }
  return push (vm, value);
}

static gboolean
truncated (NnPickleVm *vm)
{
  return nn_pickle_fail (vm, NN_ERROR_FORMAT, "the data ends inside an instruction; was the file cut off?");
}

/* A counted string: @width bytes of length, then the bytes. */
static gboolean
op_counted (NnPickleVm *vm, guint width, gboolean is_string)
{
  guint64 size;
  const guint8 *bytes;

  if (!nn_cursor_uint_le (vm->cursor, width, &size) || !nn_cursor_bytes (vm->cursor, size, &bytes))
    return truncated (vm);
  return push_data (vm, bytes, (gsize)size, is_string);
}

/* LONG1 and LONG4: little-endian two's complement. */
static gboolean
op_long (NnPickleVm *vm, guint width)
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
    return push_plain (vm, NN_PICKLE_INT, (gint64)v);
  }
  value = nn_pickle_value_new (vm, NN_PICKLE_BIG_INT);
  if (value) {
    value->n_items = (gsize)size;
    value->data = (const gchar *)bytes;
  }
  return push (vm, value);
}

static gboolean
op_float (NnPickleVm *vm)
{
  const guint8 *bytes;
  guint64 bits = 0;
  gdouble number;

  if (!nn_cursor_bytes (vm->cursor, 8, &bytes))
    return truncated (vm);
  for (guint i = 0; i < 8; i++)
    bits = bits << 8 | bytes[i];
  memcpy (&number, &bits, sizeof number);
  return push_float (vm, number);
}

/* Protocol 0: numbers and strings as lines of text. */
static gboolean
op_text (NnPickleVm *vm, guint8 op)
{
  const guint8 *line;
  gsize length;
  gchar buffer[64], *end;
  gint64 integer;
  NnPickleValue *value;

  if (!nn_cursor_line (vm->cursor, &line, &length))
    return truncated (vm);
  if (op == 'S') { /* quoted; one with escapes stays what it is, inert */
    if (length < 2 || (line[0] != '\'' && line[0] != '"') || line[length - 1] != line[0])
      return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a string without its quotes");
    return push_data (vm, line + 1, length - 2, !memchr (line, '\\', length));
  }
  if (op == 'V')
    return push_data (vm, line, length, !memchr (line, '\\', length));
  if (op == 'L' && length && line[length - 1] == 'L')
    length--;
  if (length == 0)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "an empty number");
  if (op == 'I' && length == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1'))
    return push_plain (vm, NN_PICKLE_BOOL, line[1] == '1');
  if (length >= sizeof buffer || (op != 'F' && length > 18)) {
    if (op == 'F')
      return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a number of %" G_GSIZE_FORMAT " characters", length);
    value = nn_pickle_value_new (vm, NN_PICKLE_BIG_INT);
    if (value) {
      value->n_items = length;
      value->data = (const gchar *)line;
      value->text = TRUE;
    }
    return push (vm, value);
  }
  memcpy (buffer, line, length);
  buffer[length] = 0;
  if (op == 'F') {
    gdouble number = g_ascii_strtod (buffer, &end);

    if (end != buffer + length)
      return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a float that is no number");
    return push_float (vm, number);
  }
  integer = g_ascii_strtoll (buffer, &end, 10);
  if (end != buffer + length)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "an integer that is no number");
  return push_plain (vm, NN_PICKLE_INT, integer);
}

/* containers */

static gboolean
push_empty (NnPickleVm *vm, NnPickleType type)
{
  return push (vm, nn_pickle_value_new (vm, type));
}

/* A container of the stack's items from @height on. */
static gboolean
collect (NnPickleVm *vm, NnPickleType type, guint height)
{
  guint n = vm->stack->len - height;
  NnPickleValue *value;

  if (type == NN_PICKLE_DICT && n % 2)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a dictionary with a key that has no value");
  value = nn_pickle_value_new (vm, type);
  if (!value)
    return FALSE;
  if (n) {
    if (!nn_pickle_draw (vm, n * sizeof *value->items + 2 * sizeof (gpointer)))
      return FALSE;
    value->items = g_new (NnPickleValue *, n);
    memcpy (value->items, vm->stack->pdata + height, n * sizeof *value->items);
    value->n_items = value->n_allocated = n;
  }
  g_ptr_array_set_size (vm->stack, (gint)height);
  return push (vm, value);
}

static gboolean
collect_top (NnPickleVm *vm, guint n)
{
  if (vm->stack->len - floor_of (vm) < n)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a tuple of %u, with fewer on the stack", n);
  return collect (vm, NN_PICKLE_TUPLE, vm->stack->len - n);
}

static gboolean
collect_marked (NnPickleVm *vm, NnPickleType type)
{
  guint height = 0;

  return pop_mark (vm, &height) && collect (vm, type, height);
}

/* Moves the stack's items from @height on into the container below them. What an inert object is given is dropped. */
static gboolean
extend (NnPickleVm *vm, NnPickleType type, guint height)
{
  guint n = vm->stack->len - height;
  NnPickleValue *container;

  if (height <= floor_of (vm))
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "nothing on the stack to add items to");
  container = g_ptr_array_index (vm->stack, height - 1);
  if (type == NN_PICKLE_DICT && n % 2)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a dictionary with a key that has no value");
  if (container->type == type) {
    for (guint i = 0; i < n; i++)
      if (!nn_pickle_append (vm, container, g_ptr_array_index (vm->stack, height + i)))
        return FALSE;
  } else if (container->type != NN_PICKLE_OPAQUE) {
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "items for something that takes none");
  }
  g_ptr_array_set_size (vm->stack, (gint)height);
  return TRUE;
}

static gboolean
extend_top (NnPickleVm *vm, NnPickleType type, guint n)
{
  if (vm->stack->len - floor_of (vm) < n + 1)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "the stack is empty");
  return extend (vm, type, vm->stack->len - n);
}

static gboolean
extend_marked (NnPickleVm *vm, NnPickleType type)
{
  guint height = 0;

  return pop_mark (vm, &height) && extend (vm, type, height);
}

/* memo */

/* What an array takes that has grown to @len, where it has grown beyond what was drawn for: it doubles, and is there
 * twice while it moves. */
static gboolean
pay (NnPickleVm *vm, guint len, gsize element, guint *paid)
{
  const guint to = MAX (2 * len, 256);

  if (len <= *paid)
    return TRUE;
  if (!nn_pickle_draw (vm, (guint64)(to - *paid) * element * 2))
    return FALSE;
  *paid = to;
  return TRUE;
}

static gboolean
memo_put (NnPickleVm *vm, guint64 index)
{
  NnPickleValue *value = top (vm);

  if (!value)
    return FALSE;
  /* Picklers number in order, and each number costs at least two bytes: more is an attempt to make us allocate. */
  if (index > vm->cursor->pos || index >= NN_PICKLE_MAX_VALUES)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "memo number %" G_GUINT64_FORMAT " at a place where fewer fit", index);
  if (index >= vm->memo->len && !pay (vm, (guint)index + 1, sizeof (gpointer), &vm->paid_memo))
    return FALSE;
  if (index >= vm->memo->len)
    g_ptr_array_set_size (vm->memo, (gint)index + 1);
  g_ptr_array_index (vm->memo, index) = value;
  return TRUE;
}

static gboolean
memo_get (NnPickleVm *vm, guint64 index)
{
  NnPickleValue *value = index < vm->memo->len ? g_ptr_array_index (vm->memo, index) : NULL;

  if (!value)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "memo number %" G_GUINT64_FORMAT " was never stored", index);
  return push (vm, value);
}

static gboolean
op_memo (NnPickleVm *vm, guint width, gboolean put)
{
  guint64 index;

  if (!nn_cursor_uint_le (vm->cursor, width, &index))
    return truncated (vm);
  return put ? memo_put (vm, index) : memo_get (vm, index);
}

static gboolean
op_memo_text (NnPickleVm *vm, gboolean put)
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
  return put ? memo_put (vm, index) : memo_get (vm, index);
}

/* names and calls that are none */

static gboolean
op_global (NnPickleVm *vm)
{
  const guint8 *module, *name;
  gsize module_size, name_size;

  if (!nn_cursor_line (vm->cursor, &module, &module_size) || !nn_cursor_line (vm->cursor, &name, &name_size))
    return truncated (vm);
  return push (vm, nn_pickle_global (vm, (const gchar *)module, module_size, (const gchar *)name, name_size));
}

static gboolean
op_stack_global (NnPickleVm *vm)
{
  NnPickleValue *name = pop (vm);
  NnPickleValue *module = name ? pop (vm) : NULL;

  if (!module)
    return FALSE;
  if (name->type != NN_PICKLE_STRING || module->type != NN_PICKLE_STRING)
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "a global whose name is no string");
  return push (vm, nn_pickle_global (vm, module->data, module->n_items, name->data, name->n_items));
}

/* INST and OBJ of protocols 0 and 1 call a class. torch never writes them; named so that a person sees what was tried.
 */
static gboolean
op_inst (NnPickleVm *vm)
{
  if (!op_global (vm))
    return FALSE;
  return nn_pickle_fail (vm, NN_ERROR_UNSAFE, "refuses to make an instance; nothing of it was run");
}

static gboolean
op_reduce (NnPickleVm *vm, gboolean with_keywords)
{
  NnPickleValue *keywords = with_keywords ? pop (vm) : NULL;
  NnPickleValue *args, *callable;

  if (with_keywords && !keywords)
    return FALSE;
  args = pop (vm);
  callable = args ? pop (vm) : NULL;
  if (!callable)
    return FALSE;
  if (with_keywords && (keywords->type != NN_PICKLE_DICT || keywords->n_items) && !nn_pickle_is_inert (callable))
    return nn_pickle_fail (vm, NN_ERROR_UNSUPPORTED, "a call with keyword arguments");
  return push (vm, nn_pickle_reduce (vm, callable, args));
}

/* object.__setstate__ (state): OrderedDict's _metadata, a tensor's Python attributes; nothing that is needed here but
 * to know a module: it always has these two among its attributes. */
static gboolean
op_build (NnPickleVm *vm)
{
  NnPickleValue *state = pop (vm);
  NnPickleValue *object = state ? top (vm) : NULL;

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
op_persistent (NnPickleVm *vm)
{
  NnPickleValue *id = pop (vm);

  NnPickleValue *storage = id ? nn_pickle_persistent (vm, id) : NULL;

  if (storage && !nn_pickle_draw (vm, 4 * sizeof (gpointer)))
    return FALSE;
  if (storage && storage->type == NN_PICKLE_STORAGE)
    g_ptr_array_add (vm->pickle->storages, storage);
  return push (vm, storage);
}

static gboolean
op_other (NnPickleVm *vm, guint8 op)
{
  gchar shown[8];

  g_snprintf (shown, sizeof shown, g_ascii_isgraph (op) ? "'%c'" : "0x%02x", op);
  switch (op) {
  case 0x82: /* EXT1, EXT2, EXT4: names out of a registry of the reading process */
  case 0x83:
  case 0x84:
  case 'o':
  case 'P':
  case 0x97: /* NEXT_BUFFER, READONLY_BUFFER: data outside the file */
  case 0x98:
    return nn_pickle_fail (vm, NN_ERROR_UNSAFE, "refuses the instruction %s; nothing of it was run", shown);
  default:
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "%s is no pickle instruction", shown);
  }
}

/* One instruction; *stop at the last. */
static gboolean
step (NnPickleVm *vm, gboolean *stop)
{
  NnCursor *c = vm->cursor;
  guint8 op;
  guint64 v;

  vm->at = c->pos;
  if (vm->stack->len > NN_PICKLE_MAX_VALUES || vm->marks->len > NN_PICKLE_MAX_VALUES)
    return nn_pickle_fail (vm, NN_ERROR_TOO_LARGE, "more than %d values on the stack", NN_PICKLE_MAX_VALUES);
  if (!pay (vm, vm->stack->len, sizeof (gpointer), &vm->paid_stack)
      || !pay (vm, vm->marks->len, sizeof (guint), &vm->paid_marks))
    return FALSE;
  if (!nn_cursor_u8 (c, &op))
    return nn_pickle_fail (vm, NN_ERROR_FORMAT, "the data ends before the pickle does; was the file cut off?");
  switch (op) {
  case 0x80: /* PROTO */
    if (!nn_cursor_uint_le (c, 1, &v))
      return truncated (vm);
    return v <= 5 || nn_pickle_fail (vm, NN_ERROR_UNSUPPORTED, "protocol %u; 0 to 5 are known", (guint)v);
  case 0x95: /* FRAME: a hint for readers of streams */
    if (!nn_cursor_uint_le (c, 8, &v))
      return truncated (vm);
    return v <= nn_cursor_left (c) || truncated (vm);
  case '.':
    vm->pickle->root = pop (vm);
    *stop = TRUE;
    return vm->pickle->root != NULL;
  case '(': {
    guint height = vm->stack->len;

    g_array_append_val (vm->marks, height);
    return TRUE;
  }
  case '0': /* POP takes a mark off when there is nothing above it */
    if (vm->marks->len && vm->stack->len == floor_of (vm)) {
      g_array_set_size (vm->marks, vm->marks->len - 1);
      return TRUE;
    }
    return pop (vm) != NULL;
  case '1': { /* POP_MARK */
    guint height = 0;

    if (!pop_mark (vm, &height))
      return FALSE;
    g_ptr_array_set_size (vm->stack, (gint)height);
    return TRUE;
  }
  case '2':
    return push (vm, top (vm));

  case 'N':
    return push_plain (vm, NN_PICKLE_NONE, 0);
  case 0x88:
    return push_plain (vm, NN_PICKLE_BOOL, 1);
  case 0x89:
    return push_plain (vm, NN_PICKLE_BOOL, 0);
  case 'J':
    return nn_cursor_uint_le (c, 4, &v) ? push_plain (vm, NN_PICKLE_INT, (gint32)(guint32)v) : truncated (vm);
  case 'K':
    return nn_cursor_uint_le (c, 1, &v) ? push_plain (vm, NN_PICKLE_INT, (gint64)v) : truncated (vm);
  case 'M':
    return nn_cursor_uint_le (c, 2, &v) ? push_plain (vm, NN_PICKLE_INT, (gint64)v) : truncated (vm);
  case 0x8a:
    return op_long (vm, 1);
  case 0x8b:
    return op_long (vm, 4);
  case 'G':
    return op_float (vm);
  case 'F':
  case 'I':
  case 'L':
  case 'S':
  case 'V':
    return op_text (vm, op);
  case 'U': /* SHORT_BINSTRING, BINSTRING: Python 2's str */
    return op_counted (vm, 1, TRUE);
  case 'T':
    return op_counted (vm, 4, TRUE);
  case 0x8c:
    return op_counted (vm, 1, TRUE);
  case 'X':
    return op_counted (vm, 4, TRUE);
  case 0x8d:
    return op_counted (vm, 8, TRUE);
  case 'C':
    return op_counted (vm, 1, FALSE);
  case 'B':
    return op_counted (vm, 4, FALSE);
  case 0x8e:
  case 0x96: /* BINBYTES8, BYTEARRAY8 */
    return op_counted (vm, 8, FALSE);

  case ')':
    return push_empty (vm, NN_PICKLE_TUPLE);
  case ']':
    return push_empty (vm, NN_PICKLE_LIST);
  case '}':
    return push_empty (vm, NN_PICKLE_DICT);
  case 0x8f:
    return push_empty (vm, NN_PICKLE_SET);
  case 0x85:
  case 0x86:
  case 0x87:
    return collect_top (vm, (guint)op - 0x84);
  case 't':
    return collect_marked (vm, NN_PICKLE_TUPLE);
  case 'l':
    return collect_marked (vm, NN_PICKLE_LIST);
  case 'd':
    return collect_marked (vm, NN_PICKLE_DICT);
  case 0x91:
    return collect_marked (vm, NN_PICKLE_SET);
  case 'a':
    return extend_top (vm, NN_PICKLE_LIST, 1);
  case 'e':
    return extend_marked (vm, NN_PICKLE_LIST);
  case 's':
    return extend_top (vm, NN_PICKLE_DICT, 2);
  case 'u':
    return extend_marked (vm, NN_PICKLE_DICT);
  case 0x90:
    return extend_marked (vm, NN_PICKLE_SET);

  case 'q':
    return op_memo (vm, 1, TRUE);
  case 'r':
    return op_memo (vm, 4, TRUE);
  case 'p':
    return op_memo_text (vm, TRUE);
  case 0x94: /* MEMOIZE */
    return memo_put (vm, vm->memo->len);
  case 'h':
    return op_memo (vm, 1, FALSE);
  case 'j':
    return op_memo (vm, 4, FALSE);
  case 'g':
    return op_memo_text (vm, FALSE);

  case 'c':
    return op_global (vm);
  case 0x93:
    return op_stack_global (vm);
  case 'i':
    return op_inst (vm);
  case 'R':
  case 0x81: /* NEWOBJ */
    return op_reduce (vm, FALSE);
  case 0x92: /* NEWOBJ_EX */
    return op_reduce (vm, TRUE);
  case 'b':
    return op_build (vm);
  case 'Q':
    return op_persistent (vm);
  default:
    return op_other (vm, op);
  }
}

/* Depth-first with three colours and a stack of our own: refuses cycles and nesting deeper than MAX_DEPTH. */
static gboolean
check_acyclic (NnPickleVm *vm, NnPickleValue *root)
{
  enum { WHITE, GREY, BLACK };
  struct {
    NnPickleValue *value;
    gsize next;
  } * path;
  guint depth = 0;
  gboolean ok = FALSE;

  if (!nn_pickle_has_items (root))
    return TRUE;
  path = g_malloc_n (MAX_DEPTH, sizeof *path);
  path[depth].value = root;
  path[depth++].next = 0;
  root->mark = GREY;
  while (depth > 0) {
    NnPickleValue *value = path[depth - 1].value;
    NnPickleValue *child;

    if (path[depth - 1].next == value->n_items) {
      value->mark = BLACK;
      depth--;
      continue;
    }
    child = value->items[path[depth - 1].next++];
    if (!nn_pickle_has_items (child) || child->mark == BLACK)
      continue;
    if (child->mark == GREY) {
      nn_pickle_fail (vm, NN_ERROR_FORMAT, "a container that contains itself");
      goto out;
    }
    if (depth == MAX_DEPTH) {
      nn_pickle_fail (vm, NN_ERROR_TOO_LARGE, "containers nested deeper than %d", MAX_DEPTH);
      goto out;
    }
    child->mark = GREY;
    path[depth].value = child;
    path[depth++].next = 0;
  }
  ok = TRUE;
out:
  g_free (path);
  return ok;
}

NnPickle *
nn_pickle_parse (NnCursor *cursor, const gchar *file, GError **error)
{
  NnPickle *pickle = g_new0 (NnPickle, 1);
  GError *local = NULL;
  NnPickleVm vm = { .cursor = cursor, .file = file, .at = cursor->pos, .pickle = pickle, .error = &local };
  gboolean stop = FALSE, ok = TRUE;

  pickle->blocks = g_ptr_array_new_with_free_func (g_free);
  pickle->extra = g_ptr_array_new_with_free_func (g_free);
  pickle->strings = g_string_chunk_new (4096);
  pickle->storages = g_ptr_array_new ();
  vm.stack = g_ptr_array_new ();
  vm.marks = g_array_new (FALSE, FALSE, sizeof (guint));
  vm.memo = g_ptr_array_new ();
  while (ok && !stop)
    ok = step (&vm, &stop);
  ok = ok && check_acyclic (&vm, pickle->root);
  g_ptr_array_unref (vm.stack);
  g_array_unref (vm.marks);
  g_ptr_array_unref (vm.memo);
  if (!ok) {
    g_propagate_error (error, local);
    nn_pickle_free (pickle);
    return NULL;
  }
  return pickle;
}
