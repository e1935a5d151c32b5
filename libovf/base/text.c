/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes, units and names from untrusted text; see text.h. */
#include "base/text.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

static char
lower (char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* ---- numbers --------------------------------------------------------- */
/* Reads digits at *s; false when there are none or they overflow. */
static bool
scan_u64 (const char **s, uint64_t *ret)
{
  uint64_t v = 0;

  if (!is_digit (**s))
    return false;
  for (; is_digit (**s); (*s)++) {
    if (__builtin_mul_overflow (v, (uint64_t)10, &v)
        || __builtin_add_overflow (v, (uint64_t)(**s - '0'), &v))
      return false;
  }
  *ret = v;
  return true;
}

static const char *
skip_blanks (const char *s)
{
  while (is_blank (*s))
    s++;
  return s;
}

bool
parse_u64 (const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
  uint64_t v;

  if (s == NULL)
    return false;
  s = skip_blanks (s);
  if (*s == '+')
    s++;
  if (!scan_u64 (&s, &v) || *skip_blanks (s) != '\0' || v < min || v > max)
    return false;
  *ret = v;
  return true;
}

bool
parse_unsigned (const char *s, unsigned min, unsigned max, unsigned *ret)
{
  uint64_t v;

  if (!parse_u64 (s, min, max, &v))
    return false;
  *ret = (unsigned)v;
  return true;
}

bool
parse_size (const char *s, uint64_t *ret)
{
  static const char units[] = "KMGTP";
  const char *unit;
  uint64_t v;

  if (s == NULL)
    return false;
  s = skip_blanks (s);
  if (!scan_u64 (&s, &v))
    return false;
  s = skip_blanks (s);
  unit = *s ? strchr (units, toupper ((unsigned char)*s)) : NULL;
  if (unit != NULL && *unit != '\0') {
    unsigned shift = 10 * (unsigned)(unit - units + 1);
    if (v > UINT64_MAX >> shift)
      return false;
    v <<= shift;
    s++;
    if (lower (*s) == 'i' && lower (s[1]) == 'b')
      s += 2;
    else if (lower (*s) == 'b')
      s++;
  } else if (lower (*s) == 'b')
    s++;
  if (*skip_blanks (s) != '\0')
    return false;
  *ret = v;
  return true;
}

bool
parse_bool (const char *s, bool *ret)
{
  static const struct { const char *word; bool value; } words[] = {
    { "true", true }, { "false", false }, { "1", true }, { "0", false },
    { "yes", true }, { "no", false }, { "on", true }, { "off", false },
  };
  CLEANUP_FREE char *word = s ? text_trim (s) : NULL;

  for (size_t i = 0; word != NULL && i < ARRAY_SIZE (words); i++) {
    if (text_equal_nocase (word, words[i].word)) {
      *ret = words[i].value;
      return true;
    }
  }
  return false;
}

/* ---- DSP0004 programmatic units --------------------------------------- */
static const struct { const char *word; const char *base; uint64_t factor; } lax_units[] = {
  { "kb", "byte", UINT64_C (1) << 10 }, { "mb", "byte", UINT64_C (1) << 20 },
  { "gb", "byte", UINT64_C (1) << 30 }, { "tb", "byte", UINT64_C (1) << 40 },
  { "kib", "byte", UINT64_C (1) << 10 }, { "mib", "byte", UINT64_C (1) << 20 },
  { "gib", "byte", UINT64_C (1) << 30 }, { "tib", "byte", UINT64_C (1) << 40 },
  { "kilobytes", "byte", UINT64_C (1) << 10 }, { "megabytes", "byte", UINT64_C (1) << 20 },
  { "gigabytes", "byte", UINT64_C (1) << 30 }, { "terabytes", "byte", UINT64_C (1) << 40 },
  { "bytes", "byte", 1 }, { "b", "byte", 1 },
  { "mhz", "hertz", 1000000 }, { "ghz", "hertz", 1000000000 },
  { "megahertz", "hertz", 1000000 }, { "gigahertz", "hertz", 1000000000 },
};

static bool
power (uint64_t base, uint64_t exponent, uint64_t *ret)
{
  uint64_t v = 1;

  if (exponent > 64)
    return false;
  for (; exponent > 0; exponent--)
    if (__builtin_mul_overflow (v, base, &v))
      return false;
  *ret = v;
  return true;
}

/* "* NUMBER" or "* BASE ^ EXP", once or (lax) repeated. */
static bool
unit_factors (const char *s, uint64_t *ret_factor, bool *ret_standard)
{
  uint64_t total = 1, n, e;
  unsigned count = 0;

  for (s = skip_blanks (s); *s == '*'; s = skip_blanks (s), count++) {
    s = skip_blanks (s + 1);
    if (!scan_u64 (&s, &n))
      return false;
    s = skip_blanks (s);
    if (*s == '^') {
      s = skip_blanks (s + 1);
      if (*s == '+')
        s++;
      if (!scan_u64 (&s, &e) || !power (n, e, &n))
        return false;
    }
    if (__builtin_mul_overflow (total, n, &total))
      return false;
  }
  *ret_factor = total;
  *ret_standard = count <= 1;
  return *s == '\0';
}

bool
parse_units (const char *units, const char *base, uint64_t *ret_factor,
             bool *ret_standard)
{
  CLEANUP_FREE char *s = units ? text_trim (units) : NULL;
  size_t n = strlen (base);

  *ret_standard = true;
  *ret_factor = 1;
  if (s == NULL || *s == '\0')
    return true;
  for (size_t i = 0; i < ARRAY_SIZE (lax_units); i++) {
    if (strcmp (lax_units[i].base, base) == 0
        && text_equal_nocase (s, lax_units[i].word)) {
      *ret_factor = lax_units[i].factor;
      *ret_standard = false;
      return true;
    }
  }
  for (size_t i = 0; i < n; i++)
    if (lower (s[i]) != base[i])
      return false;
  if (lower (s[n]) == 's') { /* "bytes * 2^20" */
    *ret_standard = false;
    n++;
  }
  bool standard;
  if (!unit_factors (s + n, ret_factor, &standard))
    return false;
  *ret_standard = *ret_standard && standard;
  return true;
}

/* ---- plain text -------------------------------------------------------- */
/* The length of the UTF-8 sequence at s (n bytes left), its code point in
 * *ret; 0 when it is none (overlong forms and surrogates are none). */
static size_t
utf8_next (const char *s, size_t n, uint32_t *ret)
{
  const unsigned char *p = (const unsigned char *)s;
  size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2
               : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
  static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
  uint32_t c;

  if (len == 0 || len > n)
    return 0;
  c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
  for (size_t i = 1; i < len; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return 0;
    c = c << 6 | (p[i] & 0x3f);
  }
  if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
    return 0;
  *ret = c;
  return len;
}

bool
text_is_utf8 (const char *s, size_t n)
{
  uint32_t c;

  while (n > 0) {
    size_t len = utf8_next (s, n, &c);
    if (len == 0)
      return false;
    s += len;
    n -= len;
  }
  return true;
}

bool
text_is_blank (const char *s)
{
  return s == NULL || *skip_blanks (s) == '\0';
}

char *
text_trim (const char *s)
{
  size_t n;

  s = skip_blanks (s);
  n = strlen (s);
  while (n > 0 && is_blank (s[n - 1]))
    n--;
  return xstrndup (s, n);
}

bool
text_equal_nocase (const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  while (*a != '\0' && lower (*a) == lower (*b)) {
    a++;
    b++;
  }
  return lower (*a) == lower (*b);
}

bool
text_has_suffix (const char *s, const char *suffix)
{
  size_t n = strlen (s), m = strlen (suffix);

  return n >= m && text_equal_nocase (s + n - m, suffix);
}

/* Linear in the product of the lengths at worst: no recursion. */
bool
text_glob (const char *pattern, const char *s)
{
  const char *star = NULL, *mark = NULL;

  while (*s != '\0') {
    if (*pattern == '*') {
      star = pattern++;
      mark = s;
    } else if (*pattern == *s) {
      pattern++;
      s++;
    } else if (star != NULL) {
      pattern = star + 1;
      s = ++mark;
    } else
      return false;
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

char *
text_file_base (const char *name)
{
  static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  char *s = xstrndup (name && *name ? name : "vm", 64);

  for (char *p = s; *p != '\0'; p++)
    if (strchr (good, *p) == NULL)
      *p = '_';
  if (*s == '.' || *s == '-')
    *s = '_';
  return s;
}

char *
text_shell_quote (const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+:,@%=";
  char *s = NULL;
  size_t n;
  FILE *f;

  if (*word != '\0' && word[strspn (word, plain)] == '\0')
    return xstrdup (word);
  f = open_memstream (&s, &n);
  if (f == NULL)
    abort ();
  fputc ('\'', f);
  for (; *word != '\0'; word++) {
    if (*word == '\'')
      fputs ("'\\''", f);
    else
      fputc (*word, f);
  }
  fputc ('\'', f);
  if (fclose (f) != 0)
    abort ();
  return s;
}

char *
text_human_size (uint64_t bytes)
{
  static const char *const units[] = { "B", "KB", "MB", "GB", "TB", "PB", "EB" };
  double v = (double)bytes;
  size_t i = 0;

  while (v >= 1024 && i + 1 < ARRAY_SIZE (units)) {
    v /= 1024;
    i++;
  }
  if (i == 0)
    return xasprintf ("%u B", (unsigned)bytes);
  return xasprintf ("%.2f %s", v, units[i]);
}

void
text_hex (const uint8_t *p, size_t n, char *out)
{
  static const char digits[] = "0123456789abcdef";

  for (size_t i = 0; i < n; i++) {
    out[2 * i] = digits[p[i] >> 4];
    out[2 * i + 1] = digits[p[i] & 15];
  }
  out[2 * n] = '\0';
}

/* The hexadecimal digits of s in lower case; false when there are others than
 * hex digits and `separators`, or not exactly n. */
static bool
collect_hex (const char *s, const char *separators, size_t n, char *out)
{
  size_t k = 0;

  for (; *s != '\0'; s++) {
    if (isxdigit ((unsigned char)*s)) {
      if (k == n)
        return false;
      out[k++] = lower (*s);
    } else if (strchr (separators, *s) == NULL)
      return false;
  }
  out[k] = '\0';
  return k == n;
}

char *
text_mac (const char *s)
{
  char h[13];

  if (s == NULL || !collect_hex (s, ":- ", 12, h))
    return NULL;
  return xasprintf ("%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", h, h + 2, h + 4, h + 6,
                    h + 8, h + 10);
}

char *
text_uuid (const char *s)
{
  char h[33];

  if (s == NULL || !collect_hex (s, "{}- ", 32, h))
    return NULL;
  return xasprintf ("%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12, h + 16,
                    h + 20);
}

/* ---- escapes ----------------------------------------------------------- */
/* Control characters, DEL, C1, line separators and bidirectional controls. */
static bool
is_harmful (uint32_t c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c
         || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

char *
ovf_escape (const char *text)
{
  char *s = NULL;
  size_t n, left;
  FILE *f = open_memstream (&s, &n);

  if (f == NULL)
    abort ();
  for (left = strlen (text); left > 0;) {
    uint32_t c = 0;
    size_t len = utf8_next (text, left, &c);
    if (len == 0)
      fprintf (f, "\\x%02x", (unsigned char)*text);
    else if (c == '\n' || c == '\t')
      fputs (c == '\n' ? "\\n" : "\\t", f);
    else if (is_harmful (c))
      fprintf (f, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    else
      fwrite (text, 1, len, f);
    text += len ? len : 1;
    left -= len ? len : 1;
  }
  if (fclose (f) != 0)
    abort ();
  return s;
}
