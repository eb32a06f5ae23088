/* gst-resnet: the properties of an element as one table
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
/* An element keeps what its user sets in one struct. Each row of the table describes one property: its name, its type
 * and range, the field that holds it, its initial value, when it may change, and what it does. The properties are
 * installed, initialised, copied, set and read by loops over the rows, so a new property needs only one row and one
 * field. */
    typedef enum
{
  GST_PROPERTY_KIND_BOOLEAN,
  GST_PROPERTY_KIND_INT,
  GST_PROPERTY_KIND_UINT,
  GST_PROPERTY_KIND_DOUBLE,
  GST_PROPERTY_KIND_ENUM,
  GST_PROPERTY_KIND_STRING,
  GST_PROPERTY_KIND_ALIAS,      /* another name for a string property that has a row of its own */
  GST_PROPERTY_KIND_STRUCTURE   /* read-only and not in the struct: the element makes the value when it is read */
} GstPropertyKind;

typedef struct
{
  const gchar *name, *nick;

  /* One of the macros below fills in these fields. */
  GstPropertyKind kind;
  gsize offset;
  gdouble minimum, maximum, initial;
  const gchar *initial_string;
    GType (*get_type) (void);

  GParamFlags flags;
  const gchar *blurb;
} GstPropertyRow;

/* @initial must be in the range. All of these numbers must be exact as double. The compiler checks the type of the
 * field. */
#define GST_PROPERTY_BOOLEAN(Struct, field, initial) \
    GST_PROPERTY_KIND_BOOLEAN, GST_PROPERTY_FIELD (Struct, gboolean, field), 0, 1, initial, NULL, NULL
#define GST_PROPERTY_INT(Struct, field, minimum, maximum, initial) \
    GST_PROPERTY_KIND_INT, GST_PROPERTY_FIELD (Struct, gint, field), minimum, maximum, initial, NULL, NULL
#define GST_PROPERTY_UINT(Struct, field, minimum, maximum, initial) \
    GST_PROPERTY_KIND_UINT, GST_PROPERTY_FIELD (Struct, guint, field), minimum, maximum, initial, NULL, NULL
#define GST_PROPERTY_DOUBLE(Struct, field, minimum, maximum, initial) \
    GST_PROPERTY_KIND_DOUBLE, GST_PROPERTY_FIELD (Struct, gdouble, field), minimum, maximum, initial, NULL, NULL
/* The field is a C enumeration or a gint. The get_type function of the property's type gives the names of the
 * values. */
#define GST_PROPERTY_ENUM(Struct, field, get_type, initial) \
    GST_PROPERTY_KIND_ENUM, \
    G_STRUCT_OFFSET (Struct, field) \
    + 0 * sizeof (gchar[sizeof (((Struct *) NULL)->field) == sizeof (gint) ? 1 : -1]), \
    0, 0, initial, NULL, get_type
/* @initial may be NULL. */
#define GST_PROPERTY_STRING(Struct, field, initial) \
    GST_PROPERTY_KIND_STRING, GST_PROPERTY_FIELD (Struct, gchar *, field), 0, 0, 0, initial, NULL
#define GST_PROPERTY_ALIAS(Struct, field) \
    GST_PROPERTY_KIND_ALIAS, GST_PROPERTY_FIELD (Struct, gchar *, field), 0, 0, 0, NULL, NULL
#define GST_PROPERTY_STRUCTURE GST_PROPERTY_KIND_STRUCTURE, 0, 0, 0, 0, NULL, NULL

#define GST_PROPERTY_FIELD(Struct, type, field) \
    (G_STRUCT_OFFSET (Struct, field) + 0 * sizeof ((type *) NULL == &((Struct *) NULL)->field))

/* These flags say when a property may change. */
#define GST_PROPERTY_AT_START ((GParamFlags) (G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY))
#define GST_PROPERTY_ANY_TIME ((GParamFlags) (G_PARAM_READWRITE | GST_PARAM_MUTABLE_PLAYING))
/* The property may change at any time, and a GstControlBinding may change it frame by frame. */
#define GST_PROPERTY_CONTROLLABLE ((GParamFlags) (GST_PROPERTY_ANY_TIME | GST_PARAM_CONTROLLABLE))
#define GST_PROPERTY_READ_ONLY G_PARAM_READABLE

typedef struct
{
  const GstPropertyRow *rows;
  guint n_rows;
  gsize size;                   /* the size of the struct in bytes */
} GstPropertyTable;

/* Installs all properties. The property of row i has the number i + 1. */
void gst_property_table_install (const GstPropertyTable * table,
    GObjectClass * klass);

/* Sets the initial values. @settings, @dest and @src in these functions point to the struct that the offsets refer to.
 * Fields without a row are set to zero here and are copied unchanged by gst_property_table_copy(). */
void gst_property_table_init (const GstPropertyTable * table,
    gpointer settings);
/* Frees the strings. */
void gst_property_table_clear (const GstPropertyTable * table,
    gpointer settings);
/* Frees the strings of @dest, and copies @src to it with duplicated strings. */
void gst_property_table_copy (const GstPropertyTable * table, gpointer dest,
    gconstpointer src);
/* Returns FALSE if the table has no such property, or if it is one that the element makes itself. */
gboolean gst_property_table_set (const GstPropertyTable * table,
    gpointer settings, guint prop_id, const GValue * value);
/* Notifies of the aliases of a property that has just been set, because an application may watch an alias instead of
 * the property. */
void gst_property_table_notify_aliases (const GstPropertyTable * table,
    GObject * object, guint prop_id);
gboolean gst_property_table_get (const GstPropertyTable * table,
    gconstpointer settings, guint prop_id, GValue * value);

G_END_DECLS
