/* gst-resnet: JSON from untrusted files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/json-read.h"

#include <string.h>

#include "base/nn-hash.h"
#include "base/nn-memory.h"

/* Objects of up to this many members are searched for equal names without a table. */
#define FEW_MEMBERS 8

/**
 * Record: one value, or one member's name, which precedes its value; the content of an array or an object follows its
 * record
 * @start: where the value's text begins; for a string, where its first character is
 * @n: the number of records of the value with all its content
 * @count: the number of its elements or members
 */
typedef struct {
  guint32 start, n;
  guint32 type : 3, count : 29;
} Record;

G_STATIC_ASSERT (sizeof (Record) == 12);

struct _NnJsonDoc {
  gchar *text; /* the document's text; strings are without their escapes, each with a NUL behind it */
  Record *records;
};

/**
 * Scan: the tokenizer's state
 * @in: the text
 * @out, @records: NULL in the first run, which only finds what is there; in the second run a copy of @in, and room for
 * all records
 * @n: the number of records so far
 * @wrong: what is wrong at @at
 */
typedef struct {
  const gchar *in;
  guint32 size, at;
  gchar *out;
  Record *records;
  guint32 n;
  const gchar *wrong;
} Scan;

static gboolean
fail (Scan *scan, const gchar *wrong)
{
  scan->wrong = wrong;
  return FALSE;
}

/* The next byte, or 0 at the end; the text itself has no byte 0. */
static gchar
peek (const Scan *scan)
{
  return scan->at < scan->size ? scan->in[scan->at] : '\0';
}

static void
skip_spaces (Scan *scan)
{
  gchar c;

  while ((c = peek (scan)) == ' ' || c == '\t' || c == '\n' || c == '\r')
    scan->at++;
}

static guint32
add (Scan *scan, NnJsonType type, guint32 start)
{
  if (scan->records)
    scan->records[scan->n] = (Record){ .start = start, .n = 1, .type = type };
  return scan->n++;
}

static gboolean
scan_hex (Scan *scan, guint32 *value)
{
  *value = 0;
  for (guint i = 0; i < 4; i++, scan->at++) {
    const gint digit = g_ascii_xdigit_value (peek (scan));

    if (digit < 0)
      return fail (scan, "four hexadecimal digits belong behind \\u");
    *value = *value << 4 | (guint32)digit;
  }
  return TRUE;
}

/* Reads the four digits behind "\u". */
static gboolean
scan_unicode (Scan *scan, guint32 *character)
{
  guint32 low;

  if (!scan_hex (scan, character))
    return FALSE;
  if (*character == 0)
    return fail (scan, "a string may not hold the character \\u0000");
  if (*character >= 0xdc00 && *character < 0xe000)
    return fail (scan, "the second half of a surrogate pair stands alone");
  if (*character < 0xd800 || *character >= 0xe000)
    return TRUE;
  if (scan->size - scan->at < 2 || scan->in[scan->at] != '\\' || scan->in[scan->at + 1] != 'u')
    return fail (scan, "the first half of a surrogate pair stands alone");
  scan->at += 2;
  if (!scan_hex (scan, &low))
    return FALSE;
  if (low < 0xdc00 || low >= 0xe000)
    return fail (scan, "the first half of a surrogate pair stands alone");
  *character = 0x10000 + ((*character - 0xd800) << 10 | (low - 0xdc00));
  return TRUE;
}

/* Reads what stands behind a backslash. */
static gboolean
scan_escape (Scan *scan, guint32 *character)
{
  static const gchar from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const gchar c = peek (scan);
  const gchar *found = c ? strchr (from, c) : NULL;

  if (c != 'u' && !found)
    return fail (scan, "a backslash and this character are no escape");
  scan->at++;
  if (!found)
    return scan_unicode (scan, character);
  *character = (guchar)to[found - from];
  return TRUE;
}

/* Reads a string, beginning at the opening quote. What an escape stands for is never longer than the escape, so the
 * result can be written over the text that is being read. */
static gboolean
scan_string (Scan *scan)
{
  guint32 to;

  if (peek (scan) != '"')
    return fail (scan, "a string in double quotes is right here");
  to = ++scan->at;
  add (scan, NN_JSON_STRING, to);
  for (;;) {
    const gchar c = peek (scan);
    guint32 character;

    if (scan->at >= scan->size)
      return fail (scan, "the text ends inside a string");
    if ((guchar)c < 0x20)
      return fail (scan, "a string may not hold a control character");
    scan->at++;
    if (c == '"')
      break;
    if (c == '\\') {
      if (!scan_escape (scan, &character))
        return FALSE;
      if (scan->out)
        to += (guint32)g_unichar_to_utf8 (character, scan->out + to);
    } else if (scan->out) {
      scan->out[to++] = c;
    }
  }
  if (scan->out)
    scan->out[to] = '\0';
  return TRUE;
}

static gboolean
scan_digits (Scan *scan)
{
  if (!g_ascii_isdigit (peek (scan)))
    return fail (scan, "a digit is right here");
  while (g_ascii_isdigit (peek (scan)))
    scan->at++;
  return TRUE;
}

static gboolean
scan_number (Scan *scan)
{
  add (scan, NN_JSON_NUMBER, scan->at);
  if (peek (scan) == '-')
    scan->at++;
  if (peek (scan) == '0')
    scan->at++;
  else if (!scan_digits (scan))
    return FALSE;
  if (peek (scan) == '.') {
    scan->at++;
    if (!scan_digits (scan))
      return FALSE;
  }
  if (peek (scan) == 'e' || peek (scan) == 'E') {
    scan->at++;
    if (peek (scan) == '+' || peek (scan) == '-')
      scan->at++;
    if (!scan_digits (scan))
      return FALSE;
  }
  return TRUE;
}

static gboolean
scan_word (Scan *scan, const gchar *word, NnJsonType type)
{
  const gsize n = strlen (word);

  if (scan->size - scan->at < n || memcmp (scan->in + scan->at, word, n) != 0)
    return fail (scan, "a value is right here");
  add (scan, type, scan->at);
  scan->at += (guint32)n;
  return TRUE;
}

/* Reads a value that is neither an array nor an object. */
static gboolean
scan_plain (Scan *scan)
{
  switch (peek (scan)) {
  case '"':
    return scan_string (scan);
  case 't':
    return scan_word (scan, "true", NN_JSON_TRUE);
  case 'f':
    return scan_word (scan, "false", NN_JSON_FALSE);
  case 'n':
    return scan_word (scan, "null", NN_JSON_NULL);
  case '\0':
    return fail (scan, "the text ends where a value is right");
  default:
    if (peek (scan) != '-' && !g_ascii_isdigit (peek (scan)))
      return fail (scan, "a value is right here");
    return scan_number (scan);
  }
}

/* An array or object that is not closed yet. */
typedef struct {
  guint32 record, count;
  gboolean is_object;
} Open;

static gboolean
scan_name (Scan *scan)
{
  if (!scan_string (scan))
    return FALSE;
  skip_spaces (scan);
  if (peek (scan) != ':')
    return fail (scan, "a colon is right behind a member's name");
  scan->at++;
  skip_spaces (scan);
  return TRUE;
}

/* Reads all values up to the end of the outermost one, without recursion. */
static gboolean
scan_all (Scan *scan)
{
  Open open[NN_JSON_MAX_DEPTH];
  guint depth = 0;

  skip_spaces (scan);
  if (scan->at == scan->size)
    return fail (scan, "the text is empty");
  do {
    const gchar c = peek (scan);
    gboolean closes;

    if (c == '{' || c == '[') {
      if (depth == NN_JSON_MAX_DEPTH)
        return fail (scan, "it is nested more than " G_STRINGIFY (NN_JSON_MAX_DEPTH) " deep");
      open[depth].is_object = c == '{';
      open[depth].count = 0;
      open[depth++].record = add (scan, c == '{' ? NN_JSON_OBJECT : NN_JSON_ARRAY, scan->at);
      scan->at++;
      skip_spaces (scan);
      closes = peek (scan) == (c == '{' ? '}' : ']');
      if (!closes) {
        if (c == '{' && !scan_name (scan))
          return FALSE;
        continue;
      }
    } else if (!scan_plain (scan)) {
      return FALSE;
    } else {
      closes = FALSE;
    }
    /* A value has ended here, and the array or object around it may end too. */
    while (depth) {
      Open *top = &open[depth - 1];

      if (!closes)
        top->count++;
      skip_spaces (scan);
      if (!closes && peek (scan) == ',') {
        scan->at++;
        skip_spaces (scan);
        if (top->is_object && !scan_name (scan))
          return FALSE;
        break;
      }
      if (peek (scan) != (top->is_object ? '}' : ']'))
        return fail (scan, top->is_object ? "a comma or a closing brace is right here"
                                          : "a comma or a closing bracket is right here");
      scan->at++;
      if (scan->records) {
        scan->records[top->record].n = scan->n - top->record;
        scan->records[top->record].count = top->count;
      }
      depth--;
      closes = FALSE;
    }
  } while (depth);
  skip_spaces (scan);
  return scan->at == scan->size || fail (scan, "the text goes on behind its value");
}

/* A member's name with a hash that nobody can predict. */
typedef struct {
  guint32 hash, at;
} Name;

static gint
compare_names (gconstpointer a, gconstpointer b, gpointer doc)
{
  const Name *x = a, *y = b;
  const NnJsonDoc *of = doc;

  if (x->hash != y->hash)
    return x->hash < y->hash ? -1 : 1;
  return strcmp (of->text + of->records[x->at].start, of->text + of->records[y->at].start);
}

/* Returns a name that occurs twice in @object, or NULL. */
static const gchar *
find_twice (NnJsonDoc *doc, guint32 object)
{
  const guint32 n = doc->records[object].count;
  Name few[FEW_MEMBERS];
  g_autofree Name *many = n > FEW_MEMBERS ? g_try_new (Name, n) : NULL;
  Name *names = n > FEW_MEMBERS ? many : few;
  guint32 at = object + 1;

  if (!names)
    return "a member of an object for which there is no memory";
  for (guint32 i = 0; i < n; i++) {
    names[i].hash = nn_name_hash (doc->text + doc->records[at].start);
    names[i].at = at;
    at += 1 + doc->records[at + 1].n;
  }
  if (n > FEW_MEMBERS)
    g_qsort_with_data (names, (gint)n, sizeof *names, compare_names, doc);
  for (guint32 i = 1; i < n; i++)
    for (guint32 k = n > FEW_MEMBERS ? i - 1 : 0; k < i; k++)
      if (compare_names (&names[k], &names[i], doc) == 0)
        return doc->text + doc->records[names[i].at].start;
  return NULL;
}

static gboolean
check_names (NnJsonDoc *doc, const gchar *what, GError **error)
{
  for (guint32 at = 0; at < doc->records[0].n; at++) {
    const gchar *twice = doc->records[at].type == NN_JSON_OBJECT ? find_twice (doc, at) : NULL;
    g_autofree gchar *shown = NULL;

    if (!twice)
      continue;
    shown = nn_json_shown (twice);
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s is not valid JSON: an object has two members of the name \"%s\"; one is right", what, shown);
    return FALSE;
  }
  return TRUE;
}

static void
say_wrong (const Scan *scan, const gchar *what, GError **error)
{
  const gchar *line = scan->in;
  guint n_lines = 1;

  for (const gchar *p = scan->in; p < scan->in + scan->at; p++)
    if (*p == '\n') {
      n_lines++;
      line = p + 1;
    }
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is not valid JSON: line %u, column %ld: %s", what, n_lines,
               g_utf8_pointer_to_offset (line, scan->in + scan->at) + 1, scan->wrong);
}

NnJsonDoc *
nn_json_parse (const gchar *data, gsize size, const gchar *what, GError **error)
{
  g_autoptr (NnJsonDoc) doc = NULL;
  Scan scan = { .in = data };
  gsize bytes;

  if (size > G_MAXINT32) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s has %" G_GSIZE_FORMAT " bytes; up to %d are taken", what,
                 size, G_MAXINT32);
    return NULL;
  }
  if (!g_utf8_validate_len (data, size, NULL)) { /* this does not accept a NUL either */
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is not valid UTF-8 text", what);
    return NULL;
  }
  if (size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0) {
    scan.in += 3;
    size -= 3;
  }
  scan.size = (guint32)size;
  if (!scan_all (&scan)) {
    say_wrong (&scan, what, error);
    return NULL;
  }
  doc = g_new0 (NnJsonDoc, 1);
  doc->text = g_try_malloc (size + 1);
  doc->records = nn_size_mul (scan.n, sizeof (Record), &bytes) ? g_try_malloc (bytes) : NULL;
  if (!doc->text || !doc->records) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: there is no memory for its %u values", what, scan.n);
    return NULL;
  }
  memcpy (doc->text, scan.in, size);
  doc->text[size] = '\0';
  scan = (Scan){ .in = doc->text, .size = scan.size, .out = doc->text, .records = doc->records };
  if (!scan_all (&scan)) /* it cannot fail after the first run */
    g_return_val_if_reached (NULL);
  return check_names (doc, what, error) ? g_steal_pointer (&doc) : NULL;
}

void
nn_json_free (NnJsonDoc *doc)
{
  if (!doc)
    return;
  g_free (doc->text);
  g_free (doc->records);
  g_free (doc);
}

guint64
nn_json_max_memory (gsize size)
{
  /* This counts the copy of the text and one record for every second byte ("[1,1]"); or two records for every five
   * bytes, while a table of all names is sorted with as much room again ({"":1,"":1}). */
  return 1024 + (guint64)size
         + MAX ((guint64)size / 2 * sizeof (Record), (guint64)size / 5 * (2 * sizeof (Record) + 2 * sizeof (Name)));
}

static NnJson
value_at (const NnJsonDoc *doc, guint32 at)
{
  return (NnJson){ doc, at };
}

static const NnJson absent;

static const Record *
record (NnJson value)
{
  return &value.doc->records[value.at];
}

NnJson
nn_json_root (const NnJsonDoc *doc)
{
  return value_at (doc, 0);
}

NnJsonType
nn_json_type (NnJson value)
{
  return value.doc ? (NnJsonType)record (value)->type : NN_JSON_ABSENT;
}

guint
nn_json_count (NnJson value)
{
  return value.doc ? record (value)->count : 0;
}

NnJson
nn_json_first (NnJson container)
{
  if (!nn_json_count (container))
    return absent;
  return value_at (container.doc, container.at + (nn_json_type (container) == NN_JSON_OBJECT ? 2 : 1));
}

NnJson
nn_json_next (NnJson container, NnJson value)
{
  guint32 at;

  if (!value.doc)
    return absent;
  at = value.at + record (value)->n;
  if (at == container.at + record (container)->n)
    return absent;
  return value_at (value.doc, at + (nn_json_type (container) == NN_JSON_OBJECT ? 1 : 0));
}

const gchar *
nn_json_name (NnJson member)
{
  return member.doc->text + member.doc->records[member.at - 1].start;
}

NnJson
nn_json_member (NnJson object, const gchar *name)
{
  if (nn_json_type (object) == NN_JSON_OBJECT)
    for (NnJson value = nn_json_first (object); value.doc; value = nn_json_next (object, value))
      if (strcmp (nn_json_name (value), name) == 0)
        return value;
  return absent;
}

NnJson
nn_json_element (NnJson array, guint index)
{
  if (nn_json_type (array) == NN_JSON_ARRAY)
    for (NnJson value = nn_json_first (array); value.doc; value = nn_json_next (array, value))
      if (index-- == 0)
        return value;
  return absent;
}

const gchar *
nn_json_string (NnJson value)
{
  return nn_json_type (value) == NN_JSON_STRING ? value.doc->text + record (value)->start : NULL;
}

gboolean
nn_json_int (NnJson value, gint64 *number)
{
  const gchar *text;
  gchar *end;
  gint64 read;

  if (nn_json_type (value) != NN_JSON_NUMBER)
    return FALSE;
  text = value.doc->text + record (value)->start;
  /* Beyond 64 bits the result is the largest or the least value; no code here accepts either of these as a number. */
  read = g_ascii_strtoll (text, &end, 10);
  if (*end == '.' || *end == 'e' || *end == 'E' || read == G_MAXINT64 || read == G_MININT64)
    return FALSE;
  *number = read;
  return TRUE;
}

gboolean
nn_json_double (NnJson value, gdouble *number)
{
  if (nn_json_type (value) != NN_JSON_NUMBER)
    return FALSE;
  *number = g_ascii_strtod (value.doc->text + record (value)->start, NULL);
  return TRUE;
}

gchar *
nn_json_shown (const gchar *text)
{
  const glong n = g_utf8_strlen (text, -1);
  g_autofree gchar *start = g_utf8_substring (text, 0, MIN (n, 60));

  return g_strconcat (start, n > 60 ? "…" : "", NULL);
}
