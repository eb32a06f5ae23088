/* gst-resnet: the properties of an element as one table
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
/* An element keeps what its user sets in one struct. A row says all there is to say of one property: its name, its
 * type and range, the field that holds it, the value it starts with, when it may change, and what it does. Installing,
 * starting values, copying, setting and getting are loops over the rows, so that a new property is one row and one
 * field. */
    typedef enum
{
  GST_PROPERTY_KIND_BOOLEAN,
  GST_PROPERTY_KIND_INT,
  GST_PROPERTY_KIND_UINT,
  GST_PROPERTY_KIND_DOUBLE,
  GST_PROPERTY_KIND_ENUM,
  GST_PROPERTY_KIND_STRING,
  GST_PROPERTY_KIND_ALIAS,      /* another name for a string that has a row of its own */
  GST_PROPERTY_KIND_STRUCTURE   /* read-only, and no part of the struct: the element makes it when it is asked */
} GstPropertyKind;

typedef struct
{
  const gchar *name, *nick;

  /* One of the macros below fills these in. */
  GstPropertyKind kind;
  gsize offset;
  gdouble minimum, maximum, initial;
  const gchar *initial_string;
    GType (*get_type) (void);

  GParamFlags flags;
  const gchar *blurb;
} GstPropertyRow;

/* @initial is in the range; all of these numbers are exact as double. The compiler compares the field's type. */
#define GST_PROPERTY_BOOLEAN(Struct, field, initial) \
    GST_PROPERTY_KIND_BOOLEAN, GST_PROPERTY_FIELD (Struct, gboolean, field), 0, 1, initial, NULL, NULL
#define GST_PROPERTY_INT(Struct, field, minimum, maximum, initial) \
    GST_PROPERTY_KIND_INT, GST_PROPERTY_FIELD (Struct, gint, field), minimum, maximum, initial, NULL, NULL
#define GST_PROPERTY_UINT(Struct, field, minimum, maximum, initial) \
    GST_PROPERTY_KIND_UINT, GST_PROPERTY_FIELD (Struct, guint, field), minimum, maximum, initial, NULL, NULL
#define GST_PROPERTY_DOUBLE(Struct, field, minimum, maximum, initial) \
    GST_PROPERTY_KIND_DOUBLE, GST_PROPERTY_FIELD (Struct, gdouble, field), minimum, maximum, initial, NULL, NULL
/* The field is a C enumeration or a gint; its type's get_type function gives the names of the values. */
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

/* When a property may change. */
#define GST_PROPERTY_AT_START ((GParamFlags) (G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY))
#define GST_PROPERTY_ANY_TIME ((GParamFlags) (G_PARAM_READWRITE | GST_PARAM_MUTABLE_PLAYING))
/* Any time, also frame by frame from a GstControlBinding. */
#define GST_PROPERTY_CONTROLLABLE ((GParamFlags) (GST_PROPERTY_ANY_TIME | GST_PARAM_CONTROLLABLE))
#define GST_PROPERTY_READ_ONLY G_PARAM_READABLE

typedef struct
{
  const GstPropertyRow *rows;
  guint n_rows;
  gsize size;                   /* of the struct */
} GstPropertyTable;

/* The property of row i has the number i + 1. */
void gst_property_table_install (const GstPropertyTable * table,
    GObjectClass * klass);

/* @settings, @dest and @src are the struct that the offsets are in. Fields without a row are zero at first and are
 * copied as they are. */
void gst_property_table_init (const GstPropertyTable * table,
    gpointer settings);
/* Frees the strings. */
void gst_property_table_clear (const GstPropertyTable * table,
    gpointer settings);
/* Frees @dest's strings and duplicates @src's. */
void gst_property_table_copy (const GstPropertyTable * table, gpointer dest,
    gconstpointer src);
/* FALSE: the table has no such property, or it is one that the element makes itself. */
gboolean gst_property_table_set (const GstPropertyTable * table,
    gpointer settings, guint prop_id, const GValue * value);
/* Notifies of the other names of a property that has just been set; an alias is a property of its own to those who
 * watch it. */
void gst_property_table_notify_aliases (const GstPropertyTable * table,
    GObject * object, guint prop_id);
gboolean gst_property_table_get (const GstPropertyTable * table,
    gconstpointer settings, guint prop_id, GValue * value);

G_END_DECLS
