/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file in converters/ must provide: a function from text to model,
 * and one from model to FILE.  A converter opens no file, starts no program,
 * and does not know what an OVA is. */
#ifndef OVF_CONVERTER_H
#define OVF_CONVERTER_H

#include <stdio.h>

#include "model/model.h"

struct input {      /* a description, already read within limits */
  const char *name; /* for messages */
  const char *text; /* NUL-terminated, no NUL inside */
  size_t len;
};

struct read_settings {
  const char *configuration; /* deployment option; NULL = the default one */
  bool all_configurations;   /* keep every one, tagged (model.h) */
  bool lax;                  /* a required section that is not understood is
                                a warning, not an error (cli.md 3.1) */
  bool inspect;              /* `info`: the same, for looking only */
  const strings *params;     /* build files: "KEY=VALUE" of --param, or NULL */
  /* Build files: the text of a file that one names (a license), allocated.
   * NULL: not within reach. */
  char *(*read_file) (void *opaque, const char *name, struct ovf_error **err);
  void *opaque;
};

/* The model that a writer gets is the target's: names, files[].href (final
 * paths), formats, networks (attachment and network), MACs and UUIDs are
 * already settled.  A writer only says it in its format's words, and reports
 * with report_loss () what its format cannot say. */
struct write_settings {
  bool native_hardware;     /* --hardware native; else keep what there is */
  const char *virt_type;    /* "kvm", "qemu", "xen" */
  const char *ovf_version;  /* "1.1", "2.0" */
  size_t machine;           /* which machine (formats of one machine each) */
  bool plain_devices;       /* OVF: no subtypes of drives and ports */
};

/* From the model to text: the configuration, or a companion of it. */
typedef bool (*write_function) (struct ovf_ctx *, const struct appliance *,
                                const struct write_settings *, FILE *,
                                struct ovf_report *, struct ovf_error **err);

/* A script beside the configuration, made of the same model.  What the
 * configuration loses its writer reports; a companion reports only what it
 * loses itself. */
struct companion {
  const char *suffix;       /* ".qm.sh" where the configuration has ".conf" */
  write_function write;
};

struct converter {
  const char *name;         /* "libvirt": what --from and --to take */
  const char *title;        /* "libvirt domain XML" */
  const char *suffix;       /* ".xml" */
  const char *disk_format;  /* what is written by default: "qcow2" */
  const char *disk_subformat; /* and how: "monolithicSparse"; NULL = as usual */
  const char *net_default;  /* where a NIC without a --net match goes: "network:default" */
  const char *net_bare;     /* what a DEST without a kind is: "network" */
  const char *net_kinds;    /* the DEST kinds it can say, blank-separated */
  const char *mac_prefix;   /* of the addresses --mac new makes: "00:16:3e", the
                               vendor's; NULL: 52:54:00, as KVM and QEMU */
  const char *const *start; /* commands that start the guest: %c the
                               configuration, %d its folder, %s its companion,
                               %n the name;
                               NULL-terminated */
  /* The id that a disk's image must carry, because the configuration names
   * it; allocated.  NULL: none. */
  char *(*disk_uuid) (const struct appliance *, size_t disk);
  bool absolute_paths;      /* files[].href for its writer is absolute */
  bool names_volumes;       /* what it reads as files[].href is a volume of a
                               storage unless it is an absolute path */
  bool executable;          /* the configuration is a script */
  const struct companion *companion; /* or NULL */

  /* How sure is it that this is its format: 0 never .. 100 certain. */
  int (*probe) (const struct input *);

  /* Either may be NULL: then that direction does not exist. */
  struct appliance *(*read) (struct ovf_ctx *, const struct input *,
                             const struct read_settings *, struct ovf_report *,
                             struct ovf_error **err);
  write_function write;
};

/* One word adds a converter.  table.c, `formats`, the manual and the tests
 * use it. */
#define CONVERTERS(X) \
  X (libvirt)         \
  X (ovf)             \
  X (proxmox)         \
  X (qemu)            \
  X (spec)            \
  X (virtualbox)      \
  X (vmx)             \
  X (xen)             \
  X (xva)
#define DECLARE(n) extern const struct converter n##_converter;
CONVERTERS (DECLARE)
#undef DECLARE

extern const struct converter *const converters[]; /* NULL-terminated */
const struct converter *converter_by_name (const char *);
/* The best bid over 0; ties and none are OVF_E_FORMAT naming the candidates. */
const struct converter *converter_probe (const struct input *, struct ovf_error **err);

#endif
