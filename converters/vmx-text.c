/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of VMX files: their character set, "|XX" escapes, quoting. */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdarg.h>

#include "base/text.h"
#include "vmx.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* ---- character sets ------------------------------------------------------- */
/* VMware writes the names of ICU.  A list, so that a file does not choose
 * among all the modules of iconv. */
static const struct {
  const char *icu, *iconv;
} charsets[] = {
  { "UTF-8", "" },                  { "US-ASCII", "" },
  { "windows-1250", "CP1250" },     { "windows-1251", "CP1251" },
  { "windows-1252", "CP1252" },     { "windows-1253", "CP1253" },
  { "windows-1254", "CP1254" },     { "windows-1255", "CP1255" },
  { "windows-1256", "CP1256" },     { "windows-1257", "CP1257" },
  { "windows-1258", "CP1258" },     { "windows-874-2000", "CP874" },
  { "windows-874", "CP874" },       { "windows-949-2000", "CP949" },
  { "windows-949", "CP949" },       { "windows-936-2000", "CP936" },
  { "windows-936", "CP936" },       { "windows-950-2000", "CP950" },
  { "windows-950", "CP950" },       { "windows-932", "CP932" },
  { "ibm-943_P15A-2003", "CP932" }, { "Shift_JIS", "CP932" },
  { "GBK", "GBK" },                 { "GB2312", "GB2312" },
  { "GB18030", "GB18030" },         { "Big5", "BIG5" },
  { "EUC-JP", "EUC-JP" },           { "EUC-KR", "EUC-KR" },
  { "KOI8-R", "KOI8-R" },           { "ISO-8859-1", "ISO-8859-1" },
  { "ISO-8859-2", "ISO-8859-2" },   { "ISO-8859-5", "ISO-8859-5" },
  { "ISO-8859-7", "ISO-8859-7" },   { "ISO-8859-8", "ISO-8859-8" },
  { "ISO-8859-9", "ISO-8859-9" },   { "ISO-8859-15", "ISO-8859-15" },
};

const char *
vmx_charset (const char *encoding)
{
  for (size_t i = 0; i < ARRAY_SIZE (charsets); i++)
    if (text_equal_nocase (charsets[i].icu, encoding))
      return charsets[i].iconv;
  return NULL;
}

/* The length of the UTF-8 character at s, 0 = it is none. */
static size_t
utf8_length (const char *s, size_t n)
{
  for (size_t len = 1; len <= 4 && len <= n; len++)
    if (text_is_utf8 (s, len))
      return len;
  return 0;
}

static char *
mend_utf8 (const char *s, size_t n, bool *good)
{
  char *text = xmalloc (3 * n + 1), *to = text;

  while (n > 0) {
    size_t len = utf8_length (s, n);
    if (len == 0) {
      memcpy (to, REPLACEMENT, 3);
      *good = false;
    }
    else
      memcpy (to, s, len);
    to += len ? len : 3;
    s += len ? len : 1;
    n -= len ? len : 1;
  }
  *to = '\0';
  return text;
}

/* A byte of these character sets is at most three of UTF-8. */
static char *
convert (iconv_t cd, const char *s, size_t n, bool *good)
{
  size_t room = 4 * n + 4;
  char *text = xmalloc (room + 1), *to = text, *from = (char *)s;

  while (n > 0 && iconv (cd, &from, &n, &to, &room) == (size_t)-1) {
    if (errno == E2BIG || n == 0 || room < 3)
      break;
    memcpy (to, REPLACEMENT, 3);
    to += 3;
    room -= 3;
    from++;
    n--;
    *good = false;
  }
  *to = '\0';
  return text;
}

static bool
is_ascii (const char *s, size_t n)
{
  while (n > 0 && (unsigned char)s[n - 1] < 0x80)
    n--;
  return n == 0;
}

char *
vmx_to_utf8 (const char *charset, const char *bytes, size_t n, bool *good)
{
  iconv_t cd;
  char *text;

  *good = true;
  if (is_ascii (bytes, n) || (*charset == '\0' && text_is_utf8 (bytes, n)))
    return xstrndup (bytes, n);
  cd = *charset ? iconv_open ("UTF-8", charset) : (iconv_t)-1;
  if (cd == (iconv_t)-1)
    return mend_utf8 (bytes, n, good);
  text = convert (cd, bytes, n, good);
  iconv_close (cd);
  return text;
}

/* ---- escapes ------------------------------------------------------------------ */
static int
hex (char c)
{
  return isdigit ((unsigned char)c)  ? c - '0'
         : isxdigit ((unsigned char)c) ? tolower ((unsigned char)c) - 'a' + 10
                                       : -1;
}

/* What is no escape stands for itself: people write '|' by hand. */
void
vmx_unescape (char *s)
{
  char *to = s;

  for (; *s != '\0'; s++) {
    int c = (unsigned char)*s;
    if (c == '|' && hex (s[1]) >= 0 && hex (s[2]) >= 0
        && (hex (s[1]) > 0 || hex (s[2]) > 0)) {
      c = hex (s[1]) * 16 + hex (s[2]);
      s += 2;
    }
    if ((c < 0x20 && strchr ("\t\n\r", c) == NULL) || c == 0x7f)
      c = ' ';
    *to++ = (char)c;
  }
  *to = '\0';
}

/* ---- writing -------------------------------------------------------------------- */
void
vmx_put (FILE *f, const char *key, const char *value)
{
  fprintf (f, "%s = \"", key);
  for (const char *s = value; *s != '\0'; s++) {
    unsigned char c = (unsigned char)*s;
    /* The last two so that no value looks like the markup of others. */
    if (c < 0x20 || c == 0x7f || strchr ("|\"<>", c) != NULL)
      fprintf (f, "|%02X", c);
    else
      fputc (c, f);
  }
  fputs ("\"\n", f);
}

void
vmx_putf (FILE *f, const char *key, const char *fmt, ...)
{
  CLEANUP_FREE char *value = NULL;
  va_list ap;

  va_start (ap, fmt);
  value = xvasprintf (fmt, ap);
  va_end (ap);
  vmx_put (f, key, value);
}
