/* gst-resnet: what the commands of resnet-tool share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>
#include <nn/answer.h>
#include <nn/image.h>
#include <nn/labels.h>
#include <nn/model.h>
#include <nn/session.h>
#include <nn/topk.h>

/* Exit statuses; the help text promises them. */
#define TOOL_OK 0
#define TOOL_FAILED 1
#define TOOL_USAGE 2

/* One command: its own file, its own table of options. @run gets argv[0] = the command's name. */
typedef struct {
  const gchar *name;
  const gchar *summary; /* one line for `resnet-tool --help` */
  GOptionContext *(*context) (void);
  int (*run) (int argc, char **argv);
} ToolCommand;

extern const ToolCommand tool_inspect_command;
extern const ToolCommand tool_run_command;
extern const ToolCommand tool_preprocess_command;
extern const ToolCommand tool_classify_command;
extern const ToolCommand tool_eval_command;
extern const ToolCommand tool_bench_command;
extern const ToolCommand tool_convert_command;

/* The options that several commands take; a command names those that make sense for it. */
typedef enum {
  TOOL_OPT_THREADS = 1 << 0,
  TOOL_OPT_LABELS = 1 << 1,
  TOOL_OPT_TOP_K = 1 << 2,
  TOOL_OPT_ACTIVATION = 1 << 3,
  TOOL_OPT_PREPROCESS = 1 << 4, /* --resize --crop --mean --std --channel-order --interpolation */
  TOOL_OPT_MAX_ISA = 1 << 5,
  TOOL_OPT_JSON = 1 << 6,
  TOOL_OPT_QUIET = 1 << 7,
  TOOL_OPT_PRECISION = 1 << 8,
  TOOL_OPT_EXIF = 1 << 9,
} ToolOptionSet;

typedef struct {
  guint threads; /* 0: all CPUs of this process */
  gchar *labels; /* a file's name */
  gchar *weights, *architecture;
  guint top_k;
  NnActivation activation;
  gboolean has_interpolation, has_channel_order;
  NnPreprocess preprocess;           /* its interpolation and channel order, where they were given */
  gchar *resize, *crop, *mean, *std; /* as they were given; NULL: they were not */
  gchar *max_isa;
  NnPrecision precision;
  gboolean exif;
  gboolean json;
  gboolean quiet;
  gchar **arguments; /* what is left after the options */
  GPtrArray *names;  /* of all options that the command takes, without dashes, NULL-terminated */
} ToolOptions;

#define TOOL_OPTIONS_DEFAULT                                                                                           \
  {                                                                                                                    \
    .top_k = 5, .activation = NN_ACTIVATION_AUTO                                                                       \
  }

/* A context that fills @options and the variables of @entries (NULL-terminated; may be NULL). */
GOptionContext *tool_context_new (const gchar *arguments, const gchar *summary, const gchar *description,
                                  ToolOptionSet set, ToolOptions *options, const GOptionEntry *entries);
/* FALSE after a message on stderr: the command returns TOOL_USAGE. @min, @max: how many arguments there may be. */
gboolean tool_parse (const ToolCommand *command, int argc, char **argv, ToolOptions *options, guint min, guint max);
/* A usage error of @command's: the sentence, and where help is. Returns TOOL_USAGE. */
int tool_usage_error (const ToolCommand *command, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* Strict and the same in every locale: digits only, no sign, no space, no trailing bytes; FALSE with an error that
 * names @name and the range. A NULL @string leaves @value alone and is no error. */
gboolean tool_parse_uint (const gchar *name, const gchar *string, guint min, guint max, guint *value, GError **error);
gboolean tool_parse_double (const gchar *name, const gchar *string, gdouble min, gdouble max, gdouble *value,
                            GError **error);
/* "HxW" */
gboolean tool_parse_size (const gchar *name, const gchar *string, guint *height, guint *width, GError **error);

/* One line on stderr: "resnet-tool: …". */
void tool_error (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
void tool_warning (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
/* Says @error, frees it, returns TOOL_FAILED. */
int tool_fail (GError *error);
/* Flushes stdout: TOOL_FAILED after a message where something could not be written, else @status. */
int tool_finish (int status);

/* @name: a file, or "embedded". Its warnings go to stderr unless @options is quiet. */
NnModel *tool_model_open (const gchar *name, const ToolOptions *options, GError **error);
/* The options that say how a model's file is read. */
NnModelOptions tool_model_options (const ToolOptions *options);
/* The model's preprocessing with the options' values over it, checked. */
gboolean tool_preprocess_get (const NnModel *model, const ToolOptions *options, NnPreprocess *preprocess,
                              GError **error);
/* TRUE where an option says something of it. */
gboolean tool_preprocess_is_given (const ToolOptions *options);
/* --labels, else the model's own, else NULL without an error. */
gboolean tool_labels_get (const NnModel *model, const ToolOptions *options, gchar ***labels, GError **error);
/* WordNet identifiers ("n01440764") of the classes, where the --labels file has one for each beside its label
 * (synset_words.txt, imagenet_class_index.json); else NULL. Free with g_strfreev(). */
gchar **tool_identifiers_get (const ToolOptions *options, guint n_classes);
/* A session for @preprocess's crop (or height × width where not 0) and up to @max_batch images. */
NnSession *tool_session_new (NnModel *model, const ToolOptions *options, guint max_batch, guint height, guint width,
                             GError **error);

/* The label of class @index; "class 7" where there are none. A buffer of the caller's. */
#define TOOL_LABEL_SIZE 32
const gchar *tool_label (gchar *const *labels, guint index, gchar buffer[TOOL_LABEL_SIZE]);
/* Valid UTF-8 for people and for JSON, whatever the bytes of a file's name are; free with g_free(). */
gchar *tool_display_name (const gchar *path);
/* TRUE where stdout (stderr) is a terminal that shows UTF-8. */
gboolean tool_fancy (int fd);

/* JSON: members that several commands write; a non-finite number becomes null, which JSON can say. */
void tool_json_number (JsonBuilder *builder, const gchar *name, gdouble value);
void tool_json_model (JsonBuilder *builder, const gchar *name, const NnModel *model);
void tool_json_preprocess (JsonBuilder *builder, const NnPreprocess *preprocess);
void tool_json_print (JsonBuilder *builder, gboolean pretty);
/* "Resize(256, bilinear), CenterCrop(224), mean …, std …" */
gchar *tool_preprocess_string (const NnPreprocess *preprocess);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnPreprocessor, nn_preprocessor_free)
