/* gst-resnet: what the element tests share
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <glib/gstdio.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <unistd.h>

gboolean
fixture_load_plugin (const gchar * name)
{
  const gchar *folder = g_getenv ("GST_RESNET_PLUGINS_DIR");
  gchar *file = g_strdup_printf ("libgst%s.so", name);
  gchar *path = g_build_filename (folder ? folder : "", file, NULL);
  GstPlugin *plugin = gst_plugin_load_file (path, NULL);
  gboolean found = plugin != NULL;

  if (plugin)
    gst_object_unref (plugin);
  g_free (path);
  g_free (file);
  return found;
}

guint
fixture_get_number (const gchar * variable, guint otherwise)
{
  const gchar *value = g_getenv (variable);

  return value ? (guint) g_ascii_strtoull (value, NULL, 10) : otherwise;
}

gchar *
fixture_path (const gchar * name)
{
  const gchar *folder = g_getenv ("GST_RESNET_TEST_NETWORKS");

  fail_unless (folder != NULL, "GST_RESNET_TEST_NETWORKS is not set");
  return g_build_filename (folder, name, NULL);
}

gchar *
fixture_write_file (const gchar * name, gconstpointer data, gsize size)
{
  gchar *folder = g_dir_make_tmp ("gst-resnet-XXXXXX", NULL);
  gchar *path = g_build_filename (folder, name, NULL);

  fail_unless (g_file_set_contents (path, data, size, NULL));
  g_free (folder);
  return path;
}

void
fixture_remove_file (gchar * path)
{
  gchar *folder = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
  g_free (path);
}

GstElement *
fixture_element_new (const gchar * model)
{
  GstElement *element = gst_element_factory_make ("resnetclassify", NULL);
  gchar *path = fixture_path (model);

  fail_unless (element != NULL, "resnetclassify is not in GST_PLUGIN_PATH");
  g_object_set (element, "model", path, "threads", 1, "top-k",
      FIXTURE_MAX_CLASSES, NULL);
  /* The small network's file says nothing about preprocessing, and ImageNet's 224 would be slow. */
  if (g_str_equal (model, FIXTURE_SMALL))
    g_object_set (element, "resize", 0, "crop", 16, NULL);
  g_free (path);
  return gst_object_ref_sink (element);
}

GstHarness *
fixture_harness_new (const gchar * model, const gchar * caps)
{
  GstElement *element = fixture_element_new (model);
  GstHarness *harness = gst_harness_new_with_element (element, "sink", "src");

  gst_object_unref (element);
  if (caps)
    gst_harness_set_src_caps_str (harness, caps);
  return harness;
}

GstBus *
fixture_add_bus (GstElement * element)
{
  GstBus *bus = gst_bus_new ();

  gst_element_set_bus (element, bus);
  return bus;
}

static void
paint (GstVideoFrame * frame, guint n)
{
  gint width = GST_VIDEO_FRAME_WIDTH (frame);
  gint height = GST_VIDEO_FRAME_HEIGHT (frame);
  gint x, y;

  for (y = 0; y < height; y++) {
    guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
        + y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

    /* All colours share one gray texture and are tinted by slow ramps, so that subsampling the chroma loses little. */
    for (x = 0; x < width; x++) {
      gint u = x * 64 / width, v = y * 64 / height;
      gint gray = 96 + ((u * (3 + (gint) n % 5) + v * v / 7) % 48);

      row[3 * x + 0] = gray + u;
      row[3 * x + 1] = gray + v;
      row[3 * x + 2] = gray + 32 - u / 2;
    }
  }
}

GstBuffer *
fixture_frame_new (const GstVideoInfo * info, guint n)
{
  gint width = GST_VIDEO_INFO_WIDTH (info);
  gint height = GST_VIDEO_INFO_HEIGHT (info);
  GstBuffer *rgb, *buffer;
  GstVideoFrame source, dest;
  GstVideoInfo rgb_info;

  gst_video_info_set_format (&rgb_info, GST_VIDEO_FORMAT_RGB, width, height);
  rgb_info.fps_n = info->fps_n;
  rgb_info.fps_d = info->fps_d;
  rgb = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&rgb_info), NULL);
  /* The bytes between the rows are set, too, because the tests compare whole buffers. */
  gst_buffer_memset (rgb, 0, 0, GST_VIDEO_INFO_SIZE (&rgb_info));
  fail_unless (gst_video_frame_map (&source, &rgb_info, rgb,
          GST_MAP_READWRITE));
  paint (&source, n);
  if (GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_RGB) {
    gst_video_frame_unmap (&source);
    buffer = rgb;
  } else {
    GstVideoConverter *converter = gst_video_converter_new (&rgb_info, info,
        gst_structure_new ("options", GST_VIDEO_CONVERTER_OPT_DITHER_METHOD,
            GST_TYPE_VIDEO_DITHER_METHOD, GST_VIDEO_DITHER_NONE, NULL));

    buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
    gst_buffer_memset (buffer, 0, 0, GST_VIDEO_INFO_SIZE (info));
    fail_unless (gst_video_frame_map (&dest, info, buffer, GST_MAP_READWRITE));
    fail_unless (converter != NULL);
    gst_video_converter_frame (converter, &source, &dest);
    gst_video_converter_free (converter);
    gst_video_frame_unmap (&dest);
    gst_video_frame_unmap (&source);
    gst_buffer_unref (rgb);
  }
  GST_BUFFER_PTS (buffer) = n * 40 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  return buffer;
}

GstBuffer *
fixture_frame_pad (GstBuffer * buffer, const GstVideoInfo * info, guint offset,
    guint padding)
{
  guint n_planes = GST_VIDEO_INFO_N_PLANES (info);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, }, size = 0;
  gint strides[GST_VIDEO_MAX_PLANES] = { 0, };
  GstMapInfo from, to;
  GstBuffer *padded;
  guint i, y;

  fail_unless (gst_buffer_map (buffer, &from, GST_MAP_READ));
  for (i = 0; i < n_planes; i++) {
    gsize end = i + 1 < n_planes ? GST_VIDEO_INFO_PLANE_OFFSET (info, i + 1) :
        GST_VIDEO_INFO_SIZE (info);
    gsize bytes = end - GST_VIDEO_INFO_PLANE_OFFSET (info, i);
    guint rows = bytes / GST_VIDEO_INFO_PLANE_STRIDE (info, i);

    strides[i] = GST_VIDEO_INFO_PLANE_STRIDE (info, i) + padding;
    offsets[i] = size + offset;
    size = offsets[i] + (gsize) strides[i] * rows;
  }
  padded = gst_buffer_new_allocate (NULL, size, NULL);
  /* The bytes around the pixels are garbage that nobody must look at. */
  gst_buffer_memset (padded, 0, 0xd6, size);
  fail_unless (gst_buffer_map (padded, &to, GST_MAP_WRITE));
  for (i = 0; i < n_planes; i++) {
    gsize from_offset = GST_VIDEO_INFO_PLANE_OFFSET (info, i);
    gsize end = i + 1 < n_planes ? GST_VIDEO_INFO_PLANE_OFFSET (info, i + 1) :
        GST_VIDEO_INFO_SIZE (info);
    gsize stride = GST_VIDEO_INFO_PLANE_STRIDE (info, i);

    for (y = 0; y < (end - from_offset) / stride; y++)
      memcpy (to.data + offsets[i] + (gsize) y * strides[i],
          from.data + from_offset + y * stride, stride);
  }
  gst_buffer_unmap (padded, &to);
  gst_buffer_unmap (buffer, &from);
  gst_buffer_add_video_meta_full (padded, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), n_planes, offsets, strides);
  gst_buffer_copy_into (padded, buffer, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  return padded;
}

guint
fixture_get_confidences (GstBuffer * buffer,
    gdouble confidences[FIXTURE_MAX_CLASSES])
{
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
  guint i, n = meta ? gst_classification_meta_get_n_entries (meta) : 0;

  for (i = 0; i < n; i++) {
    gdouble confidence;
    gint index;

    fail_unless (gst_classification_meta_get_entry (meta, i, NULL, &index,
            &confidence));
    fail_unless (index >= 0 && index < FIXTURE_MAX_CLASSES);
    confidences[index] = confidence;
  }
  return n;
}

GstMessage *
fixture_pop_message (GstBus * bus, GstMessageType types)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, types))
      && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT
      && gst_structure_has_name (gst_message_get_structure (message),
          GST_CLASSIFICATION_LABEL_CHANGED_NAME))
    gst_message_unref (message);
  return message;
}

void
fixture_assert_message (GstBus * bus, GstMessageType type, GQuark domain,
    gint code, ...)
{
  GstMessage *message = gst_bus_pop_filtered (bus, type);
  GError *error = NULL;
  const gchar *word;
  va_list words;

  fail_unless (message != NULL, "no message of type %s",
      gst_message_type_get_name (type));
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else
    gst_message_parse_warning (message, &error, NULL);
  fail_unless (error->domain == domain && error->code == code,
      "%s %d instead of %s %d: %s", g_quark_to_string (error->domain),
      error->code, g_quark_to_string (domain), code, error->message);
  va_start (words, code);
  while ((word = va_arg (words, const gchar *)))
      fail_unless (strstr (error->message, word) != NULL,
        "\"%s\" is not in: %s", word, error->message);
  va_end (words);
  g_error_free (error);
  gst_message_unref (message);
}

static const FixtureValues *
find_values (const FixtureValues * table, guint n_table, const gchar * name)
{
  guint i;

  for (i = 0; i < n_table; i++)
    if (g_str_equal (table[i].name, name))
      return &table[i];
  return NULL;
}

/* Lists the properties of the element's own class that can be set. (transfer container) */
static GPtrArray *
get_writable (GstElement * element)
{
  GPtrArray *own = g_ptr_array_new ();
  GParamSpec **specs;
  guint i, n;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (i = 0; i < n; i++)
    if (specs[i]->owner_type == G_OBJECT_TYPE (element)
        && (specs[i]->flags & G_PARAM_WRITABLE))
      g_ptr_array_add (own, specs[i]);
  g_free (specs);
  return own;
}

guint
fixture_count_properties (GstElement * element, const FixtureValues * table,
    guint n_table)
{
  GPtrArray *own = get_writable (element);
  guint i, n = own->len;

  for (i = 0; i < n_table; i++)
    fail_unless (g_object_class_find_property (G_OBJECT_GET_CLASS (element),
            table[i].name) != NULL, "no property %s", table[i].name);
  g_ptr_array_unref (own);
  return n;
}

/* Makes the values for a property that the table lacks: both ends of its range and the default between them. A text
 * gets a value that means nothing, and the empty text. */
static void
set_by_range (GObject * object, GParamSpec * spec, guint turn)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  if (turn % 3 == 1)
    g_param_value_set_default (spec, &value);
  else if (spec->value_type == G_TYPE_BOOLEAN)
    g_value_set_boolean (&value, turn % 3 == 0);
  else if (G_IS_PARAM_SPEC_ENUM (spec)) {
    GEnumClass *values = G_PARAM_SPEC_ENUM (spec)->enum_class;

    g_value_set_enum (&value, values->values[turn % values->n_values].value);
  } else if (G_IS_PARAM_SPEC_INT (spec)) {
    g_value_set_int (&value, turn % 3 ? G_PARAM_SPEC_INT (spec)->maximum :
        G_PARAM_SPEC_INT (spec)->minimum);
  } else if (G_IS_PARAM_SPEC_UINT (spec)) {
    g_value_set_uint (&value, turn % 3 ? G_PARAM_SPEC_UINT (spec)->maximum :
        G_PARAM_SPEC_UINT (spec)->minimum);
  } else if (G_IS_PARAM_SPEC_DOUBLE (spec)) {
    g_value_set_double (&value, turn % 3 ? G_PARAM_SPEC_DOUBLE (spec)->maximum :
        G_PARAM_SPEC_DOUBLE (spec)->minimum);
  } else if (spec->value_type == G_TYPE_STRING) {
    g_value_set_string (&value, turn % 3 ? "" : "/no such thing");
  } else {
    fail ("%s: no values are known for a %s", spec->name,
        g_type_name (spec->value_type));
  }
  g_object_set_property (object, spec->name, &value);
  g_value_unset (&value);
}

void
fixture_change_property (GstElement * element, const FixtureValues * table,
    guint n_table, guint step)
{
  GObject *object = G_OBJECT (element);
  GPtrArray *own = get_writable (element);
  GParamSpec *spec = g_ptr_array_index (own, step % own->len), **specs;
  const FixtureValues *entry = find_values (table, n_table, spec->name);
  guint i, n = 0, turn = step / own->len;

  g_ptr_array_unref (own);
  while (entry && n < G_N_ELEMENTS (entry->values) && entry->values[n])
    n++;
  if (!entry)
    set_by_range (object, spec, turn);
  else if (!*entry->values[turn % n])
    g_object_set (object, entry->name, NULL, NULL);
  else
    gst_util_set_object_arg (object, entry->name, entry->values[turn % n]);

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
  for (i = 0; i < n; i++) {
    GValue read = G_VALUE_INIT;

    if (specs[i]->owner_type == G_OBJECT_TYPE (object)) {
      g_value_init (&read, specs[i]->value_type);
      g_object_get_property (object, specs[i]->name, &read);
      /* The two properties that can only be read always have a value. */
      fail_if (!(specs[i]->flags & G_PARAM_WRITABLE)
          && !g_value_get_boxed (&read), "no %s", specs[i]->name);
      g_value_unset (&read);
    }
  }
  g_free (specs);
}

/* A sanitizer keeps freed memory aside for a while. Sanitizers and valgrind count leaks by themselves. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define SANITIZED TRUE
#elif defined (__has_feature)
#define SANITIZED (__has_feature (address_sanitizer) \
    || __has_feature (thread_sanitizer) || __has_feature (memory_sanitizer))
#else
#define SANITIZED FALSE
#endif

gsize
fixture_get_resident_bytes (void)
{
  unsigned long pages = 0;
  gchar *statm;

  if (SANITIZED || g_getenv ("GST_RESNET_TEST_FRAMES")
      || g_getenv ("GST_RESNET_TEST_LOOPS"))
    return 0;
#ifdef __GLIBC__
  /* Threads that meet in malloc, as they do on a busy machine, get heaps of their own, and each heap keeps what was
   * freed in it. */
  malloc_trim (0);
#endif
  if (!g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL))
    return 0;
  sscanf (statm, "%*u %lu", &pages);
  g_free (statm);
  return pages * (gsize) sysconf (_SC_PAGESIZE);
}
