/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of properties; see property.h. */
#include "model/property.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "base/alloc.h"
#include "base/text.h"

static bool
refuse (const struct property_rule *r, const char *value, const char *what,
        struct ovf_error **err)
{
  if (r->password)
    return error_set (err, OVF_E_USAGE, "the value of '%s' is not %s", r->key,
                      what);
  return error_set (err, OVF_E_USAGE, "'%s' is not %s, as '%s' must be", value,
                    what, r->key);
}

/* ---- types ----------------------------------------------------------- */

static bool
is_integer (const char *value, bool is_signed, unsigned bits)
{
  uint64_t max = is_signed ? (UINT64_C (1) << (bits - 1)) - 1
                           : UINT64_MAX >> (64 - bits);
  bool negative = is_signed && *value == '-';
  uint64_t n;

  value += negative;
  return *value >= '0' && *value <= '9'
         && parse_u64 (value, 0, max + negative, &n);
}

/* [+-] digits [. digits] [e [+-] digits] */
static bool
is_real (const char *p)
{
  size_t n;

  p += *p == '+' || *p == '-';
  n = strspn (p, "0123456789");
  p += n;
  if (*p == '.') {
    size_t m = strspn (++p, "0123456789");

    n += m;
    p += m;
  }
  if (n == 0)
    return false;
  if (*p == 'e' || *p == 'E') {
    p++;
    p += *p == '+' || *p == '-';
    n = strspn (p, "0123456789");
    p += n;
  }
  return n > 0 && *p == '\0';
}

static bool
is_address (const char *value)
{
  uint8_t address[16];

  return inet_pton (AF_INET, value, address) == 1
         || inet_pton (AF_INET6, value, address) == 1;
}

enum kind { INTEGER, SIGNED, REAL, BOOLEAN, ADDRESS };
static const struct type {
  const char *name;
  enum kind kind;
  unsigned bits;
  const char *what;
} types[] = {
  { "uint8", INTEGER, 8, "a number from 0 to 255" },
  { "uint16", INTEGER, 16, "a number from 0 to 65535" },
  { "uint32", INTEGER, 32, "a number of 32 bits without sign" },
  { "uint64", INTEGER, 64, "a number of 64 bits without sign" },
  { "sint8", SIGNED, 8, "a number from -128 to 127" },
  { "sint16", SIGNED, 16, "a number from -32768 to 32767" },
  { "sint32", SIGNED, 32, "a number of 32 bits" },
  { "sint64", SIGNED, 64, "a number of 64 bits" },
  { "int", SIGNED, 32, "a number of 32 bits" },
  { "real32", REAL, 0, "a number" },
  { "real64", REAL, 0, "a number" },
  { "real", REAL, 0, "a number" },
  { "boolean", BOOLEAN, 0, "'true' or 'false'" },
  { "ip", ADDRESS, 0, "an IP address" },
};

static bool
fits_type (const struct type *t, const char *value)
{
  switch (t->kind) {
  case INTEGER:
    return is_integer (value, false, t->bits);
  case SIGNED:
    return is_integer (value, true, t->bits);
  case REAL:
    return is_real (value);
  case ADDRESS:
    return is_address (value);
  case BOOLEAN:
    break;
  }
  return text_equal_nocase (value, "true") || text_equal_nocase (value, "false");
}

static bool
check_type (const struct property_rule *r, const char *value,
            struct ovf_error **err)
{
  for (size_t i = 0; r->type && *value && i < ARRAY_SIZE (types); i++)
    if (text_equal_nocase (r->type, types[i].name)
        && !fits_type (&types[i], value))
      return refuse (r, value, types[i].what, err);
  return true;
}

/* ---- qualifiers ------------------------------------------------------ */
/* The length of the first qualifier: what stands in brackets or quotes belongs
 * to it. */
static size_t
qualifier_length (const char *s)
{
  unsigned depth = 0;
  char quote = '\0';
  size_t n = 0;

  for (; s[n] != '\0'; n++) {
    if (quote != '\0')
      quote = s[n] == quote ? '\0' : quote;
    else if (s[n] == '"' || s[n] == '\'')
      quote = s[n];
    else if (strchr ("({", s[n]) != NULL)
      depth++;
    else if (strchr (")}", s[n]) != NULL)
      depth -= depth > 0;
    else if (depth == 0 && strchr (", \t\r\n", s[n]) != NULL)
      break;
  }
  return n;
}

static bool
is_standard_qualifier (const char *s, size_t n)
{
  static const char *const words[] = { "MinLen", "MaxLen", "MinValue", "MaxValue",
                                       "ValueMap" };

  for (size_t i = 0; i < ARRAY_SIZE (words); i++) {
    size_t len = strlen (words[i]);
    if (n >= len && strncmp (s, words[i], len) == 0 && !isalnum ((unsigned char)s[len]))
      return true;
  }
  return false;
}

void
qualifiers_split (const char *qualifiers, char **ret_standard, char **ret_vendor)
{
  *ret_standard = *ret_vendor = NULL;
  for (const char *s = qualifiers; s != NULL && *s != '\0';) {
    size_t n = qualifier_length (s);
    char **to = is_standard_qualifier (s, n) ? ret_standard : ret_vendor;
    char *more = *to != NULL ? xasprintf ("%s,%.*s", *to, (int)n, s) : xstrndup (s, n);
    if (n > 0) {
      free (*to);
      *to = more;
    } else
      free (more);
    s += n + (s[n] != '\0');
  }
  /* All of one kind stay as they are written. */
  if (*ret_standard == NULL || *ret_vendor == NULL) {
    char **only = *ret_standard != NULL ? ret_standard : ret_vendor;
    set_string (only, *only != NULL ? qualifiers : NULL);
  }
}

/* What stands in `word(...)`, as a number. */
static bool
qualifier_number (const char *qualifiers, const char *word, uint64_t *ret)
{
  const char *p = strstr (qualifiers, word);
  CLEANUP_FREE char *text = NULL;

  if (p == NULL || p[strlen (word)] != '(')
    return false;
  p += strlen (word) + 1;
  text = xstrndup (p, strcspn (p, ")"));
  return parse_u64 (text, 0, UINT64_MAX, ret);
}

/* Is it one of ValueMap{"a","b"}?  True when there is no such qualifier. */
static bool
in_value_map (const char *qualifiers, const char *value)
{
  const char *p = strstr (qualifiers, "ValueMap");
  const char *end;

  if (p == NULL || (p = strchr (p, '{')) == NULL)
    return true;
  end = strchr (p, '}');
  while (end && (p = strchr (p, '"')) != NULL && p < end) {
    size_t n = strcspn (++p, "\"");

    if (n == strlen (value) && strncmp (p, value, n) == 0)
      return true;
    p += n + (p[n] == '"');
  }
  return end == NULL;
}

static bool
check_length (const struct property_rule *r, const char *value,
              struct ovf_error **err)
{
  size_t len = 0;
  uint64_t n;

  for (const char *p = value; *p; p++)
    len += ((unsigned char)*p & 0xc0) != 0x80; /* characters, not bytes */
  if (qualifier_number (r->qualifiers, "MinLen", &n) && len < n)
    return error_set (err, OVF_E_USAGE,
                      "the value of '%s' needs at least %llu characters",
                      r->key, (unsigned long long)n);
  if (qualifier_number (r->qualifiers, "MaxLen", &n) && len > n)
    return error_set (err, OVF_E_USAGE,
                      "the value of '%s' takes at most %llu characters", r->key,
                      (unsigned long long)n);
  return true;
}

static bool
check_qualifiers (const struct property_rule *r, const char *value,
                  struct ovf_error **err)
{
  CLEANUP_FREE char *what = NULL;

  if (r->qualifiers == NULL)
    return true;
  if (!check_length (r, value, err))
    return false;
  if (*value == '\0' || in_value_map (r->qualifiers, value))
    return true;
  what = xasprintf ("one of %s", r->qualifiers);
  return refuse (r, value, what, err);
}

bool
property_check (const struct property_rule *r, const char *value,
                struct ovf_error **err)
{
  return check_type (r, value, err) && check_qualifiers (r, value, err);
}

char *
property_full_key (const char *class_name, const char *key, const char *instance)
{
  bool c = class_name && *class_name, i = instance && *instance;

  return xasprintf ("%s%s%s%s%s", c ? class_name : "", c ? "." : "", key,
                    i ? "." : "", i ? instance : "");
}
