/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a VMDK: an own parser, since this is where an image may name
 * other files (security.md row 13).  A line is a comment, `key = value`, or
 * an extent `ACCESS SECTORS TYPE "NAME" [OFFSET]`; anything else is refused. */
#include "disk/vmdk.h"

#include "base/text.h"

#define RULE "DISK-VMDK-DESCRIPTOR"

void
vmdk_descriptor_done (struct vmdk_descriptor *d)
{
  free (d->create_type);
  free (d->cid);
  free (d->parent_cid);
  free (d->parent);
  strings_free (&d->hints);
  VECTOR_FOR (e, &d->extents) {
    free (e->access);
    free (e->type);
    free (e->name);
  }
  free (d->extents.ptr);
  memset (d, 0, sizeof *d);
}

/* "# Disk DescriptorFile", also with a blank in the last word. */
bool
vmdk_is_descriptor (const uint8_t *head, size_t len)
{
  static const char start[] = "# Disk Descriptor";

  return len >= sizeof start - 1 && memcmp (head, start, sizeof start - 1) == 0;
}

/* The next word, or what stands in double quotes, allocated; *ret_p behind
 * it.  NULL at the end, or when a quote is not closed. */
static char *
next_word (const char **ret_p)
{
  const char *p = *ret_p + strspn (*ret_p, " \t"), *end;
  bool quoted = *p == '"';

  if (*p == '\0')
    return NULL;
  if (quoted)
    p++;
  end = p + strcspn (p, quoted ? "\"" : " \t");
  if (quoted && *end == '\0')
    return NULL;
  *ret_p = end + quoted;
  return xstrndup (p, (size_t)(end - p));
}

static bool
is_extent (const char *line)
{
  static const char *const access[] = { "RW", "RDONLY", "NOACCESS" };

  for (size_t i = 0; i < ARRAY_SIZE (access); i++) {
    size_t n = strlen (access[i]);

    if (strncmp (line, access[i], n) == 0 && (line[n] == ' ' || line[n] == '\t'))
      return true;
  }
  return false;
}

static bool
add_extent (const char *line, struct vmdk_descriptor *d)
{
  struct vmdk_extent *e = vmdk_extents_add (&d->extents);
  CLEANUP_FREE char *size = NULL, *offset = NULL, *more = NULL;

  e->access = next_word (&line);
  size = next_word (&line);
  e->type = next_word (&line);
  e->name = next_word (&line);
  offset = next_word (&line);
  if (size == NULL || e->type == NULL ||
      !parse_u64 (size, 0, UINT64_MAX / SECTOR, &e->sectors) ||
      (e->name == NULL && strcmp (e->type, "ZERO") != 0))
    return false;
  /* An offset; VMware writes further words for raw device mappings. */
  return offset == NULL || parse_u64 (offset, 0, UINT64_MAX / SECTOR, &e->offset);
}

/* key = value, the value bare or in double quotes. */
static bool
add_entry (const char *line, struct vmdk_descriptor *d)
{
  size_t n = strspn (line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789._:-");
  const char *p = line + n + strspn (line + n, " \t");
  CLEANUP_FREE char *key = xstrndup (line, n), *value = NULL;
  char **once = NULL;

  if (n == 0 || *p++ != '=')
    return false;
  value = next_word (&p);
  if (text_equal_nocase (key, "createType"))
    once = &d->create_type;
  else if (text_equal_nocase (key, "parentCID"))
    once = &d->parent_cid;
  else if (text_equal_nocase (key, "CID"))
    set_string (&d->cid, value);
  else if (text_equal_nocase (key, "parentFileNameHint") ||
           text_equal_nocase (key, "changeTrackPath"))
    *strings_add (&d->hints) = xstrdup (value ? value : "");
  if (text_equal_nocase (key, "parentFileNameHint"))
    once = &d->parent;
  if (once == NULL)
    return true;
  if (*once != NULL || value == NULL)
    return false; /* said twice: readers would differ */
  *once = STEAL (value);
  return true;
}

static bool
is_text (const char *line)
{
  for (; *line; line++) {
    if ((unsigned char)*line < ' ' && *line != '\t')
      return false;
  }
  return true;
}

bool
vmdk_descriptor_parse (const char *name, const uint8_t *text, size_t len,
                       struct vmdk_descriptor *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *copy = xstrndup ((const char *)text,
                                      strnlen ((const char *)text, len));
  char *line = copy, *next;

  memset (ret, 0, sizeof *ret);
  for (unsigned number = 1; line != NULL; line = next, number++) {
    CLEANUP_FREE char *trimmed = NULL;
    const char *l;
    bool ok;

    next = strchr (line, '\n');
    if (next != NULL)
      *next++ = '\0';
    l = trimmed = text_trim (line);
    ok = is_text (l) && (*l == '\0' || *l == '#' ||
                         (is_extent (l) ? add_extent (l, ret) : add_entry (l, ret)));
    if (!ok)
      return error_at (err, OVF_E_FORMAT, RULE, name, number,
                       "this line of the disk descriptor is not understood");
  }
  return true;
}

bool
vmdk_has_parent (const struct vmdk_descriptor *d)
{
  return d->parent != NULL
         || (d->parent_cid != NULL && !text_equal_nocase (d->parent_cid, "ffffffff"));
}

/* ---- is it safe? -------------------------------------------------------- */
static bool
check_parent (const char *name, const struct vmdk_descriptor *d,
              struct ovf_error **err)
{
  if (d->hints.len > 0)
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
                     "the disk refers to another file, '%s'", d->hints.ptr[0]);
  if (vmdk_has_parent (d))
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
                     "the disk holds only what differs from a parent disk");
  return true;
}

bool
vmdk_descriptor_check (const char *name, const struct vmdk_descriptor *d,
                       const struct vmdk_header *h, struct ovf_error **err)
{
  const char *kind = h->stream ? "streamOptimized" : "monolithicSparse";
  const struct vmdk_extent *e = d->extents.ptr;

  if (!check_parent (name, d, err))
    return false;
  if (d->create_type == NULL || !text_equal_nocase (d->create_type, kind))
    return error_at (err, OVF_E_FORMAT, RULE, name, 0,
                     "the descriptor says '%s', but the header is that of a %s "
                     "disk", d->create_type ? d->create_type : "nothing", kind);
  if (d->extents.len != 1 || strcmp (e->type, "SPARSE") != 0)
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
                     "a %s disk has one sparse extent, this has others", kind);
  if (strpbrk (e->name, "/\\") != NULL)
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
                     "the disk names an extent elsewhere, '%s'", e->name);
  if (e->sectors != h->capacity / SECTOR)
    return error_at (err, OVF_E_FORMAT, "DISK-CAPACITY", name, 0,
                     "the descriptor says %llu sectors, the header %llu",
                     (unsigned long long)e->sectors,
                     (unsigned long long)(h->capacity / SECTOR));
  return true;
}
