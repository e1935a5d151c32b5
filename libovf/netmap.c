/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network mapping by rule: `--net 'PATTERN=DEST'` (cli.md 3.3). */
#include "base/text.h"
#include "pipeline.h"

struct rule {
  char *pattern;
  enum attachment only;     /* "nat:*=...": NICs attached so; or UNKNOWN */
  enum attachment attachment;
  char *name;               /* or NULL */
};

static void
rule_done (struct rule *r)
{
  free (r->pattern);
  free (r->name);
}

static bool
target_has (const struct converter *target, const char *kind)
{
  CLEANUP_FREE char *kinds = xasprintf (" %s ", target->net_kinds ? target->net_kinds : "");
  CLEANUP_FREE char *word = xasprintf (" %s ", kind);

  return strstr (kinds, word) != NULL;
}

/* "bridge:br0", "nat", "br0" (the target's usual kind). */
static bool
parse_dest (const struct converter *target, const char *dest, struct rule *ret,
            struct ovf_error **err)
{
  const char *colon = strchr (dest, ':');
  CLEANUP_FREE char *word = colon ? xstrndup (dest, (size_t)(colon - dest)) : xstrdup (dest);
  enum attachment a = attachment_by_word (word);
  const char *name = colon ? colon + 1 : NULL;

  if (a == ATTACH_UNKNOWN && colon == NULL && target->net_bare != NULL) {
    a = attachment_by_word (target->net_bare);
    name = dest;
  }
  if (a == ATTACH_UNKNOWN)
    return error_set (err, OVF_E_USAGE, "'%s' is no network destination", dest);
  if (!target_has (target, attachment_word (a))) {
    error_set (err, OVF_E_USAGE, "'%s' has no networks of the kind '%s'",
               target->name, attachment_word (a));
    return error_hint (err, "it has: %s", target->net_kinds ? target->net_kinds : "none");
  }
  if (name != NULL && *name == '\0')
    return error_set (err, OVF_E_USAGE, "'%s' names no network", dest);
  if (name == NULL && (a == ATTACH_BRIDGE || a == ATTACH_NETWORK || a == ATTACH_INTERNAL))
    return error_set (err, OVF_E_USAGE, "'%s' needs a name: %s:NAME", dest, dest);
  ret->attachment = a;
  ret->name = xstrdup (name);
  return true;
}

static bool
parse_rule (const struct converter *target, const char *text, struct rule *ret,
            struct ovf_error **err)
{
  const char *eq = strrchr (text, '='), *colon;

  memset (ret, 0, sizeof *ret);
  if (eq == NULL || eq == text)
    return error_set (err, OVF_E_USAGE, "--net is PATTERN=DEST, not '%s'", text);
  ret->pattern = xstrndup (text, (size_t)(eq - text));
  colon = strchr (ret->pattern, ':');
  if (colon != NULL) {
    CLEANUP_FREE char *word = xstrndup (ret->pattern, (size_t)(colon - ret->pattern));
    ret->only = attachment_by_word (word);
    if (ret->only != ATTACH_UNKNOWN)
      memmove (ret->pattern, colon + 1, strlen (colon + 1) + 1);
  }
  return parse_dest (target, eq + 1, ret, err);
}

static bool
matches (const struct rule *r, const struct nic *nic)
{
  if (r->only != ATTACH_UNKNOWN && r->only != nic->attachment)
    return false;
  return text_glob (r->pattern, nic->network ? nic->network : "");
}

static void
apply (const struct rule *r, struct nic *nic)
{
  nic->attachment = r->attachment;
  set_string (&nic->network, r->name);
}

static void
unmapped (const struct rule *fallback, struct nic *nic, const char *where,
          struct ovf_report *report)
{
  report_add (report, OVF_NOTE, "NET-UNMAPPED", NULL, 0, NULL,
              "no --net rule for the network '%s': it goes to %s",
              nic->network ? nic->network : "", where);
  report_hint (report, "--net '%s=DEST' says where it shall go",
               nic->network ? nic->network : "*");
  apply (fallback, nic);
}

bool
netmap_apply (struct appliance *a, const struct converter *target,
              const strings *rules, struct ovf_report *report,
              struct ovf_error **err)
{
  struct rule *list = xcalloc (rules->len + 1, sizeof *list);
  struct rule *fallback = &list[rules->len];
  bool ok = target->net_default == NULL || parse_dest (target, target->net_default, fallback, err);

  for (size_t i = 0; ok && i < rules->len; i++)
    ok = parse_rule (target, rules->ptr[i], &list[i], err);
  for (size_t m = 0; ok && m < a->machines.len; m++) {
    VECTOR_FOR (nic, &a->machines.ptr[m].nics) {
      size_t i = 0;
      while (i < rules->len && !matches (&list[i], nic))
        i++;
      if (i < rules->len)
        apply (&list[i], nic);
      else if (target->net_default != NULL)
        unmapped (fallback, nic, target->net_default, report);
    }
  }
  for (size_t i = 0; i <= rules->len; i++)
    rule_done (&list[i]);
  free (list);
  return ok;
}

/* ---- names in a package --------------------------------------------- */
static bool
check_rules (const strings *rules, struct ovf_error **err)
{
  VECTOR_FOR (rule, rules) {
    const char *eq = strrchr (*rule, '=');
    if (eq == NULL || eq == *rule || eq[1] == '\0')
      return error_set (err, OVF_E_USAGE, "--net is PATTERN=NAME, not '%s'", *rule);
  }
  return true;
}

/* The first rule that matches wins. */
static void
rename_network (char **name, const strings *rules)
{
  VECTOR_FOR (rule, rules) {
    const char *eq = strrchr (*rule, '=');
    CLEANUP_FREE char *pattern = xstrndup (*rule, (size_t)(eq - *rule));
    if (*name != NULL && text_glob (pattern, *name)) {
      set_string (name, eq + 1);
      return;
    }
  }
}

/* What only an OVF says of a network is kept under its number. */
static void
renumber_extras (extras *list, size_t gone)
{
  for (size_t i = list->len; i-- > 0;) {
    struct extra *e = &list->ptr[i];
    const char *digits = e->key + strlen ("network ");
    size_t n = strncmp (e->key, "network ", strlen ("network ")) == 0
                 ? strspn (digits, "0123456789") : 0;
    CLEANUP_FREE char *text = xstrndup (n > 0 ? digits : "", n);
    CLEANUP_FREE char *key = NULL;
    unsigned number;
    if (!parse_unsigned (text, 0, UINT32_MAX, &number) || number < gone)
      continue;
    if (number == gone) {
      key = xstrdup (e->key);
      extras_drop (list, key);
      i = i < list->len ? i : list->len;
      continue;
    }
    key = xasprintf ("network %u%s", number - 1, digits + n);
    set_string (&e->key, key);
  }
}

static bool
is_listed (const networks *list, size_t until, const char *name)
{
  for (size_t i = 0; i < until; i++)
    if (name != NULL && list->ptr[i].name != NULL && strcmp (list->ptr[i].name, name) == 0)
      return true;
  return false;
}

/* Networks that became one are listed once. */
static void
merge_networks (struct appliance *a)
{
  networks *list = &a->networks;

  for (size_t i = list->len; i-- > 1;) {
    if (!is_listed (list, i, list->ptr[i].name))
      continue;
    free (list->ptr[i].name);
    free (list->ptr[i].description);
    memmove (&list->ptr[i], &list->ptr[i + 1], (list->len - i - 1) * sizeof *list->ptr);
    list->len--;
    renumber_extras (&a->extras, i);
  }
}

/* An adapter of a package needs a network's name; configurations may only say
 * how it is attached.  The names are those that VMware's tools give. */
static void
name_attachments (struct appliance *a)
{
  static const char *const names[] = {
    [ATTACH_BRIDGE] = "bridged", [ATTACH_NAT] = "nat", [ATTACH_USER] = "nat",
    [ATTACH_HOSTONLY] = "hostonly", [ATTACH_INTERNAL] = "internal"
  };

  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (nic, &m->nics)
      if (nic->network == NULL && nic->attachment < ARRAY_SIZE (names))
        nic->network = xstrdup (names[nic->attachment]);
}

bool
netmap_rename (struct appliance *a, const strings *rules, struct ovf_error **err)
{
  name_attachments (a);
  if (rules->len == 0)
    return true;
  if (!check_rules (rules, err))
    return false;
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (nic, &m->nics)
      rename_network (&nic->network, rules);
  VECTOR_FOR (n, &a->networks)
    rename_network (&n->name, rules);
  merge_networks (a);
  return true;
}
