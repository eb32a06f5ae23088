/* gst-resnet: resnet-tool, the engine at a prompt
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <nn/cpu.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tool-command.h"
#include "tool-hint.h"
#include "tool-message.h"

static const ToolCommand *const commands[] = {
  &tool_inspect_command,    &tool_classify_command, &tool_eval_command,    &tool_bench_command,
  &tool_preprocess_command, &tool_run_command,      &tool_convert_command,
};

static const ToolCommand *
find_command (const gchar *name)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];
  return NULL;
}

static int
unknown_command (const gchar *name)
{
  const gchar *names[G_N_ELEMENTS (commands) + 3];
  const gchar *closest;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i]->name;
  names[i++] = "help";
  names[i++] = "--version";
  names[i] = NULL;
  closest = tool_closest (name, names);
  if (closest)
    tool_error ("there is no %s '%s'; did you mean '%s'? (try 'resnet-tool --help').",
                name[0] == '-' ? "option" : "command", name, closest);
  else if (g_file_test (name, G_FILE_TEST_EXISTS))
    tool_error ("'%s' is a file, but the first argument is a command, as in 'resnet-tool classify MODEL IMAGE' (try "
                "'resnet-tool --help').",
                name);
  else
    tool_error ("there is no %s '%s' (try 'resnet-tool --help').", name[0] == '-' ? "option" : "command", name);
  return TOOL_USAGE;
}

static void
print_help (FILE *stream)
{
  gsize i;

  fputs ("Usage: resnet-tool COMMAND MODEL [...]\n\n"
         "Looks into, runs and measures image classification networks of the ResNet family, in evaluation mode:\n"
         "BatchNorm uses running statistics, dropout is identity, no gradient state exists.\n\n"
         "MODEL is a PyTorch state dict (.pth, .pt, both of torch.save's forms), a .safetensors or .onnx file, or the "
         "word\n"
         "'embedded' for the model inside this program (a file of that name is ./embedded).\n\n"
         "Commands:\n",
         stream);
  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
  fputs ("\nHelp:\n"
         "  resnet-tool help COMMAND     tells what a command takes, with examples\n"
         "  resnet-tool --version        tells the version and the instruction set level of this processor\n\n"
         "The exit status is 0 when all is done, 1 when something failed (or an accuracy is below the minimum), and 2 "
         "when the\n"
         "command line is wrong. The environment variable NN_MAX_ISA caps the instruction set as --max-isa does.\n",
         stream);
}

static int
help (int argc, char **argv)
{
  const ToolCommand *command;
  GOptionContext *context;
  gchar *text, *prgname;

  if (argc < 3) {
    print_help (stdout);
    return TOOL_OK;
  }
  command = find_command (argv[2]);
  if (!command)
    return unknown_command (argv[2]);
  prgname = g_strdup_printf ("resnet-tool %s", command->name);
  g_set_prgname (prgname);
  context = command->context ();
  text = g_option_context_get_help (context, FALSE, NULL);
  fputs (text, stdout);
  g_free (text);
  g_free (prgname);
  g_option_context_free (context);
  return TOOL_OK;
}

int
main (int argc, char **argv)
{
  const ToolCommand *command;
  gchar *prgname;

  setlocale (LC_ALL, "");
  /* Numbers are read and written in the same way in every locale. */
  setlocale (LC_NUMERIC, "C");
  /* `resnet-tool … | head` must end without a message, even if the parent process ignores the signal. */
  signal (SIGPIPE, SIG_DFL);
  g_set_prgname ("resnet-tool");

  if (argc < 2) {
    print_help (stderr);
    return TOOL_USAGE;
  }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") || g_str_equal (argv[1], "help"))
    return tool_finish (help (argc, argv));
  if (g_str_equal (argv[1], "--version")) {
    printf ("resnet-tool %s (%s)\n", TOOL_VERSION, nn_cpu_get_isa ());
    return tool_finish (TOOL_OK);
  }
  command = find_command (argv[1]);
  if (!command)
    return unknown_command (argv[1]);
  prgname = g_strdup_printf ("resnet-tool %s", command->name);
  g_set_prgname (prgname);
  g_free (prgname);
  return tool_finish (command->run (argc - 1, argv + 1));
}
