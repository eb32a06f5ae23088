/* gst-resnet: the names that a pickle may mention, and what becomes of them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This file is long because the table of all names stands beside the code that says what each of them becomes.
 *
 * A pickle is a program whose dangerous instructions are "import this name" and "call it". Here a name is looked up in
 * the table below and nowhere else, and a call makes a plain value. What torch itself writes for tensors, and Python's
 * own containers, become what they are in Python. Every other name (losses, optimizers, arguments, paths, dates, NumPy
 * numbers that training scripts put beside the weights) becomes an opaque value that only remembers its name: nothing
 * of it is imported, made or called. Names that can run commands end the reading. */
#include "load/torch/pickle-globals.h"

#include <string.h>

/* No real module or class has a longer name. */
#define MAX_NAME 512

typedef enum {
  G_INERT,        /* an opaque value, both when it is mentioned and when it is called */
  G_DTYPE,        /* aux: NnDType, or -1; must not be called */
  G_CLASS,        /* may be mentioned as an argument only */
  G_STORAGE,      /* aux: index into storages[] */
  G_DICT,         /* () | (pairs) | (dict) → dictionary */
  G_DEFAULT_DICT, /* (factory?) → dictionary */
  G_SIZE,         /* torch.Size (tuple) */
  G_TENSOR_V1,    /* (storage, offset, size, stride) */
  G_TENSOR_V2,    /* (storage, offset, size, stride, requires_grad, hooks[, metadata]) */
  G_TENSOR_V3,    /* (storage, offset, size, stride, requires_grad, hooks, dtype[, metadata]) */
  G_TENSOR_TYPED, /* _rebuild_from_type_v2 (function, type, args, state) */
  G_PARAMETER,    /* (tensor, …) → tensor */
  G_NO_VALUES,    /* a kind of tensor that has no plain values; aux: index into kinds[] */
} GlobalKind;

typedef struct {
  const gchar *module, *name;
  GlobalKind kind;
  gint aux;
} GlobalEntry;

static const struct {
  const gchar *name;
  gint dtype; /* -1: known, so that the file can be read, but its values are not supported */
  guint element_size;
} storages[] = {
  { "FloatStorage", NN_DTYPE_F32, 4 },  { "DoubleStorage", NN_DTYPE_F64, 8 },
  { "HalfStorage", NN_DTYPE_F16, 2 },   { "BFloat16Storage", NN_DTYPE_BF16, 2 },
  { "LongStorage", NN_DTYPE_I64, 8 },   { "IntStorage", NN_DTYPE_I32, 4 },
  { "ShortStorage", NN_DTYPE_I16, 2 },  { "CharStorage", NN_DTYPE_I8, 1 },
  { "ByteStorage", NN_DTYPE_U8, 1 },    { "BoolStorage", NN_DTYPE_BOOL, 1 },
  { "UntypedStorage", NN_DTYPE_U8, 1 }, { "ComplexFloatStorage", -1, 8 },
  { "ComplexDoubleStorage", -1, 16 },   { "QInt8Storage", -1, 1 },
  { "QUInt8Storage", -1, 1 },           { "QInt32Storage", -1, 4 },
};

static const gchar *const kinds[] = { "quantized", "sparse", "meta (without values)", "subclass" };

#define INERT(module, name)                                                                                            \
  {                                                                                                                    \
    module, name, G_INERT, 0                                                                                           \
  }

static const GlobalEntry globals[] = {
  { "torch._utils", "_rebuild_tensor_v2", G_TENSOR_V2, 0 },
  { "torch._utils", "_rebuild_tensor_v3", G_TENSOR_V3, 0 },
  { "torch._utils", "_rebuild_tensor", G_TENSOR_V1, 0 },
  { "torch._utils", "_rebuild_parameter", G_PARAMETER, 3 },
  { "torch._utils", "_rebuild_parameter_with_state", G_PARAMETER, 4 },
  { "torch._tensor", "_rebuild_from_type_v2", G_TENSOR_TYPED, 0 },
  { "torch.nn.parameter", "Parameter", G_PARAMETER, 1 },
  { "torch.nn.parameter", "Buffer", G_PARAMETER, 1 },
  { "torch.autograd.variable", "Variable", G_PARAMETER, 1 },
  { "torch", "Tensor", G_CLASS, 0 },
  { "torch._tensor", "Tensor", G_CLASS, 0 },
  { "torch._utils", "_rebuild_qtensor", G_NO_VALUES, 0 },
  { "torch._utils", "_rebuild_sparse_tensor", G_NO_VALUES, 1 },
  { "torch._utils", "_rebuild_sparse_csr_tensor", G_NO_VALUES, 1 },
  { "torch._utils", "_rebuild_meta_tensor_no_storage", G_NO_VALUES, 2 },
  { "torch._utils", "_rebuild_wrapper_subclass", G_NO_VALUES, 3 },
  { "torch", "Size", G_SIZE, 0 },
  { "torch", "float64", G_DTYPE, NN_DTYPE_F64 },
  { "torch", "double", G_DTYPE, NN_DTYPE_F64 },
  { "torch", "float32", G_DTYPE, NN_DTYPE_F32 },
  { "torch", "float", G_DTYPE, NN_DTYPE_F32 },
  { "torch", "float16", G_DTYPE, NN_DTYPE_F16 },
  { "torch", "half", G_DTYPE, NN_DTYPE_F16 },
  { "torch", "bfloat16", G_DTYPE, NN_DTYPE_BF16 },
  { "torch", "int64", G_DTYPE, NN_DTYPE_I64 },
  { "torch", "long", G_DTYPE, NN_DTYPE_I64 },
  { "torch", "int32", G_DTYPE, NN_DTYPE_I32 },
  { "torch", "int", G_DTYPE, NN_DTYPE_I32 },
  { "torch", "int16", G_DTYPE, NN_DTYPE_I16 },
  { "torch", "short", G_DTYPE, NN_DTYPE_I16 },
  { "torch", "int8", G_DTYPE, NN_DTYPE_I8 },
  { "torch", "uint8", G_DTYPE, NN_DTYPE_U8 },
  { "torch", "bool", G_DTYPE, NN_DTYPE_BOOL },
  { "torch", "uint16", G_DTYPE, -1 },
  { "torch", "uint32", G_DTYPE, -1 },
  { "torch", "uint64", G_DTYPE, -1 },
  { "torch", "complex32", G_DTYPE, -1 },
  { "torch", "complex64", G_DTYPE, -1 },
  { "torch", "complex128", G_DTYPE, -1 },
  { "torch", "float8_e4m3fn", G_DTYPE, -1 },
  { "torch", "float8_e4m3fnuz", G_DTYPE, -1 },
  { "torch", "float8_e5m2", G_DTYPE, -1 },
  { "torch", "float8_e5m2fnuz", G_DTYPE, -1 },
  { "torch", "qint8", G_DTYPE, -1 },
  { "torch", "quint8", G_DTYPE, -1 },
  { "torch", "qint32", G_DTYPE, -1 },
  INERT ("torch", "device"),
  INERT ("torch", "per_tensor_affine"),
  INERT ("torch", "per_channel_affine"),
  INERT ("torch.serialization", "_get_layout"),
  INERT ("torch.torch_version", "TorchVersion"),

  { "collections", "OrderedDict", G_DICT, 0 },
  { "collections", "Counter", G_DICT, 0 },
  { "collections", "defaultdict", G_DEFAULT_DICT, 0 },
  INERT ("collections", "deque"),
  INERT ("_codecs", "encode"),
  INERT ("copyreg", "_reconstructor"),
  INERT ("copy_reg", "_reconstructor"),
  INERT ("argparse", "Namespace"),
  INERT ("types", "SimpleNamespace"),
  INERT ("pathlib", "Path"),
  INERT ("pathlib", "PosixPath"),
  INERT ("pathlib", "WindowsPath"),
  INERT ("pathlib", "PurePosixPath"),
  INERT ("pathlib", "PureWindowsPath"),
  INERT ("pathlib._local", "Path"),
  INERT ("pathlib._local", "PosixPath"),
  INERT ("pathlib._local", "WindowsPath"),
  INERT ("datetime", "datetime"),
  INERT ("datetime", "date"),
  INERT ("datetime", "time"),
  INERT ("datetime", "timedelta"),
  INERT ("datetime", "timezone"),
  INERT ("decimal", "Decimal"),
  INERT ("fractions", "Fraction"),
  INERT ("uuid", "UUID"),

  INERT ("numpy", "ndarray"),
  INERT ("numpy", "dtype"),
  INERT ("numpy", "bool_"),
  INERT ("numpy", "bool"),
  INERT ("numpy", "str_"),
  INERT ("numpy", "float16"),
  INERT ("numpy", "float32"),
  INERT ("numpy", "float64"),
  INERT ("numpy", "int8"),
  INERT ("numpy", "int16"),
  INERT ("numpy", "int32"),
  INERT ("numpy", "int64"),
  INERT ("numpy", "uint8"),
  INERT ("numpy", "uint16"),
  INERT ("numpy", "uint32"),
  INERT ("numpy", "uint64"),
  INERT ("numpy.core.multiarray", "scalar"),
  INERT ("numpy.core.multiarray", "_reconstruct"),
  INERT ("numpy.core.numeric", "_frombuffer"),
  INERT ("numpy._core.multiarray", "scalar"),
  INERT ("numpy._core.multiarray", "_reconstruct"),
  INERT ("numpy._core.numeric", "_frombuffer"),
  INERT ("numpy.dtypes", "BoolDType"),
  INERT ("numpy.dtypes", "Float16DType"),
  INERT ("numpy.dtypes", "Float32DType"),
  INERT ("numpy.dtypes", "Float64DType"),
  INERT ("numpy.dtypes", "Int32DType"),
  INERT ("numpy.dtypes", "Int64DType"),
  INERT ("numpy.dtypes", "UInt8DType"),

  /* These are dictionaries with attribute access, in which configurations are kept, and objects of training frameworks
   * that checkpoints carry beside the state dict. */
  { "easydict", "EasyDict", G_DICT, 0 },
  { "addict.addict", "Dict", G_DICT, 0 },
  { "yacs.config", "CfgNode", G_DICT, 0 },
  { "pytorch_lightning.utilities.parsing", "AttributeDict", G_DICT, 0 },
  { "lightning.pytorch.utilities.parsing", "AttributeDict", G_DICT, 0 },
  { "lightning_fabric.utilities.data", "AttributeDict", G_DICT, 0 },
  { "lightning.fabric.utilities.data", "AttributeDict", G_DICT, 0 },
  INERT ("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint"),
  INERT ("pytorch_lightning.callbacks.early_stopping", "EarlyStopping"),
  INERT ("mmengine.logging.history_buffer", "HistoryBuffer"),

  /* This entry stands for every other name, whoever's class or function it is. */
  INERT ("", ""),
};

#define ANY_OTHER (G_N_ELEMENTS (globals) - 1)

/* These names are in Python 3's module builtins and in Python 2's __builtin__. */
static const GlobalEntry builtins[] = {
  { "", "dict", G_DICT, 0 }, INERT ("", "set"),       INERT ("", "frozenset"), INERT ("", "list"),
  INERT ("", "tuple"),       INERT ("", "int"),       INERT ("", "long"),      INERT ("", "float"),
  INERT ("", "complex"),     INERT ("", "bool"),      INERT ("", "str"),       INERT ("", "unicode"),
  INERT ("", "bytes"),       INERT ("", "bytearray"), INERT ("", "slice"),     INERT ("", "range"),
  INERT ("", "xrange"),      INERT ("", "object"),
};

gchar *
nn_pickle_printable (const gchar *data, gsize size)
{
  GString *s = g_string_new (NULL);

  for (gsize i = 0; i < size; i++) {
    if (i == 120) {
      g_string_append (s, "…");
      break;
    }
    if (g_ascii_isprint (data[i]))
      g_string_append_c (s, data[i]);
    else
      g_string_append_printf (s, "\\x%02x", (guint8)data[i]);
  }
  return g_string_free (s, FALSE);
}

static gboolean
equals (const gchar *string, const gchar *data, gsize size)
{
  return strlen (string) == size && memcmp (string, data, size) == 0;
}

static gboolean
starts_with (const gchar *data, gsize size, const gchar *prefix)
{
  gsize n = strlen (prefix);

  return size >= n && memcmp (data, prefix, n) == 0;
}

/* Whether the only use of a name in a pickle is to run something. Such names are never called here either, but nobody
 * should go on with a checkpoint that has one. */
static gboolean
is_command (const gchar *module, gsize module_size, const gchar *name, gsize name_size)
{
  static const gchar *const modules[]
      = { "os",      "posix",       "nt",      "subprocess", "commands",   "pty",       "socket",
          "sys",     "shutil",      "runpy",   "code",       "ctypes",     "importlib", "pickle",
          "dill",    "cloudpickle", "_pickle", "marshal",    "webbrowser", "platform",  "multiprocessing",
          "asyncio", "pip",         "timeit",  "bdb",        "pdb",        "profile" };
  static const gchar *const names[]
      = { "eval",          "exec",   "execfile",      "compile", "__import__",       "open",        "apply",
          "system",        "popen",  "Popen",         "input",   "raw_input",        "breakpoint",  "load",
          "loads",         "FileIO", "import_module", "globals", "_load_from_bytes", "__globals__", "__class__",
          "__subclasses__" };
  gsize root = 0, last = name_size;
  guint i;

  while (root < module_size && module[root] != '.')
    root++;
  while (last > 0 && name[last - 1] != '.')
    last--;
  for (i = 0; i < G_N_ELEMENTS (modules); i++)
    if (equals (modules[i], module, root))
      return TRUE;
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if (equals (names[i], name + last, name_size - last))
      return TRUE;
  return FALSE;
}

/* Whether the bytes are text that a person can read, as Python's names are. */
static gboolean
is_name (const gchar *s, gsize size)
{
  if (size == 0 || size > MAX_NAME || !g_utf8_validate (s, (gssize)size, NULL))
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if ((guchar)s[i] <= 0x20 || s[i] == 0x7f)
      return FALSE;
  return TRUE;
}

/* Whether a name that is not in the tables may stand for an opaque value; if not, returns FALSE and sets the error. */
static gboolean
may_be_inert (NnPickleVm *vm, const gchar *module, gsize module_size, const gchar *name, gsize name_size)
{
  g_autofree gchar *shown_module = NULL, *shown_name = NULL;

  if (is_name (module, module_size) && is_name (name, name_size) && !starts_with (module, module_size, "__torch__")
      && !is_command (module, module_size, name, name_size))
    return TRUE;
  shown_module = nn_pickle_printable (module, module_size);
  shown_name = nn_pickle_printable (name, name_size);
  if (starts_with (module, module_size, "__torch__"))
    return nn_pickle_fail (vm, NN_ERROR_UNSUPPORTED,
                           "this is a TorchScript archive (class \"%s.%s\"); in Python save its state dict instead: "
                           "torch.save(torch.jit.load(file).state_dict(), \"weights.pth\")",
                           shown_module, shown_name);
  if (equals ("torch.storage", module, module_size) && equals ("_load_from_bytes", name, name_size))
    return nn_pickle_fail (
        vm, NN_ERROR_UNSAFE,
        "refuses the global \"torch.storage._load_from_bytes\", which means that the state dict was written "
        "with pickle.dump(); write it with torch.save(); nothing of it was run");
  return nn_pickle_fail (vm, NN_ERROR_UNSAFE,
                         "refuses the global \"%s.%s\", which no state dict needs and which can run commands; nothing "
                         "of it was run",
                         shown_module, shown_name);
}

static const GlobalEntry *
entry_of (guint index)
{
  return index < G_N_ELEMENTS (globals) ? &globals[index] : &builtins[index - G_N_ELEMENTS (globals)];
}

/* Storage classes have numbers too: these follow the numbers of the two tables. */
#define FIRST_STORAGE (G_N_ELEMENTS (globals) + G_N_ELEMENTS (builtins))

static gboolean
find_global (const gchar *module, gsize module_size, const gchar *name, gsize name_size, guint *index)
{
  gboolean is_builtin = equals ("builtins", module, module_size) || equals ("__builtin__", module, module_size);

  if (is_builtin) {
    for (guint i = 0; i < G_N_ELEMENTS (builtins); i++)
      if (equals (builtins[i].name, name, name_size)) {
        *index = (guint)G_N_ELEMENTS (globals) + i;
        return TRUE;
      }
  }
  if (equals ("torch", module, module_size) || equals ("torch.cuda", module, module_size)
      || equals ("torch.storage", module, module_size)) {
    for (guint i = 0; i < G_N_ELEMENTS (storages); i++)
      if (equals (storages[i].name, name, name_size)) {
        *index = (guint)FIRST_STORAGE + i;
        return TRUE;
      }
  }
  for (guint i = 0; i < ANY_OTHER; i++)
    if (equals (globals[i].module, module, module_size) && equals (globals[i].name, name, name_size)) {
      *index = i;
      return TRUE;
    }
  return FALSE;
}

NnPickleValue *
nn_pickle_global (NnPickleVm *vm, const gchar *module, gsize module_size, const gchar *name, gsize name_size)
{
  NnPickleValue *value;
  GString *full;
  guint index;

  if (!find_global (module, module_size, name, name_size, &index)) {
    if (!may_be_inert (vm, module, module_size, name, name_size))
      return NULL;
    index = ANY_OTHER;
  }
  value = nn_pickle_value_new (vm, NN_PICKLE_GLOBAL);
  if (!value)
    return NULL;
  full = g_string_new_len (module, (gssize)module_size);
  g_string_append_c (full, '.');
  g_string_append_len (full, name, (gssize)name_size);
  value->global = index;
  value->n_items = full->len;
  value->data = nn_pickle_intern (vm, full->str, full->len);
  g_string_free (full, TRUE);
  return value->data ? value : NULL;
}

/* What a call makes. */

static NnPickleValue *
wrong_arguments (NnPickleVm *vm, const gchar *callable)
{
  nn_pickle_fail (vm, NN_ERROR_FORMAT, "arguments that do not fit \"%s\"", callable);
  return NULL;
}

static gboolean
read_sizes (const NnPickleValue *tuple, guint64 *out, guint *n)
{
  if ((tuple->type != NN_PICKLE_TUPLE && tuple->type != NN_PICKLE_LIST) || tuple->n_items > NN_TENSOR_MAX_DIMS)
    return FALSE;
  for (gsize i = 0; i < tuple->n_items; i++) {
    if (tuple->items[i]->type != NN_PICKLE_INT || tuple->items[i]->integer < 0)
      return FALSE;
    out[i] = (guint64)tuple->items[i]->integer;
  }
  *n = (guint)tuple->n_items;
  return TRUE;
}

static NnPickleValue *
rebuild_tensor (NnPickleVm *vm, const gchar *callable, const NnPickleValue *args, gint dtype, gboolean has_dtype)
{
  NnPickleValue *storage, *value;
  NnPickleTensor *tensor;
  guint n_strides;

  if (args->n_items < 4)
    return wrong_arguments (vm, callable);
  storage = args->items[0];
  if (storage->type != NN_PICKLE_STORAGE || args->items[1]->type != NN_PICKLE_INT || args->items[1]->integer < 0)
    return wrong_arguments (vm, callable);
  value = nn_pickle_value_new (vm, NN_PICKLE_TENSOR);
  if (!value)
    return NULL;
  tensor = value->tensor = nn_pickle_alloc0 (vm, sizeof *tensor);
  if (!tensor)
    return NULL;
  if (!read_sizes (args->items[2], tensor->dims, &tensor->n_dims)
      || !read_sizes (args->items[3], tensor->strides, &n_strides) || n_strides != tensor->n_dims)
    return wrong_arguments (vm, callable);
  tensor->storage = storage;
  tensor->offset = (guint64)args->items[1]->integer;
  tensor->dtype = has_dtype ? dtype : storage->storage->dtype;
  if (tensor->dtype < 0)
    tensor->unsupported = "complex, quantized or of another type without a counterpart here";
  return value;
}

static NnPickleValue *
make_dict (NnPickleVm *vm, const NnPickleValue *callable, const NnPickleValue *args)
{
  NnPickleValue *dict = nn_pickle_value_new (vm, NN_PICKLE_DICT);
  const NnPickleValue *source;

  if (!dict || args->n_items == 0)
    return dict;
  source = args->items[0];
  if (args->n_items != 1 || (source->type != NN_PICKLE_DICT && source->type != NN_PICKLE_LIST))
    return wrong_arguments (vm, callable->data);
  /* The copy costs more than the instruction's own bytes. To keep the time linear, a source may be copied only once,
   * and a copy not at all; picklers write the source where it is used, so real files do not need more. */
  if (source->n_copies)
    return wrong_arguments (vm, callable->data);
  ((NnPickleValue *)source)->n_copies = dict->n_copies = 1;
  for (gsize i = 0; i < source->n_items; i++) {
    const NnPickleValue *pair = source->items[i];

    if (source->type == NN_PICKLE_DICT) {
      if (!nn_pickle_append (vm, dict, source->items[i]))
        return NULL;
      continue;
    }
    if ((pair->type != NN_PICKLE_TUPLE && pair->type != NN_PICKLE_LIST) || pair->n_items != 2)
      return wrong_arguments (vm, callable->data);
    if (!nn_pickle_append (vm, dict, pair->items[0]) || !nn_pickle_append (vm, dict, pair->items[1]))
      return NULL;
  }
  return dict;
}

static NnPickleValue *
make_opaque (NnPickleVm *vm, const gchar *name)
{
  NnPickleValue *value = nn_pickle_value_new (vm, NN_PICKLE_OPAQUE);

  if (value) {
    value->data = name;
    value->n_items = strlen (name);
  }
  return value;
}

static NnPickleValue *
make_valueless (NnPickleVm *vm, gint kind)
{
  NnPickleValue *value = nn_pickle_value_new (vm, NN_PICKLE_TENSOR);

  if (value) {
    value->tensor = nn_pickle_alloc0 (vm, sizeof *value->tensor);
    if (!value->tensor)
      return NULL;
    value->tensor->dtype = -1;
    value->tensor->unsupported = kinds[kind];
  }
  return value;
}

static NnPickleValue *
call_tensor (NnPickleVm *vm, const GlobalEntry *entry, const NnPickleValue *callable, const NnPickleValue *args)
{
  gsize n = args->n_items;
  const NnPickleValue *dtype;

  switch (entry->kind) {
  case G_TENSOR_V1:
    return n == 4 ? rebuild_tensor (vm, callable->data, args, 0, FALSE) : wrong_arguments (vm, callable->data);
  case G_TENSOR_V2:
    return n == 6 || n == 7 ? rebuild_tensor (vm, callable->data, args, 0, FALSE)
                            : wrong_arguments (vm, callable->data);
  default:
    dtype = n == 7 || n == 8 ? args->items[6] : NULL;
    if (!dtype || dtype->type != NN_PICKLE_GLOBAL || dtype->global >= FIRST_STORAGE
        || entry_of (dtype->global)->kind != G_DTYPE)
      return wrong_arguments (vm, callable->data);
    return rebuild_tensor (vm, callable->data, args, entry_of (dtype->global)->aux, TRUE);
  }
}

/* Handles torch._tensor._rebuild_from_type_v2 (function, type, args, state), which makes a tensor with Python
 * attributes. */
static NnPickleValue *
call_typed (NnPickleVm *vm, const NnPickleValue *callable, const NnPickleValue *args)
{
  const NnPickleValue *function;
  const GlobalEntry *entry;

  if (args->n_items != 4 || args->items[0]->type != NN_PICKLE_GLOBAL || args->items[1]->type != NN_PICKLE_GLOBAL
      || args->items[2]->type != NN_PICKLE_TUPLE)
    return wrong_arguments (vm, callable->data);
  function = args->items[0];
  if (function->global >= FIRST_STORAGE)
    return wrong_arguments (vm, callable->data);
  entry = entry_of (function->global);
  if (entry->kind == G_INERT) /* a subclass that is made in its own way is not a tensor here */
    return make_opaque (vm, args->items[1]->data);
  if (entry->kind != G_TENSOR_V1 && entry->kind != G_TENSOR_V2 && entry->kind != G_TENSOR_V3)
    return wrong_arguments (vm, callable->data);
  return call_tensor (vm, entry, function, args->items[2]);
}

gboolean
nn_pickle_is_inert (const NnPickleValue *callable)
{
  return callable->type == NN_PICKLE_OPAQUE
         || (callable->type == NN_PICKLE_GLOBAL && callable->global < FIRST_STORAGE
             && entry_of (callable->global)->kind == G_INERT);
}

NnPickleValue *
nn_pickle_reduce (NnPickleVm *vm, NnPickleValue *callable, NnPickleValue *args)
{
  const GlobalEntry *entry;

  if (args->type != NN_PICKLE_TUPLE) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "arguments that are no tuple");
    return NULL;
  }
  if (callable->type == NN_PICKLE_OPAQUE) /* made by something opaque, such as the class of a NumPy dtype */
    return make_opaque (vm, callable->data);
  if (callable->type != NN_PICKLE_GLOBAL) {
    nn_pickle_fail (vm, NN_ERROR_UNSAFE,
                    "refuses to call something that is no name on the list; nothing of it was run");
    return NULL;
  }
  if (callable->global >= FIRST_STORAGE) {
    nn_pickle_fail (vm, NN_ERROR_UNSUPPORTED, "a bare \"%s\" outside of a tensor", callable->data);
    return NULL;
  }
  entry = entry_of (callable->global);
  switch (entry->kind) {
  case G_INERT:
    /* This is copyreg._reconstructor (class, base, state). */
    if (g_str_has_suffix (callable->data, "._reconstructor") && args->n_items
        && args->items[0]->type == NN_PICKLE_GLOBAL)
      return make_opaque (vm, args->items[0]->data);
    return make_opaque (vm, callable->data);
  case G_DICT:
    return make_dict (vm, callable, args);
  case G_DEFAULT_DICT: /* reading does not need the factory */
    return args->n_items <= 1 ? nn_pickle_value_new (vm, NN_PICKLE_DICT) : wrong_arguments (vm, callable->data);
  case G_SIZE:
    return args->n_items == 1 && args->items[0]->type == NN_PICKLE_TUPLE ? args->items[0]
                                                                         : wrong_arguments (vm, callable->data);
  case G_TENSOR_V1:
  case G_TENSOR_V2:
  case G_TENSOR_V3:
    return call_tensor (vm, entry, callable, args);
  case G_TENSOR_TYPED:
    return call_typed (vm, callable, args);
  case G_PARAMETER:
    if (args->n_items < 1 || args->items[0]->type != NN_PICKLE_TENSOR
        || (entry->aux > 1 ? args->n_items != (gsize)entry->aux : args->n_items > 2))
      return wrong_arguments (vm, callable->data);
    return args->items[0];
  case G_NO_VALUES:
    return make_valueless (vm, entry->aux);
  default:
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "a call of \"%s\", which is no function", callable->data);
    return NULL;
  }
}

/* What a persistent id stands for. */

NnPickleValue *
nn_pickle_persistent (NnPickleVm *vm, NnPickleValue *id)
{
  NnPickleValue *const *items = id->items;
  NnPickleValue *value, *key, *view;
  NnPickleStorage *storage;
  guint type;

  if (id->type != NN_PICKLE_TUPLE || id->n_items < 1 || items[0]->type != NN_PICKLE_STRING) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "a persistent id that torch.save does not write");
    return NULL;
  }
  /* An older form of torch.save writes ('module', class, its file, its source) for the class of a module. */
  if (strcmp (items[0]->data, "module") == 0 && id->n_items == 4 && items[1]->type == NN_PICKLE_GLOBAL)
    return items[1];
  if (strcmp (items[0]->data, "storage") != 0 || (id->n_items != 5 && id->n_items != 6)
      || items[1]->type != NN_PICKLE_GLOBAL || items[1]->global < FIRST_STORAGE || items[2]->type != NN_PICKLE_STRING
      || items[4]->type != NN_PICKLE_INT || items[4]->integer < 0) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "a persistent id that torch.save does not write");
    return NULL;
  }
  key = items[2];
  if (key->n_items == 0 || key->n_items > 255) {
    nn_pickle_fail (vm, NN_ERROR_FORMAT, "a storage key of %" G_GSIZE_FORMAT " bytes; 1 to 255 are right",
                    key->n_items);
    return NULL;
  }
  for (gsize i = 0; i < key->n_items; i++)
    if (!g_ascii_isgraph (key->data[i])) {
      nn_pickle_fail (vm, NN_ERROR_FORMAT, "a storage key that is not plain ASCII");
      return NULL;
    }
  value = nn_pickle_value_new (vm, NN_PICKLE_STORAGE);
  if (!value)
    return NULL;
  type = items[1]->global - (guint)FIRST_STORAGE;
  storage = value->storage = nn_pickle_alloc0 (vm, sizeof *storage);
  if (!storage)
    return NULL;
  storage->type = storages[type].name;
  storage->dtype = storages[type].dtype;
  storage->element_size = storages[type].element_size;
  storage->key = key->data;
  storage->n_elements = (guint64)items[4]->integer;
  view = id->n_items == 6 ? items[5] : NULL;
  if (view && view->type != NN_PICKLE_NONE) { /* (view key, offset, size) */
    if (view->type != NN_PICKLE_TUPLE || view->n_items != 3 || view->items[1]->type != NN_PICKLE_INT
        || view->items[2]->type != NN_PICKLE_INT || view->items[1]->integer < 0 || view->items[2]->integer < 0
        || (guint64)view->items[1]->integer > storage->n_elements
        || (guint64)view->items[2]->integer > storage->n_elements - (guint64)view->items[1]->integer) {
      nn_pickle_fail (vm, NN_ERROR_FORMAT, "a view of storage \"%s\" that reaches outside of it", storage->key);
      return NULL;
    }
    storage->is_view = TRUE;
    storage->view_offset = (guint64)view->items[1]->integer;
    storage->view_size = (guint64)view->items[2]->integer;
  }
  return value;
}
