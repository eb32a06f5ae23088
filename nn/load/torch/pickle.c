/* gst-resnet: a pickle as data (the machine)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/torch/pickle.h"

#include "load/torch/pickle-step.h"
#include "load/torch/pickle-value-private.h"

#define MAX_DEPTH 1000

/* Walks the graph depth-first with three colours and a stack of its own; refuses cycles and nesting deeper than
 * MAX_DEPTH. */
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
  gboolean ok = TRUE;

  pickle->blocks = g_ptr_array_new_with_free_func (g_free);
  pickle->extra = g_ptr_array_new_with_free_func (g_free);
  pickle->strings = g_string_chunk_new (4096);
  pickle->storages = g_ptr_array_new ();
  vm.stack = g_ptr_array_new ();
  vm.marks = g_array_new (FALSE, FALSE, sizeof (guint));
  vm.memo = g_ptr_array_new ();
  while (ok && !pickle->root)
    ok = nn_pickle_step (&vm);
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
