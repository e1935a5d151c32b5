/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes on the way to the target; see adjust.h. */
#include "adjust.h"

#include "base/text.h"
#include "base/xmlw.h"

#define CPUS_MAX 4096u
#define EXTRA "extraconfig "
#define IP_SECTION "section vmw:IpAssignmentSection"

/* ---- "MACHINE=VALUE" ------------------------------------------------------ */
struct assignment {
  char *name;               /* of the machine */
  const char *value;        /* lent */
  struct machine *machine;
};

static struct machine *
machine_called (struct appliance *a, const char *name)
{
  VECTOR_FOR (m, &a->machines)
    if ((m->id != NULL && strcmp (m->id, name) == 0)
        || (m->name != NULL && strcmp (m->name, name) == 0))
      return m;
  return NULL;
}

/* `more`: behind the name stands a comma and something else. */
static bool
split (struct appliance *a, enum option option, const char *text, char **ret_more,
       struct assignment *ret, struct ovf_error **err)
{
  const char *eq = strrchr (text, '=');
  char *comma;

  if (eq == NULL || eq == text)
    return error_set (err, OVF_E_USAGE, "--%s is MACHINE=VALUE, not '%s'",
                      option_name (option), text);
  ret->name = xstrndup (text, (size_t)(eq - text));
  ret->value = eq + 1;
  comma = ret_more != NULL ? strrchr (ret->name, ',') : NULL;
  if (ret_more != NULL && comma == NULL)
    return error_set (err, OVF_E_USAGE, "--%s is MACHINE,NUMBER=VALUE, not '%s'",
                      option_name (option), text);
  if (comma != NULL) {
    *comma = '\0';
    *ret_more = comma + 1;
  }
  ret->machine = machine_called (a, ret->name);
  if (ret->machine != NULL)
    return true;
  error_set (err, OVF_E_USAGE, "there is no machine '%s'", ret->name);
  return error_hint (err, "'ovftool info' names them");
}

/* ---- processors and memory -------------------------------------------------- */
typedef bool set_fn (struct machine *, const char *value);

static bool
set_cpus (struct machine *m, const char *value)
{
  if (!parse_unsigned (value, 1, CPUS_MAX, &m->cpus))
    return false;
  /* Sockets are whole. */
  if (m->cores_per_socket != 0 && m->cpus % m->cores_per_socket != 0)
    m->cores_per_socket = 1;
  VECTOR_FOR (v, &m->variants) {
    if (v->cpus == 0)
      continue;
    v->cpus = m->cpus;
    v->cores_per_socket = m->cores_per_socket;
  }
  return true;
}

static bool
set_cores (struct machine *m, const char *value)
{
  unsigned n;

  if (!parse_unsigned (value, 1, CPUS_MAX, &n) || (m->cpus != 0 && m->cpus % n != 0))
    return false;
  m->cores_per_socket = n;
  VECTOR_FOR (v, &m->variants)
    if (v->cpus != 0)
      v->cores_per_socket = n;
  return true;
}

static bool
set_memory (struct machine *m, const char *value)
{
  uint64_t n;

  if (!parse_size (value, &n) || n == 0 || n % (1 << 20) != 0 || n > INT64_MAX)
    return false;
  m->memory = n;
  VECTOR_FOR (v, &m->variants)
    if (v->memory != 0)
      v->memory = n;
  return true;
}

static bool
set_each (struct appliance *a, const struct ovf_options *options, enum option option,
          set_fn *set, struct ovf_error **err)
{
  VECTOR_FOR (text, option_list (options, option)) {
    struct assignment x = { 0 };
    bool ok = split (a, option, *text, NULL, &x, err);

    if (ok && !set (x.machine, x.value))
      ok = error_set (err, OVF_E_USAGE, "--%s of '%s' cannot be '%s'",
                      option_name (option), x.name, x.value);
    free (x.name);
    if (!ok)
      return false;
  }
  return true;
}

/* ---- one device of a machine -------------------------------------------------- */
static bool
set_nic (struct machine *m, const char *number, const char *network,
         struct ovf_error **err)
{
  unsigned n;

  if (!parse_unsigned (number, 0, UINT16_MAX, &n) || n >= m->nics.len)
    return error_set (err, OVF_E_USAGE, "there is no adapter '%s' (from 0)", number);
  set_string (&m->nics.ptr[n].network, network);
  return true;
}

/* By InstanceID.  What holds data keeps its size: its file systems would not
 * follow. */
static bool
set_disk (struct appliance *a, const struct machine *m, const char *id,
          const char *size, struct ovf_error **err)
{
  uint64_t bytes;

  VECTOR_FOR (drive, &m->drives) {
    if (drive->disk == NO_INDEX || drive->id == NULL || strcmp (drive->id, id) != 0)
      continue;
    if (!parse_size (size, &bytes) || bytes == 0 || bytes > INT64_MAX)
      return error_set (err, OVF_E_USAGE, "'%s' is no size of a disk", size);
    if (a->disks.ptr[drive->disk].file != NO_INDEX) {
      error_set (err, OVF_E_UNSUPPORTED, "disk '%s' holds data and keeps its size", id);
      return error_hint (err, "'qemu-img resize' changes the size of an image");
    }
    a->disks.ptr[drive->disk].capacity = bytes;
    set_string (&a->disks.ptr[drive->disk].capacity_property, NULL);
    return true;
  }
  return error_set (err, OVF_E_USAGE, "there is no disk with the InstanceID '%s'", id);
}

/* A network that is new in the list of networks. */
static void
list_network (struct appliance *a, const char *name)
{
  VECTOR_FOR (n, &a->networks)
    if (n->name != NULL && strcmp (n->name, name) == 0)
      return;
  networks_add (&a->networks)->name = xstrdup (name);
}

static bool
set_devices (struct appliance *a, const struct ovf_options *options, enum option option,
             struct ovf_error **err)
{
  VECTOR_FOR (text, option_list (options, option)) {
    struct assignment x = { 0 };
    char *id = NULL;
    bool ok = split (a, option, *text, &id, &x, err);

    if (ok && option == OPT_MACHINE_NIC) {
      ok = set_nic (x.machine, id, x.value, err);
      if (ok && a->networks.len > 0)
        list_network (a, x.value);
    } else if (ok)
      ok = set_disk (a, x.machine, id, x.value, err);
    free (x.name);
    if (!ok)
      return false;
  }
  return true;
}

/* ---- hardware families --------------------------------------------------------- */
/* "vmx-13" is 13; 0 for any other word. */
static unsigned
vmx_number (const char *word)
{
  unsigned n;

  return strncmp (word, "vmx-", 4) == 0 && parse_unsigned (word + 4, 1, 9999, &n) ? n : 0;
}

static void
cap_families (struct machine *m, unsigned max)
{
  size_t kept = 0;
  bool dropped = false;

  VECTOR_FOR (word, &m->hardware) {
    if (vmx_number (*word) <= max) {
      m->hardware.ptr[kept++] = *word;
      continue;
    }
    free (*word);
    dropped = true;
  }
  m->hardware.len = kept;
  if (dropped && kept == 0)
    strings_append (&m->hardware, xasprintf ("vmx-%02u", max));
}

static bool
set_families (struct appliance *a, const char *text, struct ovf_error **err)
{
  unsigned max;

  if (text == NULL)
    return true;
  if (!parse_unsigned (text, 4, 999, &max))
    return error_set (err, OVF_E_USAGE, "--max-hardware '%s' is no version of hardware",
                      text);
  VECTOR_FOR (m, &a->machines)
    cap_families (m, max);
  return true;
}

/* ---- texts ---------------------------------------------------------------------- */
/* Into the outermost collection, or the first machine. */
static void
add_texts (struct appliance *a, const struct ovf_options *options)
{
  const char *note = option_text (options, OPT_ANNOTATION);
  bool group = a->collections.len > 0;

  if (note != NULL)
    set_string (group ? &a->collections.ptr[0].annotation
                      : &a->machines.ptr[0].annotation, note);
  VECTOR_FOR (text, option_list (options, OPT_EULA))
    strings_append (group ? &a->collections.ptr[0].eulas : &a->machines.ptr[0].eulas,
                    xstrdup (*text));
}

/* ---- ExtraConfig ------------------------------------------------------------------ */
static void
drop_extra_config (struct appliance *a, struct ovf_report *report)
{
  VECTOR_FOR (m, &a->machines)
    for (size_t i = m->extras.len; i-- > 0;) {
      struct extra *e = &m->extras.ptr[i];
      CLEANUP_FREE char *key = xstrdup (e->key);

      if (strncmp (key, EXTRA, strlen (EXTRA)) != 0
          || strcmp (key + strlen (EXTRA), "nvram") == 0)
        continue;
      report_add (report, OVF_WARNING, "ADJUST-EXTRA-CONFIG", a->descriptor, e->line, NULL,
                  "the ExtraConfig option '%s' is dropped", key + strlen (EXTRA));
      extras_drop (&m->extras, key);
      i = m->extras.len < i ? m->extras.len : i;
    }
}

/* "KEY=VALUE"; in a VMX they are plain settings. */
static bool
add_extra_config (struct appliance *a, const struct converter *to, const char *text,
                  struct ovf_error **err)
{
  const char *eq = strchr (text, '=');
  CLEANUP_FREE char *key = NULL;
  bool vmx = to != NULL && strcmp (to->name, "vmx") == 0;

  if (eq == NULL || eq == text)
    return error_set (err, OVF_E_USAGE, "--extra-config is KEY=VALUE, not '%s'", text);
  key = xasprintf ("%s%.*s", vmx ? "" : EXTRA, (int)(eq - text), text);
  VECTOR_FOR (m, &a->machines) {
    extras_drop (&m->extras, key);
    extras_keep (&m->extras, vmx ? "vmx" : "ovf", key, eq + 1);
  }
  return true;
}

static bool
settle_extra_config (struct appliance *a, const struct converter *to,
                     const struct ovf_options *options, struct ovf_report *report,
                     struct ovf_error **err)
{
  if (option_flag (options, OPT_DROP_EXTRA_CONFIG))
    drop_extra_config (a, report);
  VECTOR_FOR (text, option_list (options, OPT_EXTRA_CONFIG))
    if (!add_extra_config (a, to, *text, err))
      return false;
  return true;
}

/* ---- addresses ---------------------------------------------------------------------- */
/* What a platform may do with IP addresses: a section of VMware's. */
static bool
set_addresses (struct appliance *a, const struct ovf_options *options,
               struct ovf_error **err)
{
  const char *policy = option_text (options, OPT_IP_ALLOCATION);
  const char *protocol = option_text (options, OPT_IP_PROTOCOL);
  CLEANUP_FREE char *xml = NULL;
  extras *list = a->collections.len > 0 ? &a->collections.ptr[0].extras
                                        : &a->machines.ptr[0].extras;

  if (policy == NULL && protocol == NULL)
    return true;
  if (protocol != NULL && strcmp (protocol, "IPv4") != 0 && strcmp (protocol, "IPv6") != 0)
    return error_set (err, OVF_E_USAGE, "--ip-protocol is IPv4 or IPv6, not '%s'", protocol);
  xml = xasprintf ("<vmw:IpAssignmentSection xmlns:vmw=\"http://www.vmware.com/schema/ovf\""
                   " xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1\""
                   " ovf:required=\"false\" vmw:protocols=\"%s\" vmw:schemes=\"%s\">"
                   "<ovf:Info>Supported IP assignment schemes</ovf:Info>"
                   "</vmw:IpAssignmentSection>",
                   protocol ? protocol : "IPv4,IPv6",
                   policy && strcmp (policy, "dhcpPolicy") == 0 ? "dhcp" : "ovfenv");
  extras_drop (list, IP_SECTION);
  extras_keep (list, "ovf", IP_SECTION, xml);
  return true;
}

/* ---- the whole ------------------------------------------------------------------------ */
bool
adjust_apply (struct appliance *a, const struct converter *to,
              const struct ovf_options *options, struct ovf_report *report,
              struct ovf_error **err)
{
  if (a->machines.len == 0)
    return true;
  adjust_drop_files (a, options);
  add_texts (a, options);
  VECTOR_FOR (m, &a->machines)
    if (option_flag (options, OPT_ADD_TPM))
      m->tpm = YES;
  return set_each (a, options, OPT_MACHINE_CPUS, set_cpus, err)
         && set_each (a, options, OPT_MACHINE_CORES, set_cores, err)
         && set_each (a, options, OPT_MACHINE_MEMORY, set_memory, err)
         && set_devices (a, options, OPT_MACHINE_NIC, err)
         && set_devices (a, options, OPT_DISK_SIZE, err)
         && set_families (a, option_text (options, OPT_MAX_HARDWARE), err)
         && settle_extra_config (a, to, options, report, err)
         && set_addresses (a, options, err);
}
