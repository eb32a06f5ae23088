/* gst-resnet: the preprocessing parameters
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/error.h>
#include <nn/preprocess.h>
#include <string.h>

static const gchar *const interpolation_names[] = { "nearest", "bilinear", "bicubic" };
static const gchar *const channel_order_names[] = { "rgb", "bgr" };

static gboolean
is_size (guint size)
{
  return size >= 1 && size <= NN_PREPROCESS_MAX_SIZE;
}

static gboolean
check_sizes (const NnPreprocess *p, GError **error)
{
  if (p->resize > NN_PREPROCESS_MAX_SIZE) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "resize is %u; it must be 0 (stretch) to %d pixels", p->resize,
                 NN_PREPROCESS_MAX_SIZE);
    return FALSE;
  }
  if ((p->resize_height || p->resize_width) && !(is_size (p->resize_height) && is_size (p->resize_width))) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "resize is %ux%u (height x width); each must be 1 to %d pixels, or neither be given", p->resize_height,
                 p->resize_width, NN_PREPROCESS_MAX_SIZE);
    return FALSE;
  }
  if (!is_size (p->crop_height) || !is_size (p->crop_width)) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "crop is %ux%u (height x width); each must be 1 to %d pixels",
                 p->crop_height, p->crop_width, NN_PREPROCESS_MAX_SIZE);
    return FALSE;
  }
  return TRUE;
}

gboolean
nn_preprocess_validate (const NnPreprocess *p, GError **error)
{
  if (!check_sizes (p, error))
    return FALSE;
  if (p->channels != 1 && p->channels != 3) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "the input has %u channels; it must have 3 (colour) or 1 (grey)",
                 p->channels);
    return FALSE;
  }
  if (!nn_channel_order_to_string (p->channel_order)) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "the channel order is %d; it must be rgb (0) or bgr (1)",
                 (gint)p->channel_order);
    return FALSE;
  }
  for (guint c = 0; c < p->channels; c++) {
    const gchar channel = p->channels == 1 ? 'L' : (p->channel_order == NN_CHANNEL_ORDER_BGR ? "BGR" : "RGB")[c];

    /* The comparisons are written so that NaN fails. */
    if (!(p->mean[c] >= -1000.0f && p->mean[c] <= 1000.0f)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                   "the mean of channel %c is %g; it must be a finite number of pixel values from 0 to 1", channel,
                   p->mean[c]);
      return FALSE;
    }
    if (!(p->std[c] >= 1e-6f && p->std[c] <= 1e6f)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                   "the std of channel %c is %g; it must be a finite number above 0 (at least 1e-6)", channel,
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

gsize
nn_preprocess_get_tensor_size (const NnPreprocess *p)
{
  return (gsize)p->channels * p->crop_height * p->crop_width;
}

/* --- words --- */

static const gchar *
word_at (const gchar *const *words, guint n, guint i)
{
  return i < n ? words[i] : NULL;
}

static gboolean
find_word (const gchar *const *words, guint n, const gchar *string, guint *found)
{
  for (guint i = 0; i < n; i++) {
    if (g_ascii_strcasecmp (string, words[i]) == 0) {
      *found = i;
      return TRUE;
    }
  }
  return FALSE;
}

const gchar *
nn_interpolation_to_string (NnInterpolation interpolation)
{
  return word_at (interpolation_names, G_N_ELEMENTS (interpolation_names), (guint)interpolation);
}

gboolean
nn_interpolation_from_string (const gchar *string, NnInterpolation *interpolation)
{
  guint found;

  if (!find_word (interpolation_names, G_N_ELEMENTS (interpolation_names), string, &found))
    return FALSE;
  *interpolation = (NnInterpolation)found;
  return TRUE;
}

const gchar *
nn_channel_order_to_string (NnChannelOrder order)
{
  return word_at (channel_order_names, G_N_ELEMENTS (channel_order_names), (guint)order);
}

gboolean
nn_channel_order_from_string (const gchar *string, NnChannelOrder *order)
{
  guint found;

  if (!find_word (channel_order_names, G_N_ELEMENTS (channel_order_names), string, &found))
    return FALSE;
  *order = (NnChannelOrder)found;
  return TRUE;
}

/* --- sizes --- */

/* Parses one number or two. With one number *width becomes 0. */
static gboolean
parse_size (const gchar *name, const gchar *string, guint least, guint *height, guint *width, GError **error)
{
  g_autofree gchar *stripped = g_strstrip (g_strdup (string));
  g_auto (GStrv) parts = g_strsplit (stripped, "x", 3);
  const guint n = g_strv_length (parts);
  guint64 first, second = 0;

  if ((n == 1 && g_ascii_string_to_unsigned (parts[0], 10, least, NN_PREPROCESS_MAX_SIZE, &first, NULL))
      || (n == 2 && g_ascii_string_to_unsigned (parts[0], 10, 1, NN_PREPROCESS_MAX_SIZE, &first, NULL)
          && g_ascii_string_to_unsigned (parts[1], 10, 1, NN_PREPROCESS_MAX_SIZE, &second, NULL))) {
    *height = (guint)first;
    *width = (guint)second;
    return TRUE;
  }
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
               "%s \"%s\" is no size; it must be a whole number from %u to %d, or HEIGHTxWIDTH with two from 1 to %d",
               name, string, least, NN_PREPROCESS_MAX_SIZE, NN_PREPROCESS_MAX_SIZE);
  return FALSE;
}

gboolean
nn_preprocess_set_resize (NnPreprocess *p, const gchar *name, const gchar *string, GError **error)
{
  guint height, width;

  if (!parse_size (name, string, 0, &height, &width, error))
    return FALSE;
  p->resize = width ? 0 : height;
  p->resize_height = width ? height : 0;
  p->resize_width = width;
  return TRUE;
}

gboolean
nn_preprocess_set_crop (NnPreprocess *p, const gchar *name, const gchar *string, GError **error)
{
  guint height, width;

  if (!parse_size (name, string, 1, &height, &width, error))
    return FALSE;
  p->crop_height = height;
  p->crop_width = width ? width : height;
  return TRUE;
}

gchar *
nn_preprocess_resize_to_string (const NnPreprocess *p)
{
  if (p->resize_height)
    return g_strdup_printf ("%ux%u", p->resize_height, p->resize_width);
  return g_strdup_printf ("%u", p->resize);
}

gchar *
nn_preprocess_crop_to_string (const NnPreprocess *p)
{
  if (p->crop_height != p->crop_width)
    return g_strdup_printf ("%ux%u", p->crop_height, p->crop_width);
  return g_strdup_printf ("%u", p->crop_height);
}

/* --- mean and standard deviation --- */

static const gchar *
skip_spaces (const gchar *s)
{
  while (g_ascii_isspace (*s))
    s++;
  return s;
}

/* Returns the closing bracket that belongs to @c, or 0 when @c is no opening bracket. */
static gchar
closing_bracket (gchar c)
{
  return c == '<' ? '>' : c == '[' ? ']' : c == '(' ? ')' : 0;
}

static gboolean
parse_number (const gchar **s, gdouble *value)
{
  gchar *end;
  gdouble d;

  /* strtod() also takes hexadecimal numbers, nan(...) and infinity, which no user would write here. */
  if (!g_ascii_isdigit (**s) && !strchr ("+-.", **s))
    return FALSE;
  d = g_ascii_strtod (*s, &end);
  if (end == *s || memchr (*s, 'x', end - *s) || memchr (*s, 'X', end - *s) || !isfinite (d) || !isfinite ((gfloat)d))
    return FALSE;
  *s = end;
  *value = d;
  return TRUE;
}

static gboolean
parse_numbers (const gchar *name, const gchar *string, guint n, gdouble values[3], GError **error)
{
  const gchar *s = skip_spaces (string);
  gchar close = closing_bracket (*s);

  if (close)
    s = skip_spaces (s + 1);
  for (guint i = 0; i < n; i++) {
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
  if (!*s)
    return TRUE;

bad:
  if (n == 1)
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "%s \"%s\" does not fit the network, which takes grey pictures; it must be one finite number", name,
                 string);
  else
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "%s \"%s\" is no triple; it must be three finite numbers, as in \"0.485, 0.456, 0.406\"", name,
                 string);
  return FALSE;
}

/* Whether the statistics are those of pixel values from 0 to 255. They are where a mean is above 1. A std above 1 says
 * so only where the means are all 0 (or not given), because beside a mean of values from 0 to 1 it may be meant. */
static gboolean
are_of_255 (guint n, const gdouble means[3], const gdouble stds[3])
{
  gdouble largest_mean = 0, largest_std = 0;

  for (guint c = 0; c < n; c++) {
    largest_mean = MAX (largest_mean, fabs (means[c]));
    largest_std = MAX (largest_std, stds[c]);
  }
  return largest_mean > 1 || (largest_mean == 0 && largest_std > 1);
}

gboolean
nn_preprocess_set_statistics (NnPreprocess *p, const gchar *mean_name, const gchar *mean, const gchar *std_name,
                              const gchar *std, GError **error)
{
  const gboolean has_mean = mean && *mean, has_std = std && *std;
  gdouble means[3] = { 0 }, stds[3] = { 0 };
  gboolean of_255;

  if ((has_mean && !parse_numbers (mean_name, mean, p->channels, means, error))
      || (has_std && !parse_numbers (std_name, std, p->channels, stds, error)))
    return FALSE;
  of_255 = are_of_255 (p->channels, means, stds);
  for (guint c = 0; c < p->channels; c++) {
    if (has_mean)
      p->mean[c] = (gfloat)(of_255 ? means[c] / 255 : means[c]);
    if (has_std)
      p->std[c] = (gfloat)(of_255 ? stds[c] / 255 : stds[c]);
  }
  return TRUE;
}

static gchar *
numbers_to_string (const gfloat values[3], guint n, gdouble unit)
{
  GString *text = g_string_new (NULL);
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint c = 0; c < n; c++)
    g_string_append_printf (text, "%s%s", c ? ", " : "",
                            g_ascii_formatd (number, sizeof number, "%.9g", values[c] * unit));
  return g_string_free (text, FALSE);
}

void
nn_preprocess_statistics_to_strings (const NnPreprocess *p, gchar **mean, gchar **std)
{
  const gdouble means[3] = { p->mean[0], p->mean[1], p->mean[2] }, stds[3] = { p->std[0], p->std[1], p->std[2] };
  const gdouble unit = are_of_255 (p->channels, means, stds) ? 255 : 1;

  *mean = numbers_to_string (p->mean, p->channels, unit);
  *std = numbers_to_string (p->std, p->channels, unit);
}
