/* gst-resnet: the properties of an element as one table
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstpropertytable.h"

#define FIELD(settings, row, type) (*(type *) ((guint8 *) (settings) + (row)->offset))
#define CONST_FIELD(settings, row, type) (*(type const *) ((const guint8 *) (settings) + (row)->offset))

static GParamSpec *
make_spec (const GstPropertyRow * row)
{
  const gchar *name = row->name, *nick = row->nick, *blurb = row->blurb;
  GParamFlags flags = row->flags | G_PARAM_STATIC_STRINGS;

  switch (row->kind) {
    case GST_PROPERTY_KIND_BOOLEAN:
      return g_param_spec_boolean (name, nick, blurb, row->initial != 0, flags);
    case GST_PROPERTY_KIND_INT:
      return g_param_spec_int (name, nick, blurb, (gint) row->minimum,
          (gint) row->maximum, (gint) row->initial, flags);
    case GST_PROPERTY_KIND_UINT:
      return g_param_spec_uint (name, nick, blurb, (guint) row->minimum,
          (guint) row->maximum, (guint) row->initial, flags);
    case GST_PROPERTY_KIND_DOUBLE:
      return g_param_spec_double (name, nick, blurb, row->minimum, row->maximum,
          row->initial, flags);
    case GST_PROPERTY_KIND_ENUM:
      return g_param_spec_enum (name, nick, blurb, row->get_type (),
          (gint) row->initial, flags);
    case GST_PROPERTY_KIND_STRING:
    case GST_PROPERTY_KIND_ALIAS:
      return g_param_spec_string (name, nick, blurb, row->initial_string,
          flags);
    case GST_PROPERTY_KIND_STRUCTURE:
      return g_param_spec_boxed (name, nick, blurb, GST_TYPE_STRUCTURE, flags);
  }
  g_return_val_if_reached (NULL);
}

void
gst_property_table_install (const GstPropertyTable * table,
    GObjectClass * klass)
{
  guint i;

  for (i = 0; i < table->n_rows; i++) {
    const GstPropertyRow *row = &table->rows[i];

    g_object_class_install_property (klass, i + 1, make_spec (row));
    if (row->kind == GST_PROPERTY_KIND_ENUM)
      gst_type_mark_as_plugin_api (row->get_type (), 0);
  }
}

void
gst_property_table_init (const GstPropertyTable * table, gpointer settings)
{
  guint i;

  memset (settings, 0, table->size);
  for (i = 0; i < table->n_rows; i++) {
    const GstPropertyRow *row = &table->rows[i];

    switch (row->kind) {
      case GST_PROPERTY_KIND_BOOLEAN:
      case GST_PROPERTY_KIND_INT:
      case GST_PROPERTY_KIND_ENUM:
        FIELD (settings, row, gint) = (gint) row->initial;
        break;
      case GST_PROPERTY_KIND_UINT:
        FIELD (settings, row, guint) = (guint) row->initial;
        break;
      case GST_PROPERTY_KIND_DOUBLE:
        FIELD (settings, row, gdouble) = row->initial;
        break;
      case GST_PROPERTY_KIND_STRING:
        FIELD (settings, row, gchar *) = g_strdup (row->initial_string);
        break;
      case GST_PROPERTY_KIND_ALIAS:
      case GST_PROPERTY_KIND_STRUCTURE:
        break;
    }
  }
}

void
gst_property_table_clear (const GstPropertyTable * table, gpointer settings)
{
  guint i;

  for (i = 0; i < table->n_rows; i++)
    if (table->rows[i].kind == GST_PROPERTY_KIND_STRING)
      g_clear_pointer (&FIELD (settings, &table->rows[i], gchar *), g_free);
}

void
gst_property_table_copy (const GstPropertyTable * table, gpointer dest,
    gconstpointer src)
{
  guint i;

  gst_property_table_clear (table, dest);
  memcpy (dest, src, table->size);
  for (i = 0; i < table->n_rows; i++)
    if (table->rows[i].kind == GST_PROPERTY_KIND_STRING)
      FIELD (dest, &table->rows[i], gchar *) =
          g_strdup (CONST_FIELD (src, &table->rows[i], gchar *));
}

gboolean
gst_property_table_set (const GstPropertyTable * table, gpointer settings,
    guint prop_id, const GValue * value)
{
  const GstPropertyRow *row;

  if (prop_id < 1 || prop_id > table->n_rows)
    return FALSE;
  row = &table->rows[prop_id - 1];
  switch (row->kind) {
    case GST_PROPERTY_KIND_BOOLEAN:
      FIELD (settings, row, gboolean) = g_value_get_boolean (value);
      return TRUE;
    case GST_PROPERTY_KIND_INT:
      FIELD (settings, row, gint) = g_value_get_int (value);
      return TRUE;
    case GST_PROPERTY_KIND_UINT:
      FIELD (settings, row, guint) = g_value_get_uint (value);
      return TRUE;
    case GST_PROPERTY_KIND_DOUBLE:
      FIELD (settings, row, gdouble) = g_value_get_double (value);
      return TRUE;
    case GST_PROPERTY_KIND_ENUM:
      FIELD (settings, row, gint) = g_value_get_enum (value);
      return TRUE;
    case GST_PROPERTY_KIND_STRING:
    case GST_PROPERTY_KIND_ALIAS:
      g_free (FIELD (settings, row, gchar *));
      FIELD (settings, row, gchar *) = g_value_dup_string (value);
      return TRUE;
    case GST_PROPERTY_KIND_STRUCTURE:
      break;
  }
  return FALSE;
}

gboolean
gst_property_table_get (const GstPropertyTable * table, gconstpointer settings,
    guint prop_id, GValue * value)
{
  const GstPropertyRow *row;

  if (prop_id < 1 || prop_id > table->n_rows)
    return FALSE;
  row = &table->rows[prop_id - 1];
  switch (row->kind) {
    case GST_PROPERTY_KIND_BOOLEAN:
      g_value_set_boolean (value, CONST_FIELD (settings, row, gboolean));
      return TRUE;
    case GST_PROPERTY_KIND_INT:
      g_value_set_int (value, CONST_FIELD (settings, row, gint));
      return TRUE;
    case GST_PROPERTY_KIND_UINT:
      g_value_set_uint (value, CONST_FIELD (settings, row, guint));
      return TRUE;
    case GST_PROPERTY_KIND_DOUBLE:
      g_value_set_double (value, CONST_FIELD (settings, row, gdouble));
      return TRUE;
    case GST_PROPERTY_KIND_ENUM:
      g_value_set_enum (value, CONST_FIELD (settings, row, gint));
      return TRUE;
    case GST_PROPERTY_KIND_STRING:
    case GST_PROPERTY_KIND_ALIAS:
      g_value_set_string (value, CONST_FIELD (settings, row, gchar *));
      return TRUE;
    case GST_PROPERTY_KIND_STRUCTURE:
      break;
  }
  return FALSE;
}

static gboolean
is_text (const GstPropertyRow * row)
{
  return row->kind == GST_PROPERTY_KIND_STRING
      || row->kind == GST_PROPERTY_KIND_ALIAS;
}

void
gst_property_table_notify_aliases (const GstPropertyTable * table,
    GObject * object, guint prop_id)
{
  const GstPropertyRow *set = &table->rows[prop_id - 1];
  guint i;

  for (i = 0; is_text (set) && i < table->n_rows; i++)
    if (i != prop_id - 1 && is_text (&table->rows[i])
        && table->rows[i].offset == set->offset)
      g_object_notify (object, table->rows[i].name);
}
