/* gst-resnet: pickles as data: what is not data is refused by name, what does not fit is refused by place
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "load/torch/pickle.h"

/* Gives a literal and its length, because pickles contain NULs. */
#define P(literal) literal, sizeof literal - 1

typedef struct {
  const gchar *bytes;
  gsize size;
  NnError code;
  const gchar *says;
} Case;

/* Parses a pickle that must be refused, in memory that ends where its bytes do. */
static void
expect_refused (const gchar *bytes, gsize size, NnError code, const gchar *says)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, MAX (size, 1));
  g_autoptr (NnPickle) pickle = NULL;
  g_autoptr (GError) error = NULL;
  NnCursor cursor;

  nn_cursor_init (&cursor, copy, size);
  pickle = nn_pickle_parse (&cursor, "x.pth", &error);
  if (pickle) {
    g_autofree gchar *shown = g_strescape (bytes, NULL);

    g_error ("\"%.100s\" was taken; expected \"%s\"", shown, says);
  }
  if (!g_error_matches (error, NN_ERROR, (gint)code) || !g_str_has_prefix (error->message, "x.pth: pickle at byte ")
      || !strstr (error->message, says))
    g_error ("code %d, \"%s\"; expected code %d, the place, and \"%s\"", error->code, error->message, code, says);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 1000);
  g_assert_null (strchr (error->message, '\n'));
}

static void
expect_all_refused (const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    expect_refused (cases[i].bytes, cases[i].size, cases[i].code, cases[i].says);
}

static NnPickle *
parse (const gchar *bytes, gsize size)
{
  GError *error = NULL;
  NnPickle *pickle;
  NnCursor cursor;

  nn_cursor_init (&cursor, (const guint8 *)bytes, size);
  pickle = nn_pickle_parse (&cursor, "x.pth", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cursor.pos, ==, size);
  return pickle;
}

/* Names that can run something, and strings that are no names, are given in each of the three ways to give a name. They
 * are called or not. */
static void
test_names (void)
{
  static const gchar *const names[][2] = {
    { "os", "system" },
    { "posix", "system" },
    { "nt", "system" },
    { "builtins", "eval" },
    { "builtins", "exec" },
    { "builtins", "__import__" },
    { "builtins", "open" },
    { "__builtin__", "eval" },
    { "__builtin__", "apply" },
    { "subprocess", "Popen" },
    { "torch.hub", "load" },
    { "torch", "load" },
    { "torch", "FloatStorage.__class__" },
    { "torch._utils", "_rebuild_tensor_v2.__globals__" },
    { "torch.storage", "_load_from_bytes" },
    { "importlib", "import_module" },
    { "runpy", "_run_code" },
    { "pickle", "loads" },
    { "numpy", "load" },
    { "collections.OrderedDict", "" },
    { "", "eval" },
    { "", "" },
    { "_io", "FileIO" },
    { "\xff\xfe\x1b[2J", "\xf0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const gchar *module = names[i][0], *name = names[i][1];
    const gchar *says = (guint8)module[0] == 0xff ? "\\xff\\xfe\\x1b[2J.\\xf0" : name;
    g_autoptr (GString) s = g_string_new (NULL);

    g_string_append_printf (s, "c%s\n%s\n(S'touch nn-load-was-run'\ntR.", module, name);
    expect_refused (s->str, s->len, NN_ERROR_UNSAFE, says);
    g_string_printf (s, "(c%s\n%s\nNtp0\n0N.", module, name);
    expect_refused (s->str, s->len, NN_ERROR_UNSAFE, says);
    g_string_printf (s, "(S'touch nn-load-was-run'\ni%s\n%s\n.", module, name);
    expect_refused (s->str, s->len, NN_ERROR_UNSAFE, says);
    if (!g_utf8_validate (module, -1, NULL))
      continue;
    g_string_printf (s, "V%s\nV%s\n\x93)R.", module, name);
    expect_refused (s->str, s->len, NN_ERROR_UNSAFE, says);
  }
}

/* Objects of other names do nothing here, whatever is done with them in Python, and they remember their names. */
static void
test_objects (void)
{
  static const struct {
    const gchar *bytes;
    gsize size;
    NnPickleType type;
    const gchar *name;
  } cases[] = {
    { P ("ctorch.nn.modules.loss\nCrossEntropyLoss\n)R."), NN_PICKLE_OPAQUE, "torch.nn.modules.loss.CrossEntropyLoss" },
    { P ("ctorch.nn.modules.loss\nCrossEntropyLoss\n)\x81}S'weight'\nNsb."), NN_PICKLE_OPAQUE,
      "torch.nn.modules.loss.CrossEntropyLoss" },
    { P ("cfunctools\npartial\n(ctorch.optim.sgd\nSGD\ntR(ctorch.optim.sgd\nSGD\n)}Ntb."), NN_PICKLE_OPAQUE,
      "functools.partial" },
    { P ("cbuiltins\ngetattr\n(Nctorch\nhub\ntR."), NN_PICKLE_OPAQUE, "builtins.getattr" },
    { P ("ctypes\nFunctionType\n(NNtR."), NN_PICKLE_OPAQUE, "types.FunctionType" },
    { P ("ccopyreg\n_reconstructor\n(comegaconf\nDictConfig\nc__builtin__\nobject\nNtR."), NN_PICKLE_OPAQUE,
      "omegaconf.DictConfig" },
    { P ("csome.module\nThing\n)}S'a'\nK\1s\x92."), NN_PICKLE_OPAQUE, "some.module.Thing" },
    { P ("csome.module\nThing\n)\x81(S'a'\nK\1u."), NN_PICKLE_OPAQUE, "some.module.Thing" },
    { P ("csome.module\nThing\n)\x81(K\1e."), NN_PICKLE_OPAQUE, "some.module.Thing" },
    { P ("csome.module\nThing\n."), NN_PICKLE_GLOBAL, "some.module.Thing" },
    { P ("(S'module'\ncsome.module\nThing\nS'file.py'\nS'os.system()'\ntQ)\x81."), NN_PICKLE_OPAQUE,
      "some.module.Thing" },
    { P ("ctorch._tensor\n_rebuild_from_type_v2\n(cx\nmake\ncx\nTensor\n)NtR."), NN_PICKLE_OPAQUE, "x.Tensor" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NnPickle) pickle = NULL;
    const NnPickleValue *root;

    pickle = parse (cases[i].bytes, cases[i].size);
    root = nn_pickle_root (pickle);
    g_assert_cmpint (root->type, ==, cases[i].type);
    g_assert_cmpstr (root->data, ==, cases[i].name);
    g_assert_cmpuint (nn_pickle_storages (pickle)->len, ==, 0);
  }
}

/* These names are allowed, but they cannot be used in ways in which Python could not use them either. */
static void
test_calls (void)
{
  static const Case cases[] = {
    /* arguments that do not fit */
    { P ("ctorch._utils\n_rebuild_tensor_v2\n)R."), NN_ERROR_FORMAT, "_rebuild_tensor_v2" },
    { P ("ctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtR."), NN_ERROR_FORMAT, "_rebuild_tensor_v2" },
    { P ("ctorch._utils\n_rebuild_tensor_v3\n(NNNNNNNtR."), NN_ERROR_FORMAT, "_rebuild_tensor_v3" },
    { P ("ctorch._utils\n_rebuild_parameter\n(NNNtR."), NN_ERROR_FORMAT, "_rebuild_parameter" },
    { P ("ctorch._tensor\n_rebuild_from_type_v2\n(NNNNtR."), NN_ERROR_FORMAT, "_rebuild_from_type_v2" },
    { P ("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch\nFloatStorage\nctorch\nTensor\n)}tR."), NN_ERROR_FORMAT,
      "_rebuild_from_type_v2" },
    { P ("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\nctorch\nTensor\n)}tR."),
      NN_ERROR_FORMAT, "_rebuild_from_type_v2" },
    { P ("ctorch\nSize\n(NtR."), NN_ERROR_FORMAT, "torch.Size" },
    { P ("ccollections\nOrderedDict\n(K\1tR."), NN_ERROR_FORMAT, "OrderedDict" },
    { P ("ccollections\nOrderedDict\n((lK\1atR."), NN_ERROR_FORMAT, "OrderedDict" },
    { P ("ccollections\nOrderedDict\n(((K\1tltR."), NN_ERROR_FORMAT, "OrderedDict" },
    { P ("ccollections\ndefaultdict\n(NNtR."), NN_ERROR_FORMAT, "defaultdict" },
    { P ("ccollections\nOrderedDict\n]R."), NN_ERROR_FORMAT, "no tuple" },
    { P ("ccollections\nOrderedDict\nNR."), NN_ERROR_FORMAT, "no tuple" },
    { P ("ccollections\nOrderedDict\n)}\x8c\1kNs\x92."), NN_ERROR_UNSUPPORTED, "keyword" },
    /* names that cannot be called */
    { P ("ctorch\nfloat32\n)R."), NN_ERROR_FORMAT, "torch.float32" },
    { P ("ctorch\nTensor\n)R."), NN_ERROR_FORMAT, "torch.Tensor" },
    { P ("ctorch\nFloatStorage\n)R."), NN_ERROR_UNSUPPORTED, "torch.FloatStorage" },
    { P ("N)R."), NN_ERROR_UNSAFE, "nothing of it was run" },
    { P ("}(S'x'\ntR."), NN_ERROR_UNSAFE, "nothing of it was run" },
    { P ("S'os.system'\n)R."), NN_ERROR_UNSAFE, "nothing of it was run" },
    /* states for objects that have none */
    { P ("K\1}b."), NN_ERROR_FORMAT, "state" },
    { P ("](K\1K\2tb."), NN_ERROR_FORMAT, "state" },
    { P ("ccollections\nOrderedDict\n}b."), NN_ERROR_FORMAT, "state" },
    { P ("ctorch._utils\n_rebuild_tensor_v2\n}S'__code__'\nNsb."), NN_ERROR_FORMAT, "state" },
    { P ("}b."), NN_ERROR_FORMAT, "empty" },
    /* the tables and buffers of the process that reads */
    { P ("\x82\1."), NN_ERROR_UNSAFE, "0x82" },
    { P ("(cos\nsystem\no."), NN_ERROR_UNSAFE, "os.system" },
    { P ("(ccollections\nOrderedDict\no."), NN_ERROR_UNSAFE, "'o'" },
    { P ("(iargparse\nNamespace\n."), NN_ERROR_UNSAFE, "instance" },
    { P ("P1\n."), NN_ERROR_UNSAFE, "'P'" },
    { P ("\x97."), NN_ERROR_UNSAFE, "0x97" },
  };

  expect_all_refused (cases, G_N_ELEMENTS (cases));
}

static void
test_malformed (void)
{
  static const Case cases[] = {
    { P (""), NN_ERROR_FORMAT, "byte 0: " },
    { P ("N"), NN_ERROR_FORMAT, "ends before the pickle does" },
    { P ("."), NN_ERROR_FORMAT, "empty" },
    { P ("(."), NN_ERROR_FORMAT, "empty" },
    { P ("N(."), NN_ERROR_FORMAT, "empty" },
    { P ("\x80"), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("\x80\x06N."), NN_ERROR_UNSUPPORTED, "protocol 6" },
    { P ("\xff"), NN_ERROR_FORMAT, "0xff is no pickle instruction" },
    { P ("NN\x01"), NN_ERROR_FORMAT, "byte 2: 0x01" },
    { P ("cos"), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("cos\nsystem"), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("NN\x93."), NN_ERROR_FORMAT, "no string" },
    { P ("\x93."), NN_ERROR_FORMAT, "empty" },
    { P ("\x95\xff\xff\xff\xff\xff\xff\xff\xff."), NN_ERROR_FORMAT, "inside an instruction" },
    /* lengths that go too far */
    { P ("\x8a\x20."), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("\x8b\xff\xff\xff\x7f."), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("\x8b\xff\xff\xff\xff."), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("X\xff\xff\xff\xff."), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("T\x05\0\0\0abc."), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("\x8e\0\0\0\0\0\0\0\x80."), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("\x96\x01\0\0\0\0\0\0\0"), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("G\0\0\0."), NN_ERROR_FORMAT, "inside an instruction" },
    /* bad numbers and texts */
    { P ("I\n."), NN_ERROR_FORMAT, "number" },
    { P ("I1x\n."), NN_ERROR_FORMAT, "number" },
    { P ("F1,5\n."), NN_ERROR_FORMAT, "number" },
    { P ("L"), NN_ERROR_FORMAT, "inside an instruction" },
    { P ("LL\n."), NN_ERROR_FORMAT, "number" },
    { P ("Sabc\n."), NN_ERROR_FORMAT, "quotes" },
    { P ("S'\n."), NN_ERROR_FORMAT, "quotes" },
    { P ("S'abc\"\n."), NN_ERROR_FORMAT, "quotes" },
    /* misuse of the stack and its marks */
    { P ("0."), NN_ERROR_FORMAT, "empty" },
    { P ("1."), NN_ERROR_FORMAT, "mark" },
    { P ("2."), NN_ERROR_FORMAT, "empty" },
    { P ("t."), NN_ERROR_FORMAT, "mark" },
    { P ("N\x86."), NN_ERROR_FORMAT, "tuple of 2" },
    { P ("N(\x85."), NN_ERROR_FORMAT, "tuple of 1" },
    { P ("Na."), NN_ERROR_FORMAT, "empty" },
    { P ("NNa."), NN_ERROR_FORMAT, "takes none" },
    { P ("]NNs."), NN_ERROR_FORMAT, "takes none" },
    { P ("}(Nu."), NN_ERROR_FORMAT, "no value" },
    { P ("(Nd."), NN_ERROR_FORMAT, "no value" },
    { P ("(e."), NN_ERROR_FORMAT, "nothing on the stack" },
    { P ("](NR."), NN_ERROR_FORMAT, "empty" },
    { P ("Q."), NN_ERROR_FORMAT, "empty" },
    /* misuse of the memo */
    { P ("h\0."), NN_ERROR_FORMAT, "memo number 0" },
    { P ("q\0."), NN_ERROR_FORMAT, "empty" },
    { P ("Nr\xff\xff\xff\xff."), NN_ERROR_FORMAT, "memo number 4294967295" },
    { P ("Np999999999\n."), NN_ERROR_FORMAT, "memo number 999999999" },
    { P ("Np-1\n."), NN_ERROR_FORMAT, "memo number" },
    { P ("Np\n."), NN_ERROR_FORMAT, "memo number" },
    { P ("Nq\1h\0."), NN_ERROR_FORMAT, "memo number 0" },
    { P ("]q\0h\0a."), NN_ERROR_FORMAT, "contains itself" },
    { P ("}q\0S'a'\nh\0s."), NN_ERROR_FORMAT, "contains itself" },
    { P ("]q\0(h\0ta."), NN_ERROR_FORMAT, "contains itself" },
  };

  expect_all_refused (cases, G_N_ELEMENTS (cases));
}

#define ID(type, key, numel, rest) "(S'storage'\nctorch\n" type "\nS'" key "'\nS'cpu'\n" numel rest "tQ."

static void
test_persistent_ids (void)
{
  static const Case cases[] = {
    { P ("NQ."), NN_ERROR_FORMAT, "persistent id" },
    { P (")Q."), NN_ERROR_FORMAT, "persistent id" },
    { P ("(S'storage'\ntQ."), NN_ERROR_FORMAT, "persistent id" },
    { P ("(S'file'\nNNNNtQ."), NN_ERROR_FORMAT, "persistent id" },
    { P ("(S'module'\nNNNtQ."), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("float32", "0", "K\1", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("Tensor", "0", "K\1", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("EvilStorage", "0", "K\1", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("FloatStorage", "0", "I-1\n", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("FloatStorage", "0", "J\xff\xff\xff\xff", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("FloatStorage", "0", "N", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("FloatStorage", "0", "\x88", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("FloatStorage", "0", "L99999999999999999999L\n", "")), NN_ERROR_FORMAT, "persistent id" },
    { P (ID ("FloatStorage", "", "K\1", "")), NN_ERROR_FORMAT, "storage key" },
    { P (ID ("FloatStorage", "a b", "K\1", "")), NN_ERROR_FORMAT, "storage key" },
    { P (ID ("FloatStorage", "0", "K\4", "K\1")), NN_ERROR_FORMAT, "view" },
    { P (ID ("FloatStorage", "0", "K\4", "(S'v'\nK\3K\2t")), NN_ERROR_FORMAT, "view" },
    { P (ID ("FloatStorage", "0", "K\4", "(S'v'\nK\5K\0t")), NN_ERROR_FORMAT, "view" },
    { P (ID ("FloatStorage", "0", "K\4", "(S'v'\nI-1\nK\1t")), NN_ERROR_FORMAT, "view" },
    { P (ID ("FloatStorage", "0", "K\4", "NN")), NN_ERROR_FORMAT, "persistent id" },
  };
  g_autoptr (NnPickle) good = parse (P (ID ("FloatStorage", "0", "K\4", "(S'v'\nK\1K\3t")));
  const NnPickleValue *root = nn_pickle_root (good);

  expect_all_refused (cases, G_N_ELEMENTS (cases));
  g_assert_cmpint (root->type, ==, NN_PICKLE_STORAGE);
  g_assert_cmpstr (root->storage->key, ==, "0");
  g_assert_cmpuint (root->storage->n_elements, ==, 4);
  g_assert_true (root->storage->is_view);
  g_assert_cmpuint (root->storage->view_offset, ==, 1);
  g_assert_cmpuint (root->storage->view_size, ==, 3);
  g_assert_cmpuint (nn_pickle_storages (good)->len, ==, 1);
}

/* The pickle writes numbers, strings and containers in every way that there is. */
static void
test_values (void)
{
  static const struct {
    const gchar *bytes;
    gsize size;
    gint64 integer;
  } integers[] = {
    { P ("K\xff."), 255 },
    { P ("M\xff\xff."), 65535 },
    { P ("J\xff\xff\xff\xff."), -1 },
    { P ("J\0\0\0\x80."), G_MININT32 },
    { P ("I-7\n."), -7 },
    { P ("L-7L\n."), -7 },
    { P ("L7\n."), 7 },
    { P ("\x8a\0."), 0 },
    { P ("\x8a\x01\xff."), -1 },
    { P ("\x8a\x02\xff\0."), 255 },
    { P ("\x8a\x08\0\0\0\0\0\0\0\x80."), G_MININT64 },
    { P ("\x8b\x01\0\0\0\x80."), -128 },
  };
  static const struct {
    const gchar *bytes;
    gsize size;
    NnPickleType type;
    const gchar *data;
  } strings[] = {
    { P ("S'abc'\n."), NN_PICKLE_STRING, "abc" },
    { P ("S\"a'c\"\n."), NN_PICKLE_STRING, "a'c" },
    { P ("Vabc\n."), NN_PICKLE_STRING, "abc" },
    { P ("U\3abc."), NN_PICKLE_STRING, "abc" },
    { P ("T\3\0\0\0abc."), NN_PICKLE_STRING, "abc" },
    { P ("\x8c\2\xc3\xa4."), NN_PICKLE_STRING, "ä" },
    { P ("X\3\0\0\0abc."), NN_PICKLE_STRING, "abc" },
    { P ("\x8d\3\0\0\0\0\0\0\0abc."), NN_PICKLE_STRING, "abc" },
    { P ("C\3abc."), NN_PICKLE_BYTES, "abc" },
    { P ("\x8c\1\xff."), NN_PICKLE_BYTES, "\xff" },
    { P ("\x8c\0."), NN_PICKLE_STRING, "" },
    { P ("B\3\0\0\0abc."), NN_PICKLE_BYTES, "abc" },
    { P ("\x96\1\0\0\0\0\0\0\0a."), NN_PICKLE_BYTES, "a" },
  };
  static const struct {
    const gchar *bytes;
    gsize size;
    NnPickleType type;
    gsize n_items;
  } containers[] = {
    { P (")."), NN_PICKLE_TUPLE, 0 },
    { P ("N\x85."), NN_PICKLE_TUPLE, 1 },
    { P ("NNNN\x87."), NN_PICKLE_TUPLE, 3 },
    { P ("(NNNNt."), NN_PICKLE_TUPLE, 4 },
    { P ("(NNl."), NN_PICKLE_LIST, 2 },
    { P ("]Na(NNe."), NN_PICKLE_LIST, 3 },
    { P ("(NNd."), NN_PICKLE_DICT, 2 },
    { P ("}NNs(NNNNu."), NN_PICKLE_DICT, 6 },
    { P ("\x8f(NN\x90."), NN_PICKLE_SET, 2 },
    { P ("(N\x91."), NN_PICKLE_SET, 1 },
    { P ("ccollections\nOrderedDict\n(}NNstR."), NN_PICKLE_DICT, 2 },
    { P ("ccollections\nOrderedDict\n((l(lNaNaatR."), NN_PICKLE_DICT, 2 },
    { P ("ccollections\nOrderedDict\n)R}b."), NN_PICKLE_DICT, 0 },
    { P ("cbuiltins\nset\n(]tR."), NN_PICKLE_OPAQUE, strlen ("builtins.set") },
    { P ("cargparse\nNamespace\n)\x81}b."), NN_PICKLE_OPAQUE, strlen ("argparse.Namespace") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (integers); i++) {
    g_autoptr (NnPickle) pickle = parse (integers[i].bytes, integers[i].size);

    g_assert_cmpint (nn_pickle_root (pickle)->type, ==, NN_PICKLE_INT);
    g_assert_cmpint (nn_pickle_root (pickle)->integer, ==, integers[i].integer);
  }
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    g_autoptr (NnPickle) pickle = parse (strings[i].bytes, strings[i].size);
    const NnPickleValue *root = nn_pickle_root (pickle);

    g_assert_cmpint (root->type, ==, strings[i].type);
    g_assert_cmpmem (root->data, root->n_items, strings[i].data, strlen (strings[i].data));
  }
  for (guint i = 0; i < G_N_ELEMENTS (containers); i++) {
    g_autoptr (NnPickle) pickle = parse (containers[i].bytes, containers[i].size);

    g_assert_cmpint (nn_pickle_root (pickle)->type, ==, containers[i].type);
    g_assert_cmpuint (nn_pickle_root (pickle)->n_items, ==, containers[i].n_items);
  }
}

static void
test_others (void)
{
  g_autoptr (NnPickle) number = parse (P ("G\x40\x04\0\0\0\0\0\0."));
  g_autoptr (NnPickle) text = parse (P ("F-2.5e3\n."));
  g_autoptr (NnPickle) twice = parse (P ("}S'a'\nK\1sS'a'\nK\2s."));
  g_autoptr (NnPickle) magic = parse (P ("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."));

  g_assert_cmpfloat (nn_pickle_root (number)->number, ==, 2.5);
  g_assert_cmpfloat (nn_pickle_root (text)->number, ==, -2500);
  g_assert_cmpint (nn_pickle_dict_get (nn_pickle_root (twice), "a")->integer, ==, 2); /* as in Python */
  g_assert_null (nn_pickle_dict_get (nn_pickle_root (twice), "b"));
  g_assert_null (nn_pickle_dict_get (nn_pickle_root (number), "a"));
  g_assert_true (nn_pickle_is_torch_magic (nn_pickle_root (magic)));
  g_assert_false (nn_pickle_is_torch_magic (nn_pickle_root (number)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/names", test_names);
  g_test_add_func ("/pickle/objects", test_objects);
  g_test_add_func ("/pickle/calls", test_calls);
  g_test_add_func ("/pickle/malformed", test_malformed);
  g_test_add_func ("/pickle/persistent-ids", test_persistent_ids);
  g_test_add_func ("/pickle/values", test_values);
  g_test_add_func ("/pickle/others", test_others);
  return g_test_run ();
}
