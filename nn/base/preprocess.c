/* gst-resnet: the preprocessing parameters
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/error.h>
#include <nn/preprocess.h>
#include <string.h>

static const gchar *const interpolation_names[] = { "nearest", "bilinear", "bicubic" };

gboolean
nn_preprocess_validate (const NnPreprocess *p, GError **error)
{
  static const gchar channels[] = "RGB";

  if (p->resize > NN_PREPROCESS_MAX_SIZE) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "resize is %u; it must be 0 (stretch) to %d pixels", p->resize,
                 NN_PREPROCESS_MAX_SIZE);
    return FALSE;
  }
  if (p->crop < 1 || p->crop > NN_PREPROCESS_MAX_SIZE) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "crop is %u; it must be 1 to %d pixels", p->crop,
                 NN_PREPROCESS_MAX_SIZE);
    return FALSE;
  }
  for (guint c = 0; c < 3; c++) {
    /* Written so that NaN fails. */
    if (!(p->mean[c] >= -1000.0f && p->mean[c] <= 1000.0f)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                   "the mean of channel %c is %g; it must be a finite number of pixel values from 0 to 1", channels[c],
                   p->mean[c]);
      return FALSE;
    }
    if (!(p->std[c] >= 1e-6f && p->std[c] <= 1e6f)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                   "the std of channel %c is %g; it must be a finite number above 0 (at least 1e-6)", channels[c],
                   p->std[c]);
      return FALSE;
    }
  }
  if (!nn_interpolation_to_string (p->interpolation)) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "interpolation is %d; it must be nearest (0), bilinear (1) or bicubic (2)", (gint)p->interpolation);
    return FALSE;
  }
  return TRUE;
}

const gchar *
nn_interpolation_to_string (NnInterpolation interpolation)
{
  if ((guint)interpolation >= G_N_ELEMENTS (interpolation_names))
    return NULL;
  return interpolation_names[interpolation];
}

gboolean
nn_interpolation_from_string (const gchar *string, NnInterpolation *interpolation)
{
  for (guint i = 0; i < G_N_ELEMENTS (interpolation_names); i++) {
    if (g_ascii_strcasecmp (string, interpolation_names[i]) == 0) {
      *interpolation = (NnInterpolation)i;
      return TRUE;
    }
  }
  return FALSE;
}

static const gchar *
skip_spaces (const gchar *s)
{
  while (g_ascii_isspace (*s))
    s++;
  return s;
}

/* The closing bracket that belongs to @c, 0 when @c opens nothing. */
static gchar
closing_bracket (gchar c)
{
  return c == '<' ? '>' : c == '[' ? ']' : c == '(' ? ')' : 0;
}

static gboolean
parse_number (const gchar **s, gfloat *value)
{
  gchar *end;
  gdouble d;

  /* strtod()'s own extensions (hexadecimal, nan(...), infinity) are no numbers a user would write here. */
  if (!g_ascii_isdigit (**s) && !strchr ("+-.", **s))
    return FALSE;
  d = g_ascii_strtod (*s, &end);
  if (end == *s || memchr (*s, 'x', end - *s) || memchr (*s, 'X', end - *s) || !isfinite (d) || !isfinite ((gfloat)d))
    return FALSE;
  *s = end;
  *value = (gfloat)d;
  return TRUE;
}

gboolean
nn_preprocess_parse_triple (const gchar *name, const gchar *string, gfloat triple[3], GError **error)
{
  const gchar *s = skip_spaces (string);
  gfloat values[3];
  gchar close = closing_bracket (*s);

  if (close)
    s = skip_spaces (s + 1);
  for (guint i = 0; i < 3; i++) {
    if (i > 0) {
      const gchar *before = s;

      s = skip_spaces (s);
      if (*s == ',' || *s == ';')
        s = skip_spaces (s + 1);
      else if (s == before)
        goto bad;
    }
    if (!*s || !parse_number (&s, &values[i]))
      goto bad;
  }
  s = skip_spaces (s);
  if (close) {
    if (*s != close)
      goto bad;
    s = skip_spaces (s + 1);
  }
  if (*s)
    goto bad;
  memcpy (triple, values, sizeof values);
  return TRUE;

bad:
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
               "%s \"%s\" is no triple; it must be three finite numbers, as in \"0.485, 0.456, 0.406\"", name, string);
  return FALSE;
}
